// format/csv/write.c: CSV (RFC 4180) with a header line, commas and line feeds. Quoted are only
// values that hold a comma, a quote, CR or LF, and the empty string, which is thereby told from
// null. Nested values are their JSON text (format/json_text.c). Values: docs/contracts/values.md.
// Left out: other dialects.
#include "base/utf8.h"
#include "format/json_text.h"
#include "format/writer.h"

// Rows of a block are so many that its fixed part stays near this.
#define BLOCK_BYTES 65536u
#define BLOCK_ROWS_MAX 1024u
// A block of long texts has fewer rows, so that its bound stays below this where a row does.
#define BLOCK_BOUND (UINT64_C(1) << 20)

typedef struct csv_state {
    ali_json_text text;    // has the cells
    ali_buf *nested;       // the nested values of a row, spelled
    uint64_t *nested_ends; // in `nested`, of each column
    uint64_t rows;         // written so far
    bool has_nested;
} csv_state;

static uint64_t ends_bytes(const ali_writer *writer) {
    return (uint64_t)writer->schema->count * sizeof(uint64_t);
}

static const ali_cell *cell_of(const csv_state *state, uint32_t column) {
    return &state->text.cells[state->text.schema->roots[column]];
}

// --- text ----------------------------------------------------------------------------------------

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t has_zero(uint64_t word) {
    return (word - EACH(1)) & ~word & EACH(0x80);
}

// What a value holds.
#define HOLDS_QUOTABLE 1u
#define HOLDS_BEYOND_ASCII 2u

static uint32_t look(const uint8_t *text, uint64_t count) {
    uint64_t found = 0;
    uint64_t all = 0;
    uint64_t at = 0;
    for (; at + 8 <= count; at += 8) {
        const uint64_t word = ali_load_u64(text + at);
        found |= has_zero(word ^ EACH(',')) | has_zero(word ^ EACH('"')) |
                 has_zero(word ^ EACH('\n')) | has_zero(word ^ EACH('\r'));
        all |= word & EACH(0x80);
    }
    for (; at < count; at += 1) {
        const uint8_t byte = text[at];
        found |= (uint64_t)((byte == ',') | (byte == '"') | (byte == '\n') | (byte == '\r'));
        all |= byte >> 7;
    }
    return (found != 0 ? HOLDS_QUOTABLE : 0) | (all != 0 ? HOLDS_BEYOND_ASCII : 0);
}

// Copies text with quotes doubled and what is not valid UTF-8 replaced.
static uint8_t *put_careful(uint8_t *to, const uint8_t *text, uint64_t count, uint64_t *replaced) {
    bool is_replaced = false;
    uint64_t at = 0;
    while (at < count) {
        const int32_t step = ali_utf8_step(text + at, count - at);
        if (step < 0) {
            ali_copy(to, ALI_UTF8_REPLACEMENT, ALI_UTF8_REPLACEMENT_BYTES);
            to += ALI_UTF8_REPLACEMENT_BYTES;
            at += (uint32_t)-step;
            is_replaced = true;
            continue;
        }
        if (text[at] == '"') {
            *to = '"';
            to += 1;
        }
        for (int32_t i = 0; i < step; i += 1) to[i] = text[at + (uint32_t)i];
        to += step;
        at += (uint32_t)step;
    }
    *replaced += is_replaced ? 1 : 0;
    return to;
}

static uint8_t *put_text(uint8_t *to, const uint8_t *text, uint64_t count, uint64_t *replaced) {
    const uint32_t holds = look(text, count);
    const bool is_quoted = count == 0 || (holds & HOLDS_QUOTABLE) != 0;
    if (holds == 0 && count > 0) {
        ali_copy(to, text, (size_t)count);
        return to + count;
    }
    if (is_quoted) {
        *to = '"';
        to += 1;
    }
    to = put_careful(to, text, count, replaced);
    if (!is_quoted) return to;
    *to = '"';
    return to + 1;
}

// --- rows ----------------------------------------------------------------------------------------

static uint8_t *put_cell(uint8_t *to, const csv_state *state, uint32_t column, uint64_t row,
                         uint64_t *replaced) {
    const ali_cell *cell = cell_of(state, column);
    if (cell->kind == ALI_CELL_NULL || !ali_cell_is_valid(cell, row)) return to;
    if (cell->kind == ALI_CELL_NESTED) {
        const uint64_t start = column == 0 ? 0 : state->nested_ends[column - 1];
        const uint64_t count_bytes = state->nested_ends[column] - start;
        return put_text(to, state->nested->data + start, count_bytes, replaced);
    }
    if (cell->kind == ALI_CELL_TEXT) {
        uint64_t count_bytes = 0;
        const uint8_t *bytes = ali_cell_bytes(cell, row, &count_bytes);
        return put_text(to, bytes, count_bytes, replaced);
    }
    bool is_string = false;
    uint8_t *end = ali_cell_print(cell, row, to, &is_string);
    return end == to ? put_text(to, NULL, 0, replaced) : end;
}

static uint8_t *put_row(uint8_t *to, const csv_state *state, uint64_t row, uint64_t *replaced) {
    for (uint32_t i = 0; i < state->text.schema->count; i += 1) {
        if (i > 0) {
            *to = ',';
            to += 1;
        }
        to = put_cell(to, state, i, row, replaced);
    }
    *to = '\n';
    return to + 1;
}

// Bytes of a block at most. A byte of text becomes three if it is replaced, two if it is a quote.
static uint64_t block_bound(const csv_state *state, uint64_t row_bytes, uint64_t first,
                            uint64_t rows) {
    uint64_t bound = row_bytes * rows;
    for (uint32_t i = 0; i < state->text.schema->count; i += 1) {
        const ali_cell *cell = cell_of(state, i);
        if (!ali_type_is_bytes(cell->type)) continue;
        const uint64_t bytes = ali_cell_sum_bytes(cell, first, rows);
        bound += cell->kind == ALI_CELL_TEXT ? 3 * bytes : bytes;
    }
    return bound + (state->has_nested ? 2 * state->nested->size_bytes : 0);
}

// Bytes of a row at most, without text, binary and nested values.
static uint64_t row_bound(const csv_state *state) {
    uint64_t bound = 1;
    for (uint32_t i = 0; i < state->text.schema->count; i += 1) {
        bound += 3 + cell_of(state, i)->bytes_bound;
    }
    return bound;
}

// Spells the nested values of a row.
static ali_status spell_nested(csv_state *state, uint64_t row) {
    state->nested->size_bytes = 0;
    for (uint32_t i = 0; i < state->text.schema->count; i += 1) {
        const ali_cell *cell = cell_of(state, i);
        if (cell->kind == ALI_CELL_NESTED && ali_cell_is_valid(cell, row)) {
            const uint32_t node = state->text.schema->roots[i];
            ALI_TRY(ali_json_text_put(&state->text, state->nested, node, row));
        }
        state->nested_ends[i] = state->nested->size_bytes;
    }
    return ALI_OK;
}

// Some rows of a part, [first, first + *rows), or fewer.
static ali_status put_block(ali_writer *writer, csv_state *state, uint64_t row_bytes,
                            uint64_t first, uint64_t *rows) {
    uint8_t *to = NULL;
    if (state->has_nested) {
        *rows = 1;
        ALI_TRY(spell_nested(state, first));
    }
    uint64_t bound = block_bound(state, row_bytes, first, *rows);
    while (*rows > 1 && bound > BLOCK_BOUND) {
        *rows /= 2;
        bound = block_bound(state, row_bytes, first, *rows);
    }
    ALI_TRY(ali_writer_reserve(writer, bound, &to));
    const uint8_t *limit = to + bound;
    for (uint64_t row = first; row < first + *rows; row += 1) {
        to = put_row(to, state, row, &writer->warnings);
    }
    ALI_ASSERT(to <= limit);
    (void)limit;
    ali_writer_advance(writer, to);
    return ALI_OK;
}

static ali_status put_part(ali_writer *writer, csv_state *state, const ali_part *part,
                           uint64_t *row, uint64_t *written) {
    ali_json_text_take(&state->text, part->batch);
    const uint64_t row_bytes = row_bound(state);
    const uint64_t step = ali_max_u64(1, ali_min_u64(BLOCK_ROWS_MAX, BLOCK_BYTES / row_bytes));
    while (*row < part->end_row && !ali_writer_is_full(writer)) {
        uint64_t rows = ali_min_u64(step, part->end_row - *row);
        state->text.first_row = *written - (*row - part->first_row);
        ALI_TRY(put_block(writer, state, row_bytes, *row - part->first_row, &rows));
        *row += rows;
        *written += rows;
    }
    return ALI_OK;
}

static ali_status put_rows(ali_writer *writer, void *opaque, ali_batch *batch, uint64_t *row,
                           uint64_t end_row) {
    csv_state *state = opaque;
    ali_status status = ALI_OK;
    uint64_t written = state->rows;
    state->text.replaced = 0;
    while (status == ALI_OK && *row < end_row && !ali_writer_is_full(writer)) {
        ali_part part;
        status = ali_writer_take(writer, batch, *row, end_row, &part);
        if (status == ALI_OK) status = put_part(writer, state, &part, row, &written);
    }
    if (status < 0 || *row == end_row) ali_writer_drop_part(writer);
    ALI_TRY(status);
    state->rows = written;
    writer->warnings += state->text.replaced;
    return ALI_OK;
}

// --- the writer's class --------------------------------------------------------------------------

static ali_status put_header(ali_writer *writer) {
    const ali_schema *schema = writer->schema;
    uint64_t bound = 1;
    uint8_t *to = NULL;
    for (uint32_t i = 0; i < schema->count; i += 1)
        bound += 3 + 3 * ali_schema_field(schema, i)->name_bytes;
    ALI_TRY(ali_writer_reserve(writer, bound, &to));
    const uint8_t *start = to;
    for (uint32_t i = 0; i < schema->count; i += 1) {
        const ali_field *field = ali_schema_field(schema, i);
        if (i > 0) {
            *to = ',';
            to += 1;
        }
        to = put_text(to, (const uint8_t *)field->name, field->name_bytes, &writer->warnings);
    }
    *to = '\n';
    ALI_ASSERT((uint64_t)(to + 1 - start) <= bound);
    (void)start;
    ali_writer_advance(writer, to + 1);
    return ALI_OK;
}

static ali_status begin(ali_writer *writer, void *opaque) {
    csv_state *state = opaque;
    void *pointer = NULL;
    ALI_TRY(ali_json_text_init(&state->text, writer->ctx, writer->schema));
    for (uint32_t i = 0; i < writer->schema->count; i += 1) {
        const ali_type *type = ali_schema_field(state->text.schema, i)->type;
        state->has_nested = state->has_nested || ali_cell_is_nested(type);
    }
    ALI_TRY(ali_mem_new(writer->ctx, ends_bytes(writer), &pointer));
    state->nested_ends = pointer;
    if (state->has_nested) ALI_TRY(ali_buf_new(writer->ctx, 0, &state->nested));
    return writer->options.header == ALI_WRITE_HEADER_NAMES ? put_header(writer) : ALI_OK;
}

static ali_status finish(ali_writer *writer, void *opaque) {
    (void)writer;
    (void)opaque;
    return ALI_OK;
}

static void clear(ali_writer *writer, void *opaque) {
    csv_state *state = opaque;
    ali_writer_drop_part(writer);
    ali_json_text_clear(&state->text);
    ali_buf_release(state->nested);
    ali_mem_free(writer->ctx, state->nested_ends, ends_bytes(writer));
}

const ali_writer_class ali_writer_csv = {
    .name = "csv",
    .state_bytes = sizeof(csv_state),
    .begin = begin,
    .put_rows = put_rows,
    .finish = finish,
    .clear = clear,
};
