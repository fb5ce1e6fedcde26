// column/cdata_schema.c: schemas out of structs of the Arrow C data interface
// (https://arrow.apache.org/docs/format/CDataInterface.html, "Data type description"). The structs
// are counted and checked first, and then become fields in pre-order; a field with a dictionary is
// one of the dictionary's type with the width of its codes. Left out: dictionaries of dictionaries.
#include "base/mem.h"
#include "base/text.h"
#include "column/column.h"

// A struct whose children are on their way.
typedef struct level {
    const struct ArrowSchema *schema; // the dictionary's, if there is one
    int64_t next;
} level;

// Metadata pairs and type ids are put into arrays of their own, whose sizes were counted.
typedef struct reader {
    ali_context *ctx;
    level levels[ALI_TYPE_DEPTH_MAX + 1];
    uint32_t depth;
    uint32_t count; // fields
    uint64_t pairs_count;
    uint64_t ids_count;
    ali_field *fields; // NULL while counting
    ali_type *types;
    ali_pair *pairs;
    int8_t *ids;
} reader;

// --- errors --------------------------------------------------------------------------------------

static ali_status fail(const reader *by, ali_status status, const struct ArrowSchema *schema,
                       const char *what) {
    const char *name = schema->name == NULL ? "" : schema->name;
    const ali_status failed =
        ali_fail(by->ctx, status, "column %q %s", name, ali_text_length(name), what);
    ali_error_add_column(by->ctx, name, ali_text_length(name));
    return failed;
}

static ali_status corrupt(const reader *by, const struct ArrowSchema *schema, const char *what) {
    return fail(by, ALI_ERR_CORRUPT, schema, what);
}

static ali_status unsupported(const reader *by, const struct ArrowSchema *schema) {
    const char *name = schema->name == NULL ? "" : schema->name;
    const char *format = schema->format == NULL ? "" : schema->format;
    const ali_status status = ali_fail(by->ctx, ALI_ERR_UNSUPPORTED,
                                       "column %q has the format %q, which is not supported", name,
                                       ali_text_length(name), format, ali_text_length(format));
    ali_error_add_column(by->ctx, name, ali_text_length(name));
    return status;
}

// --- formats -------------------------------------------------------------------------------------

typedef struct format {
    char text[5];
    uint8_t kind;
    uint8_t unit;
    uint8_t is_signed;
    uint8_t bits;
} format;

// Formats that are whole, and beginnings of those with parameters (with a colon).
static const format formats[] = {
    {"n", ALI_TYPE_NULL, 0, 0, 0},
    {"b", ALI_TYPE_BOOL, 0, 0, 1},
    {"c", ALI_TYPE_INT, 0, 1, 8},
    {"C", ALI_TYPE_INT, 0, 0, 8},
    {"s", ALI_TYPE_INT, 0, 1, 16},
    {"S", ALI_TYPE_INT, 0, 0, 16},
    {"i", ALI_TYPE_INT, 0, 1, 32},
    {"I", ALI_TYPE_INT, 0, 0, 32},
    {"l", ALI_TYPE_INT, 0, 1, 64},
    {"L", ALI_TYPE_INT, 0, 0, 64},
    {"e", ALI_TYPE_FLOAT, 0, 0, 16},
    {"f", ALI_TYPE_FLOAT, 0, 0, 32},
    {"g", ALI_TYPE_FLOAT, 0, 0, 64},
    {"z", ALI_TYPE_BINARY, 0, 0, 0},
    {"Z", ALI_TYPE_LARGE_BINARY, 0, 0, 0},
    {"vz", ALI_TYPE_BINARY_VIEW, 0, 0, 0},
    {"u", ALI_TYPE_UTF8, 0, 0, 0},
    {"U", ALI_TYPE_LARGE_UTF8, 0, 0, 0},
    {"vu", ALI_TYPE_UTF8_VIEW, 0, 0, 0},
    {"d:", ALI_TYPE_DECIMAL, 0, 0, 128},
    {"w:", ALI_TYPE_FIXED_BINARY, 0, 0, 0},
    {"tdD", ALI_TYPE_DATE, ALI_UNIT_DAY, 0, 32},
    {"tdm", ALI_TYPE_DATE, ALI_UNIT_MILLI, 0, 64},
    {"tts", ALI_TYPE_TIME, ALI_UNIT_SECOND, 0, 32},
    {"ttm", ALI_TYPE_TIME, ALI_UNIT_MILLI, 0, 32},
    {"ttu", ALI_TYPE_TIME, ALI_UNIT_MICRO, 0, 64},
    {"ttn", ALI_TYPE_TIME, ALI_UNIT_NANO, 0, 64},
    {"tss:", ALI_TYPE_TIMESTAMP, ALI_UNIT_SECOND, 0, 64},
    {"tsm:", ALI_TYPE_TIMESTAMP, ALI_UNIT_MILLI, 0, 64},
    {"tsu:", ALI_TYPE_TIMESTAMP, ALI_UNIT_MICRO, 0, 64},
    {"tsn:", ALI_TYPE_TIMESTAMP, ALI_UNIT_NANO, 0, 64},
    {"tDs", ALI_TYPE_DURATION, ALI_UNIT_SECOND, 0, 64},
    {"tDm", ALI_TYPE_DURATION, ALI_UNIT_MILLI, 0, 64},
    {"tDu", ALI_TYPE_DURATION, ALI_UNIT_MICRO, 0, 64},
    {"tDn", ALI_TYPE_DURATION, ALI_UNIT_NANO, 0, 64},
    {"tiM", ALI_TYPE_INTERVAL, 0, 0, 32},
    {"tiD", ALI_TYPE_INTERVAL, 0, 0, 64},
    {"tin", ALI_TYPE_INTERVAL, 0, 0, 128},
    {"+l", ALI_TYPE_LIST, 0, 0, 0},
    {"+L", ALI_TYPE_LARGE_LIST, 0, 0, 0},
    {"+vl", ALI_TYPE_LIST_VIEW, 0, 0, 0},
    {"+vL", ALI_TYPE_LARGE_LIST_VIEW, 0, 0, 0},
    {"+w:", ALI_TYPE_FIXED_LIST, 0, 0, 0},
    {"+s", ALI_TYPE_STRUCT, 0, 0, 0},
    {"+m", ALI_TYPE_MAP, 0, 0, 0},
    {"+ud:", ALI_TYPE_UNION, 1, 0, 0},
    {"+us:", ALI_TYPE_UNION, 0, 0, 0},
    {"+r", ALI_TYPE_RUN_END, 0, 0, 0},
};

// Finds a format, and its parameters behind the colon; NULL if it is unknown.
static const format *find_format(const char *text, const char **parameters) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(formats); i += 1) {
        const char *known = formats[i].text;
        size_t length = 0;
        while (length < sizeof formats[i].text && known[length] != 0 &&
               known[length] == text[length]) {
            length += 1;
        }
        if (known[length] != 0) continue;
        *parameters = text + length;
        if (known[length - 1] == ':' || text[length] == 0) return &formats[i];
    }
    return NULL;
}

// Reads a number of up to nine digits, and a comma behind it. False: there is none.
static bool read_number(const char **text, int32_t *number) {
    const char *at = *text;
    const bool is_negative = *at == '-';
    int32_t value = 0;
    uint32_t digits = 0;
    if (is_negative) at += 1;
    for (; *at >= '0' && *at <= '9' && digits < 9; digits += 1, at += 1) {
        value = value * 10 + (*at - '0');
    }
    if (digits == 0 || (*at != 0 && *at != ',')) return false;
    *number = is_negative ? -value : value;
    *text = *at == ',' ? at + 1 : at;
    return true;
}

static bool read_decimal(ali_type *type, const char *text) {
    int32_t bits = 128;
    if (!read_number(&text, &type->precision) || !read_number(&text, &type->scale)) return false;
    if (*text != 0 && !read_number(&text, &bits)) return false;
    type->bits = (uint32_t)bits;
    return *text == 0 && (bits == 32 || bits == 64 || bits == 128 || bits == 256);
}

// A union has a type id, of 0 to 127, for each child, and each once.
static bool read_ids(reader *by, ali_type *type, const char *text, int64_t children) {
    const uint64_t first = by->ids_count;
    bool is_seen[128] = {false};
    for (int64_t i = 0; i < children; i += 1) {
        int32_t id = 0;
        if (!read_number(&text, &id) || id < 0 || id > 127 || is_seen[id]) return false;
        is_seen[id] = true;
        if (by->ids != NULL) by->ids[by->ids_count] = (int8_t)id;
        by->ids_count += 1;
    }
    if (by->ids != NULL) type->type_ids = by->ids + first;
    return *text == 0;
}

static bool read_parameters(reader *by, ali_type *type, const char *text, int64_t children) {
    int32_t number = 0;
    switch (type->kind) {
    case ALI_TYPE_DECIMAL:
        return read_decimal(type, text);
    case ALI_TYPE_FIXED_BINARY:
        if (!read_number(&text, &number) || number < 0 || number > INT32_MAX / 8) return false;
        type->bits = 8 * (uint32_t)number;
        return *text == 0;
    case ALI_TYPE_FIXED_LIST:
        if (!read_number(&text, &number) || number < 0) return false;
        type->list_size = (uint32_t)number;
        return *text == 0;
    case ALI_TYPE_TIMESTAMP:
        type->zone = text;
        return true;
    case ALI_TYPE_UNION:
        return read_ids(by, type, text, children);
    default:
        return true;
    }
}

// --- fields --------------------------------------------------------------------------------------

static bool is_int(const struct ArrowSchema *schema, const format **found) {
    const char *parameters = NULL;
    *found = schema->format == NULL ? NULL : find_format(schema->format, &parameters);
    return *found != NULL && (*found)->kind == ALI_TYPE_INT;
}

// A nested type has the children that it should.
static bool has_children(const struct ArrowSchema *schema, uint32_t kind) {
    const format *ends = NULL;
    switch (kind) {
    case ALI_TYPE_LIST:
    case ALI_TYPE_LARGE_LIST:
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
    case ALI_TYPE_FIXED_LIST:
        return schema->n_children == 1;
    case ALI_TYPE_MAP: {
        const struct ArrowSchema *entries = schema->n_children == 1 ? schema->children[0] : NULL;
        return entries != NULL && entries->format != NULL && entries->dictionary == NULL &&
               ali_text_is(entries->format, ali_text_length(entries->format), "+s") &&
               entries->n_children == 2;
    }
    case ALI_TYPE_RUN_END:
        return schema->n_children == 2 && schema->children[0] != NULL &&
               schema->children[0]->dictionary == NULL && is_int(schema->children[0], &ends) &&
               ends->is_signed != 0 && ends->bits >= 16;
    case ALI_TYPE_STRUCT:
    case ALI_TYPE_UNION:
        return true;
    default:
        return schema->n_children == 0;
    }
}

// Bytes of the metadata's binary form are not told; a count that is negative is noticed.
static ali_status read_pairs(reader *by, const struct ArrowSchema *schema, const char *metadata,
                             const ali_pair **pairs, uint32_t *count) {
    *pairs = NULL;
    *count = 0;
    if (metadata == NULL) return ALI_OK;
    const uint8_t *at = (const uint8_t *)metadata;
    const uint32_t all = ali_load_u32(at);
    at += 4;
    for (uint32_t i = 0; i < all; i += 1) {
        ali_bytes texts[2];
        for (uint32_t k = 0; k < 2; k += 1) {
            const uint32_t length = ali_load_u32(at);
            if (all > INT32_MAX || length > INT32_MAX) {
                return corrupt(by, schema, "has metadata with a negative length");
            }
            texts[k] = (ali_bytes){at + 4, length};
            at += 4 + (size_t)length;
        }
        if (by->pairs != NULL) {
            by->pairs[by->pairs_count] = (ali_pair){.key = (const char *)texts[0].data,
                                                    .value = (const char *)texts[1].data,
                                                    .key_bytes = texts[0].count_bytes,
                                                    .value_bytes = texts[1].count_bytes};
        }
        by->pairs_count += 1;
    }
    *count = all;
    if (by->pairs != NULL && all != 0) *pairs = by->pairs + (by->pairs_count - all);
    return ALI_OK;
}

static ali_status check_struct(reader *by, const struct ArrowSchema *schema) {
    if (schema->release == NULL) return corrupt(by, schema, "is released already");
    if (schema->format == NULL) return corrupt(by, schema, "lacks a format");
    if (schema->n_children < 0 || schema->n_children > UINT32_MAX) {
        return corrupt(by, schema, "has an impossible number of children");
    }
    if (schema->n_children == 0) return ALI_OK;
    if (schema->children == NULL) return corrupt(by, schema, "lacks its children");
    if ((uint64_t)by->count + (uint64_t)schema->n_children > by->ctx->limits.columns_max) {
        return ali_fail(by->ctx, ALI_ERR_LIMIT, "the schema has more than %u fields",
                        by->ctx->limits.columns_max);
    }
    for (int64_t i = 0; i < schema->n_children; i += 1) {
        if (schema->children[i] == NULL) return corrupt(by, schema, "lacks a child");
    }
    return ALI_OK;
}

// A field with a dictionary: the type is the dictionary's, codes are of an integer type.
static ali_status read_codes(reader *by, const struct ArrowSchema *schema, ali_type *type) {
    const format *codes = NULL;
    if (!is_int(schema, &codes) || schema->n_children != 0) {
        return corrupt(by, schema, "has codes that are no integers");
    }
    if (schema->dictionary->dictionary != NULL) {
        return fail(by, ALI_ERR_UNSUPPORTED, schema,
                    "has a dictionary of codes of a dictionary, which is not supported");
    }
    ALI_TRY(check_struct(by, schema->dictionary));
    type->index_bits = codes->bits;
    type->index_is_signed = codes->is_signed;
    if ((schema->flags & ARROW_FLAG_DICTIONARY_ORDERED) != 0) type->flags = ALI_TYPE_IS_ORDERED;
    return ALI_OK;
}

static ali_status read_type(reader *by, const struct ArrowSchema *schema, ali_type *type) {
    const char *parameters = NULL;
    const format *found = find_format(schema->format, &parameters);
    if (found == NULL) return unsupported(by, schema);
    if (!has_children(schema, found->kind)) {
        return corrupt(by, schema, "has other children than its format wants");
    }
    type->kind = found->kind;
    type->bits = found->bits;
    type->is_signed = found->is_signed;
    type->children_count = (uint32_t)schema->n_children;
    if (found->kind != ALI_TYPE_UNION) type->unit = found->unit;
    if (found->kind == ALI_TYPE_UNION && found->unit != 0) type->flags |= ALI_TYPE_IS_DENSE;
    if (found->kind == ALI_TYPE_MAP && (schema->flags & ARROW_FLAG_MAP_KEYS_SORTED) != 0) {
        type->flags |= ALI_TYPE_KEYS_SORTED;
    }
    if (!read_parameters(by, type, parameters, schema->n_children)) return unsupported(by, schema);
    return ALI_OK;
}

// Reads a field and puts its children on their way.
static ali_status read_field(reader *by, const struct ArrowSchema *schema) {
    ali_type type = {0};
    ali_field field = {.name = schema->name == NULL ? "" : schema->name};
    const struct ArrowSchema *of = schema;
    field.name_bytes = ali_text_length(field.name);
    field.is_nullable = (schema->flags & ARROW_FLAG_NULLABLE) != 0;
    ALI_TRY(check_struct(by, schema));
    ALI_TRY(read_pairs(by, schema, schema->metadata, &field.metadata, &field.metadata_count));
    if (schema->dictionary != NULL) {
        ALI_TRY(read_codes(by, schema, &type));
        of = schema->dictionary;
    }
    ALI_TRY(read_type(by, of, &type));
    if (by->fields != NULL) {
        by->types[by->count] = type;
        field.type = &by->types[by->count];
        by->fields[by->count] = field;
    }
    by->count += 1;
    if (by->count > by->ctx->limits.columns_max) {
        return ali_fail(by->ctx, ALI_ERR_LIMIT, "the schema has more than %u fields",
                        by->ctx->limits.columns_max);
    }
    if (of->n_children == 0) return ALI_OK;
    if (by->depth > ALI_TYPE_DEPTH_MAX) {
        return ali_fail(by->ctx, ALI_ERR_LIMIT,
                        "the schema has more than %u types inside one another", ALI_TYPE_DEPTH_MAX);
    }
    by->levels[by->depth] = (level){of, 0};
    by->depth += 1;
    return ALI_OK;
}

static ali_status read_fields(reader *by, const struct ArrowSchema *root) {
    by->count = 0;
    by->pairs_count = by->ids_count = 0;
    by->levels[0] = (level){root, 0};
    by->depth = 1;
    while (by->depth > 0) {
        level *top = &by->levels[by->depth - 1];
        if (top->next == top->schema->n_children) {
            by->depth -= 1;
            continue;
        }
        top->next += 1;
        ALI_TRY(read_field(by, top->schema->children[top->next - 1]));
    }
    return ALI_OK;
}

static ali_status read_root(reader *by, const struct ArrowSchema *root, ali_schema **schema) {
    const ali_pair *metadata = NULL;
    uint32_t metadata_count = 0;
    ALI_TRY(check_struct(by, root));
    if (!ali_text_is(root->format, ali_text_length(root->format), "+s") ||
        root->dictionary != NULL) {
        return ali_fail(by->ctx, ALI_ERR_TYPE,
                        "the schema to be imported has the format %q; a struct is expected",
                        root->format, ali_text_length(root->format));
    }
    ALI_TRY(read_fields(by, root)); // counts
    const uint64_t pairs_below = by->pairs_count;
    ALI_TRY(read_pairs(by, root, root->metadata, &metadata, &metadata_count));
    const uint64_t block_bytes = (uint64_t)by->count * (sizeof(ali_field) + sizeof(ali_type)) +
                                 by->pairs_count * sizeof(ali_pair) + by->ids_count + 1;
    const uint32_t fields_count = by->count;
    void *block = NULL;
    ALI_TRY(ali_mem_zero(by->ctx, block_bytes, &block));
    const uint64_t pairs_count = by->pairs_count;
    by->fields = block;
    by->types = (ali_type *)(void *)(by->fields + fields_count);
    by->pairs = (ali_pair *)(void *)(by->types + fields_count);
    by->ids = (int8_t *)(by->pairs + pairs_count);
    ali_status status = read_fields(by, root);
    ALI_ASSERT(status < 0 || by->pairs_count == pairs_below);
    (void)pairs_below;
    if (status == ALI_OK) {
        status = read_pairs(by, root, root->metadata, &metadata, &metadata_count);
    }
    if (status == ALI_OK) {
        status =
            ali_schema_new(by->ctx, by->fields, fields_count, metadata, metadata_count, schema);
    }
    ali_mem_free(by->ctx, block, block_bytes);
    return status;
}

ali_status ali_schema_import(ali_context *context, struct ArrowSchema *in, ali_schema **schema) {
    if (context == NULL || in == NULL || schema == NULL) return ALI_ERR_ARGUMENT;
    *schema = NULL;
    ali_error_begin(context);
    if (in->release == NULL) {
        return ali_fail(context, ALI_ERR_ARGUMENT, "the schema to be imported is released already");
    }
    void *pointer = NULL;
    ali_status status = ali_mem_zero(context, sizeof(reader), &pointer);
    if (status == ALI_OK) {
        reader *by = pointer;
        by->ctx = context;
        status = read_root(by, in, schema);
        ali_mem_free(context, by, sizeof *by);
    }
    in->release(in);
    in->release = NULL;
    return status;
}
