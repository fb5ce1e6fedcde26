// Widening: which types are joined to which, and that no value changes.
#include "column_tools.h"
#include "compute/widen.h"

#define INT(width, sign) {.kind = ALI_TYPE_INT, .bits = (width), .is_signed = (sign)}
#define FLOAT(width) {.kind = ALI_TYPE_FLOAT, .bits = (width)}
#define DECIMAL(p, s) {.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = (p), .scale = (s)}
#define WIDE(width, p, s)                                                                          \
    {.kind = ALI_TYPE_DECIMAL, .bits = (width), .precision = (p), .scale = (s)}
#define STAMP(of_unit, of_zone)                                                                    \
    {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = (of_unit), .zone = (of_zone)}
#define KIND(name) {.kind = ALI_TYPE_##name}

static ali_field field_of(const ali_type *type) {
    return (ali_field){.name = "x", .name_bytes = 1, .type = type};
}

// Spells the joined type of two, in either order; "" if there is none.
static void spell_joined(ali_type one, ali_type other, char *text, size_t capacity_bytes) {
    char again[64] = "";
    ali_type wider = {0};
    one.span = other.span = 1;
    if (one.zone == NULL) one.zone = "";
    if (other.zone == NULL) other.zone = "";
    const ali_field a = field_of(&one);
    const ali_field b = field_of(&other);
    text[0] = 0;
    if (ali_type_widen(&a, &b, &wider)) (void)ali_type_spell(&wider, text, capacity_bytes);
    if (ali_type_widen(&b, &a, &wider)) (void)ali_type_spell(&wider, again, sizeof again);
    assert_string_equal(text, again);
}

static void types_are_joined_to_the_narrowest_that_holds_both(void **state) {
    const struct {
        ali_type a;
        ali_type b;
        const char *joined;
    } cases[] = {
        {INT(8, 1), INT(8, 1), "int8"},
        {INT(8, 1), INT(64, 1), "int64"},
        {INT(8, 0), INT(16, 0), "uint16"},
        {INT(8, 0), INT(8, 1), "int16"},
        {INT(32, 0), INT(8, 1), "int64"},
        {INT(32, 0), INT(64, 1), "int64"},
        {INT(64, 0), INT(64, 1), ""},
        {INT(64, 0), INT(8, 1), ""},
        {INT(32, 1), FLOAT(32), "float64"},
        {INT(32, 0), FLOAT(64), "float64"},
        {INT(64, 1), FLOAT(64), ""},
        {FLOAT(16), FLOAT(32), "float32"},
        {FLOAT(32), FLOAT(64), "float64"},
        {DECIMAL(9, 2), DECIMAL(12, 2), "decimal128(12, 2)"},
        {DECIMAL(9, 2), DECIMAL(9, 4), "decimal128(11, 4)"},
        {DECIMAL(38, 0), DECIMAL(38, 10), "decimal256(48, 10)"},
        {DECIMAL(38, 0), DECIMAL(38, 38), "decimal256(76, 38)"},
        {DECIMAL(38, -1), DECIMAL(38, 38), ""},
        {DECIMAL(5, 2), DECIMAL(5, INT32_MAX), ""},
        {DECIMAL(5, 2), DECIMAL(5, INT32_MIN), ""},
        {WIDE(32, 9, 2), WIDE(64, 18, 2), "decimal64(18, 2)"},
        {WIDE(32, 9, 2), WIDE(32, 9, 4), "decimal64(11, 4)"},
        {WIDE(32, 9, 0), WIDE(256, 40, 7), "decimal256(40, 7)"},
        {DECIMAL(9, 2), INT(32, 1), ""},
        {STAMP(ALI_UNIT_MILLI, ""), STAMP(ALI_UNIT_NANO, ""), "timestamp[ns]"},
        {STAMP(ALI_UNIT_SECOND, "UTC"), STAMP(ALI_UNIT_MICRO, "UTC"), "timestamp[us, UTC]"},
        {STAMP(ALI_UNIT_MICRO, "UTC"), STAMP(ALI_UNIT_MICRO, ""), ""},
        {KIND(NULL), KIND(UTF8), "utf8"},
        {KIND(UTF8), KIND(LARGE_UTF8), "large_utf8"},
        {KIND(UTF8), KIND(UTF8_VIEW), "utf8"},
        {KIND(LARGE_BINARY), KIND(BINARY_VIEW), "large_binary"},
        {KIND(UTF8_VIEW), KIND(BINARY_VIEW), ""},
        {KIND(BINARY), KIND(LARGE_UTF8), ""},
        {KIND(UTF8), KIND(BINARY), ""},
        {KIND(UTF8), INT(32, 1), ""},
        {KIND(UTF8), {.kind = ALI_TYPE_UTF8, .index_bits = 8}, "utf8"},
        {{.kind = ALI_TYPE_DATE, .bits = 32, .unit = ALI_UNIT_DAY},
         {.kind = ALI_TYPE_DATE, .bits = 64, .unit = ALI_UNIT_MILLI},
         "date64"},
        {{.kind = ALI_TYPE_TIME, .bits = 32, .unit = ALI_UNIT_MILLI},
         {.kind = ALI_TYPE_TIME, .bits = 64, .unit = ALI_UNIT_NANO},
         "time64[ns]"},
        {{.kind = ALI_TYPE_FIXED_BINARY, .bits = 32},
         {.kind = ALI_TYPE_FIXED_BINARY, .bits = 64},
         ""},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        char joined[64];
        spell_joined(cases[i].a, cases[i].b, joined, sizeof joined);
        if (strcmp(joined, cases[i].joined) != 0) {
            fail_msg("case %u: \"%s\", not \"%s\"", i, joined, cases[i].joined);
        }
    }
}

// Widens one column of values of a type to another and gives it back, plain.
typedef struct widened {
    tool_counter counter;
    ali_context *ctx;
    ali_schema *schema;
    ali_batch *batch;
    ali_type to;
} widened;

static ali_status widen(widened *test, ali_type from, ali_type to, const void *values,
                        size_t value_bytes, uint64_t rows, const char *nulls) {
    memset(test, 0, sizeof *test);
    test->ctx = tool_context(&test->counter);
    test->schema = tool_schema(test->ctx, &from, 1);
    test->batch = tool_batch(test->ctx, test->schema, rows);
    test->to = to;
    tool_values(test->ctx, &test->batch->columns[0], values, value_bytes);
    if (nulls != NULL) tool_nulls(test->ctx, &test->batch->columns[0], nulls);
    return ali_column_widen(test->ctx, &test->batch->columns[0], &test->to);
}

static const void *values_of(const widened *test) {
    return test->batch->columns[0].values->data;
}

static void close_widened(widened *test) {
    ali_batch_release(test->batch);
    ali_schema_release(test->schema);
    ali_context_free(test->ctx);
    assert_int_equal(test->counter.bytes, 0);
}

static void whole_numbers_keep_their_values(void **state) {
    const int8_t small[] = {-128, -1, 0, 127};
    const uint8_t bytes[] = {0, 1, 200, 255};
    const uint32_t wide[] = {0, 1, UINT32_MAX, 7};
    widened test;
    assert_int_equal(widen(&test, (ali_type)INT(8, 1), (ali_type)INT(16, 1), small, 4, 4, NULL),
                     ALI_OK);
    const int16_t *shorts = values_of(&test);
    for (uint32_t i = 0; i < 4; i += 1) assert_int_equal(shorts[i], small[i]);
    close_widened(&test);
    assert_int_equal(widen(&test, (ali_type)INT(8, 0), (ali_type)INT(32, 1), bytes, 4, 4, NULL),
                     ALI_OK);
    const int32_t *ints = values_of(&test);
    for (uint32_t i = 0; i < 4; i += 1) assert_int_equal(ints[i], bytes[i]);
    close_widened(&test);
    assert_int_equal(widen(&test, (ali_type)INT(32, 0), (ali_type)INT(64, 1), wide, 16, 4, NULL),
                     ALI_OK);
    const int64_t *longs = values_of(&test);
    for (uint32_t i = 0; i < 4; i += 1) assert_true(longs[i] == (int64_t)wide[i]);
    close_widened(&test);
    assert_int_equal(widen(&test, (ali_type)INT(32, 0), (ali_type)FLOAT(64), wide, 16, 4, NULL),
                     ALI_OK);
    const double *doubles = values_of(&test);
    for (uint32_t i = 0; i < 4; i += 1) assert_true(doubles[i] == (double)wide[i]);
    close_widened(&test);
}

// More rows than a block holds.
static void long_columns_are_widened_whole(void **state) {
    enum { ROWS = 1000 };
    int16_t values[ROWS];
    for (int32_t i = 0; i < ROWS; i += 1) values[i] = (int16_t)(i * 31 - 9000);
    widened test;
    assert_int_equal(
        widen(&test, (ali_type)INT(16, 1), (ali_type)INT(64, 1), values, sizeof values, ROWS, NULL),
        ALI_OK);
    const int64_t *longs = values_of(&test);
    for (uint32_t i = 0; i < ROWS; i += 1) assert_int_equal(longs[i], values[i]);
    close_widened(&test);
}

static void floats_keep_their_values(void **state) {
    const uint16_t halves[] = {0x3C00, 0xC000, 0x7C00, 0x0001}; // 1, -2, infinity, 2^-24
    const float floats[] = {1.5f, -0.0f, 3.4e38f, 1e-45f};
    widened test;
    assert_int_equal(widen(&test, (ali_type)FLOAT(16), (ali_type)FLOAT(32), halves, 8, 4, NULL),
                     ALI_OK);
    const float *singles = values_of(&test);
    assert_true(singles[0] == 1.0f && singles[1] == -2.0f && singles[3] == 0x1p-24f);
    assert_true(singles[2] > 3.4e38f);
    close_widened(&test);
    assert_int_equal(widen(&test, (ali_type)FLOAT(32), (ali_type)FLOAT(64), floats, 16, 4, NULL),
                     ALI_OK);
    const double *doubles = values_of(&test);
    for (uint32_t i = 0; i < 4; i += 1) assert_true(doubles[i] == (double)floats[i]);
    close_widened(&test);
}

static void decimals_get_zeros_behind_the_point(void **state) {
    const int64_t values[] = {125, 0, -125, -1, INT64_MAX, 0};
    widened test;
    assert_int_equal(
        widen(&test, (ali_type)DECIMAL(9, 2), (ali_type)DECIMAL(11, 4), values, 48, 3, NULL),
        ALI_OK);
    const uint64_t *wide = values_of(&test);
    assert_true(wide[0] == 12500 && wide[1] == 0);
    assert_true(wide[2] == (uint64_t)-12500 && wide[3] == UINT64_MAX);
    assert_true(wide[4] == (uint64_t)INT64_MAX * 100 && wide[5] == 49); // (2^63 - 1) * 100 >> 64
    close_widened(&test);
}

static void decimals_beyond_their_type_are_told_by_their_row(void **state) {
    const uint64_t values[] = {7, 0, 5421010862427522171u,
                               5421010862427u}; // the second: about 10^32
    const uint64_t greatest[] = {99, 0, 0, 0, UINT64_MAX, UINT64_MAX, UINT64_MAX, INT64_MAX};
    widened test;
    assert_int_equal(
        widen(&test, (ali_type)DECIMAL(5, 0), (ali_type)DECIMAL(20, 15), values, 32, 2, "x."),
        ALI_OK);
    close_widened(&test);
    assert_int_equal(
        widen(&test, (ali_type)DECIMAL(5, 0), (ali_type)DECIMAL(20, 15), values, 32, 2, NULL),
        ALI_ERR_TYPE);
    assert_int_equal(ali_context_error(test.ctx)->row, 1);
    assert_string_equal(ali_context_error(test.ctx)->sentence,
                        "a decimal does not fit decimal128(20, 15), the type of all the files "
                        "together");
    close_widened(&test);
    assert_int_equal(
        widen(&test, (ali_type)WIDE(256, 5, 0), (ali_type)WIDE(256, 9, 4), greatest, 64, 2, NULL),
        ALI_ERR_TYPE);
    assert_int_equal(ali_context_error(test.ctx)->row, 1);
    close_widened(&test);
}

static void times_that_do_not_fit_the_finer_unit_are_an_error(void **state) {
    const int64_t seconds[] = {1, -2, INT64_MAX / 1000000000, INT64_MAX};
    const ali_type from = STAMP(ALI_UNIT_SECOND, "");
    const ali_type to = STAMP(ALI_UNIT_NANO, "");
    widened test;
    assert_int_equal(widen(&test, from, to, seconds, 32, 4, "xxx."), ALI_OK);
    const int64_t *nanos = values_of(&test);
    assert_true(nanos[0] == 1000000000 && nanos[1] == -2000000000 && nanos[3] == 0);
    close_widened(&test);
    assert_int_equal(widen(&test, from, to, seconds, 32, 4, NULL), ALI_ERR_TYPE);
    const ali_error *error = ali_context_error(test.ctx);
    assert_int_equal(error->row, 3);
    assert_string_equal(error->sentence,
                        "a time does not fit timestamp[ns], the type of all the files together");
    close_widened(&test);
}

static void text_gets_wide_offsets(void **state) {
    static const char *const texts[] = {"a", NULL, "", "bcd"};
    const ali_type type = KIND(UTF8);
    const ali_type large = KIND(LARGE_UTF8);
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, &type, 1);
    ali_batch *batch = tool_batch(ctx, schema, 4);
    tool_text(ctx, &batch->columns[0], texts);
    assert_int_equal(ali_column_widen(ctx, &batch->columns[0], &large), ALI_OK);
    const int64_t expected[] = {0, 1, 1, 1, 4};
    assert_memory_equal(batch->columns[0].offsets->data, expected, sizeof expected);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_joined_to_the_narrowest_that_holds_both),
        cmocka_unit_test(whole_numbers_keep_their_values),
        cmocka_unit_test(long_columns_are_widened_whole),
        cmocka_unit_test(floats_keep_their_values),
        cmocka_unit_test(decimals_get_zeros_behind_the_point),
        cmocka_unit_test(decimals_beyond_their_type_are_told_by_their_row),
        cmocka_unit_test(times_that_do_not_fit_the_finer_unit_are_an_error),
        cmocka_unit_test(text_gets_wide_offsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
