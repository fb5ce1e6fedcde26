// How files store their rows, as the public interface tells it: bounds as values, indexes out of
// range, many files, and every allocation failing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alimentar.h"
#include "alimentar/host.h"

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
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
