// format/ipc/encode.c: Arrow IPC, file and stream (https://arrow.apache.org/docs/format/
// Columnar.html, "Serialization and Interprocess Communication"; Schema.fbs, Message.fbs, File.fbs
// of metadata version 5). Columns are written plain, buffers padded to 64 bytes. Left out:
// compression, dictionaries, nested types, custom metadata.
#include "base/text.h"
#include "column/bits.h"
#include "format/format.h"
#include "format/writer.h"
#include "wire/flatbuf.h"

#define VERSION_5 4
#define HEADER_SCHEMA 1
#define HEADER_RECORD_BATCH 3
#define BUFFERS_MAX 3u
#define PADDING 64u

// Structs of Message.fbs and File.fbs, as they are stored.
typedef struct field_node {
    int64_t length;
    int64_t null_count;
} field_node;

typedef struct body_buffer {
    int64_t offset;
    int64_t length;
} body_buffer;

typedef struct file_block {
    int64_t offset;
    int32_t metadata_length;
    int32_t reserved;
    int64_t body_length;
} file_block;

typedef struct ipc_state {
    uint64_t position; // bytes written so far
    file_block *blocks;
    uint32_t blocks_count;
    uint32_t blocks_capacity;
    field_node *nodes; // of the batch being written
    body_buffer *buffers;
} ipc_state;

static const uint8_t magic[8] = {'A', 'R', 'R', 'O', 'W', '1', 0, 0};

// --- schema --------------------------------------------------------------------------------------

// Writes the table of a type's parameters.
static uint32_t put_type(ali_flatbuf *flat, const ali_type *type) {
    uint32_t zone = 0;
    if (type->kind == ALI_TYPE_TIMESTAMP && type->zone[0] != 0) {
        zone = ali_flatbuf_text(flat, type->zone, ali_text_length(type->zone));
    }
    ali_flatbuf_begin(flat);
    switch (type->kind) {
    case ALI_TYPE_INT:
        ali_flatbuf_put_i32(flat, 0, (int32_t)type->bits);
        ali_flatbuf_put_u8(flat, 1, type->is_signed != 0);
        break;
    case ALI_TYPE_FLOAT: // half, single, double
        ali_flatbuf_put_i16(flat, 0, type->bits == 16 ? 0 : type->bits == 32 ? 1 : 2);
        break;
    case ALI_TYPE_DECIMAL:
        ali_flatbuf_put_i32(flat, 0, type->precision);
        ali_flatbuf_put_i32(flat, 1, type->scale);
        ali_flatbuf_put_i32(flat, 2, (int32_t)type->bits);
        break;
    case ALI_TYPE_DATE: // day, millisecond
        ali_flatbuf_put_i16(flat, 0, type->bits == 32 ? 0 : 1);
        break;
    case ALI_TYPE_TIME:
        ali_flatbuf_put_i16(flat, 0, type->unit);
        ali_flatbuf_put_i32(flat, 1, (int32_t)type->bits);
        break;
    case ALI_TYPE_TIMESTAMP:
        ali_flatbuf_put_i16(flat, 0, type->unit);
        if (zone != 0) ali_flatbuf_put_offset(flat, 1, zone);
        break;
    case ALI_TYPE_DURATION:
        ali_flatbuf_put_i16(flat, 0, type->unit);
        break;
    case ALI_TYPE_INTERVAL: // months, days and nanoseconds
        ali_flatbuf_put_i16(flat, 0, 2);
        break;
    case ALI_TYPE_FIXED_BINARY:
        ali_flatbuf_put_i32(flat, 0, (int32_t)(type->bits / 8));
        break;
    default:
        break;
    }
    return ali_flatbuf_end(flat);
}

static uint32_t put_field(ali_flatbuf *flat, const ali_field *field) {
    const uint32_t children = ali_flatbuf_offsets(flat, NULL, 0);
    const uint32_t type = put_type(flat, field->type);
    const uint32_t name = ali_flatbuf_text(flat, field->name, field->name_bytes);
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_offset(flat, 0, name);
    ali_flatbuf_put_offset(flat, 3, type);
    ali_flatbuf_put_offset(flat, 5, children);
    ali_flatbuf_put_u8(flat, 1, field->is_nullable ? 1 : 0);
    ali_flatbuf_put_u8(flat, 2, field->type->kind);
    return ali_flatbuf_end(flat);
}

// Writes the table of a schema; 0 after an error.
static uint32_t put_schema(ali_flatbuf *flat, const ali_schema *schema) {
    void *pointer = NULL;
    const uint64_t bytes = (uint64_t)schema->count * sizeof(uint32_t);
    if (flat->status < 0) return 0;
    flat->status = ali_mem_new(flat->ctx, bytes, &pointer);
    if (flat->status < 0) return 0;
    uint32_t *fields = pointer;
    for (uint32_t i = 0; i < schema->count; i += 1) {
        fields[i] = put_field(flat, ali_schema_field(schema, i));
    }
    const uint32_t vector = ali_flatbuf_offsets(flat, fields, schema->count);
    ali_mem_free(flat->ctx, fields, bytes);
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_offset(flat, 1, vector);
    ali_flatbuf_put_i16(flat, 0, 0); // little-endian
    return ali_flatbuf_end(flat);
}

// --- messages ------------------------------------------------------------------------------------

// Ends a root table, reserves the buffer's bytes with some before and after it, and copies them in.
// *at is where the bytes before it begin.
static ali_status put_root(ali_writer *writer, ali_flatbuf *flat, uint32_t before, uint64_t after,
                           uint8_t **at, uint32_t *count) {
    const uint8_t *bytes = NULL;
    ALI_TRY(ali_flatbuf_finish(flat, ali_flatbuf_end(flat), &bytes, count));
    ALI_TRY(ali_writer_reserve(writer, before + *count + after, at));
    ali_copy(*at + before, bytes, *count);
    return ALI_OK;
}

// Ends a message's metadata and appends it with what stands before it: the continuation marker and
// the length. Leaves room for `body_bytes` more.
static ali_status append_message(ali_writer *writer, ali_flatbuf *flat, uint8_t kind,
                                 uint32_t header, uint64_t body_bytes, uint32_t *message_bytes) {
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_i64(flat, 3, (int64_t)body_bytes);
    ali_flatbuf_put_offset(flat, 2, header);
    ali_flatbuf_put_i16(flat, 0, VERSION_5);
    ali_flatbuf_put_u8(flat, 1, kind);
    uint32_t count = 0;
    uint8_t *at = NULL;
    ALI_TRY(put_root(writer, flat, 8, body_bytes, &at, &count));
    ali_store_u32(at, UINT32_MAX);
    ali_store_u32(at + 4, count);
    ali_writer_advance(writer, at + 8 + count);
    *message_bytes = 8 + count;
    return ALI_OK;
}

static ali_status append_schema(ali_writer *writer, ipc_state *state) {
    ali_flatbuf flat;
    uint32_t message_bytes = 0;
    ali_flatbuf_init(&flat, writer->ctx);
    const uint32_t header = put_schema(&flat, writer->schema);
    const ali_status status =
        append_message(writer, &flat, HEADER_SCHEMA, header, 0, &message_bytes);
    ali_flatbuf_clear(&flat);
    state->position += message_bytes;
    return status;
}

// --- bodies --------------------------------------------------------------------------------------

// Lists the buffer's place in the body.
static void add_buffer(ipc_state *state, uint32_t *count, uint64_t *body_bytes, uint64_t bytes) {
    state->buffers[*count] = (body_buffer){(int64_t)*body_bytes, (int64_t)bytes};
    *count += 1;
    *body_bytes += ali_round_up(bytes, PADDING);
}

static uint64_t data_bytes(const ali_column *column) {
    if (column->length == 0 || column->offsets == NULL) return 0;
    const int32_t *offsets = (const int32_t *)(const void *)column->offsets->data;
    return (uint64_t)offsets[column->length];
}

static void add_column(ipc_state *state, uint32_t *count, uint64_t *body_bytes,
                       const ali_column *column) {
    const uint64_t bitmap_bytes = (column->length + 7) / 8;
    if (column->type->kind == ALI_TYPE_NULL) return;
    add_buffer(state, count, body_bytes, column->null_count == 0 ? 0 : bitmap_bytes);
    if (ali_type_is_bytes(column->type)) {
        add_buffer(state, count, body_bytes, (column->length + 1) * sizeof(int32_t));
        add_buffer(state, count, body_bytes, data_bytes(column));
    } else if (column->type->kind == ALI_TYPE_BOOL) {
        add_buffer(state, count, body_bytes, bitmap_bytes);
    } else {
        add_buffer(state, count, body_bytes, column->length * ali_type_width(column->type));
    }
}

// Copies a buffer and zeros up to its padding; returns the next one's place. Without a source all
// is zeros.
static uint8_t *copy_buffer(ali_context *ctx, uint8_t *to, const ali_buf *from, uint64_t bytes) {
    const uint64_t padded = ali_round_up(bytes, PADDING);
    uint64_t copied = 0;
    if (from != NULL) {
        copied = ali_min_u64(bytes, from->size_bytes);
        ali_copy_counted(ctx, to, from->data, (size_t)copied);
    }
    ali_fill(to + copied, 0, (size_t)(padded - copied));
    return to + padded;
}

// The same for a bitmap; bits beyond the last row become 0.
static uint8_t *copy_bitmap(ali_context *ctx, uint8_t *to, const ali_buf *from, uint64_t rows) {
    uint8_t *end = copy_buffer(ctx, to, from, (rows + 7) / 8);
    if (rows % 8 != 0) to[rows / 8] &= (uint8_t)((1u << (rows % 8)) - 1);
    return end;
}

static uint8_t *copy_column(ali_context *ctx, uint8_t *to, const ali_column *column) {
    const uint64_t rows = column->length;
    if (column->type->kind == ALI_TYPE_NULL) return to;
    if (column->null_count > 0) to = copy_bitmap(ctx, to, column->validity, rows);
    if (ali_type_is_bytes(column->type)) {
        to = copy_buffer(ctx, to, column->offsets, (rows + 1) * sizeof(int32_t));
        return copy_buffer(ctx, to, column->data, data_bytes(column));
    }
    if (column->type->kind == ALI_TYPE_BOOL) return copy_bitmap(ctx, to, column->values, rows);
    return copy_buffer(ctx, to, column->values, rows * ali_type_width(column->type));
}

// Writes the table of a record batch.
static uint32_t put_batch(ali_flatbuf *flat, ipc_state *state, const ali_batch *batch,
                          uint64_t *body_bytes) {
    uint32_t buffers_count = 0;
    *body_bytes = 0;
    for (uint32_t i = 0; i < batch->schema->count; i += 1) {
        const ali_column *column = ali_batch_at(batch, i);
        const bool is_null = column->type->kind == ALI_TYPE_NULL;
        state->nodes[i].length = (int64_t)column->length;
        state->nodes[i].null_count = (int64_t)(is_null ? column->length : column->null_count);
        add_column(state, &buffers_count, body_bytes, column);
    }
    const uint32_t buffers =
        ali_flatbuf_structs(flat, state->buffers, buffers_count, sizeof(body_buffer));
    const uint32_t nodes =
        ali_flatbuf_structs(flat, state->nodes, batch->schema->count, sizeof(field_node));
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_i64(flat, 0, (int64_t)batch->rows);
    ali_flatbuf_put_offset(flat, 1, nodes);
    ali_flatbuf_put_offset(flat, 2, buffers);
    return ali_flatbuf_end(flat);
}

static ali_status append_batch(ali_writer *writer, ipc_state *state, const ali_batch *batch,
                               file_block *block) {
    ali_flatbuf flat;
    uint64_t body_bytes = 0;
    uint32_t message_bytes = 0;
    ali_flatbuf_init(&flat, writer->ctx);
    const uint32_t header = put_batch(&flat, state, batch, &body_bytes);
    const ali_status status =
        append_message(writer, &flat, HEADER_RECORD_BATCH, header, body_bytes, &message_bytes);
    ali_flatbuf_clear(&flat);
    ALI_TRY(status);
    uint8_t *at = NULL;
    ALI_TRY(ali_writer_reserve(writer, body_bytes, &at));
    for (uint32_t i = 0; i < batch->schema->count; i += 1) {
        at = copy_column(writer->ctx, at, ali_batch_at(batch, i));
    }
    ali_writer_advance(writer, at);
    *block = (file_block){.offset = (int64_t)state->position,
                          .metadata_length = (int32_t)message_bytes,
                          .body_length = (int64_t)body_bytes};
    state->position += message_bytes + body_bytes;
    return ALI_OK;
}

// --- the writer's classes ------------------------------------------------------------------------

static ali_status begin_stream(ali_writer *writer, void *opaque) {
    ipc_state *state = opaque;
    const uint64_t count = writer->schema->count;
    void *pointer = NULL;
    ALI_TRY(ali_writer_check_types(writer, "Arrow IPC"));
    ALI_TRY(ali_mem_new(writer->ctx, count * sizeof(field_node), &pointer));
    state->nodes = pointer;
    ALI_TRY(ali_mem_new(writer->ctx, count * BUFFERS_MAX * sizeof(body_buffer), &pointer));
    state->buffers = pointer;
    return append_schema(writer, state);
}

static ali_status begin_file(ali_writer *writer, void *opaque) {
    ipc_state *state = opaque;
    uint8_t *at = NULL;
    ALI_TRY(ali_writer_reserve(writer, sizeof magic, &at));
    ali_copy(at, magic, sizeof magic);
    ali_writer_advance(writer, at + sizeof magic);
    state->position = sizeof magic;
    return begin_stream(writer, state);
}

static ali_status put_stream(ali_writer *writer, void *opaque, ali_batch *batch) {
    file_block block;
    return append_batch(writer, opaque, batch, &block);
}

static ali_status put_file(ali_writer *writer, void *opaque, ali_batch *batch) {
    ipc_state *state = opaque;
    void *blocks = state->blocks;
    const ali_status grown = ali_mem_grow(writer->ctx, &blocks, &state->blocks_capacity,
                                          (uint64_t)state->blocks_count + 1, sizeof(file_block));
    state->blocks = blocks;
    ALI_TRY(grown);
    ALI_TRY(append_batch(writer, state, batch, &state->blocks[state->blocks_count]));
    state->blocks_count += 1;
    return ALI_OK;
}

static ali_status finish_stream(ali_writer *writer, void *opaque) {
    (void)opaque;
    uint8_t *at = NULL;
    ALI_TRY(ali_writer_reserve(writer, 8, &at));
    ali_store_u32(at, UINT32_MAX);
    ali_store_u32(at + 4, 0);
    ali_writer_advance(writer, at + 8);
    return ALI_OK;
}

static ali_status append_footer(ali_writer *writer, ipc_state *state, ali_flatbuf *flat) {
    const uint32_t schema = put_schema(flat, writer->schema);
    const uint32_t blocks =
        ali_flatbuf_structs(flat, state->blocks, state->blocks_count, sizeof(file_block));
    const uint32_t dictionaries = ali_flatbuf_structs(flat, NULL, 0, sizeof(file_block));
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_offset(flat, 1, schema);
    ali_flatbuf_put_offset(flat, 2, dictionaries);
    ali_flatbuf_put_offset(flat, 3, blocks);
    ali_flatbuf_put_i16(flat, 0, VERSION_5);
    uint32_t count = 0;
    uint8_t *at = NULL;
    ALI_TRY(put_root(writer, flat, 0, 10, &at, &count));
    ali_store_u32(at + count, count);
    ali_copy(at + count + 4, magic, 6);
    ali_writer_advance(writer, at + count + 10);
    return ALI_OK;
}

static ali_status finish_file(ali_writer *writer, void *opaque) {
    ali_flatbuf flat;
    ALI_TRY(finish_stream(writer, opaque));
    ali_flatbuf_init(&flat, writer->ctx);
    const ali_status status = append_footer(writer, opaque, &flat);
    ali_flatbuf_clear(&flat);
    return status;
}

static void clear(ali_writer *writer, void *opaque) {
    ipc_state *state = opaque;
    const uint64_t count = writer->schema->count;
    ali_mem_free(writer->ctx, state->nodes, count * sizeof(field_node));
    ali_mem_free(writer->ctx, state->buffers, count * BUFFERS_MAX * sizeof(body_buffer));
    ali_mem_free(writer->ctx, state->blocks, state->blocks_capacity * sizeof(file_block));
}

const ali_writer_class ali_writer_arrow_file = {
    .name = "arrow",
    .state_bytes = sizeof(ipc_state),
    .begin = begin_file,
    .put = put_file,
    .finish = finish_file,
    .clear = clear,
    .wants_plain = true,
};

const ali_writer_class ali_writer_arrow_stream = {
    .name = "arrows",
    .state_bytes = sizeof(ipc_state),
    .begin = begin_stream,
    .put = put_stream,
    .finish = finish_stream,
    .clear = clear,
    .wants_plain = true,
};
