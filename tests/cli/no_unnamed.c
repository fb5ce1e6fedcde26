// Preloaded into the command: a file system that has no files without names (O_TMPFILE).
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>

int open(const char *path, int flags, ...) {
    int (*real)(const char *, int, ...) = NULL;
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    *(void **)&real = dlsym(RTLD_NEXT, "open");
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return real(path, flags, mode);
}
