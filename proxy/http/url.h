/* http/url.h - URLs as a browser reads them (WHATWG URL).
 *
 * What rules match is not what stands in the page but what a browser would
 * fetch: leading and trailing C0 controls and spaces cut, tabs and newlines
 * gone, backslashes as slashes, any number of slashes behind a special scheme,
 * scheme and host in lower case, host percent-decoded and in its ASCII form
 * (IDNA), IPv4 in dotted decimal, default port dropped, credentials apart,
 * relative references resolved, the fragment cut.
 */
#pragma once

#include "base/arena.h"

struct url {
    struct str text;   /* "https://host:port/path?query": what filters match;
                          without credentials and fragment */
    struct str scheme; /* lower case, without ":" */
    struct str host; /* lower case, without port; empty for data:, blob:, … */
    struct str port; /* empty when it is the scheme's own */
    struct str path; /* from its "/" up to "?"; opaque for other schemes */
    struct str query; /* behind "?"; ptr NULL when there is none */
};

/* Parse `input` against `base` (NULL: it must be absolute).
 *
 * out      its strings live in the arena, or in `input` where nothing had to
 *          be changed
 * Returns  false if a browser could not make a URL of it (it fetches nothing
 *          then).
 */
bool url_parse(struct url *out, struct str input, const struct url *base,
               struct arena *arena);

/* Whether the scheme can carry a host: http, https, ws, wss, ftp. */
bool url_is_special(const struct url *url);

/* The registrable domain of a host by the public suffix list: "a.b.co.uk" →
 * "b.co.uk". A host that is itself a public suffix, an IP address or a single
 * label is returned whole. Borrowed from `host`, which must be lower case. */
struct str host_registrable(struct str host);

/* Take the next `name=value` (raw bytes) off a query; false at its end. An
 * empty piece ("a&&b") is returned as empty. */
bool query_next(struct str *rest, struct str *piece);
