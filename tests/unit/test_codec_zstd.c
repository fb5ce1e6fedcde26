// zstd frames as upstream's encoder makes them, in steps of any size; several frames, frames to be
// passed over, of unknown size; and what must be refused.
#include <zstd.h>

#include "codec/zstd.h"
#include "codec_tools.h"

// Compresses; without `flags` the frame knows its size and has a checksum.
enum { NO_SIZE = 1, NO_SUM = 2, LONG_WINDOW = 4 };

static size_t compress(const uint8_t *text, size_t text_bytes, int level, uint32_t flags,
                       uint8_t *to, size_t to_bytes) {
    ZSTD_CCtx *encoder = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(encoder, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(encoder, ZSTD_c_contentSizeFlag, (flags & NO_SIZE) == 0);
    ZSTD_CCtx_setParameter(encoder, ZSTD_c_checksumFlag, (flags & NO_SUM) == 0);
    if ((flags & LONG_WINDOW) != 0) ZSTD_CCtx_setParameter(encoder, ZSTD_c_windowLog, 27);
    const size_t made = ZSTD_compress2(encoder, to, to_bytes, text, text_bytes);
    assert_false(ZSTD_isError(made));
    ZSTD_freeCCtx(encoder);
    return made;
}

static void what_upstream_compresses_comes_back_in_steps_of_any_size(void **state) {
    static const size_t sizes[] = {0, 1, 100, 4000, 70000, 600000};
    static const int levels[] = {-5, 1, 3, 19};
    static const uint64_t budgets[] = {1, 100, 5000, 1 << 20, UINT64_MAX >> 8};
    for (uint32_t i = 0; i < ALI_COUNT_OF(sizes) * ALI_COUNT_OF(levels); i += 1) {
        const size_t bytes = sizes[i % ALI_COUNT_OF(sizes)];
        uint8_t *text = make_text(bytes, i);
        const size_t room = ZSTD_compressBound(bytes);
        uint8_t *block = malloc(room);
        uint8_t *output = malloc(bytes + 1);
        const size_t made =
            compress(text, bytes, levels[i / ALI_COUNT_OF(sizes)], i % 8, block, room);
        assert_true(ali_zstd_bound(block, made) >= bytes);
        for (uint32_t k = 0; k < ALI_COUNT_OF(budgets); k += 1) {
            const outcome got =
                inflate_block(ALI_CODEC_ZSTD, block, made, output, bytes, budgets[k]);
            if (got.status != ALI_OK) print_message("%s\n", got.sentence);
            assert_int_equal(got.status, ALI_OK);
            assert_memory_equal(output, text, bytes);
        }
        if (bytes == 4000) check_cuts(ALI_CODEC_ZSTD, block, made, bytes);
        free(text);
        free(block);
        free(output);
    }
}

#define MAGIC 0x28, 0xB5, 0x2F, 0xFD

static const codec_sample samples[] = {
    {"a stored block", BLOCK(MAGIC, 0x20, 3, 0x19, 0, 0, 'a', 'b', 'c'), GOOD("abc")},
    {"a run", BLOCK(MAGIC, 0x20, 5, 0x2B, 0, 0, 'a'), GOOD("aaaaa")},
    {"several blocks", BLOCK(MAGIC, 0x20, 3, 0x08, 0, 0, 'a', 0x13, 0, 0, 'b'), GOOD("abb")},
    {"an empty frame", BLOCK(MAGIC, 0x20, 0, 1, 0, 0), GOOD("")},
    {"nothing at all", (const uint8_t *)"", 0, GOOD("")},
    {"two frames, one without its size, and one to be passed over",
     BLOCK(MAGIC, 0x20, 1, 9, 0, 0, 'a', 0x5F, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 7, 7, MAGIC, 0, 0, 9,
           0, 0, 'b'),
     GOOD("ab")},
    {"another magic", BLOCK(1, 2, 3, 4, 5, 6), BAD(3, "no zstd frame begins at 0 of 6")},
    {"an old magic", BLOCK(0x27, 0xB5, 0x2F, 0xFD, 5, 6), BAD(3, "no zstd frame begins")},
    {"half a magic", BLOCK(0x28, 0xB5), BAD(3, "ends early, at 0 of 2")},
    {"a reserved kind of block", BLOCK(MAGIC, 0x20, 3, 0x1F, 0, 0), BAD(3, "is damaged, at 6")},
    {"no last block", BLOCK(MAGIC, 0x20, 1, 8, 0, 0, 'a'), BAD(1, "ends early, at 10 of 10")},
    {"more than is expected", BLOCK(MAGIC, 0x20, 3, 0x19, 0, 0, 'a', 'b', 'c'),
     BAD(2, "more than the expected 2 bytes, at 9 of 12")},
    {"less than is expected", BLOCK(MAGIC, 0x20, 3, 0x19, 0, 0, 'a', 'b', 'c'),
     BAD(4, "gives 3 bytes instead of 4")},
    {"less than the frame says", BLOCK(MAGIC, 0x20, 4, 0x19, 0, 0, 'a', 'b', 'c'),
     BAD(4, "is damaged, at 9")},
    {"bytes after the end", BLOCK(MAGIC, 0x20, 1, 9, 0, 0, 'a', 1, 2, 3, 4, 5),
     BAD(1, "no zstd frame begins at 10 of 15")},
    {"a dictionary", BLOCK(MAGIC, 0x21, 7, 1, 9, 0, 0, 'a'), NULL, 1, ALI_ERR_UNSUPPORTED,
     "zstd frames with a dictionary are not supported"},
    {"another checksum", BLOCK(MAGIC, 0x24, 1, 9, 0, 0, 'a', 1, 2, 3, 4),
     BAD_SUM(1, "a zstd frame's checksum is not that of its bytes")},
};

static void frames_decompress_or_tell_what_is_wrong(void **state) {
    check_samples(ALI_CODEC_ZSTD, samples, ALI_COUNT_OF(samples));
}

static void a_state_serves_many_blocks_whatever_became_of_the_last(void **state) {
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    ali_inflow inflow = {0};
    uint8_t output[128];
    ali_inflow block = {.codec = ALI_CODEC_ZSTD, .output = output};
    for (uint32_t round = 0; round < 3 * ALI_COUNT_OF(samples); round += 1) {
        const codec_sample *at = &samples[round * 7 % ALI_COUNT_OF(samples)];
        block.input = at->block;
        block.input_bytes = at->block_bytes;
        block.output_bytes = at->text_bytes;
        ali_error_clear(&ctx->own);
        ali_inflow_begin(ctx, &inflow, &block);
        ali_status status = ali_inflow_step(ctx, &inflow, 1);
        if (round % 5 == 0) continue; // abandoned on its way
        while (status == ALI_YIELD) status = ali_inflow_step(ctx, &inflow, 1);
        assert_int_equal(status, at->status);
        if (status == ALI_OK) assert_memory_equal(output, at->text, at->text_bytes);
    }
    ali_inflow_clear(ctx, &inflow);
    ali_context_free(ctx);
}

static void the_bound_follows_from_the_blocks(void **state) {
    const uint8_t run[] = {MAGIC, 0x20, 5, 0x2B, 0, 0, 'a'};
    assert_int_equal(ali_zstd_bound(run, sizeof run), 5);
    const uint8_t noise[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    assert_int_equal(ali_zstd_bound(noise, sizeof noise), 0);
    assert_true(ali_zstd_bound(NULL, 10) >= 2 * (128 << 10));
    assert_true(ali_zstd_bound(NULL, UINT64_MAX) == ALI_UNKNOWN);
    uint8_t *many = calloc(1, 6 + 40000);
    const uint8_t head[] = {MAGIC, 0, 0};
    memcpy(many, head, sizeof head);
    assert_true(ali_zstd_bound(many, 6 + 40000) >= UINT64_C(4000) * (128 << 10));
    free(many);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_upstream_compresses_comes_back_in_steps_of_any_size),
        cmocka_unit_test(frames_decompress_or_tell_what_is_wrong),
        cmocka_unit_test(a_state_serves_many_blocks_whatever_became_of_the_last),
        cmocka_unit_test(the_bound_follows_from_the_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
