// column/fit.h: how many rows of a batch are worked on at once, by the bytes they come to.
#ifndef ALI_COLUMN_FIT_H
#define ALI_COLUMN_FIT_H

#include "column/column.h"

// What a column shows in a slice of a batch.
typedef struct ali_share {
    const ali_column *from;
    uint64_t first; // rows [first, first + count) of `from`
    uint64_t count;
    uint64_t times;     // values that stand for these rows: more where some are shown again
    uint32_t is_copied; // 1 below list views, run ends and codes
} ali_share;

// The rows from `first` on, `rows` at most and at least one, whose views, list views, run ends and
// codes (but for those of text and binary) come to no more than `bytes_max`, and 64 for each
// column, when ali_batch_simplify() writes them out. `shares` has room for one of each column.
uint64_t ali_batch_fit(const ali_batch *batch, uint64_t first, uint64_t rows, uint64_t bytes_max,
                       ali_share *shares);

// Tells if batches of a schema need that: others share what they hold.
bool ali_schema_needs_fit(const ali_schema *schema);

#endif
