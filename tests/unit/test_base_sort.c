// Sorting: every order of a few items, many items of several sizes, and how many comparisons that
// takes at most.
#include "base/sort.h"
#include "column_tools.h"

typedef struct counter {
    uint64_t comparisons;
} counter;

static int32_t by_number(const void *by, const void *a, const void *b) {
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;
    ((counter *)(uintptr_t)by)->comparisons += 1;
    return (left > right) - (left < right);
}

// Every sequence of up to six items out of 0, 1, 2.
static void short_sequences_come_out_in_order(void **state) {
    counter seen = {0};
    for (uint32_t count = 0; count <= 6; count += 1) {
        for (uint32_t which = 0; which < 729; which += 1) {
            uint32_t items[6] = {9, 9, 9, 9, 9, 9};
            uint32_t sums[3] = {0};
            for (uint32_t i = 0, rest = which; i < count; i += 1, rest /= 3) {
                items[i] = rest % 3;
                sums[rest % 3] += 1;
            }
            ali_sort(items, count, sizeof items[0], by_number, &seen);
            for (uint32_t i = 0; i < count; i += 1) {
                assert_true(i == 0 || items[i - 1] <= items[i]);
                sums[items[i]] -= 1;
            }
            for (uint32_t i = count; i < 6; i += 1) assert_int_equal(items[i], 9);
            assert_true(sums[0] == 0 && sums[1] == 0 && sums[2] == 0);
        }
    }
}

// The item's number first, what goes with it behind.
static void wide_items_are_moved_whole(void **state) {
    static const uint32_t sizes[] = {4, 8, 12, 16, 40, 56};
    enum { COUNT = 1000, WORDS = 14 };
    uint32_t *items = malloc(COUNT * WORDS * sizeof *items);
    for (uint32_t s = 0; s < ALI_COUNT_OF(sizes); s += 1) {
        const uint32_t words = sizes[s] / 4;
        counter seen = {0};
        for (uint32_t i = 0; i < COUNT; i += 1) {
            for (uint32_t k = 0; k < words; k += 1) items[i * words + k] = i * 7919 % COUNT + k;
        }
        ali_sort(items, COUNT, sizes[s], by_number, &seen);
        for (uint32_t i = 0; i < COUNT; i += 1) {
            for (uint32_t k = 0; k < words; k += 1) assert_int_equal(items[i * words + k], i + k);
        }
    }
    free(items);
}

static void no_order_takes_more_comparisons_than_another(void **state) {
    enum { COUNT = 65536, LOG = 16 };
    uint32_t *items = malloc(COUNT * sizeof *items);
    for (uint32_t shape = 0; shape < 5; shape += 1) {
        counter seen = {0};
        for (uint32_t i = 0; i < COUNT; i += 1) {
            const uint32_t values[] = {i, COUNT - i, 7, i % 2, i * 40503 % COUNT};
            items[i] = values[shape];
        }
        ali_sort(items, COUNT, sizeof items[0], by_number, &seen);
        for (uint32_t i = 1; i < COUNT; i += 1) assert_true(items[i - 1] <= items[i]);
        assert_true(seen.comparisons <= 2 * (uint64_t)COUNT * LOG);
    }
    free(items);
}

static void bytes_compare_as_unsigned_and_the_shorter_first(void **state) {
    static const struct {
        const char *a;
        uint32_t a_bytes;
        const char *b;
        uint32_t b_bytes;
        int32_t order;
    } cases[] = {
        {"", 0, "", 0, 0},      {"", 0, "a", 1, -1},        {"a", 1, "", 0, 1},
        {"a", 1, "b", 1, -1},   {"b", 1, "a", 1, 1},        {"ab", 2, "a", 1, 1},
        {"a", 1, "ab", 2, -1},  {"\xff", 1, "a", 1, 1},     {"\x7f", 1, "\x80", 1, -1},
        {"a\0b", 3, "a", 1, 1}, {"a\0b", 3, "a\0c", 3, -1}, {"abc", 3, "abd", 2, 1},
        {NULL, 0, NULL, 0, 0},  {NULL, 0, "a", 1, -1},      {"abc", 3, "abc", 3, 0},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const int32_t order =
            ali_compare_bytes(cases[i].a, cases[i].a_bytes, cases[i].b, cases[i].b_bytes);
        assert_int_equal((order > 0) - (order < 0), cases[i].order);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_sequences_come_out_in_order),
        cmocka_unit_test(wide_items_are_moved_whole),
        cmocka_unit_test(no_order_takes_more_comparisons_than_another),
        cmocka_unit_test(bytes_compare_as_unsigned_and_the_shorter_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
