// io/task.h: tasks from within: a class of functions, a state, operations, children.
//
// A task is a shell (kept while operations are in flight) and a state (freed with the task). The
// outermost task owns all operations of its children, so operations bubble up by themselves, and
// the error, in which children leave their names.
#ifndef ALI_IO_TASK_H
#define ALI_IO_TASK_H

#include "alimentar/io.h"
#include "base/arena.h"
#include "base/buf.h"

// Most bytes of an ETag (or another validator).
#define ALI_ETAG_BYTES_MAX 1024u

typedef struct ali_task_class {
    const char *name; // "open", "parquet scan": the names in ali_error.tasks

    // Works until it needs something (ALI_NEED), has put a batch (ALI_READY), has done a bounded
    // share (ALI_YIELD), is done (ALI_OK) or fails.
    ali_status (*step)(ali_task *task, void *state, uint32_t budget_rows);

    // Releases what the state holds, but not the state itself. Also after an unfinished start: a
    // zeroed state must be accepted.
    void (*clear)(ali_task *task, void *state);

    uint64_t state_bytes;
} ali_task_class;

// Where the result of an operation stands.
typedef struct ali_op_record {
    struct ali_op_record *next;
    ali_op op;
    ali_buf *buf;      // where bytes go; NULL for STAT, and for LENT until answered
    ali_buf *input;    // TRANSFORM: holds op.input until the answer; the owner puts a reference
    const void *owner; // who asked (a blob); NULL once the owner forgot it
    uint64_t moved_bytes;
    uint64_t object_bytes; // as answered, or ALI_UNKNOWN
    const uint8_t *lent;   // as answered; the record owns it until the owner takes it
    void (*lent_release)(void *lent_user);
    void *lent_user;
    ali_status status; // as answered
    int32_t http_status;
    bool is_listed;
    bool is_answered;
    bool is_etag_known;
    uint32_t etag_bytes;
    uint64_t block_bytes;          // of the record with its strings, which lie behind it
    char etag[ALI_ETAG_BYTES_MAX]; // as answered
} ali_op_record;

// Makes a task with a zeroed state. `parent` is NULL for an outermost task.
//
// Ownership: an outermost task is freed by ali_task_free(); children too, by their parent's clear.
ALI_CHECKED ali_status ali_task_new(ali_context *ctx, ali_task *parent, const ali_task_class *kind,
                                    ali_task **task, void **state);

ali_context *ali_task_context(const ali_task *task);

// The task's state if it is of this class, else NULL.
void *ali_task_state(const ali_task *task, const ali_task_class *kind);

// Scratch memory of the running step; reset when the outermost step ends.
ali_arena *ali_task_scratch(ali_task *task);

// Steps a child. An error gets the child's name into its path. Batches that the child puts must be
// taken by ali_task_take_batch() and put again, changed or not.
ALI_CHECKED ali_status ali_task_step_child(ali_task *parent, ali_task *child, uint32_t budget_rows);

// Announces a batch: the step must return ALI_READY after it. Takes the reference over, and counts
// its rows where the task is an outermost one.
void ali_task_put_batch(ali_task *task, struct ali_batch *batch);

// A batch waits to be taken.
bool ali_task_has_batch(const ali_task *task);

// The task's step has returned ALI_OK.
bool ali_task_is_done(const ali_task *task);

// Sets what progress says of the totals.
void ali_task_expect(ali_task *task, uint64_t bytes_total, uint64_t rows_total);

// Adds an operation to those to be listed. For READ (unless LENT), LIST and TRANSFORM the buffer is
// made here.
//
// Ownership: the record belongs to the outermost task; strings are copied.
ALI_CHECKED ali_status ali_task_add_op(ali_task *task, const ali_op *op, const void *owner,
                                       ali_op_record **record);

// Bytes and number of operations added and not yet answered, of the outermost task.
uint64_t ali_task_inflight_bytes(const ali_task *task);
uint32_t ali_task_inflight_ops(const ali_task *task);

// Operations answered so far, of the outermost task.
uint64_t ali_task_answers(const ali_task *task);

// The owner is done with a record: releases it. One that is listed and not yet answered is orphaned
// instead: it stays, with its buffer, until the answer comes.
void ali_task_forget_op(ali_task *task, ali_op_record *record);

#endif
