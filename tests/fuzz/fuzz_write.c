// Any bytes are a table: the first tells type, nulls and encoding of its one column, the rest its
// values; or, with bit 0x20, the types of several nested columns, filled with random values. Every
// format is written under the sanitizers, Arrow with each compression, where the text formats also
// check that what they wrote fits the room they reserved; the JSON lines have the right number of
// line ends. The bytes are also compressed to LZ4 by themselves, and must come back.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/nested_tools.h"
#include "alimentar/format.h"
#include "base/text.h"
#include "codec/pack.h"
#include "column/column.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ali_type types[] = {
    {.kind = ALI_TYPE_UTF8},
    {.kind = ALI_TYPE_BINARY},
    {.kind = ALI_TYPE_BOOL, .bits = 1},
    {.kind = ALI_TYPE_INT, .bits = 8, .is_signed = 1},
    {.kind = ALI_TYPE_INT, .bits = 64},
    {.kind = ALI_TYPE_FLOAT, .bits = 16},
    {.kind = ALI_TYPE_FLOAT, .bits = 32},
    {.kind = ALI_TYPE_FLOAT, .bits = 64},
    {.kind = ALI_TYPE_DATE, .bits = 32, .unit = ALI_UNIT_DAY},
    {.kind = ALI_TYPE_DATE, .bits = 64, .unit = ALI_UNIT_MILLI},
    {.kind = ALI_TYPE_TIME, .bits = 64, .unit = ALI_UNIT_NANO},
    {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_SECOND, .zone = "UTC"},
    {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_NANO},
    {.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 38, .scale = 76},
    {.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 38, .scale = -76},
    {.kind = ALI_TYPE_FIXED_BINARY, .bits = 24},
};

static const struct {
    const char *name;
    uint32_t compression;
} formats[] = {{"csv", 0},    {"jsonl", 0},  {"json", 0}, {"arrow", 0},
               {"arrows", 0}, {"arrows", 1}, {"arrow", 2}};

static void must(ali_status status) {
    if (status < 0) abort();
}

static ali_buf *copy_of(ali_context *ctx, const uint8_t *data, size_t size) {
    ali_buf *buf = NULL;
    must(ali_buf_new(ctx, size, &buf));
    if (size > 0) memcpy(buf->data, data, size);
    return buf;
}

// Text is cut after every byte 0, which stands for the end of a value.
static void fill_text(ali_context *ctx, ali_column *column, const uint8_t *data, size_t size) {
    column->data = copy_of(ctx, data, size);
    must(ali_buf_new(ctx, (size + 2) * sizeof(int32_t), &column->offsets));
    int32_t *offsets = (int32_t *)(void *)column->offsets->data;
    uint64_t rows = 0;
    offsets[0] = 0;
    for (size_t i = 0; i < size; i += 1) {
        if (data[i] != 0 && i + 1 < size) continue;
        rows += 1;
        offsets[rows] = (int32_t)(i + 1);
    }
    column->length = rows;
}

static void fill_values(ali_context *ctx, ali_column *column, const uint8_t *data, size_t size) {
    const uint32_t width = ali_type_width(column->type);
    if (ali_type_is_bytes(column->type)) {
        fill_text(ctx, column, data, size);
        return;
    }
    column->values = copy_of(ctx, data, size);
    column->length = width == 0 ? size * 8 : size / width;
}

static ali_column column_of(ali_context *ctx, ali_schema *schema, const uint8_t *data,
                            size_t size) {
    ali_column column = {.type = schema->nodes[0].type};
    fill_values(ctx, &column, data, size);
    if ((data[0] & 0x40) != 0 && column.length > 0) { // codes that count down
        ali_column plain = column;
        column = (ali_column){.type = plain.type, .length = plain.length + 3};
        must(ali_buf_new(ctx, column.length * sizeof(int32_t), &column.values));
        int32_t *codes = (int32_t *)(void *)column.values->data;
        for (uint64_t i = 0; i < column.length; i += 1) {
            codes[i] = (int32_t)((column.length - i) % plain.length);
        }
        must(ali_dictionary_new(ctx, schema, &plain, &column.dictionary));
        column.encoding = ALI_ENCODING_DICTIONARY;
    }
    if ((data[0] & 0x80) == 0 || column.length == 0) return column;
    must(ali_buf_zero(ctx, (column.length + 7) / 8, &column.validity));
    for (uint64_t i = 0; i < column.length; i += 1) {
        if (i % 3 == 0) {
            column.null_count += 1;
        } else {
            column.validity->data[i / 8] |= (uint8_t)(1u << (i % 8));
        }
    }
    return column;
}

static void check_lines(const uint8_t *bytes, uint64_t count, uint64_t rows) {
    uint64_t lines = 0;
    for (uint64_t i = 0; i < count; i += 1) lines += bytes[i] == '\n';
    if (lines != rows || !ali_text_is_utf8(bytes, count)) abort();
}

static void write(ali_context *ctx, uint32_t index, ali_batch *batch) {
    const char *format = formats[index].name;
    const ali_write_options options = {.size_bytes = sizeof options,
                                       .compression = formats[index].compression};
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    must(ali_writer_new(ctx, format, &options, batch->schema, &writer));
    must(ali_writer_put(writer, batch));
    must(ali_writer_finish(writer));
    const uint64_t count = ali_writer_pending(writer, &bytes);
    if (strcmp(format, "jsonl") == 0) check_lines(bytes, count, batch->rows);
    ali_writer_free(writer);
}

// Columns of some nested types.
static void write_nested(const uint8_t *data, size_t size) {
    nested_source from = {data + 1, size - 1, 1};
    ali_context *ctx = NULL;
    must(ali_context_new(NULL, NULL, &ctx));
    const uint32_t index = nested_below(&from, ALI_COUNT_OF(nested_notations));
    ali_schema *schema = nested_schema_of(ctx, nested_notations[index]);
    ali_batch *batch = nested_batch(ctx, schema, nested_below(&from, 40), &from);
    for (uint32_t i = 0; i < ALI_COUNT_OF(formats); i += 1) write(ctx, i, batch);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

// What is compressed, into room of exactly so many bytes, gives the same bytes again.
static void pack(const uint8_t *data, size_t size, uint32_t codec) {
    ali_context *ctx = NULL;
    ali_packer packer;
    must(ali_context_new(NULL, NULL, &ctx));
    must(ali_packer_init(ctx, &packer, codec));
    uint8_t *packed = malloc(size);
    uint8_t *output = malloc(size);
    const uint64_t count = ali_packer_run(&packer, data, size, packed, size);
    if (count > size) abort();
    if (count != 0) {
        ali_inflow inflow = {0};
        const ali_inflow block = {.codec = codec,
                                  .input = packed,
                                  .input_bytes = count,
                                  .output = output,
                                  .output_bytes = size};
        ali_inflow_begin(ctx, &inflow, &block);
        if (ali_inflow_step(ctx, &inflow, UINT64_MAX >> 8) != ALI_OK) abort();
        if (memcmp(output, data, size) != 0) abort();
        ali_inflow_clear(ctx, &inflow);
    }
    free(output);
    free(packed);
    ali_packer_clear(ctx, &packer);
    ali_context_free(ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    pack(data, size, ALI_CODEC_LZ4_FRAME);
    if ((data[0] & 0x20) != 0) {
        write_nested(data, size);
        return 0;
    }
    ali_context *ctx = NULL;
    ali_schema *schema = NULL;
    ali_batch *batch = NULL;
    must(ali_context_new(NULL, NULL, &ctx));
    const ali_field field = {
        .name = "c", .name_bytes = 1, .type = &types[data[0] & 15], .is_nullable = true};
    must(ali_schema_new(ctx, &field, 1, NULL, 0, &schema));
    ali_column column = column_of(ctx, schema, data, size);
    must(ali_batch_new(ctx, schema, column.length, &batch));
    batch->columns[0] = column;
    for (uint32_t i = 0; i < ALI_COUNT_OF(formats); i += 1) write(ctx, i, batch);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    return 0;
}
