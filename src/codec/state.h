// codec/state.h: what a codec keeps between the steps of a block, and from one block to the next.
#ifndef ALI_CODEC_STATE_H
#define ALI_CODEC_STATE_H

#include "codec/codec.h"

// The beginning of every codec's state.
struct ali_codec_state {
    uint64_t size_bytes; // of the whole state
    uint32_t codec;
    void (*clear)(ali_context *ctx, ali_codec_state *state); // what it holds itself; may be NULL
};

// Makes a state of the inflow's codec, filled with zeros but for its beginning, unless it has one.
ALI_CHECKED ali_status ali_codec_state_make(ali_context *ctx, ali_inflow *inflow,
                                            uint64_t size_bytes);

#endif
