// native/cli/sheet.c: small tables of facts, cut to the width of the terminal.
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_LEAST 8u
#define GAP 2u

cli_cell *cli_sheet_row(cli_sheet *sheet) {
    if (sheet->rows == sheet->capacity) {
        const size_t larger = sheet->capacity == 0 ? 16 : sheet->capacity * 2;
        cli_cell *moved = realloc(sheet->cells, larger * sheet->columns * sizeof *moved);
        if (moved == NULL) return NULL;
        sheet->cells = moved;
        sheet->capacity = larger;
    }
    cli_cell *row = &sheet->cells[sheet->rows * sheet->columns];
    memset(row, 0, sheet->columns * sizeof *row);
    sheet->rows += 1;
    return row;
}

bool cli_cell_set(cli_cell *to, const char *text, size_t bytes, cli_text_form form) {
    to->text = malloc(bytes + 1);
    if (to->text == NULL) return false;
    memcpy(to->text, text, bytes);
    to->text[bytes] = '\0';
    to->bytes = bytes;
    to->form = form;
    return true;
}

bool cli_cell_number(cli_cell *to, uint64_t number) {
    char text[32];
    if (number == ALI_UNKNOWN) return true;
    const int bytes = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return cli_cell_set(to, text, (size_t)bytes, CLI_TEXT_RAW);
}

void cli_sheet_clear(cli_sheet *sheet) {
    for (size_t i = 0; i < sheet->rows * sheet->columns; i += 1) free(sheet->cells[i].text);
    free(sheet->cells);
    sheet->cells = NULL;
    sheet->rows = sheet->capacity = 0;
}

bool cli_sheet_has_hidden(const cli_sheet *sheet) {
    bool has_some = false;
    for (uint32_t i = 0; i < sheet->columns; i += 1) has_some |= sheet->is_hidden[i];
    return has_some;
}

// --- widths --------------------------------------------------------------------------------------

static uint64_t width_under(const cli_sheet *of, uint64_t cap) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < of->columns; i += 1) {
        if (of->is_hidden[i] || of->widths[i] == 0) continue;
        sum += (of->widths[i] < cap ? of->widths[i] : cap) + (sum != 0 ? GAP : 0);
    }
    return sum + of->indent;
}

static void measure(cli_sheet *of) {
    for (uint32_t i = 0; i < of->columns; i += 1) {
        of->widths[i] = 0;
        of->is_hidden[i] = of->is_right[i] = false;
    }
    for (size_t i = 0; i < of->rows * of->columns; i += 1) {
        const cli_cell *one = &of->cells[i];
        const size_t column = i % of->columns;
        const uint64_t wide =
            one->text == NULL ? 0 : cli_text_columns(one->text, one->bytes, one->form);
        if (wide > of->widths[column]) of->widths[column] = wide;
        if (wide != 0 && !one->is_left) of->is_right[column] = true;
    }
    for (uint32_t i = 0; i < of->columns; i += 1) { // a column without contents is left out
        const uint64_t head = strlen(of->heads[i]);
        if (of->widths[i] != 0 && of->widths[i] < head) of->widths[i] = head;
    }
}

// Leaves columns out until the others fit, cut to WIDTH_LEAST; then cuts no more than is needed.
static void fit(cli_sheet *of, uint64_t room) {
    if (room == ALI_UNKNOWN || width_under(of, ALI_UNKNOWN) <= room) return;
    for (size_t i = 0; i < of->dispensable_count && width_under(of, WIDTH_LEAST) > room; i += 1) {
        of->is_hidden[of->dispensable[i]] = true;
    }
    uint64_t cap = WIDTH_LEAST;
    while (width_under(of, cap + 1) <= room && width_under(of, cap) != width_under(of, ALI_UNKNOWN))
        cap += 1;
    for (uint32_t i = 0; i < of->columns; i += 1) {
        if (of->widths[i] > cap) of->widths[i] = cap;
    }
}

// --- printing ------------------------------------------------------------------------------------

void cli_put_spaces(cli_output *out, uint64_t count) {
    for (uint64_t i = 0; i < count; i += 1) cli_output_text(out, " ");
}

static void put_row(cli_output *out, const cli_sheet *of, const cli_cell *row) {
    uint64_t behind = of->indent; // blanks, which are left out at the end of a line
    for (uint32_t i = 0; i < of->columns; i += 1) {
        const cli_cell *one = row != NULL ? &row[i] : NULL;
        const char *text = one != NULL ? one->text : of->heads[i];
        const size_t bytes = one != NULL ? one->bytes : strlen(text);
        const cli_text_form form = one != NULL ? one->form : CLI_TEXT_RAW;
        const bool is_left = one != NULL ? one->is_left : !of->is_right[i];
        if (of->is_hidden[i] || of->widths[i] == 0) continue;
        const uint64_t wide = bytes == 0 ? 0 : cli_text_columns(text, bytes, form);
        const uint64_t padding = wide < of->widths[i] ? of->widths[i] - wide : 0;
        if (bytes == 0) {
            behind += GAP + of->widths[i];
            continue;
        }
        cli_put_spaces(out, behind + (is_left ? 0 : padding));
        const uint64_t written = cli_put_text(out, text, bytes, form, of->widths[i]);
        behind = GAP + of->widths[i] - written - (is_left ? 0 : padding);
    }
    cli_output_text(out, "\n");
}

void cli_sheet_put(cli_output *out, cli_sheet *sheet, uint64_t room) {
    measure(sheet);
    fit(sheet, room);
    if (sheet->rows != 0) put_row(out, sheet, NULL);
    for (size_t i = 0; i < sheet->rows; i += 1) {
        put_row(out, sheet, &sheet->cells[i * sheet->columns]);
    }
}
