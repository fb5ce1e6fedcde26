# The JavaScript package: node:test and a real browser. Its tools, playwright-core and TypeScript, are
# pinned by tests/package-lock.json.
.PHONY: test-web
WEB_TESTS := $(sort $(wildcard tests/web/*.test.mjs))

tests/node_modules/.package-lock.json: tests/package.json tests/package-lock.json
	@cd tests && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

test-web: web tests/node_modules/.package-lock.json
	@$(NODE) tests/web/run.mjs web $(WEB_TESTS)

# The demo: both twins on a real file, in the terminal and in a browser; a picture in build/demo/.
.PHONY: run-demo serve
run-demo: tests/node_modules/.package-lock.json
	@$(NODE) examples/dashboard/demo.mjs

# Serves the demo's page until it is stopped.
serve: web
	@$(NODE) examples/serve.mjs . $(or $(PORT),8080)
