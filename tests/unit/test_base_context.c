// Contexts: their allocator, their limits, and what they tell of themselves.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static void the_default_allocator_gives_resizes_and_takes_back(void **state) {
    (void)state;
    const ali_allocator *allocator = ali_default_allocator();
    assert_non_null(allocator);
    assert_ptr_equal(allocator, ali_default_allocator());
    char *text = allocator->allocate(allocator->user, 4);
    assert_non_null(text);
    assert_true((uintptr_t)text % 16 == 0);
    memcpy(text, "abcd", 4);
    text = allocator->resize(allocator->user, text, 4, 4000);
    assert_non_null(text);
    assert_memory_equal(text, "abcd", 4);
    allocator->release(allocator->user, text, 4000);
}

static void a_context_without_an_allocator_uses_it(void **state) {
    (void)state;
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    const uint64_t before = ali_context_memory_bytes(ctx);
    void *pointer = NULL;
    assert_int_equal(ali_mem_new(ctx, 1000, &pointer), ALI_OK);
    assert_true(ali_context_memory_bytes(ctx) == before + 1000);
    ali_mem_free(ctx, pointer, 1000);
    assert_true(ali_context_memory_bytes(ctx) == before);
    assert_true(ali_context_memory_peak_bytes(ctx) == before + 1000);
    ali_context_free(ctx);
}

static void limits_out_of_range_make_no_context(void **state) {
    (void)state;
    ali_context *ctx = NULL;
    const ali_limits deep = {.size_bytes = sizeof deep, .depth_max = 1001};
    assert_int_equal(ali_context_new(NULL, &deep, &ctx), ALI_ERR_ARGUMENT);
    assert_null(ctx);
    const ali_limits unknown = {.size_bytes = sizeof unknown + 8};
    assert_int_equal(ali_context_new(NULL, &unknown, &ctx), ALI_ERR_ARGUMENT);
    assert_null(ctx);
    assert_int_equal(ali_context_new(NULL, NULL, NULL), ALI_ERR_ARGUMENT);
}

static void limits_given_are_kept_and_the_others_filled(void **state) {
    (void)state;
    ali_context *ctx = NULL;
    const ali_limits few = {.size_bytes = sizeof few, .ops_max = 3};
    assert_int_equal(ali_context_new(NULL, &few, &ctx), ALI_OK);
    assert_int_equal(ctx->limits.ops_max, 3);
    assert_int_equal(ctx->limits.depth_max, 64);
    ali_context_free(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_allocator_gives_resizes_and_takes_back),
        cmocka_unit_test(a_context_without_an_allocator_uses_it),
        cmocka_unit_test(limits_out_of_range_make_no_context),
        cmocka_unit_test(limits_given_are_kept_and_the_others_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
