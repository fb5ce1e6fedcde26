// column/column.h: types, schemas, columns and batches from within. Layouts: include/alimentar/
// column.h.
#ifndef ALI_COLUMN_COLUMN_H
#define ALI_COLUMN_COLUMN_H

#include "alimentar/column.h"
#include "base/arena.h"
#include "base/buf.h"

typedef struct ali_field ali_field;

// Nested types inside one another at most.
#define ALI_TYPE_DEPTH_MAX 64u

// Schemas, batches and dictionaries keep nested things in *pre-order*: a field, then the fields
// below it, each with its own below it, then the next field. `span` tells how many that are, so a
// field's next sibling is field + span, and loops go forward over arrays where others recurse.
struct ali_type {
    uint8_t kind; // ALI_TYPE_INT, ...
    uint8_t unit; // ALI_UNIT_MILLI, ...
    uint8_t is_signed;
    uint8_t extension;  // ALI_EXTENSION_NONE, ...; filled in by ali_schema_new()
    uint8_t flags;      // ALI_TYPE_IS_ORDERED, ...
    uint8_t index_bits; // Arrow dictionary types: 8, 16, 32, 64; else 0
    uint8_t index_is_signed;
    uint8_t reserved;
    uint32_t bits; // of a value in memory: 1 for bool, 0 for text, binary, nested kinds
    int32_t precision;
    int32_t scale;
    uint32_t list_size;        // FIXED_LIST
    uint32_t children_count;   // fields directly below
    uint32_t span;             // with all fields below; filled in by ali_schema_new()
    const ali_field *children; // the first field below; filled in by ali_schema_new()
    const int8_t *type_ids;    // UNION: one for each child
    const char *zone;          // "" if none; NULL is taken for ""
};

struct ali_field {
    const char *name; // terminated; may hold zero bytes
    uint64_t name_bytes;
    const ali_type *type;
    bool is_nullable;
    uint32_t metadata_count;
    const ali_pair *metadata;
};

// A schema lives in one block of memory of its own: fields, types, strings. It may outlive its
// context.
struct ali_schema {
    ali_home *home;
    uint64_t block_bytes;
    uint32_t references;
    uint32_t count;       // fields at the top
    uint32_t nodes_count; // all fields
    uint32_t metadata_count;
    ali_field *nodes; // all fields in pre-order
    uint32_t *roots;  // the node of each field at the top
    const ali_pair *metadata;
};

// Makes a schema of copies of `nodes`, all fields in pre-order, whose types say how many children
// they have, with types, strings and metadata.
//
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT for types deeper than ALI_TYPE_DEPTH_MAX.
ALI_CHECKED ali_status ali_schema_new(ali_context *ctx, const ali_field *nodes,
                                      uint32_t nodes_count, const ali_pair *metadata,
                                      uint32_t metadata_count, ali_schema **schema);

// Makes a schema of some nodes of another, with its metadata: `kept` lists them, for each field at
// the top that one, and below it either all fields or the way to one field with all below that. A
// field with one kept below it has no metadata, and is a list where it was a map.
ALI_CHECKED ali_status ali_schema_prune(ali_context *ctx, const ali_schema *schema,
                                        const uint32_t *kept, uint32_t count, ali_schema **pruned);

// Tells if two schemas have the same names and types, all the way down.
bool ali_schema_is_same(const ali_schema *a, const ali_schema *b);

// Tells if two fields have the same type, all the way down; their own names do not count, nor do
// those of lists' items and maps' entries.
bool ali_field_is_same_type(const ali_field *a, const ali_field *b);

// Field `index` of those at the top.
static inline const ali_field *ali_schema_field(const ali_schema *schema, uint32_t index) {
    return &schema->nodes[schema->roots[index]];
}

// The value of a field's metadata by its key, or NULL.
const ali_pair *ali_field_pair(const ali_field *field, const char *key);

// The key under which fields carry the name of an extension type.
#define ALI_EXTENSION_KEY "ARROW:extension:name"

// Bytes of a fixed-width value; 0 for text and binary, and for bool (a bitmap).
uint32_t ali_type_width(const ali_type *type);

// A type has offsets and data (utf8, binary).
bool ali_type_is_bytes(const ali_type *type);

// The same with offsets of 64 bits; with 16-byte views.
bool ali_type_is_large_bytes(const ali_type *type);
bool ali_type_is_view(const ali_type *type);

// A list of any kind, or a map: one column below holds the items of all rows.
bool ali_type_has_items(const ali_type *type);

// A type whose columns have others below them.
bool ali_type_is_nested(const ali_type *type);

// A dictionary: a plain column without nulls, shared by the columns that use it.
typedef struct ali_dictionary ali_dictionary;

// The buffers that a column of views points into, shared by slices of it.
typedef struct ali_buffers {
    ali_home *home;
    uint32_t references; // natively counted atomically
    uint32_t count;
    ali_bytes *bytes; // of each buffer; in the same block
    ali_buf **items;  // NULL: empty
} ali_buffers;

// What lies where: include/alimentar/column.h, ali_column_info. The columns below a nested one
// follow it, in pre-order. Of a DICTIONARY column they are empty: the dictionary has them.
struct ali_column {
    const ali_type *type; // borrowed from the batch's schema
    uint64_t length;
    uint64_t null_count;
    uint32_t encoding; // ALI_ENCODING_PLAIN, ALI_ENCODING_DICTIONARY
    ali_buf *validity; // NULL if null_count is 0
    ali_buf *values;  // fixed-width values, bitmap of booleans, int32 codes, views, type ids, sizes
    ali_buf *offsets; // int32 or int64
    ali_buf *data;
    ali_buffers *buffers; // views
    ali_dictionary *dictionary;
};

struct ali_dictionary {
    ali_home *home;
    uint32_t references; // natively counted atomically
    uint32_t columns_count;
    uint64_t id;
    ali_dictionary *next; // of those that are being freed together
    ali_schema *schema;   // from which the columns' types are borrowed
    ali_column columns[]; // the values; nested ones with those below them in pre-order
};

struct ali_batch {
    ali_home *home;
    uint32_t references; // natively counted atomically
    ali_schema *schema;
    uint64_t rows;
    ali_column *columns; // one for each of schema->nodes; in the same block
};

// Column `index` of those at the top.
static inline ali_column *ali_batch_at(const ali_batch *batch, uint32_t index) {
    return &batch->columns[batch->schema->roots[index]];
}

// Makes a batch of empty columns, to be filled in before it is shown to anybody. Those at the top
// have `rows` rows, those below them none yet.
//
// Ownership: retains the schema.
ALI_CHECKED ali_status ali_batch_new(ali_context *ctx, ali_schema *schema, uint64_t rows,
                                     ali_batch **batch);

// Makes a dictionary out of a column and those below it (`type->span` columns in pre-order), whose
// buffers it takes over, also when it fails. Retains the schema that holds the column's type.
ALI_CHECKED ali_status ali_dictionary_new(ali_context *ctx, ali_schema *schema, ali_column *columns,
                                          ali_dictionary **dictionary);
ali_dictionary *ali_dictionary_retain(ali_dictionary *dictionary);
void ali_dictionary_release(ali_dictionary *dictionary);

// Makes room for `count` buffers of views, all NULL. ali_buffers_put() fills one in and takes the
// reference over.
ALI_CHECKED ali_status ali_buffers_new(ali_context *ctx, uint32_t count, ali_buffers **buffers);
void ali_buffers_put(ali_buffers *buffers, uint32_t index, ali_buf *buf);
ali_buffers *ali_buffers_retain(ali_buffers *buffers);
void ali_buffers_release(ali_buffers *buffers);

// Turns a dictionary-encoded column into a plain one in place: text, binary or fixed width. (Nested
// values: ali_batch_decode().)
ALI_CHECKED ali_status ali_column_decode(ali_context *ctx, ali_column *column);

// The same; errors name the field.
ALI_CHECKED ali_status ali_column_decode_named(ali_context *ctx, ali_column *column,
                                               const ali_field *field);

// Fails with ALI_ERR_LIMIT: the column (NULL: one without a name) would hold `count` of something,
// "bytes of text", "items", of which its offsets or run ends reach `most`.
ALI_CHECKED ali_status ali_column_fail_long(ali_context *ctx, const ali_field *field,
                                            uint64_t count, const char *what, uint64_t most);

// Makes a batch of the same rows in which DICTIONARY are only columns whose type is a dictionary.
ALI_CHECKED ali_status ali_batch_decode_untyped(ali_context *ctx, ali_batch *batch,
                                                ali_batch **decoded);

// Makes a column, whose type and length are set, and those below it (`type->span` columns in
// pre-order, types set) hold nothing but nulls.
//
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT; ALI_ERR_UNSUPPORTED for unions and run-end
//            encoded columns, which have no nulls of their own.
ALI_CHECKED ali_status ali_column_null(ali_context *ctx, ali_column *column);

// Makes `copy` another owner of the same buffers.
void ali_column_share(ali_column *copy, const ali_column *column);

// Releases a column's buffers and forgets them; not those of the columns below it.
void ali_column_clear(ali_column *column);

// Makes the column `part`, whose length is set, of as many rows of another from `offset` on, with
// the columns below it: `type->span` columns each, all parts empty but for their types. What is
// shared and what is copied: as ali_batch_slice(). After an error the parts are to be cleared.
ALI_CHECKED ali_status ali_column_slice(ali_context *ctx, const ali_column *whole, uint64_t offset,
                                        ali_column *part);

// Makes the column `to` and those below it, all empty but for their types, out of `count` rows of
// another with the same types. `rows` are indexes; a negative one stands for null, which a union
// passes on to its first child. Dictionaries and the buffers of views are shared. After an error
// the columns are to be cleared.
ALI_CHECKED ali_status ali_column_gather(ali_context *ctx, const ali_column *from,
                                         const int64_t *rows, uint64_t count, ali_column *to);

// Makes the columns `to`, empty but for their types, out of a column and those below it: what is
// left without the structs among its first `depth` columns, each of which has one child. What is
// null in a struct becomes null below it. Buffers are shared, but for bitmaps; only a column that
// has values where a struct is null is made anew.
ALI_CHECKED ali_status ali_column_cut(ali_context *ctx, const ali_column *from, uint32_t depth,
                                      ali_column *to);

// The bytes of a value of plain text or binary, of any kind, that is not null.
const uint8_t *ali_column_bytes(const ali_column *column, uint64_t row, uint64_t *count_bytes);

// The schema that ali_batch_simplify() gives the batches of a schema: the same one, retained, if it
// is simple already.
ALI_CHECKED ali_status ali_schema_simplify(ali_context *ctx, ali_schema *schema,
                                           ali_schema **simple);

// Tells if ali_batch_simplify() would give the batch back as it is.
bool ali_batch_is_simple(const ali_batch *batch);

// Run-end encoded columns: where run `run` ends, and the run that holds a row, of the column of run
// ends.
uint64_t ali_column_run_end(const ali_column *ends, uint64_t run);
uint64_t ali_column_find_run(const ali_column *ends, uint64_t row);

// Makes a batch of the rows [offset, offset + rows) of another. Values and text are shared, offsets
// rebased. Bitmaps and values are copied where the slice would not begin at a multiple of 8 bytes.
ALI_CHECKED ali_status ali_batch_slice(ali_context *ctx, ali_batch *batch, uint64_t offset_rows,
                                       uint64_t rows, ali_batch **slice);

static inline bool ali_column_is_valid(const ali_column *column, uint64_t row) {
    return column->validity == NULL || (column->validity->data[row >> 3] >> (row & 7) & 1) != 0;
}

#endif
