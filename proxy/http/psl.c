#include "http/url.h"

#include <libpsl.h>

enum {
    HOST_MAX = 255, /* no longer name resolves */
    CACHED_MAX = 56,
    SLOTS = 64,
};

/* Walking the list costs as much as parsing a whole head, and the same few
 * hosts are asked for again and again: each thread remembers some. */
struct slot {
    char host[CACHED_MAX];
    unsigned char len, at; /* of the host; where its domain begins */
};

static _Thread_local struct slot slots[SLOTS];

static bool is_address(struct str host)
{
    size_t at = host.len;

    while (at > 0 && host.ptr[at - 1] != '.')
        at--;
    return host.ptr[0] == '[' ||
           (at < host.len && ascii_is_digit(host.ptr[at]));
}

/* Where the registrable domain begins; 0 if it is the whole host. */
static size_t find_domain(struct str host)
{
    char copy[HOST_MAX + 1];

    if (is_address(host))
        return 0;
    memcpy(copy, host.ptr, host.len);
    copy[host.len] = '\0';
    const char *domain = psl_registrable_domain(psl_builtin(), copy);
    return domain != NULL ? (size_t)(domain - copy) : 0;
}

static struct str find_cached(struct str host)
{
    struct slot *s = &slots[str_hash(host) % SLOTS];

    if (!str_eq(str_make(s->host, s->len), host)) {
        s->at = (unsigned char)find_domain(host);
        s->len = (unsigned char)host.len;
        memcpy(s->host, host.ptr, host.len);
    }
    return str_from(host, s->at);
}

struct str host_registrable(struct str host)
{
    if (host.len == 0 || host.len > HOST_MAX)
        return host;
    if (host.len <= CACHED_MAX)
        return find_cached(host);
    return str_from(host, find_domain(host));
}
