#include "base/diag.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    const char *text, *want; /* NULL: nothing is near */
} slips[] = {
    {"hosts", "hosts"},
    {"host", "hosts"},
    {"hsots", "hosts"},
    {"HOSTS", "hosts"},
    {"cookie", "cookies"},
    {"cokies", "cookies"},
    {"filter", "filters"},
    {"placeholdr", "placeholder"},
    {"id", "id"},
    {"idd", "id"},
    {"x", NULL},
    {"xyzzy", NULL},
    {"", NULL},
    {"hhhhhhhhhhhh", NULL},
};

static const char *const names[] = {"hosts",       "cookies", "filters",
                                    "placeholder", "id",      NULL};

static void slips_of_the_finger_are_near(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(slips); i++) {
        const char *got = diag_closest(str_of(slips[i].text), names);
        bool same = got == NULL || slips[i].want == NULL
                        ? got == slips[i].want
                        : strcmp(got, slips[i].want) == 0;
        if (!same)
            print_error("[%s] got %s\n", slips[i].text,
                        got != NULL ? got : "nothing");
        failed += !same;
    }
    assert_int_equal(failed, 0);
}

static void long_names_are_not_compared(void **state)
{
    char text[1000];

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_null(diag_closest(str_make(text, sizeof(text)), names));
}

static int expect(struct arena *a, const struct diag_problem *p,
                  const char *want)
{
    struct str got = diag_format(a, p);

    if (str_eq(got, str_of(want)))
        return 0;
    print_error("got " STR_FMT "\n", STR_ARG(got));
    return 1;
}

static void problems_are_formatted(void **state)
{
    struct arena a = {0};
    struct diag d = {.arena = &a};

    (void)state;
    diag_file_error(&d, STR("f"), 0, 0, "gone: %s", "why");
    diag_file_error(&d, STR("f"), 3, 9, "bad");
    const struct json *v = json_parse(&d, STR("g"), STR("\n {\"a\": [1]}"));
    const struct json *one = json_member(v, "a")->child;
    diag_error(&d, v, "root");
    struct diag_place place = diag_place_of(&a, one);
    diag_place_error(&d, &place, "later %d", 7);
    assert_int_equal(d.errors, 4);
    const struct diag_problem *p = d.first;
    assert_int_equal(expect(&a, p, "f: error: gone: why"), 0);
    assert_int_equal(expect(&a, p->next, "f:3:9: error: bad"), 0);
    assert_int_equal(expect(&a, p->next->next, "g:2:2: error: root"), 0);
    assert_int_equal(
        expect(&a, p->next->next->next, "g:2:9: error: /a/0: later 7"), 0);
    assert_null(p->next->next->next->next);
    arena_release(&a);
}

static void very_many_problems_are_counted_not_kept(void **state)
{
    struct arena a = {0};
    struct diag d = {.arena = &a};
    unsigned kept = 0;

    (void)state;
    for (int i = 0; i < 100000; i++)
        diag_file_error(&d, STR("f"), 1, 1, "bad");
    for (const struct diag_problem *p = d.first; p != NULL; p = p->next)
        kept++;
    assert_int_equal(d.errors, 100000);
    assert_int_equal(kept, 1000);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_of_the_finger_are_near),
        cmocka_unit_test(long_names_are_not_compared),
        cmocka_unit_test(problems_are_formatted),
        cmocka_unit_test(very_many_problems_are_counted_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
