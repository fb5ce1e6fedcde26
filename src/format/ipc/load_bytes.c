// format/ipc/load_bytes.c: steps of loading that know nothing of values: the bytes of a buffer are
// wanted, fetched, decompressed, aligned and, of big-endian files, turned round. Format:
// Message.fbs and "Compressed buffers" of https://arrow.apache.org/docs/format/Columnar.html.
#include "base/text.h"
#include "format/ipc/check.h"
#include "format/ipc/load_steps.h"

// Bytes of a buffer's piece that are fetched at a time.
#define PIECE_BYTES (UINT64_C(4) << 20)
// Elements that a step looks at between two looks at its credit.
#define BLOCK 65536u

// --- faults --------------------------------------------------------------------------------------

ali_status ali_ipc_fail_column(const ali_ipc_loader *loader, ali_status status, const char *found,
                               uint64_t number) {
    const ali_field *field = &loader->state->schema->nodes[loader->node];
    status = ali_fail_at(loader->ctx, status, loader->body.start_bytes, "column %q %s %U",
                         field->name, (size_t)field->name_bytes, found, number);
    ali_error_add_column(loader->ctx, field->name, (size_t)field->name_bytes);
    return status;
}

// --- sizes ---------------------------------------------------------------------------------------

// Bytes of an element that is checked, cleaned and turned round; 0: bits.
static uint32_t role_width(const ali_type *type, char role) {
    switch (role) {
    case 'o':
    case 'p':
    case 's':
        return ali_ipc_offset_width(type);
    case 'i':
        return type->index_bits / 8u;
    case 'w':
        return 16;
    case 't':
        return 1;
    case 'f':
        return type->bits / 8;
    default:
        return 0;
    }
}

uint32_t ali_ipc_width(const ali_ipc_loader *loader) {
    return role_width(loader->type, ali_ipc_role(loader));
}

static uint64_t last_offset(const ali_column *column, uint32_t width) {
    return (uint64_t)ali_ipc_number(column->offsets->data, column->length, width, true);
}

// Bytes that a buffer of `length` values must have; of data only its offsets tell.
static uint64_t role_bytes(const ali_type *type, char role, uint64_t length) {
    switch (role) {
    case 'v':
    case 'b':
        return (length + 7) / 8;
    case 'o':
        return length == 0 ? 0 : (length + 1) * role_width(type, role);
    case 'd':
        return UINT64_MAX;
    default:
        return length * role_width(type, role);
    }
}

// Bytes that the buffer under way must have at least.
static uint64_t needed_bytes(const ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    if (ali_ipc_role(loader) == 'd') return last_offset(column, ali_ipc_offset_width(loader->type));
    return role_bytes(loader->type, ali_ipc_role(loader), column->length);
}

// Bytes of a buffer of `length_bytes` that are fetched: `needed` where it is stored as it is.
static uint64_t wanted_of(const ali_ipc_loader *loader, uint64_t length_bytes, uint64_t needed) {
    return loader->body.codec == ALI_CODEC_NONE ? ali_min_u64(length_bytes, needed) : length_bytes;
}

// --- steps: the bytes ----------------------------------------------------------------------------

uint64_t ali_ipc_take(ali_ipc_loader *loader, uint64_t total, uint64_t width) {
    const uint64_t count = ali_min_u64(total - loader->at, BLOCK);
    loader->credit -= (int64_t)ali_max_u64(count * width, 1);
    return loader->at + count;
}

ali_status ali_ipc_go_through(ali_ipc_loader *loader, uint64_t total, uint64_t width,
                              ali_ipc_look function, const char *found) {
    while (loader->at < total) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t end = ali_ipc_take(loader, total, width);
        const uint64_t bad = function(loader, loader->at, end);
        if (bad != end) return ali_ipc_fail_column(loader, ALI_ERR_CORRUPT, found, bad);
        loader->at = end;
    }
    return ALI_OK;
}

// Copies `from` into loader->copy, in pieces. ALI_OK: *from is replaced.
static ali_status copy_whole(ali_ipc_loader *loader, ali_buf **from) {
    const uint64_t size_bytes = (*from)->size_bytes;
    if (loader->copy == NULL) ALI_TRY(ali_buf_new(loader->ctx, size_bytes, &loader->copy));
    while (loader->at < size_bytes) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t end = ali_ipc_take(loader, size_bytes, 1);
        ali_copy_counted(loader->ctx, loader->copy->data + loader->at, (*from)->data + loader->at,
                         (size_t)(end - loader->at));
        loader->at = end;
    }
    ali_buf_release(*from);
    *from = loader->copy;
    loader->copy = NULL;
    loader->at = 0;
    return ALI_OK;
}

ali_status ali_ipc_own(ali_ipc_loader *loader) {
    if (loader->is_own) return ALI_OK;
    const ali_status status = copy_whole(loader, &loader->made);
    if (status == ALI_OK) loader->is_own = true;
    return status;
}

// Fetches a long buffer piece by piece into one of our own.
static ali_status fetch_long(ali_ipc_loader *loader, uint64_t from, uint64_t count) {
    if (loader->raw == NULL) ALI_TRY(ali_buf_new(loader->ctx, count, &loader->raw));
    while (loader->at < count) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t ahead = ali_min_u64(count, loader->at + loader->window_bytes);
        if (ahead > loader->wanted_bytes &&
            (ahead == count || ahead - loader->wanted_bytes >= PIECE_BYTES)) {
            ALI_TRY(ali_blob_want(loader->blob, loader->task, from + loader->wanted_bytes,
                                  ahead - loader->wanted_bytes, "buffers"));
            loader->wanted_bytes = ahead;
        }
        ALI_TRY(ali_blob_flush(loader->blob, loader->task));
        ali_buf *piece = NULL;
        const ali_status status = ali_blob_peek(loader->blob, loader->task, from + loader->at,
                                                ali_min_u64(count - loader->at, BLOCK), &piece);
        if (status != ALI_OK) return status;
        ali_copy_counted(loader->ctx, loader->raw->data + loader->at, piece->data,
                         (size_t)piece->size_bytes);
        ali_blob_drop(loader->blob, from + loader->at, from + loader->at + piece->size_bytes);
        loader->at += piece->size_bytes;
        loader->credit -= (int64_t)piece->size_bytes;
        ali_buf_release(piece);
    }
    loader->at = 0;
    loader->wanted_bytes = 0;
    return ALI_OK;
}

// Tells if a buffer is fetched in pieces, rather than wanted as a whole.
static bool is_long(const ali_ipc_loader *loader, uint64_t length_bytes) {
    return length_bytes > loader->window_bytes && !loader->state->is_lent;
}

// The part of a buffer's range that the front does not hold, of which drops and wants speak.
static uint64_t behind_front(const ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    return ali_min_u64(ali_max_u64(from, loader->front_bytes), to);
}

ali_status ali_ipc_step_fetch(ali_ipc_loader *loader) {
    uint64_t offset = 0;
    uint64_t length = 0;
    if (!ali_ipc_buffer(&loader->body, loader->place->buffer + loader->role + loader->variadic,
                        &offset, &length)) {
        return ali_ipc_fail_column(
            loader, ALI_ERR_CORRUPT,
            "has a buffer outside of a body of bytes:", loader->body.size_bytes);
    }
    loader->needed_bytes = needed_bytes(loader);
    const bool is_stored = loader->body.codec == ALI_CODEC_NONE;
    const bool is_text = ali_ipc_role(loader) == 'd' || loader->variadic != 0;
    if (loader->variadic != 0) loader->needed_bytes = is_stored ? length : 0;
    if (length < loader->needed_bytes && (is_stored || length == 0)) {
        return ali_ipc_fail_column(loader, ALI_ERR_CORRUPT,
                                   length == 0 ? "has an empty buffer instead of bytes:"
                                               : "has a buffer that is shorter than",
                                   loader->needed_bytes);
    }
    const uint64_t from = loader->body.start_bytes + offset;
    if (length == 0) return ali_buf_new(loader->ctx, 0, &loader->raw);
    const uint64_t count = is_stored ? loader->needed_bytes : length;
    length = wanted_of(loader, length, is_text ? UINT64_MAX : loader->needed_bytes);
    if (is_long(loader, length) && from >= loader->front_bytes) {
        return fetch_long(loader, from, count);
    }
    const ali_status status = ali_blob_slice(loader->blob, loader->task, from, count, &loader->raw);
    if (status != ALI_OK) return status;
    ali_blob_drop(loader->blob, behind_front(loader, from, from + length), from + length);
    return ALI_OK;
}

static ali_status begin_inflate(ali_ipc_loader *loader, uint64_t said) {
    const ali_limits *limits = &loader->ctx->limits;
    const uint64_t input_bytes = loader->raw->size_bytes - 8;
    const uint64_t most =
        ali_max_u64(limits->page_bytes_max, input_bytes * limits->expansion_ratio_max);
    if (said > most) {
        return ali_ipc_fail_column(
            loader, ALI_ERR_LIMIT,
            "has a compressed buffer that claims more bytes than the limits allow:", said);
    }
    if (said < loader->needed_bytes ||
        said > ali_codec_bound(loader->body.codec, loader->raw->data + 8, input_bytes)) {
        return ali_ipc_fail_column(loader, ALI_ERR_CORRUPT,
                                   "has a compressed buffer that cannot hold what it claims: bytes",
                                   said);
    }
    ALI_TRY(ali_buf_new(loader->ctx, said, &loader->copy));
    const ali_inflow block = {.codec = loader->body.codec,
                              .input = loader->raw->data + 8,
                              .input_bytes = input_bytes,
                              .output = loader->copy->data,
                              .output_bytes = said,
                              .is_output_padded = true};
    ali_inflow_begin(loader->ctx, &loader->inflow, &block);
    return ALI_OK;
}

// A compressed buffer begins with its length, or -1 where it is stored as it is: it is made then.
static ali_status begin_compressed(ali_ipc_loader *loader) {
    const uint64_t raw_bytes = loader->raw->size_bytes;
    const uint64_t said = raw_bytes < 8 ? 0 : ali_load_u64(loader->raw->data);
    const bool is_stored = said == UINT64_MAX;
    if (ali_ipc_role(loader) == 'w' && loader->variadic != 0) {
        loader->needed_bytes = is_stored ? raw_bytes - 8 : said;
    }
    if (raw_bytes < 8 || (is_stored && raw_bytes - 8 < loader->needed_bytes)) {
        return ali_ipc_fail_column(loader, ALI_ERR_CORRUPT, "has a buffer that is shorter than",
                                   loader->needed_bytes);
    }
    if (!is_stored) return begin_inflate(loader, said);
    loader->is_own = false;
    ALI_TRY(ali_buf_slice(loader->ctx, loader->raw, 8, loader->needed_bytes, &loader->made));
    ali_ipc_release(&loader->raw);
    return ALI_OK;
}

ali_status ali_ipc_step_inflate(ali_ipc_loader *loader) {
    if (loader->body.codec == ALI_CODEC_NONE || loader->raw->size_bytes == 0) {
        loader->is_own = false;
        loader->made = loader->raw;
        loader->raw = NULL;
        return ALI_OK;
    }
    if (loader->copy == NULL) ALI_TRY(begin_compressed(loader));
    if (loader->copy == NULL) return ALI_OK;
    const uint64_t before = loader->inflow.output_at;
    const ali_status status =
        loader->copy->size_bytes == 0
            ? ALI_OK
            : ali_inflow_step(loader->ctx, &loader->inflow,
                              (uint64_t)(loader->credit > 0 ? loader->credit : 1));
    loader->credit -= (int64_t)(loader->inflow.output_at - before);
    if (status < 0) {
        const ali_field *field = &loader->state->schema->nodes[loader->node];
        ali_error_add_column(loader->ctx, field->name, (size_t)field->name_bytes);
    }
    if (status != ALI_OK) return status;
    loader->made = loader->copy;
    loader->made->size_bytes = loader->needed_bytes;
    loader->copy = NULL;
    loader->is_own = true;
    ali_ipc_release(&loader->raw);
    return ALI_OK;
}

ali_status ali_ipc_step_align(ali_ipc_loader *loader) {
    if (loader->is_own || ((uintptr_t)loader->made->data & 7) == 0) return ALI_OK;
    return ali_ipc_own(loader);
}

static uint32_t swap_kind(const ali_ipc_loader *loader) {
    const ali_type *type = loader->type;
    const char role = ali_ipc_role(loader);
    if (role == 'w') return ALI_IPC_SWAP_VIEW;
    if (role != 'f') return ali_ipc_width(loader);
    if (type->kind == ALI_TYPE_FIXED_BINARY) return 0;
    if (type->kind != ALI_TYPE_INTERVAL) return ali_ipc_width(loader);
    return type->bits == 128 ? ALI_IPC_SWAP_MONTH_DAY_NANO : 4;
}

static uint64_t swap_bytes(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    ali_ipc_swap(loader->made->data, from, to, swap_kind(loader));
    return to;
}

ali_status ali_ipc_step_swap(ali_ipc_loader *loader) {
    const uint32_t kind = swap_kind(loader);
    if (!loader->state->is_big_endian || kind <= 1) return ALI_OK;
    const ali_status status = ali_ipc_own(loader);
    if (status != ALI_OK) return status;
    return ali_ipc_go_through(loader, loader->made->size_bytes, 1, swap_bytes, "");
}

// --- what is wanted ------------------------------------------------------------------------------

static ali_status want_buffer(ali_ipc_loader *loader, uint32_t index, uint64_t needed,
                              uint64_t *wanted_bytes) {
    uint64_t offset = 0;
    uint64_t length = 0;
    if (!ali_ipc_buffer(&loader->body, index, &offset, &length)) return ALI_OK;
    length = wanted_of(loader, length, needed);
    const uint64_t from = loader->body.start_bytes + offset;
    const uint64_t start = behind_front(loader, from, from + length);
    if (start == from + length) return ALI_OK;
    if (is_long(loader, length) && from >= loader->front_bytes) return ALI_OK;
    *wanted_bytes += from + length - start;
    if (loader->is_over) {
        ali_blob_drop(loader->blob, start, from + length);
        return ALI_OK;
    }
    return ali_blob_want(loader->blob, loader->task, start, from + length - start, "buffers");
}

ali_status ali_ipc_want_node(ali_ipc_loader *loader, uint32_t node, bool as_values,
                             uint64_t *wanted_bytes) {
    const ali_ipc_place *place = &loader->places[node];
    const ali_type *type = loader->state->schema->nodes[node].type;
    const char *layout =
        ali_ipc_layout(type, as_values ? 0 : type->index_bits, loader->body.version);
    for (uint32_t role = 0; layout[role] != 0; role += 1) {
        if (ali_ipc_is_passed_over(place, layout[role])) continue;
        ALI_TRY(want_buffer(loader, place->buffer + role,
                            role_bytes(type, layout[role], place->length), wanted_bytes));
    }
    for (uint32_t i = 0; i < place->variadic; i += 1) {
        ALI_TRY(want_buffer(loader, place->buffer + 2 + i, UINT64_MAX, wanted_bytes));
    }
    return ALI_OK;
}
