/* http/head.h - the head of a request or a response (RFC 9112, 2 to 5).
 *
 * Strict where leniency is how requests are smuggled: every refusal that the
 * contract's proxying.md names is one of enum head_error. Pure: bytes in, a
 * head out; all strings are borrowed from the bytes. head_find_end tells when
 * a head is complete, so that parsing happens once, on contiguous bytes.
 */
#pragma once

#include "base/arena.h"
#include "http/field.h"

/* What a peer may send; 0 is no limit. */
struct head_limits {
    size_t line;    /* bytes of the start line without CRLF */
    size_t bytes;   /* bytes of all field lines */
    unsigned count; /* field lines */
};

#define HEAD_ERRORS(X)                                                         \
    X(NONE, 0, "")                                                             \
    X(BAD_LINE, 400, "malformed start line")                                   \
    X(BAD_METHOD, 400, "malformed method")                                     \
    X(BAD_TARGET, 400, "malformed request target")                             \
    X(BAD_VERSION, 400, "malformed HTTP version")                              \
    X(VERSION, 505, "unsupported HTTP version")                                \
    X(BAD_FIELD_NAME, 400, "malformed field name")                             \
    X(BAD_FIELD_VALUE, 400, "control byte in a field value")                   \
    X(FOLDED, 400, "line folding")                                             \
    X(BARE_LF, 400, "bare CR or LF")                                           \
    X(LINE_LONG, 414, "request line too long")                                 \
    X(FIELDS_LONG, 431, "header fields too large")                             \
    X(NO_HOST, 400, "missing Host")                                            \
    X(HOSTS, 400, "repeated Host")                                             \
    X(BAD_HOST, 400, "malformed Host")                                         \
    X(HOST_DISAGREES, 400, "target and Host disagree")                         \
    X(METHOD_CONNECT, 405, "CONNECT is not offered")                           \
    X(LENGTH_AND_CODING, 400, "Content-Length with Transfer-Encoding")         \
    X(BAD_LENGTH, 400, "malformed or differing Content-Length")                \
    X(BAD_CODING, 400, "malformed Transfer-Encoding")                          \
    X(UNKNOWN_CODING, 501, "unknown transfer coding")                          \
    X(CODING_IN_1_0, 400, "Transfer-Encoding in HTTP/1.0")                     \
    X(EXPECTATION, 417, "unknown expectation")                                 \
    X(BODY_LONG, 413, "request body too large")                                \
    X(BAD_CHUNK, 400, "malformed chunk")                                       \
    X(BAD_TRAILER, 400, "malformed or forbidden trailer")                      \
    X(TIMED_OUT, 408, "request head not complete in time")

#define HEAD_ERROR_ENUM(id, status, reason) HEAD_##id,
enum head_error { HEAD_ERRORS(HEAD_ERROR_ENUM) HEAD_ERROR_COUNT };
#undef HEAD_ERROR_ENUM

/* The status that answers a request with this error (a response with any is
 * answered 502), and a short reason for logs. */
unsigned head_error_status(enum head_error e);
const char *head_error_reason(enum head_error e);

struct request_head {
    struct str method;
    struct str target; /* as it came */
    struct str path;   /* origin form: path and query; "*" for OPTIONS * */
    struct str host;   /* of Host or the absolute target, port included */
    struct fields fields;
    unsigned char minor; /* HTTP/1.minor, 0 or 1 */
    bool is_head, is_connect;
};

struct response_head {
    unsigned status;
    struct str reason;
    struct fields fields;
    unsigned char minor;
};

/* Look for the end of a head, the empty line, in `bytes`.
 *
 * from     where to go on from: 0 at first, then what the last call left there
 * Returns  the length of the head with its empty line, 0 if it is not there
 *          yet. A head that ends with bare LFs ends too: the parser refuses it.
 */
size_t head_find_end(struct str bytes, size_t *from);

/* Parse a whole head, `bytes` as head_find_end measured it. Fields are
 * allocated in the arena. Host, target and version are checked; framing is
 * for http/framing.h. `underscores`: whether field names with an underscore
 * are kept instead of dropped. */
enum head_error request_head_parse(struct request_head *head, struct str bytes,
                                   const struct head_limits *limits,
                                   bool underscores, struct arena *arena);
enum head_error response_head_parse(struct response_head *head,
                                    struct str bytes,
                                    const struct head_limits *limits,
                                    struct arena *arena);

/* Parse the field lines of a trailer section with its empty line (RFC 9110,
 * 6.5). Names with an underscore are dropped. */
enum head_error trailers_parse(struct fields *fields, struct str bytes,
                               const struct head_limits *limits,
                               struct arena *arena);

/* The host without port, lower case is not forced: "[::1]:80" gives "[::1]". */
struct str host_without_port(struct str host);

/* Whether a method is idempotent (RFC 9110, 9.2.2). */
bool method_is_idempotent(struct str method);
