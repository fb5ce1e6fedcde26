// format/parquet/schema.c: what the columns and fields of a file carry beside their types, which
// are types.c; what nests in what is tree.c.
//
// Columns that this reader can't read get the nearest type all the same, and are refused by name
// when they are scanned. The Arrow schema that some writers keep in the file's metadata is left
// out: types are those of the Parquet schema.
#include "format/parquet/schema.h"
#include "base/text.h"

// The key by which a file says that Spark wrote it, and in how many pairs it is looked for.
static const char spark_key[] = "org.apache.spark.version";
#define SPARK_PAIRS 1024u

// The unit of INT96 timestamps: nanoseconds, but microseconds where Spark wrote the file. Its own
// timestamps have no more digits, and reach to years that 64 bits of nanoseconds do not.
uint32_t ali_parquet_int96_unit(const ali_parquet_state *state) {
    const ali_parquet_pair *pairs = state->meta.pairs.items;
    const uint64_t count = ali_min_u64(state->meta.pairs.count, SPARK_PAIRS);
    for (uint64_t i = 0; i < count; i += 1) {
        if (ali_text_is(pairs[i].key.bytes, (size_t)pairs[i].key.count_bytes, spark_key)) {
            return ALI_UNIT_MICRO;
        }
    }
    return ALI_UNIT_NANO;
}

// Adds an element's id to the pairs that its field carries.
static ali_status add_field_id(ali_parquet_state *state, const ali_parquet_element *element,
                               ali_field *field) {
    static const char key[] = "PARQUET:field_id";
    char text[20];
    void *pointer = NULL;
    if ((element->seen & ALI_PARQUET_ELEMENT_FIELD_ID) == 0) return ALI_OK;
    const uint32_t count = field->metadata_count;
    const size_t text_bytes = ali_text_i64(text, element->field_id);
    ALI_TRY(ali_arena_new(&state->arena, (count + 1) * sizeof(ali_pair), &pointer));
    ali_pair *pairs = pointer;
    for (uint32_t i = 0; i < count; i += 1) pairs[i] = field->metadata[i];
    pairs[count] = (ali_pair){.key = key, .key_bytes = sizeof key - 1, .value_bytes = text_bytes};
    ALI_TRY(ali_arena_text(&state->arena, text, text_bytes, &pairs[count].value));
    field->metadata = pairs;
    field->metadata_count = count + 1;
    return ALI_OK;
}

ali_status ali_parquet_fill_group(ali_parquet_state *state, const ali_parquet_element *element,
                                  ali_field *field) {
    return add_field_id(state, element, field);
}

ali_status ali_parquet_fill_column(ali_context *ctx, ali_parquet_state *state,
                                   const ali_parquet_element *element, uint32_t int96_unit,
                                   ali_parquet_column *column, ali_field *field, ali_type *type) {
    column->name = element->name;
    column->type = element->type;
    column->refusal = ALI_PARQUET_READABLE;
    *type = ali_parquet_leaf_type(element, column, int96_unit);
    if (column->stored_bytes > ctx->limits.page_bytes_max) column->refusal = ALI_PARQUET_TOO_WIDE;
    ALI_TRY(ali_parquet_leaf_metadata(&state->arena, element, column, field));
    return add_field_id(state, element, field);
}

ali_status ali_parquet_schema_pairs(ali_parquet_state *state, const ali_pair **pairs,
                                    uint32_t *count) {
    const ali_parquet_pair *from = state->meta.pairs.items;
    void *pointer = NULL;
    *count = 0;
    ALI_TRY(ali_arena_new(&state->arena, state->meta.pairs.count * sizeof(ali_pair), &pointer));
    ali_pair *made = pointer;
    for (uint32_t i = 0; i < state->meta.pairs.count; i += 1) {
        const ali_thrift_text *key = &from[i].key;
        if (ali_text_is(key->bytes, (size_t)key->count_bytes, "ARROW:schema")) continue;
        made[*count] = (ali_pair){.key = key->bytes,
                                  .key_bytes = key->count_bytes,
                                  .value = from[i].value.bytes,
                                  .value_bytes = from[i].value.count_bytes};
        *count += 1;
    }
    *pairs = made;
    return ALI_OK;
}

ali_status ali_parquet_refuse(ali_context *ctx, const ali_parquet_column *column) {
    const char *name = column->name.bytes;
    const size_t name_bytes = (size_t)column->name.count_bytes;
    ali_status status = ALI_ERR_UNSUPPORTED;
    switch (column->refusal) {
    case ALI_PARQUET_BAD_LOGICAL:
        status = ali_fail(ctx, status, "logical type %s is not supported (column %q)",
                          column->reason, name, name_bytes);
        break;
    case ALI_PARQUET_TOO_WIDE:
        status = ali_fail(ctx, ALI_ERR_LIMIT,
                          "the values of column %q have %u bytes each, the limit page_bytes_max is "
                          "%U",
                          name, name_bytes, column->stored_bytes, ctx->limits.page_bytes_max);
        break;
    default:
        status = ali_fail(ctx, ALI_ERR_CORRUPT,
                          "logical type %s does not go with type %s (column %q)", column->reason,
                          ali_parquet_type_name(column->type), name, name_bytes);
    }
    ali_error_add_column(ctx, name, name_bytes);
    return status;
}
