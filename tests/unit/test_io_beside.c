// Names inside files that lead to other files: which are good, and what they stand for.
#include "column_tools.h"
#include "io/beside.h"

static void only_names_below_a_folder_are_good(void **state) {
    static const struct {
        const char *name;
        bool is_good;
    } cases[] = {
        {"a.parquet", true},
        {"k=1/a.parquet", true},
        {"time=10:00:00/a b/ü?#%2e", true},
        {".hidden/..a/a..", true},
        {"...", true},
        {"", false},
        {"/a", false},
        {"a/", false},
        {"a//b", false},
        {".", false},
        {"..", false},
        {"../a", false},
        {"a/../b", false},
        {"a/./b", false},
        {"a/..", false},
        {"a\\b", false},
        {"..\\a", false},
        {"c:a", false},
        {"file:a", false},
        {"http://host/a", false},
        {"mem:a", false},
        {"a\nb", false},
        {"a\x7f", false},
    };
    char name[ALI_BESIDE_BYTES_MAX + 1];
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const bool is_good = ali_beside_is_name(cases[i].name, strlen(cases[i].name));
        if (is_good != cases[i].is_good) print_message("\"%s\"\n", cases[i].name);
        assert_int_equal(is_good, cases[i].is_good);
    }
    assert_false(ali_beside_is_name("a\0b", 3));
    memset(name, 'a', sizeof name);
    assert_true(ali_beside_is_name(name, ALI_BESIDE_BYTES_MAX));
    assert_false(ali_beside_is_name(name, ALI_BESIDE_BYTES_MAX + 1));
}

static void a_name_stands_for_a_path_in_the_same_folder(void **state) {
    static const struct {
        const char *path;
        const char *name;
        const char *beside;
    } cases[] = {
        {"_metadata", "a.parquet", "a.parquet"},
        {"set/_metadata", "k=1/a.parquet", "set/k=1/a.parquet"},
        {"/set/_metadata", "a%20b?#", "/set/a%20b?#"},
        {"/se?t/_m#d", "a", "/se?t/a"},
        {"time=1:0/_metadata", "a b", "time=1:0/a b"},
        {"https://host/set/_metadata", "k=1/a-b_c.parquet", "https://host/set/k=1/a-b_c.parquet"},
        {"https://host/set/_metadata?key=a/b", "a", "https://host/set/a"},
        {"https://host/_metadata#a/b", "\xC3\xA9 %2F?#&+",
         "https://host/%C3%A9%20%252F%3F%23%26%2B"},
        {"file:/set/_metadata", "a b", "file:/set/a%20b"},
        {"file:///set/_metadata", "a%20b", "file:///set/a%2520b"},
    };
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_arena arena;
    ali_arena_init(&arena, ctx);
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const char *beside = NULL;
        uint32_t bytes = 0;
        assert_int_equal(ali_beside_path(&arena, cases[i].path, (uint32_t)strlen(cases[i].path),
                                         cases[i].name, (uint32_t)strlen(cases[i].name), &beside,
                                         &bytes),
                         ALI_OK);
        assert_string_equal(beside, cases[i].beside);
        assert_int_equal(bytes, strlen(cases[i].beside));
    }
    ali_arena_clear(&arena);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_names_below_a_folder_are_good),
        cmocka_unit_test(a_name_stands_for_a_path_in_the_same_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
