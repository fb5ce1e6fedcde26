// format/parquet/values.c: from the bytes of a page to a batch's column: how a page's values begin,
// levels to validity, booleans, and how much a share of work covers (parquet-format, Encodings.md).
// Fixed width is fixed.c, text and binary are bytes.c, dictionaries are dictionary.c.
#include "format/parquet/values.h"
#include "base/text.h"
#include "format/parquet/nested.h"

// Rows that a share of the step's credit covers at least, unless values are long.
#define ROWS_MIN UINT64_C(1024)
// Miniblocks that are passed over at a time, and bytes that so many rows may take.
#define MINIBLOCKS_MAX UINT64_C(65536)
#define ROWS_MIN_BYTES (UINT64_C(1) << 20)

static bool is_boolean(const ali_parquet_reader *reader) {
    return reader->column->form == ALI_PARQUET_FORM_BITS;
}

// --- errors --------------------------------------------------------------------------------------

ali_status ali_parquet_fail_short(const ali_parquet_source *source,
                                  const ali_parquet_reader *reader, uint64_t values) {
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page ends where %U more values are expected", values);
}

ali_status ali_parquet_fail_delta(const ali_parquet_source *source,
                                  const ali_parquet_reader *reader, uint32_t why, uint64_t values) {
    switch (why) {
    case ALI_DELTA_SHAPE:
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page's blocks of differences have a size that cannot be");
    case ALI_DELTA_WIDTH:
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page's differences claim more than 64 bits");
    default:
        return ali_parquet_fail_short(source, reader, values);
    }
}

// The row of the file in which value `index` of those that are being taken lies.
static uint64_t row_of(const ali_parquet_source *source, const ali_parquet_reader *reader,
                       uint64_t index) {
    uint64_t row = 0;
    for (uint32_t i = 0; i < reader->group; i += 1) {
        row += (uint64_t)ali_parquet_row_group_at(source->state, i)->rows;
    }
    row += reader->row;
    if (reader->nest != NULL) return row + ali_parquet_nest_row(reader, index);
    if (reader->out == NULL || reader->out->validity == NULL || reader->skip_rows != 0) {
        return row + index;
    }
    const uint8_t *bitmap = reader->out->validity->data;
    for (uint64_t at = reader->done; at < reader->rows; at += 1) {
        if ((bitmap[at >> 3] >> (at & 7) & 1) == 0) continue;
        if (index == 0) return row + at - reader->done;
        index -= 1;
    }
    return row;
}

ali_status ali_parquet_fail_value(const ali_parquet_source *source,
                                  const ali_parquet_reader *reader, uint64_t index,
                                  const char *format, ...) {
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    (void)ali_text_format(text, sizeof text, format, arguments);
    va_end(arguments);
    const uint64_t row = row_of(source, reader, index);
    const ali_status status =
        ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT, "%s in row %U", text, row);
    ali_error_add_row(source->ctx, row);
    return status;
}

// --- the beginning of a page ---------------------------------------------------------------------

// The physical types that go with each encoding, as bits.
static uint32_t types_of(int32_t encoding) {
#define ON(type) (1u << ALI_PARQUET_##type)
    switch (encoding) {
    case ALI_PARQUET_PLAIN:
    case ALI_PARQUET_PLAIN_DICTIONARY:
    case ALI_PARQUET_RLE_DICTIONARY:
        return UINT32_MAX;
    case ALI_PARQUET_RLE:
        return ON(BOOLEAN);
    case ALI_PARQUET_DELTA_BINARY_PACKED:
        return ON(INT32) | ON(INT64);
    case ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY:
        return ON(BYTE_ARRAY);
    case ALI_PARQUET_DELTA_BYTE_ARRAY:
        return ON(BYTE_ARRAY) | ON(FIXED_LEN_BYTE_ARRAY);
    case ALI_PARQUET_BYTE_STREAM_SPLIT:
        return ON(INT32) | ON(INT64) | ON(FLOAT) | ON(DOUBLE) | ON(FIXED_LEN_BYTE_ARRAY);
    default:
        return 0;
    }
#undef ON
}

static ali_status check_encoding(const ali_parquet_source *source,
                                 const ali_parquet_reader *reader) {
    const int32_t encoding = reader->encoding;
    const int32_t type = reader->column->type;
    if ((types_of(encoding) >> type & 1) != 0) return ALI_OK;
    const char *name = ali_parquet_encoding_name(encoding);
    if (name == NULL) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "encoding number %d does not exist", encoding);
    }
    return ali_parquet_reader_fail(source, reader, ALI_ERR_UNSUPPORTED,
                                   "encoding %s of %s values is not supported", name,
                                   ali_parquet_type_name(type));
}

ali_status ali_parquet_begin_values(ali_parquet_source *source, ali_parquet_reader *reader) {
    ALI_TRY(check_encoding(source, reader));
    reader->bit = 0;
    reader->taken = 0;
    reader->has_codes = false;
    reader->stream = 0;
    if (reader->last != NULL) reader->last->size_bytes = 0;
    const bool is_split = reader->encoding == ALI_PARQUET_BYTE_STREAM_SPLIT;
    const uint32_t stored = reader->column->stored_bytes;
    if (!is_split || stored == 0 || reader->data_bytes % stored == 0) return ALI_OK;
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page has %U bytes of values that take %u each",
                                   reader->data_bytes, stored);
}

// Begins the stream of integers at the front of the data, and passes over it: `here` is where it
// begins, the data go on behind it.
static ali_status pass_stream(ali_parquet_source *source, ali_parquet_reader *reader,
                              ali_delta *here, uint32_t stream) {
    uint32_t why = ALI_DELTA_OK;
    if (reader->stream == 2 * stream) {
        why = ali_delta_begin(here, reader->data, reader->data_bytes);
        reader->passing = *here;
        reader->stream += 1;
    }
    const uint64_t work = ali_min_u64((uint64_t)source->credit, MINIBLOCKS_MAX);
    const uint64_t before = reader->passing.at;
    if (why == ALI_DELTA_OK) why = ali_delta_pass(&reader->passing, work);
    if (why == ALI_DELTA_MORE) {
        source->credit -= (int64_t)(work * ALI_PARQUET_VALUE_CREDIT);
        return ALI_YIELD;
    }
    source->credit -= (int64_t)(reader->passing.at - before);
    if (why != ALI_DELTA_OK) {
        return ali_parquet_fail_delta(source, reader, why, reader->passing.left);
    }
    reader->data += reader->passing.at;
    reader->data_bytes -= reader->passing.at;
    here->count_bytes = reader->passing.at;
    reader->stream += 1;
    return ALI_OK;
}

// Goes on with the beginning of a page's streams. ALI_YIELD: there is more.
ali_status ali_parquet_begin_streams(ali_parquet_source *source, ali_parquet_reader *reader) {
    uint32_t why = ALI_DELTA_OK;
    ali_status status = ALI_OK;
    switch (reader->encoding) {
    case ALI_PARQUET_DELTA_BINARY_PACKED:
        if (reader->stream == 0) {
            why = ali_delta_begin(&reader->delta, reader->data, reader->data_bytes);
        }
        reader->stream = 1;
        if (why == ALI_DELTA_OK) return ALI_OK;
        return ali_parquet_fail_delta(source, reader, why, reader->page_rows);
    case ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY:
        return reader->stream < 2 ? pass_stream(source, reader, &reader->delta, 0) : ALI_OK;
    case ALI_PARQUET_DELTA_BYTE_ARRAY:
        if (reader->stream < 2) status = pass_stream(source, reader, &reader->prefixes, 0);
        if (status != ALI_OK) return status;
        return reader->stream < 4 ? pass_stream(source, reader, &reader->delta, 1) : ALI_OK;
    default:
        return ALI_OK;
    }
}

// --- booleans ------------------------------------------------------------------------------------

static ali_status begin_booleans(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (reader->has_codes) return ALI_OK;
    if (reader->data_bytes < 4 || ali_load_u32(reader->data) > reader->data_bytes - 4) {
        return ali_parquet_fail_short(source, reader, reader->page_rows);
    }
    reader->booleans = (ali_levels){0};
    ali_rle_init(&reader->booleans.rle, reader->data + 4, ali_load_u32(reader->data), 1);
    reader->has_codes = true;
    return ALI_OK;
}

// Copies the next booleans of a page into a bitmap, all of whose bits are 0; NULL passes over them.
static ali_status take_booleans(ali_parquet_source *source, ali_parquet_reader *reader,
                                uint8_t *bitmap, uint64_t bit, uint64_t count) {
    uint64_t ones = 0;
    if (reader->encoding == ALI_PARQUET_RLE) {
        ALI_TRY(begin_booleans(source, reader));
        const uint32_t why = ali_levels_take(&reader->booleans, bitmap, bit, count, &ones);
        return why == ALI_LEVELS_OK ? ALI_OK : ali_parquet_fail_short(source, reader, count);
    }
    if (count > reader->data_bytes * 8 - reader->bit)
        return ali_parquet_fail_short(source, reader, count);
    if (bitmap != NULL) {
        (void)ali_levels_copy(bitmap, bit, reader->data, reader->bit, count);
    }
    reader->bit += count;
    return ALI_OK;
}

static ali_status put_booleans(ali_parquet_source *source, ali_parquet_reader *reader,
                               uint64_t rows, uint64_t count) {
    ali_column *out = reader->out;
    if (ali_parquet_is_coded(reader) && count != 0) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a column of booleans has dictionary codes");
    }
    if (out->values == NULL) {
        ALI_TRY(ali_buf_zero(source->ctx, (reader->rows + 7) / 8, &out->values));
    }
    uint8_t *to = out->values->data;
    if (count == rows) return take_booleans(source, reader, to, reader->done, count);
    const uint8_t *bitmap = ali_parquet_bitmap(reader);
    uint8_t block[ALI_RLE_BLOCK / 8];
    uint64_t held = 0; // booleans in the block
    uint64_t used = 0;
    for (uint64_t i = 0; i < rows; i += 1) {
        const uint64_t row = reader->done + i;
        if ((bitmap[row >> 3] >> (row & 7) & 1) == 0) continue;
        if (used == held) {
            held = ali_min_u64(count, ALI_RLE_BLOCK);
            ali_fill(block, 0, sizeof block);
            ALI_TRY(take_booleans(source, reader, block, 0, held));
            count -= held;
            used = 0;
        }
        if ((block[used >> 3] >> (used & 7) & 1) != 0) ali_levels_set(to, row, 1);
        used += 1;
    }
    return ALI_OK;
}

// --- rows ----------------------------------------------------------------------------------------

// A type whose values are all null has none in its pages.
static ali_status check_nothing(const ali_parquet_source *source, const ali_parquet_reader *reader,
                                uint64_t count) {
    if (count == 0) return ALI_OK;
    return ali_parquet_fail_value(source, reader, 0,
                                  "a column of type UNKNOWN, where all is null, has a value");
}

ali_status ali_parquet_skip_values(ali_parquet_source *source, ali_parquet_reader *reader,
                                   uint64_t count) {
    if (count == 0) return ALI_OK;
    if (reader->column->form == ALI_PARQUET_FORM_NULL) return check_nothing(source, reader, count);
    if (is_boolean(reader)) return take_booleans(source, reader, NULL, 0, count);
    if (ali_parquet_is_coded(reader)) return ali_parquet_skip_codes(source, reader, count);
    if (ali_parquet_is_bytes(reader)) return ali_parquet_skip_bytes(source, reader, count);
    return ali_parquet_skip_fixed(source, reader, count);
}

ali_status ali_parquet_put_values(ali_parquet_source *source, ali_parquet_reader *reader,
                                  uint64_t rows, uint64_t count) {
    switch (reader->column->form) {
    case ALI_PARQUET_FORM_NULL:
        return check_nothing(source, reader, count);
    case ALI_PARQUET_FORM_TEXT:
        return ali_parquet_put_bytes(source, reader, rows, count);
    case ALI_PARQUET_FORM_BITS:
        return put_booleans(source, reader, rows, count);
    default:
        return ali_parquet_put_fixed(source, reader, rows, count);
    }
}

// What a row costs of the credit, byte arrays of any length apart.
static uint64_t cost_of(const ali_parquet_reader *reader) {
    const uint64_t width = ali_max_u64(reader->column->width, reader->column->stored_bytes);
    return width <= 8 ? ALI_PARQUET_VALUE_CREDIT : width;
}

// Rows whose byte arrays may be copied within the step's credit and the batch's room: at least one,
// however long. Where none is cut off, a batch's text ends at its room exactly.
static uint64_t rows_of_bytes(ali_parquet_source *source, const ali_parquet_reader *reader,
                              uint64_t rows, uint64_t most_bytes) {
    if (!ali_parquet_is_coded(reader)) {
        return ali_parquet_rows_of_bytes(source, reader, rows, most_bytes);
    }
    const uint64_t longest = ali_max_u64(reader->dictionary_longest, 1);
    return ali_min_u64(rows, ali_max_u64(most_bytes / longest, 1));
}

uint64_t ali_parquet_share(ali_parquet_source *source, const ali_parquet_reader *reader,
                           uint64_t most, uint64_t room_bytes) {
    const uint64_t credit = source->credit <= 0 ? 1 : (uint64_t)source->credit;
    const uint64_t cost = cost_of(reader);
    const uint64_t least = ali_min_u64(ROWS_MIN, ali_max_u64(ROWS_MIN_BYTES / cost, 1));
    const uint64_t rows = ali_min_u64(ali_max_u64(credit / cost, least), most);
    const bool is_coded = ali_parquet_is_coded(reader);
    const bool is_text = ali_parquet_is_text(reader) && reader->skip_rows == 0;
    const bool is_free = is_text ? reader->fill == ALI_PARQUET_FILL_CODES
                                 : is_coded || !ali_parquet_is_bytes(reader);
    return is_free ? rows : rows_of_bytes(source, reader, rows, ali_min_u64(credit, room_bytes));
}

// Rows that this share of work covers, of those that are wanted.
static uint64_t rows_of_share(ali_parquet_source *source, const ali_parquet_reader *reader) {
    const bool is_skipping = reader->skip_rows != 0;
    const uint64_t wanted = is_skipping ? reader->skip_rows : reader->rows - reader->done;
    const bool is_text = ali_parquet_is_text(reader) && !is_skipping;
    const uint64_t room = is_text ? reader->text_end - source->text_bytes : UINT64_MAX;
    return ali_parquet_share(source, reader, ali_min_u64(wanted, reader->page_rows), room);
}

// Chooses how a column of text is filled; it keeps to that. False: codes are kept so far, but the
// page has none.
bool ali_parquet_choose_fill(const ali_parquet_source *source, ali_parquet_reader *reader) {
    if (!ali_parquet_is_text(reader)) return true;
    if (reader->fill == ALI_PARQUET_FILL_CODES) return ali_parquet_is_coded(reader);
    if (reader->fill != ALI_PARQUET_FILL_NONE) return true;
    const bool keeps_codes = ali_parquet_is_coded(reader) && reader->has_dictionary &&
                             source->strings == ALI_SCAN_STRINGS_DICTIONARY;
    reader->fill = keeps_codes ? ALI_PARQUET_FILL_CODES : ALI_PARQUET_FILL_PLAIN;
    return true;
}

static ali_status take_levels(ali_parquet_source *source, ali_parquet_reader *reader,
                              uint8_t *bitmap, uint64_t rows, uint64_t *count) {
    const uint32_t why = ali_levels_take(&reader->levels, bitmap, reader->done, rows, count);
    if (why == ALI_LEVELS_OK) return ALI_OK;
    if (why == ALI_LEVELS_RANGE) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page has a definition level above 1, the column's "
                                       "highest");
    }
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page has fewer definition levels than the %U rows it claims",
                                   reader->page_rows);
}

// Passes over rows.
static ali_status skip_rows(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t rows) {
    uint64_t count = 0;
    ALI_TRY(take_levels(source, reader, NULL, rows, &count));
    ALI_TRY(ali_parquet_skip_values(source, reader, count));
    const bool is_light = ali_parquet_is_coded(reader) || reader->encoding == ALI_PARQUET_PLAIN;
    reader->skip_rows -= rows;
    reader->page_rows -= rows;
    reader->row += rows;
    source->credit -= (int64_t)(is_light ? rows : rows * ALI_PARQUET_VALUE_CREDIT);
    return ALI_OK;
}

ali_status ali_parquet_step_values(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (reader->page_rows == 0) return ALI_OK;
    const bool is_text = ali_parquet_is_text(reader);
    if (reader->skip_rows == 0 && !ali_parquet_choose_fill(source, reader)) {
        reader->rows = reader->done;
        return ALI_OK;
    }
    const ali_status begun = ali_parquet_begin_streams(source, reader);
    if (begun != ALI_OK) return begun == ALI_YIELD ? ALI_OK : begun;
    const uint64_t rows = rows_of_share(source, reader);
    if (reader->skip_rows != 0) return skip_rows(source, reader, rows);
    uint64_t count = 0;
    ali_column *out = reader->out;
    uint8_t *bitmap = out->validity == NULL ? NULL : out->validity->data;
    ALI_TRY(take_levels(source, reader, bitmap, rows, &count));
    ALI_TRY(ali_parquet_put_values(source, reader, rows, count));
    reader->done += rows;
    reader->values += count;
    reader->page_rows -= rows;
    reader->row += rows;
    source->credit -= (int64_t)(rows * cost_of(reader));
    if (is_text && source->text_bytes >= reader->text_end) reader->rows = reader->done;
    return ALI_OK;
}

// --- columns -------------------------------------------------------------------------------------

ali_status ali_parquet_reader_fill(ali_parquet_source *source, ali_parquet_reader *reader,
                                   ali_column *out, uint64_t rows, uint64_t text_end) {
    reader->out = out;
    reader->rows = rows;
    reader->text_end = text_end;
    reader->done = reader->values = 0;
    reader->fill = ALI_PARQUET_FILL_NONE;
    if (reader->nest != NULL) {
        ali_parquet_nest_fill(reader, rows);
        return ALI_OK;
    }
    out->type = source->schema->nodes[reader->node].type;
    out->length = rows;
    out->encoding = ALI_ENCODING_PLAIN;
    if (!reader->column->is_optional) return ALI_OK;
    return ali_buf_zero(source->ctx, (rows + 7) / 8, &out->validity);
}

// A column that ended before the rows it has room for.
static void shorten(ali_column *out, uint64_t rows) {
    if (out->length == rows) return;
    out->length = rows;
    if (out->validity != NULL) out->validity->size_bytes = (rows + 7) / 8;
    if (out->values != NULL) out->values->size_bytes = rows * 4;
    if (out->offsets != NULL) out->offsets->size_bytes = (rows + 1) * 4;
}

ali_status ali_parquet_finish_column(ali_parquet_source *source, ali_parquet_reader *reader) {
    (void)source;
    ali_column *out = reader->out;
    ALI_ASSERT(reader->done == reader->rows);
    shorten(out, reader->rows);
    out->null_count = reader->rows - reader->values;
    if (out->null_count == 0) {
        ali_buf_release(out->validity);
        out->validity = NULL;
    }
    if (reader->fill == ALI_PARQUET_FILL_CODES) {
        out->encoding = ALI_ENCODING_DICTIONARY;
        out->dictionary = ali_dictionary_retain(reader->dictionary);
    }
    reader->out = NULL;
    return ALI_OK;
}
