#include "net/conn.h"

#include "net/worker.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLOGGED = 256 * 1024 }; /* bytes kept for a slow reader */

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;

    (void)fd;
    if ((what & (EV_READ | EV_CLOSED)) != 0) {
        c->readable = true;
        c->drained = false;
    }
    c->writable = c->writable || (what & EV_WRITE) != 0;
    c->hangup = c->hangup || (what & EV_CLOSED) != 0;
    worker_tick(c->worker);
    c->on_ready(c);
}

static void on_timer(struct timer *t)
{
    struct conn *c = (struct conn *)((char *)t - offsetof(struct conn, timer));

    c->on_timeout(c, c->timer_kind);
}

void conn_open(struct conn *c, struct worker *worker, int fd,
               void (*on_ready)(struct conn *c),
               void (*on_timeout)(struct conn *c, enum timeout kind))
{
    *c = (struct conn){.fd = fd,
                       .worker = worker,
                       .drained = true,
                       .on_ready = on_ready,
                       .on_timeout = on_timeout,
                       .timer.on_timeout = on_timer};
    event_assign(&c->event, worker->base, fd,
                 EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, on_event,
                 c);
    CHECK(event_add(&c->event, NULL) == 0);
}

void conn_close(struct conn *c)
{
    if (c->fd < 0)
        return;
    timer_cancel(&c->worker->wheel, &c->timer);
    worker_turn_cancel(c->worker, c);
    event_del(&c->event);
    close(c->fd);
    c->fd = -1;
    buf_release(&c->out);
}

enum read_result conn_read(struct conn *c, char *into, size_t room, size_t *got)
{
    if (c->ended)
        return READ_END;
    if (c->drained)
        return READ_WAIT;
    ssize_t n;
    do {
        n = recv(c->fd, into, room, 0);
    } while (n < 0 && errno == EINTR);
    if (n > 0) {
        /* A short read has drained the socket, but for an end: one that was
         * announced, or a reset, which libevent reports as mere readiness. So
         * whoever waits for more of a message reads once again. */
        if ((size_t)n < room && !c->hangup)
            c->readable = false;
        c->moved += (uint64_t)n;
        *got = (size_t)n;
        return READ_DATA;
    }
    c->readable = false;
    c->drained = true;
    if (n == 0) {
        c->ended = true;
        return READ_END;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return READ_WAIT;
    c->failed = true;
    c->readable = true; /* it stays so: the next read fails again */
    c->drained = false;
    return READ_FAILED;
}

static ssize_t send_some(struct conn *c, struct iovec *iov, int count)
{
    struct msghdr message = {.msg_iov = iov, .msg_iovlen = (size_t)count};
    ssize_t n;

    do {
        n = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n >= 0) {
        c->moved += (uint64_t)n;
        return n;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOTCONN) {
        c->writable = false;
        return 0;
    }
    /* What the peer sent before it closed can still be read. */
    c->failed = true;
    c->readable = true;
    c->drained = false;
    return -1;
}

bool conn_flush(struct conn *c)
{
    if (c->failed)
        return false;
    while (c->out.len > 0 && c->writable) {
        struct str waiting = buf_str(&c->out);
        struct iovec iov = {(void *)(uintptr_t)waiting.ptr, waiting.len};
        ssize_t n = send_some(c, &iov, 1);
        if (n < 0)
            return false;
        if ((size_t)n < waiting.len)
            c->writable = false;
        buf_consume(&c->out, (size_t)n);
    }
    if (c->out.len == 0 && c->out.cap > 0)
        buf_release(&c->out);
    return true;
}

static void keep_rest(struct conn *c, const struct iovec *iov, int count,
                      size_t sent)
{
    for (int i = 0; i < count; i++) {
        struct str piece = str_make(iov[i].iov_base, iov[i].iov_len);
        size_t skip = sent < piece.len ? sent : piece.len;
        buf_append(&c->out, str_from(piece, skip));
        sent -= skip;
    }
}

bool conn_write(struct conn *c, struct gather *g)
{
    int count;
    size_t sent = 0;

    if (!conn_flush(c))
        return false;
    if (g->bytes == 0)
        return true;
    struct iovec *iov = gather_iov(g, &count);
    if (c->out.len == 0) {
        ssize_t n = send_some(c, iov, count);
        if (n < 0)
            return false;
        sent = (size_t)n;
    }
    if (sent < g->bytes) {
        c->writable = false;
        keep_rest(c, iov, count, sent);
    }
    return true;
}

void conn_shutdown(struct conn *c)
{
    shutdown(c->fd, SHUT_WR);
}

void conn_yield(struct conn *c)
{
    worker_turn(c->worker, c);
}

bool conn_is_clogged(const struct conn *c)
{
    return c->out.len > CLOGGED;
}

static bool restarts_on_progress(enum timeout kind)
{
    return kind == TIMEOUT_CLIENT_BODY || kind == TIMEOUT_CLIENT_WRITE ||
           kind == TIMEOUT_RESPONSE_BODY || kind == TIMEOUT_TUNNEL;
}

void conn_timeout(struct conn *c, enum timeout kind)
{
    bool moved = c->moved != c->timer_moved && restarts_on_progress(kind);

    if (timer_is_armed(&c->timer) && c->timer_kind == kind && !moved)
        return;
    c->timer_kind = kind;
    c->timer_moved = c->moved;
    timer_arm(&c->worker->wheel, &c->timer, c->worker->now_ms,
              c->worker->current->generation->settings->timeouts_ms[kind]);
}

void conn_no_timeout(struct conn *c)
{
    timer_cancel(&c->worker->wheel, &c->timer);
}
