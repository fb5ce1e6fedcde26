// native/cli/sheet.h: small tables of facts, whose columns are known beforehand: cells of text, cut
// to the width of the terminal.
#ifndef ALI_CLI_SHEET_H
#define ALI_CLI_SHEET_H

#include "cli.h"

#define CLI_SHEET_COLUMNS_MAX 12u

typedef struct cli_cell {
    char *text; // without its quotes
    size_t bytes;
    cli_text_form form;
    bool is_left; // aligned
} cli_cell;

typedef struct cli_sheet {
    const char *const *heads;
    uint32_t columns;           // at most CLI_SHEET_COLUMNS_MAX
    const uint8_t *dispensable; // columns that are left out where there is no room, in this order
    size_t dispensable_count;
    uint32_t indent;
    cli_cell *cells; // row by row
    size_t rows;
    size_t capacity; // rows
    uint64_t widths[CLI_SHEET_COLUMNS_MAX];
    bool is_hidden[CLI_SHEET_COLUMNS_MAX];
    bool is_right[CLI_SHEET_COLUMNS_MAX]; // its head: as a value of it that is
} cli_sheet;

// Adds a row of empty cells; NULL if there is no memory.
cli_cell *cli_sheet_row(cli_sheet *sheet);

// Fills a cell with a copy of a text. False if there is no memory.
bool cli_cell_set(cli_cell *to, const char *text, size_t bytes, cli_text_form form);
bool cli_cell_number(cli_cell *to, uint64_t number); // ALI_UNKNOWN: leaves it empty

// Prints heads and rows. Columns without contents are left out.
void cli_sheet_put(cli_output *out, cli_sheet *sheet, uint64_t room);

// Tells if cli_sheet_put() left columns out for want of room.
bool cli_sheet_has_hidden(const cli_sheet *sheet);

// Frees the rows; the sheet can be filled again.
void cli_sheet_clear(cli_sheet *sheet);

#endif
