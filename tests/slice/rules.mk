# Each scenario with answers short, late, in parts and in other orders.
.PHONY: test-slice
test-slice: $(B)/slice/test_slice
	@$(NODE) tests/tools/cmocka.mjs slice $<
