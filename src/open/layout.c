// open/layout.c: how the files of a data set store their rows (alimentar/layout.h): file after
// file, of Parquet out of the footer that is at hand, of Arrow by reading the messages' metadata.
#include "alimentar/layout.h"

#include "data/dataset.h"
#include "data/many.h"
#include "format/ipc/scan.h"
#include "format/parquet/layout.h"

// A file, and its groups.
typedef struct part {
    ali_file *file; // borrowed from the data set
    const char *path;
    uint32_t path_bytes;
    uint64_t first;              // of its groups, counted in all files
    ali_parquet_layout *parquet; // of all files that share their footer; NULL: Arrow
    ali_ipc_groups groups;
} part;

struct ali_layout {
    ali_dataset *dataset;
    part *parts;
    uint32_t parts_count;
    uint64_t groups;
};

typedef struct layout_state {
    ali_layout *layout;
    uint32_t at; // the part under way
    ali_task *child;
} layout_state;

// --- making --------------------------------------------------------------------------------------

// The files of which a file consists: of many together, and of a summary; NULL if it is one itself.
static const ali_many *many_of(const ali_file *file) {
    return file->format == &ali_format_many ? file->state : NULL;
}

// Takes up the files of a data set, those of a summary among them in its place.
static ali_status fill_parts(ali_layout *layout) {
    ali_file *file = layout->dataset->file;
    const ali_many *many = many_of(file);
    const uint64_t total = many != NULL ? many->files_total : 1;
    const uint32_t count = many != NULL ? many->files_count : 1;
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(file->ctx, total * sizeof(part), &pointer));
    layout->parts = pointer;
    layout->parts_count = (uint32_t)total;
    part *one = layout->parts;
    for (uint32_t i = 0; i < count; i += 1) {
        ali_file *outer = many != NULL ? many->files[i].file : file;
        const ali_many *inner = many_of(outer);
        const uint32_t inner_count = inner != NULL ? inner->files_count : 1;
        for (uint32_t k = 0; k < inner_count; k += 1, one += 1) {
            one->file = inner != NULL ? inner->files[k].file : outer;
            one->path = ali_blob_path(one->file->blob, &one->path_bytes);
        }
    }
    return ALI_OK;
}

// Tells if a part has the footer of the one before, as files of one summary have.
static bool is_shared(const ali_layout *layout, uint32_t at) {
    return at != 0 && layout->parts[at].file->state == layout->parts[at - 1].file->state;
}

static ali_status begin_part(ali_task *task, layout_state *state, part *one) {
    ali_context *ctx = one->file->ctx;
    if (one->file->format != &ali_format_parquet) {
        return ali_ipc_groups_start(task, one->file, &one->groups, &state->child);
    }
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, sizeof(ali_parquet_layout), &pointer));
    one->parquet = pointer;
    return ali_parquet_layout_begin(one->file, one->parquet);
}

static ali_status read_part(ali_task *task, layout_state *state, part *one) {
    const bool is_begun = one->parquet != NULL || state->child != NULL;
    if (!is_begun) ALI_TRY(begin_part(task, state, one));
    return one->parquet != NULL ? ali_parquet_layout_step(one->parquet)
                                : ali_task_step_child(task, state->child, 0);
}

static ali_status step_part(ali_task *task, layout_state *state) {
    part *one = &state->layout->parts[state->at];
    if (is_shared(state->layout, state->at)) {
        one->parquet = state->layout->parts[state->at - 1].parquet;
    } else {
        const ali_status status = read_part(task, state, one);
        if (status != ALI_OK) return status;
    }
    ali_task_free(state->child);
    state->child = NULL;
    one->first = state->layout->groups;
    state->layout->groups += one->parquet != NULL ? one->file->row_groups : one->groups.count;
    state->at += 1;
    return ALI_OK;
}

static ali_status layout_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    layout_state *state = pointer;
    (void)budget_rows;
    if (state->layout == NULL) return ALI_OK;
    if (state->at == state->layout->parts_count) return ALI_OK;
    const ali_status status = step_part(task, state);
    if (status == ALI_OK && state->at < state->layout->parts_count) return ALI_YIELD;
    return status;
}

static void layout_clear(ali_task *task, void *pointer) {
    layout_state *state = pointer;
    (void)task;
    ali_task_free(state->child);
    ali_layout_free(state->layout);
}

static const ali_task_class layout_class = {"layout", layout_step, layout_clear,
                                            sizeof(layout_state)};

static ali_status new_layout(ali_dataset *dataset, layout_state *state) {
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(dataset->ctx, sizeof(ali_layout), &pointer));
    state->layout = pointer;
    state->layout->dataset = dataset;
    ali_dataset_retain(dataset);
    return fill_parts(state->layout);
}

ali_status ali_layout_start(ali_dataset *dataset, ali_task **task) {
    ali_task *made = NULL;
    void *pointer = NULL;
    if (dataset == NULL || task == NULL) return ALI_ERR_ARGUMENT;
    *task = NULL;
    ali_error_begin(dataset->ctx);
    ALI_TRY(ali_task_new(dataset->ctx, NULL, &layout_class, &made, &pointer));
    const ali_status status = new_layout(dataset, pointer);
    if (status < 0) {
        ali_task_free(made);
        return status;
    }
    *task = made;
    return ALI_OK;
}

ali_layout *ali_task_take_layout(ali_task *task) {
    layout_state *state = ali_task_state(task, &layout_class);
    if (state == NULL || state->layout == NULL || state->at < state->layout->parts_count) {
        return NULL;
    }
    ali_layout *layout = state->layout;
    state->layout = NULL;
    return layout;
}

static void clear_part(ali_context *ctx, part *one) {
    if (one->parquet != NULL) ali_parquet_layout_clear(one->parquet);
    ali_mem_free(ctx, one->parquet, one->parquet != NULL ? sizeof(ali_parquet_layout) : 0);
    ali_mem_free(ctx, one->groups.items, (uint64_t)one->groups.capacity * sizeof(ali_ipc_group));
}

void ali_layout_free(ali_layout *layout) {
    if (layout == NULL) return;
    ali_dataset *dataset = layout->dataset;
    ali_context *ctx = dataset->ctx;
    for (uint32_t i = 0; i < layout->parts_count; i += 1) {
        if (!is_shared(layout, i)) clear_part(ctx, &layout->parts[i]);
    }
    ali_mem_free(ctx, layout->parts, (uint64_t)layout->parts_count * sizeof(part));
    ali_mem_free(ctx, layout, sizeof *layout);
    ali_dataset_release(dataset);
}

// --- what is known -------------------------------------------------------------------------------

uint64_t ali_layout_groups(const ali_layout *layout) {
    return layout->groups;
}

// The file that has a group: the last whose first group is not behind it.
static const part *part_of(const ali_layout *layout, uint64_t group) {
    uint32_t low = 0;
    uint32_t high = layout->parts_count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (layout->parts[middle].first <= group) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &layout->parts[low];
}

// Where the footer that tells of a group has it.
static uint64_t place_in_footer(const part *one, uint64_t group) {
    return one->file->first_group + (group - one->first);
}

ali_status ali_layout_group(const ali_layout *layout, uint64_t group, ali_group_info *info) {
    if (info->size_bytes != sizeof *info || group >= layout->groups) return ALI_ERR_ARGUMENT;
    const part *one = part_of(layout, group);
    *info = (ali_group_info){
        .size_bytes = sizeof *info, .path = one->path, .path_bytes = one->path_bytes};
    if (one->parquet != NULL) {
        ali_parquet_layout_group(one->parquet, place_in_footer(one, group), info);
        return ALI_OK;
    }
    const ali_ipc_group *of = &one->groups.items[group - one->first];
    info->rows = of->rows;
    info->offset_bytes = of->offset_bytes;
    info->bytes = of->bytes;
    info->uncompressed_bytes = ALI_UNKNOWN;
    info->codec = ali_codec_name(of->codec);
    return ALI_OK;
}

// The file of a chunk; NULL if there is none.
static const part *chunk_part(const ali_layout *layout, uint64_t group, uint32_t chunk) {
    if (group >= layout->groups) return NULL;
    const part *one = part_of(layout, group);
    if (one->parquet == NULL) return NULL;
    const ali_parquet_state *state = one->file->state;
    return chunk < state->columns_count ? one : NULL;
}

ali_status ali_layout_chunk(ali_layout *layout, uint64_t group, uint32_t chunk,
                            ali_chunk_info *info) {
    const part *one = chunk_part(layout, group, chunk);
    if (one == NULL || info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    *info = (ali_chunk_info){.size_bytes = sizeof *info};
    ali_parquet_layout_chunk(one->parquet, place_in_footer(one, group), chunk, info);
    return ALI_OK;
}

ali_status ali_layout_bounds(ali_layout *layout, uint64_t group, uint32_t chunk,
                             ali_batch **batch) {
    const part *one = chunk_part(layout, group, chunk);
    if (one == NULL || batch == NULL) return ALI_ERR_ARGUMENT;
    *batch = NULL;
    ali_error_begin(layout->dataset->ctx);
    return ali_parquet_layout_bounds(one->parquet, place_in_footer(one, group), chunk, batch);
}

const char *ali_encoding_name(uint32_t encoding) {
    return ali_parquet_encoding_name((int32_t)ali_min_u64(encoding, INT32_MAX));
}
