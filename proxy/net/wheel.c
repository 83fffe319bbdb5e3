#include "net/wheel.h"

static struct timer *slot_of(struct wheel *w, uint64_t deadline_ms)
{
    /* Rounded up: a timer must not fire early. */
    uint64_t tick = (deadline_ms + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;

    if (tick <= w->tick)
        tick = w->tick + 1;
    return &w->slots[tick % WHEEL_SLOTS];
}

static void list_insert(struct timer *head, struct timer *t)
{
    t->prev = head->prev;
    t->next = head;
    head->prev->next = t;
    head->prev = t;
}

static void list_remove(struct timer *t)
{
    t->prev->next = t->next;
    t->next->prev = t->prev;
    t->prev = NULL;
    t->next = NULL;
}

void wheel_init(struct wheel *w, uint64_t now_ms)
{
    *w = (struct wheel){.tick = now_ms / WHEEL_TICK_MS};
    for (unsigned i = 0; i < WHEEL_SLOTS; i++) {
        w->slots[i].prev = &w->slots[i];
        w->slots[i].next = &w->slots[i];
    }
}

void timer_arm(struct wheel *w, struct timer *t, uint64_t now_ms,
               uint64_t after_ms)
{
    timer_cancel(w, t);
    t->deadline_ms = now_ms + after_ms;
    list_insert(slot_of(w, t->deadline_ms), t);
    w->count++;
}

void timer_cancel(struct wheel *w, struct timer *t)
{
    if (!timer_is_armed(t))
        return;
    list_remove(t);
    w->count--;
}

/* Fire what is due in one slot. The due ones move to a list of their own
 * first, so that callbacks can change the slot; one that a callback cancels
 * leaves that list by itself. */
static void slot_advance(struct wheel *w, struct timer *head, uint64_t now_ms)
{
    struct timer due = {.prev = &due, .next = &due};

    for (struct timer *t = head->next; t != head;) {
        struct timer *next = t->next;
        if (t->deadline_ms <= now_ms) {
            list_remove(t);
            list_insert(&due, t);
        }
        t = next;
    }
    while (due.next != &due) {
        struct timer *t = due.next;
        timer_cancel(w, t);
        t->on_timeout(t);
    }
}

void wheel_advance(struct wheel *w, uint64_t now_ms)
{
    uint64_t to = now_ms / WHEEL_TICK_MS;

    /* After a long pause one round sees every slot. */
    if (to > w->tick + WHEEL_SLOTS)
        w->tick = to - WHEEL_SLOTS;
    while (w->tick < to) {
        w->tick++;
        slot_advance(w, &w->slots[w->tick % WHEEL_SLOTS], now_ms);
    }
}
