// format/writer.c: what writers share: room for their bytes, and batches in the form that text
// writers take.
#include "format/writer.h"

#include "column/fit.h"

// Rows that are made simple at once, and their bytes then, so that what that takes does not grow
// with a batch.
#define PART_ROWS_MAX 65536u
#define PART_BYTES_MAX (UINT64_C(1) << 20)

ali_status ali_writer_reserve(ali_writer *writer, uint64_t count_bytes, uint8_t **at) {
    ali_buf *out = writer->out;
    if (count_bytes > UINT64_MAX - out->size_bytes) {
        return ali_fail(writer->ctx, ALI_ERR_LIMIT, "%U bytes of output are too many at once",
                        count_bytes);
    }
    ALI_TRY(ali_buf_reserve(writer->ctx, out, out->size_bytes + count_bytes));
    *at = out->data + out->size_bytes;
    return ALI_OK;
}

void ali_writer_advance(ali_writer *writer, const uint8_t *end) {
    ALI_ASSERT((uint64_t)(end - writer->out->data) <= writer->out->capacity_bytes);
    writer->out->size_bytes = (uint64_t)(end - writer->out->data);
}

static ali_status fit_part(ali_writer *writer, const ali_batch *batch, uint64_t row,
                           uint64_t end_row, uint64_t *rows) {
    const uint64_t shares_bytes = (uint64_t)batch->schema->nodes_count * sizeof(ali_share);
    void *shares = NULL;
    ALI_TRY(ali_mem_new(writer->ctx, shares_bytes, &shares));
    *rows = ali_min_u64(end_row - row, PART_ROWS_MAX);
    *rows = ali_batch_fit(batch, row, *rows, PART_BYTES_MAX, shares);
    ali_mem_free(writer->ctx, shares, shares_bytes);
    return ALI_OK;
}

static ali_status make_part(ali_writer *writer, ali_batch *batch, uint64_t row, uint64_t end_row) {
    ali_batch *slice = NULL;
    ali_part *part = &writer->part;
    uint64_t rows = 0;
    ALI_TRY(fit_part(writer, batch, row, end_row, &rows));
    ALI_TRY(ali_batch_slice(writer->ctx, batch, row, rows, &slice));
    const ali_status status = ali_batch_simplify(writer->ctx, slice, &part->batch);
    ali_batch_release(slice);
    ALI_TRY(status);
    ali_batch_retain(batch);
    part->of = batch;
    part->first_row = row;
    part->end_row = row + rows;
    return ALI_OK;
}

ali_status ali_writer_take(ali_writer *writer, ali_batch *batch, uint64_t row, uint64_t end_row,
                           ali_part *part) {
    if (ali_batch_is_simple(batch)) {
        *part = (ali_part){.batch = batch, .end_row = end_row};
        return ALI_OK;
    }
    const ali_part *kept = &writer->part;
    if (kept->of != batch || row < kept->first_row || row >= kept->end_row) {
        ali_writer_drop_part(writer);
        ALI_TRY(make_part(writer, batch, row, end_row));
    }
    *part = *kept;
    part->end_row = ali_min_u64(part->end_row, end_row);
    return ALI_OK;
}

void ali_writer_drop_part(ali_writer *writer) {
    ali_batch_release(writer->part.batch);
    ali_batch_release(writer->part.of);
    writer->part = (ali_part){0};
}
