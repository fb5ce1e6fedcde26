// Run lengths and bit-packing: the first byte is the width, the second the numbers taken at a time.
// Numbers must not depend on how they are taken; levels must agree with numbers of width 1.
#include <stdlib.h>
#include <string.h>

#include "format/parquet/levels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4096 };

static uint64_t take(const uint8_t *bytes, size_t size, uint32_t width, uint64_t piece,
                     uint32_t *numbers) {
    ali_rle rle;
    ali_rle_init(&rle, bytes, size, width);
    uint64_t count = 0;
    while (count + piece <= MOST && ali_rle_take(&rle, numbers + count, piece)) count += piece;
    return count;
}

static void check_levels(const uint8_t *bytes, size_t size, const uint32_t *numbers,
                         uint64_t count) {
    uint8_t bitmap[MOST / 8] = {0};
    ali_levels levels = {.is_absent = false};
    ali_rle_init(&levels.rle, bytes, size, 1);
    uint64_t values = 0;
    if (ali_levels_take(&levels, bitmap, 0, count, &values) != ALI_LEVELS_OK) return;
    for (uint64_t i = 0; i < count; i += 1) {
        if ((bitmap[i >> 3] >> (i & 7) & 1u) != numbers[i]) abort();
        values -= numbers[i];
    }
    if (values != 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    const uint32_t width = data[0] % 33;
    const uint64_t piece = 1 + data[1];
    static uint32_t singly[MOST];
    static uint32_t in_pieces[MOST];
    const uint64_t ones = take(data + 2, size - 2, width, 1, singly);
    const uint64_t count = take(data + 2, size - 2, width, piece, in_pieces);
    if (count > ones || ones - count >= 2 * piece) abort();
    if (memcmp(singly, in_pieces, (size_t)count * 4) != 0) abort();
    ali_rle rle;
    ali_rle_init(&rle, data + 2, size - 2, width);
    uint32_t number = 0;
    if (ones > 1 && (!ali_rle_skip(&rle, ones - 1) || !ali_rle_take(&rle, &number, 1) ||
                     number != singly[ones - 1])) {
        abort();
    }
    if (width == 1) check_levels(data + 2, size - 2, singly, ones);
    return 0;
}
