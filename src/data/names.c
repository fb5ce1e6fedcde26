// data/names.c: sorting the names of columns, and searching among them.
#include "data/names.h"

#include "base/sort.h"

static int32_t compare_place(const ali_names *order, uint32_t at, const char *name,
                             size_t name_bytes) {
    const ali_field *field = ali_schema_field(order->schema, order->places[at]);
    return ali_compare_bytes(field->name, field->name_bytes, name, name_bytes);
}

// Fields of one name stay in the order of the schema.
static int32_t compare_fields(const void *by, const void *left, const void *right) {
    const ali_schema *schema = by;
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;
    const ali_field *first = ali_schema_field(schema, a);
    const ali_field *second = ali_schema_field(schema, b);
    const int32_t order =
        ali_compare_bytes(first->name, first->name_bytes, second->name, second->name_bytes);
    return order != 0 ? order : (a > b) - (a < b);
}

ali_names ali_names_sort(const ali_schema *schema, uint32_t *places) {
    for (uint32_t i = 0; i < schema->count; i += 1) places[i] = i;
    ali_sort(places, schema->count, sizeof *places, compare_fields, schema);
    return (ali_names){schema, places};
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
