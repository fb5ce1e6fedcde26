// base/sort.h: sorting in place, and the order of names.
#ifndef ALI_BASE_SORT_H
#define ALI_BASE_SORT_H

#include "base/internal.h"

// Compares two items: below 0 if `a` comes before `b`, above 0 if after. `by` is the caller's.
typedef int32_t ali_compare(const void *by, const void *a, const void *b);

// Sorts `count` items of `item_bytes`, a multiple of 4. Not stable: where it may matter, the
// comparison tells items that are otherwise equal apart, so that one order alone is right.
//
// Effects:   takes no memory; at most about 2 n log2(n) comparisons, whatever the order was.
void ali_sort(void *items, uint64_t count, uint32_t item_bytes, ali_compare *compare,
              const void *by);

// Compares bytes, as unsigned numbers one after the other; of two that begin alike the shorter
// comes first. Below, at or above 0, as the first comes before, is, or comes after the second.
int32_t ali_compare_bytes(const void *a, uint64_t a_bytes, const void *b, uint64_t b_bytes);

#endif
