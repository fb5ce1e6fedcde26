// format/parquet/inflate.c: the decompression of a page's body: by codecs of src/codec, in pieces,
// or by the host, as an operation TRANSFORM (parquet-format, Compression.md).
//
// Columns are decoded one after the other, so that one page is under way at a time, and one state
// of a codec serves all of them.
#include "base/text.h"
#include "format/parquet/reader.h"

// Refuses what cannot be, or is more than the limits allow, before memory is taken for it.
static ali_status check_expansion(const ali_parquet_source *source,
                                  const ali_parquet_reader *reader, const uint8_t *input,
                                  uint64_t from_bytes, uint64_t to_bytes) {
    const ali_limits *limits = &source->ctx->limits;
    const uint64_t most =
        ali_max_u64(limits->page_bytes_max, from_bytes * (uint64_t)limits->expansion_ratio_max);
    if (to_bytes > most) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_LIMIT,
                                       "a page of %U bytes claims %U after decompression, the "
                                       "limits allow %U",
                                       from_bytes, to_bytes, most);
    }
    const uint32_t codec = (uint32_t)reader->chunk->meta.codec;
    if (to_bytes > ali_codec_bound(codec, input, from_bytes)) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page of %U bytes claims %U after decompression, more "
                                       "than %s can give",
                                       from_bytes, to_bytes, ali_codec_name(codec));
    }
    return ALI_OK;
}

// Asks the host to decompress.
static ali_status begin_transform(ali_parquet_source *source, ali_parquet_reader *reader,
                                  const uint8_t *input, uint64_t from_bytes, uint64_t to_bytes) {
    const char *codec = ali_codec_name((uint32_t)reader->chunk->meta.codec);
    const ali_op op = {.kind = ALI_OP_TRANSFORM,
                       .length_bytes = to_bytes,
                       .input = input,
                       .input_bytes = from_bytes,
                       .codec = codec,
                       .codec_bytes = (uint32_t)ali_text_length(codec),
                       .why = "page",
                       .why_bytes = 4};
    ALI_TRY(ali_task_add_op(source->task, &op, source, &source->transform));
    source->transform->input = ali_buf_retain(reader->body);
    return ALI_OK;
}

static ali_status begin_inflow(ali_parquet_source *source, ali_parquet_reader *reader,
                               const uint8_t *input, uint64_t from_bytes, uint64_t to_bytes) {
    if (reader->page == NULL) ALI_TRY(ali_buf_new(source->ctx, 0, &reader->page));
    reader->page->size_bytes = 0;
    ALI_TRY(ali_buf_reserve(source->ctx, reader->page, to_bytes));
    const ali_inflow block = {.codec = (uint32_t)reader->chunk->meta.codec,
                              .input = input,
                              .input_bytes = from_bytes,
                              .output = reader->page->data,
                              .output_bytes = to_bytes,
                              .is_output_padded = true};
    ali_inflow_begin(source->ctx, &source->inflow, &block);
    return ALI_OK;
}

ali_status ali_parquet_begin_inflate(ali_parquet_source *source, ali_parquet_reader *reader,
                                     uint64_t from, uint64_t to_bytes) {
    const uint8_t *input = reader->body->data + from;
    const uint64_t from_bytes = reader->body->size_bytes - from;
    ALI_TRY(check_expansion(source, reader, input, from_bytes, to_bytes));
    const bool is_hosts = !ali_codec_is_supported((uint32_t)reader->chunk->meta.codec);
    ALI_TRY(is_hosts ? begin_transform(source, reader, input, from_bytes, to_bytes)
                     : begin_inflow(source, reader, input, from_bytes, to_bytes));
    reader->is_inflating = true;
    reader->is_decompressed = true;
    return ALI_OK;
}

static void forget_transform(ali_parquet_source *source) {
    if (source->transform != NULL) ali_task_forget_op(source->task, source->transform);
    source->transform = NULL;
}

void ali_parquet_clear_inflate(ali_parquet_source *source) {
    forget_transform(source);
    if (source->ctx != NULL) ali_inflow_clear(source->ctx, &source->inflow);
}

// Tells why the host gave no page. An operation whose codec it does not have is completed by what
// the host knows of it.
static ali_status fail_transform(ali_parquet_source *source, const ali_parquet_reader *reader) {
    const ali_op_record *record = source->transform;
    const char *codec = ali_codec_name((uint32_t)reader->chunk->meta.codec);
    if (record->status == ALI_ERR_NOT_FOUND) {
        const ali_status status = ali_parquet_reader_fail(
            source, reader, ALI_ERR_UNSUPPORTED, "codec %s is not supported by this host", codec);
        ali_error_add_operation(source->ctx, record->op.op_id, record->http_status);
        return status;
    }
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page of %U bytes is no %s data of %U bytes",
                                   record->op.input_bytes, codec, record->op.length_bytes);
}

static ali_status take_transform(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_op_record *record = source->transform;
    if (!record->is_answered) return ALI_NEED;
    if (record->status != ALI_OK || record->moved_bytes != record->op.length_bytes) {
        return fail_transform(source, reader);
    }
    ali_buf_release(reader->page);
    reader->page = record->buf;
    record->buf = NULL;
    forget_transform(source);
    return ALI_OK;
}

// Says of a codec's error where the page is.
static ali_status fail_inflow(ali_parquet_source *source, const ali_parquet_reader *reader,
                              ali_status status) {
    if (status == ALI_ERR_MEMORY || status == ALI_ERR_LIMIT) return status;
    ali_error_box *box = source->ctx->errors;
    char text[sizeof box->sentence];
    ali_copy(text, box->sentence, sizeof text);
    ali_error_clear(box);
    return ali_parquet_reader_fail(source, reader, status, "%s", text);
}

// ALI_OK: the page is whole.
static ali_status step_inflow(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_inflow *inflow = &source->inflow;
    const uint64_t before = inflow->output_at;
    const ali_status status = ali_inflow_step(source->ctx, inflow, (uint64_t)source->credit);
    source->credit -= (int64_t)(inflow->output_at - before);
    if (status == ALI_YIELD) source->credit = 0;
    if (status < 0) return fail_inflow(source, reader, status);
    if (status == ALI_OK) reader->page->size_bytes = inflow->output_bytes;
    return status;
}

ali_status ali_parquet_step_inflate(ali_parquet_source *source, ali_parquet_reader *reader) {
    const ali_status status = source->transform != NULL ? take_transform(source, reader)
                                                        : step_inflow(source, reader);
    if (status != ALI_OK) return status;
    reader->is_inflating = false;
    reader->data = reader->page->data;
    reader->data_bytes = reader->page->size_bytes;
    return ALI_OK;
}
