// Every scenario with every allocation failing and every operation failing: it ends with the status
// that fits and holds no bytes.
#include "../harness/kinds.h"

static harness_result run(const harness_scenario *scenario, const harness_plan *plan) {
    return harness_run(scenario, plan, NULL);
}

static harness_result baseline(const harness_scenario *scenario) {
    const harness_plan plan = {0};
    const harness_result result = run(scenario, &plan);
    if (result.status != ALI_OK) print_error("%s\n", result.sentence);
    assert_int_equal(result.status, ALI_OK);
    assert_int_equal(result.held_bytes, 0);
    assert_true(result.rows > 0);
    return result;
}

static void every_allocation_failing(void **state) {
    const harness_scenario *scenario = *state;
    const uint64_t events = baseline(scenario).allocations;
    assert_true(events > 5);
    for (uint64_t n = 1; n <= events; n += stride_of(events)) {
        const harness_plan plan = {.fail_allocation = n};
        const harness_result result = run(scenario, &plan);
        expect(&result, ALI_ERR_MEMORY, "allocation", n);
    }
}

static void every_operation_failing(void **state) {
    const harness_scenario *scenario = *state;
    const uint64_t events = baseline(scenario).operations;
    assert_true(events > 0);
    for (uint64_t n = 1; n <= events; n += stride_of(events)) {
        const harness_plan plan = {.fail_operation = n, .fashion = FASHION_ONE};
        const harness_result result = run(scenario, &plan);
        // Data that the host could not decompress are damaged.
        const bool is_data = result.failed_kind == ALI_OP_TRANSFORM;
        expect(&result, is_data ? ALI_ERR_CORRUPT : ALI_ERR_HOST, "operation", n);
    }
}

int main(void) {
    static const kind kinds[] = {
        {"every allocation failing", every_allocation_failing},
        {"every operation failing", every_operation_failing},
    };
    return run_kinds("oom", kinds, sizeof kinds / sizeof kinds[0], NULL);
}
