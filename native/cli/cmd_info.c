// native/cli/cmd_info.c: `info` and `schema`: what a file is, out of its metadata alone.
#include <string.h>

#include "cli.h"

#define TYPE_BYTES 256u
#define PATH_BYTES 2048u

typedef struct facts {
    cli *self;
    ali_dataset *dataset;
    ali_dataset_info info;
    ali_layout *layout;   // --row-groups; else NULL
    uint64_t columns_max; // width of a line
} facts;

static ali_field_info field_at(const facts *of, uint32_t index) {
    ali_field_info field = {.size_bytes = sizeof field};
    if (ali_field_describe(of->info.schema, index, &field) != ALI_OK) field.name_bytes = 0;
    return field;
}

// --- JSON ----------------------------------------------------------------------------------------

static void put_fields_json(cli_output *out, const facts *of) {
    const uint32_t count = ali_schema_count(of->info.schema);
    cli_output_text(out, "[");
    for (uint32_t i = 0; i < count; i += 1) {
        const ali_field_info field = field_at(of, i);
        cli_output_text(out, i == 0 ? "\n    {\"name\": " : ",\n    {\"name\": ");
        cli_put_json(out, field.name, (size_t)field.name_bytes);
        cli_output_text(out, ", \"type\": ");
        cli_put_type_json(out, field.type);
        cli_output_print(out, ", \"nullable\": %s}", field.nullable != 0 ? "true" : "false");
    }
    cli_output_text(out, count == 0 ? "]" : "\n  ]");
}

static void put_metadata_json(cli_output *out, const facts *of) {
    cli_output_text(out, "{");
    for (uint32_t i = 0; i < of->info.metadata_count; i += 1) {
        const char *key = "";
        const char *value = "";
        if (ali_dataset_metadata(of->dataset, i, &key, &value) != ALI_OK) continue;
        cli_output_text(out, i == 0 ? "\n    " : ",\n    ");
        cli_put_json(out, key, strlen(key));
        cli_output_text(out, ": ");
        cli_put_json(out, value, strlen(value));
    }
    cli_output_text(out, of->info.metadata_count == 0 ? "}" : "\n  }");
}

static void put_count_json(cli_output *out, const char *name, uint64_t count) {
    if (count == ALI_UNKNOWN) {
        cli_output_print(out, ",\n  \"%s\": null", name);
    } else {
        cli_output_print(out, ",\n  \"%s\": %llu", name, (unsigned long long)count);
    }
}

static int put_info_json(cli_output *out, const facts *of) {
    char path[PATH_BYTES];
    cli_show_path(of->self->args.operands[0], path, sizeof path);
    cli_output_text(out, "{\n  \"path\": ");
    cli_put_json(out, path, strlen(path));
    cli_output_print(out, ",\n  \"format\": \"%s\"", of->info.format);
    put_count_json(out, "rows", of->info.rows);
    put_count_json(out, "bytes", of->info.bytes);
    put_count_json(out, "row_groups", of->info.row_groups);
    if (of->info.files != 1) put_count_json(out, "files", of->info.files);
    cli_output_text(out, ",\n  \"columns\": ");
    put_fields_json(out, of);
    cli_output_text(out, ",\n  \"metadata\": ");
    put_metadata_json(out, of);
    int code = EXIT_GOOD;
    if (of->layout != NULL) {
        cli_output_text(out, ",\n  \"groups\": ");
        code = cli_layout_json(of->self, out, of->layout, of->info.files);
    }
    cli_output_text(out, "\n}\n");
    return code;
}

static int put_schema_json(cli_output *out, const facts *of) {
    cli_output_text(out, "{\n  \"columns\": ");
    put_fields_json(out, of);
    cli_output_text(out, "\n}\n");
    return EXIT_GOOD;
}

// --- for people ----------------------------------------------------------------------------------

// A text in a column of `width`, cut if it is longer.
static void put_cell(cli_output *out, const char *text, size_t text_bytes, uint64_t width) {
    cli_put_spaces(out, width - cli_put_text(out, text, text_bytes, CLI_TEXT_RAW, width));
}

static void put_fields(cli_output *out, const facts *of, const char *indent) {
    const uint32_t count = ali_schema_count(of->info.schema);
    uint64_t name_width = 4;
    uint64_t type_width = 4;
    char type[TYPE_BYTES];
    for (uint32_t i = 0; i < count; i += 1) {
        const ali_field_info field = field_at(of, i);
        const uint64_t name = cli_text_columns(field.name, (size_t)field.name_bytes, CLI_TEXT_RAW);
        (void)ali_type_spell(field.type, type, sizeof type);
        if (name > name_width) name_width = name;
        if (strlen(type) > type_width) type_width = strlen(type);
    }
    const uint64_t others = strlen(indent) + type_width + 4 + 8;
    const uint64_t room = of->columns_max > others + 8 ? of->columns_max - others : 8;
    if (name_width > room) name_width = room;
    cli_output_text(out, indent);
    put_cell(out, "name", 4, name_width + 2);
    put_cell(out, "type", 4, type_width + 2);
    cli_output_text(out, "nullable\n");
    for (uint32_t i = 0; i < count; i += 1) {
        const ali_field_info field = field_at(of, i);
        (void)ali_type_spell(field.type, type, sizeof type);
        cli_output_text(out, indent);
        put_cell(out, field.name, (size_t)field.name_bytes, name_width);
        cli_output_text(out, "  ");
        put_cell(out, type, strlen(type), type_width);
        cli_output_text(out, field.nullable != 0 ? "  yes\n" : "  no\n");
    }
}

static void put_count(cli_output *out, const char *label, uint64_t count) {
    if (count == ALI_UNKNOWN) {
        cli_output_print(out, "%s  not known\n", label);
    } else {
        cli_output_print(out, "%s  %llu\n", label, (unsigned long long)count);
    }
}

// "1234567 (1.2 MB)"
static void put_bytes(cli_output *out, uint64_t bytes) {
    char size[CLI_SIZE_BYTES];
    if (bytes < 1000 || bytes == ALI_UNKNOWN) {
        put_count(out, "bytes     ", bytes);
        return;
    }
    cli_spell_size(bytes, size);
    cli_output_print(out, "bytes       %llu (%s)\n", (unsigned long long)bytes, size);
}

// The beginning of a text that is for programs: base64.
static void put_shortened(cli_output *out, const char *value) {
    (void)cli_put_text(out, value, 60, CLI_TEXT_RAW, ALI_UNKNOWN);
    cli_output_print(out, "\xE2\x80\xA6 (%zu characters)\n", strlen(value));
}

static void put_metadata(cli_output *out, const facts *of) {
    cli_output_print(out, "metadata    %u\n", of->info.metadata_count);
    for (uint32_t i = 0; i < of->info.metadata_count; i += 1) {
        const char *key = "";
        const char *value = "";
        if (ali_dataset_metadata(of->dataset, i, &key, &value) != ALI_OK) continue;
        const uint64_t half = of->columns_max == ALI_UNKNOWN ? ALI_UNKNOWN : of->columns_max / 2;
        const uint64_t wide = cli_text_columns(key, strlen(key), CLI_TEXT_RAW);
        const uint64_t key_width = wide < half ? wide : half;
        cli_output_text(out, "  ");
        (void)cli_put_text(out, key, strlen(key), CLI_TEXT_RAW, key_width);
        cli_output_text(out, "  ");
        const bool is_cut = of->columns_max == ALI_UNKNOWN && !of->self->args.is_whole;
        if (is_cut && strcmp(key, "ARROW:schema") == 0 && strlen(value) > 60) {
            put_shortened(out, value);
            continue;
        }
        (void)cli_put_text(out, value, strlen(value), CLI_TEXT_RAW,
                           of->columns_max == ALI_UNKNOWN ? ALI_UNKNOWN
                                                          : of->columns_max - key_width - 4);
        cli_output_text(out, "\n");
    }
}

// What Arrow calls row groups. How many a stream has is known by reading it alone.
static const char *groups_label(const facts *of) {
    return strncmp(of->info.format, "arrow", 5) == 0 ? "batches   " : "row groups";
}

static int put_info(cli_output *out, const facts *of) {
    char path[PATH_BYTES];
    cli_show_path(of->self->args.operands[0], path, sizeof path);
    const char *writer = of->info.created_by;
    cli_output_text(out, "path        ");
    (void)cli_put_text(out, path, strlen(path), CLI_TEXT_RAW, ALI_UNKNOWN);
    cli_output_print(out, "\nformat      %s\n", of->info.format);
    put_count(out, "rows      ", of->info.rows);
    put_bytes(out, of->info.bytes);
    put_count(out, groups_label(of), of->info.row_groups);
    if (of->info.files != 1) put_count(out, "files     ", of->info.files);
    if (writer[0] != '\0') {
        cli_output_text(out, "created by  ");
        (void)cli_put_text(out, writer, strlen(writer), CLI_TEXT_RAW, ALI_UNKNOWN);
        cli_output_text(out, "\n");
    }
    cli_output_print(out, "columns     %u\n", ali_schema_count(of->info.schema));
    if (ali_schema_count(of->info.schema) != 0) put_fields(out, of, "  ");
    put_metadata(out, of);
    if (of->layout == NULL) return EXIT_GOOD;
    return cli_layout_text(of->self, out, of->layout, of->info.files, of->columns_max);
}

static int put_schema(cli_output *out, const facts *of) {
    put_fields(out, of, "");
    return EXIT_GOOD;
}

// --- the verbs -----------------------------------------------------------------------------------

// Where the layout was read, it tells what the metadata of Arrow does not.
static int count_groups(facts *of) {
    ali_dataset_info *info = &of->info;
    if (strcmp(info->format, "arrows") == 0) info->row_groups = ALI_UNKNOWN;
    if (of->layout == NULL) return EXIT_GOOD;
    const uint64_t count = ali_layout_groups(of->layout);
    const bool is_counted = info->rows == ALI_UNKNOWN;
    info->row_groups = count;
    if (is_counted) info->rows = 0;
    for (uint64_t i = 0; i < count && is_counted; i += 1) {
        ali_group_info group = {.size_bytes = sizeof group};
        if (ali_layout_group(of->layout, i, &group) != ALI_OK) {
            return cli_fail(EXIT_INTERNAL, of->self->path, "a row group does not describe itself");
        }
        info->rows += group.rows;
    }
    return EXIT_GOOD;
}

typedef int put_function(cli_output *out, const facts *of);

static int put_facts(const facts *of, put_function *put) {
    cli *self = of->self;
    cli_output out;
    const int code = cli_output_open(&out, self->args.output, self->args.is_forced);
    return code == EXIT_GOOD ? cli_output_close(&out, put(&out, of)) : code;
}

static int tell(cli *self, put_function *put_text, put_function *put_json) {
    facts of = {.self = self,
                .info = {.size_bytes = sizeof of.info},
                .columns_max = self->args.is_whole ? ALI_UNKNOWN : cli_width_of(self->args.output)};
    int code = cli_open(self, &of.dataset);
    if (code != EXIT_GOOD) return code;
    if (ali_dataset_describe(of.dataset, &of.info) != ALI_OK) {
        code = cli_fail(EXIT_INTERNAL, self->path, "the data set does not describe itself");
    } else if (self->args.wants_groups) {
        code = cli_layout_open(self, of.dataset, &of.layout);
    }
    if (code == EXIT_GOOD) code = count_groups(&of);
    if (code == EXIT_GOOD) code = put_facts(&of, self->args.is_json ? put_json : put_text);
    ali_layout_free(of.layout);
    ali_dataset_release(of.dataset);
    return code;
}

int cli_info(cli *self) {
    return tell(self, put_info, put_info_json);
}

int cli_schema(cli *self) {
    return tell(self, put_schema, put_schema_json);
}
