/* base/log.h - the error log: one line per event, levels, escaped.
 *
 *     2026-11-22T18:00:00.123Z warn client=127.0.0.1 reason="…"
 *
 * Lines are written whole, by any thread. Bytes from the wire go through
 * log_escape. Cookie values, credentials and query strings are never logged at
 * any level: pass none.
 */
#pragma once

#include "base/buf.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
extern const char *const log_level_names[]; /* by enum, ended by NULL */

/* Where lines go: a descriptor that the caller owns, standard error at first.
 */
void log_set_fd(int fd);
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)                                                         \
    do {                                                                       \
        if (log_enabled(LOG_DEBUG))                                            \
            log_write(LOG_DEBUG, __VA_ARGS__);                                 \
    } while (0)

/* Append `s` so that it can stand in one line: control bytes, quotes, \ and
 * bytes from 0x7f as \xHH. */
void log_escape(struct buf *out, struct str s);
