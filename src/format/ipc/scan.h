// format/ipc/scan.h: the task that reads rows.
#ifndef ALI_FORMAT_IPC_SCAN_H
#define ALI_FORMAT_IPC_SCAN_H

#include "format/ipc/ipc.h"

// See ali_format.
ALI_CHECKED ali_status ali_ipc_scan_start(ali_task *parent, ali_file *file,
                                          const ali_projection *projection, ali_task **task);

#endif
