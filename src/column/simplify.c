// column/simplify.c: batches of fewer kinds: large offsets made narrow, views written out, list
// views made lists, run ends expanded, dictionaries decoded but for those of text and binary. The
// rows: column/gather.c.
#include "base/mem.h"
#include "column/column.h"
#include "column/gather.h"

static uint8_t simple_kind(uint8_t kind) {
    switch (kind) {
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_UTF8_VIEW:
        return ALI_TYPE_UTF8;
    case ALI_TYPE_LARGE_BINARY:
    case ALI_TYPE_BINARY_VIEW:
        return ALI_TYPE_BINARY;
    case ALI_TYPE_LARGE_LIST:
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
        return ALI_TYPE_LIST;
    default:
        return kind;
    }
}

static bool is_simple_type(const ali_type *type) {
    return type->kind != ALI_TYPE_RUN_END && simple_kind(type->kind) == type->kind;
}

static bool is_simple_schema(const ali_schema *schema) {
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        if (!is_simple_type(schema->nodes[i].type)) return false;
    }
    return true;
}

// Fields and types of the simple schema in the making.
typedef struct draft {
    ali_field *fields;
    ali_type *types;
} draft;

static uint64_t draft_bytes(const ali_schema *schema) {
    return (uint64_t)schema->nodes_count * (sizeof(ali_field) + sizeof(ali_type));
}

// A run-end encoded field takes its values' type; name and metadata stay its own, if it has any.
static uint32_t put_fields(const ali_schema *schema, const draft *to) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_field *from = &schema->nodes[i];
        ali_field *field = &to->fields[count];
        *field = *from;
        while (from->type->kind == ALI_TYPE_RUN_END) {
            i += 2;
            from += 2;
            field->is_nullable = field->is_nullable || from->is_nullable;
            if (field->metadata_count != 0) continue;
            field->metadata = from->metadata;
            field->metadata_count = from->metadata_count;
        }
        to->types[count] = *from->type;
        to->types[count].kind = simple_kind(from->type->kind);
        field->type = &to->types[count];
        count += 1;
    }
    return count;
}

ali_status ali_schema_simplify(ali_context *ctx, ali_schema *schema, ali_schema **simple) {
    *simple = NULL;
    if (is_simple_schema(schema)) {
        ali_schema_retain(schema);
        *simple = schema;
        return ALI_OK;
    }
    void *pointer = NULL;
    ALI_TRY(ali_mem_new(ctx, draft_bytes(schema), &pointer));
    draft to = {.fields = pointer};
    to.types = (ali_type *)(void *)(to.fields + schema->nodes_count);
    const uint32_t count = put_fields(schema, &to);
    const ali_status status =
        ali_schema_new(ctx, to.fields, count, schema->metadata, schema->metadata_count, simple);
    ali_mem_free(ctx, pointer, draft_bytes(schema));
    return status;
}

bool ali_batch_is_simple(const ali_batch *batch) {
    if (!is_simple_schema(batch->schema)) return false;
    for (uint32_t i = 0; i < batch->schema->nodes_count; i += 1) {
        const ali_column *column = &batch->columns[i];
        if (column->encoding == ALI_ENCODING_DICTIONARY && !ali_type_is_bytes(column->type)) {
            return false;
        }
    }
    return true;
}

static ali_status fill_in(ali_context *ctx, const ali_batch *batch, ali_batch *simple) {
    for (uint32_t i = 0; i < batch->schema->count; i += 1) {
        const ali_column *from = ali_batch_at(batch, i);
        const ali_gather how = {.ctx = ctx,
                                .schema = simple->schema,
                                .field = ali_schema_field(batch->schema, i),
                                .form = ALI_FORM_SIMPLE};
        ALI_TRY(ali_gather_run(&how, from, NULL, from->length, ali_batch_at(simple, i)));
    }
    return ALI_OK;
}

ali_status ali_batch_simplify(ali_context *context, ali_batch *batch, ali_batch **simple) {
    if (context == NULL || batch == NULL || simple == NULL) return ALI_ERR_ARGUMENT;
    *simple = NULL;
    ali_error_begin(context);
    if (ali_batch_is_simple(batch)) {
        ali_batch_retain(batch);
        *simple = batch;
        return ALI_OK;
    }
    ali_schema *schema = NULL;
    ali_batch *made = NULL;
    ALI_TRY(ali_schema_simplify(context, batch->schema, &schema));
    ali_status status = ali_batch_new(context, schema, batch->rows, &made);
    if (status == ALI_OK) status = fill_in(context, batch, made);
    ali_schema_release(schema);
    if (status < 0) {
        ali_batch_release(made);
        return status;
    }
    *simple = made;
    return ALI_OK;
}
