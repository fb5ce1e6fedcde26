// io/blob.c: the ranges of one object: wanted, asked for, held.
//
// Ranges never overlap; they lie in one array in the order of their offsets. A wanted range that is
// asked for takes near wanted ranges into the same operation, and the gap between them. Each range
// counts the bytes that somebody still needs, and is let go when none are left.
#include "io/blob.h"

#include "base/text.h"
#include "io/beside.h"

// Until ali_blob_tune() is called; the defaults of src/options/dataset.def.
#define COALESCE_BYTES (UINT64_C(64) << 10)
#define REQUEST_BYTES_MAX (UINT64_C(16) << 20)
// What is put together in one step, at most.
#define JOIN_BYTES (UINT64_C(1) << 20)

enum { RANGE_WANTED, RANGE_ASKED, RANGE_HELD };

typedef struct range {
    uint64_t offset_bytes;
    uint64_t length_bytes;
    uint64_t needed_bytes; // not yet dropped
    uint64_t sequence;     // in the order of the calls that wanted it
    const ali_task *owner; // the task that wanted it; NULL: kept as long as the blob
    const char *why;       // a constant, or a string in the blob's arena
    ali_op_record *record; // ASKED
    ali_buf *bytes;        // HELD
    uint32_t state;
} range;

struct ali_blob {
    ali_context *ctx;
    uint32_t references;
    uint32_t flags;
    uint32_t read_flags; // of READ operations but that of the tail
    uint64_t object_bytes;
    uint64_t coalesce_bytes;
    uint64_t request_bytes_max;
    uint64_t held_bytes; // of ranges held and asked for
    uint64_t sequence;
    uint64_t answers_seen; // of the task, when answers were last looked at
    range *ranges;
    uint32_t count;
    uint32_t wanted_count;
    uint32_t capacity;
    ali_op_record *tail_op; // a STAT or a suffix READ that is under way
    const ali_task *tail_owner;
    ali_buf *whole; // a long range that is put together, step by step
    uint64_t whole_offset_bytes;
    uint64_t whole_done_bytes;
    uint32_t path_bytes;
    uint32_t etag_bytes;
    bool is_etag_known;
    char *path;
    char etag[ALI_ETAG_BYTES_MAX];
};

// --- making and freeing --------------------------------------------------------------------------

static ali_status check_object(ali_context *ctx, const ali_object *object) {
    if (object == NULL || object->size_bytes != sizeof *object || object->path == NULL) {
        return ali_fail(ctx, ALI_ERR_ARGUMENT, "ali_object has no path, or another size_bytes");
    }
    if (object->etag_bytes > ALI_ETAG_BYTES_MAX) {
        return ali_fail(ctx, ALI_ERR_ARGUMENT, "an ETag of %u bytes is longer than %u",
                        object->etag_bytes, ALI_ETAG_BYTES_MAX);
    }
    return ALI_OK;
}

static void learn_etag(ali_blob *blob, const char *etag, uint32_t etag_bytes) {
    ali_copy(blob->etag, etag, etag_bytes);
    blob->etag_bytes = etag_bytes;
    blob->is_etag_known = true;
}

ali_status ali_blob_new(ali_context *ctx, const ali_object *object, ali_blob **blob) {
    *blob = NULL;
    ALI_TRY(check_object(ctx, object));
    void *pointer = NULL;
    const uint64_t path_bytes = object->path_bytes;
    ALI_TRY(ali_mem_zero(ctx, sizeof(ali_blob) + path_bytes, &pointer));
    ali_blob *made = pointer;
    made->ctx = ctx;
    made->references = 1;
    made->flags = object->flags;
    made->object_bytes = object->object_bytes;
    made->path = (char *)(made + 1);
    made->path_bytes = object->path_bytes;
    ali_copy(made->path, object->path, object->path_bytes);
    if (object->etag != NULL) learn_etag(made, object->etag, object->etag_bytes);
    ali_blob_tune(made, COALESCE_BYTES, REQUEST_BYTES_MAX);
    *blob = made;
    return ALI_OK;
}

ali_blob *ali_blob_retain(ali_blob *blob) {
    blob->references += 1;
    return blob;
}

// Releases what a range holds, before it is taken out.
static void let_go(ali_blob *blob, range *item) {
    if (item->state == RANGE_WANTED) {
        blob->wanted_count -= 1;
    } else {
        blob->held_bytes -= item->length_bytes;
    }
    ali_buf_release(item->bytes);
    item->bytes = NULL;
}

// Takes `count` ranges from `index` on out of the array.
static void remove_ranges(ali_blob *blob, uint32_t index, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) let_go(blob, &blob->ranges[index + i]);
    blob->count -= count;
    for (uint32_t i = index; i < blob->count; i += 1) blob->ranges[i] = blob->ranges[i + count];
}

static void drop_whole(ali_blob *blob) {
    ali_buf_release(blob->whole);
    blob->whole = NULL;
}

void ali_blob_release(ali_blob *blob) {
    if (blob == NULL) return;
    blob->references -= 1;
    if (blob->references != 0) return;
    drop_whole(blob);
    for (uint32_t i = 0; i < blob->count; i += 1) let_go(blob, &blob->ranges[i]);
    ali_mem_free(blob->ctx, blob->ranges, (uint64_t)blob->capacity * sizeof(range));
    ali_mem_free(blob->ctx, blob, sizeof *blob + (uint64_t)blob->path_bytes);
}

static ali_status insert(ali_blob *blob, uint32_t index, const range *item);

void ali_blob_plan(ali_blob *blob) {
    blob->read_flags |= ALI_OP_PLANNED;
}

ali_status ali_blob_fork(const ali_blob *blob, ali_blob **fork) {
    const ali_object object = {.size_bytes = sizeof(ali_object),
                               .flags = blob->flags,
                               .object_bytes = blob->object_bytes,
                               .path = blob->path,
                               .path_bytes = blob->path_bytes,
                               .etag = blob->is_etag_known ? blob->etag : NULL,
                               .etag_bytes = blob->etag_bytes};
    ALI_TRY(ali_blob_new(blob->ctx, &object, fork));
    ali_status status = ALI_OK;
    for (uint32_t i = 0; i < blob->count && status == ALI_OK; i += 1) {
        const range *item = &blob->ranges[i];
        if (item->owner != NULL || item->state != RANGE_HELD) continue;
        status = insert(*fork, (*fork)->count, item);
        if (status == ALI_OK) (void)ali_buf_retain(item->bytes);
    }
    if (status == ALI_OK) return ALI_OK;
    ali_blob_release(*fork);
    *fork = NULL;
    return status;
}

ali_status ali_blob_beside(const ali_blob *blob, ali_arena *scratch, const char *name,
                           uint64_t name_bytes, ali_blob **beside) {
    ali_object object = {.size_bytes = sizeof(ali_object),
                         .flags = blob->flags | ALI_OP_BESIDE, // which no flag of objects is
                         .object_bytes = ALI_UNKNOWN};
    if (!ali_beside_is_name(name, name_bytes)) {
        return ali_fail(blob->ctx, ALI_ERR_CORRUPT,
                        "rows lie in the file %q, which is no path below the folder of this one",
                        name, (size_t)name_bytes);
    }
    if ((blob->flags & ALI_OBJECT_SIBLINGS) == 0) {
        return ali_fail(blob->ctx, ALI_ERR_UNSUPPORTED,
                        "rows lie in the file %q: following to other files is not supported where "
                        "this one was not opened by its path or URL",
                        name, (size_t)name_bytes);
    }
    ALI_TRY(ali_beside_path(scratch, blob->path, blob->path_bytes, name, (uint32_t)name_bytes,
                            &object.path, &object.path_bytes));
    return ali_blob_new(blob->ctx, &object, beside);
}

void ali_blob_learn(ali_blob *blob, const ali_blob *fork) {
    if (blob->object_bytes == ALI_UNKNOWN) blob->object_bytes = fork->object_bytes;
    if (fork->is_etag_known && !blob->is_etag_known) {
        learn_etag(blob, fork->etag, fork->etag_bytes);
    }
}

uint64_t ali_blob_bytes(const ali_blob *blob) {
    return blob->object_bytes;
}

const char *ali_blob_path(const ali_blob *blob, uint32_t *path_bytes) {
    *path_bytes = blob->path_bytes;
    return blob->path;
}

uint64_t ali_blob_held_bytes(const ali_blob *blob) {
    return blob->held_bytes;
}

bool ali_blob_is_lent(const ali_blob *blob) {
    return (blob->flags & ALI_OBJECT_LENDS) != 0;
}

void ali_blob_tune(ali_blob *blob, uint64_t coalesce_bytes, uint64_t request_bytes_max) {
    blob->coalesce_bytes = coalesce_bytes;
    blob->request_bytes_max = request_bytes_max;
}

// --- the array of ranges -------------------------------------------------------------------------

static uint64_t end_of(const range *item) {
    return item->offset_bytes + item->length_bytes;
}

uint64_t ali_blob_tail_from(const ali_blob *blob) {
    if (blob->count == 0) return blob->object_bytes;
    const range *last = &blob->ranges[blob->count - 1];
    const bool is_tail = last->state == RANGE_HELD && end_of(last) == blob->object_bytes;
    return is_tail ? last->offset_bytes : blob->object_bytes;
}

// The first range that ends after `offset_bytes`; blob->count if there is none.
static uint32_t find(const ali_blob *blob, uint64_t offset_bytes) {
    uint32_t low = 0;
    uint32_t high = blob->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (end_of(&blob->ranges[middle]) <= offset_bytes) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static ali_status insert(ali_blob *blob, uint32_t index, const range *item) {
    void *items = blob->ranges;
    ALI_TRY(
        ali_mem_grow(blob->ctx, &items, &blob->capacity, (uint64_t)blob->count + 1, sizeof(range)));
    blob->ranges = items;
    for (uint32_t i = blob->count; i > index; i -= 1) blob->ranges[i] = blob->ranges[i - 1];
    blob->ranges[index] = *item;
    blob->count += 1;
    if (item->state == RANGE_WANTED) {
        blob->wanted_count += 1;
    } else {
        blob->held_bytes += item->length_bytes;
    }
    return ALI_OK;
}

// Adds what a range holds of [from, to) to those bytes of it that are needed.
static void need_more(range *item, uint64_t from, uint64_t to) {
    const uint64_t low = ali_max_u64(from, item->offset_bytes);
    const uint64_t high = ali_min_u64(to, end_of(item));
    item->needed_bytes += high - low;
}

ali_status ali_blob_want(ali_blob *blob, ali_task *task, uint64_t offset_bytes,
                         uint64_t length_bytes, const char *why) {
    const uint64_t end = offset_bytes + length_bytes;
    if (end < offset_bytes || (blob->object_bytes != ALI_UNKNOWN && end > blob->object_bytes)) {
        return ali_fail_at(blob->ctx, ALI_ERR_TRUNCATED, offset_bytes,
                           "%U bytes are wanted at %U (%s), but the file has only %U", length_bytes,
                           offset_bytes, why, blob->object_bytes);
    }
    blob->sequence += 1;
    uint64_t at = offset_bytes;
    for (uint32_t i = find(blob, at); at < end; i += 1) {
        const bool is_gap = i == blob->count || blob->ranges[i].offset_bytes > at;
        if (!is_gap) {
            need_more(&blob->ranges[i], at, end);
            at = end_of(&blob->ranges[i]);
            continue;
        }
        const uint64_t gap_end = i == blob->count ? end
                                                  : ali_min_u64(end, blob->ranges[i].offset_bytes);
        const range gap = {.offset_bytes = at,
                           .length_bytes = gap_end - at,
                           .needed_bytes = gap_end - at,
                           .sequence = blob->sequence,
                           .owner = task,
                           .why = why,
                           .state = RANGE_WANTED};
        ALI_TRY(insert(blob, i, &gap));
        at = gap_end;
    }
    return ALI_OK;
}

void ali_blob_drop(ali_blob *blob, uint64_t from_bytes, uint64_t offset_bytes) {
    uint32_t i = find(blob, from_bytes);
    while (i < blob->count && blob->ranges[i].offset_bytes < offset_bytes) {
        range *item = &blob->ranges[i];
        const uint64_t low = ali_max_u64(from_bytes, item->offset_bytes);
        const uint64_t high = ali_min_u64(offset_bytes, end_of(item));
        item->needed_bytes -= ali_min_u64(item->needed_bytes, high - low);
        const bool is_over = item->needed_bytes == 0 && item->owner != NULL &&
                             item->state != RANGE_ASKED;
        if (is_over) {
            remove_ranges(blob, i, 1);
        } else {
            i += 1;
        }
    }
}

void ali_blob_forget(ali_blob *blob, ali_task *task) {
    if (blob == NULL) return;
    drop_whole(blob);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < blob->count; i += 1) {
        range *item = &blob->ranges[i];
        if (item->owner == task) {
            if (item->record != NULL) ali_task_forget_op(task, item->record);
            let_go(blob, item);
        } else {
            blob->ranges[kept] = *item;
            kept += 1;
        }
    }
    blob->count = kept;
    if (blob->tail_op != NULL && blob->tail_owner == task) {
        ali_task_forget_op(task, blob->tail_op);
        blob->tail_op = NULL;
    }
}

void ali_blob_keep(ali_blob *blob, const ali_task *task) {
    for (uint32_t i = 0; i < blob->count; i += 1) {
        range *item = &blob->ranges[i];
        if (item->state == RANGE_HELD && item->owner == task) item->owner = NULL;
    }
}

uint32_t ali_blob_wanted_count(const ali_blob *blob) {
    return blob->wanted_count;
}

// --- asking --------------------------------------------------------------------------------------

static ali_op new_op(const ali_blob *blob, uint32_t kind, const char *why) {
    ali_op op = {.kind = kind,
                 .path = blob->path,
                 .path_bytes = blob->path_bytes,
                 .etag = blob->etag,
                 .etag_bytes = blob->etag_bytes,
                 .why = why,
                 .why_bytes = (uint32_t)ali_text_length(why),
                 .flags = blob->flags & ALI_OP_BESIDE};
    if (kind == ALI_OP_READ && (blob->flags & ALI_OBJECT_LENDS) != 0) op.flags |= ALI_OP_LENT;
    return op;
}

// The wanted range that was wanted first; blob->count if none is.
static uint32_t first_wanted(const ali_blob *blob) {
    uint32_t best = blob->count;
    for (uint32_t i = 0; i < blob->count; i += 1) {
        const range *item = &blob->ranges[i];
        if (item->state != RANGE_WANTED) continue;
        if (best == blob->count || item->sequence < blob->ranges[best].sequence) best = i;
    }
    return best;
}

// Cuts a wanted range that is longer than one request may be; the rest stays wanted. Where a range
// is wanted several times, so is each part.
static ali_status split(ali_blob *blob, uint32_t index, uint64_t length_bytes) {
    range rest = blob->ranges[index];
    const uint64_t times = (rest.needed_bytes + rest.length_bytes - 1) / rest.length_bytes;
    rest.offset_bytes += length_bytes;
    rest.length_bytes -= length_bytes;
    rest.needed_bytes = times * rest.length_bytes;
    ALI_TRY(insert(blob, index + 1, &rest));
    blob->ranges[index].length_bytes = length_bytes;
    blob->ranges[index].needed_bytes = times * length_bytes;
    return ALI_OK;
}

// Tells if a wanted range and the neighbour after it may be fetched as one.
static bool are_near(const ali_blob *blob, const range *left, const range *right) {
    return left->state == RANGE_WANTED && right->state == RANGE_WANTED &&
           left->owner == right->owner &&
           right->offset_bytes - end_of(left) <= blob->coalesce_bytes;
}

// Joins range `index` with its near neighbours, up to `longest` bytes: first those after it, then
// those before it. All that are found are closed up at once.
//
// Returns:   the index of the whole.
static uint32_t join(ali_blob *blob, uint32_t index, uint64_t longest) {
    range *ranges = blob->ranges;
    uint32_t first = index;
    uint32_t last = index;
    while (last + 1 < blob->count && are_near(blob, &ranges[last], &ranges[last + 1]) &&
           end_of(&ranges[last + 1]) - ranges[first].offset_bytes <= longest) {
        last += 1;
    }
    while (first > 0 && are_near(blob, &ranges[first - 1], &ranges[first]) &&
           end_of(&ranges[last]) - ranges[first - 1].offset_bytes <= longest) {
        first -= 1;
    }
    range *whole = &ranges[first];
    const char *why = ranges[index].why;
    const uint64_t end = end_of(&ranges[last]);
    for (uint32_t i = first + 1; i <= last; i += 1) {
        whole->needed_bytes += ranges[i].needed_bytes;
        whole->sequence = ali_min_u64(whole->sequence, ranges[i].sequence);
    }
    whole->length_bytes = end - whole->offset_bytes;
    whole->why = why;
    if (last > first) remove_ranges(blob, first + 1, last - first);
    return first;
}

static ali_status ask(ali_blob *blob, ali_task *task, uint32_t index) {
    range *item = &blob->ranges[index];
    ali_op op = new_op(blob, ALI_OP_READ, item->why);
    op.offset_bytes = item->offset_bytes;
    op.length_bytes = item->length_bytes;
    op.flags |= blob->read_flags;
    ALI_TRY(ali_task_add_op(task, &op, blob, &item->record));
    item->state = RANGE_ASKED;
    blob->wanted_count -= 1;
    blob->held_bytes += item->length_bytes;
    return ALI_OK;
}

static bool has_room(const ali_blob *blob, const ali_task *task, uint64_t length_bytes) {
    const ali_limits *limits = &blob->ctx->limits;
    const uint64_t inflight = ali_task_inflight_bytes(task);
    if (ali_task_inflight_ops(task) >= limits->ops_max) return false;
    return inflight == 0 || (inflight <= limits->inflight_bytes_max &&
                             length_bytes <= limits->inflight_bytes_max - inflight);
}

ali_status ali_blob_flush(ali_blob *blob, ali_task *task) {
    uint64_t longest = blob->request_bytes_max; // what is lent takes no memory on its way
    if (!ali_blob_is_lent(blob)) {
        longest = ali_min_u64(longest, blob->ctx->limits.inflight_bytes_max);
    }
    while (blob->wanted_count != 0 && has_room(blob, task, 1)) {
        uint32_t index = first_wanted(blob);
        if (blob->ranges[index].length_bytes > longest) ALI_TRY(split(blob, index, longest));
        index = join(blob, index, longest);
        if (!has_room(blob, task, blob->ranges[index].length_bytes)) return ALI_OK;
        ALI_TRY(ask(blob, task, index));
    }
    return ALI_OK;
}

// --- answers -------------------------------------------------------------------------------------

static ali_status fail_host(ali_blob *blob, const ali_op_record *record) {
    ali_context *ctx = blob->ctx;
    ali_status status = ALI_ERR_HOST;
    if (record->status == ALI_ERR_NOT_FOUND) {
        status = ali_fail(ctx, ALI_ERR_NOT_FOUND, "there is no such file");
    } else if (record->op.kind == ALI_OP_STAT) {
        status = ali_fail(ctx, ALI_ERR_HOST, "the file's size could not be found out");
    } else if ((record->op.flags & ALI_OP_FROM_END) != 0) {
        status = ali_fail(ctx, ALI_ERR_HOST, "the file's last %U bytes could not be read",
                          record->op.length_bytes);
    } else {
        status = ali_fail_at(ctx, ALI_ERR_HOST, record->op.offset_bytes,
                             "%U bytes at %U could not be read", record->op.length_bytes,
                             record->op.offset_bytes);
    }
    ali_error_add_operation(ctx, record->op.op_id, record->http_status);
    return status;
}

// Checks an answer against what is known of the object, and learns from it.
static ali_status check_answer(ali_blob *blob, const ali_op_record *record) {
    if (record->status != ALI_OK) return fail_host(blob, record);
    if (record->is_etag_known && blob->is_etag_known &&
        (record->etag_bytes != blob->etag_bytes ||
         !ali_equal(record->etag, blob->etag, blob->etag_bytes))) {
        return ali_fail(blob->ctx, ALI_ERR_CHANGED,
                        "the file changed while it was read: its ETag was %q and is now %q",
                        blob->etag, (size_t)blob->etag_bytes, record->etag,
                        (size_t)record->etag_bytes);
    }
    if (record->object_bytes != ALI_UNKNOWN && blob->object_bytes != ALI_UNKNOWN &&
        record->object_bytes != blob->object_bytes) {
        return ali_fail(blob->ctx, ALI_ERR_CHANGED,
                        "the file changed while it was read: it had %U bytes and has now %U",
                        blob->object_bytes, record->object_bytes);
    }
    if (record->is_etag_known) learn_etag(blob, record->etag, record->etag_bytes);
    if (record->object_bytes != ALI_UNKNOWN) blob->object_bytes = record->object_bytes;
    return ALI_OK;
}

// Takes the bytes of an answered READ out of its record.
static ali_status take_bytes(ali_blob *blob, ali_op_record *record, ali_buf **bytes) {
    if ((record->op.flags & ALI_OP_LENT) != 0) {
        ALI_TRY(ali_buf_lent(blob->ctx, record->lent, record->moved_bytes, record->lent_release,
                             record->lent_user, bytes));
        record->lent_release = NULL;
        return ALI_OK;
    }
    *bytes = record->buf;
    record->buf = NULL;
    (*bytes)->size_bytes = record->moved_bytes;
    return ALI_OK;
}

static ali_status settle_range(ali_blob *blob, ali_task *task, range *item) {
    ali_op_record *record = item->record;
    ALI_TRY(check_answer(blob, record));
    if (record->moved_bytes != item->length_bytes) {
        return ali_fail_at(blob->ctx, ALI_ERR_TRUNCATED, item->offset_bytes + record->moved_bytes,
                           "the file ends at %U, where %U bytes from %U on were expected",
                           item->offset_bytes + record->moved_bytes, item->length_bytes,
                           item->offset_bytes);
    }
    ALI_TRY(take_bytes(blob, record, &item->bytes));
    item->state = RANGE_HELD;
    item->record = NULL;
    ali_task_forget_op(task, record);
    return ALI_OK;
}

// Looks at each operation of this task that was answered since the last look.
static ali_status settle(ali_blob *blob, ali_task *task) {
    const uint64_t answers = ali_task_answers(task);
    if (answers == blob->answers_seen) return ALI_OK;
    blob->answers_seen = answers;
    uint32_t i = 0;
    while (i < blob->count) {
        range *item = &blob->ranges[i];
        const bool is_answered = item->state == RANGE_ASKED && item->owner == task &&
                                 item->record->is_answered;
        const ali_status status = is_answered ? settle_range(blob, task, item) : ALI_OK;
        if (status < 0) {
            ali_error_add_object(blob->ctx, blob->path, blob->path_bytes);
            return status;
        }
        if (is_answered && item->needed_bytes == 0) {
            remove_ranges(blob, i, 1); // dropped while it was under way
        } else {
            i += 1;
        }
    }
    return ALI_OK;
}

// --- giving --------------------------------------------------------------------------------------

// Where the bytes that are held without a gap from `offset_bytes` on end, at most `end`.
static uint64_t held_until(const ali_blob *blob, uint64_t offset_bytes, uint64_t end) {
    uint64_t at = offset_bytes;
    for (uint32_t i = find(blob, at); i < blob->count && at < end; i += 1) {
        const range *item = &blob->ranges[i];
        if (item->state != RANGE_HELD || item->offset_bytes > at) break;
        at = end_of(item);
    }
    return ali_min_u64(at, end);
}

// Copies bytes all of which are held.
static void copy_held(ali_blob *blob, uint64_t offset_bytes, uint64_t length_bytes, uint8_t *to) {
    uint64_t at = 0;
    for (uint32_t i = find(blob, offset_bytes); at < length_bytes; i += 1) {
        const range *item = &blob->ranges[i];
        const uint64_t inside = offset_bytes + at - item->offset_bytes;
        const uint64_t count = ali_min_u64(length_bytes - at, item->length_bytes - inside);
        ali_copy_counted(blob->ctx, to + at, item->bytes->data + inside, (size_t)count);
        at += count;
    }
}

// Copies the next piece of the whole that is put together; lets go of one whose bytes were dropped.
static void join_piece(ali_blob *blob) {
    const uint64_t from = blob->whole_offset_bytes + blob->whole_done_bytes;
    const uint64_t left = blob->whole->size_bytes - blob->whole_done_bytes;
    const uint64_t count = ali_min_u64(left, JOIN_BYTES);
    if (held_until(blob, from, from + count) != from + count) {
        drop_whole(blob);
        return;
    }
    copy_held(blob, from, count, blob->whole->data + blob->whole_done_bytes);
    blob->whole_done_bytes += count;
}

// Goes on with a long range, piece by piece. One that another call began is ended first, so that
// two who take turns both come to their end.
static ali_status give_long(ali_blob *blob, uint64_t offset_bytes, uint64_t length_bytes,
                            ali_buf **bytes) {
    bool is_this = blob->whole != NULL && blob->whole_offset_bytes == offset_bytes &&
                   blob->whole->size_bytes == length_bytes;
    if (!is_this && (blob->whole == NULL || blob->whole_done_bytes == blob->whole->size_bytes)) {
        drop_whole(blob);
        ALI_TRY(ali_buf_new(blob->ctx, length_bytes, &blob->whole));
        blob->whole_offset_bytes = offset_bytes;
        blob->whole_done_bytes = 0;
        is_this = true;
    }
    join_piece(blob);
    if (!is_this || blob->whole == NULL || blob->whole_done_bytes < length_bytes) return ALI_YIELD;
    *bytes = blob->whole;
    blob->whole = NULL;
    return ALI_OK;
}

// Gives a range all of which is held: a slice of one answer, or put together out of several.
static ali_status give(ali_blob *blob, uint64_t offset_bytes, uint64_t length_bytes,
                       ali_buf **bytes) {
    const uint32_t index = find(blob, offset_bytes);
    const range *item = &blob->ranges[index];
    if (index < blob->count && end_of(item) >= offset_bytes + length_bytes) {
        return ali_buf_slice(blob->ctx, item->bytes, offset_bytes - item->offset_bytes,
                             length_bytes, bytes);
    }
    if (length_bytes > JOIN_BYTES) return give_long(blob, offset_bytes, length_bytes, bytes);
    ALI_TRY(ali_buf_new(blob->ctx, length_bytes, bytes));
    copy_held(blob, offset_bytes, length_bytes, (*bytes)->data);
    return ALI_OK;
}

// Wants a range that is not held as a whole, so that waiting for it can end.
static ali_status wait_for(ali_blob *blob, ali_task *task, uint64_t offset_bytes,
                           uint64_t length_bytes) {
    uint64_t at = offset_bytes;
    const uint64_t end = offset_bytes + length_bytes;
    uint32_t i = find(blob, at);
    while (i < blob->count && at < end && blob->ranges[i].offset_bytes <= at &&
           blob->ranges[i].owner == task) {
        at = end_of(&blob->ranges[i]);
        i += 1;
    }
    if (at < end) ALI_TRY(ali_blob_want(blob, task, at, end - at, "data"));
    ALI_TRY(ali_blob_flush(blob, task));
    return ALI_NEED;
}

ali_status ali_blob_slice(ali_blob *blob, ali_task *task, uint64_t offset_bytes,
                          uint64_t length_bytes, ali_buf **bytes) {
    *bytes = NULL;
    ALI_TRY(settle(blob, task));
    if (length_bytes == 0) return ali_buf_new(blob->ctx, 0, bytes);
    const uint64_t end = offset_bytes + length_bytes;
    if (end < offset_bytes) {
        return ali_fail_at(blob->ctx, ALI_ERR_TRUNCATED, offset_bytes,
                           "%U bytes at %U lie beyond any file", length_bytes, offset_bytes);
    }
    if (held_until(blob, offset_bytes, end) == end) {
        return give(blob, offset_bytes, length_bytes, bytes);
    }
    return wait_for(blob, task, offset_bytes, length_bytes);
}

ali_status ali_blob_peek(ali_blob *blob, ali_task *task, uint64_t offset_bytes,
                         uint64_t length_bytes, ali_buf **bytes) {
    *bytes = NULL;
    ALI_TRY(settle(blob, task));
    const uint64_t end = offset_bytes + ali_min_u64(length_bytes, UINT64_MAX - offset_bytes);
    const uint64_t held = held_until(blob, offset_bytes, end);
    if (held > offset_bytes) return give(blob, offset_bytes, held - offset_bytes, bytes);
    return wait_for(blob, task, offset_bytes, length_bytes);
}

// --- the tail ------------------------------------------------------------------------------------

static ali_status ask_tail(ali_blob *blob, ali_task *task, uint64_t length_bytes, const char *why) {
    const bool is_stat = (blob->flags & ALI_OBJECT_NO_SUFFIX) != 0;
    ali_op op = new_op(blob, is_stat ? ALI_OP_STAT : ALI_OP_READ, is_stat ? "size" : why);
    if (is_stat) {
        op.length_bytes = 0;
    } else {
        op.flags |= ALI_OP_FROM_END;
        op.length_bytes = length_bytes;
    }
    ALI_TRY(ali_task_add_op(task, &op, blob, &blob->tail_op));
    blob->tail_owner = task;
    return ALI_NEED;
}

// Keeps an answered tail as a range that belongs to the blob.
static ali_status keep_tail(ali_blob *blob, ali_op_record *record) {
    const uint64_t expected = ali_min_u64(record->op.length_bytes, blob->object_bytes);
    if (record->moved_bytes != expected) {
        return ali_fail(blob->ctx, ALI_ERR_TRUNCATED,
                        "the last %U of %U bytes were asked for, but only %U came", expected,
                        blob->object_bytes, record->moved_bytes);
    }
    if (expected == 0) return ALI_OK;
    range item = {.offset_bytes = blob->object_bytes - expected,
                  .length_bytes = expected,
                  .needed_bytes = expected,
                  .state = RANGE_HELD};
    ALI_TRY(take_bytes(blob, record, &item.bytes));
    const ali_status status = insert(blob, find(blob, item.offset_bytes), &item);
    if (status < 0) ali_buf_release(item.bytes);
    return status;
}

static ali_status settle_tail(ali_blob *blob, ali_task *task) {
    ali_op_record *record = blob->tail_op;
    ali_status status = check_answer(blob, record);
    if (status == ALI_OK && blob->object_bytes == ALI_UNKNOWN) {
        status = ali_fail(blob->ctx, ALI_ERR_HOST,
                          "the file's size is not known: it was not told with the answer");
        ali_error_add_operation(blob->ctx, record->op.op_id, record->http_status);
    }
    if (status == ALI_OK && record->op.kind == ALI_OP_READ) status = keep_tail(blob, record);
    if (status < 0) ali_error_add_object(blob->ctx, blob->path, blob->path_bytes);
    ali_task_forget_op(task, record);
    blob->tail_op = NULL;
    return status;
}

ali_status ali_blob_tail(ali_blob *blob, ali_task *task, uint64_t length_bytes, const char *why,
                         ali_buf **tail, uint64_t *offset_bytes) {
    *tail = NULL;
    if (blob->tail_op != NULL) {
        if (!blob->tail_op->is_answered) return ALI_NEED;
        ALI_TRY(settle_tail(blob, task));
    }
    if (blob->object_bytes == ALI_UNKNOWN) return ask_tail(blob, task, length_bytes, why);
    const uint64_t wanted = ali_min_u64(length_bytes, blob->object_bytes);
    *offset_bytes = blob->object_bytes - wanted;
    const uint32_t index = find(blob, *offset_bytes);
    const bool is_asked = index < blob->count && blob->ranges[index].offset_bytes <= *offset_bytes;
    if (!is_asked) ALI_TRY(ali_blob_want(blob, task, *offset_bytes, wanted, why));
    const ali_status status = ali_blob_slice(blob, task, *offset_bytes, wanted, tail);
    if (status != ALI_OK) return status;
    for (uint32_t i = index; i < blob->count; i += 1) blob->ranges[i].owner = NULL;
    return ALI_OK;
}
