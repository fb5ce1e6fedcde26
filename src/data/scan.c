// data/scan.c: from the options of a scan to a projection of a file, and the scan itself.
//
// A column is named by its whole name, or by "#3": the third column of the file, counted from 1,
// where names are shared; a name that begins with # is written "\#".
#include "base/options_tables.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/names.h"

// Reads "#3" as 2. ALI_UNKNOWN if the name is no such number.
static uint64_t index_of(const char *name, size_t name_bytes) {
    if (name_bytes < 2 || name_bytes > 10 || name[0] != '#') return ALI_UNKNOWN;
    uint64_t number = 0;
    for (size_t i = 1; i < name_bytes; i += 1) {
        if (name[i] < '0' || name[i] > '9') return ALI_UNKNOWN;
        number = number * 10 + (uint64_t)(name[i] - '0');
    }
    return number == 0 ? ALI_UNKNOWN : number - 1;
}

static ali_status fail_missing(ali_context *ctx, const ali_schema *schema, const char *name,
                               size_t name_bytes) {
    if (schema->count == 0) {
        return ali_fail(ctx, ALI_ERR_NOT_FOUND, "there is no column %q: the file has no columns",
                        name, name_bytes);
    }
    const ali_field *first = ali_schema_field(schema, 0);
    const ali_field *last = ali_schema_field(schema, schema->count - 1);
    return ali_fail(ctx, ALI_ERR_NOT_FOUND, "there is no column %q: the file has %u, from %q to %q",
                    name, name_bytes, schema->count, first->name, (size_t)first->name_bytes,
                    last->name, (size_t)last->name_bytes);
}

static ali_status find_column(ali_context *ctx, const ali_names *order, const char *name,
                              uint32_t *index) {
    const ali_schema *schema = order->schema;
    size_t name_bytes = ali_text_length(name);
    const uint64_t number = index_of(name, name_bytes);
    if (number < schema->count) {
        *index = (uint32_t)number;
        return ALI_OK;
    }
    if (name_bytes > 1 && name[0] == '\\' && name[1] == '#') {
        name += 1;
        name_bytes -= 1;
    }
    uint32_t end = 0;
    const uint32_t first = ali_names_find(order, name, name_bytes, &end);
    if (end == first) return fail_missing(ctx, schema, name, name_bytes);
    *index = order->places[first];
    if (end == first + 1) return ALI_OK;
    return ali_fail(ctx, ALI_ERR_ARGUMENT,
                    "%u columns are named %q: take one by its place, as #%u for the first of them",
                    end - first, name, name_bytes, *index + 1);
}

// Fills `columns` with the indexes of the columns asked for. `room` holds twice as many numbers as
// the schema has fields.
static ali_status find_columns(ali_context *ctx, const ali_schema *schema,
                               const ali_scan_options *options, uint32_t *room, uint32_t *columns) {
    const ali_names order = ali_names_sort(schema, room, room + schema->count);
    for (uint32_t i = 0; i < options->columns_count; i += 1) {
        ALI_TRY(find_column(ctx, &order, options->columns[i], &columns[i]));
    }
    return ALI_OK;
}

static ali_status resolve(ali_context *ctx, const ali_schema *schema,
                          const ali_scan_options *options, uint32_t *columns, uint32_t count) {
    if (options->columns == NULL) {
        for (uint32_t i = 0; i < count; i += 1) columns[i] = i;
        return ALI_OK;
    }
    void *room = NULL;
    const uint64_t room_bytes = ((uint64_t)schema->count * 2 + 1) * sizeof(uint32_t);
    ALI_TRY(ali_mem_new(ctx, room_bytes, &room));
    const ali_status status = find_columns(ctx, schema, options, room, columns);
    ali_mem_free(ctx, room, room_bytes);
    return status;
}

static ali_status project(ali_dataset *dataset, const ali_scan_options *options, uint32_t *columns,
                          uint32_t count, ali_schema **schema) {
    ALI_TRY(resolve(dataset->ctx, dataset->file->schema, options, columns, count));
    return ali_schema_project(dataset->ctx, dataset->file->schema, columns, count, schema);
}

static ali_status start(ali_dataset *dataset, const ali_projection *how,
                        const ali_scan_options *options, uint32_t *columns, ali_task **task) {
    ali_file *file = dataset->file;
    const uint32_t count = how->count;
    ali_projection projection = {
        .columns = columns,
        .count = count,
        .is_plan = how->is_plan,
        .offset_rows = options->offset_rows,
        .limit_rows = options->limit_rows,
        .batch_rows = options->batch_rows,
        .strings = options->strings,
        .coalesce_bytes = options->coalesce_bytes,
        .request_bytes_max = options->request_bytes_max,
    };
    ALI_TRY(project(dataset, options, columns, count, &projection.schema));
    const uint64_t nodes_bytes = (uint64_t)projection.schema->nodes_count * sizeof(uint32_t);
    void *nodes = NULL;
    ali_status status = ali_mem_new(dataset->ctx, nodes_bytes, &nodes);
    if (status == ALI_OK) {
        ali_names_nodes(file->schema, columns, count, nodes);
        projection.nodes = nodes;
        status = file->format->scan_start(NULL, file, &projection, task);
    }
    ali_mem_free(dataset->ctx, nodes, nodes_bytes);
    ali_schema_release(projection.schema);
    return status;
}

// The checked options of a scan, and room for the indexes of its columns.
static ali_status prepare(ali_dataset *dataset, const ali_scan_options *given,
                          ali_scan_options *options, void **columns, uint32_t *count) {
    ali_context *ctx = dataset->ctx;
    ali_error_begin(ctx);
    ALI_TRY(ali_options_fill(ctx, &ali_scan_options_table, given, options));
    *count = options->columns != NULL ? options->columns_count : dataset->file->schema->count;
    if (*count > ctx->limits.columns_max) {
        return ali_fail(ctx, ALI_ERR_LIMIT, "%u columns were asked for; the limit is %u", *count,
                        ctx->limits.columns_max);
    }
    return ali_mem_new(ctx, (uint64_t)*count * sizeof(uint32_t), columns);
}

ali_status ali_scan_schema(ali_dataset *dataset, const ali_scan_options *given,
                           ali_schema **schema) {
    if (dataset == NULL || schema == NULL) return ALI_ERR_ARGUMENT;
    *schema = NULL;
    ali_scan_options options;
    void *columns = NULL;
    uint32_t count = 0;
    ALI_TRY(prepare(dataset, given, &options, &columns, &count));
    const ali_status status = project(dataset, &options, columns, count, schema);
    ali_mem_free(dataset->ctx, columns, (uint64_t)count * sizeof(uint32_t));
    return status;
}

static ali_status start_scan(ali_dataset *dataset, const ali_scan_options *given,
                             ali_projection *how, ali_task **task) {
    ali_scan_options options;
    void *columns = NULL;
    ALI_TRY(prepare(dataset, given, &options, &columns, &how->count));
    const ali_status status = start(dataset, how, &options, columns, task);
    ali_mem_free(dataset->ctx, columns, (uint64_t)how->count * sizeof(uint32_t));
    return status;
}

ali_status ali_scan_start(ali_dataset *dataset, const ali_scan_options *given, ali_task **task) {
    ali_projection how = {0};
    if (dataset == NULL || task == NULL) return ALI_ERR_ARGUMENT;
    *task = NULL;
    return start_scan(dataset, given, &how, task);
}

ali_status ali_plan_start(ali_dataset *dataset, const ali_scan_options *given, ali_task **task) {
    ali_projection how = {.is_plan = true};
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
