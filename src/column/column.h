// column/column.h: types, schemas, columns and batches from within. Layouts: include/alimentar/
// column.h.
#ifndef ALI_COLUMN_COLUMN_H
#define ALI_COLUMN_COLUMN_H

#include "alimentar/column.h"
#include "base/arena.h"
#include "base/buf.h"

struct ali_type {
    uint8_t kind; // ALI_TYPE_INT, ...
    uint8_t unit; // ALI_UNIT_MILLI, ...
    uint8_t is_signed;
    uint8_t reserved;
    uint32_t bits; // of a value in memory: 1 for bool, 0 for text and binary
    int32_t precision;
    int32_t scale;
    const char *zone; // "" if none
};

typedef struct ali_field {
    const char *name; // terminated; may hold zero bytes
    uint64_t name_bytes;
    const ali_type *type;
    bool is_nullable;
} ali_field;

// A schema lives in one block of memory of its own: types, fields, strings. It may outlive its
// context.
struct ali_schema {
    ali_home *home;
    uint64_t block_bytes;
    uint32_t references;
    uint32_t count;
    ali_field *fields;
};

// Makes a schema of copies of `fields`, their types and strings.
ALI_CHECKED ali_status ali_schema_new(ali_context *ctx, const ali_field *fields, uint32_t count,
                                      ali_schema **schema);

// Makes a schema of some fields of another, in the order of `indexes`.
ALI_CHECKED ali_status ali_schema_project(ali_context *ctx, const ali_schema *schema,
                                          const uint32_t *indexes, uint32_t count,
                                          ali_schema **projected);

// Tells if two schemas have the same names and types.
bool ali_schema_is_same(const ali_schema *a, const ali_schema *b);

// Bytes of a fixed-width value; 0 for text and binary, and for bool (a bitmap).
uint32_t ali_type_width(const ali_type *type);

// A type has offsets and data (utf8, binary).
bool ali_type_is_bytes(const ali_type *type);

// A type that columns can hold: no children, no views, no 64-bit offsets.
bool ali_type_is_flat(const ali_type *type);

// A dictionary: a plain column without nulls, shared by the columns that use it.
typedef struct ali_dictionary ali_dictionary;

struct ali_column {
    const ali_type *type; // borrowed from the batch's schema
    uint64_t length;
    uint64_t null_count;
    uint32_t encoding; // ALI_ENCODING_PLAIN, ALI_ENCODING_DICTIONARY
    ali_buf *validity; // NULL if null_count is 0
    ali_buf *values;   // fixed-width values, bitmap of booleans, or int32 codes
    ali_buf *offsets;  // int32 offsets, length + 1
    ali_buf *data;
    ali_dictionary *dictionary;
};

struct ali_dictionary {
    ali_home *home;
    uint32_t references; // natively counted atomically
    uint64_t id;
    ali_column column; // its type is borrowed from `schema`
    ali_schema *schema;
};

struct ali_batch {
    ali_home *home;
    uint32_t references; // natively counted atomically
    ali_schema *schema;
    uint64_t rows;
    uint32_t count;
    ali_column *columns; // in the same block
};

// Makes a batch of empty columns, to be filled in before it is shown to anybody.
//
// Ownership: retains the schema.
ALI_CHECKED ali_status ali_batch_new(ali_context *ctx, ali_schema *schema, uint64_t rows,
                                     ali_batch **batch);

// Makes a dictionary out of a column, whose buffers it takes over, also when it fails. Retains the
// schema that holds the column's type.
ALI_CHECKED ali_status ali_dictionary_new(ali_context *ctx, ali_schema *schema, ali_column *column,
                                          ali_dictionary **dictionary);
ali_dictionary *ali_dictionary_retain(ali_dictionary *dictionary);
void ali_dictionary_release(ali_dictionary *dictionary);

// Turns a dictionary-encoded column into a plain one in place: text, binary or fixed width.
ALI_CHECKED ali_status ali_column_decode(ali_context *ctx, ali_column *column);

// The same; errors name the field.
ALI_CHECKED ali_status ali_column_decode_named(ali_context *ctx, ali_column *column,
                                               const ali_field *field);

// Releases a column's buffers and forgets them.
void ali_column_clear(ali_column *column);

// Makes `part`, of which type and length are set, of as many rows of another column from `offset`
// on. What is shared and what is copied: as ali_batch_slice().
ALI_CHECKED ali_status ali_column_slice(ali_context *ctx, const ali_column *whole, uint64_t offset,
                                        ali_column *part);

// Makes a batch of the rows [offset, offset + rows) of another. Values and text are shared, offsets
// rebased. Bitmaps and values are copied where the slice would not begin at a multiple of 8 bytes.
ALI_CHECKED ali_status ali_batch_slice(ali_context *ctx, ali_batch *batch, uint64_t offset_rows,
                                       uint64_t rows, ali_batch **slice);

static inline bool ali_column_is_valid(const ali_column *column, uint64_t row) {
    return column->validity == NULL || (column->validity->data[row >> 3] >> (row & 7) & 1) != 0;
}

#endif
