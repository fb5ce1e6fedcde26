# Both twins: the same script through the native command, the module in Node with and without SIMD, and
# the module in Chromium.
.PHONY: test-twin
$(B)/twin-limited: tests/twin/limited.c $(B)/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) $(OPT) -o $@ $^ $(LIBS) -pthread
test-twin: native web $(B)/wasm/alimentar-scalar.wasm $(B)/twin-limited tests/node_modules/.package-lock.json
	@$(NODE) tests/twin/run.mjs
