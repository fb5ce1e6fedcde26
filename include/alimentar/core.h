// alimentar/core.h: statuses, errors, allocators, limits and contexts.
//
// Everything in the library hangs on a *context*: it holds the allocator, the limits and the sum of
// the memory in use. There are no globals. A context, and every task started in it, is confined to
// one thread; batches may be handed to other threads and may outlive the context.
//
// Statuses have three classes by sign: 0 is success, positive values are not errors (a task wants
// something), negative values are errors. The numbers are pinned: they never change their meaning.
// Meeting an unknown negative value is legal; treat it as an error of its decade.
#ifndef ALIMENTAR_CORE_H
#define ALIMENTAR_CORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Marks what the shared library exports.
#if defined(__wasm__)
#define ALI_API
#else
#define ALI_API __attribute__((visibility("default")))
#endif

// Marks results that must not be dropped: ignoring a status is a compiler warning.
#define ALI_CHECKED __attribute__((warn_unused_result))

// A size, count or position that is not known.
#define ALI_UNKNOWN UINT64_MAX

typedef int32_t ali_status;

enum {
    ALI_OK = 0,    // done; from ali_task_step(): the task is finished
    ALI_NEED = 1,  // operations are listed, or nothing can go on before an answer
    ALI_READY = 2, // a batch waits to be taken
    ALI_YIELD = 3, // work is left and nothing is needed: step again when it suits
    ALI_END = 4,   // ali_reader_next() only: there are no more batches

    ALI_ERR_MEMORY = -1, // the allocator returned NULL
    ALI_ERR_LIMIT = -2,  // a limit of ali_limits would be exceeded

    ALI_ERR_ARGUMENT = -10,  // an argument is outside its documented range
    ALI_ERR_STATE = -11,     // the call does not fit the object's state
    ALI_ERR_CANCELLED = -12, // the task was cancelled

    ALI_ERR_CORRUPT = -20,   // the input breaks the rules of its format
    ALI_ERR_TRUNCATED = -21, // the input ends too early
    ALI_ERR_CHECKSUM = -22,  // a checksum in the input does not match
    ALI_ERR_CHANGED = -23,   // the object changed while it was read (its validator differs)

    ALI_ERR_UNSUPPORTED = -30, // a legal input that this version does not read
    ALI_ERR_TYPE = -40,        // a value or type does not fit the type asked for
    ALI_ERR_NOT_FOUND = -50,   // a file, column or name does not exist
    ALI_ERR_CONFLICT = -51,    // it exists already, or was changed by somebody else
    ALI_ERR_HOST = -60,        // the host could not carry out an operation
    ALI_ERR_INTERNAL = -70     // a bug in this library; please report it
};

typedef struct ali_context ali_context;

// The version of the library, "major.minor.patch".
//
// Returns:   a constant string.
ALI_API const char *ali_version(void);

// The version of the binary interface. It grows with every breaking change of a struct or function.
//
// Returns:   a number from 1 up.
ALI_API uint32_t ali_abi_version(void);

// The name of a status in lower case without prefix: "ok", "not_found". JavaScript's
// `AlimentarError.code` is this name.
//
// Returns:   a constant string; "unknown" for a number that is not listed above.
ALI_API const char *ali_status_name(ali_status status);

// Where memory comes from. Every function gets `user`.
//
// `allocate` returns memory aligned for any object of up to 16 bytes, or NULL. `resize` keeps the
// smaller of the two contents, may move, and on NULL leaves the old memory as it was. `release`
// gets the size that was allocated or last resized to. Sizes are never 0.
//
// Ownership: batches keep the allocator in use after their context is freed, and may be released on
//            any thread; natively the three functions must therefore be callable from any thread.
typedef struct ali_allocator {
    void *(*allocate)(void *user, size_t size_bytes);
    void *(*resize)(void *user, void *pointer, size_t old_bytes, size_t new_bytes);
    void (*release)(void *user, void *pointer, size_t size_bytes);
    void *user;
} ali_allocator;

// The allocator that contexts use where none is given: natively the C library's, in the wasm twin
// the heap that grows its linear memory.
//
// Returns:   a constant; never NULL.
ALI_API const ali_allocator *ali_default_allocator(void);

#include "alimentar/limits.h"

// What went wrong: one sentence that says what was found, what was expected and where, and the same
// as data. A task holds one error, written once, at the deepest place that knows the position.
typedef struct ali_error {
    uint32_t size_bytes;   // of this struct, as the library knows it
    ali_status status;     // ALI_OK if there was no error
    uint64_t offset_bytes; // in the object, or ALI_UNKNOWN
    uint64_t row;          // counted from 0, or ALI_UNKNOWN
    uint64_t op_id;        // of the operation the host failed to carry out, or 0
    int32_t http_status;   // as the host answered it, or 0
    int32_t reserved;      // 0
    const char *object;    // path or URL of the object, "" if there is none
    const char *column;    // name of the column (a path of names joined by '.'), "" if none
    const char *tasks;     // path of tasks, outermost first: "read > open > parquet"; "" if none
    const char *sentence;  // for people; UTF-8, one line, without the object's name
} ali_error;

// Makes a context.
//
// `allocator` may be NULL for ali_default_allocator(). `limits` may be NULL; a field of 0 means the
// default that alimentar/limits.h states.
//
// Ownership: the caller frees *context with ali_context_free().
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT if context is NULL or a limit is out of
// range.
ALI_API ALI_CHECKED ali_status ali_context_new(const ali_allocator *allocator,
                                               const ali_limits *limits, ali_context **context);

// Frees a context. Tasks and data sets of it must have been freed before; batches need not.
//
// Effects:   memory that batches or unanswered operations still hold is released with the last of
//            them.
ALI_API void ali_context_free(ali_context *context);

// Bytes that the context, its tasks and its living batches hold at this moment.
ALI_API uint64_t ali_context_memory_bytes(const ali_context *context);

// The largest number that ali_context_memory_bytes() has had.
ALI_API uint64_t ali_context_memory_peak_bytes(const ali_context *context);

// Bytes copied so far, counted where they are copied: from fetched buffers into others, and out of
// pages into columns. What a read costs beyond its decoding shows here.
ALI_API uint64_t ali_context_copied_bytes(const ali_context *context);

// The error of the last call that has no task (ali_open_start, ali_writer_put, ...).
//
// Ownership: borrowed; valid until the next call with this context.
ALI_API const ali_error *ali_context_error(const ali_context *context);

#ifdef __cplusplus
}
#endif
#endif
