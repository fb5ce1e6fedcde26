// native/cli/stats.c: counts, extremes and moments of columns, batch by batch.
//
// Moments are Welford's recurrence in eight lanes, the n-th value in lane n mod 8, which are joined
// pairwise (Chan, Golub, LeVeque 1979): one order of additions whatever the batches are. Integers
// are summed exactly, in 128 bits. Extremes of floating-point numbers leave NaN out, moments the
// infinities too. Left out: quantiles, distinct values but those that one dictionary tells.
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 256u
// Decimals of a scale beyond are spelled by nobody.
#define SCALE_MAX 1000

static int fail_memory(const stats *all) {
    return cli_fail(EXIT_LIMIT, all->self->path, "no memory is left");
}

// --- the list of columns -------------------------------------------------------------------------

static stats_class class_of(const ali_type_info *info) {
    switch (info->kind) {
    case ALI_TYPE_BOOL:
        return STATS_BOOL;
    case ALI_TYPE_INT:
        return info->is_signed != 0 ? STATS_SIGNED : STATS_UNSIGNED;
    case ALI_TYPE_DATE:
    case ALI_TYPE_TIME:
    case ALI_TYPE_TIMESTAMP:
    case ALI_TYPE_DURATION:
        return STATS_SIGNED;
    case ALI_TYPE_FLOAT:
        return STATS_FLOAT;
    case ALI_TYPE_DECIMAL:
        return abs(info->scale) <= SCALE_MAX ? STATS_DECIMAL : STATS_OTHER;
    case ALI_TYPE_FIXED_BINARY:
        return STATS_FIXED;
    case ALI_TYPE_UTF8:
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_UTF8_VIEW:
    case ALI_TYPE_BINARY:
    case ALI_TYPE_LARGE_BINARY:
    case ALI_TYPE_BINARY_VIEW:
        return STATS_BYTES;
    case ALI_TYPE_LIST:
    case ALI_TYPE_LARGE_LIST:
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
    case ALI_TYPE_MAP:
        return STATS_LIST;
    case ALI_TYPE_FIXED_LIST:
        return STATS_FIXED_LIST;
    default:
        return STATS_OTHER;
    }
}

// The type of the values, without run ends.
static ali_type_info describe(const ali_type *type, const ali_type **inner) {
    ali_type_info info = {.size_bytes = sizeof info};
    ali_field_info values = {.size_bytes = sizeof values};
    while (ali_type_describe(type, &info) == ALI_OK && info.kind == ALI_TYPE_RUN_END &&
           ali_type_child(type, 1, &values) == ALI_OK) {
        type = values.type;
    }
    *inner = type;
    return info;
}

// The path of a member: its parent's and its own name, in which points are escaped.
static char *make_name(const stats_node *parent, const ali_field_info *field, size_t *name_bytes) {
    const size_t above = parent == NULL ? 0 : parent->name_bytes + 1;
    char *name = malloc(above + 2 * (size_t)field->name_bytes + 1);
    char *to = name;
    if (name == NULL) return NULL;
    if (parent != NULL) {
        memcpy(to, parent->name, parent->name_bytes);
        to += parent->name_bytes;
        *to = '.';
        to += 1;
    }
    for (uint64_t i = 0; i < field->name_bytes; i += 1) {
        const char letter = field->name[i];
        if (parent != NULL && (letter == '.' || letter == '\\')) {
            *to = '\\';
            to += 1;
        }
        *to = letter;
        to += 1;
    }
    *to = '\0';
    *name_bytes = (size_t)(to - name);
    return name;
}

static int add_node(stats *all, uint32_t parent, uint32_t index, const ali_field_info *field) {
    if (all->count == all->capacity) {
        const uint32_t larger = all->capacity < 16 ? 16 : all->capacity * 2;
        stats_node *moved = realloc(all->nodes, larger * sizeof *moved);
        if (moved == NULL) return fail_memory(all);
        all->nodes = moved;
        all->capacity = larger;
    }
    stats_node *node = &all->nodes[all->count];
    const ali_type *inner = NULL;
    memset(node, 0, sizeof *node);
    node->name =
        make_name(parent == STATS_NOWHERE ? NULL : &all->nodes[parent], field, &node->name_bytes);
    if (node->name == NULL) return fail_memory(all);
    all->count += 1;
    node->type = field->type;
    node->info = describe(field->type, &inner);
    node->class = class_of(&node->info);
    node->has_moments = node->info.kind == ALI_TYPE_INT || node->info.kind == ALI_TYPE_FLOAT;
    node->parent = parent;
    node->index = index;
    node->has_distinct = true;
    return EXIT_GOOD;
}

// A struct whose members are listed, and how many are.
typedef struct level {
    uint32_t node;
    uint32_t next;
} level;

static bool has_members(const stats_node *node) {
    return node->info.kind == ALI_TYPE_STRUCT && node->info.extension != ALI_EXTENSION_VARIANT;
}

// Lists the members below the last node, in pre-order.
static int add_members(stats *all) {
    level levels[DEPTH_MAX];
    uint32_t depth = 0;
    if (has_members(&all->nodes[all->count - 1])) levels[depth++] = (level){all->count - 1, 0};
    while (depth > 0) {
        level *top = &levels[depth - 1];
        const stats_node *node = &all->nodes[top->node];
        const ali_type *inner = NULL;
        ali_field_info field = {.size_bytes = sizeof field};
        (void)describe(node->type, &inner);
        if (top->next == node->info.children_count ||
            ali_type_child(inner, top->next, &field) != ALI_OK) {
            depth -= 1;
            continue;
        }
        const int code = add_node(all, top->node, top->next, &field);
        if (code != EXIT_GOOD) return code;
        top->next += 1;
        if (depth < DEPTH_MAX && has_members(&all->nodes[all->count - 1])) {
            levels[depth] = (level){all->count - 1, 0};
            depth += 1;
        }
    }
    return EXIT_GOOD;
}

int stats_init(stats *all, cli *self, const ali_schema *schema) {
    *all = (stats){.self = self};
    int code = EXIT_GOOD;
    for (uint32_t i = 0; code == EXIT_GOOD && i < ali_schema_count(schema); i += 1) {
        ali_field_info field = {.size_bytes = sizeof field};
        if (ali_field_describe(schema, i, &field) != ALI_OK) continue;
        code = add_node(all, STATS_NOWHERE, i, &field);
        if (code == EXIT_GOOD) code = add_members(all);
    }
    return code;
}

void stats_clear(stats *all) {
    for (uint32_t i = 0; i < all->count; i += 1) {
        stats_node *node = &all->nodes[i];
        free(node->name);
        free(node->least.bytes);
        free(node->greatest.bytes);
        free(node->used);
        free(node->mask);
    }
    free(all->nodes);
    all->nodes = NULL;
    all->count = 0;
}

// --- extremes and moments ------------------------------------------------------------------------

static bool keep(stats_extreme *extreme, const uint8_t *bytes, size_t count_bytes) {
    if (count_bytes > extreme->capacity_bytes || extreme->bytes == NULL) {
        const size_t larger = count_bytes < 32 ? 32 : count_bytes + count_bytes / 2;
        uint8_t *moved = realloc(extreme->bytes, larger);
        if (moved == NULL) return false;
        extreme->bytes = moved;
        extreme->capacity_bytes = larger;
    }
    if (count_bytes != 0) memcpy(extreme->bytes, bytes, count_bytes);
    extreme->count_bytes = count_bytes;
    extreme->is_set = true;
    return true;
}

static bool keep_both(stats_node *node, const void *least, const void *greatest,
                      size_t count_bytes) {
    return keep(&node->least, least, count_bytes) && keep(&node->greatest, greatest, count_bytes);
}

static void add_moment(stats_node *node, double value) {
    stats_lane *lane = &node->lanes[node->summed % STATS_LANES];
    node->summed += 1;
    lane->count += 1;
    const double distance = value - lane->mean;
    lane->mean += distance / lane->count;
    lane->squares += distance * (value - lane->mean);
}

static stats_lane join(stats_lane one, stats_lane other) {
    if (other.count == 0) return one;
    if (one.count == 0) return other;
    const double count = one.count + other.count;
    const double distance = other.mean - one.mean;
    return (stats_lane){count, one.mean + distance * (other.count / count),
                        one.squares + other.squares +
                            distance * distance * (one.count * other.count / count)};
}

static stats_lane join_lanes(const stats_node *node) {
    stats_lane lanes[STATS_LANES];
    memcpy(lanes, node->lanes, sizeof lanes);
    for (uint32_t width = STATS_LANES / 2; width > 0; width /= 2) {
        for (uint32_t i = 0; i < width; i += 1) lanes[i] = join(lanes[2 * i], lanes[2 * i + 1]);
    }
    return lanes[0];
}

bool stats_mean(const stats_node *node, double *mean) {
    if (node->summed == 0) return false;
    const bool is_exact = node->class != STATS_FLOAT;
    *mean = is_exact ? (double)node->sum / (double)node->summed : join_lanes(node).mean;
    return isfinite(*mean);
}

bool stats_deviation(const stats_node *node, double *deviation) {
    if (node->summed < 2 || !node->has_moments) return false;
    *deviation = sqrt(join_lanes(node).squares / (double)(node->summed - 1));
    return isfinite(*deviation);
}

// --- values --------------------------------------------------------------------------------------

static inline bool is_there(const stats_node *node, uint64_t row) {
    return node->there == NULL || (node->there[row >> 3] >> (row & 7) & 1) != 0;
}

// An integer of any width, extended to 64 bits.
static uint64_t integer_at(const void *values, const stats_node *node, uint64_t row) {
    const bool is_signed = node->class == STATS_SIGNED;
    switch (node->info.bits) {
    case 8:
        return is_signed ? (uint64_t)((const int8_t *)values)[row] : ((const uint8_t *)values)[row];
    case 16:
        return is_signed ? (uint64_t)((const int16_t *)values)[row]
                         : ((const uint16_t *)values)[row];
    case 32:
        return is_signed ? (uint64_t)((const int32_t *)values)[row]
                         : ((const uint32_t *)values)[row];
    default:
        return ((const uint64_t *)values)[row];
    }
}

static double half_value(uint16_t half) {
    const int exponent = half >> 10 & 31;
    const double fraction = half & 1023;
    const double sign = (half & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == 31) return fraction != 0 ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024, exponent - 25));
}

static double float_at(const void *values, uint32_t bits, uint64_t row) {
    if (bits == 64) return ((const double *)values)[row];
    if (bits == 32) return (double)((const float *)values)[row];
    return half_value(((const uint16_t *)values)[row]);
}

// Integers are compared as unsigned ones, whose order is that of signed ones when the sign bit is
// flipped.
static bool take_integers(stats_node *node, const ali_column_info *column) {
    const bool is_signed = node->class == STATS_SIGNED;
    const uint64_t flip = is_signed ? UINT64_C(1) << 63 : 0;
    uint64_t least = UINT64_MAX;
    uint64_t greatest = 0;
    const uint64_t before = node->count;
    if (node->least.is_set) {
        memcpy(&least, node->least.bytes, sizeof least);
        memcpy(&greatest, node->greatest.bytes, sizeof greatest);
        least ^= flip;
        greatest ^= flip;
    }
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (!is_there(node, row)) continue;
        const uint64_t value = integer_at(column->values, node, row);
        if ((value ^ flip) < least) least = value ^ flip;
        if ((value ^ flip) > greatest) greatest = value ^ flip;
        node->count += 1;
        if (!node->has_moments) continue;
        node->sum += is_signed ? (stats_sum)(int64_t)value : (stats_sum)value;
        add_moment(node, is_signed ? (double)(int64_t)value : (double)value);
    }
    if (node->count == before) return true;
    least ^= flip;
    greatest ^= flip;
    return keep_both(node, &least, &greatest, sizeof least);
}

// Minus zero is less than zero.
static bool is_less(double one, double other) {
    return one < other || (one == other && signbit(one) != 0 && signbit(other) == 0);
}

static bool take_floats(stats_node *node, const ali_column_info *column) {
    double least = INFINITY;
    double greatest = -INFINITY;
    const uint64_t before = node->count - node->nans;
    if (node->least.is_set) {
        memcpy(&least, node->least.bytes, sizeof least);
        memcpy(&greatest, node->greatest.bytes, sizeof greatest);
    }
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (!is_there(node, row)) continue;
        const double value = float_at(column->values, node->info.bits, row);
        node->count += 1;
        if (isnan(value)) {
            node->nans += 1;
            continue;
        }
        if (is_less(value, least)) least = value;
        if (is_less(greatest, value)) greatest = value;
        if (isinf(value)) {
            node->infinities += 1;
        } else {
            add_moment(node, value);
        }
    }
    if (node->count - node->nans == before) return true;
    return keep_both(node, &least, &greatest, sizeof least);
}

// Compares little-endian two's complements.
static int compare_decimals(const uint8_t *one, const uint8_t *other, size_t count_bytes) {
    size_t at = count_bytes - 1;
    if (one[at] != other[at]) return (int8_t)one[at] < (int8_t)other[at] ? -1 : 1;
    for (; at > 0; at -= 1) {
        if (one[at - 1] != other[at - 1]) return one[at - 1] < other[at - 1] ? -1 : 1;
    }
    return 0;
}

static int compare_bytes(const uint8_t *one, size_t one_bytes, const uint8_t *other,
                         size_t other_bytes) {
    const size_t shorter = one_bytes < other_bytes ? one_bytes : other_bytes;
    const int order = shorter != 0 ? memcmp(one, other, shorter) : 0;
    return order != 0 ? order : (one_bytes > other_bytes) - (one_bytes < other_bytes);
}

static int compare(const stats_node *node, const stats_extreme *held, const uint8_t *bytes,
                   size_t count_bytes) {
    if (node->class == STATS_DECIMAL) return compare_decimals(bytes, held->bytes, count_bytes);
    return compare_bytes(bytes, count_bytes, held->bytes, held->count_bytes);
}

static bool consider(stats_node *node, const uint8_t *bytes, size_t count_bytes) {
    if (!node->least.is_set || count_bytes < node->least_bytes) node->least_bytes = count_bytes;
    if (count_bytes > node->most_bytes) node->most_bytes = count_bytes;
    if (!node->least.is_set) {
        return keep(&node->least, bytes, count_bytes) && keep(&node->greatest, bytes, count_bytes);
    }
    if (compare(node, &node->least, bytes, count_bytes) < 0) {
        return keep(&node->least, bytes, count_bytes);
    }
    if (compare(node, &node->greatest, bytes, count_bytes) > 0) {
        return keep(&node->greatest, bytes, count_bytes);
    }
    return true;
}

static bool take_fixed(stats_node *node, const ali_column_info *column) {
    const size_t width = node->info.bits / 8;
    const uint8_t *values = column->values;
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (!is_there(node, row)) continue;
        node->count += 1;
        if (!consider(node, width != 0 ? values + row * width : values, width)) return false;
    }
    return true;
}

static bool consider_text(stats_node *node, const ali_column_info *column, uint64_t row) {
    const int32_t *offsets = column->offsets;
    const size_t count_bytes = (size_t)(offsets[row + 1] - offsets[row]);
    return consider(node, count_bytes != 0 ? column->data + offsets[row] : NULL, count_bytes);
}

// Each value of a dictionary is looked at once.
static bool take_codes(stats_node *node, const ali_column_info *column) {
    ali_column_info dictionary = {.size_bytes = sizeof dictionary};
    const int32_t *codes = column->values;
    if (ali_column_describe(column->dictionary, &dictionary) != ALI_OK) return false;
    if (node->dictionary_id != column->dictionary_id || node->used == NULL) {
        if (node->count != 0) node->has_distinct = false;
        free(node->used);
        node->used = calloc((size_t)dictionary.length + 1, 1);
        if (node->used == NULL) return false;
        node->dictionary_id = column->dictionary_id;
    }
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (!is_there(node, row)) continue;
        const uint64_t code = (uint64_t)codes[row];
        node->count += 1;
        if (node->used[code] != 0) continue;
        node->used[code] = 1;
        node->used_count += 1;
        if (!consider_text(node, &dictionary, code)) return false;
    }
    return true;
}

static bool take_texts(stats_node *node, const ali_column_info *column) {
    if (column->encoding == ALI_ENCODING_DICTIONARY) return take_codes(node, column);
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (!is_there(node, row)) continue;
        node->count += 1;
        node->has_distinct = false;
        if (!consider_text(node, column, row)) return false;
    }
    return true;
}

static bool take_lists(stats_node *node, const ali_column_info *column) {
    const int32_t *offsets = column->offsets;
    const bool is_fixed = node->class == STATS_FIXED_LIST;
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (!is_there(node, row)) continue;
        const uint64_t items = is_fixed ? node->info.list_size
                                        : (uint64_t)(offsets[row + 1] - offsets[row]);
        if (node->count == 0 || items < node->least_bytes) node->least_bytes = items;
        if (items > node->most_bytes) node->most_bytes = items;
        node->count += 1;
        node->summed += 1;
        node->sum += items;
    }
    return true;
}

static bool take_others(stats_node *node, const ali_column_info *column) {
    const uint8_t *bits = column->values;
    if (node->info.kind == ALI_TYPE_NULL) return true;
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (!is_there(node, row)) continue;
        node->count += 1;
        if (node->class == STATS_BOOL) node->trues += bits[row >> 3] >> (row & 7) & 1;
    }
    return true;
}

// --- batches -------------------------------------------------------------------------------------

// Which rows have a value: of a member those that the struct has too.
static bool find_rows(stats *all, stats_node *node, const ali_column_info *column) {
    const uint8_t *above = node->parent == STATS_NOWHERE ? NULL : all->nodes[node->parent].there;
    const size_t bytes = (size_t)(column->length / 8 + 1);
    node->there = above == NULL ? column->validity : above;
    if (above == NULL || column->validity == NULL) return true;
    if (node->mask_bytes < bytes) {
        free(node->mask);
        node->mask = malloc(bytes);
        node->mask_bytes = node->mask != NULL ? bytes : 0;
        if (node->mask == NULL) return false;
    }
    for (size_t i = 0; i < (column->length + 7) / 8; i += 1) {
        node->mask[i] = above[i] & column->validity[i];
    }
    node->there = node->mask;
    return true;
}

static bool take_column(stats *all, stats_node *node, const ali_batch *simple) {
    ali_column_info column = {.size_bytes = sizeof column};
    const uint64_t before = node->count;
    node->column = node->parent == STATS_NOWHERE
                       ? ali_batch_column(simple, node->index)
                       : ali_column_child(all->nodes[node->parent].column, node->index);
    if (ali_column_describe(node->column, &column) != ALI_OK) return false;
    if (!find_rows(all, node, &column)) return false;
    bool is_taken = false;
    switch (node->class) {
    case STATS_SIGNED:
    case STATS_UNSIGNED:
        is_taken = take_integers(node, &column);
        break;
    case STATS_FLOAT:
        is_taken = take_floats(node, &column);
        break;
    case STATS_DECIMAL:
    case STATS_FIXED:
        is_taken = take_fixed(node, &column);
        break;
    case STATS_BYTES:
        is_taken = take_texts(node, &column);
        break;
    case STATS_LIST:
    case STATS_FIXED_LIST:
        is_taken = take_lists(node, &column);
        break;
    default:
        is_taken = take_others(node, &column);
    }
    node->nulls += column.length - (node->count - before);
    return is_taken;
}

int stats_take(stats *all, const ali_batch *simple) {
    all->rows += ali_batch_rows(simple);
    for (uint32_t i = 0; i < all->count; i += 1) {
        if (!take_column(all, &all->nodes[i], simple)) return fail_memory(all);
    }
    return EXIT_GOOD;
}
