// narrow.c: 64-bit integers as doubles: what JavaScript would put together of halves, at a third of
// the time. Left out: values beyond ±(2^53 - 1), which JavaScript treats one by one.
#include <stdint.h>

#include "abi.h"

#define EXACT_MAX 9007199254740991 // 2^53 - 1

__attribute__((export_name("ali_narrow"))) uint32_t ali_wasm_narrow(const int64_t *from, double *to,
                                                                    uint32_t count, double factor,
                                                                    double divisor, double least);

// Writes value * factor / divisor, one of which is 1, so that it is rounded once. Stops before the
// first value below `least` or beyond 2^53 - 1, and returns its index, or `count`.
uint32_t ali_wasm_narrow(const int64_t *from, double *to, uint32_t count, double factor,
                         double divisor, double least) {
    const uint64_t low = (uint64_t)(int64_t)least;
    const uint64_t width = (uint64_t)EXACT_MAX - low;
    uint32_t i = 0;
    if (divisor == 1) {
        for (; i < count && (uint64_t)from[i] - low <= width; i += 1) {
            to[i] = (double)from[i] * factor;
        }
        return i;
    }
    for (; i < count && (uint64_t)from[i] - low <= width; i += 1) to[i] = (double)from[i] / divisor;
    return i;
}
