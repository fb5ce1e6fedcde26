// format/ipc/check.h: loops over the values of one buffer: what they must be, made so, told so.
//
// All work on elements [from, to) of a buffer, so that steps stay small; `from` is a multiple of 64
// wherever a bitmap is looked at. What they return is the first element that breaks the rule, or
// `to`.
#ifndef ALI_FORMAT_IPC_CHECK_H
#define ALI_FORMAT_IPC_CHECK_H

#include "alimentar/column.h"
#include "base/internal.h"

// How the bytes of one element are turned round: in parts of 2, 4, 8, 16 or 32 bytes; these two
// have parts of unequal width.
enum {
    ALI_IPC_SWAP_MONTH_DAY_NANO = 64, // 4, 4, 8 bytes
    ALI_IPC_SWAP_VIEW = 65            // 4 bytes; where the text is elsewhere, 4 kept, 4, 4
};

// Turns bytes [from, to) round, which are whole elements, where they are.
void ali_ipc_swap(uint8_t *bytes, uint64_t from, uint64_t to, uint32_t kind);

// Reads a number of 1, 2, 4 or 8 bytes.
int64_t ali_ipc_number(const uint8_t *values, uint64_t index, uint32_t width, uint32_t is_signed);

static inline bool ali_ipc_bit(const uint8_t *bitmap, uint64_t index) {
    return (bitmap[index >> 3] >> (index & 7) & 1) != 0;
}

// Null slots of values of `width` bytes (0: bits) hold zeros: finds the first that does not; makes
// it so.
uint64_t ali_ipc_find_dirty(const uint8_t *values, uint32_t width, const uint8_t *validity,
                            uint64_t from, uint64_t to);
void ali_ipc_clean(uint8_t *values, uint32_t width, const uint8_t *validity, uint64_t from,
                   uint64_t to);

// Offsets (4 or 8 bytes) do not fall, from element `from` - 1 on; none is below 0.
uint64_t ali_ipc_check_offsets(const uint8_t *offsets, uint32_t width, uint64_t from, uint64_t to);

// Null slots of text are empty: finds the first that is not.
uint64_t ali_ipc_find_filled(const uint8_t *offsets, uint32_t width, const uint8_t *validity,
                             uint64_t from, uint64_t to);

// Codes lie in [0, count).
uint64_t ali_ipc_check_codes(const int32_t *codes, uint64_t from, uint64_t to, uint64_t count);

// Run ends (2, 4 or 8 bytes) are above 0 and rise.
uint64_t ali_ipc_check_runs(const uint8_t *ends, uint32_t width, uint64_t from, uint64_t to);

// Views: a length from 0 up; text of more than 12 bytes lies inside one of the buffers.
uint64_t ali_ipc_check_views(const uint8_t *views, uint64_t from, uint64_t to,
                             const ali_bytes *buffers, uint32_t count);

// Places of list views (4 or 8 bytes) lie in a child of `count` elements.
uint64_t ali_ipc_check_places(const uint8_t *offsets, const uint8_t *sizes, uint32_t width,
                              uint64_t from, uint64_t to, uint64_t count);

// Each type id names a child: lengths[id] is its number of elements plus 1, 0 if there is none.
// `offsets` (NULL: sparse) lie in that child.
uint64_t ali_ipc_check_union(const uint8_t *ids, const int32_t *offsets, uint64_t from, uint64_t to,
                             const uint32_t *lengths);

#endif
