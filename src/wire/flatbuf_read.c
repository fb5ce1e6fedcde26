// wire/flatbuf_read.c: reads FlatBuffers (https://flatbuffers.dev/internals/) out of untrusted
// bytes. Left out: file identifiers, unions (their type stands in a slot of its own), nested
// buffers, keys.
#include "wire/flatbuf_read.h"

#include "base/mem.h"

// Tells if `count` bytes at `at` lie in the buffer; keeps the fault if not.
static bool holds(ali_flat *flat, uint64_t at, uint64_t count) {
    if (flat->status < 0) return false;
    if (at <= flat->count_bytes && count <= flat->count_bytes - at) return true;
    flat->status = ALI_ERR_CORRUPT;
    if (flat->ctx != NULL) {
        flat->status = ali_fail_at(flat->ctx, ALI_ERR_CORRUPT, flat->offset_bytes,
                                   "%s of %U bytes refers to %U bytes at %U, outside of it",
                                   flat->what, flat->count_bytes, count, at);
    }
    return false;
}

static uint32_t u32_at(const ali_flat *flat, uint64_t at) {
    return ali_load_u32(flat->bytes + at);
}

static uint32_t u16_at(const ali_flat *flat, uint64_t at) {
    return ali_load_u16(flat->bytes + at);
}

// The table at `at`: a signed distance back to its vtable, which tells how long it is itself.
static ali_flat_table table_at(ali_flat *flat, uint64_t at) {
    if (!holds(flat, at, 4)) return 0;
    const uint64_t vtable = at - (uint64_t)(int64_t)(int32_t)u32_at(flat, at);
    if (!holds(flat, vtable, 4)) return 0;
    const uint32_t vtable_bytes = u16_at(flat, vtable);
    if (!holds(flat, vtable, vtable_bytes)) return 0;
    return (uint32_t)at;
}

// Where a slot's field lies, or 0. That the vtable lies in the buffer was checked with the table.
static uint64_t field_at(ali_flat *flat, ali_flat_table table, uint32_t slot, uint32_t width) {
    if (table == 0 || flat->status < 0) return 0;
    const uint64_t vtable = table - (uint64_t)(int64_t)(int32_t)u32_at(flat, table);
    const uint32_t entry = 4 + 2 * slot;
    if (entry + 2 > u16_at(flat, vtable)) return 0;
    const uint32_t distance = u16_at(flat, vtable + entry);
    const uint64_t at = (uint64_t)table + distance;
    return distance != 0 && holds(flat, at, width) ? at : 0;
}

// What a slot's offset leads to, or 0.
static uint64_t follow(ali_flat *flat, ali_flat_table table, uint32_t slot) {
    const uint64_t at = field_at(flat, table, slot, 4);
    return at == 0 ? 0 : at + u32_at(flat, at);
}

ali_flat_table ali_flat_root(ali_flat *flat) {
    if (flat->count_bytes > INT32_MAX) flat->count_bytes = INT32_MAX;
    return holds(flat, 0, 4) ? table_at(flat, u32_at(flat, 0)) : 0;
}

int64_t ali_flat_number(ali_flat *flat, ali_flat_table table, uint32_t slot, uint32_t width,
                        int64_t absent) {
    const uint64_t at = field_at(flat, table, slot, width);
    if (at == 0) return absent;
    switch (width) {
    case 1:
        return flat->bytes[at];
    case 2:
        return (int16_t)u16_at(flat, at);
    case 4:
        return (int32_t)u32_at(flat, at);
    default:
        return (int64_t)ali_load_u64(flat->bytes + at);
    }
}

ali_flat_table ali_flat_child(ali_flat *flat, ali_flat_table table, uint32_t slot) {
    const uint64_t at = follow(flat, table, slot);
    return at == 0 ? 0 : table_at(flat, at);
}

// A vector: how many items, then the items.
static ali_flat_vector vector_at(ali_flat *flat, uint64_t at, uint32_t item_bytes) {
    ali_flat_vector vector = {NULL, 0};
    if (at == 0 || !holds(flat, at, 4)) return vector;
    const uint32_t count = u32_at(flat, at);
    if (!holds(flat, at + 4, (uint64_t)count * item_bytes)) return vector;
    vector.items = flat->bytes + at + 4;
    vector.count = count;
    return vector;
}

ali_flat_vector ali_flat_items(ali_flat *flat, ali_flat_table table, uint32_t slot,
                               uint32_t item_bytes) {
    return vector_at(flat, follow(flat, table, slot), item_bytes);
}

const char *ali_flat_text(ali_flat *flat, ali_flat_table table, uint32_t slot,
                          uint64_t *text_bytes) {
    const ali_flat_vector text = vector_at(flat, follow(flat, table, slot), 1);
    *text_bytes = text.count;
    return text.items == NULL ? "" : (const char *)text.items;
}

ali_flat_table ali_flat_item(ali_flat *flat, const ali_flat_vector *vector, uint32_t index) {
    if (index >= vector->count || flat->status < 0) return 0;
    const uint8_t *item = vector->items + (uint64_t)index * 4;
    return table_at(flat, (uint64_t)(item - flat->bytes) + ali_load_u32(item));
}
