// column/gather.c: rows of a column by their indexes, nested ones too. Serves the decoding of
// dictionaries whose values are nested and the simplification of batches.
//
// A nested column is made forward over its columns in pre-order: each is made of the rows that the
// column above has told it, and tells those below theirs, as a vector of indexes or as "all".
// Vectors live until the whole column is made, since members of a struct share theirs.
#include "column/gather.h"

#include "base/mem.h"

// What a column has been told.
typedef struct told {
    const ali_column *from;
    const int64_t *rows; // negative: null; NULL: all rows of `from` in order
    uint64_t count;
    const ali_column *codes; // a column of as many rows and the same nulls; NULL: not known
} told;

typedef struct vector {
    struct vector *next;
    uint64_t size_bytes;
} vector;

typedef struct gatherer {
    const ali_gather *how;
    told *told;      // of the column on its way, and those below it; `from` in pre-order
    ali_column *to;  // the column on its way
    vector *vectors; // to be freed
} gatherer;

// The row that stands at `index`, or -1 for null.
static int64_t row_at(const told *at, uint64_t index) {
    const int64_t row = at->rows == NULL ? (int64_t)index : at->rows[index];
    if (row < 0) return -1;
    ALI_ASSERT((uint64_t)row < at->from->length);
    return ali_column_is_valid(at->from, (uint64_t)row) ? row : -1;
}

static ali_status new_rows(gatherer *by, uint64_t count, int64_t **rows) {
    void *pointer = NULL;
    *rows = NULL;
    if (count > (UINT64_MAX - sizeof(vector)) / sizeof(int64_t)) {
        return ali_fail(by->how->ctx, ALI_ERR_LIMIT, "%U rows are too many at once", count);
    }
    const uint64_t size_bytes = sizeof(vector) + count * sizeof(int64_t);
    ALI_TRY(ali_mem_new(by->how->ctx, size_bytes, &pointer));
    vector *made = pointer;
    *made = (vector){by->vectors, size_bytes};
    by->vectors = made;
    *rows = (int64_t *)(void *)(made + 1);
    return ALI_OK;
}

static ali_status check_count(const gatherer *by, uint64_t count, uint64_t most, const char *what) {
    return count <= most ? ALI_OK
                         : ali_column_fail_long(by->how->ctx, by->how->field, count, what, most);
}

// The largest number that offsets or run ends hold.
static uint64_t most_of(uint32_t bits) {
    return (UINT64_C(1) << (bits - 1)) - 1;
}

// --- validity and values -------------------------------------------------------------------------

// Columns of a kind that has no validity bitmap.
static bool has_validity(const ali_column *from) {
    const uint32_t kind = from->type->kind;
    if (kind == ALI_TYPE_NULL) return false;
    return (kind != ALI_TYPE_UNION && kind != ALI_TYPE_RUN_END) || from->validity != NULL;
}

static void share_validity(ali_column *to, const ali_column *from) {
    to->null_count = from->null_count;
    if (from->validity != NULL) to->validity = ali_buf_retain(from->validity);
}

static ali_status put_validity(gatherer *by) {
    const told *at = by->told;
    ali_column *to = by->to;
    uint64_t nulls = 0;
    if (!has_validity(at->from)) {
        to->null_count = at->from->type->kind == ALI_TYPE_NULL ? at->count : 0;
        return ALI_OK;
    }
    if (at->codes != NULL) {
        share_validity(to, at->codes);
        return ALI_OK;
    }
    for (uint64_t i = 0; i < at->count; i += 1) nulls += row_at(at, i) < 0 ? 1 : 0;
    to->null_count = nulls;
    if (nulls == 0) return ALI_OK;
    ALI_TRY(ali_buf_zero(by->how->ctx, (at->count + 7) / 8, &to->validity));
    for (uint64_t i = 0; i < at->count; i += 1) {
        if (row_at(at, i) >= 0) to->validity->data[i / 8] |= (uint8_t)(1u << (i % 8));
    }
    return ALI_OK;
}

// Values of `width` bytes; those of null slots are zero.
static ali_status put_values(gatherer *by, const ali_buf *from, uint64_t width, ali_buf **values) {
    const told *at = by->told;
    ALI_TRY(check_count(by, at->count, INT64_MAX / 64, "rows"));
    ALI_TRY(ali_buf_zero(by->how->ctx, at->count * width, values));
    if (from == NULL || width == 0) return ALI_OK;
    uint8_t *to = (*values)->data;
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = row_at(at, i);
        if (row < 0) continue;
        const uint8_t *value = from->data + (uint64_t)row * width;
        switch (width) {
        case 4:
            ali_store_u32(to + i * 4, ali_load_u32(value));
            break;
        case 8:
            ali_store_u64(to + i * 8, ali_load_u64(value));
            break;
        default:
            ali_copy(to + i * width, value, (size_t)width);
            break;
        }
    }
    return ALI_OK;
}

static ali_status put_bits(gatherer *by) {
    const told *at = by->told;
    ALI_TRY(ali_buf_zero(by->how->ctx, (at->count + 7) / 8, &by->to->values));
    if (at->from->values == NULL) return ALI_OK;
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = row_at(at, i);
        if (row < 0) continue;
        const uint32_t bit = at->from->values->data[row / 8] >> (row % 8) & 1u;
        by->to->values->data[i / 8] |= (uint8_t)(bit << (i % 8));
    }
    return ALI_OK;
}

// --- offsets -------------------------------------------------------------------------------------

static uint64_t load_offset(const ali_buf *offsets, uint64_t width, uint64_t index) {
    const uint8_t *from = offsets->data + index * width;
    return width == 4 ? ali_load_u32(from) : ali_load_u64(from);
}

static void store_offset(ali_buf *offsets, uint64_t width, uint64_t index, uint64_t value) {
    uint8_t *to = offsets->data + index * width;
    if (width == 4) {
        ali_store_u32(to, (uint32_t)value);
    } else {
        ali_store_u64(to, value);
    }
}

// Bytes of an offset of a kind that has any.
static uint64_t offset_width(uint32_t kind) {
    switch (kind) {
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_LARGE_BINARY:
    case ALI_TYPE_LARGE_LIST:
    case ALI_TYPE_LARGE_LIST_VIEW:
        return 8;
    default:
        return 4;
    }
}

// Where the bytes of a value, or the items of a list, begin and how many there are.
typedef struct range {
    uint64_t start;
    uint64_t count;
} range;

static range range_of(const ali_column *from, uint64_t row) {
    const uint32_t kind = from->type->kind;
    const uint64_t width = offset_width(kind);
    if (ali_type_is_view(from->type)) {
        return (range){0, ali_load_u32(from->values->data + row * 16)};
    }
    const uint64_t start = load_offset(from->offsets, width, row);
    if (kind == ALI_TYPE_LIST_VIEW || kind == ALI_TYPE_LARGE_LIST_VIEW) {
        return (range){start, load_offset(from->values, width, row)};
    }
    return (range){start, load_offset(from->offsets, width, row + 1) - start};
}

// Makes offsets, as wide as the kind of `to` wants them, and gives what they reach.
static ali_status put_offsets(gatherer *by, const char *what, uint64_t *sum) {
    const told *at = by->told;
    const uint64_t width = offset_width(by->to->type->kind);
    uint64_t end = 0;
    ALI_TRY(check_count(by, at->count, INT64_MAX / 64, "rows"));
    ALI_TRY(ali_buf_zero(by->how->ctx, (at->count + 1) * width, &by->to->offsets));
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = row_at(at, i);
        if (row >= 0) end += range_of(at->from, (uint64_t)row).count;
        store_offset(by->to->offsets, width, i + 1, end);
        // no later than here could the sum of 64 bits overflow
        if (end > most_of(62)) break;
    }
    *sum = end;
    return check_count(by, end, most_of((uint32_t)width * 8), what);
}

// All offsets of a large kind, made narrow; what they reach is shared.
static ali_status narrow_offsets(gatherer *by, const char *what) {
    const told *at = by->told;
    const ali_buf *from = at->from->offsets;
    if (from == NULL) return ALI_OK;
    ALI_TRY(check_count(by, load_offset(from, 8, at->count), INT32_MAX, what));
    ALI_TRY(ali_buf_new(by->how->ctx, (at->count + 1) * 4, &by->to->offsets));
    for (uint64_t i = 0; i <= at->count; i += 1) {
        store_offset(by->to->offsets, 4, i, load_offset(from, 8, i));
    }
    return ALI_OK;
}

// --- text and binary -----------------------------------------------------------------------------

const uint8_t *ali_column_bytes(const ali_column *column, uint64_t row, uint64_t *count_bytes) {
    const range at = range_of(column, row);
    *count_bytes = at.count;
    if (at.count == 0) return NULL;
    if (!ali_type_is_view(column->type)) return column->data->data + at.start;
    const uint8_t *view = column->values->data + row * 16;
    if (at.count <= 12) return view + 4;
    return column->buffers->bytes[ali_load_u32(view + 8)].data + ali_load_u32(view + 12);
}

// Values of up to so many bytes are copied by 16 at once, which may write behind the value, but not
// behind the padding of its buffer: 16, or 0 if so much may not be read behind the last value.
static uint64_t short_bytes_max(const ali_column *from) {
    return from->data != NULL && from->data->is_padded ? 16 : 0;
}

static const char bytes_of_text[] = "bytes of text";

static ali_status put_bytes(gatherer *by) {
    const told *at = by->told;
    uint64_t sum = 0;
    ALI_TRY(put_offsets(by, bytes_of_text, &sum));
    ALI_TRY(ali_buf_new(by->how->ctx, sum, &by->to->data));
    ali_count_copied(by->how->ctx, sum);
    uint8_t *to = by->to->data->data;
    const uint64_t short_bytes = short_bytes_max(at->from);
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = row_at(at, i);
        uint64_t count_bytes = 0;
        if (row < 0) continue;
        const uint8_t *bytes = ali_column_bytes(at->from, (uint64_t)row, &count_bytes);
        if (count_bytes == 0) continue;
        if (count_bytes <= short_bytes) {
            ali_store_u64(to, ali_load_u64(bytes));
            ali_store_u64(to + 8, ali_load_u64(bytes + 8));
        } else {
            ali_copy(to, bytes, (size_t)count_bytes);
        }
        to += count_bytes;
    }
    return ALI_OK;
}

static ali_status put_views(gatherer *by) {
    if (by->told->from->buffers != NULL) {
        by->to->buffers = ali_buffers_retain(by->told->from->buffers);
    }
    return put_values(by, by->told->from->values, 16, &by->to->values);
}

// --- dictionaries --------------------------------------------------------------------------------

static bool is_text(const ali_type *type) {
    return ali_type_is_bytes(type) || ali_type_is_large_bytes(type) || ali_type_is_view(type);
}

static bool keeps_codes(const gatherer *by, const ali_type *type) {
    switch (by->how->form) {
    case ALI_FORM_PLAIN:
        return false;
    case ALI_FORM_SIMPLE:
        return is_text(type);
    case ALI_FORM_TYPED:
        return type->index_bits != 0;
    default:
        return true;
    }
}

static ali_status put_one(gatherer *by);

// Gives codes the dictionary they had, with short offsets if the form wants them.
static ali_status put_dictionary(gatherer *by) {
    ali_dictionary *dictionary = by->told->from->dictionary;
    if (by->to->type->kind == by->told->from->type->kind) {
        by->to->dictionary = ali_dictionary_retain(dictionary);
        return ALI_OK;
    }
    const ali_column *values = dictionary->columns;
    told all = {values, NULL, values->length, NULL};
    ali_column made = {.type = by->to->type};
    gatherer inner = {.how = by->how, .told = &all, .to = &made};
    const ali_status status = put_one(&inner);
    if (status < 0) {
        ali_column_clear(&made);
        return status;
    }
    return ali_dictionary_new(by->how->ctx, by->how->schema, &made, &by->to->dictionary);
}

static ali_status put_codes(gatherer *by) {
    const told *at = by->told;
    by->to->length = at->count;
    by->to->encoding = ALI_ENCODING_DICTIONARY;
    ALI_TRY(put_dictionary(by));
    if (at->rows != NULL) {
        ALI_TRY(put_validity(by));
        return put_values(by, at->from->values, sizeof(int32_t), &by->to->values);
    }
    share_validity(by->to, at->from);
    if (at->from->values != NULL) by->to->values = ali_buf_retain(at->from->values);
    return ALI_OK;
}

// Makes the rows of codes those of the dictionary's column.
static ali_status look_up(gatherer *by) {
    told *at = by->told;
    const ali_column *values = at->from->dictionary->columns;
    const ali_buf *codes = at->from->values;
    int64_t *rows = NULL;
    ALI_TRY(new_rows(by, at->count, &rows));
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = row_at(at, i);
        rows[i] = row < 0 ? -1 : (int32_t)ali_load_u32(codes->data + row * 4);
        ALI_ASSERT(rows[i] < (int64_t)values->length);
    }
    if (at->rows == NULL) at->codes = at->from;
    at->from = values;
    at->rows = rows;
    return ALI_OK;
}

// --- nested kinds --------------------------------------------------------------------------------

// Tells all children the same.
static void tell_all(gatherer *by, const int64_t *rows, uint64_t count) {
    const ali_column *from = by->told->from;
    uint32_t index = 1;
    for (uint32_t i = 0; i < from->type->children_count; i += 1) {
        by->told[index] = (told){from + index, rows, count, NULL};
        index += from[index].type->span;
    }
}

// Tells all children to be there whole.
static void tell_wholes(gatherer *by) {
    const ali_column *from = by->told->from;
    uint32_t index = 1;
    for (uint32_t i = 0; i < from->type->children_count; i += 1) {
        by->told[index] = (told){from + index, NULL, from[index].length, NULL};
        index += from[index].type->span;
    }
}

static ali_status put_list(gatherer *by) {
    const told *at = by->told;
    uint64_t sum = 0;
    int64_t *rows = NULL;
    ALI_TRY(put_offsets(by, "items", &sum));
    ALI_TRY(new_rows(by, sum, &rows));
    tell_all(by, rows, sum);
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = row_at(at, i);
        if (row < 0) continue;
        const range items = range_of(at->from, (uint64_t)row);
        for (uint64_t k = 0; k < items.count; k += 1) rows[k] = (int64_t)(items.start + k);
        rows += items.count;
    }
    return ALI_OK;
}

// A list view that stays one points into the same child.
static ali_status put_list_view(gatherer *by) {
    const ali_column *from = by->told->from;
    const uint64_t width = offset_width(from->type->kind);
    tell_wholes(by);
    ALI_TRY(put_values(by, from->offsets, width, &by->to->offsets));
    return put_values(by, from->values, width, &by->to->values);
}

static ali_status put_fixed_list(gatherer *by) {
    const told *at = by->told;
    const uint64_t size = at->from->type->list_size;
    int64_t *rows = NULL;
    if (size != 0) ALI_TRY(check_count(by, at->count, INT64_MAX / 64 / size, "lists"));
    ALI_TRY(new_rows(by, at->count * size, &rows));
    tell_all(by, rows, at->count * size);
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = at->rows[i];
        for (uint64_t k = 0; k < size; k += 1) {
            rows[k] = row < 0 ? -1 : (int64_t)((uint64_t)row * size + k);
        }
        rows += size;
    }
    return ALI_OK;
}

// Where the child of each type id stands in pre-order from its union.
static void find_children(const ali_type *type, uint32_t index_of[128]) {
    uint32_t index = 1;
    const ali_field *child = type->children;
    for (uint32_t i = 0; i < 128; i += 1) index_of[i] = 0;
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        const int32_t id = type->type_ids == NULL ? (int32_t)i : type->type_ids[i];
        if (index_of[id & 127] == 0) index_of[id & 127] = index;
        index += child->type->span;
        child += child->type->span;
    }
    for (uint32_t i = 0; i < 128; i += 1) index_of[i] = index_of[i] == 0 ? 1 : index_of[i];
}

// The type ids; a null becomes one of the first child.
static ali_status put_type_ids(gatherer *by) {
    const told *at = by->told;
    const ali_type *type = at->from->type;
    const uint8_t first = type->type_ids == NULL ? 0 : (uint8_t)type->type_ids[0];
    ALI_TRY(ali_buf_new(by->how->ctx, at->count, &by->to->values));
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = at->rows[i];
        by->to->values->data[i] = row < 0 ? first : at->from->values->data[row];
    }
    return ALI_OK;
}

// Each child of a dense union is told the rows that are its own, in their order.
static ali_status put_dense(gatherer *by) {
    const told *at = by->told;
    const uint8_t *ids = by->to->values->data;
    uint32_t index_of[128];
    int64_t *rows = NULL;
    find_children(at->from->type, index_of);
    ALI_TRY(new_rows(by, at->count, &rows));
    ALI_TRY(ali_buf_new(by->how->ctx, at->count * 4, &by->to->offsets));
    tell_all(by, NULL, 0);
    for (uint64_t i = 0; i < at->count; i += 1) {
        told *child = &by->told[index_of[ids[i] & 127]];
        ali_store_u32(by->to->offsets->data + i * 4, (uint32_t)child->count);
        child->count += 1;
    }
    uint32_t index = 1;
    for (uint32_t i = 0; i < at->from->type->children_count; i += 1) {
        by->told[index].rows = rows;
        rows += by->told[index].count;
        index += at->from[index].type->span;
    }
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = at->rows[i];
        const told *child = &by->told[index_of[ids[i] & 127]];
        const uint32_t slot = ali_load_u32(by->to->offsets->data + i * 4);
        ((int64_t *)(uintptr_t)child->rows)[slot] =
            row < 0 ? -1 : (int32_t)ali_load_u32(at->from->offsets->data + row * 4);
    }
    return ALI_OK;
}

static ali_status put_union(gatherer *by) {
    const told *at = by->told;
    if (at->from->type->children_count == 0) {
        return put_values(by, at->from->values, 1, &by->to->values);
    }
    ALI_TRY(check_count(by, at->count, INT32_MAX, "rows"));
    ALI_TRY(put_type_ids(by));
    if ((at->from->type->flags & ALI_TYPE_IS_DENSE) != 0) return put_dense(by);
    tell_all(by, at->rows, at->count);
    return ALI_OK;
}

// --- run ends ------------------------------------------------------------------------------------

// Gives the run of each row, or -1.
static ali_status find_runs(gatherer *by, int64_t **runs) {
    const told *at = by->told;
    const ali_column *ends = at->from + 1;
    uint64_t run = 0;
    uint64_t start = 0;
    uint64_t end = 0; // rows [start, end) are those of `run`
    ALI_TRY(new_rows(by, at->count, runs));
    for (uint64_t i = 0; i < at->count; i += 1) {
        const int64_t row = row_at(at, i);
        if (row >= 0 && ((uint64_t)row < start || (uint64_t)row >= end)) {
            run = (uint64_t)row == end && end != 0 ? run + 1
                                                   : ali_column_find_run(ends, (uint64_t)row);
            ALI_ASSERT(run < ends->length);
            start = run == 0 ? 0 : ali_column_run_end(ends, run - 1);
            end = ali_column_run_end(ends, run);
        }
        (*runs)[i] = row < 0 ? -1 : (int64_t)run;
    }
    return ALI_OK;
}

// Rows of one run that follow one another stay one run.
static ali_status put_runs(gatherer *by) {
    const told *at = by->told;
    ali_column *ends = by->to + 1;
    const uint64_t width = ends->type->bits / 8;
    int64_t *runs = NULL;
    uint64_t count = 0;
    ALI_TRY(check_count(by, at->count, most_of(ends->type->bits), "rows"));
    ALI_TRY(find_runs(by, &runs));
    for (uint64_t i = 0; i < at->count; i += 1) {
        count += i == 0 || runs[i] != runs[i - 1] ? 1 : 0;
    }
    ALI_TRY(ali_buf_new(by->how->ctx, count * width, &ends->values));
    ends->length = count;
    uint64_t made = 0;
    for (uint64_t i = 0; i < at->count; i += 1) {
        if (i + 1 < at->count && runs[i] == runs[i + 1]) continue;
        const uint64_t end = i + 1;
        ali_copy(ends->values->data + made * width, &end, (size_t)width); // little-endian
        runs[made] = runs[i];
        made += 1;
    }
    by->told[2] = (told){at->from + 2, runs, count, NULL};
    return ALI_OK;
}

// --- columns -------------------------------------------------------------------------------------

// All rows in their order, in the form they have but for the width of offsets.
static ali_status share_one(gatherer *by) {
    const ali_type *type = by->to->type;
    const ali_column *from = by->told->from;
    ALI_ASSERT(by->told->count == from->length);
    ali_column_share(by->to, from);
    by->to->type = type;
    tell_wholes(by);
    if (type->kind == from->type->kind) return ALI_OK;
    ali_buf_release(by->to->offsets);
    by->to->offsets = NULL;
    return narrow_offsets(by, from->type->kind == ALI_TYPE_LARGE_LIST ? "items" : bytes_of_text);
}

// Tells if a column's rows are all wanted and lie as they are wanted.
static bool is_shared(const gatherer *by) {
    const ali_type *from = by->told->from->type;
    if (by->told->rows != NULL) return false;
    if (from->kind == by->to->type->kind) return true;
    return ali_type_is_large_bytes(from) || from->kind == ALI_TYPE_LARGE_LIST;
}

static ali_status put_one(gatherer *by) {
    const told *at = by->told;
    const ali_type *type = by->to->type;
    by->to->length = at->count;
    if (is_shared(by)) return share_one(by);
    ALI_TRY(put_validity(by));
    if (is_text(type)) return ali_type_is_view(type) ? put_views(by) : put_bytes(by);
    switch (type->kind) {
    case ALI_TYPE_NULL:
        return ALI_OK;
    case ALI_TYPE_BOOL:
        return put_bits(by);
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
    case ALI_TYPE_LARGE_LIST:
        return put_list(by);
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
        return put_list_view(by);
    case ALI_TYPE_FIXED_LIST:
        return put_fixed_list(by);
    case ALI_TYPE_STRUCT:
        tell_all(by, at->rows, at->count);
        return ALI_OK;
    case ALI_TYPE_UNION:
        return put_union(by);
    case ALI_TYPE_RUN_END:
        return put_runs(by);
    default:
        return put_values(by, at->from->values, ali_type_width(type), &by->to->values);
    }
}

// Makes one column, or only finds out what it is made of.
//
// Effects:   *passed columns of `from` and *made of `to` are done with.
static ali_status step(gatherer *by, uint32_t *passed, uint32_t *made) {
    const ali_column *from = by->told->from;
    *passed = *made = 0;
    if (from->encoding == ALI_ENCODING_DICTIONARY) {
        if (!keeps_codes(by, from->type)) return look_up(by);
        *passed = from->type->span;
        *made = by->to->type->span;
        return put_codes(by);
    }
    if (from->type->kind != ALI_TYPE_RUN_END) {
        *passed = *made = 1;
        return put_one(by);
    }
    if (by->how->form == ALI_FORM_SIMPLE) {
        int64_t *runs = NULL;
        ALI_TRY(find_runs(by, &runs));
        by->told[2] = (told){from + 2, runs, by->told->count, NULL};
        *passed = 2;
        return ALI_OK;
    }
    *passed = *made = by->told->rows == NULL ? 1 : 2; // put_runs() makes the run ends too
    return put_one(by);
}

static ali_status make_tree(gatherer *by, uint32_t span) {
    for (uint32_t i = 0; i < span;) {
        uint32_t passed = 0;
        uint32_t made = 0;
        ALI_TRY(step(by, &passed, &made));
        by->told += passed;
        by->to += made;
        i += passed;
    }
    return ALI_OK;
}

static void free_vectors(gatherer *by) {
    while (by->vectors != NULL) {
        vector *next = by->vectors->next;
        ali_mem_free(by->how->ctx, by->vectors, by->vectors->size_bytes);
        by->vectors = next;
    }
}

ali_status ali_gather_run(const ali_gather *how, const ali_column *from, const int64_t *rows,
                          uint64_t count, ali_column *to) {
    const uint64_t told_bytes = (uint64_t)from->type->span * sizeof(told);
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(how->ctx, told_bytes, &pointer));
    gatherer by = {.how = how, .told = pointer, .to = to};
    by.told[0] = (told){from, rows, count, NULL};
    const ali_status status = make_tree(&by, from->type->span);
    free_vectors(&by);
    ali_mem_free(how->ctx, pointer, told_bytes);
    return status;
}

ali_status ali_column_gather(ali_context *ctx, const ali_column *from, const int64_t *rows,
                             uint64_t count, ali_column *to) {
    const ali_gather how = {.ctx = ctx, .form = ALI_FORM_SAME};
    return ali_gather_run(&how, from, rows, count, to);
}
