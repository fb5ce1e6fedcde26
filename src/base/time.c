// base/time.c: the civil calendar, after Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms" (2013), civil_from_days: eras of 400 years that begin on 1 March. Left out: leap
// seconds and time zones.
#include "base/time.h"

#include "base/num.h"

#define DAYS_OF_ERA 146097
#define DAYS_TO_EPOCH 719468 // from 0000-03-01 to 1970-01-01
#define SECONDS_OF_DAY 86400

static int64_t floor_divide(int64_t value, int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

ali_civil ali_time_civil(int64_t days) {
    const int64_t shifted = days + DAYS_TO_EPOCH;
    const int64_t era = floor_divide(shifted, DAYS_OF_ERA);
    const uint32_t day_of_era = (uint32_t)(shifted - era * DAYS_OF_ERA);
    const uint32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const uint32_t day_of_year = day_of_era -
                                 (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint32_t month = (5 * day_of_year + 2) / 153; // from March
    return (ali_civil){.year = era * 400 + year_of_era + (month >= 10 ? 1 : 0),
                       .month = month < 10 ? month + 3 : month - 9,
                       .day = day_of_year - (153 * month + 2) / 5 + 1};
}

uint64_t ali_time_ticks(uint32_t unit) {
    static const uint64_t ticks[] = {1, 1000, 1000000, 1000000000};
    return ticks[unit & 3];
}

static size_t put_year(char *text, int64_t year) {
    if (year >= 0 && year <= 9999) {
        ali_num_digits(text, (uint64_t)year, 4);
        return 4;
    }
    const uint64_t magnitude = year < 0 ? 0 - (uint64_t)year : (uint64_t)year;
    text[0] = year < 0 ? '-' : '+';
    if (magnitude >= 1000000) return 1 + ali_num_u64(text + 1, magnitude);
    ali_num_digits(text + 1, magnitude, 6);
    return 7;
}

size_t ali_time_print_date(char *text, int64_t days) {
    const ali_civil civil = ali_time_civil(days);
    const size_t at = put_year(text, civil.year);
    text[at] = '-';
    ali_num_digits(text + at + 1, civil.month, 2);
    text[at + 3] = '-';
    ali_num_digits(text + at + 4, civil.day, 2);
    return at + 6;
}

static size_t put_clock(char *text, uint64_t value, uint32_t unit) {
    const uint64_t ticks = ali_time_ticks(unit);
    const uint64_t seconds = value / ticks;
    const uint64_t fraction = value % ticks;
    const uint64_t hours = seconds / 3600;
    const uint32_t rest = (uint32_t)(seconds % 3600);
    size_t at = 2;
    if (hours < 100) {
        ali_num_digits(text, hours, 2);
    } else {
        at = ali_num_u64(text, hours);
    }
    text[at] = ':';
    ali_num_digits(text + at + 1, rest / 60, 2);
    text[at + 3] = ':';
    ali_num_digits(text + at + 4, rest % 60, 2);
    at += 6;
    if (fraction == 0) return at;
    text[at] = '.';
    ali_num_digits(text + at + 1, fraction, (unit & 3) * 3);
    at += 1 + (unit & 3) * 3;
    while (text[at - 1] == '0') at -= 1;
    return at;
}

size_t ali_time_print_clock(char *text, int64_t value, uint32_t unit) {
    if (value >= 0) return put_clock(text, (uint64_t)value, unit);
    text[0] = '-';
    return 1 + put_clock(text + 1, 0 - (uint64_t)value, unit);
}

size_t ali_time_print_stamp(char *text, int64_t value, uint32_t unit) {
    const int64_t ticks_of_day = (int64_t)ali_time_ticks(unit) * SECONDS_OF_DAY;
    const int64_t days = floor_divide(value, ticks_of_day);
    // value - days * ticks_of_day, which may pass through numbers below the least int64_t
    const uint64_t clock = (uint64_t)value - (uint64_t)days * (uint64_t)ticks_of_day;
    const size_t at = ali_time_print_date(text, days);
    text[at] = 'T';
    return at + 1 + put_clock(text + at + 1, clock, unit);
}
