// format/variant_text.c: values of Variant columns as plain JSON. The binary encoding:
// https://github.com/apache/parquet-format/blob/master/VariantEncoding.md. Left out: shredded
// columns, whose reader puts them together.
//
// Objects and arrays are walked with a stack. The sizes of the values in one of them may not exceed
// its bytes, nor those of its members' names the bytes of the metadata, so that parts which overlap
// cannot make the text longer than the depth allows.
#include "format/variant_text.h"

#include "base/mem.h"
#include "base/sort.h"
#include "base/text.h"

// Objects and arrays inside one another at most.
#define DEPTH_MAX 128u

// Bytes that are looked at.
typedef struct view {
    const uint8_t *at;
    uint64_t left;
} view;

// The dictionary of the names of members.
typedef struct names {
    const uint8_t *offsets;
    uint32_t width; // of an offset
    uint32_t count;
    view bytes;
} names;

// An object or array that is open.
typedef struct ali_variant_frame {
    const uint8_t *ids;     // NULL: an array
    const uint8_t *offsets; // of the values
    view values;
    uint32_t id_width;
    uint32_t offset_width;
    uint32_t count;
    uint32_t next;
    uint32_t *order; // in which the members are spelled; NULL: as they are stored
    uint64_t spent_bytes;
} ali_variant_frame;

typedef struct walker {
    ali_json_text *text;
    uint32_t node;
    uint32_t depth;
    names names;
} walker;

enum { BASIC_PRIMITIVE = 0, BASIC_SHORT_TEXT = 1, BASIC_OBJECT = 2, BASIC_ARRAY = 3 };
enum { PRIMITIVE_NULL = 0, PRIMITIVE_TRUE = 1, PRIMITIVE_FALSE = 2 };

// The other primitive types, by their columns' types.
static const struct {
    uint8_t kind;
    uint8_t bytes; // of a value; text and binary: of its length; decimals: after their scale
    uint8_t unit;
    uint8_t is_utc;
} primitives[] = {
    [3] = {ALI_TYPE_INT, 1, 0, 0},
    [4] = {ALI_TYPE_INT, 2, 0, 0},
    [5] = {ALI_TYPE_INT, 4, 0, 0},
    [6] = {ALI_TYPE_INT, 8, 0, 0},
    [7] = {ALI_TYPE_FLOAT, 8, 0, 0},
    [8] = {ALI_TYPE_DECIMAL, 4, 0, 0},
    [9] = {ALI_TYPE_DECIMAL, 8, 0, 0},
    [10] = {ALI_TYPE_DECIMAL, 16, 0, 0},
    [11] = {ALI_TYPE_DATE, 4, ALI_UNIT_DAY, 0},
    [12] = {ALI_TYPE_TIMESTAMP, 8, ALI_UNIT_MICRO, 1},
    [13] = {ALI_TYPE_TIMESTAMP, 8, ALI_UNIT_MICRO, 0},
    [14] = {ALI_TYPE_FLOAT, 4, 0, 0},
    [15] = {ALI_TYPE_BINARY, 4, 0, 0},
    [16] = {ALI_TYPE_UTF8, 4, 0, 0},
    [17] = {ALI_TYPE_TIME, 8, ALI_UNIT_MICRO, 0},
    [18] = {ALI_TYPE_TIMESTAMP, 8, ALI_UNIT_NANO, 1},
    [19] = {ALI_TYPE_TIMESTAMP, 8, ALI_UNIT_NANO, 0},
    [20] = {ALI_TYPE_FIXED_BINARY, 16, 0, 0}, // a UUID
};

#define SCALE_MAX 38u

// --- errors --------------------------------------------------------------------------------------

static ali_status fail(const walker *by, ali_status status, const char *what) {
    const ali_json_text *text = by->text;
    const ali_field *field = &text->schema->nodes[by->node];
    const uint64_t row = text->first_row + text->row;
    const ali_status failed = ali_fail(text->ctx, status, "row %U of column %q holds a Variant %s",
                                       row, field->name, (size_t)field->name_bytes, what);
    ali_error_add_column(text->ctx, field->name, (size_t)field->name_bytes);
    ali_error_add_row(text->ctx, row);
    return failed;
}

static ali_status corrupt(const walker *by, const char *what) {
    return fail(by, ALI_ERR_CORRUPT, what);
}

static const char overlapping[] = "with parts that overlap";

// --- numbers and views ---------------------------------------------------------------------------

// An unsigned number of 1 to 4 bytes.
static uint32_t load(const uint8_t *at, uint32_t width) {
    uint32_t value = 0;
    ali_copy(&value, at, width); // little-endian
    return value;
}

static bool take(view *from, uint64_t count_bytes, const uint8_t **taken) {
    *taken = from->at;
    if (count_bytes > from->left) return false;
    from->at += count_bytes;
    from->left -= count_bytes;
    return true;
}

// Takes `width` bytes as a number.
static bool take_number(view *from, uint32_t width, uint32_t *value) {
    const uint8_t *at = NULL;
    if (!take(from, width, &at)) return false;
    *value = load(at, width);
    return true;
}

// --- names ---------------------------------------------------------------------------------------

static ali_status read_names(walker *by, view from) {
    names *to = &by->names;
    uint32_t header = 0;
    if (!take_number(&from, 1, &header)) return corrupt(by, "whose metadata is empty");
    if ((header & 15) != 1) return corrupt(by, "whose metadata is not of version 1");
    to->width = (header >> 6) + 1;
    if (!take_number(&from, to->width, &to->count) ||
        !take(&from, ((uint64_t)to->count + 1) * to->width, &to->offsets)) {
        return corrupt(by, "whose metadata ends inside its dictionary");
    }
    to->bytes = from;
    return ALI_OK;
}

static bool find_name(const names *from, uint32_t id, view *name) {
    if (id >= from->count) return false;
    const uint32_t start = load(from->offsets + (uint64_t)id * from->width, from->width);
    const uint32_t end = load(from->offsets + ((uint64_t)id + 1) * from->width, from->width);
    *name = (view){from->bytes.at + start, (uint64_t)end - start};
    return start <= end && end <= from->bytes.left;
}

static int32_t compare(view a, view b) {
    return ali_compare_bytes(a.at, a.left, b.at, b.left);
}

// --- members in order ----------------------------------------------------------------------------

static view name_of(const walker *by, const ali_variant_frame *frame, uint32_t member) {
    view name = {NULL, 0};
    (void)find_name(&by->names,
                    load(frame->ids + (uint64_t)member * frame->id_width, frame->id_width), &name);
    return name;
}

typedef struct members {
    const walker *by;
    const ali_variant_frame *frame;
} members;

// Members of equal names stay as they are stored.
static int32_t compare_members(const void *by, const void *left, const void *right) {
    const members *of = by;
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;
    const int32_t order = compare(name_of(of->by, of->frame, a), name_of(of->by, of->frame, b));
    return order != 0 ? order : (a > b) - (a < b);
}

static ali_status sort_members(walker *by, ali_variant_frame *frame) {
    const members of = {by, frame};
    void *pointer = NULL;
    ALI_TRY(ali_mem_new(by->text->ctx, (uint64_t)frame->count * sizeof(uint32_t), &pointer));
    frame->order = pointer;
    for (uint32_t i = 0; i < frame->count; i += 1) frame->order[i] = i;
    ali_sort(frame->order, frame->count, sizeof frame->order[0], compare_members, &of);
    return ALI_OK;
}

// Checks the names of an object's members. They are stored in order, if the writer was right.
static ali_status check_members(walker *by, ali_variant_frame *frame) {
    bool is_sorted = true;
    view before = {NULL, 0};
    uint64_t left = by->names.bytes.left; // an object has each name once
    for (uint32_t i = 0; i < frame->count; i += 1) {
        view name;
        const uint32_t id = load(frame->ids + (uint64_t)i * frame->id_width, frame->id_width);
        if (!find_name(&by->names, id, &name)) {
            return corrupt(by, "with a member whose name is not in its metadata");
        }
        if (name.left > left) return corrupt(by, overlapping);
        left -= name.left;
        if (i != 0 && compare(before, name) > 0) is_sorted = false;
        before = name;
    }
    return is_sorted ? ALI_OK : sort_members(by, frame);
}

// --- objects and arrays --------------------------------------------------------------------------

// Reads what stands before the values of an object or array. False: it is cut short.
static bool read_head(view *from, ali_variant_frame *frame) {
    uint32_t header = 0;
    if (!take_number(from, 1, &header)) return false;
    const bool is_object = (header & 3) == BASIC_OBJECT;
    const bool is_large = (header >> (is_object ? 6 : 4) & 1) != 0;
    *frame = (ali_variant_frame){.id_width = is_object ? (header >> 4 & 3) + 1 : 0,
                                 .offset_width = (header >> 2 & 3) + 1};
    if (!take_number(from, is_large ? 4 : 1, &frame->count)) return false;
    const uint8_t *ids = NULL;
    if (!take(from, (uint64_t)frame->count * frame->id_width, &ids)) return false;
    if (is_object) frame->ids = ids;
    const uint64_t offsets_bytes = ((uint64_t)frame->count + 1) * frame->offset_width;
    if (!take(from, offsets_bytes, &frame->offsets)) return false;
    const uint8_t *last = frame->offsets + (uint64_t)frame->count * frame->offset_width;
    frame->values.left = load(last, frame->offset_width);
    return take(from, frame->values.left, &frame->values.at);
}

static bool is_text(uint32_t kind) {
    return kind == ALI_TYPE_UTF8 || kind == ALI_TYPE_BINARY;
}

// The bytes of a whole value at the beginning of `from`; 0: it is cut short or of an unknown type.
static uint64_t size_of(view from) {
    const uint64_t all = from.left;
    uint32_t header = 0;
    uint32_t length = 0;
    ali_variant_frame frame;
    const uint8_t *taken = NULL;
    view at = from;
    if (!take_number(&at, 1, &header)) return 0;
    const uint32_t id = header >> 2;
    switch (header & 3) {
    case BASIC_SHORT_TEXT:
        return take(&at, id, &taken) ? 1 + (uint64_t)id : 0;
    case BASIC_PRIMITIVE:
        if (id <= PRIMITIVE_FALSE) return 1;
        if (id >= ALI_COUNT_OF(primitives)) return 0;
        length = primitives[id].bytes + (primitives[id].kind == ALI_TYPE_DECIMAL ? 1u : 0u);
        if (is_text(primitives[id].kind) && !take_number(&at, 4, &length)) return 0;
        return take(&at, length, &taken) ? all - at.left : 0;
    default:
        return read_head(&from, &frame) ? all - from.left : 0;
    }
}

static ali_status put_byte(ali_json_text *text, char byte) {
    ALI_TRY(ali_json_text_room(text, 1));
    *text->to = (uint8_t)byte;
    text->to += 1;
    return ALI_OK;
}

static ali_status open_frame(walker *by, view from) {
    ali_json_text *text = by->text;
    if (by->depth == DEPTH_MAX) {
        return fail(by, ALI_ERR_LIMIT, "of more than 128 objects and arrays inside one another");
    }
    ali_variant_frame *frame = &text->variants[by->depth];
    if (!read_head(&from, frame)) return corrupt(by, "that ends inside an object or array");
    by->depth += 1;
    ALI_TRY(put_byte(text, frame->ids != NULL ? '{' : '['));
    return frame->ids != NULL ? check_members(by, frame) : ALI_OK;
}

static void close_frame(const walker *by, ali_variant_frame *frame) {
    const uint64_t order_bytes = (uint64_t)frame->count * sizeof(uint32_t);
    if (frame->order != NULL) ali_mem_free(by->text->ctx, frame->order, order_bytes);
    frame->order = NULL;
}

// --- values --------------------------------------------------------------------------------------

static ali_status put_word(ali_json_text *text, const char *word) {
    ALI_TRY(ali_json_text_room(text, 8));
    for (; *word != 0; word += 1) {
        *text->to = (uint8_t)*word;
        text->to += 1;
    }
    return ALI_OK;
}

static ali_status put_primitive(walker *by, uint32_t id, view value) {
    static const char *const words[] = {"null", "true", "false"};
    if (id <= PRIMITIVE_FALSE) return put_word(by->text, words[id]);
    ali_type type = {.kind = primitives[id].kind,
                     .unit = primitives[id].unit,
                     .is_signed = 1,
                     .zone = primitives[id].is_utc != 0 ? "UTC" : ""};
    ali_column column = {.type = &type, .length = 1};
    ali_buf buf = {.data = (uint8_t *)(uintptr_t)value.at};
    int32_t offsets[2] = {0, 0};
    ali_cell cell;
    if (!is_text(type.kind)) type.bits = 8u * primitives[id].bytes;
    if (type.kind == ALI_TYPE_FIXED_BINARY) type.extension = ALI_EXTENSION_UUID;
    if (type.kind == ALI_TYPE_DECIMAL) {
        type.scale = value.at[0];
        if (type.scale > (int32_t)SCALE_MAX)
            return corrupt(by, "with a decimal of too large a scale");
        buf.data += 1;
    }
    column.values = &buf;
    ali_cell_init(&cell, &column);
    if (is_text(type.kind)) {
        if (value.left - 4 > INT32_MAX)
            return fail(by, ALI_ERR_LIMIT, "with a text of 2 GiB or more");
        offsets[1] = (int32_t)(value.left - 4);
        cell.offsets = offsets;
        cell.data = value.at + 4;
    }
    return ali_json_text_cell(by->text, &cell, 0);
}

// Spells a value that is whole, or opens it.
static ali_status begin_value(walker *by, view value) {
    const uint32_t header = value.at[0];
    const view inside = {value.at + 1, value.left - 1};
    switch (header & 3) {
    case BASIC_PRIMITIVE:
        return put_primitive(by, header >> 2, inside);
    case BASIC_SHORT_TEXT:
        return ali_json_text_string(by->text, inside.at, inside.left);
    default:
        return open_frame(by, value);
    }
}

static ali_status go_on(walker *by, ali_variant_frame *frame) {
    ali_json_text *text = by->text;
    if (frame->next == frame->count) {
        close_frame(by, frame);
        by->depth -= 1;
        return put_byte(text, frame->ids != NULL ? '}' : ']');
    }
    if (frame->next != 0) ALI_TRY(put_byte(text, ','));
    const uint32_t member = frame->order == NULL ? frame->next : frame->order[frame->next];
    frame->next += 1;
    if (frame->ids != NULL) {
        const view name = name_of(by, frame, member);
        ALI_TRY(ali_json_text_string(text, name.at, name.left));
        ALI_TRY(put_byte(text, ':'));
    }
    const uint8_t *at = frame->offsets + (uint64_t)member * frame->offset_width;
    const uint64_t start = load(at, frame->offset_width);
    if (start > frame->values.left) return corrupt(by, "with a value outside its object or array");
    view value = {frame->values.at + start, frame->values.left - start};
    value.left = size_of(value);
    if (value.left == 0) return corrupt(by, "that is cut short or of an unknown type");
    frame->spent_bytes += value.left;
    if (frame->spent_bytes > frame->values.left) return corrupt(by, overlapping);
    return begin_value(by, value);
}

static ali_status walk(walker *by, view value) {
    value.left = size_of(value);
    if (value.left == 0) return corrupt(by, "that is cut short or of an unknown type");
    ALI_TRY(begin_value(by, value));
    while (by->depth > 0) ALI_TRY(go_on(by, &by->text->variants[by->depth - 1]));
    return ALI_OK;
}

// --- columns -------------------------------------------------------------------------------------

// The member of a struct that is binary and has a name; NULL if there is none.
static const ali_cell *find_member(const ali_json_text *text, uint32_t node, const char *name) {
    const ali_type *type = text->schema->nodes[node].type;
    const ali_field *child = type->children;
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        const bool is_it = ali_text_is(child->name, (size_t)child->name_bytes, name);
        if (is_it && child->type->kind == ALI_TYPE_BINARY) {
            return &text->cells[child - text->schema->nodes];
        }
        child += child->type->span;
    }
    return NULL;
}

static view bytes_of(const ali_cell *cell, uint64_t row) {
    view bytes = {NULL, 0};
    if (ali_cell_is_valid(cell, row)) bytes.at = ali_cell_bytes(cell, row, &bytes.left);
    return bytes;
}

ali_status ali_variant_text_put(ali_json_text *text, uint32_t node, uint64_t row, bool *is_done) {
    const ali_cell *metadata = find_member(text, node, "metadata");
    const ali_cell *value = find_member(text, node, "value");
    if (metadata == NULL || value == NULL) return ALI_OK;
    *is_done = true;
    if (!ali_cell_is_valid(value, row)) return put_word(text, "null");
    if (text->variants == NULL) {
        void *pointer = NULL;
        ALI_TRY(ali_mem_new(text->ctx, DEPTH_MAX * sizeof(ali_variant_frame), &pointer));
        text->variants = pointer;
    }
    walker by = {.text = text, .node = node};
    ALI_TRY(read_names(&by, bytes_of(metadata, row)));
    const ali_status status = walk(&by, bytes_of(value, row));
    while (by.depth > 0) { // left open by an error
        by.depth -= 1;
        close_frame(&by, &text->variants[by.depth]);
    }
    return status;
}

void ali_variant_text_clear(ali_json_text *text) {
    ali_mem_free(text->ctx, text->variants, DEPTH_MAX * sizeof(ali_variant_frame));
    text->variants = NULL;
}
