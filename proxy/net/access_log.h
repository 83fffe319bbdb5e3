/* net/access_log.h - one record per request, never blocking a worker.
 *
 * Workers append to a bounded buffer; a thread of its own writes. When the
 * reader of the log is too slow, records are dropped and their number is
 * logged. Values of cookies and query strings are never written; addresses are
 * truncated as the configuration says.
 */
#pragma once

#include "net/settings.h"

struct exchange;
struct access_log;

/* Open the log; NULL with errno set if that fails. A log that is not enabled
 * takes records and drops them. */
struct access_log *access_log_open(const struct access_log_settings *settings);

/* Write a record. Thread-safe. */
void access_log_exchange(struct access_log *log, const struct exchange *x,
                         uint64_t duration_us);

/* Close and open the file anew (after logrotate). Thread-safe. */
void access_log_reopen(struct access_log *log);

/* Write what is buffered, end the thread, free. */
void access_log_close(struct access_log *log);
