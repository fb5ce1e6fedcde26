// column/batch.c: record batches: references, decoding of all columns. A batch and its columns are
// one block of memory, which may outlive its context.
#include "base/mem.h"
#include "column/column.h"
#include "column/gather.h"

static uint64_t block_bytes(uint32_t count) {
    return sizeof(ali_batch) + (uint64_t)count * sizeof(ali_column);
}

ali_status ali_batch_new(ali_context *ctx, ali_schema *schema, uint64_t rows, ali_batch **batch) {
    *batch = NULL;
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, block_bytes(schema->nodes_count), &pointer));
    ali_batch *made = pointer;
    made->home = ali_home_retain(ctx->home);
    made->references = 1;
    made->schema = schema;
    ali_schema_retain(schema);
    made->rows = rows;
    made->columns = (ali_column *)(void *)(made + 1);
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        made->columns[i].type = schema->nodes[i].type;
    }
    for (uint32_t i = 0; i < schema->count; i += 1) ali_batch_at(made, i)->length = rows;
    *batch = made;
    return ALI_OK;
}

void ali_batch_retain(ali_batch *batch) {
    (void)__atomic_add_fetch(&batch->references, 1, __ATOMIC_RELAXED);
}

void ali_batch_release(ali_batch *batch) {
    if (batch == NULL) return;
    if (__atomic_sub_fetch(&batch->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    const uint32_t count = batch->schema->nodes_count;
    for (uint32_t i = 0; i < count; i += 1) ali_column_clear(&batch->columns[i]);
    ali_schema_release(batch->schema);
    ali_home *home = batch->home;
    ali_home_free(home, batch, block_bytes(count));
    ali_home_release(home);
}

uint64_t ali_batch_rows(const ali_batch *batch) {
    return batch->rows;
}

const ali_schema *ali_batch_schema(const ali_batch *batch) {
    return batch->schema;
}

const ali_column *ali_batch_column(const ali_batch *batch, uint32_t index) {
    return index < batch->schema->count ? ali_batch_at(batch, index) : NULL;
}

// --- decoding ------------------------------------------------------------------------------------

// Columns are encoded only where a form has dictionaries.
static bool is_of_form(const ali_batch *batch, uint32_t form) {
    for (uint32_t i = 0; i < batch->schema->nodes_count; i += 1) {
        const ali_column *column = &batch->columns[i];
        if (column->encoding == ALI_ENCODING_PLAIN) continue;
        if (form != ALI_FORM_TYPED || column->type->index_bits == 0) return false;
    }
    return true;
}

static ali_status decode_columns(ali_context *ctx, const ali_batch *batch, uint32_t form,
                                 ali_batch *plain) {
    for (uint32_t i = 0; i < batch->schema->count; i += 1) {
        const ali_column *from = ali_batch_at(batch, i);
        ali_column *to = ali_batch_at(plain, i);
        const ali_field *field = ali_schema_field(batch->schema, i);
        const ali_gather how = {.ctx = ctx, .field = field, .form = form};
        ALI_TRY(ali_gather_run(&how, from, NULL, from->length, to));
    }
    return ALI_OK;
}

static ali_status decode(ali_context *ctx, ali_batch *batch, uint32_t form, ali_batch **decoded) {
    *decoded = NULL;
    if (is_of_form(batch, form)) {
        ali_batch_retain(batch);
        *decoded = batch;
        return ALI_OK;
    }
    ali_batch *made = NULL;
    ALI_TRY(ali_batch_new(ctx, batch->schema, batch->rows, &made));
    const ali_status status = decode_columns(ctx, batch, form, made);
    if (status < 0) {
        ali_batch_release(made);
        return status;
    }
    *decoded = made;
    return ALI_OK;
}

ali_status ali_batch_decode(ali_context *context, ali_batch *batch, ali_batch **plain) {
    if (context == NULL || batch == NULL || plain == NULL) return ALI_ERR_ARGUMENT;
    ali_error_begin(context);
    return decode(context, batch, ALI_FORM_PLAIN, plain);
}

ali_status ali_batch_decode_untyped(ali_context *ctx, ali_batch *batch, ali_batch **decoded) {
    return decode(ctx, batch, ALI_FORM_TYPED, decoded);
}
