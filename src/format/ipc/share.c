// format/ipc/share.c: how many rows of a batch are handed out at once. Views, list views and run
// ends stand for more bytes than a file holds; written out, a slice of them has a bound as batches
// of Parquet do. Values that are shown several times count by their average.
#include "format/ipc/share.h"

#include "base/internal.h"

#define SHARE_BYTES_MAX (UINT64_C(32) << 20)
// What a value counts beside its bytes: offsets, and its place while it is looked up.
#define VALUE_BYTES 8u

static bool is_list_view(const ali_type *type) {
    return type->kind == ALI_TYPE_LIST_VIEW || type->kind == ALI_TYPE_LARGE_LIST_VIEW;
}

bool ali_ipc_needs_fit(const ali_schema *schema) {
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_type *type = schema->nodes[i].type;
        if (ali_type_is_view(type) || is_list_view(type) || type->kind == ALI_TYPE_RUN_END) {
            return true;
        }
    }
    return false;
}

static uint64_t load(const ali_buf *from, bool is_wide, uint64_t index) {
    if (from == NULL) return 0;
    return is_wide ? ali_load_u64(from->data + index * 8) : ali_load_u32(from->data + index * 4);
}

// Bytes of the rows themselves, without what is below them.
static uint64_t bytes_of(const ali_column *column, const ali_ipc_share *share) {
    const ali_type *type = column->type;
    if (column->encoding == ALI_ENCODING_DICTIONARY) return 0;
    if (ali_type_is_view(type)) {
        uint64_t sum = 0;
        for (uint64_t i = 0; i < share->count && sum <= SHARE_BYTES_MAX; i += 1) {
            sum += ali_load_u32(column->values->data + (share->first + i) * 16);
        }
        return sum;
    }
    if (share->is_copied == 0) return 0;
    if (ali_type_is_bytes(type) || ali_type_is_large_bytes(type)) {
        const bool is_wide = ali_type_is_large_bytes(type);
        return load(column->offsets, is_wide, share->first + share->count) -
               load(column->offsets, is_wide, share->first);
    }
    return share->count * ali_type_width(type);
}

// Where the items of a list view lie, and how many it shows.
static ali_ipc_share share_views(const ali_column *column, const ali_ipc_share *share) {
    const bool is_wide = column->type->kind == ALI_TYPE_LARGE_LIST_VIEW;
    uint64_t first = UINT64_MAX;
    uint64_t end = 0;
    uint64_t times = 0;
    for (uint64_t i = share->first; i < share->first + share->count; i += 1) {
        const uint64_t start = load(column->offsets, is_wide, i);
        const uint64_t items = load(column->values, is_wide, i);
        if (items == 0) continue;
        first = ali_min_u64(first, start);
        end = ali_max_u64(end, start + items);
        times += items;
    }
    return (ali_ipc_share){end == 0 ? 0 : first, end == 0 ? 0 : end - first, times, 1};
}

// `count` of `share`, as often as the values above are shown.
static uint64_t often(const ali_ipc_share *share, uint64_t count) {
    if (share->times == share->count || share->count == 0) return count;
    if (count > SHARE_BYTES_MAX * 64 || share->times > UINT32_MAX) return UINT64_MAX;
    return count * share->times / share->count;
}

// What the children of a column show.
static ali_ipc_share share_below(const ali_column *column, const ali_ipc_share *share) {
    const ali_type *type = column->type;
    ali_ipc_share below = *share;
    switch (type->kind) {
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
        below = share_views(column, share);
        below.times = often(share, below.times);
        return below;
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
    case ALI_TYPE_LARGE_LIST: {
        const bool is_wide = type->kind == ALI_TYPE_LARGE_LIST;
        below.first = load(column->offsets, is_wide, share->first);
        below.count = load(column->offsets, is_wide, share->first + share->count) - below.first;
        break;
    }
    case ALI_TYPE_FIXED_LIST:
        below.first *= type->list_size;
        below.count *= type->list_size;
        break;
    case ALI_TYPE_RUN_END:
        if (share->count == 0) return below;
        below.is_copied = 1;
        below.first = ali_column_find_run(column + 1, share->first);
        below.count = ali_column_find_run(column + 1, share->first + share->count - 1) + 1 -
                      below.first;
        return below;
    default:
        if ((type->flags & ALI_TYPE_IS_DENSE) == 0 || type->kind != ALI_TYPE_UNION) return below;
        below.first = 0; // whose items these are is not looked into: all of them
        return below;
    }
    below.times = often(share, below.count);
    return below;
}

static bool is_over(const ali_batch *batch, uint64_t first, uint64_t rows, ali_ipc_share *shares) {
    const ali_schema *schema = batch->schema;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < schema->count; i += 1) {
        shares[schema->roots[i]] = (ali_ipc_share){first, rows, rows, 0};
    }
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_column *column = &batch->columns[i];
        ali_ipc_share *share = &shares[i];
        share->count =
            ali_min_u64(share->count, column->length - ali_min_u64(share->first, column->length));
        const uint64_t values = share->is_copied != 0 ? share->times : 0;
        const uint64_t bytes = often(share, bytes_of(column, share));
        if (values > SHARE_BYTES_MAX || bytes > SHARE_BYTES_MAX) return true;
        sum += bytes + values * VALUE_BYTES;
        if (sum > SHARE_BYTES_MAX) return true;
        if (column->type->children_count == 0) continue;
        if (column->encoding == ALI_ENCODING_DICTIONARY) {
            for (uint32_t k = 1; k < column->type->span; k += 1) shares[i + k] = (ali_ipc_share){0};
            i += column->type->span - 1;
            continue;
        }
        const ali_ipc_share below = share_below(column, share);
        uint32_t child = i + 1;
        for (uint32_t k = 0; k < column->type->children_count; k += 1) {
            shares[child] = below;
            child += schema->nodes[child].type->span;
        }
    }
    return false;
}

uint64_t ali_ipc_fit(const ali_batch *batch, uint64_t first, uint64_t rows, ali_ipc_share *shares) {
    while (rows > 1 && is_over(batch, first, rows, shares)) rows = (rows + 1) / 2;
    return rows;
}
