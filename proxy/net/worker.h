/* net/worker.h - one thread: an event base, its listeners and connections.
 *
 * Workers share nothing but the configuration, which is immutable, and the
 * logs. What is recycled from request to request (read buffers, arena blocks,
 * the write table) belongs to the worker.
 */
#pragma once

#include "net/conn.h"
#include "net/generation.h"

#include <pthread.h>

struct access_log;
struct client;
struct origin_pool;

/* Bytes of one read: large enough that a page comes in one; of large bodies
 * that nobody looks into, more at once. */
enum { READ_BUFFER = 64 * 1024, READ_LARGE = 256 * 1024 };

/* A worker's use of a generation: one reference for all its requests. */
struct lease {
    struct generation *generation;
    struct origin_pool ***pools; /* [site][server], of the worker */
    unsigned users;              /* exchanges */
    struct arena arena;
};

struct listener; /* a listening socket in the worker's loop */

struct worker {
    struct event_base *base;
    struct wheel wheel;
    uint64_t now_ms; /* monotonic, of the event being handled */
    struct lease *current;
    struct arena_pool arenas;
    struct gather gather;
    struct buf scratch;  /* heads being written */
    char *client_buffer; /* READ_BUFFER */
    char *origin_buffer; /* READ_LARGE */
    struct listener *listeners;
    struct client *clients; /* all, for draining */
    unsigned client_count;
    struct origin_pool *pools; /* all ever used, by address */
    struct access_log *access_log;
    uint64_t random; /* state of worker_random */
    bool draining, accept_paused;
    struct conn *turns; /* those that yielded, first come first */
    struct event *tick_event, *wake_event, *turn_event;
    int wake_fd;
    /* Set by the main thread, taken when wake_fd is readable. */
    _Atomic(struct generation *) next_generation;
    atomic_bool drain_wanted, stop_wanted;
    atomic_bool deaf;             /* listens no more */
    atomic_bool ended;            /* the thread's loop has ended */
    atomic_uint_fast64_t adopted; /* number of the generation in use */
    unsigned number;
    pthread_t thread;
};

/* Make a worker and its thread. It listens as the generation says: sockets
 * were opened by listen_open and are looked up there. */
struct worker *worker_start(unsigned number, struct generation *generation,
                            struct access_log *access_log);

/* From the main thread: use this generation for new requests. Takes its own
 * reference. */
void worker_publish(struct worker *w, struct generation *generation);

/* From the main thread: stop accepting, finish what is under way, end. */
void worker_drain(struct worker *w);

/* From the main thread: end now, whatever is under way. */
void worker_stop(struct worker *w);

/* Wait for the thread's end and free the worker. */
void worker_join(struct worker *w);

/* Bring now_ms up to date. */
void worker_tick(struct worker *w);

/* A number that nobody needs to be unable to guess: request ids. */
uint64_t worker_random(struct worker *w);

/* Hold the current lease for an exchange, and let it go. */
struct lease *lease_take(struct worker *w);
void lease_drop(struct worker *w, struct lease *l);

/* Call a connection's on_ready once all others that are ready have been seen
 * to; and forget that. */
void worker_turn(struct worker *w, struct conn *c);
void worker_turn_cancel(struct worker *w, struct conn *c);

/* A client connection has gone: accept again if that was held back, end if
 * draining is done. */
void worker_client_gone(struct worker *w);
