// data/many.h: many opened files as one: a schema that holds those of all, columns out of folder
// names, and a scan of one file after the other.
//
// Columns are matched by name (of those that share one, the first with the first, and so on). What
// a file lacks is null there; types that widen without loss (compute/widen.h) widen; others are an
// error that names both files, met by who asks for the column. Fields stand in the order of the
// first file, then those of folders, then those that only later files have.
#ifndef ALI_DATA_MANY_H
#define ALI_DATA_MANY_H

#include "data/hive.h"
#include "format/format.h"

// The value of a partition for one file.
typedef struct ali_many_value {
    const char *text;
    uint32_t text_bytes;
    bool is_null;
    int64_t number; // INT and DATE
} ali_many_value;

typedef struct ali_many_file {
    ali_file *file;
    const char *path;
    uint32_t path_bytes;
    ali_many_value *values; // one for each partition key
} ali_many_file;

// A field of the whole: of files, of folders, or of both, where the folder's value counts.
typedef struct ali_many_column {
    const ali_field *field; // in the schema of the file that told the type; NULL: of folders alone
    ali_type type;          // if is_widened
    uint32_t from;          // that file
    uint32_t clash_file;    // the first file whose type goes with that of those before in no type,
    const ali_field *clash; // and its field; NULL: none
    uint32_t occurrence;    // which of the fields that share its name
    uint32_t files_count;   // files that have it
    uint32_t key;           // of the partition, or ALI_MANY_NO_KEY
    bool is_widened;
    bool is_nullable;
} ali_many_column;

#define ALI_MANY_NO_KEY UINT32_MAX

typedef struct ali_many_key {
    const char *name;
    uint32_t name_bytes;
    ali_type type;
} ali_many_key;

typedef struct ali_many {
    ali_context *ctx;
    ali_arena arena;
    ali_many_file *files;
    uint32_t files_count;
    uint32_t files_capacity;
    ali_many_column *columns;
    uint32_t columns_count;
    uint32_t columns_capacity;
    uint32_t first_count; // columns of the first file
    ali_many_key *keys;
    uint32_t keys_count;
    uint32_t *map; // the column of each field of the file that was added last
    uint32_t map_capacity;
    const char *format_name; // of all files, or "mixed"
    uint64_t bytes;
    uint64_t files_total; // with those of which files consist that are many themselves
} ali_many;

ALI_CHECKED ali_status ali_many_new(ali_context *ctx, ali_many **many);
void ali_many_free(ali_many *many);

// Where a file lies: its path, for messages, and that part of it in which folders "key=value" are
// looked for, not percent-encoded.
typedef struct ali_many_place {
    const char *path;
    const char *folders;
    uint32_t path_bytes;
    uint32_t folders_bytes;
} ali_many_place;

// Adds a file, whose reference it takes over, also when it fails.
ALI_CHECKED ali_status ali_many_add(ali_many *many, ali_file *file, const ali_many_place *place);

// Makes one file of all that were added (at least one), and takes `many` over, also when it fails.
ALI_CHECKED ali_status ali_many_finish(ali_many *many, ali_file **file);

// Adds the column and the file to the error that there is. Returns `status`.
ALI_CHECKED ali_status ali_many_fail(const ali_many *many, const ali_many_file *file,
                                     const ali_field *field, ali_status status);

// Fails if files have a column, of those asked for, in types that no type holds.
ALI_CHECKED ali_status ali_many_check(const ali_many *many, const uint32_t *columns,
                                      uint32_t count);

// Many files as one, for ali_file.format; its `state` is the ali_many.
extern const ali_format ali_format_many;

// Starts to scan (data/many_scan.c).
ALI_CHECKED ali_status ali_many_scan_start(ali_task *parent, ali_file *file,
                                           const ali_projection *projection, ali_task **task);

#endif
