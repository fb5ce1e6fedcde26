// base/utf8.c: UTF-8 by steps (RFC 3629; The Unicode Standard, section 3.9, table 3-7).
#include "base/utf8.h"

int32_t ali_utf8_step(const uint8_t *at, uint64_t left) {
    const uint8_t first = at[0];
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return -1;
    const uint32_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (uint32_t i = 1; i < length; i += 1) {
        if (i >= left || at[i] < least || at[i] > most) return -(int32_t)i;
        least = 0x80;
        most = 0xBF;
    }
    return (int32_t)length;
}
