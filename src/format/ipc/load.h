// format/ipc/load.h: the columns of one body: each buffer is fetched, decompressed, turned round if
// the file is big-endian, and checked, so that no consumer can be led out of bounds. Buffers that
// are right as they lie in the file are lent, not copied.
#ifndef ALI_FORMAT_IPC_LOAD_H
#define ALI_FORMAT_IPC_LOAD_H

#include "format/ipc/ipc.h"

// A dictionary as the messages so far made it.
typedef struct ali_ipc_values {
    uint32_t node;              // of the file's schema
    ali_dictionary *dictionary; // NULL: none came yet
    ali_buf *validity;          // of its values; NULL: none is null
    ali_column *pieces;         // deltas that came after it
    uint32_t pieces_count;
    uint32_t pieces_capacity;
    ali_column *whole;   // where they are joined, with room to grow; NULL: none came yet
    uint64_t size_bytes; // of all that came
    bool is_needed;      // by the columns that are read
} ali_ipc_values;

typedef struct ali_ipc_loader {
    ali_context *ctx;
    ali_task *task;
    ali_blob *blob;
    const ali_ipc_state *state;
    ali_ipc_values *dictionaries;
    ali_ipc_place *places;
    ali_ipc_body body;
    uint64_t front_bytes;  // below this the body's bytes are wanted by somebody else
    uint64_t window_bytes; // longer buffers are fetched in pieces
    bool is_over;          // what would be wanted is let go of
    int64_t credit;        // work left to the running step: about a byte each

    // The columns to be filled, and their nodes: map[i], or first + i.
    ali_column *columns;
    const uint32_t *map;
    uint32_t first;
    uint32_t count;
    bool is_dictionary;
    uint64_t loaded_bytes; // of their buffers

    // The column under way.
    uint32_t target;
    uint32_t node;
    ali_column *column;
    const ali_type *type;
    const ali_ipc_place *place;
    const char *layout;

    // The buffer under way.
    uint32_t role; // letter of the layout
    uint32_t step; // letter of the role's program
    uint64_t at;   // elements or bytes that the step has done
    uint64_t needed_bytes;
    uint64_t wanted_bytes; // of a buffer fetched in pieces
    uint32_t variadic;
    ali_buf *raw;  // as fetched
    ali_buf *made; // what becomes of it
    ali_buf *copy; // being filled
    ali_inflow inflow;
    bool is_own;   // `made` is nobody else's
    bool is_dirty; // it must be changed
} ali_ipc_loader;

// Begins to fill `count` columns, whose nodes are map[i], or first + i where `map` is NULL.
void ali_ipc_load_begin(ali_ipc_loader *loader, ali_column *columns, const uint32_t *map,
                        uint32_t first, uint32_t count, bool is_dictionary);

// Goes on. ALI_OK: all are filled. ALI_NEED: bytes are not there yet. ALI_YIELD: credit is used up.
ALI_CHECKED ali_status ali_ipc_load_step(ali_ipc_loader *loader);

// Wants those buffers of a node that are read, beyond `front_bytes`.
ALI_CHECKED ali_status ali_ipc_want_node(ali_ipc_loader *loader, uint32_t node, bool as_values,
                                         uint64_t *wanted_bytes);

// Takes over the columns of a dictionary's values: as the whole dictionary, or as an addition to it
// that ali_ipc_merge() makes part of it.
ALI_CHECKED ali_status ali_ipc_put_values(ali_context *ctx, ali_schema *schema,
                                          ali_ipc_values *values, ali_column *columns,
                                          bool is_delta);
ALI_CHECKED ali_status ali_ipc_merge(ali_context *ctx, ali_schema *schema, ali_ipc_values *values);
void ali_ipc_values_clear(ali_context *ctx, ali_ipc_values *values);

// Lists whose first does not begin at item 0 let go of the items before it.
ALI_CHECKED ali_status ali_ipc_trim_lists(ali_context *ctx, ali_column *columns, uint32_t count);

// Releases what is under way; the columns stay the caller's.
void ali_ipc_load_clear(ali_ipc_loader *loader);

#endif
