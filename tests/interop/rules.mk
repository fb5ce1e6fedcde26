# What we write, read by readers that are not ours: apache-arrow, flechette and papaparse, pinned by
# tests/package-lock.json.
.PHONY: test-interop

$(B)/interop/emit: tests/interop/emit.c $(B)/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -Isrc -O1 -g -MMD -MP -MF $@.d -o $@ $< \
	    $(B)/libalimentar.a $(LIBS) -pthread
-include $(B)/interop/emit.d

# The made table of all types, and real flat files as the command converts them. Nested ones, read and
# written again by the command, are compared by again.mjs.
INTEROP_FORMATS := arrow arrows csv json jsonl
INTEROP_NESTED  := tests/harness/data/nested.parquet tests/harness/data/absent.parquet
INTEROP_FLAT    := $(sort $(wildcard examples/*/data/*.parquet tests/harness/data/*.parquet))
INTEROP_FILES   := $(filter-out $(INTEROP_NESTED),$(INTEROP_FLAT))
test-interop: $(B)/interop/emit $(B)/alimentar tests/node_modules/.package-lock.json
	@for format in $(INTEROP_FORMATS); do $< $$format $(B)/interop/all.$$format; \
	    for file in $(INTEROP_FILES); do \
	        $(B)/alimentar convert --force $$file $(B)/interop/$$(basename $$file .parquet).$$format; \
	    done; done
	@$(NODE) tests/interop/read.mjs $(B)/interop/all \
	    $(patsubst %.parquet,$(B)/interop/%,$(notdir $(INTEROP_FILES)))
	@$(NODE) tests/interop/again.mjs $(B)/alimentar tests/vectors/files $(B)/interop/again
