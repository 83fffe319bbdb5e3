/* net/conn.h - a socket in the event loop: the transport below any protocol.
 *
 * Registered once for its whole life, edge-triggered. An event only notes what
 * became possible and calls on_ready; whoever owns the connection then reads
 * until READ_WAIT and writes. A write goes to the socket at once; what the
 * socket does not take is kept in `out` and goes first when it can. TLS will
 * stand behind the same calls.
 */
#pragma once

#include "net/gather.h"
#include "net/settings.h"
#include "net/wheel.h"

#include <event2/event.h>
#include <event2/event_struct.h>

struct worker;

enum read_result {
    READ_DATA,
    READ_WAIT, /* nothing now; on_ready tells when */
    READ_END,  /* the peer has sent all it will */
    READ_FAILED,
};

struct conn {
    int fd;
    struct worker *worker;
    void (*on_ready)(struct conn *c);
    void (*on_timeout)(struct conn *c, enum timeout kind);
    struct event event;
    struct timer timer;
    enum timeout timer_kind;
    uint64_t timer_moved; /* `moved` when the timer was armed */
    bool readable, writable;
    bool drained;           /* surely nothing to read: the kernel has said so */
    bool hangup;            /* the peer's end was announced: read up to it */
    bool ended;             /* READ_END was seen */
    bool failed;            /* writing is over; reading may find more */
    struct buf out;         /* what the socket did not take yet */
    uint64_t moved;         /* bytes read and written */
    struct conn *next_turn; /* in the worker's list of those that yielded */
    bool awaits_turn;
};

/* Put a connected or connecting non-blocking socket into the loop. */
void conn_open(struct conn *c, struct worker *worker, int fd,
               void (*on_ready)(struct conn *c),
               void (*on_timeout)(struct conn *c, enum timeout kind));

/* Close at once; the struct may be freed or used anew. */
void conn_close(struct conn *c);

/* Read up to `room` bytes; *got is set with READ_DATA. A read that did not
 * fill the room makes `readable` false, which is all that an owner needs who
 * has his message whole; to ask for more asks the kernel. */
enum read_result conn_read(struct conn *c, char *into, size_t room,
                           size_t *got);

/* Write all pieces, or keep what does not go now. false: the connection
 * failed. */
bool conn_write(struct conn *c, struct gather *g);

/* Write what was kept. false: the connection failed. */
bool conn_flush(struct conn *c);

/* Tell the peer that nothing more comes, once `out` is empty. */
void conn_shutdown(struct conn *c);

/* Call on_ready again after others have had their turn. */
void conn_yield(struct conn *c);

/* Whether so much waits to be written that no more should be produced. */
bool conn_is_clogged(const struct conn *c);

/* Wait at most as long as the worker's settings say for this kind. Header and
 * connect timeouts run from the first call on; the others begin anew whenever
 * bytes have moved. */
void conn_timeout(struct conn *c, enum timeout kind);
void conn_no_timeout(struct conn *c);
