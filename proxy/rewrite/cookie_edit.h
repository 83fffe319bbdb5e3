/* rewrite/cookie_edit.h - cookies on their way in both directions. */
#pragma once

#include "rewrite/head_edit.h"

enum { EXPIRIES_MAX = 20 }; /* fields per response */

/* Write a Cookie field without what is denied; the other pieces keep their
 * order and bytes. */
void cookie_edit_request(struct head_edit *e, const struct field *f);

/* Write a Set-Cookie field if it may stay, session-only if the policy wants
 * that. One that deletes always stays. */
void cookie_edit_response(struct head_edit *e, const struct field *f);

/* Write a Set-Cookie for each denied cookie that the browser still sent, for
 * the host and its parent domains up to the registrable one. */
void cookie_expire_denied(struct head_edit *e);
