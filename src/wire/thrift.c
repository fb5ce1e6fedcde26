// wire/thrift.c: reading the Thrift compact protocol
// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
//
// Fields that the tables do not list are skipped, and so are fields of another type than theirs, as
// readers made by the Thrift compiler do. Messages and exceptions are left out.
#include "wire/thrift.h"

// Types on the wire.
enum {
    WIRE_STOP = 0,
    WIRE_TRUE = 1,
    WIRE_FALSE = 2,
    WIRE_I8 = 3,
    WIRE_I16 = 4,
    WIRE_I32 = 5,
    WIRE_I64 = 6,
    WIRE_DOUBLE = 7,
    WIRE_BINARY = 8,
    WIRE_LIST = 9,
    WIRE_SET = 10,
    WIRE_MAP = 11,
    WIRE_STRUCT = 12,
    WIRE_UUID = 13
};

// Room for items that a list begins with.
#define ITEMS_MIN 8u
// Integers of a list at most that becomes a mask; longer ones are skipped.
#define MASK_ITEMS_MAX 64u

static ali_status fail(const ali_thrift *reader, const char *found) {
    return ali_fail_at(reader->ctx, ALI_ERR_CORRUPT, reader->offset_bytes + reader->at,
                       "the %s is not valid Thrift at offset %U: %s", reader->what,
                       reader->offset_bytes + reader->at, found);
}

static ali_status run_out(const ali_thrift *reader) {
    if (reader->is_partial) return ALI_NEED;
    return ali_fail_at(reader->ctx, ALI_ERR_TRUNCATED, reader->offset_bytes + reader->count_bytes,
                       "the %s ends in the middle of a value, at offset %U", reader->what,
                       reader->offset_bytes + reader->count_bytes);
}

static uint64_t left(const ali_thrift *reader) {
    return reader->count_bytes - reader->at;
}

static ali_status read_byte(ali_thrift *reader, uint32_t *byte) {
    if (left(reader) == 0) return run_out(reader);
    *byte = reader->bytes[reader->at];
    reader->at += 1;
    return ALI_OK;
}

static ali_status read_varint(ali_thrift *reader, uint64_t *value) {
    *value = 0;
    for (uint32_t shift = 0; shift < 70; shift += 7) {
        uint32_t byte = 0;
        const ali_status status = read_byte(reader, &byte);
        if (status != ALI_OK) return status;
        if (shift == 63 && byte > 1) break;
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return ALI_OK;
    }
    return fail(reader, "a number is longer than 64 bits");
}

static int64_t unzigzag(uint64_t value) {
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

static bool is_integer(uint32_t wire) {
    return wire >= WIRE_I8 && wire <= WIRE_I64;
}

static ali_status read_integer(ali_thrift *reader, uint32_t wire, int64_t *value) {
    if (wire == WIRE_I8) {
        uint32_t byte = 0;
        const ali_status status = read_byte(reader, &byte);
        *value = (int8_t)byte;
        return status;
    }
    uint64_t number = 0;
    const ali_status status = read_varint(reader, &number);
    *value = unzigzag(number);
    return status;
}

// Reads a length and passes over as many bytes.
static ali_status read_text(ali_thrift *reader, ali_thrift_text *text) {
    uint64_t length = 0;
    const ali_status status = read_varint(reader, &length);
    if (status != ALI_OK) return status;
    if (length > UINT32_MAX >> 1) return fail(reader, "a text claims 2^31 bytes or more");
    if (length > left(reader)) return run_out(reader);
    text->bytes = (const char *)reader->bytes + reader->at;
    text->count_bytes = length;
    reader->at += length;
    return ALI_OK;
}

// Reads the head of a list or set.
static ali_status read_list(ali_thrift *reader, uint32_t *wire, uint64_t *count) {
    uint32_t head = 0;
    ali_status status = read_byte(reader, &head);
    if (status != ALI_OK) return status;
    *wire = head & 15;
    *count = head >> 4;
    if (*count == 15) status = read_varint(reader, count);
    if (status != ALI_OK) return status;
    if (*count > INT32_MAX) return fail(reader, "a list claims 2^31 items or more");
    return ALI_OK;
}

// --- skipping ------------------------------------------------------------------------------------

// Passes over a value that holds no others.
static ali_status skip_plain(ali_thrift *reader, uint32_t wire, bool is_item) {
    uint64_t number = 0;
    ali_thrift_text text;
    uint64_t bytes = 0;
    switch (wire) {
    case WIRE_TRUE:
    case WIRE_FALSE:
        bytes = is_item ? 1 : 0;
        break;
    case WIRE_I8:
        bytes = 1;
        break;
    case WIRE_I16:
    case WIRE_I32:
    case WIRE_I64:
        return read_varint(reader, &number);
    case WIRE_DOUBLE:
        bytes = 8;
        break;
    case WIRE_BINARY:
        return read_text(reader, &text);
    case WIRE_UUID:
        bytes = 16;
        break;
    default:
        return fail(reader, "a value has a type that does not exist");
    }
    if (bytes > left(reader)) return run_out(reader);
    reader->at += bytes;
    return ALI_OK;
}

// Reads the head of a value that holds others.
static ali_status enter(ali_thrift *reader, uint32_t wire, ali_thrift_skipped *into) {
    uint64_t count = 0;
    uint32_t types = 0;
    *into = (ali_thrift_skipped){.wire = (uint8_t)wire, .is_struct = wire == WIRE_STRUCT};
    if (wire == WIRE_STRUCT) return ALI_OK;
    ali_status status = ALI_OK;
    if (wire == WIRE_MAP) {
        status = read_varint(reader, &count);
        if (status == ALI_OK && count != 0) status = read_byte(reader, &types);
        if (status != ALI_OK) return status;
        if (count > INT32_MAX) return fail(reader, "a map claims 2^31 entries or more");
        into->wire = (uint8_t)(types >> 4);
        into->wire_second = (uint8_t)(types & 15);
        count *= 2;
    } else {
        status = read_list(reader, &types, &count);
        if (status != ALI_OK) return status;
        into->wire = into->wire_second = (uint8_t)types;
    }
    if (count > left(reader)) return run_out(reader);
    into->left = (uint32_t)count;
    return ALI_OK;
}

// The type of the next value inside a struct, list or map; WIRE_STOP at its end.
static ali_status next_inside(ali_thrift *reader, ali_thrift_skipped *inside, uint32_t *wire) {
    if (!inside->is_struct) {
        *wire = WIRE_STOP;
        if (inside->left == 0) return ALI_OK;
        inside->left -= 1;
        *wire = inside->wire;
        inside->wire = inside->wire_second;
        inside->wire_second = (uint8_t)*wire;
        if (*wire == WIRE_STOP) return fail(reader, "items have a type that does not exist");
        return ALI_OK;
    }
    uint32_t head = 0;
    uint64_t id = 0;
    ali_status status = read_byte(reader, &head);
    if (status != ALI_OK) return status;
    *wire = head & 15;
    if (head >> 4 == 0 && *wire != WIRE_STOP) status = read_varint(reader, &id);
    return status;
}

// Skips a value: all of it, if it holds no others, else its head.
static ali_status skip(ali_thrift *reader, uint32_t wire, bool is_item) {
    const bool is_nested = wire >= WIRE_LIST && wire <= WIRE_STRUCT;
    if (!is_nested) return skip_plain(reader, wire, is_item);
    const uint32_t depth_max =
        (uint32_t)ali_min_u64(ALI_THRIFT_SKIP_MAX, reader->ctx->limits.depth_max);
    if (reader->skip_depth == depth_max) {
        return ali_fail_at(reader->ctx, ALI_ERR_LIMIT, reader->offset_bytes + reader->at,
                           "the %s has more than %u values inside one another, at offset %U",
                           reader->what, depth_max, reader->offset_bytes + reader->at);
    }
    const ali_status status = enter(reader, wire, &reader->skipped[reader->skip_depth]);
    if (status == ALI_OK) reader->skip_depth += 1;
    return status;
}

// Skips the values inside of what is being skipped, to its end or that of the step.
static ali_status step_skip(ali_thrift *reader) {
    while (reader->skip_depth != 0) {
        if (reader->at >= reader->stop && left(reader) != 0) return ALI_YIELD;
        ali_thrift_skipped *inside = &reader->skipped[reader->skip_depth - 1];
        const bool is_item = !inside->is_struct;
        uint32_t wire = WIRE_STOP;
        ali_status status = next_inside(reader, inside, &wire);
        if (status != ALI_OK) return status;
        if (wire == WIRE_STOP) {
            reader->skip_depth -= 1;
            continue;
        }
        status = skip(reader, wire, is_item);
        if (status != ALI_OK) return status;
    }
    return ALI_OK;
}

// --- structs and lists by their tables -----------------------------------------------------------

static ali_status push(ali_thrift *reader, const ali_thrift_frame *frame) {
    ALI_ASSERT(reader->depth < ALI_THRIFT_FRAMES_MAX);
    reader->frames[reader->depth] = *frame;
    reader->depth += 1;
    return ALI_OK;
}

void ali_thrift_begin(ali_thrift *reader, const ali_thrift_type *type, void *into) {
    reader->depth = 1;
    reader->skip_depth = 0;
    reader->at = 0;
    reader->frames[0] = (ali_thrift_frame){.type = type, .into = into};
    ali_fill(into, 0, type->size_bytes);
}

// Makes room for one more item of a list: twice what there was, but no more than its items need.
static ali_status grow(ali_thrift *reader, ali_thrift_frame *frame) {
    const uint64_t count = frame->list->count;
    const uint64_t capacity =
        ali_min_u64(count + frame->left, ali_max_u64(ITEMS_MIN, 2 * (uint64_t)frame->capacity));
    void *items = NULL;
    ALI_TRY(ali_arena_new(reader->arena, capacity * frame->type->size_bytes, &items));
    ali_copy(items, frame->list->items, (size_t)(count * frame->type->size_bytes));
    frame->list->items = items;
    frame->capacity = (uint32_t)capacity;
    return ALI_OK;
}

// Begins the next item of a list, or ends the list.
static ali_status step_list(ali_thrift *reader, ali_thrift_frame *frame) {
    if (frame->left == 0) {
        reader->depth -= 1;
        return ALI_OK;
    }
    if (frame->list->count == frame->capacity) ALI_TRY(grow(reader, frame));
    uint8_t *items = frame->list->items;
    uint8_t *item = items + (size_t)frame->list->count * frame->type->size_bytes;
    ali_fill(item, 0, frame->type->size_bytes);
    frame->list->count += 1;
    frame->left -= 1;
    return push(reader, &(ali_thrift_frame){.type = frame->type, .into = item});
}

static ali_status begin_list(ali_thrift *reader, const ali_thrift_field *field, uint8_t *at) {
    uint32_t wire = 0;
    uint64_t count = 0;
    const ali_status status = read_list(reader, &wire, &count);
    if (status != ALI_OK) return status;
    ali_thrift_list *list = (ali_thrift_list *)(void *)at;
    *list = (ali_thrift_list){0};
    if (count == 0) return ALI_OK;
    if (wire != WIRE_STRUCT) return fail(reader, "a list of structs holds something else");
    if (count * field->type->min_bytes > left(reader)) return run_out(reader);
    return push(reader,
                &(ali_thrift_frame){.type = field->type, .list = list, .left = (uint32_t)count});
}

// Reads a list of integers as the set of them.
static ali_status read_mask(ali_thrift *reader, uint32_t wire, uint8_t *into) {
    const uint64_t before = reader->at;
    uint32_t mask = 0;
    uint32_t item = 0;
    uint64_t count = 0;
    ali_status status = read_list(reader, &item, &count);
    if (status == ALI_OK && (count > MASK_ITEMS_MAX || !is_integer(item))) {
        reader->at = before;
        return skip(reader, wire, false);
    }
    for (uint64_t i = 0; i < count && status == ALI_OK; i += 1) {
        int64_t value = 0;
        status = read_integer(reader, item, &value);
        if (value >= 0 && value < 32) mask |= 1u << value;
    }
    ali_store_u32(into, mask);
    return status;
}

static ali_status store_integer(ali_thrift *reader, const ali_thrift_field *field, uint32_t wire,
                                uint8_t *at) {
    int64_t value = 0;
    const ali_status status = read_integer(reader, wire, &value);
    if (status != ALI_OK) return status;
    if (field->kind == ALI_THRIFT_I64) {
        ali_copy(at, &value, sizeof value);
        return ALI_OK;
    }
    const int32_t narrow = (int32_t)value;
    if (narrow != value) return fail(reader, "a number of 32 bits is out of range");
    ali_copy(at, &narrow, sizeof narrow);
    return ALI_OK;
}

// Tells if a field of this kind may have this type on the wire.
static bool fits(uint32_t kind, uint32_t wire) {
    switch (kind) {
    case ALI_THRIFT_SEEN:
        return true;
    case ALI_THRIFT_BOOL:
        return wire == WIRE_TRUE || wire == WIRE_FALSE;
    case ALI_THRIFT_I32:
    case ALI_THRIFT_I64:
        return is_integer(wire);
    case ALI_THRIFT_TEXT:
        return wire == WIRE_BINARY;
    case ALI_THRIFT_STRUCT:
        return wire == WIRE_STRUCT;
    default:
        return wire == WIRE_LIST || wire == WIRE_SET;
    }
}

static ali_status read_value(ali_thrift *reader, const ali_thrift_field *field, uint32_t wire,
                             uint8_t *into) {
    uint8_t *at = into + field->offset;
    switch (field->kind) {
    case ALI_THRIFT_BOOL:
        *at = wire == WIRE_TRUE;
        return ALI_OK;
    case ALI_THRIFT_I32:
    case ALI_THRIFT_I64:
        return store_integer(reader, field, wire, at);
    case ALI_THRIFT_TEXT:
        return read_text(reader, (ali_thrift_text *)(void *)at);
    case ALI_THRIFT_STRUCT:
        ali_fill(at, 0, field->type->size_bytes);
        return push(reader, &(ali_thrift_frame){.type = field->type, .into = at});
    case ALI_THRIFT_LIST:
        return begin_list(reader, field, at);
    case ALI_THRIFT_MASK:
        return read_mask(reader, wire, at);
    default:
        return skip(reader, wire, false);
    }
}

// Ends a struct: checks that it had what it must have.
static ali_status end_struct(ali_thrift *reader, const ali_thrift_frame *frame) {
    const ali_thrift_type *type = frame->type;
    const uint32_t seen = ali_load_u32(frame->into);
    for (uint32_t i = 0; i < type->count; i += 1) {
        if ((type->fields[i].flags & ALI_THRIFT_REQUIRED) == 0 || (seen >> i & 1) != 0) continue;
        return ali_fail_at(reader->ctx, ALI_ERR_CORRUPT, reader->offset_bytes + reader->at,
                           "the %s holds a %s without its field %d, ended at offset %U",
                           reader->what, type->name, (int32_t)type->fields[i].id,
                           reader->offset_bytes + reader->at);
    }
    reader->depth -= 1;
    return ALI_OK;
}

static ali_status step_struct(ali_thrift *reader, ali_thrift_frame *frame) {
    uint32_t head = 0;
    ali_status status = read_byte(reader, &head);
    if (status != ALI_OK) return status;
    const uint32_t wire = head & 15;
    if (wire == WIRE_STOP) return end_struct(reader, frame);
    int64_t id = (int64_t)frame->id_last + (head >> 4);
    if (head >> 4 == 0) {
        uint64_t number = 0;
        status = read_varint(reader, &number);
        if (status != ALI_OK) return status;
        id = unzigzag(number);
    }
    if (id < INT16_MIN || id > INT16_MAX) return fail(reader, "a field's number exceeds 16 bits");
    frame->id_last = (int16_t)id;
    const ali_thrift_type *type = frame->type;
    uint32_t index = 0;
    while (index < type->count && type->fields[index].id < id) index += 1;
    const ali_thrift_field *field = &type->fields[index];
    if (index == type->count || field->id != id || !fits(field->kind, wire)) {
        return skip(reader, wire, false);
    }
    ali_store_u32(frame->into, ali_load_u32(frame->into) | 1u << index);
    return read_value(reader, field, wire, frame->into);
}

ali_status ali_thrift_step(ali_thrift *reader, uint64_t budget_bytes) {
    reader->stop = reader->at + ali_min_u64(budget_bytes, left(reader));
    while (reader->depth != 0) {
        ali_status status = step_skip(reader);
        if (status != ALI_OK) return status;
        ali_thrift_frame *frame = &reader->frames[reader->depth - 1];
        status = frame->into == NULL ? step_list(reader, frame) : step_struct(reader, frame);
        if (status != ALI_OK) return status;
        if (reader->at >= reader->stop && reader->depth != 0 && left(reader) != 0) {
            return ALI_YIELD;
        }
    }
    return ALI_OK;
}
