// Reading Arrow IPC: what is promised of columns whatever a file holds, and what is refused. Bytes
// are made by the writer, which looks at no value, so that batches can lie.
#include "ipc_tools.h"

static void expect_refusal(tool_table *table, const char *sentence) {
    uint64_t warnings = 0;
    bytes_of from = {.tail_bytes = 65536};
    char *bytes = tool_write(table, "arrows", 0, 1, &from.count, &warnings);
    from.bytes = bytes;
    const reading read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_ERR_CORRUPT);
    assert_string_equal(read.sentence, sentence);
    assert_string_equal(read.text, "");
    free(bytes);
}

// A schema of nodes in pre-order: types by name, children counted.
static void open_nodes(tool_table *table, const ali_type *types, uint32_t count, uint64_t rows) {
    memset(table, 0, sizeof *table);
    table->ctx = tool_context(&table->counter);
    table->schema = tool_schema(table->ctx, types, count);
    table->batch = tool_batch(table->ctx, table->schema, rows);
}

// The first batch of what was written, to be looked at.
typedef struct first_batch {
    tool_counter counter;
    ali_context *ctx;
    ali_batch *batch;
    char *bytes;
} first_batch;

static void open_first(first_batch *first, tool_table *table) {
    uint64_t warnings = 0;
    bytes_of from = {.tail_bytes = 65536};
    memset(first, 0, sizeof *first);
    from.bytes = first->bytes = tool_write(table, "arrows", 0, 1, &from.count, &warnings);
    first->ctx = tool_context(&first->counter);
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    reading read = {0};
    assert_int_equal(open_bytes(&read, first->ctx, &from, &dataset), ALI_OK);
    assert_int_equal(ali_scan_start(dataset, NULL, &task), ALI_OK);
    ali_status status = ALI_OK;
    while ((status = ali_task_step(task, 0)) == ALI_NEED) {
        ali_op op;
        while (ali_task_ops(task, &op, 1) != 0) answer(task, &op, &from);
    }
    assert_int_equal(status, ALI_READY);
    first->batch = ali_task_take_batch(task);
    ali_task_free(task);
    ali_dataset_release(dataset);
}

static void close_first(first_batch *first) {
    ali_batch_release(first->batch);
    ali_context_free(first->ctx);
    free(first->bytes);
    assert_int_equal(first->counter.bytes, 0);
}

// --- what is promised ----------------------------------------------------------------------------

static void null_slots_are_zero_and_null_text_is_empty(void **state) {
    const ali_type types[] = {TOOL_INT(32, 1), TOOL_KIND(UTF8), TOOL_BOOL};
    const int32_t numbers[] = {7, -1, 9};
    const int32_t offsets[] = {0, 2, 5, 6};
    const uint8_t bits[] = {0x07};
    tool_table table;
    tool_open(&table, types, 3, 3);
    ali_column *columns = table.batch->columns;
    tool_values(table.ctx, &columns[0], numbers, sizeof numbers);
    columns[1].offsets = tool_buf(table.ctx, offsets, sizeof offsets);
    columns[1].data = tool_buf(table.ctx, "abXYZc", 6);
    tool_values(table.ctx, &columns[2], bits, sizeof bits);
    for (uint32_t i = 0; i < 3; i += 1) tool_nulls(table.ctx, &columns[i], "x.x");
    first_batch first;
    open_first(&first, &table);
    ali_batch *batch = first.batch;
    ali_column_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_column_describe(ali_batch_column(batch, 0), &info), ALI_OK);
    const int32_t cleaned[] = {7, 0, 9};
    assert_memory_equal(info.values, cleaned, sizeof cleaned);
    const char *const texts[] = {"ab", NULL, "c"};
    tool_assert_text(ali_batch_column(batch, 1), texts);
    info.size_bytes = sizeof info;
    assert_int_equal(ali_column_describe(ali_batch_column(batch, 2), &info), ALI_OK);
    assert_int_equal(((const uint8_t *)info.values)[0] & 7, 5);
    close_first(&first);
    tool_close(&table);
}

static void nulls_among_the_values_of_a_dictionary_are_nulls(void **state) {
    ali_type type = TOOL_KIND(UTF8);
    type.index_bits = 8;
    type.index_is_signed = 1;
    const char *const values[] = {"one", "two"};
    const int32_t codes[] = {1, 0, 1};
    tool_table table;
    tool_open(&table, &type, 1, 3);
    tool_codes(table.ctx, table.schema, &table.batch->columns[0], values, 2, codes);
    ali_column *words = &table.batch->columns[0].dictionary->columns[0];
    tool_nulls(table.ctx, words, "x.");
    expect_rows(&table, "{\"a\":null}\n{\"a\":\"one\"}\n{\"a\":null}\n");
    tool_close(&table);
}

// Values of type null have no bitmap; rows that refer to them are null all the same.
static void rows_that_refer_to_values_of_type_null_are_null(void **state) {
    const ali_type type = {.kind = ALI_TYPE_NULL, .index_bits = 16, .index_is_signed = 1};
    const int32_t codes[] = {1, 0, 1};
    tool_table table;
    tool_open(&table, &type, 1, 3);
    ali_column *column = &table.batch->columns[0];
    ali_column nulls = {.type = column->type, .length = 2, .null_count = 2};
    assert_int_equal(ali_dictionary_new(table.ctx, table.schema, &nulls, &column->dictionary),
                     ALI_OK);
    column->encoding = ALI_ENCODING_DICTIONARY;
    tool_values(table.ctx, column, codes, sizeof codes);
    first_batch first;
    open_first(&first, &table);
    const ali_column *read = first.batch->columns;
    assert_int_equal(read->null_count, 3);
    for (uint32_t i = 0; i < 3; i += 1) assert_false(ali_column_is_valid(read, i));
    assert_int_equal(read->dictionary->columns[0].null_count, 2);
    close_first(&first);
    expect_rows(&table, "{\"a\":null}\n{\"a\":null}\n{\"a\":null}\n");
    tool_close(&table);
}

static void rows_that_refer_to_no_null_value_have_no_bitmap(void **state) {
    ali_type type = TOOL_KIND(UTF8);
    type.index_bits = 8;
    type.index_is_signed = 1;
    const char *const values[] = {"one", "two"};
    static const struct {
        int32_t codes[3];
        uint64_t nulls;
    } cases[] = {{{0, 0, 0}, 0}, {{0, 1, 0}, 1}, {{1, 1, 1}, 3}};
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        tool_table table;
        tool_open(&table, &type, 1, 3);
        tool_codes(table.ctx, table.schema, &table.batch->columns[0], values, 2, cases[i].codes);
        tool_nulls(table.ctx, &table.batch->columns[0].dictionary->columns[0], "x.");
        first_batch first;
        open_first(&first, &table);
        const ali_column *read = first.batch->columns;
        assert_int_equal(read->null_count, cases[i].nulls);
        assert_int_equal(read->validity != NULL, cases[i].nulls != 0);
        for (uint32_t k = 0; k < 3; k += 1) {
            assert_int_equal(ali_column_is_valid(read, k), cases[i].codes[k] == 0);
        }
        close_first(&first);
        tool_close(&table);
    }
}

static void lists_may_begin_behind_their_first_item(void **state) {
    const ali_type types[] = {{.kind = ALI_TYPE_LIST, .children_count = 1}, TOOL_INT(32, 1)};
    const int32_t offsets[] = {2, 3, 5};
    const int32_t items[] = {1, 2, 3, 4, 5, 6};
    tool_table table;
    open_nodes(&table, types, 2, 2);
    ali_column *columns = table.batch->columns;
    columns[0].offsets = tool_buf(table.ctx, offsets, sizeof offsets);
    columns[1].length = 6;
    tool_values(table.ctx, &columns[1], items, sizeof items);
    expect_rows(&table, "{\"a\":[3]}\n{\"a\":[4,5]}\n");
    tool_close(&table);
}

// Types with all their parameters, names, nulls and metadata, as they were written.
static void schemas_come_back_as_they_were_written(void **state) {
    static const int8_t ids[] = {7, 5};
    const ali_type types[] = {
        {.kind = ALI_TYPE_MAP, .children_count = 1, .flags = ALI_TYPE_KEYS_SORTED},
        {.kind = ALI_TYPE_STRUCT, .children_count = 2},
        TOOL_KIND(UTF8),
        TOOL_INT(16, 0),
        {.kind = ALI_TYPE_FIXED_LIST, .children_count = 1, .list_size = 3},
        {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MICRO, .zone = "Europe/Rome"},
        {.kind = ALI_TYPE_UNION, .children_count = 2, .type_ids = ids},
        {.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 20, .scale = -3},
        {.kind = ALI_TYPE_FIXED_BINARY, .bits = 40},
    };
    static const char *const names[] = {"m", "entries", "key", "value", "l", "item", "u", "d", "f"};
    const ali_pair pairs[] = {{.key = "k", .key_bytes = 1, .value = "first", .value_bytes = 5},
                              {.key = "other", .key_bytes = 5, .value = "", .value_bytes = 0}};
    ali_field fields[ALI_COUNT_OF(types)];
    for (uint32_t i = 0; i < ALI_COUNT_OF(types); i += 1) {
        fields[i] = tool_field(names[i], &types[i]);
        fields[i].is_nullable = i != 1 && i != 2 && i % 2 == 0;
    }
    fields[4].metadata = pairs;
    fields[4].metadata_count = 2;
    tool_table table = {0};
    table.ctx = tool_context(&table.counter);
    assert_int_equal(
        ali_schema_new(table.ctx, fields, ALI_COUNT_OF(types), pairs, 1, &table.schema), ALI_OK);
    table.batch = tool_batch(table.ctx, table.schema, 0);
    uint64_t warnings = 0;
    bytes_of from = {.tail_bytes = 65536};
    char *bytes = tool_write(&table, "arrows", 0, 1, &from.count, &warnings);
    from.bytes = bytes;
    ali_dataset *dataset = NULL;
    reading read = {0};
    assert_int_equal(open_bytes(&read, table.ctx, &from, &dataset), ALI_OK);
    ali_dataset_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_dataset_describe(dataset, &info), ALI_OK);
    const ali_schema *found = info.schema;
    assert_true(ali_schema_is_same(found, table.schema));
    for (uint32_t i = 0; i < ALI_COUNT_OF(types); i += 1) {
        assert_string_equal(found->nodes[i].name, names[i]);
        assert_int_equal(found->nodes[i].is_nullable, fields[i].is_nullable);
        assert_int_equal(found->nodes[i].type->flags, types[i].flags);
        assert_int_equal(found->nodes[i].metadata_count, fields[i].metadata_count);
    }
    assert_string_equal(found->nodes[5].type->zone, "Europe/Rome");
    assert_memory_equal(found->nodes[6].type->type_ids, ids, 2);
    assert_string_equal(ali_field_pair(&found->nodes[4], "k")->value, "first");
    assert_int_equal(ali_field_pair(&found->nodes[4], "other")->value_bytes, 0);
    assert_int_equal(found->metadata_count, 1);
    assert_string_equal(found->metadata[0].key, "k");
    ali_dataset_release(dataset);
    free(bytes);
    tool_close(&table);
}

// --- what is refused -----------------------------------------------------------------------------

static void offsets_that_lie_are_refused(void **state) {
    static const struct {
        int32_t offsets[3];
        const char *sentence;
    } cases[] = {
        {{0, 3, 2}, "column \"a\" has offsets that fall below 0 or back: at 2"},
        {{-1, 0, 2}, "column \"a\" has offsets that fall below 0 or back: at 0"},
        {{0, 1, 100}, "column \"a\" has lists that end beyond their values: at 100"},
    };
    const ali_type types[] = {{.kind = ALI_TYPE_LIST, .children_count = 1}, TOOL_INT(8, 1)};
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        tool_table table;
        open_nodes(&table, types, 2, 2);
        ali_column *columns = table.batch->columns;
        columns[0].offsets = tool_buf(table.ctx, cases[i].offsets, sizeof cases[i].offsets);
        columns[1].length = 3;
        tool_values(table.ctx, &columns[1], "abc", 3);
        expect_refusal(&table, cases[i].sentence);
        tool_close(&table);
    }
}

static void codes_outside_their_dictionary_are_refused(void **state) {
    ali_type type = TOOL_KIND(UTF8);
    type.index_bits = 16;
    const char *const values[] = {"one", "two"};
    const int32_t codes[] = {1, 2};
    tool_table table;
    tool_open(&table, &type, 1, 2);
    tool_codes(table.ctx, table.schema, &table.batch->columns[0], values, 2, codes);
    expect_refusal(&table, "column \"a\" has a code outside its dictionary: in row 1");
    tool_close(&table);
}

static void unions_runs_and_views_that_lie_are_refused(void **state) {
    static const int8_t ids[] = {5};
    static const int8_t rows_ids[] = {5, 4};
    const ali_type unions[] = {{.kind = ALI_TYPE_UNION, .children_count = 1, .type_ids = ids},
                               TOOL_KIND(NULL)};
    tool_table table;
    open_nodes(&table, unions, 2, 2);
    tool_values(table.ctx, &table.batch->columns[0], rows_ids, 2);
    table.batch->columns[1].length = table.batch->columns[1].null_count = 2;
    expect_refusal(&table, "column \"a\" refers to a child or value that is not there: in row 1");
    tool_close(&table);

    const ali_type runs[] = {
        {.kind = ALI_TYPE_RUN_END, .children_count = 2}, TOOL_INT(32, 1), TOOL_KIND(NULL)};
    static const int32_t cases[][2] = {{2, 2}, {1, 2}, {-1, 4}};
    static const char *const sentences[] = {
        "column \"b\" has run ends that do not rise: at 1",
        "column \"b\" has run ends that stop before the column does: at 2",
        "column \"b\" has run ends that do not rise: at 0"};
    for (uint32_t i = 0; i < 3; i += 1) {
        open_nodes(&table, runs, 3, 3);
        table.batch->columns[1].length = 2;
        table.batch->columns[2].length = table.batch->columns[2].null_count = 2;
        tool_values(table.ctx, &table.batch->columns[1], cases[i], sizeof cases[i]);
        expect_refusal(&table, sentences[i]);
        tool_close(&table);
    }

    const ali_type views[] = {TOOL_KIND(UTF8_VIEW)};
    const uint32_t view[] = {13, 0, 0, 1}; // 13 bytes from byte 1 of 13
    tool_open(&table, views, 1, 1);
    tool_values(table.ctx, &table.batch->columns[0], view, sizeof view);
    assert_int_equal(ali_buffers_new(table.ctx, 1, &table.batch->columns[0].buffers), ALI_OK);
    ali_buffers_put(table.batch->columns[0].buffers, 0, tool_buf(table.ctx, "0123456789012", 13));
    expect_refusal(&table, "column \"a\" has a view outside its text: in row 0");
    tool_close(&table);
}

// Text of views that fit themselves has no bytes elsewhere: an empty buffer, or none.
static void short_views_have_empty_buffers(void **state) {
    const ali_type views[] = {TOOL_KIND(UTF8_VIEW)};
    const uint32_t words[] = {1, 'a', 0, 0, 0, 0, 0, 0};
    for (uint32_t buffers = 0; buffers < 2; buffers += 1) {
        tool_table table;
        tool_open(&table, views, 1, 2);
        tool_values(table.ctx, &table.batch->columns[0], words, sizeof words);
        ali_buffers **list = &table.batch->columns[0].buffers;
        assert_int_equal(ali_buffers_new(table.ctx, buffers, list), ALI_OK);
        if (buffers != 0) ali_buffers_put(*list, 0, tool_buf(table.ctx, "", 0));
        expect_rows(&table, "{\"a\":\"a\"}\n{\"a\":\"\"}\n");
        tool_close(&table);
    }
}

// A table of three batches, written as `format`.
static char *three_batches(const char *format, uint64_t *count) {
    const ali_type types[] = {TOOL_INT(64, 1), TOOL_KIND(UTF8)};
    const int64_t numbers[] = {1, 2};
    const char *const texts[] = {"x", NULL};
    uint64_t warnings = 0;
    tool_table table;
    tool_open(&table, types, 2, 2);
    tool_values(table.ctx, &table.batch->columns[0], numbers, sizeof numbers);
    tool_text(table.ctx, &table.batch->columns[1], texts);
    char *bytes = tool_write(&table, format, 0, 3, count, &warnings);
    tool_close(&table);
    return bytes;
}

#define ROWS "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":null}\n"

static void a_stream_that_is_cut_gives_the_rows_before(void **state) {
    bytes_of from = {.tail_bytes = 8, .format = "arrows"};
    char *bytes = three_batches("arrows", &from.count);
    const uint64_t whole = from.count;
    uint32_t errors = 0;
    uint64_t batches = 0;
    for (uint64_t length = 1; length <= whole; length += 1) {
        char *part = malloc(length);
        memcpy(part, bytes, length);
        from.bytes = part;
        from.count = length;
        const reading read = read_all(&from, NULL);
        static const char *const prefixes[] = {"", ROWS, ROWS ROWS, ROWS ROWS ROWS};
        assert_true(read.batches >= batches && read.batches <= 3);
        assert_string_equal(read.text, prefixes[read.batches]);
        if (read.status != ALI_OK) assert_int_equal(read.status, ALI_ERR_TRUNCATED);
        errors += read.status != ALI_OK;
        batches = read.batches;
        free(part);
    }
    assert_int_equal(batches, 3);
    assert_true(errors > whole - 16); // all but the ends of messages
    free(bytes);
}

static void a_file_whose_footer_is_cut_says_so(void **state) {
    bytes_of from = {.tail_bytes = 64};
    char *bytes = three_batches("arrow", &from.count);
    from.bytes = bytes;
    from.count -= 1;
    const reading read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_ERR_TRUNCATED);
    assert_string_equal(read.sentence,
                        "the Arrow file does not end with \"ARROW1\": its footer is cut off");
    free(bytes);
}

static void rows_are_skipped_and_cut_by_whole_batches_and_within(void **state) {
    static const char *const formats[] = {"arrow", "arrows"};
    for (uint32_t i = 0; i < 2; i += 1) {
        bytes_of from = {.tail_bytes = 8};
        char *bytes = three_batches(formats[i], &from.count);
        from.bytes = bytes;
        const ali_scan_options how = {
            .size_bytes = sizeof how, .offset_rows = 3, .limit_rows = 2, .batch_rows = 1};
        const reading read = read_all(&from, &how);
        assert_int_equal(read.status, ALI_OK);
        assert_string_equal(read.text, "{\"a\":2,\"b\":null}\n{\"a\":1,\"b\":\"x\"}\n");
        assert_int_equal(read.batches, 2);
        free(bytes);
    }
}

// Reads a table of few bytes and counts its slices: no fewer than are needed, nor twice
// as many.
static void expect_slices(tool_table *table, uint64_t needed) {
    uint64_t warnings = 0;
    bytes_of from = {.tail_bytes = 65536, .is_silent = true};
    char *bytes = tool_write(table, "arrows", 0, 1, &from.count, &warnings);
    from.bytes = bytes;
    const reading read = read_all(&from, NULL);
    if (read.status != ALI_OK) fail_msg("%s", read.sentence);
    assert_in_range(read.batches, needed, 2 * needed);
    free(bytes);
    tool_close(table);
}

// 3,000 rows stand for one text of 100,000 bytes each, or for a list of 100,000 bytes.
static void slices_end_where_what_is_shown_again_comes_to_4_mib(void **state) {
    enum { ROWS_COUNT = 3000, BYTES = 100000 };
    static uint8_t data[BYTES];
    static uint32_t views[ROWS_COUNT][4];
    static uint32_t starts[ROWS_COUNT];
    static uint32_t sizes[ROWS_COUNT];
    const ali_type view = TOOL_KIND(UTF8_VIEW);
    const ali_type lists[] = {{.kind = ALI_TYPE_LIST_VIEW, .children_count = 1}, TOOL_INT(8, 1)};
    const ali_type runs[] = {
        {.kind = ALI_TYPE_RUN_END, .children_count = 2}, TOOL_INT(32, 1), TOOL_KIND(UTF8)};
    const ali_type inner[] = {{.kind = ALI_TYPE_STRUCT, .children_count = 1}, view};
    const int32_t end = ROWS_COUNT;
    const int32_t offsets[] = {0, BYTES};
    tool_table table;
    memset(data, 'y', sizeof data);
    for (uint32_t i = 0; i < ROWS_COUNT; i += 1) {
        views[i][0] = sizes[i] = BYTES;
        memset(&views[i][1], 'y', 4);
    }
    for (uint32_t depth = 0; depth < 2; depth += 1) {
        tool_open(&table, depth == 0 ? &view : inner, depth + 1, ROWS_COUNT);
        ali_column *column = &table.batch->columns[depth];
        column->length = ROWS_COUNT;
        tool_values(table.ctx, column, views, sizeof views);
        assert_int_equal(ali_buffers_new(table.ctx, 1, &column->buffers), ALI_OK);
        ali_buffers_put(column->buffers, 0, tool_buf(table.ctx, (char *)data, BYTES));
        expect_slices(&table, 72);
    }

    tool_open(&table, lists, 2, ROWS_COUNT);
    table.batch->columns[0].offsets = tool_buf(table.ctx, starts, sizeof starts);
    tool_values(table.ctx, &table.batch->columns[0], sizes, sizeof sizes);
    table.batch->columns[1].length = BYTES;
    tool_values(table.ctx, &table.batch->columns[1], data, sizeof data);
    expect_slices(&table, 644);

    tool_open(&table, runs, 3, ROWS_COUNT);
    table.batch->columns[1].length = table.batch->columns[2].length = 1;
    tool_values(table.ctx, &table.batch->columns[1], &end, sizeof end);
    table.batch->columns[2].offsets = tool_buf(table.ctx, offsets, sizeof offsets);
    table.batch->columns[2].data = tool_buf(table.ctx, (char *)data, BYTES);
    expect_slices(&table, 72);
}

static void buffers_that_are_right_are_lent(void **state) {
    bytes_of from = {.tail_bytes = 65536, .flags = ALI_OBJECT_LENDS};
    char *bytes = three_batches("arrow", &from.count);
    char *aligned = aligned_alloc(64, (from.count + 63) / 64 * 64);
    memcpy(aligned, bytes, from.count);
    from.bytes = aligned;
    const reading read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_OK);
    assert_string_equal(read.text, ROWS ROWS ROWS);
    assert_int_equal(read.copied_bytes, 0);
    free(aligned);
    free(bytes);
}

// Null slots that are not zero are made so in a copy of what was lent; what was decompressed is our
// own already.
static void buffers_are_made_right_with_one_copy_at_most(void **state) {
    static const struct {
        uint32_t compression;
        uint64_t copied_bytes;
    } cases[] = {{0, 1200}, {ALI_WRITE_COMPRESSION_LZ4, 0}, {ALI_WRITE_COMPRESSION_ZSTD, 0}};
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const ali_type type = TOOL_INT(32, 1);
        const ali_write_options options = {.size_bytes = sizeof options,
                                           .compression = cases[i].compression};
        uint64_t warnings = 0;
        int32_t numbers[300];
        char rows[301] = {0};
        bytes_of from = {.tail_bytes = 65536, .flags = ALI_OBJECT_LENDS, .is_silent = true};
        tool_table table;
        memset(numbers, 1, sizeof numbers);
        memset(rows, 'x', 300);
        rows[77] = '.';
        tool_open(&table, &type, 1, 300);
        tool_values(table.ctx, &table.batch->columns[0], numbers, sizeof numbers);
        tool_nulls(table.ctx, &table.batch->columns[0], rows);
        char *bytes = tool_write_as(&table, "arrow", &options, 1, &from.count, &warnings);
        char *aligned = aligned_alloc(64, (from.count + 63) / 64 * 64);
        memcpy(aligned, bytes, from.count);
        from.bytes = aligned;
        const reading read = read_all(&from, NULL);
        assert_int_equal(read.status, ALI_OK);
        assert_int_equal(read.copied_bytes, cases[i].copied_bytes);
        free(aligned);
        free(bytes);
        tool_close(&table);
    }
}

// Sets a byte of the first message's metadata: its version or its kind, which stand alone.
static void versions_and_kinds_that_are_not_read_are_refused_by_name(void **state) {
    bytes_of from = {.tail_bytes = 65536, .format = "arrows"};
    char *bytes = three_batches("arrows", &from.count);
    from.bytes = bytes;
    uint8_t *message = (uint8_t *)bytes + 8;
    uint8_t *table = message + ali_load_u32(message);
    const uint8_t *vtable = table - (int32_t)ali_load_u32(table);
    uint8_t *version = table + ali_load_u16(vtable + 4);
    uint8_t *kind = table + ali_load_u16(vtable + 6);
    *version = 2;
    reading read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_ERR_UNSUPPORTED);
    assert_string_equal(read.sentence, "Arrow metadata of version V3 is not supported");
    *version = 4;
    *kind = 4;
    read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_ERR_UNSUPPORTED);
    assert_string_equal(read.sentence, "Arrow messages of kind Tensor are not supported");
    free(bytes);
    from = (bytes_of){.bytes = "FEA1 and so on, to the end: FEA1", .count = 32, .tail_bytes = 8};
    read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_ERR_UNSUPPORTED);
    assert_string_equal(read.sentence, "reading Feather version 1 is not supported yet");
}

// --- messages that lie ---------------------------------------------------------------------------

static uint8_t *follow(uint8_t *at) {
    return at + ali_load_u32(at);
}

static uint8_t *field_of(uint8_t *table, uint32_t slot) {
    const uint8_t *vtable = table - (int32_t)ali_load_u32(table);
    const uint16_t offset = ali_load_u16(vtable + 4 + 2 * slot);
    assert_int_not_equal(offset, 0);
    return table + offset;
}

// The parts of a stream of one batch of one column, of int32.
typedef struct parts {
    uint8_t *schema;  // the message that begins the stream
    uint8_t *message; // that of the batch
    uint8_t *batch;   // its header
    uint8_t *nodes;   // vectors: a count, then items
    uint8_t *buffers;
    uint8_t *body;
} parts;

static parts parts_of(uint8_t *bytes) {
    uint8_t *second = bytes + 8 + ali_load_u32(bytes + 4);
    parts of = {.schema = follow(bytes + 8), .message = follow(second + 8)};
    of.batch = follow(field_of(of.message, 2));
    of.nodes = follow(field_of(of.batch, 1));
    of.buffers = follow(field_of(of.batch, 2));
    of.body = second + 8 + ali_load_u32(second + 4);
    return of;
}

static void kind_of_nothing(const parts *of) {
    *field_of(of->message, 1) = 9;
}
static void sparse_tensor(const parts *of) {
    *field_of(of->message, 1) = 5;
}
static void schema_twice(const parts *of) {
    *field_of(of->message, 1) = 1;
}
static void no_schema(const parts *of) {
    *field_of(of->schema, 1) = 3;
}
static void negative_body(const parts *of) {
    ali_store_u64(field_of(of->message, 3), UINT64_MAX);
}
static void body_beyond_the_stream(const parts *of) {
    ali_store_u64(field_of(of->message, 3), 100000);
}
static void too_many_rows(const parts *of) {
    ali_store_u64(field_of(of->batch, 0), UINT64_C(1) << 31);
}
static void too_few_values(const parts *of) {
    ali_store_u64(of->nodes + 4, 299);
}
static void too_many_values(const parts *of) {
    ali_store_u64(of->nodes + 4, UINT64_C(1) << 31);
}
static void no_nodes(const parts *of) {
    ali_store_u32(of->nodes, 0);
}
static void one_buffer(const parts *of) {
    ali_store_u32(of->buffers, 1);
}
static void buffer_outside(const parts *of) {
    ali_store_u64(of->buffers + 4 + 16, 100000);
}
static void short_buffer(const parts *of) {
    ali_store_u64(of->buffers + 4 + 24, 7);
}
static void empty_buffer(const parts *of) {
    ali_store_u64(of->buffers + 4 + 24, 0);
}
static void codec_of_nothing(const parts *of) {
    *field_of(follow(field_of(of->batch, 3)), 0) = 7;
}
static void huge_claim(const parts *of) {
    ali_store_u64(of->body, UINT64_C(1) << 40);
}
static void small_claim(const parts *of) {
    ali_store_u64(of->body, 1199);
}
static void great_claim(const parts *of) {
    ali_store_u64(of->body, 1 << 20);
}
static void claim_of_storing(const parts *of) {
    ali_store_u64(of->body, UINT64_MAX);
}
static void damaged_frame(const parts *of) {
    of->body[8] ^= 1;
}

static const struct {
    void (*lie)(const parts *of);
    uint32_t compression;
    ali_status status;
    const char *sentence;
} lies[] = {
    {kind_of_nothing, 0, ALI_ERR_CORRUPT, "a message has kind 9, which Arrow does not define"},
    {sparse_tensor, 0, ALI_ERR_UNSUPPORTED,
     "Arrow messages of kind SparseTensor are not supported"},
    {schema_twice, 0, ALI_ERR_CORRUPT, "a message of kind 1 stands where there can be none"},
    {no_schema, 0, ALI_ERR_CORRUPT,
     "the stream begins with a message of kind 3 instead of its schema"},
    {negative_body, 0, ALI_ERR_CORRUPT, "a message has no header, or a body of -1 bytes"},
    {body_beyond_the_stream, 0, ALI_ERR_TRUNCATED, NULL},
    {too_many_rows, 0, ALI_ERR_UNSUPPORTED,
     "a record batch of 2147483648 rows is not supported: more than 2147483647"},
    {too_few_values, 0, ALI_ERR_CORRUPT, "column \"a\" has fewer values than it needs: 299"},
    {too_many_values, 0, ALI_ERR_CORRUPT,
     "column \"a\" has, instead of 0 to 2147483647 values, 2147483648"},
    {no_nodes, 0, ALI_ERR_CORRUPT, "column \"a\" is missing in a record batch that has columns: 0"},
    {one_buffer, 0, ALI_ERR_CORRUPT, "column \"a\" lacks buffers in a record batch, which has 1"},
    {buffer_outside, 0, ALI_ERR_CORRUPT,
     "column \"a\" has a buffer outside of a body of bytes: 1216"},
    {short_buffer, 0, ALI_ERR_CORRUPT, "column \"a\" has a buffer that is shorter than 1200"},
    {empty_buffer, 0, ALI_ERR_CORRUPT, "column \"a\" has an empty buffer instead of bytes: 1200"},
    {codec_of_nothing, 1, ALI_ERR_UNSUPPORTED,
     "compression 7 of bodies, method 0, is not supported"},
    {huge_claim, 1, ALI_ERR_LIMIT,
     "column \"a\" has a compressed buffer that claims more bytes than the limits allow: "
     "1099511627776"},
    {small_claim, 1, ALI_ERR_CORRUPT,
     "column \"a\" has a compressed buffer that cannot hold what it claims: bytes 1199"},
    {great_claim, 1, ALI_ERR_CORRUPT,
     "column \"a\" has a compressed buffer that cannot hold what it claims: bytes 1048576"},
    {short_buffer, 1, ALI_ERR_CORRUPT, "column \"a\" has a buffer that is shorter than 1200"},
    {claim_of_storing, 1, ALI_ERR_CORRUPT, "column \"a\" has a buffer that is shorter than 1200"},
    {damaged_frame, 1, ALI_ERR_CORRUPT, "no LZ4 frame begins at 0"},
};

static void messages_that_lie_are_refused(void **state) {
    const ali_type type = TOOL_INT(32, 1);
    static const int32_t numbers[300] = {1, 2, 3};
    for (uint32_t i = 0; i < ALI_COUNT_OF(lies); i += 1) {
        const ali_write_options options = {.size_bytes = sizeof options,
                                           .compression = lies[i].compression};
        bytes_of from = {.tail_bytes = 65536, .format = "arrows"};
        uint64_t warnings = 0;
        tool_table table;
        tool_open(&table, &type, 1, 300);
        tool_values(table.ctx, table.batch->columns, numbers, sizeof numbers);
        char *bytes = tool_write_as(&table, "arrows", &options, 1, &from.count, &warnings);
        const parts of = parts_of((uint8_t *)bytes);
        lies[i].lie(&of);
        from.bytes = bytes;
        const reading read = read_all(&from, NULL);
        if (read.status != lies[i].status) fail_msg("%u: %s", i, read.sentence);
        if (lies[i].sentence != NULL) assert_string_equal(read.sentence, lies[i].sentence);
        assert_string_equal(read.text, "");
        free(bytes);
        tool_close(&table);
    }
}

// A buffer longer than a request is fetched in pieces, and gives the same rows.
static void long_buffers_are_fetched_in_pieces(void **state) {
    enum { LONG = 50000 };
    const ali_type type = TOOL_INT(64, 1);
    int64_t *numbers = calloc(LONG, sizeof *numbers);
    const ali_scan_options how = {
        .size_bytes = sizeof how, .request_bytes_max = 65536, .offset_rows = LONG - 2};
    tool_table table;
    uint64_t warnings = 0;
    numbers[LONG - 2] = 5;
    numbers[LONG - 1] = -6;
    tool_open(&table, &type, 1, LONG);
    tool_values(table.ctx, table.batch->columns, numbers, LONG * sizeof *numbers);
    for (uint32_t i = 0; i < 2; i += 1) {
        bytes_of from = {.tail_bytes = 1024};
        char *bytes = tool_write(&table, i == 0 ? "arrow" : "arrows", 0, 1, &from.count, &warnings);
        from.bytes = bytes;
        const reading read = read_all(&from, &how);
        assert_int_equal(read.status, ALI_OK);
        assert_string_equal(read.text, "{\"a\":5}\n{\"a\":-6}\n");
        free(bytes);
    }
    tool_close(&table);
    free(numbers);
}

// --- deltas --------------------------------------------------------------------------------------

// Messages of pyarrow 26, in hexadecimal: a schema of one column "d", int64 by a dictionary,
static const char delta_schema[] =
    "ffffffff900000001000000000000a000c000600050008000a0000000001040004000000bcffffff04000000"
    "0100000014000000100018000800060007000c00100014001000000000000102140000003c0000001c000000"
    "0400000000000000010000006400000008000800000004000800000004000000f4ffffff0000000120000000"
    "08000c0008000700080000000000000140000000";
// its dictionary of one value, 0,
static const char delta_base[] =
    "ffffffff9800000014000000000000000c0014000600050008000c000c000000000204001400000008000000"
    "0000000008000a0000000400080000001000000000000a0018000c00040008000a0000003c00000010000000"
    "0100000000000000000000000200000000000000000000000000000000000000000000000000000008000000"
    "000000000000000001000000010000000000000000000000000000000000000000000000";
// a delta of one value, -5,
static const char delta_piece[] =
    "ffffffffa000000014000000000000000c0016000600050008000c000c000000000204001800000008000000"
    "0000000000000a000e000000080007000a000000000000011000000000000a0018000c00040008000a000000"
    "3c00000010000000010000000000000000000000020000000000000000000000000000000000000000000000"
    "000000000800000000000000000000000100000001000000000000000000000000000000fbffffffffffffff";
// and a batch of one row, code 1.
static const char delta_batch[] =
    "ffffffff8800000014000000000000000c0016000600050008000c000c000000000304001800000008000000"
    "0000000000000a0018000c00040008000a0000003c0000001000000001000000000000000000000002000000"
    "0000000000000000000000000000000000000000000000000400000000000000000000000100000001000000"
    "0000000000000000000000000100000000000000";

static void put_hex(bytes_of *to, char *bytes, const char *hex) {
    for (const char *at = hex; *at != 0; at += 2) {
        unsigned value = 0;
        assert_int_equal(sscanf(at, "%2x", &value), 1);
        bytes[to->count] = (char)value;
        to->count += 1;
    }
}

// A dictionary of one value, deltas of one value each, and a batch.
enum { DELTAS_IN_A_ROW = 200 };
typedef char delta_room[1024 + DELTAS_IN_A_ROW * sizeof delta_piece / 2];

static bytes_of deltas_in_a_row(delta_room bytes) {
    bytes_of made = {.bytes = bytes, .tail_bytes = 65536, .format = "arrows"};
    put_hex(&made, bytes, delta_schema);
    put_hex(&made, bytes, delta_base);
    for (uint32_t i = 0; i < DELTAS_IN_A_ROW; i += 1) put_hex(&made, bytes, delta_piece);
    put_hex(&made, bytes, delta_batch);
    return made;
}

// What is copied grows with the deltas, not with their square.
static void deltas_in_a_row_are_joined_once(void **state) {
    static delta_room bytes;
    const bytes_of from = deltas_in_a_row(bytes);
    const reading read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_OK);
    assert_string_equal(read.text, "{\"d\":-5}\n");
    assert_true(read.copied_bytes < from.count);
}

// Where deltas and batches alternate, what is copied does not grow with all that came before.
static void deltas_between_batches_cost_what_they_bring(void **state) {
    enum { DELTAS = 1000 };
    bytes_of from = {.tail_bytes = 65536, .format = "arrows", .is_silent = true};
    char *bytes = malloc(1024 + DELTAS * (sizeof delta_piece + sizeof delta_batch) / 2);
    from.bytes = bytes;
    put_hex(&from, bytes, delta_schema);
    put_hex(&from, bytes, delta_base);
    for (uint32_t i = 0; i < DELTAS; i += 1) {
        put_hex(&from, bytes, delta_piece);
        put_hex(&from, bytes, delta_batch);
    }
    const reading read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_OK);
    assert_int_equal(read.batches, DELTAS);
    assert_true(read.copied_bytes < from.count / 2);
    free(bytes);
}

// A dictionary with its deltas; of nested values all that is below them.
static void dictionaries_are_weighed(void **state) {
    static delta_room bytes;
    bytes_of from = deltas_in_a_row(bytes);
    from.dictionary_bytes_max = 8 * (1 + DELTAS_IN_A_ROW);
    assert_int_equal(read_all(&from, NULL).status, ALI_OK);
    from.dictionary_bytes_max -= 1;
    const reading read = read_all(&from, NULL);
    assert_int_equal(read.status, ALI_ERR_LIMIT);
    assert_string_equal(read.sentence, "a dictionary has 1608 bytes, the limit is 1607");
    const ali_type types[] = {
        {.kind = ALI_TYPE_LIST, .children_count = 1, .index_bits = 32, .index_is_signed = 1},
        TOOL_INT(64, 1)};
    const int32_t offsets[] = {0, 1, 200};
    static const int64_t items[200] = {1, 2};
    tool_table table;
    uint64_t warnings = 0;
    open_nodes(&table, types, 2, 2);
    ali_column *columns = table.batch->columns;
    columns[0].offsets = tool_buf(table.ctx, offsets, sizeof offsets);
    columns[1].length = 200;
    tool_values(table.ctx, &columns[1], items, sizeof items);
    from = (bytes_of){.tail_bytes = 65536, .is_silent = true};
    from.bytes = tool_write(&table, "arrow", 0, 1, &from.count, &warnings);
    from.dictionary_bytes_max = sizeof offsets + sizeof items;
    assert_int_equal(read_all(&from, NULL).status, ALI_OK);
    from.dictionary_bytes_max -= 1;
    assert_int_equal(read_all(&from, NULL).status, ALI_ERR_LIMIT);
    free((char *)(uintptr_t)from.bytes);
    tool_close(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_slots_are_zero_and_null_text_is_empty),
        cmocka_unit_test(nulls_among_the_values_of_a_dictionary_are_nulls),
        cmocka_unit_test(rows_that_refer_to_values_of_type_null_are_null),
        cmocka_unit_test(rows_that_refer_to_no_null_value_have_no_bitmap),
        cmocka_unit_test(lists_may_begin_behind_their_first_item),
        cmocka_unit_test(schemas_come_back_as_they_were_written),
        cmocka_unit_test(offsets_that_lie_are_refused),
        cmocka_unit_test(codes_outside_their_dictionary_are_refused),
        cmocka_unit_test(unions_runs_and_views_that_lie_are_refused),
        cmocka_unit_test(short_views_have_empty_buffers),
        cmocka_unit_test(a_stream_that_is_cut_gives_the_rows_before),
        cmocka_unit_test(a_file_whose_footer_is_cut_says_so),
        cmocka_unit_test(rows_are_skipped_and_cut_by_whole_batches_and_within),
        cmocka_unit_test(slices_end_where_what_is_shown_again_comes_to_4_mib),
        cmocka_unit_test(buffers_that_are_right_are_lent),
        cmocka_unit_test(buffers_are_made_right_with_one_copy_at_most),
        cmocka_unit_test(versions_and_kinds_that_are_not_read_are_refused_by_name),
        cmocka_unit_test(messages_that_lie_are_refused),
        cmocka_unit_test(long_buffers_are_fetched_in_pieces),
        cmocka_unit_test(deltas_in_a_row_are_joined_once),
        cmocka_unit_test(dictionaries_are_weighed),
        cmocka_unit_test(deltas_between_batches_cost_what_they_bring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
