/* rules/literals.h - many literals found in one pass over a text.
 *
 * Wu and Manber's way: a window as long as the shortest literal moves over the
 * text; the last three bytes in it tell by how much it may move on, and only
 * where it may not move is a literal compared. Case counts.
 */
#pragma once

#include "rules/index.h"

enum { LITERAL_MIN = 3 }; /* bytes */

struct literals { /* zeroed: none */
    const struct str *texts;
    size_t count;
    const uint8_t *shifts;
    unsigned window;
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
