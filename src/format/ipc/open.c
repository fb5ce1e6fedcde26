// format/ipc/open.c: opening Arrow IPC: the footer of a file (File.fbs), or the schema message that
// a stream begins with. Feather version 2 is the file format. Left out: the footer's own metadata.
#include "format/ipc/ipc.h"
#include "format/ipc/scan.h"

#include "base/text.h"

// The length of the footer and the magic behind it; the magic and padding at the beginning.
#define TRAILER_BYTES 10u
#define MAGIC_BYTES 6u
#define HEAD_BYTES 8u
// Bytes of a stream that are read before the length of its schema is known.
#define SCHEMA_BYTES_FIRST (UINT64_C(64) << 10)
// Metadata at the beginning of a stream that no detection takes for text.
#define METADATA_BYTES_MAX (UINT32_C(64) << 20)

enum { OPEN_FIND, OPEN_READ, OPEN_PARSE, OPEN_SCHEMA, OPEN_DONE };

typedef struct open_state {
    ali_blob *blob;
    ali_file *file;
    uint64_t tail_bytes;
    bool is_stream;
    bool is_head_wanted;
    uint32_t phase;
    uint64_t start_bytes; // of the footer, or of the schema's metadata
    uint64_t count_bytes;
    ali_buf *metadata;
    ali_flat flat;
    ali_ipc_schema_reader reader;
} open_state;

// --- detection -----------------------------------------------------------------------------------

static bool detect_file(const uint8_t *head, size_t head_bytes, const uint8_t *tail,
                        size_t tail_bytes) {
    if (tail_bytes >= MAGIC_BYTES && ali_equal(tail + tail_bytes - MAGIC_BYTES, "ARROW1", 6)) {
        return true;
    }
    return head_bytes >= HEAD_BYTES && ali_equal(head, "ARROW1\0\0", HEAD_BYTES);
}

// A stream has no magic: it begins with a length, and metadata of that length.
static bool detect_stream(const uint8_t *head, size_t head_bytes, const uint8_t *tail,
                          size_t tail_bytes) {
    (void)tail;
    (void)tail_bytes;
    uint32_t count = 0;
    const uint32_t prefix = ali_ipc_prefix(head, head_bytes, &count);
    if (prefix == 0 || count < 8 || count > METADATA_BYTES_MAX) return false;
    if (head_bytes < prefix + 4 || ali_load_u32(head + prefix) >= count) return false;
    if (count > head_bytes - prefix) return (prefix + count) % 8 == 0;
    ali_flat flat = {.bytes = head + prefix, .count_bytes = count};
    ali_ipc_message message;
    const ali_status status = ali_ipc_read_message(&flat, &message);
    return status == ALI_OK || status == ALI_ERR_UNSUPPORTED;
}

// --- finding the metadata ------------------------------------------------------------------------

static ali_status check_length(const open_state *open, uint64_t count, const char *what) {
    ali_context *ctx = open->file->ctx;
    const uint64_t most = ctx->limits.footer_bytes_max;
    if (count <= most) return ALI_OK;
    return ali_fail_at(ctx, ALI_ERR_LIMIT, open->start_bytes, "%s claims %U bytes; the limit is %U",
                       what, count, most);
}

static ali_status check_trailer(open_state *open, const ali_buf *tail) {
    ali_context *ctx = open->file->ctx;
    const uint64_t bytes = ali_blob_bytes(open->blob);
    const uint8_t *end = tail->data + tail->size_bytes;
    if (bytes < HEAD_BYTES + TRAILER_BYTES || !ali_equal(end - MAGIC_BYTES, "ARROW1", 6)) {
        return ali_fail_at(ctx, ALI_ERR_TRUNCATED, bytes,
                           "the Arrow file does not end with \"ARROW1\": its footer is cut off");
    }
    const uint32_t count = ali_load_u32(end - TRAILER_BYTES);
    if (count == 0 || count > bytes - HEAD_BYTES - TRAILER_BYTES) {
        return ali_fail_at(ctx, ALI_ERR_CORRUPT, bytes - TRAILER_BYTES,
                           "the footer claims %u bytes, but the file has only %U", count, bytes);
    }
    open->start_bytes = bytes - TRAILER_BYTES - count;
    open->count_bytes = count;
    return check_length(open, count, "the footer");
}

static ali_status find_footer(ali_task *task, open_state *open) {
    ali_buf *tail = NULL;
    uint64_t offset_bytes = 0;
    ali_status status =
        ali_blob_tail(open->blob, task, open->tail_bytes, "footer", &tail, &offset_bytes);
    if (status != ALI_OK) return status;
    status = tail->size_bytes < TRAILER_BYTES
                 ? ali_fail_at(open->file->ctx, ALI_ERR_TRUNCATED, tail->size_bytes,
                               "%U bytes are too few for an Arrow file", tail->size_bytes)
                 : check_trailer(open, tail);
    ali_buf_release(tail);
    ALI_TRY(status);
    return ali_blob_want(open->blob, task, open->start_bytes, open->count_bytes, "footer");
}

static ali_status find_schema(ali_task *task, open_state *open) {
    ali_context *ctx = open->file->ctx;
    const uint64_t bytes = ali_blob_bytes(open->blob);
    ali_buf *head = NULL;
    uint32_t count = 0;
    if (!open->is_head_wanted) {
        const uint64_t first = ali_min_u64(ali_blob_tail_from(open->blob), SCHEMA_BYTES_FIRST);
        if (first != 0) ALI_TRY(ali_blob_want(open->blob, task, 0, first, "schema"));
        open->is_head_wanted = true;
    }
    const ali_status status = ali_blob_slice(open->blob, task, 0, ali_min_u64(bytes, 8), &head);
    if (status != ALI_OK) return status;
    const uint32_t prefix = ali_ipc_prefix(head->data, head->size_bytes, &count);
    ali_buf_release(head);
    if (prefix == 0 || count == 0 || count > bytes - prefix) {
        return ali_fail_at(ctx, ALI_ERR_TRUNCATED, 0,
                           "the stream's schema claims %u bytes, but there are only %U", count,
                           bytes);
    }
    open->start_bytes = prefix;
    open->count_bytes = count;
    ALI_TRY(check_length(open, count, "the stream's schema"));
    return ali_blob_want(open->blob, task, prefix, count, "schema");
}

// --- reading it ----------------------------------------------------------------------------------

static ali_status read_metadata(ali_task *task, open_state *open) {
    const ali_status status =
        ali_blob_slice(open->blob, task, open->start_bytes, open->count_bytes, &open->metadata);
    if (status != ALI_OK) return status;
    open->flat = (ali_flat){.ctx = open->file->ctx,
                            .bytes = open->metadata->data,
                            .count_bytes = open->count_bytes,
                            .offset_bytes = open->start_bytes,
                            .what = open->is_stream ? "the stream's schema" : "the footer"};
    open->reader.flat = &open->flat;
    return ALI_OK;
}

static ali_status parse_stream(open_state *open, ali_ipc_state *state) {
    ali_ipc_message message;
    ALI_TRY(ali_ipc_read_message(&open->flat, &message));
    if (message.kind != ALI_IPC_SCHEMA) {
        return ali_fail_at(open->file->ctx, ALI_ERR_CORRUPT, 0,
                           "the stream begins with a message of kind %u instead of its schema",
                           message.kind);
    }
    const uint64_t end = open->start_bytes + open->count_bytes;
    if (message.body_bytes > state->end_bytes - end) {
        return ali_fail_at(open->file->ctx, ALI_ERR_TRUNCATED, end,
                           "the schema's message claims a body of %U bytes behind it",
                           message.body_bytes);
    }
    state->start_bytes = end + message.body_bytes;
    open->reader.table = message.header;
    return ALI_OK;
}

// Messages lie before the footer.
static ali_status check_blocks(const open_state *open, const ali_flat_vector *blocks) {
    for (uint32_t i = 0; i < blocks->count; i += 1) {
        const uint8_t *block = blocks->items + (uint64_t)i * 24;
        const uint64_t start = ali_load_u64(block);
        const uint64_t metadata_bytes = ali_load_u32(block + 8);
        const uint64_t body_bytes = ali_load_u64(block + 16);
        const uint64_t most = open->start_bytes;
        if (start <= most && metadata_bytes >= 8 && metadata_bytes <= most - start &&
            body_bytes <= most - start - metadata_bytes) {
            continue;
        }
        return ali_fail_at(
            open->file->ctx, ALI_ERR_CORRUPT, open->start_bytes,
            "the footer says that a message of %U bytes stands at %U, where there is "
            "no room for it",
            metadata_bytes + body_bytes, start);
    }
    return ALI_OK;
}

static ali_status parse_footer(open_state *open, ali_ipc_state *state) {
    ali_flat *flat = &open->flat;
    const ali_flat_table root = ali_flat_root(flat);
    open->reader.table = ali_flat_child(flat, root, 1);
    state->blocks[0] = ali_flat_items(flat, root, 2, 24);
    state->blocks[1] = ali_flat_items(flat, root, 3, 24);
    ALI_TRY(flat->status);
    if (open->reader.table == 0) {
        return ali_fail_at(flat->ctx, ALI_ERR_CORRUPT, open->start_bytes,
                           "the footer has no schema");
    }
    ALI_TRY(check_blocks(open, &state->blocks[0]));
    ALI_TRY(check_blocks(open, &state->blocks[1]));
    state->end_bytes = open->start_bytes;
    state->footer = ali_buf_retain(open->metadata);
    open->file->row_groups = state->blocks[1].count;
    if (open->file->row_groups == 0) open->file->rows = 0;
    return ALI_OK;
}

static ali_status parse(open_state *open) {
    ali_ipc_state *state = open->file->state;
    state->is_stream = open->is_stream;
    state->is_lent = ali_blob_is_lent(open->blob);
    state->end_bytes = ali_blob_bytes(open->blob);
    return open->is_stream ? parse_stream(open, state) : parse_footer(open, state);
}

// What the schema says of itself is what the file says of itself.
static ali_status finish(ali_task *task, open_state *open) {
    ali_file *file = open->file;
    ali_ipc_state *state = file->state;
    void *pointer = NULL;
    const ali_status status = ali_ipc_step_schema(state, &open->reader, &file->schema);
    if (status != ALI_OK) return status;
    uint32_t count = 0;
    const ali_pair *pairs = ali_schema_metadata(file->schema, &count);
    ALI_TRY(ali_arena_new(&state->arena, (uint64_t)count * 2 * sizeof(char *), &pointer));
    const char **texts = pointer;
    for (uint32_t i = 0; i < count; i += 1) {
        texts[2 * i] = pairs[i].key;
        texts[2 * i + 1] = pairs[i].value;
    }
    file->metadata = texts;
    file->metadata_count = count;
    if (open->is_stream) ali_blob_keep(open->blob, task);
    return ALI_OK;
}

// --- the task ------------------------------------------------------------------------------------

static ali_status step_phase(ali_task *task, open_state *open) {
    switch (open->phase) {
    case OPEN_FIND:
        return open->is_stream ? find_schema(task, open) : find_footer(task, open);
    case OPEN_READ:
        return read_metadata(task, open);
    case OPEN_PARSE:
        return parse(open);
    default:
        return finish(task, open);
    }
}

static ali_status open_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    (void)budget_rows;
    open_state *open = pointer;
    while (open->phase != OPEN_DONE) {
        const ali_status status = step_phase(task, open);
        if (status != ALI_OK) return status;
        open->phase += 1;
    }
    return ALI_OK;
}

static void open_clear(ali_task *task, void *pointer) {
    open_state *open = pointer;
    ali_ipc_schema_clear(&open->reader);
    ali_buf_release(open->metadata);
    ali_file_release(open->file);
    ali_blob_forget(open->blob, task);
    ali_blob_release(open->blob);
}

static const ali_task_class open_class = {"arrow", open_step, open_clear, sizeof(open_state)};

static void file_clear(ali_file *file) {
    ali_ipc_state *state = file->state;
    ali_buf_release(state->footer);
    ali_arena_clear(&state->arena);
    ali_mem_free(file->ctx, state, sizeof *state);
}

static ali_status new_file(ali_context *ctx, const ali_format *format, open_state *open) {
    void *file = NULL;
    void *state = NULL;
    ALI_TRY(ali_mem_zero(ctx, sizeof(ali_file), &file));
    const ali_status status = ali_mem_zero(ctx, sizeof(ali_ipc_state), &state);
    if (status < 0) {
        ali_mem_free(ctx, file, sizeof(ali_file));
        return status;
    }
    open->file = file;
    *open->file = (ali_file){.format = format,
                             .ctx = ctx,
                             .blob = ali_blob_retain(open->blob),
                             .rows = ALI_UNKNOWN,
                             .references = 1,
                             .state = state};
    ali_arena_init(&((ali_ipc_state *)state)->arena, ctx);
    return ALI_OK;
}

static ali_status start(ali_task *parent, ali_blob *blob, const ali_open_options *options,
                        const ali_format *format, ali_task **task) {
    void *pointer = NULL;
    ali_context *ctx = ali_task_context(parent);
    ALI_TRY(ali_task_new(ctx, parent, &open_class, task, &pointer));
    open_state *open = pointer;
    open->blob = ali_blob_retain(blob);
    open->tail_bytes = ali_max_u64(options->tail_bytes, TRAILER_BYTES);
    open->is_stream = format == &ali_format_arrow_stream;
    return new_file(ctx, format, open);
}

static ali_status start_file(ali_task *parent, ali_blob *blob, const ali_open_options *options,
                             ali_task **task) {
    return start(parent, blob, options, &ali_format_arrow_file, task);
}

static ali_status start_stream(ali_task *parent, ali_blob *blob, const ali_open_options *options,
                               ali_task **task) {
    return start(parent, blob, options, &ali_format_arrow_stream, task);
}

static ali_file *take(ali_task *task) {
    open_state *open = ali_task_state(task, &open_class);
    if (open == NULL || open->phase != OPEN_DONE) return NULL;
    return ali_file_take(&open->file);
}

const ali_format ali_format_arrow_file = {
    .name = "arrow",
    .detect = detect_file,
    .open_start = start_file,
    .take = take,
    .scan_start = ali_ipc_scan_start,
    .clear = file_clear,
    .can_plan = true,
};

const ali_format ali_format_arrow_stream = {
    .name = "arrows",
    .detect = detect_stream,
    .open_start = start_stream,
    .take = take,
    .scan_start = ali_ipc_scan_start,
    .clear = file_clear,
    .can_plan = true,
};
