// format/parquet/schema.c: from the schema elements of a footer to the columns of a file
// (parquet-format, LogicalTypes.md): the LogicalType where there is one, else the ConvertedType.
//
// The file's columns are the top-level fields. Those that this reader can't read get the nearest
// type all the same, and are refused by name when they are scanned. Unknown logical types are
// ignored, as the specification asks.
#include "base/text.h"
#include "format/parquet/parquet.h"

// The most that depth_max can be.
#define DEPTH_MAX 64u
// Elements that a step takes, and the rest of a column's.
#define STEP_ELEMENTS 8192u

static const ali_type type_bool = {.kind = ALI_TYPE_BOOL, .bits = 1, .zone = ""};

static ali_type plain_type(uint32_t kind, uint32_t bits) {
    return (ali_type){
        .kind = (uint8_t)kind, .bits = bits, .is_signed = kind == ALI_TYPE_INT, .zone = ""};
}

static ali_type timed_type(uint32_t kind, uint32_t bits, uint32_t unit) {
    return (ali_type){.kind = (uint8_t)kind, .bits = bits, .unit = (uint8_t)unit, .zone = ""};
}

// What an annotation makes of a column.
typedef struct annotation {
    ali_type type;
    const char *name;   // of the logical type, for messages; NULL: no annotation
    uint32_t physicals; // the physical types that it may annotate, as bits
    bool is_unsupported;
} annotation;

#define ON(type) (1u << (type))
#define ON_BYTES ON(ALI_PARQUET_BYTE_ARRAY)
#define ON_FIXED ON(ALI_PARQUET_FIXED_LEN_BYTE_ARRAY)
#define ON_ANY 0xFFu

static annotation integer_annotation(int32_t bits, bool is_signed) {
    const bool is_known = bits == 8 || bits == 16 || bits == 32 || bits == 64;
    annotation made = {.type = plain_type(ALI_TYPE_INT, (uint32_t)bits), .name = "INTEGER"};
    made.type.is_signed = is_signed;
    if (is_known) made.physicals = bits == 64 ? ON(ALI_PARQUET_INT64) : ON(ALI_PARQUET_INT32);
    return made;
}

static annotation time_annotation(uint32_t unit) {
    const bool is_milli = unit == ALI_UNIT_MILLI;
    return (annotation){.type = timed_type(ALI_TYPE_TIME, is_milli ? 32 : 64, unit),
                        .name = "TIME",
                        .physicals = is_milli ? ON(ALI_PARQUET_INT32) : ON(ALI_PARQUET_INT64)};
}

static annotation timestamp_annotation(uint32_t unit, bool is_utc) {
    annotation made = {.type = timed_type(ALI_TYPE_TIMESTAMP, 64, unit),
                       .name = "TIMESTAMP",
                       .physicals = ON(ALI_PARQUET_INT64)};
    if (is_utc) made.type.zone = "UTC";
    return made;
}

static annotation decimal_annotation(int32_t precision, int32_t scale) {
    annotation made = {.type = plain_type(ALI_TYPE_DECIMAL, precision > 38 ? 256 : 128),
                       .name = "DECIMAL",
                       .physicals = ON_ANY,
                       .is_unsupported = true};
    made.type.precision = precision;
    made.type.scale = scale;
    return made;
}

static annotation text_annotation(const char *name) {
    return (annotation){.type = plain_type(ALI_TYPE_UTF8, 0), .name = name, .physicals = ON_BYTES};
}

// An annotation that leaves the type to the physical one, and that is not supported.
static annotation unread_annotation(const char *name) {
    return (annotation){.name = name, .physicals = ON_ANY, .is_unsupported = true};
}

// The unit that a TimeUnit says; ALI_UNIT_SECOND if none that is known.
static uint32_t unit_of(const ali_parquet_time *time) {
    switch (time->unit.seen) {
    case ALI_PARQUET_MILLIS:
        return ALI_UNIT_MILLI;
    case ALI_PARQUET_MICROS:
        return ALI_UNIT_MICRO;
    case ALI_PARQUET_NANOS:
        return ALI_UNIT_NANO;
    default:
        return ALI_UNIT_SECOND;
    }
}

static annotation logical_annotation(const ali_parquet_logical *logical) {
    const uint32_t time = unit_of(&logical->time);
    const uint32_t timestamp = unit_of(&logical->timestamp);
    switch (logical->seen) {
    case ALI_PARQUET_LOGICAL_STRING:
        return text_annotation("STRING");
    case ALI_PARQUET_LOGICAL_ENUM:
        return text_annotation("ENUM");
    case ALI_PARQUET_LOGICAL_JSON:
        return text_annotation("JSON");
    case ALI_PARQUET_LOGICAL_BSON:
        return (annotation){
            .type = plain_type(ALI_TYPE_BINARY, 0), .name = "BSON", .physicals = ON_BYTES};
    case ALI_PARQUET_LOGICAL_DECIMAL:
        return decimal_annotation(logical->decimal.precision, logical->decimal.scale);
    case ALI_PARQUET_LOGICAL_DATE:
        return (annotation){.type = timed_type(ALI_TYPE_DATE, 32, ALI_UNIT_DAY),
                            .name = "DATE",
                            .physicals = ON(ALI_PARQUET_INT32)};
    case ALI_PARQUET_LOGICAL_TIME:
        return time == ALI_UNIT_SECOND ? unread_annotation("TIME") : time_annotation(time);
    case ALI_PARQUET_LOGICAL_TIMESTAMP:
        return timestamp == ALI_UNIT_SECOND
                   ? unread_annotation("TIMESTAMP")
                   : timestamp_annotation(timestamp, logical->timestamp.is_utc != 0);
    case ALI_PARQUET_LOGICAL_INTEGER:
        return integer_annotation(logical->integer.bits, logical->integer.is_signed != 0);
    case ALI_PARQUET_LOGICAL_UNKNOWN:
        return unread_annotation("UNKNOWN");
    case ALI_PARQUET_LOGICAL_UUID:
        return unread_annotation("UUID");
    case ALI_PARQUET_LOGICAL_FLOAT16:
        return (annotation){.type = plain_type(ALI_TYPE_FLOAT, 16),
                            .name = "FLOAT16",
                            .physicals = ON_FIXED,
                            .is_unsupported = true};
    case ALI_PARQUET_LOGICAL_GEOMETRY:
        return unread_annotation("GEOMETRY");
    case ALI_PARQUET_LOGICAL_GEOGRAPHY:
        return unread_annotation("GEOGRAPHY");
    default:
        return (annotation){.name = NULL};
    }
}

static annotation converted_annotation(const ali_parquet_element *element) {
    const int32_t converted = element->converted;
    if (converted >= ALI_PARQUET_UINT_8 && converted <= ALI_PARQUET_UINT_64) {
        return integer_annotation(8 << (converted - ALI_PARQUET_UINT_8), false);
    }
    if (converted >= ALI_PARQUET_INT_8 && converted <= ALI_PARQUET_INT_64) {
        return integer_annotation(8 << (converted - ALI_PARQUET_INT_8), true);
    }
    switch (converted) {
    case ALI_PARQUET_UTF8:
        return text_annotation("UTF8");
    case ALI_PARQUET_ENUM:
        return text_annotation("ENUM");
    case ALI_PARQUET_JSON:
        return text_annotation("JSON");
    case ALI_PARQUET_BSON:
        return logical_annotation(&(ali_parquet_logical){.seen = ALI_PARQUET_LOGICAL_BSON});
    case ALI_PARQUET_DECIMAL:
        return decimal_annotation(element->precision, element->scale);
    case ALI_PARQUET_DATE:
        return logical_annotation(&(ali_parquet_logical){.seen = ALI_PARQUET_LOGICAL_DATE});
    case ALI_PARQUET_TIME_MILLIS:
        return time_annotation(ALI_UNIT_MILLI);
    case ALI_PARQUET_TIME_MICROS:
        return time_annotation(ALI_UNIT_MICRO);
    case ALI_PARQUET_TIMESTAMP_MILLIS:
        return timestamp_annotation(ALI_UNIT_MILLI, true);
    case ALI_PARQUET_TIMESTAMP_MICROS:
        return timestamp_annotation(ALI_UNIT_MICRO, true);
    case ALI_PARQUET_INTERVAL:
        return (annotation){.type = plain_type(ALI_TYPE_INTERVAL, 128),
                            .name = "INTERVAL",
                            .physicals = ON_FIXED,
                            .is_unsupported = true};
    default:
        return (annotation){.name = NULL};
    }
}

static annotation annotation_of(const ali_parquet_element *element) {
    if ((element->seen & ALI_PARQUET_ELEMENT_LOGICAL) != 0 && element->logical.seen != 0) {
        return logical_annotation(&element->logical);
    }
    if ((element->seen & ALI_PARQUET_ELEMENT_CONVERTED) != 0) return converted_annotation(element);
    return (annotation){.name = NULL};
}

// The type of a physical type without annotation.
static ali_type physical_type(const ali_parquet_element *element) {
    switch (element->type) {
    case ALI_PARQUET_BOOLEAN:
        return type_bool;
    case ALI_PARQUET_INT32:
        return plain_type(ALI_TYPE_INT, 32);
    case ALI_PARQUET_INT64:
        return plain_type(ALI_TYPE_INT, 64);
    case ALI_PARQUET_INT96:
        return timed_type(ALI_TYPE_TIMESTAMP, 64, ALI_UNIT_NANO);
    case ALI_PARQUET_FLOAT:
        return plain_type(ALI_TYPE_FLOAT, 32);
    case ALI_PARQUET_DOUBLE:
        return plain_type(ALI_TYPE_FLOAT, 64);
    case ALI_PARQUET_FIXED_LEN_BYTE_ARRAY:
        return plain_type(ALI_TYPE_FIXED_BINARY, (uint32_t)element->type_length * 8);
    default:
        return plain_type(ALI_TYPE_BINARY, 0);
    }
}

static void note_refusal(ali_parquet_column *column, uint32_t refusal, const char *reason) {
    column->refusal = refusal;
    column->reason = reason;
}

// The type of a flat column, and whether it can be read.
static ali_type leaf_type(const ali_parquet_element *element, ali_parquet_column *column) {
    const annotation found = annotation_of(element);
    const bool is_physical_unread = element->type == ALI_PARQUET_INT96 ||
                                    element->type == ALI_PARQUET_FIXED_LEN_BYTE_ARRAY;
    if (found.name == NULL) {
        if (is_physical_unread) {
            note_refusal(column, ALI_PARQUET_BAD_TYPE, ali_parquet_type_name(element->type));
        }
        return physical_type(element);
    }
    if ((found.physicals >> element->type & 1) == 0) {
        note_refusal(column, ALI_PARQUET_BAD_ANNOTATION, found.name);
        return physical_type(element);
    }
    if (found.is_unsupported) note_refusal(column, ALI_PARQUET_BAD_LOGICAL, found.name);
    return found.type.kind == 0 ? physical_type(element) : found.type;
}

// The kind of a nested field.
static ali_type nested_type(const ali_parquet_element *element) {
    const bool has_logical = (element->seen & ALI_PARQUET_ELEMENT_LOGICAL) != 0;
    const bool has_converted = (element->seen & ALI_PARQUET_ELEMENT_CONVERTED) != 0;
    const uint32_t logical = has_logical ? element->logical.seen : 0;
    const int32_t converted = has_converted ? element->converted : -1;
    if (logical == ALI_PARQUET_LOGICAL_LIST || converted == ALI_PARQUET_LIST ||
        element->repetition == ALI_PARQUET_REPEATED) {
        return plain_type(ALI_TYPE_LIST, 0);
    }
    if (logical == ALI_PARQUET_LOGICAL_MAP || converted == ALI_PARQUET_MAP ||
        converted == ALI_PARQUET_MAP_KEY_VALUE) {
        return plain_type(ALI_TYPE_MAP, 0);
    }
    return plain_type(ALI_TYPE_STRUCT, 0);
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
                        ali_type *type) {
    column->name = element->name;
    column->type = element->type;
    column->is_optional = element->repetition == ALI_PARQUET_OPTIONAL;
    if (!is_leaf(element) || element->repetition == ALI_PARQUET_REPEATED) {
        note_refusal(column, ALI_PARQUET_NOT_FLAT, "");
        *type = nested_type(element);
    } else {
        *type = leaf_type(element, column);
    }
    column->is_signed = type->is_signed != 0;
    column->width = type->bits == 1 || type->bits > 64 ? 0 : (uint8_t)(type->bits / 8);
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
    *reader = (ali_parquet_schema_reader){.fields = fields, .types = types, .at = 1};
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
    fill_column(top, column, &reader->types[i]);
    reader->fields[i] = (ali_field){.name = column->name.bytes,
                                    .name_bytes = column->name.count_bytes,
                                    .type = &reader->types[i],
                                    .is_nullable = top->repetition != ALI_PARQUET_REQUIRED};
    reader->column += 1;
    return ALI_OK;
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
    case ALI_PARQUET_BAD_TYPE:
        status = ali_fail(ctx, status, "type %s is not supported yet (column %q)", column->reason,
                          name, name_bytes);
        break;
    case ALI_PARQUET_BAD_LOGICAL:
        status = ali_fail(ctx, status, "logical type %s is not supported yet (column %q)",
                          column->reason, name, name_bytes);
        break;
    default:
        status = ali_fail(ctx, ALI_ERR_CORRUPT,
                          "logical type %s does not go with type %s (column %q)", column->reason,
                          ali_parquet_type_name(column->type), name, name_bytes);
    }
    ali_error_add_column(ctx, name, name_bytes);
    return status;
}
