#include "base/check.h"
#include "http/structured.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    const char *value, *want; /* "key+" true, "key-" false, "key." other */
} cases[] = {
    {"", ""},
    {"a", "a+"},
    {"a, b=?0,c=?1 ,\td", "a+b-c+d+"},
    {"a=1, b=-1.5, c=\"x\\\"y\", d=tok*en/:, e=:aGk=:, f=@12", "a.b.c.d.e.f."},
    {"a=%\"f%c3%bc\"", "a."},
    {"a=(), b=( 1  ?1;x )", "a.b."},
    {"a;x;y=1, b=?0;z", "a+b-"},
    {"*a-b_c.1", "*a-b_c.1+"},
    {"a, a=?0", "a+a-"},
    {"a,", "!"},
    {",a", "!"},
    {"a b", "!"},
    {"A", "!"},
    {"1a", "!"},
    {"a=", "!"},
    {"a=?2", "!"},
    {"a=?", "!"},
    {"a=\"x", "!"},
    {"a=\"\\x\"", "!"},
    {"a=\"\xc3\xbc\"", "!"},
    {"a=:a", "!"},
    {"a=:-:", "!"},
    {"a=(1", "!"},
    {"a=(1,2)", "!"},
    {"a=1.", "!"},
    {"a=1.2345", "!"},
    {"a=-", "!"},
    {"a=1234567890123456", "!"},
    {"a=1234567890123.1", "!"},
    {"a=@1.5", "!"},
    {"a=%\"%C3\"", "!"},
    {"a=%x", "!"},
    {"a;X", "!"},
    {"a;x=", "!"},
    {"a=?1x", "!"},
    {"a, b=?0, c=!", "!"},
};

static void dictionaries_are_read_or_refused_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str rest = str_of(cases[i].value);
        struct sf_member member;
        char got[64] = "!";
        int len = 0;
        if (sf_dictionary_is_valid(rest)) {
            got[0] = '\0';
            while (sf_dictionary_next(&rest, &member) == SF_MEMBER)
                len +=
                    snprintf(got + len, sizeof(got) - (size_t)len, STR_FMT "%c",
                             STR_ARG(member.key), "-+."[member.value]);
        }
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("[%s] %s, not %s", cases[i].value, got, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dictionaries_are_read_or_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
