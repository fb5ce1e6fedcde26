// codec/codec.h: decompression of one block in bounded pieces.
#ifndef ALI_CODEC_CODEC_H
#define ALI_CODEC_CODEC_H

#include "base/buf.h"

// Codecs by the numbers of `CompressionCodec` in parquet.thrift, then those of other formats, which
// no number of a Parquet file may reach.
enum {
    ALI_CODEC_NONE = 0,
    ALI_CODEC_SNAPPY = 1,
    ALI_CODEC_GZIP = 2, // gzip members, or the zlib format
    ALI_CODEC_LZO = 3,
    ALI_CODEC_BROTLI = 4,
    ALI_CODEC_LZ4 = 5, // Hadoop's frames, LZ4 frames or a bare block: writers did all of these
    ALI_CODEC_ZSTD = 6,
    ALI_CODEC_LZ4_RAW = 7,
    ALI_CODEC_PARQUET_END = 8,
    ALI_CODEC_LZ4_FRAME = 8 // Arrow IPC (whose other codec is ALI_CODEC_ZSTD)
};

// The codec's name in lower case ("snappy"), or NULL for a number that no specification lists.
const char *ali_codec_name(uint32_t codec);

// Tells if ali_inflow_step() decompresses the codec.
bool ali_codec_is_supported(uint32_t codec);

// The most bytes that a block can decompress to: what a header declares beyond that is not worth an
// allocation. Looks at no more than a bounded part of the block; `input` may be NULL, where only
// its length is known. ALI_UNKNOWN where a codec has no such bound.
uint64_t ali_codec_bound(uint32_t codec, const uint8_t *input, uint64_t input_bytes);

// What a codec keeps between the steps of a block: its tables and windows.
typedef struct ali_codec_state ali_codec_state;

// A block whose decompression is under way. All of its output lies in one piece of memory, which
// serves as the window and must not move before the block ends.
//
// Ownership: the state is the inflow's; ali_inflow_clear() releases it, on every way out.
typedef struct ali_inflow {
    uint32_t codec;
    const uint8_t *input;
    uint64_t input_bytes;
    uint64_t input_at; // bytes consumed
    uint8_t *output;
    uint64_t output_bytes;  // what the block must decompress to
    uint64_t output_at;     // bytes written
    uint64_t literal_bytes; // snappy, LZ4: of the literal that the last step ended in
    bool is_output_padded;  // ALI_BUF_PADDING bytes beyond output_bytes may be written
    bool is_begun;
    ali_codec_state *state; // NULL: none yet
} ali_inflow;

// Begins a block, of which `block` tells everything but the progress. A state of the same codec is
// used again, one of another codec released.
void ali_inflow_begin(ali_context *ctx, ali_inflow *inflow, const ali_inflow *block);

// Goes on until about `budget_bytes` more are written, or the block ends.
//
// Returns:   ALI_OK: the block is whole, exactly output_bytes from exactly input_bytes. ALI_YIELD:
//            there is more. ALI_ERR_CORRUPT (also for a block of another length), with the offset
//            within the block in its sentence; ALI_ERR_CHECKSUM; ALI_ERR_MEMORY and ALI_ERR_LIMIT
//            for the state; ALI_ERR_UNSUPPORTED for a codec that this build does not know.
ALI_CHECKED ali_status ali_inflow_step(ali_context *ctx, ali_inflow *inflow, uint64_t budget_bytes);

// Releases the state. The inflow may be begun again.
void ali_inflow_clear(ali_context *ctx, ali_inflow *inflow);

#endif
