# The command's own tests: words in, text, files and exit code out.
.PHONY: test-cli
test-cli: $(B)/asan/alimentar native
	@$(NODE) tests/cli/run.mjs $(B)/asan/alimentar
