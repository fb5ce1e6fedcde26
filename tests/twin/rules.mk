# Both twins: the same script through the native command, the module in Node with and without SIMD, and
# the module in Chromium.
.PHONY: test-twin
test-twin: native web $(B)/wasm/alimentar-scalar.wasm tests/node_modules/.package-lock.json
	@$(NODE) tests/twin/run.mjs
