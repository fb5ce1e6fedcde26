// base/ctx.c: contexts, their limits, and the writing of errors.
#include "base/ctx.h"

#include "base/mem.h"
#include "base/options_tables.h"
#include "base/text.h"

const char *ali_version(void) {
    return ALI_VERSION;
}

uint32_t ali_abi_version(void) {
    return ALI_ABI_VERSION;
}

const char *ali_status_name(ali_status status) {
    static const struct {
        ali_status status;
        const char *name;
    } names[] = {
        {ALI_OK, "ok"},
        {ALI_NEED, "need"},
        {ALI_READY, "ready"},
        {ALI_YIELD, "yield"},
        {ALI_END, "end"},
        {ALI_ERR_MEMORY, "memory"},
        {ALI_ERR_LIMIT, "limit"},
        {ALI_ERR_ARGUMENT, "argument"},
        {ALI_ERR_STATE, "state"},
        {ALI_ERR_CANCELLED, "cancelled"},
        {ALI_ERR_CORRUPT, "corrupt"},
        {ALI_ERR_TRUNCATED, "truncated"},
        {ALI_ERR_CHECKSUM, "checksum"},
        {ALI_ERR_CHANGED, "changed"},
        {ALI_ERR_UNSUPPORTED, "unsupported"},
        {ALI_ERR_TYPE, "type"},
        {ALI_ERR_NOT_FOUND, "not_found"},
        {ALI_ERR_CONFLICT, "conflict"},
        {ALI_ERR_HOST, "host"},
        {ALI_ERR_INTERNAL, "internal"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(names); i += 1) {
        if (names[i].status == status) return names[i].name;
    }
    return "unknown";
}

void ali_error_clear(ali_error_box *box) {
    box->object[0] = box->column[0] = box->tasks[0] = box->sentence[0] = 0;
    box->error = (ali_error){.size_bytes = sizeof(ali_error),
                             .offset_bytes = ALI_UNKNOWN,
                             .row = ALI_UNKNOWN,
                             .object = box->object,
                             .column = box->column,
                             .tasks = box->tasks,
                             .sentence = box->sentence};
}

void ali_error_move(ali_error_box *to, ali_error_box *from) {
    ali_copy(to, from, sizeof *to);
    to->error.object = to->object;
    to->error.column = to->column;
    to->error.tasks = to->tasks;
    to->error.sentence = to->sentence;
    ali_error_clear(from);
}

void ali_error_begin(ali_context *ctx) {
    if (ctx->errors == &ctx->own) ali_error_clear(&ctx->own);
}

static void write_error(ali_context *ctx, ali_status status, uint64_t offset_bytes,
                        const char *format, va_list arguments) {
    ali_error_box *box = ctx->errors;
    if (box->error.status != ALI_OK) return;
    box->error.status = status;
    box->error.offset_bytes = offset_bytes;
    (void)ali_text_format(box->sentence, sizeof box->sentence, format, arguments);
}

ali_status ali_fail(ali_context *ctx, ali_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_error(ctx, status, ALI_UNKNOWN, format, arguments);
    va_end(arguments);
    return status;
}

ali_status ali_fail_at(ali_context *ctx, ali_status status, uint64_t offset_bytes,
                       const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_error(ctx, status, offset_bytes, format, arguments);
    va_end(arguments);
    return status;
}

// Copies a name into a box's field, cut to fit, if the field is still empty and there is an error.
static void add_text(const ali_error_box *box, char *field, size_t capacity_bytes, const char *text,
                     size_t text_bytes) {
    if (box->error.status == ALI_OK || field[0] != 0) return;
    size_t length = text_bytes < capacity_bytes ? text_bytes : capacity_bytes - 1;
    while (length < text_bytes && length > 0 && ((uint8_t)text[length] & 0xC0) == 0x80) length -= 1;
    ali_copy(field, text, length);
    field[length] = 0;
}

void ali_error_add_column(ali_context *ctx, const char *column, size_t column_bytes) {
    add_text(ctx->errors, ctx->errors->column, sizeof ctx->errors->column, column, column_bytes);
}

void ali_error_add_object(ali_context *ctx, const char *path, size_t path_bytes) {
    add_text(ctx->errors, ctx->errors->object, sizeof ctx->errors->object, path, path_bytes);
}

void ali_error_add_row(ali_context *ctx, uint64_t row) {
    ali_error *error = &ctx->errors->error;
    if (error->status != ALI_OK && error->row == ALI_UNKNOWN) error->row = row;
}

void ali_error_add_offset(ali_context *ctx, uint64_t offset_bytes) {
    ali_error *error = &ctx->errors->error;
    if (error->status != ALI_OK && error->offset_bytes == ALI_UNKNOWN) {
        error->offset_bytes = offset_bytes;
    }
}

void ali_error_add_operation(ali_context *ctx, uint64_t op_id, int32_t http_status) {
    ali_error *error = &ctx->errors->error;
    if (error->status == ALI_OK || error->op_id != 0) return;
    error->op_id = op_id;
    error->http_status = http_status;
}

const ali_error *ali_context_error(const ali_context *context) {
    return &context->own.error;
}

ali_status ali_context_new(const ali_allocator *allocator, const ali_limits *limits,
                           ali_context **context) {
    if (context == NULL) return ALI_ERR_ARGUMENT;
    *context = NULL;
    ali_limits filled;
    ALI_TRY(ali_options_fill(NULL, &ali_limits_options_table, limits, &filled));
    ali_home *home = ali_home_make(allocator != NULL ? allocator : ali_default_allocator(),
                                   filled.memory_bytes_max);
    if (home == NULL) return ALI_ERR_MEMORY;
    ali_context *made = ali_home_new(home, sizeof *made);
    if (made == NULL) {
        ali_home_release(home);
        return ALI_ERR_MEMORY;
    }
    ali_fill(made, 0, sizeof *made);
    made->home = home;
    made->limits = filled;
    made->errors = &made->own;
    ali_error_clear(&made->own);
    *context = made;
    return ALI_OK;
}

void ali_context_free(ali_context *context) {
    if (context == NULL) return;
    ali_home *home = context->home;
    ali_home_free(home, context, sizeof *context);
    ali_home_release(home);
}
