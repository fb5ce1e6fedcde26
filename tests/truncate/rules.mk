# Files cut at every place near their beginning and at many others.
.PHONY: test-truncate
test-truncate: $(B)/truncate/test_truncate
	@$(NODE) tests/tools/cmocka.mjs truncate $<
