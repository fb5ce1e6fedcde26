// format/parquet/summary.c: footers that tell of row groups in other files: summaries "_metadata",
// as Spark, Dask and Arrow write them beside the files of a data set (parquet.thrift, ColumnChunk,
// `file_path`). Each run of row groups that lie in one file becomes a file of its own, which shares
// the footer and is never asked for its own.
//
// Left out: row groups whose chunks lie in several files, which nobody writes.
#include "format/parquet/parquet.h"

static bool is_same(const ali_thrift_text *a, const ali_thrift_text *b) {
    return a->count_bytes == b->count_bytes &&
           ali_equal(a->bytes, b->bytes, (size_t)a->count_bytes);
}

ali_status ali_parquet_check_place(ali_context *ctx, ali_parquet_state *state,
                                   const ali_parquet_chunk *chunk, uint32_t group) {
    const ali_parquet_chunk *chunks = ali_parquet_row_group_at(state, group)->chunks.items;
    const ali_thrift_text *first = &chunks[0].file_path;
    if (first->count_bytes != 0) state->is_summary = true;
    if (is_same(first, &chunk->file_path)) return ALI_OK;
    return ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                    "row group %u has columns in the files %q and %q: row groups in several files "
                    "are not supported",
                    group, first->bytes, (size_t)first->count_bytes, chunk->file_path.bytes,
                    (size_t)chunk->file_path.count_bytes);
}

// Where a row group lies; empty: in this file, as does one without columns.
static ali_thrift_text place_of(const ali_parquet_state *state, uint64_t group) {
    const ali_thrift_list *chunks = &ali_parquet_row_group_at(state, group)->chunks;
    if (chunks->count == 0) return (ali_thrift_text){.bytes = ""};
    return ((const ali_parquet_chunk *)chunks->items)->file_path;
}

// Makes a file of some row groups, which lie in `blob`. It shares what is known of the summary.
static ali_status new_part(ali_file *file, ali_blob *blob, uint64_t from, uint64_t end,
                           ali_file **part) {
    ali_parquet_state *state = file->state;
    void *pointer = NULL;
    const ali_status status = ali_mem_new(file->ctx, sizeof(ali_file), &pointer);
    if (status < 0) {
        ali_blob_release(blob);
        return status;
    }
    *part = pointer;
    **part = *file;
    (*part)->references = 1;
    (*part)->blob = blob;
    (*part)->rows = 0;
    (*part)->first_group = from;
    (*part)->row_groups = end - from;
    for (uint64_t i = from; i < end; i += 1) {
        (*part)->rows += (uint64_t)ali_parquet_row_group_at(state, i)->rows;
    }
    ali_schema_retain(file->schema);
    state->references += 1;
    return ALI_OK;
}

static ali_status make_part(ali_file *file, const ali_thrift_text *place, uint64_t from,
                            uint64_t end, ali_file **part) {
    ali_arena scratch;
    ali_blob *blob = NULL;
    if (place->count_bytes == 0) {
        return new_part(file, ali_blob_retain(file->blob), from, end, part);
    }
    ali_arena_init(&scratch, file->ctx);
    const ali_status status =
        ali_blob_beside(file->blob, &scratch, place->bytes, place->count_bytes, &blob);
    ali_arena_clear(&scratch);
    return status < 0 ? status : new_part(file, blob, from, end, part);
}

ali_status ali_parquet_next_part(ali_file *file, uint64_t *group, ali_format_part *part) {
    const ali_parquet_state *state = file->state;
    const uint64_t from = *group;
    *part = (ali_format_part){0};
    if (!state->is_summary || from == file->row_groups) return ALI_OK;
    const ali_thrift_text place = place_of(state, from);
    uint64_t end = from + 1;
    for (; end < file->row_groups; end += 1) {
        const ali_thrift_text next = place_of(state, end);
        if (!is_same(&place, &next)) break;
    }
    ALI_TRY(make_part(file, &place, from, end, &part->file));
    part->name = place.bytes;
    part->name_bytes = (uint32_t)place.count_bytes;
    *group = end;
    return ALI_OK;
}
