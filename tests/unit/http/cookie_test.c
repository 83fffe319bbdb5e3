#include "http/cookie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1700000000 }; /* 2023-11-14 22:13:20 */

static const struct {
    const char *name, *value;
    const char *pairs[4]; /* "name|value|piece" */
} cookies[] = {
    {"one", "a=b", {"a|b|a=b"}},
    {"several", "a=b; c=d;e=f", {"a|b|a=b", "c|d| c=d", "e|f|e=f"}},
    {"quotes end nothing", "a=\"x;y\"", {"a|\"x|a=\"x", "|y\"|y\""}},
    {"equals in the value", "a=b=c", {"a|b=c|a=b=c"}},
    {"no name", "=b; c", {"|b|=b", "|c| c"}},
    {"spaces", " a = b ;", {"a|b| a = b ", "||"}},
    {"empty", "", {"||"}},
};

static void cookies_fall_into_pairs(void **state)
{
    char got[64];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cookies); i++) {
        struct str rest = str_of(cookies[i].value);
        struct cookie_pair pair;
        print_message("[%s]\n", cookies[i].name);
        for (size_t k = 0; cookies[i].pairs[k] != NULL; k++) {
            assert_true(cookie_next(&rest, &pair));
            snprintf(got, sizeof(got), STR_FMT "|" STR_FMT "|" STR_FMT,
                     STR_ARG(pair.name), STR_ARG(pair.value),
                     STR_ARG(pair.piece));
            assert_string_equal(got, cookies[i].pairs[k]);
        }
        assert_false(cookie_next(&rest, &pair));
    }
}

static const struct {
    const char *name, *value;
    bool deletes;
    const char *session; /* NULL: as it is */
    const char *domain, *path;
} set_cookies[] = {
    {"plain", "a=b", false, NULL, "", ""},
    {"attributes stay as written", "a=b;PATH=/x ;  Domain=.Example.com; foo",
     false, NULL, "Example.com", "/x"},
    {"lifetime goes, the rest stays",
     "a=b; Expires=Wed, 21 Oct 2099 07:28:00 GMT; secure;MAX-AGE = 9;  HttpOnly",
     false, "a=b; secure;  HttpOnly", "", ""},
    {"max-age zero", "a=; Max-Age=0", true, "a=", "", ""},
    {"negative max-age", "a=b; max-age=-1", true, "a=b", "", ""},
    {"many zeros", "a=b; max-age=000", true, "a=b", "", ""},
    {"damaged max-age", "a=b; max-age=0x", false, "a=b", "", ""},
    {"minus alone", "a=b; max-age=-", false, "a=b", "", ""},
    {"max-age goes before expires",
     "a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, "a=b", "",
     ""},
    {"expires behind a damaged max-age",
     "a=b; Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true, "a=b", "",
     ""},
    {"the last max-age counts", "a=b; Max-Age=60; Max-Age=0", true, "a=b", "",
     ""},
    {"expires now", "a=b; expires=Tue, 14 Nov 2023 22:13:20 GMT", true, "a=b",
     "", ""},
    {"expires in a second", "a=b; expires=Tue, 14 Nov 2023 22:13:21 GMT", false,
     "a=b", "", ""},
    {"the last domain counts", "a=b; domain=x; domain=y", false, NULL, "y", ""},
    {"a name like an attribute", "Expires=1; Path=/", false, NULL, "", "/"},
    {"quoted value ends at its semicolon", "a=\"x; Max-Age=0\"", false, "a=\"x",
     "", ""},
    {"valueless attributes", "a=b; expires; path; domain=", false,
     "a=b; path; domain=", "", ""},
    {"no name", "=b; Max-Age=0", true, "=b", "", ""},
};

static void set_cookies_are_read(void **state)
{
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(set_cookies); i++) {
        struct str value = str_of(set_cookies[i].value);
        struct set_cookie c;
        const char *session = set_cookies[i].session;
        print_message("[%s]\n", set_cookies[i].name);
        assert_true(set_cookie_parse(&c, value, NOW));
        assert_int_equal(c.deletes, set_cookies[i].deletes);
        assert_int_equal(c.has_lifetime, session != NULL);
        assert_true(str_eq(c.domain, str_of(set_cookies[i].domain)));
        assert_true(str_eq(c.path, str_of(set_cookies[i].path)));
        buf_clear(&out);
        set_cookie_write_session(&out, value);
        assert_true(
            str_eq(buf_str(&out), session != NULL ? str_of(session) : value));
    }
    buf_release(&out);
}

static void a_set_cookie_of_nothing_is_none(void **state)
{
    struct set_cookie c;

    (void)state;
    assert_false(set_cookie_parse(&c, STR(" = ; Secure"), NOW));
    assert_false(set_cookie_parse(&c, STR(""), NOW));
    assert_true(set_cookie_parse(&c, STR("a; Secure; Partitioned"), NOW));
    assert_true(c.secure && c.partitioned);
    assert_true(c.name.len == 0 && str_eq(c.value, STR("a")));
}

static const struct {
    const char *text;
    int64_t want; /* -1: none */
} dates[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Sun Nov  6 08:49:37 1994", 784111777},
    {"6 nov 1994 8:49:37", 784111777},
    {"Sun, 06-Nov-1994 08:49:37", 784111777},
    {"1994 November 6 08:49:37junk", 784111777},
    {"08:49:37/6/nov/94", 784111777},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Thu, 01-Jan-70 00:00:01 GMT", 1},
    {"Mon, 31 Dec 2069 23:59:59", 3155759999},
    {"31 Dec 69 23:59:59", 3155759999},
    {"1 Jan 1601 00:00:00", -11644473600},
    {"29 Feb 2000 00:00:00", 951782400},
    {"29 Feb 2100 00:00:00", -1},
    {"29 Feb 2023 00:00:00", -1},
    {"31 Apr 2023 00:00:00", -1},
    {"1 Jan 1600 00:00:00", -1},
    {"1 Jan 2023", -1},
    {"1 Jan 2023 24:00:00", -1},
    {"1 Jan 2023 00:60:00", -1},
    {"0 Jan 2023 00:00:00", -1},
    {"Jan 2023 00:00:00", -1},
    {"1 Foo 2023 00:00:00", -1},
    {"", -1},
    {"0", -1},
};

static void dates_of_all_old_forms(void **state)
{
    int64_t got;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
        print_message("[%s]\n", dates[i].text);
        bool found = cookie_date_parse(str_of(dates[i].text), &got);
        assert_int_equal(found ? got : -1, dates[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cookies_fall_into_pairs),
        cmocka_unit_test(set_cookies_are_read),
        cmocka_unit_test(a_set_cookie_of_nothing_is_none),
        cmocka_unit_test(dates_of_all_old_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
