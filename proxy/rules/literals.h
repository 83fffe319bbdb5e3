/* rules/literals.h - many literals found in one pass over a text.
 *
 * Each literal is filed under the four bytes in it that are likely to be rare
 * in scripts. The pass looks at every four bytes of the text in a bitmap that
 * stays in the cache, and compares literals only where a bit is set. One place
 * does not wait for the one before, so the number of literals hardly matters.
 * Case counts.
 */
#pragma once

#include "rules/index.h"

enum {
    LITERAL_MIN = 4, /* bytes */
    LITERAL_BITMAP_BITS = 16,
};

struct literals { /* zeroed: none */
    const struct str *texts;
    size_t count;
    const uint16_t *offsets; /* of the four bytes in each */
    const uint64_t *bits;
    struct index index;
};

/* Build for texts of at least LITERAL_MIN bytes that live as long as it. */
void literals_build(struct literals *l, struct arena *arena,
                    const struct str *texts, size_t count);

/* true ends the search. `number` is the literal's in the array. */
typedef bool literal_fn(void *ctx, uint32_t number, size_t at);

/* Call fn wherever a literal stands in the text. Returns whether fn ended the
 * search. */
bool literals_each(const struct literals *l, struct str text, literal_fn *fn,
                   void *ctx);
