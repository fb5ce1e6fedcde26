// codec/zstd_pack.h: compression to zstd, native only; through codec/pack.h.
#ifndef ALI_CODEC_ZSTD_PACK_H
#define ALI_CODEC_ZSTD_PACK_H

#include "base/mem.h"

// Bytes that a compression works with, aligned to 8.
uint64_t ali_zstd_pack_bytes(void);

// Compresses into a frame of at most `room_bytes`.
//
// Returns:   bytes of the frame; 0 if it would take more.
uint64_t ali_zstd_pack(void *state, uint64_t state_bytes, const uint8_t *input,
                       uint64_t input_bytes, uint8_t *output, uint64_t room_bytes);

#endif
