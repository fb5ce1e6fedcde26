// The Thrift reader by the tables of a footer and of a page header, in steps of different sizes.
#include <stdlib.h>
#include <string.h>

#include "format/parquet/meta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ali_status read_all(ali_context *ctx, const ali_thrift_type *type, void *into,
                           const uint8_t *data, size_t size, uint64_t budget_bytes) {
    ali_arena arena;
    ali_arena_init(&arena, ctx);
    ali_thrift reader = {
        .ctx = ctx, .arena = &arena, .bytes = data, .count_bytes = size, .what = "sample"};
    ali_thrift_begin(&reader, type, into);
    ali_status status = ALI_YIELD;
    while (status == ALI_YIELD) status = ali_thrift_step(&reader, budget_bytes);
    if (arena.total_bytes > 100 * (uint64_t)size + 65536) abort(); // grows by what arrives
    ali_arena_clear(&arena);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ali_context *ctx = NULL;
    if (ali_context_new(NULL, NULL, &ctx) != ALI_OK) return 0;
    ali_parquet_file_meta meta;
    const ali_status first =
        read_all(ctx, &ali_parquet_file_meta_type, &meta, data, size, UINT64_MAX >> 8);
    ali_error_clear(&ctx->own);
    if (read_all(ctx, &ali_parquet_file_meta_type, &meta, data, size, 3) != first) abort();
    ali_error_clear(&ctx->own);
    ali_parquet_page_header header;
    (void)read_all(ctx, &ali_parquet_page_header_type, &header, data, size, UINT64_MAX >> 8);
    ali_context_free(ctx);
    return 0;
}
