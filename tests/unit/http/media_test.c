#include "base/check.h"
#include "http/media.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
    const char *name;
    const char *lines[3]; /* values of Content-Type */
    const char *essence;  /* NULL: none */
    const char *charset;
} cases[] = {
    {"plain", {"text/html"}, "text/html", ""},
    {"charset", {"text/html; charset=utf-8"}, "text/html", "utf-8"},
    {"quoted", {"Text/HTML;Charset=\"GBK\" ;x=y"}, "Text/HTML", "GBK"},
    {"the first charset counts",
     {"text/html; charset=a; charset=b"},
     "text/html",
     "a"},
    {"another parameter",
     {"text/html; a=\";charset=x\"; charset=b"},
     "text/html",
     "b"},
    {"unclosed quote", {"text/html; charset=\"utf-8"}, "text/html", "utf-8"},
    {"parameter without value",
     {"text/html;;charset; charset=b"},
     "text/html",
     "b"},
    {"absent", {NULL}, NULL, NULL},
    {"empty", {""}, NULL, NULL},
    {"no slash", {"html"}, NULL, NULL},
    {"no subtype", {"text/; charset=x"}, NULL, NULL},
    {"space within", {"text /html"}, NULL, NULL},
    {"the last of several", {"text/plain", "text/html"}, "text/html", ""},
    {"the last of a list", {"text/html, text/plain"}, "text/plain", ""},
    {"a wildcard does not count", {"text/html", "*/*"}, "text/html", ""},
    {"a damaged one does not count", {"text/html", "x"}, "text/html", ""},
    {"charset is carried over",
     {"text/html; charset=gbk", "text/html"},
     "text/html",
     "gbk"},
    {"but not to another type",
     {"text/html; charset=gbk, text/css"},
     "text/css",
     ""},
};

static void media_types_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct field items[3];
        struct fields fields = {items, 0};
        struct media_type m;
        print_message("[%s]\n", cases[i].name);
        for (size_t k = 0; k < 3 && cases[i].lines[k] != NULL; k++)
            items[fields.count++] =
                (struct field){STR("Content-Type"), str_of(cases[i].lines[k]),
                               FIELD_CONTENT_TYPE};
        assert_int_equal(media_type_of(&m, &fields), cases[i].essence != NULL);
        if (cases[i].essence == NULL)
            continue;
        assert_true(str_eq(m.essence, str_of(cases[i].essence)));
        assert_true(str_eq(m.charset, str_of(cases[i].charset)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(media_types_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
