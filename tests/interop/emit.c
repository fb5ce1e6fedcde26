// Writes one table of every type in every format, for readers that are not ours:
//
//     emit FORMAT FILE
//
// The table has two batches, nulls in every column, empty and long text, extreme values, one
// dictionary-encoded column.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alimentar/format.h"
#include "column/column.h"

#define ROWS 70

static ali_context *ctx;

static void must(ali_status status) {
    if (status >= 0) return;
    fprintf(stderr, "emit: %s\n", ctx == NULL ? "no context" : ali_context_error(ctx)->sentence);
    exit(1);
}

#define INT(width, sign) {.kind = ALI_TYPE_INT, .bits = (width), .is_signed = (sign)}
#define TIMED(name, width, u) {.kind = ALI_TYPE_##name, .bits = (width), .unit = ALI_UNIT_##u}

static const struct {
    const char *name;
    ali_type type;
} columns[] = {
    {"null", {.kind = ALI_TYPE_NULL}},
    {"bool", {.kind = ALI_TYPE_BOOL, .bits = 1}},
    {"int8", INT(8, 1)},
    {"uint8", INT(8, 0)},
    {"int16", INT(16, 1)},
    {"uint16", INT(16, 0)},
    {"int32", INT(32, 1)},
    {"uint32", INT(32, 0)},
    {"int64", INT(64, 1)},
    {"uint64", INT(64, 0)},
    {"float16", {.kind = ALI_TYPE_FLOAT, .bits = 16}},
    {"float32", {.kind = ALI_TYPE_FLOAT, .bits = 32}},
    {"float64", {.kind = ALI_TYPE_FLOAT, .bits = 64}},
    {"text \"quoted\"", {.kind = ALI_TYPE_UTF8}},
    {"dictionary", {.kind = ALI_TYPE_UTF8}},
    {"binary", {.kind = ALI_TYPE_BINARY}},
    {"fixed", {.kind = ALI_TYPE_FIXED_BINARY, .bits = 40}},
    {"decimal", {.kind = ALI_TYPE_DECIMAL, .bits = 128, .precision = 38, .scale = 4}},
    {"date32", TIMED(DATE, 32, DAY)},
    {"date64", TIMED(DATE, 64, MILLI)},
    {"time32_s", TIMED(TIME, 32, SECOND)},
    {"time32_ms", TIMED(TIME, 32, MILLI)},
    {"time64_us", TIMED(TIME, 64, MICRO)},
    {"time64_ns", TIMED(TIME, 64, NANO)},
    {"stamp_s", TIMED(TIMESTAMP, 64, SECOND)},
    {"stamp_ms", TIMED(TIMESTAMP, 64, MILLI)},
    {"stamp_us_utc",
     {.kind = ALI_TYPE_TIMESTAMP, .bits = 64, .unit = ALI_UNIT_MICRO, .zone = "UTC"}},
    {"stamp_ns", TIMED(TIMESTAMP, 64, NANO)},
    {"duration_ms", TIMED(DURATION, 64, MILLI)},
    {"text \"quoted\"", {.kind = ALI_TYPE_UTF8}}, // a name may occur twice
};
#define COLUMNS ((uint32_t)(sizeof columns / sizeof columns[0]))

// splitmix64 (Steele, Lea, Flood 2014).
static uint64_t next_random(void) {
    static uint64_t seed = 3;
    uint64_t z = (seed += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static bool is_null(uint32_t column, uint64_t row) {
    return column != 4 && (row * 7 + column) % 5 == 0;
}

static void fill_validity(ali_column *column, uint32_t index) {
    must(ali_buf_zero(ctx, (column->length + 7) / 8, &column->validity));
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (is_null(index, row)) {
            column->null_count += 1;
        } else {
            column->validity->data[row / 8] |= (uint8_t)(1u << (row % 8));
        }
    }
    if (column->null_count > 0) return;
    ali_buf_release(column->validity);
    column->validity = NULL;
}

// A value for a fixed-width column: random bits, kept within what the type allows.
static uint64_t value_for(const ali_type *type, uint64_t row) {
    const uint64_t random = next_random();
    if (type->kind == ALI_TYPE_INT && row % 4 == 1) return row % 8 == 1 ? UINT64_MAX : 0;
    if (type->kind == ALI_TYPE_INT && row % 4 == 2) return UINT64_C(1) << (type->bits - 1);
    if (type->kind == ALI_TYPE_DATE && type->bits == 32) return random % 200000 - 100000;
    if (type->kind == ALI_TYPE_DATE) return (random % 200000 - 100000) * 86400000;
    if (type->kind == ALI_TYPE_TIME) {
        const uint64_t ticks[] = {1, 1000, 1000000, 1000000000};
        return random % (86400 * ticks[type->unit]) / (row % 3 == 0 ? 1000 : 1);
    }
    if (type->kind == ALI_TYPE_TIMESTAMP && type->unit != ALI_UNIT_NANO) {
        const uint64_t ticks[] = {1, 1000, 1000000};
        const uint64_t span = UINT64_C(100) * 31556952 * ticks[type->unit];
        return random % (2 * span) - span;
    }
    if (type->kind == ALI_TYPE_FLOAT && row % 3 == 1) {
        const double value = (double)(random % 100000) / 100.0;
        const float narrow = (float)value;
        uint64_t bits = 0;
        if (type->bits == 64) memcpy(&bits, &value, 8);
        if (type->bits == 32) memcpy(&bits, &narrow, 4);
        return type->bits == 16 ? random : bits;
    }
    return random;
}

static void fill_fixed(ali_column *column, uint32_t index) {
    const uint64_t width = ali_type_width(column->type);
    const bool is_bool = column->type->kind == ALI_TYPE_BOOL;
    must(ali_buf_zero(ctx, is_bool ? (column->length + 7) / 8 : column->length * width,
                      &column->values));
    for (uint64_t row = 0; row < column->length; row += 1) {
        uint64_t value[2] = {value_for(column->type, row), 0};
        value[1] = (int64_t)value[0] < 0 ? UINT64_MAX : 0;
        if (is_null(index, row)) continue;
        if (is_bool) {
            column->values->data[row / 8] |= (uint8_t)((value[0] & 1) << (row % 8));
        } else {
            memcpy(column->values->data + row * width, value, width);
        }
    }
}

static const char *const texts[] = {"",
                                    "a",
                                    "comma, and \"quotes\"",
                                    "line\nfeed",
                                    "tab\tand\rreturn",
                                    "back\\slash",
                                    "\x01\x1f",
                                    "gr\xC3\xBC\xC3\x9Fx",
                                    "\xE6\xBC\xA2\xE5\xAD\x97",
                                    "\xF0\x9F\x98\x80 smile",
                                    "exactly sixteen.",
                                    "a longer text, which does not fit into sixteen bytes",
                                    " spaces ",
                                    "0"};
#define TEXTS (sizeof texts / sizeof texts[0])

static void fill_text(ali_column *column, uint32_t index, uint64_t count, bool has_nulls) {
    must(ali_buf_zero(ctx, (count + 1) * 4, &column->offsets));
    must(ali_buf_new(ctx, 0, &column->data));
    int32_t *offsets = (int32_t *)(void *)column->offsets->data;
    for (uint64_t row = 0; row < count; row += 1) {
        const char *text = texts[has_nulls ? next_random() % TEXTS : row];
        const size_t length = has_nulls && is_null(index, row) ? 0 : strlen(text);
        must(ali_buf_append(ctx, column->data, text, length));
        offsets[row + 1] = offsets[row] + (int32_t)length;
    }
}

static void fill_codes(ali_schema *schema, ali_column *column, uint32_t index) {
    ali_column plain = {.type = column->type, .length = TEXTS};
    fill_text(&plain, index, TEXTS, false);
    must(ali_dictionary_new(ctx, schema, &plain, &column->dictionary));
    column->encoding = ALI_ENCODING_DICTIONARY;
    must(ali_buf_zero(ctx, column->length * 4, &column->values));
    for (uint64_t row = 0; row < column->length; row += 1) {
        const uint32_t code = is_null(index, row) ? 0 : (uint32_t)(next_random() % TEXTS);
        memcpy(column->values->data + row * 4, &code, 4);
    }
}

static ali_batch *make_batch(ali_schema *schema, uint64_t rows) {
    ali_batch *batch = NULL;
    must(ali_batch_new(ctx, schema, rows, &batch));
    for (uint32_t i = 0; i < COLUMNS; i += 1) {
        ali_column *column = &batch->columns[i];
        if (column->type->kind == ALI_TYPE_NULL) {
            column->null_count = rows;
            continue;
        }
        fill_validity(column, i);
        if (strcmp(columns[i].name, "dictionary") == 0) {
            fill_codes(schema, column, i);
        } else if (ali_type_is_bytes(column->type)) {
            fill_text(column, i, rows, true);
        } else {
            fill_fixed(column, i);
        }
    }
    return batch;
}

static void drain(ali_writer *writer, FILE *file) {
    const uint8_t *bytes = NULL;
    const uint64_t count = ali_writer_pending(writer, &bytes);
    if (fwrite(bytes, 1, count, file) != count) exit(1);
    ali_writer_drop(writer, count);
}

int main(int count, char **arguments) {
    ali_field fields[COLUMNS];
    ali_schema *schema = NULL;
    ali_writer *writer = NULL;
    FILE *file = count == 3 ? fopen(arguments[2], "wb") : NULL;
    if (file == NULL) return 2;
    must(ali_context_new(NULL, NULL, &ctx));
    for (uint32_t i = 0; i < COLUMNS; i += 1) {
        fields[i] = (ali_field){.name = columns[i].name,
                                .name_bytes = strlen(columns[i].name),
                                .type = &columns[i].type,
                                .is_nullable = i != 4};
    }
    must(ali_schema_new(ctx, fields, COLUMNS, NULL, 0, &schema));
    must(ali_writer_new(ctx, arguments[1], NULL, schema, &writer));
    for (uint64_t rows = ROWS; rows > 0; rows = rows == ROWS ? 9 : 0) {
        ali_batch *batch = make_batch(schema, rows);
        must(ali_writer_put(writer, batch));
        ali_batch_release(batch);
        drain(writer, file);
    }
    must(ali_writer_finish(writer));
    drain(writer, file);
    ali_writer_free(writer);
    ali_schema_release(schema);
    ali_context_free(ctx);
    return fclose(file) == 0 ? 0 : 1;
}
