// format/parquet/levels.h: definition levels of flat columns, straight into a validity bitmap.
#ifndef ALI_FORMAT_PARQUET_LEVELS_H
#define ALI_FORMAT_PARQUET_LEVELS_H

#include "format/parquet/rle.h"

// The levels of a page. Of a column without nulls there are none: every row has a value.
typedef struct ali_levels {
    ali_rle rle;
    uint64_t bit;       // BIT_PACKED: bits consumed
    bool is_bit_packed; // the deprecated encoding BIT_PACKED, MSB first
    bool is_absent;     // the column is required
} ali_levels;

// Why levels could not be read.
enum { ALI_LEVELS_OK, ALI_LEVELS_SHORT, ALI_LEVELS_RANGE };

// Reads the next `rows` levels (0 or 1). Sets the bits of rows that have a value, from bit `row` of
// `bitmap` on, all of which must be 0; `bitmap` may be NULL, to skip. *values counts them.
//
// Returns:   ALI_LEVELS_SHORT: there are fewer. ALI_LEVELS_RANGE: a level is above 1.
uint32_t ali_levels_take(ali_levels *levels, uint8_t *bitmap, uint64_t row, uint64_t rows,
                         uint64_t *values);

// Sets `count` bits of a bitmap, from bit `from` on.
void ali_levels_set(uint8_t *bitmap, uint64_t from, uint64_t count);

// Copies `count` bits between bitmaps, LSB first; the bits in the target must be 0.
//
// Returns:   how many of them are 1.
uint64_t ali_levels_copy(uint8_t *to, uint64_t to_bit, const uint8_t *from, uint64_t from_bit,
                         uint64_t count);

// Makes room between values for nulls, in place: the first values of `slots`, as many as bits are
// set in [row, row + rows) of `bitmap`, move to the slots of those bits, the others become 0.
void ali_levels_spread(void *slots, uint32_t width, const uint8_t *bitmap, uint64_t row,
                       uint64_t rows, uint64_t values);

// The same for the ends of byte arrays: null slots end where the value before them ends, the first
// ones at `base`.
void ali_levels_spread_ends(int32_t *ends, int32_t base, const uint8_t *bitmap, uint64_t row,
                            uint64_t rows, uint64_t values);

#endif
