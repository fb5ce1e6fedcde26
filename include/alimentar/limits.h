// Generated from src/options/limits.def by
// src/options/generate.mjs. Do not edit.
#ifndef ALIMENTAR_LIMITS_H
#define ALIMENTAR_LIMITS_H

#include <stdint.h>

// Limits of a context. Input that would exceed one is refused with ALI_ERR_LIMIT; a field of 0
// means its default.
typedef struct ali_limits {
    // Of this struct: sizeof(ali_limits).
    uint32_t size_bytes;

    // A page after decompression, as a multiple of its compressed size, where that is more than
    // page_bytes_max. Unit: times. Default: 1000. Range: at least 1.
    uint32_t expansion_ratio_max;

    // Memory of the context, its tasks and its living batches. Unit: bytes. Default: 4294967296 (in
    // the wasm twin 1073741824). Range: at least 65536.
    uint64_t memory_bytes_max;

    // Bytes that are asked for and not yet answered. Unit: bytes. Default: 67108864. Range: at
    // least 65536.
    uint64_t inflight_bytes_max;

    // Metadata of a file: its footer or a message's header. Unit: bytes. Default: 67108864. Range:
    // at least 1024.
    uint64_t footer_bytes_max;

    // A page after decompression, unless expansion_ratio_max allows more. Unit: bytes. Default:
    // 67108864. Range: at least 1024.
    uint64_t page_bytes_max;

    // A dictionary after decompression. Unit: bytes. Default: 1073741824. Range: at least 1024.
    uint64_t dictionary_bytes_max;

    // Columns of a file. Unit: columns. Default: 100000. Range: at least 1.
    uint32_t columns_max;

    // Nesting of a schema or of metadata. Unit: levels. Default: 64. Range: 1 to 64.
    uint32_t depth_max;

    // Operations that are listed and not yet answered. Unit: operations. Default: 16. Range: 1 to
    // 1024.
    uint32_t ops_max;

    // 0.
    uint32_t reserved;
} ali_limits;

#endif
