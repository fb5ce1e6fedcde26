// How many rows are worked on at once where a batch stands for more bytes than it holds, and that
// writers of text keep to it: no call copies, or holds, more than a few MiB.
#include "column/fit.h"
#include "writer_tools.h"

enum { COPIED_MAX = 4 << 20, ROWS = 3000, BYTES = 100000, ITEMS = 1000 };

static uint8_t data[BYTES];

static void fill_views(tool_table *table, uint64_t first) {
    static const ali_type view = TOOL_KIND(UTF8_VIEW);
    static uint32_t views[ROWS][4];
    memset(data, 'y', sizeof data);
    for (uint32_t i = 0; i < ROWS; i += 1) {
        views[i][0] = i < first ? 1 : BYTES;
        memset(&views[i][1], 'y', 4);
        if (i < first) memset((uint8_t *)&views[i][1] + 1, 0, 3);
    }
    tool_open(table, &view, 1, ROWS);
    ali_column *column = &table->batch->columns[0];
    tool_values(table->ctx, column, views, sizeof views);
    assert_int_equal(ali_buffers_new(table->ctx, 1, &column->buffers), ALI_OK);
    ali_buffers_put(column->buffers, 0, tool_buf(table->ctx, (char *)data, BYTES));
}

static void fill_runs(tool_table *table, uint64_t unused) {
    static const ali_type runs[] = {
        {.kind = ALI_TYPE_RUN_END, .children_count = 2}, TOOL_INT(32, 1), TOOL_KIND(UTF8)};
    const int32_t end = ROWS;
    const int32_t offsets[] = {0, BYTES};
    memset(data, 'y', sizeof data);
    tool_open(table, runs, 3, ROWS);
    table->batch->columns[1].length = table->batch->columns[2].length = 1;
    tool_values(table->ctx, &table->batch->columns[1], &end, sizeof end);
    table->batch->columns[2].offsets = tool_buf(table->ctx, offsets, sizeof offsets);
    table->batch->columns[2].data = tool_buf(table->ctx, (char *)data, BYTES);
}

static void fill_list_views(tool_table *table, uint64_t unused) {
    static const ali_type lists[] = {{.kind = ALI_TYPE_LIST_VIEW, .children_count = 1},
                                     TOOL_INT(8, 1)};
    static uint32_t starts[ROWS];
    static uint32_t sizes[ROWS];
    for (uint32_t i = 0; i < ROWS; i += 1) sizes[i] = ITEMS;
    tool_open(table, lists, 2, ROWS);
    table->batch->columns[0].offsets = tool_buf(table->ctx, starts, sizeof starts);
    tool_values(table->ctx, &table->batch->columns[0], sizes, sizeof sizes);
    table->batch->columns[1].length = BYTES;
    tool_values(table->ctx, &table->batch->columns[1], data, BYTES);
}

// Lists behind codes: many are empty, and all rows mean the one that is not.
static void fill_codes(tool_table *table, uint64_t unused) {
    enum { VALUES = 1000 };
    static const ali_type lists[] = {
        {.kind = ALI_TYPE_LIST, .children_count = 1, .index_bits = 32, .index_is_signed = 1},
        TOOL_INT(8, 1)};
    static int32_t codes[ROWS];
    static int32_t offsets[VALUES + 1];
    for (uint32_t i = 0; i < ROWS; i += 1) codes[i] = VALUES - 1;
    offsets[VALUES] = ITEMS;
    tool_open(table, lists, 2, ROWS);
    ali_column *column = &table->batch->columns[0];
    ali_column values[] = {{.type = table->schema->nodes[0].type, .length = VALUES},
                           {.type = table->schema->nodes[1].type, .length = ITEMS}};
    values[0].offsets = tool_buf(table->ctx, offsets, sizeof offsets);
    values[1].values = tool_buf(table->ctx, (char *)data, ITEMS);
    column->encoding = ALI_ENCODING_DICTIONARY;
    tool_values(table->ctx, column, codes, sizeof codes);
    assert_int_equal(ali_dictionary_new(table->ctx, table->schema, values, &column->dictionary),
                     ALI_OK);
}

static const struct {
    const char *what;
    void (*fill)(tool_table *table, uint64_t first);
    uint64_t first;     // rows of one byte
    uint64_t row_bytes; // of one of the others
} cases[] = {
    {"views", fill_views, 0, BYTES},
    {"views, the first of them short", fill_views, 500, BYTES},
    {"run ends", fill_runs, 0, BYTES + 8},
    {"list views", fill_list_views, 0, ITEMS * 9},
    {"codes of lists", fill_codes, 0, ITEMS * 9 + 8},
};

static void rows_end_where_their_bytes_reach_the_most(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        tool_table table;
        ali_share shares[3];
        cases[i].fill(&table, cases[i].first);
        assert_true(ali_schema_needs_fit(table.schema));
        for (uint64_t most = 1024; most <= UINT64_C(64) << 20; most *= 8) {
            const uint64_t rows = ali_batch_fit(table.batch, 0, ROWS, most, shares);
            const uint64_t left = most + table.schema->nodes_count * 64 - cases[i].first;
            const uint64_t wanted = cases[i].first + left / cases[i].row_bytes;
            if (rows > ali_max_u64(wanted, 1) || rows < ali_min_u64(wanted / 2, ROWS)) {
                fail_msg("%s: %u rows for %u", cases[i].what, (uint32_t)rows, (uint32_t)wanted);
            }
            assert_int_equal(ali_batch_fit(table.batch, ROWS - 1, 1, most, shares), 1);
        }
        tool_close(&table);
    }
}

static void text_of_much_that_is_shown_again_is_written_by_small_work(void **state) {
    static const char *const formats[] = {"csv", "jsonl"};
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases) * 2; i += 1) {
        tool_table table;
        ali_writer *writer = NULL;
        uint64_t row = 0;
        uint64_t sum = 0;
        cases[i / 2].fill(&table, cases[i / 2].first);
        const uint64_t held = ali_context_memory_bytes(table.ctx);
        assert_int_equal(ali_writer_new(table.ctx, formats[i % 2], NULL, table.schema, &writer),
                         ALI_OK);
        while (row < ROWS) {
            const uint8_t *bytes = NULL;
            const uint64_t copied = ali_context_copied_bytes(table.ctx);
            assert_int_equal(ali_writer_put_rows(writer, table.batch, &row, ROWS), ALI_OK);
            const uint64_t moved = ali_context_copied_bytes(table.ctx) - copied;
            if (moved > COPIED_MAX) fail_msg("%s: %u", cases[i / 2].what, (uint32_t)moved);
            const uint64_t pending = ali_writer_pending(writer, &bytes);
            sum += pending;
            ali_writer_drop(writer, pending);
        }
        assert_true(ali_context_memory_peak_bytes(table.ctx) - held <= 12 << 20);
        const uint64_t row_bytes = i / 2 < 3 ? BYTES : 2 * ITEMS;
        assert_true(sum >= (ROWS - cases[i / 2].first) * row_bytes);
        ali_writer_free(writer);
        tool_close(&table);
    }
}

// What is stored as it is shown has no need of a fit.
static void plain_batches_fit_whole(void **state) {
    static const ali_type types[] = {TOOL_KIND(UTF8), TOOL_INT(32, 1)};
    static int32_t offsets[ROWS + 1];
    static int32_t numbers[ROWS];
    ali_share shares[2];
    tool_table table;
    tool_open(&table, types, 2, ROWS);
    for (uint32_t i = 0; i <= ROWS; i += 1) offsets[i] = (int32_t)i * 30;
    table.batch->columns[0].offsets = tool_buf(table.ctx, offsets, sizeof offsets);
    table.batch->columns[0].data = tool_buf(table.ctx, (char *)data, ROWS * 30);
    tool_values(table.ctx, &table.batch->columns[1], numbers, sizeof numbers);
    assert_false(ali_schema_needs_fit(table.schema));
    assert_int_equal(ali_batch_fit(table.batch, 0, ROWS, 1, shares), ROWS);
    tool_close(&table);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_end_where_their_bytes_reach_the_most),
        cmocka_unit_test(text_of_much_that_is_shown_again_is_written_by_small_work),
        cmocka_unit_test(plain_batches_fit_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
