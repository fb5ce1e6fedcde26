// brotli.c: the module that web/src/host_transform.js loads where a file needs it: brotli's decoder
// (RFC 7932), compiled from the same version's sources as the native twin links.
//
// One block at a time: begin() gives room for its bytes, each step() some more of its output, end()
// releases all. Linked with wasm/heap.c.
#include <brotli/decode.h>
#include <stdbool.h>

#include "../abi.h"

#define EXPORT(result, name, ...)                                                                  \
    result name(__VA_ARGS__) __attribute__((export_name(#name), visibility("default")));           \
    result name(__VA_ARGS__)

// Bytes that a step gives at most.
#define OUTPUT_BYTES 262144

// What a step answers beside a number of bytes.
#define DAMAGED (-1)

typedef struct block_head {
    size_t size_bytes;
    size_t padding[3];
} block_head;

static struct {
    BrotliDecoderState *decoder;
    uint8_t *room; // of the input
    size_t room_bytes;
    const uint8_t *input; // not yet consumed
    size_t input_bytes;
    bool is_done;
} block;

static uint8_t output[OUTPUT_BYTES];

static void *allocate(void *user, size_t size_bytes) {
    (void)user;
    if (size_bytes > SIZE_MAX - sizeof(block_head)) return NULL;
    block_head *head = ali_heap_allocate(sizeof(block_head) + size_bytes);
    if (head == NULL) return NULL;
    head->size_bytes = sizeof(block_head) + size_bytes;
    return head + 1;
}

static void release(void *user, void *pointer) {
    (void)user;
    if (pointer == NULL) return;
    block_head *head = (block_head *)pointer - 1;
    ali_heap_release(head, head->size_bytes);
}

EXPORT(void, end, void) {
    if (block.decoder != NULL) BrotliDecoderDestroyInstance(block.decoder);
    if (block.room != NULL) ali_heap_release(block.room, block.room_bytes);
    block.decoder = NULL;
    block.room = NULL;
}

// Where the bytes of a block go; 0 if there is no memory.
EXPORT(uint8_t *, begin, size_t input_bytes) {
    end();
    block.is_done = false;
    block.room_bytes = input_bytes + 1;
    block.room = ali_heap_allocate(block.room_bytes);
    block.decoder = BrotliDecoderCreateInstance(allocate, release, NULL);
    if (block.decoder == NULL || block.room == NULL) return NULL;
    block.input = block.room;
    block.input_bytes = input_bytes;
    return block.room;
}

// Decodes some more. Returns how many bytes lie at output_address(), or DAMAGED.
EXPORT(int32_t, step, void) {
    size_t room = OUTPUT_BYTES;
    uint8_t *to = output;
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(
        block.decoder, &block.input_bytes, &block.input, &room, &to, NULL);
    block.is_done = result == BROTLI_DECODER_RESULT_SUCCESS;
    const bool is_well = block.is_done ? block.input_bytes == 0
                                       : result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    return is_well ? (int32_t)(OUTPUT_BYTES - room) : DAMAGED;
}

EXPORT(uint32_t, is_done, void) {
    return block.is_done;
}

EXPORT(const uint8_t *, output_address, void) {
    return output;
}
