/* signals/purpose.h - what a trace serves: the purposes a visitor may deny.
 *
 * Five are built in; a configuration may add its own, up to PURPOSES_MAX in
 * all. A set of purposes is one word, so that "is this rule's purpose denied"
 * is one bit test.
 */
#pragma once

#include "base/json.h"

enum {
    PURPOSE_NECESSARY, /* never denied */
    PURPOSE_FUNCTIONAL,
    PURPOSE_ANALYTICS,
    PURPOSE_MARKETING,
    PURPOSE_SOCIAL,
    PURPOSE_BUILTIN, /* how many are built in */
    PURPOSES_MAX = 32,
};

typedef uint32_t purpose_set; /* bit i: purpose i */

struct purposes {
    struct str names[PURPOSES_MAX];
    unsigned count;
};

/* The built-in purposes. */
void purposes_init(struct purposes *p);

/* Add those of a configuration's "purposes" array (NULL: none). */
bool purposes_load(struct purposes *p, struct diag *d, const struct json *list);

/* The number of a purpose, or -1. */
int purposes_find(const struct purposes *p, struct str name);

/* The number of the purpose that a string value names; -1: reported. */
int purposes_read(const struct purposes *p, struct diag *d,
                  const struct json *value);

/* All purposes but PURPOSE_NECESSARY. */
purpose_set purposes_deniable(const struct purposes *p);
