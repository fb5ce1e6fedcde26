// The task protocol with a host that does anything: the input is a list of what the host does, a
// byte each (and a byte of argument), while a file is opened and read. Whatever it does, nothing
// crashes, no answer is taken that should be refused, and in the end no byte is held.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alimentar.h"

#define FILE_BYTES_MAX (1 << 17)
#define PENDING_MAX 64

typedef struct pending {
    ali_task *task;
    ali_op op;
    uint64_t done_bytes;
} pending;

typedef struct host {
    ali_context *ctx;
    ali_dataset *dataset;
    ali_task *task;
    pending pending[PENDING_MAX];
    uint32_t count;
    bool is_scanning;
} host;

static uint8_t file[FILE_BYTES_MAX];
static uint64_t file_bytes;

static void demand(bool condition) {
    if (!condition) abort();
}

static void read_file(void) {
    if (file_bytes != 0) return;
    FILE *stream = fopen("tests/harness/data/plain.parquet", "rb");
    demand(stream != NULL);
    file_bytes = fread(file, 1, sizeof file, stream);
    demand(file_bytes > 0);
    (void)fclose(stream);
}

// --- what the host does --------------------------------------------------------------------------

static void start(host *h) {
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 512};
    const ali_object object = {.size_bytes = sizeof object,
                               .object_bytes = ALI_UNKNOWN,
                               .path = "object",
                               .path_bytes = 6};
    ali_status status;
    if (h->dataset != NULL)
        status = ali_scan_start(h->dataset, NULL, &h->task);
    else
        status = ali_open_start(h->ctx, &object, &how, &h->task);
    demand(status == ALI_OK);
    h->is_scanning = h->dataset != NULL;
}

static void step(host *h) {
    if (h->task == NULL) start(h);
    const ali_status status = ali_task_step(h->task, 0);
    demand(status != ALI_ERR_INTERNAL);
    if (status == ALI_READY) ali_batch_release(ali_task_take_batch(h->task));
    if (status > 0) return;
    if (status == ALI_OK && !h->is_scanning) h->dataset = ali_task_take_dataset(h->task);
    demand(ali_task_error(h->task)->status == status);
    ali_task_free(h->task);
    h->task = NULL;
}

static void list(host *h) {
    ali_op ops[4];
    if (h->task == NULL || h->count + 4 > PENDING_MAX) return;
    const uint32_t count = ali_task_ops(h->task, ops, 4);
    for (uint32_t i = 0; i < count; i += 1) {
        h->pending[h->count] = (pending){.task = h->task, .op = ops[i]};
        h->count += 1;
    }
}

static void tell(host *h, uint32_t index, const ali_answer *answer) {
    ali_task *task = h->pending[index].task;
    if (answer->is_last != 0) {
        h->count -= 1;
        h->pending[index] = h->pending[h->count];
    }
    demand(ali_task_answer(task, answer) == ALI_OK);
}

// Answers up to `most` bytes more; `status` and `object_bytes` as the host claims.
static void answer(host *h, uint32_t index, uint64_t most, ali_status status,
                   uint64_t object_bytes) {
    if (h->count == 0) return;
    pending *item = &h->pending[index % h->count];
    const ali_op *op = &item->op;
    ali_answer given = {
        .size_bytes = sizeof given, .op_id = op->op_id, .status = status, .is_last = 1};
    given.object_bytes = object_bytes;
    if (status == ALI_OK && op->kind == ALI_OP_READ) {
        uint64_t offset = op->offset_bytes;
        if ((op->flags & ALI_OP_FROM_END) != 0) {
            offset = file_bytes > op->length_bytes ? file_bytes - op->length_bytes : 0;
        }
        offset += item->done_bytes;
        const uint64_t rest = op->length_bytes - item->done_bytes;
        const uint64_t there = offset < file_bytes ? file_bytes - offset : 0;
        given.moved_bytes = rest < there ? rest : there;
        if (given.moved_bytes > most) {
            given.moved_bytes = most;
            given.is_last = 0;
        }
        if (given.moved_bytes > 0) {
            memcpy(op->data + item->done_bytes, file + offset, given.moved_bytes);
        }
        item->done_bytes += given.moved_bytes;
    }
    tell(h, index % h->count, &given);
}

// Answers that must be refused: of no operation, or of more bytes than were asked for.
static void lie(host *h, uint8_t argument) {
    if (h->task == NULL) return;
    ali_answer given = {.size_bytes = sizeof given, .op_id = 1u << 30, .is_last = 1};
    if (h->count > 0 && h->pending[argument % h->count].task == h->task) {
        given.op_id = h->pending[argument % h->count].op.op_id;
        given.moved_bytes = h->pending[argument % h->count].op.length_bytes + 1;
    }
    demand(ali_task_answer(h->task, &given) == ALI_ERR_ARGUMENT);
}

static void leave(host *h) {
    ali_task_free(h->task);
    h->task = NULL;
}

static void act(host *h, uint8_t what, uint8_t argument) {
    switch (what % 10) {
    case 0:
        list(h);
        break;
    case 1:
        answer(h, argument, UINT64_MAX, ALI_OK, file_bytes);
        break;
    case 2:
        answer(h, argument, argument, ALI_OK, file_bytes);
        break;
    case 3:
        answer(h, argument, UINT64_MAX, ALI_ERR_HOST, ALI_UNKNOWN);
        break;
    case 4:
        answer(h, argument, UINT64_MAX, ALI_OK, ALI_UNKNOWN);
        break;
    case 5:
        answer(h, argument, UINT64_MAX, ALI_OK, argument);
        break;
    case 6:
        lie(h, argument);
        break;
    case 7:
        if (h->task != NULL && argument == 7) ali_task_cancel(h->task);
        break;
    case 8:
        if (argument == 8) leave(h);
        break;
    default:
        step(h);
        break;
    }
}

// --- the target ----------------------------------------------------------------------------------

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    read_file();
    host h = {0};
    demand(ali_context_new(NULL, NULL, &h.ctx) == ALI_OK);
    const uint64_t empty_bytes = ali_context_memory_bytes(h.ctx);
    for (size_t i = 0; i + 1 < count; i += 2) act(&h, data[i], data[i + 1]);
    leave(&h);
    ali_dataset_release(h.dataset);
    while (h.count > 0) answer(&h, 0, UINT64_MAX, ALI_OK, file_bytes);
    demand(ali_context_memory_bytes(h.ctx) == empty_bytes);
    ali_context_free(h.ctx);
    return 0;
}
