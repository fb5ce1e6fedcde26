// Import through the Arrow C data interface: what was exported comes back, also in part; what would
// lead out of bounds is refused; arrays are released once, whatever happens.
#include "nested_tools.h"
#include "writer_tools.h"

static void assert_same_rows(ali_context *ctx, ali_batch *a, ali_batch *b) {
    char *one = tool_lines(ctx, a);
    char *other = tool_lines(ctx, b);
    assert_string_equal(one, other);
    free(one);
    free(other);
}

typedef struct table {
    tool_counter counter;
    ali_context *ctx;
    ali_schema *schema;
    ali_batch *batch;
    struct ArrowSchema type;
    struct ArrowArray array;
} table;

static void open_table(table *of, const char *notation, uint64_t rows) {
    nested_source from = {.state = strlen(notation) * 31 + rows};
    memset(of, 0, sizeof *of);
    of->ctx = tool_context(&of->counter);
    of->schema = nested_schema_of(of->ctx, notation);
    of->batch = nested_batch(of->ctx, of->schema, rows, &from);
    assert_int_equal(ali_schema_export(of->ctx, of->schema, &of->type), ALI_OK);
    assert_int_equal(ali_batch_export(of->ctx, of->batch, &of->array), ALI_OK);
}

static void close_table(table *of) {
    if (of->type.release != NULL) of->type.release(&of->type);
    if (of->array.release != NULL) of->array.release(&of->array);
    ali_batch_release(of->batch);
    ali_schema_release(of->schema);
    ali_context_free(of->ctx);
    assert_int_equal(of->counter.bytes, 0);
}

static void every_schema_and_batch_comes_back(void **state) {
    for (uint32_t n = 0; n < ALI_COUNT_OF(nested_notations); n += 1) {
        table of;
        ali_schema *schema = NULL;
        ali_batch *batch = NULL;
        open_table(&of, nested_notations[n], 100);
        assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_OK);
        assert_null(of.type.release);
        assert_true(ali_schema_is_same(schema, of.schema));
        for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
            assert_int_equal(schema->nodes[i].is_nullable, of.schema->nodes[i].is_nullable);
        }
        assert_int_equal(ali_batch_import(of.ctx, schema, &of.array, &batch), ALI_OK);
        assert_null(of.array.release);
        assert_same_rows(of.ctx, batch, of.batch);
        ali_batch_release(batch);
        ali_schema_release(schema);
        close_table(&of);
    }
}

static void values_are_not_copied(void **state) {
    table of;
    ali_batch *batch = NULL;
    open_table(&of, "i64,utf8,list<f64>,utf8_view,?32 i8", 100);
    of.array.children[4]->null_count = 0; // codes without nulls are shared
    const uint64_t copied = ali_context_copied_bytes(of.ctx);
    assert_int_equal(ali_batch_import(of.ctx, of.schema, &of.array, &batch), ALI_OK);
    const ali_column *columns = batch->columns;
    assert_ptr_equal(columns[0].values->data, of.batch->columns[0].values->data);
    assert_ptr_equal(columns[1].offsets->data, of.batch->columns[1].offsets->data);
    assert_ptr_equal(columns[1].data->data, of.batch->columns[1].data->data);
    assert_ptr_equal(columns[3].values->data, of.batch->columns[3].values->data);
    assert_ptr_equal(columns[4].buffers->bytes[0].data,
                     of.batch->columns[4].buffers->bytes[0].data);
    assert_int_equal(ali_context_copied_bytes(of.ctx), copied);
    assert_ptr_equal(columns[5].values->data, of.batch->columns[5].values->data);
    ali_batch_release(batch);
    close_table(&of);
}

// Offsets of the batch and of its columns, at places that are and are not multiples of 8.
static void parts_of_arrays_come_back_as_slices(void **state) {
    static const uint64_t offsets[] = {1, 7, 8, 64, 65};
    for (uint32_t n = 0; n < ALI_COUNT_OF(nested_notations); n += 1) {
        for (uint32_t i = 0; i < ALI_COUNT_OF(offsets); i += 1) {
            for (uint32_t in_columns = 0; in_columns < 2; in_columns += 1) {
                table of;
                ali_batch *batch = NULL;
                ali_batch *slice = NULL;
                const int64_t offset = (int64_t)offsets[i];
                open_table(&of, nested_notations[n], 100);
                of.array.length = 23;
                for (int64_t k = 0; k < of.array.n_children; k += 1) {
                    if (in_columns == 0) continue;
                    of.array.children[k]->offset = offset;
                    of.array.children[k]->length = 23;
                    of.array.children[k]->null_count = -1;
                }
                if (in_columns == 0) of.array.offset = offset;
                assert_int_equal(ali_batch_import(of.ctx, of.schema, &of.array, &batch), ALI_OK);
                assert_int_equal(ali_batch_slice(of.ctx, of.batch, offsets[i], 23, &slice), ALI_OK);
                assert_same_rows(of.ctx, batch, slice);
                ali_batch_release(slice);
                ali_batch_release(batch);
                close_table(&of);
            }
        }
    }
}

static void batches_outlive_context_and_schema(void **state) {
    table of;
    ali_batch *batch = NULL;
    open_table(&of, "list<utf8>,?8 utf8", 10);
    assert_int_equal(ali_batch_import(of.ctx, of.schema, &of.array, &batch), ALI_OK);
    of.type.release(&of.type);
    ali_batch_release(of.batch);
    ali_schema_release(of.schema);
    ali_context_free(of.ctx);
    assert_true(of.counter.bytes > 0);
    ali_batch_release(batch);
    assert_int_equal(of.counter.bytes, 0);
}

// Nulls inside a dictionary become nulls of the rows.
static void nulls_in_a_dictionary_become_nulls_of_rows(void **state) {
    table of;
    ali_batch *batch = NULL;
    static const uint8_t valid[] = {0x7D}; // value 1 is null
    open_table(&of, "?8 utf8", 40);
    struct ArrowArray *codes = of.array.children[0];
    codes->dictionary->buffers[0] = valid;
    codes->dictionary->null_count = 1;
    assert_int_equal(ali_batch_import(of.ctx, of.schema, &of.array, &batch), ALI_OK);
    const ali_column *column = batch->columns;
    uint64_t nulls = 0;
    for (uint64_t i = 0; i < 40; i += 1) {
        const ali_column *was = of.batch->columns;
        const int32_t code = ((const int32_t *)(const void *)was->values->data)[i];
        const bool is_valid = ali_column_is_valid(was, i) && code != 1;
        assert_int_equal(ali_column_is_valid(column, i), is_valid);
        nulls += is_valid ? 0 : 1;
    }
    assert_int_equal(column->null_count, nulls);
    assert_int_equal(column->dictionary->columns[0].null_count, 0);
    ali_batch_release(batch);
    close_table(&of);
}

static void values_of_type_null_make_rows_null(void **state) {
    table of;
    ali_batch *batch = NULL;
    open_table(&of, "?8 utf8", 40);
    struct ArrowSchema *field = of.type.children[0]->dictionary;
    struct ArrowArray *values = of.array.children[0]->dictionary;
    ali_schema *schema = NULL;
    field->format = "n";
    values->n_buffers = 0;
    values->null_count = values->length;
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_OK);
    assert_int_equal(ali_batch_import(of.ctx, schema, &of.array, &batch), ALI_OK);
    assert_int_equal(batch->columns[0].null_count, 40);
    for (uint64_t i = 0; i < 40; i += 1) assert_false(ali_column_is_valid(batch->columns, i));
    const ali_column *nulls = batch->columns[0].dictionary->columns;
    assert_int_equal(nulls->null_count, nulls->length);
    ali_batch_release(batch);
    ali_schema_release(schema);
    close_table(&of);
}

// --- what does not fit ---------------------------------------------------------------------------

// Changes an array so that it must be refused.
typedef void (*breaker)(struct ArrowArray *root);

static void *writable(const void *buffer) {
    return (void *)(uintptr_t)buffer;
}

static int32_t *numbers_of(const struct ArrowArray *array, uint32_t buffer) {
    return writable(array->buffers[buffer]);
}

static void no_columns(struct ArrowArray *root) {
    root->n_children = 0;
}
static void no_children(struct ArrowArray *root) {
    root->children = NULL;
}
static void negative_length(struct ArrowArray *root) {
    root->length = -1;
}
static void too_few_rows(struct ArrowArray *root) {
    root->children[0]->length = 9;
}
static void offset_too_far(struct ArrowArray *root) {
    root->offset = 1;
}
static void negative_offset(struct ArrowArray *root) {
    root->children[0]->offset = -1;
}
static void huge_offset(struct ArrowArray *root) {
    root->children[0]->offset = INT64_MAX;
}
static void one_buffer_less(struct ArrowArray *root) {
    root->children[0]->n_buffers -= 1;
}
static void one_buffer_more(struct ArrowArray *root) {
    root->children[0]->n_buffers += 1;
}
static void no_values(struct ArrowArray *root) {
    root->children[0]->buffers[1] = NULL;
}
static void no_sizes(struct ArrowArray *root) {
    root->children[0]->buffers[2] = NULL;
}
static void offsets_that_go_back(struct ArrowArray *root) {
    numbers_of(root->children[0], 1)[5] = 0;
    numbers_of(root->children[0], 1)[4] = 1;
}
static void negative_offsets(struct ArrowArray *root) {
    numbers_of(root->children[0], 1)[0] = -1;
}
static void offsets_too_far(struct ArrowArray *root) {
    numbers_of(root->children[0], 1)[10] += 1;
}
static void one_child_less(struct ArrowArray *root) {
    root->children[0]->n_children -= 1;
}
static void released_child(struct ArrowArray *root) {
    root->children[0]->children[0]->length = -5;
}
static void short_child(struct ArrowArray *root) {
    root->children[0]->children[0]->length -= 1;
}
static void list_too_far(struct ArrowArray *root) {
    numbers_of(root->children[0], 1)[3] = 1000;
}
static void list_too_long(struct ArrowArray *root) {
    numbers_of(root->children[0], 2)[3] = -1;
}
static void unknown_id(struct ArrowArray *root) {
    *(int8_t *)writable(root->children[0]->buffers[0]) = 9;
}
static void negative_id(struct ArrowArray *root) {
    *(int8_t *)writable(root->children[0]->buffers[0]) = -1;
}
static void place_too_far(struct ArrowArray *root) {
    numbers_of(root->children[0], 1)[9] = 500;
}
static void negative_place(struct ArrowArray *root) {
    numbers_of(root->children[0], 1)[9] = -1;
}
static void ends_that_stand(struct ArrowArray *root) {
    int32_t *ends = numbers_of(root->children[0]->children[0], 1);
    ends[1] = ends[0];
}
static void ends_at_zero(struct ArrowArray *root) {
    numbers_of(root->children[0]->children[0], 1)[0] = 0;
}
static void ends_too_early(struct ArrowArray *root) {
    root->children[0]->children[0]->length -= 1;
}
static void code_too_large(struct ArrowArray *root) {
    ((int8_t *)writable(root->children[0]->buffers[1]))[0] = 7;
    root->children[0]->buffers[0] = NULL;
}
static void negative_code(struct ArrowArray *root) {
    ((int8_t *)writable(root->children[0]->buffers[1]))[0] = -1;
    root->children[0]->buffers[0] = NULL;
}
static void short_dictionary(struct ArrowArray *root) {
    root->children[0]->dictionary->length = 0;
}
static void no_dictionary(struct ArrowArray *root) {
    root->children[0]->dictionary = NULL;
}
static void odd_dictionary(struct ArrowArray *root) {
    root->children[0]->dictionary = root->children[0];
}
static void views_outside(struct ArrowArray *root) {
    int32_t *view = numbers_of(root->children[0], 1);
    view[0] = 20;
    view[2] = 0;
    view[3] = 50;
    root->children[0]->buffers[0] = NULL;
}
static void views_of_no_buffer(struct ArrowArray *root) {
    views_outside(root);
    numbers_of(root->children[0], 1)[2] = 2;
}
static void views_of_negative_length(struct ArrowArray *root) {
    numbers_of(root->children[0], 1)[0] = -1;
    root->children[0]->buffers[0] = NULL;
}
static void buffers_of_negative_size(struct ArrowArray *root) {
    ((int64_t *)writable(root->children[0]->buffers[4]))[0] = -1;
}
static void lists_beyond_all_items(struct ArrowArray *root) {
    root->children[0]->offset = INT64_C(1) << 56; // times 256 items is 0 in 64 bits
}
static void null_rows(struct ArrowArray *root) {
    static const uint8_t bits[] = {0xFD, 0xFF};
    root->buffers[0] = bits;
}

static const struct {
    const char *notation;
    breaker damage;
    const char *sentence; // after the column's name; NULL: another
} broken[] = {
    {"i32", no_columns, NULL},
    {"i32", no_children, NULL},
    {"i32", negative_length, NULL},
    {"i32", too_few_rows, "has fewer rows than the batch"},
    {"i32", offset_too_far, "has fewer rows than the batch"},
    {"i32", negative_offset, "is released or of no sound size"},
    {"i32", huge_offset, "is released or of no sound size"},
    {"i32", one_buffer_less, "has another number of buffers than its type"},
    {"i32", one_buffer_more, "has another number of buffers than its type"},
    {"i32", no_values, "lacks a buffer"},
    {"bool", no_values, "lacks a buffer"},
    {"utf8", no_values, "lacks a buffer"},
    {"list_view<i8>", no_sizes, "lacks a buffer"},
    {"utf8", offsets_that_go_back, "has offsets that go back"},
    {"list<i8>", offsets_that_go_back, "has offsets that go back"},
    {"map<struct<i8,i8>>", negative_offsets, "has a negative offset"},
    {"list<i8>", offsets_too_far, "has a child with too few rows"},
    {"list<i8>", one_child_less, "has another number of children than its type"},
    {"struct<i8,i8>", one_child_less, "has another number of children than its type"},
    {"struct<i8>", released_child, "has a child of no sound size"},
    {"struct<i8>", short_child, "has a child with too few rows"},
    {"fixed_list3<i8>", short_child, "has a child with too few rows"},
    {"fixed_list256<i8>", lists_beyond_all_items, "has too many lists"},
    {"sparse<i8>", short_child, "has a child with too few rows"},
    {"list_view<i8>", list_too_far, NULL},
    {"list_view<i8>", list_too_long, NULL},
    {"sparse<i8,utf8>", unknown_id, "has a type id that its union does not have"},
    {"dense<i8,utf8>", negative_id, "has a type id that its union does not have"},
    {"dense<i8>", place_too_far, "has a value that lies outside its child"},
    {"dense<i8>", negative_place, "has a value that lies outside its child"},
    {"ree32<i8>", ends_that_stand, "has run ends that do not grow"},
    {"ree32<i8>", ends_at_zero, "has run ends that do not grow"},
    {"ree32<i8>", ends_too_early, "has run ends that stop before its last row"},
    {"?8 utf8", code_too_large, "has a code that its dictionary does not have"},
    {"?8 utf8", negative_code, "has a code that its dictionary does not have"},
    {"?8 utf8", short_dictionary, "has a code that its dictionary does not have"},
    {"?8 utf8", no_dictionary, "lacks its dictionary"},
    {"i32", odd_dictionary, "has a dictionary, but its type is none"},
    {"utf8_view", views_outside, "has a view that lies outside its buffers"},
    {"utf8_view", views_of_no_buffer, "has a view that lies outside its buffers"},
    {"binary_view", views_of_negative_length, "has a view that lies outside its buffers"},
    {"utf8_view", buffers_of_negative_size, "has a buffer of a negative size"},
};

// Makes all rows valid, so that what is damaged is looked at.
static void forget_nulls(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i += 1) array->children[i]->null_count = 0;
}

static void what_leads_out_of_bounds_is_refused(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(broken); i += 1) {
        table of;
        ali_batch *batch = NULL;
        char expected[128];
        open_table(&of, broken[i].notation, 10);
        forget_nulls(&of.array);
        broken[i].damage(&of.array);
        assert_int_equal(ali_batch_import(of.ctx, of.schema, &of.array, &batch), ALI_ERR_CORRUPT);
        assert_null(batch);
        assert_null(of.array.release);
        if (broken[i].sentence != NULL) {
            snprintf(expected, sizeof expected, "the array of column \"a\" %s", broken[i].sentence);
            assert_string_equal(ali_context_error(of.ctx)->sentence, expected);
            assert_string_equal(ali_context_error(of.ctx)->column, "a");
        }
        close_table(&of);
    }
    table of;
    ali_batch *batch = NULL;
    open_table(&of, "i32", 10);
    null_rows(&of.array);
    assert_int_equal(ali_batch_import(of.ctx, of.schema, &of.array, &batch), ALI_ERR_UNSUPPORTED);
    assert_int_equal(ali_batch_import(of.ctx, of.schema, &of.array, &batch), ALI_ERR_ARGUMENT);
    close_table(&of);
}

static const struct {
    const char *format;
    ali_status status;
} bad_formats[] = {
    {"", ALI_ERR_UNSUPPORTED},
    {"x", ALI_ERR_UNSUPPORTED},
    {"ii", ALI_ERR_UNSUPPORTED},
    {"w:", ALI_ERR_UNSUPPORTED},
    {"w:-1", ALI_ERR_UNSUPPORTED},
    {"w:9999999999", ALI_ERR_UNSUPPORTED},
    {"w:268435456", ALI_ERR_UNSUPPORTED},
    {"d:10", ALI_ERR_UNSUPPORTED},
    {"d:10,2,48", ALI_ERR_UNSUPPORTED},
    {"d:10,2,128,1", ALI_ERR_UNSUPPORTED},
    {"tt", ALI_ERR_UNSUPPORTED},
    {"tsx:", ALI_ERR_UNSUPPORTED},
    {"tsu", ALI_ERR_UNSUPPORTED},
    {"+l", ALI_ERR_CORRUPT},
    {"+m", ALI_ERR_CORRUPT},
    {"+r", ALI_ERR_CORRUPT},
    {"+w:2", ALI_ERR_CORRUPT},
    {"+us:1", ALI_ERR_UNSUPPORTED},
};

static void formats_that_are_not_known_are_refused_by_name(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(bad_formats); i += 1) {
        table of;
        ali_schema *schema = NULL;
        open_table(&of, "i32", 1);
        of.type.children[0]->format = bad_formats[i].format;
        assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), bad_formats[i].status);
        assert_null(schema);
        assert_null(of.type.release);
        assert_string_equal(ali_context_error(of.ctx)->column, "a");
        close_table(&of);
    }
}

static void unions_name_each_id_once(void **state) {
    static const char *const bad[] = {"+us:1,1", "+us:1", "+us:1,2,3", "+us:1,128", "+us:-1,0"};
    for (uint32_t i = 0; i < ALI_COUNT_OF(bad); i += 1) {
        table of;
        ali_schema *schema = NULL;
        open_table(&of, "sparse<i8,i8>", 1);
        of.type.children[0]->format = bad[i];
        assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_UNSUPPORTED);
        close_table(&of);
    }
}

static void children_and_codes_of_a_wrong_kind_are_refused(void **state) {
    static const struct {
        const char *notation;
        const char *format; // of the first child, or of the dictionary's codes
    } wrong[] = {
        {"map<struct<i8,i8>>", "i"}, {"ree16<i8>", "S"}, {"ree16<i8>", "c"}, {"ree16<i8>", "u"}};
    for (uint32_t i = 0; i < ALI_COUNT_OF(wrong); i += 1) {
        table of;
        ali_schema *schema = NULL;
        open_table(&of, wrong[i].notation, 1);
        of.type.children[0]->children[0]->format = wrong[i].format;
        assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_CORRUPT);
        close_table(&of);
    }
    table of;
    ali_schema *schema = NULL;
    open_table(&of, "?8 utf8", 1);
    of.type.children[0]->format = "u";
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_CORRUPT);
    close_table(&of);
    open_table(&of, "?8 utf8", 1);
    of.type.children[0]->dictionary->dictionary = of.type.children[0]->dictionary;
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_UNSUPPORTED);
    close_table(&of);
    open_table(&of, "i8", 1);
    of.type.format = "i";
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_TYPE);
    close_table(&of);
}

static void structs_without_what_they_need_are_refused(void **state) {
    table of;
    ali_schema *schema = NULL;
    open_table(&of, "struct<i8>", 1);
    of.type.children[0]->children = NULL;
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_CORRUPT);
    close_table(&of);
    open_table(&of, "struct<i8>", 1);
    of.type.children[0]->n_children = -1;
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_CORRUPT);
    close_table(&of);
    open_table(&of, "struct<i8>", 1);
    of.type.children[0]->children[0]->format = NULL;
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_CORRUPT);
    close_table(&of);
    open_table(&of, "i8", 1);
    of.type.metadata = "\1\0\0\0\xFF\xFF\xFF\xFF";
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_CORRUPT);
    assert_int_equal(ali_schema_import(of.ctx, &of.type, &schema), ALI_ERR_ARGUMENT);
    close_table(&of);
}

static void release_nothing(struct ArrowSchema *schema) {
    schema->release = NULL;
}

// A struct that is its own child.
static void endless_schemas_are_refused(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = NULL;
    struct ArrowSchema loop = {.format = "+s", .name = "x", .n_children = 1};
    struct ArrowSchema *children[] = {&loop};
    loop.children = children;
    loop.release = release_nothing;
    assert_int_equal(ali_schema_import(ctx, &loop, &schema), ALI_ERR_LIMIT);
    static struct ArrowSchema *many[4];
    for (uint32_t i = 0; i < 4; i += 1) many[i] = &loop;
    loop.children = many;
    loop.n_children = UINT32_MAX;
    loop.release = release_nothing;
    assert_int_equal(ali_schema_import(ctx, &loop, &schema), ALI_ERR_LIMIT);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void failed_allocations_leak_nothing(void **state) {
    for (uint32_t n = 0; n < ALI_COUNT_OF(nested_notations); n += 1) {
        bool is_done = false;
        for (uint64_t fail = 1; !is_done; fail += 1) {
            table of;
            ali_schema *schema = NULL;
            ali_batch *batch = NULL;
            open_table(&of, nested_notations[n], 20);
            of.array.offset = 1;
            of.array.length = 18;
            of.counter.fail_at = of.counter.calls + fail;
            ali_status status = ali_schema_import(of.ctx, &of.type, &schema);
            if (status == ALI_OK) {
                status = ali_batch_import(of.ctx, schema, &of.array, &batch);
                assert_null(of.array.release);
            }
            is_done = of.counter.calls < of.counter.fail_at;
            assert_int_equal(status, is_done ? ALI_OK : ALI_ERR_MEMORY);
            of.counter.fail_at = 0;
            ali_batch_release(batch);
            ali_schema_release(schema);
            close_table(&of);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_schema_and_batch_comes_back),
        cmocka_unit_test(values_are_not_copied),
        cmocka_unit_test(parts_of_arrays_come_back_as_slices),
        cmocka_unit_test(batches_outlive_context_and_schema),
        cmocka_unit_test(nulls_in_a_dictionary_become_nulls_of_rows),
        cmocka_unit_test(values_of_type_null_make_rows_null),
        cmocka_unit_test(what_leads_out_of_bounds_is_refused),
        cmocka_unit_test(formats_that_are_not_known_are_refused_by_name),
        cmocka_unit_test(unions_name_each_id_once),
        cmocka_unit_test(children_and_codes_of_a_wrong_kind_are_refused),
        cmocka_unit_test(structs_without_what_they_need_are_refused),
        cmocka_unit_test(endless_schemas_are_refused),
        cmocka_unit_test(failed_allocations_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
