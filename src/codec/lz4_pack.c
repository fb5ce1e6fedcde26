// codec/lz4_pack.c: compression to LZ4: frames (https://github.com/lz4/lz4/blob/dev/doc/
// lz4_Frame_format.md) of independent blocks of 64 KiB (lz4_Block_format.md), without checksums.
//
// One pass, greedy: a table remembers where each sequence of four bytes was last seen; where none
// is found for a while, places are left out. Places have 16 bits, whatever the machine, so that all
// machines write the same bytes. Left out: other block sizes, linked blocks, dictionaries.
#include "codec/lz4_pack.h"

#define BLOCK_BYTES 65536u
#define HASH_BITS 13u
// The last match begins so far before a block's end, and ends so far before it: the specification's
// end of block conditions.
#define MATCH_START_LEAST 12u
#define MATCH_END_LEAST 5u
#define MATCH_BYTES_LEAST 4u
// Places without a match, in a row, after which the stride grows by one.
#define STRIDE_TRIES_BITS 6u
// Of a frame: version 1, independent blocks; blocks of 64 KiB; the checksum of these two bytes.
static const uint8_t frame_start[] = {0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82};
#define STORED_BIT UINT32_C(0x80000000)

_Static_assert(ALI_LZ4_TABLE_BYTES == sizeof(uint16_t) << HASH_BITS, "the table of an LZ4 block");

static inline uint32_t hash_at(const uint8_t *at) {
    return ali_load_u32(at) * UINT32_C(2654435761) >> (32 - HASH_BITS);
}

// Bytes that are equal from two places on, up to `most`.
static uint32_t count_equal(const uint8_t *a, const uint8_t *b, uint32_t most) {
    uint32_t count = 0;
    while (count + 8 <= most) {
        const uint64_t difference = ali_load_u64(a + count) ^ ali_load_u64(b + count);
        if (difference != 0) return count + (uint32_t)__builtin_ctzll(difference) / 8;
        count += 8;
    }
    while (count < most && a[count] == b[count]) count += 1;
    return count;
}

// Writes what of a length does not fit into its half of the token, and gives that half.
static uint32_t put_length(uint8_t **to, uint32_t length) {
    if (length < 15) return length;
    uint32_t rest = length - 15;
    for (; rest >= 255; rest -= 255) *(*to)++ = 255;
    *(*to)++ = (uint8_t)rest;
    return 15;
}

// Writes literals and a match (distance 0: none, at the end). NULL: there is no room.
static uint8_t *put_sequence(uint8_t *to, const uint8_t *end, const uint8_t *literals,
                             uint32_t count, uint32_t distance, uint32_t more) {
    if (5 + (uint64_t)count + count / 255 + more / 255 > (uint64_t)(end - to)) return NULL;
    uint8_t *token = to;
    to += 1;
    const uint32_t high = put_length(&to, count);
    ali_copy(to, literals, count);
    to += count;
    *token = (uint8_t)(high << 4);
    if (distance == 0) return to;
    ali_store_u16(to, (uint16_t)distance);
    to += 2;
    *token |= (uint8_t)put_length(&to, more);
    return to;
}

// Compresses a block. Returns its end; NULL if it does not end before `end`.
static uint8_t *pack_block(uint16_t *table, const uint8_t *input, uint32_t count, uint8_t *output,
                           const uint8_t *end) {
    const uint32_t stop = count < MATCH_START_LEAST ? 0 : count - MATCH_START_LEAST + 1;
    uint32_t done = 0; // bytes that are written
    uint32_t tries = 1u << STRIDE_TRIES_BITS;
    ali_fill(table, 0, ALI_LZ4_TABLE_BYTES);
    for (uint32_t at = 1; at < stop && output != NULL;) {
        uint16_t *seen = &table[hash_at(input + at)];
        uint32_t from = *seen;
        *seen = (uint16_t)at;
        if (ali_load_u32(input + from) != ali_load_u32(input + at)) {
            at += tries >> STRIDE_TRIES_BITS;
            tries += 1;
            continue;
        }
        const uint32_t most = count - MATCH_END_LEAST - MATCH_BYTES_LEAST - at;
        uint32_t more =
            count_equal(input + from + MATCH_BYTES_LEAST, input + at + MATCH_BYTES_LEAST, most);
        for (; at > done && from > 0 && input[at - 1] == input[from - 1]; more += 1) {
            at -= 1;
            from -= 1;
        }
        output = put_sequence(output, end, input + done, at - done, at - from, more);
        at += MATCH_BYTES_LEAST + more;
        done = at;
        tries = 1u << STRIDE_TRIES_BITS;
        if (at < stop) table[hash_at(input + at - 2)] = (uint16_t)(at - 2);
    }
    if (output == NULL) return NULL;
    return put_sequence(output, end, input + done, count - done, 0, 0);
}

uint64_t ali_lz4_frame_pack(uint16_t *table, const uint8_t *input, uint64_t input_bytes,
                            uint8_t *output, uint64_t room_bytes) {
    const uint8_t *end = output + room_bytes;
    if (room_bytes < sizeof frame_start) return 0;
    ali_copy(output, frame_start, sizeof frame_start);
    uint8_t *to = output + sizeof frame_start;
    for (uint64_t at = 0; at < input_bytes; at += BLOCK_BYTES) {
        const uint32_t count = (uint32_t)ali_min_u64(input_bytes - at, BLOCK_BYTES);
        const uint64_t room = (uint64_t)(end - to);
        if (room < 4) return 0;
        uint8_t *block = to + 4;
        to = pack_block(table, input + at, count, block, block + ali_min_u64(room - 4, count));
        if (to != NULL) {
            ali_store_u32(block - 4, (uint32_t)(to - block));
        } else if (room - 4 < count) {
            return 0;
        } else {
            ali_store_u32(block - 4, count | STORED_BIT);
            ali_copy(block, input + at, count);
            to = block + count;
        }
    }
    if (end - to < 4) return 0;
    ali_store_u32(to, 0);
    return (uint64_t)(to + 4 - output);
}
