// io/blob.h: the bytes of one object that are held, asked for and wanted.
//
// A task says which ranges it will want, in order of need, and goes on with those that are there.
// The blob joins near ranges into few READ operations, keeps flow limits, pins the object's ETag
// and size, and never asks for a byte twice. Operations belong to the task that was stepped when
// they were added; when that task ends, ali_blob_forget() must be called.
#ifndef ALI_IO_BLOB_H
#define ALI_IO_BLOB_H

#include "alimentar/dataset.h"
#include "io/task.h"

typedef struct ali_blob ali_blob;

ALI_CHECKED ali_status ali_blob_new(ali_context *ctx, const ali_object *object, ali_blob **blob);
ali_blob *ali_blob_retain(ali_blob *blob);
void ali_blob_release(ali_blob *blob);

// Makes a blob of the same object for another task: it knows the size and the ETag, and shares the
// bytes that are kept (the tail). Tasks do not share a blob, since one would wait for the other.
ALI_CHECKED ali_status ali_blob_fork(const ali_blob *blob, ali_blob **fork);

// Makes a blob of the object that a name stands for beside another (io/beside.h). Nothing is known
// of it.
//
// Returns:   ALI_OK; ALI_ERR_CORRUPT for a bad name; ALI_ERR_UNSUPPORTED without
//            ALI_OBJECT_SIBLINGS.
ALI_CHECKED ali_status ali_blob_beside(const ali_blob *blob, ali_arena *scratch, const char *name,
                                       uint64_t name_bytes, ali_blob **beside);

// What a fork learned of the object's size and ETag is known from now on.
void ali_blob_learn(ali_blob *blob, const ali_blob *fork);

// Size of the object, or ALI_UNKNOWN; its path.
uint64_t ali_blob_bytes(const ali_blob *blob);
const char *ali_blob_path(const ali_blob *blob, uint32_t *path_bytes);

// Tells if READ operations are answered with bytes that the host lends: however long they are, none
// of them costs memory.
bool ali_blob_is_lent(const ali_blob *blob);

// Sets how ranges are joined: over gaps of up to `coalesce_bytes`, into operations of up to
// `request_bytes_max` (at least 1).
void ali_blob_tune(ali_blob *blob, uint64_t coalesce_bytes, uint64_t request_bytes_max);

// What is wanted from now on is only planned: its operations are marked ALI_OP_PLANNED, and what is
// held may not be looked at.
void ali_blob_plan(ali_blob *blob);

// Asks for the last `length_bytes` and for the object's size: by one suffix READ, or where the
// object does not allow that by STAT and then a READ of the tail. Call it in every step until it
// answers. The tail is kept as long as the blob.
//
// Ownership: *tail is a reference of the caller's; *offset_bytes is where it begins.
// Returns:   ALI_OK: shorter than asked if the object is. ALI_NEED: step again when answered.
//            ALI_YIELD: as ali_blob_slice().
ALI_CHECKED ali_status ali_blob_tail(ali_blob *blob, ali_task *task, uint64_t length_bytes,
                                     const char *why, ali_buf **tail, uint64_t *offset_bytes);

// Says that a range will be wanted; what is held or asked for already is left out. Ranges are asked
// for in the order of these calls. The range must lie inside the object if its size is known.
ALI_CHECKED ali_status ali_blob_want(ali_blob *blob, ali_task *task, uint64_t offset_bytes,
                                     uint64_t length_bytes, const char *why);

// Adds operations for what is wanted, as far as the flow limits allow. Cheap; call it at the end of
// each step that wanted something or was answered.
ALI_CHECKED ali_status ali_blob_flush(ali_blob *blob, ali_task *task);

// Gives a range. It must be wanted before (or held). Zero copy where one answer holds the range;
// otherwise it is put together, counted as copied, at most 1 MiB a call.
//
// Ownership: *bytes is a reference of the caller's.
// Returns:   ALI_OK; ALI_NEED if it is not there yet; ALI_YIELD if it is put together: call again
//            in the next step; ALI_ERR_TRUNCATED if the object ends before; ALI_ERR_CHANGED;
//            ALI_ERR_NOT_FOUND; ALI_ERR_HOST.
ALI_CHECKED ali_status ali_blob_slice(ali_blob *blob, ali_task *task, uint64_t offset_bytes,
                                      uint64_t length_bytes, ali_buf **bytes);

// The contiguous bytes that are held from `offset_bytes` on, at most `length_bytes`, without
// waiting for more: for headers whose length is not known. Zero copy where one answer holds them.
//
// Returns:   ALI_OK with at least one byte; else as ali_blob_slice().
ALI_CHECKED ali_status ali_blob_peek(ali_blob *blob, ali_task *task, uint64_t offset_bytes,
                                     uint64_t length_bytes, ali_buf **bytes);

// What is held for this task is kept as long as the blob, like its tail: the beginning of a file
// that was read to open it.
void ali_blob_keep(ali_blob *blob, const ali_task *task);

// Bytes below `offset_bytes` and not below `from_bytes` are not needed any more: answers that lie
// in the range as a whole are let go.
void ali_blob_drop(ali_blob *blob, uint64_t from_bytes, uint64_t offset_bytes);

// Where the part of the object begins that is held up to its end: the tail that was read to open
// it. The object's size if there is none.
uint64_t ali_blob_tail_from(const ali_blob *blob);

// Ranges that are wanted and not yet asked for. Whoever wants ahead stops at some hundreds.
uint32_t ali_blob_wanted_count(const ali_blob *blob);

// Bytes that are held, and asked for.
uint64_t ali_blob_held_bytes(const ali_blob *blob);

// The task ends or is freed: forgets its wants and its operations in flight. Bytes held stay.
void ali_blob_forget(ali_blob *blob, ali_task *task);

#endif
