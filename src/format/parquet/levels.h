// format/parquet/levels.h: definition levels of flat columns, straight into a validity bitmap; and
// levels of nested ones (blocks.c) to the slots, validity and offsets of each column on their way.
//
// A column that lies in `zone` lists has a slot where a level's repetition is at most `zone` and
// its definition at least `present`, the one from which on the innermost of these has an item.
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

// Decodes the next `count` levels, at most a block, of which none may be above `maximum`. `room` is
// for a block.
//
// Returns:   ALI_LEVELS_SHORT: there are fewer. ALI_LEVELS_RANGE: a level is above the maximum.
uint32_t ali_levels_decode(ali_levels *levels, uint32_t maximum, uint32_t *room, uint8_t *to,
                           uint64_t count);

// Tells if levels can follow on each other, `before` being the definition level before the first:
// each that goes on with a list (`items`: by the list's depth, the definition level from which on
// it has an item) must be an item of it, and come after one.
bool ali_levels_fit(const uint8_t *repetition, const uint8_t *definition, uint64_t count,
                    const uint8_t *items, uint8_t before);

// Gathers the definition levels that have a slot in a zone; `slots` has room for `count`.
//
// Returns:   how many these are.
uint64_t ali_levels_slots(const uint8_t *repetition, const uint8_t *definition, uint64_t count,
                          uint8_t zone, uint8_t present, uint8_t *slots);

// Writes where the items of each list in a zone begin, counted on from `base`; `offsets` has room
// for one more than there are slots. `item` is the definition level from which on there is an item.
void ali_levels_offsets(const uint8_t *repetition, const uint8_t *definition, uint64_t count,
                        uint8_t zone, uint8_t present, uint8_t item, int32_t base,
                        int32_t *offsets);

// Appends a bit for each slot to a bitmap, from bit `from` on: 1 where it is not null. Bits beyond
// the last one are 0.
//
// Returns:   how many are 1.
uint64_t ali_levels_validity(const uint8_t *slots, uint64_t count, uint8_t definition,
                             uint8_t *bitmap, uint64_t from);

// How many levels are at least `least`; how many are 0.
uint64_t ali_levels_count(const uint8_t *levels, uint64_t count, uint8_t least);
uint64_t ali_levels_zeros(const uint8_t *levels, uint64_t count);

#endif
