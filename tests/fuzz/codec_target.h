// What the targets of codecs share: a block is decompressed in small steps and at once, and nothing
// may depend on that. The first byte sets the size of the steps, the next two how much output is
// expected (0: 64 KiB; as much as comes then).
#ifndef ALI_FUZZ_CODEC_TARGET_H
#define ALI_FUZZ_CODEC_TARGET_H

#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"

#define CODEC_TARGET_BYTES 65536u

typedef struct codec_run {
    ali_status status;
    uint64_t output_bytes; // that had come when it ended
    char sentence[480];
} codec_run;

static codec_run codec_inflate(ali_context *ctx, const ali_inflow *block, ali_inflow *inflow,
                               uint64_t budget_bytes) {
    codec_run run = {.status = ALI_YIELD};
    ali_error_clear(&ctx->own);
    ali_inflow_begin(ctx, inflow, block);
    while (run.status == ALI_YIELD) run.status = ali_inflow_step(ctx, inflow, budget_bytes);
    run.output_bytes = inflow->output_at;
    if (inflow->output_at > block->output_bytes) abort();
    if (inflow->input_at > block->input_bytes) abort();
    if (run.status == ALI_OK && inflow->output_at != block->output_bytes) abort();
    if (run.status == ALI_ERR_INTERNAL) abort();
    memcpy(run.sentence, ctx->own.sentence, sizeof run.sentence);
    return run;
}

// Compares small steps with one, by one state.
static void codec_compare(ali_context *ctx, ali_inflow *block, uint64_t budget_bytes) {
    uint8_t *pieces = calloc((size_t)block->output_bytes + 1, 1);
    uint8_t *whole = calloc((size_t)block->output_bytes + 1, 1);
    ali_inflow inflow = {0};
    block->output = pieces;
    const codec_run first = codec_inflate(ctx, block, &inflow, budget_bytes);
    block->output = whole;
    const codec_run second = codec_inflate(ctx, block, &inflow, UINT64_MAX >> 8);
    if (first.status != second.status) abort();
    if (strcmp(first.sentence, second.sentence) != 0) abort();
    if (first.status == ALI_OK && memcmp(pieces, whole, (size_t)block->output_bytes) != 0) abort();
    ali_inflow_clear(ctx, &inflow);
    free(pieces);
    free(whole);
    // What comes must be within the bound.
    if (first.output_bytes > ali_codec_bound(block->codec, block->input, block->input_bytes)) {
        abort();
    }
}

static inline int codec_target(uint32_t codec, const uint8_t *data, size_t size) {
    if (size < 3) return 0;
    const uint64_t expected = (uint64_t)data[1] << 8 | data[2];
    ali_context *ctx = NULL;
    if (ali_context_new(NULL, NULL, &ctx) != ALI_OK) return 0;
    const uint64_t held_bytes = ali_context_memory_bytes(ctx);
    ali_inflow block = {.codec = codec,
                        .input = data + 3,
                        .input_bytes = size - 3,
                        .output_bytes = expected == 0 ? CODEC_TARGET_BYTES : expected};
    if (expected == 0) {
        // As much as comes of it, so that blocks of any length can end well.
        uint8_t *room = malloc(CODEC_TARGET_BYTES);
        ali_inflow inflow = {0};
        block.output = room;
        block.output_bytes = codec_inflate(ctx, &block, &inflow, UINT64_MAX >> 8).output_bytes;
        ali_inflow_clear(ctx, &inflow);
        free(room);
    }
    codec_compare(ctx, &block, 1 + (uint64_t)data[0] * 16);
    if (ali_context_memory_bytes(ctx) != held_bytes) abort();
    ali_context_free(ctx);
    return 0;
}

#endif
