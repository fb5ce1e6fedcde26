// Dates, times and timestamps: boundaries of the calendar, of years, of units and of 64 bits.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"

static void assert_text(const char *text, size_t length, const char *expected) {
    assert_true(length < ALI_TIME_BYTES_MAX);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
}

static const struct {
    int64_t days;
    const char *text;
} dates[] = {
    {0, "1970-01-01"},
    {-1, "1969-12-31"},
    {19722, "2023-12-31"},
    {19782, "2024-02-29"},
    {19783, "2024-03-01"},
    {11016, "2000-02-29"},
    {-25509, "1900-02-28"},
    {-25508, "1900-03-01"}, // 1900 was no leap year
    {-719528, "0000-01-01"},
    {-719529, "-000001-12-31"},
    {-735525, "-000044-03-15"},
    {2932896, "9999-12-31"},
    {2932897, "+010000-01-01"},
    {105201161, "+290000-12-30"},
    {INT32_MAX, "+5881580-07-11"},
    {INT32_MIN, "-5877641-06-23"},
};

static void dates_follow_the_proleptic_gregorian_calendar(void **state) {
    char text[ALI_TIME_BYTES_MAX];
    for (uint32_t i = 0; i < ALI_COUNT_OF(dates); i += 1) {
        assert_text(text, ali_time_print_date(text, dates[i].days), dates[i].text);
    }
}

static uint32_t days_of_month(int64_t year, uint32_t month) {
    static const uint32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const uint32_t is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 ? is_leap : 0);
}

static void every_day_of_twelve_centuries_follows_the_one_before(void **state) {
    ali_civil expected = {.year = -801, .month = 1, .day = 1};
    int64_t days = -719528;
    for (int64_t year = -1; year >= -801; year -= 1) {
        for (uint32_t month = 1; month <= 12; month += 1) days -= days_of_month(year, month);
    }
    for (uint32_t i = 0; i < 1201 * 365; i += 1) {
        const ali_civil civil = ali_time_civil(days + i);
        assert_int_equal(civil.year, expected.year);
        assert_int_equal(civil.month, expected.month);
        assert_int_equal(civil.day, expected.day);
        expected.day += 1;
        if (expected.day <= days_of_month(expected.year, expected.month)) continue;
        expected.day = 1;
        expected.month += 1;
        if (expected.month <= 12) continue;
        expected.month = 1;
        expected.year += 1;
    }
}

static const struct {
    int64_t value;
    uint32_t unit;
    const char *text;
} clocks[] = {
    {0, 0, "00:00:00"},
    {86399, 0, "23:59:59"},
    {86399999, 1, "23:59:59.999"},
    {45234500, 1, "12:33:54.5"},
    {45234123456, 2, "12:33:54.123456"},
    {45234120000, 2, "12:33:54.12"},
    {INT64_C(45234000000001), 3, "12:33:54.000000001"},
    {86400, 0, "24:00:00"},
    {-1, 3, "-00:00:00.000000001"},
    {INT64_MAX, 0, "2562047788015215:30:07"},
    {INT64_MIN, 3, "-2562047:47:16.854775808"},
};

static void times_have_a_fraction_only_as_long_as_it_needs_to_be(void **state) {
    char text[ALI_TIME_BYTES_MAX];
    for (uint32_t i = 0; i < ALI_COUNT_OF(clocks); i += 1) {
        assert_text(text, ali_time_print_clock(text, clocks[i].value, clocks[i].unit),
                    clocks[i].text);
    }
}

static const struct {
    int64_t value;
    uint32_t unit;
    const char *text;
} stamps[] = {
    {0, 0, "1970-01-01T00:00:00"},
    {-1, 3, "1969-12-31T23:59:59.999999999"},
    {INT64_C(1704141296123456), 2, "2024-01-01T20:34:56.123456"},
    {INT64_C(1704141296000), 1, "2024-01-01T20:34:56"},
    {INT64_C(-62167219200), 0, "0000-01-01T00:00:00"},
    {INT64_C(-62167219201), 0, "-000001-12-31T23:59:59"},
    {INT64_MAX, 3, "2262-04-11T23:47:16.854775807"},
    {INT64_MIN, 3, "1677-09-21T00:12:43.145224192"},
    {INT64_MAX, 2, "+294247-01-10T04:00:54.775807"},
    {INT64_MIN, 2, "-290308-12-21T19:59:05.224192"},
    {INT64_MAX, 0, "+292277026596-12-04T15:30:07"},
    {INT64_MIN, 0, "-292277022657-01-27T08:29:52"},
};

static void timestamps_reach_over_all_64_bits(void **state) {
    char text[ALI_TIME_BYTES_MAX];
    for (uint32_t i = 0; i < ALI_COUNT_OF(stamps); i += 1) {
        assert_text(text, ali_time_print_stamp(text, stamps[i].value, stamps[i].unit),
                    stamps[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_follow_the_proleptic_gregorian_calendar),
        cmocka_unit_test(every_day_of_twelve_centuries_follows_the_one_before),
        cmocka_unit_test(times_have_a_fraction_only_as_long_as_it_needs_to_be),
        cmocka_unit_test(timestamps_reach_over_all_64_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
