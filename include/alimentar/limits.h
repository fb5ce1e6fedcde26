// Generated from src/options/limits.def by src/options/generate.mjs. Do not edit.
#ifndef ALIMENTAR_LIMITS_H
#define ALIMENTAR_LIMITS_H

#include <stdint.h>

// Limits of a context. Input that would exceed one is refused with ALI_ERR_LIMIT; a field of 0
// means its default.
typedef struct ali_limits {
    uint32_t size_bytes;           // of this struct: sizeof(ali_limits)
    uint32_t expansion_ratio_max;  // times, default 1000
    uint64_t memory_bytes_max;     // bytes
    uint64_t inflight_bytes_max;   // bytes
    uint64_t footer_bytes_max;     // bytes
    uint64_t page_bytes_max;       // bytes
    uint64_t dictionary_bytes_max; // bytes
    uint32_t columns_max;          // columns
    uint32_t depth_max;            // levels
    uint32_t ops_max;              // operations
    uint32_t reserved;             // 0
} ali_limits;

#endif
