// format/ipc/ipc.h: what the parts of the Arrow IPC reader and writer share: how the buffers of a
// type are laid out, what is kept of an opened file, messages, and the loading of columns.
#ifndef ALI_FORMAT_IPC_IPC_H
#define ALI_FORMAT_IPC_IPC_H

#include "codec/codec.h"
#include "format/format.h"
#include "wire/flatbuf_read.h"

// Metadata versions, as MetadataVersion numbers them.
#define ALI_IPC_VERSION_4 3
#define ALI_IPC_VERSION_5 4

// Kinds of messages: the union MessageHeader.
enum {
    ALI_IPC_SCHEMA = 1,
    ALI_IPC_DICTIONARY = 2,
    ALI_IPC_BATCH = 3,
    ALI_IPC_TENSOR = 4,
    ALI_IPC_SPARSE_TENSOR = 5
};

// Rows of a record batch, and values of a column in it, at most.
#define ALI_IPC_LENGTH_MAX INT64_C(2147483647)

// No dictionary, no node.
#define ALI_IPC_NONE UINT32_MAX

// --- types ---------------------------------------------------------------------------------------

// The parameters of a type that are numbers in its table, by kind: where they stand, how wide they
// are, and what they are if they are absent.
typedef struct ali_ipc_parameter {
    uint8_t kind; // ALI_TYPE_INT, ...
    uint8_t slot;
    uint8_t width;
    int16_t absent;
} ali_ipc_parameter;

#define ALI_IPC_PARAMETERS 16u
#define ALI_IPC_PARAMETERS_MAX 3u // of one kind
extern const ali_ipc_parameter ali_ipc_parameters[ALI_IPC_PARAMETERS];

// The buffers of a type, in the order of Message.fbs, a letter each: v validity, f values of fixed
// width, b bits, i codes, o offsets (one more than values), d data, t type ids, p offsets of a
// dense union or a list view (as many as values), s sizes of a list view, w views, which their data
// follows.
//
// `index_bits` is that of the type where the column holds codes, 0 where it holds values.
const char *ali_ipc_layout(const ali_type *type, uint32_t index_bits, int64_t version);

static inline bool ali_ipc_is_dense(const ali_type *type) {
    return (type->flags & ALI_TYPE_IS_DENSE) != 0;
}

// Bytes of an offset or size: 4 or 8.
uint32_t ali_ipc_offset_width(const ali_type *type);

// --- an opened file ------------------------------------------------------------------------------

// What a node of the schema is to IPC.
typedef struct ali_ipc_node {
    uint32_t parent;     // ALI_IPC_NONE: a top-level field
    uint32_t dictionary; // index of its dictionary, or ALI_IPC_NONE
} ali_ipc_node;

// A dictionary that the schema declares. One id may stand here several times, for types that
// differ.
typedef struct ali_ipc_dictionary {
    int64_t id;
    uint32_t node; // that has it first
} ali_ipc_dictionary;

// What is kept of an opened file (ali_file.state). It lies in its own arena.
typedef struct ali_ipc_state {
    ali_arena arena;
    ali_schema *schema; // borrowed from the file
    ali_ipc_node *nodes;
    ali_ipc_dictionary *dictionaries;
    uint32_t dictionaries_count;
    bool is_big_endian;
    bool is_stream;
    bool is_lent;              // bytes are lent: no request need be cut
    uint64_t start_bytes;      // streams: of the first message behind the schema
    uint64_t end_bytes;        // of the messages
    ali_buf *footer;           // files: holds the blocks, of 24 bytes each
    ali_flat_vector blocks[2]; // of dictionaries, of record batches
} ali_ipc_state;

// How far the fields of a schema have become nodes.
typedef struct ali_ipc_level {
    ali_flat_vector fields;
    uint32_t next;
    uint32_t node; // that they are the children of
} ali_ipc_level;

typedef struct ali_ipc_schema_reader {
    ali_flat *flat;
    ali_flat_table table; // the Schema
    ali_arena scratch;
    ali_field *fields;
    ali_ipc_node *nodes;
    int64_t *ids; // of dictionaries, by node
    uint32_t count;
    uint32_t capacity;
    uint64_t text_bytes; // of names and metadata so far
    uint32_t depth;
    ali_ipc_level levels[ALI_TYPE_DEPTH_MAX + 1];
} ali_ipc_schema_reader;

// Makes nodes and schema out of a Schema table, in pieces.
//
// Returns:   ALI_OK: *schema is made. ALI_YIELD: there is more.
ALI_CHECKED ali_status ali_ipc_step_schema(ali_ipc_state *state, ali_ipc_schema_reader *reader,
                                           ali_schema **schema);
void ali_ipc_schema_clear(ali_ipc_schema_reader *reader);

// --- messages ------------------------------------------------------------------------------------

// What stands before a message's metadata: the continuation marker (since 0.15) and the length.
// `count` bytes at `bytes` are at hand, 8 unless the file ends.
//
// Returns:   bytes of the prefix, 4 or 8; 0 if there are too few.
uint32_t ali_ipc_prefix(const uint8_t *bytes, uint64_t count, uint32_t *metadata_bytes);

typedef struct ali_ipc_message {
    uint32_t kind; // ALI_IPC_SCHEMA, ...
    int64_t version;
    ali_flat_table header;
    uint64_t body_bytes;
    uint32_t codec; // that the message's own metadata names, as Arrow 0.17 did
} ali_ipc_message;

// Refuses versions of metadata that are not read, by name.
ALI_CHECKED ali_status ali_ipc_check_version(ali_flat *flat, int64_t version);

// Reads a Message. Refuses versions and kinds that are not supported, by name.
ALI_CHECKED ali_status ali_ipc_read_message(ali_flat *flat, ali_ipc_message *message);

// The body of a record batch or a dictionary.
typedef struct ali_ipc_body {
    uint64_t start_bytes; // in the object
    uint64_t size_bytes;
    uint64_t rows;
    uint64_t read_rows; // of them, from the first on, that are read
    ali_flat_vector nodes;
    ali_flat_vector buffers;
    ali_flat_vector variadic;
    uint32_t codec; // ALI_CODEC_NONE, ...
    int64_t version;
    int64_t id; // dictionaries
    bool is_delta;
} ali_ipc_body;

// Reads the header of a record batch or a dictionary.
ALI_CHECKED ali_status ali_ipc_read_body(ali_flat *flat, const ali_ipc_message *message,
                                         ali_ipc_body *body);

// Where a node's part of a body is described.
typedef struct ali_ipc_place {
    uint64_t length;
    int64_t null_count; // as the file says
    uint32_t buffer;    // its first
    uint32_t variadic;  // buffers behind its views
} ali_ipc_place;

// Describes the nodes [root, end) of a body: of a record batch, or the values of the dictionary of
// node `root`. `places` has room for all nodes of the schema.
ALI_CHECKED ali_status ali_ipc_place_nodes(ali_flat *flat, const ali_ipc_state *state,
                                           const ali_ipc_body *body, uint32_t root, uint32_t end,
                                           bool is_dictionary, ali_ipc_place *places);

// Buffer `index` of a body: false if it does not lie inside.
bool ali_ipc_buffer(const ali_ipc_body *body, uint32_t index, uint64_t *offset_bytes,
                    uint64_t *length_bytes);

#endif
