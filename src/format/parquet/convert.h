// format/parquet/convert.h: values that lie in memory otherwise than in a page: leaf functions
// without errors, whose callers have checked the bounds. `to` is aligned to 8 bytes.
#ifndef ALI_FORMAT_PARQUET_CONVERT_H
#define ALI_FORMAT_PARQUET_CONVERT_H

#include "base/mem.h"

// Where they return a number, it is that of the values converted: `count`, or the index of one that
// does not fit.

// Integers of `stored` bytes (4 or 8) to decimals of `width` bytes (16 or 32).
void ali_convert_widen(void *to, uint32_t width, const uint8_t *from, uint32_t stored,
                       uint64_t count);

// Numbers of `stored` bytes, the highest first, to decimals of `width` bytes (16 or 32).
uint64_t ali_convert_decimals(void *to, uint32_t width, const uint8_t *from, uint32_t stored,
                              uint64_t count);

// The same where value i begins where the one before ended, and ends at from + ends[i].
uint64_t ali_convert_decimal_bytes(void *to, uint32_t width, const uint8_t *from,
                                   const int32_t *ends, uint64_t count);

// The same of PLAIN: a 32-bit length before each value.
uint64_t ali_convert_decimal_plain(void *to, uint32_t width, const uint8_t *from, uint64_t count);

// INT96, nanoseconds of a day and a Julian day, to nanoseconds since 1970.
uint64_t ali_convert_nanos(int64_t *to, const uint8_t *from, uint64_t count);

// The same to microseconds, which wrap where 64 bits do not hold them.
void ali_convert_micros(int64_t *to, const uint8_t *from, uint64_t count);

// INTERVAL, months, days and milliseconds of 32 bits each, to months, days (32 bits) and
// nanoseconds.
uint64_t ali_convert_intervals(void *to, const uint8_t *from, uint64_t count);

#endif
