# Memory, work in a step, copies, and what an abort leaves: tests/limits/run.mjs.
.PHONY: test-limits
$(B)/limits/scan: tests/limits/scan.c $(B)/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) $(OPT) -o $@ $^ $(LIBS) -pthread
$(B)/limits/steps: tests/limits/steps.c $(B)/fuzz/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -Wno-reserved-identifier -O1 -g $(SANITIZE) -o $@ $^ $(LIBS) -pthread
test-limits: $(B)/limits/scan $(B)/limits/steps web
	@$(NODE) tests/limits/run.mjs $(B)/limits/scan $(B)/limits/steps
