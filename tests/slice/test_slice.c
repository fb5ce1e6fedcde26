// Answers in every fashion give the same rows as whole ones; a short answer is an error; a late one
// changes nothing.
#include "../harness/kinds.h"

#define SEEDS 8

static harness_result run(const harness_scenario *scenario, harness_plan plan) {
    const harness_result result = harness_run(scenario, &plan, NULL);
    assert_int_equal(result.held_bytes, 0);
    return result;
}

static void expect_same(const harness_scenario *scenario, harness_plan plan) {
    const harness_result whole = run(scenario, (harness_plan){0});
    const harness_result other = run(scenario, plan);
    if (other.status != ALI_OK) print_error("%s\n", other.sentence);
    assert_int_equal(whole.status, ALI_OK);
    assert_int_equal(other.status, ALI_OK);
    assert_true(other.rows == whole.rows && whole.rows > 0);
    assert_true(other.hash == whole.hash);
}

static void the_last_operation_first(void **state) {
    expect_same(*state, (harness_plan){.fashion = FASHION_REVERSED});
}

static void one_operation_at_a_time(void **state) {
    expect_same(*state, (harness_plan){.fashion = FASHION_ONE});
}

static void in_parts_side_by_side(void **state) {
    expect_same(*state, (harness_plan){.fashion = FASHION_PARTS});
}

static void a_byte_at_a_time(void **state) {
    expect_same(*state, (harness_plan){.fashion = FASHION_BYTES});
}

static void in_any_order_and_cut_anywhere(void **state) {
    for (uint32_t seed = 1; seed <= SEEDS; seed += 1) {
        expect_same(*state, (harness_plan){.fashion = FASHION_MIXED, .seed = seed});
    }
}

static void a_short_answer_is_an_error(void **state) {
    const harness_scenario *scenario = *state;
    const bool is_refused = (scenario->flags & SCENARIO_REFUSES) != 0;
    const uint64_t operations = run(*state, (harness_plan){0}).operations;
    for (uint64_t n = 1; n <= operations; n += 1) {
        const harness_result result = run(*state, (harness_plan){.short_operation = n});
        // A suffix read that is one byte short of a whole small object tells another size.
        const bool is_fit = result.status == ALI_ERR_TRUNCATED ||
                            result.status == ALI_ERR_CHANGED || result.status == ALI_ERR_CORRUPT ||
                            result.status == ALI_ERR_HOST || result.status == ALI_OK;
        if (!is_fit) fail_msg("status %d: %s", result.status, result.sentence);
        if (n > 1 && !is_refused) assert_int_not_equal(result.status, ALI_OK);
    }
}

// --- late answers --------------------------------------------------------------------------------

// Begins a scan, frees it with operations in flight, answers those with wrong bytes, scans again.
static ali_status scan_again(harness *h, ali_dataset *dataset) {
    ali_task *task = NULL;
    ali_status status = ali_scan_start(dataset, NULL, &task);
    if (status != ALI_OK) return status;
    status = ali_task_step(task, 0);
    assert_int_equal(status, ALI_NEED);
    ali_op ops[16];
    const uint32_t count = ali_task_ops(task, ops, 16);
    assert_true(count > 0);
    ali_task_free(task);
    for (uint32_t i = 0; i < count; i += 1) {
        for (uint64_t at = 0; at < ops[i].length_bytes; at += 1) ops[i].data[at] = 0xDB;
        const ali_answer late = {.size_bytes = sizeof late,
                                 .op_id = ops[i].op_id,
                                 .moved_bytes = ops[i].length_bytes,
                                 .object_bytes = h->count_bytes,
                                 .is_last = 1};
        assert_int_equal(ali_task_answer(task, &late), ALI_OK);
    }
    h->result.late_answers += count;
    status = ali_scan_start(dataset, NULL, &task);
    if (status != ALI_OK) return status;
    status = harness_drive(h, task, harness_hash_batch, NULL);
    harness_free_task(h, task);
    return status;
}

static ali_status scan_after_late_answers(harness *h) {
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 4096};
    ali_dataset *dataset = NULL;
    ali_status status = harness_open(h, 0, &how, &dataset);
    if (status == ALI_OK) status = scan_again(h, dataset);
    ali_dataset_release(dataset);
    return status;
}

static void a_late_answer_is_dropped(void **state) {
    (void)state;
    const harness_scenario late = {"late", "trips.parquet", scan_after_late_answers, 0};
    const harness_result whole = run(&harness_scenarios[2], (harness_plan){0});
    const harness_result result = run(&late, (harness_plan){0});
    if (result.status != ALI_OK) print_error("%s\n", result.sentence);
    assert_int_equal(result.status, ALI_OK);
    assert_true(result.late_answers > 0);
    assert_true(result.hash == whole.hash);
}

int main(void) {
    static const kind kinds[] = {
        {"the last operation first", the_last_operation_first},
        {"one operation at a time", one_operation_at_a_time},
        {"in parts, side by side", in_parts_side_by_side},
        {"a byte at a time", a_byte_at_a_time},
        {"in any order, cut anywhere", in_any_order_and_cut_anywhere},
        {"a short answer is an error", a_short_answer_is_an_error},
    };
    static const struct CMUnitTest late = {.name = "a late answer is dropped",
                                           .test_func = a_late_answer_is_dropped};
    return run_kinds("slice", kinds, sizeof kinds / sizeof kinds[0], &late);
}
