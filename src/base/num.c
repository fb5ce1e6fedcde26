// base/num.c: doubles in decimal, by Schubfach: Raffaello Giulietti, "The Schubfach way to render
// doubles" (2020), section 9. Of all decimals that lie in the interval of numbers that round to the
// double it finds one with the fewest digits, and of these the nearest. The layout is that of
// Number::toString, ECMA-262 section 6.1.6.1.20, but "-0" for minus zero.
//
// The paper needs 617 powers of ten with 128 bits each. Here stands every 27th (368 bytes); those
// between are products with powers of five, and two bits each tell by how much the truncated
// product misses the true value.
#include "base/num.h"

#include "base/mem.h"

typedef struct wide {
    uint64_t high;
    uint64_t low;
} wide;

// --- powers of ten -------------------------------------------------------------------------------

#define POWER_MIN (-292)
#define POWER_MAX 324
#define POWER_STEP 27

// 10^k for k = -292, -265, ..., rounded up to 128 bits of which the highest is 1.
static const wide powers[] = {
    {0xFF77B1FCBEBCDC4F, 0x25E8E89C13BB0F7B}, {0xCE5D73FF402D98E3, 0xFB0A3D212DC81290},
    {0xA6B34AD8C9DFC06F, 0xF42FAA48C0EA481F}, {0x86A8D39EF77164BC, 0xAE5DFF9C02033198},
    {0xD98DDAEE19068C76, 0x3BADD624DD9B0958}, {0xAFBD2350644EEACF, 0xE5D1929EF90898FB},
    {0x8DF5EFABC5979C8F, 0xCA8D3FFA1EF463C2}, {0xE55990879DDCAABD, 0xCC420A6A101D0516},
    {0xB94470938FA89BCE, 0xF808E40E8D5B3E6A}, {0x95A8637627989AAD, 0xDDE7001379A44AA9},
    {0xF1C90080BAF72CB1, 0x5324C68B12DD6339}, {0xC350000000000000, 0x0000000000000000},
    {0x9DC5ADA82B70B59D, 0xF020000000000000}, {0xFEE50B7025C36A08, 0x02F236D04753D5B5},
    {0xCDE6FD5E09ABCF26, 0xED4C0226B55E6F87}, {0xA6539930BF6BFF45, 0x84DB8346B786151D},
    {0x865B86925B9BC5C2, 0x0B8A2392BA45A9B3}, {0xD910F7FF28069DA4, 0x1B2BA1518094DA05},
    {0xAF58416654A6BABB, 0x387AC8D1970027B3}, {0x8DA471A9DE737E24, 0x5CEAECFED289E5D3},
    {0xE4D5E82392A40515, 0x0FABAF3FEAA5334B}, {0xB8DA1662E7B00A17, 0x3D6A751F3B936244},
    {0x95527A5202DF0CCB, 0x0F37801E0C43EBC9},
};

// 5^0 .. 5^26.
static const uint64_t fives[POWER_STEP] = {
    0x0000000000000001, 0x0000000000000005, 0x0000000000000019, 0x000000000000007D,
    0x0000000000000271, 0x0000000000000C35, 0x0000000000003D09, 0x000000000001312D,
    0x000000000005F5E1, 0x00000000001DCD65, 0x00000000009502F9, 0x0000000002E90EDD,
    0x000000000E8D4A51, 0x0000000048C27395, 0x000000016BCC41E9, 0x000000071AFD498D,
    0x0000002386F26FC1, 0x000000B1A2BC2EC5, 0x000003782DACE9D9, 0x00001158E460913D,
    0x000056BC75E2D631, 0x0001B1AE4D6E2EF5, 0x000878678326EAC9, 0x002A5A058FC295ED,
    0x00D3C21BCECCEDA1, 0x0422CA8B0A00A425, 0x14ADF4B7320334B9,
};

// Two bits for each power from -292 up: its 128 bits, rounded up, less the truncated product,
// plus 1.
static const uint32_t corrections[] = {
    0xA965AA59, 0xA95AAA9A, 0xAA5AA6AA, 0xAAAA996A, 0xA5A6AAA6, 0x50415106, 0xA5154114, 0x5965995A,
    0xAA565559, 0x5A559556, 0xA6AAA999, 0xA6959A96, 0xAA695AAA, 0x6AA9AA9A, 0xA9AAAAAA, 0x5654516A,
    0x95556955, 0x5665696A, 0x55555559, 0x55555555, 0x55555555, 0x6A555555, 0x699AAAA9, 0x9A9A9665,
    0xAAAAA6AA, 0xA59996A9, 0x6965566A, 0x15555595, 0xA9556555, 0xAA9A69AA, 0x55865AA6, 0x55454555,
    0xA9A695A4, 0x6956AA96, 0x695AAA66, 0xAA69656A, 0xAAAAAAAA, 0x6A6A655A, 0x0002AAA9};

// The product of 64-bit numbers, by halves.
static wide multiply(uint64_t a, uint64_t b) {
    const uint64_t a_low = (uint32_t)a;
    const uint64_t a_high = a >> 32;
    const uint64_t b_low = (uint32_t)b;
    const uint64_t b_high = b >> 32;
    const uint64_t low = a_low * b_low;
    const uint64_t middle = a_high * b_low + (low >> 32);
    const uint64_t other = a_low * b_high + (uint32_t)middle;
    return (wide){a_high * b_high + (middle >> 32) + (other >> 32), other << 32 | (uint32_t)low};
}

// floor(log2(10^power)), for |power| <= 1233.
static int32_t log2_of_power(int32_t power) {
    return (power * 1741647) >> 19;
}

// 10^power, rounded up to 128 bits of which the highest is 1.
static wide power_of_ten(int32_t power) {
    const uint32_t index = (uint32_t)(power - POWER_MIN);
    const uint32_t step = index % POWER_STEP;
    const wide base = powers[index / POWER_STEP];
    if (step == 0) return base;
    const wide low = multiply(base.low, fives[step]);
    wide high = multiply(base.high, fives[step]);
    high.low += low.high;
    if (high.low < low.high) high.high += 1;
    const int32_t base_power = power - (int32_t)step;
    const uint32_t shift =
        (uint32_t)(log2_of_power(power) - log2_of_power(base_power) - (int32_t)step);
    wide value = high;
    if (shift > 0) {
        value.high = high.high << (64 - shift) | high.low >> shift;
        value.low = high.low << (64 - shift) | low.low >> shift;
    } else {
        value = (wide){high.low, low.low};
    }
    const uint32_t correction = corrections[index / 16] >> (index % 16 * 2) & 3;
    const uint64_t corrected = value.low + correction - 1;
    if (correction == 0 && value.low == 0) value.high -= 1;
    if (correction == 2 && corrected == 0) value.high += 1;
    value.low = corrected;
    return value;
}

// --- the shortest decimal ------------------------------------------------------------------------

typedef struct decimal {
    uint64_t digits;
    int32_t exponent; // of ten
} decimal;

// The product power * value / 2^128, whose last bit is also set if anything was cut off.
static uint64_t round_to_odd(wide power, uint64_t value) {
    const wide low = multiply(power.low, value);
    wide high = multiply(power.high, value);
    high.low += low.high;
    if (high.low < low.high) high.high += 1;
    return high.high | (high.low > 1 ? 1 : 0);
}

// `mantissa` * 2^`exponent`. `is_power` tells that the next smaller double is nearer than the next
// larger one.
static decimal shortest(uint64_t mantissa, int32_t exponent, uint32_t is_power) {
    const uint64_t is_odd = mantissa & 1;
    const int32_t k = (exponent * 1262611 - (is_power != 0 ? 524031 : 0)) >> 22;
    const uint32_t h = (uint32_t)(exponent + log2_of_power(-k) + 1);
    const wide power = power_of_ten(-k);
    const uint64_t lower = round_to_odd(power, (4 * mantissa - 2 + is_power) << h) + is_odd;
    const uint64_t value = round_to_odd(power, 4 * mantissa << h);
    const uint64_t upper = round_to_odd(power, (4 * mantissa + 2) << h) - is_odd;
    const uint64_t digits = value / 4;
    if (digits >= 10) {
        const uint64_t tens = digits / 10;
        const bool is_down_inside = lower <= 40 * tens;
        const bool is_up_inside = 40 * tens + 40 <= upper;
        if (is_down_inside != is_up_inside) {
            return (decimal){tens + (is_up_inside ? 1 : 0), k + 1};
        }
    }
    const bool is_down_inside = lower <= 4 * digits;
    const bool is_up_inside = 4 * digits + 4 <= upper;
    if (is_down_inside != is_up_inside) return (decimal){digits + (is_up_inside ? 1 : 0), k};
    const uint64_t half = 4 * digits + 2;
    const bool is_rounded_up = value > half || (value == half && (digits & 1) != 0);
    return (decimal){digits + (is_rounded_up ? 1 : 0), k};
}

static decimal decimal_of(uint64_t bits) {
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    const int32_t biased = (int32_t)(bits >> 52 & 0x7FF);
    if (biased == 0) return shortest(fraction, -1074, 0);
    const uint64_t mantissa = fraction | UINT64_C(1) << 52;
    const int32_t exponent = biased - 1075;
    const uint64_t below_one = (UINT64_C(1) << (uint32_t)(-exponent & 63)) - 1;
    if (exponent <= 0 && exponent >= -52 && (mantissa & below_one) == 0) {
        return (decimal){mantissa >> -exponent, 0}; // a whole number of at most 2^53
    }
    return shortest(mantissa, exponent, fraction == 0 && biased > 1);
}

// Takes the zeros off the end of the digits, of which there are at most 17.
static decimal without_zeros(decimal shown) {
    static const struct {
        uint32_t zeros;
        uint32_t power;
    } steps[] = {{8, 100000000}, {8, 100000000}, {4, 10000}, {2, 100}, {1, 10}};
    for (uint32_t i = 0; i < ALI_COUNT_OF(steps); i += 1) {
        if (shown.digits % steps[i].power != 0) continue;
        shown.digits /= steps[i].power;
        shown.exponent += (int32_t)steps[i].zeros;
    }
    return shown;
}

// --- digits --------------------------------------------------------------------------------------

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

static uint32_t count_digits(uint64_t value) {
    uint32_t count = 1;
    while (value >= 10000) {
        value /= 10000;
        count += 4;
    }
    if (value >= 1000) return count + 3;
    if (value >= 100) return count + 2;
    return value >= 10 ? count + 1 : count;
}

void ali_num_digits(char *text, uint64_t value, uint32_t count) {
    while (count >= 2) {
        const char *pair = pairs + value % 100 * 2;
        value /= 100;
        count -= 2;
        text[count] = pair[0];
        text[count + 1] = pair[1];
    }
    if (count == 1) text[0] = (char)('0' + value % 10);
}

size_t ali_num_u64(char *text, uint64_t value) {
    const uint32_t count = count_digits(value);
    ali_num_digits(text, value, count);
    return count;
}

size_t ali_num_i64(char *text, int64_t value) {
    if (value >= 0) return ali_num_u64(text, (uint64_t)value);
    text[0] = '-';
    return 1 + ali_num_u64(text + 1, 0 - (uint64_t)value);
}

// --- layout --------------------------------------------------------------------------------------

static size_t put_exponent(char *text, int32_t exponent) {
    text[0] = 'e';
    text[1] = exponent < 0 ? '-' : '+';
    return 2 + ali_num_u64(text + 2, (uint64_t)(exponent < 0 ? -exponent : exponent));
}

// Writes `count` digits with the point after `point` of them (before the first if it is not
// positive).
static size_t put_decimal(char *text, uint64_t digits, uint32_t count, int32_t point) {
    const int32_t length = (int32_t)count;
    if (point >= length && point <= 21) {
        ali_num_digits(text, digits, count);
        ali_fill(text + length, '0', (size_t)(point - length));
        return (size_t)point;
    }
    if (point > 0 && point <= 21) {
        ali_num_digits(text + 1, digits, count);
        for (int32_t i = 0; i < point; i += 1) text[i] = text[i + 1];
        text[point] = '.';
        return count + 1;
    }
    if (point > -6 && point <= 0) {
        ali_fill(text, '0', 2 + (size_t)-point);
        text[1] = '.';
        ali_num_digits(text + 2 - point, digits, count);
        return 2 + (size_t)-point + count;
    }
    ali_num_digits(text + 1, digits, count);
    text[0] = text[1];
    text[1] = '.';
    const size_t end = count == 1 ? 1 : count + 1;
    return end + put_exponent(text + end, point - 1);
}

static size_t put_text(char *to, const char *text, size_t length) {
    ali_copy(to, text, length);
    return length;
}

bool ali_num_is_finite(double value) {
    uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    return (bits >> 52 & 0x7FF) != 0x7FF;
}

size_t ali_num_print(char *text, double value) {
    uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    const bool is_negative = bits >> 63 != 0;
    const uint64_t magnitude = bits & ~(UINT64_C(1) << 63);
    const uint64_t infinity = UINT64_C(0x7FF) << 52;
    if (magnitude > infinity) return put_text(text, "NaN", 3);
    size_t at = 0;
    if (is_negative) {
        text[0] = '-';
        at = 1;
    }
    if (magnitude == infinity) return at + put_text(text + at, "Infinity", 8);
    if (magnitude == 0) return at + put_text(text + at, "0", 1);
    const decimal shown = without_zeros(decimal_of(magnitude));
    const uint32_t count = count_digits(shown.digits);
    return at + put_decimal(text + at, shown.digits, count, shown.exponent + (int32_t)count);
}

double ali_num_from_half(uint16_t half) {
    const uint64_t sign = (uint64_t)(half >> 15) << 63;
    const uint64_t exponent = half >> 10 & 31;
    const uint64_t fraction = half & 0x3FF;
    uint64_t bits = 0;
    if (exponent == 0) { // subnormal: fraction * 2^-24, exact
        const double value = (double)fraction * 0x1p-24;
        __builtin_memcpy(&bits, &value, sizeof bits);
    } else if (exponent == 31) {
        bits = UINT64_C(0x7FF) << 52 | fraction << 42;
    } else {
        bits = (exponent + 1023 - 15) << 52 | fraction << 42;
    }
    bits |= sign;
    double value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}
