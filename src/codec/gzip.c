// codec/gzip.c: gzip members (RFC 1952), one after the other, or one stream of zlib's format
// (RFC 1950), which some writers put in gzip's place. The deflate data in them (RFC 1951) is
// zlib's business; a member's header and trailer are ours, so that both twins need only zlib's
// inflate. Checksums and lengths are verified. Left out: preset dictionaries.
#include "codec/gzip.h"

#define Z_SOLO
#include <zlib.h>

#include "base/crc.h"
#include "codec/state.h"

// Bytes of a member's header at most, names and comments in it included.
#define HEADER_BYTES_MAX (UINT64_C(1) << 20)

// Bits of a header's FLG.
#define FLAG_HEADER_SUM 0x02u
#define FLAG_EXTRA 0x04u
#define FLAG_NAME 0x08u
#define FLAG_COMMENT 0x10u
#define FLAGS_RESERVED 0xE0u

enum { PHASE_START, PHASE_DEFLATE, PHASE_TRAILER, PHASE_END };

typedef struct gzip_state {
    ali_codec_state head;
    ali_context *ctx;
    z_stream stream;
    ali_status refusal; // why zlib did not get memory
    uint32_t phase;
    bool is_inflating; // the stream is to be ended
    bool is_gzip;
    uint32_t crc;
    uint64_t member_output; // where the member's output begins
} gzip_state;

// What lies in front of memory that zlib holds.
typedef struct block_head {
    uint64_t size_bytes;
    uint64_t padding;
} block_head;

static void *allocate(void *user, unsigned count, unsigned size) {
    gzip_state *state = user;
    const uint64_t bytes = sizeof(block_head) + (uint64_t)count * size;
    void *made = NULL;
    const ali_status status = ali_mem_zero(state->ctx, bytes, &made);
    if (status < 0) {
        state->refusal = status;
        return NULL;
    }
    block_head *head = made;
    head->size_bytes = bytes;
    return head + 1;
}

static void release(void *user, void *pointer) {
    const gzip_state *state = user;
    block_head *head = (block_head *)pointer - 1;
    ali_mem_free(state->ctx, head, head->size_bytes);
}

static void clear(ali_context *ctx, ali_codec_state *head) {
    gzip_state *state = (gzip_state *)head;
    state->ctx = ctx;
    if (state->is_inflating) (void)inflateEnd(&state->stream);
    state->is_inflating = false;
}

// Tells why zlib could not go on for a reason that is not in the data.
static ali_status fail_stream(const gzip_state *state, int code) {
    if (state->refusal < 0) return state->refusal;
    return ali_fail(state->ctx, ALI_ERR_INTERNAL, "zlib failed with code %d", code);
}

static ali_status fail_short(const gzip_state *state, const ali_inflow *inflow) {
    return ali_fail(state->ctx, ALI_ERR_CORRUPT, "gzip data ends early, at %U of %U",
                    inflow->input_at, inflow->input_bytes);
}

// Readies zlib for the deflate data of a member (or for a stream with zlib's own header).
static ali_status begin_deflate(gzip_state *state, const ali_inflow *inflow, int window_bits) {
    int code = Z_OK;
    if (state->is_inflating) {
        code = inflateReset2(&state->stream, window_bits);
    } else {
        state->stream = (z_stream){.zalloc = allocate, .zfree = release, .opaque = state};
        code = inflateInit2(&state->stream, window_bits);
        state->is_inflating = code == Z_OK;
    }
    if (code != Z_OK) return fail_stream(state, code);
    state->crc = 0;
    state->member_output = inflow->output_at;
    state->phase = PHASE_DEFLATE;
    return ALI_OK;
}

// --- headers and trailers ------------------------------------------------------------------------

// The end of a text that ends with a zero, or `end` where it has none.
static uint64_t skip_text(const uint8_t *input, uint64_t at, uint64_t end) {
    while (at < end && input[at] != 0) at += 1;
    return at == end ? end : at + 1;
}

// The end of a member's header that begins at `at`; `end` and beyond: it is not whole.
static uint64_t skip_header(const uint8_t *input, uint64_t at, uint64_t end) {
    const uint32_t flags = input[at + 3];
    at += 10;
    if ((flags & FLAG_EXTRA) != 0) {
        if (end - at < 2) return end;
        at += 2 + (uint64_t)ali_load_u16(input + at);
    }
    if ((flags & FLAG_NAME) != 0 && at < end) at = skip_text(input, at, end);
    if ((flags & FLAG_COMMENT) != 0 && at < end) at = skip_text(input, at, end);
    if ((flags & FLAG_HEADER_SUM) != 0) at += 2;
    return at;
}

static ali_status begin_member(gzip_state *state, ali_inflow *inflow) {
    const uint8_t *input = inflow->input;
    const uint64_t from = inflow->input_at;
    if (inflow->input_bytes - from < 10) return fail_short(state, inflow);
    if (input[from + 2] != 8 || (input[from + 3] & FLAGS_RESERVED) != 0) {
        return ali_fail(state->ctx, ALI_ERR_CORRUPT,
                        "the header of the gzip member at %U is damaged", from);
    }
    const uint64_t room = inflow->input_bytes - from;
    const uint64_t end = from + ali_min_u64(room, HEADER_BYTES_MAX);
    const uint64_t at = skip_header(input, from, end);
    if (at >= end) return fail_short(state, inflow);
    if ((input[from + 3] & FLAG_HEADER_SUM) != 0) {
        const uint32_t stored = ali_load_u16(input + at - 2);
        const uint64_t count = at - 2 - from;
        const uint32_t sum = ali_crc32(&state->ctx->crc_tables, 0, input + from, count) & 0xFFFF;
        if (stored != sum) {
            return ali_fail(state->ctx, ALI_ERR_CHECKSUM,
                            "the checksum of a gzip header is %x, but its bytes have %x", stored,
                            sum);
        }
    }
    inflow->input_at = at;
    state->is_gzip = true;
    return begin_deflate(state, inflow, -15);
}

// Tells if zlib's header is there: method deflate, no dictionary, a multiple of 31.
static bool is_zlib(const uint8_t *input) {
    const uint32_t word = (uint32_t)input[0] << 8 | input[1];
    return (input[0] & 15) == 8 && (input[1] & 0x20) == 0 && word % 31 == 0;
}

static ali_status start(gzip_state *state, ali_inflow *inflow) {
    const uint64_t at = inflow->input_at;
    const uint64_t left = inflow->input_bytes - at;
    if (left == 0 && at != 0) {
        state->phase = PHASE_END;
        return ALI_OK;
    }
    if (left < 2) return fail_short(state, inflow);
    const uint8_t *input = inflow->input + at;
    if (input[0] == 0x1F && input[1] == 0x8B) return begin_member(state, inflow);
    if (at == 0 && is_zlib(input)) {
        state->is_gzip = false;
        return begin_deflate(state, inflow, 15);
    }
    return ali_fail(state->ctx, ALI_ERR_CORRUPT, "no gzip member begins at %U of %U", at,
                    inflow->input_bytes);
}

static ali_status check_trailer(gzip_state *state, ali_inflow *inflow) {
    state->phase = PHASE_START;
    if (!state->is_gzip) return ALI_OK; // zlib has verified its own
    if (inflow->input_bytes - inflow->input_at < 8) return fail_short(state, inflow);
    const uint32_t crc = ali_load_u32(inflow->input + inflow->input_at);
    const uint32_t bytes = ali_load_u32(inflow->input + inflow->input_at + 4);
    const uint64_t given = inflow->output_at - state->member_output;
    if (crc != state->crc) {
        return ali_fail(state->ctx, ALI_ERR_CHECKSUM,
                        "a gzip member's checksum is %x, but its bytes have %x", crc, state->crc);
    }
    if (bytes != (uint32_t)given) {
        return ali_fail(state->ctx, ALI_ERR_CORRUPT, "a gzip member gives %U bytes, but claims %u",
                        given, bytes);
    }
    inflow->input_at += 8;
    return ALI_OK;
}

// --- deflate data --------------------------------------------------------------------------------

// Goes on with a member's checksum: natively by zlib's own, which is faster; the wasm twin does
// without its tables.
static uint32_t sum_bytes(const gzip_state *state, const uint8_t *bytes, uint64_t count_bytes) {
#if defined(__wasm__)
    return ali_crc32(&state->ctx->crc_tables, state->crc, bytes, count_bytes);
#else
    return (uint32_t)crc32_z(state->crc, bytes, (size_t)count_bytes);
#endif
}

// Calls zlib with the input that is left and room for `room` bytes.
static int run_inflate(gzip_state *state, ali_inflow *inflow, uint64_t room) {
    uint8_t nowhere = 0; // zlib wants an address, also for no bytes
    uint8_t *output = inflow->output + inflow->output_at;
    const uint64_t left = inflow->input_bytes - inflow->input_at;
    const uint32_t input_bytes = (uint32_t)ali_min_u64(left, UINT32_MAX);
    const uint32_t output_bytes = (uint32_t)ali_min_u64(room, UINT32_MAX);
    z_stream *stream = &state->stream;
    stream->next_in = (Bytef *)(uintptr_t)(inflow->input + inflow->input_at);
    stream->avail_in = input_bytes;
    stream->next_out = output_bytes == 0 ? &nowhere : output;
    stream->avail_out = output_bytes;
    const int code = inflate(stream, Z_NO_FLUSH);
    const uint64_t written = output_bytes - stream->avail_out;
    inflow->input_at += input_bytes - stream->avail_in;
    inflow->output_at += written;
    if (state->is_gzip) state->crc = sum_bytes(state, output, written);
    return code;
}

// Tells what to do after zlib has stopped for want of input or room.
static ali_status check_room(const gzip_state *state, const ali_inflow *inflow, uint64_t room) {
    const bool is_input_over = inflow->input_at == inflow->input_bytes;
    if (room != 0 && inflow->output_at == inflow->output_bytes) return ALI_OK; // is it the end?
    if (room != 0 && state->stream.avail_out == 0) return ALI_OK;
    if (is_input_over) return fail_short(state, inflow);
    if (room != 0) return ALI_OK;
    return ali_fail(state->ctx, ALI_ERR_CORRUPT,
                    "gzip data gives more than the expected %U bytes, at %U of %U",
                    inflow->output_bytes, inflow->input_at, inflow->input_bytes);
}

// Goes on with deflate data; `credit_bytes` is more than 0.
static ali_status step_deflate(gzip_state *state, ali_inflow *inflow, uint64_t credit_bytes) {
    const uint64_t room = ali_min_u64(inflow->output_bytes - inflow->output_at, credit_bytes);
    const int code = run_inflate(state, inflow, room);
    switch (code) {
    case Z_STREAM_END:
        state->phase = PHASE_TRAILER;
        return ALI_OK;
    case Z_OK:
    case Z_BUF_ERROR:
        return check_room(state, inflow, room);
    case Z_DATA_ERROR:
    case Z_NEED_DICT:
        return ali_fail(state->ctx, ALI_ERR_CORRUPT, "deflate data is damaged (%s), at %U of %U",
                        state->stream.msg == NULL ? "dictionary" : state->stream.msg,
                        inflow->input_at, inflow->input_bytes);
    default:
        return fail_stream(state, code);
    }
}

static ali_status step_phase(gzip_state *state, ali_inflow *inflow, uint64_t *credit_bytes) {
    const uint64_t from = inflow->output_at;
    ali_status status = ALI_OK;
    switch (state->phase) {
    case PHASE_START:
        *credit_bytes -= ali_min_u64(*credit_bytes, 512);
        return start(state, inflow);
    case PHASE_DEFLATE:
        status = step_deflate(state, inflow, *credit_bytes);
        *credit_bytes -= inflow->output_at - from;
        return status;
    default:
        return check_trailer(state, inflow);
    }
}

ali_status ali_gzip_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes) {
    ALI_TRY(ali_codec_state_make(ctx, inflow, sizeof(gzip_state)));
    gzip_state *state = (gzip_state *)inflow->state;
    state->ctx = ctx;
    state->head.clear = clear;
    if (!inflow->is_begun) state->phase = PHASE_START;
    inflow->is_begun = true;
    uint64_t credit_bytes = ali_max_u64(budget_bytes, 1);
    while (state->phase != PHASE_END) {
        if (credit_bytes == 0) return ALI_YIELD;
        ALI_TRY(step_phase(state, inflow, &credit_bytes));
    }
    if (inflow->output_at == inflow->output_bytes) return ALI_OK;
    return ali_fail(ctx, ALI_ERR_CORRUPT, "gzip data gives %U bytes instead of %U",
                    inflow->output_at, inflow->output_bytes);
}
