/* rules/element_hint.h - which elements no selector can match, told cheaply.
 *
 * Of each selector one condition that every match must fulfil is noted in a
 * small filter: an id, a class, an attribute's name, how the value of id or
 * class begins, the element's name. An element that has nothing of what was
 * noted needs no further look. Answers may be falsely true, never falsely
 * false.
 */
#pragma once

#include "rules/selector.h"

enum { ELEMENT_HINT_WORDS = 128 };

struct element_hints { /* zeroed: no selector */
    uint64_t bits[ELEMENT_HINT_WORDS];
    bool all; /* some selector says nothing that could be noted */
};

void element_hints_add(struct element_hints *h, const struct selector *s);

bool element_hints_have(const struct element_hints *h, enum element_hint kind,
                        struct str word);
