// open/open.c: opening anything: reads the end of an object, and its beginning where the end does
// not tell, finds its format by content, and hands over to the format's own task. A file that tells
// of rows in others is opened as these. Formats that are known but not read are refused by name.
#include "open/open.h"
#include "base/options_tables.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/many.h"

static const ali_format *const formats[] = {&ali_format_parquet, &ali_format_arrow_file,
                                            &ali_format_arrow_stream};

// Bytes at a file's end, and at its beginning, by which its format is found.
#define TAIL_BYTES 16u
#define HEAD_BYTES (UINT64_C(64) << 10)
// Columns of files that a step takes in, of those that another file tells of; and what a file costs
// beside its columns.
#define STEP_COLUMNS 65536u
#define FILE_COST 64u

typedef struct open_state {
    ali_blob *blob;
    ali_open_options options;
    const ali_format *format; // NULL until it is found
    ali_task *child;
    ali_file *file;  // opened
    ali_many *many;  // NULL: it has its rows itself
    uint64_t groups; // whose files were taken in
    ali_dataset *dataset;
} open_state;

// --- detection -----------------------------------------------------------------------------------

static bool ends_with(const char *path, uint32_t path_bytes, const char *end) {
    const size_t end_bytes = ali_text_length(end);
    if (path_bytes < end_bytes) return false;
    for (size_t i = 0; i < end_bytes; i += 1) {
        char character = path[path_bytes - end_bytes + i];
        if (character >= 'A' && character <= 'Z') character = (char)(character + ('a' - 'A'));
        if (character != end[i]) return false;
    }
    return true;
}

// Formats that are known but not read: the extension that tells them, which without its point is
// what open's option `format` calls them, and the name in messages.
static const struct {
    const char *extension;
    const char *name;
} unread[] = {
    {".csv", "CSV"},           {".tsv", "CSV"},   {".txt", "CSV"},
    {".json", "JSON"},         {".avro", "Avro"}, {".jsonl", "JSON lines"},
    {".ndjson", "JSON lines"}, {".ald", ".ald"},  {".safetensors", "safetensors"},
};

static ali_status fail_unread(ali_context *ctx, const char *name) {
    return ali_fail(ctx, ALI_ERR_UNSUPPORTED, "reading %s is not supported yet", name);
}

// The name of a format that is known by its extension, but not read; or NULL.
static const char *unread_format(const ali_blob *blob) {
    uint32_t path_bytes = 0;
    const char *path = ali_blob_path(blob, &path_bytes);
    for (uint32_t i = 0; i < ALI_COUNT_OF(unread); i += 1) {
        if (ends_with(path, path_bytes, unread[i].extension)) return unread[i].name;
    }
    return NULL;
}

// What is known of a file's beginning and end.
typedef struct ends {
    const ali_buf *head; // NULL: not read
    const ali_buf *tail;
} ends;

static ali_status fail_unknown(ali_context *ctx, const ali_blob *blob, const ends *known) {
    const ali_buf *tail = known->tail;
    const size_t shown = (size_t)ali_min_u64(tail->size_bytes, 4);
    const uint8_t *end = tail->data + tail->size_bytes - shown;
    if (shown == 4 && ali_equal(end, "FEA1", 4)) {
        return fail_unread(ctx, "Feather version 1");
    }
    return ali_fail_at(ctx, ALI_ERR_CORRUPT, ali_blob_bytes(blob) - shown,
                       "the format is not recognised: a Parquet file ends with \"PAR1\", an Arrow "
                       "file with \"ARROW1\", this one with %q",
                       (const char *)end, shown);
}

static const ali_format *find_format(const ends *known) {
    const ali_buf *tail = known->tail;
    const ali_buf *head = known->head;
    const size_t end = (size_t)ali_min_u64(tail->size_bytes, TAIL_BYTES);
    for (uint32_t i = 0; i < ALI_COUNT_OF(formats); i += 1) {
        if (formats[i]->detect(head == NULL ? NULL : head->data,
                               head == NULL ? 0 : (size_t)head->size_bytes,
                               tail->data + tail->size_bytes - end, end)) {
            return formats[i];
        }
    }
    return NULL;
}

// Finds the format by the file's end; where that does not tell, by its beginning.
static ali_status detect(ali_task *task, open_state *state, const ali_buf *tail) {
    ali_context *ctx = ali_task_context(task);
    ends known = {NULL, tail};
    if (tail->size_bytes == 0) return ali_fail(ctx, ALI_ERR_TRUNCATED, "the file is empty");
    if (state->format != NULL) return ALI_OK;
    state->format = find_format(&known);
    if (state->format != NULL) return ALI_OK;
    const char *name = unread_format(state->blob);
    if (name != NULL) return fail_unread(ctx, name);
    ali_buf *head = NULL;
    const uint64_t before = ali_blob_tail_from(state->blob);
    const uint64_t head_bytes =
        ali_min_u64(before != 0 ? before : ali_blob_bytes(state->blob), HEAD_BYTES);
    const ali_status status = ali_blob_slice(state->blob, task, 0, head_bytes, &head);
    if (status != ALI_OK) return status;
    ali_blob_keep(state->blob, task);
    known.head = head;
    state->format = find_format(&known);
    const ali_status found = state->format != NULL ? ALI_OK
                                                   : fail_unknown(ctx, state->blob, &known);
    ali_buf_release(head);
    return found;
}

// --- the task ------------------------------------------------------------------------------------

static ali_status begin(ali_task *task, open_state *state) {
    ali_buf *tail = NULL;
    uint64_t offset_bytes = 0;
    const ali_status status =
        ali_blob_tail(state->blob, task, state->options.tail_bytes, "footer", &tail, &offset_bytes);
    if (status != ALI_OK) return status;
    const ali_status found = detect(task, state, tail);
    ali_buf_release(tail);
    if (found != ALI_OK) return found;
    return state->format->open_start(task, state->blob, &state->options, &state->child);
}

// Takes in the files that the opened one tells of. ALI_OK: all of them, if there are any.
static ali_status take_parts(ali_context *ctx, open_state *state) {
    for (uint32_t work = 0; work < STEP_COLUMNS; work += state->file->schema->count + FILE_COST) {
        ali_format_part part;
        ALI_TRY(state->format->next_part(state->file, &state->groups, &part));
        if (part.file == NULL) return ALI_OK;
        ali_many_place place = {.folders = part.name, .folders_bytes = part.name_bytes};
        place.path = ali_blob_path(part.file->blob, &place.path_bytes);
        const ali_status status = state->many == NULL ? ali_many_new(ctx, &state->many) : ALI_OK;
        if (status < 0) {
            ali_file_release(part.file);
            return status;
        }
        ALI_TRY(ali_many_add(state->many, part.file, &place));
    }
    return ALI_YIELD;
}

static ali_status finish(ali_context *ctx, open_state *state) {
    if (state->format->next_part != NULL) {
        const ali_status status = take_parts(ctx, state);
        if (status != ALI_OK) return status;
    }
    ali_file *file = state->file;
    ali_many *many = state->many;
    state->file = NULL;
    if (many == NULL) return ali_dataset_new(ctx, file, &state->dataset);
    state->many = NULL;
    many->bytes = ali_blob_bytes(file->blob);
    ali_file_release(file);
    ALI_TRY(ali_many_finish(many, &file));
    return ali_dataset_new(ctx, file, &state->dataset);
}

static ali_status step_open(ali_task *task, open_state *state) {
    if (state->child == NULL) {
        const ali_status status = begin(task, state);
        if (status != ALI_OK) return status;
    }
    if (state->file == NULL) {
        const ali_status status = ali_task_step_child(task, state->child, 0);
        if (status != ALI_OK) return status;
        state->file = state->format->take(state->child);
    }
    if (state->file == NULL) {
        return ali_fail(ali_task_context(task), ALI_ERR_INTERNAL, "opening gave no file");
    }
    return finish(ali_task_context(task), state);
}

static ali_status open_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    (void)budget_rows;
    open_state *state = pointer;
    const ali_status status = step_open(task, state);
    if (status < 0) {
        uint32_t path_bytes = 0;
        const char *path = ali_blob_path(state->blob, &path_bytes);
        ali_error_add_object(ali_task_context(task), path, path_bytes);
    }
    return status;
}

static void open_clear(ali_task *task, void *pointer) {
    open_state *state = pointer;
    ali_task_free(state->child);
    ali_many_free(state->many);
    ali_file_release(state->file);
    ali_dataset_release(state->dataset);
    ali_blob_forget(state->blob, task);
    ali_blob_release(state->blob);
}

static const ali_task_class open_class = {"open", open_step, open_clear, sizeof(open_state)};

static const ali_format *format_named(const char *name) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(formats); i += 1) {
        if (ali_text_is(name, ali_text_length(name), formats[i]->name)) return formats[i];
    }
    return NULL;
}

// Fails for a format that is asked for by name and not read.
static ali_status fail_format(ali_context *ctx, const char *format) {
    const size_t format_bytes = ali_text_length(format);
    for (uint32_t i = 0; i < ALI_COUNT_OF(unread); i += 1) {
        if (ali_text_is(format, format_bytes, unread[i].extension + 1)) {
            return fail_unread(ctx, unread[i].name);
        }
    }
    return ali_fail(ctx, ALI_ERR_NOT_FOUND, "there is no format %q that can be read", format,
                    format_bytes);
}

static ali_status take_options(ali_context *ctx, const ali_open_options *given, open_state *state) {
    ali_open_options *options = &state->options;
    ALI_TRY(ali_options_fill(ctx, &ali_open_options_table, given, options));
    if (options->format == NULL) return ALI_OK;
    state->format = format_named(options->format);
    options->format = NULL; // the caller's string; the format found stands in `state`
    return state->format != NULL ? ALI_OK : fail_format(ctx, given->format);
}

ali_status ali_open_one_start(ali_context *ctx, ali_task *parent, const ali_object *object,
                              const ali_open_options *options, ali_task **task) {
    ali_task *made = NULL;
    void *pointer = NULL;
    *task = NULL;
    ALI_TRY(ali_task_new(ctx, parent, &open_class, &made, &pointer));
    open_state *state = pointer;
    ali_status status = take_options(ctx, options, state);
    if (status == ALI_OK) status = ali_blob_new(ctx, object, &state->blob);
    if (status < 0) {
        ali_task_free(made);
        return status;
    }
    *task = made;
    return ALI_OK;
}

ali_status ali_open_start(ali_context *context, const ali_object *object,
                          const ali_open_options *options, ali_task **task) {
    if (context == NULL || task == NULL) return ALI_ERR_ARGUMENT;
    if (object != NULL && ((object->flags & ALI_OBJECT_FOLDER) != 0 || object->partition_at != 0)) {
        return ali_open_many_start(context, object, 1, options, task);
    }
    ali_error_begin(context);
    return ali_open_one_start(context, NULL, object, options, task);
}

ali_dataset *ali_open_one_take(ali_task *task) {
    open_state *state = ali_task_state(task, &open_class);
    if (state == NULL) return NULL;
    ali_dataset *dataset = state->dataset;
    state->dataset = NULL;
    return dataset;
}

ali_dataset *ali_task_take_dataset(ali_task *task) {
    ali_dataset *dataset = ali_open_one_take(task);
    return dataset != NULL ? dataset : ali_open_many_take(task);
}
