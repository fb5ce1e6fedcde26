// Any bytes are a shredded Variant: a first byte tells which of its parts are there, then come
// pieces of bytes, each after its length. What is put together must have offsets in order, whatever
// the parts say.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "format/parquet/variant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 3, NODES = 10 };

// var: struct<metadata, value, typed_value: struct<a: {value, typed_value: list<{value,
// typed_value: utf8}>}>>
static const struct {
    const char *name;
    uint32_t kind;
    uint32_t children;
} shape[NODES] = {
    {"var", ALI_TYPE_STRUCT, 3},       {"metadata", ALI_TYPE_BINARY, 0},
    {"value", ALI_TYPE_BINARY, 0},     {"typed_value", ALI_TYPE_STRUCT, 1},
    {"a", ALI_TYPE_STRUCT, 2},         {"value", ALI_TYPE_BINARY, 0},
    {"typed_value", ALI_TYPE_LIST, 1}, {"element", ALI_TYPE_STRUCT, 2},
    {"value", ALI_TYPE_BINARY, 0},     {"typed_value", ALI_TYPE_UTF8, 0},
};

static void must(ali_status status) {
    if (status < 0) abort();
}

typedef struct input {
    const uint8_t *data;
    size_t size;
} input;

static uint8_t next_byte(input *from) {
    if (from->size == 0) return 0;
    from->size -= 1;
    return *from->data++;
}

// A column of `rows` pieces, some of them null.
static void fill_bytes(ali_context *ctx, ali_column *column, input *from, uint64_t rows) {
    column->length = rows;
    must(ali_buf_zero(ctx, (rows + 7) / 8, &column->validity));
    must(ali_buf_zero(ctx, (rows + 1) * 4, &column->offsets));
    must(ali_buf_new(ctx, 0, &column->data));
    for (uint64_t i = 0; i < rows; i += 1) {
        const uint8_t length = next_byte(from);
        const size_t count = length % 64 < from->size ? length % 64 : from->size;
        if (length < 192) {
            column->validity->data[0] |= (uint8_t)(1u << i);
            must(ali_buf_append(ctx, column->data, from->data, count));
            from->data += count;
            from->size -= count;
        } else {
            column->null_count += 1;
        }
        ali_store_u32(column->offsets->data + (i + 1) * 4, (uint32_t)column->data->size_bytes);
    }
}

static void fill_nulls(ali_context *ctx, ali_column *column, uint8_t bits) {
    column->length = ROWS;
    must(ali_buf_new(ctx, 1, &column->validity));
    column->validity->data[0] = bits & 7;
}

static void fill_columns(ali_context *ctx, ali_column *columns, input *from) {
    const uint8_t bits = next_byte(from);
    const uint8_t more = next_byte(from);
    fill_nulls(ctx, &columns[0], (uint8_t)~(more >> 6));
    fill_bytes(ctx, &columns[1], from, ROWS);
    fill_bytes(ctx, &columns[2], from, ROWS);
    fill_nulls(ctx, &columns[3], bits);
    fill_nulls(ctx, &columns[4], (uint8_t)~more);
    fill_bytes(ctx, &columns[5], from, ROWS);
    fill_nulls(ctx, &columns[6], bits >> 3);
    must(ali_buf_zero(ctx, (ROWS + 1) * 4, &columns[6].offsets));
    for (uint32_t i = 1; i <= ROWS; i += 1) ali_store_u32(columns[6].offsets->data + i * 4, 2 * i);
    columns[7].length = 2 * ROWS;
    fill_bytes(ctx, &columns[8], from, 2 * ROWS);
    fill_bytes(ctx, &columns[9], from, 2 * ROWS);
}

static void put_together(ali_context *ctx, ali_schema *schema, ali_batch *batch) {
    ali_variant variant;
    ali_column out = {.type = schema->nodes[2].type};
    must(ali_variant_begin(ctx, schema, 0, &variant));
    must(ali_variant_start(&variant, batch->columns, &out));
    ali_status status = ALI_YIELD;
    while (status == ALI_YIELD) {
        int64_t credit = 1;
        status = ali_variant_step(&variant, &credit);
    }
    for (uint32_t i = 0; status == ALI_OK && i < ROWS; i += 1) {
        const uint32_t from = ali_load_u32(out.offsets->data + i * 4);
        const uint32_t end = ali_load_u32(out.offsets->data + i * 4 + 4);
        if (from > end || end > out.data->size_bytes) abort();
    }
    ali_column_clear(&out);
    ali_variant_clear(&variant);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ali_context *ctx = NULL;
    ali_schema *schema = NULL;
    ali_batch *batch = NULL;
    ali_field fields[NODES];
    ali_type types[NODES];
    input from = {data, size};
    must(ali_context_new(NULL, NULL, &ctx));
    for (uint32_t i = 0; i < NODES; i += 1) {
        types[i] = (ali_type){.kind = (uint8_t)shape[i].kind, .children_count = shape[i].children};
        fields[i] = (ali_field){.name = shape[i].name,
                                .name_bytes = strlen(shape[i].name),
                                .type = &types[i],
                                .is_nullable = true};
    }
    must(ali_schema_new(ctx, fields, NODES, NULL, 0, &schema));
    must(ali_batch_new(ctx, schema, ROWS, &batch));
    fill_columns(ctx, batch->columns, &from);
    put_together(ctx, schema, batch);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    return 0;
}
