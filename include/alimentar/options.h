// Generated from src/options/dataset.def, src/options/format.def, src/options/host.def by
// src/options/generate.mjs. Do not edit.
#ifndef ALIMENTAR_OPTIONS_H
#define ALIMENTAR_OPTIONS_H

#include <stdint.h>

// retries: 0, where a field of 0 means the default.
#define ALI_RETRIES_NONE UINT32_MAX

// ali_open_options.checksums.
enum {
    ALI_OPEN_CHECKSUMS_VERIFY = 0,
    ALI_OPEN_CHECKSUMS_IGNORE = 1,
};

// What ali_open_start() takes. A field of 0, or NULL, means its default.
typedef struct ali_open_options {
    // Of this struct: sizeof(ali_open_options).
    uint32_t size_bytes;

    // Whether checksums that a file carries are compared. ALI_OPEN_CHECKSUMS_VERIFY,
    // ALI_OPEN_CHECKSUMS_IGNORE.
    uint32_t checksums;

    // Bytes read from the end of a file before its footer's size is known. Unit: bytes. Default:
    // 65536. Range: 8 to 67108864.
    uint64_t tail_bytes;

    // Name of the format; otherwise it is found by the content. Default: detect.
    const char *format;
} ali_open_options;

// ali_scan_options.strings.
enum {
    ALI_SCAN_STRINGS_DICTIONARY = 0,
    ALI_SCAN_STRINGS_PLAIN = 1,
};

// What ali_scan_start() takes. A field of 0, or NULL, means its default.
typedef struct ali_scan_options {
    // Of this struct: sizeof(ali_scan_options).
    uint32_t size_bytes;

    // Rows of a batch at most; batches end where row groups end. Unit: rows. Default: 32768. Range:
    // 1 to 1048576.
    uint32_t batch_rows;

    // Rows to skip at the beginning. Unit: rows. Default: 0.
    uint64_t offset_rows;

    // Rows to read at most; 0 reads all. Unit: rows. Default: all. ALI_UNKNOWN means 0.
    uint64_t limit_rows;

    // Ranges nearer than this are fetched as one. Unit: bytes. Default: 65536. ALI_UNKNOWN means 0.
    uint64_t coalesce_bytes;

    // Bytes of one request at most. Unit: bytes. Default: 16777216. Range: at least 65536.
    uint64_t request_bytes_max;

    // Names of the columns to read, in the order wanted; or paths a.b to members, "\." a dot in a
    // name, #3 the third column. Default: all.
    const char *const *columns;

    // How many columns there are.
    uint32_t columns_count;

    // Whether text that lies in dictionary pages stays encoded. ALI_SCAN_STRINGS_DICTIONARY,
    // ALI_SCAN_STRINGS_PLAIN.
    uint32_t strings;
} ali_scan_options;

// ali_write_options.header.
enum {
    ALI_WRITE_HEADER_NAMES = 0,
    ALI_WRITE_HEADER_NONE = 1,
};

// ali_write_options.compression.
enum {
    ALI_WRITE_COMPRESSION_NONE = 0,
    ALI_WRITE_COMPRESSION_LZ4 = 1,
    ALI_WRITE_COMPRESSION_ZSTD = 2,
};

// What ali_writer_new() takes. A field of 0 means its default.
typedef struct ali_write_options {
    // Of this struct: sizeof(ali_write_options).
    uint32_t size_bytes;

    // CSV: whether the first line holds the columns' names. ALI_WRITE_HEADER_NAMES,
    // ALI_WRITE_HEADER_NONE.
    uint32_t header;

    // Arrow: how buffers are compressed, where that makes them shorter; zstd natively only.
    // ALI_WRITE_COMPRESSION_NONE, ALI_WRITE_COMPRESSION_LZ4, ALI_WRITE_COMPRESSION_ZSTD.
    uint32_t compression;

    // 0.
    uint32_t reserved;
} ali_write_options;

// ali_host_options.files.
enum {
    ALI_HOST_FILES_MAP = 0,
    ALI_HOST_FILES_READ = 1,
};

struct ali_allocator;
struct ali_limits;

// What ali_host_new() takes. A field of 0, or NULL, means its default.
typedef struct ali_host_options {
    // Of this struct: sizeof(ali_host_options).
    uint32_t size_bytes;

    // Further tries after 429, 503 or a broken connection. Unit: times. Default: 4. Range: 0 to
    // 100. ALI_RETRIES_NONE means 0.
    uint32_t retries;

    // Longest silence of a server before a try counts as failed. Unit: ms. Default: 30000. Range:
    // at least 1.
    uint32_t timeout_ms;

    // Whether local files are memory-mapped or read. ALI_HOST_FILES_MAP, ALI_HOST_FILES_READ.
    uint32_t files;

    // HTTP request headers, lines "name: value"; sent to the origin that was opened, not to others
    // after a redirect. Default: none.
    const char *headers;

    // The User-Agent header. Default: alimentar.
    const char *user_agent;

    // Where memory comes from. Default: C.
    const struct ali_allocator *allocator;

    // Limits of the host's context. Default: defaults.
    const struct ali_limits *limits;

    // Bytes of one temporary file: a copy of what cannot seek, or of what a server sends whole that
    // should send a part. Unit: bytes. Default: 68719476736. Range: at least 1.
    uint64_t spool_bytes_max;
} ali_host_options;

#endif
