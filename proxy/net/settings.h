/* net/settings.h - a configuration in the form that workers use.
 *
 * app/config.c makes it from heed.json; everything lives in one arena and is
 * immutable once published. A reload makes a new one; requests under way keep
 * the one they began with.
 */
#pragma once

#include "base/arena.h"
#include "http/head.h"
#include "rewrite/visit.h"

enum { ADDRESS_MAX = 128 }; /* bytes of a struct sockaddr of any kind */

/* A socket address, resolved. */
struct address {
    struct str text; /* as configured, for messages */
    union {
        char bytes[ADDRESS_MAX];
        long aligned;
    } sockaddr;
    unsigned len;
};

struct listen_settings {
    struct address address;
    bool is_unix;
};

struct server_settings {
    struct address address; /* its text is the key of pooled connections */
    unsigned weight;
};

enum balance { BALANCE_LEAST_CONNECTIONS, BALANCE_ROUND_ROBIN, BALANCE_HASH };

struct upstream_settings {
    const struct server_settings *servers;
    unsigned server_count;
    enum balance balance;
    unsigned keepalive; /* idle connections kept per server and worker */
    unsigned retries;
};

struct site_settings {
    const struct str *hosts; /* lower case; exact, "*.suffix" or "*" */
    unsigned host_count;
    struct upstream_settings upstream;
    struct site_privacy privacy;
};

#define TIMEOUTS(X)                                                            \
    X(CLIENT_HEADER, "client_header", 10000)                                   \
    X(CLIENT_BODY, "client_body", 30000)                                       \
    X(CLIENT_WRITE, "client_write", 30000)                                     \
    X(KEEPALIVE, "keepalive", 60000)                                           \
    X(CONNECT, "connect", 5000)                                                \
    X(RESPONSE_HEADER, "response_header", 60000)                               \
    X(RESPONSE_BODY, "response_body", 60000)                                   \
    X(TUNNEL, "tunnel", 3600000)                                               \
    X(DRAIN, "drain", 30000)

#define TIMEOUT_ENUM(id, key, ms) TIMEOUT_##id,
enum timeout { TIMEOUTS(TIMEOUT_ENUM) TIMEOUT_COUNT };
#undef TIMEOUT_ENUM

struct limit_settings {
    struct head_limits request, response;
    uint64_t request_body;           /* bytes; 0: none */
    unsigned connections;            /* per worker */
    unsigned connections_per_client; /* 0: none */
    size_t rewrite_memory;           /* bytes per response */
    unsigned inflate_ratio;
    bool underscores; /* keep field names with an underscore */
};

enum access_format { ACCESS_JSON, ACCESS_COMMON, ACCESS_COMBINED };
enum client_address_form {
    CLIENT_TRUNCATE_WHEN_DENIED,
    CLIENT_TRUNCATE,
    CLIENT_FULL,
    CLIENT_OMIT,
};

struct access_log_settings {
    bool enabled;
    struct str path; /* "-" standard output, "stderr", or a file */
    enum access_format format;
    enum client_address_form client_address;
};

/* A block of addresses, for trusted_proxies. */
struct cidr {
    unsigned char address[16]; /* IPv4 as v4-mapped IPv6 */
    unsigned bits;             /* 0 to 128 */
};

struct settings {
    struct arena arena; /* holds everything, this included */
    const struct listen_settings *listeners;
    unsigned listener_count;
    unsigned workers;
    const struct site_settings *sites;
    unsigned site_count;
    const struct cidr *trusted;
    unsigned trusted_count;
    uint64_t timeouts_ms[TIMEOUT_COUNT];
    struct limit_settings limits;
    struct access_log_settings access;
    struct str error_log_path; /* "stderr" or a file */
    int error_log_level;       /* enum log_level */
    struct purposes purposes;
    struct ruleset *rules; /* freed with the arena (deferred) */
};

/* The site for a host (without port, any case), the most specific pattern
 * first: exact, the longest "*.suffix", "*". NULL: none (421). */
const struct site_settings *settings_site(const struct settings *s,
                                          struct str host);
