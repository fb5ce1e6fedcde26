// format/ipc/dictionary.c: dictionaries as they grow: deltas are joined to what came before, column
// by column in pre-order, when something is read that uses them. What is joined grows by doubling,
// and dictionaries are slices of it, so that a delta costs what it brings; no byte that was handed
// out changes. Also what lists hold before their first. Left out: joining a delta whose own columns
// refer to a dictionary that changed meanwhile.
#include "column/bits.h"
#include "format/ipc/check.h"
#include "format/ipc/load.h"

static void clear_columns(ali_column *columns, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) ali_column_clear(&columns[i]);
}

// Forgets the dictionary, its nulls, and what is to be joined to it.
static void forget(ali_context *ctx, ali_ipc_values *values) {
    for (uint32_t i = 0; i < values->pieces_count; i += 1) ali_column_clear(&values->pieces[i]);
    ali_mem_free(ctx, values->pieces, (uint64_t)values->pieces_capacity * sizeof(ali_column));
    values->pieces = NULL;
    values->pieces_count = values->pieces_capacity = 0;
    ali_dictionary_release(values->dictionary);
    ali_buf_release(values->validity);
    values->dictionary = NULL;
    values->validity = NULL;
}

void ali_ipc_values_clear(ali_context *ctx, ali_ipc_values *values) {
    if (values->whole != NULL) {
        const uint32_t span = values->whole[0].type->span;
        clear_columns(values->whole, span);
        ali_mem_free(ctx, values->whole, (uint64_t)span * sizeof(ali_column));
        values->whole = NULL;
    }
    forget(ctx, values);
}

// Makes the dictionary out of columns, which it takes over.
static ali_status make(ali_context *ctx, ali_schema *schema, ali_ipc_values *values,
                       ali_column *columns) {
    const uint32_t count = columns[0].type->span;
    ali_ipc_values_clear(ctx, values);
    values->validity = columns[0].validity;
    columns[0].validity = NULL;
    if (columns[0].type->kind != ALI_TYPE_NULL) columns[0].null_count = 0;
    const ali_status status = ali_dictionary_new(ctx, schema, columns, &values->dictionary);
    ali_fill(columns, 0, (size_t)count * sizeof(ali_column));
    return status;
}

ali_status ali_ipc_put_values(ali_context *ctx, ali_schema *schema, ali_ipc_values *values,
                              ali_column *columns, bool is_delta) {
    if (!is_delta) return make(ctx, schema, values, columns);
    const uint32_t count = columns[0].type->span;
    void *pieces = values->pieces;
    const ali_status status = ali_mem_grow(ctx, &pieces, &values->pieces_capacity,
                                           (uint64_t)values->pieces_count + count,
                                           sizeof(ali_column));
    values->pieces = pieces;
    ALI_TRY(status);
    ali_copy(values->pieces + values->pieces_count, columns, (size_t)count * sizeof(ali_column));
    ali_fill(columns, 0, (size_t)count * sizeof(ali_column));
    values->pieces_count += count;
    return ALI_OK;
}

// --- joining -------------------------------------------------------------------------------------

// What is joined: piece 0 is the dictionary, the others are deltas.
typedef struct joiner {
    ali_context *ctx;
    ali_ipc_values *values;
    ali_column *made; // values->whole
    uint32_t span;
    uint32_t first; // piece that `made` does not hold yet: 0 or 1
    uint32_t pieces;
    uint32_t at;        // column
    const char *layout; // of it
} joiner;

static const ali_column *piece_at(const joiner *join, uint32_t piece, uint32_t at) {
    return piece == 0 ? &join->values->dictionary->columns[at]
                      : &join->values->pieces[(uint64_t)(piece - 1) * join->span + at];
}

static const ali_buf *validity_of(const joiner *join, uint32_t piece) {
    if (piece == 0 && join->at == 0) return join->values->validity;
    return piece_at(join, piece, join->at)->validity;
}

static void set_bit(uint8_t *bits, uint64_t index) {
    bits[index / 8] |= (uint8_t)(1u << (index % 8));
}

// Lets a buffer hold `bytes`, new ones zero. What holds it now is not touched: slices share it.
static ali_status grow(const joiner *join, ali_buf **buf, uint64_t bytes) {
    ali_buf *old = *buf;
    const uint64_t kept = old == NULL ? 0 : old->size_bytes;
    if (old == NULL || bytes > old->capacity_bytes) {
        const bool is_tight = ali_home_is_over(join->ctx->home, 2 * kept);
        ali_buf *made = NULL;
        ALI_TRY(ali_buf_new(join->ctx, is_tight ? bytes : ali_max_u64(bytes, 2 * kept), &made));
        if (kept != 0) ali_copy_counted(join->ctx, made->data, old->data, (size_t)kept);
        ali_buf_release(old);
        *buf = made;
    }
    ali_fill((*buf)->data + kept, 0, (size_t)(bytes - kept));
    (*buf)->size_bytes = bytes;
    return ALI_OK;
}

// Joins bitmaps. Where a piece has no validity, all is valid. Bitmaps that are handed out are
// copies, since pieces end within bytes.
static ali_status join_bits(const joiner *join, bool is_validity, ali_buf **bits) {
    ali_column *made = &join->made[join->at];
    uint64_t to = 0;
    const uint32_t first = *bits == NULL ? 0 : join->first;
    ALI_TRY(grow(join, bits, (made->length + 7) / 8));
    for (uint32_t p = 0; p < join->pieces; p += 1) {
        const ali_column *piece = piece_at(join, p, join->at);
        const ali_buf *from = is_validity ? validity_of(join, p) : piece->values;
        for (uint64_t i = 0; p >= first && i < piece->length; i += 1) {
            if (from == NULL ? is_validity : ali_ipc_bit(from->data, i)) {
                set_bit((*bits)->data, to + i);
            } else if (is_validity) {
                made->null_count += 1;
            }
        }
        to += piece->length;
    }
    return ALI_OK;
}

static ali_status join_validity(const joiner *join) {
    bool has_nulls = join->made[join->at].validity != NULL;
    for (uint32_t p = 0; p < join->pieces; p += 1) has_nulls |= validity_of(join, p) != NULL;
    return has_nulls ? join_bits(join, true, &join->made[join->at].validity) : ALI_OK;
}

// Elements that a column's offsets point into: items of a list, bytes of text.
static uint64_t target_length(const joiner *join, uint32_t piece) {
    const ali_column *column = piece_at(join, piece, join->at);
    if (column->type->children_count != 0) return piece_at(join, piece, join->at + 1)->length;
    return column->data == NULL ? 0 : column->data->size_bytes;
}

static void add_to(uint8_t *at, uint32_t width, uint64_t add) {
    if (width == 2) ali_store_u16(at, (uint16_t)(ali_load_u16(at) + add));
    if (width == 4) ali_store_u32(at, (uint32_t)(ali_load_u32(at) + add));
    if (width == 8) ali_store_u64(at, ali_load_u64(at) + add);
}

// Adds the lengths of a dense union's children, by type id. Returns the largest sum.
static uint64_t add_children(const joiner *join, uint32_t piece, uint32_t sums[128]) {
    uint64_t most = 0;
    const ali_type *type = join->made[join->at].type;
    uint32_t child = join->at + 1;
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        uint32_t *sum = &sums[(uint8_t)type->type_ids[i] & 127];
        const uint64_t added = *sum + piece_at(join, piece, child)->length;
        *sum = (uint32_t)ali_min_u64(added, UINT32_MAX);
        most = ali_max_u64(most, *sum);
        child += join->made[child].type->span;
    }
    return most;
}

// Elements of `width` bytes of one role under way; `add` comes before those of the next piece, in
// unions `sums` by the id of their child.
typedef struct joint {
    char role;
    bool is_union;
    bool is_run_ends;
    uint32_t width;
    uint64_t add;
    uint32_t sums[128];
} joint;

// Adds to elements of a piece what came before them; views of up to 12 bytes point nowhere.
static void add_before(const joint *of, const ali_column *piece, uint8_t *at, uint64_t count) {
    for (uint64_t i = 0; i < count; i += 1) {
        const uint64_t add = of->is_union ? of->sums[piece->values->data[i] & 127] : of->add;
        if (add == 0) continue;
        if (of->role != 'w') {
            add_to(at + i * of->width, of->width, add);
        } else if (ali_load_u32(at + i * 16) > 12) {
            add_to(at + i * 16 + 8, 4, add);
        }
    }
}

// What comes before the elements of the piece after this one.
static uint64_t next_before(const joiner *join, uint32_t piece, joint *of) {
    if (of->is_union) return add_children(join, piece, of->sums);
    if (of->role == 'o' || of->role == 'p') return of->add + target_length(join, piece);
    if (of->role == 'w') return of->add + piece_at(join, piece, join->at)->buffers->count;
    if (of->is_run_ends) return of->add + piece_at(join, piece, join->at - 1)->length;
    return of->add;
}

// Joins elements of `width` bytes of one role, to each of which is added what came before it.
static ali_status join_values(const joiner *join, char role, uint32_t width, bool is_run_ends,
                              ali_buf **values) {
    const ali_column *made = &join->made[join->at];
    const uint32_t more = role == 'o'; // offsets are one more than elements; the first is 0
    joint of = {.role = role, .width = width, .is_run_ends = is_run_ends};
    of.is_union = made->type->kind == ALI_TYPE_UNION && role == 'p';
    uint64_t to = more;
    ALI_TRY(grow(join, values, (made->length + more) * width));
    for (uint32_t p = 0; p < join->pieces; p += 1) {
        const ali_column *piece = piece_at(join, p, join->at);
        const ali_buf *from = role == 'o' || role == 'p' ? piece->offsets : piece->values;
        uint8_t *at = (*values)->data + to * width;
        if (p >= join->first && piece->length != 0) {
            ali_copy_counted(join->ctx, at, from->data + more * width,
                             (size_t)(piece->length * width));
            add_before(&of, piece, at, piece->length);
        }
        to += piece->length;
        of.add = next_before(join, p, &of);
    }
    const uint64_t most = width == 2 ? INT16_MAX : width == 4 ? INT32_MAX : INT64_MAX;
    if (of.add <= most) return ALI_OK;
    return ali_fail(join->ctx, ALI_ERR_LIMIT,
                    "a dictionary with its deltas holds more than the %U that its offsets reach",
                    most);
}

static ali_status join_data(const joiner *join, ali_buf **data) {
    uint64_t total = 0;
    for (uint32_t p = 0; p < join->pieces; p += 1) total += target_length(join, p);
    uint64_t to = *data == NULL ? 0 : (*data)->size_bytes;
    ALI_TRY(grow(join, data, total));
    for (uint32_t p = join->first; p < join->pieces; p += 1) {
        const ali_buf *from = piece_at(join, p, join->at)->data;
        if (from == NULL) continue;
        ali_copy_counted(join->ctx, (*data)->data + to, from->data, (size_t)from->size_bytes);
        to += from->size_bytes;
    }
    return ALI_OK;
}

static ali_status join_buffers(const joiner *join, ali_buffers **buffers) {
    uint64_t total = 0;
    for (uint32_t p = 0; p < join->pieces; p += 1) {
        total += piece_at(join, p, join->at)->buffers->count;
    }
    ali_buffers_release(*buffers);
    *buffers = NULL;
    ALI_TRY(ali_buffers_new(join->ctx, (uint32_t)total, buffers));
    uint32_t to = 0;
    for (uint32_t p = 0; p < join->pieces; p += 1) {
        const ali_buffers *from = piece_at(join, p, join->at)->buffers;
        for (uint32_t i = 0; i < from->count; i += 1, to += 1) {
            ali_buffers_put(*buffers, to, ali_buf_retain(from->items[i]));
        }
    }
    return ALI_OK;
}

// Codes of the columns below: of one dictionary.
static ali_status join_codes(const joiner *join) {
    ali_column *made = &join->made[join->at];
    ali_dictionary *dictionary = piece_at(join, 0, join->at)->dictionary;
    for (uint32_t p = 1; p < join->pieces; p += 1) {
        if (piece_at(join, p, join->at)->dictionary == dictionary) continue;
        return ali_fail(join->ctx, ALI_ERR_UNSUPPORTED,
                        "a dictionary's delta whose own dictionaries changed is not supported");
    }
    made->encoding = ALI_ENCODING_DICTIONARY;
    if (made->dictionary == NULL) made->dictionary = ali_dictionary_retain(dictionary);
    return join_values(join, 'i', sizeof(int32_t), false, &made->values);
}

static ali_status join_role(const joiner *join, char role, bool is_run_ends) {
    ali_column *made = &join->made[join->at];
    const uint32_t offset_width = ali_ipc_offset_width(made->type);
    switch (role) {
    case 'v':
        return join_validity(join);
    case 'b':
        return join_bits(join, false, &made->values);
    case 'i':
        return join_codes(join);
    case 'd':
        return join_data(join, &made->data);
    case 'o':
    case 'p':
        return join_values(join, role, offset_width, false, &made->offsets);
    case 't':
        return join_values(join, role, 1, false, &made->values);
    case 's':
        return join_values(join, role, offset_width, false, &made->values);
    case 'w':
        ALI_TRY(join_buffers(join, &made->buffers));
        return join_values(join, role, 16, false, &made->values);
    default:
        return join_values(join, role, made->type->bits / 8, is_run_ends, &made->values);
    }
}

// What follows a piece can only be counted on where its runs end with it, a value for each.
static ali_status check_runs(const joiner *join) {
    for (uint32_t p = join->first; p < join->pieces; p += 1) {
        const ali_column *ends = piece_at(join, p, join->at + 1);
        const uint64_t last = ends->length == 0 ? 0 : ali_column_run_end(ends, ends->length - 1);
        if (last == piece_at(join, p, join->at)->length &&
            ends->length == piece_at(join, p, join->at + 2)->length) {
            continue;
        }
        return ali_fail(join->ctx, ALI_ERR_UNSUPPORTED,
                        "a delta of a dictionary whose runs go beyond its values is not supported");
    }
    return ALI_OK;
}

static ali_status join_columns(joiner *join) {
    bool is_run_ends = false;
    while (join->at < join->span) {
        ali_column *made = &join->made[join->at];
        const ali_type *type = made->type;
        const uint32_t index_bits = join->at != 0 ? type->index_bits : 0;
        const bool is_codes = index_bits != 0;
        made->length = 0;
        for (uint32_t p = 0; p < join->pieces; p += 1) {
            made->length += piece_at(join, p, join->at)->length;
        }
        if (type->kind == ALI_TYPE_NULL && !is_codes) made->null_count = made->length;
        const char *layout = ali_ipc_layout(type, index_bits, ALI_IPC_VERSION_5);
        for (; *layout != 0; layout += 1) ALI_TRY(join_role(join, *layout, is_run_ends));
        is_run_ends = type->kind == ALI_TYPE_RUN_END && !is_codes;
        if (is_run_ends) ALI_TRY(check_runs(join));
        join->at += is_codes ? type->span : 1;
    }
    return ALI_OK;
}

// --- handing out ---------------------------------------------------------------------------------

static ali_status slice_of(ali_context *ctx, ali_buf *whole, ali_buf **slice) {
    return whole == NULL ? ALI_OK : ali_buf_slice(ctx, whole, 0, whole->size_bytes, slice);
}

static ali_status copy_of(ali_context *ctx, const ali_buf *whole, ali_buf **copy) {
    if (whole == NULL) return ALI_OK;
    ALI_TRY(ali_buf_new(ctx, whole->size_bytes, copy));
    ali_copy_counted(ctx, (*copy)->data, whole->data, (size_t)whole->size_bytes);
    return ALI_OK;
}

// Makes a column that shows what is joined so far. Of the first the nulls are kept apart.
static ali_status show(ali_context *ctx, const ali_column *whole, bool is_first, ali_column *made) {
    const bool is_bits = whole->type->kind == ALI_TYPE_BOOL && whole->dictionary == NULL;
    made->length = whole->length;
    made->encoding = whole->encoding;
    if (whole->buffers != NULL) made->buffers = ali_buffers_retain(whole->buffers);
    if (whole->dictionary != NULL) made->dictionary = ali_dictionary_retain(whole->dictionary);
    if (!is_first || whole->type->kind == ALI_TYPE_NULL) made->null_count = whole->null_count;
    if (!is_first) ALI_TRY(copy_of(ctx, whole->validity, &made->validity));
    ALI_TRY(is_bits ? copy_of(ctx, whole->values, &made->values)
                    : slice_of(ctx, whole->values, &made->values));
    ALI_TRY(slice_of(ctx, whole->offsets, &made->offsets));
    return slice_of(ctx, whole->data, &made->data);
}

// Makes the dictionary anew out of what is joined; the one before it stays as it is.
static ali_status hand_out(ali_context *ctx, ali_schema *schema, ali_ipc_values *values,
                           ali_column *columns) {
    const ali_column *whole = values->whole;
    const uint32_t span = whole[0].type->span;
    for (uint32_t i = 0; i < span; i += 1) {
        columns[i].type = whole[i].type;
        ALI_TRY(show(ctx, &whole[i], i == 0, &columns[i]));
    }
    forget(ctx, values);
    if (whole[0].validity != NULL) values->validity = ali_buf_retain(whole[0].validity);
    const ali_status status = ali_dictionary_new(ctx, schema, columns, &values->dictionary);
    ali_fill(columns, 0, (size_t)span * sizeof(ali_column));
    return status;
}

static ali_status begin_whole(ali_context *ctx, ali_ipc_values *values) {
    void *made = NULL;
    const ali_column *columns = values->dictionary->columns;
    const uint32_t span = columns[0].type->span;
    ALI_TRY(ali_mem_zero(ctx, (uint64_t)span * sizeof(ali_column), &made));
    values->whole = made;
    for (uint32_t i = 0; i < span; i += 1) values->whole[i].type = columns[i].type;
    return ALI_OK;
}

ali_status ali_ipc_merge(ali_context *ctx, ali_schema *schema, ali_ipc_values *values) {
    if (values->pieces_count == 0) return ALI_OK;
    const uint32_t span = values->dictionary->columns[0].type->span;
    const uint64_t bytes = (uint64_t)span * sizeof(ali_column);
    const uint32_t first = values->whole != NULL;
    void *columns = NULL;
    if (first == 0) ALI_TRY(begin_whole(ctx, values));
    joiner join = {.ctx = ctx,
                   .values = values,
                   .made = values->whole,
                   .span = span,
                   .first = first,
                   .pieces = 1 + values->pieces_count / span};
    ALI_TRY(join_columns(&join));
    ALI_TRY(ali_mem_zero(ctx, bytes, &columns));
    const ali_status status = hand_out(ctx, schema, values, columns);
    if (status < 0) clear_columns(columns, span);
    ali_mem_free(ctx, columns, bytes);
    return status;
}

// --- lists ---------------------------------------------------------------------------------------

// Lets a list's offsets begin at 0, and its items where the first list does.
static ali_status trim_list(ali_context *ctx, ali_column *list, uint32_t width, uint64_t first) {
    ali_buf *offsets = NULL;
    ALI_TRY(ali_buf_new(ctx, (list->length + 1) * width, &offsets));
    for (uint64_t i = 0; i <= list->length; i += 1) {
        const uint64_t offset = (uint64_t)ali_ipc_number(list->offsets->data, i, width, true);
        if (width == 8) {
            ali_store_u64(offsets->data + i * 8, offset - first);
        } else {
            ali_store_u32(offsets->data + i * 4, (uint32_t)(offset - first));
        }
    }
    const uint64_t last = (uint64_t)ali_ipc_number(list->offsets->data, list->length, width, true);
    ali_buf_release(list->offsets);
    list->offsets = offsets;
    const uint32_t span = list[1].type->span;
    const uint64_t bytes = (uint64_t)span * sizeof(ali_column);
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, bytes, &pointer));
    ali_column *items = pointer;
    for (uint32_t i = 0; i < span; i += 1) items[i].type = list[1 + i].type;
    items[0].length = last - first;
    const ali_status status = ali_column_slice(ctx, list + 1, first, items);
    if (status == ALI_OK) {
        clear_columns(list + 1, span);
        ali_copy(list + 1, items, (size_t)bytes);
    } else {
        clear_columns(items, span);
    }
    ali_mem_free(ctx, pointer, bytes);
    return status;
}

ali_status ali_ipc_trim_lists(ali_context *ctx, ali_column *columns, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) {
        ali_column *list = &columns[i];
        if (list->offsets == NULL || list->encoding != ALI_ENCODING_PLAIN) continue;
        const char *layout = ali_ipc_layout(list->type, 0, ALI_IPC_VERSION_5);
        if (layout[1] != 'o' || list->type->children_count == 0) continue;
        const uint32_t width = ali_ipc_offset_width(list->type);
        const uint64_t first = (uint64_t)ali_ipc_number(list->offsets->data, 0, width, true);
        if (first != 0) ALI_TRY(trim_list(ctx, list, width, first));
    }
    return ALI_OK;
}
