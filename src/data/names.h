// data/names.h: finding the columns of a schema by their names, however many there are.
#ifndef ALI_DATA_NAMES_H
#define ALI_DATA_NAMES_H

#include "column/column.h"

// The fields of a schema in the order of their names.
typedef struct ali_names {
    const ali_schema *schema;
    uint32_t *places; // indexes of fields; those of one name in the order of the schema
} ali_names;

// Sorts the fields of a schema by their names' bytes. `places` has room for all fields, and the
// order lies there.
ali_names ali_names_sort(const ali_schema *schema, uint32_t *places);

// The first place in the order of a field of this name, and *end, the place behind the last: equal
// if there is none.
uint32_t ali_names_find(const ali_names *names, const char *name, size_t name_bytes, uint32_t *end);

#endif
