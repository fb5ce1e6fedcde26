# Tests against servers: the native host over HTTP, with every fault that servers have.
$(B)/services/ranges: tests/services/ranges.c $(B)/asan/libalimentar.a Makefile tests/services/rules.mk
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -Isrc -O1 -g $(SANITIZE) -DALI_DEBUG -o $@ $< \
	    $(B)/asan/libalimentar.a $(LIBS) -pthread

.PHONY: test-services test-matrix
test-services: $(B)/services/ranges $(B)/asan/alimentar web
	@$(NODE) tests/services/run.mjs $(B)/services/ranges $(B)/asan/alimentar

# The command in every cell of the matrix of remote files.
test-matrix: $(B)/asan/alimentar
	@$(NODE) tests/services/matrix_command.mjs $(B)/asan/alimentar
