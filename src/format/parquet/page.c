// format/parquet/page.c: the pages of a column chunk, from their headers to decompressed bytes
// (parquet-format, README "Data Pages", "Column chunks"; Compression.md).
//
// Left out: encrypted pages, page indexes.
#include "base/crc.h"
#include "base/text.h"
#include "format/parquet/nested.h"

// Bytes in which a page's header is looked for at first.
#define HEADER_BYTES UINT64_C(512)
// Bytes of a header at most, as in other readers, unless footer_bytes_max is less.
#define HEADER_BYTES_MAX (UINT64_C(16) << 20)
// What a header costs of a step's credit.
#define HEADER_CREDIT 512

enum { PHASE_HEADER, PHASE_BODY, PHASE_CHECK, PHASE_INFLATE, PHASE_DICTIONARY, PHASE_VALUES };

ali_status ali_parquet_reader_fail(const ali_parquet_source *source,
                                   const ali_parquet_reader *reader, ali_status status,
                                   const char *format, ...) {
    char text[200];
    char path[ALI_PARQUET_PATH_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)ali_text_format(text, sizeof text, format, arguments);
    va_end(arguments);
    const size_t path_bytes = ali_parquet_path(source->state, reader->column, path, sizeof path);
    status = ali_fail_at(source->ctx, status, reader->page_offset_bytes,
                         "%s (column %q, row group %u, page at offset %U)", text, path, path_bytes,
                         reader->group, reader->page_offset_bytes);
    ali_error_add_column(source->ctx, path, path_bytes);
    return status;
}

// Adds the column to an error that others have told of.
static void add_column(const ali_parquet_source *source, const ali_parquet_reader *reader) {
    char path[ALI_PARQUET_PATH_BYTES];
    const size_t path_bytes = ali_parquet_path(source->state, reader->column, path, sizeof path);
    ali_error_add_column(source->ctx, path, path_bytes);
}

// --- the chunk -----------------------------------------------------------------------------------

static ali_status fail_chunk(const ali_parquet_source *source, const ali_parquet_reader *reader,
                             ali_status status, const char *format, ...) {
    char text[160];
    char path[ALI_PARQUET_PATH_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)ali_text_format(text, sizeof text, format, arguments);
    va_end(arguments);
    const size_t path_bytes = ali_parquet_path(source->state, reader->column, path, sizeof path);
    status = ali_fail(source->ctx, status, "%s (column %q, row group %u)", text, path, path_bytes,
                      reader->group);
    add_column(source, reader);
    return status;
}

static ali_status check_codec(const ali_parquet_source *source, const ali_parquet_reader *reader) {
    const uint32_t codec = (uint32_t)reader->chunk->meta.codec;
    const bool is_known = codec < ALI_CODEC_PARQUET_END;
    if (is_known && ali_codec_is_supported(codec)) return ALI_OK;
    if (codec == ALI_CODEC_BROTLI) return ALI_OK; // the host's business
    const char *name = is_known ? ali_codec_name(codec) : NULL;
    if (name == NULL) {
        return fail_chunk(source, reader, ALI_ERR_CORRUPT, "codec number %u does not exist", codec);
    }
    return fail_chunk(source, reader, ALI_ERR_UNSUPPORTED, "codec %s is not supported", name);
}

// Each row has a level, and outside of lists just one.
static ali_status check_values(const ali_parquet_source *source, const ali_parquet_reader *reader,
                               uint64_t rows) {
    const uint64_t values = (uint64_t)reader->chunk->meta.values;
    if (reader->column->repetition == 0 ? values == rows : values >= rows) return ALI_OK;
    return fail_chunk(source, reader, ALI_ERR_CORRUPT,
                      reader->column->repetition == 0
                          ? "the column chunk has another number of values than its row group has "
                            "rows"
                          : "the column chunk has fewer values than its row group has rows");
}

static ali_status check_chunk(const ali_parquet_source *source, const ali_parquet_reader *reader,
                              uint64_t rows) {
    const ali_parquet_chunk *chunk = reader->chunk;
    if ((chunk->seen & ALI_PARQUET_CHUNK_ENCRYPTED) != 0) {
        return fail_chunk(source, reader, ALI_ERR_UNSUPPORTED,
                          "encrypted columns are not supported");
    }
    if ((chunk->seen & ALI_PARQUET_CHUNK_META) == 0) {
        return fail_chunk(source, reader, ALI_ERR_CORRUPT, "the column chunk has no metadata");
    }
    if (chunk->meta.type != reader->column->type) {
        return fail_chunk(source, reader, ALI_ERR_CORRUPT,
                          "the column chunk has another type than the schema says");
    }
    ALI_TRY(check_values(source, reader, rows));
    return check_codec(source, reader);
}

ali_status ali_parquet_reader_begin(ali_parquet_source *source, ali_parquet_reader *reader,
                                    uint32_t group, uint64_t skip_rows) {
    const ali_parquet_row_group *row_group = ali_parquet_row_group_at(source->state, group);
    const ali_parquet_chunk *chunks = row_group->chunks.items;
    reader->chunk = &chunks[reader->column->leaf];
    reader->group = group;
    ALI_TRY(check_chunk(source, reader, (uint64_t)row_group->rows));
    reader->at = reader->chunk->start_bytes;
    reader->wanted = reader->chunk->end_bytes;
    reader->values_left = (uint64_t)reader->chunk->meta.values;
    reader->skip_rows = skip_rows;
    reader->is_inflating = false;
    reader->row = 0;
    reader->page_rows = 0;
    reader->window = HEADER_BYTES;
    reader->phase = PHASE_HEADER;
    if (reader->nest != NULL) ali_parquet_nest_begin(reader);
    return ALI_OK;
}

ali_status ali_parquet_reader_want(ali_parquet_source *source, ali_parquet_reader *reader,
                                   uint64_t end) {
    if (end <= reader->wanted) return ALI_OK;
    const uint64_t from = ali_max_u64(reader->wanted, reader->at); // not what was passed over
    const uint64_t window = ali_max_u64(end - from, source->window_bytes);
    const uint64_t bytes = ali_min_u64(window, reader->chunk->end_bytes - from);
    reader->wanted = from + bytes;
    return ali_blob_want(source->blob, source->task, from, bytes, "column chunk");
}

ali_status ali_parquet_reader_check_end(const ali_parquet_source *source,
                                        const ali_parquet_reader *reader) {
    if (reader->column->repetition == 0) return ALI_OK;
    if (reader->values_left == 0 && reader->page_rows == 0) return ALI_OK;
    return fail_chunk(source, reader, ALI_ERR_CORRUPT,
                      "the column chunk has more rows than its row group");
}

void ali_parquet_reader_end_chunk(ali_parquet_reader *reader) {
    ali_buf_release(reader->body);
    ali_buf_release(reader->dictionary_buf);
    ali_column_clear(&reader->dictionary_column);
    ali_dictionary_release(reader->dictionary);
    reader->body = reader->dictionary_buf = NULL;
    reader->dictionary = NULL;
    reader->dictionary_data = NULL;
    reader->dictionary_count = 0;
    reader->has_dictionary = false;
}

void ali_parquet_reader_clear(ali_parquet_reader *reader) {
    ali_parquet_reader_end_chunk(reader);
    ali_buf_release(reader->page);
    ali_buf_release(reader->last);
    reader->page = reader->last = NULL;
    ali_column_clear(&reader->spare);
}

// --- the header ----------------------------------------------------------------------------------

// Goes on with a header in the bytes that are there. ALI_NEED: they do not hold it as a whole.
static ali_status parse_header(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_thrift *thrift = &source->thrift;
    const uint64_t before = thrift->at;
    const ali_status status = ali_thrift_step(thrift, (uint64_t)source->credit);
    source->credit -= (int64_t)(thrift->at - before) + HEADER_CREDIT;
    if (status == ALI_YIELD) return status;
    ali_buf_release(source->header);
    source->header = NULL;
    if (status < 0) {
        add_column(source, reader);
    }
    return status;
}

// Takes the bytes in which a header is looked for.
static ali_status begin_header(ali_parquet_source *source, ali_parquet_reader *reader) {
    const uint64_t look = ali_min_u64(reader->window, reader->chunk->end_bytes - reader->at);
    ALI_TRY(ali_parquet_reader_want(source, reader, reader->at + look));
    const ali_status status =
        ali_blob_peek(source->blob, source->task, reader->at, look, &source->header);
    if (status != ALI_OK) return status;
    const ali_buf *bytes = source->header;
    source->thrift =
        (ali_thrift){.ctx = source->ctx,
                     .bytes = bytes->data,
                     .count_bytes = bytes->size_bytes,
                     .offset_bytes = reader->at,
                     .what = "page header",
                     .is_partial = reader->at + bytes->size_bytes < reader->chunk->end_bytes};
    ali_thrift_begin(&source->thrift, &ali_parquet_page_header_type, &reader->header);
    return ALI_OK;
}

// The bytes that were there do not hold the header: waits for those looked into, or looks further.
static ali_status widen_window(ali_parquet_source *source, ali_parquet_reader *reader) {
    const uint64_t look = ali_min_u64(reader->window, reader->chunk->end_bytes - reader->at);
    if (source->thrift.count_bytes < look) {
        ali_buf *bytes = NULL;
        const ali_status status =
            ali_blob_slice(source->blob, source->task, reader->at, look, &bytes);
        ali_buf_release(bytes);
        return status;
    }
    const uint64_t most = ali_min_u64(HEADER_BYTES_MAX, source->ctx->limits.footer_bytes_max);
    if (reader->window == most) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_LIMIT,
                                       "a page's header has more than %U bytes", most);
    }
    reader->window = ali_min_u64(reader->window * 8, most);
    return ALI_OK;
}

// Reads the header at reader->at, looking into more and more bytes.
static ali_status read_header(ali_parquet_source *source, ali_parquet_reader *reader) {
    for (;;) {
        ali_status status = ALI_OK;
        if (source->header == NULL) status = begin_header(source, reader);
        if (status != ALI_OK) return status;
        status = parse_header(source, reader);
        if (status != ALI_NEED) return status;
        status = widen_window(source, reader);
        if (status != ALI_OK) return status;
        if (source->credit <= 0) return ALI_YIELD;
    }
}

// The values that the header of a data page claims.
static int32_t values_of(const ali_parquet_page_header *header) {
    return header->type == ALI_PARQUET_DATA_PAGE ? header->data.values : header->data_v2.values;
}

static bool is_data_page(const ali_parquet_page_header *header) {
    return header->type == ALI_PARQUET_DATA_PAGE || header->type == ALI_PARQUET_DATA_PAGE_V2;
}

static ali_status check_data_header(const ali_parquet_source *source,
                                    const ali_parquet_reader *reader) {
    const ali_parquet_page_header *header = &reader->header;
    const uint32_t bit = header->type == ALI_PARQUET_DATA_PAGE ? ALI_PARQUET_PAGE_DATA
                                                               : ALI_PARQUET_PAGE_DATA_V2;
    if ((header->seen & bit) == 0) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a data page has no data page header");
    }
    const int32_t values = values_of(header);
    if (values < 0 || (uint64_t)values > reader->values_left) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page claims %d values, where the chunk has %U left",
                                       values, reader->values_left);
    }
    return ALI_OK;
}

// Checks the sizes that a header claims, before anything is fetched or allocated for them.
static ali_status check_header(const ali_parquet_source *source, const ali_parquet_reader *reader) {
    const ali_parquet_page_header *header = &reader->header;
    const uint64_t room = reader->chunk->end_bytes - reader->at;
    if (header->compressed_bytes < 0 || (uint64_t)header->compressed_bytes > room) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page claims %d bytes, where its chunk has %U left",
                                       header->compressed_bytes, room);
    }
    if (header->uncompressed_bytes < 0) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page claims %d bytes after decompression",
                                       header->uncompressed_bytes);
    }
    switch (header->type) {
    case ALI_PARQUET_DATA_PAGE:
    case ALI_PARQUET_DATA_PAGE_V2:
        return check_data_header(source, reader);
    case ALI_PARQUET_INDEX_PAGE:
        return ALI_OK;
    case ALI_PARQUET_DICTIONARY_PAGE:
        if ((header->seen & ALI_PARQUET_PAGE_DICTIONARY) == 0 || header->dictionary.values < 0) {
            return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                           "a dictionary page has no valid header");
        }
        if (reader->has_dictionary) {
            return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                           "the column chunk has a second dictionary page");
        }
        return ALI_OK;
    default:
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "page type %d does not exist", header->type);
    }
}

// Passes over a page whose body nobody needs.
static void pass_page(ali_parquet_source *source, ali_parquet_reader *reader) {
    reader->at += (uint64_t)reader->header.compressed_bytes;
    ali_blob_drop(source->blob, reader->page_offset_bytes, reader->at);
    reader->phase = PHASE_HEADER;
}

static ali_status step_header(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (reader->nest != NULL && reader->values_left == 0) {
        return ali_parquet_nest_end(source, reader);
    }
    reader->page_offset_bytes = reader->at;
    if (reader->at >= reader->chunk->end_bytes) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "the column chunk ends with %U of its %D values missing",
                                       reader->values_left, reader->chunk->meta.values);
    }
    const ali_status status = read_header(source, reader);
    if (status != ALI_OK) return status;
    reader->at += source->thrift.at;
    reader->window = HEADER_BYTES;
    ALI_TRY(check_header(source, reader));
    const ali_parquet_page_header *header = &reader->header;
    reader->phase = PHASE_BODY;
    if (header->type == ALI_PARQUET_INDEX_PAGE) pass_page(source, reader);
    if (!is_data_page(header)) return ALI_OK;
    const uint64_t values = (uint64_t)values_of(header);
    reader->values_left -= values;
    const bool is_rows = reader->column->repetition == 0 || values == 0;
    if (is_rows && values <= reader->skip_rows) {
        reader->skip_rows -= values;
        reader->row += values;
        pass_page(source, reader);
    }
    return ALI_OK;
}

// --- the body ------------------------------------------------------------------------------------

static ali_status step_body(ali_parquet_source *source, ali_parquet_reader *reader) {
    const uint64_t bytes = (uint64_t)reader->header.compressed_bytes;
    ALI_TRY(ali_parquet_reader_want(source, reader, reader->at + bytes));
    const ali_status status =
        ali_blob_slice(source->blob, source->task, reader->at, bytes, &reader->body);
    if (status != ALI_OK) return status;
    reader->at += bytes;
    ali_blob_drop(source->blob, reader->page_offset_bytes, reader->at);
    reader->crc = 0;
    reader->checked_bytes = 0;
    reader->phase = PHASE_CHECK;
    return ALI_OK;
}

// Compares the checksum, in pieces. A sum of 0 is one that its writer did not compute: the field is
// optional, but some writers (Parquet.jl) always write it.
static ali_status step_check(ali_parquet_source *source, ali_parquet_reader *reader) {
    const bool has_sum = (reader->header.seen & ALI_PARQUET_PAGE_CRC) != 0 &&
                         reader->header.crc != 0;
    if (!has_sum || !source->state->verifies_checksums) {
        reader->phase = PHASE_INFLATE;
        return ALI_OK;
    }
    const uint64_t left = reader->body->size_bytes - reader->checked_bytes;
    const uint64_t count = ali_min_u64(left, (uint64_t)source->credit);
    reader->crc = ali_crc32(&source->ctx->crc_tables, reader->crc,
                            reader->body->data + reader->checked_bytes, count);
    reader->checked_bytes += count;
    source->credit -= (int64_t)(count / 4);
    if (count < left) {
        source->credit = 0;
        return ALI_OK;
    }
    if (reader->crc != (uint32_t)reader->header.crc) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CHECKSUM,
                                       "a page's checksum is %x, but its bytes have %x",
                                       (uint32_t)reader->header.crc, reader->crc);
    }
    reader->phase = PHASE_INFLATE;
    return ALI_OK;
}

// --- levels, encodings ---------------------------------------------------------------------------

static ali_status fail_levels(const ali_parquet_source *source, const ali_parquet_reader *reader,
                              const char *kind, uint64_t bytes, uint64_t room) {
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page claims %U bytes of %s levels, but has %U", bytes, kind,
                                   room);
}

// The bits that a level takes.
static uint32_t level_width(uint32_t highest) {
    return highest == 0 ? 0 : 32 - (uint32_t)__builtin_clz(highest);
}

// Takes levels of a page (version 1) off the front of its data.
static ali_status take_stream(ali_parquet_source *source, ali_parquet_reader *reader,
                              const char *kind, int32_t encoding, uint32_t highest,
                              ali_levels *levels) {
    const uint32_t width = level_width(highest);
    *levels = (ali_levels){.is_absent = highest == 0};
    if (highest == 0) return ALI_OK;
    uint64_t bytes = 0;
    if (encoding == ALI_PARQUET_RLE) {
        if (reader->data_bytes < 4) return fail_levels(source, reader, kind, 4, reader->data_bytes);
        bytes = ali_load_u32(reader->data);
        reader->data += 4;
        reader->data_bytes -= 4;
    } else if (encoding == ALI_PARQUET_BIT_PACKED) {
        bytes = (reader->page_rows * width + 7) / 8;
        levels->is_bit_packed = true;
    } else {
        const char *name = ali_parquet_encoding_name(encoding);
        return ali_parquet_reader_fail(
            source, reader, name == NULL ? ALI_ERR_CORRUPT : ALI_ERR_UNSUPPORTED,
            "encoding %s of %s levels is not supported", name == NULL ? "unknown" : name, kind);
    }
    if (bytes > reader->data_bytes) {
        return fail_levels(source, reader, kind, bytes, reader->data_bytes);
    }
    ali_rle_init(&levels->rle, reader->data, bytes, width);
    reader->data += bytes;
    reader->data_bytes -= bytes;
    return ALI_OK;
}

static ali_status take_levels(ali_parquet_source *source, ali_parquet_reader *reader) {
    const ali_parquet_data_header *header = &reader->header.data;
    if (reader->nest != NULL) {
        ALI_TRY(take_stream(source, reader, "repetition", header->repetition_encoding,
                            reader->column->repetition, &reader->nest->repetitions));
    }
    return take_stream(source, reader, "definition", header->level_encoding,
                       reader->column->definition, &reader->levels);
}

// The same for version 2, where they lie uncompressed before the data.
static ali_status take_levels_v2(ali_parquet_source *source, ali_parquet_reader *reader,
                                 uint64_t *levels_bytes) {
    const ali_parquet_data_header_v2 *header = &reader->header.data_v2;
    const uint64_t body_bytes = reader->body->size_bytes;
    *levels_bytes = 0;
    if (header->level_bytes < 0 || header->repetition_bytes < 0) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page claims %d bytes of definition and %d of repetition "
                                       "levels",
                                       header->level_bytes, header->repetition_bytes);
    }
    const uint64_t repetition = (uint64_t)header->repetition_bytes;
    const uint64_t definition = (uint64_t)header->level_bytes;
    if (repetition + definition > body_bytes) {
        return fail_levels(source, reader, "definition", repetition + definition, body_bytes);
    }
    *levels_bytes = repetition + definition;
    const ali_parquet_column *column = reader->column;
    const uint8_t *bytes = reader->body->data;
    reader->levels = (ali_levels){.is_absent = column->definition == 0};
    ali_rle_init(&reader->levels.rle, bytes + repetition, definition,
                 level_width(column->definition));
    if (reader->nest == NULL) return ALI_OK;
    reader->nest->repetitions = (ali_levels){.is_absent = column->repetition == 0};
    ali_rle_init(&reader->nest->repetitions.rle, bytes, repetition,
                 level_width(column->repetition));
    return ALI_OK;
}

// The page's bytes are all there: decoding begins.
static ali_status begin_values(ali_parquet_source *source, ali_parquet_reader *reader) {
    const ali_parquet_page_header *header = &reader->header;
    if (header->type == ALI_PARQUET_DICTIONARY_PAGE) {
        reader->phase = PHASE_DICTIONARY;
        return ali_parquet_begin_dictionary(source, reader, (uint32_t)header->dictionary.values);
    }
    reader->phase = PHASE_VALUES;
    reader->page_rows = (uint64_t)values_of(header);
    const bool is_v2 = header->type == ALI_PARQUET_DATA_PAGE_V2;
    reader->encoding = is_v2 ? header->data_v2.encoding : header->data.encoding;
    if (!is_v2) ALI_TRY(take_levels(source, reader));
    return ali_parquet_begin_values(source, reader);
}

// Where the compressed part of the body begins, how long it becomes, and whether it is compressed.
static ali_status begin_page(ali_parquet_source *source, ali_parquet_reader *reader) {
    const ali_parquet_page_header *header = &reader->header;
    uint64_t from = 0;
    bool is_compressed = reader->chunk->meta.codec != ALI_CODEC_NONE;
    if (header->type == ALI_PARQUET_DATA_PAGE_V2) {
        ALI_TRY(take_levels_v2(source, reader, &from));
        const bool is_said = (header->seen & ALI_PARQUET_PAGE_DATA_V2) != 0 &&
                             (header->data_v2.seen & ALI_PARQUET_V2_IS_COMPRESSED) != 0;
        if (is_said && header->data_v2.is_compressed == 0) is_compressed = false;
    }
    const uint64_t whole = (uint64_t)header->uncompressed_bytes;
    const uint64_t stored = reader->body->size_bytes - from;
    if (whole < from) return fail_levels(source, reader, "definition", from, whole);
    reader->is_decompressed = false;
    reader->data = reader->body->data + from;
    reader->data_bytes = stored;
    if (is_compressed && stored != 0)
        return ali_parquet_begin_inflate(source, reader, from, whole - from);
    if (!is_compressed && stored != whole - from) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "an uncompressed page claims %U bytes, but has %U", whole,
                                       reader->body->size_bytes);
    }
    return ALI_OK;
}

static void drop_body(ali_parquet_reader *reader) {
    ali_buf_release(reader->body);
    reader->body = NULL;
}

static ali_status step_inflate(ali_parquet_source *source, ali_parquet_reader *reader) {
    if (!reader->is_inflating) {
        ALI_TRY(begin_page(source, reader));
        if (!reader->is_decompressed) return begin_values(source, reader);
    }
    const ali_status status = ali_parquet_step_inflate(source, reader);
    if (status != ALI_OK) return status;
    // Levels of version 2 lie in the body; of version 1 nobody needs it any more.
    if (reader->header.type != ALI_PARQUET_DATA_PAGE_V2) drop_body(reader);
    return begin_values(source, reader);
}

// --- all together --------------------------------------------------------------------------------

static void end_page(ali_parquet_reader *reader) {
    drop_body(reader);
    reader->phase = PHASE_HEADER;
}

// Tells if the column has all that it can have.
static bool is_complete(const ali_parquet_reader *reader) {
    return reader->nest != NULL ? reader->nest->is_complete : reader->done == reader->rows;
}

static ali_status step_phase(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_status status = ALI_OK;
    switch (reader->phase) {
    case PHASE_HEADER:
        return step_header(source, reader);
    case PHASE_BODY:
        return step_body(source, reader);
    case PHASE_CHECK:
        return step_check(source, reader);
    case PHASE_INFLATE:
        return step_inflate(source, reader);
    case PHASE_DICTIONARY:
        status = ali_parquet_step_dictionary(source, reader);
        if (status == ALI_OK && reader->has_dictionary) end_page(reader);
        return status;
    default:
        status = reader->nest != NULL ? ali_parquet_nest_step(source, reader)
                                      : ali_parquet_step_values(source, reader);
        if (status == ALI_OK && reader->page_rows == 0) end_page(reader);
        return status;
    }
}

uint64_t ali_parquet_reader_rows(const ali_parquet_reader *reader) {
    return reader->nest != NULL ? ali_parquet_nest_rows(reader) : reader->rows;
}

ali_status ali_parquet_reader_step(ali_parquet_source *source, ali_parquet_reader *reader) {
    while (!is_complete(reader)) {
        if (source->credit <= 0) return ALI_YIELD;
        const ali_status status = step_phase(source, reader);
        if (status != ALI_OK) return status;
    }
    return ALI_OK;
}
