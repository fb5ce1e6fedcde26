// CSV: quoting, header, nulls, replacement of what is not UTF-8, refusals.
#include "writer_tools.h"

static void text_is_quoted_only_where_needed(void **state) {
    static const char *const texts[] = {"plain",    " space ", "a,b", "say \"hi\"", "two\nlines",
                                        "cr\rhere", "",        NULL,  "tab\tstays", "'single'"};
    const ali_type types[] = {TOOL_KIND(UTF8), TOOL_INT(32, 1)};
    const int32_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    tool_table table;
    tool_open(&table, types, 2, 10);
    tool_text(table.ctx, &table.batch->columns[0], texts);
    tool_values(table.ctx, &table.batch->columns[1], numbers, sizeof numbers);
    tool_assert_written(&table, "csv", ALI_WRITE_HEADER_NAMES,
                        "a,b\n"
                        "plain,0\n"
                        " space ,1\n"
                        "\"a,b\",2\n"
                        "\"say \"\"hi\"\"\",3\n"
                        "\"two\nlines\",4\n"
                        "\"cr\rhere\",5\n"
                        "\"\",6\n"
                        ",7\n"
                        "tab\tstays,8\n"
                        "'single',9\n",
                        0);
    tool_close(&table);
}

static void header_can_be_left_out_and_names_are_quoted_alike(void **state) {
    const ali_type type = TOOL_BOOL;
    const ali_field fields[] = {{.name = "x,y", .name_bytes = 3, .type = &type},
                                {.name = "", .name_bytes = 0, .type = &type},
                                {.name = "\xFFz", .name_bytes = 2, .type = &type}};
    tool_table table = {.ctx = NULL};
    table.ctx = tool_context(&table.counter);
    assert_int_equal(ali_schema_new(table.ctx, fields, 3, NULL, 0, &table.schema), ALI_OK);
    table.batch = tool_batch(table.ctx, table.schema, 0);
    tool_assert_written(&table, "csv", ALI_WRITE_HEADER_NAMES, "\"x,y\",\"\",\xEF\xBF\xBDz\n", 1);
    tool_assert_written(&table, "csv", ALI_WRITE_HEADER_NONE, "", 0);
    tool_close(&table);
}

static void dictionary_codes_are_written_as_their_values(void **state) {
    const ali_type type = TOOL_KIND(UTF8);
    const char *const values[] = {"", "v,w", "plain"};
    const int32_t codes[] = {2, 1, 0, 0, 2};
    tool_table table;
    tool_open(&table, &type, 1, 5);
    tool_codes(table.ctx, table.schema, &table.batch->columns[0], values, 3, codes);
    tool_nulls(table.ctx, &table.batch->columns[0], "xxx.x");
    tool_assert_written(&table, "csv", ALI_WRITE_HEADER_NONE, "plain\n\"v,w\"\n\"\"\n\nplain\n", 0);
    tool_close(&table);
}

// 2,000 codes of one value of 20 KB: 40 MB of text, of which no call holds more than a piece.
static void a_batch_of_long_texts_is_handed_out_in_pieces(void **state) {
    enum { ROWS = 2000, VALUE_BYTES = 20000 };
    static const char *const formats[] = {"csv", "jsonl"};
    static const uint64_t lines[] = {VALUE_BYTES + 1, VALUE_BYTES + 9};
    const ali_type type = TOOL_KIND(UTF8);
    char *value = malloc(VALUE_BYTES + 1);
    int32_t *codes = calloc(ROWS, sizeof *codes);
    memset(value, 'x', VALUE_BYTES);
    value[VALUE_BYTES] = 0;
    for (uint32_t i = 0; i < 2; i += 1) {
        const ali_write_options bare = {.size_bytes = sizeof bare, .header = ALI_WRITE_HEADER_NONE};
        const char *values[] = {value};
        tool_table table;
        tool_open(&table, &type, 1, ROWS);
        tool_codes(table.ctx, table.schema, &table.batch->columns[0], values, 1, codes);
        ali_writer *writer = NULL;
        const uint8_t *bytes = NULL;
        uint64_t sum = 0;
        uint64_t row = 0;
        uint32_t pieces = 0;
        assert_int_equal(ali_writer_new(table.ctx, formats[i], &bare, table.schema, &writer),
                         ALI_OK);
        for (; row < ROWS; pieces += 1) {
            assert_int_equal(ali_writer_put_rows(writer, table.batch, &row, ROWS), ALI_OK);
            const uint64_t count = ali_writer_pending(writer, &bytes);
            assert_in_range(count, 1, 3 << 20);
            assert_true(ali_context_memory_bytes(table.ctx) < (8 << 20));
            sum += count;
            ali_writer_drop(writer, count);
        }
        assert_int_equal(sum, ROWS * lines[i]);
        assert_in_range(pieces, 10, ROWS);
        row = 5;
        assert_int_equal(ali_writer_put_rows(writer, table.batch, &row, 7), ALI_OK);
        assert_int_equal(row, 7);
        assert_int_equal(ali_writer_pending(writer, &bytes), 2 * lines[i]);
        assert_int_equal(ali_writer_put_rows(writer, table.batch, &row, ROWS + 1),
                         ALI_ERR_ARGUMENT);
        ali_writer_free(writer);
        tool_close(&table);
    }
    free(value);
    free(codes);
}

static void invalid_utf8_is_replaced_and_counted_once_a_value(void **state) {
    static const char *const texts[] = {"ok \xC3\xA9", "\xFF\xFE", "a\xE2\x82z", "\xF0\x9F\x98",
                                        "\xED\xA0\x80,"};
    const ali_type type = TOOL_KIND(UTF8);
    tool_table table;
    tool_open(&table, &type, 1, 5);
    tool_text(table.ctx, &table.batch->columns[0], texts);
    tool_assert_written(&table, "csv", ALI_WRITE_HEADER_NONE,
                        "ok \xC3\xA9\n"
                        "\xEF\xBF\xBD\xEF\xBF\xBD\n"
                        "a\xEF\xBF\xBDz\n"
                        "\xEF\xBF\xBD\n"
                        "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD,\"\n",
                        4);
    tool_close(&table);
}

static void values_are_bare_and_empty_binary_is_told_from_null(void **state) {
    const ali_type types[] = {TOOL_FLOAT(64), TOOL_INT(64, 1), TOOL_KIND(BINARY), TOOL_BOOL,
                              TOOL_KIND(NULL)};
    const uint64_t doubles[] = {UINT64_C(0x7FF8000000000000), UINT64_C(0xFFF0000000000000),
                                UINT64_C(0x3FB999999999999A)};
    const int64_t integers[] = {INT64_MIN, INT64_MAX, 0};
    const char *const blobs[] = {"\xAB\x01", "", NULL};
    const uint8_t bits[] = {5};
    tool_table table;
    tool_open(&table, types, 5, 3);
    tool_values(table.ctx, &table.batch->columns[0], doubles, sizeof doubles);
    tool_values(table.ctx, &table.batch->columns[1], integers, sizeof integers);
    tool_text(table.ctx, &table.batch->columns[2], blobs);
    tool_values(table.ctx, &table.batch->columns[3], bits, sizeof bits);
    table.batch->columns[4].null_count = 3;
    tool_assert_written(&table, "csv", ALI_WRITE_HEADER_NONE,
                        "NaN,-9223372036854775808,ab01,true,\n"
                        "-Infinity,9223372036854775807,\"\",false,\n"
                        "0.1,0,,true,\n",
                        0);
    tool_close(&table);
}

static void intervals_are_quoted_text(void **state) {
    const ali_type type = {.kind = ALI_TYPE_INTERVAL, .bits = 128};
    const uint64_t values[] = {UINT64_C(15) << 32 | 1, 7};
    tool_table table;
    tool_open(&table, &type, 1, 1);
    tool_values(table.ctx, &table.batch->columns[0], values, sizeof values);
    tool_assert_written(&table, "csv", ALI_WRITE_HEADER_NONE,
                        "\"{\"\"months\"\":1,\"\"days\"\":15,\"\"nanos\"\":7}\"\n", 0);
    tool_close(&table);
}

// More rows than a block has, with values that need all of the room reserved for them.
static void many_rows_of_growing_text_are_written_whole(void **state) {
    enum { ROWS = 3000 };
    const ali_type type = TOOL_KIND(UTF8);
    tool_table table;
    tool_open(&table, &type, 1, ROWS);
    static char text[ROWS][48];
    const char *texts[ROWS];
    uint64_t expected = 0;
    for (uint32_t i = 0; i < ROWS; i += 1) {
        const uint32_t length = 1 + i % 40;
        memset(text[i], i % 3 == 0 ? '"' : i % 3 == 1 ? 0xFF : 'x', length);
        texts[i] = text[i];
        expected += 1 + (i % 3 == 0 ? 2 * length + 2 : i % 3 == 1 ? 3 * length : length);
    }
    tool_text(table.ctx, &table.batch->columns[0], texts);
    uint64_t count = 0;
    uint64_t warnings = 0;
    char *written = tool_write(&table, "csv", ALI_WRITE_HEADER_NONE, 2, &count, &warnings);
    assert_int_equal(count, 2 * expected);
    assert_int_equal(warnings, 2000);
    assert_memory_equal(written, written + expected, expected);
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
    char *text = tool_write(&table, "csv", ALI_WRITE_HEADER_NONE, 1, &count, &warnings);
    assert_int_equal(count, ROWS / 10 * 2 + ROWS / 10 * 9 * 403);
    free(text);
    tool_close(&table);
}

static void failed_allocations_leak_nothing(void **state) {
    static const char *const texts[] = {"a", "b,", NULL};
    const ali_type type = TOOL_KIND(UTF8);
    tool_table table;
    tool_open(&table, &type, 1, 3);
    tool_text(table.ctx, &table.batch->columns[0], texts);
    tool_fail_each(&table, "csv", 0);
    tool_close(&table);
}

static void writers_refuse_misuse(void **state) {
    const ali_type one = TOOL_BOOL;
    const ali_type other = TOOL_KIND(UTF8);
    tool_table table;
    tool_open(&table, &one, 1, 0);
    ali_schema *strange = tool_schema(table.ctx, &other, 1);
    ali_batch *strange_batch = tool_batch(table.ctx, strange, 0);
    ali_writer *writer = NULL;
    assert_int_equal(ali_writer_new(table.ctx, "xml", NULL, table.schema, &writer),
                     ALI_ERR_NOT_FOUND);
    assert_string_equal(ali_context_error(table.ctx)->sentence,
                        "there is no format \"xml\" that can be written");
    assert_int_equal(ali_writer_new(table.ctx, "csv", NULL, NULL, &writer), ALI_ERR_ARGUMENT);
    const ali_write_options odd = {.size_bytes = sizeof odd, .header = 9};
    assert_int_equal(ali_writer_new(table.ctx, "csv", &odd, table.schema, &writer),
                     ALI_ERR_ARGUMENT);
    assert_null(writer);
    assert_int_equal(ali_writer_new(table.ctx, "csv", NULL, table.schema, &writer), ALI_OK);
    assert_int_equal(ali_writer_put(writer, strange_batch), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_writer_put(writer, table.batch), ALI_OK);
    assert_int_equal(ali_writer_finish(writer), ALI_OK);
    assert_int_equal(ali_writer_finish(writer), ALI_ERR_STATE);
    assert_int_equal(ali_writer_put(writer, table.batch), ALI_ERR_STATE);
    ali_writer_free(writer);
    ali_writer_free(NULL);
    ali_batch_release(strange_batch);
    ali_schema_release(strange);
    tool_close(&table);
}

static void bytes_are_dropped_as_they_are_taken(void **state) {
    static const char *const texts[] = {"one", "two"};
    const ali_type type = TOOL_KIND(UTF8);
    tool_table table;
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    tool_open(&table, &type, 1, 2);
    tool_text(table.ctx, &table.batch->columns[0], texts);
    assert_int_equal(ali_writer_new(table.ctx, "csv", NULL, table.schema, &writer), ALI_OK);
    assert_int_equal(ali_writer_pending(writer, &bytes), 2);
    ali_writer_drop(writer, 1);
    assert_int_equal(ali_writer_put(writer, table.batch), ALI_OK);
    assert_int_equal(ali_writer_pending(writer, &bytes), 9);
    assert_memory_equal(bytes, "\none\ntwo\n", 9);
    ali_writer_drop(writer, 5);
    assert_int_equal(ali_writer_pending(writer, &bytes), 4);
    assert_memory_equal(bytes, "two\n", 4);
    ali_writer_drop(writer, UINT64_MAX);
    assert_int_equal(ali_writer_pending(writer, &bytes), 0);
    assert_int_equal(ali_writer_finish(writer), ALI_OK);
    assert_int_equal(ali_writer_pending(writer, &bytes), 0);
    ali_writer_free(writer);
    tool_close(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_quoted_only_where_needed),
        cmocka_unit_test(header_can_be_left_out_and_names_are_quoted_alike),
        cmocka_unit_test(dictionary_codes_are_written_as_their_values),
        cmocka_unit_test(a_batch_of_long_texts_is_handed_out_in_pieces),
        cmocka_unit_test(invalid_utf8_is_replaced_and_counted_once_a_value),
        cmocka_unit_test(values_are_bare_and_empty_binary_is_told_from_null),
        cmocka_unit_test(intervals_are_quoted_text),
        cmocka_unit_test(many_rows_of_growing_text_are_written_whole),
        cmocka_unit_test(repeated_dictionary_values_are_written_whole),
        cmocka_unit_test(failed_allocations_leak_nothing),
        cmocka_unit_test(writers_refuse_misuse),
        cmocka_unit_test(bytes_are_dropped_as_they_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
