/* http/trailer.h - trailer fields on their way through (RFC 9110, 6.5). */
#pragma once

#include "base/buf.h"
#include "http/head.h"

/* Append the fields of a trailer section that may be passed on, empty line
 * included.
 *
 * section  the section with its empty line; empty: there is none
 *
 * A recipient may merge trailers into the head, against the rules. So only
 * what heed has no meaning for is passed on: nothing that frames, routes,
 * authenticates, controls caches or describes the content. A malformed section
 * is dropped.
 */
void trailers_write(struct buf *out, struct str section, struct arena *arena);

/* Whether a request's trailer section is well formed and names nothing that
 * frames or routes the message: such a one was meant to be merged. */
bool trailers_are_sound(struct str section);
