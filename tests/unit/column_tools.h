// tests/unit/column_tools.h: contexts that count, and short ways to make schemas, columns and
// batches.
#ifndef ALI_TESTS_COLUMN_TOOLS_H
#define ALI_TESTS_COLUMN_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "column/column.h"

#pragma GCC diagnostic ignored "-Wunused-function"

// An allocator that counts on any thread, and fails the n-th call.
typedef struct tool_counter {
    int64_t bytes;
    uint64_t calls;
    uint64_t fail_at; // 0: never
} tool_counter;

static bool tool_fails(tool_counter *counter) {
    const uint64_t call = __atomic_add_fetch(&counter->calls, 1, __ATOMIC_RELAXED);
    return counter->fail_at != 0 && call == counter->fail_at;
}

static void *tool_allocate(void *user, size_t size_bytes) {
    tool_counter *counter = user;
    if (tool_fails(counter)) return NULL;
    (void)__atomic_add_fetch(&counter->bytes, (int64_t)size_bytes, __ATOMIC_RELAXED);
    return malloc(size_bytes);
}

static void *tool_resize(void *user, void *pointer, size_t old_bytes, size_t new_bytes) {
    tool_counter *counter = user;
    if (tool_fails(counter)) return NULL;
    (void)__atomic_add_fetch(&counter->bytes, (int64_t)new_bytes - (int64_t)old_bytes,
                             __ATOMIC_RELAXED);
    return realloc(pointer, new_bytes);
}

static void tool_release(void *user, void *pointer, size_t size_bytes) {
    tool_counter *counter = user;
    (void)__atomic_sub_fetch(&counter->bytes, (int64_t)size_bytes, __ATOMIC_RELAXED);
    free(pointer);
}

static ali_context *tool_context(tool_counter *counter) {
    const ali_allocator allocator = {tool_allocate, tool_resize, tool_release, counter};
    ali_context *ctx = NULL;
    assert_int_equal(ali_context_new(&allocator, NULL, &ctx), ALI_OK);
    return ctx;
}

// --- types ---------------------------------------------------------------------------------------

#define TOOL_INT(width, sign) {.kind = ALI_TYPE_INT, .bits = (width), .is_signed = (sign)}
#define TOOL_FLOAT(width) {.kind = ALI_TYPE_FLOAT, .bits = (width)}
#define TOOL_KIND(name) {.kind = ALI_TYPE_##name}
#define TOOL_BOOL {.kind = ALI_TYPE_BOOL, .bits = 1}

static ali_field tool_field(const char *name, const ali_type *type) {
    return (ali_field){.name = name, .name_bytes = strlen(name), .type = type, .is_nullable = true};
}

static ali_schema *tool_schema(ali_context *ctx, const ali_type *types, uint32_t count) {
    ali_field fields[32];
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
                                        "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v"};
    for (uint32_t i = 0; i < count; i += 1) fields[i] = tool_field(names[i], &types[i]);
    ali_schema *schema = NULL;
    assert_int_equal(ali_schema_new(ctx, fields, count, NULL, 0, &schema), ALI_OK);
    return schema;
}

// --- columns -------------------------------------------------------------------------------------

static ali_buf *tool_buf(ali_context *ctx, const void *bytes, size_t count_bytes) {
    ali_buf *buf = NULL;
    assert_int_equal(ali_buf_zero(ctx, count_bytes, &buf), ALI_OK);
    if (count_bytes != 0) memcpy(buf->data, bytes, count_bytes);
    return buf;
}

// Sets a column's nulls: one character a row, '.' for null.
static void tool_nulls(ali_context *ctx, ali_column *column, const char *rows) {
    ali_buf *bits = NULL;
    assert_int_equal(strlen(rows), column->length);
    assert_int_equal(ali_buf_zero(ctx, (column->length + 7) / 8, &bits), ALI_OK);
    column->null_count = 0;
    for (uint64_t i = 0; i < column->length; i += 1) {
        if (rows[i] == '.') {
            column->null_count += 1;
        } else {
            bits->data[i / 8] |= (uint8_t)(1u << (i % 8));
        }
    }
    column->validity = bits;
}

// Fills in fixed-width values, or codes.
static void tool_values(ali_context *ctx, ali_column *column, const void *values,
                        size_t count_bytes) {
    column->values = tool_buf(ctx, values, count_bytes);
}

// Fills in text: terminated strings, NULL for null.
static void tool_text(ali_context *ctx, ali_column *column, const char *const *texts) {
    ali_buf *offsets = NULL;
    ali_buf *data = NULL;
    char rows[4096] = {0};
    uint64_t sum = 0;
    assert_true(column->length < sizeof rows);
    for (uint64_t i = 0; i < column->length; i += 1) {
        sum += texts[i] == NULL ? 0 : strlen(texts[i]);
        rows[i] = texts[i] == NULL ? '.' : 'x';
    }
    assert_int_equal(ali_buf_zero(ctx, (column->length + 1) * 4, &offsets), ALI_OK);
    assert_int_equal(ali_buf_zero(ctx, sum, &data), ALI_OK);
    int32_t *at = (int32_t *)(void *)offsets->data;
    at[0] = 0;
    for (uint64_t i = 0; i < column->length; i += 1) {
        const size_t length = texts[i] == NULL ? 0 : strlen(texts[i]);
        if (length != 0) memcpy(data->data + at[i], texts[i], length);
        at[i + 1] = at[i] + (int32_t)length;
    }
    column->offsets = offsets;
    column->data = data;
    if (strchr(rows, '.') != NULL) tool_nulls(ctx, column, rows);
}

// Makes a column of codes into a dictionary of terminated strings.
static void tool_codes(ali_context *ctx, ali_schema *schema, ali_column *column,
                       const char *const *values, uint64_t values_count, const int32_t *codes) {
    ali_column plain = {.type = column->type, .length = values_count};
    tool_text(ctx, &plain, values);
    assert_int_equal(ali_dictionary_new(ctx, schema, &plain, &column->dictionary), ALI_OK);
    assert_true(plain.offsets == NULL && plain.data == NULL); // the dictionary has taken them
    column->encoding = ALI_ENCODING_DICTIONARY;
    tool_values(ctx, column, codes, column->length * sizeof(int32_t));
}

static ali_batch *tool_batch(ali_context *ctx, ali_schema *schema, uint64_t rows) {
    ali_batch *batch = NULL;
    assert_int_equal(ali_batch_new(ctx, schema, rows, &batch), ALI_OK);
    return batch;
}

// Compares a plain text column with terminated strings, NULL for null.
static void tool_assert_text(const ali_column *column, const char *const *texts) {
    ali_column_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_column_describe(column, &info), ALI_OK);
    assert_int_equal(info.encoding, ALI_ENCODING_PLAIN);
    assert_int_equal(((const int32_t *)info.offsets)[0], 0);
    for (uint64_t i = 0; i < info.length; i += 1) {
        const size_t length =
            (size_t)(((const int32_t *)info.offsets)[i + 1] - ((const int32_t *)info.offsets)[i]);
        assert_int_equal(ali_column_is_valid(column, i), texts[i] != NULL);
        if (texts[i] == NULL) {
            assert_int_equal(length, 0);
            continue;
        }
        assert_int_equal(length, strlen(texts[i]));
        if (length != 0)
            assert_memory_equal(info.data + ((const int32_t *)info.offsets)[i], texts[i], length);
    }
}

#endif
