// codec/gzip.h: gzip and zlib data; through codec/codec.h.
#ifndef ALI_CODEC_GZIP_H
#define ALI_CODEC_GZIP_H

#include "codec/codec.h"

ALI_CHECKED ali_status ali_gzip_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes);

#endif
