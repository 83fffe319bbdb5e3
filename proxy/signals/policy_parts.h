/* signals/policy_parts.h - parts of policy_load that have files of their own.
 */
#pragma once

#include "signals/policy.h"

/* Read the "consent" array (NULL: nothing changes) into p->sources. */
void policy_read_consent(struct policy *p, struct diag *d,
                         const struct json *value);
