// format/parquet/parquet.h: what the parts of the Parquet reader share: an opened file's state, its
// columns, and the task that scans.
#ifndef ALI_FORMAT_PARQUET_PARQUET_H
#define ALI_FORMAT_PARQUET_PARQUET_H

#include "format/format.h"
#include "format/parquet/meta.h"

// Why a column can't be read.
enum {
    ALI_PARQUET_READABLE,
    ALI_PARQUET_NOT_FLAT,      // nested or repeated
    ALI_PARQUET_TOO_WIDE,      // values that no page may hold
    ALI_PARQUET_BAD_LOGICAL,   // `reason` names the logical type
    ALI_PARQUET_BAD_ANNOTATION // `reason` names a logical type that contradicts the physical one
};

// How a column's values come from how they are stored.
enum {
    ALI_PARQUET_FORM_COPY,     // they lie in memory as they are stored
    ALI_PARQUET_FORM_NARROW,   // INT32 to integers of 8 or 16 bits
    ALI_PARQUET_FORM_WIDEN,    // INT32 and INT64 to decimals
    ALI_PARQUET_FORM_DECIMAL,  // byte arrays to decimals
    ALI_PARQUET_FORM_NANOS,    // INT96 to nanoseconds
    ALI_PARQUET_FORM_MICROS,   // INT96 to microseconds
    ALI_PARQUET_FORM_INTERVAL, // to months, days and nanoseconds
    ALI_PARQUET_FORM_BITS,     // booleans
    ALI_PARQUET_FORM_TEXT,     // text and binary: offsets and data
    ALI_PARQUET_FORM_NULL      // nothing but nulls
};

// A top-level field of the schema.
typedef struct ali_parquet_column {
    ali_thrift_text name;
    uint32_t leaf;         // index of its first chunk in each row group
    int32_t type;          // physical, ALI_PARQUET_INT32, ...
    uint32_t refusal;      // ALI_PARQUET_READABLE, ...
    const char *reason;    // a constant
    const char *extension; // name of the extension type, a constant; NULL: none
    uint32_t width;        // of a value in memory; 0: text, binary, booleans
    uint32_t stored_bytes; // of a value in a page; 0: byte arrays, booleans
    uint8_t form;          // ALI_PARQUET_FORM_COPY, ...
    bool is_signed;
    bool is_optional;
} ali_parquet_column;

// What is kept of an opened file (ali_file.state). It lies in its own arena.
typedef struct ali_parquet_state {
    ali_arena arena;
    ali_buf *footer; // the text of `meta` points into it
    uint64_t footer_offset_bytes;
    ali_parquet_file_meta meta;
    ali_parquet_column *columns;
    uint32_t columns_count;
    uint32_t leaves_count;
    bool verifies_checksums;
} ali_parquet_state;

// How far the elements of a schema have become columns. Zero at first.
typedef struct ali_parquet_schema_reader {
    ali_field *fields;
    ali_type *types;
    uint64_t at;         // elements taken
    uint32_t column;     // columns made
    uint32_t int96_unit; // ALI_UNIT_NANO, ALI_UNIT_MICRO
} ali_parquet_schema_reader;

// Makes columns and schema out of the elements of state->meta, in pieces.
//
// Returns:   ALI_OK: *schema is made. ALI_YIELD: there is more.
ALI_CHECKED ali_status ali_parquet_step_schema(ali_context *ctx, ali_parquet_state *state,
                                               ali_parquet_schema_reader *reader,
                                               ali_schema **schema);

// types.c: the Arrow type of a leaf; fills in how its values are stored, and why they can't be
// read.
ali_type ali_parquet_leaf_type(const ali_parquet_element *element, ali_parquet_column *column,
                               uint32_t int96_unit);

// types.c: the metadata of a leaf's field: its extension type. It lies in the arena.
ALI_CHECKED ali_status ali_parquet_leaf_metadata(ali_arena *arena,
                                                 const ali_parquet_element *element,
                                                 const ali_parquet_column *column,
                                                 ali_field *field);

// Fails with the reason why a column can't be read.
ALI_CHECKED ali_status ali_parquet_refuse(ali_context *ctx, const ali_parquet_column *column);

// Row group `index` of a file.
static inline ali_parquet_row_group *ali_parquet_row_group_at(const ali_parquet_state *state,
                                                              uint64_t index) {
    return (ali_parquet_row_group *)state->meta.row_groups.items + index;
}

// See ali_format.
ALI_CHECKED ali_status ali_parquet_scan_start(ali_task *parent, ali_file *file,
                                              const ali_projection *projection, ali_task **task);

#endif
