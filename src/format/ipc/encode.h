// format/ipc/encode.h: what the parts of the Arrow IPC writer share.
#ifndef ALI_FORMAT_IPC_ENCODE_H
#define ALI_FORMAT_IPC_ENCODE_H

#include "format/ipc/ipc.h"
#include "wire/flatbuf.h"

// Writes the table of a schema; 0 after an error. Dictionaries are numbered in the order of their
// fields.
uint32_t ali_ipc_put_schema(ali_flatbuf *flat, const ali_schema *schema);

#endif
