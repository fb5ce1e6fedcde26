// column/column.c: columns and dictionaries: description, and decoding of dictionary codes to plain
// values.
#include "column/column.h"
#include "base/mem.h"

// --- columns -------------------------------------------------------------------------------------

// Releases everything but the dictionary, which a dictionary's own column does not have.
static void clear_buffers(ali_column *column) {
    ali_buf_release(column->validity);
    ali_buf_release(column->values);
    ali_buf_release(column->offsets);
    ali_buf_release(column->data);
    column->validity = column->values = column->offsets = column->data = NULL;
}

void ali_column_clear(ali_column *column) {
    clear_buffers(column);
    ali_dictionary_release(column->dictionary);
    column->dictionary = NULL;
}

static const uint8_t *data_of(const ali_buf *buf) {
    return buf == NULL ? NULL : buf->data;
}

ali_status ali_column_describe(const ali_column *column, ali_column_info *info) {
    if (column == NULL || info == NULL) return ALI_ERR_ARGUMENT;
    if (info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    const ali_dictionary *dictionary = column->dictionary;
    *info = (ali_column_info){
        .size_bytes = sizeof *info,
        .encoding = column->encoding,
        .length = column->length,
        .null_count = column->null_count,
        .type = column->type,
        .validity = column->null_count == 0 ? NULL : data_of(column->validity),
        .values = data_of(column->values),
        .offsets = (const int32_t *)(const void *)data_of(column->offsets),
        .data = data_of(column->data),
        .dictionary = dictionary == NULL ? NULL : &dictionary->column,
        .dictionary_id = dictionary == NULL ? 0 : dictionary->id,
        .values_bytes = column->values == NULL ? 0 : column->values->size_bytes,
        .data_bytes = column->data == NULL ? 0 : column->data->size_bytes,
    };
    return ALI_OK;
}

// --- dictionaries --------------------------------------------------------------------------------

ali_status ali_dictionary_new(ali_context *ctx, ali_schema *schema, ali_column *column,
                              ali_dictionary **dictionary) {
    *dictionary = NULL;
    ALI_ASSERT(column->encoding == ALI_ENCODING_PLAIN && column->null_count == 0);
    void *pointer = NULL;
    const ali_status status = ali_mem_new(ctx, sizeof(ali_dictionary), &pointer);
    if (status < 0) {
        clear_buffers(column);
        return status;
    }
    ctx->dictionary_id_last += 1;
    ali_dictionary *made = pointer;
    *made = (ali_dictionary){.home = ali_home_retain(ctx->home),
                             .references = 1,
                             .id = ctx->dictionary_id_last,
                             .column = *column,
                             .schema = schema};
    ali_schema_retain(schema);
    column->validity = column->values = column->offsets = column->data = NULL;
    *dictionary = made;
    return ALI_OK;
}

ali_dictionary *ali_dictionary_retain(ali_dictionary *dictionary) {
    (void)__atomic_add_fetch(&dictionary->references, 1, __ATOMIC_RELAXED);
    return dictionary;
}

void ali_dictionary_release(ali_dictionary *dictionary) {
    if (dictionary == NULL) return;
    if (__atomic_sub_fetch(&dictionary->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    clear_buffers(&dictionary->column);
    ali_schema_release(dictionary->schema);
    ali_home *home = dictionary->home;
    ali_home_free(home, dictionary, sizeof *dictionary);
    ali_home_release(home);
}

// --- decoding ------------------------------------------------------------------------------------

// A column without rows need not have a buffer.
static const int32_t *codes_of(const ali_column *column) {
    return (const int32_t *)(const void *)data_of(column->values);
}

// Null slots become empty, whatever their code.
static uint64_t sum_offsets(const ali_column *column, const int32_t *from, int32_t *offsets) {
    const int32_t *codes = codes_of(column);
    uint64_t sum = 0;
    offsets[0] = 0;
    for (uint64_t i = 0; i < column->length; i += 1) {
        if (ali_column_is_valid(column, i)) {
            ALI_ASSERT((uint64_t)codes[i] < column->dictionary->column.length);
            sum += (uint64_t)(from[codes[i] + 1] - from[codes[i]]);
        }
        offsets[i + 1] = (int32_t)(uint32_t)sum;
    }
    return sum;
}

// Copies each value; those of up to `short_bytes_max` (16, or 0 if so much may not be read behind
// the last value) by 16 bytes at once, which may write past the value, but not past the padding of
// `to`.
static void copy_text(const ali_column *column, const int32_t *from_offsets, const uint8_t *from,
                      const int32_t *offsets, uint8_t *to, uint32_t short_bytes_max) {
    const int32_t *codes = codes_of(column);
    for (uint64_t i = 0; i < column->length; i += 1) {
        const uint32_t length = (uint32_t)(offsets[i + 1] - offsets[i]);
        if (length == 0) continue;
        const uint8_t *value = from + from_offsets[codes[i]];
        if (length <= short_bytes_max) {
            ali_store_u64(to + offsets[i], ali_load_u64(value));
            ali_store_u64(to + offsets[i] + 8, ali_load_u64(value + 8));
        } else {
            ali_copy(to + offsets[i], value, length);
        }
    }
}

static ali_status fail_too_long(ali_context *ctx, const ali_field *field, uint64_t bytes) {
    const char *name = field == NULL ? "" : field->name;
    const size_t name_bytes = field == NULL ? 0 : (size_t)field->name_bytes;
    const ali_status status = ali_fail(
        ctx, ALI_ERR_LIMIT,
        "column %q would hold %U bytes of text in one batch, more than the 2147483647 that "
        "32-bit offsets reach; read fewer rows at once",
        name, name_bytes, bytes);
    ali_error_add_column(ctx, name, name_bytes);
    return status;
}

static ali_status decode_text(ali_context *ctx, ali_column *column, const ali_field *field) {
    const ali_column *values = &column->dictionary->column;
    const int32_t *from = (const int32_t *)(const void *)data_of(values->offsets);
    ali_buf *offsets = NULL;
    ALI_TRY(ali_buf_new(ctx, (column->length + 1) * sizeof(int32_t), &offsets));
    int32_t *to = (int32_t *)(void *)offsets->data;
    const uint64_t sum = sum_offsets(column, from, to);
    ali_buf *data = NULL;
    ali_status status = sum > INT32_MAX ? fail_too_long(ctx, field, sum) : ALI_OK;
    if (status == ALI_OK) status = ali_buf_new(ctx, sum, &data);
    if (status < 0) {
        ali_buf_release(offsets);
        return status;
    }
    if (sum > 0) {
        copy_text(column, from, values->data->data, to, data->data,
                  values->data->is_padded ? 16 : 0);
    }
    column->offsets = offsets;
    column->data = data;
    return ALI_OK;
}

// Gathers fixed-width values; null slots stay zero.
static void gather(const ali_column *column, const uint8_t *from, uint8_t *to, uint32_t width) {
    const int32_t *codes = codes_of(column);
    for (uint64_t i = 0; i < column->length; i += 1) {
        if (!ali_column_is_valid(column, i)) continue;
        ALI_ASSERT((uint64_t)codes[i] < column->dictionary->column.length);
        const uint8_t *value = from + (uint64_t)codes[i] * width;
        switch (width) {
        case 4:
            ali_store_u32(to + i * 4, ali_load_u32(value));
            break;
        case 8:
            ali_store_u64(to + i * 8, ali_load_u64(value));
            break;
        default:
            ali_copy(to + i * width, value, width);
            break;
        }
    }
}

static void gather_bits(const ali_column *column, const uint8_t *from, uint8_t *to) {
    const int32_t *codes = codes_of(column);
    for (uint64_t i = 0; i < column->length; i += 1) {
        if (!ali_column_is_valid(column, i)) continue;
        const uint32_t code = (uint32_t)codes[i];
        to[i / 8] |= (uint8_t)((from[code / 8] >> (code % 8) & 1u) << (i % 8));
    }
}

static ali_status decode_fixed(ali_context *ctx, ali_column *column, ali_buf **values) {
    const bool is_bool = column->type->kind == ALI_TYPE_BOOL;
    const uint32_t width = ali_type_width(column->type);
    const ali_buf *from = column->dictionary->column.values;
    ALI_TRY(ali_buf_zero(ctx, is_bool ? (column->length + 7) / 8 : column->length * width, values));
    if (from == NULL) return ALI_OK;
    if (is_bool) {
        gather_bits(column, from->data, (*values)->data);
    } else {
        gather(column, from->data, (*values)->data, width);
    }
    return ALI_OK;
}

ali_status ali_column_decode_named(ali_context *ctx, ali_column *column, const ali_field *field) {
    if (column->encoding == ALI_ENCODING_PLAIN) return ALI_OK;
    ali_buf *values = NULL;
    if (ali_type_is_bytes(column->type)) {
        ALI_TRY(decode_text(ctx, column, field));
    } else {
        ALI_TRY(decode_fixed(ctx, column, &values));
    }
    ali_buf_release(column->values);
    ali_dictionary_release(column->dictionary);
    column->values = values;
    column->dictionary = NULL;
    column->encoding = ALI_ENCODING_PLAIN;
    return ALI_OK;
}

ali_status ali_column_decode(ali_context *ctx, ali_column *column) {
    return ali_column_decode_named(ctx, column, NULL);
}
