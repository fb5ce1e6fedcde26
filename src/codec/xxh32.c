// codec/xxh32.c: XXH32 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md) with seed
// 0. Left out: other seeds.
#include "codec/xxh32.h"

#define PRIME_1 UINT32_C(0x9E3779B1)
#define PRIME_2 UINT32_C(0x85EBCA77)
#define PRIME_3 UINT32_C(0xC2B2AE3D)
#define PRIME_4 UINT32_C(0x27D4EB2F)
#define PRIME_5 UINT32_C(0x165667B1)

static inline uint32_t rotate(uint32_t value, uint32_t bits) {
    return value << bits | value >> (32 - bits);
}

static inline uint32_t mix(uint32_t lane, uint32_t word) {
    return rotate(lane + word * PRIME_2, 13) * PRIME_1;
}

void ali_xxh32_init(ali_xxh32 *sum) {
    *sum = (ali_xxh32){.lanes = {PRIME_1 + PRIME_2, PRIME_2, 0, 0 - PRIME_1}};
}

// Adds stripes of 16 bytes.
static void add_stripes(uint32_t *lanes, const uint8_t *bytes, uint64_t count) {
    uint32_t a = lanes[0];
    uint32_t b = lanes[1];
    uint32_t c = lanes[2];
    uint32_t d = lanes[3];
    for (; count != 0; count -= 1) {
        a = mix(a, ali_load_u32(bytes));
        b = mix(b, ali_load_u32(bytes + 4));
        c = mix(c, ali_load_u32(bytes + 8));
        d = mix(d, ali_load_u32(bytes + 12));
        bytes += 16;
    }
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
}

void ali_xxh32_add(ali_xxh32 *sum, const uint8_t *bytes, uint64_t count_bytes) {
    sum->count_bytes += count_bytes;
    while (sum->held_bytes != 0 && count_bytes != 0) {
        sum->held[sum->held_bytes] = *bytes;
        sum->held_bytes += 1;
        bytes += 1;
        count_bytes -= 1;
        if (sum->held_bytes < sizeof sum->held) continue;
        add_stripes(sum->lanes, sum->held, 1);
        sum->held_bytes = 0;
    }
    add_stripes(sum->lanes, bytes, count_bytes / 16);
    bytes += count_bytes / 16 * 16;
    for (uint64_t i = 0; i < count_bytes % 16; i += 1) {
        sum->held[sum->held_bytes] = bytes[i];
        sum->held_bytes += 1;
    }
}

uint32_t ali_xxh32_get(const ali_xxh32 *sum) {
    uint32_t hash = PRIME_5;
    if (sum->count_bytes >= 16) {
        hash = rotate(sum->lanes[0], 1) + rotate(sum->lanes[1], 7) + rotate(sum->lanes[2], 12) +
               rotate(sum->lanes[3], 18);
    }
    hash += (uint32_t)sum->count_bytes;
    uint32_t at = 0;
    for (; at + 4 <= sum->held_bytes; at += 4) {
        hash = rotate(hash + ali_load_u32(sum->held + at) * PRIME_3, 17) * PRIME_4;
    }
    for (; at < sum->held_bytes; at += 1) {
        hash = rotate(hash + sum->held[at] * PRIME_5, 11) * PRIME_1;
    }
    hash = (hash ^ hash >> 15) * PRIME_2;
    hash = (hash ^ hash >> 13) * PRIME_3;
    return hash ^ hash >> 16;
}
