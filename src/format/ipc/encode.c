// format/ipc/encode.c: Arrow IPC, file and stream (https://arrow.apache.org/docs/format/
// Columnar.html, "Serialization and Interprocess Communication"; Message.fbs, File.fbs of metadata
// version 5). Buffers are padded to 64 bytes. Columns whose *type* is a dictionary are written as
// codes and dictionary batches; other columns plain. Where a dictionary changes between batches a
// stream replaces it; a file, which may not, appends the new values as a delta and counts on.
// Compressed buffers stand behind their length, or behind -1 as they are where that is shorter, and
// are padded to 8. Left out: custom metadata of messages.
#include "format/ipc/encode.h"
#include "base/text.h"
#include "codec/pack.h"
#include "column/bits.h"
#include "column/fit.h"
#include "format/writer.h"

#define PADDING 64u
// Of compressed buffers, which nobody can use as they lie.
#define PADDING_PACKED 8u
// What stands before a compressed buffer: its length after decompression, or -1.
#define LENGTH_BYTES 8u

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

// Blocks of one kind.
typedef struct block_list {
    file_block *items;
    uint32_t count;
    uint32_t capacity;
} block_list;

// A dictionary as it was written last. What a batch that failed did to it is taken back.
typedef struct slot {
    ali_dictionary *dictionary;
    uint64_t base;  // values before it
    uint64_t count; // values written in all
} slot;

typedef struct ipc_state {
    bool is_file;
    uint64_t position;    // bytes written so far
    block_list blocks[2]; // of dictionaries, of record batches
    slot *slots;          // by node of the schema
    slot *saved;
    ali_column *columns;        // of the batch being written, by node, as they are written
    const ali_column **sources; // where each node's column is, also inside dictionaries
    field_node *nodes;          // of the message being written
    int64_t *variadic;
    uint32_t nodes_count;
    uint32_t variadic_count;
    body_buffer *buffers;
    uint32_t buffers_count;
    uint32_t buffers_capacity;
    uint64_t body_bytes;
    ali_packer packer;
    ali_buf *packed; // the compressed body; NULL: buffers are not compressed
    ali_buf *raw;    // the buffer that is being compressed
} ipc_state;

// The columns of a message: in pre-order, the first of schema node `first`.
typedef struct body {
    const ali_column *columns;
    uint32_t first;
    uint32_t count;
    uint64_t rows;
    bool is_dictionary;
    bool is_delta;
} body;

static const uint8_t magic[8] = {'A', 'R', 'R', 'O', 'W', '1', 0, 0};

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
    ali_flatbuf_put_i16(flat, 0, ALI_IPC_VERSION_5);
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
    const uint32_t header = ali_ipc_put_schema(&flat, writer->schema);
    const ali_status status =
        append_message(writer, &flat, ALI_IPC_SCHEMA, header, 0, &message_bytes);
    ali_flatbuf_clear(&flat);
    state->position += message_bytes;
    return status;
}

// --- buffers -------------------------------------------------------------------------------------

// A column of a body that is written as codes.
static bool is_codes(const body *from, uint32_t index) {
    return from->columns[index].type->index_bits != 0 && !(from->is_dictionary && index == 0);
}

static const char *layout_of(const body *from, uint32_t index) {
    const ali_type *type = from->columns[index].type;
    return ali_ipc_layout(type, is_codes(from, index) ? type->index_bits : 0, ALI_IPC_VERSION_5);
}

// The next column of a body that has a node of its own.
static uint32_t next_of(const body *from, uint32_t index) {
    return index + (is_codes(from, index) ? from->columns[index].type->span : 1);
}

static uint64_t last_offset(const ali_column *column, uint32_t width) {
    if (column->length == 0 || column->offsets == NULL) return 0;
    const uint8_t *at = column->offsets->data + column->length * width;
    return width == 8 ? ali_load_u64(at) : ali_load_u32(at);
}

// Bytes of one buffer of a column.
static uint64_t buffer_bytes(const ali_column *column, char role) {
    const uint64_t rows = column->length;
    const uint32_t offset_width = ali_ipc_offset_width(column->type);
    switch (role) {
    case 'v':
        return column->null_count == 0 ? 0 : (rows + 7) / 8;
    case 'b':
        return (rows + 7) / 8;
    case 'i':
        return rows * (column->type->index_bits / 8u);
    case 'o':
        return (rows + 1) * offset_width;
    case 'd':
        return last_offset(column, offset_width);
    case 'p':
    case 's':
        return rows * offset_width;
    case 't':
        return rows;
    case 'w':
        return rows * 16;
    default:
        return rows * (column->type->bits / 8);
    }
}

static uint8_t *copy_role(ali_context *ctx, uint8_t *to, const ali_column *column, char role,
                          uint64_t base);

// Lists a buffer's place in the body.
static ali_status add_place(ali_writer *writer, ipc_state *state, uint64_t bytes) {
    void *items = state->buffers;
    const ali_status status = ali_mem_grow(writer->ctx, &items, &state->buffers_capacity,
                                           (uint64_t)state->buffers_count + 1, sizeof(body_buffer));
    state->buffers = items;
    ALI_TRY(status);
    state->buffers[state->buffers_count] =
        (body_buffer){(int64_t)state->body_bytes, (int64_t)bytes};
    state->buffers_count += 1;
    state->body_bytes += ali_round_up(bytes, state->packed == NULL ? PADDING : PADDING_PACKED);
    return ALI_OK;
}

// Compresses bytes behind the body that there is so far; empty buffers stay empty.
static ali_status add_packed(ali_writer *writer, ipc_state *state, const uint8_t *from,
                             uint64_t bytes) {
    ali_buf *packed = state->packed;
    if (bytes == 0) return add_place(writer, state, 0);
    ALI_TRY(ali_buf_reserve(writer->ctx, packed,
                            packed->size_bytes + LENGTH_BYTES + bytes + PADDING_PACKED));
    uint8_t *to = packed->data + packed->size_bytes;
    uint64_t count = ali_packer_run(&state->packer, from, bytes, to + LENGTH_BYTES, bytes - 1);
    ali_store_u64(to, count == 0 ? UINT64_MAX : bytes);
    if (count == 0) {
        ali_copy_counted(writer->ctx, to + LENGTH_BYTES, from, (size_t)bytes);
        count = bytes;
    }
    ali_fill(to + LENGTH_BYTES + count, 0, PADDING_PACKED);
    packed->size_bytes += ali_round_up(LENGTH_BYTES + count, PADDING_PACKED);
    return add_place(writer, state, LENGTH_BYTES + count);
}

// Lists one buffer of a column, and compresses it.
static ali_status add_role(ali_writer *writer, ipc_state *state, const ali_column *column,
                           char role, uint64_t base) {
    const uint64_t bytes = buffer_bytes(column, role);
    if (state->packed == NULL) return add_place(writer, state, bytes);
    ALI_TRY(ali_buf_reserve(writer->ctx, state->raw, ali_round_up(bytes, PADDING)));
    (void)copy_role(writer->ctx, state->raw->data, column, role, base);
    return add_packed(writer, state, state->raw->data, bytes);
}

static ali_status add_bytes(ali_writer *writer, ipc_state *state, const ali_bytes *bytes) {
    if (state->packed == NULL) return add_place(writer, state, bytes->count_bytes);
    return add_packed(writer, state, bytes->data, bytes->count_bytes);
}

static ali_status add_column(ali_writer *writer, ipc_state *state, const body *from,
                             uint32_t index) {
    const ali_column *column = &from->columns[index];
    const char *layout = layout_of(from, index);
    const bool is_null = column->type->kind == ALI_TYPE_NULL && !is_codes(from, index);
    state->nodes[state->nodes_count] = (field_node){
        (int64_t)column->length, (int64_t)(is_null ? column->length : column->null_count)};
    state->nodes_count += 1;
    for (; *layout != 0; layout += 1) {
        ALI_TRY(add_role(writer, state, column, *layout, state->slots[from->first + index].base));
        if (*layout != 'w') continue;
        const uint32_t count = column->buffers == NULL ? 0 : column->buffers->count;
        state->variadic[state->variadic_count] = count;
        state->variadic_count += 1;
        for (uint32_t i = 0; i < count; i += 1) {
            ALI_TRY(add_bytes(writer, state, &column->buffers->bytes[i]));
        }
    }
    return ALI_OK;
}

// Copies bytes and zeros up to their padding; returns the next buffer's place. What `from` does not
// have is zeros.
static uint8_t *copy_bytes(ali_context *ctx, uint8_t *to, const uint8_t *from, uint64_t from_bytes,
                           uint64_t bytes) {
    const uint64_t padded = ali_round_up(bytes, PADDING);
    const uint64_t copied = ali_min_u64(bytes, from_bytes);
    ali_copy_counted(ctx, to, from, (size_t)copied);
    ali_fill(to + copied, 0, (size_t)(padded - copied));
    return to + padded;
}

static uint8_t *copy_buffer(ali_context *ctx, uint8_t *to, const ali_buf *from, uint64_t bytes) {
    if (from == NULL) return copy_bytes(ctx, to, NULL, 0, bytes);
    return copy_bytes(ctx, to, from->data, from->size_bytes, bytes);
}

// The same for a bitmap; bits beyond the last row become 0.
static uint8_t *copy_bitmap(ali_context *ctx, uint8_t *to, const ali_buf *from, uint64_t rows) {
    uint8_t *end = copy_buffer(ctx, to, from, (rows + 7) / 8);
    if (rows % 8 != 0) to[rows / 8] &= (uint8_t)((1u << (rows % 8)) - 1);
    return end;
}

// Codes in the width of the type, counted from where their dictionary begins.
static uint8_t *copy_codes(uint8_t *to, const ali_column *column, uint64_t base) {
    const uint32_t width = column->type->index_bits / 8u;
    const uint64_t bytes = ali_round_up(column->length * width, PADDING);
    ali_fill(to, 0, (size_t)bytes);
    for (uint64_t i = 0; column->values != NULL && i < column->length; i += 1) {
        if (!ali_column_is_valid(column, i)) continue;
        const uint64_t code = ali_load_u32(column->values->data + i * 4) + base;
        switch (width) {
        case 1:
            to[i] = (uint8_t)code;
            break;
        case 2:
            ali_store_u16(to + i * 2, (uint16_t)code);
            break;
        case 4:
            ali_store_u32(to + i * 4, (uint32_t)code);
            break;
        default:
            ali_store_u64(to + i * 8, code);
            break;
        }
    }
    return to + bytes;
}

static uint8_t *copy_role(ali_context *ctx, uint8_t *to, const ali_column *column, char role,
                          uint64_t base) {
    const uint64_t bytes = buffer_bytes(column, role);
    switch (role) {
    case 'v':
        return bytes == 0 ? to : copy_bitmap(ctx, to, column->validity, column->length);
    case 'b':
        return copy_bitmap(ctx, to, column->values, column->length);
    case 'i':
        return copy_codes(to, column, base);
    case 'o':
    case 'p':
        return copy_buffer(ctx, to, column->offsets, bytes);
    case 'd':
        return copy_buffer(ctx, to, column->data, bytes);
    default:
        return copy_buffer(ctx, to, column->values, bytes);
    }
}

static uint8_t *copy_column(ali_context *ctx, uint8_t *to, const ali_column *column,
                            const char *layout, uint64_t base) {
    for (; *layout != 0; layout += 1) {
        to = copy_role(ctx, to, column, *layout, base);
        if (*layout != 'w' || column->buffers == NULL) continue;
        for (uint32_t i = 0; i < column->buffers->count; i += 1) {
            const ali_bytes *bytes = &column->buffers->bytes[i];
            to = copy_bytes(ctx, to, bytes->data, bytes->count_bytes, bytes->count_bytes);
        }
    }
    return to;
}

// --- bodies --------------------------------------------------------------------------------------

// Writes the table of a record batch.
static uint32_t put_batch(ali_flatbuf *flat, const ipc_state *state, uint64_t rows) {
    uint32_t variadic = 0;
    uint32_t compression = 0;
    if (state->packed != NULL) {
        ali_flatbuf_begin(flat);
        ali_flatbuf_put_u8(flat, 0, state->packer.codec == ALI_CODEC_ZSTD);
        compression = ali_flatbuf_end(flat);
    }
    if (state->variadic_count != 0) {
        variadic =
            ali_flatbuf_structs(flat, state->variadic, state->variadic_count, sizeof(int64_t));
    }
    const uint32_t buffers =
        ali_flatbuf_structs(flat, state->buffers, state->buffers_count, sizeof(body_buffer));
    const uint32_t nodes =
        ali_flatbuf_structs(flat, state->nodes, state->nodes_count, sizeof(field_node));
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_i64(flat, 0, (int64_t)rows);
    ali_flatbuf_put_offset(flat, 1, nodes);
    ali_flatbuf_put_offset(flat, 2, buffers);
    if (compression != 0) ali_flatbuf_put_offset(flat, 3, compression);
    if (variadic != 0) ali_flatbuf_put_offset(flat, 4, variadic);
    return ali_flatbuf_end(flat);
}

// The number of a node's dictionary: as ali_ipc_put_schema() counts them.
static int64_t id_of(const ali_schema *schema, uint32_t node) {
    int64_t id = 0;
    for (uint32_t i = 0; i < node; i += 1) id += schema->nodes[i].type->index_bits != 0;
    return id;
}

static uint32_t put_header(ali_flatbuf *flat, const ipc_state *state, const ali_schema *schema,
                           const body *from) {
    const uint32_t batch = put_batch(flat, state, from->rows);
    if (!from->is_dictionary) return batch;
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_i64(flat, 0, id_of(schema, from->first));
    ali_flatbuf_put_offset(flat, 1, batch);
    ali_flatbuf_put_u8(flat, 2, from->is_delta);
    return ali_flatbuf_end(flat);
}

static ali_status append_columns(ali_writer *writer, const ipc_state *state, const body *from) {
    uint8_t *at = NULL;
    ALI_TRY(ali_writer_reserve(writer, state->body_bytes, &at));
    if (state->packed != NULL) {
        ali_copy_counted(writer->ctx, at, state->packed->data, (size_t)state->packed->size_bytes);
        ali_writer_advance(writer, at + state->packed->size_bytes);
        return ALI_OK;
    }
    for (uint32_t i = 0; i < from->count; i = next_of(from, i)) {
        at = copy_column(writer->ctx, at, &from->columns[i], layout_of(from, i),
                         state->slots[from->first + i].base);
    }
    ali_writer_advance(writer, at);
    return ALI_OK;
}

static ali_status append_body(ali_writer *writer, ipc_state *state, const body *from) {
    ali_flatbuf flat;
    uint32_t message_bytes = 0;
    const uint8_t kind = from->is_dictionary ? ALI_IPC_DICTIONARY : ALI_IPC_BATCH;
    state->nodes_count = state->variadic_count = state->buffers_count = 0;
    state->body_bytes = 0;
    if (state->packed != NULL) state->packed->size_bytes = 0;
    for (uint32_t i = 0; i < from->count; i = next_of(from, i)) {
        ALI_TRY(add_column(writer, state, from, i));
    }
    ali_flatbuf_init(&flat, writer->ctx);
    const uint32_t header = put_header(&flat, state, writer->schema, from);
    const ali_status status =
        append_message(writer, &flat, kind, header, state->body_bytes, &message_bytes);
    ali_flatbuf_clear(&flat);
    ALI_TRY(status);
    ALI_TRY(append_columns(writer, state, from));
    block_list *list = &state->blocks[from->is_dictionary ? 0 : 1];
    void *items = list->items;
    const ali_status grown = ali_mem_grow(writer->ctx, &items, &list->capacity,
                                          state->is_file ? (uint64_t)list->count + 1 : 0,
                                          sizeof(file_block));
    list->items = items;
    ALI_TRY(grown);
    if (state->is_file) {
        list->items[list->count] = (file_block){.offset = (int64_t)state->position,
                                                .metadata_length = (int32_t)message_bytes,
                                                .body_length = (int64_t)state->body_bytes};
        list->count += 1;
    }
    state->position += message_bytes + state->body_bytes;
    return ALI_OK;
}

// --- dictionaries --------------------------------------------------------------------------------

// Tells if the values of one dictionary are the first values of another: flat ones alone are
// looked at.
static bool is_prefix(const ali_dictionary *of, const ali_dictionary *whole) {
    const ali_column *a = &of->columns[0];
    const ali_column *b = &whole->columns[0];
    if (a->length > b->length || a->length == 0 || of->columns_count != 1) return false;
    const uint32_t width = ali_ipc_offset_width(a->type);
    if (ali_type_is_bytes(a->type) || ali_type_is_large_bytes(a->type)) {
        return ali_equal(a->offsets->data, b->offsets->data, (size_t)((a->length + 1) * width)) &&
               ali_equal(a->data == NULL ? NULL : a->data->data,
                         b->data == NULL ? NULL : b->data->data, (size_t)last_offset(a, width));
    }
    const uint64_t bytes = a->length * ali_type_width(a->type);
    return bytes != 0 && a->buffers == NULL && a->values != NULL && b->values != NULL &&
           ali_equal(a->values->data, b->values->data, (size_t)bytes);
}

static ali_status check_codes(const ali_writer *writer, const ali_field *field, uint64_t count) {
    const uint32_t bits = field->type->index_bits - (field->type->index_is_signed != 0);
    if (bits >= 32 || count <= UINT64_C(1) << bits) return ALI_OK;
    const ali_status status =
        ali_fail(writer->ctx, ALI_ERR_UNSUPPORTED,
                 "column %q uses dictionaries of %U values together, more than its codes reach; a "
                 "file, where they may not be replaced, is not supported: write a stream",
                 field->name, (size_t)field->name_bytes, count);
    ali_error_add_column(writer->ctx, field->name, (size_t)field->name_bytes);
    return status;
}

static void set_slot(slot *at, ali_dictionary *dictionary, uint64_t base, uint64_t count) {
    (void)ali_dictionary_retain(dictionary);
    ali_dictionary_release(at->dictionary);
    *at = (slot){dictionary, base, count};
}

// Writes the values [first, ...) of a dictionary.
static ali_status append_values(ali_writer *writer, ipc_state *state, uint32_t node,
                                const ali_dictionary *dictionary, uint64_t first, bool is_delta) {
    const uint32_t span = dictionary->columns_count;
    const uint64_t bytes = (uint64_t)span * sizeof(ali_column);
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(writer->ctx, bytes, &pointer));
    ali_column *columns = pointer;
    for (uint32_t i = 0; i < span; i += 1) columns[i].type = dictionary->columns[i].type;
    columns[0].length = dictionary->columns[0].length - first;
    ali_status status = ali_column_slice(writer->ctx, dictionary->columns, first, columns);
    const body from = {.columns = columns,
                       .first = node,
                       .count = span,
                       .rows = columns[0].length,
                       .is_dictionary = true,
                       .is_delta = is_delta};
    if (status == ALI_OK) status = append_body(writer, state, &from);
    for (uint32_t i = 0; i < span; i += 1) ali_column_clear(&columns[i]);
    ali_mem_free(writer->ctx, pointer, bytes);
    return status;
}

// Writes what is new of a node's dictionary.
static ali_status append_dictionary(ali_writer *writer, ipc_state *state, uint32_t node,
                                    ali_dictionary *dictionary) {
    slot *at = &state->slots[node];
    const uint64_t count = dictionary->columns[0].length;
    const bool is_first = at->dictionary == NULL;
    if (at->dictionary == dictionary || (count == 0 && !is_first)) return ALI_OK;
    if (is_first || !state->is_file) {
        ALI_TRY(append_values(writer, state, node, dictionary, 0, false));
        set_slot(at, dictionary, 0, count);
        return ALI_OK;
    }
    const bool is_longer = is_prefix(at->dictionary, dictionary);
    const uint64_t known = is_longer ? at->dictionary->columns[0].length : 0;
    const uint64_t base = is_longer ? at->base : at->count;
    ALI_TRY(check_codes(writer, &writer->schema->nodes[node], base + count));
    if (count != known) ALI_TRY(append_values(writer, state, node, dictionary, known, true));
    set_slot(at, dictionary, base, base + count);
    return ALI_OK;
}

// Finds each node's column, those inside dictionaries too, and writes what is new of dictionaries,
// inner ones first.
static ali_status append_dictionaries(ali_writer *writer, ipc_state *state) {
    const ali_schema *schema = writer->schema;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) state->sources[i] = &state->columns[i];
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_dictionary *dictionary = state->sources[i]->dictionary;
        if (schema->nodes[i].type->index_bits == 0 || dictionary == NULL) continue;
        for (uint32_t k = 1; k < dictionary->columns_count; k += 1) {
            state->sources[i + k] = &dictionary->columns[k];
        }
    }
    for (uint32_t i = schema->nodes_count; i > 0; i -= 1) {
        ali_dictionary *dictionary = state->sources[i - 1]->dictionary;
        if (schema->nodes[i - 1].type->index_bits == 0 || dictionary == NULL) continue;
        ALI_TRY(append_dictionary(writer, state, i - 1, dictionary));
    }
    return ALI_OK;
}

// --- batches -------------------------------------------------------------------------------------

// A plain column whose type is a dictionary becomes codes of itself; one of nulls (which a file of
// many may lack) of no values.
static ali_status make_codes(ali_writer *writer, ali_column *column) {
    const uint32_t span = column->type->span;
    const uint64_t bytes = (uint64_t)span * sizeof(ali_column);
    void *pointer = NULL;
    ali_buf *codes = NULL;
    ALI_TRY(ali_buf_zero(writer->ctx, column->length * sizeof(int32_t), &codes));
    for (uint64_t i = 0; i < column->length; i += 1) {
        if (ali_column_is_valid(column, i)) ali_store_u32(codes->data + i * 4, (uint32_t)i);
    }
    ali_status status = ali_mem_new(writer->ctx, bytes, &pointer);
    if (status < 0) {
        ali_buf_release(codes);
        return status;
    }
    ali_column *values = pointer;
    ali_column made = *column;
    ali_copy(values, column, (size_t)bytes);
    for (uint32_t i = 0; i < span; i += 1) column[i] = (ali_column){.type = values[i].type};
    values[0].validity = NULL;
    values[0].null_count = 0;
    if (made.validity != NULL && made.null_count == made.length) values[0].length = 0;
    *column = (ali_column){.type = made.type,
                           .length = made.length,
                           .null_count = made.null_count,
                           .encoding = ALI_ENCODING_DICTIONARY,
                           .validity = made.validity,
                           .values = codes};
    status = ali_dictionary_new(writer->ctx, writer->schema, values, &column->dictionary);
    ali_mem_free(writer->ctx, pointer, bytes);
    return status;
}

// Makes columns as they are written: those whose type is a dictionary are codes, all others plain.
static ali_status prepare(ali_writer *writer, ipc_state *state, const ali_batch *batch) {
    const ali_schema *schema = writer->schema;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        ali_column_share(&state->columns[i], &batch->columns[i]);
        state->columns[i].type = schema->nodes[i].type;
    }
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        ali_column *column = &state->columns[i];
        const bool has_codes = column->encoding == ALI_ENCODING_DICTIONARY;
        const bool wants_codes = column->type->index_bits != 0;
        if (has_codes && !wants_codes) {
            ALI_TRY(ali_column_decode_named(writer->ctx, column, &schema->nodes[i]));
        }
        if (!has_codes && wants_codes) ALI_TRY(make_codes(writer, column));
        if (wants_codes) i += column->type->span - 1;
    }
    return ALI_OK;
}

static ali_status append_batch(ali_writer *writer, ipc_state *state, const ali_batch *batch) {
    const body from = {
        .columns = state->columns, .count = writer->schema->nodes_count, .rows = batch->rows};
    ALI_TRY(prepare(writer, state, batch));
    ALI_TRY(append_dictionaries(writer, state));
    return append_body(writer, state, &from);
}

static void release_columns(ipc_state *state, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) ali_column_clear(&state->columns[i]);
}

// Makes one set of slots equal to another.
static void copy_slots(slot *to, const slot *from, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) {
        if (from[i].dictionary == to[i].dictionary) continue;
        if (from[i].dictionary == NULL) {
            ali_dictionary_release(to[i].dictionary);
            to[i] = (slot){NULL, 0, 0};
        } else {
            set_slot(&to[i], from[i].dictionary, from[i].base, from[i].count);
        }
    }
}

// A batch that failed leaves no trace.
static ali_status put(ali_writer *writer, void *opaque, ali_batch *batch) {
    ipc_state *state = opaque;
    const uint32_t count = writer->schema->nodes_count;
    const uint64_t position = state->position;
    const uint32_t blocks[2] = {state->blocks[0].count, state->blocks[1].count};
    const ali_status status = append_batch(writer, state, batch);
    release_columns(state, count);
    if (status == ALI_OK) {
        copy_slots(state->saved, state->slots, count);
        return ALI_OK;
    }
    copy_slots(state->slots, state->saved, count);
    state->position = position;
    state->blocks[0].count = blocks[0];
    state->blocks[1].count = blocks[1];
    return status;
}

// --- parts of batches ----------------------------------------------------------------------------

// Compression takes about a mebibyte at once, in rows of whole words of a bitmap. What views, run
// ends and unions refer to would stay whole in every part: their batches are not cut.
static uint64_t end_part(const ali_writer *writer, const ali_batch *batch, uint64_t row,
                         uint64_t end_row) {
    uint64_t bytes = 1;
    if (writer->options.compression == ALI_WRITE_COMPRESSION_NONE) return end_row;
    if (ali_schema_needs_fit(writer->schema)) return end_row;
    for (uint32_t i = 0; i < writer->schema->nodes_count; i += 1) {
        const ali_column *column = &batch->columns[i];
        if (column->type->kind == ALI_TYPE_UNION) return end_row;
        bytes += column->length * ali_max_u64(ali_type_width(column->type), sizeof(int32_t));
        if (column->data != NULL) bytes += buffer_bytes(column, 'd');
    }
    const uint64_t pieces = bytes / ALI_WRITER_PIECE_BYTES + 1;
    return ali_min_u64(end_row, row + ali_round_up(batch->rows / pieces + 1, 64));
}

// --- the writer's classes ------------------------------------------------------------------------

static ali_status begin_packing(ali_writer *writer, ipc_state *state) {
    const uint32_t how = writer->options.compression;
    if (how == ALI_WRITE_COMPRESSION_NONE) return ALI_OK;
    const bool is_zstd = how == ALI_WRITE_COMPRESSION_ZSTD;
    ALI_TRY(ali_packer_init(writer->ctx, &state->packer,
                            is_zstd ? ALI_CODEC_ZSTD : ALI_CODEC_LZ4_FRAME));
    ALI_TRY(ali_buf_new(writer->ctx, 0, &state->raw));
    return ali_buf_new(writer->ctx, 0, &state->packed);
}

static ali_status begin_stream(ali_writer *writer, void *opaque) {
    ipc_state *state = opaque;
    const uint64_t count = writer->schema->nodes_count;
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(writer->ctx, count * sizeof(slot), &pointer));
    state->slots = pointer;
    ALI_TRY(ali_mem_zero(writer->ctx, count * sizeof(slot), &pointer));
    state->saved = pointer;
    ALI_TRY(ali_mem_zero(writer->ctx, count * sizeof(ali_column), &pointer));
    state->columns = pointer;
    ALI_TRY(ali_mem_new(writer->ctx, count * sizeof(ali_column *), &pointer));
    state->sources = pointer;
    ALI_TRY(ali_mem_new(writer->ctx, count * sizeof(field_node), &pointer));
    state->nodes = pointer;
    ALI_TRY(ali_mem_new(writer->ctx, count * sizeof(int64_t), &pointer));
    state->variadic = pointer;
    ALI_TRY(begin_packing(writer, state));
    return append_schema(writer, state);
}

static ali_status begin_file(ali_writer *writer, void *opaque) {
    ipc_state *state = opaque;
    uint8_t *at = NULL;
    ALI_TRY(ali_writer_reserve(writer, sizeof magic, &at));
    ali_copy(at, magic, sizeof magic);
    ali_writer_advance(writer, at + sizeof magic);
    state->position = sizeof magic;
    state->is_file = true;
    return begin_stream(writer, state);
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
    const uint32_t schema = ali_ipc_put_schema(flat, writer->schema);
    const uint32_t batches = ali_flatbuf_structs(flat, state->blocks[1].items,
                                                 state->blocks[1].count, sizeof(file_block));
    const uint32_t dictionaries = ali_flatbuf_structs(flat, state->blocks[0].items,
                                                      state->blocks[0].count, sizeof(file_block));
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_offset(flat, 1, schema);
    ali_flatbuf_put_offset(flat, 2, dictionaries);
    ali_flatbuf_put_offset(flat, 3, batches);
    ali_flatbuf_put_i16(flat, 0, ALI_IPC_VERSION_5);
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
    ali_context *ctx = writer->ctx;
    const uint64_t count = writer->schema->nodes_count;
    for (uint32_t i = 0; i < count; i += 1) {
        if (state->slots != NULL) ali_dictionary_release(state->slots[i].dictionary);
        if (state->saved != NULL) ali_dictionary_release(state->saved[i].dictionary);
    }
    ali_mem_free(ctx, state->slots, count * sizeof(slot));
    ali_mem_free(ctx, state->saved, count * sizeof(slot));
    ali_mem_free(ctx, state->columns, count * sizeof(ali_column));
    ali_mem_free(ctx, state->sources, count * sizeof(ali_column *));
    ali_mem_free(ctx, state->nodes, count * sizeof(field_node));
    ali_mem_free(ctx, state->variadic, count * sizeof(int64_t));
    ali_packer_clear(ctx, &state->packer);
    ali_buf_release(state->packed);
    ali_buf_release(state->raw);
    ali_mem_free(ctx, state->buffers, (uint64_t)state->buffers_capacity * sizeof(body_buffer));
    for (uint32_t i = 0; i < 2; i += 1) {
        ali_mem_free(ctx, state->blocks[i].items,
                     (uint64_t)state->blocks[i].capacity * sizeof(file_block));
    }
}

const ali_writer_class ali_writer_arrow_file = {
    .name = "arrow",
    .state_bytes = sizeof(ipc_state),
    .begin = begin_file,
    .put = put,
    .finish = finish_file,
    .clear = clear,
    .can_compress = true,
    .end_part = end_part,
};

const ali_writer_class ali_writer_arrow_stream = {
    .name = "arrows",
    .state_bytes = sizeof(ipc_state),
    .begin = begin_stream,
    .put = put,
    .finish = finish_stream,
    .clear = clear,
    .can_compress = true,
    .end_part = end_part,
};
