/* rewrite/visit.h - one request seen by the policy: decision and scope.
 *
 * Made when the request's head has been read; everything that edits heads and
 * bodies afterwards asks it. Its pointers are borrowed from the configuration
 * in force when the request came, and from the request.
 */
#pragma once

#include "rules/ruleset.h"
#include "signals/decision.h"

/* What a site brings to every visit; made at load, immutable. */
struct site_privacy {
    struct policy policy;
    const struct purposes *purposes;
    const struct ruleset *rules;
    struct rule_bits enabled;
    struct str vary;     /* policy_vary() */
    uint64_t generation; /* of rules and policy: part of rewritten ETags */
};

struct visit {
    const struct site_privacy *site;
    const struct request_head *request;
    struct decision decision;
    struct scope scope; /* scope.denied is 0 in modes that change nothing */
    bool secure;        /* the client came over TLS */
    int64_t now;        /* seconds since the epoch, when the visit began */
};

/* Decide and set up the scope. Strings that had to be made live in `arena`. */
void visit_begin(struct visit *v, const struct site_privacy *site,
                 const struct request_head *request, bool secure,
                 struct arena *arena);

/* The same visit as mode "enforce" would see it, for telling what would be
 * done. */
void visit_enforced(struct visit *out, const struct visit *v);

/* Whether anything at all may be changed for this visitor. */
bool visit_enforces(const struct visit *v);

/* The absolute URL of the request, for relative references in its answer and
 * for filters. false if it cannot be made (then nothing matches). */
bool visit_url(const struct visit *v, struct url *out, struct arena *arena);

/* What is being asked for, by Sec-Fetch-Dest, else Accept, else the path's
 * extension. RESOURCE_DOCUMENT for the main document of a navigation. */
enum resource_type visit_resource_type(const struct request_head *request);

/* Whether the answer may be one that has to be rewritten, as far as the request
 * tells: something is denied, and neither the destination nor the name of a
 * media file or a download says otherwise. */
bool visit_may_rewrite(const struct visit *v);

/* What stands behind the last dot of a path's last segment, the query aside;
 * empty if there is none. */
struct str path_extension(struct str path);
