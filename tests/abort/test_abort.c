// Every scenario cancelled at every step and freed at every step: it ends with the status that fits
// and holds no bytes, and answers that come late are dropped.
#include "../harness/kinds.h"

// The first steps one by one, since there operations are in flight of which a small file has no more.
static uint64_t after(uint64_t n, uint64_t events) {
    return n < 8 ? n + 1 : n + stride_of(events);
}

static harness_result run(const harness_scenario *scenario, const harness_plan *plan) {
    return harness_run(scenario, plan, NULL);
}

static void cancelled_at_every_step(void **state) {
    const harness_scenario *scenario = *state;
    const harness_plan first = {.fashion = FASHION_ONE};
    const uint64_t events = run(scenario, &first).steps;
    assert_true(events > 1);
    for (uint64_t n = 1; n <= events; n = after(n, events)) {
        const harness_plan plan = {.cancel_at_step = n, .fashion = FASHION_ONE};
        const harness_result result = run(scenario, &plan);
        expect(&result, ALI_ERR_CANCELLED, "step", n);
    }
}

static void freed_at_every_step(void **state) {
    const harness_scenario *scenario = *state;
    const harness_plan first = {.fashion = FASHION_PARTS};
    const uint64_t events = run(scenario, &first).steps;
    uint64_t late = 0;
    for (uint64_t n = 1; n <= events; n = after(n, events)) {
        const harness_plan plan = {
            .free_at_step = n, .fashion = FASHION_PARTS, .frees_context_first = n % 2 == 0};
        const harness_result result = run(scenario, &plan);
        expect(&result, HARNESS_FREED, "step", n);
        late += result.late_answers;
    }
    assert_true(late > 0 || (scenario->flags & SCENARIO_LENDS) != 0);
}

int main(void) {
    static const kind kinds[] = {
        {"cancelled at every step", cancelled_at_every_step},
        {"freed at every step", freed_at_every_step},
    };
    return run_kinds("abort", kinds, sizeof kinds / sizeof kinds[0], NULL);
}
