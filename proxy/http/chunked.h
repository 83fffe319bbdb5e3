/* http/chunked.h - decode the chunked transfer coding (RFC 9112, 7.1).
 *
 * Pure: no I/O, no clock. Splitting the input at any offset gives the same
 * payload; tests/fuzz/fuzz_chunked.c holds us to it. Strict: CRLF only, no
 * white space around sizes, sizes within 63 bits. Extensions are ignored but
 * their length is bounded.
 */
#pragma once

#include "base/buf.h"

enum {
    CHUNKED_EXTENSION_MAX = 4096, /* bytes of extensions in one body */
    CHUNKED_TRAILER_MAX = 8192,   /* bytes of the trailer section */
};

enum chunked_result {
    CHUNKED_MORE, /* all input consumed, more bytes wanted */
    CHUNKED_DATA, /* *payload holds bytes; call again with what is left */
    CHUNKED_DONE, /* last chunk and trailers consumed */
    CHUNKED_BAD,  /* malformed or over a limit; sticky */
};

/* Zero-initialise; members are private but for `trailers`. */
struct chunked {
    struct buf *trailers; /* where trailer lines go, empty line included; NULL:
                             they are checked for length and dropped */
    unsigned char state;
    uint64_t size; /* left of the chunk, or its size so far */
    unsigned digits;
    unsigned extension; /* bytes of extensions so far */
    unsigned trailer;   /* bytes of the trailer section so far */
    bool line_empty;
};

/* Decode up to the next run of payload in `*in`.
 *
 * in       advanced past what was used; borrowed
 * payload  the run found, within `*in`; set when CHUNKED_DATA is returned
 * Returns  on CHUNKED_DONE the rest of `*in` is what follows the message.
 */
enum chunked_result chunked_decode(struct chunked *c, struct str *in,
                                   struct str *payload);
