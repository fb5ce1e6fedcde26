// Whole Parquet files: opened and read to their end out of memory, once with buffers of ours and
// once with bytes that are lent, neither aligned nor padded. Both must say the same.
#include <brotli/decode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 2000, OPS_MAX = 16 };

typedef struct outcome {
    ali_status status;
    uint64_t rows;
    char sentence[480];
} outcome;

// Decompresses by brotli's library.
static void transform(ali_task *task, const ali_op *op) {
    size_t length = (size_t)op->length_bytes;
    ali_answer reply = {
        .size_bytes = sizeof reply, .op_id = op->op_id, .object_bytes = ALI_UNKNOWN, .is_last = 1};
    const BrotliDecoderResult result =
        BrotliDecoderDecompress((size_t)op->input_bytes, op->input, &length, op->data);
    reply.status = result == BROTLI_DECODER_RESULT_SUCCESS ? ALI_OK : ALI_ERR_HOST;
    reply.moved_bytes = reply.status == ALI_OK ? length : 0;
    if (ali_task_answer(task, &reply) != ALI_OK) abort();
}

static void answer(ali_task *task, const ali_op *op, const fuzz_source *from) {
    if (op->kind == ALI_OP_TRANSFORM) {
        transform(task, op);
    } else {
        fuzz_answer(task, op, from);
    }
}

// Looks at every value, so that a buffer that is too short is found.
static uint64_t touch(ali_context *ctx, ali_batch *batch) {
    ali_batch *plain = NULL;
    uint64_t sum = ali_batch_rows(batch);
    if (ali_batch_decode(ctx, batch, &plain) == ALI_OK) {
        const uint32_t count = ali_schema_count(ali_batch_schema(plain));
        for (uint32_t i = 0; i < count; i += 1) {
            ali_column_info info = {.size_bytes = sizeof info};
            if (ali_column_describe(ali_batch_column(plain, i), &info) != ALI_OK) abort();
            const uint8_t *values = info.values;
            for (uint64_t k = 0; k < info.values_bytes; k += 1) sum += values[k];
            for (uint64_t k = 0; k < info.data_bytes; k += 1) sum += info.data[k];
            for (uint64_t k = 0; info.offsets != NULL && k < info.length; k += 1) {
                if (((const int32_t *)info.offsets)[k] > ((const int32_t *)info.offsets)[k + 1])
                    abort();
            }
        }
        ali_batch_release(plain);
    }
    ali_batch_release(batch);
    return sum;
}

static ali_status drive(outcome *out, ali_context *ctx, ali_task *task, const fuzz_source *from) {
    ali_status status = ALI_OK;
    for (uint32_t steps = 0; steps < STEPS_MAX; steps += 1) {
        status = ali_task_step(task, 0);
        if (status <= 0) break;
        if (status == ALI_READY) out->rows += touch(ctx, ali_task_take_batch(task));
        ali_op ops[OPS_MAX];
        const uint32_t count = status == ALI_NEED ? ali_task_ops(task, ops, OPS_MAX) : 0;
        for (uint32_t i = 0; i < count; i += 1) answer(task, &ops[i], from);
    }
    if (status == ALI_ERR_INTERNAL) abort();
    if (status < 0) {
        const char *sentence = ali_task_error(task)->sentence;
        strncpy(out->sentence, sentence, sizeof out->sentence - 1);
        if (sentence[0] == 0 || strchr(sentence, '\n') != NULL) abort();
    }
    return status;
}

static outcome read_all(const fuzz_source *from) {
    outcome out = {0};
    const ali_limits limits = {
        .size_bytes = sizeof limits, .memory_bytes_max = 64 << 20, .page_bytes_max = 1 << 20};
    const ali_object object = {.size_bytes = sizeof object,
                               .flags = from->lends ? ALI_OBJECT_LENDS : 0,
                               .object_bytes = from->size,
                               .path = "fuzzed.parquet",
                               .path_bytes = 14};
    const ali_open_options open = {
        .size_bytes = sizeof open, .format = "parquet", .tail_bytes = 256};
    ali_context *ctx = NULL;
    ali_task *task = NULL;
    if (ali_context_new(NULL, &limits, &ctx) != ALI_OK) abort();
    if (ali_open_start(ctx, &object, &open, &task) != ALI_OK) abort();
    out.status = drive(&out, ctx, task, from);
    ali_dataset *dataset = out.status == ALI_OK ? ali_task_take_dataset(task) : NULL;
    ali_task_free(task);
    task = NULL;
    if (dataset != NULL) {
        out.status = ali_scan_start(dataset, NULL, &task);
        if (out.status == ALI_OK) out.status = drive(&out, ctx, task, from);
        ali_task_free(task);
    }
    ali_dataset_release(dataset);
    ali_context_free(ctx);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fuzz_source owned = {NULL, data, size, false};
    const fuzz_source lent = {NULL, data, size, true};
    const outcome first = read_all(&owned);
    const outcome second = read_all(&lent);
    const bool is_limit = first.status == ALI_ERR_LIMIT || second.status == ALI_ERR_LIMIT;
    if (!is_limit && (first.status != second.status || first.rows != second.rows ||
                      strcmp(first.sentence, second.sentence) != 0)) {
        abort();
    }
    return 0;
}
