// base/crc.c: CRC-32 (IEEE 802.3) by slicing-by-4: four tables of 256 remainders, four bytes a
// turn. The tables are made where they are first needed: as constants they would be 4 KB of wasm.
#include "base/crc.h"

#define POLYNOMIAL UINT32_C(0xEDB88320) // reflected

static void make_tables(ali_crc_tables *tables) {
    uint32_t(*remainders)[256] = tables->remainders;
    for (uint32_t byte = 0; byte < 256; byte += 1) {
        uint32_t sum = byte;
        for (uint32_t bit = 0; bit < 8; bit += 1) sum = sum >> 1 ^ (POLYNOMIAL & (0 - (sum & 1)));
        remainders[0][byte] = sum;
    }
    for (uint32_t i = 0; i < 3 * 256; i += 1) {
        const uint32_t shorter = remainders[i / 256][i % 256];
        remainders[i / 256 + 1][i % 256] = shorter >> 8 ^ remainders[0][shorter & 0xFF];
    }
}

uint32_t ali_crc32(ali_crc_tables *tables, uint32_t crc, const uint8_t *bytes,
                   uint64_t count_bytes) {
    const uint32_t(*remainders)[256] = (const uint32_t(*)[256])tables->remainders;
    if (remainders[0][1] == 0) make_tables(tables);
    crc = ~crc;
    while (count_bytes >= 4) {
        crc ^= ali_load_u32(bytes);
        crc = remainders[3][crc & 0xFF] ^ remainders[2][crc >> 8 & 0xFF] ^
              remainders[1][crc >> 16 & 0xFF] ^ remainders[0][crc >> 24];
        bytes += 4;
        count_bytes -= 4;
    }
    for (; count_bytes > 0; count_bytes -= 1) {
        crc = crc >> 8 ^ remainders[0][(crc ^ *bytes) & 0xFF];
        bytes += 1;
    }
    return ~crc;
}
