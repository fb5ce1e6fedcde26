// base/num.h: numbers in decimal digits.
#ifndef ALI_BASE_NUM_H
#define ALI_BASE_NUM_H

#include "base/internal.h"

// Room for any number printed by this file.
#define ALI_NUM_BYTES_MAX 32u

// Prints a double as ECMAScript's Number::toString does: the fewest digits that read back to the
// same double; an exponent from 1e21 up and below 1e-6; but "-0" for minus zero. Also prints "NaN",
// "Infinity" and "-Infinity". No final zero byte; `text` has room for ALI_NUM_BYTES_MAX.
//
// Returns:   bytes written.
size_t ali_num_print(char *text, double value);

// Prints integers. 20 bytes suffice.
//
// Returns:   bytes written.
size_t ali_num_u64(char *text, uint64_t value);
size_t ali_num_i64(char *text, int64_t value);

// Writes the last `count` digits of a number, with leading zeros.
void ali_num_digits(char *text, uint64_t value, uint32_t count);

// Neither an infinity nor NaN.
bool ali_num_is_finite(double value);

// The number that has these bits (IEEE 754).
static inline double ali_num_from_bits64(uint64_t bits) {
    double value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}
static inline float ali_num_from_bits32(uint32_t bits) {
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

// Widens an IEEE 754 binary16 number.
double ali_num_from_half(uint16_t half);

#endif
