// format/cell.c: the values of a column in text: docs/contracts/values.md. Left out: nested types.
#include "format/cell.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "base/time.h"

// The largest integer up to which all are doubles (ECMA-262, Number.MAX_SAFE_INTEGER).
#define SAFE_MAX UINT64_C(9007199254740991)

// 78 digits of 256 bits, a sign, a point, and zeros for a scale of down to -76.
#define DECIMAL_BYTES_MAX 160u
#define UUID_DASHES 4u
#define LIMBS_MAX 8u
// Digits of so many limbs, by nines.
#define DIGITS_MAX 81u

// --- what a column holds -------------------------------------------------------------------------

static uint32_t kind_of(const ali_type *type) {
    switch (type->kind) {
    case ALI_TYPE_NULL:
        return ALI_CELL_NULL;
    case ALI_TYPE_UTF8:
        return ALI_CELL_TEXT;
    case ALI_TYPE_INT:
    case ALI_TYPE_FLOAT:
    case ALI_TYPE_BOOL:
    case ALI_TYPE_DURATION:
    case ALI_TYPE_INTERVAL:
        return ALI_CELL_PLAIN;
    default:
        return ALI_CELL_STRING;
    }
}

static uint32_t bound_of(const ali_type *type) {
    if (type->kind == ALI_TYPE_NULL || ali_type_is_bytes(type)) return 0;
    if (type->kind == ALI_TYPE_FIXED_BINARY) return type->bits / 4 + UUID_DASHES;
    if (type->kind == ALI_TYPE_DECIMAL) return DECIMAL_BYTES_MAX;
    if (type->kind == ALI_TYPE_INTERVAL) return ALI_CELL_INTERVAL_BYTES;
    return ALI_TIME_BYTES_MAX; // more than any number needs
}

// What stands for a buffer that a column does not have.
static const uint64_t nothing[2] = {0};

static const uint8_t *data_of(const ali_buf *buf) {
    return buf == NULL ? (const uint8_t *)nothing : buf->data;
}

void ali_cell_init(ali_cell *cell, const ali_column *column) {
    const bool is_dictionary = column->encoding == ALI_ENCODING_DICTIONARY;
    const ali_column *from = is_dictionary ? column->dictionary->columns : column;
    *cell = (ali_cell){
        .type = column->type,
        .validity = column->null_count == 0 || column->validity == NULL ? NULL
                                                                        : column->validity->data,
        .values = data_of(from->values),
        .offsets = (const int32_t *)(const void *)data_of(from->offsets),
        .data = data_of(from->data),
        .kind = kind_of(column->type),
        .bytes_bound = bound_of(column->type),
    };
    if (is_dictionary) cell->codes = (const int32_t *)(const void *)data_of(column->values);
}

uint64_t ali_cell_sum_bytes(const ali_cell *cell, uint64_t first, uint64_t rows) {
    const uint64_t times = cell->type->kind == ALI_TYPE_BINARY ? 2 : 1;
    if (rows == 0) return 0;
    if (cell->codes == NULL) {
        return times * (uint64_t)(cell->offsets[first + rows] - cell->offsets[first]);
    }
    uint64_t sum = 0;
    for (uint64_t row = first; row < first + rows; row += 1) {
        uint64_t count_bytes = 0;
        if (!ali_cell_is_valid(cell, row)) continue;
        (void)ali_cell_bytes(cell, row, &count_bytes);
        sum += count_bytes;
    }
    return times * sum;
}

// --- values --------------------------------------------------------------------------------------

static uint8_t *put_hex(uint8_t *to, const uint8_t *bytes, uint64_t count_bytes) {
    static const char digits[] = "0123456789abcdef";
    for (uint64_t i = 0; i < count_bytes; i += 1) {
        to[2 * i] = (uint8_t)digits[bytes[i] >> 4];
        to[2 * i + 1] = (uint8_t)digits[bytes[i] & 15];
    }
    return to + 2 * count_bytes;
}

// Sixteen bytes with dashes behind the 4th, 6th, 8th and 10th (RFC 9562).
static uint8_t *put_uuid(uint8_t *to, const uint8_t *bytes) {
    for (uint32_t i = 0; i < 16; i += 2) {
        to = put_hex(to, bytes + i, 2);
        if (i < 2 || i > 8) continue;
        *to = '-';
        to += 1;
    }
    return to;
}

// Loads an integer of any width, widened by its sign.
static int64_t load_int(const uint8_t *at, uint32_t bits, uint32_t is_signed) {
    switch (bits) {
    case 8:
        return is_signed != 0 ? (int8_t)at[0] : at[0];
    case 16:
        return is_signed != 0 ? (int16_t)ali_load_u16(at) : ali_load_u16(at);
    case 32:
        return is_signed != 0 ? (int32_t)ali_load_u32(at) : (int64_t)ali_load_u32(at);
    default:
        return (int64_t)ali_load_u64(at);
    }
}

static uint8_t *put_int(uint8_t *to, const ali_type *type, int64_t value, bool *is_string) {
    const bool is_negative = value < 0 && (type->is_signed != 0 || type->kind != ALI_TYPE_INT);
    const uint64_t magnitude = is_negative ? 0 - (uint64_t)value : (uint64_t)value;
    *is_string = magnitude > SAFE_MAX;
    if (is_negative) {
        *to = '-';
        to += 1;
    }
    return to + ali_num_u64((char *)to, magnitude);
}

static uint8_t *put_float(uint8_t *to, const uint8_t *at, uint32_t bits, bool *is_string) {
    double value;
    if (bits == 16) {
        value = ali_num_from_half(ali_load_u16(at));
    } else if (bits == 32) {
        const uint32_t word = ali_load_u32(at);
        value = (double)ali_num_from_bits32(word);
    } else {
        value = ali_num_from_bits64(ali_load_u64(at));
    }
    *is_string = !ali_num_is_finite(value);
    return to + ali_num_print((char *)to, value);
}

// Divides a number, its limbs from the lowest, by 10^9 and gives the rest.
static uint32_t divide_limbs(uint32_t *limbs, uint32_t count) {
    uint64_t rest = 0;
    for (uint32_t i = count; i > 0; i -= 1) {
        const uint64_t value = rest << 32 | limbs[i - 1];
        limbs[i - 1] = (uint32_t)(value / 1000000000);
        rest = value % 1000000000;
    }
    return (uint32_t)rest;
}

static void negate_limbs(uint32_t *limbs, uint32_t count) {
    uint64_t carry = 1;
    for (uint32_t i = 0; i < count; i += 1) {
        carry += (uint32_t)~limbs[i];
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

// A decimal of 128 or 256 bits with exactly `scale` digits after the point; zeros are appended for
// a negative scale.
static uint8_t *put_decimal(uint8_t *to, const uint8_t *at, uint32_t bits, int32_t scale) {
    uint32_t limbs[LIMBS_MAX];
    char digits[DIGITS_MAX];
    const uint32_t limbs_count = bits / 32;
    for (uint32_t i = 0; i < limbs_count; i += 1) limbs[i] = ali_load_u32(at + 4 * i);
    if (limbs[limbs_count - 1] >> 31 != 0) {
        negate_limbs(limbs, limbs_count);
        *to = '-';
        to += 1;
    }
    for (uint32_t i = DIGITS_MAX; i > 0; i -= 9) {
        ali_num_digits(digits + i - 9, divide_limbs(limbs, limbs_count), 9);
    }
    const uint32_t after = scale > 0 ? (uint32_t)scale : 0;
    uint32_t start = 0;
    while (start < DIGITS_MAX - 1 && digits[start] == '0') start += 1;
    const uint32_t count = DIGITS_MAX - start;
    const uint32_t before = count > after ? count - after : 0;
    ali_copy(to, digits + start, before);
    to += before;
    if (before == 0) {
        *to = '0';
        to += 1;
    }
    if (after > 0) {
        const uint32_t zeros = count < after ? after - count : 0;
        *to = '.';
        ali_fill(to + 1, '0', zeros);
        ali_copy(to + 1 + zeros, digits + start + before, count - before);
        return to + 1 + after;
    }
    if (scale >= 0 || (count == 1 && digits[start] == '0')) return to;
    ali_fill(to, '0', (size_t)-scale);
    return to + (size_t)-scale;
}

static uint8_t *put_member(uint8_t *to, const char *name, int64_t value) {
    const size_t name_bytes = ali_text_length(name);
    ali_copy(to, name, name_bytes);
    return to + name_bytes + ali_num_i64((char *)to + name_bytes, value);
}

// Months and days of 32 bits each, then nanoseconds.
static uint8_t *put_interval(uint8_t *to, const uint8_t *at) {
    to = put_member(to, "{\"months\":", (int32_t)ali_load_u32(at));
    to = put_member(to, ",\"days\":", (int32_t)ali_load_u32(at + 4));
    to = put_member(to, ",\"nanos\":", (int64_t)ali_load_u64(at + 8));
    *to = '}';
    return to + 1;
}

uint8_t *ali_cell_print(const ali_cell *cell, uint64_t row, uint8_t *to, bool *is_string) {
    const ali_type *type = cell->type;
    const uint64_t index = cell->codes == NULL ? row : (uint64_t)cell->codes[row];
    *is_string = cell->kind == ALI_CELL_STRING;
    if (type->kind == ALI_TYPE_BINARY) {
        uint64_t count_bytes = 0;
        const uint8_t *bytes = ali_cell_bytes(cell, row, &count_bytes);
        return put_hex(to, bytes, count_bytes);
    }
    if (type->kind == ALI_TYPE_BOOL) {
        const bool is_true = (cell->values[index / 8] >> (index % 8) & 1) != 0;
        ali_copy(to, is_true ? "true" : "false", is_true ? 4 : 5);
        return to + (is_true ? 4 : 5);
    }
    const uint32_t width = type->bits / 8;
    const uint8_t *at = cell->values + index * width;
    if (type->kind == ALI_TYPE_FLOAT) return put_float(to, at, type->bits, is_string);
    if (type->extension == ALI_EXTENSION_UUID) return put_uuid(to, at);
    if (type->kind == ALI_TYPE_FIXED_BINARY) return put_hex(to, at, width);
    if (type->kind == ALI_TYPE_DECIMAL) return put_decimal(to, at, type->bits, type->scale);
    if (type->kind == ALI_TYPE_INTERVAL) return put_interval(to, at);
    const uint32_t is_signed = type->kind == ALI_TYPE_INT ? type->is_signed : 1;
    const int64_t value = load_int(at, type->bits, is_signed);
    char *text = (char *)to;
    switch (type->kind) {
    case ALI_TYPE_DATE:
        if (type->bits == 32) return to + ali_time_print_date(text, value);
        return to + ali_time_print_stamp(text, value, ALI_UNIT_MILLI);
    case ALI_TYPE_TIME:
        return to + ali_time_print_clock(text, value, type->unit);
    case ALI_TYPE_TIMESTAMP: {
        const size_t length = ali_time_print_stamp(text, value, type->unit);
        if (type->zone[0] == 0) return to + length;
        to[length] = 'Z';
        return to + length + 1;
    }
    default:
        return put_int(to, type, value, is_string);
    }
}
