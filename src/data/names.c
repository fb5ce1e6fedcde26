// data/names.c: sorting the names of columns, and searching among them.
#include "data/names.h"

#include "base/mem.h"

int ali_names_compare(const char *a, size_t a_bytes, const char *b, size_t b_bytes) {
    const size_t both = a_bytes < b_bytes ? a_bytes : b_bytes;
    const int by_bytes = both == 0 ? 0 : __builtin_memcmp(a, b, both);
    return by_bytes != 0 ? by_bytes : (a_bytes > b_bytes) - (a_bytes < b_bytes);
}

static int compare_place(const ali_names *order, uint32_t at, const char *name, size_t name_bytes) {
    const ali_field *field = ali_schema_field(order->schema, order->places[at]);
    return ali_names_compare(field->name, (size_t)field->name_bytes, name, name_bytes);
}

// Merges the sorted runs [from, middle) and [middle, end) of order->places into `merged`.
static void merge(const ali_names *order, uint32_t *merged, uint32_t from, uint32_t middle,
                  uint32_t end) {
    uint32_t left = from;
    uint32_t right = middle;
    for (uint32_t at = from; at < end; at += 1) {
        bool is_left = right == end;
        if (!is_left && left < middle) {
            const ali_field *field = ali_schema_field(order->schema, order->places[right]);
            is_left = compare_place(order, left, field->name, (size_t)field->name_bytes) <= 0;
        }
        merged[at] = order->places[is_left ? left : right];
        if (is_left) {
            left += 1;
        } else {
            right += 1;
        }
    }
}

// Sorts by merging from the bottom up: stable, and no input makes it slow.
ali_names ali_names_sort(const ali_schema *schema, uint32_t *places, uint32_t *spare) {
    ali_names order = {schema, places};
    const uint32_t count = schema->count;
    for (uint32_t i = 0; i < count; i += 1) places[i] = i;
    for (uint64_t run = 1; run < count; run *= 2) {
        for (uint64_t from = 0; from < count; from += 2 * run) {
            const uint32_t middle = (uint32_t)ali_min_u64(from + run, count);
            const uint32_t end = (uint32_t)ali_min_u64(from + 2 * run, count);
            merge(&order, spare, (uint32_t)from, middle, end);
        }
        uint32_t *sorted = spare;
        spare = order.places;
        order.places = sorted;
    }
    return order;
}

// The first place in the order whose name is not below this one.
static uint32_t lower_bound(const ali_names *order, const char *name, size_t name_bytes) {
    uint32_t low = 0;
    uint32_t high = order->schema->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (compare_place(order, middle, name, name_bytes) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t ali_names_find(const ali_names *names, const char *name, size_t name_bytes,
                        uint32_t *end) {
    const uint32_t first = lower_bound(names, name, name_bytes);
    uint32_t behind = first;
    while (behind < names->schema->count && compare_place(names, behind, name, name_bytes) == 0) {
        behind += 1;
    }
    *end = behind;
    return first;
}
