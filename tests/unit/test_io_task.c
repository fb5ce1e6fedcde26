// Tasks themselves: what their steps may not do, and how their errors are told. How they get bytes
// is asked in tests/unit/test_io_blob.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ctx.h"
#include "io/task.h"

static ali_status wait_for_nothing(ali_task *task, void *state, uint32_t budget_rows) {
    (void)task;
    (void)state;
    (void)budget_rows;
    return ALI_NEED;
}

static void clear_nothing(ali_task *task, void *state) {
    (void)task;
    (void)state;
}

// A task with a context of its own.
static ali_task *new_task(const ali_task_class *kind, void **state) {
    ali_context *ctx = NULL;
    ali_task *task = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    assert_int_equal(ali_task_new(ctx, NULL, kind, &task, state), ALI_OK);
    return task;
}

static void free_task(ali_task *task) {
    ali_context *ctx = ali_task_context(task);
    ali_task_free(task);
    ali_context_free(ctx);
}

static void task_that_waits_for_nothing_is_a_bug_that_is_told(void **unused) {
    (void)unused;
    static const ali_task_class idle = {"idle", wait_for_nothing, clear_nothing, 8};
    void *state = NULL;
    ali_task *task = new_task(&idle, &state);
    assert_int_equal(ali_task_step(task, 0), ALI_ERR_INTERNAL);
    free_task(task);
}

// What was told first is told, with the status that the step ended with.
static ali_status fail_twice(ali_task *task, void *state, uint32_t budget_rows) {
    (void)state;
    (void)budget_rows;
    ali_context *ctx = ali_task_context(task);
    assert_int_equal(ali_fail(ctx, ALI_ERR_CORRUPT, "the first"), ALI_ERR_CORRUPT);
    return ali_fail(ctx, ALI_ERR_UNSUPPORTED, "the second");
}

static ali_status fail_without_a_word(ali_task *task, void *state, uint32_t budget_rows) {
    (void)task;
    (void)state;
    (void)budget_rows;
    return ALI_ERR_MEMORY;
}

static void error_of_a_task_has_the_status_of_its_step(void **unused) {
    (void)unused;
    static const struct {
        ali_task_class kind;
        ali_status status;
        const char *sentence;
    } cases[] = {
        {{"twice", fail_twice, clear_nothing, 8}, ALI_ERR_UNSUPPORTED, "the first"},
        {{"mute", fail_without_a_word, clear_nothing, 8}, ALI_ERR_MEMORY, "mute failed: memory"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        ali_context *ctx = NULL;
        ali_task *task = NULL;
        void *state = NULL;
        assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
        assert_int_equal(ali_task_new(ctx, NULL, &cases[i].kind, &task, &state), ALI_OK);
        assert_int_equal(ali_task_step(task, 0), cases[i].status);
        assert_int_equal(ali_task_error(task)->status, cases[i].status);
        assert_string_equal(ali_task_error(task)->sentence, cases[i].sentence);
        assert_string_equal(ali_task_error(task)->tasks, cases[i].kind.name);
        ali_task_free(task);
        ali_context_free(ctx);
    }
}

static ali_status step_inside(ali_task *task, void *state, uint32_t budget_rows) {
    (void)budget_rows;
    *(ali_status *)state = ali_task_step(task, 0);
    return ALI_YIELD;
}

static void step_within_a_step_is_refused(void **unused) {
    (void)unused;
    static const ali_task_class nested = {"nested", step_inside, clear_nothing, 8};
    void *state = NULL;
    ali_task *task = new_task(&nested, &state);
    assert_int_equal(ali_task_step(task, 0), ALI_YIELD);
    assert_int_equal(*(ali_status *)state, ALI_ERR_STATE);
    free_task(task);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(task_that_waits_for_nothing_is_a_bug_that_is_told),
        cmocka_unit_test(error_of_a_task_has_the_status_of_its_step),
        cmocka_unit_test(step_within_a_step_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
