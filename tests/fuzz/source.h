// tests/fuzz/source.h: a file in memory, and the answers to what is read of it.
#ifndef TESTS_FUZZ_SOURCE_H
#define TESTS_FUZZ_SOURCE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alimentar.h"

typedef struct fuzz_source {
    const char *format; // NULL: found by the content
    const uint8_t *data;
    size_t size;
    bool lends; // bytes are lent, neither aligned nor padded; else copied into buffers of ours
} fuzz_source;

// Answers a READ with all that it asks for.
static void fuzz_answer(ali_task *task, const ali_op *op, const fuzz_source *from) {
    uint64_t at = op->offset_bytes;
    if ((op->flags & ALI_OP_FROM_END) != 0) {
        at = op->length_bytes < from->size ? from->size - op->length_bytes : 0;
    }
    uint64_t count = at < from->size ? from->size - at : 0;
    if (count > op->length_bytes) count = op->length_bytes;
    ali_answer reply = {.size_bytes = sizeof reply,
                        .op_id = op->op_id,
                        .moved_bytes = count,
                        .object_bytes = from->size,
                        .is_last = 1};
    if (from->lends) reply.lent = from->data + at;
    if (!from->lends && count != 0) memcpy(op->data, from->data + at, (size_t)count);
    if (ali_task_answer(task, &reply) != ALI_OK) abort();
}

#endif
