// format/parquet/blocks.c: levels of nested columns, in blocks of bytes, and what follows of them:
// the slots of each zone, their validity, the offsets of lists (parquet-format, README "Nested
// Encoding"; Encodings.md, RLE and BIT_PACKED).
#include "format/parquet/levels.h"

// A level of any width in the deprecated encoding: its highest bit comes first.
static uint32_t take_bit_packed_levels(ali_levels *levels, uint8_t *to, uint64_t count) {
    const uint32_t width = levels->rle.width;
    const uint64_t bits = levels->rle.count_bytes * 8 - levels->bit;
    if (count > bits / ali_max_u64(width, 1)) return ALI_LEVELS_SHORT;
    for (uint64_t i = 0; i < count; i += 1) {
        uint32_t level = 0;
        for (uint32_t k = 0; k < width; k += 1) {
            const uint64_t bit = levels->bit + i * width + k;
            level = level << 1 | (levels->rle.bytes[bit >> 3] >> (7 - (bit & 7)) & 1u);
        }
        to[i] = (uint8_t)level;
    }
    levels->bit += count * width;
    return ALI_LEVELS_OK;
}

uint32_t ali_levels_decode(ali_levels *levels, uint32_t maximum, uint32_t *room, uint8_t *to,
                           uint64_t count) {
    if (levels->is_absent) {
        ali_fill(to, 0, (size_t)count);
        return ALI_LEVELS_OK;
    }
    uint32_t highest = 0;
    if (levels->is_bit_packed) {
        if (take_bit_packed_levels(levels, to, count) != ALI_LEVELS_OK) return ALI_LEVELS_SHORT;
        for (uint64_t i = 0; i < count; i += 1) highest = to[i] > highest ? to[i] : highest;
    } else {
        if (!ali_rle_take(&levels->rle, room, count)) return ALI_LEVELS_SHORT;
        for (uint64_t i = 0; i < count; i += 1) {
            highest = room[i] > highest ? room[i] : highest;
            to[i] = (uint8_t)room[i];
        }
    }
    return highest > maximum ? ALI_LEVELS_RANGE : ALI_LEVELS_OK;
}

bool ali_levels_fit(const uint8_t *repetition, const uint8_t *definition, uint64_t count,
                    const uint8_t *items, uint8_t before) {
    bool is_bad = false;
    for (uint64_t i = 0; i < count; i += 1) {
        const uint8_t item = items[repetition[i]];
        is_bad |= (definition[i] < item) | (before < item);
        before = definition[i];
    }
    return !is_bad;
}

uint64_t ali_levels_slots(const uint8_t *repetition, const uint8_t *definition, uint64_t count,
                          uint8_t zone, uint8_t present, uint8_t *slots) {
    uint64_t made = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        slots[made] = definition[i];
        made += (repetition[i] <= zone) & (definition[i] >= present);
    }
    return made;
}

void ali_levels_offsets(const uint8_t *repetition, const uint8_t *definition, uint64_t count,
                        uint8_t zone, uint8_t present, uint8_t item, int32_t base,
                        int32_t *offsets) {
    uint64_t made = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        offsets[made] = base;
        made += (repetition[i] <= zone) & (definition[i] >= present);
        base += (repetition[i] <= zone + 1) & (definition[i] >= item);
    }
}

uint64_t ali_levels_validity(const uint8_t *slots, uint64_t count, uint8_t definition,
                             uint8_t *bitmap, uint64_t from) {
    uint64_t ones = 0;
    uint8_t *to = bitmap + (from >> 3);
    uint32_t held = (uint32_t)(from & 7);
    uint32_t byte = held == 0 ? 0 : *to;
    for (uint64_t i = 0; i < count; i += 1) {
        const uint32_t bit = slots[i] >= definition;
        ones += bit;
        byte |= bit << held;
        held += 1;
        if (held == 8) {
            *to = (uint8_t)byte;
            to += 1;
            byte = held = 0;
        }
    }
    if (held != 0) *to = (uint8_t)byte;
    return ones;
}

uint64_t ali_levels_count(const uint8_t *levels, uint64_t count, uint8_t least) {
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i += 1) found += levels[i] >= least;
    return found;
}

uint64_t ali_levels_zeros(const uint8_t *levels, uint64_t count) {
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i += 1) found += levels[i] == 0;
    return found;
}
