// Tasks and blobs: what is asked for, in which operations, and what becomes of every kind of
// answer.
//
// A small task wants ranges of a pretended object, whose byte at offset i is i * 7 (mod 256), and
// collects them; the tests play the host.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/blob.h"

#define RANGES_MAX 8u

typedef struct wanted {
    uint64_t offset_bytes;
    uint64_t length_bytes;
} wanted;

typedef struct plan {
    wanted ranges[RANGES_MAX];
    uint32_t count;
    uint64_t tail_bytes; // 0: no tail
} plan;

typedef struct collect_state {
    ali_blob *blob;
    const plan *ranges;
    uint32_t collected;
    bool is_wanted;
    bool has_tail;
} collect_state;

static uint8_t byte_at(uint64_t offset_bytes) {
    return (uint8_t)(offset_bytes * 7);
}

static void check_bytes(const ali_buf *buf, uint64_t offset_bytes, uint64_t length_bytes) {
    assert_int_equal(buf->size_bytes, length_bytes);
    for (uint64_t i = 0; i < length_bytes; i += 1) {
        assert_int_equal(buf->data[i], byte_at(offset_bytes + i));
    }
}

static ali_status collect_tail(ali_task *task, collect_state *state) {
    ali_buf *tail = NULL;
    uint64_t offset_bytes = 0;
    const ali_status status =
        ali_blob_tail(state->blob, task, state->ranges->tail_bytes, "footer", &tail, &offset_bytes);
    if (status != ALI_OK) return status;
    check_bytes(tail, offset_bytes, tail->size_bytes);
    assert_int_equal(offset_bytes + tail->size_bytes, ali_blob_bytes(state->blob));
    ali_buf_release(tail);
    state->has_tail = true;
    return ALI_OK;
}

static ali_status collect_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    (void)budget_rows;
    collect_state *state = pointer;
    if (state->ranges->tail_bytes != 0 && !state->has_tail) {
        const ali_status status = collect_tail(task, state);
        if (status != ALI_OK) return status;
    }
    const wanted *ranges = state->ranges->ranges;
    for (uint32_t i = 0; i < state->ranges->count && !state->is_wanted; i += 1) {
        ALI_TRY(ali_blob_want(state->blob, task, ranges[i].offset_bytes, ranges[i].length_bytes,
                              "chunk"));
    }
    state->is_wanted = true;
    ALI_TRY(ali_blob_flush(state->blob, task));
    while (state->collected < state->ranges->count) {
        const wanted *range = &ranges[state->collected];
        ali_buf *bytes = NULL;
        const ali_status status =
            ali_blob_slice(state->blob, task, range->offset_bytes, range->length_bytes, &bytes);
        if (status != ALI_OK) return status;
        check_bytes(bytes, range->offset_bytes, range->length_bytes);
        ali_buf_release(bytes);
        ali_blob_drop(state->blob, range->offset_bytes, range->offset_bytes + range->length_bytes);
        state->collected += 1;
    }
    return ALI_OK;
}

static void collect_clear(ali_task *task, void *pointer) {
    collect_state *state = pointer;
    ali_blob_forget(state->blob, task);
    ali_blob_release(state->blob);
}

static const ali_task_class collect_class = {"collect", collect_step, collect_clear,
                                             sizeof(collect_state)};

// --- the fixture ---------------------------------------------------------------------------------

typedef struct fixture {
    ali_context *ctx;
    ali_task *task;
    collect_state *state;
    uint64_t object_bytes;
} fixture;

static fixture begin_with(const plan *ranges, const ali_object *object, const ali_limits *limits) {
    fixture test = {.object_bytes = 1000};
    void *state = NULL;
    assert_int_equal(ali_context_new(NULL, limits, &test.ctx), ALI_OK);
    assert_int_equal(ali_task_new(test.ctx, NULL, &collect_class, &test.task, &state), ALI_OK);
    test.state = state;
    test.state->ranges = ranges;
    assert_int_equal(ali_blob_new(test.ctx, object, &test.state->blob), ALI_OK);
    return test;
}

static const ali_object plain_object = {.size_bytes = sizeof(ali_object),
                                        .object_bytes = ALI_UNKNOWN,
                                        .path = "made.bin",
                                        .path_bytes = 8};

static fixture begin(const plan *ranges) {
    return begin_with(ranges, &plain_object, NULL);
}

static void end(fixture *test) {
    ali_task_free(test->task);
    // What is left is the context itself.
    ali_context *empty = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &empty), ALI_OK);
    assert_int_equal(ali_context_memory_bytes(test->ctx), ali_context_memory_bytes(empty));
    ali_context_free(empty);
    ali_context_free(test->ctx);
}

static ali_answer answer_of(const fixture *test, const ali_op *op) {
    return (ali_answer){.size_bytes = sizeof(ali_answer),
                        .op_id = op->op_id,
                        .object_bytes = test->object_bytes,
                        .etag = "v1",
                        .etag_bytes = 2,
                        .is_last = 1};
}

// Answers a READ as a whole, as far as the object goes.
static void answer_read(fixture *test, const ali_op *op) {
    ali_answer answer = answer_of(test, op);
    const bool is_tail = (op->flags & ALI_OP_FROM_END) != 0;
    const uint64_t from = is_tail ? test->object_bytes -
                                        ali_min_u64(op->length_bytes, test->object_bytes)
                                  : ali_min_u64(op->offset_bytes, test->object_bytes);
    answer.moved_bytes = ali_min_u64(op->length_bytes, test->object_bytes - from);
    for (uint64_t i = 0; i < answer.moved_bytes; i += 1) op->data[i] = byte_at(from + i);
    assert_int_equal(ali_task_answer(test->task, &answer), ALI_OK);
}

static uint32_t list(fixture *test, ali_op *ops, uint32_t ops_max) {
    assert_int_equal(ali_task_step(test->task, 0), ALI_NEED);
    return ali_task_ops(test->task, ops, ops_max);
}

// --- what is asked for ---------------------------------------------------------------------------

static void near_ranges_are_joined_into_one_operation(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{500, 10}, {100, 50}, {160, 40}, {200, 1}}, .count = 4};
    fixture test = begin(&ranges);
    ali_blob_tune(test.state->blob, 20, 1000);
    ali_op ops[4];
    assert_int_equal(list(&test, ops, 4), 2);
    assert_int_equal(ops[0].offset_bytes, 500);
    assert_int_equal(ops[0].length_bytes, 10);
    assert_int_equal(ops[1].offset_bytes, 100);
    assert_int_equal(ops[1].length_bytes, 101);
    assert_memory_equal(ops[1].path, "made.bin", 8);
    assert_memory_equal(ops[1].why, "chunk", 5);
    assert_int_equal(ali_task_ops(test.task, ops + 2, 2), 0);
    answer_read(&test, &ops[1]);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    assert_int_equal(ali_context_copied_bytes(test.ctx), 0);
    end(&test);
}

static void no_byte_is_asked_for_twice(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{100, 50}, {120, 60}, {90, 100}, {100, 1}}, .count = 4};
    fixture test = begin(&ranges);
    ali_op ops[4];
    assert_int_equal(list(&test, ops, 4), 1);
    assert_int_equal(ops[0].offset_bytes, 90);
    assert_int_equal(ops[0].length_bytes, 100);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    end(&test);
}

static void long_ranges_are_cut_into_requests(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{0, 950}}, .count = 1};
    fixture test = begin(&ranges);
    ali_blob_tune(test.state->blob, 0, 400);
    ali_op ops[4];
    assert_int_equal(list(&test, ops, 4), 3);
    assert_int_equal(ops[0].length_bytes, 400);
    assert_int_equal(ops[1].offset_bytes, 400);
    assert_int_equal(ops[2].offset_bytes, 800);
    assert_int_equal(ops[2].length_bytes, 150);
    for (uint32_t i = 3; i > 0; i -= 1) answer_read(&test, &ops[i - 1]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    assert_int_equal(ali_context_copied_bytes(test.ctx), 950); // put together once
    end(&test);
}

// Two long ranges that came by several requests: at most 1 MiB of each is copied in a step. After
// `freed_at` steps the task is freed.
static uint64_t read_long_range(uint64_t freed_at) {
    const plan ranges = {.ranges = {{1000, 5000000}, {2000, 4000000}}, .count = 2};
    fixture test = begin(&ranges);
    test.object_bytes = 6000000;
    ali_blob_tune(test.state->blob, 0, 800000);
    ali_op ops[8];
    const uint32_t count = list(&test, ops, 8);
    assert_int_equal(count, 7);
    for (uint32_t i = count; i > 0; i -= 1) answer_read(&test, &ops[i - 1]);
    uint64_t copied = 0;
    uint64_t steps = 0;
    ali_status status = ALI_YIELD;
    while (status == ALI_YIELD && steps != freed_at) {
        status = ali_task_step(test.task, 0);
        const uint64_t now = ali_context_copied_bytes(test.ctx);
        assert_in_range(now - copied, 1, 2 << 20); // the end of one, the beginning of the next
        copied = now;
        steps += 1;
    }
    if (freed_at == UINT64_MAX) {
        assert_int_equal(status, ALI_OK);
        assert_int_equal(copied, 9000000); // each range once
    }
    end(&test);
    return steps;
}

static void long_range_is_put_together_over_steps(void **unused) {
    (void)unused;
    const uint64_t steps = read_long_range(UINT64_MAX);
    assert_int_equal(steps, 8);
    for (uint64_t i = 1; i < steps; i += 1) (void)read_long_range(i);
}

// Of two answers: up to 1 MiB is put together at once, what is longer over steps.
static void range_of_a_mebibyte_is_put_together_in_one_step(void **unused) {
    (void)unused;
    static const struct {
        uint64_t length_bytes;
        uint32_t yields;
    } cases[] = {{(1 << 20) - 1, 0}, {1 << 20, 0}, {(1 << 20) + 1, 1}, {2 << 20, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        const plan nothing = {.count = 0};
        fixture test = begin(&nothing);
        ali_blob *blob = test.state->blob;
        const uint64_t length_bytes = cases[i].length_bytes;
        test.object_bytes = length_bytes;
        ali_blob_tune(blob, 0, (length_bytes + 1) / 2);
        assert_int_equal(ali_blob_want(blob, test.task, 0, length_bytes, "chunk"), ALI_OK);
        assert_int_equal(ali_blob_flush(blob, test.task), ALI_OK);
        ali_op ops[2];
        assert_int_equal(ali_task_ops(test.task, ops, 2), 2);
        for (uint32_t k = 0; k < 2; k += 1) answer_read(&test, &ops[k]);
        ali_buf *bytes = NULL;
        uint32_t yields = 0;
        while (ali_blob_slice(blob, test.task, 0, length_bytes, &bytes) == ALI_YIELD) yields += 1;
        assert_int_equal(yields, cases[i].yields);
        assert_non_null(bytes);
        check_bytes(bytes, 0, length_bytes);
        ali_buf_release(bytes);
        end(&test);
    }
}

// Two that take turns for ranges of one blob: each gets its own.
static void long_ranges_in_turns_both_come_to_their_end(void **unused) {
    (void)unused;
    const plan nothing = {.count = 0};
    fixture test = begin(&nothing);
    ali_blob *blob = test.state->blob;
    test.object_bytes = 6000000;
    ali_blob_tune(blob, 0, 800000);
    assert_int_equal(ali_blob_want(blob, test.task, 0, 6000000, "chunk"), ALI_OK);
    assert_int_equal(ali_blob_flush(blob, test.task), ALI_OK);
    ali_op ops[8];
    assert_int_equal(ali_task_ops(test.task, ops, 8), 8);
    for (uint32_t i = 0; i < 8; i += 1) answer_read(&test, &ops[i]);
    const wanted ranges[2] = {{0, 2500000}, {700000, 4700000}};
    uint32_t given = 0;
    for (uint32_t turn = 0; turn < 20 && given != 3; turn += 1) {
        const wanted *range = &ranges[turn & 1];
        ali_buf *bytes = NULL;
        if ((given >> (turn & 1) & 1) != 0) continue;
        const ali_status status =
            ali_blob_slice(blob, test.task, range->offset_bytes, range->length_bytes, &bytes);
        if (status == ALI_YIELD) continue;
        assert_int_equal(status, ALI_OK);
        check_bytes(bytes, range->offset_bytes, range->length_bytes);
        ali_buf_release(bytes);
        given |= 1u << (turn & 1);
    }
    assert_int_equal(given, 3);
    end(&test);
}

// What is put together is dropped in the middle of it: it is wanted anew.
static void long_range_that_is_dropped_on_its_way_is_asked_for_anew(void **unused) {
    (void)unused;
    const plan nothing = {.count = 0};
    fixture test = begin(&nothing);
    ali_blob *blob = test.state->blob;
    test.object_bytes = 6000000;
    ali_blob_tune(blob, 0, 3000000);
    assert_int_equal(ali_blob_want(blob, test.task, 0, 6000000, "chunk"), ALI_OK);
    assert_int_equal(ali_blob_flush(blob, test.task), ALI_OK);
    ali_op ops[2];
    assert_int_equal(ali_task_ops(test.task, ops, 2), 2);
    for (uint32_t i = 0; i < 2; i += 1) answer_read(&test, &ops[i]);
    ali_buf *bytes = NULL;
    assert_int_equal(ali_blob_slice(blob, test.task, 0, 6000000, &bytes), ALI_YIELD);
    ali_blob_drop(blob, 0, 3000000);
    assert_int_equal(ali_blob_slice(blob, test.task, 0, 6000000, &bytes), ALI_NEED);
    assert_int_equal(ali_task_ops(test.task, ops, 2), 1);
    assert_int_equal(ops[0].offset_bytes, 0);
    answer_read(&test, &ops[0]);
    ali_status status = ALI_YIELD;
    while (status == ALI_YIELD) {
        status = ali_blob_slice(blob, test.task, 0, 6000000, &bytes);
    }
    assert_int_equal(status, ALI_OK);
    check_bytes(bytes, 0, 6000000);
    ali_buf_release(bytes);
    end(&test);
}

static void flow_limits_hold_back_what_comes_later(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{0, 10}, {100, 10}, {200, 10}}, .count = 3};
    const ali_limits limits = {.size_bytes = sizeof limits, .ops_max = 2};
    fixture test = begin_with(&ranges, &plain_object, &limits);
    ali_blob_tune(test.state->blob, 0, 1000);
    ali_op ops[4];
    assert_int_equal(list(&test, ops, 4), 2);
    assert_int_equal(ali_task_step(test.task, 0), ALI_NEED);
    assert_int_equal(ali_task_ops(test.task, ops + 2, 2), 0);
    answer_read(&test, &ops[1]);
    assert_int_equal(list(&test, ops + 2, 2), 1);
    assert_int_equal(ops[2].offset_bytes, 200);
    answer_read(&test, &ops[2]);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    end(&test);
}

static void near_ranges_are_not_joined_beyond_the_bytes_in_flight(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{0, 40000}, {40000, 40000}}, .count = 2};
    const ali_limits limits = {.size_bytes = sizeof limits, .inflight_bytes_max = 65536};
    fixture test = begin_with(&ranges, &plain_object, &limits);
    test.object_bytes = 80000;
    ali_op ops[2];
    assert_int_equal(list(&test, ops, 2), 1);
    assert_int_equal(ops[0].length_bytes, 40000);
    answer_read(&test, &ops[0]);
    assert_int_equal(list(&test, ops, 2), 1);
    assert_int_equal(ops[0].offset_bytes, 40000);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    end(&test);
}

static void suffix_read_tells_size_and_keeps_the_tail(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{950, 20}, {0, 5}}, .count = 2, .tail_bytes = 64};
    fixture test = begin(&ranges);
    ali_op ops[4];
    assert_int_equal(list(&test, ops, 4), 1);
    assert_int_equal(ops[0].kind, ALI_OP_READ);
    assert_int_equal(ops[0].flags, ALI_OP_FROM_END);
    assert_int_equal(ops[0].length_bytes, 64);
    answer_read(&test, &ops[0]);
    assert_int_equal(list(&test, ops, 4), 1); // 950..970 lies in the tail
    assert_int_equal(ops[0].offset_bytes, 0);
    assert_memory_equal(ops[0].etag, "v1", 2);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    end(&test);
}

static void object_shorter_than_the_tail_is_read_whole(void **unused) {
    (void)unused;
    const plan ranges = {.tail_bytes = 5000};
    fixture test = begin(&ranges);
    ali_op ops[2];
    assert_int_equal(list(&test, ops, 2), 1);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    end(&test);
}

static void stat_comes_first_where_suffixes_are_not_allowed(void **unused) {
    (void)unused;
    ali_object object = plain_object;
    object.flags = ALI_OBJECT_NO_SUFFIX;
    const plan ranges = {.tail_bytes = 64};
    fixture test = begin_with(&ranges, &object, NULL);
    ali_op ops[2];
    assert_int_equal(list(&test, ops, 2), 1);
    assert_int_equal(ops[0].kind, ALI_OP_STAT);
    assert_int_equal(ops[0].length_bytes, 0);
    const ali_answer answer = answer_of(&test, &ops[0]);
    assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
    assert_int_equal(list(&test, ops, 2), 1);
    assert_int_equal(ops[0].kind, ALI_OP_READ);
    assert_int_equal(ops[0].flags, 0);
    assert_int_equal(ops[0].offset_bytes, 936);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    end(&test);
}

static void known_size_needs_no_stat(void **unused) {
    (void)unused;
    ali_object object = plain_object;
    object.flags = ALI_OBJECT_NO_SUFFIX;
    object.object_bytes = 1000;
    const plan ranges = {.tail_bytes = 64};
    fixture test = begin_with(&ranges, &object, NULL);
    ali_op ops[2];
    assert_int_equal(list(&test, ops, 2), 1);
    assert_int_equal(ops[0].kind, ALI_OP_READ);
    assert_int_equal(ops[0].offset_bytes, 936);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    end(&test);
}

static void fork_shares_the_tail_and_the_etag(void **unused) {
    (void)unused;
    const plan first = {.tail_bytes = 100};
    const plan second = {.ranges = {{940, 30}, {10, 5}}, .count = 2};
    fixture test = begin(&first);
    ali_op ops[2];
    assert_int_equal(list(&test, ops, 2), 1);
    answer_read(&test, &ops[0]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    fixture other = {.ctx = test.ctx, .object_bytes = 1000};
    void *state = NULL;
    assert_int_equal(ali_task_new(test.ctx, NULL, &collect_class, &other.task, &state), ALI_OK);
    other.state = state;
    other.state->ranges = &second;
    assert_int_equal(ali_blob_fork(test.state->blob, &other.state->blob), ALI_OK);
    ali_task_free(test.task);
    assert_int_equal(list(&other, ops, 2), 1);
    assert_int_equal(ops[0].offset_bytes, 10);
    assert_memory_equal(ops[0].etag, "v1", 2);
    answer_read(&other, &ops[0]);
    assert_int_equal(ali_task_step(other.task, 0), ALI_OK);
    end(&other);
}

// Asks for ranges of ten bytes each.
static void ask_for(fixture *test, const uint64_t *offsets, uint32_t count, ali_op *ops) {
    ali_blob *blob = test->state->blob;
    ali_blob_tune(blob, 0, 1000);
    for (uint32_t i = 0; i < count; i += 1) {
        assert_int_equal(ali_blob_want(blob, test->task, offsets[i], 10, "piece"), ALI_OK);
    }
    assert_int_equal(ali_blob_flush(blob, test->task), ALI_OK);
    assert_int_equal(ali_task_ops(test->task, ops, count), count);
}

static void check_slice(ali_blob *blob, ali_task *task, uint64_t offset_bytes) {
    ali_buf *bytes = NULL;
    assert_int_equal(ali_blob_slice(blob, task, offset_bytes, 10, &bytes), ALI_OK);
    check_bytes(bytes, offset_bytes, 10);
    ali_buf_release(bytes);
}

static void what_is_held_when_it_is_kept_outlives_drops_and_comes_with_forks(void **unused) {
    (void)unused;
    static const uint64_t offsets[] = {0, 100, 300, 500}; // the last is not answered
    const plan nothing = {.count = 0};
    fixture test = begin(&nothing);
    ali_blob *blob = test.state->blob;
    ali_op ops[4];
    ask_for(&test, offsets, 4, ops);
    for (uint32_t i = 0; i < 3; i += 1) answer_read(&test, &ops[i]);
    for (uint32_t i = 0; i < 3; i += 1) check_slice(blob, test.task, offsets[i]);
    ali_blob_keep(blob, test.task);
    ali_blob_drop(blob, 0, 1000);
    for (uint32_t i = 0; i < 3; i += 1) check_slice(blob, test.task, offsets[i]);
    assert_int_equal(ali_blob_held_bytes(blob), 40); // the last is under way
    ali_blob *fork = NULL;
    assert_int_equal(ali_blob_fork(blob, &fork), ALI_OK);
    assert_int_equal(ali_blob_held_bytes(fork), 30);
    for (uint32_t i = 0; i < 3; i += 1) check_slice(fork, test.task, offsets[i]);
    ali_blob_release(fork);
    ali_blob_forget(blob, test.task);
    assert_int_equal(ali_blob_held_bytes(blob), 30);
    answer_read(&test, &ops[3]);
    end(&test);
}

static void range_wanted_twice_is_held_until_it_is_dropped_twice(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{100, 60}, {300, 10}, {100, 60}}, .count = 3};
    fixture test = begin(&ranges);
    ali_blob_tune(test.state->blob, 0, 25); // in requests of 25 bytes
    ali_op ops[8];
    assert_int_equal(list(&test, ops, 8), 4);
    for (uint32_t i = 0; i < 4; i += 1) answer_read(&test, &ops[i]);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    ali_progress progress = {.size_bytes = sizeof progress};
    assert_int_equal(ali_task_progress(test.task, &progress), ALI_OK);
    assert_int_equal(progress.bytes, 70);
    assert_int_equal(ali_blob_held_bytes(test.state->blob), 0);
    end(&test);
}

static void what_is_dropped_before_it_is_asked_for_is_not_fetched(void **unused) {
    (void)unused;
    const plan nothing = {.count = 0};
    fixture test = begin(&nothing);
    ali_blob *blob = test.state->blob;
    assert_int_equal(ali_blob_want(blob, test.task, 0, 10, "a"), ALI_OK);
    assert_int_equal(ali_blob_want(blob, test.task, 500, 10, "b"), ALI_OK);
    ali_blob_tune(blob, 0, 1000);
    assert_int_equal(ali_blob_wanted_count(blob), 2);
    ali_blob_drop(blob, 0, 10);
    assert_int_equal(ali_blob_wanted_count(blob), 1);
    assert_int_equal(ali_blob_flush(blob, test.task), ALI_OK);
    assert_int_equal(ali_blob_wanted_count(blob), 0);
    ali_op op;
    assert_int_equal(ali_task_ops(test.task, &op, 1), 1);
    assert_int_equal(op.offset_bytes, 500);
    ali_blob_drop(blob, 500, 510); // while it is under way
    answer_read(&test, &op);
    ali_buf *bytes = NULL;
    assert_int_equal(ali_blob_slice(blob, test.task, 500, 10, &bytes), ALI_NEED);
    assert_int_equal(ali_task_ops(test.task, &op, 1), 1); // asked for anew
    assert_int_equal(op.offset_bytes, 500);
    answer_read(&test, &op);
    end(&test);
}

// Reads the whole of a file of 1 MB in pieces of 10 bytes, every second of which is wanted.
static void many_ranges_are_joined_at_once(void **unused) {
    (void)unused;
    const plan nothing = {.count = 0};
    fixture test = begin(&nothing);
    ali_blob *blob = test.state->blob;
    test.object_bytes = 1 << 20;
    const uint32_t pieces = 50000;
    for (uint32_t i = 0; i < pieces; i += 1) {
        assert_int_equal(ali_blob_want(blob, test.task, 20 * (uint64_t)i, 10, "piece"), ALI_OK);
    }
    assert_int_equal(ali_blob_wanted_count(blob), pieces);
    assert_int_equal(ali_blob_flush(blob, test.task), ALI_OK);
    ali_op op;
    assert_int_equal(ali_task_ops(test.task, &op, 1), 1);
    assert_int_equal(op.offset_bytes, 0);
    assert_int_equal(op.length_bytes, 20 * pieces - 10);
    answer_read(&test, &op);
    ali_buf *bytes = NULL;
    assert_int_equal(ali_blob_slice(blob, test.task, 20 * 777, 10, &bytes), ALI_OK);
    check_bytes(bytes, 20 * 777, 10);
    ali_buf_release(bytes);
    end(&test);
}

// --- answers of every kind -----------------------------------------------------------------------

static const plan one_range = {.ranges = {{100, 40}}, .count = 1};

static void answers_may_come_in_parts(void **unused) {
    (void)unused;
    fixture test = begin(&one_range);
    ali_op op;
    assert_int_equal(list(&test, &op, 1), 1);
    for (uint64_t i = 0; i < 40; i += 1) {
        op.data[i] = byte_at(100 + i);
        ali_answer part = answer_of(&test, &op);
        part.is_last = 0;
        part.moved_bytes = 1;
        assert_int_equal(ali_task_answer(test.task, &part), ALI_OK);
        assert_int_equal(ali_task_step(test.task, 0), ALI_NEED);
    }
    const ali_answer last = answer_of(&test, &op);
    assert_int_equal(ali_task_answer(test.task, &last), ALI_OK);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    ali_progress progress = {.size_bytes = sizeof progress};
    assert_int_equal(ali_task_progress(test.task, &progress), ALI_OK);
    assert_int_equal(progress.bytes, 40);
    assert_int_equal(progress.ops, 1);
    assert_int_equal(progress.ops_in_flight, 0);
    progress.size_bytes = 1;
    assert_int_equal(ali_task_progress(test.task, &progress), ALI_ERR_ARGUMENT);
    end(&test);
}

static void malformed_answers_are_refused(void **unused) {
    (void)unused;
    fixture test = begin(&one_range);
    ali_op op;
    assert_int_equal(list(&test, &op, 1), 1);
    const ali_answer good = answer_of(&test, &op);
    ali_answer bad[8];
    for (uint32_t i = 0; i < 8; i += 1) bad[i] = good;
    bad[0].op_id += 1; // never handed out
    bad[1].moved_bytes = 41;
    bad[2].status = ALI_ERR_CORRUPT;
    bad[3].size_bytes = 8;
    bad[4].etag = NULL;
    bad[5].is_last = 2;
    bad[6].lent = op.data;
    bad[7].etag_bytes = ALI_ETAG_BYTES_MAX + 1;
    for (uint32_t i = 0; i < 8; i += 1) {
        assert_int_equal(ali_task_answer(test.task, &bad[i]), ALI_ERR_ARGUMENT);
    }
    assert_int_equal(ali_task_answer(test.task, NULL), ALI_ERR_ARGUMENT);
    answer_read(&test, &op);
    assert_int_equal(ali_task_answer(test.task, &good), ALI_ERR_ARGUMENT); // answered before
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    end(&test);
}

typedef struct bad_end {
    const char *name;
    ali_status answered;
    uint64_t moved_bytes;
    const char *etag;
    uint64_t object_bytes;
    ali_status expected;
    const char *sentence;
} bad_end;

static void failed_answers_end_the_task_with_their_reason(void **unused) {
    (void)unused;
    static const bad_end cases[] = {
        {"missing", ALI_ERR_NOT_FOUND, 0, "v1", 1000, ALI_ERR_NOT_FOUND, "there is no such file"},
        {"host", ALI_ERR_HOST, 0, "v1", 1000, ALI_ERR_HOST, "40 bytes at 100 could not be read"},
        {"etag", ALI_OK, 40, "v2", 1000, ALI_ERR_CHANGED,
         "the file changed while it was read: its ETag was \"v1\" and is now \"v2\""},
        {"size", ALI_OK, 40, "v1", 999, ALI_ERR_CHANGED,
         "the file changed while it was read: it had 1000 bytes and has now 999"},
        {"short", ALI_OK, 39, "v1", 1000, ALI_ERR_TRUNCATED,
         "the file ends at 139, where 40 bytes from 100 on were expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        ali_object object = plain_object;
        object.object_bytes = 1000;
        object.etag = "v1";
        object.etag_bytes = 2;
        fixture test = begin_with(&one_range, &object, NULL);
        ali_op op;
        assert_int_equal(list(&test, &op, 1), 1);
        ali_answer answer = answer_of(&test, &op);
        answer.status = cases[i].answered;
        answer.moved_bytes = cases[i].moved_bytes;
        answer.etag = cases[i].etag;
        answer.object_bytes = cases[i].object_bytes;
        answer.http_status = 418;
        assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
        assert_int_equal(ali_task_step(test.task, 0), cases[i].expected);
        const ali_error *error = ali_task_error(test.task);
        assert_string_equal(error->sentence, cases[i].sentence);
        assert_string_equal(error->object, "made.bin");
        assert_string_equal(error->tasks, "collect");
        if (cases[i].answered != ALI_OK) {
            assert_int_equal(error->op_id, op.op_id);
            assert_int_equal(error->http_status, 418);
        }
        assert_int_equal(ali_task_step(test.task, 0), cases[i].expected); // and again
        end(&test);
    }
}

static void stat_without_a_size_is_an_error_that_says_so(void **unused) {
    (void)unused;
    ali_object object = plain_object;
    object.flags = ALI_OBJECT_NO_SUFFIX;
    const plan ranges = {.tail_bytes = 64};
    fixture test = begin_with(&ranges, &object, NULL);
    test.object_bytes = ALI_UNKNOWN;
    ali_op op;
    assert_int_equal(list(&test, &op, 1), 1);
    const ali_answer answer = answer_of(&test, &op);
    assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
    assert_int_equal(ali_task_step(test.task, 0), ALI_ERR_HOST);
    assert_non_null(strstr(ali_task_error(test.task)->sentence, "size is not known"));
    end(&test);
}

static void range_beyond_the_object_is_refused_before_it_is_asked_for(void **unused) {
    (void)unused;
    static const wanted cases[] = {{990, 20}, {UINT64_MAX - 5, 10}, {1001, 1}};
    for (size_t i = 0; i < 3; i += 1) {
        ali_object object = plain_object;
        object.object_bytes = 1000;
        const plan ranges = {.ranges = {cases[i]}, .count = 1};
        fixture test = begin_with(&ranges, &object, NULL);
        assert_int_equal(ali_task_step(test.task, 0), ALI_ERR_TRUNCATED);
        assert_int_equal(ali_task_error(test.task)->offset_bytes, cases[i].offset_bytes);
        end(&test);
    }
}

static void note_release(void *user) {
    *(uint32_t *)user += 1;
}

static void lent_bytes_are_not_copied(void **unused) {
    (void)unused;
    ali_object object = plain_object;
    object.flags = ALI_OBJECT_LENDS;
    fixture test = begin_with(&one_range, &object, NULL);
    uint8_t bytes[40];
    for (uint64_t i = 0; i < 40; i += 1) bytes[i] = byte_at(100 + i);
    uint32_t released = 0;
    ali_op op;
    assert_int_equal(list(&test, &op, 1), 1);
    assert_null(op.data);
    assert_int_equal(op.flags, ALI_OP_LENT);
    ali_answer answer = answer_of(&test, &op);
    answer.moved_bytes = 40;
    assert_int_equal(ali_task_answer(test.task, &answer), ALI_ERR_ARGUMENT); // nothing lent
    answer.lent = bytes;
    answer.lent_release = note_release;
    answer.lent_user = &released;
    assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
    assert_int_equal(ali_task_step(test.task, 0), ALI_OK);
    assert_int_equal(released, 1);
    assert_int_equal(ali_context_copied_bytes(test.ctx), 0);
    end(&test);
}

// --- ends of every kind --------------------------------------------------------------------------

static void late_answers_of_a_freed_task_are_dropped(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{0, 10}, {500, 10}}, .count = 2};
    fixture test = begin(&ranges);
    ali_blob_tune(test.state->blob, 0, 1000);
    ali_op ops[2];
    assert_int_equal(list(&test, ops, 2), 2);
    const uint64_t before = ali_context_memory_bytes(test.ctx);
    ali_task_free(test.task);
    assert_true(ali_context_memory_bytes(test.ctx) < before);
    ops[0].data[9] = 1; // the buffers are there until each operation is answered
    ops[1].data[9] = 1;
    ali_answer answer = answer_of(&test, &ops[1]);
    answer.moved_bytes = 10;
    assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
    assert_int_equal(ali_task_ops(test.task, ops, 2), 0);
    ali_context_free(test.ctx); // the shell outlives the context
    answer = answer_of(&test, &ops[0]);
    answer.status = ALI_ERR_HOST;
    assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
}

static void operations_not_yet_listed_end_with_their_task(void **unused) {
    (void)unused;
    fixture test = begin(&one_range);
    assert_int_equal(ali_task_step(test.task, 0), ALI_NEED);
    end(&test);
}

static void answered_but_unseen_lent_bytes_are_given_back(void **unused) {
    (void)unused;
    ali_object object = plain_object;
    object.flags = ALI_OBJECT_LENDS;
    for (uint32_t is_late = 0; is_late < 2; is_late += 1) {
        fixture test = begin_with(&one_range, &object, NULL);
        uint32_t released = 0;
        ali_op op;
        assert_int_equal(list(&test, &op, 1), 1);
        ali_answer answer = answer_of(&test, &op);
        static const uint8_t bytes[40];
        answer.moved_bytes = 40;
        answer.lent = bytes;
        answer.lent_release = note_release;
        answer.lent_user = &released;
        if (is_late != 0) {
            ali_task_free(test.task);
            assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
            ali_context_free(test.ctx);
        } else {
            assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
            end(&test);
        }
        assert_int_equal(released, 1);
    }
}

static void cancelled_task_lists_nothing_and_says_so(void **unused) {
    (void)unused;
    const plan ranges = {.ranges = {{0, 10}, {500, 10}}, .count = 2};
    fixture test = begin(&ranges);
    ali_blob_tune(test.state->blob, 0, 1000);
    ali_op op;
    assert_int_equal(list(&test, &op, 1), 1);
    ali_task_cancel(test.task);
    ali_op other;
    assert_int_equal(ali_task_ops(test.task, &other, 1), 0);
    assert_int_equal(ali_task_step(test.task, 0), ALI_ERR_CANCELLED);
    assert_int_equal(ali_task_error(test.task)->status, ALI_ERR_CANCELLED);
    answer_read(&test, &op);
    assert_int_equal(ali_task_step(test.task, 0), ALI_ERR_CANCELLED);
    end(&test);
}

// --- children ------------------------------------------------------------------------------------

typedef struct parent_state {
    ali_task *child;
} parent_state;

static ali_status parent_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    parent_state *state = pointer;
    return ali_task_step_child(task, state->child, budget_rows);
}

static void parent_clear(ali_task *task, void *pointer) {
    (void)task;
    ali_task_free(((parent_state *)pointer)->child);
}

static void operations_and_errors_of_children_bubble_up(void **unused) {
    (void)unused;
    static const ali_task_class parent_class = {"parent", parent_step, parent_clear,
                                                sizeof(parent_state)};
    fixture test = {.object_bytes = 1000};
    void *pointer = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &test.ctx), ALI_OK);
    assert_int_equal(ali_task_new(test.ctx, NULL, &parent_class, &test.task, &pointer), ALI_OK);
    parent_state *parent = pointer;
    assert_int_equal(ali_task_new(test.ctx, test.task, &collect_class, &parent->child, &pointer),
                     ALI_OK);
    collect_state *child = pointer;
    child->ranges = &one_range;
    assert_int_equal(ali_blob_new(test.ctx, &plain_object, &child->blob), ALI_OK);
    ali_op op;
    assert_int_equal(list(&test, &op, 1), 1);
    ali_answer answer = answer_of(&test, &op);
    answer.status = ALI_ERR_HOST;
    assert_int_equal(ali_task_answer(test.task, &answer), ALI_OK);
    assert_int_equal(ali_task_step(test.task, 0), ALI_ERR_HOST);
    assert_string_equal(ali_task_error(test.task)->tasks, "parent > collect");
    end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_ranges_are_joined_into_one_operation),
        cmocka_unit_test(no_byte_is_asked_for_twice),
        cmocka_unit_test(long_ranges_are_cut_into_requests),
        cmocka_unit_test(long_range_is_put_together_over_steps),
        cmocka_unit_test(range_of_a_mebibyte_is_put_together_in_one_step),
        cmocka_unit_test(long_ranges_in_turns_both_come_to_their_end),
        cmocka_unit_test(long_range_that_is_dropped_on_its_way_is_asked_for_anew),
        cmocka_unit_test(flow_limits_hold_back_what_comes_later),
        cmocka_unit_test(near_ranges_are_not_joined_beyond_the_bytes_in_flight),
        cmocka_unit_test(suffix_read_tells_size_and_keeps_the_tail),
        cmocka_unit_test(object_shorter_than_the_tail_is_read_whole),
        cmocka_unit_test(stat_comes_first_where_suffixes_are_not_allowed),
        cmocka_unit_test(known_size_needs_no_stat),
        cmocka_unit_test(fork_shares_the_tail_and_the_etag),
        cmocka_unit_test(what_is_held_when_it_is_kept_outlives_drops_and_comes_with_forks),
        cmocka_unit_test(range_wanted_twice_is_held_until_it_is_dropped_twice),
        cmocka_unit_test(what_is_dropped_before_it_is_asked_for_is_not_fetched),
        cmocka_unit_test(many_ranges_are_joined_at_once),
        cmocka_unit_test(answers_may_come_in_parts),
        cmocka_unit_test(malformed_answers_are_refused),
        cmocka_unit_test(failed_answers_end_the_task_with_their_reason),
        cmocka_unit_test(stat_without_a_size_is_an_error_that_says_so),
        cmocka_unit_test(range_beyond_the_object_is_refused_before_it_is_asked_for),
        cmocka_unit_test(lent_bytes_are_not_copied),
        cmocka_unit_test(late_answers_of_a_freed_task_are_dropped),
        cmocka_unit_test(operations_not_yet_listed_end_with_their_task),
        cmocka_unit_test(answered_but_unseen_lent_bytes_are_given_back),
        cmocka_unit_test(cancelled_task_lists_nothing_and_says_so),
        cmocka_unit_test(operations_and_errors_of_children_bubble_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
