// Run lengths and bit-packing, levels and PLAIN kernels, each against the plainest way to do it.
// All input lies in memory of exactly its size, so that a read beyond it is found.
#include "column_tools.h"
#include "format/parquet/levels.h"
#include "format/parquet/plain.h"

static uint32_t next(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 3;
}

static uint32_t bits_at(const uint8_t *bytes, uint64_t bit, uint32_t width) {
    uint64_t number = 0;
    for (uint32_t i = 0; i < width; i += 1) {
        const uint64_t at = bit + i;
        number |= (uint64_t)(bytes[at >> 3] >> (at & 7) & 1) << i;
    }
    return (uint32_t)number;
}

static void every_width_unpacks_from_any_bit_on(void **state) {
    uint32_t seed = 1;
    for (uint32_t width = 0; width <= 32; width += 1) {
        for (uint32_t round = 0; round < 60; round += 1) {
            const uint64_t count = next(&seed) % 300;
            const uint64_t bit = round % 2 == 0 ? 0 : next(&seed) % 70;
            const size_t bytes_count = (size_t)((bit + count * width + 7) / 8);
            uint8_t *bytes = malloc(bytes_count + 1);
            for (size_t i = 0; i < bytes_count; i += 1) bytes[i] = (uint8_t)next(&seed);
            bytes = realloc(bytes, bytes_count == 0 ? 1 : bytes_count);
            uint32_t *numbers = malloc((count + 1) * 4);
            numbers[count] = 0xABCD;
            ali_rle_unpack(bytes, bytes_count, bit, width, numbers, count);
            for (uint64_t i = 0; i < count; i += 1) {
                assert_int_equal(numbers[i], bits_at(bytes, bit + i * width, width));
            }
            assert_int_equal(numbers[count], 0xABCD);
            free(numbers);
            free(bytes);
        }
    }
}

typedef struct stream {
    const char *what;
    uint8_t bytes[16];
    size_t count;
    uint32_t width;
    uint32_t numbers[20];
    uint64_t numbers_count; // that can be taken
} stream;

static const stream streams[] = {
    {"a run", {3 << 1, 7}, 2, 3, {7, 7, 7}, 3},
    {"a run of two bytes", {2 << 1, 0x34, 0x12}, 3, 13, {0x1234, 0x1234}, 2},
    {"packed", {1 << 1 | 1, 0x88, 0xC6, 0xFA}, 4, 3, {0, 1, 2, 3, 4, 5, 6, 7}, 8},
    {"packed, then a run", {3, 0xFF, 2 << 1, 0}, 4, 1, {1, 1, 1, 1, 1, 1, 1, 1, 0, 0}, 10},
    {"two runs", {1 << 1, 1, 2 << 1, 0}, 4, 1, {1, 0, 0}, 3},
    {"the last group cut off", {3, 0x21}, 2, 4, {1, 2}, 2},
    {"width 0", {5 << 1}, 1, 0, {0, 0, 0, 0, 0}, 5},
    {"width 0, packed", {1 << 1 | 1}, 1, 0, {0, 0, 0, 0, 0, 0, 0, 0}, 8},
    {"nothing", {0}, 0, 1, {0}, 0},
    {"a head cut off", {0x80}, 1, 1, {0}, 0},
    {"a head without end", {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}, 6, 1, {0}, 0},
    {"a run of none", {0, 1}, 2, 1, {0}, 0},
    {"packed, none", {1}, 1, 1, {0}, 0},
    {"a run without its value", {2}, 1, 1, {0}, 0},
};

static void streams_give_their_numbers_and_no_more(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(streams); i += 1) {
        const stream *at = &streams[i];
        uint8_t *bytes = malloc(at->count == 0 ? 1 : at->count);
        memcpy(bytes, at->bytes, at->count);
        for (uint64_t piece = 1; piece < 12; piece += 1) {
            ali_rle rle;
            uint32_t numbers[32];
            ali_rle_init(&rle, bytes, at->count, at->width);
            for (uint64_t taken = 0; taken < at->numbers_count; taken += piece) {
                const uint64_t left = at->numbers_count - taken;
                assert_true(ali_rle_take(&rle, numbers + taken, left < piece ? left : piece));
            }
            for (uint64_t k = 0; k < at->numbers_count; k += 1) {
                assert_int_equal(numbers[k], at->numbers[k]);
            }
            assert_false(ali_rle_take(&rle, numbers, 1));
            ali_rle_init(&rle, bytes, at->count, at->width);
            assert_true(ali_rle_skip(&rle, at->numbers_count));
            assert_false(ali_rle_skip(&rle, 1));
            if (at->numbers_count > 1) {
                ali_rle_init(&rle, bytes, at->count, at->width);
                assert_true(ali_rle_skip(&rle, at->numbers_count - 1));
                assert_true(ali_rle_take(&rle, numbers, 1));
                assert_int_equal(numbers[0], at->numbers[at->numbers_count - 1]);
            }
        }
        free(bytes);
    }
}

static void levels_become_bits(void **state) {
    static const struct {
        uint8_t bytes[4];
        size_t count;
        bool is_bit_packed;
        bool is_absent;
        uint64_t rows;
        const char *validity;
        uint32_t why;
    } samples[] = {
        {{5 << 1, 1}, 2, false, false, 5, "11111", ALI_LEVELS_OK},
        {{5 << 1, 0}, 2, false, false, 5, "00000", ALI_LEVELS_OK},
        {{3, 0xA5}, 2, false, false, 8, "10100101", ALI_LEVELS_OK},
        {{3, 0x05, 2 << 1, 1}, 4, false, false, 10, "1010000011", ALI_LEVELS_OK},
        {{0xA5}, 1, true, false, 8, "10100101", ALI_LEVELS_OK},
        {{0x80}, 1, true, false, 3, "100", ALI_LEVELS_OK},
        {{0}, 0, false, true, 3, "111", ALI_LEVELS_OK},
        {{5 << 1, 2}, 2, false, false, 5, "", ALI_LEVELS_RANGE},
        {{4 << 1, 1}, 2, false, false, 5, "", ALI_LEVELS_SHORT},
        {{0x80}, 1, true, false, 9, "", ALI_LEVELS_SHORT},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        for (uint64_t row = 0; row < 20; row += 1) {
            ali_levels levels = {.is_bit_packed = samples[i].is_bit_packed,
                                 .is_absent = samples[i].is_absent};
            ali_rle_init(&levels.rle, samples[i].bytes, samples[i].count, 1);
            uint8_t *bitmap = calloc((size_t)(row + samples[i].rows + 7) / 8, 1);
            uint64_t values = 0;
            const uint32_t why = ali_levels_take(&levels, bitmap, row, samples[i].rows, &values);
            assert_int_equal(why, samples[i].why);
            uint64_t ones = 0;
            for (uint64_t k = 0; why == ALI_LEVELS_OK && k < samples[i].rows; k += 1) {
                const bool is_one = (bitmap[(row + k) >> 3] >> ((row + k) & 7) & 1) != 0;
                assert_int_equal(is_one, samples[i].validity[k] == '1');
                ones += is_one;
            }
            if (why == ALI_LEVELS_OK) assert_int_equal(values, ones);
            free(bitmap);
        }
    }
}

static void bits_are_copied_from_any_place_to_any_other(void **state) {
    uint32_t seed = 7;
    for (uint32_t round = 0; round < 2000; round += 1) {
        const uint64_t from_bit = next(&seed) % 20;
        const uint64_t to_bit = next(&seed) % 20;
        const uint64_t count = next(&seed) % 150;
        const size_t from_bytes = (size_t)(from_bit + count + 7) / 8;
        const size_t to_bytes = (size_t)(to_bit + count + 7) / 8;
        uint8_t *from = malloc(from_bytes + 1);
        for (size_t i = 0; i < from_bytes; i += 1) from[i] = (uint8_t)next(&seed);
        from = realloc(from, from_bytes == 0 ? 1 : from_bytes);
        uint8_t *to = calloc(to_bytes == 0 ? 1 : to_bytes, 1);
        uint64_t ones = 0;
        assert_true(ali_levels_copy(NULL, 0, from, from_bit, count) ==
                    ali_levels_copy(to, to_bit, from, from_bit, count));
        for (uint64_t i = 0; i < to_bytes * 8; i += 1) {
            const bool is_inside = i >= to_bit && i < to_bit + count;
            const uint32_t expected = is_inside ? bits_at(from, from_bit + i - to_bit, 1) : 0;
            assert_int_equal(to[i >> 3] >> (i & 7) & 1, expected);
            ones += expected;
        }
        assert_int_equal(ali_levels_copy(NULL, 0, from, from_bit, count), ones);
        free(from);
        free(to);
    }
}

static void values_spread_over_their_slots(void **state) {
    uint32_t seed = 3;
    for (uint32_t round = 0; round < 400; round += 1) {
        const uint64_t row = next(&seed) % 11;
        const uint64_t rows = 1 + next(&seed) % 90;
        uint8_t bitmap[16] = {0};
        uint64_t values = 0;
        uint8_t dense[8 * 100];
        uint64_t expected[100] = {0};
        int32_t ends[100];
        int32_t expected_ends[100];
        for (uint64_t i = 0; i < rows; i += 1) {
            expected_ends[i] = i == 0 ? 5 : expected_ends[i - 1];
            if (next(&seed) % 3 == 0) continue;
            ali_levels_set(bitmap, row + i, 1);
            expected[i] = next(&seed);
            expected_ends[i] += 2;
            ends[values] = expected_ends[i];
            values += 1;
        }
        for (uint32_t width = 1; width <= 8; width *= 2) {
            uint64_t at = 0;
            for (uint64_t i = 0; i < rows; i += 1) {
                if (bits_at(bitmap, row + i, 1) == 0) continue;
                memcpy(dense + at * width, &expected[i], width);
                at += 1;
            }
            ali_levels_spread(dense, width, bitmap, row, rows, values);
            for (uint64_t i = 0; i < rows; i += 1) {
                assert_memory_equal(dense + i * width, &expected[i], width);
            }
        }
        ali_levels_spread_ends(ends, 5, bitmap, row, rows, values);
        assert_memory_equal(ends, expected_ends, rows * 4);
    }
}

static void gather_takes_values_of_any_width_and_place(void **state) {
    const uint32_t codes[] = {3, 0, 2, 2, 1};
    for (uint32_t width = 1; width <= 8; width *= 2) {
        uint8_t values[33];
        uint8_t to[40];
        for (uint32_t i = 0; i < 33; i += 1) values[i] = (uint8_t)(i * 7);
        ali_plain_gather(to, values + 1, width, codes, 5);
        for (uint32_t i = 0; i < 5; i += 1) {
            assert_memory_equal(to + i * width, values + 1 + codes[i] * width, width);
        }
    }
    assert_int_equal(ali_plain_maximum(codes, 5), 3);
    assert_int_equal(ali_plain_maximum(codes, 0), 0);
}

static void narrowing_refuses_what_does_not_fit(void **state) {
    static const struct {
        int32_t value;
        uint32_t width;
        bool is_signed;
        bool fits;
    } samples[] = {
        {127, 1, true, true},     {128, 1, true, false},       {-128, 1, true, true},
        {-129, 1, true, false},   {255, 1, false, true},       {256, 1, false, false},
        {-1, 1, false, true},     {32767, 2, true, true},      {32768, 2, true, false},
        {-32768, 2, true, true},  {-32769, 2, true, false},    {65535, 2, false, true},
        {65536, 2, false, false}, {INT32_MAX, 1, true, false},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        uint8_t stored[4];
        uint8_t narrow[2];
        memcpy(stored, &samples[i].value, 4);
        assert_int_equal(
            ali_plain_narrow(narrow, samples[i].width, samples[i].is_signed, stored, 1),
            samples[i].fits);
        if (samples[i].fits) assert_memory_equal(narrow, stored, samples[i].width);
    }
}

static void byte_arrays_are_measured_before_they_are_copied(void **state) {
    const uint8_t bytes[] = {2,   0,   0,   0,   'a', 'b', 0,   0,   0,   0,   20,  0,   0,
                             0,   'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c',
                             'c', 'c', 'c', 'c', 'c', 'c', 'c', 'd', 1,   0,   0,   0,   'e'};
    uint8_t *exact = malloc(sizeof bytes);
    memcpy(exact, bytes, sizeof bytes);
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    assert_int_equal(ali_plain_measure(exact, sizeof bytes, 4, UINT64_MAX, &end, &data_bytes), 4);
    assert_int_equal(end, sizeof bytes);
    assert_int_equal(data_bytes, 23);
    uint8_t *data = malloc(23);
    int32_t ends[4];
    ali_plain_bytes(exact, sizeof bytes, 4, data, 23, 100, ends);
    assert_memory_equal(data, "abcccccccccccccccccccde", 23);
    assert_int_equal(ends[0], 102);
    assert_int_equal(ends[1], 102);
    assert_int_equal(ends[2], 122);
    assert_int_equal(ends[3], 123);
    assert_int_equal(ali_plain_measure(exact, sizeof bytes, 5, UINT64_MAX, &end, &data_bytes), 4);
    assert_int_equal(ali_plain_measure(exact, sizeof bytes - 1, 4, UINT64_MAX, &end, &data_bytes),
                     3);
    assert_int_equal(ali_plain_measure(exact, 7, 4, UINT64_MAX, &end, &data_bytes), 1);
    assert_int_equal(ali_plain_measure(exact, sizeof bytes, 4, 21, &end, &data_bytes), 2);
    assert_int_equal(ali_plain_measure(exact, sizeof bytes, 4, 0, &end, &data_bytes), 1);
    free(data);
    free(exact);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_width_unpacks_from_any_bit_on),
        cmocka_unit_test(streams_give_their_numbers_and_no_more),
        cmocka_unit_test(levels_become_bits),
        cmocka_unit_test(bits_are_copied_from_any_place_to_any_other),
        cmocka_unit_test(values_spread_over_their_slots),
        cmocka_unit_test(gather_takes_values_of_any_width_and_place),
        cmocka_unit_test(narrowing_refuses_what_does_not_fit),
        cmocka_unit_test(byte_arrays_are_measured_before_they_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
