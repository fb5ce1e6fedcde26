// base/buf.h: reference-counted byte buffers, slices of them, and bytes that a host lent.
#ifndef ALI_BASE_BUF_H
#define ALI_BASE_BUF_H

#include "base/mem.h"

// Bytes that may be read, and in owned buffers written, beyond size_bytes: block copies and loads
// of a vector's width need no tail code. Lent buffers and slices of them have no such padding.
#define ALI_BUF_PADDING 64u

typedef struct ali_buf {
    ali_home *home;
    uint8_t *data;
    uint64_t size_bytes;
    uint64_t capacity_bytes; // owned buffers: without the padding; slices and lent ones: 0
    struct ali_buf *parent;  // slices: the buffer that holds the bytes
    void (*lent_release)(void *user);
    void *lent_user;
    uint32_t references; // natively counted atomically
    bool is_padded;      // ALI_BUF_PADDING bytes beyond the end may be read
} ali_buf;

// Makes an owned buffer of `size_bytes`, aligned to 64 bytes; contents are not cleared.
ALI_CHECKED ali_status ali_buf_new(ali_context *ctx, uint64_t size_bytes, ali_buf **buf);

// The same, cleared, padding too.
ALI_CHECKED ali_status ali_buf_zero(ali_context *ctx, uint64_t size_bytes, ali_buf **buf);

// Makes a buffer of bytes that somebody lends; `release` is called with the last reference.
ALI_CHECKED ali_status ali_buf_lent(ali_context *ctx, const uint8_t *data, uint64_t size_bytes,
                                    void (*release)(void *user), void *user, ali_buf **buf);

// Makes a slice that retains `whole`. The range must lie inside it.
ALI_CHECKED ali_status ali_buf_slice(ali_context *ctx, ali_buf *whole, uint64_t offset_bytes,
                                     uint64_t size_bytes, ali_buf **slice);

// Grows an owned buffer of one reference so that its capacity is at least `capacity_bytes`;
// doubles. Contents up to size_bytes are kept (and counted as copied if they move).
ALI_CHECKED ali_status ali_buf_reserve(ali_context *ctx, ali_buf *buf, uint64_t capacity_bytes);

// Appends bytes to an owned buffer of one reference.
ALI_CHECKED ali_status ali_buf_append(ali_context *ctx, ali_buf *buf, const void *bytes,
                                      uint64_t count_bytes);

ali_buf *ali_buf_retain(ali_buf *buf);

// NULL is allowed. Callable on any thread, after the context too.
void ali_buf_release(ali_buf *buf);

#endif
