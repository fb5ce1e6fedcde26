// What the texts that name columns and their members mean, what is read for them, and how those
// that mean nothing are told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/paths.h"
#include "nested_tools.h"

// Columns a, b, ... with members a, b, ...; some get other names below.
static const char notation[] = "struct<i32,struct<i32,utf8>>,list<struct<f64,i32>>,"
                               "map<struct<utf8,struct<i64>>>,struct<i32,i32,i8>,i32,"
                               "dense<i8,utf8>,fixed_list3<large_list<struct<i32>>>,"
                               "variant<binary,binary>,?8 struct<i32>,struct<i16,i8>,i64,i64";

typedef struct opened {
    ali_context *ctx;
    ali_schema *schema;
    ali_arena arena;
} opened;

static void rename_node(const opened *test, uint32_t column, uint32_t below, const char *name) {
    ali_field *field = &test->schema->nodes[test->schema->roots[column] + below];
    field->name = name;
    field->name_bytes = strlen(name);
}

static opened begin(void) {
    opened test = {0};
    assert_int_equal(ali_context_new(NULL, NULL, &test.ctx), ALI_OK);
    test.schema = nested_schema_of(test.ctx, notation);
    ali_arena_init(&test.arena, test.ctx);
    rename_node(&test, 3, 1, "x");
    rename_node(&test, 3, 2, "x");
    rename_node(&test, 4, 0, "a.b");
    rename_node(&test, 9, 1, "#2");
    rename_node(&test, 9, 2, "p.q\\");
    rename_node(&test, 10, 0, "#1");
    rename_node(&test, 11, 0, "b");
    test.schema->nodes[test.schema->roots[9]].is_nullable = false;
    test.schema->nodes[test.schema->roots[9] + 1].is_nullable = false;
    return test;
}

static void end(opened *test) {
    ali_arena_clear(&test->arena);
    ali_schema_release(test->schema);
    ali_context_free(test->ctx);
}

// Looks texts up; *read and *schema, if all are found, are the caller's.
static ali_status look_up(opened *test, const char *const *texts, uint32_t count, ali_schema **read,
                          ali_schema **schema) {
    ali_paths paths;
    ALI_TRY(ali_paths_find(&test->arena, test->schema, texts, count, &paths));
    ALI_TRY(ali_schema_prune(test->ctx, test->schema, paths.nodes, paths.nodes_count, read));
    return ali_paths_schema(&test->arena, &paths, *read, schema);
}

static void texts_mean_columns_first_and_then_paths(void **state) {
    static const struct {
        const char *text;
        const char *name;
        const char *type; // of what is wanted
        const char *read; // type of the column that is read for it
    } cases[] = {
        {"a", "a", "struct<a: int32, b: struct<a: int32, b: utf8>>", NULL},
        {"a.a", "a.a", "int32", "struct<a: int32>"},
        {"a.b", "a.b", "int32", NULL}, // column 5, whose whole name this is
        {"#1.b", "a.b", "struct<a: int32, b: utf8>", "struct<b: struct<a: int32, b: utf8>>"},
        {"a.b.b", "a.b.b", "utf8", "struct<b: struct<b: utf8>>"},
        {"#1.b.a", "a.b.a", "int32", "struct<b: struct<a: int32>>"},
        {"a\\.b", "a.b", "int32", NULL},
        {"#2.a", "b.a", "list<float64>", "list<struct<a: float64>>"},
        {"#2.b", "b.b", "list<int32>", "list<struct<b: int32>>"},
        {"c.key", "c.key", "list<utf8>", "list<struct<a: utf8>>"},
        {"c.value", "c.value", "list<struct<a: int64>>", "list<struct<b: struct<a: int64>>>"},
        {"c.value.a", "c.value.a", "list<int64>", "list<struct<b: struct<a: int64>>>"},
        {"d.#2", "d.x", "int32", "struct<x: int32>"},
        {"d.c", "d.c", "int8", "struct<c: int8>"},
        {"f", "f", "dense_union<5: int8, 0: utf8>", NULL},
        {"g.a", "g.a", "fixed_list<large_list<int32>, 3>",
         "fixed_list<large_list<struct<a: int32>>, 3>"},
        {"h", "h", "variant", NULL},
        {"j.#2", "j.#2", "int16", "struct<#2: int16>"}, // a name comes before a place
        {"j.\\#2", "j.#2", "int16", "struct<#2: int16>"},
        {"j.p\\.q\\\\", "j.p.q\\", "int8", "struct<p.q\\: int8>"},
        {"#10.p\\.q\\", "j.p.q\\", "int8", "struct<p.q\\: int8>"},
        {"\\#1", "#1", "int64", NULL},
        {"#11", "#1", "int64", NULL},
        {"#12", "b", "int64", NULL},
    };
    opened test = begin();
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        ali_schema *read = NULL;
        ali_schema *schema = NULL;
        char text[160];
        if (look_up(&test, &cases[i].text, 1, &read, &schema) != ALI_OK) {
            fail_msg("%s: %s", cases[i].text, ali_context_error(test.ctx)->sentence);
        }
        assert_int_equal(schema->count, 1);
        assert_string_equal(schema->nodes[0].name, cases[i].name);
        (void)ali_type_spell(schema->nodes[0].type, text, sizeof text);
        assert_string_equal(text, cases[i].type);
        (void)ali_type_spell(read->nodes[0].type, text, sizeof text);
        assert_string_equal(text, cases[i].read != NULL ? cases[i].read : cases[i].type);
        ali_schema_release(read);
        ali_schema_release(schema);
    }
    end(&test);
}

static void texts_that_mean_nothing_are_told(void **state) {
    static const struct {
        const char *text;
        ali_status status;
        const char *sentence;
    } cases[] = {
        {"z.a", ALI_ERR_NOT_FOUND,
         "there is no column \"z.a\": the file has 12, from \"a\" to \"b\""},
        {"#13.a", ALI_ERR_NOT_FOUND,
         "there is no column \"#13.a\": the file has 12, from \"a\" to \"b\""},
        {"", ALI_ERR_NOT_FOUND, "there is no column \"\": the file has 12, from \"a\" to \"b\""},
        {"b.a", ALI_ERR_ARGUMENT,
         "2 columns are named \"b\": take one by its place, as #2 for the first of them"},
        {"a.z", ALI_ERR_NOT_FOUND,
         "column \"a\" has no member \"z\": it has 2, from \"a\" to \"b\""},
        {"a.", ALI_ERR_NOT_FOUND, "column \"a\" has no member \"\": it has 2, from \"a\" to \"b\""},
        {"#1.b.#3", ALI_ERR_NOT_FOUND,
         "column \"a.b\" has no member \"#3\": it has 2, from \"a\" to \"b\""},
        {"a.a.z", ALI_ERR_NOT_FOUND, "column \"a.a\" has no member \"z\": it is of type int32"},
        {"#2.c", ALI_ERR_NOT_FOUND,
         "column \"b\" has no member \"c\": it has 2, from \"a\" to \"b\""},
        {"c.a", ALI_ERR_NOT_FOUND,
         "column \"c\" has no member \"a\": it has 2, from \"key\" to \"value\""},
        {"d.x", ALI_ERR_ARGUMENT,
         "2 members of column \"d\" are named \"x\": take one by its place, as #1 for the first of "
         "them"},
        {"f.a", ALI_ERR_UNSUPPORTED,
         "taking a member out of column \"f\", of type dense_union<5: int8, 0: utf8>, is not "
         "supported"},
        {"h.value", ALI_ERR_UNSUPPORTED,
         "taking a member out of column \"h\", of type variant, is not supported"},
        {"i.a", ALI_ERR_UNSUPPORTED,
         "taking a member out of column \"i\", of type dictionary<struct<a: int32>, int8>, is not "
         "supported"},
    };
    opened test = begin();
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        ali_paths paths;
        ali_error_begin(test.ctx);
        const ali_status status =
            ali_paths_find(&test.arena, test.schema, &cases[i].text, 1, &paths);
        assert_string_equal(ali_context_error(test.ctx)->sentence, cases[i].sentence);
        assert_int_equal(status, cases[i].status);
    }
    end(&test);
}

static void members_come_in_the_order_asked_for_and_more_than_once(void **state) {
    static const char *const texts[] = {"a.b.b", "a.b.b", "#2.b", "j.#2", "a.a", "j", "a.b.b"};
    static const char *const names[] = {"a.b.b", "a.b.b", "b.b", "j.#2", "a.a", "j", "a.b.b"};
    opened test = begin();
    ali_schema *read = NULL;
    ali_schema *schema = NULL;
    assert_int_equal(look_up(&test, texts, ALI_COUNT_OF(texts), &read, &schema), ALI_OK);
    assert_int_equal(schema->count, ALI_COUNT_OF(texts));
    assert_int_equal(read->count, ALI_COUNT_OF(texts));
    for (uint32_t i = 0; i < ALI_COUNT_OF(texts); i += 1) {
        assert_string_equal(ali_schema_field(schema, i)->name, names[i]);
    }
    ali_schema_release(read);
    ali_schema_release(schema);
    end(&test);
}

static void members_are_nullable_where_something_above_is(void **state) {
    static const char *const texts[] = {"j.#2", "j.p\\.q\\", "#2.b"};
    opened test = begin();
    ali_schema *read = NULL;
    ali_schema *schema = NULL;
    const ali_field *list = &test.schema->nodes[test.schema->roots[1]];
    ((ali_field *)(uintptr_t)list)->is_nullable = false;
    ((ali_field *)(uintptr_t)list)[3].is_nullable = false; // the struct of the items stays so
    assert_int_equal(look_up(&test, texts, 3, &read, &schema), ALI_OK);
    assert_false(schema->nodes[0].is_nullable);
    assert_true(schema->nodes[1].is_nullable);
    assert_false(schema->nodes[2].is_nullable);
    assert_true(schema->nodes[3].is_nullable);
    ali_schema_release(read);
    ali_schema_release(schema);
    end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_mean_columns_first_and_then_paths),
        cmocka_unit_test(texts_that_mean_nothing_are_told),
        cmocka_unit_test(members_come_in_the_order_asked_for_and_more_than_once),
        cmocka_unit_test(members_are_nullable_where_something_above_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
