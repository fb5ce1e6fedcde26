// base/buf.c: reference-counted buffers. The bytes of an owned buffer lie in a block of their own,
// aligned to 64; growing moves only them, so that pointers to the buffer stay right.
#include "base/buf.h"

#define ALIGNMENT 64u

// Owned bytes lie in a block of their own, aligned inside it; the distance is kept in front.
static uint64_t block_bytes(uint64_t capacity_bytes) {
    return capacity_bytes + ALI_BUF_PADDING + 2 * ALIGNMENT;
}

static uint8_t *align(void *block) {
    const uintptr_t start = (uintptr_t)block + sizeof(void *);
    uint8_t *data = (uint8_t *)(uintptr_t)ali_round_up(start, ALIGNMENT);
    __builtin_memcpy(data - sizeof(void *), &block, sizeof(void *));
    return data;
}

static void *block_of(const uint8_t *data) {
    void *block;
    __builtin_memcpy(&block, data - sizeof(void *), sizeof(void *));
    return block;
}

static ali_status new_head(ali_context *ctx, ali_buf **buf) {
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, sizeof(ali_buf), &pointer));
    *buf = pointer;
    (*buf)->home = ali_home_retain(ctx->home);
    (*buf)->references = 1;
    return ALI_OK;
}

static void free_head(ali_buf *buf) {
    ali_home *home = buf->home;
    ali_home_free(home, buf, sizeof *buf);
    ali_home_release(home);
}

static ali_status check_size(ali_context *ctx, uint64_t size_bytes) {
    return size_bytes <= ctx->limits.memory_bytes_max ? ALI_OK : ali_fail_memory(ctx);
}

ali_status ali_buf_new(ali_context *ctx, uint64_t size_bytes, ali_buf **buf) {
    *buf = NULL;
    ALI_TRY(check_size(ctx, size_bytes));
    ali_buf *made = NULL;
    ALI_TRY(new_head(ctx, &made));
    void *block = NULL;
    const ali_status status = ali_mem_new(ctx, block_bytes(size_bytes), &block);
    if (status < 0) {
        free_head(made);
        return status;
    }
    made->data = align(block);
    made->size_bytes = made->capacity_bytes = size_bytes;
    made->is_padded = true;
    *buf = made;
    return ALI_OK;
}

ali_status ali_buf_zero(ali_context *ctx, uint64_t size_bytes, ali_buf **buf) {
    ALI_TRY(ali_buf_new(ctx, size_bytes, buf));
    ali_fill((*buf)->data, 0, (size_t)(size_bytes + ALI_BUF_PADDING));
    return ALI_OK;
}

ali_status ali_buf_lent(ali_context *ctx, const uint8_t *data, uint64_t size_bytes,
                        void (*release)(void *user), void *user, ali_buf **buf) {
    *buf = NULL;
    ali_buf *made = NULL;
    ALI_TRY(new_head(ctx, &made));
    made->data = (uint8_t *)(uintptr_t)data;
    made->size_bytes = size_bytes;
    made->lent_release = release;
    made->lent_user = user;
    *buf = made;
    return ALI_OK;
}

ali_status ali_buf_slice(ali_context *ctx, ali_buf *whole, uint64_t offset_bytes,
                         uint64_t size_bytes, ali_buf **slice) {
    *slice = NULL;
    ALI_ASSERT(offset_bytes <= whole->size_bytes);
    ALI_ASSERT(size_bytes <= whole->size_bytes - offset_bytes);
    ali_buf *made = NULL;
    ALI_TRY(new_head(ctx, &made));
    made->data = whole->data + offset_bytes;
    made->size_bytes = size_bytes;
    made->parent = ali_buf_retain(whole);
    made->is_padded = whole->is_padded;
    *slice = made;
    return ALI_OK;
}

ali_status ali_buf_reserve(ali_context *ctx, ali_buf *buf, uint64_t capacity_bytes) {
    ALI_ASSERT(buf->parent == NULL && buf->references == 1);
    if (capacity_bytes <= buf->capacity_bytes) return ALI_OK;
    ALI_TRY(check_size(ctx, capacity_bytes));
    const uint64_t doubled = ali_min_u64(buf->capacity_bytes * 2, ctx->limits.memory_bytes_max);
    const uint64_t wanted = ali_max_u64(capacity_bytes, doubled);
    // Both blocks are held for a moment: near the limit without a reserve.
    const bool is_tight = ali_home_is_over(ctx->home, block_bytes(wanted));
    const uint64_t capacity = is_tight ? capacity_bytes : wanted;
    void *block = NULL;
    ALI_TRY(ali_mem_new(ctx, block_bytes(capacity), &block));
    uint8_t *data = align(block);
    ali_copy_counted(ctx, data, buf->data, (size_t)buf->size_bytes);
    ali_mem_free(ctx, block_of(buf->data), block_bytes(buf->capacity_bytes));
    buf->data = data;
    buf->capacity_bytes = capacity;
    return ALI_OK;
}

ali_status ali_buf_append(ali_context *ctx, ali_buf *buf, const void *bytes, uint64_t count_bytes) {
    if (count_bytes > buf->capacity_bytes - buf->size_bytes) {
        ALI_TRY(check_size(ctx, count_bytes));
        ALI_TRY(ali_buf_reserve(ctx, buf, buf->size_bytes + count_bytes));
    }
    ali_copy(buf->data + buf->size_bytes, bytes, (size_t)count_bytes);
    buf->size_bytes += count_bytes;
    return ALI_OK;
}

ali_buf *ali_buf_retain(ali_buf *buf) {
    (void)__atomic_add_fetch(&buf->references, 1, __ATOMIC_RELAXED);
    return buf;
}

void ali_buf_release(ali_buf *buf) {
    while (buf != NULL && __atomic_sub_fetch(&buf->references, 1, __ATOMIC_ACQ_REL) == 0) {
        ali_buf *parent = buf->parent;
        if (buf->lent_release != NULL) buf->lent_release(buf->lent_user);
        if (parent == NULL && buf->is_padded) {
            ali_home_free(buf->home, block_of(buf->data), block_bytes(buf->capacity_bytes));
        }
        free_head(buf);
        buf = parent;
    }
}
