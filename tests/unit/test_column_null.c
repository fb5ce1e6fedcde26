// Columns of nothing but nulls, of every kind: what stands for a column that a file does not have.
#include "nested_tools.h"
#include "writer_tools.h"

static bool has_no_nulls(const ali_schema *schema, uint32_t root) {
    for (uint32_t i = 0; i < schema->nodes[root].type->span; i += 1) {
        const uint32_t kind = schema->nodes[root + i].type->kind;
        if (kind == ALI_TYPE_UNION || kind == ALI_TYPE_RUN_END) return true;
    }
    return false;
}

// Rows of which each column is null, as lines of JSON.
static char *expected_lines(const ali_schema *schema, uint64_t rows) {
    char *text = calloc(rows + 1, 4096);
    char *at = text;
    for (uint64_t row = 0; row < rows; row += 1) {
        for (uint32_t i = 0; i < ali_schema_count(schema); i += 1) {
            at +=
                sprintf(at, "%c\"%s\":null", i == 0 ? '{' : ',', ali_schema_field(schema, i)->name);
        }
        at += sprintf(at, "}\n");
    }
    return text;
}

static void every_kind_can_be_null_but_those_without_nulls_of_their_own(void **state) {
    static const uint64_t counts[] = {0, 1, 8, 9, 100};
    uint32_t refused = 0;
    uint32_t made = 0;
    for (uint32_t i = 0; i < ALI_COUNT_OF(nested_notations) * ALI_COUNT_OF(counts); i += 1) {
        const uint64_t rows = counts[i % ALI_COUNT_OF(counts)];
        tool_counter counter = {0};
        ali_context *ctx = tool_context(&counter);
        ali_schema *schema = nested_schema_of(ctx, nested_notations[i / ALI_COUNT_OF(counts)]);
        ali_batch *batch = NULL;
        bool is_whole = true;
        assert_int_equal(ali_batch_new(ctx, schema, rows, &batch), ALI_OK);
        for (uint32_t k = 0; k < ali_schema_count(schema); k += 1) {
            const bool is_refused = has_no_nulls(schema, schema->roots[k]);
            const ali_status status = ali_column_null(ctx, ali_batch_at(batch, k));
            assert_int_equal(status, is_refused ? ALI_ERR_UNSUPPORTED : ALI_OK);
            if (is_refused) {
                assert_non_null(
                    strstr(ali_context_error(ctx)->sentence, "union or run_end_encoded"));
                ali_error_begin(ctx);
            }
            refused += is_refused ? 1 : 0;
            made += is_refused ? 0 : 1;
            is_whole = is_whole && !is_refused;
        }
        if (is_whole) {
            char *expected = expected_lines(schema, rows);
            char *found = tool_lines(ctx, batch);
            assert_string_equal(found, expected);
            free(found);
            free(expected);
            for (uint32_t k = 0; k < ali_schema_count(schema); k += 1) {
                assert_int_equal(ali_batch_at(batch, k)->null_count, rows);
            }
        }
        ali_batch_release(batch);
        ali_schema_release(schema);
        ali_context_free(ctx);
        assert_int_equal(counter.bytes, 0);
    }
    assert_true(refused > 20 && made > 100);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_can_be_null_but_those_without_nulls_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
