// Footers of Parquet files made by hand: schemas, logical types, limits, and what cannot be.
#include "parquet_tools.h"

// --- footers -------------------------------------------------------------------------------------

static void footers_that_cannot_be_are_refused(void **state) {
    static const struct {
        uint8_t bytes[40];
        size_t count;
        ali_status status;
        const char *words;
    } samples[] = {
        {"PAR1\0\0\0\0PAR1", 12, ALI_ERR_TRUNCATED, "the footer ends in the middle"},
        {"PAR1\1\0\0\0PAR1", 12, ALI_ERR_CORRUPT, "the footer claims 1 bytes"},
        {"PAR1\xFF\xFF\xFF\xFFPAR1", 12, ALI_ERR_CORRUPT, "claims 4294967295 bytes"},
        {"PAR1", 4, ALI_ERR_TRUNCATED, "too short for a Parquet file"},
        {"PARE\0\0\0\0PARE", 12, ALI_ERR_UNSUPPORTED, "encrypted"},
        {"PAR1\0\1\0\0\0PAR1", 13, ALI_ERR_CORRUPT, "without its field 2"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes file = {0};
        tool_put(&file, samples[i].bytes, samples[i].count);
        tool_expect_error(&file, &plainly, samples[i].status, samples[i].words);
        release(&file);
    }
    tool_bytes file = {0};
    tool_put(&file, "PAR1\0\0\0\0PARX", 12);
    const ali_open_options given = {.size_bytes = sizeof given, .format = "parquet"};
    tool_expect_error(&file, &(tool_reading){.open = &given}, ALI_ERR_CORRUPT,
                      "ends with \"PAR1\", this one with \"PARX\"");
    release(&file);
}

// A footer out of pieces: schema elements as given, no row groups.
static tool_bytes file_of_schema(const tool_bytes *elements, uint32_t count, int64_t rows) {
    tool_bytes footer = {0};
    tool_bytes file = {0};
    tool_list(&footer, 2, count);
    tool_put(&footer, elements->data, elements->count);
    tool_number(&footer, 3, rows);
    tool_list(&footer, 4, 0);
    tool_stop(&footer);
    tool_put(&file, "PAR1", 4);
    tool_put(&file, footer.data, footer.count);
    tool_put_u32(&file, (uint32_t)footer.count);
    tool_put(&file, "PAR1", 4);
    release(&footer);
    return file;
}

typedef struct element {
    int32_t type; // TOOL_NONE
    int32_t repetition;
    int32_t children;
    const char *name;
    int32_t length;
} element;

// --- logical types -------------------------------------------------------------------------------

// The schema of one column, spelled: its type, and what scanning it says ("" if it can be read).
static void expect_type(const tool_bytes *logical, int32_t type, int32_t length,
                        const char *spelled) {
    tool_bytes elements = {0};
    tool_string(&elements, 4, "root");
    tool_number(&elements, 5, 1);
    tool_stop(&elements);
    tool_number(&elements, 1, type);
    if (length != 0) tool_number(&elements, 2, length);
    tool_number(&elements, 3, 0);
    tool_string(&elements, 4, "a");
    if (logical->count != 0) {
        tool_wire(&elements, 10, 12);
        tool_put(&elements, logical->data, logical->count);
        tool_stop(&elements);
    }
    tool_stop(&elements);
    tool_bytes file = file_of_schema(&elements, 2, 0);
    ali_context *ctx = NULL;
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    tool_result result = {0};
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    assert_int_equal(tool_open(&result, ctx, &file, &plainly, &dataset), ALI_OK);
    ali_dataset_info info = {.size_bytes = sizeof info};
    ali_field_info field = {.size_bytes = sizeof field};
    assert_int_equal(ali_dataset_describe(dataset, &info), ALI_OK);
    assert_int_equal(ali_field_describe(info.schema, 0, &field), ALI_OK);
    char text[600];
    const size_t count = ali_type_spell(field.type, text, sizeof text);
    if (ali_scan_start(dataset, NULL, &task) == ALI_OK) {
        (void)tool_drive(&result, ctx, task, &file, &plainly);
    } else {
        (void)snprintf(text + count, sizeof text - count, ": %s", ali_context_error(ctx)->sentence);
    }
    assert_string_equal(text, spelled);
    ali_task_free(task);
    ali_dataset_release(dataset);
    ali_context_free(ctx);
    release(&file);
    release(&elements);
}

// A member of the LogicalType union that has no fields of its own.
static tool_bytes empty_member(uint32_t id) {
    tool_bytes logical = {0};
    tool_wire(&logical, id, 12);
    tool_stop(&logical);
    return logical;
}

static tool_bytes time_member(uint32_t id, bool is_utc, uint32_t unit) {
    tool_bytes logical = {0};
    tool_wire(&logical, id, 12);
    tool_wire(&logical, 1, is_utc ? 1 : 2);
    tool_wire(&logical, 2, 12);
    if (unit != 0) {
        tool_wire(&logical, unit, 12);
        tool_stop(&logical);
    }
    tool_stop(&logical);
    tool_stop(&logical);
    return logical;
}

static void logical_types_without_parameters_give_their_types(void **state) {
    static const struct {
        uint32_t id;
        int32_t type;
        int32_t length;
        const char *spelled;
    } samples[] = {
        {1, ALI_PARQUET_BYTE_ARRAY, 0, "utf8"},
        {4, ALI_PARQUET_BYTE_ARRAY, 0, "utf8"},
        {12, ALI_PARQUET_BYTE_ARRAY, 0, "json"},
        {13, ALI_PARQUET_BYTE_ARRAY, 0, "binary"},
        {6, ALI_PARQUET_INT32, 0, "date32"},
        {99, ALI_PARQUET_BYTE_ARRAY, 0, "binary"}, // unknown: ignored
        {11, ALI_PARQUET_INT32, 0, "null"},
        {14, ALI_PARQUET_FIXED_LEN_BYTE_ARRAY, 16, "uuid"},
        {15, ALI_PARQUET_FIXED_LEN_BYTE_ARRAY, 2, "float16"},
        {17, ALI_PARQUET_BYTE_ARRAY, 0, "wkb"},
        {18, ALI_PARQUET_BYTE_ARRAY, 0, "wkb"},
        {14, ALI_PARQUET_FIXED_LEN_BYTE_ARRAY, 15,
         "fixed_binary(15): logical type UUID does not go with type FIXED_LEN_BYTE_ARRAY (column "
         "\"a\")"},
        {6, ALI_PARQUET_INT64, 0,
         "int64: logical type DATE does not go with type INT64 (column \"a\")"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes logical = empty_member(samples[i].id);
        expect_type(&logical, samples[i].type, samples[i].length, samples[i].spelled);
        release(&logical);
    }
}

// The metadata of a column of geometry or geography: its coordinate reference system and how its
// edges are drawn.
static void geometry_keeps_its_parameters_as_metadata(void **state) {
    static const struct {
        uint32_t id;
        const char *crs;
        int32_t algorithm;
        const char *metadata;
    } samples[] = {
        {17, NULL, -1, "{\"crs\":\"OGC:CRS84\"}"},
        {17, "srid:4326", -1, "{\"crs\":\"srid:4326\"}"},
        {17, "a \"b\" \\", -1, "{\"crs\":\"a \\\"b\\\" \\\\\"}"},
        {18, NULL, -1, "{\"crs\":\"OGC:CRS84\",\"edges\":\"spherical\"}"},
        {18, "x", 4, "{\"crs\":\"x\",\"edges\":\"karney\"}"},
        {18, "x", 5, "{\"crs\":\"x\"}"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes elements = {0};
        tool_string(&elements, 4, "root");
        tool_number(&elements, 5, 1);
        tool_stop(&elements);
        tool_number(&elements, 1, ALI_PARQUET_BYTE_ARRAY);
        tool_number(&elements, 3, 0);
        tool_string(&elements, 4, "a");
        tool_wire(&elements, 10, 12);
        tool_wire(&elements, samples[i].id, 12);
        if (samples[i].crs != NULL) tool_string(&elements, 1, samples[i].crs);
        if (samples[i].algorithm >= 0) tool_number(&elements, 2, samples[i].algorithm);
        tool_stop(&elements);
        tool_stop(&elements);
        tool_stop(&elements);
        tool_bytes file = file_of_schema(&elements, 2, 0);
        ali_context *ctx = NULL;
        ali_dataset *dataset = NULL;
        tool_result result = {0};
        assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
        assert_int_equal(tool_open(&result, ctx, &file, &plainly, &dataset), ALI_OK);
        ali_dataset_info info = {.size_bytes = sizeof info};
        ali_field_info field = {.size_bytes = sizeof field};
        assert_int_equal(ali_dataset_describe(dataset, &info), ALI_OK);
        assert_int_equal(ali_field_describe(info.schema, 0, &field), ALI_OK);
        assert_int_equal(field.metadata_count, 2);
        assert_string_equal(field.metadata[0].key, "ARROW:extension:name");
        assert_string_equal(field.metadata[0].value, "geoarrow.wkb");
        assert_string_equal(field.metadata[1].key, "ARROW:extension:metadata");
        assert_string_equal(field.metadata[1].value, samples[i].metadata);
        assert_int_equal(field.metadata[1].value_bytes, strlen(samples[i].metadata));
        ali_dataset_release(dataset);
        ali_context_free(ctx);
        release(&file);
        release(&elements);
    }
}

static void logical_times_have_their_units_and_zones(void **state) {
    static const struct {
        uint32_t id;
        bool is_utc;
        uint32_t unit;
        int32_t type;
        const char *spelled;
    } samples[] = {
        {7, false, 1, ALI_PARQUET_INT32, "time32[ms]"},
        {7, true, 2, ALI_PARQUET_INT64, "time64[us]"},
        {7, true, 3, ALI_PARQUET_INT64, "time64[ns]"},
        {7, true, 1, ALI_PARQUET_INT64,
         "int64: logical type TIME does not go with type INT64 (column \"a\")"},
        {8, false, 1, ALI_PARQUET_INT64, "timestamp[ms]"},
        {8, true, 2, ALI_PARQUET_INT64, "timestamp[us, UTC]"},
        {8, true, 3, ALI_PARQUET_INT64, "timestamp[ns, UTC]"},
        {8, true, 0, ALI_PARQUET_INT64,
         "int64: logical type TIMESTAMP is not supported (column \"a\")"},
        {7, true, 0, ALI_PARQUET_INT64, "int64: logical type TIME is not supported (column \"a\")"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes logical = time_member(samples[i].id, samples[i].is_utc, samples[i].unit);
        expect_type(&logical, samples[i].type, 0, samples[i].spelled);
        release(&logical);
    }
}

static void logical_integers_have_their_widths(void **state) {
    static const struct {
        int32_t bits;
        bool is_signed;
        int32_t type;
        const char *spelled;
    } samples[] = {
        {8, true, ALI_PARQUET_INT32, "int8"},
        {16, true, ALI_PARQUET_INT32, "int16"},
        {32, false, ALI_PARQUET_INT32, "uint32"},
        {64, false, ALI_PARQUET_INT64, "uint64"},
        {64, true, ALI_PARQUET_INT32,
         "int32: logical type INTEGER does not go with type INT32 (column \"a\")"},
        {7, true, ALI_PARQUET_INT32,
         "int32: logical type INTEGER does not go with type INT32 (column \"a\")"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes logical = {0};
        tool_wire(&logical, 10, 12);
        tool_number(&logical, 1, samples[i].bits);
        tool_wire(&logical, 2, samples[i].is_signed ? 1 : 2);
        tool_stop(&logical);
        expect_type(&logical, samples[i].type, 0, samples[i].spelled);
        release(&logical);
    }
}

static void decimals_have_the_bits_of_their_precision(void **state) {
    static const struct {
        int32_t precision;
        int32_t scale;
        int32_t type;
        const char *spelled;
    } samples[] = {
        {10, 2, ALI_PARQUET_INT64, "decimal128(10, 2)"},
        {1, 0, ALI_PARQUET_INT32, "decimal128(1, 0)"},
        {38, 38, ALI_PARQUET_BYTE_ARRAY, "decimal128(38, 38)"},
        {39, 0, ALI_PARQUET_BYTE_ARRAY, "decimal256(39, 0)"},
        {76, 3, ALI_PARQUET_FIXED_LEN_BYTE_ARRAY, "decimal256(76, 3)"},
        {77, 0, ALI_PARQUET_BYTE_ARRAY,
         "decimal256(77, 0): logical type DECIMAL is not supported (column \"a\")"},
        {0, 0, ALI_PARQUET_INT32,
         "int32: logical type DECIMAL does not go with type INT32 (column \"a\")"},
        {2, 3, ALI_PARQUET_INT32,
         "int32: logical type DECIMAL does not go with type INT32 (column \"a\")"},
        {2, -1, ALI_PARQUET_INT32,
         "int32: logical type DECIMAL does not go with type INT32 (column \"a\")"},
        {2, 0, ALI_PARQUET_DOUBLE,
         "float64: logical type DECIMAL does not go with type DOUBLE (column \"a\")"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes logical = {0};
        tool_wire(&logical, 5, 12);
        tool_number(&logical, 1, samples[i].scale);
        tool_number(&logical, 2, samples[i].precision);
        tool_stop(&logical);
        expect_type(&logical, samples[i].type, 5, samples[i].spelled);
        release(&logical);
    }
}

static void schemas_that_cannot_be_are_refused(void **state) {
    static const struct {
        element elements[3];
        uint32_t count;
        int64_t rows;
        const char *words;
    } samples[] = {
        {{{0}}, 0, 0, "the schema is empty"},
        {{{-1, 0, 2, "root", 0}, {1, 0, 0, "a", 0}}, 2, 0, "root has 2 children"},
        {{{-1, 0, -3, "root", 0}, {1, 0, 0, "a", 0}}, 2, 0, "root has -3 children"},
        {{{-1, 0, 0, "root", 0}, {1, 0, 0, "a", 0}}, 2, 0, "only 1 belong to it"},
        {{{-1, 0, 1, "root", 0}, {-1, 0, 5, "a", 0}, {1, 0, 0, "b", 0}},
         3,
         0,
         "4 more are announced"},
        {{{-1, 0, 1, "root", 0}, {9, 0, 0, "a", 0}}, 2, 0, "unknown type 9"},
        {{{-1, 0, 1, "root", 0}, {1, 7, 0, "a", 0}}, 2, 0, "unknown repetition 7"},
        {{{-1, 0, 1, "root", 0}, {1, 0, 1, "a", 0}}, 2, 0, "has 1 children"},
        {{{-1, 0, 1, "root", 0}, {1, 0, 0, "\xFF", 0}}, 2, 0, "is not UTF-8"},
        {{{-1, 0, 1, "root", 0}, {7, 0, 0, "a", -4}}, 2, 0, "the type length -4"},
        {{{-1, 0, 1, "root", 0}, {1, 0, 0, "a", 0}},
         2,
         5,
         "claims 5 rows, but its row groups have 0"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes elements = {0};
        for (uint32_t k = 0; k < samples[i].count; k += 1) {
            const element *at = &samples[i].elements[k];
            if (at->type != TOOL_NONE) tool_number(&elements, 1, at->type);
            if (at->length != 0) tool_number(&elements, 2, at->length);
            tool_number(&elements, 3, at->repetition);
            tool_string(&elements, 4, at->name);
            if (at->children != 0) tool_number(&elements, 5, at->children);
            tool_stop(&elements);
        }
        tool_bytes file = file_of_schema(&elements, samples[i].count, samples[i].rows);
        tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT, samples[i].words);
        release(&file);
        release(&elements);
    }
}

static void wide_footers_are_taken_in_steps(void **state) {
    enum { COLUMNS = 40000, GROUPS = 4 };
    tool_bytes none = {0};
    tool_column *columns = calloc(COLUMNS, sizeof *columns);
    for (uint32_t i = 0; i < COLUMNS; i += 1) {
        columns[i] = column_of("c", ALI_PARQUET_INT64, 0, 0, &none);
    }
    tool_bytes file = tool_file(columns, COLUMNS, 0, GROUPS);
    const uint64_t pieces = file.count / (256 << 10); // that are parsed
    tool_result result = tool_read(&file, &plainly);
    assert_int_equal(result.status, ALI_OK);
    assert_true(result.steps >= pieces + COLUMNS / 8192 + GROUPS * COLUMNS / 65536);
    release(&result.rows);
    release(&file);
    free(columns);
}

// A chain of groups inside one another, `depth` of them, around a leaf, and a second column.
static tool_bytes file_of_depth(uint32_t depth) {
    tool_bytes elements = {0};
    for (uint32_t i = 0; i <= depth; i += 1) {
        tool_string(&elements, 4, "g");
        tool_number(&elements, 5, i == 0 ? 2 : 1);
        tool_stop(&elements);
    }
    for (uint32_t i = 0; i < 2; i += 1) {
        tool_number(&elements, 1, ALI_PARQUET_INT64);
        tool_string(&elements, 4, i == 0 ? "leaf" : "b");
        tool_stop(&elements);
    }
    tool_bytes file = file_of_schema(&elements, depth + 3, 0);
    release(&elements);
    return file;
}

static void schemas_may_be_as_deep_as_the_limit(void **state) {
    static const struct {
        uint32_t limit;
        uint32_t depth;
        const char *words; // NULL: is opened
    } samples[] = {
        {0, 0, NULL},
        {0, 64, NULL},
        {3, 3, NULL},
        {0, 65, "more than 64 groups inside one another, the limit depth_max"},
        {3, 4, "more than 3 groups inside one another"},
        {0, 5000, "more than 64 groups"},
    };
    const char *none[] = {"b"};
    const ali_scan_options scan = {.size_bytes = sizeof scan, .columns = none, .columns_count = 1};
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes file = file_of_depth(samples[i].depth);
        const ali_limits limits = {.size_bytes = sizeof limits, .depth_max = samples[i].limit};
        const tool_reading how = {.limits = &limits, .scan = &scan};
        if (samples[i].words == NULL) {
            tool_expect_rows(&file, &how, "");
        } else {
            tool_expect_error(&file, &how, ALI_ERR_LIMIT, samples[i].words);
        }
        release(&file);
    }
}

static void limits_on_footers_and_columns_hold(void **state) {
    tool_bytes nothing = {0};
    tool_column columns[40];
    for (uint32_t i = 0; i < 40; i += 1) {
        columns[i] =
            column_of("a column with a name of some length", ALI_PARQUET_INT64, 0, 0, &nothing);
    }
    tool_bytes file = tool_file(columns, 40, 0, 0);
    const ali_limits few = {.size_bytes = sizeof few, .columns_max = 39};
    const ali_limits small = {.size_bytes = sizeof small, .footer_bytes_max = 1024};
    tool_expect_error(&file, &(tool_reading){.limits = &few}, ALI_ERR_LIMIT,
                      "40 columns, the limit columns_max is 39");
    tool_expect_error(&file, &(tool_reading){.limits = &small}, ALI_ERR_LIMIT,
                      "the limit footer_bytes_max is 1024");
    const ali_open_options short_tail = {.size_bytes = sizeof short_tail, .tail_bytes = 16};
    tool_result result = tool_read(&file, &(tool_reading){.open = &short_tail});
    assert_int_equal(result.status, ALI_OK);
    assert_int_equal(result.reads, 2); // the tail, then the rest of the footer
    assert_true(result.read_bytes <= file.count);
    release(&result.rows);
    release(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(footers_that_cannot_be_are_refused),
        cmocka_unit_test(logical_types_without_parameters_give_their_types),
        cmocka_unit_test(geometry_keeps_its_parameters_as_metadata),
        cmocka_unit_test(logical_times_have_their_units_and_zones),
        cmocka_unit_test(logical_integers_have_their_widths),
        cmocka_unit_test(decimals_have_the_bits_of_their_precision),
        cmocka_unit_test(schemas_that_cannot_be_are_refused),
        cmocka_unit_test(schemas_may_be_as_deep_as_the_limit),
        cmocka_unit_test(wide_footers_are_taken_in_steps),
        cmocka_unit_test(limits_on_footers_and_columns_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
