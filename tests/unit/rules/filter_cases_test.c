/* The request cases in ../shared/data: each filter must match its request.
 * Skipped where they are missing. */
#include "base/file.h"
#include "base/json.h"
#include "rules/filter_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char path[] = "/work/shared/data/requests/cases.json";

struct tally {
    unsigned filters, matched, skipped;
    unsigned contrary; /* a filter for ws:// and a request over https:// */
};

/* A page such as "https://" names no host. */
static struct str page_host(struct arena *a, struct str source)
{
    struct url page;

    if (!url_parse(&page, source, NULL, a))
        return (struct str){NULL, 0};
    return page.host;
}

/* Some cases are for "https://" alone, which no browser fetches. */
static bool read_url(struct arena *a, struct str text, struct url *out)
{
    size_t colon = str_find(text, STR("://"));

    if (url_parse(out, text, NULL, a))
        return true;
    *out = (struct url){.text = text, .scheme = str_sub(text, 0, colon)};
    return colon + 3 == text.len;
}

static bool is_match(struct arena *a, const struct filter *f,
                     const struct json *c)
{
    struct str page = page_host(a, json_member(c, "sourceUrl")->string);
    struct str domain = page.len > 0 ? host_registrable(page) : page;
    enum resource_type type = RESOURCE_OTHER;
    struct request r;
    struct url url;

    assert_true(resource_type_find(json_member(c, "type")->string, &type));
    return read_url(a, json_member(c, "url")->string, &url) &&
           request_init(&r, &url, type, page, domain) && filter_matches(f, &r);
}

static void run_case(const struct json *c, struct tally *t)
{
    const struct json *line = json_member(c, "filters")->child;

    for (; line != NULL; line = line->next) {
        struct arena a = {0};
        struct filter f;
        struct str why;
        enum filter_parse result = filter_parse(&a, line->string, &f, &why);
        t->filters++;
        if (result == FILTER_SKIPPED) {
            t->skipped++;
        } else if (result == FILTER_OK && is_match(&a, &f, c)) {
            t->matched++;
        } else if (str_starts(line->string, STR("|ws://"))) {
            t->contrary++;
        } else {
            print_error("differs: " STR_FMT " against " STR_FMT " from " STR_FMT
                        " as " STR_FMT "\n",
                        STR_ARG(line->string),
                        STR_ARG(json_member(c, "url")->string),
                        STR_ARG(json_member(c, "sourceUrl")->string),
                        STR_ARG(json_member(c, "type")->string));
        }
        arena_release(&a);
    }
}

static void published_cases_match(void **state)
{
    struct arena a = {0};
    struct diag d = {.arena = &a};
    struct tally t = {0};

    (void)state;
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is missing\n", path);
        skip();
    }
    const struct json *root = json_parse_file(&d, str_of(path));
    assert_non_null(root);
    for (const struct json *c = root->child; c != NULL; c = c->next)
        run_case(c, &t);
    print_message("%u filters: %u match, %u use what a proxy cannot honour, "
                  "%u contradict their request\n",
                  t.filters, t.matched, t.skipped, t.contrary);
    assert_int_equal(t.matched + t.skipped + t.contrary, t.filters);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_cases_match),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
