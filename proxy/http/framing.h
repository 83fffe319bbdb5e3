/* http/framing.h - where a message's body ends (RFC 9112, 6.3). */
#pragma once

#include "http/head.h"

enum framing_kind {
    FRAMING_NONE,   /* no body */
    FRAMING_LENGTH, /* `length` bytes */
    FRAMING_CHUNKED,
    FRAMING_CLOSE, /* until the connection ends; responses only */
};

struct framing {
    enum framing_kind kind;
    uint64_t length; /* FRAMING_LENGTH: may be 0 */
};

/* The framing of a request; HEAD_NONE or why it is refused. `*keep_alive`:
 * whether the client wants the connection to go on. `*expect_continue`:
 * whether it waits for 100. */
enum head_error request_framing(const struct request_head *head,
                                struct framing *out, bool *keep_alive,
                                bool *expect_continue);

/* The framing of the answer to a request (`to_head`: it was HEAD). What is
 * ambiguous, such as Content-Length with Transfer-Encoding, is an error: the
 * answer to the client is 502. */
enum head_error response_framing(const struct response_head *head, bool to_head,
                                 struct framing *out, bool *keep_alive);
