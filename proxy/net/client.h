/* net/client.h - a client's connection speaking HTTP/1.1.
 *
 * Reads request heads, one exchange after the other (pipelined requests wait),
 * decodes request bodies for the exchange and frames response bodies. This is
 * all that an exchange knows of its client: HTTP/2 streams will offer the same
 * calls. client_run is the only place where a client moves on or is freed.
 */
#pragma once

#include "http/chunked.h"
#include "http/framing.h"
#include "net/conn.h"

#include <sys/socket.h>

struct exchange;

#define CLIENT_STATES(X)                                                       \
    X(IDLE)   /* between requests; nothing of the next one has come */         \
    X(HEAD)   /* part of a head has come */                                    \
    X(BUSY)   /* an exchange is under way */                                   \
    X(LINGER) /* all is sent; reading on so that the peer gets it */           \
    X(CLOSED) /* to be freed */

#define CLIENT_STATE_ENUM(name) CLIENT_##name,
enum client_state { CLIENT_STATES(CLIENT_STATE_ENUM) CLIENT_STATE_COUNT };
#undef CLIENT_STATE_ENUM

struct client {
    struct conn conn; /* first */
    enum client_state state;
    struct client *prev, *next; /* the worker's list */
    struct exchange *exchange;
    char address[INET6_ADDRSTRLEN]; /* textual, "" for Unix sockets */
    unsigned char ip[16];           /* IPv4 as v4-mapped IPv6 */
    bool has_ip;
    bool is_counted; /* by client_count */
    bool is_surplus; /* more than connections_per_client */
    unsigned requests;

    struct str view; /* bytes read and not used; in `in` or in the worker's
                        read buffer, then only until client_run returns */
    struct buf in;
    size_t head_from; /* for head_find_end */

    /* The body of the request under way. */
    struct framing body;
    struct chunked chunks;
    struct buf trailers; /* of a chunked body, as they came */
    uint64_t body_left;  /* FRAMING_LENGTH */
    uint64_t body_bytes; /* payload so far */
    bool body_done;
    enum head_error body_error; /* why read_body failed; HEAD_NONE: it's gone */

    /* The response under way. */
    struct framing response;
    bool keep_alive; /* go on after this exchange */
    bool cut;        /* the response is broken off: no proper end */
};

/* Take over an accepted socket. */
void client_new(struct worker *w, int fd, const struct sockaddr *peer);

/* Do all that can be done now. The client may be gone afterwards. */
void client_run(struct client *c);

/* ---- for exchanges --------------------------------------------------- */

/* The request's body is framed so; call once, before reading it. */
void client_expect_body(struct client *c, const struct framing *framing);

/* The next piece of the request's body, decoded; valid until the next read.
 * READ_END: the body is complete. READ_FAILED: malformed (body_error) or the
 * client has gone (HEAD_NONE). */
enum read_result client_read_body(struct client *c, struct str *payload);

/* The same out of what has been read already: READ_WAIT when that is used up.
 * Pieces stay valid until the next read of either kind. */
enum read_result client_take_body(struct client *c, struct str *payload);

/* Bytes without framing, for tunnels. READ_END: the client sends no more. */
enum read_result client_read_raw(struct client *c, struct str *bytes);

/* Say how the response's body is framed; call before client_write_body. */
void client_begin_response(struct client *c, const struct framing *framing,
                           bool keep_alive);

/* Frame and write a piece of the response.
 *
 * g       begins with the head, if it has not been sent, and holds body bytes
 *         behind it
 * head    bytes of g that are the head
 * end       the body ends here
 * trailers  the origin's trailer section, empty if there is none
 * Returns   false if the client has gone
 */
bool client_write(struct client *c, struct gather *g, size_t head, bool end,
                  struct str trailers);

/* ---- for the worker -------------------------------------------------- */

/* Let all clients end after the request under way; close those that wait. */
void clients_drain(struct worker *w);

/* Close all clients at once. */
void clients_close(struct worker *w);
