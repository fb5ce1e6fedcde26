// format/parquet/fixed.c: values of fixed width, from every encoding that has them to their final
// places (parquet-format, Encodings.md).
//
// Values that lie in memory as they are stored are decoded in place; others pass through a block of
// scratch memory, unless the page itself holds them one after the other.
#include "format/parquet/values.h"

// Bytes of scratch memory that hold a block of values, if more than one fits.
#define SCRATCH_BYTES UINT64_C(16384)

// --- conversion ----------------------------------------------------------------------------------

uint64_t ali_parquet_convert(const ali_parquet_column *column, void *to, const uint8_t *from,
                             uint64_t count) {
    switch (column->form) {
    case ALI_PARQUET_FORM_NARROW:
        return ali_plain_narrow(to, column->width, column->is_signed, from, count) ? count : 0;
    case ALI_PARQUET_FORM_WIDEN:
        ali_convert_widen(to, column->width, from, column->stored_bytes, count);
        return count;
    case ALI_PARQUET_FORM_DECIMAL:
        return ali_convert_decimals(to, column->width, from, column->stored_bytes, count);
    case ALI_PARQUET_FORM_NANOS:
        return ali_convert_nanos(to, from, count);
    case ALI_PARQUET_FORM_MICROS:
        ali_convert_micros(to, from, count);
        return count;
    default:
        return ali_convert_intervals(to, from, count);
    }
}

const char *ali_parquet_misfit(const ali_parquet_column *column) {
    switch (column->form) {
    case ALI_PARQUET_FORM_DECIMAL:
        return column->width == 16 ? "a decimal does not fit the 128 bits of its precision"
                                   : "a decimal does not fit the 256 bits of its precision";
    case ALI_PARQUET_FORM_NANOS:
        return "an INT96 timestamp lies outside the years 1677 to 2262, which 64 bits of "
               "nanoseconds hold";
    default:
        return "the months or days of an INTERVAL do not fit 31 bits";
    }
}

ali_status ali_parquet_fail_misfit(const ali_parquet_source *source,
                                   const ali_parquet_reader *reader, uint64_t index) {
    const ali_parquet_column *column = reader->column;
    if (column->form == ALI_PARQUET_FORM_NARROW) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page holds an integer that does not fit %u bits",
                                       8 * column->width);
    }
    return ali_parquet_fail_value(source, reader, index, "%s", ali_parquet_misfit(column));
}

// --- stored values -------------------------------------------------------------------------------

// Values of which a block of scratch memory holds as many.
static uint64_t block_of(const ali_parquet_reader *reader) {
    const uint64_t fit = SCRATCH_BYTES / ali_max_u64(reader->column->stored_bytes, 1);
    return ali_min_u64(ali_max_u64(fit, 1), ALI_RLE_BLOCK);
}

static ali_status take_delta(ali_parquet_source *source, ali_parquet_reader *reader, uint8_t *to,
                             uint64_t count) {
    const uint32_t why = reader->column->stored_bytes == 4
                             ? ali_delta_take_32(&reader->delta, (uint32_t *)(void *)to, count)
                             : ali_delta_take_64(&reader->delta, (uint64_t *)(void *)to, count);
    return why == ALI_DELTA_OK ? ALI_OK : ali_parquet_fail_delta(source, reader, why, count);
}

static ali_status take_split(ali_parquet_source *source, ali_parquet_reader *reader, uint8_t *to,
                             uint64_t count) {
    const uint32_t width = reader->column->stored_bytes;
    const uint64_t stride = width == 0 ? UINT64_MAX : reader->data_bytes / width;
    if (count > stride - reader->taken) return ali_parquet_fail_short(source, reader, count);
    if (to != NULL) ali_split_join(to, reader->data, stride, width, reader->taken, count);
    reader->taken += count;
    return ALI_OK;
}

// Takes the values of a page that is not PLAIN, as they are stored. `to` is aligned to their size.
static ali_status take_stored(ali_parquet_source *source, ali_parquet_reader *reader, uint8_t *to,
                              uint64_t count) {
    if (reader->encoding == ALI_PARQUET_BYTE_STREAM_SPLIT) {
        return take_split(source, reader, to, count);
    }
    if (reader->encoding == ALI_PARQUET_DELTA_BINARY_PACKED) {
        return take_delta(source, reader, to, count);
    }
    const uint32_t stored = reader->column->stored_bytes;
    int32_t *ends = (int32_t *)(void *)source->codes;
    const uint64_t block = block_of(reader);
    for (uint64_t at = 0; at < count; at += block) {
        const uint64_t now = ali_min_u64(count - at, block);
        ALI_TRY(ali_parquet_take_bytes(source, reader, now, stored, ends));
        ali_copy_counted(source->ctx, to + at * stored, source->scratch->data,
                         (size_t)(now * stored));
    }
    return ALI_OK;
}

static ali_status skip_plain(ali_parquet_source *source, ali_parquet_reader *reader,
                             uint64_t count) {
    const uint64_t bytes = count * reader->column->stored_bytes;
    if (bytes > reader->data_bytes) return ali_parquet_fail_short(source, reader, count);
    reader->data += bytes;
    reader->data_bytes -= bytes;
    return ALI_OK;
}

ali_status ali_parquet_skip_fixed(ali_parquet_source *source, ali_parquet_reader *reader,
                                  uint64_t count) {
    if (reader->encoding == ALI_PARQUET_PLAIN) return skip_plain(source, reader, count);
    if (reader->encoding == ALI_PARQUET_BYTE_STREAM_SPLIT) {
        return take_split(source, reader, NULL, count);
    }
    const bool is_delta = reader->encoding == ALI_PARQUET_DELTA_BINARY_PACKED;
    const uint64_t block = is_delta ? ALI_RLE_BLOCK : block_of(reader);
    for (uint64_t at = 0; at < count; at += block) {
        const uint64_t now = ali_min_u64(count - at, block);
        ALI_TRY(is_delta ? take_delta(source, reader, (uint8_t *)source->numbers, now)
                         : ali_parquet_take_bytes(source, reader, now, reader->column->stored_bytes,
                                                  (int32_t *)(void *)source->codes));
    }
    return ALI_OK;
}

// --- into the column -----------------------------------------------------------------------------

// An uncompressed page that fills the whole column as it lies: the column becomes a slice of what
// was fetched.
static bool is_slice_possible(const ali_parquet_reader *reader, uint64_t rows, uint64_t count) {
    return reader->nest == NULL && !reader->is_decompressed && reader->out->values == NULL &&
           rows == reader->rows && count == rows && reader->column->form == ALI_PARQUET_FORM_COPY &&
           ((uintptr_t)reader->data & 7) == 0;
}

// Makes the column's values if there are none yet; where the next ones go.
static ali_status new_values(ali_parquet_source *source, ali_parquet_reader *reader, uint8_t **to) {
    ali_column *out = reader->out;
    const uint32_t width = reader->column->width;
    if (out->values == NULL) {
        ALI_TRY(ali_buf_new(source->ctx, reader->rows * width, &out->values));
    }
    *to = out->values->data + reader->done * width;
    return ALI_OK;
}

static ali_status put_plain(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t rows,
                            uint64_t count) {
    const uint32_t stored = reader->column->stored_bytes;
    const uint64_t bytes = count * stored;
    if (bytes > reader->data_bytes) {
        return ali_parquet_fail_short(source, reader, count - reader->data_bytes / stored);
    }
    uint8_t *to = NULL;
    if (is_slice_possible(reader, rows, count)) {
        const uint64_t offset = (uint64_t)(reader->data - reader->body->data);
        ALI_TRY(ali_buf_slice(source->ctx, reader->body, offset, bytes, &reader->out->values));
    } else {
        ALI_TRY(new_values(source, reader, &to));
        if (reader->column->form == ALI_PARQUET_FORM_COPY) {
            ali_copy_counted(source->ctx, to, reader->data, (size_t)bytes);
        } else {
            const uint64_t fit = ali_parquet_convert(reader->column, to, reader->data, count);
            if (fit < count) return ali_parquet_fail_misfit(source, reader, fit);
        }
    }
    reader->data += bytes;
    reader->data_bytes -= bytes;
    return ALI_OK;
}

static ali_status put_coded(ali_parquet_source *source, ali_parquet_reader *reader,
                            uint64_t count) {
    const uint32_t width = reader->column->width;
    uint8_t *to = NULL;
    ALI_TRY(new_values(source, reader, &to));
    for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
        const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
        ALI_TRY(ali_parquet_take_codes(source, reader, source->codes, now, at));
        ali_plain_gather(to + at * width, reader->dictionary_data, width, source->codes, now);
    }
    return ALI_OK;
}

// Values of other encodings that lie in memory as they are stored, or are converted in blocks.
static ali_status put_stored(ali_parquet_source *source, ali_parquet_reader *reader,
                             uint64_t count) {
    const ali_parquet_column *column = reader->column;
    uint8_t *to = NULL;
    ALI_TRY(new_values(source, reader, &to));
    if (column->form == ALI_PARQUET_FORM_COPY) return take_stored(source, reader, to, count);
    const uint64_t block = block_of(reader);
    for (uint64_t at = 0; at < count; at += block) {
        const uint64_t now = ali_min_u64(count - at, block);
        const uint8_t *from = NULL;
        if (reader->encoding == ALI_PARQUET_DELTA_BYTE_ARRAY) {
            ALI_TRY(ali_parquet_take_bytes(source, reader, now, column->stored_bytes,
                                           (int32_t *)(void *)source->codes));
        } else {
            ALI_TRY(ali_buf_reserve(source->ctx, source->scratch, now * column->stored_bytes));
            ALI_TRY(take_stored(source, reader, source->scratch->data, now));
        }
        from = source->scratch->data;
        const uint64_t fit = ali_parquet_convert(column, to + at * column->width, from, now);
        if (fit < now) return ali_parquet_fail_misfit(source, reader, at + fit);
    }
    return ALI_OK;
}

// Decimals that are byte arrays.
static ali_status put_decimals(ali_parquet_source *source, ali_parquet_reader *reader,
                               uint64_t count) {
    const uint32_t width = reader->column->width;
    uint8_t *to = NULL;
    ALI_TRY(new_values(source, reader, &to));
    if (reader->encoding == ALI_PARQUET_PLAIN) {
        const uint8_t *from = reader->data;
        ALI_TRY(ali_parquet_skip_bytes(source, reader, count));
        const uint64_t fit = ali_convert_decimal_plain(to, width, from, count);
        return fit == count ? ALI_OK : ali_parquet_fail_misfit(source, reader, fit);
    }
    int32_t *ends = (int32_t *)(void *)source->codes;
    for (uint64_t at = 0; at < count; at += ALI_RLE_BLOCK) {
        const uint64_t now = ali_min_u64(count - at, ALI_RLE_BLOCK);
        ALI_TRY(ali_parquet_take_bytes(source, reader, now, ALI_UNKNOWN, ends));
        const uint64_t fit =
            ali_convert_decimal_bytes(to + at * width, width, source->scratch->data, ends, now);
        if (fit < now) return ali_parquet_fail_misfit(source, reader, at + fit);
    }
    return ALI_OK;
}

ali_status ali_parquet_put_fixed(ali_parquet_source *source, ali_parquet_reader *reader,
                                 uint64_t rows, uint64_t count) {
    if (ali_parquet_is_coded(reader)) {
        ALI_TRY(put_coded(source, reader, count));
    } else if (ali_parquet_is_bytes(reader)) {
        ALI_TRY(put_decimals(source, reader, count));
    } else if (reader->encoding == ALI_PARQUET_PLAIN) {
        ALI_TRY(put_plain(source, reader, rows, count));
    } else {
        ALI_TRY(put_stored(source, reader, count));
    }
    const uint32_t width = reader->column->width;
    if (count < rows) {
        ali_levels_spread(reader->out->values->data + reader->done * width, width,
                          ali_parquet_bitmap(reader), reader->done, rows, count);
    }
    return ALI_OK;
}
