// LZ4: blocks with every element, resuming at every byte, and everything that a block must not do;
// frames as the lz4 tool (1.9.4) writes them; what writers of Parquet's codec LZ4 made of it.
#include "codec/lz4_block.h"
#include "codec/xxh32.h"
#include "codec_tools.h"

static const codec_sample blocks[] = {
    {"nothing", BLOCK(0), GOOD("")},
    {"a literal", BLOCK(0x30, 'a', 'b', 'c'), GOOD("abc")},
    {"a literal of fifteen",
     BLOCK(0xF0, 0, '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'),
     GOOD("123456789abcdef")},
    {"a match", BLOCK(0x40, 'a', 'b', 'c', 'd', 4, 0, 0x10, 'x'), GOOD("abcdabcdx")},
    {"a match that repeats itself", BLOCK(0x15, 'a', 1, 0, 0x10, 'x'), GOOD("aaaaaaaaaax")},
    {"a match of nineteen", BLOCK(0x1F, 'a', 1, 0, 0, 0x00), GOOD("aaaaaaaaaaaaaaaaaaaa")},
    {"a match after a match", BLOCK(0x20, 'a', 'b', 2, 0, 0x00, 1, 0, 0x10, 'x'),
     GOOD("abababbbbbx")},
    {"no token", BLOCK(0x10, 'a', 1, 0), BAD(5, "ends inside the sequence at 4 of 4")},
    {"a literal cut short", BLOCK(0x30, 'a', 'b'), BAD(3, "ends inside the sequence at 0 of 3")},
    {"a length cut short", BLOCK(0xF0, 255, 255), BAD(9999, "ends inside the sequence at 0")},
    {"an offset cut short", BLOCK(0x10, 'a', 1), BAD(9, "ends inside the sequence at 2 of 3")},
    {"the length of a match cut short", BLOCK(0x1F, 'a', 1, 0), BAD(99, "the sequence at 2 of 4")},
    {"too little", BLOCK(0x20, 'a', 'b'), BAD(3, "ends early, at 3 of 3")},
    {"a literal beyond the end", BLOCK(0x20, 'a', 'b'), BAD(1, "more than the expected 1 bytes")},
    {"a match beyond the end", BLOCK(0x10, 'a', 1, 0, 0), BAD(4, "more than the expected 4")},
    {"an offset of 0", BLOCK(0x10, 'a', 0, 0, 0), BAD(9, "before its beginning, at 2 of 5")},
    {"an offset before the start", BLOCK(0x10, 'a', 2, 0, 0), BAD(9, "before its beginning")},
    {"bytes after the end", BLOCK(0x10, 'a', 1, 0), BAD(1, "more than the expected 1 bytes")},
};

static void blocks_decompress_or_tell_what_is_wrong(void **state) {
    check_samples(ALI_CODEC_LZ4_RAW, blocks, ALI_COUNT_OF(blocks));
}

static size_t put_length(uint8_t *block, size_t at, size_t length) {
    for (; length >= 255; length -= 255) block[at++] = 255;
    block[at++] = (uint8_t)length;
    return at;
}

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

// Writes sequences of all kinds at random, and what they stand for.
static size_t make_block(uint32_t *seed, uint8_t *block, size_t *block_bytes, uint8_t *text,
                         size_t text_max) {
    size_t at = 0;
    size_t length = 0;
    for (;;) {
        const uint32_t random = next_random(seed);
        const size_t literal = random % 7 == 0 ? random % 700 : random % 20 + (length == 0);
        const size_t match = 4 + (random % 11 == 0 ? random % 900 : random % 17);
        const bool is_last = length + literal + match + 1000 > text_max;
        const size_t extra = literal < 15 ? literal : 15;
        const size_t nibble = is_last ? 0 : (match - 4 < 15 ? match - 4 : 15);
        block[at++] = (uint8_t)(extra << 4 | nibble);
        if (extra == 15) at = put_length(block, at, literal - 15);
        for (size_t i = 0; i < literal; i += 1) {
            text[length++] = block[at++] = (uint8_t)(random >> (i % 16));
        }
        if (is_last) break;
        const size_t far = random % 5 == 0 ? 1 + random % 18 : 1 + random % length;
        const size_t near = far > length ? length : far;
        const size_t distance = near > 65535 ? 65535 : near;
        block[at++] = (uint8_t)distance;
        block[at++] = (uint8_t)(distance >> 8);
        if (nibble == 15) at = put_length(block, at, match - 19);
        for (size_t i = 0; i < match; i += 1, length += 1) text[length] = text[length - distance];
    }
    *block_bytes = at;
    return length;
}

static void long_blocks_decompress_alike_in_any_pieces(void **state) {
    uint32_t seed = 1;
    uint8_t *block = malloc(1 << 19);
    uint8_t *text = malloc(1 << 18);
    uint8_t *output = malloc(1 << 18);
    for (uint32_t round = 0; round < 200; round += 1) {
        size_t block_bytes = 0;
        const size_t length = make_block(&seed, block, &block_bytes, text, 3000 + round * 900);
        const uint64_t budget = round % 4 == 0 ? UINT64_MAX >> 8 : 1 + round * 7;
        const outcome made =
            inflate_block(ALI_CODEC_LZ4_RAW, block, block_bytes, output, length, budget);
        assert_int_equal(made.status, ALI_OK);
        assert_memory_equal(output, text, length);
        if (round < 3) check_cuts(ALI_CODEC_LZ4_RAW, block, block_bytes, length);
    }
    free(block);
    free(text);
    free(output);
}

static void a_long_match_is_spread_over_steps(void **state) {
    const size_t length = 8 << 20;
    uint8_t *block = malloc(length / 255 + 16);
    uint8_t *output = malloc(length);
    block[0] = 0x1F;
    block[1] = 'a';
    block[2] = 1;
    block[3] = 0;
    size_t at = put_length(block, 4, length - 1 - 19);
    block[at++] = 0;
    const outcome made = inflate_block(ALI_CODEC_LZ4_RAW, block, at, output, length, 1 << 20);
    assert_int_equal(made.status, ALI_OK);
    assert_true(made.steps >= 8);
    for (size_t i = 0; i < length; i += 1) assert_int_equal(output[i], 'a');
    free(block);
    free(output);
}

// --- frames --------------------------------------------------------------------------------------

#define FRAME_TEXT "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc0123456789"
#define FRAME_BLOCK                                                                                \
    0x12, 0, 0, 0, 0x3F, 0x61, 0x62, 0x63, 3, 0, 0x1A, 0xA0, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35,   \
        0x36, 0x37, 0x38, 0x39
#define MAGIC 0x04, 0x22, 0x4D, 0x18
#define CONTENT_SUM 0xCE, 0xEE, 0xB3, 0x68

static const codec_sample frames[] = {
    {"a frame", BLOCK(MAGIC, 0x64, 0x40, 0xA7, FRAME_BLOCK, 0, 0, 0, 0, CONTENT_SUM),
     GOOD(FRAME_TEXT)},
    {"a frame without a checksum", BLOCK(MAGIC, 0x60, 0x40, 0x82, FRAME_BLOCK, 0, 0, 0, 0),
     GOOD(FRAME_TEXT)},
    {"a frame with sums of blocks and a size",
     BLOCK(MAGIC, 0x7C, 0x40, 58, 0, 0, 0, 0, 0, 0, 0, 0x24, FRAME_BLOCK, 0x8A, 0x70, 0xA4, 0x9E, 0,
           0, 0, 0, CONTENT_SUM),
     GOOD(FRAME_TEXT)},
    {"a stored block", BLOCK(MAGIC, 0x60, 0x40, 0x82, 2, 0, 0, 0x80, 'a', 'b', 0, 0, 0, 0),
     GOOD("ab")},
    {"no blocks", BLOCK(MAGIC, 0x60, 0x40, 0x82, 0, 0, 0, 0), GOOD("")},
    {"nothing at all", (const uint8_t *)"", 0, GOOD("")},
    {"a frame to be passed over, and two frames",
     BLOCK(0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3, MAGIC, 0x60, 0x40, 0x82, 1, 0, 0, 0x80, 'a',
           0, 0, 0, 0, MAGIC, 0x60, 0x40, 0x82, 1, 0, 0, 0x80, 'b', 0, 0, 0, 0),
     GOOD("ab")},
    {"another checksum of the header", BLOCK(MAGIC, 0x60, 0x40, 0x83, 0, 0, 0, 0),
     BAD(0, "the header of the LZ4 frame at 0 is damaged")},
    {"another version", BLOCK(MAGIC, 0xA0, 0x40, 0x82, 0, 0, 0, 0), BAD(0, "is damaged")},
    {"a reserved size of blocks", BLOCK(MAGIC, 0x60, 0x30, 0x82, 0, 0, 0, 0), BAD(0, "is damaged")},
    {"another magic", BLOCK(1, 2, 3, 4), BAD(4, "no LZ4 frame begins at 0")},
    {"a dictionary", BLOCK(MAGIC, 0x61, 0x40, 1, 0, 0, 0, 0), NULL, 0, ALI_ERR_UNSUPPORTED,
     "dictionary are not supported"},
    {"another checksum of the content",
     BLOCK(MAGIC, 0x64, 0x40, 0xA7, FRAME_BLOCK, 0, 0, 0, 0, 0xCE, 0xEE, 0xB3, 0x69),
     BAD_SUM(58, "an LZ4 frame's checksum is 0x69b3eece")},
    {"another checksum of a block",
     BLOCK(MAGIC, 0x7C, 0x40, 58, 0, 0, 0, 0, 0, 0, 0, 0x24, FRAME_BLOCK, 0x8A, 0x70, 0xA4, 0x9F, 0,
           0, 0, 0, CONTENT_SUM),
     BAD_SUM(58, "the checksum of the LZ4 block at")},
    {"more than is expected", BLOCK(MAGIC, 0x60, 0x40, 0x82, 2, 0, 0, 0x80, 'a', 'b', 0, 0, 0, 0),
     BAD(1, "more than the expected 1 bytes")},
    {"less than is expected", BLOCK(MAGIC, 0x60, 0x40, 0x82, 1, 0, 0, 0x80, 'a', 0, 0, 0, 0),
     BAD(2, "ends early, at 16 of 16")},
    {"no end", BLOCK(MAGIC, 0x60, 0x40, 0x82, 1, 0, 0, 0x80, 'a'), BAD(1, "ends early")},
    {"bytes after the end", BLOCK(MAGIC, 0x60, 0x40, 0x82, 0, 0, 0, 0, 9), BAD(0, "ends early")},
};

static void frames_decompress_or_tell_what_is_wrong(void **state) {
    check_samples(ALI_CODEC_LZ4_FRAME, frames, ALI_COUNT_OF(frames));
}

static size_t put_word(uint8_t *to, size_t at, uint32_t word) {
    memcpy(to + at, &word, 4);
    return at + 4;
}

// Writes a frame of two blocks, of which the second refers to the first one's bytes.
static size_t make_linked(uint8_t *frame, uint8_t flags, uint64_t content_bytes) {
    const uint8_t first[] = {0x40, 'a', 'b', 'c', 'd'};
    const uint8_t second[] = {0x00, 4, 0, 0x10, 'x'};
    size_t at = put_word(frame, 0, 0x184D2204);
    frame[at++] = flags;
    frame[at++] = 0x40;
    memcpy(frame + at, &content_bytes, 8);
    at += 8;
    ali_xxh32 sum;
    ali_xxh32_init(&sum);
    ali_xxh32_add(&sum, frame + 4, at - 4);
    frame[at++] = (uint8_t)(ali_xxh32_get(&sum) >> 8);
    at = put_word(frame, at, sizeof first);
    memcpy(frame + at, first, sizeof first);
    at = put_word(frame, at + sizeof first, sizeof second);
    memcpy(frame + at, second, sizeof second);
    return put_word(frame, at + sizeof second, 0);
}

static void blocks_of_a_frame_refer_back_only_where_they_are_linked(void **state) {
    uint8_t frame[64];
    uint8_t output[9];
    size_t bytes = make_linked(frame, 0x48, 9);
    assert_int_equal(inflate_block(ALI_CODEC_LZ4_FRAME, frame, bytes, output, 9, 1).status, ALI_OK);
    assert_memory_equal(output, "abcdabcdx", 9);
    bytes = make_linked(frame, 0x68, 9);
    outcome made = inflate_block(ALI_CODEC_LZ4_FRAME, frame, bytes, output, 9, 1);
    assert_int_equal(made.status, ALI_ERR_CORRUPT);
    assert_non_null(strstr(made.sentence, "before its beginning"));
    bytes = make_linked(frame, 0x48, 8);
    made = inflate_block(ALI_CODEC_LZ4_FRAME, frame, bytes, output, 9, 1);
    assert_int_equal(made.status, ALI_ERR_CORRUPT);
    assert_non_null(strstr(made.sentence, "gives 9 bytes, but claims 8"));
}

// --- Parquet's codec LZ4 -------------------------------------------------------------------------

#define LENGTH(n) 0, 0, 0, n

static const codec_sample hadoop[] = {
    {"one block", BLOCK(LENGTH(3), LENGTH(4), 0x30, 'a', 'b', 'c'), GOOD("abc")},
    {"two chunks", BLOCK(LENGTH(1), LENGTH(2), 0x10, 'a', LENGTH(1), LENGTH(2), 0x10, 'b'),
     GOOD("ab")},
    {"two blocks of a chunk", BLOCK(LENGTH(2), LENGTH(2), 0x10, 'a', LENGTH(2), 0x10, 'b'),
     GOOD("ab")},
    {"an empty chunk", BLOCK(LENGTH(0)), GOOD("")},
    {"an empty chunk and a block", BLOCK(LENGTH(0), LENGTH(1), LENGTH(2), 0x10, 'b'), GOOD("b")},
    {"a bare block", BLOCK(0x30, 'a', 'b', 'c'), GOOD("abc")},
    {"a short bare block", BLOCK(0x10, 'a'), GOOD("a")},
    {"a frame", BLOCK(MAGIC, 0x64, 0x40, 0xA7, FRAME_BLOCK, 0, 0, 0, 0, CONTENT_SUM),
     GOOD(FRAME_TEXT)},
    {"a chunk that is too long", BLOCK(LENGTH(4), LENGTH(4), 0x30, 'a', 'b', 'c'),
     BAD(3, "more than the expected 3 bytes, at 4 of 12")},
    {"a block that is too long", BLOCK(LENGTH(3), LENGTH(5), 0x30, 'a', 'b', 'c'),
     BAD(3, "ends early, at 8 of 12")},
    {"a block that gives too little", BLOCK(LENGTH(3), LENGTH(2), 0x10, 'a'),
     BAD(3, "ends early, at 10 of 10")},
    {"a block that gives too much", BLOCK(LENGTH(1), LENGTH(3), 0x20, 'a', 'b'),
     BAD(2, "more than the expected 1 bytes, at 8 of 11")},
    {"half a length", BLOCK(LENGTH(1), LENGTH(2), 0x10, 'a', 0, 0), BAD(2, "ends early")},
    {"a block that refers to another",
     BLOCK(LENGTH(4), LENGTH(5), 0x40, 'a', 'b', 'c', 'd', LENGTH(5), LENGTH(5), 0, 4, 0, 0x10,
           'x'),
     BAD(9, "before its beginning")},
};

static void all_that_writers_meant_by_codec_lz4_is_read(void **state) {
    check_samples(ALI_CODEC_LZ4, hadoop, ALI_COUNT_OF(hadoop));
}

static void a_state_is_used_again_for_the_next_block(void **state) {
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    const uint64_t held_bytes = ali_context_memory_bytes(ctx);
    uint8_t output[8];
    ali_inflow inflow = {0};
    const ali_inflow first = {.codec = ALI_CODEC_LZ4_RAW,
                              .input = (const uint8_t *)"\x30"
                                                        "abc",
                              .input_bytes = 4,
                              .output = output,
                              .output_bytes = 3};
    ali_inflow_begin(ctx, &inflow, &first);
    assert_int_equal(ali_inflow_step(ctx, &inflow, 1), ALI_YIELD);
    const ali_codec_state *kept = inflow.state;
    ali_inflow_begin(ctx, &inflow, &first);
    assert_ptr_equal(inflow.state, kept);
    assert_int_equal(ali_inflow_step(ctx, &inflow, 9), ALI_OK);
    assert_memory_equal(output, "abc", 3);
    ali_inflow other = first;
    other.codec = ALI_CODEC_LZ4;
    ali_inflow_begin(ctx, &inflow, &other);
    assert_null(inflow.state);
    assert_int_equal(ali_context_memory_bytes(ctx), held_bytes);
    ali_context_free(ctx);
}

static uint32_t xxh32_of(const char *text, size_t cut) {
    ali_xxh32 sum;
    ali_xxh32_init(&sum);
    ali_xxh32_add(&sum, (const uint8_t *)text, cut);
    ali_xxh32_add(&sum, (const uint8_t *)text + cut, strlen(text) - cut);
    return ali_xxh32_get(&sum);
}

static void xxh32_is_right_in_any_pieces(void **state) {
    assert_int_equal(xxh32_of("", 0), 0x02CC5D05);
    for (size_t cut = 0; cut <= 3; cut += 1) assert_int_equal(xxh32_of("abc", cut), 0x32D153FF);
    for (size_t cut = 0; cut <= sizeof(FRAME_TEXT) - 1; cut += 1) {
        assert_int_equal(xxh32_of(FRAME_TEXT, cut), 0x68B3EECE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_decompress_or_tell_what_is_wrong),
        cmocka_unit_test(long_blocks_decompress_alike_in_any_pieces),
        cmocka_unit_test(a_long_match_is_spread_over_steps),
        cmocka_unit_test(frames_decompress_or_tell_what_is_wrong),
        cmocka_unit_test(blocks_of_a_frame_refer_back_only_where_they_are_linked),
        cmocka_unit_test(all_that_writers_meant_by_codec_lz4_is_read),
        cmocka_unit_test(a_state_is_used_again_for_the_next_block),
        cmocka_unit_test(xxh32_is_right_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
