// format/ipc/scan.h: the task that reads rows.
#ifndef ALI_FORMAT_IPC_SCAN_H
#define ALI_FORMAT_IPC_SCAN_H

#include "format/ipc/ipc.h"

// See ali_format.
ALI_CHECKED ali_status ali_ipc_scan_start(ali_task *parent, ali_file *file,
                                          const ali_projection *projection, ali_task **task);

// A record batch as its message describes it.
typedef struct ali_ipc_group {
    uint64_t rows;
    uint64_t offset_bytes;
    uint64_t bytes; // of the message
    uint32_t codec; // ALI_CODEC_NONE, ...
} ali_ipc_group;

typedef struct ali_ipc_groups {
    ali_ipc_group *items;
    uint32_t count;
    uint32_t capacity;
} ali_ipc_groups;

// Starts to read what the messages of all record batches say of them, and nothing else. `groups`
// must outlive the task and is the caller's: its items are freed by ali_mem_free().
ALI_CHECKED ali_status ali_ipc_groups_start(ali_task *parent, ali_file *file,
                                            ali_ipc_groups *groups, ali_task **task);

#endif
