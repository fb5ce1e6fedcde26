# The examples are built and run, and what they print is compared.
.PHONY: test-examples
test-examples: $(B)/examples/mean
	@$(NODE) tests/examples/run.mjs $(B)
$(B)/examples/mean: examples/c/mean.c $(B)/libalimentar.a $(HEADERS)
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) $(OPT) -o $@ $< $(B)/libalimentar.a $(LIBS) -pthread
