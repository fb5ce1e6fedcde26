// native/host_mem.c: bytes registered under "memory:" and a name.
//
// Answers are copied into the operation's buffer, so that batches may outlive the host and the
// bytes.
#include <string.h>

#include "internal.h"

#define SCHEME "memory:"
#define SCHEME_BYTES 7u

struct host_memory {
    host_memory *next;
    const uint8_t *bytes;
    uint64_t count_bytes;
    char *path;
};

bool ali_host_mem_is_path(const char *path, size_t path_bytes) {
    return path_bytes > SCHEME_BYTES && memcmp(path, SCHEME, SCHEME_BYTES) == 0;
}

static const host_memory *find(const ali_host *host, const char *path, size_t path_bytes) {
    const host_memory *item = host->memories;
    while (item != NULL &&
           (strlen(item->path) != path_bytes || memcmp(item->path, path, path_bytes) != 0)) {
        item = item->next;
    }
    return item;
}

ali_status ali_host_add_memory(ali_host *host, const char *path, const uint8_t *bytes,
                               uint64_t count_bytes) {
    if (host == NULL || path == NULL || (bytes == NULL && count_bytes != 0)) {
        return ALI_ERR_ARGUMENT;
    }
    const size_t path_bytes = strlen(path);
    if (!ali_host_mem_is_path(path, path_bytes)) return ALI_ERR_ARGUMENT;
    if (find(host, path, path_bytes) != NULL) return ALI_ERR_CONFLICT;
    host_memory *made = ali_host_allocate(host, sizeof *made);
    if (made == NULL) return ALI_ERR_MEMORY;
    *made = (host_memory){.next = host->memories, .bytes = bytes, .count_bytes = count_bytes};
    made->path = ali_host_copy_text(host, path, path_bytes);
    if (made->path == NULL) {
        ali_host_release(host, made, sizeof *made);
        return ALI_ERR_MEMORY;
    }
    host->memories = made;
    return ALI_OK;
}

void ali_host_mem_carry_out(ali_host *host, ali_task *task, const ali_op *op) {
    const host_memory *item = find(host, op->path, op->path_bytes);
    ali_answer answer = ali_host_answer_to(op, item != NULL ? ALI_OK : ALI_ERR_NOT_FOUND);
    if (item != NULL) answer.object_bytes = item->count_bytes;
    if (item != NULL && op->kind == ALI_OP_READ && op->data != NULL) {
        const uint64_t size = item->count_bytes;
        uint64_t from = op->offset_bytes < size ? op->offset_bytes : size;
        if ((op->flags & ALI_OP_FROM_END) != 0) {
            from = op->length_bytes < size ? size - op->length_bytes : 0;
        }
        answer.moved_bytes = op->length_bytes < size - from ? op->length_bytes : size - from;
        if (answer.moved_bytes != 0) memcpy(op->data, item->bytes + from, answer.moved_bytes);
    }
    ali_host_give(host, task, &answer);
}

void ali_host_mem_clear(ali_host *host) {
    while (host->memories != NULL) {
        host_memory *item = host->memories;
        host->memories = item->next;
        ali_host_release_text(host, item->path);
        ali_host_release(host, item, sizeof *item);
    }
}
