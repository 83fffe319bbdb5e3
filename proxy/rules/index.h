/* rules/index.h - what is filed under a key.
 *
 * Patterns are filed under the hash of something that must be present where
 * they match: a host, a token of the URL, the first letters of a cookie. A
 * question hashes what it has and looks only at what is filed there; a key in
 * common is a candidate, never yet a match. A bitmap in front answers for most
 * absent keys within the cache. Immutable once built.
 */
#pragma once

#include "base/arena.h"

struct index_slot {
    uint32_t key, first; /* first: offset in values plus one; 0: free */
};

struct index { /* members are private */
    const uint64_t *bits;
    const struct index_slot *slots;
    const uint32_t *values;
    uint32_t mask;      /* of slots */
    unsigned bit_shift; /* key's bits above it choose the bit */
};

struct index_pair {
    uint32_t key, value;
};

/* Zero-initialise. */
struct index_builder {
    struct index_pair *pairs;
    size_t count, cap;
};

/* File `value`, below 2^31, under a key. */
void index_add(struct index_builder *b, uint32_t key, uint32_t value);

/* Build what was filed so far, in the order in which it was filed under each
 * key, and release the builder. */
struct index index_build(struct index_builder *b, struct arena *arena);

/* The list of values under a key; NULL if there are none. The last value has
 * INDEX_LAST set. */
enum { INDEX_VALUE = 0x7fffffff };
#define INDEX_LAST 0x80000000u

static inline const uint32_t *index_find(const struct index *x, uint32_t key)
{
    uint32_t bit = key * 0x9e3779b1u >> x->bit_shift;

    if (x->bits == NULL || (x->bits[bit >> 6] >> (bit & 63) & 1) == 0)
        return NULL;
    for (uint32_t i = key & x->mask;; i = (i + 1) & x->mask) {
        if (x->slots[i].first == 0)
            return NULL;
        if (x->slots[i].key == key)
            return x->values + x->slots[i].first - 1;
    }
}

/* The next place in a list, or NULL behind the last. */
static inline const uint32_t *index_next(const uint32_t *value)
{
    return (*value & INDEX_LAST) != 0 ? NULL : value + 1;
}

/* A key for a run of bytes; `kind` keeps keys of different things apart. */
static inline uint32_t index_key(struct str s, uint32_t kind)
{
    return (uint32_t)str_hash(s) ^ kind * 0x85ebca6bu;
}
