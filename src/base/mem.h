// base/mem.h: memory with limits, and the one place where bytes are copied.
#ifndef ALI_BASE_MEM_H
#define ALI_BASE_MEM_H

#include "base/ctx.h"

// Allocates, or fails with ALI_ERR_MEMORY or ALI_ERR_LIMIT. Sizes are 64-bit, so that callers need
// not narrow; size 0 gives NULL.
ALI_CHECKED ali_status ali_mem_new(ali_context *ctx, uint64_t size_bytes, void **pointer);

// The same, filled with zeros.
ALI_CHECKED ali_status ali_mem_zero(ali_context *ctx, uint64_t size_bytes, void **pointer);

// Fails with ALI_ERR_LIMIT: memory_bytes_max does not suffice. How much was wanted and how much is
// in use depend on the size of pointers, and are not told.
ALI_CHECKED ali_status ali_fail_memory(ali_context *ctx);

// Resizes; on failure the old memory stays. A NULL pointer with old_bytes 0 allocates.
ALI_CHECKED ali_status ali_mem_resize(ali_context *ctx, void **pointer, uint64_t old_bytes,
                                      uint64_t new_bytes);

// Releases; NULL with size 0 is allowed.
void ali_mem_free(ali_context *ctx, void *pointer, uint64_t size_bytes);

// Makes a home, of one reference; NULL if there is no memory. (For base/ctx.c alone.)
ali_home *ali_home_make(const ali_allocator *allocator, uint64_t limit_bytes);

// References to a context's allocator, for what outlives the context.
ali_home *ali_home_retain(ali_home *home);
void ali_home_release(ali_home *home);

// Tells if so much more memory would exceed the limit.
bool ali_home_is_over(const ali_home *home, uint64_t size_bytes);

// The same with a home instead of a context: allocation does not write an error.
void *ali_home_new(ali_home *home, uint64_t size_bytes);
void ali_home_free(ali_home *home, void *pointer, uint64_t size_bytes);

// Copies bytes that are not counted: headers, names, small things.
static inline void ali_copy(void *to, const void *from, size_t size_bytes) {
    if (size_bytes != 0) __builtin_memcpy(to, from, size_bytes);
}

// Moves bytes that are not counted; the ranges may overlap.
static inline void ali_move(void *to, const void *from, size_t size_bytes) {
    if (size_bytes != 0) __builtin_memmove(to, from, size_bytes);
}

// Copies data and counts it in ali_context_copied_bytes().
void ali_copy_counted(ali_context *ctx, void *to, const void *from, size_t size_bytes);

// Counts bytes that were copied by blocks of a fixed width.
void ali_count_copied(ali_context *ctx, uint64_t count_bytes);

// Fills with a byte.
static inline void ali_fill(void *to, int byte, size_t size_bytes) {
    if (size_bytes != 0) __builtin_memset(to, byte, size_bytes);
}

// Tells if two areas hold the same bytes.
static inline bool ali_equal(const void *a, const void *b, size_t size_bytes) {
    return size_bytes == 0 || __builtin_memcmp(a, b, size_bytes) == 0;
}

// Grows an array of `item_bytes` items so that it holds at least `count`; doubles. New items are
// not cleared.
ALI_CHECKED ali_status ali_mem_grow(ali_context *ctx, void **items, uint32_t *capacity,
                                    uint64_t count, uint64_t item_bytes);

#endif
