// format/parquet/layout.h: what a footer says of row groups and column chunks beyond what reading
// rows needs. It is parsed a second time, by tables of its own, so that opening keeps less.
#ifndef ALI_FORMAT_PARQUET_LAYOUT_H
#define ALI_FORMAT_PARQUET_LAYOUT_H

#include "alimentar/layout.h"
#include "format/parquet/parquet.h"

#define ALI_PARQUET_LAYOUT_PATH_BYTES 1024u

typedef struct ali_parquet_layout_meta {
    uint32_t seen;
    ali_thrift_list row_groups;
} ali_parquet_layout_meta;

typedef struct ali_parquet_layout {
    ali_file *file; // borrowed
    ali_arena arena;
    ali_thrift reader;
    ali_parquet_layout_meta meta;
    uint32_t *parents; // of each element of the schema, the one that it lies in
    uint32_t *nodes;   // of each leaf, its node of the stored schema
    char path[ALI_PARQUET_LAYOUT_PATH_BYTES];
} ali_parquet_layout;

// Begins to read the layout of a file, which must outlive it. It is that of all files which share
// the footer.
ALI_CHECKED ali_status ali_parquet_layout_begin(ali_file *file, ali_parquet_layout *layout);

// Goes on. ALI_YIELD: there is more.
ALI_CHECKED ali_status ali_parquet_layout_step(ali_parquet_layout *layout);
void ali_parquet_layout_clear(ali_parquet_layout *layout);

// See alimentar/layout.h. Indexes are in range; groups are counted as the footer has them.
void ali_parquet_layout_group(const ali_parquet_layout *layout, uint64_t group,
                              ali_group_info *info);
void ali_parquet_layout_chunk(ali_parquet_layout *layout, uint64_t group, uint32_t chunk,
                              ali_chunk_info *info);
ALI_CHECKED ali_status ali_parquet_layout_bounds(ali_parquet_layout *layout, uint64_t group,
                                                 uint32_t chunk, ali_batch **batch);

#endif
