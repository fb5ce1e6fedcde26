// data/sample.c: rows chosen at random without replacement, by their numbers.
//
// Floyd's algorithm (Bentley and Floyd, "A sample of brilliance", CACM 30(9), 1987): each subset is
// equally likely, with as many random numbers as rows are wanted. Then the numbers are sorted.
#include "alimentar/dataset.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/sort.h"

// Numbers that are chosen already: a table of open addresses, of a power of two of slots, at most
// half full. A slot holds a number and 1, or 0.
typedef struct number_set {
    uint64_t *slots;
    uint64_t mask;
} number_set;

// Adds a number. False if it was there.
static bool add(const number_set *set, uint64_t number) {
    uint64_t at = (number * UINT64_C(0x9E3779B97F4A7C15)) >> 20 & set->mask;
    while (set->slots[at] != 0) {
        if (set->slots[at] == number + 1) return false;
        at = (at + 1) & set->mask;
    }
    set->slots[at] = number + 1;
    return true;
}

static void choose(const number_set *set, uint64_t rows_total, uint64_t count, uint64_t seed,
                   uint64_t *rows) {
    ali_rng rng;
    ali_rng_init(&rng, seed);
    for (uint64_t i = 0; i < count; i += 1) {
        const uint64_t last = rows_total - count + i;
        const uint64_t drawn = ali_rng_below(&rng, last + 1);
        rows[i] = add(set, drawn) ? drawn : last;
        if (rows[i] == last && drawn != last) (void)add(set, last);
    }
}

static int32_t compare(const void *by, const void *a, const void *b) {
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;
    (void)by;
    return (left > right) - (left < right);
}

ali_status ali_sample_rows(ali_context *context, uint64_t rows_total, uint64_t count, uint64_t seed,
                           uint64_t *rows) {
    if (context == NULL || (rows == NULL && count != 0)) return ALI_ERR_ARGUMENT;
    ali_error_begin(context);
    if (count > rows_total || rows_total == ALI_UNKNOWN) {
        return ali_fail(context, ALI_ERR_ARGUMENT, "%U rows cannot be chosen out of %U", count,
                        rows_total);
    }
    uint64_t slots = 2;
    while (slots / 2 < count && slots < UINT64_C(1) << 60) slots *= 2;
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(context, slots * sizeof(uint64_t), &pointer));
    const number_set set = {pointer, slots - 1};
    choose(&set, rows_total, count, seed, rows);
    ali_mem_free(context, pointer, slots * sizeof(uint64_t));
    ali_sort(rows, count, sizeof rows[0], compare, NULL);
    return ALI_OK;
}
