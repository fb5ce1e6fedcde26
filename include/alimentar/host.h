// alimentar/host.h: the native host (libalimentar only): carries out operations on the file system,
// in memory and over HTTP, and drives tasks.
//
// The short way, without a task loop:
//
//     ali_host *host; ali_reader *reader; ali_batch *batch;
//     ali_host_new(NULL, &host);
//     ali_read_file(host, "trips.parquet", NULL, &reader);
//     while (ali_reader_next(reader, &batch) == ALI_OK) { ...; ali_batch_release(batch); }
//     ali_reader_free(reader); ali_host_free(host);
#ifndef ALIMENTAR_HOST_H
#define ALIMENTAR_HOST_H

#include "alimentar/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ali_host ali_host;
typedef struct ali_reader ali_reader;

// Makes a host with a context of its own. `options` may be NULL.
//
// Ownership: the caller frees *host, after all readers and tasks made with it.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT.
ALI_API ALI_CHECKED ali_status ali_host_new(const ali_host_options *options, ali_host **host);

// Frees a host and its context. NULL is allowed.
ALI_API void ali_host_free(ali_host *host);

// The host's context, for calls that want one.
//
// Ownership: borrowed from the host.
ALI_API ali_context *ali_host_context(ali_host *host);

// Opens a path, a file: URL or an http(s): URL and reads its metadata. The files of a folder are
// one data set: see ali_open_many_start().
//
// Ownership: the caller releases *dataset.
// Returns:   ALI_OK; ALI_ERR_NOT_FOUND; ALI_ERR_HOST; what opening a file may answer: see
//            ali_host_error().
ALI_API ALI_CHECKED ali_status ali_host_open(ali_host *host, const char *path,
                                             const ali_open_options *options,
                                             ali_dataset **dataset);

// Opens several paths or URLs as one data set, in their order. A path that holds "*", "?" or "["
// and names no file is a pattern ("**" stands for folders of any depth) and is replaced by what
// matches it, in the order of the paths' bytes. Folders "key=value" in the paths of several files,
// or of a pattern's, are columns where each lies in some; of a folder those below it.
//
// Ownership: the caller releases *dataset.
// Returns:   as ali_host_open(); ALI_ERR_NOT_FOUND for a pattern that nothing matches.
ALI_API ALI_CHECKED ali_status ali_host_open_many(ali_host *host, const char *const *paths,
                                                  uint32_t count, const ali_open_options *options,
                                                  ali_dataset **dataset);

// Registers bytes under a path ("memory:" and a name), so that it can be opened.
//
// Ownership: borrowed until the host is freed; the bytes must not change.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT for another scheme; ALI_ERR_CONFLICT for a
//            path that is registered already.
ALI_API ALI_CHECKED ali_status ali_host_add_memory(ali_host *host, const char *path,
                                                   const uint8_t *bytes, uint64_t count_bytes);

// Reads a descriptor to its end into a file without a name in TMPDIR, so that what cannot seek (a
// pipe, a socket) can be opened by formats that must. A descriptor that can seek is not copied, and
// is read from its beginning.
//
// Ownership: the descriptor stays the caller's; *path ("spool:" and a number) is borrowed until the
//            host is freed, and can be opened as often as wanted.
// Returns:   ALI_OK; ALI_ERR_CANCELLED after ali_host_interrupt(), within 50 ms; ALI_ERR_HOST, or
//            ALI_ERR_MEMORY: see ali_host_error().
ALI_API ALI_CHECKED ali_status ali_host_spool(ali_host *host, int descriptor, const char **path);

// Steps a task and carries out its operations until it has a batch, is done or fails.
//
// Returns:   ALI_READY (take the batch), ALI_OK, or the task's error.
ALI_API ALI_CHECKED ali_status ali_host_drive(ali_host *host, ali_task *task);

// Asks whatever the host is doing to stop: ali_host_drive() cancels its task and returns
// ALI_ERR_CANCELLED within 50 ms. Callable on any thread and in a signal handler.
ALI_API void ali_host_interrupt(ali_host *host);

// Called while the host drives a task, at most ten times a second.
typedef void (*ali_host_progress)(void *user, const ali_progress *progress);

// Sets the function that hears of progress; NULL ends it.
ALI_API void ali_host_on_progress(ali_host *host, ali_host_progress function, void *user);

// Called with each operation of a plan: see ali_plan_start(). It is borrowed for the call.
typedef void (*ali_host_planned)(void *user, const ali_op *op);

// Sets the function that hears of operations that are planned, which then are answered without
// being carried out; NULL ends it, and they are carried out.
ALI_API void ali_host_on_plan(ali_host *host, ali_host_planned function, void *user);

// The last error, completed by what the host knows: the system's or the server's own words.
//
// Ownership: borrowed; valid until the next call with this host.
ALI_API const ali_error *ali_host_error(const ali_host *host);

// Requests carried out and bytes received over HTTP, retries among them.
ALI_API void ali_host_traffic(const ali_host *host, uint64_t *requests, uint64_t *retries,
                              uint64_t *bytes);

// A server ignores range requests: its file was fetched whole, once, whatever was asked of it.
#define ALI_HOST_WARNING_NO_RANGES 0x1u
// A server sends neither ETag nor Last-Modified: that a file changes while it is read can be seen
// by its size alone.
#define ALI_HOST_WARNING_NO_VALIDATOR 0x2u

// What the host has met since it was made that is no error but that its user may want to know.
//
// Returns:   the sum of ALI_HOST_WARNING_...; 0 if there is nothing to tell.
ALI_API uint32_t ali_host_warnings(const ali_host *host);

// Opens a path or URL for reading rows. `options` may be NULL: all columns, all rows.
//
// Ownership: the caller frees *reader.
// Returns:   ALI_OK; what ali_host_open() and ali_scan_start() may answer: see ali_host_error().
ALI_API ALI_CHECKED ali_status ali_read_file(ali_host *host, const char *path,
                                             const ali_scan_options *options, ali_reader **reader);

// The schema of the rows to come.
//
// Ownership: borrowed from the reader.
ALI_API ali_schema *ali_reader_schema(const ali_reader *reader);

// Reads the next batch.
//
// Ownership: the caller releases *batch.
// Returns:   ALI_OK with a batch; ALI_END when there are no more; an error: see ali_host_error().
ALI_API ALI_CHECKED ali_status ali_reader_next(ali_reader *reader, ali_batch **batch);

// Reads what an Arrow C stream gives, batch by batch, without copies of values: see
// ali_batch_import().
//
// Ownership: `in` is taken over, also after an error: in->release becomes NULL. The caller frees
//            *reader.
// Returns:   ALI_OK; ALI_ERR_HOST if the stream gives no schema; what
//            ali_schema_import() may answer: see ali_host_error().
ALI_API ALI_CHECKED ali_status ali_reader_import(ali_host *host, struct ArrowArrayStream *in,
                                                 ali_reader **reader);

// Hands a reader out as an Arrow C stream: see ali_batch_export().
//
// Ownership: the stream owns the reader from now on; out->release(out) frees both. The host must
//            outlive the stream.
// Returns:   ALI_OK; ALI_ERR_MEMORY (the reader stays the caller's).
ALI_API ALI_CHECKED ali_status ali_reader_export(ali_reader *reader, struct ArrowArrayStream *out);

// Frees a reader. NULL is allowed.
ALI_API void ali_reader_free(ali_reader *reader);

#ifdef __cplusplus
}
#endif
#endif
