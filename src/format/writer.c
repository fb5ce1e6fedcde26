// format/writer.c: what writers share: room for their bytes, and the check of types.
#include "format/writer.h"

// Digits after the point that a decimal may have: no more than 256 bits hold.
#define SCALE_MAX 76

ali_status ali_writer_reserve(ali_writer *writer, uint64_t count_bytes, uint8_t **at) {
    ali_buf *out = writer->out;
    if (count_bytes > UINT64_MAX - out->size_bytes) {
        return ali_fail(writer->ctx, ALI_ERR_LIMIT, "%U bytes of output are too many at once",
                        count_bytes);
    }
    ALI_TRY(ali_buf_reserve(writer->ctx, out, out->size_bytes + count_bytes));
    *at = out->data + out->size_bytes;
    return ALI_OK;
}

void ali_writer_advance(ali_writer *writer, const uint8_t *end) {
    ALI_ASSERT((uint64_t)(end - writer->out->data) <= writer->out->capacity_bytes);
    writer->out->size_bytes = (uint64_t)(end - writer->out->data);
}

static bool is_writable(const ali_type *type) {
    if (!ali_type_is_flat(type)) return false;
    if (type->kind == ALI_TYPE_INTERVAL) return type->bits == 128;
    if (type->kind != ALI_TYPE_DECIMAL) return true;
    return type->bits >= 128 && type->scale >= -SCALE_MAX && type->scale <= SCALE_MAX;
}

ali_status ali_writer_check_types(ali_writer *writer, const char *format) {
    for (uint32_t i = 0; i < writer->schema->count; i += 1) {
        const ali_field *field = ali_schema_field(writer->schema, i);
        const size_t name_bytes = (size_t)field->name_bytes;
        char type[64];
        if (is_writable(field->type)) continue;
        (void)ali_type_spell(field->type, type, sizeof type);
        const ali_status status = ali_fail(writer->ctx, ALI_ERR_UNSUPPORTED,
                                           "writing type %s as %s is not supported yet (column %q)",
                                           type, format, field->name, name_bytes);
        ali_error_add_column(writer->ctx, field->name, name_bytes);
        return status;
    }
    return ALI_OK;
}
