#include "signals/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { F = 1 << PURPOSE_FUNCTIONAL, A = 1 << PURPOSE_ANALYTICS };
enum { M = 1 << PURPOSE_MARKETING, S = 1 << PURPOSE_SOCIAL };
enum { ALL = F | A | M | S };

static struct arena arena;
static struct diag diag;
static struct purposes purposes;
static struct policy policy;

static bool load(const char *text)
{
    arena_release(&arena);
    diag = (struct diag){.arena = &arena};
    purposes_init(&purposes);
    policy_init(&policy, &purposes);
    const struct json *json = json_parse(&diag, STR("p.json"), str_of(text));
    return json != NULL && policy_load(&policy, &purposes, &diag, json);
}

static void an_empty_policy_is_the_default(void **state)
{
    (void)state;
    assert_true(load("{}"));
    assert_int_equal(policy.mode, MODE_ENFORCE);
    assert_int_equal(policy.version, 1);
    assert_int_equal(policy.default_denied, ALL);
    assert_int_equal(policy.dnt.deny, ALL);
    assert_int_equal(policy.gpc.deny, M | S);
    assert_true(policy.dnt.beats_consent && policy.gpc.beats_consent);
    assert_false(policy.dnt.zero_grants);
    assert_int_equal(policy.source_count, 2);
    assert_int_equal(policy.unclassified_cookies, COOKIES_SESSION);
    assert_false(policy.remove_unclassified_third_parties);
    assert_false(policy.pass_uninspectable);
    assert_true(policy.tk && policy.permissions);
}

static void every_member_is_read(void **state)
{
    (void)state;
    assert_true(load("{\"mode\": \"report\", \"version\": 7,"
                     "\"default\": {\"analytics\": \"allow\"},"
                     "\"dnt\": {\"deny\": [\"social\"], \"zero\": \"grant\","
                     " \"beats_consent\": false},"
                     "\"gpc\": {\"deny\": \"*\", \"beats_consent\": false},"
                     "\"consent\": [\"heed\", \"header:X-Choice\"],"
                     "\"unclassified_cookies\": \"keep\","
                     "\"unclassified_third_parties\": \"remove\","
                     "\"uninspectable\": \"pass\","
                     "\"tk\": false, \"permissions\": false}"));
    assert_int_equal(policy.mode, MODE_REPORT);
    assert_int_equal(policy.version, 7);
    assert_int_equal(policy.default_denied, F | M | S);
    assert_int_equal(policy.dnt.deny, S);
    assert_true(policy.dnt.zero_grants && !policy.dnt.beats_consent);
    assert_int_equal(policy.gpc.deny, ALL);
    assert_false(policy.gpc.beats_consent);
    assert_int_equal(policy.source_count, 2);
    assert_int_equal(policy.sources[0].kind, CONSENT_HEED);
    assert_int_equal(policy.sources[1].kind, CONSENT_HEADER);
    assert_true(str_eq(policy.sources[1].field, STR("X-Choice")));
    assert_int_equal(policy.unclassified_cookies, COOKIES_KEEP);
    assert_true(policy.remove_unclassified_third_parties);
    assert_true(policy.pass_uninspectable);
    assert_false(policy.tk || policy.permissions);
}

static void presets_are_bundles_that_members_go_over(void **state)
{
    (void)state;
    assert_true(load("{\"preset\": \"strict\"}"));
    assert_int_equal(policy.unclassified_cookies, COOKIES_DROP);
    assert_true(policy.remove_unclassified_third_parties);
    assert_int_equal(policy.default_denied, ALL);
    assert_true(load("{\"preset\": \"opt-out\"}"));
    assert_int_equal(policy.default_denied, 0);
    assert_int_equal(policy.dnt.deny, ALL);
    assert_true(load("{\"unclassified_cookies\": \"keep\","
                     " \"preset\": \"strict\", \"default\": \"allow\"}"));
    assert_int_equal(policy.unclassified_cookies, COOKIES_KEEP);
    assert_int_equal(policy.default_denied, 0);
}

static void a_site_goes_over_the_top_level(void **state)
{
    struct policy top;

    (void)state;
    assert_true(load("{\"mode\": \"report\", \"version\": 3,"
                     " \"default\": \"allow\"}"));
    top = policy;
    assert_true(load("{}"));
    policy = top;
    const struct json *site =
        json_parse(&diag, STR("s"), STR("{\"preset\": \"strict\"}"));
    assert_true(policy_load(&policy, &purposes, &diag, site));
    assert_int_equal(policy.mode, MODE_REPORT);
    assert_int_equal(policy.version, 3);
    assert_int_equal(policy.default_denied, ALL);
    assert_true(policy_load(&policy, &purposes, &diag, NULL));
}

static const struct {
    const char *text, *want; /* a part of the message */
} errors[] = {
    {"[]", "expected an object"},
    {"{\"vresion\": 2}", "did you mean \"version\"?"},
    {"{\"version\": 0}", "/version"},
    {"{\"mode\": \"enforced\"}", "did you mean \"enforce\"?"},
    {"{\"mode\": \"static\"}", "not available in this version"},
    {"{\"preset\": \"gpdr\"}", "did you mean \"gdpr\"?"},
    {"{\"default\": \"denied\"}", "expected \"allow\" or \"deny\""},
    {"{\"default\": {\"analitics\": \"deny\"}}", "did you mean \"analytics\"?"},
    {"{\"default\": {\"necessary\": \"deny\"}}", "/default/necessary"},
    {"{\"default\": {\"social\": true}}", "/default/social"},
    {"{\"dnt\": {\"deny\": [\"socail\"]}}", "did you mean \"social\"?"},
    {"{\"dnt\": {\"deny\": [\"necessary\"]}}", "never denied"},
    {"{\"dnt\": {\"deny\": \"all\"}}", "expected \"*\""},
    {"{\"dnt\": {\"zero\": \"allow\"}}", "/dnt/zero"},
    {"{\"gpc\": {\"zero\": \"grant\"}}", "unknown key \"zero\""},
    {"{\"consent\": \"heed\"}", "expected an array"},
    {"{\"consent\": [\"onetrust\"]}", "\"onetrust\" is not available"},
    {"{\"consent\": [\"onetrst\"]}", "did you mean \"onetrust\"?"},
    {"{\"consent\": [\"header:a b\"]}", "no field name"},
    {"{\"consent\": [\"heed\", \"heed\"]}", "/consent/1"},
    {"{\"mirror\": \"usercentrics\"}", "unknown key \"mirror\""},
    {"{\"unclassified_cookies\": \"remove\"}", "/unclassified_cookies"},
    {"{\"uninspectable\": \"refuse\"}", "/uninspectable"},
    {"{\"tk\": \"N\"}", "/tk"},
};

static void mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        print_message("[%s]\n", errors[i].text);
        assert_false(load(errors[i].text));
        assert_int_equal(diag.errors, 1);
        struct str got = diag_format(&arena, diag.first);
        if (str_find(got, str_of(errors[i].want)) == got.len)
            fail_msg(STR_FMT, STR_ARG(got));
    }
}

static void all_mistakes_are_reported(void **state)
{
    (void)state;
    assert_false(load("{\"tk\": 1, \"mode\": 2, \"dnt\": {\"denny\": 1},"
                      " \"consent\": [\"x\", \"tcf\"]}"));
    assert_int_equal(diag.errors, 5);
}

static void purposes_of_ones_own(void **state)
{
    struct json *none = NULL;

    (void)state;
    assert_true(load("{}"));
    const struct json *list =
        json_parse(&diag, STR("p"), STR("[\"maps\", \"video-2\"]"));
    assert_true(purposes_load(&purposes, &diag, list));
    assert_true(purposes_load(&purposes, &diag, none));
    assert_int_equal(purposes.count, 7);
    assert_int_equal(purposes_find(&purposes, STR("video-2")), 6);
    assert_int_equal(purposes_find(&purposes, STR("video")), -1);
    assert_int_equal(purposes_deniable(&purposes), 0x7e);
    list = json_parse(&diag, STR("p"),
                      STR("[\"maps\", \"social\", \"Ads\", \"\", \"a.b\", 1]"));
    assert_false(purposes_load(&purposes, &diag, list));
    assert_int_equal(diag.errors, 6);
    assert_int_equal(purposes.count, 7);
}

static void purposes_have_an_end(void **state)
{
    char text[512] = "[";
    size_t len = 1;

    (void)state;
    assert_true(load("{}"));
    for (int i = PURPOSE_BUILTIN; i < PURPOSES_MAX + 1; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\"p%d\"",
                                len > 1 ? "," : "", i);
    text[len] = ']';
    const struct json *list = json_parse(&diag, STR("p"), str_of(text));
    assert_false(purposes_load(&purposes, &diag, list));
    assert_int_equal(diag.errors, 1);
    assert_int_equal(purposes.count, PURPOSES_MAX);
    assert_int_equal(purposes_deniable(&purposes), 0xfffffffe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_policy_is_the_default),
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(presets_are_bundles_that_members_go_over),
        cmocka_unit_test(a_site_goes_over_the_top_level),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(all_mistakes_are_reported),
        cmocka_unit_test(purposes_of_ones_own),
        cmocka_unit_test(purposes_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
