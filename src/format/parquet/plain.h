// format/parquet/plain.h: PLAIN values and dictionary lookups into final buffers: leaf functions
// without errors, whose callers have checked the bounds.
#ifndef ALI_FORMAT_PARQUET_PLAIN_H
#define ALI_FORMAT_PARQUET_PLAIN_H

#include "base/mem.h"

// The largest of some numbers; 0 of none.
uint32_t ali_plain_maximum(const uint32_t *numbers, uint64_t count);

// Copies the values that codes stand for, of `width` bytes each; each code is below the length of
// `values`, which need not be aligned.
void ali_plain_gather(void *to, const uint8_t *values, uint32_t width, const uint32_t *codes,
                      uint64_t count);

// Narrows 32-bit integers to 1 or 2 bytes.
//
// Returns:   false if one does not fit; unsigned types also take negative numbers that fit.
bool ali_plain_narrow(void *to, uint32_t width, uint32_t is_signed, const uint8_t *values,
                      uint64_t count);

// Finds where `count` byte arrays (32-bit length, then bytes) end, as far as they lie within
// `count_bytes` and have at most `most_bytes` together; the first may have more.
//
// Returns:   their number. *end is where the last of them ends; *data_bytes the sum of their
//            lengths.
uint64_t ali_plain_measure(const uint8_t *bytes, uint64_t count_bytes, uint64_t count,
                           uint64_t most_bytes, uint64_t *end, uint64_t *data_bytes);

// Copies byte arrays that were measured: their bytes one after the other to `data`, the end of each
// to `ends`, counted on from `base`. `data_room` bytes may be written from `data` on.
void ali_plain_bytes(const uint8_t *bytes, uint64_t count_bytes, uint64_t count, uint8_t *data,
                     uint64_t data_room, int32_t base, int32_t *ends);

#endif
