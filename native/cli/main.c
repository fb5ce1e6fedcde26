// native/cli/main.c: the command `alimentar`: verbs, signals, opening the input (docs/cli.md).
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define PROGRESS_AFTER_MS 1000

volatile sig_atomic_t cli_signal = 0;
static ali_host *volatile host_now = NULL;

// --- signals -------------------------------------------------------------------------------------

// Asks to stop; a second signal does not wait.
static void on_stop(int number) {
    if (cli_signal != 0) {
        cli_output_abandon();
        _exit(128 + number);
    }
    cli_signal = number;
    if (host_now != NULL) ali_host_interrupt(host_now);
}

// A mapped file was cut short by somebody else while it was read.
static void on_lost_page(int number) {
    static const char line[] = "alimentar: the file was cut short while it was read\n";
    (void)number;
    cli_output_abandon();
    (void)!write(STDERR_FILENO, line, sizeof line - 1);
    _exit(EXIT_IO);
}

// Where a standard file is closed, its number must not go to another: messages would end in it.
// Opened so that a write still fails.
static void hold_standard_files(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd += 1) {
        if (fcntl(fd, F_GETFD) == -1) (void)!open("/dev/null", O_RDONLY);
    }
}

static void catch_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    (void)sigemptyset(&action.sa_mask);
    action.sa_handler = on_stop;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    action.sa_handler = on_lost_page;
    (void)sigaction(SIGBUS, &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
    (void)sigaction(SIGXFSZ, &action,
                    NULL); // a file beyond the limit of sizes is an error of write()
}

// --- progress ------------------------------------------------------------------------------------

static int64_t now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

typedef struct progress_state {
    int64_t begun_ms;
    bool is_shown;
} progress_state;

static progress_state shown;

// How much of a task is done, from 0 to 1; 0 where it is not known.
static double part_done(const ali_progress *progress) {
    const bool has_rows = progress->rows_total != ALI_UNKNOWN && progress->rows_total != 0;
    const bool has_bytes = progress->bytes_total != ALI_UNKNOWN && progress->bytes_total != 0;
    if (has_rows && progress->rows != 0) {
        return (double)progress->rows / (double)progress->rows_total;
    }
    return has_bytes ? (double)progress->bytes / (double)progress->bytes_total : 0;
}

// "12.3 MB, 1000 of 5000 rows, 4.1 MB/s, 12 s left", cut to the terminal's width.
static void spell_progress(const ali_progress *progress, double seconds, char *line, size_t room) {
    const double part = part_done(progress);
    const double megabytes = (double)progress->bytes / 1e6;
    size_t at = (size_t)snprintf(line, room, "%.1f MB, %llu", megabytes,
                                 (unsigned long long)progress->rows);
    if (progress->rows_total != ALI_UNKNOWN && progress->rows_total != 0) {
        at += (size_t)snprintf(line + at, room - at, " of %llu",
                               (unsigned long long)progress->rows_total);
    }
    at += (size_t)snprintf(line + at, room - at, " rows, %.1f MB/s", megabytes / seconds);
    if (part > 0 && part < 1) {
        (void)snprintf(line + at, room - at, ", %.0f s left", seconds / part * (1 - part));
    }
}

static void on_progress(void *user, const ali_progress *progress) {
    progress_state *state = user;
    const int64_t elapsed_ms = now_ms() - state->begun_ms;
    char line[200];
    struct winsize size = {0};
    if (elapsed_ms < PROGRESS_AFTER_MS) return;
    state->is_shown = true;
    spell_progress(progress, (double)elapsed_ms / 1000, line, sizeof line);
    const bool has_width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    (void)fprintf(stderr, "\r\033[K%.*s", has_width ? size.ws_col - 1 : (int)sizeof line, line);
    (void)fflush(stderr);
}

void cli_end_progress(void) {
    if (shown.is_shown) (void)fprintf(stderr, "\r\033[K");
    shown.is_shown = false;
}

// --- opening -------------------------------------------------------------------------------------

static int make_host(cli *self) {
    const int code = cli_read_headers(self);
    if (code != EXIT_GOOD) return code;
    const ali_host_options options = {.size_bytes = sizeof options,
                                      .headers = self->headers,
                                      .user_agent = "alimentar/" ALI_VERSION};
    const ali_status status = ali_host_new(&options, &self->host);
    if (status == ALI_ERR_ARGUMENT) {
        return cli_fail(EXIT_USAGE, cli_headers_name(self), "its lines must be \"name: value\"");
    }
    if (status < 0) return cli_fail(EXIT_LIMIT, NULL, "no memory is left");
    host_now = self->host;
    shown.begun_ms = now_ms();
    if (!self->args.is_quiet && isatty(STDERR_FILENO)) {
        ali_host_on_progress(self->host, on_progress, &shown);
    }
    return EXIT_GOOD;
}

// Without --columns all are asked for, also by who reads none: types that differ are told at once.
static int check_columns(cli *self, ali_dataset **dataset) {
    ali_dataset_info info = {.size_bytes = sizeof info};
    ali_schema *schema = NULL;
    if (self->args.columns_count != 0 || ali_dataset_describe(*dataset, &info) != ALI_OK ||
        info.files == 1 || ali_scan_schema(*dataset, NULL, &schema) == ALI_OK) {
        ali_schema_release(schema);
        return EXIT_GOOD;
    }
    const int code = cli_fail_context(self);
    ali_dataset_release(*dataset);
    self->dataset = *dataset = NULL;
    return code;
}

int cli_open(cli *self, ali_dataset **dataset) {
    const cli_args *args = &self->args;
    const char *path = args->operands[0];
    cli_show_path(strcmp(path, "-") == 0 ? "standard input" : path, self->path, sizeof self->path);
    int code = EXIT_GOOD;
    for (uint32_t i = 0; i < args->operands_count && code == EXIT_GOOD; i += 1) {
        code = cli_check_url(args->operands[i]);
    }
    if (code == EXIT_GOOD) code = make_host(self);
    if (code != EXIT_GOOD) return code;
    const char **paths = calloc(args->operands_count, sizeof *paths);
    if (paths == NULL) return cli_fail(EXIT_LIMIT, self->path, "no memory is left");
    for (uint32_t i = 0; i < args->operands_count; i += 1) {
        const bool is_stdin = strcmp(args->operands[i], "-") == 0;
        paths[i] = is_stdin ? "/dev/stdin" : args->operands[i];
    }
    const ali_open_options options = {.size_bytes = sizeof options, .format = args->format};
    const ali_status status =
        ali_host_open_many(self->host, paths, args->operands_count, &options, dataset);
    free(paths);
    if (status < 0) return cli_fail_host(self);
    self->dataset = *dataset;
    return check_columns(self, dataset);
}

// --- the whole -----------------------------------------------------------------------------------

static int run(cli *self) {
    static const struct {
        const char *name;
        int (*run)(cli *self);
    } verbs[] = {{"info", cli_info},   {"schema", cli_schema}, {"head", cli_head},
                 {"tail", cli_tail},   {"count", cli_count},   {"cat", cli_cat},
                 {"slice", cli_slice}, {"sample", cli_sample}, {"convert", cli_convert},
                 {"plan", cli_plan},   {"stats", cli_stats}};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i += 1) {
        if (strcmp(self->args.verb, verbs[i].name) == 0) return verbs[i].run(self);
    }
    return cli_fail(EXIT_INTERNAL, NULL, "the verb %s has no function", self->args.verb);
}

static int flush_stdout(void) {
    if (fflush(stdout) == 0 || errno == EPIPE) return EXIT_GOOD;
    return cli_fail(EXIT_IO, "standard output", "it cannot be written: %s", strerror(errno));
}

static int tell(const cli_args *args) {
    if (args->wants_help) {
        const bool is_verb = strcmp(args->verb, "--help") != 0 && strcmp(args->verb, "-h") != 0 &&
                             strcmp(args->verb, "help") != 0;
        cli_print_help(stdout, is_verb ? args->verb : args->help_of);
    } else {
        (void)printf("alimentar %s\n", ali_version());
    }
    return flush_stdout();
}

int main(int count, char **words) {
    cli self;
    memset(&self, 0, sizeof self);
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) (void)setlocale(LC_CTYPE, "");
    hold_standard_files();
    catch_signals();
    int code = cli_args_read(count, words, &self.args);
    if (code == EXIT_GOOD && (self.args.wants_help || strcmp(self.args.verb, "--version") == 0)) {
        code = tell(&self.args);
    } else if (code == EXIT_GOOD) {
        code = run(&self);
        if (code == EXIT_GOOD && cli_signal == 0) cli_warn(&self);
    }
    cli_end_progress();
    host_now = NULL;
    ali_host_free(self.host);
    free(self.headers);
    cli_args_clear(&self.args);
    if (cli_signal != 0) return cli_signal == SIGINT ? EXIT_INTERRUPTED : 128 + cli_signal;
    return code;
}
