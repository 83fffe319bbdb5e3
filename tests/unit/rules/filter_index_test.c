/* The index held to a matcher that tries every filter. */
#include "base/buf.h"
#include "rules/filter_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FILTERS = 400, URLS = 400, ROUNDS = 20 };

static uint64_t seed = 88172645463325252u;

static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 20) % n;
}

/* Few words, so that filters and URLs meet often. */
static const char *const hosts[] = {"a.com",     "ads.a.com",       "b.co.uk",
                                    "x.b.co.uk", "tracker.example", "192.0.2.1",
                                    "t.co"};
static const char *const words[] = {"ads",    "banner", "track", "a",
                                    "pixel",  "img",    "count", "analytics",
                                    "stats1", "B",      "%2F",   "id"};
static const char *const joints[] = {"/", ".", "-", "_", "?", "=",
                                     "&", "^", "*", "",  "/", "*"};
static const char *const option_texts[] = {
    "",
    "",
    "",
    "$script",
    "$~image",
    "$third-party",
    "$first-party",
    "$domain=a.com",
    "$domain=b.co.uk|~x.b.co.uk",
    "$domain=~a.com",
    "$match-case",
    "$to=a.com|t.co",
    "$domain=a.*",
};

#define PICK(array) (array)[pick(ARRAY_LEN(array))]

static struct str random_filter(struct arena *a)
{
    struct buf text = {0};

    switch (pick(6)) {
    case 0:
        buf_printf(&text, "||%s^", PICK(hosts));
        break;
    case 1:
        buf_printf(&text, "||%s/%s", PICK(hosts), PICK(words));
        break;
    case 2:
        buf_printf(&text, "|https://%s", PICK(hosts));
        break;
    case 3:
        buf_printf(&text, "/%s[0-9]?\\/(%s|%s)/", PICK(words), PICK(words),
                   PICK(words));
        break;
    default:
        for (unsigned i = pick(4) + 1; i > 0; i--)
            buf_printf(&text, "%s%s", PICK(joints), PICK(words));
        buf_printf(&text, "%s%s", PICK(joints), pick(8) == 0 ? "|" : "");
    }
    buf_printf(&text, "%s", PICK(option_texts));
    struct str line = arena_dup(a, buf_str(&text));
    buf_release(&text);
    return line;
}

static struct str random_url(struct arena *a)
{
    struct buf text = {0};

    buf_printf(&text, "http%s://%s%s/", pick(2) ? "s" : "", PICK(hosts),
               pick(5) == 0 ? ":8080" : "");
    for (unsigned i = pick(9); i > 0; i--)
        buf_printf(&text, "%s%s", PICK(words), joints[pick(7)]);
    struct str url = arena_dup(a, buf_str(&text));
    buf_release(&text);
    return url;
}

struct seen {
    const struct filter *filters;
    bool matched[FILTERS];
};

static bool note(void *ctx, const struct filter *f, struct request *r)
{
    struct seen *s = ctx;

    if (filter_matches(f, r))
        s->matched[f - s->filters] = true;
    return false;
}

static unsigned compare(const struct filter_index *x, struct request *r)
{
    struct seen seen = {.filters = x->filters};
    unsigned differ = 0;

    filter_index_each(x, r, note, &seen);
    for (size_t i = 0; i < x->count; i++) {
        bool want = filter_matches(&x->filters[i], r);
        if (want == seen.matched[i])
            continue;
        differ++;
        print_error("[" STR_FMT "] against " STR_FMT ": index %d, naive %d\n",
                    STR_ARG(x->filters[i].text), STR_ARG(r->url),
                    seen.matched[i], want);
    }
    return differ;
}

static unsigned run_round(struct arena *a, unsigned *matches)
{
    struct filter *filters = arena_array(a, struct filter, FILTERS);
    struct filter_index x;
    struct str why;
    unsigned count = 0, differ = 0;

    while (count < FILTERS) {
        if (filter_parse(a, random_filter(a), &filters[count], &why) ==
            FILTER_OK)
            count++;
    }
    filter_index_build(&x, a, filters, count);
    for (unsigned i = 0; i < URLS && differ == 0; i++) {
        struct request r;
        struct url url;
        struct str page = str_of(PICK(hosts));
        assert_true(url_parse(&url, random_url(a), NULL, a));
        assert_true(request_init(&r, &url,
                                 (enum resource_type)pick(RESOURCE_TYPES), page,
                                 host_registrable(page)));
        differ += compare(&x, &r);
        for (unsigned j = 0; j < count; j++)
            *matches += filter_matches(&filters[j], &r);
    }
    return differ;
}

static void the_index_finds_what_trying_all_finds(void **state)
{
    unsigned matches = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena a = {0};
        assert_int_equal(run_round(&a, &matches), 0);
        arena_release(&a);
    }
    /* Else nothing was compared. */
    assert_true(matches > 10000);
}

static void an_empty_index_has_no_candidates(void **state)
{
    struct arena a = {0};
    struct filter_index x;
    struct request r = {0};

    (void)state;
    filter_index_build(&x, &a, NULL, 0);
    assert_false(filter_index_each(&x, &r, note, NULL));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_finds_what_trying_all_finds),
        cmocka_unit_test(an_empty_index_has_no_candidates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
