/* http/host.h - the host of a URL, as a browser reads it (WHATWG URL, 3.5).
 *
 * Shared by url.c; the rest of heed uses url_parse and host_registrable.
 */
#pragma once

#include "base/arena.h"

/* Read the host of a special scheme's URL: percent-decoded, mapped to its
 * ASCII form (IDNA), IPv4 numbers in dotted decimal, IPv6 compressed in its
 * brackets, dots at the end cut. A label that IDNA 2008 refuses but browsers
 * take (emoji) stays as it is, so that the registrable domain behind it is
 * still seen.
 *
 * out      in the arena, or `input` itself where nothing had to be changed
 * Returns  false if a browser would refuse the host.
 */
bool host_parse(struct str *out, struct str input, struct arena *arena);

/* Whether a host is made of lower-case letters, digits, "-", "_" and single
 * dots between, and is no IPv4 number: then host_parse has nothing to do. */
bool host_is_plain(struct str host);
