/* rewrite/charref.h - character references in attribute values and text.
 *
 * WHATWG HTML 13.2.5.72 to 13.2.5.80: numeric ones with or without ";" and
 * with the replacements of 13.2.5.80, named ones by the standard's table. The
 * result is UTF-8 where a reference stood and the page's bytes elsewhere.
 */
#pragma once

#include "base/arena.h"

/* Text as a browser reads it, and where each byte of it comes from. */
struct decoded {
    struct str text;
    const uint32_t *origin; /* text.len + 1 offsets in the source; NULL: text
                               is the source */
};

/* Decode an attribute's value. What has no "&" is returned as it is. */
struct decoded charref_decode(struct str value, struct arena *arena);

/* The same without knowing what comes from where. */
struct str charref_text(struct str value, struct arena *arena);

/* The part of `value` that text[from .. to) was decoded from. */
struct str decoded_source(const struct decoded *d, struct str value,
                          size_t from, size_t to);
