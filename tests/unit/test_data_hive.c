// Folders "key=value": finding them in paths, decoding them, telling what their values are.
#include "column_tools.h"
#include "data/hive.h"

// Writes all pairs of a path as "key:value;", decoded, null as "-".
static void spell(ali_arena *arena, const char *path, char *text) {
    ali_hive_pair pair;
    uint32_t at = 0;
    text[0] = 0;
    while (ali_hive_next(path, (uint32_t)strlen(path), &at, &pair)) {
        const char *key = NULL;
        const char *value = NULL;
        uint32_t key_bytes = 0;
        uint32_t value_bytes = 0;
        assert_int_equal(ali_hive_decode(arena, pair.key, pair.key_bytes, &key, &key_bytes),
                         ALI_OK);
        assert_int_equal(ali_hive_decode(arena, pair.value, pair.value_bytes, &value, &value_bytes),
                         ALI_OK);
        const bool is_null = ali_hive_is_null(&pair);
        (void)sprintf(text + strlen(text), "%.*s:%.*s;", (int)key_bytes, key,
                      is_null ? 1 : (int)value_bytes, is_null ? "-" : value);
    }
}

static void pairs_are_found_in_folders_alone(void **state) {
    static const struct {
        const char *path;
        const char *pairs;
    } cases[] = {
        {"a=1/b=2/c.parquet", "a:1;b:2;"},
        {"data/a=1/x/b=2/c=3.parquet", "a:1;b:2;"},
        {"a=1", ""},
        {"", ""},
        {"=1/f", ""},
        {"a=/f", "a:-;"},
        {"a=__HIVE_DEFAULT_PARTITION__/f", "a:-;"},
        {"a=b=c/f", "a:b=c;"},
        {"a%20b=c%2Fd%3d/f", "a b:c/d=;"},
        {"a=%/b=%4/c=%zz/f", "a:%;b:%4;c:%zz;"},
        {"//a=1//f", "a:1;"},
    };
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_arena arena;
    ali_arena_init(&arena, ctx);
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        char pairs[256];
        spell(&arena, cases[i].path, pairs);
        assert_string_equal(pairs, cases[i].pairs);
    }
    ali_arena_clear(&arena);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void numbers_are_those_of_64_bits(void **state) {
    static const struct {
        const char *text;
        bool is_number;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"007", true, 7},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        int64_t value = 0;
        const uint32_t bytes = (uint32_t)strlen(cases[i].text);
        assert_int_equal(ali_hive_read_int(cases[i].text, bytes, &value), cases[i].is_number);
        if (cases[i].is_number) assert_true(value == cases[i].value);
    }
}

static void days_are_those_of_the_calendar(void **state) {
    static const struct {
        const char *text;
        bool is_day;
        int64_t days;
    } cases[] = {
        {"1970-01-01", true, 0},     {"1969-12-31", true, -1},      {"2000-02-29", true, 11016},
        {"2024-12-31", true, 20088}, {"0000-01-01", true, -719528}, {"9999-12-31", true, 2932896},
        {"1900-02-29", false, 0},    {"2023-02-30", false, 0},      {"2023-13-01", false, 0},
        {"2023-00-01", false, 0},    {"2023-01-00", false, 0},      {"2023-1-01", false, 0},
        {"2023/01/01", false, 0},    {"2023-01-01T", false, 0},     {"", false, 0},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        int64_t days = 0;
        const uint32_t bytes = (uint32_t)strlen(cases[i].text);
        assert_int_equal(ali_hive_read_date(cases[i].text, bytes, &days), cases[i].is_day);
        if (cases[i].is_day) assert_int_equal(days, cases[i].days);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_found_in_folders_alone),
        cmocka_unit_test(numbers_are_those_of_64_bits),
        cmocka_unit_test(days_are_those_of_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
