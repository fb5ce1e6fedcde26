// Members cut out of structs and lists: nulls at every level, what is shared and what is copied.
#include "column_tools.h"
#include "nested_tools.h"

// Gives a column validity out of a text of '1' and '0', and zeros where nothing is.
static void put_nulls(ali_context *ctx, ali_column *column, const char *valid) {
    column->length = strlen(valid);
    column->null_count = 0;
    column->validity = nested_buf(ctx, (column->length + 7) / 8);
    for (uint64_t i = 0; i < column->length; i += 1) {
        if (valid[i] == '1') column->validity->data[i / 8] |= (uint8_t)(1u << (i % 8));
        column->null_count += valid[i] == '0';
    }
    if (column->null_count != 0) return;
    ali_buf_release(column->validity);
    column->validity = NULL;
}

// Numbers 1, 2, 3, ... in the slots that are not null.
static void put_numbers(ali_context *ctx, ali_column *column) {
    column->values = nested_buf(ctx, column->length * 4);
    for (uint64_t i = 0; i < column->length; i += 1) {
        if (ali_column_is_valid(column, i)) nested_put(column->values, 4, i, i + 1);
    }
}

static void expect(const ali_column *column, const char *valid) {
    uint64_t nulls = 0;
    assert_int_equal(column->length, strlen(valid));
    for (uint64_t i = 0; i < column->length; i += 1) {
        assert_int_equal(ali_column_is_valid(column, i), valid[i] == '1');
        nulls += valid[i] == '0';
    }
    assert_int_equal(column->null_count, nulls);
}

static void expect_numbers(const ali_column *column, const char *valid) {
    expect(column, valid);
    for (uint64_t i = 0; i < column->length; i += 1) {
        const uint32_t value = ali_load_u32(column->values->data + i * 4);
        assert_int_equal(value, valid[i] == '1' ? i + 1 : 0);
    }
}

// A batch of a schema in the notation of nested_tools.h.
static ali_batch *batch_of(ali_context *ctx, const char *notation, uint64_t rows) {
    ali_schema *schema = nested_schema_of(ctx, notation);
    ali_batch *batch = NULL;
    assert_int_equal(ali_batch_new(ctx, schema, rows, &batch), ALI_OK);
    ali_schema_release(schema);
    return batch;
}

static void nulls_of_every_struct_above_are_the_members_own(void **state) {
    static const struct {
        const char *outer;
        const char *inner;
        const char *number;
        const char *result;
        bool is_shared; // the values
    } cases[] = {
        {"1111111111", "1111111111", "1111111111", "1111111111", true},
        {"1111111111", "1111111111", "1010101010", "1010101010", true},
        {"0111111111", "0111111110", "0111110110", "0111110110", true},
        {"0111111111", "0101111111", "1101011111", "0101011111", false},
        {"1111111111", "1111101111", "1111111111", "1111101111", false},
        {"0000000000", "0000000000", "1111111111", "0000000000", false},
        {"0000000000", "1111111111", "0000000000", "0000000000", true},
    };
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        ali_batch *batch = batch_of(ctx, "struct<struct<i32>>", 10);
        ali_batch *cut = batch_of(ctx, "i32", 10);
        put_nulls(ctx, &batch->columns[0], cases[i].outer);
        put_nulls(ctx, &batch->columns[1], cases[i].inner);
        put_nulls(ctx, &batch->columns[2], cases[i].number);
        put_numbers(ctx, &batch->columns[2]);
        assert_int_equal(ali_column_cut(ctx, batch->columns, 2, cut->columns), ALI_OK);
        expect_numbers(cut->columns, cases[i].result);
        assert_true((cut->columns[0].values == batch->columns[2].values) == cases[i].is_shared);
        assert_true(cut->columns[0].type == cut->schema->nodes[0].type);
        ali_batch_release(batch);
        ali_batch_release(cut);
    }
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

// A struct with a list of structs of numbers: two rows, the first with three items, of which one is
// null, the second null.
static ali_batch *make_list(ali_context *ctx) {
    ali_batch *batch = batch_of(ctx, "struct<list<struct<i32>>>", 2);
    ali_column *columns = batch->columns;
    put_nulls(ctx, &columns[0], "10");
    put_nulls(ctx, &columns[1], "11");
    columns[1].offsets = nested_buf(ctx, 3 * 4);
    nested_put(columns[1].offsets, 4, 1, 3);
    nested_put(columns[1].offsets, 4, 2, 5);
    put_nulls(ctx, &columns[2], "10111");
    put_nulls(ctx, &columns[3], "10011");
    put_numbers(ctx, &columns[3]);
    return batch;
}

static void lists_on_the_way_stay_around_what_is_cut(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_batch *batch = make_list(ctx);
    ali_batch *cut = batch_of(ctx, "list<i32>", 2);
    assert_int_equal(ali_column_cut(ctx, batch->columns, 3, cut->columns), ALI_OK);
    expect(&cut->columns[0], "10");
    assert_true(cut->columns[0].offsets == batch->columns[1].offsets);
    expect_numbers(&cut->columns[1], "10011");
    assert_true(cut->columns[1].values == batch->columns[3].values);
    ali_batch_release(batch);
    ali_batch_release(cut);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void types_without_nulls_of_their_own_get_those_above(void **state) {
    static const char *const notations[] = {"struct<dense<i8,utf8>>", "struct<ree32<utf8>>",
                                            "struct<sparse<i8,utf8>>"};
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    for (uint32_t i = 0; i < ALI_COUNT_OF(notations); i += 1) {
        const nested_source from = {.state = 7 + i};
        ali_schema *schema = nested_schema_of(ctx, notations[i]);
        nested_source source = from;
        ali_batch *batch = nested_batch(ctx, schema, 40, &source);
        char inner[24];
        (void)snprintf(inner, sizeof inner, "%.*s", (int)strlen(notations[i]) - 8,
                       notations[i] + 7);
        ali_batch *cut = batch_of(ctx, inner, 40);
        ali_column_clear(&batch->columns[0]);
        put_nulls(ctx, &batch->columns[0], "1011111111111111111111111111111111111110");
        assert_int_equal(ali_column_cut(ctx, batch->columns, 1, cut->columns), ALI_OK);
        assert_int_equal(cut->columns[0].length, 40);
        assert_null(cut->columns[0].validity);
        ali_schema_release(schema);
        ali_batch_release(batch);
        ali_batch_release(cut);
    }
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void columns_of_nulls_stay_so(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_batch *batch = batch_of(ctx, "struct<null>", 3);
    ali_batch *cut = batch_of(ctx, "null", 3);
    put_nulls(ctx, &batch->columns[0], "101");
    batch->columns[1].length = batch->columns[1].null_count = 3;
    assert_int_equal(ali_column_cut(ctx, batch->columns, 1, cut->columns), ALI_OK);
    assert_int_equal(cut->columns[0].null_count, 3);
    assert_null(cut->columns[0].validity);
    ali_batch_release(batch);
    ali_batch_release(cut);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void failed_allocations_of_cuts_leak_nothing(void **state) {
    ali_status status = ALI_ERR_MEMORY;
    for (uint64_t fail = 1; status == ALI_ERR_MEMORY; fail += 1) {
        tool_counter counter = {0};
        ali_context *ctx = tool_context(&counter);
        ali_batch *batch = make_list(ctx);
        ali_batch *cut = batch_of(ctx, "list<i32>", 2);
        batch->columns[3].validity->data[0] = 0x1F;
        batch->columns[3].null_count = 0;
        counter.fail_at = counter.calls + fail;
        status = ali_column_cut(ctx, batch->columns, 3, cut->columns);
        assert_true(status == ALI_OK || status == ALI_ERR_MEMORY);
        ali_batch_release(batch);
        ali_batch_release(cut);
        ali_context_free(ctx);
        assert_int_equal(counter.bytes, 0);
        assert_true(fail > 3 || status == ALI_ERR_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nulls_of_every_struct_above_are_the_members_own),
        cmocka_unit_test(lists_on_the_way_stay_around_what_is_cut),
        cmocka_unit_test(types_without_nulls_of_their_own_get_those_above),
        cmocka_unit_test(columns_of_nulls_stay_so),
        cmocka_unit_test(failed_allocations_of_cuts_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
