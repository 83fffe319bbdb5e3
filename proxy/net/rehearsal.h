/* net/rehearsal.h - mode "report": what would have been done, done to copies.
 *
 * The request and its response pass untouched; beside them the same edits are
 * made with the scope that mode "enforce" would have, and their output is
 * dropped. What remains are the notes in the exchange: the rules that would
 * have acted.
 */
#pragma once

#include "net/exchange.h"

struct rehearsal {
    struct visit visit;
    struct pipeline *pipeline; /* NULL: the body would pass */
};

/* Begin if the exchange's site only reports and something is denied; else
 * x->rehearsal stays NULL and the others must not be called. */
void rehearsal_begin(struct exchange *x);

/* The response's head and framing are known. */
void rehearsal_response(struct exchange *x, const struct response_head *head);

/* A piece of the body as the origin sent it, and its end. */
void rehearsal_body(struct exchange *x, struct str bytes, enum push_mode mode);
