/* http/cookie.h - Cookie and Set-Cookie as browsers read them (RFC 6265bis).
 *
 * Quotes mean nothing: a ";" within them ends the piece, and the value keeps
 * them. A piece without "=" is a value without a name. Nothing is decoded, and
 * every string is borrowed from the field's value.
 */
#pragma once

#include "base/buf.h"

struct cookie_pair {
    struct str name, value; /* white space around them trimmed */
    struct str piece;       /* as it stands between two ";" */
};

/* Take the next piece off the value of a Cookie field; false at its end.
 * Pieces of nothing but white space have an empty name and value. */
bool cookie_next(struct str *rest, struct cookie_pair *out);

struct set_cookie {
    struct str name, value;
    struct str domain; /* without a leading dot, as written; empty: none */
    struct str path;   /* as written; empty: none */
    bool secure;       /* has Secure */
    bool partitioned;  /* has Partitioned */
    bool has_lifetime; /* has Expires or Max-Age, valid or not */
    bool has_max_age;  /* a valid one: Expires does not count then */
    bool deletes;      /* it is over already */
};

/* Read the value of a Set-Cookie field. Of a repeated attribute the last one
 * counts (5.6).
 *
 * now      seconds since the epoch, against which Expires is held
 * Returns  false if browsers ignore the field: name and value are empty
 */
bool set_cookie_parse(struct set_cookie *out, struct str value, int64_t now);

/* Append the value without its Expires and Max-Age attributes; every other
 * byte stays. */
void set_cookie_write_session(struct buf *out, struct str value);

/* Read a cookie-date (5.1.1) in any of its old forms, as seconds since the
 * epoch. */
bool cookie_date_parse(struct str text, int64_t *out);
