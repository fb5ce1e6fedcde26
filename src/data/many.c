// data/many.c: the schema of many files, and what they are together.
#include "data/many.h"

#include "base/sort.h"
#include "base/text.h"
#include "compute/widen.h"
#include "data/names.h"
#include "io/beside.h"

// --- making and freeing --------------------------------------------------------------------------

ali_status ali_many_new(ali_context *ctx, ali_many **many) {
    void *pointer = NULL;
    *many = NULL;
    ALI_TRY(ali_mem_zero(ctx, sizeof(ali_many), &pointer));
    *many = pointer;
    (*many)->ctx = ctx;
    ali_arena_init(&(*many)->arena, ctx);
    return ALI_OK;
}

void ali_many_free(ali_many *many) {
    if (many == NULL) return;
    ali_context *ctx = many->ctx;
    for (uint32_t i = 0; i < many->files_count; i += 1) ali_file_release(many->files[i].file);
    ali_mem_free(ctx, many->files, (uint64_t)many->files_capacity * sizeof *many->files);
    ali_mem_free(ctx, many->columns, (uint64_t)many->columns_capacity * sizeof *many->columns);
    ali_mem_free(ctx, many->map, (uint64_t)many->map_capacity * sizeof *many->map);
    ali_arena_clear(&many->arena);
    ali_mem_free(ctx, many, sizeof *many);
}

// --- messages ------------------------------------------------------------------------------------

// The bytes of the folders that two paths share.
static uint32_t shared_bytes(const ali_many_file *a, const ali_many_file *b) {
    uint32_t shared = 0;
    for (uint32_t i = 0; i < a->path_bytes && i < b->path_bytes; i += 1) {
        if (a->path[i] != b->path[i]) break;
        if (a->path[i] == '/') shared = i + 1;
    }
    return shared;
}

ali_status ali_many_fail(const ali_many *many, const ali_many_file *file, const ali_field *field,
                         ali_status status) {
    ali_error_add_column(many->ctx, field->name, (size_t)field->name_bytes);
    ali_error_add_object(many->ctx, file->path, file->path_bytes);
    return status;
}

static ali_status fail_types(const ali_many *many, const ali_many_column *column) {
    const ali_many_file *before = &many->files[column->from];
    const ali_many_file *now = &many->files[column->clash_file];
    const ali_field *field = column->clash;
    const uint32_t shared = shared_bytes(before, now);
    char types[2][64];
    (void)ali_type_spell(column->is_widened ? &column->type : column->field->type, types[0], 64);
    (void)ali_type_spell(field->type, types[1], 64);
    const ali_status status =
        ali_fail(many->ctx, ALI_ERR_TYPE,
                 "column %q is %s in %q and %s in %q: no type holds both without loss", field->name,
                 (size_t)field->name_bytes, types[0], before->path + shared,
                 (size_t)(before->path_bytes - shared), types[1], now->path + shared,
                 (size_t)(now->path_bytes - shared));
    return ali_many_fail(many, now, field, status);
}

ali_status ali_many_check(const ali_many *many, const uint32_t *columns, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 1) {
        const ali_many_column *column = &many->columns[columns[i]];
        if (column->clash != NULL) return fail_types(many, column);
    }
    return ALI_OK;
}

// --- folders -------------------------------------------------------------------------------------

static char lower(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character + ('a' - 'A')) : character;
}

// Tells if a column is that of a key: by name, upper and lower case letters of ASCII alike, since
// some writers of folders change them.
static bool is_key_name(const ali_many_key *key, const char *name, uint64_t name_bytes) {
    if (key->name_bytes != name_bytes) return false;
    for (uint32_t i = 0; i < key->name_bytes; i += 1) {
        if (lower(key->name[i]) != lower(name[i])) return false;
    }
    return true;
}

// The key of a name, as it stands in paths; keys_count if there is none.
static uint32_t find_key(const ali_many *many, const char *name, uint32_t name_bytes) {
    uint32_t key = 0;
    while (key < many->keys_count && (many->keys[key].name_bytes != name_bytes ||
                                      !ali_equal(many->keys[key].name, name, name_bytes))) {
        key += 1;
    }
    return key;
}

// Adds a key where it belongs in the order of their names: folders of one level may be named in any
// order.
static void put_key(ali_many *many, const ali_many_key *key) {
    uint32_t at = many->keys_count;
    for (; at > 0; at -= 1) {
        const ali_many_key *before = &many->keys[at - 1];
        if (ali_compare_bytes(before->name, before->name_bytes, key->name, key->name_bytes) < 0)
            break;
        many->keys[at] = *before;
    }
    many->keys[at] = *key;
    many->keys_count += 1;
}

// Keys of the first file; of keys that a path repeats, the first counts.
static ali_status learn_keys(ali_many *many, const ali_many_place *place) {
    ali_hive_pair pair;
    uint32_t most = 0;
    uint32_t at = 0;
    while (ali_hive_next(place->folders, place->folders_bytes, &at, &pair)) most += 1;
    at = 0;
    void *keys = NULL;
    ALI_TRY(ali_arena_new(&many->arena, (uint64_t)most * sizeof(ali_many_key) + 1, &keys));
    many->keys = keys;
    while (ali_hive_next(place->folders, place->folders_bytes, &at, &pair)) {
        ali_many_key key = {0};
        ALI_TRY(
            ali_hive_decode(&many->arena, pair.key, pair.key_bytes, &key.name, &key.name_bytes));
        if (find_key(many, key.name, key.name_bytes) < many->keys_count) continue;
        put_key(many, &key);
    }
    return ALI_OK;
}

static ali_status fail_keys(const ali_many *many, const ali_many_file *file, const char *key,
                            size_t key_bytes) {
    const ali_many_file *first = &many->files[0];
    const uint32_t shared = shared_bytes(first, file);
    return ali_fail(many->ctx, ALI_ERR_CORRUPT,
                    "the folders of %q and %q name other partitions: %q is only in one of them",
                    first->path + shared, (size_t)(first->path_bytes - shared), file->path + shared,
                    (size_t)(file->path_bytes - shared), key, key_bytes);
}

// The values of a file's folders, which must have the keys of the first file.
static ali_status read_values(ali_many *many, ali_many_file *file, const ali_many_place *place) {
    void *values = NULL;
    uint32_t at = 0;
    ali_hive_pair pair;
    ALI_TRY(ali_arena_new(&many->arena, (uint64_t)many->keys_count * sizeof(ali_many_value) + 1,
                          &values));
    file->values = values;
    while (ali_hive_next(place->folders, place->folders_bytes, &at, &pair)) {
        const char *name = NULL;
        uint32_t name_bytes = 0;
        ALI_TRY(ali_hive_decode(&many->arena, pair.key, pair.key_bytes, &name, &name_bytes));
        const uint32_t key = find_key(many, name, name_bytes);
        if (key == many->keys_count) return fail_keys(many, file, name, name_bytes);
        ali_many_value *value = &file->values[key];
        if (value->text != NULL) continue;
        value->is_null = ali_hive_is_null(&pair);
        ALI_TRY(ali_hive_decode(&many->arena, pair.value, pair.value_bytes, &value->text,
                                &value->text_bytes));
    }
    for (uint32_t i = 0; i < many->keys_count; i += 1) {
        const ali_many_key *key = &many->keys[i];
        if (file->values[i].text == NULL) return fail_keys(many, file, key->name, key->name_bytes);
    }
    return ALI_OK;
}

// Reads all values of a key in one way. False if one is none.
typedef bool read_value(const char *text, uint32_t text_bytes, int64_t *number);

static bool read_all(const ali_many *many, uint32_t key, read_value *read) {
    bool is_any = false;
    for (uint32_t i = 0; i < many->files_count; i += 1) {
        ali_many_value *value = &many->files[i].values[key];
        if (value->is_null) continue;
        if (!read(value->text, value->text_bytes, &value->number)) return false;
        is_any = true;
    }
    return is_any;
}

static void infer_types(ali_many *many) {
    for (uint32_t i = 0; i < many->keys_count; i += 1) {
        ali_type *type = &many->keys[i].type;
        if (read_all(many, i, ali_hive_read_int)) {
            *type = (ali_type){.kind = ALI_TYPE_INT, .bits = 64, .is_signed = 1};
        } else if (read_all(many, i, ali_hive_read_date)) {
            *type = (ali_type){.kind = ALI_TYPE_DATE, .bits = 32, .unit = ALI_UNIT_DAY};
        } else {
            *type = (ali_type){.kind = ALI_TYPE_UTF8};
        }
    }
}

static bool has_null(const ali_many *many, uint32_t key) {
    for (uint32_t i = 0; i < many->files_count; i += 1) {
        if (many->files[i].values[key].is_null) return true;
    }
    return false;
}

// --- merging -------------------------------------------------------------------------------------

// What may be null in the field of one of the files, at any depth, may be null in the column. Its
// type is the same but for that.
static ali_status merge_nulls(ali_many *many, ali_many_column *column, const ali_field *field) {
    const uint32_t span = field->type->span;
    uint32_t i = 1;
    ALI_ASSERT(column->field->type->span == span);
    while (i < span && (column->field[i].is_nullable || !field[i].is_nullable)) i += 1;
    if (i >= span) return ALI_OK;
    void *pointer = NULL;
    ALI_TRY(ali_arena_new(&many->arena, (uint64_t)span * sizeof(ali_field), &pointer));
    ali_field *nodes = pointer;
    for (i = 0; i < span; i += 1) {
        nodes[i] = column->field[i];
        nodes[i].is_nullable |= field[i].is_nullable;
    }
    column->field = nodes;
    return ALI_OK;
}

// The column takes in the type of a field of the file that is added.
static ali_status merge_type(ali_many *many, ali_many_column *column, const ali_field *field) {
    ali_field known = *column->field;
    if (column->is_widened) known.type = &column->type;
    if (known.type->kind == ALI_TYPE_NULL && field->type->kind != ALI_TYPE_NULL) {
        column->field = field;
        column->from = many->files_count - 1;
        column->is_nullable = true;
        return ALI_OK;
    }
    const ali_field *one = column->is_widened ? &known : column->field;
    if (ali_field_is_same_type(one, field)) return merge_nulls(many, column, field);
    ali_type wider;
    if (field->type->kind == ALI_TYPE_NULL) {
        column->is_nullable = true;
        return ALI_OK;
    }
    if (!ali_type_widen(one, field, &wider)) {
        column->clash = field;
        column->clash_file = many->files_count - 1;
        return ALI_OK;
    }
    column->type = wider;
    column->is_widened = true;
    return ALI_OK;
}

static ali_status add_column(ali_many *many, const ali_field *field, uint32_t occurrence) {
    void *columns = many->columns;
    const ali_status status = ali_mem_grow(many->ctx, &columns, &many->columns_capacity,
                                           (uint64_t)many->columns_count + 1,
                                           sizeof *many->columns);
    many->columns = columns;
    if (status < 0) return status;
    ali_many_column *column = &many->columns[many->columns_count];
    *column = (ali_many_column){.field = field,
                                .from = many->files_count - 1,
                                .occurrence = occurrence,
                                .key = ALI_MANY_NO_KEY};
    for (uint32_t i = 0; i < many->keys_count && occurrence == 0; i += 1) {
        if (is_key_name(&many->keys[i], field->name, field->name_bytes)) column->key = i;
    }
    many->columns_count += 1;
    return ALI_OK;
}

#define UNMAPPED UINT32_MAX

// Finds the column of each field of a schema, and adds those that are new.
static ali_status map_fields(ali_many *many, const ali_schema *schema, uint32_t *room) {
    const uint32_t known = many->columns_count;
    const ali_names names = ali_names_sort(schema, room);
    for (uint32_t i = 0; i < schema->count; i += 1) many->map[i] = UNMAPPED;
    for (uint32_t i = 0; i < known; i += 1) {
        const ali_many_column *column = &many->columns[i];
        uint32_t end = 0;
        const uint32_t first =
            ali_names_find(&names, column->field->name, (size_t)column->field->name_bytes, &end);
        if (column->occurrence < end - first)
            many->map[names.places[first + column->occurrence]] = i;
    }
    for (uint32_t i = 0; i < schema->count; i += 1) {
        const ali_field *field = ali_schema_field(schema, i);
        uint32_t end = 0;
        uint32_t place = ali_names_find(&names, field->name, (size_t)field->name_bytes, &end);
        const uint32_t first = place;
        if (many->map[i] != UNMAPPED) continue;
        while (names.places[place] != i) place += 1;
        many->map[i] = many->columns_count;
        ALI_TRY(add_column(many, field, place - first));
    }
    return ALI_OK;
}

static ali_status map_schema(ali_many *many, const ali_schema *schema) {
    void *pointer = many->map;
    const uint64_t room_bytes = ((uint64_t)schema->count + 1) * sizeof(uint32_t);
    ali_status status = ali_mem_grow(many->ctx, &pointer, &many->map_capacity,
                                     (uint64_t)schema->count + 1, sizeof *many->map);
    many->map = pointer;
    if (status < 0) return status;
    ALI_TRY(ali_mem_new(many->ctx, room_bytes, &pointer));
    status = map_fields(many, schema, pointer);
    ali_mem_free(many->ctx, pointer, room_bytes);
    return status;
}

// Takes the schema of the file that was added into that of the whole.
static ali_status merge(ali_many *many) {
    const uint32_t last = many->files_count - 1;
    const ali_schema *schema = many->files[last].file->schema;
    const bool is_alike = last > 0 &&
                          ali_schema_is_same(schema, many->files[last - 1].file->schema);
    if (!is_alike) ALI_TRY(map_schema(many, schema));
    for (uint32_t i = 0; i < schema->count; i += 1) {
        ali_many_column *column = &many->columns[many->map[i]];
        const ali_field *field = ali_schema_field(schema, i);
        column->files_count += 1;
        column->is_nullable |= field->is_nullable;
        // a column that folders name has the type of their values
        if (column->clash != NULL || column->key != ALI_MANY_NO_KEY) continue;
        ALI_TRY(is_alike ? merge_nulls(many, column, field) : merge_type(many, column, field));
    }
    if (many->columns_count > many->ctx->limits.columns_max) {
        return ali_fail(many->ctx, ALI_ERR_LIMIT,
                        "the files have %u columns together; the limit is %u", many->columns_count,
                        many->ctx->limits.columns_max);
    }
    if (last == 0) many->first_count = many->columns_count;
    return ALI_OK;
}

// --- adding --------------------------------------------------------------------------------------

static void add_facts(ali_many *many, const ali_file *file) {
    const ali_many *inner = file->format == &ali_format_many ? file->state : NULL;
    const uint64_t bytes = inner != NULL ? inner->bytes : ali_blob_bytes(file->blob);
    const char *name = inner != NULL ? inner->format_name : file->format->name;
    if (many->format_name == NULL) many->format_name = name;
    if (many->format_name != name) many->format_name = "mixed";
    many->bytes = bytes == ALI_UNKNOWN || many->bytes == ALI_UNKNOWN ? ALI_UNKNOWN
                                                                     : many->bytes + bytes;
    many->files_total += inner != NULL ? inner->files_total : 1;
}

ali_status ali_many_add(ali_many *many, ali_file *file, const ali_many_place *place) {
    void *files = many->files;
    const ali_status status = ali_mem_grow(many->ctx, &files, &many->files_capacity,
                                           (uint64_t)many->files_count + 1, sizeof *many->files);
    many->files = files;
    if (status < 0) {
        ali_file_release(file);
        return status;
    }
    ali_many_file *added = &many->files[many->files_count];
    *added = (ali_many_file){.file = file};
    many->files_count += 1;
    ALI_TRY(ali_arena_text(&many->arena, place->path, place->path_bytes, &added->path));
    added->path_bytes = place->path_bytes;
    if (many->files_count == 1) ALI_TRY(learn_keys(many, place));
    ALI_TRY(read_values(many, added, place));
    add_facts(many, file);
    return merge(many);
}

// --- the whole -----------------------------------------------------------------------------------

// Puts columns of folders that no file has behind those of the first file.
static ali_status place_keys(ali_many *many) {
    uint32_t fresh = 0;
    for (uint32_t i = 0; i < many->keys_count; i += 1) {
        bool is_placed = false;
        for (uint32_t k = 0; k < many->columns_count; k += 1) {
            is_placed |= many->columns[k].key == i;
        }
        if (is_placed) continue;
        const ali_field none = {.name = many->keys[i].name};
        const uint32_t at = many->first_count + fresh;
        ALI_TRY(add_column(many, &none, UINT32_MAX));
        for (uint32_t k = many->columns_count - 1; k > at; k -= 1) {
            many->columns[k] = many->columns[k - 1];
        }
        many->columns[at] = (ali_many_column){.key = i};
        fresh += 1;
    }
    return ALI_OK;
}

static void put_field(const ali_many *many, const ali_many_column *column, ali_field *nodes) {
    if (column->key != ALI_MANY_NO_KEY) {
        const ali_many_key *key = &many->keys[column->key];
        nodes[0] = (ali_field){.name = column->field != NULL ? column->field->name : key->name,
                               .name_bytes = key->name_bytes,
                               .type = &key->type,
                               .is_nullable = has_null(many, column->key)};
        return;
    }
    for (uint32_t i = 0; i < column->field->type->span; i += 1) nodes[i] = column->field[i];
    if (column->is_widened) nodes[0].type = &column->type;
    nodes[0].is_nullable = column->is_nullable || column->files_count < many->files_count;
}

static uint32_t span_of(const ali_many_column *column) {
    return column->key != ALI_MANY_NO_KEY ? 1 : column->field->type->span;
}

static ali_status make_schema(ali_many *many, ali_schema **schema) {
    const ali_schema *first = many->files[0].file->schema;
    uint64_t count = 0;
    for (uint32_t i = 0; i < many->columns_count; i += 1) count += span_of(&many->columns[i]);
    void *nodes = NULL;
    ALI_TRY(ali_mem_new(many->ctx, count * sizeof(ali_field), &nodes));
    ali_field *at = nodes;
    for (uint32_t i = 0; i < many->columns_count; i += 1) {
        put_field(many, &many->columns[i], at);
        at += span_of(&many->columns[i]);
    }
    const ali_status status = ali_schema_new(many->ctx, nodes, (uint32_t)count, first->metadata,
                                             first->metadata_count, schema);
    ali_mem_free(many->ctx, nodes, count * sizeof(ali_field));
    return status;
}

static void sum_rows(const ali_many *many, ali_file *whole) {
    for (uint32_t i = 0; i < many->files_count; i += 1) {
        const ali_file *file = many->files[i].file;
        const bool is_known = whole->rows != ALI_UNKNOWN && file->rows != ALI_UNKNOWN;
        whole->rows = is_known ? whole->rows + file->rows : ALI_UNKNOWN;
        whole->row_groups += file->row_groups;
    }
}

// Where a part of a path begins, behind "./" and slashes that lead nowhere.
static uint32_t skip_here(const char *path, uint32_t at) {
    for (;;) {
        if (path[at] == '.' && path[at + 1] == '/') at += 1;
        if (path[at] != '/') return at;
        at += 1;
    }
}

// Tells if a path leads below the folder of another, as they are written.
static bool is_below(const char *path, const char *other, uint32_t folder) {
    uint32_t at = 0;
    uint32_t i = 0;
    if ((path[0] == '/') != (other[0] == '/')) return false;
    for (;; at += 1, i += 1) {
        if (i == 0 || other[i - 1] == '/') {
            at = skip_here(path, at);
            i = skip_here(other, i);
        }
        if (i >= folder) return ali_beside_is_name(path + at, ali_text_length(path + at));
        if (path[at] != other[i] || path[at] == '\0') return false;
    }
}

// A summary, which is many files itself, and a file in its folder: as "*" matches both.
static ali_status check_twice(const ali_many *many) {
    for (uint32_t i = 0; i < many->files_count; i += 1) {
        const ali_many_file *all = &many->files[i];
        if (all->file->format != &ali_format_many) continue;
        const uint32_t folder = ali_beside_folder(all->path, all->path_bytes);
        for (uint32_t k = 0; k < many->files_count; k += 1) {
            const ali_many_file *one = &many->files[k];
            if (one->file->format == &ali_format_many) continue;
            if (!is_below(one->path, all->path, folder)) continue;
            return ali_fail(many->ctx, ALI_ERR_ARGUMENT,
                            "the summary %q tells of the files in its folder: with %q beside it, "
                            "rows would come twice",
                            all->path, (size_t)all->path_bytes, one->path, (size_t)one->path_bytes);
        }
    }
    return ALI_OK;
}

static ali_status finish(ali_many *many, ali_file **file) {
    void *pointer = NULL;
    ali_schema *schema = NULL;
    ALI_TRY(check_twice(many));
    infer_types(many);
    ALI_TRY(place_keys(many));
    ALI_TRY(make_schema(many, &schema));
    const ali_status status = ali_mem_zero(many->ctx, sizeof(ali_file), &pointer);
    if (status < 0) {
        ali_schema_release(schema);
        return status;
    }
    const ali_file *first = many->files[0].file;
    *file = pointer;
    **file = (ali_file){.format = &ali_format_many,
                        .ctx = many->ctx,
                        .schema = schema,
                        .created_by = first->created_by,
                        .metadata_count = first->metadata_count,
                        .metadata = first->metadata,
                        .references = 1,
                        .state = many};
    sum_rows(many, *file);
    return ALI_OK;
}

ali_status ali_many_finish(ali_many *many, ali_file **file) {
    const ali_status status = finish(many, file);
    if (status < 0) ali_many_free(many);
    return status;
}

static void clear(ali_file *file) {
    ali_many_free(file->state);
}

const ali_format ali_format_many = {
    .name = "many",
    .scan_start = ali_many_scan_start,
    .clear = clear,
    .can_plan = true,
};
