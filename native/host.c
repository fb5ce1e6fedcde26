// native/host.c: the native host: drives tasks, completes errors, reads files in one call.
//
// Everything happens on the caller's thread and inside ali_host_drive(); there are no threads.
// READ, STAT, TRANSFORM and (of folders) LIST are carried out; other operations are answered "not
// carried out by this host".
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define OPS_AT_ONCE 16u
#define WAIT_MS 50
#define PROGRESS_MS 100
#define RETRIES_DEFAULT 4u
#define RETRIES_MOST 100u
#define TIMEOUT_MS_DEFAULT 30000u
#define SPOOL_BYTES_MAX_DEFAULT (UINT64_C(64) << 30)

// --- memory and time -----------------------------------------------------------------------------

void *ali_host_allocate(const ali_host *host, size_t size_bytes) {
    return host->allocator.allocate(host->allocator.user, size_bytes);
}

void ali_host_release(const ali_host *host, void *pointer, size_t size_bytes) {
    if (pointer != NULL) host->allocator.release(host->allocator.user, pointer, size_bytes);
}

char *ali_host_copy_text(const ali_host *host, const char *text, size_t text_bytes) {
    char *copy = ali_host_allocate(host, text_bytes + 1);
    if (copy == NULL) return NULL;
    memcpy(copy, text, text_bytes);
    copy[text_bytes] = '\0';
    return copy;
}

void ali_host_release_text(const ali_host *host, char *text) {
    if (text != NULL) ali_host_release(host, text, strlen(text) + 1);
}

int64_t ali_host_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// --- errors --------------------------------------------------------------------------------------

void ali_host_note(ali_host *host, uint64_t op_id, const char *format, ...) {
    host_note *note = &host->notes[host->notes_count % HOST_NOTES];
    host->notes_count += 1;
    note->op_id = op_id;
    note->is_whole = false;
    note->status = ALI_OK;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(note->text, sizeof note->text, format, arguments);
    va_end(arguments);
}

void ali_host_note_whole(ali_host *host, uint64_t op_id, const char *what, int code) {
    ali_host_note(host, op_id, "%s%s%s", what, code != 0 ? ": " : "",
                  code != 0 ? strerror(code) : "");
    host->notes[(host->notes_count - 1) % HOST_NOTES].is_whole = true;
}

void ali_host_note_limit(ali_host *host, uint64_t op_id, const char *text) {
    ali_host_note(host, op_id, "%s", text);
    host_note *note = &host->notes[(host->notes_count - 1) % HOST_NOTES];
    note->is_whole = true;
    note->status = ALI_ERR_LIMIT;
}

void ali_host_spell_spool_limit(const ali_host *host, const char *what,
                                char text[HOST_LIMIT_BYTES]) {
    (void)snprintf(text, HOST_LIMIT_BYTES,
                   "%s, and has more than %" PRIu64
                   " bytes, the limit spool_bytes_max: save it as a file first",
                   what, host->spool_bytes_max);
}

static const host_note *find_note(const ali_host *host, uint64_t op_id) {
    if (op_id == 0) return NULL;
    for (uint32_t i = 0; i < HOST_NOTES; i += 1) {
        if (host->notes[i].op_id == op_id) return &host->notes[i];
    }
    return NULL;
}

void ali_host_redact(const char *path, size_t path_bytes, char *shown, size_t capacity_bytes) {
    size_t at = 0;
    size_t from = 0;
    size_t until = path_bytes;
    if (ali_host_http_is_url(path, path_bytes)) {
        const char *query = memchr(path, '?', path_bytes);
        const char *fragment = memchr(path, '#', path_bytes);
        if (query != NULL) until = (size_t)(query - path);
        if (fragment != NULL && (size_t)(fragment - path) < until)
            until = (size_t)(fragment - path);
        const size_t host_at = (size_t)(strchr(path, ':') - path) + 3;
        size_t host_end = host_at;
        while (host_end < until && path[host_end] != '/') host_end += 1;
        size_t user_end = host_end;
        while (user_end > host_at && path[user_end - 1] != '@') user_end -= 1;
        for (; from < host_at && at + 1 < capacity_bytes; from += 1, at += 1)
            shown[at] = path[from];
        from = user_end;
    }
    for (; from < until && at + 1 < capacity_bytes; from += 1, at += 1) shown[at] = path[from];
    shown[at] = '\0';
    const char *rest = "?\xe2\x80\xa6";
    if (until < path_bytes && at + strlen(rest) < capacity_bytes) memcpy(shown + at, rest, 5);
}

static void keep_text(char *kept, size_t capacity_bytes, const char *text) {
    (void)snprintf(kept, capacity_bytes, "%s", text != NULL ? text : "");
}

static void point_error(host_error *box) {
    box->error.size_bytes = sizeof box->error;
    box->error.object = box->object;
    box->error.column = box->column;
    box->error.tasks = box->tasks;
    box->error.sentence = box->sentence;
}

static void clear_error(ali_host *host) {
    host_error *box = &host->error;
    box->error = (ali_error){.offset_bytes = ALI_UNKNOWN, .row = ALI_UNKNOWN};
    box->object[0] = box->column[0] = box->tasks[0] = box->sentence[0] = '\0';
    point_error(box);
}

// Completes the core's sentence: what the host met stands first, and what could not be read for it
// behind.
static void keep_sentence(host_error *box, const ali_error *error, const host_note *note) {
    const char *text = note != NULL ? note->text : "";
    if (note == NULL) {
        keep_text(box->sentence, sizeof box->sentence, error->sentence);
    } else if (error->status == ALI_ERR_HOST && note->is_whole) {
        keep_text(box->sentence, sizeof box->sentence, text);
    } else if (error->status == ALI_ERR_HOST) {
        (void)snprintf(box->sentence, sizeof box->sentence, "%s, so %s", text, error->sentence);
    } else {
        (void)snprintf(box->sentence, sizeof box->sentence, "%s (%s)", error->sentence, text);
    }
}

// Takes over the error of a task or context, completed by what the host knows.
static ali_status take_error(ali_host *host, ali_status status, const ali_error *error) {
    host_error *box = &host->error;
    const host_note *note = find_note(host, error->op_id);
    box->error = *error;
    ali_host_redact(error->object, strlen(error->object), box->object, sizeof box->object);
    keep_text(box->column, sizeof box->column, error->column);
    keep_text(box->tasks, sizeof box->tasks, error->tasks);
    keep_sentence(box, error, note);
    point_error(box);
    if (note != NULL && note->status != ALI_OK) status = note->status;
    box->error.status = status;
    return status;
}

ali_status ali_host_fail(ali_host *host, ali_status status, const char *path, const char *format,
                         ...) {
    host_error *box = &host->error;
    clear_error(host);
    box->error.status = status;
    ali_host_redact(path, strlen(path), box->object, sizeof box->object);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(box->sentence, sizeof box->sentence, format, arguments);
    va_end(arguments);
    return status;
}

const ali_error *ali_host_error(const ali_host *host) {
    return &host->error.error;
}

// --- making and freeing --------------------------------------------------------------------------

static bool fill_options(const ali_host_options *given, ali_host_options *options) {
    *options = (ali_host_options){.size_bytes = sizeof *options};
    if (given != NULL) {
        if (given->size_bytes == 0 || given->size_bytes > sizeof *options) return false;
        memcpy(options, given, given->size_bytes);
    }
    if (options->retries == 0) options->retries = RETRIES_DEFAULT;
    if (options->retries == ALI_RETRIES_NONE) options->retries = 0;
    if (options->timeout_ms == 0) options->timeout_ms = TIMEOUT_MS_DEFAULT;
    if (options->spool_bytes_max == 0) options->spool_bytes_max = SPOOL_BYTES_MAX_DEFAULT;
    if (options->user_agent == NULL) options->user_agent = "alimentar";
    if (options->allocator == NULL) options->allocator = ali_default_allocator();
    return options->retries <= RETRIES_MOST && options->files <= ALI_HOST_FILES_READ &&
           strpbrk(options->user_agent, "\r\n") == NULL &&
           ali_host_http_are_headers(options->headers);
}

static ali_status start_host(ali_host *made, const ali_host_options *options) {
    made->user_agent = ali_host_copy_text(made, options->user_agent, strlen(options->user_agent));
    if (made->user_agent == NULL) return ALI_ERR_MEMORY;
    if (options->headers != NULL) {
        made->headers = ali_host_copy_text(made, options->headers, strlen(options->headers));
        if (made->headers == NULL) return ALI_ERR_MEMORY;
    }
    return ali_context_new(&made->allocator, options->limits, &made->context);
}

ali_status ali_host_new(const ali_host_options *given, ali_host **host) {
    if (host == NULL) return ALI_ERR_ARGUMENT;
    *host = NULL;
    ali_host_options options;
    if (!fill_options(given, &options)) return ALI_ERR_ARGUMENT;
    ali_host *made = options.allocator->allocate(options.allocator->user, sizeof *made);
    if (made == NULL) return ALI_ERR_MEMORY;
    memset(made, 0, sizeof *made);
    made->allocator = *options.allocator;
    made->retries = options.retries;
    made->timeout_ms = options.timeout_ms;
    made->files = options.files;
    made->spool_bytes_max = options.spool_bytes_max;
    clear_error(made);
    const ali_status status = start_host(made, &options);
    if (status < 0) {
        ali_host_free(made);
        return status;
    }
    *host = made;
    return ALI_OK;
}

void ali_host_free(ali_host *host) {
    if (host == NULL) return;
    ali_host_http_clear(host);
    ali_host_fs_clear(host);
    ali_host_folder_clear(host);
    ali_host_mem_clear(host);
    ali_host_release_text(host, host->headers);
    ali_host_release_text(host, host->user_agent);
    ali_context_free(host->context);
    const ali_allocator allocator = host->allocator;
    allocator.release(allocator.user, host, sizeof *host);
}

ali_context *ali_host_context(ali_host *host) {
    return host->context;
}

void ali_host_interrupt(ali_host *host) {
    atomic_store(&host->interrupted, 1);
}

bool ali_host_is_interrupted(const ali_host *host) {
    return atomic_load(&host->interrupted) != 0;
}

void ali_host_on_progress(ali_host *host, ali_host_progress function, void *user) {
    host->progress = function;
    host->progress_user = user;
}

void ali_host_on_plan(ali_host *host, ali_host_planned function, void *user) {
    host->planned = function;
    host->planned_user = user;
}

void ali_host_traffic(const ali_host *host, uint64_t *requests, uint64_t *retries,
                      uint64_t *bytes) {
    if (requests != NULL) *requests = host->requests;
    if (retries != NULL) *retries = host->http_retries;
    if (bytes != NULL) *bytes = host->http_bytes;
}

uint32_t ali_host_warnings(const ali_host *host) {
    return host->warnings;
}

// --- operations ----------------------------------------------------------------------------------

ali_answer ali_host_answer_to(const ali_op *op, ali_status status) {
    return (ali_answer){.size_bytes = sizeof(ali_answer),
                        .status = status,
                        .op_id = op->op_id,
                        .object_bytes = ALI_UNKNOWN,
                        .is_last = 1};
}

void ali_host_give(ali_host *host, ali_task *task, const ali_answer *answer) {
    host->answers += 1;
    const ali_status status = ali_task_answer(task, answer);
    if (status == ALI_OK) return;
    // A malformed answer is a bug of the host. The operation must still end.
    if (answer->lent_release != NULL) answer->lent_release(answer->lent_user);
    const ali_op op = {.op_id = answer->op_id};
    const ali_answer failed = ali_host_answer_to(&op, ALI_ERR_HOST);
    ali_host_note(host, answer->op_id, "the host's answer was refused");
    (void)!ali_task_answer(task, &failed);
}

// Tells of an operation of a plan. Nothing is read: the library does not look at its bytes.
static void tell_planned(ali_host *host, ali_task *task, const ali_op *op) {
    static const uint8_t nothing[1] = {0};
    ali_answer answer = ali_host_answer_to(op, ALI_OK);
    answer.moved_bytes = op->length_bytes;
    if ((op->flags & ALI_OP_LENT) != 0) answer.lent = nothing;
    host->planned(host->planned_user, op);
    ali_host_give(host, task, &answer);
}

static void carry_out(ali_host *host, ali_task *task, const ali_op *op) {
    const bool is_local = !ali_host_mem_is_path(op->path, op->path_bytes) &&
                          !ali_host_http_is_url(op->path, op->path_bytes);
    if ((op->flags & ALI_OP_PLANNED) != 0 && host->planned != NULL) {
        tell_planned(host, task, op);
    } else if (op->kind == ALI_OP_TRANSFORM) {
        ali_host_transform_carry_out(host, task, op);
    } else if (op->kind == ALI_OP_LIST && is_local) {
        ali_host_folder_carry_out(host, task, op);
    } else if (op->kind != ALI_OP_READ && op->kind != ALI_OP_STAT) {
        ali_host_note(host, op->op_id, "not carried out by this host");
        const ali_answer answer = ali_host_answer_to(op, ALI_ERR_HOST);
        ali_host_give(host, task, &answer);
    } else if (ali_host_mem_is_path(op->path, op->path_bytes)) {
        ali_host_mem_carry_out(host, task, op);
    } else if (ali_host_http_is_url(op->path, op->path_bytes)) {
        ali_host_http_carry_out(host, task, op);
    } else {
        ali_host_fs_carry_out(host, task, op);
    }
}

// Begins what the task has listed. Returns how many operations there were.
static uint32_t begin_ops(ali_host *host, ali_task *task) {
    uint32_t begun = 0;
    for (;;) {
        ali_op ops[OPS_AT_ONCE];
        const uint32_t count = ali_task_ops(task, ops, OPS_AT_ONCE);
        for (uint32_t i = 0; i < count; i += 1) carry_out(host, task, &ops[i]);
        begun += count;
        if (count < OPS_AT_ONCE) return begun;
    }
}

// --- driving -------------------------------------------------------------------------------------

static void tell_progress(ali_host *host, const ali_task *task) {
    if (host->progress == NULL) return;
    const int64_t now = ali_host_now_ms();
    if (host->progress_ms != 0 && now - host->progress_ms < PROGRESS_MS) return;
    host->progress_ms = now;
    ali_progress progress = {.size_bytes = sizeof progress};
    if (ali_task_progress(task, &progress) == ALI_OK) {
        host->progress(host->progress_user, &progress);
    }
}

// Begins operations and waits until one is answered. False if the task waits for nothing.
static bool serve(ali_host *host, ali_task *task, ali_status stepped) {
    const uint64_t answers = host->answers;
    const uint32_t begun = begin_ops(host, task);
    if (stepped != ALI_NEED) {
        ali_host_http_turn(host, 0);
        return true;
    }
    while (host->answers == answers && !ali_host_is_interrupted(host)) {
        if (!ali_host_http_is_busy(host, task)) return begun != 0;
        ali_host_http_turn(host, WAIT_MS);
        tell_progress(host, task);
    }
    return true;
}

// A task that is over, whose operations are given up. Returns its status.
static ali_status end_drive(ali_host *host, ali_task *task, ali_status status) {
    ali_host_http_drop(host, task);
    return status == ALI_OK ? ALI_OK : take_error(host, status, ali_task_error(task));
}

ali_status ali_host_drive(ali_host *host, ali_task *task) {
    if (host == NULL || task == NULL) return ALI_ERR_ARGUMENT;
    clear_error(host);
    for (;;) {
        if (atomic_exchange(&host->interrupted, 0) != 0) ali_task_cancel(task);
        const ali_status status = ali_task_step(task, 0);
        if (status <= 0) return end_drive(host, task, status);
        const bool is_served = serve(host, task, status);
        tell_progress(host, task);
        if (status == ALI_READY) return ALI_READY;
        if (!is_served) {
            ali_host_http_drop(host, task);
            return ali_host_fail(host, ALI_ERR_INTERNAL, "",
                                 "the task waits for an operation that this host does not have");
        }
    }
}

// --- opening -------------------------------------------------------------------------------------

// Tells if a path is "scheme://..." of a scheme that no host carries out.
static bool has_foreign_scheme(const char *path, size_t *scheme_bytes) {
    size_t at = 0;
    while ((path[at] >= 'a' && path[at] <= 'z') || (path[at] >= 'A' && path[at] <= 'Z') ||
           (at > 0 && ((path[at] >= '0' && path[at] <= '9') || strchr("+-.", path[at]) != NULL))) {
        if (path[at] == '\0') return false;
        at += 1;
    }
    *scheme_bytes = at;
    return at > 1 && strncmp(path + at, "://", 3) == 0 && strncmp(path, "file:", 5) != 0;
}

static bool has_http_scheme(const char *path) {
    return strncasecmp(path, "http://", 7) == 0 || strncasecmp(path, "https://", 8) == 0;
}

// Refuses URLs that no server could be asked for.
static ali_status check_url(ali_host *host, const char *url) {
    const char *name = strstr(url, "://") + 3;
    const char *end = name + strcspn(name, "/?#");
    for (const char *at = name; at < end; at += 1) {
        if (*at == '@') name = at + 1;
    }
    if (name == end || *name == ':') {
        return ali_host_fail(host, ALI_ERR_ARGUMENT, url, "the URL names no server");
    }
    if (strchr(url, ' ') != NULL) {
        return ali_host_fail(host, ALI_ERR_ARGUMENT, url,
                             "the URL holds a blank; in a URL it is written %%20");
    }
    return ALI_OK;
}

static ali_status describe_object(ali_host *host, const char *path, ali_object *object) {
    const size_t path_bytes = strlen(path);
    *object = (ali_object){.size_bytes = sizeof *object,
                           .object_bytes = ALI_UNKNOWN,
                           .path = path,
                           .path_bytes = (uint32_t)path_bytes};
    if (path_bytes == 0 || path_bytes >= HOST_PATH_BYTES) {
        return ali_host_fail(host, ALI_ERR_ARGUMENT, "",
                             "a path has 1 to %u bytes, this one has %zu", HOST_PATH_BYTES - 1,
                             path_bytes);
    }
    size_t scheme_bytes = 0;
    if (ali_host_mem_is_path(path, path_bytes)) return ALI_OK;
    if (has_http_scheme(path)) {
        const ali_status status = check_url(host, path);
        if (status == ALI_OK) ali_host_http_forget(host, path);
        object->flags = ALI_OBJECT_SIBLINGS;
        return status;
    }
    if (has_foreign_scheme(path, &scheme_bytes)) {
        return ali_host_fail(host, ALI_ERR_UNSUPPORTED, path,
                             "reading by \"%.*s:\" is not supported; file, http and https are",
                             (int)(scheme_bytes > 32 ? 32 : scheme_bytes), path);
    }
    return ali_host_fs_describe(host, path, &object->flags);
}

ali_status ali_host_open(ali_host *host, const char *path, const ali_open_options *options,
                         ali_dataset **dataset) {
    if (host == NULL || path == NULL || dataset == NULL) return ALI_ERR_ARGUMENT;
    *dataset = NULL;
    clear_error(host);
    ali_object object;
    ali_status status = describe_object(host, path, &object);
    if (status < 0) return status;
    ali_task *task = NULL;
    status = ali_open_start(host->context, &object, options, &task);
    if (status < 0) return take_error(host, status, ali_context_error(host->context));
    status = ali_host_drive(host, task);
    if (status == ALI_OK) *dataset = ali_task_take_dataset(task);
    ali_task_free(task);
    return status;
}

// --- opening many --------------------------------------------------------------------------------

// The objects to be opened, in their order.
typedef struct object_list {
    ali_object *items;
    uint32_t count;
    uint32_t capacity;
} object_list;

static ali_status add_object(ali_host *host, object_list *list, const char *path) {
    if (list->count == list->capacity) {
        const uint32_t larger = list->capacity == 0 ? 16 : 2 * list->capacity;
        ali_object *moved = ali_host_allocate(host, larger * sizeof *moved);
        if (moved == NULL) return ali_host_fail(host, ALI_ERR_MEMORY, path, "no memory is left");
        if (list->count != 0) memcpy(moved, list->items, list->count * sizeof *moved);
        ali_host_release(host, list->items, list->capacity * sizeof *moved);
        list->items = moved;
        list->capacity = larger;
    }
    list->count += 1;
    return describe_object(host, path, &list->items[list->count - 1]);
}

// A path, or what a pattern stands for. The paths of patterns are kept in `paths`.
static ali_status add_path(ali_host *host, object_list *list, const char *path, host_paths *paths) {
    if (!ali_host_is_pattern(host, path)) return add_object(host, list, path);
    ali_status status = ali_host_expand(host, path, paths);
    for (uint32_t i = 0; i < paths->count && status == ALI_OK; i += 1) {
        status = add_object(host, list, paths->items[i]);
    }
    return status;
}

// Tells if a file lies in a folder "key=value". A URL whose query holds slashes is taken to lie in
// none: what stands there are no folders.
static bool is_in_pair(const ali_object *object) {
    const char *path = object->path;
    if ((object->flags & ALI_OBJECT_FOLDER) != 0) return false;
    if (has_http_scheme(path) && strchr(path + strcspn(path, "?#"), '/') != NULL) return false;
    for (const char *end = strchr(path, '/'); end != NULL; end = strchr(path, '/')) {
        const char *equals = memchr(path, '=', (size_t)(end - path));
        if (equals != NULL && equals != path) return true;
        path = end + 1;
    }
    return false;
}

// Where all files lie in such folders, these are columns, the whole path through.
static void find_partitions(const object_list *list) {
    uint32_t count = 0;
    while (count < list->count && is_in_pair(&list->items[count])) count += 1;
    if (count < list->count) return;
    for (uint32_t i = 0; i < count; i += 1) list->items[i].partition_at = 1;
}

static ali_status open_objects(ali_host *host, const object_list *list,
                               const ali_open_options *options, ali_dataset **dataset) {
    ali_task *task = NULL;
    ali_status status =
        ali_open_many_start(host->context, list->items, list->count, options, &task);
    if (status < 0) return take_error(host, status, ali_context_error(host->context));
    status = ali_host_drive(host, task);
    if (status == ALI_OK) *dataset = ali_task_take_dataset(task);
    ali_task_free(task);
    return status;
}

static ali_status open_paths(ali_host *host, const char *const *paths, uint32_t count,
                             host_paths *found, const ali_open_options *options,
                             ali_dataset **dataset) {
    object_list list = {0};
    ali_status status = ALI_OK;
    for (uint32_t i = 0; i < count && status == ALI_OK; i += 1) {
        status = paths[i] == NULL ? ALI_ERR_ARGUMENT : add_path(host, &list, paths[i], &found[i]);
    }
    if (status == ALI_OK) find_partitions(&list);
    if (status == ALI_OK) status = open_objects(host, &list, options, dataset);
    ali_host_release(host, list.items, list.capacity * sizeof *list.items);
    return status;
}

ali_status ali_host_open_many(ali_host *host, const char *const *paths, uint32_t count,
                              const ali_open_options *options, ali_dataset **dataset) {
    if (host == NULL || paths == NULL || dataset == NULL || count == 0) return ALI_ERR_ARGUMENT;
    *dataset = NULL;
    clear_error(host);
    if (count == 1 && paths[0] != NULL && !ali_host_is_pattern(host, paths[0])) {
        return ali_host_open(host, paths[0], options, dataset);
    }
    host_paths *found = ali_host_allocate(host, count * sizeof *found);
    if (found == NULL) return ali_host_fail(host, ALI_ERR_MEMORY, "", "no memory is left");
    memset(found, 0, count * sizeof *found);
    const ali_status status = open_paths(host, paths, count, found, options, dataset);
    for (uint32_t i = 0; i < count; i += 1) ali_host_paths_clear(host, &found[i]);
    ali_host_release(host, found, count * sizeof *found);
    return status;
}

// --- readers -------------------------------------------------------------------------------------

struct ali_reader {
    ali_host *host;
    ali_dataset *dataset;
    ali_schema *schema;
    ali_task *task;
    struct ArrowArrayStream stream; // imported: instead of data set and task
};

void ali_reader_free(ali_reader *reader) {
    if (reader == NULL) return;
    ali_host *host = reader->host;
    if (reader->task != NULL) ali_host_http_drop(host, reader->task);
    ali_task_free(reader->task);
    if (reader->stream.release != NULL) reader->stream.release(&reader->stream);
    ali_schema_release(reader->schema);
    ali_dataset_release(reader->dataset);
    ali_host_release(host, reader, sizeof *reader);
}

static ali_status start_reader(ali_reader *reader, const char *path,
                               const ali_scan_options *options) {
    ali_host *host = reader->host;
    ali_status status = ali_host_open(host, path, NULL, &reader->dataset);
    if (status < 0) return status;
    status = ali_scan_schema(reader->dataset, options, &reader->schema);
    if (status == ALI_OK) status = ali_scan_start(reader->dataset, options, &reader->task);
    return status < 0 ? take_error(host, status, ali_context_error(host->context)) : status;
}

ali_status ali_read_file(ali_host *host, const char *path, const ali_scan_options *options,
                         ali_reader **reader) {
    if (host == NULL || path == NULL || reader == NULL) return ALI_ERR_ARGUMENT;
    *reader = NULL;
    ali_reader *made = ali_host_allocate(host, sizeof *made);
    if (made == NULL) return ali_host_fail(host, ALI_ERR_MEMORY, path, "no memory is left");
    *made = (ali_reader){.host = host};
    const ali_status status = start_reader(made, path, options);
    if (status < 0) {
        ali_reader_free(made);
        return status;
    }
    *reader = made;
    return ALI_OK;
}

// The error of an imported stream, in its own words if it has any.
static ali_status fail_stream(ali_host *host, struct ArrowArrayStream *stream, int code) {
    const char *words = stream->get_last_error == NULL ? NULL : stream->get_last_error(stream);
    return ali_host_fail(host, code == ENOMEM ? ALI_ERR_MEMORY : ALI_ERR_HOST, "",
                         "the imported stream failed: %s", words == NULL ? strerror(code) : words);
}

static ali_status start_stream(ali_reader *reader) {
    ali_host *host = reader->host;
    struct ArrowSchema schema = {.release = NULL};
    const int code = reader->stream.get_schema(&reader->stream, &schema);
    if (code != 0) return fail_stream(host, &reader->stream, code);
    const ali_status status = ali_schema_import(host->context, &schema, &reader->schema);
    return status < 0 ? take_error(host, status, ali_context_error(host->context)) : status;
}

ali_status ali_reader_import(ali_host *host, struct ArrowArrayStream *in, ali_reader **reader) {
    if (host == NULL || in == NULL || reader == NULL) return ALI_ERR_ARGUMENT;
    *reader = NULL;
    if (in->release == NULL) {
        return ali_host_fail(host, ALI_ERR_ARGUMENT, "", "the stream is released already");
    }
    ali_reader *made = ali_host_allocate(host, sizeof *made);
    if (made == NULL) {
        in->release(in);
        return ali_host_fail(host, ALI_ERR_MEMORY, "", "no memory is left");
    }
    *made = (ali_reader){.host = host, .stream = *in};
    in->release = NULL;
    const ali_status status = start_stream(made);
    if (status < 0) {
        ali_reader_free(made);
        return status;
    }
    *reader = made;
    return ALI_OK;
}

ali_schema *ali_reader_schema(const ali_reader *reader) {
    return reader->schema;
}

// Pulls a batch from an imported stream.
static ali_status pull(ali_reader *reader, ali_batch **batch) {
    ali_context *context = reader->host->context;
    struct ArrowArrayStream *stream = &reader->stream;
    struct ArrowArray array = {.release = NULL};
    const int code = stream->get_next(stream, &array);
    if (code != 0) return fail_stream(reader->host, stream, code);
    if (array.release == NULL) return ALI_END;
    const ali_status status = ali_batch_import(context, reader->schema, &array, batch);
    return status < 0 ? take_error(reader->host, status, ali_context_error(context)) : status;
}

ali_status ali_reader_next(ali_reader *reader, ali_batch **batch) {
    if (reader == NULL || batch == NULL) return ALI_ERR_ARGUMENT;
    *batch = NULL;
    if (reader->stream.release != NULL) return pull(reader, batch);
    const ali_status status = ali_host_drive(reader->host, reader->task);
    if (status == ALI_READY) *batch = ali_task_take_batch(reader->task);
    if (status == ALI_READY) return ALI_OK;
    return status == ALI_OK ? ALI_END : status;
}

// --- Arrow C stream ------------------------------------------------------------------------------

static int errno_of(ali_status status) {
    switch (status) {
    case ALI_OK:
        return 0;
    case ALI_ERR_MEMORY:
    case ALI_ERR_LIMIT:
        return ENOMEM;
    case ALI_ERR_ARGUMENT:
    case ALI_ERR_STATE:
        return EINVAL;
    case ALI_ERR_UNSUPPORTED:
        return ENOSYS;
    case ALI_ERR_CANCELLED:
        return ECANCELED;
    default:
        return EIO;
    }
}

// An error of a call with the context alone becomes the host's, so that get_last_error() tells it.
static int stream_fail(ali_reader *reader, ali_status status) {
    if (status == ALI_OK) return 0;
    const ali_status taken =
        take_error(reader->host, status, ali_context_error(reader->host->context));
    return errno_of(taken);
}

static int stream_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    ali_reader *reader = stream->private_data;
    return stream_fail(reader, ali_schema_export(reader->host->context, reader->schema, out));
}

static int stream_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    ali_reader *reader = stream->private_data;
    ali_context *context = reader->host->context;
    memset(out, 0, sizeof *out);
    ali_batch *batch = NULL;
    ali_status status = ali_reader_next(reader, &batch);
    if (status == ALI_END) return 0;
    if (status < 0) return errno_of(status);
    status = ali_batch_export(context, batch, out);
    ali_batch_release(batch);
    return stream_fail(reader, status);
}

static const char *stream_get_last_error(struct ArrowArrayStream *stream) {
    const ali_reader *reader = stream->private_data;
    const ali_error *error = ali_host_error(reader->host);
    return error->status < 0 ? error->sentence : NULL;
}

static void stream_release(struct ArrowArrayStream *stream) {
    ali_reader_free(stream->private_data);
    stream->release = NULL;
}

ali_status ali_reader_export(ali_reader *reader, struct ArrowArrayStream *out) {
    if (reader == NULL || out == NULL) return ALI_ERR_ARGUMENT;
    *out = (struct ArrowArrayStream){.get_schema = stream_get_schema,
                                     .get_next = stream_get_next,
                                     .get_last_error = stream_get_last_error,
                                     .release = stream_release,
                                     .private_data = reader};
    return ALI_OK;
}
