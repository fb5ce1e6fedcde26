// column/fit.c: how many rows of a batch are worked on at once. Views, list views, run ends and
// codes stand for more bytes than a batch holds; written out, a slice of them has a bound. Values
// that are shown several times count by their average.
#include "column/fit.h"

// So many values are too many, whatever they are.
#define VALUES_MAX (UINT64_C(1) << 31)
// What a value counts beside its bytes: offsets, and its place while it is looked up.
#define VALUE_BYTES 8u
// More for each column: slices of very many columns have more than a row.
#define COLUMN_BYTES 64u

static bool is_list_view(const ali_type *type) {
    return type->kind == ALI_TYPE_LIST_VIEW || type->kind == ALI_TYPE_LARGE_LIST_VIEW;
}

// Codes of text and binary stay codes.
static bool is_text(const ali_type *type) {
    return ali_type_is_bytes(type) || ali_type_is_large_bytes(type) || ali_type_is_view(type);
}

bool ali_schema_needs_fit(const ali_schema *schema) {
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        const ali_type *type = schema->nodes[i].type;
        if (ali_type_is_view(type) || is_list_view(type) || type->kind == ALI_TYPE_RUN_END ||
            (type->index_bits != 0 && type->children_count != 0)) {
            return true;
        }
    }
    return false;
}

static uint64_t load(const ali_buf *from, bool is_wide, uint64_t index) {
    if (from == NULL) return 0;
    return is_wide ? ali_load_u64(from->data + index * 8) : ali_load_u32(from->data + index * 4);
}

// Bytes of the rows themselves, without what is below them. More than `most`: so many, or more.
static uint64_t bytes_of(const ali_share *share, uint64_t most) {
    const ali_column *column = share->from;
    const ali_type *type = column->type;
    if (column->encoding == ALI_ENCODING_DICTIONARY) return 0;
    if (ali_type_is_view(type)) {
        uint64_t sum = 0;
        for (uint64_t i = 0; i < share->count && sum <= most; i += 1) {
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
static ali_share share_views(const ali_share *share) {
    const ali_column *column = share->from;
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
    return (ali_share){column, end == 0 ? 0 : first, end == 0 ? 0 : end - first, times, 1};
}

// `count` of `share`, as often as the values above are shown.
static uint64_t often(const ali_share *share, uint64_t count) {
    if (share->times == share->count || share->count == 0) return count;
    if (count > VALUES_MAX || share->times > UINT32_MAX) return UINT64_MAX;
    return count * share->times / share->count;
}

// What the values of a dictionary show that stand for the rows of a column of codes.
static ali_share share_values(const ali_share *share) {
    const ali_column *values = share->from->dictionary->columns;
    return (ali_share){values, 0, values->length, share->times, 1};
}

// Items of the lists that codes stand for: those of the longest may be meant by all of them.
static uint64_t count_items(const ali_share *share) {
    const ali_column *codes = share->from;
    const ali_column *values = codes->dictionary->columns;
    const bool is_wide = values->type->kind == ALI_TYPE_LARGE_LIST;
    uint64_t sum = 0;
    for (uint64_t i = share->first; i < share->first + share->count; i += 1) {
        if (!ali_column_is_valid(codes, i)) continue;
        const uint64_t code = load(codes->values, false, i);
        sum += load(values->offsets, is_wide, code + 1) - load(values->offsets, is_wide, code);
    }
    return sum;
}

static bool is_list(const ali_type *type) {
    return type->kind == ALI_TYPE_LIST || type->kind == ALI_TYPE_MAP ||
           type->kind == ALI_TYPE_LARGE_LIST;
}

// What the children of a column show.
static ali_share share_below(const ali_share *share) {
    const ali_column *column = share->from;
    const ali_type *type = column->type;
    ali_share below = *share;
    switch (type->kind) {
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
        below = share_views(share);
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

// Tells the columns below one what they show.
static void tell_below(ali_share *shares, const ali_share *below) {
    const ali_column *column = shares->from;
    uint32_t child = 1;
    for (uint32_t k = 0; k < column->type->children_count; k += 1) {
        shares[child] = *below;
        shares[child].from = column + child;
        child += column[child].type->span;
    }
}

// Counts a column, whose share is the first of `shares`. False if that is too much.
static bool count_one(ali_share *shares, uint64_t *left) {
    ali_share *share = shares;
    uint64_t items = ALI_UNKNOWN; // of lists that codes stand for
    const uint64_t length = share->from->length;
    share->count = ali_min_u64(share->count, length - ali_min_u64(share->first, length));
    if (share->from->encoding == ALI_ENCODING_DICTIONARY && !is_text(share->from->type)) {
        if (is_list(share->from->type)) items = often(share, count_items(share));
        *share = share_values(share);
    }
    const uint64_t values = share->is_copied != 0 ? share->times : 0;
    const uint64_t bytes = often(share, bytes_of(share, *left));
    if (values > *left / VALUE_BYTES || bytes > *left - values * VALUE_BYTES) return false;
    *left -= bytes + values * VALUE_BYTES;
    if (share->from->type->children_count == 0) return true;
    ali_share below = share_below(share);
    if (items != ALI_UNKNOWN) below.times = items;
    tell_below(shares, &below);
    return true;
}

static bool is_over(const ali_batch *batch, uint64_t first, uint64_t rows, uint64_t bytes_max,
                    ali_share *shares) {
    const ali_schema *schema = batch->schema;
    for (uint32_t i = 0; i < schema->count; i += 1) {
        const uint32_t root = schema->roots[i];
        shares[root] = (ali_share){&batch->columns[root], first, rows, rows, 0};
    }
    for (uint32_t i = 0; i < schema->nodes_count; i += 1) {
        if (!count_one(&shares[i], &bytes_max)) return true;
    }
    return false;
}

uint64_t ali_batch_fit(const ali_batch *batch, uint64_t first, uint64_t rows, uint64_t bytes_max,
                       ali_share *shares) {
    bytes_max += (uint64_t)batch->schema->nodes_count * COLUMN_BYTES;
    while (rows > 1 && is_over(batch, first, rows, bytes_max, shares)) rows = (rows + 1) / 2;
    return rows;
}
