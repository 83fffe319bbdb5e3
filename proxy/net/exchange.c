#include "net/exchange.h"

#include "base/log.h"
#include "net/access_log.h"
#include "net/answer.h"
#include "net/rehearsal.h"

#include <time.h>

enum { STEPS_PER_TURN = 64 }; /* then other connections have theirs */

#define NAME(name) #name,
static const char *const up_names[] = {UP_STATES(NAME)};
static const char *const down_names[] = {DOWN_STATES(NAME)};
#undef NAME

void exchange_up_to(struct exchange *x, enum up_state state)
{
    log_debug("exchange " STR_FMT " up %s -> %s", STR_ARG(x->info.request_id),
              up_names[x->up], up_names[state]);
    x->up = state;
}

void exchange_down_to(struct exchange *x, enum down_state state)
{
    log_debug("exchange " STR_FMT " down %s -> %s", STR_ARG(x->info.request_id),
              down_names[x->down], down_names[state]);
    x->down = state;
}

static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- notes for the log ----------------------------------------------- */

void exchange_note_edit(void *ctx, const struct rule *rule, enum edit_way way,
                        enum edit_kind kind)
{
    struct exchange *x = ctx;

    (void)way;
    (void)kind;
    if (rule == NULL || x->acted_count == RULES_LOGGED_MAX)
        return;
    for (unsigned i = 0; i < x->acted_count; i++) {
        if (x->acted[i] == rule)
            return;
    }
    x->acted[x->acted_count++] = rule;
}

void exchange_note_head_edit(void *ctx, const struct rule *rule,
                             const char *kind)
{
    (void)kind;
    exchange_note_edit(ctx, rule, EDIT_REMOVED, EDIT_OTHER);
}

/* ---- answers of our own ---------------------------------------------- */

/* Send a whole response and let the rest of the request go by. */
static void answer(struct exchange *x, const struct buf *response,
                   unsigned status, bool keep_alive)
{
    static const struct framing none = {FRAMING_NONE, 0};
    struct gather *g = &x->worker->gather;

    size_t from = 0;

    x->status = status;
    x->head_sent = true;
    x->response_done = true;
    x->body_bytes_out = response->len - head_find_end(buf_str(response), &from);
    gather_clear(g);
    gather_ref(g, buf_str(response));
    client_begin_response(x->client, &none, keep_alive);
    client_write(x->client, g, 0, true, (struct str){NULL, 0});
    exchange_up_to(x, keep_alive ? UP_DISCARD : UP_DONE);
    exchange_down_to(x, DOWN_FLUSH);
}

void exchange_fail(struct exchange *x, unsigned status, const char *why)
{
    struct buf response = {0};
    /* Where the request's end is known, the connection can go on. */
    bool keep_alive = x->wants_keep_alive && x->client->body_done &&
                      status != 400 && status != 408;

    x->failure = why;
    x->origin_reusable = false;
    if (x->head_sent) {
        x->client->cut = true;
        exchange_up_to(x, UP_DONE);
        exchange_down_to(x, DOWN_DONE);
        return;
    }
    answer_error(&response, &x->request, status, keep_alive);
    answer(x, &response, status, keep_alive);
    buf_release(&response);
}

static void answer_denied(struct exchange *x, const struct neutral *neutral,
                          const struct match *m)
{
    struct buf response = {0};

    /* A client that waits for 100 may or may not send its body after this. */
    bool keep_alive = x->wants_keep_alive && !x->expects_continue;

    exchange_note_edit(x, m->rule, EDIT_REMOVED, EDIT_OTHER);
    answer_neutral(&response, &x->request, neutral, keep_alive);
    answer(x, &response, neutral->status, keep_alive);
    buf_release(&response);
}

/* ---- beginning ------------------------------------------------------- */

static bool is_trusted(const struct settings *s, const struct client *c)
{
    for (unsigned i = 0; c->has_ip && i < s->trusted_count; i++) {
        const struct cidr *t = &s->trusted[i];
        unsigned bytes = t->bits / 8, rest = t->bits % 8;
        if (memcmp(c->ip, t->address, bytes) != 0)
            continue;
        unsigned mask = 0xffu << (8 - rest) & 0xffu;
        if (rest == 0 || ((c->ip[bytes] ^ t->address[bytes]) & mask) == 0)
            return true;
    }
    return false;
}

static void info_set(struct exchange *x)
{
    static const char digits[] = "0123456789abcdef";
    char *id = arena_alloc(&x->arena, 32);

    for (int half = 0; half < 2; half++) {
        uint64_t r = worker_random(x->worker);
        for (int i = 0; i < 16; i++, r >>= 4)
            id[half * 16 + i] = digits[r & 15];
    }
    x->info.request_id = str_make(id, 32);
    x->info.address = str_of(x->client->address);
    x->info.trusted = is_trusted(x->settings, x->client);
}

/* Find the site. false: answered already. */
static bool find_site(struct exchange *x)
{
    x->site = settings_site(x->settings, host_without_port(x->request.host));
    if (x->site == NULL) {
        exchange_fail(x, 421, "no site for this host");
        return false;
    }
    size_t index = (size_t)(x->site - x->settings->sites);
    x->pools = x->lease->pools[index];
    return true;
}

static bool wants_tunnel(const struct request_head *head)
{
    return head->minor > 0 &&
           fields_find(&head->fields, FIELD_UPGRADE) != NULL &&
           fields_list_has(&head->fields, FIELD_CONNECTION, STR("upgrade")) &&
           !fields_list_has(&head->fields, FIELD_UPGRADE, STR("h2c"));
}

/* The head for the origin, kept until the answer begins: it may have to be
 * sent a second time. */
static void prepare_request(struct exchange *x)
{
    struct buf *scratch = &x->worker->scratch;

    x->wants_tunnel = wants_tunnel(&x->request);
    buf_clear(scratch);
    request_edit_write(scratch, &x->visit, &x->info, &x->request_framing,
                       x->wants_tunnel, exchange_note_head_edit, x, &x->arena);
    x->request_bytes = arena_dup(&x->arena, buf_str(scratch));
}

static enum head_error check_request(struct exchange *x, struct str head)
{
    const struct limit_settings *limits = &x->settings->limits;
    struct str bytes = arena_dup(&x->arena, head);

    enum head_error e = request_head_parse(&x->request, bytes, &limits->request,
                                           limits->underscores, &x->arena);
    if (e == HEAD_NONE)
        e = request_framing(&x->request, &x->request_framing,
                            &x->wants_keep_alive, &x->expects_continue);
    if (e != HEAD_NONE)
        return e;
    if (limits->request_body > 0 && x->request_framing.kind == FRAMING_LENGTH &&
        x->request_framing.length > limits->request_body)
        return HEAD_BODY_LONG;
    return HEAD_NONE;
}

/* TLS ends before heed for now: only a trusted proxy can tell of it. */
static bool came_over_tls(const struct exchange *x)
{
    return x->info.trusted &&
           str_ieq(fields_value(&x->request.fields, FIELD_X_FORWARDED_PROTO),
                   STR("https"));
}

static void begin(struct exchange *x, struct str head, enum head_error error)
{
    struct neutral neutral;
    struct match m = {0};

    if (error == HEAD_NONE)
        error = check_request(x, head);
    client_expect_body(x->client, &x->request_framing);
    if (error != HEAD_NONE) {
        x->wants_keep_alive = false;
        exchange_fail(x, head_error_status(error), head_error_reason(error));
        return;
    }
    if (x->client->is_surplus) {
        x->wants_keep_alive = false;
        exchange_fail(x, 503, "too many connections of this client");
        return;
    }
    if (!find_site(x))
        return;
    visit_begin(&x->visit, &x->site->privacy, &x->request, came_over_tls(x),
                &x->arena);
    if (request_is_denied(&x->visit, &x->arena, &neutral, &m))
        answer_denied(x, &neutral, &m);
    else
        prepare_request(x);
    rehearsal_begin(x);
}

struct exchange *exchange_new(struct client *c, struct str head,
                              enum head_error error)
{
    struct arena arena = {.pool = &c->conn.worker->arenas};
    struct exchange *x = arena_new(&arena, struct exchange);

    x->arena = arena;
    x->worker = c->conn.worker;
    x->client = c;
    x->response_chunks.trailers = &x->response_trailers;
    x->lease = lease_take(x->worker);
    x->settings = x->lease->generation->settings;
    x->started_us = now_us();
    info_set(x);
    begin(x, head, error);
    return x;
}

/* ---- running --------------------------------------------------------- */

/* What each side is waited for. */
static void set_timeouts(struct exchange *x)
{
    struct conn *client = &x->client->conn;

    if (x->up == UP_TUNNEL || x->down == DOWN_TUNNEL)
        conn_timeout(client, TIMEOUT_TUNNEL);
    else if (client->out.len > 0)
        conn_timeout(client, TIMEOUT_CLIENT_WRITE);
    else if ((x->up == UP_BODY && !conn_is_clogged(&x->origin->conn)) ||
             x->up == UP_DISCARD)
        conn_timeout(client, TIMEOUT_CLIENT_BODY);
    else
        conn_no_timeout(client);

    if (x->origin == NULL)
        return;
    struct conn *origin = &x->origin->conn;
    if (x->up == UP_CONNECT)
        conn_timeout(origin, TIMEOUT_CONNECT);
    else if (x->up == UP_BODY && origin->out.len > 0)
        conn_timeout(origin, TIMEOUT_RESPONSE_BODY);
    else if (x->up == UP_DONE && x->down == DOWN_HEAD)
        conn_timeout(origin, TIMEOUT_RESPONSE_HEADER);
    else if (x->down == DOWN_BODY && !conn_is_clogged(client))
        conn_timeout(origin, TIMEOUT_RESPONSE_BODY);
    else
        conn_no_timeout(origin);
}

static enum step step_flush(struct exchange *x)
{
    if (!conn_flush(&x->client->conn)) {
        exchange_down_to(x, DOWN_DONE);
        return STEP_AGAIN;
    }
    if (x->client->conn.out.len > 0)
        return STEP_WAIT;
    exchange_down_to(x, DOWN_DONE);
    return STEP_AGAIN;
}

/* What both halves need before they produce more. false: the client has gone.
 */
static bool flush_both(struct exchange *x)
{
    if (!conn_flush(&x->client->conn)) {
        x->failure = "client closed the connection";
        return false;
    }
    if (x->origin != NULL && !x->origin->connecting)
        conn_flush(&x->origin->conn); /* a failure shows when it is read */
    return true;
}

bool exchange_run(struct exchange *x)
{
    enum step up, down;
    unsigned steps = 0;

    if (!flush_both(x))
        return true;
    do {
        if (++steps > STEPS_PER_TURN) {
            conn_yield(&x->client->conn);
            set_timeouts(x);
            return false;
        }
        up = x->up == UP_DONE ? STEP_WAIT : exchange_step_up(x);
        down = x->down == DOWN_FLUSH  ? step_flush(x)
               : x->down == DOWN_DONE ? STEP_WAIT
                                      : exchange_step_down(x);
        if (x->client->conn.failed)
            return true;
    } while (up == STEP_AGAIN || down == STEP_AGAIN);
    /* When the response is out, a request still under way is of no use. */
    if (x->down == DOWN_DONE && x->up != UP_DISCARD)
        return true;
    if (x->down == DOWN_DONE && x->up == UP_DONE)
        return true;
    set_timeouts(x);
    return false;
}

static void release_origin(struct exchange *x)
{
    if (x->origin == NULL)
        return;
    if (x->origin_reusable && x->response_done && x->up == UP_DONE)
        origin_give_back(x->origin, x->site->upstream.keepalive);
    else
        origin_discard(x->origin);
    x->origin = NULL;
}

void exchange_free(struct exchange *x)
{
    struct arena arena = x->arena; /* x dies in the release */

    release_origin(x);
    access_log_exchange(x->worker->access_log, x, now_us() - x->started_us);
    lease_drop(x->worker, x->lease);
    buf_release(&x->response_trailers);
    arena_release(&arena);
}

void exchange_on_origin(struct exchange *x)
{
    client_run(x->client);
}

void exchange_on_timeout(struct exchange *x, enum timeout kind)
{
    switch (kind) {
    case TIMEOUT_CONNECT:
        exchange_origin_lost(x, LOSS_TIMED_OUT,
                             "connecting to the origin timed out");
        break;
    case TIMEOUT_RESPONSE_HEADER:
    case TIMEOUT_RESPONSE_BODY:
        origin_failed(x->origin->pool);
        exchange_fail(x, 504, "the origin timed out");
        break;
    case TIMEOUT_CLIENT_BODY:
        exchange_fail(x, 408, "the client's body timed out");
        break;
    default:
        x->failure = "timed out";
        x->client->cut = true;
        exchange_up_to(x, UP_DONE);
        exchange_down_to(x, DOWN_DONE);
        break;
    }
    client_run(x->client);
}
