// native/internal.h: what the parts of the native host share.
//
// A host has three backends: files (host_fs.c), memory (host_mem.c) and HTTP (host_http.c), and
// codecs that the core leaves to hosts (host_transform.c). A backend carries out an operation at
// once and answers it, or (HTTP) keeps it and answers it later.
#ifndef ALI_NATIVE_INTERNAL_H
#define ALI_NATIVE_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "alimentar/host.h"

#define HOST_NOTES 32u
#define HOST_NOTE_BYTES 512u
#define HOST_PATH_BYTES 4096u
#define HOST_SENTENCE_BYTES 2048u

typedef struct host_file host_file;
typedef struct host_listing host_listing;
typedef struct host_memory host_memory;
typedef struct host_http host_http;

// Why an operation was not carried out: the system's or the server's own words.
typedef struct host_note {
    uint64_t op_id;
    bool is_whole;     // says all there is to say: the core's sentence adds nothing
    ali_status status; // that the error has; ALI_OK: the core's
    char text[HOST_NOTE_BYTES];
} host_note;

// The last error with the texts that it points to.
typedef struct host_error {
    ali_error error;
    char object[HOST_PATH_BYTES];
    char column[512];
    char tasks[256];
    char sentence[HOST_SENTENCE_BYTES];
} host_error;

struct ali_host {
    ali_context *context;
    ali_allocator allocator;
    atomic_int interrupted;
    uint32_t retries;
    uint32_t timeout_ms;
    uint32_t files;
    uint64_t spool_bytes_max;
    char *headers;    // NULL if there are none
    char *user_agent; // never NULL
    host_file *open_files;
    host_listing *listing; // of the folder that was listed last; NULL at its end
    host_memory *memories;
    host_http *http; // NULL before the first URL
    ali_host_progress progress;
    void *progress_user;
    ali_host_planned planned;
    void *planned_user;
    int64_t progress_ms;
    uint64_t answers; // operations answered so far
    uint64_t requests;
    uint64_t http_retries;
    uint64_t http_bytes;
    uint32_t warnings; // ALI_HOST_WARNING_...
    uint32_t spools;   // made so far by ali_host_spool()
    uint32_t notes_count;
    host_note notes[HOST_NOTES];
    host_error error;
    char local_path[HOST_PATH_BYTES]; // of the file that is being opened
};

// Memory of the host's allocator. NULL if there is none left; release accepts NULL.
void *ali_host_allocate(const ali_host *host, size_t size_bytes);
void ali_host_release(const ali_host *host, void *pointer, size_t size_bytes);
char *ali_host_copy_text(const ali_host *host, const char *text, size_t text_bytes);
void ali_host_release_text(const ali_host *host, char *text);

// Milliseconds of a clock that never goes back.
int64_t ali_host_now_ms(void);

// Keeps the words for an operation that failed.
__attribute__((format(printf, 3, 4))) void ali_host_note(ali_host *host, uint64_t op_id,
                                                         const char *format, ...);

// The same for an object of which nothing was reached, which these words tell whole; `code` is as
// errno, or 0.
void ali_host_note_whole(ali_host *host, uint64_t op_id, const char *what, int code);

// The same for what would exceed a limit of the host: the error is ALI_ERR_LIMIT.
void ali_host_note_limit(ali_host *host, uint64_t op_id, const char *text);

// Sets the host's own error, where no task has one.
ALI_CHECKED __attribute__((format(printf, 4, 5))) ali_status ali_host_fail(ali_host *host,
                                                                           ali_status status,
                                                                           const char *path,
                                                                           const char *format, ...);

// An answer with nothing known yet.
ali_answer ali_host_answer_to(const ali_op *op, ali_status status);

// Gives an answer to the task and counts it.
void ali_host_give(ali_host *host, ali_task *task, const ali_answer *answer);

// Tells if an interrupt waits; does not end it.
bool ali_host_is_interrupted(const ali_host *host);

// Writes a path without what must not be shown: of URLs the user's name and password, and the
// query.
void ali_host_redact(const char *path, size_t path_bytes, char *shown, size_t capacity_bytes);

// What is told where a copy would be longer than host->spool_bytes_max.
#define HOST_LIMIT_BYTES 160u
void ali_host_spell_spool_limit(const ali_host *host, const char *what,
                                char text[HOST_LIMIT_BYTES]);

// The code (as in errno) for that; no file system call has it.
#define HOST_SPOOL_FULL EXFULL

// The code for what is no regular file and would have to be one; no file system call has it.
#define HOST_NO_FILE EBADFD

// A new file without a name in the directory for temporary files; -1 with errno.
int ali_host_spool_new(void);

// --- files ---

// Tells how a path may be opened: ALI_OK and what it is; or the host's error is set (a directory).
ALI_CHECKED ali_status ali_host_fs_describe(ali_host *host, const char *path, uint32_t *flags);
void ali_host_fs_carry_out(ali_host *host, ali_task *task, const ali_op *op);
void ali_host_fs_clear(ali_host *host);

// --- folders ---

// Answers LIST.
void ali_host_folder_carry_out(ali_host *host, ali_task *task, const ali_op *op);
void ali_host_folder_clear(ali_host *host);

// The path of a file that an operation names, without "file:", in host->local_path. False if it
// names another machine or is too long.
bool ali_host_fs_path(ali_host *host, const char *path, size_t path_bytes);

// Paths that a pattern stands for.
typedef struct host_paths {
    char **items;
    uint32_t count;
    uint32_t capacity;
} host_paths;

// Tells if a path is a pattern: it holds "*", "?" or "[", and there is no file of that name.
bool ali_host_is_pattern(const ali_host *host, const char *path);

// The files and folders that match a pattern, in the order of their paths' bytes. They are
// freed by ali_host_paths_clear(), also after an error.
ALI_CHECKED ali_status ali_host_expand(ali_host *host, const char *pattern, host_paths *paths);
void ali_host_paths_clear(const ali_host *host, host_paths *paths);

// --- memory ---

bool ali_host_mem_is_path(const char *path, size_t path_bytes);
void ali_host_mem_carry_out(ali_host *host, ali_task *task, const ali_op *op);
void ali_host_mem_clear(ali_host *host);

// --- codecs ---

void ali_host_transform_carry_out(ali_host *host, ali_task *task, const ali_op *op);

// --- HTTP ---

bool ali_host_http_is_url(const char *path, size_t path_bytes);
bool ali_host_http_are_headers(const char *headers);

// Takes an operation; it is answered in a later turn.
void ali_host_http_carry_out(ali_host *host, ali_task *task, const ali_op *op);

// Moves what can be moved, waiting at most `wait_ms` for something to happen.
void ali_host_http_turn(ali_host *host, int wait_ms);

// Tells if operations of this task are under way.
bool ali_host_http_is_busy(const ali_host *host, const ali_task *task);

// Gives up the operations of a task, or of all (NULL): they are answered with ALI_ERR_HOST.
void ali_host_http_drop(ali_host *host, const ali_task *task);
void ali_host_http_clear(ali_host *host);
void ali_host_http_forget(ali_host *host, const char *url);

#endif
