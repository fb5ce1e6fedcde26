// alimentar/dataset.h: opening data and scanning its rows.
#ifndef ALIMENTAR_DATASET_H
#define ALIMENTAR_DATASET_H

#include "alimentar/column.h"
#include "alimentar/io.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ali_dataset ali_dataset;

// The object may not be read by a suffix range: its size is asked for by STAT first (cross-origin
// URLs in a browser, where a suffix range needs a preflight).
#define ALI_OBJECT_NO_SUFFIX 0x1u
// READ operations are to be answered with bytes that the host lends (memory-mapped files).
#define ALI_OBJECT_LENDS 0x2u
// The path is that of a folder, whose files are one data set: they are found by LIST operations.
#define ALI_OBJECT_FOLDER 0x4u
// Operations may name objects beside this one, and in folders below: paths that are as this one's
// up to its last slash (of a URL without its query, what follows percent-encoded). A Parquet file
// "_metadata" is followed to the files that it names, which without this flag is refused.
#define ALI_OBJECT_SIBLINGS 0x8u

// What is to be read, as its opener knows it.
typedef struct ali_object {
    uint32_t size_bytes;   // of this struct: sizeof(ali_object)
    uint32_t flags;        // ALI_OBJECT_NO_SUFFIX, ...
    uint64_t object_bytes; // its size, or ALI_UNKNOWN
    const char *path;      // path or URL: handed back in operations and errors; UTF-8
    const char *etag;      // the ETag it must have; NULL if not known
    uint32_t path_bytes;   // length of `path`
    uint32_t etag_bytes;   // length of `etag`, at most 1,024
    uint32_t partition_at; // where in `path`, counted from 1, the folders begin whose names
                           // "key=value" are columns; 0: nowhere
    uint32_t reserved;     // 0
} ali_object;

#include "alimentar/options.h"

// A data set, as data.
typedef struct ali_dataset_info {
    uint32_t size_bytes;     // of this struct: sizeof(ali_dataset_info), set by the caller
    uint32_t metadata_count; // key-value pairs of the file's own metadata
    const char *format;      // "parquet"; a constant string; "mixed" if files differ
    uint64_t rows;           // ALI_UNKNOWN where only reading tells
    uint64_t row_groups;     // parts in which the file stores its rows
    uint64_t bytes;          // size of the object, or of all files; of a summary its own
    const char *created_by;  // the writer's name as the file gives it, "" if it gives none
    ali_schema *schema;      // borrowed from the data set
    uint64_t files;          // that it consists of; those that a summary names
} ali_dataset_info;

// Starts to open an object: finds the format by its content, reads metadata, no rows. A Parquet
// file whose column chunks lie in other files (a summary "_metadata") is the data set of these, in
// its order, with their folders "key=value" as columns: none of their footers is read.
//
// `options` may be NULL. Strings in `object` are copied.
//
// Ownership: the caller frees *task; when its step answers ALI_OK, ali_task_take_dataset() has the
//            result.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT. (The task's steps tell the rest.)
ALI_API ALI_CHECKED ali_status ali_open_start(ali_context *context, const ali_object *object,
                                              const ali_open_options *options, ali_task **task);

// Starts to open many objects as one data set, in this order. Folders (ALI_OBJECT_FOLDER) are
// replaced by the files in them, in the order of their paths' bytes; names that begin with "." or
// "_" are passed over, and where files of known formats (by the ends of their names) are among
// them, all others. Folders named "key=value" become columns. Metadata of all files is read.
//
// Columns are matched by name: what a file lacks is null there, types that widen without loss
// widen. Others are an error that names both files, of each scan (and ali_scan_schema()) that asks
// for the column: the schema of ali_dataset_info has the type of the files before.
//
// Ownership: the caller frees *task; when its step answers ALI_OK, ali_task_take_dataset() has the
//            result.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT, also for no objects at all.
ALI_API ALI_CHECKED ali_status ali_open_many_start(ali_context *context, const ali_object *objects,
                                                   uint32_t count, const ali_open_options *options,
                                                   ali_task **task);

// Takes the data set that a finished task of ali_open_start() or ali_open_many_start() made.
//
// Ownership: the caller's; ali_dataset_release() ends it.
// Returns:   NULL if the task is another, is not done, or its result was taken.
ALI_API ali_dataset *ali_task_take_dataset(ali_task *task);

// Counts one reference more.
ALI_API void ali_dataset_retain(ali_dataset *dataset);

// Counts one reference less and frees with the last. Tasks that scan it keep their own reference.
// NULL is allowed.
ALI_API void ali_dataset_release(ali_dataset *dataset);

// Describes a data set.
//
// Ownership: strings and schema are borrowed from the data set.
// Returns:   ALI_OK; ALI_ERR_ARGUMENT for a wrong info->size_bytes.
ALI_API ALI_CHECKED ali_status ali_dataset_describe(const ali_dataset *dataset,
                                                    ali_dataset_info *info);

// Key-value pair `index` of the file's own metadata, UTF-8, terminated; "" where the file has none.
//
// Ownership: borrowed from the data set.
// Returns:   ALI_OK; ALI_ERR_ARGUMENT for an index out of range.
ALI_API ALI_CHECKED ali_status ali_dataset_metadata(const ali_dataset *dataset, uint32_t index,
                                                    const char **key, const char **value);

// The schema of the batches that a scan with these options gives: the columns asked for, in order.
//
// `options` may be NULL: all columns.
//
// Ownership: the caller releases *schema.
// Returns:   ALI_OK; ALI_ERR_MEMORY; what ali_scan_start() answers for its options: see
//            ali_context_error().
ALI_API ALI_CHECKED ali_status ali_scan_schema(ali_dataset *dataset,
                                               const ali_scan_options *options,
                                               ali_schema **schema);

// The columns of the data set, as the schema of ali_dataset_info counts them, that a scan with
// these options reads: `columns[i]` is the one that column i of ali_scan_schema() is, or is a
// member of. Several members of one column name it several times.
//
// `options` may be NULL: all columns. `columns` has room for `columns_max`: options->columns_count
// are needed, or where options->columns is NULL as many as the data set has.
//
// Returns:   as ali_scan_schema(); ALI_ERR_ARGUMENT also if there is less room than is needed.
ALI_API ALI_CHECKED ali_status ali_scan_columns(ali_dataset *dataset,
                                                const ali_scan_options *options, uint32_t *columns,
                                                uint32_t columns_max);

// Starts to read rows: the task answers ALI_READY with one batch after the other, in file order.
//
// `options` may be NULL: all columns, all rows. Names are copied.
//
// A text of options->columns is first the whole name of a column; "#3" is the third column of the
// file, "\#3" a name that begins so. Else it is a path, parts separated by dots: "a.b" is the
// member b of the struct a, as a column named "a.b", null where a is. A path goes on inside lists,
// which stay around what is taken: of a list of structs, "items.price" is a list of prices; of a
// map, "m.key" and "m.value" are lists. In a path "\." is a dot, "\\" a backslash, and "#2" the
// second member where none has that name. What is not asked for is neither fetched nor decoded.
//
// Ownership: the caller frees *task. The task retains the data set.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT; ALI_ERR_NOT_FOUND for a column or
//            member that is not there, ALI_ERR_ARGUMENT for a name that two share,
//            ALI_ERR_UNSUPPORTED for a column of a type that can't be read, and for a path into a
//            union, a Variant, a run-end encoded column or a dictionary: see ali_context_error().
ALI_API ALI_CHECKED ali_status ali_scan_start(ali_dataset *dataset, const ali_scan_options *options,
                                              ali_task **task);

// Starts what ali_scan_start() would do, without its bytes: the task lists the READ operations of
// the scan, in their order and marked ALI_OP_PLANNED, and gives no batches. Answer each at once, as
// if all of it had come (ALI_OK, moved_bytes = length_bytes; of ALI_OP_LENT any address as `lent`):
// the contents are not looked at. What would be read piece by piece, since a row group or a buffer
// is large, is listed as a whole. Operations without that mark are to be carried out: the plan of
// Arrow, whose messages tell where their buffers are, reads these messages' metadata.
//
// Ownership: the caller frees *task. The task retains the data set.
// Returns:   as ali_scan_start(); ALI_ERR_UNSUPPORTED for a format that tells no plan.
ALI_API ALI_CHECKED ali_status ali_plan_start(ali_dataset *dataset, const ali_scan_options *options,
                                              ali_task **task);

// Chooses `count` of the rows 0 to rows_total - 1 at random, without replacement, each choice of
// rows equally likely, and writes their numbers to `rows` in ascending order. The same seed chooses
// the same rows on every machine (xoshiro256** seeded by splitmix64, Floyd's algorithm).
//
// Ownership: `rows` is the caller's, with room for `count` numbers.
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_ARGUMENT if there are fewer rows than are wanted.
ALI_API ALI_CHECKED ali_status ali_sample_rows(ali_context *context, uint64_t rows_total,
                                               uint64_t count, uint64_t seed, uint64_t *rows);

#ifdef __cplusplus
}
#endif
#endif
