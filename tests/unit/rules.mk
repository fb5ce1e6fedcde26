# Unit tests: each test_<room>_<thing>.c is a program of its own, linked with the library's objects with
# sanitizers and ALI_DEBUG. `make build/unit/test_base_options` builds one of them.
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT_SRC))
TEST_CFLAGS := $(NATIVE_CFLAGS) -Isrc -O1 -g $(SANITIZE) -DALI_DEBUG -Wno-unused-parameter

$(B)/unit/%: tests/unit/%.c $(B)/asan/libalimentar.a Makefile tests/unit/rules.mk
	@mkdir -p $(@D); $(CC) $(TEST_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(B)/asan/libalimentar.a \
	    -lcmocka $(LIBS) -pthread
$(B)/unit/test_codec_versions: $(THIRD)/.stamp
-include $(UNIT:%=%.d)

.PHONY: test-unit
test-unit: $(UNIT)
	@$(NODE) tests/tools/cmocka.mjs unit $(UNIT)
