// How what is asked for by name is found: columns by name and place, in any order, among many;
// formats.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alimentar.h"
#include "alimentar/host.h"
#include "base/internal.h"
#include "format/parquet/meta.h"
#include "parquet_tools.h"

#define NESTED "tests/vectors/files/parquet-testing/data/nonnullable.impala.parquet"
#define NAMES_MAX 600u

// An opened file of columns without rows.
typedef struct opened {
    ali_context *ctx;
    ali_dataset *dataset;
    tool_bytes pages;
    tool_bytes file;
} opened;

static opened open_names(const char *const *names, uint32_t count) {
    opened test = {0};
    tool_column columns[NAMES_MAX];
    tool_result result = {0};
    for (uint32_t i = 0; i < count; i += 1) {
        columns[i] = column_of(names[i], ALI_PARQUET_INT32, 0, 0, &test.pages);
    }
    test.file = tool_file(columns, count, 0, 0);
    assert_int_equal(ali_context_new(NULL, NULL, &test.ctx), ALI_OK);
    assert_int_equal(tool_open(&result, test.ctx, &test.file, &plainly, &test.dataset), ALI_OK);
    return test;
}

static void close_names(opened *test) {
    ali_dataset_release(test->dataset);
    ali_context_free(test->ctx);
    release(&test->file);
    release(&test->pages);
}

static ali_status look_up(const opened *test, const char *const *names, uint32_t count,
                          ali_schema **schema) {
    const ali_scan_options options = {
        .size_bytes = sizeof options, .columns = names, .columns_count = count};
    return ali_scan_schema(test->dataset, &options, schema);
}

static void columns_come_in_the_order_asked_for(void **state) {
    static const char *const names[] = {"fare", "far", "fares", "", "Fare", "\xc3\xa9", "fare2"};
    static const char *const asked[] = {"fares", "\xc3\xa9", "far",  "",
                                        "fare",  "Fare",     "fare", "#7"};
    opened test = open_names(names, ALI_COUNT_OF(names));
    ali_schema *schema = NULL;
    assert_int_equal(look_up(&test, asked, ALI_COUNT_OF(asked), &schema), ALI_OK);
    assert_int_equal(ali_schema_count(schema), ALI_COUNT_OF(asked));
    for (uint32_t i = 0; i < ALI_COUNT_OF(asked); i += 1) {
        ali_field_info field = {.size_bytes = sizeof field};
        assert_int_equal(ali_field_describe(schema, i, &field), ALI_OK);
        assert_string_equal(field.name, asked[i][0] == '#' ? "fare2" : asked[i]);
    }
    ali_schema_release(schema);
    close_names(&test);
}

static void each_of_many_columns_is_found(void **state) {
    static char texts[NAMES_MAX][8];
    const char *names[NAMES_MAX];
    for (uint32_t i = 0; i < NAMES_MAX; i += 1) {
        (void)snprintf(texts[i], sizeof texts[i], "c%u", i * 7919 % 1000);
        names[i] = texts[i];
    }
    opened test = open_names(names, NAMES_MAX);
    for (uint32_t i = 0; i < NAMES_MAX; i += 1) {
        ali_schema *schema = NULL;
        ali_field_info field = {.size_bytes = sizeof field};
        assert_int_equal(look_up(&test, &names[i], 1, &schema), ALI_OK);
        assert_int_equal(ali_field_describe(schema, 0, &field), ALI_OK);
        assert_string_equal(field.name, names[i]);
        ali_schema_release(schema);
    }
    close_names(&test);
}

static void names_that_cannot_be_found_are_told(void **state) {
    static const char *const names[] = {"b", "a", "#2", "a", "c", "a"};
    static const struct {
        const char *asked;
        ali_status status;
        const char *sentence;
    } cases[] = {
        {"d", ALI_ERR_NOT_FOUND, "there is no column \"d\": the file has 6, from \"b\" to \"a\""},
        {"", ALI_ERR_NOT_FOUND, "there is no column \"\": the file has 6, from \"b\" to \"a\""},
        {"#7", ALI_ERR_NOT_FOUND, "there is no column \"#7\": the file has 6, from \"b\" to \"a\""},
        {"#0", ALI_ERR_NOT_FOUND, "there is no column \"#0\": the file has 6, from \"b\" to \"a\""},
        {"a", ALI_ERR_ARGUMENT,
         "3 columns are named \"a\": take one by its place, as #2 for the first of them"},
    };
    opened test = open_names(names, ALI_COUNT_OF(names));
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        ali_schema *schema = NULL;
        assert_int_equal(look_up(&test, &cases[i].asked, 1, &schema), cases[i].status);
        assert_null(schema);
        assert_string_equal(ali_context_error(test.ctx)->sentence, cases[i].sentence);
    }
    close_names(&test);
}

static void places_and_escaped_names_are_told_apart(void **state) {
    static const char *const names[] = {"b", "a", "#2"};
    static const char *const asked[] = {"#2", "\\#2"};
    opened test = open_names(names, ALI_COUNT_OF(names));
    ali_schema *schema = NULL;
    ali_field_info field = {.size_bytes = sizeof field};
    assert_int_equal(look_up(&test, asked, 2, &schema), ALI_OK);
    assert_int_equal(ali_field_describe(schema, 0, &field), ALI_OK);
    assert_string_equal(field.name, "a");
    assert_int_equal(ali_field_describe(schema, 1, &field), ALI_OK);
    assert_string_equal(field.name, "#2");
    ali_schema_release(schema);
    close_names(&test);
}

static void columns_that_a_scan_reads_are_told(void **state) {
    static const char *const names[] = {"b", "a", "#2", "a", "c.d"};
    static const char *const asked[] = {"c.d", "#2", "\\#2", "#4", "c.d", "b"};
    static const uint32_t expected[] = {4, 1, 2, 3, 4, 0};
    opened test = open_names(names, ALI_COUNT_OF(names));
    const ali_scan_options options = {
        .size_bytes = sizeof options, .columns = asked, .columns_count = ALI_COUNT_OF(asked)};
    uint32_t columns[ALI_COUNT_OF(asked) + 1];
    memset(columns, 0xEE, sizeof columns);
    assert_int_equal(ali_scan_columns(test.dataset, &options, columns, ALI_COUNT_OF(columns)),
                     ALI_OK);
    assert_memory_equal(columns, expected, sizeof expected);
    assert_int_equal(columns[ALI_COUNT_OF(asked)], 0xEEEEEEEE);
    assert_int_equal(ali_scan_columns(test.dataset, NULL, columns, ALI_COUNT_OF(names)), ALI_OK);
    for (uint32_t i = 0; i < ALI_COUNT_OF(names); i += 1) assert_int_equal(columns[i], i);
    close_names(&test);
}

static void columns_whose_members_are_read_are_told(void **state) {
    static const char *const asked[] = {"nested_Struct.a", "Int_Map.key", "nested_Struct.c.D.e",
                                        "#1"};
    static const uint32_t expected[] = {5, 3, 5, 0};
    const ali_scan_options options = {
        .size_bytes = sizeof options, .columns = asked, .columns_count = ALI_COUNT_OF(asked)};
    uint32_t columns[ALI_COUNT_OF(asked)];
    ali_host *host = NULL;
    ali_dataset *dataset = NULL;
    assert_int_equal(ali_host_new(NULL, &host), ALI_OK);
    assert_int_equal(ali_host_open(host, NESTED, NULL, &dataset), ALI_OK);
    assert_int_equal(ali_scan_columns(dataset, &options, columns, ALI_COUNT_OF(columns)), ALI_OK);
    assert_memory_equal(columns, expected, sizeof expected);
    ali_dataset_release(dataset);
    ali_host_free(host);
}

static void columns_are_not_told_without_room_or_where_one_is_missing(void **state) {
    static const char *const names[] = {"a", "b"};
    static const char *const missing[] = {"a", "c"};
    const ali_scan_options options = {
        .size_bytes = sizeof options, .columns = missing, .columns_count = 2};
    opened test = open_names(names, ALI_COUNT_OF(names));
    uint32_t columns[2] = {7, 7};
    assert_int_equal(ali_scan_columns(test.dataset, NULL, columns, 1), ALI_ERR_ARGUMENT);
    assert_string_equal(ali_context_error(test.ctx)->sentence,
                        "a scan of 2 columns is to be told in 1 places");
    assert_int_equal(ali_scan_columns(test.dataset, &options, columns, 2), ALI_ERR_NOT_FOUND);
    assert_int_equal(ali_scan_columns(test.dataset, NULL, NULL, 2), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_scan_columns(NULL, NULL, columns, 2), ALI_ERR_ARGUMENT);
    assert_int_equal(columns[0], 7);
    assert_int_equal(columns[1], 7);
    close_names(&test);
}

static void file_without_columns_says_so(void **state) {
    opened test = open_names(NULL, 0);
    static const char *const asked[] = {"a"};
    ali_schema *schema = NULL;
    assert_int_equal(look_up(&test, asked, 1, &schema), ALI_ERR_NOT_FOUND);
    assert_string_equal(ali_context_error(test.ctx)->sentence,
                        "there is no column \"a\": the file has no columns");
    close_names(&test);
}

static void formats_that_are_not_read_are_refused_by_name(void **state) {
    static const struct {
        const char *format;
        ali_status status;
        const char *sentence;
    } cases[] = {
        {"csv", ALI_ERR_UNSUPPORTED, "reading CSV is not supported yet"},
        {"jsonl", ALI_ERR_UNSUPPORTED, "reading JSON lines is not supported yet"},
        {"avro", ALI_ERR_UNSUPPORTED, "reading Avro is not supported yet"},
        {"orc", ALI_ERR_NOT_FOUND, "there is no format \"orc\" that can be read"},
        {"", ALI_ERR_NOT_FOUND, "there is no format \"\" that can be read"},
    };
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    const ali_object object = {
        .size_bytes = sizeof object, .object_bytes = ALI_UNKNOWN, .path = "a", .path_bytes = 1};
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const ali_open_options options = {.size_bytes = sizeof options, .format = cases[i].format};
        ali_task *task = NULL;
        assert_int_equal(ali_open_start(ctx, &object, &options, &task), cases[i].status);
        assert_null(task);
        assert_string_equal(ali_context_error(ctx)->sentence, cases[i].sentence);
    }
    ali_context_free(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_come_in_the_order_asked_for),
        cmocka_unit_test(each_of_many_columns_is_found),
        cmocka_unit_test(names_that_cannot_be_found_are_told),
        cmocka_unit_test(places_and_escaped_names_are_told_apart),
        cmocka_unit_test(columns_that_a_scan_reads_are_told),
        cmocka_unit_test(columns_whose_members_are_read_are_told),
        cmocka_unit_test(columns_are_not_told_without_room_or_where_one_is_missing),
        cmocka_unit_test(file_without_columns_says_so),
        cmocka_unit_test(formats_that_are_not_read_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
