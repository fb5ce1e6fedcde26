// Types and schemas: spelling, widths, copies, projection, memory.
#include "column_tools.h"

static const struct {
    ali_type type;
    const char *spelling;
    uint32_t width;
} types[] = {
    {TOOL_KIND(NULL), "null", 0},
    {TOOL_BOOL, "bool", 0},
    {TOOL_INT(8, 1), "int8", 1},
    {TOOL_INT(64, 1), "int64", 8},
    {TOOL_INT(8, 0), "uint8", 1},
    {TOOL_INT(32, 0), "uint32", 4},
    {TOOL_FLOAT(16), "float16", 2},
    {TOOL_FLOAT(64), "float64", 8},
    {TOOL_KIND(UTF8), "utf8", 0},
    {TOOL_KIND(BINARY), "binary", 0},
    {{.kind = ALI_TYPE_FIXED_BINARY, .bits = 128}, "fixed_binary(16)", 16},
    {{.kind = ALI_TYPE_DATE, .bits = 32, .unit = ALI_UNIT_DAY}, "date32", 4},
    {{.kind = ALI_TYPE_DATE, .bits = 64, .unit = ALI_UNIT_MILLI}, "date64", 8},
    {{.kind = ALI_TYPE_TIME, .bits = 32, .unit = ALI_UNIT_MILLI}, "time32[ms]", 4},
    {{.kind = ALI_TYPE_TIME, .bits = 64, .unit = ALI_UNIT_MICRO}, "time64[us]", 8},
    {{.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MILLI}, "timestamp[ms]", 8},
    {{.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MICRO, .zone = "UTC"},
     "timestamp[us, UTC]",
     8},
    {{.kind = ALI_TYPE_DURATION, .bits = 64, .unit = ALI_UNIT_NANO}, "duration[ns]", 8},
    {{.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 12, .scale = 2}, "decimal128(12, 2)", 16},
    {{.kind = ALI_TYPE_DECIMAL, .bits = 256, .precision = 40, .scale = -3},
     "decimal256(40, -3)",
     32},
    {{.kind = ALI_TYPE_INTERVAL, .bits = 128}, "interval[month, day, ns]", 16},
    {{.kind = ALI_TYPE_UTF8, .index_bits = 8, .index_is_signed = 1}, "dictionary<utf8, int8>", 0},
    {TOOL_KIND(STRUCT), "struct<>", 0},
    {TOOL_KIND(LIST_VIEW), "list_view<>", 0},
    {TOOL_KIND(LARGE_UTF8), "large_utf8", 0},
    {TOOL_KIND(UTF8_VIEW), "utf8_view", 16},
};

// A type on its own has no zone to borrow; schemas give it one.
static ali_type zoned(ali_type type) {
    if (type.zone == NULL) type.zone = "";
    return type;
}

static void types_are_spelled(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(types); i += 1) {
        const ali_type type = zoned(types[i].type);
        char text[64];
        assert_int_equal(ali_type_spell(&type, text, sizeof text), strlen(types[i].spelling));
        assert_string_equal(text, types[i].spelling);
    }
}

static void long_spelling_is_cut_and_its_length_told(void **state) {
    const ali_type type = zoned(types[16].type);
    char text[8] = "xxxxxxx";
    assert_int_equal(ali_type_spell(&type, text, sizeof text), 18);
    assert_string_equal(text, "timesta");
    assert_int_equal(ali_type_spell(&type, text, 1), 18);
    assert_string_equal(text, "");
    assert_int_equal(ali_type_spell(&type, NULL, 0), 18);
}

static void widths_are_those_of_values_in_memory(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(types); i += 1) {
        assert_int_equal(ali_type_width(&types[i].type), types[i].width);
    }
}

static void schema_holds_copies_and_outlives_its_context(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    char name[] = {'n', 0, 'x', 0};
    char zone[] = "Europe/Berlin";
    ali_type type = {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_NANO, .zone = zone};
    const ali_field field = {.name = name, .name_bytes = 3, .type = &type, .is_nullable = true};
    ali_schema *schema = NULL;
    assert_int_equal(ali_schema_new(ctx, &field, 1, NULL, 0, &schema), ALI_OK);
    memset(name, 'z', sizeof name);
    memset(zone, 'z', 3);
    type.kind = ALI_TYPE_NULL;
    ali_context_free(ctx);
    ali_schema_retain(schema);
    ali_schema_release(schema);

    ali_field_info info = {.size_bytes = sizeof info};
    ali_type_info type_info = {.size_bytes = sizeof type_info};
    assert_int_equal(ali_schema_count(schema), 1);
    assert_int_equal(ali_field_describe(schema, 0, &info), ALI_OK);
    assert_int_equal(info.name_bytes, 3);
    assert_memory_equal(info.name, "n\0x", 4);
    assert_int_equal(info.nullable, 1);
    assert_int_equal(ali_type_describe(info.type, &type_info), ALI_OK);
    assert_int_equal(type_info.kind, ALI_TYPE_TIMESTAMP);
    assert_int_equal(type_info.unit, ALI_UNIT_NANO);
    assert_int_equal(type_info.bits, 64);
    assert_int_equal(type_info.zone_bytes, 13);
    assert_string_equal(type_info.zone, "Europe/Berlin");
    ali_schema_release(schema);
    ali_schema_release(NULL);
    assert_int_equal(counter.bytes, 0);
}

static void describing_checks_index_and_struct_size(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type type = TOOL_BOOL;
    ali_schema *schema = tool_schema(ctx, &type, 1);
    ali_field_info info = {.size_bytes = sizeof info};
    ali_type_info type_info = {.size_bytes = 1};
    assert_int_equal(ali_field_describe(schema, 1, &info), ALI_ERR_ARGUMENT);
    info.size_bytes = 0;
    assert_int_equal(ali_field_describe(schema, 0, &info), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_type_describe(&type, &type_info), ALI_ERR_ARGUMENT);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

static void projection_takes_fields_in_the_order_asked_for(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type three[] = {TOOL_BOOL, TOOL_KIND(UTF8), TOOL_INT(16, 0)};
    const uint32_t indexes[] = {2, 0, 2};
    ali_schema *schema = tool_schema(ctx, three, 3);
    ali_schema *projected = NULL;
    ali_schema *none = NULL;
    assert_int_equal(ali_schema_prune(ctx, schema, indexes, 3, &projected), ALI_OK);
    assert_int_equal(ali_schema_prune(ctx, schema, NULL, 0, &none), ALI_OK);
    ali_schema_release(schema);
    assert_int_equal(ali_schema_count(none), 0);
    assert_int_equal(ali_schema_count(projected), 3);
    assert_string_equal(projected->nodes[0].name, "c");
    assert_string_equal(projected->nodes[1].name, "a");
    assert_int_equal(projected->nodes[2].type->bits, 16);
    assert_int_equal(projected->nodes[1].type->kind, ALI_TYPE_BOOL);
    ali_schema_release(projected);
    ali_schema_release(none);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void schemas_are_compared_by_names_and_types(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type one[] = {TOOL_INT(32, 1), TOOL_KIND(UTF8)};
    const ali_type two[] = {TOOL_INT(32, 0), TOOL_KIND(UTF8)};
    ali_schema *a = tool_schema(ctx, one, 2);
    ali_schema *b = tool_schema(ctx, one, 2);
    ali_schema *c = tool_schema(ctx, two, 2);
    ali_schema *d = tool_schema(ctx, one, 1);
    assert_true(ali_schema_is_same(a, a));
    assert_true(ali_schema_is_same(a, b));
    assert_false(ali_schema_is_same(a, c));
    assert_false(ali_schema_is_same(a, d));
    ali_schema_release(a);
    ali_schema_release(b);
    ali_schema_release(c);
    ali_schema_release(d);
    ali_context_free(ctx);
}

// A field with one below it.
typedef struct pair {
    ali_type types[2];
    const char *below;
} pair;

static ali_schema *schema_of_pair(ali_context *ctx, const pair *of) {
    ali_type above = of->types[0];
    above.children_count = 1;
    const ali_field fields[] = {tool_field("x", &above), tool_field(of->below, &of->types[1])};
    ali_schema *schema = NULL;
    assert_int_equal(ali_schema_new(ctx, fields, 2, NULL, 0, &schema), ALI_OK);
    return schema;
}

// Old and new files of one writer differ in such names.
static void names_of_items_do_not_tell_types_apart(void **state) {
    const struct {
        pair one;
        pair other;
        bool is_same;
    } cases[] = {
        {{{TOOL_KIND(LIST), TOOL_BOOL}, "item"}, {{TOOL_KIND(LIST), TOOL_BOOL}, "element"}, true},
        {{{TOOL_KIND(LARGE_LIST), TOOL_BOOL}, "item"},
         {{TOOL_KIND(LARGE_LIST), TOOL_BOOL}, "array"},
         true},
        {{{TOOL_KIND(LIST), TOOL_BOOL}, "item"},
         {{TOOL_KIND(LIST), TOOL_INT(8, 1)}, "item"},
         false},
        {{{TOOL_KIND(LIST), TOOL_BOOL}, "item"},
         {{TOOL_KIND(LARGE_LIST), TOOL_BOOL}, "item"},
         false},
        {{{TOOL_KIND(STRUCT), TOOL_BOOL}, "a"}, {{TOOL_KIND(STRUCT), TOOL_BOOL}, "a"}, true},
        {{{TOOL_KIND(STRUCT), TOOL_BOOL}, "a"}, {{TOOL_KIND(STRUCT), TOOL_BOOL}, "b"}, false},
    };
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        ali_schema *a = schema_of_pair(ctx, &cases[i].one);
        ali_schema *b = schema_of_pair(ctx, &cases[i].other);
        if (ali_field_is_same_type(a->nodes, b->nodes) != cases[i].is_same) {
            fail_msg("case %u is not compared as it should", i);
        }
        ali_schema_release(a);
        ali_schema_release(b);
    }
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_spelled),
        cmocka_unit_test(long_spelling_is_cut_and_its_length_told),
        cmocka_unit_test(widths_are_those_of_values_in_memory),
        cmocka_unit_test(schema_holds_copies_and_outlives_its_context),
        cmocka_unit_test(describing_checks_index_and_struct_size),
        cmocka_unit_test(projection_takes_fields_in_the_order_asked_for),
        cmocka_unit_test(schemas_are_compared_by_names_and_types),
        cmocka_unit_test(names_of_items_do_not_tell_types_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
