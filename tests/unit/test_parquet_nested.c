// tests/unit/test_parquet_nested.c: nested Parquet: shapes of schemas, levels to lists, structs and
// nulls, rows that go over pages, and what contradicts itself.
#include "parquet_tools.h"

// --- levels, by the most simple means ------------------------------------------------------------

#define DEPTH_MAX 3u
#define LEVELS_MAX 4000u

// A column of up to three fields inside one another, filled at random: its levels as the
// specification derives them from the values, and the values themselves as text.
typedef struct column_maker {
    int32_t shape[DEPTH_MAX]; // ALI_PARQUET_REQUIRED, ...; the last is of the leaf
    uint32_t depth;
    uint32_t seed;
    uint8_t repetition[LEVELS_MAX];
    uint8_t definition[LEVELS_MAX];
    uint32_t levels;
    uint32_t values;
    tool_bytes rows;
} column_maker;

static uint32_t next_random(column_maker *maker, uint32_t below) {
    maker->seed = maker->seed * 1664525u + 1013904223u;
    return (maker->seed >> 16) % below;
}

static void emit(column_maker *maker, uint32_t repetition, uint32_t definition) {
    assert_true(maker->levels < LEVELS_MAX);
    maker->repetition[maker->levels] = (uint8_t)repetition;
    maker->definition[maker->levels] = (uint8_t)definition;
    maker->levels += 1;
}

static void make_field(column_maker *maker, uint32_t at, uint32_t repetition, uint32_t definition);

static void make_body(column_maker *maker, uint32_t at, uint32_t repetition, uint32_t definition) {
    if (at + 1 == maker->depth) {
        emit(maker, repetition, definition);
        tool_print(&maker->rows, "%u", maker->values);
        maker->values += 1;
        return;
    }
    tool_print(&maker->rows, "{");
    make_field(maker, at + 1, repetition, definition);
    tool_print(&maker->rows, "}");
}

// Lists that a field lies in, itself among them.
static uint32_t lists_of(const column_maker *maker, uint32_t at) {
    uint32_t lists = 0;
    for (uint32_t i = 0; i <= at; i += 1) {
        lists += maker->shape[i] == ALI_PARQUET_REPEATED ? 1 : 0;
    }
    return lists;
}

static void make_field(column_maker *maker, uint32_t at, uint32_t repetition, uint32_t definition) {
    if (maker->shape[at] == ALI_PARQUET_REQUIRED) {
        make_body(maker, at, repetition, definition);
        return;
    }
    const bool is_list = maker->shape[at] == ALI_PARQUET_REPEATED;
    const uint32_t count = next_random(maker, is_list ? 4 : 2);
    if (is_list) tool_print(&maker->rows, "[");
    if (count == 0) emit(maker, repetition, definition);
    if (count == 0 && !is_list) tool_print(&maker->rows, "null");
    for (uint32_t i = 0; i < count; i += 1) {
        if (i != 0) tool_print(&maker->rows, ",");
        make_body(maker, at, i == 0 ? repetition : lists_of(maker, at), definition + 1);
    }
    if (is_list) tool_print(&maker->rows, "]");
}

static uint32_t highest_definition(const column_maker *maker) {
    uint32_t levels = 0;
    for (uint32_t i = 0; i < maker->depth; i += 1) {
        levels += maker->shape[i] != ALI_PARQUET_REQUIRED ? 1 : 0;
    }
    return levels;
}

// Levels as runs of one each.
static void put_levels(tool_bytes *to, const uint8_t *levels, uint32_t count, bool has_length) {
    if (has_length) tool_put_u32(to, 2 * count);
    for (uint32_t i = 0; i < count; i += 1) PUT(to, 1 << 1, levels[i]);
}

// Pages of `length` levels each, of either version.
static void put_pages(const column_maker *maker, uint32_t length, int32_t type, tool_bytes *pages) {
    const uint32_t highest = highest_definition(maker);
    const bool has_lists = lists_of(maker, maker->depth - 1) != 0;
    const bool is_v1 = type == ALI_PARQUET_DATA_PAGE;
    int32_t value = 0;
    for (uint32_t at = 0; at < maker->levels; at += length) {
        const uint32_t count = maker->levels - at < length ? maker->levels - at : length;
        tool_bytes body = {0};
        if (has_lists) put_levels(&body, maker->repetition + at, count, is_v1);
        const size_t repetition_bytes = body.count;
        if (highest != 0) put_levels(&body, maker->definition + at, count, is_v1);
        const size_t level_bytes = body.count - repetition_bytes;
        for (uint32_t i = 0; i < count; i += 1) {
            if (maker->definition[at + i] != highest) continue;
            tool_put_u32(&body, (uint32_t)value);
            value += 1;
        }
        tool_page page = tool_data_page((int32_t)count, ALI_PARQUET_PLAIN);
        page.type = type;
        page.level_bytes = (int32_t)level_bytes;
        page.repetition_bytes = (int32_t)repetition_bytes;
        tool_put_page(pages, &page, &body);
        release(&body);
    }
}

static void put_element(tool_bytes *to, int32_t type, int32_t repetition, const char *name,
                        uint32_t children, int32_t converted) {
    if (type != TOOL_NONE) tool_number(to, 1, type);
    tool_number(to, 3, repetition);
    tool_string(to, 4, name);
    if (children != 0) tool_number(to, 5, children);
    if (converted != TOOL_NONE) tool_number(to, 6, converted);
    tool_stop(to);
}

static tool_bytes file_of_column(const column_maker *maker, uint32_t rows, uint32_t length,
                                 int32_t type) {
    tool_bytes schema = {0};
    tool_bytes pages = {0};
    tool_list(&schema, 2, maker->depth + 1);
    put_element(&schema, TOOL_NONE, 0, "root", 1, TOOL_NONE);
    for (uint32_t i = 0; i + 1 < maker->depth; i += 1) {
        put_element(&schema, TOOL_NONE, maker->shape[i], "group", 1, TOOL_NONE);
    }
    put_element(&schema, ALI_PARQUET_INT32, maker->shape[maker->depth - 1], "leaf", 0, TOOL_NONE);
    put_pages(maker, length, type, &pages);
    const tool_column column = column_of("leaf", ALI_PARQUET_INT32, 0, maker->levels, &pages);
    const tool_bytes file = tool_file_of(&schema, &column, 1, rows, 1);
    release(&schema);
    release(&pages);
    return file;
}

// The rows of a text that are asked for.
static void expect_rows(const column_maker *maker, const tool_bytes *file, uint32_t offset,
                        uint32_t limit, uint32_t batch) {
    const ali_scan_options scan = {
        .size_bytes = sizeof scan, .offset_rows = offset, .limit_rows = limit, .batch_rows = batch};
    tool_result result = tool_read(file, &(tool_reading){.scan = &scan});
    assert_int_equal(result.status, ALI_OK);
    char *to = (char *)result.rows.data;
    for (const char *from = to; *from != 0; from += 1) {
        if (*from != '/') *to++ = *from;
    }
    *to = 0;
    const char *begin = (const char *)maker->rows.data;
    for (; offset != 0; offset -= 1) begin = strchr(begin, ';') + 1;
    const char *end = begin;
    while (*end != 0 && limit != 0) {
        end = strchr(end, ';') + 1;
        limit -= 1;
    }
    assert_int_equal(strlen((const char *)result.rows.data), end - begin);
    assert_memory_equal(result.rows.data, begin, (size_t)(end - begin));
    release(&result.rows);
}

static void check_shape(const int32_t *shape, uint32_t depth, uint32_t seed) {
    enum { ROWS = 40 };
    column_maker *maker = calloc(1, sizeof *maker);
    maker->depth = depth;
    maker->seed = seed;
    memcpy(maker->shape, shape, depth * sizeof *shape);
    for (uint32_t i = 0; i < ROWS; i += 1) {
        make_field(maker, 0, 0, 0);
        tool_print(&maker->rows, ";");
    }
    tool_put_byte(&maker->rows, 0);
    static const uint32_t lengths[] = {1, 3, 1000};
    for (uint32_t i = 0; i < ALI_COUNT_OF(lengths); i += 1) {
        for (uint32_t version = 1; version <= 2; version += 1) {
            tool_bytes file =
                file_of_column(maker, ROWS, lengths[i],
                               version == 1 ? ALI_PARQUET_DATA_PAGE : ALI_PARQUET_DATA_PAGE_V2);
            expect_rows(maker, &file, 0, ROWS, 1000);
            expect_rows(maker, &file, 0, ROWS, 3);
            expect_rows(maker, &file, 7, 11, 4);
            expect_rows(maker, &file, 39, 1, 1);
            release(&file);
        }
    }
    release(&maker->rows);
    free(maker);
}

static void levels_become_lists_structs_and_nulls(void **state) {
    (void)state;
    for (uint32_t depth = 1; depth <= DEPTH_MAX; depth += 1) {
        uint32_t shapes = 1;
        for (uint32_t i = 0; i < depth; i += 1) shapes *= 3;
        for (uint32_t shape = 0; shape < shapes; shape += 1) {
            int32_t repetitions[DEPTH_MAX];
            uint32_t left = shape;
            for (uint32_t i = 0; i < depth; i += 1, left /= 3) repetitions[i] = (int32_t)(left % 3);
            check_shape(repetitions, depth, 1 + shape);
        }
    }
}

// --- schemas -------------------------------------------------------------------------------------

typedef struct shape_element {
    int32_t type; // TOOL_NONE: a group
    int32_t repetition;
    const char *name;
    uint32_t children;
    int32_t converted; // TOOL_NONE
} shape_element;

typedef struct shape {
    const char *type; // as spelled
    uint32_t count;
    shape_element elements[6];
} shape;

#define GROUP(repetition, name, children, converted)                                               \
    {TOOL_NONE, repetition, name, children, converted}
#define INT32(repetition, name) {ALI_PARQUET_INT32, repetition, name, 0, TOOL_NONE}
#define LIST ALI_PARQUET_LIST
#define MAP ALI_PARQUET_MAP
#define OLD_MAP ALI_PARQUET_MAP_KEY_VALUE
#define NONE TOOL_NONE

// parquet-format, LogicalTypes.md, "Lists" and "Maps".
static const shape shapes[] = {
    {"struct<x: int32, y: int32>", 3, {GROUP(1, "a", 2, NONE), INT32(1, "x"), INT32(0, "y")}},
    {"struct<>", 1, {GROUP(1, "a", 0, NONE)}},
    {"list<int32>", 3, {GROUP(1, "a", 1, LIST), GROUP(2, "list", 1, NONE), INT32(1, "element")}},
    {"list<int32>", 3, {GROUP(1, "a", 1, LIST), GROUP(2, "bag", 1, NONE), INT32(1, "array_item")}},
    {"list<int32>", 2, {GROUP(1, "a", 1, LIST), INT32(2, "element")}},
    {"list<struct<x: int32, y: int32>>",
     4,
     {GROUP(1, "a", 1, LIST), GROUP(2, "element", 2, NONE), INT32(0, "x"), INT32(0, "y")}},
    {"list<struct<x: int32>>",
     3,
     {GROUP(1, "a", 1, LIST), GROUP(2, "array", 1, NONE), INT32(0, "x")}},
    {"list<struct<x: int32>>",
     3,
     {GROUP(1, "a", 1, LIST), GROUP(2, "a_tuple", 1, NONE), INT32(0, "x")}},
    {"list<int32>", 3, {GROUP(1, "a", 1, LIST), GROUP(2, "b_tuple", 1, NONE), INT32(0, "x")}},
    {"list<struct<x: list<int32>>>",
     3,
     {GROUP(1, "a", 1, LIST), GROUP(2, "list", 1, NONE), INT32(2, "x")}},
    {"list<list<int32>>",
     3,
     {GROUP(1, "a", 1, LIST), GROUP(2, "array", 1, LIST), INT32(2, "array")}},
    {"struct<x: int32>", 2, {GROUP(1, "a", 1, LIST), INT32(1, "x")}},
    {"struct<x: list<int32>, y: int32>", 3, {GROUP(1, "a", 2, LIST), INT32(2, "x"), INT32(0, "y")}},
    {"list<int32>", 1, {INT32(2, "a")}},
    {"list<struct<x: int32>>", 2, {GROUP(2, "a", 1, NONE), INT32(0, "x")}},
    {"list<list<int32>>", 2, {GROUP(2, "a", 1, LIST), INT32(2, "x")}},
    {"map<int32, int32>",
     4,
     {GROUP(1, "a", 1, MAP), GROUP(2, "key_value", 2, NONE), INT32(0, "key"), INT32(1, "value")}},
    {"map<int32, int32>",
     4,
     {GROUP(1, "a", 1, OLD_MAP), GROUP(2, "map", 2, NONE), INT32(1, "key"), INT32(1, "value")}},
    {"map<int32, int32>",
     4,
     {GROUP(1, "a", 1, MAP), GROUP(2, "map", 2, OLD_MAP), INT32(0, "k"), INT32(1, "v")}},
    {"map<int32, null>", 3, {GROUP(1, "a", 1, MAP), GROUP(2, "map", 1, NONE), INT32(0, "key")}},
    {"map<int32, list<int32>>",
     4,
     {GROUP(1, "a", 1, MAP), GROUP(2, "map", 2, NONE), INT32(0, "key"), INT32(2, "value")}},
    {"struct<x: list<struct<b: int32, c: int32, d: int32>>>",
     5,
     {GROUP(1, "a", 1, MAP), GROUP(2, "x", 3, NONE), INT32(0, "b"), INT32(0, "c"), INT32(0, "d")}},
    {"struct<x: struct<b: int32>>",
     3,
     {GROUP(1, "a", 1, MAP), GROUP(1, "x", 1, NONE), INT32(0, "b")}},
    {"struct<x: int32>", 2, {GROUP(1, "a", 1, MAP), INT32(0, "x")}},
};

static void lists_and_maps_of_all_shapes_are_known(void **state) {
    (void)state;
    for (uint32_t i = 0; i < ALI_COUNT_OF(shapes); i += 1) {
        tool_counter counter = {0};
        ali_context *ctx = tool_context(&counter);
        ali_dataset *dataset = NULL;
        tool_result result = {0};
        tool_bytes schema = {0};
        tool_list(&schema, 2, shapes[i].count + 1);
        put_element(&schema, TOOL_NONE, 0, "root", 1, TOOL_NONE);
        for (uint32_t k = 0; k < shapes[i].count; k += 1) {
            const shape_element *at = &shapes[i].elements[k];
            put_element(&schema, at->type, at->repetition, at->name, at->children, at->converted);
        }
        tool_bytes file = tool_file_of(&schema, NULL, 0, 0, 0);
        assert_int_equal(tool_open(&result, ctx, &file, &plainly, &dataset), ALI_OK);
        ali_dataset_info info = {.size_bytes = sizeof info};
        ali_field_info field = {.size_bytes = sizeof field};
        assert_int_equal(ali_dataset_describe(dataset, &info), ALI_OK);
        assert_int_equal(ali_field_describe(info.schema, 0, &field), ALI_OK);
        char text[100];
        (void)ali_type_spell(field.type, text, sizeof text);
        assert_string_equal(text, shapes[i].type);
        assert_int_equal(field.nullable, shapes[i].elements[0].repetition == 1);
        ali_dataset_release(dataset);
        ali_context_free(ctx);
        release(&file);
        release(&schema);
    }
}

// --- two leaves ----------------------------------------------------------------------------------

typedef struct leaf_levels {
    uint32_t count;
    uint8_t repetition[4];
    uint8_t definition[4];
} leaf_levels;

// A list of structs of two numbers, none of which may be null, in `rows` rows.
static tool_bytes file_of_pairs(const leaf_levels *one, const leaf_levels *other, uint32_t rows) {
    const leaf_levels *leaves[] = {one, other};
    tool_bytes schema = {0};
    tool_bytes pages[2] = {{0}, {0}};
    tool_column columns[2];
    tool_list(&schema, 2, 4);
    put_element(&schema, TOOL_NONE, 0, "root", 1, TOOL_NONE);
    put_element(&schema, TOOL_NONE, 2, "pairs", 2, TOOL_NONE);
    put_element(&schema, ALI_PARQUET_INT32, 0, "one", 0, TOOL_NONE);
    put_element(&schema, ALI_PARQUET_INT32, 0, "other", 0, TOOL_NONE);
    for (uint32_t i = 0; i < 2; i += 1) {
        tool_bytes body = {0};
        put_levels(&body, leaves[i]->repetition, leaves[i]->count, true);
        put_levels(&body, leaves[i]->definition, leaves[i]->count, true);
        for (uint32_t k = 0; k < leaves[i]->count; k += 1) {
            if (leaves[i]->definition[k] == 1) tool_put_u32(&body, 10 * i + k);
        }
        const tool_page page = tool_data_page((int32_t)leaves[i]->count, ALI_PARQUET_PLAIN);
        tool_put_page(&pages[i], &page, &body);
        columns[i] = column_of("x", ALI_PARQUET_INT32, 0, leaves[i]->count, &pages[i]);
        release(&body);
    }
    const tool_bytes file = tool_file_of(&schema, columns, 2, rows, 1);
    release(&schema);
    release(&pages[0]);
    release(&pages[1]);
    return file;
}

static void leaves_are_merged(void **state) {
    (void)state;
    const leaf_levels both = {4, {0, 1, 0, 0}, {1, 1, 0, 1}};
    tool_bytes file = file_of_pairs(&both, &both, 3);
    tool_expect_rows(&file, &plainly, "[{0,10},{1,11}];[];[{3,13}];/");
    release(&file);
}

static void leaves_that_contradict_each_other_are_found(void **state) {
    (void)state;
    static const struct {
        leaf_levels one;
        leaf_levels other;
        uint32_t rows;
        const char *words;
    } samples[] = {
        {{3, {0, 1, 0}, {1, 1, 1}},
         {3, {0, 0, 1}, {1, 1, 1}},
         2,
         "columns \"pairs.one\" and \"pairs.other\" differ in the lists and nulls around both"},
        {{2, {0, 0}, {1, 0}}, {2, {0, 0}, {1, 1}}, 2, "differ in the lists"},
        {{2, {1, 0}, {1, 1}}, {2, {0, 0}, {1, 1}}, 1, "go on with a list that has no items"},
        {{2, {0, 1}, {0, 1}}, {2, {0, 1}, {1, 1}}, 1, "go on with a list that has no items"},
        {{2, {0, 1}, {1, 0}}, {2, {0, 1}, {1, 1}}, 1, "go on with a list that has no items"},
        {{3, {0, 1, 1}, {1, 1, 1}}, {3, {0, 0, 0}, {1, 1, 1}}, 3, "where 2 more rows are expected"},
        {{3, {0, 0, 0}, {1, 1, 1}}, {3, {0, 0, 0}, {1, 1, 1}}, 2, "more rows than its row group"},
        {{1, {0}, {1}}, {1, {0}, {1}}, 2, "fewer values than its row group has rows"},
        {{1, {2}, {1}}, {1, {0}, {1}}, 1, "repetition level above 1"},
        {{1, {0}, {2}}, {1, {0}, {1}}, 1, "definition level above 1"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes file = file_of_pairs(&samples[i].one, &samples[i].other, samples[i].rows);
        tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT, samples[i].words);
        release(&file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_become_lists_structs_and_nulls),
        cmocka_unit_test(lists_and_maps_of_all_shapes_are_known),
        cmocka_unit_test(leaves_are_merged),
        cmocka_unit_test(leaves_that_contradict_each_other_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
