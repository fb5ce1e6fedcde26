// format/ipc/load.c: from the buffers of a body to columns (https://arrow.apache.org/docs/format/
// Columnar.html). Each buffer of a layout has a program, a string of steps, each of which can stop
// for bytes that are not there or because the running step has done its share.
//
// What a file leaves free is made definite: values under nulls are zero, null text is empty,
// offsets of text begin at 0, nulls among a dictionary's values are nulls of those who use them.
#include "format/ipc/load.h"

#include "format/ipc/load_steps.h"

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
    loader->loaded_bytes = 0;
}

void ali_ipc_load_clear(ali_ipc_loader *loader) {
    if (loader->ctx == NULL) return;
    ali_ipc_release(&loader->raw);
    ali_ipc_release(&loader->made);
    ali_ipc_release(&loader->copy);
    ali_inflow_clear(loader->ctx, &loader->inflow);
}

// --- programs ------------------------------------------------------------------------------------

// What is done with each buffer of a layout.
static const ali_ipc_step steps_validity[] = {ali_ipc_step_fetch, ali_ipc_step_inflate,
                                              ali_ipc_step_align, ali_ipc_step_count, NULL};
static const ali_ipc_step steps_fixed[] = {ali_ipc_step_fetch,      ali_ipc_step_inflate,
                                           ali_ipc_step_align,      ali_ipc_step_swap,
                                           ali_ipc_step_find_dirty, ali_ipc_step_own_dirty,
                                           ali_ipc_step_clean,      ali_ipc_step_runs,
                                           ali_ipc_step_references, NULL};
static const ali_ipc_step steps_codes[] = {ali_ipc_step_fetch,
                                           ali_ipc_step_inflate,
                                           ali_ipc_step_align,
                                           ali_ipc_step_swap,
                                           ali_ipc_step_convert,
                                           ali_ipc_step_find_dirty,
                                           ali_ipc_step_own_dirty,
                                           ali_ipc_step_clean,
                                           ali_ipc_step_check_codes,
                                           ali_ipc_step_fold,
                                           NULL};
static const ali_ipc_step steps_offsets[] = {ali_ipc_step_fetch,   ali_ipc_step_inflate,
                                             ali_ipc_step_align,   ali_ipc_step_swap,
                                             ali_ipc_step_offsets, NULL};
static const ali_ipc_step steps_data[] = {ali_ipc_step_fetch, ali_ipc_step_inflate,
                                          ali_ipc_step_find_filled, ali_ipc_step_rewrite, NULL};
static const ali_ipc_step steps_ids[] = {ali_ipc_step_fetch, ali_ipc_step_inflate,
                                         ali_ipc_step_references, NULL};
static const ali_ipc_step steps_text[] = {ali_ipc_step_fetch, ali_ipc_step_inflate, NULL};
static const ali_ipc_step steps_end[] = {ali_ipc_step_views, NULL};

static const ali_ipc_step *program_of(const ali_ipc_loader *loader) {
    switch (ali_ipc_role(loader)) {
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
    const char role = ali_ipc_role(loader);
    ali_buf *made = loader->made;
    if (role == 'w' && loader->variadic > texts) return ALI_OK;
    if (role == 'w' && loader->variadic == 0) {
        ALI_TRY(ali_buffers_new(loader->ctx, texts, &column->buffers));
    }
    loader->made = NULL;
    if (made != NULL) loader->loaded_bytes += made->size_bytes;
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
    column->dictionary = ali_dictionary_retain(ali_ipc_dictionary_of(loader)->dictionary);
    return ALI_OK;
}

// Goes to the next buffer of the node: behind views there are those of their text, and one round
// more to check them.
static void next_buffer(ali_ipc_loader *loader) {
    loader->step = 0;
    loader->is_own = false;
    if (ali_ipc_role(loader) == 'w' && loader->variadic <= loader->place->variadic) {
        loader->variadic += 1;
        return;
    }
    loader->variadic = 0;
    loader->role += 1;
}

// Goes on with the buffer under way.
static ali_status step_buffer(ali_ipc_loader *loader) {
    const ali_ipc_step *program = program_of(loader);
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

static void begin_node(ali_ipc_loader *loader) {
    ali_column *column = &loader->columns[loader->target];
    const bool is_codes = column->type->index_bits != 0 && !ali_ipc_is_values(loader);
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
        return ali_ipc_fail_column(
            loader, ALI_ERR_UNSUPPORTED,
            "is a union with nulls of its own, which is not supported: nulls", column->null_count);
    }
    const bool is_codes = column->encoding == ALI_ENCODING_DICTIONARY;
    loader->target += is_codes ? type->span : 1;
    loader->role = 0;
    return ALI_OK;
}

ali_status ali_ipc_load_step(ali_ipc_loader *loader) {
    while (loader->target < loader->count) {
        if (loader->role == 0 && loader->step == 0 && loader->at == 0) begin_node(loader);
        const char role = ali_ipc_role(loader);
        if (role == 0) {
            ALI_TRY(end_node(loader));
            loader->credit -= 8;
            if (loader->credit <= 0) return ALI_YIELD;
        } else if (ali_ipc_is_passed_over(loader->place, role)) {
            loader->role += 1;
        } else {
            const ali_status status = step_buffer(loader);
            if (status != ALI_OK) return status;
        }
    }
    return ALI_OK;
}
