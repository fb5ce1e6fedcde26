// base/sort.c: heapsort (Williams, "Algorithm 232", CACM 7(6), 1964, with Floyd's way to make the
// heap): in place, without recursion, and as fast on hostile input as on any.
#include "base/sort.h"

typedef struct heap {
    uint8_t *items;
    uint32_t item_bytes;
    ali_compare *compare;
    const void *by;
} heap;

static bool is_before(const heap *heap, uint64_t a, uint64_t b) {
    return heap->compare(heap->by, heap->items + a * heap->item_bytes,
                         heap->items + b * heap->item_bytes) < 0;
}

static void swap(const heap *heap, uint64_t a, uint64_t b) {
    uint8_t *left = heap->items + a * heap->item_bytes;
    uint8_t *right = heap->items + b * heap->item_bytes;
    for (uint32_t i = 0; i < heap->item_bytes; i += 4) {
        const uint32_t moved = ali_load_u32(left + i);
        ali_store_u32(left + i, ali_load_u32(right + i));
        ali_store_u32(right + i, moved);
    }
}

// Moves item `at` down a heap of `count` items, the last of which is on top.
static void sift(const heap *heap, uint64_t at, uint64_t count) {
    for (uint64_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(heap, child, child + 1)) child += 1;
        if (!is_before(heap, at, child)) return;
        swap(heap, at, child);
        at = child;
    }
}

void ali_sort(void *items, uint64_t count, uint32_t item_bytes, ali_compare *compare,
              const void *by) {
    const heap heap = {items, item_bytes, compare, by};
    ALI_ASSERT(item_bytes % 4 == 0);
    for (uint64_t i = count / 2; i > 0; i -= 1) sift(&heap, i - 1, count);
    for (uint64_t i = count; i > 1; i -= 1) {
        swap(&heap, 0, i - 1);
        sift(&heap, 0, i - 1);
    }
}

int32_t ali_compare_bytes(const void *a, uint64_t a_bytes, const void *b, uint64_t b_bytes) {
    const uint64_t both = ali_min_u64(a_bytes, b_bytes);
    const int32_t by_bytes = both == 0 ? 0 : __builtin_memcmp(a, b, (size_t)both);
    return by_bytes != 0 ? by_bytes : (a_bytes > b_bytes) - (a_bytes < b_bytes);
}
