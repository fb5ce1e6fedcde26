// Reads ranges of a pretended object through the native host and prints what came of it as JSON,
// for tests/services/run.mjs.
//
//     ranges URL [retries=N] [timeout=MS] [headers=LINES] [opheaders=LINES] [nosuffix] [interrupt]
//         [scarce] [spool=BYTES] [tail=N] [AT+N]...
//
// With opheaders= an operation with these headers comes first.
//
// Byte i of the object is (i * 7 + i / 251) mod 256; every byte that comes is compared.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alimentar/host.h"
#include "io/blob.h"

#define RANGES_MAX 64u

typedef struct range {
    uint64_t offset_bytes;
    uint64_t length_bytes;
} range;

typedef struct plan {
    range ranges[RANGES_MAX];
    uint32_t count;
    uint64_t tail_bytes;
    uint32_t flags;
    const char *op_headers;
    uint64_t wrong; // bytes that were not as they should be
    uint64_t read;  // bytes given to the task
    uint64_t object_bytes;
} plan;

static const char *url;
static plan work;

typedef struct collect_state {
    ali_blob *blob;
    ali_op_record *record; // of the operation with headers
    uint32_t collected;
    bool is_wanted;
    bool has_tail;
} collect_state;

static uint8_t byte_at(uint64_t i) {
    return (uint8_t)(i * 7 + i / 251);
}

static void compare(const ali_buf *buf, uint64_t offset_bytes) {
    work.read += buf->size_bytes;
    for (uint64_t i = 0; i < buf->size_bytes; i += 1) {
        if (buf->data[i] != byte_at(offset_bytes + i)) work.wrong += 1;
    }
}

static ali_status collect_tail(ali_task *task, collect_state *state) {
    ali_buf *tail = NULL;
    uint64_t offset_bytes = 0;
    const ali_status status =
        ali_blob_tail(state->blob, task, work.tail_bytes, "tail", &tail, &offset_bytes);
    if (status != ALI_OK) return status;
    compare(tail, offset_bytes);
    work.object_bytes = ali_blob_bytes(state->blob);
    ali_buf_release(tail);
    state->has_tail = true;
    return ALI_OK;
}

static ali_status want_all(ali_task *task, collect_state *state) {
    ali_blob_tune(state->blob, 0, UINT64_C(16) << 20);
    for (uint32_t i = 0; i < work.count; i += 1) {
        ALI_TRY(ali_blob_want(state->blob, task, work.ranges[i].offset_bytes,
                              work.ranges[i].length_bytes, "range"));
    }
    state->is_wanted = true;
    return ALI_OK;
}

// An operation with headers of its own; the blob makes none.
static ali_status ask_with_headers(ali_task *task, collect_state *state) {
    if (state->record == NULL) {
        const ali_op op = {.kind = ALI_OP_READ,
                           .length_bytes = 10,
                           .path = url,
                           .path_bytes = (uint32_t)strlen(url),
                           .why = "headers",
                           .why_bytes = 7,
                           .headers = work.op_headers,
                           .headers_bytes = (uint32_t)strlen(work.op_headers)};
        ALI_TRY(ali_task_add_op(task, &op, state, &state->record));
    }
    if (!state->record->is_answered) return ALI_NEED;
    compare(state->record->buf, 0);
    work.op_headers = NULL;
    ali_task_forget_op(task, state->record);
    state->record = NULL;
    return ALI_OK;
}

static ali_status collect_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    (void)budget_rows;
    collect_state *state = pointer;
    if (work.op_headers != NULL) {
        const ali_status status = ask_with_headers(task, state);
        if (status != ALI_OK) return status;
    }
    if (work.tail_bytes != 0 && !state->has_tail) {
        const ali_status status = collect_tail(task, state);
        if (status != ALI_OK) return status;
    }
    if (!state->is_wanted) ALI_TRY(want_all(task, state));
    ALI_TRY(ali_blob_flush(state->blob, task));
    while (state->collected < work.count) {
        const range *one = &work.ranges[state->collected];
        ali_buf *bytes = NULL;
        const ali_status status =
            ali_blob_slice(state->blob, task, one->offset_bytes, one->length_bytes, &bytes);
        if (status != ALI_OK) return status;
        compare(bytes, one->offset_bytes);
        ali_buf_release(bytes);
        state->collected += 1;
    }
    return ALI_OK;
}

static void collect_clear(ali_task *task, void *pointer) {
    collect_state *state = pointer;
    if (state->blob == NULL) return;
    ali_blob_forget(state->blob, task);
    ali_blob_release(state->blob);
}

static const ali_task_class collect_class = {"collect", collect_step, collect_clear,
                                             sizeof(collect_state)};

static void *interrupt_soon(void *user) {
    const struct timespec pause = {.tv_nsec = 300 * 1000000};
    (void)nanosleep(&pause, NULL);
    ali_host_interrupt(user);
    return NULL;
}

// --- memory that runs out ---

typedef struct scarce {
    uint64_t left; // allocations that still succeed
    int64_t held_bytes;
} scarce;

static void *scarce_allocate(void *user, size_t size_bytes) {
    scarce *of = user;
    if (of->left == 0) return NULL;
    of->left -= 1;
    of->held_bytes += (int64_t)size_bytes;
    return malloc(size_bytes);
}

static void *scarce_resize(void *user, void *pointer, size_t old_bytes, size_t new_bytes) {
    scarce *of = user;
    if (of->left == 0) return NULL;
    of->left -= 1;
    of->held_bytes += (int64_t)new_bytes - (int64_t)old_bytes;
    return realloc(pointer, new_bytes);
}

static void scarce_release(void *user, void *pointer, size_t size_bytes) {
    scarce *of = user;
    of->held_bytes -= (int64_t)size_bytes;
    free(pointer);
}

static int64_t now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static ali_status run(ali_host *host, bool is_interrupted) {
    ali_task *task = NULL;
    void *state = NULL;
    const ali_object object = {.size_bytes = sizeof object,
                               .flags = work.flags,
                               .object_bytes = ALI_UNKNOWN,
                               .path = url,
                               .path_bytes = (uint32_t)strlen(url)};
    ALI_TRY(ali_task_new(ali_host_context(host), NULL, &collect_class, &task, &state));
    const ali_status made =
        ali_blob_new(ali_host_context(host), &object, &((collect_state *)state)->blob);
    if (made != ALI_OK) {
        ali_task_free(task);
        return made;
    }
    pthread_t thread;
    if (is_interrupted && pthread_create(&thread, NULL, interrupt_soon, host) != 0) exit(70);
    const ali_status status = ali_host_drive(host, task);
    if (is_interrupted) (void)pthread_join(thread, NULL);
    ali_task_free(task);
    return status;
}

static void report(const ali_host *host, ali_status status, int64_t ms) {
    uint64_t requests = 0;
    uint64_t retries = 0;
    uint64_t bytes = 0;
    ali_host_traffic(host, &requests, &retries, &bytes);
    const ali_error *error = ali_host_error(host);
    printf("{\"status\": \"%s\", \"sentence\": \"", ali_status_name(status));
    for (const char *at = error->sentence; *at != '\0'; at += 1) {
        if (*at == '"' || *at == '\\') putchar('\\');
        putchar(*at);
    }
    printf("\", \"object\": \"%s\", \"http\": %d, \"requests\": %llu, \"retries\": %llu, "
           "\"bytes\": %llu, \"read\": %llu, \"wrong\": %llu, \"size\": %llu, \"warnings\": %u, "
           "\"ms\": %lld}\n",
           error->object, error->http_status, (unsigned long long)requests,
           (unsigned long long)retries, (unsigned long long)bytes, (unsigned long long)work.read,
           (unsigned long long)work.wrong, (unsigned long long)work.object_bytes,
           ali_host_warnings(host), (long long)ms);
}

// Lets the first, the second, ... allocation fail until none does. All must be released each time.
static int run_scarce(ali_host_options *options) {
    ali_status status = ALI_ERR_MEMORY;
    uint64_t failures = 0;
    for (uint64_t n = 0; status != ALI_OK && n < 10000; n += 1) {
        scarce memory = {.left = n};
        const ali_allocator allocator = {scarce_allocate, scarce_resize, scarce_release, &memory};
        ali_host *host = NULL;
        options->allocator = &allocator;
        status = ali_host_new(options, &host);
        if (status == ALI_OK) status = run(host, false);
        ali_host_free(host);
        if (memory.held_bytes != 0) work.wrong += 1;
        if (status != ALI_OK && status != ALI_ERR_MEMORY && status != ALI_ERR_HOST) work.wrong += 1;
        failures += status != ALI_OK ? 1 : 0;
    }
    printf("{\"status\": \"%s\", \"failures\": %llu, \"wrong\": %llu}\n", ali_status_name(status),
           (unsigned long long)failures, (unsigned long long)work.wrong);
    return status == ALI_OK ? 0 : 1;
}

int main(int count, char **words) {
    ali_host_options options = {.size_bytes = sizeof options};
    bool is_interrupted = false;
    bool is_scarce = false;
    url = count > 1 ? words[1] : "";
    for (int i = 2; i < count; i += 1) {
        const char *word = words[i];
        char *rest = NULL;
        if (strncmp(word, "retries=", 8) == 0) {
            options.retries = (uint32_t)strtoul(word + 8, NULL, 10);
            if (options.retries == 0) options.retries = ALI_RETRIES_NONE;
        } else if (strncmp(word, "timeout=", 8) == 0) {
            options.timeout_ms = (uint32_t)strtoul(word + 8, NULL, 10);
        } else if (strncmp(word, "spool=", 6) == 0) {
            options.spool_bytes_max = strtoull(word + 6, NULL, 10);
        } else if (strncmp(word, "headers=", 8) == 0) {
            options.headers = word + 8;
        } else if (strncmp(word, "opheaders=", 10) == 0) {
            work.op_headers = word + 10;
        } else if (strncmp(word, "tail=", 5) == 0) {
            work.tail_bytes = strtoull(word + 5, NULL, 10);
        } else if (strcmp(word, "nosuffix") == 0) {
            work.flags |= ALI_OBJECT_NO_SUFFIX;
        } else if (strcmp(word, "interrupt") == 0) {
            is_interrupted = true;
        } else if (strcmp(word, "scarce") == 0) {
            is_scarce = true;
        } else if (work.count < RANGES_MAX) {
            work.ranges[work.count].offset_bytes = strtoull(word, &rest, 10);
            work.ranges[work.count].length_bytes = strtoull(rest + 1, NULL, 10);
            work.count += 1;
        }
    }
    if (is_scarce) return run_scarce(&options);
    ali_host *host = NULL;
    if (ali_host_new(&options, &host) != ALI_OK) return 2;
    const int64_t begun = now_ms();
    const ali_status status = run(host, is_interrupted);
    report(host, status, now_ms() - begun);
    ali_host_free(host);
    return status == ALI_OK ? 0 : 1;
}
