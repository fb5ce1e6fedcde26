// native/cli/out.c: messages, standard output, and files that appear whole or not at all.
//
// A file is written under a temporary name in its own directory and renamed when it is whole and on
// the disk; after an error or a signal nothing is left. Without --force an existing file is never
// replaced, also if it appears meanwhile.
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
    if (path != NULL) {
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
        return error->op_id != 0 ? EXIT_IO : EXIT_USAGE;
    default:
        return EXIT_IO;
    }
}

int cli_fail_host(const cli *self) {
    const ali_error *error = ali_host_error(self->host);
    const int code = code_of(error, self->path);
    if (code == EXIT_INTERRUPTED) return code;
    return cli_fail(code, self->path, "%s", error->sentence);
}

// --- opening -------------------------------------------------------------------------------------

// Makes the temporary file beside `path`.
static int open_temporary(cli_output *out, const char *path) {
    const char *slash = strrchr(path, '/');
    const size_t folder_bytes = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    const size_t room = folder_bytes + NAME_BYTES;
    out->temporary = malloc(room);
    if (out->temporary == NULL) return cli_fail(EXIT_LIMIT, path, "no memory is left");
    memcpy(out->temporary, path, folder_bytes);
    for (unsigned try = 0; try < TRIES_MAX; try += 1) {
        (void)snprintf(out->temporary + folder_bytes, NAME_BYTES, ".alimentar-%ld-%u.tmp",
                       (long)getpid(), try);
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

// Gives the temporary file its name. Without --force a name that somebody took meanwhile is left
// alone; a file system without hard links can only rename.
static int publish(const cli_output *out) {
    if (fsync(out->fd) != 0 && errno != EINVAL && errno != ENOTSUP) return fail_publish(out, errno);
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
        if (code != EXIT_GOOD) (void)unlink(out->temporary);
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
