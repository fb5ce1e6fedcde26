// format/parquet/plain.c: kernels over PLAIN values and dictionary codes (parquet-format,
// Encodings.md).
#include "format/parquet/plain.h"

uint32_t ali_plain_maximum(const uint32_t *numbers, uint64_t count) {
    uint32_t maximum = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        maximum = numbers[i] > maximum ? numbers[i] : maximum;
    }
    return maximum;
}

#define GATHER(name, type)                                                                         \
    static void name(type *to, const uint8_t *values, const uint32_t *codes, uint64_t count) {     \
        for (uint64_t i = 0; i < count; i += 1) {                                                  \
            __builtin_memcpy(&to[i], values + (size_t)codes[i] * sizeof(type), sizeof(type));      \
        }                                                                                          \
    }

GATHER(gather_1, uint8_t)
GATHER(gather_2, uint16_t)
GATHER(gather_4, uint32_t)
GATHER(gather_8, uint64_t)

typedef struct wide {
    uint64_t words[2];
} wide;
GATHER(gather_16, wide)

static void gather_any(uint8_t *to, const uint8_t *values, uint32_t width, const uint32_t *codes,
                       uint64_t count) {
    for (uint64_t i = 0; i < count; i += 1) {
        ali_copy(to + i * width, values + (size_t)codes[i] * width, width);
    }
}

void ali_plain_gather(void *to, const uint8_t *values, uint32_t width, const uint32_t *codes,
                      uint64_t count) {
    switch (width) {
    case 1:
        gather_1(to, values, codes, count);
        break;
    case 2:
        gather_2(to, values, codes, count);
        break;
    case 4:
        gather_4(to, values, codes, count);
        break;
    case 8:
        gather_8(to, values, codes, count);
        break;
    case 16:
        gather_16(to, values, codes, count);
        break;
    default:
        gather_any(to, values, width, codes, count);
    }
}

bool ali_plain_narrow(void *to, uint32_t width, uint32_t is_signed, const uint8_t *values,
                      uint64_t count) {
    const int32_t low = width == 1 ? INT8_MIN : INT16_MIN;
    const int32_t high = width == 1 ? (is_signed ? INT8_MAX : UINT8_MAX)
                                    : (is_signed ? INT16_MAX : UINT16_MAX);
    uint8_t *bytes = to;
    uint16_t *shorts = to;
    uint32_t misfits = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        const int32_t value = (int32_t)ali_load_u32(values + 4 * i);
        misfits |= (uint32_t)(value < low) | (uint32_t)(value > high);
        if (width == 1) {
            bytes[i] = (uint8_t)value;
        } else {
            shorts[i] = (uint16_t)value;
        }
    }
    return misfits == 0;
}

uint64_t ali_plain_measure(const uint8_t *bytes, uint64_t count_bytes, uint64_t count,
                           uint64_t most_bytes, uint64_t *end, uint64_t *data_bytes) {
    uint64_t at = 0;
    uint64_t i = 0;
    for (; i < count; i += 1) {
        if (count_bytes - at < 4) break;
        const uint64_t length = ali_load_u32(bytes + at);
        if (length > count_bytes - at - 4) break;
        if (at - 4 * i + length > most_bytes && i != 0) break;
        at += 4 + length;
    }
    *end = at;
    *data_bytes = at - 4 * i;
    return i;
}

void ali_plain_bytes(const uint8_t *bytes, uint64_t count_bytes, uint64_t count, uint8_t *data,
                     uint64_t data_room, int32_t base, int32_t *ends) {
    uint64_t at = 0;
    uint64_t written = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        const uint64_t length = ali_load_u32(bytes + at);
        at += 4;
        if (length <= 16 && count_bytes - at >= 16 && data_room - written >= 16) {
            __builtin_memcpy(data + written, bytes + at, 16);
        } else {
            ali_copy(data + written, bytes + at, (size_t)length);
        }
        at += length;
        written += length;
        ends[i] = base + (int32_t)written;
    }
}
