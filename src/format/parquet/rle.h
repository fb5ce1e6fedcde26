// format/parquet/rle.h: the hybrid of run lengths and bit-packing (parquet-format, Encodings.md,
// RLE).
#ifndef ALI_FORMAT_PARQUET_RLE_H
#define ALI_FORMAT_PARQUET_RLE_H

#include "base/mem.h"

// Numbers that are decoded at a time.
#define ALI_RLE_BLOCK 1024u

// A stream, and the run it is in.
typedef struct ali_rle {
    const uint8_t *bytes;
    uint64_t count_bytes;
    uint64_t at;    // bytes of whole runs' heads, and of packed values, that are consumed
    uint32_t width; // bits of a number, 0 to 32
    uint32_t value; // of a run of equal numbers
    uint64_t left;  // numbers left in the run
    uint64_t bit;   // packed: bits consumed since `at`
    bool is_packed;
} ali_rle;

// Begins a stream. `width` is at most 32.
void ali_rle_init(ali_rle *rle, const uint8_t *bytes, uint64_t count_bytes, uint32_t width);

// Makes sure that a run is open: reads the next head if the last run is over.
//
// Returns:   false if the stream ends, or is malformed, instead.
bool ali_rle_open_run(ali_rle *rle);

// Decodes the next `count` numbers.
//
// Returns:   false if the stream ends before.
bool ali_rle_take(ali_rle *rle, uint32_t *numbers, uint64_t count);

// Passes over `count` numbers.
bool ali_rle_skip(ali_rle *rle, uint64_t count);

// Unpacks `count` numbers of `width` bits (0 to 32), from bit `bit` of `bytes` on, LSB first. No
// byte beyond `count_bytes` is read; those that the numbers take must be there.
void ali_rle_unpack(const uint8_t *bytes, uint64_t count_bytes, uint64_t bit, uint32_t width,
                    uint32_t *numbers, uint64_t count);

#endif
