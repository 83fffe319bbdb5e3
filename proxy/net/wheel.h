/* net/wheel.h - timeouts: a hashed timing wheel.
 *
 * Arming and cancelling are a few pointer writes, whatever the number of
 * timers: a connection re-arms one with every read. Time comes as an argument,
 * in milliseconds of a monotonic clock. A timer fires up to one tick late,
 * never early.
 */
#pragma once

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

enum { WHEEL_TICK_MS = 100, WHEEL_SLOTS = 512 };

struct timer {
    struct timer *prev, *next; /* NULL: not armed */
    uint64_t deadline_ms;
    void (*on_timeout)(struct timer *t); /* set by the owner */
};

struct wheel {
    struct timer slots[WHEEL_SLOTS]; /* list heads */
    uint64_t tick;                   /* the last one handled */
    unsigned count;                  /* armed timers */
};

void wheel_init(struct wheel *w, uint64_t now_ms);

/* Arm a timer, anew if it was armed already. */
void timer_arm(struct wheel *w, struct timer *t, uint64_t now_ms,
               uint64_t after_ms);

/* Cancel a timer; harmless if it is not armed. */
void timer_cancel(struct wheel *w, struct timer *t);

static inline bool timer_is_armed(const struct timer *t)
{
    return t->next != NULL;
}

/* Call on_timeout of all timers that are due. A callback may arm and cancel
 * any timer. */
void wheel_advance(struct wheel *w, uint64_t now_ms);
