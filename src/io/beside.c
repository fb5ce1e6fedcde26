// io/beside.c: names inside files that lead to other files. They are input: what they may not be is
// refused here, for all of them (percent-encoding: RFC 3986, 2.1).
#include "io/beside.h"

#include "base/text.h"

// Tells if a part of a path is none or leads elsewhere: "", ".", "..".
static bool is_no_part(const char *part, uint64_t bytes) {
    return bytes == 0 || (bytes <= 2 && part[0] == '.' && part[bytes - 1] == '.');
}

bool ali_beside_is_name(const char *name, uint64_t name_bytes) {
    uint64_t part = 0; // where it begins
    bool is_key = false;
    if (name_bytes == 0 || name_bytes > ALI_BESIDE_BYTES_MAX) return false;
    for (uint64_t i = 0; i <= name_bytes; i += 1) {
        const char character = i < name_bytes ? name[i] : '/';
        if ((uint8_t)character < ' ' || character == 127 || character == '\\') return false;
        is_key |= character == '=';
        if (character == ':' && part == 0 && !is_key) return false; // "file:", "c:"
        if (character != '/') continue;
        if (is_no_part(name + part, i - part)) return false;
        part = i + 1;
    }
    return true;
}

// Tells if a path is a URL; on disks nothing is encoded.
static bool is_url(const char *path, uint32_t path_bytes) {
    uint32_t at = 0;
    while (at + 2 < path_bytes && path[at] != ':' && path[at] != '/') at += 1;
    if (at + 2 >= path_bytes || path[at] != ':') return false;
    return (path[at + 1] == '/' && path[at + 2] == '/') || ali_text_is(path, at, "file");
}

uint32_t ali_beside_folder(const char *path, uint32_t path_bytes) {
    const bool is_cut = is_url(path, path_bytes);
    uint32_t folder = 0;
    for (uint32_t i = 0; i < path_bytes; i += 1) {
        if (is_cut && (path[i] == '?' || path[i] == '#')) break;
        if (path[i] == '/') folder = i + 1;
    }
    return folder;
}

// A character that stands for itself in a URL.
static bool is_plain(uint8_t character) {
    const uint8_t letter = character | 32;
    if (letter >= 'a' && letter <= 'z') return true;
    return (character >= '-' && character <= '9') || character == '=' || character == '_';
}

ali_status ali_beside_path(ali_arena *arena, const char *path, uint32_t path_bytes,
                           const char *name, uint32_t name_bytes, const char **beside,
                           uint32_t *beside_bytes) {
    static const char digits[] = "0123456789ABCDEF";
    const bool is_encoded = is_url(path, path_bytes);
    uint32_t count = ali_beside_folder(path, path_bytes);
    void *pointer = NULL;
    ALI_TRY(ali_arena_new(arena, (uint64_t)count + (uint64_t)name_bytes * 3 + 1, &pointer));
    char *to = pointer;
    ali_copy(to, path, count);
    for (uint32_t i = 0; i < name_bytes; i += 1) {
        const uint8_t byte = (uint8_t)name[i];
        const bool is_escaped = is_encoded && !is_plain(byte);
        to[count] = is_escaped ? '%' : name[i];
        count += 1;
        if (!is_escaped) continue;
        to[count] = digits[byte >> 4];
        to[count + 1] = digits[byte & 15];
        count += 2;
    }
    *beside = to;
    *beside_bytes = count;
    return ALI_OK;
}
