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
    char shown[256];
    cli_show_text(output, shown, sizeof shown);
    if (dot != NULL && (strcasecmp(dot, ".parquet") == 0 || strcasecmp(dot, ".parq") == 0)) {
        (void)cli_fail(EXIT_USAGE, NULL,
                       "the output would be \"%s\", and writing \"parquet\" is not supported: "
                       "arrow, arrows, csv, jsonl and json are",
                       shown);
        return;
    }
    const char *near = dot != NULL ? cli_nearest(dot, ends, ENDS_COUNT) : NULL;
    if (strcmp(output, "-") == 0) {
        (void)cli_fail(EXIT_USAGE, NULL,
                       "standard output has no name that tells a format: give --to arrow, arrows, "
                       "csv, jsonl or json");
    } else {
        (void)cli_fail(
            EXIT_USAGE, NULL,
            "the output's name does not tell a format (.arrow .arrows .csv .jsonl "
            ".json), \"%s\": %s%s%s",
            shown, near != NULL ? "did you mean \"" : "give --to arrow, arrows, csv, jsonl or json",
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

static int put_some(void *user, ali_batch *batch, uint64_t first, uint64_t end, bool *is_enough) {
    pump *at = user;
    int code = EXIT_GOOD;
    for (uint64_t row = first; code == EXIT_GOOD && row < end && !at->out.is_closed;) {
        const ali_status status = ali_writer_put_rows(at->writer, batch, &row, end);
        code = status < 0 ? cli_fail_context(at->self) : drain(at);
        if (cli_signal != 0) code = EXIT_INTERRUPTED;
    }
    *is_enough = at->out.is_closed;
    return code;
}

static int put_rows(pump *at, cli_scan *scan) {
    const int code = cli_scan_run(scan, put_some, at);
    if (code != EXIT_GOOD || at->out.is_closed) return code;
    const ali_status status = ali_writer_finish(at->writer);
    return status < 0 ? cli_fail_context(at->self) : drain(at);
}

static int start(pump *at, cli_scan *scan, const char *format) {
    ali_context *context = ali_host_context(at->self->host);
    ali_schema *schema = NULL;
    int code = cli_scan_begin(scan);
    if (code != EXIT_GOOD) return code;
    ali_status status = ali_scan_schema(scan->dataset, &scan->options, &schema);
    const ali_write_options options = {.size_bytes = sizeof options,
                                       .compression = at->self->args.compression};
    if (status == ALI_OK) status = ali_writer_new(context, format, &options, schema, &at->writer);
    if (status < 0) code = cli_fail_context(at->self);
    ali_schema_release(schema);
    return code;
}

int cli_write_rows(cli_scan *scan, const char *format, const char *output_path) {
    cli *self = scan->self;
    const bool is_csv = strcmp(format, "csv") == 0;
    pump at = {.self = self,
               .is_shown = cli_is_terminal(output_path),
               .form = is_csv ? CLI_BYTES_CSV : CLI_BYTES_JSON};
    int code = start(&at, scan, format);
    if (code == EXIT_GOOD) {
        code = cli_output_open(&at.out, output_path, self->args.is_forced);
        if (code == EXIT_GOOD) {
            code = put_rows(&at, scan);
            code = cli_output_close(&at.out, code);
        }
    }
    if (at.writer != NULL) self->replaced += ali_writer_warnings(at.writer);
    ali_writer_free(at.writer);
    cli_scan_end(scan);
    return code;
}

static int write_all(cli *self, const char *format, const char *output) {
    ali_dataset *dataset = NULL;
    if (strncmp(format, "arrow", 5) == 0 && cli_is_terminal(output)) {
        return cli_fail(EXIT_USAGE, NULL,
                        "%s is binary and is not written to a terminal: name a file, or a pipe",
                        format);
    }
    int code = cli_open(self, &dataset);
    if (code != EXIT_GOOD) return code;
    cli_scan scan = cli_scan_of(self, dataset);
    code = cli_write_rows(&scan, format, output);
    ali_dataset_release(dataset);
    return code;
}

int cli_convert(cli *self) {
    const char *format = choose_format(&self->args, self->args.output);
    return format == NULL ? EXIT_USAGE : write_all(self, format, self->args.output);
}

int cli_cat(cli *self) {
    const cli_args *args = &self->args;
    const char *format = args->is_json ? "json" : "csv";
    if (args->to != NULL) {
        if (args->is_json && strcmp(args->to, "json") != 0) {
            return cli_fail(EXIT_USAGE, NULL, "--json and --to %.32s ask for two formats",
                            args->to);
        }
        format = choose_format(args, "-");
    } else if (args->output != NULL && format_of(args->output) != NULL) {
        format = format_of(args->output);
    }
    return format == NULL ? EXIT_USAGE : write_all(self, format, args->output);
}
