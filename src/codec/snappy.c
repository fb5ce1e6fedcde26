// codec/snappy.c: decompression of raw Snappy blocks
// (https://github.com/google/snappy/blob/main/format_description.txt), resumable between elements
// and inside literals. The framing format is left out: Parquet does not use it.
//
// Elements are decoded by a fast loop while 16 bytes may be read and 64 be written beyond what they
// need, the rest by a careful one. Both stop once the step's budget is written.
#include "codec/snappy.h"

// The fast loop reads a tag, up to 4 bytes of an offset and 16 bytes of a literal at once.
#define INPUT_SLACK 24u
// It writes copies in blocks of 16 bytes, 64 bytes at most.
#define OUTPUT_SLACK 64u

typedef struct place {
    const uint8_t *input;
    const uint8_t *input_end;
    uint8_t *output;
    uint8_t *output_end;  // where the block's output ends
    uint8_t *output_stop; // where this step's budget ends
    const uint8_t *output_start;
    uint64_t literal_bytes; // still to be copied
} place;

// What ended a loop.
enum { GO_ON, BAD_INPUT_END, BAD_OUTPUT_END, BAD_OFFSET };

static inline void copy_16(uint8_t *to, const uint8_t *from) {
    uint64_t low;
    uint64_t high;
    __builtin_memcpy(&low, from, 8);
    __builtin_memcpy(&high, from + 8, 8);
    __builtin_memcpy(to, &low, 8);
    __builtin_memcpy(to + 8, &high, 8);
}

// Copies `length` bytes (1 to 64) from `distance` bytes back; may write 64 bytes in all.
static inline void copy_back(uint8_t *to, uint64_t distance, uint64_t length) {
    const uint8_t *from = to - distance;
    if (ALI_LIKELY(distance >= 16)) {
        copy_16(to, from);
        for (uint64_t i = 16; i < length; i += 16) copy_16(to + i, from + i);
        return;
    }
    if (distance >= 8) {
        for (uint64_t i = 0; i < length; i += 8) __builtin_memcpy(to + i, from + i, 8);
        return;
    }
    for (uint64_t i = 0; i < length; i += 1) to[i] = from[i];
}

// Decodes while there is slack on both sides.
static uint32_t run_fast(place *at) {
    const uint8_t *input = at->input;
    uint8_t *output = at->output;
    const uint8_t *input_safe = at->input_end - INPUT_SLACK;
    const uint8_t *output_safe = at->output_end - OUTPUT_SLACK;
    if (output_safe > at->output_stop) output_safe = at->output_stop;
    uint32_t why = GO_ON;
    while (input < input_safe && output < output_safe) {
        const uint32_t tag = *input;
        if ((tag & 3) == 0) {
            const uint64_t length = (tag >> 2) + 1;
            if (length > 16) break;
            copy_16(output, input + 1);
            output += length;
            input += length + 1;
            continue;
        }
        uint64_t length = (tag >> 2) + 1;
        uint64_t distance;
        if ((tag & 3) == 1) {
            length = (tag >> 2 & 7) + 4;
            distance = (uint64_t)(tag >> 5) << 8 | input[1];
            input += 2;
        } else if ((tag & 3) == 2) {
            distance = ali_load_u16(input + 1);
            input += 3;
        } else {
            distance = ali_load_u32(input + 1);
            input += 5;
        }
        if (distance == 0 || distance > (uint64_t)(output - at->output_start)) {
            why = BAD_OFFSET;
            break;
        }
        copy_back(output, distance, length);
        output += length;
    }
    at->input = input;
    at->output = output;
    return why;
}

// Copies as much of a literal as the budget allows.
static uint32_t run_literal(place *at) {
    if (at->literal_bytes > (uint64_t)(at->input_end - at->input)) return BAD_INPUT_END;
    if (at->literal_bytes > (uint64_t)(at->output_end - at->output)) return BAD_OUTPUT_END;
    uint64_t count = at->literal_bytes;
    if (at->output >= at->output_stop) return GO_ON;
    count = ali_min_u64(count, (uint64_t)(at->output_stop - at->output));
    ali_copy(at->output, at->input, (size_t)count);
    at->input += count;
    at->output += count;
    at->literal_bytes -= count;
    return GO_ON;
}

// Decodes one element, with every bound checked; of a literal only the length.
static uint32_t run_careful(place *at) {
    const uint32_t tag = *at->input;
    const uint64_t left = (uint64_t)(at->input_end - at->input) - 1;
    uint64_t length = (tag >> 2) + 1;
    const uint32_t kind = tag & 3;
    const uint32_t extra = kind == 0 ? (length > 60 ? (uint32_t)length - 60 : 0)
                                     : (kind == 1 ? 1 : (kind == 2 ? 2 : 4));
    if (extra > left) return BAD_INPUT_END;
    uint64_t number = 0;
    for (uint32_t i = 0; i < extra; i += 1) number |= (uint64_t)at->input[1 + i] << (8 * i);
    at->input += 1 + extra;
    if (kind == 0) {
        at->literal_bytes = extra == 0 ? length : number + 1;
        return GO_ON;
    }
    if (kind == 1) {
        length = (tag >> 2 & 7) + 4;
        number |= (uint64_t)(tag >> 5) << 8;
    }
    if (number == 0 || number > (uint64_t)(at->output - at->output_start)) return BAD_OFFSET;
    if (length > (uint64_t)(at->output_end - at->output)) return BAD_OUTPUT_END;
    for (uint64_t i = 0; i < length; i += 1) {
        at->output[i] = *(at->output + i - number);
    }
    at->output += length;
    return GO_ON;
}

static bool has_slack(const place *at) {
    return at->input_end - at->input > (ptrdiff_t)INPUT_SLACK &&
           at->output_end - at->output > (ptrdiff_t)OUTPUT_SLACK;
}

static uint32_t run(place *at) {
    uint32_t why = GO_ON;
    for (;;) {
        if (at->literal_bytes != 0) why = run_literal(at);
        if (why != GO_ON || at->literal_bytes != 0) return why;
        if (at->output >= at->output_stop || at->input == at->input_end) return GO_ON;
        if (has_slack(at)) {
            why = run_fast(at);
            if (why != GO_ON) return why;
            if (at->output >= at->output_stop || at->input == at->input_end) return GO_ON;
        }
        why = run_careful(at);
        if (why != GO_ON) return why;
    }
}

// Reads the length that a block begins with.
static ali_status begin(ali_context *ctx, ali_inflow *inflow) {
    uint64_t length = 0;
    uint32_t at = 0;
    for (; at < 5; at += 1) {
        if (at == inflow->input_bytes) {
            return ali_fail(ctx, ALI_ERR_CORRUPT, "a snappy block of %U bytes has no length",
                            inflow->input_bytes);
        }
        length |= (uint64_t)(inflow->input[at] & 0x7F) << (7 * at);
        if ((inflow->input[at] & 0x80) == 0) break;
    }
    if (at == 5 || length > UINT32_MAX) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "a snappy block begins with no valid length");
    }
    if (length != inflow->output_bytes) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "a snappy block decompresses to %U bytes, but %U are expected", length,
                        inflow->output_bytes);
    }
    inflow->input_at = at + 1;
    inflow->is_begun = true;
    return ALI_OK;
}

static ali_status fail_block(ali_context *ctx, const ali_inflow *inflow, uint32_t why) {
    if (why == BAD_INPUT_END) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "a snappy block ends inside the element at %U of %U",
                        inflow->input_at, inflow->input_bytes);
    }
    if (why == BAD_OUTPUT_END) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "a snappy block holds more than the %U bytes it promises, at %U of %U",
                        inflow->output_bytes, inflow->input_at, inflow->input_bytes);
    }
    return ali_fail(ctx, ALI_ERR_CORRUPT,
                    "a snappy block copies from before its beginning, at %U of %U",
                    inflow->input_at, inflow->input_bytes);
}

ali_status ali_snappy_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes) {
    if (!inflow->is_begun) ALI_TRY(begin(ctx, inflow));
    const uint64_t left = inflow->output_bytes - inflow->output_at;
    const uint64_t count = ali_min_u64(left, ali_max_u64(budget_bytes, 1));
    place at = {.input = inflow->input + inflow->input_at,
                .input_end = inflow->input + inflow->input_bytes,
                .output = inflow->output + inflow->output_at,
                .output_end = inflow->output + inflow->output_bytes,
                .output_stop = inflow->output + inflow->output_at + count,
                .output_start = inflow->output,
                .literal_bytes = inflow->literal_bytes};
    const uint32_t why = run(&at);
    inflow->input_at = (uint64_t)(at.input - inflow->input);
    inflow->output_at = (uint64_t)(at.output - inflow->output);
    inflow->literal_bytes = at.literal_bytes;
    if (why != GO_ON) return fail_block(ctx, inflow, why);
    const bool is_input_over = inflow->input_at == inflow->input_bytes;
    if (inflow->output_at < inflow->output_bytes) {
        return is_input_over ? fail_block(ctx, inflow, BAD_INPUT_END) : ALI_YIELD;
    }
    if (is_input_over) return ALI_OK;
    return fail_block(ctx, inflow, BAD_OUTPUT_END);
}
