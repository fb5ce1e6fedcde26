// tests/harness/kinds.h: every scenario tried in several ways, as one group of cmocka tests.
#ifndef ALI_TESTS_KINDS_H
#define ALI_TESTS_KINDS_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness.h"

// Of more events than this, every n-th is tried.
#define EVENTS_MAX 2000
#define KIND_TESTS_MAX 320

// A way of trying a scenario; the test's state is the scenario.
typedef struct kind {
    const char *name;
    CMUnitTestFunction function;
} kind;

static inline uint64_t stride_of(uint64_t events) {
    return (events + EVENTS_MAX - 1) / EVENTS_MAX;
}

// A scenario ends with a status, and nothing is held.
static inline void expect(const harness_result *result, ali_status status, const char *event,
                          uint64_t n) {
    if (result->status != status || result->held_bytes != 0) {
        fail_msg("%s %" PRIu64 ": status %d, expected %d; %" PRIu64 " bytes held; %s", event, n,
                 result->status, status, result->held_bytes, result->sentence);
    }
}

// Runs each scenario in each way, and `more` behind them; `more` may be NULL.
static inline int run_kinds(const char *family, const kind *kinds, uint32_t kinds_count,
                            const struct CMUnitTest *more) {
    static struct CMUnitTest tests[KIND_TESTS_MAX];
    static char names[KIND_TESTS_MAX][96];
    assert_true(harness_scenario_count * kinds_count < KIND_TESTS_MAX);
    size_t count = 0;
    for (uint32_t i = 0; i < harness_scenario_count; i += 1) {
        for (uint32_t k = 0; k < kinds_count; k += 1, count += 1) {
            (void)snprintf(names[count], sizeof names[count], "%s: %s", harness_scenarios[i].name,
                           kinds[k].name);
            tests[count] =
                (struct CMUnitTest){.name = names[count],
                                    .test_func = kinds[k].function,
                                    .initial_state = (void *)(uintptr_t)&harness_scenarios[i]};
        }
    }
    if (more != NULL) {
        tests[count] = *more;
        count += 1;
    }
    return _cmocka_run_group_tests(family, tests, count, NULL, NULL);
}

#endif
