// LZ4 in its containers: the first byte chooses a bare block, what Parquet's codec LZ4 may be, or
// frames; the next three as codec_target.h says.
#include "codec_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint32_t codecs[] = {ALI_CODEC_LZ4_RAW, ALI_CODEC_LZ4, ALI_CODEC_LZ4_FRAME};
    if (size == 0) return 0;
    return codec_target(codecs[data[0] % 3], data + 1, size - 1);
}
