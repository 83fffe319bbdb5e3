#include "rules/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *pattern, *literals, *prefix;
} cases[] = {
    {"abc", "*abc*", ""},
    {"^abc", "*abc*", "abc"},
    {"^abc$", "*abc*", "abc"},
    {"ab?c", "*a*c*", ""},
    {"^ab?c", "*a*c*", "a"},
    {"ab*c", "*a*c*", ""},
    {"ab{2}c", "*a*c*", ""},
    {"[ab]{3}cd", "*cd*", ""},
    {"a|b", "*", ""},
    {"(a|b)cd", "*cd*", ""},
    {"^(a|b)cd", "*cd*", ""},
    {"(?:a|b)cd", "*cd*", ""},
    {"(a(b)|\\))cd", "*cd*", ""},
    {"[)]cd", "*cd*", ""},
    {"[])]cd", "*cd*", ""},
    {"[^])]cd", "*cd*", ""},
    {"a\\.b", "*a.b*", ""},
    {"\\/ads\\/[0-9]+\\.js", "*/ads/*.js*", ""},
    {"a\\db", "*a*b*", ""},
    {"a\\x41b", "*a*", ""},
    {"a\\u0041b", "*a*", ""},
    {"a\\Qb*\\E", "*a*", ""},
    {"(?i)abc", "*", ""},
    {"ab(?i)cd", "*ab*", ""},
    {"(?=x)ab", "*ab*", ""},
    {"a.b", "*a*b*", ""},
    {"a\\*b", "*a*b*", ""},
    {"", "*", ""},
    {"\\", "*", ""},
};

static void literals_are_what_every_match_contains(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = {0};
        struct str pattern = str_of(cases[i].pattern);
        struct str literals = regex_literals(&a, pattern, false);
        struct str prefix = regex_prefix(&a, pattern);
        if (!str_eq(literals, str_of(cases[i].literals)) ||
            !str_eq(prefix, str_of(cases[i].prefix))) {
            print_error("[%s] literals " STR_FMT ", prefix " STR_FMT "\n",
                        cases[i].pattern, STR_ARG(literals), STR_ARG(prefix));
            failed++;
        }
        arena_release(&a);
    }
    assert_int_equal(failed, 0);
}

static void a_runaway_pattern_ends_and_is_counted(void **state)
{
    char subject[4000];
    struct arena a = {0};
    struct str error;
    size_t offset;
    uint64_t before = regex_limit_hits();

    (void)state;
    memset(subject, 'a', sizeof(subject) - 1);
    subject[sizeof(subject) - 1] = 'b';
    const struct regex *r =
        regex_compile(&a, STR("^(a|a?)+$"), 0, &error, &offset);
    assert_non_null(r);
    assert_false(regex_matches(r, str_make(subject, sizeof(subject))));
    assert_true(regex_limit_hits() > before);
    arena_release(&a);
}

static void what_is_wrong_has_its_offset(void **state)
{
    struct arena a = {0};
    struct str error;
    size_t offset;

    (void)state;
    assert_null(regex_compile(&a, STR("ab[c"), 0, &error, &offset));
    assert_int_equal(offset, 4);
    assert_true(error.len > 0);
    arena_release(&a);
}

static void a_dollar_is_the_end_only(void **state)
{
    struct arena a = {0};
    struct str error;
    size_t offset;
    const struct regex *r =
        regex_compile(&a, STR("b$"), REGEX_CASELESS, &error, &offset);

    (void)state;
    assert_true(regex_matches(r, STR("aB")));
    assert_false(regex_matches(r, STR("ab\n")));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_what_every_match_contains),
        cmocka_unit_test(a_runaway_pattern_ends_and_is_counted),
        cmocka_unit_test(what_is_wrong_has_its_offset),
        cmocka_unit_test(a_dollar_is_the_end_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
