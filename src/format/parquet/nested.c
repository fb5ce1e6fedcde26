// format/parquet/nested.c: nested columns (parquet-format, README, "Nested Encoding"): from the
// repetition and definition levels of a leaf to the offsets and validity of each column on its way,
// and its values to their slots.
//
// Levels are decoded by blocks of 1,024. A piece of a block goes through the zones between lists:
// in each, the levels that have a slot there are gathered, and give the validity of the structs and
// the list in it, and the offsets of the list. A row ends where the next level begins one, or the
// chunk ends; it may go on in the next page. What ends a batch early is counted level by level, so
// that it does not depend on steps.
#include "format/parquet/nested.h"
#include "base/text.h"

// What a level costs of a step's credit, for each column on the way.
#define LEVEL_CREDIT 2
// Bytes that a level takes of a batch's room, beside the value's.
#define LEVEL_BYTES 16u
// Slots for which there is room at first.
#define SLOTS_FIRST 1024u

static ali_parquet_link *leaf_of(const ali_parquet_nest *nest) {
    return &nest->links[nest->count - 1];
}

uint64_t ali_parquet_nest_cost(const ali_parquet_reader *reader) {
    return reader->column->repetition == 0 ? 0 : LEVEL_BYTES + (uint64_t)reader->column->width;
}

// --- beginning and ending ------------------------------------------------------------------------

static void fill_link(ali_parquet_nest *nest, uint32_t i, const ali_field *field,
                      const ali_parquet_node *node) {
    const uint32_t kind = field->type->kind;
    nest->links[i].definition = node->definition;
    nest->links[i].repetition = node->repetition;
    nest->links[i].is_list = kind == ALI_TYPE_LIST || kind == ALI_TYPE_MAP;
    nest->links[i].is_nullable = field->is_nullable;
    nest->present[node->repetition] = node->present;
    ali_type *type = &nest->types[i];
    *type = *field->type;
    type->children = NULL;
    type->children_count = i + 1 < nest->count ? 1 : 0;
    type->span = nest->count - i;
    nest->chain[i].type = nest->spare[i].type = type;
}

ali_status ali_parquet_nest_new(ali_context *ctx, const ali_parquet_state *state,
                                ali_parquet_reader *reader, const ali_schema *schema,
                                const uint32_t *nodes, const uint32_t *from, uint32_t count) {
    const uint64_t zones = (uint64_t)reader->column->repetition + 1;
    const uint64_t block_bytes =
        sizeof(ali_parquet_nest) + zones * (sizeof(uint64_t) + 1) +
        count * (sizeof(ali_parquet_link) + 2 * sizeof(ali_column) + sizeof(ali_type));
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, block_bytes, &pointer));
    ali_parquet_nest *nest = pointer;
    nest->block_bytes = block_bytes;
    nest->count = count;
    nest->slots = (uint64_t *)(void *)(nest + 1);
    nest->chain = (ali_column *)(void *)(nest->slots + zones);
    nest->spare = nest->chain + count;
    nest->types = (ali_type *)(void *)(nest->spare + count);
    nest->links = (ali_parquet_link *)(void *)(nest->types + count);
    nest->present = (uint8_t *)(nest->links + count);
    for (uint32_t i = 0; i < count; i += 1) {
        nest->links[i].node = nodes[i];
        fill_link(nest, i, &schema->nodes[nodes[i]], &state->nodes[from[i]]);
        nest->links[i].is_key = i >= 2 && nodes[i] == nodes[i - 2] + 2 &&
                                nest->types[i - 2].kind == ALI_TYPE_MAP;
    }
    reader->nest = nest;
    return ALI_OK;
}

void ali_parquet_nest_free(ali_context *ctx, ali_parquet_reader *reader) {
    ali_parquet_nest *nest = reader->nest;
    if (nest == NULL) return;
    for (uint32_t i = 0; i < nest->count; i += 1) {
        ali_column_clear(&nest->chain[i]);
        ali_column_clear(&nest->spare[i]);
    }
    ali_mem_free(ctx, nest, nest->block_bytes);
    reader->nest = NULL;
}

void ali_parquet_nest_begin(ali_parquet_reader *reader) {
    reader->nest->at = reader->nest->end = 0;
    reader->nest->before = 0;
}

void ali_parquet_nest_fill(ali_parquet_reader *reader, uint64_t rows) {
    ali_parquet_nest *nest = reader->nest;
    const uint32_t zones = (uint32_t)reader->column->repetition + 1;
    for (uint32_t i = 0; i < nest->count; i += 1) {
        nest->chain[i] = (ali_column){.type = &nest->types[i]};
        nest->links[i].valid = 0;
    }
    for (uint32_t i = 0; i < zones; i += 1) nest->slots[i] = 0;
    nest->wanted = rows;
    nest->begun = 0;
    nest->is_full = nest->is_complete = false;
    reader->out = &nest->chain[nest->count - 1];
    reader->rows = reader->column->repetition == 0 ? rows : SLOTS_FIRST;
}

uint64_t ali_parquet_nest_rows(const ali_parquet_reader *reader) {
    const ali_parquet_nest *nest = reader->nest;
    return nest->is_complete ? nest->begun : nest->wanted;
}

// --- levels --------------------------------------------------------------------------------------

static ali_status check_levels(ali_parquet_source *source, const ali_parquet_reader *reader,
                               uint32_t why, const char *kind, uint32_t most) {
    if (why == ALI_LEVELS_OK) return ALI_OK;
    if (why == ALI_LEVELS_RANGE) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                       "a page has a %s level above %u, the column's highest", kind,
                                       most);
    }
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page has fewer %s levels than the %U values it claims", kind,
                                   reader->page_rows);
}

// The definition level from which on each list of the column has an item, by depth; 0 for depth 0.
static const uint8_t *items_of(const ali_parquet_nest *nest) {
    return nest->present;
}

// Decodes the next block of the page's levels.
static ali_status take_block(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_parquet_nest *nest = reader->nest;
    const ali_parquet_column *column = reader->column;
    const uint64_t count = ali_min_u64(reader->page_rows, ALI_RLE_BLOCK);
    if (nest->end != 0) nest->before = nest->definition[nest->end - 1];
    uint32_t why = ali_levels_decode(&reader->levels, column->definition, source->codes,
                                     nest->definition, count);
    ALI_TRY(check_levels(source, reader, why, "definition", column->definition));
    why = ali_levels_decode(&nest->repetitions, column->repetition, source->codes, nest->repetition,
                            count);
    ALI_TRY(check_levels(source, reader, why, "repetition", column->repetition));
    nest->at = 0;
    nest->end = (uint32_t)count;
    source->credit -= (int64_t)count;
    if (column->repetition == 0 ||
        ali_levels_fit(nest->repetition, nest->definition, count, items_of(nest), nest->before)) {
        return ALI_OK;
    }
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "a page has levels that go on with a list that has no items");
}

// Counts the levels of the block that lie before the beginning of the row after `rows` more.
static uint64_t levels_of_rows(const ali_parquet_reader *reader, uint64_t rows) {
    const ali_parquet_nest *nest = reader->nest;
    const uint64_t count = nest->end - nest->at;
    if (reader->column->repetition == 0 || rows >= count) return ali_min_u64(count, rows);
    const uint8_t *levels = nest->repetition + nest->at;
    for (uint64_t i = 0; i < count; i += 1) {
        if (levels[i] != 0) continue;
        if (rows == 0) return i;
        rows -= 1;
    }
    return count;
}

static uint64_t rows_of_levels(const ali_parquet_reader *reader, uint64_t count) {
    if (reader->column->repetition == 0) return count;
    return ali_levels_zeros(reader->nest->repetition + reader->nest->at, count);
}

static uint64_t values_of_levels(const ali_parquet_reader *reader, uint64_t count) {
    return ali_levels_count(reader->nest->definition + reader->nest->at, count,
                            reader->column->definition);
}

// Counts levels as used.
static void consume(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t count) {
    reader->nest->at += (uint32_t)count;
    reader->page_rows -= count;
    source->credit -= (int64_t)(count * LEVEL_CREDIT * reader->nest->count);
}

uint64_t ali_parquet_nest_row(const ali_parquet_reader *reader, uint64_t index) {
    const ali_parquet_nest *nest = reader->nest;
    uint64_t row = 0;
    for (uint32_t at = nest->at; at < nest->end; at += 1) {
        row += nest->repetition[at] == 0;
        if (nest->definition[at] != reader->column->definition) continue;
        if (index == 0) break;
        index -= 1;
    }
    return row == 0 ? row : row - 1;
}

// Passes over levels and values of rows that are not wanted.
static ali_status skip_levels(ali_parquet_source *source, ali_parquet_reader *reader) {
    const uint64_t most = levels_of_rows(reader, reader->skip_rows);
    const uint64_t count = ali_parquet_share(source, reader, most, UINT64_MAX);
    ALI_TRY(ali_parquet_skip_values(source, reader, values_of_levels(reader, count)));
    const uint64_t rows = rows_of_levels(reader, count);
    reader->skip_rows -= rows;
    reader->row += rows;
    consume(source, reader, count);
    return ALI_OK;
}

// --- slots ---------------------------------------------------------------------------------------

// Makes room in a buffer that is made when it is first needed.
static ali_status reserve(ali_context *ctx, ali_buf **buf, uint64_t size_bytes) {
    if (*buf == NULL) {
        ALI_TRY(ali_buf_new(ctx, size_bytes, buf));
        (*buf)->size_bytes = 0;
    }
    ALI_TRY(ali_buf_reserve(ctx, *buf, size_bytes));
    (*buf)->size_bytes = size_bytes;
    return ALI_OK;
}

static ali_status put_validity(ali_parquet_source *source, ali_column *column,
                               ali_parquet_link *link, uint64_t from, uint64_t slots) {
    ALI_TRY(reserve(source->ctx, &column->validity, (from + slots + 7) / 8));
    link->valid +=
        ali_levels_validity(source->slots, slots, link->definition, column->validity->data, from);
    return ALI_OK;
}

// The slots of a list or struct: `slots` of them, in source->slots.
static ali_status put_link(ali_parquet_source *source, ali_parquet_reader *reader, uint32_t i,
                           uint64_t count, uint64_t slots) {
    ali_parquet_nest *nest = reader->nest;
    ali_parquet_link *link = &nest->links[i];
    ali_column *column = &nest->chain[i];
    const uint8_t zone = link->repetition;
    const uint64_t from = nest->slots[zone];
    if ((link->is_nullable || link->is_key) && link->definition > nest->present[zone]) {
        ALI_TRY(put_validity(source, column, link, from, slots));
    }
    if (!link->is_list) return ALI_OK;
    const uint64_t base = nest->slots[zone + 1];
    if (base + count > INT32_MAX) {
        return ali_parquet_reader_fail(source, reader, ALI_ERR_LIMIT,
                                       "a batch would hold 2^31 items of a list or more, with %U "
                                       "that belong to one row",
                                       base);
    }
    ALI_TRY(reserve(source->ctx, &column->offsets, (from + slots + 1) * 4));
    ali_levels_offsets(nest->repetition + nest->at, nest->definition + nest->at, count, zone,
                       nest->present[zone], nest->present[zone + 1], (int32_t)base,
                       (int32_t *)(void *)column->offsets->data + from);
    return ALI_OK;
}

// How many slots to make room for, where `needed` are: up to eight times those that are there, so
// that few are copied, as far as the batch's room goes; never more than the chunk has levels left.
static uint64_t rows_of_growth(const ali_parquet_source *source, const ali_parquet_reader *reader,
                               uint64_t needed) {
    const uint64_t left_bytes = reader->text_end -
                                ali_min_u64(source->text_bytes, reader->text_end);
    const uint64_t cost_bytes = ali_max_u64(ali_parquet_nest_cost(reader), 1);
    const uint64_t room = reader->done + left_bytes / cost_bytes;
    const uint64_t levels = reader->done + reader->page_rows + reader->values_left;
    const uint64_t rows = ali_max_u64(2 * reader->rows, ali_min_u64(8 * reader->rows, room));
    return ali_max_u64(needed, ali_min_u64(rows, levels));
}

// Makes room for the leaf's next slots. What is there for reader->rows of them grows to more.
static ali_status grow_leaf(ali_parquet_source *source, ali_parquet_reader *reader,
                            uint64_t slots) {
    const uint64_t needed = reader->done + slots;
    if (needed <= reader->rows) return ALI_OK;
    ali_column *out = reader->out;
    const uint64_t rows = rows_of_growth(source, reader, needed);
    if (out->values != NULL && out->type->bits == 1) {
        const uint64_t before = out->values->size_bytes;
        ALI_TRY(reserve(source->ctx, &out->values, (rows + 7) / 8));
        ali_fill(out->values->data + before, 0, (size_t)((rows + 7) / 8 - before));
    } else if (out->values != NULL) {
        const uint64_t width = out->values->size_bytes / reader->rows;
        ALI_TRY(reserve(source->ctx, &out->values, rows * width));
    }
    if (out->offsets != NULL) ALI_TRY(reserve(source->ctx, &out->offsets, (rows + 1) * 4));
    reader->rows = rows;
    return ALI_OK;
}

static ali_status put_leaf(ali_parquet_source *source, ali_parquet_reader *reader, uint64_t slots) {
    ali_parquet_nest *nest = reader->nest;
    ali_parquet_link *link = leaf_of(nest);
    const uint64_t before = link->valid;
    if (slots == 0) return ALI_OK;
    if (link->definition > nest->present[link->repetition]) {
        ALI_TRY(put_validity(source, reader->out, link, reader->done, slots));
    } else {
        link->valid += slots;
    }
    ALI_TRY(grow_leaf(source, reader, slots));
    ALI_TRY(ali_parquet_put_values(source, reader, slots, link->valid - before));
    reader->done += slots;
    reader->values = link->valid;
    return ALI_OK;
}

// The definition levels of a zone's slots, in source->slots.
static uint64_t gather_slots(ali_parquet_source *source, const ali_parquet_reader *reader,
                             uint8_t zone, uint64_t count) {
    const ali_parquet_nest *nest = reader->nest;
    if (reader->column->repetition == 0) {
        ali_copy(source->slots, nest->definition + nest->at, (size_t)count);
        return count;
    }
    return ali_levels_slots(nest->repetition + nest->at, nest->definition + nest->at, count, zone,
                            nest->present[zone], source->slots);
}

// Fills the slots of the next `count` levels, zone by zone.
static ali_status put_levels(ali_parquet_source *source, ali_parquet_reader *reader,
                             uint64_t count) {
    ali_parquet_nest *nest = reader->nest;
    uint32_t i = 0;
    for (uint32_t zone = 0; zone <= reader->column->repetition; zone += 1) {
        const uint64_t slots = gather_slots(source, reader, (uint8_t)zone, count);
        for (; i + 1 < nest->count && nest->links[i].repetition == zone; i += 1) {
            ALI_TRY(put_link(source, reader, i, count, slots));
        }
        if (zone == reader->column->repetition) ALI_TRY(put_leaf(source, reader, slots));
        nest->slots[zone] += slots;
    }
    return ALI_OK;
}

// --- rows ----------------------------------------------------------------------------------------

// The codes that were kept so far become text in place: a page without codes goes on with the row.
static ali_status leave_codes(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_column *out = reader->out;
    reader->fill = ALI_PARQUET_FILL_PLAIN;
    if (out->values == NULL) return ALI_OK;
    out->encoding = ALI_ENCODING_DICTIONARY;
    out->dictionary = ali_dictionary_retain(reader->dictionary);
    out->length = reader->done;
    out->null_count = reader->done - reader->values;
    out->values->size_bytes = reader->done * 4;
    ALI_TRY(ali_column_decode(source->ctx, out));
    reader->rows = reader->done;
    const uint64_t bytes = out->data == NULL ? 0 : out->data->size_bytes;
    source->text_bytes += bytes;
    source->credit -= (int64_t)bytes;
    return ALI_OK;
}

// How many of the next `most` levels this share of work takes. Unless the batch's room is used up,
// at most half of what is left of it: or a single level, so that it is used up by a certain one.
static uint64_t levels_of_share(ali_parquet_source *source, const ali_parquet_reader *reader,
                                uint64_t most) {
    if (reader->nest->is_full) return ali_parquet_share(source, reader, most, UINT64_MAX);
    const uint64_t room = (reader->text_end - source->text_bytes) / 2;
    const uint64_t cost = ali_parquet_nest_cost(reader);
    if (cost != 0) most = ali_min_u64(most, ali_max_u64(room / cost, 1));
    return ali_parquet_share(source, reader, most, room);
}

ali_status ali_parquet_nest_step(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_parquet_nest *nest = reader->nest;
    if (reader->page_rows == 0) return ALI_OK;
    const ali_status begun = ali_parquet_begin_streams(source, reader);
    if (begun != ALI_OK) return begun == ALI_YIELD ? ALI_OK : begun;
    if (nest->at == nest->end) ALI_TRY(take_block(source, reader));
    const bool is_row_end = nest->repetition[nest->at] == 0;
    if (reader->skip_rows != 0 || (nest->begun == 0 && !is_row_end)) {
        return skip_levels(source, reader);
    }
    const uint64_t most = levels_of_rows(reader, nest->is_full ? 0 : nest->wanted - nest->begun);
    nest->is_complete = most == 0;
    if (nest->is_complete) return ALI_OK;
    if (!ali_parquet_choose_fill(source, reader)) {
        nest->is_complete = is_row_end;
        if (nest->is_complete) return ALI_OK;
        ALI_TRY(leave_codes(source, reader));
    }
    const uint64_t count = levels_of_share(source, reader, most);
    ALI_TRY(put_levels(source, reader, count));
    const uint64_t rows = rows_of_levels(reader, count);
    nest->begun += rows;
    reader->row += rows;
    source->text_bytes += count * ali_parquet_nest_cost(reader);
    if (source->text_bytes >= reader->text_end) nest->is_full = true;
    consume(source, reader, count);
    if (reader->column->repetition == 0) {
        nest->is_complete = nest->is_full || nest->begun == nest->wanted;
    }
    return ALI_OK;
}

ali_status ali_parquet_nest_end(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_parquet_nest *nest = reader->nest;
    if (nest->begun == nest->wanted || nest->is_full) {
        nest->is_complete = true;
        return ALI_OK;
    }
    return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                   "the column chunk ends where %U more rows are expected",
                                   nest->wanted - nest->begun);
}

// --- columns -------------------------------------------------------------------------------------

static void drop_validity(ali_column *column) {
    ali_buf_release(column->validity);
    column->validity = NULL;
}

// Ends a list's offsets with the end of its last items.
static ali_status finish_offsets(ali_parquet_source *source, ali_column *column, uint64_t items) {
    ALI_TRY(reserve(source->ctx, &column->offsets, (column->length + 1) * 4));
    ali_store_u32(column->offsets->data + column->length * 4, (uint32_t)items);
    return ALI_OK;
}

// Cuts the leaf's buffers to its slots; those that no slot has asked for are made, too.
static ali_status finish_leaf(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_column *out = reader->out;
    const bool is_coded = reader->fill == ALI_PARQUET_FILL_CODES;
    if (is_coded) {
        out->encoding = ALI_ENCODING_DICTIONARY;
        out->dictionary = ali_dictionary_retain(reader->dictionary);
    }
    if (out->type->kind == ALI_TYPE_NULL) {
        drop_validity(out);
        return ALI_OK;
    }
    if (ali_type_is_bytes(out->type) && !is_coded) {
        if (out->data == NULL) ALI_TRY(ali_buf_new(source->ctx, 0, &out->data));
        const bool is_new = out->offsets == NULL;
        ALI_TRY(reserve(source->ctx, &out->offsets, (reader->done + 1) * 4));
        if (is_new) ali_store_u32(out->offsets->data, 0);
        return ALI_OK;
    }
    const uint64_t bits = is_coded ? 32 : out->type->bits;
    return reserve(source->ctx, &out->values, (reader->done * bits + 7) / 8);
}

// Tells if codes of a leaf without nulls of its own mean nothing: all its slots lie below nulls,
// and the dictionary is empty.
static bool has_no_words(const ali_parquet_reader *reader) {
    return reader->fill == ALI_PARQUET_FILL_CODES && !leaf_of(reader->nest)->is_nullable &&
           reader->dictionary->columns[0].length == 0;
}

ali_status ali_parquet_nest_finish(ali_parquet_source *source, ali_parquet_reader *reader) {
    ali_parquet_nest *nest = reader->nest;
    if (has_no_words(reader)) ALI_TRY(leave_codes(source, reader));
    for (uint32_t i = 0; i < nest->count; i += 1) {
        const ali_parquet_link *link = &nest->links[i];
        ali_column *column = &nest->chain[i];
        column->length = nest->slots[link->repetition];
        if (link->is_key && link->valid != column->length && column->validity != NULL) {
            return ali_parquet_reader_fail(source, reader, ALI_ERR_CORRUPT,
                                           "a map has a key that is null");
        }
        if (column->validity != NULL) column->null_count = column->length - link->valid;
        if (!link->is_nullable) column->null_count = 0;
        if (column->null_count == 0) drop_validity(column);
        if (link->is_list) {
            ALI_TRY(finish_offsets(source, column, nest->slots[link->repetition + 1]));
        }
    }
    const ali_status status = finish_leaf(source, reader);
    reader->out = NULL;
    return status;
}

// --- merging -------------------------------------------------------------------------------------

// Compares bits, of which those beyond the last may differ.
static bool is_same_bits(const ali_buf *a, const ali_buf *b, uint64_t count) {
    if (a == NULL || b == NULL) return a == b;
    const uint64_t whole = count / 8;
    const uint32_t mask = (1u << (count & 7)) - 1;
    if (!ali_equal(a->data, b->data, (size_t)whole)) return false;
    return mask == 0 || ((uint32_t)(a->data[whole] ^ b->data[whole]) & mask) == 0;
}

static bool is_same(const ali_column *a, const ali_column *b) {
    if (a->length != b->length || a->null_count != b->null_count) return false;
    if (!is_same_bits(a->validity, b->validity, a->length)) return false;
    if (a->offsets == NULL || b->offsets == NULL) return a->offsets == b->offsets;
    return ali_equal(a->offsets->data, b->offsets->data, (size_t)(a->length + 1) * 4);
}

static ali_status fail_merge(const ali_parquet_source *source, const ali_parquet_reader *reader) {
    char path[ALI_PARQUET_PATH_BYTES];
    char other[ALI_PARQUET_PATH_BYTES];
    const ali_parquet_state *state = source->state;
    const size_t path_bytes = ali_parquet_path(state, reader->column, path, sizeof path);
    const size_t other_bytes = ali_parquet_path(state, reader[-1].column, other, sizeof other);
    const ali_status status =
        ali_fail(source->ctx, ALI_ERR_CORRUPT,
                 "columns %q and %q differ in the lists and nulls around both (row group %u)",
                 other, other_bytes, path, path_bytes, reader->group);
    ali_error_add_column(source->ctx, path, path_bytes);
    return status;
}

ali_status ali_parquet_nest_merge(ali_parquet_source *source, ali_parquet_reader *reader,
                                  ali_batch *batch) {
    ali_parquet_nest *nest = reader->nest;
    for (uint32_t i = 0; i < nest->count; i += 1) {
        ali_column *column = &batch->columns[nest->links[i].node];
        if (i < nest->shared) {
            const bool is_good = is_same(column, &nest->chain[i]);
            ali_column_clear(&nest->chain[i]);
            if (is_good) continue;
            return fail_merge(source, reader);
        }
        const ali_type *type = column->type;
        *column = nest->chain[i];
        column->type = type;
        nest->chain[i] = (ali_column){.type = &nest->types[i]};
    }
    return ALI_OK;
}
