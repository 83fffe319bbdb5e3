/* http/field.h - field lines of a message (RFC 9110, 5).
 *
 * A field's name and value are borrowed from the bytes of the head. Names that
 * heed acts on have an id, found while parsing, so that later steps switch on
 * a number. Order and repetition are kept as they came.
 */
#pragma once

#include "base/str.h"

/* clang-format off */
#define FIELD_NAMES(X)                                                         \
    X(ACCEPT, "accept") X(ACCEPT_CH, "accept-ch")                              \
    X(ACCEPT_ENCODING, "accept-encoding") X(ACCEPT_RANGES, "accept-ranges")    \
    X(CACHE_CONTROL, "cache-control") X(CONNECTION, "connection")              \
    X(CONTENT_DIGEST, "content-digest")                                        \
    X(CONTENT_ENCODING, "content-encoding")                                    \
    X(CONTENT_LENGTH, "content-length") X(CONTENT_MD5, "content-md5")          \
    X(CONTENT_SECURITY_POLICY, "content-security-policy")                      \
    X(CONTENT_TYPE, "content-type") X(COOKIE, "cookie") X(DATE, "date")        \
    X(DIGEST, "digest") X(DNT, "dnt") X(ETAG, "etag") X(EXPECT, "expect")      \
    X(FORWARDED, "forwarded") X(HEED_CONSENT, "heed-consent")                  \
    X(HOST, "host") X(HTTP2_SETTINGS, "http2-settings")                        \
    X(IF_MODIFIED_SINCE, "if-modified-since")                                  \
    X(IF_NONE_MATCH, "if-none-match") X(IF_RANGE, "if-range")                  \
    X(KEEP_ALIVE, "keep-alive") X(LAST_MODIFIED, "last-modified")              \
    X(LINK, "link") X(LOCATION, "location") X(NEL, "nel")                      \
    X(ORIGIN, "origin") X(PERMISSIONS_POLICY, "permissions-policy")            \
    X(PROXY_AUTHENTICATE, "proxy-authenticate")                                \
    X(PROXY_AUTHORIZATION, "proxy-authorization")                              \
    X(PROXY_CONNECTION, "proxy-connection") X(RANGE, "range")                  \
    X(REFERER, "referer") X(REFRESH, "refresh") X(REPORT_TO, "report-to")      \
    X(REPORTING_ENDPOINTS, "reporting-endpoints")                              \
    X(REPR_DIGEST, "repr-digest") X(RETRY_AFTER, "retry-after")                \
    X(SEC_FETCH_DEST, "sec-fetch-dest") X(SEC_FETCH_MODE, "sec-fetch-mode")    \
    X(SEC_FETCH_SITE, "sec-fetch-site") X(SEC_GPC, "sec-gpc")                  \
    X(SERVER, "server") X(SET_COOKIE, "set-cookie") X(TE, "te") X(TK, "tk")    \
    X(TRACEPARENT, "traceparent") X(TRAILER, "trailer")                        \
    X(TRANSFER_ENCODING, "transfer-encoding") X(UPGRADE, "upgrade")            \
    X(USER_AGENT, "user-agent") X(VARY, "vary") X(VIA, "via")                  \
    X(X_FORWARDED_FOR, "x-forwarded-for")                                      \
    X(X_FORWARDED_HOST, "x-forwarded-host")                                    \
    X(X_FORWARDED_PROTO, "x-forwarded-proto")                                  \
    X(X_REAL_IP, "x-real-ip") X(X_REQUEST_ID, "x-request-id")
/* clang-format on */

#define FIELD_ENUM(id, name) FIELD_##id,
enum field_id { FIELD_OTHER, FIELD_NAMES(FIELD_ENUM) FIELD_COUNT };
#undef FIELD_ENUM

struct field {
    struct str name;  /* as it came */
    struct str value; /* without white space around it */
    enum field_id id;
};

struct fields {
    struct field *items;
    unsigned count;
};

/* The id of a name without regard to case, FIELD_OTHER if it has none. */
enum field_id field_id_of(struct str name);

/* The lower-case name of an id other than FIELD_OTHER. */
struct str field_id_name(enum field_id id);

/* The first field with this id, or NULL. */
const struct field *fields_find(const struct fields *fields, enum field_id id);

/* The value of the first field with this id, empty with ptr NULL if absent. */
struct str fields_value(const struct fields *fields, enum field_id id);

/* How many field lines have this id. */
unsigned fields_count(const struct fields *fields, enum field_id id);

/* The first field of this name, without regard to case, or NULL. */
const struct field *fields_find_name(const struct fields *fields,
                                     struct str name);

/* Take the next element off a comma-separated list (RFC 9110, 5.6.1), white
 * space around it trimmed, empty elements skipped; commas within quoted
 * strings belong to the element. false: the list is at its end. */
bool list_next(struct str *rest, struct str *element);

/* Whether a list field of this id names `token`, without regard to case, in
 * any of its lines. */
bool fields_list_has(const struct fields *fields, enum field_id id,
                     struct str token);
