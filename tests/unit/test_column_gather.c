// Slices, gathered rows, decoded and simplified batches of every kind: each row's text is that of
// the row that it was, and no column has a kind or an encoding that it should not have.
#include "nested_tools.h"
#include "writer_tools.h"

// A batch's rows as lines of JSON.
typedef struct lines {
    char *text;
    const char *at[400];
} lines;

static lines lines_of(ali_context *ctx, ali_batch *batch) {
    lines made = {tool_lines(ctx, batch), {NULL}};
    char *at = made.text;
    for (uint64_t i = 0; i < batch->rows; i += 1) {
        made.at[i] = at;
        at = strchr(at, '\n');
        assert_non_null(at);
        *at = 0;
        at += 1;
    }
    assert_int_equal(*at, 0);
    return made;
}

typedef struct table {
    tool_counter counter;
    ali_context *ctx;
    ali_schema *schema;
    ali_batch *batch;
    lines lines;
} table;

static void open_table(table *of, uint32_t notation, uint64_t rows) {
    nested_source from = {.state = notation * 77 + rows + 1};
    memset(of, 0, sizeof *of);
    of->ctx = tool_context(&of->counter);
    of->schema = nested_schema_of(of->ctx, nested_notations[notation]);
    of->batch = nested_batch(of->ctx, of->schema, rows, &from);
    of->lines = lines_of(of->ctx, of->batch);
}

static void close_table(table *of) {
    free(of->lines.text);
    ali_batch_release(of->batch);
    ali_schema_release(of->schema);
    ali_context_free(of->ctx);
    assert_int_equal(of->counter.bytes, 0);
}

#define NOTATIONS ALI_COUNT_OF(nested_notations)

static void assert_rows(table *of, ali_batch *batch, const int64_t *rows) {
    lines made = lines_of(of->ctx, batch);
    for (uint64_t i = 0; i < batch->rows; i += 1) {
        const uint64_t row = rows == NULL ? i : (uint64_t)rows[i];
        assert_string_equal(made.at[i], of->lines.at[row]);
    }
    free(made.text);
}

static void slices_begin_at_any_row_and_have_its_values(void **state) {
    static const uint64_t offsets[] = {0, 1, 7, 8, 13, 64, 65, 99};
    for (uint32_t n = 0; n < NOTATIONS; n += 1) {
        table of;
        open_table(&of, n, 100);
        for (uint32_t i = 0; i < ALI_COUNT_OF(offsets); i += 1) {
            for (uint64_t rows = 0; rows + offsets[i] <= 100; rows += 17) {
                ali_batch *slice = NULL;
                int64_t wanted[100];
                for (uint64_t k = 0; k < rows; k += 1) wanted[k] = (int64_t)(offsets[i] + k);
                assert_int_equal(ali_batch_slice(of.ctx, of.batch, offsets[i], rows, &slice),
                                 ALI_OK);
                assert_rows(&of, slice, wanted);
                ali_batch_release(slice);
            }
        }
        close_table(&of);
    }
}

static void slices_of_slices_have_the_values_of_both(void **state) {
    for (uint32_t n = 0; n < NOTATIONS; n += 1) {
        table of;
        ali_batch *outer = NULL;
        ali_batch *inner = NULL;
        int64_t wanted[40];
        open_table(&of, n, 100);
        for (uint64_t k = 0; k < 40; k += 1) wanted[k] = (int64_t)(3 + 9 + k);
        assert_int_equal(ali_batch_slice(of.ctx, of.batch, 3, 90, &outer), ALI_OK);
        assert_int_equal(ali_batch_slice(of.ctx, outer, 9, 40, &inner), ALI_OK);
        assert_rows(&of, inner, wanted);
        ali_batch_release(outer);
        ali_batch_release(inner);
        close_table(&of);
    }
}

static ali_status gather(table *of, const int64_t *rows, uint64_t count, ali_batch **made) {
    assert_int_equal(ali_batch_new(of->ctx, of->schema, count, made), ALI_OK);
    for (uint32_t i = 0; i < of->schema->count; i += 1) {
        const ali_status status = ali_column_gather(of->ctx, ali_batch_at(of->batch, i), rows,
                                                    count, ali_batch_at(*made, i));
        if (status < 0) return status;
    }
    return ALI_OK;
}

static void gathered_rows_have_their_values_in_any_order(void **state) {
    static const int64_t rows[] = {99, 0, 0, 50, 51, 52, 3, 98, 8, 8, 8, 7, 64, 63, 99, 1, 1};
    for (uint32_t n = 0; n < NOTATIONS; n += 1) {
        table of;
        ali_batch *made = NULL;
        open_table(&of, n, 100);
        assert_int_equal(gather(&of, rows, ALI_COUNT_OF(rows), &made), ALI_OK);
        assert_rows(&of, made, rows);
        ali_batch_release(made);
        close_table(&of);
    }
}

static void negative_indexes_are_null_at_every_kind(void **state) {
    static const int64_t rows[] = {-1, 5, -1, -1, 6};
    for (uint32_t n = 0; n < NOTATIONS; n += 1) {
        table of;
        ali_batch *made = NULL;
        open_table(&of, n, 20);
        assert_int_equal(gather(&of, rows, ALI_COUNT_OF(rows), &made), ALI_OK);
        lines texts = lines_of(of.ctx, made);
        assert_string_equal(texts.at[1], of.lines.at[5]);
        assert_string_equal(texts.at[4], of.lines.at[6]);
        for (uint32_t i = 0; i < of.schema->count; i += 1) {
            const ali_column *column = ali_batch_at(made, i);
            const uint32_t kind = column->type->kind;
            if (kind == ALI_TYPE_UNION || kind == ALI_TYPE_RUN_END || kind == ALI_TYPE_NULL)
                continue;
            assert_true(column->null_count >= 3);
            assert_false(ali_column_is_valid(column, 0));
        }
        free(texts.text);
        ali_batch_release(made);
        close_table(&of);
    }
    table of;
    ali_batch *made = NULL;
    open_table(&of, 7, 20); // unions: the first child is null
    assert_int_equal(gather(&of, rows, ALI_COUNT_OF(rows), &made), ALI_OK);
    lines texts = lines_of(of.ctx, made);
    static const char expected[] =
        "{\"a\":{\"type_id\":5,\"value\":null},\"b\":{\"type_id\":5,"
        "\"value\":null},\"c\":{\"type_id\":5,\"value\":null},\"d\":null}";
    assert_string_equal(texts.at[0], expected);
    free(texts.text);
    ali_batch_release(made);
    close_table(&of);
}

static void decoded_batches_have_no_codes_at_any_depth(void **state) {
    for (uint32_t n = 0; n < NOTATIONS; n += 1) {
        table of;
        ali_batch *plain = NULL;
        open_table(&of, n, 100);
        assert_int_equal(ali_batch_decode(of.ctx, of.batch, &plain), ALI_OK);
        assert_ptr_equal(plain->schema, of.schema);
        for (uint32_t i = 0; i < of.schema->nodes_count; i += 1) {
            assert_int_equal(plain->columns[i].encoding, ALI_ENCODING_PLAIN);
            assert_null(plain->columns[i].dictionary);
        }
        assert_rows(&of, plain, NULL);
        ali_batch_release(plain);
        close_table(&of);
    }
}

static void assert_simple(const ali_batch *batch) {
    for (uint32_t i = 0; i < batch->schema->nodes_count; i += 1) {
        const ali_column *column = &batch->columns[i];
        const uint32_t kind = column->type->kind;
        assert_true(column->type == batch->schema->nodes[i].type);
        assert_true(kind < ALI_TYPE_LARGE_BINARY);
        if (column->encoding == ALI_ENCODING_PLAIN) continue;
        assert_true(kind == ALI_TYPE_UTF8 || kind == ALI_TYPE_BINARY);
        assert_int_equal(column->dictionary->columns[0].type->kind, kind);
    }
}

static void simplified_batches_have_few_kinds_and_the_same_values(void **state) {
    for (uint32_t n = 0; n < NOTATIONS; n += 1) {
        table of;
        ali_batch *simple = NULL;
        ali_batch *again = NULL;
        open_table(&of, n, 100);
        assert_int_equal(ali_batch_simplify(of.ctx, of.batch, &simple), ALI_OK);
        assert_simple(simple);
        assert_int_equal(simple->schema->count, of.schema->count);
        assert_rows(&of, simple, NULL);
        assert_int_equal(ali_batch_simplify(of.ctx, simple, &again), ALI_OK);
        assert_ptr_equal(again, simple);
        ali_batch_release(again);
        ali_batch_release(simple);
        close_table(&of);
    }
}

static void run_ends_take_their_values_type_and_keep_their_name(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema_of(ctx, "i8,ree16<ree32<utf8_view>>,list_view<large_utf8>");
    ali_schema *simple = NULL;
    char text[64];
    assert_int_equal(ali_schema_simplify(ctx, schema, &simple), ALI_OK);
    assert_int_equal(simple->nodes_count, 4);
    assert_string_equal(ali_schema_field(simple, 1)->name, "b");
    assert_int_equal(ali_schema_field(simple, 1)->type->kind, ALI_TYPE_UTF8);
    (void)ali_type_spell(ali_schema_field(simple, 2)->type, text, sizeof text);
    assert_string_equal(text, "list<utf8>");
    ali_schema_release(simple);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void what_is_simple_is_shared_not_copied(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema_of(ctx, "list<struct<i64,?8 utf8>>,large_utf8");
    nested_source from = {.state = 5};
    ali_batch *batch = nested_batch(ctx, schema, 50, &from);
    ali_batch *simple = NULL;
    assert_int_equal(ali_batch_simplify(ctx, batch, &simple), ALI_OK);
    assert_ptr_equal(simple->columns[0].offsets, batch->columns[0].offsets);
    assert_ptr_equal(simple->columns[2].values, batch->columns[2].values);
    assert_ptr_equal(simple->columns[3].dictionary, batch->columns[3].dictionary);
    assert_ptr_equal(simple->columns[4].data, batch->columns[4].data);
    assert_true(simple->columns[4].offsets != batch->columns[4].offsets);
    assert_int_equal(ali_context_copied_bytes(ctx), 0);
    ali_batch_release(simple);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

// Offsets that reach farther than 32 bits, over data that nobody looks at.
static void offsets_beyond_32_bits_are_refused_by_name(void **state) {
    static const char *const notations[] = {"i8,large_utf8", "i8,large_list<null>",
                                            "i8,struct<large_list<null>>"};
    for (uint32_t n = 0; n < ALI_COUNT_OF(notations); n += 1) {
        tool_counter counter = {0};
        ali_context *ctx = tool_context(&counter);
        ali_schema *schema = nested_schema_of(ctx, notations[n]);
        ali_batch *batch = tool_batch(ctx, schema, 1);
        ali_batch *simple = NULL;
        static const int64_t offsets[] = {0, INT64_C(1) << 31};
        static const uint8_t number[] = {1};
        tool_values(ctx, &batch->columns[0], number, 1);
        ali_column *column = &batch->columns[n == 2 ? 2 : 1];
        column->length = 1;
        column->offsets = tool_buf(ctx, offsets, sizeof offsets);
        if (n > 0) column[1].length = column[1].null_count = UINT64_C(1) << 31;
        assert_int_equal(ali_batch_simplify(ctx, batch, &simple), ALI_ERR_LIMIT);
        assert_null(simple);
        assert_string_equal(ali_context_error(ctx)->column, "b");
        assert_non_null(strstr(ali_context_error(ctx)->sentence, "2147483648"));
        ali_batch_release(batch);
        ali_schema_release(schema);
        ali_context_free(ctx);
        assert_int_equal(counter.bytes, 0);
    }
}

static void run_ends_of_16_bits_do_not_hold_more_rows(void **state) {
    enum { ROWS = 40000 };
    static int64_t rows[ROWS];
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = nested_schema_of(ctx, "ree16<i8>");
    nested_source from = {.state = 9};
    ali_batch *batch = nested_batch(ctx, schema, 4, &from);
    ali_batch *made = tool_batch(ctx, schema, ROWS);
    assert_int_equal(ali_column_gather(ctx, batch->columns, rows, ROWS, made->columns),
                     ALI_ERR_LIMIT);
    ali_batch_release(made);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

typedef ali_status (*maker)(ali_context *ctx, ali_batch *batch, ali_batch **made);

static ali_status make_slice(ali_context *ctx, ali_batch *batch, ali_batch **made) {
    return ali_batch_slice(ctx, batch, 3, 11, made);
}

static ali_status make_lines(ali_context *ctx, ali_batch *batch, ali_batch **made) {
    ali_writer *writer = NULL;
    *made = NULL;
    ali_status status = ali_writer_new(ctx, "csv", NULL, batch->schema, &writer);
    if (status == ALI_OK) status = ali_writer_put(writer, batch);
    ali_writer_free(writer);
    return status;
}

static void failed_allocations_leak_nothing(void **state) {
    static const maker makers[] = {ali_batch_simplify, ali_batch_decode, make_slice, make_lines};
    for (uint32_t n = 0; n < NOTATIONS; n += 1) {
        table of;
        open_table(&of, n, 20);
        const int64_t held = of.counter.bytes;
        for (uint32_t m = 0; m < ALI_COUNT_OF(makers); m += 1) {
            bool is_done = false;
            for (uint64_t fail = 1; !is_done; fail += 1) {
                ali_batch *made = NULL;
                of.counter.fail_at = of.counter.calls + fail;
                const ali_status status = makers[m](of.ctx, of.batch, &made);
                is_done = of.counter.calls < of.counter.fail_at;
                of.counter.fail_at = 0;
                assert_int_equal(status, is_done ? ALI_OK : ALI_ERR_MEMORY);
                ali_batch_release(made);
                assert_int_equal(of.counter.bytes, held);
            }
        }
        close_table(&of);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_begin_at_any_row_and_have_its_values),
        cmocka_unit_test(slices_of_slices_have_the_values_of_both),
        cmocka_unit_test(gathered_rows_have_their_values_in_any_order),
        cmocka_unit_test(negative_indexes_are_null_at_every_kind),
        cmocka_unit_test(decoded_batches_have_no_codes_at_any_depth),
        cmocka_unit_test(simplified_batches_have_few_kinds_and_the_same_values),
        cmocka_unit_test(run_ends_take_their_values_type_and_keep_their_name),
        cmocka_unit_test(what_is_simple_is_shared_not_copied),
        cmocka_unit_test(offsets_beyond_32_bits_are_refused_by_name),
        cmocka_unit_test(run_ends_of_16_bits_do_not_hold_more_rows),
        cmocka_unit_test(failed_allocations_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
