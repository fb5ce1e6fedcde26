// format/ipc/schema.c: the fields of an Arrow IPC schema (Schema.fbs of apache/arrow/format), a
// tree of tables, become nodes in pre-order. Nothing recurses: a stack of vectors stands for it.
#include "base/text.h"
#include "format/ipc/ipc.h"

// Fields that a step takes.
#define STEP_FIELDS 2000u
// Bytes of a value of fixed width at most.
#define WIDTH_MAX (INT64_C(1) << 28)
// Key-value pairs of a field or a schema at most.
#define PAIRS_MAX 1000000u
// Dictionaries that a field is compared with.
#define SLOTS_LOOKED_AT 64u

const ali_ipc_parameter ali_ipc_parameters[ALI_IPC_PARAMETERS] = {
    {ALI_TYPE_INT, 0, 4, 0},          {ALI_TYPE_INT, 1, 1, 0},        {ALI_TYPE_FLOAT, 0, 2, 0},
    {ALI_TYPE_DECIMAL, 0, 4, 0},      {ALI_TYPE_DECIMAL, 1, 4, 0},    {ALI_TYPE_DECIMAL, 2, 4, 128},
    {ALI_TYPE_DATE, 0, 2, 1},         {ALI_TYPE_TIME, 0, 2, 1},       {ALI_TYPE_TIME, 1, 4, 32},
    {ALI_TYPE_TIMESTAMP, 0, 2, 0},    {ALI_TYPE_INTERVAL, 0, 2, 0},   {ALI_TYPE_UNION, 0, 2, 0},
    {ALI_TYPE_FIXED_BINARY, 0, 4, 0}, {ALI_TYPE_FIXED_LIST, 0, 4, 0}, {ALI_TYPE_MAP, 0, 1, 0},
    {ALI_TYPE_DURATION, 0, 2, 1},
};

// A field on its way to a node.
typedef struct field_reader {
    ali_ipc_schema_reader *reader;
    ali_flat *flat;
    ali_flat_table table; // the Field
    ali_field *field;
    ali_type *type;
} field_reader;

static ali_status fail_field(const field_reader *from, ali_status status, const char *found,
                             int64_t number) {
    const ali_field *field = from->field;
    const ali_flat *flat = from->flat;
    status = ali_fail_at(flat->ctx, status, flat->offset_bytes, "column %q has %s %D", field->name,
                         (size_t)field->name_bytes, found, number);
    ali_error_add_column(flat->ctx, field->name, (size_t)field->name_bytes);
    return status;
}

// --- types ---------------------------------------------------------------------------------------

static bool set_int(ali_type *type, int64_t bits, bool is_signed) {
    type->bits = (uint32_t)bits;
    type->is_signed = is_signed;
    return bits == 8 || bits == 16 || bits == 32 || bits == 64;
}

static bool set_decimal(ali_type *type, int64_t precision, int64_t scale, int64_t bits) {
    type->precision = (int32_t)precision;
    type->scale = (int32_t)scale;
    type->bits = (uint32_t)bits;
    const int64_t most = bits == 32 ? 9 : bits == 64 ? 18 : bits == 128 ? 38 : 76;
    const bool is_width = bits == 32 || bits == 64 || bits == 128 || bits == 256;
    return is_width && precision >= 1 && precision <= most;
}

static bool set_time(ali_type *type, int64_t unit, uint32_t bits, bool is_allowed) {
    type->unit = (uint8_t)unit;
    type->bits = bits;
    return is_allowed && unit >= 0 && unit <= ALI_UNIT_NANO;
}

// The width that a code stands for; false if it stands for none.
static bool set_width(ali_type *type, int64_t code, const uint32_t widths[3]) {
    const bool is_known = code >= 0 && code <= 2;
    type->bits = widths[is_known ? code : 0];
    return is_known;
}

// Makes a type of the parameters in its table. False if Arrow does not allow them.
static bool set_parameters(ali_type *type, const int64_t *numbers) {
    static const uint32_t floats[3] = {16, 32, 64}; // half, single, double
    static const uint32_t intervals[3] = {32, 64, 128};
    const int64_t first = numbers[0];
    switch (type->kind) {
    case ALI_TYPE_INT:
        return set_int(type, first, numbers[1] != 0);
    case ALI_TYPE_FLOAT:
        return set_width(type, first, floats);
    case ALI_TYPE_DECIMAL:
        return set_decimal(type, first, numbers[1], numbers[2]);
    case ALI_TYPE_DATE: // days, milliseconds
        type->unit = first == 0 ? ALI_UNIT_DAY : ALI_UNIT_MILLI;
        type->bits = first == 0 ? 32 : 64;
        return first == 0 || first == 1;
    case ALI_TYPE_TIME:
        return set_time(type, first, numbers[1] == 32 ? 32 : 64,
                        numbers[1] == (first < ALI_UNIT_MICRO ? 32 : 64));
    case ALI_TYPE_TIMESTAMP:
    case ALI_TYPE_DURATION:
        return set_time(type, first, 64, true);
    case ALI_TYPE_INTERVAL: // months; days and milliseconds; months, days and nanoseconds
        return set_width(type, first, intervals);
    case ALI_TYPE_UNION: // sparse, dense
        if (first != 0) type->flags |= ALI_TYPE_IS_DENSE;
        return first == 0 || first == 1;
    case ALI_TYPE_FIXED_BINARY:
        type->bits = (uint32_t)(first * 8);
        return first >= 0 && first <= WIDTH_MAX;
    case ALI_TYPE_FIXED_LIST:
        type->list_size = (uint32_t)first;
        return first >= 0;
    case ALI_TYPE_MAP:
        if (first != 0) type->flags |= ALI_TYPE_KEYS_SORTED;
        return true;
    case ALI_TYPE_BOOL:
        type->bits = 1;
        return true;
    default:
        return true;
    }
}

static ali_status read_parameters(const field_reader *from, ali_flat_table table) {
    int64_t numbers[ALI_IPC_PARAMETERS_MAX] = {0};
    for (uint32_t i = 0; i < ALI_IPC_PARAMETERS; i += 1) {
        const ali_ipc_parameter *parameter = &ali_ipc_parameters[i];
        if (parameter->kind != from->type->kind) continue;
        numbers[parameter->slot] = ali_flat_number(from->flat, table, parameter->slot,
                                                   parameter->width, parameter->absent);
    }
    ALI_TRY(from->flat->status);
    if (set_parameters(from->type, numbers)) return ALI_OK;
    return fail_field(from, ALI_ERR_CORRUPT, "a type with a parameter that Arrow does not allow:",
                      numbers[from->type->kind == ALI_TYPE_DECIMAL ? 2 : 0]);
}

// The ids of a union's children, one each; by default their numbers.
static ali_status read_type_ids(const field_reader *from, ali_flat_table table) {
    const uint32_t count = from->type->children_count;
    const ali_flat_vector ids = ali_flat_items(from->flat, table, 1, 4);
    bool is_taken[128] = {false};
    void *pointer = NULL;
    ALI_TRY(from->flat->status);
    if (count > 128 || (ids.items != NULL && ids.count != count)) {
        return fail_field(from, ALI_ERR_CORRUPT, "a union whose ids do not fit its children, of",
                          count);
    }
    ALI_TRY(ali_arena_new(&from->reader->scratch, count, &pointer));
    int8_t *made = pointer;
    for (uint32_t i = 0; i < count; i += 1) {
        const uint32_t id = ids.items == NULL ? i : ali_load_u32(ids.items + (uint64_t)i * 4);
        if (id > 127 || is_taken[id]) {
            return fail_field(from, ALI_ERR_CORRUPT,
                              "a union with an id that is taken or below 0:", (int32_t)id);
        }
        is_taken[id] = true;
        made[i] = (int8_t)id;
    }
    from->type->type_ids = made;
    return ALI_OK;
}

static ali_status read_type(const field_reader *from) {
    ali_flat *flat = from->flat;
    const int64_t kind = ali_flat_number(flat, from->table, 2, 1, 0);
    const ali_flat_table table = ali_flat_child(flat, from->table, 3);
    ALI_TRY(flat->status);
    if (kind == 0 || table == 0) {
        return fail_field(from, ALI_ERR_CORRUPT, "no type: its number is", kind);
    }
    if (kind > ALI_TYPE_LARGE_LIST_VIEW) {
        return fail_field(from, ALI_ERR_UNSUPPORTED, "a type that is not supported, of number",
                          kind);
    }
    from->type->kind = (uint8_t)kind;
    ALI_TRY(read_parameters(from, table));
    if (kind == ALI_TYPE_UNION) ALI_TRY(read_type_ids(from, table));
    if (kind != ALI_TYPE_TIMESTAMP) return ALI_OK;
    uint64_t zone_bytes = 0;
    const char *zone = ali_flat_text(flat, table, 1, &zone_bytes);
    ALI_TRY(flat->status);
    from->reader->text_bytes += zone_bytes;
    return ali_arena_text(&from->reader->scratch, zone, (size_t)zone_bytes, &from->type->zone);
}

static ali_status read_dictionary(const field_reader *from, uint32_t node) {
    ali_flat *flat = from->flat;
    const ali_flat_table encoding = ali_flat_child(flat, from->table, 4);
    if (encoding == 0) return flat->status;
    const ali_flat_table index = ali_flat_child(flat, encoding, 1);
    const int64_t bits = index == 0 ? 32 : ali_flat_number(flat, index, 0, 4, 0);
    const bool is_signed = index == 0 || ali_flat_number(flat, index, 1, 1, 0) != 0;
    from->reader->ids[node] = ali_flat_number(flat, encoding, 0, 8, 0);
    if (ali_flat_number(flat, encoding, 2, 1, 0) != 0) from->type->flags |= ALI_TYPE_IS_ORDERED;
    ALI_TRY(flat->status);
    ali_type codes = {0};
    if (!set_int(&codes, bits, is_signed)) {
        return fail_field(from, ALI_ERR_CORRUPT, "a dictionary whose codes are as wide as", bits);
    }
    from->type->index_bits = (uint8_t)bits;
    from->type->index_is_signed = is_signed;
    return ALI_OK;
}

// --- metadata ------------------------------------------------------------------------------------

static ali_status read_pairs(ali_ipc_schema_reader *reader, ali_flat_table table, uint32_t slot,
                             const ali_pair **pairs, uint32_t *count) {
    ali_flat *flat = reader->flat;
    const ali_flat_vector vector = ali_flat_items(flat, table, slot, 4);
    void *pointer = NULL;
    ALI_TRY(flat->status);
    reader->text_bytes += (uint64_t)vector.count * sizeof(ali_pair);
    if (vector.count > PAIRS_MAX) {
        return ali_fail_at(flat->ctx, ALI_ERR_LIMIT, flat->offset_bytes,
                           "there are %u key-value pairs, more than %u", vector.count, PAIRS_MAX);
    }
    ALI_TRY(ali_arena_new(&reader->scratch, (uint64_t)vector.count * sizeof(ali_pair), &pointer));
    ali_pair *made = pointer;
    for (uint32_t i = 0; i < vector.count; i += 1) {
        const ali_flat_table pair = ali_flat_item(flat, &vector, i);
        made[i].key = ali_flat_text(flat, pair, 0, &made[i].key_bytes);
        made[i].value = ali_flat_text(flat, pair, 1, &made[i].value_bytes);
        reader->text_bytes += made[i].key_bytes + made[i].value_bytes;
    }
    *pairs = made;
    *count = vector.count;
    return flat->status;
}

// --- fields --------------------------------------------------------------------------------------

// Grows the arrays by node.
static ali_status grow(ali_ipc_schema_reader *reader) {
    if (reader->count < reader->capacity) return ALI_OK;
    const uint32_t capacity = reader->capacity == 0 ? 64 : reader->capacity * 2;
    const uint64_t count = reader->count;
    void *fields = NULL;
    void *nodes = NULL;
    void *ids = NULL;
    ALI_TRY(ali_arena_new(&reader->scratch, capacity * sizeof(ali_field), &fields));
    ALI_TRY(ali_arena_new(&reader->scratch, capacity * sizeof(ali_ipc_node), &nodes));
    ALI_TRY(ali_arena_new(&reader->scratch, capacity * sizeof(int64_t), &ids));
    ali_copy(fields, reader->fields, (size_t)count * sizeof(ali_field));
    ali_copy(nodes, reader->nodes, (size_t)count * sizeof(ali_ipc_node));
    ali_copy(ids, reader->ids, (size_t)count * sizeof(int64_t));
    reader->fields = fields;
    reader->nodes = nodes;
    reader->ids = ids;
    reader->capacity = capacity;
    return ALI_OK;
}

// Tells if a type may have so many children.
static bool fits_children(const ali_type *type, uint32_t count) {
    if (ali_type_has_items(type)) return count == 1;
    if (type->kind == ALI_TYPE_RUN_END) return count == 2;
    return ali_type_is_nested(type) || count == 0;
}

// What a parent asks of its child: the entries of a map, the ends of runs.
static bool fits_parent(const ali_ipc_schema_reader *reader, uint32_t node) {
    const uint32_t parent = reader->nodes[node].parent;
    const ali_type *type = reader->fields[node].type;
    if (parent == ALI_IPC_NONE || parent + 1 != node) return true;
    switch (reader->fields[parent].type->kind) {
    case ALI_TYPE_MAP:
        return type->kind == ALI_TYPE_STRUCT && type->children_count == 2 && type->index_bits == 0;
    case ALI_TYPE_RUN_END:
        return type->kind == ALI_TYPE_INT && type->is_signed && type->bits >= 16 &&
               type->index_bits == 0;
    default:
        return true;
    }
}

// Checks the sums that many references to few bytes could blow up.
static ali_status check_sums(const ali_ipc_schema_reader *reader) {
    const ali_flat *flat = reader->flat;
    const ali_limits *limits = &flat->ctx->limits;
    if (reader->count > limits->columns_max) {
        return ali_fail_at(flat->ctx, ALI_ERR_LIMIT, flat->offset_bytes,
                           "the schema has more than %u columns, which is the limit",
                           limits->columns_max);
    }
    if (reader->text_bytes > limits->footer_bytes_max) {
        return ali_fail_at(flat->ctx, ALI_ERR_LIMIT, flat->offset_bytes,
                           "names and metadata of the schema take more than %U bytes, which is the "
                           "limit",
                           limits->footer_bytes_max);
    }
    return ALI_OK;
}

static ali_status read_field(ali_ipc_schema_reader *reader, ali_flat_table table, uint32_t parent) {
    ALI_TRY(grow(reader));
    const uint32_t node = reader->count;
    reader->count += 1;
    void *type = NULL;
    ALI_TRY(ali_arena_new(&reader->scratch, sizeof(ali_type), &type));
    ali_flat *flat = reader->flat;
    const field_reader from = {reader, flat, table, &reader->fields[node], type};
    from.type->zone = "";
    from.field->type = type;
    from.field->name = ali_flat_text(flat, table, 0, &from.field->name_bytes);
    from.field->is_nullable = ali_flat_number(flat, table, 1, 1, 0) != 0;
    const ali_flat_vector children = ali_flat_items(flat, table, 5, 4);
    ALI_TRY(flat->status);
    from.type->children_count = children.count;
    reader->text_bytes += from.field->name_bytes;
    reader->nodes[node] = (ali_ipc_node){parent, ALI_IPC_NONE};
    ALI_TRY(check_sums(reader));
    ALI_TRY(read_type(&from));
    ALI_TRY(read_dictionary(&from, node));
    ALI_TRY(read_pairs(reader, table, 6, &from.field->metadata, &from.field->metadata_count));
    if (!fits_children(from.type, children.count) || !fits_parent(reader, node)) {
        return fail_field(
            &from, ALI_ERR_CORRUPT,
            "a type that does not fit the types below or above it; children:", children.count);
    }
    if (children.count == 0) return ALI_OK;
    if (reader->depth >= flat->ctx->limits.depth_max || reader->depth >= ALI_TYPE_DEPTH_MAX) {
        return fail_field(&from, ALI_ERR_LIMIT,
                          "types below it, at the limit of nested levels:", reader->depth);
    }
    reader->levels[reader->depth] = (ali_ipc_level){children, 0, node};
    reader->depth += 1;
    return ALI_OK;
}

// --- dictionaries --------------------------------------------------------------------------------

// Two dictionaries of one id can be one: flat values of the same type.
static bool can_share(const ali_type *a, const ali_type *b) {
    return a->children_count == 0 && b->children_count == 0 && a->kind == b->kind &&
           a->bits == b->bits && a->unit == b->unit && a->is_signed == b->is_signed &&
           a->precision == b->precision && a->scale == b->scale;
}

// Gives each dictionary a slot. One that another field has too is looked for among the last ones
// only, so that very many fields take no time; found or not, a dictionary fills all slots of its
// id.
static ali_status number_dictionaries(ali_ipc_state *state, const ali_ipc_schema_reader *reader) {
    void *pointer = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < reader->count; i += 1) {
        count += reader->fields[i].type->index_bits != 0;
    }
    ALI_TRY(ali_arena_new(&state->arena, (uint64_t)count * sizeof(ali_ipc_dictionary), &pointer));
    state->dictionaries = pointer;
    for (uint32_t i = 0; i < reader->count; i += 1) {
        const ali_type *type = reader->fields[i].type;
        if (type->index_bits == 0) continue;
        const uint32_t last = state->dictionaries_count;
        uint32_t slot = last > SLOTS_LOOKED_AT ? last - SLOTS_LOOKED_AT : 0;
        while (slot < state->dictionaries_count &&
               (state->dictionaries[slot].id != reader->ids[i] ||
                !can_share(type, reader->fields[state->dictionaries[slot].node].type))) {
            slot += 1;
        }
        if (slot == state->dictionaries_count) {
            state->dictionaries[slot] = (ali_ipc_dictionary){reader->ids[i], i};
            state->dictionaries_count += 1;
        }
        state->nodes[i].dictionary = slot;
    }
    return ALI_OK;
}

static ali_status finish(ali_ipc_state *state, ali_ipc_schema_reader *reader, ali_schema **schema) {
    void *pointer = NULL;
    const ali_pair *pairs = NULL;
    uint32_t pairs_count = 0;
    ALI_TRY(read_pairs(reader, reader->table, 2, &pairs, &pairs_count));
    ALI_TRY(check_sums(reader));
    const uint64_t nodes_bytes = (uint64_t)reader->count * sizeof(ali_ipc_node);
    ALI_TRY(ali_arena_new(&state->arena, nodes_bytes, &pointer));
    state->nodes = pointer;
    ali_copy(state->nodes, reader->nodes, (size_t)nodes_bytes);
    ALI_TRY(number_dictionaries(state, reader));
    ALI_TRY(ali_schema_new(reader->flat->ctx, reader->fields, reader->count, pairs, pairs_count,
                           schema));
    state->schema = *schema;
    return ALI_OK;
}

ali_status ali_ipc_step_schema(ali_ipc_state *state, ali_ipc_schema_reader *reader,
                               ali_schema **schema) {
    ali_flat *flat = reader->flat;
    if (reader->depth == 0) {
        ali_arena_init(&reader->scratch, flat->ctx);
        state->is_big_endian = ali_flat_number(flat, reader->table, 0, 2, 0) != 0;
        reader->levels[0] =
            (ali_ipc_level){ali_flat_items(flat, reader->table, 1, 4), 0, ALI_IPC_NONE};
        reader->depth = 1;
        ALI_TRY(flat->status);
    }
    uint32_t work = STEP_FIELDS;
    while (reader->depth > 0) {
        ali_ipc_level *level = &reader->levels[reader->depth - 1];
        if (level->next == level->fields.count) {
            if (reader->depth == 1) break;
            reader->depth -= 1;
            continue;
        }
        if (work == 0) return ALI_YIELD;
        work -= 1;
        const ali_flat_table field = ali_flat_item(flat, &level->fields, level->next);
        level->next += 1;
        ALI_TRY(flat->status);
        ALI_TRY(read_field(reader, field, level->node));
    }
    return finish(state, reader, schema);
}

void ali_ipc_schema_clear(ali_ipc_schema_reader *reader) {
    if (reader->depth != 0) ali_arena_clear(&reader->scratch);
}
