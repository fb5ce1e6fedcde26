// compute/widen.c: lossless casts, value by value, by two pivots: int64 and double. Files whose
// types differ are rare: the code is made for size.
#include "compute/widen.h"

#include "base/num.h"
#include "base/text.h"
#include "column/gather.h"

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

// Digits that a decimal of this width holds.
static int32_t digits_of(uint32_t bits) {
    return bits == 32 ? 9 : bits == 64 ? 18 : bits == 128 ? 38 : 76;
}

static bool widen_decimals(const ali_type *a, const ali_type *b, ali_type *wider) {
    const int64_t before_a = (int64_t)a->precision - a->scale;
    const int64_t before_b = (int64_t)b->precision - b->scale;
    const int32_t scale = a->scale > b->scale ? a->scale : b->scale;
    const int64_t digits = (before_a > before_b ? before_a : before_b) + scale;
    uint32_t bits = a->bits > b->bits ? a->bits : b->bits;
    while (bits < 256 && digits > digits_of(bits)) bits *= 2;
    if (digits > digits_of(bits)) return false;
    *wider = *a;
    wider->bits = bits;
    wider->scale = scale;
    wider->precision = (int32_t)digits;
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

// The plain kind of text, or of binary, that a kind is another form of; or 0.
static uint8_t plain_kind(uint8_t kind) {
    static const uint8_t kinds[] = {ALI_TYPE_UTF8,   ALI_TYPE_LARGE_UTF8,   ALI_TYPE_UTF8_VIEW,
                                    ALI_TYPE_BINARY, ALI_TYPE_LARGE_BINARY, ALI_TYPE_BINARY_VIEW};
    for (uint32_t i = 0; i < ALI_COUNT_OF(kinds); i += 1) {
        if (kinds[i] == kind) return kinds[i / 3 * 3];
    }
    return 0;
}

// Kinds of text, and kinds of binary: the large one, else the one that is no view.
static bool widen_bytes(const ali_type *a, const ali_type *b, ali_type *wider) {
    if (plain_kind(a->kind) == 0 || plain_kind(a->kind) != plain_kind(b->kind)) return false;
    *wider = ali_type_is_large_bytes(a) || ali_type_is_view(b) ? *a : *b;
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
    const ali_status status = ali_fail(ctx, ALI_ERR_TYPE,
                                       "a %s does not fit %s, the type of all the files together",
                                       to->kind == ALI_TYPE_DECIMAL ? "decimal" : "time", type);
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

// 256 bits in four words, times ten. False, and nothing done, where that might not fit: a number of
// 75 digits has less than 251 bits.
static bool times_ten(uint64_t words[4]) {
    const int64_t top = (int64_t)words[3] >> 59;
    uint64_t carry = 0;
    if (top != 0 && top != -1) return false;
    for (uint32_t i = 0; i < 4; i += 1) {
        const uint64_t low = (words[i] & UINT32_MAX) * 10 + carry;
        const uint64_t high = (words[i] >> 32) * 10 + (low >> 32);
        words[i] = high << 32 | (low & UINT32_MAX);
        carry = high >> 32;
    }
    return true;
}

// Tells if the sign of 256 bits is all that stands beyond the first `bytes`.
static bool fits_bytes(const uint64_t words[4], uint32_t bytes) {
    const uint8_t *at = (const uint8_t *)words;
    const uint8_t fill = (at[bytes - 1] & 128) != 0 ? 255 : 0;
    while (bytes < 32 && at[bytes] == fill) bytes += 1;
    return bytes == 32;
}

// Numbers of 32, 64, 128 or 256 bits, lowest bytes first, to a width and scale that hold all that
// their type does; values may be beyond it.
static ali_status widen_decimals_of(ali_context *ctx, const ali_column *column, const ali_type *to,
                                    uint8_t *values) {
    const uint32_t bytes = column->type->bits / 8;
    const int32_t more = to->scale - column->type->scale;
    for (uint64_t row = 0; row < column->length; row += 1) {
        const uint8_t *at = column->values->data + bytes * row;
        const bool is_valid = ali_column_is_valid(column, row);
        const uint64_t fill = is_valid && (at[bytes - 1] & 128) != 0 ? UINT64_MAX : 0;
        uint64_t words[4] = {fill, fill, fill, fill};
        int32_t i = 0;
        if (is_valid) ali_copy(words, at, bytes);
        while (i < more && times_ten(words)) i += 1;
        if (i < more || !fits_bytes(words, to->bits / 8)) return fail_overflow(ctx, to, row);
        ali_copy(values + to->bits / 8 * row, words, to->bits / 8);
    }
    return ALI_OK;
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

// Turns views into offsets and data. The column keeps its type.
static ali_status write_out(ali_context *ctx, ali_column *column) {
    const ali_gather how = {.ctx = ctx, .form = ALI_FORM_SIMPLE};
    ali_type plain = *column->type;
    plain.kind = plain_kind(plain.kind);
    ali_column made = {.type = &plain};
    const ali_status status = ali_gather_run(&how, column, NULL, column->length, &made);
    made.type = column->type;
    ali_column_clear(status < 0 ? &made : column);
    if (status < 0) return status;
    *column = made;
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
    if (ali_type_is_view(column->type)) ALI_TRY(write_out(ctx, column));
    if (ali_type_is_large_bytes(to)) return widen_offsets(ctx, column);
    if (ali_type_is_bytes(to) || column->values == NULL || column->length == 0) return ALI_OK;
    ALI_TRY(ali_buf_new(ctx, column->length * ali_type_width(to), &values));
    const ali_status status = to->kind == ALI_TYPE_DECIMAL
                                  ? widen_decimals_of(ctx, column, to, values->data)
                                  : widen_numbers(ctx, column, to, values->data);
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
