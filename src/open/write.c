// open/write.c: writers by name: the public functions over the table of writer classes.
#include "base/options_tables.h"
#include "base/text.h"
#include "format/format.h"

// A value as text takes about so much, with what stands around it.
#define VALUE_BYTES 20u

// Room for output that a writer has from the beginning.
#define OUT_BYTES_FIRST 4096u

static const ali_writer_class *const classes[] = {&ali_writer_arrow_file, &ali_writer_arrow_stream,
                                                  &ali_writer_csv, &ali_writer_jsonl,
                                                  &ali_writer_json};

static const ali_writer_class *class_named(const char *name) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(classes); i += 1) {
        if (ali_text_is(name, ali_text_length(name), classes[i]->name)) return classes[i];
    }
    return NULL;
}

// The state of a writer's class stands behind the writer.
static uint64_t block_bytes(const ali_writer_class *kind) {
    return ali_round_up(sizeof(ali_writer), 16) + kind->state_bytes;
}

static ali_status set_up(ali_writer *writer, const ali_write_options *options) {
    ALI_TRY(ali_options_fill(writer->ctx, &ali_write_options_table, options, &writer->options));
    if (writer->options.compression != ALI_WRITE_COMPRESSION_NONE && !writer->kind->can_compress) {
        return ali_fail(writer->ctx, ALI_ERR_ARGUMENT,
                        "format %s has no compression; arrow and arrows have", writer->kind->name);
    }
    ALI_TRY(ali_buf_new(writer->ctx, OUT_BYTES_FIRST, &writer->out));
    writer->out->size_bytes = 0;
    return writer->kind->begin(writer, writer->state);
}

ali_status ali_writer_new(ali_context *context, const char *format,
                          const ali_write_options *options, ali_schema *schema,
                          ali_writer **writer) {
    if (context == NULL || writer == NULL) return ALI_ERR_ARGUMENT;
    *writer = NULL;
    ali_error_begin(context);
    if (format == NULL || schema == NULL) {
        return ali_fail(context, ALI_ERR_ARGUMENT, "a writer needs a format and a schema");
    }
    const ali_writer_class *kind = class_named(format);
    if (kind == NULL) {
        return ali_fail(context, ALI_ERR_NOT_FOUND, "there is no format %q that can be written",
                        format, ali_text_length(format));
    }
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(context, block_bytes(kind), &pointer));
    ali_writer *made = pointer;
    made->kind = kind;
    made->ctx = context;
    made->schema = schema;
    ali_schema_retain(schema);
    made->state = (uint8_t *)pointer + ali_round_up(sizeof(ali_writer), 16);
    const ali_status status = set_up(made, options);
    if (status < 0) {
        ali_writer_free(made);
        return status;
    }
    *writer = made;
    return ALI_OK;
}

// Moves pending bytes to the beginning of the buffer.
static void compact(ali_writer *writer) {
    const uint64_t left = writer->out->size_bytes - writer->dropped_bytes;
    if (writer->dropped_bytes == 0) return;
    for (uint64_t i = 0; i < left; i += 1) {
        writer->out->data[i] = writer->out->data[writer->dropped_bytes + i];
    }
    writer->out->size_bytes = left;
    writer->dropped_bytes = 0;
}

static ali_status check_open(ali_writer *writer) {
    ali_error_begin(writer->ctx);
    if (!writer->is_finished) return ALI_OK;
    return ali_fail(writer->ctx, ALI_ERR_STATE, "the writer is finished");
}

static ali_status put_plain(ali_writer *writer, ali_batch *batch) {
    ali_batch *plain = NULL;
    ALI_TRY(ali_batch_decode(writer->ctx, batch, &plain));
    const ali_status status = writer->kind->put(writer, writer->state, plain);
    ali_batch_release(plain);
    return status;
}

// A part of a batch, to a class that takes batches whole.
static ali_status put_whole(ali_writer *writer, ali_batch *batch, uint64_t *row, uint64_t end_row) {
    ali_batch *part = NULL;
    if (writer->kind->end_part != NULL && writer->stop_bytes != UINT64_MAX) {
        end_row = writer->kind->end_part(writer, batch, *row, end_row);
    }
    ALI_TRY(ali_batch_slice(writer->ctx, batch, *row, end_row - *row, &part));
    const ali_status status = writer->kind->wants_plain
                                  ? put_plain(writer, part)
                                  : writer->kind->put(writer, writer->state, part);
    ali_batch_release(part);
    if (status == ALI_OK) *row = end_row;
    return status;
}

static ali_status check_put(ali_writer *writer, const ali_batch *batch) {
    ALI_TRY(check_open(writer));
    if (batch != NULL && ali_schema_is_same(batch->schema, writer->schema)) return ALI_OK;
    return ali_fail(writer->ctx, ALI_ERR_ARGUMENT,
                    "the batch's columns are not those the writer was made for");
}

// Makes room for about what rows take as text, up to a piece, so that bytes are seldom moved while
// the buffer grows. Near the limit of memory it grows as it must.
static ali_status make_room(ali_writer *writer, uint64_t rows) {
    const ali_schema *schema = writer->schema;
    uint64_t row_bytes = 2;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        row_bytes += schema->nodes[i].name_bytes + VALUE_BYTES;
    }
    const uint64_t most = ALI_WRITER_PIECE_BYTES + ALI_WRITER_PIECE_BYTES / 16;
    const uint64_t bytes = rows < most / row_bytes ? rows * row_bytes : most;
    if (ali_home_is_over(writer->ctx->home, 2 * bytes)) return ALI_OK;
    return ali_buf_reserve(writer->ctx, writer->out, writer->out->size_bytes + bytes);
}

// Encodes rows, until about `piece_bytes` are made; nothing of a piece that failed is left.
static ali_status put_piece(ali_writer *writer, ali_batch *batch, uint64_t *row, uint64_t end_row,
                            uint64_t piece_bytes) {
    compact(writer);
    const uint64_t before_bytes = writer->out->size_bytes;
    const uint64_t before_warnings = writer->warnings;
    uint64_t at = *row;
    if (writer->kind->put_rows != NULL) ALI_TRY(make_room(writer, end_row - at));
    writer->stop_bytes = before_bytes + ali_min_u64(piece_bytes, UINT64_MAX - before_bytes);
    const ali_status status =
        writer->kind->put_rows != NULL
            ? writer->kind->put_rows(writer, writer->state, batch, &at, end_row)
            : put_whole(writer, batch, &at, end_row);
    if (status < 0) {
        writer->out->size_bytes = before_bytes;
        writer->warnings = before_warnings;
        return status;
    }
    *row = at;
    return ALI_OK;
}

ali_status ali_writer_put(ali_writer *writer, ali_batch *batch) {
    if (writer == NULL) return ALI_ERR_ARGUMENT;
    ALI_TRY(check_put(writer, batch));
    uint64_t row = 0;
    return put_piece(writer, batch, &row, batch->rows, UINT64_MAX);
}

ali_status ali_writer_put_rows(ali_writer *writer, ali_batch *batch, uint64_t *row,
                               uint64_t end_row) {
    if (writer == NULL || row == NULL) return ALI_ERR_ARGUMENT;
    ALI_TRY(check_put(writer, batch));
    if (*row > end_row || end_row > batch->rows) {
        return ali_fail(writer->ctx, ALI_ERR_ARGUMENT,
                        "rows %U to %U are not in a batch of %U rows", *row, end_row, batch->rows);
    }
    return put_piece(writer, batch, row, end_row, ALI_WRITER_PIECE_BYTES);
}

ali_status ali_writer_finish(ali_writer *writer) {
    if (writer == NULL) return ALI_ERR_ARGUMENT;
    ALI_TRY(check_open(writer));
    compact(writer);
    const uint64_t before_bytes = writer->out->size_bytes;
    const ali_status status = writer->kind->finish(writer, writer->state);
    if (status < 0) {
        writer->out->size_bytes = before_bytes;
        return status;
    }
    writer->is_finished = true;
    return ALI_OK;
}

uint64_t ali_writer_pending(const ali_writer *writer, const uint8_t **bytes) {
    *bytes = writer->out->data + writer->dropped_bytes;
    return writer->out->size_bytes - writer->dropped_bytes;
}

void ali_writer_drop(ali_writer *writer, uint64_t count_bytes) {
    const uint64_t pending = writer->out->size_bytes - writer->dropped_bytes;
    writer->dropped_bytes += ali_min_u64(count_bytes, pending);
    if (writer->dropped_bytes < writer->out->size_bytes) return;
    writer->dropped_bytes = 0;
    writer->out->size_bytes = 0;
}

uint64_t ali_writer_warnings(const ali_writer *writer) {
    return writer->warnings;
}

void ali_writer_free(ali_writer *writer) {
    if (writer == NULL) return;
    writer->kind->clear(writer, writer->state);
    ali_buf_release(writer->out);
    ali_schema_release(writer->schema);
    ali_mem_free(writer->ctx, writer, block_bytes(writer->kind));
}
