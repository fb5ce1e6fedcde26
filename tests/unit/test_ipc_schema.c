// Types in Arrow IPC: each parameter that Arrow allows comes back, the next one is refused.
#include "ipc_tools.h"

typedef struct written {
    tool_counter counter;
    ali_context *ctx;
    ali_schema *schema;
    ali_dataset *dataset;
    char *bytes;
    bytes_of from;
} written;

static void write_types(written *of, const ali_type *types, uint32_t count) {
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    memset(of, 0, sizeof *of);
    of->ctx = tool_context(&of->counter);
    of->schema = tool_schema(of->ctx, types, count);
    assert_int_equal(ali_writer_new(of->ctx, "arrows", NULL, of->schema, &writer), ALI_OK);
    assert_int_equal(ali_writer_finish(writer), ALI_OK);
    of->from.count = ali_writer_pending(writer, &bytes);
    of->from.tail_bytes = 65536;
    of->from.bytes = of->bytes = malloc(of->from.count);
    memcpy(of->bytes, bytes, of->from.count);
    ali_writer_free(writer);
}

// Opens what was written: "" and a data set, or what is wrong.
static const char *open_types(written *of) {
    static reading read;
    memset(&read, 0, sizeof read);
    const ali_status status = open_bytes(&read, of->ctx, &of->from, &of->dataset);
    assert_true(status == ALI_OK || status == ALI_ERR_CORRUPT);
    return read.sentence;
}

static const ali_schema *schema_of(const written *of) {
    ali_dataset_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_dataset_describe(of->dataset, &info), ALI_OK);
    return info.schema;
}

static void close_types(written *of) {
    ali_dataset_release(of->dataset);
    ali_schema_release(of->schema);
    ali_context_free(of->ctx);
    free(of->bytes);
    assert_int_equal(of->counter.bytes, 0);
}

#define DECIMAL(width, digits, power)                                                              \
    {.kind = ALI_TYPE_DECIMAL, .bits = (width), .precision = (digits), .scale = (power)}
#define TIMED(name, width, of_unit) {.kind = ALI_TYPE_##name, .bits = (width), .unit = (of_unit)}
#define WIDE(name, width) {.kind = ALI_TYPE_##name, .bits = (width)}

static void parameters_that_arrow_allows_come_back(void **state) {
    static const ali_type types[] = {
        TOOL_INT(8, 1),
        TOOL_INT(16, 0),
        TOOL_INT(32, 1),
        TOOL_INT(64, 0),
        TOOL_FLOAT(16),
        TOOL_FLOAT(32),
        TOOL_FLOAT(64),
        TOOL_BOOL,
        DECIMAL(32, 9, 0),
        DECIMAL(32, 1, 1),
        DECIMAL(64, 18, -4),
        DECIMAL(128, 38, 38),
        DECIMAL(256, 76, 5),
        TIMED(DATE, 32, ALI_UNIT_DAY),
        TIMED(DATE, 64, ALI_UNIT_MILLI),
        TIMED(TIME, 32, ALI_UNIT_SECOND),
        TIMED(TIME, 32, ALI_UNIT_MILLI),
        TIMED(TIME, 64, ALI_UNIT_MICRO),
        TIMED(TIME, 64, ALI_UNIT_NANO),
        TIMED(TIMESTAMP, 64, ALI_UNIT_SECOND),
        TIMED(TIMESTAMP, 64, ALI_UNIT_NANO),
        TIMED(DURATION, 64, ALI_UNIT_MILLI),
        TIMED(DURATION, 64, ALI_UNIT_NANO),
        WIDE(INTERVAL, 32),
        WIDE(INTERVAL, 64),
        WIDE(INTERVAL, 128),
        WIDE(FIXED_BINARY, 0),
        WIDE(FIXED_BINARY, 24),
        WIDE(FIXED_BINARY, 0x80000000u),
        {.kind = ALI_TYPE_UTF8, .index_bits = 8, .index_is_signed = 1},
        {.kind = ALI_TYPE_UTF8, .index_bits = 16, .flags = ALI_TYPE_IS_ORDERED},
        {.kind = ALI_TYPE_INT, .bits = 32, .index_bits = 32, .index_is_signed = 1},
        {.kind = ALI_TYPE_BINARY, .index_bits = 64},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(types); i += 1) {
        written of;
        write_types(&of, &types[i], 1);
        assert_string_equal(open_types(&of), "");
        const ali_type *found = schema_of(&of)->nodes[0].type;
        assert_true(ali_schema_is_same(schema_of(&of), of.schema));
        assert_int_equal(found->kind, types[i].kind);
        assert_int_equal(found->bits, types[i].bits);
        assert_int_equal(found->unit, types[i].unit);
        assert_int_equal(found->flags, types[i].flags);
        assert_int_equal(found->is_signed, types[i].is_signed);
        assert_int_equal(found->index_bits, types[i].index_bits);
        assert_int_equal(found->index_is_signed, types[i].index_is_signed);
        close_types(&of);
    }
}

static void parameters_that_arrow_does_not_allow_are_refused(void **state) {
    static const struct {
        ali_type type;
        const char *number;
    } cases[] = {
        {TOOL_INT(24, 1), "24"},
        {TOOL_INT(128, 1), "128"},
        {TOOL_INT(0, 0), "0"},
        {DECIMAL(32, 10, 0), "32"},
        {DECIMAL(64, 19, 0), "64"},
        {DECIMAL(128, 39, 0), "128"},
        {DECIMAL(256, 77, 0), "256"},
        {DECIMAL(128, 0, 0), "128"},
        {DECIMAL(16, 4, 0), "16"},
        {DECIMAL(96, 4, 0), "96"},
        {TIMED(TIME, 64, ALI_UNIT_SECOND), "0"},
        {TIMED(TIME, 64, ALI_UNIT_MILLI), "1"},
        {TIMED(TIME, 32, ALI_UNIT_MICRO), "2"},
        {TIMED(TIME, 32, ALI_UNIT_NANO), "3"},
        {TIMED(TIMESTAMP, 64, ALI_UNIT_NANO + 1), "4"},
        {TIMED(DURATION, 64, ALI_UNIT_NANO + 1), "4"},
        {WIDE(FIXED_BINARY, 0x80000008u), "268435457"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        char expected[128];
        written of;
        snprintf(expected, sizeof expected,
                 "column \"a\" has a type with a parameter that Arrow does not allow: %s",
                 cases[i].number);
        write_types(&of, &cases[i].type, 1);
        assert_string_equal(open_types(&of), expected);
        assert_null(of.dataset);
        close_types(&of);
    }
}

// --- unions --------------------------------------------------------------------------------------

static void write_union(written *of, const int8_t ids[2]) {
    const ali_type types[] = {
        {.kind = ALI_TYPE_UNION, .children_count = 2, .type_ids = ids, .flags = ALI_TYPE_IS_DENSE},
        TOOL_INT(32, 1),
        TOOL_KIND(UTF8),
    };
    write_types(of, types, 3);
}

static void ids_of_unions_are_one_for_each_child(void **state) {
    static const struct {
        int8_t ids[2];
        const char *sentence;
    } cases[] = {
        {{0, 1}, ""},
        {{1, 0}, ""},
        {{127, 5}, ""},
        {{7, 7}, "column \"a\" has a union with an id that is taken or below 0: 7"},
        {{0, 0}, "column \"a\" has a union with an id that is taken or below 0: 0"},
        {{0, -1}, "column \"a\" has a union with an id that is taken or below 0: -1"},
        {{-128, 0}, "column \"a\" has a union with an id that is taken or below 0: -128"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        written of;
        write_union(&of, cases[i].ids);
        assert_string_equal(open_types(&of), cases[i].sentence);
        if (cases[i].sentence[0] == 0) {
            const ali_type *found = schema_of(&of)->nodes[0].type;
            assert_memory_equal(found->type_ids, cases[i].ids, 2);
            assert_int_equal(found->flags, ALI_TYPE_IS_DENSE);
        }
        close_types(&of);
    }
}

// Where the ids of [7, 5] stand in a schema: their count, and each.
static uint8_t *find_ids(const written *of) {
    static const uint8_t vector[] = {2, 0, 0, 0, 7, 0, 0, 0, 5, 0, 0, 0};
    for (uint64_t i = 0; i + sizeof vector <= of->from.count; i += 1) {
        if (memcmp(of->bytes + i, vector, sizeof vector) == 0) return (uint8_t *)of->bytes + i;
    }
    fail_msg("the ids are not there");
    return NULL;
}

static void ids_of_unions_that_lie_are_refused(void **state) {
    static const int8_t ids[] = {7, 5};
    static const struct {
        uint32_t at;
        uint8_t byte;
        const char *sentence;
    } cases[] = {
        {0, 1, "column \"a\" has a union whose ids do not fit its children, of 2"},
        {0, 0, "column \"a\" has a union whose ids do not fit its children, of 2"},
        {4, 127, ""},
        {4, 128, "column \"a\" has a union with an id that is taken or below 0: 128"},
        {5, 1, "column \"a\" has a union with an id that is taken or below 0: 263"},
        {8, 7, "column \"a\" has a union with an id that is taken or below 0: 7"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        written of;
        write_union(&of, ids);
        find_ids(&of)[cases[i].at] = cases[i].byte;
        assert_string_equal(open_types(&of), cases[i].sentence);
        close_types(&of);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_that_arrow_allows_come_back),
        cmocka_unit_test(parameters_that_arrow_does_not_allow_are_refused),
        cmocka_unit_test(ids_of_unions_are_one_for_each_child),
        cmocka_unit_test(ids_of_unions_that_lie_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
