// Generated from src/options/*.def by src/options/generate.mjs. Do not edit.
#include "base/options_tables.h"

// clang-format off

static const ali_options_field open_fields[] = {
    {.name = "checksums", .kind = ALI_OPTION_CHOICE,
     .offset_bytes = offsetof(ali_open_options, checksums), .least = 0, .most = UINT64_C(1)},
    {.name = "tail_bytes", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_open_options, tail_bytes), .unit = "bytes",
     .least = UINT64_C(8), .most = UINT64_C(67108864),
     .standard = UINT64_C(65536)},
    {.name = "format", .kind = ALI_OPTION_TEXT,
     .offset_bytes = offsetof(ali_open_options, format)},
};

const ali_options_table ali_open_options_table = {
    "ali_open_options", open_fields, ALI_COUNT_OF(open_fields),
    sizeof(ali_open_options)};

static const ali_options_field scan_fields[] = {
    {.name = "batch_rows", .kind = ALI_OPTION_U32,
     .offset_bytes = offsetof(ali_scan_options, batch_rows), .unit = "rows",
     .least = UINT64_C(1), .most = UINT64_C(1048576),
     .standard = UINT64_C(32768)},
    {.name = "offset_rows", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_scan_options, offset_rows), .unit = "rows", .least = 0,
     .most = UINT64_MAX,
     .standard = UINT64_C(0)},
    {.name = "limit_rows", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_scan_options, limit_rows), .unit = "rows", .least = 0,
     .most = UINT64_MAX, .zero = UINT64_MAX,
     .standard = UINT64_MAX},
    {.name = "coalesce_bytes", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_scan_options, coalesce_bytes), .unit = "bytes", .least = 0,
     .most = UINT64_MAX, .zero = UINT64_MAX,
     .standard = UINT64_C(65536)},
    {.name = "request_bytes_max", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_scan_options, request_bytes_max), .unit = "bytes",
     .least = UINT64_C(65536), .most = UINT64_MAX,
     .standard = UINT64_C(16777216)},
    {.name = "columns", .kind = ALI_OPTION_TEXTS,
     .offset_bytes = offsetof(ali_scan_options, columns)},
    {.name = "strings", .kind = ALI_OPTION_CHOICE,
     .offset_bytes = offsetof(ali_scan_options, strings), .least = 0, .most = UINT64_C(1)},
};

const ali_options_table ali_scan_options_table = {
    "ali_scan_options", scan_fields, ALI_COUNT_OF(scan_fields),
    sizeof(ali_scan_options)};

static const ali_options_field write_fields[] = {
    {.name = "header", .kind = ALI_OPTION_CHOICE,
     .offset_bytes = offsetof(ali_write_options, header), .least = 0, .most = UINT64_C(1)},
    {.name = "compression", .kind = ALI_OPTION_CHOICE,
     .offset_bytes = offsetof(ali_write_options, compression), .least = 0, .most = UINT64_C(2)},
};

const ali_options_table ali_write_options_table = {
    "ali_write_options", write_fields, ALI_COUNT_OF(write_fields),
    sizeof(ali_write_options)};

static const ali_options_field host_fields[] = {
    {.name = "retries", .kind = ALI_OPTION_U32,
     .offset_bytes = offsetof(ali_host_options, retries), .unit = "times", .least = UINT64_C(0),
     .most = UINT64_C(100), .zero = UINT32_MAX,
     .standard = UINT64_C(4)},
    {.name = "timeout_ms", .kind = ALI_OPTION_U32,
     .offset_bytes = offsetof(ali_host_options, timeout_ms), .unit = "ms", .least = UINT64_C(1),
     .most = UINT64_MAX,
     .standard = UINT64_C(30000)},
    {.name = "files", .kind = ALI_OPTION_CHOICE,
     .offset_bytes = offsetof(ali_host_options, files), .least = 0, .most = UINT64_C(1)},
    {.name = "headers", .kind = ALI_OPTION_TEXT,
     .offset_bytes = offsetof(ali_host_options, headers)},
    {.name = "user_agent", .kind = ALI_OPTION_TEXT,
     .offset_bytes = offsetof(ali_host_options, user_agent), .text = "alimentar"},
    {.name = "allocator", .kind = ALI_OPTION_POINTER,
     .offset_bytes = offsetof(ali_host_options, allocator)},
    {.name = "limits", .kind = ALI_OPTION_POINTER,
     .offset_bytes = offsetof(ali_host_options, limits)},
    {.name = "spool_bytes_max", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_host_options, spool_bytes_max), .unit = "bytes",
     .least = UINT64_C(1), .most = UINT64_MAX,
     .standard = UINT64_C(68719476736)},
};

const ali_options_table ali_host_options_table = {
    "ali_host_options", host_fields, ALI_COUNT_OF(host_fields),
    sizeof(ali_host_options)};

static const ali_options_field limits_fields[] = {
    {.name = "expansion_ratio_max", .kind = ALI_OPTION_U32,
     .offset_bytes = offsetof(ali_limits, expansion_ratio_max), .unit = "times",
     .least = UINT64_C(1), .most = UINT64_MAX,
     .standard = UINT64_C(1000)},
    {.name = "memory_bytes_max", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_limits, memory_bytes_max), .unit = "bytes",
     .least = UINT64_C(65536), .most = UINT64_MAX,
#if defined(__wasm__)
     .standard = UINT64_C(1073741824)
#else
     .standard = UINT64_C(4294967296)
#endif
    },
    {.name = "inflight_bytes_max", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_limits, inflight_bytes_max), .unit = "bytes",
     .least = UINT64_C(65536), .most = UINT64_MAX,
     .standard = UINT64_C(67108864)},
    {.name = "footer_bytes_max", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_limits, footer_bytes_max), .unit = "bytes",
     .least = UINT64_C(1024), .most = UINT64_MAX,
     .standard = UINT64_C(67108864)},
    {.name = "page_bytes_max", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_limits, page_bytes_max), .unit = "bytes",
     .least = UINT64_C(1024), .most = UINT64_MAX,
     .standard = UINT64_C(67108864)},
    {.name = "dictionary_bytes_max", .kind = ALI_OPTION_U64,
     .offset_bytes = offsetof(ali_limits, dictionary_bytes_max), .unit = "bytes",
     .least = UINT64_C(1024), .most = UINT64_MAX,
     .standard = UINT64_C(1073741824)},
    {.name = "columns_max", .kind = ALI_OPTION_U32,
     .offset_bytes = offsetof(ali_limits, columns_max), .unit = "columns", .least = UINT64_C(1),
     .most = UINT64_MAX,
     .standard = UINT64_C(100000)},
    {.name = "depth_max", .kind = ALI_OPTION_U32,
     .offset_bytes = offsetof(ali_limits, depth_max), .unit = "levels", .least = UINT64_C(1),
     .most = UINT64_C(64),
     .standard = UINT64_C(64)},
    {.name = "ops_max", .kind = ALI_OPTION_U32, .offset_bytes = offsetof(ali_limits, ops_max),
     .unit = "operations", .least = UINT64_C(1), .most = UINT64_C(1024),
     .standard = UINT64_C(16)},
};

const ali_options_table ali_limits_options_table = {
    "ali_limits", limits_fields, ALI_COUNT_OF(limits_fields),
    sizeof(ali_limits)};
