// format/parquet/split.c: decoding BYTE_STREAM_SPLIT (parquet-format, Encodings.md), by transposing
// blocks of 16 values: 2, 4 or 8 bytes of each at a time.
//
// 128-bit vectors of the compiler's own kind become SSE2, NEON or SIMD128; with ALI_SCALAR,
// and for what is left over, bytes are moved one by one.
#include "format/parquet/split.h"

// Values of a block.
#define BLOCK 16u

// The first `streams` bytes of each value.
static void join_any(uint8_t *to, const uint8_t *from, uint64_t stride, uint32_t width,
                     uint32_t streams, uint64_t count) {
    for (uint32_t k = 0; k < streams; k += 1) {
        const uint8_t *bytes = from + k * stride;
        for (uint64_t i = 0; i < count; i += 1) to[i * width + k] = bytes[i];
    }
}

#if !defined(ALI_SCALAR)
typedef uint8_t bytes16 __attribute__((vector_size(16)));

static bytes16 load(const uint8_t *from) {
    bytes16 vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

static void store(uint8_t *to, bytes16 vector) {
    __builtin_memcpy(to, &vector, sizeof vector);
}

// The bytes of two vectors by turns: of their lower halves, and of their upper ones.
static bytes16 low(bytes16 a, bytes16 b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
static bytes16 high(bytes16 a, bytes16 b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                   31);
}

// A block of `width` streams: each round puts stream k and k + width / 2 together, bytes by turns,
// so that after log2(width) rounds those of a value lie side by side, in order.
static inline void transpose(bytes16 *a, const uint8_t *from, uint64_t stride, uint32_t width) {
    bytes16 b[8];
    for (uint32_t k = 0; k < width; k += 1) a[k] = load(from + k * stride);
    for (uint32_t round = 1; round < width; round *= 2) {
        for (uint32_t k = 0; k < width / 2; k += 1) {
            b[2 * k] = low(a[k], a[k + width / 2]);
            b[2 * k + 1] = high(a[k], a[k + width / 2]);
        }
        for (uint32_t k = 0; k < width; k += 1) a[k] = b[k];
    }
}

static inline void join_block(uint8_t *to, const uint8_t *from, uint64_t stride, uint32_t width) {
    bytes16 a[8];
    transpose(a, from, stride, width);
    for (uint32_t k = 0; k < width; k += 1) store(to + 16 * k, a[k]);
}

// A block of values that are wider: eight streams at a time, then the rest byte by byte.
static void join_wide(uint8_t *to, const uint8_t *from, uint64_t stride, uint32_t width) {
    uint32_t at = 0;
    for (; at + 8 <= width; at += 8) {
        uint64_t words[BLOCK];
        bytes16 a[8];
        transpose(a, from + at * stride, stride, 8);
        __builtin_memcpy(words, a, sizeof words);
        for (uint32_t i = 0; i < BLOCK; i += 1) ali_store_u64(to + i * width + at, words[i]);
    }
    join_any(to + at, from + at * stride, stride, width, width - at, BLOCK);
}

#define JOIN(width)                                                                                \
    static void join_##width(uint8_t *to, const uint8_t *from, uint64_t stride, uint64_t blocks) { \
        for (uint64_t i = 0; i < blocks; i += 1) {                                                 \
            join_block(to, from, stride, width);                                                   \
            to += BLOCK * (width);                                                                 \
            from += BLOCK;                                                                         \
        }                                                                                          \
    }

JOIN(2)
JOIN(4)
JOIN(8)

// Joins as many whole blocks as there are; the number of their values.
static uint64_t join_blocks(uint8_t *to, const uint8_t *from, uint64_t stride, uint32_t width,
                            uint64_t count) {
    const uint64_t blocks = count / BLOCK;
    switch (width) {
    case 2:
        join_2(to, from, stride, blocks);
        break;
    case 4:
        join_4(to, from, stride, blocks);
        break;
    case 8:
        join_8(to, from, stride, blocks);
        break;
    default:
        for (uint64_t i = 0; i < blocks; i += 1) {
            join_wide(to + i * BLOCK * width, from + i * BLOCK, stride, width);
        }
    }
    return blocks * BLOCK;
}
#else
static uint64_t join_blocks(uint8_t *to, const uint8_t *from, uint64_t stride, uint32_t width,
                            uint64_t count) {
    (void)to;
    (void)from;
    (void)stride;
    (void)width;
    (void)count;
    return 0;
}
#endif

void ali_split_join(uint8_t *to, const uint8_t *from, uint64_t stride, uint32_t width,
                    uint64_t first, uint64_t count) {
    const uint64_t done = join_blocks(to, from + first, stride, width, count);
    join_any(to + done * width, from + first + done, stride, width, width, count - done);
}
