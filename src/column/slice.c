// column/slice.c: slices of columns and batches. Values and text are shared, offsets rebased;
// bitmaps and values are copied where the slice would not begin at a multiple of 8 bytes.
//
// A nested column's slice goes forward over its columns in pre-order: each is sliced to the rows
// that the column above has told it, and tells those below theirs.
#include "base/mem.h"
#include "column/bits.h"
#include "column/column.h"

// One column on its way.
typedef struct slicer {
    ali_context *ctx;
    const ali_column *whole;
    ali_column *part;
    uint64_t *offsets; // where the rows of each column below begin, counted from `whole`; NULL if
                       // there are none
} slicer;

// --- buffers -------------------------------------------------------------------------------------

// A range of a buffer: shared where that keeps addresses aligned to 8, else copied.
static ali_status slice_bytes(ali_context *ctx, ali_buf *whole, uint64_t offset_bytes,
                              uint64_t size_bytes, ali_buf **slice) {
    if (offset_bytes % 8 == 0) return ali_buf_slice(ctx, whole, offset_bytes, size_bytes, slice);
    ALI_TRY(ali_buf_new(ctx, size_bytes, slice));
    ali_copy_counted(ctx, (*slice)->data, whole->data + offset_bytes, (size_t)size_bytes);
    return ALI_OK;
}

static ali_status slice_bits(ali_context *ctx, ali_buf *whole, uint64_t offset, uint64_t count,
                             ali_buf **slice) {
    const uint64_t size_bytes = (count + 7) / 8;
    if (offset % 64 == 0) return ali_buf_slice(ctx, whole, offset / 8, size_bytes, slice);
    ALI_TRY(ali_buf_zero(ctx, size_bytes, slice));
    ali_bits_copy((*slice)->data, whole->data, offset, count);
    return ALI_OK;
}

static ali_status slice_validity(const slicer *at, uint64_t offset) {
    const ali_column *whole = at->whole;
    ali_column *part = at->part;
    part->null_count = whole->type->kind == ALI_TYPE_NULL ? part->length : 0;
    if (whole->validity == NULL) return ALI_OK;
    const uint64_t valid = ali_bits_count(whole->validity->data, offset, part->length);
    part->null_count = part->length - valid;
    if (part->null_count == 0) return ALI_OK;
    return slice_bits(at->ctx, whole->validity, offset, part->length, &part->validity);
}

// Values of `width` bytes.
static ali_status slice_values(const slicer *at, uint64_t offset, uint64_t width) {
    if (at->whole->values == NULL) return ALI_OK;
    return slice_bytes(at->ctx, at->whole->values, offset * width, at->part->length * width,
                       &at->part->values);
}

static uint64_t load_offset(const ali_buf *offsets, uint64_t width, uint64_t index) {
    const uint8_t *from = offsets->data + index * width;
    return width == 4 ? ali_load_u32(from) : ali_load_u64(from);
}

// Offsets of `width` bytes from `offset` on, the first of which becomes 0. What they point to lies
// from *start to *end.
static ali_status slice_offsets(const slicer *at, uint64_t offset, uint64_t width, uint64_t *start,
                                uint64_t *end) {
    const ali_buf *whole = at->whole->offsets;
    const uint64_t count = at->part->length + 1;
    *start = *end = 0;
    if (whole == NULL) return ALI_OK;
    ALI_TRY(ali_buf_new(at->ctx, count * width, &at->part->offsets));
    uint8_t *to = at->part->offsets->data;
    *start = load_offset(whole, width, offset);
    *end = load_offset(whole, width, offset + count - 1);
    for (uint64_t i = 0; i < count; i += 1) {
        const uint64_t rebased = load_offset(whole, width, offset + i) - *start;
        if (width == 4) {
            ali_store_u32(to + i * 4, (uint32_t)rebased);
        } else {
            ali_store_u64(to + i * 8, rebased);
        }
    }
    return ALI_OK;
}

// --- kinds ---------------------------------------------------------------------------------------

static ali_status slice_text(const slicer *at, uint64_t offset, uint64_t width) {
    uint64_t start = 0;
    uint64_t end = 0;
    ALI_TRY(slice_offsets(at, offset, width, &start, &end));
    if (at->whole->data == NULL) return ALI_OK;
    return ali_buf_slice(at->ctx, at->whole->data, start, end - start, &at->part->data);
}

// Tells child `index`, in pre-order from `whole`, its rows.
static void tell(const slicer *at, uint32_t index, uint64_t offset, uint64_t length) {
    at->offsets[index] = offset;
    at->part[index].length = length;
}

// Tells all children the same rows.
static void tell_all(const slicer *at, uint64_t offset, uint64_t length) {
    uint32_t index = 1;
    for (uint32_t i = 0; i < at->whole->type->children_count; i += 1) {
        tell(at, index, offset, length);
        index += at->whole[index].type->span;
    }
}

// Children that offsets point into are shared as wholes.
static void tell_wholes(const slicer *at) {
    uint32_t index = 1;
    for (uint32_t i = 0; i < at->whole->type->children_count; i += 1) {
        tell(at, index, 0, at->whole[index].length);
        index += at->whole[index].type->span;
    }
}

static ali_status slice_list(const slicer *at, uint64_t offset, uint64_t width) {
    uint64_t start = 0;
    uint64_t end = 0;
    ALI_TRY(slice_offsets(at, offset, width, &start, &end));
    tell(at, 1, start, end - start);
    return ALI_OK;
}

static ali_status slice_list_view(const slicer *at, uint64_t offset, uint64_t width) {
    ALI_TRY(slice_values(at, offset, width));
    tell_wholes(at);
    if (at->whole->offsets == NULL) return ALI_OK;
    return slice_bytes(at->ctx, at->whole->offsets, offset * width, at->part->length * width,
                       &at->part->offsets);
}

static ali_status slice_union(const slicer *at, uint64_t offset) {
    ALI_TRY(slice_values(at, offset, 1));
    if ((at->whole->type->flags & ALI_TYPE_IS_DENSE) == 0) {
        tell_all(at, offset, at->part->length);
        return ALI_OK;
    }
    tell_wholes(at);
    if (at->whole->offsets == NULL) return ALI_OK;
    return slice_bytes(at->ctx, at->whole->offsets, offset * 4, at->part->length * 4,
                       &at->part->offsets);
}

uint64_t ali_column_run_end(const ali_column *ends, uint64_t run) {
    const uint8_t *from = ends->values->data + run * (ends->type->bits / 8);
    return ends->type->bits == 16   ? ali_load_u16(from)
           : ends->type->bits == 32 ? ali_load_u32(from)
                                    : ali_load_u64(from);
}

uint64_t ali_column_find_run(const ali_column *ends, uint64_t row) {
    uint64_t low = 0;
    uint64_t high = ends->length;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (ali_column_run_end(ends, middle) > row) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

// The run ends of a slice are made anew; they are column 1, which is done with here.
static ali_status slice_runs(const slicer *at, uint64_t offset) {
    const ali_column *ends = at->whole + 1;
    ali_column *made = at->part + 1;
    const uint64_t rows = at->part->length;
    const uint64_t first = rows == 0 ? 0 : ali_column_find_run(ends, offset);
    const uint64_t count = rows == 0 ? 0 : ali_column_find_run(ends, offset + rows - 1) + 1 - first;
    const uint64_t width = ends->type->bits / 8;
    tell(at, 2, first, count);
    made->length = count;
    ALI_TRY(ali_buf_new(at->ctx, count * width, &made->values));
    for (uint64_t i = 0; i < count; i += 1) {
        const uint64_t end = ali_min_u64(ali_column_run_end(ends, first + i) - offset, rows);
        if (width == 2) ali_store_u16(made->values->data + i * 2, (uint16_t)end);
        if (width == 4) ali_store_u32(made->values->data + i * 4, (uint32_t)end);
        if (width == 8) ali_store_u64(made->values->data + i * 8, end);
    }
    return ALI_OK;
}

static ali_status slice_dictionary(const slicer *at, uint64_t offset) {
    at->part->encoding = ALI_ENCODING_DICTIONARY;
    at->part->dictionary = ali_dictionary_retain(at->whole->dictionary);
    return slice_values(at, offset, sizeof(int32_t));
}

static ali_status slice_plain(const slicer *at, uint64_t offset) {
    const ali_column *whole = at->whole;
    switch (whole->type->kind) {
    case ALI_TYPE_UTF8:
    case ALI_TYPE_BINARY:
        return slice_text(at, offset, 4);
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_LARGE_BINARY:
        return slice_text(at, offset, 8);
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
        return slice_list(at, offset, 4);
    case ALI_TYPE_LARGE_LIST:
        return slice_list(at, offset, 8);
    case ALI_TYPE_LIST_VIEW:
        return slice_list_view(at, offset, 4);
    case ALI_TYPE_LARGE_LIST_VIEW:
        return slice_list_view(at, offset, 8);
    case ALI_TYPE_UNION:
        return slice_union(at, offset);
    case ALI_TYPE_RUN_END:
        return slice_runs(at, offset);
    case ALI_TYPE_STRUCT:
        tell_all(at, offset, at->part->length);
        return ALI_OK;
    case ALI_TYPE_FIXED_LIST:
        tell(at, 1, offset * whole->type->list_size, at->part->length * whole->type->list_size);
        return ALI_OK;
    case ALI_TYPE_BOOL:
        if (whole->values == NULL) return ALI_OK;
        return slice_bits(at->ctx, whole->values, offset, at->part->length, &at->part->values);
    default:
        if (whole->buffers != NULL) at->part->buffers = ali_buffers_retain(whole->buffers);
        return slice_values(at, offset, ali_type_width(whole->type));
    }
}

// --- columns -------------------------------------------------------------------------------------

static ali_status slice_one(const slicer *at, uint64_t offset) {
    ALI_ASSERT(offset <= at->whole->length && at->part->length <= at->whole->length - offset);
    ALI_TRY(slice_validity(at, offset));
    if (at->whole->encoding == ALI_ENCODING_DICTIONARY) return slice_dictionary(at, offset);
    return slice_plain(at, offset);
}

// Slices a column with all those below it. What needs no visit of its own is passed over: the
// columns below a dictionary's codes, which are empty, and run ends.
static ali_status slice_tree(slicer at, uint32_t span) {
    for (uint32_t i = 0; i < span;) {
        ALI_TRY(slice_one(&at, at.offsets[0]));
        uint32_t done = 1;
        if (at.whole->encoding == ALI_ENCODING_DICTIONARY) {
            done = at.whole->type->span;
        } else if (at.whole->type->kind == ALI_TYPE_RUN_END) {
            done = 2;
        }
        at.whole += done;
        at.part += done;
        at.offsets += done;
        i += done;
    }
    return ALI_OK;
}

ali_status ali_column_slice(ali_context *ctx, const ali_column *whole, uint64_t offset,
                            ali_column *part) {
    const uint32_t span = whole->type->span;
    slicer at = {.ctx = ctx, .whole = whole, .part = part};
    if (span == 1) return slice_one(&at, offset);
    void *offsets = NULL;
    ALI_TRY(ali_mem_zero(ctx, (uint64_t)span * sizeof(uint64_t), &offsets));
    at.offsets = offsets;
    at.offsets[0] = offset;
    const ali_status status = slice_tree(at, span);
    ali_mem_free(ctx, offsets, (uint64_t)span * sizeof(uint64_t));
    return status;
}

ali_status ali_batch_slice(ali_context *ctx, ali_batch *batch, uint64_t offset_rows, uint64_t rows,
                           ali_batch **slice) {
    ALI_ASSERT(offset_rows <= batch->rows && rows <= batch->rows - offset_rows);
    *slice = NULL;
    if (rows == batch->rows) {
        ali_batch_retain(batch);
        *slice = batch;
        return ALI_OK;
    }
    ali_batch *made = NULL;
    ALI_TRY(ali_batch_new(ctx, batch->schema, rows, &made));
    for (uint32_t i = 0; i < batch->schema->count; i += 1) {
        const ali_status status =
            ali_column_slice(ctx, ali_batch_at(batch, i), offset_rows, ali_batch_at(made, i));
        if (status < 0) {
            ali_batch_release(made);
            return status;
        }
    }
    *slice = made;
    return ALI_OK;
}
