// format/parquet/footer.c: opening a Parquet file: its tail, the footer, and the checks that every
// number in it must pass before anybody relies on it (parquet-format, README "File format").
//
// Left out: encrypted files.
#include "base/text.h"
#include "format/parquet/parquet.h"

#define MAGIC_BYTES 4u
// The footer's length and the magic number after it.
#define TRAILER_BYTES 8u
// Bytes of the footer that a step parses.
#define FOOTER_BUDGET_BYTES (UINT64_C(256) << 10)

// Chunks that a step checks, and bytes of texts that it copies, each pair with some more.
#define STEP_CHUNKS 65536u
#define STEP_TEXT_BYTES (UINT64_C(1) << 20)
#define PAIR_COST 128u
// Bytes that a file is taken to have at most, of which nothing else is known.
#define OTHER_BYTES_MAX (UINT64_C(1) << 53)

enum { OPEN_TAIL, OPEN_FOOTER, OPEN_PARSE, OPEN_SCHEMA, OPEN_GROUPS, OPEN_TEXTS, OPEN_DONE };

typedef struct open_state {
    ali_blob *blob;
    uint64_t tail_bytes;
    uint64_t footer_bytes;
    uint32_t phase;
    bool verifies_checksums;
    ali_thrift reader;
    ali_parquet_schema_reader schema;
    uint32_t group; // checked so far, and chunks of the next
    uint32_t chunk;
    const char **texts; // the file's metadata, under construction
    ali_file *file;     // under construction, then the result
} open_state;

static bool detect(const uint8_t *head, size_t head_bytes, const uint8_t *tail, size_t tail_bytes) {
    (void)head;
    (void)head_bytes;
    return tail_bytes >= MAGIC_BYTES && (ali_equal(tail + tail_bytes - 4, "PAR1", 4) ||
                                         ali_equal(tail + tail_bytes - 4, "PARE", 4));
}

static void file_clear(ali_file *file) {
    ali_parquet_state *state = file->state;
    if (state == NULL) return;
    state->references -= 1;
    if (state->references != 0) return;
    ali_buf_release(state->footer);
    ali_schema_release(state->stored);
    ali_arena_clear(&state->arena);
    ali_mem_free(file->ctx, state, sizeof *state);
    file->state = NULL;
}

static ali_status new_file(ali_context *ctx, open_state *open) {
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, sizeof(ali_file), &pointer));
    ali_file *file = pointer;
    *file = (ali_file){.format = &ali_format_parquet,
                       .ctx = ctx,
                       .blob = ali_blob_retain(open->blob),
                       .created_by = "",
                       .references = 1};
    open->file = file;
    ALI_TRY(ali_mem_zero(ctx, sizeof(ali_parquet_state), &file->state));
    ali_parquet_state *state = file->state;
    ali_arena_init(&state->arena, ctx);
    state->references = 1;
    state->verifies_checksums = open->verifies_checksums;
    return ALI_OK;
}

// --- the tail ------------------------------------------------------------------------------------

static ali_status check_trailer(ali_context *ctx, open_state *open, const uint8_t *trailer,
                                uint64_t file_bytes) {
    const char *magic = (const char *)trailer + 4;
    if (ali_equal(magic, "PARE", 4)) {
        return ali_fail_at(ctx, ALI_ERR_UNSUPPORTED, file_bytes - 4,
                           "the file is encrypted (its footer, too): that is not supported");
    }
    if (!ali_equal(magic, "PAR1", 4)) {
        return ali_fail_at(ctx, ALI_ERR_CORRUPT, file_bytes - 4,
                           "a Parquet file ends with \"PAR1\", this one with %q", magic, (size_t)4);
    }
    open->footer_bytes = ali_load_u32(trailer);
    if (open->footer_bytes > file_bytes - TRAILER_BYTES - MAGIC_BYTES) {
        return ali_fail_at(ctx, ALI_ERR_CORRUPT, file_bytes - TRAILER_BYTES,
                           "the footer claims %U bytes, more than a file of %U bytes can hold",
                           open->footer_bytes, file_bytes);
    }
    if (open->footer_bytes > ctx->limits.footer_bytes_max) {
        return ali_fail_at(ctx, ALI_ERR_LIMIT, file_bytes - TRAILER_BYTES,
                           "the footer has %U bytes, the limit footer_bytes_max is %U",
                           open->footer_bytes, ctx->limits.footer_bytes_max);
    }
    return ALI_OK;
}

static ali_status take_tail(ali_task *task, open_state *open) {
    ali_context *ctx = ali_task_context(task);
    ali_buf *tail = NULL;
    uint64_t offset = 0;
    const ali_status status =
        ali_blob_tail(open->blob, task, open->tail_bytes, "footer", &tail, &offset);
    if (status != ALI_OK) return status;
    const uint64_t file_bytes = ali_blob_bytes(open->blob);
    ali_status checked = ALI_OK;
    if (file_bytes < TRAILER_BYTES + MAGIC_BYTES) {
        checked = ali_fail(ctx, ALI_ERR_TRUNCATED,
                           "a file of %U bytes is too short for a Parquet file", file_bytes);
    } else {
        checked =
            check_trailer(ctx, open, tail->data + tail->size_bytes - TRAILER_BYTES, file_bytes);
    }
    ali_buf_release(tail);
    return checked;
}

// --- the footer ----------------------------------------------------------------------------------

static ali_status take_footer(ali_task *task, open_state *open) {
    ali_context *ctx = ali_task_context(task);
    ali_buf *tail = NULL;
    uint64_t offset = 0;
    const ali_status status = ali_blob_tail(open->blob, task, open->footer_bytes + TRAILER_BYTES,
                                            "footer", &tail, &offset);
    if (status != ALI_OK) return status;
    ali_parquet_state *state = NULL;
    ali_status made = new_file(ctx, open);
    if (made == ALI_OK) {
        state = open->file->state;
        made = ali_buf_slice(ctx, tail, 0, open->footer_bytes, &state->footer);
    }
    ali_buf_release(tail);
    ALI_TRY(made);
    state->footer_offset_bytes = offset;
    open->reader = (ali_thrift){.ctx = ctx,
                                .arena = &state->arena,
                                .bytes = state->footer->data,
                                .count_bytes = state->footer->size_bytes,
                                .offset_bytes = offset,
                                .what = "footer"};
    ali_thrift_begin(&open->reader, &ali_parquet_file_meta_type, &state->meta);
    return ALI_OK;
}

// --- checks --------------------------------------------------------------------------------------

// Where the pages of a chunk lie: within the file, before the footer. Of another file all that is
// known is that its bytes can be counted, in JavaScript too.
static ali_status check_range(ali_context *ctx, const ali_parquet_state *state,
                              ali_parquet_chunk *chunk, uint32_t group, uint32_t leaf) {
    const ali_parquet_chunk_meta *meta = &chunk->meta;
    if (meta->values < 0 || meta->compressed_bytes < 0) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "chunk %u of row group %u claims %D values in %D bytes", leaf, group,
                        meta->values, meta->compressed_bytes);
    }
    if (meta->values == 0) return ALI_OK;
    int64_t start = meta->data_page_offset;
    const int64_t dictionary = meta->dictionary_page_offset;
    if (dictionary > 0 && dictionary < start) start = dictionary;
    const uint64_t room = chunk->file_path.count_bytes != 0 ? OTHER_BYTES_MAX
                                                            : state->footer_offset_bytes;
    if (start < (int64_t)MAGIC_BYTES || (uint64_t)start > room ||
        (uint64_t)meta->compressed_bytes > room - (uint64_t)start) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "chunk %u of row group %u claims %D bytes at %D, but data lie between 4 "
                        "and %U",
                        leaf, group, meta->compressed_bytes, start, room);
    }
    chunk->start_bytes = (uint64_t)start;
    chunk->end_bytes = (uint64_t)start + (uint64_t)meta->compressed_bytes;
    return ALI_OK;
}

static ali_status check_row_group(ali_context *ctx, const ali_parquet_state *state,
                                  uint32_t index) {
    const ali_parquet_row_group *group = ali_parquet_row_group_at(state, index);
    if (group->rows < 0) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "row group %u claims %D rows", index, group->rows);
    }
    if (group->chunks.count != state->columns_count) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "row group %u has %u column chunks, the schema has %u leaf columns", index,
                        group->chunks.count, state->columns_count);
    }
    return ALI_OK;
}

// Checks chunks of the row group that open->group says, until `work` of them are done.
static ali_status step_chunks(ali_context *ctx, ali_parquet_state *state, open_state *open,
                              uint32_t *work) {
    const ali_parquet_row_group *group = ali_parquet_row_group_at(state, open->group);
    ali_parquet_chunk *chunks = group->chunks.items;
    if (open->chunk == 0) ALI_TRY(check_row_group(ctx, state, open->group));
    for (; open->chunk < group->chunks.count; open->chunk += 1) {
        if (*work == 0) return ALI_YIELD;
        *work -= 1;
        ali_parquet_chunk *chunk = &chunks[open->chunk];
        ALI_TRY(ali_parquet_check_place(ctx, state, chunk, open->group));
        if ((chunk->seen & ALI_PARQUET_CHUNK_META) == 0) continue;
        ALI_TRY(check_range(ctx, state, chunk, open->group, open->chunk));
    }
    return ALI_OK;
}

static ali_status step_row_groups(ali_context *ctx, open_state *open) {
    ali_file *file = open->file;
    ali_parquet_state *state = file->state;
    uint32_t work = STEP_CHUNKS;
    while (open->group < state->meta.row_groups.count) {
        if (work == 0) return ALI_YIELD;
        work -= 1;
        const ali_status status = step_chunks(ctx, state, open, &work);
        if (status != ALI_OK) return status;
        file->rows += (uint64_t)ali_parquet_row_group_at(state, open->group)->rows;
        if (file->rows > INT64_MAX) {
            return ali_fail(ctx, ALI_ERR_CORRUPT, "the row groups claim more than 2^63 rows");
        }
        open->chunk = 0;
        open->group += 1;
    }
    file->row_groups = state->meta.row_groups.count;
    const bool is_said = state->meta.rows != 0; // some writers leave it at 0
    if (!is_said || (state->meta.rows >= 0 && (uint64_t)state->meta.rows == file->rows)) {
        return ALI_OK;
    }
    return ali_fail(ctx, ALI_ERR_CORRUPT,
                    "the footer claims %D rows, but its row groups have %U together",
                    state->meta.rows, file->rows);
}

static ali_status begin_texts(ali_file *file, ali_parquet_state *state, open_state *open) {
    const ali_thrift_text *writer = &state->meta.created_by;
    if (writer->count_bytes != 0) {
        ALI_TRY(ali_arena_text(&state->arena, writer->bytes, (size_t)writer->count_bytes,
                               &file->created_by));
    }
    void *pointer = NULL;
    const uint64_t count = state->meta.pairs.count;
    ALI_TRY(ali_arena_new(&state->arena, count * 2 * sizeof(char *), &pointer));
    file->metadata = open->texts = pointer;
    return ALI_OK;
}

// Copies texts of the metadata, some at a time.
static ali_status step_texts(ali_file *file, ali_parquet_state *state, open_state *open) {
    const ali_parquet_pair *pairs = state->meta.pairs.items;
    if (open->texts == NULL) ALI_TRY(begin_texts(file, state, open));
    for (uint64_t work = 0; file->metadata_count < state->meta.pairs.count;) {
        if (work >= STEP_TEXT_BYTES) return ALI_YIELD;
        const ali_thrift_text *key = &pairs[file->metadata_count].key;
        const ali_thrift_text *value = &pairs[file->metadata_count].value;
        const size_t at = 2 * (size_t)file->metadata_count;
        ALI_TRY(
            ali_arena_text(&state->arena, key->bytes, (size_t)key->count_bytes, &open->texts[at]));
        ALI_TRY(ali_arena_text(&state->arena, value->bytes, (size_t)value->count_bytes,
                               &open->texts[at + 1]));
        work += key->count_bytes + value->count_bytes + PAIR_COST;
        file->metadata_count += 1;
    }
    return ALI_OK;
}

// Makes of the footer what is kept of it.
static ali_status step_checks(ali_context *ctx, open_state *open) {
    ali_file *file = open->file;
    ali_parquet_state *state = file->state;
    switch (open->phase) {
    case OPEN_SCHEMA:
        if ((state->meta.seen & ALI_PARQUET_FILE_ENCRYPTED) != 0) {
            return ali_fail_at(ctx, ALI_ERR_UNSUPPORTED, state->footer_offset_bytes,
                               "the file is encrypted (the footer is plain, the columns are not): "
                               "that is not supported");
        }
        return ali_parquet_step_schema(ctx, state, &open->schema, &file->schema);
    case OPEN_GROUPS:
        return step_row_groups(ctx, open);
    default:
        return step_texts(file, state, open);
    }
}

// --- the task ------------------------------------------------------------------------------------

static ali_status check(ali_task *task, open_state *open) {
    const ali_status status = step_checks(ali_task_context(task), open);
    const ali_parquet_state *state = open->file->state;
    if (status < 0) ali_error_add_offset(ali_task_context(task), state->footer_offset_bytes);
    return status;
}

static ali_status open_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    (void)budget_rows;
    open_state *open = pointer;
    while (open->phase != OPEN_DONE) {
        ali_status status = ALI_OK;
        switch (open->phase) {
        case OPEN_TAIL:
            status = take_tail(task, open);
            break;
        case OPEN_FOOTER:
            status = take_footer(task, open);
            break;
        case OPEN_PARSE:
            status = ali_thrift_step(&open->reader, FOOTER_BUDGET_BYTES);
            break;
        default:
            status = check(task, open);
        }
        if (status != ALI_OK) return status;
        open->phase += 1;
    }
    return ALI_OK;
}

static void open_clear(ali_task *task, void *pointer) {
    open_state *open = pointer;
    ali_file_release(open->file);
    ali_blob_forget(open->blob, task);
    ali_blob_release(open->blob);
}

static const ali_task_class open_class = {"parquet", open_step, open_clear, sizeof(open_state)};

static ali_status open_start(ali_task *parent, ali_blob *blob, const ali_open_options *options,
                             ali_task **task) {
    void *pointer = NULL;
    ALI_TRY(ali_task_new(ali_task_context(parent), parent, &open_class, task, &pointer));
    open_state *open = pointer;
    open->blob = ali_blob_retain(blob);
    open->tail_bytes = ali_max_u64(options->tail_bytes, TRAILER_BYTES + MAGIC_BYTES);
    open->verifies_checksums = options->checksums == ALI_OPEN_CHECKSUMS_VERIFY;
    return ALI_OK;
}

static ali_file *take(ali_task *task) {
    open_state *open = ali_task_state(task, &open_class);
    if (open == NULL || open->phase != OPEN_DONE) return NULL;
    return ali_file_take(&open->file);
}

const ali_format ali_format_parquet = {
    .name = "parquet",
    .detect = detect,
    .open_start = open_start,
    .take = take,
    .next_part = ali_parquet_next_part,
    .scan_start = ali_parquet_scan_start,
    .clear = file_clear,
    .can_plan = true,
};
