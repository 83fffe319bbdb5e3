#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

const char *const log_level_names[] = {"error", "warn", "info", "debug", NULL};

static atomic_int log_fd = STDERR_FILENO;
static atomic_int log_level = LOG_INFO;

void log_set_fd(int fd)
{
    atomic_store(&log_fd, fd);
}

void log_set_level(enum log_level level)
{
    atomic_store(&log_level, (int)level);
}

bool log_enabled(enum log_level level)
{
    return (int)level <= atomic_load_explicit(&log_level, memory_order_relaxed);
}

static int write_prefix(char *line, size_t size, enum log_level level)
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    return snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %s ",
                    utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                    utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000,
                    log_level_names[level]);
}

void log_write(enum log_level level, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    if (!log_enabled(level))
        return;
    int used = write_prefix(line, sizeof(line), level);
    va_start(args, format);
    int len =
        vsnprintf(line + used, sizeof(line) - (size_t)used - 1, format, args);
    va_end(args);
    if (len < 0)
        return;
    used += len;
    if (used > LINE_MAX_BYTES - 2)
        used = LINE_MAX_BYTES - 2;
    line[used++] = '\n';
    /* A log that cannot be written must not stop the work. */
    ssize_t written = write(atomic_load(&log_fd), line, (size_t)used);
    (void)written;
}

void log_escape(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            buf_printf(out, "\\x%02x", c);
        else
            buf_append_char(out, (char)c);
    }
}
