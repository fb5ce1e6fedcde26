// Memory, buffers and arenas: limits, counters, what outlives a context, allocations that fail.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"

// An allocator that counts, and fails from the n-th allocation on.
typedef struct counter {
    uint64_t calls;
    uint64_t fail_at; // 0: never
    int64_t bytes;
} counter;

static bool is_failing(counter *count) {
    count->calls += 1;
    return count->fail_at != 0 && count->calls >= count->fail_at;
}

static void *count_allocate(void *user, size_t size_bytes) {
    counter *count = user;
    if (is_failing(count)) return NULL;
    count->bytes += (int64_t)size_bytes;
    return malloc(size_bytes);
}

static void *count_resize(void *user, void *pointer, size_t old_bytes, size_t new_bytes) {
    counter *count = user;
    if (is_failing(count)) return NULL;
    count->bytes += (int64_t)new_bytes - (int64_t)old_bytes;
    return realloc(pointer, new_bytes);
}

static void count_release(void *user, void *pointer, size_t size_bytes) {
    counter *count = user;
    count->bytes -= (int64_t)size_bytes;
    free(pointer);
}

static ali_context *new_context(counter *count, uint64_t memory_bytes_max) {
    const ali_allocator allocator = {count_allocate, count_resize, count_release, count};
    const ali_limits limits = {.size_bytes = sizeof limits, .memory_bytes_max = memory_bytes_max};
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(&allocator, &limits, &ctx), ALI_OK);
    return ctx;
}

static void context_gives_back_all_memory(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    assert_true(count.bytes > 0);
    assert_true(ali_context_memory_bytes(ctx) > 0);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void context_new_fails_cleanly_without_memory(void **unused) {
    (void)unused;
    for (uint64_t fail_at = 1; fail_at <= 2; fail_at += 1) {
        counter count = {.fail_at = fail_at};
        const ali_allocator allocator = {count_allocate, count_resize, count_release, &count};
        ali_context *ctx = (ali_context *)&count;
        assert_int_equal(ali_context_new(&allocator, NULL, &ctx), ALI_ERR_MEMORY);
        assert_null(ctx);
        assert_int_equal(count.bytes, 0);
    }
}

static void limits_of_another_size_are_refused(void **unused) {
    (void)unused;
    const ali_limits limits = {.size_bytes = sizeof limits + 8};
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, &limits, &ctx), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_context_new(NULL, NULL, NULL), ALI_ERR_ARGUMENT);
}

static void allocation_beyond_the_limit_is_refused_by_name(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 65536);
    const uint64_t before = ali_context_memory_bytes(ctx);
    void *pointer = NULL;
    assert_int_equal(ali_mem_new(ctx, 70000, &pointer), ALI_ERR_LIMIT);
    assert_null(pointer);
    assert_string_equal(ali_context_error(ctx)->sentence,
                        "more memory is needed than the limit memory_bytes_max of 65536 allows");
    assert_int_equal(ali_context_memory_bytes(ctx), before);
    ali_error_begin(ctx);
    assert_int_equal(ali_mem_new(ctx, UINT64_MAX, &pointer), ALI_ERR_LIMIT);
    assert_int_equal(ali_context_memory_bytes(ctx), before);
    ali_context_free(ctx);
}

static void failed_allocation_is_an_error_and_counts_nothing(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    const uint64_t before = ali_context_memory_bytes(ctx);
    count.fail_at = count.calls + 1;
    void *pointer = NULL;
    assert_int_equal(ali_mem_new(ctx, 100, &pointer), ALI_ERR_MEMORY);
    assert_int_equal(ali_context_memory_bytes(ctx), before);
    assert_string_equal(ali_context_error(ctx)->sentence,
                        "out of memory: 100 bytes could not be had");
    count.fail_at = 0;
    assert_int_equal(ali_mem_new(ctx, 100, &pointer), ALI_OK);
    count.fail_at = count.calls + 1;
    ali_error_begin(ctx);
    assert_int_equal(ali_mem_resize(ctx, &pointer, 100, 200), ALI_ERR_MEMORY);
    assert_int_equal(ali_context_memory_bytes(ctx), before + 100);
    ali_mem_free(ctx, pointer, 100);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void resize_counts_growth_and_shrinking(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    const uint64_t before = ali_context_memory_bytes(ctx);
    void *pointer = NULL;
    assert_int_equal(ali_mem_resize(ctx, &pointer, 0, 64), ALI_OK);
    memset(pointer, 7, 64);
    assert_int_equal(ali_mem_resize(ctx, &pointer, 64, 4096), ALI_OK);
    assert_int_equal(((uint8_t *)pointer)[63], 7);
    assert_int_equal(ali_context_memory_bytes(ctx), before + 4096);
    assert_int_equal(ali_mem_resize(ctx, &pointer, 4096, 16), ALI_OK);
    assert_int_equal(ali_context_memory_bytes(ctx), before + 16);
    assert_int_equal(ali_context_memory_peak_bytes(ctx), before + 4096);
    assert_int_equal(ali_mem_resize(ctx, &pointer, 16, 0), ALI_OK);
    assert_null(pointer);
    assert_int_equal(ali_context_memory_bytes(ctx), before);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void list_grows_by_doubling_up_to_its_bound(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    void *items = NULL;
    uint32_t capacity = 0;
    assert_int_equal(ali_mem_grow(ctx, &items, &capacity, 1, 8), ALI_OK);
    assert_int_equal(capacity, 4);
    assert_int_equal(ali_mem_grow(ctx, &items, &capacity, 5, 8), ALI_OK);
    assert_int_equal(capacity, 8);
    assert_int_equal(ali_mem_grow(ctx, &items, &capacity, UINT64_C(1) << 32, 8), ALI_ERR_LIMIT);
    assert_int_equal(capacity, 8);
    ali_mem_free(ctx, items, 64);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void buffer_is_aligned_padded_and_outlives_its_context(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    ali_buf *buf = NULL;
    ali_buf *slice = NULL;
    assert_int_equal(ali_buf_zero(ctx, 1000, &buf), ALI_OK);
    assert_int_equal((uintptr_t)buf->data % 64, 0);
    for (uint32_t i = 0; i < ALI_BUF_PADDING; i += 1) assert_int_equal(buf->data[1000 + i], 0);
    assert_int_equal(ali_buf_slice(ctx, buf, 10, 20, &slice), ALI_OK);
    assert_ptr_equal(slice->data, buf->data + 10);
    ali_buf_release(buf);
    ali_context_free(ctx);
    assert_true(count.bytes > 1000);
    slice->data[19] = 1;
    ali_buf_release(slice);
    assert_int_equal(count.bytes, 0);
}

static void buffer_keeps_contents_when_it_grows(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    ali_buf *buf = NULL;
    assert_int_equal(ali_buf_new(ctx, 0, &buf), ALI_OK);
    for (uint32_t i = 0; i < 1000; i += 1) {
        assert_int_equal(ali_buf_append(ctx, buf, &i, sizeof i), ALI_OK);
    }
    assert_int_equal(buf->size_bytes, 4000);
    for (uint32_t i = 0; i < 1000; i += 1) {
        uint32_t value = 0;
        memcpy(&value, buf->data + 4 * (size_t)i, sizeof value);
        assert_int_equal(value, i);
    }
    assert_true(ali_context_copied_bytes(ctx) < 8000);
    ali_buf_release(buf);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void buffer_beyond_the_limit_is_refused(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 65536);
    ali_buf *buf = NULL;
    assert_int_equal(ali_buf_new(ctx, UINT64_MAX, &buf), ALI_ERR_LIMIT);
    assert_null(buf);
    ali_error_begin(ctx);
    assert_int_equal(ali_buf_new(ctx, 65536, &buf), ALI_ERR_LIMIT);
    assert_null(buf);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void buffer_grows_without_reserve_near_the_limit(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 100000);
    ali_buf *buf = NULL;
    assert_int_equal(ali_buf_new(ctx, 40000, &buf), ALI_OK);
    assert_int_equal(ali_buf_reserve(ctx, buf, 50000), ALI_OK); // 80,000 would be too much
    assert_int_equal(buf->capacity_bytes, 50000);
    assert_int_equal(ali_buf_reserve(ctx, buf, 60000), ALI_ERR_LIMIT);
    ali_buf_release(buf);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void note_release(void *user) {
    *(uint32_t *)user += 1;
}

static void lent_bytes_are_given_back_with_the_last_slice(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    static const uint8_t bytes[16] = {1, 2, 3};
    uint32_t released = 0;
    ali_buf *lent = NULL;
    ali_buf *slice = NULL;
    assert_int_equal(ali_buf_lent(ctx, bytes, 16, note_release, &released, &lent), ALI_OK);
    assert_int_equal(ali_buf_slice(ctx, lent, 1, 2, &slice), ALI_OK);
    assert_false(slice->is_padded);
    ali_buf_release(lent);
    assert_int_equal(released, 0);
    assert_int_equal(slice->data[0], 2);
    ali_buf_release(slice);
    assert_int_equal(released, 1);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void arena_keeps_one_block_over_a_reset(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    ali_arena arena;
    ali_arena_init(&arena, ctx);
    for (uint32_t i = 0; i < 100; i += 1) {
        void *pointer = NULL;
        assert_int_equal(ali_arena_new(&arena, 1 + 37 * (uint64_t)i, &pointer), ALI_OK);
        assert_int_equal((uintptr_t)pointer % 16, 0);
        assert_int_equal(*(uint8_t *)pointer, 0);
        memset(pointer, 0xAA, 1 + 37 * (size_t)i);
    }
    ali_arena_reset(&arena);
    const uint64_t calls = count.calls;
    void *pointer = NULL;
    assert_int_equal(ali_arena_new(&arena, 100, &pointer), ALI_OK);
    assert_int_equal(*(uint8_t *)pointer, 0);
    assert_int_equal(count.calls, calls);
    ali_arena_clear(&arena);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

static void arena_refuses_absurd_sizes(void **unused) {
    (void)unused;
    counter count = {0};
    ali_context *ctx = new_context(&count, 0);
    ali_arena arena;
    ali_arena_init(&arena, ctx);
    void *pointer = NULL;
    assert_int_equal(ali_arena_new(&arena, UINT64_MAX, &pointer), ALI_ERR_LIMIT);
    const char *copy = NULL;
    assert_int_equal(ali_arena_text(&arena, "a\0b", 3, &copy), ALI_OK);
    assert_memory_equal(copy, "a\0b", 4);
    ali_arena_clear(&arena);
    ali_context_free(ctx);
    assert_int_equal(count.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_gives_back_all_memory),
        cmocka_unit_test(context_new_fails_cleanly_without_memory),
        cmocka_unit_test(limits_of_another_size_are_refused),
        cmocka_unit_test(allocation_beyond_the_limit_is_refused_by_name),
        cmocka_unit_test(failed_allocation_is_an_error_and_counts_nothing),
        cmocka_unit_test(resize_counts_growth_and_shrinking),
        cmocka_unit_test(list_grows_by_doubling_up_to_its_bound),
        cmocka_unit_test(buffer_is_aligned_padded_and_outlives_its_context),
        cmocka_unit_test(buffer_keeps_contents_when_it_grows),
        cmocka_unit_test(buffer_beyond_the_limit_is_refused),
        cmocka_unit_test(buffer_grows_without_reserve_near_the_limit),
        cmocka_unit_test(lent_bytes_are_given_back_with_the_last_slice),
        cmocka_unit_test(arena_keeps_one_block_over_a_reset),
        cmocka_unit_test(arena_refuses_absurd_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
