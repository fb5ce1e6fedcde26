// native/cli/cmd_convert.c: `convert`: rows from one format into another, as they come.
#include <string.h>
#include <strings.h>

#include "cli.h"

// Ends of names, and the writer's format for each.
static const char *const ends[] = {".arrow", ".feather", ".ipc",    ".arrows", ".stream",
                                   ".csv",   ".jsonl",   ".ndjson", ".json"};
static const char *const formats_of_ends[] = {"arrow", "arrow", "arrow", "arrows", "arrows",
                                              "csv",   "jsonl", "jsonl", "json"};
#define ENDS_COUNT (sizeof ends / sizeof ends[0])

// The writer's format for the end of a name; NULL if none is known.
static const char *format_of(const char *path) {
    const size_t path_bytes = strlen(path);
    for (size_t i = 0; i < ENDS_COUNT; i += 1) {
        const size_t bytes = strlen(ends[i]);
        if (path_bytes > bytes && strcasecmp(path + path_bytes - bytes, ends[i]) == 0) {
            return formats_of_ends[i];
        }
    }
    return NULL;
}

static void fail_nameless(const char *output) {
    const char *dot = strrchr(output, '.');
    const char *near = dot != NULL ? cli_nearest(dot, ends, ENDS_COUNT) : NULL;
    if (strcmp(output, "-") == 0) {
        (void)cli_fail(EXIT_USAGE, NULL,
                       "standard output has no name that tells a format: give --to arrow, arrows, "
                       "csv, jsonl or json");
    } else {
        (void)cli_fail(EXIT_USAGE, NULL,
                       "the output's name does not tell a format (.arrow .arrows .csv .jsonl "
                       ".json): %s%s%s",
                       near != NULL ? "did you mean \""
                                    : "give --to arrow, arrows, csv, jsonl or json",
                       near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
}

// Which format to write; NULL after a line on stderr.
static const char *choose_format(const cli_args *args, const char *output) {
    static const char *const known[] = {"arrow", "arrows", "csv", "jsonl", "json"};
    const size_t count = sizeof known / sizeof known[0];
    if (args->to == NULL) {
        const char *format = format_of(output);
        if (format != NULL) return format;
        fail_nameless(output);
        return NULL;
    }
    for (size_t i = 0; i < count; i += 1) {
        if (strcmp(args->to, known[i]) == 0) return known[i];
    }
    const char *near = cli_nearest(args->to, known, count);
    (void)cli_fail(EXIT_USAGE, NULL, "writing \"%s\" is not supported%s%s%s", args->to,
                   near != NULL ? "; did you mean \"" : ": arrow, arrows, csv, jsonl and json are",
                   near != NULL ? near : "", near != NULL ? "\"?" : "");
    return NULL;
}

// --- writing -------------------------------------------------------------------------------------

typedef struct pump {
    cli *self;
    ali_writer *writer;
    ali_task *task;
    cli_output out;
    bool is_shown; // on a terminal
    cli_bytes_form form;
} pump;

static int drain(pump *at) {
    const uint8_t *bytes = NULL;
    const uint64_t count = ali_writer_pending(at->writer, &bytes);
    if (at->is_shown) {
        cli_put_harmless(&at->out, bytes, (size_t)count, at->form);
    } else if (count != 0) {
        cli_output_put(&at->out, bytes, (size_t)count);
    }
    ali_writer_drop(at->writer, count);
    return at->out.code;
}

static int put_batch(pump *at) {
    ali_batch *batch = ali_task_take_batch(at->task);
    const uint64_t rows = ali_batch_rows(batch);
    int code = EXIT_GOOD;
    for (uint64_t row = 0; code == EXIT_GOOD && row < rows && !at->out.is_closed;) {
        const ali_status status = ali_writer_put_rows(at->writer, batch, &row, rows);
        code = status < 0 ? cli_fail_context(at->self) : drain(at);
        if (cli_signal != 0) code = EXIT_INTERRUPTED;
    }
    ali_batch_release(batch);
    return code;
}

static int put_rows(pump *at) {
    for (;;) {
        if (cli_signal != 0) return EXIT_INTERRUPTED;
        const ali_status status = ali_host_drive(at->self->host, at->task);
        if (status == ALI_OK) break;
        if (status < 0) return cli_fail_host(at->self);
        const int code = put_batch(at);
        if (code != EXIT_GOOD || at->out.is_closed) return code;
    }
    const ali_status status = ali_writer_finish(at->writer);
    return status < 0 ? cli_fail_context(at->self) : drain(at);
}

static int start(pump *at, ali_dataset *dataset, const char *format,
                 const ali_scan_options *options) {
    ali_context *context = ali_host_context(at->self->host);
    ali_schema *schema = NULL;
    ali_status status = ali_scan_schema(dataset, options, &schema);
    if (status == ALI_OK) status = ali_scan_start(dataset, options, &at->task);
    if (status == ALI_OK) status = ali_writer_new(context, format, NULL, schema, &at->writer);
    const int code = status < 0 ? cli_fail_context(at->self) : EXIT_GOOD;
    ali_schema_release(schema);
    return code;
}

int cli_write_rows(cli *self, ali_dataset *dataset, const char *format, const char *output_path,
                   const ali_scan_options *options) {
    const bool is_csv = strcmp(format, "csv") == 0;
    pump at = {.self = self,
               .is_shown = cli_is_terminal(output_path),
               .form = is_csv ? CLI_BYTES_CSV : CLI_BYTES_JSON};
    int code = start(&at, dataset, format, options);
    if (code == EXIT_GOOD) {
        code = cli_output_open(&at.out, output_path, self->args.is_forced);
        if (code == EXIT_GOOD) {
            code = put_rows(&at);
            code = cli_output_close(&at.out, code);
        }
    }
    if (at.writer != NULL) self->replaced += ali_writer_warnings(at.writer);
    ali_writer_free(at.writer);
    ali_task_free(at.task);
    return code;
}

int cli_convert(cli *self) {
    const cli_args *args = &self->args;
    const char *output = args->operands_count == 2 ? args->operands[1] : args->output;
    const char *format = choose_format(args, output);
    if (format == NULL) return EXIT_USAGE;
    if (strncmp(format, "arrow", 5) == 0 && cli_is_terminal(output)) {
        return cli_fail(EXIT_USAGE, NULL,
                        "%s is binary and is not written to a terminal: name a file, or a pipe",
                        format);
    }
    ali_dataset *dataset = NULL;
    int code = cli_open(self, args->operands[0], &dataset);
    if (code != EXIT_GOOD) return code;
    const ali_scan_options options = cli_scan_options(self);
    code = cli_write_rows(self, dataset, format, output, &options);
    ali_dataset_release(dataset);
    return code;
}
