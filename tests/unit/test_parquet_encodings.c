// Kernels of encodings and conversions, each against the plainest way to do it. All input lies in
// memory of exactly its size, so that a read beyond it is found.
#include "encoding_tools.h"
#include "format/parquet/convert.h"
#include "format/parquet/delta.h"
#include "format/parquet/split.h"

// Moves bytes to memory of exactly their size.
static uint8_t *exactly(const tool_bytes *bytes) {
    uint8_t *made = malloc(bytes->count == 0 ? 1 : bytes->count);
    if (bytes->count != 0) memcpy(made, bytes->data, bytes->count);
    return made;
}

enum { NUMBERS = 700 };

// Numbers whose differences have about `width` bits.
static void make_numbers(uint64_t *numbers, uint32_t width, uint32_t *seed) {
    uint64_t value = (uint64_t)tool_next(seed) << 40 ^ tool_next(seed);
    for (uint32_t i = 0; i < NUMBERS; i += 1) {
        uint64_t delta = (uint64_t)tool_next(seed) << 36 ^ (uint64_t)tool_next(seed) << 12 ^
                         tool_next(seed);
        delta = width == 0 ? 3 : delta >> (64 - width);
        if (width == 64 && i % 90 < 40) delta = i % 7; // blocks of several widths
        value += delta;
        numbers[i] = value;
    }
}

static void expect_delta_64(const uint8_t *bytes, size_t size, const uint64_t *numbers,
                            uint64_t count, uint64_t piece) {
    uint64_t found[NUMBERS + 1] = {0};
    ali_delta delta;
    assert_int_equal(ali_delta_begin(&delta, bytes, size), ALI_DELTA_OK);
    for (uint64_t at = 0; at < count; at += piece) {
        const uint64_t now = count - at < piece ? count - at : piece;
        assert_int_equal(ali_delta_take_64(&delta, found + at, now), ALI_DELTA_OK);
    }
    assert_memory_equal(found, numbers, count * 8);
    assert_int_equal(ali_delta_take_64(&delta, found, 1), ALI_DELTA_SHORT);
    assert_int_equal(delta.at, size);
}

static void expect_delta_32(const uint8_t *bytes, size_t size, const uint64_t *numbers,
                            uint64_t count, uint64_t piece) {
    uint32_t found[NUMBERS + 1] = {0};
    ali_delta delta;
    assert_int_equal(ali_delta_begin(&delta, bytes, size), ALI_DELTA_OK);
    for (uint64_t at = 0; at < count; at += piece) {
        const uint64_t now = count - at < piece ? count - at : piece;
        assert_int_equal(ali_delta_take_32(&delta, found + at, now), ALI_DELTA_OK);
    }
    for (uint64_t i = 0; i < count; i += 1) assert_int_equal(found[i], (uint32_t)numbers[i]);
    assert_int_equal(ali_delta_take_32(&delta, found, 1), ALI_DELTA_SHORT);
    assert_int_equal(delta.at, size);
}

static void differences_of_every_width_and_block_are_summed(void **state) {
    static const uint32_t shapes[][2] = {{128, 4},  {128, 1}, {256, 8},
                                         {1024, 4}, {8, 1},   {2048, 64}};
    static const uint64_t counts[] = {0, 1, 2, 8, 9, 33, 129, 130, NUMBERS};
    uint32_t seed = 5;
    uint64_t numbers[NUMBERS];
    for (uint32_t width = 0; width <= 64; width += 1) {
        make_numbers(numbers, width, &seed);
        for (uint32_t s = 0; s < ALI_COUNT_OF(shapes); s += 1) {
            const uint64_t count = counts[(width + s) % ALI_COUNT_OF(counts)];
            tool_bytes stream = {0};
            tool_put_delta(&stream, numbers, count, 64, shapes[s][0], shapes[s][1]);
            uint8_t *bytes = exactly(&stream);
            expect_delta_64(bytes, stream.count, numbers, count, 1 + tool_next(&seed) % 200);
            expect_delta_32(bytes, stream.count, numbers, count, 1 + tool_next(&seed) % 200);
            free(bytes);
            release(&stream);
            tool_put_delta(&stream, numbers, count, 32, shapes[s][0], shapes[s][1]);
            bytes = exactly(&stream);
            expect_delta_32(bytes, stream.count, numbers, count, 1 + tool_next(&seed) % 200);
            free(bytes);
            release(&stream);
        }
    }
}

static void sums_wrap(void **state) {
    const uint64_t numbers[] = {INT64_MAX,  (uint64_t)INT64_MIN, 0,
                                UINT64_MAX, INT32_MAX,           (uint64_t)INT32_MIN};
    tool_bytes stream = {0};
    tool_put_delta(&stream, numbers, 6, 64, 128, 4);
    expect_delta_64(stream.data, stream.count, numbers, 6, 6);
    release(&stream);
    const uint64_t narrow[] = {INT32_MAX, (uint32_t)INT32_MIN, INT32_MAX, 0, UINT32_MAX};
    tool_put_delta(&stream, narrow, 5, 32, 128, 4);
    expect_delta_32(stream.data, stream.count, narrow, 5, 2);
    release(&stream);
}

static void streams_are_passed_over_to_their_end(void **state) {
    uint32_t seed = 8;
    uint64_t numbers[NUMBERS];
    make_numbers(numbers, 17, &seed);
    for (uint64_t count = 0; count < NUMBERS; count += 71) {
        tool_bytes stream = {0};
        tool_put_delta(&stream, numbers, count, 64, 128, 4);
        const size_t size = stream.count;
        PUT(&stream, 1, 2, 3);
        for (uint64_t taken = 0; taken <= count; taken += 50) {
            uint64_t found[NUMBERS];
            ali_delta delta;
            uint32_t why = ali_delta_begin(&delta, stream.data, stream.count);
            assert_int_equal(why, ALI_DELTA_OK);
            assert_int_equal(ali_delta_take_64(&delta, found, taken), ALI_DELTA_OK);
            uint64_t calls = 0;
            while ((why = ali_delta_pass(&delta, 2)) == ALI_DELTA_MORE) calls += 1;
            assert_int_equal(why, ALI_DELTA_OK);
            assert_int_equal(delta.at, size);
            assert_true(calls <= (count - taken) / 64 + 1);
            if (count - taken > 160) assert_true(calls > 1);
        }
        release(&stream);
    }
}

static void streams_of_differences_that_lie_are_found(void **state) {
    static const struct {
        const char *what;
        uint8_t bytes[16];
        size_t count;
        uint32_t begin;
        uint32_t take;
    } samples[] = {
        {"nothing", {0}, 0, ALI_DELTA_OK, ALI_DELTA_SHORT},
        {"a header cut off", {0x80, 1, 4}, 3, ALI_DELTA_SHORT, 0},
        {"a number without end",
         {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0},
         11,
         ALI_DELTA_SHORT,
         0},
        {"blocks of no values", {0, 4, 5, 0}, 4, ALI_DELTA_SHAPE, 0},
        {"blocks of no miniblocks", {0x80, 1, 0, 5, 0}, 5, ALI_DELTA_SHAPE, 0},
        {"miniblocks of 4 values", {8, 2, 5, 0}, 4, ALI_DELTA_SHAPE, 0},
        {"more miniblocks than values", {8, 9, 5, 0}, 4, ALI_DELTA_SHAPE, 0},
        {"no widths", {0x80, 1, 4, 5, 0, 2}, 6, ALI_DELTA_OK, ALI_DELTA_SHORT},
        {"a width of 65", {0x80, 1, 4, 5, 0, 2, 65, 0, 0, 0}, 10, ALI_DELTA_OK, ALI_DELTA_WIDTH},
        {"no differences", {0x80, 1, 4, 5, 0, 2, 3, 0, 0, 0, 9}, 11, ALI_DELTA_OK, ALI_DELTA_SHORT},
        {"the padding cut off",
         {0x80, 1, 4, 5, 0, 2, 2, 0, 0, 0, 9},
         11,
         ALI_DELTA_OK,
         ALI_DELTA_OK},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        const tool_bytes made = {(uint8_t *)(uintptr_t)samples[i].bytes, samples[i].count, 0};
        uint8_t *bytes = exactly(&made);
        ali_delta delta;
        uint32_t numbers[5];
        uint32_t why = ali_delta_begin(&delta, bytes, samples[i].count);
        if (why != samples[i].begin) print_message("%s\n", samples[i].what);
        assert_int_equal(why, samples[i].begin);
        if (why == ALI_DELTA_OK) {
            ali_delta passing = delta;
            const uint64_t left = delta.left;
            why = ali_delta_take_32(&delta, numbers, 5);
            if (why != samples[i].take) print_message("%s\n", samples[i].what);
            assert_int_equal(why, samples[i].take);
            if (left != 0) assert_int_equal(ali_delta_pass(&passing, 9), samples[i].take);
        }
        free(bytes);
    }
}

// --- byte arrays ---------------------------------------------------------------------------------

static void byte_arrays_are_joined_from_prefixes_and_suffixes(void **state) {
    uint32_t seed = 11;
    for (uint32_t round = 0; round < 300; round += 1) {
        uint32_t prefixes[40];
        uint32_t suffixes[40];
        tool_bytes from = {0};
        tool_bytes expected = {0};
        int32_t expected_ends[40];
        uint8_t last[64] = "the value before all of them, of 40 bytes";
        size_t last_count = tool_next(&seed) % 41;
        uint8_t *before = malloc(last_count == 0 ? 1 : last_count);
        memcpy(before, last, last_count);
        const size_t before_count = last_count;
        const uint32_t count = tool_next(&seed) % 40;
        for (uint32_t i = 0; i < count; i += 1) {
            prefixes[i] = tool_next(&seed) % ((uint32_t)last_count + 1);
            suffixes[i] = tool_next(&seed) % (round % 3 == 0 ? 4 : 24);
            for (uint32_t k = 0; k < suffixes[i]; k += 1) {
                last[prefixes[i] + k] = (uint8_t)tool_next(&seed);
                tool_put_byte(&from, last[prefixes[i] + k]);
            }
            last_count = prefixes[i] + suffixes[i];
            if (last_count > 40) last_count = 40; // no prefix shall be longer
            tool_put(&expected, last, prefixes[i] + suffixes[i]);
            expected_ends[i] = 100 + (int32_t)expected.count;
        }
        uint8_t *bytes = exactly(&from);
        const uint64_t slack = round % 2 == 0 ? 0 : 16;
        uint8_t *to = malloc(expected.count + slack + 1);
        int32_t ends[40];
        uint64_t sum = 0;
        assert_int_equal(ali_delta_check(prefixes, suffixes, count, before_count, from.count, &sum),
                         count);
        assert_int_equal(sum, expected.count);
        assert_int_equal(ali_delta_join(prefixes, suffixes, count, bytes, from.count, before, to,
                                        slack, 100, ends),
                         from.count);
        assert_memory_equal(to, expected.data == NULL ? to : expected.data, expected.count);
        assert_memory_equal(ends, expected_ends, count * 4);
        free(to);
        free(bytes);
        free(before);
        release(&from);
        release(&expected);
    }
}

static void prefixes_and_suffixes_are_checked_before(void **state) {
    const uint32_t prefixes[] = {0, 3, 4};
    const uint32_t suffixes[] = {3, 1, 2};
    uint64_t sum = 0;
    assert_int_equal(ali_delta_check(prefixes, suffixes, 3, 0, 6, &sum), 3);
    assert_int_equal(sum, 13);
    assert_int_equal(ali_delta_check(prefixes, suffixes, 3, 0, 5, &sum), 2);
    assert_int_equal(ali_delta_check(prefixes, suffixes, 3, 0, 2, &sum), 0);
    assert_int_equal(ali_delta_check(prefixes + 1, suffixes + 1, 2, 3, 3, &sum), 2);
    assert_int_equal(ali_delta_check(prefixes + 1, suffixes + 1, 2, 2, 3, &sum), 0);
    assert_int_equal(ali_delta_fit(prefixes, suffixes, 3, 13), 3);
    assert_int_equal(ali_delta_fit(prefixes, suffixes, 3, 12), 2);
    assert_int_equal(ali_delta_fit(prefixes, suffixes, 3, 0), 1);
    assert_int_equal(ali_delta_fit(NULL, suffixes, 3, 4), 2);
    assert_int_equal(ali_delta_fit(NULL, suffixes, 0, 4), 0);
    const uint32_t lengths[] = {1, 0, 7};
    const uint32_t negative[] = {1, 0x80000000u};
    int32_t ends[3];
    assert_int_equal(ali_delta_sum(lengths, 3), 8);
    assert_true(ali_delta_sum(negative, 2) == UINT64_MAX);
    ali_delta_ends(lengths, 3, 10, ends);
    assert_memory_equal(ends, ((const int32_t[]){11, 11, 18}), 12);
}

// --- streams of bytes ----------------------------------------------------------------------------

static void split_values_of_every_width_are_put_together(void **state) {
    uint32_t seed = 2;
    for (uint32_t width = 0; width <= 17; width += 1) {
        for (uint32_t round = 0; round < 20; round += 1) {
            const uint64_t stride = tool_next(&seed) % 90;
            const uint64_t first = tool_next(&seed) % (stride + 1);
            const uint64_t count = tool_next(&seed) % (stride - first + 1);
            uint8_t *from = malloc(stride * width + 1);
            for (uint64_t i = 0; i < stride * width; i += 1) from[i] = (uint8_t)tool_next(&seed);
            from = realloc(from, stride * width == 0 ? 1 : stride * width);
            uint8_t *to = malloc(count * width + 1);
            to[count * width] = 0xCD;
            ali_split_join(to, from, stride, width, first, count);
            for (uint64_t i = 0; i < count; i += 1) {
                for (uint32_t k = 0; k < width; k += 1) {
                    assert_int_equal(to[i * width + k], from[k * stride + first + i]);
                }
            }
            assert_int_equal(to[count * width], 0xCD);
            free(to);
            free(from);
        }
    }
}

// --- conversions ---------------------------------------------------------------------------------

// Limb `k` of a number that is the highest byte first, by the plainest arithmetic.
static uint64_t limb_of(const uint8_t *from, uint32_t bytes, uint32_t k) {
    uint64_t limb = 0;
    const uint8_t sign = bytes != 0 && from[0] >= 0x80 ? 0xFF : 0;
    for (uint32_t i = 0; i < 8; i += 1) {
        const uint32_t at = 8 * k + i;
        const uint64_t byte = at < bytes ? from[bytes - 1 - at] : sign;
        limb |= byte << (8 * i);
    }
    return limb;
}

static void decimals_of_any_length_are_widened_by_their_sign(void **state) {
    uint32_t seed = 4;
    for (uint32_t bytes = 0; bytes <= 40; bytes += 1) {
        for (uint32_t round = 0; round < 40; round += 1) {
            for (uint32_t width = 16; width <= 32; width += 16) {
                uint8_t *from = malloc(bytes == 0 ? 1 : bytes);
                for (uint32_t i = 0; i < bytes; i += 1) from[i] = (uint8_t)tool_next(&seed);
                const uint8_t sign = round % 2 == 0 ? 0 : 0xFF;
                const uint32_t extra = bytes > width ? bytes - width : 0;
                for (uint32_t i = 0; i < extra; i += 1) from[i] = sign;
                if (extra != 0) from[extra] = (uint8_t)((from[extra] & 0x7F) | (sign & 0x80));
                uint64_t limbs[4];
                assert_int_equal(ali_convert_decimals(limbs, width, from, bytes, 1), 1);
                for (uint32_t k = 0; k < width / 8; k += 1) {
                    assert_true(limbs[k] == limb_of(from, bytes, k));
                }
                const int32_t end = (int32_t)bytes;
                uint64_t again[4];
                assert_int_equal(ali_convert_decimal_bytes(again, width, from, &end, 1), 1);
                assert_memory_equal(again, limbs, width);
                free(from);
            }
        }
    }
}

static void decimals_that_are_too_wide_are_told_by_their_index(void **state) {
    uint8_t from[34] = {0};
    uint64_t limbs[4];
    const int32_t ends[] = {17, 34};
    from[1] = 0x7F;
    from[17] = 0xFF;
    from[18] = 0x80;
    assert_int_equal(ali_convert_decimals(limbs, 16, from, 17, 2), 2);
    from[18] = 0x7F; // its sign is lost
    assert_int_equal(ali_convert_decimals(limbs, 16, from, 17, 2), 1);
    assert_int_equal(ali_convert_decimal_bytes(limbs, 16, from, ends, 2), 1);
    from[18] = 0x80;
    from[17] = 0xFE;
    assert_int_equal(ali_convert_decimals(limbs, 16, from, 17, 2), 1);
    from[0] = 1;
    assert_int_equal(ali_convert_decimals(limbs, 16, from, 17, 2), 0);
    const uint8_t plain[] = {0, 0, 0, 0, 2, 0, 0, 0, 0xFF, 0x85};
    assert_int_equal(ali_convert_decimal_plain(limbs, 16, plain, 2), 2);
    assert_true(limbs[0] == 0 && limbs[1] == 0);
    assert_true(limbs[2] == UINT64_MAX - 122 && limbs[3] == UINT64_MAX);
}

static void integers_are_widened_to_decimals(void **state) {
    static const uint8_t from[] = {5, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF};
    uint64_t limbs[8];
    ali_convert_widen(limbs, 16, from, 4, 2);
    assert_memory_equal(limbs, ((const uint64_t[]){5, 0, UINT64_MAX - 1, UINT64_MAX}), 32);
    ali_convert_widen(limbs, 32, from, 4, 2);
    assert_memory_equal(
        limbs, ((const uint64_t[]){5, 0, 0, 0, UINT64_MAX - 1, UINT64_MAX, UINT64_MAX, UINT64_MAX}),
        64);
    ali_convert_widen(limbs, 16, from, 8, 1);
    assert_memory_equal(limbs, ((const uint64_t[]){UINT64_C(0xFFFFFFFE00000005), UINT64_MAX}), 16);
}

static void int96_becomes_nanoseconds_or_microseconds(void **state) {
    static const struct {
        int32_t day; // Julian
        int64_t nanos;
        bool fits;
        int64_t expected;
        int64_t micros;
    } samples[] = {
        {2440588, 0, true, 0, 0},
        {2440588, 1999, true, 1999, 1},
        {2440587, 86399999999999, true, -1, -1 + 0},
        {2440588 - 106752, 763145224192, true, INT64_MIN, -INT64_C(9223372036854776)},
        {2440588 - 106752, 763145224191, false, 0, -INT64_C(9223372036854776)},
        {2440588 - 106753, 0, false, 0, -INT64_C(9223459200000000)},
        {2440588 + 106751, 85636854775807, true, INT64_MAX, INT64_C(9223372036854775)},
        {2440588 + 106751, 85636854775808, false, 0, INT64_C(9223372036854775)},
        {5373484, 10800000000000, false, 0, INT64_C(253402225200000000)},
        {2440587, INT64_MIN, false, 0, -INT64_C(9223458436854775)},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        uint8_t from[12];
        int64_t to = 0;
        memcpy(from, &samples[i].nanos, 8);
        memcpy(from + 8, &samples[i].day, 4);
        assert_int_equal(ali_convert_nanos(&to, from, 1), samples[i].fits);
        if (samples[i].fits) assert_true(to == samples[i].expected);
        ali_convert_micros(&to, from, 1);
        assert_true(to == samples[i].micros);
    }
}

static void intervals_have_months_days_and_nanoseconds(void **state) {
    static const uint8_t from[] = {1, 0, 0, 0,    2, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF,
                                   0, 0, 0, 0x80, 0, 0, 0, 0, 0,    0,    0,    0};
    uint64_t to[4];
    assert_int_equal(ali_convert_intervals(to, from, 1), 1);
    assert_true(to[0] == (UINT64_C(2) << 32 | 1));
    assert_true(to[1] == UINT64_C(4294967295000000));
    assert_int_equal(ali_convert_intervals(to, from, 2), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_of_every_width_and_block_are_summed),
        cmocka_unit_test(sums_wrap),
        cmocka_unit_test(streams_are_passed_over_to_their_end),
        cmocka_unit_test(streams_of_differences_that_lie_are_found),
        cmocka_unit_test(byte_arrays_are_joined_from_prefixes_and_suffixes),
        cmocka_unit_test(prefixes_and_suffixes_are_checked_before),
        cmocka_unit_test(split_values_of_every_width_are_put_together),
        cmocka_unit_test(decimals_of_any_length_are_widened_by_their_sign),
        cmocka_unit_test(decimals_that_are_too_wide_are_told_by_their_index),
        cmocka_unit_test(integers_are_widened_to_decimals),
        cmocka_unit_test(int96_becomes_nanoseconds_or_microseconds),
        cmocka_unit_test(intervals_have_months_days_and_nanoseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
