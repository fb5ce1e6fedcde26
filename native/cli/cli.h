// native/cli/cli.h: what the parts of the command share. Built on the public headers alone.
#ifndef ALI_CLI_H
#define ALI_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "alimentar.h"
#include "alimentar/host.h"

// How the command ends (docs/cli.md).
enum {
    EXIT_GOOD = 0,
    EXIT_USAGE = 2,
    EXIT_IO = 3,
    EXIT_NETWORK = 4,
    EXIT_CONFLICT = 5,
    EXIT_LIMIT = 6,
    EXIT_INTERNAL = 70,
    EXIT_INTERRUPTED = 130
};

// What stands on the command line, after reading it.
typedef struct cli_args {
    const char *verb;
    const char *help_of;   // of help: a verb, or NULL
    const char **operands; // files; of convert without the output
    uint32_t operands_count;
    const char **columns; // NULL: all
    uint32_t columns_count;
    char *columns_text; // what `columns` points into
    uint64_t limit;     // ALI_UNKNOWN: not given
    uint64_t offset;
    uint64_t seed;
    const char *output; // -o, or convert's last word
    const char *to;
    uint32_t compression; // ALI_WRITE_COMPRESSION_NONE, ...
    const char *format;
    const char *header_file;
    bool is_json;
    bool is_quiet;
    bool is_forced;
    bool is_whole;     // --no-truncate
    bool wants_groups; // --row-groups
    bool wants_help;
} cli_args;

// A command at work.
typedef struct cli {
    cli_args args;
    ali_host *host;
    ali_dataset *dataset; // once it is open: borrowed from the verb, for the hints of messages
    uint64_t replaced;    // values written with U+FFFD, of which a warning tells
    char *headers;        // contents of --header-file
    char path[2048];      // of the input, as messages show it
} cli;

// --- args.c ---

// Reads the command line. Returns EXIT_GOOD, or EXIT_USAGE after one line on stderr.
int cli_args_read(int count, char **words, cli_args *args);
void cli_args_clear(cli_args *args);
void cli_print_help(FILE *to, const char *verb);

// The known word (at most 31 letters) that `word` may have been meant as; NULL if none is near.
const char *cli_nearest(const char *word, const char *const *known, size_t count);

// --- out.c: where bytes and messages go ---

// The one line of an error: "alimentar: <path>: <sentence>"; `path` may be NULL. Returns `code`.
__attribute__((format(printf, 3, 4))) int cli_fail(int code, const char *path, const char *format,
                                                   ...);

// The same for the host's last error, and for that of a call with its context alone. Hints that the
// flags of the command allow stand at the end.
int cli_fail_host(const cli *self);
int cli_fail_context(const cli *self);

// The one line of warnings, after success.
void cli_warn(const cli *self);

// An output: standard output, or a file that appears under its name only when it is whole.
typedef struct cli_output {
    const char *path; // NULL: standard output
    int fd;
    bool is_direct; // no temporary file: standard output, devices
    bool is_forced;
    bool is_unnamed;     // until the end
    char *temporary;     // its name until the end
    size_t folder_bytes; // of that name
    uint8_t *bytes;      // waiting to be written
    size_t count_bytes;
    int code;       // EXIT_GOOD until something failed
    bool is_closed; // the reader of a pipe has gone: the rest is dropped
} cli_output;

int cli_output_open(cli_output *out, const char *path, bool is_forced);
void cli_output_put(cli_output *out, const void *bytes, size_t count_bytes);
void cli_output_text(cli_output *out, const char *text);
__attribute__((format(printf, 2, 3))) void cli_output_print(cli_output *out, const char *format,
                                                            ...);

// Makes the output final, or (a code other than EXIT_GOOD) removes what was written. Returns the
// code.
int cli_output_close(cli_output *out, int code);

// Removes temporary files at once, in a signal handler.
void cli_output_abandon(void);

// --- text.c: what files say, made fit for a terminal or for JSON ---

// Writes text of a file: control characters and such as move or hide other text are shown as \u...,
// invalid UTF-8 as U+FFFD. At most `columns_max` columns wide (ALI_UNKNOWN: all of it), the last of
// which is "…" if something was left out. `text` may already hold JSON's escapes (is_escaped).
typedef enum { CLI_TEXT_RAW, CLI_TEXT_JSON } cli_text_form;
//
// Returns: how many columns were written.
uint64_t cli_put_text(cli_output *out, const char *text, size_t text_bytes, cli_text_form form,
                      uint64_t columns_max);

// Writes what a writer of JSON, JSON lines or CSV made to a terminal: nothing in it can be obeyed.
// In JSON the escapes stand for the same text; in CSV they are only shown. `bytes` end with a
// value.
typedef enum { CLI_BYTES_JSON, CLI_BYTES_CSV } cli_bytes_form;
void cli_put_harmless(cli_output *out, const uint8_t *bytes, size_t count_bytes,
                      cli_bytes_form form);

// How many columns wide a text is when nothing of it is cut.
uint64_t cli_text_columns(const char *text, size_t text_bytes, cli_text_form form);

// Writes a JSON string with its quotes.
void cli_put_json(cli_output *out, const char *text, size_t text_bytes);

// Writes the spelling of a type as a JSON string, however long it is.
void cli_put_type_json(cli_output *out, const ali_type *type);

// The same escapes into a buffer, for messages on stderr.
void cli_show_text(const char *text, char *shown, size_t capacity_bytes);

// The path of an input as it may be shown: of URLs without name, password and query.
void cli_show_path(const char *path, char *shown, size_t capacity_bytes);

// Writes blanks.
void cli_put_spaces(cli_output *out, uint64_t count);

// The width to which an output (-o; NULL: standard output) is cut: that of the terminal, or what
// COLUMNS says of standard output; else ALI_UNKNOWN: nothing is cut.
uint64_t cli_width_of(const char *output);

// Tells if an output of the command is a terminal.
bool cli_is_terminal(const char *output);

// --- spell.c: values as the library's writers spell them ---

#define CLI_SPELLED_MAX 4u

// The values of a row as JSON, and where each stands in it.
typedef struct cli_spelling {
    char *text; // freed by the caller
    size_t starts[CLI_SPELLED_MAX];
    size_t ends[CLI_SPELLED_MAX];
} cli_spelling;

// Spells the columns of a batch of one row, whose names hold no colon.
int cli_spell(cli *self, ali_batch *batch, uint32_t columns, cli_spelling *of);

// "12.3 MB": a number of bytes, shortened.
#define CLI_SIZE_BYTES 24u
void cli_spell_size(uint64_t bytes, char text[CLI_SIZE_BYTES]);

// --- main.c ---

extern volatile sig_atomic_t cli_signal; // the signal that asks to stop, or 0

// Takes the line of progress off the terminal, before another is written.
void cli_end_progress(void);

// Opens the files of the command line as one data set.
int cli_open(cli *self, ali_dataset **dataset);

// --- rows.c: which rows, and handing them out ---

// Rows of a data set: those of a scan, or of them only some.
typedef struct cli_scan {
    cli *self;
    ali_dataset *dataset;
    ali_scan_options options;
    const uint64_t *picks; // numbers of rows, ascending; NULL: all of the scan
    uint64_t picks_count;
    ali_task *task;
} cli_scan;

// The scan that the command line asks for.
cli_scan cli_scan_of(cli *self, ali_dataset *dataset);

// Starts to scan, which checks the columns.
int cli_scan_begin(cli_scan *scan);

// Takes rows [first, end) of a batch, which stays the caller's. Another code than EXIT_GOOD ends
// the scan, and so does *is_enough.
typedef int cli_take(void *user, ali_batch *batch, uint64_t first, uint64_t end, bool *is_enough);
int cli_scan_run(cli_scan *scan, cli_take *take, void *user);
void cli_scan_end(cli_scan *scan);

// --- remote.c: what is sent to servers ---

// Refuses a URL that holds a name or a password.
int cli_check_url(const char *path);

// Reads the headers of --header-file, or of the environment, into self->headers.
int cli_read_headers(cli *self);

// Where the headers come from, for messages.
const char *cli_headers_name(const cli *self);

// --- layout.c: row groups and column chunks, for `info --row-groups` ---

// Reads how the files of a data set store their rows.
int cli_layout_open(cli *self, ali_dataset *dataset, ali_layout **layout);

// Writes it as the value of a member of a JSON document, or as tables at most `room` wide. Of many
// files each group tells its own.
int cli_layout_json(cli *self, cli_output *out, ali_layout *layout, uint64_t files);
int cli_layout_text(cli *self, cli_output *out, ali_layout *layout, uint64_t files, uint64_t room);

// --- verbs ---

int cli_info(cli *self);
int cli_schema(cli *self);
int cli_head(cli *self);
int cli_tail(cli *self);
int cli_count(cli *self);
int cli_cat(cli *self);
int cli_slice(cli *self);
int cli_sample(cli *self);
int cli_convert(cli *self);
int cli_plan(cli *self);
int cli_stats(cli *self);

// Writes rows in a format to an output (cmd_convert.c).
int cli_write_rows(cli_scan *scan, const char *format, const char *output_path);

// Prints rows as a table; `rows_total` of the data set or ALI_UNKNOWN (show.c).
int cli_show_rows(cli_scan *scan, uint64_t rows_total);

// The place behind a value of JSON that begins at `at`: at the comma or brace that ends it.
size_t cli_skip_value(const char *text, size_t at, size_t end);

#endif
