#include "signals/consent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { F = 1 << PURPOSE_FUNCTIONAL, A = 1 << PURPOSE_ANALYTICS };
enum { M = 1 << PURPOSE_MARKETING, S = 1 << PURPOSE_SOCIAL };
enum { ALL = F | A | M | S };

static const struct {
    const char *name, *field;
    const char *values[3];
    purpose_set granted, refused;
    unsigned malformed;
} cases[] = {
    {"absent", "DNT", {"1"}, 0, 0, 0},
    {"header", "Consent", {"analytics, marketing=?0"}, A, M, 0},
    {"header in any case", "CONSENT", {"social"}, S, 0, 0},
    {"several lines are one dictionary",
     "Consent",
     {"analytics", "marketing, analytics=?0"},
     M,
     A,
     0},
    {"a fault in one line undoes all",
     "Consent",
     {"analytics", "marketing,"},
     0,
     0,
     1},
    {"other values say nothing",
     "Consent",
     {"analytics=1, social=yes"},
     0,
     0,
     0},
    {"the last of a key counts", "Consent", {"social, social=2"}, 0, 0, 0},
    {"unknown purposes and necessary",
     "Consent",
     {"maps, necessary=?0, functional"},
     F,
     0,
     0},
    {"malformed header", "Consent", {"Analytics"}, 0, 0, 1},
    {"empty header", "Consent", {""}, 0, 0, 0},

    {"heed's cookie",
     "Cookie",
     {"a=b; heed_consent=2.1700000000.analytics"},
     A,
     F | M | S,
     0},
    {"all refused", "Cookie", {"heed_consent=2.1700000000"}, 0, ALL, 0},
    {"void under an older version",
     "Cookie",
     {"heed_consent=1.17.analytics"},
     0,
     0,
     0},
    {"a newer version",
     "Cookie",
     {"heed_consent=3.17.analytics.social"},
     A | S,
     F | M,
     0},
    {"purposes no longer known",
     "Cookie",
     {"heed_consent=2.17.maps.social"},
     S,
     F | A | M,
     0},
    {"necessary", "Cookie", {"heed_consent=2.17.necessary"}, 0, ALL, 0},
    {"no time", "Cookie", {"heed_consent=2"}, 0, 0, 1},
    {"no number", "Cookie", {"heed_consent=2.x.analytics"}, 0, 0, 1},
    {"negative version", "Cookie", {"heed_consent=-2.1.analytics"}, 0, 0, 1},
    {"version too large",
     "Cookie",
     {"heed_consent=99999999999.1.analytics"},
     0,
     0,
     1},
    {"a dot at the end", "Cookie", {"heed_consent=2.1.analytics."}, 0, 0, 1},
    {"upper case", "Cookie", {"heed_consent=2.1.Analytics"}, 0, 0, 1},
    {"quoted", "Cookie", {"heed_consent=\"2.1.analytics\""}, 0, 0, 1},
    {"encoded", "Cookie", {"heed_consent=2.1.analytics%2Esocial"}, 0, 0, 1},
    {"empty", "Cookie", {"heed_consent="}, 0, 0, 1},
    {"another name", "Cookie", {"xheed_consent=2.1.analytics"}, 0, 0, 0},
    {"a value of that name", "Cookie", {"a=heed_consent"}, 0, 0, 0},
    {"several that agree",
     "Cookie",
     {"heed_consent=2.1.social; heed_consent=2.2.social"},
     S,
     F | A | M,
     0},
    {"several that differ grant what all grant",
     "Cookie",
     {"heed_consent=2.1.social.analytics; heed_consent=2.2.social"},
     S,
     F | A | M,
     0},
    {"in several fields",
     "Cookie",
     {"heed_consent=2.1.social", "heed_consent=2.2.analytics"},
     0,
     ALL,
     0},
    {"a void one beside",
     "Cookie",
     {"heed_consent=1.1; heed_consent=2.2.social"},
     S,
     F | A | M,
     0},
    {"a damaged one beside",
     "Cookie",
     {"heed_consent=x; heed_consent=2.2.social"},
     S,
     F | A | M,
     1},
};

static void sources_are_read(void **state)
{
    struct purposes purposes;
    struct policy policy;

    (void)state;
    purposes_init(&purposes);
    policy_init(&policy, &purposes);
    policy.version = 2;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str name = str_of(cases[i].field);
        struct field items[3];
        struct fields fields = {items, 0};
        for (size_t k = 0; k < 3 && cases[i].values[k] != NULL; k++)
            items[fields.count++] = (struct field){
                name, str_of(cases[i].values[k]), field_id_of(name)};
        bool cookie = field_id_of(name) == FIELD_COOKIE;
        struct consent c =
            consent_read(&policy, &policy.sources[cookie], &purposes, &fields);
        if (c.granted != cases[i].granted || c.refused != cases[i].refused ||
            c.malformed != cases[i].malformed)
            fail_msg("[%s] granted %x, refused %x, malformed %u", cases[i].name,
                     c.granted, c.refused, c.malformed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
