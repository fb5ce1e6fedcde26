# The package as npm installs it: in projects of their own, by every bundler, in a real browser.
.PHONY: test-pack
test-pack: web tests/node_modules/.package-lock.json
	@$(NODE) tests/web/run.mjs pack --seconds=400 $(sort $(wildcard tests/pack/*.test.mjs))
