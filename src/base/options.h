// base/options.h: option structs by table: defaults filled in, ranges checked.
//
// The tables are generated (base/options_tables.h) from src/options/*.def. Use:
//
//     ali_scan_options filled;
//     ALI_TRY(ali_options_fill(ctx, &ali_scan_options_table, options, &filled));
//
// after which every field of `filled` has a value: numbers their default or what was given, choices
// a listed value, texts their default or what was given (NULL where the .def names no text).
#ifndef ALI_BASE_OPTIONS_H
#define ALI_BASE_OPTIONS_H

#include "alimentar/options.h"
#include "base/ctx.h"

enum {
    ALI_OPTION_U32 = 1,
    ALI_OPTION_U64 = 2,
    ALI_OPTION_CHOICE = 3,
    ALI_OPTION_TEXT = 4,
    ALI_OPTION_TEXTS = 5,
    ALI_OPTION_POINTER = 6
};

typedef struct ali_options_field {
    const char *name;
    const char *unit;      // NULL if it has none
    const char *text;      // TEXT: the default, or NULL
    uint64_t standard;     // numbers: the default
    uint64_t least;        // numbers and choices: the range
    uint64_t most;         // ALI_UNKNOWN: as large as the type
    uint64_t zero;         // the value that means 0; 0 if there is none
    uint32_t kind;         // ALI_OPTION_U32, ...
    uint32_t offset_bytes; // in the struct
} ali_options_field;

typedef struct ali_options_table {
    const char *name;
    const ali_options_field *fields;
    uint32_t count;
    uint32_t size_bytes; // of the struct
} ali_options_table;

// Copies `given` (NULL: nothing is given) to `filled`, fills in defaults and checks ranges. A
// struct of an older caller (a smaller size_bytes) is taken as if its missing fields were 0.
//
// `ctx` may be NULL: then an error leaves no sentence.
//
// Returns:   ALI_OK; ALI_ERR_ARGUMENT with a sentence that names the option, its value and its
// range.
ALI_CHECKED ali_status ali_options_fill(ali_context *ctx, const ali_options_table *table,
                                        const void *given, void *filled);

#endif
