// Dictionaries as Arrow IPC writes them, read back: codes of every width, dictionaries that follow
// one another, and plain values whose type is a dictionary.
#include "ipc_tools.h"

static ali_type coded(uint32_t kind, uint32_t bits, uint32_t is_signed) {
    return (ali_type){.kind = (uint8_t)kind,
                      .bits = kind == ALI_TYPE_INT ? 32 : 0,
                      .is_signed = true,
                      .index_bits = (uint8_t)bits,
                      .index_is_signed = (uint8_t)is_signed};
}

// Words as a column of text, of long text, or of the four bytes of each.
static void put_words(ali_context *ctx, ali_column *column, const char *const *words) {
    int64_t ends[512] = {0};
    char text[4096];
    size_t at = 0;
    for (uint64_t i = 0; i < column->length; i += 1) {
        memcpy(text + at, words[i], strlen(words[i]));
        at += strlen(words[i]);
        ends[i + 1] = (int64_t)at;
    }
    if (column->type->kind == ALI_TYPE_INT) {
        tool_values(ctx, column, text, at);
        return;
    }
    const bool is_long = column->type->kind == ALI_TYPE_LARGE_UTF8;
    int32_t narrow[512];
    for (uint32_t i = 0; i < 512; i += 1) narrow[i] = (int32_t)ends[i];
    column->data = tool_buf(ctx, text, at);
    column->offsets = is_long ? tool_buf(ctx, ends, (column->length + 1) * 8)
                              : tool_buf(ctx, narrow, (column->length + 1) * 4);
}

// A batch of one column whose rows are the words of a dictionary, the last first.
static ali_batch *batch_of(ali_context *ctx, ali_schema *schema, const char *const *words,
                           uint64_t count) {
    ali_batch *batch = tool_batch(ctx, schema, count);
    ali_column *column = &batch->columns[0];
    ali_column plain = {.type = column->type, .length = count};
    int32_t codes[512];
    for (uint64_t i = 0; i < count; i += 1) codes[i] = (int32_t)(count - 1 - i);
    put_words(ctx, &plain, words);
    assert_int_equal(ali_dictionary_new(ctx, schema, &plain, &column->dictionary), ALI_OK);
    column->encoding = ALI_ENCODING_DICTIONARY;
    tool_values(ctx, column, codes, count * sizeof(int32_t));
    return batch;
}

static void codes_of_every_width_come_back(void **state) {
    static const uint32_t bits[] = {8, 16, 32, 64};
    const char *const words[] = {"red", "green", "blue"};
    const int32_t codes[] = {2, 0, 0, 1, 2};
    for (uint32_t i = 0; i < 2 * ALI_COUNT_OF(bits); i += 1) {
        const ali_type type = coded(ALI_TYPE_UTF8, bits[i / 2], i % 2);
        tool_table table;
        tool_open(&table, &type, 1, 5);
        tool_codes(table.ctx, table.schema, &table.batch->columns[0], words, 3, codes);
        tool_nulls(table.ctx, &table.batch->columns[0], "xx.xx");
        expect_rows(&table, "{\"a\":\"blue\"}\n{\"a\":\"red\"}\n{\"a\":null}\n{\"a\":\"green\"}\n"
                            "{\"a\":\"blue\"}\n");
        tool_close(&table);
    }
}

static void codes_reach_as_far_as_their_width(void **state) {
    static const struct {
        uint32_t bits;
        uint32_t is_signed;
        uint32_t values;
    } cases[] = {{8, 1, 128}, {8, 0, 256}, {16, 1, 300}, {16, 0, 300}, {64, 1, 300}};
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const ali_type type = coded(ALI_TYPE_UTF8, cases[i].bits, cases[i].is_signed);
        char names[300][8];
        char expected[64];
        const char *words[300];
        const int32_t codes[] = {(int32_t)cases[i].values - 1, 1};
        for (uint32_t k = 0; k < 300; k += 1) {
            snprintf(names[k], sizeof names[k], "w%u", k);
            words[k] = names[k];
        }
        snprintf(expected, sizeof expected, "{\"a\":\"w%u\"}\n{\"a\":\"w1\"}\n",
                 cases[i].values - 1);
        tool_table table;
        tool_open(&table, &type, 1, 2);
        tool_codes(table.ctx, table.schema, &table.batch->columns[0], words, cases[i].values,
                   codes);
        expect_rows(&table, expected);
        tool_close(&table);
    }
}

// --- dictionaries that follow one another --------------------------------------------------------

#define BATCHES_MAX 4u

typedef struct follows {
    const char *words[BATCHES_MAX][4]; // of a dictionary each; the first is looked for
    const char *counts;                // how often it lies in a file, and in a stream
} follows;

static uint64_t occurrences(const char *bytes, uint64_t count, const char *word) {
    uint64_t found = 0;
    const uint64_t length = strlen(word);
    for (uint64_t i = 0; i + length <= count; i += 1) {
        found += memcmp(bytes + i, word, length) == 0 ? 1 : 0;
    }
    return found;
}

static void spell(char *to, const ali_type *type, const char *word) {
    if (type->kind == ALI_TYPE_INT) {
        int32_t number = 0;
        memcpy(&number, word, sizeof number);
        (void)sprintf(to + strlen(to), "{\"a\":%d}\n", number);
    } else {
        (void)sprintf(to + strlen(to), "{\"a\":\"%s\"}\n", word);
    }
}

#define NULLS 130u // more than codes of 8 bits reach

static ali_batch *batch_of_nulls(ali_context *ctx, ali_schema *schema) {
    ali_batch *batch = tool_batch(ctx, schema, NULLS);
    assert_int_equal(ali_column_null(ctx, &batch->columns[0]), ALI_OK);
    return batch;
}

// Writes a batch for each dictionary, one of nulls for "", and reads all of them back.
static void expect_followed(const ali_type *type, const follows *of, const char *format,
                            uint64_t expected_count) {
    char expected[4096] = "";
    bytes_of from = {.tail_bytes = 65536};
    tool_table table = {0};
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    table.ctx = tool_context(&table.counter);
    table.schema = tool_schema(table.ctx, type, 1);
    assert_int_equal(ali_writer_new(table.ctx, format, NULL, table.schema, &writer), ALI_OK);
    for (uint32_t i = 0; i < BATCHES_MAX && of->words[i][0] != NULL; i += 1) {
        uint64_t count = 0;
        while (count < 4 && of->words[i][count] != NULL) count += 1;
        const bool is_null = of->words[i][0][0] == 0;
        ali_batch *batch = is_null ? batch_of_nulls(table.ctx, table.schema)
                                   : batch_of(table.ctx, table.schema, of->words[i], count);
        assert_int_equal(ali_writer_put(writer, batch), ALI_OK);
        ali_batch_release(batch);
        for (uint32_t k = 0; is_null && k < NULLS; k += 1) strcat(expected, "{\"a\":null}\n");
        for (uint64_t k = count; !is_null && k > 0; k -= 1) {
            spell(expected, type, of->words[i][k - 1]);
        }
    }
    assert_int_equal(ali_writer_finish(writer), ALI_OK);
    from.count = ali_writer_pending(writer, &bytes);
    from.bytes = (const char *)bytes;
    const char *word = of->words[0][0][0] != 0 ? of->words[0][0] : of->words[1][0];
    assert_int_equal(occurrences(from.bytes, from.count, word), expected_count);
    char *found = NULL;
    assert_int_equal(read_rows(table.ctx, &from, NULL, &found), ALI_OK);
    assert_string_equal(found, expected);
    free(found);
    ali_writer_free(writer);
    tool_close(&table);
}

// The same of text of both kinds and of integers, in files and in streams.
static void expect_all_followed(const follows *cases, uint32_t count) {
    static const uint32_t kinds[] = {ALI_TYPE_UTF8, ALI_TYPE_LARGE_UTF8, ALI_TYPE_INT};
    for (uint32_t i = 0; i < ALI_COUNT_OF(kinds) * count; i += 1) {
        const ali_type type = coded(kinds[i % 3], 8, 1);
        const follows *of = &cases[i / 3];
        expect_followed(&type, of, "arrow", (uint64_t)(of->counts[0] - '0'));
        expect_followed(&type, of, "arrows", (uint64_t)(of->counts[1] - '0'));
    }
}

// In a file, where a dictionary may not be replaced, what is new of it is added; a stream, where it
// may, holds each as a whole.
static void dictionaries_that_follow_one_another_come_back(void **state) {
    static const follows cases[] = {
        {{{"aaaa", "bbbb"}, {"aaaa", "bbbb"}}, "12"},
        {{{"aaaa", "bbbb"}, {"aaaa", "bbbb", "cccc"}}, "12"},
        {{{"aaaa", "bbbb"}, {"aaaa"}}, "22"},
        {{{"aaaa", "bbbb"}, {"aaaa", "bbbc", "cccc"}}, "22"},
        {{{"aaaa", "bbbb"}, {"cccc"}, {"cccc", "dddd"}, {"eeee", "aaaa"}}, "22"},
        {{{"aaaa"}, {"aaaa", "bbbb"}, {"aaaa", "bbbb", "cccc"}, {"dddd"}}, "13"},
        {{{"aaaa"}, {"bbbb"}, {"bbbb", "cccc"}, {"bbbb", "cccc", "dddd"}}, "11"},
    };
    expect_all_followed(cases, ALI_COUNT_OF(cases));
}

// As where one of many files lacks the column.
static void nulls_add_nothing_to_a_dictionary(void **state) {
    static const follows cases[] = {
        {{{"aaaa", "bbbb"}, {""}}, "11"},
        {{{""}, {"aaaa", "bbbb"}}, "11"},
        {{{"aaaa", "bbbb"}, {""}, {"aaaa", "bbbb", "cccc"}, {""}}, "12"},
        {{{""}, {"aaaa"}, {""}, {"aaaa"}}, "12"},
    };
    expect_all_followed(cases, ALI_COUNT_OF(cases));
}

// The text of one begins that of the other, but not value by value.
static void text_that_is_cut_otherwise_is_another_dictionary(void **state) {
    static const follows cases[] = {
        {{{"ab", "cd"}, {"ab", "cde"}}, "22"},
        {{{"abc", "d"}, {"ab", "cd", "abc"}}, "33"},
        {{{"ab", "cd"}, {"ab", "c", "d"}}, "22"},
        {{{"ab", "cd"}, {"ab", "cd", "e"}}, "12"},
    };
    for (uint32_t i = 0; i < 2 * ALI_COUNT_OF(cases); i += 1) {
        const ali_type type = coded(i % 2 == 0 ? ALI_TYPE_UTF8 : ALI_TYPE_LARGE_UTF8, 16, 0);
        const follows *of = &cases[i / 2];
        expect_followed(&type, of, "arrow", (uint64_t)(of->counts[0] - '0'));
        expect_followed(&type, of, "arrows", (uint64_t)(of->counts[1] - '0'));
    }
}

// Of two dictionaries, the second has `more` values that the first has not.
static ali_status write_two(const char *format, const ali_type *type, uint32_t first,
                            uint32_t more) {
    tool_table table = {0};
    ali_writer *writer = NULL;
    ali_status status = ALI_OK;
    char names[512][8];
    const char *words[512];
    for (uint32_t k = 0; k < first + more; k += 1) {
        snprintf(names[k], sizeof names[k], "w%u", k);
        words[k] = names[k];
    }
    table.ctx = tool_context(&table.counter);
    table.schema = tool_schema(table.ctx, type, 1);
    assert_int_equal(ali_writer_new(table.ctx, format, NULL, table.schema, &writer), ALI_OK);
    for (uint32_t i = 0; i < 2 && status == ALI_OK; i += 1) {
        ali_batch *batch = batch_of(table.ctx, table.schema, i == 0 ? words : words + first,
                                    i == 0 ? first : more);
        status = ali_writer_put(writer, batch);
        ali_batch_release(batch);
    }
    if (status < 0) {
        char expected[256];
        snprintf(expected, sizeof expected,
                 "column \"a\" uses dictionaries of %u values together, more than its codes reach; "
                 "a file, where they may not be replaced, is not supported: write a stream",
                 first + more);
        assert_string_equal(ali_context_error(table.ctx)->sentence, expected);
        assert_string_equal(ali_context_error(table.ctx)->column, "a");
    }
    ali_writer_free(writer);
    tool_close(&table);
    return status;
}

static void files_hold_as_many_values_as_codes_reach(void **state) {
    static const struct {
        uint32_t bits;
        uint32_t is_signed;
        uint32_t first;
        uint32_t more;
        ali_status status; // of a file
    } cases[] = {
        {8, 1, 100, 28, ALI_OK},   {8, 1, 100, 29, ALI_ERR_UNSUPPORTED},
        {8, 0, 100, 156, ALI_OK},  {8, 0, 100, 157, ALI_ERR_UNSUPPORTED},
        {16, 1, 100, 157, ALI_OK}, {32, 1, 100, 157, ALI_OK},
        {64, 0, 100, 157, ALI_OK},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        const ali_type type = coded(ALI_TYPE_UTF8, cases[i].bits, cases[i].is_signed);
        assert_int_equal(write_two("arrow", &type, cases[i].first, cases[i].more), cases[i].status);
    }
    const ali_type narrow = coded(ALI_TYPE_UTF8, 8, 1);
    assert_int_equal(write_two("arrows", &narrow, 100, 29), ALI_OK);
}

// --- plain values --------------------------------------------------------------------------------

static void plain_values_are_written_as_codes_of_themselves(void **state) {
    const ali_type type = coded(ALI_TYPE_UTF8, 8, 1);
    const char *const texts[] = {"x", NULL, "y", "x"};
    tool_table table;
    tool_open(&table, &type, 1, 4);
    tool_text(table.ctx, &table.batch->columns[0], texts);
    expect_rows(&table, "{\"a\":\"x\"}\n{\"a\":null}\n{\"a\":\"y\"}\n{\"a\":\"x\"}\n");
    tool_close(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_of_every_width_come_back),
        cmocka_unit_test(codes_reach_as_far_as_their_width),
        cmocka_unit_test(dictionaries_that_follow_one_another_come_back),
        cmocka_unit_test(nulls_add_nothing_to_a_dictionary),
        cmocka_unit_test(text_that_is_cut_otherwise_is_another_dictionary),
        cmocka_unit_test(files_hold_as_many_values_as_codes_reach),
        cmocka_unit_test(plain_values_are_written_as_codes_of_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
