// exports.c: the functions that JavaScript calls, over the public headers alone: arguments are
// unpacked, numbers of 64 bits become doubles (sizes and counts are below 2^53), and each operation
// that a step listed is handed to the module's only import.
//
// Structs cross as addresses (abi.h). Left out: the Arrow C interfaces, and the version's text.
#include <stddef.h>
#include <stdint.h>

#include "abi.h"

// A function that the host calls by this name, prefixed by ali_.
#define EXPORT(type, name, ...)                                                                    \
    __attribute__((export_name("ali_" #name))) type ali_wasm_##name(__VA_ARGS__);                  \
    type ali_wasm_##name(__VA_ARGS__)

// Hands an operation to the host. The host copies what it wants to know before it returns; it must
// not call the module meanwhile.
__attribute__((import_module("host"), import_name("submit"))) extern void submit(const ali_op *op);

static double number(uint64_t value) {
    return value == ALI_UNKNOWN ? -1.0 : (double)value;
}

EXPORT(uint32_t, abi_version, void) {
    return ali_abi_version();
}
EXPORT(const char *, status_name, ali_status status) {
    return ali_status_name(status);
}

// --- memory --------------------------------------------------------------------------------------
EXPORT(void *, allocate, size_t size_bytes) {
    return ali_heap_allocate(size_bytes);
}
EXPORT(void, release, void *pointer, size_t size_bytes) {
    ali_heap_release(pointer, size_bytes);
}
EXPORT(double, heap_used_bytes, void) {
    return number(ali_heap_used_bytes());
}

// --- contexts ------------------------------------------------------------------------------------
EXPORT(ali_status, context_new, const ali_limits *limits, ali_context **context) {
    return ali_context_new(NULL, limits, context);
}
EXPORT(void, context_free, ali_context *context) {
    ali_context_free(context);
}
EXPORT(double, context_memory_bytes, const ali_context *context) {
    return number(ali_context_memory_bytes(context));
}
EXPORT(double, context_memory_peak_bytes, const ali_context *context) {
    return number(ali_context_memory_peak_bytes(context));
}
EXPORT(double, context_copied_bytes, const ali_context *context) {
    return number(ali_context_copied_bytes(context));
}
EXPORT(const ali_error *, context_error, const ali_context *context) {
    return ali_context_error(context);
}

// --- tasks ---------------------------------------------------------------------------------------
#define OPS_AT_ONCE 8u

EXPORT(ali_status, task_step, ali_task *task, uint32_t budget_rows) {
    const ali_status status = ali_task_step(task, budget_rows);
    if (status != ALI_NEED) return status;
    ali_op ops[OPS_AT_ONCE];
    uint32_t count;
    do {
        count = ali_task_ops(task, ops, OPS_AT_ONCE);
        for (uint32_t i = 0; i < count; i += 1) submit(&ops[i]);
    } while (count == OPS_AT_ONCE);
    return status;
}
EXPORT(ali_status, task_answer, ali_task *task, const ali_answer *answer) {
    return ali_task_answer(task, answer);
}
EXPORT(void, task_cancel, ali_task *task) {
    ali_task_cancel(task);
}
EXPORT(void, task_free, ali_task *task) {
    ali_task_free(task);
}
EXPORT(ali_batch *, task_take_batch, ali_task *task) {
    return ali_task_take_batch(task);
}
EXPORT(const ali_error *, task_error, const ali_task *task) {
    return ali_task_error(task);
}
EXPORT(ali_status, task_progress, const ali_task *task, ali_progress *progress) {
    return ali_task_progress(task, progress);
}

// --- data sets -----------------------------------------------------------------------------------
EXPORT(ali_status, open_start, ali_context *context, const ali_object *objects, uint32_t count,
       const ali_open_options *options, ali_task **task) {
    return count == 1 ? ali_open_start(context, objects, options, task)
                      : ali_open_many_start(context, objects, count, options, task);
}
EXPORT(ali_dataset *, task_take_dataset, ali_task *task) {
    return ali_task_take_dataset(task);
}
EXPORT(void, dataset_release, ali_dataset *dataset) {
    ali_dataset_release(dataset);
}
EXPORT(ali_status, dataset_describe, const ali_dataset *dataset, ali_dataset_info *info) {
    return ali_dataset_describe(dataset, info);
}
EXPORT(ali_status, dataset_metadata, const ali_dataset *dataset, uint32_t index, const char **key,
       const char **value) {
    return ali_dataset_metadata(dataset, index, key, value);
}
EXPORT(ali_status, scan_schema, ali_dataset *dataset, const ali_scan_options *options,
       ali_schema **schema) {
    return ali_scan_schema(dataset, options, schema);
}
EXPORT(ali_status, scan_start, ali_dataset *dataset, const ali_scan_options *options,
       ali_task **task) {
    return ali_scan_start(dataset, options, task);
}

// --- schemas and batches -------------------------------------------------------------------------
EXPORT(uint32_t, schema_count, const ali_schema *schema) {
    return ali_schema_count(schema);
}
EXPORT(void, schema_retain, ali_schema *schema) {
    ali_schema_retain(schema);
}
EXPORT(void, schema_release, ali_schema *schema) {
    ali_schema_release(schema);
}
EXPORT(ali_status, field_describe, const ali_schema *schema, uint32_t index, ali_field_info *info) {
    return ali_field_describe(schema, index, info);
}
EXPORT(const ali_pair *, schema_metadata, const ali_schema *schema, uint32_t *count) {
    return ali_schema_metadata(schema, count);
}
EXPORT(ali_status, type_child, const ali_type *type, uint32_t index, ali_field_info *info) {
    return ali_type_child(type, index, info);
}
EXPORT(ali_status, type_describe, const ali_type *type, ali_type_info *info) {
    return ali_type_describe(type, info);
}
EXPORT(size_t, type_spell, const ali_type *type, char *text, size_t capacity_bytes) {
    return ali_type_spell(type, text, capacity_bytes);
}
EXPORT(void, batch_retain, ali_batch *batch) {
    ali_batch_retain(batch);
}
EXPORT(void, batch_release, ali_batch *batch) {
    ali_batch_release(batch);
}
EXPORT(double, batch_rows, const ali_batch *batch) {
    return number(ali_batch_rows(batch));
}
EXPORT(const ali_schema *, batch_schema, const ali_batch *batch) {
    return ali_batch_schema(batch);
}
EXPORT(const ali_column *, batch_column, const ali_batch *batch, uint32_t index) {
    return ali_batch_column(batch, index);
}
EXPORT(const ali_column *, column_child, const ali_column *column, uint32_t index) {
    return ali_column_child(column, index);
}
EXPORT(ali_status, column_describe, const ali_column *column, ali_column_info *info) {
    return ali_column_describe(column, info);
}
EXPORT(ali_status, batch_decode, ali_context *context, ali_batch *batch, ali_batch **plain) {
    return ali_batch_decode(context, batch, plain);
}
EXPORT(ali_status, batch_simplify, ali_context *context, ali_batch *batch, ali_batch **simple) {
    return ali_batch_simplify(context, batch, simple);
}

// --- writers -------------------------------------------------------------------------------------
EXPORT(ali_status, writer_new, ali_context *context, const char *format,
       const ali_write_options *options, ali_schema *schema, ali_writer **writer) {
    return ali_writer_new(context, format, options, schema, writer);
}
EXPORT(ali_status, writer_put, ali_writer *writer, ali_batch *batch) {
    return ali_writer_put(writer, batch);
}
// The first row that is not encoded yet, or a status.
EXPORT(double, writer_put_rows, ali_writer *writer, ali_batch *batch, double first_row) {
    uint64_t row = first_row >= 0 ? (uint64_t)first_row : 0;
    const ali_status status = ali_writer_put_rows(writer, batch, &row, ali_batch_rows(batch));
    return status < 0 ? (double)status : number(row);
}
EXPORT(ali_status, writer_finish, ali_writer *writer) {
    return ali_writer_finish(writer);
}
EXPORT(double, writer_pending, const ali_writer *writer, const uint8_t **bytes) {
    return number(ali_writer_pending(writer, bytes));
}
EXPORT(void, writer_drop, ali_writer *writer, double count_bytes) {
    ali_writer_drop(writer, count_bytes >= 0 ? (uint64_t)count_bytes : 0);
}
EXPORT(double, writer_warnings, const ali_writer *writer) {
    return number(ali_writer_warnings(writer));
}
EXPORT(void, writer_free, ali_writer *writer) {
    ali_writer_free(writer);
}
