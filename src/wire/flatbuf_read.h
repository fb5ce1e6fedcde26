// wire/flatbuf_read.h: reads FlatBuffers (https://flatbuffers.dev/internals/) that nobody has
// verified: every table, vector and string is checked against the buffer when it is looked at.
//
//     ali_flat flat = {.ctx = ctx, .bytes = bytes, .count_bytes = count, .what = "the footer"};
//     const ali_flat_table root = ali_flat_root(&flat);
//     const int64_t version = ali_flat_number(&flat, root, 0, 2, 0);
//     const ali_flat_vector fields = ali_flat_items(&flat, root, 1, 4);
//     ALI_TRY(flat.status);
//
// The first fault is kept in `status`; from then on everything reads as absent. Absent tables and
// vectors are legal arguments: all of theirs is absent too. Nothing is aligned, nothing recurses;
// whoever walks from table to table bounds the depth and the number himself, since offsets may lead
// to one table from many places.
#ifndef ALI_WIRE_FLATBUF_READ_H
#define ALI_WIRE_FLATBUF_READ_H

#include "base/ctx.h"

typedef struct ali_flat {
    ali_context *ctx; // where a fault is told; NULL: only `status` tells
    const uint8_t *bytes;
    uint64_t count_bytes;
    uint64_t offset_bytes; // of `bytes` in the object
    const char *what;      // names the buffer in sentences: "the footer"
    ali_status status;
} ali_flat;

// A table: where it stands in the buffer, which was checked; 0 if there is none.
typedef uint32_t ali_flat_table;

typedef struct ali_flat_vector {
    const uint8_t *items; // NULL if there are none
    uint32_t count;
} ali_flat_vector;

// The root table.
ali_flat_table ali_flat_root(ali_flat *flat);

// The number in a slot: 1 (unsigned), 2, 4 or 8 bytes (signed) wide.
int64_t ali_flat_number(ali_flat *flat, ali_flat_table table, uint32_t slot, uint32_t width,
                        int64_t absent);

// The table, the vector of items of `item_bytes`, the string that a slot refers to. An absent
// string is "".
ali_flat_table ali_flat_child(ali_flat *flat, ali_flat_table table, uint32_t slot);
ali_flat_vector ali_flat_items(ali_flat *flat, ali_flat_table table, uint32_t slot,
                               uint32_t item_bytes);
const char *ali_flat_text(ali_flat *flat, ali_flat_table table, uint32_t slot,
                          uint64_t *text_bytes);

// Table `index` of a vector of tables (items of 4 bytes).
ali_flat_table ali_flat_item(ali_flat *flat, const ali_flat_vector *vector, uint32_t index);

#endif
