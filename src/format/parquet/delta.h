// format/parquet/delta.h: DELTA_BINARY_PACKED, and byte arrays joined from what DELTA_BYTE_ARRAY
// keeps of them (parquet-format, Encodings.md).
#ifndef ALI_FORMAT_PARQUET_DELTA_H
#define ALI_FORMAT_PARQUET_DELTA_H

#include "base/mem.h"

// A stream of integers, and the miniblock it is in.
typedef struct ali_delta {
    const uint8_t *bytes;
    uint64_t count_bytes;
    uint64_t at;          // bytes consumed; of the open miniblock: where it begins
    uint64_t end;         // where the open miniblock ends
    uint64_t left;        // values not yet taken
    uint64_t value;       // the last one, all arithmetic wraps; at first the first one
    uint64_t min_delta;   // of the block
    uint64_t widths_at;   // where the block's bit widths lie
    uint64_t bit;         // of the open miniblock: bits consumed
    uint32_t mini_values; // values of a miniblock
    uint32_t mini_count;  // miniblocks of a block
    uint32_t mini_at;     // of the block: miniblocks begun
    uint32_t mini_left;   // values left in the open miniblock
    uint32_t width;       // and their bits
    bool is_first;        // nothing is taken yet
} ali_delta;

// Why integers could not be read.
enum {
    ALI_DELTA_OK,
    ALI_DELTA_MORE,  // passing: there are more miniblocks
    ALI_DELTA_SHORT, // the stream ends before
    ALI_DELTA_SHAPE, // blocks of a size that cannot be
    ALI_DELTA_WIDTH  // differences of more than 64 bits
};

// Begins a stream: reads its header. No bytes at all are a stream without values.
uint32_t ali_delta_begin(ali_delta *delta, const uint8_t *bytes, uint64_t count_bytes);

// Decodes the next `count` integers; 32-bit ones are cut from the 64-bit sums.
uint32_t ali_delta_take_32(ali_delta *delta, uint32_t *numbers, uint64_t count);
uint32_t ali_delta_take_64(ali_delta *delta, uint64_t *numbers, uint64_t count);

// Passes over what is left of the stream without decoding it, at most `miniblocks` of them. After
// ALI_DELTA_OK the stream ends at delta->at.
uint32_t ali_delta_pass(ali_delta *delta, uint64_t miniblocks);

// The sum of some lengths; UINT64_MAX if one is negative.
uint64_t ali_delta_sum(const uint32_t *lengths, uint64_t count);

// Counts the byte arrays, of a prefix and a suffix each, that have at most `most_bytes` together;
// the first may have more. `prefixes` may be NULL.
uint64_t ali_delta_fit(const uint32_t *prefixes, const uint32_t *suffixes, uint64_t count,
                       uint64_t most_bytes);

// Checks that no prefix is longer than the value before, of which it is a part, and that the
// suffixes lie in `from_bytes`. `last_bytes` has the value before the first.
//
// Returns:   `count`, with the bytes of all values in *sum_bytes; else the index of a value.
uint64_t ali_delta_check(const uint32_t *prefixes, const uint32_t *suffixes, uint64_t count,
                         uint64_t last_bytes, uint64_t from_bytes, uint64_t *sum_bytes);

// Puts byte arrays together that were checked, one after the other: a prefix of the value before
// (for the first of them `last`) and a suffix out of `from`. `to` has room for them all, and for
// `slack` bytes more, which may be overwritten. ends[i] is where value i ends, counted on from
// `base`.
//
// Returns:   how many bytes of `from` were taken.
uint64_t ali_delta_join(const uint32_t *prefixes, const uint32_t *suffixes, uint64_t count,
                        const uint8_t *from, uint64_t from_bytes, const uint8_t *last, uint8_t *to,
                        uint64_t slack, int32_t base, int32_t *ends);

// The ends of byte arrays that follow one another.
void ali_delta_ends(const uint32_t *lengths, uint64_t count, int32_t base, int32_t *ends);

#endif
