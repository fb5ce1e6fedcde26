// The Thrift reader: every type on the wire, loosely typed numbers, what is skipped, what is
// refused.
#include "column_tools.h"
#include "wire/thrift.h"

typedef struct inner {
    uint32_t seen;
    int32_t number;
} inner;

typedef struct outer {
    uint32_t seen;
    int32_t small;
    int64_t wide;
    uint8_t flag;
    ali_thrift_text text;
    inner nested;
    ali_thrift_list list;
    uint32_t mask;
} outer;

static const ali_thrift_field inner_fields[] = {
    {1, ALI_THRIFT_I32, ALI_THRIFT_REQUIRED, offsetof(inner, number), NULL},
};
static const ali_thrift_type inner_type = {"Inner", inner_fields, 1, sizeof(inner), 3};
static const ali_thrift_field outer_fields[] = {
    {1, ALI_THRIFT_I32, 0, offsetof(outer, small), NULL},
    {2, ALI_THRIFT_I64, 0, offsetof(outer, wide), NULL},
    {3, ALI_THRIFT_BOOL, 0, offsetof(outer, flag), NULL},
    {4, ALI_THRIFT_TEXT, 0, offsetof(outer, text), NULL},
    {5, ALI_THRIFT_STRUCT, 0, offsetof(outer, nested), &inner_type},
    {6, ALI_THRIFT_LIST, 0, offsetof(outer, list), &inner_type},
    {9, ALI_THRIFT_SEEN, 0, 0, NULL},
    {10, ALI_THRIFT_MASK, 0, offsetof(outer, mask), NULL},
};
static const ali_thrift_type outer_type = {"Outer", outer_fields, 8, sizeof(outer), 1};

typedef struct reading {
    ali_context *ctx;
    ali_arena arena;
    ali_status status;
    outer value;
    uint64_t steps;
} reading;

static reading read_bytes(const uint8_t *bytes, size_t count, bool is_partial, uint64_t budget) {
    reading it = {0};
    assert_int_equal(ali_context_new(NULL, NULL, &it.ctx), ALI_OK);
    ali_arena_init(&it.arena, it.ctx);
    uint8_t *exact = malloc(count == 0 ? 1 : count);
    if (count != 0) memcpy(exact, bytes, count);
    ali_thrift reader = {.ctx = it.ctx,
                         .arena = &it.arena,
                         .bytes = exact,
                         .count_bytes = count,
                         .offset_bytes = 100,
                         .what = "sample",
                         .is_partial = is_partial};
    ali_thrift_begin(&reader, &outer_type, &it.value);
    do {
        it.status = ali_thrift_step(&reader, budget);
        it.steps += 1;
    } while (it.status == ALI_YIELD);
    if (it.value.text.count_bytes != 0) { // the text is only looked at while its bytes are there
        assert_true((const uint8_t *)it.value.text.bytes >= exact);
        assert_true((const uint8_t *)it.value.text.bytes + it.value.text.count_bytes <=
                    exact + count);
    }
    free(exact);
    return it;
}

static void done(reading *it) {
    ali_arena_clear(&it->arena);
    ali_context_free(it->ctx);
}

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static void fields_of_all_kinds_are_read(void **state) {
    for (uint64_t budget = 1; budget < 40; budget += 3) {
        reading it = read_bytes(BYTES(0x15, 0x03, 0x16, 0x80, 0x01, 0x11, 0x18, 2, 'h', 'i', 0x1C,
                                      0x15, 0x54, 0, 0x19, 0x2C, 0x15, 2, 0, 0x15, 4, 0, 0x3D, 1, 2,
                                      3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0),
                                false, budget);
        assert_int_equal(it.status, ALI_OK);
        assert_int_equal(it.value.seen, 0x7F);
        assert_int_equal(it.value.small, -2);
        assert_int_equal(it.value.wide, 64);
        assert_int_equal(it.value.flag, 1);
        assert_int_equal(it.value.text.count_bytes, 2);
        assert_int_equal(it.value.nested.number, 42);
        assert_int_equal(it.value.list.count, 2);
        const inner *items = it.value.list.items;
        assert_int_equal(items[0].number, 1);
        assert_int_equal(items[1].number, 2);
        assert_true(budget > 10 || it.steps > 2);
        done(&it);
    }
}

static void any_width_of_integer_is_taken_where_it_fits(void **state) {
    static const struct {
        uint8_t bytes[8];
        size_t count;
        int64_t small;
    } samples[] = {
        {{0x13, 0xFE, 0}, 3, -2},       // i8
        {{0x14, 0x03, 0}, 3, -2},       // i16
        {{0x16, 0x03, 0}, 3, -2},       // i64
        {{0x05, 0x02, 0x03, 0}, 4, -2}, // the field's number in full
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        reading it = read_bytes(samples[i].bytes, samples[i].count, false, 100);
        assert_int_equal(it.status, ALI_OK);
        assert_int_equal(it.value.small, samples[i].small);
        done(&it);
    }
}

static void a_list_of_integers_is_a_set_of_those_below_32(void **state) {
    const uint8_t many[69] = {0xA9, 0xF5, 65}; // 65 numbers are too many
    const struct {
        const uint8_t *bytes;
        size_t count;
        uint32_t mask;
        ali_status status;
    } cases[] = {
        {BYTES(0xA9, 0x35, 0, 6, 16, 0), 1 << 0 | 1 << 3 | 1 << 8, ALI_OK},
        {BYTES(0xA9, 0x45, 62, 64, 1, 1, 0), UINT32_C(1) << 31, ALI_OK}, // 31, 32, -1, -1
        {BYTES(0xA9, 0x23, 5, 0xFF, 0), 1 << 5, ALI_OK},                 // bytes: 5, -1
        {BYTES(0xA9, 0x05, 0), 0, ALI_OK},
        {BYTES(0xA9, 0x18, 2, 'h', 'i', 0), 0, ALI_OK}, // a list of texts
        {BYTES(0xA8, 2, 'h', 'i', 0), 0, ALI_OK},       // no list
        {many, sizeof many, 0, ALI_OK},
        {BYTES(0xA9, 0x35, 0, 6), 0, ALI_ERR_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        reading it = read_bytes(cases[i].bytes, cases[i].count, false, 1000);
        assert_int_equal(it.status, cases[i].status);
        if (it.status == ALI_OK) assert_int_equal(it.value.mask, cases[i].mask);
        done(&it);
    }
}

static void unknown_fields_and_other_types_are_skipped(void **state) {
    static const struct {
        uint8_t bytes[24];
        size_t count;
    } samples[] = {
        {{0x78, 2, 'a', 'b'}, 4},                     // unknown text
        {{0x77, 1, 2, 3, 4, 5, 6, 7, 8}, 9},          // unknown double
        {{0x79, 0x31, 1, 2, 1}, 5},                   // list of booleans
        {{0x7A, 0x28, 1, 'a', 0}, 5},                 // set of texts
        {{0x7B, 0}, 2},                               // empty map
        {{0x7B, 2, 0x58, 2, 1, 'x', 4, 1, 'y'}, 9},   // map of numbers to texts
        {{0x7C, 0x1C, 0x15, 2, 0, 0x01, 0x04, 0}, 8}, // struct in a struct
        {{0x79, 0x2C, 0, 0x11, 0}, 5},                // list of structs
        {{0x79, 0xF3, 2, 7, 7}, 5},                   // a count of its own
        {{0x18, 1, 'x'}, 3},                          // field 1 should be a number
        {{0x79, 0x29, 0x15, 2, 0x05}, 5},             // list of lists
        {{0x05, 0xFF, 0x03, 2}, 4},                   // a field below 0
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        uint8_t bytes[32];
        memcpy(bytes, samples[i].bytes, samples[i].count);
        memcpy(bytes + samples[i].count, (const uint8_t[]){0x05, 0x04, 0x0E, 0}, 4);
        reading it = read_bytes(bytes, samples[i].count + 4, false, 100);
        if (it.status != ALI_OK) print_message("%u: %s\n", i, it.ctx->own.sentence);
        assert_int_equal(it.status, ALI_OK);
        assert_int_equal(it.value.seen, 2);
        assert_int_equal(it.value.wide, 7);
        done(&it);
        for (size_t cut = 0; cut < samples[i].count + 4; cut += 1) {
            it = read_bytes(bytes, cut, true, 100);
            assert_int_equal(it.status, ALI_NEED);
            assert_int_equal(it.ctx->own.error.status, ALI_OK);
            done(&it);
            it = read_bytes(bytes, cut, false, 100);
            assert_int_equal(it.status, ALI_ERR_TRUNCATED);
            done(&it);
        }
    }
}

static void what_is_skipped_keeps_to_the_budget(void **state) {
    enum { ITEMS = 100000 };
    uint8_t *bytes = calloc(1, ITEMS + 20);
    // Field 7, a list of a list of booleans; then field 1.
    const uint8_t head[] = {
        0x79, 0x19, 0xF1, 0x80 | (ITEMS & 0x7F), 0x80 | (ITEMS >> 7 & 0x7F), ITEMS >> 14};
    size_t at = sizeof head;
    memcpy(bytes, head, at);
    memset(bytes + at, 1, ITEMS);
    at += ITEMS;
    bytes[at++] = 0x05;
    bytes[at++] = 2;
    bytes[at++] = 14;
    bytes[at++] = 0;
    reading it = read_bytes(bytes, at, false, 1000);
    assert_int_equal(it.status, ALI_OK);
    assert_int_equal(it.value.small, 7);
    assert_true(it.steps >= ITEMS / 1000);
    free(bytes);
    done(&it);
}

static void what_is_not_thrift_is_refused(void **state) {
    static const struct {
        uint8_t bytes[16];
        size_t count;
        ali_status status;
        const char *words;
    } samples[] = {
        {{0x16, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02},
         11,
         ALI_ERR_CORRUPT,
         "longer than 64 bits"},
        {{0x15, 0x80, 0x80, 0x80, 0x80, 0x10}, 6, ALI_ERR_CORRUPT, "out of range"},
        {{0x48, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, 6, ALI_ERR_CORRUPT, "a text claims"},
        {{0x48, 5, 'a'}, 3, ALI_ERR_TRUNCATED, "ends in the middle"},
        {{0x69, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, 7, ALI_ERR_CORRUPT, "a list claims"},
        {{0x69, 0xFC, 0xFF, 0xFF, 0xFF, 0x03}, 6, ALI_ERR_TRUNCATED, "ends in the middle"},
        {{0x69, 0x15, 2}, 3, ALI_ERR_CORRUPT, "holds something else"},
        {{0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x55}, 7, ALI_ERR_CORRUPT, "a map claims"},
        {{0x79, 0x10}, 2, ALI_ERR_TRUNCATED, "ends in the middle"},
        {{0x79, 0x10, 0}, 3, ALI_ERR_CORRUPT, "a type that does not exist"},
        {{0x7E, 0}, 2, ALI_ERR_CORRUPT, "a type that does not exist"},
        {{0x05, 0x80, 0x80, 0x08, 0}, 5, ALI_ERR_CORRUPT, "exceeds 16 bits"},
        {{0x5C, 0, 0}, 3, ALI_ERR_CORRUPT, "a Inner without its field 1"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        reading it = read_bytes(samples[i].bytes, samples[i].count, false, 100);
        if (strstr(it.ctx->own.sentence, samples[i].words) == NULL) {
            print_message("%u: %s\n", i, it.ctx->own.sentence);
        }
        assert_int_equal(it.status, samples[i].status);
        assert_non_null(strstr(it.ctx->own.sentence, samples[i].words));
        assert_true(it.ctx->own.error.offset_bytes >= 100);
        done(&it);
    }
}

static void deep_nesting_ends_at_the_limit(void **state) {
    enum { DEEP = 10000 };
    uint8_t *bytes = malloc(DEEP + 1);
    memset(bytes, 0x1C, DEEP);
    bytes[0] = 0x7C;
    reading it = read_bytes(bytes, DEEP, false, UINT64_MAX);
    assert_int_equal(it.status, ALI_ERR_LIMIT);
    assert_non_null(strstr(it.ctx->own.sentence, "inside one another"));
    done(&it);
    memset(bytes, 0x19, DEEP); // lists of one list
    bytes[0] = 0x79;
    it = read_bytes(bytes, DEEP, false, UINT64_MAX);
    assert_int_equal(it.status, ALI_ERR_LIMIT);
    done(&it);
    free(bytes);
}

static void lists_grow_by_what_arrives(void **state) {
    enum { ITEMS = 1000 };
    uint8_t *bytes = malloc(3 * ITEMS + 8);
    size_t at = 0;
    bytes[at++] = 0x69;
    bytes[at++] = 0xFC;
    bytes[at++] = 0xE8;
    bytes[at++] = 0x07; // 1000
    for (uint32_t i = 0; i < ITEMS; i += 1) {
        bytes[at++] = 0x15;
        bytes[at++] = 2 * (i % 60);
        bytes[at++] = 0;
    }
    bytes[at++] = 0;
    reading it = read_bytes(bytes, at, false, 64);
    assert_int_equal(it.status, ALI_OK);
    assert_int_equal(it.value.list.count, ITEMS);
    const inner *items = it.value.list.items;
    for (uint32_t i = 0; i < ITEMS; i += 1) assert_int_equal(items[i].number, i % 60);
    done(&it);
    it = read_bytes(bytes, 40, false, 64);
    assert_int_equal(it.status, ALI_ERR_TRUNCATED);
    assert_true(it.arena.total_bytes == 0);
    done(&it);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_all_kinds_are_read),
        cmocka_unit_test(any_width_of_integer_is_taken_where_it_fits),
        cmocka_unit_test(a_list_of_integers_is_a_set_of_those_below_32),
        cmocka_unit_test(unknown_fields_and_other_types_are_skipped),
        cmocka_unit_test(what_is_skipped_keeps_to_the_budget),
        cmocka_unit_test(what_is_not_thrift_is_refused),
        cmocka_unit_test(deep_nesting_ends_at_the_limit),
        cmocka_unit_test(lists_grow_by_what_arrives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
