// Long columns of Arrow IPC, which are looked at in pieces: what is promised of the beginning of a
// column holds to its end, and what is wrong far into it is found where it is.
#include "ipc_tools.h"

#define ROWS 140000u // more than two pieces

static const uint64_t places[] = {0, 1, 65535, 65536, 65537, 131071, 131072, 139999};

static void open_long(tool_table *table, const ali_type *type) {
    tool_open(table, type, 1, ROWS);
}

// Every row is there but those of `places`.
static void put_nulls(ali_context *ctx, ali_column *column) {
    ali_buf *bits = NULL;
    assert_int_equal(ali_buf_zero(ctx, (ROWS + 7) / 8, &bits), ALI_OK);
    memset(bits->data, 0xFF, (ROWS + 7) / 8);
    for (uint32_t i = 0; i < ALI_COUNT_OF(places); i += 1) {
        bits->data[places[i] / 8] &= (uint8_t)~(1u << (places[i] % 8));
    }
    column->validity = bits;
    column->null_count = ALI_COUNT_OF(places);
}

typedef void (*look)(const ali_column *column, uint64_t row, bool is_null);

// Writes the table, reads all of it back, and looks at each row.
static void look_at_rows(tool_table *table, uint32_t compression, look function) {
    uint64_t warnings = 0;
    uint64_t rows = 0;
    uint64_t nulls = 0;
    bytes_of from = {.tail_bytes = 65536};
    const ali_write_options options = {.size_bytes = sizeof options, .compression = compression};
    char *bytes = tool_write_as(table, "arrow", &options, 1, &from.count, &warnings);
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    reading read = {0};
    from.bytes = bytes;
    assert_int_equal(open_bytes(&read, table->ctx, &from, &dataset), ALI_OK);
    assert_int_equal(ali_scan_start(dataset, NULL, &task), ALI_OK);
    ali_status status = ALI_OK;
    while ((status = ali_task_step(task, 0)) > 0) {
        ali_op op;
        while (status == ALI_NEED && ali_task_ops(task, &op, 1) != 0) answer(task, &op, &from);
        if (status != ALI_READY) continue;
        ali_batch *batch = ali_task_take_batch(task);
        const ali_column *column = batch->columns;
        nulls += column->null_count;
        for (uint64_t i = 0; i < batch->rows; i += 1) {
            bool is_null = false;
            for (uint32_t k = 0; k < ALI_COUNT_OF(places); k += 1) is_null |= places[k] == rows + i;
            assert_int_equal(ali_column_is_valid(column, i), !is_null);
            function(column, i, is_null);
        }
        rows += batch->rows;
        ali_batch_release(batch);
    }
    assert_int_equal(status, ALI_OK);
    assert_int_equal(rows, ROWS);
    assert_int_equal(nulls, ALI_COUNT_OF(places));
    ali_task_free(task);
    ali_dataset_release(dataset);
    free(bytes);
}

static void look_at_bytes(const ali_column *column, uint64_t row, bool is_null) {
    assert_int_equal(column->values->data[row], is_null ? 0 : 7);
}

static void look_at_text(const ali_column *column, uint64_t row, bool is_null) {
    const int32_t *offsets = (const int32_t *)(const void *)column->offsets->data;
    assert_int_equal(offsets[row + 1] - offsets[row], is_null ? 0 : 1);
    assert_true(is_null || column->data->data[offsets[row]] == 'x');
}

static void look_at_codes(const ali_column *column, uint64_t row, bool is_null) {
    const int32_t *codes = (const int32_t *)(const void *)column->values->data;
    assert_int_equal(codes[row], is_null ? 0 : 1);
}

static void null_slots_are_zero_from_end_to_end(void **state) {
    const ali_type type = TOOL_INT(8, 1);
    for (uint32_t compression = 0; compression < 3; compression += 1) {
        tool_table table;
        open_long(&table, &type);
        ali_column *column = &table.batch->columns[0];
        put_nulls(table.ctx, column);
        assert_int_equal(ali_buf_new(table.ctx, ROWS, &column->values), ALI_OK);
        memset(column->values->data, 7, ROWS);
        look_at_rows(&table, compression, look_at_bytes);
        tool_close(&table);
    }
}

static void put_letters(tool_table *table, ali_column *column) {
    assert_int_equal(ali_buf_new(table->ctx, ROWS, &column->data), ALI_OK);
    memset(column->data->data, 'x', ROWS);
    assert_int_equal(ali_buf_new(table->ctx, (ROWS + 1) * 4, &column->offsets), ALI_OK);
    int32_t *offsets = (int32_t *)(void *)column->offsets->data;
    for (uint32_t i = 0; i <= ROWS; i += 1) offsets[i] = (int32_t)i;
}

static void null_text_is_empty_from_end_to_end(void **state) {
    const ali_type type = TOOL_KIND(UTF8);
    tool_table table;
    open_long(&table, &type);
    put_nulls(table.ctx, &table.batch->columns[0]);
    put_letters(&table, &table.batch->columns[0]);
    look_at_rows(&table, 0, look_at_text);
    tool_close(&table);
}

static void put_ones(tool_table *table, ali_column *column) {
    const char *const words[] = {"no", "yes"};
    int32_t *codes = calloc(ROWS, sizeof(int32_t));
    for (uint32_t i = 0; i < ROWS; i += 1) codes[i] = 1;
    tool_codes(table->ctx, table->schema, column, words, 2, codes);
    free(codes);
}

static void codes_of_nulls_are_zero_from_end_to_end(void **state) {
    static const uint8_t bits[] = {8, 16, 32, 64};
    for (uint32_t i = 0; i < ALI_COUNT_OF(bits); i += 1) {
        const ali_type type = {.kind = ALI_TYPE_UTF8, .index_bits = bits[i], .index_is_signed = 1};
        tool_table table;
        open_long(&table, &type);
        put_ones(&table, &table.batch->columns[0]);
        put_nulls(table.ctx, &table.batch->columns[0]);
        look_at_rows(&table, 0, look_at_codes);
        tool_close(&table);
    }
}

static void expect_refused(tool_table *table, const char *expected) {
    uint64_t warnings = 0;
    bytes_of from = {.tail_bytes = 65536, .is_silent = true};
    char *bytes = tool_write(table, "arrows", 0, 1, &from.count, &warnings);
    from.bytes = bytes;
    const reading read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_ERR_CORRUPT);
    assert_string_equal(read.sentence, expected);
    free(bytes);
}

static void lies_far_into_a_column_are_found_where_they_are(void **state) {
    const ali_type text = TOOL_KIND(UTF8);
    const ali_type coded = {.kind = ALI_TYPE_UTF8, .index_bits = 32, .index_is_signed = 1};
    for (uint32_t i = 0; i < ALI_COUNT_OF(places); i += 1) {
        char expected[128];
        tool_table table;
        open_long(&table, &text);
        put_letters(&table, &table.batch->columns[0]);
        // This one is too high, so that the next falls.
        int32_t *offsets = (int32_t *)(void *)table.batch->columns[0].offsets->data;
        offsets[places[i]] += 2;
        snprintf(expected, sizeof expected,
                 "column \"a\" has offsets that fall below 0 or back: at %u",
                 (uint32_t)places[i] + 1);
        expect_refused(&table, expected);
        tool_close(&table);
        open_long(&table, &coded);
        put_ones(&table, &table.batch->columns[0]);
        ((int32_t *)(void *)table.batch->columns[0].values->data)[places[i]] = 2;
        snprintf(expected, sizeof expected,
                 "column \"a\" has a code outside its dictionary: in row %u", (uint32_t)places[i]);
        expect_refused(&table, expected);
        tool_close(&table);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_slots_are_zero_from_end_to_end),
        cmocka_unit_test(null_text_is_empty_from_end_to_end),
        cmocka_unit_test(codes_of_nulls_are_zero_from_end_to_end),
        cmocka_unit_test(lies_far_into_a_column_are_found_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
