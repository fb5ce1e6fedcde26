// tests/unit/ipc_tools.h: short ways to read Arrow back that was written.
#ifndef ALI_TESTS_IPC_TOOLS_H
#define ALI_TESTS_IPC_TOOLS_H

#include "alimentar/dataset.h"
#include "writer_tools.h"

typedef struct reading {
    ali_status status;
    char sentence[480];
    char text[512]; // rows as JSON lines, those before an error too
    uint64_t batches;
    uint64_t copied_bytes;
} reading;

typedef struct bytes_of {
    const char *bytes;
    uint64_t count;
    const char *format; // NULL: found by the content
    uint32_t flags;     // of the object
    uint64_t tail_bytes;
    bool is_silent; // batches are counted, not printed
    uint64_t dictionary_bytes_max;
} bytes_of;

static void answer(ali_task *task, const ali_op *op, const bytes_of *from) {
    uint64_t at = op->offset_bytes;
    if ((op->flags & ALI_OP_FROM_END) != 0) {
        at = from->count > op->length_bytes ? from->count - op->length_bytes : 0;
    }
    const uint64_t left = at < from->count ? from->count - at : 0;
    ali_answer reply = {.size_bytes = sizeof reply,
                        .op_id = op->op_id,
                        .moved_bytes = left < op->length_bytes ? left : op->length_bytes,
                        .object_bytes = from->count,
                        .is_last = 1};
    if ((op->flags & ALI_OP_LENT) != 0) {
        reply.lent = (const uint8_t *)from->bytes + at;
    } else if (reply.moved_bytes != 0) {
        memcpy(op->data, from->bytes + at, reply.moved_bytes);
    }
    assert_int_equal(ali_task_answer(task, &reply), ALI_OK);
}

static void print(reading *read, ali_context *ctx, ali_batch *batch) {
    char *lines = tool_lines(ctx, batch);
    const size_t before = strlen(read->text);
    assert_true(before + strlen(lines) < sizeof read->text);
    strcpy(read->text + before, lines);
    free(lines);
}

static ali_status drive(reading *read, ali_context *ctx, ali_task *task, const bytes_of *from) {
    ali_status status = ALI_OK;
    ali_op ops[16];
    while ((status = ali_task_step(task, 0)) > 0) {
        if (status == ALI_READY) {
            ali_batch *batch = ali_task_take_batch(task);
            read->batches += 1;
            if (!from->is_silent) print(read, ctx, batch);
            ali_batch_release(batch);
        }
        const uint32_t count = status == ALI_NEED ? ali_task_ops(task, ops, 16) : 0;
        for (uint32_t i = 0; i < count; i += 1) answer(task, &ops[i], from);
    }
    if (status < 0) {
        snprintf(read->sentence, sizeof read->sentence, "%s", ali_task_error(task)->sentence);
    }
    return status;
}

// Opens the bytes; *dataset is NULL if that fails.
static ali_status open_bytes(reading *read, ali_context *ctx, const bytes_of *from,
                             ali_dataset **dataset) {
    const ali_object object = {.size_bytes = sizeof object,
                               .flags = from->flags,
                               .object_bytes = ALI_UNKNOWN,
                               .path = "it",
                               .path_bytes = 2};
    const ali_open_options open = {
        .size_bytes = sizeof open, .format = from->format, .tail_bytes = from->tail_bytes};
    ali_task *task = NULL;
    assert_int_equal(ali_open_start(ctx, &object, &open, &task), ALI_OK);
    const ali_status status = drive(read, ctx, task, from);
    *dataset = ali_task_take_dataset(task);
    ali_task_free(task);
    return status;
}

static reading read_all(const bytes_of *from, const ali_scan_options *how) {
    static reading read;
    memset(&read, 0, sizeof read);
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    if (from->dictionary_bytes_max != 0) {
        ctx->limits.dictionary_bytes_max = from->dictionary_bytes_max;
    }
    read.status = open_bytes(&read, ctx, from, &dataset);
    if (read.status == ALI_OK) {
        assert_int_equal(ali_scan_start(dataset, how, &task), ALI_OK);
        read.status = drive(&read, ctx, task, from);
        ali_task_free(task);
    }
    ali_dataset_release(dataset);
    read.copied_bytes = ali_context_copied_bytes(ctx);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
    return read;
}

// Writes the table `times` times and reads it back, as a file and as a stream.
static void expect_rows(tool_table *table, const char *rows) {
    static const char *const formats[] = {"arrow", "arrows"};
    for (uint32_t i = 0; i < 6; i += 1) { // with no compression, lz4, zstd
        uint64_t warnings = 0;
        bytes_of from = {.tail_bytes = 65536};
        const ali_write_options options = {.size_bytes = sizeof options, .compression = i / 2};
        char *bytes = tool_write_as(table, formats[i % 2], &options, 1, &from.count, &warnings);
        from.bytes = bytes;
        const reading read = read_all(&from, NULL);
        if (read.status != ALI_OK) fail_msg("%s: %s", formats[i % 2], read.sentence);
        assert_string_equal(read.text, rows);
        free(bytes);
    }
}

// Adds the lines of rows to a text, allocated.
static void append(char **text, ali_context *ctx, ali_batch *batch) {
    char *lines = tool_lines(ctx, batch);
    const size_t before = *text == NULL ? 0 : strlen(*text);
    *text = realloc(*text, before + strlen(lines) + 1);
    strcpy(*text + before, lines);
    free(lines);
}

// Steps a task to its end. Rows are added to *text; NULL: they are let go.
static ali_status finish(ali_context *ctx, ali_task *task, const bytes_of *from, char **text) {
    ali_status status = ALI_OK;
    ali_op ops[4];
    while ((status = ali_task_step(task, 0)) > 0) {
        ali_batch *batch = status == ALI_READY ? ali_task_take_batch(task) : NULL;
        if (batch != NULL && text != NULL) append(text, ctx, batch);
        ali_batch_release(batch);
        const uint32_t count = status == ALI_NEED ? ali_task_ops(task, ops, 4) : 0;
        for (uint32_t i = 0; i < count; i += 1) answer(task, &ops[i], from);
    }
    return status;
}

// Opens and reads the bytes; every allocation may fail.
static ali_status read_rows(ali_context *ctx, const bytes_of *from, const ali_scan_options *how,
                            char **text) {
    const ali_object object = {
        .size_bytes = sizeof object, .object_bytes = ALI_UNKNOWN, .path = "it", .path_bytes = 2};
    ali_task *task = NULL;
    ALI_TRY(ali_open_start(ctx, &object, NULL, &task));
    ali_status status = finish(ctx, task, from, NULL);
    ali_dataset *dataset = ali_task_take_dataset(task);
    ali_task_free(task);
    task = NULL;
    if (status == ALI_OK) status = ali_scan_start(dataset, how, &task);
    if (status == ALI_OK) status = finish(ctx, task, from, text);
    ali_task_free(task);
    ali_dataset_release(dataset);
    return status;
}

#endif
