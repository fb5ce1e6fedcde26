// column/cdata_import.c: batches out of arrays of the Arrow C data interface
// (https://arrow.apache.org/docs/format/CDataInterface.html). Values are not copied: the columns'
// buffers are lent by the array, which is released with the last of them. Copied are what begins at
// no multiple of 8 bytes, offsets that do not begin at 0, and dictionary codes that are not of 32
// bits or have nulls. Schemas: column/cdata_schema.c.
//
// The structs are walked forward in the order of the schema's fields, and each tells those below it
// which of their rows are wanted. All that leads a reader of columns somewhere is checked: offsets,
// sizes, views, codes, type ids, run ends, lengths of children. Trusted are the pointers, and that
// buffers are as long as lengths and offsets say, since the interface does not tell.
#include "base/mem.h"
#include "column/bits.h"
#include "column/column.h"

// An array that was taken over, held by the buffers that point into it.
typedef struct lender {
    ali_home *home;
    uint32_t references;
    struct ArrowArray array;
} lender;

// Where a field's column comes from and goes to.
typedef struct source {
    const struct ArrowArray *array;
    uint64_t start; // the first row wanted, without the array's own offset
    uint64_t length;
    ali_column *to;
} source;

// A dictionary in the making.
typedef struct open_dictionary {
    uint32_t node;
    uint32_t end; // the field after its last
    ali_column *codes;
    ali_column *columns;
} open_dictionary;

typedef struct importer {
    ali_context *ctx;
    ali_schema *schema;
    lender *lender;
    source *sources; // of each field
    open_dictionary open[ALI_TYPE_DEPTH_MAX + 1];
    uint32_t open_count;
    uint32_t node; // on its way
} importer;

// --- lending -------------------------------------------------------------------------------------

static void drop_lender(void *user) {
    lender *of = user;
    if (__atomic_sub_fetch(&of->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    ali_home *home = of->home;
    if (of->array.release != NULL) of->array.release(&of->array);
    ali_home_free(home, of, sizeof *of);
    ali_home_release(home);
}

static ali_status lend(importer *by, const uint8_t *data, uint64_t size_bytes, ali_buf **buf) {
    ALI_TRY(ali_buf_lent(by->ctx, data, size_bytes, drop_lender, by->lender, buf));
    (void)__atomic_add_fetch(&by->lender->references, 1, __ATOMIC_RELAXED);
    return ALI_OK;
}

// --- errors --------------------------------------------------------------------------------------

static ali_status corrupt(importer *by, const char *what) {
    const ali_field *field = &by->schema->nodes[by->node];
    const ali_status status = ali_fail(by->ctx, ALI_ERR_CORRUPT, "the array of column %q %s",
                                       field->name, (size_t)field->name_bytes, what);
    ali_error_add_column(by->ctx, field->name, (size_t)field->name_bytes);
    return status;
}

// --- buffers -------------------------------------------------------------------------------------

// Buffer `index` of an array that needs one unless `count` is 0.
static ali_status find_buffer(importer *by, const source *from, int64_t index, uint64_t count,
                              const uint8_t **data) {
    *data = from->array->buffers == NULL ? NULL : from->array->buffers[index];
    if (*data != NULL || count == 0) return ALI_OK;
    return corrupt(by, "lacks a buffer");
}

static uint64_t row_of(const source *from) {
    return (uint64_t)from->array->offset + from->start;
}

// `count` values of `width` bytes from `first` on, at an address that is a multiple of 8.
static ali_status take_values(importer *by, const source *from, int64_t index, uint64_t first,
                              uint64_t count, uint64_t width, ali_buf **buf) {
    const uint8_t *data = NULL;
    if (width != 0 && first + count > INT64_MAX / width) return corrupt(by, "has too many rows");
    ALI_TRY(find_buffer(by, from, index, count * width, &data));
    if (count * width == 0) return ali_buf_zero(by->ctx, 0, buf);
    data += first * width;
    if ((uintptr_t)data % 8 == 0) return lend(by, data, count * width, buf);
    ALI_TRY(ali_buf_new(by->ctx, count * width, buf));
    ali_copy_counted(by->ctx, (*buf)->data, data, (size_t)(count * width));
    return ALI_OK;
}

static ali_status take_bits(importer *by, const source *from, int64_t index, ali_buf **buf) {
    const uint64_t first = row_of(from);
    const uint64_t size_bytes = (from->length + 7) / 8;
    const uint8_t *data = NULL;
    ALI_TRY(find_buffer(by, from, index, size_bytes, &data));
    if (size_bytes == 0) return ali_buf_zero(by->ctx, 0, buf);
    if (first % 8 == 0 && ((uintptr_t)data + first / 8) % 8 == 0) {
        return lend(by, data + first / 8, size_bytes, buf);
    }
    ALI_TRY(ali_buf_zero(by->ctx, size_bytes, buf));
    ali_bits_copy((*buf)->data, data, first, from->length);
    return ALI_OK;
}

// The nulls are counted, whatever the array says of them.
static ali_status take_validity(importer *by, const source *from) {
    ali_column *to = from->to;
    const struct ArrowArray *array = from->array;
    if (array->null_count == 0 || array->buffers == NULL || array->buffers[0] == NULL) {
        return ALI_OK;
    }
    if (from->length == 0) return ALI_OK;
    const uint64_t first = row_of(from);
    to->null_count = from->length - ali_bits_count(array->buffers[0], first, from->length);
    return to->null_count == 0 ? ALI_OK : take_bits(by, from, 0, &to->validity);
}

static uint64_t load(const uint8_t *data, uint64_t width, uint64_t index) {
    return width == 4 ? ali_load_u32(data + index * 4) : ali_load_u64(data + index * 8);
}

// Offsets, the first of which becomes 0: what they reach lies from *start to *end.
static ali_status take_offsets(importer *by, const source *from, uint64_t width, uint64_t *start,
                               uint64_t *end) {
    const uint64_t first = row_of(from);
    const uint64_t most = width == 4 ? INT32_MAX : INT64_MAX;
    const uint8_t *data = NULL;
    *start = *end = 0;
    ALI_TRY(find_buffer(by, from, 1, from->length, &data));
    if (from->length == 0) return ali_buf_zero(by->ctx, width, &from->to->offsets);
    *start = load(data, width, first);
    uint64_t before = *start;
    if (before > most) return corrupt(by, "has a negative offset");
    for (uint64_t i = 1; i <= from->length; i += 1) {
        const uint64_t offset = load(data, width, first + i);
        if (offset < before || offset > most) return corrupt(by, "has offsets that go back");
        before = offset;
    }
    *end = before;
    if (*start == 0) {
        return take_values(by, from, 1, first, from->length + 1, width, &from->to->offsets);
    }
    ALI_TRY(ali_buf_new(by->ctx, (from->length + 1) * width, &from->to->offsets));
    uint8_t *to = from->to->offsets->data;
    for (uint64_t i = 0; i <= from->length; i += 1) {
        const uint64_t offset = load(data, width, first + i) - *start;
        ali_copy(to + i * width, &offset, (size_t)width); // little-endian
    }
    return ALI_OK;
}

static ali_status take_text(importer *by, const source *from, uint64_t width) {
    uint64_t start = 0;
    uint64_t end = 0;
    const uint8_t *data = NULL;
    ALI_TRY(take_offsets(by, from, width, &start, &end));
    ALI_TRY(find_buffer(by, from, 2, end - start, &data));
    if (start == end) return ali_buf_zero(by->ctx, 0, &from->to->data);
    return lend(by, data + start, end - start, &from->to->data);
}

// Each view must lie in one of the buffers.
static ali_status check_views(importer *by, const source *from) {
    const ali_column *to = from->to;
    for (uint64_t i = 0; i < from->length; i += 1) {
        if (!ali_column_is_valid(to, i)) continue;
        const uint8_t *view = to->values->data + i * 16;
        const uint32_t length = ali_load_u32(view);
        if (length <= 12) continue;
        const uint32_t index = ali_load_u32(view + 8);
        if (length > INT32_MAX || to->buffers == NULL || index >= to->buffers->count ||
            (uint64_t)ali_load_u32(view + 12) + length > to->buffers->bytes[index].count_bytes) {
            return corrupt(by, "has a view that lies outside its buffers");
        }
    }
    return ALI_OK;
}

static ali_status take_views(importer *by, const source *from) {
    const struct ArrowArray *array = from->array;
    const int64_t count = array->n_buffers - 3;
    const uint8_t *sizes = NULL;
    ali_column *to = from->to;
    if (count > INT32_MAX) return corrupt(by, "has too many buffers");
    ALI_TRY(find_buffer(by, from, array->n_buffers - 1, (uint64_t)count, &sizes));
    if (count > 0) ALI_TRY(ali_buffers_new(by->ctx, (uint32_t)count, &to->buffers));
    for (int64_t i = 0; i < count; i += 1) {
        const uint8_t *data = NULL;
        ali_buf *buf = NULL;
        const uint64_t size_bytes = ali_load_u64(sizes + i * 8);
        if (size_bytes > INT64_MAX) return corrupt(by, "has a buffer of a negative size");
        ALI_TRY(find_buffer(by, from, 2 + i, size_bytes, &data));
        ALI_TRY(lend(by, data, size_bytes, &buf));
        ali_buffers_put(to->buffers, (uint32_t)i, buf);
    }
    ALI_TRY(take_values(by, from, 1, row_of(from), from->length, 16, &to->values));
    return check_views(by, from);
}

// --- nested kinds --------------------------------------------------------------------------------

// Tells the child at `index`, counted in fields from the parent, its rows.
static ali_status tell(importer *by, source *from, int64_t child, uint32_t index, uint64_t start,
                       uint64_t length) {
    const struct ArrowArray *array = from->array->children[child];
    if (start > (uint64_t)array->length || length > (uint64_t)array->length - start) {
        return corrupt(by, "has a child with too few rows");
    }
    from[index].array = array;
    from[index].start = start;
    from[index].length = length;
    from[index].to = from->to + index;
    return ALI_OK;
}

// Tells all children the same rows.
static ali_status tell_all(importer *by, source *from, uint64_t start, uint64_t length) {
    const ali_type *type = by->schema->nodes[by->node].type;
    const ali_field *field = type->children;
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        const uint32_t index = (uint32_t)(field - type->children) + 1;
        ALI_TRY(tell(by, from, i, index, start, length));
        field += field->type->span;
    }
    return ALI_OK;
}

static ali_status tell_wholes(importer *by, source *from) {
    const ali_type *type = by->schema->nodes[by->node].type;
    const ali_field *field = type->children;
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        const uint32_t index = (uint32_t)(field - type->children) + 1;
        ALI_TRY(tell(by, from, i, index, 0, (uint64_t)from->array->children[i]->length));
        field += field->type->span;
    }
    return ALI_OK;
}

static ali_status take_list(importer *by, source *from, uint64_t width) {
    uint64_t start = 0;
    uint64_t end = 0;
    ALI_TRY(take_offsets(by, from, width, &start, &end));
    return tell(by, from, 0, 1, start, end - start);
}

static ali_status take_list_views(importer *by, source *from, uint64_t width) {
    ali_column *to = from->to;
    ALI_TRY(take_values(by, from, 1, row_of(from), from->length, width, &to->offsets));
    ALI_TRY(take_values(by, from, 2, row_of(from), from->length, width, &to->values));
    ALI_TRY(tell_wholes(by, from));
    for (uint64_t i = 0; i < from->length; i += 1) {
        if (!ali_column_is_valid(to, i)) continue;
        const uint64_t offset = load(to->offsets->data, width, i);
        const uint64_t size = load(to->values->data, width, i);
        if (offset > from[1].length || size > from[1].length - offset) {
            return corrupt(by, "has a list that lies outside its items");
        }
    }
    return ALI_OK;
}

static ali_status take_fixed_list(importer *by, source *from) {
    const uint64_t size = from->to->type->list_size;
    if (size != 0 && row_of(from) + from->length > INT64_MAX / size) {
        return corrupt(by, "has too many lists");
    }
    // the array's own offset counts lists, its child's rows begin behind those before it
    return tell(by, from, 0, 1, row_of(from) * size, from->length * size);
}

// The field of a type id, counted from its union; 0: there is none.
static uint32_t find_child(const ali_type *type, int32_t id, uint32_t *child) {
    const ali_field *field = type->children;
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        *child = i;
        if ((type->type_ids == NULL ? (int32_t)i : type->type_ids[i]) == id) {
            return (uint32_t)(field - type->children) + 1;
        }
        field += field->type->span;
    }
    return 0;
}

static ali_status take_union(importer *by, source *from) {
    ali_column *to = from->to;
    const bool is_dense = (to->type->flags & ALI_TYPE_IS_DENSE) != 0;
    ALI_TRY(take_values(by, from, 0, row_of(from), from->length, 1, &to->values));
    if (is_dense) {
        ALI_TRY(take_values(by, from, 1, row_of(from), from->length, 4, &to->offsets));
        ALI_TRY(tell_wholes(by, from));
    } else {
        ALI_TRY(tell_all(by, from, row_of(from), from->length));
    }
    for (uint64_t i = 0; i < from->length; i += 1) {
        uint32_t child = 0;
        const uint32_t index = find_child(to->type, (int8_t)to->values->data[i], &child);
        if (index == 0) return corrupt(by, "has a type id that its union does not have");
        if (is_dense && ali_load_u32(to->offsets->data + i * 4) >= from[index].length) {
            return corrupt(by, "has a value that lies outside its child");
        }
    }
    return ALI_OK;
}

static uint64_t load_end(const uint8_t *data, uint64_t width, uint64_t index) {
    return width == 2 ? ali_load_u16(data + index * 2) : load(data, width, index);
}

// Run ends are counted from the array's beginning, and those of the wanted rows made anew.
static ali_status take_runs(importer *by, source *from) {
    const struct ArrowArray *array = from->array->children[0];
    ali_column *ends = from->to + 1;
    const uint64_t width = ends->type->bits / 8;
    const uint64_t first = row_of(from);
    const uint64_t last = first + from->length;
    const uint64_t runs = (uint64_t)array->length;
    const uint64_t most = (UINT64_C(1) << (ends->type->bits - 1)) - 1;
    const uint8_t *data = NULL;
    uint64_t before = 0;
    uint64_t skipped = 0; // runs before the first row, and runs that have a wanted one
    uint64_t count = 0;
    source at = {.array = array, .to = ends};
    if (array->n_buffers != 2) return corrupt(by, "has run ends of a wrong shape");
    ALI_TRY(find_buffer(by, &at, 1, runs, &data));
    for (uint64_t i = 0; i < runs; i += 1) {
        const uint64_t end = load_end(data, width, (uint64_t)array->offset + i);
        if (end <= before || end > most) return corrupt(by, "has run ends that do not grow");
        if (end <= first) skipped += 1;
        if (end > first && before < last) count += 1;
        before = end;
    }
    if (before < last) return corrupt(by, "has run ends that stop before its last row");
    if (from->length == 0) count = 0;
    ALI_TRY(ali_buf_new(by->ctx, count * width, &ends->values));
    for (uint64_t i = 0; i < count; i += 1) {
        const uint64_t end = load_end(data, width, (uint64_t)array->offset + skipped + i);
        const uint64_t made = ali_min_u64(end, last) - first;
        ali_copy(ends->values->data + i * width, &made, (size_t)width); // little-endian
    }
    ends->length = count;
    return tell(by, from, 1, 2, skipped, count);
}

// --- dictionaries --------------------------------------------------------------------------------

static int64_t load_code(const uint8_t *data, const ali_type *type, uint64_t index) {
    const bool is_signed = type->index_is_signed != 0;
    switch (type->index_bits) {
    case 8:
        return is_signed ? (int8_t)data[index] : data[index];
    case 16: {
        const uint16_t code = ali_load_u16(data + index * 2);
        return is_signed ? (int16_t)code : code;
    }
    case 32: {
        const uint32_t code = ali_load_u32(data + index * 4);
        return is_signed ? (int32_t)code : (int64_t)code;
    }
    default:
        return (int64_t)ali_load_u64(data + index * 8);
    }
}

static ali_status take_codes(importer *by, const source *from) {
    ali_column *to = from->to;
    const ali_type *type = to->type;
    const uint64_t first = row_of(from);
    const uint64_t end = ali_min_u64((uint64_t)from->array->dictionary->length, INT32_MAX);
    const uint8_t *data = NULL;
    ALI_TRY(find_buffer(by, from, 1, from->length, &data));
    const bool is_kept = type->index_bits == 32 && to->null_count == 0;
    if (is_kept) {
        ALI_TRY(take_values(by, from, 1, first, from->length, 4, &to->values));
    } else {
        ALI_TRY(ali_buf_zero(by->ctx, from->length * 4, &to->values));
    }
    for (uint64_t i = 0; i < from->length; i += 1) {
        if (!ali_column_is_valid(to, i)) continue;
        const int64_t code = load_code(data, type, first + i);
        if (code < 0 || (uint64_t)code >= end) {
            return corrupt(by, "has a code that its dictionary does not have");
        }
        if (!is_kept) ali_store_u32(to->values->data + i * 4, (uint32_t)code);
    }
    return ALI_OK;
}

// Begins a dictionary: the field's own source, and those below it, are the dictionary's.
static ali_status open_values(importer *by, source *from) {
    void *pointer = NULL;
    const uint32_t span = from->to->type->span;
    ALI_ASSERT(by->open_count <= ALI_TYPE_DEPTH_MAX);
    ALI_TRY(ali_mem_zero(by->ctx, (uint64_t)span * sizeof(ali_column), &pointer));
    ali_column *columns = pointer;
    for (uint32_t i = 0; i < span; i += 1) columns[i].type = from->to[i].type;
    by->open[by->open_count] = (open_dictionary){by->node, by->node + span, from->to, columns};
    by->open_count += 1;
    *from = (source){.array = from->array->dictionary,
                     .length = (uint64_t)from->array->dictionary->length,
                     .to = columns};
    return ALI_OK;
}

// Rows whose code stands for a null in the dictionary become null themselves; values of type null
// all are, and stay what they are.
static ali_status move_nulls(importer *by, ali_column *codes, ali_column *values) {
    ali_buf *bits = NULL;
    ALI_TRY(ali_buf_zero(by->ctx, (codes->length + 7) / 8, &bits));
    uint64_t nulls = 0;
    const bool has_values = values->type->kind != ALI_TYPE_NULL;
    for (uint64_t i = 0; i < codes->length; i += 1) {
        const uint32_t code = ali_load_u32(codes->values->data + i * 4);
        if (has_values && ali_column_is_valid(codes, i) && ali_column_is_valid(values, code)) {
            bits->data[i / 8] |= (uint8_t)(1u << (i % 8));
        } else {
            nulls += 1;
        }
    }
    ali_buf_release(codes->validity);
    codes->validity = nulls == 0 ? NULL : bits;
    codes->null_count = nulls;
    if (nulls == 0) ali_buf_release(bits);
    ali_buf_release(values->validity);
    values->validity = NULL;
    if (has_values) values->null_count = 0;
    return ALI_OK;
}

static void free_columns(importer *by, const open_dictionary *open) {
    const uint32_t span = open->codes->type->span;
    for (uint32_t i = 0; i < span; i += 1) ali_column_clear(&open->columns[i]);
    ali_mem_free(by->ctx, open->columns, (uint64_t)span * sizeof(ali_column));
}

// Ends the dictionaries whose last field is done.
static ali_status close_dictionaries(importer *by) {
    while (by->open_count > 0 && by->open[by->open_count - 1].end == by->node) {
        const open_dictionary *open = &by->open[by->open_count - 1];
        ali_column *codes = open->codes;
        if (open->columns->validity != NULL || open->columns->type->kind == ALI_TYPE_NULL) {
            ALI_TRY(move_nulls(by, codes, open->columns));
        }
        ALI_TRY(ali_dictionary_new(by->ctx, by->schema, open->columns, &codes->dictionary));
        codes->encoding = ALI_ENCODING_DICTIONARY;
        by->open_count -= 1;
        free_columns(by, open);
    }
    return ALI_OK;
}

// --- columns -------------------------------------------------------------------------------------

// The number of buffers that an array of a type must have; of views at least so many.
static int64_t buffers_of(const ali_type *type) {
    if (ali_type_is_view(type)) return 3;
    if (ali_type_is_bytes(type) || ali_type_is_large_bytes(type)) return 3;
    switch (type->kind) {
    case ALI_TYPE_NULL:
    case ALI_TYPE_RUN_END:
        return 0;
    case ALI_TYPE_STRUCT:
    case ALI_TYPE_FIXED_LIST:
        return 1;
    case ALI_TYPE_UNION:
        return (type->flags & ALI_TYPE_IS_DENSE) != 0 ? 2 : 1;
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
        return 3;
    default:
        return 2;
    }
}

static bool is_sized(const struct ArrowArray *array) {
    return array != NULL && array->release != NULL && array->length >= 0 && array->offset >= 0 &&
           array->offset <= INT64_MAX / 64 && array->length <= INT64_MAX / 64 - array->offset;
}

static ali_status check_shape(importer *by, const source *from, int64_t buffers, int64_t children) {
    const struct ArrowArray *array = from->array;
    const ali_type *type = from->to->type;
    const bool is_view = buffers == 3 && ali_type_is_view(type);
    if (is_view ? array->n_buffers < 3 : array->n_buffers != buffers) {
        return corrupt(by, "has another number of buffers than its type");
    }
    if (array->n_children != children || (children != 0 && array->children == NULL)) {
        return corrupt(by, "has another number of children than its type");
    }
    for (int64_t i = 0; i < children; i += 1) {
        if (!is_sized(array->children[i])) return corrupt(by, "has a child of no sound size");
    }
    return ALI_OK;
}

static ali_status take_plain(importer *by, source *from) {
    ali_column *to = from->to;
    switch (to->type->kind) {
    case ALI_TYPE_NULL:
        to->null_count = to->length;
        return ALI_OK;
    case ALI_TYPE_BOOL:
        return take_bits(by, from, 1, &to->values);
    case ALI_TYPE_UTF8:
    case ALI_TYPE_BINARY:
        return take_text(by, from, 4);
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_LARGE_BINARY:
        return take_text(by, from, 8);
    case ALI_TYPE_UTF8_VIEW:
    case ALI_TYPE_BINARY_VIEW:
        return take_views(by, from);
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
        return take_list(by, from, 4);
    case ALI_TYPE_LARGE_LIST:
        return take_list(by, from, 8);
    case ALI_TYPE_LIST_VIEW:
        return take_list_views(by, from, 4);
    case ALI_TYPE_LARGE_LIST_VIEW:
        return take_list_views(by, from, 8);
    case ALI_TYPE_FIXED_LIST:
        return take_fixed_list(by, from);
    case ALI_TYPE_STRUCT:
        return tell_all(by, from, row_of(from), from->length);
    case ALI_TYPE_UNION:
        return take_union(by, from);
    case ALI_TYPE_RUN_END:
        return take_runs(by, from);
    default:
        return take_values(by, from, 1, row_of(from), from->length, ali_type_width(to->type),
                           &to->values);
    }
}

static bool has_validity(const ali_type *type) {
    return type->kind != ALI_TYPE_NULL && type->kind != ALI_TYPE_UNION &&
           type->kind != ALI_TYPE_RUN_END;
}

static ali_status take_field(importer *by) {
    source *from = &by->sources[by->node];
    const ali_type *type = from->to->type;
    from->to->length = from->length;
    if (type->index_bits != 0) {
        if (!is_sized(from->array->dictionary)) return corrupt(by, "lacks its dictionary");
        ALI_TRY(check_shape(by, from, 2, 0));
        ALI_TRY(take_validity(by, from));
        ALI_TRY(take_codes(by, from));
        ALI_TRY(open_values(by, from));
        from->to->length = from->length;
    } else if (from->array->dictionary != NULL) {
        return corrupt(by, "has a dictionary, but its type is none");
    }
    ALI_TRY(check_shape(by, from, buffers_of(type), type->children_count));
    if (has_validity(type)) ALI_TRY(take_validity(by, from));
    return take_plain(by, from);
}

static ali_status take_fields(importer *by) {
    for (by->node = 0; by->node < by->schema->nodes_count;) {
        const ali_type *type = by->schema->nodes[by->node].type;
        ALI_TRY(take_field(by));
        by->node += type->kind == ALI_TYPE_RUN_END ? 2 : 1; // run ends are made with their parent
        ALI_TRY(close_dictionaries(by));
    }
    return ALI_OK;
}

// The columns of the struct at the root.
static ali_status take_root(importer *by, ali_batch *batch) {
    const struct ArrowArray *root = &by->lender->array;
    for (uint32_t i = 0; i < by->schema->count; i += 1) {
        by->node = by->schema->roots[i];
        const struct ArrowArray *array = root->children[i];
        source *from = &by->sources[by->node];
        if (!is_sized(array)) return corrupt(by, "is released or of no sound size");
        if ((uint64_t)array->length < (uint64_t)root->offset + (uint64_t)root->length) {
            return corrupt(by, "has fewer rows than the batch");
        }
        *from = (source){.array = array,
                         .start = (uint64_t)root->offset,
                         .length = (uint64_t)root->length,
                         .to = &batch->columns[by->node]};
    }
    return take_fields(by);
}

static ali_status check_root(ali_context *ctx, const ali_schema *schema,
                             const struct ArrowArray *root) {
    if (!is_sized(root) || root->n_children != schema->count || root->dictionary != NULL ||
        (root->n_children != 0 && root->children == NULL)) {
        return ali_fail(ctx, ALI_ERR_CORRUPT,
                        "the array to be imported is no struct of the schema's %u columns",
                        schema->count);
    }
    if (root->n_buffers < 1 || root->buffers == NULL || root->buffers[0] == NULL) return ALI_OK;
    const uint64_t rows = (uint64_t)root->length;
    if (ali_bits_count(root->buffers[0], (uint64_t)root->offset, rows) == rows) return ALI_OK;
    return ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                    "rows of a batch that are null as a whole are not supported");
}

static ali_status fill(ali_context *ctx, ali_schema *schema, lender *from, ali_batch *batch) {
    const uint64_t sources_bytes = (uint64_t)schema->nodes_count * sizeof(source);
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, sizeof(importer), &pointer));
    importer *by = pointer;
    *by = (importer){.ctx = ctx, .schema = schema, .lender = from};
    ali_status status = ali_mem_zero(ctx, sources_bytes, &pointer);
    by->sources = status < 0 ? NULL : pointer;
    if (status == ALI_OK) status = take_root(by, batch);
    for (; by->open_count > 0; by->open_count -= 1) { // left open by an error
        free_columns(by, &by->open[by->open_count - 1]);
    }
    ali_mem_free(ctx, by->sources, by->sources == NULL ? 0 : sources_bytes);
    ali_mem_free(ctx, by, sizeof *by);
    return status;
}

static ali_status import(ali_context *ctx, ali_schema *schema, lender *from, ali_batch **batch) {
    ali_batch *made = NULL;
    ALI_TRY(check_root(ctx, schema, &from->array));
    ALI_TRY(ali_batch_new(ctx, schema, (uint64_t)from->array.length, &made));
    const ali_status status = fill(ctx, schema, from, made);
    if (status < 0) {
        ali_batch_release(made);
        return status;
    }
    *batch = made;
    return ALI_OK;
}

ali_status ali_batch_import(ali_context *context, ali_schema *schema, struct ArrowArray *array,
                            ali_batch **batch) {
    if (context == NULL || schema == NULL || array == NULL || batch == NULL) {
        return ALI_ERR_ARGUMENT;
    }
    *batch = NULL;
    ali_error_begin(context);
    if (array->release == NULL) {
        return ali_fail(context, ALI_ERR_ARGUMENT, "the array to be imported is released already");
    }
    void *pointer = NULL;
    const ali_status made = ali_mem_zero(context, sizeof(lender), &pointer);
    if (made < 0) {
        array->release(array);
        return made;
    }
    lender *from = pointer;
    *from = (lender){.home = ali_home_retain(context->home), .references = 1, .array = *array};
    array->release = NULL;
    const ali_status status = import(context, schema, from, batch);
    drop_lender(from);
    return status;
}
