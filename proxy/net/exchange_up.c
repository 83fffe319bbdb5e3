#include "http/trailer.h"
#include "net/exchange.h"

enum { DISCARD_MAX = 256 * 1024 }; /* bytes read to keep a connection */

/* ---- the body -------------------------------------------------------- */

/* Put a piece of the body behind what is gathered. */
static void gather_payload(struct exchange *x, struct str payload)
{
    struct gather *g = &x->worker->gather;
    char room[UINT_ROOM];

    x->body_sent = true;
    if (x->request_framing.kind != FRAMING_CHUNKED) {
        gather_ref(g, payload);
        return;
    }
    gather_copy(g, str_of_hex(room, payload.len, 1));
    gather_copy(g, STR("\r\n"));
    gather_ref(g, payload);
    gather_copy(g, STR("\r\n"));
}

static void gather_body_end(struct exchange *x)
{
    struct gather *g = &x->worker->gather;
    struct buf *scratch = &x->worker->scratch;

    if (x->request_framing.kind != FRAMING_CHUNKED)
        return;
    buf_clear(scratch);
    trailers_write(scratch, buf_str(&x->client->trailers), &x->arena);
    gather_copy(g, STR("0\r\n"));
    gather_copy(g, buf_str(scratch));
}

static bool body_too_long(const struct exchange *x)
{
    uint64_t limit = x->settings->limits.request_body;

    return limit > 0 && x->client->body_bytes > limit;
}

/* The body ended wrongly: malformed, or the client has gone. */
static void body_failed(struct exchange *x)
{
    enum head_error e = x->client->body_error;

    x->wants_keep_alive = false;
    if (e != HEAD_NONE)
        exchange_fail(x, head_error_status(e), head_error_reason(e));
    else
        exchange_fail(x, 400, "client closed within its request");
}

static void send_payload(struct exchange *x, struct str payload)
{
    gather_clear(&x->worker->gather);
    gather_payload(x, payload);
    /* A failed write shows as a lost connection when the answer is read. */
    conn_write(&x->origin->conn, &x->worker->gather);
}

static enum step step_body(struct exchange *x)
{
    struct str payload;

    /* An origin that reads no more may have answered: the other half knows. */
    if (conn_is_clogged(&x->origin->conn) || x->origin->conn.failed)
        return STEP_WAIT;
    switch (client_read_body(x->client, &payload)) {
    case READ_DATA:
        if (body_too_long(x))
            exchange_fail(x, 413, "request body too large");
        else
            send_payload(x, payload);
        return STEP_AGAIN;
    case READ_WAIT:
        return STEP_WAIT;
    case READ_END:
        gather_clear(&x->worker->gather);
        gather_body_end(x);
        conn_write(&x->origin->conn, &x->worker->gather);
        exchange_up_to(x, UP_DONE);
        return STEP_AGAIN;
    case READ_FAILED:
        break;
    }
    body_failed(x);
    return STEP_AGAIN;
}

static enum step step_discard(struct exchange *x)
{
    struct str payload;

    switch (client_read_body(x->client, &payload)) {
    case READ_DATA:
        if (x->client->body_bytes <= DISCARD_MAX)
            return STEP_AGAIN;
        x->client->keep_alive = false;
        break;
    case READ_WAIT:
        return STEP_WAIT;
    case READ_FAILED:
        x->client->keep_alive = false;
        break;
    case READ_END:
        break;
    }
    exchange_up_to(x, UP_DONE);
    return STEP_AGAIN;
}

/* ---- connecting ------------------------------------------------------ */

static uint64_t client_hash(const struct exchange *x)
{
    return str_hash(str_make((const char *)x->client->ip, 16));
}

/* Whether the request can be sent again from its beginning. After a refused
 * connection it has not been seen by anybody; otherwise only an idle
 * connection that closed as we used it leaves room for a second try, and only
 * when doing twice is as good as doing once (RFC 9110, 9.2.2). */
static bool may_retry(const struct exchange *x, bool refused)
{
    if (x->head_sent || x->body_sent || x->interim > 0 ||
        x->attempts > x->site->upstream.retries)
        return false;
    return refused || (x->origin != NULL && x->origin->reused &&
                       method_is_idempotent(x->request.method));
}

void exchange_origin_lost(struct exchange *x, enum origin_loss loss,
                          const char *why)
{
    static const unsigned statuses[] = {
        [LOSS_REFUSED] = 503, [LOSS_TIMED_OUT] = 504, [LOSS_CLOSED] = 502};
    bool refused = loss != LOSS_CLOSED;
    bool retry = may_retry(x, refused);

    if (x->origin != NULL) {
        if (refused)
            origin_failed(x->origin->pool);
        /* A stale idle connection says nothing against its server. */
        else if (x->origin->reused)
            x->servers_tried = 0;
        origin_discard(x->origin);
        x->origin = NULL;
    }
    if (retry)
        exchange_up_to(x, UP_CONNECT);
    else
        exchange_fail(x, statuses[loss], why);
}

/* Get a connection, the first time or the next. false: failed. */
static bool lease_origin(struct exchange *x)
{
    int server = origin_choose(x->pools, &x->site->upstream, client_hash(x),
                               &x->servers_tried);

    if (server < 0) {
        exchange_fail(x, 503, "no server left");
        return false;
    }
    struct origin_pool *pool = x->pools[server];
    x->server = origin_address(pool);
    x->origin = origin_lease(pool, x, x->attempts > 0);
    x->attempts++;
    if (x->origin == NULL)
        exchange_origin_lost(x, LOSS_REFUSED,
                             "connecting to the origin failed");
    return x->origin != NULL;
}

/* Send the head and what has come of the body in one write: a body that is
 * malformed as far as it has come reaches nobody. */
static void send_head(struct exchange *x)
{
    struct gather *g = &x->worker->gather;
    enum read_result r;
    struct str payload;

    gather_clear(g);
    gather_ref(g, x->request_bytes);
    while ((r = client_take_body(x->client, &payload)) == READ_DATA)
        gather_payload(x, payload);
    if (r == READ_FAILED) {
        body_failed(x);
        return;
    }
    if (body_too_long(x)) {
        exchange_fail(x, 413, "request body too large");
        return;
    }
    if (r == READ_END)
        gather_body_end(x);
    conn_write(&x->origin->conn, g);
    exchange_up_to(x, r == READ_END ? UP_DONE : UP_BODY);
}

static enum step step_connect(struct exchange *x)
{
    if (x->origin == NULL && !lease_origin(x))
        return STEP_AGAIN;
    int connected = origin_connected(x->origin);
    if (connected == 0)
        return STEP_WAIT;
    if (connected < 0)
        exchange_origin_lost(x, LOSS_REFUSED,
                             "connecting to the origin failed");
    else
        send_head(x);
    return STEP_AGAIN;
}

/* ---- tunnels --------------------------------------------------------- */

static enum step step_tunnel(struct exchange *x)
{
    struct gather *g = &x->worker->gather;
    struct str bytes;

    if (conn_is_clogged(&x->origin->conn))
        return STEP_WAIT;
    switch (client_read_raw(x->client, &bytes)) {
    case READ_DATA:
        gather_clear(g);
        gather_ref(g, bytes);
        conn_write(&x->origin->conn, g);
        return STEP_AGAIN;
    case READ_WAIT:
        return STEP_WAIT;
    case READ_END:
    case READ_FAILED:
        break;
    }
    if (x->origin->conn.out.len > 0 && !x->origin->conn.failed)
        return STEP_WAIT;
    conn_shutdown(&x->origin->conn);
    exchange_up_to(x, UP_DONE);
    return STEP_AGAIN;
}

enum step exchange_step_up(struct exchange *x)
{
    static enum step (*const steps[UP_STATE_COUNT])(struct exchange * x) = {
        [UP_CONNECT] = step_connect,
        [UP_BODY] = step_body,
        [UP_DISCARD] = step_discard,
        [UP_TUNNEL] = step_tunnel,
    };

    return steps[x->up](x);
}
