/* rewrite/request_edit.h - the request that the origin gets. */
#pragma once

#include "base/buf.h"
#include "http/framing.h"
#include "rewrite/visit.h"

/* What heed knows of the client's connection. */
struct client_info {
    struct str address;    /* textual, without port; empty for Unix sockets */
    bool trusted;          /* a trusted proxy: its forwarding fields are kept
                              and extended, else they are replaced */
    struct str request_id; /* used unless a trusted proxy brought one */
};

/* What a blocked request is answered with in the origin's place. */
struct neutral {
    unsigned status;         /* 200 or 204 */
    struct str content_type; /* empty with 204 */
    struct str body;         /* static */
};

/* Whether the request itself is denied (a first-party beacon, a self-hosted
 * widget): out says what to answer, *m which rule did it. Never for the main
 * document of a navigation. */
bool request_is_denied(const struct visit *v, struct arena *arena,
                       struct neutral *out, struct match *m);

/* Append the head for the origin, empty line included: hop-by-hop fields gone,
 * forwarding fields, Via, Heed-Consent added, cookies and parameters of denied
 * rules removed, Accept-Encoding cut to what can be decoded when the answer
 * may have to be rewritten, ranges and conditions likewise.
 *
 * framing   how the body is sent on
 * upgrade   pass Connection: Upgrade and Upgrade on (a tunnel is wanted)
 * on_edit   called for each cookie and parameter that went (may be NULL)
 */
typedef void head_edit_fn(void *ctx, const struct rule *rule, const char *kind);
void request_edit_write(struct buf *out, const struct visit *v,
                        const struct client_info *client,
                        const struct framing *framing, bool upgrade,
                        head_edit_fn *on_edit, void *edit_ctx,
                        struct arena *arena);
