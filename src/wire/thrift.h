// wire/thrift.h: the Thrift compact protocol, read by one reader over tables of fields.
//
// A table describes a struct of Thrift and where its fields go in a struct of C. The C struct
// begins with `uint32_t seen`, in which bit i says that field i of the table was there; what was
// not stays zero. Text is not copied: it points into the bytes that are read.
#ifndef ALI_WIRE_THRIFT_H
#define ALI_WIRE_THRIFT_H

#include "base/arena.h"

// Kinds of fields, and what they are in the C struct.
enum {
    ALI_THRIFT_SEEN,   // nothing: skipped, only its bit is set
    ALI_THRIFT_BOOL,   // uint8_t, 0 or 1
    ALI_THRIFT_I32,    // int32_t; any width of integer that fits is accepted
    ALI_THRIFT_I64,    // int64_t
    ALI_THRIFT_TEXT,   // ali_thrift_text
    ALI_THRIFT_STRUCT, // the struct itself
    ALI_THRIFT_MASK,   // uint32_t: bit i says that a list of integers holds i; of long lists 0
    ALI_THRIFT_LIST    // ali_thrift_list of structs
};

#define ALI_THRIFT_REQUIRED 0x1u

typedef struct ali_thrift_text {
    const char *bytes; // not terminated
    uint64_t count_bytes;
} ali_thrift_text;

typedef struct ali_thrift_list {
    void *items; // in the reader's arena
    uint32_t count;
} ali_thrift_list;

typedef struct ali_thrift_type ali_thrift_type;

typedef struct ali_thrift_field {
    int16_t id;
    uint8_t kind;
    uint8_t flags;
    uint16_t offset;             // in the C struct
    const ali_thrift_type *type; // of a struct, or of a list's items
} ali_thrift_field;

struct ali_thrift_type {
    const char *name;               // for messages
    const ali_thrift_field *fields; // at most 32, ordered by id
    uint16_t count;
    uint16_t size_bytes; // of the C struct
    uint16_t min_bytes;  // the least that one takes in the input
};

// Most structs and lists inside one another in a table.
#define ALI_THRIFT_FRAMES_MAX 12u
// Most levels of what is skipped, and never more than the limit depth_max.
#define ALI_THRIFT_SKIP_MAX 64u

typedef struct ali_thrift_frame {
    const ali_thrift_type *type;
    uint8_t *into;         // the C struct; of a list: NULL
    ali_thrift_list *list; // of a list
    uint32_t left;         // of a list: items to come
    uint32_t capacity;     // of a list: room for items
    int16_t id_last;
} ali_thrift_frame;

// What is being skipped: a struct, or the items of a list or map that are left.
typedef struct ali_thrift_skipped {
    uint8_t wire;        // of a struct: its type; else the type of the next item
    uint8_t wire_second; // of a map's values, which alternate with its keys
    bool is_struct;
    uint32_t left;
} ali_thrift_skipped;

// A reader, and how far it has come. All input it needs lies in memory.
typedef struct ali_thrift {
    ali_context *ctx;
    ali_arena *arena; // for lists; NULL if the tables have none
    const uint8_t *bytes;
    uint64_t count_bytes;
    uint64_t at;           // bytes read
    uint64_t offset_bytes; // of the bytes, in the object: for messages
    const char *what;      // "footer", "page header": for messages
    bool is_partial;       // more bytes may follow those that are there
    uint32_t depth;
    ali_thrift_frame frames[ALI_THRIFT_FRAMES_MAX];
    uint64_t stop; // the step ends here
    uint32_t skip_depth;
    ali_thrift_skipped skipped[ALI_THRIFT_SKIP_MAX];
} ali_thrift;

// Begins to read a struct of `type` into `into`, which is cleared. The other fields of the reader
// are set by the caller.
void ali_thrift_begin(ali_thrift *reader, const ali_thrift_type *type, void *into);

// Goes on until about `budget_bytes` more are read, or the struct ends.
//
// Returns:   ALI_OK at its end. ALI_YIELD: there is more. ALI_NEED: the bytes ended, is_partial is
//            set: begin anew with more of them. ALI_ERR_TRUNCATED: they ended, and it is not.
//            ALI_ERR_CORRUPT; ALI_ERR_LIMIT.
ALI_CHECKED ali_status ali_thrift_step(ali_thrift *reader, uint64_t budget_bytes);

#endif
