#include "net/worker.h"

#include "base/log.h"
#include "net/client.h"
#include "net/listener.h"
#include "net/origin.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

void worker_tick(struct worker *w)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    w->now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* splitmix64 */
uint64_t worker_random(struct worker *w)
{
    uint64_t z = (w->random += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* ---- leases ---------------------------------------------------------- */

static struct lease *lease_new(struct worker *w, struct generation *generation)
{
    struct lease *l = xcalloc(1, sizeof(*l));
    const struct settings *s = generation->settings;

    l->generation = generation;
    l->pools = arena_array(&l->arena, struct origin_pool **, s->site_count);
    for (unsigned i = 0; i < s->site_count; i++)
        l->pools[i] = origin_pools_get(w, &s->sites[i].upstream, &l->arena);
    return l;
}

static void lease_free(struct lease *l)
{
    generation_unref(l->generation);
    arena_release(&l->arena);
    free(l);
}

struct lease *lease_take(struct worker *w)
{
    w->current->users++;
    return w->current;
}

void lease_drop(struct worker *w, struct lease *l)
{
    l->users--;
    if (l->users == 0 && l != w->current)
        lease_free(l);
}

static void adopt(struct worker *w, struct generation *generation)
{
    struct lease *old = w->current;

    w->current = lease_new(w, generation);
    if (!w->draining)
        listeners_update(w);
    if (old != NULL && old->users == 0)
        lease_free(old);
    atomic_store(&w->adopted, generation->number);
}

/* ---- ending ---------------------------------------------------------- */

static void maybe_end(struct worker *w)
{
    if (w->draining && w->client_count == 0)
        event_base_loopbreak(w->base);
}

void worker_client_gone(struct worker *w)
{
    maybe_end(w);
}

static void on_drain_timeout(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;

    (void)fd;
    (void)what;
    if (w->client_count > 0)
        log_warn("drain: %u connections cut off", w->client_count);
    event_base_loopbreak(w->base);
}

static void drain(struct worker *w)
{
    uint64_t ms = w->current->generation->settings->timeouts_ms[TIMEOUT_DRAIN];
    struct timeval limit = {(time_t)(ms / 1000),
                            (suseconds_t)(ms % 1000 * 1000)};

    w->draining = true;
    listeners_stop(w);
    clients_drain(w);
    event_base_once(w->base, -1, EV_TIMEOUT, on_drain_timeout, w, &limit);
    maybe_end(w);
}

/* ---- turns ----------------------------------------------------------- */

/* A timer of no length fires after the loop has asked the kernel for events;
 * event_active would go before them, and who yields would get his own turn. */
void worker_turn(struct worker *w, struct conn *c)
{
    static const struct timeval at_once = {0, 0};
    struct conn **at = &w->turns;

    if (c->awaits_turn)
        return;
    while (*at != NULL)
        at = &(*at)->next_turn;
    *at = c;
    c->next_turn = NULL;
    c->awaits_turn = true;
    event_add(w->turn_event, &at_once);
}

void worker_turn_cancel(struct worker *w, struct conn *c)
{
    struct conn **at = &w->turns;

    if (!c->awaits_turn)
        return;
    while (*at != c)
        at = &(*at)->next_turn;
    *at = c->next_turn;
    c->awaits_turn = false;
}

/* One turn each for those that wait now; who yields again joins the end. */
static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    unsigned count = 0;

    (void)fd;
    (void)what;
    worker_tick(w);
    for (const struct conn *c = w->turns; c != NULL; c = c->next_turn)
        count++;
    while (count-- > 0 && w->turns != NULL) {
        struct conn *c = w->turns;
        worker_turn_cancel(w, c);
        c->on_ready(c);
    }
}

/* ---- the loop -------------------------------------------------------- */

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    uint64_t count;

    (void)what;
    if (read(fd, &count, sizeof(count)) < 0)
        return;
    worker_tick(w);
    struct generation *next = atomic_exchange(&w->next_generation, NULL);
    if (next != NULL)
        adopt(w, next);
    if (atomic_load(&w->stop_wanted))
        event_base_loopbreak(w->base);
    else if (atomic_load(&w->drain_wanted) && !w->draining)
        drain(w);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;

    (void)fd;
    (void)what;
    worker_tick(w);
    wheel_advance(&w->wheel, w->now_ms);
}

static void worker_free(struct worker *w)
{
    clients_close(w);
    listeners_stop(w);
    origin_pools_close(w);
    lease_free(w->current);
    generation_unref(atomic_exchange(&w->next_generation, NULL));
    event_free(w->tick_event);
    event_free(w->turn_event);
    event_free(w->wake_event);
    event_base_free(w->base);
    close(w->wake_fd);
    arena_pool_release(&w->arenas);
    buf_release(&w->gather.text);
    buf_release(&w->scratch);
    free(w->client_buffer);
    free(w->origin_buffer);
    free(w);
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;

    event_base_loop(w->base, EVLOOP_NO_EXIT_ON_EMPTY);
    atomic_store(&w->ended, true);
    return NULL;
}

static void add_events(struct worker *w)
{
    const struct timeval tick = {.tv_usec = WHEEL_TICK_MS * 1000};

    w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    CHECK(w->wake_fd >= 0);
    w->wake_event =
        event_new(w->base, w->wake_fd, EV_READ | EV_PERSIST, on_wake, w);
    w->tick_event = event_new(w->base, -1, EV_PERSIST, on_tick, w);
    w->turn_event = event_new(w->base, -1, 0, on_turn, w);
    CHECK(event_add(w->wake_event, NULL) == 0);
    CHECK(event_add(w->tick_event, &tick) == 0);
}

static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();

    /* The loop runs in one thread, and every timer of ours can be late. */
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    event_config_require_features(config, EV_FEATURE_ET);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    CHECK(base != NULL);
    return base;
}

struct worker *worker_start(unsigned number, struct generation *generation,
                            struct access_log *access_log)
{
    struct worker *w = xcalloc(1, sizeof(*w));

    w->number = number;
    w->access_log = access_log;
    w->client_buffer = xmalloc(READ_BUFFER);
    w->origin_buffer = xmalloc(READ_LARGE);
    CHECK(getrandom(&w->random, sizeof(w->random), 0) == sizeof(w->random));
    worker_tick(w);
    wheel_init(&w->wheel, w->now_ms);
    w->base = base_new();
    add_events(w);
    adopt(w, generation_ref(generation));
    CHECK(pthread_create(&w->thread, NULL, worker_main, w) == 0);
    return w;
}

static void wake(struct worker *w)
{
    const uint64_t one = 1;

    /* A full counter wakes just as well. */
    ssize_t n = write(w->wake_fd, &one, sizeof(one));
    (void)n;
}

void worker_publish(struct worker *w, struct generation *generation)
{
    generation_unref(
        atomic_exchange(&w->next_generation, generation_ref(generation)));
    wake(w);
}

void worker_drain(struct worker *w)
{
    atomic_store(&w->drain_wanted, true);
    wake(w);
}

void worker_stop(struct worker *w)
{
    atomic_store(&w->stop_wanted, true);
    wake(w);
}

void worker_join(struct worker *w)
{
    pthread_join(w->thread, NULL);
    worker_free(w);
}
