// Decoders of encodings. The first byte chooses one, the second how much is taken at a time, the
// third a width or the share of the input that is the first stream. Values must not depend on how
// they are taken, and streams end where they say.
#include <stdlib.h>
#include <string.h>

#include "format/parquet/convert.h"
#include "format/parquet/delta.h"
#include "format/parquet/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4096, JOINED_MOST = 1 << 20 };

// Integers: taken one by one and in pieces, as 32 and 64 bits, and passed over.
static void check_delta(const uint8_t *bytes, size_t size, uint64_t piece) {
    static uint64_t singly[MOST];
    static uint64_t in_pieces[MOST];
    static uint32_t narrow[MOST];
    ali_delta one;
    if (ali_delta_begin(&one, bytes, size) != ALI_DELTA_OK) return;
    ali_delta many = one;
    ali_delta cut = one;
    ali_delta passing = one;
    uint64_t count = 0;
    while (count < MOST && ali_delta_take_64(&one, singly + count, 1) == ALI_DELTA_OK) count += 1;
    uint64_t at = 0;
    while (at + piece <= count) {
        if (ali_delta_take_64(&many, in_pieces + at, piece) != ALI_DELTA_OK) abort();
        if (ali_delta_take_32(&cut, narrow + at, piece) != ALI_DELTA_OK) abort();
        at += piece;
    }
    if (memcmp(singly, in_pieces, at * 8) != 0) abort();
    for (uint64_t i = 0; i < at; i += 1) {
        if (narrow[i] != (uint32_t)singly[i]) abort();
    }
    uint32_t why = ALI_DELTA_MORE;
    for (uint32_t calls = 0; calls < 4096 && why == ALI_DELTA_MORE; calls += 1) {
        why = ali_delta_pass(&passing, piece);
        if (passing.at > size) abort();
    }
    if (one.left == 0 && count < MOST && why == ALI_DELTA_OK && passing.at != one.at) abort();
}

// Byte arrays: two streams of lengths, joined and by hand.
static void check_join(const uint8_t *bytes, size_t size, uint64_t count, uint32_t cut) {
    static uint8_t to[JOINED_MOST + 16];
    uint32_t lengths[512];
    int32_t ends[256];
    count = count < 256 ? count : 256;
    const size_t head = size * cut / 256;
    for (uint64_t i = 0; i < 2 * count; i += 1) lengths[i] = i < head ? bytes[i] : 1;
    const uint8_t last[200] = "what stood before";
    const uint8_t *from = bytes + head;
    uint64_t sum = 0;
    const uint64_t good =
        ali_delta_check(lengths, lengths + count, count, sizeof last, size - head, &sum);
    if (good != count || sum > JOINED_MOST) return;
    const uint64_t used =
        ali_delta_join(lengths, lengths + count, count, from, size - head, last, to, 16, 0, ends);
    if (used > size - head || (count != 0 && (uint64_t)ends[count - 1] != sum)) abort();
    const uint8_t *before = last;
    uint64_t at = 0;
    uint64_t taken = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        if (memcmp(to + at, before, lengths[i]) != 0) abort();
        if (memcmp(to + at + lengths[i], from + taken, lengths[count + i]) != 0) abort();
        before = to + at;
        taken += lengths[count + i];
        at += lengths[i] + lengths[count + i];
        if ((uint64_t)ends[i] != at) abort();
    }
}

static void check_split(const uint8_t *bytes, size_t size, uint32_t width, uint64_t first) {
    static uint8_t to[1 << 16];
    if (width == 0 || size > sizeof to) return;
    const uint64_t stride = size / width;
    if (first > stride) return;
    ali_split_join(to, bytes, stride, width, first, stride - first);
    for (uint64_t i = 0; i < (stride - first) * width; i += 1) {
        if (to[i] != bytes[i % width * stride + first + i / width]) abort();
    }
}

// Decimals of one width: the same whether their lengths are told or not.
static void check_convert(const uint8_t *bytes, size_t size, uint32_t stored, uint32_t width) {
    uint64_t one[4 * 64];
    uint64_t other[4 * 64];
    int32_t ends[64];
    if (stored == 0) return;
    const uint64_t count = size / stored < 64 ? size / stored : 64;
    for (uint64_t i = 0; i < count; i += 1) ends[i] = (int32_t)((i + 1) * stored);
    const uint64_t fit = ali_convert_decimals(one, width, bytes, stored, count);
    if (ali_convert_decimal_bytes(other, width, bytes, ends, count) != fit) abort();
    if (memcmp(one, other, fit * width) != 0) abort();
    for (uint64_t i = 0; i < fit; i += 1) {
        const bool is_negative = bytes[i * stored] >= 0x80;
        const uint64_t top = one[(i + 1) * width / 8 - 1];
        if ((top >> 63 != 0) != is_negative) abort();
    }
    int64_t times[64];
    const uint64_t stamps = size / 12 < 64 ? size / 12 : 64;
    (void)ali_convert_nanos(times, bytes, stamps);
    ali_convert_micros(times, bytes, stamps);
    (void)ali_convert_intervals(one, bytes, stamps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3) return 0;
    const uint8_t *bytes = data + 3;
    size -= 3;
    switch (data[0] % 4) {
    case 0:
        check_delta(bytes, size, 1 + data[1]);
        break;
    case 1:
        check_join(bytes, size, data[1], data[2]);
        break;
    case 2:
        check_split(bytes, size, data[2] % 33, data[1]);
        break;
    default:
        check_convert(bytes, size, data[2] % 48, data[1] % 2 == 0 ? 16 : 32);
    }
    return 0;
}
