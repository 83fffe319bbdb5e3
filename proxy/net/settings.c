#include "net/settings.h"

#include <strings.h>

/* How well a host pattern fits: 0 not at all; "*" 1; "*.suffix" by its length;
 * exact best. Patterns are lower case. */
static size_t pattern_fit(struct str pattern, struct str host)
{
    if (str_eq(pattern, STR("*")))
        return 1;
    if (str_starts(pattern, STR("*."))) {
        struct str suffix = str_from(pattern, 1);
        bool fits = host.len > suffix.len &&
                    str_ieq(str_from(host, host.len - suffix.len), suffix);
        return fits ? 1 + suffix.len : 0;
    }
    return str_ieq(pattern, host) ? SIZE_MAX : 0;
}

const struct site_settings *settings_site(const struct settings *s,
                                          struct str host)
{
    const struct site_settings *best = NULL;
    size_t best_fit = 0;

    /* "example.com." is the same host. */
    if (host.len > 1 && host.ptr[host.len - 1] == '.')
        host.len--;
    for (unsigned i = 0; i < s->site_count; i++) {
        for (unsigned k = 0; k < s->sites[i].host_count; k++) {
            size_t fit = pattern_fit(s->sites[i].hosts[k], host);
            if (fit > best_fit) {
                best_fit = fit;
                best = &s->sites[i];
            }
        }
    }
    return best;
}
