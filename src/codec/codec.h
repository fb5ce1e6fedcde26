// codec/codec.h: decompression of one block in bounded pieces.
#ifndef ALI_CODEC_CODEC_H
#define ALI_CODEC_CODEC_H

#include "base/buf.h"

// Codecs by the numbers of `CompressionCodec` in parquet.thrift.
enum {
    ALI_CODEC_NONE = 0,
    ALI_CODEC_SNAPPY = 1,
    ALI_CODEC_GZIP = 2,
    ALI_CODEC_LZO = 3,
    ALI_CODEC_BROTLI = 4,
    ALI_CODEC_LZ4 = 5,
    ALI_CODEC_ZSTD = 6,
    ALI_CODEC_LZ4_RAW = 7
};

// The codec's name in lower case ("snappy"), or NULL for a number that no specification lists.
const char *ali_codec_name(uint32_t codec);

// Tells if this build decompresses the codec.
bool ali_codec_is_supported(uint32_t codec);

// The most bytes that a block of `input_bytes` can decompress to: what a header declares beyond
// that is not worth an allocation. ALI_UNKNOWN where a codec has no such bound.
uint64_t ali_codec_bound(uint32_t codec, uint64_t input_bytes);

// A block whose decompression is under way. All of its output lies in one piece of memory, which
// serves as the window.
typedef struct ali_inflow {
    uint32_t codec;
    const uint8_t *input;
    uint64_t input_bytes;
    uint64_t input_at; // bytes consumed
    uint8_t *output;
    uint64_t output_bytes;  // what the block must decompress to
    uint64_t output_at;     // bytes written
    uint64_t literal_bytes; // snappy: of the literal that the last step ended in
    bool is_output_padded;  // ALI_BUF_PADDING bytes beyond output_bytes may be written
    bool is_begun;
} ali_inflow;

// Goes on until about `budget_bytes` more are written, or the block ends.
//
// Returns:   ALI_OK: the block is whole, exactly output_bytes from exactly input_bytes. ALI_YIELD:
//            there is more. ALI_ERR_CORRUPT (also for a block of another length), with the offset
//            within the block in its sentence; ALI_ERR_UNSUPPORTED for a codec that this build does
//            not know.
ALI_CHECKED ali_status ali_inflow_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes);

#endif
