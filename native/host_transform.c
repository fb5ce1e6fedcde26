// native/host_transform.c: codecs that the core leaves to hosts: brotli (RFC 7932), by the system's
// library.
//
// An operation is carried out at once and answered in one part. Its data must give exactly the
// bytes that are asked for, and end there.
#include <brotli/decode.h>
#include <string.h>

#include "internal.h"

// What lies in front of the decoder's memory.
typedef union block_head {
    size_t size_bytes;
    max_align_t alignment;
} block_head;

static void *allocate(void *user, size_t size_bytes) {
    if (size_bytes > SIZE_MAX - sizeof(block_head)) return NULL;
    block_head *head = ali_host_allocate(user, sizeof(block_head) + size_bytes);
    if (head == NULL) return NULL;
    head->size_bytes = sizeof(block_head) + size_bytes;
    return head + 1;
}

static void release(void *user, void *pointer) {
    if (pointer == NULL) return;
    block_head *head = (block_head *)pointer - 1;
    ali_host_release(user, head, head->size_bytes);
}

// Tells how many bytes came out; false if the data is damaged or another length.
static bool run_brotli(ali_host *host, const ali_op *op, uint64_t *moved_bytes) {
    BrotliDecoderState *decoder = BrotliDecoderCreateInstance(allocate, release, host);
    if (decoder == NULL) return false;
    size_t input_bytes = (size_t)op->input_bytes;
    size_t output_bytes = (size_t)op->length_bytes;
    const uint8_t *input = op->input;
    uint8_t *output = op->data;
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(decoder, &input_bytes, &input, &output_bytes, &output, NULL);
    BrotliDecoderDestroyInstance(decoder);
    *moved_bytes = op->length_bytes - output_bytes;
    return result == BROTLI_DECODER_RESULT_SUCCESS && input_bytes == 0;
}

void ali_host_transform_carry_out(ali_host *host, ali_task *task, const ali_op *op) {
    ali_answer answer = ali_host_answer_to(op, ALI_OK);
    if (op->codec_bytes != 6 || memcmp(op->codec, "brotli", 6) != 0) {
        answer.status = ALI_ERR_NOT_FOUND;
        ali_host_note(host, op->op_id, "this host has no codec %.*s", (int)op->codec_bytes,
                      op->codec);
    } else if (!run_brotli(host, op, &answer.moved_bytes)) {
        answer.status = ALI_ERR_HOST;
        answer.moved_bytes = 0;
    }
    ali_host_give(host, task, &answer);
}
