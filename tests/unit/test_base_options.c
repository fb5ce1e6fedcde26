// Options by table: defaults, ranges, older callers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/options_tables.h"

static ali_context *new_context(void) {
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    return ctx;
}

static void nothing_given_means_defaults(void **state) {
    (void)state;
    ali_scan_options scan;
    assert_int_equal(ali_options_fill(NULL, &ali_scan_options_table, NULL, &scan), ALI_OK);
    assert_int_equal(scan.size_bytes, sizeof scan);
    assert_int_equal(scan.batch_rows, 32768);
    assert_int_equal(scan.offset_rows, 0);
    assert_true(scan.limit_rows == ALI_UNKNOWN);
    assert_int_equal(scan.coalesce_bytes, 65536);
    assert_int_equal(scan.request_bytes_max, 16777216);
    assert_null(scan.columns);
    assert_int_equal(scan.strings, ALI_SCAN_STRINGS_DICTIONARY);
}

static void a_text_default_is_filled_in_and_a_given_text_kept(void **state) {
    (void)state;
    ali_host_options host;
    assert_int_equal(ali_options_fill(NULL, &ali_host_options_table, NULL, &host), ALI_OK);
    assert_string_equal(host.user_agent, "alimentar");
    assert_null(host.headers);
    const ali_host_options given = {.size_bytes = sizeof given, .user_agent = "x"};
    assert_int_equal(ali_options_fill(NULL, &ali_host_options_table, &given, &host), ALI_OK);
    assert_string_equal(host.user_agent, "x");
}

static void values_in_range_are_kept(void **state) {
    (void)state;
    const char *const names[] = {"a", "b"};
    const ali_scan_options given = {.size_bytes = sizeof given,
                                    .batch_rows = 1,
                                    .offset_rows = 7,
                                    .limit_rows = 9,
                                    .columns = names,
                                    .columns_count = 2,
                                    .strings = ALI_SCAN_STRINGS_PLAIN};
    ali_scan_options scan;
    assert_int_equal(ali_options_fill(NULL, &ali_scan_options_table, &given, &scan), ALI_OK);
    assert_int_equal(scan.batch_rows, 1);
    assert_int_equal(scan.offset_rows, 7);
    assert_int_equal(scan.limit_rows, 9);
    assert_ptr_equal(scan.columns, names);
    assert_int_equal(scan.columns_count, 2);
    assert_int_equal(scan.strings, ALI_SCAN_STRINGS_PLAIN);
}

static void a_word_for_zero_gives_zero(void **state) {
    (void)state;
    const ali_scan_options given = {.size_bytes = sizeof given, .coalesce_bytes = ALI_UNKNOWN};
    ali_scan_options scan;
    assert_int_equal(ali_options_fill(NULL, &ali_scan_options_table, &given, &scan), ALI_OK);
    assert_int_equal(scan.coalesce_bytes, 0);
    const ali_host_options none = {.size_bytes = sizeof none, .retries = ALI_RETRIES_NONE};
    ali_host_options host;
    assert_int_equal(ali_options_fill(NULL, &ali_host_options_table, &none, &host), ALI_OK);
    assert_int_equal(host.retries, 0);
}

static void expect_refusal(const ali_options_table *table, const void *given,
                           const char *sentence) {
    ali_context *ctx = new_context();
    union {
        ali_scan_options scan;
        ali_open_options open;
        ali_limits limits;
    } filled;
    assert_int_equal(ali_options_fill(ctx, table, given, &filled), ALI_ERR_ARGUMENT);
    assert_string_equal(ali_context_error(ctx)->sentence, sentence);
    assert_int_equal(ali_options_fill(NULL, table, given, &filled), ALI_ERR_ARGUMENT);
    ali_context_free(ctx);
}

static void out_of_range_is_refused_by_name_value_and_range(void **state) {
    (void)state;
    const ali_open_options low = {.size_bytes = sizeof low, .tail_bytes = 7};
    expect_refusal(&ali_open_options_table, &low,
                   "option tail_bytes is 7, expected 8 to 67108864 bytes");
    const ali_open_options high = {.size_bytes = sizeof high, .tail_bytes = 67108865};
    expect_refusal(&ali_open_options_table, &high,
                   "option tail_bytes is 67108865, expected 8 to 67108864 bytes");
    const ali_scan_options small = {.size_bytes = sizeof small, .request_bytes_max = 65535};
    expect_refusal(&ali_scan_options_table, &small,
                   "option request_bytes_max is 65535, expected at least 65536 bytes");
    const ali_scan_options choice = {.size_bytes = sizeof choice, .strings = 2};
    expect_refusal(&ali_scan_options_table, &choice, "option strings is 2, expected 0 to 1");
    const ali_limits deep = {.size_bytes = sizeof deep, .depth_max = 65};
    expect_refusal(&ali_limits_options_table, &deep,
                   "option depth_max is 65, expected 1 to 64 levels");
}

static void bounds_themselves_are_in_range(void **state) {
    (void)state;
    ali_open_options open = {.size_bytes = sizeof open, .tail_bytes = 8};
    ali_open_options filled;
    assert_int_equal(ali_options_fill(NULL, &ali_open_options_table, &open, &filled), ALI_OK);
    open.tail_bytes = 67108864;
    assert_int_equal(ali_options_fill(NULL, &ali_open_options_table, &open, &filled), ALI_OK);
    assert_int_equal(filled.tail_bytes, 67108864);
}

static void an_older_callers_struct_is_completed(void **state) {
    (void)state;
    uint8_t older[8] = {8};
    ali_scan_options scan;
    memset(&scan, 0xAA, sizeof scan);
    assert_int_equal(ali_options_fill(NULL, &ali_scan_options_table, older, &scan), ALI_OK);
    assert_int_equal(scan.size_bytes, sizeof scan);
    assert_int_equal(scan.batch_rows, 32768);
    assert_null(scan.columns);
    assert_int_equal(scan.columns_count, 0);
}

static void a_size_that_cannot_be_is_refused(void **state) {
    (void)state;
    const ali_scan_options zero = {.size_bytes = 0};
    expect_refusal(&ali_scan_options_table, &zero,
                   "size_bytes of ali_scan_options is 0, expected sizeof(ali_scan_options)");
    const ali_scan_options large = {.size_bytes = sizeof large + 1};
    ali_scan_options filled;
    assert_int_equal(ali_options_fill(NULL, &ali_scan_options_table, &large, &filled),
                     ALI_ERR_ARGUMENT);
}

static void limits_have_the_documented_defaults(void **state) {
    (void)state;
    ali_limits limits;
    assert_int_equal(ali_options_fill(NULL, &ali_limits_options_table, NULL, &limits), ALI_OK);
    assert_true(limits.memory_bytes_max == UINT64_C(4) << 30);
    assert_int_equal(limits.inflight_bytes_max, 64 << 20);
    assert_int_equal(limits.footer_bytes_max, 64 << 20);
    assert_int_equal(limits.page_bytes_max, 64 << 20);
    assert_int_equal(limits.dictionary_bytes_max, 1 << 30);
    assert_int_equal(limits.expansion_ratio_max, 1000);
    assert_int_equal(limits.columns_max, 100000);
    assert_int_equal(limits.depth_max, 64);
    assert_int_equal(limits.ops_max, 16);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_means_defaults),
        cmocka_unit_test(a_text_default_is_filled_in_and_a_given_text_kept),
        cmocka_unit_test(values_in_range_are_kept),
        cmocka_unit_test(a_word_for_zero_gives_zero),
        cmocka_unit_test(out_of_range_is_refused_by_name_value_and_range),
        cmocka_unit_test(bounds_themselves_are_in_range),
        cmocka_unit_test(an_older_callers_struct_is_completed),
        cmocka_unit_test(a_size_that_cannot_be_is_refused),
        cmocka_unit_test(limits_have_the_documented_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
