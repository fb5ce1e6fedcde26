// format/parquet/nested.h: a leaf below lists and structs: the columns on its way, each of which it
// fills from its own levels.
#ifndef ALI_FORMAT_PARQUET_NESTED_H
#define ALI_FORMAT_PARQUET_NESTED_H

#include "format/parquet/reader.h"

// A column on the way from a field at the top to a leaf, the leaf last.
typedef struct ali_parquet_link {
    uint32_t node;      // of the projected schema
    uint8_t definition; // definition level from which on it is not null
    uint8_t repetition; // lists that it lies in: its zone
    bool is_list;       // a list or a map
    bool is_nullable;
    bool is_key;    // of a map: never null, whatever the file's schema says
    uint64_t valid; // slots that are not null
} ali_parquet_link;

struct ali_parquet_nest {
    uint64_t block_bytes; // of memory: what the pointers point to lies in it, too
    uint32_t count;       // columns on the way
    uint32_t shared;      // of these, at the front, that the leaf before lies in, too
    ali_parquet_link *links;
    ali_column *chain; // the batch's, in pre-order
    ali_column *spare; // what earlier batches did not take
    ali_type *types;   // of the chain, each with at most one field below
    uint8_t *present;  // by zone: the definition level from which on there is a slot
    uint64_t *slots;   // by zone: filled

    // Rows of the batch.
    uint64_t wanted;
    uint64_t begun;
    bool is_full;     // the batch's room is used up: it ends with the row that is begun
    bool is_complete; // and with that, what follows is another row

    // Levels of the page: decoded, of which [at, end) are still to be used.
    uint32_t at;
    uint32_t end;
    uint8_t before; // the definition level before the block
    ali_levels repetitions;
    uint8_t repetition[ALI_RLE_BLOCK];
    uint8_t definition[ALI_RLE_BLOCK];
};

// Makes what a reader needs whose column lies deeper than at the top. `nodes` are those of the
// projected schema on its way, `from` those of the file that they come from.
ALI_CHECKED ali_status ali_parquet_nest_new(ali_context *ctx, const ali_parquet_state *state,
                                            ali_parquet_reader *reader, const ali_schema *schema,
                                            const uint32_t *nodes, const uint32_t *from,
                                            uint32_t count);
void ali_parquet_nest_free(ali_context *ctx, ali_parquet_reader *reader);

// Forgets levels of the last chunk.
void ali_parquet_nest_begin(ali_parquet_reader *reader);

// Begins to fill the next `rows` rows.
void ali_parquet_nest_fill(ali_parquet_reader *reader, uint64_t rows);

// The rows that the chain will have, as far as is known.
uint64_t ali_parquet_nest_rows(const ali_parquet_reader *reader);

// The row, counted from that of the next level, that holds value `index` from there on.
uint64_t ali_parquet_nest_row(const ali_parquet_reader *reader, uint64_t index);

// Goes on with the page's levels and values.
ALI_CHECKED ali_status ali_parquet_nest_step(ali_parquet_source *source,
                                             ali_parquet_reader *reader);

// The chunk has no more levels: so its last row is complete. All that are wanted must be there.
ALI_CHECKED ali_status ali_parquet_nest_end(ali_parquet_source *source, ali_parquet_reader *reader);

// Completes the chain: nest->begun rows.
ALI_CHECKED ali_status ali_parquet_nest_finish(ali_parquet_source *source,
                                               ali_parquet_reader *reader);

// Moves the chain to the batch's columns. Those that another leaf has filled before must be the
// same.
ALI_CHECKED ali_status ali_parquet_nest_merge(ali_parquet_source *source,
                                              ali_parquet_reader *reader, ali_batch *batch);

// About the bytes that a level takes of a batch's room, beside text.
uint64_t ali_parquet_nest_cost(const ali_parquet_reader *reader);

#endif
