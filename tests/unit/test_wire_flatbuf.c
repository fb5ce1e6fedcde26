// FlatBuffers: what is written is read back by a small reader of the published layout.
#include "column_tools.h"
#include "wire/flatbuf.h"

// --- a reader (https://flatbuffers.dev/internals/) -----------------------------------------------

static const uint8_t *follow(const uint8_t *at) {
    return at + ali_load_u32(at);
}

// The place of a table's field, or NULL if it is not there.
static const uint8_t *field_of(const uint8_t *table, uint32_t slot) {
    const uint8_t *vtable = table - (int32_t)ali_load_u32(table);
    const uint16_t vtable_bytes = ali_load_u16(vtable);
    if (4 + 2 * slot >= vtable_bytes) return NULL;
    const uint16_t offset = ali_load_u16(vtable + 4 + 2 * slot);
    assert_true(offset < ali_load_u16(vtable + 2));
    return offset == 0 ? NULL : table + offset;
}

static void assert_text(const uint8_t *text, const char *expected) {
    assert_int_equal(ali_load_u32(text), strlen(expected));
    assert_string_equal((const char *)text + 4, expected);
}

static void scalars_strings_and_vectors_are_read_back(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_flatbuf flat;
    ali_flatbuf_init(&flat, ctx);
    const int64_t pairs[] = {1, -2, 3, -4};
    const uint32_t names[] = {ali_flatbuf_text(&flat, "first", 5), ali_flatbuf_text(&flat, "", 0)};
    const uint32_t vector = ali_flatbuf_offsets(&flat, names, 2);
    const uint32_t structs = ali_flatbuf_structs(&flat, pairs, 2, 16);
    ali_flatbuf_begin(&flat);
    ali_flatbuf_put_u8(&flat, 0, 7);
    ali_flatbuf_put_i64(&flat, 1, INT64_MIN);
    ali_flatbuf_put_offset(&flat, 3, vector);
    ali_flatbuf_put_i16(&flat, 4, -300);
    ali_flatbuf_put_offset(&flat, 5, structs);
    ali_flatbuf_put_i32(&flat, 6, 70000);
    const uint32_t root = ali_flatbuf_end(&flat);
    const uint8_t *bytes = NULL;
    uint32_t count = 0;
    assert_int_equal(ali_flatbuf_finish(&flat, root, &bytes, &count), ALI_OK);
    assert_int_equal(count % 8, 0);

    // Alignment is counted from the beginning, which readers align to 8.
    uint8_t *copy = aligned_alloc(8, count);
    memcpy(copy, bytes, count);
    ali_flatbuf_clear(&flat);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
    const uint8_t *table = follow(copy);
    assert_int_equal((table - copy) % 4, 0);
    assert_int_equal(*field_of(table, 0), 7);
    assert_int_equal((field_of(table, 1) - copy) % 8, 0);
    assert_true((int64_t)ali_load_u64(field_of(table, 1)) == INT64_MIN);
    assert_null(field_of(table, 2));
    assert_int_equal((int16_t)ali_load_u16(field_of(table, 4)), -300);
    assert_int_equal(ali_load_u32(field_of(table, 6)), 70000);
    assert_null(field_of(table, 7));
    const uint8_t *read = follow(field_of(table, 3));
    assert_int_equal(ali_load_u32(read), 2);
    assert_text(follow(read + 4), "first");
    assert_text(follow(read + 8), "");
    read = follow(field_of(table, 5));
    assert_int_equal(ali_load_u32(read), 2);
    assert_int_equal((read + 4 - copy) % 8, 0);
    assert_memory_equal(read + 4, pairs, sizeof pairs);
    free(copy);
}

static void tables_refer_to_tables_and_empty_ones_are_legal(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_flatbuf flat;
    const uint8_t *bytes = NULL;
    uint32_t count = 0;
    ali_flatbuf_init(&flat, ctx);
    ali_flatbuf_begin(&flat);
    const uint32_t empty = ali_flatbuf_end(&flat);
    const uint32_t none = ali_flatbuf_offsets(&flat, NULL, 0);
    ali_flatbuf_begin(&flat);
    ali_flatbuf_put_offset(&flat, 0, empty);
    ali_flatbuf_put_offset(&flat, 1, none);
    const uint32_t root = ali_flatbuf_end(&flat);
    assert_int_equal(ali_flatbuf_finish(&flat, root, &bytes, &count), ALI_OK);
    const uint8_t *table = follow(bytes);
    assert_null(field_of(follow(field_of(table, 0)), 0));
    assert_int_equal(ali_load_u32(follow(field_of(table, 1))), 0);
    ali_flatbuf_clear(&flat);
    ali_context_free(ctx);
}

static void buffer_grows_and_keeps_what_it_holds(void **state) {
    enum { COUNT = 5000 };
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_flatbuf flat;
    static uint32_t names[COUNT];
    char name[16];
    const uint8_t *bytes = NULL;
    uint32_t count = 0;
    ali_flatbuf_init(&flat, ctx);
    for (uint32_t i = 0; i < COUNT; i += 1) {
        names[i] = ali_flatbuf_text(&flat, name, (uint64_t)snprintf(name, sizeof name, "n%u", i));
    }
    const uint32_t vector = ali_flatbuf_offsets(&flat, names, COUNT);
    ali_flatbuf_begin(&flat);
    ali_flatbuf_put_offset(&flat, 0, vector);
    const uint32_t root = ali_flatbuf_end(&flat);
    assert_int_equal(ali_flatbuf_finish(&flat, root, &bytes, &count), ALI_OK);
    const uint8_t *read = follow(field_of(follow(bytes), 0));
    for (uint32_t i = 0; i < COUNT; i += 1) {
        snprintf(name, sizeof name, "n%u", i);
        assert_text(follow(read + 4 + 4 * i), name);
    }
    ali_flatbuf_clear(&flat);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void first_error_is_kept_until_the_end(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_flatbuf flat;
    const uint8_t *bytes = NULL;
    uint32_t count = 0;
    ali_flatbuf_init(&flat, ctx);
    counter.fail_at = counter.calls + 1;
    const uint32_t name = ali_flatbuf_text(&flat, "x", 1);
    assert_int_equal(name, 0);
    ali_flatbuf_begin(&flat);
    ali_flatbuf_put_offset(&flat, 0, name);
    const uint32_t root = ali_flatbuf_end(&flat);
    assert_int_equal(ali_flatbuf_finish(&flat, root, &bytes, &count), ALI_ERR_MEMORY);
    ali_flatbuf_clear(&flat);

    ali_error_begin(ctx);
    ali_flatbuf_init(&flat, ctx);
    assert_int_equal(ali_flatbuf_text(&flat, "x", UINT64_C(1) << 40), 0);
    assert_int_equal(ali_flatbuf_finish(&flat, 0, &bytes, &count), ALI_ERR_LIMIT);
    ali_flatbuf_clear(&flat);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_strings_and_vectors_are_read_back),
        cmocka_unit_test(tables_refer_to_tables_and_empty_ones_are_legal),
        cmocka_unit_test(buffer_grows_and_keeps_what_it_holds),
        cmocka_unit_test(first_error_is_kept_until_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
