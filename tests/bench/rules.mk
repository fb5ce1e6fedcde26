# build/bench times one way of reading one file natively. `make bench` compares reading in Node, in Chromium
# and natively with pinned peers, which it installs into build/peers (npm) and build/bench-venv (PyPI), on
# files that it generates, and writes docs/benchmarks.md. BENCH=all: further cases.
PEERS   := $(B)/peers
VENV    := $(B)/bench-venv
PYTHON3 ?= python3

.PHONY: bench run-bench bench-data
bench:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory run-bench
all: $(B)/bench
$(B)/bench: tests/bench/bench.c $(B)/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -Wno-frame-larger-than $(OPT) -o $@ $^ $(LIBS) -pthread
# The package under test is a peer among the others: a link to web/.
$(PEERS)/node_modules/.stamp: tests/bench/peers/package.json tests/bench/peers/package-lock.json
	@mkdir -p $(PEERS); cp tests/bench/peers/package*.json $(PEERS)/
	@cd $(PEERS) && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@ln -sfn ../../../web $(PEERS)/node_modules/alimentar; touch $@
$(VENV)/.stamp: tests/bench/requirements.txt
	@$(PYTHON3) -m venv $(VENV) || { echo "bench: this needs python3-venv: apt-get install python3-venv" >&2; exit 1; }
	@$(VENV)/bin/pip install -q --disable-pip-version-check -r $<; touch $@
$(B)/bench-data/facts.json: tests/bench/native.py $(VENV)/.stamp
	@$(VENV)/bin/python $< data $(@D)
bench-data: $(B)/bench-data/facts.json
run-bench: $(B)/bench web $(PEERS)/node_modules/.stamp $(B)/bench-data/facts.json
	@rm -rf $(PEERS)/adapters $(PEERS)/lib; cp -r tests/bench/adapters tests/bench/lib $(PEERS)/
	@$(NODE) tests/bench/run.mjs $(B)/bench-data --write
