// format/parquet/dictionary.c: dictionary pages, and the codes that refer to them (parquet-format,
// Encodings.md, PLAIN_DICTIONARY and RLE_DICTIONARY).
//
// A dictionary of fixed width whose values lie in memory as they are stored stays where it is: in
// the page's memory, or in the fetched bytes. Others are converted once, text becomes a column.
#include "format/parquet/values.h"

// Values of a dictionary that are taken at least.
#define VALUES_MIN UINT64_C(1024)
// Decimals of no bytes that a dictionary may have.
#define EMPTY_MAX 1024u
// Byte arrays that are taken at a time.
#define BYTES_PIECE UINT64_C(16384)

static ali_status fail_dictionary(const ali_parquet_source *source,
                                  const ali_parquet_reader *reader, uint32_t count) {
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a dictionary claims %u values, more than its %U bytes can hold",
                                   count, reader->data_bytes);
}

static ali_status fail_misfit(const ali_parquet_source *source, const ali_parquet_reader *reader,
                              uint64_t index) {
    const ali_parquet_column *column = reader->column;
    if (column->form == ALI_PARQUET_FORM_NARROW) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a dictionary holds an integer that does not fit %u bits",
                                       8 * column->width);
    }
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT, "%s, value %U of a dictionary",
                                   ali_parquet_misfit(column), index);
}

// Values that the next piece of work converts.
static uint64_t next_piece(const ali_parquet_source *source, const ali_parquet_reader *reader) {
    const uint64_t left = reader->dictionary_count - reader->dictionary_at;
    const uint64_t share = (uint64_t)source->credit / ALI_PARQUET_VALUE_CREDIT;
    return ali_min_u64(left, ali_max_u64(share, VALUES_MIN));
}

// Counts values of a dictionary of fixed width as made.
static void advance(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t count) {
    reader->dictionary_at += count;
    source->credit -=
        (int64_t)(count * ali_max_u64(ALI_PARQUET_VALUE_CREDIT, reader->column->width / 2));
    reader->dictionary_data = reader->dictionary_buf->data;
    reader->has_dictionary = reader->dictionary_at == reader->dictionary_count;
}

// Converts values of a dictionary until it is whole.
static ali_status convert_fixed(ali_parquet_source *source, ali_parquet_reader *reader) {
    const ali_parquet_column *column = reader->column;
    const uint64_t count = next_piece(source, reader);
    uint8_t *to = reader->dictionary_buf->data + reader->dictionary_at * column->width;
    const uint8_t *from = reader->data + reader->dictionary_at * column->stored_bytes;
    const uint64_t fit = ali_parquet_convert(column, to, from, count);
    if (fit < count) return fail_misfit(source, reader, reader->dictionary_at + fit);
    advance(source, reader, count);
    return ALI_OK;
}

// The same for decimals that are byte arrays.
static ali_status convert_bytes(ali_parquet_source *source, ali_parquet_reader *reader) {
    const uint32_t width = reader->column->width;
    const uint64_t count = next_piece(source, reader);
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    const uint64_t measured = ali_plain_measure(reader->data, reader->data_bytes, count,
                                                (uint64_t)source->credit, &end, &data_bytes);
    if (measured == 0 && count != 0) return ali_parquet_fail_short(source, reader, count);
    uint8_t *to = reader->dictionary_buf->data + reader->dictionary_at * width;
    const uint64_t fit = ali_convert_decimal_plain(to, width, reader->data, measured);
    if (fit < measured) return fail_misfit(source, reader, reader->dictionary_at + fit);
    reader->data += end;
    reader->data_bytes -= end;
    source->credit -= (int64_t)data_bytes;
    advance(source, reader, measured);
    return ALI_OK;
}

// Begins a dictionary of fixed width.
static ali_status begin_fixed(ali_parquet_source *source, ali_parquet_reader *reader,
                              uint32_t count) {
    const ali_parquet_column *column = reader->column;
    const uint32_t least = ali_parquet_is_bytes(reader) ? 4 : column->stored_bytes;
    const bool is_kept = column->form == ALI_PARQUET_FORM_COPY ||
                         column->form == ALI_PARQUET_FORM_NULL;
    const uint64_t most = least != 0 ? reader->data_bytes / least
                          : is_kept  ? UINT32_MAX
                                     : EMPTY_MAX;
    if (count > most) return fail_dictionary(source, reader, count);
    reader->dictionary_count = count;
    reader->dictionary_at = 0;
    if (!is_kept) {
        return ali_buf_new(source->ctx, (uint64_t)count * column->width, &reader->dictionary_buf);
    }
    if (reader->is_decompressed) {
        reader->dictionary_buf = reader->page;
        reader->page = NULL;
    } else {
        reader->dictionary_buf = ali_buf_retain(reader->body);
    }
    reader->dictionary_data = reader->data;
    reader->has_dictionary = true;
    return ALI_OK;
}

static ali_status check_dictionary(const ali_parquet_source *source,
                                   const ali_parquet_reader *reader) {
    const int32_t encoding = reader->header.dictionary.encoding;
    if (reader->column->type == ALI_PARQUET_BOOLEAN) {
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
    if (!ali_parquet_is_text(reader)) return begin_fixed(source, reader, count);
    if (count > reader->data_bytes / 4) return fail_dictionary(source, reader, count);
    ali_column *column = &reader->dictionary_column;
    column->type = source->schema->nodes[reader->node].type;
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

// Takes values of a dictionary of text until it is whole.
static ali_status step_text(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_column *column = &reader->dictionary_column;
    const uint64_t left = reader->dictionary_count - reader->dictionary_at;
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    const uint64_t count = ali_plain_measure(reader->data, reader->data_bytes,
                                             ali_min_u64(left, BYTES_PIECE),
                                             (uint64_t)source->credit, &end, &data_bytes);
    if (count == 0 && left != 0) return ali_parquet_fail_short(source, reader, left);
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
    source->credit -= (int64_t)(data_bytes + count * ALI_PARQUET_VALUE_CREDIT);
    if (count < left) return ALI_OK;
    ali_column made = *column;
    *column = (ali_column){0};
    ALI_TRY(ali_dictionary_new(source->ctx, source->schema, &made, &reader->dictionary));
    reader->has_dictionary = true;
    return ALI_OK;
}

ali_status ali_parquet_step_dictionary(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (reader->has_dictionary) return ALI_OK;
    if (ali_parquet_is_text(reader)) return step_text(source, reader);
    if (ali_parquet_is_bytes(reader)) return convert_bytes(source, reader);
    return convert_fixed(source, reader);
}

// --- codes ---------------------------------------------------------------------------------------

// Begins the codes of a page: a byte with their width, then the hybrid.
static ali_status begin_codes(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (!reader->has_dictionary) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page refers to a dictionary, but there is none");
    }
    if (reader->data_bytes == 0) return ali_parquet_fail_short(source, reader, reader->page_rows);
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

// Finds the first code that is out of range.
static ali_status fail_code(const ali_parquet_source *source, const ali_parquet_reader *reader,
                            const uint32_t *codes, uint64_t index) {
    uint64_t at = 0;
    while (codes[at] < reader->dictionary_count) at += 1;
    return ali_parquet_fail_value(source, reader, index + at,
                                  "a page refers to value %u of a dictionary of %u", codes[at],
                                  reader->dictionary_count);
}

ali_status ali_parquet_take_codes(ali_parquet_source *source, ali_parquet_reader *reader,
                                  uint32_t *codes, uint64_t count, uint64_t index) {
    if (!reader->has_codes) ALI_TRY(begin_codes(source, reader));
    if (!ali_rle_take(&reader->codes, codes, count)) {
        return ali_parquet_fail_short(source, reader, count);
    }
    if (ali_plain_maximum(codes, count) < reader->dictionary_count) return ALI_OK;
    return fail_code(source, reader, codes, index);
}

ali_status ali_parquet_skip_codes(ali_parquet_source *source, ali_parquet_reader *reader,
                                  uint64_t count) {
    if (!reader->has_codes) ALI_TRY(begin_codes(source, reader));
    return ali_rle_skip(&reader->codes, count) ? ALI_OK
                                               : ali_parquet_fail_short(source, reader, count);
}
