// codec/xxh32.h: the checksum of LZ4 frames: XXH32 with seed 0, in pieces.
#ifndef ALI_CODEC_XXH32_H
#define ALI_CODEC_XXH32_H

#include "base/internal.h"

typedef struct ali_xxh32 {
    uint32_t lanes[4];
    uint32_t held_bytes; // in `held`
    uint64_t count_bytes;
    uint8_t held[16];
} ali_xxh32;

void ali_xxh32_init(ali_xxh32 *sum);

void ali_xxh32_add(ali_xxh32 *sum, const uint8_t *bytes, uint64_t count_bytes);

// The checksum of all that was added. More may be added after it.
uint32_t ali_xxh32_get(const ali_xxh32 *sum);

#endif
