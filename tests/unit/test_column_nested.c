// Nested schemas and batches: what lies where in pre-order, spelling, projection, slices.
#include "column_tools.h"

// a: list<struct<x: int32, y: utf8>>, b: int32, c: run_end<int16, int32>, d: dense union
static ali_schema *nested_schema(ali_context *ctx) {
    static const int8_t ids[] = {3, 7};
    static const ali_pair pairs[] = {{"k", "v", 1, 1}};
    static const ali_type types[] = {
        {.kind = ALI_TYPE_LIST, .children_count = 1},
        {.kind = ALI_TYPE_STRUCT, .children_count = 2},
        TOOL_INT(32, 1),
        TOOL_KIND(UTF8),
        TOOL_INT(32, 1),
        {.kind = ALI_TYPE_RUN_END, .children_count = 2},
        TOOL_INT(16, 1),
        TOOL_INT(32, 1),
        {.kind = ALI_TYPE_UNION, .children_count = 2, .flags = ALI_TYPE_IS_DENSE, .type_ids = ids},
        TOOL_INT(32, 1),
        TOOL_BOOL,
    };
    static const char *const names[] = {"a",        "item",   "x", "y", "b", "c",
                                        "run_ends", "values", "d", "i", "t"};
    ali_field fields[ALI_COUNT_OF(types)];
    for (uint32_t i = 0; i < ALI_COUNT_OF(types); i += 1) {
        fields[i] = tool_field(names[i], &types[i]);
    }
    fields[3].metadata = pairs;
    fields[3].metadata_count = 1;
    ali_schema *schema = NULL;
    assert_int_equal(ali_schema_new(ctx, fields, ALI_COUNT_OF(types), pairs, 1, &schema), ALI_OK);
    return schema;
}

static void fill(ali_context *ctx, ali_batch *batch) {
    static const int32_t lists[] = {0, 2, 2, 2, 5, 6, 9};
    static const int32_t numbers[] = {10, 11, 12, 13, 14, 15, 16, 17, 18};
    static const char *const texts[] = {"p", "qq", NULL, "s", "t", "", "v", "w", "x"};
    static const int16_t ends[] = {2, 3, 6};
    static const int8_t type_ids[] = {3, 7, 3, 3, 7, 3};
    static const int32_t places[] = {0, 0, 1, 2, 1, 3};
    static const uint8_t truth[] = {2};
    ali_column *columns = batch->columns;
    tool_nulls(ctx, &columns[0], "xx.xxx");
    columns[0].offsets = tool_buf(ctx, lists, sizeof lists);
    for (uint32_t i = 1; i <= 3; i += 1) columns[i].length = 9;
    tool_nulls(ctx, &columns[1], "xxxxx.xxx");
    tool_values(ctx, &columns[2], numbers, sizeof numbers);
    tool_text(ctx, &columns[3], texts);
    tool_values(ctx, &columns[4], numbers, 6 * sizeof numbers[0]);
    columns[6].length = columns[7].length = 3;
    tool_values(ctx, &columns[6], ends, sizeof ends);
    tool_values(ctx, &columns[7], numbers, 3 * sizeof numbers[0]);
    tool_values(ctx, &columns[8], type_ids, sizeof type_ids);
    columns[8].offsets = tool_buf(ctx, places, sizeof places);
    columns[9].length = 4;
    columns[10].length = 2;
    tool_values(ctx, &columns[9], numbers, 4 * sizeof numbers[0]);
    tool_values(ctx, &columns[10], truth, sizeof truth);
}

static void fields_lie_in_preorder_and_know_their_spans(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema(ctx);
    static const uint32_t spans[] = {4, 3, 1, 1, 1, 3, 1, 1, 3, 1, 1};
    assert_int_equal(ali_schema_count(schema), 4);
    for (uint32_t i = 0; i < ALI_COUNT_OF(spans); i += 1) {
        assert_int_equal(schema->nodes[i].type->span, spans[i]);
    }
    static const char *const spellings[] = {"list<struct<x: int32, y: utf8>>", "int32",
                                            "run_end_encoded<int16, int32>",
                                            "dense_union<3: int32, 7: bool>"};
    for (uint32_t i = 0; i < 4; i += 1) {
        char text[80];
        (void)ali_type_spell(ali_schema_field(schema, i)->type, text, sizeof text);
        assert_string_equal(text, spellings[i]);
    }
    ali_schema_release(schema);
    ali_context_free(ctx);
}

static void children_and_metadata_are_described(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema(ctx);
    ali_field_info list = {.size_bytes = sizeof list};
    ali_field_info item = {.size_bytes = sizeof item};
    ali_field_info text = {.size_bytes = sizeof text};
    assert_int_equal(ali_field_describe(schema, 0, &list), ALI_OK);
    assert_int_equal(ali_type_child(list.type, 0, &item), ALI_OK);
    assert_int_equal(ali_type_child(item.type, 1, &text), ALI_OK);
    assert_string_equal(text.name, "y");
    assert_int_equal(text.metadata_count, 1);
    assert_string_equal(text.metadata[0].value, "v");
    assert_int_equal(ali_type_child(item.type, 2, &text), ALI_ERR_ARGUMENT);
    uint32_t count = 0;
    assert_string_equal(ali_schema_metadata(schema, &count)[0].key, "k");
    assert_int_equal(count, 1);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

static void projection_keeps_what_lies_below(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema(ctx);
    const uint32_t kept[] = {8, 9, 10, 0, 1, 2, 3};
    ali_schema *part = NULL;
    assert_int_equal(ali_schema_prune(ctx, schema, kept, 7, &part), ALI_OK);
    ali_schema_release(schema);
    assert_int_equal(part->nodes_count, 7);
    assert_int_equal(part->roots[1], 3);
    assert_int_equal(part->nodes[0].type->type_ids[1], 7);
    assert_string_equal(part->nodes[6].name, "y");
    assert_true(part->nodes[4].type->children == &part->nodes[5]);
    ali_schema_release(part);
    ali_context_free(ctx);
}

static const int32_t *numbers_of(const ali_column *column) {
    ali_column_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_column_describe(column, &info), ALI_OK);
    return info.values;
}

static void slice_cuts_columns_at_every_depth(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema(ctx);
    ali_batch *batch = tool_batch(ctx, schema, 6);
    fill(ctx, batch);
    ali_batch *slice = NULL;
    assert_int_equal(ali_batch_slice(ctx, batch, 1, 4, &slice), ALI_OK);
    ali_batch_release(batch);
    const ali_column *columns = slice->columns;
    static const int32_t lists[] = {0, 0, 0, 3, 4};
    assert_int_equal(columns[0].null_count, 1);
    assert_memory_equal(columns[0].offsets->data, lists, sizeof lists);
    assert_int_equal(columns[1].length, 4);
    assert_int_equal(columns[1].null_count, 1);
    assert_false(ali_column_is_valid(&columns[1], 3));
    assert_int_equal(numbers_of(&columns[2])[0], 12);
    static const char *const texts[] = {NULL, "s", "t", ""};
    tool_assert_text(&columns[3], texts);
    static const int16_t ends[] = {1, 2, 4};
    assert_int_equal(columns[6].length, 3);
    assert_memory_equal(columns[6].values->data, ends, sizeof ends);
    assert_int_equal(numbers_of(&columns[7])[0], 10);
    static const int32_t places[] = {0, 1, 2, 1};
    assert_memory_equal(columns[8].offsets->data, places, sizeof places);
    assert_int_equal(columns[9].length, 4);
    assert_ptr_equal(ali_column_child(&columns[0], 0), &columns[1]);
    assert_ptr_equal(ali_column_child(&columns[8], 1), &columns[10]);
    assert_null(ali_column_child(&columns[4], 0));
    ali_batch_release(slice);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void failed_allocations_of_slices_leak_nothing(void **state) {
    for (uint64_t fail_at = 1;; fail_at += 1) {
        tool_counter counter = {0};
        ali_context *ctx = tool_context(&counter);
        ali_schema *schema = nested_schema(ctx);
        ali_batch *batch = tool_batch(ctx, schema, 6);
        fill(ctx, batch);
        counter.fail_at = counter.calls + fail_at;
        ali_batch *slice = NULL;
        const ali_status status = ali_batch_slice(ctx, batch, 1, 4, &slice);
        counter.fail_at = 0;
        ali_batch_release(slice);
        ali_batch_release(batch);
        ali_schema_release(schema);
        ali_context_free(ctx);
        assert_int_equal(counter.bytes, 0);
        if (status == ALI_OK) {
            assert_true(fail_at > 10);
            return;
        }
        assert_int_equal(status, ALI_ERR_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_lie_in_preorder_and_know_their_spans),
        cmocka_unit_test(children_and_metadata_are_described),
        cmocka_unit_test(projection_keeps_what_lies_below),
        cmocka_unit_test(slice_cuts_columns_at_every_depth),
        cmocka_unit_test(failed_allocations_of_slices_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
