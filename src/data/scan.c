// data/scan.c: from the options of a scan to a projection of a file, and the scan itself. Formats
// read columns with those below them, all or one; members are cut out of these here.
#include "base/options_tables.h"
#include "data/dataset.h"
#include "data/many.h"
#include "data/paths.h"

// --- members -------------------------------------------------------------------------------------

typedef struct cut_scan {
    ali_context *ctx;
    ali_task *child;    // the format's
    ali_schema *schema; // of what is wanted
    uint32_t *depths;   // of each column
} cut_scan;

static ali_status cut(const cut_scan *scan, const ali_batch *batch, ali_batch **made) {
    ALI_TRY(ali_batch_new(scan->ctx, scan->schema, batch->rows, made));
    for (uint32_t i = 0; i < scan->schema->count; i += 1) {
        const ali_status status = ali_column_cut(scan->ctx, ali_batch_at(batch, i), scan->depths[i],
                                                 ali_batch_at(*made, i));
        if (status < 0) {
            const ali_field *field = ali_schema_field(scan->schema, i);
            ali_error_add_column(scan->ctx, field->name, (size_t)field->name_bytes);
            ali_batch_release(*made);
            return status;
        }
    }
    return ALI_OK;
}

static ali_status cut_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    const cut_scan *scan = pointer;
    ali_batch *made = NULL;
    const ali_status status = ali_task_step_child(task, scan->child, budget_rows);
    if (status != ALI_READY) return status;
    ali_batch *batch = ali_task_take_batch(scan->child);
    const ali_status done = cut(scan, batch, &made);
    ali_batch_release(batch);
    ALI_TRY(done);
    ali_task_put_batch(task, made);
    return ALI_READY;
}

static void cut_clear(ali_task *task, void *pointer) {
    cut_scan *scan = pointer;
    (void)task;
    if (scan->ctx == NULL) return;
    ali_task_free(scan->child);
    ali_mem_free(scan->ctx, scan->depths, (uint64_t)scan->schema->count * sizeof(uint32_t));
    ali_schema_release(scan->schema);
}

static const ali_task_class cut_class = {"paths", cut_step, cut_clear, sizeof(cut_scan)};

static ali_status fill_cut(ali_task *task, cut_scan *scan, ali_file *file, const ali_paths *paths,
                           const ali_projection *projection, ali_schema *schema) {
    void *depths = NULL;
    ALI_TRY(ali_mem_new(file->ctx, (uint64_t)paths->count * sizeof(uint32_t), &depths));
    *scan = (cut_scan){.ctx = file->ctx, .schema = schema, .depths = depths};
    ali_schema_retain(schema);
    for (uint32_t i = 0; i < paths->count; i += 1) scan->depths[i] = paths->items[i].depth;
    return file->format->scan_start(task, file, projection, &scan->child);
}

// Starts to scan what is read, and to cut what is wanted out of it.
static ali_status start_cut(ali_file *file, const ali_paths *paths,
                            const ali_projection *projection, ali_schema *schema, ali_task **task) {
    void *pointer = NULL;
    ALI_TRY(ali_task_new(file->ctx, NULL, &cut_class, task, &pointer));
    const ali_status status = fill_cut(*task, pointer, file, paths, projection, schema);
    if (status < 0) {
        ali_task_free(*task);
        *task = NULL;
    }
    return status;
}

// --- options -------------------------------------------------------------------------------------

// What is asked for, with checked options.
typedef struct request {
    ali_file *file;
    ali_arena arena;
    ali_scan_options options;
    ali_paths paths;
    ali_schema *read; // by the format
    ali_schema *schema;
} request;

static ali_status fill_request(request *made, const ali_scan_options *given) {
    ali_context *ctx = made->file->ctx;
    ali_scan_options *options = &made->options;
    ali_paths *paths = &made->paths;
    ali_error_begin(ctx);
    ALI_TRY(ali_options_fill(ctx, &ali_scan_options_table, given, options));
    ali_schema *schema = made->file->schema;
    const uint32_t count = options->columns != NULL ? options->columns_count : schema->count;
    if (count > ctx->limits.columns_max) {
        return ali_fail(ctx, ALI_ERR_LIMIT, "%u columns were asked for; the limit is %u", count,
                        ctx->limits.columns_max);
    }
    ALI_TRY(ali_paths_find(&made->arena, schema, options->columns, count, paths));
    if (made->file->format == &ali_format_many) {
        ALI_TRY(ali_many_check(made->file->state, paths->columns, count));
    }
    ALI_TRY(ali_schema_prune(ctx, schema, paths->nodes, paths->nodes_count, &made->read));
    return ali_paths_schema(&made->arena, paths, made->read, &made->schema);
}

static void end_request(request *made) {
    ali_schema_release(made->read);
    ali_schema_release(made->schema);
    ali_arena_clear(&made->arena);
}

ali_status ali_scan_schema(ali_dataset *dataset, const ali_scan_options *given,
                           ali_schema **schema) {
    if (dataset == NULL || schema == NULL) return ALI_ERR_ARGUMENT;
    *schema = NULL;
    request made = {.file = dataset->file};
    ali_arena_init(&made.arena, dataset->ctx);
    const ali_status status = fill_request(&made, given);
    if (status == ALI_OK) {
        *schema = made.schema;
        ali_schema_retain(made.schema);
    }
    end_request(&made);
    return status;
}

static ali_status list_columns(const request *made, uint32_t *columns, uint32_t columns_max) {
    const ali_paths *paths = &made->paths;
    if (paths->count > columns_max) {
        return ali_fail(made->file->ctx, ALI_ERR_ARGUMENT,
                        "a scan of %u columns is to be told in %u places", paths->count,
                        columns_max);
    }
    for (uint32_t i = 0; i < paths->count; i += 1) columns[i] = paths->columns[i];
    return ALI_OK;
}

ali_status ali_scan_columns(ali_dataset *dataset, const ali_scan_options *given, uint32_t *columns,
                            uint32_t columns_max) {
    if (dataset == NULL || columns == NULL) return ALI_ERR_ARGUMENT;
    request made = {.file = dataset->file};
    ali_arena_init(&made.arena, dataset->ctx);
    ali_status status = fill_request(&made, given);
    if (status == ALI_OK) status = list_columns(&made, columns, columns_max);
    end_request(&made);
    return status;
}

static ali_status start(const request *made, const ali_projection *how, ali_task **task) {
    const ali_scan_options *options = &made->options;
    const ali_projection projection = {
        .columns = made->paths.columns,
        .count = made->paths.count,
        .schema = made->read,
        .nodes = made->paths.nodes,
        .is_plan = how->is_plan,
        .offset_rows = options->offset_rows,
        .limit_rows = options->limit_rows,
        .batch_rows = options->batch_rows,
        .strings = options->strings,
        .coalesce_bytes = options->coalesce_bytes,
        .request_bytes_max = options->request_bytes_max,
    };
    if (!made->paths.is_cut || how->is_plan) {
        return made->file->format->scan_start(NULL, made->file, &projection, task);
    }
    return start_cut(made->file, &made->paths, &projection, made->schema, task);
}

static ali_status start_scan(ali_dataset *dataset, const ali_scan_options *given,
                             const ali_projection *how, ali_task **task) {
    request made = {.file = dataset->file};
    ali_arena_init(&made.arena, dataset->ctx);
    ali_status status = fill_request(&made, given);
    if (status == ALI_OK) status = start(&made, how, task);
    end_request(&made);
    return status;
}

ali_status ali_scan_start(ali_dataset *dataset, const ali_scan_options *given, ali_task **task) {
    const ali_projection how = {0};
    if (dataset == NULL || task == NULL) return ALI_ERR_ARGUMENT;
    *task = NULL;
    return start_scan(dataset, given, &how, task);
}

ali_status ali_plan_start(ali_dataset *dataset, const ali_scan_options *given, ali_task **task) {
    const ali_projection how = {.is_plan = true};
    if (dataset == NULL || task == NULL) return ALI_ERR_ARGUMENT;
    *task = NULL;
    ali_error_begin(dataset->ctx);
    const ali_format *format = dataset->file->format;
    if (!format->can_plan) {
        return ali_fail(dataset->ctx, ALI_ERR_UNSUPPORTED,
                        "planning the requests of format %s is not supported yet", format->name);
    }
    return start_scan(dataset, given, &how, task);
}
