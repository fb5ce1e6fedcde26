# Each scenario with failing allocations and failing operations.
.PHONY: test-oom
test-oom: $(B)/oom/test_oom
	@$(NODE) tests/tools/cmocka.mjs oom $<
