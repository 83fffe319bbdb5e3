/* signals/consent.h - what a consent source says of the purposes.
 *
 * A source may say nothing of a purpose; the next one is asked then. What
 * cannot be read says nothing, and is counted.
 */
#pragma once

#include "http/field.h"
#include "signals/policy.h"

struct consent {
    purpose_set granted, refused; /* disjoint; neither: says nothing */
    unsigned malformed;
};

/* Read one source of the policy from the fields of a request. */
struct consent consent_read(const struct policy *policy,
                            const struct consent_source *source,
                            const struct purposes *purposes,
                            const struct fields *fields);

/* Read the value of heed's own cookie, VERSION.UNIXTIME.PURPOSE…: what it does
 * not grant it refuses. Recorded under a version older than `version` it says
 * nothing. Names of purposes that are no longer known do not count. */
struct consent consent_from_heed(struct str value, uint64_t version,
                                 const struct purposes *purposes);
