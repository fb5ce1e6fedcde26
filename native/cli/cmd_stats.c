// native/cli/cmd_stats.c: `stats`: of each column how many values and nulls, the least and the
// greatest, mean and deviation. Values are spelled by the library's own writer of JSON lines.
#include <stdlib.h>
#include <string.h>

#include "sheet.h"
#include "stats.h"

#define TYPE_BYTES 256u

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

static int spell(cli *self, const stats_node *node, cli_spelling *of) {
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
        code = cli_spell(self, batch, BOX_COUNT, of);
    }
    ali_batch_release(batch);
    ali_schema_release(schema);
    return code;
}

// --- JSON ----------------------------------------------------------------------------------------

static void put_spelled(cli_output *out, const char *key, const cli_spelling *of, uint32_t at) {
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

static void put_column_json(cli_output *out, const stats_node *node, const cli_spelling *of) {
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
        cli_spelling of = {0};
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

// A value as JSON spells it; null is nothing, moments are shortened. A text that would look like
// one of the two keeps its quotes.
static bool set_spelled(cli_cell *to, const cli_spelling *of, uint32_t at, const stats_node *node) {
    const char *text = of->text + of->starts[at];
    const size_t bytes = of->ends[at] - of->starts[at];
    char number[40];
    if (bytes == 4 && memcmp(text, "null", 4) == 0) return cli_cell_set(to, "", 0, CLI_TEXT_RAW);
    to->is_left = node->class == STATS_BYTES || node->class == STATS_FIXED;
    if ((bytes == 2 && memcmp(text, "\"\"", 2) == 0) ||
        (bytes == 6 && memcmp(text, "\"null\"", 6) == 0)) {
        return cli_cell_set(to, text, bytes, CLI_TEXT_RAW);
    }
    if (text[0] == '"') return cli_cell_set(to, text + 1, bytes - 2, CLI_TEXT_JSON);
    if (at != BOX_MEAN && at != BOX_DEVIATION) return cli_cell_set(to, text, bytes, CLI_TEXT_RAW);
    const int shorter = snprintf(number, sizeof number, "%.6g", strtod(text, NULL));
    return cli_cell_set(to, number, (size_t)shorter, CLI_TEXT_RAW);
}

static void add_note(char *note, size_t capacity, const char *format, uint64_t number) {
    const size_t at = strlen(note);
    if (at != 0 && at + 2 < capacity) memcpy(note + at, ", ", 3);
    const size_t behind = strlen(note);
    (void)snprintf(note + behind, capacity - behind, format, (unsigned long long)number);
}

static bool set_note(cli_cell *to, const stats_node *node) {
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
    return cli_cell_set(to, note, strlen(note), CLI_TEXT_RAW);
}

static bool set_row(cli_cell *row, const stats_node *node, const cli_spelling *of) {
    char type[TYPE_BYTES];
    (void)ali_type_spell(node->type, type, sizeof type);
    row[COLUMN_NAME].is_left = row[COLUMN_TYPE].is_left = true;
    bool is_set = cli_cell_set(&row[COLUMN_NAME], node->name, node->name_bytes, CLI_TEXT_RAW) &&
                  cli_cell_set(&row[COLUMN_TYPE], type, strlen(type), CLI_TEXT_RAW) &&
                  cli_cell_number(&row[COLUMN_COUNT], node->count) &&
                  cli_cell_number(&row[COLUMN_NULLS], node->nulls);
    for (uint32_t i = 0; is_set && i < BOX_COUNT; i += 1) {
        is_set = set_spelled(&row[COLUMN_LEAST + i], of, i, node);
    }
    return is_set && set_note(&row[COLUMN_NOTE], node);
}

static void put_note(cli_output *out, const cli_sheet *of, const stats *all, uint64_t room) {
    char note[120];
    (void)snprintf(note, sizeof note, "(%llu row%s%s)", (unsigned long long)all->rows,
                   all->rows == 1 ? "" : "s",
                   cli_sheet_has_hidden(of) ? "; --no-truncate and --json tell more" : "");
    (void)cli_put_text(out, note, strlen(note), CLI_TEXT_RAW, room);
    cli_output_text(out, "\n");
}

static int put_text(cli_output *out, const stats *all, uint64_t room) {
    cli_sheet of = {.heads = heads,
                    .columns = COLUMNS,
                    .dispensable = dispensable,
                    .dispensable_count = sizeof dispensable};
    int code = EXIT_GOOD;
    for (uint32_t i = 0; i < all->count && code == EXIT_GOOD; i += 1) {
        cli_spelling values = {0};
        cli_cell *row = cli_sheet_row(&of);
        code = row == NULL ? EXIT_LIMIT : spell(all->self, &all->nodes[i], &values);
        if (code == EXIT_GOOD && !set_row(row, &all->nodes[i], &values)) code = EXIT_LIMIT;
        if (code == EXIT_LIMIT) (void)cli_fail(code, all->self->path, "no memory is left");
        free(values.text);
    }
    if (code == EXIT_GOOD) {
        cli_sheet_put(out, &of, room);
        put_note(out, &of, all, room);
    }
    cli_sheet_clear(&of);
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
