// format/ipc/check.c: loops over the values of one buffer (https://arrow.apache.org/docs/format/
// Columnar.html, "Physical Memory Layout"): byte order, zeros under nulls, and the rules that keep
// consumers inside their buffers. Left out: whether text is UTF-8, and prefixes of views.
#include "format/ipc/check.h"

#include "base/mem.h"

int64_t ali_ipc_number(const uint8_t *values, uint64_t index, uint32_t width, uint32_t is_signed) {
    const uint8_t *at = values + index * width;
    uint64_t number = 0;
    for (uint32_t i = 0; i < width; i += 1) number |= (uint64_t)at[i] << (8 * i);
    const uint32_t unused = 64 - 8 * width;
    if (is_signed == 0) return (int64_t)number;
    return (int64_t)(number << unused) >> unused;
}

// The same for offsets, of 4 or 8 bytes, in loops over many.
static inline int64_t offset_at(const uint8_t *offsets, uint64_t index, uint32_t width) {
    if (width == 8) return (int64_t)ali_load_u64(offsets + index * 8);
    return (int32_t)ali_load_u32(offsets + index * 4);
}

// --- byte order ----------------------------------------------------------------------------------

static void swap_part(uint8_t *at, uint32_t width) {
    for (uint32_t i = 0; i < width / 2; i += 1) {
        const uint8_t low = at[i];
        at[i] = at[width - 1 - i];
        at[width - 1 - i] = low;
    }
}

// Turns an element round whose parts are of unequal width.
static void swap_parts(uint8_t *at, uint32_t kind) {
    swap_part(at, 4);
    if (kind == ALI_IPC_SWAP_MONTH_DAY_NANO) {
        swap_part(at + 4, 4);
        swap_part(at + 8, 8);
    } else if (ali_load_u32(at) > 12) {
        swap_part(at + 8, 4);
        swap_part(at + 12, 4);
    }
}

void ali_ipc_swap(uint8_t *bytes, uint64_t from, uint64_t to, uint32_t kind) {
    const uint32_t width = kind > 32 ? 16 : kind;
    for (uint64_t i = from; i + width <= to; i += width) {
        if (kind > 32) {
            swap_parts(bytes + i, kind);
        } else {
            swap_part(bytes + i, width);
        }
    }
}

// --- zeros under nulls ---------------------------------------------------------------------------

static bool is_zero(const uint8_t *value, uint32_t width) {
    if (width == 4) return ali_load_u32(value) == 0;
    if (width == 8) return ali_load_u64(value) == 0;
    uint8_t sum = 0;
    for (uint32_t i = 0; i < width; i += 1) sum |= value[i];
    return sum == 0;
}

uint64_t ali_ipc_find_dirty(const uint8_t *values, uint32_t width, const uint8_t *validity,
                            uint64_t from, uint64_t to) {
    for (uint64_t byte = from / 8; byte * 8 < to; byte += 1) {
        const uint32_t nulls = (uint8_t)~validity[byte];
        if (nulls == 0) continue;
        if (width == 0 && (values[byte] & nulls) == 0) continue;
        for (uint64_t i = byte * 8; i < byte * 8 + 8 && i < to; i += 1) {
            if ((nulls >> (i & 7) & 1) == 0) continue;
            if (width == 0 ? ali_ipc_bit(values, i) : !is_zero(values + i * width, width)) return i;
        }
    }
    return to;
}

void ali_ipc_clean(uint8_t *values, uint32_t width, const uint8_t *validity, uint64_t from,
                   uint64_t to) {
    for (uint64_t i = from; i < to; i += 1) {
        if (width == 0 && i % 8 == 0) values[i / 8] &= validity[i / 8];
        if (width != 0 && !ali_ipc_bit(validity, i)) ali_fill(values + i * width, 0, width);
    }
}

// --- offsets -------------------------------------------------------------------------------------

uint64_t ali_ipc_check_offsets(const uint8_t *offsets, uint32_t width, uint64_t from, uint64_t to) {
    int64_t last = from == 0 ? 0 : offset_at(offsets, from - 1, width);
    for (uint64_t i = from; i < to; i += 1) {
        const int64_t offset = offset_at(offsets, i, width);
        if (offset < last) return i;
        last = offset;
    }
    return to;
}

uint64_t ali_ipc_find_filled(const uint8_t *offsets, uint32_t width, const uint8_t *validity,
                             uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i += 1) {
        if (i % 8 == 0 && validity[i / 8] == 0xFF) {
            i += 7;
        } else if (!ali_ipc_bit(validity, i) &&
                   offset_at(offsets, i, width) != offset_at(offsets, i + 1, width)) {
            return i;
        }
    }
    return to;
}

// --- references ----------------------------------------------------------------------------------

uint64_t ali_ipc_check_codes(const int32_t *codes, uint64_t from, uint64_t to, uint64_t count) {
    uint32_t most = 0;
    for (uint64_t i = from; i < to; i += 1) {
        const uint32_t code = (uint32_t)codes[i];
        most = code > most ? code : most;
    }
    if (most < count) return to;
    for (uint64_t i = from; i < to; i += 1) {
        if ((uint32_t)codes[i] >= count) return i;
    }
    return to;
}

uint64_t ali_ipc_check_runs(const uint8_t *ends, uint32_t width, uint64_t from, uint64_t to) {
    int64_t last = from == 0 ? 0 : ali_ipc_number(ends, from - 1, width, true);
    for (uint64_t i = from; i < to; i += 1) {
        const int64_t end = ali_ipc_number(ends, i, width, true);
        if (end <= last) return i;
        last = end;
    }
    return to;
}

uint64_t ali_ipc_check_views(const uint8_t *views, uint64_t from, uint64_t to,
                             const ali_bytes *buffers, uint32_t count) {
    for (uint64_t i = from; i < to; i += 1) {
        const uint8_t *view = views + i * 16;
        const uint32_t length = ali_load_u32(view);
        if (length <= 12) continue;
        const uint32_t buffer = ali_load_u32(view + 8);
        const uint32_t offset = ali_load_u32(view + 12);
        if (length > INT32_MAX || offset > INT32_MAX || buffer >= count) return i;
        if ((uint64_t)offset + length > buffers[buffer].count_bytes) return i;
    }
    return to;
}

uint64_t ali_ipc_check_places(const uint8_t *offsets, const uint8_t *sizes, uint32_t width,
                              uint64_t from, uint64_t to, uint64_t count) {
    for (uint64_t i = from; i < to; i += 1) {
        const uint64_t offset = (uint64_t)offset_at(offsets, i, width);
        const uint64_t size = (uint64_t)offset_at(sizes, i, width);
        if (offset > count || size > count - offset) return i;
    }
    return to;
}

uint64_t ali_ipc_check_union(const uint8_t *ids, const int32_t *offsets, uint64_t from, uint64_t to,
                             const uint32_t *lengths) {
    for (uint64_t i = from; i < to; i += 1) {
        const uint32_t length = ids[i] < 128 ? lengths[ids[i]] : 0;
        if (length == 0) return i;
        if (offsets != NULL && (uint64_t)(uint32_t)offsets[i] + 1 >= length) return i;
    }
    return to;
}
