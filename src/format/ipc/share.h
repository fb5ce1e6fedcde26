// format/ipc/share.h: how many rows of a batch are handed out at once, by the bytes they come to.
#ifndef ALI_FORMAT_IPC_SHARE_H
#define ALI_FORMAT_IPC_SHARE_H

#include "column/column.h"

// What one column of a batch shows in a slice.
typedef struct ali_ipc_share {
    uint64_t first; // rows [first, first + count)
    uint64_t count;
    uint64_t times;     // values that stand for these rows: more where some are shown again
    uint32_t is_copied; // 1 below list views and run ends
} ali_ipc_share;

// The rows from `first` on, `rows` at most and at least one, whose views, list views and run ends
// come to no more than 32 MiB when ali_batch_simplify() writes them out. `shares` has room for one
// of each column.
uint64_t ali_ipc_fit(const ali_batch *batch, uint64_t first, uint64_t rows, ali_ipc_share *shares);

// Tells if batches of a schema need that: others share what they hold.
bool ali_ipc_needs_fit(const ali_schema *schema);

#endif
