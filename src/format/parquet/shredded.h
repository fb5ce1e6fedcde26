// format/parquet/shredded.h: files whose Variants are shredded have two schemas: the one in which
// they are stored, and the one that is shown, in which each is a struct of metadata and value.
#ifndef ALI_FORMAT_PARQUET_SHREDDED_H
#define ALI_FORMAT_PARQUET_SHREDDED_H

#include "format/parquet/parquet.h"
#include "format/parquet/variant.h"

// A shredded column of a scan.
typedef struct ali_parquet_job {
    ali_variant variant;
    uint32_t stored;    // node of the stored columns
    uint32_t shown;     // and of the shown ones
    uint64_t first_row; // of the batch, for messages; ALI_UNKNOWN: it is in lists
} ali_parquet_job;

// What a scan that has shredded columns reads, and how that becomes what it shows.
typedef struct ali_parquet_join {
    ali_schema *schema; // stored columns; NULL: nothing is shredded
    uint32_t *nodes;    // for each of its nodes, that of the file
    uint32_t *shown;    // and the shown node; ALI_PARQUET_NO_LEAF: inside of a Variant
    uint32_t count;
    ali_parquet_job *jobs;
    uint32_t jobs_count;
    uint32_t job; // at work
    bool is_begun;
    ali_batch *batch; // under construction
} ali_parquet_join;

// Makes of the stored schema the one that is shown. Takes the reference to `stored` over, also when
// it fails.
ALI_CHECKED ali_status ali_parquet_show(ali_context *ctx, ali_parquet_state *state,
                                        ali_schema *stored, ali_schema **shown);

// Finds out what must be read for a projection. join->nodes are made in any case.
ALI_CHECKED ali_status ali_parquet_join_new(ali_context *ctx, const ali_parquet_state *state,
                                            const ali_projection *projection,
                                            ali_parquet_join *join);
void ali_parquet_join_clear(ali_context *ctx, ali_parquet_join *join);

// Begins to make the batch that is shown of one that was read, whose first row is `first_row`.
ALI_CHECKED ali_status ali_parquet_join_begin(ali_context *ctx, ali_parquet_join *join,
                                              ali_schema *schema, ali_batch *stored,
                                              uint64_t first_row);

// Goes on.
//
// Returns:   ALI_OK: join->batch is complete. ALI_YIELD: the credit is used up.
ALI_CHECKED ali_status ali_parquet_join_step(ali_context *ctx, ali_parquet_join *join,
                                             ali_batch *stored, int64_t *credit);

#endif
