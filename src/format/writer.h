// format/writer.h: what writers share: room for their bytes, and the check of types.
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

// Fails with ALI_ERR_UNSUPPORTED, naming the column, if there is a type that no writer can hold.
// `format` is its name in the sentence.
ALI_CHECKED ali_status ali_writer_check_types(ali_writer *writer, const char *format);

#endif
