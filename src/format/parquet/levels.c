// format/parquet/levels.c: definition levels of flat columns (maximum 1) to validity bitmaps,
// without a level ever being a number of its own (parquet-format, README "Nested Encoding";
// Encodings.md, RLE and BIT_PACKED). Levels of nested columns are blocks.c.
#include "format/parquet/levels.h"

void ali_levels_set(uint8_t *bitmap, uint64_t from, uint64_t count) {
    for (; count > 0 && (from & 7) != 0; count -= 1) {
        bitmap[from >> 3] |= (uint8_t)(1u << (from & 7));
        from += 1;
    }
    ali_fill(bitmap + (from >> 3), 0xFF, (size_t)(count >> 3));
    from += count & ~UINT64_C(7);
    count &= 7;
    if (count != 0) bitmap[from >> 3] |= (uint8_t)((1u << count) - 1);
}

// Up to 57 bits from a bit on; no byte beyond the last of them is read.
static uint64_t load_bits(const uint8_t *from, uint64_t bit, uint64_t count) {
    uint64_t word = 0;
    const uint64_t first = bit >> 3;
    const uint64_t end = (bit + count + 7) >> 3;
    __builtin_memcpy(&word, from + first, end - first == 8 ? 8 : (size_t)(end - first));
    return word >> (bit & 7) & (UINT64_MAX >> (64 - count));
}

uint64_t ali_levels_copy(uint8_t *to, uint64_t to_bit, const uint8_t *from, uint64_t from_bit,
                         uint64_t count) {
    uint64_t ones = 0;
    while (count > 0) {
        const uint64_t now = ali_min_u64(count, 56 - (to_bit & 7));
        const uint64_t word = load_bits(from, from_bit, now);
        ones += (uint64_t)__builtin_popcountll(word);
        if (to != NULL) {
            const uint64_t first = to_bit >> 3;
            const size_t bytes = (size_t)(((to_bit + now + 7) >> 3) - first);
            uint64_t old = 0;
            __builtin_memcpy(&old, to + first, bytes);
            old |= word << (to_bit & 7);
            __builtin_memcpy(to + first, &old, bytes);
        }
        to_bit += now;
        from_bit += now;
        count -= now;
    }
    return ones;
}

// Levels in the deprecated encoding: the first lies in a byte's highest bit.
static uint32_t take_bit_packed(ali_levels *levels, uint8_t *bitmap, uint64_t row, uint64_t rows,
                                uint64_t *values) {
    if (rows > levels->rle.count_bytes * 8 - levels->bit) return ALI_LEVELS_SHORT;
    for (uint64_t i = 0; i < rows; i += 1) {
        const uint64_t bit = levels->bit + i;
        const uint32_t level = levels->rle.bytes[bit >> 3] >> (7 - (bit & 7)) & 1u;
        if (level == 0) continue;
        *values += 1;
        if (bitmap != NULL) ali_levels_set(bitmap, row + i, 1);
    }
    levels->bit += rows;
    return ALI_LEVELS_OK;
}

uint32_t ali_levels_take(ali_levels *levels, uint8_t *bitmap, uint64_t row, uint64_t rows,
                         uint64_t *values) {
    *values = 0;
    if (levels->is_absent) {
        *values = rows;
        if (bitmap != NULL) ali_levels_set(bitmap, row, rows);
        return ALI_LEVELS_OK;
    }
    if (levels->is_bit_packed) return take_bit_packed(levels, bitmap, row, rows, values);
    ali_rle *rle = &levels->rle;
    while (rows > 0) {
        if (!ali_rle_open_run(rle)) return ALI_LEVELS_SHORT;
        const uint64_t now = ali_min_u64(rows, rle->left);
        if (rle->is_packed) {
            *values += ali_levels_copy(bitmap, row, rle->bytes + rle->at, rle->bit, now);
            rle->bit += now;
        } else {
            if (rle->value > 1) return ALI_LEVELS_RANGE;
            if (rle->value == 1) *values += now;
            if (rle->value == 1 && bitmap != NULL) ali_levels_set(bitmap, row, now);
        }
        rle->left -= now;
        row += now;
        rows -= now;
    }
    return ALI_LEVELS_OK;
}

// Backwards, so that no value is overwritten before it has moved. Without a branch on validity: a
// null takes a value that lies below, and masks it away.
#define SPREAD(name, type)                                                                         \
    static void name(type *slots, const uint8_t *bitmap, uint64_t row, uint64_t rows,              \
                     uint64_t values) {                                                            \
        for (uint64_t i = rows; i > values; i -= 1) {                                              \
            const uint64_t at = row + i - 1;                                                       \
            const uint64_t bit = bitmap[at >> 3] >> (at & 7) & 1u;                                 \
            values -= bit;                                                                         \
            slots[i - 1] = (type)(slots[values] & (type)(0 - bit));                                \
        }                                                                                          \
    }

SPREAD(spread_1, uint8_t)
SPREAD(spread_2, uint16_t)
SPREAD(spread_4, uint32_t)
SPREAD(spread_8, uint64_t)

// The same for values of any width.
static void spread_any(uint8_t *slots, uint32_t width, const uint8_t *bitmap, uint64_t row,
                       uint64_t rows, uint64_t values) {
    for (uint64_t i = rows; i > values; i -= 1) {
        const uint64_t at = row + i - 1;
        uint8_t *slot = slots + (i - 1) * width;
        if ((bitmap[at >> 3] >> (at & 7) & 1u) != 0) {
            values -= 1;
            ali_copy(slot, slots + values * width, width);
        } else {
            ali_fill(slot, 0, width);
        }
    }
}

void ali_levels_spread(void *slots, uint32_t width, const uint8_t *bitmap, uint64_t row,
                       uint64_t rows, uint64_t values) {
    if (values == rows) return;
    switch (width) {
    case 1:
        spread_1(slots, bitmap, row, rows, values);
        break;
    case 2:
        spread_2(slots, bitmap, row, rows, values);
        break;
    case 4:
        spread_4(slots, bitmap, row, rows, values);
        break;
    case 8:
        spread_8(slots, bitmap, row, rows, values);
        break;
    default:
        spread_any(slots, width, bitmap, row, rows, values);
    }
}

void ali_levels_spread_ends(int32_t *ends, int32_t base, const uint8_t *bitmap, uint64_t row,
                            uint64_t rows, uint64_t values) {
    for (uint64_t i = rows; i > values; i -= 1) {
        const uint64_t at = row + i - 1;
        ends[i - 1] = values == 0 ? base : ends[values - 1];
        values -= bitmap[at >> 3] >> (at & 7) & 1u;
    }
}
