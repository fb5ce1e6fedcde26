# The command's own tests: words in, text, files and exit code out.
.PHONY: test-cli
test-cli: $(B)/asan/alimentar native $(B)/tests/no_unnamed.so
	@$(NODE) tests/cli/run.mjs $(B)/asan/alimentar
$(B)/tests/no_unnamed.so: tests/cli/no_unnamed.c
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -O1 -fPIC -shared -fvisibility=default -o $@ $<
