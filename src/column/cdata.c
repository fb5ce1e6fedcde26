// column/cdata.c: schemas and batches as structs of the Arrow C data interface
// (https://arrow.apache.org/docs/format/CDataInterface.html), without copies of values. Import:
// column/cdata_import.c.
//
// The structs of a schema or batch lie in one block, in pre-order; a dictionary counts as a child
// of the codes. A consumer may move a child out of its parent: it copies the child's struct and
// sets `release` of the original to NULL; the copy then lives longer than the parent. Therefore the
// block counts the structs that have not been released, and what `private_data` points to tells how
// many follow that are below.
#include "base/mem.h"
#include "base/text.h"
#include "column/column.h"

// --- blocks --------------------------------------------------------------------------------------

typedef struct block block;

// What the private data of a struct points to.
typedef struct record {
    block *block;
    uint32_t node;
    uint32_t span; // with all structs below
} record;

struct block {
    ali_home *home;
    uint64_t block_bytes;
    uint32_t references; // structs not released
    uint32_t count;
    record *records;
    ali_batch *batch; // arrays
    ali_buf **made;   // arrays: buffers made for the export, one for each struct, or NULL
};

static void drop(block *of, uint32_t references) {
    if (__atomic_sub_fetch(&of->references, references, __ATOMIC_ACQ_REL) != 0) return;
    ali_home *home = of->home;
    for (uint32_t i = 0; of->made != NULL && i < of->count; i += 1) ali_buf_release(of->made[i]);
    ali_batch_release(of->batch);
    ali_home_free(home, of, of->block_bytes);
    ali_home_release(home);
}

// Tells each struct how many follow below it: from the last to the first, so that the spans of
// those below are known. `span` holds the number of those directly below at first.
static void fill_spans(block *of) {
    for (uint32_t i = of->count; i > 0; i -= 1) {
        uint32_t children = of->records[i - 1].span;
        uint32_t next = i;
        for (; children > 0; children -= 1) next += of->records[next].span;
        of->records[i - 1].span = next - (i - 1);
    }
}

// --- schemas -------------------------------------------------------------------------------------

// A schema's block: this, the structs, their addresses by parent, their records, strings.
typedef struct schema_block {
    block block;
    struct ArrowSchema *nodes; // the first is the root
    struct ArrowSchema **addresses;
    char *strings;
} schema_block;

static void release_schema(struct ArrowSchema *schema) {
    const record *of = schema->private_data;
    const schema_block *at = (const schema_block *)of->block;
    uint32_t released = 1;
    schema->release = NULL;
    for (uint32_t i = of->node + 1; i < of->node + of->span;) {
        struct ArrowSchema *below = &at->nodes[i];
        if (below->release == NULL) { // moved out, with those below it, or released
            i += at->block.records[i].span;
            continue;
        }
        below->release = NULL;
        released += 1;
        i += 1;
    }
    drop(of->block, released);
}

// The formats of types without parameters, by kind; those that depend on more are NULL.
static const char *plain_format(const ali_type *type) {
    static const char *const formats[] = {
        [ALI_TYPE_NULL] = "n",
        [ALI_TYPE_BINARY] = "z",
        [ALI_TYPE_UTF8] = "u",
        [ALI_TYPE_BOOL] = "b",
        [ALI_TYPE_LIST] = "+l",
        [ALI_TYPE_STRUCT] = "+s",
        [ALI_TYPE_MAP] = "+m",
        [ALI_TYPE_LARGE_BINARY] = "Z",
        [ALI_TYPE_LARGE_UTF8] = "U",
        [ALI_TYPE_LARGE_LIST] = "+L",
        [ALI_TYPE_RUN_END] = "+r",
        [ALI_TYPE_BINARY_VIEW] = "vz",
        [ALI_TYPE_UTF8_VIEW] = "vu",
        [ALI_TYPE_LIST_VIEW] = "+vl",
        [ALI_TYPE_LARGE_LIST_VIEW] = "+vL",
    };
    return type->kind < ALI_COUNT_OF(formats) ? formats[type->kind] : NULL;
}

// The place of 8, 16, 32, 64 bits in a table.
static uint32_t width_index(uint32_t bits) {
    return bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3;
}

static const char *int_format(uint32_t bits, uint32_t is_signed) {
    static const char *const formats[2][4] = {{"C", "S", "I", "L"}, {"c", "s", "i", "l"}};
    return formats[is_signed != 0][width_index(bits)];
}

// How the format of a type begins that plain_format() does not know.
static const char *format_start(const ali_type *type) {
    static const char *const times[] = {"tts", "ttm", "ttu", "ttn"};
    static const char *const stamps[] = {"tss:", "tsm:", "tsu:", "tsn:"};
    static const char *const durations[] = {"tDs", "tDm", "tDu", "tDn"};
    const uint32_t unit = type->unit & 3u;
    switch (type->kind) {
    case ALI_TYPE_INT:
        return int_format(type->bits, type->is_signed);
    case ALI_TYPE_FLOAT:
        return type->bits == 16 ? "e" : type->bits == 32 ? "f" : "g";
    case ALI_TYPE_DECIMAL:
        return "d:";
    case ALI_TYPE_DATE:
        return type->bits == 32 ? "tdD" : "tdm";
    case ALI_TYPE_TIME:
        return times[unit];
    case ALI_TYPE_TIMESTAMP:
        return stamps[unit];
    case ALI_TYPE_INTERVAL:
        return type->bits == 32 ? "tiM" : type->bits == 64 ? "tiD" : "tin";
    case ALI_TYPE_DURATION:
        return durations[unit];
    case ALI_TYPE_FIXED_BINARY:
        return "w:";
    case ALI_TYPE_FIXED_LIST:
        return "+w:";
    default:
        return (type->flags & ALI_TYPE_IS_DENSE) != 0 ? "+ud:" : "+us:";
    }
}

// Room for any format but a timestamp's zone and a union's ids.
#define FORMAT_BYTES_MAX 48u

static uint64_t format_bound(const ali_type *type) {
    const uint64_t ids = type->kind == ALI_TYPE_UNION ? 5 * (uint64_t)type->children_count : 0;
    return FORMAT_BYTES_MAX + ids + ali_text_length(type->zone);
}

static char *put_numbers(char *to, const int64_t *numbers, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) {
        if (i != 0) {
            *to = ',';
            to += 1;
        }
        to += ali_text_i64(to, numbers[i]);
    }
    return to;
}

static char *put_ids(char *to, const ali_type *type) {
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        const int64_t id = type->type_ids == NULL ? (int64_t)i : type->type_ids[i];
        if (i != 0) {
            *to = ',';
            to += 1;
        }
        to = put_numbers(to, &id, 1);
    }
    return to;
}

// Writes a type's format, terminated, and returns where the next string goes.
static char *put_format(char *to, const ali_type *type) {
    const char *start = plain_format(type);
    if (start == NULL) start = format_start(type);
    const size_t length = ali_text_length(start);
    ali_copy(to, start, length);
    to += length;
    const int64_t width = type->kind == ALI_TYPE_FIXED_LIST ? type->list_size : type->bits / 8;
    const int64_t decimal[] = {type->precision, type->scale, type->bits};
    switch (type->kind) {
    case ALI_TYPE_TIMESTAMP:
        ali_copy(to, type->zone, ali_text_length(type->zone));
        to += ali_text_length(type->zone);
        break;
    case ALI_TYPE_FIXED_BINARY:
    case ALI_TYPE_FIXED_LIST:
        to = put_numbers(to, &width, 1);
        break;
    case ALI_TYPE_DECIMAL:
        to = put_numbers(to, decimal, type->bits == 128 ? 2 : 3);
        break;
    case ALI_TYPE_UNION:
        to = put_ids(to, type);
        break;
    default:
        break;
    }
    *to = 0;
    return to + 1;
}

static uint64_t metadata_bound(const ali_pair *pairs, uint32_t count) {
    uint64_t bound = count == 0 ? 0 : 4;
    for (uint32_t i = 0; i < count; i += 1) bound += 8 + pairs[i].key_bytes + pairs[i].value_bytes;
    return bound;
}

static char *put_counted(char *to, const char *text, uint64_t text_bytes) {
    ali_store_u32((uint8_t *)to, (uint32_t)text_bytes);
    ali_copy(to + 4, text, (size_t)text_bytes);
    return to + 4 + text_bytes;
}

static char *put_metadata(char *to, const ali_pair *pairs, uint32_t count) {
    if (count == 0) return to;
    ali_store_u32((uint8_t *)to, count);
    to += 4;
    for (uint32_t i = 0; i < count; i += 1) {
        to = put_counted(to, pairs[i].key, pairs[i].key_bytes);
        to = put_counted(to, pairs[i].value, pairs[i].value_bytes);
    }
    return to;
}

static ali_status check_field(ali_context *ctx, const ali_field *field) {
    const size_t name_bytes = (size_t)field->name_bytes;
    if (ali_text_length(field->name) == field->name_bytes) return ALI_OK;
    const ali_status status =
        ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                 "the name of column %q holds a zero byte, which is not supported in the Arrow C "
                 "data interface",
                 field->name, name_bytes);
    ali_error_add_column(ctx, field->name, name_bytes);
    return status;
}

// Structs of a schema: the root, one for each field, one more for each dictionary.
static uint64_t count_structs(const ali_schema *schema) {
    uint64_t count = 1 + (uint64_t)schema->nodes_count;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        count += schema->nodes[i].type->index_bits != 0 ? 1 : 0;
    }
    return count;
}

static ali_status measure(ali_context *ctx, const ali_schema *schema, uint64_t *strings_bytes) {
    *strings_bytes = metadata_bound(schema->metadata, schema->metadata_count);
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_field *field = &schema->nodes[i];
        ALI_TRY(check_field(ctx, field));
        *strings_bytes += field->name_bytes + 1 + format_bound(field->type) + FORMAT_BYTES_MAX +
                          metadata_bound(field->metadata, field->metadata_count);
    }
    return ALI_OK;
}

static ali_status new_schema_block(ali_context *ctx, const ali_schema *schema,
                                   schema_block **made) {
    uint64_t strings_bytes = 0;
    void *pointer = NULL;
    ALI_TRY(measure(ctx, schema, &strings_bytes));
    const uint64_t count = count_structs(schema);
    const uint64_t size = sizeof(schema_block) + strings_bytes +
                          count * (sizeof(struct ArrowSchema) + sizeof(void *) + sizeof(record));
    ALI_TRY(ali_mem_zero(ctx, size, &pointer));
    schema_block *at = pointer;
    at->nodes = (struct ArrowSchema *)(void *)(at + 1);
    at->addresses = (struct ArrowSchema **)(void *)(at->nodes + count);
    at->block = (block){.home = ali_home_retain(ctx->home),
                        .block_bytes = size,
                        .references = (uint32_t)count,
                        .count = (uint32_t)count,
                        .records = (record *)(void *)(at->addresses + count)};
    at->strings = (char *)(at->block.records + count);
    *made = at;
    return ALI_OK;
}

static int64_t flags_of(const ali_type *type) {
    return (type->flags & ALI_TYPE_KEYS_SORTED) != 0 ? ARROW_FLAG_MAP_KEYS_SORTED : 0;
}

// Fills in the struct of a field, and that of its dictionary.
//
// Returns:   the number of structs.
static uint32_t put_field(schema_block *at, uint32_t node, const ali_field *field) {
    struct ArrowSchema *to = &at->nodes[node];
    const ali_type *type = field->type;
    to->name = at->strings;
    ali_copy(at->strings, field->name, (size_t)field->name_bytes + 1);
    at->strings += field->name_bytes + 1;
    to->flags = field->is_nullable ? ARROW_FLAG_NULLABLE : 0;
    if (field->metadata_count != 0) to->metadata = at->strings;
    at->strings = put_metadata(at->strings, field->metadata, field->metadata_count);
    if (type->index_bits != 0) {
        if ((type->flags & ALI_TYPE_IS_ORDERED) != 0) to->flags |= ARROW_FLAG_DICTIONARY_ORDERED;
        to->format = int_format(type->index_bits, type->index_is_signed);
        to->dictionary = to + 1;
        at->block.records[node].span = 1;
        node += 1;
        to += 1;
        to->name = "";
        to->flags = ARROW_FLAG_NULLABLE;
    }
    to->format = at->strings;
    at->strings = put_format(at->strings, type);
    to->flags |= flags_of(type);
    to->n_children = type->children_count;
    at->block.records[node].span = type->children_count;
    return type->index_bits != 0 ? 2 : 1;
}

// Numbers a struct's record.
static record *note(block *of, uint32_t node) {
    of->records[node].block = of;
    of->records[node].node = node;
    return &of->records[node];
}

// Writes the addresses of a struct's children, which are structs of `node_bytes` in `nodes`.
// Returns where the next addresses go.
static void *list_children(const block *of, uint32_t node, int64_t count, void *nodes,
                           size_t node_bytes, void **to) {
    uint32_t child = node + 1;
    for (int64_t k = 0; k < count; k += 1) {
        *to = (uint8_t *)nodes + child * node_bytes;
        to += 1;
        child += of->records[child].span;
    }
    return to;
}

static void link_schema(schema_block *at) {
    void *addresses = at->addresses;
    for (uint32_t i = 0; i < at->block.count; i += 1) {
        struct ArrowSchema *node = &at->nodes[i];
        node->private_data = note(&at->block, i);
        node->release = release_schema;
        if (node->n_children == 0) continue;
        node->children = addresses;
        addresses =
            list_children(&at->block, i, node->n_children, at->nodes, sizeof *node, addresses);
    }
}

ali_status ali_schema_export(ali_context *context, const ali_schema *schema,
                             struct ArrowSchema *out) {
    if (context == NULL || schema == NULL || out == NULL) return ALI_ERR_ARGUMENT;
    ali_error_begin(context);
    schema_block *at = NULL;
    ALI_TRY(new_schema_block(context, schema, &at));
    struct ArrowSchema *root = at->nodes;
    root->format = "+s";
    root->name = "";
    root->n_children = schema->count;
    if (schema->metadata_count != 0) root->metadata = at->strings;
    at->strings = put_metadata(at->strings, schema->metadata, schema->metadata_count);
    at->block.records[0].span = schema->count;
    uint32_t node = 1;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        node += put_field(at, node, &schema->nodes[i]);
    }
    ALI_ASSERT((uint64_t)(at->strings - (char *)at) <= at->block.block_bytes);
    fill_spans(&at->block);
    link_schema(at);
    *out = *root;
    return ALI_OK;
}

// --- arrays --------------------------------------------------------------------------------------

// A batch's block: this, the structs, their addresses by parent, their records, the buffers made
// for the export, and the addresses of buffers.
typedef struct array_block {
    block block;
    struct ArrowArray *nodes; // the first is the root
    struct ArrowArray **addresses;
    const void **buffers;
    const ali_column **from; // of each field of the schema; those in dictionaries too
} array_block;

static void release_array(struct ArrowArray *array) {
    const record *of = array->private_data;
    const array_block *at = (const array_block *)of->block;
    uint32_t released = 1;
    array->release = NULL;
    for (uint32_t i = of->node + 1; i < of->node + of->span;) {
        struct ArrowArray *below = &at->nodes[i];
        if (below->release == NULL) { // moved out, with those below it, or released
            i += at->block.records[i].span;
            continue;
        }
        below->release = NULL;
        released += 1;
        i += 1;
    }
    drop(of->block, released);
}

// What a buffer of no bytes points to.
static const int64_t nothing[8] = {0};

static const void *address(const ali_buf *buf) {
    return buf == NULL ? (const void *)nothing : buf->data;
}

// Finds the column of each field: columns below a dictionary's codes are those of the dictionary.
// Each must be DICTIONARY just where its type is one.
static ali_status find_columns(ali_context *ctx, const ali_batch *batch, const ali_column **from,
                               uint64_t *buffers_count) {
    const ali_schema *schema = batch->schema;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) from[i] = &batch->columns[i];
    *buffers_count = 1;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_field *field = &schema->nodes[i];
        const bool is_coded = from[i]->encoding == ALI_ENCODING_DICTIONARY;
        if (is_coded != (field->type->index_bits != 0)) {
            return ali_fail(ctx, ALI_ERR_STATE, "column %q is %s, but its type is %s dictionary",
                            field->name, (size_t)field->name_bytes,
                            is_coded ? "dictionary-encoded" : "plain", is_coded ? "no" : "a");
        }
        const ali_column *column = from[i];
        if (is_coded) {
            column = column->dictionary->columns;
            for (uint32_t k = 1; k < field->type->span; k += 1) from[i + k] = column + k;
        }
        *buffers_count += 2 + 3 + (column->buffers == NULL ? 0 : column->buffers->count);
    }
    return ALI_OK;
}

static ali_status new_array_block(ali_context *ctx, ali_batch *batch, array_block **made) {
    const uint64_t count = count_structs(batch->schema);
    const uint64_t nodes_count = batch->schema->nodes_count;
    uint64_t buffers_count = 0;
    void *pointer = NULL;
    ALI_TRY(ali_mem_new(ctx, (nodes_count + 1) * sizeof(void *), &pointer));
    const ali_column **from = pointer;
    ali_status status = find_columns(ctx, batch, from, &buffers_count);
    const uint64_t size = sizeof(array_block) + buffers_count * sizeof(void *) +
                          count * (sizeof(struct ArrowArray) + 2 * sizeof(void *) + sizeof(record));
    if (status == ALI_OK) status = ali_mem_zero(ctx, size, &pointer);
    if (status < 0) {
        ali_mem_free(ctx, from, (nodes_count + 1) * sizeof(void *));
        return status;
    }
    array_block *at = pointer;
    at->nodes = (struct ArrowArray *)(void *)(at + 1);
    at->addresses = (struct ArrowArray **)(void *)(at->nodes + count);
    at->from = from;
    at->block = (block){.home = ali_home_retain(ctx->home),
                        .block_bytes = size,
                        .references = (uint32_t)count,
                        .count = (uint32_t)count,
                        .records = (record *)(void *)(at->addresses + count),
                        .batch = batch};
    at->block.made = (ali_buf **)(void *)(at->block.records + count);
    at->buffers = (const void **)(at->block.made + count);
    ali_batch_retain(batch);
    *made = at;
    return ALI_OK;
}

static void add_buffer(array_block *at, struct ArrowArray *to, const void *data) {
    to->n_buffers += 1;
    *at->buffers = data;
    at->buffers += 1;
}

// Codes as wide as the type wants them.
static ali_status put_codes(ali_context *ctx, array_block *at, uint32_t node,
                            const ali_column *column) {
    const uint32_t width = column->type->index_bits / 8;
    if (width == 4 || column->values == NULL) {
        add_buffer(at, &at->nodes[node], address(column->values));
        return ALI_OK;
    }
    ali_buf **made = &at->block.made[node];
    ALI_TRY(ali_buf_zero(ctx, column->length * width, made));
    for (uint64_t i = 0; i < column->length; i += 1) { // little-endian
        if (ali_column_is_valid(column, i)) {
            ali_copy((*made)->data + i * width, column->values->data + i * 4,
                     width < 4 ? width : 4);
        }
    }
    add_buffer(at, &at->nodes[node], (*made)->data);
    return ALI_OK;
}

// The buffers that views point into, and their sizes.
static ali_status put_views(ali_context *ctx, array_block *at, uint32_t node,
                            const ali_column *column) {
    struct ArrowArray *to = &at->nodes[node];
    const uint32_t count = column->buffers == NULL ? 0 : column->buffers->count;
    ali_buf **made = &at->block.made[node];
    add_buffer(at, to, address(column->values));
    ALI_TRY(ali_buf_zero(ctx, (uint64_t)count * 8, made));
    for (uint32_t i = 0; i < count; i += 1) {
        add_buffer(at, to, column->buffers->bytes[i].data);
        ali_store_u64((*made)->data + 8 * (uint64_t)i, column->buffers->bytes[i].count_bytes);
    }
    add_buffer(at, to, (*made)->data);
    return ALI_OK;
}

// The buffers behind the validity bitmap; unions and run ends have none, fixed lists and structs no
// others.
static ali_status put_buffers(ali_context *ctx, array_block *at, uint32_t node,
                              const ali_column *column) {
    struct ArrowArray *to = &at->nodes[node];
    const ali_type *type = column->type;
    if (ali_type_is_view(type)) return put_views(ctx, at, node, column);
    switch (type->kind) {
    case ALI_TYPE_NULL:
    case ALI_TYPE_RUN_END:
    case ALI_TYPE_STRUCT:
    case ALI_TYPE_FIXED_LIST:
        return ALI_OK;
    case ALI_TYPE_LIST:
    case ALI_TYPE_LARGE_LIST:
    case ALI_TYPE_MAP:
        add_buffer(at, to, address(column->offsets));
        return ALI_OK;
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
        add_buffer(at, to, address(column->offsets));
        add_buffer(at, to, address(column->values));
        return ALI_OK;
    case ALI_TYPE_UNION:
        add_buffer(at, to, address(column->values));
        if ((type->flags & ALI_TYPE_IS_DENSE) != 0) {
            add_buffer(at, to, address(column->offsets));
        }
        return ALI_OK;
    default:
        break;
    }
    if (!ali_type_is_bytes(type) && !ali_type_is_large_bytes(type)) {
        add_buffer(at, to, address(column->values));
        return ALI_OK;
    }
    add_buffer(at, to, address(column->offsets));
    add_buffer(at, to, address(column->data));
    return ALI_OK;
}

static void put_array(array_block *at, uint32_t node, const ali_column *column) {
    struct ArrowArray *to = &at->nodes[node];
    const uint32_t kind = column->type->kind;
    to->length = (int64_t)column->length;
    to->buffers = at->buffers;
    const bool is_coded = column->encoding == ALI_ENCODING_DICTIONARY;
    if (!is_coded && kind == ALI_TYPE_NULL) to->null_count = to->length;
    if (!is_coded &&
        (kind == ALI_TYPE_NULL || kind == ALI_TYPE_UNION || kind == ALI_TYPE_RUN_END)) {
        return;
    }
    to->null_count = (int64_t)column->null_count;
    add_buffer(at, to, column->null_count == 0 ? NULL : address(column->validity));
}

// Fills in the struct of a column, and that of its dictionary.
static ali_status put_column(ali_context *ctx, array_block *at, uint32_t *node,
                             const ali_column *column) {
    put_array(at, *node, column);
    if (column->encoding == ALI_ENCODING_DICTIONARY) {
        ALI_TRY(put_codes(ctx, at, *node, column));
        at->nodes[*node].dictionary = &at->nodes[*node + 1];
        at->block.records[*node].span = 1;
        column = column->dictionary->columns;
        *node += 1;
        put_array(at, *node, column);
    }
    ALI_TRY(put_buffers(ctx, at, *node, column));
    at->nodes[*node].n_children = column->type->children_count;
    at->block.records[*node].span = column->type->children_count;
    *node += 1;
    return ALI_OK;
}

static void link_array(array_block *at) {
    void *addresses = at->addresses;
    for (uint32_t i = 0; i < at->block.count; i += 1) {
        struct ArrowArray *node = &at->nodes[i];
        node->private_data = note(&at->block, i);
        node->release = release_array;
        if (node->n_children == 0) continue;
        node->children = addresses;
        addresses =
            list_children(&at->block, i, node->n_children, at->nodes, sizeof *node, addresses);
    }
}

static ali_status put_columns(ali_context *ctx, array_block *at, const ali_batch *batch) {
    struct ArrowArray *root = at->nodes;
    uint32_t node = 1;
    root->length = (int64_t)batch->rows;
    root->n_children = batch->schema->count;
    root->buffers = at->buffers;
    add_buffer(at, root, NULL);
    at->block.records[0].span = batch->schema->count;
    for (uint32_t i = 0; i < batch->schema->nodes_count; i += 1) {
        ALI_TRY(put_column(ctx, at, &node, at->from[i]));
    }
    ALI_ASSERT(node == at->block.count);
    return ALI_OK;
}

static ali_status export_batch(ali_context *ctx, ali_batch *batch, struct ArrowArray *out) {
    array_block *at = NULL;
    ALI_TRY(new_array_block(ctx, batch, &at));
    const ali_status status = put_columns(ctx, at, batch);
    ali_mem_free(ctx, at->from, ((uint64_t)batch->schema->nodes_count + 1) * sizeof(void *));
    if (status < 0) {
        drop(&at->block, at->block.references);
        return status;
    }
    fill_spans(&at->block);
    link_array(at);
    *out = at->nodes[0];
    return ALI_OK;
}

ali_status ali_batch_export(ali_context *context, ali_batch *batch, struct ArrowArray *out) {
    if (context == NULL || batch == NULL || out == NULL) return ALI_ERR_ARGUMENT;
    ali_error_begin(context);
    ali_batch *typed = NULL;
    ALI_TRY(ali_batch_decode_untyped(context, batch, &typed));
    const ali_status status = export_batch(context, typed, out);
    ali_batch_release(typed);
    return status;
}
