// data/many_scan.c: reading many files as one: one after the other, whereby the first bytes of the
// next are asked for while the current one waits. Batches get the columns of the whole: widened,
// null where the file has none, constant where they come from folders.
#include "base/text.h"
#include "compute/widen.h"
#include "data/many.h"
#include "data/names.h"

// Where a column of the batch comes from, if not from a column of the file.
#define FROM_NOWHERE UINT32_MAX

// A file that is being read.
typedef struct part {
    ali_task *task; // NULL: none
    uint32_t file;
    uint32_t *sources;  // of each column wanted: the column of the file's batches, or FROM_NOWHERE
    uint64_t skip_rows; // still to be left out, of a file that does not know its rows
    bool is_counted;    // the file knew its rows: what is left was counted when it was begun
    bool is_stepped;    // ahead: it has asked for its first bytes
    ali_status status;  // ahead: below 0 if it failed before its turn
} part;

typedef struct many_scan {
    ali_file *file;
    ali_many *many;
    ali_schema *schema;
    uint32_t *columns; // of the whole, as they are wanted
    uint32_t count;
    uint32_t *nodes;    // of the whole's schema, for each of `schema`; in one block with `columns`
    ali_projection how; // as given, without what is borrowed
    uint64_t skip_rows; // of the files that are not begun yet
    uint64_t left_rows;
    uint64_t rows_total;
    uint32_t next; // the first file that is not begun
    part current;
    part ahead;
    ali_error_box ahead_errors; // if it failed
} many_scan;

// --- beginning a file ----------------------------------------------------------------------------

static void end_part(many_scan *scan, part *of) {
    ali_task_free(of->task);
    ali_mem_free(scan->file->ctx, of->sources, (uint64_t)scan->count * sizeof(uint32_t));
    *of = (part){0};
}

// The rows of a file that are wanted. False if there are none.
static bool take_rows(many_scan *scan, const ali_file *file, part *of, uint64_t *offset,
                      uint64_t *limit) {
    *offset = 0;
    of->is_counted = file->rows != ALI_UNKNOWN;
    if (!of->is_counted) {
        of->skip_rows = scan->skip_rows;
        *limit = scan->left_rows > ALI_UNKNOWN - scan->skip_rows
                     ? ALI_UNKNOWN
                     : scan->left_rows + scan->skip_rows;
        return true;
    }
    *offset = ali_min_u64(scan->skip_rows, file->rows);
    *limit = ali_min_u64(file->rows - *offset, scan->left_rows);
    scan->skip_rows -= *offset;
    if (scan->left_rows != ALI_UNKNOWN) scan->left_rows -= *limit;
    return *limit > 0;
}

// Finds the columns of a file that are read. `columns` gets their indexes, part->sources where they
// will be in the file's batches.
static uint32_t find_columns(const many_scan *scan, const ali_schema *schema, part *of,
                             uint32_t *room, uint32_t *columns) {
    const ali_names names = ali_names_sort(schema, room);
    uint32_t count = 0;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        const ali_many_column *column = &scan->many->columns[scan->columns[i]];
        uint32_t end = 0;
        of->sources[i] = FROM_NOWHERE;
        if (column->key != ALI_MANY_NO_KEY) continue;
        const uint32_t first =
            ali_names_find(&names, column->field->name, (size_t)column->field->name_bytes, &end);
        if (column->occurrence >= end - first) continue;
        columns[count] = names.places[first + column->occurrence];
        of->sources[i] = count;
        count += 1;
    }
    return count;
}

// Lists the nodes of a file that are read: where those of the whole are, counted from the column.
// A column without a type of its own, of nulls, is read as it is. Returns how many.
static uint32_t find_nodes(const many_scan *scan, const part *of, const ali_schema *schema,
                           const uint32_t *columns, uint32_t *nodes) {
    const ali_schema *whole = scan->file->schema;
    uint32_t count = 0;
    for (uint32_t i = 0; i < scan->count; i += 1) {
        if (of->sources[i] == FROM_NOWHERE) continue;
        const uint32_t first = scan->schema->roots[i];
        const uint32_t from = whole->roots[scan->columns[i]];
        const uint32_t root = schema->roots[columns[of->sources[i]]];
        const bool is_same = schema->nodes[root].type->span == whole->nodes[from].type->span;
        const uint32_t span = is_same ? scan->schema->nodes[first].type->span : 1;
        for (uint32_t k = 0; k < span; k += 1) {
            nodes[count] = root + (is_same ? scan->nodes[first + k] - from : 0);
            count += 1;
        }
    }
    return count;
}

static ali_status start_file(ali_task *task, const many_scan *scan, part *of, ali_file *file,
                             ali_projection *projection, uint32_t *room) {
    uint32_t *columns = room + file->schema->count;
    uint32_t *nodes = columns + scan->count;
    projection->columns = columns;
    projection->nodes = nodes;
    projection->count = find_columns(scan, file->schema, of, room, columns);
    if (projection->is_plan && !file->format->can_plan) {
        return ali_fail(file->ctx, ALI_ERR_UNSUPPORTED,
                        "planning the requests of format %s is not supported yet",
                        file->format->name);
    }
    projection->counts_rows = projection->is_plan && !of->is_counted;
    const uint32_t nodes_count = find_nodes(scan, of, file->schema, columns, nodes);
    ALI_TRY(ali_schema_prune(file->ctx, file->schema, nodes, nodes_count, &projection->schema));
    const ali_status status = file->format->scan_start(task, file, projection, &of->task);
    ali_schema_release(projection->schema);
    return status;
}

static ali_status begin_part(ali_task *task, many_scan *scan, uint32_t index, uint64_t offset,
                             uint64_t limit, part *of) {
    ali_file *file = scan->many->files[index].file;
    ali_context *ctx = file->ctx;
    ali_projection projection = scan->how;
    projection.offset_rows = offset;
    projection.limit_rows = limit;
    of->file = index;
    void *sources = NULL;
    void *room = NULL;
    ALI_TRY(ali_mem_new(ctx, (uint64_t)scan->count * sizeof(uint32_t), &sources));
    of->sources = sources;
    const uint64_t room_bytes =
        ((uint64_t)file->schema->count + scan->count + scan->schema->nodes_count + 1) *
        sizeof(uint32_t);
    ALI_TRY(ali_mem_new(ctx, room_bytes, &room));
    const ali_status status = start_file(task, scan, of, file, &projection, room);
    ali_mem_free(ctx, room, room_bytes);
    return status;
}

// Begins the next file that has rows that are wanted; of->task stays NULL if there is none.
static ali_status begin_next(ali_task *task, many_scan *scan, part *of) {
    while (scan->next < scan->many->files_count && scan->left_rows > 0) {
        const uint32_t index = scan->next;
        uint64_t offset = 0;
        uint64_t limit = 0;
        *of = (part){0};
        scan->next += 1;
        if (!take_rows(scan, scan->many->files[index].file, of, &offset, &limit)) continue;
        return begin_part(task, scan, index, offset, limit, of);
    }
    return ALI_OK;
}

// --- batches -------------------------------------------------------------------------------------

static void fill_numbers(ali_buf *values, uint64_t rows, int64_t number, uint32_t bits) {
    for (uint64_t i = 0; i < rows; i += 1) {
        if (bits == 32) {
            ((int32_t *)(void *)values->data)[i] = (int32_t)number;
        } else {
            ((int64_t *)(void *)values->data)[i] = number;
        }
    }
}

// A dictionary of the one value of a folder.
static ali_status make_dictionary(const many_scan *scan, const ali_many_value *value,
                                  ali_column *column) {
    ali_context *ctx = scan->file->ctx;
    ali_column word = {.type = column->type, .length = 1};
    ali_status status = ali_buf_zero(ctx, 2 * sizeof(int32_t), &word.offsets);
    if (status == ALI_OK) status = ali_buf_new(ctx, value->text_bytes, &word.data);
    if (status < 0) {
        ali_column_clear(&word);
        return status;
    }
    ali_copy(word.data->data, value->text, value->text_bytes);
    ((int32_t *)(void *)word.offsets->data)[1] = (int32_t)value->text_bytes;
    return ali_dictionary_new(ctx, scan->schema, &word, &column->dictionary);
}

// A column of the value of a file's folder.
static ali_status fill_constant(const many_scan *scan, const ali_many_value *value,
                                ali_column *column) {
    ali_context *ctx = scan->file->ctx;
    const uint64_t rows = column->length;
    if (value->is_null) return ali_column_null(ctx, column);
    if (column->type->kind != ALI_TYPE_UTF8) {
        ALI_TRY(ali_buf_new(ctx, rows * ali_type_width(column->type), &column->values));
        fill_numbers(column->values, rows, value->number, column->type->bits);
        return ALI_OK;
    }
    ALI_TRY(make_dictionary(scan, value, column));
    column->encoding = ALI_ENCODING_DICTIONARY;
    ALI_TRY(ali_buf_zero(ctx, rows * sizeof(int32_t), &column->values));
    if (scan->how.strings != ALI_SCAN_STRINGS_PLAIN) return ALI_OK;
    return ali_column_decode(ctx, column);
}

// A column of the whole out of one of a file.
static ali_status take_column(const many_scan *scan, const ali_column *from, ali_column *column) {
    ali_context *ctx = scan->file->ctx;
    const ali_type *type = column->type;
    if (from->type->kind == ALI_TYPE_NULL && type->kind != ALI_TYPE_NULL) {
        return ali_column_null(ctx, column);
    }
    for (uint32_t i = 0; i < type->span; i += 1) {
        const ali_type *own = column[i].type;
        ali_column_share(&column[i], &from[i]);
        if (i > 0) column[i].type = own;
    }
    return ali_column_widen(ctx, column, type);
}

static ali_status fill_column(const many_scan *scan, const part *of, const ali_batch *batch,
                              uint32_t index, ali_column *column) {
    const ali_many_column *whole = &scan->many->columns[scan->columns[index]];
    if (whole->key != ALI_MANY_NO_KEY) {
        return fill_constant(scan, &scan->many->files[of->file].values[whole->key], column);
    }
    if (of->sources[index] == FROM_NOWHERE) return ali_column_null(scan->file->ctx, column);
    return take_column(scan, ali_batch_at(batch, of->sources[index]), column);
}

// The batch of the whole for one of a file.
static ali_status adapt(const many_scan *scan, const part *of, ali_batch *batch,
                        ali_batch **adapted) {
    ali_batch *made = NULL;
    ALI_TRY(ali_batch_new(scan->file->ctx, scan->schema, batch->rows, &made));
    for (uint32_t i = 0; i < scan->count; i += 1) {
        const ali_status status = fill_column(scan, of, batch, i, ali_batch_at(made, i));
        if (status < 0) {
            ali_batch_release(made);
            return ali_many_fail(scan->many, &scan->many->files[of->file],
                                 ali_schema_field(scan->schema, i), status);
        }
    }
    *adapted = made;
    return ALI_OK;
}

// Cuts off what was not wanted of a file that did not know its rows. *rest is NULL if nothing is
// left, and of a plan, whose batches hold nothing.
static ali_status cut(many_scan *scan, part *of, ali_batch *batch, ali_batch **rest) {
    const uint64_t skip = ali_min_u64(of->skip_rows, batch->rows);
    const uint64_t rows = ali_min_u64(batch->rows - skip, scan->left_rows);
    *rest = NULL;
    of->skip_rows -= skip;
    scan->skip_rows -= skip;
    if (scan->left_rows != ALI_UNKNOWN) scan->left_rows -= rows;
    if (rows == 0 || scan->how.is_plan) return ALI_OK;
    return ali_batch_slice(scan->file->ctx, batch, skip, rows, rest);
}

static ali_status hand_out(ali_task *task, many_scan *scan, part *of, ali_batch *batch) {
    ali_batch *rest = batch;
    ali_batch *adapted = NULL;
    if (of->is_counted) {
        ali_batch_retain(batch);
    } else {
        ALI_TRY(cut(scan, of, batch, &rest));
        if (rest == NULL) return ALI_YIELD;
    }
    const ali_status status = adapt(scan, of, rest, &adapted);
    ali_batch_release(rest);
    ALI_TRY(status);
    ali_task_put_batch(task, adapted);
    return ALI_READY;
}

// --- the task ------------------------------------------------------------------------------------

// Lets the next file ask for its first bytes. What goes wrong with it is told when its turn comes.
//
static ali_status step_ahead(ali_task *task, many_scan *scan) {
    part *ahead = &scan->ahead;
    if (ahead->is_stepped || !scan->current.is_counted) return ALI_NEED;
    ali_status status = ahead->task == NULL ? begin_next(task, scan, ahead) : ALI_OK;
    if (status == ALI_OK && ahead->task != NULL) status = ali_task_step_child(task, ahead->task, 0);
    ahead->is_stepped = true;
    if (status >= 0) return ALI_NEED;
    ahead->status = status;
    ali_error_move(&scan->ahead_errors, scan->file->ctx->errors);
    return ALI_NEED;
}

// The file that was begun ahead, or the next, becomes the current one.
static ali_status turn(ali_task *task, many_scan *scan) {
    scan->current = scan->ahead;
    scan->ahead = (part){0};
    if (scan->current.status < 0) {
        ali_error_move(scan->file->ctx->errors, &scan->ahead_errors);
        return scan->current.status;
    }
    return scan->current.task == NULL ? begin_next(task, scan, &scan->current) : ALI_OK;
}

// A batch that the current file made ahead of its turn waits in its task.
static ali_status step_current(ali_task *task, const many_scan *scan, uint32_t budget_rows) {
    if (ali_task_has_batch(scan->current.task)) return ALI_READY;
    return ali_task_step_child(task, scan->current.task, budget_rows);
}

static ali_status step(ali_task *task, many_scan *scan, uint32_t budget_rows) {
    if (scan->current.task == NULL) ALI_TRY(turn(task, scan));
    if (scan->current.task == NULL) return ALI_OK;
    const ali_status status = step_current(task, scan, budget_rows);
    ali_task_expect(task, ALI_UNKNOWN, scan->rows_total);
    if (status == ALI_NEED) return step_ahead(task, scan);
    if (status == ALI_OK) {
        end_part(scan, &scan->current);
        return ALI_YIELD;
    }
    if (status != ALI_READY) return status;
    ali_batch *batch = ali_task_take_batch(scan->current.task);
    const ali_status handed = hand_out(task, scan, &scan->current, batch);
    ali_batch_release(batch);
    return handed;
}

static ali_status scan_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    return step(task, pointer, budget_rows);
}

static void scan_clear(ali_task *task, void *pointer) {
    many_scan *scan = pointer;
    ali_context *ctx = ali_task_context(task);
    if (scan->file == NULL) return;
    end_part(scan, &scan->current);
    end_part(scan, &scan->ahead);
    ali_mem_free(ctx, scan->columns,
                 ((uint64_t)scan->count + scan->schema->nodes_count) * sizeof(uint32_t));
    ali_schema_release(scan->schema);
    ali_file_release(scan->file);
}

static const ali_task_class scan_class = {"files", scan_step, scan_clear, sizeof(many_scan)};

static uint64_t count_total(const many_scan *scan) {
    const uint64_t rows = scan->file->rows;
    if (rows == ALI_UNKNOWN) return ALI_UNKNOWN;
    return ali_min_u64(rows - ali_min_u64(rows, scan->skip_rows), scan->left_rows);
}

ali_status ali_many_scan_start(ali_task *parent, ali_file *file, const ali_projection *projection,
                               ali_task **task) {
    void *pointer = NULL;
    void *columns = NULL;
    *task = NULL;
    ALI_TRY(ali_task_new(file->ctx, parent, &scan_class, task, &pointer));
    const uint64_t columns_bytes = (uint64_t)projection->count * sizeof(uint32_t);
    const uint64_t nodes_bytes = (uint64_t)projection->schema->nodes_count * sizeof(uint32_t);
    const ali_status status = ali_mem_new(file->ctx, columns_bytes + nodes_bytes, &columns);
    if (status < 0) {
        ali_task_free(*task);
        *task = NULL;
        return status;
    }
    uint32_t *nodes = (uint32_t *)columns + projection->count;
    ali_copy(columns, projection->columns, (size_t)columns_bytes);
    ali_copy(nodes, projection->nodes, (size_t)nodes_bytes);
    many_scan *scan = pointer;
    *scan = (many_scan){.file = ali_file_retain(file),
                        .many = file->state,
                        .schema = projection->schema,
                        .columns = columns,
                        .count = projection->count,
                        .nodes = nodes,
                        .how = *projection,
                        .skip_rows = projection->offset_rows,
                        .left_rows = projection->limit_rows};
    ali_schema_retain(scan->schema);
    scan->rows_total = count_total(scan);
    return ALI_OK;
}
