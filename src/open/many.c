// open/many.c: opening many objects as one data set: folders are listed, then the files are opened,
// several at a time, and taken in one by one in their order.
#include "data/many.h"
#include "base/sort.h"
#include "base/text.h"
#include "open/open.h"

// Files that are opened at the same time.
#define OPEN_AT_ONCE 8u
// Bytes of a page of a listing.
#define PAGE_BYTES 65536u

// A file to be opened, or a folder to be listed.
typedef struct entry {
    const char *path;
    const char *etag; // NULL: not known
    uint64_t object_bytes;
    uint32_t path_bytes;
    uint32_t etag_bytes;
    uint32_t partition_at; // counted from 1; 0: nowhere
    uint32_t flags;
    uint32_t depth; // of a folder, below the object
} entry;

typedef struct entries {
    entry *items;
    uint32_t count;
    uint32_t capacity;
} entries;

// A file that is being opened.
typedef struct slot {
    ali_task *task;
    bool is_done;
    ali_status status;     // below 0: it failed ahead of its turn,
    ali_error_box *errors; // and how; else NULL
} slot;

typedef struct many_open {
    ali_arena arena;
    ali_open_options options;
    entries objects; // as they were given
    entries files;
    entries folders; // of the object that is being listed, those to come too
    uint32_t object; // the next that is looked at
    uint32_t folder; // that is being listed
    uint32_t begin;  // the object's first file
    const char *token;
    uint32_t token_bytes;
    ali_op_record *page;
    slot slots[OPEN_AT_ONCE]; // of files from `first` on
    uint32_t first;
    ali_many *many;
    ali_dataset *dataset;
} many_open;

// --- listing -------------------------------------------------------------------------------------

static ali_status add_entry(ali_context *ctx, entries *list, const entry *added) {
    void *items = list->items;
    const ali_status status =
        ali_mem_grow(ctx, &items, &list->capacity, (uint64_t)list->count + 1, sizeof(entry));
    list->items = items;
    if (status < 0) return status;
    list->items[list->count] = *added;
    list->count += 1;
    return ALI_OK;
}

static bool ends_with(const entry *file, const char *end) {
    const uint32_t end_bytes = (uint32_t)ali_text_length(end);
    if (file->path_bytes <= end_bytes) return false;
    const char *from = file->path + file->path_bytes - end_bytes;
    for (uint32_t i = 0; i < end_bytes; i += 1) {
        const char character = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] + 32) : from[i];
        if (character != end[i]) return false;
    }
    return true;
}

// Tells if a name ends as those of tables in binary formats do.
static bool is_table_name(const entry *file) {
    static const char *const ends[] = {".parquet", ".parq", ".arrow",  ".arrows",
                                       ".feather", ".ipc",  ".stream", ".avro"};
    for (uint32_t i = 0; i < ALI_COUNT_OF(ends); i += 1) {
        if (ends_with(file, ends[i])) return true;
    }
    return false;
}

// Where there are files with names of tables, leaves out the others.
static void keep_tables(many_open *state) {
    entry *items = state->files.items;
    uint32_t kept = state->begin;
    for (uint32_t i = state->begin; i < state->files.count; i += 1) {
        if (!is_table_name(&items[i])) continue;
        const entry moved = items[kept];
        items[kept] = items[i];
        items[i] = moved;
        kept += 1;
    }
    if (kept > state->begin) state->files.count = kept;
}

static int32_t compare(const void *by, const void *left, const void *right) {
    const entry *a = left;
    const entry *b = right;
    (void)by;
    return ali_compare_bytes(a->path, a->path_bytes, b->path, b->path_bytes);
}

static ali_status end_folder(ali_context *ctx, many_open *state) {
    const entry *object = &state->objects.items[state->object];
    state->object += 1;
    if (state->files.count > state->begin) {
        keep_tables(state);
        ali_sort(state->files.items + state->begin, state->files.count - state->begin,
                 sizeof(entry), compare, NULL);
        return ALI_OK;
    }
    const ali_status status = ali_fail(ctx, ALI_ERR_NOT_FOUND, "the folder holds no files");
    ali_error_add_object(ctx, object->path, object->path_bytes);
    return status;
}

// Tells if a name is one that readers of tables pass over.
static bool is_hidden(const char *name, uint32_t name_bytes) {
    if (name[0] != '_') return name[0] == '.';
    for (uint32_t i = 0; i < name_bytes; i += 1) {
        if (name[i] == '=') return false;
    }
    return true;
}

// Adds what a page tells of: a file or a folder.
static ali_status add_name(ali_context *ctx, many_open *state, const entry *folder, char kind,
                           const char *name, uint32_t name_bytes) {
    void *pointer = NULL;
    const bool has_slash = folder->path[folder->path_bytes - 1] == '/';
    const uint32_t slash_bytes = has_slash ? 0 : 1;
    entry added = *folder;
    if (is_hidden(name, name_bytes)) return ALI_OK;
    if (kind == 'd' && folder->depth + 1 > ctx->limits.depth_max) {
        return ali_fail(ctx, ALI_ERR_LIMIT, "folders are nested more than %u deep",
                        ctx->limits.depth_max);
    }
    added.path_bytes = folder->path_bytes + slash_bytes + name_bytes;
    ALI_TRY(ali_arena_new(&state->arena, (uint64_t)added.path_bytes + 1, &pointer));
    char *path = pointer;
    ali_copy(path, folder->path, folder->path_bytes);
    if (!has_slash) path[folder->path_bytes] = '/';
    ali_copy(path + folder->path_bytes + slash_bytes, name, name_bytes);
    added.path = path;
    added.depth = folder->depth + 1;
    return add_entry(ctx, kind == 'd' ? &state->folders : &state->files, &added);
}

static ali_status fail_page(ali_context *ctx) {
    return ali_fail(ctx, ALI_ERR_HOST, "the host's listing of the folder is malformed");
}

// Reads a page. *is_last: it ends the folder.
static ali_status read_page(ali_context *ctx, many_open *state, const char *page, uint64_t bytes,
                            bool *is_last) {
    const entry folder = state->folders.items[state->folder];
    uint64_t at = 0;
    while (at < bytes) {
        uint64_t end = at;
        while (end < bytes && page[end] != 0) end += 1;
        if (end == bytes) return fail_page(ctx);
        if (end == at) {
            *is_last = true;
            return at + 1 == bytes ? ALI_OK : fail_page(ctx);
        }
        const uint32_t name_bytes = (uint32_t)(end - at - 1);
        if ((page[at] != 'f' && page[at] != 'd') || name_bytes == 0) return fail_page(ctx);
        const entry before = {.path = state->token, .path_bytes = state->token_bytes};
        const entry now = {.path = page + at + 1, .path_bytes = name_bytes};
        if (compare(NULL, &before, &now) >= 0) return fail_page(ctx);
        ALI_TRY(ali_arena_text(&state->arena, now.path, name_bytes, &state->token));
        state->token_bytes = name_bytes;
        ALI_TRY(add_name(ctx, state, &folder, page[at], now.path, name_bytes));
        at = end + 1;
    }
    return bytes == 0 ? fail_page(ctx) : ALI_OK;
}

static ali_status ask_page(ali_task *task, many_open *state) {
    const entry *folder = &state->folders.items[state->folder];
    const ali_op op = {.kind = ALI_OP_LIST,
                       .length_bytes = PAGE_BYTES,
                       .path = folder->path,
                       .path_bytes = folder->path_bytes,
                       .why = "folder",
                       .why_bytes = 6,
                       .token = state->token,
                       .token_bytes = state->token_bytes};
    ALI_TRY(ali_task_add_op(task, &op, state, &state->page));
    return ALI_NEED;
}

static ali_status fail_listing(ali_context *ctx, const ali_op_record *page) {
    const ali_status status = page->status == ALI_ERR_NOT_FOUND
                                  ? ali_fail(ctx, page->status, "there is no such folder")
                                  : ali_fail(ctx, page->status, "the folder could not be listed");
    ali_error_add_operation(ctx, page->op.op_id, page->http_status);
    return status;
}

// Takes the page that was answered.
static ali_status take_page(ali_task *task, many_open *state) {
    ali_context *ctx = ali_task_context(task);
    ali_op_record *page = state->page;
    const entry *folder = &state->folders.items[state->folder];
    bool is_last = false;
    ali_status status =
        page->status == ALI_OK
            ? read_page(ctx, state, (const char *)page->buf->data, page->moved_bytes, &is_last)
            : fail_listing(ctx, page);
    if (status < 0) {
        ali_error_add_object(ctx, folder->path, folder->path_bytes);
        return status;
    }
    ali_task_forget_op(task, page);
    state->page = NULL;
    if (!is_last) return ALI_YIELD;
    state->token = "";
    state->token_bytes = 0;
    state->folder += 1;
    return ALI_YIELD;
}

// Begins with the next object: a file is one of the files, a folder is listed.
static ali_status begin_object(ali_context *ctx, many_open *state) {
    const entry *object = &state->objects.items[state->object];
    state->begin = state->files.count;
    if ((object->flags & ALI_OBJECT_FOLDER) == 0) {
        state->object += 1;
        return add_entry(ctx, &state->files, object);
    }
    entry folder = *object;
    folder.flags &= ~(uint32_t)ALI_OBJECT_FOLDER;
    folder.partition_at = folder.path_bytes + 1;
    folder.etag = NULL;
    folder.object_bytes = ALI_UNKNOWN;
    state->folders.count = state->folder = 0;
    return add_entry(ctx, &state->folders, &folder);
}

// Finds the files. ALI_OK: all are known.
static ali_status find_files(ali_task *task, many_open *state) {
    ali_context *ctx = ali_task_context(task);
    while (state->object < state->objects.count) {
        if (state->page != NULL)
            return state->page->is_answered ? take_page(task, state) : ALI_NEED;
        if (state->folder < state->folders.count) return ask_page(task, state);
        const bool is_folder = state->folders.count != 0;
        state->folders.count = state->folder = 0;
        ALI_TRY(is_folder ? end_folder(ctx, state) : begin_object(ctx, state));
    }
    return ALI_OK;
}

// --- opening -------------------------------------------------------------------------------------

static ali_status open_slot(ali_task *task, const many_open *state, uint32_t index, slot *of) {
    const entry *file = &state->files.items[index];
    const ali_object object = {.size_bytes = sizeof object,
                               .flags = file->flags,
                               .object_bytes = file->object_bytes,
                               .path = file->path,
                               .path_bytes = file->path_bytes,
                               .etag = file->etag,
                               .etag_bytes = file->etag_bytes};
    return ali_open_one_start(ali_task_context(task), task, &object, &state->options, &of->task);
}

// Keeps what went wrong with a file before its turn. Which of two bad files is told of may not hang
// on which answer comes first.
static ali_status hold_error(ali_context *ctx, slot *of, ali_status status) {
    void *box = NULL;
    if (ctx->errors->error.status != ALI_OK) {
        ali_error_box *errors = ctx->errors;
        ALI_TRY(ali_mem_new(ctx, sizeof(ali_error_box), &box));
        of->errors = box;
        ali_error_move(of->errors, errors);
    }
    of->status = status;
    return ALI_NEED;
}

static ali_status tell_error(ali_context *ctx, slot *of) {
    if (of->errors != NULL) ali_error_move(ctx->errors, of->errors);
    return of->status;
}

// Steps one of the files that are being opened.
static ali_status step_slot(ali_task *task, const many_open *state, uint32_t index, slot *of) {
    ali_context *ctx = ali_task_context(task);
    const bool is_turn = index == state->first;
    ali_status status = ALI_OK;
    if (of->status < 0) return is_turn ? tell_error(ctx, of) : ALI_NEED;
    if (of->is_done) return ALI_NEED;
    if (of->task == NULL) status = open_slot(task, state, index, of);
    if (status == ALI_OK) status = ali_task_step_child(task, of->task, 0);
    of->is_done = status == ALI_OK;
    return status >= 0 || is_turn ? status : hold_error(ctx, of, status);
}

// Takes in the first file, which is open.
static ali_status take_first(ali_task *task, many_open *state) {
    const entry *entry_of = &state->files.items[state->first];
    ali_dataset *dataset = ali_open_one_take(state->slots[0].task);
    ali_file *file = ali_file_retain(dataset->file);
    ali_dataset_release(dataset);
    const uint32_t at = entry_of->partition_at != 0 ? entry_of->partition_at - 1
                                                    : entry_of->path_bytes;
    const ali_many_place place = {.path = entry_of->path,
                                  .folders = entry_of->path + at,
                                  .path_bytes = entry_of->path_bytes,
                                  .folders_bytes = entry_of->path_bytes - at};
    const ali_status status = ali_many_add(state->many, file, &place);
    if (status < 0) {
        ali_error_add_object(ali_task_context(task), entry_of->path, entry_of->path_bytes);
        return status;
    }
    ali_task_free(state->slots[0].task);
    for (uint32_t i = 1; i < OPEN_AT_ONCE; i += 1) state->slots[i - 1] = state->slots[i];
    state->slots[OPEN_AT_ONCE - 1] = (slot){0};
    state->first += 1;
    return ALI_YIELD;
}

static ali_status finish(ali_task *task, many_open *state) {
    ali_file *file = NULL;
    ali_many *many = state->many;
    state->many = NULL;
    ALI_TRY(ali_many_finish(many, &file));
    return ali_dataset_new(ali_task_context(task), file, &state->dataset);
}

static ali_status open_files(ali_task *task, many_open *state) {
    bool has_work = false;
    if (state->first == state->files.count) return finish(task, state);
    for (uint32_t i = 0; i < OPEN_AT_ONCE && state->first + i < state->files.count; i += 1) {
        const ali_status status = step_slot(task, state, state->first + i, &state->slots[i]);
        if (status < 0) return status;
        has_work |= status == ALI_YIELD;
    }
    if (state->slots[0].is_done) return take_first(task, state);
    if (ali_task_inflight_ops(task) == 0) return ALI_YIELD; // a later one has failed already
    return has_work ? ALI_YIELD : ALI_NEED;
}

// --- the task ------------------------------------------------------------------------------------

static ali_status many_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    many_open *state = pointer;
    (void)budget_rows;
    ALI_TRY(find_files(task, state));
    if (state->object < state->objects.count) return state->page != NULL ? ALI_NEED : ALI_YIELD;
    return open_files(task, state);
}

static void free_entries(ali_context *ctx, entries *list) {
    ali_mem_free(ctx, list->items, (uint64_t)list->capacity * sizeof(entry));
}

static void many_clear(ali_task *task, void *pointer) {
    many_open *state = pointer;
    ali_context *ctx = ali_task_context(task);
    for (uint32_t i = 0; i < OPEN_AT_ONCE; i += 1) {
        ali_task_free(state->slots[i].task);
        if (state->slots[i].errors == NULL) continue;
        ali_mem_free(ctx, state->slots[i].errors, sizeof(ali_error_box));
    }
    if (state->page != NULL) ali_task_forget_op(task, state->page);
    free_entries(ctx, &state->objects);
    free_entries(ctx, &state->files);
    free_entries(ctx, &state->folders);
    ali_many_free(state->many);
    ali_dataset_release(state->dataset);
    ali_arena_clear(&state->arena);
}

static const ali_task_class many_class = {"open", many_step, many_clear, sizeof(many_open)};

static ali_status add_object(ali_context *ctx, many_open *state, const ali_object *object) {
    if (object->size_bytes != sizeof *object || object->path == NULL || object->path_bytes == 0 ||
        object->path_bytes > UINT32_MAX / 2) {
        return ali_fail(ctx, ALI_ERR_ARGUMENT, "ali_object has no path, or another size_bytes");
    }
    entry added = {
        .object_bytes = object->object_bytes,
        .path_bytes = object->path_bytes,
        .etag_bytes = object->etag_bytes,
        .partition_at = (uint32_t)ali_min_u64(object->partition_at, object->path_bytes + 1),
        .flags = object->flags};
    ALI_TRY(ali_arena_text(&state->arena, object->path, object->path_bytes, &added.path));
    if (object->etag != NULL) {
        ALI_TRY(ali_arena_text(&state->arena, object->etag, object->etag_bytes, &added.etag));
    }
    return add_entry(ctx, &state->objects, &added);
}

static ali_status take_options(many_open *state, const ali_open_options *options) {
    if (options == NULL) return ALI_OK;
    const uint32_t bytes = options->size_bytes;
    ali_copy(&state->options, options, bytes < sizeof *options ? bytes : sizeof *options);
    if (state->options.format == NULL) return ALI_OK;
    return ali_arena_text(&state->arena, options->format, ali_text_length(options->format),
                          &state->options.format);
}

static ali_status fill_state(ali_context *ctx, many_open *state, const ali_object *objects,
                             uint32_t count, const ali_open_options *options) {
    ali_arena_init(&state->arena, ctx);
    state->options.size_bytes = sizeof state->options;
    state->token = "";
    if (objects == NULL || count == 0) {
        return ali_fail(ctx, ALI_ERR_ARGUMENT, "there are no objects to open");
    }
    ALI_TRY(take_options(state, options));
    for (uint32_t i = 0; i < count; i += 1) ALI_TRY(add_object(ctx, state, &objects[i]));
    return ali_many_new(ctx, &state->many);
}

ali_status ali_open_many_start(ali_context *context, const ali_object *objects, uint32_t count,
                               const ali_open_options *options, ali_task **task) {
    if (context == NULL || task == NULL) return ALI_ERR_ARGUMENT;
    *task = NULL;
    ali_error_begin(context);
    ali_task *made = NULL;
    void *pointer = NULL;
    ALI_TRY(ali_task_new(context, NULL, &many_class, &made, &pointer));
    const ali_status status = fill_state(context, pointer, objects, count, options);
    if (status < 0) {
        ali_task_free(made);
        return status;
    }
    *task = made;
    return ALI_OK;
}

ali_dataset *ali_open_many_take(ali_task *task) {
    many_open *state = ali_task_state(task, &many_class);
    if (state == NULL) return NULL;
    ali_dataset *dataset = state->dataset;
    state->dataset = NULL;
    return dataset;
}
