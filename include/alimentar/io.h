// alimentar/io.h: tasks and the operations they ask for.
//
// The core does no input or output. Everything that may need bytes is a task. Its owner steps it;
// when it answers ALI_NEED, the owner carries out the operations it lists, answers them in any
// order and steps again:
//
//     while ((status = ali_task_step(task, 0)) > 0) {
//         if (status == ALI_READY) consume(ali_task_take_batch(task));
//         if (status == ALI_NEED) {
//             const uint32_t count = ali_task_ops(task, ops, OPS_MAX);
//             for (uint32_t i = 0; i < count; i += 1) host_carry_out(host, task, &ops[i]);
//         }
//     }
//
// A step does a bounded amount of work, counted in rows and bytes, never in time, so that both
// twins cut alike. A task may answer ALI_NEED while it still has work, so that reads run ahead;
// where ali_task_ops() then lists nothing, nothing can go on before an answer. The whole protocol
// with its worst cases is docs/contracts/tasks.md.
#ifndef ALIMENTAR_IO_H
#define ALIMENTAR_IO_H

#include "alimentar/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ali_task ali_task;

// What an operation asks the host to do. Hosts answer kinds that they do not know, or do not carry
// out, with ALI_ERR_HOST.
enum {
    ALI_OP_READ = 1,     // a byte range of an object, into `data`
    ALI_OP_STAT = 2,     // the object's size and ETag
    ALI_OP_LIST = 3,     // names in a folder, into `data`, paged by `token`; see below
    ALI_OP_WRITE = 4,    // bytes of `data` to an object, in phases
    ALI_OP_DELETE = 5,   // removes an object
    ALI_OP_REQUEST = 6,  // an HTTP request: catalogs, hubs; the answer's body into `data`
    ALI_OP_TRANSFORM = 7 // decompresses `input` into `data` with a codec the core leaves to hosts
};

// LIST: the answer's bytes are entries in the order of their names' bytes, those behind `token`:
// an 'f' (a file) or a 'd' (a folder), the name, a zero byte; as many as fit whole. A further zero
// byte ends the last page; otherwise the next page's token is the last name. Links to files are
// files, links to folders and everything else are left out.

// READ: `length_bytes` are counted back from the object's end; `offset_bytes` is 0.
#define ALI_OP_FROM_END 0x1u
// READ: `data` is NULL; the host lends bytes of its own (ali_answer.lent) instead of filling it.
#define ALI_OP_LENT 0x2u
// READ of a plan: its bytes are not looked at. Answer it at once, as if all of it had come, or
// carry it out.
#define ALI_OP_PLANNED 0x10u
// READ: another object names this one (ALI_OBJECT_SIBLINGS). Of a file system only a regular file
// may be opened for it: a pipe could wait for ever.
#define ALI_OP_BESIDE 0x20u
// WRITE: only if no object of that path exists, else ALI_ERR_CONFLICT.
#define ALI_OP_IF_ABSENT 0x4u
// WRITE: only if the object's ETag is still `etag`, else ALI_ERR_CONFLICT.
#define ALI_OP_IF_MATCH 0x8u

// WRITE: the phases of an object. WHOLE is a small object in one operation.
enum {
    ALI_WRITE_WHOLE = 0,
    ALI_WRITE_BEGIN = 1,
    ALI_WRITE_PART = 2,
    ALI_WRITE_COMPLETE = 3,
    ALI_WRITE_ABORT = 4
};

// One operation. Strings are UTF-8, not terminated, and borrowed until the operation is answered.
typedef struct ali_op {
    uint32_t size_bytes;   // of this struct, as the library knows it
    uint32_t kind;         // ALI_OP_READ, ...
    uint64_t op_id;        // from 1 up; never used twice in a context
    uint64_t offset_bytes; // READ: where the range begins
    uint64_t length_bytes; // READ, LIST, REQUEST, TRANSFORM: room in `data`; WRITE: bytes of `data`
    uint8_t *data;         // where bytes go to or come from; NULL if there are none
    const char *path;      // the object: a path or URL as its opener named it
    const char *etag;      // READ: the ETag the object must still have; "" before one is known
    const char *why;       // for people: "footer", "column chunks of row group 3"
    const char *method;    // REQUEST: "GET", "POST", ...
    const char *headers;   // READ, REQUEST: lines "name: value", each ended by a line feed
    const uint8_t *input;  // REQUEST: the body; TRANSFORM: the compressed bytes
    const char *codec;     // TRANSFORM: the codec's name
    const char *token;     // LIST: the name behind which the page begins, "" for the first
    uint64_t input_bytes;  // bytes of `input`
    uint64_t upload_id;    // WRITE PART, COMPLETE, ABORT: op_id of their BEGIN
    uint32_t path_bytes;   // lengths of the strings above
    uint32_t etag_bytes;
    uint32_t why_bytes;
    uint32_t method_bytes;
    uint32_t headers_bytes;
    uint32_t codec_bytes;
    uint32_t token_bytes;
    uint32_t flags;    // ALI_OP_FROM_END, ...
    uint32_t phase;    // WRITE: ALI_WRITE_WHOLE, ...
    uint32_t part;     // WRITE: number of the part, from 1 up
    uint32_t priority; // 0 is wanted first; ties go by op_id
    uint32_t reserved; // 0
} ali_op;

// How an operation went. An operation may be answered in any number of parts with is_last = 0,
// contiguous from the operation's start, and exactly one with is_last = 1.
typedef struct ali_answer {
    uint32_t size_bytes;   // of this struct: sizeof(ali_answer)
    ali_status status;     // ALI_OK, ALI_ERR_NOT_FOUND, ALI_ERR_CONFLICT or ALI_ERR_HOST
    uint64_t op_id;        // of the operation
    uint64_t moved_bytes;  // moved by this part
    uint64_t object_bytes; // size of the whole object as far as the host learned it, or ALI_UNKNOWN
    const char *etag;      // the object's ETag as far as the host learned it; NULL if not
    uint32_t etag_bytes;   // length of `etag`
    int32_t http_status;   // 0 where there was no HTTP
    uint32_t is_last;      // 1 ends the operation, 0 announces more parts
    uint32_t reserved;     // 0
    const uint8_t *lent;   // ALI_OP_LENT: the bytes of this operation, all of them (one part only)
    void (*lent_release)(void *lent_user); // called once when the library is done with `lent`
    void *lent_user;
} ali_answer;

// How far a task has come. Totals are ALI_UNKNOWN until they are known.
typedef struct ali_progress {
    uint32_t size_bytes;    // of this struct: sizeof(ali_progress), set by the caller
    uint32_t ops_in_flight; // operations that were listed and are not yet answered
    uint64_t bytes;         // moved by answered operations so far
    uint64_t bytes_total;   // that the task will have moved when it is done, but for the gaps
                            // between ranges that are fetched as one
    uint64_t rows;          // handed out in batches so far
    uint64_t rows_total;    // that the task will have handed out when it is done
    uint64_t ops;           // operations listed so far
} ali_progress;

// Works on a task until it needs something, has a batch, has done its share, or is done.
//
// `budget_rows` bounds the rows of the batch that this step may begin; 0 means the scan's own
// batch_rows. After an error, or ALI_OK, every further step returns the same status.
//
// Effects:   the only call, beside those that start tasks, in which memory may grow.
// Returns:   ALI_OK: done. ALI_NEED, ALI_READY (take the batch before the next step), ALI_YIELD.
//            ALI_ERR_CANCELLED after ali_task_cancel(). ALI_ERR_STATE if a batch was not taken, or
//            for a step within a step. Any other error: see ali_task_error().
ALI_API ALI_CHECKED ali_status ali_task_step(ali_task *task, uint32_t budget_rows);

// Lists operations that have not been listed before, most wanted first, at most `ops_max`.
//
// Ownership: strings and `data` of an operation belong to the task until it is answered.
// Returns:   how many were written to `ops`. If it is ops_max, there may be more.
ALI_API uint32_t ali_task_ops(ali_task *task, ali_op *ops, uint32_t ops_max);

// Tells the task how an operation went, in one part or several (`is_last` ends it), operations in
// any order.
//
// `moved_bytes` of all parts together may be less than was asked only where the object ends; the
// task decides if that is an error. `object_bytes` and `etag` as far as the host learned them.
//
// Ownership: the task owns op->data throughout; the host must not touch it after the last part.
// Effects:   none visible until the next ali_task_step(). Never allocates.
// Returns:   ALI_OK, also for an operation of a task since cancelled or freed (the answer is
//            dropped); ALI_ERR_ARGUMENT for an op_id never handed out, or answered before, for more
//            bytes than were asked, or for a malformed answer.
ALI_API ALI_CHECKED ali_status ali_task_answer(ali_task *task, const ali_answer *answer);

// Ends a task at the next step: it lists no further operations and does no further work. Operations
// in flight may still be answered; their answers are dropped.
ALI_API void ali_task_cancel(ali_task *task);

// Frees a task at any moment. Operations in flight are orphaned: their buffers stay valid, and the
// task may still be named in ali_task_answer(), until each of them is answered; with the last
// answer they, and what was left of the task, are released. NULL is allowed.
ALI_API void ali_task_free(ali_task *task);

// Takes the batch that the last step announced by ALI_READY.
//
// Ownership: the caller's; ali_batch_release() ends it.
// Returns:   NULL if there is none.
ALI_API struct ali_batch *ali_task_take_batch(ali_task *task);

// The task's error; its status is ALI_OK while there is none.
//
// Ownership: borrowed; valid until the task is freed.
ALI_API const ali_error *ali_task_error(const ali_task *task);

// How far the task has come.
//
// Returns:   ALI_OK; ALI_ERR_ARGUMENT if progress->size_bytes is not sizeof(ali_progress).
ALI_API ALI_CHECKED ali_status ali_task_progress(const ali_task *task, ali_progress *progress);

#ifdef __cplusplus
}
#endif
#endif
