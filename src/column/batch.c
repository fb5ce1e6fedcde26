// column/batch.c: record batches: references, decoding of all columns, slices of rows. A batch and
// its columns are one block of memory, which may outlive its context.
#include "base/mem.h"
#include "column/bits.h"
#include "column/column.h"

static uint64_t block_bytes(uint32_t count) {
    return sizeof(ali_batch) + (uint64_t)count * sizeof(ali_column);
}

ali_status ali_batch_new(ali_context *ctx, ali_schema *schema, uint64_t rows, ali_batch **batch) {
    *batch = NULL;
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, block_bytes(schema->count), &pointer));
    ali_batch *made = pointer;
    made->home = ali_home_retain(ctx->home);
    made->references = 1;
    made->schema = schema;
    ali_schema_retain(schema);
    made->rows = rows;
    made->count = schema->count;
    made->columns = (ali_column *)(void *)(made + 1);
    for (uint32_t i = 0; i < made->count; i += 1) {
        made->columns[i].type = schema->fields[i].type;
        made->columns[i].length = rows;
    }
    *batch = made;
    return ALI_OK;
}

void ali_batch_retain(ali_batch *batch) {
    (void)__atomic_add_fetch(&batch->references, 1, __ATOMIC_RELAXED);
}

void ali_batch_release(ali_batch *batch) {
    if (batch == NULL) return;
    if (__atomic_sub_fetch(&batch->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    for (uint32_t i = 0; i < batch->count; i += 1) ali_column_clear(&batch->columns[i]);
    ali_schema_release(batch->schema);
    ali_home *home = batch->home;
    ali_home_free(home, batch, block_bytes(batch->count));
    ali_home_release(home);
}

uint64_t ali_batch_rows(const ali_batch *batch) {
    return batch->rows;
}

const ali_schema *ali_batch_schema(const ali_batch *batch) {
    return batch->schema;
}

const ali_column *ali_batch_column(const ali_batch *batch, uint32_t index) {
    return index < batch->count ? &batch->columns[index] : NULL;
}

// Makes `copy` another owner of the same buffers.
static void share(ali_column *copy, const ali_column *column) {
    *copy = *column;
    if (copy->validity != NULL) (void)ali_buf_retain(copy->validity);
    if (copy->values != NULL) (void)ali_buf_retain(copy->values);
    if (copy->offsets != NULL) (void)ali_buf_retain(copy->offsets);
    if (copy->data != NULL) (void)ali_buf_retain(copy->data);
    if (copy->dictionary != NULL) (void)ali_dictionary_retain(copy->dictionary);
}

// --- decoding ------------------------------------------------------------------------------------

static bool is_plain(const ali_batch *batch) {
    for (uint32_t i = 0; i < batch->count; i += 1) {
        if (batch->columns[i].encoding != ALI_ENCODING_PLAIN) return false;
    }
    return true;
}

static ali_status decode_columns(ali_context *ctx, const ali_batch *batch, ali_batch *plain) {
    for (uint32_t i = 0; i < batch->count; i += 1) {
        share(&plain->columns[i], &batch->columns[i]);
        const ali_field *field = &batch->schema->fields[i];
        ALI_TRY(ali_column_decode_named(ctx, &plain->columns[i], field));
    }
    return ALI_OK;
}

ali_status ali_batch_decode(ali_context *context, ali_batch *batch, ali_batch **plain) {
    if (context == NULL || batch == NULL || plain == NULL) return ALI_ERR_ARGUMENT;
    *plain = NULL;
    ali_error_begin(context);
    if (is_plain(batch)) {
        ali_batch_retain(batch);
        *plain = batch;
        return ALI_OK;
    }
    ali_batch *made = NULL;
    ALI_TRY(ali_batch_new(context, batch->schema, batch->rows, &made));
    const ali_status status = decode_columns(context, batch, made);
    if (status < 0) {
        ali_batch_release(made);
        return status;
    }
    *plain = made;
    return ALI_OK;
}

// --- slices --------------------------------------------------------------------------------------

// A range of a buffer: shared where that keeps addresses aligned to 8, else copied.
static ali_status slice_bytes(ali_context *ctx, ali_buf *whole, uint64_t offset_bytes,
                              uint64_t size_bytes, ali_buf **slice) {
    if (offset_bytes % 8 == 0) return ali_buf_slice(ctx, whole, offset_bytes, size_bytes, slice);
    ALI_TRY(ali_buf_new(ctx, size_bytes, slice));
    ali_copy_counted(ctx, (*slice)->data, whole->data + offset_bytes, (size_t)size_bytes);
    return ALI_OK;
}

static ali_status slice_bits(ali_context *ctx, ali_buf *whole, uint64_t offset, uint64_t count,
                             ali_buf **slice) {
    const uint64_t size_bytes = (count + 7) / 8;
    if (offset % 64 == 0) return ali_buf_slice(ctx, whole, offset / 8, size_bytes, slice);
    ALI_TRY(ali_buf_zero(ctx, size_bytes, slice));
    ali_bits_copy((*slice)->data, whole->data, offset, count);
    return ALI_OK;
}

// Rebased offsets; the bytes they point to are shared.
static ali_status slice_text(ali_context *ctx, const ali_column *whole, uint64_t offset,
                             ali_column *part) {
    ALI_TRY(ali_buf_new(ctx, (part->length + 1) * sizeof(int32_t), &part->offsets));
    const int32_t *from = (const int32_t *)(const void *)whole->offsets->data + offset;
    int32_t *to = (int32_t *)(void *)part->offsets->data;
    const int32_t first = from[0];
    for (uint64_t i = 0; i <= part->length; i += 1) to[i] = from[i] - first;
    if (whole->data == NULL) return ALI_OK;
    return ali_buf_slice(ctx, whole->data, (uint64_t)first, (uint64_t)to[part->length],
                         &part->data);
}

static ali_status slice_validity(ali_context *ctx, const ali_column *whole, uint64_t offset,
                                 ali_column *part) {
    if (whole->type->kind == ALI_TYPE_NULL) part->null_count = part->length;
    if (whole->validity == NULL) return ALI_OK;
    const uint64_t valid = ali_bits_count(whole->validity->data, offset, part->length);
    part->null_count = part->length - valid;
    if (part->null_count == 0) return ALI_OK;
    return slice_bits(ctx, whole->validity, offset, part->length, &part->validity);
}

ali_status ali_column_slice(ali_context *ctx, const ali_column *whole, uint64_t offset,
                            ali_column *part) {
    ALI_TRY(slice_validity(ctx, whole, offset, part));
    part->encoding = whole->encoding;
    const bool is_codes = whole->encoding == ALI_ENCODING_DICTIONARY;
    if (is_codes) part->dictionary = ali_dictionary_retain(whole->dictionary);
    if (!is_codes && ali_type_is_bytes(whole->type)) return slice_text(ctx, whole, offset, part);
    if (whole->values == NULL) return ALI_OK;
    if (!is_codes && whole->type->kind == ALI_TYPE_BOOL) {
        return slice_bits(ctx, whole->values, offset, part->length, &part->values);
    }
    const uint64_t width = is_codes ? sizeof(int32_t) : ali_type_width(whole->type);
    return slice_bytes(ctx, whole->values, offset * width, part->length * width, &part->values);
}

ali_status ali_batch_slice(ali_context *ctx, ali_batch *batch, uint64_t offset_rows, uint64_t rows,
                           ali_batch **slice) {
    ALI_ASSERT(offset_rows <= batch->rows && rows <= batch->rows - offset_rows);
    *slice = NULL;
    if (rows == batch->rows) {
        ali_batch_retain(batch);
        *slice = batch;
        return ALI_OK;
    }
    ali_batch *made = NULL;
    ALI_TRY(ali_batch_new(ctx, batch->schema, rows, &made));
    for (uint32_t i = 0; i < batch->count; i += 1) {
        const ali_status status =
            ali_column_slice(ctx, &batch->columns[i], offset_rows, &made->columns[i]);
        if (status < 0) {
            ali_batch_release(made);
            return status;
        }
    }
    *slice = made;
    return ALI_OK;
}
