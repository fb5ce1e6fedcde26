// codec/codec.c: the codecs by number, and the way to the one that a block needs.
#include "codec/codec.h"

#include "codec/gzip.h"
#include "codec/lz4.h"
#include "codec/snappy.h"
#include "codec/state.h"
#include "codec/zstd.h"

typedef struct codec {
    const char *name;
    ali_status (*step)(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes);
    uint32_t expansion_max; // times; 0: bounded otherwise
} codec;

// Copies what is stored as it is.
static ali_status step_none(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes) {
    if (inflow->input_bytes != inflow->output_bytes) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "a stored block has %U bytes instead of %U",
                        inflow->input_bytes, inflow->output_bytes);
    }
    const uint64_t left = inflow->output_bytes - inflow->output_at;
    const uint64_t count = ali_min_u64(left, ali_max_u64(budget_bytes, 1));
    ali_copy_counted(ctx, inflow->output + inflow->output_at, inflow->input + inflow->input_at,
                     (size_t)count);
    inflow->input_at += count;
    inflow->output_at += count;
    return count == left ? ALI_OK : ALI_YIELD;
}

static const codec codecs[] = {
    [ALI_CODEC_NONE] = {"none", step_none, 1},
    [ALI_CODEC_SNAPPY] = {"snappy", ali_snappy_step, 22}, // 3 bytes of a copy give 64
    [ALI_CODEC_GZIP] = {"gzip", ali_gzip_step, 1032},
    [ALI_CODEC_LZO] = {"lzo", NULL, 0},
    [ALI_CODEC_BROTLI] = {"brotli", NULL, 0},
    [ALI_CODEC_LZ4] = {"lz4", ali_lz4_hadoop_step, 255},
    [ALI_CODEC_ZSTD] = {"zstd", ali_zstd_step, 0},
    [ALI_CODEC_LZ4_RAW] = {"lz4_raw", ali_lz4_step, 255},
    [ALI_CODEC_LZ4_FRAME] = {"lz4 frame", ali_lz4_frame_step, 255},
};

const char *ali_codec_name(uint32_t number) {
    return number < ALI_COUNT_OF(codecs) ? codecs[number].name : NULL;
}

bool ali_codec_is_supported(uint32_t number) {
    return number < ALI_COUNT_OF(codecs) && codecs[number].step != NULL;
}

uint64_t ali_codec_bound(uint32_t number, const uint8_t *input, uint64_t input_bytes) {
    if (!ali_codec_is_supported(number)) return ALI_UNKNOWN;
    if (number == ALI_CODEC_ZSTD) return ali_zstd_bound(input, input_bytes);
    const uint64_t times = codecs[number].expansion_max;
    return input_bytes > (ALI_UNKNOWN - 1) / times ? ALI_UNKNOWN : input_bytes * times;
}

ali_status ali_codec_state_make(ali_context *ctx, ali_inflow *inflow, uint64_t size_bytes) {
    if (inflow->state != NULL) return ALI_OK;
    void *made = NULL;
    ALI_TRY(ali_mem_zero(ctx, size_bytes, &made));
    inflow->state = made;
    inflow->state->size_bytes = size_bytes;
    inflow->state->codec = inflow->codec;
    return ALI_OK;
}

void ali_inflow_clear(ali_context *ctx, ali_inflow *inflow) {
    ali_codec_state *state = inflow->state;
    if (state == NULL) return;
    if (state->clear != NULL) state->clear(ctx, state);
    ali_mem_free(ctx, state, state->size_bytes);
    inflow->state = NULL;
}

void ali_inflow_begin(ali_context *ctx, ali_inflow *inflow, const ali_inflow *block) {
    if (inflow->state != NULL && inflow->state->codec != block->codec) {
        ali_inflow_clear(ctx, inflow);
    }
    ali_codec_state *state = inflow->state;
    *inflow = *block;
    inflow->state = state;
    inflow->input_at = inflow->output_at = inflow->literal_bytes = 0;
    inflow->is_begun = false;
}

ali_status ali_inflow_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes) {
    if (ali_codec_is_supported(inflow->codec)) {
        return codecs[inflow->codec].step(ctx, inflow, budget_bytes);
    }
    const char *name = ali_codec_name(inflow->codec);
    if (name != NULL) return ali_fail(ctx, ALI_ERR_UNSUPPORTED, "codec %s is not supported", name);
    return ali_fail(ctx, ALI_ERR_UNSUPPORTED, "codec number %u is not supported", inflow->codec);
}
