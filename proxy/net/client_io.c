#include "net/client_io.h"

#include "http/trailer.h"
#include "net/worker.h"

/* ---- bytes from the client ------------------------------------------- */

static bool view_is_kept(const struct client *c)
{
    return c->in.len > 0 && c->view.ptr >= c->in.data &&
           c->view.ptr <= c->in.data + c->in.cap;
}

void client_settle(struct client *c)
{
    if (c->view.len == 0) {
        buf_release(&c->in);
    } else if (view_is_kept(c)) {
        buf_consume(&c->in, c->in.len - c->view.len);
        c->view = buf_str(&c->in);
    } else {
        buf_clear(&c->in);
        buf_append(&c->in, c->view);
        c->view = buf_str(&c->in);
    }
}

enum read_result client_fill(struct client *c)
{
    size_t got;
    enum read_result r;

    if (c->view.len == 0) {
        r = conn_read(&c->conn, c->conn.worker->client_buffer, READ_BUFFER,
                      &got);
        if (r == READ_DATA)
            c->view = str_make(c->conn.worker->client_buffer, got);
        return r;
    }
    client_settle(c);
    size_t room = 4096;
    r = conn_read(&c->conn, buf_reserve(&c->in, room), room, &got);
    if (r == READ_DATA)
        c->in.len += got;
    c->view = buf_str(&c->in);
    return r;
}

void client_consume(struct client *c, size_t len)
{
    c->view = str_from(c->view, len);
}

/* ---- the request's body ---------------------------------------------- */

void client_expect_body(struct client *c, const struct framing *framing)
{
    c->body = *framing;
    c->chunks = (struct chunked){.trailers = &c->trailers};
    buf_clear(&c->trailers);
    c->body_left = framing->length;
    c->body_bytes = 0;
    c->body_error = HEAD_NONE;
    c->body_done = framing->kind == FRAMING_NONE ||
                   (framing->kind == FRAMING_LENGTH && framing->length == 0);
}

static enum read_result body_bad(struct client *c, enum head_error error)
{
    c->body_error = error;
    return READ_FAILED;
}

static enum read_result body_from_view(struct client *c, struct str *payload)
{
    struct str rest = c->view;

    if (c->body.kind == FRAMING_LENGTH) {
        size_t len = rest.len < c->body_left ? rest.len : (size_t)c->body_left;
        *payload = str_sub(rest, 0, len);
        client_consume(c, len);
        c->body_left -= len;
        c->body_done = c->body_left == 0;
        return len > 0 ? READ_DATA : READ_WAIT;
    }
    enum chunked_result r = chunked_decode(&c->chunks, &rest, payload);
    c->view = rest;
    switch (r) {
    case CHUNKED_DATA:
        return READ_DATA;
    case CHUNKED_DONE:
        if (!trailers_are_sound(buf_str(&c->trailers)))
            return body_bad(c, HEAD_BAD_TRAILER);
        c->body_done = true;
        return READ_END;
    case CHUNKED_BAD:
        return body_bad(c, HEAD_BAD_CHUNK);
    case CHUNKED_MORE:
        break;
    }
    return READ_WAIT;
}

enum read_result client_take_body(struct client *c, struct str *payload)
{
    if (c->body_done)
        return READ_END;
    enum read_result r = body_from_view(c, payload);
    if (r == READ_DATA)
        c->body_bytes += payload->len;
    return r;
}

enum read_result client_read_body(struct client *c, struct str *payload)
{
    for (;;) {
        enum read_result r = client_take_body(c, payload);
        if (r != READ_WAIT)
            return r;
        r = client_fill(c);
        if (r == READ_END)
            return READ_FAILED;
        if (r != READ_DATA)
            return r;
    }
}

enum read_result client_read_raw(struct client *c, struct str *bytes)
{
    if (c->view.len == 0) {
        enum read_result r = client_fill(c);
        if (r != READ_DATA)
            return r;
    }
    *bytes = c->view;
    client_consume(c, c->view.len);
    return READ_DATA;
}

/* ---- the response ---------------------------------------------------- */

void client_begin_response(struct client *c, const struct framing *framing,
                           bool keep_alive)
{
    c->response = *framing;
    c->keep_alive = keep_alive;
}

/* Put the end of a chunked body behind g. */
static void frame_end(struct gather *g, struct str trailers)
{
    struct arena arena = {0};
    struct buf text = {0};

    gather_copy(g, STR("0\r\n"));
    if (trailers.len == 0) {
        gather_copy(g, STR("\r\n"));
        return;
    }
    trailers_write(&text, trailers, &arena);
    gather_copy(g, buf_str(&text));
    buf_release(&text);
    arena_release(&arena);
}

/* Put chunk framing around the body bytes of g: its place 0 is the head (or
 * held and empty), place 1 is held for the chunk's size. */
static void frame_chunk(struct gather *g, size_t body)
{
    char room[UINT_ROOM + 2];
    struct str size = str_of_hex(room, body, 1);

    memcpy(room + UINT_ROOM, "\r\n", 2);
    gather_fill(g, 1, str_make(size.ptr, size.len + 2));
    gather_copy(g, STR("\r\n"));
}

bool client_write(struct client *c, struct gather *g, size_t head, bool end,
                  struct str trailers)
{
    bool chunked = c->response.kind == FRAMING_CHUNKED;

    if (chunked && g->bytes > head)
        frame_chunk(g, g->bytes - head);
    if (chunked && end)
        frame_end(g, trailers);
    return conn_write(&c->conn, g);
}
