// What the targets for Arrow IPC share: a whole file or stream is opened and read to its end out of
// memory, once with buffers of ours and once with bytes that are lent, neither aligned nor padded.
// Both must say the same, and every batch must keep what include/alimentar/column.h promises.
#ifndef TESTS_FUZZ_IPC_H
#define TESTS_FUZZ_IPC_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alimentar.h"
#include "column/column.h"
#include "format/ipc/ipc.h"
#include "source.h"

enum { FUZZ_STEPS_MAX = 4000, FUZZ_OPS_MAX = 16 };

typedef struct fuzz_outcome {
    ali_status status;
    uint64_t rows;
    uint64_t sum;
    char sentence[480];
} fuzz_outcome;

// What must hold stops the fuzzer where it does not.
static void fuzz_must(bool holds) {
    if (!holds) abort();
}

static uint64_t fuzz_bytes(const ali_buf *buf, uint64_t count) {
    uint64_t sum = 0;
    fuzz_must(count == 0 || (buf != NULL && buf->size_bytes >= count));
    for (uint64_t i = 0; i < count; i += 1) sum = sum * 31 + buf->data[i];
    return sum;
}

static uint64_t fuzz_offset(const ali_buf *buf, uint64_t index, uint32_t width) {
    return width == 8 ? ali_load_u64(buf->data + index * 8) : ali_load_u32(buf->data + index * 4);
}

static void fuzz_check_offsets(const ali_column *column, uint64_t most) {
    const uint32_t width = ali_ipc_offset_width(column->type);
    (void)fuzz_bytes(column->offsets, (column->length + 1) * width);
    fuzz_must(fuzz_offset(column->offsets, 0, width) == 0);
    for (uint64_t i = 0; i < column->length; i += 1) {
        const uint64_t from = fuzz_offset(column->offsets, i, width);
        fuzz_must(fuzz_offset(column->offsets, i + 1, width) >= from);
    }
    fuzz_must(fuzz_offset(column->offsets, column->length, width) <= most);
}

static void fuzz_check_views(const ali_column *column) {
    for (uint64_t i = 0; i < column->length; i += 1) {
        const uint8_t *view = column->values->data + i * 16;
        const uint32_t length = ali_load_u32(view);
        if (length <= 12) continue;
        const uint32_t buffer = ali_load_u32(view + 8);
        fuzz_must(buffer < column->buffers->count);
        fuzz_must((uint64_t)ali_load_u32(view + 12) + length <=
                  column->buffers->bytes[buffer].count_bytes);
    }
    for (uint32_t i = 0; i < column->buffers->count; i += 1) {
        (void)fuzz_bytes(column->buffers->items[i], column->buffers->bytes[i].count_bytes);
    }
}

static void fuzz_check_union(const ali_column *columns, uint32_t at) {
    const ali_column *column = &columns[at];
    const bool is_dense = (column->type->flags & ALI_TYPE_IS_DENSE) != 0;
    for (uint64_t i = 0; i < column->length; i += 1) {
        uint32_t child = at + 1;
        uint32_t k = 0;
        while (k < column->type->children_count &&
               column->type->type_ids[k] != (int8_t)column->values->data[i]) {
            child += columns[child].type->span;
            k += 1;
        }
        fuzz_must(k < column->type->children_count);
        const uint64_t place = is_dense ? fuzz_offset(column->offsets, i, 4) : i;
        fuzz_must(place < columns[child].length);
    }
}

static void fuzz_check_list_view(const ali_column *column, uint64_t most) {
    const uint32_t width = ali_ipc_offset_width(column->type);
    for (uint64_t i = 0; i < column->length; i += 1) {
        const uint64_t from = fuzz_offset(column->offsets, i, width);
        fuzz_must(from <= most && fuzz_offset(column->values, i, width) <= most - from);
    }
}

static void fuzz_check_members(const ali_column *columns, uint32_t at, uint64_t length) {
    uint32_t child = at + 1;
    for (uint32_t k = 0; k < columns[at].type->children_count; k += 1) {
        fuzz_must(columns[child].length == length);
        child += columns[child].type->span;
    }
}

static void fuzz_check_runs(const ali_column *columns, uint32_t at) {
    const ali_column *ends = &columns[at + 1];
    uint64_t last = 0;
    for (uint64_t i = 0; i < ends->length; i += 1) {
        const uint64_t end = ali_column_run_end(ends, i);
        fuzz_must(end > last);
        last = end;
    }
    fuzz_must(last >= columns[at].length && columns[at + 2].length >= ends->length);
}

// Looks at a plain column, whose children follow it.
static uint64_t fuzz_check_plain(const ali_column *columns, uint32_t at) {
    const ali_column *column = &columns[at];
    const ali_type *type = column->type;
    const uint64_t rows = column->length;
    switch (type->kind) {
    case ALI_TYPE_UTF8:
    case ALI_TYPE_BINARY:
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_LARGE_BINARY:
        fuzz_check_offsets(column, column->data == NULL ? 0 : column->data->size_bytes);
        return fuzz_bytes(column->data, column->data == NULL ? 0 : column->data->size_bytes);
    case ALI_TYPE_UTF8_VIEW:
    case ALI_TYPE_BINARY_VIEW:
        fuzz_check_views(column);
        return fuzz_bytes(column->values, rows * 16);
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
    case ALI_TYPE_LARGE_LIST:
        fuzz_check_offsets(column, columns[at + 1].length);
        return 0;
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
        fuzz_check_list_view(column, columns[at + 1].length);
        return 0;
    case ALI_TYPE_STRUCT:
        fuzz_check_members(columns, at, rows);
        return 0;
    case ALI_TYPE_FIXED_LIST:
        fuzz_check_members(columns, at, rows * type->list_size);
        return 0;
    case ALI_TYPE_UNION:
        fuzz_check_union(columns, at);
        return fuzz_bytes(column->values, rows);
    case ALI_TYPE_RUN_END:
        fuzz_check_runs(columns, at);
        return 0;
    case ALI_TYPE_NULL:
        fuzz_must(column->null_count == rows);
        return rows;
    case ALI_TYPE_BOOL:
        return rows == 0 ? 0 : fuzz_bytes(column->values, (rows - 1) / 8);
    default:
        return fuzz_bytes(column->values, rows * ali_type_width(type));
    }
}

static uint64_t fuzz_check_codes(const ali_column *column) {
    const uint64_t count = column->dictionary->columns[0].length;
    for (uint64_t i = 0; i < column->length; i += 1) {
        const uint32_t code = ali_load_u32(column->values->data + i * 4);
        fuzz_must(ali_column_is_valid(column, i) ? code < count : code == 0);
    }
    return fuzz_bytes(column->values, column->length * 4);
}

static uint64_t fuzz_check_columns(const ali_column *columns, uint32_t count) {
    uint64_t sum = 0;
    for (uint32_t at = 0; at < count;) {
        const ali_column *column = &columns[at];
        uint64_t nulls = 0;
        for (uint64_t i = 0; column->validity != NULL && i < column->length; i += 1) {
            nulls += !ali_column_is_valid(column, i);
        }
        fuzz_must(column->type->kind == ALI_TYPE_NULL || nulls == column->null_count);
        if (column->encoding == ALI_ENCODING_DICTIONARY) {
            sum = sum * 31 + fuzz_check_codes(column);
            at += column->type->span;
        } else {
            sum = sum * 31 + fuzz_check_plain(columns, at);
            at += 1;
        }
    }
    return sum;
}

// Dictionaries are looked at where they are used.
static uint64_t fuzz_check_batch(ali_batch *batch) {
    const uint32_t count = batch->schema->nodes_count;
    uint64_t sum = fuzz_check_columns(batch->columns, count);
    for (uint32_t i = 0; i < count; i += 1) {
        const ali_dictionary *dictionary = batch->columns[i].dictionary;
        if (dictionary == NULL) continue;
        sum = sum * 31 + fuzz_check_columns(dictionary->columns, dictionary->columns_count);
    }
    ali_batch_release(batch);
    return sum;
}

static ali_status fuzz_drive(fuzz_outcome *out, ali_task *task, const fuzz_source *from) {
    ali_status status = ALI_OK;
    for (uint32_t steps = 0; steps < FUZZ_STEPS_MAX; steps += 1) {
        status = ali_task_step(task, 0);
        if (status <= 0) break;
        if (status == ALI_READY) {
            ali_batch *batch = ali_task_take_batch(task);
            out->rows += ali_batch_rows(batch);
            out->sum = out->sum * 31 + fuzz_check_batch(batch);
        }
        ali_op ops[FUZZ_OPS_MAX];
        const uint32_t count = status == ALI_NEED ? ali_task_ops(task, ops, FUZZ_OPS_MAX) : 0;
        for (uint32_t i = 0; i < count; i += 1) fuzz_answer(task, &ops[i], from);
    }
    fuzz_must(status != ALI_ERR_INTERNAL);
    if (status < 0) {
        const char *sentence = ali_task_error(task)->sentence;
        strncpy(out->sentence, sentence, sizeof out->sentence - 1);
        fuzz_must(sentence[0] != 0 && strchr(sentence, '\n') == NULL);
    }
    return status;
}

static fuzz_outcome fuzz_read_all(const fuzz_source *from) {
    fuzz_outcome out = {0};
    const ali_limits limits = {
        .size_bytes = sizeof limits, .memory_bytes_max = 64 << 20, .page_bytes_max = 1 << 20};
    const ali_object object = {.size_bytes = sizeof object,
                               .flags = from->lends ? ALI_OBJECT_LENDS : 0,
                               .object_bytes = from->size,
                               .path = "fuzzed",
                               .path_bytes = 6};
    const ali_open_options open = {
        .size_bytes = sizeof open, .format = from->format, .tail_bytes = 256};
    const ali_scan_options scan = {.size_bytes = sizeof scan, .batch_rows = 1000};
    ali_context *ctx = NULL;
    ali_task *task = NULL;
    if (ali_context_new(NULL, &limits, &ctx) != ALI_OK) abort();
    if (ali_open_start(ctx, &object, &open, &task) != ALI_OK) abort();
    out.status = fuzz_drive(&out, task, from);
    ali_dataset *dataset = out.status == ALI_OK ? ali_task_take_dataset(task) : NULL;
    ali_task_free(task);
    task = NULL;
    if (dataset != NULL) {
        out.status = ali_scan_start(dataset, &scan, &task);
        if (out.status == ALI_OK) out.status = fuzz_drive(&out, task, from);
        ali_task_free(task);
    }
    ali_dataset_release(dataset);
    ali_context_free(ctx);
    return out;
}

static void fuzz_ipc(const char *format, const uint8_t *data, size_t size) {
    const fuzz_source owned = {format, data, size, false};
    const fuzz_source lent = {format, data, size, true};
    const fuzz_outcome first = fuzz_read_all(&owned);
    const fuzz_outcome second = fuzz_read_all(&lent);
    if (first.status == ALI_ERR_LIMIT || second.status == ALI_ERR_LIMIT) return;
    fuzz_must(first.status == second.status && first.rows == second.rows &&
              first.sum == second.sum && strcmp(first.sentence, second.sentence) == 0);
}

#endif
