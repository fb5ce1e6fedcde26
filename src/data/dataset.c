// data/dataset.c: what an opened data set says of itself.
#include "data/dataset.h"
#include "data/many.h"

ali_status ali_dataset_new(ali_context *ctx, ali_file *file, ali_dataset **dataset) {
    void *pointer = NULL;
    const ali_status status = ali_mem_zero(ctx, sizeof(ali_dataset), &pointer);
    if (status < 0) {
        ali_file_release(file);
        return status;
    }
    *dataset = pointer;
    **dataset = (ali_dataset){.references = 1, .ctx = ctx, .file = file};
    return ALI_OK;
}

void ali_dataset_retain(ali_dataset *dataset) {
    dataset->references += 1;
}

void ali_dataset_release(ali_dataset *dataset) {
    if (dataset == NULL) return;
    dataset->references -= 1;
    if (dataset->references != 0) return;
    ali_file_release(dataset->file);
    ali_mem_free(dataset->ctx, dataset, sizeof *dataset);
}

ali_status ali_dataset_describe(const ali_dataset *dataset, ali_dataset_info *info) {
    if (info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    const ali_file *file = dataset->file;
    *info = (ali_dataset_info){.size_bytes = sizeof *info,
                               .metadata_count = file->metadata_count,
                               .format = file->format->name,
                               .rows = file->rows,
                               .row_groups = file->row_groups,
                               .bytes = file->blob != NULL ? ali_blob_bytes(file->blob) : 0,
                               .created_by = file->created_by != NULL ? file->created_by : "",
                               .schema = file->schema,
                               .files = 1};
    if (file->format != &ali_format_many) return ALI_OK;
    const ali_many *many = file->state;
    info->format = many->format_name;
    info->bytes = many->bytes;
    info->files = many->files_total;
    return ALI_OK;
}

ali_status ali_dataset_metadata(const ali_dataset *dataset, uint32_t index, const char **key,
                                const char **value) {
    const ali_file *file = dataset->file;
    if (index >= file->metadata_count) return ALI_ERR_ARGUMENT;
    *key = file->metadata[2 * (size_t)index];
    *value = file->metadata[2 * (size_t)index + 1];
    return ALI_OK;
}
