// native/host_fs.c: files: memory-mapped and lent, or read.
//
// A file is opened with its first operation and kept open, at most FILES_MAX of them. Its validator
// is made of size, time of change (ns) and inode, and is compared with every answer. A regular file
// is mapped as a whole; answers lend parts of the mapping, which is unmapped with the last of them,
// on whatever thread that is. What cannot seek (a pipe) is first copied to a file without a name.
//
// Left out: protection of a reader whose file is cut short by somebody else while it is mapped;
// such a read ends in SIGBUS. ALI_HOST_FILES_READ avoids it (docs/limits.md).
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define FILES_MAX 64u
#define SPOOL_BYTES (UINT64_C(1) << 16)
#define WAIT_MS 50

typedef struct mapping {
    atomic_uint references;
    ali_allocator allocator;
    uint8_t *bytes;
    size_t count_bytes;
} mapping;

typedef struct copy {
    ali_allocator allocator;
    uint64_t block_bytes;
} copy;

struct host_file {
    host_file *next;
    mapping *map;         // NULL: not mapped, or not mappable
    char *path;           // as operations name it
    uint64_t identity[3]; // size, time of change and inode when it was opened
    int fd;
    bool is_spooled;
};

// --- lending -------------------------------------------------------------------------------------

static void release_mapping(void *user) {
    mapping *map = user;
    if (atomic_fetch_sub(&map->references, 1) != 1) return;
    (void)munmap(map->bytes, map->count_bytes);
    map->allocator.release(map->allocator.user, map, sizeof *map);
}

static void release_copy(void *user) {
    copy *block = user;
    const ali_allocator allocator = block->allocator;
    allocator.release(allocator.user, block, (size_t)block->block_bytes);
}

static mapping *map_file(const ali_host *host, int fd, uint64_t count_bytes) {
    if (count_bytes == 0 || count_bytes > SIZE_MAX) return NULL;
    mapping *map = ali_host_allocate(host, sizeof *map);
    if (map == NULL) return NULL;
    void *bytes = mmap(NULL, (size_t)count_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
        ali_host_release(host, map, sizeof *map);
        return NULL;
    }
    atomic_init(&map->references, 1);
    map->allocator = host->allocator;
    map->bytes = bytes;
    map->count_bytes = (size_t)count_bytes;
    return map;
}

// --- open files ----------------------------------------------------------------------------------

static int hex_value(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

// From "file:///a%20b", "file://localhost/a b", "file:/a" to "/a b"; other paths stay as they are.
// False if a URL names another machine or holds a zero byte.
static bool local_path(const char *path, size_t path_bytes, char *local) {
    const bool is_url = path_bytes > 5 && strncmp(path, "file:", 5) == 0;
    size_t at = is_url ? 5 : 0;
    if (is_url && strncmp(path + at, "//", 2) == 0) {
        at += 2;
        if (strncmp(path + at, "localhost/", 10) == 0) at += 9;
        if (path[at] != '/') return false;
    }
    size_t count = 0;
    while (at < path_bytes && count + 1 < HOST_PATH_BYTES) {
        char character = path[at];
        const bool is_escape = is_url && character == '%' && at + 2 < path_bytes &&
                               hex_value(path[at + 1]) >= 0 && hex_value(path[at + 2]) >= 0;
        if (is_escape) {
            character = (char)(hex_value(path[at + 1]) * 16 + hex_value(path[at + 2]));
            at += 2;
        }
        if (character == '\0') return false;
        local[count] = character;
        count += 1;
        at += 1;
    }
    local[count] = '\0';
    return true;
}

bool ali_host_fs_path(ali_host *host, const char *path, size_t path_bytes) {
    return path_bytes < HOST_PATH_BYTES && local_path(path, path_bytes, host->local_path);
}

static void close_file(const ali_host *host, host_file *file) {
    if (file->map != NULL) release_mapping(file->map);
    (void)close(file->fd);
    ali_host_release_text(host, file->path);
    ali_host_release(host, file, sizeof *file);
}

void ali_host_fs_clear(ali_host *host) {
    while (host->open_files != NULL) {
        host_file *file = host->open_files;
        host->open_files = file->next;
        close_file(host, file);
    }
}

// Closes the file that was used longest ago, if there are too many. What was spooled stays: it
// could not be read again.
static void make_room(ali_host *host) {
    uint32_t count = 0;
    host_file **oldest = NULL;
    for (host_file **link = &host->open_files; *link != NULL; link = &(*link)->next) {
        count += 1;
        if (!(*link)->is_spooled) oldest = link;
    }
    if (count < FILES_MAX || oldest == NULL) return;
    host_file *file = *oldest;
    *oldest = file->next;
    close_file(host, file);
}

int ali_host_spool_new(void) {
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0') folder = "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/alimentar-XXXXXX", folder);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0) (void)unlink(name);
    return fd;
}

static bool write_all(int fd, const uint8_t *bytes, size_t count_bytes) {
    size_t at = 0;
    while (at < count_bytes) {
        const ssize_t written = write(fd, bytes + at, count_bytes - at);
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) at += (size_t)written;
    }
    return true;
}

// Reads what there is of what cannot seek, once there is some; 0 at its end. -1 with errno:
// ECANCELED after an interrupt.
static ssize_t read_some(const ali_host *host, int from, uint8_t *block) {
    for (;;) {
        struct pollfd wait = {.fd = from, .events = POLLIN};
        if (ali_host_is_interrupted(host)) {
            errno = ECANCELED;
            return -1;
        }
        const int ready = poll(&wait, 1, WAIT_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
        const ssize_t count = read(from, block, SPOOL_BYTES);
        if (count >= 0 || errno != EINTR) return count;
    }
}

// Copies what cannot seek to `to`. False with errno: ECANCELED after an interrupt, HOST_SPOOL_FULL
// beyond the limit.
static bool spool(const ali_host *host, int from, int to) {
    uint8_t *block = ali_host_allocate(host, SPOOL_BYTES);
    if (block == NULL) {
        errno = ENOMEM;
        return false;
    }
    bool is_good = true;
    uint64_t left = host->spool_bytes_max;
    for (;;) {
        const ssize_t count = read_some(host, from, block);
        const bool is_full = count > 0 && (uint64_t)count > left;
        if (is_full) errno = HOST_SPOOL_FULL;
        is_good = count >= 0 && !is_full && (count == 0 || write_all(to, block, (size_t)count));
        left -= is_good ? (uint64_t)count : 0;
        if (count <= 0 || !is_good) break;
    }
    const int code = errno;
    ali_host_release(host, block, SPOOL_BYTES);
    errno = code;
    return is_good;
}

// Takes over a descriptor (-1: there is none); gives one that can be read at any place: the same,
// or that of a copy. -1 with errno.
static int make_seekable(const ali_host *host, int fd, bool *is_spooled) {
    if (fd < 0 || lseek(fd, 0, SEEK_SET) >= 0) return fd;
    *is_spooled = true;
    int copied = ali_host_spool_new();
    if (copied >= 0 && !spool(host, fd, copied)) {
        const int code = errno;
        (void)close(copied);
        errno = code;
        copied = -1;
    }
    const int code = errno;
    (void)close(fd);
    errno = code;
    return copied;
}

// Opens a path for reading at any place. -1 with errno.
static int open_seekable(const ali_host *host, const char *local, bool *is_spooled) {
    int fd = open(local, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    // Standard input may be a socket, which cannot be opened by name.
    if (fd < 0 && errno == ENXIO && strcmp(local, "/dev/stdin") == 0) {
        fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    }
    return make_seekable(host, fd, is_spooled);
}

// Opens a regular file; nothing else, and without waiting for it. -1 with errno, HOST_NO_FILE for
// what is none.
static int open_regular(const char *local) {
    struct stat about;
    const int fd = open(local, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))) return fd;
    (void)close(fd);
    errno = HOST_NO_FILE;
    return -1;
}

static void identify(const struct stat *about, uint64_t identity[3]) {
    identity[0] = (uint64_t)about->st_size;
    identity[1] = (uint64_t)about->st_mtim.tv_sec * UINT64_C(1000000000) +
                  (uint64_t)about->st_mtim.tv_nsec;
    identity[2] = (uint64_t)about->st_ino;
}

// Keeps an open file at the head of the list. NULL with errno.
static host_file *keep_file(ali_host *host, const char *name, size_t name_bytes, int fd,
                            bool is_spooled) {
    host_file *file = ali_host_allocate(host, sizeof *file);
    char *path = ali_host_copy_text(host, name, name_bytes);
    if (file == NULL || path == NULL) {
        ali_host_release(host, file, sizeof *file);
        ali_host_release_text(host, path);
        (void)close(fd);
        errno = ENOMEM;
        return NULL;
    }
    *file = (host_file){.next = host->open_files, .path = path, .fd = fd, .is_spooled = is_spooled};
    struct stat about;
    if (fstat(fd, &about) == 0) identify(&about, file->identity);
    host->open_files = file;
    return file;
}

// A file that is open already, moved to the head of the list; NULL if there is none of that path.
static host_file *find_open(ali_host *host, const char *path, size_t path_bytes) {
    for (host_file **link = &host->open_files; *link != NULL; link = &(*link)->next) {
        host_file *file = *link;
        if (strlen(file->path) != path_bytes || memcmp(file->path, path, path_bytes) != 0) continue;
        *link = file->next;
        file->next = host->open_files;
        host->open_files = file;
        return file;
    }
    return NULL;
}

// The open file of an operation. NULL with errno.
static host_file *find_file(ali_host *host, const ali_op *op) {
    host_file *found = find_open(host, op->path, op->path_bytes);
    if (found != NULL) return found;
    if (op->path_bytes >= HOST_PATH_BYTES ||
        !local_path(op->path, op->path_bytes, host->local_path)) {
        errno = EINVAL;
        return NULL;
    }
    make_room(host);
    bool is_spooled = false;
    const int fd = (op->flags & ALI_OP_BESIDE) != 0
                       ? open_regular(host->local_path)
                       : open_seekable(host, host->local_path, &is_spooled);
    return fd < 0 ? NULL : keep_file(host, op->path, op->path_bytes, fd, is_spooled);
}

// The status of a descriptor that could not be kept.
static ali_status fail_spool(ali_host *host, int code) {
    if (code == ECANCELED) {
        atomic_store(&host->interrupted, 0);
        return ali_host_fail(host, ALI_ERR_CANCELLED, "", "reading the stream was cancelled");
    }
    if (code == HOST_SPOOL_FULL) {
        char text[HOST_LIMIT_BYTES];
        ali_host_spell_spool_limit(host, "the stream cannot seek", text);
        return ali_host_fail(host, ALI_ERR_LIMIT, "", "%s", text);
    }
    return ali_host_fail(host, code == ENOMEM ? ALI_ERR_MEMORY : ALI_ERR_HOST, "",
                         "the stream could not be kept in a temporary file: %s", strerror(code));
}

ali_status ali_host_spool(ali_host *host, int descriptor, const char **path) {
    if (host == NULL || path == NULL) return ALI_ERR_ARGUMENT;
    *path = NULL;
    bool is_spooled = false;
    const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    const int fd = make_seekable(host, own, &is_spooled);
    if (fd < 0) return fail_spool(host, errno);
    char name[32];
    host->spools += 1;
    (void)snprintf(name, sizeof name, "spool:%u", host->spools);
    const host_file *file = keep_file(host, name, strlen(name), fd, true);
    if (file == NULL) return fail_spool(host, errno);
    *path = file->path;
    return ALI_OK;
}

// Closes a kept file whose path now leads to something else, so that opening it again sees that.
static void close_stale(ali_host *host, const char *path, const struct stat *about) {
    uint64_t identity[3];
    identify(about, identity);
    for (host_file **link = &host->open_files; *link != NULL; link = &(*link)->next) {
        host_file *file = *link;
        if (strcmp(file->path, path) != 0) continue;
        if (file->is_spooled || memcmp(file->identity, identity, sizeof identity) == 0) return;
        *link = file->next;
        close_file(host, file);
        return;
    }
}

ali_status ali_host_fs_describe(ali_host *host, const char *path, uint32_t *flags) {
    const uint32_t lends = host->files == ALI_HOST_FILES_MAP ? ALI_OBJECT_LENDS : 0;
    const host_file *open = find_open(host, path, strlen(path));
    if (open != NULL && open->is_spooled) {
        *flags |= lends;
        return ALI_OK;
    }
    if (!local_path(path, strlen(path), host->local_path)) {
        return ali_host_fail(host, ALI_ERR_UNSUPPORTED, path,
                             "reading files of another machine by \"file:\" is not supported");
    }
    struct stat about;
    const bool is_there = stat(host->local_path, &about) == 0;
    const bool is_folder = is_there && S_ISDIR(about.st_mode);
    const bool is_file = is_there && S_ISREG(about.st_mode);
    const bool is_device = strncmp(host->local_path, "/dev/", 5) == 0; // /dev/stdin < file
    if (is_folder) *flags |= ALI_OBJECT_FOLDER;
    if (is_folder || (is_file && !is_device)) *flags |= ALI_OBJECT_SIBLINGS;
    if (is_there) *flags |= lends;
    if (is_there) close_stale(host, path, &about);
    return ALI_OK;
}

// --- operations ----------------------------------------------------------------------------------

static void fail(ali_host *host, ali_task *task, const ali_op *op, int code) {
    ali_host_note(host, op->op_id, "%s", strerror(code));
    const ali_answer answer = ali_host_answer_to(op, ALI_ERR_HOST);
    ali_host_give(host, task, &answer);
}

static void fail_open(ali_host *host, ali_task *task, const ali_op *op, int code) {
    const bool is_absent = code == ENOENT || code == ENOTDIR;
    if (code == HOST_SPOOL_FULL) {
        char text[HOST_LIMIT_BYTES];
        ali_host_spell_spool_limit(host, "it cannot seek", text);
        ali_host_note_limit(host, op->op_id, text);
    } else if (code == HOST_NO_FILE) {
        ali_host_note_whole(host, op->op_id,
                            "another file names it, but it is a folder, a pipe or a device", 0);
    } else if (!is_absent) {
        ali_host_note_whole(host, op->op_id, "it cannot be opened", code);
    }
    const ali_answer answer = ali_host_answer_to(op, is_absent ? ALI_ERR_NOT_FOUND : ALI_ERR_HOST);
    ali_host_give(host, task, &answer);
}

// Reads up to `count_bytes`; fewer only where the file ends. -1 with errno.
static int64_t read_at(int fd, uint8_t *bytes, uint64_t count_bytes, uint64_t offset_bytes) {
    uint64_t at = 0;
    while (at < count_bytes) {
        const uint64_t left = count_bytes - at;
        const size_t part = left < (UINT64_C(1) << 30) ? (size_t)left : (size_t)1 << 30;
        const ssize_t count = pread(fd, bytes + at, part, (off_t)(offset_bytes + at));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        at += (uint64_t)count;
    }
    return (int64_t)at;
}

static void lend_mapping(const host_file *file, uint64_t from, uint64_t count_bytes,
                         ali_answer *answer) {
    atomic_fetch_add(&file->map->references, 1);
    answer->lent = file->map->bytes + from;
    answer->lent_release = release_mapping;
    answer->lent_user = file->map;
    answer->moved_bytes = count_bytes;
}

// Where there is no mapping: lends a copy of its own. False with errno.
static bool lend_copy(const ali_host *host, const host_file *file, uint64_t from,
                      uint64_t count_bytes, ali_answer *answer) {
    const uint64_t block_bytes = sizeof(copy) + 64 + count_bytes;
    copy *block = block_bytes > SIZE_MAX ? NULL : ali_host_allocate(host, (size_t)block_bytes);
    if (block == NULL) {
        errno = ENOMEM;
        return false;
    }
    *block = (copy){.allocator = host->allocator, .block_bytes = block_bytes};
    const uintptr_t first = (uintptr_t)(block + 1);
    uint8_t *bytes = (uint8_t *)(block + 1) + (64 - first % 64);
    const int64_t count = read_at(file->fd, bytes, count_bytes, from);
    if (count < 0) {
        const int code = errno;
        release_copy(block);
        errno = code;
        return false;
    }
    answer->lent = bytes;
    answer->lent_release = release_copy;
    answer->lent_user = block;
    answer->moved_bytes = (uint64_t)count;
    return true;
}

// False with errno.
static bool read_range(const ali_host *host, host_file *file, const ali_op *op, uint64_t size,
                       ali_answer *answer) {
    uint64_t from = op->offset_bytes < size ? op->offset_bytes : size;
    if ((op->flags & ALI_OP_FROM_END) != 0) {
        from = op->length_bytes < size ? size - op->length_bytes : 0;
    }
    const uint64_t count = op->length_bytes < size - from ? op->length_bytes : size - from;
    if (count == 0) return true;
    if ((op->flags & ALI_OP_LENT) == 0) {
        const int64_t moved = read_at(file->fd, op->data, count, from);
        if (moved >= 0) answer->moved_bytes = (uint64_t)moved;
        return moved >= 0;
    }
    if (file->map == NULL) file->map = map_file(host, file->fd, size);
    if (file->map != NULL && from + count <= file->map->count_bytes) {
        lend_mapping(file, from, count, answer);
        return true;
    }
    return lend_copy(host, file, from, count, answer);
}

void ali_host_fs_carry_out(ali_host *host, ali_task *task, const ali_op *op) {
    host_file *file = find_file(host, op);
    struct stat about;
    if (file == NULL) {
        fail_open(host, task, op, errno);
        return;
    }
    if (fstat(file->fd, &about) != 0) {
        fail(host, task, op, errno);
        return;
    }
    ali_answer answer = ali_host_answer_to(op, ALI_OK);
    uint64_t identity[3];
    char etag[80];
    identify(&about, identity);
    const int etag_bytes = snprintf(etag, sizeof etag, "%" PRIx64 "-%" PRIx64 "-%" PRIx64,
                                    identity[0], identity[1], identity[2]);
    answer.object_bytes = (uint64_t)about.st_size;
    answer.etag = etag;
    answer.etag_bytes = (uint32_t)etag_bytes;
    if (op->kind == ALI_OP_READ && !read_range(host, file, op, (uint64_t)about.st_size, &answer)) {
        fail(host, task, op, errno);
        return;
    }
    ali_host_give(host, task, &answer);
}
