// The FlatBuffers reader: what the builder wrote, and tables that lie.
#include "column_tools.h"
#include "wire/flatbuf.h"
#include "wire/flatbuf_read.h"

// A buffer with one of each: numbers, a string, a child table, vectors.
static uint8_t *build(ali_context *ctx, uint32_t *count) {
    ali_flatbuf made;
    const uint8_t *bytes = NULL;
    const int64_t pairs[] = {1, -2, 3, -4};
    ali_flatbuf_init(&made, ctx);
    const uint32_t name = ali_flatbuf_text(&made, "first", 5);
    const uint32_t structs = ali_flatbuf_structs(&made, pairs, 2, 16);
    ali_flatbuf_begin(&made);
    ali_flatbuf_put_offset(&made, 0, name);
    const uint32_t child = ali_flatbuf_end(&made);
    const uint32_t tables = ali_flatbuf_offsets(&made, &child, 1);
    ali_flatbuf_begin(&made);
    ali_flatbuf_put_u8(&made, 0, 200);
    ali_flatbuf_put_i16(&made, 1, -300);
    ali_flatbuf_put_i32(&made, 2, -70000);
    ali_flatbuf_put_i64(&made, 3, INT64_MIN);
    ali_flatbuf_put_offset(&made, 4, tables);
    ali_flatbuf_put_offset(&made, 5, structs);
    ali_flatbuf_put_offset(&made, 6, child);
    const uint32_t root = ali_flatbuf_end(&made);
    assert_int_equal(ali_flatbuf_finish(&made, root, &bytes, count), ALI_OK);
    uint8_t *copy = malloc(*count); // no byte more: what is read beyond is found
    memcpy(copy, bytes, *count);
    ali_flatbuf_clear(&made);
    return copy;
}

// Reads everything that there could be, and some that there is not.
static int64_t read_all(ali_flat *flat) {
    const ali_flat_table root = ali_flat_root(flat);
    int64_t sum = 0;
    for (uint32_t slot = 0; slot < 9; slot += 1) {
        uint64_t bytes = 0;
        const char *text = ali_flat_text(flat, root, slot, &bytes);
        for (uint64_t i = 0; i < bytes; i += 1) sum += text[i];
        for (uint32_t width = 1; width <= 8; width *= 2) {
            sum += ali_flat_number(flat, root, slot, width, 1) & 0xFF;
        }
        const ali_flat_vector items = ali_flat_items(flat, root, slot, 16);
        for (uint64_t i = 0; i < (uint64_t)items.count * 16; i += 1) sum += items.items[i];
        const ali_flat_vector tables = ali_flat_items(flat, root, slot, 4);
        for (uint32_t i = 0; i < tables.count && flat->status == ALI_OK; i += 1) {
            const ali_flat_table child = ali_flat_item(flat, &tables, i);
            sum += ali_flat_number(flat, child, 0, 8, 0) & 0xFF;
        }
        const ali_flat_table child = ali_flat_child(flat, root, slot);
        sum += ali_flat_number(flat, child, 1, 8, 0) & 0xFF;
    }
    return sum;
}

static void what_was_written_is_read(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    uint32_t count = 0;
    uint8_t *bytes = build(ctx, &count);
    ali_flat flat = {.ctx = ctx, .bytes = bytes, .count_bytes = count, .what = "it"};
    const ali_flat_table root = ali_flat_root(&flat);
    assert_int_equal(ali_flat_number(&flat, root, 0, 1, 0), 200);
    assert_int_equal(ali_flat_number(&flat, root, 1, 2, 0), -300);
    assert_int_equal(ali_flat_number(&flat, root, 2, 4, 0), -70000);
    assert_true(ali_flat_number(&flat, root, 3, 8, 0) == INT64_MIN);
    const ali_flat_vector structs = ali_flat_items(&flat, root, 5, 16);
    assert_int_equal(structs.count, 2);
    assert_int_equal((int64_t)ali_load_u64(structs.items + 24), -4);
    const ali_flat_vector tables = ali_flat_items(&flat, root, 4, 4);
    uint64_t text_bytes = 0;
    const char *text = ali_flat_text(&flat, ali_flat_item(&flat, &tables, 0), 0, &text_bytes);
    assert_int_equal(text_bytes, 5);
    assert_memory_equal(text, "first", 5);
    assert_int_equal(ali_flat_item(&flat, &tables, 1), 0);
    assert_int_equal(ali_flat_item(&flat, &tables, 0), ali_flat_child(&flat, root, 6));
    assert_int_equal(flat.status, ALI_OK);
    free(bytes);
    ali_context_free(ctx);
}

static void what_is_absent_has_its_default(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    uint32_t count = 0;
    uint8_t *bytes = build(ctx, &count);
    ali_flat flat = {.ctx = ctx, .bytes = bytes, .count_bytes = count, .what = "it"};
    const ali_flat_table root = ali_flat_root(&flat);
    uint64_t text_bytes = 9;
    assert_int_equal(ali_flat_number(&flat, root, 7, 8, 42), 42);
    assert_int_equal(ali_flat_number(&flat, root, 60000, 8, -1), -1);
    const ali_flat_table none = ali_flat_child(&flat, root, 7);
    assert_int_equal(none, 0);
    assert_int_equal(ali_flat_child(&flat, none, 0), 0);
    assert_int_equal(ali_flat_items(&flat, none, 0, 4).count, 0);
    assert_string_equal(ali_flat_text(&flat, none, 0, &text_bytes), "");
    assert_int_equal(text_bytes, 0);
    assert_int_equal(flat.status, ALI_OK);
    free(bytes);
    ali_context_free(ctx);
}

// Each case is a whole buffer; the fault stands in the sentence.
static void lying_tables_are_refused(void **state) {
    static const struct {
        const char *name;
        uint32_t words[8];
        uint32_t count_bytes;
        uint32_t slot; // that is followed
        const char *sentence;
    } cases[] = {
        {"no room for the root", {0}, 3, 0, "it of 3 bytes refers to 4 bytes at 0, outside of it"},
        {"root beyond the end",
         {64},
         16,
         0,
         "it of 16 bytes refers to 4 bytes at 64, outside of it"},
        {"vtable before the beginning",
         {4, 4096},
         16,
         0,
         "it of 16 bytes refers to 4 bytes at 18446744073709547524, outside of it"},
        {"vtable beyond the end",
         {4, UINT32_MAX - 4095},
         16,
         0,
         "it of 16 bytes refers to 4 bytes at 4100, outside of it"},
        {"vtable longer than the rest",
         {4, UINT32_MAX - 3, 0x00040FFF},
         12,
         0,
         "it of 12 bytes refers to 4095 bytes at 8, outside of it"},
        {"field beyond the end",
         {4, UINT32_MAX - 3, 0x00040006, 0x00007FFF},
         16,
         0,
         "it of 16 bytes refers to 4 bytes at 32771, outside of it"},
        {"vector beyond the end",
         {4, UINT32_MAX - 7, 900, 0x00080006, 4},
         20,
         0,
         "it of 20 bytes refers to 4 bytes at 908, outside of it"},
        {"vector longer than the rest",
         {4, UINT32_MAX - 7, 12, 0x00080006, 4, 0xFFFFFFFF},
         24,
         0,
         "it of 24 bytes refers to 4294967295 bytes at 24, outside of it"},
    };
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        uint8_t *bytes = malloc(cases[i].count_bytes);
        memcpy(bytes, cases[i].words, cases[i].count_bytes);
        ali_error_begin(ctx);
        ali_flat flat = {.ctx = ctx,
                         .bytes = bytes,
                         .count_bytes = cases[i].count_bytes,
                         .offset_bytes = 77,
                         .what = "it"};
        uint64_t text_bytes = 0;
        (void)ali_flat_text(&flat, ali_flat_root(&flat), cases[i].slot, &text_bytes);
        if (flat.status != ALI_ERR_CORRUPT) fail_msg("%s: status %d", cases[i].name, flat.status);
        assert_string_equal(ali_context_error(ctx)->sentence, cases[i].sentence);
        assert_int_equal(ali_context_error(ctx)->offset_bytes, 77);
        assert_int_equal(text_bytes, 0);
        assert_int_equal(ali_flat_root(&flat), 0); // after a fault all is absent
        free(bytes);
    }
    ali_context_free(ctx);
}

static void no_byte_makes_the_reader_leave_its_buffer(void **state) {
    static const uint8_t values[] = {0x00, 0x01, 0x04, 0x7F, 0x80, 0xFF};
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    uint32_t count = 0;
    uint8_t *bytes = build(ctx, &count);
    uint32_t refused = 0;
    for (uint32_t at = 0; at < count; at += 1) {
        const uint8_t kept = bytes[at];
        for (uint32_t i = 0; i < sizeof values; i += 1) {
            bytes[at] = values[i];
            ali_flat flat = {.bytes = bytes, .count_bytes = count, .what = "it"};
            (void)read_all(&flat);
            refused += flat.status == ALI_ERR_CORRUPT;
        }
        bytes[at] = kept;
    }
    assert_true(refused > 100);
    for (uint32_t length = 0; length < count; length += 1) {
        uint8_t *part = malloc(length + 1);
        memcpy(part, bytes, length);
        ali_flat flat = {.bytes = part, .count_bytes = length, .what = "it"};
        (void)read_all(&flat);
        assert_true(flat.status == ALI_OK || flat.status == ALI_ERR_CORRUPT);
        free(part);
    }
    free(bytes);
    ali_context_free(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(what_is_absent_has_its_default),
        cmocka_unit_test(lying_tables_are_refused),
        cmocka_unit_test(no_byte_makes_the_reader_leave_its_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
