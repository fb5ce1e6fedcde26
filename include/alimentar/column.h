// alimentar/column.h: types, schemas, columns and record batches.
//
// The memory layout is that of the Arrow columnar format (https://arrow.apache.org/docs/format/
// Columnar.html): LSB-first validity bitmaps in which 1 means "there is a value", little-endian
// values, 32-bit offsets. Columns of text keep the dictionary encoding in which their pages were
// written until somebody asks for plain values: the *type* of such a column is that of the file's
// schema (utf8), its *encoding* says how the values lie in memory.
#ifndef ALIMENTAR_COLUMN_H
#define ALIMENTAR_COLUMN_H

#include "alimentar/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ali_type ali_type;
typedef struct ali_schema ali_schema;
typedef struct ali_column ali_column;
typedef struct ali_batch ali_batch;

// Kinds of types; the numbers are those of the `Type` union in Arrow's Schema.fbs, which JavaScript
// calls typeId.
enum {
    ALI_TYPE_NULL = 1,
    ALI_TYPE_INT = 2,
    ALI_TYPE_FLOAT = 3,
    ALI_TYPE_BINARY = 4,
    ALI_TYPE_UTF8 = 5,
    ALI_TYPE_BOOL = 6,
    ALI_TYPE_DECIMAL = 7,
    ALI_TYPE_DATE = 8,
    ALI_TYPE_TIME = 9,
    ALI_TYPE_TIMESTAMP = 10,
    ALI_TYPE_INTERVAL = 11,
    ALI_TYPE_LIST = 12,
    ALI_TYPE_STRUCT = 13,
    ALI_TYPE_UNION = 14,
    ALI_TYPE_FIXED_BINARY = 15,
    ALI_TYPE_FIXED_LIST = 16,
    ALI_TYPE_MAP = 17,
    ALI_TYPE_DURATION = 18,
    ALI_TYPE_LARGE_BINARY = 19,
    ALI_TYPE_LARGE_UTF8 = 20,
    ALI_TYPE_LARGE_LIST = 21,
    ALI_TYPE_RUN_END = 22,
    ALI_TYPE_BINARY_VIEW = 23,
    ALI_TYPE_UTF8_VIEW = 24,
    ALI_TYPE_LIST_VIEW = 25,
    ALI_TYPE_LARGE_LIST_VIEW = 26
};

// Units of times; the numbers are those of `TimeUnit` in Arrow's Schema.fbs. Dates have the unit
// ALI_UNIT_DAY (32 bits) or ALI_UNIT_MILLI (64 bits).
enum {
    ALI_UNIT_SECOND = 0,
    ALI_UNIT_MILLI = 1,
    ALI_UNIT_MICRO = 2,
    ALI_UNIT_NANO = 3,
    ALI_UNIT_DAY = 4
};

// How the values of a column lie in memory.
enum {
    ALI_ENCODING_PLAIN = 0,     // values (fixed width) or offsets and data (text, binary)
    ALI_ENCODING_DICTIONARY = 1 // codes and a dictionary column that holds each value once
};

// A type, as data.
typedef struct ali_type_info {
    uint32_t size_bytes; // of this struct: sizeof(ali_type_info), set by the caller
    uint32_t kind;       // ALI_TYPE_INT, ...
    uint32_t bits;       // width of a value in memory: 1 for bool, 0 for text and binary
    uint32_t is_signed;  // ALI_TYPE_INT: 1 if signed
    uint32_t unit;       // times: ALI_UNIT_MILLI, ...
    int32_t precision;   // decimals: digits in all
    int32_t scale;       // decimals: digits after the point
    uint32_t zone_bytes; // timestamps: length of `zone`
    const char *zone;    // timestamps: time zone, "" for a wall clock without one; terminated
} ali_type_info;

// A field of a schema, as data.
typedef struct ali_field_info {
    uint32_t size_bytes; // of this struct: sizeof(ali_field_info), set by the caller
    uint32_t nullable;   // 1 if the schema allows nulls
    const char *name;    // UTF-8, terminated; may hold zero bytes, see name_bytes
    uint64_t name_bytes; // length of `name`
    const ali_type *type;
} ali_field_info;

// A column of a batch, as data. All pointers are aligned to 64 bytes, or to 8 where the buffer is a
// slice of fetched bytes, but `data`, which may begin anywhere. Contents in null slots are zero for
// fixed-width values and codes, empty for text.
typedef struct ali_column_info {
    uint32_t size_bytes;     // of this struct: sizeof(ali_column_info), set by the caller
    uint32_t encoding;       // ALI_ENCODING_PLAIN, ALI_ENCODING_DICTIONARY
    uint64_t length;         // rows
    uint64_t null_count;     // rows that are null
    const ali_type *type;    // of the schema's field
    const uint8_t *validity; // bitmap of `length` bits, LSB first; NULL if null_count is 0
    const void *values;      // PLAIN: fixed-width values, booleans as a bitmap LSB first;
                             // DICTIONARY: int32_t codes, 0 <= code < length of the dictionary
    const int32_t *offsets;  // PLAIN text and binary: length + 1 offsets into `data`, first is 0
    const uint8_t *data;     // PLAIN text and binary: the bytes of all values
    const ali_column *dictionary; // DICTIONARY: a PLAIN column without nulls; else NULL
    uint64_t dictionary_id;       // DICTIONARY: equal ids mean the very same dictionary; else 0
    uint64_t values_bytes;        // sizes of the areas above
    uint64_t data_bytes;
} ali_column_info;

// Counts one reference more.
ALI_API void ali_schema_retain(ali_schema *schema);

// Counts one reference less and frees with the last. NULL is allowed.
ALI_API void ali_schema_release(ali_schema *schema);

// The number of fields.
ALI_API uint32_t ali_schema_count(const ali_schema *schema);

// Describes field `index`.
//
// Ownership: strings and type are borrowed from the schema.
// Returns:   ALI_OK; ALI_ERR_ARGUMENT for an index out of range or a wrong info->size_bytes.
ALI_API ALI_CHECKED ali_status ali_field_describe(const ali_schema *schema, uint32_t index,
                                                  ali_field_info *info);

// Describes a type.
//
// Ownership: strings are borrowed from the type's schema.
// Returns:   ALI_OK; ALI_ERR_ARGUMENT for a wrong info->size_bytes.
ALI_API ALI_CHECKED ali_status ali_type_describe(const ali_type *type, ali_type_info *info);

// Spells a type: "int32", "uint8", "float64", "utf8", "binary", "bool", "date32", "date64",
// "time64[us]", "timestamp[ms]", "timestamp[us, UTC]", "decimal128(12, 2)", "fixed_binary(16)".
//
// Writes at most `capacity_bytes` with a final zero byte; a longer spelling is cut.
// Returns:   the length of the whole spelling without its zero byte.
ALI_API size_t ali_type_spell(const ali_type *type, char *text, size_t capacity_bytes);

// Counts one reference more. Callable on any thread.
ALI_API void ali_batch_retain(ali_batch *batch);

// Counts one reference less and frees with the last. Callable on any thread, after the context too.
// NULL is allowed.
ALI_API void ali_batch_release(ali_batch *batch);

// The number of rows.
ALI_API uint64_t ali_batch_rows(const ali_batch *batch);

// The batch's schema: the projected columns, in the order asked for.
//
// Ownership: borrowed from the batch.
ALI_API const ali_schema *ali_batch_schema(const ali_batch *batch);

// Column `index` of the batch.
//
// Ownership: borrowed from the batch.
// Returns:   NULL for an index out of range.
ALI_API const ali_column *ali_batch_column(const ali_batch *batch, uint32_t index);

// Describes a column.
//
// Ownership: all pointers are borrowed from the column's batch.
// Returns:   ALI_OK; ALI_ERR_ARGUMENT for a wrong info->size_bytes.
ALI_API ALI_CHECKED ali_status ali_column_describe(const ali_column *column, ali_column_info *info);

// Makes a batch of the same rows in which every column is PLAIN. Columns that are so already are
// shared, not copied.
//
// Ownership: the caller releases *plain.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT if a column would hold 2^31 bytes or more.
ALI_API ALI_CHECKED ali_status ali_batch_decode(ali_context *context, ali_batch *batch,
                                                ali_batch **plain);

// The Arrow C Data and C Stream interfaces (https://arrow.apache.org/docs/format/
// CDataInterface.html); the struct layouts are fixed by that specification.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};
#endif

// Exports a schema as an Arrow struct type with one child a field.
//
// Ownership: the caller's; out->release(out) ends it, after the context too.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_UNSUPPORTED for a name that holds a zero byte.
ALI_API ALI_CHECKED ali_status ali_schema_export(ali_context *context, const ali_schema *schema,
                                                 struct ArrowSchema *out);

// Exports a batch as an Arrow struct array with one child a column. No values are copied: the array
// retains the batch. Dictionary-encoded columns must be decoded before, so that array and schema
// fit.
//
// Ownership: the caller's; out->release(out) ends it, on any thread, after the context too.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_STATE if a column is not PLAIN.
ALI_API ALI_CHECKED ali_status ali_batch_export(ali_context *context, ali_batch *batch,
                                                struct ArrowArray *out);

#ifdef __cplusplus
}
#endif
#endif
