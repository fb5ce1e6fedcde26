// format/parquet/convert.c: values that Arrow lays out otherwise than Parquet: decimals (parquet-
// format, LogicalTypes.md, DECIMAL), INT96 and INTERVAL.
//
// INT96 is deprecated and described nowhere in the specification: 64 bits with the nanoseconds of a
// day, then 32 bits with a Julian day, of which 2440588 is 1970-01-01.
#include "format/parquet/convert.h"

#define EPOCH_DAY INT64_C(2440588)
#define DAY_NANOS INT64_C(86400000000000)
#define DAY_MICROS UINT64_C(86400000000)
// Days before and after 1970 that 64 bits of nanoseconds hold.
#define DAYS_MIN (-INT64_C(106751))
#define DAYS_MAX INT64_C(106751)

void ali_convert_widen(void *to, uint32_t width, const uint8_t *from, uint32_t stored,
                       uint64_t count) {
    uint64_t *limbs = to;
    const uint32_t limbs_count = width / 8;
    for (uint64_t i = 0; i < count; i += 1) {
        const int64_t value = stored == 4 ? (int32_t)ali_load_u32(from + 4 * i)
                                          : (int64_t)ali_load_u64(from + 8 * i);
        limbs[0] = (uint64_t)value;
        for (uint32_t k = 1; k < limbs_count; k += 1) limbs[k] = value < 0 ? UINT64_MAX : 0;
        limbs += limbs_count;
    }
}

// The lowest limb of a number that ends at `end`, as far as it has bytes; the rest is its sign.
static uint64_t load_limb(const uint8_t *end, uint64_t bytes, uint64_t sign) {
    if (bytes >= 8) return __builtin_bswap64(ali_load_u64(end - 8));
    uint64_t limb = sign;
    for (uint64_t i = bytes; i > 0; i -= 1) limb = limb << 8 | end[-(int64_t)i];
    return limb;
}

// One number, the highest byte first, to limbs, the lowest first. False if it does not fit.
__attribute__((noinline)) static bool convert_decimal(uint64_t *limbs, uint32_t limbs_count,
                                                      const uint8_t *from, uint64_t bytes) {
    const uint64_t sign = bytes != 0 && from[0] >> 7 != 0 ? UINT64_MAX : 0;
    uint64_t left = bytes;
    for (uint32_t k = 0; k < limbs_count; k += 1) {
        limbs[k] = load_limb(from + left, left, sign);
        left -= ali_min_u64(left, 8);
    }
    if (left == 0) return true;
    uint32_t others = 0; // bytes that say more than the sign does
    for (uint64_t i = 0; i < left; i += 1) others |= from[i] ^ (uint32_t)(sign & 0xFF);
    return others == 0 && (limbs[limbs_count - 1] ^ sign) >> 63 == 0;
}

uint64_t ali_convert_decimals(void *to, uint32_t width, const uint8_t *from, uint32_t stored,
                              uint64_t count) {
    uint64_t *limbs = to;
    const uint32_t limbs_count = width / 8;
    for (uint64_t i = 0; i < count; i += 1) {
        if (!convert_decimal(limbs, limbs_count, from, stored)) return i;
        limbs += limbs_count;
        from += stored;
    }
    return count;
}

uint64_t ali_convert_decimal_bytes(void *to, uint32_t width, const uint8_t *from,
                                   const int32_t *ends, uint64_t count) {
    uint64_t *limbs = to;
    const uint32_t limbs_count = width / 8;
    int32_t start = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        if (!convert_decimal(limbs, limbs_count, from + start, (uint64_t)(ends[i] - start))) {
            return i;
        }
        limbs += limbs_count;
        start = ends[i];
    }
    return count;
}

uint64_t ali_convert_decimal_plain(void *to, uint32_t width, const uint8_t *from, uint64_t count) {
    uint64_t *limbs = to;
    const uint32_t limbs_count = width / 8;
    for (uint64_t i = 0; i < count; i += 1) {
        const uint32_t bytes = ali_load_u32(from);
        if (!convert_decimal(limbs, limbs_count, from + 4, bytes)) return i;
        limbs += limbs_count;
        from += 4 + (uint64_t)bytes;
    }
    return count;
}

// Times before 1970 are taken from the day after, so that the first day of all fits as a whole.
static bool nanos_of(int64_t day, int64_t nanos, int64_t *value) {
    if (day < 0) {
        day += 1;
        if (__builtin_sub_overflow(nanos, DAY_NANOS, &nanos)) return false;
    }
    if (day < DAYS_MIN || day > DAYS_MAX) return false;
    return !__builtin_add_overflow(day * DAY_NANOS, nanos, value);
}

uint64_t ali_convert_nanos(int64_t *to, const uint8_t *from, uint64_t count) {
    for (uint64_t i = 0; i < count; i += 1) {
        const int64_t day = (int32_t)ali_load_u32(from + 8) - EPOCH_DAY;
        if (!nanos_of(day, (int64_t)ali_load_u64(from), &to[i])) return i;
        from += 12;
    }
    return count;
}

void ali_convert_micros(int64_t *to, const uint8_t *from, uint64_t count) {
    for (uint64_t i = 0; i < count; i += 1) {
        const int64_t day = (int32_t)ali_load_u32(from + 8) - EPOCH_DAY;
        const int64_t micros = (int64_t)ali_load_u64(from) / 1000;
        to[i] = (int64_t)((uint64_t)day * DAY_MICROS + (uint64_t)micros);
        from += 12;
    }
}

uint64_t ali_convert_intervals(void *to, const uint8_t *from, uint64_t count) {
    uint64_t *words = to;
    for (uint64_t i = 0; i < count; i += 1) {
        const uint64_t months_days = ali_load_u64(from);
        if ((months_days & UINT64_C(0x8000000080000000)) != 0) return i;
        words[2 * i] = months_days;
        words[2 * i + 1] = ali_load_u32(from + 8) * UINT64_C(1000000);
        from += 12;
    }
    return count;
}
