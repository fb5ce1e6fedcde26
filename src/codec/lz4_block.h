// codec/lz4_block.h: one block of LZ4, in pieces; through codec/lz4.h.
#ifndef ALI_CODEC_LZ4_BLOCK_H
#define ALI_CODEC_LZ4_BLOCK_H

#include "base/mem.h"

// Where the decompression of a block stands between two pieces.
typedef struct ali_lz4_block {
    uint32_t phase;
    uint32_t token;
    uint64_t left_bytes; // of the literal or match that is being copied
    uint64_t distance;   // of the match
} ali_lz4_block;

typedef struct ali_lz4_place {
    const uint8_t *input;
    const uint8_t *input_end;
    uint8_t *output;
    uint8_t *output_end;         // where the output must end at the latest
    uint8_t *output_stop;        // where this piece's budget ends
    const uint8_t *output_start; // matches may reach back so far
} ali_lz4_place;

// How a piece ended.
enum {
    ALI_LZ4_GO_ON,         // the budget is written
    ALI_LZ4_DONE,          // the input is consumed, and the block ends there
    ALI_LZ4_BAD_INPUT_END, // the block ends inside an element
    ALI_LZ4_BAD_OUTPUT_END,
    ALI_LZ4_BAD_OFFSET
};

// Goes on from a block's state (zeros: at its start) to output_stop or the end.
uint32_t ali_lz4_block_run(ali_lz4_block *block, ali_lz4_place *place);

#endif
