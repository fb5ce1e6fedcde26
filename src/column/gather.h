// column/gather.h: columns made anew out of rows of others, for ali_batch_decode() and
// ali_batch_simplify().
#ifndef ALI_COLUMN_GATHER_H
#define ALI_COLUMN_GATHER_H

#include "column/column.h"

// What gathered columns look like.
enum {
    ALI_FORM_SAME = 0,   // as they are
    ALI_FORM_PLAIN = 1,  // without dictionaries
    ALI_FORM_SIMPLE = 2, // as ali_batch_simplify() makes them
    ALI_FORM_TYPED = 3   // with dictionaries where the type is one, as in Arrow
};

// How to gather, and what errors name.
typedef struct ali_gather {
    ali_context *ctx;
    ali_schema *schema;     // ALI_FORM_SIMPLE: of the columns made
    const ali_field *field; // the column at the top; NULL if it has no name
    uint32_t form;
} ali_gather;

// Makes the column `to` and those below it, all empty but for their types, out of `count` rows of
// another. `rows` are indexes, null for a negative one; NULL stands for all rows in order, which
// are shared where the form allows. After an error the columns are to be cleared.
ALI_CHECKED ali_status ali_gather_run(const ali_gather *how, const ali_column *from,
                                      const int64_t *rows, uint64_t count, ali_column *to);

#endif
