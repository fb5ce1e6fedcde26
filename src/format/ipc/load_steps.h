// format/ipc/load_steps.h: the steps that buffers go through, shared by the files that hold them:
// load_bytes.c, what is done with any bytes, and load_values.c, what values must be. load.c runs
// them.
#ifndef ALI_FORMAT_IPC_LOAD_STEPS_H
#define ALI_FORMAT_IPC_LOAD_STEPS_H

#include "format/ipc/load.h"

// A step goes on with the buffer under way. ALI_OK: it is done. ALI_NEED, ALI_YIELD: as
// ali_ipc_load_step().
typedef ali_status (*ali_ipc_step)(ali_ipc_loader *loader);

// The bytes: fetched, decompressed, laid at a multiple of 8, turned round.
ALI_CHECKED ali_status ali_ipc_step_fetch(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_inflate(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_align(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_swap(ali_ipc_loader *loader);

// Nulls are counted. Null slots that do not hold zeros are looked for; if there are such, the
// buffer becomes ours, and they are made zero.
ALI_CHECKED ali_status ali_ipc_step_count(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_find_dirty(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_own_dirty(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_clean(ali_ipc_loader *loader);

// Offsets are checked. Text of null slots, or before the first, is looked for, and left out.
ALI_CHECKED ali_status ali_ipc_step_offsets(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_find_filled(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_rewrite(ali_ipc_loader *loader);

// Codes get 32 bits, are checked, and null where their value is.
ALI_CHECKED ali_status ali_ipc_step_convert(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_check_codes(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_fold(ali_ipc_loader *loader);

// Run ends, what unions and list views refer to, and views are checked.
ALI_CHECKED ali_status ali_ipc_step_runs(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_references(ali_ipc_loader *loader);
ALI_CHECKED ali_status ali_ipc_step_views(ali_ipc_loader *loader);

// Looks at, or works on, elements [from, to). Returns the first that breaks a rule, or `to`.
typedef uint64_t (*ali_ipc_look)(ali_ipc_loader *loader, uint64_t from, uint64_t to);

// Goes through `total` elements of `width` bytes, as far as the credit allows. ALI_YIELD: there are
// more. `found` begins what is said of one that breaks the rule.
ALI_CHECKED ali_status ali_ipc_go_through(ali_ipc_loader *loader, uint64_t total, uint64_t width,
                                          ali_ipc_look look, const char *found);

// The end of the elements that are looked at next, of `width` bytes each; takes them from the
// credit.
uint64_t ali_ipc_take(ali_ipc_loader *loader, uint64_t total, uint64_t width);

// Makes loader->made a buffer of our own, so that it can be changed. ALI_YIELD: there is more.
ALI_CHECKED ali_status ali_ipc_own(ali_ipc_loader *loader);

// Bytes of an element of the buffer under way; 0: bits.
uint32_t ali_ipc_width(const ali_ipc_loader *loader);

// Fails with what was found in the column under way, and a number at the sentence's end.
ALI_CHECKED ali_status ali_ipc_fail_column(const ali_ipc_loader *loader, ali_status status,
                                           const char *found, uint64_t number);

static inline void ali_ipc_release(ali_buf **buf) {
    ali_buf_release(*buf);
    *buf = NULL;
}

// The node holds values, though its type is that of a dictionary: it is the dictionary's own.
static inline bool ali_ipc_is_values(const ali_ipc_loader *loader) {
    return loader->is_dictionary && loader->target == 0;
}

static inline char ali_ipc_role(const ali_ipc_loader *loader) {
    return loader->layout[loader->role];
}

// The dictionary of the column under way.
static inline ali_ipc_values *ali_ipc_dictionary_of(const ali_ipc_loader *loader) {
    return &loader->dictionaries[loader->state->nodes[loader->node].dictionary];
}

// Tells if a buffer need not be looked at: the bitmap of a column without nulls.
static inline bool ali_ipc_is_passed_over(const ali_ipc_place *place, char role) {
    return role == 'v' && (place->null_count == 0 || place->length == 0);
}

#endif
