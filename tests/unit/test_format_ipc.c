// Arrow IPC: messages, their lengths, the footer's blocks, buffers in bodies. Whole files are read
// by independent readers in tests/interop.
#include "writer_tools.h"

// What a message says; the fields are found by a small reader of FlatBuffers.
typedef struct message {
    uint32_t metadata_bytes; // 0: the end of the stream
    const uint8_t *table;
    const uint8_t *header;
    uint8_t kind;
    int64_t body_bytes;
    const uint8_t *body;
} message;

static const uint8_t *follow(const uint8_t *at) {
    return at + ali_load_u32(at);
}

static const uint8_t *field_of(const uint8_t *table, uint32_t slot) {
    const uint8_t *vtable = table - (int32_t)ali_load_u32(table);
    if (4 + 2 * slot >= ali_load_u16(vtable)) return NULL;
    const uint16_t offset = ali_load_u16(vtable + 4 + 2 * slot);
    return offset == 0 ? NULL : table + offset;
}

// Reads the message at *at, which moves on to the next.
static message read_message(const uint8_t **at) {
    message read = {0};
    assert_int_equal(ali_load_u32(*at), UINT32_MAX);
    read.metadata_bytes = ali_load_u32(*at + 4);
    assert_int_equal(read.metadata_bytes % 8, 0);
    if (read.metadata_bytes == 0) {
        *at += 8;
        return read;
    }
    read.table = follow(*at + 8);
    assert_int_equal(ali_load_u16(field_of(read.table, 0)), 4); // metadata version 5
    read.kind = *field_of(read.table, 1);
    read.header = follow(field_of(read.table, 2));
    read.body_bytes = (int64_t)ali_load_u64(field_of(read.table, 3));
    read.body = *at + 8 + read.metadata_bytes;
    *at = read.body + read.body_bytes;
    return read;
}

// Buffer `index` of a record batch.
static const uint8_t *buffer_of(const message *batch, uint32_t index, int64_t *length) {
    const uint8_t *buffers = follow(field_of(batch->header, 2));
    assert_true(index < ali_load_u32(buffers));
    const uint8_t *entry = buffers + 4 + 16 * index;
    const int64_t offset = (int64_t)ali_load_u64(entry);
    *length = (int64_t)ali_load_u64(entry + 8);
    assert_int_equal(offset % 64, 0);
    assert_true(offset + *length <= batch->body_bytes);
    return batch->body + offset;
}

static int64_t node_of(const message *batch, uint32_t index, uint32_t member) {
    const uint8_t *nodes = follow(field_of(batch->header, 1));
    assert_true(index < ali_load_u32(nodes));
    return (int64_t)ali_load_u64(nodes + 4 + 16 * index + 8 * member);
}

static const ali_type types[] = {TOOL_KIND(UTF8), TOOL_BOOL, TOOL_INT(16, 1), TOOL_KIND(NULL)};

static void open_table(tool_table *table) {
    const char *const values[] = {"one", "three"};
    const int32_t codes[] = {1, 0, 0};
    const uint8_t bits[] = {0xFD}; // bits beyond the rows are set
    const int16_t numbers[] = {-1, 2, 300};
    tool_open(table, types, 4, 3);
    tool_codes(table->ctx, table->schema, &table->batch->columns[0], values, 2, codes);
    tool_nulls(table->ctx, &table->batch->columns[0], "x.x");
    tool_values(table->ctx, &table->batch->columns[1], bits, sizeof bits);
    tool_values(table->ctx, &table->batch->columns[2], numbers, sizeof numbers);
    table->batch->columns[3].null_count = 3;
}

static void assert_schema(const message *read) {
    assert_int_equal(read->kind, 1);
    assert_int_equal(read->body_bytes, 0);
    const uint8_t *fields = follow(field_of(read->header, 1));
    assert_int_equal(ali_load_u32(fields), 4);
    for (uint32_t i = 0; i < 4; i += 1) {
        const uint8_t *field = follow(fields + 4 + 4 * i);
        assert_int_equal(follow(field_of(field, 0))[4], 'a' + i);
        assert_int_equal(*field_of(field, 1), 1);
        assert_int_equal(*field_of(field, 2), types[i].kind);
        assert_int_equal(ali_load_u32(follow(field_of(field, 5))), 0);
        assert_null(field_of(field, 4)); // no dictionary
    }
    const uint8_t *number = follow(field_of(follow(fields + 4 + 8), 3));
    assert_int_equal(ali_load_u32(field_of(number, 0)), 16);
    assert_int_equal(*field_of(number, 1), 1);
}

static void assert_batch(const message *read) {
    int64_t length = 0;
    assert_int_equal(read->kind, 3);
    assert_int_equal(read->body_bytes % 64, 0);
    assert_int_equal(ali_load_u64(field_of(read->header, 0)), 3);
    assert_int_equal(node_of(read, 0, 0), 3);
    assert_int_equal(node_of(read, 0, 1), 1);
    assert_int_equal(node_of(read, 1, 1), 0);
    assert_int_equal(node_of(read, 3, 1), 3);
    assert_int_equal(buffer_of(read, 0, &length)[0], 5); // text: validity, offsets, data
    const int32_t offsets[] = {0, 5, 5, 8};
    assert_memory_equal(buffer_of(read, 1, &length), offsets, sizeof offsets);
    assert_int_equal(length, sizeof offsets);
    assert_memory_equal(buffer_of(read, 2, &length), "threeone", 9); // padded with zeros
    assert_int_equal(length, 8);
    (void)buffer_of(read, 3, &length); // bool: no validity, bits
    assert_int_equal(length, 0);
    assert_int_equal(buffer_of(read, 4, &length)[0], 5);
    assert_int_equal(length, 1);
    (void)buffer_of(read, 5, &length);
    assert_int_equal(length, 0);
    const int16_t numbers[] = {-1, 2, 300, 0};
    assert_memory_equal(buffer_of(read, 6, &length), numbers, sizeof numbers);
    assert_int_equal(length, 6);
    assert_int_equal(ali_load_u32(follow(field_of(read->header, 2))), 7); // null: no buffers
}

static void stream_is_schema_batches_and_an_end(void **state) {
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    open_table(&table);
    char *bytes = tool_write(&table, "arrows", 0, 2, &count, &warnings);
    const uint8_t *at = (const uint8_t *)bytes;
    const message schema = read_message(&at);
    const message first = read_message(&at);
    const message second = read_message(&at);
    assert_schema(&schema);
    assert_batch(&first);
    assert_batch(&second);
    assert_int_equal(read_message(&at).metadata_bytes, 0);
    assert_ptr_equal(at, bytes + count);
    free(bytes);
    tool_close(&table);
}

static void file_has_magic_at_both_ends_and_a_footer_with_blocks(void **state) {
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    open_table(&table);
    char *bytes = tool_write(&table, "arrow", 0, 2, &count, &warnings);
    const uint8_t *start = (const uint8_t *)bytes;
    assert_memory_equal(bytes, "ARROW1\0\0", 8);
    assert_memory_equal(bytes + count - 6, "ARROW1", 6);
    const uint32_t footer_bytes = ali_load_u32(start + count - 10);
    const uint8_t *footer = follow(start + count - 10 - footer_bytes);
    assert_int_equal(ali_load_u16(field_of(footer, 0)), 4);
    assert_int_equal(ali_load_u32(follow(field_of(follow(field_of(footer, 1)), 1))), 4);
    assert_int_equal(ali_load_u32(follow(field_of(footer, 2))), 0);
    const uint8_t *blocks = follow(field_of(footer, 3));
    assert_int_equal(ali_load_u32(blocks), 2);
    for (uint32_t i = 0; i < 2; i += 1) {
        const uint8_t *block = blocks + 4 + 24 * i;
        const uint8_t *at = start + ali_load_u64(block);
        const message read = read_message(&at);
        assert_int_equal(ali_load_u64(block) % 8, 0);
        assert_int_equal(ali_load_u32(block + 8), 8 + read.metadata_bytes);
        assert_int_equal(ali_load_u64(block + 16), read.body_bytes);
        assert_batch(&read);
    }
    free(bytes);
    tool_close(&table);
}

// What stands in the table of a type: slot, width and value of up to three fields.
static const struct {
    ali_type type;
    uint32_t count;
    struct {
        uint32_t slot;
        uint32_t bytes;
        int32_t value;
    } fields[3];
} parameters[] = {
    {TOOL_KIND(NULL), 0, {{0}}},
    {TOOL_BOOL, 0, {{0}}},
    {TOOL_KIND(BINARY), 0, {{0}}},
    {TOOL_INT(8, 1), 2, {{0, 4, 8}, {1, 1, 1}}},
    {TOOL_INT(64, 0), 2, {{0, 4, 64}, {1, 1, 0}}},
    {TOOL_FLOAT(16), 1, {{0, 2, 0}}},
    {TOOL_FLOAT(32), 1, {{0, 2, 1}}},
    {TOOL_FLOAT(64), 1, {{0, 2, 2}}},
    {{.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 30, .scale = -2},
     3,
     {{0, 4, 30}, {1, 4, -2}, {2, 4, 128}}},
    {{.kind = ALI_TYPE_DATE, .bits = 32, .unit = ALI_UNIT_DAY}, 1, {{0, 2, 0}}},
    {{.kind = ALI_TYPE_DATE, .bits = 64, .unit = ALI_UNIT_MILLI}, 1, {{0, 2, 1}}},
    {{.kind = ALI_TYPE_TIME, .bits = 32, .unit = ALI_UNIT_SECOND}, 2, {{0, 2, 0}, {1, 4, 32}}},
    {{.kind = ALI_TYPE_TIME, .bits = 64, .unit = ALI_UNIT_NANO}, 2, {{0, 2, 3}, {1, 4, 64}}},
    {{.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MICRO}, 1, {{0, 2, 2}}},
    {{.kind = ALI_TYPE_DURATION, .bits = 64, .unit = ALI_UNIT_NANO}, 1, {{0, 2, 3}}},
    {{.kind = ALI_TYPE_FIXED_BINARY, .bits = 40}, 1, {{0, 4, 5}}},
    {{.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MILLI, .zone = "Asia/Tokyo"},
     1,
     {{0, 2, 1}}},
};

static int32_t load_signed(const uint8_t *at, uint32_t bytes) {
    if (bytes == 1) return at[0];
    return bytes == 2 ? (int16_t)ali_load_u16(at) : (int32_t)ali_load_u32(at);
}

static void every_type_is_described_by_its_parameters(void **state) {
    ali_type all[ALI_COUNT_OF(parameters)];
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    for (uint32_t i = 0; i < ALI_COUNT_OF(all); i += 1) all[i] = parameters[i].type;
    tool_open(&table, all, ALI_COUNT_OF(all), 0);
    table.schema->nodes[3].is_nullable = false;
    char *bytes = tool_write(&table, "arrows", 0, 0, &count, &warnings);
    const uint8_t *at = (const uint8_t *)bytes;
    const message read = read_message(&at);
    assert_int_equal(ali_load_u16(field_of(read.header, 0)), 0); // little-endian
    const uint8_t *fields = follow(field_of(read.header, 1));
    for (uint32_t i = 0; i < ALI_COUNT_OF(all); i += 1) {
        const uint8_t *field = follow(fields + 4 + 4 * i);
        const uint8_t *type = follow(field_of(field, 3));
        assert_int_equal(*field_of(field, 1), i != 3);
        assert_int_equal(*field_of(field, 2), all[i].kind);
        for (uint32_t k = 0; k < parameters[i].count; k += 1) {
            const uint8_t *value = field_of(type, parameters[i].fields[k].slot);
            assert_non_null(value);
            assert_int_equal(load_signed(value, parameters[i].fields[k].bytes),
                             parameters[i].fields[k].value);
        }
        const bool has_zone = i == ALI_COUNT_OF(all) - 1;
        if (all[i].kind == ALI_TYPE_TIMESTAMP) {
            assert_int_equal(field_of(type, 1) != NULL, has_zone);
        }
        if (has_zone) {
            assert_string_equal((const char *)follow(field_of(type, 1)) + 4, "Asia/Tokyo");
        }
    }
    free(bytes);
    tool_close(&table);
}

static void bitmaps_have_a_bit_for_every_row(void **state) {
    const ali_type type = TOOL_BOOL;
    char rows[74] = "";
    uint8_t bits[10];
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    int64_t length = 0;
    memset(rows, 'x', 73);
    rows[1] = '.';
    memset(bits, 0xFF, sizeof bits);
    tool_open(&table, &type, 1, 73);
    tool_values(table.ctx, &table.batch->columns[0], bits, sizeof bits);
    tool_nulls(table.ctx, &table.batch->columns[0], rows);
    char *bytes = tool_write(&table, "arrows", 0, 1, &count, &warnings);
    const uint8_t *at = (const uint8_t *)bytes;
    (void)read_message(&at);
    const message read = read_message(&at);
    const uint8_t *validity = buffer_of(&read, 0, &length);
    assert_int_equal(length, 10);
    assert_int_equal(validity[0], 0xFD);
    assert_int_equal(validity[9], 1);
    const uint8_t *values = buffer_of(&read, 1, &length);
    assert_int_equal(length, 10);
    assert_int_equal(values[8], 0xFF);
    assert_int_equal(values[9], 1);
    free(bytes);
    tool_close(&table);
}

static void invalid_utf8_is_kept_as_it_is(void **state) {
    const char *const texts[] = {"\xFF\xC3"};
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    int64_t length = 0;
    tool_open(&table, types, 1, 1);
    tool_text(table.ctx, &table.batch->columns[0], texts);
    char *bytes = tool_write(&table, "arrows", 0, 1, &count, &warnings);
    const uint8_t *at = (const uint8_t *)bytes;
    (void)read_message(&at);
    const message read = read_message(&at);
    assert_memory_equal(buffer_of(&read, 2, &length), "\xFF\xC3", 2);
    assert_int_equal(warnings, 0);
    free(bytes);
    tool_close(&table);
}

static void slices_are_written_from_their_first_row(void **state) {
    const char *const texts[] = {"skipped", "kept", "also"};
    const ali_type two[] = {TOOL_KIND(UTF8), TOOL_BOOL};
    const uint8_t bits[] = {6};
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    int64_t length = 0;
    tool_open(&table, two, 2, 3);
    tool_text(table.ctx, &table.batch->columns[0], texts);
    tool_values(table.ctx, &table.batch->columns[1], bits, sizeof bits);
    ali_batch *whole = table.batch;
    assert_int_equal(ali_batch_slice(table.ctx, whole, 1, 2, &table.batch), ALI_OK);
    ali_batch_release(whole);
    char *bytes = tool_write(&table, "arrows", 0, 1, &count, &warnings);
    const uint8_t *at = (const uint8_t *)bytes;
    (void)read_message(&at);
    const message read = read_message(&at);
    const int32_t offsets[] = {0, 4, 8};
    assert_memory_equal(buffer_of(&read, 1, &length), offsets, sizeof offsets);
    assert_memory_equal(buffer_of(&read, 2, &length), "keptalso", 8);
    assert_int_equal(buffer_of(&read, 4, &length)[0], 3);
    free(bytes);
    tool_close(&table);
}

static void empty_batches_and_schemas_are_written(void **state) {
    tool_table table;
    uint64_t count = 0;
    uint64_t warnings = 0;
    tool_open(&table, types, 4, 0);
    char *bytes = tool_write(&table, "arrow", 0, 1, &count, &warnings);
    const uint8_t *at = (const uint8_t *)bytes + 8;
    (void)read_message(&at);
    const message read = read_message(&at);
    int64_t length = 0;
    assert_int_equal(ali_load_u32(buffer_of(&read, 1, &length)), 0);
    assert_int_equal(length, 4);
    free(bytes);
    tool_close(&table);
    tool_open(&table, NULL, 0, 0);
    bytes = tool_write(&table, "arrow", 0, 0, &count, &warnings);
    assert_memory_equal(bytes + count - 6, "ARROW1", 6);
    free(bytes);
    tool_close(&table);
}

// --- compression ---------------------------------------------------------------------------------

// A stream of one batch, compressed.
static char *write_compressed(tool_table *table, uint32_t compression, uint64_t *count) {
    uint64_t warnings = 0;
    const ali_write_options options = {.size_bytes = sizeof options, .compression = compression};
    return tool_write_as(table, "arrows", &options, 1, count, &warnings);
}

// Where buffer `index` of a compressed batch lies, which is padded to 8 bytes.
static const uint8_t *packed_of(const message *batch, uint32_t index, int64_t *length) {
    const uint8_t *entry = follow(field_of(batch->header, 2)) + 4 + 16 * index;
    const int64_t offset = (int64_t)ali_load_u64(entry);
    *length = (int64_t)ali_load_u64(entry + 8);
    assert_int_equal(offset % 8, 0);
    assert_true(offset + *length <= batch->body_bytes);
    return batch->body + offset;
}

static void buffers_are_compressed_where_that_makes_them_shorter(void **state) {
    static const uint32_t how[] = {ALI_WRITE_COMPRESSION_LZ4, ALI_WRITE_COMPRESSION_ZSTD};
    static const uint8_t starts[][4] = {{0x04, 0x22, 0x4D, 0x18}, {0x28, 0xB5, 0x2F, 0xFD}};
    const ali_type two[] = {TOOL_INT(64, 1), TOOL_INT(16, 1)};
    static const int64_t numbers[100] = {1, 2, 3};
    static int16_t noise[100];
    for (uint32_t i = 0; i < 100; i += 1) noise[i] = (int16_t)(i * i * 2654435761u >> 7);
    for (uint32_t i = 0; i < 2; i += 1) {
        tool_table table;
        uint64_t count = 0;
        int64_t length = 0;
        tool_open(&table, two, 2, 100);
        tool_values(table.ctx, &table.batch->columns[0], numbers, sizeof numbers);
        tool_values(table.ctx, &table.batch->columns[1], noise, sizeof noise);
        char *bytes = write_compressed(&table, how[i], &count);
        const uint8_t *at = (const uint8_t *)bytes;
        (void)read_message(&at);
        const message batch = read_message(&at);
        const uint8_t *compression = follow(field_of(batch.header, 3));
        const uint8_t *codec = field_of(compression, 0);
        assert_int_equal(codec == NULL ? 0 : *codec, i);
        (void)packed_of(&batch, 0, &length); // no nulls
        assert_int_equal(length, 0);
        const uint8_t *packed = packed_of(&batch, 1, &length);
        assert_true(length < 100);
        assert_int_equal(ali_load_u64(packed), sizeof numbers);
        assert_memory_equal(packed + 8, starts[i], 4);
        packed = packed_of(&batch, 3, &length);
        assert_int_equal(length, 8 + sizeof noise);
        assert_int_equal(ali_load_u64(packed), UINT64_MAX);
        assert_memory_equal(packed + 8, noise, sizeof noise);
        free(bytes);
        tool_close(&table);
    }
}

static void formats_without_compression_say_so(void **state) {
    static const char *const formats[] = {"csv", "jsonl", "json"};
    tool_table table;
    open_table(&table);
    for (uint32_t i = 0; i < 3; i += 1) {
        char sentence[96];
        ali_writer *writer = NULL;
        ali_write_options options = {.size_bytes = sizeof options,
                                     .compression = ALI_WRITE_COMPRESSION_LZ4};
        assert_int_equal(ali_writer_new(table.ctx, formats[i], &options, table.schema, &writer),
                         ALI_ERR_ARGUMENT);
        snprintf(sentence, sizeof sentence, "format %s has no compression; arrow and arrows have",
                 formats[i]);
        assert_string_equal(ali_context_error(table.ctx)->sentence, sentence);
        options.compression = 3;
        assert_int_equal(ali_writer_new(table.ctx, "arrow", &options, table.schema, &writer),
                         ALI_ERR_ARGUMENT);
        assert_null(writer);
    }
    tool_close(&table);
}

// Writes a batch part by part; gives the number of parts.
static uint32_t count_parts(tool_table *table, uint32_t compression) {
    const ali_write_options options = {.size_bytes = sizeof options, .compression = compression};
    ali_writer *writer = NULL;
    uint32_t parts = 0;
    assert_int_equal(ali_writer_new(table->ctx, "arrows", &options, table->schema, &writer),
                     ALI_OK);
    for (uint64_t row = 0; row < table->batch->rows; parts += 1) {
        const uint64_t before = row;
        assert_int_equal(ali_writer_put_rows(writer, table->batch, &row, table->batch->rows),
                         ALI_OK);
        assert_true(row > before && (row % 64 == 0 || row == table->batch->rows));
    }
    ali_writer_free(writer);
    return parts;
}

static void compression_takes_a_mebibyte_at_once(void **state) {
    enum { ROWS = 500000 };
    const ali_type number = TOOL_INT(64, 1);
    int64_t *numbers = calloc(ROWS, sizeof *numbers);
    tool_table table;
    tool_open(&table, &number, 1, ROWS);
    tool_values(table.ctx, table.batch->columns, numbers, ROWS * sizeof *numbers);
    assert_int_equal(count_parts(&table, ALI_WRITE_COMPRESSION_NONE), 1);
    assert_int_equal(count_parts(&table, ALI_WRITE_COMPRESSION_LZ4), 4);
    tool_close(&table);
    free(numbers);
    // What all rows of a part would have to carry is not cut.
    const ali_type runs[] = {
        {.kind = ALI_TYPE_RUN_END, .children_count = 2}, TOOL_INT(32, 1), TOOL_INT(64, 1)};
    const int32_t end = ROWS;
    const int64_t value = 7;
    memset(&table, 0, sizeof table);
    table.ctx = tool_context(&table.counter);
    table.schema = tool_schema(table.ctx, runs, 3);
    table.batch = tool_batch(table.ctx, table.schema, ROWS);
    ali_column *columns = table.batch->columns;
    columns[1].length = columns[2].length = 1;
    tool_values(table.ctx, &columns[1], &end, sizeof end);
    tool_values(table.ctx, &columns[2], &value, sizeof value);
    assert_int_equal(count_parts(&table, ALI_WRITE_COMPRESSION_LZ4), 1);
    tool_close(&table);
}

static void failed_allocations_leak_nothing(void **state) {
    tool_table table;
    open_table(&table);
    tool_fail_each(&table, "arrow", 0);
    tool_fail_each(&table, "arrows", 0);
    tool_fail_each(&table, "arrow", ALI_WRITE_COMPRESSION_LZ4);
    tool_fail_each(&table, "arrow", ALI_WRITE_COMPRESSION_ZSTD);
    tool_close(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_is_schema_batches_and_an_end),
        cmocka_unit_test(file_has_magic_at_both_ends_and_a_footer_with_blocks),
        cmocka_unit_test(every_type_is_described_by_its_parameters),
        cmocka_unit_test(bitmaps_have_a_bit_for_every_row),
        cmocka_unit_test(invalid_utf8_is_kept_as_it_is),
        cmocka_unit_test(slices_are_written_from_their_first_row),
        cmocka_unit_test(empty_batches_and_schemas_are_written),
        cmocka_unit_test(buffers_are_compressed_where_that_makes_them_shorter),
        cmocka_unit_test(formats_without_compression_say_so),
        cmocka_unit_test(compression_takes_a_mebibyte_at_once),
        cmocka_unit_test(failed_allocations_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
