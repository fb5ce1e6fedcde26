// base/mem.c: allocation under a limit, counted for a whole home: a context and what outlives it.
//
// Counters are changed with relaxed atomic operations, because batches may be released on other
// threads than their context's; in the wasm twin these are plain loads and stores.
#include "base/mem.h"

struct ali_home {
    ali_allocator allocator;
    uint64_t references;
    uint64_t used_bytes;
    uint64_t peak_bytes;
    uint64_t limit_bytes;
    uint64_t copied_bytes;
};

ali_home *ali_home_make(const ali_allocator *allocator, uint64_t limit_bytes) {
    ali_home *home = allocator->allocate(allocator->user, sizeof *home);
    if (home == NULL) return NULL;
    *home = (ali_home){.allocator = *allocator, .references = 1, .limit_bytes = limit_bytes};
    return home;
}

ali_home *ali_home_retain(ali_home *home) {
    (void)__atomic_add_fetch(&home->references, 1, __ATOMIC_RELAXED);
    return home;
}

void ali_home_release(ali_home *home) {
    if (__atomic_sub_fetch(&home->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    const ali_allocator allocator = home->allocator;
    allocator.release(allocator.user, home, sizeof *home);
}

// Reserves bytes in the count; false if that would pass the limit.
static bool count_in(ali_home *home, uint64_t size_bytes) {
    const uint64_t used = __atomic_add_fetch(&home->used_bytes, size_bytes, __ATOMIC_RELAXED);
    if (used > home->limit_bytes) {
        (void)__atomic_sub_fetch(&home->used_bytes, size_bytes, __ATOMIC_RELAXED);
        return false;
    }
    uint64_t peak = __atomic_load_n(&home->peak_bytes, __ATOMIC_RELAXED);
    while (used > peak && !__atomic_compare_exchange_n(&home->peak_bytes, &peak, used, true,
                                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return true;
}

static void count_out(ali_home *home, uint64_t size_bytes) {
    const uint64_t used = __atomic_sub_fetch(&home->used_bytes, size_bytes, __ATOMIC_RELAXED);
    ALI_ASSERT(used + size_bytes >= used);
    (void)used;
}

static bool fits_machine(uint64_t size_bytes) {
    return size_bytes <= PTRDIFF_MAX;
}

ali_status ali_fail_memory(ali_context *ctx) {
    return ali_fail(ctx, ALI_ERR_LIMIT,
                    "more memory is needed than the limit memory_bytes_max of %U allows",
                    ctx->home->limit_bytes);
}

// Tells why an allocation of this size cannot be had.
static ali_status refuse(ali_context *ctx, uint64_t size_bytes, bool is_limit) {
    if (is_limit) return ali_fail_memory(ctx);
    return ali_fail(ctx, ALI_ERR_MEMORY, "out of memory: %U bytes could not be had", size_bytes);
}

bool ali_home_is_over(const ali_home *home, uint64_t size_bytes) {
    const uint64_t used = __atomic_load_n(&home->used_bytes, __ATOMIC_RELAXED);
    return size_bytes > home->limit_bytes || used > home->limit_bytes - size_bytes;
}

void *ali_home_new(ali_home *home, uint64_t size_bytes) {
    if (size_bytes == 0 || !fits_machine(size_bytes) || !count_in(home, size_bytes)) return NULL;
    void *pointer = home->allocator.allocate(home->allocator.user, (size_t)size_bytes);
    if (pointer == NULL) count_out(home, size_bytes);
    return pointer;
}

void ali_home_free(ali_home *home, void *pointer, uint64_t size_bytes) {
    if (pointer == NULL) return;
    home->allocator.release(home->allocator.user, pointer, (size_t)size_bytes);
    count_out(home, size_bytes);
}

ali_status ali_mem_new(ali_context *ctx, uint64_t size_bytes, void **pointer) {
    *pointer = NULL;
    if (size_bytes == 0) return ALI_OK;
    *pointer = ali_home_new(ctx->home, size_bytes);
    if (*pointer != NULL) return ALI_OK;
    return refuse(ctx, size_bytes, ali_home_is_over(ctx->home, size_bytes));
}

ali_status ali_mem_zero(ali_context *ctx, uint64_t size_bytes, void **pointer) {
    ALI_TRY(ali_mem_new(ctx, size_bytes, pointer));
    ali_fill(*pointer, 0, (size_t)size_bytes);
    return ALI_OK;
}

ali_status ali_mem_resize(ali_context *ctx, void **pointer, uint64_t old_bytes,
                          uint64_t new_bytes) {
    if (*pointer == NULL) return ali_mem_new(ctx, new_bytes, pointer);
    if (new_bytes == 0) {
        ali_mem_free(ctx, *pointer, old_bytes);
        *pointer = NULL;
        return ALI_OK;
    }
    ali_home *home = ctx->home;
    if (!fits_machine(new_bytes)) return refuse(ctx, new_bytes, ali_home_is_over(home, new_bytes));
    if (new_bytes > old_bytes && !count_in(home, new_bytes - old_bytes)) {
        return refuse(ctx, new_bytes - old_bytes, true);
    }
    void *moved = home->allocator.resize(home->allocator.user, *pointer, (size_t)old_bytes,
                                         (size_t)new_bytes);
    if (moved == NULL) {
        if (new_bytes > old_bytes) count_out(home, new_bytes - old_bytes);
        return refuse(ctx, new_bytes, false);
    }
    if (new_bytes < old_bytes) count_out(home, old_bytes - new_bytes);
    *pointer = moved;
    return ALI_OK;
}

void ali_mem_free(ali_context *ctx, void *pointer, uint64_t size_bytes) {
    ali_home_free(ctx->home, pointer, size_bytes);
}

ali_status ali_mem_grow(ali_context *ctx, void **items, uint32_t *capacity, uint64_t count,
                        uint64_t item_bytes) {
    if (count <= *capacity) return ALI_OK;
    const uint64_t wanted = ali_max_u64(count, ali_max_u64(4, (uint64_t)*capacity * 2));
    if (wanted > UINT32_MAX || item_bytes > UINT32_MAX) {
        return ali_fail(ctx, ALI_ERR_LIMIT, "%U items are more than a list can hold", count);
    }
    ALI_TRY(ali_mem_resize(ctx, items, *capacity * item_bytes, wanted * item_bytes));
    *capacity = (uint32_t)wanted;
    return ALI_OK;
}

void ali_copy_counted(ali_context *ctx, void *to, const void *from, size_t size_bytes) {
    ali_copy(to, from, size_bytes);
    ali_count_copied(ctx, size_bytes);
}

void ali_count_copied(ali_context *ctx, uint64_t count_bytes) {
    (void)__atomic_add_fetch(&ctx->home->copied_bytes, count_bytes, __ATOMIC_RELAXED);
}

uint64_t ali_context_memory_bytes(const ali_context *context) {
    return __atomic_load_n(&context->home->used_bytes, __ATOMIC_RELAXED);
}

uint64_t ali_context_memory_peak_bytes(const ali_context *context) {
    return __atomic_load_n(&context->home->peak_bytes, __ATOMIC_RELAXED);
}

uint64_t ali_context_copied_bytes(const ali_context *context) {
    return __atomic_load_n(&context->home->copied_bytes, __ATOMIC_RELAXED);
}
