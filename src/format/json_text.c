// format/json_text.c: values of any type as JSON (RFC 8259): docs/contracts/values.md. Nested
// values are walked with a stack of their own, one frame for each type that is open; bytes are
// appended piece by piece, so that a row of any size needs no more room than it takes. Left out:
// what stands inside a Variant (format/variant_text.c).
#include "format/json_text.h"

#include "base/mem.h"
#include "base/num.h"
#include "format/variant_text.h"
#include "wire/json_write.h"

// A value that is open.
typedef struct ali_json_frame {
    uint32_t node;  // in pre-order; ROOT: a row
    uint32_t child; // structs: the member to come
    uint32_t
        left; // structs: members to come; unions: 1 before the value; lists: 1 before the first
    uint32_t is_entry; // 1 for a map's struct of key and value, which is spelled as an array
    uint64_t at;       // lists: the item to come; others: the row
    uint64_t end;      // lists
} ali_json_frame;

#define ROOT UINT32_MAX
// Types inside one another, and the row.
#define FRAMES_MAX (ALI_TYPE_DEPTH_MAX + 2)
// Room that is made at least.
#define GROW_BYTES 4096u
// Bytes of a row at most. Values that take no bytes in a file, nulls in lists above all, would have
// no bound in text.
#define ROW_BYTES_MAX (UINT64_C(64) << 20)

// --- room ----------------------------------------------------------------------------------------

// Bytes may come up to what `out` has room for, and a row may have.
static void place(ali_json_text *text) {
    ali_buf *out = text->out;
    text->to = out->data + out->size_bytes;
    text->limit = out->data + ali_min_u64(out->capacity_bytes, text->start_bytes + ROW_BYTES_MAX);
}

static ali_status fail_long(ali_json_text *text) {
    const ali_field *field = &text->schema->nodes[text->node];
    const ali_status status = ali_fail(
        text->ctx, ALI_ERR_LIMIT, "the text of row %U is beyond %U bytes at column %q",
        text->first_row + text->row, ROW_BYTES_MAX, field->name, (size_t)field->name_bytes);
    ali_error_add_column(text->ctx, field->name, (size_t)field->name_bytes);
    return status;
}

ali_status ali_json_text_grow(ali_json_text *text, uint64_t count_bytes) {
    ali_buf *out = text->out;
    out->size_bytes = (uint64_t)(text->to - out->data);
    const uint64_t left = text->start_bytes + ROW_BYTES_MAX - out->size_bytes;
    if (count_bytes > left) return fail_long(text);
    ALI_TRY(ali_buf_reserve(text->ctx, out, out->size_bytes + count_bytes + GROW_BYTES));
    place(text);
    return ALI_OK;
}

static ali_status put_word(ali_json_text *text, const char *word) {
    ALI_TRY(ali_json_text_room(text, 32));
    for (; *word != 0; word += 1) {
        *text->to = (uint8_t)*word;
        text->to += 1;
    }
    return ALI_OK;
}

// --- keys ----------------------------------------------------------------------------------------

// Tells of each field if it is the first among its siblings.
static void mark_first(const ali_schema *schema, uint8_t *is_first) {
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        if (schema->nodes[i].type->children_count != 0) is_first[i + 1] = 1;
    }
    if (schema->nodes_count != 0) is_first[0] = 1;
}

static ali_status spell_keys(ali_json_text *text, const uint8_t *is_first) {
    const ali_schema *schema = text->schema;
    uint64_t bound = 0;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_field *field = &schema->nodes[i];
        bound += 4 + ali_json_text_bound((const uint8_t *)field->name, field->name_bytes);
    }
    ALI_TRY(ali_buf_new(text->ctx, bound, &text->keys));
    uint8_t *to = text->keys->data;
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_field *field = &schema->nodes[i];
        to[0] = is_first[i] != 0 ? '{' : ',';
        to[1] = '"';
        to = ali_json_put_text(to + 2, (const uint8_t *)field->name, field->name_bytes,
                               &text->replaced);
        to[0] = '"';
        to[1] = ':';
        to += 2;
        text->key_ends[i] = (uint64_t)(to - text->keys->data);
        ALI_ASSERT(text->key_ends[i] <= bound);
    }
    return ALI_OK;
}

static ali_status put_key(ali_json_text *text, uint32_t node) {
    const uint64_t start = node == 0 ? 0 : text->key_ends[node - 1];
    const uint64_t count_bytes = text->key_ends[node] - start;
    ALI_TRY(ali_json_text_room(text, count_bytes));
    ali_copy(text->to, text->keys->data + start, (size_t)count_bytes);
    text->to += count_bytes;
    return ALI_OK;
}

// --- setting up ----------------------------------------------------------------------------------

static uint64_t sizes_of(const ali_json_text *text, uint64_t item_bytes) {
    return text->schema == NULL ? 0 : text->schema->nodes_count * item_bytes;
}

static ali_status set_up(ali_json_text *text) {
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(text->ctx, sizes_of(text, sizeof(ali_cell)), &pointer));
    text->cells = pointer;
    ALI_TRY(ali_mem_new(text->ctx, sizes_of(text, sizeof(uint64_t)), &pointer));
    text->key_ends = pointer;
    ALI_TRY(ali_mem_new(text->ctx, FRAMES_MAX * sizeof(ali_json_frame), &pointer));
    text->frames = pointer;
    ALI_TRY(ali_mem_zero(text->ctx, sizes_of(text, 1), &pointer));
    mark_first(text->schema, pointer);
    const ali_status status = spell_keys(text, pointer);
    ali_mem_free(text->ctx, pointer, sizes_of(text, 1));
    return status;
}

ali_status ali_json_text_init(ali_json_text *text, ali_context *ctx, ali_schema *schema) {
    *text = (ali_json_text){.ctx = ctx};
    ALI_TRY(ali_cell_check(ctx, schema));
    ALI_TRY(ali_schema_simplify(ctx, schema, &text->schema));
    const ali_status status = set_up(text);
    if (status < 0) ali_json_text_clear(text);
    return status;
}

void ali_json_text_clear(ali_json_text *text) {
    if (text->schema == NULL) return;
    ali_buf_release(text->keys);
    ali_mem_free(text->ctx, text->cells, sizes_of(text, sizeof(ali_cell)));
    ali_mem_free(text->ctx, text->key_ends, sizes_of(text, sizeof(uint64_t)));
    ali_mem_free(text->ctx, text->frames, FRAMES_MAX * sizeof(ali_json_frame));
    ali_variant_text_clear(text);
    ali_schema_release(text->schema);
    *text = (ali_json_text){.ctx = text->ctx};
}

void ali_json_text_take(ali_json_text *text, const ali_batch *batch) {
    ALI_ASSERT(batch->schema->nodes_count == text->schema->nodes_count);
    for (uint32_t i = 0; i < batch->schema->nodes_count; i += 1) {
        ali_cell_init(&text->cells[i], &batch->columns[i]);
    }
}

// --- values --------------------------------------------------------------------------------------

ali_status ali_json_text_string(ali_json_text *text, const uint8_t *bytes, uint64_t count_bytes) {
    // what a text may take at most is told by its length; what it takes, by its bytes
    if ((uint64_t)(text->limit - text->to) / 8 < count_bytes + 2) {
        ALI_TRY(ali_json_text_room(text, 10 + ali_json_text_bound(bytes, count_bytes)));
    }
    text->to[0] = '"';
    text->to = ali_json_put_text(text->to + 1, bytes, count_bytes, &text->replaced);
    text->to[0] = '"';
    text->to += 1;
    return ALI_OK;
}

ali_status ali_json_text_cell(ali_json_text *text, const ali_cell *cell, uint64_t row) {
    uint64_t count_bytes = 0;
    if (ali_type_is_bytes(cell->type)) {
        const uint8_t *bytes = ali_cell_bytes(cell, row, &count_bytes);
        if (cell->kind == ALI_CELL_TEXT) return ali_json_text_string(text, bytes, count_bytes);
    }
    ALI_TRY(ali_json_text_room(text, 2 + cell->bytes_bound + 2 * count_bytes));
    uint8_t *to = text->to;
    bool is_string = false;
    uint8_t *start = cell->kind == ALI_CELL_STRING ? to + 1 : to;
    uint8_t *end = ali_cell_print(cell, row, start, &is_string);
    if (is_string && start == to) { // rare: an integer or float that JSON cannot hold
        for (uint8_t *at = end; at > to; at -= 1) at[0] = at[-1];
        end += 1;
    }
    if (is_string) {
        to[0] = '"';
        end[0] = '"';
        end += 1;
    }
    text->to = end;
    return ALI_OK;
}

// The child of a union that has a type id, counted in pre-order from the union; 0 if there is none.
static uint32_t find_child(const ali_type *type, int32_t id) {
    const ali_field *child = type->children;
    for (uint32_t i = 0; i < type->children_count; i += 1) {
        const int32_t own = type->type_ids == NULL ? (int32_t)i : type->type_ids[i];
        if (own == id) return (uint32_t)(child - type->children) + 1;
        child += child->type->span;
    }
    return 0;
}

static ali_status open_list(ali_json_text *text, ali_json_frame *frame, uint64_t start,
                            uint64_t end) {
    frame->at = start;
    frame->end = end;
    frame->left = 1;
    ALI_TRY(ali_json_text_room(text, 1));
    *text->to = '[';
    text->to += 1;
    return ALI_OK;
}

// Opens a nested value: its frame comes on top.
static ali_status open_value(ali_json_text *text, uint32_t node, uint64_t row, uint32_t *depth) {
    const ali_cell *cell = &text->cells[node];
    ali_json_frame *frame = &text->frames[*depth];
    ALI_ASSERT(*depth < FRAMES_MAX);
    *frame = (ali_json_frame){.node = node, .child = node + 1, .at = row};
    *depth += 1;
    switch (cell->type->kind) {
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
        return open_list(text, frame, (uint64_t)cell->offsets[row],
                         (uint64_t)cell->offsets[row + 1]);
    case ALI_TYPE_FIXED_LIST:
        return open_list(text, frame, row * cell->type->list_size,
                         (row + 1) * cell->type->list_size);
    case ALI_TYPE_UNION: {
        const int32_t id = (int8_t)cell->values[row];
        frame->child = node + find_child(cell->type, id);
        frame->left = 1;
        if ((cell->type->flags & ALI_TYPE_IS_DENSE) != 0) frame->at = (uint64_t)cell->offsets[row];
        ALI_TRY(put_word(text, "{\"type_id\":"));
        text->to += ali_num_i64((char *)text->to, id);
        return put_word(text, ",\"value\":");
    }
    default:
        frame->left = cell->type->children_count;
        if (*depth < 2 || text->frames[*depth - 2].node == ROOT) return ALI_OK;
        if (text->cells[text->frames[*depth - 2].node].type->kind != ALI_TYPE_MAP) return ALI_OK;
        frame->is_entry = 1;
        return ALI_OK;
    }
}

// Spells a value, or opens it.
static ali_status begin_value(ali_json_text *text, uint32_t node, uint64_t row, uint32_t *depth) {
    const ali_cell *cell = &text->cells[node];
    if (cell->kind == ALI_CELL_NULL || !ali_cell_is_valid(cell, row)) return put_word(text, "null");
    if (cell->kind != ALI_CELL_NESTED || cell->type->kind == ALI_TYPE_INTERVAL) {
        return ali_json_text_cell(text, cell, row);
    }
    if (cell->type->extension == ALI_EXTENSION_VARIANT) {
        bool is_done = false;
        ALI_TRY(ali_variant_text_put(text, node, row, &is_done));
        if (is_done) return ALI_OK;
    }
    return open_value(text, node, row, depth);
}

// The next item of a list, or its end.
static ali_status go_on_list(ali_json_text *text, ali_json_frame *frame, uint32_t *depth) {
    ALI_TRY(ali_json_text_room(text, 1));
    if (frame->at == frame->end) {
        *text->to = ']';
        text->to += 1;
        *depth -= 1;
        return ALI_OK;
    }
    if (frame->left == 0) {
        *text->to = ',';
        text->to += 1;
    }
    frame->left = 0;
    const uint64_t item = frame->at;
    frame->at += 1;
    return begin_value(text, frame->node + 1, item, depth);
}

// The next members of a struct, up to one that is nested, or its end. A map's struct of key and
// value is an array.
static ali_status go_on_struct(ali_json_text *text, ali_json_frame *frame, uint32_t *depth) {
    const bool is_entry = frame->is_entry != 0;
    const uint32_t outer = *depth;
    while (frame->left != 0) {
        const uint32_t node = frame->child;
        if (is_entry) {
            ALI_TRY(put_word(text, node == frame->node + 1 ? "[" : ","));
        } else {
            ALI_TRY(put_key(text, node));
        }
        if (frame->node == ROOT) text->node = node;
        frame->left -= 1;
        frame->child += text->schema->nodes[node].type->span;
        ALI_TRY(begin_value(text, node, frame->at, depth));
        if (*depth != outer) return ALI_OK;
    }
    const bool is_empty = frame->child == frame->node + 1;
    *depth -= 1;
    if (is_entry) return put_word(text, is_empty ? "[]" : "]");
    return put_word(text, is_empty ? "{}" : "}");
}

static ali_status go_on_union(ali_json_text *text, ali_json_frame *frame, uint32_t *depth) {
    if (frame->left == 0) {
        *depth -= 1;
        return put_word(text, "}");
    }
    frame->left = 0;
    if (frame->child == frame->node) return put_word(text, "null"); // an id that has no child
    return begin_value(text, frame->child, frame->at, depth);
}

static ali_status walk(ali_json_text *text, uint32_t depth) {
    while (depth > 0) {
        ali_json_frame *frame = &text->frames[depth - 1];
        const uint32_t kind = frame->node == ROOT ? ALI_TYPE_STRUCT
                                                  : text->cells[frame->node].type->kind;
        if (kind == ALI_TYPE_STRUCT) {
            ALI_TRY(go_on_struct(text, frame, &depth));
        } else if (kind == ALI_TYPE_UNION) {
            ALI_TRY(go_on_union(text, frame, &depth));
        } else {
            ALI_TRY(go_on_list(text, frame, &depth));
        }
    }
    return ALI_OK;
}

static void begin(ali_json_text *text, ali_buf *out, uint64_t start_bytes, uint64_t row) {
    text->out = out;
    text->start_bytes = start_bytes;
    text->node = 0;
    text->row = row;
    place(text);
}

static void finish(ali_json_text *text) {
    text->out->size_bytes = (uint64_t)(text->to - text->out->data);
    ALI_ASSERT(text->out->size_bytes <= text->out->capacity_bytes);
}

ali_status ali_json_text_put(ali_json_text *text, ali_buf *out, uint32_t node, uint64_t row) {
    uint32_t depth = 0;
    begin(text, out, 0, row);
    text->node = node;
    ALI_TRY(begin_value(text, node, row, &depth));
    ALI_TRY(walk(text, depth));
    finish(text);
    return ALI_OK;
}

ali_status ali_json_text_put_row(ali_json_text *text, ali_buf *out, uint64_t row) {
    begin(text, out, out->size_bytes, row);
    text->frames[0] = (ali_json_frame){.node = ROOT, .left = text->schema->count, .at = row};
    ALI_TRY(walk(text, 1));
    finish(text);
    return ALI_OK;
}
