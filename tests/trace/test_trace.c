// The exact operations of each scenario, in order, and the bytes it copied, against texts in
// tests/trace/expected. With ALI_TRACE_UPDATE=1 in the environment the texts are written anew: then
// read the difference before it is committed.
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../harness/harness.h"

// "scan two columns" is kept in tests/trace/expected/scan-two-columns.txt.
static void path_of(char *path, size_t capacity_bytes, const char *name) {
    (void)snprintf(path, capacity_bytes, "tests/trace/expected/%s.txt", name);
    for (char *at = path; *at != 0; at += 1) {
        if (*at == ' ') *at = '-';
        if (*at == ',') memmove(at, at + 1, strlen(at));
        if (*at == ' ') *at = '-';
    }
}

static char *text_of(const harness_scenario *scenario) {
    char *trace = NULL;
    const harness_plan plan = {0};
    const harness_result result = harness_run(scenario, &plan, &trace);
    assert_int_equal(result.status, ALI_OK);
    const size_t capacity_bytes = strlen(trace) + 512;
    char *text = malloc(capacity_bytes);
    assert_non_null(text);
    (void)snprintf(text, capacity_bytes, "# %s, %s\n%srows %" PRIu64 "\ncopied %" PRIu64 " bytes\n",
                   scenario->name, scenario->file, trace, result.rows, result.copied_bytes);
    free(trace);
    return text;
}

static void update(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void asks_for_exactly_this(void **state) {
    const harness_scenario *scenario = *state;
    char path[160];
    path_of(path, sizeof path, scenario->name);
    char *text = text_of(scenario);
    if (getenv("ALI_TRACE_UPDATE") != NULL) update(path, text);
    static char expected[1 << 16];
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s is missing", path);
    expected[fread(expected, 1, sizeof expected - 1, file)] = 0;
    (void)fclose(file);
    if (strcmp(text, expected) != 0) {
        print_error("trace: %s: found\n%sexpected\n%s", path, text, expected);
        free(text);
        fail();
    }
    free(text);
}

int main(void) {
    enum { TESTS_MAX = 64 };
    static struct CMUnitTest tests[TESTS_MAX];
    assert_true(harness_scenario_count <= TESTS_MAX);
    for (uint32_t i = 0; i < harness_scenario_count; i += 1) {
        tests[i] = (struct CMUnitTest){.name = harness_scenarios[i].name,
                                       .test_func = asks_for_exactly_this,
                                       .initial_state = (void *)(uintptr_t)&harness_scenarios[i]};
    }
    return _cmocka_run_group_tests("trace", tests, harness_scenario_count, NULL, NULL);
}
