// column/column.c: columns, dictionaries and the buffers of views: description, references, and
// decoding of dictionary codes to plain values.
#include "column/column.h"
#include "base/mem.h"
#include "column/gather.h"

// --- columns -------------------------------------------------------------------------------------

void ali_column_share(ali_column *copy, const ali_column *column) {
    *copy = *column;
    if (copy->validity != NULL) (void)ali_buf_retain(copy->validity);
    if (copy->values != NULL) (void)ali_buf_retain(copy->values);
    if (copy->offsets != NULL) (void)ali_buf_retain(copy->offsets);
    if (copy->data != NULL) (void)ali_buf_retain(copy->data);
    if (copy->buffers != NULL) (void)ali_buffers_retain(copy->buffers);
    if (copy->dictionary != NULL) (void)ali_dictionary_retain(copy->dictionary);
}

// Releases everything but the dictionary.
static void clear_buffers(ali_column *column) {
    ali_buf_release(column->validity);
    ali_buf_release(column->values);
    ali_buf_release(column->offsets);
    ali_buf_release(column->data);
    ali_buffers_release(column->buffers);
    column->validity = column->values = column->offsets = column->data = NULL;
    column->buffers = NULL;
}

void ali_column_clear(ali_column *column) {
    clear_buffers(column);
    ali_dictionary_release(column->dictionary);
    column->dictionary = NULL;
}

static const uint8_t *data_of(const ali_buf *buf) {
    return buf == NULL ? NULL : buf->data;
}

ali_status ali_column_describe(const ali_column *column, ali_column_info *info) {
    if (column == NULL || info == NULL) return ALI_ERR_ARGUMENT;
    if (info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    const ali_dictionary *dictionary = column->dictionary;
    *info = (ali_column_info){
        .size_bytes = sizeof *info,
        .encoding = column->encoding,
        .length = column->length,
        .null_count = column->null_count,
        .type = column->type,
        .validity = column->null_count == 0 ? NULL : data_of(column->validity),
        .values = data_of(column->values),
        .offsets = data_of(column->offsets),
        .data = data_of(column->data),
        .dictionary = dictionary == NULL ? NULL : dictionary->columns,
        .dictionary_id = dictionary == NULL ? 0 : dictionary->id,
        .values_bytes = column->values == NULL ? 0 : column->values->size_bytes,
        .data_bytes = column->data == NULL ? 0 : column->data->size_bytes,
        .buffers = column->buffers == NULL ? NULL : column->buffers->bytes,
        .buffers_count = column->buffers == NULL ? 0 : column->buffers->count,
        .children_count = dictionary == NULL ? column->type->children_count : 0,
    };
    return ALI_OK;
}

const ali_column *ali_column_child(const ali_column *column, uint32_t index) {
    if (column == NULL || column->dictionary != NULL) return NULL;
    if (index >= column->type->children_count) return NULL;
    const ali_column *child = column + 1;
    for (; index > 0; index -= 1) child += child->type->span;
    return child;
}

// --- the buffers of views ------------------------------------------------------------------------

static uint64_t buffers_bytes(uint32_t count) {
    return sizeof(ali_buffers) + (uint64_t)count * (sizeof(ali_buf *) + sizeof(ali_bytes));
}

ali_status ali_buffers_new(ali_context *ctx, uint32_t count, ali_buffers **buffers) {
    void *pointer = NULL;
    *buffers = NULL;
    ALI_TRY(ali_mem_zero(ctx, buffers_bytes(count), &pointer));
    ali_buffers *made = pointer;
    made->home = ali_home_retain(ctx->home);
    made->references = 1;
    made->count = count;
    made->bytes = (ali_bytes *)(void *)(made + 1);
    made->items = (ali_buf **)(void *)(made->bytes + count);
    *buffers = made;
    return ALI_OK;
}

void ali_buffers_put(ali_buffers *buffers, uint32_t index, ali_buf *buf) {
    ALI_ASSERT(index < buffers->count && buffers->items[index] == NULL);
    buffers->items[index] = buf;
    buffers->bytes[index] = (ali_bytes){buf->data, buf->size_bytes};
}

ali_buffers *ali_buffers_retain(ali_buffers *buffers) {
    (void)__atomic_add_fetch(&buffers->references, 1, __ATOMIC_RELAXED);
    return buffers;
}

void ali_buffers_release(ali_buffers *buffers) {
    if (buffers == NULL) return;
    if (__atomic_sub_fetch(&buffers->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    for (uint32_t i = 0; i < buffers->count; i += 1) ali_buf_release(buffers->items[i]);
    ali_home *home = buffers->home;
    ali_home_free(home, buffers, buffers_bytes(buffers->count));
    ali_home_release(home);
}

// --- dictionaries --------------------------------------------------------------------------------

static uint64_t dictionary_bytes(uint32_t columns_count) {
    return sizeof(ali_dictionary) + (uint64_t)columns_count * sizeof(ali_column);
}

ali_status ali_dictionary_new(ali_context *ctx, ali_schema *schema, ali_column *columns,
                              ali_dictionary **dictionary) {
    *dictionary = NULL;
    ALI_ASSERT(columns->encoding == ALI_ENCODING_PLAIN && columns->validity == NULL);
    const uint32_t count = columns->type->span;
    void *pointer = NULL;
    const ali_status status = ali_mem_new(ctx, dictionary_bytes(count), &pointer);
    if (status < 0) {
        for (uint32_t i = 0; i < count; i += 1) ali_column_clear(&columns[i]);
        return status;
    }
    ctx->dictionary_id_last += 1;
    ali_dictionary *made = pointer;
    *made = (ali_dictionary){.home = ali_home_retain(ctx->home),
                             .references = 1,
                             .columns_count = count,
                             .id = ctx->dictionary_id_last,
                             .schema = schema};
    ali_schema_retain(schema);
    for (uint32_t i = 0; i < count; i += 1) {
        made->columns[i] = columns[i];
        columns[i] = (ali_column){.type = columns[i].type};
    }
    *dictionary = made;
    return ALI_OK;
}

ali_dictionary *ali_dictionary_retain(ali_dictionary *dictionary) {
    (void)__atomic_add_fetch(&dictionary->references, 1, __ATOMIC_RELAXED);
    return dictionary;
}

// Counts one reference less. True with the last.
static bool drop(ali_dictionary *dictionary) {
    return __atomic_sub_fetch(&dictionary->references, 1, __ATOMIC_ACQ_REL) == 0;
}

// Frees a dictionary; those that nothing else refers to, of the columns below its values, are put
// before `rest` in a list of those to be freed.
//
// Returns:   the list.
static ali_dictionary *free_one(ali_dictionary *dictionary, ali_dictionary *rest) {
    for (uint32_t i = 0; i < dictionary->columns_count; i += 1) {
        ali_dictionary *inner = dictionary->columns[i].dictionary;
        clear_buffers(&dictionary->columns[i]);
        if (inner == NULL || !drop(inner)) continue;
        inner->next = rest;
        rest = inner;
    }
    ali_schema_release(dictionary->schema);
    ali_home *home = dictionary->home;
    ali_home_free(home, dictionary, dictionary_bytes(dictionary->columns_count));
    ali_home_release(home);
    return rest;
}

void ali_dictionary_release(ali_dictionary *dictionary) {
    if (dictionary == NULL || !drop(dictionary)) return;
    ali_dictionary *list = free_one(dictionary, NULL);
    while (list != NULL) list = free_one(list, list->next);
}

// --- decoding ------------------------------------------------------------------------------------

ali_status ali_column_fail_long(ali_context *ctx, const ali_field *field, uint64_t count,
                                const char *what, uint64_t most) {
    const char *name = field == NULL ? "" : field->name;
    const size_t name_bytes = field == NULL ? 0 : (size_t)field->name_bytes;
    const ali_status status =
        ali_fail(ctx, ALI_ERR_LIMIT,
                 "column %q would hold %U %s in one batch, more than the %U that its type can "
                 "count; read fewer rows at once",
                 name, name_bytes, count, what, most);
    ali_error_add_column(ctx, name, name_bytes);
    return status;
}

ali_status ali_column_decode_named(ali_context *ctx, ali_column *column, const ali_field *field) {
    if (column->encoding == ALI_ENCODING_PLAIN) return ALI_OK;
    ALI_ASSERT(column->type->span == 1);
    const ali_gather how = {.ctx = ctx, .field = field, .form = ALI_FORM_PLAIN};
    ali_column plain = {.type = column->type};
    const ali_status status = ali_gather_run(&how, column, NULL, column->length, &plain);
    ali_column_clear(status < 0 ? &plain : column);
    if (status == ALI_OK) *column = plain;
    return status;
}

ali_status ali_column_decode(ali_context *ctx, ali_column *column) {
    return ali_column_decode_named(ctx, column, NULL);
}
