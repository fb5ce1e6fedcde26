// What tests of codecs share: decompression in steps, out of and into memory of exactly the sizes
// that are said.
#ifndef ALI_CODEC_TOOLS_H
#define ALI_CODEC_TOOLS_H

#include "codec/codec.h"
#include "column_tools.h"

#define BLOCK(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

// What came of a block.
typedef struct outcome {
    ali_status status;
    char sentence[480];
    uint64_t steps;
} outcome;

// Memory of exactly `bytes`, so that one byte too far is found.
static uint8_t *exact_copy(const uint8_t *from, size_t bytes) {
    uint8_t *copy = malloc(bytes == 0 ? 1 : bytes);
    if (bytes != 0) memcpy(copy, from, bytes);
    return copy;
}

// Decompresses in steps of `budget_bytes`; nothing may stay allocated.
static outcome inflate_block(uint32_t codec, const uint8_t *block, size_t block_bytes,
                             uint8_t *output, size_t output_bytes, uint64_t budget_bytes) {
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    const uint64_t held_bytes = ali_context_memory_bytes(ctx);
    uint8_t *input = exact_copy(block, block_bytes);
    uint8_t *room = malloc(output_bytes == 0 ? 1 : output_bytes);
    ali_inflow inflow = {0};
    const ali_inflow wanted = {.codec = codec,
                               .input = input,
                               .input_bytes = block_bytes,
                               .output = room,
                               .output_bytes = output_bytes};
    ali_inflow_begin(ctx, &inflow, &wanted);
    outcome made = {.status = ALI_YIELD};
    while (made.status == ALI_YIELD) {
        const uint64_t before = inflow.output_at;
        made.status = ali_inflow_step(ctx, &inflow, budget_bytes);
        made.steps += 1;
        assert_true(inflow.output_at <= output_bytes);
        assert_true(inflow.output_at - before <= budget_bytes + (128 << 10));
    }
    if (made.status == ALI_OK) {
        assert_int_equal(inflow.output_at, output_bytes);
        assert_int_equal(inflow.input_at, block_bytes);
        if (output_bytes != 0) memcpy(output, room, output_bytes);
    } else {
        snprintf(made.sentence, sizeof made.sentence, "%s", ctx->own.sentence);
        assert_int_not_equal(made.sentence[0], 0);
    }
    ali_inflow_clear(ctx, &inflow);
    assert_int_equal(ali_context_memory_bytes(ctx), held_bytes);
    ali_context_free(ctx);
    free(input);
    free(room);
    return made;
}

// A block and what it must give: `text`, or an error with `words` in its sentence.
typedef struct codec_sample {
    const char *what;
    const uint8_t *block;
    size_t block_bytes;
    const char *text;
    size_t text_bytes;
    ali_status status;
    const char *words;
} codec_sample;

#define GOOD(text) text, sizeof(text) - 1, ALI_OK, NULL
#define BAD(bytes, words) NULL, bytes, ALI_ERR_CORRUPT, words
#define BAD_SUM(bytes, words) NULL, bytes, ALI_ERR_CHECKSUM, words

static void check_sample(uint32_t codec, const codec_sample *at, uint64_t budget_bytes) {
    uint8_t *output = malloc(at->text_bytes + 1);
    const outcome made =
        inflate_block(codec, at->block, at->block_bytes, output, at->text_bytes, budget_bytes);
    if (made.status != at->status) print_message("%s: %s\n", at->what, made.sentence);
    assert_int_equal(made.status, at->status);
    if (at->text != NULL) {
        assert_memory_equal(output, at->text, at->text_bytes);
    } else {
        if (strstr(made.sentence, at->words) == NULL) {
            print_message("%s: %s\n", at->what, made.sentence);
        }
        assert_non_null(strstr(made.sentence, at->words));
    }
    free(output);
}

// Every sample in steps of several sizes.
static void check_samples(uint32_t codec, const codec_sample *samples, uint32_t count) {
    static const uint64_t budgets[] = {1, 2, 3, 7, 16, 1000, UINT64_MAX >> 8};
    for (uint32_t i = 0; i < count; i += 1) {
        for (uint32_t k = 0; k < ALI_COUNT_OF(budgets); k += 1) {
            check_sample(codec, &samples[i], budgets[k]);
        }
    }
}

// Whatever a block is cut to is an error of the same sentence in steps of any size.
static void check_cuts(uint32_t codec, const uint8_t *block, size_t block_bytes,
                       size_t output_bytes) {
    uint8_t *output = malloc(output_bytes + 1);
    const size_t stride = block_bytes / 300 + 1;
    for (size_t cut = 1; cut < block_bytes; cut += stride) {
        const outcome whole =
            inflate_block(codec, block, cut, output, output_bytes, UINT64_MAX >> 8);
        const outcome pieces = inflate_block(codec, block, cut, output, output_bytes, 37);
        assert_true(whole.status < 0);
        assert_int_equal(whole.status, pieces.status);
        assert_string_equal(whole.sentence, pieces.sentence);
    }
    free(output);
}

// Text with runs, repetitions near and far, and noise.
static uint8_t *make_text(size_t bytes, uint32_t seed) {
    uint8_t *text = malloc(bytes + 1);
    size_t at = 0;
    while (at < bytes) {
        seed = seed * 1664525u + 1013904223u;
        const uint32_t random = seed >> 8;
        size_t count = 1 + random % 90;
        if (random % 97 == 0) count = 3000;
        const size_t back = at == 0 ? 0 : 1 + (random >> 3) % (random % 2 == 0 ? 12 : at);
        for (size_t i = 0; i < count && at < bytes; i += 1, at += 1) {
            const bool is_new = back == 0 || back > at || random % 3 == 0;
            text[at] = is_new ? (uint8_t)(random >> (i % 13)) : text[at - back];
        }
    }
    return text;
}

#endif
