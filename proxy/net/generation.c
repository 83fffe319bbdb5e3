#include "net/generation.h"

#include <stdlib.h>

struct generation *generation_new(struct settings *settings,
                                  void (*free_settings)(struct settings *s),
                                  uint64_t number)
{
    struct generation *g = xcalloc(1, sizeof(*g));

    g->settings = settings;
    g->free_settings = free_settings;
    g->number = number;
    atomic_init(&g->references, 1);
    return g;
}

struct generation *generation_ref(struct generation *g)
{
    atomic_fetch_add_explicit(&g->references, 1, memory_order_relaxed);
    return g;
}

void generation_unref(struct generation *g)
{
    if (g == NULL ||
        atomic_fetch_sub_explicit(&g->references, 1, memory_order_acq_rel) > 1)
        return;
    g->free_settings(g->settings);
    free(g);
}
