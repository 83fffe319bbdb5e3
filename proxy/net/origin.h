/* net/origin.h - connections to upstream servers: pools and the choice among
 * them.
 *
 * A pool belongs to one worker and one server address; it outlives reloads.
 * Idle connections are reused last-in first-out: the warmest first, and the
 * surplus ages out. A server that fails several times in a row is left out for
 * a while (passive ejection).
 */
#pragma once

#include "net/conn.h"

struct exchange;
struct origin_pool;

struct origin {
    struct conn conn; /* first */
    struct origin_pool *pool;
    struct origin *next;       /* in the pool's idle list */
    struct exchange *exchange; /* NULL: idle */
    struct buf in;             /* a head that has not come whole */
    size_t head_from;          /* for head_find_end */
    bool connecting, reused;
};

/* The pools of an upstream's servers, made where they don't exist yet; the
 * array lives in the arena. */
struct origin_pool **origin_pools_get(struct worker *w,
                                      const struct upstream_settings *upstream,
                                      struct arena *arena);

/* Close all connections and free all pools of a worker. */
void origin_pools_close(struct worker *w);

/* Choose a server.
 *
 * tried    a bit for each server that has failed this request already; the
 *          chosen one's bit is added (servers beyond 64 are not tried twice)
 * hash     for BALANCE_HASH
 * Returns  -1 if there is none left. Servers that are left out for their
 *          failures are tried when there is no other.
 */
int origin_choose(struct origin_pool **pools,
                  const struct upstream_settings *upstream, uint64_t hash,
                  uint64_t *tried);

/* A connection for an exchange: an idle one unless `fresh`, or a new one that
 * may still be connecting. NULL: it failed at once, which counts as a failure
 * of the server. */
struct origin *origin_lease(struct origin_pool *pool, struct exchange *x,
                            bool fresh);

/* Give a connection back for reuse by others (at most `keepalive` idle ones
 * are kept), or close it. */
void origin_give_back(struct origin *o, unsigned keepalive);
void origin_discard(struct origin *o);

/* Whether connecting has come to an end: 1 yes, 0 not yet, -1 it failed. */
int origin_connected(struct origin *o);

/* Count an outcome for passive ejection. */
void origin_failed(struct origin_pool *pool);
void origin_succeeded(struct origin_pool *pool);

/* The server's address as configured. */
struct str origin_address(const struct origin_pool *pool);
