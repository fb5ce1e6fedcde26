// Every scenario with every allocation failing and every operation failing: it ends with the status
// that fits and holds no bytes.
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../harness/harness.h"

// Of more events than this, every n-th is tried.
#define EVENTS_MAX 2000

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

static uint64_t stride_of(uint64_t events) {
    return (events + EVENTS_MAX - 1) / EVENTS_MAX;
}

static void expect(const harness_result *result, ali_status status, const char *event, uint64_t n) {
    if (result->status != status || result->held_bytes != 0) {
        fail_msg("%s %" PRIu64 ": status %d, expected %d; %" PRIu64 " bytes held; %s", event, n,
                 result->status, status, result->held_bytes, result->sentence);
    }
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
        expect(&result, ALI_ERR_HOST, "operation", n);
    }
}

int main(void) {
    static const struct {
        const char *name;
        CMUnitTestFunction function;
    } kinds[] = {
        {"every allocation failing", every_allocation_failing},
        {"every operation failing", every_operation_failing},
    };
    enum { KINDS = sizeof kinds / sizeof kinds[0], TESTS_MAX = 100 };
    static struct CMUnitTest tests[TESTS_MAX];
    static char names[TESTS_MAX][96];
    assert_true(harness_scenario_count * KINDS <= TESTS_MAX);
    size_t count = 0;
    for (uint32_t i = 0; i < harness_scenario_count; i += 1) {
        for (uint32_t k = 0; k < KINDS; k += 1, count += 1) {
            (void)snprintf(names[count], sizeof names[count], "%s: %s", harness_scenarios[i].name,
                           kinds[k].name);
            tests[count] =
                (struct CMUnitTest){.name = names[count],
                                    .test_func = kinds[k].function,
                                    .initial_state = (void *)(uintptr_t)&harness_scenarios[i]};
        }
    }
    return _cmocka_run_group_tests("oom", tests, count, NULL, NULL);
}
