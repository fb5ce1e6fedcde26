// The loops over one buffer's values: what each finds, up to the last value that is right and from
// the first that is not.
#include "column_tools.h"
#include "format/ipc/check.h"

// Values of 1, 2, 4 or 8 bytes, as they lie in a buffer.
static uint8_t *store(uint8_t bytes[64], uint32_t width, const int64_t *numbers, uint32_t count) {
    for (uint32_t i = 0; i < count * width; i += 1) {
        bytes[i] = (uint8_t)((uint64_t)numbers[i / width] >> (8 * (i % width)));
    }
    return bytes;
}

// --- byte order ----------------------------------------------------------------------------------

static void elements_are_turned_round_by_their_kind(void **state) {
    static const struct {
        uint32_t kind;
        uint64_t from;
        uint64_t to;
        char before[33];
        char after[33];
    } cases[] = {
        {2, 0, 6, "abcdef", "badcfe"},
        {2, 2, 4, "abcdef", "abdcef"},
        {2, 0, 3, "abcdef", "bacdef"}, // what is no whole element stays
        {4, 0, 8, "abcdefgh", "dcbahgfe"},
        {4, 4, 11, "abcdefghijkl", "abcdhgfeijkl"},
        {8, 0, 8, "abcdefgh", "hgfedcba"},
        {16, 0, 16, "abcdefghijklmnop", "ponmlkjihgfedcba"},
        {32, 0, 32, "abcdefghijklmnopqrstuvwxyz012345", "543210zyxwvutsrqponmlkjihgfedcba"},
        {ALI_IPC_SWAP_MONTH_DAY_NANO, 0, 16, "abcdefghijklmnop", "dcbahgfeponmlkji"},
        {ALI_IPC_SWAP_MONTH_DAY_NANO, 16, 31, "abcdefghijklmnop", "abcdefghijklmnop"},
        {ALI_IPC_SWAP_VIEW, 0, 16,
         "\0\0\0\x0c"
         "efghijklmnop",
         "\x0c\0\0\0"
         "efghijklmnop"},
        {ALI_IPC_SWAP_VIEW, 0, 16,
         "\0\0\0\x0d"
         "efghijklmnop",
         "\x0d\0\0\0"
         "efghlkjiponm"},
        {ALI_IPC_SWAP_VIEW, 16, 32,
         "0123456789012345\0\1\0\0"
         "efghijklmnop",
         "0123456789012345\0\0\1\0"
         "efghlkjiponm"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        uint8_t bytes[33];
        memcpy(bytes, cases[i].before, sizeof bytes);
        ali_ipc_swap(bytes, cases[i].from, cases[i].to, cases[i].kind);
        assert_memory_equal(bytes, cases[i].after, sizeof bytes);
    }
}

static void numbers_are_read_in_their_width(void **state) {
    static const struct {
        uint32_t width;
        uint32_t is_signed;
        int64_t stored;
        int64_t expected;
    } cases[] = {
        {1, 1, -1, -1},
        {1, 0, -1, 255},
        {1, 1, 127, 127},
        {2, 1, -2, -2},
        {2, 0, -2, 65534},
        {4, 1, INT32_MIN, INT32_MIN},
        {4, 0, INT32_MIN, INT64_C(1) << 31},
        {8, 1, INT64_MIN, INT64_MIN},
        {8, 0, INT64_MAX, INT64_MAX},
        {8, 1, INT64_C(0x0102030405060708), INT64_C(0x0102030405060708)},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        uint8_t bytes[64];
        const int64_t numbers[] = {5, cases[i].stored, 9};
        store(bytes, cases[i].width, numbers, 3);
        assert_int_equal(ali_ipc_number(bytes, 1, cases[i].width, cases[i].is_signed),
                         cases[i].expected);
        assert_int_equal(ali_ipc_number(bytes, 2, cases[i].width, cases[i].is_signed), 9);
    }
}

// --- zeros under nulls ---------------------------------------------------------------------------

#define ROWS 140u

// Rows 5, 66, 67 and 130 are null. One byte of one row is not zero: found if the row is null.
static void any_byte_under_a_null_is_found_and_made_zero(void **state) {
    static const uint32_t widths[] = {1, 2, 4, 8, 16, 32};
    static const uint32_t rows[] = {0, 4, 5, 6, 65, 66, 67, 68, 129, 130, 131};
    uint8_t validity[(ROWS + 7) / 8];
    memset(validity, 0xFF, sizeof validity);
    validity[0] = 0xDF;
    validity[8] = 0xF3;
    validity[16] = 0xFB;
    for (uint32_t w = 0; w < ALI_COUNT_OF(widths); w += 1) {
        for (uint32_t at = 0; at < ALI_COUNT_OF(rows) * widths[w]; at += 1) {
            static uint8_t values[ROWS * 32];
            const uint32_t width = widths[w];
            const uint32_t row = rows[at / width];
            const bool is_null = (validity[row / 8] >> (row % 8) & 1) == 0;
            memset(values, 0, sizeof values);
            values[row * width + at % width] = 1;
            assert_int_equal(ali_ipc_find_dirty(values, width, validity, 0, ROWS),
                             is_null ? row : ROWS);
            assert_int_equal(ali_ipc_find_dirty(values, width, validity, 0, row), row);
            if (row < 128) {
                assert_int_equal(ali_ipc_find_dirty(values, width, validity, 128, ROWS), ROWS);
            }
            ali_ipc_clean(values, width, validity, 0, ROWS);
            assert_int_equal(values[row * width + at % width], is_null ? 0 : 1);
        }
    }
}

static void bits_under_nulls_are_found_and_made_zero(void **state) {
    static const uint8_t validity[] = {0xFF, 0xEF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE};
    for (uint32_t row = 0; row < 72; row += 1) {
        uint8_t values[9] = {0};
        const bool is_null = !ali_ipc_bit(validity, row);
        values[row / 8] = (uint8_t)(1u << (row % 8));
        assert_int_equal(ali_ipc_find_dirty(values, 0, validity, 0, 72), is_null ? row : 72);
        assert_int_equal(ali_ipc_find_dirty(values, 0, validity, 0, row), row);
        ali_ipc_clean(values, 0, validity, 0, 72);
        assert_int_equal(ali_ipc_bit(values, row), !is_null);
    }
}

static void nothing_is_cleaned_outside_the_rows(void **state) {
    static const uint8_t validity[16] = {0};
    uint8_t values[128];
    memset(values, 7, sizeof values);
    ali_ipc_clean(values, 1, validity, 64, 100);
    for (uint32_t i = 0; i < 128; i += 1) {
        assert_int_equal(values[i], i >= 64 && i < 100 ? 0 : 7);
    }
}

// --- offsets -------------------------------------------------------------------------------------

static void offsets_may_stay_or_rise(void **state) {
    static const struct {
        int64_t offsets[4];
        uint64_t from;
        uint64_t expected; // 4: all are right
    } cases[] = {
        {{0, 0, 3, 3}, 0, 4}, {{2, 5, 9, 9}, 0, 4},  {{-1, 0, 1, 2}, 0, 0}, {{0, -1, 1, 2}, 0, 1},
        {{0, 3, 2, 5}, 0, 2}, {{0, 3, 5, 4}, 0, 3},  {{0, 3, 2, 5}, 2, 2},  {{0, 3, 2, 5}, 3, 4},
        {{7, 3, 4, 5}, 1, 1}, {{-9, 3, 4, 5}, 1, 4},
    };
    for (uint32_t i = 0; i < 2 * ALI_COUNT_OF(cases); i += 1) {
        uint8_t bytes[64];
        const uint32_t width = i % 2 == 0 ? 4 : 8;
        store(bytes, width, cases[i / 2].offsets, 4);
        assert_int_equal(ali_ipc_check_offsets(bytes, width, cases[i / 2].from, 4),
                         cases[i / 2].expected);
    }
}

// Text of one row alone is there: found if the row is null.
static void text_of_a_null_is_found(void **state) {
    static const uint8_t validity[] = {0xFF, 0xF7, 0x7E}; // 11, 16 and 23 are null
    for (uint32_t i = 0; i < 2 * 24; i += 1) {
        uint8_t bytes[25 * 8];
        const uint32_t width = i % 2 == 0 ? 4 : 8;
        const uint32_t row = i / 2;
        memset(bytes, 0, sizeof bytes);
        for (uint32_t k = row + 1; k <= 24; k += 1) bytes[k * width] = 1;
        const bool is_null = !ali_ipc_bit(validity, row);
        assert_int_equal(ali_ipc_find_filled(bytes, width, validity, 0, 24), is_null ? row : 24);
    }
}

// --- references ----------------------------------------------------------------------------------

static void codes_lie_below_the_number_of_values(void **state) {
    static const struct {
        int32_t codes[4];
        uint64_t from;
        uint64_t count;
        uint64_t expected;
    } cases[] = {
        {{0, 1, 2, 0}, 0, 3, 4},  {{0, 1, 2, 0}, 0, 2, 2}, {{3, 1, 2, 3}, 0, 3, 0},
        {{0, -1, 2, 0}, 0, 3, 1}, {{9, 1, 2, 9}, 1, 3, 3}, {{9, 1, 2, 0}, 1, 3, 4},
        {{0, 0, 0, 0}, 0, 0, 0},  {{0, 0, 0, 1}, 0, 1, 3},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        assert_int_equal(ali_ipc_check_codes(cases[i].codes, cases[i].from, 4, cases[i].count),
                         cases[i].expected);
    }
}

static void run_ends_rise_from_above_zero(void **state) {
    static const struct {
        int64_t ends[4];
        uint64_t from;
        uint64_t expected;
    } cases[] = {
        {{1, 2, 5, 9}, 0, 4}, {{0, 2, 5, 9}, 0, 0}, {{-1, 2, 5, 9}, 0, 0},
        {{1, 1, 5, 9}, 0, 1}, {{3, 4, 4, 9}, 0, 2}, {{3, 4, 5, 2}, 0, 3},
        {{3, 4, 4, 9}, 2, 2}, {{3, 4, 4, 9}, 3, 4}, {{-3, 1, 2, 3}, 1, 4},
    };
    static const uint32_t widths[] = {2, 4, 8};
    for (uint32_t i = 0; i < 3 * ALI_COUNT_OF(cases); i += 1) {
        uint8_t bytes[64];
        store(bytes, widths[i % 3], cases[i / 3].ends, 4);
        assert_int_equal(ali_ipc_check_runs(bytes, widths[i % 3], cases[i / 3].from, 4),
                         cases[i / 3].expected);
    }
}

static void views_end_with_their_buffer(void **state) {
    static const uint8_t text[64];
    const ali_bytes buffers[] = {{.data = text, .count_bytes = 20},
                                 {.data = text, .count_bytes = UINT64_C(1) << 32}};
    static const struct {
        int64_t view[4]; // length, prefix, buffer, offset
        bool is_right;
    } cases[] = {
        {{0, -1, -1, -1}, true},       {{12, -1, -1, -1}, true},
        {{13, -1, 2, 0}, false},       {{13, -1, -1, 0}, false},
        {{13, 0, 0, 7}, true},         {{13, 0, 0, 8}, false},
        {{20, 0, 0, 0}, true},         {{21, 0, 0, 0}, false},
        {{INT32_MAX, 0, 1, 0}, true},  {{INT64_C(1) << 31, 0, 1, 0}, false},
        {{13, 0, 1, INT32_MAX}, true}, {{13, 0, 1, INT64_C(1) << 31}, false},
        {{-1, 0, 1, 0}, false},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const int64_t views[12] = {
            99, 0, 99, 0, cases[i].view[0], cases[i].view[1], cases[i].view[2], cases[i].view[3],
            99, 0, 99, 0};
        uint8_t bytes[64];
        store(bytes, 4, views, 12);
        assert_int_equal(ali_ipc_check_views(bytes, 1, 2, buffers, 2), cases[i].is_right ? 2 : 1);
        assert_int_equal(ali_ipc_check_views(bytes, 0, 2, buffers, 2), 0);
    }
}

static void places_lie_in_their_child(void **state) {
    static const struct {
        int64_t offset;
        int64_t size;
        bool is_right;
    } cases[] = {
        {0, 0, true}, {0, 10, true}, {0, 11, false}, {10, 0, true},  {10, 1, false}, {11, 0, false},
        {3, 7, true}, {3, 8, false}, {-1, 0, false}, {0, -1, false}, {5, -2, false}, {-2, 5, false},
    };
    for (uint32_t i = 0; i < 2 * ALI_COUNT_OF(cases); i += 1) {
        uint8_t offsets[64];
        uint8_t sizes[64];
        const uint32_t width = i % 2 == 0 ? 4 : 8;
        const int64_t at[] = {99, cases[i / 2].offset, 99};
        const int64_t lengths[] = {99, cases[i / 2].size, 99};
        store(offsets, width, at, 3);
        store(sizes, width, lengths, 3);
        assert_int_equal(ali_ipc_check_places(offsets, sizes, width, 1, 2, 10),
                         cases[i / 2].is_right ? 2 : 1);
    }
}

static void union_names_a_child_and_a_value_of_it(void **state) {
    static const struct {
        uint8_t id;
        int32_t offset;
        bool is_right_sparse;
        bool is_right_dense;
    } cases[] = {
        {5, 0, true, true},     {5, 2, true, true},   {5, 3, true, false},   {5, -1, true, false},
        {0, 0, false, false},   {127, 0, true, true}, {127, 1, true, false}, {128, 0, false, false},
        {255, 0, false, false}, {6, 0, true, false}, // a child of no values
    };
    uint32_t lengths[128] = {0};
    lengths[5] = 3 + 1;
    lengths[6] = 0 + 1;
    lengths[127] = 1 + 1;
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const uint8_t ids[] = {0, cases[i].id, 0};
        const int32_t offsets[] = {99, cases[i].offset, 99};
        assert_int_equal(ali_ipc_check_union(ids, NULL, 1, 2, lengths),
                         cases[i].is_right_sparse ? 2 : 1);
        assert_int_equal(ali_ipc_check_union(ids, offsets, 1, 2, lengths),
                         cases[i].is_right_dense ? 2 : 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_turned_round_by_their_kind),
        cmocka_unit_test(numbers_are_read_in_their_width),
        cmocka_unit_test(any_byte_under_a_null_is_found_and_made_zero),
        cmocka_unit_test(bits_under_nulls_are_found_and_made_zero),
        cmocka_unit_test(nothing_is_cleaned_outside_the_rows),
        cmocka_unit_test(offsets_may_stay_or_rise),
        cmocka_unit_test(text_of_a_null_is_found),
        cmocka_unit_test(codes_lie_below_the_number_of_values),
        cmocka_unit_test(run_ends_rise_from_above_zero),
        cmocka_unit_test(views_end_with_their_buffer),
        cmocka_unit_test(places_lie_in_their_child),
        cmocka_unit_test(union_names_a_child_and_a_value_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
