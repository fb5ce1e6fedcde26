// tests/harness/harness.c: the allocator, the host and the loop of the pretended host.
#include "harness.h"

#include <brotli/decode.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPS_AT_ONCE 5
#define STEPS_MAX 2000000
#define PART_BYTES 997
#define ETAG "\"1\""

static void stop(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(stderr, "harness: ");
    (void)vfprintf(stderr, format, arguments);
    (void)fprintf(stderr, "\n");
    va_end(arguments);
    abort();
}

// --- memory --------------------------------------------------------------------------------------

static bool is_failing(harness *h) {
    h->result.allocations += 1;
    return h->result.allocations == h->plan.fail_allocation;
}

static void *allocate(void *user, size_t size_bytes) {
    harness *h = user;
    if (size_bytes == 0) stop("an allocation of 0 bytes");
    if (is_failing(h)) return NULL;
    h->held_bytes += size_bytes;
    return malloc(size_bytes);
}

static void *resize(void *user, void *pointer, size_t old_bytes, size_t new_bytes) {
    harness *h = user;
    if (new_bytes == 0) stop("an allocation of 0 bytes");
    if (is_failing(h)) return NULL;
    h->held_bytes += new_bytes - old_bytes;
    return realloc(pointer, new_bytes);
}

static void release(void *user, void *pointer, size_t size_bytes) {
    harness *h = user;
    if (size_bytes > h->held_bytes) stop("%zu bytes are released, more than are held", size_bytes);
    h->held_bytes -= size_bytes;
    free(pointer);
}

static void take_back(void *user) {
    harness *h = user;
    if (h->lent == 0) stop("lent bytes are given back twice");
    h->lent -= 1;
}

// --- answers -------------------------------------------------------------------------------------

// Where a READ begins, and how many bytes of it the object has.
static uint64_t range_of(const harness *h, const ali_op *op, uint64_t *length_bytes) {
    uint64_t offset = op->offset_bytes;
    if ((op->flags & ALI_OP_FROM_END) != 0) {
        offset = op->length_bytes < h->count_bytes ? h->count_bytes - op->length_bytes : 0;
    }
    const uint64_t rest = offset < h->count_bytes ? h->count_bytes - offset : 0;
    *length_bytes = op->length_bytes < rest ? op->length_bytes : rest;
    return offset;
}

// The page of a folder behind an operation's token, of one name at most: there are the folders k=1
// and k=2, a file in each, and a mark that is no data.
static uint64_t fill_page(const ali_op *op, char *page) {
    static const char *const root[] = {"f_SUCCESS", "dk=1", "dk=2"};
    static const char *const below[] = {"fpart.parquet"};
    const bool is_root = op->path_bytes == strlen("folder");
    const char *const *names = is_root ? root : below;
    const uint32_t count = is_root ? 3 : 1;
    for (uint32_t i = 0; i < count; i += 1) {
        const size_t bytes = strlen(names[i]);
        if (op->token_bytes != 0 && strncmp(names[i] + 1, op->token, op->token_bytes) <= 0)
            continue;
        memcpy(page, names[i], bytes + 1);
        return bytes + 1;
    }
    page[0] = 0;
    return 1;
}

static void remove_pending(harness *h, uint32_t index) {
    h->pending_count -= 1;
    for (uint32_t i = index; i < h->pending_count; i += 1) h->pending[i] = h->pending[i + 1];
}

static void tell(harness *h, uint32_t index, const ali_answer *answer) {
    ali_task *task = h->pending[index].task;
    const uint64_t op_id = answer->op_id;
    if (answer->is_last != 0) remove_pending(h, index);
    const ali_status status = ali_task_answer(task, answer);
    if (status != ALI_OK) stop("the answer of operation %" PRIu64 " gives %d", op_id, status);
}

// Answers up to `part_bytes` more of what brotli's library makes of an operation's input.
static void transform(harness_pending *pending, uint64_t part_bytes, ali_answer *given) {
    const ali_op *op = &pending->op;
    size_t length = (size_t)op->length_bytes;
    uint8_t *whole = malloc(length + 1);
    if (whole == NULL) stop("no memory for a page");
    const BrotliDecoderResult result =
        BrotliDecoderDecompress((size_t)op->input_bytes, op->input, &length, whole);
    if (result != BROTLI_DECODER_RESULT_SUCCESS) stop("a page is no brotli data");
    const uint64_t rest = length - pending->done_bytes;
    given->moved_bytes = rest < part_bytes ? rest : part_bytes;
    given->is_last = given->moved_bytes == rest ? 1 : 0;
    given->object_bytes = ALI_UNKNOWN;
    given->etag = NULL;
    given->etag_bytes = 0;
    memcpy(op->data + pending->done_bytes, whole + pending->done_bytes, given->moved_bytes);
    pending->done_bytes += given->moved_bytes;
    free(whole);
}

// Answers up to `part_bytes` more of a pending operation.
static void answer(harness *h, uint32_t index, uint64_t part_bytes) {
    harness_pending *pending = &h->pending[index];
    const ali_op *op = &pending->op;
    ali_answer given = {.size_bytes = sizeof given, .op_id = op->op_id, .is_last = 1};
    given.object_bytes = h->count_bytes;
    given.etag = ETAG;
    given.etag_bytes = sizeof ETAG - 1;
    if (pending->number == h->plan.fail_operation) {
        given.status = ALI_ERR_HOST;
        given.object_bytes = ALI_UNKNOWN;
        h->result.failed_kind = op->kind;
    } else if (op->kind == ALI_OP_READ) {
        uint64_t length = 0;
        const uint64_t offset = range_of(h, op, &length);
        if (pending->number == h->plan.short_operation && length > 0) length -= 1;
        const uint64_t rest = length - pending->done_bytes;
        given.moved_bytes = rest < part_bytes ? rest : part_bytes;
        given.is_last = given.moved_bytes == rest ? 1 : 0;
        if ((op->flags & ALI_OP_LENT) != 0) {
            given.moved_bytes = length;
            given.is_last = 1;
            given.lent = h->bytes + offset;
            given.lent_release = take_back;
            given.lent_user = h;
            h->lent += 1;
        } else if (given.moved_bytes > 0) {
            memcpy(op->data + pending->done_bytes, h->bytes + offset + pending->done_bytes,
                   given.moved_bytes);
        }
        pending->done_bytes += given.moved_bytes;
    } else if (op->kind == ALI_OP_TRANSFORM) {
        transform(pending, part_bytes, &given);
        if (pending->number == h->plan.short_operation && given.moved_bytes > 0) {
            given.moved_bytes -= 1;
            given.is_last = 1;
        }
    } else if (op->kind == ALI_OP_LIST) {
        char page[64];
        uint64_t length = fill_page(op, page);
        if (pending->number == h->plan.short_operation) length -= 1; // within a name, or nothing
        const uint64_t rest = length - pending->done_bytes;
        given.moved_bytes = rest < part_bytes ? rest : part_bytes;
        given.is_last = given.moved_bytes == rest ? 1 : 0;
        memcpy(op->data + pending->done_bytes, page + pending->done_bytes, given.moved_bytes);
        pending->done_bytes += given.moved_bytes;
    } else if (op->kind != ALI_OP_STAT) {
        stop("operation of kind %u", op->kind);
    }
    tell(h, index, &given);
}

// Answers an operation whose task is gone: the buffer must still be there, the bytes go nowhere.
static void answer_late(harness *h) {
    harness_pending *pending = &h->pending[0];
    const ali_op *op = &pending->op;
    ali_answer given = {.size_bytes = sizeof given, .op_id = op->op_id, .is_last = 1};
    given.object_bytes = h->count_bytes;
    const bool is_filled = op->kind == ALI_OP_READ && (op->flags & ALI_OP_LENT) == 0;
    if (is_filled || op->kind == ALI_OP_TRANSFORM) {
        // What goes in must still be there too.
        for (uint64_t i = 0; i < op->input_bytes; i += 1) h->random += op->input[i];
        given.moved_bytes = op->length_bytes - pending->done_bytes;
        memset(op->data + pending->done_bytes, 0xDB, given.moved_bytes);
    } else {
        given.status = ALI_ERR_HOST;
    }
    h->result.late_answers += 1;
    tell(h, 0, &given);
}

static uint64_t random_below(harness *h, uint64_t bound) {
    h->random = h->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (h->random >> 33) % bound;
}

// Answers what the fashion answers in one round.
static void answer_round(harness *h) {
    switch (h->plan.fashion) {
    case FASHION_REVERSED:
        while (h->pending_count > 0) answer(h, h->pending_count - 1, UINT64_MAX);
        break;
    case FASHION_ONE:
        answer(h, h->pending_count - 1, UINT64_MAX);
        break;
    case FASHION_PARTS:
        for (uint32_t i = h->pending_count; i > 0; i -= 1) {
            answer(h, i - 1, h->plan.part_bytes != 0 ? h->plan.part_bytes : PART_BYTES);
        }
        break;
    case FASHION_BYTES:
        for (uint32_t i = 0; i < 512 && h->pending_count > 0; i += 1) answer(h, 0, 1);
        break;
    case FASHION_MIXED:
        answer(h, (uint32_t)random_below(h, h->pending_count), random_below(h, 20000));
        break;
    default:
        while (h->pending_count > 0) answer(h, 0, UINT64_MAX);
        break;
    }
}

// --- operations ----------------------------------------------------------------------------------

static void write_down(harness *h, const ali_op *op) {
    if (h->trace == NULL) return;
    char line[256];
    if (op->kind == ALI_OP_STAT) {
        (void)snprintf(line, sizeof line, "STAT %.*s\n", (int)op->why_bytes, op->why);
    } else if (op->kind == ALI_OP_TRANSFORM) {
        (void)snprintf(line, sizeof line, "TRANSFORM %.*s %" PRIu64 " %" PRIu64 "\n",
                       (int)op->codec_bytes, op->codec, op->input_bytes, op->length_bytes);
    } else if (op->kind == ALI_OP_LIST) {
        (void)snprintf(line, sizeof line, "LIST %.*s \"%.*s\"\n", (int)op->path_bytes, op->path,
                       (int)op->token_bytes, op->token);
    } else {
        const char *sign = (op->flags & ALI_OP_FROM_END) != 0 ? "end-" : "";
        const uint64_t from = sign[0] != 0 ? op->length_bytes : op->offset_bytes;
        const bool is_only = op->path_bytes == strlen("object.parquet");
        (void)snprintf(line, sizeof line, "READ %s%" PRIu64 " %" PRIu64 " %.*s%s%.*s\n", sign, from,
                       op->length_bytes, (int)op->why_bytes, op->why, is_only ? "" : " of ",
                       is_only ? 0 : (int)op->path_bytes, op->path);
    }
    const size_t count = strlen(line);
    char *longer = realloc(h->trace, h->trace_bytes + count + 1);
    if (longer == NULL) stop("no memory for the trace");
    h->trace = longer;
    memcpy(h->trace + h->trace_bytes, line, count + 1);
    h->trace_bytes += count;
}

static void collect(harness *h, ali_task *task) {
    ali_op ops[OPS_AT_ONCE];
    uint32_t count;
    do {
        count = ali_task_ops(task, ops, OPS_AT_ONCE);
        for (uint32_t i = 0; i < count; i += 1) {
            if (h->pending_count == HARNESS_PENDING_MAX) stop("too many operations at a time");
            h->result.operations += 1;
            write_down(h, &ops[i]);
            h->pending[h->pending_count] =
                (harness_pending){.task = task, .op = ops[i], .number = h->result.operations};
            h->pending_count += 1;
        }
    } while (count == OPS_AT_ONCE);
}

// --- driving -------------------------------------------------------------------------------------

static ali_status consume_batch(harness *h, ali_task *task, harness_consume consume, void *user) {
    ali_batch *batch = ali_task_take_batch(task);
    if (batch == NULL) stop("ALI_READY without a batch");
    const ali_status status = consume != NULL ? consume(h, user, batch) : ALI_OK;
    ali_batch_release(batch);
    return status < 0 ? status : ALI_READY;
}

ali_status harness_round(harness *h, ali_task *task, harness_consume consume, void *user) {
    h->result.steps += 1;
    if (h->result.steps > STEPS_MAX) stop("no end after %d steps", STEPS_MAX);
    if (h->result.steps == h->plan.cancel_at_step) ali_task_cancel(task);
    if (h->result.steps == h->plan.free_at_step) return HARNESS_FREED;
    const ali_status status = ali_task_step(task, 0);
    if (status == ALI_READY) return consume_batch(h, task, consume, user);
    if (status != ALI_NEED) {
        const ali_error *error = ali_task_error(task);
        if (status < 0 && h->result.sentence[0] == 0) {
            (void)snprintf(h->result.sentence, sizeof h->result.sentence, "%s", error->sentence);
        }
        if (status < 0 && error->status != status) stop("step %d, error %d", status, error->status);
        return status;
    }
    collect(h, task);
    if (h->pending_count == 0) stop("ALI_NEED, and no operation is in flight");
    answer_round(h);
    return ALI_NEED;
}

ali_status harness_drive(harness *h, ali_task *task, harness_consume consume, void *user) {
    for (;;) {
        const ali_status status = harness_round(h, task, consume, user);
        if (status <= 0 || status == HARNESS_FREED) return status;
    }
}

void harness_free_task(harness *h, ali_task *task) {
    ali_task_free(task);
    for (uint32_t i = 0; i < h->pending_count; i += 1) {
        if (h->pending[i].task == task) h->pending[i].is_orphan = true;
    }
}

ali_status harness_open(harness *h, uint32_t flags, const ali_open_options *options,
                        ali_dataset **dataset) {
    ali_object object = {.size_bytes = sizeof object, .flags = flags, .object_bytes = ALI_UNKNOWN};
    object.path = (flags & ALI_OBJECT_FOLDER) != 0 ? "folder" : "object.parquet";
    object.path_bytes = (uint32_t)strlen(object.path);
    ali_task *task = NULL;
    ali_status status = ali_open_start(h->ctx, &object, options, &task);
    if (status != ALI_OK) return status;
    status = harness_drive(h, task, NULL, NULL);
    if (status == ALI_OK) {
        *dataset = ali_task_take_dataset(task);
        if (*dataset == NULL) stop("no data set after ALI_OK");
    }
    harness_free_task(h, task);
    return status;
}

// --- hashing -------------------------------------------------------------------------------------

void harness_hash_bytes(harness *h, const void *bytes, size_t count_bytes) {
    const uint8_t *at = bytes;
    uint64_t hash = h->result.hash;
    for (size_t i = 0; i < count_bytes; i += 1) hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    h->result.hash = hash;
}

static ali_column_info describe(const ali_column *column) {
    ali_column_info info = {.size_bytes = sizeof info};
    if (ali_column_describe(column, &info) != ALI_OK) stop("a column can not be described");
    return info;
}

static void hash_value(harness *h, const ali_column *column, uint64_t row);

// Lists by their items, structs by their members.
static void hash_children(harness *h, const ali_column *column, uint64_t row) {
    const ali_column_info info = describe(column);
    const int32_t *offsets = info.offsets;
    for (uint32_t i = 0; offsets == NULL && i < info.children_count; i += 1) {
        hash_value(h, ali_column_child(column, i), row);
    }
    if (offsets == NULL) return;
    const int32_t length = offsets[row + 1] - offsets[row];
    harness_hash_bytes(h, &length, sizeof length);
    for (int32_t i = offsets[row]; i < offsets[row + 1]; i += 1) {
        hash_value(h, ali_column_child(column, 0), (uint64_t)i);
    }
}

static void hash_value(harness *h, const ali_column *column, uint64_t row) {
    const ali_column_info at = describe(column);
    const ali_column_info *info = &at;
    if (info->validity != NULL && (info->validity[row / 8] >> (row % 8) & 1) == 0) {
        harness_hash_bytes(h, "n", 1);
        return;
    }
    if (info->encoding == ALI_ENCODING_DICTIONARY) {
        hash_value(h, info->dictionary, (uint64_t)((const int32_t *)info->values)[row]);
        return;
    }
    if (info->children_count != 0) {
        hash_children(h, column, row);
        return;
    }
    if (info->offsets != NULL) {
        const int32_t *offsets = info->offsets;
        const size_t length = (size_t)(offsets[row + 1] - offsets[row]);
        harness_hash_bytes(h, &length, sizeof length);
        harness_hash_bytes(h, info->data + offsets[row], length);
        return;
    }
    ali_type_info type = {.size_bytes = sizeof type};
    if (ali_type_describe(info->type, &type) != ALI_OK) stop("a type can not be described");
    const uint8_t *values = info->values;
    if (type.bits == 1) {
        const uint8_t bit = values[row / 8] >> (row % 8) & 1;
        harness_hash_bytes(h, &bit, 1);
    } else {
        harness_hash_bytes(h, values + row * (type.bits / 8), type.bits / 8);
    }
}

// Row by row, so that the cutting into batches does not matter.
ali_status harness_hash_batch(harness *h, void *user, ali_batch *batch) {
    (void)user;
    const uint32_t columns = ali_schema_count(ali_batch_schema(batch));
    const uint64_t rows = ali_batch_rows(batch);
    for (uint64_t row = 0; row < rows; row += 1) {
        for (uint32_t i = 0; i < columns; i += 1) {
            hash_value(h, ali_batch_column(batch, i), row);
        }
    }
    h->result.rows += rows;
    return ALI_OK;
}

// --- running -------------------------------------------------------------------------------------

static uint8_t *read_file(const char *name, uint64_t *count_bytes) {
    char path[256];
    (void)snprintf(path, sizeof path, "tests/harness/data/%s", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) stop("%s can not be opened", path);
    uint8_t *bytes = malloc(1 << 20);
    *count_bytes = fread(bytes, 1, 1 << 20, file);
    (void)fclose(file);
    return bytes;
}

static void end(harness *h) {
    h->result.copied_bytes = h->ctx != NULL ? ali_context_copied_bytes(h->ctx) : 0;
    if (h->plan.frees_context_first) {
        ali_context_free(h->ctx);
        h->ctx = NULL;
    }
    while (h->pending_count > 0) {
        if (!h->pending[0].is_orphan) stop("a finished task left an operation");
        answer_late(h);
    }
    ali_context_free(h->ctx);
    if (h->lent != 0) stop("%" PRIu64 " lent buffers were not given back", h->lent);
    h->result.held_bytes = h->held_bytes;
}

harness_result harness_run(const harness_scenario *scenario, const harness_plan *plan,
                           char **trace) {
    harness *h = calloc(1, sizeof *h);
    if (h == NULL) stop("no memory");
    h->plan = *plan;
    h->random = plan->seed;
    h->result.hash = UINT64_C(14695981039346656037);
    h->trace = trace != NULL ? calloc(1, 1) : NULL;
    uint8_t *bytes = read_file(scenario->file, &h->count_bytes);
    h->bytes = bytes;
    const ali_allocator allocator = {allocate, resize, release, h};
    h->result.status = ali_context_new(&allocator, NULL, &h->ctx);
    if (h->result.status == ALI_OK) h->result.status = scenario->run(h);
    end(h);
    const harness_result result = h->result;
    if (trace != NULL) *trace = h->trace;
    free(bytes);
    free(h);
    return result;
}
