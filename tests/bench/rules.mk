# build/bench times one way of reading one file natively. `make bench` compares reading in Node and
# natively with a pinned peer, on generated files.
.PHONY: bench
all: $(B)/bench
$(B)/bench: tests/bench/bench.c $(B)/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -Wno-frame-larger-than $(OPT) -o $@ $^ $(LIBS) -pthread
tests/bench/node_modules/.package-lock.json: tests/bench/package.json tests/bench/package-lock.json
	@cd tests/bench && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@
bench: $(B)/bench web tests/bench/node_modules/.package-lock.json
	@$(NODE) tests/bench/run.mjs
