// Printing of numbers: boundaries, known values, and the C library's reading of random ones.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/num.h"

static double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static const char *printed(double value) {
    static char text[ALI_NUM_BYTES_MAX + 1];
    const size_t length = ali_num_print(text, value);
    assert_true(length <= ALI_NUM_BYTES_MAX);
    text[length] = 0;
    return text;
}

// splitmix64 (Steele, Lea, Flood 2014): the same numbers in every run.
static uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

// As ECMAScript prints them.
static const struct {
    double value;
    const char *text;
} known[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {-1.5, "-1.5"},
    {10.0, "10"},
    {123456.0, "123456"},
    {0.1, "0.1"},
    {0.3, "0.3"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3.0, "0.3333333333333333"},
    {100.0 / 3.0, "33.333333333333336"},
    {1e20, "100000000000000000000"},
    {123456789012345680000.0, "123456789012345680000"},
    {1e21, "1e+21"},
    {1.5e21, "1.5e+21"},
    {999999999999999900000.0, "999999999999999900000"},
    {1e-6, "0.000001"},
    {1.25e-6, "0.00000125"},
    {1e-7, "1e-7"},
    {9.5e-7, "9.5e-7"},
    {9007199254740991.0, "9007199254740991"},
    {9007199254740992.0, "9007199254740992"},
    {9007199254740994.0, "9007199254740994"},
    {2251799813685249.5, "2251799813685249.5"},
    {5e-324, "5e-324"},
    {1e-323, "1e-323"},
    {2.2250738585072009e-308, "2.225073858507201e-308"},
    {2.2250738585072014e-308, "2.2250738585072014e-308"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
    {9.5367431640625e-7, "9.5367431640625e-7"}, // 2^-20
    {2e-44, "2e-44"},
    {1e23, "1e+23"},
    {9.999999999999999e22, "1e+23"},
    {5.684341886080802e-14, "5.684341886080802e-14"}, // 2^-44: the interval is not symmetric
    {2.98023223876953125e-8, "2.9802322387695312e-8"},
    {1.448997445238699, "1.448997445238699"},
    {299792458.0, "299792458"},
    {6.02214076e23, "6.02214076e+23"},
    {(double)0.1f, "0.10000000149011612"},
    {(double)3.4028234663852886e38f, "3.4028234663852886e+38"},
    {(double)1.401298464324817e-45f, "1.401298464324817e-45"},
};

static void known_doubles_are_printed_as_ecmascript_prints_them(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(known); i += 1) {
        assert_string_equal(printed(known[i].value), known[i].text);
    }
}

static void what_is_no_number_is_printed_by_name(void **state) {
    assert_string_equal(printed(from_bits(UINT64_C(0x7FF) << 52)), "Infinity");
    assert_string_equal(printed(from_bits(UINT64_C(0xFFF) << 52)), "-Infinity");
    assert_string_equal(printed(from_bits(UINT64_C(0x7FF8) << 48)), "NaN");
    assert_string_equal(printed(from_bits(UINT64_C(0xFFF8) << 48 | 5)), "NaN");
    assert_false(ali_num_is_finite(from_bits(UINT64_C(0x7FF) << 52)));
    assert_false(ali_num_is_finite(from_bits(UINT64_C(0xFFF8) << 48)));
    assert_true(ali_num_is_finite(1.7976931348623157e308));
    assert_true(ali_num_is_finite(-0.0));
}

// The fewest digits with which the C library's correctly rounded decimal reads back.
static uint32_t fewest_digits(double value) {
    char text[40];
    for (int digits = 1; digits < 17; digits += 1) {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value) return (uint32_t)digits;
    }
    return 17;
}

static uint32_t significant_digits(const char *text) {
    char digits[40];
    uint32_t count = 0;
    for (; *text != 0 && *text != 'e'; text += 1) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0')) continue;
        digits[count] = *text;
        count += 1;
    }
    while (count > 0 && digits[count - 1] == '0') count -= 1;
    return count;
}

// Reads back to the same bits; no decimal with fewer digits does.
static void assert_shortest(double value) {
    const char *text = printed(value);
    if (bits_of(strtod(text, NULL)) != bits_of(value))
        fail_msg("%a was printed as %s", value, text);
    if (significant_digits(text) > fewest_digits(value)) fail_msg("%a: %s is long", value, text);
}

static void powers_of_two_and_their_neighbours_read_back(void **state) {
    for (uint64_t exponent = 1; exponent < 0x7FF; exponent += 1) {
        const uint64_t bits = exponent << 52;
        assert_shortest(from_bits(bits));
        assert_shortest(from_bits(bits - 1));
        assert_shortest(from_bits(bits + 1));
    }
    for (uint64_t shift = 0; shift < 52; shift += 1) { // subnormals
        assert_shortest(from_bits(UINT64_C(1) << shift));
        assert_shortest(from_bits((UINT64_C(1) << shift) + 1));
    }
}

static void powers_of_ten_and_their_neighbours_read_back(void **state) {
    for (int power = -323; power <= 308; power += 1) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", power);
        const uint64_t bits = bits_of(strtod(text, NULL));
        assert_int_equal(significant_digits(printed(from_bits(bits))), 1);
        assert_shortest(from_bits(bits + 1));
        if (bits > 1) assert_shortest(from_bits(bits - 1));
    }
}

static void random_doubles_read_back_with_the_fewest_digits(void **state) {
    uint64_t seed = 7;
    for (uint32_t i = 0; i < 60000; i += 1) {
        const double value = from_bits(next_random(&seed) & ~(UINT64_C(1) << 63));
        if (ali_num_is_finite(value)) assert_shortest(value);
    }
}

static void random_float32_numbers_and_short_decimals_read_back(void **state) {
    uint64_t seed = 11;
    for (uint32_t i = 0; i < 20000; i += 1) {
        const uint32_t bits = (uint32_t)next_random(&seed);
        float narrow;
        memcpy(&narrow, &bits, sizeof narrow);
        if (narrow == narrow && ali_num_is_finite((double)narrow)) {
            assert_true(strtod(printed((double)narrow), NULL) == (double)narrow);
        }
        char text[40];
        const double money = (double)(10000 + next_random(&seed) % 10000000) / 1000.0;
        snprintf(text, sizeof text, "%.15g", money); // the same layout for these magnitudes
        assert_string_equal(printed(money), text);
    }
}

static void integers_are_printed_whole(void **state) {
    static const uint64_t values[] = {0, 9, 10, 99, 100, 12345, 4294967295, 9007199254740992};
    char text[24];
    char expected[24];
    for (uint32_t i = 0; i < ALI_COUNT_OF(values); i += 1) {
        text[ali_num_u64(text, values[i])] = 0;
        snprintf(expected, sizeof expected, "%llu", (unsigned long long)values[i]);
        assert_string_equal(text, expected);
    }
    text[ali_num_u64(text, UINT64_MAX)] = 0;
    assert_string_equal(text, "18446744073709551615");
    text[ali_num_i64(text, INT64_MIN)] = 0;
    assert_string_equal(text, "-9223372036854775808");
    text[ali_num_i64(text, 7)] = 0;
    assert_string_equal(text, "7");
    ali_num_digits(text, 42, 5);
    assert_memory_equal(text, "00042", 5);
}

static void half_floats_widen_exactly(void **state) {
    static const struct {
        uint16_t half;
        double value;
    } halves[] = {
        {0x0000, 0.0},      {0x3C00, 1.0},      {0xC000, -2.0},      {0x7BFF, 65504.0},
        {0x0400, 0x1p-14},  {0x0001, 0x1p-24},  {0x03FF, 0x3FFp-24}, {0x3555, 0x1.554p-2},
        {0x8001, -0x1p-24}, {0xFBFF, -65504.0},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(halves); i += 1) {
        assert_true(bits_of(ali_num_from_half(halves[i].half)) == bits_of(halves[i].value));
    }
    assert_string_equal(printed(ali_num_from_half(0x8000)), "-0");
    assert_string_equal(printed(ali_num_from_half(0x7C00)), "Infinity");
    assert_string_equal(printed(ali_num_from_half(0xFC00)), "-Infinity");
    assert_string_equal(printed(ali_num_from_half(0x7E01)), "NaN");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_doubles_are_printed_as_ecmascript_prints_them),
        cmocka_unit_test(what_is_no_number_is_printed_by_name),
        cmocka_unit_test(powers_of_two_and_their_neighbours_read_back),
        cmocka_unit_test(powers_of_ten_and_their_neighbours_read_back),
        cmocka_unit_test(random_doubles_read_back_with_the_fewest_digits),
        cmocka_unit_test(random_float32_numbers_and_short_decimals_read_back),
        cmocka_unit_test(integers_are_printed_whole),
        cmocka_unit_test(half_floats_widen_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
