#include "base/log.h"
#include "net/client_count.h"
#include "net/client_io.h"
#include "net/exchange.h"
#include "net/worker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

enum {
    LINGER_BYTES = 256 * 1024, /* read and dropped after the last response */
    LINGER_MS = 2000,
    STEPS_PER_TURN = 64, /* a few dozen pipelined requests */
    DRAIN_IDLE_MS = 500, /* an idle client's time to send one more request */
};

#define CLIENT_STATE_NAME(name) #name,
static const char *const state_names[] = {CLIENT_STATES(CLIENT_STATE_NAME)};

/* The one place where a client's state changes. */
static void client_to(struct client *c, enum client_state state)
{
    log_debug("client %s:%d %s -> %s", c->address, c->conn.fd,
              state_names[c->state], state_names[state]);
    c->state = state;
}

/* ---- addresses ------------------------------------------------------- */

static void address_set(struct client *c, const struct sockaddr *peer)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

    if (peer->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)peer;
        inet_ntop(AF_INET6, &in6->sin6_addr, c->address, sizeof(c->address));
        memcpy(c->ip, &in6->sin6_addr, 16);
        c->has_ip = true;
    } else if (peer->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
        inet_ntop(AF_INET, &in->sin_addr, c->address, sizeof(c->address));
        memcpy(c->ip, mapped, sizeof(mapped));
        memcpy(c->ip + 12, &in->sin_addr, 4);
        c->has_ip = true;
    }
}

/* ---- heads ----------------------------------------------------------- */

static const struct settings *settings_of(const struct client *c)
{
    return c->conn.worker->current->generation->settings;
}

/* An empty line or two before a request is forgiven (RFC 9112, 2.2). */
static void skip_empty_lines(struct client *c)
{
    while (c->state == CLIENT_IDLE && str_starts(c->view, STR("\r\n")))
        client_consume(c, 2);
}

static bool is_half_empty_line(const struct client *c)
{
    return c->state == CLIENT_IDLE && str_eq(c->view, STR("\r"));
}

/* Whether a head that has not ended is too long already, and what for. */
static enum head_error head_too_long(const struct client *c)
{
    const struct head_limits *limits = &settings_of(c)->limits.request;
    size_t line = str_find_char(c->view, '\n', 0);

    if (line == c->view.len)
        return line > limits->line + 1 ? HEAD_LINE_LONG : HEAD_NONE;
    if (line > limits->line + 1)
        return HEAD_LINE_LONG;
    return c->view.len - line > limits->bytes + 2 ? HEAD_FIELDS_LONG
                                                  : HEAD_NONE;
}

static void begin_exchange(struct client *c, size_t head_len,
                           enum head_error error)
{
    struct str head = str_sub(c->view, 0, head_len);

    c->requests++;
    c->head_from = 0;
    c->cut = false;
    conn_no_timeout(&c->conn);
    client_to(c, CLIENT_BUSY);
    c->exchange = exchange_new(c, head, error);
    client_consume(c, head_len);
}

/* The client ends or fails while no exchange is under way. */
static void close_quietly(struct client *c)
{
    client_to(c, CLIENT_CLOSED);
}

static void wait_for_head(struct client *c)
{
    if (c->view.len > 0 || c->requests == 0)
        conn_timeout(&c->conn, TIMEOUT_CLIENT_HEADER);
    else if (!c->conn.worker->draining)
        conn_timeout(&c->conn, TIMEOUT_KEEPALIVE);
}

/* Between requests the next event is soon enough; only a message that has begun
 * is worth a read that will likely find nothing. */
static enum read_result read_more(struct client *c)
{
    if (c->state == CLIENT_IDLE && !c->conn.readable)
        return READ_WAIT;
    return client_fill(c);
}

/* Look for a head; false: wait for more. */
static bool read_head(struct client *c)
{
    skip_empty_lines(c);
    if (c->view.len > 0 && !is_half_empty_line(c)) {
        client_to(c, CLIENT_HEAD);
        size_t len = head_find_end(c->view, &c->head_from);
        if (len > 0) {
            begin_exchange(c, len, HEAD_NONE);
            return true;
        }
        enum head_error e = head_too_long(c);
        if (e != HEAD_NONE) {
            begin_exchange(c, c->view.len, e);
            return true;
        }
    }
    switch (read_more(c)) {
    case READ_DATA:
        return true;
    case READ_WAIT:
        wait_for_head(c);
        return false;
    case READ_END:
    case READ_FAILED:
        break;
    }
    close_quietly(c);
    return true;
}

/* ---- moving on ------------------------------------------------------- */

static void client_free(struct client *c)
{
    struct worker *w = c->conn.worker;

    conn_close(&c->conn);
    buf_release(&c->in);
    buf_release(&c->trailers);
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        w->clients = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
    w->client_count--;
    if (c->is_counted)
        client_count_remove(c->ip);
    free(c);
    worker_client_gone(w);
}

/* A close would make the kernel reset the connection if the client has sent
 * something that was not read, and the client might lose the response: say
 * that nothing more comes and read on for a while. */
static void begin_linger(struct client *c)
{
    conn_shutdown(&c->conn);
    client_to(c, CLIENT_LINGER);
    c->view = (struct str){NULL, 0};
    c->body_bytes = 0;
    timer_arm(&c->conn.worker->wheel, &c->conn.timer, c->conn.worker->now_ms,
              LINGER_MS);
}

static void end_exchange(struct client *c)
{
    exchange_free(c->exchange);
    c->exchange = NULL;
    buf_release(&c->trailers);
    conn_no_timeout(&c->conn);
    if (c->conn.failed || c->conn.ended) {
        client_to(c, CLIENT_CLOSED);
    } else if (c->cut && c->response.kind == FRAMING_CLOSE) {
        /* Only a reset tells the client that this was not the end. */
        const struct linger reset = {1, 0};
        setsockopt(c->conn.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        client_to(c, CLIENT_CLOSED);
    } else if (!c->cut && c->keep_alive && c->body_done &&
               !c->conn.worker->draining) {
        client_to(c, CLIENT_IDLE);
    } else {
        begin_linger(c);
    }
}

static bool linger(struct client *c)
{
    struct str bytes;

    for (;;) {
        enum read_result r = client_read_raw(c, &bytes);
        if (r == READ_WAIT)
            return false;
        c->body_bytes += r == READ_DATA ? bytes.len : 0;
        if (r != READ_DATA || c->body_bytes > LINGER_BYTES)
            break;
    }
    client_to(c, CLIENT_CLOSED);
    return true;
}

/* One step; false: nothing more can be done now. */
static bool client_step(struct client *c)
{
    switch (c->state) {
    case CLIENT_IDLE:
    case CLIENT_HEAD:
        return read_head(c);
    case CLIENT_BUSY:
        if (!exchange_run(c->exchange))
            return false;
        end_exchange(c);
        return true;
    case CLIENT_LINGER:
        return linger(c);
    case CLIENT_CLOSED:
    case CLIENT_STATE_COUNT:
        break;
    }
    return false;
}

void client_run(struct client *c)
{
    unsigned steps = 0;

    while (client_step(c)) {
        if (++steps < STEPS_PER_TURN)
            continue;
        conn_yield(&c->conn);
        break;
    }
    if (c->state == CLIENT_CLOSED)
        client_free(c);
    else
        client_settle(c);
}

static void on_ready(struct conn *conn)
{
    client_run((struct client *)conn);
}

static void on_timeout(struct conn *conn, enum timeout kind)
{
    struct client *c = (struct client *)conn;

    if (c->state == CLIENT_BUSY) {
        exchange_on_timeout(c->exchange, kind);
        return;
    }
    /* A started head is answered; a silent client is not (as nginx does). */
    if (c->state == CLIENT_HEAD) {
        begin_exchange(c, c->view.len, HEAD_TIMED_OUT);
    } else {
        client_to(c, CLIENT_CLOSED);
    }
    client_run(c);
}

/* A surplus connection is told so when its request comes. */
static void count_client(struct client *c)
{
    unsigned max = settings_of(c)->limits.connections_per_client;

    c->is_counted = max > 0 && c->has_ip;
    if (c->is_counted)
        c->is_surplus = client_count_add(c->ip) > max;
}

void client_new(struct worker *w, int fd, const struct sockaddr *peer)
{
    struct client *c = xcalloc(1, sizeof(*c));

    conn_open(&c->conn, w, fd, on_ready, on_timeout);
    address_set(c, peer);
    c->next = w->clients;
    if (w->clients != NULL)
        w->clients->prev = c;
    w->clients = c;
    w->client_count++;
    count_client(c);
    wait_for_head(c);
}

void clients_drain(struct worker *w)
{
    for (struct client *c = w->clients; c != NULL; c = c->next) {
        if (c->state != CLIENT_IDLE)
            continue;
        /* A request may be on its way: it is served, then we close. */
        timer_arm(&w->wheel, &c->conn.timer, w->now_ms, DRAIN_IDLE_MS);
    }
}

void clients_close(struct worker *w)
{
    while (w->clients != NULL) {
        struct client *c = w->clients;
        if (c->exchange != NULL)
            exchange_free(c->exchange);
        client_free(c);
    }
}
