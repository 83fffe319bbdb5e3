#include "rules/host_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct host_entry entries[] = {
    {STR_INIT("hm.baidu.com"), 0, false},
    {STR_INIT("facebook.net"), 1, false},
    {STR_INIT("t.co"), 2, false},
};

static const struct {
    const char *name, *text, *want; /* the names found, separated by blanks */
} cases[] = {
    {"protocol-relative", "s.src=\"//hm.baidu.com/hm.js?1\"", "hm.baidu.com"},
    {"with a scheme", "'https://connect.facebook.net/en_US/sdk.js'",
     "connect.facebook.net"},
    {"the name alone", "hm.baidu.com", "hm.baidu.com"},
    {"in quotes", "'hm.baidu.com'", "hm.baidu.com"},
    {"below", "//x.hm.baidu.com/", "x.hm.baidu.com"},
    {"a dot in front", "domain=.hm.baidu.com;", "hm.baidu.com"},
    {"the end of a sentence", "see hm.baidu.com.", "hm.baidu.com"},
    {"in capitals", "//HM.Baidu.COM/", "HM.Baidu.COM"},
    {"not at a label", "//ahm.baidu.com/", ""},
    {"a longer name", "//hm.baidu.com.cn/", ""},
    {"hyphen in front", "//x-hm.baidu.com/", ""},
    {"escaped slashes", "\"https:\\/\\/hm.baidu.com\\/hm.js\"", "hm.baidu.com"},
    {"percent-encoded", "u=https%3A%2F%2Fhm.baidu.com%2Fhm.js", "hm.baidu.com"},
    {"hexadecimal escape", "'\\x2f\\x2fhm.baidu.com\\x2fhm.js'",
     "hm.baidu.com"},
    {"unicode escape", "\"\\u002F\\u002Fhm.baidu.com\\u002F\"", "hm.baidu.com"},
    {"newline escape", "'\\nhm.baidu.com'", "hm.baidu.com"},
    {"not an escape", "\\xyhm.baidu.com", ""},
    {"port", "//hm.baidu.com:8080/", "hm.baidu.com"},
    {"credentials", "//user@hm.baidu.com/", "hm.baidu.com"},
    {"two", "//hm.baidu.com/a,//connect.facebook.net/b",
     "hm.baidu.com connect.facebook.net"},
    {"properties", "document.body.t.co.x = window.t.company", ""},
    {"dots", "a...b..t.co", "a...b..t.co"},
    {"nothing", "", ""},
    {"only dots", "....", ""},
};

static void names_are_found_at_labels(void **state)
{
    struct arena a = {0};
    struct host_scan h;
    int failed = 0;

    (void)state;
    host_scan_build(&h, &a, entries, ARRAY_LEN(entries));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text = str_of(cases[i].text), got = STR("");
        struct host_found found;
        for (size_t from = 0; host_scan_next(&h, text, from, &found);
             from = found.at + found.len)
            got = arena_printf(&a, STR_FMT "%s" STR_FMT, STR_ARG(got),
                               got.len > 0 ? " " : "",
                               STR_ARG(str_sub(text, found.at, found.len)));
        if (!str_eq(got, str_of(cases[i].want))) {
            print_error("[%s] got %.*s\n", cases[i].name, (int)got.len,
                        got.ptr);
            failed++;
        }
    }
    arena_release(&a);
    assert_int_equal(failed, 0);
}

static void the_text_is_not_read_beyond_its_end(void **state)
{
    static const char text[] = "//hm.baidu.com";
    struct arena a = {0};
    struct host_scan h;

    (void)state;
    host_scan_build(&h, &a, entries, ARRAY_LEN(entries));
    for (size_t len = 0; len < sizeof(text); len++) {
        struct host_found found;
        char *copy = xmalloc(len);
        memcpy(copy, text, len);
        bool whole = len == sizeof(text) - 1;
        if (len < sizeof(text))
            assert_int_equal(host_scan_next(&h, str_make(copy, len), 0, &found),
                             whole);
        free(copy);
    }
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_at_labels),
        cmocka_unit_test(the_text_is_not_read_beyond_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
