// format/ipc/encode_schema.c: schemas as Arrow IPC stores them (Schema.fbs of apache/arrow/format):
// fields become tables, those below a field before it, so that nothing recurses.
#include "format/ipc/encode.h"

#include "base/text.h"

// The numbers in a type's table, by slot: what schema.c makes of them, turned round.
static void numbers_of(const ali_type *type, int64_t *numbers) {
    switch (type->kind) {
    case ALI_TYPE_INT:
        numbers[0] = type->bits;
        numbers[1] = type->is_signed != 0;
        break;
    case ALI_TYPE_FLOAT: // half, single, double
        numbers[0] = type->bits == 16 ? 0 : type->bits == 32 ? 1 : 2;
        break;
    case ALI_TYPE_DECIMAL:
        numbers[0] = type->precision;
        numbers[1] = type->scale;
        numbers[2] = type->bits;
        break;
    case ALI_TYPE_DATE: // days, milliseconds
        numbers[0] = type->bits == 32 ? 0 : 1;
        break;
    case ALI_TYPE_TIME:
        numbers[1] = type->bits;
        numbers[0] = type->unit;
        break;
    case ALI_TYPE_TIMESTAMP:
    case ALI_TYPE_DURATION:
        numbers[0] = type->unit;
        break;
    case ALI_TYPE_INTERVAL: // months; days and milliseconds; months, days and nanoseconds
        numbers[0] = type->bits == 32 ? 0 : type->bits == 64 ? 1 : 2;
        break;
    case ALI_TYPE_UNION:
        numbers[0] = ali_ipc_is_dense(type);
        break;
    case ALI_TYPE_FIXED_BINARY:
        numbers[0] = type->bits / 8;
        break;
    case ALI_TYPE_FIXED_LIST:
        numbers[0] = type->list_size;
        break;
    case ALI_TYPE_MAP:
        numbers[0] = (type->flags & ALI_TYPE_KEYS_SORTED) != 0;
        break;
    default:
        break;
    }
}

static void put_number(ali_flatbuf *flat, uint32_t slot, uint32_t width, int64_t number) {
    if (width == 1) ali_flatbuf_put_u8(flat, slot, (uint8_t)number);
    if (width == 2) ali_flatbuf_put_i16(flat, slot, (int16_t)number);
    if (width == 4) ali_flatbuf_put_i32(flat, slot, (int32_t)number);
}

// The ids of a union's children: 32 bits each.
static uint32_t put_type_ids(ali_flatbuf *flat, const ali_type *type) {
    int32_t ids[128];
    const uint32_t count = type->children_count < 128 ? type->children_count : 128;
    for (uint32_t i = 0; i < count; i += 1) {
        ids[i] = type->type_ids == NULL ? (int32_t)i : type->type_ids[i];
    }
    return ali_flatbuf_structs(flat, ids, count, sizeof(int32_t));
}

// Writes the table of a type's parameters.
static uint32_t put_type(ali_flatbuf *flat, const ali_type *type) {
    int64_t numbers[ALI_IPC_PARAMETERS_MAX] = {0};
    uint32_t second = 0; // what stands in slot 1 beside the numbers
    if (type->kind == ALI_TYPE_TIMESTAMP && type->zone[0] != 0) {
        second = ali_flatbuf_text(flat, type->zone, ali_text_length(type->zone));
    }
    if (type->kind == ALI_TYPE_UNION) second = put_type_ids(flat, type);
    numbers_of(type, numbers);
    ali_flatbuf_begin(flat);
    for (uint32_t i = 0; i < ALI_IPC_PARAMETERS; i += 1) {
        const ali_ipc_parameter *parameter = &ali_ipc_parameters[i];
        if (parameter->kind != type->kind) continue;
        put_number(flat, parameter->slot, parameter->width, numbers[parameter->slot]);
    }
    if (second != 0) ali_flatbuf_put_offset(flat, 1, second);
    return ali_flatbuf_end(flat);
}

static uint32_t put_dictionary(ali_flatbuf *flat, const ali_type *type, uint32_t id) {
    const ali_type codes = {
        .kind = ALI_TYPE_INT, .bits = type->index_bits, .is_signed = type->index_is_signed};
    const uint32_t index = put_type(flat, &codes);
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_i64(flat, 0, id);
    ali_flatbuf_put_offset(flat, 1, index);
    ali_flatbuf_put_u8(flat, 2, (type->flags & ALI_TYPE_IS_ORDERED) != 0);
    return ali_flatbuf_end(flat);
}

// Key-value pairs; 0 if there are none.
static uint32_t put_pairs(ali_flatbuf *flat, const ali_pair *pairs, uint32_t count) {
    void *pointer = NULL;
    const uint64_t bytes = (uint64_t)count * sizeof(uint32_t);
    if (count == 0 || flat->status < 0) return 0;
    flat->status = ali_mem_new(flat->ctx, bytes, &pointer);
    if (flat->status < 0) return 0;
    uint32_t *offsets = pointer;
    for (uint32_t i = 0; i < count; i += 1) {
        const uint32_t key = ali_flatbuf_text(flat, pairs[i].key, pairs[i].key_bytes);
        const uint32_t value = ali_flatbuf_text(flat, pairs[i].value, pairs[i].value_bytes);
        ali_flatbuf_begin(flat);
        ali_flatbuf_put_offset(flat, 0, key);
        ali_flatbuf_put_offset(flat, 1, value);
        offsets[i] = ali_flatbuf_end(flat);
    }
    const uint32_t vector = ali_flatbuf_offsets(flat, offsets, count);
    ali_mem_free(flat->ctx, offsets, bytes);
    return vector;
}

static uint32_t put_field(ali_flatbuf *flat, const ali_field *field, uint32_t children,
                          uint32_t id) {
    const ali_type *type = field->type;
    const uint32_t table = put_type(flat, type);
    const uint32_t dictionary = type->index_bits == 0 ? 0 : put_dictionary(flat, type, id);
    const uint32_t pairs = put_pairs(flat, field->metadata, field->metadata_count);
    const uint32_t name = ali_flatbuf_text(flat, field->name, field->name_bytes);
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_offset(flat, 0, name);
    ali_flatbuf_put_offset(flat, 3, table);
    if (dictionary != 0) ali_flatbuf_put_offset(flat, 4, dictionary);
    ali_flatbuf_put_offset(flat, 5, children);
    if (pairs != 0) ali_flatbuf_put_offset(flat, 6, pairs);
    ali_flatbuf_put_u8(flat, 1, field->is_nullable ? 1 : 0);
    ali_flatbuf_put_u8(flat, 2, type->kind);
    return ali_flatbuf_end(flat);
}

// Writes all fields, the last first. `tables` gets the table of each node; `vector` has room for as
// many.
static uint32_t put_fields(ali_flatbuf *flat, const ali_schema *schema, uint32_t *tables,
                           uint32_t *vector) {
    uint32_t dictionaries = 0;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        dictionaries += schema->nodes[i].type->index_bits != 0;
    }
    for (uint32_t i = schema->nodes_count; i > 0; i -= 1) {
        const ali_field *field = &schema->nodes[i - 1];
        uint32_t child = i;
        for (uint32_t k = 0; k < field->type->children_count; k += 1) {
            vector[k] = tables[child];
            child += schema->nodes[child].type->span;
        }
        dictionaries -= field->type->index_bits != 0;
        const uint32_t children = ali_flatbuf_offsets(flat, vector, field->type->children_count);
        tables[i - 1] = put_field(flat, field, children, dictionaries);
    }
    for (uint32_t i = 0; i < schema->count; i += 1) vector[i] = tables[schema->roots[i]];
    return ali_flatbuf_offsets(flat, vector, schema->count);
}

uint32_t ali_ipc_put_schema(ali_flatbuf *flat, const ali_schema *schema) {
    void *pointer = NULL;
    const uint64_t bytes = ((uint64_t)schema->nodes_count * 2 + 1) * sizeof(uint32_t);
    if (flat->status < 0) return 0;
    flat->status = ali_mem_new(flat->ctx, bytes, &pointer);
    if (flat->status < 0) return 0;
    uint32_t *tables = pointer;
    const uint32_t fields = put_fields(flat, schema, tables, tables + schema->nodes_count);
    ali_mem_free(flat->ctx, pointer, bytes);
    const uint32_t pairs = put_pairs(flat, schema->metadata, schema->metadata_count);
    ali_flatbuf_begin(flat);
    ali_flatbuf_put_offset(flat, 1, fields);
    if (pairs != 0) ali_flatbuf_put_offset(flat, 2, pairs);
    ali_flatbuf_put_i16(flat, 0, 0); // little-endian
    return ali_flatbuf_end(flat);
}
