// format/parquet/scan.c: reading rows: which row groups, which bytes are wanted ahead, and batches
// filled column by column.
//
// A batch never crosses a row group. While columns are decoded, the chunks of this and the next row
// groups are on their way, as far as inflight_bytes_max allows. A row group that needs more than
// half of that is read by windows of each chunk.
//
// Each leaf has a reader. One at the top fills the batch's column; one below others fills a chain
// of columns of its own, and those of all leaves are merged when they have the batch's rows.
#include "base/sort.h"
#include "format/parquet/nested.h"
#include "format/parquet/shredded.h"

// Work of a step, about a byte each: decompression of 1 MiB or 256 Ki values.
#define STEP_CREDIT (INT64_C(1) << 20)
// Ranges that are wanted ahead at most: with very many small row groups no step plans them all.
#define RANGES_AHEAD_MAX 512u
// Bytes of a chunk that are wanted at a time where a row group is read by windows.
#define WINDOW_BYTES (UINT64_C(1) << 20)
// Bytes that the fixed-width part of a batch takes at most, unless that is less than a row.
#define BATCH_BYTES (UINT64_C(64) << 20)
// Bytes of text that a batch takes, plus one value of each column; and how many it is planned for,
// since row groups are not the same all over.
#define TEXT_BYTES (UINT64_C(32) << 20)
#define TEXT_PLANNED (TEXT_BYTES / 2)
// From so many columns on, chunks are asked for in the order of the file: the blob's list would
// otherwise be moved for each of them.
#define SORTED_COLUMNS 1024u

// A row group in file order, and the rows before it.
typedef struct cursor {
    uint64_t group;
    uint64_t rows_before;
} cursor;

typedef struct scan_state {
    ali_parquet_source source;
    ali_file *file;
    ali_parquet_reader *readers;
    uint32_t count;
    uint32_t *bare; // nodes of the batch that no leaf tells of, each after the node that it lies in
    uint32_t bare_count;
    uint64_t bare_bytes; // of memory
    uint64_t first_row;  // of the file, that is read
    uint64_t end_row;    // the first that is not
    uint64_t batch_rows;
    uint64_t coalesce_bytes;
    uint64_t request_bytes_max;
    cursor current;
    cursor planned;        // the first row group whose bytes are not yet wanted
    uint64_t wanted_bytes; // of row groups from `current` on
    uint64_t group_bytes;  // of the current row group
    uint64_t group_rows;   // of the current row group, still to be read
    uint64_t group_batch;  // rows that a batch of the current row group is planned for
    bool is_group_open;
    bool is_windowed;
    bool is_plan; // no bytes are looked at
    bool is_begun;
    ali_batch *batch;      // being filled
    uint64_t rows;         // of it, as far as is known
    uint64_t row;          // its first, of the file
    ali_parquet_join join; // of shredded columns to what is shown
    ali_schema *shown;     // what batches are of
} scan_state;

// --- row groups ----------------------------------------------------------------------------------

static const ali_parquet_row_group *group_at(const scan_state *scan, const cursor *at) {
    return ali_parquet_row_group_at(scan->source.state, at->group);
}

// Moves a cursor on to a row group that holds rows to be read. False if there is none.
static bool seek(const scan_state *scan, cursor *at) {
    const uint64_t behind = scan->file->first_group + scan->file->row_groups;
    while (at->group < behind && at->rows_before < scan->end_row) {
        const uint64_t end = at->rows_before + (uint64_t)group_at(scan, at)->rows;
        if (end > scan->first_row && end > at->rows_before) return true;
        at->rows_before = end;
        at->group += 1;
    }
    return false;
}

static void advance(const scan_state *scan, cursor *at) {
    at->rows_before += (uint64_t)group_at(scan, at)->rows;
    at->group += 1;
}

static const ali_parquet_chunk *chunk_at(const scan_state *scan, const cursor *at, uint32_t i) {
    const ali_parquet_chunk *chunks = group_at(scan, at)->chunks.items;
    return &chunks[scan->readers[i].column->leaf];
}

// Bytes of a row group's chunks that are read.
static uint64_t needed_bytes(const scan_state *scan, const cursor *at) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        const ali_parquet_chunk *chunk = chunk_at(scan, at, i);
        bytes += chunk->end_bytes - chunk->start_bytes;
    }
    return bytes;
}

// Bytes of all chunks that are read and not held yet.
static uint64_t expected_bytes(const scan_state *scan) {
    const uint64_t held_from = ali_blob_tail_from(scan->source.blob);
    uint64_t bytes = 0;
    for (cursor at = scan->current; seek(scan, &at); advance(scan, &at)) {
        for (uint32_t i = 0; i < scan->count; i += 1) {
            const ali_parquet_chunk *chunk = chunk_at(scan, &at, i);
            bytes += ali_min_u64(chunk->end_bytes, held_from) -
                     ali_min_u64(chunk->start_bytes, held_from);
        }
    }
    return bytes;
}

// --- what is wanted ------------------------------------------------------------------------------

// Where the pages of a chunk lie.
typedef struct span {
    uint64_t start;
    uint64_t end;
} span;

static int32_t compare(const void *by, const void *left, const void *right) {
    const span *a = left;
    const span *b = right;
    (void)by;
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

// The spans of a row group's chunks: in the order in which the columns are wanted, but of very many
// columns in that of the file.
static ali_status collect(scan_state *scan, const cursor *at, span **spans) {
    void *pointer = NULL;
    ALI_TRY(ali_arena_new(ali_task_scratch(scan->source.task), (uint64_t)scan->count * sizeof(span),
                          &pointer));
    span *made = pointer;
    bool is_sorted = true;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        const ali_parquet_chunk *chunk = chunk_at(scan, at, i);
        made[i] = (span){chunk->start_bytes, chunk->end_bytes};
        if (i != 0 && made[i].start < made[i - 1].start) is_sorted = false;
    }
    if (!is_sorted && scan->count >= SORTED_COLUMNS) {
        ali_sort(made, scan->count, sizeof(span), compare, NULL);
    }
    *spans = made;
    return ALI_OK;
}

// Tells if a span may be wanted together with the range before it: as the blob would join them,
// only that a hundred thousand columns need not pass through its list one by one.
static bool is_near(const scan_state *scan, const span *next, uint64_t start, uint64_t end) {
    return next->start >= end && next->start - end <= scan->coalesce_bytes &&
           next->end - start <= scan->request_bytes_max;
}

// Wants the chunks of a row group, near ones as one range, of whose gaps nothing is needed.
static ali_status want_group(scan_state *scan, const cursor *at) {
    ali_parquet_source *source = &scan->source;
    span *spans = NULL;
    ALI_TRY(collect(scan, at, &spans));
    uint32_t i = 0;
    while (i < scan->count) {
        const uint32_t first = i;
        const uint64_t start = spans[i].start;
        uint64_t end = spans[i].end;
        for (i += 1; i < scan->count && is_near(scan, &spans[i], start, end); i += 1) {
            end = spans[i].end;
        }
        if (end == start) continue;
        ALI_TRY(ali_blob_want(source->blob, source->task, start, end - start, "column chunks"));
        for (uint32_t k = first + 1; k < i; k += 1) {
            if (spans[k - 1].end == spans[k].start) continue;
            ali_blob_drop(source->blob, spans[k - 1].end, spans[k].start);
        }
    }
    return ALI_OK;
}

// Wants row groups ahead of the current one, while there is room.
static ali_status plan(scan_state *scan) {
    const uint64_t most = scan->source.ctx->limits.inflight_bytes_max;
    while (!scan->is_windowed && seek(scan, &scan->planned)) {
        const bool is_current = scan->planned.group == scan->current.group;
        if (!is_current && ali_blob_wanted_count(scan->source.blob) >= RANGES_AHEAD_MAX) break;
        const uint64_t bytes = needed_bytes(scan, &scan->planned);
        if (bytes > most / 2) {
            if (!is_current) return ALI_OK;
            scan->is_windowed = true;
        } else {
            if (!is_current && bytes > most - ali_min_u64(most, scan->wanted_bytes)) return ALI_OK;
            ALI_TRY(want_group(scan, &scan->planned));
        }
        scan->wanted_bytes += bytes;
        advance(scan, &scan->planned);
    }
    return ALI_OK;
}

// Wants the next window of each chunk that has used up half of its last one.
static ali_status want_windows(scan_state *scan) {
    ali_parquet_source *source = &scan->source;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        ali_parquet_reader *reader = &scan->readers[i];
        const uint64_t ahead =
            ali_min_u64(reader->at + source->window_bytes / 2, reader->chunk->end_bytes);
        ALI_TRY(ali_parquet_reader_want(source, reader, ahead));
    }
    return ALI_OK;
}

// --- beginning and ending ------------------------------------------------------------------------

// Bytes that a row group's column adds to a batch's room for text and items for each row, by what
// the file says of it, as far as a codec could give as much.
static uint64_t planned_bytes(const scan_state *scan, const ali_parquet_reader *reader) {
    const ali_parquet_chunk *chunk = reader->chunk;
    const uint64_t rows = (uint64_t)group_at(scan, &scan->current)->rows;
    uint64_t bytes = 0;
    if (chunk->meta.values <= 0) return 0;
    if (reader->column->repetition != 0) {
        bytes = (uint64_t)chunk->meta.values / rows * ali_parquet_nest_cost(reader);
    }
    if (reader->column->type == ALI_PARQUET_BYTE_ARRAY && chunk->meta.uncompressed_bytes > 0) {
        const uint64_t most = ali_codec_bound((uint32_t)chunk->meta.codec, NULL,
                                              chunk->end_bytes - chunk->start_bytes);
        bytes += ali_min_u64((uint64_t)chunk->meta.uncompressed_bytes, most) / rows;
    }
    return ali_min_u64(bytes, TEXT_PLANNED);
}

static uint64_t planned_rows(const scan_state *scan) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < scan->count; i += 1) bytes += planned_bytes(scan, &scan->readers[i]);
    const uint64_t rows = TEXT_PLANNED / ali_max_u64(bytes, 1);
    return ali_min_u64(scan->batch_rows, ali_max_u64(rows, 1));
}

static ali_status open_group(scan_state *scan) {
    const uint64_t before = scan->current.rows_before;
    const uint64_t rows = (uint64_t)group_at(scan, &scan->current)->rows;
    const uint64_t skip = scan->first_row > before ? scan->first_row - before : 0;
    const uint64_t end = ali_min_u64(before + rows, scan->end_row);
    for (uint32_t i = 0; i < scan->count; i += 1) {
        ALI_TRY(ali_parquet_reader_begin(&scan->source, &scan->readers[i],
                                         (uint32_t)scan->current.group, skip));
    }
    scan->group_rows = end - before - skip;
    scan->is_group_open = true;
    ALI_TRY(plan(scan));
    for (uint32_t i = 0; scan->is_windowed && i < scan->count; i += 1) {
        scan->readers[i].wanted = scan->readers[i].chunk->start_bytes;
    }
    scan->group_bytes = needed_bytes(scan, &scan->current);
    scan->group_batch = planned_rows(scan);
    return ALI_OK;
}

static ali_status close_group(scan_state *scan) {
    const bool is_whole = scan->end_row >= scan->current.rows_before +
                                               (uint64_t)group_at(scan, &scan->current)->rows;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        ali_parquet_reader *reader = &scan->readers[i];
        if (is_whole) ALI_TRY(ali_parquet_reader_check_end(&scan->source, reader));
        const uint64_t end = reader->wanted;
        if (reader->at < end) ali_blob_drop(scan->source.blob, reader->at, end);
        ali_parquet_reader_end_chunk(reader);
    }
    scan->wanted_bytes -= scan->group_bytes;
    scan->is_group_open = false;
    scan->is_windowed = false;
    advance(scan, &scan->current);
    return ALI_OK;
}

// Bytes of a row in the fixed-width buffers of a batch.
static uint64_t row_bytes(const scan_state *scan) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        const ali_parquet_column *column = scan->readers[i].column;
        if (column->repetition != 0) continue; // see planned_bytes()
        bytes += column->type == ALI_PARQUET_BYTE_ARRAY ? 4 : ali_max_u64(column->width, 1);
    }
    return bytes;
}

// Begins a batch of the rows that all columns can have: those which were decoded further than the
// last batch went have as many as are left of that.
static ali_status begin_batch(scan_state *scan, uint32_t budget_rows) {
    uint64_t rows = ali_min_u64(scan->group_batch, scan->group_rows);
    if (budget_rows != 0) rows = ali_min_u64(rows, budget_rows);
    for (uint32_t i = 0; i < scan->count; i += 1) {
        const uint64_t spare = scan->readers[i].spare_rows;
        if (spare != 0) rows = ali_min_u64(rows, spare);
    }
    scan->rows = rows;
    scan->row =
        ali_min_u64(scan->current.rows_before + (uint64_t)group_at(scan, &scan->current)->rows,
                    scan->end_row) -
        scan->group_rows;
    scan->source.text_bytes = 0;
    return ali_batch_new(scan->source.ctx, scan->source.schema, rows, &scan->batch);
}

// The columns that a reader fills, in pre-order, and where it keeps what a batch did not take.
static ali_column *chain_of(const scan_state *scan, const ali_parquet_reader *reader) {
    return reader->nest != NULL ? reader->nest->chain : &scan->batch->columns[reader->node];
}

static ali_column *spare_of(ali_parquet_reader *reader) {
    return reader->nest != NULL ? reader->nest->spare : &reader->spare;
}

static uint32_t chain_count(const ali_parquet_reader *reader) {
    return reader->nest != NULL ? reader->nest->count : 1;
}

static ali_status finish_reader(scan_state *scan, ali_parquet_reader *reader) {
    if (reader->nest == NULL) return ali_parquet_finish_column(&scan->source, reader);
    return ali_parquet_nest_finish(&scan->source, reader);
}

// Completes what a reader has for the batch; rows beyond the batch are kept for the next one.
static ali_status end_column(scan_state *scan, ali_parquet_reader *reader) {
    ali_column *chain = chain_of(scan, reader);
    ali_column *spare = spare_of(reader);
    const uint32_t count = chain_count(reader);
    if (reader->spare_rows == 0) {
        const uint64_t rows = ali_parquet_reader_rows(reader);
        ALI_TRY(finish_reader(scan, reader));
        if (rows == scan->rows) return ALI_OK;
        for (uint32_t i = 0; i < count; i += 1) spare[i] = chain[i];
        reader->spare_from = 0;
        reader->spare_rows = rows;
    }
    for (uint32_t i = 0; i < count; i += 1) chain[i] = (ali_column){.type = spare[i].type};
    chain[0].length = scan->rows;
    ALI_TRY(ali_column_slice(scan->source.ctx, spare, reader->spare_from, chain));
    reader->spare_from += scan->rows;
    reader->spare_rows -= scan->rows;
    if (reader->spare_rows != 0) return ALI_OK;
    for (uint32_t i = 0; i < count; i += 1) ali_column_clear(&spare[i]);
    return ALI_OK;
}

// Makes a column that no leaf tells of, and whose length is set.
static ali_status fill_bare(ali_context *ctx, const ali_field *field, ali_column *column) {
    const uint32_t kind = column->type->kind;
    if (kind == ALI_TYPE_LIST || kind == ALI_TYPE_MAP) {
        return ali_buf_zero(ctx, (column->length + 1) * 4, &column->offsets);
    }
    if (column->type->children_count != 0 || !field->is_nullable) return ALI_OK;
    column->null_count = column->length;
    if (kind == ALI_TYPE_NULL || column->length == 0) return ALI_OK;
    return ali_buf_zero(ctx, (column->length + 7) / 8, &column->validity);
}

// Makes the columns that no leaf tells of: structs without members, which are null where they may
// be, what they lie in, and values of maps that have none. They are as long as the columns around
// them make them.
static ali_status fill_bares(scan_state *scan) {
    ali_column *columns = scan->batch->columns;
    for (uint32_t i = 0; i < scan->bare_count; i += 1) {
        const uint32_t node = scan->bare[2 * i];
        ali_column *column = &columns[node];
        const ali_column *around = &columns[scan->bare[2 * i + 1]];
        const bool is_item = around->offsets != NULL;
        column->length = around == column ? scan->rows : around->length;
        if (is_item) column->length = ali_load_u32(around->offsets->data + around->length * 4);
        ALI_TRY(fill_bare(scan->source.ctx, &scan->source.schema->nodes[node], column));
    }
    return ALI_OK;
}

static ali_status end_batch(ali_task *task, scan_state *scan) {
    scan->batch->rows = scan->rows;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        ali_parquet_reader *reader = &scan->readers[i];
        ALI_TRY(end_column(scan, reader));
        if (reader->nest == NULL) continue;
        ALI_TRY(ali_parquet_nest_merge(&scan->source, reader, scan->batch));
    }
    ALI_TRY(fill_bares(scan));
    scan->group_rows -= scan->rows;
    if (scan->group_rows == 0) ALI_TRY(close_group(scan));
    if (scan->join.schema != NULL) {
        return ali_parquet_join_begin(scan->source.ctx, &scan->join, scan->shown, scan->batch,
                                      scan->row);
    }
    ali_task_put_batch(task, scan->batch);
    scan->batch = NULL;
    return ALI_READY;
}

// --- the task ------------------------------------------------------------------------------------

// Sets the bounds of the scan and its batches.
static void begin(ali_task *task, scan_state *scan) {
    scan->batch_rows = ali_min_u64(scan->batch_rows,
                                   ali_max_u64(1, BATCH_BYTES / ali_max_u64(row_bytes(scan), 1)));
    scan->end_row = ali_min_u64(scan->end_row, scan->file->rows);
    scan->first_row = ali_min_u64(scan->first_row, scan->end_row);
    ali_task_expect(task, expected_bytes(scan), scan->end_row - scan->first_row);
    scan->source.window_bytes =
        ali_max_u64(WINDOW_BYTES,
                    scan->source.ctx->limits.inflight_bytes_max / 4 / ali_max_u64(scan->count, 1));
    scan->is_begun = true;
}

// Works on the columns of the batch. ALI_OK: all are complete. One after the other, also while
// bytes of a later one are there first: which of two damaged columns is told of may not hang on the
// order in which answers come.
static ali_status decode(scan_state *scan) {
    scan->source.credit = STEP_CREDIT;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        ali_parquet_reader *reader = &scan->readers[i];
        if (reader->spare_rows != 0) continue;
        if (reader->out == NULL) {
            const uint64_t share = scan->source.text_bytes +
                                   ali_max_u64(TEXT_BYTES / scan->count, 1);
            ALI_TRY(ali_parquet_reader_fill(&scan->source, reader, chain_of(scan, reader),
                                            scan->rows, ali_max_u64(share, TEXT_BYTES)));
        }
        const ali_status status = ali_parquet_reader_step(&scan->source, reader);
        if (status != ALI_OK) return status;
        scan->rows = ali_min_u64(scan->rows, ali_parquet_reader_rows(reader));
    }
    return ALI_OK;
}

// Of a plan: lists the operations of row group after row group. What would be read by windows is
// listed as a whole.
static ali_status step_plan(ali_task *task, scan_state *scan) {
    if (!scan->is_group_open) {
        if (!seek(scan, &scan->current)) return ALI_OK;
        ALI_TRY(open_group(scan));
        if (scan->is_windowed) ALI_TRY(want_group(scan, &scan->current));
    }
    ALI_TRY(plan(scan));
    ALI_TRY(ali_blob_flush(scan->source.blob, task));
    if (ali_task_inflight_ops(task) != 0) return ALI_NEED;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        const ali_parquet_chunk *chunk = scan->readers[i].chunk;
        ali_blob_drop(scan->source.blob, chunk->start_bytes, chunk->end_bytes);
        ali_parquet_reader_end_chunk(&scan->readers[i]);
    }
    scan->wanted_bytes -= scan->group_bytes;
    scan->is_group_open = false;
    scan->is_windowed = false;
    advance(scan, &scan->current);
    return ALI_YIELD;
}

// Goes on with the shredded columns of a batch that is read.
static ali_status join_batch(ali_task *task, scan_state *scan) {
    int64_t credit = STEP_CREDIT;
    const ali_status status =
        ali_parquet_join_step(scan->source.ctx, &scan->join, scan->batch, &credit);
    if (status != ALI_OK) return status;
    ali_task_put_batch(task, scan->join.batch);
    scan->join.batch = NULL;
    ali_batch_release(scan->batch);
    scan->batch = NULL;
    return ALI_READY;
}

static ali_status step(ali_task *task, scan_state *scan, uint32_t budget_rows) {
    if (scan->join.batch != NULL) return join_batch(task, scan);
    if (!scan->is_begun) begin(task, scan);
    if (scan->is_plan) return step_plan(task, scan);
    const uint32_t ops = ali_task_inflight_ops(task);
    if (!scan->is_group_open) {
        if (!seek(scan, &scan->current)) return ALI_OK;
        ALI_TRY(open_group(scan));
    }
    if (scan->batch == NULL) ALI_TRY(begin_batch(scan, budget_rows));
    ALI_TRY(plan(scan));
    if (scan->is_windowed) ALI_TRY(want_windows(scan));
    ALI_TRY(ali_blob_flush(scan->source.blob, task));
    if (ali_task_inflight_ops(task) > ops) return ALI_NEED;
    const ali_status status = decode(scan);
    if (status < 0) return status;
    ALI_TRY(ali_blob_flush(scan->source.blob, task));
    if (ali_task_inflight_ops(task) > ops) return ALI_NEED;
    if (status != ALI_OK) return status;
    const ali_status ended = end_batch(task, scan);
    return ended == ALI_OK ? ALI_YIELD : ended;
}

static ali_status scan_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    scan_state *scan = pointer;
    const ali_status status = step(task, scan, budget_rows);
    if (status < 0) {
        uint32_t path_bytes = 0;
        const char *path = ali_blob_path(scan->source.blob, &path_bytes);
        ali_error_add_object(scan->source.ctx, path, path_bytes);
    }
    return status;
}

static void scan_clear(ali_task *task, void *pointer) {
    scan_state *scan = pointer;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        ali_parquet_reader_clear(&scan->readers[i]);
        ali_parquet_nest_free(ali_task_context(task), &scan->readers[i]);
    }
    ali_mem_free(ali_task_context(task), scan->bare, scan->bare_bytes);
    ali_mem_free(ali_task_context(task), scan->readers,
                 (uint64_t)scan->count * sizeof(ali_parquet_reader));
    ali_buf_release(scan->source.header);
    ali_parquet_clear_inflate(&scan->source);
    ali_buf_release(scan->source.scratch);
    ali_batch_release(scan->batch);
    ali_parquet_join_clear(ali_task_context(task), &scan->join);
    ali_schema_release(scan->shown);
    if (scan->source.blob != NULL) {
        ali_blob_learn(scan->file->blob, scan->source.blob);
        ali_blob_forget(scan->source.blob, task);
        ali_blob_release(scan->source.blob);
    }
    ali_file_release(scan->file);
}

static const ali_task_class scan_class = {"parquet", scan_step, scan_clear, sizeof(scan_state)};

// The nodes of a projected schema while readers are made of them.
typedef struct node_map {
    const ali_schema *schema;
    const uint32_t *nodes; // of the file's stored schema, for each
    const ali_parquet_state *state;
    uint32_t *parents; // of each node; that of one at the top is itself
    uint8_t *is_told;  // some leaf tells of it
} node_map;

static uint32_t leaf_at(const node_map *map, uint32_t node) {
    return map->state->nodes[map->nodes[node]].leaf;
}

static void fill_parents(const node_map *map) {
    const ali_schema *schema = map->schema;
    for (uint32_t i = 0; i < schema->count; i += 1)
        map->parents[schema->roots[i]] = schema->roots[i];
    for (uint32_t node = 0; node < schema->nodes_count; node += 1) {
        const ali_type *type = schema->nodes[node].type;
        uint32_t child = node + 1;
        for (uint32_t i = 0; i < type->children_count; i += 1) {
            map->parents[child] = node;
            child += schema->nodes[child].type->span;
        }
    }
}

// Makes the reader of a leaf: of rows, or with the columns around it.
static ali_status new_reader(ali_context *ctx, const node_map *map, uint32_t node,
                             ali_parquet_reader *reader) {
    uint32_t nodes[ALI_TYPE_DEPTH_MAX + 1];
    uint32_t from[ALI_TYPE_DEPTH_MAX + 1];
    uint32_t count = 1;
    uint32_t shared = 0;
    const ali_parquet_column *column = &map->state->columns[leaf_at(map, node)];
    if (column->refusal != ALI_PARQUET_READABLE) return ali_parquet_refuse(ctx, column);
    reader->column = column;
    reader->node = node;
    for (uint32_t at = node; map->parents[at] != at; at = map->parents[at]) count += 1;
    for (uint32_t i = count; i > 0; i -= 1) {
        nodes[i - 1] = node;
        from[i - 1] = map->nodes[node];
        shared += map->is_told[node];
        map->is_told[node] = 1;
        node = map->parents[node];
    }
    if (count == 1 && column->repetition == 0 && column->definition <= 1) return ALI_OK;
    ALI_TRY(ali_parquet_nest_new(ctx, map->state, reader, map->schema, nodes, from, count));
    reader->nest->shared = shared;
    return ALI_OK;
}

static ali_status new_readers(ali_context *ctx, scan_state *scan, const node_map *map) {
    const uint32_t nodes_count = map->schema->nodes_count;
    uint32_t count = 0;
    void *readers = NULL;
    for (uint32_t i = 0; i < nodes_count; i += 1) {
        count += leaf_at(map, i) != ALI_PARQUET_NO_LEAF ? 1 : 0;
    }
    ALI_TRY(ali_mem_zero(ctx, (uint64_t)count * sizeof(ali_parquet_reader), &readers));
    scan->readers = readers;
    scan->count = count;
    count = 0;
    for (uint32_t i = 0; i < nodes_count; i += 1) {
        if (leaf_at(map, i) == ALI_PARQUET_NO_LEAF) continue;
        ALI_TRY(new_reader(ctx, map, i, &scan->readers[count]));
        count += 1;
    }
    return ALI_OK;
}

// Which values of a group without columns are null, or how many items lists of them have, is not
// stored anywhere. Values that are always there, and nulls for values, need not be.
static ali_status check_bare(ali_context *ctx, const ali_field *field) {
    const uint32_t kind = field->type->kind;
    if (kind == ALI_TYPE_NULL || (kind == ALI_TYPE_STRUCT && !field->is_nullable)) return ALI_OK;
    const size_t name_bytes = (size_t)field->name_bytes;
    const ali_status status = ali_fail(
        ctx, ALI_ERR_UNSUPPORTED,
        "a group without columns is not supported where it may be null or repeated, since the file "
        "does not tell (column %q)",
        field->name, name_bytes);
    ali_error_add_column(ctx, field->name, name_bytes);
    return status;
}

// Notes the nodes that no leaf tells of.
static ali_status note_bare(ali_context *ctx, scan_state *scan, const node_map *map) {
    const uint32_t nodes_count = map->schema->nodes_count;
    void *bare = NULL;
    for (uint32_t i = 0; i < nodes_count; i += 1) scan->bare_count += map->is_told[i] == 0 ? 1 : 0;
    scan->bare_bytes = (uint64_t)scan->bare_count * 2 * sizeof(uint32_t);
    ALI_TRY(ali_mem_new(ctx, scan->bare_bytes, &bare));
    scan->bare = bare;
    uint32_t *to = bare;
    for (uint32_t i = 0; i < nodes_count; i += 1) {
        if (map->is_told[i] != 0) continue;
        ALI_TRY(check_bare(ctx, &map->schema->nodes[i]));
        to[0] = i;
        to[1] = map->parents[i];
        to += 2;
    }
    return ALI_OK;
}

static ali_status make_readers(ali_context *ctx, scan_state *scan, const ali_parquet_state *state,
                               const ali_schema *schema) {
    const uint64_t count = schema->nodes_count;
    const uint64_t room_bytes = count * (sizeof(uint32_t) + 1);
    if (count == 0) return ALI_OK;
    void *room = NULL;
    ALI_TRY(ali_mem_zero(ctx, room_bytes, &room));
    const node_map map = {.schema = schema,
                          .nodes = scan->join.nodes,
                          .state = state,
                          .parents = room,
                          .is_told = (uint8_t *)room + count * sizeof(uint32_t)};
    fill_parents(&map);
    ali_status status = new_readers(ctx, scan, &map);
    if (status == ALI_OK) status = note_bare(ctx, scan, &map);
    ali_mem_free(ctx, room, room_bytes);
    return status;
}

static ali_status fill_state(ali_context *ctx, ali_task *task, scan_state *scan, ali_file *file,
                             const ali_projection *projection) {
    const ali_parquet_state *state = file->state;
    scan->shown = projection->schema;
    ali_schema_retain(scan->shown);
    ALI_TRY(ali_parquet_join_new(ctx, state, projection, &scan->join));
    ali_schema *schema = scan->join.schema != NULL ? scan->join.schema : scan->shown;
    ALI_TRY(make_readers(ctx, scan, state, schema));
    scan->file = ali_file_retain(file);
    scan->source = (ali_parquet_source){
        .ctx = ctx, .task = task, .schema = schema, .state = state, .strings = projection->strings};
    scan->current.group = scan->planned.group = file->first_group;
    scan->is_plan = projection->is_plan;
    scan->batch_rows = ali_max_u64(projection->batch_rows, 1);
    scan->first_row = projection->offset_rows;
    const uint64_t limit = ali_min_u64(projection->limit_rows, ALI_UNKNOWN - scan->first_row);
    scan->end_row = scan->first_row + limit;
    ALI_TRY(ali_buf_new(ctx, 0, &scan->source.scratch));
    ALI_TRY(ali_blob_fork(file->blob, &scan->source.blob));
    scan->coalesce_bytes = projection->coalesce_bytes;
    scan->request_bytes_max = ali_max_u64(projection->request_bytes_max, 1);
    ali_blob_tune(scan->source.blob, scan->coalesce_bytes, scan->request_bytes_max);
    if (scan->is_plan) ali_blob_plan(scan->source.blob);
    return ALI_OK;
}

ali_status ali_parquet_scan_start(ali_task *parent, ali_file *file,
                                  const ali_projection *projection, ali_task **task) {
    ali_task *made = NULL;
    void *pointer = NULL;
    *task = NULL;
    ALI_TRY(ali_task_new(file->ctx, parent, &scan_class, &made, &pointer));
    const ali_status status = fill_state(file->ctx, made, pointer, file, projection);
    if (status < 0) {
        ali_task_free(made);
        return status;
    }
    *task = made;
    return ALI_OK;
}
