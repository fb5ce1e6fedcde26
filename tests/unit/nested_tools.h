// tests/unit/nested_tools.h: schemas of any types out of a short notation, and batches of them
// filled from a stream of random numbers. Serves unit tests and fuzz targets: what must not happen
// aborts.
//
// The notation: kinds, with what is below them in angle brackets; fields are named a, b, c, ... by
// their place among their siblings. `?8 utf8` is a dictionary of text with codes of 8 bits.
//
//     list<struct<i32,utf8>>  map<struct<utf8,i64>>  fixed_list3<f32>  dense<i8,utf8>  ree16<utf8>
#ifndef ALI_TESTS_NESTED_TOOLS_H
#define ALI_TESTS_NESTED_TOOLS_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "column/column.h"

#pragma GCC diagnostic ignored "-Wunused-function"

static void nested_must(ali_status status) {
    if (status < 0) abort();
}

// --- types ---------------------------------------------------------------------------------------

#define NESTED_NODES_MAX 64u

static const struct {
    const char *name;
    ali_type type;
} nested_kinds[] = {
    {"null", {.kind = ALI_TYPE_NULL}},
    {"bool", {.kind = ALI_TYPE_BOOL, .bits = 1}},
    {"i8", {.kind = ALI_TYPE_INT, .bits = 8, .is_signed = 1}},
    {"i16", {.kind = ALI_TYPE_INT, .bits = 16, .is_signed = 1}},
    {"i32", {.kind = ALI_TYPE_INT, .bits = 32, .is_signed = 1}},
    {"i64", {.kind = ALI_TYPE_INT, .bits = 64, .is_signed = 1}},
    {"u8", {.kind = ALI_TYPE_INT, .bits = 8}},
    {"u16", {.kind = ALI_TYPE_INT, .bits = 16}},
    {"u32", {.kind = ALI_TYPE_INT, .bits = 32}},
    {"u64", {.kind = ALI_TYPE_INT, .bits = 64}},
    {"f16", {.kind = ALI_TYPE_FLOAT, .bits = 16}},
    {"f32", {.kind = ALI_TYPE_FLOAT, .bits = 32}},
    {"f64", {.kind = ALI_TYPE_FLOAT, .bits = 64}},
    {"utf8", {.kind = ALI_TYPE_UTF8}},
    {"binary", {.kind = ALI_TYPE_BINARY}},
    {"large_utf8", {.kind = ALI_TYPE_LARGE_UTF8}},
    {"large_binary", {.kind = ALI_TYPE_LARGE_BINARY}},
    {"utf8_view", {.kind = ALI_TYPE_UTF8_VIEW}},
    {"binary_view", {.kind = ALI_TYPE_BINARY_VIEW}},
    {"date32", {.kind = ALI_TYPE_DATE, .bits = 32, .unit = ALI_UNIT_DAY}},
    {"date64", {.kind = ALI_TYPE_DATE, .bits = 64, .unit = ALI_UNIT_MILLI}},
    {"time_s", {.kind = ALI_TYPE_TIME, .bits = 32, .unit = ALI_UNIT_SECOND}},
    {"time_ns", {.kind = ALI_TYPE_TIME, .bits = 64, .unit = ALI_UNIT_NANO}},
    {"ts_us", {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MICRO}},
    {"ts_ns_utc", {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_NANO, .zone = "UTC"}},
    {"duration", {.kind = ALI_TYPE_DURATION, .bits = 64, .unit = ALI_UNIT_MILLI}},
    {"months", {.kind = ALI_TYPE_INTERVAL, .bits = 32}},
    {"day_time", {.kind = ALI_TYPE_INTERVAL, .bits = 64}},
    {"month_day_nano", {.kind = ALI_TYPE_INTERVAL, .bits = 128}},
    {"d32", {.kind = ALI_TYPE_DECIMAL, .bits = 32, .precision = 9, .scale = 2}},
    {"d64", {.kind = ALI_TYPE_DECIMAL, .bits = 64, .precision = 18, .scale = 18}},
    {"d128", {.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 38, .scale = -2}},
    {"d256", {.kind = ALI_TYPE_DECIMAL, .bits = 256, .precision = 76, .scale = 40}},
    {"fixed3", {.kind = ALI_TYPE_FIXED_BINARY, .bits = 24}},
    {"uuid", {.kind = ALI_TYPE_FIXED_BINARY, .bits = 128}},
    {"list", {.kind = ALI_TYPE_LIST}},
    {"large_list", {.kind = ALI_TYPE_LARGE_LIST}},
    {"list_view", {.kind = ALI_TYPE_LIST_VIEW}},
    {"large_list_view", {.kind = ALI_TYPE_LARGE_LIST_VIEW}},
    {"fixed_list3", {.kind = ALI_TYPE_FIXED_LIST, .list_size = 3}},
    {"fixed_list0", {.kind = ALI_TYPE_FIXED_LIST, .list_size = 0}},
    {"fixed_list256", {.kind = ALI_TYPE_FIXED_LIST, .list_size = 256}},
    {"struct", {.kind = ALI_TYPE_STRUCT}},
    {"variant", {.kind = ALI_TYPE_STRUCT}},
    {"map", {.kind = ALI_TYPE_MAP}},
    {"sparse", {.kind = ALI_TYPE_UNION}},
    {"dense", {.kind = ALI_TYPE_UNION, .flags = ALI_TYPE_IS_DENSE}},
    {"ree16", {.kind = ALI_TYPE_RUN_END}},
    {"ree32", {.kind = ALI_TYPE_RUN_END}},
    {"ree64", {.kind = ALI_TYPE_RUN_END}},
};

// The type ids of unions, by place.
static const int8_t nested_type_ids[] = {5, 0, 7, 127, 64};

typedef struct nested_parser {
    const char *at;
    ali_field fields[NESTED_NODES_MAX];
    ali_type types[NESTED_NODES_MAX];
    uint32_t count;
} nested_parser;

static const char *const nested_names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
                                           "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v"};

static void nested_name(ali_field *field, const char *name) {
    field->name = name;
    field->name_bytes = strlen(name);
}

static ali_type *nested_add(nested_parser *by, const char *name) {
    if (by->count == NESTED_NODES_MAX) abort();
    ali_type *type = &by->types[by->count];
    by->fields[by->count] = (ali_field){.type = type, .is_nullable = true};
    nested_name(&by->fields[by->count], name);
    by->count += 1;
    return type;
}

static void nested_parse(nested_parser *by, uint32_t place);

// Parses the fields below one, up to the bracket.
static void nested_parse_below(nested_parser *by, ali_type *type, uint32_t place) {
    by->at += 1;
    while (*by->at != '>') {
        if (*by->at == ',') by->at += 1;
        type->children_count += 1;
        nested_parse(by, place);
        place += 1;
    }
    by->at += 1;
}

static void nested_parse(nested_parser *by, uint32_t place) {
    static const ali_pair uuid = {"ARROW:extension:name", "arrow.uuid", 20, 10};
    static const ali_pair variant = {"ARROW:extension:name", "arrow.parquet.variant", 20, 21};
    uint32_t index_bits = 0;
    if (*by->at == '?') {
        index_bits = (uint32_t)strtoul(by->at + 1, NULL, 10);
        by->at = strchr(by->at, ' ') + 1;
    }
    const size_t length = strcspn(by->at, "<>,");
    const uint32_t node = by->count;
    ali_type *type = nested_add(by, nested_names[place]);
    for (uint32_t i = 0; i < ALI_COUNT_OF(nested_kinds); i += 1) {
        const char *name = nested_kinds[i].name;
        if (strlen(name) == length && memcmp(name, by->at, length) == 0) {
            *type = nested_kinds[i].type;
        }
    }
    if (type->kind == 0) abort();
    type->index_bits = (uint8_t)index_bits;
    type->index_is_signed = index_bits != 0;
    if (length == 4 && memcmp(by->at, "uuid", 4) == 0) by->fields[node].metadata = &uuid;
    if (length == 7 && memcmp(by->at, "variant", 7) == 0) by->fields[node].metadata = &variant;
    by->fields[node].metadata_count = by->fields[node].metadata != NULL;
    if (type->kind == ALI_TYPE_UNION) type->type_ids = nested_type_ids;
    if (type->kind == ALI_TYPE_RUN_END) {
        const uint32_t bits = (uint32_t)strtoul(by->at + 3, NULL, 10);
        *nested_add(by, "run_ends") =
            (ali_type){.kind = ALI_TYPE_INT, .bits = bits, .is_signed = 1};
        by->fields[by->count - 1].is_nullable = false;
        type->children_count = 1;
    }
    by->at += length;
    if (*by->at == '<') nested_parse_below(by, type, type->children_count);
    if (by->fields[node].metadata == &variant) {
        nested_name(&by->fields[node + 1], "metadata");
        nested_name(&by->fields[node + 2], "value");
    }
}

// Makes a schema of some fields, separated by commas.
static ali_schema *nested_schema_of(ali_context *ctx, const char *notation) {
    nested_parser *by = calloc(1, sizeof *by);
    by->at = notation;
    for (uint32_t place = 0; *by->at != 0; place += 1) {
        if (*by->at == ',') by->at += 1;
        nested_parse(by, place);
    }
    ali_schema *schema = NULL;
    nested_must(ali_schema_new(ctx, by->fields, by->count, NULL, 0, &schema));
    free(by);
    return schema;
}

// --- values --------------------------------------------------------------------------------------

// Where random numbers come from: bytes, and then a generator.
typedef struct nested_source {
    const uint8_t *bytes;
    size_t left;
    uint64_t state;
} nested_source;

static uint32_t nested_below(nested_source *from, uint32_t end) {
    uint64_t value = 0;
    if (from->left > 0) {
        value = from->bytes[0];
        from->bytes += 1;
        from->left -= 1;
        if (end > 256 && from->left > 0) value = value << 8 | from->bytes[0];
    } else { // xorshift64*
        from->state ^= from->state >> 12;
        from->state ^= from->state << 25;
        from->state ^= from->state >> 27;
        value = from->state * UINT64_C(0x2545F4914F6CDD1D) >> 33;
    }
    return (uint32_t)(value % end);
}

static ali_buf *nested_buf(ali_context *ctx, uint64_t size_bytes) {
    ali_buf *buf = NULL;
    nested_must(ali_buf_zero(ctx, size_bytes, &buf));
    return buf;
}

static void nested_put(ali_buf *buf, uint64_t width, uint64_t index, uint64_t value) {
    memcpy(buf->data + index * width, &value, width);
}

static void nested_fill_nulls(ali_context *ctx, ali_column *column, nested_source *from) {
    const uint32_t kind = column->type->kind;
    if (kind == ALI_TYPE_NULL) column->null_count = column->length;
    if (kind == ALI_TYPE_NULL || kind == ALI_TYPE_UNION || kind == ALI_TYPE_RUN_END) return;
    if (nested_below(from, 3) == 0) return;
    column->validity = nested_buf(ctx, (column->length + 7) / 8);
    for (uint64_t i = 0; i < column->length; i += 1) {
        if (nested_below(from, 4) == 0) {
            column->null_count += 1;
        } else {
            column->validity->data[i / 8] |= (uint8_t)(1u << (i % 8));
        }
    }
    if (column->null_count != 0) return;
    ali_buf_release(column->validity);
    column->validity = NULL;
}

// Some bytes of text: mostly letters, now and then what must be escaped or is not ASCII.
static uint32_t nested_fill_text(uint8_t *to, uint32_t length, nested_source *from) {
    static const char *const odd[] = {"\"", "\\", "\n", "\x01", "\xC3\xA9", "\xF0\x9F\x90\xA2",
                                      ","};
    uint32_t at = 0;
    while (at < length) {
        const char *piece = odd[nested_below(from, ALI_COUNT_OF(odd))];
        const uint32_t piece_bytes = (uint32_t)strlen(piece);
        if (nested_below(from, 8) == 0 && at + piece_bytes <= length) {
            memcpy(to + at, piece, piece_bytes);
            at += piece_bytes;
        } else {
            to[at] = (uint8_t)('a' + nested_below(from, 26));
            at += 1;
        }
    }
    return at;
}

static void nested_fill_bytes(ali_context *ctx, ali_column *column, nested_source *from,
                              uint64_t width) {
    uint64_t sum = 0;
    column->offsets = nested_buf(ctx, (column->length + 1) * width);
    column->data = nested_buf(ctx, column->length * 20);
    for (uint64_t i = 0; i < column->length; i += 1) {
        sum += nested_fill_text(column->data->data + sum, nested_below(from, 20), from);
        nested_put(column->offsets, width, i + 1, sum);
    }
    column->data->size_bytes = sum;
}

// Two buffers, into which long views point.
static void nested_fill_views(ali_context *ctx, ali_column *column, nested_source *from) {
    nested_must(ali_buffers_new(ctx, 2, &column->buffers));
    for (uint32_t i = 0; i < 2; i += 1) {
        ali_buf *buf = nested_buf(ctx, 64);
        for (uint32_t k = 0; k < 64; k += 1) buf->data[k] = (uint8_t)('A' + (k + i) % 26);
        ali_buffers_put(column->buffers, i, buf);
    }
    column->values = nested_buf(ctx, column->length * 16);
    for (uint64_t i = 0; i < column->length; i += 1) {
        uint8_t *view = column->values->data + i * 16;
        const uint32_t length = nested_below(from, 26);
        ali_store_u32(view, length);
        if (length <= 12) {
            (void)nested_fill_text(view + 4, length, from);
            continue;
        }
        const uint32_t number = nested_below(from, 2);
        const uint32_t offset = nested_below(from, 64 - length);
        memcpy(view + 4, column->buffers->bytes[number].data + offset, 4);
        ali_store_u32(view + 8, number);
        ali_store_u32(view + 12, offset);
    }
}

static void nested_fill_lists(ali_context *ctx, ali_column *column, nested_source *from,
                              uint64_t width) {
    uint64_t sum = 0;
    column->offsets = nested_buf(ctx, (column->length + 1) * width);
    for (uint64_t i = 0; i < column->length; i += 1) {
        sum += nested_below(from, 4);
        nested_put(column->offsets, width, i + 1, sum);
    }
    column[1].length = sum;
}

static void nested_fill_list_views(ali_context *ctx, ali_column *column, nested_source *from,
                                   uint64_t width) {
    const uint32_t items = column->length == 0 ? 0 : (uint32_t)column->length + 5;
    column->offsets = nested_buf(ctx, column->length * width);
    column->values = nested_buf(ctx, column->length * width);
    for (uint64_t i = 0; i < column->length; i += 1) {
        const uint32_t size = nested_below(from, 4);
        nested_put(column->offsets, width, i, nested_below(from, items - size));
        nested_put(column->values, width, i, size);
    }
    column[1].length = items;
}

// The places of children, in pre-order from their parent.
static uint32_t nested_child(const ali_column *column, uint32_t index) {
    return (uint32_t)(ali_column_child(column, index) - column);
}

static void nested_fill_union(ali_context *ctx, ali_column *column, nested_source *from) {
    const ali_type *type = column->type;
    const bool is_dense = (type->flags & ALI_TYPE_IS_DENSE) != 0;
    column->values = nested_buf(ctx, column->length);
    if (is_dense) column->offsets = nested_buf(ctx, column->length * 4);
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        column[nested_child(column, i)].length = is_dense ? 0 : column->length;
    }
    for (uint64_t i = 0; i < column->length; i += 1) {
        const uint32_t index = nested_below(from, type->children_count);
        ali_column *child = &column[nested_child(column, index)];
        column->values->data[i] = (uint8_t)type->type_ids[index];
        if (!is_dense) continue;
        const bool is_again = child->length > 0 && nested_below(from, 4) == 0;
        nested_put(column->offsets, 4, i, is_again ? child->length - 1 : child->length);
        child->length += is_again ? 0 : 1;
    }
}

static void nested_fill_runs(ali_context *ctx, ali_column *column, nested_source *from) {
    const uint64_t width = column[1].type->bits / 8;
    uint64_t end = 0;
    uint64_t runs = 0;
    column[1].values = nested_buf(ctx, column->length * width);
    while (end < column->length) {
        end = ali_min_u64(end + 1 + nested_below(from, 5), column->length);
        nested_put(column[1].values, width, runs, end);
        runs += 1;
    }
    column[1].values->size_bytes = runs * width;
    column[1].length = column[2].length = runs;
}

static void nested_fill_fixed(ali_context *ctx, ali_column *column, nested_source *from) {
    const uint64_t bits = column->type->bits;
    column->values = nested_buf(ctx, (column->length * bits + 7) / 8);
    for (uint64_t i = 0; i < column->values->size_bytes; i += 1) {
        column->values->data[i] = (uint8_t)nested_below(from, 256);
    }
}

static void nested_fill_plain(ali_context *ctx, ali_column *column, nested_source *from) {
    switch (column->type->kind) {
    case ALI_TYPE_NULL:
    case ALI_TYPE_STRUCT:
        for (uint32_t i = 0; i < column->type->children_count; i += 1) {
            column[nested_child(column, i)].length = column->length;
        }
        return;
    case ALI_TYPE_UTF8:
    case ALI_TYPE_BINARY:
        nested_fill_bytes(ctx, column, from, 4);
        return;
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_LARGE_BINARY:
        nested_fill_bytes(ctx, column, from, 8);
        return;
    case ALI_TYPE_UTF8_VIEW:
    case ALI_TYPE_BINARY_VIEW:
        nested_fill_views(ctx, column, from);
        return;
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
        nested_fill_lists(ctx, column, from, 4);
        return;
    case ALI_TYPE_LARGE_LIST:
        nested_fill_lists(ctx, column, from, 8);
        return;
    case ALI_TYPE_LIST_VIEW:
        nested_fill_list_views(ctx, column, from, 4);
        return;
    case ALI_TYPE_LARGE_LIST_VIEW:
        nested_fill_list_views(ctx, column, from, 8);
        return;
    case ALI_TYPE_FIXED_LIST:
        column[1].length = column->length * column->type->list_size;
        return;
    case ALI_TYPE_UNION:
        nested_fill_union(ctx, column, from);
        return;
    case ALI_TYPE_RUN_END:
        nested_fill_runs(ctx, column, from);
        return;
    default:
        nested_fill_fixed(ctx, column, from);
        return;
    }
}

static void nested_fill(ali_context *ctx, ali_schema *schema, ali_column *columns, uint32_t count,
                        nested_source *from);

// A dictionary of seven values, without nulls at the top.
static void nested_fill_codes(ali_context *ctx, ali_schema *schema, ali_column *column,
                              nested_source *from) {
    const uint32_t span = column->type->span;
    ali_column *values = calloc(span, sizeof *values);
    for (uint32_t i = 0; i < span; i += 1) values[i].type = column[i].type;
    values->length = 7;
    nested_fill_plain(ctx, values, from);
    nested_fill(ctx, schema, values + 1, span - 1, from);
    nested_must(ali_dictionary_new(ctx, schema, values, &column->dictionary));
    free(values);
    column->encoding = ALI_ENCODING_DICTIONARY;
    column->values = nested_buf(ctx, column->length * 4);
    for (uint64_t i = 0; i < column->length; i += 1) {
        nested_put(column->values, 4, i, nested_below(from, 7));
    }
}

// Fills columns in pre-order, whose lengths are known or told by those before.
static void nested_fill(ali_context *ctx, ali_schema *schema, ali_column *columns, uint32_t count,
                        nested_source *from) {
    for (uint32_t i = 0; i < count;) {
        ali_column *column = &columns[i];
        const bool are_ends = column->values != NULL;
        i += column->type->index_bits != 0 ? column->type->span : 1;
        if (are_ends) continue;
        nested_fill_nulls(ctx, column, from);
        if (column->type->index_bits != 0) {
            nested_fill_codes(ctx, schema, column, from);
        } else {
            nested_fill_plain(ctx, column, from);
        }
    }
}

static ali_batch *nested_batch(ali_context *ctx, ali_schema *schema, uint64_t rows,
                               nested_source *from) {
    ali_batch *batch = NULL;
    nested_must(ali_batch_new(ctx, schema, rows, &batch));
    nested_fill(ctx, schema, batch->columns, schema->nodes_count, from);
    return batch;
}

// A schema that has every kind, each nested in some way.
static const char *const nested_notations[] = {
    "null,bool,i8,u16,i32,u64,f16,f32,f64,date32,date64,time_s,time_ns,ts_us,ts_ns_utc,duration",
    "months,day_time,month_day_nano,d32,d64,d128,d256,fixed3,uuid",
    "utf8,binary,large_utf8,large_binary,utf8_view,binary_view",
    "list<i32>,large_list<utf8>,list_view<utf8_view>,large_list_view<bool>,fixed_list3<f32>",
    "list<list<list<utf8>>>,fixed_list3<list<fixed3>>,fixed_list0<i32>,list_view<list<i8>>",
    "struct<i32,utf8,struct<bool,null>>,struct<>,list<struct<i64,list<utf8>>>,map<struct<utf8,i64>"
    ">",
    "map<struct<i32,map<struct<utf8,f64>>>>,fixed_list3<struct<i8,map<struct<u8,utf8>>>>",
    "sparse<i32,utf8,struct<bool>>,dense<i32,utf8,list<i8>>,dense<null,u8>,list<dense<bool,i16>>",
    "struct<sparse<i8,dense<utf8,f64>>>,list_view<sparse<i32>>,fixed_list3<dense<utf8,i32>>",
    "ree16<utf8>,ree32<i64>,ree64<bool>,ree32<list<i32>>,list<ree32<utf8>>,struct<ree64<struct<i8>>"
    ">",
    "dense<ree32<i8>,utf8>,ree32<dense<i32,bool>>,ree32<?8 utf8>,ree16<ree32<utf8_view>>",
    "?8 utf8,?16 i32,?32 bool,?8 large_utf8,?8 utf8_view,?64 d256,?8 fixed3,?8 binary",
    "?8 list<i32>,?8 struct<i32,utf8>,list<?8 utf8>,struct<?8 large_binary,?8 i64>,?8 ree32<i8>",
    "?8 list<struct<?16 utf8,?8 list<?8 i32>>>,?8 dense<?8 utf8,i32>,map<struct<?8 utf8,?8 bool>>",
    "large_list<large_list<large_utf8>>,list_view<large_list<ree16<i32>>>,?8 list_view<utf8_view>",
};

#endif
