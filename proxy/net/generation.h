/* net/generation.h - a configuration in force, counted by who still uses it.
 *
 * The main thread makes one per (re)load and publishes it; each worker holds
 * one reference for itself and its requests (a lease), so that a request costs
 * no atomic operation. The last one to let go frees the settings.
 */
#pragma once

#include "net/settings.h"

#include <stdatomic.h>

struct generation {
    struct settings *settings;
    void (*free_settings)(struct settings *s);
    uint64_t number; /* 1, 2, … */
    atomic_uint references;
};

/* A generation with one reference, the caller's. */
struct generation *generation_new(struct settings *settings,
                                  void (*free_settings)(struct settings *s),
                                  uint64_t number);
struct generation *generation_ref(struct generation *g);
void generation_unref(struct generation *g); /* NULL is accepted */
