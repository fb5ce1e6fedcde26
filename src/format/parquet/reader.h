// format/parquet/reader.h: a column chunk on its way from fetched bytes to a batch's column.
//
// A reader goes through the pages of a chunk by phases, each of which can stop for bytes that are
// not there or because the step has done its share: header, body, checksum, decompression, then
// values (or the dictionary). page.c has the way to a page's bytes, values.c and what stands beside
// it the decoding.
#ifndef ALI_FORMAT_PARQUET_READER_H
#define ALI_FORMAT_PARQUET_READER_H

#include "codec/codec.h"
#include "format/parquet/delta.h"
#include "format/parquet/levels.h"
#include "format/parquet/parquet.h"

// What the readers of a scan share.
typedef struct ali_parquet_source {
    ali_context *ctx;
    ali_task *task;
    ali_blob *blob;
    ali_schema *schema; // of the projected columns
    const ali_parquet_state *state;
    uint32_t strings;         // ALI_SCAN_STRINGS_DICTIONARY, ...
    uint64_t window_bytes;    // of a chunk that are wanted at a time, where it is read by windows
    uint64_t text_bytes;      // copied for the batch so far
    int64_t credit;           // work left to the running step: about a byte each
    ali_thrift thrift;        // the header that is being parsed
    ali_buf *header;          // its bytes; NULL: none is
    ali_inflow inflow;        // the page that is being decompressed: one reader's at a time
    ali_op_record *transform; // the same, by the host; NULL: none is
    ali_buf *scratch;         // a block of values on their way
    uint8_t slots[ALI_RLE_BLOCK + 1]; // definition levels of slots
    uint32_t codes[ALI_RLE_BLOCK];
    uint32_t lengths[ALI_RLE_BLOCK]; // of byte arrays, or of their suffixes
    uint32_t prefixes[ALI_RLE_BLOCK];
    uint64_t numbers[ALI_RLE_BLOCK];
} ali_parquet_source;

// How a batch's column is being filled.
enum { ALI_PARQUET_FILL_NONE, ALI_PARQUET_FILL_PLAIN, ALI_PARQUET_FILL_CODES };

typedef struct ali_parquet_nest ali_parquet_nest;

typedef struct ali_parquet_reader {
    const ali_parquet_column *column;
    uint32_t node;          // of the projected schema
    ali_parquet_nest *nest; // of a column below others; NULL: it is one of rows

    // The chunk.
    const ali_parquet_chunk *chunk;
    uint32_t group;
    uint64_t at;          // in the file: where the next header begins
    uint64_t wanted;      // bytes before this are wanted
    uint64_t values_left; // in pages not yet begun
    uint64_t skip_rows;   // to be passed over
    uint64_t row;         // of the row group: passed over or filled so far

    // The page.
    uint32_t phase;
    uint64_t page_offset_bytes;
    uint64_t window; // in which the header is looked for
    ali_parquet_page_header header;
    ali_buf *body;     // as it was fetched
    ali_buf *page;     // decompressed; kept for the next page
    bool is_inflating; // source->inflow or source->transform is this page's
    uint32_t crc;
    uint64_t checked_bytes;
    const uint8_t *data; // values not yet decoded
    uint64_t data_bytes;
    uint64_t page_rows; // not yet decoded
    int32_t encoding;
    uint64_t bit;         // PLAIN booleans: bits consumed
    uint64_t taken;       // BYTE_STREAM_SPLIT: values consumed
    uint32_t stream;      // DELTA_*: how far the page's streams are begun
    bool has_codes;       // `codes` is begun
    bool is_decompressed; // `data` lies in `page`, else in `body`
    ali_levels levels;
    ali_levels booleans; // RLE booleans
    ali_rle codes;
    ali_delta delta;    // integers, or the lengths of byte arrays
    ali_delta prefixes; // DELTA_BYTE_ARRAY: the lengths of prefixes
    ali_delta passing;  // the stream whose end is looked for
    ali_buf *last;      // DELTA_BYTE_ARRAY: the value before

    // The dictionary: of fixed width, or of byte arrays.
    bool has_dictionary;
    uint32_t dictionary_count;
    uint64_t dictionary_at;   // byte arrays: values taken so far
    uint64_t dictionary_left; // and values to come
    const uint8_t *dictionary_data;
    ali_buf *dictionary_buf;
    ali_column dictionary_column; // byte arrays, under construction
    uint32_t dictionary_longest;  // bytes of the longest value
    ali_dictionary *dictionary;

    // The batch's column. Below lists its rows are the slots for which there is room so far.
    ali_column *out;
    uint32_t fill;
    uint64_t rows;     // wanted; fewer if the column had to end before
    uint64_t done;     // rows filled
    uint64_t values;   // of these, not null
    uint64_t text_end; // the column ends where source->text_bytes comes to this

    // Rows that the last batches did not take, because another column ended before.
    ali_column spare;
    uint64_t spare_from;
    uint64_t spare_rows;
} ali_parquet_reader;

// Begins a chunk; the column must be readable.
//
// Returns:   ALI_OK; ALI_ERR_UNSUPPORTED for a codec; ALI_ERR_CORRUPT for a chunk that does not fit
// its
//            column or row group.
ALI_CHECKED ali_status ali_parquet_reader_begin(ali_parquet_source *source,
                                                ali_parquet_reader *reader, uint32_t group,
                                                uint64_t skip_rows);

// Wants the chunk's bytes up to `end` at least, by whole windows.
ALI_CHECKED ali_status ali_parquet_reader_want(ali_parquet_source *source,
                                               ali_parquet_reader *reader, uint64_t end);

// Begins to fill the next `rows` rows into a batch's column. It ends before them where the batch's
// text has come to `text_end` bytes, or where text without codes follows on text with codes: always
// after at least one row, and never depending on steps.
ALI_CHECKED ali_status ali_parquet_reader_fill(ali_parquet_source *source,
                                               ali_parquet_reader *reader, ali_column *out,
                                               uint64_t rows, uint64_t text_end);

// The rows that a column will have, as far as is known.
uint64_t ali_parquet_reader_rows(const ali_parquet_reader *reader);

// Goes on.
//
// Returns:   ALI_OK: the column is complete, with reader->rows. ALI_NEED: bytes are not there yet.
//            ALI_YIELD: the step's credit is used up.
ALI_CHECKED ali_status ali_parquet_reader_step(ali_parquet_source *source,
                                               ali_parquet_reader *reader);

// Checks that a chunk of which all rows were read has no more.
ALI_CHECKED ali_status ali_parquet_reader_check_end(const ali_parquet_source *source,
                                                    const ali_parquet_reader *reader);

// Releases what belongs to the chunk; with the page memory if the reader ends.
void ali_parquet_reader_end_chunk(ali_parquet_reader *reader);
void ali_parquet_reader_clear(ali_parquet_reader *reader);

// inflate.c: begins to decompress the page's body from its byte `from` on into `to_bytes`, as far
// as the limits allow that.
ALI_CHECKED ali_status ali_parquet_begin_inflate(ali_parquet_source *source,
                                                 ali_parquet_reader *reader, uint64_t from,
                                                 uint64_t to_bytes);

// inflate.c: goes on. ALI_OK: reader->data is decompressed. ALI_YIELD: the credit is used up.
// ALI_NEED: the host has the page.
ALI_CHECKED ali_status ali_parquet_step_inflate(ali_parquet_source *source,
                                                ali_parquet_reader *reader);

// inflate.c: releases what decompression keeps.
void ali_parquet_clear_inflate(ali_parquet_source *source);

// Fails with a sentence about a page, which it names with column and row group. `format` as in
// base/text.h.
ALI_CHECKED ali_status ali_parquet_reader_fail(const ali_parquet_source *source,
                                               const ali_parquet_reader *reader, ali_status status,
                                               const char *format, ...);

// dictionary.c: the dictionary page that lies in reader->data, in pieces.
ALI_CHECKED ali_status ali_parquet_begin_dictionary(ali_parquet_source *source,
                                                    ali_parquet_reader *reader, uint32_t count);
ALI_CHECKED ali_status ali_parquet_step_dictionary(ali_parquet_source *source,
                                                   ali_parquet_reader *reader);

// values.c: begins the values that lie in reader->data, in reader->encoding.
ALI_CHECKED ali_status ali_parquet_begin_values(ali_parquet_source *source,
                                                ali_parquet_reader *reader);

// values.c: decodes the next rows of the page, as many as are wanted and the credit allows.
ALI_CHECKED ali_status ali_parquet_step_values(ali_parquet_source *source,
                                               ali_parquet_reader *reader);

// values.c: completes a column whose rows are all filled.
ALI_CHECKED ali_status ali_parquet_finish_column(ali_parquet_source *source,
                                                 ali_parquet_reader *reader);

// values.c: the parts of that, for nested.c. Chooses how a column of text is filled; it keeps to
// that. False: codes are kept so far, but the page has none.
bool ali_parquet_choose_fill(const ali_parquet_source *source, ali_parquet_reader *reader);

// values.c: goes on with the beginning of a page's streams. ALI_YIELD: there is more.
ALI_CHECKED ali_status ali_parquet_begin_streams(ali_parquet_source *source,
                                                 ali_parquet_reader *reader);

// values.c: rows, or levels, out of `most` that this share of work covers, at least one; byte
// arrays that are copied to the batch take `room_bytes` at most, unless it is a single one.
uint64_t ali_parquet_share(ali_parquet_source *source, const ali_parquet_reader *reader,
                           uint64_t most, uint64_t room_bytes);

// values.c: fills the next `rows` slots with `count` values; or passes over values.
ALI_CHECKED ali_status ali_parquet_put_values(ali_parquet_source *source,
                                              ali_parquet_reader *reader, uint64_t rows,
                                              uint64_t count);
ALI_CHECKED ali_status ali_parquet_skip_values(ali_parquet_source *source,
                                               ali_parquet_reader *reader, uint64_t count);

#endif
