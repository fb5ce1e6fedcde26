# Each scenario cancelled and freed at every step.
.PHONY: test-abort
test-abort: $(B)/abort/test_abort
	@$(NODE) tests/tools/cmocka.mjs abort $<
