// native/cli/layout.c: `info --row-groups`: how files store their rows: row groups and their column
// chunks, record batches.
#include <stdlib.h>
#include <string.h>

#include "sheet.h"

#define PATH_BYTES 1024u
#define TYPE_BYTES 256u
#define ENCODINGS_MAX 32u

int cli_layout_open(cli *self, ali_dataset *dataset, ali_layout **layout) {
    ali_task *task = NULL;
    if (ali_layout_start(dataset, &task) < 0) return cli_fail_context(self);
    const int code = ali_host_drive(self->host, task) == ALI_OK ? EXIT_GOOD : cli_fail_host(self);
    if (code == EXIT_GOOD) *layout = ali_task_take_layout(task);
    ali_task_free(task);
    return code;
}

// The path of a group's file as it may be shown.
static void show_path(const ali_group_info *group, char shown[PATH_BYTES]) {
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%.*s", (int)group->path_bytes, group->path);
    cli_show_path(path, shown, PATH_BYTES);
}

static int describe_group(const cli *self, const ali_layout *layout, uint64_t index,
                          ali_group_info *group) {
    *group = (ali_group_info){.size_bytes = sizeof *group};
    if (ali_layout_group(layout, index, group) == ALI_OK) return EXIT_GOOD;
    return cli_fail(EXIT_INTERNAL, self->path, "a row group does not describe itself");
}

// A chunk, and its bounds as JSON.
static int describe_chunk(cli *self, ali_layout *layout, uint64_t group, uint32_t index,
                          ali_chunk_info *chunk, cli_spelling *bounds) {
    ali_batch *batch = NULL;
    *chunk = (ali_chunk_info){.size_bytes = sizeof *chunk};
    *bounds = (cli_spelling){0};
    if (ali_layout_chunk(layout, group, index, chunk) != ALI_OK) {
        return cli_fail(EXIT_INTERNAL, self->path, "a column chunk does not describe itself");
    }
    if (ali_layout_bounds(layout, group, index, &batch) < 0) return cli_fail_context(self);
    const int code = cli_spell(self, batch, 2, bounds);
    ali_batch_release(batch);
    return code;
}

// --- JSON ----------------------------------------------------------------------------------------

static void put_number(cli_output *out, const char *key, uint64_t number) {
    cli_output_print(out, ", \"%s\": ", key);
    if (number == ALI_UNKNOWN) {
        cli_output_text(out, "null");
    } else {
        cli_output_print(out, "%llu", (unsigned long long)number);
    }
}

static void put_text(cli_output *out, const char *key, const char *text) {
    cli_output_print(out, ", \"%s\": ", key);
    cli_put_json(out, text, strlen(text));
}

static void put_encodings(cli_output *out, uint32_t encodings) {
    const char *before = "";
    cli_output_text(out, ", \"encodings\": [");
    for (uint32_t i = 0; i < ENCODINGS_MAX; i += 1) {
        if ((encodings >> i & 1) == 0) continue;
        const char *name = ali_encoding_name(i);
        cli_output_print(out, "%s\"%s\"", before, name != NULL ? name : "?");
        before = ", ";
    }
    cli_output_text(out, "]");
}

static void put_bound(cli_output *out, const char *key, const cli_spelling *of, uint32_t at) {
    cli_output_print(out, ", \"%s\": ", key);
    cli_output_put(out, of->text + of->starts[at], of->ends[at] - of->starts[at]);
}

static void put_exactness(cli_output *out, const char *key, uint32_t bound) {
    const bool is_said = bound == ALI_BOUND_EXACT || bound == ALI_BOUND_ROUNDED;
    cli_output_print(out, ", \"%s\": %s", key,
                     !is_said                   ? "null"
                     : bound == ALI_BOUND_EXACT ? "true"
                                                : "false");
}

static void put_chunk_json(cli_output *out, const ali_chunk_info *chunk,
                           const cli_spelling *bounds) {
    cli_output_text(out, "{\"path\": ");
    cli_put_json(out, chunk->path, strlen(chunk->path));
    cli_output_text(out, ", \"type\": ");
    cli_put_type_json(out, chunk->type);
    put_text(out, "physical_type", chunk->stored);
    put_text(out, "codec", chunk->codec);
    put_encodings(out, chunk->encodings);
    put_number(out, "offset_bytes", chunk->offset_bytes);
    put_number(out, "compressed_bytes", chunk->bytes);
    put_number(out, "uncompressed_bytes", chunk->uncompressed_bytes);
    put_number(out, "values", chunk->values);
    put_number(out, "nulls", chunk->nulls);
    put_number(out, "distinct", chunk->distinct);
    put_bound(out, "min", bounds, 0);
    put_bound(out, "max", bounds, 1);
    put_exactness(out, "min_exact", chunk->least);
    put_exactness(out, "max_exact", chunk->greatest);
    cli_output_text(out, "}");
}

static int put_chunks_json(cli *self, cli_output *out, ali_layout *layout, uint64_t group,
                           uint32_t count) {
    cli_output_text(out, ", \"columns\": [");
    for (uint32_t i = 0; i < count; i += 1) {
        ali_chunk_info chunk;
        cli_spelling bounds;
        const int code = describe_chunk(self, layout, group, i, &chunk, &bounds);
        if (code == EXIT_GOOD) {
            cli_output_text(out, i == 0 ? "\n      " : ",\n      ");
            put_chunk_json(out, &chunk, &bounds);
        }
        free(bounds.text);
        if (code != EXIT_GOOD) return code;
    }
    cli_output_text(out, "\n    ]");
    return EXIT_GOOD;
}

static int put_group_json(cli *self, cli_output *out, ali_layout *layout, uint64_t index,
                          uint64_t files) {
    ali_group_info group;
    char path[PATH_BYTES];
    int code = describe_group(self, layout, index, &group);
    if (code != EXIT_GOOD) return code;
    cli_output_print(out, "{\"rows\": %llu", (unsigned long long)group.rows);
    put_number(out, "offset_bytes", group.offset_bytes);
    put_number(out, "bytes", group.bytes);
    if (files != 1) {
        show_path(&group, path);
        put_text(out, "path", path);
    }
    if (group.codec[0] != '\0') {
        put_text(out, "codec", group.codec);
    } else {
        put_number(out, "uncompressed_bytes", group.uncompressed_bytes);
        code = put_chunks_json(self, out, layout, index, group.chunks_count);
    }
    cli_output_text(out, "}");
    return code;
}

int cli_layout_json(cli *self, cli_output *out, ali_layout *layout, uint64_t files) {
    const uint64_t count = ali_layout_groups(layout);
    cli_output_text(out, "[");
    for (uint64_t i = 0; i < count && !out->is_closed; i += 1) {
        cli_output_text(out, i == 0 ? "\n    " : ",\n    ");
        const int code = put_group_json(self, out, layout, i, files);
        if (code != EXIT_GOOD) return code;
        if (cli_signal != 0) return EXIT_INTERRUPTED;
    }
    cli_output_text(out, count == 0 ? "]" : "\n  ]");
    return EXIT_GOOD;
}

// --- for people ----------------------------------------------------------------------------------

enum { PATH, TYPE, CODEC, ENCODINGS, BYTES, PLAIN_BYTES, NULLS, LEAST, GREATEST, COLUMNS };

static const char *const heads[COLUMNS] = {"column",       "type",  "codec", "encodings", "bytes",
                                           "uncompressed", "nulls", "min",   "max"};
static const uint8_t dispensable[] = {ENCODINGS, TYPE, PLAIN_BYTES, CODEC, NULLS};

// A value as JSON spells it; null is nothing, and a bound that was shortened ends in "...".
static bool set_bound(cli_cell *to, const cli_spelling *of, uint32_t at, uint32_t bound) {
    const bool is_empty = of->ends[at] - of->starts[at] == 2 && // two quotes, which stay
                          of->text[of->starts[at]] == '"';
    const bool is_text = of->text[of->starts[at]] == '"' && !is_empty;
    const char *text = of->text + of->starts[at] + (is_text ? 1 : 0);
    const size_t bytes = of->ends[at] - of->starts[at] - (is_text ? 2 : 0);
    const char *behind = bound == ALI_BOUND_ROUNDED ? "..." : "";
    to->is_left = of->text[of->starts[at]] == '"';
    if (bound == ALI_BOUND_NONE) return true;
    char *whole = malloc(bytes + 4);
    if (whole == NULL) return false;
    memcpy(whole, text, bytes);
    memcpy(whole + bytes, behind, strlen(behind) + 1);
    to->text = whole;
    to->bytes = strlen(behind) + bytes;
    to->form = is_text ? CLI_TEXT_JSON : CLI_TEXT_RAW;
    return true;
}

static bool set_words(cli_cell *to, const char *text) {
    to->is_left = true;
    return cli_cell_set(to, text, strlen(text), CLI_TEXT_RAW);
}

static bool set_encodings(cli_cell *to, uint32_t encodings) {
    char text[400] = "";
    for (uint32_t i = 0; i < ENCODINGS_MAX; i += 1) {
        const char *name = (encodings >> i & 1) != 0 ? ali_encoding_name(i) : NULL;
        const size_t at = strlen(text);
        if (name == NULL) continue;
        (void)snprintf(text + at, sizeof text - at, "%s%s", at != 0 ? ", " : "", name);
    }
    return set_words(to, text);
}

static bool set_chunk(cli_cell *row, const ali_chunk_info *chunk, const cli_spelling *bounds) {
    char type[TYPE_BYTES];
    (void)ali_type_spell(chunk->type, type, sizeof type);
    return set_words(&row[PATH], chunk->path) && set_words(&row[TYPE], type) &&
           set_words(&row[CODEC], chunk->codec) &&
           set_encodings(&row[ENCODINGS], chunk->encodings) &&
           cli_cell_number(&row[BYTES], chunk->bytes) &&
           cli_cell_number(&row[PLAIN_BYTES], chunk->uncompressed_bytes) &&
           cli_cell_number(&row[NULLS], chunk->nulls) &&
           set_bound(&row[LEAST], bounds, 0, chunk->least) &&
           set_bound(&row[GREATEST], bounds, 1, chunk->greatest);
}

static int put_chunks(cli *self, cli_output *out, ali_layout *layout, uint64_t group,
                      uint32_t count, uint64_t room) {
    cli_sheet of = {.heads = heads,
                    .columns = COLUMNS,
                    .dispensable = dispensable,
                    .dispensable_count = sizeof dispensable,
                    .indent = 2};
    int code = EXIT_GOOD;
    for (uint32_t i = 0; i < count && code == EXIT_GOOD; i += 1) {
        ali_chunk_info chunk;
        cli_spelling bounds;
        cli_cell *row = cli_sheet_row(&of);
        code = describe_chunk(self, layout, group, i, &chunk, &bounds);
        if (code == EXIT_GOOD && (row == NULL || !set_chunk(row, &chunk, &bounds))) {
            code = cli_fail(EXIT_LIMIT, self->path, "no memory is left");
        }
        free(bounds.text);
    }
    if (code == EXIT_GOOD) cli_sheet_put(out, &of, room);
    cli_sheet_clear(&of);
    return code;
}

static void put_title(cli_output *out, const ali_group_info *group, uint64_t index, uint64_t room) {
    char title[300];
    char size[CLI_SIZE_BYTES];
    char plain[CLI_SIZE_BYTES + 20] = "";
    char offset[40] = "";
    const bool is_batch = group->codec[0] != '\0';
    cli_spell_size(group->bytes, size);
    if (group->offset_bytes != ALI_UNKNOWN) {
        (void)snprintf(offset, sizeof offset, " at %llu", (unsigned long long)group->offset_bytes);
    }
    if (!is_batch) {
        cli_spell_size(group->uncompressed_bytes, plain);
        (void)snprintf(plain + strlen(plain), sizeof plain - strlen(plain), " uncompressed");
    }
    (void)snprintf(title, sizeof title, "%s %llu: %llu row%s, %s%s, %s%s",
                   is_batch ? "record batch" : "row group", (unsigned long long)index,
                   (unsigned long long)group->rows, group->rows == 1 ? "" : "s", size, offset,
                   is_batch ? "codec " : plain, group->codec);
    (void)cli_put_text(out, title, strlen(title), CLI_TEXT_RAW, room);
    cli_output_text(out, "\n");
}

// Of many files the name of each stands before its first group.
static void put_file(cli_output *out, const ali_group_info *group, const char **path,
                     uint64_t room) {
    char shown[PATH_BYTES];
    if (*path == group->path) return;
    *path = group->path;
    show_path(group, shown);
    cli_output_text(out, "file        ");
    (void)cli_put_text(out, shown, strlen(shown), CLI_TEXT_RAW,
                       room == ALI_UNKNOWN ? room : room - 12);
    cli_output_text(out, "\n");
}

int cli_layout_text(cli *self, cli_output *out, ali_layout *layout, uint64_t files, uint64_t room) {
    const uint64_t count = ali_layout_groups(layout);
    const char *path = NULL;
    for (uint64_t i = 0; i < count && !out->is_closed; i += 1) {
        ali_group_info group;
        int code = describe_group(self, layout, i, &group);
        if (code != EXIT_GOOD) return code;
        if (files != 1) put_file(out, &group, &path, room);
        put_title(out, &group, i, room);
        code = put_chunks(self, out, layout, i, group.chunks_count, room);
        if (code != EXIT_GOOD) return code;
        if (cli_signal != 0) return EXIT_INTERRUPTED;
    }
    return EXIT_GOOD;
}
