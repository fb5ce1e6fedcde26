// Generated from src/options/*.def by src/options/generate.mjs. Do not edit.
#ifndef ALIMENTAR_OPTIONS_H
#define ALIMENTAR_OPTIONS_H

#include <stdint.h>

#define ALI_RETRIES_NONE UINT32_MAX

enum { ALI_OPEN_CHECKSUMS_VERIFY = 0, ALI_OPEN_CHECKSUMS_IGNORE = 1 };

typedef struct ali_open_options {
    uint32_t size_bytes;
    uint32_t checksums;
    uint64_t tail_bytes;
    const char *format;
} ali_open_options;

enum { ALI_SCAN_STRINGS_DICTIONARY = 0, ALI_SCAN_STRINGS_PLAIN = 1 };

typedef struct ali_scan_options {
    uint32_t size_bytes;
    uint32_t batch_rows;
    uint64_t offset_rows;
    uint64_t limit_rows;
    uint64_t coalesce_bytes;
    uint64_t request_bytes_max;
    const char *const *columns; // terminated strings
    uint32_t columns_count;
    uint32_t strings;
} ali_scan_options;

enum { ALI_WRITE_HEADER_NAMES = 0, ALI_WRITE_HEADER_NONE = 1 };

typedef struct ali_write_options {
    uint32_t size_bytes;
    uint32_t header;
} ali_write_options;

enum { ALI_HOST_FILES_MAP = 0, ALI_HOST_FILES_READ = 1 };

struct ali_allocator;
struct ali_limits;

typedef struct ali_host_options {
    uint32_t size_bytes;
    uint32_t retries;
    uint32_t timeout_ms;
    uint32_t files;
    const char *headers;
    const char *user_agent;
    const struct ali_allocator *allocator;
    const struct ali_limits *limits;
} ali_host_options;

#endif
