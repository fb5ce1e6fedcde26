// Pages of every codec, lengths that lie, and the operation by which a codec of the host's is asked
// for, with whatever a host may answer.
#include <brotli/decode.h>

#include "parquet_tools.h"

// Two values of INT32, 7 and 9, by each codec.
#define PLAIN 7, 0, 0, 0, 9, 0, 0, 0
static const uint8_t none[] = {PLAIN};
static const uint8_t snappy[] = {8, 7 << 2, PLAIN};
static const uint8_t gzip[] = {0x1F, 0x8B, 8,    0,     0,    0,    0,    0,    0, 3, 1, 8,
                               0,    0xF7, 0xFF, PLAIN, 0xFA, 0x99, 0xEF, 0x12, 8, 0, 0, 0};
static const uint8_t brotli[] = {0x8B, 0x03, 0x80, PLAIN, 0x03};
static const uint8_t lz4_hadoop[] = {0, 0, 0, 8, 0, 0, 0, 9, 0x80, PLAIN};
static const uint8_t lz4_raw[] = {0x80, PLAIN};
static const uint8_t zstd[] = {0x28, 0xB5, 0x2F, 0xFD, 0x20, 8, 0x41, 0, 0, PLAIN};

typedef struct codec_page {
    int32_t codec;
    const uint8_t *bytes;
    size_t count;
    const char *damage; // in the sentence where the last value is cut off
} codec_page;

#define PAGE(codec, bytes, damage) {codec, bytes, sizeof bytes, damage}

static const codec_page pages[] = {
    PAGE(ALI_CODEC_NONE, none, "an uncompressed page claims 8 bytes, but has 7"),
    PAGE(ALI_CODEC_SNAPPY, snappy, "a snappy block ends inside the element"),
    PAGE(ALI_CODEC_GZIP, gzip, "gzip data ends early"),
    PAGE(ALI_CODEC_BROTLI, brotli, "a page of 11 bytes is no brotli data of 8 bytes"),
    PAGE(ALI_CODEC_LZ4, lz4_hadoop, "LZ4 data ends early"),
    PAGE(ALI_CODEC_LZ4, lz4_raw, "an LZ4 block ends inside the sequence"),
    PAGE(ALI_CODEC_ZSTD, zstd, "zstd data ends early"),
    PAGE(ALI_CODEC_LZ4_RAW, lz4_raw, "an LZ4 block ends inside the sequence"),
};

// A file of one column and one page.
static tool_bytes file_of(const codec_page *at, size_t count, bool is_v2, int32_t uncompressed) {
    tool_bytes body = {0};
    tool_put(&body, at->bytes, count);
    tool_page page = tool_data_page(2, ALI_PARQUET_PLAIN);
    if (is_v2) page.type = ALI_PARQUET_DATA_PAGE_V2;
    page.uncompressed = uncompressed;
    tool_bytes chunk = {0};
    tool_put_page(&chunk, &page, &body);
    tool_column column = column_of("n", ALI_PARQUET_INT32, 0, 2, &chunk);
    column.codec = at->codec;
    const tool_bytes file = tool_file(&column, 1, 2, 1);
    release(&body);
    release(&chunk);
    return file;
}

static void every_codec_is_read_in_pages_of_both_versions(void **state) {
    for (uint32_t i = 0; i < 2 * ALI_COUNT_OF(pages); i += 1) {
        const codec_page *at = &pages[i / 2];
        tool_bytes file = file_of(at, at->count, i % 2 == 1, 8);
        tool_expect_rows(&file, &plainly, "7;9;/");
        release(&file);
    }
}

static void damaged_pages_are_told_with_column_and_row_group(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(pages); i += 1) {
        const codec_page *at = &pages[i];
        tool_bytes file = file_of(at, at->count - 1, false, 8);
        tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT, at->damage);
        tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                          "(column \"n\", row group 0, page at offset 4)");
        release(&file);
    }
}

static void a_page_of_another_length_than_it_claims_is_refused(void **state) {
    for (uint32_t i = 0; i < 2 * ALI_COUNT_OF(pages); i += 1) {
        const codec_page *at = &pages[i / 2];
        tool_bytes file = file_of(at, at->count, false, i % 2 == 0 ? 7 : 12);
        tool_result result = tool_read(&file, &plainly);
        if (result.status != ALI_ERR_CORRUPT) print_message("codec %d\n", at->codec);
        assert_int_equal(result.status, ALI_ERR_CORRUPT);
        free(result.rows.data);
        release(&file);
    }
}

static void what_no_block_can_give_takes_no_memory(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(pages); i += 1) {
        const codec_page *at = &pages[i];
        if (at->codec == ALI_CODEC_BROTLI) continue; // without a bound: the limits alone
        tool_bytes file = file_of(at, at->count, false, 60 << 20);
        tool_result result = tool_read(&file, &plainly);
        assert_int_equal(result.status, ALI_ERR_CORRUPT);
        assert_true(result.peak_bytes < 1 << 20);
        free(result.rows.data);
        release(&file);
    }
}

// --- the host's codecs ---------------------------------------------------------------------------

// How a host answers the operation.
typedef struct hosted {
    ali_status status;
    uint64_t part_bytes; // 0: all at once
    int32_t change;      // of the number of bytes
    ali_status expected;
    const char *words;
} hosted;

static void answer_transform(ali_task *task, const ali_op *op, const hosted *how) {
    size_t length = (size_t)op->length_bytes;
    assert_int_equal(op->codec_bytes, 6);
    assert_memory_equal(op->codec, "brotli", 6);
    assert_int_equal(length, 8);
    assert_int_equal(op->input_bytes, sizeof brotli);
    assert_int_equal(BrotliDecoderDecompress(op->input_bytes, op->input, &length, op->data),
                     BROTLI_DECODER_RESULT_SUCCESS);
    length = (size_t)((int64_t)length + how->change);
    ali_answer answer = {.size_bytes = sizeof answer,
                         .op_id = op->op_id,
                         .object_bytes = ALI_UNKNOWN,
                         .status = how->status};
    while (how->part_bytes != 0 && length > how->part_bytes) {
        answer.moved_bytes = how->part_bytes;
        assert_int_equal(ali_task_answer(task, &answer), ALI_OK);
        length -= how->part_bytes;
    }
    answer.moved_bytes = how->status == ALI_OK ? length : 0;
    answer.is_last = 1;
    assert_int_equal(ali_task_answer(task, &answer), ALI_OK);
}

// Reads the file by this host; a transform is answered as `how` says, or (NULL) after the task.
static void read_hosted(const hosted *how) {
    tool_bytes file = file_of(&pages[3], sizeof brotli, false, 8);
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    tool_result result = {0};
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    assert_int_equal(tool_open(&result, ctx, &file, &plainly, &dataset), ALI_OK);
    assert_int_equal(ali_scan_start(dataset, NULL, &task), ALI_OK);
    ali_status status = ALI_OK;
    ali_op op = {0};
    while ((status = ali_task_step(task, 0)) == ALI_NEED && op.kind != ALI_OP_TRANSFORM) {
        const uint32_t count = ali_task_ops(task, &op, 1);
        assert_int_equal(count, 1);
        if (op.kind != ALI_OP_TRANSFORM) tool_answer(task, &op, &file, &plainly);
        if (op.kind == ALI_OP_TRANSFORM && how != NULL) answer_transform(task, &op, how);
    }
    if (how == NULL) {
        assert_int_equal(status, ALI_NEED); // and goes on waiting
        assert_int_equal(ali_task_ops(task, &op, 1), 0);
        ali_task_free(task);
        answer_transform(task, &op, &(hosted){.status = ALI_OK});
    } else {
        assert_int_equal(status, how->expected);
        if (how->words != NULL) {
            assert_non_null(strstr(ali_task_error(task)->sentence, how->words));
            assert_string_equal(ali_task_error(task)->column, "n");
        }
        const bool is_missing = how->status == ALI_ERR_NOT_FOUND;
        assert_int_equal(ali_task_error(task)->op_id, is_missing ? op.op_id : 0);
        ali_batch_release(ali_task_take_batch(task));
        ali_task_free(task);
    }
    ali_dataset_release(dataset);
    ali_context_free(ctx);
    free(result.rows.data);
    release(&file);
}

static void a_host_answers_a_transform_in_one_part_or_several(void **state) {
    read_hosted(&(hosted){.status = ALI_OK, .expected = ALI_READY});
    read_hosted(&(hosted){.status = ALI_OK, .part_bytes = 3, .expected = ALI_READY});
}

static void a_transform_that_fails_is_a_damaged_page(void **state) {
    const char *words =
        "a page of 12 bytes is no brotli data of 8 bytes (column \"n\", row group 0, "
        "page at offset 4)";
    read_hosted(&(hosted){.status = ALI_ERR_HOST, .expected = ALI_ERR_CORRUPT, .words = words});
    read_hosted(
        &(hosted){.status = ALI_OK, .change = -1, .expected = ALI_ERR_CORRUPT, .words = words});
}

static void a_host_without_the_codec_is_named(void **state) {
    read_hosted(&(hosted){.status = ALI_ERR_NOT_FOUND,
                          .expected = ALI_ERR_UNSUPPORTED,
                          .words = "codec brotli is not supported by this host"});
}

static void a_transform_may_be_answered_after_its_task(void **state) {
    read_hosted(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_codec_is_read_in_pages_of_both_versions),
        cmocka_unit_test(damaged_pages_are_told_with_column_and_row_group),
        cmocka_unit_test(a_page_of_another_length_than_it_claims_is_refused),
        cmocka_unit_test(what_no_block_can_give_takes_no_memory),
        cmocka_unit_test(a_host_answers_a_transform_in_one_part_or_several),
        cmocka_unit_test(a_transform_that_fails_is_a_damaged_page),
        cmocka_unit_test(a_host_without_the_codec_is_named),
        cmocka_unit_test(a_transform_may_be_answered_after_its_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
