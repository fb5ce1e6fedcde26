// alimentar/layout.h: how the files of a data set store their rows, out of metadata alone: row
// groups and column chunks of Parquet (parquet.thrift: RowGroup, ColumnChunk, Statistics), record
// batches of Arrow (Message.fbs: RecordBatch).
//
//     ali_layout_start(dataset, &task); drive it; layout = ali_task_take_layout(task);
//     for (i = 0; i < ali_layout_groups(layout); i += 1) ali_layout_group(layout, i, &info);
#ifndef ALIMENTAR_LAYOUT_H
#define ALIMENTAR_LAYOUT_H

#include "alimentar/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ali_layout ali_layout;

// A group: a part in which a file stores rows, a row group or a record batch.
typedef struct ali_group_info {
    uint32_t size_bytes;         // of this struct: sizeof(ali_group_info), set by the caller
    uint32_t chunks_count;       // column chunks: see ali_layout_chunk(); 0: Arrow has none
    uint64_t rows;               // in it
    uint64_t offset_bytes;       // where it begins in its file; ALI_UNKNOWN: elsewhere, or nowhere
    uint64_t bytes;              // that it takes there: compressed chunks; metadata and body
    uint64_t uncompressed_bytes; // of all chunks, as the file says; Arrow: ALI_UNKNOWN
    const char *codec;           // Arrow: of its buffers, "none", "zstd", ...; Parquet: ""
    const char *path;            // of its file, as it was opened; not terminated
    uint32_t path_bytes;         // length of `path`
    uint32_t reserved;           // 0
} ali_group_info;

// What a file says of the least or the greatest value of a chunk.
enum {
    ALI_BOUND_NONE = 0,   // nothing that can be relied on
    ALI_BOUND_UNSAID = 1, // a bound; whether some value is equal to it is not said
    ALI_BOUND_EXACT = 2,  // the very value
    ALI_BOUND_ROUNDED = 3 // a bound that was shortened: no value need be equal to it
};

// A column chunk: the values of one leaf column in a row group.
typedef struct ali_chunk_info {
    uint32_t size_bytes;         // of this struct: sizeof(ali_chunk_info), set by the caller
    uint32_t encodings;          // bit i: Encoding i of parquet.thrift; see ali_encoding_name()
    uint32_t least;              // ALI_BOUND_NONE, ...
    uint32_t greatest;           // the same
    uint64_t offset_bytes;       // where its pages begin; ALI_UNKNOWN: in another file, or nowhere
    uint64_t bytes;              // that its pages take there
    uint64_t uncompressed_bytes; // the same before compression, as the file says, or ALI_UNKNOWN
    uint64_t values;             // among them nulls, and empty lists
    uint64_t nulls;              // as the file says, or ALI_UNKNOWN
    uint64_t distinct;           // different values, as the file says, or ALI_UNKNOWN
    const char *codec;           // "snappy", ...; a constant; "" for one that is not known
    const char *stored;          // physical type, "INT64", ...; a constant
    const char *path;            // in the file's own schema, "a.list.element", cut to 1,023 bytes
    const ali_type *type;        // of the values; borrowed from the data set
} ali_chunk_info;

// Starts to read how a data set's files store their rows: nothing that was read to open Parquet is
// read again; of Arrow the metadata of all record batches.
//
// Ownership: the caller frees *task; when its step answers ALI_OK, ali_task_take_layout() has the
//            result. The task retains the data set.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT. (The task's steps tell the rest.)
ALI_API ALI_CHECKED ali_status ali_layout_start(ali_dataset *dataset, ali_task **task);

// Takes what a finished task of ali_layout_start() made.
//
// Ownership: the caller's; ali_layout_free() ends it.
// Returns:   NULL if the task is another, is not done, or its result was taken.
ALI_API ali_layout *ali_task_take_layout(ali_task *task);

// Frees a layout. NULL is allowed.
ALI_API void ali_layout_free(ali_layout *layout);

// The number of groups, those of all files in their order.
ALI_API uint64_t ali_layout_groups(const ali_layout *layout);

// Describes a group.
//
// Ownership: strings are borrowed from the layout.
// Returns:   ALI_OK; ALI_ERR_ARGUMENT for an index out of range, or a wrong info->size_bytes.
ALI_API ALI_CHECKED ali_status ali_layout_group(const ali_layout *layout, uint64_t group,
                                                ali_group_info *info);

// Describes a column chunk of a group.
//
// Ownership: info->path is borrowed until the next call with this layout.
// Returns:   ALI_OK; ALI_ERR_ARGUMENT for an index out of range, or a wrong info->size_bytes.
ALI_API ALI_CHECKED ali_status ali_layout_chunk(ali_layout *layout, uint64_t group, uint32_t chunk,
                                                ali_chunk_info *info);

// The least and the greatest value of a chunk as the file tells them: a batch of one row with the
// columns "min" and "max" of the chunk's type (of the type null where neither is told), null where
// nothing is told (ALI_BOUND_NONE).
//
// Ownership: the caller releases *batch.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT for an index out of range.
ALI_API ALI_CHECKED ali_status ali_layout_bounds(ali_layout *layout, uint64_t group, uint32_t chunk,
                                                 ali_batch **batch);

// The name of an encoding of Parquet by its number in parquet.thrift, "PLAIN", ...
//
// Returns:   a constant; NULL for a number that has no name.
ALI_API const char *ali_encoding_name(uint32_t encoding);

#ifdef __cplusplus
}
#endif
#endif
