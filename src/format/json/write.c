// format/json/write.c: JSON lines, one object a row, and JSON, one array of such objects (RFC
// 8259). Members stand in the order of the schema; duplicate names are kept. Values:
// docs/contracts/values.md, format/json_text.c.
#include "format/json_text.h"
#include "format/writer.h"

typedef struct json_state {
    ali_json_text text;
    uint64_t rows; // written so far
} json_state;

// What stands between rows, and how a format begins and ends.
typedef struct json_style {
    const char *first;
    const char *between;
    const char *last;
} json_style;

static ali_status begin(ali_writer *writer, void *opaque) {
    json_state *state = opaque;
    ALI_TRY(ali_json_text_init(&state->text, writer->ctx, writer->schema));
    writer->warnings += state->text.replaced;
    return ALI_OK;
}

static ali_status put_word(ali_writer *writer, const char *word) {
    uint8_t *to = NULL;
    if (*word == 0) return ALI_OK;
    ALI_TRY(ali_writer_reserve(writer, 4, &to));
    for (; *word != 0; word += 1) {
        *to = (uint8_t)*word;
        to += 1;
    }
    ali_writer_advance(writer, to);
    return ALI_OK;
}

// Rows from *row on, all in one part of a batch.
static ali_status put_part(ali_writer *writer, json_state *state, const json_style *style,
                           const ali_part *part, uint64_t *row, uint64_t *written) {
    ali_json_text *text = &state->text;
    ali_json_text_take(text, part->batch);
    while (*row < part->end_row && !ali_writer_is_full(writer)) {
        text->first_row = *written - (*row - part->first_row);
        ALI_TRY(put_word(writer, *written == 0 ? style->first : style->between));
        ALI_TRY(ali_json_text_put_row(text, writer->out, *row - part->first_row));
        ALI_TRY(put_word(writer, style->last));
        *row += 1;
        *written += 1;
    }
    return ALI_OK;
}

static ali_status put_some(ali_writer *writer, json_state *state, ali_batch *batch,
                           const json_style *style, uint64_t *row, uint64_t end_row) {
    ali_status status = ALI_OK;
    uint64_t written = state->rows;
    state->text.replaced = 0;
    while (status == ALI_OK && *row < end_row && !ali_writer_is_full(writer)) {
        ali_part part;
        status = ali_writer_take(writer, batch, *row, end_row, &part);
        if (status == ALI_OK) status = put_part(writer, state, style, &part, row, &written);
    }
    if (status < 0 || *row == end_row) ali_writer_drop_part(writer);
    ALI_TRY(status);
    state->rows = written;
    writer->warnings += state->text.replaced;
    return ALI_OK;
}

static void clear(ali_writer *writer, void *opaque) {
    json_state *state = opaque;
    ali_writer_drop_part(writer);
    ali_json_text_clear(&state->text);
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
    return put_word(writer, state->rows == 0 ? "[]\n" : "\n]\n");
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
