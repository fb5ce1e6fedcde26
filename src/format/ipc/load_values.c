// format/ipc/load_values.c: steps of loading that make definite what a file leaves free, and check
// what a consumer relies on: nulls, offsets and text, codes of dictionaries, run ends, references
// of unions and list views, views ("Physical Memory Layout" of
// https://arrow.apache.org/docs/format/Columnar.html). Left out: whether text is UTF-8.
#include "column/bits.h"
#include "format/ipc/check.h"
#include "format/ipc/load_steps.h"

static ali_status fail_row(const ali_ipc_loader *loader, const char *found, uint64_t row) {
    return ali_ipc_fail_column(loader, ALI_ERR_CORRUPT, found, row);
}

static uint64_t first_offset(const ali_column *column, uint32_t width) {
    return (uint64_t)ali_ipc_number(column->offsets->data, 0, width, true);
}

// --- steps: nulls --------------------------------------------------------------------------------

static uint64_t count_nulls(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    loader->column->null_count -= ali_bits_count(loader->made->data, from, to - from);
    return to;
}

ali_status ali_ipc_step_count(ali_ipc_loader *loader) {
    ali_column *column = loader->column;
    if (loader->at == 0) column->null_count = column->length;
    const ali_status status = ali_ipc_go_through(loader, column->length, 1, count_nulls, "");
    if (status != ALI_OK) return status;
    if (column->null_count == 0) ali_ipc_release(&loader->made);
    return ALI_OK;
}

// Null slots hold zeros: looks first, since mostly they do.
static uint32_t clean_width(const ali_ipc_loader *loader) {
    return ali_ipc_role(loader) == 'i' ? sizeof(int32_t) : ali_ipc_width(loader);
}

ali_status ali_ipc_step_find_dirty(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const uint32_t width = clean_width(loader);
    const uint8_t *validity = column->validity == NULL ? NULL : column->validity->data;
    loader->is_dirty = false;
    if (validity == NULL || ali_ipc_role(loader) == 't' ||
        (width == 0 && ali_ipc_role(loader) == 'f'))
        return ALI_OK;
    while (loader->at < column->length) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t end = ali_ipc_take(loader, column->length, ali_max_u64(width, 1));
        if (ali_ipc_find_dirty(loader->made->data, width, validity, loader->at, end) != end) {
            loader->is_dirty = true;
            return ALI_OK;
        }
        loader->at = end;
    }
    return ALI_OK;
}

ali_status ali_ipc_step_own_dirty(ali_ipc_loader *loader) {
    return loader->is_dirty ? ali_ipc_own(loader) : ALI_OK;
}

static uint64_t clean(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    ali_ipc_clean(loader->made->data, clean_width(loader), loader->column->validity->data, from,
                  to);
    return to;
}

ali_status ali_ipc_step_clean(ali_ipc_loader *loader) {
    if (!loader->is_dirty) return ALI_OK;
    return ali_ipc_go_through(loader, loader->column->length, 8, clean, "");
}

// --- steps: offsets and text ---------------------------------------------------------------------

static uint64_t look_at_offsets(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    return ali_ipc_check_offsets(loader->made->data, ali_ipc_width(loader), from, to);
}

ali_status ali_ipc_step_offsets(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const uint32_t width = ali_ipc_width(loader);
    if (column->length == 0) { // of no values there need not be an offset
        ali_ipc_release(&loader->made);
        return ali_buf_zero(loader->ctx, width, &loader->made);
    }
    const ali_status status = ali_ipc_go_through(loader, column->length + 1, width, look_at_offsets,
                                                 "has offsets that fall below 0 or back: at");
    if (status != ALI_OK) return status;
    const uint64_t last = (uint64_t)ali_ipc_number(loader->made->data, column->length, width, true);
    const bool is_list = ali_ipc_role(loader) == 'o' && loader->type->children_count != 0;
    if (is_list && last > loader->places[loader->node + 1].length) {
        return fail_row(loader, "has lists that end beyond their values: at", last);
    }
    return ALI_OK;
}

// Text of null slots, or before the first offset, makes it necessary to write the column anew.
ali_status ali_ipc_step_find_filled(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const uint32_t width = ali_ipc_offset_width(loader->type);
    loader->is_dirty = first_offset(column, width) != 0;
    while (!loader->is_dirty && column->validity != NULL && loader->at < column->length) {
        if (loader->credit <= 0) return ALI_YIELD;
        const uint64_t end = ali_ipc_take(loader, column->length, width);
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

ali_status ali_ipc_step_rewrite(ali_ipc_loader *loader) {
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
    ali_ipc_release(&loader->made);
    ali_ipc_release(&column->offsets);
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

ali_status ali_ipc_step_convert(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    if (loader->type->index_bits == 32) return ALI_OK;
    if (loader->copy == NULL) {
        ALI_TRY(ali_buf_new(loader->ctx, column->length * sizeof(int32_t), &loader->copy));
    }
    const ali_status status = ali_ipc_go_through(loader, column->length, 4, convert, "");
    if (status != ALI_OK) return status;
    ali_buf_release(loader->made);
    loader->made = loader->copy;
    loader->copy = NULL;
    loader->is_own = true;
    return ALI_OK;
}

static uint64_t look_at_codes(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    return ali_ipc_check_codes((const int32_t *)(const void *)loader->made->data, from, to,
                               ali_ipc_dictionary_of(loader)->dictionary->columns[0].length);
}

ali_status ali_ipc_step_check_codes(ali_ipc_loader *loader) {
    ali_column *column = loader->column;
    const ali_ipc_values *values = ali_ipc_dictionary_of(loader);
    const bool is_empty = column->null_count == column->length;
    if (values->dictionary == NULL) {
        return ali_ipc_fail_column(
            loader, ALI_ERR_CORRUPT, "uses a dictionary that is not there, of id",
            (uint64_t)loader->state->dictionaries[loader->state->nodes[loader->node].dictionary]
                .id);
    }
    return ali_ipc_go_through(loader, is_empty ? 0 : column->length, 4, look_at_codes,
                              "has a code outside its dictionary: in row");
}

// Codes of values that are null become nulls. Values of type null are, and have no bitmap.
static uint64_t fold(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    ali_column *column = loader->column;
    const ali_buf *valid = ali_ipc_dictionary_of(loader)->validity;
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

ali_status ali_ipc_step_fold(ali_ipc_loader *loader) {
    ali_column *column = loader->column;
    const bool has_nulls = ali_ipc_dictionary_of(loader)->validity != NULL ||
                           loader->type->kind == ALI_TYPE_NULL;
    if (!has_nulls || column->length == 0 || column->null_count == column->length) return ALI_OK;
    if (loader->raw == NULL) {
        const ali_status status = ali_ipc_own(loader);
        if (status != ALI_OK) return status;
        ALI_TRY(ali_buf_zero(loader->ctx, (column->length + 7) / 8, &loader->raw));
        column->null_count = 0;
    }
    const ali_status status = ali_ipc_go_through(loader, column->length, 4, fold, "");
    if (status != ALI_OK) return status;
    if (column->null_count == 0) ali_ipc_release(&loader->raw);
    ali_buf_release(column->validity);
    column->validity = loader->raw;
    loader->raw = NULL;
    return ALI_OK;
}

// --- steps: nested types -------------------------------------------------------------------------

// Run ends rise, and reach as far as the column goes; there is a value for each run.
static uint64_t look_at_runs(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    return ali_ipc_check_runs(loader->made->data, ali_ipc_width(loader), from, to);
}

ali_status ali_ipc_step_runs(ali_ipc_loader *loader) {
    const ali_column *column = loader->column;
    const uint32_t node = loader->node;
    const uint32_t parent = loader->state->nodes[node].parent;
    const uint32_t width = ali_ipc_width(loader);
    if (ali_ipc_is_values(loader) || parent == ALI_IPC_NONE || parent + 1 != node) return ALI_OK;
    const ali_type *type = loader->state->schema->nodes[parent].type;
    if (type->kind != ALI_TYPE_RUN_END) return ALI_OK;
    const ali_status status = ali_ipc_go_through(loader, column->length, width, look_at_runs,
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
        return ali_ipc_check_places(column->offsets->data, made, ali_ipc_width(loader), from, to,
                                    loader->places[loader->node + 1].length);
    }
    child_lengths(loader, lengths);
    if (!ali_ipc_is_dense(loader->type)) return ali_ipc_check_union(made, NULL, from, to, lengths);
    return ali_ipc_check_union(column->values->data, (const int32_t *)(const void *)made, from, to,
                               lengths);
}

// The references of unions and list views: when the last of their buffers is there.
ali_status ali_ipc_step_references(ali_ipc_loader *loader) {
    const char role = ali_ipc_role(loader);
    char last = 's';
    if (loader->type->kind == ALI_TYPE_UNION) last = ali_ipc_is_dense(loader->type) ? 'p' : 't';
    return ali_ipc_go_through(loader, role == last ? loader->column->length : 0, 8,
                              look_at_references,
                              "refers to a child or value that is not there: in row");
}

// --- steps: views --------------------------------------------------------------------------------

static uint64_t look_at_views(ali_ipc_loader *loader, uint64_t from, uint64_t to) {
    const ali_column *column = loader->column;
    return ali_ipc_check_views(column->values->data, from, to, column->buffers->bytes,
                               column->buffers->count);
}

ali_status ali_ipc_step_views(ali_ipc_loader *loader) {
    return ali_ipc_go_through(loader, loader->column->length, 16, look_at_views,
                              "has a view outside its text: in row");
}
