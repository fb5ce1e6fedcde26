# Real Parquet and Arrow files and their rows. CORPORA is a folder of more of them, beside the checkout if it is
# there: `make test-vectors CORPORA=folder`; `make vectors-record` writes the baseline anew.
CORPORA ?= ../shared/corpora

.PHONY: test-vectors vectors-record
test-vectors: $(B)/alimentar
	@$(NODE) tests/vectors/run.mjs $(B)/alimentar $(CORPORA)
vectors-record: $(B)/alimentar
	@$(NODE) tests/vectors/run.mjs $(B)/alimentar $(CORPORA) --record
