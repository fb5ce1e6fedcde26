// tests/unit/test_parquet_variant.c: shredded Variants put together again, as bytes.
#include "column_tools.h"
#include "format/parquet/variant.h"

// var: struct<metadata, value, typed_value: struct<a: {value, typed_value: int32},
// b: {value, typed_value: list<{value, typed_value: utf8}>}>>
enum {
    NODE_VAR,
    NODE_METADATA,
    NODE_VALUE,
    NODE_OBJECT,
    NODE_A,
    NODE_A_VALUE,
    NODE_A_TYPED,
    NODE_B,
    NODE_B_VALUE,
    NODE_B_LIST,
    NODE_ITEM,
    NODE_ITEM_VALUE,
    NODE_ITEM_TYPED,
    NODES_COUNT
};

static const struct {
    const char *name;
    uint32_t kind;
    uint32_t bits;
    uint32_t children;
} shape[NODES_COUNT] = {
    {"var", ALI_TYPE_STRUCT, 0, 3},       {"metadata", ALI_TYPE_BINARY, 0, 0},
    {"value", ALI_TYPE_BINARY, 0, 0},     {"typed_value", ALI_TYPE_STRUCT, 0, 2},
    {"a", ALI_TYPE_STRUCT, 0, 2},         {"value", ALI_TYPE_BINARY, 0, 0},
    {"typed_value", ALI_TYPE_INT, 32, 0}, {"b", ALI_TYPE_STRUCT, 0, 2},
    {"value", ALI_TYPE_BINARY, 0, 0},     {"typed_value", ALI_TYPE_LIST, 0, 1},
    {"item", ALI_TYPE_STRUCT, 0, 2},      {"value", ALI_TYPE_BINARY, 0, 0},
    {"typed_value", ALI_TYPE_UTF8, 0, 0},
};

static ali_schema *schema_of_shape(ali_context *ctx) {
    ali_field fields[NODES_COUNT];
    ali_type types[NODES_COUNT];
    ali_schema *schema = NULL;
    for (uint32_t i = 0; i < NODES_COUNT; i += 1) {
        types[i] = (ali_type){.kind = (uint8_t)shape[i].kind,
                              .bits = shape[i].bits,
                              .is_signed = 1,
                              .children_count = shape[i].children};
        fields[i] = tool_field(shape[i].name, &types[i]);
    }
    assert_int_equal(ali_schema_new(ctx, fields, NODES_COUNT, NULL, 0, &schema), ALI_OK);
    return schema;
}

// One row. Bytes are in hexadecimal; NULL is null.
typedef struct sample {
    const char *metadata;
    const char *value;
    bool has_object;
    const char *a_value;
    const char *a_number;
    const char *b_value;
    const char *items[3]; // of the list in b; "" is an item of which nothing is there
    uint32_t items_count; // UINT32_MAX: the list is null
    const char *made;     // what comes out
    const char *words;    // or what the error says
} sample;

#define NO_LIST UINT32_MAX
#define ABC "110300010203616263"

static const sample samples[] = {
    // Not shredded, missing, primitive.
    {ABC, "0c2a", false, NULL, NULL, NULL, {NULL}, NO_LIST, "0c2a", NULL},
    {ABC, NULL, false, NULL, NULL, NULL, {NULL}, NO_LIST, "00", NULL},
    // Objects.
    {ABC, NULL, true, NULL, "05000000", NULL, {NULL}, NO_LIST, "02010000051405000000", NULL},
    {ABC,
     NULL,
     true,
     "0c07",
     NULL,
     "00",
     {NULL},
     NO_LIST,
     "0202000100020"
     "30c0700",
     NULL},
    {ABC, NULL, true, NULL, NULL, NULL, {NULL}, NO_LIST, "020000", NULL},
    // Lists, with an item that is missing.
    {ABC, NULL, true, NULL, NULL, NULL, {"78", ""}, 2, "02010100080302000203057800", NULL},
    {ABC, NULL, true, NULL, NULL, NULL, {NULL}, 0, "0201010003030000", NULL},
    // Shredded in part: a field c beside.
    {ABC,
     "020102000104",
     true,
     NULL,
     "05000000",
     NULL,
     {NULL},
     NO_LIST,
     "0202000201000604"
     "1405000000",
     NULL},
    // The same with a count of four bytes, and with ids and offsets of two.
    {ABC,
     "42010000000200"
     "0104",
     true,
     NULL,
     "05000000",
     NULL,
     {NULL},
     NO_LIST,
     "0202000201000604"
     "1405000000",
     NULL},
    {ABC,
     "1601020000000100"
     "04",
     true,
     NULL,
     "05000000",
     NULL,
     {NULL},
     NO_LIST,
     "0202000201000604"
     "1405000000",
     NULL},
    // What contradicts itself.
    {ABC, "020102000504", true, NULL, NULL, NULL, {NULL}, NO_LIST, NULL, "is cut short"},
    {ABC,
     "0202000200010304"
     "04",
     true,
     NULL,
     NULL,
     NULL,
     {NULL},
     NO_LIST,
     NULL,
     "is cut short"},
    {ABC, "4201000000020001", true, NULL, NULL, NULL, {NULL}, NO_LIST, NULL, "is cut short"},
    {ABC,
     "020100000104",
     true,
     NULL,
     "05000000",
     NULL,
     {NULL},
     NO_LIST,
     NULL,
     "has both a value and a typed_value"},
    {ABC,
     "020100000104",
     true,
     NULL,
     NULL,
     NULL,
     {NULL},
     NO_LIST,
     NULL,
     "has both a value and a typed_value"},
    {ABC,
     "0c2a",
     true,
     NULL,
     "05000000",
     NULL,
     {NULL},
     NO_LIST,
     NULL,
     "has fields beside a value that is no object"},
    {ABC,
     NULL,
     true,
     "00",
     "05000000",
     NULL,
     {NULL},
     NO_LIST,
     NULL,
     "has both a value and a typed_value"},
    {ABC,
     "020109000104",
     true,
     NULL,
     NULL,
     NULL,
     {NULL},
     NO_LIST,
     NULL,
     "has a field that its metadata does not name"},
    {ABC, "02010200", true, NULL, NULL, NULL, {NULL}, NO_LIST, NULL, "is cut short"},
    {ABC, "020102090104", true, NULL, NULL, NULL, {NULL}, NO_LIST, NULL, "is cut short"},
    {ABC, "", false, NULL, NULL, NULL, {NULL}, NO_LIST, NULL, "is cut short"},
    {"1102000102"
     "6163",
     NULL,
     true,
     NULL,
     NULL,
     "00",
     {NULL},
     NO_LIST,
     NULL,
     "a field that its metadata does not name"},
    {"12000000", "00", false, NULL, NULL, NULL, {NULL}, NO_LIST, NULL, "an unknown version"},
    {"1109000102", "00", false, NULL, NULL, NULL, {NULL}, NO_LIST, NULL, "is cut short"},
    {"110100ff61", "00", false, NULL, NULL, NULL, {NULL}, NO_LIST, NULL, "is cut short"},
};

static size_t unhex(const char *text, uint8_t *bytes) {
    const size_t count = strlen(text) / 2;
    for (size_t i = 0; i < count; i += 1) {
        unsigned byte = 0;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &byte), 1);
        bytes[i] = (uint8_t)byte;
    }
    return count;
}

// Fills a column of binary with values in hexadecimal.
static void fill_bytes(ali_context *ctx, ali_column *column, const char *const *texts,
                       uint64_t count) {
    uint8_t bytes[200];
    int32_t offsets[4] = {0};
    char nulls[4] = {0};
    size_t used = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        if (texts[i] != NULL) used += unhex(texts[i], bytes + used);
        offsets[i + 1] = (int32_t)used;
        nulls[i] = texts[i] == NULL ? '.' : 'x';
    }
    column->length = count;
    column->offsets = tool_buf(ctx, offsets, (count + 1) * 4);
    column->data = tool_buf(ctx, bytes, used);
    tool_nulls(ctx, column, nulls);
}

static void fill_struct(ali_context *ctx, ali_column *column, uint64_t count, bool is_there) {
    column->length = count;
    if (!is_there && count == 1) tool_nulls(ctx, column, ".");
}

static void fill_columns(ali_context *ctx, ali_column *columns, const sample *at) {
    const char *items[3];
    const char *missing[3] = {NULL};
    const uint32_t count = at->items_count == NO_LIST ? 0 : at->items_count;
    const int32_t ends[] = {0, (int32_t)count};
    for (uint32_t i = 0; i < count; i += 1) items[i] = *at->items[i] == 0 ? NULL : at->items[i];
    fill_struct(ctx, &columns[NODE_VAR], 1, true);
    fill_bytes(ctx, &columns[NODE_METADATA], &at->metadata, 1);
    fill_bytes(ctx, &columns[NODE_VALUE], &at->value, 1);
    fill_struct(ctx, &columns[NODE_OBJECT], 1, at->has_object);
    fill_struct(ctx, &columns[NODE_A], 1, true);
    fill_bytes(ctx, &columns[NODE_A_VALUE], &at->a_value, 1);
    uint8_t number[4] = {0};
    if (at->a_number != NULL) (void)unhex(at->a_number, number);
    columns[NODE_A_TYPED].length = 1;
    tool_values(ctx, &columns[NODE_A_TYPED], number, sizeof number);
    tool_nulls(ctx, &columns[NODE_A_TYPED], at->a_number == NULL ? "." : "x");
    fill_struct(ctx, &columns[NODE_B], 1, true);
    fill_bytes(ctx, &columns[NODE_B_VALUE], &at->b_value, 1);
    columns[NODE_B_LIST].length = 1;
    columns[NODE_B_LIST].offsets = tool_buf(ctx, ends, sizeof ends);
    tool_nulls(ctx, &columns[NODE_B_LIST], at->items_count == NO_LIST ? "." : "x");
    fill_struct(ctx, &columns[NODE_ITEM], count, true);
    fill_bytes(ctx, &columns[NODE_ITEM_VALUE], missing, count);
    fill_bytes(ctx, &columns[NODE_ITEM_TYPED], items, count);
}

static void check_sample(ali_context *ctx, ali_variant *variant, ali_schema *schema,
                         const sample *at) {
    ali_batch *batch = tool_batch(ctx, schema, 1);
    ali_column out = {.type = schema->nodes[NODE_VALUE].type};
    int64_t credit = 1000;
    ali_error_begin(ctx);
    fill_columns(ctx, batch->columns, at);
    assert_int_equal(ali_variant_start(variant, batch->columns, &out), ALI_OK);
    const ali_status status = ali_variant_step(variant, &credit);
    if (at->made == NULL) {
        assert_int_equal(status, ALI_ERR_CORRUPT);
        assert_non_null(strstr(ali_context_error(ctx)->sentence, at->words));
    } else {
        uint8_t made[100];
        const size_t count = unhex(at->made, made);
        assert_int_equal(status, ALI_OK);
        assert_int_equal(out.data->size_bytes, count);
        assert_memory_equal(out.data->data, made, count);
        assert_int_equal(((const int32_t *)(const void *)out.offsets->data)[1], count);
    }
    ali_column_clear(&out);
    ali_batch_release(batch);
}

static void shredded_values_are_put_together(void **state) {
    (void)state;
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = schema_of_shape(ctx);
    ali_variant variant;
    assert_int_equal(ali_variant_begin(ctx, schema, NODE_VAR, &variant), ALI_OK);
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        check_sample(ctx, &variant, schema, &samples[i]);
    }
    ali_variant_clear(&variant);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

// Types that no Variant has, and groups that are none.
static void other_types_are_refused(void **state) {
    (void)state;
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    static const ali_type types[] = {
        TOOL_INT(32, 0),
        TOOL_INT(64, 0),
        TOOL_FLOAT(16),
        {.kind = ALI_TYPE_FIXED_BINARY, .bits = 32},
        {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MILLI},
        {.kind = ALI_TYPE_DECIMAL, .bits = 256, .precision = 50}};
    for (uint32_t i = 0; i < ALI_COUNT_OF(types); i += 1) {
        ali_error_begin(ctx);
        const ali_type group = {.kind = ALI_TYPE_STRUCT, .children_count = 2};
        const ali_type binary = TOOL_KIND(BINARY);
        const ali_field fields[] = {tool_field("var", &group), tool_field("metadata", &binary),
                                    tool_field("typed_value", &types[i])};
        ali_schema *schema = NULL;
        ali_variant variant;
        bool is_shredded = false;
        assert_int_equal(ali_schema_new(ctx, fields, 3, NULL, 0, &schema), ALI_OK);
        assert_true(ali_variant_is(schema->nodes, &is_shredded));
        assert_true(is_shredded);
        assert_int_equal(ali_variant_begin(ctx, schema, 0, &variant), ALI_ERR_UNSUPPORTED);
        assert_non_null(strstr(ali_context_error(ctx)->sentence, "is not supported"));
        ali_variant_clear(&variant);
        ali_schema_release(schema);
    }
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shredded_values_are_put_together),
        cmocka_unit_test(other_types_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
