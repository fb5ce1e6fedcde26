// codec/zstd.c: Zstandard frames (RFC 8878), one after the other, by upstream's decoder.
//
// It is driven block by block, straight into the place where the output belongs, which serves as
// the window: nothing is copied, no memory is taken but the decoder's tables, a frame's claim of a
// window costs nothing, and a call gives 128 KiB at most. Checksums and lengths of frames are
// verified (by upstream). Left out: dictionaries, and the formats before version 0.8.
#include "codec/zstd.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "codec/state.h"

// Bytes of a block after decompression, at most.
#define BLOCK_BYTES_MAX (UINT64_C(128) << 10)
// Of a block, with its header, in a frame at least, if it gives something.
#define BLOCK_BYTES_LEAST 4u
// Blocks that are looked at for the bound.
#define BOUND_BLOCKS 4096u
// What a call costs of a step's credit beside its bytes.
#define CALL_CREDIT 64u

typedef struct zstd_state {
    ali_codec_state head;
    ZSTD_DCtx *decoder;
    bool is_in_frame;
    _Alignas(16) uint8_t memory[]; // of the decoder
} zstd_state;

static ali_status make_state(ali_context *ctx, ali_inflow *inflow) {
    if (inflow->state != NULL) return ALI_OK;
    const size_t bytes = ZSTD_estimateDCtxSize();
    ALI_TRY(ali_codec_state_make(ctx, inflow, sizeof(zstd_state) + bytes));
    zstd_state *state = (zstd_state *)inflow->state;
    state->decoder = ZSTD_initStaticDCtx(state->memory, bytes);
    if (state->decoder != NULL) return ALI_OK;
    return ali_fail(ctx, ALI_ERR_INTERNAL, "the zstd decoder could not be made");
}

static ali_status fail_short(ali_context *ctx, const ali_inflow *inflow) {
    return ali_fail(ctx, ALI_ERR_CORRUPT, "zstd data ends early, at %U of %U", inflow->input_at,
                    inflow->input_bytes);
}

static ali_status fail_code(ali_context *ctx, const ali_inflow *inflow, size_t result) {
    const uint64_t at = inflow->input_at;
    const uint64_t bytes = inflow->input_bytes;
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_dstSize_tooSmall:
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "zstd data gives more than the expected %U bytes, at %U of %U",
                        inflow->output_bytes, at, bytes);
    case ZSTD_error_checksum_wrong:
        return ali_fail(ctx, ALI_ERR_CHECKSUM,
                        "a zstd frame's checksum is not that of its bytes, at %U of %U", at, bytes);
    case ZSTD_error_dictionary_wrong:
        return ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                        "zstd frames with a dictionary are not supported");
    default:
        return ali_fail(ctx, ALI_ERR_CORRUPT, "zstd data is damaged, at %U of %U", at, bytes);
    }
}

// Tells if a frame, or one that is to be passed over, begins with this.
static bool is_magic(uint32_t word) {
    return word == ZSTD_MAGICNUMBER || (word & ~UINT32_C(15)) == ZSTD_MAGIC_SKIPPABLE_START;
}

static ali_status begin_frame(ali_context *ctx, zstd_state *state, const ali_inflow *inflow) {
    const uint64_t left = inflow->input_bytes - inflow->input_at;
    if (left >= 4 && !is_magic(ali_load_u32(inflow->input + inflow->input_at))) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "no zstd frame begins at %U of %U", inflow->input_at,
                        inflow->input_bytes);
    }
    const size_t result = ZSTD_decompressBegin(state->decoder);
    if (ZSTD_isError(result)) return fail_code(ctx, inflow, result);
    state->is_in_frame = true;
    return ALI_OK;
}

// Gives the decoder what it wants next: a header, a block, a checksum.
static ali_status feed(ali_context *ctx, zstd_state *state, ali_inflow *inflow,
                       uint64_t *credit_bytes) {
    const size_t wanted = ZSTD_nextSrcSizeToDecompress(state->decoder);
    if (wanted == 0) {
        state->is_in_frame = false;
        return ALI_OK;
    }
    if (wanted > inflow->input_bytes - inflow->input_at) return fail_short(ctx, inflow);
    const size_t result =
        ZSTD_decompressContinue(state->decoder, inflow->output + inflow->output_at,
                                (size_t)(inflow->output_bytes - inflow->output_at),
                                inflow->input + inflow->input_at, wanted);
    if (ZSTD_isError(result)) return fail_code(ctx, inflow, result);
    inflow->input_at += wanted;
    inflow->output_at += result;
    *credit_bytes -= ali_min_u64(*credit_bytes, result + CALL_CREDIT);
    return ALI_OK;
}

ali_status ali_zstd_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes) {
    ALI_TRY(make_state(ctx, inflow));
    zstd_state *state = (zstd_state *)inflow->state;
    if (!inflow->is_begun) state->is_in_frame = false;
    inflow->is_begun = true;
    uint64_t credit_bytes = ali_max_u64(budget_bytes, 1);
    while (state->is_in_frame || inflow->input_at < inflow->input_bytes) {
        if (credit_bytes == 0) return ALI_YIELD;
        if (!state->is_in_frame) ALI_TRY(begin_frame(ctx, state, inflow));
        ALI_TRY(feed(ctx, state, inflow, &credit_bytes));
    }
    if (inflow->output_at == inflow->output_bytes) return ALI_OK;
    return ali_fail(ctx, ALI_ERR_CORRUPT, "zstd data gives %U bytes instead of %U",
                    inflow->output_at, inflow->output_bytes);
}

// --- the bound -----------------------------------------------------------------------------------

// Bytes of a frame's header, by its fifth byte.
static uint64_t header_bytes(uint32_t descriptor) {
    static const uint8_t id_bytes[] = {0, 1, 2, 4};
    static const uint8_t size_bytes[] = {0, 2, 4, 8};
    const bool is_single = (descriptor & 0x20) != 0;
    uint64_t bytes = 5 + (uint64_t)id_bytes[descriptor & 3] + size_bytes[descriptor >> 6];
    if (is_single && descriptor >> 6 == 0) bytes += 1;
    return is_single ? bytes : bytes + 1;
}

typedef struct walk {
    const uint8_t *input;
    uint64_t input_bytes;
    uint64_t at;
    uint64_t bound;
    uint32_t blocks; // that may still be looked at
} walk;

static uint32_t load_u24(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
}

// Passes over a frame's blocks.
static void walk_blocks(walk *on) {
    while (on->at < on->input_bytes && on->input_bytes - on->at >= 3 && on->blocks != 0) {
        const uint32_t word = load_u24(on->input + on->at);
        const uint32_t kind = word >> 1 & 3;
        const uint64_t bytes = word >> 3;
        on->at += 3 + (kind == 1 ? 1 : bytes);
        on->bound += kind == 2 ? BLOCK_BYTES_MAX : ali_min_u64(bytes, BLOCK_BYTES_MAX);
        on->blocks -= 1;
        if ((word & 1) != 0) return;
    }
}

// Passes over a frame. False: none is there, and the decoder will say so.
static bool walk_frame(walk *on) {
    if (on->input_bytes - on->at < 8) return false;
    const uint8_t *at = on->input + on->at;
    on->blocks -= 1;
    if ((ali_load_u32(at) & ~UINT32_C(15)) == ZSTD_MAGIC_SKIPPABLE_START) {
        on->at += 8 + (uint64_t)ali_load_u32(at + 4);
        return true;
    }
    if (ali_load_u32(at) != ZSTD_MAGICNUMBER) return false;
    on->at += header_bytes(at[4]);
    walk_blocks(on);
    if ((at[4] & 4) != 0) on->at += 4;
    return true;
}

// What blocks that are not looked at can give.
static uint64_t bound_of_rest(uint64_t bytes) {
    return (bytes / BLOCK_BYTES_LEAST + 1) * BLOCK_BYTES_MAX;
}

uint64_t ali_zstd_bound(const uint8_t *input, uint64_t input_bytes) {
    if (input_bytes > UINT64_C(1) << 40) return ALI_UNKNOWN;
    if (input == NULL) return bound_of_rest(input_bytes);
    walk on = {.input = input, .input_bytes = input_bytes, .blocks = BOUND_BLOCKS};
    while (on.at < input_bytes && on.blocks != 0) {
        if (!walk_frame(&on)) return on.bound;
    }
    return on.at < input_bytes ? on.bound + bound_of_rest(input_bytes - on.at) : on.bound;
}
