// gzip and zlib data as zlib's own deflate makes it, in steps of any size; members one after the
// other; headers with everything in them; and what must be refused.
#include <zlib.h>

#include "codec_tools.h"

// Compresses by zlib: window_bits 31 for gzip, 15 for zlib's format, -15 for bare deflate data.
static size_t deflate_text(const uint8_t *text, size_t text_bytes, int level, int window_bits,
                           int strategy, uint8_t *to, size_t to_bytes) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, window_bits, 8, strategy), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)text;
    stream.avail_in = (uInt)text_bytes;
    stream.next_out = to;
    stream.avail_out = (uInt)to_bytes;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t made = to_bytes - stream.avail_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return made;
}

typedef struct kind {
    const char *what;
    int level;
    int window_bits;
    int strategy;
} kind;

static const kind kinds[] = {
    {"stored", 0, 31, Z_DEFAULT_STRATEGY},
    {"fast", 1, 31, Z_DEFAULT_STRATEGY},
    {"usual", 6, 31, Z_DEFAULT_STRATEGY},
    {"best", 9, 31, Z_DEFAULT_STRATEGY},
    {"fixed codes", 6, 31, Z_FIXED},
    {"without matches", 6, 31, Z_HUFFMAN_ONLY},
    {"runs", 6, 31, Z_RLE},
    {"a small window", 6, 25, Z_DEFAULT_STRATEGY},
    {"zlib's format", 6, 15, Z_DEFAULT_STRATEGY},
};

static void what_zlib_compresses_comes_back_in_steps_of_any_size(void **state) {
    static const size_t sizes[] = {0, 1, 100, 4000, 70000, 400000};
    static const uint64_t budgets[] = {1, 100, 5000, 1 << 20, UINT64_MAX >> 8};
    for (uint32_t i = 0; i < ALI_COUNT_OF(sizes) * ALI_COUNT_OF(kinds); i += 1) {
        const size_t bytes = sizes[i % ALI_COUNT_OF(sizes)];
        const kind *at = &kinds[i / ALI_COUNT_OF(sizes)];
        uint8_t *text = make_text(bytes, i);
        uint8_t *block = malloc(bytes * 2 + 1000);
        uint8_t *output = malloc(bytes + 1);
        const size_t made = deflate_text(text, bytes, at->level, at->window_bits, at->strategy,
                                         block, bytes * 2 + 1000);
        for (uint32_t k = 0; k < ALI_COUNT_OF(budgets); k += 1) {
            if (budgets[k] < bytes / 10000) continue;
            const outcome got =
                inflate_block(ALI_CODEC_GZIP, block, made, output, bytes, budgets[k]);
            if (got.status != ALI_OK) print_message("%s: %s\n", at->what, got.sentence);
            assert_int_equal(got.status, ALI_OK);
            assert_memory_equal(output, text, bytes);
        }
        if (bytes == 4000) check_cuts(ALI_CODEC_GZIP, block, made, bytes);
        free(text);
        free(block);
        free(output);
    }
}

static void members_may_follow_on_one_another(void **state) {
    uint8_t block[500];
    uint8_t output[8];
    size_t bytes = deflate_text((const uint8_t *)"abc", 3, 6, 31, 0, block, 200);
    bytes += deflate_text((const uint8_t *)"", 0, 6, 31, 0, block + bytes, 200);
    bytes += deflate_text((const uint8_t *)"defg", 4, 6, 31, 0, block + bytes, 100);
    for (uint64_t budget = 1; budget < 9; budget += 1) {
        const outcome made = inflate_block(ALI_CODEC_GZIP, block, bytes, output, 7, budget);
        assert_int_equal(made.status, ALI_OK);
        assert_memory_equal(output, "abcdefg", 7);
    }
    const outcome made = inflate_block(ALI_CODEC_GZIP, block, bytes, output, 3, 1);
    assert_int_equal(made.status, ALI_ERR_CORRUPT);
}

// "abc" as one stored block.
#define STORED 0x01, 3, 0, 0xFC, 0xFF, 'a', 'b', 'c'
#define TRAILER 0xC2, 0x41, 0x24, 0x35, 3, 0, 0, 0
#define HEADER(flags) 0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3

static const codec_sample samples[] = {
    {"a plain header", BLOCK(HEADER(0), STORED, TRAILER), GOOD("abc")},
    {"everything in a header",
     BLOCK(HEADER(0x1D), 2, 0, 'x', 'y', 'n', 0, 'c', 'c', 0, STORED, TRAILER), GOOD("abc")},
    {"a header's checksum", BLOCK(HEADER(0x02), 0x68, 0x58, STORED, TRAILER), BAD_SUM(3, "header")},
    {"zlib's format", BLOCK(0x78, 0x9C, STORED, 0x02, 0x4D, 0x01, 0x27), GOOD("abc")},
    {"another checksum of zlib's", BLOCK(0x78, 0x9C, STORED, 0x02, 0x4D, 0x01, 0x28),
     BAD(3, "incorrect data check")},
    {"another checksum", BLOCK(HEADER(0), STORED, 0xC2, 0x41, 0x24, 0x36, 3, 0, 0, 0),
     BAD_SUM(3, "a gzip member's checksum is 0x362441c2, but its bytes have 0x352441c2")},
    {"another length", BLOCK(HEADER(0), STORED, 0xC2, 0x41, 0x24, 0x35, 4, 0, 0, 0),
     BAD(3, "gives 3 bytes, but claims 4")},
    {"a reserved flag", BLOCK(HEADER(0x20), STORED, TRAILER), BAD(3, "header of the gzip member")},
    {"another method", BLOCK(0x1F, 0x8B, 7, 0, 0, 0, 0, 0, 0, 3, STORED), BAD(3, "is damaged")},
    {"no gzip", BLOCK(1, 2, 3), BAD(3, "no gzip member begins at 0 of 3")},
    {"nothing", (const uint8_t *)"", 0, BAD(3, "ends early, at 0 of 0")},
    {"one byte", BLOCK(0x1F), BAD(3, "ends early, at 0 of 1")},
    {"a text of the header without end", BLOCK(HEADER(0x08), 'a', 'b'), BAD(3, "ends early")},
    {"an extra field that is too long", BLOCK(HEADER(0x04), 200, 0, 1), BAD(3, "ends early")},
    {"too little", BLOCK(HEADER(0), STORED, TRAILER), BAD(4, "gives 3 bytes instead of 4")},
    {"too much", BLOCK(HEADER(0), STORED, TRAILER), BAD(2, "more than the expected 2 bytes")},
    {"a block of no kind", BLOCK(HEADER(0), 0x07, 0), BAD(2, "invalid block type")},
    {"bytes after the end", BLOCK(HEADER(0), STORED, TRAILER, 1, 2),
     BAD(3, "no gzip member begins at 26 of 28")},
};

static void headers_and_trailers_are_verified(void **state) {
    check_samples(ALI_CODEC_GZIP, samples, ALI_COUNT_OF(samples));
}

static void a_refused_allocation_is_told_as_such(void **state) {
    ali_limits limits = {.size_bytes = sizeof limits, .memory_bytes_max = 65536};
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, &limits, &ctx), ALI_OK);
    const uint64_t held_bytes = ali_context_memory_bytes(ctx);
    const uint64_t taken_bytes = limits.memory_bytes_max - held_bytes - 600;
    void *taken = NULL;
    assert_int_equal(ali_mem_new(ctx, taken_bytes, &taken), ALI_OK);
    uint8_t block[] = {HEADER(0), STORED, TRAILER};
    uint8_t output[3];
    ali_inflow inflow = {.codec = ALI_CODEC_GZIP,
                         .input = block,
                         .input_bytes = sizeof block,
                         .output = output,
                         .output_bytes = 3};
    assert_int_equal(ali_inflow_step(ctx, &inflow, 9), ALI_ERR_LIMIT);
    ali_inflow_clear(ctx, &inflow);
    ali_mem_free(ctx, taken, taken_bytes);
    assert_int_equal(ali_context_memory_bytes(ctx), held_bytes);
    ali_context_free(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_zlib_compresses_comes_back_in_steps_of_any_size),
        cmocka_unit_test(members_may_follow_on_one_another),
        cmocka_unit_test(headers_and_trailers_are_verified),
        cmocka_unit_test(a_refused_allocation_is_told_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
