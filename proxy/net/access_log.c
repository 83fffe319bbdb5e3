#include "net/access_log.h"

#include "base/log.h"
#include "http/address.h"
#include "net/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    PENDING_MAX = 4 << 20, /* bytes that wait to be written */
    BATCH_MS = 20,         /* records that come together are written together */
};

struct access_log {
    const char *path; /* NULL: a descriptor that was open already */
    bool enabled;
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct buf pending;
    uint64_t dropped;
    bool reopen, ending;
};

/* ---- the writing thread ---------------------------------------------- */

static int log_file_open(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

static void write_all(int fd, struct str text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            log_error("access log: %s", strerror(errno));
            return;
        }
        text = str_from(text, (size_t)n);
    }
}

static void reopen_now(struct access_log *log)
{
    int fd = log->path != NULL ? log_file_open(log->path) : -1;

    log->reopen = false;
    if (fd < 0)
        return;
    close(log->fd);
    log->fd = fd;
}

static void *writer_main(void *arg)
{
    struct access_log *log = arg;
    const struct timespec batch = {.tv_nsec = BATCH_MS * 1000000L};

    pthread_mutex_lock(&log->lock);
    while (!log->ending || log->pending.len > 0) {
        if (log->pending.len == 0 && !log->reopen) {
            pthread_cond_wait(&log->changed, &log->lock);
            continue;
        }
        struct buf batch_text = log->pending;
        uint64_t dropped = log->dropped;
        log->pending = (struct buf){0};
        log->dropped = 0;
        pthread_mutex_unlock(&log->lock);
        write_all(log->fd, buf_str(&batch_text));
        buf_release(&batch_text);
        if (dropped > 0)
            log_warn("access log: %llu records dropped, its reader is slow",
                     (unsigned long long)dropped);
        nanosleep(&batch, NULL);
        pthread_mutex_lock(&log->lock);
        if (log->reopen)
            reopen_now(log);
    }
    pthread_mutex_unlock(&log->lock);
    return NULL;
}

struct access_log *access_log_open(const struct access_log_settings *settings)
{
    struct access_log *log = xcalloc(1, sizeof(*log));

    log->enabled = settings->enabled;
    log->fd = -1;
    if (!log->enabled)
        return log;
    if (str_eq(settings->path, STR("-"))) {
        log->fd = STDOUT_FILENO;
    } else if (str_eq(settings->path, STR("stderr"))) {
        log->fd = STDERR_FILENO;
    } else {
        log->path = strndup(settings->path.ptr, settings->path.len);
        CHECK(log->path != NULL);
        log->fd = log_file_open(log->path);
    }
    if (log->fd < 0) {
        int saved = errno;
        free((void *)(uintptr_t)log->path);
        free(log);
        errno = saved;
        return NULL;
    }
    CHECK(pthread_mutex_init(&log->lock, NULL) == 0);
    CHECK(pthread_cond_init(&log->changed, NULL) == 0);
    CHECK(pthread_create(&log->thread, NULL, writer_main, log) == 0);
    return log;
}

void access_log_reopen(struct access_log *log)
{
    if (!log->enabled)
        return;
    pthread_mutex_lock(&log->lock);
    log->reopen = true;
    pthread_cond_signal(&log->changed);
    pthread_mutex_unlock(&log->lock);
}

void access_log_close(struct access_log *log)
{
    if (log->enabled) {
        pthread_mutex_lock(&log->lock);
        log->ending = true;
        pthread_cond_signal(&log->changed);
        pthread_mutex_unlock(&log->lock);
        pthread_join(log->thread, NULL);
        pthread_mutex_destroy(&log->lock);
        pthread_cond_destroy(&log->changed);
        buf_release(&log->pending);
        if (log->path != NULL)
            close(log->fd);
    }
    free((void *)(uintptr_t)log->path);
    free(log);
}

static void submit(struct access_log *log, struct str record)
{
    pthread_mutex_lock(&log->lock);
    if (log->pending.len + record.len > PENDING_MAX) {
        log->dropped++;
    } else {
        if (log->pending.len == 0)
            pthread_cond_signal(&log->changed);
        buf_append(&log->pending, record);
    }
    pthread_mutex_unlock(&log->lock);
}

/* ---- records --------------------------------------------------------- */

static bool is_denied(const struct exchange *x)
{
    return x->site != NULL && x->visit.decision.denied != 0;
}

/* The client's address as the settings let it be written. */
static void write_address(struct buf *out, const struct exchange *x)
{
    enum client_address_form form = x->settings->access.client_address;
    struct str address = str_of(x->client->address);

    if (form == CLIENT_OMIT || address.len == 0) {
        buf_append_char(out, '-');
        return;
    }
    /* Without a decision the visitor's wish is not known: be careful. */
    if (form == CLIENT_FULL || (form == CLIENT_TRUNCATE_WHEN_DENIED &&
                                x->site != NULL && !is_denied(x))) {
        buf_append(out, address);
        return;
    }
    address_write_truncated(out, address);
}

static void write_time(struct buf *out, bool iso)
{
    time_t now = time(NULL);
    struct tm utc;
    char text[64];

    gmtime_r(&now, &utc);
    size_t len =
        iso ? strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc)
            : strftime(text, sizeof(text), "%d/%b/%Y:%H:%M:%S +0000", &utc);
    buf_append(out, str_make(text, len));
}

static void write_decision(struct buf *out, const struct exchange *x,
                           struct arena *arena)
{
    const struct purposes *purposes = x->visit.site->purposes;

    buf_append(out, STR(",\"decision\":{"));
    for (unsigned i = 1; i < purposes->count; i++) {
        bool denied = (x->visit.decision.denied >> i & 1) != 0;
        if (i > 1)
            buf_append_char(out, ',');
        json_write_string(out, purposes->names[i]);
        buf_append(out, denied ? STR(":{\"allowed\":false,\"reason\":")
                               : STR(":{\"allowed\":true,\"reason\":"));
        json_write_string(out,
                          decision_reason(&x->visit.decision,
                                          &x->visit.site->policy, i, arena));
        buf_append_char(out, '}');
    }
    buf_append(out, STR("},\"rules\":["));
    for (unsigned i = 0; i < x->acted_count; i++) {
        if (i > 0)
            buf_append_char(out, ',');
        json_write_string(out, x->acted[i]->id);
    }
    buf_append_char(out, ']');
}

/* The id that the origin saw: a trusted proxy's, else ours. */
static struct str request_id(const struct exchange *x)
{
    struct str theirs = fields_value(&x->request.fields, FIELD_X_REQUEST_ID);

    return x->info.trusted && theirs.len > 0 ? theirs : x->info.request_id;
}

/* Where the query begins nothing more is logged: it may hold what was denied.
 */
static struct str path_of(const struct exchange *x)
{
    struct str path = x->request.path;

    return str_sub(path, 0, str_find_char(path, '?', 0));
}

static void write_json(struct buf *out, const struct exchange *x,
                       uint64_t duration_us, struct arena *arena)
{
    buf_append(out, STR("{\"time\":\""));
    write_time(out, true);
    buf_append(out, STR("\",\"id\":"));
    json_write_string(out, request_id(x));
    buf_append(out, STR(",\"client\":\""));
    write_address(out, x);
    buf_append(out, STR("\",\"host\":"));
    json_write_string(out, x->request.host);
    buf_append(out, STR(",\"site\":"));
    json_write_string(out, x->site != NULL ? x->site->hosts[0] : STR("-"));
    buf_append(out, STR(",\"method\":"));
    json_write_string(out, x->request.method);
    buf_append(out, STR(",\"path\":"));
    json_write_string(out, path_of(x));
    buf_printf(out, ",\"status\":%u,\"bytes\":%llu,\"duration_ms\":%llu.%03llu",
               x->status, (unsigned long long)x->body_bytes_out,
               (unsigned long long)(duration_us / 1000),
               (unsigned long long)(duration_us % 1000));
    buf_append(out, STR(",\"upstream\":"));
    json_write_string(out, x->server);
    if (x->failure != NULL) {
        buf_append(out, STR(",\"error\":"));
        json_write_string(out, str_of(x->failure));
    }
    if (x->site != NULL && x->visit.site != NULL)
        write_decision(out, x, arena);
    buf_append(out, STR("}\n"));
}

static void write_common(struct buf *out, const struct exchange *x)
{
    write_address(out, x);
    buf_append(out, STR(" - - ["));
    write_time(out, false);
    buf_append(out, STR("] \""));
    log_escape(out, x->request.method);
    buf_append_char(out, ' ');
    log_escape(out, path_of(x));
    buf_printf(out, " HTTP/1.%u\" %u %llu", x->request.minor, x->status,
               (unsigned long long)x->body_bytes_out);
}

/* A quoted field of the combined format; a query is cut off. */
static void write_quoted(struct buf *out, struct str value)
{
    struct str text = str_sub(value, 0, str_find_char(value, '?', 0));

    buf_append(out, STR(" \""));
    if (text.len > 0)
        log_escape(out, text);
    else
        buf_append_char(out, '-');
    buf_append_char(out, '"');
}

void access_log_exchange(struct access_log *log, const struct exchange *x,
                         uint64_t duration_us)
{
    struct buf record = {0};
    struct arena arena = {0};

    if (!log->enabled)
        return;
    if (x->settings->access.format == ACCESS_JSON) {
        write_json(&record, x, duration_us, &arena);
    } else {
        write_common(&record, x);
        if (x->settings->access.format == ACCESS_COMBINED) {
            write_quoted(&record,
                         fields_value(&x->request.fields, FIELD_REFERER));
            write_quoted(&record,
                         fields_value(&x->request.fields, FIELD_USER_AGENT));
        }
        buf_append_char(&record, '\n');
    }
    submit(log, buf_str(&record));
    buf_release(&record);
    arena_release(&arena);
}
