// format/json/write.c: JSON lines, one object a row, and JSON, one array of such objects (RFC
// 8259). Members stand in the order of the schema; duplicate names are kept. Values:
// docs/contracts/values.md. Left out: nested types.
#include "format/cell.h"
#include "format/writer.h"
#include "wire/json_write.h"

// Rows of a block are so many that its fixed part stays near this.
#define BLOCK_BYTES 65536u
#define BLOCK_ROWS_MAX 1024u
// A block of long texts has fewer rows, so that their bytes stay below this where a row's do.
#define BLOCK_TEXT (UINT64_C(1) << 18)

typedef struct json_state {
    ali_cell *cells;
    ali_buf *keys;      // of each column: "{" or ",", the name in quotes, ":"
    uint64_t *key_ends; // in `keys`
    uint64_t rows;      // written so far
} json_state;

static uint64_t cells_bytes(const ali_writer *writer) {
    return (uint64_t)writer->schema->count * sizeof(ali_cell);
}

static uint64_t ends_bytes(const ali_writer *writer) {
    return (uint64_t)writer->schema->count * sizeof(uint64_t);
}

static ali_status spell_keys(ali_writer *writer, json_state *state) {
    const ali_schema *schema = writer->schema;
    uint64_t bound = 0;
    for (uint32_t i = 0; i < schema->count; i += 1) {
        const ali_field *field = ali_schema_field(schema, i);
        bound += 4 + ali_json_text_bound((const uint8_t *)field->name, field->name_bytes);
    }
    ALI_TRY(ali_buf_new(writer->ctx, bound, &state->keys));
    uint8_t *to = state->keys->data;
    for (uint32_t i = 0; i < schema->count; i += 1) {
        const ali_field *field = ali_schema_field(schema, i);
        to[0] = i == 0 ? '{' : ',';
        to[1] = '"';
        to = ali_json_put_text(to + 2, (const uint8_t *)field->name, field->name_bytes,
                               &writer->warnings);
        to[0] = '"';
        to[1] = ':';
        to += 2;
        state->key_ends[i] = (uint64_t)(to - state->keys->data);
        ALI_ASSERT(state->key_ends[i] <= bound);
    }
    return ALI_OK;
}

static ali_status begin(ali_writer *writer, void *opaque) {
    json_state *state = opaque;
    void *pointer = NULL;
    ALI_TRY(ali_writer_check_types(writer, "JSON"));
    ALI_TRY(ali_mem_new(writer->ctx, cells_bytes(writer), &pointer));
    state->cells = pointer;
    ALI_TRY(ali_mem_new(writer->ctx, ends_bytes(writer), &pointer));
    state->key_ends = pointer;
    return spell_keys(writer, state);
}

// --- rows ----------------------------------------------------------------------------------------

static uint8_t *put_cell(uint8_t *to, const ali_cell *cell, uint64_t row, uint64_t *replaced) {
    if (cell->kind == ALI_CELL_NULL || !ali_cell_is_valid(cell, row)) {
        ali_copy(to, "null", 4);
        return to + 4;
    }
    if (cell->kind == ALI_CELL_TEXT) {
        uint64_t count_bytes = 0;
        const uint8_t *bytes = ali_cell_bytes(cell, row, &count_bytes);
        to[0] = '"';
        to = ali_json_put_text(to + 1, bytes, count_bytes, replaced);
        to[0] = '"';
        return to + 1;
    }
    bool is_string = false;
    to[0] = '"';
    uint8_t *start = cell->kind == ALI_CELL_STRING ? to + 1 : to;
    uint8_t *end = ali_cell_print(cell, row, start, &is_string);
    if (!is_string) return end;
    if (start == to) { // rare: an integer or float that JSON cannot hold
        for (uint8_t *at = end; at > to; at -= 1) at[0] = at[-1];
        to[0] = '"';
        end += 1;
    }
    end[0] = '"';
    return end + 1;
}

static uint8_t *put_row(uint8_t *to, const ali_writer *writer, const json_state *state,
                        uint64_t row, uint64_t *replaced) {
    const uint8_t *keys = state->keys->data;
    uint64_t key = 0;
    for (uint32_t i = 0; i < writer->schema->count; i += 1) {
        const uint64_t end = state->key_ends[i];
        ali_copy(to, keys + key, (size_t)(end - key));
        to = put_cell(to + (end - key), &state->cells[i], row, replaced);
        key = end;
    }
    if (writer->schema->count == 0) {
        to[0] = '{';
        to += 1;
    }
    to[0] = '}';
    return to + 1;
}

// Escaped bytes at most of a text column's rows.
static uint64_t text_bound(const ali_cell *cell, uint64_t first, uint64_t rows) {
    uint64_t bound = 0;
    if (cell->codes == NULL) {
        const int32_t start = cell->offsets[first];
        return ali_json_text_bound(cell->data + start,
                                   (uint64_t)(cell->offsets[first + rows] - start));
    }
    for (uint64_t row = first; row < first + rows; row += 1) {
        uint64_t count_bytes = 0;
        if (!ali_cell_is_valid(cell, row)) continue;
        const uint8_t *bytes = ali_cell_bytes(cell, row, &count_bytes);
        bound += ali_json_text_bound(bytes, count_bytes);
    }
    return bound;
}

// Bytes of a row at most, without text and binary values.
static uint64_t fixed_bound(const ali_writer *writer, const json_state *state) {
    uint64_t bound = 8 + state->keys->size_bytes;
    for (uint32_t i = 0; i < writer->schema->count; i += 1) {
        bound += 6 + state->cells[i].bytes_bound;
    }
    return bound;
}

static uint64_t block_bound(const ali_writer *writer, const json_state *state, uint64_t row_bytes,
                            uint64_t first, uint64_t rows) {
    uint64_t bound = row_bytes * rows;
    for (uint32_t i = 0; i < writer->schema->count; i += 1) {
        const ali_cell *cell = &state->cells[i];
        if (!ali_type_is_bytes(cell->type)) continue;
        bound += cell->kind == ALI_CELL_TEXT ? text_bound(cell, first, rows)
                                             : ali_cell_sum_bytes(cell, first, rows);
    }
    return bound;
}

// Bytes of the text and binary values of some rows, before they are escaped.
static uint64_t sum_bytes(const ali_writer *writer, const json_state *state, uint64_t first,
                          uint64_t rows) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < writer->schema->count; i += 1) {
        const ali_cell *cell = &state->cells[i];
        if (ali_type_is_bytes(cell->type)) sum += ali_cell_sum_bytes(cell, first, rows);
    }
    return sum;
}

// What stands between rows, and how a format begins and ends.
typedef struct json_style {
    const char *first;
    const char *between;
    const char *last;
} json_style;

static uint8_t *put_word(uint8_t *to, const char *word) {
    for (; *word != 0; word += 1) {
        *to = (uint8_t)*word;
        to += 1;
    }
    return to;
}

static ali_status put_some(ali_writer *writer, json_state *state, const ali_batch *batch,
                           const json_style *style, uint64_t *row, uint64_t end_row) {
    for (uint32_t i = 0; i < batch->schema->count; i += 1) {
        ali_cell_init(&state->cells[i], ali_batch_at(batch, i));
    }
    const uint64_t row_bytes = fixed_bound(writer, state);
    const uint64_t step = ali_max_u64(1, ali_min_u64(BLOCK_ROWS_MAX, BLOCK_BYTES / row_bytes));
    uint64_t written = state->rows;
    while (*row < end_row && !ali_writer_is_full(writer)) {
        uint64_t rows = ali_min_u64(step, end_row - *row);
        while (rows > 1 && sum_bytes(writer, state, *row, rows) > BLOCK_TEXT) rows /= 2;
        const uint64_t bound = block_bound(writer, state, row_bytes, *row, rows);
        uint8_t *to = NULL;
        ALI_TRY(ali_writer_reserve(writer, bound, &to));
        const uint8_t *limit = to + bound;
        for (const uint64_t end = *row + rows; *row < end; *row += 1) {
            to = put_word(to, written == 0 ? style->first : style->between);
            to = put_row(to, writer, state, *row, &writer->warnings);
            to = put_word(to, style->last);
            written += 1;
        }
        ALI_ASSERT(to <= limit);
        (void)limit;
        ali_writer_advance(writer, to);
    }
    state->rows = written;
    return ALI_OK;
}

static void clear(ali_writer *writer, void *opaque) {
    json_state *state = opaque;
    ali_buf_release(state->keys);
    ali_mem_free(writer->ctx, state->cells, cells_bytes(writer));
    ali_mem_free(writer->ctx, state->key_ends, ends_bytes(writer));
}

// --- the writer's classes ------------------------------------------------------------------------

static ali_status put_lines(ali_writer *writer, void *opaque, ali_batch *batch, uint64_t *row,
                            uint64_t end_row) {
    static const json_style style = {"", "", "\n"};
    return put_some(writer, opaque, batch, &style, row, end_row);
}

static ali_status finish_lines(ali_writer *writer, void *opaque) {
    (void)writer;
    (void)opaque;
    return ALI_OK;
}

static ali_status put_array(ali_writer *writer, void *opaque, ali_batch *batch, uint64_t *row,
                            uint64_t end_row) {
    static const json_style style = {"[\n", ",\n", ""};
    return put_some(writer, opaque, batch, &style, row, end_row);
}

static ali_status finish_array(ali_writer *writer, void *opaque) {
    const json_state *state = opaque;
    uint8_t *to = NULL;
    ALI_TRY(ali_writer_reserve(writer, 4, &to));
    ali_writer_advance(writer, put_word(to, state->rows == 0 ? "[]\n" : "\n]\n"));
    return ALI_OK;
}

const ali_writer_class ali_writer_jsonl = {
    .name = "jsonl",
    .state_bytes = sizeof(json_state),
    .begin = begin,
    .put_rows = put_lines,
    .finish = finish_lines,
    .clear = clear,
};

const ali_writer_class ali_writer_json = {
    .name = "json",
    .state_bytes = sizeof(json_state),
    .begin = begin,
    .put_rows = put_array,
    .finish = finish_array,
    .clear = clear,
};
