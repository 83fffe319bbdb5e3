/* http/media.h - what a body is, as browsers find it in Content-Type. */
#pragma once

#include "http/field.h"

struct media_type {
    struct str essence; /* "text/html", as written, without parameters */
    struct str charset; /* as written, without quotes; empty: not said */
};

/* Read one media type (RFC 9110, 8.3.1) as the MIME Sniffing standard does;
 * what stands behind a damaged parameter does not count. false: this is none.
 */
bool media_type_parse(struct media_type *out, struct str value);

/* The media type of a message: of all that its Content-Type lines list the last
 * one that is valid and not a wildcard (Fetch, "extract a MIME type"). false:
 * it has none. */
bool media_type_of(struct media_type *out, const struct fields *fields);

/* Whether the essence is this, without regard to case. */
bool media_type_is(const struct media_type *m, struct str essence);
