/* module: http */
/* A cookie made session-only has no lifetime, does not delete, and is the same
 * cookie otherwise; making it so again changes nothing. */
#include "http/cookie.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1700000000 };

static bool same(const struct set_cookie *a, const struct set_cookie *b)
{
    return str_eq(a->name, b->name) && str_eq(a->value, b->value) &&
           str_eq(a->domain, b->domain) && str_eq(a->path, b->path) &&
           a->secure == b->secure && a->partitioned == b->partitioned;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf session = {0}, again = {0};
    struct set_cookie before, after;
    struct str value = str_make((const char *)data, size);

    set_cookie_write_session(&session, value);
    set_cookie_write_session(&again, buf_str(&session));
    if (!str_eq(buf_str(&session), buf_str(&again)))
        abort();
    bool some = set_cookie_parse(&before, value, NOW);
    if (some != set_cookie_parse(&after, buf_str(&session), NOW))
        abort();
    if (some && (!same(&before, &after) || after.has_lifetime || after.deletes))
        abort();
    buf_release(&session);
    buf_release(&again);
    return 0;
}
