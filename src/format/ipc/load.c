// format/ipc/load.c: from the buffers of a body to columns (https://arrow.apache.org/docs/format/
// Columnar.html). Each buffer of a layout has a program, a string of steps, each of which can stop
// for bytes that are not there or because the running step has done its share.
//
// What a file leaves free is made definite here: values under nulls are zero, null text is empty,
// offsets of text begin at 0, nulls among a dictionary's values are nulls of those who use them.
#include "format/ipc/load.h"

#include "base/text.h"
#include "column/bits.h"
#include "format/ipc/check.h"

// Bytes of a buffer's piece that are fetched at a time.
#define PIECE_BYTES (UINT64_C(4) << 20)
// Elements that a step looks at between two looks at its credit.
#define BLOCK 65536u

void ali_ipc_load_begin(ali_ipc_loader *loader, ali_column *columns, const uint32_t *map,
                        uint32_t first, uint32_t count, bool is_dictionary) {
    loader->columns = columns;
    loader->map = map;
    loader->first = first;
    loader->count = count;
    loader->is_dictionary = is_dictionary;
    loader->target = 0;
    loader->role = 0;
    loader->step = 0;
    loader->at = 0;
    loader->variadic = 0;
    loader->wanted_bytes = 0;
}

static void release(ali_buf **buf) {
    ali_buf_release(*buf);
    *buf = NULL;
}

void ali_ipc_load_clear(ali_ipc_loader *loader) {
    if (loader->ctx == NULL) return;
    release(&loader->raw);
    release(&loader->made);
    release(&loader->copy);
    ali_inflow_clear(loader->ctx, &loader->inflow);
}

// --- where things stand --------------------------------------------------------------------------

// The node holds values, though its type is that of a dictionary: it is the dictionary's own.
static bool is_values(const ali_ipc_loader *loader) {
    return loader->is_dictionary && loader->target == 0;
}

static char role_of(const ali_ipc_loader *loader) {
    return loader->layout[loader->role];
}

// --- faults --------------------------------------------------------------------------------------

static ali_status fail_column(const ali_ipc_loader *loader, ali_status status, const char *found,
                              uint64_t number) {
    const ali_field *field = &loader->state->schema->nodes[loader->node];
    status = ali_fail_at(loader->ctx, status, loader->body.start_bytes, "column %q %s %U",
                         field->name, (size_t)field->name_bytes, found, number);
    ali_error_add_column(loader->ctx, field->name, (size_t)field->name_bytes);
    return status;
}

static ali_status fail_row(const ali_ipc_loader *loader, const char *found, uint64_t row) {
    return fail_column(loader, ALI_ERR_CORRUPT, found, row);
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

static uint32_t width_of(const ali_ipc_loader *loader) {
    return role_width(loader->type, role_of(loader));
}

static uint64_t first_offset(const ali_column *column, uint32_t width) {
    return (uint64_t)ali_ipc_number(column->offsets->data, 0, width, true);
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
    if (role_of(loader) == 'd') return last_offset(column, ali_ipc_offset_width(loader->type));
    return role_bytes(loader->type, role_of(loader), column->length);
}

// Bytes of a buffer of `length_bytes` that are fetched: `needed` where it is stored as it is.
static uint64_t wanted_of(const ali_ipc_loader *loader, uint64_t length_bytes, uint64_t needed) {
    return loader->body.codec == ALI_CODEC_NONE ? ali_min_u64(length_bytes, needed) : length_bytes;
}

// --- steps: the bytes ----------------------------------------------------------------------------

// Elements that are looked at next, of `width` bytes each; takes them from the credit.
static uint64_t take(ali_ipc_loader *loader, uint64_t total, uint64_t width) {
    const uint64_t count = ali_min_u64(total - loader->at, BLOCK);
    loader->credit -= (int64_t)ali_max_u64(count * width, 1);
    return loader->at + count;
}

// Looks at, or works on, elements [from, to). Returns the first that breaks a rule, or `to`.
typedef uint64_t (*look)(ali_ipc_loader *loader, uint64_t from, uint64_t to);

// Goes through `total` elements, as far as the credit allows.
static ali_status go_through(ali_ipc_loader *loader, uint64_t total, uint64_t width, look function,
                             const char *found) {
    while (loader->at < total) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t end = take(loader, total, width);
        const uint64_t bad = function(loader, loader->at, end);
        if (bad != end) return fail_row(loader, found, bad);
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
        const uint64_t end = take(loader, size_bytes, 1);
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

// Makes `made` a buffer of our own, so that it can be changed.
static ali_status own(ali_ipc_loader *loader) {
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

static ali_status step_fetch(ali_ipc_loader *loader) {
    uint64_t offset = 0;
    uint64_t length = 0;
    if (!ali_ipc_buffer(&loader->body, loader->place->buffer + loader->role + loader->variadic,
                        &offset, &length)) {
        return fail_column(loader, ALI_ERR_CORRUPT,
                           "has a buffer outside of a body of bytes:", loader->body.size_bytes);
    }
    loader->needed_bytes = needed_bytes(loader);
    const bool is_stored = loader->body.codec == ALI_CODEC_NONE;
    const bool is_text = role_of(loader) == 'd' || loader->variadic != 0;
    if (is_stored && loader->variadic != 0) loader->needed_bytes = length;
    if (length < loader->needed_bytes && (is_stored || length == 0)) {
        return fail_column(loader, ALI_ERR_CORRUPT,
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
        return fail_column(
            loader, ALI_ERR_LIMIT,
            "has a compressed buffer that claims more bytes than the limits allow:", said);
    }
    if (said < loader->needed_bytes ||
        said > ali_codec_bound(loader->body.codec, loader->raw->data + 8, input_bytes)) {
        return fail_column(loader, ALI_ERR_CORRUPT,
                           "has a compressed buffer that cannot hold what it claims: bytes", said);
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
    if (role_of(loader) == 'w' && loader->variadic != 0) {
        loader->needed_bytes = is_stored ? raw_bytes - 8 : said;
    }
    if (raw_bytes < 8 || (is_stored && raw_bytes - 8 < loader->needed_bytes)) {
        return fail_column(loader, ALI_ERR_CORRUPT, "has a buffer that is shorter than",
                           loader->needed_bytes);
    }
    if (!is_stored) return begin_inflate(loader, said);
    loader->is_own = false;
    ALI_TRY(ali_buf_slice(loader->ctx, loader->raw, 8, loader->needed_bytes, &loader->made));
    release(&loader->raw);
    return ALI_OK;
}

static ali_status step_inflate(ali_ipc_loader *loader) {
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
    release(&loader->raw);
    return ALI_OK;
}

static ali_status step_align(ali_ipc_loader *loader) {
    if (loader->is_own || ((uintptr_t)loader->made->data & 7) == 0) return ALI_OK;
    return own(loader);
}

static uint32_t swap_kind(const ali_ipc_loader *loader) {
    const ali_type *type = loader->type;
    const char role = role_of(loader);
    if (role == 'w') return ALI_IPC_SWAP_VIEW;
    if (role != 'f') return width_of(loader);
    if (type->kind == ALI_TYPE_FIXED_BINARY) return 0;
    if (type->kind != ALI_TYPE_INTERVAL) return width_of(loader);
    return type->bits == 128 ? ALI_IPC_SWAP_MONTH_DAY_NANO : 4;
}

static uint64_t swap_bytes(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    ali_ipc_swap(loader->made->data, from, to, swap_kind(loader));
    return to;
}

static ali_status step_swap(ali_ipc_loader *loader) {
    const uint32_t kind = swap_kind(loader);
    if (!loader->state->is_big_endian || kind <= 1) return ALI_OK;
    const ali_status status = own(loader);
    if (status != ALI_OK) return status;
    return go_through(loader, loader->made->size_bytes, 1, swap_bytes, "");
}

// --- steps: nulls --------------------------------------------------------------------------------

static uint64_t count_nulls(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    loader->column->null_count -= ali_bits_count(loader->made->data, from, to - from);
    return to;
}

static ali_status step_count(ali_ipc_loader *loader) {
    ali_column *column = loader->column;
    if (loader->at == 0) column->null_count = column->length;
    const ali_status status = go_through(loader, column->length, 1, count_nulls, "");
    if (status != ALI_OK) return status;
    if (column->null_count == 0) release(&loader->made);
    return ALI_OK;
}

// Null slots hold zeros: looks first, since mostly they do.
static uint32_t clean_width(const ali_ipc_loader *loader) {
    return role_of(loader) == 'i' ? sizeof(int32_t) : width_of(loader);
}

static ali_status step_find_dirty(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const uint32_t width = clean_width(loader);
    const uint8_t *validity = column->validity == NULL ? NULL : column->validity->data;
    loader->is_dirty = false;
    if (validity == NULL || role_of(loader) == 't' || (width == 0 && role_of(loader) == 'f'))
        return ALI_OK;
    while (loader->at < column->length) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t end = take(loader, column->length, ali_max_u64(width, 1));
        if (ali_ipc_find_dirty(loader->made->data, width, validity, loader->at, end) != end) {
            loader->is_dirty = true;
            return ALI_OK;
        }
        loader->at = end;
    }
    return ALI_OK;
}

static ali_status step_own_dirty(ali_ipc_loader *loader) {
    return loader->is_dirty ? own(loader) : ALI_OK;
}

static uint64_t clean(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    ali_ipc_clean(loader->made->data, clean_width(loader), loader->column->validity->data, from,
                  to);
    return to;
}

static ali_status step_clean(ali_ipc_loader *loader) {
    if (!loader->is_dirty) return ALI_OK;
    return go_through(loader, loader->column->length, 8, clean, "");
}

// --- steps: offsets and text ---------------------------------------------------------------------

static uint64_t look_at_offsets(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    return ali_ipc_check_offsets(loader->made->data, width_of(loader), from, to);
}

static ali_status step_offsets(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const uint32_t width = width_of(loader);
    if (column->length == 0) { // of no values there need not be an offset
        release(&loader->made);
        return ali_buf_zero(loader->ctx, width, &loader->made);
    }
    const ali_status status = go_through(loader, column->length + 1, width, look_at_offsets,
                                         "has offsets that fall below 0 or back: at");
    if (status != ALI_OK) return status;
    const uint64_t last = (uint64_t)ali_ipc_number(loader->made->data, column->length, width, true);
    const bool is_list = role_of(loader) == 'o' && loader->type->children_count != 0;
    if (is_list && last > loader->places[loader->node + 1].length) {
        return fail_row(loader, "has lists that end beyond their values: at", last);
    }
    return ALI_OK;
}

// Text of null slots, or before the first offset, makes it necessary to write the column anew.
static ali_status step_find_filled(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const uint32_t width = ali_ipc_offset_width(loader->type);
    loader->is_dirty = first_offset(column, width) != 0;
    while (!loader->is_dirty && column->validity != NULL && loader->at < column->length) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t end = take(loader, column->length, width);
        loader->is_dirty = ali_ipc_find_filled(column->offsets->data, width, column->validity->data,
                                               loader->at, end) != end;
        loader->at = end;
    }
    return ALI_OK;
}

static void store_offset(uint8_t *offsets, uint64_t index, uint32_t width, uint64_t offset) {
    if (width == 8) {
        ali_store_u64(offsets + index * 8, offset);
    } else {
        ali_store_u32(offsets + index * 4, (uint32_t)offset);
    }
}

static ali_status step_rewrite(ali_ipc_loader *loader) {
    ali_column *column = loader->column;
    const uint32_t width = ali_ipc_offset_width(loader->type);
    if (!loader->is_dirty) return ALI_OK;
    if (loader->copy == NULL) {
        ALI_TRY(ali_buf_new(loader->ctx, loader->made->size_bytes, &loader->copy));
        loader->copy->size_bytes = 0;
    }
    if (loader->raw == NULL) {
        ALI_TRY(ali_buf_zero(loader->ctx, (column->length + 1) * width, &loader->raw));
    }
    for (; loader->at < column->length; loader->at += 1) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t from =
            (uint64_t)ali_ipc_number(column->offsets->data, loader->at, width, true);
        const uint64_t to =
            (uint64_t)ali_ipc_number(column->offsets->data, loader->at + 1, width, true);
        const bool is_valid = column->validity == NULL ||
                              ali_ipc_bit(column->validity->data, loader->at);
        const uint64_t count = is_valid ? to - from : 0;
        ali_copy_counted(loader->ctx, loader->copy->data + loader->copy->size_bytes,
                         loader->made->data + from, (size_t)count);
        loader->copy->size_bytes += count;
        store_offset(loader->raw->data, loader->at + 1, width, loader->copy->size_bytes);
        loader->credit -= (int64_t)(count + 8);
    }
    release(&loader->made);
    release(&column->offsets);
    loader->made = loader->copy;
    column->offsets = loader->raw;
    loader->copy = loader->raw = NULL;
    return ALI_OK;
}

// --- steps: codes --------------------------------------------------------------------------------

// Codes of any width become int32; what does not fit becomes -1, which is refused later.
static uint64_t convert(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    const ali_type *type = loader->type;
    int32_t *codes = (int32_t *)(void *)loader->copy->data;
    for (uint64_t i = from; i < to; i += 1) {
        const int64_t code =
            ali_ipc_number(loader->made->data, i, type->index_bits / 8u, type->index_is_signed);
        codes[i] = code < 0 || code > INT32_MAX ? -1 : (int32_t)code;
    }
    return to;
}

static ali_status step_convert(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    if (loader->type->index_bits == 32) return ALI_OK;
    if (loader->copy == NULL) {
        ALI_TRY(ali_buf_new(loader->ctx, column->length * sizeof(int32_t), &loader->copy));
    }
    const ali_status status = go_through(loader, column->length, 4, convert, "");
    if (status != ALI_OK) return status;
    ali_buf_release(loader->made);
    loader->made = loader->copy;
    loader->copy = NULL;
    loader->is_own = true;
    return ALI_OK;
}

static ali_ipc_values *dictionary_of(const ali_ipc_loader *loader) {
    return &loader->dictionaries[loader->state->nodes[loader->node].dictionary];
}

static uint64_t look_at_codes(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    return ali_ipc_check_codes((const int32_t *)(const void *)loader->made->data, from, to,
                               dictionary_of(loader)->dictionary->columns[0].length);
}

static ali_status step_check_codes(ali_ipc_loader *loader) {
    ali_column *column = loader->column;
    const ali_ipc_values *values = dictionary_of(loader);
    const bool is_empty = column->null_count == column->length;
    if (values->dictionary == NULL) {
        return fail_column(
            loader, ALI_ERR_CORRUPT, "uses a dictionary that is not there, of id",
            (uint64_t)loader->state->dictionaries[loader->state->nodes[loader->node].dictionary]
                .id);
    }
    return go_through(loader, is_empty ? 0 : column->length, 4, look_at_codes,
                      "has a code outside its dictionary: in row");
}

// Codes of values that are null become nulls. Values of type null are, and have no bitmap.
static uint64_t fold(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    ali_column *column = loader->column;
    const ali_buf *valid = dictionary_of(loader)->validity;
    int32_t *codes = (int32_t *)(void *)loader->made->data;
    for (uint64_t i = from; i < to; i += 1) {
        if (valid != NULL && ali_column_is_valid(column, i) &&
            ali_ipc_bit(valid->data, (uint64_t)codes[i])) {
            loader->raw->data[i / 8] |= (uint8_t)(1u << (i % 8));
        } else {
            codes[i] = 0;
            column->null_count += 1;
        }
    }
    return to;
}

static ali_status step_fold(ali_ipc_loader *loader) {
    ali_column *column = loader->column;
    const bool has_nulls = dictionary_of(loader)->validity != NULL ||
                           loader->type->kind == ALI_TYPE_NULL;
    if (!has_nulls || column->length == 0 || column->null_count == column->length) return ALI_OK;
    if (loader->raw == NULL) {
        const ali_status status = own(loader);
        if (status != ALI_OK) return status;
        ALI_TRY(ali_buf_zero(loader->ctx, (column->length + 7) / 8, &loader->raw));
        column->null_count = 0;
    }
    const ali_status status = go_through(loader, column->length, 4, fold, "");
    if (status != ALI_OK) return status;
    if (column->null_count == 0) release(&loader->raw);
    ali_buf_release(column->validity);
    column->validity = loader->raw;
    loader->raw = NULL;
    return ALI_OK;
}

// --- steps: nested types -------------------------------------------------------------------------

// Run ends rise, and reach as far as the column goes; there is a value for each run.
static uint64_t look_at_runs(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    return ali_ipc_check_runs(loader->made->data, width_of(loader), from, to);
}

static ali_status step_runs(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const uint32_t node = loader->node;
    const uint32_t parent = loader->state->nodes[node].parent;
    const uint32_t width = width_of(loader);
    if (is_values(loader) || parent == ALI_IPC_NONE || parent + 1 != node) return ALI_OK;
    const ali_type *type = loader->state->schema->nodes[parent].type;
    if (type->kind != ALI_TYPE_RUN_END) return ALI_OK;
    const ali_status status = go_through(loader, column->length, width, look_at_runs,
                                         "has run ends that do not rise: at");
    if (status != ALI_OK) return status;
    const uint64_t last =
        column->length == 0
            ? 0
            : (uint64_t)ali_ipc_number(loader->made->data, column->length - 1, width, true);
    if (last < loader->places[parent].length || column->null_count != 0) {
        return fail_row(loader, "has run ends that stop before the column does: at", last);
    }
    if (loader->places[node + 1].length < column->length) {
        return fail_row(loader, "has more run ends than values:", column->length);
    }
    return ALI_OK;
}

// Lengths of a union's children plus 1, by type id.
static void child_lengths(const ali_ipc_loader *loader, uint32_t lengths[128]) {
    const ali_type *type = loader->type;
    uint32_t child = loader->node + 1;
    for (uint32_t i = 0; i < 128; i += 1) lengths[i] = 0;
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        lengths[(uint8_t)type->type_ids[i] & 127] = (uint32_t)loader->places[child].length + 1;
        child += loader->state->schema->nodes[child].type->span;
    }
}

static uint64_t look_at_references(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    const ali_column *column = loader->column;
    const uint8_t *made = loader->made->data;
    uint32_t lengths[128];
    if (loader->type->kind != ALI_TYPE_UNION) {
        return ali_ipc_check_places(column->offsets->data, made, width_of(loader), from, to,
                                    loader->places[loader->node + 1].length);
    }
    child_lengths(loader, lengths);
    if (!ali_ipc_is_dense(loader->type)) return ali_ipc_check_union(made, NULL, from, to, lengths);
    return ali_ipc_check_union(column->values->data, (const int32_t *)(const void *)made, from, to,
                               lengths);
}

// The references of unions and list views: when the last of their buffers is there.
static ali_status step_references(ali_ipc_loader *loader) {
    const char role = role_of(loader);
    char last = 's';
    if (loader->type->kind == ALI_TYPE_UNION) last = ali_ipc_is_dense(loader->type) ? 'p' : 't';
    return go_through(loader, role == last ? loader->column->length : 0, 8, look_at_references,
                      "refers to a child or value that is not there: in row");
}

// --- steps: views --------------------------------------------------------------------------------

static uint64_t look_at_views(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    const ali_column *column = loader->column;
    return ali_ipc_check_views(column->values->data, from, to, column->buffers->bytes,
                               column->buffers->count);
}

static ali_status step_views(ali_ipc_loader *loader) {
    return go_through(loader, loader->column->length, 16, look_at_views,
                      "has a view outside its text: in row");
}

// --- programs ------------------------------------------------------------------------------------

typedef ali_status (*step_function)(ali_ipc_loader *loader);

// What is done with each buffer of a layout.
static const step_function steps_validity[] = {step_fetch, step_inflate, step_align, step_count,
                                               NULL};
static const step_function steps_fixed[] = {
    step_fetch,     step_inflate, step_align, step_swap,       step_find_dirty,
    step_own_dirty, step_clean,   step_runs,  step_references, NULL};
static const step_function steps_codes[] = {
    step_fetch,     step_inflate, step_align,       step_swap, step_convert, step_find_dirty,
    step_own_dirty, step_clean,   step_check_codes, step_fold, NULL};
static const step_function steps_offsets[] = {step_fetch, step_inflate, step_align,
                                              step_swap,  step_offsets, NULL};
static const step_function steps_data[] = {step_fetch, step_inflate, step_find_filled, step_rewrite,
                                           NULL};
static const step_function steps_ids[] = {step_fetch, step_inflate, step_references, NULL};
static const step_function steps_text[] = {step_fetch, step_inflate, NULL};
static const step_function steps_end[] = {step_views, NULL};

static const step_function *program_of(const ali_ipc_loader *loader) {
    switch (role_of(loader)) {
    case 'v':
        return steps_validity;
    case 'i':
        return steps_codes;
    case 'o':
        return steps_offsets;
    case 'd':
        return steps_data;
    case 't':
        return steps_ids;
    case 'w':
        if (loader->variadic == 0) return steps_fixed;
        return loader->variadic <= loader->place->variadic ? steps_text : steps_end;
    default:
        return steps_fixed;
    }
}

// A finished buffer becomes part of its column.
static ali_status put_buffer(ali_ipc_loader *loader) {
    ali_column *column = loader->column;
    const uint32_t texts = loader->place->variadic;
    const char role = role_of(loader);
    ali_buf *made = loader->made;
    if (role == 'w' && loader->variadic > texts) return ALI_OK;
    if (role == 'w' && loader->variadic == 0) {
        ALI_TRY(ali_buffers_new(loader->ctx, texts, &column->buffers));
    }
    loader->made = NULL;
    if (role == 'w' && loader->variadic != 0) {
        ali_buffers_put(column->buffers, loader->variadic - 1, made);
    } else if (role == 'v') {
        column->validity = made;
    } else if (role == 'd') {
        column->data = made;
    } else if (role == 'o' || role == 'p') {
        column->offsets = made;
    } else {
        column->values = made;
    }
    if (role != 'i') return ALI_OK;
    column->encoding = ALI_ENCODING_DICTIONARY;
    column->dictionary = ali_dictionary_retain(dictionary_of(loader)->dictionary);
    return ALI_OK;
}

// Goes to the next buffer of the node: behind views there are those of their text, and one round
// more to check them.
static void next_buffer(ali_ipc_loader *loader) {
    loader->step = 0;
    loader->is_own = false;
    if (role_of(loader) == 'w' && loader->variadic <= loader->place->variadic) {
        loader->variadic += 1;
        return;
    }
    loader->variadic = 0;
    loader->role += 1;
}

// Goes on with the buffer under way.
static ali_status step_buffer(ali_ipc_loader *loader) {
    const step_function *program = program_of(loader);
    while (program[loader->step] != NULL) {
        const ali_status status = program[loader->step](loader);
        if (status != ALI_OK) return status;
        loader->step += 1;
        loader->at = 0;
    }
    ALI_TRY(put_buffer(loader));
    next_buffer(loader);
    return ALI_OK;
}

// Tells if a buffer need not be looked at: the bitmap of a column without nulls.
static bool is_passed_over(const ali_ipc_place *place, char role) {
    return role == 'v' && (place->null_count == 0 || place->length == 0);
}

static void begin_node(ali_ipc_loader *loader) {
    ali_column *column = &loader->columns[loader->target];
    const bool is_codes = column->type->index_bits != 0 && !is_values(loader);
    loader->column = column;
    loader->type = column->type;
    loader->node = loader->map != NULL ? loader->map[loader->target]
                                       : loader->first + loader->target;
    loader->place = &loader->places[loader->node];
    loader->layout =
        ali_ipc_layout(column->type, is_codes ? column->type->index_bits : 0, loader->body.version);
    column->length = loader->place->length;
    column->null_count = column->type->kind == ALI_TYPE_NULL && !is_codes ? column->length : 0;
}

static ali_status end_node(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const ali_type *type = loader->type;
    if (type->kind == ALI_TYPE_UNION && column->encoding == ALI_ENCODING_PLAIN &&
        column->null_count != 0) {
        return fail_column(loader, ALI_ERR_UNSUPPORTED,
                           "is a union with nulls of its own, which is not supported: nulls",
                           column->null_count);
    }
    const bool is_codes = column->encoding == ALI_ENCODING_DICTIONARY;
    loader->target += is_codes ? type->span : 1;
    loader->role = 0;
    return ALI_OK;
}

ali_status ali_ipc_load_step(ali_ipc_loader *loader) {
    while (loader->target < loader->count) {
        if (loader->role == 0 && loader->step == 0 && loader->at == 0) begin_node(loader);
        const char role = role_of(loader);
        if (role == 0) {
            ALI_TRY(end_node(loader));
            loader->credit -= 8;
            if (loader->credit <= 0) return ALI_YIELD;
        } else if (is_passed_over(loader->place, role)) {
            loader->role += 1;
        } else {
            const ali_status status = step_buffer(loader);
            if (status != ALI_OK) return status;
        }
    }
    return ALI_OK;
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
        if (is_passed_over(place, layout[role])) continue;
        ALI_TRY(want_buffer(loader, place->buffer + role,
                            role_bytes(type, layout[role], place->length), wanted_bytes));
    }
    for (uint32_t i = 0; i < place->variadic; i += 1) {
        ALI_TRY(want_buffer(loader, place->buffer + 2 + i, UINT64_MAX, wanted_bytes));
    }
    return ALI_OK;
}
