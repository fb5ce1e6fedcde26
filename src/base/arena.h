// base/arena.h: memory that is released as a whole: parsed metadata, scratch of a step.
#ifndef ALI_BASE_ARENA_H
#define ALI_BASE_ARENA_H

#include "base/mem.h"

typedef struct ali_arena_block ali_arena_block;

typedef struct ali_arena {
    ali_context *ctx;
    ali_arena_block *last;
    uint64_t used_bytes;  // of the last block
    uint64_t total_bytes; // of all blocks
} ali_arena;

void ali_arena_init(ali_arena *arena, ali_context *ctx);

// Gives zeroed memory aligned to 16 bytes, or fails.
ALI_CHECKED ali_status ali_arena_new(ali_arena *arena, uint64_t size_bytes, void **pointer);

// Copies a string and ends it with a zero byte.
ALI_CHECKED ali_status ali_arena_text(ali_arena *arena, const void *text, size_t text_bytes,
                                      const char **copy);

// Releases everything but the newest block, which is used again.
void ali_arena_reset(ali_arena *arena);

// Releases everything.
void ali_arena_clear(ali_arena *arena);

#endif
