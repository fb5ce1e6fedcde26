// alimentar/column.h: types, schemas, columns and record batches.
//
// The memory layout is that of the Arrow columnar format (https://arrow.apache.org/docs/format/
// Columnar.html): LSB-first validity bitmaps in which 1 means "there is a value", little-endian
// values, offsets of 32 bits (64 for the large kinds), nested columns with columns below them.
// Columns of text keep the dictionary encoding in which their pages were written until somebody
// asks for plain values: the *type* of such a column is that of the file's schema (utf8), its
// *encoding* says how the values lie in memory.
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

// What an extension type, or an annotation of Parquet, says of the values beyond their storage. The
// names are those of the field's metadata "ARROW:extension:name"
// (https://arrow.apache.org/docs/format/CanonicalExtensions.html, https://geoarrow.org).
enum {
    ALI_EXTENSION_NONE = 0,
    ALI_EXTENSION_OTHER = 1,   // any name that is not listed here
    ALI_EXTENSION_UUID = 2,    // arrow.uuid: fixed_binary(16)
    ALI_EXTENSION_JSON = 3,    // arrow.json: utf8
    ALI_EXTENSION_VARIANT = 4, // arrow.parquet.variant: struct<metadata, value>
    ALI_EXTENSION_WKB = 5      // geoarrow.wkb: binary
};

// Flags of types.
#define ALI_TYPE_IS_ORDERED 0x1u  // dictionary types: the order of the dictionary means something
#define ALI_TYPE_KEYS_SORTED 0x2u // ALI_TYPE_MAP: the keys of each map are sorted
#define ALI_TYPE_IS_DENSE 0x4u    // ALI_TYPE_UNION: dense, with offsets into the children

// A key and its value, as files, schemas and fields carry them.
typedef struct ali_pair {
    const char *key;   // UTF-8, terminated; may hold zero bytes, see key_bytes
    const char *value; // any bytes, terminated
    uint64_t key_bytes;
    uint64_t value_bytes;
} ali_pair;

// A type, as data.
typedef struct ali_type_info {
    uint32_t size_bytes; // of this struct: sizeof(ali_type_info), set by the caller
    uint32_t kind;       // ALI_TYPE_INT, ...
    uint32_t bits;       // width of a value in memory: 1 for bool, 0 for text, binary, nested kinds
    uint32_t is_signed;  // ALI_TYPE_INT: 1 if signed
    uint32_t unit;       // times: ALI_UNIT_MILLI, ...; ALI_TYPE_INTERVAL: bits tell (32: months;
                         // 64: days, ms; 128: months, days, ns)
    int32_t precision;   // decimals: digits in all
    int32_t scale;       // decimals: digits after the point
    uint32_t zone_bytes; // timestamps: length of `zone`
    const char *zone;    // timestamps: time zone, "" for a wall clock without one; terminated
    uint32_t children_count;  // nested kinds: fields below, see ali_type_child()
    uint32_t list_size;       // ALI_TYPE_FIXED_LIST: items of each list
    uint32_t index_bits;      // Arrow dictionary types: 8 to 64, width of the file's codes; else 0
    uint32_t index_is_signed; // and whether these are signed
    uint32_t flags;           // ALI_TYPE_IS_ORDERED, ...
    uint32_t extension;       // ALI_EXTENSION_NONE, ...
    const int8_t *type_ids;   // ALI_TYPE_UNION: the id of each child; else NULL
} ali_type_info;

// A field of a schema, as data.
typedef struct ali_field_info {
    uint32_t size_bytes; // of this struct: sizeof(ali_field_info), set by the caller
    uint32_t nullable;   // 1 if the schema allows nulls
    const char *name;    // UTF-8, terminated; may hold zero bytes, see name_bytes
    uint64_t name_bytes; // length of `name`
    const ali_type *type;
    const ali_pair *metadata; // the field's own, among it the names of extension types
    uint32_t metadata_count;
    uint32_t reserved; // 0
} ali_field_info;

// Bytes somewhere in memory.
typedef struct ali_bytes {
    const uint8_t *data;
    uint64_t count_bytes;
} ali_bytes;

// A column of a batch, as data. All pointers are aligned to 64 bytes, or to 8 where the buffer is a
// slice of fetched bytes, but `data` and `buffers`, which may begin anywhere. Contents in null
// slots are zero for fixed-width values and codes, empty for text; a null list may span items.
//
// What the areas hold, by the type's kind:
//
//     fixed width        values: `bits` each, booleans as a bitmap, LSB first
//     text, binary       offsets into data: length + 1, the first is 0
//     views              values: 16 bytes each, which point into `buffers` by number
//     list, map          offsets into child 0: length + 1, the first is 0; a map's child is a
//                        struct of key and value
//     list views         offsets and, in values, sizes: `length` each, into child 0
//     fixed lists        child 0 has length * list_size rows
//     struct             children of the same length
//     union              values: an int8_t type id each; dense ones also int32_t offsets
//     run-end encoded    child 0 the run ends, child 1 the values
//     null               nothing
typedef struct ali_column_info {
    uint32_t size_bytes;     // of this struct: sizeof(ali_column_info), set by the caller
    uint32_t encoding;       // ALI_ENCODING_PLAIN, ALI_ENCODING_DICTIONARY
    uint64_t length;         // rows
    uint64_t null_count;     // rows that are null
    const ali_type *type;    // of the schema's field
    const uint8_t *validity; // bitmap of `length` bits, LSB first; NULL if null_count is 0
    const void *values;      // PLAIN: see above; DICTIONARY: int32_t codes, 0 <= code < length of
                             // the dictionary
    const void *offsets;     // int32_t, for large kinds int64_t
    const uint8_t *data;     // PLAIN text and binary: the bytes of all values
    const ali_column *dictionary; // DICTIONARY: a PLAIN column without nulls; else NULL
    uint64_t dictionary_id;       // DICTIONARY: equal ids mean the very same dictionary; else 0
    uint64_t values_bytes;        // sizes of the areas above
    uint64_t data_bytes;
    const ali_bytes *buffers; // views: the buffers that they point into
    uint32_t buffers_count;
    uint32_t children_count; // see ali_column_child(); 0 where the column is DICTIONARY
} ali_column_info;

// Counts one reference more.
ALI_API void ali_schema_retain(ali_schema *schema);

// Counts one reference less and frees with the last. NULL is allowed.
ALI_API void ali_schema_release(ali_schema *schema);

// The number of fields, without those inside nested ones.
ALI_API uint32_t ali_schema_count(const ali_schema *schema);

// The metadata that the schema itself carries: *count pairs.
//
// Ownership: borrowed from the schema.
ALI_API const ali_pair *ali_schema_metadata(const ali_schema *schema, uint32_t *count);

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

// Describes field `index` of those directly below a nested type: the item of a list, the members of
// a struct, the entries of a map, the variants of a union, run ends and values.
//
// Ownership: strings and type are borrowed from the type's schema.
// Returns:   ALI_OK; ALI_ERR_ARGUMENT for an index out of range or a wrong info->size_bytes.
ALI_API ALI_CHECKED ali_status ali_type_child(const ali_type *type, uint32_t index,
                                              ali_field_info *info);

// Spells a type: "int32", "uint8", "float64", "utf8", "binary", "bool", "date32", "date64",
// "time64[us]", "timestamp[ms]", "timestamp[us, UTC]", "decimal128(12, 2)", "fixed_binary(16)",
// "list<int32>", "fixed_list<float32, 3>", "struct<a: int32, b: utf8>", "map<utf8, int64>",
// "dense_union<0: int32, 5: utf8>", "run_end<int32, utf8>", "dictionary<utf8, int8>"; extension
// types that are known by their own names: "uuid", "json", "variant", "wkb".
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

// Column `index` of those below a nested one; a member of a struct has as many rows as the struct.
//
// Ownership: borrowed from the batch.
// Returns:   NULL for an index out of range, and for columns that are DICTIONARY: there the
//            dictionary has the children.
ALI_API const ali_column *ali_column_child(const ali_column *column, uint32_t index);

// Makes a batch of the same rows in which every column, at every depth, is PLAIN. Columns that are
// so already are shared, not copied.
//
// Ownership: the caller releases *plain.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT if a column would hold 2^31 bytes or more.
ALI_API ALI_CHECKED ali_status ali_batch_decode(ali_context *context, ali_batch *batch,
                                                ali_batch **plain);

// Makes a batch of the same rows that fewer kinds make up, for those who spell or draw values. Its
// schema is another where the batch's is not simple:
//
//     large text, binary and lists   have offsets of 32 bits
//     views of text and binary       are plain text and binary
//     list views                     are lists
//     run-end encoded columns        are columns of their values' type
//     dictionaries                   only of text and binary, at any depth; others are PLAIN
//
// Everything else is shared, not copied.
//
// Ownership: the caller releases *simple. A batch that is simple already is retained as it is.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT, naming the column, if offsets of 32 bits do not
//            reach.
ALI_API ALI_CHECKED ali_status ali_batch_simplify(ali_context *context, ali_batch *batch,
                                                  ali_batch **simple);

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

// Exports a schema as an Arrow struct type with one child a field; metadata, the names of extension
// types among it, stands in its binary form.
//
// Ownership: the caller's; out->release(out) ends it, after the context too.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_UNSUPPORTED for a name that holds a zero byte.
ALI_API ALI_CHECKED ali_status ali_schema_export(ali_context *context, const ali_schema *schema,
                                                 struct ArrowSchema *out);

// Exports a batch as an Arrow struct array with one child a column. No values are copied: the array
// retains the batch. Columns whose type is a dictionary stay so, with codes of the type's width;
// others that are dictionary-encoded are decoded first, so that array and schema fit.
//
// Ownership: the caller's; out->release(out) ends it, on any thread, after the context too.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT as ali_batch_decode(); ALI_ERR_STATE if a column
//            whose type is a dictionary has been decoded.
ALI_API ALI_CHECKED ali_status ali_batch_export(ali_context *context, ali_batch *batch,
                                                struct ArrowArray *out);

// Imports an Arrow struct type as a schema with a field for each child.
//
// Ownership: `in` is released, also after an error; the caller releases *schema.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_TYPE for what is no struct; ALI_ERR_CORRUPT for
//            structs that do not fit together; ALI_ERR_LIMIT for too many fields or too deep a
//            nesting; ALI_ERR_UNSUPPORTED for a format that is not known.
ALI_API ALI_CHECKED ali_status ali_schema_import(ali_context *context, struct ArrowSchema *in,
                                                 ali_schema **schema);

// Imports an Arrow struct array as a batch of `schema`, which its type must have been. Values are
// not copied: the batch's buffers are the array's, which is released with the last of them. What
// offsets, codes, type ids, views and run ends lead to is checked; text need not be valid UTF-8.
// Trusted is that each buffer is as long as lengths and offsets say.
//
// Ownership: `array` is taken over, also after an error: array->release becomes NULL. The caller
//            releases *batch, on any thread where array->release may be called on any.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_CORRUPT, naming the column, for an array that does not
//            fit the schema or itself; ALI_ERR_UNSUPPORTED for rows that are null as a whole.
ALI_API ALI_CHECKED ali_status ali_batch_import(ali_context *context, ali_schema *schema,
                                                struct ArrowArray *array, ali_batch **batch);

#ifdef __cplusplus
}
#endif
#endif
