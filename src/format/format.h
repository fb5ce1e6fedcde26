// format/format.h: what a format's reader and writer give to the rooms above.
#ifndef ALI_FORMAT_FORMAT_H
#define ALI_FORMAT_FORMAT_H

#include "alimentar/format.h"
#include "column/column.h"
#include "io/blob.h"

typedef struct ali_format ali_format;

// An opened file: its schema and what the format keeps of its metadata.
typedef struct ali_file {
    const ali_format *format;
    ali_context *ctx;
    ali_blob *blob;
    ali_schema *schema;
    uint64_t rows; // or ALI_UNKNOWN
    uint64_t row_groups;
    uint64_t first_group; // of metadata that tells of other files too: where this one's begin
    const char *created_by;
    uint32_t metadata_count;
    const char *const *metadata; // key, value, key, value, ...
    uint32_t references;
    void *state; // the format's own
} ali_file;

// What a scan reads, resolved against the schema.
typedef struct ali_projection {
    const uint32_t *columns; // indexes of fields, in the order wanted
    uint32_t count;
    ali_schema *schema;    // of these columns, each with all below it or with one way down: what
                           // ali_schema_prune() makes of the file's schema and
    const uint32_t *nodes; // for each node of `schema`, the node of the file's that it comes from
    uint64_t offset_rows;
    uint64_t limit_rows; // ALI_UNKNOWN: all
    uint32_t batch_rows;
    uint32_t strings; // ALI_SCAN_STRINGS_DICTIONARY, ...
    uint64_t coalesce_bytes;
    uint64_t request_bytes_max;
    bool is_plan;     // operations are listed, their bytes not looked at: ali_plan_start()
    bool counts_rows; // of a plan: batches without values tell rows that the file did not
} ali_projection;

// A file whose rows another tells of.
typedef struct ali_format_part {
    ali_file *file;   // NULL: there are no more
    const char *name; // how the other calls it: a path below its folder, borrowed from it
    uint32_t name_bytes;
} ali_format_part;

struct ali_format {
    const char *name; // "parquet"

    // Tells if a file with this beginning and end is of this format. The end is up to 16 bytes; the
    // beginning is up to 64 KiB, or NULL: then the end alone must tell.
    bool (*detect)(const uint8_t *head, size_t head_bytes, const uint8_t *tail, size_t tail_bytes);

    // Starts to open: a child task of `parent`; when it is done, `take` has the file.
    ali_status (*open_start)(ali_task *parent, ali_blob *blob, const ali_open_options *options,
                             ali_task **task);
    ali_file *(*take)(ali_task *task);

    // Makes the next of the files in which the rows lie that `file` tells of: its row groups from
    // *group on, which moves behind them. No part is made of a file that has its rows itself. NULL:
    // no file of the format has others'.
    ali_status (*next_part)(ali_file *file, uint64_t *group, ali_format_part *part);

    // Starts to scan: an outermost task if `parent` is NULL. The task retains file and projection's
    // schema, and copies the rest.
    ali_status (*scan_start)(ali_task *parent, ali_file *file, const ali_projection *projection,
                             ali_task **task);

    // Releases what the format keeps of a file; called with its last reference.
    void (*clear)(ali_file *file);

    bool can_plan; // scan_start knows what to do with is_plan
};

ali_file *ali_file_retain(ali_file *file);
void ali_file_release(ali_file *file);

// Moves a file out of where a task keeps it.
ali_file *ali_file_take(ali_file **file);

// The formats that can be read; each stands in its own folder.
extern const ali_format ali_format_parquet;
extern const ali_format ali_format_arrow_file;
extern const ali_format ali_format_arrow_stream;

// Bytes after which a text writer hands out what it has before it goes on with a batch.
#define ALI_WRITER_PIECE_BYTES (UINT64_C(1) << 20)

// A writer's class. The state is zeroed at first; `out` is where bytes are appended.
typedef struct ali_writer_class {
    const char *name; // "arrow", "csv"
    uint64_t state_bytes;
    ali_status (*begin)(ali_writer *writer, void *state);
    ali_status (*put)(ali_writer *writer, void *state, ali_batch *batch); // or, of text formats:
    // Encodes rows from *row on, up to `end_row`, and stops behind one, with *row at the next, when
    // ali_writer_is_full().
    ali_status (*put_rows)(ali_writer *writer, void *state, ali_batch *batch, uint64_t *row,
                           uint64_t end_row);
    ali_status (*finish)(ali_writer *writer, void *state);
    void (*clear)(ali_writer *writer, void *state);
    bool wants_plain;  // batches are decoded before `put`
    bool can_compress; // heeds the option `compression`
    // Where a part of a batch for `put` ends that begins at `row`: behind it, at `end_row` at most.
    // NULL: there.
    uint64_t (*end_part)(const ali_writer *writer, const ali_batch *batch, uint64_t row,
                         uint64_t end_row);
} ali_writer_class;

// Rows of a batch in a simple form.
typedef struct ali_part {
    ali_batch *batch; // simple; row 0 is `first_row` of `of`
    ali_batch *of;    // retained with the part; NULL if the batch is simple itself
    uint64_t first_row;
    uint64_t end_row;
} ali_part;

struct ali_writer {
    const ali_writer_class *kind;
    ali_context *ctx;
    ali_schema *schema;
    ali_write_options options;
    ali_buf *out; // bytes not yet dropped lie from `dropped_bytes` on
    uint64_t dropped_bytes;
    uint64_t stop_bytes; // size of `out` at which text writers stop in the middle of a batch
    uint64_t warnings;
    bool is_finished;
    ali_part part; // text writers
    void *state;
};

// The formats that can be written.
extern const ali_writer_class ali_writer_arrow_file;
extern const ali_writer_class ali_writer_arrow_stream;
extern const ali_writer_class ali_writer_csv;
extern const ali_writer_class ali_writer_jsonl;
extern const ali_writer_class ali_writer_json;

#endif
