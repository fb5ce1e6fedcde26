// compute/widen.c: lossless casts, value by value, by two pivots: int64 and double. Files whose
// types differ are rare: the code is made for size.
#include "compute/widen.h"

#include "base/num.h"
#include "base/text.h"

#define DECIMAL_DIGITS_MAX 38

// --- types ---------------------------------------------------------------------------------------

static bool widen_ints(const ali_type *a, const ali_type *b, ali_type *wider) {
    const ali_type *wide = a->bits >= b->bits ? a : b;
    const ali_type *narrow = wide == a ? b : a;
    *wider = *wide;
    if (wide->is_signed == narrow->is_signed) return true;
    if (wide->is_signed != 0 && wide->bits > narrow->bits) return true;
    if (wide->bits == 64) return false;
    wider->is_signed = 1;
    wider->bits = 2 * wide->bits;
    return true;
}

static bool widen_floats(const ali_type *a, const ali_type *b, ali_type *wider) {
    const ali_type *number = a->kind == ALI_TYPE_FLOAT ? a : b;
    const ali_type *other = number == a ? b : a;
    *wider = *number;
    if (other->kind == ALI_TYPE_FLOAT) {
        wider->bits = a->bits > b->bits ? a->bits : b->bits;
        return true;
    }
    wider->bits = 64;
    return other->kind == ALI_TYPE_INT && other->bits <= 32;
}

static bool widen_decimals(const ali_type *a, const ali_type *b, ali_type *wider) {
    const int32_t before_a = a->precision - a->scale;
    const int32_t before_b = b->precision - b->scale;
    const int32_t before = before_a > before_b ? before_a : before_b;
    const int32_t scale = a->scale > b->scale ? a->scale : b->scale;
    if (a->bits != b->bits) return false;
    if (a->scale != b->scale && (a->bits != 128 || before + scale > DECIMAL_DIGITS_MAX)) {
        return false;
    }
    *wider = *a;
    wider->scale = scale;
    wider->precision = before + scale;
    return true;
}

static const char *zone_of(const ali_type *type) {
    return type->zone == NULL ? "" : type->zone;
}

static bool widen_times(const ali_type *a, const ali_type *b, ali_type *wider) {
    const ali_type *fine = a;
    if (!ali_text_is(zone_of(a), ali_text_length(zone_of(a)), zone_of(b))) return false;
    if (a->kind == ALI_TYPE_DATE && b->bits > a->bits) fine = b;
    if (a->kind != ALI_TYPE_DATE && b->unit > a->unit) fine = b;
    *wider = *fine;
    return true;
}

// utf8 and binary with the kinds of 64-bit offsets.
static bool widen_bytes(const ali_type *a, const ali_type *b, ali_type *wider) {
    const ali_type *large = ali_type_is_large_bytes(a) ? a : b;
    const ali_type *other = large == a ? b : a;
    const bool is_text = large->kind == ALI_TYPE_LARGE_UTF8 && other->kind == ALI_TYPE_UTF8;
    const bool is_binary = large->kind == ALI_TYPE_LARGE_BINARY && other->kind == ALI_TYPE_BINARY;
    if (!is_text && !is_binary) return false;
    *wider = *large;
    return true;
}

static bool is_timelike(uint32_t kind) {
    return kind == ALI_TYPE_DATE || kind == ALI_TYPE_TIME || kind == ALI_TYPE_TIMESTAMP ||
           kind == ALI_TYPE_DURATION;
}

// Types that are not the same.
static bool widen_kinds(const ali_type *one, const ali_type *other, ali_type *wider) {
    if (one->kind == ALI_TYPE_INT && other->kind == ALI_TYPE_INT) {
        return widen_ints(one, other, wider);
    }
    if (one->kind == ALI_TYPE_FLOAT || other->kind == ALI_TYPE_FLOAT) {
        return widen_floats(one, other, wider);
    }
    if (one->kind != other->kind) return widen_bytes(one, other, wider);
    if (one->kind == ALI_TYPE_DECIMAL) return widen_decimals(one, other, wider);
    return is_timelike(one->kind) && widen_times(one, other, wider);
}

// The type of a field's values, without Arrow's dictionary encoding.
static ali_type plain_type(const ali_type *type) {
    ali_type plain = *type;
    plain.index_bits = plain.index_is_signed = plain.flags = 0;
    return plain;
}

bool ali_type_widen(const ali_field *a, const ali_field *b, ali_type *wider) {
    if (a->type->kind == ALI_TYPE_NULL || b->type->kind == ALI_TYPE_NULL) {
        *wider = a->type->kind == ALI_TYPE_NULL ? *b->type : *a->type;
        return true;
    }
    if (ali_field_is_same_type(a, b)) {
        *wider = *a->type;
        return true;
    }
    if (a->type->extension != b->type->extension || a->type->span != 1 || b->type->span != 1) {
        return false;
    }
    const ali_type one = plain_type(a->type);
    const ali_type other = plain_type(b->type);
    const ali_field plain_a = {.type = &one};
    const ali_field plain_b = {.type = &other};
    if (ali_field_is_same_type(&plain_a, &plain_b)) {
        *wider = one;
        return true;
    }
    return widen_kinds(&one, &other, wider);
}

// --- values --------------------------------------------------------------------------------------

// A value that is stored as a whole number.
static int64_t load_int(const uint8_t *at, const ali_type *type) {
    const uint32_t shift = 64 - type->bits;
    uint64_t word = 0;
    ali_copy(&word, at, type->bits / 8);
    word <<= shift;
    const bool is_unsigned = type->kind == ALI_TYPE_INT && type->is_signed == 0;
    return is_unsigned ? (int64_t)(word >> shift) : (int64_t)word >> shift;
}

static double load_number(const uint8_t *at, const ali_type *type) {
    if (type->kind == ALI_TYPE_INT) return (double)load_int(at, type);
    if (type->bits == 16) return ali_num_from_half(ali_load_u16(at));
    return (double)ali_num_from_bits32(ali_load_u32(at));
}

static void store_number(uint8_t *at, double value, uint32_t bits) {
    const float single = (float)value;
    if (bits == 32) {
        ali_copy(at, &single, sizeof single);
    } else {
        ali_copy(at, &value, sizeof value);
    }
}

// By how much values of a coarser unit are multiplied.
static int64_t factor_of(const ali_type *from, const ali_type *to) {
    if (from->kind == ALI_TYPE_INT) return 1;
    if (from->kind == ALI_TYPE_DATE) return from->bits == to->bits ? 1 : INT64_C(86400000);
    int64_t factor = 1;
    for (uint32_t unit = from->unit; unit < to->unit; unit += 1) factor *= 1000;
    return factor;
}

static ali_status fail_overflow(ali_context *ctx, const ali_type *to, uint64_t row) {
    char type[64];
    (void)ali_type_spell(to, type, sizeof type);
    const ali_status status =
        ali_fail(ctx, ALI_ERR_TYPE, "a time does not fit %s, the type that another file has", type);
    ali_error_add_row(ctx, row);
    return status;
}

// Numbers and times, value by value.
static ali_status widen_numbers(ali_context *ctx, const ali_column *column, const ali_type *to,
                                uint8_t *values) {
    const ali_type *from = column->type;
    const bool is_float = to->kind == ALI_TYPE_FLOAT;
    const int64_t factor = factor_of(from, to);
    const int64_t most = INT64_MAX / factor;
    for (uint64_t row = 0; row < column->length; row += 1) {
        const uint8_t *at = column->values->data + row * (from->bits / 8);
        uint8_t *target = values + row * (to->bits / 8);
        if (is_float) {
            store_number(target, load_number(at, from), to->bits);
            continue;
        }
        int64_t value = ali_column_is_valid(column, row) ? load_int(at, from) : 0;
        if (value > most || value < -most) return fail_overflow(ctx, to, row);
        value *= factor;
        ali_copy(target, &value, to->bits / 8);
    }
    return ALI_OK;
}

// --- decimals ------------------------------------------------------------------------------------

// 128 bits in two halves, times ten: modulo 2^128, which is right for both signs.
static void times_ten(uint64_t value[2]) {
    const uint64_t low = (value[0] & UINT32_MAX) * 10;
    const uint64_t middle = (value[0] >> 32) * 10 + (low >> 32);
    value[1] = value[1] * 10 + (middle >> 32);
    value[0] = middle << 32 | (low & UINT32_MAX);
}

static void widen_scale(const ali_column *column, const ali_type *to, uint8_t *values) {
    const int32_t more = to->scale - column->type->scale;
    for (uint64_t row = 0; row < column->length; row += 1) {
        const uint8_t *at = column->values->data + 16 * row;
        uint64_t value[2] = {ali_load_u64(at), ali_load_u64(at + 8)};
        for (int32_t i = 0; i < more; i += 1) times_ten(value);
        ali_store_u64(values + 16 * row, value[0]);
        ali_store_u64(values + 16 * row + 8, value[1]);
    }
}

// --- columns -------------------------------------------------------------------------------------

static ali_status widen_offsets(ali_context *ctx, ali_column *column) {
    ali_buf *offsets = NULL;
    ALI_TRY(ali_buf_new(ctx, (column->length + 1) * sizeof(int64_t), &offsets));
    const int32_t *from = (const int32_t *)(const void *)column->offsets->data;
    int64_t *to = (int64_t *)(void *)offsets->data;
    for (uint64_t i = 0; i <= column->length; i += 1) to[i] = from[i];
    ali_buf_release(column->offsets);
    column->offsets = offsets;
    return ALI_OK;
}

// Tells if the values stay as they are, whatever the types say.
static bool is_kept(const ali_type *from, const ali_type *to) {
    if (from->kind != to->kind || from->bits != to->bits) return false;
    return from->is_signed == to->is_signed && from->unit == to->unit && from->scale == to->scale;
}

static ali_status widen_plain(ali_context *ctx, ali_column *column, const ali_type *to) {
    ali_buf *values = NULL;
    ALI_TRY(ali_column_decode(ctx, column));
    if (ali_type_is_large_bytes(to)) return widen_offsets(ctx, column);
    if (column->values == NULL || column->length == 0) return ALI_OK;
    ALI_TRY(ali_buf_new(ctx, column->length * ali_type_width(to), &values));
    ali_status status = ALI_OK;
    if (to->kind == ALI_TYPE_DECIMAL) {
        widen_scale(column, to, values->data);
    } else {
        status = widen_numbers(ctx, column, to, values->data);
    }
    if (status < 0) {
        ali_buf_release(values);
        return status;
    }
    ali_buf_release(column->values);
    column->values = values;
    return ALI_OK;
}

ali_status ali_column_widen(ali_context *ctx, ali_column *column, const ali_type *to) {
    if (!is_kept(column->type, to)) ALI_TRY(widen_plain(ctx, column, to));
    column->type = to;
    return ALI_OK;
}
