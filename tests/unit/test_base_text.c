// Formatting of messages, UTF-8, and the writing of errors.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/ctx.h"
#include "base/mem.h"
#include "base/text.h"

static size_t format(char *text, size_t capacity, const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    const size_t length = ali_text_format(text, capacity, pattern, arguments);
    va_end(arguments);
    return length;
}

static void numbers_are_written_in_full(void **unused) {
    (void)unused;
    char text[200];
    (void)format(text, sizeof text, "%u %d %U %D %x %c%%", UINT32_MAX, INT32_MIN, UINT64_MAX,
                 INT64_MIN, 0xC0FFEEu, 'z');
    assert_string_equal(text, "4294967295 -2147483648 18446744073709551615 -9223372036854775808 "
                              "0xc0ffee z%");
    (void)format(text, sizeof text, "%u %D %x", 0u, INT64_C(0), 0u);
    assert_string_equal(text, "0 0 0x0");
}

static void quoted_text_cannot_escape_its_quotes(void **unused) {
    (void)unused;
    char text[200];
    (void)format(text, sizeof text, "%q", "a\"b\\\x1b[2J\n\x7f\xff\xc3\xa9", (size_t)13);
    assert_string_equal(text, "\"a\\\"b\\\\\\x1b[2J\\x0a\\x7f\\xff\xc3\xa9\"");
}

static void quoted_text_is_cut_with_dots(void **unused) {
    (void)unused;
    char long_text[100];
    char text[200];
    memset(long_text, 'x', sizeof long_text);
    (void)format(text, sizeof text, "%q", long_text, sizeof long_text);
    assert_int_equal(strlen(text), 60 + 2 + 3);
    assert_string_equal(text + 60, "x\"...");
}

static void what_does_not_fit_is_cut_at_a_character(void **unused) {
    (void)unused;
    static const struct {
        size_t capacity;
        const char *expected;
    } cases[] = {{1, ""},          {2, "a"},          {3, "a"},
                 {4, "a\xc3\xa9"}, {5, "a\xc3\xa9z"}, {6, "a\xc3\xa9zz"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        char text[8];
        memset(text, '!', sizeof text);
        const size_t length = format(text, cases[i].capacity, "%szz", "a\xc3\xa9");
        assert_string_equal(text, cases[i].expected);
        assert_int_equal(length, strlen(cases[i].expected));
        assert_int_equal(text[cases[i].capacity], '!');
    }
}

static void utf8_is_judged_as_rfc_3629_does(void **unused) {
    (void)unused;
    static const struct {
        const char *bytes;
        size_t count;
        bool is_valid;
    } cases[] = {
        {"", 0, true},
        {"plain ascii, longer than a word", 31, true},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d", 9, true},
        {"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", 10, true},
        {"\x80", 1, false},
        {"\xc0\x80", 2, false},         // overlong
        {"\xc1\xbf", 2, false},         // overlong
        {"\xe0\x9f\xbf", 3, false},     // overlong
        {"\xf0\x8f\xbf\xbf", 4, false}, // overlong
        {"\xed\xa0\x80", 3, false},     // surrogate
        {"\xf4\x90\x80\x80", 4, false}, // above U+10FFFF
        {"\xf5\x80\x80\x80", 4, false},
        {"\xe2\x82", 2, false}, // cut
        {"abcdefgh\xff", 9, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        assert_int_equal(ali_text_is_utf8((const uint8_t *)cases[i].bytes, cases[i].count),
                         cases[i].is_valid);
    }
}

static void first_error_is_kept(void **unused) {
    (void)unused;
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    assert_int_equal(ali_context_error(ctx)->status, ALI_OK);
    ali_error_add_column(ctx, "early", 5);
    assert_string_equal(ali_context_error(ctx)->column, "");
    assert_int_equal(ali_fail_at(ctx, ALI_ERR_CORRUPT, 17, "found %u", 3u), ALI_ERR_CORRUPT);
    assert_int_equal(ali_fail(ctx, ALI_ERR_LIMIT, "later"), ALI_ERR_LIMIT);
    ali_error_add_column(ctx, "fare", 4);
    ali_error_add_column(ctx, "other", 5);
    ali_error_add_row(ctx, 9);
    ali_error_add_row(ctx, 10);
    ali_error_add_offset(ctx, 18);
    ali_error_add_object(ctx, "trips.parquet", 13);
    ali_error_add_operation(ctx, 4, 503);
    const ali_error *error = ali_context_error(ctx);
    assert_int_equal(error->status, ALI_ERR_CORRUPT);
    assert_string_equal(error->sentence, "found 3");
    assert_string_equal(error->column, "fare");
    assert_string_equal(error->object, "trips.parquet");
    assert_int_equal(error->row, 9);
    assert_int_equal(error->offset_bytes, 17);
    assert_int_equal(error->op_id, 4);
    assert_int_equal(error->http_status, 503);
    ali_error_begin(ctx);
    assert_int_equal(error->status, ALI_OK);
    assert_string_equal(error->sentence, "");
    ali_context_free(ctx);
}

static void long_names_are_cut_at_a_character(void **unused) {
    (void)unused;
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    char name[400];
    for (size_t i = 0; i < sizeof name; i += 2) memcpy(name + i, "\xc3\xa9", 2);
    assert_int_equal(ali_fail(ctx, ALI_ERR_TYPE, "x"), ALI_ERR_TYPE);
    ali_error_add_column(ctx, name, sizeof name);
    const char *column = ali_context_error(ctx)->column;
    assert_int_equal(strlen(column) % 2, 0);
    assert_true(strlen(column) >= 100);
    ali_context_free(ctx);
}

static void every_status_has_a_name_of_its_own(void **unused) {
    (void)unused;
    static const ali_status statuses[] = {
        ALI_OK,          ALI_NEED,          ALI_READY,        ALI_YIELD,       ALI_END,
        ALI_ERR_MEMORY,  ALI_ERR_LIMIT,     ALI_ERR_ARGUMENT, ALI_ERR_STATE,   ALI_ERR_CANCELLED,
        ALI_ERR_CORRUPT, ALI_ERR_TRUNCATED, ALI_ERR_CHECKSUM, ALI_ERR_CHANGED, ALI_ERR_UNSUPPORTED,
        ALI_ERR_TYPE,    ALI_ERR_NOT_FOUND, ALI_ERR_CONFLICT, ALI_ERR_HOST,    ALI_ERR_INTERNAL};
    const size_t count = sizeof statuses / sizeof statuses[0];
    for (size_t i = 0; i < count; i += 1) {
        assert_string_not_equal(ali_status_name(statuses[i]), "unknown");
        for (size_t j = 0; j < i; j += 1) {
            assert_string_not_equal(ali_status_name(statuses[i]), ali_status_name(statuses[j]));
        }
    }
    assert_string_equal(ali_status_name(ALI_ERR_NOT_FOUND), "not_found");
    assert_string_equal(ali_status_name(-99), "unknown");
    assert_true(strlen(ali_version()) >= 5);
    assert_true(ali_abi_version() >= 1);
}

static void statuses_keep_their_numbers(void **unused) {
    (void)unused;
    static const struct {
        ali_status status;
        int number;
    } pinned[] = {{ALI_OK, 0},
                  {ALI_NEED, 1},
                  {ALI_READY, 2},
                  {ALI_YIELD, 3},
                  {ALI_END, 4},
                  {ALI_ERR_MEMORY, -1},
                  {ALI_ERR_LIMIT, -2},
                  {ALI_ERR_ARGUMENT, -10},
                  {ALI_ERR_STATE, -11},
                  {ALI_ERR_CANCELLED, -12},
                  {ALI_ERR_CORRUPT, -20},
                  {ALI_ERR_TRUNCATED, -21},
                  {ALI_ERR_CHECKSUM, -22},
                  {ALI_ERR_CHANGED, -23},
                  {ALI_ERR_UNSUPPORTED, -30},
                  {ALI_ERR_TYPE, -40},
                  {ALI_ERR_NOT_FOUND, -50},
                  {ALI_ERR_CONFLICT, -51},
                  {ALI_ERR_HOST, -60},
                  {ALI_ERR_INTERNAL, -70}};
    for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i += 1) {
        assert_int_equal(pinned[i].status, pinned[i].number);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_in_full),
        cmocka_unit_test(quoted_text_cannot_escape_its_quotes),
        cmocka_unit_test(quoted_text_is_cut_with_dots),
        cmocka_unit_test(what_does_not_fit_is_cut_at_a_character),
        cmocka_unit_test(utf8_is_judged_as_rfc_3629_does),
        cmocka_unit_test(first_error_is_kept),
        cmocka_unit_test(long_names_are_cut_at_a_character),
        cmocka_unit_test(every_status_has_a_name_of_its_own),
        cmocka_unit_test(statuses_keep_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
