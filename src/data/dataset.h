// data/dataset.h: a data set from within: an opened file, for now.
#ifndef ALI_DATA_DATASET_H
#define ALI_DATA_DATASET_H

#include "format/format.h"

struct ali_dataset {
    uint32_t references;
    ali_context *ctx;
    ali_file *file;
};

// Makes a data set of one file, whose reference it takes over, also when it fails.
ALI_CHECKED ali_status ali_dataset_new(ali_context *ctx, ali_file *file, ali_dataset **dataset);

#endif
