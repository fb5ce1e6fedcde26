// base/ctx.h: the context from within: limits, and where errors are written.
#ifndef ALI_BASE_CTX_H
#define ALI_BASE_CTX_H

#include <stdarg.h>

#include "base/crc.h"
#include "base/internal.h"

// An allocator with its counters. Contexts, unanswered operations and batches hold references, so
// that it outlives the context (natively counted atomically).
typedef struct ali_home ali_home;

// Storage of one error; a context has one, and each outermost task.
typedef struct ali_error_box {
    ali_error error;
    char object[512];
    char column[160];
    char tasks[96];
    char sentence[480];
} ali_error_box;

struct ali_context {
    ali_home *home;
    ali_limits limits;     // every field filled in
    ali_error_box *errors; // where errors go now: the stepped task's box, or `own`
    ali_error_box own;
    uint64_t op_id_last; // ids of operations are never used twice
    uint64_t dictionary_id_last;
    ali_crc_tables crc_tables;
};

// Empties an error box.
void ali_error_clear(ali_error_box *box);

// Moves an error into another box; the first is empty afterwards. For what goes wrong ahead of its
// turn, and is told when that has come.
void ali_error_move(ali_error_box *to, ali_error_box *from);

// Begins a public call that has no task: forgets the error of the call before. Each such call does
// this first, since an error is written once.
void ali_error_begin(ali_context *ctx);

// Writes the error of the running call: one sentence, formatted by ali_text_format (base/text.h).
// An error is written once; later calls before it is cleared keep the first.
//
// Returns:   `status`, so that callers write `return ali_fail(ctx, ALI_ERR_CORRUPT, "...")`.
ALI_CHECKED ali_status ali_fail(ali_context *ctx, ali_status status, const char *format, ...);

// The same with the byte offset in the object at which the trouble was found.
ALI_CHECKED ali_status ali_fail_at(ali_context *ctx, ali_status status, uint64_t offset_bytes,
                                   const char *format, ...);

// Adds what callers further out know to the error just written, where it is not yet set.
void ali_error_add_column(ali_context *ctx, const char *column, size_t column_bytes);
void ali_error_add_row(ali_context *ctx, uint64_t row);
void ali_error_add_offset(ali_context *ctx, uint64_t offset_bytes);
void ali_error_add_object(ali_context *ctx, const char *path, size_t path_bytes);
void ali_error_add_operation(ali_context *ctx, uint64_t op_id, int32_t http_status);

#endif
