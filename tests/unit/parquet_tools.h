// tests/unit/parquet_tools.h: Parquet files made by hand, byte by byte, and a host that answers
// from memory and writes down the rows that come out.
#ifndef ALI_TESTS_PARQUET_TOOLS_H
#define ALI_TESTS_PARQUET_TOOLS_H

#include <brotli/decode.h>
#include <inttypes.h>

#include "alimentar.h"
#include "base/crc.h"
#include "codec/codec.h"
#include "column_tools.h"
#include "format/parquet/meta.h"

// --- bytes ---------------------------------------------------------------------------------------

typedef struct tool_bytes {
    uint8_t *data;
    size_t count;
    size_t capacity;
} tool_bytes;

static void tool_put(tool_bytes *to, const void *bytes, size_t count) {
    if (to->count + count > to->capacity) {
        to->capacity = (to->count + count) * 2;
        to->data = realloc(to->data, to->capacity);
        assert_non_null(to->data);
    }
    if (count != 0) memcpy(to->data + to->count, bytes, count);
    to->count += count;
}

static void tool_put_byte(tool_bytes *to, uint32_t byte) {
    const uint8_t value = (uint8_t)byte;
    tool_put(to, &value, 1);
}

static void tool_put_u32(tool_bytes *to, uint32_t value) {
    tool_put(to, &value, 4);
}

static void tool_put_i64(tool_bytes *to, int64_t value) {
    tool_put(to, &value, 8);
}

static void tool_put_varint(tool_bytes *to, uint64_t value) {
    for (; value >= 0x80; value >>= 7) tool_put_byte(to, (uint32_t)(value & 0x7F) | 0x80);
    tool_put_byte(to, (uint32_t)value);
}

// A byte array of PLAIN.
static void tool_put_text(tool_bytes *to, const char *text) {
    tool_put_u32(to, (uint32_t)strlen(text));
    tool_put(to, text, strlen(text));
}

// --- Thrift --------------------------------------------------------------------------------------

static void tool_wire(tool_bytes *to, uint32_t id, uint32_t wire) {
    tool_put_byte(to, wire);
    tool_put_varint(to, id * 2);
}

static void tool_number(tool_bytes *to, uint32_t id, int64_t value) {
    tool_wire(to, id, 6);
    tool_put_varint(to, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

static void tool_string(tool_bytes *to, uint32_t id, const char *text) {
    tool_wire(to, id, 8);
    tool_put_varint(to, strlen(text));
    tool_put(to, text, strlen(text));
}

static void tool_list(tool_bytes *to, uint32_t id, uint32_t count) {
    tool_wire(to, id, 9);
    tool_put_byte(to, 15 << 4 | 12);
    tool_put_varint(to, count);
}

static void tool_stop(tool_bytes *to) {
    tool_put_byte(to, 0);
}

// --- pages ---------------------------------------------------------------------------------------

#define TOOL_SAME INT32_MIN

typedef struct tool_page {
    int32_t type; // ALI_PARQUET_DATA_PAGE, ...
    int32_t values;
    int32_t encoding;
    int32_t level_encoding;
    int32_t level_bytes; // version 2
    int32_t repetition_bytes;
    bool is_stored; // version 2: is_compressed says no
    bool has_crc;
    uint32_t crc_change;  // added to the true sum
    int32_t uncompressed; // TOOL_SAME
    int32_t compressed;   // TOOL_SAME
} tool_page;

static void tool_put_page(tool_bytes *to, const tool_page *page, const tool_bytes *body) {
    const int32_t count = (int32_t)body->count;
    tool_number(to, 1, page->type);
    tool_number(to, 2, page->uncompressed == TOOL_SAME ? count : page->uncompressed);
    tool_number(to, 3, page->compressed == TOOL_SAME ? count : page->compressed);
    if (page->has_crc) {
        static ali_crc_tables tables;
        const uint32_t sum = ali_crc32(&tables, 0, body->data, body->count);
        tool_number(to, 4, (int32_t)(sum + page->crc_change));
    }
    if (page->type == ALI_PARQUET_DATA_PAGE) {
        tool_wire(to, 5, 12);
        tool_number(to, 1, page->values);
        tool_number(to, 2, page->encoding);
        tool_number(to, 3, page->level_encoding);
        tool_number(to, 4, ALI_PARQUET_RLE);
        tool_stop(to);
    } else if (page->type == ALI_PARQUET_DICTIONARY_PAGE) {
        tool_wire(to, 7, 12);
        tool_number(to, 1, page->values);
        tool_number(to, 2, page->encoding);
        tool_stop(to);
    } else if (page->type == ALI_PARQUET_DATA_PAGE_V2) {
        tool_wire(to, 8, 12);
        tool_number(to, 1, page->values);
        tool_number(to, 4, page->encoding);
        tool_number(to, 5, page->level_bytes);
        tool_number(to, 6, page->repetition_bytes);
        if (page->is_stored) tool_wire(to, 7, 2);
        tool_stop(to);
    }
    tool_stop(to);
    tool_put(to, body->data, body->count);
}

static tool_page tool_data_page(int32_t values, int32_t encoding) {
    return (tool_page){.type = ALI_PARQUET_DATA_PAGE,
                       .values = values,
                       .encoding = encoding,
                       .level_encoding = ALI_PARQUET_RLE,
                       .uncompressed = TOOL_SAME,
                       .compressed = TOOL_SAME};
}

// --- files ---------------------------------------------------------------------------------------

#define TOOL_NONE (-1)

typedef struct tool_column {
    const char *name;
    int32_t type;
    int32_t repetition;
    int32_t converted; // TOOL_NONE
    int32_t codec;
    int64_t values; // of the chunk
    const tool_bytes *pages;
    int64_t start;        // of the first page; 0: where it is
    int64_t bytes;        // of the chunk; 0: as many as there are
    int64_t uncompressed; // of the chunk; 0: as many as there are
    int64_t dictionary;   // offset of the dictionary page; 0: not said
    int32_t type_length;
    int32_t precision; // 0: not said
    int32_t scale;
    bool is_unknown;  // the logical type UNKNOWN
    const char *path; // of the file with the pages; NULL: this one
} tool_column;

static void tool_put_schema(tool_bytes *to, const tool_column *columns, uint32_t count) {
    tool_list(to, 2, count + 1);
    tool_string(to, 4, "schema");
    tool_number(to, 5, count);
    tool_stop(to);
    for (uint32_t i = 0; i < count; i += 1) {
        tool_number(to, 1, columns[i].type);
        if (columns[i].type_length != 0) tool_number(to, 2, columns[i].type_length);
        tool_number(to, 3, columns[i].repetition);
        tool_string(to, 4, columns[i].name);
        if (columns[i].converted != TOOL_NONE) tool_number(to, 6, columns[i].converted);
        if (columns[i].precision != 0) tool_number(to, 7, columns[i].scale);
        if (columns[i].precision != 0) tool_number(to, 8, columns[i].precision);
        if (columns[i].is_unknown) {
            tool_wire(to, 10, 12);
            tool_wire(to, 11, 12);
            tool_stop(to);
            tool_stop(to);
        }
        tool_stop(to);
    }
}

static void tool_put_chunk(tool_bytes *to, const tool_column *column, int64_t start) {
    if (column->path != NULL) tool_string(to, 1, column->path);
    tool_number(to, 2, start);
    tool_wire(to, 3, 12);
    tool_number(to, 1, column->type);
    tool_number(to, 4, column->codec);
    tool_number(to, 5, column->values);
    tool_number(to, 6,
                column->uncompressed != 0 ? column->uncompressed : (int64_t)column->pages->count);
    tool_number(to, 7, column->bytes != 0 ? column->bytes : (int64_t)column->pages->count);
    tool_number(to, 9, column->start != 0 ? column->start : start);
    if (column->dictionary != 0) tool_number(to, 11, column->dictionary);
    tool_stop(to);
    tool_stop(to);
}

// A file of `groups` row groups, all with the same columns, of `rows` rows each. `schema` is field
// 2 of the footer, `key` one of its metadata, if it is not NULL.
static tool_bytes tool_file_made(const tool_bytes *schema, const char *key,
                                 const tool_column *columns, uint32_t count, int64_t rows,
                                 uint32_t groups) {
    tool_bytes file = {0};
    tool_bytes footer = {0};
    tool_put(&file, "PAR1", 4);
    tool_number(&footer, 1, 1);
    tool_put(&footer, schema->data, schema->count);
    tool_number(&footer, 3, rows * groups);
    tool_list(&footer, 4, groups);
    for (uint32_t g = 0; g < groups; g += 1) {
        tool_list(&footer, 1, count);
        for (uint32_t i = 0; i < count; i += 1) {
            tool_put_chunk(&footer, &columns[i], (int64_t)file.count);
            tool_put(&file, columns[i].pages->data, columns[i].pages->count);
        }
        tool_number(&footer, 2, 0);
        tool_number(&footer, 3, rows);
        tool_stop(&footer);
    }
    if (key != NULL) {
        tool_list(&footer, 5, 1);
        tool_string(&footer, 1, key);
        tool_stop(&footer);
    }
    tool_string(&footer, 6, "made by hand");
    tool_stop(&footer);
    tool_put(&file, footer.data, footer.count);
    tool_put_u32(&file, (uint32_t)footer.count);
    tool_put(&file, "PAR1", 4);
    free(footer.data);
    return file;
}

static inline tool_bytes tool_file_of(const tool_bytes *schema, const tool_column *columns,
                                      uint32_t count, int64_t rows, uint32_t groups) {
    return tool_file_made(schema, NULL, columns, count, rows, groups);
}

// The same with columns that are all at the top.
static tool_bytes tool_file_with(const char *key, const tool_column *columns, uint32_t count,
                                 int64_t rows, uint32_t groups) {
    tool_bytes schema = {0};
    tool_put_schema(&schema, columns, count);
    const tool_bytes file = tool_file_made(&schema, key, columns, count, rows, groups);
    free(schema.data);
    return file;
}

static inline tool_bytes tool_file(const tool_column *columns, uint32_t count, int64_t rows,
                                   uint32_t groups) {
    return tool_file_with(NULL, columns, count, rows, groups);
}

// --- reading -------------------------------------------------------------------------------------

typedef struct tool_reading {
    const ali_limits *limits;
    const ali_open_options *open;
    const ali_scan_options *scan;
    uint32_t budget_rows;
    bool is_brief; // text of more than 100 bytes is written down as its length
    bool lends;    // answers with bytes as they are, not aligned and without padding
} tool_reading;

// What came of reading: the rows as text, ';' after each, '/' after each batch.
typedef struct tool_result {
    ali_status status;
    char sentence[480];
    char column[160];
    uint64_t offset_bytes;
    tool_bytes rows;
    uint64_t steps;
    uint64_t reads;
    uint64_t read_bytes;
    uint32_t encoding; // of the first column of the first batch
    uint64_t inflight_most;
    uint64_t peak_bytes; // of the context's memory
} tool_result;

static void tool_print(tool_bytes *to, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int count = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tool_put(to, text, (size_t)count);
}

// Nulls without a bitmap, bytes in hexadecimal, and decimals whose upper limbs are their sign.
static void tool_print_wide(tool_bytes *to, const ali_type_info *type, const uint8_t *value,
                            size_t width) {
    if (type->kind == ALI_TYPE_NULL) {
        tool_print(to, "null");
        return;
    }
    int64_t limbs[4] = {0};
    if (type->kind == ALI_TYPE_DECIMAL) memcpy(limbs, value, width);
    bool is_small = type->kind == ALI_TYPE_DECIMAL;
    for (size_t i = 1; is_small && i < width / 8; i += 1) is_small = limbs[i] == limbs[0] >> 63;
    if (is_small) {
        tool_print(to, "%" PRId64, limbs[0]);
        return;
    }
    for (size_t i = 0; i < width; i += 1) tool_print(to, "%02x", value[i]);
}

static void tool_print_value(tool_bytes *to, const ali_column *column, uint64_t row,
                             const tool_reading *how);

// A list as [1,2], a struct as {1,2}.
static void tool_print_nested(tool_bytes *to, const ali_column *column, uint64_t row,
                              const tool_reading *how) {
    ali_column_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_column_describe(column, &info), ALI_OK);
    const bool is_list = info.offsets != NULL;
    const int32_t *offsets = info.offsets;
    tool_print(to, is_list ? "[" : "{");
    const uint32_t from = is_list ? (uint32_t)offsets[row] : 0;
    const uint32_t end = is_list ? (uint32_t)offsets[row + 1] : info.children_count;
    for (uint32_t i = from; i < end; i += 1) {
        if (i != from) tool_print(to, ",");
        tool_print_value(to, ali_column_child(column, is_list ? 0 : i), is_list ? i : row, how);
    }
    tool_print(to, is_list ? "]" : "}");
}

static void tool_print_value(tool_bytes *to, const ali_column *column, uint64_t row,
                             const tool_reading *how) {
    ali_column_info info = {.size_bytes = sizeof info};
    ali_type_info type = {.size_bytes = sizeof type};
    assert_int_equal(ali_column_describe(column, &info), ALI_OK);
    assert_int_equal(ali_type_describe(info.type, &type), ALI_OK);
    if (info.validity != NULL && (info.validity[row >> 3] >> (row & 7) & 1) == 0) {
        tool_print(to, "null");
        return;
    }
    if (type.kind == ALI_TYPE_NULL) {
        tool_print(to, "null");
        return;
    }
    if (type.children_count != 0 || type.kind == ALI_TYPE_STRUCT) {
        tool_print_nested(to, column, row, how);
        return;
    }
    const uint8_t *values = info.values;
    int64_t number = 0;
    if (info.offsets != NULL) {
        const int32_t from = ((const int32_t *)info.offsets)[row];
        const int32_t count = ((const int32_t *)info.offsets)[row + 1] - from;
        if (how->is_brief && count > 100) {
            tool_print(to, "<%d>", count);
        } else {
            tool_put(to, info.data + from, (size_t)count);
        }
        return;
    }
    if (type.bits == 1) {
        tool_print(to, "%s", (values[row >> 3] >> (row & 7) & 1) != 0 ? "true" : "false");
        return;
    }
    const size_t width = type.bits / 8;
    if (type.kind == ALI_TYPE_NULL || type.kind == ALI_TYPE_FIXED_BINARY || width > 8) {
        tool_print_wide(to, &type, values == NULL ? NULL : values + row * width, width);
        return;
    }
    memcpy(&number, values + row * width, width);
    if (type.kind == ALI_TYPE_FLOAT) {
        float single;
        double wide;
        memcpy(&single, &number, sizeof single);
        memcpy(&wide, &number, sizeof wide);
        tool_print(to, "%g", width == 4 ? (double)single : wide);
        return;
    }
    const uint32_t shift = 64 - type.bits;
    if (type.kind != ALI_TYPE_INT || type.is_signed != 0) {
        number = (int64_t)((uint64_t)number << shift) >> shift;
    }
    tool_print(to, "%" PRId64, number);
}

static void tool_print_batch(tool_result *result, ali_context *ctx, ali_batch *batch,
                             const tool_reading *how) {
    ali_batch *plain = NULL;
    ali_column_info info = {.size_bytes = sizeof info};
    const uint32_t count = ali_schema_count(ali_batch_schema(batch));
    if (result->rows.count == 0 && count != 0) {
        assert_int_equal(ali_column_describe(ali_batch_column(batch, 0), &info), ALI_OK);
        result->encoding = info.encoding;
    }
    assert_int_equal(ali_batch_decode(ctx, batch, &plain), ALI_OK);
    for (uint64_t row = 0; row < ali_batch_rows(plain); row += 1) {
        for (uint32_t i = 0; i < count; i += 1) {
            if (i != 0) tool_print(&result->rows, ",");
            tool_print_value(&result->rows, ali_batch_column(plain, i), row, how);
        }
        tool_print(&result->rows, ";");
    }
    tool_print(&result->rows, "/");
    ali_batch_release(plain);
    ali_batch_release(batch);
}

// Answers TRANSFORM by brotli's library.
static void tool_transform(ali_task *task, const ali_op *op) {
    size_t length = (size_t)op->length_bytes;
    ali_answer answer = {
        .size_bytes = sizeof answer, .op_id = op->op_id, .object_bytes = ALI_UNKNOWN, .is_last = 1};
    const BrotliDecoderResult result =
        BrotliDecoderDecompress((size_t)op->input_bytes, op->input, &length, op->data);
    answer.status = result == BROTLI_DECODER_RESULT_SUCCESS ? ALI_OK : ALI_ERR_HOST;
    answer.moved_bytes = answer.status == ALI_OK ? length : 0;
    assert_int_equal(ali_task_answer(task, &answer), ALI_OK);
}

static void tool_answer(ali_task *task, const ali_op *op, const tool_bytes *file,
                        const tool_reading *how) {
    if (op->kind == ALI_OP_TRANSFORM) {
        tool_transform(task, op);
        return;
    }
    uint64_t from = op->offset_bytes;
    if ((op->flags & ALI_OP_FROM_END) != 0) {
        from = file->count - (op->length_bytes < file->count ? op->length_bytes : file->count);
    }
    assert_true(from <= file->count);
    uint64_t count = op->length_bytes;
    if (count > file->count - from) count = file->count - from;
    ali_answer answer = {.size_bytes = sizeof answer,
                         .op_id = op->op_id,
                         .moved_bytes = count,
                         .object_bytes = file->count,
                         .is_last = 1};
    if (how->lends) {
        answer.lent = file->data + from;
    } else if (count != 0) {
        memcpy(op->data, file->data + from, count);
    }
    assert_int_equal(ali_task_answer(task, &answer), ALI_OK);
}

static void tool_note_error(tool_result *result, const ali_error *error) {
    (void)snprintf(result->sentence, sizeof result->sentence, "%s", error->sentence);
    (void)snprintf(result->column, sizeof result->column, "%s", error->column);
    result->offset_bytes = error->offset_bytes;
}

// Steps a task to its end.
static ali_status tool_drive(tool_result *result, ali_context *ctx, ali_task *task,
                             const tool_bytes *file, const tool_reading *how) {
    ali_status status = ALI_OK;
    while ((status = ali_task_step(task, how->budget_rows)) > 0) {
        result->steps += 1;
        assert_true(result->steps < 1000000);
        if (status == ALI_READY) {
            tool_print_batch(result, ctx, ali_task_take_batch(task), how);
        }
        if (status != ALI_NEED) continue;
        ali_op ops[16];
        const uint32_t count = ali_task_ops(task, ops, 16);
        uint64_t inflight = 0;
        for (uint32_t i = 0; i < count; i += 1) inflight += ops[i].length_bytes;
        if (inflight > result->inflight_most) result->inflight_most = inflight;
        for (uint32_t i = 0; i < count; i += 1) {
            result->reads += 1;
            result->read_bytes += ops[i].length_bytes;
            tool_answer(task, &ops[i], file, how);
        }
    }
    if (status < 0) tool_note_error(result, ali_task_error(task));
    return status;
}

static ali_status tool_open(tool_result *result, ali_context *ctx, const tool_bytes *file,
                            const tool_reading *how, ali_dataset **dataset) {
    const ali_object object = {.size_bytes = sizeof object,
                               .flags = how->lends ? ALI_OBJECT_LENDS : 0,
                               .object_bytes = ALI_UNKNOWN,
                               .path = "made.parquet",
                               .path_bytes = 12};
    ali_task *task = NULL;
    assert_int_equal(ali_open_start(ctx, &object, how->open, &task), ALI_OK);
    const ali_status status = tool_drive(result, ctx, task, file, how);
    *dataset = status == ALI_OK ? ali_task_take_dataset(task) : NULL;
    ali_task_free(task);
    return status;
}

// Opens and reads a file to its end; frees everything but the result, and checks that it did.
static tool_result tool_read(const tool_bytes *file, const tool_reading *how) {
    tool_counter counter = {0};
    const ali_allocator allocator = {tool_allocate, tool_resize, tool_release, &counter};
    ali_context *ctx = NULL;
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    tool_result result = {0};
    assert_int_equal(ali_context_new(&allocator, how->limits, &ctx), ALI_OK);
    result.status = tool_open(&result, ctx, file, how, &dataset);
    if (result.status == ALI_OK) {
        result.status = ali_scan_start(dataset, how->scan, &task);
        if (result.status < 0) {
            tool_note_error(&result, ali_context_error(ctx));
        } else {
            result.status = tool_drive(&result, ctx, task, file, how);
        }
        ali_task_free(task);
    }
    ali_dataset_release(dataset);
    result.peak_bytes = ali_context_memory_peak_bytes(ctx);
    ali_context_free(ctx);
    assert_int_equal(counter.bytes, 0);
    tool_put_byte(&result.rows, 0);
    return result;
}

// Reads and compares the rows.
static void tool_expect_rows(const tool_bytes *file, const tool_reading *how, const char *rows) {
    tool_result result = tool_read(file, how);
    if (result.status != ALI_OK) print_message("%s\n", result.sentence);
    assert_int_equal(result.status, ALI_OK);
    assert_string_equal((const char *)result.rows.data, rows);
    free(result.rows.data);
}

// Reads and expects an error whose sentence holds some words.
static void tool_expect_error(const tool_bytes *file, const tool_reading *how, ali_status status,
                              const char *words) {
    tool_result result = tool_read(file, how);
    if (strstr(result.sentence, words) == NULL) print_message("said: %s\n", result.sentence);
    assert_int_equal(result.status, status);
    assert_non_null(strstr(result.sentence, words));
    free(result.rows.data);
}

static const tool_reading plainly = {0};

static void release(tool_bytes *bytes) {
    free(bytes->data);
    *bytes = (tool_bytes){0};
}

static tool_column column_of(const char *name, int32_t type, int32_t repetition, int64_t values,
                             const tool_bytes *pages) {
    return (tool_column){.name = name,
                         .type = type,
                         .repetition = repetition,
                         .converted = TOOL_NONE,
                         .values = values,
                         .pages = pages};
}

#define PUT(to, ...)                                                                               \
    tool_put(to, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static inline void put_dictionary(tool_bytes *pages, const tool_bytes *body, int32_t values) {
    tool_page page = tool_data_page(values, ALI_PARQUET_PLAIN);
    page.type = ALI_PARQUET_DICTIONARY_PAGE;
    tool_put_page(pages, &page, body);
}

#endif
