// codec/zstd.h: Zstandard frames; through codec/codec.h.
#ifndef ALI_CODEC_ZSTD_H
#define ALI_CODEC_ZSTD_H

#include "codec/codec.h"

ALI_CHECKED ali_status ali_zstd_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes);

// The most that frames can decompress to, by the headers of their first blocks; `input` may be
// NULL.
uint64_t ali_zstd_bound(const uint8_t *input, uint64_t input_bytes);

#endif
