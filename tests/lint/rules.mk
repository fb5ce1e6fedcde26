# Gates over sources and what was built; each is a program, tests/lint/<name>.mjs, and prints its name
# where it turns red. `make lint GATES="layers text"` runs some of them.
.PHONY: lint test-lint size
lint: native wasm
	@$(NODE) tests/lint/lint.mjs $(GATES)
test-lint: lint

# Code and constants by room, beside the budgets.
size: wasm
	@$(NODE) tests/lint/size.mjs --table
