# Fuzz targets: each fuzz_<thing>.c is a libFuzzer program, linked with the library's objects instrumented
# for it. Its committed corpus is tests/fuzz/corpus/<thing>/; findings are kept in build/fuzz/found.
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ     := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(FUZZ_SRC))
FUZZ_CFLAGS := -O1 -g -fsanitize=fuzzer-no-link $(SANITIZE) -DALI_DEBUG -DALI_FUZZ

$(B)/obj/fuzz/src/%.o: src/%.c Makefile tests/fuzz/rules.mk
	@mkdir -p $(@D); $(CC) $(CORE_CFLAGS) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@
$(B)/obj/fuzz/native/%.o: native/%.c Makefile tests/fuzz/rules.mk
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) $(CURL_CFLAGS) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@
$(B)/fuzz/libalimentar.a: $(call objects,fuzz,$(LIB_SRC))
	@mkdir -p $(@D); rm -f $@; $(AR) rcs $@ $^
$(B)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(B)/fuzz/libalimentar.a
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -Isrc $(FUZZ_CFLAGS) -fsanitize=fuzzer -Wno-missing-prototypes \
	    -MMD -MP -MF $@.d -o $@ $< $(B)/fuzz/libalimentar.a $(LIBS) -pthread
-include $(FUZZ:%=%.d)

# TARGETS="parquet rle" names some of them.
CHOSEN = $(if $(TARGETS),$(TARGETS:%=$(B)/fuzz/fuzz_%),$(FUZZ))

.PHONY: test-fuzz fuzz corpus
# Replays every corpus, then runs each target for three seconds from a fixed seed.
test-fuzz: $(FUZZ)
	@$(NODE) tests/tools/fuzz.mjs 3 $(FUZZ)
# make fuzz TARGETS="parquet rle" SECONDS=3600 JOBS=2 SEED=7
fuzz: $(CHOSEN)
	@$(NODE) tests/tools/fuzz.mjs $(or $(SECONDS),60) $(CHOSEN)
# Crashes, and inputs that reach what the committed ones do not, into tests/fuzz/corpus.
corpus: $(CHOSEN)
	@$(NODE) tests/tools/corpus.mjs $(CHOSEN)
