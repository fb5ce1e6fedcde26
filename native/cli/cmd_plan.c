// native/cli/cmd_plan.c: `plan`: the requests that reading rows would make, without making them,
// and what is left out.
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define PATH_BYTES 1024u

typedef struct plan {
    cli *self;
    cli_output out;
    uint64_t requests;
    uint64_t bytes;
    const char *fetched;        // the file that was fetched whole on opening; NULL: none is known
    char paths[2 * PATH_BYTES]; // of the request, as it is named and as it is shown
} plan;

// --- requests ------------------------------------------------------------------------------------

static void put_request(void *user, const ali_op *op) {
    plan *of = user;
    cli_output *out = &of->out;
    char *path = of->paths;
    char *shown = of->paths + PATH_BYTES;
    (void)snprintf(path, PATH_BYTES, "%.*s", (int)op->path_bytes, op->path);
    if (of->fetched != NULL && strcmp(path, of->fetched) == 0) return;
    cli_show_path(path, shown, PATH_BYTES);
    if (of->self->args.is_json) {
        cli_output_text(out, of->requests == 0 ? "\n    {\"path\": " : ",\n    {\"path\": ");
        cli_put_json(out, shown, strlen(shown));
        cli_output_print(out, ", \"offset_bytes\": %llu, \"length_bytes\": %llu, \"why\": ",
                         (unsigned long long)op->offset_bytes,
                         (unsigned long long)op->length_bytes);
        cli_put_json(out, op->why, op->why_bytes);
        cli_output_text(out, "}");
    } else {
        cli_output_print(out, "%12llu  %12llu  %.*s  ", (unsigned long long)op->offset_bytes,
                         (unsigned long long)op->length_bytes, (int)op->why_bytes, op->why);
        (void)cli_put_text(out, shown, strlen(shown), CLI_TEXT_RAW, ALI_UNKNOWN);
        cli_output_text(out, "\n");
    }
    of->requests += 1;
    of->bytes += op->length_bytes;
}

// Nothing but metadata is fetched.
static int list_requests(plan *of, ali_task *task) {
    ali_host_on_plan(of->self->host, put_request, of);
    return ali_host_drive(of->self->host, task) == ALI_OK ? EXIT_GOOD : cli_fail_host(of->self);
}

// --- what is left out ----------------------------------------------------------------------------

typedef struct skipped {
    plan *of;
    uint64_t count;
} skipped;

static void put_skipped(skipped *list, const char *what, size_t what_bytes, const char *why) {
    cli_output *out = &list->of->out;
    if (list->of->self->args.is_json) {
        cli_output_text(out, list->count == 0 ? "\n    {\"what\": " : ",\n    {\"what\": ");
        cli_put_json(out, what, what_bytes);
        cli_output_print(out, ", \"why\": \"%s\"}", why);
    } else {
        cli_output_text(out, "skipped: ");
        (void)cli_put_text(out, what, what_bytes, CLI_TEXT_RAW, ALI_UNKNOWN);
        cli_output_print(out, ": %s\n", why);
    }
    list->count += 1;
}

// Tells of each column but those that are read.
static void skip_others(skipped *list, const ali_schema *all, const bool *is_read) {
    for (uint32_t i = 0; i < ali_schema_count(all); i += 1) {
        ali_field_info field = {.size_bytes = sizeof field};
        char what[600];
        if (is_read[i] || ali_field_describe(all, i, &field) != ALI_OK) continue;
        const int bytes = snprintf(what, sizeof what, "column %.500s", field.name);
        put_skipped(list, what, (size_t)bytes, "not asked for");
    }
}

// Notes which columns are read: `columns` has room for one of each that is asked for.
static int note_columns(const cli_scan *scan, uint32_t *columns, bool *is_read) {
    const uint32_t count = scan->options.columns_count;
    if (ali_scan_columns(scan->dataset, &scan->options, columns, count) != ALI_OK) {
        return cli_fail_context(scan->self);
    }
    for (uint32_t i = 0; i < count; i += 1) is_read[columns[i]] = true;
    return EXIT_GOOD;
}

static int skip_columns(skipped *list, const cli_scan *scan, const ali_schema *all) {
    uint32_t *columns = calloc((size_t)scan->options.columns_count + 1, sizeof *columns);
    bool *is_read = calloc((size_t)ali_schema_count(all) + 1, sizeof *is_read);
    const int code = columns == NULL || is_read == NULL
                         ? cli_fail(EXIT_LIMIT, scan->self->path, "no memory is left")
                         : note_columns(scan, columns, is_read);
    if (code == EXIT_GOOD) skip_others(list, all, is_read);
    free(columns);
    free(is_read);
    return code;
}

// Rows [from, end); of an end that is not known all from there on.
static void skip_rows(skipped *list, uint64_t from, uint64_t end, const char *why) {
    char what[64];
    int bytes = 0;
    if (from >= end) return;
    if (end == ALI_UNKNOWN) {
        bytes = snprintf(what, sizeof what, "rows from %llu on", (unsigned long long)from);
    } else {
        bytes = snprintf(what, sizeof what, "rows %llu to %llu", (unsigned long long)from,
                         (unsigned long long)end - 1);
    }
    put_skipped(list, what, (size_t)bytes, why);
}

static int list_skipped(plan *of, const cli_scan *scan, skipped *list) {
    const cli_args *args = &of->self->args;
    ali_dataset_info info = {.size_bytes = sizeof info};
    if (ali_dataset_describe(scan->dataset, &info) != ALI_OK) return cli_fail_context(of->self);
    if (scan->options.columns != NULL) {
        const int code = skip_columns(list, scan, info.schema);
        if (code != EXIT_GOOD) return code;
    }
    const uint64_t first = args->offset < info.rows ? args->offset : info.rows;
    const uint64_t rows = args->limit < info.rows - first ? args->limit : info.rows - first;
    skip_rows(list, 0, first, "before --offset");
    skip_rows(list, first + rows, info.rows, "beyond --limit");
    return EXIT_GOOD;
}

// --- the verb ------------------------------------------------------------------------------------

static int put_plan(plan *of, const cli_scan *scan, ali_task *task) {
    const bool is_json = of->self->args.is_json;
    cli_output_text(&of->out,
                    is_json ? "{\n  \"requests\": [" : "      offset         bytes  why  file\n");
    int code = list_requests(of, task);
    if (code != EXIT_GOOD) return code;
    if (is_json) {
        cli_output_print(&of->out, "%s],\n  \"bytes\": %llu,\n  \"skipped\": [",
                         of->requests != 0 ? "\n  " : "", (unsigned long long)of->bytes);
    }
    skipped list = {.of = of};
    code = list_skipped(of, scan, &list);
    if (is_json) {
        cli_output_print(&of->out, "%s]\n}\n", list.count != 0 ? "\n  " : "");
    } else {
        char size[CLI_SIZE_BYTES];
        cli_spell_size(of->bytes, size);
        cli_output_print(&of->out, "%llu request%s, %s, besides those of opening\n",
                         (unsigned long long)of->requests, of->requests == 1 ? "" : "s", size);
    }
    return code;
}

int cli_plan(cli *self) {
    plan of = {.self = self};
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    int code = cli_open(self, &dataset);
    if (code != EXIT_GOOD) return code;
    const bool is_fetched = (ali_host_warnings(self->host) & ALI_HOST_WARNING_NO_RANGES) != 0;
    if (is_fetched && self->args.operands_count == 1) of.fetched = self->args.operands[0];
    const cli_scan scan = cli_scan_of(self, dataset);
    if (ali_plan_start(dataset, &scan.options, &task) < 0) code = cli_fail_context(self);
    if (code == EXIT_GOOD) {
        code = cli_output_open(&of.out, self->args.output, self->args.is_forced);
        if (code == EXIT_GOOD) code = cli_output_close(&of.out, put_plan(&of, &scan, task));
    }
    ali_task_free(task);
    ali_dataset_release(dataset);
    return code;
}
