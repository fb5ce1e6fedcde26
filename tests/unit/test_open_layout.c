// How files store their rows, as the public interface tells it: bounds as values, indexes out of
// range, many files, summaries, and every allocation failing.
#include "alimentar/host.h"
#include "parquet_tools.h"

#define WEATHER "examples/dashboard/data/nyc-weather-2013.parquet"
#define VECTORS "tests/vectors/files/"
#define DECIMALS VECTORS "parquet-duckdb/decimals.parquet"
#define JAVA VECTORS "parquet-misc/arrow-testing/data/parquet/alltypes-java.parquet"
#define ARROW VECTORS "arrow-integration/0.14.1/generated_primitive.arrow_file"
#define STREAM VECTORS "arrow-integration/0.14.1/generated_primitive.stream"

typedef struct opened {
    ali_host *host;
    ali_dataset *dataset;
    ali_layout *layout;
} opened;

static ali_status open_with(const ali_host_options *options, const char *const *paths,
                            uint32_t count, opened *test) {
    ali_task *task = NULL;
    *test = (opened){0};
    ali_status status = ali_host_new(options, &test->host);
    if (status < 0) return status;
    status = ali_host_open_many(test->host, paths, count, NULL, &test->dataset);
    if (status < 0) return status;
    status = ali_layout_start(test->dataset, &task);
    if (status < 0) return status;
    assert_null(ali_task_take_layout(task));
    status = ali_host_drive(test->host, task);
    if (status == ALI_OK) test->layout = ali_task_take_layout(task);
    if (status == ALI_OK) assert_null(ali_task_take_layout(task));
    ali_task_free(task);
    return status;
}

static opened open_one(const char *path) {
    opened test;
    assert_int_equal(open_with(NULL, &path, 1, &test), ALI_OK);
    assert_non_null(test.layout);
    return test;
}

static void end(opened *test) {
    ali_layout_free(test->layout);
    ali_dataset_release(test->dataset);
    ali_host_free(test->host);
}

static void chunks_have_the_rows_of_the_file(void **state) {
    (void)state;
    opened test = open_one(WEATHER);
    ali_dataset_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_dataset_describe(test.dataset, &info), ALI_OK);
    assert_int_equal(ali_layout_groups(test.layout), info.row_groups);
    uint64_t rows = 0;
    for (uint64_t i = 0; i < info.row_groups; i += 1) {
        ali_group_info group = {.size_bytes = sizeof group};
        uint64_t bytes = 0;
        assert_int_equal(ali_layout_group(test.layout, i, &group), ALI_OK);
        assert_int_equal(group.chunks_count, ali_schema_count(info.schema));
        assert_memory_equal(group.path, WEATHER, group.path_bytes);
        for (uint32_t k = 0; k < group.chunks_count; k += 1) {
            ali_chunk_info chunk = {.size_bytes = sizeof chunk};
            assert_int_equal(ali_layout_chunk(test.layout, i, k, &chunk), ALI_OK);
            assert_int_equal(chunk.values, group.rows);
            assert_true(chunk.offset_bytes >= group.offset_bytes);
            assert_true(chunk.offset_bytes + chunk.bytes <= info.bytes);
            bytes += chunk.bytes;
        }
        assert_int_equal(bytes, group.bytes);
        rows += group.rows;
    }
    assert_int_equal(rows, info.rows);
    end(&test);
}

static void what_is_out_of_range_is_refused(void **state) {
    (void)state;
    opened test = open_one(DECIMALS);
    ali_group_info group = {.size_bytes = sizeof group};
    ali_chunk_info chunk = {.size_bytes = sizeof chunk};
    ali_batch *batch = NULL;
    assert_int_equal(ali_layout_groups(test.layout), 1);
    assert_int_equal(ali_layout_group(test.layout, 1, &group), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_layout_chunk(test.layout, 1, 0, &chunk), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_layout_chunk(test.layout, 0, 4, &chunk), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_layout_bounds(test.layout, 0, 4, &batch), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_layout_bounds(test.layout, 0, 0, NULL), ALI_ERR_ARGUMENT);
    group.size_bytes -= 1;
    chunk.size_bytes -= 1;
    assert_int_equal(ali_layout_group(test.layout, 0, &group), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_layout_chunk(test.layout, 0, 0, &chunk), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_layout_start(NULL, NULL), ALI_ERR_ARGUMENT);
    assert_null(ali_encoding_name(1));
    assert_null(ali_encoding_name(UINT32_MAX));
    assert_string_equal(ali_encoding_name(8), "RLE_DICTIONARY");
    ali_layout_free(NULL);
    end(&test);
}

// The bounds of a chunk as JSON.
static void spell_bounds(const opened *test, uint32_t index, char text[200]) {
    ali_batch *batch = NULL;
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    assert_int_equal(ali_layout_bounds(test->layout, 0, index, &batch), ALI_OK);
    ali_schema *schema = (ali_schema *)ali_batch_schema(batch);
    assert_int_equal(ali_writer_new(ali_host_context(test->host), "jsonl", NULL, schema, &writer),
                     ALI_OK);
    assert_int_equal(ali_writer_put(writer, batch), ALI_OK);
    const uint64_t count = ali_writer_pending(writer, &bytes);
    assert_true(count > 0 && count < 200);
    memcpy(text, bytes, (size_t)count - 1);
    text[count - 1] = '\0';
    ali_writer_free(writer);
    ali_batch_release(batch);
}

static void bounds_are_values_of_the_column_s_type(void **state) {
    (void)state;
    static const struct {
        const char *file;
        const char *column;
        const char *bounds;
    } cases[] = {
        {JAVA, "bool", "{\"min\":true,\"max\":true}"},
        {JAVA, "int8", "{\"min\":1,\"max\":1}"},
        {JAVA, "uint64", "{\"min\":1,\"max\":1}"},
        {JAVA, "float16", "{\"min\":32.875,\"max\":32.875}"},
        {JAVA, "utf8", "{\"min\":\"a\",\"max\":\"a\"}"},
        {JAVA, "binary", "{\"min\":\"01\",\"max\":\"01\"}"},
        {JAVA, "fixed_size_binary", "{\"min\":\"01\",\"max\":\"01\"}"},
        {JAVA, "date_ms", "{\"min\":\"1970-01-01\",\"max\":\"1970-01-01\"}"},
        {JAVA, "decimal256", "{\"min\":\"0.00\",\"max\":\"0.00\"}"},
        {JAVA, "null", "{\"min\":null,\"max\":null}"},
        {JAVA, "list.list.element", "{\"min\":null,\"max\":null}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        opened test = open_one(cases[i].file);
        ali_chunk_info chunk = {.size_bytes = sizeof chunk};
        uint32_t at = 0;
        while (ali_layout_chunk(test.layout, 0, at, &chunk) == ALI_OK &&
               strcmp(chunk.path, cases[i].column) != 0) {
            at += 1;
        }
        assert_string_equal(chunk.path, cases[i].column);
        char text[200];
        spell_bounds(&test, at, text);
        assert_string_equal(text, cases[i].bounds);
        end(&test);
    }
}

static void groups_of_many_files_of_all_formats_follow_one_another(void **state) {
    (void)state;
    static const char *const paths[] = {ARROW, STREAM};
    static const uint64_t rows[] = {17, 20, 17, 20};
    opened test;
    assert_int_equal(open_with(NULL, paths, 2, &test), ALI_OK);
    assert_int_equal(ali_layout_groups(test.layout), 4);
    for (uint64_t i = 0; i < 4; i += 1) {
        ali_group_info group = {.size_bytes = sizeof group};
        ali_chunk_info chunk = {.size_bytes = sizeof chunk};
        assert_int_equal(ali_layout_group(test.layout, i, &group), ALI_OK);
        assert_int_equal(group.rows, rows[i]);
        assert_string_equal(group.codec, "none");
        assert_int_equal(group.path_bytes, strlen(paths[i / 2]));
        assert_memory_equal(group.path, paths[i / 2], group.path_bytes);
        assert_int_equal(ali_layout_chunk(test.layout, i, 0, &chunk), ALI_ERR_ARGUMENT);
    }
    end(&test);
}

// --- summaries -----------------------------------------------------------------------------------

static void put_bound(tool_bytes *to, uint32_t id, int64_t value) {
    tool_wire(to, id, 8);
    tool_put_varint(to, sizeof value);
    tool_put_i64(to, value);
}

// A row group of one chunk, which begins at `number` in its file: so many rows, nulls, and so on.
static void put_group(tool_bytes *to, const char *path, int64_t number) {
    tool_list(to, 1, 1);
    tool_string(to, 1, path);
    tool_number(to, 2, 0);
    tool_wire(to, 3, 12);
    tool_number(to, 1, ALI_PARQUET_INT64);
    tool_number(to, 4, 0);
    tool_number(to, 5, number);
    tool_number(to, 6, number);
    tool_number(to, 7, number);
    tool_number(to, 9, number);
    tool_wire(to, 12, 12);
    tool_number(to, 3, number);
    put_bound(to, 5, number);
    put_bound(to, 6, -number);
    tool_stop(to);
    tool_stop(to);
    tool_stop(to);
    tool_number(to, 2, 0);
    tool_number(to, 3, number);
    tool_stop(to);
}

#define GROUPS 60u
#define FIRST 100u // the number of the first

// A summary whose row groups lie in as many files, or all in one.
static tool_bytes summary_of(uint32_t files) {
    tool_bytes file = {0};
    tool_bytes footer = {0};
    const tool_column column = column_of("n", ALI_PARQUET_INT64, 1, 0, &file);
    tool_put(&file, "PAR1", 4);
    tool_number(&footer, 1, 1);
    tool_put_schema(&footer, &column, 1);
    tool_number(&footer, 3, GROUPS * FIRST + GROUPS * (GROUPS - 1) / 2);
    tool_list(&footer, 4, GROUPS);
    for (uint32_t i = 0; i < GROUPS; i += 1) {
        char path[8];
        (void)snprintf(path, sizeof path, "f%u", i % files);
        put_group(&footer, path, FIRST + i);
    }
    tool_stop(&footer);
    tool_put(&file, footer.data, footer.count);
    tool_put_u32(&file, (uint32_t)footer.count);
    tool_put(&file, "PAR1", 4);
    release(&footer);
    return file;
}

typedef struct summed {
    tool_counter counter;
    ali_context *ctx;
    ali_dataset *dataset;
    ali_layout *layout;
    uint64_t calls; // of the allocator, for the layout
} summed;

static void open_sum(const tool_bytes *file, summed *test) {
    const ali_object object = {.size_bytes = sizeof object,
                               .flags = ALI_OBJECT_SIBLINGS,
                               .object_bytes = ALI_UNKNOWN,
                               .path = "set/_metadata",
                               .path_bytes = 13};
    tool_result result = {0};
    ali_task *task = NULL;
    test->ctx = tool_context(&test->counter);
    assert_int_equal(ali_open_start(test->ctx, &object, NULL, &task), ALI_OK);
    assert_int_equal(tool_drive(&result, test->ctx, task, file, &plainly), ALI_OK);
    test->dataset = ali_task_take_dataset(task);
    ali_task_free(task);
}

static ali_status lay_out(summed *test, uint64_t failing) {
    tool_result result = {0};
    ali_task *task = NULL;
    const uint64_t before = test->counter.calls;
    test->counter.fail_at = failing != 0 ? before + failing : 0;
    ali_status status = ali_layout_start(test->dataset, &task);
    if (status == ALI_OK) status = tool_drive(&result, test->ctx, task, NULL, &plainly);
    if (status == ALI_OK) test->layout = ali_task_take_layout(task);
    ali_task_free(task);
    test->calls = test->counter.calls - before;
    test->counter.fail_at = 0;
    return status;
}

static void end_sum(summed *test) {
    ali_layout_free(test->layout);
    ali_dataset_release(test->dataset);
    ali_context_free(test->ctx);
    assert_int_equal(test->counter.bytes, 0);
}

static void expect_group(const summed *test, uint32_t index, uint32_t files) {
    const int64_t number = FIRST + index;
    ali_group_info group = {.size_bytes = sizeof group};
    ali_chunk_info chunk = {.size_bytes = sizeof chunk};
    ali_batch *batch = NULL;
    tool_result bounds = {0};
    char expected[40];
    assert_int_equal(ali_layout_group(test->layout, index, &group), ALI_OK);
    (void)snprintf(expected, sizeof expected, "set/f%u", index % files);
    assert_int_equal(group.path_bytes, strlen(expected));
    assert_memory_equal(group.path, expected, group.path_bytes);
    assert_int_equal(group.rows, number);
    assert_int_equal(group.bytes, number);
    assert_int_equal(group.offset_bytes, number);
    assert_int_equal(ali_layout_chunk(test->layout, index, 0, &chunk), ALI_OK);
    assert_int_equal(chunk.values, number);
    assert_int_equal(chunk.nulls, number);
    assert_int_equal(ali_layout_bounds(test->layout, index, 0, &batch), ALI_OK);
    tool_print_batch(&bounds, test->ctx, batch, &plainly);
    (void)snprintf(expected, sizeof expected, "%" PRId64 ",%" PRId64 ";/", -number, number);
    assert_int_equal(bounds.rows.count, strlen(expected));
    assert_memory_equal(bounds.rows.data, expected, bounds.rows.count);
    release(&bounds.rows);
}

static void footer_of_a_summary_is_read_once_for_all_its_files(void **state) {
    (void)state;
    uint64_t calls[2];
    for (uint32_t i = 0; i < 2; i += 1) {
        const uint32_t files = i == 0 ? 1 : GROUPS;
        summed test = {0};
        tool_bytes file = summary_of(files);
        open_sum(&file, &test);
        assert_int_equal(lay_out(&test, 0), ALI_OK);
        assert_int_equal(ali_layout_groups(test.layout), GROUPS);
        for (uint32_t k = 0; k < GROUPS; k += 1) expect_group(&test, k, files);
        calls[i] = test.calls;
        end_sum(&test);
        release(&file);
    }
    assert_int_equal(calls[0], calls[1]);
}

static void every_allocation_for_a_summary_may_fail(void **state) {
    (void)state;
    summed test = {0};
    tool_bytes file = summary_of(GROUPS);
    uint64_t failing = 0;
    ali_status status = ALI_ERR_MEMORY;
    open_sum(&file, &test);
    const int64_t held = test.counter.bytes;
    while (status != ALI_OK) {
        assert_int_equal(status, ALI_ERR_MEMORY);
        assert_int_equal(test.counter.bytes, held);
        assert_true(failing < 100);
        failing += 1;
        status = lay_out(&test, failing);
    }
    assert_true(failing > 4);
    end_sum(&test);
    release(&file);
}

// --- memory --------------------------------------------------------------------------------------

typedef struct scarce {
    uint64_t allocations;
    uint64_t failing; // this one, counted from 1
    uint64_t held;
} scarce;

static void *scarce_allocate(void *user, size_t size) {
    scarce *memory = user;
    memory->allocations += 1;
    if (memory->allocations == memory->failing) return NULL;
    memory->held += size;
    return malloc(size);
}

static void *scarce_resize(void *user, void *pointer, size_t before, size_t after) {
    scarce *memory = user;
    memory->allocations += 1;
    if (memory->allocations == memory->failing) return NULL;
    memory->held += after - before;
    return realloc(pointer, after);
}

static void scarce_release(void *user, void *pointer, size_t size) {
    scarce *memory = user;
    memory->held -= size;
    free(pointer);
}

static ali_status tell_all(const ali_host_options *options, const char *path) {
    opened test;
    ali_status status = open_with(options, &path, 1, &test);
    ali_batch *batch = NULL;
    for (uint32_t i = 0; status == ALI_OK && i < 3; i += 1) {
        ali_group_info group = {.size_bytes = sizeof group};
        if (ali_layout_group(test.layout, 0, &group) != ALI_OK || group.chunks_count <= i) break;
        status = ali_layout_bounds(test.layout, 0, i, &batch);
        if (status == ALI_OK) ali_batch_release(batch);
    }
    end(&test);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    static const char *const paths[] = {DECIMALS, ARROW, STREAM};
    for (size_t i = 0; i < 3; i += 1) {
        ali_status status = ALI_ERR_MEMORY;
        for (uint64_t n = 1; status != ALI_OK; n += 1) {
            scarce memory = {.failing = n};
            const ali_allocator allocator = {.allocate = scarce_allocate,
                                             .resize = scarce_resize,
                                             .release = scarce_release,
                                             .user = &memory};
            const ali_host_options options = {.size_bytes = sizeof options,
                                              .allocator = &allocator};
            status = tell_all(&options, paths[i]);
            // a host without memory cannot read
            assert_true(status == ALI_OK || status == ALI_ERR_MEMORY || status == ALI_ERR_HOST);
            assert_int_equal(memory.held, 0);
            assert_true(n < 2000);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_have_the_rows_of_the_file),
        cmocka_unit_test(what_is_out_of_range_is_refused),
        cmocka_unit_test(bounds_are_values_of_the_column_s_type),
        cmocka_unit_test(groups_of_many_files_of_all_formats_follow_one_another),
        cmocka_unit_test(footer_of_a_summary_is_read_once_for_all_its_files),
        cmocka_unit_test(every_allocation_for_a_summary_may_fail),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
