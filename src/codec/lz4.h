// codec/lz4.h: LZ4 in its three containers; through codec/codec.h.
#ifndef ALI_CODEC_LZ4_H
#define ALI_CODEC_LZ4_H

#include "codec/codec.h"

// A bare block.
ALI_CHECKED ali_status ali_lz4_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes);

// Whatever writers meant by Parquet's codec LZ4.
ALI_CHECKED ali_status ali_lz4_hadoop_step(ali_context *ctx, ali_inflow *inflow,
                                           uint64_t budget_bytes);

// Frames.
ALI_CHECKED ali_status ali_lz4_frame_step(ali_context *ctx, ali_inflow *inflow,
                                          uint64_t budget_bytes);

#endif
