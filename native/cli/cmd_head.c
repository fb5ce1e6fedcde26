// native/cli/cmd_head.c: `head`: the first rows as a table that fits the terminal (whole where
// there is none), or as JSON.
//
// The values are spelled by the library's own writer of JSON lines, whose members stand in the
// schema's order; here they are only cut out of its lines, aligned and made harmless.
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define ROWS_DEFAULT 10u
#define WIDTH_LEAST 20u // a timestamp, a double
#define GAP 2u

// A value within the lines: a string without its quotes, or another value as it stands.
typedef struct cell {
    size_t at;
    size_t bytes;
    bool is_text;
} cell;

typedef struct table {
    char *text; // the lines
    size_t text_bytes;
    size_t text_capacity;
    cell *cells; // row by row
    size_t cells_count;
    size_t cells_capacity;
    uint64_t *widths;
    const ali_schema *schema;
    uint32_t columns;
    uint32_t shown; // columns that fit
    uint64_t room;  // width of a line, or ALI_UNKNOWN
    bool is_coloured;
} table;

// --- lines into cells ----------------------------------------------------------------------------

static bool grow(void **items, size_t *capacity, size_t wanted, size_t item_bytes) {
    if (wanted <= *capacity) return true;
    size_t larger = *capacity < 1024 ? 1024 : *capacity;
    while (larger < wanted) larger += larger / 2;
    void *moved = realloc(*items, larger * item_bytes);
    if (moved == NULL) return false;
    *items = moved;
    *capacity = larger;
    return true;
}

// The place behind a string that begins with the quote at `at`.
static size_t skip_string(const char *text, size_t at, size_t end) {
    at += 1;
    while (at < end && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    return at < end ? at + 1 : end;
}

// The place behind a value: at the comma or brace that ends it.
static size_t skip_value(const char *text, size_t at, size_t end) {
    size_t depth = 0;
    while (at < end) {
        const char character = text[at];
        if (character == '"') {
            at = skip_string(text, at, end);
            continue;
        }
        if (depth == 0 && (character == ',' || character == '}')) break;
        if (character == '[' || character == '{') depth += 1;
        if (character == ']' || character == '}') depth -= 1;
        at += 1;
    }
    return at;
}

// Cuts one line {"name":value,...} into its values.
static bool cut_line(table *of, size_t at, size_t end) {
    at += 1;
    while (at < end && of->text[at] == '"') {
        at = skip_string(of->text, at, end) + 1; // and the colon
        const size_t value_end = skip_value(of->text, at, end);
        void *cells = of->cells;
        const bool is_grown = grow(&cells, &of->cells_capacity, of->cells_count + 1, sizeof(cell));
        of->cells = cells;
        if (!is_grown) return false;
        const bool is_text = of->text[at] == '"';
        of->cells[of->cells_count] = is_text ? (cell){at + 1, value_end - at - 2, true}
                                             : (cell){at, value_end - at, false};
        of->cells_count += 1;
        at = value_end + 1;
    }
    return true;
}

static bool cut_lines(table *of) {
    size_t at = 0;
    while (at < of->text_bytes) {
        const char *feed = memchr(of->text + at, '\n', of->text_bytes - at);
        const size_t end = feed != NULL ? (size_t)(feed - of->text) : of->text_bytes;
        if (!cut_line(of, at, end)) return false;
        at = end + 1;
    }
    return of->columns == 0 || of->cells_count % of->columns == 0;
}

// --- reading -------------------------------------------------------------------------------------

static bool take_bytes(table *of, ali_writer *writer) {
    const uint8_t *bytes = NULL;
    const size_t count = (size_t)ali_writer_pending(writer, &bytes);
    void *text = of->text;
    const bool is_grown = grow(&text, &of->text_capacity, of->text_bytes + count + 1, 1);
    of->text = text;
    if (!is_grown) return false;
    if (count != 0) memcpy(of->text + of->text_bytes, bytes, count);
    of->text_bytes += count;
    ali_writer_drop(writer, count);
    return true;
}

static int read_rows(cli *self, table *of, ali_task *task, ali_writer *writer) {
    for (;;) {
        const ali_status status = ali_host_drive(self->host, task);
        if (status == ALI_OK) return EXIT_GOOD;
        if (status < 0) return cli_fail_host(self);
        ali_batch *batch = ali_task_take_batch(task);
        const ali_status put = ali_writer_put(writer, batch);
        ali_batch_release(batch);
        if (put < 0) return cli_fail_context(self);
        if (!take_bytes(of, writer)) return cli_fail(EXIT_LIMIT, self->path, "no memory is left");
    }
}

static int read_table(cli *self, ali_dataset *dataset, const ali_scan_options *options, table *of,
                      ali_schema *schema) {
    ali_task *task = NULL;
    ali_writer *writer = NULL;
    ali_context *context = ali_host_context(self->host);
    int code = EXIT_GOOD;
    if (ali_scan_start(dataset, options, &task) < 0) code = cli_fail_context(self);
    if (code == EXIT_GOOD && ali_writer_new(context, "jsonl", NULL, schema, &writer) < 0) {
        code = cli_fail_context(self);
    }
    if (code == EXIT_GOOD) code = read_rows(self, of, task, writer);
    ali_writer_free(writer);
    ali_task_free(task);
    if (code == EXIT_GOOD && !cut_lines(of)) {
        code = cli_fail(EXIT_INTERNAL, self->path, "the rows could not be cut into values");
    }
    return code;
}

// --- widths --------------------------------------------------------------------------------------

static ali_field_info field_at(const table *of, uint32_t index) {
    ali_field_info field = {.size_bytes = sizeof field};
    if (ali_field_describe(of->schema, index, &field) != ALI_OK) field.name_bytes = 0;
    return field;
}

static void measure(table *of) {
    for (uint32_t i = 0; i < of->columns; i += 1) {
        const ali_field_info field = field_at(of, i);
        of->widths[i] = cli_text_columns(field.name, (size_t)field.name_bytes, CLI_TEXT_RAW);
        if (of->widths[i] == 0) of->widths[i] = 1;
    }
    for (size_t i = 0; i < of->cells_count; i += 1) {
        const cell *one = &of->cells[i];
        uint64_t *width = &of->widths[i % of->columns];
        const uint64_t columns = cli_text_columns(of->text + one->at, one->bytes, CLI_TEXT_JSON);
        if (columns > *width) *width = columns;
    }
}

static uint64_t width_under(const table *of, uint64_t cap) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < of->shown; i += 1) {
        sum += (of->widths[i] < cap ? of->widths[i] : cap) + (i > 0 ? GAP : 0);
    }
    return sum;
}

// Cuts the widest columns until all fit, but none below WIDTH_LEAST; then leaves out the last ones.
static void fit(table *of, uint64_t room) {
    of->shown = of->columns;
    of->room = room;
    if (room == ALI_UNKNOWN || width_under(of, ALI_UNKNOWN) <= room) return;
    while (of->shown > 1 && width_under(of, WIDTH_LEAST) > room) of->shown -= 1;
    uint64_t low = WIDTH_LEAST;
    uint64_t high = room > WIDTH_LEAST ? room : WIDTH_LEAST;
    while (low < high) {
        const uint64_t middle = low + (high - low + 1) / 2;
        if (width_under(of, middle) <= room) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    for (uint32_t i = 0; i < of->shown; i += 1) {
        if (of->widths[i] > low) of->widths[i] = low;
    }
}

// --- printing ------------------------------------------------------------------------------------

static void put_spaces(cli_output *out, uint64_t count) {
    for (uint64_t i = 0; i < count; i += 1) cli_output_text(out, " ");
}

typedef struct look {
    cli_text_form form;
    bool is_right;
    const char *colour; // NULL: none
} look;

static void put_cell(cli_output *out, const table *of, uint32_t column, const char *text,
                     size_t text_bytes, look how) {
    const uint64_t width = of->widths[column];
    const uint64_t wide = cli_text_columns(text, text_bytes, how.form);
    const uint64_t padding = wide < width ? width - wide : 0;
    const bool is_coloured = of->is_coloured && how.colour != NULL;
    if (column > 0) put_spaces(out, GAP);
    if (how.is_right) put_spaces(out, padding);
    if (is_coloured) cli_output_text(out, how.colour);
    const uint64_t written = cli_put_text(out, text, text_bytes, how.form, width);
    if (is_coloured) cli_output_text(out, "\033[0m");
    if (column + 1 < of->shown) put_spaces(out, width - written - (how.is_right ? padding : 0));
}

static bool is_number(const ali_field_info *field) {
    ali_type_info type = {.size_bytes = sizeof type};
    if (ali_type_describe(field->type, &type) != ALI_OK) return false;
    return type.kind == ALI_TYPE_INT || type.kind == ALI_TYPE_FLOAT ||
           type.kind == ALI_TYPE_DECIMAL;
}

static void put_row(cli_output *out, const table *of, size_t first) {
    for (uint32_t i = 0; i < of->shown; i += 1) {
        const cell *one = &of->cells[first + i];
        const ali_field_info field = field_at(of, i);
        const char *text = of->text + one->at;
        const bool is_null = !one->is_text && one->bytes == 4 && memcmp(text, "null", 4) == 0;
        const look how = {CLI_TEXT_JSON, is_number(&field), is_null ? "\033[2m" : NULL};
        put_cell(out, of, i, text, one->bytes, how);
    }
    cli_output_text(out, "\n");
}

static void put_table(cli_output *out, const table *of) {
    if (of->columns == 0) return;
    for (uint32_t i = 0; i < of->shown; i += 1) {
        const ali_field_info field = field_at(of, i);
        const look how = {CLI_TEXT_RAW, is_number(&field), "\033[1m"};
        put_cell(out, of, i, field.name, (size_t)field.name_bytes, how);
    }
    cli_output_text(out, "\n");
    for (size_t first = 0; first < of->cells_count; first += of->columns) put_row(out, of, first);
    if (of->shown == of->columns) return;
    char note[128];
    (void)snprintf(note, sizeof note,
                   "(%u of %u columns; --columns takes others, --no-truncate all)", of->shown,
                   of->columns);
    if (strlen(note) > of->room) {
        (void)snprintf(note, sizeof note, "(%u of %u columns)", of->shown, of->columns);
    }
    (void)cli_put_text(out, note, strlen(note), CLI_TEXT_RAW, of->room);
    cli_output_text(out, "\n");
}

// --- the verb ------------------------------------------------------------------------------------

static int print_table(cli *self, table *of) {
    cli_output out;
    int code = cli_output_open(&out, self->args.output, self->args.is_forced);
    if (code != EXIT_GOOD) return code;
    const char *no_colour = getenv("NO_COLOR");
    of->is_coloured = cli_is_terminal(self->args.output) &&
                      (no_colour == NULL || no_colour[0] == '\0');
    measure(of);
    fit(of, self->args.is_whole ? ALI_UNKNOWN : cli_width_of(self->args.output));
    put_table(&out, of);
    return cli_output_close(&out, code);
}

static int show(cli *self, ali_dataset *dataset, const ali_scan_options *options) {
    ali_schema *schema = NULL;
    if (ali_scan_schema(dataset, options, &schema) < 0) return cli_fail_context(self);
    table of = {.schema = schema, .columns = ali_schema_count(schema)};
    of.widths = calloc((size_t)of.columns + 1, sizeof *of.widths);
    int code = of.widths == NULL ? cli_fail(EXIT_LIMIT, self->path, "no memory is left")
                                 : read_table(self, dataset, options, &of, schema);
    if (code == EXIT_GOOD) code = print_table(self, &of);
    free(of.text);
    free(of.cells);
    free(of.widths);
    ali_schema_release(schema);
    return code;
}

int cli_head(cli *self) {
    ali_dataset *dataset = NULL;
    int code = cli_open(self, self->args.operands[0], &dataset);
    if (code != EXIT_GOOD) return code;
    ali_scan_options options = cli_scan_options(self);
    if (options.limit_rows == 0) options.limit_rows = ROWS_DEFAULT;
    code = self->args.is_json ? cli_write_rows(self, dataset, "json", self->args.output, &options)
                              : show(self, dataset, &options);
    ali_dataset_release(dataset);
    return code;
}
