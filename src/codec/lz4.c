// codec/lz4.c: LZ4 blocks in their containers: bare, in frames
// (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), and as Hadoop's
// BlockCompressorStream lays them out (codec LZ4, deprecated: parquet-format, Compression.md).
//
// Hadoop's layout: the length of a chunk after decompression, then blocks, each after its
// compressed length, until the chunk is whole; lengths have four bytes, the highest first. Writers
// of codec LZ4 have also written frames and bare blocks, which the first byte tells: a bare block
// begins with a literal, hence with 0x10 or more, or is a single zero; a length that begins so
// would be of 256 MiB and more.
//
// Checksums of frames are verified. Left out: dictionaries, and the frames of LZ4's first versions.
#include "codec/lz4.h"

#include "codec/lz4_block.h"
#include "codec/state.h"
#include "codec/xxh32.h"

#define FRAME_MAGIC UINT32_C(0x184D2204)
#define SKIPPABLE_MAGIC UINT32_C(0x184D2A50) // the first of sixteen
#define STORED_BIT UINT32_C(0x80000000)

// Of the byte FLG.
#define FLAG_DICTIONARY 0x01u
#define FLAG_RESERVED 0x02u
#define FLAG_CONTENT_SUM 0x04u
#define FLAG_CONTENT_SIZE 0x08u
#define FLAG_BLOCK_SUM 0x10u
#define FLAG_INDEPENDENT 0x20u

enum { KIND_UNKNOWN, KIND_BARE, KIND_HADOOP, KIND_FRAME };

// What comes next.
enum { PHASE_START, PHASE_SIZE, PHASE_SUM, PHASE_BLOCK, PHASE_STORED, PHASE_END };

typedef struct lz4_state {
    ali_codec_state head;
    uint32_t kind;
    uint32_t phase;
    ali_lz4_block block;
    uint64_t block_end;    // in the input
    uint64_t output_start; // of the frame or block: what matches may reach back to
    uint64_t output_end;   // of the block at most; Hadoop: of the chunk
    uint32_t flags;        // of the frame
    uint64_t block_bytes_max;
    uint64_t content_bytes; // as the frame says, or ALI_UNKNOWN
    uint64_t frame_output;  // where the frame's output begins
    uint64_t sum_at;        // in the input, of the block's checksum
    ali_xxh32 block_sum;
    ali_xxh32 content_sum;
} lz4_state;

// A step: what it may still do.
typedef struct lz4_step {
    ali_context *ctx;
    ali_inflow *inflow;
    lz4_state *state;
    uint64_t credit_bytes;
} lz4_step;

static ali_status fail_short(const lz4_step *step) {
    return ali_fail(step->ctx, ALI_ERR_CORRUPT, "LZ4 data ends early, at %U of %U",
                    step->inflow->input_at, step->inflow->input_bytes);
}

static ali_status fail_long(const lz4_step *step) {
    return ali_fail(step->ctx, ALI_ERR_CORRUPT,
                    "LZ4 data gives more than the expected %U bytes, at %U of %U",
                    step->inflow->output_bytes, step->inflow->input_at, step->inflow->input_bytes);
}

static ali_status fail_block(const lz4_step *step, uint32_t why) {
    const ali_inflow *inflow = step->inflow;
    switch (why) {
    case ALI_LZ4_BAD_INPUT_END:
        return ali_fail(step->ctx, ALI_ERR_CORRUPT,
                        "an LZ4 block ends inside the sequence at %U of %U", inflow->input_at,
                        inflow->input_bytes);
    case ALI_LZ4_BAD_OUTPUT_END:
        return ali_fail(step->ctx, ALI_ERR_CORRUPT,
                        "an LZ4 block gives more than the expected %U bytes, at %U of %U",
                        step->state->output_end - step->state->output_start, inflow->input_at,
                        inflow->input_bytes);
    default:
        return ali_fail(step->ctx, ALI_ERR_CORRUPT,
                        "an LZ4 block refers to bytes before its beginning, at %U of %U",
                        inflow->input_at, inflow->input_bytes);
    }
}

static void spend(lz4_step *step, uint64_t bytes) {
    step->credit_bytes -= ali_min_u64(step->credit_bytes, bytes);
}

// What was written counts towards the frame's checksum.
static void note_output(lz4_step *step, uint64_t from) {
    const uint64_t bytes = step->inflow->output_at - from;
    spend(step, bytes);
    if (step->state->kind != KIND_FRAME) return;
    if ((step->state->flags & FLAG_CONTENT_SUM) == 0) return;
    ali_xxh32_add(&step->state->content_sum, step->inflow->output + from, bytes);
}

// Goes on with the block. ALI_OK: it is whole.
static ali_status run_block(lz4_step *step) {
    ali_inflow *inflow = step->inflow;
    lz4_state *state = step->state;
    const uint64_t from = inflow->output_at;
    const uint64_t room = ali_min_u64(state->output_end - from, step->credit_bytes);
    ali_lz4_place place = {.input = inflow->input + inflow->input_at,
                           .input_end = inflow->input + state->block_end,
                           .output = inflow->output + from,
                           .output_end = inflow->output + state->output_end,
                           .output_stop = inflow->output + from + room,
                           .output_start = inflow->output + state->output_start};
    const uint32_t why = ali_lz4_block_run(&state->block, &place);
    inflow->input_at = (uint64_t)(place.input - inflow->input);
    inflow->output_at = (uint64_t)(place.output - inflow->output);
    note_output(step, from);
    if (why == ALI_LZ4_GO_ON) return ALI_YIELD;
    return why == ALI_LZ4_DONE ? ALI_OK : fail_block(step, why);
}

// Goes on with a block that is stored as it is.
static ali_status run_stored(lz4_step *step) {
    ali_inflow *inflow = step->inflow;
    const uint64_t from = inflow->output_at;
    const uint64_t left = step->state->block_end - inflow->input_at;
    const uint64_t count = ali_min_u64(left, step->credit_bytes);
    if (left > step->state->output_end - from) return fail_block(step, ALI_LZ4_BAD_OUTPUT_END);
    ali_copy_counted(step->ctx, inflow->output + from, inflow->input + inflow->input_at,
                     (size_t)count);
    inflow->input_at += count;
    inflow->output_at += count;
    note_output(step, from);
    return count == left ? ALI_OK : ALI_YIELD;
}

// Takes bytes of a container; NULL: they are not all there.
static const uint8_t *take(lz4_step *step, uint64_t count) {
    ali_inflow *inflow = step->inflow;
    if (inflow->input_bytes - inflow->input_at < count) return NULL;
    const uint8_t *at = inflow->input + inflow->input_at;
    inflow->input_at += count;
    return at;
}

// Sets the bounds of a block of which `count` bytes are left in the input.
static void begin_block(lz4_state *state, uint64_t at, uint64_t count, uint64_t output_end) {
    state->block = (ali_lz4_block){0};
    state->block_end = at + count;
    state->output_end = output_end;
}

// The output must be whole when the input is.
static ali_status finish(const lz4_step *step) {
    if (step->inflow->output_at < step->inflow->output_bytes) return fail_short(step);
    return ALI_OK;
}

// --- a bare block --------------------------------------------------------------------------------

static ali_status run_bare(lz4_step *step) {
    lz4_state *state = step->state;
    ali_inflow *inflow = step->inflow;
    if (state->phase == PHASE_START) {
        begin_block(state, 0, inflow->input_bytes, inflow->output_bytes);
        state->phase = PHASE_BLOCK;
    }
    const ali_status status = run_block(step);
    if (status == ALI_OK) state->phase = PHASE_END;
    return status;
}

// --- Hadoop's layout -----------------------------------------------------------------------------

static uint32_t load_big(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static ali_status begin_hadoop_chunk(lz4_step *step) {
    ali_inflow *inflow = step->inflow;
    if (inflow->input_at == inflow->input_bytes) {
        step->state->phase = PHASE_END;
        return ALI_OK;
    }
    const uint8_t *at = take(step, 4);
    if (at == NULL) return fail_short(step);
    const uint64_t bytes = load_big(at);
    spend(step, 4);
    if (bytes > inflow->output_bytes - inflow->output_at) return fail_long(step);
    step->state->output_end = inflow->output_at + bytes;
    step->state->phase = bytes == 0 ? PHASE_START : PHASE_SIZE;
    return ALI_OK;
}

static ali_status begin_hadoop_block(lz4_step *step) {
    lz4_state *state = step->state;
    ali_inflow *inflow = step->inflow;
    const uint8_t *at = take(step, 4);
    if (at == NULL) return fail_short(step);
    const uint64_t bytes = load_big(at);
    spend(step, 4);
    if (bytes > inflow->input_bytes - inflow->input_at) return fail_short(step);
    if (bytes == 0) return ALI_OK;
    begin_block(state, inflow->input_at, bytes, state->output_end);
    state->output_start = inflow->output_at;
    state->phase = PHASE_BLOCK;
    return ALI_OK;
}

static ali_status run_hadoop(lz4_step *step) {
    lz4_state *state = step->state;
    switch (state->phase) {
    case PHASE_START:
        return begin_hadoop_chunk(step);
    case PHASE_SIZE:
        return begin_hadoop_block(step);
    default:
        break;
    }
    const ali_status status = run_block(step);
    if (status != ALI_OK) return status;
    state->phase = step->inflow->output_at < state->output_end ? PHASE_SIZE : PHASE_START;
    return ALI_OK;
}

// --- frames --------------------------------------------------------------------------------------

static ali_status fail_header(const lz4_step *step, uint64_t at) {
    return ali_fail(step->ctx, ALI_ERR_CORRUPT, "the header of the LZ4 frame at %U is damaged", at);
}

// Reads what follows on FLG and BD, and checks the header's checksum.
static ali_status read_descriptor(lz4_step *step, uint64_t frame_at) {
    lz4_state *state = step->state;
    const uint64_t at = step->inflow->input_at - 2;
    state->content_bytes = ALI_UNKNOWN;
    if ((state->flags & FLAG_CONTENT_SIZE) != 0) {
        const uint8_t *size = take(step, 8);
        if (size == NULL) return fail_short(step);
        state->content_bytes = ali_load_u64(size);
    }
    if ((state->flags & FLAG_DICTIONARY) != 0) {
        return ali_fail(step->ctx, ALI_ERR_UNSUPPORTED,
                        "LZ4 frames with a dictionary are not supported");
    }
    ali_xxh32 sum;
    ali_xxh32_init(&sum);
    ali_xxh32_add(&sum, step->inflow->input + at, step->inflow->input_at - at);
    const uint8_t *stored = take(step, 1);
    if (stored == NULL) return fail_short(step);
    if (*stored != (ali_xxh32_get(&sum) >> 8 & 0xFF)) return fail_header(step, frame_at);
    return ALI_OK;
}

static ali_status begin_frame(lz4_step *step, uint64_t frame_at) {
    lz4_state *state = step->state;
    ali_inflow *inflow = step->inflow;
    const uint8_t *at = take(step, 2);
    if (at == NULL) return fail_short(step);
    state->flags = at[0];
    const uint32_t size_code = at[1] >> 4 & 7;
    const bool is_known = (at[0] >> 6) == 1 && (at[0] & FLAG_RESERVED) == 0;
    if (!is_known || (at[1] & 0x8F) != 0 || size_code < 4) return fail_header(step, frame_at);
    state->block_bytes_max = UINT64_C(1) << (8 + 2 * size_code);
    ALI_TRY(read_descriptor(step, frame_at));
    state->frame_output = state->output_start = inflow->output_at;
    ali_xxh32_init(&state->content_sum);
    if (state->content_bytes != ALI_UNKNOWN &&
        state->content_bytes > inflow->output_bytes - inflow->output_at) {
        return fail_long(step);
    }
    state->phase = PHASE_SIZE;
    return ALI_OK;
}

// A frame begins, or one that is to be passed over, or the input ends.
static ali_status start_frame(lz4_step *step) {
    ali_inflow *inflow = step->inflow;
    const uint64_t frame_at = inflow->input_at;
    if (frame_at == inflow->input_bytes) {
        step->state->phase = PHASE_END;
        return ALI_OK;
    }
    const uint8_t *at = take(step, 4);
    if (at == NULL) return fail_short(step);
    const uint32_t magic = ali_load_u32(at);
    spend(step, 64);
    if (magic == FRAME_MAGIC) return begin_frame(step, frame_at);
    if ((magic & ~UINT32_C(15)) == SKIPPABLE_MAGIC) {
        const uint8_t *size = take(step, 4);
        if (size == NULL || take(step, ali_load_u32(size)) == NULL) return fail_short(step);
        return ALI_OK;
    }
    return ali_fail(step->ctx, ALI_ERR_CORRUPT, "no LZ4 frame begins at %U", frame_at);
}

static ali_status end_frame(lz4_step *step) {
    lz4_state *state = step->state;
    ali_inflow *inflow = step->inflow;
    const uint64_t bytes = inflow->output_at - state->frame_output;
    if (state->content_bytes != ALI_UNKNOWN && state->content_bytes != bytes) {
        return ali_fail(step->ctx, ALI_ERR_CORRUPT, "an LZ4 frame gives %U bytes, but claims %U",
                        bytes, state->content_bytes);
    }
    state->phase = PHASE_START;
    if ((state->flags & FLAG_CONTENT_SUM) == 0) return ALI_OK;
    const uint8_t *at = take(step, 4);
    if (at == NULL) return fail_short(step);
    const uint32_t sum = ali_xxh32_get(&state->content_sum);
    if (ali_load_u32(at) == sum) return ALI_OK;
    return ali_fail(step->ctx, ALI_ERR_CHECKSUM,
                    "an LZ4 frame's checksum is %x, but its bytes have %x", ali_load_u32(at), sum);
}

static ali_status begin_frame_block(lz4_step *step) {
    lz4_state *state = step->state;
    ali_inflow *inflow = step->inflow;
    const uint8_t *at = take(step, 4);
    if (at == NULL) return fail_short(step);
    const uint32_t word = ali_load_u32(at);
    spend(step, 4);
    if (word == 0) return end_frame(step);
    const uint64_t bytes = word & ~STORED_BIT;
    const uint64_t sum_bytes = (state->flags & FLAG_BLOCK_SUM) != 0 ? 4 : 0;
    if (bytes + sum_bytes > inflow->input_bytes - inflow->input_at) return fail_short(step);
    const uint64_t room = inflow->output_bytes - inflow->output_at;
    const uint64_t most = ali_min_u64(room, state->block_bytes_max);
    begin_block(state, inflow->input_at, bytes, inflow->output_at + most);
    if ((state->flags & FLAG_INDEPENDENT) != 0) state->output_start = inflow->output_at;
    state->phase = (word & STORED_BIT) != 0 ? PHASE_STORED : PHASE_BLOCK;
    state->sum_at = ALI_UNKNOWN;
    if (sum_bytes == 0) return ALI_OK;
    state->sum_at = inflow->input_at;
    ali_xxh32_init(&state->block_sum);
    return ALI_OK;
}

// Goes on with the checksum of a block that is about to be decompressed.
static ali_status run_block_sum(lz4_step *step) {
    lz4_state *state = step->state;
    const uint8_t *input = step->inflow->input;
    const uint64_t left = state->block_end - state->sum_at;
    const uint64_t count = ali_min_u64(left, step->credit_bytes);
    ali_xxh32_add(&state->block_sum, input + state->sum_at, count);
    state->sum_at += count;
    spend(step, count / 4);
    if (count < left) return ALI_YIELD;
    const uint32_t stored = ali_load_u32(input + state->block_end);
    const uint32_t sum = ali_xxh32_get(&state->block_sum);
    state->sum_at = ALI_UNKNOWN;
    if (stored == sum) return ALI_OK;
    return ali_fail(step->ctx, ALI_ERR_CHECKSUM,
                    "the checksum of the LZ4 block at %U is %x, but its bytes have %x",
                    step->inflow->input_at, stored, sum);
}

static ali_status run_frame(lz4_step *step) {
    lz4_state *state = step->state;
    if (state->phase == PHASE_START) return start_frame(step);
    if (state->phase == PHASE_SIZE) return begin_frame_block(step);
    if (state->sum_at != ALI_UNKNOWN) return run_block_sum(step);
    const ali_status status = state->phase == PHASE_STORED ? run_stored(step) : run_block(step);
    if (status != ALI_OK) return status;
    if ((state->flags & FLAG_BLOCK_SUM) != 0) step->inflow->input_at += 4;
    state->phase = PHASE_SIZE;
    return ALI_OK;
}

// --- steps ---------------------------------------------------------------------------------------

// Which container it is, of those that codec LZ4 was used for.
static uint32_t detect(const ali_inflow *inflow) {
    const uint8_t *input = inflow->input;
    if (inflow->input_bytes < 4) return KIND_BARE;
    const uint32_t chunk_bytes = load_big(input);
    if (ali_load_u32(input) == FRAME_MAGIC && chunk_bytes != inflow->output_bytes)
        return KIND_FRAME;
    return input[0] < 0x10 ? KIND_HADOOP : KIND_BARE;
}

static ali_status run(lz4_step *step) {
    switch (step->state->kind) {
    case KIND_BARE:
        return run_bare(step);
    case KIND_HADOOP:
        return run_hadoop(step);
    default:
        return run_frame(step);
    }
}

static ali_status step_kind(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes,
                            uint32_t kind) {
    ALI_TRY(ali_codec_state_make(ctx, inflow, sizeof(lz4_state)));
    lz4_state *state = (lz4_state *)inflow->state;
    if (!inflow->is_begun) {
        *state = (lz4_state){.head = state->head, .kind = kind};
        if (kind == KIND_UNKNOWN) state->kind = detect(inflow);
        inflow->is_begun = true;
    }
    lz4_step step = {
        .ctx = ctx, .inflow = inflow, .state = state, .credit_bytes = ali_max_u64(budget_bytes, 1)};
    while (state->phase != PHASE_END) {
        if (step.credit_bytes == 0) return ALI_YIELD;
        const ali_status status = run(&step);
        if (status != ALI_OK) return status;
    }
    return finish(&step);
}

ali_status ali_lz4_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes) {
    return step_kind(ctx, inflow, budget_bytes, KIND_BARE);
}

ali_status ali_lz4_hadoop_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes) {
    return step_kind(ctx, inflow, budget_bytes, KIND_UNKNOWN);
}

ali_status ali_lz4_frame_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes) {
    return step_kind(ctx, inflow, budget_bytes, KIND_FRAME);
}
