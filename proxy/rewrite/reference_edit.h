/* rewrite/reference_edit.h - response fields that make a browser fetch or
 * report: Link, Refresh, Report-To, Reporting-Endpoints, NEL.
 */
#pragma once

#include "rewrite/head_edit.h"

/* Whether reference_edit answers for a field. */
bool reference_has(enum field_id id);

/* Write such a field without the entries that point at denied resources.
 * `response` is the whole head: NEL goes with the group it reports to. */
void reference_edit(struct head_edit *e, const struct fields *response,
                    const struct field *f);
