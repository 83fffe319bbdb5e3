#include "base/log.h"
#include "net/exchange.h"
#include "net/rehearsal.h"

enum { INTERIM_MAX = 32 }; /* 1xx responses before the final one */

/* ---- reading --------------------------------------------------------- */

/* More bytes of the origin, behind the part of a head that was kept. */
static enum read_result origin_read(struct exchange *x, struct str *bytes)
{
    struct origin *o = x->origin;
    size_t room = x->response_left > READ_BUFFER && x->pipeline == NULL
                      ? READ_LARGE
                      : READ_BUFFER;
    size_t got;
    enum read_result r =
        conn_read(&o->conn, x->worker->origin_buffer, room, &got);

    if (r != READ_DATA)
        return r;
    *bytes = str_make(x->worker->origin_buffer, got);
    if (o->in.len > 0) {
        buf_append(&o->in, *bytes);
        *bytes = buf_str(&o->in);
    }
    return READ_DATA;
}

/* Keep the part of a head that has come, which is the end of `bytes`. */
static void keep_head(struct origin *o, struct str bytes, struct str part)
{
    if (o->in.len > 0)
        buf_consume(&o->in, bytes.len - part.len);
    else
        buf_append(&o->in, part);
}

/* ---- the body towards the client ------------------------------------- */

/* Begin a write: place 0 is the head, place 1 of a chunked body the size. */
static void gather_begin(struct exchange *x, struct str head)
{
    struct gather *g = &x->worker->gather;

    gather_clear(g);
    if (head.len > 0)
        gather_ref(g, head);
    else
        gather_hold(g);
    if (x->client->response.kind == FRAMING_CHUNKED)
        gather_hold(g);
}

/* sink_fn: what the pipeline lets through. */
static void on_output(void *ctx, struct str out)
{
    struct exchange *x = ctx;
    struct gather *g = &x->worker->gather;

    x->body_bytes_out += out.len;
    if (x->pushed.len > 0 && out.ptr >= x->pushed.ptr &&
        out.ptr + out.len <= x->pushed.ptr + x->pushed.len)
        gather_ref(g, out);
    else
        gather_copy(g, out);
}

/* false: the body cannot be rewritten. */
static bool push(struct exchange *x, struct str in, enum push_mode mode)
{
    x->pushed = in;
    enum push_result r = pipeline_push(x->pipeline, in, mode);
    x->pushed = (struct str){NULL, 0};
    if (r == PUSH_OK)
        return true;
    exchange_fail(x, 502,
                  r == PUSH_BOMB ? "the body inflates beyond the limit"
                                 : "the body's coding is corrupt");
    return false;
}

static bool payload_run(struct exchange *x, struct str run)
{
    if (x->pipeline != NULL)
        return push(x, run, PUSH_MORE);
    if (x->rehearsal != NULL)
        rehearsal_body(x, run, PUSH_MORE);
    x->body_bytes_out += run.len;
    gather_ref(&x->worker->gather, run);
    return true;
}

/* Take the payload out of the origin's bytes; false: failed. */
static bool take_payload(struct exchange *x, struct str bytes)
{
    switch (x->response_framing.kind) {
    case FRAMING_NONE:
        x->response_done = true;
        break;
    case FRAMING_CLOSE:
        return payload_run(x, bytes);
    case FRAMING_LENGTH: {
        struct str run = str_sub(bytes, 0, x->response_left);
        x->response_left -= run.len;
        x->response_done = x->response_left == 0;
        bytes = str_from(bytes, run.len);
        if (run.len > 0 && !payload_run(x, run))
            return false;
        break;
    }
    case FRAMING_CHUNKED: {
        struct str run;
        enum chunked_result r;
        while ((r = chunked_decode(&x->response_chunks, &bytes, &run)) ==
               CHUNKED_DATA) {
            if (!payload_run(x, run))
                return false;
        }
        if (r == CHUNKED_BAD) {
            exchange_fail(x, 502, "malformed chunk from the origin");
            return false;
        }
        x->response_done = r == CHUNKED_DONE;
        break;
    }
    }
    /* Bytes behind the end belong to nobody. */
    if (x->response_done && bytes.len > 0)
        x->origin_reusable = false;
    return true;
}

/* Send what came: the head, if it is still to be sent, and a piece of body. */
static void send_piece(struct exchange *x, struct str head, struct str bytes)
{
    bool pauses = !x->origin->conn.readable;

    gather_begin(x, head);
    if (!take_payload(x, bytes))
        return;
    if (x->pipeline != NULL && x->response_done) {
        if (!push(x, (struct str){NULL, 0}, PUSH_END))
            return;
    } else if (x->pipeline != NULL && pauses) {
        if (!push(x, (struct str){NULL, 0}, PUSH_FLUSH))
            return;
    }
    if (x->rehearsal != NULL && x->response_done)
        rehearsal_body(x, (struct str){NULL, 0}, PUSH_END);
    x->head_sent = true;
    if (!client_write(x->client, &x->worker->gather, head.len, x->response_done,
                      buf_str(&x->response_trailers))) {
        x->failure = "client closed the connection";
        return;
    }
    exchange_down_to(x, x->response_done ? DOWN_FLUSH : DOWN_BODY);
}

/* ---- heads ----------------------------------------------------------- */

/* How the client gets the body: as the origin sent it where nothing changes. */
static struct framing client_framing(const struct exchange *x,
                                     const struct response_plan *plan)
{
    struct framing f = x->response_framing;

    if (f.kind == FRAMING_NONE || plan->body == PLAN_NOT_MODIFIED)
        return (struct framing){FRAMING_NONE, 0};
    if (f.kind == FRAMING_LENGTH && plan->body == PLAN_PASS)
        return f;
    return (struct framing){
        x->request.minor > 0 ? FRAMING_CHUNKED : FRAMING_CLOSE, 0};
}

struct pipeline *exchange_pipeline(struct exchange *x, const struct visit *v,
                                   const struct response_plan *plan,
                                   sink_fn *sink)
{
    struct pipeline_options options = {
        .scope = &v->scope,
        .purposes = v->site->purposes,
        .kind = plan->kind,
        .coding = plan->coding,
        .charset = arena_dup(&x->arena, plan->charset),
        .memory = x->settings->limits.rewrite_memory,
        .inflate_ratio = x->settings->limits.inflate_ratio,
        .no_inline = plan->no_inline,
        .on_edit = exchange_note_edit,
        .edit_ctx = x,
        .sink = sink,
        .sink_ctx = x,
    };

    return visit_url(v, &options.page, &x->arena)
               ? pipeline_new(&x->arena, &options)
               : NULL;
}

/* Write the edited head into the worker's scratch buffer. */
static struct str write_head(struct exchange *x,
                             const struct response_head *head,
                             const struct response_plan *plan,
                             const struct framing *framing, bool keep_alive,
                             bool upgrade)
{
    struct buf *scratch = &x->worker->scratch;

    buf_clear(scratch);
    response_edit_write(scratch, &x->visit, head, plan, framing, keep_alive,
                        x->request.minor, upgrade, exchange_note_head_edit, x,
                        &x->arena);
    return buf_str(scratch);
}

static void send_final(struct exchange *x, const struct response_head *head,
                       const struct response_plan *plan, struct str rest)
{
    struct framing framing = client_framing(x, plan);
    /* Behind a body that may never be read there is no next request. */
    bool keep_alive = x->wants_keep_alive && !x->worker->draining &&
                      x->up == UP_DONE && framing.kind != FRAMING_CLOSE;

    x->status = plan->body == PLAN_NOT_MODIFIED ? 304 : head->status;
    if (plan->body == PLAN_REWRITE && x->response_framing.kind != FRAMING_NONE)
        x->pipeline = exchange_pipeline(x, &x->visit, plan, on_output);
    client_begin_response(x->client, &framing, keep_alive);
    struct str text = write_head(x, head, plan, &framing, keep_alive, false);
    if (plan->body == PLAN_NOT_MODIFIED) {
        x->response_framing = framing;
        x->origin_reusable = false;
        rest = (struct str){NULL, 0};
    }
    x->response_done =
        x->response_framing.kind == FRAMING_NONE ||
        (x->response_framing.kind == FRAMING_LENGTH && x->response_left == 0);
    send_piece(x, text, rest);
}

static void begin_response(struct exchange *x, const struct response_head *head,
                           struct str rest)
{
    struct response_plan plan;
    enum head_error e = response_framing(
        head, x->request.is_head, &x->response_framing, &x->origin_reusable);

    if (e != HEAD_NONE) {
        exchange_fail(x, 502, head_error_reason(e));
        return;
    }
    x->response_left = x->response_framing.length;
    response_plan(&plan, &x->visit, head, &x->response_framing, &x->arena);
    if (plan.body == PLAN_REFUSE) {
        exchange_fail(x, 502, plan.why);
        return;
    }
    origin_succeeded(x->origin->pool);
    if (x->rehearsal != NULL)
        rehearsal_response(x, head);
    send_final(x, head, &plan, rest);
}

/* 1xx: passed on to clients that can take it; 101 opens the tunnel. */
static void interim_response(struct exchange *x,
                             const struct response_head *head, struct str rest)
{
    static const struct framing none = {FRAMING_NONE, 0};
    static const struct response_plan pass = {.body = PLAN_PASS};
    struct gather *g = &x->worker->gather;
    bool tunnel = head->status == 101;

    if (++x->interim > INTERIM_MAX || (tunnel && !x->wants_tunnel)) {
        exchange_fail(x, 502,
                      tunnel ? "unwanted switch of protocols"
                             : "too many interim responses");
        return;
    }
    if (x->request.minor == 0)
        return;
    client_begin_response(x->client, &none, true);
    gather_clear(g);
    gather_ref(g, write_head(x, head, &pass, &none, true, tunnel));
    if (tunnel) {
        gather_ref(g, rest);
        x->status = head->status;
        x->head_sent = true;
        exchange_up_to(x, UP_TUNNEL);
        exchange_down_to(x, DOWN_TUNNEL);
    }
    client_write(x->client, g, 0, true, (struct str){NULL, 0});
}

/* The origin closed, or failed, before its head was complete. */
static void head_missing(struct exchange *x)
{
    if (x->origin->in.len > 0)
        exchange_fail(x, 502, "the origin closed within its head");
    else
        exchange_origin_lost(x, LOSS_CLOSED,
                             "the origin closed without an answer");
}

static bool head_too_long(const struct exchange *x, size_t len)
{
    const struct head_limits *limits = &x->settings->limits.response;

    return limits->bytes > 0 && len > limits->bytes + limits->line;
}

/* Handle as many heads as `bytes` holds. */
static void take_heads(struct exchange *x, struct str bytes)
{
    struct origin *o = x->origin;
    struct response_head head;
    struct str rest = bytes;

    while (x->down == DOWN_HEAD) {
        size_t len = head_find_end(rest, &o->head_from);
        if (len == 0) {
            if (head_too_long(x, rest.len))
                exchange_fail(x, 502, "response head too large");
            else
                keep_head(o, bytes, rest);
            return;
        }
        o->head_from = 0;
        enum head_error e =
            response_head_parse(&head, str_sub(rest, 0, len),
                                &x->settings->limits.response, &x->arena);
        if (e != HEAD_NONE) {
            exchange_fail(x, 502, head_error_reason(e));
            return;
        }
        rest = str_from(rest, len);
        if (head.status < 200)
            interim_response(x, &head, rest);
        else
            begin_response(x, &head, rest);
    }
}

static enum step step_head(struct exchange *x)
{
    struct str bytes;

    if (x->up == UP_CONNECT)
        return STEP_WAIT;
    switch (origin_read(x, &bytes)) {
    case READ_DATA:
        take_heads(x, bytes);
        if (x->down != DOWN_HEAD)
            buf_release(&x->origin->in);
        return STEP_AGAIN;
    case READ_WAIT:
        return STEP_WAIT;
    case READ_END:
    case READ_FAILED:
        break;
    }
    head_missing(x);
    return STEP_AGAIN;
}

/* ---- the body from the origin ---------------------------------------- */

/* The origin's connection ended: the proper end of a body without a length, a
 * truncation of any other, which the client must be able to see. */
static void origin_ended(struct exchange *x, bool failed)
{
    x->origin_reusable = false;
    if (failed || x->response_framing.kind != FRAMING_CLOSE) {
        exchange_fail(x, 502, "the origin closed within the body");
        return;
    }
    x->response_done = true;
    send_piece(x, (struct str){NULL, 0}, (struct str){NULL, 0});
}

static enum step step_body(struct exchange *x)
{
    struct str bytes;

    if (conn_is_clogged(&x->client->conn))
        return STEP_WAIT;
    switch (origin_read(x, &bytes)) {
    case READ_DATA:
        send_piece(x, (struct str){NULL, 0}, bytes);
        return STEP_AGAIN;
    case READ_WAIT:
        return STEP_WAIT;
    case READ_END:
        /* After a failed write an end is what is left of a reset. */
        origin_ended(x, x->origin->conn.failed);
        return STEP_AGAIN;
    case READ_FAILED:
        origin_ended(x, true);
        return STEP_AGAIN;
    }
    return STEP_WAIT;
}

static enum step step_tunnel(struct exchange *x)
{
    struct gather *g = &x->worker->gather;
    struct str bytes;

    if (conn_is_clogged(&x->client->conn))
        return STEP_WAIT;
    switch (origin_read(x, &bytes)) {
    case READ_DATA:
        gather_clear(g);
        gather_ref(g, bytes);
        conn_write(&x->client->conn, g);
        return STEP_AGAIN;
    case READ_WAIT:
        return STEP_WAIT;
    case READ_END:
    case READ_FAILED:
        break;
    }
    if (x->client->conn.out.len > 0)
        return STEP_WAIT;
    conn_shutdown(&x->client->conn);
    x->client->keep_alive = false;
    exchange_down_to(x, x->up == UP_DONE ? DOWN_DONE : DOWN_FLUSH);
    return STEP_AGAIN;
}

enum step exchange_step_down(struct exchange *x)
{
    static enum step (*const steps[DOWN_STATE_COUNT])(struct exchange * x) = {
        [DOWN_HEAD] = step_head,
        [DOWN_BODY] = step_body,
        [DOWN_TUNNEL] = step_tunnel,
    };

    return steps[x->down](x);
}
