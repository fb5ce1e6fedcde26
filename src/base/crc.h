// base/crc.h: CRC-32 as gzip, PNG and Parquet pages use it (IEEE 802.3, reflected 0xEDB88320).
#ifndef ALI_BASE_CRC_H
#define ALI_BASE_CRC_H

#include "base/internal.h"

// Goes on with a checksum; begin with 0. ali_crc32(ali_crc32(0, a), b) is that of a and b together.
uint32_t ali_crc32(uint32_t crc, const uint8_t *bytes, uint64_t count_bytes);

#endif
