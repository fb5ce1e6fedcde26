# The pretended host, and the families that use it: oom, abort, slice, trace, truncate. Their programs see the public
# headers only.
HARNESS     := tests/harness/harness.c tests/harness/scenarios.c
HARNESS_OBJ := $(patsubst tests/%.c,$(B)/obj/tests/%.o,$(HARNESS))

$(B)/obj/tests/harness/%.o: tests/harness/%.c Makefile
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -O1 -g $(SANITIZE) -MMD -MP -c $< -o $@
define harness_family
$(B)/$(1)/test_$(1): tests/$(1)/test_$(1).c $(HARNESS_OBJ) $(B)/asan/libalimentar.a
	@mkdir -p $$(@D); $(CC) $(NATIVE_CFLAGS) -O1 -g $(SANITIZE) -MMD -MP -MF $$@.d -o $$@ $$(filter %.c %.o %.a,$$^) \
	    -lcmocka $(LIBS) -pthread
-include $(B)/$(1)/test_$(1).d
endef
$(foreach family,oom abort slice trace truncate,$(eval $(call harness_family,$(family))))
