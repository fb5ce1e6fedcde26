// format/parquet/values.c: from the bytes of a page to a batch's column: levels to validity, PLAIN,
// RLE and dictionary-coded values to their final places (parquet-format, Encodings.md).
//
// Left out: DELTA_*, BYTE_STREAM_SPLIT, INT96, FIXED_LEN_BYTE_ARRAY: refused before.
#include "format/parquet/plain.h"
#include "format/parquet/reader.h"

// Rows that a share of the step's credit covers at least.
#define ROWS_MIN UINT64_C(1024)
// What a value costs of the credit.
#define VALUE_CREDIT 4
// Values of a dictionary of byte arrays that are taken at a time.
#define DICTIONARY_PIECE UINT64_C(16384)

static bool is_bytes(const ali_parquet_reader *reader) {
    return reader->column->type == ALI_PARQUET_BYTE_ARRAY;
}

static bool is_boolean(const ali_parquet_reader *reader) {
    return reader->column->type == ALI_PARQUET_BOOLEAN;
}

static bool is_coded(const ali_parquet_reader *reader) {
    return reader->encoding == ALI_PARQUET_PLAIN_DICTIONARY ||
           reader->encoding == ALI_PARQUET_RLE_DICTIONARY;
}

// Bytes of a fixed-width value in a page.
static uint32_t stored_width(const ali_parquet_reader *reader) {
    const int32_t type = reader->column->type;
    return type == ALI_PARQUET_INT32 || type == ALI_PARQUET_FLOAT ? 4 : 8;
}

static ali_status fail_short(const ali_parquet_source *source, const ali_parquet_reader *reader,
                             uint64_t values) {
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page ends where %U more values are expected", values);
}

// --- the dictionary ------------------------------------------------------------------------------

static ali_status fail_dictionary(const ali_parquet_source *source,
                                  const ali_parquet_reader *reader, uint32_t count) {
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a dictionary claims %u values, more than its %U bytes can hold",
                                   count, reader->data_bytes);
}

// Narrows values of a dictionary of 8- or 16-bit integers until it is whole.
static ali_status narrow_dictionary(ali_parquet_source *source, ali_parquet_reader *reader) {
    const uint32_t width = reader->column->width;
    const uint64_t left = reader->dictionary_count - reader->dictionary_at;
    const uint64_t share = ali_max_u64((uint64_t)source->credit / VALUE_CREDIT, ROWS_MIN);
    const uint64_t count = ali_min_u64(left, share);
    if (!ali_plain_narrow(reader->dictionary_buf->data + reader->dictionary_at * width, width,
                          reader->column->is_signed, reader->data + reader->dictionary_at * 4,
                          count)) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a dictionary holds an integer that does not fit %u bits",
                                       8 * width);
    }
    reader->dictionary_at += count;
    source->credit -= (int64_t)(count * VALUE_CREDIT);
    reader->dictionary_data = reader->dictionary_buf->data;
    reader->has_dictionary = count == left;
    return ALI_OK;
}

// A dictionary of fixed width stays where it is: in the page's memory, or in the fetched bytes.
static ali_status keep_dictionary(ali_parquet_source *source, ali_parquet_reader *reader,
                                  uint32_t count) {
    if (count > reader->data_bytes / stored_width(reader)) {
        return fail_dictionary(source, reader, count);
    }
    reader->dictionary_count = count;
    reader->dictionary_at = 0;
    const uint32_t width = reader->column->width;
    if (width != stored_width(reader)) {
        return ali_buf_new(source->ctx, (uint64_t)count * width, &reader->dictionary_buf);
    }
    if (reader->is_decompressed) {
        reader->dictionary_buf = reader->page;
        reader->dictionary_data = reader->data;
        reader->page = NULL;
    } else {
        reader->dictionary_buf = ali_buf_retain(reader->body);
        reader->dictionary_data = reader->data;
    }
    reader->has_dictionary = true;
    return ALI_OK;
}

static ali_status check_dictionary(const ali_parquet_source *source,
                                   const ali_parquet_reader *reader) {
    const int32_t encoding = reader->header.dictionary.encoding;
    if (is_boolean(reader)) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a column of booleans has a dictionary");
    }
    if (encoding != ALI_PARQUET_PLAIN && encoding != ALI_PARQUET_PLAIN_DICTIONARY) {
        const char *name = ali_parquet_encoding_name(encoding);
        return ali_parquet_reader_fail(
            source, reader, name == NULL ? ALI_ERR_CORRUPT : ALI_ERR_UNSUPPORTED,
            "encoding %s of a dictionary is not supported", name == NULL ? "unknown" : name);
    }
    const uint64_t most = ali_min_u64(source->ctx->limits.dictionary_bytes_max, INT32_MAX);
    if (reader->data_bytes > most) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_LIMIT,
                                       "a dictionary has %U bytes, the limit is %U",
                                       reader->data_bytes, most);
    }
    return ALI_OK;
}

ali_status ali_parquet_begin_dictionary(ali_parquet_source *source, ali_parquet_reader *reader,
                                        uint32_t count) {
    ALI_TRY(check_dictionary(source, reader));
    if (!is_bytes(reader)) return keep_dictionary(source, reader, count);
    if (count > reader->data_bytes / 4) return fail_dictionary(source, reader, count);
    ali_column *column = &reader->dictionary_column;
    column->type = ali_schema_field(source->schema, reader->index)->type;
    column->length = count;
    column->encoding = ALI_ENCODING_PLAIN;
    ALI_TRY(ali_buf_new(source->ctx, ((uint64_t)count + 1) * 4, &column->offsets));
    ALI_TRY(ali_buf_new(source->ctx, reader->data_bytes - (uint64_t)count * 4, &column->data));
    column->data->size_bytes = 0;
    ali_store_u32(column->offsets->data, 0);
    reader->dictionary_count = count;
    reader->dictionary_at = 0;
    reader->dictionary_longest = 0;
    return ALI_OK;
}

// Takes values of a dictionary of byte arrays until it is whole.
ali_status ali_parquet_step_dictionary(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (reader->has_dictionary) return ALI_OK;
    if (!is_bytes(reader)) return narrow_dictionary(source, reader);
    ali_column *column = &reader->dictionary_column;
    const uint64_t left = reader->dictionary_count - reader->dictionary_at;
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    const uint64_t count = ali_plain_measure(reader->data, reader->data_bytes,
                                             ali_min_u64(left, DICTIONARY_PIECE),
                                             (uint64_t)source->credit, &end, &data_bytes);
    if (count == 0 && left != 0) return fail_short(source, reader, left);
    ali_buf *data = column->data;
    int32_t *ends = (int32_t *)(void *)column->offsets->data + 1 + reader->dictionary_at;
    if (data_bytes > data->capacity_bytes - data->size_bytes) {
        return fail_dictionary(source, reader, reader->dictionary_count);
    }
    ali_plain_bytes(reader->data, end, count, data->data + data->size_bytes,
                    data->capacity_bytes - data->size_bytes, (int32_t)data->size_bytes, ends);
    data->size_bytes += data_bytes;
    reader->data += end;
    reader->data_bytes -= end;
    for (uint64_t i = 0; i < count; i += 1) {
        const uint32_t length = (uint32_t)(ends[i] - ends[(int64_t)i - 1]);
        if (length > reader->dictionary_longest) reader->dictionary_longest = length;
    }
    reader->dictionary_at += count;
    source->credit -= (int64_t)(data_bytes + count * VALUE_CREDIT);
    if (count < left) return ALI_OK;
    ali_column made = *column;
    *column = (ali_column){0};
    ALI_TRY(ali_dictionary_new(source->ctx, source->schema, &made, &reader->dictionary));
    reader->has_dictionary = true;
    return ALI_OK;
}

// Begins the codes of a page: a byte with their width, then the hybrid.
static ali_status begin_codes(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (!reader->has_dictionary) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page refers to a dictionary, but there is none");
    }
    if (reader->data_bytes == 0) return fail_short(source, reader, reader->page_rows);
    const uint32_t width = reader->data[0];
    if (width > 32) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page's dictionary codes claim %u bits, at most 32 are "
                                       "possible",
                                       width);
    }
    ali_rle_init(&reader->codes, reader->data + 1, reader->data_bytes - 1, width);
    reader->has_codes = true;
    return ALI_OK;
}

// Decodes up to a block of codes and checks them against the dictionary.
static ali_status take_codes(ali_parquet_source *source, ali_parquet_reader *reader,
                             uint32_t *codes, uint64_t count) {
    if (!reader->has_codes) ALI_TRY(begin_codes(source, reader));
    if (!ali_rle_take(&reader->codes, codes, count)) return fail_short(source, reader, count);
    const uint32_t maximum = ali_plain_maximum(codes, count);
    if (maximum < reader->dictionary_count) return ALI_OK;
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page refers to value %u of a dictionary of %u", maximum,
                                   reader->dictionary_count);
}

// --- passing over --------------------------------------------------------------------------------

static ali_status skip_bytes(ali_parquet_source *source, ali_parquet_reader *reader,
                             uint64_t count) {
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    const uint64_t measured =
        ali_plain_measure(reader->data, reader->data_bytes, count, UINT64_MAX, &end, &data_bytes);
    if (measured < count) return fail_short(source, reader, count - measured);
    reader->data += end;
    reader->data_bytes -= end;
    return ALI_OK;
}

static ali_status begin_booleans(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (reader->has_codes) return ALI_OK;
    if (reader->data_bytes < 4 || ali_load_u32(reader->data) > reader->data_bytes - 4) {
        return fail_short(source, reader, reader->page_rows);
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
        return why == ALI_LEVELS_OK ? ALI_OK : fail_short(source, reader, count);
    }
    if (count > reader->data_bytes * 8 - reader->bit) return fail_short(source, reader, count);
    if (bitmap != NULL) {
        (void)ali_levels_copy(bitmap, bit, reader->data, reader->bit, count);
    }
    reader->bit += count;
    return ALI_OK;
}

static ali_status skip_values(ali_parquet_source *source, ali_parquet_reader *reader,
                              uint64_t count) {
    if (count == 0) return ALI_OK;
    if (is_boolean(reader)) return take_booleans(source, reader, NULL, 0, count);
    if (is_coded(reader)) {
        if (!reader->has_codes) ALI_TRY(begin_codes(source, reader));
        return ali_rle_skip(&reader->codes, count) ? ALI_OK : fail_short(source, reader, count);
    }
    if (is_bytes(reader)) return skip_bytes(source, reader, count);
    const uint64_t bytes = count * stored_width(reader);
    if (bytes > reader->data_bytes) return fail_short(source, reader, count);
    reader->data += bytes;
    reader->data_bytes -= bytes;
    return ALI_OK;
}

// --- fixed width ---------------------------------------------------------------------------------

// The bitmap of the column's validity; NULL for a column that is required.
static const uint8_t *bitmap_of(const ali_parquet_reader *reader) {
    return reader->out->validity == NULL ? NULL : reader->out->validity->data;
}

// An uncompressed page that fills the whole column as it lies: the column becomes a slice of what
// was fetched.
static bool is_slice_possible(const ali_parquet_reader *reader, uint64_t rows, uint64_t count) {
    return !reader->is_decompressed && reader->out->values == NULL && rows == reader->rows &&
           count == rows && reader->column->width == stored_width(reader) &&
           ((uintptr_t)reader->data & 7) == 0;
}

static ali_status put_plain(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t rows,
                            uint64_t count) {
    const uint32_t stored = stored_width(reader);
    const uint64_t bytes = count * stored;
    if (bytes > reader->data_bytes) {
        return fail_short(source, reader, count - reader->data_bytes / stored);
    }
    ali_column *out = reader->out;
    const uint32_t width = reader->column->width;
    if (is_slice_possible(reader, rows, count)) {
        const uint64_t offset = (uint64_t)(reader->data - reader->body->data);
        ALI_TRY(ali_buf_slice(source->ctx, reader->body, offset, bytes, &out->values));
    } else {
        if (out->values == NULL) {
            ALI_TRY(ali_buf_new(source->ctx, reader->rows * width, &out->values));
        }
        uint8_t *to = out->values->data + reader->done * width;
        if (width == stored) {
            ali_copy_counted(source->ctx, to, reader->data, (size_t)bytes);
        } else if (!ali_plain_narrow(to, width, reader->column->is_signed, reader->data, count)) {
            return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                           "a page holds an integer that does not fit %u bits",
                                           8 * width);
        }
    }
    reader->data += bytes;
    reader->data_bytes -= bytes;
    return ALI_OK;
}

static ali_status put_gathered(ali_parquet_source *source, ali_parquet_reader *reader,
                               uint64_t count) {
    ali_column *out = reader->out;
    const uint32_t width = reader->column->width;
    if (out->values == NULL) {
        ALI_TRY(ali_buf_new(source->ctx, reader->rows * width, &out->values));
    }
    uint8_t *to = out->values->data + reader->done * width;
    for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
        const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
        ALI_TRY(take_codes(source, reader, source->codes, now));
        ali_plain_gather(to + at * width, reader->dictionary_data, width, source->codes, now);
    }
    return ALI_OK;
}

static ali_status put_fixed(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t rows,
                            uint64_t count) {
    if (is_coded(reader)) {
        ALI_TRY(put_gathered(source, reader, count));
    } else {
        ALI_TRY(put_plain(source, reader, rows, count));
    }
    const uint32_t width = reader->column->width;
    if (count < rows) {
        ali_levels_spread(reader->out->values->data + reader->done * width, width,
                          bitmap_of(reader), reader->done, rows, count);
    }
    return ALI_OK;
}

// --- booleans ------------------------------------------------------------------------------------

static ali_status put_booleans(ali_parquet_source *source, ali_parquet_reader *reader,
                               uint64_t rows, uint64_t count) {
    ali_column *out = reader->out;
    if (is_coded(reader) && count != 0) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a column of booleans has dictionary codes");
    }
    if (out->values == NULL) {
        ALI_TRY(ali_buf_zero(source->ctx, (reader->rows + 7) / 8, &out->values));
    }
    uint8_t *to = out->values->data;
    if (count == rows) return take_booleans(source, reader, to, reader->done, count);
    const uint8_t *bitmap = bitmap_of(reader);
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

// --- byte arrays ---------------------------------------------------------------------------------

// Makes room for `data_bytes` more bytes of the column's data.
static ali_status reserve_data(ali_parquet_source *source, ali_parquet_reader *reader,
                               uint64_t data_bytes) {
    ali_column *out = reader->out;
    if (out->data == NULL) {
        ALI_TRY(ali_buf_new(source->ctx, data_bytes, &out->data));
        out->data->size_bytes = 0;
    }
    if (data_bytes > INT32_MAX - out->data->size_bytes) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_LIMIT,
                                       "a batch would hold 2^31 bytes of text or more, with %U "
                                       "that belong to one row",
                                       data_bytes);
    }
    return ali_buf_reserve(source->ctx, out->data, out->data->size_bytes + data_bytes);
}

// Bytes that the column's text will have if the rest is like its page or dictionary, and an eighth
// more, so that it seldom moves: at most the column's share of the batch's text.
static uint64_t expected_bytes(const ali_parquet_source *source, const ali_parquet_reader *reader) {
    uint64_t bytes = reader->data_bytes / ali_max_u64(reader->page_rows, 1);
    if (is_coded(reader) && reader->has_dictionary) {
        const ali_column *values = reader->dictionary->columns;
        bytes = values->data->size_bytes / ali_max_u64(reader->dictionary_count, 1) + 1;
    }
    const uint64_t share = (reader->text_end - source->text_bytes) / source->schema->count;
    const uint64_t expected = ali_min_u64(bytes * reader->rows, share);
    return expected + expected / 8;
}

static ali_status new_offsets(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_column *out = reader->out;
    if (out->offsets != NULL) return ALI_OK;
    ALI_TRY(ali_buf_new(source->ctx, (reader->rows + 1) * 4, &out->offsets));
    ali_store_u32(out->offsets->data, 0);
    return reserve_data(source, reader, expected_bytes(source, reader));
}

// Appends the values of a dictionary that codes stand for, and where each ends.
static ali_status append_values(ali_parquet_source *source, ali_parquet_reader *reader,
                                const uint32_t *codes, uint64_t count, int32_t *ends) {
    const ali_column *dictionary = reader->dictionary->columns;
    const int32_t *offsets = (const int32_t *)(const void *)dictionary->offsets->data;
    uint64_t data_bytes = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        data_bytes += (uint64_t)(offsets[codes[i] + 1] - offsets[codes[i]]);
    }
    ALI_TRY(reserve_data(source, reader, data_bytes));
    ali_buf *data = reader->out->data;
    for (uint64_t i = 0; i < count; i += 1) {
        const size_t length = (size_t)(offsets[codes[i] + 1] - offsets[codes[i]]);
        ali_copy(data->data + data->size_bytes, dictionary->data->data + offsets[codes[i]], length);
        data->size_bytes += length;
        ends[i] = (int32_t)data->size_bytes;
    }
    source->text_bytes += data_bytes;
    source->credit -= (int64_t)data_bytes;
    return ALI_OK;
}

static ali_status put_codes(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t rows,
                            uint64_t count) {
    ali_column *out = reader->out;
    if (out->values == NULL) {
        ALI_TRY(ali_buf_new(source->ctx, reader->rows * 4, &out->values));
    }
    uint32_t *to = (uint32_t *)(void *)out->values->data + reader->done;
    for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
        const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
        ALI_TRY(take_codes(source, reader, to + at, now));
    }
    if (count < rows) ali_levels_spread(to, 4, bitmap_of(reader), reader->done, rows, count);
    return ALI_OK;
}

static ali_status put_bytes_plain(ali_parquet_source *source, ali_parquet_reader *reader,
                                  uint64_t count, int32_t *ends) {
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    const uint64_t measured =
        ali_plain_measure(reader->data, reader->data_bytes, count, UINT64_MAX, &end, &data_bytes);
    if (measured < count) return fail_short(source, reader, count - measured);
    ALI_TRY(reserve_data(source, reader, data_bytes));
    ali_buf *data = reader->out->data;
    ali_plain_bytes(reader->data, end, count, data->data + data->size_bytes,
                    data->capacity_bytes - data->size_bytes + ALI_BUF_PADDING,
                    (int32_t)data->size_bytes, ends);
    data->size_bytes += data_bytes;
    reader->data += end;
    reader->data_bytes -= end;
    source->text_bytes += data_bytes;
    source->credit -= (int64_t)data_bytes;
    return ALI_OK;
}

static ali_status put_bytes(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t rows,
                            uint64_t count) {
    if (reader->fill == ALI_PARQUET_FILL_CODES) {
        return put_codes(source, reader, rows, count);
    }
    ALI_TRY(new_offsets(source, reader));
    int32_t *ends = (int32_t *)(void *)reader->out->offsets->data + 1 + reader->done;
    const int32_t base = ends[-1];
    if (is_coded(reader)) {
        for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
            const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
            ALI_TRY(take_codes(source, reader, source->codes, now));
            ALI_TRY(append_values(source, reader, source->codes, now, ends + at));
        }
    } else {
        ALI_TRY(put_bytes_plain(source, reader, count, ends));
    }
    if (count < rows) {
        ali_levels_spread_ends(ends, base, bitmap_of(reader), reader->done, rows, count);
    }
    return ALI_OK;
}

// --- rows ----------------------------------------------------------------------------------------

// Rows of text without codes to come that may be copied within the step's credit and the batch's
// room: at least one, however long. Where none is cut off, a batch's text ends at its room exactly.
static uint64_t rows_of_text(const ali_parquet_source *source, const ali_parquet_reader *reader,
                             uint64_t rows) {
    const uint64_t most =
        ali_min_u64((uint64_t)source->credit, reader->text_end - source->text_bytes);
    if (is_coded(reader)) {
        const uint64_t longest = ali_max_u64(reader->dictionary_longest, 1);
        return ali_min_u64(rows, ali_max_u64(most / longest, 1));
    }
    if (reader->data_bytes <= most) return rows;
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    const uint64_t fit =
        ali_plain_measure(reader->data, reader->data_bytes, rows, most, &end, &data_bytes);
    const uint64_t left = reader->data_bytes - end;
    const bool is_cut = fit < rows && left >= 4 && ali_load_u32(reader->data + end) <= left - 4;
    return is_cut ? ali_max_u64(fit, 1) : rows;
}

// Rows that this share of work covers, of those that are wanted.
static uint64_t rows_of_share(const ali_parquet_source *source, const ali_parquet_reader *reader) {
    const uint64_t share = ali_max_u64((uint64_t)source->credit / VALUE_CREDIT, ROWS_MIN);
    const uint64_t rows = ali_min_u64(share, reader->page_rows);
    if (reader->skip_rows != 0) return ali_min_u64(rows, reader->skip_rows);
    const uint64_t wanted = ali_min_u64(rows, reader->rows - reader->done);
    if (!is_bytes(reader) || reader->fill == ALI_PARQUET_FILL_CODES) return wanted;
    return rows_of_text(source, reader, wanted);
}

// Chooses how a column of text is filled; it keeps to that. False: codes are kept so far, but the
// page has none.
static bool choose_fill(const ali_parquet_source *source, ali_parquet_reader *reader) {
    if (reader->fill == ALI_PARQUET_FILL_CODES) return is_coded(reader);
    if (reader->fill != ALI_PARQUET_FILL_NONE) return true;
    const bool keeps_codes = is_coded(reader) && reader->has_dictionary &&
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

ali_status ali_parquet_step_values(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (reader->page_rows == 0) return ALI_OK;
    if (reader->skip_rows == 0 && is_bytes(reader) && !choose_fill(source, reader)) {
        reader->rows = reader->done;
        return ALI_OK;
    }
    const uint64_t rows = rows_of_share(source, reader);
    uint64_t count = 0;
    if (reader->skip_rows != 0) {
        ALI_TRY(take_levels(source, reader, NULL, rows, &count));
        ALI_TRY(skip_values(source, reader, count));
        reader->skip_rows -= rows;
        reader->page_rows -= rows;
        source->credit -= (int64_t)rows;
        return ALI_OK;
    }
    ali_column *out = reader->out;
    uint8_t *bitmap = out->validity == NULL ? NULL : out->validity->data;
    ALI_TRY(take_levels(source, reader, bitmap, rows, &count));
    if (is_bytes(reader)) {
        ALI_TRY(put_bytes(source, reader, rows, count));
    } else if (is_boolean(reader)) {
        ALI_TRY(put_booleans(source, reader, rows, count));
    } else {
        ALI_TRY(put_fixed(source, reader, rows, count));
    }
    reader->done += rows;
    reader->values += count;
    reader->page_rows -= rows;
    source->credit -= (int64_t)(rows * VALUE_CREDIT);
    if (is_bytes(reader) && source->text_bytes >= reader->text_end) reader->rows = reader->done;
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
    out->type = ali_schema_field(source->schema, reader->index)->type;
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
