// gzip members and zlib's format; the first three bytes as codec_target.h says.
#include "codec_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return codec_target(ALI_CODEC_GZIP, data, size);
}
