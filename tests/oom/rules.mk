# Each scenario with failing allocations, failing operations, cancelled and freed at every step.
.PHONY: test-oom
test-oom: $(B)/oom/test_oom
	@$(NODE) tests/tools/cmocka.mjs oom $<
