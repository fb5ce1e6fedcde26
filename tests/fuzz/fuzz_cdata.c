// Any bytes are a batch of some types, handed over through the Arrow C data interface after its
// buffers and structs were damaged. It is refused, or what comes of it can be sliced, decoded, made
// simple, written as text, exported and imported again under the sanitizers.
//
// The interface does not tell how long buffers are, so that what is damaged never claims more bytes
// than there are: offsets of text stay within the text, lengths only shrink.
#include <stdint.h>
#include <stdio.h>

#include "../unit/nested_tools.h"
#include "alimentar/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void damage_bytes(ali_buf *buf, nested_source *from) {
    if (buf == NULL || buf->size_bytes == 0) return;
    const uint32_t at = nested_below(from, (uint32_t)buf->size_bytes);
    buf->data[at] = (uint8_t)nested_below(from, 256);
}

// Offsets into text may go anywhere in it, and below 0.
static void damage_offsets(ali_column *column, nested_source *from, uint64_t width) {
    if (column->offsets == NULL) return; // below codes
    const uint64_t offset = nested_below(from, (uint32_t)column->data->size_bytes + 1);
    const bool is_negative = nested_below(from, 8) == 0;
    nested_put(column->offsets, width, nested_below(from, (uint32_t)column->length + 1),
               is_negative ? UINT64_MAX : offset);
}

static void damage_column(ali_column *column, nested_source *from) {
    const ali_type *type = column->type;
    switch (nested_below(from, 3)) {
    case 0:
        damage_bytes(column->validity, from);
        return;
    case 1:
        damage_bytes(column->values, from);
        return;
    default:
        if (ali_type_is_bytes(type)) {
            damage_offsets(column, from, 4);
        } else if (ali_type_is_large_bytes(type)) {
            damage_offsets(column, from, 8);
        } else {
            damage_bytes(column->offsets, from);
        }
        return;
    }
}

static void damage_batch(ali_batch *batch, nested_source *from) {
    ali_column *column = &batch->columns[nested_below(from, batch->schema->nodes_count)];
    if (column->encoding == ALI_ENCODING_DICTIONARY && nested_below(from, 2) == 0) {
        const uint32_t index = nested_below(from, column->dictionary->columns_count);
        column = &column->dictionary->columns[index];
    }
    if (column->encoding == ALI_ENCODING_DICTIONARY) {
        damage_bytes(column->values, from);
    } else {
        damage_column(column, from);
    }
}

// Cuts a struct's rows, on both sides, or makes it odd.
static void damage_struct(struct ArrowArray *array, nested_source *from) {
    const uint32_t rows = (uint32_t)(array->length < 0 ? 0 : array->length);
    const uint32_t cut = nested_below(from, rows + 1);
    switch (nested_below(from, 8)) {
    case 0:
        if (array->n_buffers <= 3) array->n_buffers -= array->n_buffers > 0 ? 1 : 0; // no views
        break;
    case 1:
        array->n_children -= array->n_children > 0 ? 1 : 0;
        break;
    case 2:
        array->null_count = 0;
        break;
    case 3:
        if (array->n_buffers > 1) array->buffers[1] = NULL;
        break;
    case 4:
        array->length = -1;
        break;
    default:
        array->offset += cut;
        array->length -= cut;
        break;
    }
}

// Some struct of the tree.
static struct ArrowArray *pick(struct ArrowArray *array, nested_source *from) {
    for (uint32_t i = 0; i < 4; i += 1) {
        if (array->dictionary != NULL && nested_below(from, 2) == 0) array = array->dictionary;
        if (array->n_children == 0 || nested_below(from, 3) == 0) break;
        array = array->children[nested_below(from, (uint32_t)array->n_children)];
    }
    return array;
}

static void write(ali_context *ctx, const char *format, ali_batch *batch) {
    ali_writer *writer = NULL;
    nested_must(ali_writer_new(ctx, format, NULL, batch->schema, &writer));
    const ali_status status = ali_writer_put(writer, batch);
    if (status < 0) {
        fprintf(stderr, "%s: %s\n", format, ali_context_error(ctx)->sentence);
        abort();
    }
    nested_must(ali_writer_finish(writer));
    ali_writer_free(writer);
}

static void use(ali_context *ctx, ali_batch *batch) {
    static const char *const formats[] = {"csv", "jsonl", "arrows"};
    ali_batch *made = NULL;
    for (uint32_t i = 0; i < ALI_COUNT_OF(formats); i += 1) write(ctx, formats[i], batch);
    nested_must(ali_batch_decode(ctx, batch, &made));
    ali_batch_release(made);
    if (batch->rows == 0) return;
    nested_must(ali_batch_slice(ctx, batch, batch->rows / 3, batch->rows / 2, &made));
    write(ctx, "jsonl", made);
    ali_batch_release(made);
}

// Hands a batch over, damaged; NULL if it was refused.
static ali_batch *hand_over(ali_context *ctx, ali_batch *batch, nested_source *from) {
    struct ArrowSchema type;
    struct ArrowArray array;
    ali_schema *schema = NULL;
    ali_batch *made = NULL;
    nested_must(ali_schema_export(ctx, batch->schema, &type));
    nested_must(ali_schema_import(ctx, &type, &schema));
    if (!ali_schema_is_same(schema, batch->schema)) abort();
    nested_must(ali_batch_export(ctx, batch, &array));
    for (uint32_t i = from == NULL ? 0 : nested_below(from, 4); i > 0; i -= 1) {
        damage_struct(pick(&array, from), from);
    }
    const ali_status status = ali_batch_import(ctx, schema, &array, &made);
    if (status < 0 && status != ALI_ERR_CORRUPT) abort();
    if (array.release != NULL) abort();
    ali_schema_release(schema);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    nested_source from = {data + 1, size - 1, 1};
    ali_context *ctx = NULL;
    nested_must(ali_context_new(NULL, NULL, &ctx));
    const char *notation = nested_notations[data[0] % ALI_COUNT_OF(nested_notations)];
    ali_schema *schema = nested_schema_of(ctx, notation);
    ali_batch *batch = nested_batch(ctx, schema, nested_below(&from, 20), &from);
    for (uint32_t i = nested_below(&from, 4); i > 0; i -= 1) damage_batch(batch, &from);
    ali_batch *made = hand_over(ctx, batch, &from);
    if (made != NULL) {
        use(ctx, made);
        ali_batch *again = hand_over(ctx, made, NULL);
        if (again == NULL) abort(); // what was taken once is sound
        ali_batch_release(again);
    }
    ali_batch_release(made);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    return 0;
}
