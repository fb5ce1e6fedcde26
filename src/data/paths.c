// data/paths.c: from texts to columns and their members.
#include "data/paths.h"

#include "base/sort.h"
#include "base/text.h"
#include "data/names.h"

// A text on its way to what it means.
typedef struct finder {
    ali_arena *arena;
    ali_names order;
    const char *text;
    const char *at; // behind the part that was read last; NULL: it was the last
    char *part;     // its name, in room for the whole text
    size_t part_bytes;
    uint64_t place; // "#3" is 2; ALI_UNKNOWN if the part is no such number
} finder;

// --- parts ---------------------------------------------------------------------------------------

// Reads "#3" as 2. ALI_UNKNOWN if the name is no such number.
static uint64_t place_of(const char *name, size_t name_bytes) {
    if (name_bytes < 2 || name_bytes > 10 || name[0] != '#') return ALI_UNKNOWN;
    uint64_t number = 0;
    for (size_t i = 1; i < name_bytes; i += 1) {
        if (name[i] < '0' || name[i] > '9') return ALI_UNKNOWN;
        number = number * 10 + (uint64_t)(name[i] - '0');
    }
    return number == 0 ? ALI_UNKNOWN : number - 1;
}

// Reads the part that begins at find->at.
static void read_part(finder *find) {
    const char *at = find->at;
    size_t bytes = 0;
    const bool is_escaped = at[0] == '\\' && at[1] == '#';
    if (is_escaped) at += 1;
    for (; *at != 0 && *at != '.'; at += 1) {
        if (at[0] == '\\' && (at[1] == '.' || at[1] == '\\')) at += 1;
        find->part[bytes] = *at;
        bytes += 1;
    }
    find->at = *at == 0 ? NULL : at + 1;
    find->part_bytes = bytes;
    find->place = is_escaped ? ALI_UNKNOWN : place_of(find->part, bytes);
}

// --- columns -------------------------------------------------------------------------------------

static ali_status fail_missing(const finder *find) {
    ali_context *ctx = find->arena->ctx;
    const ali_schema *schema = find->order.schema;
    const size_t bytes = ali_text_length(find->text);
    if (schema->count == 0) {
        return ali_fail(ctx, ALI_ERR_NOT_FOUND, "there is no column %q: the file has no columns",
                        find->text, bytes);
    }
    const ali_field *first = ali_schema_field(schema, 0);
    const ali_field *last = ali_schema_field(schema, schema->count - 1);
    return ali_fail(ctx, ALI_ERR_NOT_FOUND, "there is no column %q: the file has %u, from %q to %q",
                    find->text, bytes, schema->count, first->name, (size_t)first->name_bytes,
                    last->name, (size_t)last->name_bytes);
}

// Finds a column by its name. ALI_END if there is none.
static ali_status find_name(const finder *find, const char *name, size_t name_bytes,
                            uint32_t *column) {
    uint32_t end = 0;
    const uint32_t first = ali_names_find(&find->order, name, name_bytes, &end);
    if (end == first) return ALI_END;
    *column = find->order.places[first];
    if (end == first + 1) return ALI_OK;
    return ali_fail(find->arena->ctx, ALI_ERR_ARGUMENT,
                    "%u columns are named %q: take one by its place, as #%u for the first of them",
                    end - first, name, name_bytes, *column + 1);
}

// Finds the column that a text begins with; find->at is where its path goes on.
static ali_status find_column(finder *find, uint32_t *column) {
    const char *name = find->text;
    find->at = name;
    read_part(find);
    if (find->place < find->order.schema->count) {
        *column = (uint32_t)find->place;
        return ALI_OK;
    }
    if (name[0] == '\\' && name[1] == '#') name += 1;
    ali_status status = find_name(find, name, ali_text_length(name), column);
    if (status != ALI_END) {
        find->at = NULL;
        return status;
    }
    status = find_name(find, find->part, find->part_bytes, column);
    return status == ALI_END ? fail_missing(find) : status;
}

// --- members -------------------------------------------------------------------------------------

static ali_status fail_type(const finder *find, const ali_path *path, const ali_type *type) {
    char spelled[64];
    (void)ali_type_spell(type, spelled, sizeof spelled);
    if (type->children_count != 0) {
        return ali_fail(find->arena->ctx, ALI_ERR_UNSUPPORTED,
                        "taking a member out of column %q, of type %s, is not supported",
                        path->name, (size_t)path->name_bytes, spelled);
    }
    return ali_fail(find->arena->ctx, ALI_ERR_NOT_FOUND,
                    "column %q has no member %q: it is of type %s", path->name,
                    (size_t)path->name_bytes, find->part, find->part_bytes, spelled);
}

// A member, its name, and how many others share it.
typedef struct member {
    uint32_t node; // 0: none
    uint32_t index;
    uint32_t count;
    const char *name;
    size_t name_bytes;
} member;

// Names of the members of maps, whatever the file calls them.
static void name_member(const ali_field *field, bool is_map, uint32_t index, member *made) {
    made->name = is_map ? index == 0 ? "key" : "value" : field->name;
    made->name_bytes = is_map ? ali_text_length(made->name) : (size_t)field->name_bytes;
}

static ali_status fail_member(const finder *find, const ali_path *path, const member *first,
                              const member *last) {
    return ali_fail(find->arena->ctx, ALI_ERR_NOT_FOUND,
                    "column %q has no member %q: it has %u, from %q to %q", path->name,
                    (size_t)path->name_bytes, find->part, find->part_bytes, last->index + 1,
                    first->name, first->name_bytes, last->name, last->name_bytes);
}

// Finds the member of a struct that the part names.
static ali_status find_member(const finder *find, const ali_path *path, uint32_t parent,
                              bool is_map, member *found) {
    const ali_field *nodes = find->order.schema->nodes;
    const ali_type *type = nodes[parent].type;
    member placed = {0};
    member first = {0};
    member at = {.node = parent + 1};
    *found = (member){0};
    for (; at.index < type->children_count; at.index += 1) {
        name_member(&nodes[at.node], is_map, at.index, &at);
        if (at.index == 0) first = at;
        if (at.index == find->place) placed = at;
        if (ali_compare_bytes(at.name, at.name_bytes, find->part, find->part_bytes) == 0) {
            const uint32_t count = found->count + 1;
            if (count == 1) *found = at;
            found->count = count;
        }
        if (at.index + 1 == type->children_count) break;
        at.node += nodes[at.node].type->span;
    }
    if (found->count == 0) *found = placed;
    if (found->node == 0) return fail_member(find, path, &first, &at);
    if (found->count < 2) return ALI_OK;
    return ali_fail(find->arena->ctx, ALI_ERR_ARGUMENT,
                    "%u members of column %q are named %q: take one by its place, as #%u for the "
                    "first of them",
                    found->count, path->name, (size_t)path->name_bytes, find->part,
                    find->part_bytes, found->index + 1);
}

// The path's name gets that of a member.
static ali_status join_name(const finder *find, const member *next, ali_path *path) {
    void *pointer = NULL;
    const uint64_t bytes = (uint64_t)path->name_bytes + 1 + next->name_bytes;
    ALI_TRY(ali_arena_new(find->arena, bytes, &pointer));
    char *name = pointer;
    ali_copy(name, path->name, path->name_bytes);
    name[path->name_bytes] = '.';
    ali_copy(name + path->name_bytes + 1, next->name, next->name_bytes);
    path->name = name;
    path->name_bytes = (uint32_t)bytes;
    return ALI_OK;
}

// Goes on to the member that the part names.
static ali_status enter(const finder *find, ali_path *path) {
    const ali_field *nodes = find->order.schema->nodes;
    uint32_t node = path->node;
    bool is_map = false;
    member next;
    for (; ali_type_has_items(nodes[node].type); node += 1) {
        if (nodes[node].type->index_bits != 0) break;
        is_map = nodes[node].type->kind == ALI_TYPE_MAP;
        path->depth += 1;
    }
    const ali_type *type = nodes[node].type;
    if (type->kind != ALI_TYPE_STRUCT || type->index_bits != 0 ||
        type->extension == ALI_EXTENSION_VARIANT || type->children_count == 0) {
        return fail_type(find, path, type);
    }
    ALI_TRY(find_member(find, path, node, is_map, &next));
    path->depth += 1;
    path->node = next.node;
    return join_name(find, &next, path);
}

static void take_column(const ali_schema *schema, uint32_t column, ali_path *path) {
    const ali_field *field = ali_schema_field(schema, column);
    *path = (ali_path){.column = column,
                       .node = schema->roots[column],
                       .name = field->name,
                       .name_bytes = (uint32_t)field->name_bytes};
}

static ali_status find_text(finder *find, ali_path *path) {
    void *pointer = NULL;
    uint32_t column = 0;
    ALI_TRY(ali_arena_new(find->arena, ali_text_length(find->text) + 1, &pointer));
    find->part = pointer;
    ALI_TRY(find_column(find, &column));
    take_column(find->order.schema, column, path);
    while (find->at != NULL) {
        read_part(find);
        ALI_TRY(enter(find, path));
    }
    return ALI_OK;
}

static ali_status find_all(ali_arena *arena, const ali_schema *schema, const char *const *texts,
                           ali_paths *paths) {
    void *room = NULL;
    ALI_TRY(ali_arena_new(arena, ((uint64_t)schema->count + 1) * sizeof(uint32_t), &room));
    finder find = {.arena = arena, .order = ali_names_sort(schema, room)};
    for (uint32_t i = 0; i < paths->count; i += 1) {
        find.text = texts[i];
        ALI_TRY(find_text(&find, &paths->items[i]));
    }
    return ALI_OK;
}

// --- what is read --------------------------------------------------------------------------------

// Writes the nodes that a path reads; returns the next free place.
static uint32_t *put_nodes(const ali_schema *schema, const ali_path *path, uint32_t *to) {
    uint32_t node = schema->roots[path->column];
    while (node != path->node) {
        *to++ = node;
        node += 1;
        while (path->node >= node + schema->nodes[node].type->span) {
            node += schema->nodes[node].type->span;
        }
    }
    const uint32_t span = schema->nodes[node].type->span;
    for (uint32_t k = 0; k < span; k += 1) *to++ = node + k;
    return to;
}

static ali_status list_nodes(ali_arena *arena, const ali_schema *schema, ali_paths *paths) {
    void *pointer = NULL;
    uint64_t count = 0;
    for (uint32_t i = 0; i < paths->count; i += 1) {
        const ali_path *path = &paths->items[i];
        paths->columns[i] = path->column;
        paths->is_cut = paths->is_cut || path->depth != 0;
        count += path->depth + schema->nodes[path->node].type->span;
    }
    if (count > UINT32_MAX) {
        return ali_fail(arena->ctx, ALI_ERR_LIMIT, "a schema has too many fields");
    }
    ALI_TRY(ali_arena_new(arena, count * sizeof(uint32_t), &pointer));
    paths->nodes = pointer;
    paths->nodes_count = (uint32_t)count;
    uint32_t *to = pointer;
    for (uint32_t i = 0; i < paths->count; i += 1) to = put_nodes(schema, &paths->items[i], to);
    return ALI_OK;
}

ali_status ali_paths_find(ali_arena *arena, const ali_schema *schema, const char *const *texts,
                          uint32_t count, ali_paths *paths) {
    void *items = NULL;
    void *columns = NULL;
    ALI_TRY(ali_arena_new(arena, (uint64_t)count * sizeof(ali_path), &items));
    ALI_TRY(ali_arena_new(arena, (uint64_t)count * sizeof(uint32_t), &columns));
    *paths = (ali_paths){.items = items, .count = count, .columns = columns};
    if (texts != NULL) {
        ALI_TRY(find_all(arena, schema, texts, paths));
    } else {
        for (uint32_t i = 0; i < count; i += 1) take_column(schema, i, &paths->items[i]);
    }
    return list_nodes(arena, schema, paths);
}

// --- what is wanted ------------------------------------------------------------------------------

// Writes the fields of a path: the lists on its way, whose structs are left out, and its end.
static ali_field *put_fields(const ali_path *path, const ali_field *read, ali_field *to) {
    ali_field next = {.name = path->name, .name_bytes = path->name_bytes};
    for (uint32_t k = 0; k < path->depth; k += 1) {
        next.is_nullable = next.is_nullable || read[k].is_nullable;
        if (read[k].type->kind == ALI_TYPE_STRUCT) continue;
        next.type = read[k].type;
        *to++ = next;
        next = (ali_field){.name = read[k + 1].name, .name_bytes = read[k + 1].name_bytes};
    }
    const ali_field *end = read + path->depth;
    *to = *end;
    to->name = next.name;
    to->name_bytes = next.name_bytes;
    to->is_nullable = next.is_nullable || end->is_nullable;
    for (uint32_t k = 1; k < end->type->span; k += 1) to[k] = end[k];
    return to + end->type->span;
}

ali_status ali_paths_schema(ali_arena *arena, const ali_paths *paths, ali_schema *read,
                            ali_schema **schema) {
    void *pointer = NULL;
    if (!paths->is_cut) {
        ali_schema_retain(read);
        *schema = read;
        return ALI_OK;
    }
    ALI_TRY(ali_arena_new(arena, (uint64_t)read->nodes_count * sizeof(ali_field), &pointer));
    ali_field *fields = pointer;
    ali_field *end = fields;
    for (uint32_t i = 0; i < paths->count; i += 1) {
        end = put_fields(&paths->items[i], &read->nodes[read->roots[i]], end);
    }
    return ali_schema_new(arena->ctx, fields, (uint32_t)(end - fields), read->metadata,
                          read->metadata_count, schema);
}
