// format/writer.h: what writers share: room for their bytes, and batches in the form that text
// writers take.
#ifndef ALI_FORMAT_WRITER_H
#define ALI_FORMAT_WRITER_H

#include "format/format.h"

// Makes room for `count_bytes` behind what is written: *at is where they go. The room may be
// written raw, up to ALI_BUF_PADDING bytes beyond it by block copies; then ali_writer_advance()
// tells where the bytes end.
ALI_CHECKED ali_status ali_writer_reserve(ali_writer *writer, uint64_t count_bytes, uint8_t **at);
void ali_writer_advance(ali_writer *writer, const uint8_t *end);

// Tells if a text writer has encoded as much as it was asked for, and stops within a batch.
static inline bool ali_writer_is_full(const ali_writer *writer) {
    return writer->out->size_bytes >= writer->stop_bytes;
}

// Gives the rows of a batch from `row` on, or some of them, in a simple form: see
// ali_batch_simplify(). The part is kept by the writer until another is wanted, or dropped: a
// writer does so behind a batch, after an error and when it is cleared.
ALI_CHECKED ali_status ali_writer_take(ali_writer *writer, ali_batch *batch, uint64_t row,
                                       uint64_t end_row, ali_part *part);
void ali_writer_drop_part(ali_writer *writer);

#endif
