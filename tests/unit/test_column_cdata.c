// The Arrow C data interface: what is exported, and who may release what, when and where.
#include <pthread.h>

#include "column_tools.h"
#include "nested_tools.h"

static const struct {
    ali_type type;
    const char *format;
} formats[] = {
    {TOOL_KIND(NULL), "n"},
    {TOOL_BOOL, "b"},
    {TOOL_INT(8, 1), "c"},
    {TOOL_INT(8, 0), "C"},
    {TOOL_INT(16, 1), "s"},
    {TOOL_INT(16, 0), "S"},
    {TOOL_INT(32, 1), "i"},
    {TOOL_INT(32, 0), "I"},
    {TOOL_INT(64, 1), "l"},
    {TOOL_INT(64, 0), "L"},
    {TOOL_FLOAT(16), "e"},
    {TOOL_FLOAT(32), "f"},
    {TOOL_FLOAT(64), "g"},
    {TOOL_KIND(UTF8), "u"},
    {TOOL_KIND(BINARY), "z"},
    {{.kind = ALI_TYPE_FIXED_BINARY, .bits = 96}, "w:12"},
    {{.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 38, .scale = -2}, "d:38,-2"},
    {{.kind = ALI_TYPE_DATE, .bits = 32, .unit = ALI_UNIT_DAY}, "tdD"},
    {{.kind = ALI_TYPE_DATE, .bits = 64, .unit = ALI_UNIT_MILLI}, "tdm"},
    {{.kind = ALI_TYPE_TIME, .bits = 32, .unit = ALI_UNIT_SECOND}, "tts"},
    {{.kind = ALI_TYPE_TIME, .bits = 64, .unit = ALI_UNIT_NANO}, "ttn"},
    {{.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MICRO, .zone = "Asia/Tokyo"},
     "tsu:Asia/Tokyo"},
};

static void every_flat_type_has_its_format_string(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_type types[ALI_COUNT_OF(formats)];
    for (uint32_t i = 0; i < ALI_COUNT_OF(formats); i += 1) types[i] = formats[i].type;
    ali_schema *schema = tool_schema(ctx, types, ALI_COUNT_OF(formats));
    schema->nodes[3].is_nullable = false;
    struct ArrowSchema out;
    assert_int_equal(ali_schema_export(ctx, schema, &out), ALI_OK);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_string_equal(out.format, "+s");
    assert_int_equal(out.n_children, ALI_COUNT_OF(formats));
    for (uint32_t i = 0; i < ALI_COUNT_OF(formats); i += 1) {
        assert_string_equal(out.children[i]->format, formats[i].format);
        assert_int_equal(out.children[i]->name[0], 'a' + (int)i);
        assert_int_equal(out.children[i]->flags, i == 3 ? 0 : ARROW_FLAG_NULLABLE);
    }
    out.release(&out);
    assert_null(out.release);
    assert_int_equal(counter.bytes, 0);
}

static void duration_has_its_format_string(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type type = {.kind = ALI_TYPE_DURATION, .bits = 64, .unit = ALI_UNIT_MILLI};
    ali_schema *schema = tool_schema(ctx, &type, 1);
    struct ArrowSchema out;
    assert_int_equal(ali_schema_export(ctx, schema, &out), ALI_OK);
    assert_string_equal(out.children[0]->format, "tDm");
    out.release(&out);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

static void moved_children_outlive_their_parent(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type types[] = {TOOL_KIND(UTF8), TOOL_INT(32, 1)};
    ali_schema *schema = tool_schema(ctx, types, 2);
    struct ArrowSchema out;
    assert_int_equal(ali_schema_export(ctx, schema, &out), ALI_OK);
    struct ArrowSchema moved = *out.children[1];
    out.children[1]->release = NULL;
    struct ArrowSchema parent = out; // a parent may be moved, too
    parent.release(&parent);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_string_equal(moved.format, "i");
    assert_string_equal(moved.name, "b");
    assert_true(counter.bytes > 0);
    moved.release(&moved);
    assert_null(moved.release);
    assert_int_equal(counter.bytes, 0);
}

static void names_with_zero_bytes_are_refused(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type flat = TOOL_BOOL;
    const ali_field odd = {.name = "x\0y", .name_bytes = 3, .type = &flat};
    ali_schema *named = NULL;
    struct ArrowSchema out;
    assert_int_equal(ali_schema_new(ctx, &odd, 1, NULL, 0, &named), ALI_OK);
    assert_int_equal(ali_schema_export(ctx, named, &out), ALI_ERR_UNSUPPORTED);
    assert_string_equal(
        ali_context_error(ctx)->sentence,
        "the name of column \"x\\x00y\" holds a zero byte, which is not supported in "
        "the Arrow C data interface");
    ali_schema_release(named);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static const struct {
    const char *notation;
    const char *format;
} nested_formats[] = {
    {"list<i8>", "+l"},
    {"large_list<i8>", "+L"},
    {"list_view<i8>", "+vl"},
    {"large_list_view<i8>", "+vL"},
    {"fixed_list3<i8>", "+w:3"},
    {"struct<i8,utf8>", "+s"},
    {"map<struct<utf8,i8>>", "+m"},
    {"sparse<i8,utf8,bool>", "+us:5,0,7"},
    {"dense<i8>", "+ud:5"},
    {"ree16<utf8>", "+r"},
    {"large_utf8", "U"},
    {"large_binary", "Z"},
    {"utf8_view", "vu"},
    {"binary_view", "vz"},
    {"months", "tiM"},
    {"day_time", "tiD"},
    {"month_day_nano", "tin"},
    {"d32", "d:9,2,32"},
    {"d64", "d:18,18,64"},
    {"d256", "d:76,40,256"},
};

static void every_nested_and_large_type_has_its_format_string(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(nested_formats); i += 1) {
        tool_counter counter = {0};
        ali_context *ctx = tool_context(&counter);
        ali_schema *schema = nested_schema_of(ctx, nested_formats[i].notation);
        struct ArrowSchema out;
        assert_int_equal(ali_schema_export(ctx, schema, &out), ALI_OK);
        const struct ArrowSchema *field = out.children[0];
        assert_string_equal(field->format, nested_formats[i].format);
        assert_int_equal(field->n_children, schema->nodes[0].type->children_count);
        out.release(&out);
        ali_schema_release(schema);
        ali_context_free(ctx);
        assert_int_equal(counter.bytes, 0);
    }
}

static void dictionary_types_have_codes_and_a_dictionary(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema_of(ctx, "i8,?8 list<utf8>");
    nested_source from = {.state = 3};
    ali_batch *batch = nested_batch(ctx, schema, 9, &from);
    struct ArrowSchema type;
    struct ArrowArray array;
    assert_int_equal(ali_schema_export(ctx, schema, &type), ALI_OK);
    assert_string_equal(type.children[1]->format, "c");
    assert_string_equal(type.children[1]->name, "b");
    assert_int_equal(type.children[1]->n_children, 0);
    assert_string_equal(type.children[1]->dictionary->format, "+l");
    assert_string_equal(type.children[1]->dictionary->children[0]->format, "u");
    assert_int_equal(ali_batch_export(ctx, batch, &array), ALI_OK);
    const struct ArrowArray *codes = array.children[1];
    assert_int_equal(codes->n_buffers, 2);
    assert_int_equal(codes->dictionary->length, 7);
    assert_int_equal(codes->dictionary->n_children, 1);
    for (uint32_t i = 0; i < 9; i += 1) {
        if (!ali_column_is_valid(&batch->columns[1], i)) continue;
        assert_int_equal(((const int8_t *)codes->buffers[1])[i],
                         ((const int32_t *)(const void *)batch->columns[1].values->data)[i]);
    }
    array.release(&array);
    type.release(&type);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void metadata_stands_in_its_binary_form(void **state) {
    static const ali_pair pairs[] = {{"k", "v\0w", 1, 3}, {"", "", 0, 0}};
    static const char expected[] = "\2\0\0\0\1\0\0\0k\3\0\0\0v\0w\0\0\0\0\0\0\0\0";
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type flat = TOOL_BOOL;
    ali_field field = tool_field("f", &flat);
    ali_schema *schema = NULL;
    struct ArrowSchema out;
    field.metadata = pairs;
    field.metadata_count = 2;
    assert_int_equal(ali_schema_new(ctx, &field, 1, pairs, 2, &schema), ALI_OK);
    assert_int_equal(ali_schema_export(ctx, schema, &out), ALI_OK);
    assert_memory_equal(out.metadata, expected, sizeof expected - 1);
    assert_memory_equal(out.children[0]->metadata, expected, sizeof expected - 1);
    ali_schema_release(schema);
    assert_int_equal(ali_schema_import(ctx, &out, &schema), ALI_OK);
    assert_null(out.release);
    assert_int_equal(schema->metadata_count, 2);
    assert_memory_equal(schema->nodes[0].metadata[0].value, "v\0w", 4);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void nested_children_outlive_what_they_were_moved_out_of(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema_of(ctx, "struct<list<?8 utf8>,i8>,i8");
    nested_source from = {.state = 3};
    ali_batch *batch = nested_batch(ctx, schema, 9, &from);
    struct ArrowSchema type;
    struct ArrowArray array;
    assert_int_equal(ali_schema_export(ctx, schema, &type), ALI_OK);
    assert_int_equal(ali_batch_export(ctx, batch, &array), ALI_OK);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    struct ArrowSchema list_type = *type.children[0]->children[0];
    struct ArrowArray list = *array.children[0]->children[0];
    type.children[0]->children[0]->release = NULL;
    array.children[0]->children[0]->release = NULL;
    type.release(&type);
    array.release(&array);
    assert_string_equal(list_type.children[0]->dictionary->format, "u");
    assert_int_equal(list.children[0]->dictionary->length, 7);
    struct ArrowArray items = *list.children[0];
    list.children[0]->release = NULL;
    list.release(&list);
    assert_int_equal(items.dictionary->length, 7);
    items.release(&items);
    list_type.release(&list_type);
    assert_int_equal(counter.bytes, 0);
}

static const ali_type batch_types[] = {TOOL_KIND(UTF8), TOOL_INT(32, 1), TOOL_KIND(NULL)};

static ali_batch *exportable(ali_context *ctx, ali_schema *schema) {
    static const char *const texts[] = {"one", NULL, "three"};
    static const int32_t numbers[] = {1, 2, 3};
    ali_batch *batch = tool_batch(ctx, schema, 3);
    tool_text(ctx, &batch->columns[0], texts);
    tool_values(ctx, &batch->columns[1], numbers, sizeof numbers);
    return batch;
}

static void exported_arrays_share_the_batch_s_buffers(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, batch_types, 3);
    ali_batch *batch = exportable(ctx, schema);
    struct ArrowArray out;
    assert_int_equal(ali_batch_export(ctx, batch, &out), ALI_OK);
    assert_int_equal(out.length, 3);
    assert_int_equal(out.null_count, 0);
    assert_int_equal(out.n_buffers, 1);
    assert_null(out.buffers[0]);
    assert_int_equal(out.n_children, 3);
    const struct ArrowArray *text = out.children[0];
    assert_int_equal(text->n_buffers, 3);
    assert_int_equal(text->null_count, 1);
    assert_int_equal(((const uint8_t *)text->buffers[0])[0], 5);
    assert_int_equal(((const int32_t *)text->buffers[1])[3], 8);
    assert_ptr_equal(text->buffers[2], batch->columns[0].data->data);
    const struct ArrowArray *numbers = out.children[1];
    assert_int_equal(numbers->n_buffers, 2);
    assert_null(numbers->buffers[0]);
    assert_ptr_equal(numbers->buffers[1], batch->columns[1].values->data);
    const struct ArrowArray *nulls = out.children[2];
    assert_int_equal(nulls->n_buffers, 0);
    assert_int_equal(nulls->null_count, 3);
    out.release(&out);
    assert_null(out.release);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void empty_batches_have_buffers_to_point_at(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, batch_types, 3);
    ali_batch *batch = tool_batch(ctx, schema, 0);
    struct ArrowArray out;
    assert_int_equal(ali_batch_export(ctx, batch, &out), ALI_OK);
    assert_non_null(out.children[0]->buffers[1]);
    assert_int_equal(((const int32_t *)out.children[0]->buffers[1])[0], 0);
    assert_non_null(out.children[1]->buffers[1]);
    out.release(&out);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

static void *release_array(void *array) {
    struct ArrowArray *out = array;
    out->release(out);
    return NULL;
}

static void array_is_released_on_another_thread_after_context_and_batch(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, batch_types, 3);
    ali_batch *batch = exportable(ctx, schema);
    struct ArrowArray out;
    assert_int_equal(ali_batch_export(ctx, batch, &out), ALI_OK);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    struct ArrowArray moved = *out.children[0];
    out.children[0]->release = NULL;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, release_array, &out), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_memory_equal(moved.buffers[2], "onethree", 8);
    moved.release(&moved);
    assert_int_equal(counter.bytes, 0);
}

static void codes_of_plain_types_are_decoded(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, batch_types, 1);
    ali_batch *batch = tool_batch(ctx, schema, 2);
    const char *const values[] = {"v"};
    const int32_t codes[] = {0, 0};
    tool_codes(ctx, schema, &batch->columns[0], values, 1, codes);
    struct ArrowArray out;
    assert_int_equal(ali_batch_export(ctx, batch, &out), ALI_OK);
    assert_null(out.children[0]->dictionary);
    assert_memory_equal(out.children[0]->buffers[2], "vv", 2);
    out.release(&out);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void decoded_columns_of_a_dictionary_type_are_refused(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema_of(ctx, "?8 utf8");
    nested_source from = {.state = 3};
    ali_batch *batch = nested_batch(ctx, schema, 5, &from);
    ali_batch *plain = NULL;
    struct ArrowArray out;
    assert_int_equal(ali_batch_decode(ctx, batch, &plain), ALI_OK);
    assert_int_equal(ali_batch_export(ctx, plain, &out), ALI_ERR_STATE);
    assert_string_equal(ali_context_error(ctx)->sentence,
                        "column \"a\" is plain, but its type is a dictionary");
    ali_batch_release(plain);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void failed_allocation_exports_nothing(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, batch_types, 3);
    ali_batch *batch = exportable(ctx, schema);
    const int64_t held = counter.bytes;
    struct ArrowArray array;
    struct ArrowSchema out;
    counter.fail_at = counter.calls + 1;
    assert_int_equal(ali_batch_export(ctx, batch, &array), ALI_ERR_MEMORY);
    counter.fail_at = counter.calls + 1;
    assert_int_equal(ali_schema_export(ctx, schema, &out), ALI_ERR_MEMORY);
    assert_int_equal(counter.bytes, held);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flat_type_has_its_format_string),
        cmocka_unit_test(duration_has_its_format_string),
        cmocka_unit_test(moved_children_outlive_their_parent),
        cmocka_unit_test(names_with_zero_bytes_are_refused),
        cmocka_unit_test(every_nested_and_large_type_has_its_format_string),
        cmocka_unit_test(dictionary_types_have_codes_and_a_dictionary),
        cmocka_unit_test(metadata_stands_in_its_binary_form),
        cmocka_unit_test(nested_children_outlive_what_they_were_moved_out_of),
        cmocka_unit_test(exported_arrays_share_the_batch_s_buffers),
        cmocka_unit_test(empty_batches_have_buffers_to_point_at),
        cmocka_unit_test(array_is_released_on_another_thread_after_context_and_batch),
        cmocka_unit_test(codes_of_plain_types_are_decoded),
        cmocka_unit_test(decoded_columns_of_a_dictionary_type_are_refused),
        cmocka_unit_test(failed_allocation_exports_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
