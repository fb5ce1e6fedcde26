// wire/flatbuf.h: writes FlatBuffers (https://flatbuffers.dev/internals/), the encoding of Arrow's
// metadata. A buffer grows from its end to its beginning, so that whatever is referred to exists
// already; what was written is named by its distance from the end.
//
//     ali_flatbuf_init(&flat, ctx);
//     const uint32_t name = ali_flatbuf_text(&flat, "a", 1);
//     ali_flatbuf_begin(&flat);
//     ali_flatbuf_put_offset(&flat, 0, name);
//     const uint32_t root = ali_flatbuf_end(&flat);
//     ALI_TRY(ali_flatbuf_finish(&flat, root, &bytes, &count_bytes));
//     ...; ali_flatbuf_clear(&flat);
//
// Errors are kept and told by ali_flatbuf_finish(); until then calls after an error do nothing.
// Fields are written even where they equal their default. Left out: reading, shared vtables, file
// identifiers, nested tables under construction.
#ifndef ALI_WIRE_FLATBUF_H
#define ALI_WIRE_FLATBUF_H

#include "base/mem.h"

#define ALI_FLATBUF_SLOTS_MAX 8u

typedef struct ali_flatbuf {
    ali_context *ctx;
    uint8_t *block;
    uint64_t block_bytes;
    uint32_t used_bytes; // at the block's end
    ali_status status;
    uint32_t table_start; // used_bytes when the table was begun
    uint32_t slots[ALI_FLATBUF_SLOTS_MAX];
} ali_flatbuf;

void ali_flatbuf_init(ali_flatbuf *flat, ali_context *ctx);

// Releases the buffer.
void ali_flatbuf_clear(ali_flatbuf *flat);

// Writes a string, a vector of offsets, a vector of `count` structs of 64-bit alignment.
//
// Returns:   what ali_flatbuf_put_offset() takes; never 0 but after an error.
uint32_t ali_flatbuf_text(ali_flatbuf *flat, const char *text, uint64_t text_bytes);
uint32_t ali_flatbuf_offsets(ali_flatbuf *flat, const uint32_t *offsets, uint32_t count);
uint32_t ali_flatbuf_structs(ali_flatbuf *flat, const void *structs, uint32_t count,
                             uint32_t struct_bytes);

// Begins a table, puts its fields by slot, ends it. Strings, vectors and other tables must be
// written before it is begun.
void ali_flatbuf_begin(ali_flatbuf *flat);
void ali_flatbuf_put_u8(ali_flatbuf *flat, uint32_t slot, uint8_t value);
void ali_flatbuf_put_i16(ali_flatbuf *flat, uint32_t slot, int16_t value);
void ali_flatbuf_put_i32(ali_flatbuf *flat, uint32_t slot, int32_t value);
void ali_flatbuf_put_i64(ali_flatbuf *flat, uint32_t slot, int64_t value);
void ali_flatbuf_put_offset(ali_flatbuf *flat, uint32_t slot, uint32_t offset);
uint32_t ali_flatbuf_end(ali_flatbuf *flat);

// Ends the buffer with the offset of its root table; its length is a multiple of 8.
//
// Ownership: *bytes are borrowed until the next call.
ALI_CHECKED ali_status ali_flatbuf_finish(ali_flatbuf *flat, uint32_t root, const uint8_t **bytes,
                                          uint32_t *count_bytes);

#endif
