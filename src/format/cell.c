// format/cell.c: the values of a column in text: docs/contracts/values.md. Left out: nested values
// (format/json_text.c).
#include "format/cell.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"

// The largest integer up to which all are doubles (ECMA-262, Number.MAX_SAFE_INTEGER).
#define SAFE_MAX UINT64_C(9007199254740991)

// 78 digits of 256 bits, a sign, a point and a zero before it; what the scale adds comes on top.
#define DECIMAL_BYTES_MAX 81u

// Digits after the point, or zeros before it, that a decimal may have.
#define SCALE_MAX 1000

#define UUID_DASHES 4u

// {"months":,"days":,"nanos":""} and three numbers.
#define INTERVAL_BYTES_MAX 80u

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
        return ALI_CELL_PLAIN;
    case ALI_TYPE_INTERVAL:
    case ALI_TYPE_LIST:
    case ALI_TYPE_STRUCT:
    case ALI_TYPE_UNION:
    case ALI_TYPE_FIXED_LIST:
    case ALI_TYPE_MAP:
        return ALI_CELL_NESTED;
    default:
        return ALI_CELL_STRING;
    }
}

bool ali_cell_is_nested(const ali_type *type) {
    return kind_of(type) == ALI_CELL_NESTED;
}

static uint32_t bound_of(const ali_type *type) {
    if (type->kind == ALI_TYPE_NULL || ali_type_is_bytes(type)) return 0;
    if (type->kind == ALI_TYPE_FIXED_BINARY) return type->bits / 4 + UUID_DASHES;
    if (type->kind == ALI_TYPE_INTERVAL) return INTERVAL_BYTES_MAX;
    if (type->kind == ALI_TYPE_DECIMAL) {
        const int32_t scale = type->scale;
        return DECIMAL_BYTES_MAX + (scale < 0 ? 0 - (uint32_t)scale : (uint32_t)scale);
    }
    return ALI_TIME_BYTES_MAX; // more than any number needs
}

ali_status ali_cell_check(ali_context *ctx, const ali_schema *schema) {
    for (uint32_t i = 0; i < schema->count; i += 1) {
        const ali_field *field = ali_schema_field(schema, i);
        const size_t name_bytes = (size_t)field->name_bytes;
        for (uint32_t k = 0; k < field->type->span; k += 1) {
            const ali_type *type = field[k].type;
            if (type->kind != ALI_TYPE_DECIMAL) continue;
            if (type->scale >= -SCALE_MAX && type->scale <= SCALE_MAX) continue;
            const ali_status status =
                ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                         "column %q has decimals with a scale of %d; in text, more than %d is not "
                         "supported",
                         field->name, name_bytes, type->scale, SCALE_MAX);
            ali_error_add_column(ctx, field->name, name_bytes);
            return status;
        }
    }
    return ALI_OK;
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

#define LIMBS_MAX 8u

// Divides an unsigned number, limbs of 32 bits from the lowest, by 10^9 and gives the rest.
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

// Writes the digits of a number without leading zeros, at least one, and gives how many.
static uint32_t put_limbs(char *digits, uint32_t *limbs, uint32_t count) {
    char all[9 * (LIMBS_MAX + 1)];
    const uint32_t groups = count + 1; // 9 digits are a little less than 32 bits
    for (uint32_t i = groups; i > 0; i -= 1) {
        ali_num_digits(all + (i - 1) * 9, divide_limbs(limbs, count), 9);
    }
    uint32_t start = 0;
    while (start + 1 < groups * 9 && all[start] == '0') start += 1;
    ali_copy(digits, all + start, groups * 9 - start);
    return groups * 9 - start;
}

// A decimal of 32 to 256 bits with exactly `scale` digits after the point; zeros are appended for a
// negative scale.
static uint8_t *put_decimal(uint8_t *to, const uint8_t *at, const ali_type *type) {
    uint32_t limbs[LIMBS_MAX];
    char digits[9 * (LIMBS_MAX + 1)];
    const uint32_t limbs_count = type->bits / 32;
    for (uint32_t i = 0; i < limbs_count; i += 1) limbs[i] = ali_load_u32(at + 4 * i);
    if (limbs[limbs_count - 1] >> 31 != 0) {
        negate_limbs(limbs, limbs_count);
        *to = '-';
        to += 1;
    }
    const uint32_t count = put_limbs(digits, limbs, limbs_count);
    const uint32_t after = type->scale > 0 ? (uint32_t)type->scale : 0;
    const uint32_t before = count > after ? count - after : 0;
    ali_copy(to, digits, before);
    to += before;
    if (before == 0) {
        *to = '0';
        to += 1;
    }
    if (after > 0) {
        const uint32_t zeros = count < after ? after - count : 0;
        *to = '.';
        ali_fill(to + 1, '0', zeros);
        ali_copy(to + 1 + zeros, digits + before, count - before);
        return to + 1 + after;
    }
    if (type->scale >= 0 || (count == 1 && digits[0] == '0')) return to;
    const size_t zeros = (size_t)-type->scale;
    ali_fill(to, '0', zeros);
    return to + zeros;
}

static uint8_t *put_word(uint8_t *to, const char *word) {
    for (; *word != 0; word += 1) {
        *to = (uint8_t)*word;
        to += 1;
    }
    return to;
}

// Months; days and milliseconds; or months, days and nanoseconds.
static uint8_t *put_interval(uint8_t *to, const uint8_t *at, uint32_t bits) {
    static const ali_type number = {.kind = ALI_TYPE_INT, .bits = 64, .is_signed = 1};
    const int32_t first = (int32_t)ali_load_u32(at);
    const int32_t second = bits == 32 ? 0 : (int32_t)ali_load_u32(at + 4);
    const int64_t nanos = bits == 32   ? 0
                          : bits == 64 ? INT64_C(1000000) * second
                                       : (int64_t)ali_load_u64(at + 8);
    bool is_string = false;
    to = put_word(to, "{\"months\":");
    to = put_int(to, &number, bits == 64 ? 0 : first, &is_string);
    to = put_word(to, ",\"days\":");
    to = put_int(to, &number, bits == 64 ? first : second, &is_string);
    to = put_word(to, ",\"nanos\":");
    uint8_t *start = to;
    to = put_int(to, &number, nanos, &is_string);
    if (is_string) {
        to = put_int(put_word(start, "\""), &number, nanos, &is_string);
        to = put_word(to, "\"");
    }
    return put_word(to, "}");
}

static uint8_t *put_uuid(uint8_t *to, const uint8_t *at) {
    static const uint8_t groups[] = {4, 2, 2, 2, 6};
    for (uint32_t i = 0; i < ALI_COUNT_OF(groups); i += 1) {
        if (i != 0) to = put_word(to, "-");
        to = put_hex(to, at, groups[i]);
        at += groups[i];
    }
    return to;
}

static uint8_t *put_fixed(uint8_t *to, const uint8_t *at, const ali_type *type) {
    if (type->extension == ALI_EXTENSION_UUID) return put_uuid(to, at);
    return put_hex(to, at, type->bits / 8);
}

// A date, a time, a timestamp, or a number.
static uint8_t *put_time(uint8_t *to, const ali_type *type, int64_t value, bool *is_string) {
    char *text = (char *)to;
    switch (type->kind) {
    case ALI_TYPE_DATE:
        if (type->bits == 32) return to + ali_time_print_date(text, value);
        return to + ali_time_print_stamp(text, value, ALI_UNIT_MILLI);
    case ALI_TYPE_TIME:
        return to + ali_time_print_clock(text, value, type->unit);
    case ALI_TYPE_TIMESTAMP:
        to += ali_time_print_stamp(text, value, type->unit);
        return put_word(to, type->zone[0] == 0 ? "" : "Z");
    default:
        return put_int(to, type, value, is_string);
    }
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
        return put_word(to, is_true ? "true" : "false");
    }
    const uint8_t *at = cell->values + index * (type->bits / 8);
    switch (type->kind) {
    case ALI_TYPE_FLOAT:
        return put_float(to, at, type->bits, is_string);
    case ALI_TYPE_FIXED_BINARY:
        return put_fixed(to, at, type);
    case ALI_TYPE_DECIMAL:
        return put_decimal(to, at, type);
    case ALI_TYPE_INTERVAL:
        return put_interval(to, at, type->bits);
    default:
        break;
    }
    const uint32_t is_signed = type->kind == ALI_TYPE_INT ? type->is_signed : 1;
    return put_time(to, type, load_int(at, type->bits, is_signed), is_string);
}
