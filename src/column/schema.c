// column/schema.c: schemas: one block of memory each, which holds fields in pre-order, types,
// strings and metadata, and may outlive its context.
#include "base/mem.h"
#include "base/text.h"
#include "column/column.h"

// Where a schema's copies come from: fields in pre-order, all or some.
typedef struct source {
    const ali_field *nodes;
    const uint32_t *kept; // which of them, see ali_schema_prune(); NULL: all
    uint32_t count;       // of `kept`, or of `nodes`
    const ali_pair *metadata;
    uint32_t metadata_count;
} source;

// The next room of each kind in a schema's block.
typedef struct room {
    ali_field *field;
    ali_type *type;
    ali_pair *pair;
    uint32_t *root;
    char *text; // strings, and the type ids of unions
} room;

static const char *zone_of(const ali_type *type) {
    return type->zone == NULL ? "" : type->zone;
}

// --- sizes ---------------------------------------------------------------------------------------

// What the copies take.
typedef struct sizes {
    uint64_t nodes;
    uint64_t roots;
    uint64_t pairs;
    uint64_t text_bytes;
} sizes;

static void add_pairs(sizes *sum, const ali_pair *pairs, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) {
        sum->text_bytes += pairs[i].key_bytes + pairs[i].value_bytes + 2;
    }
    sum->pairs += count;
}

static void add_nodes(sizes *sum, const ali_field *nodes, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) {
        const ali_type *type = nodes[i].type;
        sum->text_bytes += nodes[i].name_bytes + ali_text_length(zone_of(type)) + 2;
        if (type->type_ids != NULL) sum->text_bytes += type->children_count;
        add_pairs(sum, nodes[i].metadata, nodes[i].metadata_count);
    }
    sum->nodes += count;
}

// The fields below each node must be there, and not too deep.
static ali_status count_roots(ali_context *ctx, const ali_field *nodes, uint32_t count,
                              uint64_t *roots) {
    uint32_t left[ALI_TYPE_DEPTH_MAX]; // fields to come, of each that is open
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i += 1) {
        if (depth == 0) *roots += 1;
        if (nodes[i].type->children_count != 0) {
            if (depth == ALI_TYPE_DEPTH_MAX) {
                return ali_fail(ctx, ALI_ERR_LIMIT,
                                "the schema has more than %u types inside one another (column %q)",
                                ALI_TYPE_DEPTH_MAX, nodes[i].name, (size_t)nodes[i].name_bytes);
            }
            left[depth] = nodes[i].type->children_count;
            depth += 1;
            continue;
        }
        while (depth != 0) {
            left[depth - 1] -= 1;
            if (left[depth - 1] != 0) break;
            depth -= 1;
        }
    }
    if (depth == 0) return ALI_OK;
    return ali_fail(ctx, ALI_ERR_INTERNAL, "a schema ends inside a nested field");
}

static ali_status measure(ali_context *ctx, const source *from, sizes *sum) {
    add_pairs(sum, from->metadata, from->metadata_count);
    if (from->kept == NULL) {
        add_nodes(sum, from->nodes, from->count);
        return count_roots(ctx, from->nodes, from->count, &sum->roots);
    }
    uint32_t root = 0;
    uint32_t behind = 0; // the first node that is not below `root`
    for (uint32_t i = 0; i < from->count; i += 1) {
        const uint32_t node = from->kept[i];
        add_nodes(sum, &from->nodes[node], 1);
        if (node > root && node < behind) continue;
        root = node;
        behind = node + from->nodes[node].type->span;
        sum->roots += 1;
    }
    return ALI_OK;
}

// --- copies --------------------------------------------------------------------------------------

// Copies a string and its final zero byte.
static const char *put_text(room *to, const char *text, uint64_t text_bytes) {
    char *copy = to->text;
    ali_copy(copy, text, (size_t)text_bytes);
    copy[text_bytes] = 0;
    to->text = copy + text_bytes + 1;
    return copy;
}

static const ali_pair *put_pairs(room *to, const ali_pair *pairs, uint32_t count) {
    const ali_pair *first = to->pair;
    for (uint32_t i = 0; i < count; i += 1) {
        *to->pair = (ali_pair){.key = put_text(to, pairs[i].key, pairs[i].key_bytes),
                               .value = put_text(to, pairs[i].value, pairs[i].value_bytes),
                               .key_bytes = pairs[i].key_bytes,
                               .value_bytes = pairs[i].value_bytes};
        to->pair += 1;
    }
    return count == 0 ? NULL : first;
}

// The extension that a field's metadata names, where the storage is what it should be.
static uint8_t extension_of(const ali_field *field) {
    static const struct {
        const char *name;
        uint32_t kind; // of the storage
        uint8_t extension;
    } known[] = {
        {"arrow.uuid", ALI_TYPE_FIXED_BINARY, ALI_EXTENSION_UUID},
        {"arrow.json", ALI_TYPE_UTF8, ALI_EXTENSION_JSON},
        {"arrow.json", ALI_TYPE_LARGE_UTF8, ALI_EXTENSION_JSON},
        {"arrow.json", ALI_TYPE_UTF8_VIEW, ALI_EXTENSION_JSON},
        {"arrow.parquet.variant", ALI_TYPE_STRUCT, ALI_EXTENSION_VARIANT},
        {"geoarrow.wkb", ALI_TYPE_BINARY, ALI_EXTENSION_WKB},
        {"geoarrow.wkb", ALI_TYPE_LARGE_BINARY, ALI_EXTENSION_WKB},
        {"geoarrow.wkb", ALI_TYPE_BINARY_VIEW, ALI_EXTENSION_WKB},
    };
    const ali_pair *pair = ali_field_pair(field, ALI_EXTENSION_KEY);
    if (pair == NULL) return ALI_EXTENSION_NONE;
    for (uint32_t i = 0; i < ALI_COUNT_OF(known); i += 1) {
        if (field->type->kind != known[i].kind) continue;
        if (known[i].extension == ALI_EXTENSION_UUID && field->type->bits != 128) continue;
        if (ali_text_is(pair->value, (size_t)pair->value_bytes, known[i].name)) {
            return known[i].extension;
        }
    }
    return ALI_EXTENSION_OTHER;
}

static void put_node(room *to, const ali_field *field) {
    ali_type *type = to->type;
    ali_field *copy = to->field;
    *type = *field->type;
    type->zone = put_text(to, zone_of(field->type), ali_text_length(zone_of(field->type)));
    if (type->type_ids != NULL) {
        ali_copy(to->text, type->type_ids, type->children_count);
        type->type_ids = (const int8_t *)to->text;
        to->text += type->children_count;
    }
    *copy = *field;
    copy->name = put_text(to, field->name, field->name_bytes);
    copy->type = type;
    copy->metadata = put_pairs(to, field->metadata, field->metadata_count);
    type->extension = extension_of(copy);
    type->children = type->children_count == 0 ? NULL : copy + 1;
    to->type += 1;
    to->field += 1;
}

// Tells if all fields below a kept one are kept: they follow it.
static bool is_whole(const source *from, uint32_t i) {
    const uint32_t *kept = from->kept + i;
    const uint32_t span = from->nodes[*kept].type->span;
    uint32_t k = 1;
    while (k < span && i + k < from->count && kept[k] == *kept + k) k += 1;
    return k == span;
}

// A field of which only one of those below it is kept: entries of a map without keys, or without
// values, are a list.
static void put_kept(room *to, const source *from, uint32_t i) {
    ali_field field = from->nodes[from->kept[i]];
    ali_type type = *field.type;
    if (!is_whole(from, i)) {
        type.children_count = 1;
        type.flags = 0;
        if (type.kind == ALI_TYPE_MAP) type.kind = ALI_TYPE_LIST;
        field.metadata_count = 0;
    }
    field.type = &type;
    put_node(to, &field);
}

// Tells each type how many fields it has below it: from the last to the first, so that the spans of
// those below are known.
static void fill_spans(ali_field *nodes, ali_type *types, uint32_t count) {
    for (uint32_t i = count; i > 0; i -= 1) {
        ali_type *type = &types[i - 1];
        const ali_field *child = nodes + i;
        type->span = 1;
        for (uint32_t k = 0; k < type->children_count; k += 1) {
            type->span += child->type->span;
            child += child->type->span;
        }
    }
}

static void fill_in(ali_schema *schema, const source *from, const sizes *sum) {
    room to = {.field = (ali_field *)(void *)(schema + 1)};
    to.pair = (ali_pair *)(void *)(to.field + sum->nodes);
    ali_type *types = (ali_type *)(void *)(to.pair + sum->pairs);
    to.type = types;
    to.root = (uint32_t *)(void *)(types + sum->nodes);
    to.text = (char *)(to.root + sum->roots);
    schema->nodes = to.field;
    schema->roots = to.root;
    schema->metadata = put_pairs(&to, from->metadata, from->metadata_count);
    for (uint32_t i = 0; i < from->count; i += 1) {
        if (from->kept == NULL) {
            put_node(&to, &from->nodes[i]);
        } else {
            put_kept(&to, from, i);
        }
    }
    fill_spans(schema->nodes, types, schema->nodes_count);
    uint32_t node = 0;
    for (uint32_t i = 0; i < schema->count; i += 1) {
        schema->roots[i] = node;
        node += schema->nodes[node].type->span;
    }
}

static ali_status make(ali_context *ctx, const source *from, ali_schema **schema) {
    *schema = NULL;
    sizes sum = {0};
    ALI_TRY(measure(ctx, from, &sum));
    const uint64_t block_bytes =
        sizeof(ali_schema) + sum.nodes * (sizeof(ali_field) + sizeof(ali_type)) +
        sum.pairs * sizeof(ali_pair) + sum.roots * sizeof(uint32_t) + sum.text_bytes;
    if (sum.nodes > UINT32_MAX) return ali_fail(ctx, ALI_ERR_LIMIT, "a schema has too many fields");
    void *pointer = NULL;
    ALI_TRY(ali_mem_new(ctx, block_bytes, &pointer));
    ali_schema *made = pointer;
    *made = (ali_schema){.home = ali_home_retain(ctx->home),
                         .block_bytes = block_bytes,
                         .references = 1,
                         .count = (uint32_t)sum.roots,
                         .nodes_count = (uint32_t)sum.nodes,
                         .metadata_count = from->metadata_count};
    fill_in(made, from, &sum);
    *schema = made;
    return ALI_OK;
}

ali_status ali_schema_new(ali_context *ctx, const ali_field *nodes, uint32_t nodes_count,
                          const ali_pair *metadata, uint32_t metadata_count, ali_schema **schema) {
    const source from = {.nodes = nodes,
                         .count = nodes_count,
                         .metadata = metadata,
                         .metadata_count = metadata_count};
    return make(ctx, &from, schema);
}

ali_status ali_schema_prune(ali_context *ctx, const ali_schema *schema, const uint32_t *kept,
                            uint32_t count, ali_schema **pruned) {
    static const uint32_t none = 0;
    const source from = {.nodes = schema->nodes,
                         .kept = count == 0 ? &none : kept,
                         .count = count,
                         .metadata = schema->metadata,
                         .metadata_count = schema->metadata_count};
    return make(ctx, &from, pruned);
}

// --- use -----------------------------------------------------------------------------------------

void ali_schema_retain(ali_schema *schema) {
    (void)__atomic_add_fetch(&schema->references, 1, __ATOMIC_RELAXED);
}

void ali_schema_release(ali_schema *schema) {
    if (schema == NULL) return;
    if (__atomic_sub_fetch(&schema->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    ali_home *home = schema->home;
    ali_home_free(home, schema, schema->block_bytes);
    ali_home_release(home);
}

uint32_t ali_schema_count(const ali_schema *schema) {
    return schema->count;
}

const ali_pair *ali_schema_metadata(const ali_schema *schema, uint32_t *count) {
    *count = schema->metadata_count;
    return schema->metadata;
}

const ali_pair *ali_field_pair(const ali_field *field, const char *key) {
    for (uint32_t i = 0; i < field->metadata_count; i += 1) {
        const ali_pair *pair = &field->metadata[i];
        if (ali_text_is(pair->key, (size_t)pair->key_bytes, key)) return pair;
    }
    return NULL;
}

static void describe(const ali_field *field, ali_field_info *info) {
    *info = (ali_field_info){.size_bytes = sizeof *info,
                             .nullable = field->is_nullable ? 1 : 0,
                             .name = field->name,
                             .name_bytes = field->name_bytes,
                             .type = field->type,
                             .metadata = field->metadata,
                             .metadata_count = field->metadata_count};
}

ali_status ali_field_describe(const ali_schema *schema, uint32_t index, ali_field_info *info) {
    if (schema == NULL || info == NULL || index >= schema->count) return ALI_ERR_ARGUMENT;
    if (info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    describe(ali_schema_field(schema, index), info);
    return ALI_OK;
}

ali_status ali_type_child(const ali_type *type, uint32_t index, ali_field_info *info) {
    if (type == NULL || info == NULL || index >= type->children_count) return ALI_ERR_ARGUMENT;
    if (info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    const ali_field *child = type->children;
    for (; index > 0; index -= 1) child += child->type->span;
    describe(child, info);
    return ALI_OK;
}

static bool is_same_type(const ali_type *a, const ali_type *b) {
    if (a->kind != b->kind || a->unit != b->unit || a->bits != b->bits ||
        a->is_signed != b->is_signed || a->flags != b->flags || a->precision != b->precision ||
        a->scale != b->scale || a->list_size != b->list_size || a->index_bits != b->index_bits ||
        a->index_is_signed != b->index_is_signed || a->children_count != b->children_count ||
        a->extension != b->extension) {
        return false;
    }
    if (a->type_ids != NULL && !ali_equal(a->type_ids, b->type_ids, a->children_count)) {
        return false;
    }
    return ali_text_is(a->zone, ali_text_length(a->zone), b->zone);
}

static bool is_same_name(const ali_field *a, const ali_field *b) {
    return a->name_bytes == b->name_bytes && ali_equal(a->name, b->name, (size_t)a->name_bytes);
}

bool ali_field_is_same_type(const ali_field *a, const ali_field *b) {
    if (a->type->span != b->type->span || !is_same_type(a->type, b->type)) return false;
    for (uint32_t i = 1; i < a->type->span; i += 1) {
        // The field before another stands above it, if it has fields below. The names of items and
        // entries say nothing: writers call them "item", "element", "entries", "key_value".
        const bool is_named = !ali_type_has_items(a[i - 1].type);
        if (is_named && !is_same_name(&a[i], &b[i])) return false;
        if (!is_same_type(a[i].type, b[i].type)) return false;
    }
    return true;
}

bool ali_schema_is_same(const ali_schema *a, const ali_schema *b) {
    if (a == b) return true;
    if (a->nodes_count != b->nodes_count) return false;
    for (uint32_t i = 0; i < a->nodes_count; i += 1) {
        const ali_field *one = &a->nodes[i];
        const ali_field *other = &b->nodes[i];
        if (!is_same_name(one, other)) return false;
        if (!is_same_type(one->type, other->type)) return false;
    }
    return true;
}
