// column/null.c: columns of nulls, of any type but unions and run-end encoded ones: zeros for
// values, offsets and views, an empty bitmap.
#include "base/mem.h"
#include "column/column.h"

// Bytes of the values of `length` rows; 0: the type has none.
static uint64_t values_bytes(const ali_type *type, uint64_t length) {
    switch (type->kind) {
    case ALI_TYPE_BOOL:
        return (length + 7) / 8;
    case ALI_TYPE_BINARY_VIEW:
    case ALI_TYPE_UTF8_VIEW:
        return 16 * length;
    case ALI_TYPE_LIST_VIEW: // sizes
        return 4 * length;
    case ALI_TYPE_LARGE_LIST_VIEW:
        return 8 * length;
    default:
        return ali_type_is_nested(type) ? 0 : (uint64_t)ali_type_width(type) * length;
    }
}

// Bytes of the offsets of `length` rows; 0: the type has none.
static uint64_t offsets_bytes(const ali_type *type, uint64_t length) {
    switch (type->kind) {
    case ALI_TYPE_BINARY:
    case ALI_TYPE_UTF8:
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
        return 4 * (length + 1);
    case ALI_TYPE_LARGE_BINARY:
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_LARGE_LIST:
        return 8 * (length + 1);
    case ALI_TYPE_LIST_VIEW:
        return 4 * length;
    case ALI_TYPE_LARGE_LIST_VIEW:
        return 8 * length;
    default:
        return 0;
    }
}

// Rows of the columns below one of `length` nulls.
static uint64_t child_length(const ali_type *type, uint64_t length) {
    if (type->kind == ALI_TYPE_STRUCT) return length;
    return type->kind == ALI_TYPE_FIXED_LIST ? length * type->list_size : 0;
}

// A column without those below it.
static ali_status fill_one(ali_context *ctx, ali_column *column) {
    const ali_type *type = column->type;
    const uint64_t length = column->length;
    if (type->kind == ALI_TYPE_UNION || type->kind == ALI_TYPE_RUN_END) {
        return ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                        "a column of type union or run_end_encoded that is missing in a file is "
                        "not supported");
    }
    column->null_count = length;
    column->encoding = ALI_ENCODING_PLAIN;
    if (type->kind == ALI_TYPE_NULL) return ALI_OK;
    if (length > 0) ALI_TRY(ali_buf_zero(ctx, (length + 7) / 8, &column->validity));
    const uint64_t values = values_bytes(type, length);
    const uint64_t offsets = offsets_bytes(type, length);
    if (values > 0) ALI_TRY(ali_buf_zero(ctx, values, &column->values));
    if (offsets > 0) ALI_TRY(ali_buf_zero(ctx, offsets, &column->offsets));
    const bool has_data = ali_type_is_bytes(type) || ali_type_is_large_bytes(type);
    return has_data ? ali_buf_zero(ctx, 0, &column->data) : ALI_OK;
}

ali_status ali_column_null(ali_context *ctx, ali_column *column) {
    const uint32_t span = column->type->span;
    for (uint32_t i = 0; i < span; i += 1) {
        ALI_TRY(fill_one(ctx, &column[i]));
        const ali_type *type = column[i].type;
        uint32_t child = i + 1;
        for (uint32_t k = 0; k < type->children_count; k += 1) {
            column[child].length = child_length(type, column[i].length);
            child += column[child].type->span;
        }
    }
    return ALI_OK;
}
