// format/ipc/scan.c: reading rows of Arrow IPC files and streams: which messages, which of their
// bytes are wanted ahead, dictionaries as they come, and batches handed out in slices.
//
// Each message has a *front*, bytes that are wanted as a whole: its metadata, or all of it where
// all of it is read. Buffers behind the front are wanted one by one, once the metadata tells where
// they are. In a file fronts are wanted for messages ahead; in a stream, where only a message tells
// where the next one begins, the front is a window that runs ahead and grows.
#include "format/ipc/scan.h"

#include "base/text.h"
#include "column/fit.h"
#include "format/ipc/load.h"

// Work of a step, about a byte each.
#define STEP_CREDIT (INT64_C(1) << 20)
// Bytes of a slice whose views, list views and run ends are written out.
#define SLICE_BYTES_MAX (UINT64_C(4) << 20)
// Messages of a file that are wanted ahead at most.
#define AHEAD_MAX 1024u
// Bytes of a stream's first window, and of later ones at most.
#define WINDOW_FIRST (UINT64_C(64) << 10)
#define WINDOW_PART (UINT64_C(1) << 20)
#define WINDOW_MOST (UINT64_C(8) << 20)
// Messages that a step passes over at most.
#define STEP_MESSAGES 256u

// Bytes of a stream's message that a plan reads before it knows the length of its metadata.
#define PLAN_BYTES (UINT64_C(4) << 10)

enum { PHASE_NEXT, PHASE_METADATA, PHASE_BEGIN, PHASE_LOAD, PHASE_SLICES, PHASE_PLAN, PHASE_LEAVE };

// A message: where it lies.
typedef struct place {
    uint64_t start;
    uint64_t metadata_end;
    uint64_t end;
    uint64_t front; // where its front ends
} place;

typedef struct scan_state {
    ali_context *ctx;
    ali_task *task;
    ali_file *file;
    ali_blob *blob;
    ali_blob *known; // of a plan: gives the messages' metadata, which `blob` does not; else NULL
    const ali_ipc_state *state;
    ali_schema *schema; // of the projected columns
    ali_ipc_loader loader;
    ali_ipc_loader planner; // of messages ahead; loads nothing
    uint64_t places_bytes;  // of the places of each of them
    uint64_t map_bytes;
    ali_ipc_values *values; // of state->dictionaries
    uint32_t *map;          // nodes of the file's schema, by column of the batch
    uint32_t map_count;
    uint64_t first_row; // that is read
    uint64_t end_row;   // the first that is not
    uint64_t batch_rows;
    uint64_t coalesce_bytes;
    uint64_t request_bytes_max;
    bool counts_rows;      // of a plan: tells of them by batches without values
    bool reads_all;        // every column, from the first row to the last
    bool has_dictionaries; // some dictionary is needed

    // The message under way.
    uint32_t phase;
    uint64_t index; // files: dictionaries first, then record batches
    place at;
    ali_buf *metadata;
    ali_flat flat;
    ali_ipc_message message;
    uint64_t rows_before;
    uint32_t slot;       // of the dictionary that is being loaded
    ali_column *columns; // of that dictionary
    uint32_t columns_count;
    ali_batch *batch;       // being filled, or handed out
    uint64_t handed_rows;   // of it
    ali_share *shares;      // of each of its columns; NULL if batches share what they hold
    ali_ipc_groups *groups; // record batches are only noted; NULL: their rows are read

    // What is wanted ahead. Files: messages whose fronts, and whose buffers, are wanted.
    uint64_t planned_fronts;
    uint64_t planned_bodies;
    uint64_t planned_rows; // before message planned_bodies
    uint64_t ahead_bytes;
    uint64_t ahead[AHEAD_MAX]; // bytes of each message, by index
    // Streams: all below is wanted, or passed over.
    uint64_t front;
    uint64_t window_bytes;
    uint64_t known_front; // the same of `known`
} scan_state;

// --- messages of a file --------------------------------------------------------------------------

static uint64_t messages_count(const scan_state *scan) {
    return (uint64_t)scan->state->blocks[0].count + scan->state->blocks[1].count;
}

static bool is_dictionary(const scan_state *scan, uint64_t index) {
    return index < scan->state->blocks[0].count;
}

// Tells if a whole message is wanted at once: if all of it is needed, or if a gap of its size would
// be fetched anyway.
static bool is_whole(const scan_state *scan, const place *at) {
    const uint64_t bytes = at->end - at->start;
    if (scan->reads_all) return bytes <= scan->ctx->limits.inflight_bytes_max / 2;
    return scan->end_row == ALI_UNKNOWN && scan->first_row == 0 && bytes <= scan->coalesce_bytes;
}

// Where block `index` of the footer says that a message lies.
static place place_block(const scan_state *scan, uint64_t index) {
    const bool is_first = is_dictionary(scan, index);
    const ali_flat_vector *blocks = &scan->state->blocks[is_first ? 0 : 1];
    const uint64_t item = is_first ? index : index - scan->state->blocks[0].count;
    const uint8_t *block = blocks->items + item * 24;
    place at = {.start = ali_load_u64(block)};
    at.metadata_end = at.start + ali_load_u32(block + 8);
    at.end = at.metadata_end + ali_load_u64(block + 16);
    at.front = is_whole(scan, &at) ? at.end : at.metadata_end;
    return at;
}

// Reads a message out of its prefix and metadata. Faults leave their sentence in `told`; NULL:
// none, since what is only planned may not fail.
static ali_status parse(const place *at, const ali_buf *metadata, ali_context *told, ali_flat *flat,
                        ali_ipc_message *message, ali_ipc_body *body) {
    uint32_t count = 0;
    const uint32_t prefix = ali_ipc_prefix(metadata->data, metadata->size_bytes, &count);
    *flat = (ali_flat){.ctx = told,
                       .bytes = metadata->data + prefix,
                       .count_bytes = ali_min_u64(count, metadata->size_bytes - prefix),
                       .offset_bytes = at->start + prefix,
                       .what = "a message's metadata"};
    ALI_TRY(ali_ipc_read_message(flat, message));
    body->start_bytes = at->metadata_end;
    if (message->kind == ALI_IPC_SCHEMA) return ALI_OK;
    return ali_ipc_read_body(flat, message, body);
}

// Gives metadata. A plan waits for its own answers too, which hold nothing, so that it goes on as
// the scan would.
static ali_status slice(const scan_state *scan, uint64_t from, uint64_t to, ali_buf **bytes) {
    if (scan->known == NULL) {
        return ali_blob_slice(scan->blob, scan->task, from, to - from, bytes);
    }
    ali_buf *nothing = NULL;
    const ali_status status = ali_blob_peek(scan->blob, scan->task, to - 1, 1, &nothing);
    if (status != ALI_OK) return status;
    ali_buf_release(nothing);
    return ali_blob_slice(scan->known, scan->task, from, to - from, bytes);
}

// --- what is wanted ahead ------------------------------------------------------------------------

// The next slot from `slot` on that a dictionary of this id fills; dictionaries_count if none.
static uint32_t slot_of(const scan_state *scan, int64_t id, uint32_t slot) {
    const ali_ipc_state *state = scan->state;
    while (slot < state->dictionaries_count &&
           (state->dictionaries[slot].id != id || !scan->values[slot].is_needed)) {
        slot += 1;
    }
    return slot;
}

// Wants the buffers of some nodes that are read.
static ali_status want_nodes(const scan_state *scan, ali_ipc_loader *loader, const uint32_t *map,
                             uint32_t first, uint32_t count, uint64_t *wanted_bytes) {
    uint32_t i = 0;
    while (i < count) {
        const uint32_t node = map != NULL ? map[i] : first + i;
        const bool as_values = map == NULL && i == 0;
        const bool is_codes = scan->state->nodes[node].dictionary != ALI_IPC_NONE && !as_values;
        ALI_TRY(ali_ipc_want_node(loader, node, as_values, wanted_bytes));
        i += is_codes ? scan->state->schema->nodes[node].type->span : 1;
    }
    return ALI_OK;
}

// The values of a dictionary, a node and those below it, of the slot.
static ali_status place_values(const scan_state *scan, ali_flat *flat, ali_ipc_loader *loader,
                               uint32_t slot, uint32_t *node, uint32_t *span) {
    *node = scan->state->dictionaries[slot].node;
    *span = scan->state->schema->nodes[*node].type->span;
    return ali_ipc_place_nodes(flat, scan->state, &loader->body, *node, *node + *span, true,
                               loader->places);
}

// Wants all buffers of a message that are read.
static ali_status want_body(scan_state *scan, ali_flat *flat, ali_ipc_loader *loader,
                            bool is_values, uint64_t *wanted_bytes) {
    const ali_ipc_state *state = scan->state;
    if (!is_values) {
        ALI_TRY(ali_ipc_place_nodes(flat, state, &loader->body, 0, state->schema->nodes_count,
                                    false, loader->places));
        return want_nodes(scan, loader, scan->map, 0, scan->map_count, wanted_bytes);
    }
    for (uint32_t slot = slot_of(scan, loader->body.id, 0); slot < state->dictionaries_count;
         slot = slot_of(scan, loader->body.id, slot + 1)) {
        uint32_t node = 0;
        uint32_t span = 0;
        ALI_TRY(place_values(scan, flat, loader, slot, &node, &span));
        ALI_TRY(want_nodes(scan, loader, NULL, node, span, wanted_bytes));
    }
    return ALI_OK;
}

// Tells if rows of a batch are read; `before` rows come before it.
static bool is_read(const scan_state *scan, uint64_t before, uint64_t rows) {
    return rows != 0 && before + rows > scan->first_row && before < scan->end_row;
}

// Leaves out the rows behind the last that is read: their values need not be fetched.
static void cut_rows(const scan_state *scan, ali_ipc_body *body, uint64_t before) {
    if (before < scan->end_row) body->read_rows = ali_min_u64(body->rows, scan->end_row - before);
}

static void note_ahead(scan_state *scan, uint64_t index, uint64_t bytes) {
    scan->ahead[index % AHEAD_MAX] += bytes;
    scan->ahead_bytes += bytes;
}

// Tells if fronts are wanted again: not one by one as messages are done with, but many at once, so
// that near ones are fetched as one.
static bool is_time_to_plan(const scan_state *scan) {
    const uint64_t ahead = scan->planned_fronts - scan->index;
    return ahead == 0 ||
           (ahead < AHEAD_MAX / 2 && scan->ahead_bytes <= scan->ctx->limits.inflight_bytes_max / 2);
}

static ali_status want_run(scan_state *scan, uint64_t from, uint64_t to) {
    return from == to ? ALI_OK : ali_blob_want(scan->blob, scan->task, from, to - from, "messages");
}

// Tells if the front of the next message is wanted: not beyond what is planned at once, nor behind
// the last batch that is read.
static bool is_front_ahead(const scan_state *scan) {
    const uint64_t index = scan->planned_fronts;
    if (index == messages_count(scan) || index == scan->index + AHEAD_MAX) return false;
    return is_dictionary(scan, index) || scan->planned_rows < scan->end_row;
}

// Wants fronts of messages ahead, those that touch as one range.
static ali_status plan_fronts(scan_state *scan) {
    const uint64_t most = scan->ctx->limits.inflight_bytes_max;
    uint64_t from = 0;
    uint64_t to = 0;
    while ((is_time_to_plan(scan) || to != from) && is_front_ahead(scan)) {
        const uint64_t index = scan->planned_fronts;
        const place at = place_block(scan, index);
        const bool is_needed = !is_dictionary(scan, index) || scan->has_dictionaries;
        const uint64_t bytes = is_needed ? at.front - at.start : 0;
        if (index != scan->index && scan->ahead_bytes + bytes > most) break;
        if (bytes != 0 && at.start != to) {
            ALI_TRY(want_run(scan, from, to));
            from = at.start;
        }
        if (bytes != 0) to = at.front;
        if (bytes != 0 && scan->known != NULL) {
            ALI_TRY(ali_blob_want(scan->known, scan->task, at.start, at.metadata_end - at.start,
                                  "metadata"));
        }
        scan->ahead[index % AHEAD_MAX] = 0;
        note_ahead(scan, index, bytes);
        scan->planned_fronts += 1;
    }
    return want_run(scan, from, to);
}

// Wants the buffers of a message whose metadata is there. What is wrong with it is told later.
static ali_status plan_body(scan_state *scan, const place *at, const ali_buf *metadata) {
    ali_flat flat;
    ali_ipc_message message;
    uint64_t wanted_bytes = 0;
    ali_ipc_loader *planner = &scan->planner;
    const uint64_t index = scan->planned_bodies;
    if (parse(at, metadata, NULL, &flat, &message, &planner->body) < 0) return ALI_OK;
    const bool is_values = message.kind == ALI_IPC_DICTIONARY;
    if (message.body_bytes > at->end - at->metadata_end) return ALI_OK;
    if (message.kind == ALI_IPC_SCHEMA || is_values != is_dictionary(scan, index)) return ALI_OK;
    const uint64_t before = scan->planned_rows;
    if (!is_values) scan->planned_rows += planner->body.rows;
    if (!is_values && !is_read(scan, before, planner->body.rows)) return ALI_OK;
    if (!is_values) cut_rows(scan, &planner->body, before);
    planner->front_bytes = at->front;
    const ali_status status = want_body(scan, &flat, planner, is_values, &wanted_bytes);
    note_ahead(scan, index, wanted_bytes);
    return flat.status < 0 || status == ALI_ERR_CORRUPT ? ALI_OK : status;
}

static ali_status plan_bodies(scan_state *scan) {
    while (scan->planned_bodies < scan->planned_fronts) {
        const uint64_t index = scan->planned_bodies;
        const uint64_t most = scan->ctx->limits.inflight_bytes_max;
        const place at = place_block(scan, index);
        const bool is_needed = !is_dictionary(scan, index) || scan->has_dictionaries;
        if (is_needed && at.front != at.end) {
            if (index != scan->index && scan->ahead_bytes > most) return ALI_OK;
            ali_buf *metadata = NULL;
            const ali_status status = slice(scan, at.start, at.metadata_end, &metadata);
            if (status > 0) return ALI_OK;
            ALI_TRY(status);
            const ali_status planned = plan_body(scan, &at, metadata);
            ali_buf_release(metadata);
            ALI_TRY(planned);
        }
        scan->planned_bodies += 1;
    }
    return ALI_OK;
}

// --- the window of a stream ----------------------------------------------------------------------

// Wants a stream's bytes up to `to` at least.
static ali_status want_front(scan_state *scan, uint64_t to) {
    const uint64_t from = ali_max_u64(scan->front, scan->at.start);
    scan->front = ali_max_u64(from, to);
    if (to <= from) return ALI_OK;
    return ali_blob_want(scan->blob, scan->task, from, to - from, "messages");
}

// Of a plan, the same of the bytes that are read for it.
static ali_status want_known(scan_state *scan, uint64_t to) {
    const uint64_t from = ali_max_u64(scan->known_front, scan->at.start);
    scan->known_front = ali_max_u64(from, to);
    if (scan->known == NULL || to <= from) return ALI_OK;
    return ali_blob_want(scan->known, scan->task, from, to - from, "metadata");
}

// Moves the window on where half of it is used up. It grows while messages are shorter than it is;
// a longer one, of which not all is read, makes it begin small again.
static ali_status want_window(scan_state *scan) {
    const uint64_t start = scan->at.start;
    const uint64_t most = scan->reads_all ? WINDOW_MOST : WINDOW_PART;
    if (scan->front >= start + scan->window_bytes / 2 && scan->front > start) return ALI_OK;
    const bool is_behind = scan->front < start && !scan->reads_all;
    scan->window_bytes = is_behind ? WINDOW_FIRST : ali_min_u64(scan->window_bytes * 2, most);
    return want_front(scan, ali_min_u64(start + scan->window_bytes, scan->state->end_bytes));
}

// --- the next message ----------------------------------------------------------------------------

static ali_status next_block(scan_state *scan) {
    while (!scan->has_dictionaries && is_dictionary(scan, scan->index)) scan->index += 1;
    if (scan->planned_fronts < scan->index) scan->planned_fronts = scan->index;
    if (scan->planned_bodies < scan->index) scan->planned_bodies = scan->index;
    if (scan->index >= messages_count(scan)) return ALI_END;
    scan->at = place_block(scan, scan->index);
    scan->phase = PHASE_METADATA;
    return ALI_OK;
}

static ali_status fail_cut(const scan_state *scan, uint64_t needed_bytes) {
    return ali_fail_at(scan->ctx, ALI_ERR_TRUNCATED, scan->at.start,
                       "the stream ends at %U, inside the message at %U, which needs %U bytes more",
                       scan->state->end_bytes, scan->at.start, needed_bytes);
}

// Looks at the prefix of a stream's next message. ALI_END: there is none.
static ali_status next_in_stream(scan_state *scan) {
    const uint64_t left = scan->state->end_bytes - scan->at.start;
    ali_buf *bytes = NULL;
    uint32_t count = 0;
    if (left == 0) return ALI_END;
    ALI_TRY(want_window(scan));
    ALI_TRY(want_front(scan, scan->at.start + ali_min_u64(left, 8)));
    ALI_TRY(want_known(scan, scan->at.start + ali_min_u64(left, PLAN_BYTES)));
    const ali_status status =
        slice(scan, scan->at.start, scan->at.start + ali_min_u64(left, 8), &bytes);
    if (status != ALI_OK) return status;
    const uint32_t prefix = ali_ipc_prefix(bytes->data, bytes->size_bytes, &count);
    ali_buf_release(bytes);
    if (prefix == 0) return fail_cut(scan, 8 - left);
    if (count == 0) return ALI_END;
    const uint64_t most = scan->ctx->limits.footer_bytes_max;
    if (count > left - prefix) return fail_cut(scan, count - (left - prefix));
    if (count > most) {
        return ali_fail_at(scan->ctx, ALI_ERR_LIMIT, scan->at.start,
                           "a message has %u bytes of metadata; the limit is %U", count, most);
    }
    scan->at.metadata_end = scan->at.start + prefix + count;
    scan->at.end = scan->state->end_bytes;
    ALI_TRY(want_front(scan, scan->at.metadata_end));
    ALI_TRY(want_known(scan, scan->at.metadata_end));
    scan->at.front = scan->front;
    scan->phase = PHASE_METADATA;
    return ALI_OK;
}

static ali_status step_next(scan_state *scan) {
    const bool is_last = scan->rows_before >= scan->end_row;
    if (scan->state->is_stream) return is_last ? ALI_END : next_in_stream(scan);
    if (is_last && !is_dictionary(scan, scan->index)) return ALI_END;
    return next_block(scan);
}

static ali_status check_message(scan_state *scan) {
    const uint64_t room = scan->at.end - scan->at.metadata_end;
    const bool is_values = scan->message.kind == ALI_IPC_DICTIONARY;
    if (scan->message.kind == ALI_IPC_SCHEMA ||
        (!scan->state->is_stream && is_values != is_dictionary(scan, scan->index))) {
        return ali_fail_at(scan->ctx, ALI_ERR_CORRUPT, scan->at.start,
                           "a message of kind %u stands where there can be none",
                           scan->message.kind);
    }
    if (scan->message.body_bytes > room && scan->state->is_stream) {
        return fail_cut(scan, scan->message.body_bytes - room);
    }
    if (scan->message.body_bytes > room) {
        return ali_fail_at(scan->ctx, ALI_ERR_CORRUPT, scan->at.start,
                           "a message claims a body of %U bytes, the footer one of %U",
                           scan->message.body_bytes, room);
    }
    if (scan->state->is_stream) scan->at.end = scan->at.metadata_end + scan->message.body_bytes;
    return ALI_OK;
}

// Notes a record batch instead of reading it.
static ali_status note_group(scan_state *scan) {
    ali_ipc_groups *groups = scan->groups;
    void *items = groups->items;
    const place *at = &scan->at;
    scan->phase = PHASE_LEAVE;
    if (scan->message.kind != ALI_IPC_BATCH) return ALI_OK;
    ALI_TRY(ali_mem_grow(scan->ctx, &items, &groups->capacity, (uint64_t)groups->count + 1,
                         sizeof(ali_ipc_group)));
    groups->items = items;
    groups->items[groups->count] = (ali_ipc_group){.rows = scan->loader.body.rows,
                                                   .offset_bytes = at->start,
                                                   .bytes = at->end - at->start,
                                                   .codec = scan->loader.body.codec};
    groups->count += 1;
    return ALI_OK;
}

static ali_status step_metadata(scan_state *scan) {
    ali_ipc_loader *loader = &scan->loader;
    const ali_status status = slice(scan, scan->at.start, scan->at.metadata_end, &scan->metadata);
    if (status != ALI_OK) return status;
    ALI_TRY(
        parse(&scan->at, scan->metadata, scan->ctx, &scan->flat, &scan->message, &loader->body));
    ALI_TRY(check_message(scan));
    if (scan->groups != NULL) return note_group(scan);
    loader->front_bytes = scan->at.front;
    scan->slot = scan->state->dictionaries_count;
    bool is_needed = is_read(scan, scan->rows_before, loader->body.rows);
    if (scan->message.kind == ALI_IPC_BATCH) cut_rows(scan, &loader->body, scan->rows_before);
    if (scan->message.kind == ALI_IPC_DICTIONARY) {
        scan->slot = slot_of(scan, loader->body.id, 0);
        is_needed = scan->slot < scan->state->dictionaries_count;
    }
    scan->phase = is_needed ? PHASE_BEGIN : PHASE_LEAVE;
    if (is_needed && scan->known != NULL) scan->phase = PHASE_PLAN;
    const bool is_planned = !scan->state->is_stream && scan->planned_bodies > scan->index;
    if (!is_planned) {
        scan->planned_bodies = scan->index + 1;
        scan->planned_rows = scan->rows_before;
        if (scan->message.kind == ALI_IPC_BATCH) scan->planned_rows += loader->body.rows;
    }
    if (!is_needed || is_planned) return ALI_OK;
    uint64_t wanted_bytes = 0;
    return want_body(scan, &scan->flat, loader, scan->message.kind == ALI_IPC_DICTIONARY,
                     &wanted_bytes);
}

// --- loading -------------------------------------------------------------------------------------

static ali_status begin_values(scan_state *scan) {
    uint32_t node = 0;
    void *pointer = NULL;
    uint32_t span = 0;
    ALI_TRY(place_values(scan, &scan->flat, &scan->loader, scan->slot, &node, &span));
    ALI_TRY(ali_mem_zero(scan->ctx, (uint64_t)span * sizeof(ali_column), &pointer));
    scan->columns = pointer;
    scan->columns_count = span;
    for (uint32_t i = 0; i < scan->columns_count; i += 1) {
        scan->columns[i].type = scan->state->schema->nodes[node + i].type;
    }
    ali_ipc_load_begin(&scan->loader, scan->columns, NULL, node, scan->columns_count, true);
    return ALI_OK;
}

static ali_status begin_batch(scan_state *scan) {
    ALI_TRY(ali_ipc_place_nodes(&scan->flat, scan->state, &scan->loader.body, 0,
                                scan->state->schema->nodes_count, false, scan->loader.places));
    ALI_TRY(ali_batch_new(scan->ctx, scan->schema, scan->loader.body.read_rows, &scan->batch));
    ali_ipc_load_begin(&scan->loader, scan->batch->columns, scan->map, 0, scan->map_count, false);
    const uint64_t before = scan->rows_before;
    scan->handed_rows = scan->first_row > before ? scan->first_row - before : 0;
    return ALI_OK;
}

// Lets deltas become part of the dictionaries that the values of the dictionary under way refer to.
// Others wait for what uses them, so that many deltas in a row are joined once.
static ali_status merge_inner(scan_state *scan) {
    const ali_ipc_state *state = scan->state;
    const uint32_t root = state->dictionaries[scan->slot].node;
    const uint32_t span = state->schema->nodes[root].type->span;
    for (uint32_t node = root + 1; node < root + span; node += 1) {
        const uint32_t slot = state->nodes[node].dictionary;
        if (slot == ALI_IPC_NONE) continue;
        ALI_TRY(ali_ipc_merge(scan->ctx, state->schema, &scan->values[slot]));
    }
    return ALI_OK;
}

static ali_status step_begin(scan_state *scan) {
    scan->phase = PHASE_LOAD;
    if (scan->message.kind == ALI_IPC_DICTIONARY) {
        ALI_TRY(merge_inner(scan));
        return begin_values(scan);
    }
    for (uint32_t i = 0; i < scan->state->dictionaries_count; i += 1) {
        ALI_TRY(ali_ipc_merge(scan->ctx, scan->state->schema, &scan->values[i]));
    }
    return begin_batch(scan);
}

static void free_columns(scan_state *scan) {
    for (uint32_t i = 0; i < scan->columns_count; i += 1) ali_column_clear(&scan->columns[i]);
    ali_mem_free(scan->ctx, scan->columns, (uint64_t)scan->columns_count * sizeof(ali_column));
    scan->columns = NULL;
    scan->columns_count = 0;
}

// A dictionary is there: goes on with the next type that its id has.
static ali_status end_values(scan_state *scan) {
    ali_ipc_values *values = &scan->values[scan->slot];
    const ali_ipc_body *body = &scan->loader.body;
    const bool is_delta = body->is_delta && values->dictionary != NULL;
    if (!is_delta && !scan->state->is_stream && values->dictionary != NULL) {
        return ali_fail_at(scan->ctx, ALI_ERR_CORRUPT, scan->at.start,
                           "dictionary %D is given twice, which a file may not", body->id);
    }
    const uint64_t most = scan->ctx->limits.dictionary_bytes_max;
    values->size_bytes = (is_delta ? values->size_bytes : 0) + scan->loader.loaded_bytes;
    if (values->size_bytes > most) {
        return ali_fail_at(scan->ctx, ALI_ERR_LIMIT, scan->at.start,
                           "a dictionary has %U bytes, the limit is %U", values->size_bytes, most);
    }
    ALI_TRY(ali_ipc_trim_lists(scan->ctx, scan->columns, scan->columns_count));
    const ali_status status =
        ali_ipc_put_values(scan->ctx, scan->state->schema, values, scan->columns, is_delta);
    free_columns(scan);
    ALI_TRY(status);
    scan->slot = slot_of(scan, body->id, scan->slot + 1);
    scan->phase = scan->slot < scan->state->dictionaries_count ? PHASE_BEGIN : PHASE_LEAVE;
    return ALI_OK;
}

static ali_status step_load(scan_state *scan) {
    const ali_status status = ali_ipc_load_step(&scan->loader);
    if (status != ALI_OK) return status;
    if (scan->message.kind == ALI_IPC_DICTIONARY) return end_values(scan);
    ALI_TRY(ali_ipc_trim_lists(scan->ctx, scan->batch->columns, scan->schema->nodes_count));
    scan->phase = PHASE_SLICES;
    return ALI_OK;
}

// --- handing out ---------------------------------------------------------------------------------

static uint64_t shares_bytes(const scan_state *scan) {
    return (uint64_t)scan->schema->nodes_count * sizeof(ali_share);
}

static ali_status step_slices(scan_state *scan, uint32_t budget_rows) {
    const uint64_t end = ali_min_u64(scan->batch->rows, scan->end_row - scan->rows_before);
    uint64_t rows = ali_min_u64(end - scan->handed_rows, scan->batch_rows);
    if (rows == 0) {
        scan->phase = PHASE_LEAVE;
        return ALI_OK;
    }
    if (budget_rows != 0) rows = ali_min_u64(rows, budget_rows);
    if (scan->shares != NULL) {
        rows = ali_batch_fit(scan->batch, scan->handed_rows, rows, SLICE_BYTES_MAX, scan->shares);
    }
    ali_batch *slice = NULL;
    ALI_TRY(ali_batch_slice(scan->ctx, scan->batch, scan->handed_rows, rows, &slice));
    scan->handed_rows += rows;
    ali_task_put_batch(scan->task, slice);
    return ALI_READY;
}

// Of a plan: a message is done with when all that is wanted of it is listed and answered.
static ali_status step_listed(scan_state *scan) {
    ali_batch *batch = NULL;
    const uint64_t before = scan->rows_before;
    uint64_t dropped_bytes = 0;
    ALI_TRY(ali_blob_flush(scan->blob, scan->task));
    if (ali_task_inflight_ops(scan->task) != 0) return ALI_NEED;
    scan->loader.is_over = true;
    ALI_TRY(want_body(scan, &scan->flat, &scan->loader, scan->message.kind == ALI_IPC_DICTIONARY,
                      &dropped_bytes));
    scan->loader.is_over = false;
    scan->phase = PHASE_LEAVE;
    if (!scan->counts_rows || scan->message.kind != ALI_IPC_BATCH) return ALI_OK;
    const uint64_t end = ali_min_u64(before + scan->loader.body.rows, scan->end_row);
    const uint64_t rows = end - ali_max_u64(before, scan->first_row);
    ALI_TRY(ali_batch_new(scan->ctx, scan->schema, rows, &batch));
    ali_task_put_batch(scan->task, batch);
    return ALI_READY;
}

static void leave(scan_state *scan) {
    if (scan->message.kind == ALI_IPC_BATCH) scan->rows_before += scan->loader.body.rows;
    ali_batch_release(scan->batch);
    scan->batch = NULL;
    ali_buf_release(scan->metadata);
    scan->metadata = NULL;
    ali_blob_drop(scan->blob, scan->at.start, ali_min_u64(scan->at.front, scan->at.end));
    if (scan->known != NULL) ali_blob_drop(scan->known, scan->at.start, scan->at.end);
    if (scan->state->is_stream) {
        scan->at = (place){.start = scan->at.end};
    } else {
        scan->ahead_bytes -= scan->ahead[scan->index % AHEAD_MAX];
        scan->ahead[scan->index % AHEAD_MAX] = 0;
        scan->index += 1;
    }
    scan->phase = PHASE_NEXT;
}

// --- the task ------------------------------------------------------------------------------------

static ali_status step_phase(scan_state *scan, uint32_t budget_rows) {
    switch (scan->phase) {
    case PHASE_NEXT:
        return step_next(scan);
    case PHASE_METADATA:
        return step_metadata(scan);
    case PHASE_BEGIN:
        return step_begin(scan);
    case PHASE_LOAD:
        return step_load(scan);
    case PHASE_SLICES:
        return step_slices(scan, budget_rows);
    case PHASE_PLAN:
        return step_listed(scan);
    default:
        leave(scan);
        return ALI_OK;
    }
}

static ali_status flush(scan_state *scan) {
    if (scan->known != NULL) ALI_TRY(ali_blob_flush(scan->known, scan->task));
    return ali_blob_flush(scan->blob, scan->task);
}

// Wants what can be wanted; ALI_NEED where that made operations, so that they are under way soon.
static ali_status plan(scan_state *scan) {
    const uint32_t ops = ali_task_inflight_ops(scan->task);
    if (!scan->state->is_stream) {
        ALI_TRY(plan_fronts(scan));
        ALI_TRY(plan_bodies(scan));
    }
    ALI_TRY(flush(scan));
    return ali_task_inflight_ops(scan->task) > ops ? ALI_NEED : ALI_OK;
}

static ali_status step(scan_state *scan, uint32_t budget_rows) {
    scan->loader.credit = STEP_CREDIT;
    for (uint32_t work = STEP_MESSAGES; work > 0; work -= 1) {
        if (scan->phase == PHASE_NEXT) {
            const ali_status planned = plan(scan);
            if (planned != ALI_OK) return planned;
        }
        const ali_status status = step_phase(scan, budget_rows);
        if (status == ALI_END) return ALI_OK;
        if (status != ALI_OK) return status;
        if (scan->loader.credit <= 0) return ALI_YIELD;
    }
    return ALI_YIELD;
}

static ali_status scan_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    scan_state *scan = pointer;
    (void)task;
    ali_status status = step(scan, budget_rows);
    if (status >= 0) {
        const ali_status flushed = flush(scan);
        if (flushed < 0) status = flushed;
    }
    if (status < 0) {
        uint32_t path_bytes = 0;
        const char *path = ali_blob_path(scan->blob, &path_bytes);
        ali_error_add_object(scan->ctx, path, path_bytes);
    }
    return status;
}

static void scan_clear(ali_task *task, void *pointer) {
    scan_state *scan = pointer;
    if (scan->ctx == NULL) return;
    ali_context *ctx = scan->ctx;
    ali_ipc_load_clear(&scan->loader);
    free_columns(scan);
    ali_batch_release(scan->batch);
    ali_buf_release(scan->metadata);
    const ali_ipc_state *state = scan->state;
    for (uint32_t i = 0; scan->values != NULL && i < state->dictionaries_count; i += 1) {
        ali_ipc_values_clear(ctx, &scan->values[i]);
    }
    ali_mem_free(ctx, scan->values, (uint64_t)state->dictionaries_count * sizeof(ali_ipc_values));
    ali_mem_free(ctx, scan->loader.places, scan->places_bytes);
    ali_mem_free(ctx, scan->planner.places, scan->places_bytes);
    ali_mem_free(ctx, scan->map, scan->map_bytes);
    if (scan->shares != NULL) ali_mem_free(ctx, scan->shares, shares_bytes(scan));
    ali_schema_release(scan->schema);
    ali_blob_forget(scan->blob, task);
    ali_blob_release(scan->blob);
    ali_blob_forget(scan->known, task);
    ali_blob_release(scan->known);
    ali_file_release(scan->file);
}

static const ali_task_class scan_class = {"arrow", scan_step, scan_clear, sizeof(scan_state)};

// The nodes that are read, and the dictionaries that they use.
static ali_status fill_map(scan_state *scan, const ali_projection *projection) {
    const ali_ipc_state *state = scan->state;
    const ali_schema *schema = state->schema;
    void *pointer = NULL;
    const uint64_t bytes = (uint64_t)scan->schema->nodes_count * sizeof(uint32_t);
    ALI_TRY(ali_mem_new(scan->ctx, bytes, &pointer));
    scan->map = pointer;
    scan->map_bytes = bytes;
    scan->map_count = scan->schema->nodes_count;
    scan->reads_all = scan->map_count == schema->nodes_count && projection->offset_rows == 0 &&
                      projection->limit_rows == ALI_UNKNOWN;
    for (uint32_t i = 0; i < scan->map_count; i += 1) {
        const uint32_t node = projection->nodes[i];
        scan->map[i] = node;
        if (node != i) scan->reads_all = false;
        const uint32_t slot = state->nodes[node].dictionary;
        if (slot != ALI_IPC_NONE) scan->values[slot].is_needed = scan->has_dictionaries = true;
    }
    return ALI_OK;
}

static ali_status fill_loader(scan_state *scan, ali_ipc_loader *loader) {
    void *places = NULL;
    ALI_TRY(ali_mem_zero(scan->ctx, scan->places_bytes, &places));
    *loader = (ali_ipc_loader){.ctx = scan->ctx,
                               .task = scan->task,
                               .blob = scan->blob,
                               .state = scan->state,
                               .dictionaries = scan->values,
                               .places = places,
                               .window_bytes = scan->request_bytes_max};
    return ALI_OK;
}

static ali_status fill_state(scan_state *scan, const ali_projection *projection) {
    ali_file *file = scan->file;
    void *values = NULL;
    ALI_TRY(ali_mem_zero(
        scan->ctx, (uint64_t)scan->state->dictionaries_count * sizeof(ali_ipc_values), &values));
    scan->values = values;
    for (uint32_t i = 0; i < scan->state->dictionaries_count; i += 1) {
        scan->values[i].node = scan->state->dictionaries[i].node;
    }
    ALI_TRY(fill_map(scan, projection));
    if (ali_schema_needs_fit(scan->schema)) {
        ALI_TRY(ali_mem_new(scan->ctx, shares_bytes(scan), &values));
        scan->shares = values;
    }
    scan->batch_rows = ali_max_u64(projection->batch_rows, 1);
    scan->first_row = projection->offset_rows;
    const uint64_t limit = ali_min_u64(projection->limit_rows, ALI_UNKNOWN - scan->first_row);
    scan->end_row = scan->first_row + limit;
    scan->coalesce_bytes = projection->coalesce_bytes;
    scan->request_bytes_max = ali_max_u64(projection->request_bytes_max, 1);
    scan->window_bytes = WINDOW_FIRST;
    ALI_TRY(ali_blob_fork(file->blob, &scan->blob));
    ali_blob_tune(scan->blob, scan->coalesce_bytes,
                  scan->state->is_lent ? UINT64_MAX : scan->request_bytes_max);
    if (projection->is_plan) {
        ALI_TRY(ali_blob_fork(file->blob, &scan->known));
        ali_blob_tune(scan->known, PLAN_BYTES, scan->request_bytes_max);
        ali_blob_plan(scan->blob);
        scan->counts_rows = projection->counts_rows;
        scan->request_bytes_max = UINT64_MAX; // long buffers are listed as a whole
    }
    scan->places_bytes = (uint64_t)scan->state->schema->nodes_count * sizeof(ali_ipc_place);
    ALI_TRY(fill_loader(scan, &scan->loader));
    ALI_TRY(fill_loader(scan, &scan->planner));
    if (scan->state->is_stream) scan->at.start = scan->front = scan->state->start_bytes;
    return ALI_OK;
}

ali_status ali_ipc_scan_start(ali_task *parent, ali_file *file, const ali_projection *projection,
                              ali_task **task) {
    ali_task *made = NULL;
    void *pointer = NULL;
    *task = NULL;
    ALI_TRY(ali_task_new(file->ctx, parent, &scan_class, &made, &pointer));
    scan_state *scan = pointer;
    scan->ctx = file->ctx;
    scan->task = made;
    scan->file = ali_file_retain(file);
    scan->state = file->state;
    scan->schema = projection->schema;
    ali_schema_retain(scan->schema);
    const ali_status status = fill_state(scan, projection);
    if (status < 0) {
        ali_task_free(made);
        return status;
    }
    *task = made;
    return ALI_OK;
}

ali_status ali_ipc_groups_start(ali_task *parent, ali_file *file, ali_ipc_groups *groups,
                                ali_task **task) {
    ali_schema *schema = NULL;
    ALI_TRY(ali_schema_prune(file->ctx, file->schema, NULL, 0, &schema));
    const ali_projection nothing = {.schema = schema,
                                    .limit_rows = ALI_UNKNOWN,
                                    .coalesce_bytes = UINT64_C(64) << 10,
                                    .request_bytes_max = UINT64_C(1) << 20};
    const ali_status status = ali_ipc_scan_start(parent, file, &nothing, task);
    ali_schema_release(schema);
    if (status < 0) return status;
    scan_state *scan = ali_task_state(*task, &scan_class);
    scan->groups = groups;
    return ALI_OK;
}
