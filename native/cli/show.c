// native/cli/show.c: rows as a table that fits the terminal (whole where there is none).
//
// The values are spelled by the library's own writer of JSON lines, whose members stand in the
// schema's order; here they are only cut out of its lines, aligned and made harmless. Types stand
// under the names. Where columns do not fit, those in the middle are left out.
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define WIDTH_LEAST 20u // a timestamp, a double
#define GAP 2u
#define TYPE_BYTES 256u
#define ELLIPSIS "\xE2\x80\xA6"

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
    uint32_t left;  // columns that fit, from the first on
    uint32_t right; // and up to the last
    uint64_t rows;  // read
    uint64_t rows_total;
    ali_writer *writer; // while rows are read
    cli *self;
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

size_t cli_skip_value(const char *text, size_t at, size_t end) {
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
        const size_t value_end = cli_skip_value(of->text, at, end);
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

static bool take_bytes(table *of) {
    const uint8_t *bytes = NULL;
    const size_t count = (size_t)ali_writer_pending(of->writer, &bytes);
    void *text = of->text;
    const bool is_grown = grow(&text, &of->text_capacity, of->text_bytes + count + 1, 1);
    of->text = text;
    if (!is_grown) return false;
    if (count != 0) memcpy(of->text + of->text_bytes, bytes, count);
    of->text_bytes += count;
    ali_writer_drop(of->writer, count);
    return true;
}

static int take_rows(void *user, ali_batch *batch, uint64_t first, uint64_t end, bool *is_enough) {
    table *of = user;
    (void)is_enough;
    of->rows += end - first;
    for (uint64_t row = first; row < end;) {
        if (ali_writer_put_rows(of->writer, batch, &row, end) < 0)
            return cli_fail_context(of->self);
        if (!take_bytes(of)) return cli_fail(EXIT_LIMIT, of->self->path, "no memory is left");
    }
    return EXIT_GOOD;
}

static int read_table(cli_scan *scan, table *of, ali_schema *schema) {
    ali_context *context = ali_host_context(scan->self->host);
    int code = cli_scan_begin(scan);
    if (code == EXIT_GOOD && ali_writer_new(context, "jsonl", NULL, schema, &of->writer) < 0) {
        code = cli_fail_context(scan->self);
    }
    if (code == EXIT_GOOD) code = cli_scan_run(scan, take_rows, of);
    ali_writer_free(of->writer);
    cli_scan_end(scan);
    if (code == EXIT_GOOD && !cut_lines(of)) {
        code = cli_fail(EXIT_INTERNAL, scan->self->path, "the rows could not be cut into values");
    }
    return code;
}

// --- widths --------------------------------------------------------------------------------------

static ali_field_info field_at(const table *of, uint32_t index) {
    ali_field_info field = {.size_bytes = sizeof field};
    if (ali_field_describe(of->schema, index, &field) != ALI_OK) field.name_bytes = 0;
    return field;
}

// A text that would look like a null, or like nothing, is shown with its quotes.
static bool is_quoted(const table *of, const cell *one) {
    return one->is_text &&
           (one->bytes == 0 || (one->bytes == 4 && memcmp(of->text + one->at, "null", 4) == 0));
}

static uint64_t columns_of(const table *of, const cell *one) {
    const cli_text_form form = one->is_text ? CLI_TEXT_JSON : CLI_TEXT_RAW;
    return cli_text_columns(of->text + one->at, one->bytes, form) + (is_quoted(of, one) ? 2 : 0);
}

static void measure(table *of) {
    char type[TYPE_BYTES];
    for (uint32_t i = 0; i < of->columns; i += 1) {
        const ali_field_info field = field_at(of, i);
        (void)ali_type_spell(field.type, type, sizeof type);
        const uint64_t under = cli_text_columns(type, strlen(type), CLI_TEXT_RAW);
        of->widths[i] = cli_text_columns(field.name, (size_t)field.name_bytes, CLI_TEXT_RAW);
        if (of->widths[i] < under) of->widths[i] = under;
    }
    for (size_t i = 0; i < of->cells_count; i += 1) {
        uint64_t *width = &of->widths[i % of->columns];
        const uint64_t columns = columns_of(of, &of->cells[i]);
        if (columns > *width) *width = columns;
    }
}

static bool is_shown(const table *of, uint32_t column) {
    return column < of->left || column >= of->columns - of->right;
}

// The next column that is shown, from `column` on.
static uint32_t next_shown(const table *of, uint32_t column) {
    return is_shown(of, column) ? column : of->columns - of->right;
}

static uint64_t width_under(const table *of, uint64_t cap) {
    const bool is_whole = of->left + of->right == of->columns;
    uint64_t sum = is_whole ? 0 : 1 + GAP; // an ellipsis stands for columns
    for (uint32_t i = next_shown(of, 0); i < of->columns; i = next_shown(of, i + 1)) {
        sum += (of->widths[i] < cap ? of->widths[i] : cap) + (i > 0 ? GAP : 0);
    }
    return sum;
}

// Cuts the widest columns until all fit, but none below WIDTH_LEAST; then leaves out those in the
// middle.
static void fit(table *of, uint64_t room) {
    of->left = of->columns;
    of->right = 0;
    if (room == ALI_UNKNOWN || width_under(of, ALI_UNKNOWN) <= room) return;
    for (uint32_t shown = of->columns; shown > 1 && width_under(of, WIDTH_LEAST) > room;) {
        shown -= 1;
        of->left = (shown + 1) / 2;
        of->right = shown / 2;
    }
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
    for (uint32_t i = 0; i < of->columns; i += 1) {
        if (of->widths[i] > low) of->widths[i] = low;
    }
}

// --- printing ------------------------------------------------------------------------------------

typedef struct look {
    cli_text_form form;
    bool is_right;
    bool is_quoted;
    const char *colour; // NULL: none
} look;

// What stands before a column: a gap, and an ellipsis for columns left out.
static void put_gap(cli_output *out, const table *of, uint32_t column) {
    if (column == 0) return;
    if (!is_shown(of, column - 1)) cli_output_text(out, of->left > 0 ? "  " ELLIPSIS : ELLIPSIS);
    cli_put_spaces(out, GAP);
}

// The end of a line: an ellipsis where the last columns are left out.
static void end_line(cli_output *out, const table *of) {
    const bool is_cut = of->right == 0 && of->left < of->columns;
    cli_output_text(out, is_cut ? "  " ELLIPSIS "\n" : "\n");
}

static void put_cell(cli_output *out, const table *of, uint32_t column, const char *text,
                     size_t text_bytes, look how) {
    const uint64_t width = of->widths[column];
    const uint64_t quotes = how.is_quoted ? 2 : 0;
    const uint64_t wide = cli_text_columns(text, text_bytes, how.form) + quotes;
    const uint64_t padding = wide < width ? width - wide : 0;
    const bool is_coloured = of->is_coloured && how.colour != NULL;
    put_gap(out, of, column);
    if (how.is_right) cli_put_spaces(out, padding);
    if (is_coloured) cli_output_text(out, how.colour);
    if (how.is_quoted) cli_output_text(out, "\"");
    const uint64_t written = quotes + cli_put_text(out, text, text_bytes, how.form, width - quotes);
    if (how.is_quoted) cli_output_text(out, "\"");
    if (is_coloured) cli_output_text(out, "\033[0m");
    if (column + 1 < of->columns)
        cli_put_spaces(out, width - written - (how.is_right ? padding : 0));
}

static bool is_number(const ali_field_info *field) {
    ali_type_info type = {.size_bytes = sizeof type};
    if (ali_type_describe(field->type, &type) != ALI_OK) return false;
    return type.kind == ALI_TYPE_INT || type.kind == ALI_TYPE_FLOAT ||
           type.kind == ALI_TYPE_DECIMAL;
}

static void put_row(cli_output *out, const table *of, size_t first) {
    for (uint32_t i = next_shown(of, 0); i < of->columns; i = next_shown(of, i + 1)) {
        const cell *one = &of->cells[first + i];
        const ali_field_info field = field_at(of, i);
        const char *text = of->text + one->at;
        const bool is_null = !one->is_text && one->bytes == 4 && memcmp(text, "null", 4) == 0;
        const look how = {.form = one->is_text ? CLI_TEXT_JSON : CLI_TEXT_RAW,
                          .is_right = is_number(&field),
                          .is_quoted = is_quoted(of, one),
                          .colour = is_null ? "\033[2m" : NULL};
        put_cell(out, of, i, text, one->bytes, how);
    }
    end_line(out, of);
}

static void put_heads(cli_output *out, const table *of) {
    char type[TYPE_BYTES];
    for (uint32_t i = next_shown(of, 0); i < of->columns; i = next_shown(of, i + 1)) {
        const ali_field_info field = field_at(of, i);
        const look how = {.form = CLI_TEXT_RAW, .is_right = is_number(&field), .colour = "\033[1m"};
        put_cell(out, of, i, field.name, (size_t)field.name_bytes, how);
    }
    end_line(out, of);
    for (uint32_t i = next_shown(of, 0); i < of->columns; i = next_shown(of, i + 1)) {
        const ali_field_info field = field_at(of, i);
        const look how = {.form = CLI_TEXT_RAW, .is_right = is_number(&field), .colour = "\033[2m"};
        (void)ali_type_spell(field.type, type, sizeof type);
        put_cell(out, of, i, type, strlen(type), how);
    }
    end_line(out, of);
}

// "(3 of 10 rows x 4 columns)", and how many columns are left out.
static void put_footer(cli_output *out, const table *of, uint64_t rows, uint64_t room) {
    char total[40] = "";
    char note[200];
    const uint32_t hidden = of->columns - of->left - of->right;
    if (of->rows_total != ALI_UNKNOWN && of->rows_total != rows) {
        (void)snprintf(total, sizeof total, " of %llu", (unsigned long long)of->rows_total);
    }
    int bytes = snprintf(note, sizeof note, "(%llu%s row%s x %u column%s", (unsigned long long)rows,
                         total, rows == 1 && total[0] == '\0' ? "" : "s", of->columns,
                         of->columns == 1 ? "" : "s");
    const size_t at = (size_t)bytes;
    if (hidden != 0) {
        bytes = snprintf(note + at, sizeof note - at,
                         ", %u not shown: --columns takes some, --no-truncate all)", hidden);
        if (at + (size_t)bytes > room) {
            (void)snprintf(note + at, sizeof note - at, ", %u not shown)", hidden);
        }
    } else {
        (void)snprintf(note + at, sizeof note - at, ")");
    }
    (void)cli_put_text(out, note, strlen(note), CLI_TEXT_RAW, room);
    cli_output_text(out, "\n");
}

// --- the whole -----------------------------------------------------------------------------------

static int print_table(cli *self, table *of) {
    cli_output out;
    int code = cli_output_open(&out, self->args.output, self->args.is_forced);
    if (code != EXIT_GOOD) return code;
    const char *no_colour = getenv("NO_COLOR");
    const uint64_t room = self->args.is_whole ? ALI_UNKNOWN : cli_width_of(self->args.output);
    of->is_coloured = cli_is_terminal(self->args.output) &&
                      (no_colour == NULL || no_colour[0] == '\0');
    measure(of);
    fit(of, room);
    if (of->columns != 0) put_heads(&out, of);
    for (size_t first = 0; first < of->cells_count; first += of->columns) put_row(&out, of, first);
    put_footer(&out, of, of->rows, room);
    return cli_output_close(&out, code);
}

int cli_show_rows(cli_scan *scan, uint64_t rows_total) {
    cli *self = scan->self;
    ali_schema *schema = NULL;
    if (ali_scan_schema(scan->dataset, &scan->options, &schema) < 0) return cli_fail_context(self);
    table of = {.self = self,
                .schema = schema,
                .columns = ali_schema_count(schema),
                .rows_total = rows_total};
    of.widths = calloc((size_t)of.columns + 1, sizeof *of.widths);
    int code = of.widths == NULL ? cli_fail(EXIT_LIMIT, self->path, "no memory is left")
                                 : read_table(scan, &of, schema);
    if (code == EXIT_GOOD) code = print_table(self, &of);
    free(of.text);
    free(of.cells);
    free(of.widths);
    ali_schema_release(schema);
    return code;
}
