// codec/lz4_block.c: decompression of LZ4 blocks
// (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), resumable everywhere.
//
// Whole sequences are decoded by a fast loop while there is slack beyond what they need on both
// sides, so that copies may be made in blocks of 16 bytes; the rest by a careful one. A block ends
// with literals, as the specification says; its further rules for the last bytes, which are there
// for decoders' speed, are not asked for.
#include "codec/lz4_block.h"

// The fast loop reads a token, its lengths and 16 bytes of a literal at once.
#define INPUT_SLACK 32
#define OUTPUT_SLACK 32

enum { PHASE_TOKEN, PHASE_LITERAL, PHASE_OFFSET, PHASE_MATCH };

static inline void copy_16(uint8_t *to, const uint8_t *from) {
    uint64_t low;
    uint64_t high;
    __builtin_memcpy(&low, from, 8);
    __builtin_memcpy(&high, from + 8, 8);
    __builtin_memcpy(to, &low, 8);
    __builtin_memcpy(to + 8, &high, 8);
}

// Copies a literal; may read and write 16 bytes more than it has.
static inline void copy_literal(uint8_t *to, const uint8_t *from, uint64_t length) {
    copy_16(to, from);
    for (uint64_t i = 16; i < length; i += 16) copy_16(to + i, from + i);
}

// Copies `length` bytes from `distance` bytes back; may write 16 bytes more.
static inline void copy_back(uint8_t *to, uint64_t distance, uint64_t length) {
    const uint8_t *from = to - distance;
    if (ALI_LIKELY(distance >= 16)) {
        copy_literal(to, from, length);
        return;
    }
    if (distance >= 8) {
        for (uint64_t i = 0; i < length; i += 8) __builtin_memcpy(to + i, from + i, 8);
        return;
    }
    for (uint64_t i = 0; i < length; i += 1) to[i] = from[i];
}

// Adds the bytes that continue a length, until it is more than there is room for; NULL if they do
// not end before `end`.
static inline const uint8_t *read_length(const uint8_t *input, const uint8_t *end, uint64_t room,
                                         uint64_t *length) {
    uint32_t byte = 255;
    while (byte == 255 && *length <= room) {
        if (input >= end) return NULL;
        byte = *input;
        input += 1;
        *length += byte;
    }
    return input;
}

// Decodes whole sequences that fit in with slack. What does not is left to the careful loop.
static uint32_t run_fast(ali_lz4_place *at) {
    const uint8_t *input = at->input;
    uint8_t *output = at->output;
    const uint8_t *input_safe = at->input_end - INPUT_SLACK;
    const uint8_t *stop = at->output_stop;
    if (at->output_end - OUTPUT_SLACK < stop) stop = at->output_end - OUTPUT_SLACK;
    uint32_t why = ALI_LZ4_GO_ON;
    while (input < input_safe && output < stop) {
        const uint8_t *next = input + 1;
        const uint32_t token = *input;
        const uint64_t room = (uint64_t)(stop - output);
        uint64_t literal = token >> 4;
        if (literal == 15) {
            next = read_length(next, input_safe, room, &literal);
            if (next == NULL || literal >= room) break;
            if (literal >= (uint64_t)(at->input_end - next) - INPUT_SLACK) break;
        }
        const uint8_t *match = next + literal;
        if (match >= input_safe) break;
        const uint64_t distance = ali_load_u16(match);
        match += 2;
        uint64_t length = (token & 15) + 4;
        if (length == 19) {
            match = read_length(match, input_safe, room, &length);
            if (match == NULL) break;
        }
        if (literal + length >= room) break;
        copy_literal(output, next, literal);
        output += literal;
        if (distance == 0 || distance > (uint64_t)(output - at->output_start)) {
            input = next + literal;
            why = ALI_LZ4_BAD_OFFSET;
            break;
        }
        copy_back(output, distance, length);
        output += length;
        input = match;
    }
    at->input = input;
    at->output = output;
    return why;
}

// Bytes of the literal or match that go into this piece.
static uint64_t share(const ali_lz4_block *block, const ali_lz4_place *at) {
    const uint64_t room = at->output < at->output_stop ? (uint64_t)(at->output_stop - at->output)
                                                       : 0;
    return ali_min_u64(block->left_bytes, room);
}

static uint32_t begin_token(ali_lz4_block *block, ali_lz4_place *at) {
    if (at->input == at->input_end) return ALI_LZ4_BAD_INPUT_END;
    const uint8_t *next = at->input + 1;
    block->token = *at->input;
    block->left_bytes = block->token >> 4;
    const uint64_t room = (uint64_t)(at->output_end - at->output);
    if (block->left_bytes == 15) next = read_length(next, at->input_end, room, &block->left_bytes);
    if (next == NULL) return ALI_LZ4_BAD_INPUT_END;
    if (block->left_bytes > room) return ALI_LZ4_BAD_OUTPUT_END;
    if (block->left_bytes > (uint64_t)(at->input_end - next)) return ALI_LZ4_BAD_INPUT_END;
    at->input = next;
    block->phase = PHASE_LITERAL;
    return ALI_LZ4_GO_ON;
}

static uint32_t go_on_literal(ali_lz4_block *block, ali_lz4_place *at) {
    const uint64_t count = share(block, at);
    ali_copy(at->output, at->input, (size_t)count);
    at->input += count;
    at->output += count;
    block->left_bytes -= count;
    if (block->left_bytes != 0) return ALI_LZ4_GO_ON;
    block->phase = PHASE_OFFSET;
    return at->input == at->input_end ? ALI_LZ4_DONE : ALI_LZ4_GO_ON;
}

static uint32_t begin_match(ali_lz4_block *block, ali_lz4_place *at) {
    if (at->input_end - at->input < 2) return ALI_LZ4_BAD_INPUT_END;
    block->distance = ali_load_u16(at->input);
    if (block->distance == 0 || block->distance > (uint64_t)(at->output - at->output_start)) {
        return ALI_LZ4_BAD_OFFSET;
    }
    const uint8_t *next = at->input + 2;
    const uint64_t room = (uint64_t)(at->output_end - at->output);
    block->left_bytes = (block->token & 15) + 4;
    if (block->left_bytes == 19) next = read_length(next, at->input_end, room, &block->left_bytes);
    if (next == NULL) return ALI_LZ4_BAD_INPUT_END;
    if (block->left_bytes > room) return ALI_LZ4_BAD_OUTPUT_END;
    at->input = next;
    block->phase = PHASE_MATCH;
    return ALI_LZ4_GO_ON;
}

static void go_on_match(ali_lz4_block *block, ali_lz4_place *at) {
    const uint64_t count = share(block, at);
    const uint64_t distance = block->distance;
    uint8_t *to = at->output;
    if (distance >= count) {
        ali_copy(to, to - distance, (size_t)count);
    } else {
        for (uint64_t i = 0; i < count; i += 1) to[i] = *(to + i - distance);
    }
    at->output += count;
    block->left_bytes -= count;
    if (block->left_bytes == 0) block->phase = PHASE_TOKEN;
}

static bool has_slack(const ali_lz4_place *at) {
    return at->input_end - at->input > INPUT_SLACK && at->output_end - at->output > OUTPUT_SLACK;
}

// Does one phase with every bound checked.
static uint32_t run_careful(ali_lz4_block *block, ali_lz4_place *at) {
    switch (block->phase) {
    case PHASE_TOKEN:
        return begin_token(block, at);
    case PHASE_LITERAL:
        return go_on_literal(block, at);
    case PHASE_OFFSET:
        return begin_match(block, at);
    default:
        go_on_match(block, at);
        return ALI_LZ4_GO_ON;
    }
}

uint32_t ali_lz4_block_run(ali_lz4_block *block, ali_lz4_place *at) {
    for (;;) {
        if (block->phase == PHASE_TOKEN && has_slack(at)) {
            const uint32_t why = run_fast(at);
            if (why != ALI_LZ4_GO_ON) return why;
        }
        const bool copies = block->phase == PHASE_LITERAL || block->phase == PHASE_MATCH;
        const bool is_full = at->output >= at->output_stop;
        if (is_full && copies && block->left_bytes != 0) return ALI_LZ4_GO_ON;
        const uint32_t why = run_careful(block, at);
        if (why != ALI_LZ4_GO_ON) return why;
    }
}
