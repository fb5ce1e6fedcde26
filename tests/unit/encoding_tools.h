// tests/unit/encoding_tools.h: streams of differences made by hand, the plainest way.
#ifndef ALI_TESTS_ENCODING_TOOLS_H
#define ALI_TESTS_ENCODING_TOOLS_H

#include "parquet_tools.h"

static uint32_t tool_next(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 3;
}

static uint64_t tool_zigzag(uint64_t value) {
    return value << 1 ^ (value >> 63 != 0 ? UINT64_MAX : 0);
}

static void tool_put_bits(tool_bytes *to, uint64_t *bit, uint64_t value, uint32_t width) {
    for (uint32_t i = 0; i < width; i += 1) {
        if (*bit % 8 == 0) tool_put_byte(to, 0);
        to->data[to->count - 1] |= (uint8_t)((value >> i & 1) << (*bit % 8));
        *bit += 1;
    }
}

// DELTA_BINARY_PACKED: `bits` is 32 or 64, that of the differences' arithmetic.
static void tool_put_delta(tool_bytes *to, const uint64_t *values, uint64_t count, uint32_t bits,
                           uint32_t block, uint32_t minis) {
    const uint64_t mask = bits == 64 ? UINT64_MAX : UINT32_MAX;
    const uint32_t mini = block / minis;
    tool_put_varint(to, block);
    tool_put_varint(to, minis);
    tool_put_varint(to, count);
    tool_put_varint(to, tool_zigzag(count == 0 ? 0 : values[0]));
    for (uint64_t at = 1; at < count; at += block) {
        const uint64_t end = at + block < count ? at + block : count;
        int64_t least = INT64_MAX;
        for (uint64_t i = at; i < end; i += 1) {
            uint64_t delta = (values[i] - values[i - 1]) & mask;
            if (bits == 32) delta = (uint64_t)(int64_t)(int32_t)(uint32_t)delta;
            if ((int64_t)delta < least) least = (int64_t)delta;
        }
        tool_put_varint(to, tool_zigzag((uint64_t)least));
        uint32_t widths[64] = {0};
        for (uint64_t i = at; i < end; i += 1) {
            const uint64_t delta = (values[i] - values[i - 1] - (uint64_t)least) & mask;
            uint32_t width = 0;
            while (width < 64 && delta >> width != 0) width += 1;
            uint32_t *own = &widths[(i - at) / mini];
            if (width > *own) *own = width;
        }
        for (uint32_t m = 0; m < minis; m += 1) tool_put_byte(to, widths[m]);
        for (uint32_t m = 0; m < minis && at + m * mini < end; m += 1) {
            uint64_t bit = 0;
            for (uint64_t i = at + m * mini; i < at + (m + 1) * mini; i += 1) {
                const uint64_t delta = i >= end ? 0 : values[i] - values[i - 1] - (uint64_t)least;
                tool_put_bits(to, &bit, delta & mask, widths[m]);
            }
        }
    }
}

// The lengths of byte arrays.
static void tool_put_lengths(tool_bytes *to, const uint32_t *lengths, uint64_t count) {
    uint64_t wide[256];
    assert_true(count <= 256);
    for (uint64_t i = 0; i < count; i += 1) wide[i] = lengths[i];
    tool_put_delta(to, wide, count, 32, 128, 4);
}

#endif
