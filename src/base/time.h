// base/time.h: spelling of dates, times of day and timestamps, in the proleptic Gregorian calendar.
#ifndef ALI_BASE_TIME_H
#define ALI_BASE_TIME_H

#include "base/internal.h"

// Room for anything printed by this file.
#define ALI_TIME_BYTES_MAX 64u

// A day of the calendar.
typedef struct ali_civil {
    int64_t year;
    uint32_t month; // 1..12
    uint32_t day;   // 1..31
} ali_civil;

// The day that is `days` days after 1970-01-01. Right for |days| < 2^62.
ali_civil ali_time_civil(int64_t days);

// Ticks of a second: `unit` counts powers of 1,000: 0 seconds, 1 ms, 2 us, 3 ns.
uint64_t ali_time_ticks(uint32_t unit);

// Prints a date: "2024-12-31"; years outside 0000-9999 with a sign and at least six digits:
// "+290000-12-30", "-000044-03-15".
//
// Returns:   bytes written, without a final zero byte.
size_t ali_time_print_date(char *text, int64_t days);

// Prints a time of day: "12:33:54", with a fraction only as long as it needs to be: "12:33:54.25".
// Values outside a day are printed as they are: with more hours, or with a minus sign in front.
size_t ali_time_print_clock(char *text, int64_t value, uint32_t unit);

// Prints a timestamp, counted from 1970-01-01T00:00:00: "2024-01-01T20:34:56.123456".
size_t ali_time_print_stamp(char *text, int64_t value, uint32_t unit);

#endif
