// Snappy blocks: every element, resuming at every byte, and everything that a block must not do.
// And CRC-32.
#include "base/crc.h"
#include "codec/codec.h"
#include "column_tools.h"

typedef struct sample {
    const char *what;
    const uint8_t *block;
    size_t block_bytes;
    const char *text; // NULL: the block is bad
    size_t text_bytes;
    const char *words;
} sample;

#define BLOCK(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define GOOD(text) text, sizeof(text) - 1, NULL
#define BAD(bytes, words) NULL, bytes, words

static const sample samples[] = {
    {"nothing", BLOCK(0), GOOD("")},
    {"a literal", BLOCK(3, 0x08, 'a', 'b', 'c'), GOOD("abc")},
    {"a literal whose length takes a byte", BLOCK(3, 60 << 2, 2, 'a', 'b', 'c'), GOOD("abc")},
    {"a literal whose length takes four bytes", BLOCK(2, 63 << 2, 1, 0, 0, 0, 'a', 'b'),
     GOOD("ab")},
    {"a copy with 1 byte of offset", BLOCK(8, 0x0C, 'a', 'b', 'c', 'd', 0x01, 4), GOOD("abcdabcd")},
    {"a copy with 2 bytes", BLOCK(6, 0x08, 'a', 'b', 'c', 2 << 2 | 2, 3, 0), GOOD("abcabc")},
    {"a copy with 4 bytes", BLOCK(6, 0x08, 'a', 'b', 'c', 2 << 2 | 3, 3, 0, 0, 0), GOOD("abcabc")},
    {"a copy that repeats itself", BLOCK(9, 0x00, 'x', 7 << 2 | 2, 1, 0), GOOD("xxxxxxxxx")},
    {"no length", BLOCK(0x80), BAD(4, "has no length")},
    {"a length without end", BLOCK(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1), BAD(4, "no valid length")},
    {"another length than expected", BLOCK(3, 0x08, 'a', 'b', 'c'), BAD(4, "but 4 are expected")},
    {"a literal cut short", BLOCK(4, 0x0C, 'a', 'b'), BAD(4, "ends inside the element")},
    {"a tag cut short", BLOCK(4, 0x02, 1), BAD(4, "ends inside the element")},
    {"too little", BLOCK(4, 0x04, 'a', 'b'), BAD(4, "ends inside the element")},
    {"a literal beyond the end", BLOCK(1, 0x08, 'a', 'b', 'c'), BAD(1, "more than the 1 bytes")},
    {"a copy beyond the end", BLOCK(3, 0x04, 'a', 'b', 7 << 2 | 2, 1, 0),
     BAD(3, "more than the 3")},
    {"an offset of 0", BLOCK(3, 0x04, 'a', 'b', 0 << 2 | 2, 0, 0), BAD(3, "before its beginning")},
    {"an offset before the start", BLOCK(3, 0x04, 'a', 'b', 0 << 2 | 2, 3, 0),
     BAD(3, "before its beginning")},
    {"bytes after the end", BLOCK(1, 0x00, 'a', 0x00, 'b'), BAD(1, "more than the 1 bytes")},
};

// Decompresses in steps of `budget_bytes`, out of memory of exactly the block's size.
static ali_status inflate(ali_context *ctx, const uint8_t *block, size_t block_bytes,
                          uint8_t *output, size_t output_bytes, uint64_t budget_bytes) {
    uint8_t *copy = malloc(block_bytes + 1);
    memcpy(copy, block, block_bytes);
    uint8_t *exact = realloc(copy, block_bytes == 0 ? 1 : block_bytes);
    ali_inflow inflow = {.codec = ALI_CODEC_SNAPPY,
                         .input = exact,
                         .input_bytes = block_bytes,
                         .output = output,
                         .output_bytes = output_bytes};
    ali_status status = ALI_YIELD;
    uint64_t before = 0;
    while (status == ALI_YIELD) {
        status = ali_inflow_step(ctx, &inflow, budget_bytes);
        assert_true(inflow.output_at <= before + budget_bytes + 64);
        before = inflow.output_at;
    }
    free(exact);
    return status;
}

static void blocks_decompress_or_tell_what_is_wrong(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        for (uint64_t budget = 1; budget < 12; budget += 1) {
            const sample *at = &samples[i];
            ali_context *ctx = NULL;
            assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
            uint8_t *output = malloc(at->text_bytes + 1);
            const ali_status status =
                inflate(ctx, at->block, at->block_bytes, output, at->text_bytes, budget);
            if (at->text != NULL) {
                if (status != ALI_OK) print_message("%s: %s\n", at->what, ctx->own.sentence);
                assert_int_equal(status, ALI_OK);
                assert_memory_equal(output, at->text, at->text_bytes);
            } else {
                if (status != ALI_ERR_CORRUPT) print_message("%s\n", at->what);
                assert_int_equal(status, ALI_ERR_CORRUPT);
                if (strstr(ctx->own.sentence, at->words) == NULL) {
                    print_message("%s: %s\n", at->what, ctx->own.sentence);
                }
                assert_non_null(strstr(ctx->own.sentence, at->words));
            }
            free(output);
            ali_context_free(ctx);
        }
    }
}

// Writes elements of all kinds at random, and what they stand for.
static size_t make_block(uint32_t *seed, uint8_t *block, uint8_t *text, size_t text_max) {
    size_t at = 0;
    size_t length = 0;
    while (length + 70 < text_max) {
        *seed = *seed * 1664525u + 1013904223u;
        const uint32_t random = *seed >> 8;
        const size_t count = 1 + random % 64;
        if (length == 0 || random % 3 == 0) {
            const bool is_long = count > 60;
            block[at++] = is_long ? 60 << 2 : (uint8_t)((count - 1) << 2);
            if (is_long) block[at++] = (uint8_t)(count - 1);
            for (size_t i = 0; i < count; i += 1) {
                text[length + i] = block[at++] = (uint8_t)(random >> (i % 16));
            }
            length += count;
            continue;
        }
        const size_t far = random % 5 == 0 ? 1 + random % 9 : 1 + random % length;
        const size_t distance = far > length ? length : far;
        block[at++] = (uint8_t)((count - 1) << 2 | 2);
        block[at++] = (uint8_t)distance;
        block[at++] = (uint8_t)(distance >> 8);
        for (size_t i = 0; i < count; i += 1) text[length + i] = text[length + i - distance];
        length += count;
    }
    block[at] = 0;
    return length | at << 32;
}

static void long_blocks_decompress_alike_in_any_pieces(void **state) {
    uint32_t seed = 1;
    uint8_t *elements = malloc(1 << 16);
    uint8_t *block = malloc(1 << 16);
    uint8_t *text = malloc(1 << 14);
    uint8_t *output = malloc(1 << 14);
    for (uint32_t round = 0; round < 300; round += 1) {
        const size_t both = make_block(&seed, elements, text, 200 + round * 50);
        const size_t length = both & UINT32_MAX;
        const size_t bytes = both >> 32;
        size_t head = 0;
        for (size_t left = length; head == 0 || left != 0; left >>= 7) {
            block[head++] = (uint8_t)((left & 0x7F) | (left >= 0x80 ? 0x80 : 0));
        }
        memcpy(block + head, elements, bytes);
        ali_context *ctx = NULL;
        assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
        uint8_t *exact = malloc(length);
        assert_int_equal(inflate(ctx, block, head + bytes, exact, length, 1 + round * 7), ALI_OK);
        assert_memory_equal(exact, text, length);
        for (size_t cut = head + bytes - 1; cut > head && cut + 40 > head + bytes; cut -= 1) {
            ali_error_clear(&ctx->own);
            assert_int_equal(inflate(ctx, block, cut, exact, length, UINT64_MAX >> 8),
                             ALI_ERR_CORRUPT);
        }
        free(exact);
        ali_context_free(ctx);
    }
    free(elements);
    free(block);
    free(text);
    free(output);
}

static void stored_blocks_are_copied_and_counted(void **state) {
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    uint8_t output[5];
    ali_inflow inflow = {.codec = ALI_CODEC_NONE,
                         .input = (const uint8_t *)"abcde",
                         .input_bytes = 5,
                         .output = output,
                         .output_bytes = 5};
    assert_int_equal(ali_inflow_step(ctx, &inflow, 3), ALI_YIELD);
    assert_int_equal(ali_inflow_step(ctx, &inflow, 3), ALI_OK);
    assert_memory_equal(output, "abcde", 5);
    assert_int_equal(ali_context_copied_bytes(ctx), 5);
    inflow = (ali_inflow){.codec = ALI_CODEC_NONE, .input_bytes = 5, .output_bytes = 4};
    assert_int_equal(ali_inflow_step(ctx, &inflow, 3), ALI_ERR_CORRUPT);
    ali_context_free(ctx);
}

static void codecs_that_are_not_there_are_named(void **state) {
    assert_string_equal(ali_codec_name(ALI_CODEC_ZSTD), "zstd");
    assert_null(ali_codec_name(9));
    assert_true(ali_codec_is_supported(ALI_CODEC_SNAPPY));
    assert_false(ali_codec_is_supported(ALI_CODEC_LZO));
    assert_false(ali_codec_is_supported(9));
    assert_int_equal(ali_codec_bound(ALI_CODEC_SNAPPY, NULL, 10), 220);
    assert_true(ali_codec_bound(ALI_CODEC_SNAPPY, NULL, UINT64_MAX / 2) == ALI_UNKNOWN);
    assert_true(ali_codec_bound(ALI_CODEC_BROTLI, NULL, 10) == ALI_UNKNOWN);
    for (uint32_t codec = 2; codec < 12; codec += 1) {
        if (ali_codec_is_supported(codec)) continue;
        ali_context *ctx = NULL;
        assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
        ali_inflow inflow = {.codec = codec};
        assert_int_equal(ali_inflow_step(ctx, &inflow, 1), ALI_ERR_UNSUPPORTED);
        assert_non_null(strstr(ctx->own.sentence, "not supported"));
        ali_context_free(ctx);
    }
}

static void crc_of_the_check_string_is_right_in_any_pieces(void **state) {
    const uint8_t *text = (const uint8_t *)"123456789";
    ali_crc_tables tables = {0};
    assert_int_equal(ali_crc32(&tables, 0, text, 0), 0);
    assert_int_equal(ali_crc32(&tables, 0, text, 9), 0xCBF43926);
    for (uint64_t cut = 0; cut <= 9; cut += 1) {
        const uint32_t begun = ali_crc32(&tables, 0, text, cut);
        assert_int_equal(ali_crc32(&tables, begun, text + cut, 9 - cut), 0xCBF43926);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_decompress_or_tell_what_is_wrong),
        cmocka_unit_test(long_blocks_decompress_alike_in_any_pieces),
        cmocka_unit_test(stored_blocks_are_copied_and_counted),
        cmocka_unit_test(codecs_that_are_not_there_are_named),
        cmocka_unit_test(crc_of_the_check_string_is_right_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
