// wasm/upstream/stdlib.h: names of the C library that upstream's codecs mention but must not reach,
// since their memory comes from the context: none is to be had here.
#ifndef ALI_UPSTREAM_STDLIB_H
#define ALI_UPSTREAM_STDLIB_H

#include <stddef.h>

static inline void *malloc(size_t size_bytes) {
    (void)size_bytes;
    return NULL;
}

static inline void *calloc(size_t count, size_t size_bytes) {
    (void)count;
    (void)size_bytes;
    return NULL;
}

static inline void free(void *pointer) {
    (void)pointer;
}

#endif
