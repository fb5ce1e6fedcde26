// format/format.c: what opened files have in common: counting their references.
#include "format/format.h"

ali_file *ali_file_retain(ali_file *file) {
    file->references += 1;
    return file;
}

ali_file *ali_file_take(ali_file **file) {
    ali_file *taken = *file;
    *file = NULL;
    return taken;
}

void ali_file_release(ali_file *file) {
    if (file == NULL) return;
    file->references -= 1;
    if (file->references != 0) return;
    file->format->clear(file);
    ali_schema_release(file->schema);
    ali_blob_release(file->blob);
    ali_mem_free(file->ctx, file, sizeof *file);
}
