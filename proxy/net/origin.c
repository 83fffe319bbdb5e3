#include "net/origin.h"

#include "base/log.h"
#include "net/exchange.h"
#include "net/worker.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EJECT_AFTER = 3, /* failures in a row */
    EJECT_MS = 10 * 1000,
};

struct origin_pool {
    struct origin_pool *next;
    struct worker *worker;
    struct address address;
    struct str name; /* owned */
    struct origin *idle;
    unsigned idle_count;
    unsigned active; /* leased connections */
    unsigned failures;
    uint64_t ejected_until_ms;
    uint64_t served; /* for round robin */
};

struct str origin_address(const struct origin_pool *pool)
{
    return pool->name;
}

/* ---- pools ----------------------------------------------------------- */

static struct origin_pool *pool_get(struct worker *w,
                                    const struct server_settings *server)
{
    struct origin_pool *p = w->pools;

    /* The name may resolve differently after a reload. */
    while (p != NULL &&
           (p->address.len != server->address.len ||
            memcmp(p->address.sockaddr.bytes, server->address.sockaddr.bytes,
                   p->address.len) != 0))
        p = p->next;
    if (p != NULL)
        return p;
    char *name = xmalloc(server->address.text.len + 1);
    memcpy(name, server->address.text.ptr, server->address.text.len);
    p = xcalloc(1, sizeof(*p));
    p->worker = w;
    p->address = server->address;
    p->name = str_make(name, server->address.text.len);
    p->next = w->pools;
    w->pools = p;
    return p;
}

struct origin_pool **origin_pools_get(struct worker *w,
                                      const struct upstream_settings *upstream,
                                      struct arena *arena)
{
    struct origin_pool **pools =
        arena_array(arena, struct origin_pool *, upstream->server_count);

    for (unsigned i = 0; i < upstream->server_count; i++)
        pools[i] = pool_get(w, &upstream->servers[i]);
    return pools;
}

void origin_pools_close(struct worker *w)
{
    while (w->pools != NULL) {
        struct origin_pool *p = w->pools;
        w->pools = p->next;
        while (p->idle != NULL)
            origin_discard(p->idle);
        free((void *)(uintptr_t)p->name.ptr);
        free(p);
    }
}

/* ---- choosing -------------------------------------------------------- */

static bool pool_is_usable(const struct origin_pool *p, bool ejected_too)
{
    return ejected_too || p->ejected_until_ms <= p->worker->now_ms;
}

/* Smaller is better; compared without division: load / weight. */
static bool is_less_loaded(const struct origin_pool *a, uint64_t weight_a,
                           const struct origin_pool *b, uint64_t weight_b,
                           bool by_served)
{
    uint64_t load_a = (by_served ? a->served : a->active) * weight_b;
    uint64_t load_b = (by_served ? b->served : b->active) * weight_a;

    /* Among equals the one that has served less takes its turn. */
    if (load_a == load_b)
        return a->served * weight_b < b->served * weight_a;
    return load_a < load_b;
}

static int choose_by_hash(struct origin_pool **pools,
                          const struct upstream_settings *u, uint64_t hash,
                          uint64_t tried, bool ejected_too)
{
    for (unsigned i = 0; i < u->server_count; i++) {
        unsigned at = (unsigned)((hash + i) % u->server_count);
        if ((tried >> (at % 64) & 1) == 0 &&
            pool_is_usable(pools[at], ejected_too))
            return (int)at;
    }
    return -1;
}

static int choose_by_load(struct origin_pool **pools,
                          const struct upstream_settings *u, uint64_t tried,
                          bool ejected_too)
{
    int best = -1;

    for (unsigned i = 0; i < u->server_count; i++) {
        if ((tried >> (i % 64) & 1) != 0 ||
            !pool_is_usable(pools[i], ejected_too))
            continue;
        if (best < 0 || is_less_loaded(pools[i], u->servers[i].weight,
                                       pools[best], u->servers[best].weight,
                                       u->balance == BALANCE_ROUND_ROBIN))
            best = (int)i;
    }
    return best;
}

static int choose(struct origin_pool **pools, const struct upstream_settings *u,
                  uint64_t hash, uint64_t tried, bool ejected_too)
{
    return u->balance == BALANCE_HASH
               ? choose_by_hash(pools, u, hash, tried, ejected_too)
               : choose_by_load(pools, u, tried, ejected_too);
}

int origin_choose(struct origin_pool **pools,
                  const struct upstream_settings *upstream, uint64_t hash,
                  uint64_t *tried)
{
    int chosen = choose(pools, upstream, hash, *tried, false);

    /* When all are left out, a try is better than none. */
    if (chosen < 0)
        chosen = choose(pools, upstream, hash, *tried, true);
    if (chosen >= 0) {
        *tried |= (uint64_t)1 << (chosen % 64);
        pools[chosen]->served++;
    }
    return chosen;
}

void origin_failed(struct origin_pool *pool)
{
    pool->failures++;
    if (pool->failures < EJECT_AFTER)
        return;
    pool->failures = 0;
    pool->ejected_until_ms = pool->worker->now_ms + EJECT_MS;
    log_warn("upstream " STR_FMT ": %d failures in a row, left out for %d s",
             STR_ARG(pool->name), EJECT_AFTER, EJECT_MS / 1000);
}

void origin_succeeded(struct origin_pool *pool)
{
    pool->failures = 0;
}

/* ---- connections ----------------------------------------------------- */

/* An idle connection that has something to say says that it ends, or what
 * nobody asked for: either way it is of no more use. */
static void on_ready(struct conn *c)
{
    struct origin *o = (struct origin *)c;

    if (o->exchange != NULL)
        exchange_on_origin(o->exchange);
    else if (c->readable)
        origin_discard(o);
}

static void on_timeout(struct conn *c, enum timeout kind)
{
    struct origin *o = (struct origin *)c;

    if (o->exchange != NULL)
        exchange_on_timeout(o->exchange, kind);
    else
        origin_discard(o);
}

static struct origin *connect_new(struct origin_pool *p)
{
    const struct sockaddr *sa = (const struct sockaddr *)&p->address.sockaddr;
    int fd =
        socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0)
        return NULL;
    if (sa->sa_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    int result = connect(fd, sa, p->address.len);
    if (result != 0 && errno != EINPROGRESS) {
        close(fd);
        return NULL;
    }
    struct origin *o = xcalloc(1, sizeof(*o));
    conn_open(&o->conn, p->worker, fd, on_ready, on_timeout);
    o->pool = p;
    o->connecting = result != 0;
    return o;
}

static struct origin *idle_take(struct origin_pool *p)
{
    struct origin *o = p->idle;

    if (o == NULL)
        return NULL;
    p->idle = o->next;
    p->idle_count--;
    o->next = NULL;
    o->reused = true;
    conn_no_timeout(&o->conn);
    return o;
}

struct origin *origin_lease(struct origin_pool *pool, struct exchange *x,
                            bool fresh)
{
    struct origin *o = fresh ? NULL : idle_take(pool);

    if (o == NULL)
        o = connect_new(pool);
    if (o == NULL) {
        origin_failed(pool);
        return NULL;
    }
    o->exchange = x;
    pool->active++;
    return o;
}

void origin_give_back(struct origin *o, unsigned keepalive)
{
    struct origin_pool *p = o->pool;

    /* What came behind the answer is nobody's; so is a half-sent request. */
    if (p->idle_count >= keepalive || o->conn.readable || o->conn.failed ||
        o->conn.ended || o->in.len > 0 || o->conn.out.len > 0) {
        origin_discard(o);
        return;
    }
    o->exchange = NULL;
    o->head_from = 0;
    buf_release(&o->in);
    p->active--;
    o->next = p->idle;
    p->idle = o;
    p->idle_count++;
    conn_timeout(&o->conn, TIMEOUT_KEEPALIVE);
}

static void idle_remove(struct origin *o)
{
    struct origin **at = &o->pool->idle;

    while (*at != o)
        at = &(*at)->next;
    *at = o->next;
    o->pool->idle_count--;
}

void origin_discard(struct origin *o)
{
    if (o->exchange == NULL)
        idle_remove(o);
    else
        o->pool->active--;
    conn_close(&o->conn);
    buf_release(&o->in);
    free(o);
}

int origin_connected(struct origin *o)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (!o->connecting)
        return 1;
    if (!o->conn.writable && !o->conn.readable)
        return 0;
    getsockopt(o->conn.fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error != 0)
        return -1;
    o->connecting = false;
    return 1;
}
