# Gates over sources and what was built; each is a program, tests/lint/<name>.mjs, and prints its name
# where it turns red. `make lint GATES="layers text"` runs some of them.
.PHONY: lint test-lint size
lint: native wasm
	@$(NODE) tests/lint/lint.mjs $(GATES)
test-lint: lint

# Code and constants by room, beside the budgets; then what the package weighs.
size: wasm web
	@$(NODE) tests/lint/size.mjs --table
	@$(NODE) web/inline/sizes.mjs --table

# --- quality: faults that the gates must find, coverage, mutation, complexity ---------------------------
.PHONY: quality coverage mutation complexity faults
quality: complexity faults coverage mutation

complexity:
	@$(NODE) tests/lint/complexity.mjs

UNIT_NAMES := $(notdir $(UNIT_SRC:.c=))

# FAULTS="layers-upward" plants some of them only.
faults: all asan $(B)/oom/test_oom $(B)/slice/test_slice $(B)/trace/test_trace \
    $(UNIT_NAMES:%=$(B)/unit/%) $(FUZZ)
	@$(NODE) tests/lint/faults.mjs $(FAULTS)

# Programs of the tests against objects built in another way.
PLAIN_TEST = $(NATIVE_CFLAGS) -Isrc -Wno-unused-parameter -Wno-frame-larger-than -O1 -g1

COV := -O1 -g -fprofile-instr-generate -fcoverage-mapping -DALI_DEBUG
$(B)/obj/cov/src/%.o: src/%.c Makefile
	@mkdir -p $(@D); $(CC) $(CORE_CFLAGS) $(COV) -MMD -MP -c $< -o $@
$(B)/obj/cov/native/%.o: native/%.c Makefile
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) $(CURL_CFLAGS) $(COV) -MMD -MP -c $< -o $@
$(B)/cov/libalimentar.a: $(call objects,cov,$(LIB_SRC))
	@mkdir -p $(@D); rm -f $@; $(AR) rcs $@ $^
$(B)/cov/alimentar: $(call objects,cov,$(CLI_SRC)) $(B)/cov/libalimentar.a
	@$(CC) $(COV) -o $@ $^ $(LIBS) -lm -pthread
$(B)/cov/test_%: $(B)/cov/libalimentar.a
	@$(CC) $(PLAIN_TEST) $(COV) -o $@ $(filter %/test_$*.c,$(UNIT_SRC) tests/oom/test_oom.c \
	    tests/slice/test_slice.c tests/trace/test_trace.c) $(if $(filter oom slice trace,$*),$(HARNESS)) \
	    $< -lcmocka $(LIBS) -pthread
COVERED = $(UNIT_NAMES:%=$(B)/cov/%) $(B)/cov/test_slice $(B)/cov/test_trace $(B)/cov/test_oom
$(COVERED): $(UNIT_SRC) $(HARNESS) $(wildcard tests/oom/*.c tests/slice/*.c tests/trace/*.c)
coverage: $(COVERED) $(B)/cov/alimentar
	@$(NODE) tests/lint/coverage.mjs $^

# Mutants are linked into a shared library, so that the tests need not be linked again for each.
MUT := -O1 -g1 -fPIC -fvisibility=default -fsanitize=address -DALI_DEBUG
$(B)/obj/mut/src/%.o: src/%.c Makefile
	@mkdir -p $(@D); $(CC) $(CORE_CFLAGS) $(MUT) -MMD -MP -c $< -o $@
$(B)/obj/mut/native/%.o: native/%.c Makefile
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) $(CURL_CFLAGS) $(MUT) -MMD -MP -c $< -o $@
MUT_OBJ = $(call objects,mut,$(LIB_SRC))
$(B)/mutate/libmutant.so: $(MUT_OBJ)
	@mkdir -p $(@D); $(CC) $(MUT) -shared -o $@ $^ $(LIBS) -pthread
$(B)/mutate/test_%: $(B)/mutate/libmutant.so
	@$(CC) $(PLAIN_TEST) $(MUT) -o $@ $(filter %/test_$*.c,$(UNIT_SRC) tests/oom/test_oom.c \
	    tests/slice/test_slice.c tests/trace/test_trace.c) $(if $(filter oom slice trace,$*),$(HARNESS)) \
	    -L$(B)/mutate -lmutant -lcmocka $(LIBS) -pthread
MUTATED = $(UNIT_NAMES:%=$(B)/mutate/%) $(B)/mutate/test_trace $(B)/mutate/test_slice
$(MUTATED): $(UNIT_SRC) $(HARNESS) $(wildcard tests/slice/*.c tests/trace/*.c)
mutation: $(MUTATED)
	@MUTATE_COMPILE="$(CC) $(filter-out -DALI_VERSION%,$(CORE_CFLAGS)) $(MUT)" \
	    MUTATE_LINK="$(CC) $(MUT) -shared" MUTATE_OBJECTS="$(MUT_OBJ)" \
	    MUTATE_LIBS="$(LIBS) -pthread" \
	    $(NODE) tests/lint/mutate.mjs --count $(or $(MUTANTS),60) --seed $(or $(SEED),1) \
	    $(if $(ROOM),--room $(ROOM)) -- $(MUTATED)

.PHONY: format
format:
	clang-format-19 -i $(shell find include src native wasm tests examples -name '*.[ch]' 2>/dev/null)
