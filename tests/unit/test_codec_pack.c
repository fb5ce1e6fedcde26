// Compression to LZ4 and zstd: what comes of it decompresses to what it was, in no more room than
// was given, and keeps the rules for the end of an LZ4 block, which decoders' speed hangs on.
#include "codec/lz4_pack.h"
#include "codec/pack.h"
#include "codec_tools.h"

static const uint32_t codecs[] = {ALI_CODEC_LZ4_FRAME, ALI_CODEC_ZSTD};

typedef struct packing {
    ali_context *ctx;
    ali_packer packer;
} packing;

static void open_packer(packing *with, uint32_t codec) {
    assert_int_equal(ali_context_new(NULL, NULL, &with->ctx), ALI_OK);
    assert_int_equal(ali_packer_init(with->ctx, &with->packer, codec), ALI_OK);
}

static void close_packer(packing *with) {
    ali_packer_clear(with->ctx, &with->packer);
    ali_context_free(with->ctx);
}

// Compresses into memory of exactly `room` bytes and back. Returns the bytes that were taken.
static uint64_t round_trip(packing *with, const uint8_t *text, uint64_t bytes, uint64_t room) {
    uint8_t *input = exact_copy(text, (size_t)bytes);
    uint8_t *packed = malloc(room == 0 ? 1 : (size_t)room);
    const uint64_t count = ali_packer_run(&with->packer, input, bytes, packed, room);
    assert_true(count <= room);
    if (count != 0) {
        uint8_t *output = malloc((size_t)bytes + 1);
        const outcome made = inflate_block(with->packer.codec, packed, (size_t)count, output,
                                           (size_t)bytes, UINT64_MAX >> 8);
        if (made.status != ALI_OK) fail_msg("%u bytes: %s", (unsigned)bytes, made.sentence);
        assert_memory_equal(output, text, (size_t)bytes);
        free(output);
    }
    free(input);
    free(packed);
    return count;
}

static uint8_t *make_noise(size_t bytes) {
    uint8_t *noise = malloc(bytes);
    uint32_t seed = 9;
    for (size_t i = 0; i < bytes; i += 1) {
        seed = seed * 1664525u + 1013904223u;
        noise[i] = (uint8_t)(seed >> 24);
    }
    return noise;
}

static void what_is_compressed_comes_back(void **state) {
    static const uint64_t sizes[] = {100, 1000, 65535, 65536, 65537, 131072, 200000, 1000000};
    for (uint32_t c = 0; c < 2; c += 1) {
        packing with;
        open_packer(&with, codecs[c]);
        for (uint32_t i = 0; i < ALI_COUNT_OF(sizes); i += 1) {
            uint8_t *text = make_text((size_t)sizes[i], i + 1);
            const uint64_t count = round_trip(&with, text, sizes[i], sizes[i] - 1);
            assert_true(count != 0);
            free(text);
        }
        for (uint64_t bytes = 1; bytes < 80; bytes += 1) { // blocks that are nearly all end
            uint8_t *text = calloc(1, (size_t)bytes);
            assert_true(round_trip(&with, text, bytes, bytes + 64) != 0);
            text[bytes / 2] = 1;
            assert_true(round_trip(&with, text, bytes, bytes + 64) != 0);
            free(text);
        }
        close_packer(&with);
    }
}

// Lengths of literals and matches around those that take one byte more.
static void lengths_of_every_size_come_back(void **state) {
    packing with;
    uint8_t *noise = make_noise(3000);
    open_packer(&with, ALI_CODEC_LZ4_FRAME);
    for (uint64_t literals = 0; literals < 600; literals += 1) {
        for (uint64_t match = 4; match < 600; match += 1 + match / 20 * 7) {
            uint8_t text[2500];
            const uint64_t bytes = literals + 2 * match + 20;
            memcpy(text, noise, (size_t)(literals + match));
            memcpy(text + literals + match, noise + literals, (size_t)match);
            memcpy(text + literals + 2 * match, noise + 2000, 20);
            assert_true(round_trip(&with, text, bytes, bytes + 64) != 0);
        }
    }
    close_packer(&with);
    free(noise);
}

static void no_more_room_is_taken_than_there_is(void **state) {
    for (uint32_t c = 0; c < 2; c += 1) {
        packing with;
        open_packer(&with, codecs[c]);
        uint8_t *text = make_text(70000, 3);
        uint8_t *noise = make_noise(70000);
        const uint64_t needed = round_trip(&with, text, 70000, 69999);
        assert_int_equal(round_trip(&with, text, 70000, needed + 64), needed);
        for (uint64_t room = 0; room < needed; room += 1 + room / 9) {
            assert_int_equal(round_trip(&with, text, 70000, room), 0);
        }
        assert_int_equal(round_trip(&with, text, 70000, needed - 1), 0);
        assert_int_equal(round_trip(&with, noise, 70000, 69999), 0);
        // Noise is stored, with what stands around two blocks; half of it is not noise.
        assert_true(round_trip(&with, noise, 70000, 70100) > 70000);
        memset(noise + 20000, 0, 40000);
        assert_true(round_trip(&with, noise, 70000, 69999) < 40000);
        free(noise);
        free(text);
        close_packer(&with);
    }
}

// The same bytes give the same frame, whatever the table held before.
static void frames_follow_from_their_bytes_alone(void **state) {
    for (uint32_t c = 0; c < 2; c += 1) {
        packing with;
        open_packer(&with, codecs[c]);
        uint8_t *text = make_text(100000, 5);
        uint8_t *first = malloc(100000);
        uint8_t *second = malloc(100000);
        const uint64_t count = ali_packer_run(&with.packer, text, 100000, first, 100000);
        (void)ali_packer_run(&with.packer, text + 1, 99999, second, 100000);
        assert_int_equal(ali_packer_run(&with.packer, text, 100000, second, 100000), count);
        assert_memory_equal(first, second, (size_t)count);
        free(second);
        free(first);
        free(text);
        close_packer(&with);
    }
}

static uint64_t read_more(const uint8_t **at, uint64_t length) {
    if (length != 15) return length;
    uint8_t byte = 255;
    while (byte == 255) {
        byte = *(*at)++;
        length += byte;
    }
    return length;
}

// The last five bytes are literals, and no match begins in the last twelve.
static void blocks_end_as_the_specification_asks(void **state) {
    uint16_t *table = malloc(ALI_LZ4_TABLE_BYTES);
    for (uint32_t bytes = 13; bytes < 3000; bytes += 7) {
        uint8_t *text = bytes % 2 == 0 ? make_text(bytes, bytes) : calloc(1, bytes);
        uint8_t *packed = malloc(bytes + 64);
        const uint64_t count = ali_lz4_frame_pack(table, text, bytes, packed, bytes + 64);
        assert_true(count != 0);
        const uint32_t block_bytes = ali_load_u32(packed + 7);
        const uint8_t *at = packed + 11;
        const uint8_t *end = at + (block_bytes & 0x7FFFFFFF);
        uint64_t output = (block_bytes >> 31) != 0 ? bytes : 0;
        while (output < bytes) {
            const uint8_t token = *at++;
            const uint64_t literals = read_more(&at, token >> 4);
            at += literals;
            output += literals;
            if (at == end) {
                assert_true(literals >= 5 || output == literals);
                break;
            }
            assert_true(output + 12 <= bytes);
            at += 2;
            output += read_more(&at, token & 15) + 4;
        }
        assert_int_equal(output, bytes);
        free(packed);
        free(text);
    }
    free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_compressed_comes_back),
        cmocka_unit_test(lengths_of_every_size_come_back),
        cmocka_unit_test(no_more_room_is_taken_than_there_is),
        cmocka_unit_test(frames_follow_from_their_bytes_alone),
        cmocka_unit_test(blocks_end_as_the_specification_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
