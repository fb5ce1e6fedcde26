// format/parquet/layout.c: row groups and column chunks as the footer describes them: encodings,
// sizes, and the least and greatest values (parquet.thrift, Statistics; which of them can be relied
// on is said there, under ColumnOrder).
//
// Left out: page indexes, bloom filters, sizes of levels, bounds of geometries.
#include "format/parquet/layout.h"

#include "base/text.h"
#include "codec/codec.h"
#include "format/parquet/convert.h"

// Bytes of the footer that a step parses.
#define STEP_BYTES (UINT64_C(256) << 10)

// Bits of `seen`; of bounds those of the least value, whose greatest has the bit below.
enum { SEEN_OLD = 1u << 1, SEEN_NULLS = 1u << 2, SEEN_DISTINCT = 1u << 3, SEEN_BOUND = 1u << 5 };
#define SEEN_EXACT (1u << 7)

// Sides of bounds.
enum { LEAST, GREATEST, SIDES };

typedef struct statistics {
    uint32_t seen;
    uint8_t is_exact[SIDES];
    int64_t nulls;
    int64_t distinct;
    ali_thrift_text old[SIDES]; // deprecated: compared as signed numbers, whatever they are
    ali_thrift_text bounds[SIDES];
} statistics;

typedef struct chunk_meta {
    uint32_t seen;
    uint32_t encodings;
    statistics statistics;
} chunk_meta;

typedef struct chunk {
    uint32_t seen;
    chunk_meta meta;
} chunk;

typedef struct row_group {
    uint32_t seen;
    ali_thrift_list chunks;
} row_group;

#define FIELD(id, kind, record, member) {id, kind, 0, offsetof(record, member), NULL}
#define NESTED(id, kind, record, member, type) {id, kind, 0, offsetof(record, member), type}
#define TYPE(label, fields, record, min_bytes)                                                     \
    {label, fields, ALI_COUNT_OF(fields), sizeof(record), min_bytes}

static const ali_thrift_field statistics_fields[] = {
    FIELD(1, ALI_THRIFT_TEXT, statistics, old[GREATEST]),
    FIELD(2, ALI_THRIFT_TEXT, statistics, old[LEAST]),
    FIELD(3, ALI_THRIFT_I64, statistics, nulls),
    FIELD(4, ALI_THRIFT_I64, statistics, distinct),
    FIELD(5, ALI_THRIFT_TEXT, statistics, bounds[GREATEST]),
    FIELD(6, ALI_THRIFT_TEXT, statistics, bounds[LEAST]),
    FIELD(7, ALI_THRIFT_BOOL, statistics, is_exact[GREATEST]),
    FIELD(8, ALI_THRIFT_BOOL, statistics, is_exact[LEAST]),
};
static const ali_thrift_type statistics_type = TYPE("Statistics", statistics_fields, statistics, 1);

static const ali_thrift_field chunk_meta_fields[] = {
    FIELD(2, ALI_THRIFT_MASK, chunk_meta, encodings),
    NESTED(12, ALI_THRIFT_STRUCT, chunk_meta, statistics, &statistics_type),
};
static const ali_thrift_type chunk_meta_type =
    TYPE("ColumnMetaData", chunk_meta_fields, chunk_meta, 1);

static const ali_thrift_field chunk_fields[] = {
    NESTED(3, ALI_THRIFT_STRUCT, chunk, meta, &chunk_meta_type),
};
static const ali_thrift_type chunk_type = TYPE("ColumnChunk", chunk_fields, chunk, 1);

static const ali_thrift_field row_group_fields[] = {
    NESTED(1, ALI_THRIFT_LIST, row_group, chunks, &chunk_type),
};
static const ali_thrift_type row_group_type = TYPE("RowGroup", row_group_fields, row_group, 1);

static const ali_thrift_field meta_fields[] = {
    NESTED(4, ALI_THRIFT_LIST, ali_parquet_layout_meta, row_groups, &row_group_type),
};
static const ali_thrift_type meta_type =
    TYPE("FileMetaData", meta_fields, ali_parquet_layout_meta, 1);

// --- reading -------------------------------------------------------------------------------------

// Notes in which element each lies. The schema was checked when the file was opened.
static void fill_parents(const ali_parquet_state *state, uint32_t *parents) {
    const ali_parquet_element *elements = state->meta.elements.items;
    uint32_t left[ALI_PARQUET_DEPTH_MAX + 2];
    uint32_t open[ALI_PARQUET_DEPTH_MAX + 2];
    uint32_t depth = 0;
    for (uint32_t i = 0; i < state->meta.elements.count; i += 1) {
        parents[i] = depth == 0 ? 0 : open[depth - 1];
        if (elements[i].children > 0 && depth < ALI_COUNT_OF(open)) {
            open[depth] = i;
            left[depth] = (uint32_t)elements[i].children;
            depth += 1;
            continue;
        }
        while (depth > 1) {
            left[depth - 1] -= 1;
            if (left[depth - 1] != 0) break;
            depth -= 1;
        }
    }
}

ali_status ali_parquet_layout_begin(ali_file *file, ali_parquet_layout *layout) {
    const ali_parquet_state *state = file->state;
    void *pointer = NULL;
    layout->file = file;
    ali_arena_init(&layout->arena, file->ctx);
    const uint64_t elements = state->meta.elements.count;
    ALI_TRY(ali_arena_new(&layout->arena, elements * sizeof(uint32_t), &pointer));
    layout->parents = pointer;
    fill_parents(state, layout->parents);
    ALI_TRY(
        ali_arena_new(&layout->arena, (uint64_t)state->columns_count * sizeof(uint32_t), &pointer));
    layout->nodes = pointer;
    for (uint32_t i = 0; i < state->nodes_count; i += 1) {
        const uint32_t leaf = state->nodes[i].leaf;
        if (leaf != ALI_PARQUET_NO_LEAF) layout->nodes[leaf] = i;
    }
    layout->reader = (ali_thrift){.ctx = file->ctx,
                                  .arena = &layout->arena,
                                  .bytes = state->footer->data,
                                  .count_bytes = state->footer->size_bytes,
                                  .offset_bytes = state->footer_offset_bytes,
                                  .what = "footer"};
    ali_thrift_begin(&layout->reader, &meta_type, &layout->meta);
    return ALI_OK;
}

// Both readings of the footer must have found the same chunks.
static ali_status check_counts(const ali_parquet_layout *layout) {
    const ali_parquet_state *state = layout->file->state;
    const row_group *groups = layout->meta.row_groups.items;
    bool is_same = layout->meta.row_groups.count == state->meta.row_groups.count;
    for (uint32_t i = 0; is_same && i < layout->meta.row_groups.count; i += 1) {
        is_same = groups[i].chunks.count == state->columns_count;
    }
    if (is_same) return ALI_OK;
    return ali_fail(layout->file->ctx, ALI_ERR_INTERNAL, "the footer was read in two ways");
}

ali_status ali_parquet_layout_step(ali_parquet_layout *layout) {
    const ali_status status = ali_thrift_step(&layout->reader, STEP_BYTES);
    return status == ALI_OK ? check_counts(layout) : status;
}

void ali_parquet_layout_clear(ali_parquet_layout *layout) {
    if (layout->file != NULL) ali_arena_clear(&layout->arena);
    layout->file = NULL;
}

// --- what is known -------------------------------------------------------------------------------

static uint64_t known(int64_t number) {
    return number < 0 ? ALI_UNKNOWN : (uint64_t)number;
}

void ali_parquet_layout_group(const ali_parquet_layout *layout, uint64_t group,
                              ali_group_info *info) {
    const ali_parquet_row_group *of = ali_parquet_row_group_at(layout->file->state, group);
    const ali_parquet_chunk *chunks = of->chunks.items;
    info->chunks_count = of->chunks.count;
    info->rows = (uint64_t)of->rows;
    info->offset_bytes = ALI_UNKNOWN;
    info->codec = "";
    for (uint32_t i = 0; i < of->chunks.count; i += 1) {
        const ali_parquet_chunk *one = &chunks[i];
        if (one->start_bytes != 0 && one->start_bytes < info->offset_bytes) {
            info->offset_bytes = one->start_bytes;
        }
        info->bytes += (uint64_t)one->meta.compressed_bytes;
        if (one->meta.uncompressed_bytes > 0) {
            info->uncompressed_bytes += (uint64_t)one->meta.uncompressed_bytes;
        }
    }
}

// Writes the path of an element from its end on, and moves it to the beginning of `text`.
static void spell_path(const ali_parquet_layout *layout, uint32_t element,
                       char text[ALI_PARQUET_LAYOUT_PATH_BYTES]) {
    const ali_parquet_state *state = layout->file->state;
    const ali_parquet_element *elements = state->meta.elements.items;
    uint32_t way[ALI_PARQUET_DEPTH_MAX + 2];
    uint32_t depth = 0;
    for (; element != 0 && depth < ALI_COUNT_OF(way); element = layout->parents[element]) {
        way[depth] = element;
        depth += 1;
    }
    size_t used = 0;
    for (uint32_t i = depth; i > 0; i -= 1) {
        const ali_thrift_text *name = &elements[way[i - 1]].name;
        if (used != 0 && used < ALI_PARQUET_LAYOUT_PATH_BYTES - 1) text[used++] = '.';
        const uint64_t room = ALI_PARQUET_LAYOUT_PATH_BYTES - 1 - used;
        const size_t bytes = (size_t)ali_min_u64(name->count_bytes, room);
        ali_copy(text + used, name->bytes, bytes);
        used += bytes;
    }
    text[used] = '\0';
}

static const ali_field *field_of(const ali_parquet_layout *layout, uint32_t leaf) {
    const ali_parquet_state *state = layout->file->state;
    const ali_schema *schema = state->stored != NULL ? state->stored : layout->file->schema;
    return &schema->nodes[layout->nodes[leaf]];
}

static const statistics *statistics_at(const ali_parquet_layout *layout, uint64_t group,
                                       uint32_t leaf, uint32_t *encodings) {
    const row_group *groups = layout->meta.row_groups.items;
    const row_group *of = &groups[group];
    const chunk *one = (const chunk *)of->chunks.items + leaf;
    *encodings = one->meta.encodings;
    return &one->meta.statistics;
}

// --- bounds --------------------------------------------------------------------------------------

// Types whose order the specification leaves undefined, or that have no values of their own.
static bool has_order(const ali_parquet_column *column) {
    if (column->refusal != ALI_PARQUET_READABLE || column->type == ALI_PARQUET_INT96) return false;
    if (column->extension != NULL &&
        ali_text_is(column->extension, ali_text_length(column->extension), "geoarrow.wkb")) {
        return false;
    }
    return column->form != ALI_PARQUET_FORM_INTERVAL && column->form != ALI_PARQUET_FORM_NULL;
}

// Types whose order is that of signed numbers.
static bool is_signed_order(const ali_parquet_column *column, const ali_type *type) {
    if (column->type == ALI_PARQUET_BYTE_ARRAY || column->type == ALI_PARQUET_FIXED_LEN_BYTE_ARRAY)
        return false;
    return type->kind != ALI_TYPE_INT || type->is_signed != 0;
}

// NaN bounds nothing.
static bool is_nan(const ali_type *type, const uint8_t *bytes) {
    if (type->kind != ALI_TYPE_FLOAT) return false;
    if (type->bits == 16) return (bytes[0] | (bytes[1] & 0x7F) << 8) > 0x7C00;
    if (type->bits == 32) return (ali_load_u32(bytes) & 0x7FFFFFFF) > 0x7F800000;
    return (ali_load_u64(bytes) & INT64_MAX) > UINT64_C(0x7FF0000000000000);
}

static bool is_well_formed(const ali_parquet_column *column, const ali_type *type,
                           const ali_thrift_text *bound) {
    const uint64_t bytes = column->form == ALI_PARQUET_FORM_BITS ? 1 : column->stored_bytes;
    if (bytes != 0 && bound->count_bytes != bytes) return false;
    return !is_nan(type, (const uint8_t *)bound->bytes);
}

// One bound of a chunk: what is told, and its bytes.
typedef struct bound {
    uint32_t kind; // ALI_BOUND_NONE, ...
    ali_thrift_text text;
} bound;

// The deprecated bounds can be relied on where numbers are signed, and where both are the same.
static bool is_old_good(const ali_parquet_column *column, const ali_type *type,
                        const statistics *of) {
    const ali_thrift_text *least = &of->old[LEAST];
    const ali_thrift_text *greatest = &of->old[GREATEST];
    if (is_signed_order(column, type)) return true;
    return (of->seen & SEEN_OLD) != 0 && (of->seen & SEEN_OLD >> GREATEST) != 0 &&
           least->count_bytes == greatest->count_bytes &&
           ali_equal(least->bytes, greatest->bytes, (size_t)least->count_bytes);
}

static bound find_bound(const ali_parquet_layout *layout, uint32_t leaf, const statistics *of,
                        uint32_t side) {
    const ali_parquet_state *state = layout->file->state;
    const ali_parquet_column *column = &state->columns[leaf];
    const ali_type *type = field_of(layout, leaf)->type;
    bound found = {.kind = ALI_BOUND_NONE};
    if (!has_order(column)) return found;
    if ((of->seen & SEEN_BOUND >> side) != 0) {
        const bool is_said = (of->seen & SEEN_EXACT >> side) != 0;
        found.text = of->bounds[side];
        found.kind = of->is_exact[side] != 0 ? ALI_BOUND_EXACT : ALI_BOUND_ROUNDED;
        if (!is_said) found.kind = ALI_BOUND_UNSAID;
    } else if ((of->seen & SEEN_OLD >> side) != 0 && is_old_good(column, type, of)) {
        found.text = of->old[side];
        found.kind = ALI_BOUND_UNSAID;
    }
    if (found.kind != ALI_BOUND_NONE && !is_well_formed(column, type, &found.text)) {
        found.kind = ALI_BOUND_NONE;
    }
    return found;
}

void ali_parquet_layout_chunk(ali_parquet_layout *layout, uint64_t group, uint32_t leaf,
                              ali_chunk_info *info) {
    const ali_parquet_state *state = layout->file->state;
    const ali_parquet_column *column = &state->columns[leaf];
    const ali_parquet_row_group *of = ali_parquet_row_group_at(state, group);
    const ali_parquet_chunk *one = (const ali_parquet_chunk *)of->chunks.items + leaf;
    const statistics *told = statistics_at(layout, group, leaf, &info->encodings);
    const char *codec = ali_codec_name((uint32_t)one->meta.codec);
    const char *stored = ali_parquet_type_name(column->type);
    const bool has_meta = (one->seen & ALI_PARQUET_CHUNK_META) != 0;
    info->least = find_bound(layout, leaf, told, LEAST).kind;
    info->greatest = find_bound(layout, leaf, told, GREATEST).kind;
    info->offset_bytes = one->start_bytes != 0 ? one->start_bytes : ALI_UNKNOWN;
    info->bytes = (uint64_t)one->meta.compressed_bytes;
    info->uncompressed_bytes = known(one->meta.uncompressed_bytes);
    info->values = (uint64_t)one->meta.values;
    info->nulls = (told->seen & SEEN_NULLS) != 0 ? known(told->nulls) : ALI_UNKNOWN;
    info->distinct = (told->seen & SEEN_DISTINCT) != 0 ? known(told->distinct) : ALI_UNKNOWN;
    info->codec = codec != NULL && has_meta ? codec : "";
    info->stored = stored != NULL ? stored : "";
    info->type = field_of(layout, leaf)->type;
    spell_path(layout, column->element, layout->path);
    info->path = layout->path;
}

// --- bounds as values ----------------------------------------------------------------------------

// Puts the bytes of a bound into the buffers of a column of one row. False: they are no value.
static bool put_value(const ali_parquet_column *column, const ali_thrift_text *text,
                      ali_column *to) {
    const uint8_t *from = (const uint8_t *)text->bytes;
    switch (column->form) {
    case ALI_PARQUET_FORM_WIDEN:
        ali_convert_widen(to->values->data, column->width, from, column->stored_bytes, 1);
        return true;
    case ALI_PARQUET_FORM_DECIMAL:
        return text->count_bytes != 0 && ali_convert_decimals(to->values->data, column->width, from,
                                                              (uint32_t)text->count_bytes, 1) == 1;
    case ALI_PARQUET_FORM_BITS:
        to->values->data[0] = from[0] & 1;
        return true;
    case ALI_PARQUET_FORM_TEXT:
        ali_store_u32(to->offsets->data + 4, (uint32_t)text->count_bytes);
        ali_copy(to->data->data, from, (size_t)text->count_bytes);
        return true;
    default: // copied or narrowed: the lowest bytes stand first
        ali_copy(to->values->data, from, column->width);
        return true;
    }
}

static ali_status fill_column(ali_context *ctx, const ali_parquet_column *column,
                              const bound *found, ali_column *to) {
    if (found->kind == ALI_BOUND_NONE) return ali_column_null(ctx, to);
    if (column->form == ALI_PARQUET_FORM_TEXT) {
        ALI_TRY(ali_buf_zero(ctx, 8, &to->offsets));
        ALI_TRY(ali_buf_new(ctx, found->text.count_bytes, &to->data));
    } else {
        ALI_TRY(ali_buf_zero(ctx, ali_max_u64(column->width, 1), &to->values));
    }
    if (put_value(column, &found->text, to)) return ALI_OK;
    ali_column_clear(to);
    return ali_column_null(ctx, to);
}

// A row of two columns: of the leaf's type, or of none where nothing is told.
static ali_status new_batch(const ali_parquet_layout *layout, uint32_t leaf, const bound *found,
                            ali_batch **batch) {
    static const ali_type nothing = {.kind = ALI_TYPE_NULL, .zone = ""};
    static const ali_field empty = {.type = &nothing};
    ali_context *ctx = layout->file->ctx;
    const bool is_told = found[LEAST].kind + found[GREATEST].kind != ALI_BOUND_NONE;
    const ali_field *like = is_told ? field_of(layout, leaf) : &empty;
    ali_field fields[SIDES] = {*like, *like};
    ali_schema *schema = NULL;
    fields[LEAST].name = "min";
    fields[GREATEST].name = "max";
    fields[LEAST].name_bytes = fields[GREATEST].name_bytes = 3;
    fields[LEAST].is_nullable = fields[GREATEST].is_nullable = true;
    ALI_TRY(ali_schema_new(ctx, fields, SIDES, NULL, 0, &schema));
    const ali_status status = ali_batch_new(ctx, schema, 1, batch);
    ali_schema_release(schema);
    return status;
}

ali_status ali_parquet_layout_bounds(ali_parquet_layout *layout, uint64_t group, uint32_t leaf,
                                     ali_batch **batch) {
    const ali_parquet_state *state = layout->file->state;
    uint32_t encodings = 0;
    const statistics *told = statistics_at(layout, group, leaf, &encodings);
    const bound found[SIDES] = {find_bound(layout, leaf, told, LEAST),
                                find_bound(layout, leaf, told, GREATEST)};
    ali_batch *made = NULL;
    ALI_TRY(new_batch(layout, leaf, found, &made));
    for (uint32_t i = 0; i < SIDES; i += 1) {
        const ali_status status =
            fill_column(layout->file->ctx, &state->columns[leaf], &found[i], ali_batch_at(made, i));
        if (status < 0) {
            ali_batch_release(made);
            return status;
        }
    }
    *batch = made;
    return ALI_OK;
}
