// format/parquet/schema.h: what tree.c, which knows what nests in what, asks of schema.c, which
// knows what fields carry.
#ifndef ALI_FORMAT_PARQUET_SCHEMA_H
#define ALI_FORMAT_PARQUET_SCHEMA_H

#include "format/parquet/parquet.h"

// Fills in what an element says of a column and its type, and what its field carries.
ALI_CHECKED ali_status ali_parquet_fill_column(ali_context *ctx, ali_parquet_state *state,
                                               const ali_parquet_element *element,
                                               uint32_t int96_unit, ali_parquet_column *column,
                                               ali_field *field, ali_type *type);

// The unit of a file's INT96 timestamps.
uint32_t ali_parquet_int96_unit(const ali_parquet_state *state);

// Fills in what the field of a group carries.
ALI_CHECKED ali_status ali_parquet_fill_group(ali_parquet_state *state,
                                              const ali_parquet_element *element, ali_field *field);

// The pairs that a file's schema carries: those of the file, without the one in which Arrow keeps a
// schema of its own.
ALI_CHECKED ali_status ali_parquet_schema_pairs(ali_parquet_state *state, const ali_pair **pairs,
                                                uint32_t *count);

#endif
