/* rewrite/response_edit.h - the response head that the client gets, and what
 * is to happen to the body. */
#pragma once

#include "base/buf.h"
#include "http/framing.h"
#include "rewrite/pipeline.h"
#include "rewrite/request_edit.h"
#include "rewrite/visit.h"

enum body_plan {
    PLAN_PASS,         /* byte for byte */
    PLAN_REWRITE,      /* through a pipeline */
    PLAN_REFUSE,       /* must be rewritten and cannot be: answer 502 */
    PLAN_NOT_MODIFIED, /* the client has this very body: answer 304 */
};

struct response_plan {
    enum body_plan body;
    const char *why;     /* PLAN_REFUSE: for the log */
    enum body_kind kind; /* PLAN_REWRITE */
    enum body_coding coding;
    struct str charset; /* lower case, may be empty */
    bool no_inline;     /* the page's own policy would refuse our scripts */
};

/* Plan what happens to a response. `framing` is the origin's. For a response
 * without a body (HEAD, 304, 204) the head is still edited as the one with a
 * body would be, so that both agree. */
void response_plan(struct response_plan *out, const struct visit *v,
                   const struct response_head *head,
                   const struct framing *framing, struct arena *arena);

/* Append the head for the client, empty line included.
 *
 * framing     how the body is sent to the client: FRAMING_CLOSE writes
 *             Connection: close and no length
 * keep_alive  whether the client's connection goes on afterwards
 * minor       the client's HTTP/1 minor version
 * upgrade     pass Connection: Upgrade and Upgrade on (status 101)
 */
void response_edit_write(struct buf *out, const struct visit *v,
                         const struct response_head *head,
                         const struct response_plan *plan,
                         const struct framing *framing, bool keep_alive,
                         unsigned minor, bool upgrade, head_edit_fn *on_edit,
                         void *edit_ctx, struct arena *arena);
