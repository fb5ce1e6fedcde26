// io/beside.h: the paths of objects that another object names: those in its folder and below.
#ifndef ALI_IO_BESIDE_H
#define ALI_IO_BESIDE_H

#include "base/arena.h"

// Bytes that such a name has at most.
#define ALI_BESIDE_BYTES_MAX 4096u

// Tells if a name leads from a folder to what lies in it or below, and nowhere else: parts
// separated by "/", none of them empty, "." or "..", without backslashes and control characters,
// and not beginning as "file:" or "c:" do: colons may stand in a value ("time=10:00").
bool ali_beside_is_name(const char *name, uint64_t name_bytes);

// The folder of an object's path: bytes up to its last slash, of a URL without query and fragment.
uint32_t ali_beside_folder(const char *path, uint32_t path_bytes);

// Makes the path of what a good name stands for beside an object: in a URL the name is
// percent-encoded.
ALI_CHECKED ali_status ali_beside_path(ali_arena *arena, const char *path, uint32_t path_bytes,
                                       const char *name, uint32_t name_bytes, const char **beside,
                                       uint32_t *beside_bytes);

#endif
