/* signals/decision.h - which purposes is this request denied, and why.
 *
 * From the request's fields alone (decision.md). Malformed values are no
 * signal: they never grant; they are counted in `malformed`.
 */
#pragma once

#include "http/head.h"
#include "signals/policy.h"

enum reason { /* why a purpose is allowed or denied */
              REASON_NECESSARY,
              REASON_DNT,
              REASON_GPC,
              REASON_CONSENT, /* by decision.source[purpose] */
              REASON_DEFAULT,
};

struct decision {
    purpose_set denied;
    unsigned char reason[PURPOSES_MAX];
    unsigned char
        source[PURPOSES_MAX]; /* REASON_CONSENT: index in the policy */
    char dnt;                 /* '0' or '1' as sent, 0 when no signal was */
    bool gpc;
    unsigned malformed; /* values that could not be read */
};

/* Decide. Looks only at what the policy asks for; does not allocate. */
void decide(struct decision *out, const struct policy *policy,
            const struct purposes *purposes, const struct fields *fields);

/* The reason as text: "necessary", "dnt", "gpc", "consent:SOURCE", "default".
 * In the arena or static. */
struct str decision_reason(const struct decision *d, const struct policy *p,
                           unsigned purpose, struct arena *arena);

/* Append the names of the request fields that a decision under this policy is
 * taken from, comma-separated, for Vary: "DNT, Sec-GPC, Cookie". Constant for
 * a policy, so it is made once: call at load. */
struct str policy_vary(const struct policy *p, struct arena *arena);

/* Append the value of Heed-Consent: "functional=?0, analytics=?1, …". */
struct buf;
void decision_write_consent(struct buf *out, const struct decision *d,
                            const struct purposes *purposes);
