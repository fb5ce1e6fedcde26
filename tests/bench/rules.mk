# build/bench times one way of reading one file natively; `make bench` runs it on the demo's file.
.PHONY: bench
all: $(B)/bench
$(B)/bench: tests/bench/bench.c $(B)/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -Wno-frame-larger-than $(OPT) -o $@ $^ \
	    $(CURL_LIBS) -pthread
bench: $(B)/bench $(B)/wasm/alimentar.wasm web
	@$(NODE) tests/bench/run.mjs
