// Batches: references, decoding of dictionaries, slices, memory.
#include <pthread.h>

#include "column/bits.h"
#include "column_tools.h"

static const ali_type text_type = TOOL_KIND(UTF8);

static void *release_batch(void *batch) {
    ali_batch_release(batch);
    return NULL;
}

static void release_elsewhere(ali_batch *batch) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, release_batch, batch), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void batch_is_released_on_another_thread_after_its_context(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, &text_type, 1);
    ali_batch *batch = tool_batch(ctx, schema, 2);
    const char *const values[] = {"one", "two"};
    const int32_t codes[] = {1, 0};
    tool_codes(ctx, schema, &batch->columns[0], values, 2, codes);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_true(counter.bytes > 0);
    ali_batch_retain(batch);
    release_elsewhere(batch);
    assert_int_equal(ali_batch_rows(batch), 2);
    release_elsewhere(batch);
    assert_int_equal(counter.bytes, 0);
    ali_batch_release(NULL);
}

static void columns_are_described(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type types[] = {TOOL_INT(32, 1), TOOL_KIND(UTF8)};
    ali_schema *schema = tool_schema(ctx, types, 2);
    ali_batch *batch = tool_batch(ctx, schema, 3);
    const int32_t numbers[] = {7, 0, 9};
    const char *const values[] = {"x", "yy"};
    const int32_t codes[] = {1, 0, 1};
    tool_values(ctx, &batch->columns[0], numbers, sizeof numbers);
    tool_nulls(ctx, &batch->columns[0], "x.x");
    tool_codes(ctx, schema, &batch->columns[1], values, 2, codes);
    ali_column_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_column_describe(ali_batch_column(batch, 0), &info), ALI_OK);
    assert_int_equal(info.length, 3);
    assert_int_equal(info.null_count, 1);
    assert_int_equal(info.validity[0], 5);
    assert_int_equal(info.values_bytes, 12);
    assert_null(info.dictionary);
    assert_int_equal(ali_column_describe(ali_batch_column(batch, 1), &info), ALI_OK);
    assert_int_equal(info.encoding, ALI_ENCODING_DICTIONARY);
    assert_true(info.dictionary_id > 0);
    assert_null(info.validity);
    const char *const expected[] = {"x", "yy"};
    tool_assert_text(info.dictionary, expected);
    assert_null(ali_batch_column(batch, 2));
    assert_ptr_equal(ali_batch_schema(batch), schema);
    info.size_bytes = 4;
    assert_int_equal(ali_column_describe(ali_batch_column(batch, 0), &info), ALI_ERR_ARGUMENT);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

static void decoding_copies_short_and_long_values_and_leaves_nulls_empty(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, &text_type, 1);
    ali_batch *batch = tool_batch(ctx, schema, 7);
    const char *const values[] = {"", "a", "sixteen bytes!!!", "a value longer than sixteen bytes"};
    const int32_t codes[] = {3, 2, 0, 1, 0, 2, 3};
    const char *const expected[] = {values[3], values[2], NULL, "a", "", values[2], values[3]};
    tool_codes(ctx, schema, &batch->columns[0], values, 4, codes);
    tool_nulls(ctx, &batch->columns[0], "xx.xxxx");
    ali_batch *plain = NULL;
    assert_int_equal(ali_batch_decode(ctx, batch, &plain), ALI_OK);
    assert_int_equal(batch->columns[0].encoding, ALI_ENCODING_DICTIONARY);
    ali_batch_release(batch);
    tool_assert_text(&plain->columns[0], expected);
    assert_int_equal(plain->columns[0].null_count, 1);
    ali_batch_release(plain);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void column_of_nulls_decodes_without_a_dictionary_value(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, &text_type, 1);
    ali_batch *batch = tool_batch(ctx, schema, 3);
    const int32_t codes[] = {0, 0, 0};
    const char *const expected[] = {NULL, NULL, NULL};
    tool_codes(ctx, schema, &batch->columns[0], NULL, 0, codes);
    tool_nulls(ctx, &batch->columns[0], "...");
    ali_batch *plain = NULL;
    assert_int_equal(ali_batch_decode(ctx, batch, &plain), ALI_OK);
    tool_assert_text(&plain->columns[0], expected);
    ali_batch_release(plain);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

static void column_without_rows_and_buffers_decodes(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type types[] = {TOOL_KIND(UTF8), TOOL_INT(32, 1)};
    ali_schema *schema = tool_schema(ctx, types, 2);
    ali_batch *batch = tool_batch(ctx, schema, 0);
    for (uint32_t i = 0; i < 2; i += 1) {
        ali_column *column = &batch->columns[i];
        ali_column none = {.type = column->type};
        assert_int_equal(ali_dictionary_new(ctx, schema, &none, &column->dictionary), ALI_OK);
        column->encoding = ALI_ENCODING_DICTIONARY;
        assert_int_equal(ali_column_decode(ctx, column), ALI_OK);
    }
    assert_int_equal(batch->columns[0].offsets->size_bytes, 4);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void values_without_padding_are_copied_exactly(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, &text_type, 1);
    ali_batch *batch = tool_batch(ctx, schema, 2);
    uint8_t *lent = malloc(3); // the sanitizer sees reads beyond it
    memcpy(lent, "abc", 3);
    const int32_t offsets[] = {0, 1, 3};
    const int32_t codes[] = {1, 0};
    ali_column values = {.type = schema->nodes[0].type, .length = 2};
    values.offsets = tool_buf(ctx, offsets, sizeof offsets);
    assert_int_equal(ali_buf_lent(ctx, lent, 3, free, lent, &values.data), ALI_OK);
    ali_column *column = &batch->columns[0];
    assert_int_equal(ali_dictionary_new(ctx, schema, &values, &column->dictionary), ALI_OK);
    column->encoding = ALI_ENCODING_DICTIONARY;
    tool_values(ctx, column, codes, sizeof codes);
    assert_int_equal(ali_column_decode(ctx, column), ALI_OK);
    const char *const expected[] = {"bc", "a"};
    tool_assert_text(column, expected);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
}

static void fixed_width_and_boolean_dictionaries_decode(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type types[] = {TOOL_INT(64, 1), TOOL_BOOL, TOOL_INT(16, 1), TOOL_INT(32, 1)};
    static const int64_t wide[] = {-5, INT64_MAX};
    static const uint8_t bits[] = {2};
    static const int16_t narrow[] = {-2, 300};
    static const int32_t middle[] = {-7, 70000};
    const void *const values[] = {wide, bits, narrow, middle};
    const size_t sizes[] = {sizeof wide, 1, sizeof narrow, sizeof middle};
    const int32_t codes[] = {1, 0, 0, 1};
    ali_schema *schema = tool_schema(ctx, types, 4);
    ali_batch *batch = tool_batch(ctx, schema, 4);
    for (uint32_t i = 0; i < 4; i += 1) {
        ali_column *column = &batch->columns[i];
        ali_column plain = {.type = column->type, .length = 2};
        tool_values(ctx, &plain, values[i], sizes[i]);
        assert_int_equal(ali_dictionary_new(ctx, schema, &plain, &column->dictionary), ALI_OK);
        column->encoding = ALI_ENCODING_DICTIONARY;
        tool_values(ctx, column, codes, sizeof codes);
        tool_nulls(ctx, column, "x.xx");
    }
    ali_batch *plain = NULL;
    assert_int_equal(ali_batch_decode(ctx, batch, &plain), ALI_OK);
    const int64_t wide_out[] = {INT64_MAX, 0, -5, INT64_MAX};
    const int16_t narrow_out[] = {300, 0, -2, 300};
    const int32_t middle_out[] = {70000, 0, -7, 70000};
    assert_memory_equal(plain->columns[0].values->data, wide_out, sizeof wide_out);
    assert_int_equal(plain->columns[1].values->data[0], 9);
    assert_memory_equal(plain->columns[2].values->data, narrow_out, sizeof narrow_out);
    assert_memory_equal(plain->columns[3].values->data, middle_out, sizeof middle_out);
    ali_batch_release(plain);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void plain_columns_are_shared_by_decoding(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    const ali_type types[] = {TOOL_KIND(UTF8), TOOL_KIND(UTF8)};
    const char *const values[] = {"p", "q"};
    const int32_t codes[] = {0, 1};
    ali_schema *schema = tool_schema(ctx, types, 2);
    ali_batch *batch = tool_batch(ctx, schema, 2);
    tool_text(ctx, &batch->columns[0], values);
    tool_codes(ctx, schema, &batch->columns[1], values, 2, codes);
    ali_batch *plain = NULL;
    ali_batch *again = NULL;
    assert_int_equal(ali_batch_decode(ctx, batch, &plain), ALI_OK);
    assert_ptr_equal(plain->columns[0].data, batch->columns[0].data);
    assert_int_equal(ali_batch_decode(ctx, plain, &again), ALI_OK);
    assert_ptr_equal(again, plain);
    ali_batch_release(again);
    ali_batch_release(plain);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

// 3,000 rows of a 1 MB value are more than 32-bit offsets reach; nothing of that size is allocated.
static void text_beyond_32_bit_offsets_is_refused_by_name(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, &text_type, 1);
    ali_batch *batch = tool_batch(ctx, schema, 3000);
    ali_column *column = &batch->columns[0];
    const int32_t offsets[] = {0, 1000000};
    ali_column values = {.type = column->type, .length = 1};
    values.offsets = tool_buf(ctx, offsets, sizeof offsets);
    assert_int_equal(ali_buf_zero(ctx, 1000000, &values.data), ALI_OK);
    assert_int_equal(ali_dictionary_new(ctx, schema, &values, &column->dictionary), ALI_OK);
    column->encoding = ALI_ENCODING_DICTIONARY;
    assert_int_equal(ali_buf_zero(ctx, 3000 * sizeof(int32_t), &column->values), ALI_OK);
    ali_batch *plain = NULL;
    assert_int_equal(ali_batch_decode(ctx, batch, &plain), ALI_ERR_LIMIT);
    assert_null(plain);
    assert_string_equal(ali_context_error(ctx)->column, "a");
    assert_non_null(strstr(ali_context_error(ctx)->sentence,
                           "column \"a\" would hold 3000000000 bytes of text"));
    assert_true(ali_context_memory_peak_bytes(ctx) < 2000000);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static ali_batch *sliceable(ali_context *ctx, ali_schema *schema) {
    static const char *const texts[] = {"t0", NULL, "t2", "", "t4", "t5", "t6", NULL, "t8", "t9"};
    static const int8_t bytes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const int64_t wide[] = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90};
    static const uint8_t bits[] = {0x6D, 0x02};
    static const char *const values[] = {"u", "v"};
    static const int32_t codes[] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
    ali_batch *batch = tool_batch(ctx, schema, 10);
    tool_text(ctx, &batch->columns[0], texts);
    tool_values(ctx, &batch->columns[1], bytes, sizeof bytes);
    tool_nulls(ctx, &batch->columns[1], "xxxxx.xxxx");
    tool_values(ctx, &batch->columns[2], wide, sizeof wide);
    tool_values(ctx, &batch->columns[3], bits, sizeof bits);
    tool_codes(ctx, schema, &batch->columns[4], values, 2, codes);
    batch->columns[5].null_count = 10;
    return batch;
}

static const ali_type slice_types[] = {TOOL_KIND(UTF8), TOOL_INT(8, 1),  TOOL_INT(64, 1),
                                       TOOL_BOOL,       TOOL_KIND(UTF8), TOOL_KIND(NULL)};

static void slices_hold_their_rows_and_outlive_the_whole(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, slice_types, 6);
    ali_batch *batch = sliceable(ctx, schema);
    ali_batch *slice = NULL;
    assert_int_equal(ali_batch_slice(ctx, batch, 3, 6, &slice), ALI_OK);
    const uint64_t copied = ali_context_copied_bytes(ctx);
    assert_ptr_equal(slice->columns[2].values->data, batch->columns[2].values->data + 24);
    ali_batch_release(batch);
    const char *const texts[] = {"", "t4", "t5", "t6", NULL, "t8"};
    tool_assert_text(&slice->columns[0], texts);
    assert_int_equal(slice->columns[0].null_count, 1);
    assert_int_equal(slice->columns[1].null_count, 1);
    assert_false(ali_column_is_valid(&slice->columns[1], 2));
    assert_int_equal(slice->columns[1].values->data[5], 8);
    assert_int_equal(copied, 6 + 24); // int8 values and codes, to keep them aligned
    assert_int_equal(slice->columns[3].values->data[0], 0x0D);
    assert_int_equal(slice->columns[5].null_count, 6);
    const char *const decoded[] = {"v", "u", "v", "u", "v", "u"};
    assert_int_equal(ali_column_decode(ctx, &slice->columns[4]), ALI_OK);
    tool_assert_text(&slice->columns[4], decoded);
    for (uint32_t i = 0; i < 5; i += 1) {
        const ali_buf *values = slice->columns[i].values;
        if (values != NULL) assert_int_equal((uintptr_t)values->data % 8, 0);
    }
    ali_batch_release(slice);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void slice_without_nulls_has_no_validity_and_the_whole_is_itself(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, slice_types, 6);
    ali_batch *batch = sliceable(ctx, schema);
    ali_batch *slice = NULL;
    ali_batch *whole = NULL;
    ali_batch *none = NULL;
    assert_int_equal(ali_batch_slice(ctx, batch, 2, 3, &slice), ALI_OK);
    assert_null(slice->columns[0].validity);
    assert_int_equal(slice->columns[0].null_count, 0);
    assert_int_equal(ali_batch_slice(ctx, batch, 0, 10, &whole), ALI_OK);
    assert_ptr_equal(whole, batch);
    assert_int_equal(ali_batch_slice(ctx, batch, 10, 0, &none), ALI_OK);
    assert_int_equal(ali_batch_rows(none), 0);
    assert_int_equal(((int32_t *)(void *)none->columns[0].offsets->data)[0], 0);
    ali_batch_release(slice);
    ali_batch_release(whole);
    ali_batch_release(none);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void failed_allocations_of_slices_and_decoding_leak_nothing(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, slice_types, 6);
    ali_batch *batch = sliceable(ctx, schema);
    const int64_t held = counter.bytes;
    uint32_t failures = 0;
    for (uint64_t n = 1; n < 100; n += 1) {
        ali_batch *made = NULL;
        ali_batch *plain = NULL;
        ali_error_begin(ctx);
        counter.fail_at = counter.calls + n;
        ali_status status = ali_batch_slice(ctx, batch, 1, 7, &made);
        if (status == ALI_OK) status = ali_batch_decode(ctx, made, &plain);
        counter.fail_at = 0;
        ali_batch_release(plain);
        ali_batch_release(made);
        assert_int_equal(counter.bytes, held);
        if (status == ALI_OK) break;
        assert_int_equal(status, ALI_ERR_MEMORY);
        assert_null(plain);
        failures += 1;
    }
    assert_true(failures >= 10 && failures < 99);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void dictionary_that_cannot_be_made_releases_its_column(void **state) {
    tool_counter counter = {0};
    ali_context *ctx = tool_context(&counter);
    ali_schema *schema = tool_schema(ctx, &text_type, 1);
    const char *const values[] = {"x"};
    ali_column plain = {.type = schema->nodes[0].type, .length = 1};
    tool_text(ctx, &plain, values);
    ali_dictionary *dictionary = NULL;
    counter.fail_at = counter.calls + 1;
    assert_int_equal(ali_dictionary_new(ctx, schema, &plain, &dictionary), ALI_ERR_MEMORY);
    assert_null(dictionary);
    assert_null(plain.data);
    ali_schema_release(schema);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
}

static void bits_are_counted_and_copied_at_every_offset(void **state) {
    uint8_t bits[32];
    for (uint32_t i = 0; i < sizeof bits; i += 1) bits[i] = (uint8_t)(i * 73 + 41);
    for (uint64_t offset = 0; offset < 70; offset += 1) {
        for (uint64_t count = 0; offset + count <= 150; count += 1) {
            uint64_t sum = 0;
            const size_t exact = (size_t)(offset + count + 7) / 8;
            uint8_t *from = malloc(exact == 0 ? 1 : exact); // the sanitizer sees reads beyond it
            uint8_t to[20];
            memcpy(from, bits, exact);
            memset(to, 0xAA, sizeof to);
            ali_bits_copy(to, from, offset, count);
            for (uint64_t i = 0; i < count; i += 1) {
                const uint32_t bit = bits[(offset + i) / 8] >> ((offset + i) % 8) & 1u;
                sum += bit;
                assert_int_equal(to[i / 8] >> (i % 8) & 1u, bit);
            }
            if (count % 8 != 0) assert_int_equal(to[count / 8] >> (count % 8), 0);
            assert_int_equal(to[(count + 7) / 8], 0xAA);
            assert_int_equal(ali_bits_count(from, offset, count), sum);
            free(from);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_is_released_on_another_thread_after_its_context),
        cmocka_unit_test(columns_are_described),
        cmocka_unit_test(decoding_copies_short_and_long_values_and_leaves_nulls_empty),
        cmocka_unit_test(column_of_nulls_decodes_without_a_dictionary_value),
        cmocka_unit_test(column_without_rows_and_buffers_decodes),
        cmocka_unit_test(values_without_padding_are_copied_exactly),
        cmocka_unit_test(fixed_width_and_boolean_dictionaries_decode),
        cmocka_unit_test(plain_columns_are_shared_by_decoding),
        cmocka_unit_test(text_beyond_32_bit_offsets_is_refused_by_name),
        cmocka_unit_test(slices_hold_their_rows_and_outlive_the_whole),
        cmocka_unit_test(slice_without_nulls_has_no_validity_and_the_whole_is_itself),
        cmocka_unit_test(failed_allocations_of_slices_and_decoding_leak_nothing),
        cmocka_unit_test(dictionary_that_cannot_be_made_releases_its_column),
        cmocka_unit_test(bits_are_counted_and_copied_at_every_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
