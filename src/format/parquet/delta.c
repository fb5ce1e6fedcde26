// format/parquet/delta.c: decoding DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY and
// DELTA_BYTE_ARRAY (parquet-format, Encodings.md).
//
// A miniblock's differences are unpacked by the kernels of rle.c where they have up to 32 bits, and
// summed in place. Sums wrap, as the specification asks. Blocks may have any size that consists of
// miniblocks of a multiple of 8 values.
#include "format/parquet/delta.h"
#include "format/parquet/rle.h"

// Differences that are unpacked before they are summed.
#define PIECE 64u
// Bytes of a number at most.
#define VARINT_BYTES 10u
// A value's bytes that are copied at once where there is room.
#define WILD 16u

// An unsigned number of 7 bits a byte, the lowest first.
static bool read_varint(ali_delta *delta, uint64_t *number) {
    const uint64_t end = ali_min_u64(delta->count_bytes, delta->at + VARINT_BYTES);
    uint32_t shift = 0;
    *number = 0;
    while (delta->at < end) {
        const uint64_t byte = delta->bytes[delta->at];
        delta->at += 1;
        *number |= (byte & 0x7F) << shift;
        if (byte < 0x80) return true;
        shift += 7;
    }
    return false;
}

static bool read_zigzag(ali_delta *delta, uint64_t *number) {
    uint64_t coded = 0;
    if (!read_varint(delta, &coded)) return false;
    *number = coded >> 1 ^ (0 - (coded & 1));
    return true;
}

uint32_t ali_delta_begin(ali_delta *delta, const uint8_t *bytes, uint64_t count_bytes) {
    *delta = (ali_delta){.bytes = bytes, .count_bytes = count_bytes, .is_first = true};
    if (count_bytes == 0) return ALI_DELTA_OK;
    uint64_t block_values = 0;
    uint64_t mini_count = 0;
    if (!read_varint(delta, &block_values) || !read_varint(delta, &mini_count) ||
        !read_varint(delta, &delta->left) || !read_zigzag(delta, &delta->value)) {
        return ALI_DELTA_SHORT;
    }
    if (block_values == 0 || block_values > INT32_MAX || mini_count == 0 ||
        mini_count > block_values || block_values % mini_count != 0 ||
        block_values / mini_count % 8 != 0) {
        return ALI_DELTA_SHAPE;
    }
    delta->mini_count = delta->mini_at = (uint32_t)mini_count;
    delta->mini_values = (uint32_t)(block_values / mini_count);
    return ALI_DELTA_OK;
}

// Begins a block: the least difference, then a byte with the width of each miniblock.
static uint32_t begin_block(ali_delta *delta) {
    if (!read_zigzag(delta, &delta->min_delta)) return ALI_DELTA_SHORT;
    if (delta->mini_count > delta->count_bytes - delta->at) return ALI_DELTA_SHORT;
    delta->widths_at = delta->at;
    delta->at += delta->mini_count;
    delta->mini_at = 0;
    return ALI_DELTA_OK;
}

// Opens the next miniblock. The last one may be cut off behind its last value.
static uint32_t begin_mini(ali_delta *delta) {
    if (delta->mini_at == delta->mini_count) {
        const uint32_t why = begin_block(delta);
        if (why != ALI_DELTA_OK) return why;
    }
    delta->width = delta->bytes[delta->widths_at + delta->mini_at];
    if (delta->width > 64) return ALI_DELTA_WIDTH;
    const uint64_t room = delta->count_bytes - delta->at;
    const uint64_t values = ali_min_u64(delta->mini_values, delta->left);
    if ((values * delta->width + 7) / 8 > room) return ALI_DELTA_SHORT;
    delta->end = delta->at + ali_min_u64(room, (uint64_t)delta->mini_values / 8 * delta->width);
    delta->mini_at += 1;
    delta->mini_left = (uint32_t)values;
    delta->bit = 0;
    return ALI_DELTA_OK;
}

// Counts values of the open miniblock as taken.
static void advance(ali_delta *delta, uint64_t count) {
    delta->left -= count;
    delta->mini_left -= (uint32_t)count;
    delta->bit += count * delta->width;
    if (delta->mini_left == 0) delta->at = delta->end;
}

// A difference of any width, from any bit on.
static uint64_t load_wide(const ali_delta *delta, uint64_t bit) {
    const uint64_t from = delta->at + (bit >> 3);
    const uint32_t shift = (uint32_t)bit & 7;
    uint64_t low = 0;
    uint64_t high = 0;
    if (delta->count_bytes - from >= 9) {
        low = ali_load_u64(delta->bytes + from);
        high = delta->bytes[from + 8];
    } else {
        const uint64_t there = ali_min_u64(delta->count_bytes - from, 8);
        for (uint64_t i = 0; i < there; i += 1) low |= (uint64_t)delta->bytes[from + i] << (8 * i);
    }
    low = shift == 0 ? low : low >> shift | high << (64 - shift);
    return delta->width == 64 ? low : low & ((UINT64_C(1) << delta->width) - 1);
}

// Decodes values of the open miniblock, whose differences have up to 32 bits.
static void sum_narrow_32(ali_delta *delta, uint32_t *numbers, uint64_t count) {
    ali_rle_unpack(delta->bytes + delta->at, delta->count_bytes - delta->at, delta->bit,
                   delta->width, numbers, count);
    const uint32_t least = (uint32_t)delta->min_delta;
    uint32_t value = (uint32_t)delta->value;
    for (uint64_t i = 0; i < count; i += 1) {
        value += numbers[i] + least;
        numbers[i] = value;
    }
    delta->value = value;
}

static void sum_narrow_64(ali_delta *delta, uint64_t *numbers, uint64_t count) {
    uint32_t differences[PIECE];
    ali_rle_unpack(delta->bytes + delta->at, delta->count_bytes - delta->at, delta->bit,
                   delta->width, differences, count);
    const uint64_t least = delta->min_delta;
    uint64_t value = delta->value;
    for (uint64_t i = 0; i < count; i += 1) {
        value += differences[i] + least;
        numbers[i] = value;
    }
    delta->value = value;
}

__attribute__((noinline)) static void sum_wide(ali_delta *delta, uint64_t *numbers,
                                               uint64_t count) {
    uint64_t value = delta->value;
    for (uint64_t i = 0; i < count; i += 1) {
        value += load_wide(delta, delta->bit + i * delta->width) + delta->min_delta;
        numbers[i] = value;
    }
    delta->value = value;
}

static void sum_wide_32(ali_delta *delta, uint32_t *numbers, uint64_t count) {
    uint64_t wide[PIECE];
    sum_wide(delta, wide, count);
    for (uint64_t i = 0; i < count; i += 1) numbers[i] = (uint32_t)wide[i];
}

// How many of `count` values can be decoded at once, with a miniblock open for them. 0 with a
// reason if none.
static uint64_t next_piece(ali_delta *delta, uint64_t count, uint32_t *why) {
    *why = count > delta->left ? ALI_DELTA_SHORT : ALI_DELTA_OK;
    if (*why == ALI_DELTA_OK && delta->mini_left == 0) *why = begin_mini(delta);
    if (*why != ALI_DELTA_OK) return 0;
    return ali_min_u64(ali_min_u64(count, delta->mini_left), PIECE);
}

// The first value stands in the header.
static bool take_first(ali_delta *delta, uint64_t count) {
    if (!delta->is_first || count == 0 || delta->left == 0) return false;
    delta->is_first = false;
    delta->left -= 1;
    return true;
}

uint32_t ali_delta_take_32(ali_delta *delta, uint32_t *numbers, uint64_t count) {
    uint64_t at = 0;
    if (take_first(delta, count)) {
        numbers[0] = (uint32_t)delta->value;
        at = 1;
    }
    while (at < count) {
        uint32_t why = ALI_DELTA_OK;
        const uint64_t now = next_piece(delta, count - at, &why);
        if (now == 0) return why;
        if (delta->width <= 32) {
            sum_narrow_32(delta, numbers + at, now);
        } else {
            sum_wide_32(delta, numbers + at, now);
        }
        advance(delta, now);
        at += now;
    }
    return ALI_DELTA_OK;
}

uint32_t ali_delta_take_64(ali_delta *delta, uint64_t *numbers, uint64_t count) {
    uint64_t at = 0;
    if (take_first(delta, count)) {
        numbers[0] = delta->value;
        at = 1;
    }
    while (at < count) {
        uint32_t why = ALI_DELTA_OK;
        const uint64_t now = next_piece(delta, count - at, &why);
        if (now == 0) return why;
        if (delta->width <= 32) {
            sum_narrow_64(delta, numbers + at, now);
        } else {
            sum_wide(delta, numbers + at, now);
        }
        advance(delta, now);
        at += now;
    }
    return ALI_DELTA_OK;
}

uint32_t ali_delta_pass(ali_delta *delta, uint64_t miniblocks) {
    (void)take_first(delta, 1);
    while (delta->left != 0) {
        if (miniblocks == 0) return ALI_DELTA_MORE;
        miniblocks -= 1;
        const uint32_t why = delta->mini_left == 0 ? begin_mini(delta) : ALI_DELTA_OK;
        if (why != ALI_DELTA_OK) return why;
        advance(delta, delta->mini_left);
    }
    return ALI_DELTA_OK;
}

// --- byte arrays ---------------------------------------------------------------------------------

uint64_t ali_delta_sum(const uint32_t *lengths, uint64_t count) {
    uint64_t sum = 0;
    uint32_t all = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        sum += lengths[i];
        all |= lengths[i];
    }
    return all >> 31 != 0 ? UINT64_MAX : sum;
}

uint64_t ali_delta_fit(const uint32_t *prefixes, const uint32_t *suffixes, uint64_t count,
                       uint64_t most_bytes) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        sum += (uint64_t)suffixes[i] + (prefixes == NULL ? 0 : prefixes[i]);
        if (i != 0 && sum > most_bytes) return i;
    }
    return count;
}

uint64_t ali_delta_check(const uint32_t *prefixes, const uint32_t *suffixes, uint64_t count,
                         uint64_t last_bytes, uint64_t from_bytes, uint64_t *sum_bytes) {
    uint64_t sum = 0;
    uint64_t used = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        used += suffixes[i];
        if (prefixes[i] > last_bytes || used > from_bytes) return i;
        last_bytes = (uint64_t)prefixes[i] + suffixes[i];
        sum += last_bytes;
    }
    *sum_bytes = sum;
    return count;
}

// Copies up to 16 bytes at once if so many may be read and written; these may overlap.
static void copy_some(uint8_t *to, const uint8_t *from, uint64_t count, bool is_wild) {
    if (is_wild && count <= WILD) {
        const uint64_t low = ali_load_u64(from);
        const uint64_t high = ali_load_u64(from + 8);
        ali_store_u64(to, low);
        ali_store_u64(to + 8, high);
    } else {
        ali_copy(to, from, (size_t)count);
    }
}

uint64_t ali_delta_join(const uint32_t *prefixes, const uint32_t *suffixes, uint64_t count,
                        const uint8_t *from, uint64_t from_bytes, const uint8_t *last, uint8_t *to,
                        uint64_t slack, int32_t base, int32_t *ends) {
    uint64_t used = 0;
    uint64_t written = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        const uint64_t prefix = prefixes[i];
        const uint64_t suffix = suffixes[i];
        uint8_t *at = to + written;
        // The value before lies in `to` itself but for the first one, so 16 bytes of it are there.
        copy_some(at, last, prefix, slack >= WILD && i != 0);
        copy_some(at + prefix, from + used, suffix, slack >= WILD && from_bytes - used >= WILD);
        used += suffix;
        written += prefix + suffix;
        ends[i] = base + (int32_t)written;
        last = at;
    }
    return used;
}

void ali_delta_ends(const uint32_t *lengths, uint64_t count, int32_t base, int32_t *ends) {
    int32_t end = base;
    for (uint64_t i = 0; i < count; i += 1) {
        end += (int32_t)lengths[i];
        ends[i] = end;
    }
}
