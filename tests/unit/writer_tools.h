// tests/unit/writer_tools.h: short ways to write batches and look at the bytes.
#ifndef ALI_TESTS_WRITER_TOOLS_H
#define ALI_TESTS_WRITER_TOOLS_H

#include "column_tools.h"
#include "format/format.h"

// A context, a schema and a batch of it, to be filled in.
typedef struct tool_table {
    tool_counter counter;
    ali_context *ctx;
    ali_schema *schema;
    ali_batch *batch;
} tool_table;

static void tool_open(tool_table *table, const ali_type *types, uint32_t count, uint64_t rows) {
    memset(table, 0, sizeof *table);
    table->ctx = tool_context(&table->counter);
    table->schema = tool_schema(table->ctx, types, count);
    table->batch = tool_batch(table->ctx, table->schema, rows);
}

static void tool_close(tool_table *table) {
    ali_batch_release(table->batch);
    ali_schema_release(table->schema);
    ali_context_free(table->ctx);
    assert_int_equal(table->counter.bytes, 0);
}

// Writes the batch `times` times and gives all bytes, allocated, terminated.
static char *tool_write_as(tool_table *table, const char *format, const ali_write_options *options,
                           uint32_t times, uint64_t *count, uint64_t *warnings) {
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    assert_int_equal(ali_writer_new(table->ctx, format, options, table->schema, &writer), ALI_OK);
    for (uint32_t i = 0; i < times; i += 1) {
        assert_int_equal(ali_writer_put(writer, table->batch), ALI_OK);
    }
    assert_int_equal(ali_writer_finish(writer), ALI_OK);
    *count = ali_writer_pending(writer, &bytes);
    char *copy = malloc(*count + 1);
    memcpy(copy, bytes, *count);
    copy[*count] = 0;
    *warnings = ali_writer_warnings(writer);
    ali_writer_free(writer);
    return copy;
}

static char *tool_write(tool_table *table, const char *format, uint32_t header, uint32_t times,
                        uint64_t *count, uint64_t *warnings) {
    const ali_write_options options = {.size_bytes = sizeof options, .header = header};
    return tool_write_as(table, format, &options, times, count, warnings);
}

static void tool_assert_written(tool_table *table, const char *format, uint32_t header,
                                const char *expected, uint64_t warnings_expected) {
    uint64_t count = 0;
    uint64_t warnings = 0;
    char *text = tool_write(table, format, header, 1, &count, &warnings);
    assert_string_equal(text, expected);
    assert_int_equal(count, strlen(expected));
    assert_int_equal(warnings, warnings_expected);
    free(text);
}

// A batch's rows as lines of JSON, allocated.
static char *tool_lines(ali_context *ctx, ali_batch *batch) {
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    assert_int_equal(ali_writer_new(ctx, "jsonl", NULL, batch->schema, &writer), ALI_OK);
    ali_status status = ALI_YIELD;
    while (status == ALI_YIELD) status = ali_writer_put(writer, batch);
    assert_int_equal(status, ALI_OK);
    assert_int_equal(ali_writer_finish(writer), ALI_OK);
    const uint64_t count = ali_writer_pending(writer, &bytes);
    char *text = calloc(1, count + 1);
    if (count != 0) memcpy(text, bytes, count);
    ali_writer_free(writer);
    return text;
}

// Runs a writer from beginning to end with every allocation failing in turn.
static void tool_fail_each(tool_table *table, const char *format, uint32_t compression) {
    const ali_write_options options = {.size_bytes = sizeof options, .compression = compression};
    const int64_t held = table->counter.bytes;
    uint32_t failures = 0;
    for (uint64_t n = 1; n < 200; n += 1) {
        ali_writer *writer = NULL;
        table->counter.fail_at = table->counter.calls + n;
        ali_status status = ali_writer_new(table->ctx, format, &options, table->schema, &writer);
        if (status == ALI_OK) status = ali_writer_put(writer, table->batch);
        if (status == ALI_OK) status = ali_writer_finish(writer);
        const bool is_done = table->counter.calls < table->counter.fail_at;
        table->counter.fail_at = 0;
        ali_writer_free(writer);
        assert_int_equal(table->counter.bytes, held);
        assert_int_equal(status, is_done ? ALI_OK : ALI_ERR_MEMORY);
        if (is_done) break;
        failures += 1;
    }
    assert_true(failures >= 4 && failures < 199);
}

#endif
