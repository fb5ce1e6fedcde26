// codec/pack.h: compression of whole buffers, as Arrow IPC has them.
#ifndef ALI_CODEC_PACK_H
#define ALI_CODEC_PACK_H

#include "codec/codec.h"

// What a compression works with, from one buffer to the next. ali_packer_clear() releases it.
typedef struct ali_packer {
    uint32_t codec; // ALI_CODEC_LZ4_FRAME, ALI_CODEC_ZSTD
    void *state;
    uint64_t state_bytes;
} ali_packer;

// Makes a packer.
//
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT; ALI_ERR_UNSUPPORTED for a codec that this build
//            does not write.
ALI_CHECKED ali_status ali_packer_init(ali_context *ctx, ali_packer *packer, uint32_t codec);

// Compresses into at most `room_bytes`, of one frame.
//
// Returns:   bytes of the frame; 0 if it would take more.
uint64_t ali_packer_run(ali_packer *packer, const uint8_t *input, uint64_t input_bytes,
                        uint8_t *output, uint64_t room_bytes);

// Zeros are allowed.
void ali_packer_clear(ali_context *ctx, ali_packer *packer);

#endif
