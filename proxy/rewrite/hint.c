#include "rewrite/hint.h"

/* Hints from before the Sec-CH- prefix. */
static const struct str old_names[] = {
    STR_INIT("device-memory"),
    STR_INIT("dpr"),
    STR_INIT("viewport-width"),
    STR_INIT("width"),
    STR_INIT("ect"),
    STR_INIT("rtt"),
    STR_INIT("downlink"),
    STR_INIT("content-dpr"),
    STR_INIT("viewport-height"),
};

static const struct str low_names[] = {
    STR_INIT("sec-ch-ua"),
    STR_INIT("sec-ch-ua-mobile"),
    STR_INIT("sec-ch-ua-platform"),
};

static bool is_among(const struct str *names, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_ieq(name, names[i]))
            return true;
    }
    return false;
}

bool hint_is_high_entropy(struct str name)
{
    if (str_istarts(name, STR("sec-ch-")))
        return !is_among(low_names, ARRAY_LEN(low_names), name);
    return is_among(old_names, ARRAY_LEN(old_names), name);
}

void hints_write_low(struct buf *out, struct str list)
{
    struct str name;
    size_t start = out->len;

    while (list_next(&list, &name)) {
        if (hint_is_high_entropy(name))
            continue;
        if (out->len > start)
            buf_append(out, STR(", "));
        buf_append(out, name);
    }
}
