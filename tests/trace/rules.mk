# The exact operations of each scenario; ALI_TRACE_UPDATE=1 writes the expected texts anew.
.PHONY: test-trace
test-trace: $(B)/trace/test_trace
	@$(NODE) tests/tools/cmocka.mjs trace $<
