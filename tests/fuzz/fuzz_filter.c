/* module: rules - the index finds exactly the filters that trying each of them
 * finds. The first line is the URL, the second the page's host, the others
 * are filters. */
#include "rules/filter_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILTERS_MAX = 32 };

struct seen {
    const struct filter *filters;
    uint32_t matched;
};

static bool note(void *ctx, const struct filter *f, struct request *r)
{
    struct seen *s = ctx;

    if (filter_matches(f, r))
        s->matched |= 1u << (f - s->filters);
    return false;
}

static void check_all(const struct filter_index *x, const struct url *url,
                      struct str page)
{
    static struct request r;
    struct str domain = page.len > 0 ? host_registrable(page) : page;

    for (int type = 0; type < RESOURCE_TYPES; type += 5) {
        struct seen seen = {.filters = x->filters};
        uint32_t want = 0;
        if (!request_init(&r, url, (enum resource_type)type, page, domain))
            return;
        filter_index_each(x, &r, note, &seen);
        for (size_t i = 0; i < x->count; i++)
            want |= (uint32_t)filter_matches(&x->filters[i], &r) << i;
        CHECK(seen.matched == want);
    }
}

static bool is_host(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!(s.ptr[i] >= 'a' && s.ptr[i] <= 'z') && s.ptr[i] != '.')
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str rest = {(const char *)data, size};
    struct filter filters[FILTERS_MAX];
    struct filter_index index;
    size_t count = 0;
    struct url url;
    struct str why;

    struct str text = str_cut(&rest, '\n');
    struct str page = str_cut(&rest, '\n');
    if (!is_host(page))
        page.len = 0;
    while (rest.ptr != NULL && count < FILTERS_MAX) {
        struct str line = str_cut(&rest, '\n');
        if (filter_parse(&arena, line, &filters[count], &why) == FILTER_OK)
            count++;
    }
    if (url_parse(&url, text, NULL, &arena)) {
        filter_index_build(&index, &arena, filters, count);
        check_all(&index, &url, page);
    }
    arena_release(&arena);
    return 0;
}
