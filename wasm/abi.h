// abi.h: what JavaScript reads and writes in the module's memory: the size of each public struct
// that crosses, where its fields lie, and the numbers of the constants.
//
// Each line is checked by the compiler (a static assert) and read by tests/web/generate_abi.mjs,
// which makes web/src/abi.js of it; a test compares the two. Layouts are those of wasm32: addresses
// have 32 bits. Left out: what only the native twin has (host options, the Arrow C interfaces).
#ifndef ALI_WASM_ABI_H
#define ALI_WASM_ABI_H

#include "alimentar.h"

#define ALI_BYTES_u32 4
#define ALI_BYTES_i32 4
#define ALI_BYTES_u64 8
#define ALI_BYTES_pointer 4

// The struct `type` has `size` bytes.
#define ALI_LAYOUT(type, size) _Static_assert(sizeof(type) == (size), #type);
// The field lies at `offset` and is of a kind: u32, i32, u64, pointer.
#define ALI_FIELD(type, field, offset, kind)                                                       \
    _Static_assert(offsetof(type, field) == (offset), #type "." #field);                           \
    _Static_assert(sizeof(((type *)0)->field) == ALI_BYTES_##kind, #type "." #field " size");
// The constant has this value.
#define ALI_CONSTANT(name, value) _Static_assert((name) == (value), #name);

// clang-format off
ALI_LAYOUT(ali_error, 56)
ALI_FIELD(ali_error, size_bytes, 0, u32)
ALI_FIELD(ali_error, status, 4, i32)
ALI_FIELD(ali_error, offset_bytes, 8, u64)
ALI_FIELD(ali_error, row, 16, u64)
ALI_FIELD(ali_error, op_id, 24, u64)
ALI_FIELD(ali_error, http_status, 32, i32)
ALI_FIELD(ali_error, reserved, 36, i32)
ALI_FIELD(ali_error, object, 40, pointer)
ALI_FIELD(ali_error, column, 44, pointer)
ALI_FIELD(ali_error, tasks, 48, pointer)
ALI_FIELD(ali_error, sentence, 52, pointer)

ALI_LAYOUT(ali_limits, 64)
ALI_FIELD(ali_limits, size_bytes, 0, u32)
ALI_FIELD(ali_limits, expansion_ratio_max, 4, u32)
ALI_FIELD(ali_limits, memory_bytes_max, 8, u64)
ALI_FIELD(ali_limits, inflight_bytes_max, 16, u64)
ALI_FIELD(ali_limits, footer_bytes_max, 24, u64)
ALI_FIELD(ali_limits, page_bytes_max, 32, u64)
ALI_FIELD(ali_limits, dictionary_bytes_max, 40, u64)
ALI_FIELD(ali_limits, columns_max, 48, u32)
ALI_FIELD(ali_limits, depth_max, 52, u32)
ALI_FIELD(ali_limits, ops_max, 56, u32)
ALI_FIELD(ali_limits, reserved, 60, u32)

ALI_LAYOUT(ali_type_info, 36)
ALI_FIELD(ali_type_info, size_bytes, 0, u32)
ALI_FIELD(ali_type_info, kind, 4, u32)
ALI_FIELD(ali_type_info, bits, 8, u32)
ALI_FIELD(ali_type_info, is_signed, 12, u32)
ALI_FIELD(ali_type_info, unit, 16, u32)
ALI_FIELD(ali_type_info, precision, 20, i32)
ALI_FIELD(ali_type_info, scale, 24, i32)
ALI_FIELD(ali_type_info, zone_bytes, 28, u32)
ALI_FIELD(ali_type_info, zone, 32, pointer)

ALI_LAYOUT(ali_field_info, 32)
ALI_FIELD(ali_field_info, size_bytes, 0, u32)
ALI_FIELD(ali_field_info, nullable, 4, u32)
ALI_FIELD(ali_field_info, name, 8, pointer)
ALI_FIELD(ali_field_info, name_bytes, 16, u64)
ALI_FIELD(ali_field_info, type, 24, pointer)

ALI_LAYOUT(ali_column_info, 72)
ALI_FIELD(ali_column_info, size_bytes, 0, u32)
ALI_FIELD(ali_column_info, encoding, 4, u32)
ALI_FIELD(ali_column_info, length, 8, u64)
ALI_FIELD(ali_column_info, null_count, 16, u64)
ALI_FIELD(ali_column_info, type, 24, pointer)
ALI_FIELD(ali_column_info, validity, 28, pointer)
ALI_FIELD(ali_column_info, values, 32, pointer)
ALI_FIELD(ali_column_info, offsets, 36, pointer)
ALI_FIELD(ali_column_info, data, 40, pointer)
ALI_FIELD(ali_column_info, dictionary, 44, pointer)
ALI_FIELD(ali_column_info, dictionary_id, 48, u64)
ALI_FIELD(ali_column_info, values_bytes, 56, u64)
ALI_FIELD(ali_column_info, data_bytes, 64, u64)

ALI_LAYOUT(ali_op, 136)
ALI_FIELD(ali_op, size_bytes, 0, u32)
ALI_FIELD(ali_op, kind, 4, u32)
ALI_FIELD(ali_op, op_id, 8, u64)
ALI_FIELD(ali_op, offset_bytes, 16, u64)
ALI_FIELD(ali_op, length_bytes, 24, u64)
ALI_FIELD(ali_op, data, 32, pointer)
ALI_FIELD(ali_op, path, 36, pointer)
ALI_FIELD(ali_op, etag, 40, pointer)
ALI_FIELD(ali_op, why, 44, pointer)
ALI_FIELD(ali_op, method, 48, pointer)
ALI_FIELD(ali_op, headers, 52, pointer)
ALI_FIELD(ali_op, input, 56, pointer)
ALI_FIELD(ali_op, codec, 60, pointer)
ALI_FIELD(ali_op, token, 64, pointer)
ALI_FIELD(ali_op, input_bytes, 72, u64)
ALI_FIELD(ali_op, upload_id, 80, u64)
ALI_FIELD(ali_op, path_bytes, 88, u32)
ALI_FIELD(ali_op, etag_bytes, 92, u32)
ALI_FIELD(ali_op, why_bytes, 96, u32)
ALI_FIELD(ali_op, method_bytes, 100, u32)
ALI_FIELD(ali_op, headers_bytes, 104, u32)
ALI_FIELD(ali_op, codec_bytes, 108, u32)
ALI_FIELD(ali_op, token_bytes, 112, u32)
ALI_FIELD(ali_op, flags, 116, u32)
ALI_FIELD(ali_op, phase, 120, u32)
ALI_FIELD(ali_op, part, 124, u32)
ALI_FIELD(ali_op, priority, 128, u32)
ALI_FIELD(ali_op, reserved, 132, u32)

ALI_LAYOUT(ali_answer, 64)
ALI_FIELD(ali_answer, size_bytes, 0, u32)
ALI_FIELD(ali_answer, status, 4, i32)
ALI_FIELD(ali_answer, op_id, 8, u64)
ALI_FIELD(ali_answer, moved_bytes, 16, u64)
ALI_FIELD(ali_answer, object_bytes, 24, u64)
ALI_FIELD(ali_answer, etag, 32, pointer)
ALI_FIELD(ali_answer, etag_bytes, 36, u32)
ALI_FIELD(ali_answer, http_status, 40, i32)
ALI_FIELD(ali_answer, is_last, 44, u32)
ALI_FIELD(ali_answer, reserved, 48, u32)
ALI_FIELD(ali_answer, lent, 52, pointer)
ALI_FIELD(ali_answer, lent_release, 56, pointer)
ALI_FIELD(ali_answer, lent_user, 60, pointer)

ALI_LAYOUT(ali_progress, 48)
ALI_FIELD(ali_progress, size_bytes, 0, u32)
ALI_FIELD(ali_progress, ops_in_flight, 4, u32)
ALI_FIELD(ali_progress, bytes, 8, u64)
ALI_FIELD(ali_progress, bytes_total, 16, u64)
ALI_FIELD(ali_progress, rows, 24, u64)
ALI_FIELD(ali_progress, rows_total, 32, u64)
ALI_FIELD(ali_progress, ops, 40, u64)

ALI_LAYOUT(ali_object, 32)
ALI_FIELD(ali_object, size_bytes, 0, u32)
ALI_FIELD(ali_object, flags, 4, u32)
ALI_FIELD(ali_object, object_bytes, 8, u64)
ALI_FIELD(ali_object, path, 16, pointer)
ALI_FIELD(ali_object, etag, 20, pointer)
ALI_FIELD(ali_object, path_bytes, 24, u32)
ALI_FIELD(ali_object, etag_bytes, 28, u32)

ALI_LAYOUT(ali_dataset_info, 48)
ALI_FIELD(ali_dataset_info, size_bytes, 0, u32)
ALI_FIELD(ali_dataset_info, metadata_count, 4, u32)
ALI_FIELD(ali_dataset_info, format, 8, pointer)
ALI_FIELD(ali_dataset_info, rows, 16, u64)
ALI_FIELD(ali_dataset_info, row_groups, 24, u64)
ALI_FIELD(ali_dataset_info, bytes, 32, u64)
ALI_FIELD(ali_dataset_info, created_by, 40, pointer)
ALI_FIELD(ali_dataset_info, schema, 44, pointer)

ALI_LAYOUT(ali_open_options, 24)
ALI_FIELD(ali_open_options, size_bytes, 0, u32)
ALI_FIELD(ali_open_options, checksums, 4, u32)
ALI_FIELD(ali_open_options, tail_bytes, 8, u64)
ALI_FIELD(ali_open_options, format, 16, pointer)

ALI_LAYOUT(ali_scan_options, 56)
ALI_FIELD(ali_scan_options, size_bytes, 0, u32)
ALI_FIELD(ali_scan_options, batch_rows, 4, u32)
ALI_FIELD(ali_scan_options, offset_rows, 8, u64)
ALI_FIELD(ali_scan_options, limit_rows, 16, u64)
ALI_FIELD(ali_scan_options, coalesce_bytes, 24, u64)
ALI_FIELD(ali_scan_options, request_bytes_max, 32, u64)
ALI_FIELD(ali_scan_options, columns, 40, pointer)
ALI_FIELD(ali_scan_options, columns_count, 44, u32)
ALI_FIELD(ali_scan_options, strings, 48, u32)

ALI_LAYOUT(ali_write_options, 8)
ALI_FIELD(ali_write_options, size_bytes, 0, u32)
ALI_FIELD(ali_write_options, header, 4, u32)

ALI_CONSTANT(ALI_OK, 0)
ALI_CONSTANT(ALI_NEED, 1)
ALI_CONSTANT(ALI_READY, 2)
ALI_CONSTANT(ALI_YIELD, 3)
ALI_CONSTANT(ALI_ERR_MEMORY, -1)
ALI_CONSTANT(ALI_ERR_LIMIT, -2)
ALI_CONSTANT(ALI_ERR_ARGUMENT, -10)
ALI_CONSTANT(ALI_ERR_STATE, -11)
ALI_CONSTANT(ALI_ERR_CANCELLED, -12)
ALI_CONSTANT(ALI_ERR_TYPE, -40)
ALI_CONSTANT(ALI_ERR_NOT_FOUND, -50)
ALI_CONSTANT(ALI_ERR_CONFLICT, -51)
ALI_CONSTANT(ALI_ERR_HOST, -60)
ALI_CONSTANT(ALI_OP_READ, 1)
ALI_CONSTANT(ALI_OP_STAT, 2)
ALI_CONSTANT(ALI_OP_FROM_END, 1)
ALI_CONSTANT(ALI_OBJECT_NO_SUFFIX, 1)
ALI_CONSTANT(ALI_TYPE_NULL, 1)
ALI_CONSTANT(ALI_TYPE_INT, 2)
ALI_CONSTANT(ALI_TYPE_FLOAT, 3)
ALI_CONSTANT(ALI_TYPE_BINARY, 4)
ALI_CONSTANT(ALI_TYPE_UTF8, 5)
ALI_CONSTANT(ALI_TYPE_BOOL, 6)
ALI_CONSTANT(ALI_TYPE_DECIMAL, 7)
ALI_CONSTANT(ALI_TYPE_DATE, 8)
ALI_CONSTANT(ALI_TYPE_TIME, 9)
ALI_CONSTANT(ALI_TYPE_TIMESTAMP, 10)
ALI_CONSTANT(ALI_TYPE_FIXED_BINARY, 15)
ALI_CONSTANT(ALI_TYPE_DURATION, 18)
ALI_CONSTANT(ALI_UNIT_SECOND, 0)
ALI_CONSTANT(ALI_UNIT_MILLI, 1)
ALI_CONSTANT(ALI_UNIT_MICRO, 2)
ALI_CONSTANT(ALI_UNIT_NANO, 3)
ALI_CONSTANT(ALI_UNIT_DAY, 4)
ALI_CONSTANT(ALI_ENCODING_PLAIN, 0)
ALI_CONSTANT(ALI_ENCODING_DICTIONARY, 1)
ALI_CONSTANT(ALI_OPEN_CHECKSUMS_VERIFY, 0)
ALI_CONSTANT(ALI_OPEN_CHECKSUMS_IGNORE, 1)
ALI_CONSTANT(ALI_SCAN_STRINGS_DICTIONARY, 0)
ALI_CONSTANT(ALI_SCAN_STRINGS_PLAIN, 1)
// clang-format on

// The heap under ali_default_allocator() (heap.c), for what JavaScript itself keeps in memory:
// options, answers, names. Addresses are aligned to 16 bytes; 0 if there is no memory.
void *ali_heap_allocate(size_t size_bytes);
void ali_heap_release(void *pointer, size_t size_bytes);

// Bytes that are allocated at this moment.
uint64_t ali_heap_used_bytes(void);

#endif
