// heap.c: the wasm twin's allocator: size classes of blocks up to 32 KiB, a list of free ranges
// above that, and memory.grow where both are exhausted.
//
// Callers give the size on release, so blocks have no headers: a free block holds its link in
// itself. Small blocks are carved out of 64 KiB chunks and return to the list of their class. Large
// ones are multiples of 4 KiB, taken first fit from ranges ordered by address; neighbours are
// joined again. Memory never shrinks: the host makes a new instance where that matters. Left out:
// returning chunks of small blocks to the ranges.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"

#define PAGE_BYTES 65536u
#define GRAIN_BYTES 4096u
#define SMALL_MAX 32768u
#define CLASS_COUNT 56u
#define LARGE_MAX 0xF0000000u

typedef struct free_block {
    struct free_block *next;
} free_block;

typedef struct free_range {
    struct free_range *next;
    size_t size_bytes;
} free_range;

// An instance is confined to one thread; this is its heap, and the module's only state.
static struct {
    free_block *classes[CLASS_COUNT];
    free_range *ranges; // ordered by address
    uint8_t *chunk;     // what is left of the newest chunk of small blocks
    size_t chunk_bytes;
    uint8_t *end; // of the memory that belongs to the heap; NULL before the first call
    uint64_t used_bytes;
} heap;

extern uint8_t __heap_base;

// Classes: 32 in steps of 16 bytes up to 512, then four a doubling.
static uint32_t class_of(size_t size_bytes) {
    if (size_bytes <= 512) return (uint32_t)((size_bytes + 15) / 16) - 1;
    const uint32_t top = 31u - (uint32_t)__builtin_clz((uint32_t)size_bytes - 1);
    const uint32_t quarter = (uint32_t)((size_bytes - 1) >> (top - 2)) & 3u;
    return 32u + (top - 9u) * 4u + quarter;
}

static size_t class_bytes(uint32_t index) {
    if (index < 32) return ((size_t)index + 1) * 16;
    const uint32_t top = 9u + (index - 32u) / 4u;
    return ((size_t)5 + (index - 32u) % 4u) << (top - 2);
}

static size_t round_up(size_t value, size_t power) {
    return (value + power - 1) & ~(power - 1);
}

// Puts a range back, joined with its neighbours.
static void put_range(uint8_t *at, size_t size_bytes) {
    free_range *before = NULL;
    free_range *after = heap.ranges;
    while (after != NULL && (uint8_t *)after < at) {
        before = after;
        after = after->next;
    }
    free_range *range = (free_range *)(void *)at;
    range->size_bytes = size_bytes;
    range->next = after;
    if (after != NULL && at + size_bytes == (uint8_t *)after) {
        range->size_bytes += after->size_bytes;
        range->next = after->next;
    }
    if (before == NULL) {
        heap.ranges = range;
    } else if ((uint8_t *)before + before->size_bytes == at) {
        before->size_bytes += range->size_bytes;
        before->next = range->next;
    } else {
        before->next = range;
    }
}

// Takes the first range that is large enough; what is over stays in the list.
static uint8_t *take_range(size_t size_bytes) {
    free_range **link = &heap.ranges;
    while (*link != NULL && (*link)->size_bytes < size_bytes) link = &(*link)->next;
    free_range *range = *link;
    if (range == NULL) return NULL;
    if (range->size_bytes == size_bytes) {
        *link = range->next;
    } else {
        free_range *rest = (free_range *)(void *)((uint8_t *)range + size_bytes);
        rest->next = range->next;
        rest->size_bytes = range->size_bytes - size_bytes;
        *link = rest;
    }
    return (uint8_t *)range;
}

// Adds the memory behind the module's data at the first call.
static void begin(void) {
    if (heap.end != NULL) return;
    uint8_t *start = (uint8_t *)round_up((size_t)&__heap_base, 16);
    heap.end = (uint8_t *)((size_t)__builtin_wasm_memory_size(0) * PAGE_BYTES);
    if (start + sizeof(free_range) <= heap.end) put_range(start, (size_t)(heap.end - start));
}

// Adds at least `size_bytes` at the end of memory, a sixteenth of what there is if that is more.
static bool grow(size_t size_bytes) {
    const size_t pages = round_up(size_bytes, PAGE_BYTES) / PAGE_BYTES;
    const size_t spare = (size_t)__builtin_wasm_memory_size(0) / 16;
    size_t grown = pages > spare ? pages : spare;
    size_t old = __builtin_wasm_memory_grow(0, grown);
    if (old == SIZE_MAX && grown > pages) {
        grown = pages;
        old = __builtin_wasm_memory_grow(0, grown);
    }
    if (old == SIZE_MAX) return false;
    uint8_t *start = (uint8_t *)(old * PAGE_BYTES);
    heap.end = start + grown * PAGE_BYTES;
    put_range(start, grown * PAGE_BYTES);
    return true;
}

// The bytes of the last range if it reaches up to the end of memory: growing need not add these.
// (The host may have grown memory, too: what it added is not the heap's.)
static size_t tail_bytes(void) {
    if (heap.end != (uint8_t *)((size_t)__builtin_wasm_memory_size(0) * PAGE_BYTES)) return 0;
    const free_range *range = heap.ranges;
    while (range != NULL && range->next != NULL) range = range->next;
    if (range == NULL || (const uint8_t *)range + range->size_bytes != heap.end) return 0;
    return range->size_bytes;
}

static uint8_t *take_large(size_t size_bytes) {
    begin();
    uint8_t *taken = take_range(size_bytes);
    if (taken != NULL) return taken;
    if (!grow(size_bytes - tail_bytes())) return NULL;
    return take_range(size_bytes);
}

static void put_small(uint8_t *at, uint32_t index) {
    free_block *block = (free_block *)(void *)at;
    block->next = heap.classes[index];
    heap.classes[index] = block;
}

// Deals what is left of the chunk to the classes it fits.
static void deal_out_chunk(void) {
    while (heap.chunk_bytes >= 16) {
        uint32_t index = CLASS_COUNT - 1;
        while (class_bytes(index) > heap.chunk_bytes) index -= 1;
        put_small(heap.chunk, index);
        heap.chunk += class_bytes(index);
        heap.chunk_bytes -= class_bytes(index);
    }
}

static void *take_small(uint32_t index) {
    free_block *block = heap.classes[index];
    if (block != NULL) {
        heap.classes[index] = block->next;
        return block;
    }
    const size_t size_bytes = class_bytes(index);
    if (heap.chunk_bytes < size_bytes) {
        uint8_t *chunk = take_large(PAGE_BYTES);
        if (chunk == NULL) return NULL;
        deal_out_chunk();
        heap.chunk = chunk;
        heap.chunk_bytes = PAGE_BYTES;
    }
    uint8_t *at = heap.chunk;
    heap.chunk += size_bytes;
    heap.chunk_bytes -= size_bytes;
    return at;
}

void *ali_heap_allocate(size_t size_bytes) {
    if (size_bytes == 0 || size_bytes > LARGE_MAX) return NULL;
    void *pointer = size_bytes <= SMALL_MAX ? take_small(class_of(size_bytes))
                                            : take_large(round_up(size_bytes, GRAIN_BYTES));
    if (pointer != NULL) heap.used_bytes += size_bytes;
    return pointer;
}

void ali_heap_release(void *pointer, size_t size_bytes) {
    if (pointer == NULL) return;
    heap.used_bytes -= size_bytes;
    if (size_bytes <= SMALL_MAX) {
        put_small(pointer, class_of(size_bytes));
    } else {
        put_range(pointer, round_up(size_bytes, GRAIN_BYTES));
    }
}

uint64_t ali_heap_used_bytes(void) {
    return heap.used_bytes;
}

// Lengthens or shortens a large block where it lies, if the range behind it allows.
static bool resize_in_place(uint8_t *at, size_t old_bytes, size_t new_bytes) {
    if (new_bytes < old_bytes) {
        put_range(at + new_bytes, old_bytes - new_bytes);
        return true;
    }
    free_range **link = &heap.ranges;
    while (*link != NULL && (uint8_t *)*link < at + old_bytes) link = &(*link)->next;
    free_range *range = *link;
    const size_t missing = new_bytes - old_bytes;
    if (range == NULL || (uint8_t *)range != at + old_bytes || range->size_bytes < missing) {
        return false;
    }
    *link = range->next;
    if (range->size_bytes > missing) put_range(at + new_bytes, range->size_bytes - missing);
    return true;
}

static bool fits_in_place(void *pointer, size_t old_bytes, size_t new_bytes) {
    if (old_bytes <= SMALL_MAX || new_bytes <= SMALL_MAX) {
        return old_bytes <= SMALL_MAX && new_bytes <= SMALL_MAX &&
               class_of(old_bytes) == class_of(new_bytes);
    }
    const size_t old_grains = round_up(old_bytes, GRAIN_BYTES);
    const size_t new_grains = round_up(new_bytes, GRAIN_BYTES);
    return old_grains == new_grains || resize_in_place(pointer, old_grains, new_grains);
}

static void *allocate(void *user, size_t size_bytes) {
    (void)user;
    return ali_heap_allocate(size_bytes);
}

static void *resize(void *user, void *pointer, size_t old_bytes, size_t new_bytes) {
    (void)user;
    if (new_bytes > LARGE_MAX) return NULL;
    if (fits_in_place(pointer, old_bytes, new_bytes)) {
        heap.used_bytes = heap.used_bytes - old_bytes + new_bytes;
        return pointer;
    }
    void *moved = ali_heap_allocate(new_bytes);
    if (moved == NULL) return NULL;
    __builtin_memcpy(moved, pointer, old_bytes < new_bytes ? old_bytes : new_bytes);
    ali_heap_release(pointer, old_bytes);
    return moved;
}

static void release(void *user, void *pointer, size_t size_bytes) {
    (void)user;
    ali_heap_release(pointer, size_bytes);
}

const ali_allocator *ali_default_allocator(void) {
    static const ali_allocator allocator = {
        .allocate = allocate, .resize = resize, .release = release, .user = NULL};
    return &allocator;
}

// What the compiler calls where it does not put an instruction of its own. With bulk memory the
// first three are one instruction each.
void *memcpy(void *to, const void *from, size_t size_bytes);
void *memmove(void *to, const void *from, size_t size_bytes);
void *memset(void *to, int byte, size_t size_bytes);
int memcmp(const void *a, const void *b, size_t size_bytes);

void *memcpy(void *to, const void *from, size_t size_bytes) {
    return __builtin_memcpy(to, from, size_bytes);
}

void *memmove(void *to, const void *from, size_t size_bytes) {
    return __builtin_memmove(to, from, size_bytes);
}

void *memset(void *to, int byte, size_t size_bytes) {
    return __builtin_memset(to, byte, size_bytes);
}

int memcmp(const void *a, const void *b, size_t size_bytes) {
    const uint8_t *left = a;
    const uint8_t *right = b;
    size_t at = 0;
    for (; at + 8 <= size_bytes; at += 8) {
        uint64_t x;
        uint64_t y;
        __builtin_memcpy(&x, left + at, 8);
        __builtin_memcpy(&y, right + at, 8);
        if (x != y) break;
    }
    for (; at < size_bytes; at += 1) {
        if (left[at] != right[at]) return left[at] < right[at] ? -1 : 1;
    }
    return 0;
}
