#include "rules/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const result_names[] = {"ok", "comment", "skipped", "bad"};

static const struct {
    const char *name, *line;
    enum filter_parse want;
    const char *why;
} cases[] = {
    {"empty", "", FILTER_COMMENT, ""},
    {"blanks", " \t\r", FILTER_COMMENT, ""},
    {"comment", "! x", FILTER_COMMENT, ""},
    {"head of a list", "[Adblock Plus 2.0]", FILTER_COMMENT, ""},
    {"plain", " ||a.com^ \r", FILTER_OK, ""},
    {"csp", "||a.com^$csp=script-src 'none'", FILTER_SKIPPED, "csp"},
    {"redirect", "||a.com^$script,redirect=noop.js", FILTER_SKIPPED,
     "redirect"},
    {"popup", "||a.com^$popup", FILTER_SKIPPED, "popup"},
    {"popup among types", "||a.com^$popup,script", FILTER_OK, ""},
    {"generichide", "@@||a.com^$generichide", FILTER_SKIPPED, "generichide"},
    {"pages by expression", "/x$domain=/a.*/", FILTER_SKIPPED,
     "domains by regular expression"},
    {"unknown option", "||a.com^$scirpt", FILTER_BAD,
     "unknown option \"scirpt\" (did you mean \"script\"?)"},
    {"unknown option, nothing near", "||a.com^$zzzzzzzz", FILTER_BAD,
     "unknown option \"zzzzzzzz\" (expected a resource type, "
     "\"third-party\", \"domain=…\" or the like)"},
    {"no domains", "/x$domain=", FILTER_BAD,
     "not a list of domains (expected names separated by \"|\", with \"~\" "
     "before those to leave out)"},
    {"domains twice", "/x$domain=a.com,domain=b.com", FILTER_BAD,
     "a list of domains stands here twice"},
    {"everything", "*", FILTER_BAD, "this filter matches every URL"},
    {"everything of a kind", "*$ping,3p", FILTER_OK, ""},
    {"bad expression", "/a(b/", FILTER_BAD,
     "bad regular expression: missing closing parenthesis (at its byte 4)"},
};

static void lines_are_told_apart(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = {0};
        struct filter f;
        struct str why = {NULL, 0};
        enum filter_parse got =
            filter_parse(&a, str_of(cases[i].line), &f, &why);
        if (got != cases[i].want || !str_eq(why, str_of(cases[i].why))) {
            print_error("[%s] got %s: " STR_FMT "\n", cases[i].name,
                        result_names[got], STR_ARG(why));
            failed++;
        }
        arena_release(&a);
    }
    assert_int_equal(failed, 0);
}

static void nul_is_refused(void **state)
{
    struct arena a = {0};
    struct filter f;
    struct str why;

    (void)state;
    assert_int_equal(filter_parse(&a, str_make("a\0b", 3), &f, &why),
                     FILTER_BAD);
    arena_release(&a);
}

static const struct {
    const char *a, *b;
    bool same;
} identities[] = {
    {"||a.com^", "||a.com^$badfilter", true},
    {"||a.com^$script", "||a.com^$badfilter,script", true},
    {"||a.com^$script,image", "||a.com^$image,script,badfilter", true},
    {"||a.com^$domain=b.com|c.com", "||a.com^$domain=c.com|b.com,badfilter",
     true},
    {"||a.com^", "||b.com^$badfilter", false},
    {"||a.com^$script", "||a.com^$badfilter", false},
    {"@@||a.com^", "||a.com^$badfilter", false},
    {"||a.com^$domain=b.com", "||a.com^$domain=~b.com,badfilter", false},
};

static void badfilter_names_the_same_filter(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(identities); i++) {
        struct arena arena = {0};
        struct filter a, b;
        struct str why;
        filter_parse(&arena, str_of(identities[i].a), &a, &why);
        filter_parse(&arena, str_of(identities[i].b), &b, &why);
        if ((filter_identity(&a) == filter_identity(&b)) !=
            identities[i].same) {
            print_error("[%s and %s] want %d\n", identities[i].a,
                        identities[i].b, identities[i].same);
            failed++;
        }
        arena_release(&arena);
    }
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_told_apart),
        cmocka_unit_test(nul_is_refused),
        cmocka_unit_test(badfilter_names_the_same_filter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
