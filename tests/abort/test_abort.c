// Every scenario cancelled at every step and freed at every step: it ends with the status that fits
// and holds no bytes, and answers that come late are dropped.
#include "../harness/kinds.h"

// Files that take so few steps are answered in small parts: else each operation is answered whole
// before the next step, and none is in flight when the task is freed.
#define FEW_STEPS 24
#define SMALL_PART UINT64_C(100)

static harness_result run(const harness_scenario *scenario, const harness_plan *plan) {
    return harness_run(scenario, plan, NULL);
}

static void cancelled_at_every_step(void **state) {
    const harness_scenario *scenario = *state;
    const harness_plan first = {.fashion = FASHION_ONE};
    const uint64_t events = run(scenario, &first).steps;
    assert_true(events > 1);
    for (uint64_t n = 1; n <= events; n += stride_of(events)) {
        const harness_plan plan = {.cancel_at_step = n, .fashion = FASHION_ONE};
        const harness_result result = run(scenario, &plan);
        expect(&result, ALI_ERR_CANCELLED, "step", n);
    }
}

static void freed_at_every_step(void **state) {
    const harness_scenario *scenario = *state;
    harness_plan first = {.fashion = FASHION_PARTS};
    uint64_t events = run(scenario, &first).steps;
    if (events < FEW_STEPS) {
        first.part_bytes = SMALL_PART;
        events = run(scenario, &first).steps;
    }
    uint64_t late = 0;
    for (uint64_t n = 1; n <= events; n += stride_of(events)) {
        const harness_plan plan = {.free_at_step = n,
                                   .fashion = FASHION_PARTS,
                                   .part_bytes = first.part_bytes,
                                   .frees_context_first = n % 2 == 0};
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
