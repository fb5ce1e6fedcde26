// column/bits.c: counting and moving bits of bitmaps.
#include "column/bits.h"

#include "base/mem.h"

// The ones of a 64-bit word (Knuth, The Art of Computer Programming, 7.1.3).
static uint32_t ones(uint64_t word) {
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (uint32_t)((word * UINT64_C(0x0101010101010101)) >> 56);
}

uint64_t ali_bits_count(const uint8_t *bits, uint64_t offset, uint64_t count) {
    uint64_t sum = 0;
    uint64_t at = offset;
    const uint64_t end = offset + count;
    for (; at < end && at % 8 != 0; at += 1) sum += bits[at / 8] >> (at % 8) & 1u;
    for (; at + 64 <= end; at += 64) sum += ones(ali_load_u64(bits + at / 8));
    for (; at + 8 <= end; at += 8) sum += ones(bits[at / 8]);
    for (; at < end; at += 1) sum += bits[at / 8] >> (at % 8) & 1u;
    return sum;
}

void ali_bits_copy(uint8_t *to, const uint8_t *from, uint64_t offset, uint64_t count) {
    if (count == 0) return;
    const uint64_t bytes = (count + 7) / 8;
    const uint64_t last = (offset + count - 1) / 8;
    const uint32_t shift = (uint32_t)(offset % 8);
    const uint64_t start = offset / 8;
    if (shift == 0) {
        ali_copy(to, from + start, (size_t)bytes);
    } else {
        for (uint64_t i = 0; i < bytes; i += 1) {
            const uint32_t low = from[start + i];
            const uint32_t high = start + i < last ? from[start + i + 1] : 0;
            to[i] = (uint8_t)(low >> shift | high << (8 - shift));
        }
    }
    if (count % 8 != 0) to[bytes - 1] &= (uint8_t)((1u << (count % 8)) - 1);
}
