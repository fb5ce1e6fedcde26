// base/arena.c: blocks in a chain, the newest of which is filled.
#include "base/arena.h"

#define BLOCK_BYTES_MIN 4096u

struct ali_arena_block {
    ali_arena_block *before;
    uint64_t size_bytes; // of the whole block, this header included
};

// Where the memory of a block begins; a multiple of 16.
#define BLOCK_HEAD ali_round_up(sizeof(ali_arena_block), 16)

void ali_arena_init(ali_arena *arena, ali_context *ctx) {
    *arena = (ali_arena){.ctx = ctx};
}

static ali_status add_block(ali_arena *arena, uint64_t size_bytes) {
    uint64_t wanted = ali_max_u64(BLOCK_BYTES_MIN, size_bytes + BLOCK_HEAD);
    if (arena->last != NULL) {
        wanted = ali_max_u64(wanted, ali_min_u64(arena->last->size_bytes * 2, 1u << 20));
    }
    void *pointer = NULL;
    ALI_TRY(ali_mem_new(arena->ctx, wanted, &pointer));
    ali_arena_block *block = pointer;
    block->before = arena->last;
    block->size_bytes = wanted;
    arena->last = block;
    arena->used_bytes = BLOCK_HEAD;
    arena->total_bytes += wanted;
    return ALI_OK;
}

ali_status ali_arena_new(ali_arena *arena, uint64_t size_bytes, void **pointer) {
    *pointer = NULL;
    if (size_bytes > arena->ctx->limits.memory_bytes_max) return ali_fail_memory(arena->ctx);
    const uint64_t rounded = ali_round_up(ali_max_u64(size_bytes, 1), 16);
    if (arena->last == NULL || arena->last->size_bytes - arena->used_bytes < rounded) {
        ALI_TRY(add_block(arena, rounded));
    }
    *pointer = (uint8_t *)arena->last + arena->used_bytes;
    arena->used_bytes += rounded;
    ali_fill(*pointer, 0, (size_t)rounded);
    return ALI_OK;
}

ali_status ali_arena_text(ali_arena *arena, const void *text, size_t text_bytes,
                          const char **copy) {
    void *pointer = NULL;
    ALI_TRY(ali_arena_new(arena, (uint64_t)text_bytes + 1, &pointer));
    ali_copy(pointer, text, text_bytes);
    *copy = pointer;
    return ALI_OK;
}

static void free_from(ali_arena *arena, ali_arena_block *block) {
    while (block != NULL) {
        ali_arena_block *before = block->before;
        arena->total_bytes -= block->size_bytes;
        ali_mem_free(arena->ctx, block, block->size_bytes);
        block = before;
    }
}

void ali_arena_reset(ali_arena *arena) {
    if (arena->last == NULL) return;
    free_from(arena, arena->last->before);
    arena->last->before = NULL;
    arena->used_bytes = BLOCK_HEAD;
}

void ali_arena_clear(ali_arena *arena) {
    free_from(arena, arena->last);
    arena->last = NULL;
    arena->used_bytes = 0;
}
