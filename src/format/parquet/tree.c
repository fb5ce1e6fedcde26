// format/parquet/tree.c: from the elements of a footer's schema to the nodes of the file's schema
// (parquet-format, LogicalTypes.md, "Nested Types", with the rules for older files).
//
// Both are in pre-order, so one goes over the elements and makes the nodes, with a stack of the
// groups that are open. A LIST or MAP group that has the shape that the specification asks for
// takes its repeated group in; one that breaks the rules is a struct. A repeated field outside of
// these is a list of its own, never null. A map without values has values of the type null.
#include "base/text.h"
#include "format/parquet/schema.h"
#include "format/parquet/shredded.h"

// Elements that a step takes.
#define STEP_ELEMENTS 8192u

// What the children of an open group are.
enum {
    OPEN_FIELDS,  // fields
    OPEN_ITEMS,   // of a LIST: the repeated field that has the items
    OPEN_ENTRIES, // of a MAP: the repeated group of key and value
    OPEN_PAIRS,   // of its entries: key and value
    OPEN_KEYS     // the same of a map without values
};

static bool is_leaf(const ali_parquet_element *element) {
    return (element->seen & ALI_PARQUET_ELEMENT_TYPE) != 0;
}

static bool is_repeated(const ali_parquet_element *element) {
    return element->repetition == ALI_PARQUET_REPEATED;
}

// --- checks --------------------------------------------------------------------------------------

static ali_status check_element(ali_context *ctx, const ali_parquet_element *element,
                                uint32_t index) {
    const size_t name_bytes = (size_t)element->name.count_bytes;
    if (!ali_text_is_utf8((const uint8_t *)element->name.bytes, name_bytes)) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "the name %q of schema element %u is not UTF-8",
                        element->name.bytes, name_bytes, index);
    }
    if (element->children < 0 || (is_leaf(element) && element->children != 0)) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "schema element %u, %q, has %d children", index,
                        element->name.bytes, name_bytes, element->children);
    }
    if (is_leaf(element) && ali_parquet_type_name(element->type) == NULL) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "schema element %u, %q, has the unknown type %d",
                        index, element->name.bytes, name_bytes, element->type);
    }
    if (element->repetition < 0 || element->repetition > ALI_PARQUET_REPEATED) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "schema element %u, %q, has the unknown repetition %d", index,
                        element->name.bytes, name_bytes, element->repetition);
    }
    if (is_leaf(element) && element->type == ALI_PARQUET_FIXED_LEN_BYTE_ARRAY &&
        (element->type_length < 0 || element->type_length > INT32_MAX / 8)) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "schema element %u, %q, has the type length %d",
                        index, element->name.bytes, name_bytes, element->type_length);
    }
    return ALI_OK;
}

static ali_status check_root(ali_context *ctx, const ali_parquet_state *state) {
    const ali_parquet_element *root = state->meta.elements.items;
    if (state->meta.elements.count == 0) {
        return ali_fail(ctx, ALI_ERR_CORRUPT, "the schema is empty: it has no root");
    }
    if (root->children < 0 || (uint64_t)root->children >= state->meta.elements.count) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "the schema's root has %d children, but there are %u elements",
                        root->children, state->meta.elements.count);
    }
    if ((uint32_t)root->children > ctx->limits.columns_max) {
        return ali_fail(ctx, ALI_ERR_LIMIT, "the file has %d columns, the limit columns_max is %u",
                        root->children, ctx->limits.columns_max);
    }
    return ALI_OK;
}

// --- shapes --------------------------------------------------------------------------------------

static uint32_t logical_of(const ali_parquet_element *element) {
    return (element->seen & ALI_PARQUET_ELEMENT_LOGICAL) != 0 ? element->logical.seen : 0;
}

static int32_t converted_of(const ali_parquet_element *element) {
    return (element->seen & ALI_PARQUET_ELEMENT_CONVERTED) != 0 ? element->converted : -1;
}

// The element after `at`, if it is there and in order.
static const ali_parquet_element *element_after(const ali_parquet_state *state, uint64_t at,
                                                uint64_t distance) {
    if (at + distance >= state->meta.elements.count) return NULL;
    return (const ali_parquet_element *)state->meta.elements.items + at + distance;
}

static bool is_list(const ali_parquet_state *state, uint64_t at) {
    const ali_parquet_element *element = element_after(state, at, 0);
    const bool is_said = logical_of(element) == ALI_PARQUET_LOGICAL_LIST ||
                         converted_of(element) == ALI_PARQUET_LIST;
    if (!is_said || element->children != 1) return false;
    const ali_parquet_element *child = element_after(state, at, 1);
    return child != NULL && is_repeated(child);
}

static bool is_map(const ali_parquet_state *state, uint64_t at) {
    const ali_parquet_element *element = element_after(state, at, 0);
    const bool is_said = logical_of(element) == ALI_PARQUET_LOGICAL_MAP ||
                         converted_of(element) == ALI_PARQUET_MAP ||
                         converted_of(element) == ALI_PARQUET_MAP_KEY_VALUE;
    if (!is_said || element->children != 1) return false;
    const ali_parquet_element *entries = element_after(state, at, 1);
    if (entries == NULL || !is_repeated(entries) || is_leaf(entries)) return false;
    if (entries->children != 1 && entries->children != 2) return false;
    const ali_parquet_element *key = element_after(state, at, 2);
    return key != NULL && !is_repeated(key);
}

static bool name_is(const ali_thrift_text *name, const char *text) {
    return ali_text_is(name->bytes, (size_t)name->count_bytes, text);
}

// The name of the list with "_tuple" behind it.
static bool is_tuple(const ali_thrift_text *name, const ali_thrift_text *list) {
    static const char suffix[] = "_tuple";
    const size_t suffix_bytes = sizeof suffix - 1;
    if (name->count_bytes != list->count_bytes + suffix_bytes) return false;
    return ali_equal(name->bytes, list->bytes, (size_t)list->count_bytes) &&
           ali_equal(name->bytes + list->count_bytes, suffix, suffix_bytes);
}

// Tells if the repeated field of a LIST is the item itself, not a group around it.
static bool is_item(const ali_parquet_state *state, uint64_t at) {
    const ali_parquet_element *list = element_after(state, at - 1, 0);
    const ali_parquet_element *element = list + 1;
    if (is_leaf(element) || element->children != 1) return true;
    const ali_parquet_element *child = element_after(state, at, 1);
    if (child == NULL || is_repeated(child)) return true;
    return name_is(&element->name, "array") || is_tuple(&element->name, &list->name);
}

// --- nodes ---------------------------------------------------------------------------------------

// Where the next node goes, and its levels.
static ali_parquet_node *add_node(ali_parquet_state *state, ali_parquet_schema_reader *reader,
                                  const ali_parquet_open *in, const ali_parquet_element *element) {
    const uint32_t index = state->nodes_count;
    ali_parquet_node *node = &state->nodes[index];
    *node = (ali_parquet_node){.leaf = ALI_PARQUET_NO_LEAF,
                               .element = (uint32_t)reader->at,
                               .definition = in->definition,
                               .repetition = in->repetition,
                               .present = in->present};
    reader->fields[index] = (ali_field){.name = element->name.bytes,
                                        .name_bytes = element->name.count_bytes,
                                        .type = &reader->types[index]};
    state->nodes_count += 1;
    return node;
}

static ali_field *last_field(const ali_parquet_state *state, ali_parquet_schema_reader *reader) {
    return &reader->fields[state->nodes_count - 1];
}

static ali_status add_group(ali_parquet_state *state, ali_parquet_schema_reader *reader,
                            const ali_parquet_open *in, const ali_parquet_element *element,
                            uint32_t kind, uint32_t children) {
    (void)add_node(state, reader, in, element);
    reader->types[state->nodes_count - 1] =
        (ali_type){.kind = (uint8_t)kind, .children_count = children, .zone = ""};
    return ali_parquet_fill_group(state, element, last_field(state, reader));
}

static ali_status open_group(ali_context *ctx, ali_parquet_schema_reader *reader,
                             const ali_parquet_open *in, uint32_t children, uint32_t shape) {
    const uint32_t depth_max = (uint32_t)ali_min_u64(ALI_PARQUET_DEPTH_MAX, ctx->limits.depth_max);
    if (reader->depth > depth_max) {
        return ali_fail(ctx, ALI_ERR_LIMIT,
                        "the schema has more than %u groups inside one another, the limit "
                        "depth_max",
                        depth_max);
    }
    ali_parquet_open *open = &reader->open[reader->depth];
    *open = *in;
    open->left = children;
    open->shape = (uint8_t)shape;
    reader->depth += 1;
    return ALI_OK;
}

// A repeated field: one level more of both kinds from here on.
static void enter_list(ali_parquet_open *in) {
    in->definition += 1;
    in->repetition += 1;
    in->present = in->definition;
}

static ali_status add_leaf(ali_context *ctx, ali_parquet_state *state,
                           ali_parquet_schema_reader *reader, const ali_parquet_open *in,
                           const ali_parquet_element *element) {
    ali_parquet_node *node = add_node(state, reader, in, element);
    node->leaf = state->columns_count;
    ali_parquet_column *column = &state->columns[state->columns_count];
    column->leaf = state->columns_count;
    column->element = node->element;
    column->definition = in->definition;
    column->repetition = in->repetition;
    column->is_optional = in->definition != 0;
    ali_field *field = last_field(state, reader);
    state->columns_count += 1;
    return ali_parquet_fill_column(ctx, state, element, reader->int96_unit, column, field,
                                   &reader->types[state->nodes_count - 1]);
}

// The node of an element, without a list of its own.
static ali_status add_element(ali_context *ctx, ali_parquet_state *state,
                              ali_parquet_schema_reader *reader, const ali_parquet_open *in,
                              const ali_parquet_element *element) {
    if (is_leaf(element)) return add_leaf(ctx, state, reader, in, element);
    const uint32_t children = (uint32_t)element->children;
    if (is_list(state, reader->at)) {
        ALI_TRY(add_group(state, reader, in, element, ALI_TYPE_LIST, 1));
        return open_group(ctx, reader, in, 1, OPEN_ITEMS);
    }
    if (is_map(state, reader->at)) {
        ALI_TRY(add_group(state, reader, in, element, ALI_TYPE_MAP, 1));
        return open_group(ctx, reader, in, 1, OPEN_ENTRIES);
    }
    ALI_TRY(add_group(state, reader, in, element, ALI_TYPE_STRUCT, children));
    return children == 0 ? ALI_OK : open_group(ctx, reader, in, children, OPEN_FIELDS);
}

// The repeated field of a LIST: the item, or a group around it, which has no node.
static ali_status add_items(ali_context *ctx, ali_parquet_state *state,
                            ali_parquet_schema_reader *reader, ali_parquet_open *in,
                            const ali_parquet_element *element) {
    const bool is_itself = is_item(state, reader->at);
    enter_list(in);
    if (is_itself) return add_element(ctx, state, reader, in, element);
    return open_group(ctx, reader, in, 1, OPEN_FIELDS);
}

static ali_status add_entries(ali_context *ctx, ali_parquet_state *state,
                              ali_parquet_schema_reader *reader, ali_parquet_open *in,
                              const ali_parquet_element *element) {
    enter_list(in);
    const uint32_t children = (uint32_t)element->children;
    ALI_TRY(add_group(state, reader, in, element, ALI_TYPE_STRUCT, 2));
    return open_group(ctx, reader, in, children, children == 1 ? OPEN_KEYS : OPEN_PAIRS);
}

// The values of a map that has none in the file.
static void add_no_values(ali_parquet_state *state, ali_parquet_schema_reader *reader,
                          const ali_parquet_open *in) {
    static const ali_parquet_element none = {.name = {.bytes = "value", .count_bytes = 5}};
    (void)add_node(state, reader, in, &none);
    reader->types[state->nodes_count - 1] = (ali_type){.kind = ALI_TYPE_NULL, .zone = ""};
    last_field(state, reader)->is_nullable = true;
}

// Closes the groups whose children are all there.
static void close_groups(ali_parquet_state *state, ali_parquet_schema_reader *reader) {
    while (reader->depth > 1 && reader->open[reader->depth - 1].left == 0) {
        reader->depth -= 1;
        const ali_parquet_open *closed = &reader->open[reader->depth];
        if (closed->shape == OPEN_KEYS) add_no_values(state, reader, closed);
    }
}

// Takes the next element.
static ali_status next_element(ali_context *ctx, ali_parquet_state *state,
                               ali_parquet_schema_reader *reader) {
    const ali_parquet_element *element = (const ali_parquet_element *)state->meta.elements.items +
                                         reader->at;
    ALI_TRY(check_element(ctx, element, (uint32_t)reader->at));
    ali_parquet_open *parent = &reader->open[reader->depth - 1];
    ali_parquet_open in = *parent;
    parent->left -= 1;
    switch (parent->shape) {
    case OPEN_ITEMS:
        return add_items(ctx, state, reader, &in, element);
    case OPEN_ENTRIES:
        return add_entries(ctx, state, reader, &in, element);
    default:
        break;
    }
    if (is_repeated(element)) {
        ALI_TRY(add_group(state, reader, &in, element, ALI_TYPE_LIST, 1));
        enter_list(&in);
        return add_element(ctx, state, reader, &in, element);
    }
    const bool is_optional = element->repetition == ALI_PARQUET_OPTIONAL;
    const bool is_key = in.shape == OPEN_KEYS || (in.shape == OPEN_PAIRS && in.left == 2);
    const uint32_t index = state->nodes_count;
    in.definition += is_optional ? 1 : 0;
    ALI_TRY(add_element(ctx, state, reader, &in, element));
    reader->fields[index].is_nullable = is_optional && !is_key; // as Arrow has it
    return ALI_OK;
}

// --- all together --------------------------------------------------------------------------------

static ali_status begin(ali_context *ctx, ali_parquet_state *state,
                        ali_parquet_schema_reader *reader) {
    ALI_TRY(check_root(ctx, state));
    const ali_parquet_element *elements = state->meta.elements.items;
    uint64_t nodes = state->meta.elements.count;
    uint64_t leaves = 0;
    for (uint32_t i = 1; i < state->meta.elements.count; i += 1) {
        nodes += is_repeated(&elements[i]) ? 1 : 0;
        leaves += is_leaf(&elements[i]) ? 1 : 0;
    }
    void *columns = NULL;
    void *made = NULL;
    void *fields = NULL;
    void *types = NULL;
    ALI_TRY(ali_arena_new(&state->arena, leaves * sizeof(ali_parquet_column), &columns));
    ALI_TRY(ali_arena_new(&state->arena, nodes * sizeof(ali_parquet_node), &made));
    ALI_TRY(ali_arena_new(&state->arena, nodes * sizeof(ali_field), &fields));
    ALI_TRY(ali_arena_new(&state->arena, nodes * sizeof(ali_type), &types));
    state->columns = columns;
    state->nodes = made;
    state->columns_count = 0;
    state->nodes_count = 0;
    reader->fields = fields;
    reader->types = types;
    reader->at = 1;
    reader->depth = 1;
    reader->int96_unit = ali_parquet_int96_unit(state);
    reader->open[0] = (ali_parquet_open){.left = (uint32_t)elements[0].children};
    return ALI_OK;
}

static uint64_t children_to_come(const ali_parquet_schema_reader *reader) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < reader->depth; i += 1) count += reader->open[i].left;
    return count;
}

ali_status ali_parquet_step_schema(ali_context *ctx, ali_parquet_state *state,
                                   ali_parquet_schema_reader *reader, ali_schema **schema) {
    *schema = NULL;
    if (reader->at == 0) ALI_TRY(begin(ctx, state, reader));
    const uint64_t stop = reader->at + STEP_ELEMENTS;
    while (reader->depth > 1 || reader->open[0].left != 0) {
        if (reader->at >= stop) return ALI_YIELD;
        if (reader->at >= state->meta.elements.count) {
            return ali_fail(ctx, ALI_ERR_CORRUPT,
                            "the schema has %u elements, but %U more are announced",
                            state->meta.elements.count, children_to_come(reader));
        }
        ALI_TRY(next_element(ctx, state, reader));
        reader->at += 1;
        close_groups(state, reader);
    }
    if (reader->at != state->meta.elements.count) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "the schema has %u elements, but only %U belong to it",
                        state->meta.elements.count, reader->at);
    }
    const ali_pair *pairs = NULL;
    uint32_t pairs_count = 0;
    ALI_TRY(ali_parquet_schema_pairs(state, &pairs, &pairs_count));
    ali_schema *stored = NULL;
    ALI_TRY(ali_schema_new(ctx, reader->fields, state->nodes_count, pairs, pairs_count, &stored));
    return ali_parquet_show(ctx, state, stored, schema);
}

// --- paths ---------------------------------------------------------------------------------------

// Appends a part of a path; what does not fit is cut.
static size_t put_part(char *text, size_t capacity, size_t used, const ali_thrift_text *name) {
    if (used != 0 && used < capacity) text[used++] = '.';
    const size_t room = capacity - used;
    const size_t bytes = name->count_bytes < room ? (size_t)name->count_bytes : room;
    ali_copy(text + used, name->bytes, bytes);
    return used + bytes;
}

size_t ali_parquet_path(const ali_parquet_state *state, const ali_parquet_column *column,
                        char *text, size_t capacity) {
    const ali_parquet_element *elements = state->meta.elements.items;
    struct {
        uint32_t element;
        uint32_t left;
    } open[ALI_PARQUET_DEPTH_MAX + 2];
    uint32_t depth = 0;
    for (uint32_t at = 0; at < column->element; at += 1) {
        if (elements[at].children > 0) {
            open[depth].element = at;
            open[depth].left = (uint32_t)elements[at].children;
            depth += 1;
            continue;
        }
        while (depth > 1) {
            open[depth - 1].left -= 1;
            if (open[depth - 1].left != 0) break;
            depth -= 1;
        }
    }
    size_t used = 0;
    for (uint32_t i = 1; i < depth; i += 1) {
        used = put_part(text, capacity, used, &elements[open[i].element].name);
    }
    return put_part(text, capacity, used, &column->name);
}
