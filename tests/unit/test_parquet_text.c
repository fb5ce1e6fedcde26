// Long text in Parquet files: batches that end before their rows, columns that stay together all
// the same, and steps that copy no more than their share.
#include "parquet_tools.h"

// Puts a byte array of as many bytes.
static void put_long(tool_bytes *to, uint32_t count) {
    char *text = malloc(count);
    memset(text, 'x', count);
    tool_put_u32(to, count);
    tool_put(to, text, count);
    free(text);
}

// A chunk of text: the dictionary's first value is long; the codes of its pages are packed bits.
static void put_long_codes(tool_bytes *pages, uint32_t long_bytes, int32_t rows, uint32_t bits) {
    tool_bytes body = {0};
    put_long(&body, long_bytes);
    tool_put_text(&body, "y");
    put_dictionary(pages, &body, 2);
    release(&body);
    const tool_page page = tool_data_page(rows, ALI_PARQUET_RLE_DICTIONARY);
    PUT(&body, 1);
    tool_put_varint(&body, (uint64_t)rows / 8 << 1 | 1);
    for (int32_t i = 0; i < rows / 8; i += 1) tool_put_byte(&body, bits);
    tool_put_page(pages, &page, &body);
    release(&body);
}

static const ali_scan_options plain_strings = {.size_bytes = sizeof plain_strings,
                                               .strings = ALI_SCAN_STRINGS_PLAIN};

// The rows of each batch, joined by a space.
static void expect_batches(const tool_result *result, const char *sizes) {
    char text[400] = "";
    uint32_t rows = 0;
    for (size_t i = 0; i < result->rows.count; i += 1) {
        rows += result->rows.data[i] == ';';
        if (result->rows.data[i] != '/') continue;
        const size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at, "%" PRIu32 " ", rows);
        rows = 0;
    }
    assert_string_equal(text, sizes);
}

static void batches_end_where_their_text_is_long(void **state) {
    tool_bytes pages = {0};
    put_long_codes(&pages, 1 << 20, 800, 0xFC); // two long ones of eight
    const tool_column column = column_of("t", ALI_PARQUET_BYTE_ARRAY, 0, 800, &pages);
    tool_bytes file = tool_file(&column, 1, 800, 1);
    const tool_reading how = {.scan = &plain_strings, .is_brief = true};
    tool_result result = tool_read(&file, &how);
    assert_int_equal(result.status, ALI_OK);
    expect_batches(&result, "122 128 128 128 128 128 38 ");
    assert_true(result.peak_bytes < UINT64_C(160) << 20);
    assert_true(result.steps >= 200); // of 200 MiB
    release(&result.rows);
    release(&file);
    release(&pages);
}

static void columns_stay_together_where_one_ends_a_batch(void **state) {
    enum { ROWS = 160 };
    tool_bytes numbers = {0};
    tool_bytes flags = {0};
    tool_bytes codes = {0};
    tool_bytes texts = {0};
    tool_bytes names = {0};
    tool_bytes body = {0};
    tool_page page = tool_data_page(ROWS, ALI_PARQUET_PLAIN);
    tool_put_u32(&body, 1 + ROWS / 8);
    tool_put_varint(&body, ROWS / 8 << 1 | 1);
    for (uint32_t i = 0; i < ROWS / 8; i += 1) tool_put_byte(&body, 0x7F); // each eighth is null
    for (int64_t i = 0; i < ROWS; i += 1) {
        if (i % 8 != 7) tool_put_i64(&body, i);
    }
    tool_put_page(&numbers, &page, &body);
    release(&body);
    for (uint32_t i = 0; i < ROWS / 8; i += 1) tool_put_byte(&body, i);
    tool_put_page(&flags, &page, &body);
    release(&body);
    for (uint32_t i = 0; i < ROWS; i += 1) {
        char text[8];
        (void)snprintf(text, sizeof text, "n%" PRIu32, i);
        tool_put_text(&body, text);
    }
    tool_put_page(&names, &page, &body);
    release(&body);
    put_long_codes(&codes, 1 << 20, ROWS, 0xF0);
    for (uint32_t i = 0; i < ROWS; i += 1) put_long(&body, i < 10 ? 101 : 1 << 19);
    tool_put_page(&texts, &page, &body);
    release(&body);
    const tool_column columns[] = {column_of("a", ALI_PARQUET_INT64, 1, ROWS, &numbers),
                                   column_of("b", ALI_PARQUET_BOOLEAN, 0, ROWS, &flags),
                                   column_of("n", ALI_PARQUET_BYTE_ARRAY, 0, ROWS, &names),
                                   column_of("t", ALI_PARQUET_BYTE_ARRAY, 0, ROWS, &codes),
                                   column_of("p", ALI_PARQUET_BYTE_ARRAY, 0, ROWS, &texts),
                                   column_of("z", ALI_PARQUET_INT64, 1, ROWS, &numbers)};
    tool_column lying[6];
    memcpy(lying, columns, sizeof lying);
    for (uint32_t i = 0; i < 6; i += 1) lying[i].uncompressed = i % 2 == 0 ? 1 : INT64_MAX;
    tool_bytes expected = {0};
    for (int32_t i = 0; i < ROWS; i += 1) {
        char number[16] = "null";
        if (i % 8 != 7) (void)snprintf(number, sizeof number, "%d", i);
        tool_print(&expected, "%s,%s,n%d,%s,<%d>,%s;", number,
                   (i / 8 >> i % 8 & 1) != 0 ? "true" : "false", i, i % 8 < 4 ? "<1048576>" : "y",
                   i < 10 ? 101 : 1 << 19, number);
    }
    for (uint32_t k = 0; k < 2; k += 1) {
        tool_bytes file = tool_file(k == 0 ? columns : lying, 6, ROWS, 1);
        tool_result result =
            tool_read(&file, &(tool_reading){.scan = &plain_strings, .is_brief = true});
        assert_int_equal(result.status, ALI_OK);
        size_t at = 0;
        for (size_t i = 0; i + 1 < result.rows.count; i += 1) {
            if (result.rows.data[i] == '/') continue;
            assert_true(at < expected.count && result.rows.data[i] == expected.data[at]);
            at += 1;
        }
        assert_int_equal(at, expected.count);
        expect_batches(&result, k == 0 ? "33 30 3 30 3 30 3 28 " : "21 39 11 53 32 4 ");
        release(&result.rows);
        release(&file);
    }
    release(&expected);
    release(&numbers);
    release(&flags);
    release(&codes);
    release(&texts);
    release(&names);
}

static void batches_are_planned_by_what_a_file_says_of_its_text(void **state) {
    enum { ROWS = 200 };
    tool_bytes pages = {0};
    tool_bytes body = {0};
    const tool_page page = tool_data_page(ROWS, ALI_PARQUET_PLAIN);
    for (uint32_t i = 0; i < ROWS; i += 1) put_long(&body, 200000);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("t", ALI_PARQUET_BYTE_ARRAY, 0, ROWS, &pages);
    tool_bytes file = tool_file(&column, 1, ROWS, 1);
    tool_result result = tool_read(&file, &(tool_reading){.is_brief = true});
    assert_int_equal(result.status, ALI_OK);
    expect_batches(&result, "83 83 34 ");
    assert_true(result.steps >= 32); // of 40 MB
    release(&result.rows);
    release(&file);
    release(&pages);
    release(&body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_end_where_their_text_is_long),
        cmocka_unit_test(columns_stay_together_where_one_ends_a_batch),
        cmocka_unit_test(batches_are_planned_by_what_a_file_says_of_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
