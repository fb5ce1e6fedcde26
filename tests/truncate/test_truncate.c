// Files that end too early: each is cut at every byte of its first 4 KB and at 1,000 places more.
//
// A cut file is an error that is told in a sentence. A cut Arrow stream gives a prefix of its rows
// first, and may end without an error where the cut lies between two of its messages. Nothing is
// held afterwards. The bytes are lent from a buffer of just their size, so that the sanitizers
// see every read behind the end.
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../harness/harness.h"

#define EVERY_BYTE 4096
#define PLACES 1000
#define VECTORS "../../vectors/files/"

// What the rows of a file are as JSON, a line each.
typedef struct lines {
    char *text;
    size_t count_bytes;
    size_t capacity_bytes;
} lines;

// How often a cut gave what.
typedef struct tally {
    uint64_t errors;
    uint64_t whole_messages; // ended without an error
    uint64_t with_rows;      // an error behind some rows
} tally;

static void append(lines *to, const uint8_t *bytes, size_t count_bytes) {
    if (to->count_bytes + count_bytes > to->capacity_bytes) {
        to->capacity_bytes = (to->count_bytes + count_bytes) * 2;
        to->text = realloc(to->text, to->capacity_bytes);
        assert_non_null(to->text);
    }
    if (count_bytes > 0) memcpy(to->text + to->count_bytes, bytes, count_bytes);
    to->count_bytes += count_bytes;
}

typedef struct sink {
    ali_writer *writer;
    lines *to;
} sink;

static ali_status put(harness *h, void *user, ali_batch *batch) {
    (void)h;
    const sink *into = user;
    const ali_status status = ali_writer_put(into->writer, batch);
    if (status != ALI_OK) return status;
    const uint8_t *bytes = NULL;
    const uint64_t count = ali_writer_pending(into->writer, &bytes);
    append(into->to, bytes, count);
    ali_writer_drop(into->writer, count);
    return ALI_OK;
}

// All rows of a data set; those before an error stay in `to`.
static ali_status write_rows(harness *h, ali_dataset *dataset, lines *to) {
    ali_schema *schema = NULL;
    ali_writer *writer = NULL;
    ali_task *task = NULL;
    ali_status status = ali_scan_schema(dataset, NULL, &schema);
    if (status == ALI_OK) status = ali_writer_new(h->ctx, "jsonl", NULL, schema, &writer);
    if (status == ALI_OK) status = ali_scan_start(dataset, NULL, &task);
    if (status == ALI_OK) {
        sink into = {writer, to};
        status = harness_drive(h, task, put, &into);
        harness_free_task(h, task);
    }
    ali_writer_free(writer);
    ali_schema_release(schema);
    return status;
}

// Reads the first `count_bytes` bytes of the harness's object.
static ali_status read_cut(harness *h, uint64_t count_bytes, lines *to) {
    const uint8_t *whole = h->bytes;
    const uint64_t whole_bytes = h->count_bytes;
    uint8_t *cut = malloc(count_bytes > 0 ? count_bytes : 1);
    assert_non_null(cut);
    memcpy(cut, whole, count_bytes);
    h->bytes = cut;
    h->count_bytes = count_bytes;
    h->result.steps = 0;
    h->result.sentence[0] = 0;
    to->count_bytes = 0;
    ali_dataset *dataset = NULL;
    ali_status status = harness_open(h, ALI_OBJECT_LENDS, NULL, &dataset);
    if (status == ALI_OK) status = write_rows(h, dataset, to);
    ali_dataset_release(dataset);
    h->bytes = whole;
    h->count_bytes = whole_bytes;
    free(cut);
    return status;
}

static bool is_told(ali_status status) {
    return status == ALI_ERR_TRUNCATED || status == ALI_ERR_CORRUPT ||
           status == ALI_ERR_UNSUPPORTED;
}

static bool is_stream(const harness *h) {
    return memcmp(h->bytes, "PAR1", 4) != 0 && memcmp(h->bytes, "ARROW1", 6) != 0;
}

static void try_cut(harness *h, uint64_t at, const lines *whole, lines *cut, tally *sum) {
    const uint64_t held = h->held_bytes;
    const ali_status status = read_cut(h, at, cut);
    if (h->held_bytes != held) fail_msg("cut at %" PRIu64 ": bytes are still held", at);
    const bool is_prefix =
        cut->count_bytes <= whole->count_bytes &&
        (cut->count_bytes == 0 || memcmp(cut->text, whole->text, cut->count_bytes) == 0);
    if (!is_prefix) fail_msg("cut at %" PRIu64 ": other rows than those of the whole file", at);
    if (status == ALI_OK && is_stream(h)) {
        sum->whole_messages += 1;
        return;
    }
    if (!is_told(status) || strlen(h->result.sentence) < 10) {
        fail_msg("cut at %" PRIu64 ": status %d, \"%s\"", at, status, h->result.sentence);
    }
    sum->errors += 1;
    sum->with_rows += cut->count_bytes > 0 ? 1 : 0;
}

static ali_status cut_everywhere(harness *h) {
    const uint64_t count = h->count_bytes;
    const uint64_t near = count < EVERY_BYTE ? count : EVERY_BYTE;
    lines whole = {0};
    lines cut = {0};
    tally sum = {0};
    const ali_status status = read_cut(h, count, &whole);
    if (status != ALI_OK) fail_msg("the whole file: status %d, %s", status, h->result.sentence);
    assert_true(whole.count_bytes > 0);
    for (uint64_t at = 0; at < near; at += 1) try_cut(h, at, &whole, &cut, &sum);
    for (uint64_t i = 0; i < PLACES && near < count; i += 1) {
        try_cut(h, near + (count - 1 - near) * i / (PLACES - 1), &whole, &cut, &sum);
    }
    h->result.rows = sum.errors;
    // A file is never whole without its end; of a stream few places lie between messages.
    if (!is_stream(h)) assert_int_equal(sum.whole_messages + sum.with_rows, 0);
    if (is_stream(h)) assert_true(sum.whole_messages > 0 && sum.whole_messages < 64);
    free(whole.text);
    free(cut.text);
    return ALI_OK;
}

static void every_cut_is_told(void **state) {
    const harness_scenario scenario = {.file = *state, .run = cut_everywhere};
    const harness_plan plan = {0};
    const harness_result result = harness_run(&scenario, &plan, NULL);
    assert_int_equal(result.status, ALI_OK);
    assert_int_equal(result.held_bytes, 0);
    assert_true(result.rows > 0);
}

int main(void) {
    static const char *const files[] = {
        "plain.parquet",
        "codecs.parquet",
        "../../twin/data/pages-v2.parquet",
        "../../twin/data/codecs-v2.parquet",
        "../../twin/data/nested.parquet",
        VECTORS "parquet-duckdb/map.parquet",
        VECTORS "parquet-testing/data/delta_encoding_required_column.parquet",
        VECTORS "parquet-testing/data/byte_stream_split.zstd.parquet",
        "trips.arrow",
        VECTORS "arrow-misc/arrow/data-arrow_2.0.0_lz4.feather",
        VECTORS "arrow-integration/cpp-21.0.0/generated_nested_dictionary.arrow_file",
        "plain.arrows",
        VECTORS "arrow-integration/cpp-21.0.0/generated_decimal.stream",
        VECTORS "arrow-integration/cpp-21.0.0/generated_list_view.stream",
    };
    static struct CMUnitTest tests[sizeof files / sizeof files[0]];
    static char names[sizeof files / sizeof files[0]][96];
    const size_t count = sizeof files / sizeof files[0];
    for (size_t i = 0; i < count; i += 1) {
        const char *slash = strrchr(files[i], '/');
        (void)snprintf(names[i], sizeof names[i], "%s, cut", slash != NULL ? slash + 1 : files[i]);
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = every_cut_is_told,
                                       .initial_state = (void *)(uintptr_t)files[i]};
    }
    return _cmocka_run_group_tests("truncate", tests, count, NULL, NULL);
}
