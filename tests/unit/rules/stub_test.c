#include "rules/stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    const char *text;
    bool want;
} cases[] = {
    {"WB2", true},  {"_hmt", true},  {"$", true},     {"a.b.c", true},
    {"a1", true},   {"1a", false},   {"", false},     {".a", false},
    {"a.", false},  {"a..b", false}, {"a.1b", false}, {"a-b", false},
    {"a b", false}, {"a\"", false},  {"a\\", false},  {"</script>", false},
};

static void names_are_identifiers_with_dots(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (stub_is_name(str_of(cases[i].text)) != cases[i].want) {
            print_error("[%s] want %d\n", cases[i].text, cases[i].want);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static void each_name_is_defined(void **state)
{
    struct arena a = {0};
    const struct str names[] = {STR("fbq"), STR("a.b")};

    (void)state;
    assert_int_equal(stub_text(&a, names, 0).len, 0);
    struct str text = stub_text(&a, names, ARRAY_LEN(names));
    assert_true(str_starts(text, STR("(function(w){")));
    assert_true(str_ends(text, STR("d(\"fbq\");d(\"a.b\");})(window);")));
    assert_true(text.len < 600);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_identifiers_with_dots),
        cmocka_unit_test(each_name_is_defined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
