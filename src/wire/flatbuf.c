// wire/flatbuf.c: writes FlatBuffers (https://flatbuffers.dev/internals/): tables with vtables,
// strings, vectors of offsets and of structs. What is left out: see wire/flatbuf.h.
#include "wire/flatbuf.h"

#define BLOCK_BYTES_MIN 1024u

// Offsets are signed 32-bit numbers in places; Arrow gives the length of metadata as one, too.
#define FLATBUF_BYTES_MAX (UINT32_C(1) << 30)

void ali_flatbuf_init(ali_flatbuf *flat, ali_context *ctx) {
    *flat = (ali_flatbuf){.ctx = ctx};
}

void ali_flatbuf_clear(ali_flatbuf *flat) {
    ali_mem_free(flat->ctx, flat->block, flat->block_bytes);
    flat->block = NULL;
    flat->block_bytes = 0;
    flat->used_bytes = 0;
}

static uint8_t *head(ali_flatbuf *flat) {
    if (flat->block == NULL) return NULL; // nothing is written yet
    return flat->block + (flat->block_bytes - flat->used_bytes);
}

// Makes room in front of what is used.
static ali_status reserve(ali_flatbuf *flat, uint64_t count_bytes) {
    ALI_TRY(flat->status);
    const uint64_t wanted = flat->used_bytes + count_bytes;
    if (wanted <= flat->block_bytes) return ALI_OK;
    if (wanted > FLATBUF_BYTES_MAX) {
        flat->status = ali_fail(flat->ctx, ALI_ERR_LIMIT,
                                "metadata of more than %u bytes cannot be written as a FlatBuffer",
                                FLATBUF_BYTES_MAX);
        return flat->status;
    }
    const uint64_t grown = ali_max_u64(ali_max_u64(BLOCK_BYTES_MIN, flat->block_bytes * 2), wanted);
    void *pointer = NULL;
    flat->status = ali_mem_new(flat->ctx, grown, &pointer);
    ALI_TRY(flat->status);
    uint8_t *block = pointer;
    if (flat->used_bytes > 0) {
        ali_copy(block + (grown - flat->used_bytes), head(flat), flat->used_bytes);
    }
    ali_mem_free(flat->ctx, flat->block, flat->block_bytes);
    flat->block = block;
    flat->block_bytes = grown;
    return ALI_OK;
}

// Pads so that, `count_bytes` later, the used bytes are a multiple of `alignment`, and makes room
// for them.
static bool prepare(ali_flatbuf *flat, uint64_t count_bytes, uint32_t alignment) {
    const uint32_t padding = (uint32_t)(0 - (flat->used_bytes + count_bytes)) & (alignment - 1);
    if (reserve(flat, count_bytes + padding) < 0) return false;
    flat->used_bytes += padding;
    ali_fill(head(flat), 0, padding);
    return true;
}

// Pushes bytes for which there is room.
static void push(ali_flatbuf *flat, const void *bytes, uint32_t count_bytes) {
    flat->used_bytes += count_bytes;
    ali_copy(head(flat), bytes, count_bytes);
}

static void push_u32(ali_flatbuf *flat, uint32_t value) {
    push(flat, &value, sizeof value);
}

static void push_u16(ali_flatbuf *flat, uint16_t value) {
    push(flat, &value, sizeof value);
}

// --- strings and vectors -------------------------------------------------------------------------

uint32_t ali_flatbuf_text(ali_flatbuf *flat, const char *text, uint64_t text_bytes) {
    if (!prepare(flat, ali_min_u64(text_bytes, FLATBUF_BYTES_MAX) + 1 + 4, 4)) return 0;
    push(flat, "", 1);
    push(flat, text, (uint32_t)text_bytes);
    push_u32(flat, (uint32_t)text_bytes);
    return flat->used_bytes;
}

uint32_t ali_flatbuf_offsets(ali_flatbuf *flat, const uint32_t *offsets, uint32_t count) {
    if (!prepare(flat, (uint64_t)count * 4 + 4, 4)) return 0;
    for (uint32_t i = count; i > 0; i -= 1) {
        push_u32(flat, flat->used_bytes + 4 - offsets[i - 1]);
    }
    push_u32(flat, count);
    return flat->used_bytes;
}

uint32_t ali_flatbuf_structs(ali_flatbuf *flat, const void *structs, uint32_t count,
                             uint32_t struct_bytes) {
    const uint64_t bytes = (uint64_t)count * struct_bytes;
    if (!prepare(flat, bytes, 8)) return 0;
    push(flat, structs, (uint32_t)bytes);
    if (reserve(flat, 4) < 0) return 0;
    push_u32(flat, count);
    return flat->used_bytes;
}

// --- tables --------------------------------------------------------------------------------------

void ali_flatbuf_begin(ali_flatbuf *flat) {
    ali_fill(flat->slots, 0, sizeof flat->slots);
    flat->table_start = flat->used_bytes;
}

static void put(ali_flatbuf *flat, uint32_t slot, const void *value, uint32_t value_bytes) {
    ALI_ASSERT(slot < ALI_FLATBUF_SLOTS_MAX);
    if (!prepare(flat, value_bytes, value_bytes)) return;
    push(flat, value, value_bytes);
    flat->slots[slot] = flat->used_bytes;
}

void ali_flatbuf_put_u8(ali_flatbuf *flat, uint32_t slot, uint8_t value) {
    put(flat, slot, &value, sizeof value);
}

void ali_flatbuf_put_i16(ali_flatbuf *flat, uint32_t slot, int16_t value) {
    put(flat, slot, &value, sizeof value);
}

void ali_flatbuf_put_i32(ali_flatbuf *flat, uint32_t slot, int32_t value) {
    put(flat, slot, &value, sizeof value);
}

void ali_flatbuf_put_i64(ali_flatbuf *flat, uint32_t slot, int64_t value) {
    put(flat, slot, &value, sizeof value);
}

void ali_flatbuf_put_offset(ali_flatbuf *flat, uint32_t slot, uint32_t offset) {
    if (!prepare(flat, 4, 4)) return;
    const uint32_t distance = flat->used_bytes + 4 - offset;
    put(flat, slot, &distance, sizeof distance);
}

// The vtable stands right before its table: sizes of both, then for each slot the distance of its
// field from the table's beginning, or 0.
uint32_t ali_flatbuf_end(ali_flatbuf *flat) {
    if (!prepare(flat, 4, 4)) return 0;
    uint32_t count = ALI_FLATBUF_SLOTS_MAX;
    while (count > 0 && flat->slots[count - 1] == 0) count -= 1;
    const uint32_t vtable_bytes = 4 + 2 * count;
    push_u32(flat, 0); // the distance to the vtable, patched below
    const uint32_t table = flat->used_bytes;
    if (!prepare(flat, vtable_bytes, 2)) return 0;
    for (uint32_t i = count; i > 0; i -= 1) {
        push_u16(flat, (uint16_t)(flat->slots[i - 1] == 0 ? 0 : table - flat->slots[i - 1]));
    }
    push_u16(flat, (uint16_t)(table - flat->table_start));
    push_u16(flat, (uint16_t)vtable_bytes);
    ali_store_u32(flat->block + (flat->block_bytes - table), flat->used_bytes - table);
    return table;
}

ali_status ali_flatbuf_finish(ali_flatbuf *flat, uint32_t root, const uint8_t **bytes,
                              uint32_t *count_bytes) {
    if (prepare(flat, 4, 8)) push_u32(flat, flat->used_bytes + 4 - root);
    ALI_TRY(flat->status);
    *bytes = head(flat);
    *count_bytes = flat->used_bytes;
    return ALI_OK;
}
