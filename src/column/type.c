// column/type.c: types: widths, description, spelling. The kinds are those of the Arrow columnar
// format (Schema.fbs). Left out: the children of nested kinds, which are named but cannot be held
// yet.
#include "base/mem.h"
#include "base/text.h"
#include "column/column.h"

bool ali_type_is_bytes(const ali_type *type) {
    return type->kind == ALI_TYPE_UTF8 || type->kind == ALI_TYPE_BINARY;
}

bool ali_type_is_flat(const ali_type *type) {
    switch (type->kind) {
    case ALI_TYPE_NULL:
    case ALI_TYPE_INT:
    case ALI_TYPE_FLOAT:
    case ALI_TYPE_BINARY:
    case ALI_TYPE_UTF8:
    case ALI_TYPE_BOOL:
    case ALI_TYPE_DATE:
    case ALI_TYPE_TIME:
    case ALI_TYPE_TIMESTAMP:
    case ALI_TYPE_FIXED_BINARY:
    case ALI_TYPE_DURATION:
        return true;
    case ALI_TYPE_DECIMAL:
        return type->bits == 128;
    default:
        return false;
    }
}

uint32_t ali_type_width(const ali_type *type) {
    return type->kind == ALI_TYPE_BOOL || ali_type_is_bytes(type) ? 0 : type->bits / 8;
}

ali_status ali_type_describe(const ali_type *type, ali_type_info *info) {
    if (type == NULL || info == NULL || info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    *info = (ali_type_info){.size_bytes = sizeof *info,
                            .kind = type->kind,
                            .bits = type->bits,
                            .is_signed = type->is_signed,
                            .unit = type->unit,
                            .precision = type->precision,
                            .scale = type->scale,
                            .zone_bytes = (uint32_t)ali_text_length(type->zone),
                            .zone = type->zone};
    return ALI_OK;
}

// A spelling in the making: what does not fit is counted, not written.
typedef struct spelling {
    char *text;
    size_t capacity_bytes;
    size_t length;
} spelling;

static void put(spelling *out, const char *text, size_t text_bytes) {
    for (size_t i = 0; i < text_bytes; i += 1) {
        if (out->length + 1 < out->capacity_bytes) out->text[out->length] = text[i];
        out->length += 1;
    }
}

static void put_text(spelling *out, const char *text) {
    put(out, text, ali_text_length(text));
}

static void put_number(spelling *out, int64_t value) {
    char digits[24];
    put(out, digits, ali_text_i64(digits, value));
}

static void put_unit(spelling *out, uint32_t unit) {
    static const char *const units[] = {"s", "ms", "us", "ns", "day"};
    put_text(out, unit < ALI_COUNT_OF(units) ? units[unit] : "?");
}

static const char *kind_name(uint32_t kind) {
    static const char *const names[] = {"none",
                                        "null",
                                        "int",
                                        "float",
                                        "binary",
                                        "utf8",
                                        "bool",
                                        "decimal",
                                        "date",
                                        "time",
                                        "timestamp",
                                        "interval",
                                        "list",
                                        "struct",
                                        "union",
                                        "fixed_binary",
                                        "fixed_list",
                                        "map",
                                        "duration",
                                        "large_binary",
                                        "large_utf8",
                                        "large_list",
                                        "run_end_encoded",
                                        "binary_view",
                                        "utf8_view",
                                        "list_view",
                                        "large_list_view"};
    return kind < ALI_COUNT_OF(names) ? names[kind] : "unknown";
}

static void put_parameters(spelling *out, const ali_type *type) {
    put_text(out, "[");
    put_unit(out, type->unit);
    if (type->kind == ALI_TYPE_TIMESTAMP && type->zone[0] != 0) {
        put_text(out, ", ");
        put_text(out, type->zone);
    }
    put_text(out, "]");
}

static void put_type(spelling *out, const ali_type *type) {
    if (type->kind == ALI_TYPE_INT && !type->is_signed) put_text(out, "u");
    put_text(out, kind_name(type->kind));
    switch (type->kind) {
    case ALI_TYPE_INT:
    case ALI_TYPE_FLOAT:
    case ALI_TYPE_DATE:
        put_number(out, type->bits);
        break;
    case ALI_TYPE_TIME:
        put_number(out, type->bits);
        put_parameters(out, type);
        break;
    case ALI_TYPE_TIMESTAMP:
    case ALI_TYPE_DURATION:
        put_parameters(out, type);
        break;
    case ALI_TYPE_DECIMAL:
        put_number(out, type->bits);
        put_text(out, "(");
        put_number(out, type->precision);
        put_text(out, ", ");
        put_number(out, type->scale);
        put_text(out, ")");
        break;
    case ALI_TYPE_FIXED_BINARY:
        put_text(out, "(");
        put_number(out, type->bits / 8);
        put_text(out, ")");
        break;
    default:
        break;
    }
}

size_t ali_type_spell(const ali_type *type, char *text, size_t capacity_bytes) {
    spelling out = {text, capacity_bytes, 0};
    put_type(&out, type);
    if (capacity_bytes != 0) {
        text[out.length < capacity_bytes ? out.length : capacity_bytes - 1] = 0;
    }
    return out.length;
}
