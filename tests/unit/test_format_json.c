// JSON and JSON lines: the spelling of every kind of value, escapes, keys, arrays.
#include <math.h>

#include "format/cell.h"
#include "writer_tools.h"

// One column of one type, written as JSON lines: `expected` has one member value a line.
static void assert_lines(const ali_type *type, const void *values, size_t values_bytes,
                         uint64_t rows, const char *const *expected) {
    tool_table table;
    tool_open(&table, type, 1, rows);
    tool_values(table.ctx, &table.batch->columns[0], values, values_bytes);
    char text[4096] = "";
    for (uint64_t i = 0; i < rows; i += 1) {
        strcat(text, "{\"a\":");
        strcat(text, expected[i]);
        strcat(text, "}\n");
    }
    tool_assert_written(&table, "jsonl", 0, text, 0);
    tool_close(&table);
}

static void integers_beyond_what_doubles_hold_are_strings(void **state) {
    const ali_type wide = TOOL_INT(64, 1);
    const ali_type natural = TOOL_INT(64, 0);
    const ali_type narrow = TOOL_INT(8, 1);
    const ali_type small = TOOL_INT(16, 0);
    const int64_t a[] = {9007199254740991,  9007199254740992, -9007199254740991,
                         -9007199254740992, INT64_MIN,        0};
    const char *const a_text[] = {"9007199254740991",         "\"9007199254740992\"",
                                  "-9007199254740991",        "\"-9007199254740992\"",
                                  "\"-9223372036854775808\"", "0"};
    const uint64_t b[] = {UINT64_MAX, 9007199254740991};
    const char *const b_text[] = {"\"18446744073709551615\"", "9007199254740991"};
    const int8_t c[] = {-128, 127};
    const char *const c_text[] = {"-128", "127"};
    const uint16_t d[] = {65535, 0};
    const char *const d_text[] = {"65535", "0"};
    assert_lines(&wide, a, sizeof a, 6, a_text);
    assert_lines(&natural, b, sizeof b, 2, b_text);
    assert_lines(&narrow, c, sizeof c, 2, c_text);
    assert_lines(&small, d, sizeof d, 2, d_text);
}

static void floats_are_the_shortest_doubles_and_no_numbers_are_strings(void **state) {
    const ali_type type64 = TOOL_FLOAT(64);
    const ali_type type32 = TOOL_FLOAT(32);
    const ali_type type16 = TOOL_FLOAT(16);
    const double a[] = {0.1,        -0.0, 1e21, 1e-7, 5e-324, (double)INFINITY, (double)-INFINITY,
                        (double)NAN};
    const char *const a_text[] = {"0.1",    "-0",           "1e+21",         "1e-7",
                                  "5e-324", "\"Infinity\"", "\"-Infinity\"", "\"NaN\""};
    const float b[] = {0.1f, 16777216.0f};
    const char *const b_text[] = {"0.10000000149011612", "16777216"};
    const uint16_t c[] = {0x3555, 0xFC00};
    const char *const c_text[] = {"0.333251953125", "\"-Infinity\""};
    assert_lines(&type64, a, sizeof a, 8, a_text);
    assert_lines(&type32, b, sizeof b, 2, b_text);
    assert_lines(&type16, c, sizeof c, 2, c_text);
}

static void dates_and_times_are_strings(void **state) {
    const ali_type date32 = {.kind = ALI_TYPE_DATE, .bits = 32, .unit = ALI_UNIT_DAY};
    const ali_type date64 = {.kind = ALI_TYPE_DATE, .bits = 64, .unit = ALI_UNIT_MILLI};
    const ali_type clock = {.kind = ALI_TYPE_TIME, .bits = 32, .unit = ALI_UNIT_MILLI};
    const ali_type local = {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MICRO};
    const ali_type instant = {
        .kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_SECOND, .zone = "UTC"};
    const ali_type duration = {.kind = ALI_TYPE_DURATION, .bits = 64, .unit = ALI_UNIT_NANO};
    const int32_t a[] = {20088, -735525, 105201161};
    const char *const a_text[] = {"\"2024-12-31\"", "\"-000044-03-15\"", "\"+290000-12-30\""};
    const int64_t b[] = {86400000, 1};
    const char *const b_text[] = {"\"1970-01-02T00:00:00\"", "\"1970-01-01T00:00:00.001\""};
    const int32_t c[] = {45234120, 0};
    const char *const c_text[] = {"\"12:33:54.12\"", "\"00:00:00\""};
    const int64_t d[] = {1704141296123456};
    const char *const d_text[] = {"\"2024-01-01T20:34:56.123456\""};
    const int64_t e[] = {-1};
    const char *const e_text[] = {"\"1969-12-31T23:59:59Z\""};
    const int64_t f[] = {-5, INT64_MAX};
    const char *const f_text[] = {"-5", "\"9223372036854775807\""};
    assert_lines(&date32, a, sizeof a, 3, a_text);
    assert_lines(&date64, b, sizeof b, 2, b_text);
    assert_lines(&clock, c, sizeof c, 2, c_text);
    assert_lines(&local, d, sizeof d, 1, d_text);
    assert_lines(&instant, e, sizeof e, 1, e_text);
    assert_lines(&duration, f, sizeof f, 2, f_text);
}

static void decimals_have_all_digits_of_their_scale(void **state) {
    static const struct {
        int32_t scale;
        int64_t high;
        uint64_t low;
        const char *text;
    } decimals[] = {
        {2, -1, (uint64_t)-1230, "\"-12.30\""},
        {2, 0, 5, "\"0.05\""},
        {0, 0, 0, "\"0\""},
        {3, 0, 0, "\"0.000\""},
        {4, -1, UINT64_MAX, "\"-0.0001\""},
        {-3, 0, 12, "\"12000\""},
        {-3, 0, 0, "\"0\""},
        {38, INT64_MAX, UINT64_MAX, "\"1.70141183460469231731687303715884105727\""},
        {0, INT64_MIN, 0, "\"-170141183460469231731687303715884105728\""},
        {40, 0, 7, "\"0.0000000000000000000000000000000000000007\""},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(decimals); i += 1) {
        const ali_type type = {
            .kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 38, .scale = decimals[i].scale};
        const uint64_t value[] = {decimals[i].low, (uint64_t)decimals[i].high};
        assert_lines(&type, value, sizeof value, 1, &decimals[i].text);
    }
}

static void decimals_of_256_bits_are_spelled_likewise(void **state) {
    static const struct {
        int32_t scale;
        uint64_t limbs[4]; // the lowest first
        const char *text;
    } decimals[] = {
        {1, {123, 0, 0, 0}, "\"12.3\""},
        {0, {0, 0, 0, 0}, "\"0\""},
        {2, {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}, "\"-0.01\""},
        {0,
         {UINT64_MAX, UINT64_MAX, UINT64_MAX, INT64_MAX},
         "\"5789604461865809771178549250434395392663499233282028201972879200395656481996"
         "7\""},
        {76,
         {0, 0, 0, UINT64_C(1) << 63},
         "\"-5.7896044618658097711785492504343953926634992332820282019728792003956564819968\""},
        {-76,
         {1, 0, 0, 0},
         "\"10000000000000000000000000000000000000000000000000000000000000000000000000000\""},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(decimals); i += 1) {
        const ali_type type = {
            .kind = ALI_TYPE_DECIMAL, .bits = 256, .precision = 76, .scale = decimals[i].scale};
        assert_lines(&type, decimals[i].limbs, sizeof decimals[i].limbs, 1, &decimals[i].text);
    }
}

static void intervals_are_objects(void **state) {
    const ali_type type = {.kind = ALI_TYPE_INTERVAL, .bits = 128};
    const uint64_t values[] = {UINT64_C(15) << 32 | 1, 500000000, UINT64_C(0x8000000080000000),
                               (uint64_t)INT64_MIN};
    static const char *const texts[] = {
        "{\"months\":1,\"days\":15,\"nanos\":500000000}",
        "{\"months\":-2147483648,\"days\":-2147483648,\"nanos\":\"-9223372036854775808\"}"};
    assert_lines(&type, values, sizeof values, 2, texts);
}

static void binary_is_hexadecimal_and_booleans_are_bare(void **state) {
    const ali_type fixed = {.kind = ALI_TYPE_FIXED_BINARY, .bits = 24};
    const ali_type boolean = TOOL_BOOL;
    const uint8_t a[] = {0xDE, 0xAD, 0x00, 0x0F, 0xF0, 0x99};
    const char *const a_text[] = {"\"dead00\"", "\"0ff099\""};
    const uint8_t b[] = {2};
    const char *const b_text[] = {"false", "true"};
    assert_lines(&fixed, a, sizeof a, 2, a_text);
    assert_lines(&boolean, b, sizeof b, 2, b_text);
}

static void uuids_have_dashes(void **state) {
    const ali_pair pair = {"ARROW:extension:name", "arrow.uuid", 20, 10};
    const ali_type type = {.kind = ALI_TYPE_FIXED_BINARY, .bits = 128};
    const ali_field field = {
        .name = "u", .name_bytes = 1, .type = &type, .metadata = &pair, .metadata_count = 1};
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = NULL;
    assert_int_equal(ali_schema_new(ctx, &field, 1, NULL, 0, &schema), ALI_OK);
    const uint8_t bytes[] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                             0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};
    ali_buf *values = NULL;
    assert_int_equal(ali_buf_new(ctx, 16, &values), ALI_OK);
    memcpy(values->data, bytes, 16);
    const ali_column column = {.type = schema->nodes[0].type, .length = 1, .values = values};
    ali_cell cell;
    uint8_t text[64];
    bool is_string = false;
    ali_cell_init(&cell, &column);
    const uint8_t *end = ali_cell_print(&cell, 0, text, &is_string);
    assert_true(is_string);
    assert_int_equal(end - text, 36);
    assert_true((uint64_t)(end - text) <= cell.bytes_bound);
    assert_memory_equal(text, "00112233-4455-6677-8899-aabbccddeeff", 36);
    ali_buf_release(values);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void strings_escape_only_what_they_must(void **state) {
    static const char *const texts[] = {"say \"hi\" \\ bye/",
                                        "\b\f\n\r\t\x01\x1F\x7F",
                                        "\xC3\xA9 \xE2\x80\xA8 \xF0\x9F\x98\x80",
                                        "0123456789abcdef\"0123456789",
                                        "",
                                        NULL};
    const ali_type type = TOOL_KIND(UTF8);
    tool_table table;
    tool_open(&table, &type, 1, 6);
    tool_text(table.ctx, &table.batch->columns[0], texts);
    tool_assert_written(&table, "jsonl", 0,
                        "{\"a\":\"say \\\"hi\\\" \\\\ bye/\"}\n"
                        "{\"a\":\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\"}\n"
                        "{\"a\":\"\xC3\xA9 \xE2\x80\xA8 \xF0\x9F\x98\x80\"}\n"
                        "{\"a\":\"0123456789abcdef\\\"0123456789\"}\n"
                        "{\"a\":\"\"}\n"
                        "{\"a\":null}\n",
                        0);
    tool_close(&table);
}

static void invalid_utf8_is_replaced_and_counted_once_a_value(void **state) {
    static const char *const values[] = {"\xFF\xFF", "fine", "1234567\xE2\x82"};
    const int32_t codes[] = {0, 1, 2, 0, 0};
    const ali_type type = TOOL_KIND(UTF8);
    tool_table table;
    tool_open(&table, &type, 1, 5);
    tool_codes(table.ctx, table.schema, &table.batch->columns[0], values, 3, codes);
    tool_nulls(table.ctx, &table.batch->columns[0], "xxx.x");
    tool_assert_written(&table, "jsonl", 0,
                        "{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}\n"
                        "{\"a\":\"fine\"}\n"
                        "{\"a\":\"1234567\xEF\xBF\xBD\"}\n"
                        "{\"a\":null}\n"
                        "{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}\n",
                        3);
    tool_close(&table);
}

static void members_stand_in_schema_order_with_duplicate_names_kept(void **state) {
    const ali_type type = TOOL_INT(8, 1);
    const ali_field fields[] = {{.name = "z\"", .name_bytes = 2, .type = &type},
                                {.name = "a", .name_bytes = 1, .type = &type},
                                {.name = "z\"", .name_bytes = 2, .type = &type}};
    const int8_t values[] = {1, 2};
    tool_table table = {.ctx = NULL};
    table.ctx = tool_context(&table.counter);
    assert_int_equal(ali_schema_new(table.ctx, fields, 3, NULL, 0, &table.schema), ALI_OK);
    table.batch = tool_batch(table.ctx, table.schema, 2);
    for (uint32_t i = 0; i < 3; i += 1) {
        tool_values(table.ctx, &table.batch->columns[i], values, sizeof values);
    }
    tool_assert_written(&table, "jsonl", 0,
                        "{\"z\\\"\":1,\"a\":1,\"z\\\"\":1}\n{\"z\\\"\":2,\"a\":2,\"z\\\"\":2}\n",
                        0);
    tool_close(&table);
}

static void json_is_one_array_over_all_batches(void **state) {
    const ali_type type = TOOL_INT(8, 1);
    const int8_t values[] = {1, 2};
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    tool_open(&table, &type, 1, 2);
    tool_values(table.ctx, &table.batch->columns[0], values, sizeof values);
    char *text = tool_write(&table, "json", 0, 2, &count, &warnings);
    assert_string_equal(text, "[\n{\"a\":1},\n{\"a\":2},\n{\"a\":1},\n{\"a\":2}\n]\n");
    free(text);
    text = tool_write(&table, "json", 0, 0, &count, &warnings);
    assert_string_equal(text, "[]\n");
    free(text);
    tool_close(&table);
}

static void rows_without_columns_are_empty_objects(void **state) {
    tool_table table;
    tool_open(&table, NULL, 0, 2);
    tool_assert_written(&table, "jsonl", 0, "{}\n{}\n", 0);
    tool_close(&table);
}

// Text whose every byte needs all of the room reserved for it, over several blocks.
static void text_that_grows_sixfold_is_written_whole(void **state) {
    enum { ROWS = 2500 };
    const ali_type type = TOOL_KIND(UTF8);
    static char text[ROWS][32];
    const char *texts[ROWS];
    uint64_t expected = 0;
    tool_table table;
    tool_open(&table, &type, 1, ROWS);
    for (uint32_t i = 0; i < ROWS; i += 1) {
        memset(text[i], i % 2 == 0 ? 1 : 0x80, 1 + i % 30);
        texts[i] = text[i];
        expected += strlen("{\"a\":\"\"}\n") + (i % 2 == 0 ? 6 : 3) * (1 + i % 30);
    }
    tool_text(table.ctx, &table.batch->columns[0], texts);
    uint64_t count = 0;
    uint64_t warnings = 0;
    char *written = tool_write(&table, "jsonl", 0, 1, &count, &warnings);
    assert_int_equal(count, expected);
    assert_int_equal(warnings, ROWS / 2);
    free(written);
    tool_close(&table);
}

static void repeated_dictionary_values_are_written_whole(void **state) {
    enum { ROWS = 5000 };
    const ali_type type = TOOL_KIND(UTF8);
    static int32_t codes[ROWS];
    static char value[201];
    const char *const values[] = {"x", value};
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    memset(value, '"', sizeof value - 1);
    for (uint32_t i = 0; i < ROWS; i += 1) codes[i] = i % 10 != 0;
    tool_open(&table, &type, 1, ROWS);
    tool_codes(table.ctx, table.schema, &table.batch->columns[0], values, 2, codes);
    char *text = tool_write(&table, "jsonl", ALI_WRITE_HEADER_NONE, 1, &count, &warnings);
    assert_int_equal(count, ROWS * 9 + ROWS / 10 * 1 + ROWS / 10 * 9 * 400);
    free(text);
    tool_close(&table);
}

// One list of 14,680,064 nulls takes no bytes in a file, and 70 MiB as text.
static void rows_of_more_text_than_64_mib_are_refused(void **state) {
    static const char *const formats[] = {"json", "jsonl", "csv"};
    const ali_type types[] = {
        {.kind = ALI_TYPE_FIXED_LIST, .children_count = 1, .list_size = 14u << 20},
        TOOL_KIND(NULL)};
    const ali_write_options options = {.size_bytes = sizeof options};
    tool_table table;
    tool_open(&table, types, 2, 1);
    table.batch->columns[1].length = table.batch->columns[1].null_count = 14u << 20;
    for (uint32_t i = 0; i < 3; i += 1) {
        ali_writer *writer = NULL;
        assert_int_equal(ali_writer_new(table.ctx, formats[i], &options, table.schema, &writer),
                         ALI_OK);
        assert_int_equal(ali_writer_put(writer, table.batch), ALI_ERR_LIMIT);
        assert_string_equal(ali_context_error(table.ctx)->sentence,
                            "the text of row 0 is beyond 67108864 bytes at column \"a\"");
        ali_writer_free(writer);
    }
    tool_close(&table);
}

static void failed_allocations_leak_nothing(void **state) {
    static const char *const values[] = {"v"};
    const int32_t codes[] = {0, 0};
    const ali_type type = TOOL_KIND(UTF8);
    tool_table table;
    tool_open(&table, &type, 1, 2);
    tool_codes(table.ctx, table.schema, &table.batch->columns[0], values, 1, codes);
    tool_fail_each(&table, "jsonl", 0);
    tool_fail_each(&table, "json", 0);
    tool_close(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_beyond_what_doubles_hold_are_strings),
        cmocka_unit_test(floats_are_the_shortest_doubles_and_no_numbers_are_strings),
        cmocka_unit_test(dates_and_times_are_strings),
        cmocka_unit_test(decimals_have_all_digits_of_their_scale),
        cmocka_unit_test(decimals_of_256_bits_are_spelled_likewise),
        cmocka_unit_test(intervals_are_objects),
        cmocka_unit_test(binary_is_hexadecimal_and_booleans_are_bare),
        cmocka_unit_test(uuids_have_dashes),
        cmocka_unit_test(strings_escape_only_what_they_must),
        cmocka_unit_test(invalid_utf8_is_replaced_and_counted_once_a_value),
        cmocka_unit_test(members_stand_in_schema_order_with_duplicate_names_kept),
        cmocka_unit_test(json_is_one_array_over_all_batches),
        cmocka_unit_test(rows_without_columns_are_empty_objects),
        cmocka_unit_test(text_that_grows_sixfold_is_written_whole),
        cmocka_unit_test(repeated_dictionary_values_are_written_whole),
        cmocka_unit_test(rows_of_more_text_than_64_mib_are_refused),
        cmocka_unit_test(failed_allocations_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
