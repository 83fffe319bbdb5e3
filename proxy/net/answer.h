/* net/answer.h - responses that heed makes itself.
 *
 * Short, typed by the request's Accept (HTML, JSON or plain text), and silent
 * about the inside.
 */
#pragma once

#include "base/buf.h"
#include "http/head.h"
#include "rewrite/request_edit.h"

/* Append a whole response for an error status.
 *
 * request     may have been read only in part: its fields may be empty
 * keep_alive  whether Connection: close is left out
 */
void answer_error(struct buf *out, const struct request_head *request,
                  unsigned status, bool keep_alive);

/* Append the answer that stands in a blocked request's place. */
void answer_neutral(struct buf *out, const struct request_head *request,
                    const struct neutral *neutral, bool keep_alive);

/* The reason phrase of a status, "Unknown" for those we never make. */
const char *status_reason(unsigned status);
