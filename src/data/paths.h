// data/paths.h: what the texts that name columns mean: whole columns of a schema, or members out of
// nested ones.
#ifndef ALI_DATA_PATHS_H
#define ALI_DATA_PATHS_H

#include "base/arena.h"
#include "column/column.h"

// What is wanted of a column: all of it, or one of the fields below it.
typedef struct ali_path {
    uint32_t column; // index of the field at the top
    uint32_t node;   // that is wanted, with all below
    uint32_t depth;  // fields above it
    uint32_t name_bytes;
    const char *name; // of what is wanted; "a.b" for a member
} ali_path;

typedef struct ali_paths {
    ali_path *items;
    uint32_t count;
    uint32_t *columns; // of each path
    uint32_t *nodes;   // for ali_schema_prune(): what is read, path by path
    uint32_t nodes_count;
    bool is_cut; // some path leads below the top
} ali_paths;

// Finds what is wanted: `count` texts, or, where `texts` is NULL, all columns.
//
// A text is first a whole name; then a path, parts separated by dots, in which a backslash takes
// the meaning from a dot, a backslash, and a # at the beginning of a part. A first part "#3" is the
// third column, a later one that is no member's name the third member. A path goes on inside lists
// as if their items stood there; a map has the members "key" and "value".
//
// Ownership: all in the arena; names may be the schema's.
// Returns:   ALI_OK; ALI_ERR_NOT_FOUND; ALI_ERR_ARGUMENT where names are shared;
//            ALI_ERR_UNSUPPORTED for a path into a union, a dictionary, a Variant or a run-end
//            encoded column; ALI_ERR_LIMIT; ALI_ERR_MEMORY.
ALI_CHECKED ali_status ali_paths_find(ali_arena *arena, const ali_schema *schema,
                                      const char *const *texts, uint32_t count, ali_paths *paths);

// The schema of what is wanted, each under the name of its path, out of that of what is read.
ALI_CHECKED ali_status ali_paths_schema(ali_arena *arena, const ali_paths *paths, ali_schema *read,
                                        ali_schema **schema);

#endif
