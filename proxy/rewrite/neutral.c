#include "rewrite/request_edit.h"

/* 1×1, transparent. */
static const char pixel[] =
    "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0"
    "\x01\0\x01\0\0\x02\x02\x44\x01\0;";

static struct neutral neutral_for(enum resource_type type)
{
    switch (type) {
    case RESOURCE_IMAGE:
        return (struct neutral){200, STR("image/gif"), STR(pixel)};
    case RESOURCE_SCRIPT:
        return (struct neutral){200, STR("text/javascript"), STR("")};
    case RESOURCE_STYLESHEET:
        return (struct neutral){200, STR("text/css"), STR("")};
    default:
        return (struct neutral){.status = 204};
    }
}

bool request_is_denied(const struct visit *v, struct arena *arena,
                       struct neutral *out, struct match *m)
{
    struct url url;

    if (!visit_enforces(v))
        return false;
    enum resource_type type = visit_resource_type(v->request);
    if (type == RESOURCE_DOCUMENT || !visit_url(v, &url, arena) ||
        !scope_denies_url(&v->scope, &url, type, m))
        return false;
    *out = neutral_for(type);
    return true;
}
