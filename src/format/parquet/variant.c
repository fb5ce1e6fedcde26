// format/parquet/variant.c: shredded Variants put together again, value by value (parquet-format,
// VariantEncoding.md, VariantShredding.md).
//
// Containers are put together from the inside: their values are appended first, then moved by the
// length of their header. What is not shredded of an object stays one block, to whose fields the
// shredded ones are merged by name. Left out: what is not shredded is not looked into.
#include "format/parquet/variant.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/text.h"

#define NO_ID UINT32_MAX
// What a row costs of the credit, beside its bytes.
#define ROW_CREDIT 64

enum { BASIC_PRIMITIVE, BASIC_SHORT_STRING, BASIC_OBJECT, BASIC_ARRAY };

// Types of primitive values.
enum {
    PRIMITIVE_TRUE = 1,
    PRIMITIVE_FALSE = 2,
    PRIMITIVE_INT8 = 3,
    PRIMITIVE_INT16 = 4,
    PRIMITIVE_INT32 = 5,
    PRIMITIVE_INT64 = 6,
    PRIMITIVE_DOUBLE = 7,
    PRIMITIVE_DECIMAL4 = 8,
    PRIMITIVE_DECIMAL8 = 9,
    PRIMITIVE_DECIMAL16 = 10,
    PRIMITIVE_DATE = 11,
    PRIMITIVE_TIMESTAMP = 12,
    PRIMITIVE_WALL_CLOCK = 13,
    PRIMITIVE_FLOAT = 14,
    PRIMITIVE_BINARY = 15,
    PRIMITIVE_STRING = 16,
    PRIMITIVE_TIME = 17,
    PRIMITIVE_TIMESTAMP_NANOS = 18,
    PRIMITIVE_WALL_CLOCK_NANOS = 19,
    PRIMITIVE_UUID = 20
};

// --- the shape -----------------------------------------------------------------------------------

// The direct child of a struct by its name, as a distance from it; 0: there is none.
static uint32_t child_of(const ali_field *group, const char *name) {
    uint32_t at = 1;
    if (group->type->kind != ALI_TYPE_STRUCT) return 0;
    for (uint32_t i = 0; i < group->type->children_count; i += 1) {
        if (ali_text_is(group[at].name, (size_t)group[at].name_bytes, name)) return at;
        at += group[at].type->span;
    }
    return 0;
}

static bool is_binary(const ali_field *group, uint32_t at) {
    return at != 0 && group[at].type->kind == ALI_TYPE_BINARY;
}

bool ali_variant_is(const ali_field *group, bool *is_shredded) {
    const uint32_t metadata = child_of(group, "metadata");
    const uint32_t value = child_of(group, "value");
    const uint32_t typed = child_of(group, "typed_value");
    if (!is_binary(group, metadata) || (value == 0 && typed == 0)) return false;
    if (value != 0 && !is_binary(group, value)) return false;
    if (group->type->children_count != 1u + (value != 0) + (typed != 0)) return false;
    *is_shredded = typed != 0 || metadata != 1;
    return true;
}

static uint32_t decimal_of(const ali_type *type) {
    if (type->scale < 0 || type->scale > 38 || type->bits != 128) return 0;
    if (type->precision <= 9) return PRIMITIVE_DECIMAL4;
    return type->precision <= 18 ? PRIMITIVE_DECIMAL8 : PRIMITIVE_DECIMAL16;
}

// The primitive type of a column; 0: none.
static uint32_t primitive_of(const ali_field *field) {
    const ali_type *type = field->type;
    const bool is_micro = type->unit == ALI_UNIT_MICRO;
    const bool is_utc = type->zone[0] != 0;
    switch (type->kind) {
    case ALI_TYPE_BOOL:
        return PRIMITIVE_TRUE;
    case ALI_TYPE_INT:
        if (type->is_signed == 0) return 0;
        return PRIMITIVE_INT8 + (uint32_t)__builtin_ctz(type->bits) - 3;
    case ALI_TYPE_FLOAT:
        return type->bits == 64 ? PRIMITIVE_DOUBLE : type->bits == 32 ? PRIMITIVE_FLOAT : 0;
    case ALI_TYPE_DECIMAL:
        return decimal_of(type);
    case ALI_TYPE_DATE:
        return PRIMITIVE_DATE;
    case ALI_TYPE_TIMESTAMP:
        if (type->unit == ALI_UNIT_MILLI) return 0;
        if (is_micro) return is_utc ? PRIMITIVE_TIMESTAMP : PRIMITIVE_WALL_CLOCK;
        return is_utc ? PRIMITIVE_TIMESTAMP_NANOS : PRIMITIVE_WALL_CLOCK_NANOS;
    case ALI_TYPE_TIME:
        return is_micro ? PRIMITIVE_TIME : 0;
    case ALI_TYPE_BINARY:
        return PRIMITIVE_BINARY;
    case ALI_TYPE_UTF8:
        return PRIMITIVE_STRING;
    case ALI_TYPE_FIXED_BINARY:
        return type->extension == ALI_EXTENSION_UUID ? PRIMITIVE_UUID : 0;
    default:
        return 0;
    }
}

static ali_status fail_shape(const ali_variant *variant, uint32_t node, const char *what) {
    const ali_field *field = &variant->schema->nodes[node];
    const ali_field *root = &variant->schema->nodes[variant->root];
    char type[64];
    (void)ali_type_spell(field->type, type, sizeof type);
    const ali_status status = ali_fail(
        variant->ctx, ALI_ERR_UNSUPPORTED,
        "a shredded Variant with %s %q of type %s is not supported (column %q)", what, field->name,
        (size_t)field->name_bytes, type, root->name, (size_t)root->name_bytes);
    ali_error_add_column(variant->ctx, root->name, (size_t)root->name_bytes);
    return status;
}

// Notes the parts of a group of value and typed_value.
static ali_status note_group(ali_variant *variant, uint32_t node) {
    const ali_field *group = &variant->schema->nodes[node];
    const uint32_t value = child_of(group, "value");
    const uint32_t typed = child_of(group, "typed_value");
    const uint32_t metadata = node == variant->root ? 1 : 0;
    if ((value == 0 && typed == 0) || (value != 0 && !is_binary(group, value)) ||
        group->type->children_count != metadata + (value != 0) + (typed != 0)) {
        return fail_shape(variant, node, "a field");
    }
    ali_variant_node *made = &variant->nodes[node - variant->root];
    made->value = value == 0 ? 0 : node + value;
    made->typed = typed == 0 ? 0 : node + typed;
    return ALI_OK;
}

// Notes what lies in a typed value: the groups of an object's fields, or of a list's items.
static ali_status note_typed(ali_variant *variant, uint32_t node) {
    const ali_field *typed = &variant->schema->nodes[node];
    if (typed->type->kind == ALI_TYPE_LIST) return note_group(variant, node + 1);
    if (typed->type->kind != ALI_TYPE_STRUCT) {
        return primitive_of(typed) == 0 ? fail_shape(variant, node, "a value") : ALI_OK;
    }
    uint32_t at = node + 1;
    for (uint32_t i = 0; i < typed->type->children_count; i += 1) {
        const ali_field *field = &variant->schema->nodes[at];
        ALI_TRY(note_group(variant, at));
        variant->order[variant->fields_count] = (ali_variant_field){
            .name = field->name, .name_bytes = field->name_bytes, .node = at, .object = node};
        variant->fields_count += 1;
        at += field->type->span;
    }
    return ALI_OK;
}

// --- names ---------------------------------------------------------------------------------------

static int32_t compare_fields(const void *by, const void *left, const void *right) {
    const ali_variant_field *a = left;
    const ali_variant_field *b = right;
    const int by_name = ali_compare_bytes(a->name, a->name_bytes, b->name, b->name_bytes);
    (void)by;
    return by_name != 0 ? by_name : (a->node > b->node) - (a->node < b->node);
}

// Deals sorted fields out to their objects, where they stay sorted.
static void deal_fields(ali_variant *variant, const ali_variant_field *sorted) {
    uint32_t first = 0;
    for (uint32_t i = 0; i < variant->schema->nodes[variant->root].type->span; i += 1) {
        const ali_type *type = variant->schema->nodes[variant->root + i].type;
        variant->nodes[i].first = first;
        if (type->kind == ALI_TYPE_STRUCT) first += type->children_count;
    }
    for (uint32_t i = 0; i < variant->fields_count; i += 1) {
        ali_variant_node *object = &variant->nodes[sorted[i].object - variant->root];
        variant->by_name[i] = object->first + object->count;
        variant->order[variant->by_name[i]] = sorted[i];
        object->count += 1;
    }
}

ali_status ali_variant_begin(ali_context *ctx, const ali_schema *schema, uint32_t root,
                             ali_variant *variant) {
    const uint64_t span = schema->nodes[root].type->span;
    void *block = NULL;
    *variant = (ali_variant){.ctx = ctx, .schema = schema, .root = root};
    const uint64_t block_bytes =
        span * (2 * sizeof(ali_variant_field) + sizeof(ali_variant_node) + sizeof(uint32_t));
    ALI_TRY(ali_mem_zero(ctx, block_bytes, &block));
    variant->block = block;
    variant->block_bytes = block_bytes;
    variant->order = block;
    ali_variant_field *sorted = variant->order + span;
    variant->nodes = (ali_variant_node *)(void *)(sorted + span);
    variant->by_name = (uint32_t *)(void *)(variant->nodes + span);
    variant->metadata = root + child_of(&schema->nodes[root], "metadata");
    ALI_TRY(note_group(variant, root));
    for (uint32_t i = 0; i < span; i += 1) {
        const uint32_t typed = variant->nodes[i].typed;
        if (typed != 0) ALI_TRY(note_typed(variant, typed));
    }
    for (uint32_t i = 0; i < variant->fields_count; i += 1) sorted[i] = variant->order[i];
    ali_sort(sorted, variant->fields_count, sizeof *sorted, compare_fields, NULL);
    deal_fields(variant, sorted);
    return ali_buf_new(ctx, 0, &variant->entries);
}

void ali_variant_clear(ali_variant *variant) {
    if (variant->block != NULL) ali_mem_free(variant->ctx, variant->block, variant->block_bytes);
    ali_buf_release(variant->entries);
    variant->block = NULL;
    variant->entries = NULL;
}

// --- what columns hold ---------------------------------------------------------------------------

static ali_status fail(const ali_variant *variant, const char *what) {
    const ali_field *root = &variant->schema->nodes[variant->root];
    const size_t name_bytes = (size_t)root->name_bytes;
    ali_status status = ALI_ERR_CORRUPT;
    if (variant->base == ALI_UNKNOWN) {
        status = ali_fail(variant->ctx, status, "a shredded Variant %s (column %q)", what,
                          root->name, name_bytes);
    } else {
        const uint64_t row = variant->base + variant->row;
        status = ali_fail(variant->ctx, status, "a shredded Variant %s (column %q, row %U)", what,
                          root->name, name_bytes, row);
        ali_error_add_row(variant->ctx, row);
    }
    ali_error_add_column(variant->ctx, root->name, name_bytes);
    return status;
}

// Tells if a part of a group is there and not null.
static bool is_there(const ali_variant *variant, uint32_t node, uint64_t row) {
    return node != 0 && ali_column_is_valid(&variant->columns[node], row);
}

static ali_bytes bytes_at(const ali_column *column, uint64_t row) {
    if (column->encoding == ALI_ENCODING_DICTIONARY) {
        row = ali_load_u32(column->values->data + row * 4);
        column = column->dictionary->columns;
    }
    const uint32_t from = ali_load_u32(column->offsets->data + row * 4);
    const uint32_t end = ali_load_u32(column->offsets->data + row * 4 + 4);
    return (ali_bytes){column->data == NULL ? NULL : column->data->data + from, end - from};
}

// A little-endian number of 1 to 4 bytes.
static uint32_t load_number(const uint8_t *from, uint32_t width) {
    uint32_t number = 0;
    for (uint32_t i = width; i > 0; i -= 1) number = number << 8 | from[i - 1];
    return number;
}

// --- metadata ------------------------------------------------------------------------------------

// The name with an id; false if the metadata is cut short there.
static bool name_at(const ali_variant *variant, uint32_t id, const char **name,
                    uint64_t *name_bytes) {
    const uint8_t *data = variant->names.data;
    const uint32_t width = (data[0] >> 6) + 1u;
    const uint64_t text = 1 + width * (2 + (uint64_t)variant->names_count);
    const uint8_t *offset = data + 1 + width * (1 + (uint64_t)id);
    const uint32_t from = load_number(offset, width);
    const uint32_t end = load_number(offset + width, width);
    if (from > end || end > variant->names.count_bytes - text) return false;
    *name = (const char *)data + text + from;
    *name_bytes = end - from;
    return true;
}

// Gives an id to the fields of a name.
static void note_name(ali_variant *variant, const char *name, uint64_t name_bytes, uint32_t id) {
    uint32_t low = 0;
    uint32_t high = variant->fields_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const ali_variant_field *field = &variant->order[variant->by_name[middle]];
        if (ali_compare_bytes(field->name, field->name_bytes, name, name_bytes) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < variant->fields_count; low += 1) {
        ali_variant_field *field = &variant->order[variant->by_name[low]];
        if (ali_compare_bytes(field->name, field->name_bytes, name, name_bytes) != 0) return;
        field->id = id;
    }
}

// Takes the metadata of a row, unless it is the one at hand.
static ali_status take_names(ali_variant *variant, ali_bytes names, int64_t *credit) {
    if (names.data == variant->names.data && names.count_bytes == variant->names.count_bytes) {
        return ALI_OK;
    }
    variant->names = (ali_bytes){NULL, 0};
    if (names.count_bytes < 3 || (names.data[0] & 15) != 1) {
        return fail(variant, "has an unknown version");
    }
    const uint32_t width = (names.data[0] >> 6) + 1u;
    const uint64_t room = names.count_bytes - 1;
    const uint32_t count = room < width ? 0 : load_number(names.data + 1, width);
    if (room < width || (uint64_t)count + 2 > room / width) {
        return fail(variant, "is cut short");
    }
    variant->names = names;
    variant->names_count = count;
    *credit -= (int64_t)(names.count_bytes + variant->fields_count);
    for (uint32_t i = 0; i < variant->fields_count; i += 1) {
        variant->order[variant->by_name[i]].id = NO_ID;
    }
    for (uint32_t id = 0; id < count && variant->fields_count != 0; id += 1) {
        const char *name = NULL;
        uint64_t name_bytes = 0;
        if (!name_at(variant, id, &name, &name_bytes)) {
            variant->names = (ali_bytes){NULL, 0};
            return fail(variant, "is cut short");
        }
        note_name(variant, name, name_bytes, id);
    }
    return ALI_OK;
}

// --- output --------------------------------------------------------------------------------------

// Room for more bytes at the end of the output.
static ali_status reserve(ali_variant *variant, uint64_t count_bytes) {
    ali_buf *data = variant->out->data;
    if (count_bytes > INT32_MAX - data->size_bytes) {
        return ali_fail(variant->ctx, ALI_ERR_LIMIT,
                        "a batch would hold 2^31 bytes of Variants or more");
    }
    return ali_buf_reserve(variant->ctx, data, data->size_bytes + count_bytes);
}

static ali_status put(ali_variant *variant, const void *bytes, uint64_t count_bytes) {
    ALI_TRY(reserve(variant, count_bytes));
    ali_buf *data = variant->out->data;
    ali_copy(data->data + data->size_bytes, bytes, (size_t)count_bytes);
    data->size_bytes += count_bytes;
    return ALI_OK;
}

static ali_status put_byte(ali_variant *variant, uint32_t byte) {
    const uint8_t value = (uint8_t)byte;
    return put(variant, &value, 1);
}

static void store_number(uint8_t *to, uint64_t number, uint32_t width) {
    for (uint32_t i = 0; i < width; i += 1) to[i] = (uint8_t)(number >> 8 * i);
}

static uint32_t width_of(uint64_t number) {
    return number < 1u << 8 ? 1 : number < 1u << 16 ? 2 : number < 1u << 24 ? 3 : 4;
}

static ali_status put_text(ali_variant *variant, uint32_t primitive, ali_bytes text) {
    uint8_t header[5] = {(uint8_t)(primitive << 2)};
    if (primitive == PRIMITIVE_STRING && text.count_bytes < 64) {
        header[0] = (uint8_t)(text.count_bytes << 2 | BASIC_SHORT_STRING);
        ALI_TRY(put(variant, header, 1));
    } else {
        store_number(header + 1, text.count_bytes, 4);
        ALI_TRY(put(variant, header, sizeof header));
    }
    return put(variant, text.data, text.count_bytes);
}

// A primitive value.
static ali_status put_primitive(ali_variant *variant, uint32_t node, uint64_t row) {
    const ali_field *field = &variant->schema->nodes[node];
    const ali_column *column = &variant->columns[node];
    const uint32_t primitive = primitive_of(field);
    if (primitive == PRIMITIVE_STRING || primitive == PRIMITIVE_BINARY) {
        return put_text(variant, primitive, bytes_at(column, row));
    }
    const uint8_t *values = column->values->data;
    if (primitive == PRIMITIVE_TRUE) {
        const bool is_true = (values[row >> 3] >> (row & 7) & 1) != 0;
        const uint32_t type = is_true ? PRIMITIVE_TRUE : PRIMITIVE_FALSE;
        return put_byte(variant, type << 2);
    }
    uint32_t width = field->type->bits / 8;
    const uint8_t *value = values + row * width;
    ALI_TRY(put_byte(variant, primitive << 2));
    if (field->type->kind == ALI_TYPE_DECIMAL) {
        ALI_TRY(put_byte(variant, (uint32_t)field->type->scale));
        width = primitive == PRIMITIVE_DECIMAL4 ? 4 : primitive == PRIMITIVE_DECIMAL8 ? 8 : 16;
    }
    return put(variant, value, width);
}

// --- containers ----------------------------------------------------------------------------------

// The parts of an object's bytes.
typedef struct object_view {
    const uint8_t *ids;
    const uint8_t *offsets;
    const uint8_t *values;
    uint64_t values_bytes;
    uint32_t count;
    uint32_t id_width;
    uint32_t offset_width;
} object_view;

// False if the bytes are no object, or do not hold what they claim.
static bool view_object(ali_bytes bytes, object_view *view) {
    *view = (object_view){.count = 0};
    if (bytes.count_bytes == 0) return true;
    const uint32_t header = bytes.data[0];
    const uint32_t count_width = (header >> 6 & 1) != 0 ? 4 : 1;
    if ((header & 3) != BASIC_OBJECT || bytes.count_bytes < 1 + count_width) return false;
    view->offset_width = (header >> 2 & 3) + 1;
    view->id_width = (header >> 4 & 3) + 1;
    view->count = load_number(bytes.data + 1, count_width);
    const uint64_t ids = 1 + count_width;
    const uint64_t offsets = ids + (uint64_t)view->count * view->id_width;
    const uint64_t values = offsets + ((uint64_t)view->count + 1) * view->offset_width;
    if (values > bytes.count_bytes) return false;
    view->ids = bytes.data + ids;
    view->offsets = bytes.data + offsets;
    view->values = bytes.data + values;
    view->values_bytes =
        load_number(view->offsets + (uint64_t)view->count * view->offset_width, view->offset_width);
    return view->values_bytes <= bytes.count_bytes - values;
}

static ali_variant_entry *entry_at(const ali_variant *variant, uint64_t index) {
    return (ali_variant_entry *)(void *)variant->entries->data + index;
}

static uint32_t entries_count(const ali_variant *variant) {
    return (uint32_t)(variant->entries->size_bytes / sizeof(ali_variant_entry));
}

static ali_status add_entry(ali_variant *variant, const ali_variant_frame *frame, uint32_t field) {
    const ali_variant_entry entry = {field,
                                     (uint32_t)(variant->out->data->size_bytes - frame->start)};
    return ali_buf_append(variant->ctx, variant->entries, &entry, sizeof entry);
}

// Opens a container; `rest` is of an object that is shredded in part.
static ali_status open_frame(ali_variant *variant, uint32_t node, uint64_t row, ali_bytes rest) {
    const ali_column *column = &variant->columns[node];
    object_view view;
    ALI_ASSERT(variant->depth < ALI_TYPE_DEPTH_MAX);
    ali_variant_frame *frame = &variant->frames[variant->depth];
    *frame = (ali_variant_frame){.node = node,
                                 .entry = entries_count(variant),
                                 .row = row,
                                 .start = variant->out->data->size_bytes,
                                 .rest = rest};
    variant->depth += 1;
    if (column->type->kind == ALI_TYPE_LIST) {
        frame->row = ali_load_u32(column->offsets->data + row * 4);
        frame->end = ali_load_u32(column->offsets->data + row * 4 + 4);
        return ALI_OK;
    }
    if (!view_object(rest, &view)) return fail(variant, "is cut short");
    return view.count == 0 ? ALI_OK : put(variant, view.values, view.values_bytes);
}

// Makes room for a header before the values of a container.
static ali_status insert_header(ali_variant *variant, const ali_variant_frame *frame,
                                uint64_t header_bytes, uint8_t **header) {
    ali_buf *data = variant->out->data;
    ALI_TRY(reserve(variant, header_bytes));
    *header = data->data + frame->start;
    ali_move(*header + header_bytes, *header, (size_t)(data->size_bytes - frame->start));
    data->size_bytes += header_bytes;
    return ALI_OK;
}

static ali_status close_array(ali_variant *variant, const ali_variant_frame *frame) {
    const uint64_t total = variant->out->data->size_bytes - frame->start;
    const uint32_t count = entries_count(variant) - frame->entry;
    const uint32_t width = width_of(total);
    const uint32_t count_width = count > 255 ? 4 : 1;
    uint8_t *to = NULL;
    ALI_TRY(insert_header(variant, frame, 1 + count_width + ((uint64_t)count + 1) * width, &to));
    to[0] = (uint8_t)(BASIC_ARRAY | (width - 1) << 2 | (count_width == 4 ? 1u : 0u) << 4);
    store_number(to + 1, count, count_width);
    to += 1 + count_width;
    for (uint32_t i = 0; i < count; i += 1, to += width) {
        store_number(to, entry_at(variant, frame->entry + i)->offset, width);
    }
    store_number(to, total, width);
    return ALI_OK;
}

// Merges the fields of an object's rest with the shredded ones, by name. Without `ids` it counts
// and checks only.
static ali_status merge_fields(ali_variant *variant, const ali_variant_frame *frame,
                               const object_view *rest, uint8_t *ids, uint32_t id_width,
                               uint8_t *offsets, uint32_t offset_width, uint32_t *id_most) {
    const ali_variant_node *object = &variant->nodes[frame->node - variant->root];
    const uint32_t end = entries_count(variant);
    uint32_t entry = frame->entry;
    uint32_t field = object->first;
    const uint32_t fields_end = object->first + object->count;
    for (uint32_t i = 0; i < rest->count || field < fields_end;) {
        int order = 1;
        uint32_t id = 0;
        if (i < rest->count) {
            const char *name = NULL;
            uint64_t name_bytes = 0;
            id = load_number(rest->ids + (uint64_t)i * rest->id_width, rest->id_width);
            if (id >= variant->names_count || !name_at(variant, id, &name, &name_bytes)) {
                return fail(variant, "has a field that its metadata does not name");
            }
            order = -1;
            if (field < fields_end) {
                const ali_variant_field *next = &variant->order[field];
                order = ali_compare_bytes(name, name_bytes, next->name, next->name_bytes);
            }
        }
        uint32_t offset = 0;
        if (order == 0) return fail(variant, "has both a value and a typed_value");
        if (order < 0) {
            offset =
                load_number(rest->offsets + (uint64_t)i * rest->offset_width, rest->offset_width);
            if (offset > rest->values_bytes) return fail(variant, "is cut short");
            i += 1;
        } else {
            const bool is_missing = entry == end || entry_at(variant, entry)->field != field;
            id = variant->order[field].id;
            field += 1;
            if (is_missing) continue;
            if (id == NO_ID) return fail(variant, "has a field that its metadata does not name");
            offset = entry_at(variant, entry)->offset;
            entry += 1;
        }
        if (id > *id_most) *id_most = id;
        if (ids == NULL) continue;
        store_number(ids, id, id_width);
        store_number(offsets, offset, offset_width);
        ids += id_width;
        offsets += offset_width;
    }
    return ALI_OK;
}

static ali_status close_object(ali_variant *variant, const ali_variant_frame *frame) {
    object_view rest;
    uint32_t id_most = 0;
    const uint64_t total = variant->out->data->size_bytes - frame->start;
    const bool is_whole = view_object(frame->rest, &rest);
    ALI_ASSERT(is_whole);
    ALI_TRY(merge_fields(variant, frame, &rest, NULL, 0, NULL, 0, &id_most));
    const uint64_t count = (uint64_t)rest.count + entries_count(variant) - frame->entry;
    const uint32_t id_width = width_of(id_most);
    const uint32_t width = width_of(total);
    const uint32_t count_width = count > 255 ? 4 : 1;
    const uint64_t header_bytes = 1 + count_width + count * id_width + (count + 1) * width;
    uint8_t *to = NULL;
    ALI_TRY(insert_header(variant, frame, header_bytes, &to));
    to[0] = (uint8_t)(BASIC_OBJECT | (width - 1) << 2 | (id_width - 1) << 4 |
                      (count_width == 4 ? 1u : 0u) << 6);
    store_number(to + 1, count, count_width);
    to += 1 + count_width;
    uint8_t *offsets = to + count * id_width;
    store_number(offsets + count * width, total, width);
    return merge_fields(variant, frame, &rest, to, id_width, offsets, width, &id_most);
}

// --- values --------------------------------------------------------------------------------------

// Appends what a group of value and typed_value has in a row, or opens a container for it. ALI_END:
// it has nothing.
static ali_status put_group(ali_variant *variant, uint32_t node, uint64_t row) {
    const ali_variant_node *group = &variant->nodes[node - variant->root];
    const bool has_value = is_there(variant, group->value, row);
    const bool has_typed = is_there(variant, group->typed, row);
    const bool is_null = !ali_column_is_valid(&variant->columns[node], row);
    if (is_null || (!has_value && !has_typed)) return ALI_END;
    ali_bytes value = {NULL, 0};
    if (has_value) {
        value = bytes_at(&variant->columns[group->value], row);
        if (value.count_bytes == 0) return fail(variant, "is cut short");
    }
    if (!has_typed) return put(variant, value.data, value.count_bytes);
    const uint32_t kind = variant->columns[group->typed].type->kind;
    if (has_value && kind != ALI_TYPE_STRUCT) {
        return fail(variant, "has both a value and a typed_value");
    }
    if (has_value && (value.data[0] & 3) != BASIC_OBJECT) {
        return fail(variant, "has fields beside a value that is no object");
    }
    if (kind != ALI_TYPE_STRUCT && kind != ALI_TYPE_LIST) {
        return put_primitive(variant, group->typed, row);
    }
    return open_frame(variant, group->typed, row, value);
}

// Goes on with the innermost container that is open: closes it, or appends its next value.
static ali_status step_frame(ali_variant *variant) {
    ali_variant_frame *frame = &variant->frames[variant->depth - 1];
    const bool is_list = variant->columns[frame->node].type->kind == ALI_TYPE_LIST;
    const ali_variant_node *object = &variant->nodes[frame->node - variant->root];
    if (is_list ? frame->row == frame->end : frame->next == object->count) {
        ALI_TRY(is_list ? close_array(variant, frame) : close_object(variant, frame));
        variant->entries->size_bytes = (uint64_t)frame->entry * sizeof(ali_variant_entry);
        variant->depth -= 1;
        return ALI_OK;
    }
    const uint32_t field = object->first + frame->next;
    const uint32_t node = is_list ? frame->node + 1 : variant->order[field].node;
    const uint64_t row = frame->row;
    ALI_TRY(add_entry(variant, frame, field));
    frame->row += is_list ? 1 : 0;
    frame->next += is_list ? 0 : 1;
    const ali_status status = put_group(variant, node, row);
    if (status != ALI_END) return status;
    if (is_list) return put_byte(variant, 0);
    variant->entries->size_bytes -= sizeof(ali_variant_entry);
    return ALI_OK;
}

ali_status ali_variant_start(ali_variant *variant, const ali_column *columns, ali_column *out) {
    const ali_column *root = &columns[variant->root];
    variant->columns = columns;
    variant->out = out;
    variant->row = 0;
    variant->depth = 0;
    variant->base = 0;
    variant->names = (ali_bytes){NULL, 0};
    out->length = root->length;
    ALI_TRY(ali_buf_new(variant->ctx, (root->length + 1) * 4, &out->offsets));
    ali_store_u32(out->offsets->data, 0);
    ALI_TRY(ali_buf_new(variant->ctx, 0, &out->data));
    return ALI_OK;
}

// Begins a row: its metadata, and its value as far as that is no container.
static ali_status begin_row(ali_variant *variant, int64_t *credit) {
    *credit -= ROW_CREDIT;
    if (!ali_column_is_valid(&variant->columns[variant->root], variant->row)) return ALI_OK;
    const ali_column *metadata = &variant->columns[variant->metadata];
    if (!ali_column_is_valid(metadata, variant->row)) return fail(variant, "has no metadata");
    variant->entries->size_bytes = 0;
    ALI_TRY(take_names(variant, bytes_at(metadata, variant->row), credit));
    const ali_status status = put_group(variant, variant->root, variant->row);
    return status == ALI_END ? put_byte(variant, 0) : status;
}

ali_status ali_variant_step(ali_variant *variant, int64_t *credit) {
    const ali_column *out = variant->out;
    for (; variant->row < out->length; variant->row += 1) {
        if (*credit <= 0) return ALI_YIELD;
        const uint64_t before = out->data->size_bytes;
        ALI_TRY(begin_row(variant, credit));
        while (variant->depth != 0) {
            *credit -= 4;
            ALI_TRY(step_frame(variant));
        }
        *credit -= (int64_t)(out->data->size_bytes - before);
        ali_store_u32(out->offsets->data + (variant->row + 1) * 4, (uint32_t)out->data->size_bytes);
    }
    return ALI_OK;
}
