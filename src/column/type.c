// column/type.c: types: widths, description, spelling. The kinds are those of the Arrow columnar
// format (Schema.fbs).
#include "base/mem.h"
#include "base/text.h"
#include "column/column.h"

bool ali_type_is_bytes(const ali_type *type) {
    return type->kind == ALI_TYPE_UTF8 || type->kind == ALI_TYPE_BINARY;
}

bool ali_type_is_large_bytes(const ali_type *type) {
    return type->kind == ALI_TYPE_LARGE_UTF8 || type->kind == ALI_TYPE_LARGE_BINARY;
}

bool ali_type_is_view(const ali_type *type) {
    return type->kind == ALI_TYPE_UTF8_VIEW || type->kind == ALI_TYPE_BINARY_VIEW;
}

bool ali_type_has_items(const ali_type *type) {
    switch (type->kind) {
    case ALI_TYPE_LIST:
    case ALI_TYPE_LARGE_LIST:
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
    case ALI_TYPE_FIXED_LIST:
    case ALI_TYPE_MAP:
        return true;
    default:
        return false;
    }
}

bool ali_type_is_nested(const ali_type *type) {
    return ali_type_has_items(type) || type->kind == ALI_TYPE_STRUCT ||
           type->kind == ALI_TYPE_UNION || type->kind == ALI_TYPE_RUN_END;
}

uint32_t ali_type_width(const ali_type *type) {
    if (type->kind == ALI_TYPE_BOOL || ali_type_is_bytes(type)) return 0;
    return ali_type_is_view(type) ? 16 : type->bits / 8;
}

ali_status ali_type_describe(const ali_type *type, ali_type_info *info) {
    if (type == NULL || info == NULL || info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    *info = (ali_type_info){.size_bytes = sizeof *info,
                            .kind = type->kind,
                            .bits = type->bits,
                            .is_signed = type->is_signed,
                            .unit = type->unit,
                            .precision = type->precision,
                            .scale = type->scale,
                            .zone_bytes = (uint32_t)ali_text_length(type->zone),
                            .zone = type->zone,
                            .children_count = type->children_count,
                            .list_size = type->list_size,
                            .index_bits = type->index_bits,
                            .index_is_signed = type->index_is_signed,
                            .flags = type->flags,
                            .extension = type->extension,
                            .type_ids = type->type_ids};
    return ALI_OK;
}

// A spelling in the making: what does not fit is counted, not written.
typedef struct spelling {
    char *text;
    size_t capacity_bytes;
    size_t length;
} spelling;

static void put(spelling *out, const char *text, size_t text_bytes) {
    for (size_t i = 0; i < text_bytes; i += 1) {
        if (out->length + 1 < out->capacity_bytes) out->text[out->length] = text[i];
        out->length += 1;
    }
}

static void put_text(spelling *out, const char *text) {
    put(out, text, ali_text_length(text));
}

static void put_number(spelling *out, int64_t value) {
    char digits[24];
    put(out, digits, ali_text_i64(digits, value));
}

static void put_unit(spelling *out, uint32_t unit) {
    static const char *const units[] = {"s", "ms", "us", "ns", "day"};
    put_text(out, unit < ALI_COUNT_OF(units) ? units[unit] : "?");
}

static const char *kind_name(uint32_t kind) {
    static const char *const names[] = {"none",
                                        "null",
                                        "int",
                                        "float",
                                        "binary",
                                        "utf8",
                                        "bool",
                                        "decimal",
                                        "date",
                                        "time",
                                        "timestamp",
                                        "interval",
                                        "list",
                                        "struct",
                                        "union",
                                        "fixed_binary",
                                        "fixed_list",
                                        "map",
                                        "duration",
                                        "large_binary",
                                        "large_utf8",
                                        "large_list",
                                        "run_end_encoded",
                                        "binary_view",
                                        "utf8_view",
                                        "list_view",
                                        "large_list_view"};
    return kind < ALI_COUNT_OF(names) ? names[kind] : "unknown";
}

static void put_parameters(spelling *out, const ali_type *type) {
    put_text(out, "[");
    put_unit(out, type->unit);
    if (type->kind == ALI_TYPE_TIMESTAMP && type->zone[0] != 0) {
        put_text(out, ", ");
        put_text(out, type->zone);
    }
    put_text(out, "]");
}

static void put_interval(spelling *out, const ali_type *type) {
    put_text(out, type->bits == 32   ? "[month]"
                  : type->bits == 64 ? "[day, ms]"
                                     : "[month, day, ns]");
}

static const char *extension_name(const ali_type *type) {
    static const char *const names[] = {NULL, NULL, "uuid", "json", "variant", "wkb"};
    return type->extension < ALI_COUNT_OF(names) ? names[type->extension] : NULL;
}

// Spells a type up to its children.
static void put_type(spelling *out, const ali_type *type) {
    if (type->kind == ALI_TYPE_INT && !type->is_signed) put_text(out, "u");
    if (type->kind == ALI_TYPE_UNION) {
        put_text(out, (type->flags & ALI_TYPE_IS_DENSE) != 0 ? "dense_" : "sparse_");
    }
    put_text(out, kind_name(type->kind));
    switch (type->kind) {
    case ALI_TYPE_INT:
    case ALI_TYPE_FLOAT:
    case ALI_TYPE_DATE:
        put_number(out, type->bits);
        break;
    case ALI_TYPE_TIME:
        put_number(out, type->bits);
        put_parameters(out, type);
        break;
    case ALI_TYPE_TIMESTAMP:
    case ALI_TYPE_DURATION:
        put_parameters(out, type);
        break;
    case ALI_TYPE_DECIMAL:
        put_number(out, type->bits);
        put_text(out, "(");
        put_number(out, type->precision);
        put_text(out, ", ");
        put_number(out, type->scale);
        put_text(out, ")");
        break;
    case ALI_TYPE_FIXED_BINARY:
        put_text(out, "(");
        put_number(out, type->bits / 8);
        put_text(out, ")");
        break;
    case ALI_TYPE_INTERVAL:
        put_interval(out, type);
        break;
    default:
        break;
    }
}

// The types whose children are being spelled, outermost first.
typedef struct open_types {
    const ali_type *type[ALI_TYPE_DEPTH_MAX];
    uint32_t at[ALI_TYPE_DEPTH_MAX]; // children begun
    uint32_t depth;
} open_types;

static void push(open_types *open, const ali_type *type) {
    ALI_ASSERT(open->depth < ALI_TYPE_DEPTH_MAX);
    open->type[open->depth] = type;
    open->at[open->depth] = 0;
    open->depth += 1;
}

// Begins a type: true if it has children to be spelled.
static bool begin_type(spelling *out, const ali_type *type) {
    const char *extension = extension_name(type);
    if (type->index_bits != 0) put_text(out, "dictionary<");
    if (extension != NULL) {
        put_text(out, extension);
        return false;
    }
    put_type(out, type);
    if (!ali_type_is_nested(type)) return false;
    put_text(out, "<");
    return true;
}

static void end_type(spelling *out, const ali_type *type) {
    if (extension_name(type) == NULL && ali_type_is_nested(type)) {
        if (type->kind == ALI_TYPE_FIXED_LIST) {
            put_text(out, ", ");
            put_number(out, type->list_size);
        }
        put_text(out, ">");
    }
    if (type->index_bits == 0) return;
    put_text(out, type->index_is_signed != 0 ? ", int" : ", uint");
    put_number(out, type->index_bits);
    put_text(out, ">");
}

// What stands before a child: a comma, and the name of a struct's member or a union's id.
static void put_child_name(spelling *out, const ali_type *parent, uint32_t index,
                           const ali_field *child) {
    if (index != 0) put_text(out, ", ");
    if (parent->kind == ALI_TYPE_STRUCT) {
        put(out, child->name, (size_t)child->name_bytes);
        put_text(out, ": ");
    } else if (parent->kind == ALI_TYPE_UNION) {
        put_number(out, parent->type_ids == NULL ? (int64_t)index : parent->type_ids[index]);
        put_text(out, ": ");
    }
}

// Spells a child with what stands before it, up to its own children. A map's entries, a struct of
// key and value, are spelled without their struct.
//
// Returns:   the number of fields spelled, in pre-order.
static uint32_t put_child(spelling *out, open_types *open, const ali_field *child, bool is_entry) {
    const ali_type *parent = open->type[open->depth - 1];
    uint32_t *at = &open->at[open->depth - 1];
    if (!is_entry) put_child_name(out, parent, *at, child);
    if (is_entry && *at != 0) put_text(out, ", ");
    *at += 1;
    const bool is_entries = parent->kind == ALI_TYPE_MAP && child->type->kind == ALI_TYPE_STRUCT;
    if (is_entries || begin_type(out, child->type)) {
        push(open, child->type);
        return 1;
    }
    end_type(out, child->type);
    return child->type->span;
}

// Spells a type with all types below it.
static void put_tree(spelling *out, const ali_type *root) {
    open_types open = {.depth = 0};
    if (!begin_type(out, root)) {
        end_type(out, root);
        return;
    }
    push(&open, root);
    const ali_field *next = root->children;
    while (open.depth > 0) {
        const ali_type *top = open.type[open.depth - 1];
        const bool is_entry = open.depth > 1 && open.type[open.depth - 2]->kind == ALI_TYPE_MAP;
        if (open.at[open.depth - 1] < top->children_count) {
            next += put_child(out, &open, next, is_entry);
        } else {
            if (!is_entry) end_type(out, top);
            open.depth -= 1;
        }
    }
}

size_t ali_type_spell(const ali_type *type, char *text, size_t capacity_bytes) {
    spelling out = {text, capacity_bytes, 0};
    put_tree(&out, type);
    if (capacity_bytes != 0) {
        text[out.length < capacity_bytes ? out.length : capacity_bytes - 1] = 0;
    }
    return out.length;
}
