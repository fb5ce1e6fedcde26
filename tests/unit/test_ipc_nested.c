// Columns of every type, nested in each other, as Arrow IPC and back: in files and streams, stored
// and compressed, in parts, and with every allocation failing.
#include "ipc_tools.h"
#include "nested_tools.h"

#define ROWS 60u

static const char *const formats[] = {"arrow", "arrows"};

typedef struct source {
    tool_table table;
    char *lines; // of its rows
} source;

static void open_source(source *of, const char *notation, uint64_t rows) {
    nested_source from = {.state = strlen(notation) * 41 + rows};
    memset(of, 0, sizeof *of);
    of->table.ctx = tool_context(&of->table.counter);
    of->table.schema = nested_schema_of(of->table.ctx, notation);
    of->table.batch = nested_batch(of->table.ctx, of->table.schema, rows, &from);
    of->lines = tool_lines(of->table.ctx, of->table.batch);
}

static void close_source(source *of) {
    free(of->lines);
    tool_close(&of->table);
}

static void write_source(source *of, bytes_of *to, uint32_t format, uint32_t compression) {
    uint64_t warnings = 0;
    const ali_write_options options = {.size_bytes = sizeof options, .compression = compression};
    *to = (bytes_of){0};
    to->bytes = tool_write_as(&of->table, formats[format], &options, 1, &to->count, &warnings);
}

static void columns_of_every_type_come_back(void **state) {
    for (uint32_t n = 0; n < ALI_COUNT_OF(nested_notations) * 6; n += 1) {
        source of;
        bytes_of from;
        char *text = NULL;
        open_source(&of, nested_notations[n / 6], ROWS);
        write_source(&of, &from, n % 2, n / 2 % 3);
        const ali_status status = read_rows(of.table.ctx, &from, NULL, &text);
        if (status != ALI_OK) fail_msg("%s: status %d", nested_notations[n / 6], status);
        assert_string_equal(text, of.lines);
        free(text);
        free((void *)(uintptr_t)from.bytes);
        close_source(&of);
    }
}

// The lines from `first` on, `count` of them.
static char *some_lines(const char *lines, uint64_t first, uint64_t count) {
    for (uint64_t i = 0; i < first; i += 1) lines = strchr(lines, '\n') + 1;
    const char *end = lines;
    for (uint64_t i = 0; i < count; i += 1) end = strchr(end, '\n') + 1;
    char *text = calloc(1, (size_t)(end - lines) + 1);
    memcpy(text, lines, (size_t)(end - lines));
    return text;
}

static void rows_of_every_type_come_in_parts(void **state) {
    static const struct {
        uint64_t first;
        uint64_t count;
        uint32_t batch_rows;
    } cases[] = {{0, 1, 0}, {7, 1, 0}, {8, 33, 0}, {59, 1, 0}, {13, 40, 9}, {0, ROWS, 1}};
    for (uint32_t n = 0; n < ALI_COUNT_OF(nested_notations) * ALI_COUNT_OF(cases); n += 1) {
        const uint32_t k = n % ALI_COUNT_OF(cases);
        const ali_scan_options how = {.size_bytes = sizeof how,
                                      .offset_rows = cases[k].first,
                                      .limit_rows = cases[k].count,
                                      .batch_rows = cases[k].batch_rows};
        source of;
        bytes_of from;
        char *text = NULL;
        open_source(&of, nested_notations[n / ALI_COUNT_OF(cases)], ROWS);
        write_source(&of, &from, n / ALI_COUNT_OF(cases) % 2, 0);
        assert_int_equal(read_rows(of.table.ctx, &from, &how, &text), ALI_OK);
        char *expected = some_lines(of.lines, cases[k].first, cases[k].count);
        assert_string_equal(text, expected);
        free(expected);
        free(text);
        free((void *)(uintptr_t)from.bytes);
        close_source(&of);
    }
}

// --- failing allocations -------------------------------------------------------------------------

static const char *const few[] = {
    "utf8,i32,bool,utf8_view",
    "?8 utf8,list<?16 i32>,?8 struct<i32,utf8>",
    "dense<i32,utf8>,ree32<utf8>,map<struct<utf8,i64>>",
};

static void failed_allocations_of_writing_leak_nothing(void **state) {
    for (uint32_t n = 0; n < ALI_COUNT_OF(few) * 4; n += 1) {
        source of;
        open_source(&of, few[n / 4], 12);
        tool_fail_each(&of.table, formats[n % 2], n / 2 % 2 * ALI_WRITE_COMPRESSION_LZ4);
        close_source(&of);
    }
}

static void failed_allocations_of_reading_leak_nothing(void **state) {
    for (uint32_t n = 0; n < ALI_COUNT_OF(few) * 4; n += 1) {
        source of;
        bytes_of from;
        bool is_done = false;
        open_source(&of, few[n / 4], 12);
        write_source(&of, &from, n % 2, n / 2 % 2 * ALI_WRITE_COMPRESSION_LZ4);
        for (uint64_t fail = 1; !is_done; fail += 1) {
            tool_counter counter = {0};
            ali_context *ctx = tool_context(&counter);
            counter.fail_at = counter.calls + fail;
            const ali_status status = read_rows(ctx, &from, NULL, NULL);
            is_done = counter.calls < counter.fail_at;
            assert_int_equal(status, is_done ? ALI_OK : ALI_ERR_MEMORY);
            ali_context_free(ctx);
            assert_int_equal(counter.bytes, 0);
        }
        free((void *)(uintptr_t)from.bytes);
        close_source(&of);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_every_type_come_back),
        cmocka_unit_test(rows_of_every_type_come_in_parts),
        cmocka_unit_test(failed_allocations_of_writing_leak_nothing),
        cmocka_unit_test(failed_allocations_of_reading_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
