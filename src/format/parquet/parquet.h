// format/parquet/parquet.h: what the parts of the Parquet reader share: an opened file's state, its
// columns, and the task that scans.
#ifndef ALI_FORMAT_PARQUET_PARQUET_H
#define ALI_FORMAT_PARQUET_PARQUET_H

#include "format/format.h"
#include "format/parquet/meta.h"

// Why a column can't be read.
enum {
    ALI_PARQUET_READABLE,
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

// The most that depth_max can be.
#define ALI_PARQUET_DEPTH_MAX 64u

// A node of the file's schema (state->nodes has one for each), by the levels that tell of it
// (parquet-format, README, "Nested Encoding").
typedef struct ali_parquet_node {
    uint32_t element;
    uint32_t leaf;      // index of its column; ALI_PARQUET_NO_LEAF: it has fields below, or nothing
    uint8_t definition; // definition level from which on it is not null
    uint8_t repetition; // lists that it lies in
    uint8_t present;    // definition level from which on the nearest of these has an item
    bool is_variant;
    bool is_shredded; // a Variant that is not shown as it is stored
} ali_parquet_node;

#define ALI_PARQUET_NO_LEAF UINT32_MAX

// A column: a field of the schema that has values.
typedef struct ali_parquet_column {
    ali_thrift_text name;  // without those of the groups around it
    uint32_t leaf;         // index of its chunk in each row group
    uint32_t element;      // of the schema
    int32_t type;          // physical, ALI_PARQUET_INT32, ...
    uint32_t refusal;      // ALI_PARQUET_READABLE, ...
    const char *reason;    // a constant
    const char *extension; // name of the extension type, a constant; NULL: none
    uint32_t width;        // of a value in memory; 0: text, binary, booleans
    uint32_t stored_bytes; // of a value in a page; 0: byte arrays, booleans
    uint8_t form;          // ALI_PARQUET_FORM_COPY, ...
    uint8_t definition;    // highest levels
    uint8_t repetition;
    bool is_signed;
    bool is_optional; // it, or a field around it
} ali_parquet_column;

// What is kept of an opened file (ali_file.state). It lies in its own arena.
typedef struct ali_parquet_state {
    uint32_t references; // of files: a summary and those that it tells of
    ali_arena arena;
    ali_buf *footer; // the text of `meta` points into it
    uint64_t footer_offset_bytes;
    ali_parquet_file_meta meta;
    ali_parquet_column *columns; // one for each chunk of a row group
    ali_parquet_node *nodes;     // one for each node of the schema
    uint32_t columns_count;
    uint32_t nodes_count;
    ali_schema *stored;           // NULL: the file's schema is shown as it is stored
    const uint32_t *stored_nodes; // for each node of the file's schema, the one it comes from
    bool verifies_checksums;
    bool is_summary; // some row groups lie in other files
} ali_parquet_state;

// A group of the schema whose children are not all there, and the levels of what lies in it.
typedef struct ali_parquet_open {
    uint32_t left; // children to come
    uint8_t shape;
    uint8_t definition;
    uint8_t repetition;
    uint8_t present;
} ali_parquet_open;

// How far the elements of a schema have become nodes. Zero at first.
typedef struct ali_parquet_schema_reader {
    ali_field *fields;
    ali_type *types;
    uint64_t at;         // elements taken
    uint32_t int96_unit; // ALI_UNIT_NANO, ALI_UNIT_MICRO
    uint32_t depth;
    ali_parquet_open open[ALI_PARQUET_DEPTH_MAX + 2];
} ali_parquet_schema_reader;

// tree.c: makes nodes, columns and schema out of the elements of state->meta, in pieces.
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

// Bytes of a path in messages.
#define ALI_PARQUET_PATH_BYTES 160u

// tree.c: writes a column's path, "a.list.element", without a final zero; what does not fit is cut.
//
// Returns:   bytes written.
size_t ali_parquet_path(const ali_parquet_state *state, const ali_parquet_column *column,
                        char *text, size_t capacity);

// schema.c: fails with the reason why a column can't be read.
ALI_CHECKED ali_status ali_parquet_refuse(ali_context *ctx, const ali_parquet_column *column);

// summary.c: checks where a chunk's row group lies: all of it in one file. Notes what is found in
// state->is_summary.
ALI_CHECKED ali_status ali_parquet_check_place(ali_context *ctx, ali_parquet_state *state,
                                               const ali_parquet_chunk *chunk, uint32_t group);

// summary.c: see ali_format.
ALI_CHECKED ali_status ali_parquet_next_part(ali_file *file, uint64_t *group,
                                             ali_format_part *part);

// Row group `index` of a file.
static inline ali_parquet_row_group *ali_parquet_row_group_at(const ali_parquet_state *state,
                                                              uint64_t index) {
    return (ali_parquet_row_group *)state->meta.row_groups.items + index;
}

// See ali_format.
ALI_CHECKED ali_status ali_parquet_scan_start(ali_task *parent, ali_file *file,
                                              const ali_projection *projection, ali_task **task);

#endif
