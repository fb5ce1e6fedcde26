// column/bits.h: bitmaps, LSB first, as the Arrow columnar format has them.
#ifndef ALI_COLUMN_BITS_H
#define ALI_COLUMN_BITS_H

#include "base/internal.h"

// Counts the ones among bits [offset, offset + count).
uint64_t ali_bits_count(const uint8_t *bits, uint64_t offset, uint64_t count);

// Copies bits [offset, offset + count) of `from` to the beginning of `to`; bits after them in the
// last byte become 0. Reads no byte beyond the last that holds one of the bits.
void ali_bits_copy(uint8_t *to, const uint8_t *from, uint64_t offset, uint64_t count);

#endif
