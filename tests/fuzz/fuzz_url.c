/* module: http */
/* What a URL was parsed to is parsed to itself again, and its parts lie within
 * its text. Byte 0 picks the base; the rest is the input. */
#include "http/url.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const bases[] = {
    "https://www.site.example/folder/page?query",
    "http://127.0.0.1:8080/",
    "data:text/html,x",
};

static bool within(struct str part, struct str text)
{
    return part.len == 0 ||
           (part.ptr >= text.ptr && part.ptr + part.len <= text.ptr + text.len);
}

static bool parts_within(const struct url *u)
{
    return within(u->scheme, u->text) && within(u->host, u->text) &&
           within(u->port, u->text) && within(u->path, u->text) &&
           within(u->query, u->text);
}

static bool same(const struct url *a, const struct url *b)
{
    return str_eq(a->text, b->text) && str_eq(a->scheme, b->scheme) &&
           str_eq(a->host, b->host) && str_eq(a->port, b->port) &&
           str_eq(a->path, b->path) && str_eq(a->query, b->query) &&
           (a->query.ptr == NULL) == (b->query.ptr == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct url base, url, again;

    if (size < 1)
        return 0;
    struct str input =
        arena_dup(&arena, str_make((const char *)data + 1, size - 1));
    unsigned pick = data[0] % (ARRAY_LEN(bases) + 1);
    bool has_base = pick < ARRAY_LEN(bases);
    if (has_base && !url_parse(&base, str_of(bases[pick]), NULL, &arena))
        abort();
    if (url_parse(&url, input, has_base ? &base : NULL, &arena)) {
        struct str domain = host_registrable(url.host);
        if (!parts_within(&url) || !within(domain, url.host) ||
            (url_is_special(&url) && url.host.len == 0))
            abort();
        if (!url_parse(&again, url.text, NULL, &arena) || !same(&url, &again))
            abort();
    }
    arena_release(&arena);
    return 0;
}
