// Dictionaries of Arrow IPC as they grow: values of every nested type, cut into pieces and joined
// again, and what was handed out before.
#include "format/format.h"
#include "format/ipc/load.h"
#include "nested_tools.h"
#include "writer_tools.h"

typedef struct joined {
    tool_counter counter;
    ali_context *ctx;
    ali_schema *schema;
    ali_batch *batch;
    ali_ipc_values values;
} joined;

static void open_joined(joined *of, const char *notation, uint64_t rows) {
    nested_source from = {.state = strlen(notation) * 37 + rows};
    memset(of, 0, sizeof *of);
    of->ctx = tool_context(&of->counter);
    of->schema = nested_schema_of(of->ctx, notation);
    of->batch = nested_batch(of->ctx, of->schema, rows, &from);
}

static void close_joined(joined *of) {
    ali_ipc_values_clear(of->ctx, &of->values);
    ali_batch_release(of->batch);
    ali_schema_release(of->schema);
    ali_context_free(of->ctx);
    assert_int_equal(of->counter.bytes, 0);
}

// Rows [first, end) of the batch's first column as values: the dictionary, or a delta of it.
static ali_status put_piece(joined *of, uint64_t first, uint64_t end) {
    ali_column columns[64] = {0};
    const uint32_t span = of->batch->columns[0].type->span;
    for (uint32_t i = 0; i < span; i += 1) columns[i].type = of->batch->columns[i].type;
    columns[0].length = end - first;
    ali_status status = ali_column_slice(of->ctx, of->batch->columns, first, columns);
    if (status == ALI_OK) {
        status = ali_ipc_put_values(of->ctx, of->schema, &of->values, columns, first != 0);
    }
    for (uint32_t i = 0; i < span; i += 1) ali_column_clear(&columns[i]);
    if (status == ALI_OK) status = ali_ipc_merge(of->ctx, of->schema, &of->values);
    return status;
}

static char *text_of(ali_context *ctx, ali_batch *batch, uint64_t rows) {
    ali_batch *part = NULL;
    assert_int_equal(ali_batch_slice(ctx, batch, 0, rows, &part), ALI_OK);
    char *text = tool_lines(ctx, part);
    ali_batch_release(part);
    return text;
}

// The values of a dictionary are the first rows of the batch.
static void assert_values(joined *of, const ali_dictionary *dictionary, const ali_buf *validity) {
    ali_batch *values = NULL;
    const uint64_t rows = dictionary->columns[0].length;
    assert_int_equal(ali_batch_new(of->ctx, of->schema, rows, &values), ALI_OK);
    for (uint32_t i = 0; i < dictionary->columns_count; i += 1) {
        ali_column_share(&values->columns[i], &dictionary->columns[i]);
    }
    if (validity != NULL) {
        assert_int_equal(ali_buf_new(of->ctx, (rows + 7) / 8, &values->columns[0].validity),
                         ALI_OK);
        memcpy(values->columns[0].validity->data, validity->data, (size_t)((rows + 7) / 8));
        for (uint64_t i = 0; i < rows; i += 1) {
            values->columns[0].null_count += !ali_column_is_valid(values->columns, i);
        }
    }
    char *found = text_of(of->ctx, values, rows);
    char *expected = text_of(of->ctx, of->batch, rows);
    assert_string_equal(found, expected);
    free(found);
    free(expected);
    ali_batch_release(values);
}

static const uint64_t cuts[] = {0, 13, 14, 40, 40, 41, 100};

static const char *const notations[] = {
    "bool",
    "i8",
    "u64",
    "utf8",
    "large_binary",
    "utf8_view",
    "fixed3",
    "d256",
    "list<i32>",
    "large_list<utf8>",
    "list_view<utf8_view>",
    "large_list_view<bool>",
    "fixed_list3<f32>",
    "list<list<list<utf8>>>",
    "struct<i32,utf8,struct<bool,null>>",
    "struct<>",
    "map<struct<utf8,i64>>",
    "sparse<i32,utf8,struct<bool>>",
    "dense<i32,utf8,list<i8>>",
    "list<dense<bool,i16>>",
    "ree16<utf8>",
    "ree32<list<i32>>",
    "struct<ree64<struct<i8>>>",
    "list<?8 utf8>",
    "struct<?8 large_binary,?8 i64>",
    "ree32<?8 utf8>",
};

static void pieces_of_every_type_are_joined_and_leave_alone_what_was_handed_out(void **state) {
    for (uint32_t n = 0; n < ALI_COUNT_OF(notations); n += 1) {
        joined of;
        ali_dictionary *kept[ALI_COUNT_OF(cuts)] = {0};
        open_joined(&of, notations[n], 100);
        for (uint32_t i = 1; i < ALI_COUNT_OF(cuts); i += 1) {
            const ali_status status = put_piece(&of, cuts[i - 1], cuts[i]);
            if (status != ALI_OK) {
                fail_msg("%s: %s", notations[n], ali_context_error(of.ctx)->sentence);
            }
            kept[i] = ali_dictionary_retain(of.values.dictionary);
            assert_int_equal(kept[i]->columns[0].length, cuts[i]);
            for (uint32_t k = 1; k <= i; k += 1) assert_values(&of, kept[k], of.values.validity);
        }
        for (uint32_t i = 0; i < ALI_COUNT_OF(cuts); i += 1) ali_dictionary_release(kept[i]);
        close_joined(&of);
    }
}

// Files may hold runs that go beyond a column's length, and more values than runs.
static void runs_beyond_their_values_are_not_joined(void **state) {
    static const struct {
        int32_t ends[2];
        uint64_t values;
        ali_status status;
    } cases[] = {
        {{2, 3}, 2, ALI_OK}, {{2, 5}, 2, ALI_ERR_UNSUPPORTED}, {{2, 3}, 3, ALI_ERR_UNSUPPORTED}};
    for (uint32_t n = 0; n < ALI_COUNT_OF(cases); n += 1) {
        joined of;
        const int8_t bytes[3] = {7, 8, 9};
        open_joined(&of, "ree32<i8>", 3);
        for (uint32_t piece = 0; piece < 2; piece += 1) {
            ali_column columns[3] = {{.length = 3}, {.length = 2}, {.length = cases[n].values}};
            for (uint32_t i = 0; i < 3; i += 1) columns[i].type = of.batch->columns[i].type;
            tool_values(of.ctx, &columns[1], cases[n].ends, sizeof cases[n].ends);
            tool_values(of.ctx, &columns[2], bytes, columns[2].length);
            assert_int_equal(ali_ipc_put_values(of.ctx, of.schema, &of.values, columns, piece != 0),
                             ALI_OK);
        }
        assert_int_equal(ali_ipc_merge(of.ctx, of.schema, &of.values), cases[n].status);
        if (cases[n].status == ALI_OK) {
            const int32_t joined_ends[] = {2, 3, 5, 6};
            const ali_column *found = of.values.dictionary->columns;
            assert_int_equal(found->length, 6);
            assert_memory_equal(found[1].values->data, joined_ends, sizeof joined_ends);
        }
        close_joined(&of);
    }
}

static void failed_allocations_leak_nothing(void **state) {
    for (uint32_t n = 0; n < ALI_COUNT_OF(notations); n += 1) {
        bool is_done = false;
        for (uint64_t fail = 1; !is_done; fail += 1) {
            joined of;
            ali_status status = ALI_OK;
            open_joined(&of, notations[n], 30);
            of.counter.fail_at = of.counter.calls + fail;
            status = put_piece(&of, 0, 9);
            if (status == ALI_OK) status = put_piece(&of, 9, 12);
            if (status == ALI_OK) status = put_piece(&of, 12, 30);
            is_done = of.counter.calls < of.counter.fail_at;
            assert_int_equal(status, is_done ? ALI_OK : ALI_ERR_MEMORY);
            of.counter.fail_at = 0;
            close_joined(&of);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_every_type_are_joined_and_leave_alone_what_was_handed_out),
        cmocka_unit_test(runs_beyond_their_values_are_not_joined),
        cmocka_unit_test(failed_allocations_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
