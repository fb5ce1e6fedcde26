// column/schema.c: schemas: one block of memory each, which holds fields, types and strings, and
// may outlive its context.
#include "base/mem.h"
#include "base/text.h"
#include "column/column.h"

static const ali_field *field_at(const ali_field *fields, const uint32_t *indexes, uint32_t i) {
    return &fields[indexes == NULL ? i : indexes[i]];
}

static const char *zone_of(const ali_type *type) {
    return type->zone == NULL ? "" : type->zone;
}

// Copies a string and its final zero byte to *at, which moves on.
static const char *put_text(char **at, const char *text, uint64_t text_bytes) {
    char *copy = *at;
    ali_copy(copy, text, (size_t)text_bytes);
    copy[text_bytes] = 0;
    *at = copy + text_bytes + 1;
    return copy;
}

static void fill_in(ali_schema *schema, const ali_field *fields, const uint32_t *indexes) {
    ali_field *copies = (ali_field *)(void *)(schema + 1);
    ali_type *types = (ali_type *)(void *)(copies + schema->count);
    char *strings = (char *)(types + schema->count);
    for (uint32_t i = 0; i < schema->count; i += 1) {
        const ali_field *field = field_at(fields, indexes, i);
        types[i] = *field->type;
        types[i].zone =
            put_text(&strings, zone_of(field->type), ali_text_length(zone_of(field->type)));
        copies[i] = *field;
        copies[i].name = put_text(&strings, field->name, field->name_bytes);
        copies[i].type = &types[i];
    }
    schema->fields = copies;
}

// Makes a schema of fields[indexes[i]], or of all fields if `indexes` is NULL.
static ali_status make(ali_context *ctx, const ali_field *fields, const uint32_t *indexes,
                       uint32_t count, ali_schema **schema) {
    *schema = NULL;
    uint64_t block_bytes = sizeof(ali_schema) +
                           (uint64_t)count * (sizeof(ali_field) + sizeof(ali_type));
    for (uint32_t i = 0; i < count; i += 1) {
        const ali_field *field = field_at(fields, indexes, i);
        block_bytes += field->name_bytes + ali_text_length(zone_of(field->type)) + 2;
    }
    void *pointer = NULL;
    ALI_TRY(ali_mem_new(ctx, block_bytes, &pointer));
    ali_schema *made = pointer;
    *made = (ali_schema){.home = ali_home_retain(ctx->home),
                         .block_bytes = block_bytes,
                         .references = 1,
                         .count = count};
    fill_in(made, fields, indexes);
    *schema = made;
    return ALI_OK;
}

ali_status ali_schema_new(ali_context *ctx, const ali_field *fields, uint32_t count,
                          ali_schema **schema) {
    return make(ctx, fields, NULL, count, schema);
}

ali_status ali_schema_project(ali_context *ctx, const ali_schema *schema, const uint32_t *indexes,
                              uint32_t count, ali_schema **projected) {
    for (uint32_t i = 0; i < count; i += 1) ALI_ASSERT(indexes[i] < schema->count);
    return make(ctx, schema->fields, indexes, count, projected);
}

void ali_schema_retain(ali_schema *schema) {
    (void)__atomic_add_fetch(&schema->references, 1, __ATOMIC_RELAXED);
}

void ali_schema_release(ali_schema *schema) {
    if (schema == NULL) return;
    if (__atomic_sub_fetch(&schema->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    ali_home *home = schema->home;
    ali_home_free(home, schema, schema->block_bytes);
    ali_home_release(home);
}

uint32_t ali_schema_count(const ali_schema *schema) {
    return schema->count;
}

ali_status ali_field_describe(const ali_schema *schema, uint32_t index, ali_field_info *info) {
    if (schema == NULL || info == NULL || index >= schema->count) return ALI_ERR_ARGUMENT;
    if (info->size_bytes != sizeof *info) return ALI_ERR_ARGUMENT;
    const ali_field *field = &schema->fields[index];
    *info = (ali_field_info){.size_bytes = sizeof *info,
                             .nullable = field->is_nullable ? 1 : 0,
                             .name = field->name,
                             .name_bytes = field->name_bytes,
                             .type = field->type};
    return ALI_OK;
}

bool ali_schema_is_same(const ali_schema *a, const ali_schema *b) {
    if (a == b) return true;
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i += 1) {
        const ali_type *one = a->fields[i].type;
        const ali_type *other = b->fields[i].type;
        if (a->fields[i].name_bytes != b->fields[i].name_bytes) return false;
        if (!ali_equal(a->fields[i].name, b->fields[i].name, (size_t)a->fields[i].name_bytes)) {
            return false;
        }
        if (one->kind != other->kind || one->unit != other->unit || one->bits != other->bits ||
            one->is_signed != other->is_signed || one->precision != other->precision ||
            one->scale != other->scale) {
            return false;
        }
        if (!ali_text_is(one->zone, ali_text_length(one->zone), other->zone)) return false;
    }
    return true;
}
