#include "http/url.h"

#include <libpsl.h>

enum { HOST_MAX = 255 }; /* no longer name resolves */

static bool is_address(struct str host)
{
    size_t at = host.len;

    while (at > 0 && host.ptr[at - 1] != '.')
        at--;
    return host.ptr[0] == '[' ||
           (at < host.len && ascii_is_digit(host.ptr[at]));
}

struct str host_registrable(struct str host)
{
    char copy[HOST_MAX + 1];

    if (host.len == 0 || host.len > HOST_MAX || is_address(host))
        return host;
    memcpy(copy, host.ptr, host.len);
    copy[host.len] = '\0';
    const char *domain = psl_registrable_domain(psl_builtin(), copy);
    return domain != NULL ? str_from(host, (size_t)(domain - copy)) : host;
}
