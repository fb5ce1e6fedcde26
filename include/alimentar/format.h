// alimentar/format.h: writing batches in a format, as bytes.
//
// A writer takes batches and gives bytes; where they go is its owner's business:
//
//     ALI_CHECK(ali_writer_new(context, "arrow", NULL, schema, &writer));
//     for each batch: ali_writer_put(writer, batch), then drain
//     ali_writer_finish(writer), then drain
//     where drain = { n = ali_writer_pending(writer, &bytes); write; ali_writer_drop(writer, n) }
//
// Formats: "arrow" (Arrow IPC file), "arrows" (Arrow IPC stream), "csv" (RFC 4180, header line,
// line feeds), "jsonl" (one object a line), "json" (one array of objects). How values are spelled
// in text is docs/contracts/values.md. Buffers of Arrow are compressed by lz4 or zstd where
// ali_write_options says so.
#ifndef ALIMENTAR_FORMAT_H
#define ALIMENTAR_FORMAT_H

#include "alimentar/column.h"
#include "alimentar/options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ali_writer ali_writer;

// Makes a writer and encodes what stands before the first batch.
//
// `options` may be NULL. The writer retains the schema.
//
// Ownership: the caller frees *writer.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_NOT_FOUND for an unknown format; ALI_ERR_ARGUMENT for
//            options that the format does not have; ALI_ERR_UNSUPPORTED for a type that the format
//            cannot hold, or zstd in the wasm twin: see ali_context_error().
ALI_API ALI_CHECKED ali_status ali_writer_new(ali_context *context, const char *format,
                                              const ali_write_options *options, ali_schema *schema,
                                              ali_writer **writer);

// Encodes a batch. Its schema must be the writer's.
//
// Ownership: the batch stays the caller's.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_LIMIT; ALI_ERR_ARGUMENT for a batch of another schema;
//            ALI_ERR_STATE after ali_writer_finish().
ALI_API ALI_CHECKED ali_status ali_writer_put(ali_writer *writer, ali_batch *batch);

// Encodes rows of a batch from *row on, up to but not with `end_row`, and moves *row on to the
// first row that is not encoded yet. The text formats stop behind a row when they have made about a
// mebibyte, so that a batch of any size takes little memory. Arrow takes all rows at once; where it
// compresses, it stops behind about a mebibyte too, which becomes a record batch of its own, but
// for columns with views, run ends or unions.
//
//     for (uint64_t row = 0; row < ali_batch_rows(batch);) {
//         ali_writer_put_rows(writer, batch, &row, ali_batch_rows(batch)), then drain
//     }
//
// Ownership: the batch stays the caller's.
// Returns:   as ali_writer_put(), whereby the rows of earlier calls stay written; ALI_ERR_ARGUMENT
//            for rows that the batch does not have.
ALI_API ALI_CHECKED ali_status ali_writer_put_rows(ali_writer *writer, ali_batch *batch,
                                                   uint64_t *row, uint64_t end_row);

// Encodes what stands after the last batch.
//
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_STATE if called twice.
ALI_API ALI_CHECKED ali_status ali_writer_finish(ali_writer *writer);

// The encoded bytes that have not been dropped yet.
//
// Ownership: *bytes is borrowed, valid until the writer's next call.
// Returns:   their number.
ALI_API uint64_t ali_writer_pending(const ali_writer *writer, const uint8_t **bytes);

// Drops the first `count_bytes` of the pending bytes; more than there are drops all.
ALI_API void ali_writer_drop(ali_writer *writer, uint64_t count_bytes);

// What the text formats had to change so far: values that are not valid UTF-8 and were written with
// replacement characters.
//
// Returns:   the number of such values.
ALI_API uint64_t ali_writer_warnings(const ali_writer *writer);

// Frees a writer. NULL is allowed.
ALI_API void ali_writer_free(ali_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
