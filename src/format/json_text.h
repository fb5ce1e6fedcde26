// format/json_text.h: values of any type as JSON (RFC 8259), nested ones too, spelled as
// docs/contracts/values.md says.
#ifndef ALI_FORMAT_JSON_TEXT_H
#define ALI_FORMAT_JSON_TEXT_H

#include "format/cell.h"

struct ali_json_frame;
struct ali_variant_frame;

// What spells values, and the bytes spelled so far.
typedef struct ali_json_text {
    ali_context *ctx;
    ali_schema *schema; // simple; retained
    ali_cell *cells;    // of each of schema->nodes
    ali_buf *keys;      // of each of schema->nodes: "{" or ",", the name in quotes, ":"
    uint64_t *key_ends; // in `keys`
    struct ali_json_frame *frames;
    struct ali_variant_frame *variants; // NULL until one is met
    ali_buf *out;                       // borrowed; bytes are appended
    uint8_t *to;                        // in `out`: where the next byte goes
    const uint8_t *limit;
    uint64_t start_bytes; // in `out`: where the row begins
    uint32_t node;        // the column on its way
    uint64_t replaced;    // values with invalid UTF-8 so far
    uint64_t first_row;   // rows of earlier batches, which errors count in
    uint64_t row;         // on its way
} ali_json_text;

// Makes ready for batches of the simple form of a schema. A struct of zeros may be cleared.
//
// Returns:   ALI_OK; ALI_ERR_MEMORY.
ALI_CHECKED ali_status ali_json_text_init(ali_json_text *text, ali_context *ctx,
                                          ali_schema *schema);
void ali_json_text_clear(ali_json_text *text);

// Takes the columns of a simple batch.
void ali_json_text_take(ali_json_text *text, const ali_batch *batch);

// Appends a value of field `node`, in pre-order, to what `out` holds of its row; or a row, as an
// object with one member a column.
//
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT for a row of more than 64 MiB; ALI_ERR_CORRUPT
//            for a Variant that is none.
ALI_CHECKED ali_status ali_json_text_put(ali_json_text *text, ali_buf *out, uint32_t node,
                                         uint64_t row);
ALI_CHECKED ali_status ali_json_text_put_row(ali_json_text *text, ali_buf *out, uint64_t row);

// --- for format/variant_text.c -------------------------------------------------------------------

// Makes room for `count_bytes` at text->to.
ALI_CHECKED ali_status ali_json_text_grow(ali_json_text *text, uint64_t count_bytes);

static inline ali_status ali_json_text_room(ali_json_text *text, uint64_t count_bytes) {
    if (ALI_LIKELY((uint64_t)(text->limit - text->to) >= count_bytes)) return ALI_OK;
    return ali_json_text_grow(text, count_bytes);
}

// Appends a string in quotes; a value of a cell that is not nested, intervals excepted.
ALI_CHECKED ali_status ali_json_text_string(ali_json_text *text, const uint8_t *bytes,
                                            uint64_t count_bytes);
ALI_CHECKED ali_status ali_json_text_cell(ali_json_text *text, const ali_cell *cell, uint64_t row);

#endif
