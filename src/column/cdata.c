// column/cdata.c: schemas and batches as structs of the Arrow C data interface
// (https://arrow.apache.org/docs/format/CDataInterface.html), without copies of values.
//
// A consumer may move a child out of its parent: it copies the child's struct and sets `release` of
// the original to NULL; the copy then lives longer than the parent. Therefore parent and children
// share one block, which counts those that have not been released. Left out: import, metadata,
// dictionaries, nested types.
#include "base/mem.h"
#include "base/text.h"
#include "column/column.h"

#define BUFFERS_MAX 3u

// --- schemas -------------------------------------------------------------------------------------

// The block of an exported schema: this, then the children, their addresses, and the strings.
typedef struct schema_block {
    ali_home *home;
    uint64_t block_bytes;
    uint32_t references;
    uint32_t count;
    struct ArrowSchema *children;
    struct ArrowSchema **addresses;
    char *strings;
} schema_block;

static void drop_schema(schema_block *block) {
    if (__atomic_sub_fetch(&block->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    ali_home *home = block->home;
    ali_home_free(home, block, block->block_bytes);
    ali_home_release(home);
}

static void release_schema_child(struct ArrowSchema *schema) {
    schema_block *block = schema->private_data;
    schema->release = NULL;
    drop_schema(block);
}

static void release_schema(struct ArrowSchema *schema) {
    schema_block *block = schema->private_data;
    for (uint32_t i = 0; i < block->count; i += 1) {
        struct ArrowSchema *child = &block->children[i];
        if (child->release != NULL) child->release(child);
    }
    schema->release = NULL;
    drop_schema(block);
}

// The format string of a type without parameters that are numbers; NULL if it has any, or is
// nested.
static const char *plain_format(const ali_type *type) {
    static const char *const ints[2][4] = {{"C", "S", "I", "L"}, {"c", "s", "i", "l"}};
    static const char *const times[] = {"tts", "ttm", "ttu", "ttn"};
    static const char *const durations[] = {"tDs", "tDm", "tDu", "tDn"};
    const uint32_t unit = type->unit & 3u;
    switch (type->kind) {
    case ALI_TYPE_NULL:
        return "n";
    case ALI_TYPE_BOOL:
        return "b";
    case ALI_TYPE_UTF8:
        return "u";
    case ALI_TYPE_BINARY:
        return "z";
    case ALI_TYPE_FLOAT:
        return type->bits == 16 ? "e" : type->bits == 32 ? "f" : "g";
    case ALI_TYPE_DATE:
        return type->bits == 32 ? "tdD" : "tdm";
    case ALI_TYPE_TIME:
        return times[unit];
    case ALI_TYPE_DURATION:
        return durations[unit];
    case ALI_TYPE_INT: {
        const uint32_t width = type->bits == 8    ? 0
                               : type->bits == 16 ? 1
                               : type->bits == 32 ? 2
                                                  : 3;
        return ints[type->is_signed != 0][width];
    }
    default:
        return NULL;
    }
}

// A type whose format string put_format() makes up.
static bool has_parameters(const ali_type *type) {
    return type->kind == ALI_TYPE_TIMESTAMP || type->kind == ALI_TYPE_FIXED_BINARY ||
           (type->kind == ALI_TYPE_DECIMAL && type->bits == 128);
}

// Room for any format string but a timestamp's zone.
#define FORMAT_BYTES_MAX 40u

// Writes a type's format string, terminated, and returns its length.
static size_t put_format(char *to, const ali_type *type) {
    static const char *const stamps[] = {"tss:", "tsm:", "tsu:", "tsn:"};
    const char *start = plain_format(type);
    if (type->kind == ALI_TYPE_TIMESTAMP) start = stamps[type->unit & 3u];
    if (type->kind == ALI_TYPE_FIXED_BINARY) start = "w:";
    if (type->kind == ALI_TYPE_DECIMAL) start = "d:";
    size_t length = ali_text_length(start);
    ali_copy(to, start, length);
    if (type->kind == ALI_TYPE_TIMESTAMP) {
        const size_t zone_bytes = ali_text_length(type->zone);
        ali_copy(to + length, type->zone, zone_bytes);
        length += zone_bytes;
    } else if (type->kind == ALI_TYPE_FIXED_BINARY) {
        length += ali_text_u64(to + length, type->bits / 8);
    } else if (type->kind == ALI_TYPE_DECIMAL) {
        length += ali_text_i64(to + length, type->precision);
        to[length] = ',';
        length += 1 + ali_text_i64(to + length + 1, type->scale);
    }
    to[length] = 0;
    return length;
}

static ali_status check_field(ali_context *ctx, const ali_field *field) {
    const size_t name_bytes = (size_t)field->name_bytes;
    ali_status status = ALI_OK;
    if (ali_text_length(field->name) != field->name_bytes) {
        status = ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                          "the name of column %q holds a zero byte, which is not supported in the "
                          "Arrow C data interface",
                          field->name, name_bytes);
    } else if (plain_format(field->type) == NULL && !has_parameters(field->type)) {
        char type[64];
        (void)ali_type_spell(field->type, type, sizeof type);
        status = ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                          "exporting type %s is not supported yet (column %q)", type, field->name,
                          name_bytes);
    }
    if (status < 0) ali_error_add_column(ctx, field->name, name_bytes);
    return status;
}

static ali_status new_schema_block(ali_context *ctx, const ali_schema *schema,
                                   schema_block **made) {
    const uint64_t count = schema->count;
    uint64_t size = sizeof(schema_block) + count * (sizeof(struct ArrowSchema) + sizeof(void *));
    for (uint32_t i = 0; i < count; i += 1) {
        const ali_field *field = ali_schema_field(schema, i);
        ALI_TRY(check_field(ctx, field));
        size += field->name_bytes + 1 + FORMAT_BYTES_MAX + ali_text_length(field->type->zone);
    }
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, size, &pointer));
    schema_block *block = pointer;
    block->home = ali_home_retain(ctx->home);
    block->block_bytes = size;
    block->references = 1 + schema->count;
    block->count = schema->count;
    block->children = (struct ArrowSchema *)(void *)(block + 1);
    block->addresses = (struct ArrowSchema **)(void *)(block->children + count);
    block->strings = (char *)(block->addresses + count);
    *made = block;
    return ALI_OK;
}

ali_status ali_schema_export(ali_context *context, const ali_schema *schema,
                             struct ArrowSchema *out) {
    if (context == NULL || schema == NULL || out == NULL) return ALI_ERR_ARGUMENT;
    ali_error_begin(context);
    schema_block *block = NULL;
    ALI_TRY(new_schema_block(context, schema, &block));
    char *strings = block->strings;
    for (uint32_t i = 0; i < block->count; i += 1) {
        const ali_field *field = ali_schema_field(schema, i);
        struct ArrowSchema *child = &block->children[i];
        block->addresses[i] = child;
        child->name = strings;
        ali_copy(strings, field->name, (size_t)field->name_bytes + 1);
        strings += field->name_bytes + 1;
        child->format = strings;
        strings += put_format(strings, field->type) + 1;
        child->flags = field->is_nullable ? ARROW_FLAG_NULLABLE : 0;
        child->release = release_schema_child;
        child->private_data = block;
    }
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .n_children = block->count,
                                .children = block->addresses,
                                .release = release_schema,
                                .private_data = block};
    return ALI_OK;
}

// --- arrays --------------------------------------------------------------------------------------

// The block of an exported batch: this, then the children, their addresses, and the addresses of
// their buffers.
typedef struct array_block {
    ali_home *home;
    uint64_t block_bytes;
    uint32_t references;
    uint32_t count;
    ali_batch *batch;
    struct ArrowArray *children;
    struct ArrowArray **addresses;
    const void **buffers;
    const void *none[1]; // the struct's own validity
} array_block;

static void drop_array(array_block *block) {
    if (__atomic_sub_fetch(&block->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    ali_home *home = block->home;
    ali_batch_release(block->batch);
    ali_home_free(home, block, block->block_bytes);
    ali_home_release(home);
}

static void release_array_child(struct ArrowArray *array) {
    array_block *block = array->private_data;
    array->release = NULL;
    drop_array(block);
}

static void release_array(struct ArrowArray *array) {
    array_block *block = array->private_data;
    for (uint32_t i = 0; i < block->count; i += 1) {
        struct ArrowArray *child = &block->children[i];
        if (child->release != NULL) child->release(child);
    }
    array->release = NULL;
    drop_array(block);
}

// What a buffer of no bytes points to.
static const int64_t nothing[8] = {0};

static const void *address(const ali_buf *buf) {
    return buf == NULL ? (const void *)nothing : buf->data;
}

static void fill_child(struct ArrowArray *child, const ali_column *column, const void **buffers) {
    const bool is_null = column->type->kind == ALI_TYPE_NULL;
    child->length = (int64_t)column->length;
    child->null_count = (int64_t)(is_null ? column->length : column->null_count);
    child->buffers = buffers;
    child->release = release_array_child;
    if (is_null) return;
    buffers[0] = column->null_count == 0 ? NULL : address(column->validity);
    if (ali_type_is_bytes(column->type)) {
        child->n_buffers = 3;
        buffers[1] = address(column->offsets);
        buffers[2] = address(column->data);
    } else {
        child->n_buffers = 2;
        buffers[1] = address(column->values);
    }
}

static ali_status check_columns(ali_context *ctx, const ali_batch *batch) {
    for (uint32_t i = 0; i < batch->schema->count; i += 1) {
        const ali_field *field = ali_schema_field(batch->schema, i);
        const size_t name_bytes = (size_t)field->name_bytes;
        ALI_TRY(check_field(ctx, field));
        if (ali_batch_at(batch, i)->encoding == ALI_ENCODING_PLAIN) continue;
        const ali_status status = ali_fail(
            ctx, ALI_ERR_STATE,
            "column %q is dictionary-encoded; batches are exported after ali_batch_decode()",
            field->name, name_bytes);
        ali_error_add_column(ctx, field->name, name_bytes);
        return status;
    }
    return ALI_OK;
}

ali_status ali_batch_export(ali_context *context, ali_batch *batch, struct ArrowArray *out) {
    if (context == NULL || batch == NULL || out == NULL) return ALI_ERR_ARGUMENT;
    ali_error_begin(context);
    ALI_TRY(check_columns(context, batch));
    const uint64_t count = batch->schema->count;
    const uint64_t size = sizeof(array_block) +
                          count * (sizeof(struct ArrowArray) + (1 + BUFFERS_MAX) * sizeof(void *));
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(context, size, &pointer));
    array_block *block = pointer;
    block->home = ali_home_retain(context->home);
    block->block_bytes = size;
    block->references = 1 + batch->schema->count;
    block->count = batch->schema->count;
    block->batch = batch;
    ali_batch_retain(batch);
    block->children = (struct ArrowArray *)(void *)(block + 1);
    block->addresses = (struct ArrowArray **)(void *)(block->children + count);
    block->buffers = (const void **)(block->addresses + count);
    for (uint32_t i = 0; i < block->count; i += 1) {
        block->addresses[i] = &block->children[i];
        block->children[i].private_data = block;
        fill_child(&block->children[i], ali_batch_at(batch, i), block->buffers + i * BUFFERS_MAX);
    }
    *out = (struct ArrowArray){.length = (int64_t)batch->rows,
                               .n_buffers = 1,
                               .n_children = block->count,
                               .buffers = block->none,
                               .children = block->addresses,
                               .release = release_array,
                               .private_data = block};
    return ALI_OK;
}
