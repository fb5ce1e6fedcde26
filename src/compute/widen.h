// compute/widen.h: types that hold all values of two others, and columns made wider without loss.
#ifndef ALI_COMPUTE_WIDEN_H
#define ALI_COMPUTE_WIDEN_H

#include "column/column.h"

// Finds the narrowest type that holds every value of both fields' types exactly:
//
//     null and any type                 that type
//     integers                          the wider; of both signs the next wider signed one
//     integers up to 32 bits, floats    float64
//     floats                            the wider
//     decimals                          digits before and after the point as many as either has,
//                                       up to 76: the narrowest width that holds them
//     dates; times; timestamps of one   the finer unit
//     zone; durations
//     utf8, binary, their large kinds   the large kind, else the one that is no view
//     and views
//
// Types that differ only in Arrow's dictionary encoding are joined to their values' type. Nested
// types must be the same.
//
// Returns:   false if there is none, and *wider is not touched.
bool ali_type_widen(const ali_field *a, const ali_field *b, ali_type *wider);

// Turns `column`, which ali_type_widen() joined with another, into one of type `to` in place, with
// its rows. Null slots stay zero.
//
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_TYPE, with the row in the batch, for a time beyond
//            what 64 bits hold in the finer unit.
ALI_CHECKED ali_status ali_column_widen(ali_context *ctx, ali_column *column, const ali_type *to);

#endif
