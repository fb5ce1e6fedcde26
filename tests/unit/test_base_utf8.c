// Steps through UTF-8: well-formed sequences, and how long each ill-formed one is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static int32_t step_of(const char *bytes, size_t count) {
    uint8_t *exact = malloc(count); // the sanitizer sees reads beyond it
    memcpy(exact, bytes, count);
    const int32_t step = ali_utf8_step(exact, count);
    free(exact);
    return step;
}

static const struct {
    const char *bytes;
    size_t count;
    int32_t step;
} steps[] = {
    {"a", 1, 1},
    {"\x00", 1, 1},
    {"\x7F", 1, 1},
    {"\xC2\x80", 2, 2},
    {"\xDF\xBF", 2, 2},
    {"\xE0\xA0\x80", 3, 3},
    {"\xED\x9F\xBF", 3, 3},
    {"\xEF\xBF\xBF", 3, 3},
    {"\xF0\x90\x80\x80", 4, 4},
    {"\xF4\x8F\xBF\xBF", 4, 4},
    {"\x80", 1, -1},         // a continuation byte alone
    {"\xC0\x80", 2, -1},     // overlong
    {"\xC1\xBF", 2, -1},     // overlong
    {"\xE0\x9F\xBF", 3, -1}, // overlong
    {"\xF0\x8F\xBF\xBF", 4, -1},
    {"\xED\xA0\x80", 3, -1}, // a surrogate
    {"\xF4\x90\x80\x80", 4, -1},
    {"\xF5\x80\x80\x80", 4, -1},
    {"\xFF", 1, -1},
    {"\xC3", 1, -1},     // cut
    {"\xE2\x82", 2, -2}, // cut after two bytes that could begin a sequence
    {"\xF0\x9F\x98", 3, -3},
    {"\xF0\x9F\x98z", 4, -3},
    {"\xE2\x82z", 3, -2},
    {"\xE2z", 2, -1},
};

static void sequences_are_measured(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(steps); i += 1) {
        assert_int_equal(step_of(steps[i].bytes, steps[i].count), steps[i].step);
    }
}

// Every code point that is no surrogate is well-formed, and nothing else of its length is.
static void all_code_points_are_well_formed(void **state) {
    for (uint32_t code = 0x80; code < 0x110000; code += 1) {
        char bytes[4];
        int32_t length = 2;
        if (code >= 0xD800 && code < 0xE000) continue;
        if (code < 0x800) {
            bytes[0] = (char)(0xC0 | code >> 6);
        } else if (code < 0x10000) {
            bytes[0] = (char)(0xE0 | code >> 12);
            length = 3;
        } else {
            bytes[0] = (char)(0xF0 | code >> 18);
            length = 4;
        }
        for (int32_t i = 1; i < length; i += 1) {
            bytes[i] = (char)(0x80 | (code >> (6 * (length - 1 - i)) & 0x3F));
        }
        if (ali_utf8_step((const uint8_t *)bytes, (uint64_t)length) != length) fail_msg("%u", code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_are_measured),
        cmocka_unit_test(all_code_points_are_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
