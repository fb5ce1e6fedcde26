// wasm/upstream/string.h: what upstream's codecs want of the C library's string.h in the wasm twin;
// wasm/heap.c has the functions.
#ifndef ALI_UPSTREAM_STRING_H
#define ALI_UPSTREAM_STRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size_bytes);
void *memmove(void *to, const void *from, size_t size_bytes);
void *memset(void *to, int byte, size_t size_bytes);
int memcmp(const void *a, const void *b, size_t size_bytes);

#endif
