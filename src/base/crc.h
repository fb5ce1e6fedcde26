// base/crc.h: CRC-32 as gzip, PNG and Parquet pages use it (IEEE 802.3, reflected 0xEDB88320).
#ifndef ALI_BASE_CRC_H
#define ALI_BASE_CRC_H

#include "base/internal.h"

// What a sum is computed by: remainders[k][b] is that of byte b followed by k zero bytes. Zeros to
// begin with; made by the first sum. Each context has one.
typedef struct ali_crc_tables {
    uint32_t remainders[4][256];
} ali_crc_tables;

// Goes on with a checksum; begin with 0. That of a, and then of b, is that of a and b together.
uint32_t ali_crc32(ali_crc_tables *tables, uint32_t crc, const uint8_t *bytes,
                   uint64_t count_bytes);

#endif
