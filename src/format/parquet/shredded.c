// format/parquet/shredded.c: Variants in the schema of a file (parquet-format, LogicalTypes.md,
// "Variant"), and a scan's way from the columns in which they are stored to those it shows.
#include "format/parquet/shredded.h"
#include "base/mem.h"

static const ali_type binary_type = {.kind = ALI_TYPE_BINARY, .zone = ""};

// --- the file's schema ---------------------------------------------------------------------------

// The pairs of a Variant's field: its own, and the names of the extension.
static ali_status put_pairs(ali_parquet_state *state, ali_field *field) {
    static const char name[] = "arrow.parquet.variant";
    static const char key[] = "ARROW:extension:metadata";
    const uint32_t count = field->metadata_count;
    void *pointer = NULL;
    ALI_TRY(ali_arena_new(&state->arena, (count + 2) * sizeof(ali_pair), &pointer));
    ali_pair *pairs = pointer;
    pairs[0] = (ali_pair){.key = ALI_EXTENSION_KEY,
                          .value = name,
                          .key_bytes = sizeof ALI_EXTENSION_KEY - 1,
                          .value_bytes = sizeof name - 1};
    pairs[1] = (ali_pair){.key = key, .value = "", .key_bytes = sizeof key - 1};
    for (uint32_t i = 0; i < count; i += 1) pairs[2 + i] = field->metadata[i];
    field->metadata = pairs;
    field->metadata_count = count + 2;
    return ALI_OK;
}

// Finds the Variants of a file: those that have the shape of one.
static uint32_t note_variants(const ali_parquet_state *state, const ali_schema *stored,
                              bool *is_any_shredded) {
    const ali_parquet_element *elements = state->meta.elements.items;
    uint32_t found = 0;
    for (uint32_t i = 0; i < stored->nodes_count; i += 1) {
        const ali_parquet_element *element = &elements[state->nodes[i].element];
        if (stored->nodes[i].type->kind != ALI_TYPE_STRUCT) continue;
        if ((element->seen & ALI_PARQUET_ELEMENT_LOGICAL) == 0) continue;
        if (element->logical.seen != ALI_PARQUET_LOGICAL_VARIANT) continue;
        bool is_shredded = false;
        if (!ali_variant_is(&stored->nodes[i], &is_shredded)) continue;
        state->nodes[i].is_variant = true;
        state->nodes[i].is_shredded = is_shredded;
        *is_any_shredded |= is_shredded;
        found += 1;
    }
    return found;
}

// Writes the three fields of a shredded Variant.
static void put_variant(ali_field *fields, ali_type *types) {
    static const char *const names[] = {"metadata", "value"};
    types[0] = *fields[0].type;
    types[0].children_count = 2;
    fields[0].type = &types[0];
    for (uint32_t i = 0; i < 2; i += 1) {
        types[1 + i] = binary_type;
        fields[1 + i] =
            (ali_field){.name = names[i], .name_bytes = i == 0 ? 8 : 5, .type = &types[1 + i]};
    }
}

static ali_status make_shown(ali_context *ctx, ali_parquet_state *state, const ali_schema *stored,
                             ali_schema **shown) {
    void *fields_room = NULL;
    void *types_room = NULL;
    void *nodes_room = NULL;
    const uint64_t count = stored->nodes_count;
    ALI_TRY(ali_arena_new(&state->arena, count * sizeof(ali_field), &fields_room));
    ALI_TRY(ali_arena_new(&state->arena, count * sizeof(ali_type), &types_room));
    ALI_TRY(ali_arena_new(&state->arena, count * sizeof(uint32_t), &nodes_room));
    ali_field *fields = fields_room;
    ali_type *types = types_room;
    uint32_t *nodes = nodes_room;
    uint32_t made = 0;
    for (uint32_t i = 0; i < count; i += 1, made += 1) {
        fields[made] = stored->nodes[i];
        nodes[made] = i;
        if (state->nodes[i].is_variant) ALI_TRY(put_pairs(state, &fields[made]));
        if (!state->nodes[i].is_shredded) continue;
        put_variant(fields + made, types + made);
        nodes[made + 1] = nodes[made + 2] = i;
        made += 2;
        i += stored->nodes[i].type->span - 1;
    }
    state->stored_nodes = nodes;
    return ali_schema_new(ctx, fields, made, stored->metadata, stored->metadata_count, shown);
}

ali_status ali_parquet_show(ali_context *ctx, ali_parquet_state *state, ali_schema *stored,
                            ali_schema **shown) {
    bool is_any_shredded = false;
    *shown = NULL;
    if (note_variants(state, stored, &is_any_shredded) == 0) {
        *shown = stored;
        return ALI_OK;
    }
    const ali_status status = make_shown(ctx, state, stored, shown);
    if (status == ALI_OK && is_any_shredded) {
        state->stored = stored;
    } else {
        ali_schema_release(stored);
    }
    return status;
}

// --- a scan --------------------------------------------------------------------------------------

// The node of the stored schema that a projected node comes from.
static uint32_t stored_node(const ali_parquet_state *state, const ali_projection *projection,
                            uint32_t node) {
    const uint32_t from = projection->nodes[node];
    return state->stored == NULL ? from : state->stored_nodes[from];
}

// Writes the nodes that a projection reads. Without `fields` it counts only.
static uint32_t list_nodes(const ali_parquet_state *state, const ali_projection *projection,
                           ali_parquet_join *join, ali_field *fields) {
    uint32_t count = 0;
    join->jobs_count = 0;
    for (uint32_t i = 0; i < projection->schema->nodes_count; i += 1) {
        const ali_field *field = &projection->schema->nodes[i];
        const uint32_t from = stored_node(state, projection, i);
        const bool is_whole = state->nodes[from].is_shredded &&
                              field->type->extension == ALI_EXTENSION_VARIANT;
        const uint32_t span = is_whole ? state->stored->nodes[from].type->span : 1;
        for (uint32_t k = 0; k < span && fields != NULL; k += 1) {
            fields[count + k] = is_whole ? state->stored->nodes[from + k] : *field;
            join->nodes[count + k] = from + k;
            join->shown[count + k] = k == 0 ? i : ALI_PARQUET_NO_LEAF;
        }
        if (is_whole && fields != NULL) {
            fields[count].name = field->name;
            fields[count].name_bytes = field->name_bytes;
            fields[count].is_nullable = field->is_nullable;
            join->jobs[join->jobs_count].stored = count;
            join->jobs[join->jobs_count].shown = i;
        }
        join->jobs_count += is_whole ? 1 : 0;
        count += span;
        i += is_whole ? 2 : 0;
    }
    return count;
}

static uint64_t nodes_bytes(const ali_parquet_join *join) {
    return (uint64_t)join->count * 2 * sizeof(uint32_t);
}

// Makes the schema of what is stored, and a reader for each shredded column.
static ali_status fill_join(ali_context *ctx, const ali_parquet_state *state,
                            const ali_projection *projection, ali_parquet_join *join,
                            ali_field *fields) {
    (void)list_nodes(state, projection, join, fields);
    if (join->jobs_count == 0) return ALI_OK;
    ALI_TRY(ali_schema_new(ctx, fields, join->count, NULL, 0, &join->schema));
    for (uint32_t i = 0; i < join->jobs_count; i += 1) {
        ali_parquet_job *job = &join->jobs[i];
        ALI_TRY(ali_variant_begin(ctx, join->schema, job->stored, &job->variant));
    }
    return ALI_OK;
}

ali_status ali_parquet_join_new(ali_context *ctx, const ali_parquet_state *state,
                                const ali_projection *projection, ali_parquet_join *join) {
    void *pointer = NULL;
    const uint32_t count = list_nodes(state, projection, join, NULL);
    const uint32_t jobs_count = join->jobs_count;
    join->jobs_count = 0;
    if (count == 0) return ALI_OK;
    ALI_TRY(ali_mem_zero(ctx, jobs_count * sizeof(ali_parquet_job), &pointer));
    join->jobs = pointer;
    join->jobs_count = jobs_count;
    ALI_TRY(ali_mem_new(ctx, (uint64_t)count * 2 * sizeof(uint32_t), &pointer));
    join->count = count;
    join->nodes = pointer;
    join->shown = join->nodes + count;
    ALI_TRY(ali_mem_new(ctx, (uint64_t)count * sizeof(ali_field), &pointer));
    const ali_status status = fill_join(ctx, state, projection, join, pointer);
    ali_mem_free(ctx, pointer, (uint64_t)count * sizeof(ali_field));
    return status;
}

void ali_parquet_join_clear(ali_context *ctx, ali_parquet_join *join) {
    for (uint32_t i = 0; i < join->jobs_count; i += 1) ali_variant_clear(&join->jobs[i].variant);
    ali_mem_free(ctx, join->jobs, join->jobs_count * sizeof(ali_parquet_job));
    ali_mem_free(ctx, join->nodes, nodes_bytes(join));
    ali_schema_release(join->schema);
    ali_batch_release(join->batch);
}

// Moves a column from one batch to another of its own type.
static void move(ali_column *to, ali_column *from) {
    const ali_type *to_type = to->type;
    const ali_type *from_type = from->type;
    *to = *from;
    to->type = to_type;
    *from = (ali_column){.type = from_type, .length = from->length};
}

ali_status ali_parquet_join_begin(ali_context *ctx, ali_parquet_join *join, ali_schema *schema,
                                  ali_batch *stored, uint64_t first_row) {
    ALI_TRY(ali_batch_new(ctx, schema, stored->rows, &join->batch));
    ali_column *columns = join->batch->columns;
    uint32_t job = 0;
    join->job = 0;
    join->is_begun = false;
    for (uint32_t i = 0; i < join->count; i += 1) {
        const uint32_t shown = join->shown[i];
        if (shown == ALI_PARQUET_NO_LEAF) continue;
        if (job < join->jobs_count && join->jobs[job].stored == i) {
            job += 1;
        } else {
            move(&columns[shown], &stored->columns[i]);
        }
    }
    uint32_t root = 0;
    for (uint32_t i = 0; i < join->jobs_count; i += 1) {
        const uint32_t node = join->jobs[i].stored;
        while (root + 1 < join->schema->count && join->schema->roots[root] < node) root += 1;
        const bool is_top = join->schema->roots[root] == node;
        join->jobs[i].first_row = is_top ? first_row : ALI_UNKNOWN;
    }
    return ALI_OK;
}

// Ends a Variant: what it shares with what is stored moves over.
static void finish_job(ali_parquet_join *join, const ali_parquet_job *job, ali_batch *stored) {
    ali_column *shown = &join->batch->columns[job->shown];
    move(&shown[0], &stored->columns[job->stored]);
    move(&shown[1], &stored->columns[job->variant.metadata]);
}

ali_status ali_parquet_join_step(ali_context *ctx, ali_parquet_join *join, ali_batch *stored,
                                 int64_t *credit) {
    (void)ctx;
    for (; join->job < join->jobs_count; join->job += 1) {
        ali_parquet_job *job = &join->jobs[join->job];
        if (!join->is_begun) {
            ALI_TRY(ali_variant_start(&job->variant, stored->columns,
                                      &join->batch->columns[job->shown + 2]));
            job->variant.base = job->first_row;
        }
        join->is_begun = true;
        const ali_status status = ali_variant_step(&job->variant, credit);
        if (status != ALI_OK) return status;
        finish_job(join, job, stored);
        join->is_begun = false;
    }
    return ALI_OK;
}
