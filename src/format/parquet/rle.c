// format/parquet/rle.c: decoding the hybrid of run lengths and bit-packing (parquet-format,
// Encodings.md, RLE), and unpacking of bits.
//
// Groups of eight numbers are unpacked by a kernel per width up to 16, which loads eight bytes once
// or twice; wider numbers are loaded one by one. Loads go up to 8 bytes beyond a group, so the last
// groups of the input are copied out first.
#include "format/parquet/rle.h"

// Bytes that kernels may read beyond the group they unpack.
#define SLACK 8u
// Bytes of a run's head at most.
#define HEAD_BYTES 5u

// Numbers of w <= 8 bits: eight of them lie in one word. Up to 16: four in each of two words, the
// second of which begins in the middle of a byte if w is odd.
#define NARROW(w)                                                                                  \
    static void unpack_##w(const uint8_t *bytes, uint32_t *numbers, uint64_t groups) {             \
        for (uint64_t g = 0; g < groups; g += 1) {                                                 \
            const uint64_t word = ali_load_u64(bytes);                                             \
            for (uint32_t i = 0; i < 8; i += 1) {                                                  \
                numbers[i] = (uint32_t)(word >> (i * (w))) & ((1u << (w)) - 1);                    \
            }                                                                                      \
            bytes += (w);                                                                          \
            numbers += 8;                                                                          \
        }                                                                                          \
    }
#define MIDDLE(w)                                                                                  \
    static void unpack_##w(const uint8_t *bytes, uint32_t *numbers, uint64_t groups) {             \
        for (uint64_t g = 0; g < groups; g += 1) {                                                 \
            const uint64_t low = ali_load_u64(bytes);                                              \
            const uint64_t high = ali_load_u64(bytes + (w) / 2) >> ((w) % 2 * 4);                  \
            for (uint32_t i = 0; i < 4; i += 1) {                                                  \
                numbers[i] = (uint32_t)(low >> (i * (w))) & ((1u << (w)) - 1);                     \
                numbers[i + 4] = (uint32_t)(high >> (i * (w))) & ((1u << (w)) - 1);                \
            }                                                                                      \
            bytes += (w);                                                                          \
            numbers += 8;                                                                          \
        }                                                                                          \
    }

NARROW(1)
NARROW(2)
NARROW(3)
NARROW(4)
NARROW(5)
NARROW(6)
NARROW(7)
NARROW(8)
MIDDLE(9)
MIDDLE(10)
MIDDLE(11)
MIDDLE(12)
MIDDLE(13)
MIDDLE(14)
MIDDLE(15)
MIDDLE(16)

static void (*const kernels[])(const uint8_t *bytes, uint32_t *numbers, uint64_t groups) = {
    NULL,     unpack_1,  unpack_2,  unpack_3,  unpack_4,  unpack_5,  unpack_6,  unpack_7, unpack_8,
    unpack_9, unpack_10, unpack_11, unpack_12, unpack_13, unpack_14, unpack_15, unpack_16};

static uint32_t mask_of(uint32_t width) {
    return width == 32 ? UINT32_MAX : (uint32_t)((UINT64_C(1) << width) - 1);
}

// Numbers from any bit on, one by one; 8 bytes may be read at each.
static void unpack_any(const uint8_t *bytes, uint64_t bit, uint32_t width, uint32_t *numbers,
                       uint64_t count) {
    const uint32_t mask = mask_of(width);
    for (uint64_t i = 0; i < count; i += 1) {
        numbers[i] = (uint32_t)(ali_load_u64(bytes + (bit >> 3)) >> (bit & 7)) & mask;
        bit += width;
    }
}

// The end of the input: numbers whose bytes have no slack behind them, through a copy.
static void unpack_end(const uint8_t *bytes, uint64_t count_bytes, uint64_t bit, uint32_t width,
                       uint32_t *numbers, uint64_t count) {
    uint8_t copy[64 + SLACK];
    while (count > 0) {
        const uint64_t from = bit >> 3;
        const uint64_t fit = (64 * 8 - 7) / width;
        const uint64_t now = ali_min_u64(count, fit);
        ali_fill(copy, 0, sizeof copy);
        ali_copy(copy, bytes + from, (size_t)ali_min_u64(64, count_bytes - from));
        unpack_any(copy, bit & 7, width, numbers, now);
        numbers += now;
        bit += now * width;
        count -= now;
    }
}

void ali_rle_unpack(const uint8_t *bytes, uint64_t count_bytes, uint64_t bit, uint32_t width,
                    uint32_t *numbers, uint64_t count) {
    if (width == 0) {
        ali_fill(numbers, 0, (size_t)(count * sizeof *numbers));
        return;
    }
    ALI_ASSERT(bit + count * width <= count_bytes * 8);
    const uint64_t safe_bits = count_bytes <= SLACK ? 0 : (count_bytes - SLACK) * 8;
    uint64_t safe = bit >= safe_bits ? 0 : ali_min_u64(count, (safe_bits - bit) / width);
    const uint64_t end = bit + count * width;
    if ((bit & 7) == 0 && width < ALI_COUNT_OF(kernels)) {
        safe &= ~UINT64_C(7);
        kernels[width](bytes + (bit >> 3), numbers, safe / 8);
    } else {
        unpack_any(bytes, bit, width, numbers, safe);
    }
    if (safe == count) return;
    unpack_end(bytes, count_bytes, end - (count - safe) * width, width, numbers + safe,
               count - safe);
}

void ali_rle_init(ali_rle *rle, const uint8_t *bytes, uint64_t count_bytes, uint32_t width) {
    ALI_ASSERT(width <= 32);
    *rle = (ali_rle){.bytes = bytes, .count_bytes = count_bytes, .width = width};
}

// Reads the head of a run: a number, the lowest bit of which says if values are packed.
static bool read_head(ali_rle *rle, uint64_t *head) {
    const uint64_t end = ali_min_u64(rle->count_bytes, rle->at + HEAD_BYTES);
    uint32_t shift = 0;
    *head = 0;
    while (rle->at < end) {
        const uint32_t byte = rle->bytes[rle->at];
        rle->at += 1;
        *head |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return *head <= UINT32_MAX;
        shift += 7;
    }
    return false;
}

// Begins a run of packed numbers. Its last group may be cut off by the end of the stream.
static bool begin_packed(ali_rle *rle, uint64_t groups) {
    const uint64_t room = (rle->count_bytes - rle->at) * 8;
    rle->left = groups * 8;
    if (rle->width != 0) rle->left = ali_min_u64(rle->left, room / rle->width);
    rle->bit = 0;
    rle->is_packed = true;
    return rle->left != 0;
}

static bool begin_run(ali_rle *rle, uint64_t count) {
    const uint32_t value_bytes = (rle->width + 7) / 8;
    if (count == 0 || value_bytes > rle->count_bytes - rle->at) return false;
    rle->value = 0;
    for (uint32_t i = 0; i < value_bytes; i += 1) {
        rle->value |= (uint32_t)rle->bytes[rle->at + i] << (8 * i);
    }
    rle->at += value_bytes;
    rle->left = count;
    rle->is_packed = false;
    return true;
}

bool ali_rle_open_run(ali_rle *rle) {
    if (rle->left != 0) return true;
    if (rle->is_packed) rle->at += (rle->bit + 7) / 8;
    rle->is_packed = false;
    rle->bit = 0;
    uint64_t head = 0;
    if (!read_head(rle, &head)) return false;
    return (head & 1) != 0 ? begin_packed(rle, head >> 1) : begin_run(rle, head >> 1);
}

bool ali_rle_take(ali_rle *rle, uint32_t *numbers, uint64_t count) {
    while (count > 0) {
        if (!ali_rle_open_run(rle)) return false;
        const uint64_t now = ali_min_u64(count, rle->left);
        if (rle->is_packed) {
            ali_rle_unpack(rle->bytes + rle->at, rle->count_bytes - rle->at, rle->bit, rle->width,
                           numbers, now);
            rle->bit += now * rle->width;
        } else {
            for (uint64_t i = 0; i < now; i += 1) numbers[i] = rle->value;
        }
        rle->left -= now;
        numbers += now;
        count -= now;
    }
    return true;
}

bool ali_rle_skip(ali_rle *rle, uint64_t count) {
    while (count > 0) {
        if (!ali_rle_open_run(rle)) return false;
        const uint64_t now = ali_min_u64(count, rle->left);
        if (rle->is_packed) rle->bit += now * rle->width;
        rle->left -= now;
        count -= now;
    }
    return true;
}
