// codec/lz4_pack.h: compression to LZ4; through codec/pack.h.
#ifndef ALI_CODEC_LZ4_PACK_H
#define ALI_CODEC_LZ4_PACK_H

#include "base/mem.h"

// Bytes of the table that a compression works with, whatever it held before.
#define ALI_LZ4_TABLE_BYTES 16384u

// Compresses into a frame of at most `room_bytes`.
//
// Returns:   bytes of the frame; 0 if it would take more.
uint64_t ali_lz4_frame_pack(uint16_t *table, const uint8_t *input, uint64_t input_bytes,
                            uint8_t *output, uint64_t room_bytes);

#endif
