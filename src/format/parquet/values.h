// format/parquet/values.h: what the parts of decoding share: dictionary.c, fixed.c, bytes.c and
// values.c, which puts them together.
//
// The next values of a page, which are not null, are taken `count` at a time; `rows` is how many
// slots of the column they fill, of which reader->done are filled before. Values are written
// densely, then spread over the slots.
#ifndef ALI_FORMAT_PARQUET_VALUES_H
#define ALI_FORMAT_PARQUET_VALUES_H

#include "format/parquet/convert.h"
#include "format/parquet/plain.h"
#include "format/parquet/reader.h"
#include "format/parquet/split.h"

// What a value costs of the credit.
#define ALI_PARQUET_VALUE_CREDIT 4

// A column of text or binary, with offsets and data.
static inline bool ali_parquet_is_text(const ali_parquet_reader *reader) {
    return reader->column->form == ALI_PARQUET_FORM_TEXT;
}

// Values lie in pages as byte arrays of any length.
static inline bool ali_parquet_is_bytes(const ali_parquet_reader *reader) {
    return reader->column->type == ALI_PARQUET_BYTE_ARRAY;
}

static inline bool ali_parquet_is_coded(const ali_parquet_reader *reader) {
    return reader->encoding == ALI_PARQUET_PLAIN_DICTIONARY ||
           reader->encoding == ALI_PARQUET_RLE_DICTIONARY;
}

// The bitmap of the column's validity; NULL for a column that is required.
static inline const uint8_t *ali_parquet_bitmap(const ali_parquet_reader *reader) {
    return reader->out->validity == NULL ? NULL : reader->out->validity->data;
}

// values.c: fails with a page that ends before `values` more.
ALI_CHECKED ali_status ali_parquet_fail_short(const ali_parquet_source *source,
                                              const ali_parquet_reader *reader, uint64_t values);

// values.c: fails with a sentence about value `index` of those that are being taken, and its row.
ALI_CHECKED ali_status ali_parquet_fail_value(const ali_parquet_source *source,
                                              const ali_parquet_reader *reader, uint64_t index,
                                              const char *format, ...);

// dictionary.c: takes up to a block of codes, and checks them; those before them in these rows are
// `index`. Or passes over any number.
ALI_CHECKED ali_status ali_parquet_take_codes(ali_parquet_source *source,
                                              ali_parquet_reader *reader, uint32_t *codes,
                                              uint64_t count, uint64_t index);
ALI_CHECKED ali_status ali_parquet_skip_codes(ali_parquet_source *source,
                                              ali_parquet_reader *reader, uint64_t count);

// fixed.c: values of fixed width in memory, however they lie in the page.
ALI_CHECKED ali_status ali_parquet_put_fixed(ali_parquet_source *source, ali_parquet_reader *reader,
                                             uint64_t rows, uint64_t count);
ALI_CHECKED ali_status ali_parquet_skip_fixed(ali_parquet_source *source,
                                              ali_parquet_reader *reader, uint64_t count);

// fixed.c: converts `count` values of fixed width from how they are stored to how they lie in
// memory.
//
// Returns:   `count`, or the index of a value that does not fit.
uint64_t ali_parquet_convert(const ali_parquet_column *column, void *to, const uint8_t *from,
                             uint64_t count);

// fixed.c: what is wrong with a value that does not fit, but for integers.
const char *ali_parquet_misfit(const ali_parquet_column *column);

// fixed.c: fails with a value that does not fit.
ALI_CHECKED ali_status ali_parquet_fail_misfit(const ali_parquet_source *source,
                                               const ali_parquet_reader *reader, uint64_t index);

// bytes.c: text and binary.
ALI_CHECKED ali_status ali_parquet_put_bytes(ali_parquet_source *source, ali_parquet_reader *reader,
                                             uint64_t rows, uint64_t count);
ALI_CHECKED ali_status ali_parquet_skip_bytes(ali_parquet_source *source,
                                              ali_parquet_reader *reader, uint64_t count);

// bytes.c: rows whose byte arrays have at most `most_bytes` together, if none of them is null: at
// least one.
uint64_t ali_parquet_rows_of_bytes(ali_parquet_source *source, const ali_parquet_reader *reader,
                                   uint64_t rows, uint64_t most_bytes);

// bytes.c: takes up to a block of byte arrays of a page that is not PLAIN into source->scratch;
// where each ends goes to `ends`. `fixed_bytes` is what each must have; ALI_UNKNOWN if any will do.
ALI_CHECKED ali_status ali_parquet_take_bytes(ali_parquet_source *source,
                                              ali_parquet_reader *reader, uint64_t count,
                                              uint64_t fixed_bytes, int32_t *ends);

// values.c: fails with the reason why integers could not be decoded.
ALI_CHECKED ali_status ali_parquet_fail_delta(const ali_parquet_source *source,
                                              const ali_parquet_reader *reader, uint32_t why,
                                              uint64_t values);

#endif
