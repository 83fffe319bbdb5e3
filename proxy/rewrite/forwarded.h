/* rewrite/forwarded.h - what heed tells the origin of the way a request came:
 * X-Forwarded-*, Forwarded (RFC 7239), Via, X-Request-Id, traceparent.
 */
#pragma once

#include "rewrite/head_edit.h"

/* Whether forwarded_write answers for a field, which is not passed then. */
bool forwarded_owns(enum field_id id);

/* Write these fields. What a trusted proxy brought is kept and extended, what
 * anyone else brought is replaced. With `analytics` denied every address is
 * truncated. */
void forwarded_write(struct head_edit *e, const struct client_info *client);

/* Whether a value is a traceparent that may be passed on (W3C Trace Context,
 * 3.2). */
bool traceparent_is_valid(struct str value);
