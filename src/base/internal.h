// base/internal.h: what every room includes: statuses, assertions, small arithmetic.
#ifndef ALI_BASE_INTERNAL_H
#define ALI_BASE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alimentar/core.h"

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "alimentar runs on little-endian machines"
#endif

// Passes an error up: returns from the caller if the expression's status is an error.
#define ALI_TRY(expression)                                                                        \
    do {                                                                                           \
        const ali_status ali_try_status = (expression);                                            \
        if (__builtin_expect(ali_try_status < 0, 0)) return ali_try_status;                        \
    } while (0)

// States what must hold unless this library has a bug. Checked in debug and fuzz builds.
#if defined(ALI_DEBUG)
#define ALI_ASSERT(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define ALI_ASSERT(condition) ((void)sizeof(condition))
#endif

#define ALI_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define ALI_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define ALI_COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static inline uint64_t ali_min_u64(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}
static inline uint64_t ali_max_u64(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

// Rounds up to a multiple of a power of two; the caller knows that it does not overflow.
static inline uint64_t ali_round_up(uint64_t value, uint64_t power) {
    return (value + power - 1) & ~(power - 1);
}

// Little-endian loads and stores at any address.
static inline uint16_t ali_load_u16(const uint8_t *at) {
    uint16_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}
static inline uint32_t ali_load_u32(const uint8_t *at) {
    uint32_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}
static inline uint64_t ali_load_u64(const uint8_t *at) {
    uint64_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}
static inline void ali_store_u16(uint8_t *at, uint16_t value) {
    __builtin_memcpy(at, &value, sizeof value);
}
static inline void ali_store_u32(uint8_t *at, uint32_t value) {
    __builtin_memcpy(at, &value, sizeof value);
}
static inline void ali_store_u64(uint8_t *at, uint64_t value) {
    __builtin_memcpy(at, &value, sizeof value);
}

#endif
