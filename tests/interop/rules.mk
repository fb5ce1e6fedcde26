# What we write, read by readers that are not ours: apache-arrow, flechette and papaparse, pinned by
# tests/package-lock.json.
.PHONY: test-interop

$(B)/interop/emit: tests/interop/emit.c $(B)/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -Isrc -O1 -g -MMD -MP -MF $@.d -o $@ $< \
	    $(B)/libalimentar.a $(CURL_LIBS) -pthread
-include $(B)/interop/emit.d

ifeq ($(wildcard tests/web/rules.mk),)
tests/node_modules/.package-lock.json: tests/package.json tests/package-lock.json
	@cd tests && npm ci --no-audit --no-fund --loglevel=error >/dev/null
endif

test-interop: $(B)/interop/emit tests/node_modules/.package-lock.json
	@for format in arrow arrows csv jsonl json; do $< $$format $(B)/interop/all.$$format; done
	@$(NODE) tests/interop/read.mjs $(B)/interop/all
