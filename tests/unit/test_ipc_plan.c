// Plans of Arrow: what they list is what a scan reads, range by range, of files and streams, of one
// and of many; and the metadata that they read for it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alimentar.h"
#include "alimentar/host.h"

#define WEATHER "examples/dashboard/data/nyc-weather-2013.parquet"
#define OPS_MAX 8u
#define RANGES_MAX 512u

// An object in memory, whose path is "0", "1", ...
typedef struct object {
    uint8_t *bytes;
    uint64_t count;
} object;

typedef struct range {
    uint32_t object;
    uint64_t offset;
    uint64_t length;
} range;

typedef struct listing {
    range items[RANGES_MAX];
    uint32_t count;
    uint64_t real_bytes; // read although it is a plan
    uint64_t rows;
} listing;

// --- objects -------------------------------------------------------------------------------------

static void take_pending(ali_writer *writer, object *to) {
    const uint8_t *bytes = NULL;
    const uint64_t count = ali_writer_pending(writer, &bytes);
    to->bytes = realloc(to->bytes, (size_t)(to->count + count + 1));
    assert_non_null(to->bytes);
    if (count != 0) memcpy(to->bytes + to->count, bytes, (size_t)count);
    to->count += count;
    ali_writer_drop(writer, count);
}

// The weather in record batches of `batch_rows`.
static object make_object(const char *format, uint32_t batch_rows) {
    object made = {0};
    ali_host *host = NULL;
    ali_reader *reader = NULL;
    ali_writer *writer = NULL;
    ali_batch *batch = NULL;
    const ali_scan_options options = {.size_bytes = sizeof options, .batch_rows = batch_rows};
    assert_int_equal(ali_host_new(NULL, &host), ALI_OK);
    assert_int_equal(ali_read_file(host, WEATHER, &options, &reader), ALI_OK);
    assert_int_equal(
        ali_writer_new(ali_host_context(host), format, NULL, ali_reader_schema(reader), &writer),
        ALI_OK);
    while (ali_reader_next(reader, &batch) == ALI_OK) {
        assert_int_equal(ali_writer_put(writer, batch), ALI_OK);
        take_pending(writer, &made);
        ali_batch_release(batch);
    }
    assert_int_equal(ali_writer_finish(writer), ALI_OK);
    take_pending(writer, &made);
    ali_writer_free(writer);
    ali_reader_free(reader);
    ali_host_free(host);
    return made;
}

// --- driving -------------------------------------------------------------------------------------

static void carry_out(ali_task *task, const ali_op *op, const object *objects, listing *found) {
    const object *of = &objects[op->path[0] - '0'];
    const bool is_from_end = (op->flags & ALI_OP_FROM_END) != 0;
    const bool is_planned = (op->flags & ALI_OP_PLANNED) != 0;
    ali_answer answer = {.size_bytes = sizeof answer,
                         .op_id = op->op_id,
                         .moved_bytes = op->length_bytes,
                         .object_bytes = of->count,
                         .is_last = 1};
    assert_int_equal(op->kind, ALI_OP_READ);
    if (is_from_end && answer.moved_bytes > of->count) answer.moved_bytes = of->count;
    const uint64_t offset = is_from_end ? of->count - answer.moved_bytes : op->offset_bytes;
    assert_true(offset + answer.moved_bytes <= of->count);
    if (found != NULL && is_planned) memset(op->data, 0xEE, (size_t)op->length_bytes);
    if (!is_planned) memcpy(op->data, of->bytes + offset, (size_t)answer.moved_bytes);
    if (found != NULL) {
        assert_true(found->count < RANGES_MAX);
        found->items[found->count++] =
            (range){(uint32_t)(op->path[0] - '0'), offset, op->length_bytes};
    }
    assert_int_equal(ali_task_answer(task, &answer), ALI_OK);
}

// Drives a task to its end; of a plan only what is planned is listed.
static ali_status drive(ali_task *task, const object *objects, bool is_plan, listing *found) {
    for (;;) {
        ali_op ops[OPS_MAX];
        const ali_status status = ali_task_step(task, 0);
        if (status <= 0) return status;
        if (status == ALI_READY) {
            ali_batch *batch = ali_task_take_batch(task);
            assert_false(is_plan);
            if (found != NULL) found->rows += ali_batch_rows(batch);
            ali_batch_release(batch);
        }
        const uint32_t count = ali_task_ops(task, ops, OPS_MAX);
        for (uint32_t i = 0; i < count; i += 1) {
            const bool is_listed = !is_plan || (ops[i].flags & ALI_OP_PLANNED) != 0;
            if (!is_listed && found != NULL) found->real_bytes += ops[i].length_bytes;
            carry_out(task, &ops[i], objects, is_listed ? found : NULL);
        }
    }
}

static ali_dataset *open_objects(ali_context *context, const object *objects, uint32_t count) {
    static const char *const names[] = {"0", "1", "2"};
    ali_object all[3];
    ali_task *task = NULL;
    const ali_open_options options = {.size_bytes = sizeof options, .tail_bytes = 16};
    for (uint32_t i = 0; i < count; i += 1) {
        all[i] = (ali_object){.size_bytes = sizeof all[i],
                              .object_bytes = ALI_UNKNOWN,
                              .path = names[i],
                              .path_bytes = 1};
    }
    assert_int_equal(ali_open_many_start(context, all, count, &options, &task), ALI_OK);
    assert_int_equal(drive(task, objects, false, NULL), ALI_OK);
    ali_dataset *dataset = ali_task_take_dataset(task);
    ali_task_free(task);
    assert_non_null(dataset);
    return dataset;
}

// --- comparing -----------------------------------------------------------------------------------

static int by_place(const void *one, const void *other) {
    const range *a = one;
    const range *b = other;
    if (a->object != b->object) return a->object < b->object ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static listing run(ali_dataset *dataset, const ali_scan_options *options, const object *objects,
                   bool is_plan) {
    listing found = {0};
    ali_task *task = NULL;
    const ali_status status = is_plan ? ali_plan_start(dataset, options, &task)
                                      : ali_scan_start(dataset, options, &task);
    assert_int_equal(status, ALI_OK);
    assert_int_equal(drive(task, objects, is_plan, &found), ALI_OK);
    ali_task_free(task);
    qsort(found.items, found.count, sizeof found.items[0], by_place);
    return found;
}

static const char *const temperature[] = {"temp"};
static const char *const two[] = {"origin", "time_hour"};
static const ali_scan_options cases[] = {
    {.size_bytes = sizeof cases[0]},
    {.size_bytes = sizeof cases[0], .columns = temperature, .columns_count = 1},
    {.size_bytes = sizeof cases[0], .columns = two, .columns_count = 2, .limit_rows = 5000},
    {.size_bytes = sizeof cases[0], .columns = two, .columns_count = 2, .offset_rows = 9000},
    {.size_bytes = sizeof cases[0], .limit_rows = 10},
    {.size_bytes = sizeof cases[0], .offset_rows = 26000, .limit_rows = 500},
    {.size_bytes = sizeof cases[0], .offset_rows = 1000000},
    {.size_bytes = sizeof cases[0],
     .columns = temperature,
     .columns_count = 1,
     .coalesce_bytes = 1,
     .limit_rows = 20000},
};
#define CASES (sizeof cases / sizeof cases[0])

static void compare(const object *objects, uint32_t count) {
    ali_context *context = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &context), ALI_OK);
    ali_dataset *dataset = open_objects(context, objects, count);
    for (size_t i = 0; i < CASES; i += 1) {
        const listing planned = run(dataset, &cases[i], objects, true);
        const listing read = run(dataset, &cases[i], objects, false);
        assert_int_equal(planned.count, read.count);
        for (uint32_t k = 0; k < read.count; k += 1) {
            assert_int_equal(planned.items[k].object, read.items[k].object);
            assert_int_equal(planned.items[k].offset, read.items[k].offset);
            assert_int_equal(planned.items[k].length, read.items[k].length);
        }
        assert_int_equal(planned.rows, 0);
    }
    ali_dataset_release(dataset);
    ali_context_free(context);
}

static void a_plan_lists_what_a_scan_reads(void **state) {
    (void)state;
    static const struct {
        const char *format;
        uint32_t batch_rows;
    } made[] = {{"arrow", 4000}, {"arrow", 300}, {"arrows", 4000}, {"arrows", 300}};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i += 1) {
        object one = make_object(made[i].format, made[i].batch_rows);
        compare(&one, 1);
        free(one.bytes);
    }
}

static void a_plan_of_many_counts_the_rows_of_those_before(void **state) {
    (void)state;
    object all[3] = {make_object("arrow", 4000), make_object("arrows", 4000),
                     make_object("arrow", 2000)};
    compare(all, 3);
    for (size_t i = 0; i < 3; i += 1) free(all[i].bytes);
}

static void a_plan_reads_metadata_alone(void **state) {
    (void)state;
    const ali_scan_options options = {
        .size_bytes = sizeof options, .columns = temperature, .columns_count = 1};
    static const char *const formats[] = {"arrow", "arrows"};
    for (size_t i = 0; i < 2; i += 1) {
        object one = make_object(formats[i], 6000);
        ali_context *context = NULL;
        assert_int_equal(ali_context_new(NULL, NULL, &context), ALI_OK);
        ali_dataset *dataset = open_objects(context, &one, 1);
        const listing planned = run(dataset, &options, &one, true);
        assert_true(planned.real_bytes > 0);
        assert_true(planned.real_bytes < 64 * 1024);
        ali_dataset_release(dataset);
        ali_context_free(context);
        free(one.bytes);
    }
}

static void a_plan_of_a_stream_ends_at_the_limit(void **state) {
    (void)state;
    object one = make_object("arrows", 4000);
    const ali_scan_options options = {.size_bytes = sizeof options, .limit_rows = 100};
    ali_context *context = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &context), ALI_OK);
    ali_dataset *dataset = open_objects(context, &one, 1);
    const listing planned = run(dataset, &options, &one, true);
    assert_true(planned.count > 0);
    const range *last = &planned.items[planned.count - 1];
    assert_true(last->offset + last->length < one.count / 3);
    ali_dataset_release(dataset);
    ali_context_free(context);
    free(one.bytes);
}

// --- the native host -----------------------------------------------------------------------------

static void note_planned(void *user, const ali_op *op) {
    listing *found = user;
    assert_true((op->flags & ALI_OP_PLANNED) != 0);
    found->count += 1;
    found->real_bytes += op->length_bytes;
}

static void the_host_tells_of_a_plan_without_reading(void **state) {
    (void)state;
    object one = make_object("arrow", 4000);
    ali_host *host = NULL;
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    listing found = {0};
    assert_int_equal(ali_host_new(NULL, &host), ALI_OK);
    assert_int_equal(ali_host_add_memory(host, "memory:a", one.bytes, one.count), ALI_OK);
    assert_int_equal(ali_host_open(host, "memory:a", NULL, &dataset), ALI_OK);
    assert_int_equal(ali_plan_start(dataset, NULL, &task), ALI_OK);
    ali_host_on_plan(host, note_planned, &found);
    assert_int_equal(ali_host_drive(host, task), ALI_OK);
    ali_task_free(task);
    assert_true(found.count > 0);
    assert_true(found.real_bytes > one.count / 2);
    ali_host_on_plan(host, NULL, NULL);
    found.count = 0;
    assert_int_equal(ali_plan_start(dataset, NULL, &task), ALI_OK);
    assert_int_equal(ali_host_drive(host, task), ALI_OK);
    assert_int_equal(found.count, 0);
    ali_task_free(task);
    ali_dataset_release(dataset);
    ali_host_free(host);
    free(one.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_lists_what_a_scan_reads),
        cmocka_unit_test(a_plan_of_many_counts_the_rows_of_those_before),
        cmocka_unit_test(a_plan_reads_metadata_alone),
        cmocka_unit_test(a_plan_of_a_stream_ends_at_the_limit),
        cmocka_unit_test(the_host_tells_of_a_plan_without_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
