// codec/snappy.h: the raw block format of Snappy; through codec/codec.h.
#ifndef ALI_CODEC_SNAPPY_H
#define ALI_CODEC_SNAPPY_H

#include "codec/codec.h"

ALI_CHECKED ali_status ali_snappy_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes);

#endif
