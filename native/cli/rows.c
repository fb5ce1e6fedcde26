// native/cli/rows.c: which rows of a data set are wanted, and handing them out batch by batch; the
// verbs that differ in nothing else: head, tail, slice, sample, count.
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define ROWS_DEFAULT 10u
// Rows between two that are wanted, from which on a new scan is cheaper than passing over them.
#define ROWS_APART 131072u

// --- scans ---------------------------------------------------------------------------------------

// In the options of a scan 0 means all rows, and ALI_UNKNOWN none.
static uint64_t limit_of(uint64_t limit) {
    if (limit == ALI_UNKNOWN) return 0;
    return limit == 0 ? ALI_UNKNOWN : limit;
}

cli_scan cli_scan_of(cli *self, ali_dataset *dataset) {
    return (cli_scan){.self = self,
                      .dataset = dataset,
                      .options = {.size_bytes = sizeof(ali_scan_options),
                                  .offset_rows = self->args.offset,
                                  .limit_rows = limit_of(self->args.limit),
                                  .columns = self->args.columns,
                                  .columns_count = self->args.columns_count}};
}

static int start(cli_scan *scan, const ali_scan_options *options) {
    ali_task_free(scan->task);
    scan->task = NULL;
    const ali_status status = ali_scan_start(scan->dataset, options, &scan->task);
    return status < 0 ? cli_fail_context(scan->self) : EXIT_GOOD;
}

int cli_scan_begin(cli_scan *scan) {
    ali_scan_options options = scan->options;
    if (scan->picks != NULL && scan->picks_count != 0) options.offset_rows = scan->picks[0];
    if (scan->picks != NULL && scan->picks_count == 0) options.limit_rows = ALI_UNKNOWN;
    return start(scan, &options);
}

void cli_scan_end(cli_scan *scan) {
    ali_task_free(scan->task);
    scan->task = NULL;
}

// The next batch; NULL at the end.
static int next_batch(const cli_scan *scan, ali_batch **batch) {
    *batch = NULL;
    if (cli_signal != 0) return EXIT_INTERRUPTED;
    const ali_status status = ali_host_drive(scan->self->host, scan->task);
    if (status < 0) return cli_fail_host(scan->self);
    if (status == ALI_READY) *batch = ali_task_take_batch(scan->task);
    return EXIT_GOOD;
}

static int run_all(cli_scan *scan, cli_take *take, void *user) {
    bool is_enough = false;
    for (;;) {
        ali_batch *batch = NULL;
        int code = next_batch(scan, &batch);
        if (code != EXIT_GOOD || batch == NULL) return code;
        code = take(user, batch, 0, ali_batch_rows(batch), &is_enough);
        ali_batch_release(batch);
        if (code != EXIT_GOOD || is_enough) return code;
    }
}

// Takes the rows of a batch that were picked, runs of neighbours at once. `at` is the batch's first
// row; *pick the first that was not taken yet.
static int take_picks(const cli_scan *scan, ali_batch *batch, uint64_t at, uint64_t *pick,
                      cli_take *take, void *user, bool *is_enough) {
    const uint64_t end = at + ali_batch_rows(batch);
    while (*pick < scan->picks_count && scan->picks[*pick] < end && !*is_enough) {
        const uint64_t first = scan->picks[*pick];
        uint64_t next = first;
        while (*pick < scan->picks_count && scan->picks[*pick] == next && next < end) {
            next += 1;
            *pick += 1;
        }
        const int code = take(user, batch, first - at, next - at, is_enough);
        if (code != EXIT_GOOD) return code;
    }
    return EXIT_GOOD;
}

static int run_picks(cli_scan *scan, cli_take *take, void *user) {
    bool is_enough = scan->picks_count == 0;
    uint64_t at = is_enough ? 0 : scan->picks[0];
    uint64_t pick = 0;
    while (pick < scan->picks_count && !is_enough) {
        ali_batch *batch = NULL;
        if (scan->picks[pick] > at + ROWS_APART) {
            ali_scan_options options = scan->options;
            options.offset_rows = at = scan->picks[pick];
            const int code = start(scan, &options);
            if (code != EXIT_GOOD) return code;
        }
        int code = next_batch(scan, &batch);
        if (code != EXIT_GOOD || batch == NULL) return code;
        code = take_picks(scan, batch, at, &pick, take, user, &is_enough);
        at += ali_batch_rows(batch);
        ali_batch_release(batch);
        if (code != EXIT_GOOD) return code;
    }
    return EXIT_GOOD;
}

int cli_scan_run(cli_scan *scan, cli_take *take, void *user) {
    return scan->picks == NULL ? run_all(scan, take, user) : run_picks(scan, take, user);
}

// --- the number of rows --------------------------------------------------------------------------

static int add_rows(void *user, ali_batch *batch, uint64_t first, uint64_t end, bool *is_enough) {
    (void)batch;
    (void)is_enough;
    *(uint64_t *)user += end - first;
    return EXIT_GOOD;
}

static uint64_t known_rows(const ali_dataset *dataset) {
    ali_dataset_info info = {.size_bytes = sizeof info};
    return ali_dataset_describe(dataset, &info) == ALI_OK ? info.rows : ALI_UNKNOWN;
}

// Out of metadata, or where that does not tell (Arrow) by a scan of no columns, which reads what
// stands before the values of each batch.
static int count_rows(cli *self, ali_dataset *dataset, uint64_t *rows) {
    static const char *const none[] = {NULL};
    *rows = known_rows(dataset);
    if (*rows != ALI_UNKNOWN) return EXIT_GOOD;
    *rows = 0;
    cli_scan scan = {
        .self = self,
        .dataset = dataset,
        .options = {.size_bytes = sizeof(ali_scan_options), .columns = none, .columns_count = 0}};
    int code = cli_scan_begin(&scan);
    if (code == EXIT_GOOD) code = cli_scan_run(&scan, add_rows, rows);
    cli_scan_end(&scan);
    return code;
}

// --- the verbs -----------------------------------------------------------------------------------

static int show(cli_scan *scan, uint64_t rows_total) {
    const cli_args *args = &scan->self->args;
    return args->is_json ? cli_write_rows(scan, "json", args->output)
                         : cli_show_rows(scan, rows_total);
}

int cli_head(cli *self) {
    ali_dataset *dataset = NULL;
    int code = cli_open(self, &dataset);
    if (code != EXIT_GOOD) return code;
    cli_scan scan = cli_scan_of(self, dataset);
    if (scan.options.limit_rows == 0) scan.options.limit_rows = ROWS_DEFAULT;
    code = show(&scan, known_rows(dataset));
    ali_dataset_release(dataset);
    return code;
}

int cli_slice(cli *self) {
    ali_dataset *dataset = NULL;
    int code = cli_open(self, &dataset);
    if (code != EXIT_GOOD) return code;
    cli_scan scan = cli_scan_of(self, dataset);
    code = show(&scan, known_rows(dataset));
    ali_dataset_release(dataset);
    return code;
}

int cli_tail(cli *self) {
    ali_dataset *dataset = NULL;
    uint64_t rows = 0;
    int code = cli_open(self, &dataset);
    if (code == EXIT_GOOD) code = count_rows(self, dataset, &rows);
    if (code == EXIT_GOOD) {
        cli_scan scan = cli_scan_of(self, dataset);
        const uint64_t wanted = self->args.limit == ALI_UNKNOWN ? ROWS_DEFAULT : self->args.limit;
        scan.options.limit_rows = limit_of(wanted);
        scan.options.offset_rows = wanted < rows ? rows - wanted : 0;
        code = show(&scan, rows);
    }
    ali_dataset_release(dataset);
    return code;
}

static int sample(cli *self, ali_dataset *dataset, uint64_t rows, uint64_t wanted) {
    uint64_t *picks =
        wanted < SIZE_MAX / sizeof *picks - 1 ? malloc(((size_t)wanted + 1) * sizeof *picks) : NULL;
    if (picks == NULL) return cli_fail(EXIT_LIMIT, self->path, "no memory is left");
    int code = EXIT_GOOD;
    ali_context *context = ali_host_context(self->host);
    if (ali_sample_rows(context, rows, wanted, self->args.seed, picks) < 0) {
        code = cli_fail_context(self);
    } else {
        cli_scan scan = cli_scan_of(self, dataset);
        scan.options.limit_rows = 0;
        scan.picks = picks;
        scan.picks_count = wanted;
        code = show(&scan, rows);
    }
    free(picks);
    return code;
}

int cli_sample(cli *self) {
    ali_dataset *dataset = NULL;
    uint64_t rows = 0;
    int code = cli_open(self, &dataset);
    if (code == EXIT_GOOD) code = count_rows(self, dataset, &rows);
    if (code == EXIT_GOOD) {
        const uint64_t wanted = self->args.limit == ALI_UNKNOWN ? ROWS_DEFAULT : self->args.limit;
        code = sample(self, dataset, rows, wanted < rows ? wanted : rows);
    }
    ali_dataset_release(dataset);
    return code;
}

int cli_count(cli *self) {
    ali_dataset *dataset = NULL;
    uint64_t rows = 0;
    cli_output out;
    int code = cli_open(self, &dataset);
    if (code == EXIT_GOOD) code = count_rows(self, dataset, &rows);
    if (code == EXIT_GOOD) code = cli_output_open(&out, self->args.output, self->args.is_forced);
    if (code == EXIT_GOOD) {
        cli_output_print(&out, self->args.is_json ? "{\"rows\": %llu}\n" : "%llu\n",
                         (unsigned long long)rows);
        code = cli_output_close(&out, code);
    }
    ali_dataset_release(dataset);
    return code;
}
