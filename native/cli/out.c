// native/cli/out.c: messages, standard output, and files that appear whole or not at all.
//
// A file is written without a name in its own directory (O_TMPFILE), where the file system can, and
// gets its name when it is whole and on the disk, so that nothing is left of a run that is killed;
// elsewhere it has a temporary name, which is removed after an error or a signal. No existing file
// is replaced without --force, also if it appears meanwhile.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define BLOCK_BYTES ((size_t)1 << 16)
#define NAME_BYTES 64u
#define TRIES_MAX 100u

// The name that a signal handler removes; one output is open at a time.
static char *volatile temporary_now = NULL;

// --- messages ------------------------------------------------------------------------------------

int cli_fail(int code, const char *path, const char *format, ...) {
    char sentence[1200];
    char line[2400] = "alimentar: ";
    size_t at = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (path != NULL && path[0] != '\0') {
        cli_show_text(path, line + at, 1000);
        at += strlen(line + at);
        memcpy(line + at, ": ", 2);
        at += 2;
    }
    cli_show_text(sentence, line + at, sizeof line - at - 1);
    at += strlen(line + at);
    memcpy(line + at, "\n", 2);
    cli_end_progress();
    (void)fputs(line, stderr);
    return code;
}

static int code_of(const ali_error *error, const char *path) {
    const bool is_url = strncasecmp(path, "http://", 7) == 0 ||
                        strncasecmp(path, "https://", 8) == 0;
    switch (error->status) {
    case ALI_ERR_MEMORY:
    case ALI_ERR_LIMIT:
        return EXIT_LIMIT;
    case ALI_ERR_ARGUMENT:
        return EXIT_USAGE;
    case ALI_ERR_CONFLICT:
        return EXIT_CONFLICT;
    case ALI_ERR_HOST:
        return error->http_status != 0 || is_url ? EXIT_NETWORK : EXIT_IO;
    case ALI_ERR_STATE:
    case ALI_ERR_INTERNAL:
        return EXIT_INTERNAL;
    case ALI_ERR_CANCELLED:
        return EXIT_INTERRUPTED;
    case ALI_ERR_NOT_FOUND: // of a file; else what the flags name is not there
        return error->op_id != 0 || error->object[0] != '\0' ? EXIT_IO : EXIT_USAGE;
    default:
        return EXIT_IO;
    }
}

static bool has_column(const ali_schema *schema, const char *name) {
    for (uint32_t i = 0; i < ali_schema_count(schema); i += 1) {
        ali_field_info field = {.size_bytes = sizeof field};
        if (ali_field_describe(schema, i, &field) != ALI_OK) continue;
        if (field.name_bytes == strlen(name) && memcmp(field.name, name, field.name_bytes) == 0) {
            return true;
        }
    }
    return false;
}

// The name in the schema that `word` may have been meant as, borrowed; NULL if none is near.
static const char *find_near_column(const ali_schema *schema, const char *word) {
    const uint32_t count = ali_schema_count(schema);
    const char **names = calloc((size_t)count + 1, sizeof *names);
    const char *found = NULL;
    if (names == NULL) return NULL;
    for (uint32_t i = 0; i < count; i += 1) {
        ali_field_info field = {.size_bytes = sizeof field};
        names[i] = ali_field_describe(schema, i, &field) == ALI_OK ? field.name : "";
        if (found == NULL && strcasecmp(names[i], word) == 0) found = names[i];
    }
    if (found == NULL) found = cli_nearest(word, names, count);
    free(names);
    return found;
}

// Tells if a refusal is of one column's type. Codecs and encodings, which are met while rows are
// read, are mostly the same in all columns.
static bool is_of_one_column(const ali_error *error) {
    if (error->status == ALI_ERR_TYPE) return strstr(error->sentence, ": no type holds") != NULL;
    return error->status == ALI_ERR_UNSUPPORTED && error->column[0] != '\0' &&
           strncmp(error->sentence, "codec ", 6) != 0 &&
           strncmp(error->sentence, "encoding ", 9) != 0;
}

// Of an error before anything was open.
static void find_hint_of_open(const cli *self, const ali_error *error, char hint[96]) {
    static const char *const formats[] = {"parquet", "arrow", "arrows"};
    if (error->http_status == 404 && strchr(error->object, '*') != NULL) {
        (void)snprintf(hint, 96, "; patterns are for local paths, not for URLs");
    }
    const bool is_of_task = error->op_id == 0 && error->object[0] == '\0';
    if (self->args.format == NULL || error->status != ALI_ERR_NOT_FOUND || !is_of_task) return;
    const char *near = cli_nearest(self->args.format, formats, 3);
    if (near != NULL) (void)snprintf(hint, 96, "; did you mean \"%s\"?", near);
}

// Of a name that was asked for and is not there.
static void find_hint_of_names(const cli *self, const ali_schema *schema, char hint[96]) {
    for (uint32_t i = 0; i < self->args.columns_count; i += 1) {
        const char *name = self->args.columns[i];
        if (has_column(schema, name) || name[0] == '#') continue;
        const char *near = find_near_column(schema, name);
        if (near != NULL) (void)snprintf(hint, 96, "; did you mean \"%.31s\"?", near);
        return;
    }
}

// What the flags of the command can do about an error; "" if nothing is known.
static void find_hint(const cli *self, const ali_error *error, char hint[96]) {
    ali_dataset_info info = {.size_bytes = sizeof info};
    hint[0] = '\0';
    if (self->dataset == NULL) find_hint_of_open(self, error, hint);
    if (self->dataset == NULL || ali_dataset_describe(self->dataset, &info) != ALI_OK) return;
    if (is_of_one_column(error) && ali_schema_count(info.schema) > 1) {
        (void)snprintf(hint, 96, "; --columns takes others");
    }
    const bool is_member = strncmp(error->sentence, "column ", 7) == 0;
    if (error->status == ALI_ERR_NOT_FOUND && !is_member) {
        find_hint_of_names(self, info.schema, hint);
    }
}

// The file that an error is about: of many that which it names.
static const char *path_of(const cli *self, const ali_error *error) {
    const size_t bytes = strlen(error->object);
    const bool is_given = strncmp(error->object, self->path, bytes) == 0;
    const bool is_stdin = strcmp(error->object, "/dev/stdin") == 0;
    return is_given || is_stdin ? self->path : error->object;
}

static int fail_error(const cli *self, const ali_error *error) {
    char hint[96];
    const int code = code_of(error, self->path);
    if (code == EXIT_INTERRUPTED) return code;
    find_hint(self, error, hint);
    return cli_fail(code, path_of(self, error), "%s%s", error->sentence, hint);
}

int cli_fail_host(const cli *self) {
    return fail_error(self, ali_host_error(self->host));
}

int cli_fail_context(const cli *self) {
    return fail_error(self, ali_context_error(ali_host_context(self->host)));
}

void cli_warn(const cli *self) {
    static const struct {
        uint32_t warning;
        const char *words;
    } known[] = {
        {ALI_HOST_WARNING_NO_RANGES,
         "the server ignores range requests: the whole file was fetched"},
        {ALI_HOST_WARNING_NO_VALIDATOR,
         "the server sends neither ETag nor Last-Modified: a change of the file while it is read "
         "cannot be noticed"},
    };
    const uint32_t met = self->host != NULL ? ali_host_warnings(self->host) : 0;
    if (self->args.is_quiet || (self->replaced == 0 && met == 0)) return;
    cli_end_progress();
    const char *before = "alimentar: ";
    if (self->replaced != 0) {
        (void)fprintf(stderr, "%s%llu value%s not valid UTF-8 and written with U+FFFD", before,
                      (unsigned long long)self->replaced, self->replaced == 1 ? " was" : "s were");
        before = "; ";
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i += 1) {
        if ((met & known[i].warning) == 0) continue;
        (void)fprintf(stderr, "%s%s", before, known[i].words);
        before = "; ";
    }
    (void)fprintf(stderr, "\n");
}

// --- opening -------------------------------------------------------------------------------------

// What /proc calls an open file, by which one without a name can be linked.
static void name_descriptor(int fd, char name[NAME_BYTES]) {
    (void)snprintf(name, NAME_BYTES, "/proc/self/fd/%d", fd);
}

// A file without a name in a folder (which ends in a slash; "": here), or -1.
static int open_unnamed(const char *folder) {
    char name[NAME_BYTES];
    const int fd = open(folder[0] != '\0' ? folder : ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    if (fd < 0) return -1;
    name_descriptor(fd, name);
    if (access(name, F_OK) == 0) return fd;
    (void)close(fd); // without /proc it could get no name
    return -1;
}

// The temporary name that is tried next.
static void name_temporary(const cli_output *out, unsigned try) {
    (void)snprintf(out->temporary + out->folder_bytes, NAME_BYTES, ".alimentar-%ld-%u.tmp",
                   (long)getpid(), try);
}

// Makes the temporary file beside `path`.
static int open_temporary(cli_output *out, const char *path) {
    const char *slash = strrchr(path, '/');
    out->folder_bytes = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    out->temporary = malloc(out->folder_bytes + NAME_BYTES);
    if (out->temporary == NULL) return cli_fail(EXIT_LIMIT, path, "no memory is left");
    memcpy(out->temporary, path, out->folder_bytes);
    out->temporary[out->folder_bytes] = '\0';
    out->fd = open_unnamed(out->temporary);
    out->is_unnamed = out->fd >= 0;
    if (out->is_unnamed) return EXIT_GOOD;
    for (unsigned try = 0; try < TRIES_MAX; try += 1) {
        name_temporary(out, try);
        out->fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (out->fd >= 0 || errno != EEXIST) break;
    }
    if (out->fd < 0) {
        const int code = errno;
        free(out->temporary);
        out->temporary = NULL;
        return cli_fail(EXIT_IO, path, "it cannot be written: %s", strerror(code));
    }
    temporary_now = out->temporary;
    return EXIT_GOOD;
}

static int open_existing(cli_output *out, const char *path, const struct stat *about) {
    if (S_ISDIR(about->st_mode)) return cli_fail(EXIT_IO, path, "is a directory, not a file");
    if (!S_ISREG(about->st_mode)) {
        out->is_direct = true;
        out->fd = open(path, O_WRONLY | O_CLOEXEC);
        return out->fd >= 0 ? EXIT_GOOD
                            : cli_fail(EXIT_IO, path, "it cannot be written: %s", strerror(errno));
    }
    if (!out->is_forced) {
        return cli_fail(EXIT_CONFLICT, path, "the file exists already; --force replaces it");
    }
    const int code = open_temporary(out, path);
    if (code == EXIT_GOOD) (void)!fchmod(out->fd, about->st_mode & 07777);
    return code;
}

int cli_output_open(cli_output *out, const char *path, bool is_forced) {
    *out = (cli_output){.fd = -1, .is_forced = is_forced};
    out->bytes = malloc(BLOCK_BYTES);
    if (out->bytes == NULL) return cli_fail(EXIT_LIMIT, path, "no memory is left");
    if (path == NULL || strcmp(path, "-") == 0) {
        out->fd = STDOUT_FILENO;
        out->is_direct = true;
        return EXIT_GOOD;
    }
    out->path = path;
    struct stat about;
    out->code = stat(path, &about) == 0 ? open_existing(out, path, &about)
                                        : open_temporary(out, path);
    if (out->code != EXIT_GOOD) {
        free(out->bytes);
        out->bytes = NULL;
    }
    return out->code;
}

// --- writing -------------------------------------------------------------------------------------

static void write_now(cli_output *out, const uint8_t *bytes, size_t count_bytes) {
    size_t at = 0;
    while (at < count_bytes && out->code == EXIT_GOOD && !out->is_closed) {
        const ssize_t written = write(out->fd, bytes + at, count_bytes - at);
        if (written >= 0) {
            at += (size_t)written;
        } else if (errno == EPIPE && out->is_direct) {
            out->is_closed = true;
        } else if (errno != EINTR) {
            out->code = cli_fail(EXIT_IO, out->path != NULL ? out->path : "standard output",
                                 "it cannot be written: %s", strerror(errno));
        } else if (cli_signal != 0) {
            out->code = EXIT_INTERRUPTED;
        }
    }
}

static void flush(cli_output *out) {
    write_now(out, out->bytes, out->count_bytes);
    out->count_bytes = 0;
}

void cli_output_put(cli_output *out, const void *bytes, size_t count_bytes) {
    if (count_bytes >= BLOCK_BYTES - out->count_bytes) flush(out);
    if (count_bytes >= BLOCK_BYTES) {
        write_now(out, bytes, count_bytes);
        return;
    }
    memcpy(out->bytes + out->count_bytes, bytes, count_bytes);
    out->count_bytes += count_bytes;
}

void cli_output_text(cli_output *out, const char *text) {
    cli_output_put(out, text, strlen(text));
}

void cli_output_print(cli_output *out, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int bytes = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (bytes > 0) cli_output_put(out, text, strlen(text));
}

// --- closing -------------------------------------------------------------------------------------

static int fail_publish(const cli_output *out, int code) {
    if (code == EEXIST) {
        return cli_fail(EXIT_CONFLICT, out->path, "the file exists already; --force replaces it");
    }
    return cli_fail(EXIT_IO, out->path, "it cannot be written: %s", strerror(code));
}

// Gives the file without a name its name. One that exists is replaced by way of a second name.
static int publish_unnamed(const cli_output *out) {
    char name[NAME_BYTES];
    name_descriptor(out->fd, name);
    if (linkat(AT_FDCWD, name, AT_FDCWD, out->path, AT_SYMLINK_FOLLOW) == 0) return EXIT_GOOD;
    bool is_linked = false;
    for (unsigned try = 0; errno == EEXIST && out->is_forced && try < TRIES_MAX; try += 1) {
        name_temporary(out, try);
        is_linked = linkat(AT_FDCWD, name, AT_FDCWD, out->temporary, AT_SYMLINK_FOLLOW) == 0;
        if (is_linked) break;
    }
    if (!is_linked) return fail_publish(out, errno);
    temporary_now = out->temporary;
    if (rename(out->temporary, out->path) == 0) return EXIT_GOOD;
    const int reason = errno;
    (void)unlink(out->temporary);
    return fail_publish(out, reason);
}

// Gives the temporary file its name. Without --force a name that somebody took meanwhile is left
// alone; a file system without hard links can only rename.
static int publish(const cli_output *out) {
    if (fsync(out->fd) != 0 && errno != EINVAL && errno != ENOTSUP) return fail_publish(out, errno);
    if (out->is_unnamed) return publish_unnamed(out);
    if (!out->is_forced) {
        if (link(out->temporary, out->path) == 0) {
            (void)unlink(out->temporary);
            return EXIT_GOOD;
        }
        const bool has_no_links = errno == EPERM || errno == ENOTSUP || errno == ENOSYS ||
                                  errno == EMLINK || errno == EACCES;
        if (!has_no_links) return fail_publish(out, errno);
    }
    return rename(out->temporary, out->path) == 0 ? EXIT_GOOD : fail_publish(out, errno);
}

int cli_output_close(cli_output *out, int code) {
    if (code == EXIT_GOOD) code = out->code;
    if (out->bytes != NULL && (code == EXIT_GOOD || out->is_direct)) flush(out);
    if (code == EXIT_GOOD) code = out->code;
    if (code == EXIT_GOOD && cli_signal != 0) code = EXIT_INTERRUPTED;
    if (out->temporary != NULL) {
        if (code == EXIT_GOOD) code = publish(out);
        if (code != EXIT_GOOD && !out->is_unnamed) (void)unlink(out->temporary);
        temporary_now = NULL;
    }
    if (out->fd >= 0 && out->fd != STDOUT_FILENO) (void)close(out->fd);
    free(out->temporary);
    free(out->bytes);
    *out = (cli_output){.fd = -1};
    return code;
}

void cli_output_abandon(void) {
    const char *name = temporary_now;
    if (name != NULL) (void)unlink(name);
}
