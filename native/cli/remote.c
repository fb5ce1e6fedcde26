// native/cli/remote.c: what the command sends to servers beside the request: headers, of a file or
// of the environment. A secret never stands in an argument, which all users of the machine see.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli.h"

#define HEADER_FILE_BYTES_MAX 65536
#define HEADERS_VARIABLE "ALIMENTAR_HEADERS"

int cli_check_url(const char *path) {
    const bool is_url = strncasecmp(path, "http://", 7) == 0 ||
                        strncasecmp(path, "https://", 8) == 0;
    if (!is_url) return EXIT_GOOD;
    const char *name = strstr(path, "://") + 3;
    const char *at = memchr(name, '@', strcspn(name, "/?#"));
    if (at == NULL) return EXIT_GOOD;
    char shown[1024];
    cli_show_path(path, shown, sizeof shown);
    return cli_fail(
        EXIT_USAGE, shown,
        "a name or a password in an argument can be seen by others: give them in .netrc, "
        "or as a header by --header-file or %s",
        HEADERS_VARIABLE);
}

const char *cli_headers_name(const cli *self) {
    return self->args.header_file != NULL ? self->args.header_file : HEADERS_VARIABLE;
}

static int fail_too_long(const cli *self) {
    return cli_fail(EXIT_LIMIT, cli_headers_name(self), "headers have at most %d bytes",
                    HEADER_FILE_BYTES_MAX);
}

static int read_variable(cli *self) {
    const char *value = getenv(HEADERS_VARIABLE);
    if (value == NULL || value[0] == '\0') return EXIT_GOOD;
    if (strlen(value) > HEADER_FILE_BYTES_MAX) return fail_too_long(self);
    self->headers = strdup(value);
    return self->headers != NULL ? EXIT_GOOD : cli_fail(EXIT_LIMIT, NULL, "no memory is left");
}

int cli_read_headers(cli *self) {
    const char *path = self->args.header_file;
    if (path == NULL) return read_variable(self);
    FILE *file = fopen(path, "re");
    if (file == NULL) return cli_fail(EXIT_IO, path, "it cannot be read: %s", strerror(errno));
    self->headers = malloc(HEADER_FILE_BYTES_MAX + 1);
    const size_t bytes =
        self->headers != NULL ? fread(self->headers, 1, HEADER_FILE_BYTES_MAX + 1, file) : 0;
    const bool is_bad = self->headers == NULL || ferror(file) != 0;
    (void)fclose(file);
    if (is_bad) return cli_fail(EXIT_IO, path, "it cannot be read");
    if (bytes > HEADER_FILE_BYTES_MAX) return fail_too_long(self);
    self->headers[bytes] = '\0';
    return EXIT_GOOD;
}
