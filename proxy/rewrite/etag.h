/* rewrite/etag.h - entity tags of rewritten bodies.
 *
 *     W/"ORIGINAL--heed-GENERATION-DENIED"
 *
 * One body of the origin has as many rewritten forms as there are rules and
 * decisions: each has a tag of its own, from which the origin's can be had
 * again. GENERATION and DENIED are hexadecimal; a "w" behind them says that
 * the origin's tag was weak.
 */
#pragma once

#include "base/buf.h"
#include "rewrite/visit.h"

enum etag_origin {
    ETAG_FOREIGN, /* not made by us */
    ETAG_CURRENT, /* names what this visit would be given */
    ETAG_STALE,   /* names what other rules or another decision gave */
};

/* Our tag for a body with the origin's `tag`; empty if that is malformed. */
struct str etag_make(const struct visit *v, struct str tag,
                     struct arena *arena);

/* Whose a tag is. ETAG_CURRENT: *original is the origin's. */
enum etag_origin etag_read(const struct visit *v, struct str tag,
                           struct str *original, struct arena *arena);

/* Whether any line of If-None-Match holds a current tag of ours. `tag` not
 * empty: this very one. */
bool etag_is_held(const struct visit *v, struct str tag, struct arena *arena);
