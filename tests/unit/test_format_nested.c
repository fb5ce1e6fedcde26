// The text of values of every type: exact spellings of scalars, nested values in JSON and CSV, and
// Variants.
#include "nested_tools.h"
#include "writer_tools.h"

static void open_table(tool_table *table, const char *notation, uint64_t rows) {
    memset(table, 0, sizeof *table);
    table->ctx = tool_context(&table->counter);
    table->schema = nested_schema_of(table->ctx, notation);
    table->batch = tool_batch(table->ctx, table->schema, rows);
}

// --- scalars -------------------------------------------------------------------------------------

typedef struct spelling {
    const char *notation;
    const char *hex; // the value's bytes
    const char *json;
} spelling;

static const spelling spellings[] = {
    {"months", "0e000000", "{\"months\":14,\"days\":0,\"nanos\":0}"},
    {"months", "ffffffff", "{\"months\":-1,\"days\":0,\"nanos\":0}"},
    {"day_time", "0f000000f4010000", "{\"months\":0,\"days\":15,\"nanos\":500000000}"},
    {"day_time", "fffffffff1ffffff", "{\"months\":0,\"days\":-1,\"nanos\":-15000000}"},
    {"day_time", "00000000ffffff7f", "{\"months\":0,\"days\":0,\"nanos\":2147483647000000}"},
    {"month_day_nano", "010000000f0000000065cd1d00000000",
     "{\"months\":1,\"days\":15,\"nanos\":500000000}"},
    {"month_day_nano", "00000080000000800000000000000080",
     "{\"months\":-2147483648,\"days\":-2147483648,\"nanos\":\"-9223372036854775808\"}"},
    {"d32", "00000000", "\"0.00\""},
    {"d32", "01000000", "\"0.01\""},
    {"d32", "2efbffff", "\"-12.34\""},
    {"d32", "00000080", "\"-21474836.48\""},
    {"d64", "ffffffffffffffff", "\"-0.000000000000000001\""},
    {"d64", "ffffffffffffff7f", "\"9.223372036854775807\""},
    {"d128", "0c000000000000000000000000000000", "\"1200\""},
    {"d128", "00000000000000000000000000000000", "\"0\""},
    {"d128", "00000000000000000000000000000080", "\"-17014118346046923173168730371588410572800\""},
    {"d256", "0100000000000000000000000000000000000000000000000000000000000000",
     "\"0.0000000000000000000000000000000000000001\""},
    {"d256", "0000000000000000000000000000000000000000000000000000000000000080",
     "\"-5789604461865809771178549250434395392.6634992332820282019728792003956564819968\""},
    {"fixed3", "00aBff", "\"00abff\""},
    {"uuid", "00112233445566778899aabbccddeeff", "\"00112233-4455-6677-8899-aabbccddeeff\""},
    {"f16", "003c", "1"},
    {"f16", "0100", "5.960464477539063e-8"},
    {"f16", "00fc", "\"-Infinity\""},
    {"date32", "00000080", "\"-5877641-06-23\""},
    {"time_ns", "15cd5b0700000000", "\"00:00:00.123456789\""},
    {"ts_us", "00000000000000c0", "\"-144169-06-28T09:59:32.612096\""},
    {"ts_ns_utc", "0100000000000000", "\"1970-01-01T00:00:00.000000001Z\""},
    {"duration", "0000000000002000", "\"9007199254740992\""},
    {"u64", "ffffffffffffffff", "\"18446744073709551615\""},
};

static uint8_t digit_of(char digit) {
    return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
}

static uint64_t bytes_of(const char *hex, uint8_t *bytes) {
    const uint64_t count = strlen(hex) / 2;
    for (uint64_t i = 0; i < count; i += 1) {
        bytes[i] = (uint8_t)(digit_of(hex[2 * i]) << 4 | digit_of(hex[2 * i + 1]));
    }
    return count;
}

static void scalars_of_every_width_are_spelled(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(spellings); i += 1) {
        const spelling *one = &spellings[i];
        tool_table table;
        uint8_t bytes[64];
        char expected[256];
        open_table(&table, one->notation, 1);
        tool_values(table.ctx, table.batch->columns, bytes, bytes_of(one->hex, bytes));
        snprintf(expected, sizeof expected, "{\"a\":%s}\n", one->json);
        tool_assert_written(&table, "jsonl", 0, expected, 0);
        tool_close(&table);
    }
}

static void decimals_of_an_absurd_scale_are_refused_by_name(void **state) {
    static const int32_t scales[] = {1001, -1001, INT32_MAX, INT32_MIN};
    static const char *const formats[] = {"csv", "jsonl", "json"};
    for (uint32_t i = 0; i < 12; i += 1) {
        const ali_type types[] = {TOOL_BOOL,
                                  {.kind = ALI_TYPE_DECIMAL, .bits = 128, .scale = scales[i / 3]}};
        tool_table table;
        ali_writer *writer = NULL;
        tool_open(&table, types, 2, 0);
        assert_int_equal(ali_writer_new(table.ctx, formats[i % 3], NULL, table.schema, &writer),
                         ALI_ERR_UNSUPPORTED);
        assert_string_equal(ali_context_error(table.ctx)->column, "b");
        tool_close(&table);
    }
}

// --- nested values -------------------------------------------------------------------------------

static void fill_i32(ali_context *ctx, ali_column *column, const int32_t *numbers, uint64_t count) {
    column->length = count;
    tool_values(ctx, column, numbers, count * sizeof(int32_t));
}

static void set_offsets(ali_context *ctx, ali_column *column, const int32_t *offsets,
                        uint64_t count) {
    column->offsets = tool_buf(ctx, offsets, count * sizeof(int32_t));
}

// [[1,null],null,[]] · null · {"a":4,"b":"x\"y"} · [["k",6]]
static void fill_nested(tool_table *table) {
    static const int32_t outer[] = {0, 3, 3, 3};
    static const int32_t inner[] = {0, 2, 2, 2};
    static const int32_t numbers[] = {1, 99, 4, 5, 6, 7};
    static const int32_t maps[] = {0, 1, 1, 3};
    static const char *const texts[] = {"x\"y", "", NULL};
    static const char *const keys[] = {"k", "l", "l"};
    ali_column *columns = table->batch->columns;
    set_offsets(table->ctx, &columns[0], outer, 4);
    tool_nulls(table->ctx, &columns[0], "x.x");
    columns[1].length = 3;
    set_offsets(table->ctx, &columns[1], inner, 4);
    tool_nulls(table->ctx, &columns[1], "x.x");
    fill_i32(table->ctx, &columns[2], numbers, 2);
    tool_nulls(table->ctx, &columns[2], "x.");
    tool_nulls(table->ctx, &columns[3], "xx.");
    fill_i32(table->ctx, &columns[4], numbers + 2, 3);
    columns[5].length = 3;
    tool_text(table->ctx, &columns[5], texts);
    set_offsets(table->ctx, &columns[6], maps, 4);
    columns[7].length = 3;
    columns[8].length = 3;
    tool_text(table->ctx, &columns[8], keys);
    fill_i32(table->ctx, &columns[9], numbers + 3, 3);
}

static const char nested_notation[] = "list<list<i32>>,struct<i32,utf8>,map<struct<utf8,i32>>";

static void lists_structs_and_maps_are_json(void **state) {
    tool_table table;
    open_table(&table, nested_notation, 3);
    fill_nested(&table);
    tool_assert_written(&table, "jsonl", 0,
                        "{\"a\":[[1,null],null,[]],\"b\":{\"a\":4,\"b\":\"x\\\"y\"},"
                        "\"c\":[[\"k\",5]]}\n"
                        "{\"a\":null,\"b\":{\"a\":5,\"b\":\"\"},\"c\":[]}\n"
                        "{\"a\":[],\"b\":null,\"c\":[[\"l\",6],[\"l\",7]]}\n",
                        0);
    tool_close(&table);
}

static void nested_values_in_csv_are_json_text(void **state) {
    tool_table table;
    open_table(&table, nested_notation, 3);
    fill_nested(&table);
    tool_assert_written(&table, "csv", 0,
                        "a,b,c\n"
                        "\"[[1,null],null,[]]\",\"{\"\"a\"\":4,\"\"b\"\":\"\"x\\\"\"y\"\"}\","
                        "\"[[\"\"k\"\",5]]\"\n"
                        ",\"{\"\"a\"\":5,\"\"b\"\":\"\"\"\"}\",[]\n"
                        "[],,\"[[\"\"l\"\",6],[\"\"l\"\",7]]\"\n",
                        0);
    tool_close(&table);
}

static void unions_name_their_type_ids(void **state) {
    static const uint8_t ids[] = {0, 5, 0};
    static const int32_t numbers[] = {7, 8, 9};
    static const int32_t places[] = {0, 1, 1};
    static const char *const texts[] = {"x", "y", NULL};
    tool_table table;
    open_table(&table, "sparse<i32,utf8>,dense<i32,utf8>,sparse<null>", 3);
    ali_column *columns = table.batch->columns;
    tool_values(table.ctx, &columns[0], ids, 3);
    tool_values(table.ctx, &columns[3], ids, 3);
    set_offsets(table.ctx, &columns[3], places, 3);
    for (uint32_t i = 0; i < 2; i += 1) {
        fill_i32(table.ctx, &columns[3 * i + 1], numbers, 3);
        columns[3 * i + 2].length = 3;
        tool_text(table.ctx, &columns[3 * i + 2], texts);
    }
    static const uint8_t fives[] = {5, 5, 5};
    tool_values(table.ctx, &columns[6], fives, 3);
    columns[7].length = columns[7].null_count = 3;
    tool_assert_written(
        &table, "jsonl", 0,
        "{\"a\":{\"type_id\":0,\"value\":\"x\"},\"b\":{\"type_id\":0,\"value\":"
        "\"x\"},\"c\":{\"type_id\":5,\"value\":null}}\n"
        "{\"a\":{\"type_id\":5,\"value\":8},\"b\":{\"type_id\":5,\"value\":8},"
        "\"c\":{\"type_id\":5,\"value\":null}}\n"
        "{\"a\":{\"type_id\":0,\"value\":null},\"b\":{\"type_id\":0,\"value\":\"y\"},"
        "\"c\":{\"type_id\":5,\"value\":null}}\n",
        0);
    tool_close(&table);
}

static void empty_and_fixed_lists_and_empty_structs_are_spelled(void **state) {
    static const int32_t numbers[] = {1, 2, 3, 4, 5, 6};
    tool_table table;
    open_table(&table, "fixed_list3<i32>,fixed_list0<i32>,struct<>", 2);
    fill_i32(table.ctx, &table.batch->columns[1], numbers, 6);
    tool_assert_written(&table, "jsonl", 0,
                        "{\"a\":[1,2,3],\"b\":[],\"c\":{}}\n{\"a\":[4,5,6],\"b\":[],\"c\":{}}\n",
                        0);
    tool_close(&table);
}

// What lies in slots that are null is not looked at.
static void contents_of_null_slots_are_not_spelled(void **state) {
    static const int32_t offsets[] = {0, 2, 3};
    static const int32_t numbers[] = {1, 2, 3};
    tool_table table;
    open_table(&table, "list<i32>", 2);
    set_offsets(table.ctx, &table.batch->columns[0], offsets, 3);
    tool_nulls(table.ctx, &table.batch->columns[0], ".x");
    fill_i32(table.ctx, &table.batch->columns[1], numbers, 3);
    tool_assert_written(&table, "jsonl", 0, "{\"a\":null}\n{\"a\":[3]}\n", 0);
    tool_close(&table);
}

static void invalid_utf8_in_nested_text_is_counted_once_a_value(void **state) {
    static const int32_t offsets[] = {0, 3};
    static const char *const texts[] = {"\xFF\xFE", "ok", "\xC3"};
    static const char *const formats[] = {"jsonl", "csv"};
    static const char *const expected[] = {
        "{\"a\":[\"\xEF\xBF\xBD\xEF\xBF\xBD\",\"ok\",\"\xEF\xBF\xBD\"]}\n",
        "a\n\"[\"\"\xEF\xBF\xBD\xEF\xBF\xBD\"\",\"\"ok\"\",\"\"\xEF\xBF\xBD\"\"]\"\n"};
    for (uint32_t i = 0; i < 2; i += 1) {
        tool_table table;
        open_table(&table, "list<utf8>", 1);
        set_offsets(table.ctx, &table.batch->columns[0], offsets, 2);
        table.batch->columns[1].length = 3;
        tool_text(table.ctx, &table.batch->columns[1], texts);
        tool_assert_written(&table, formats[i], 0, expected[i], 2);
        tool_close(&table);
    }
}

// One row of a million items is spelled with room that doubles, within a few times its size.
static void rows_of_a_million_items_need_little_room(void **state) {
    enum { ITEMS = 1000000 };
    static const char *const formats[] = {"jsonl", "csv"};
    for (uint32_t i = 0; i < 2; i += 1) {
        tool_table table;
        uint64_t count = 0;
        uint64_t warnings = 0;
        const int32_t offsets[] = {0, ITEMS};
        open_table(&table, "list<i32>", 1);
        set_offsets(table.ctx, &table.batch->columns[0], offsets, 2);
        table.batch->columns[1].length = ITEMS;
        assert_int_equal(ali_buf_zero(table.ctx, ITEMS * 4, &table.batch->columns[1].values),
                         ALI_OK);
        char *text = tool_write(&table, formats[i], ALI_WRITE_HEADER_NONE, 1, &count, &warnings);
        assert_int_equal(count, 2 * ITEMS + (i == 0 ? 8 : 4));
        free(text);
        assert_true(ali_context_memory_peak_bytes(table.ctx) < 5 * (uint64_t)ITEMS * 4);
        tool_close(&table);
    }
}

// A batch that must be made simple is so by parts, whatever rows are asked for.
static void parts_of_a_large_batch_are_spelled_as_the_whole(void **state) {
    enum { ROWS = 150000 };
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    open_table(&table, "ree32<i32>", ROWS);
    const int32_t ends[] = {70000, 140000, ROWS};
    const int32_t numbers[] = {1, 2, 3};
    fill_i32(table.ctx, &table.batch->columns[1], ends, 3);
    fill_i32(table.ctx, &table.batch->columns[2], numbers, 3);
    char *text = tool_write(&table, "csv", ALI_WRITE_HEADER_NONE, 1, &count, &warnings);
    assert_int_equal(count, 2 * ROWS);
    for (uint64_t i = 0; i < ROWS; i += 1) {
        assert_int_equal(text[2 * i], i < 70000 ? '1' : i < 140000 ? '2' : '3');
    }
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    assert_int_equal(ali_writer_new(table.ctx, "csv", NULL, table.schema, &writer), ALI_OK);
    ali_writer_drop(writer, UINT64_MAX);
    uint64_t at = 0;
    for (uint64_t row = 1; row < ROWS;) {
        assert_int_equal(ali_writer_put_rows(writer, table.batch, &row, ROWS), ALI_OK);
        const uint64_t pending = ali_writer_pending(writer, &bytes);
        assert_memory_equal(bytes, text + 2 + at, pending);
        at += pending;
        ali_writer_drop(writer, pending);
    }
    assert_int_equal(at, 2 * (ROWS - 1));
    ali_writer_free(writer);
    free(text);
    tool_close(&table);
}

// --- Variant -------------------------------------------------------------------------------------

// Metadata with the names a, b and c; values after parquet-format/VariantEncoding.md.
#define NAMES "010300010203616263"

typedef struct variant {
    const char *metadata;
    const char *value;
    const char *json;
} variant;

static const variant variants[] = {
    {"010000", "00", "null"},
    {"010000", "04", "true"},
    {"010000", "08", "false"},
    {"010000", "0cff", "-1"},
    {"010000", "10ff7f", "32767"},
    {"010000", "1400000080", "-2147483648"},
    {"010000", "180000000000002000", "\"9007199254740992\""},
    {"010000", "1c000000000000f83f", "1.5"},
    {"010000", "1c000000000000f07f", "\"Infinity\""},
    {"010000", "20022efbffff", "\"-12.34\""},
    {"010000", "24000100000000000000", "\"1\""},
    {"010000", "280301000000000000000000000000000000", "\"0.001\""},
    {"010000", "2c01000000", "\"1970-01-02\""},
    {"010000", "3040420f0000000000", "\"1970-01-01T00:00:01Z\""},
    {"010000", "3440420f0000000000", "\"1970-01-01T00:00:01\""},
    {"010000", "380000003f", "0.5"},
    {"010000", "3c0200000000ff", "\"00ff\""},
    {"010000", "400200000068c3", "\"h\xEF\xBF\xBD\""},
    {"010000", "4440420f0000000000", "\"00:00:01\""},
    {"010000", "480100000000000000", "\"1970-01-01T00:00:00.000000001Z\""},
    {"010000", "4c0100000000000000", "\"1970-01-01T00:00:00.000000001\""},
    {"010000", "5000112233445566778899aabbccddeeff", "\"00112233-4455-6677-8899-aabbccddeeff\""},
    {"010000", "01", "\"\""},
    {"010000", "0d616263", "\"abc\""},
    {"010000", "030000", "[]"},
    {NAMES, "020000", "{}"},
    {"010000",
     "030300020408"
     "0c010c020d616263",
     "[1,2,\"abc\"]"},
    {"010000",
     "1301000000"
     "0002"
     "0c01",
     "[1]"}, // large
    {NAMES,
     "02020002"
     "000204"
     "0c010c02",
     "{\"a\":1,\"c\":2}"},
    {NAMES,
     "02020200"
     "000204"
     "0c010c02",
     "{\"a\":2,\"c\":1}"}, // not in order
    {NAMES,
     "0203020001"
     "00020406"
     "0c010c020c03",
     "{\"a\":2,\"b\":3,\"c\":1}"},
    {NAMES,
     "02020101"
     "000204"
     "0c010c02",
     "{\"b\":1,\"b\":2}"},
    {NAMES,
     "02020001"
     "020004"
     "0c010c02",
     "{\"a\":2,\"b\":1}"}, // values in another order
    {NAMES,
     "020101"
     "0005"
     "0301000100",
     "{\"b\":[null]}"},
    {NAMES,
     "4201000000"
     "01"
     "0002"
     "0c01",
     "{\"b\":1}"}, // large
    {NAMES,
     "3e01"
     "01000000"
     "00000000"
     "02000000"
     "0c01",
     "{\"b\":1}"}, // ids, offsets of 4 bytes
};

// Variants that are none.
static const variant corrupt_variants[] = {
    {"", "00", "whose metadata is empty"},
    {"020000", "00", "whose metadata is not of version 1"},
    {"0103000102", "00", "whose metadata ends inside its dictionary"},
    {"c1ffffffff", "00", "whose metadata ends inside its dictionary"},
    {"010000", "", "that is cut short or of an unknown type"},
    {"010000", "0c", "that is cut short or of an unknown type"},
    {"010000", "54", "that is cut short or of an unknown type"},
    {"010000", "fc", "that is cut short or of an unknown type"},
    {"010000", "4005000000aa", "that is cut short or of an unknown type"},
    {"010000", "40ffffffff", "that is cut short or of an unknown type"},
    {"010000",
     "2027"
     "01000000",
     "with a decimal of too large a scale"},
    {NAMES,
     "020103"
     "0002"
     "0c01",
     "with a member whose name is not in its metadata"},
    {"01010201",
     "020100"
     "0001"
     "00",
     "with a member whose name is not in its metadata"},
    {"010000",
     "0301"
     "0501"
     "00",
     "with a value outside its object or array"},
    {"010000",
     "0302"
     "000002"
     "0c0100",
     "with parts that overlap"},
    {"01010001"
     "61",
     "0202"
     "0000"
     "000102"
     "0000",
     "with parts that overlap"},
    {"010000",
     "0301"
     "0001"
     "0c",
     "that is cut short or of an unknown type"},
    {"010000", "13ffffffff00", "that is cut short or of an unknown type"},
};

static void fill_bytes(ali_context *ctx, ali_column *column, const char *hex) {
    uint8_t bytes[256];
    const int32_t offsets[] = {0, (int32_t)bytes_of(hex, bytes)};
    column->length = 1;
    column->offsets = tool_buf(ctx, offsets, sizeof offsets);
    column->data = tool_buf(ctx, bytes, (size_t)offsets[1]);
}

static void open_variant(tool_table *table, const variant *one) {
    open_table(table, "variant<binary,binary>", 1);
    assert_int_equal(table->schema->nodes[0].type->extension, ALI_EXTENSION_VARIANT);
    fill_bytes(table->ctx, &table->batch->columns[1], one->metadata);
    fill_bytes(table->ctx, &table->batch->columns[2], one->value);
}

static void variants_are_plain_json(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(variants); i += 1) {
        tool_table table;
        char expected[256];
        open_variant(&table, &variants[i]);
        snprintf(expected, sizeof expected, "{\"a\":%s}\n", variants[i].json);
        tool_assert_written(&table, "jsonl", 0, expected, strstr(expected, "\xEF") != NULL);
        tool_close(&table);
    }
}

static void corrupt_variants_are_errors_that_name_the_row(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(corrupt_variants); i += 1) {
        tool_table table;
        ali_writer *writer = NULL;
        const uint8_t *bytes = NULL;
        char expected[160];
        open_variant(&table, &corrupt_variants[i]);
        snprintf(expected, sizeof expected, "row 0 of column \"a\" holds a Variant %s",
                 corrupt_variants[i].json);
        assert_int_equal(ali_writer_new(table.ctx, "jsonl", NULL, table.schema, &writer), ALI_OK);
        assert_int_equal(ali_writer_put(writer, table.batch), ALI_ERR_CORRUPT);
        const ali_error *error = ali_context_error(table.ctx);
        assert_string_equal(error->sentence, expected);
        assert_string_equal(error->column, "a");
        assert_int_equal(error->row, 0);
        assert_int_equal(ali_writer_pending(writer, &bytes), 0);
        ali_writer_free(writer);
        tool_close(&table);
    }
}

// Arrays of arrays: as many as there may be, and one more.
static void variants_may_be_nested_so_deep_and_no_deeper(void **state) {
    for (uint32_t depth = 128; depth <= 129; depth += 1) {
        char hex[2048] = "";
        variant one = {"010000", hex, NULL};
        for (uint32_t i = depth; i > 0; i -= 1) {
            strcat(hex, "070100000000");
        }
        // offsets of two bytes, which count what lies inside: 6 bytes for each array, 1 for null
        uint8_t bytes[1024];
        const uint64_t count = bytes_of(hex, bytes);
        assert_int_equal(count, depth * 6);
        for (uint32_t i = 0; i < depth; i += 1) {
            const uint32_t inside = (depth - 1 - i) * 6 + 1;
            bytes[i * 6 + 4] = (uint8_t)inside;
            bytes[i * 6 + 5] = (uint8_t)(inside >> 8);
        }
        bytes[count] = 0;
        tool_table table;
        ali_writer *writer = NULL;
        hex[0] = 0;
        open_variant(&table, &one);
        ali_column *value = &table.batch->columns[2];
        ali_column_clear(value);
        const int32_t offsets[] = {0, (int32_t)count + 1};
        value->offsets = tool_buf(table.ctx, offsets, sizeof offsets);
        value->data = tool_buf(table.ctx, bytes, count + 1);
        assert_int_equal(ali_writer_new(table.ctx, "jsonl", NULL, table.schema, &writer), ALI_OK);
        assert_int_equal(ali_writer_put(writer, table.batch),
                         depth == 128 ? ALI_OK : ALI_ERR_LIMIT);
        ali_writer_free(writer);
        tool_close(&table);
    }
}

static void variants_with_nulls_and_of_other_shapes_are_spelled(void **state) {
    static const variant one = {"010000", "04", NULL};
    tool_table table;
    open_variant(&table, &one);
    tool_nulls(table.ctx, &table.batch->columns[2], ".");
    tool_assert_written(&table, "jsonl", 0, "{\"a\":null}\n", 0);
    tool_close(&table);
    open_table(&table, "variant<i8,i8>", 1);
    tool_values(table.ctx, &table.batch->columns[1], "\x01", 1);
    tool_values(table.ctx, &table.batch->columns[2], "\x02", 1);
    table.batch->columns[1].length = table.batch->columns[2].length = 1;
    tool_assert_written(&table, "jsonl", 0, "{\"a\":{\"metadata\":1,\"value\":2}}\n", 0);
    tool_close(&table);
}

static void variants_in_csv_are_json_text(void **state) {
    static const variant one = {NAMES,
                                "0202000200"
                                "0204"
                                "0c010c02",
                                NULL};
    tool_table table;
    open_variant(&table, &one);
    tool_assert_written(&table, "csv", 0, "a\n\"{\"\"a\"\":1,\"\"c\"\":2}\"\n", 0);
    tool_close(&table);
}

static const variant unsorted = {NAMES,
                                 "02020200"
                                 "000204"
                                 "0c010c02",
                                 NULL};

static void failed_allocations_leak_nothing(void **state) {
    static const char *const formats[] = {"jsonl", "json", "csv"};
    for (uint32_t i = 0; i < 3; i += 1) {
        tool_table table;
        open_table(&table, nested_notation, 3);
        fill_nested(&table);
        tool_fail_each(&table, formats[i], 0);
        tool_close(&table);
        open_variant(&table, &unsorted);
        tool_fail_each(&table, formats[i], 0);
        tool_close(&table);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_of_every_width_are_spelled),
        cmocka_unit_test(decimals_of_an_absurd_scale_are_refused_by_name),
        cmocka_unit_test(lists_structs_and_maps_are_json),
        cmocka_unit_test(nested_values_in_csv_are_json_text),
        cmocka_unit_test(unions_name_their_type_ids),
        cmocka_unit_test(empty_and_fixed_lists_and_empty_structs_are_spelled),
        cmocka_unit_test(contents_of_null_slots_are_not_spelled),
        cmocka_unit_test(invalid_utf8_in_nested_text_is_counted_once_a_value),
        cmocka_unit_test(rows_of_a_million_items_need_little_room),
        cmocka_unit_test(parts_of_a_large_batch_are_spelled_as_the_whole),
        cmocka_unit_test(variants_are_plain_json),
        cmocka_unit_test(corrupt_variants_are_errors_that_name_the_row),
        cmocka_unit_test(variants_may_be_nested_so_deep_and_no_deeper),
        cmocka_unit_test(variants_with_nulls_and_of_other_shapes_are_spelled),
        cmocka_unit_test(variants_in_csv_are_json_text),
        cmocka_unit_test(failed_allocations_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
