// Any bytes are a Variant: the first tells how many of the others are its metadata, the rest is its
// value. It is refused, or spelled as one line of valid UTF-8 in the number of bytes that its
// nesting allows.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/nested_tools.h"
#include "alimentar/format.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill(ali_context *ctx, ali_column *column, const uint8_t *data, size_t size) {
    column->length = 1;
    column->offsets = nested_buf(ctx, 8);
    nested_put(column->offsets, 4, 1, size);
    nested_must(ali_buf_new(ctx, size, &column->data));
    if (size > 0) memcpy(column->data->data, data, size);
}

// Names may be spelled once for each member, of which there is one in two bytes of the value at
// most.
static void check(const uint8_t *text, uint64_t count, uint64_t names_bytes, uint64_t value_bytes) {
    const uint64_t most = 64 + 128 * 12 * (value_bytes + 1) * (names_bytes + 40);
    if (count > most || count == 0 || text[count - 1] != '\n') abort();
    if (!ali_text_is_utf8(text, count) || memchr(text, '\n', count - 1) != NULL) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const size_t names_bytes = (size_t)data[0] < size - 1 ? data[0] : size - 1;
    const size_t value_bytes = size - 1 - names_bytes;
    ali_context *ctx = NULL;
    ali_batch *batch = NULL;
    ali_writer *writer = NULL;
    const uint8_t *text = NULL;
    nested_must(ali_context_new(NULL, NULL, &ctx));
    ali_schema *schema = nested_schema_of(ctx, "variant<binary,binary>");
    nested_must(ali_batch_new(ctx, schema, 1, &batch));
    fill(ctx, &batch->columns[1], data + 1, names_bytes);
    fill(ctx, &batch->columns[2], data + 1 + names_bytes, value_bytes);
    nested_must(ali_writer_new(ctx, "jsonl", NULL, schema, &writer));
    const ali_status status = ali_writer_put(writer, batch);
    const uint64_t count = ali_writer_pending(writer, &text);
    if (status == ALI_OK) check(text, count, names_bytes, value_bytes);
    if (status < 0 && (count != 0 || ali_context_error(ctx)->row != 0)) abort();
    if (status < 0 && status != ALI_ERR_CORRUPT && status != ALI_ERR_LIMIT) abort();
    ali_writer_free(writer);
    ali_batch_release(batch);
    ali_schema_release(schema);
    ali_context_free(ctx);
    return 0;
}
