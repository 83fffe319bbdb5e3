#include "rules/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    const char *name, *line, *url, *page;
    enum resource_type type;
    bool want;
} cases[] = {
    /* patterns */
    {"substring", "/banner/", "https://a.com/x/banner/1.png", "", 0, true},
    {"a pattern in slashes is an expression", "/ban+er/",
     "https://a.com/bannner", "", 0, true},
    {"substring, absent", "/banner*", "https://a.com/bannr", "", 0, false},
    {"case does not count", "/BANNER*", "https://a.com/Banner", "", 0, true},
    {"case counts with match-case", "/Banner$match-case",
     "https://a.com/banner", "", 0, false},
    {"match-case, same case", "/Banner$match-case", "https://a.com/Banner", "",
     0, true},
    {"star", "/a*z.gif", "https://a.com/abc/xyz.gif", "", 0, true},
    {"star takes nothing too", "/a*z.gif", "https://a.com/az.gif", "", 0, true},
    {"parts in order", "/one*two", "https://a.com/two/one", "", 0, false},
    {"start", "|https://a.", "https://a.com/", "", 0, true},
    {"start, elsewhere", "|https://b.", "https://a.com/?u=https://b.com/", "",
     0, false},
    {"end", ".swf|", "https://a.com/x.swf", "", 0, true},
    {"end, not there", ".swf|", "https://a.com/x.swf?1", "", 0, false},
    {"end, the last of several", "ab|", "https://a.com/ab/ab", "", 0, true},
    {"start and end", "|https://a.com/|", "https://a.com/", "", 0, true},
    {"start and end, more behind", "|https://a.com/|", "https://a.com/x", "", 0,
     false},
    {"star at the end undoes the anchor", "/x*|", "https://a.com/xyz", "", 0,
     true},
    /* hosts */
    {"host", "||a.com^", "https://a.com/x", "", 0, true},
    {"below the host", "||a.com^", "https://x.a.com/", "", 0, true},
    {"not a label", "||a.com^", "https://ba.com/", "", 0, false},
    {"longer host", "||a.com^", "https://a.com.evil.org/", "", 0, false},
    {"host in the path", "||a.com^", "https://b.org/a.com/", "", 0, false},
    {"host with a port", "||a.com^", "https://a.com:8080/", "", 0, true},
    {"host and path", "||a.com/x/", "https://a.com/x/y", "", 0, true},
    {"host and path, port between", "||a.com/x", "https://a.com:81/x", "", 0,
     false},
    {"host and path, below", "||a.com/x", "https://b.a.com/xy", "", 0, true},
    {"start of a host", "||ads.", "https://ads.b.com/", "", 0, true},
    {"start of a label", "||ads.", "https://x.ads.b.com/", "", 0, true},
    {"not at the start of a label", "||ads.", "https://xads.b.com/", "", 0,
     false},
    {"host of any kind", "||a.com", "https://a.com.org/", "", 0, true},
    {"host in capitals", "||A.com^", "https://a.com/", "", 0, true},
    {"host with star", "||a.*/x", "https://a.co.uk/x", "", 0, true},
    {"host at the end", "||a.com^|", "https://a.com/", "", 0, true},
    {"host at the end, path", "||a.com^|", "https://a.com/x", "", 0, false},
    {"host of one label", "||localhost^", "http://localhost/", "", 0, true},
    {"second label fits", "||b.c/x", "https://b.b.c/x", "", 0, true},
    {"address", "||192.0.2.1^", "http://192.0.2.1/x", "", 0, true},
    /* separators */
    {"separator is a slash", "a.com^x", "https://a.com/x", "", 0, true},
    {"separator is not a letter", "a^x", "https://a.com/abx", "", 0, false},
    {"separator is none of _-.%", "^foo^", "https://a.com/_foo_", "", 0, false},
    {"separator at the end", "^foo^", "https://a.com/foo", "", 0, true},
    {"separator at the end, then end", "^foo^|", "https://a.com/foo", "", 0,
     true},
    {"separator is & and =", "^id^", "https://a.com/?x&id=1", "", 0, true},
    {"two separators at the end", "foo^^", "https://a.com/foo", "", 0, false},
    /* types */
    {"type", "/x$script", "https://a.com/x", "", RESOURCE_SCRIPT, true},
    {"other type", "/x$script", "https://a.com/x", "", RESOURCE_IMAGE, false},
    {"two types", "/x$script,image", "https://a.com/x", "", RESOURCE_IMAGE,
     true},
    {"not that type", "/x$~image", "https://a.com/x", "", RESOURCE_IMAGE,
     false},
    {"not that type, another", "/x$~image", "https://a.com/x", "",
     RESOURCE_SCRIPT, true},
    {"alias", "/x$xhr", "https://a.com/x", "", RESOURCE_XMLHTTPREQUEST, true},
    {"no type, no document", "/x", "https://a.com/x", "", RESOURCE_DOCUMENT,
     false},
    {"document", "/x$document", "https://a.com/x", "", RESOURCE_DOCUMENT, true},
    {"all", "/x$all", "https://a.com/x", "", RESOURCE_DOCUMENT, true},
    {"not that type, no document", "/x$~image", "https://a.com/x", "",
     RESOURCE_DOCUMENT, false},
    /* parties */
    {"third party", "/x$third-party", "https://a.com/x", "b.com", 0, true},
    {"third party, same domain", "/x$third-party", "https://s.a.com/x",
     "www.a.com", 0, false},
    {"third party below a public suffix", "/x$3p", "https://s.a.co.uk/x",
     "b.co.uk", 0, true},
    {"first party", "/x$first-party", "https://s.a.com/x", "www.a.com", 0,
     true},
    {"first party, another", "/x$1p", "https://a.com/x", "b.com", 0, false},
    {"not third party", "/x$~third-party", "https://a.com/x", "a.com", 0, true},
    {"no page is another party", "/x$third-party", "https://a.com/x", "", 0,
     true},
    {"a page whose name ends alike", "/x$third-party", "https://ba.com/x",
     "a.com", 0, true},
    {"strict", "/x$strict3p", "https://s.a.com/x", "a.com", 0, true},
    /* domains */
    {"page", "/x$domain=b.com", "https://a.com/x", "b.com", 0, true},
    {"below the page", "/x$domain=b.com", "https://a.com/x", "w.b.com", 0,
     true},
    {"another page", "/x$domain=b.com", "https://a.com/x", "c.com", 0, false},
    {"one of two pages", "/x$domain=c.com|b.com", "https://a.com/x", "b.com", 0,
     true},
    {"not that page", "/x$domain=~b.com", "https://a.com/x", "b.com", 0, false},
    {"not that page, another", "/x$domain=~b.com", "https://a.com/x", "c.com",
     0, true},
    {"the nearest name decides", "/x$domain=b.com|~w.b.com", "https://a.com/x",
     "w.b.com", 0, false},
    {"the nearest name decides, again", "/x$domain=~b.com|w.b.com",
     "https://a.com/x", "v.w.b.com", 0, true},
    {"any suffix", "/x$domain=b.*", "https://a.com/x", "w.b.co.uk", 0, true},
    {"any suffix, another name", "/x$domain=b.*", "https://a.com/x", "b.c.com",
     0, false},
    {"from", "/x$from=b.com", "https://a.com/x", "b.com", 0, true},
    {"to", "/x$to=a.com", "https://s.a.com/x", "b.com", 0, true},
    {"to another", "/x$to=b.com", "https://a.com/x", "b.com", 0, false},
    {"to a top level", "/x$to=com|~a.com", "https://b.com/x", "", 0, true},
    {"denyallow", "*$3p,denyallow=a.com", "https://a.com/x", "b.com", 0, false},
    {"denyallow, another", "*$3p,denyallow=a.com", "https://c.com/x", "b.com",
     0, true},
    /* expressions */
    {"expression", "/^https?:\\/\\/[a-z]{3}\\.com\\//", "https://abc.com/x", "",
     0, true},
    {"expression, no match", "/^https?:\\/\\/[a-z]{3}\\.com\\//",
     "https://abcd.com/", "", 0, false},
    {"expression without case", "/\\/AD[0-9]+/", "https://a.com/ad12", "", 0,
     true},
    {"expression with case", "/\\/AD[0-9]+/$match-case", "https://a.com/ad12",
     "", 0, false},
    {"expression with $ and options", "/\\.js$/$script", "https://a.com/x.js",
     "", RESOURCE_SCRIPT, true},
    {"expression with a comma in it", "/\\/a{1,2}\\./", "https://a.com/aa.js",
     "", 0, true},
    {"a dollar in a pattern", "/x$y", "https://a.com/x", "", 0, false},
    {"exceptions match alike", "@@||a.com^$script", "https://a.com/x", "",
     RESOURCE_SCRIPT, true},
    {"an option to ignore", "/x$script,_____,reason=why not", "https://a.com/x",
     "", RESOURCE_SCRIPT, true},
};

static struct str domain_of(struct str host)
{
    return host.len > 0 ? host_registrable(host) : host;
}

static bool matches(struct arena *a, const struct filter *f, const char *text,
                    const char *page, enum resource_type type)
{
    struct request r;
    struct url url;

    assert_true(url_parse(&url, str_of(text), NULL, a));
    assert_true(
        request_init(&r, &url, type, str_of(page), domain_of(str_of(page))));
    return filter_matches(f, &r);
}

static void filters_match_what_they_say(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = {0};
        struct filter f;
        struct str why = {NULL, 0};
        enum filter_parse result =
            filter_parse(&a, str_of(cases[i].line), &f, &why);
        bool good = result == FILTER_OK
                        ? matches(&a, &f, cases[i].url, cases[i].page,
                                  cases[i].type) == cases[i].want
                        : !cases[i].want;
        if (!good)
            print_error("[%s] %s against %s: want %d (" STR_FMT ")\n",
                        cases[i].name, cases[i].line, cases[i].url,
                        cases[i].want, STR_ARG(why));
        failed += !good;
        arena_release(&a);
    }
    assert_int_equal(failed, 0);
}

static void a_long_url_is_matched_by_its_start(void **state)
{
    static char text[TOKEN_URL_MAX * 2];
    struct arena a = {0};
    struct filter f;
    struct str why;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    memcpy(text, "https://a.com/ad/", 17);
    assert_int_equal(filter_parse(&a, STR("/ad/x"), &f, &why), FILTER_OK);
    assert_true(matches(&a, &f, text, "b.com", RESOURCE_IMAGE));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_match_what_they_say),
        cmocka_unit_test(a_long_url_is_matched_by_its_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
