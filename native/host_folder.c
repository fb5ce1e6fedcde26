// native/host_folder.c: listing folders, and the patterns of paths.
//
// A folder is read once, sorted, and kept until its last page is answered. Links to files are
// files; links to folders are not followed, so that no loop can arise.
//
// Patterns: "*" and "?" do not match "/", "[a-z]" and "[!a-z]" match one character, "\" takes the
// next one as it is; "**" as a whole name stands for folders of any depth, also none. Hidden names
// are matched only by a pattern that begins with ".".
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

// --- reading a folder ----------------------------------------------------------------------------

// A name with its kind before it: "fdata.parquet", "dyear=2024".
struct host_listing {
    char *path;
    char **names;
    uint32_t count;
    uint32_t capacity;
};

// The kind of an entry: 'f', 'd', or 0 for what is neither.
static char kind_of(int folder, const struct dirent *item) {
    struct stat about;
    if (item->d_type == DT_REG) return 'f';
    if (item->d_type == DT_DIR) return 'd';
    if (item->d_type != DT_LNK && item->d_type != DT_UNKNOWN) return 0;
    if (fstatat(folder, item->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    if (S_ISDIR(about.st_mode)) return 'd';
    if (S_ISLNK(about.st_mode) && fstatat(folder, item->d_name, &about, 0) != 0) return 'f';
    return S_ISREG(about.st_mode) ? 'f' : 0;
}

static bool add_text(const ali_host *host, char ***items, uint32_t *count, uint32_t *capacity,
                     char *text) {
    if (text == NULL) return false;
    if (*count == *capacity) {
        const uint32_t larger = *capacity == 0 ? 32 : 2 * *capacity;
        char **moved = ali_host_allocate(host, larger * sizeof *moved);
        if (moved == NULL) {
            ali_host_release_text(host, text);
            return false;
        }
        if (*count != 0) memcpy(moved, *items, *count * sizeof *moved);
        ali_host_release(host, *items, *capacity * sizeof *moved);
        *items = moved;
        *capacity = larger;
    }
    (*items)[*count] = text;
    *count += 1;
    return true;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a + 1, *(char *const *)b + 1);
}

static bool add_item(const ali_host *host, host_listing *list, char kind, const char *name) {
    char text[NAME_MAX + 2];
    const int bytes = snprintf(text, sizeof text, "%c%s", kind, name);
    if (bytes < 0 || (size_t)bytes >= sizeof text) return true;
    return add_text(host, &list->names, &list->count, &list->capacity,
                    ali_host_copy_text(host, text, (size_t)bytes));
}

static void clear_listing(const ali_host *host, host_listing *list) {
    for (uint32_t i = 0; i < list->count; i += 1) ali_host_release_text(host, list->names[i]);
    ali_host_release(host, list->names, list->capacity * sizeof *list->names);
    ali_host_release_text(host, list->path);
    *list = (host_listing){0};
}

// Reads and sorts the names of a folder. False with errno.
static bool read_folder(const ali_host *host, const char *path, host_listing *list) {
    DIR *folder = opendir(path);
    bool is_good = folder != NULL;
    while (is_good) {
        errno = 0;
        const struct dirent *item = readdir(folder);
        if (item == NULL) {
            is_good = errno == 0;
            break;
        }
        const bool is_self = strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0;
        const char kind = is_self ? 0 : kind_of(dirfd(folder), item);
        if (kind != 0 && !add_item(host, list, kind, item->d_name)) {
            errno = ENOMEM;
            is_good = false;
        }
        if (ali_host_is_interrupted(host)) {
            errno = ECANCELED;
            is_good = false;
        }
    }
    const int code = errno;
    if (folder != NULL) (void)closedir(folder);
    if (list->count != 0) qsort(list->names, list->count, sizeof *list->names, compare_names);
    errno = code;
    return is_good;
}

// --- LIST ----------------------------------------------------------------------------------------

void ali_host_folder_clear(ali_host *host) {
    if (host->listing == NULL) return;
    clear_listing(host, host->listing);
    ali_host_release(host, host->listing, sizeof *host->listing);
    host->listing = NULL;
}

// The listing of an operation's folder, which is read with its first page. NULL with errno.
static const host_listing *find_listing(ali_host *host, const ali_op *op) {
    if (!ali_host_fs_path(host, op->path, op->path_bytes)) {
        errno = EINVAL;
        return NULL;
    }
    if (host->listing != NULL && op->token_bytes != 0 &&
        strcmp(host->listing->path, host->local_path) == 0) {
        return host->listing;
    }
    ali_host_folder_clear(host);
    host->listing = ali_host_allocate(host, sizeof *host->listing);
    errno = ENOMEM;
    if (host->listing == NULL) return NULL;
    *host->listing = (host_listing){0};
    host->listing->path = ali_host_copy_text(host, host->local_path, strlen(host->local_path));
    if (host->listing->path == NULL) return NULL;
    return read_folder(host, host->local_path, host->listing) ? host->listing : NULL;
}

static bool is_behind(const char *name, const ali_op *op) {
    const size_t bytes = strlen(name);
    const size_t both = bytes < op->token_bytes ? bytes : op->token_bytes;
    const int by_bytes = both == 0 ? 0 : memcmp(name, op->token, both);
    return by_bytes != 0 ? by_bytes > 0 : bytes > op->token_bytes;
}

// Writes the entries behind the token, as many as fit. *is_last: all of them, and the end.
static uint64_t fill_page(const host_listing *list, const ali_op *op, bool *is_last) {
    uint64_t at = 0;
    uint32_t index = 0;
    while (index < list->count && !is_behind(list->names[index] + 1, op)) index += 1;
    for (; index < list->count; index += 1) {
        const uint64_t bytes = strlen(list->names[index]) + 1;
        if (bytes > op->length_bytes - at) return at;
        memcpy(op->data + at, list->names[index], (size_t)bytes);
        at += bytes;
    }
    if (at == op->length_bytes) return at;
    op->data[at] = 0;
    *is_last = true;
    return at + 1;
}

void ali_host_folder_carry_out(ali_host *host, ali_task *task, const ali_op *op) {
    bool is_last = false;
    const host_listing *list = find_listing(host, op);
    if (list == NULL) {
        const int code = errno;
        const bool is_absent = code == ENOENT;
        if (!is_absent) ali_host_note_whole(host, op->op_id, "the folder cannot be listed", code);
        const ali_answer answer =
            ali_host_answer_to(op, is_absent ? ALI_ERR_NOT_FOUND : ALI_ERR_HOST);
        ali_host_folder_clear(host);
        ali_host_give(host, task, &answer);
        return;
    }
    ali_answer answer = ali_host_answer_to(op, ALI_OK);
    answer.moved_bytes = fill_page(list, op, &is_last);
    if (is_last) ali_host_folder_clear(host);
    ali_host_give(host, task, &answer);
}

// --- patterns ------------------------------------------------------------------------------------

// Matches a character against "[...]", which begins at *pattern; moves behind it. A "[" that is not
// closed stands for itself.
static bool match_set(const char **pattern, const char *end, unsigned char character) {
    const char *at = *pattern + 1;
    const bool is_not = at < end && (*at == '!' || *at == '^');
    bool is_in = false;
    if (is_not) at += 1;
    for (bool is_first = true; at < end && (*at != ']' || is_first); is_first = false) {
        const unsigned char low = (unsigned char)*at;
        unsigned char high = low;
        if (end - at > 2 && at[1] == '-' && at[2] != ']') {
            high = (unsigned char)at[2];
            at += 2;
        }
        is_in |= character >= low && character <= high;
        at += 1;
    }
    if (at == end) {
        *pattern += 1;
        return character == '[';
    }
    *pattern = at + 1;
    return is_in != is_not;
}

// Matches one character; moves behind what was matched of the pattern, which is not at its end.
static bool match_one(const char **pattern, const char *end, char character) {
    if (**pattern == '[') return match_set(pattern, end, (unsigned char)character);
    const bool is_any = **pattern == '?';
    if (**pattern == '\\' && *pattern + 1 < end) *pattern += 1;
    const char wanted = **pattern;
    *pattern += 1;
    return is_any || wanted == character;
}

// Matches a name against a name's pattern. Only the last "*" is ever tried anew, so the time grows
// with the product of both lengths at worst, never faster.
static bool match_name(const char *pattern, const char *end, const char *name) {
    const char *star = NULL;
    const char *from = NULL;
    if (*name == '.' && (pattern == end || *pattern != '.')) return false;
    while (*name != '\0') {
        if (pattern < end && *pattern == '*') {
            pattern += 1;
            star = pattern;
            from = name;
            continue;
        }
        if (pattern < end && match_one(&pattern, end, *name)) {
            name += 1;
            continue;
        }
        if (star == NULL) return false;
        from += 1;
        name = from;
        pattern = star;
    }
    while (pattern < end && *pattern == '*') pattern += 1;
    return pattern == end;
}

static bool has_wildcard(const char *text, size_t text_bytes) {
    for (size_t i = 0; i < text_bytes; i += 1) {
        if (strchr("*?[", text[i]) != NULL) return true;
    }
    return false;
}

bool ali_host_is_pattern(const ali_host *host, const char *path) {
    struct stat about;
    const size_t path_bytes = strlen(path);
    if (!has_wildcard(path, path_bytes) || strncmp(path, "file:", 5) == 0) return false;
    if (ali_host_http_is_url(path, path_bytes) || strstr(path, "://") != NULL) return false;
    (void)host;
    return !ali_host_mem_is_path(path, path_bytes) && lstat(path, &about) != 0;
}

void ali_host_paths_clear(const ali_host *host, host_paths *paths) {
    for (uint32_t i = 0; i < paths->count; i += 1) ali_host_release_text(host, paths->items[i]);
    ali_host_release(host, paths->items, paths->capacity * sizeof *paths->items);
    *paths = (host_paths){0};
}

static bool add_path(const ali_host *host, host_paths *paths, const char *folder,
                     const char *name) {
    const size_t folder_bytes = strlen(folder);
    const size_t name_bytes = strlen(name);
    if (folder_bytes + name_bytes >= HOST_PATH_BYTES) return true; // too long to be opened
    char *path = ali_host_allocate(host, folder_bytes + name_bytes + 1);
    if (path != NULL) {
        memcpy(path, folder, folder_bytes);
        memcpy(path + folder_bytes, name, name_bytes + 1);
    }
    return add_text(host, &paths->items, &paths->count, &paths->capacity, path);
}

// One name of a pattern, and what comes behind it.
typedef struct segment {
    const char *text;
    const char *end;
    bool is_last;
    bool is_deep; // "**"
} segment;

// Adds what a folder holds that a segment matches: of the last one files and folders, else folders,
// each with a slash behind it. "**" matches the folder itself and every one below.
static bool expand_folder(const ali_host *host, const char *folder, const segment *of,
                          host_paths *next, host_paths *pending) {
    host_listing list = {0};
    bool is_good = true;
    if (of->is_deep) is_good = add_path(host, next, folder, "");
    (void)read_folder(host, folder[0] != '\0' ? folder : ".", &list);
    for (uint32_t i = 0; i < list.count && is_good; i += 1) {
        const char *name = list.names[i] + 1;
        char with_slash[NAME_MAX + 2];
        (void)snprintf(with_slash, sizeof with_slash, "%s/", name);
        const bool is_folder = list.names[i][0] == 'd';
        if (of->is_deep) {
            if (is_folder && name[0] != '.') is_good = add_path(host, pending, folder, with_slash);
        } else if ((of->is_last || is_folder) && match_name(of->text, of->end, name)) {
            is_good = add_path(host, next, folder, of->is_last ? name : with_slash);
        }
    }
    clear_listing(host, &list);
    return is_good;
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Replaces folders by what the next segment matches in them.
static bool expand_segment(const ali_host *host, const segment *of, host_paths *paths) {
    host_paths next = {0};
    host_paths pending = *paths; // folders to be looked into; "**" adds to them
    bool is_good = true;
    for (uint32_t i = 0; i < pending.count && is_good; i += 1) {
        is_good = !ali_host_is_interrupted(host) &&
                  expand_folder(host, pending.items[i], of, &next, &pending);
    }
    ali_host_paths_clear(host, &pending);
    if (next.count != 0) qsort(next.items, next.count, sizeof *next.items, compare_paths);
    *paths = next;
    return is_good;
}

// The next segment of a pattern from *at on, which moves behind it and its slashes.
static segment next_segment(const char **at) {
    segment of = {.text = *at, .end = *at + strcspn(*at, "/")};
    const char *behind = of.end + strspn(of.end, "/");
    of.is_last = *behind == '\0';
    of.is_deep = of.end - of.text == 2 && strncmp(of.text, "**", 2) == 0 && !of.is_last;
    *at = behind;
    return of;
}

ali_status ali_host_expand(ali_host *host, const char *pattern, host_paths *paths) {
    size_t fixed = 0;
    for (size_t at = 0; pattern[at] != '\0' && strchr("*?[", pattern[at]) == NULL; at += 1) {
        if (pattern[at] == '/') fixed = at + 1;
    }
    if (strlen(pattern) >= HOST_PATH_BYTES) {
        return ali_host_fail(host, ALI_ERR_ARGUMENT, pattern, "a path has at most %u bytes",
                             HOST_PATH_BYTES - 1);
    }
    char *folder = ali_host_copy_text(host, pattern, fixed);
    bool is_good = folder != NULL && add_path(host, paths, folder, "");
    ali_host_release_text(host, folder);
    for (const char *at = pattern + fixed; *at != '\0' && is_good;) {
        const segment of = next_segment(&at);
        is_good = expand_segment(host, &of, paths);
    }
    if (ali_host_is_interrupted(host)) {
        return ali_host_fail(host, ALI_ERR_CANCELLED, pattern, "the task was cancelled");
    }
    if (!is_good) return ali_host_fail(host, ALI_ERR_MEMORY, pattern, "no memory is left");
    if (paths->count != 0) return ALI_OK;
    return ali_host_fail(host, ALI_ERR_NOT_FOUND, pattern, "no file matches the pattern");
}
