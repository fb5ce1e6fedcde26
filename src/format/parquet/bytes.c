// format/parquet/bytes.c: byte arrays, from every encoding that has them to offsets and data
// (parquet-format, Encodings.md), and text whose dictionary codes are kept.
#include "format/parquet/values.h"

// --- lengths -------------------------------------------------------------------------------------

// Decodes the lengths of up to a block of the next byte arrays to source->lengths, of their
// prefixes to source->prefixes.
static ali_status take_lengths(ali_parquet_source *source, const ali_parquet_reader *reader,
                               ali_delta *lengths, ali_delta *prefixes, uint64_t count) {
    uint32_t why = ali_delta_take_32(lengths, source->lengths, count);
    uint64_t sum = why == ALI_DELTA_OK ? ali_delta_sum(source->lengths, count) : 0;
    if (why == ALI_DELTA_OK && reader->encoding == ALI_PARQUET_DELTA_BYTE_ARRAY) {
        why = ali_delta_take_32(prefixes, source->prefixes, count);
        if (why == ALI_DELTA_OK) sum |= ali_delta_sum(source->prefixes, count);
    }
    if (why != ALI_DELTA_OK) return ali_parquet_fail_delta(source, reader, why, count);
    if (sum >> 63 == 0) return ALI_OK;
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page claims a byte array of negative length");
}

// Takes the lengths of the next byte arrays and checks them; *data_bytes is what these have.
static ali_status begin_block(ali_parquet_source *source, ali_parquet_reader *reader,
                              uint64_t count, uint64_t *data_bytes) {
    ALI_TRY(take_lengths(source, reader, &reader->delta, &reader->prefixes, count));
    if (reader->encoding == ALI_PARQUET_DELTA_BYTE_ARRAY) {
        const uint64_t last = reader->last == NULL ? 0 : reader->last->size_bytes;
        const uint64_t good = ali_delta_check(source->prefixes, source->lengths, count, last,
                                              reader->data_bytes, data_bytes);
        if (good == count) return ALI_OK;
        return ali_parquet_fail_value(source, reader, good,
                                      "a byte array of %u bytes after a prefix of %u does not lie "
                                      "in its page",
                                      source->lengths[good], source->prefixes[good]);
    }
    *data_bytes = ali_delta_sum(source->lengths, count);
    if (*data_bytes <= reader->data_bytes) return ALI_OK;
    return ali_parquet_fail_short(source, reader, count);
}

// Keeps the last of some byte arrays, for the prefix of the one after it.
static ali_status keep_last(ali_parquet_source *source, ali_parquet_reader *reader,
                            const uint8_t *data, uint64_t data_bytes) {
    if (reader->last == NULL) ALI_TRY(ali_buf_new(source->ctx, 0, &reader->last));
    reader->last->size_bytes = 0;
    ALI_TRY(ali_buf_reserve(source->ctx, reader->last, data_bytes));
    ali_copy(reader->last->data, data, (size_t)data_bytes);
    reader->last->size_bytes = data_bytes;
    return ALI_OK;
}

// Writes the byte arrays of a block that was begun.
static ali_status end_block(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t count,
                            uint8_t *to, uint64_t data_bytes, int32_t base, int32_t *ends) {
    uint64_t used = data_bytes;
    if (reader->encoding == ALI_PARQUET_DELTA_BYTE_ARRAY) {
        const uint8_t *last = reader->last == NULL ? reader->data : reader->last->data;
        used = ali_delta_join(source->prefixes, source->lengths, count, reader->data,
                              reader->data_bytes, last, to, ALI_BUF_PADDING, base, ends);
    } else {
        ali_copy_counted(source->ctx, to, reader->data, (size_t)data_bytes);
        ali_delta_ends(source->lengths, count, base, ends);
    }
    reader->data += used;
    reader->data_bytes -= used;
    if (reader->encoding != ALI_PARQUET_DELTA_BYTE_ARRAY || count == 0) return ALI_OK;
    const uint64_t length = (uint64_t)source->prefixes[count - 1] + source->lengths[count - 1];
    return keep_last(source, reader, to + data_bytes - length, length);
}

ali_status ali_parquet_take_bytes(ali_parquet_source *source, ali_parquet_reader *reader,
                                  uint64_t count, uint64_t fixed_bytes, int32_t *ends) {
    uint64_t data_bytes = 0;
    ALI_TRY(begin_block(source, reader, count, &data_bytes));
    const bool is_fixed = fixed_bytes != ALI_UNKNOWN;
    for (uint64_t i = 0; is_fixed && i < count; i += 1) {
        const uint64_t length = (uint64_t)source->prefixes[i] + source->lengths[i];
        if (length == fixed_bytes) continue;
        return ali_parquet_fail_value(source, reader, i,
                                      "a value has %U bytes where the column's type has %U", length,
                                      fixed_bytes);
    }
    if (data_bytes > INT32_MAX) return ali_parquet_fail_short(source, reader, count);
    source->scratch->size_bytes = 0;
    ALI_TRY(ali_buf_reserve(source->ctx, source->scratch, data_bytes));
    source->credit -= (int64_t)data_bytes;
    return end_block(source, reader, count, source->scratch->data, data_bytes, 0, ends);
}

// --- room ----------------------------------------------------------------------------------------

uint64_t ali_parquet_rows_of_bytes(ali_parquet_source *source, const ali_parquet_reader *reader,
                                   uint64_t rows, uint64_t most_bytes) {
    const bool has_prefixes = reader->encoding == ALI_PARQUET_DELTA_BYTE_ARRAY;
    if (!has_prefixes && reader->data_bytes <= most_bytes) return rows;
    if (reader->encoding == ALI_PARQUET_PLAIN) {
        uint64_t end = 0;
        uint64_t data_bytes = 0;
        const uint64_t fit = ali_plain_measure(reader->data, reader->data_bytes, rows, most_bytes,
                                               &end, &data_bytes);
        const uint64_t left = reader->data_bytes - end;
        const bool is_cut = fit < rows && left >= 4 && ali_load_u32(reader->data + end) <= left - 4;
        return is_cut ? ali_max_u64(fit, 1) : rows;
    }
    ali_delta lengths = reader->delta;
    ali_delta prefixes = reader->prefixes;
    const uint64_t block = ali_min_u64(rows, ALI_RLE_BLOCK);
    const uint64_t count = ali_min_u64(block, lengths.left);
    uint32_t why = ali_delta_take_32(&lengths, source->lengths, count);
    if (why == ALI_DELTA_OK && has_prefixes) {
        why = ali_delta_take_32(&prefixes, source->prefixes, count);
    }
    if (why != ALI_DELTA_OK) return block;
    const uint64_t fit =
        ali_delta_fit(has_prefixes ? source->prefixes : NULL, source->lengths, count, most_bytes);
    return fit < count ? ali_max_u64(fit, 1) : block;
}

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

// Counts bytes that were appended to the column's data.
static void advance(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t data_bytes) {
    reader->out->data->size_bytes += data_bytes;
    source->text_bytes += data_bytes;
    source->credit -= (int64_t)data_bytes;
}

// Bytes that the column's text will have if the rest is like its page or dictionary, and an eighth
// more, so that it seldom moves: at most the column's share of the batch's text.
static uint64_t expected_bytes(const ali_parquet_source *source, const ali_parquet_reader *reader) {
    uint64_t bytes = reader->data_bytes / ali_max_u64(reader->page_rows, 1);
    if (ali_parquet_is_coded(reader) && reader->has_dictionary) {
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

// --- into the column -----------------------------------------------------------------------------

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
    uint64_t at = reader->out->data->size_bytes;
    for (uint64_t i = 0; i < count; i += 1) {
        const size_t length = (size_t)(offsets[codes[i] + 1] - offsets[codes[i]]);
        ali_copy(reader->out->data->data + at, dictionary->data->data + offsets[codes[i]], length);
        at += length;
        ends[i] = (int32_t)at;
    }
    advance(source, reader, data_bytes);
    return ALI_OK;
}

static ali_status put_coded(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t count,
                            int32_t *ends) {
    for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
        const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
        ALI_TRY(ali_parquet_take_codes(source, reader, source->codes, now, at));
        ALI_TRY(append_values(source, reader, source->codes, now, ends + at));
    }
    return ALI_OK;
}

// Keeps the codes as they are.
static ali_status put_codes(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t rows,
                            uint64_t count) {
    ali_column *out = reader->out;
    if (out->values == NULL) {
        ALI_TRY(ali_buf_new(source->ctx, reader->rows * 4, &out->values));
    }
    uint32_t *to = (uint32_t *)(void *)out->values->data + reader->done;
    for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
        const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
        ALI_TRY(ali_parquet_take_codes(source, reader, to + at, now, at));
    }
    if (count < rows) {
        ali_levels_spread(to, 4, ali_parquet_bitmap(reader), reader->done, rows, count);
    }
    return ALI_OK;
}

static ali_status put_plain(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t count,
                            int32_t *ends) {
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    const uint64_t measured =
        ali_plain_measure(reader->data, reader->data_bytes, count, UINT64_MAX, &end, &data_bytes);
    if (measured < count) return ali_parquet_fail_short(source, reader, count - measured);
    ALI_TRY(reserve_data(source, reader, data_bytes));
    ali_buf *data = reader->out->data;
    ali_plain_bytes(reader->data, end, count, data->data + data->size_bytes,
                    data->capacity_bytes - data->size_bytes + ALI_BUF_PADDING,
                    (int32_t)data->size_bytes, ends);
    reader->data += end;
    reader->data_bytes -= end;
    advance(source, reader, data_bytes);
    return ALI_OK;
}

static ali_status put_delta(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t count,
                            int32_t *ends) {
    for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
        const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
        uint64_t data_bytes = 0;
        ALI_TRY(begin_block(source, reader, now, &data_bytes));
        ALI_TRY(reserve_data(source, reader, data_bytes));
        const ali_buf *data = reader->out->data;
        ALI_TRY(end_block(source, reader, now, data->data + data->size_bytes, data_bytes,
                          (int32_t)data->size_bytes, ends + at));
        advance(source, reader, data_bytes);
    }
    return ALI_OK;
}

ali_status ali_parquet_put_bytes(ali_parquet_source *source, ali_parquet_reader *reader,
                                 uint64_t rows, uint64_t count) {
    if (reader->fill == ALI_PARQUET_FILL_CODES) return put_codes(source, reader, rows, count);
    ALI_TRY(new_offsets(source, reader));
    int32_t *ends = (int32_t *)(void *)reader->out->offsets->data + 1 + reader->done;
    const int32_t base = ends[-1];
    if (ali_parquet_is_coded(reader)) {
        ALI_TRY(put_coded(source, reader, count, ends));
    } else if (reader->encoding == ALI_PARQUET_PLAIN) {
        ALI_TRY(put_plain(source, reader, count, ends));
    } else {
        ALI_TRY(put_delta(source, reader, count, ends));
    }
    if (count < rows) {
        ali_levels_spread_ends(ends, base, ali_parquet_bitmap(reader), reader->done, rows, count);
    }
    return ALI_OK;
}

static ali_status skip_plain(ali_parquet_source *source, ali_parquet_reader *reader,
                             uint64_t count) {
    uint64_t end = 0;
    uint64_t data_bytes = 0;
    const uint64_t measured =
        ali_plain_measure(reader->data, reader->data_bytes, count, UINT64_MAX, &end, &data_bytes);
    if (measured < count) return ali_parquet_fail_short(source, reader, count - measured);
    reader->data += end;
    reader->data_bytes -= end;
    return ALI_OK;
}

ali_status ali_parquet_skip_bytes(ali_parquet_source *source, ali_parquet_reader *reader,
                                  uint64_t count) {
    if (reader->encoding == ALI_PARQUET_PLAIN) return skip_plain(source, reader, count);
    int32_t *ends = (int32_t *)(void *)source->codes;
    for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
        const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
        if (reader->encoding == ALI_PARQUET_DELTA_BYTE_ARRAY) {
            ALI_TRY(ali_parquet_take_bytes(source, reader, now, ALI_UNKNOWN, ends));
            continue;
        }
        uint64_t data_bytes = 0;
        ALI_TRY(begin_block(source, reader, now, &data_bytes));
        reader->data += data_bytes;
        reader->data_bytes -= data_bytes;
    }
    return ALI_OK;
}
