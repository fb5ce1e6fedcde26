// Random numbers and samples of rows: the same everywhere, without replacement, even.
#include "alimentar/dataset.h"
#include "base/rng.h"
#include "column_tools.h"

// Computed from the authors' own code (splitmix64.c and xoshiro256starstar.c).
static void a_seed_gives_the_sequence_of_the_reference(void **state) {
    ali_rng rng;
    ali_rng_init(&rng, 0);
    assert_true(rng.state[0] == UINT64_C(0xE220A8397B1DCDAF));
    assert_true(rng.state[1] == UINT64_C(0x6E789E6AA1B965F4));
    assert_true(rng.state[2] == UINT64_C(0x06C45D188009454F));
    assert_true(rng.state[3] == UINT64_C(0xF88BB8A8724C81EC));
    assert_true(ali_rng_next(&rng) == UINT64_C(0x99EC5F36CB75F2B4));
    assert_true(ali_rng_next(&rng) == UINT64_C(0xBF6E1F784956452A));
    assert_true(ali_rng_next(&rng) == UINT64_C(0x1A5F849D4933E6E0));
}

static void numbers_below_a_count_are_even(void **state) {
    enum { COUNT = 7, DRAWS = 70000 };
    uint32_t seen[COUNT] = {0};
    ali_rng rng;
    ali_rng_init(&rng, 42);
    for (uint32_t i = 0; i < DRAWS; i += 1) seen[ali_rng_below(&rng, COUNT)] += 1;
    for (uint32_t i = 0; i < COUNT; i += 1) assert_in_range(seen[i], 9600, 10400);
    for (uint32_t i = 0; i < 100; i += 1) assert_int_equal(ali_rng_below(&rng, 1), 0);
}

static void a_sample_is_ascending_and_holds_no_row_twice(void **state) {
    static const struct {
        uint64_t total;
        uint64_t count;
    } cases[] = {{0, 0}, {1, 1}, {10, 0}, {10, 3}, {10, 10}, {1000, 999}, {UINT64_C(1) << 60, 500}};
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        uint64_t rows[1000];
        assert_int_equal(ali_sample_rows(ctx, cases[i].total, cases[i].count, 7, rows), ALI_OK);
        for (uint64_t k = 0; k < cases[i].count; k += 1) {
            assert_true(rows[k] < cases[i].total);
            assert_true(k == 0 || rows[k - 1] < rows[k]);
        }
    }
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void every_row_is_as_likely_as_another(void **state) {
    enum { TOTAL = 20, COUNT = 5, SEEDS = 20000 };
    uint32_t seen[TOTAL] = {0};
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    for (uint64_t seed = 0; seed < SEEDS; seed += 1) {
        uint64_t rows[COUNT];
        assert_int_equal(ali_sample_rows(ctx, TOTAL, COUNT, seed, rows), ALI_OK);
        for (uint32_t k = 0; k < COUNT; k += 1) seen[rows[k]] += 1;
    }
    for (uint32_t i = 0; i < TOTAL; i += 1) assert_in_range(seen[i], 4750, 5250);
    ali_context_free(ctx);
}

static void the_same_seed_chooses_the_same_rows(void **state) {
    static const uint64_t expected[] = {186709, 334718, 347826, 680371, 891550};
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    uint64_t rows[5];
    assert_int_equal(ali_sample_rows(ctx, 1000000, 5, 1, rows), ALI_OK);
    assert_memory_equal(rows, expected, sizeof rows);
    ali_context_free(ctx);
}

static void more_rows_than_there_are_are_refused(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    uint64_t rows[2];
    assert_int_equal(ali_sample_rows(ctx, 1, 2, 1, rows), ALI_ERR_ARGUMENT);
    assert_string_equal(ali_context_error(ctx)->sentence, "2 rows cannot be chosen out of 1");
    assert_int_equal(ali_sample_rows(NULL, 1, 1, 1, rows), ALI_ERR_ARGUMENT);
    counter.fail_at = counter.calls + 1;
    assert_int_equal(ali_sample_rows(ctx, 9, 2, 1, rows), ALI_ERR_MEMORY);
    ali_context_free(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_sequence_of_the_reference),
        cmocka_unit_test(numbers_below_a_count_are_even),
        cmocka_unit_test(a_sample_is_ascending_and_holds_no_row_twice),
        cmocka_unit_test(every_row_is_as_likely_as_another),
        cmocka_unit_test(the_same_seed_chooses_the_same_rows),
        cmocka_unit_test(more_rows_than_there_are_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
