// column/cut.c: a member out of structs and lists: without the structs on the way to it, whose
// nulls become its own.
#include "base/mem.h"
#include "column/bits.h"
#include "column/column.h"

// Takes a column's nulls into *mask, a bitmap of as many rows; NULL: none are null.
static ali_status add_nulls(ali_context *ctx, const ali_column *column, ali_buf **mask) {
    if (column->validity == NULL) return ALI_OK;
    if (*mask == NULL) {
        *mask = ali_buf_retain(column->validity);
        return ALI_OK;
    }
    const uint64_t size_bytes = (column->length + 7) / 8;
    ali_buf *both = NULL;
    ALI_TRY(ali_buf_new(ctx, size_bytes, &both));
    for (uint64_t i = 0; i < size_bytes; i += 1) {
        both->data[i] = (*mask)->data[i] & column->validity->data[i];
    }
    ali_buf_release(*mask);
    *mask = both;
    return ALI_OK;
}

// Shares `span` columns.
static void share(const ali_column *from, uint32_t span, ali_column *to) {
    for (uint32_t i = 0; i < span; i += 1) {
        const ali_type *own = to[i].type;
        ali_column_share(&to[i], &from[i]);
        to[i].type = own;
    }
}

// Makes a column anew, with nulls where there are values that `mask` says are null.
static ali_status copy_masked(ali_context *ctx, const ali_column *from, const ali_buf *mask,
                              ali_column *to) {
    void *pointer = NULL;
    ALI_TRY(ali_mem_new(ctx, from->length * sizeof(int64_t), &pointer));
    int64_t *rows = pointer;
    for (uint64_t i = 0; i < from->length; i += 1) {
        rows[i] = (mask->data[i / 8] >> (i % 8) & 1) != 0 ? (int64_t)i : -1;
    }
    const ali_status status = ali_column_gather(ctx, from, rows, from->length, to);
    ali_mem_free(ctx, pointer, from->length * sizeof(int64_t));
    return status;
}

// A list on the way (`span` is 0), or what the way leads to, with the nulls of the structs above.
// A null list may have items; other values below nulls are zeros, empty, or no values at all.
static ali_status put(ali_context *ctx, const ali_column *from, uint32_t span, ali_buf **mask,
                      ali_column *to) {
    uint64_t nulls = from->null_count;
    if (*mask != NULL && from->type->kind != ALI_TYPE_NULL) {
        ALI_TRY(add_nulls(ctx, from, mask));
        nulls = from->length - ali_bits_count((*mask)->data, 0, from->length);
    }
    if (nulls != from->null_count && span != 0) return copy_masked(ctx, from, *mask, to);
    share(from, span == 0 ? 1 : span, to);
    if (nulls == from->null_count) return ALI_OK;
    ali_buf_release(to->validity);
    to->validity = ali_buf_retain(*mask);
    to->null_count = nulls;
    return ALI_OK;
}

ali_status ali_column_cut(ali_context *ctx, const ali_column *from, uint32_t depth,
                          ali_column *to) {
    ali_buf *mask = NULL;
    ali_status status = ALI_OK;
    for (uint32_t i = 0; i <= depth && status == ALI_OK; i += 1) {
        const ali_type *type = from[i].type;
        if (i < depth && type->kind == ALI_TYPE_STRUCT) {
            status = add_nulls(ctx, &from[i], &mask);
            continue;
        }
        status = put(ctx, &from[i], i < depth ? 0 : type->span, &mask, to);
        ali_buf_release(mask);
        mask = NULL;
        to += 1;
    }
    ali_buf_release(mask);
    return status;
}
