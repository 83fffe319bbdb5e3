#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

static bool read_all(int fd, size_t max, struct buf *out)
{
    for (;;) {
        ssize_t got = read(fd, buf_reserve(out, READ_SIZE), READ_SIZE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        out->len += (size_t)got;
        if (out->len > max) {
            errno = EFBIG;
            return false;
        }
    }
}

bool file_read(struct diag *d, struct str path, size_t max, struct buf *out)
{
    const char *name = arena_dup(d->arena, path).ptr;
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        diag_file_error(d, path, 0, 0, "cannot open: %s", strerror(errno));
        return false;
    }
    bool done = read_all(fd, max, out);
    if (!done && errno == EFBIG)
        diag_file_error(d, path, 0, 0, "too large (at most %zu MiB)",
                        max >> 20);
    else if (!done)
        diag_file_error(d, path, 0, 0, "cannot read: %s", strerror(errno));
    close(fd);
    return done;
}
