// format/parquet/variant.h: shredded Variants put together again.
#ifndef ALI_FORMAT_PARQUET_VARIANT_H
#define ALI_FORMAT_PARQUET_VARIANT_H

#include "column/column.h"

// A field of a shredded object: a group of `value` and `typed_value`.
typedef struct ali_variant_field {
    const char *name;
    uint64_t name_bytes;
    uint32_t node;   // of the schema
    uint32_t object; // the node of the struct that it lies in
    uint32_t id;     // in the metadata at hand; UINT32_MAX: it is not there
} ali_variant_field;

// What a node of a Variant is made of: nodes of the schema; 0: none.
typedef struct ali_variant_node {
    uint32_t value; // groups
    uint32_t typed;
    uint32_t first; // objects: of `order`
    uint32_t count;
} ali_variant_node;

// A container that is being put together.
typedef struct ali_variant_frame {
    uint32_t node;  // of the schema: a struct or a list
    uint32_t next;  // objects: the next field
    uint32_t entry; // the first of its entries
    uint64_t row;   // of the struct; lists: of the next item
    uint64_t end;   // lists: after the last item
    uint64_t start; // of its values in the output
    ali_bytes rest; // objects: of the fields that are not shredded
} ali_variant_frame;

typedef struct ali_variant_entry {
    uint32_t field; // objects: of `order`
    uint32_t offset;
} ali_variant_entry;

// A shredded column and its reader. The node `root` of `schema` is the Variant's group.
typedef struct ali_variant {
    ali_context *ctx;
    const ali_schema *schema;
    uint32_t root;
    uint32_t metadata;        // node
    ali_variant_node *nodes;  // of those from `root` on
    ali_variant_field *order; // fields by object, then by name
    uint32_t *by_name;        // places in `order`, which has gaps
    uint32_t fields_count;
    uint64_t block_bytes; // of memory, for all of these
    void *block;

    // The rows.
    const ali_column *columns; // of a batch of `schema`
    ali_column *out;           // binary: the values
    uint64_t row;
    uint64_t base;   // the number of the first, for messages; ALI_UNKNOWN
    ali_bytes names; // the metadata at hand
    uint32_t names_count;
    uint32_t depth;
    ali_buf *entries;
    ali_variant_frame frames[ALI_TYPE_DEPTH_MAX];
} ali_variant;

// Tells if a group has the shape of a Variant: metadata, and value or typed_value. *is_shredded: it
// has more than metadata and value, in this order.
bool ali_variant_is(const ali_field *group, bool *is_shredded);

// Begins to read a shredded column.
//
// Returns:   ALI_OK; ALI_ERR_UNSUPPORTED for types that no Variant has; ALI_ERR_CORRUPT for groups
//            that are no Variant.
ALI_CHECKED ali_status ali_variant_begin(ali_context *ctx, const ali_schema *schema, uint32_t root,
                                         ali_variant *variant);
void ali_variant_clear(ali_variant *variant);

// Begins to put the values of a batch's columns together, into `out`, an empty binary column.
ALI_CHECKED ali_status ali_variant_start(ali_variant *variant, const ali_column *columns,
                                         ali_column *out);

// Goes on, until about *credit bytes are made.
//
// Returns:   ALI_OK: `out` is complete. ALI_YIELD: there is more. ALI_ERR_CORRUPT for what
//            contradicts itself.
ALI_CHECKED ali_status ali_variant_step(ali_variant *variant, int64_t *credit);

#endif
