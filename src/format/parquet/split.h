// format/parquet/split.h: BYTE_STREAM_SPLIT (parquet-format, Encodings.md): a leaf function without
// errors, whose caller has checked the bounds.
#ifndef ALI_FORMAT_PARQUET_SPLIT_H
#define ALI_FORMAT_PARQUET_SPLIT_H

#include "base/internal.h"

// Puts values together whose bytes lie apart: byte k of value i at from[k * stride + i]. Values
// [first, first + count) of `stride`, of `width` bytes each, go to `to`, one after the other.
void ali_split_join(uint8_t *to, const uint8_t *from, uint64_t stride, uint32_t width,
                    uint64_t first, uint64_t count);

#endif
