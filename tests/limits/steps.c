// steps: how much work each step of a scan does, counted and not timed.
//
//     steps FILE...
//
// Linked with the objects instrumented for fuzzing, whose compiler calls a function at each
// comparison: of those there is one at least for each turn of a loop. To these come the bytes that
// the core copied and counted, eight to a comparison. Decompression by a library is bounded by what
// a step gives it (docs/contracts/tasks.md) and is not counted. Each file is lent whole, then
// handed over in buffers of the task, then by requests of at most 64 KiB; at last its first batch
// is made simple, and written as CSV and as lines of JSON, where each call counts as a step. Prints
// a line of JSON for each: rows, steps, the median, 99th percentile and maximum of the counts, the
// bytes that were copied, the most of them in a step, and those of the columns.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alimentar.h"

#define OPS 16
#define STEPS_MAX 1000000
#define BYTES_OF_A_COMPARISON 8
#define REQUEST_BYTES 65536

static uint64_t comparisons;

// Called by instrumented code; the names are the compiler's.
void __sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b);
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b);
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b);
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b);
void __sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b);
void __sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b);
void __sanitizer_cov_trace_const_cmp4(uint32_t a, uint32_t b);
void __sanitizer_cov_trace_const_cmp8(uint64_t a, uint64_t b);
void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases);

#define COUNTS(name, type)                                                                         \
    void name(type a, type b) {                                                                    \
        (void)a;                                                                                   \
        (void)b;                                                                                   \
        comparisons += 1;                                                                          \
    }
COUNTS(__sanitizer_cov_trace_cmp1, uint8_t)
COUNTS(__sanitizer_cov_trace_cmp2, uint16_t)
COUNTS(__sanitizer_cov_trace_cmp4, uint32_t)
COUNTS(__sanitizer_cov_trace_cmp8, uint64_t)
COUNTS(__sanitizer_cov_trace_const_cmp1, uint8_t)
COUNTS(__sanitizer_cov_trace_const_cmp2, uint16_t)
COUNTS(__sanitizer_cov_trace_const_cmp4, uint32_t)
COUNTS(__sanitizer_cov_trace_const_cmp8, uint64_t)
void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases) {
    (void)value;
    (void)cases;
    comparisons += 1;
}

typedef struct object {
    const char *path;
    const uint8_t *bytes;
    uint64_t count_bytes;
    uint32_t flags;
    uint64_t request_bytes_max;
    uint32_t takes; // 1: the first batch is made simple and written as text
} object;

static uint64_t *counts;
static size_t counts_count;
static uint64_t copied_bytes;    // by the core, as it counts them
static uint64_t copied_most;     // in one step
static uint64_t delivered_bytes; // of the columns' buffers

static void stop(const char *what, const char *why) {
    (void)fprintf(stderr, "steps: %s: %s\n", what, why);
    exit(3);
}

static void answer(const object *from, ali_task *task, const ali_op *op) {
    ali_answer given = {.size_bytes = sizeof given, .op_id = op->op_id, .is_last = 1};
    uint64_t offset = op->offset_bytes;
    uint64_t length = op->length_bytes;
    if (op->kind != ALI_OP_READ) stop(from->path, "an operation that is no READ");
    if (length > from->count_bytes) length = from->count_bytes;
    if ((op->flags & ALI_OP_FROM_END) != 0) offset = from->count_bytes - length;
    if (length > from->count_bytes - offset) length = from->count_bytes - offset;
    given.moved_bytes = length;
    given.object_bytes = from->count_bytes;
    if ((op->flags & ALI_OP_LENT) != 0) {
        given.lent = from->bytes + offset;
    } else {
        memcpy(op->data, from->bytes + offset, length);
    }
    if (ali_task_answer(task, &given) != ALI_OK) stop(from->path, "an answer was refused");
}

// Counts what was done since `comparisons` were 0 and `copied` bytes were copied.
static void count(const ali_context *ctx, uint64_t copied) {
    const uint64_t moved = ali_context_copied_bytes(ctx) - copied;
    if (moved > copied_most) copied_most = moved;
    if (counts_count == STEPS_MAX) stop("a task", "no end");
    counts[counts_count] = comparisons + moved / BYTES_OF_A_COMPARISON;
    counts_count += 1;
}

static ali_status step(ali_context *ctx, ali_task *task) {
    const uint64_t copied = ali_context_copied_bytes(ctx);
    comparisons = 0;
    const ali_status status = ali_task_step(task, 0);
    count(ctx, copied);
    return status;
}

// Makes a batch simple, as for JavaScript.
static void simplify(ali_context *ctx, ali_batch *batch) {
    const uint64_t copied = ali_context_copied_bytes(ctx);
    ali_batch *simple = NULL;
    comparisons = 0;
    if (ali_batch_simplify(ctx, batch, &simple) != ALI_OK) stop("a batch", "not made simple");
    count(ctx, copied);
    ali_batch_release(simple);
}

// Writes a batch as text, piece by piece.
static void write_out(ali_context *ctx, ali_batch *batch, const char *format) {
    ali_writer *writer = NULL;
    uint64_t row = 0;
    if (ali_writer_new(ctx, format, NULL, (ali_schema *)(uintptr_t)ali_batch_schema(batch),
                       &writer) != ALI_OK) {
        stop(format, "no writer");
    }
    while (row < ali_batch_rows(batch)) {
        const uint8_t *bytes = NULL;
        const uint64_t copied = ali_context_copied_bytes(ctx);
        comparisons = 0;
        if (ali_writer_put_rows(writer, batch, &row, ali_batch_rows(batch)) != ALI_OK) {
            stop(format, "not written");
        }
        count(ctx, copied);
        ali_writer_drop(writer, ali_writer_pending(writer, &bytes));
    }
    ali_writer_free(writer);
}

// The work of those who take a batch.
static void take(ali_context *ctx, ali_batch *batch) {
    simplify(ctx, batch);
    write_out(ctx, batch, "csv");
    write_out(ctx, batch, "jsonl");
}

static uint64_t bytes_of(const ali_column *column) {
    ali_column_info info = {.size_bytes = sizeof info};
    if (ali_column_describe(column, &info) != ALI_OK) stop("a column", "not described");
    uint64_t sum = info.values_bytes + info.data_bytes;
    if (info.validity != NULL) sum += info.length / 8;
    if (info.offsets != NULL) sum += (info.length + 1) * 4;
    for (uint32_t i = 0; i < info.children_count; i += 1) {
        sum += bytes_of(ali_column_child(column, i));
    }
    return sum;
}

static uint64_t bytes_in(const ali_batch *batch) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < ali_schema_count(ali_batch_schema(batch)); i += 1) {
        sum += bytes_of(ali_batch_column(batch, i));
    }
    return sum;
}

static uint64_t drive(const object *from, ali_context *ctx, ali_task *task) {
    ali_op ops[OPS];
    uint64_t rows = 0;
    ali_status status = ALI_OK;
    while ((status = step(ctx, task)) > 0) {
        if (status == ALI_READY) {
            ali_batch *batch = ali_task_take_batch(task);
            rows += ali_batch_rows(batch);
            delivered_bytes += bytes_in(batch);
            if (from->takes != 0 && rows == ali_batch_rows(batch)) take(ctx, batch);
            ali_batch_release(batch);
        }
        uint32_t count = 0;
        while (status == ALI_NEED && (count = ali_task_ops(task, ops, OPS)) > 0) {
            for (uint32_t i = 0; i < count; i += 1) answer(from, task, &ops[i]);
        }
    }
    if (status < 0) stop(from->path, ali_task_error(task)->sentence);
    return rows;
}

static uint64_t read_whole(const object *from) {
    ali_context *ctx = NULL;
    ali_task *task = NULL;
    const ali_object described = {.size_bytes = sizeof described,
                                  .flags = from->flags,
                                  .object_bytes = from->count_bytes,
                                  .path = from->path,
                                  .path_bytes = (uint32_t)strlen(from->path)};
    if (ali_context_new(NULL, NULL, &ctx) != ALI_OK) stop("context", "none");
    if (ali_open_start(ctx, &described, NULL, &task) != ALI_OK) stop(from->path, "not opened");
    (void)drive(from, ctx, task);
    ali_dataset *dataset = ali_task_take_dataset(task);
    ali_task_free(task);
    const ali_scan_options how = {.size_bytes = sizeof how,
                                  .request_bytes_max = from->request_bytes_max};
    if (ali_scan_start(dataset, &how, &task) != ALI_OK) stop(from->path, "not scanned");
    const uint64_t rows = drive(from, ctx, task);
    ali_task_free(task);
    ali_dataset_release(dataset);
    copied_bytes = ali_context_copied_bytes(ctx);
    ali_context_free(ctx);
    return rows;
}

static int by_value(const void *left, const void *right) {
    const uint64_t a = *(const uint64_t *)left;
    const uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void tell(const object *from) {
    counts_count = 0;
    delivered_bytes = copied_most = 0;
    const uint64_t rows = read_whole(from);
    qsort(counts, counts_count, sizeof counts[0], by_value);
    const char *way = from->flags != 0 ? "lent" : "fetched";
    if (from->request_bytes_max != 0) way = "by requests";
    if (from->takes != 0) way = "written";
    printf("{\"file\":\"%s\",\"way\":\"%s\",\"rows\":%llu,\"steps\":%zu,\"p50\":%llu,\"p99\":%llu,"
           "\"most\":%llu,\"copied\":%llu,\"copiedMost\":%llu,\"delivered\":%llu}\n",
           from->path, way, (unsigned long long)rows, counts_count,
           (unsigned long long)counts[counts_count / 2],
           (unsigned long long)counts[counts_count * 99 / 100],
           (unsigned long long)counts[counts_count - 1], (unsigned long long)copied_bytes,
           (unsigned long long)copied_most, (unsigned long long)delivered_bytes);
}

int main(int count, char **words) {
    counts = malloc(STEPS_MAX * sizeof counts[0]);
    if (counts == NULL) stop("memory", "none");
    for (int i = 1; i < count; i += 1) {
        struct stat about;
        const int file = open(words[i], O_RDONLY);
        if (file < 0 || fstat(file, &about) != 0) stop(words[i], "not opened");
        const size_t bytes = (size_t)about.st_size;
        uint8_t *mapped = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, file, 0);
        if (mapped == MAP_FAILED) stop(words[i], "not mapped");
        object from = {words[i], mapped, bytes, ALI_OBJECT_LENDS, 0, 0};
        tell(&from);
        from.flags = 0;
        tell(&from);
        from.request_bytes_max = REQUEST_BYTES;
        tell(&from);
        from.request_bytes_max = 0;
        from.takes = 1;
        tell(&from);
        (void)munmap(mapped, bytes);
        (void)close(file);
    }
    free(counts);
    return 0;
}
