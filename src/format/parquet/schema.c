// format/parquet/schema.c: from the schema elements of a footer to the columns of a file
// (parquet-format, README "Nested Encoding"). The types of leaves are types.c.
//
// The file's columns are the top-level fields. Those that this reader can't read get the nearest
// type all the same, and are refused by name when they are scanned.
#include "base/text.h"
#include "format/parquet/parquet.h"

// The most that depth_max can be.
#define DEPTH_MAX 64u
// Elements that a step takes, and the rest of a column's.
#define STEP_ELEMENTS 8192u

// The key by which a file says that Spark wrote it, and in how many pairs it is looked for.
static const char spark_key[] = "org.apache.spark.version";
#define SPARK_PAIRS 1024u

static ali_type plain_type(uint32_t kind) {
    return (ali_type){.kind = (uint8_t)kind, .zone = ""};
}

// The kind of a nested field.
static ali_type nested_type(const ali_parquet_element *element) {
    const bool has_logical = (element->seen & ALI_PARQUET_ELEMENT_LOGICAL) != 0;
    const bool has_converted = (element->seen & ALI_PARQUET_ELEMENT_CONVERTED) != 0;
    const uint32_t logical = has_logical ? element->logical.seen : 0;
    const int32_t converted = has_converted ? element->converted : -1;
    if (logical == ALI_PARQUET_LOGICAL_LIST || converted == ALI_PARQUET_LIST ||
        element->repetition == ALI_PARQUET_REPEATED) {
        return plain_type(ALI_TYPE_LIST);
    }
    if (logical == ALI_PARQUET_LOGICAL_MAP || converted == ALI_PARQUET_MAP ||
        converted == ALI_PARQUET_MAP_KEY_VALUE) {
        return plain_type(ALI_TYPE_MAP);
    }
    return plain_type(ALI_TYPE_STRUCT);
}

static bool is_leaf(const ali_parquet_element *element) {
    return (element->seen & ALI_PARQUET_ELEMENT_TYPE) != 0;
}

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

static ali_status fail_depth(ali_context *ctx, uint32_t depth_max) {
    return ali_fail(ctx, ALI_ERR_LIMIT,
                    "the schema has more than %u groups inside one another, the limit depth_max",
                    depth_max);
}

// Passes over the subtree that begins at element *at: counts its leaves.
static ali_status pass_subtree(ali_context *ctx, const ali_parquet_state *state, uint64_t *at,
                               uint32_t *leaves) {
    const ali_parquet_element *elements = state->meta.elements.items;
    uint32_t left[DEPTH_MAX]; // children to come, of each group that is open
    const uint32_t depth_max = (uint32_t)ali_min_u64(DEPTH_MAX, ctx->limits.depth_max);
    uint32_t depth = 0;
    uint64_t needed = 1;
    while (needed > 0) {
        if (*at >= state->meta.elements.count) {
            return ali_fail(ctx, ALI_ERR_CORRUPT,
                            "the schema has %u elements, but %U more are announced",
                            state->meta.elements.count, needed);
        }
        const ali_parquet_element *element = &elements[*at];
        ALI_TRY(check_element(ctx, element, (uint32_t)*at));
        needed += (uint64_t)element->children;
        needed -= 1;
        *leaves += is_leaf(element) ? 1 : 0;
        *at += 1;
        if (element->children != 0) {
            if (depth == depth_max) return fail_depth(ctx, depth_max);
            left[depth] = (uint32_t)element->children;
            depth += 1;
            continue;
        }
        while (depth != 0) {
            left[depth - 1] -= 1;
            if (left[depth - 1] != 0) break;
            depth -= 1;
        }
    }
    return ALI_OK;
}

static void fill_column(const ali_parquet_element *element, ali_parquet_column *column,
                        uint32_t int96_unit, ali_type *type) {
    column->name = element->name;
    column->type = element->type;
    column->is_optional = element->repetition == ALI_PARQUET_OPTIONAL;
    column->refusal = ALI_PARQUET_READABLE;
    if (!is_leaf(element) || element->repetition == ALI_PARQUET_REPEATED) {
        column->refusal = ALI_PARQUET_NOT_FLAT;
        *type = nested_type(element);
    } else {
        *type = ali_parquet_leaf_type(element, column, int96_unit);
    }
}

// The unit of INT96 timestamps: nanoseconds, but microseconds where Spark wrote the file. Its own
// timestamps have no more digits, and reach to years that 64 bits of nanoseconds do not.
static uint32_t int96_unit(const ali_parquet_state *state) {
    const ali_parquet_pair *pairs = state->meta.pairs.items;
    const uint64_t count = ali_min_u64(state->meta.pairs.count, SPARK_PAIRS);
    for (uint64_t i = 0; i < count; i += 1) {
        if (ali_text_is(pairs[i].key.bytes, (size_t)pairs[i].key.count_bytes, spark_key)) {
            return ALI_UNIT_MICRO;
        }
    }
    return ALI_UNIT_NANO;
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

static ali_status begin_schema(ali_context *ctx, ali_parquet_state *state,
                               ali_parquet_schema_reader *reader) {
    ALI_TRY(check_root(ctx, state));
    const ali_parquet_element *root = state->meta.elements.items;
    const uint32_t count = (uint32_t)root->children;
    void *columns = NULL;
    void *fields = NULL;
    void *types = NULL;
    ALI_TRY(ali_arena_new(&state->arena, (uint64_t)count * sizeof(ali_parquet_column), &columns));
    ALI_TRY(ali_arena_new(&state->arena, (uint64_t)count * sizeof(ali_field), &fields));
    ALI_TRY(ali_arena_new(&state->arena, (uint64_t)count * sizeof(ali_type), &types));
    state->columns = columns;
    state->columns_count = count;
    state->leaves_count = 0;
    *reader = (ali_parquet_schema_reader){
        .fields = fields, .types = types, .at = 1, .int96_unit = int96_unit(state)};
    return ALI_OK;
}

// Fills the next column, and the field with its type beside it.
static ali_status next_column(ali_context *ctx, ali_parquet_state *state,
                              ali_parquet_schema_reader *reader) {
    const uint32_t i = reader->column;
    const ali_parquet_element *top = (const ali_parquet_element *)state->meta.elements.items +
                                     reader->at;
    ali_parquet_column *column = &state->columns[i];
    column->leaf = state->leaves_count;
    ALI_TRY(pass_subtree(ctx, state, &reader->at, &state->leaves_count));
    fill_column(top, column, reader->int96_unit, &reader->types[i]);
    if (column->stored_bytes > ctx->limits.page_bytes_max) column->refusal = ALI_PARQUET_TOO_WIDE;
    reader->fields[i] = (ali_field){.name = column->name.bytes,
                                    .name_bytes = column->name.count_bytes,
                                    .type = &reader->types[i],
                                    .is_nullable = top->repetition != ALI_PARQUET_REQUIRED};
    reader->column += 1;
    return ali_parquet_leaf_metadata(&state->arena, top, column, &reader->fields[i]);
}

ali_status ali_parquet_step_schema(ali_context *ctx, ali_parquet_state *state,
                                   ali_parquet_schema_reader *reader, ali_schema **schema) {
    *schema = NULL;
    if (reader->at == 0) ALI_TRY(begin_schema(ctx, state, reader));
    const uint64_t stop = reader->at + STEP_ELEMENTS;
    while (reader->column < state->columns_count) {
        if (reader->at >= stop) return ALI_YIELD;
        ALI_TRY(next_column(ctx, state, reader));
    }
    if (reader->at != state->meta.elements.count) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "the schema has %u elements, but only %U belong to it",
                        state->meta.elements.count, reader->at);
    }
    return ali_schema_new(ctx, reader->fields, state->columns_count, NULL, 0, schema);
}

ali_status ali_parquet_refuse(ali_context *ctx, const ali_parquet_column *column) {
    const char *name = column->name.bytes;
    const size_t name_bytes = (size_t)column->name.count_bytes;
    ali_status status = ALI_ERR_UNSUPPORTED;
    switch (column->refusal) {
    case ALI_PARQUET_NOT_FLAT:
        status = ali_fail(ctx, status, "nested columns are not supported yet (column %q)", name,
                          name_bytes);
        break;
    case ALI_PARQUET_BAD_LOGICAL:
        status = ali_fail(ctx, status, "logical type %s is not supported (column %q)",
                          column->reason, name, name_bytes);
        break;
    case ALI_PARQUET_TOO_WIDE:
        status = ali_fail(ctx, ALI_ERR_LIMIT,
                          "the values of column %q have %u bytes each, the limit page_bytes_max is "
                          "%U",
                          name, name_bytes, column->stored_bytes, ctx->limits.page_bytes_max);
        break;
    default:
        status = ali_fail(ctx, ALI_ERR_CORRUPT,
                          "logical type %s does not go with type %s (column %q)", column->reason,
                          ali_parquet_type_name(column->type), name, name_bytes);
    }
    ali_error_add_column(ctx, name, name_bytes);
    return status;
}
