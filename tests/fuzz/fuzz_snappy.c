// Snappy blocks: the first byte sets the size of the steps, the next two how much output is
// expected (0: as much as the block says); whatever comes out must not depend on the steps.
#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ali_status inflate(ali_context *ctx, const uint8_t *block, size_t size, uint8_t *output,
                          uint64_t output_bytes, uint64_t budget_bytes) {
    ali_inflow inflow = {.codec = ALI_CODEC_SNAPPY,
                         .input = block,
                         .input_bytes = size,
                         .output = output,
                         .output_bytes = output_bytes};
    ali_status status = ALI_YIELD;
    while (status == ALI_YIELD) status = ali_inflow_step(ctx, &inflow, budget_bytes);
    return status;
}

// The length that a block begins with, at most 1 MiB.
static uint64_t length_of(const uint8_t *block, size_t size) {
    uint64_t length = 0;
    for (size_t i = 0; i < size && i < 5; i += 1) {
        length |= (uint64_t)(block[i] & 0x7F) << (7 * i);
        if (block[i] < 0x80) break;
    }
    return length > 1 << 20 ? 1 << 20 : length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3) return 0;
    const uint64_t budget = 1 + (uint64_t)data[0] * 16;
    uint64_t length = (uint64_t)data[1] << 8 | data[2];
    const uint8_t *block = data + 3;
    if (length == 0) length = length_of(block, size - 3);
    ali_context *ctx = NULL;
    if (ali_context_new(NULL, NULL, &ctx) != ALI_OK) return 0;
    uint8_t *pieces = calloc((size_t)length + 1, 1);
    uint8_t *whole = calloc((size_t)length + 1, 1);
    const ali_status first = inflate(ctx, block, size - 3, pieces, length, budget);
    ali_error_clear(&ctx->own);
    const ali_status second = inflate(ctx, block, size - 3, whole, length, UINT64_MAX >> 8);
    if (first != second) abort();
    if (first == ALI_OK && memcmp(pieces, whole, (size_t)length) != 0) abort();
    free(pieces);
    free(whole);
    ali_context_free(ctx);
    return 0;
}
