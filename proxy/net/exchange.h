/* net/exchange.h - one request and its response.
 *
 * Two halves run beside each other: `up` carries the request to the origin,
 * `down` the response to the client; a response may begin while the request is
 * still being sent. Each half has a named state and a step for it; a step
 * does what can be done now and never frees anything. exchange_run drives the
 * steps until neither can go on; the client ends the exchange when both are
 * done. Everything that lives as long as the exchange is in its arena.
 */
#pragma once

#include "net/client.h"
#include "net/origin.h"
#include "net/worker.h"
#include "rewrite/response_edit.h"

#define UP_STATES(X)                                                           \
    X(CONNECT) /* no usable connection to the origin yet */                    \
    X(BODY)    /* the head is sent, the body streams */                        \
    X(DISCARD) /* the answer is our own: what is sent is dropped */            \
    X(TUNNEL)  /* bytes as they come, after 101 */                             \
    X(DONE)
#define DOWN_STATES(X)                                                         \
    X(HEAD) /* the origin's head is awaited */                                 \
    X(BODY) /* the body streams, through the pipeline if any */                \
    X(TUNNEL)                                                                  \
    X(FLUSH) /* all produced, not all written */                               \
    X(DONE)

#define UP_ENUM(name)   UP_##name,
#define DOWN_ENUM(name) DOWN_##name,
enum up_state { UP_STATES(UP_ENUM) UP_STATE_COUNT };
enum down_state { DOWN_STATES(DOWN_ENUM) DOWN_STATE_COUNT };
#undef UP_ENUM
#undef DOWN_ENUM

enum step { STEP_AGAIN, STEP_WAIT };

enum { RULES_LOGGED_MAX = 16 }; /* rules named in one access record */

struct exchange {
    struct arena arena; /* first; holds the exchange itself too */
    struct worker *worker;
    struct client *client;
    struct lease *lease;
    const struct settings *settings;
    const struct site_settings *site; /* NULL: none was found */
    struct request_head request;
    struct visit visit; /* once there is a site */
    struct client_info info;
    enum up_state up;
    enum down_state down;

    /* up */
    struct origin *origin; /* leased, or NULL */
    struct origin_pool **pools;
    uint64_t servers_tried;
    unsigned attempts;
    struct framing request_framing;
    struct str request_bytes; /* the head as the origin gets it */
    bool body_sent;           /* some of the body went to the origin */
    bool wants_keep_alive, expects_continue, wants_tunnel;

    /* down */
    struct framing response_framing;
    struct chunked response_chunks;
    struct buf response_trailers;
    uint64_t response_left; /* FRAMING_LENGTH */
    bool response_done;     /* the origin's message is complete */
    bool origin_reusable;
    bool head_sent;   /* the client has (part of) a final response */
    unsigned interim; /* 1xx responses seen */
    struct pipeline *pipeline;
    struct rehearsal *rehearsal; /* mode "report"; else NULL */
    struct str pushed;           /* what is being pushed into it */

    /* for the log */
    uint64_t started_us;
    unsigned status;
    uint64_t body_bytes_out;
    const struct rule *acted[RULES_LOGGED_MAX];
    unsigned acted_count;
    const char *failure; /* why, if it failed */
    struct str server;   /* the upstream's address, if one was used */
};

/* Begin with the bytes of a head (copied), or with why there is none. */
struct exchange *exchange_new(struct client *c, struct str head,
                              enum head_error error);

/* Do all that can be done now. Returns whether both halves are done; then the
 * client must call exchange_free. */
bool exchange_run(struct exchange *x);

/* Log, give the origin's connection back or close it, free everything. */
void exchange_free(struct exchange *x);

/* The origin's connection became ready, or a timeout struck on either side. */
void exchange_on_origin(struct exchange *x);
void exchange_on_timeout(struct exchange *x, enum timeout kind);

/* ---- between the halves ---------------------------------------------- */

void exchange_up_to(struct exchange *x, enum up_state state);
void exchange_down_to(struct exchange *x, enum down_state state);

enum step exchange_step_up(struct exchange *x);
enum step exchange_step_down(struct exchange *x);

/* End with an answer of our own if the client has nothing yet; else break the
 * response off. `why` is a constant for the log. */
void exchange_fail(struct exchange *x, unsigned status, const char *why);

enum origin_loss {
    LOSS_REFUSED,   /* nobody there: nothing of the request was seen */
    LOSS_TIMED_OUT, /* connecting took too long: the same */
    LOSS_CLOSED,    /* closed without an answer */
};

/* The origin's connection is of no more use; another is tried if that is
 * safe. */
void exchange_origin_lost(struct exchange *x, enum origin_loss loss,
                          const char *why);

/* A pipeline for the response's body under a plan, its output going to `sink`
 * with the exchange as context; NULL if the page's own URL cannot be made. */
struct pipeline *exchange_pipeline(struct exchange *x, const struct visit *v,
                                   const struct response_plan *plan,
                                   sink_fn *sink);

/* Note a rule that acted, once each. An edit_fn and a head_edit_fn. */
void exchange_note_edit(void *x, const struct rule *rule, enum edit_way way,
                        enum edit_kind kind);
void exchange_note_head_edit(void *x, const struct rule *rule,
                             const char *kind);
