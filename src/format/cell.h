// format/cell.h: the values of a column in text, as docs/contracts/values.md spells them. Text
// itself is left to the formats, which escape it each in its way, and nested values to
// format/json_text.h. Batches are simple ones: see ali_batch_simplify().
#ifndef ALI_FORMAT_CELL_H
#define ALI_FORMAT_CELL_H

#include "column/column.h"

// What a column's values look like to the text formats.
enum {
    ALI_CELL_NULL = 0,
    ALI_CELL_TEXT = 1,   // utf8: bytes that the format escapes
    ALI_CELL_PLAIN = 2,  // spelled bare: numbers, booleans
    ALI_CELL_STRING = 3, // JSON wants quotes: dates, decimals, hexadecimal digits
    ALI_CELL_NESTED = 4  // spelled as JSON: lists, structs, maps, unions, intervals
};

// A column ready to be spelled, borrowed from its batch.
typedef struct ali_cell {
    const ali_type *type;
    const uint8_t *validity; // NULL if there are no nulls
    const int32_t *codes;    // NULL if the values are plain
    const uint8_t *values;   // of the column, or of its dictionary
    const int32_t *offsets;  // of text, binary, lists, dense unions
    const uint8_t *data;
    uint32_t kind;        // ALI_CELL_TEXT, ...
    uint32_t bytes_bound; // of a value that is not TEXT or BINARY, spelled
} ali_cell;

void ali_cell_init(ali_cell *cell, const ali_column *column);

// Tells if cells of a type are NESTED.
bool ali_cell_is_nested(const ali_type *type);

// Fails with ALI_ERR_UNSUPPORTED, naming the column, if a schema has decimals with so many digits
// after (or zeros before) the point that nobody wants to read them.
ALI_CHECKED ali_status ali_cell_check(ali_context *ctx, const ali_schema *schema);

static inline bool ali_cell_is_valid(const ali_cell *cell, uint64_t row) {
    return cell->validity == NULL || (cell->validity[row >> 3] >> (row & 7) & 1) != 0;
}

// The bytes of a text or binary value.
static inline const uint8_t *ali_cell_bytes(const ali_cell *cell, uint64_t row,
                                            uint64_t *count_bytes) {
    const uint64_t index = cell->codes == NULL ? row : (uint64_t)cell->codes[row];
    const int32_t start = cell->offsets[index];
    *count_bytes = (uint64_t)(cell->offsets[index + 1] - start);
    return cell->data + start;
}

// Spells a value that is not null, not TEXT and, but for intervals, not NESTED. Sets *is_string if
// JSON wants quotes around this very value: an integer beyond +-9007199254740991, NaN, an infinity.
// Writes at most cell->bytes_bound bytes, or two for each byte of BINARY.
//
// Returns:   where the bytes end.
uint8_t *ali_cell_print(const ali_cell *cell, uint64_t row, uint8_t *to, bool *is_string);

// The bytes at most of rows [first, first + rows) of a BINARY column, spelled, or of a TEXT column
// before it is escaped.
uint64_t ali_cell_sum_bytes(const ali_cell *cell, uint64_t first, uint64_t rows);

#endif
