// native/alloc.c: the C library's memory as the default allocator.
#include <stdlib.h>

#include "alimentar/core.h"

static void *allocate(void *user, size_t size_bytes) {
    (void)user;
    return malloc(size_bytes);
}

static void *resize(void *user, void *pointer, size_t old_bytes, size_t new_bytes) {
    (void)user;
    (void)old_bytes;
    return realloc(pointer, new_bytes);
}

static void release(void *user, void *pointer, size_t size_bytes) {
    (void)user;
    (void)size_bytes;
    free(pointer);
}

const ali_allocator *ali_default_allocator(void) {
    static const ali_allocator allocator = {allocate, resize, release, NULL};
    return &allocator;
}
