// open/write.c: writers by name: the public functions over the table of writer classes.
#include "base/options_tables.h"
#include "base/text.h"
#include "format/format.h"

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

ali_status ali_writer_put(ali_writer *writer, ali_batch *batch) {
    if (writer == NULL) return ALI_ERR_ARGUMENT;
    ALI_TRY(check_open(writer));
    if (batch == NULL || !ali_schema_is_same(batch->schema, writer->schema)) {
        return ali_fail(writer->ctx, ALI_ERR_ARGUMENT,
                        "the batch's columns are not those the writer was made for");
    }
    compact(writer);
    const uint64_t before_bytes = writer->out->size_bytes;
    const uint64_t before_warnings = writer->warnings;
    const ali_status status = writer->kind->wants_plain
                                  ? put_plain(writer, batch)
                                  : writer->kind->put(writer, writer->state, batch);
    if (status < 0) { // nothing of a batch that failed is left
        writer->out->size_bytes = before_bytes;
        writer->warnings = before_warnings;
    }
    return status;
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
