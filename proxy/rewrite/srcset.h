/* rewrite/srcset.h - the candidates of a srcset attribute (HTML 4.8.4.3.8). */
#pragma once

#include "base/str.h"

struct srcset_candidate {
    struct str url;
    struct str text; /* the URL and its descriptors, without commas around */
};

/* Take the next candidate off the (decoded) value, beginning at *at; false at
 * its end. */
bool srcset_next(struct str value, size_t *at, struct srcset_candidate *out);
