// io/task.c: stepping tasks, listing and answering operations, orphans.
//
// The outermost task of a tree keeps the records of all operations, so that they bubble up from
// children by themselves. A record lives until its owner (a blob) has taken the answer; a record
// that is listed and unanswered when its task is freed keeps the task's shell alive until the
// answer.
#include "io/task.h"

#include "alimentar/column.h"
#include "base/text.h"

struct ali_task {
    ali_context *ctx; // not to be used once is_freed
    ali_home *home;
    ali_task *parent;
    ali_task *root;
    const ali_task_class *kind;
    void *state;
    ali_batch *batch;
    ali_status final; // what a finished task's steps return
    bool is_finished;
    bool is_cancelled;
    bool is_freed;

    // Of the outermost task only.
    ali_error_box errors;
    ali_arena scratch;
    ali_op_record *first; // in the order of op_id
    ali_op_record **end;
    uint64_t inflight_bytes;
    uint32_t inflight_ops;
    uint32_t listed_inflight;
    uint64_t ops_listed;
    uint64_t answers;
    uint64_t bytes_moved;
    uint64_t bytes_total;
    uint64_t rows;
    uint64_t rows_total;
};

// --- making and freeing --------------------------------------------------------------------------

ali_status ali_task_new(ali_context *ctx, ali_task *parent, const ali_task_class *kind,
                        ali_task **task, void **state) {
    *task = NULL;
    *state = NULL;
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(ctx, sizeof(ali_task), &pointer));
    ali_task *made = pointer;
    const ali_status status = ali_mem_zero(ctx, kind->state_bytes, &made->state);
    if (status < 0) {
        ali_mem_free(ctx, made, sizeof *made);
        return status;
    }
    made->ctx = ctx;
    made->home = ali_home_retain(ctx->home);
    made->parent = parent;
    made->root = parent != NULL ? parent->root : made;
    made->kind = kind;
    made->end = &made->first;
    made->bytes_total = made->rows_total = ALI_UNKNOWN;
    ali_error_clear(&made->errors);
    ali_arena_init(&made->scratch, ctx);
    *task = made;
    *state = made->state;
    return ALI_OK;
}

static void free_shell(ali_task *task) {
    ali_home *home = task->home;
    ali_home_free(home, task, sizeof *task);
    ali_home_release(home);
}

static void free_record(ali_home *home, ali_op_record *record) {
    if (record->lent_release != NULL) record->lent_release(record->lent_user);
    ali_buf_release(record->buf);
    ali_buf_release(record->input);
    ali_home_free(home, record, record->block_bytes);
}

// Takes a record out of the list.
static void unlink_record(ali_task *root, ali_op_record *record) {
    ali_op_record **link = &root->first;
    while (*link != record) link = &(*link)->next;
    *link = record->next;
    if (root->end == &record->next) root->end = link;
}

static void count_answered(ali_task *root, const ali_op_record *record) {
    root->inflight_bytes -= record->op.length_bytes;
    root->inflight_ops -= 1;
    if (record->is_listed) root->listed_inflight -= 1;
}

void ali_task_forget_op(ali_task *task, ali_op_record *record) {
    ali_task *root = task->root;
    record->owner = NULL;
    if (record->is_listed && !record->is_answered) return;
    if (!record->is_answered) count_answered(root, record);
    unlink_record(root, record);
    free_record(root->home, record);
}

void ali_task_free(ali_task *task) {
    if (task == NULL || task->is_freed) return;
    task->kind->clear(task, task->state);
    ali_home_free(task->home, task->state, task->kind->state_bytes);
    ali_batch_release(task->batch);
    ali_arena_clear(&task->scratch);
    task->state = NULL;
    task->batch = NULL;
    task->is_freed = true;
    ali_op_record *record = task->first;
    while (record != NULL) {
        ali_op_record *next = record->next;
        ali_task_forget_op(task, record);
        record = next;
    }
    if (task->first == NULL) free_shell(task);
}

void ali_task_cancel(ali_task *task) {
    task->is_cancelled = true;
}

// --- stepping ------------------------------------------------------------------------------------

// Puts a task's name before the path of those inside it.
static void add_name(ali_error_box *box, const char *name) {
    const size_t name_bytes = ali_text_length(name);
    const size_t inner_bytes = ali_text_length(box->tasks);
    const size_t between = inner_bytes != 0 ? 3 : 0;
    const size_t whole = name_bytes + between + inner_bytes;
    if (whole >= sizeof box->tasks) return;
    for (size_t i = inner_bytes + 1; i > 0; i -= 1) {
        box->tasks[name_bytes + between + i - 1] = box->tasks[i - 1];
    }
    ali_copy(box->tasks, name, name_bytes);
    if (between != 0) ali_copy(box->tasks + name_bytes, " > ", 3);
}

static ali_status note_error(ali_task *task, ali_status status) {
    ali_error_box *box = &task->root->errors;
    if (box->error.status == ALI_OK) {
        status =
            ali_fail(task->ctx, status, "%s failed: %s", task->kind->name, ali_status_name(status));
    }
    box->error.status = status;
    add_name(box, task->kind->name);
    return status;
}

// A task that waits must wait for something: a bug otherwise, which would hang its owner.
static ali_status check_need(ali_task *task) {
    if (task->root->inflight_ops != 0) return ALI_NEED;
    return ali_fail(task->ctx, ALI_ERR_INTERNAL, "the task waits, but for no operation");
}

static ali_status step_once(ali_task *task, uint32_t budget_rows) {
    if (task->is_finished) return task->final;
    ali_status status = task->root->is_cancelled
                            ? ali_fail(task->ctx, ALI_ERR_CANCELLED, "the task was cancelled")
                            : task->kind->step(task, task->state, budget_rows);
    if (status == ALI_NEED) status = check_need(task);
    ALI_ASSERT((status == ALI_READY) == (task->batch != NULL));
    if (status < 0) status = note_error(task, status);
    if (status <= 0) {
        task->is_finished = true;
        task->final = status;
    }
    return status;
}

ali_status ali_task_step(ali_task *task, uint32_t budget_rows) {
    ali_context *ctx = task->ctx;
    if (ctx->errors != &ctx->own) return ALI_ERR_STATE;
    if (task->batch != NULL) return ALI_ERR_STATE;
    ctx->errors = &task->errors;
    const ali_status status = step_once(task, budget_rows);
    ctx->errors = &ctx->own;
    ali_arena_reset(&task->scratch);
    return status;
}

ali_status ali_task_step_child(ali_task *parent, ali_task *child, uint32_t budget_rows) {
    ALI_ASSERT(child->parent == parent);
    (void)parent;
    return step_once(child, budget_rows);
}

ali_context *ali_task_context(const ali_task *task) {
    return task->ctx;
}

void *ali_task_state(const ali_task *task, const ali_task_class *kind) {
    return task->kind == kind && !task->is_freed ? task->state : NULL;
}

ali_arena *ali_task_scratch(ali_task *task) {
    return &task->root->scratch;
}

bool ali_task_is_done(const ali_task *task) {
    return task->is_finished && task->final == ALI_OK;
}

bool ali_task_has_batch(const ali_task *task) {
    return task->batch != NULL;
}

void ali_task_put_batch(ali_task *task, struct ali_batch *batch) {
    ALI_ASSERT(task->batch == NULL);
    task->batch = batch;
    if (task->parent == NULL) task->rows += ali_batch_rows(batch);
}

struct ali_batch *ali_task_take_batch(ali_task *task) {
    ali_batch *batch = task->batch;
    task->batch = NULL;
    return batch;
}

const ali_error *ali_task_error(const ali_task *task) {
    return &task->root->errors.error;
}

void ali_task_expect(ali_task *task, uint64_t bytes_total, uint64_t rows_total) {
    task->root->bytes_total = bytes_total;
    task->root->rows_total = rows_total;
}

// What was expected, unless more has come (gaps between ranges), or all has come.
static uint64_t bytes_total(const ali_task *task) {
    if (ali_task_is_done(task)) return task->bytes_moved;
    return ali_max_u64(task->bytes_total, task->bytes_moved);
}

ali_status ali_task_progress(const ali_task *task, ali_progress *progress) {
    if (progress->size_bytes != sizeof *progress) return ALI_ERR_ARGUMENT;
    *progress = (ali_progress){.size_bytes = sizeof *progress,
                               .ops_in_flight = task->listed_inflight,
                               .bytes = task->bytes_moved,
                               .bytes_total = bytes_total(task),
                               .rows = task->rows,
                               .rows_total = task->rows_total,
                               .ops = task->ops_listed};
    return ALI_OK;
}

// --- operations ----------------------------------------------------------------------------------

// Copies a string behind the record and moves `strings` on.
static const char *keep(char **strings, const char *text, uint32_t text_bytes) {
    char *at = *strings;
    ali_copy(at, text, text_bytes);
    *strings = at + text_bytes;
    return at;
}

static ali_status new_record(ali_task *root, const ali_op *op, ali_op_record **record) {
    const uint64_t strings_bytes = (uint64_t)op->path_bytes + op->etag_bytes + op->why_bytes +
                                   op->codec_bytes + op->token_bytes;
    const uint64_t block_bytes = sizeof(ali_op_record) + strings_bytes;
    void *pointer = NULL;
    ALI_TRY(ali_mem_zero(root->ctx, block_bytes, &pointer));
    ali_op_record *made = pointer;
    made->op = *op;
    made->block_bytes = block_bytes;
    made->object_bytes = ALI_UNKNOWN;
    char *strings = (char *)(made + 1);
    made->op.path = keep(&strings, op->path, op->path_bytes);
    made->op.etag = keep(&strings, op->etag, op->etag_bytes);
    made->op.why = keep(&strings, op->why, op->why_bytes);
    made->op.codec = keep(&strings, op->codec, op->codec_bytes);
    made->op.token = keep(&strings, op->token, op->token_bytes);
    *record = made;
    return ALI_OK;
}

ali_status ali_task_add_op(ali_task *task, const ali_op *op, const void *owner,
                           ali_op_record **record) {
    ali_task *root = task->root;
    ali_op_record *made = NULL;
    *record = NULL;
    ALI_TRY(new_record(root, op, &made));
    const bool is_read = op->kind == ALI_OP_READ && (op->flags & ALI_OP_LENT) == 0;
    const bool is_filled = op->kind == ALI_OP_TRANSFORM || op->kind == ALI_OP_LIST;
    const bool needs_room = is_read || is_filled;
    if (needs_room) {
        const ali_status status = ali_buf_new(root->ctx, op->length_bytes, &made->buf);
        if (status < 0) {
            free_record(root->home, made);
            return status;
        }
        made->op.data = made->buf->data;
    }
    made->owner = owner;
    made->op.size_bytes = sizeof(ali_op);
    root->ctx->op_id_last += 1;
    made->op.op_id = root->ctx->op_id_last;
    *root->end = made;
    root->end = &made->next;
    root->inflight_bytes += op->length_bytes;
    root->inflight_ops += 1;
    *record = made;
    return ALI_OK;
}

uint64_t ali_task_inflight_bytes(const ali_task *task) {
    return task->root->inflight_bytes;
}

uint32_t ali_task_inflight_ops(const ali_task *task) {
    return task->root->inflight_ops;
}

uint64_t ali_task_answers(const ali_task *task) {
    return task->root->answers;
}

// The unlisted operation that is wanted most; NULL if there is none.
static ali_op_record *next_unlisted(ali_task *task) {
    ali_op_record *best = NULL;
    for (ali_op_record *record = task->first; record != NULL; record = record->next) {
        if (record->is_listed) continue;
        if (best == NULL || record->op.priority < best->op.priority) best = record;
    }
    return best;
}

uint32_t ali_task_ops(ali_task *task, ali_op *ops, uint32_t ops_max) {
    if (task->is_cancelled || task->is_finished || task->is_freed) return 0;
    uint32_t count = 0;
    while (count < ops_max) {
        ali_op_record *record = next_unlisted(task);
        if (record == NULL) break;
        record->is_listed = true;
        task->listed_inflight += 1;
        task->ops_listed += 1;
        ops[count] = record->op;
        count += 1;
    }
    return count;
}

static ali_op_record *find_in_flight(ali_task *task, uint64_t op_id) {
    for (ali_op_record *record = task->first; record != NULL; record = record->next) {
        if (record->op.op_id == op_id) {
            return record->is_listed && !record->is_answered ? record : NULL;
        }
    }
    return NULL;
}

// Tells if an answer is well formed for its operation.
static bool fits(const ali_op_record *record, const ali_answer *answer) {
    const bool is_known_status = answer->status == ALI_OK || answer->status == ALI_ERR_NOT_FOUND ||
                                 answer->status == ALI_ERR_CONFLICT ||
                                 answer->status == ALI_ERR_HOST;
    const bool is_lent = (record->op.flags & ALI_OP_LENT) != 0;
    if (!is_known_status || answer->is_last > 1) return false;
    if (answer->status != ALI_OK && answer->is_last == 0) return false;
    if (answer->moved_bytes > record->op.length_bytes - record->moved_bytes) return false;
    if (answer->etag_bytes > ALI_ETAG_BYTES_MAX) return false;
    if (answer->etag == NULL && answer->etag_bytes != 0) return false;
    if (is_lent && answer->status == ALI_OK && answer->is_last == 0) return false;
    if (!is_lent && answer->lent != NULL) return false;
    return !is_lent || answer->lent != NULL || answer->moved_bytes == 0;
}

static void note_answer(ali_op_record *record, const ali_answer *answer) {
    record->moved_bytes += answer->moved_bytes;
    record->http_status = answer->http_status;
    if (answer->object_bytes != ALI_UNKNOWN) record->object_bytes = answer->object_bytes;
    if (answer->etag != NULL) {
        ali_copy(record->etag, answer->etag, answer->etag_bytes);
        record->etag_bytes = answer->etag_bytes;
        record->is_etag_known = true;
    }
    if (answer->is_last == 0) return;
    record->status = answer->status;
    record->lent = answer->lent;
    record->lent_release = answer->lent_release;
    record->lent_user = answer->lent_user;
}

ali_status ali_task_answer(ali_task *task, const ali_answer *answer) {
    if (answer == NULL || answer->size_bytes != sizeof *answer) return ALI_ERR_ARGUMENT;
    ali_op_record *record = find_in_flight(task, answer->op_id);
    if (record == NULL || !fits(record, answer)) return ALI_ERR_ARGUMENT;
    note_answer(record, answer);
    if (record->op.kind != ALI_OP_TRANSFORM) task->bytes_moved += answer->moved_bytes;
    if (answer->is_last == 0) return ALI_OK;
    count_answered(task, record);
    record->is_answered = true;
    task->answers += 1;
    if (record->owner == NULL) {
        unlink_record(task, record);
        free_record(task->home, record);
        if (task->is_freed && task->first == NULL) free_shell(task);
    }
    return ALI_OK;
}
