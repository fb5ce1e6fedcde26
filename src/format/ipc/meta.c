// format/ipc/meta.c: metadata of Arrow IPC (https://arrow.apache.org/docs/format/Columnar.html;
// Schema.fbs and Message.fbs of apache/arrow/format): messages, and where each column's buffers
// stand in a body. Left out: custom metadata of messages, features of a schema.
#include "format/ipc/ipc.h"

#include "base/text.h"

// Pairs of a message's metadata that are looked at.
#define EARLY_PAIRS_MAX 64u

#define FAIL(flat, status_, ...)                                                                   \
    ((flat)->ctx == NULL ? (status_)                                                               \
                         : ali_fail_at((flat)->ctx, status_, (flat)->offset_bytes, __VA_ARGS__))

// --- layouts -------------------------------------------------------------------------------------

const char *ali_ipc_layout(const ali_type *type, uint32_t index_bits, int64_t version) {
    if (index_bits != 0) return "vi";
    switch (type->kind) {
    case ALI_TYPE_NULL:
    case ALI_TYPE_RUN_END:
        return "";
    case ALI_TYPE_BOOL:
        return "vb";
    case ALI_TYPE_BINARY:
    case ALI_TYPE_UTF8:
    case ALI_TYPE_LARGE_BINARY:
    case ALI_TYPE_LARGE_UTF8:
        return "vod";
    case ALI_TYPE_BINARY_VIEW:
    case ALI_TYPE_UTF8_VIEW:
        return "vw";
    case ALI_TYPE_LIST:
    case ALI_TYPE_MAP:
    case ALI_TYPE_LARGE_LIST:
        return "vo";
    case ALI_TYPE_LIST_VIEW:
    case ALI_TYPE_LARGE_LIST_VIEW:
        return "vps";
    case ALI_TYPE_STRUCT:
    case ALI_TYPE_FIXED_LIST:
        return "v";
    case ALI_TYPE_UNION: // before V5 unions could be null themselves
        if (ali_ipc_is_dense(type)) return version < ALI_IPC_VERSION_5 ? "vtp" : "tp";
        return version < ALI_IPC_VERSION_5 ? "vt" : "t";
    default:
        return "vf";
    }
}

uint32_t ali_ipc_offset_width(const ali_type *type) {
    switch (type->kind) {
    case ALI_TYPE_LARGE_BINARY:
    case ALI_TYPE_LARGE_UTF8:
    case ALI_TYPE_LARGE_LIST:
    case ALI_TYPE_LARGE_LIST_VIEW:
        return 8;
    default:
        return 4;
    }
}

// --- messages ------------------------------------------------------------------------------------

uint32_t ali_ipc_prefix(const uint8_t *bytes, uint64_t count, uint32_t *metadata_bytes) {
    *metadata_bytes = 0;
    if (count < 4) return 0;
    *metadata_bytes = ali_load_u32(bytes);
    if (*metadata_bytes != UINT32_MAX) return 4;
    *metadata_bytes = 0;
    if (count < 8) return 0;
    *metadata_bytes = ali_load_u32(bytes + 4);
    return 8;
}

ali_status ali_ipc_check_version(ali_flat *flat, int64_t version) {
    if (version == ALI_IPC_VERSION_4 || version == ALI_IPC_VERSION_5) return ALI_OK;
    const char *const names[] = {"V1", "V2", "V3"};
    const bool is_named = version >= 0 && version < ALI_IPC_VERSION_4;
    return FAIL(flat, ALI_ERR_UNSUPPORTED, "Arrow metadata of version %s is not supported",
                is_named ? names[version] : "V6 or newer");
}

static ali_status check_kind(ali_flat *flat, uint32_t kind) {
    switch (kind) {
    case ALI_IPC_SCHEMA:
    case ALI_IPC_DICTIONARY:
    case ALI_IPC_BATCH:
        return ALI_OK;
    case ALI_IPC_TENSOR:
        return FAIL(flat, ALI_ERR_UNSUPPORTED, "Arrow messages of kind Tensor are not supported");
    case ALI_IPC_SPARSE_TENSOR:
        return FAIL(flat, ALI_ERR_UNSUPPORTED,
                    "Arrow messages of kind SparseTensor are not supported");
    default:
        return FAIL(flat, ALI_ERR_CORRUPT, "a message has kind %u, which Arrow does not define",
                    kind);
    }
}

// Arrow 0.17 named the compression of bodies in the metadata of their messages.
static uint32_t early_codec(ali_flat *flat, ali_flat_table root) {
    const ali_flat_vector pairs = ali_flat_items(flat, root, 4, 4);
    for (uint32_t i = 0; i < pairs.count && i < EARLY_PAIRS_MAX; i += 1) {
        const ali_flat_table pair = ali_flat_item(flat, &pairs, i);
        uint64_t key_bytes = 0;
        uint64_t value_bytes = 0;
        const char *key = ali_flat_text(flat, pair, 0, &key_bytes);
        const char *value = ali_flat_text(flat, pair, 1, &value_bytes);
        if (!ali_text_is(key, (size_t)key_bytes, "ARROW:experimental_compression")) continue;
        if (value_bytes < 3) continue;
        return (value[0] | 0x20) == 'z' ? ALI_CODEC_ZSTD : ALI_CODEC_LZ4_FRAME;
    }
    return ALI_CODEC_NONE;
}

ali_status ali_ipc_read_message(ali_flat *flat, ali_ipc_message *message) {
    const ali_flat_table root = ali_flat_root(flat);
    message->version = ali_flat_number(flat, root, 0, 2, 0);
    message->kind = (uint32_t)ali_flat_number(flat, root, 1, 1, 0);
    message->header = ali_flat_child(flat, root, 2);
    const int64_t body_bytes = ali_flat_number(flat, root, 3, 8, 0);
    message->body_bytes = (uint64_t)body_bytes;
    message->codec = message->version == ALI_IPC_VERSION_4 ? early_codec(flat, root)
                                                           : ALI_CODEC_NONE;
    ALI_TRY(flat->status);
    ALI_TRY(ali_ipc_check_version(flat, message->version));
    ALI_TRY(check_kind(flat, message->kind));
    if (message->header == 0 || body_bytes < 0) {
        return FAIL(flat, ALI_ERR_CORRUPT, "a message has no header, or a body of %D bytes",
                    body_bytes);
    }
    return ALI_OK;
}

static ali_status read_compression(ali_flat *flat, ali_flat_table batch, ali_ipc_body *body) {
    const ali_flat_table compression = ali_flat_child(flat, batch, 3);
    const int64_t codec = ali_flat_number(flat, compression, 0, 1, 0);
    const int64_t method = ali_flat_number(flat, compression, 1, 1, 0);
    ALI_TRY(flat->status);
    if (compression == 0) return ALI_OK;
    if (codec > 1 || method != 0) {
        return FAIL(flat, ALI_ERR_UNSUPPORTED,
                    "compression %d of bodies, method %d, is not supported", (int32_t)codec,
                    (int32_t)method);
    }
    body->codec = codec == 0 ? ALI_CODEC_LZ4_FRAME : ALI_CODEC_ZSTD;
    return ALI_OK;
}

ali_status ali_ipc_read_body(ali_flat *flat, const ali_ipc_message *message, ali_ipc_body *body) {
    ali_flat_table batch = message->header;
    body->version = message->version;
    body->size_bytes = message->body_bytes;
    if (message->kind == ALI_IPC_DICTIONARY) {
        body->id = ali_flat_number(flat, batch, 0, 8, 0);
        body->is_delta = ali_flat_number(flat, batch, 2, 1, 0) != 0;
        batch = ali_flat_child(flat, batch, 1);
    }
    const int64_t rows = ali_flat_number(flat, batch, 0, 8, 0);
    body->rows = body->read_rows = (uint64_t)rows;
    body->nodes = ali_flat_items(flat, batch, 1, 16);
    body->buffers = ali_flat_items(flat, batch, 2, 16);
    body->variadic = ali_flat_items(flat, batch, 4, 8);
    ALI_TRY(flat->status);
    if (rows < 0 || batch == 0) {
        return FAIL(flat, ALI_ERR_CORRUPT, "a record batch claims %D rows", rows);
    }
    if (rows > ALI_IPC_LENGTH_MAX) {
        return FAIL(flat, ALI_ERR_UNSUPPORTED,
                    "a record batch of %D rows is not supported: more than 2147483647", rows);
    }
    body->codec = message->codec;
    return read_compression(flat, batch, body);
}

// --- places --------------------------------------------------------------------------------------

bool ali_ipc_buffer(const ali_ipc_body *body, uint32_t index, uint64_t *offset_bytes,
                    uint64_t *length_bytes) {
    const uint8_t *item = body->buffers.items + (uint64_t)index * 16;
    *offset_bytes = ali_load_u64(item);
    *length_bytes = ali_load_u64(item + 8);
    return *offset_bytes <= body->size_bytes && *length_bytes <= body->size_bytes - *offset_bytes;
}

// What is taken of a body's vectors so far.
typedef struct walk {
    uint32_t nodes;
    uint32_t buffers;
    uint32_t variadic;
} walk;

// The length that a node must have at least, because its parent's values refer to it by place; it
// is read as if it had just that. ALI_UNKNOWN: the parent does not tell.
static uint64_t length_by_parent(const ali_ipc_state *state, uint32_t parent,
                                 const ali_ipc_place *places) {
    const ali_type *type = state->schema->nodes[parent].type;
    switch (type->kind) {
    case ALI_TYPE_STRUCT:
        return places[parent].length;
    case ALI_TYPE_UNION:
        return ali_ipc_is_dense(type) ? ALI_UNKNOWN : places[parent].length;
    case ALI_TYPE_FIXED_LIST:
        return places[parent].length * (uint64_t)type->list_size;
    default:
        return ALI_UNKNOWN;
    }
}

static ali_status fail_node(ali_flat *flat, const ali_ipc_state *state, uint32_t node,
                            const char *found, int64_t number) {
    const ali_field *field = &state->schema->nodes[node];
    const ali_status status = FAIL(flat, ALI_ERR_CORRUPT, "column %q %s %D", field->name,
                                   (size_t)field->name_bytes, found, number);
    if (flat->ctx != NULL) {
        ali_error_add_column(flat->ctx, field->name, (size_t)field->name_bytes);
    }
    return status;
}

static ali_status place_node(ali_flat *flat, const ali_ipc_state *state, const ali_ipc_body *body,
                             uint32_t node, uint64_t expected, bool is_codes, walk *at,
                             ali_ipc_place *place) {
    if (at->nodes >= body->nodes.count) {
        return fail_node(flat, state, node,
                         "is missing in a record batch that has columns:", body->nodes.count);
    }
    const uint8_t *item = body->nodes.items + (uint64_t)at->nodes * 16;
    const int64_t length = (int64_t)ali_load_u64(item);
    at->nodes += 1;
    if (length < 0 || length > ALI_IPC_LENGTH_MAX) {
        return fail_node(flat, state, node, "has, instead of 0 to 2147483647 values,", length);
    }
    if (expected != ALI_UNKNOWN && (uint64_t)length < expected) {
        return fail_node(flat, state, node, "has fewer values than it needs:", length);
    }
    *place = (ali_ipc_place){.length = ali_min_u64((uint64_t)length, expected),
                             .null_count = (int64_t)ali_load_u64(item + 8),
                             .buffer = at->buffers};
    const ali_type *type = state->schema->nodes[node].type;
    const char *layout = ali_ipc_layout(type, is_codes ? type->index_bits : 0, body->version);
    at->buffers += (uint32_t)ali_text_length(layout);
    if (layout[0] == 'v' && layout[1] == 'w') {
        const bool is_there = at->variadic < body->variadic.count;
        const uint64_t count =
            is_there ? ali_load_u64(body->variadic.items + (uint64_t)at->variadic * 8) : 0;
        if (!is_there || count > body->buffers.count) {
            return fail_node(flat, state, node, "has views with buffers of text:", (int64_t)count);
        }
        at->variadic += 1;
        place->variadic = (uint32_t)count;
        at->buffers += place->variadic;
    }
    if (at->buffers > body->buffers.count) {
        return fail_node(flat, state, node, "lacks buffers in a record batch, which has",
                         body->buffers.count);
    }
    return ALI_OK;
}

ali_status ali_ipc_place_nodes(ali_flat *flat, const ali_ipc_state *state, const ali_ipc_body *body,
                               uint32_t root, uint32_t end, bool is_dictionary,
                               ali_ipc_place *places) {
    walk at = {0, 0, 0};
    uint32_t node = root;
    while (node < end) {
        const bool is_top = is_dictionary ? node == root
                                          : state->nodes[node].parent == ALI_IPC_NONE;
        const bool is_codes = state->nodes[node].dictionary != ALI_IPC_NONE &&
                              !(is_dictionary && is_top);
        const uint64_t expected =
            is_top ? body->read_rows : length_by_parent(state, state->nodes[node].parent, places);
        ALI_TRY(place_node(flat, state, body, node, expected, is_codes, &at, &places[node]));
        node += is_codes ? state->schema->nodes[node].type->span : 1;
    }
    return ALI_OK;
}
