// native/cli/spell.c: values as the library's own writer of JSON lines spells them, and sizes.
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool cut(cli_spelling *of, const char *line, size_t bytes, uint32_t columns) {
    size_t at = 1;
    of->text = malloc(bytes + 1);
    if (of->text == NULL) return false;
    memcpy(of->text, line, bytes);
    of->text[bytes] = '\0';
    for (uint32_t i = 0; i < columns; i += 1) {
        while (at < bytes && line[at] != ':') at += 1;
        at += 1;
        of->starts[i] = at;
        at = cli_skip_value(line, at, bytes);
        of->ends[i] = at;
        at += 1;
    }
    return at <= bytes;
}

int cli_spell(cli *self, ali_batch *batch, uint32_t columns, cli_spelling *of) {
    ali_context *context = ali_host_context(self->host);
    ali_writer *writer = NULL;
    const uint8_t *bytes = NULL;
    int code = EXIT_GOOD;
    ali_schema *schema = (ali_schema *)ali_batch_schema(batch); // whose references are counted
    if (ali_writer_new(context, "jsonl", NULL, schema, &writer) < 0 ||
        ali_writer_put(writer, batch) < 0) {
        code = cli_fail_context(self);
    } else {
        const size_t count = (size_t)ali_writer_pending(writer, &bytes);
        if (!cut(of, (const char *)bytes, count, columns)) {
            code = cli_fail(EXIT_LIMIT, self->path, "no memory is left");
        }
        self->replaced += ali_writer_warnings(writer);
    }
    ali_writer_free(writer);
    return code;
}

void cli_spell_size(uint64_t bytes, char text[CLI_SIZE_BYTES]) {
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double size = (double)bytes / 1000;
    uint32_t unit = 0;
    if (bytes < 1000) {
        (void)snprintf(text, CLI_SIZE_BYTES, "%llu bytes", (unsigned long long)bytes);
        return;
    }
    for (; size >= 999.95; unit += 1) size /= 1000; // is spelled as 1.0 of the next
    (void)snprintf(text, CLI_SIZE_BYTES, "%.1f %s", size, units[unit]);
}
