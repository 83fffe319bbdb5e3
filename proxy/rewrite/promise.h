/* rewrite/promise.h - what a response tells browsers and caches of the policy:
 * Tk, Vary, Permissions-Policy.
 */
#pragma once

#include "rewrite/head_edit.h"

/* The tracking status that is true for this visit (TPE): 'N' when nothing that
 * could track is allowed, 'C' when only what the visitor consented to is, else
 * 'T'. */
char promise_status(const struct visit *v);

/* Write Vary: what the origin says and what the decision was taken from, in
 * one line, since caches look at one only. */
void promise_write_vary(struct head_edit *e, const struct fields *response);

/* Write the directives that the origin does not set itself. */
void promise_write_permissions(struct head_edit *e,
                               const struct fields *response);
