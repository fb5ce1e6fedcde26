// native/cli/cmd_stats.c: `stats`: of each column how many values and nulls, the least and the
// greatest, mean and deviation. Values are spelled by the library's own writer of JSON lines.
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define TYPE_BYTES 256u
#define WIDTH_LEAST 8u
#define GAP 2u

// --- spelling ------------------------------------------------------------------------------------

// A row of four values, in the form of Arrow's C data interface: least, greatest, mean, deviation.
enum { BOX_LEAST, BOX_GREATEST, BOX_MEAN, BOX_DEVIATION, BOX_COUNT };

typedef struct box {
    char format[64]; // of the extremes
    struct ArrowSchema fields[BOX_COUNT];
    struct ArrowSchema *field_list[BOX_COUNT];
    struct ArrowArray arrays[BOX_COUNT];
    struct ArrowArray *array_list[BOX_COUNT];
    const void *buffers[BOX_COUNT][3];
    const void *row_buffers[1];
    double moments[2];
    int32_t offsets[BOX_COUNT][2];
    uint8_t nothing[8]; // a validity bitmap that says null
} box;

static void release_schema(struct ArrowSchema *schema) {
    schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
    array->release = NULL;
}

static const char *format_of_times(const ali_type_info *info, char *format, size_t bytes) {
    static const char units[] = "smun";
    const char unit = info->unit < 4 ? units[info->unit] : 's';
    if (info->kind == ALI_TYPE_DATE) return info->unit == ALI_UNIT_DAY ? "tdD" : "tdm";
    if (info->kind == ALI_TYPE_TIMESTAMP) {
        (void)snprintf(format, bytes, "ts%c:%s", unit, info->zone_bytes != 0 ? "UTC" : "");
    } else {
        (void)snprintf(format, bytes, "t%c%c", info->kind == ALI_TYPE_TIME ? 't' : 'D', unit);
    }
    return format;
}

// The format string by which the extremes of a column are spelled.
static const char *format_of(const stats_node *node, char *format, size_t bytes) {
    const ali_type_info *info = &node->info;
    switch (node->class) {
    case STATS_SIGNED:
        if (info->kind != ALI_TYPE_INT) return format_of_times(info, format, bytes);
        return "l";
    case STATS_UNSIGNED:
        return "L";
    case STATS_FLOAT:
        return "g";
    case STATS_DECIMAL:
        (void)snprintf(format, bytes, "d:%d,%d,%u", info->precision, info->scale, info->bits);
        return format;
    case STATS_FIXED:
        (void)snprintf(format, bytes, "w:%u", info->bits / 8);
        return format;
    case STATS_BYTES:
        return info->kind == ALI_TYPE_UTF8 || info->kind == ALI_TYPE_LARGE_UTF8 ||
                       info->kind == ALI_TYPE_UTF8_VIEW
                   ? "u"
                   : "z";
    default:
        return "n";
    }
}

static void add_value(box *of, uint32_t at, const char *format, const void *values,
                      const void *data) {
    static const char *const names[BOX_COUNT] = {"min", "max", "mean", "stddev"};
    // Metadata in its binary form: that the 16 bytes are a UUID.
    static const char uuid[] = "\1\0\0\0\x14\0\0\0ARROW:extension:name\x0a\0\0\0arrow.uuid";
    const bool is_null = values == NULL;
    of->fields[at] = (struct ArrowSchema){.format = format,
                                          .name = names[at],
                                          .flags = ARROW_FLAG_NULLABLE,
                                          .release = release_schema};
    if (strcmp(format, "w:16") == 0) of->fields[at].metadata = uuid;
    of->arrays[at] = (struct ArrowArray){.length = 1,
                                         .null_count = is_null ? 1 : 0,
                                         .n_buffers = 2,
                                         .buffers = of->buffers[at],
                                         .release = release_array};
    of->buffers[at][0] = is_null ? of->nothing : NULL;
    of->buffers[at][1] = is_null ? of->offsets[at] : values;
    of->buffers[at][2] = data;
    if (data != NULL) of->arrays[at].n_buffers = 3;
    if (strcmp(format, "n") == 0) of->arrays[at].n_buffers = 0;
    of->field_list[at] = &of->fields[at];
    of->array_list[at] = &of->arrays[at];
}

static void add_extreme(box *of, uint32_t at, const stats_node *node, const stats_extreme *value) {
    const char *format = format_of(node, of->format, sizeof of->format);
    const bool is_uuid = node->info.extension == ALI_EXTENSION_UUID;
    if (!value->is_set) format = "n";
    if (!value->is_set || node->class != STATS_BYTES) {
        add_value(of, at, format, value->is_set ? value->bytes : NULL, NULL);
    } else {
        of->offsets[at][1] = (int32_t)value->count_bytes;
        add_value(of, at, format, of->offsets[at], value->bytes);
    }
    if (!is_uuid) of->fields[at].metadata = NULL;
}

static void fill_box(box *of, const stats_node *node) {
    memset(of, 0, sizeof *of);
    add_extreme(of, BOX_LEAST, node, &node->least);
    add_extreme(of, BOX_GREATEST, node, &node->greatest);
    const bool has_mean = stats_mean(node, &of->moments[0]);
    const bool has_deviation = stats_deviation(node, &of->moments[1]);
    add_value(of, BOX_MEAN, has_mean ? "g" : "n", has_mean ? &of->moments[0] : NULL, NULL);
    add_value(of, BOX_DEVIATION, has_deviation ? "g" : "n", has_deviation ? &of->moments[1] : NULL,
              NULL);
}

// The four values of a column as JSON, and where each stands in it.
typedef struct spelling {
    char *text;
    size_t ends[BOX_COUNT];
    size_t starts[BOX_COUNT];
} spelling;

static bool cut(spelling *of, const char *line, size_t bytes) {
    size_t at = 1;
    of->text = malloc(bytes + 1);
    if (of->text == NULL) return false;
    memcpy(of->text, line, bytes);
    of->text[bytes] = '\0';
    for (uint32_t i = 0; i < BOX_COUNT; i += 1) {
        while (at < bytes && line[at] != ':') at += 1;
        at += 1;
        of->starts[i] = at;
        at = cli_skip_value(line, at, bytes);
        of->ends[i] = at;
        at += 1;
    }
    return at <= bytes;
}

static int write_row(cli *self, ali_schema *schema, ali_batch *batch, spelling *of) {
    ali_context *context = ali_host_context(self->host);
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    int code = EXIT_GOOD;
    if (ali_writer_new(context, "jsonl", NULL, schema, &writer) < 0 ||
        ali_writer_put(writer, batch) < 0) {
        code = cli_fail_context(self);
    } else {
        const size_t count = (size_t)ali_writer_pending(writer, &bytes);
        if (!cut(of, (const char *)bytes, count)) {
            code = cli_fail(EXIT_LIMIT, self->path, "no memory is left");
        }
        self->replaced += ali_writer_warnings(writer);
    }
    ali_writer_free(writer);
    return code;
}

static int spell(cli *self, const stats_node *node, spelling *of) {
    ali_context *context = ali_host_context(self->host);
    box values;
    ali_schema *schema = NULL;
    ali_batch *batch = NULL;
    fill_box(&values, node);
    struct ArrowSchema row_schema = {.format = "+s",
                                     .n_children = BOX_COUNT,
                                     .children = values.field_list,
                                     .release = release_schema};
    struct ArrowArray row = {.length = 1,
                             .n_buffers = 1,
                             .n_children = BOX_COUNT,
                             .buffers = values.row_buffers,
                             .children = values.array_list,
                             .release = release_array};
    int code = EXIT_GOOD;
    if (ali_schema_import(context, &row_schema, &schema) < 0 ||
        ali_batch_import(context, schema, &row, &batch) < 0) {
        code = cli_fail_context(self);
    } else {
        code = write_row(self, schema, batch, of);
    }
    ali_batch_release(batch);
    ali_schema_release(schema);
    return code;
}

// --- JSON ----------------------------------------------------------------------------------------

static void put_spelled(cli_output *out, const char *key, const spelling *of, uint32_t at) {
    cli_output_print(out, ", \"%s\": ", key);
    cli_output_put(out, of->text + of->starts[at], of->ends[at] - of->starts[at]);
}

static void put_number(cli_output *out, const char *key, uint64_t number) {
    cli_output_print(out, ", \"%s\": %llu", key, (unsigned long long)number);
}

static void put_sizes(cli_output *out, const stats_node *node, const char *least,
                      const char *most) {
    if (node->count != 0) {
        put_number(out, least, node->least_bytes);
        put_number(out, most, node->most_bytes);
    } else {
        cli_output_print(out, ", \"%s\": null, \"%s\": null", least, most);
    }
}

static void put_column_json(cli_output *out, const stats_node *node, const spelling *of) {
    cli_output_text(out, "{\"name\": ");
    cli_put_json(out, node->name, node->name_bytes);
    cli_output_text(out, ", \"type\": ");
    cli_put_type_json(out, node->type);
    put_number(out, "count", node->count);
    put_number(out, "nulls", node->nulls);
    if (node->class == STATS_BOOL) {
        put_number(out, "true", node->trues);
        put_number(out, "false", node->count - node->trues);
    } else if (node->class == STATS_LIST || node->class == STATS_FIXED_LIST) {
        put_sizes(out, node, "items_min", "items_max");
        put_spelled(out, "items_mean", of, BOX_MEAN);
    } else if (node->class != STATS_OTHER) {
        put_spelled(out, "min", of, BOX_LEAST);
        put_spelled(out, "max", of, BOX_GREATEST);
    }
    if (node->has_moments) {
        put_spelled(out, "mean", of, BOX_MEAN);
        put_spelled(out, "stddev", of, BOX_DEVIATION);
    }
    if (node->class == STATS_FLOAT) {
        put_number(out, "nan", node->nans);
        put_number(out, "infinite", node->infinities);
    }
    if (node->class == STATS_BYTES) {
        put_sizes(out, node, "bytes_min", "bytes_max");
        if (node->has_distinct) put_number(out, "distinct", node->used_count);
    }
    cli_output_text(out, "}");
}

static int put_json(cli_output *out, const stats *all) {
    cli_output_print(out, "{\n  \"rows\": %llu,\n  \"columns\": [", (unsigned long long)all->rows);
    for (uint32_t i = 0; i < all->count; i += 1) {
        spelling of = {0};
        const int code = spell(all->self, &all->nodes[i], &of);
        if (code == EXIT_GOOD) {
            cli_output_text(out, i == 0 ? "\n    " : ",\n    ");
            put_column_json(out, &all->nodes[i], &of);
        }
        free(of.text);
        if (code != EXIT_GOOD) return code;
    }
    cli_output_text(out, all->count != 0 ? "\n  ]\n}\n" : "]\n}\n");
    return EXIT_GOOD;
}

// --- for people ----------------------------------------------------------------------------------

enum { COLUMN_NAME, COLUMN_TYPE, COLUMN_COUNT, COLUMN_NULLS, COLUMN_LEAST, COLUMN_NOTE = 8 };
#define COLUMNS 9u

static const char *const heads[COLUMNS] = {"name", "type", "count",  "nulls", "min",
                                           "max",  "mean", "stddev", "more"};
// Those that are left out where there is no room, in this order.
static const uint8_t dispensable[] = {7, 2, 6, 8, 1};

typedef struct cell {
    char *text; // without its quotes
    size_t bytes;
    cli_text_form form;
    bool is_left; // aligned
} cell;

typedef struct sheet {
    cell *cells; // row by row
    uint32_t rows;
    uint64_t widths[COLUMNS];
    bool is_hidden[COLUMNS];
    bool is_right[COLUMNS]; // its head: as a value of it that is
} sheet;

static bool set_cell(cell *to, const char *text, size_t bytes, cli_text_form form) {
    to->text = malloc(bytes + 1);
    if (to->text == NULL) return false;
    memcpy(to->text, text, bytes);
    to->text[bytes] = '\0';
    to->bytes = bytes;
    to->form = form;
    return true;
}

static bool set_number(cell *to, uint64_t number) {
    char text[32];
    const int bytes = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return set_cell(to, text, (size_t)bytes, CLI_TEXT_RAW);
}

// A value as JSON spells it; null is nothing, moments are shortened.
static bool set_spelled(cell *to, const spelling *of, uint32_t at, const stats_node *node) {
    const char *text = of->text + of->starts[at];
    const size_t bytes = of->ends[at] - of->starts[at];
    char number[40];
    if (bytes == 4 && memcmp(text, "null", 4) == 0) return set_cell(to, "", 0, CLI_TEXT_RAW);
    to->is_left = node->class == STATS_BYTES || node->class == STATS_FIXED;
    if (text[0] == '"') return set_cell(to, text + 1, bytes - 2, CLI_TEXT_JSON);
    if (at != BOX_MEAN && at != BOX_DEVIATION) return set_cell(to, text, bytes, CLI_TEXT_RAW);
    const int shorter = snprintf(number, sizeof number, "%.6g", strtod(text, NULL));
    return set_cell(to, number, (size_t)shorter, CLI_TEXT_RAW);
}

static void add_note(char *note, size_t capacity, const char *format, uint64_t number) {
    const size_t at = strlen(note);
    if (at != 0 && at + 2 < capacity) memcpy(note + at, ", ", 3);
    const size_t behind = strlen(note);
    (void)snprintf(note + behind, capacity - behind, format, (unsigned long long)number);
}

static bool set_note(cell *to, const stats_node *node) {
    char note[200] = "";
    const bool is_list = node->class == STATS_LIST || node->class == STATS_FIXED_LIST;
    to->is_left = true;
    if (node->class == STATS_BOOL) {
        add_note(note, sizeof note, "%llu true", node->trues);
        add_note(note, sizeof note, "%llu false", node->count - node->trues);
    }
    if (node->nans != 0) add_note(note, sizeof note, "%llu NaN", node->nans);
    if (node->infinities != 0) add_note(note, sizeof note, "%llu infinite", node->infinities);
    if ((node->class == STATS_BYTES || is_list) && node->count != 0) {
        char sizes[80];
        (void)snprintf(sizes, sizeof sizes, "%llu to %%llu %s",
                       (unsigned long long)node->least_bytes, is_list ? "items" : "bytes");
        add_note(note, sizeof note, sizes, node->most_bytes);
    }
    if (node->class == STATS_BYTES && node->has_distinct) {
        add_note(note, sizeof note, "%llu distinct", node->used_count);
    }
    return set_cell(to, note, strlen(note), CLI_TEXT_RAW);
}

static bool set_row(cell *row, const stats_node *node, const spelling *of) {
    char type[TYPE_BYTES];
    (void)ali_type_spell(node->type, type, sizeof type);
    row[COLUMN_NAME].is_left = row[COLUMN_TYPE].is_left = true;
    bool is_set = set_cell(&row[COLUMN_NAME], node->name, node->name_bytes, CLI_TEXT_RAW) &&
                  set_cell(&row[COLUMN_TYPE], type, strlen(type), CLI_TEXT_RAW) &&
                  set_number(&row[COLUMN_COUNT], node->count) &&
                  set_number(&row[COLUMN_NULLS], node->nulls);
    for (uint32_t i = 0; is_set && i < BOX_COUNT; i += 1) {
        is_set = set_spelled(&row[COLUMN_LEAST + i], of, i, node);
    }
    return is_set && set_note(&row[COLUMN_NOTE], node);
}

static uint64_t width_under(const sheet *of, uint64_t cap) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < COLUMNS; i += 1) {
        if (of->is_hidden[i] || of->widths[i] == 0) continue;
        sum += (of->widths[i] < cap ? of->widths[i] : cap) + (sum != 0 ? GAP : 0);
    }
    return sum;
}

static void measure(sheet *of) {
    for (uint32_t i = 0; i < COLUMNS; i += 1) of->widths[i] = 0;
    for (uint32_t i = 0; i < of->rows * COLUMNS; i += 1) {
        const cell *one = &of->cells[i];
        const uint64_t wide = cli_text_columns(one->text, one->bytes, one->form);
        if (wide > of->widths[i % COLUMNS]) of->widths[i % COLUMNS] = wide;
        if (wide != 0 && !one->is_left) of->is_right[i % COLUMNS] = true;
    }
    for (uint32_t i = 0; i < COLUMNS; i += 1) { // a column without contents is left out
        if (of->widths[i] != 0 && of->widths[i] < strlen(heads[i]))
            of->widths[i] = strlen(heads[i]);
    }
}

// Leaves columns out until the others fit, cut to WIDTH_LEAST; then cuts no more than is needed.
static void fit(sheet *of, uint64_t room) {
    if (room == ALI_UNKNOWN || width_under(of, ALI_UNKNOWN) <= room) return;
    for (size_t i = 0; i < sizeof dispensable && width_under(of, WIDTH_LEAST) > room; i += 1) {
        of->is_hidden[dispensable[i]] = true;
    }
    uint64_t cap = WIDTH_LEAST;
    while (width_under(of, cap + 1) <= room && width_under(of, cap) != width_under(of, ALI_UNKNOWN))
        cap += 1;
    for (uint32_t i = 0; i < COLUMNS; i += 1) {
        if (of->widths[i] > cap) of->widths[i] = cap;
    }
}

static void put_spaces(cli_output *out, uint64_t count) {
    for (uint64_t i = 0; i < count; i += 1) cli_output_text(out, " ");
}

static void put_row(cli_output *out, const sheet *of, const cell *row) {
    uint64_t behind = 0; // blanks, which are left out at the end of a line
    for (uint32_t i = 0; i < COLUMNS; i += 1) {
        const cell *one = row != NULL ? &row[i] : NULL;
        const char *text = one != NULL ? one->text : heads[i];
        const size_t bytes = one != NULL ? one->bytes : strlen(text);
        const cli_text_form form = one != NULL ? one->form : CLI_TEXT_RAW;
        const bool is_left = one != NULL ? one->is_left : !of->is_right[i];
        if (of->is_hidden[i] || of->widths[i] == 0) continue;
        const uint64_t wide = cli_text_columns(text, bytes, form);
        const uint64_t padding = wide < of->widths[i] ? of->widths[i] - wide : 0;
        if (bytes != 0) put_spaces(out, behind + (is_left ? 0 : padding));
        const uint64_t written = cli_put_text(out, text, bytes, form, of->widths[i]);
        behind = bytes != 0 ? GAP + of->widths[i] - written - (is_left ? 0 : padding)
                            : behind + GAP + of->widths[i];
    }
    cli_output_text(out, "\n");
}

static void put_sheet(cli_output *out, sheet *of, const stats *all, uint64_t room) {
    uint32_t hidden = 0;
    char note[120];
    measure(of);
    fit(of, room);
    if (of->rows != 0) put_row(out, of, NULL);
    for (uint32_t i = 0; i < of->rows; i += 1) put_row(out, of, &of->cells[i * COLUMNS]);
    for (uint32_t i = 0; i < COLUMNS; i += 1) hidden += of->is_hidden[i] ? 1 : 0;
    (void)snprintf(note, sizeof note, "(%llu row%s%s)", (unsigned long long)all->rows,
                   all->rows == 1 ? "" : "s",
                   hidden != 0 ? "; --no-truncate and --json tell more" : "");
    (void)cli_put_text(out, note, strlen(note), CLI_TEXT_RAW, room);
    cli_output_text(out, "\n");
}

static int put_text(cli_output *out, const stats *all, uint64_t room) {
    sheet of = {.rows = all->count};
    int code = EXIT_GOOD;
    of.cells = calloc((size_t)all->count * COLUMNS + COLUMNS, sizeof *of.cells);
    if (of.cells == NULL) return cli_fail(EXIT_LIMIT, all->self->path, "no memory is left");
    for (uint32_t i = 0; i < all->count && code == EXIT_GOOD; i += 1) {
        spelling values = {0};
        code = spell(all->self, &all->nodes[i], &values);
        if (code == EXIT_GOOD && !set_row(&of.cells[i * COLUMNS], &all->nodes[i], &values)) {
            code = cli_fail(EXIT_LIMIT, all->self->path, "no memory is left");
        }
        free(values.text);
    }
    if (code == EXIT_GOOD) put_sheet(out, &of, all, room);
    for (uint32_t i = 0; i < all->count * COLUMNS; i += 1) free(of.cells[i].text);
    free(of.cells);
    return code;
}

// --- the verb ------------------------------------------------------------------------------------

static int take_rows(void *user, ali_batch *batch, uint64_t first, uint64_t end, bool *is_enough) {
    stats *all = user;
    ali_batch *simple = NULL;
    (void)first;
    (void)end;
    (void)is_enough;
    if (ali_batch_simplify(ali_host_context(all->self->host), batch, &simple) < 0) {
        return cli_fail_context(all->self);
    }
    const int code = stats_take(all, simple);
    ali_batch_release(simple);
    return code;
}

// The schema must outlive what is gathered.
static int gather(cli_scan *scan, stats *all, ali_schema **schema) {
    if (ali_scan_schema(scan->dataset, &scan->options, schema) < 0) {
        return cli_fail_context(scan->self);
    }
    int code = stats_init(all, scan->self, *schema);
    if (code == EXIT_GOOD) code = cli_scan_begin(scan);
    if (code == EXIT_GOOD) code = cli_scan_run(scan, take_rows, all);
    cli_scan_end(scan);
    return code;
}

static int tell(const stats *all) {
    const cli_args *args = &all->self->args;
    cli_output out;
    int code = cli_output_open(&out, args->output, args->is_forced);
    if (code != EXIT_GOOD) return code;
    const uint64_t room = args->is_whole ? ALI_UNKNOWN : cli_width_of(args->output);
    code = args->is_json ? put_json(&out, all) : put_text(&out, all, room);
    return cli_output_close(&out, code);
}

int cli_stats(cli *self) {
    ali_dataset *dataset = NULL;
    ali_schema *schema = NULL;
    stats all = {0};
    int code = cli_open(self, &dataset);
    if (code != EXIT_GOOD) return code;
    cli_scan scan = cli_scan_of(self, dataset);
    code = gather(&scan, &all, &schema);
    if (code == EXIT_GOOD) code = tell(&all);
    stats_clear(&all);
    ali_schema_release(schema);
    ali_dataset_release(dataset);
    return code;
}
