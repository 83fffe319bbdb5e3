#include "base/buf.h"
#include "rules/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char rules_text[] =
    "{\"rules\": ["
    "{\"id\": \"baidu\", \"purpose\": \"analytics\","
    " \"hosts\": [\"hm.baidu.com\"],"
    " \"filters\": [\"/beacon.gif$image\", \"||stats.example^$third-party\","
    "   \"/imp.js$important\"],"
    " \"cookies\": [\"Hm_lvt_*\", \"HMACCOUNT\", {\"regex\": \"^hm[0-9]+$\"},"
    "   {\"name\": \"id\", \"domain\": \"baidu.com\"}],"
    " \"params\": [\"hmsr\", \"hm_*\", {\"regex\": \"^x[0-9]$\"}],"
    " \"scripts\": [\"_hmt.push\", {\"regex\": \"hm\\\\s*=\\\\s*1\"},"
    "   {\"regex\": \"[xy]{3}\"}],"
    " \"headers\": [\"X-Track\", {\"name\": \"Link\","
    "   \"value\": {\"regex\": \"hm\\\\.baidu\"}}],"
    " \"elements\": [\"div.track\", \"[data-track]\", \"ul > li.t\"],"
    " \"globals\": [\"_hmt\"],"
    " \"allow\": {\"hosts\": [\"ok.hm.baidu.com\"],"
    "   \"filters\": [\"/beacon.gif?keep\"], \"cookies\": [\"Hm_lvt_ok\"],"
    "   \"params\": [\"hm_ok\"], \"scripts\": [\"keep me\"],"
    "   \"elements\": [\".keep\"]}},"
    "{\"id\": \"weibo\", \"purpose\": \"social\","
    " \"hosts\": [\"widget.weibo.com\"], \"inline\": \"keep\","
    " \"cookies\": [\"SUB\"], \"elements\": [\"wb\\\\:like\"],"
    " \"filters\": [\"@@||stats.example/needed\", \"@@/imp.js\"]},"
    "{\"id\": \"bank\", \"purpose\": \"necessary\","
    " \"filters\": [\"||hm.baidu.com/pay/\"], \"cookies\": [\"Hm_lvt_pay\"]},"
    "{\"id\": \"off\", \"purpose\": \"social\", \"enabled\": false,"
    " \"hosts\": [\"off.example\"]},"
    "{\"id\": \"local\", \"purpose\": \"social\","
    " \"sites\": [\"*.shop.example\"], \"hosts\": [\"local.example\"]}"
    "]}";

struct bench {
    struct arena arena;
    struct diag d;
    struct purposes purposes;
    struct ruleset *set;
    struct rule_bits bits;
    struct scope scope;
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof(*b));
    const struct str name = STR("rules"), text = STR(rules_text);

    b->d.arena = &b->arena;
    purposes_init(&b->purposes);
    b->set = ruleset_load_texts(&b->d, &b->purposes, &name, &text, 1);
    for (const struct diag_problem *p = b->d.first; p != NULL; p = p->next)
        print_error(STR_FMT "\n", STR_ARG(diag_format(&b->arena, p)));
    assert_non_null(b->set);
    assert_true(ruleset_enabled(b->set, &b->d, NULL, STR("www.site.example"),
                                &b->bits));
    b->scope = (struct scope){
        .rules = b->set,
        .enabled = &b->bits,
        .denied = purposes_deniable(&b->purposes),
        .host = STR("www.site.example"),
        .domain = STR("site.example"),
    };
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    ruleset_free(b->set);
    arena_release(&b->arena);
    free(b);
    return 0;
}

static struct scope without(const struct bench *b, unsigned purpose)
{
    struct scope s = b->scope;

    s.denied &= ~((purpose_set)1 << purpose);
    return s;
}

/* "rule:pattern", "!exception" behind it, or "-". */
static struct str told(struct arena *a, bool denied, const struct match *m)
{
    struct str id = m->rule != NULL ? m->rule->id : STR("");
    const char *mark = m->exception.len > 0 ? "!" : "";

    if (!denied && m->exception.len == 0)
        return STR("-");
    return arena_printf(a, STR_FMT ":" STR_FMT "%s" STR_FMT, STR_ARG(id),
                        STR_ARG(m->pattern), mark, STR_ARG(m->exception));
}

static int expect(const char *name, struct str got, const char *want)
{
    if (str_eq(got, str_of(want)))
        return 0;
    print_error("[%s] got " STR_FMT ", want %s\n", name, STR_ARG(got), want);
    return 1;
}

static const struct {
    const char *name, *url;
    enum resource_type type;
    const char *want;
} urls[] = {
    {"host", "https://hm.baidu.com/hm.js", RESOURCE_SCRIPT,
     "baidu:hm.baidu.com"},
    {"below the host", "https://a.hm.baidu.com/", RESOURCE_IMAGE,
     "baidu:hm.baidu.com"},
    {"a document is not denied by a host", "https://hm.baidu.com/",
     RESOURCE_DOCUMENT, "-"},
    {"path", "https://www.site.example/beacon.gif", RESOURCE_IMAGE,
     "baidu:/beacon.gif$image"},
    {"path, another type", "https://www.site.example/beacon.gif",
     RESOURCE_SCRIPT, "-"},
    {"exception of the rule", "https://www.site.example/beacon.gif?keep",
     RESOURCE_IMAGE, "baidu:/beacon.gif$image!/beacon.gif?keep"},
    {"exception of the rule, host", "https://ok.hm.baidu.com/", 0,
     "baidu:hm.baidu.com!ok.hm.baidu.com"},
    {"exception of another rule", "https://stats.example/needed", 0,
     "baidu:||stats.example^$third-party!@@||stats.example/needed"},
    {"important", "https://cdn.example/imp.js", RESOURCE_SCRIPT,
     "baidu:/imp.js$important"},
    {"necessary", "https://hm.baidu.com/pay/x", RESOURCE_SCRIPT,
     "baidu:hm.baidu.com!||hm.baidu.com/pay/"},
    {"switched off", "https://off.example/", 0, "-"},
    {"another site's rule", "https://local.example/", 0, "-"},
    {"nothing", "https://cdn.example/x.js", RESOURCE_SCRIPT, "-"},
    {"data", "data:text/javascript,hm.baidu.com", RESOURCE_SCRIPT, "-"},
};

static void urls_are_denied_by_rules(void **state)
{
    struct bench *b = *state;
    int failed = 0;

    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct url url;
        struct match m;
        assert_true(url_parse(&url, str_of(urls[i].url), NULL, &b->arena));
        bool denied = scope_denies_url(&b->scope, &url, urls[i].type, &m);
        failed +=
            expect(urls[i].name, told(&b->arena, denied, &m), urls[i].want);
    }
    assert_int_equal(failed, 0);
}

static bool denies(struct bench *b, const struct scope *s, const char *text,
                   enum resource_type type)
{
    struct url url;
    struct match m;

    assert_true(url_parse(&url, str_of(text), NULL, &b->arena));
    return scope_denies_url(s, &url, type, &m);
}

static void what_is_allowed_is_not_denied(void **state)
{
    struct bench *b = *state;
    struct scope s = without(b, PURPOSE_ANALYTICS);

    assert_false(denies(b, &s, "https://hm.baidu.com/", RESOURCE_SCRIPT));
    assert_true(denies(b, &s, "https://widget.weibo.com/", RESOURCE_SCRIPT));
    s.denied = 0;
    assert_false(denies(b, &s, "https://widget.weibo.com/", RESOURCE_SCRIPT));
    /* An exception goes with its rule. */
    s = without(b, PURPOSE_SOCIAL);
    assert_true(denies(b, &s, "https://stats.example/needed", 0));
}

static void third_parties_that_no_rule_names_may_go(void **state)
{
    struct bench *b = *state;
    struct scope s = without(b, PURPOSE_SOCIAL);

    s.remove_unclassified = true;
    assert_true(denies(b, &s, "https://cdn.example/x.js", RESOURCE_SCRIPT));
    assert_false(denies(b, &s, "https://cdn.example/", RESOURCE_DOCUMENT));
    assert_false(denies(b, &s, "https://a.site.example/x", RESOURCE_SCRIPT));
    assert_false(denies(b, &s, "https://widget.weibo.com/x", RESOURCE_SCRIPT));
    assert_false(denies(b, &s, "https://hm.baidu.com/pay/", RESOURCE_SCRIPT));
    assert_true(denies(b, &s, "https://off.example/", RESOURCE_SCRIPT));
}

static void collect(void *ctx, const struct match *m)
{
    buf_append(ctx, m->rule->id);
    buf_append_char(ctx, ' ');
}

static void explaining_names_every_rule(void **state)
{
    struct bench *b = *state;
    struct buf out = {0};
    struct url url;

    assert_true(url_parse(&url, STR("https://hm.baidu.com/pay/imp.js"), NULL,
                          &b->arena));
    struct scope s = b->scope;
    s.denied = 0;
    scope_explain_url(&s, &url, RESOURCE_SCRIPT, collect, &out);
    assert_true(str_eq(buf_str(&out), STR("baidu bank ")));
    buf_release(&out);
}

static const struct {
    const char *name, *domain;
    enum cookie_class want;
} cookies[] = {
    {"Hm_lvt_123", "", COOKIE_DENIED},
    {"Hm_lvt_", "", COOKIE_DENIED},
    {"hm_lvt_1", "", COOKIE_UNCLASSIFIED},
    {"HMACCOUNT", "", COOKIE_DENIED},
    {"HMACCOUNT2", "", COOKIE_UNCLASSIFIED},
    {"hm12", "", COOKIE_DENIED},
    {"hmx", "", COOKIE_UNCLASSIFIED},
    {"Hm_lvt_ok", "", COOKIE_ALLOWED},
    {"Hm_lvt_pay", "", COOKIE_ALLOWED},
    {"SUB", "", COOKIE_ALLOWED},
    {"id", "", COOKIE_DENIED},
    {"id", "www.baidu.com", COOKIE_DENIED},
    {"id", "xbaidu.com", COOKIE_UNCLASSIFIED},
    {"session", "", COOKIE_UNCLASSIFIED},
    {"", "", COOKIE_UNCLASSIFIED},
};

static void cookies_are_classified(void **state)
{
    struct bench *b = *state;
    struct scope s = without(b, PURPOSE_SOCIAL);
    int failed = 0;

    for (size_t i = 0; i < ARRAY_LEN(cookies); i++) {
        struct match m;
        enum cookie_class got = scope_cookie(&s, str_of(cookies[i].name),
                                             str_of(cookies[i].domain), &m);
        if (got != cookies[i].want) {
            print_error("[%s] got %d, want %d\n", cookies[i].name, (int)got,
                        (int)cookies[i].want);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static const struct {
    const char *name;
    bool want;
} params[] = {
    {"hmsr", true}, {"hms%72", true}, {"%68msr", true}, {"hm_x", true},
    {"x1", true},   {"x12", false},   {"HMSR", false},  {"hm_ok", false},
    {"q", false},   {"%", false},     {"hmsr%", false}, {"", false},
};

static void params_are_denied(void **state)
{
    struct bench *b = *state;
    struct match m;
    int failed = 0;

    for (size_t i = 0; i < ARRAY_LEN(params); i++) {
        if (scope_denies_param(&b->scope, str_of(params[i].name), &m) !=
            params[i].want) {
            print_error("[%s] want %d\n", params[i].name, params[i].want);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static void headers_are_denied(void **state)
{
    struct bench *b = *state;
    struct match m;

    assert_true(scope_denies_header(&b->scope, STR("x-TRACK"), STR(""), &m));
    assert_true(scope_denies_header(&b->scope, STR("link"),
                                    STR("<//hm.baidu.com>"), &m));
    assert_false(scope_denies_header(&b->scope, STR("link"), STR("</a>"), &m));
    assert_false(scope_denies_header(&b->scope, STR("Server"), STR(""), &m));
}

static const struct {
    const char *text, *want;
} scripts[] = {
    {"var a;_hmt.push(['x'])", "baidu:_hmt.push"},
    {"hm hm  = 1", "baidu:hm\\s*=\\s*1"},
    {"xyz xyx", "baidu:[xy]{3}"},
    {"_HMT.push", "-"},
    {"_hmt.push; // keep me", "baidu:_hmt.push!keep me"},
    {"", "-"},
};

static void scripts_are_denied(void **state)
{
    struct bench *b = *state;
    struct scope s = without(b, PURPOSE_ANALYTICS);
    struct match m;
    int failed = 0;

    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        struct str text = str_of(scripts[i].text);
        bool denied = scope_denies_script(&b->scope, text, &m);
        if (m.exception.len > 0)
            continue; /* the rule is not told with its exception */
        failed += expect(scripts[i].text, told(&b->arena, denied, &m),
                         scripts[i].want);
        assert_false(scope_denies_script(&s, text, &m));
    }
    assert_int_equal(failed, 0);
}

static void hosts_are_found_in_scripts(void **state)
{
    struct bench *b = *state;
    struct str text = STR("a='//ok.hm.baidu.com/',b='//widget.weibo.com/',"
                          "c='//off.example/',d='//x.hm.baidu.com/'");
    struct scope s = without(b, PURPOSE_ANALYTICS);
    struct match m;
    size_t at, len;

    assert_true(scope_find_host(&b->scope, text, 0, &at, &len, &m));
    assert_true(str_eq(str_sub(text, at, len), STR("x.hm.baidu.com")));
    assert_true(str_eq(m.pattern, STR("hm.baidu.com")));
    assert_false(scope_find_host(&b->scope, text, at + len, &at, &len, &m));
    assert_false(scope_find_host(&s, text, 0, &at, &len, &m));
}

static void elements_are_denied(void **state)
{
    struct bench *b = *state;
    const struct element_attr track[] = {{STR("class"), STR("x track")}};
    const struct element_attr keep[] = {{STR("class"), STR("track keep")}};
    const struct element_attr t[] = {{STR("class"), STR("t")}};
    const struct element ul = {.name = STR("ul")};
    const struct element div = {STR("div"), track, 1, NULL};
    const struct element kept = {STR("div"), keep, 1, NULL};
    const struct element span = {STR("span"), track, 1, NULL};
    const struct element li = {STR("li"), t, 1, &ul};
    const struct element top = {STR("li"), t, 1, NULL};
    const struct element like = {.name = STR("wb:like")};
    struct match m;

    assert_true(scope_denies_element(&b->scope, &div, &m));
    assert_true(str_eq(m.pattern, STR("div.track")));
    assert_false(scope_denies_element(&b->scope, &kept, &m));
    assert_false(scope_denies_element(&b->scope, &span, &m));
    assert_true(scope_denies_element(&b->scope, &li, &m));
    assert_false(scope_denies_element(&b->scope, &top, &m));
    assert_true(scope_denies_element(&b->scope, &like, &m));
    assert_true(ruleset_wants_tag(b->set, STR("wb:like")));
    assert_true(ruleset_wants_tag(b->set, STR("li")));
    assert_false(ruleset_wants_tag(b->set, STR("p")));
    assert_true(ruleset_wants_attrs(b->set));
    assert_true(ruleset_wants_ancestors(b->set));
}

static void rules_are_described(void **state)
{
    struct bench *b = *state;
    const struct rule *baidu = ruleset_rule(b->set, 0);

    assert_int_equal(ruleset_count(b->set), 5);
    assert_true(str_eq(baidu->id, STR("baidu")));
    assert_int_equal(baidu->patterns, 1 + 3 + 4 + 3 + 3 + 2 + 3);
    assert_true(str_find(baidu->stub, STR("d(\"_hmt\");")) < baidu->stub.len);
    assert_int_equal(ruleset_rule(b->set, 1)->stub.len, 0);
    assert_false(ruleset_rule(b->set, 3)->enabled);
}

static const struct {
    const char *name, *site, *host, *want; /* a digit per rule, or problems */
} switches[] = {
    {"nothing said", "null", "www.site.example", "11100"},
    {"a site of its own", "null", "a.shop.example", "11101"},
    {"the suffix itself", "null", "shop.example", "11100"},
    {"enabled", "{\"enable\":[\"off\"]}", "x", "11110"},
    {"disabled", "{\"disable\":[\"weibo\"]}", "x", "10100"},
    {"by prefix", "{\"disable\":[\"ba*\"]}", "x", "01000"},
    {"all", "{\"disable\":[\"*\"]}", "x", "00000"},
    {"an id beats a prefix", "{\"enable\":[\"bank\"],\"disable\":[\"*\"]}", "x",
     "00100"},
    {"both", "{\"enable\":[\"bank\"],\"disable\":[\"bank\"]}", "x", "11000"},
    {"a limited rule stays off elsewhere", "{\"enable\":[\"local\"]}", "x",
     "11100"},
    {"no such rule", "{\"disable\":[\"wiebo\"]}", "x",
     "f:1:13: error: /disable/0: no rule has the id \"wiebo\" (did you mean "
     "\"weibo\"?)"},
    {"no such key", "{\"disabled\":[]}", "x",
     "f:1:2: error: /disabled: unknown key \"disabled\" (expected \"enable\" "
     "or \"disable\"; did you mean \"disable\"?)"},
};

static void sites_switch_rules(void **state)
{
    struct bench *b = *state;
    int failed = 0;

    for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
        struct diag d = {.arena = &b->arena};
        struct rule_bits bits;
        char got[6] = "";
        const struct json *site =
            json_parse(&d, STR("f"), str_of(switches[i].site));
        bool good =
            ruleset_enabled(b->set, &d, site->type == JSON_NULL ? NULL : site,
                            str_of(switches[i].host), &bits);
        for (unsigned j = 0; good && j < 5; j++)
            got[j] = (bits.words[0] >> j & 1) != 0 ? '1' : '0';
        failed += expect(switches[i].name,
                         good ? str_of(got) : diag_format(&b->arena, d.first),
                         switches[i].want);
    }
    assert_int_equal(failed, 0);
}

static void the_generation_follows_the_content(void **state)
{
    struct bench *b = *state;
    const struct str name = STR("rules");
    const struct str texts[] = {STR(rules_text), STR("{\"rules\": []}")};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct ruleset *set =
            ruleset_load_texts(&b->d, &b->purposes, &name, &texts[i], 1);
        assert_non_null(set);
        assert_int_equal(ruleset_generation(set) == ruleset_generation(b->set),
                         i == 0);
        ruleset_free(set);
    }
}

static void an_empty_set_denies_nothing(void **state)
{
    struct bench *b = *state;
    struct ruleset *set = ruleset_load(&b->d, &b->purposes, NULL, 0);
    struct scope s = b->scope;
    struct match m;
    size_t at, len;
    const struct element e = {.name = STR("a")};

    assert_non_null(set);
    s.rules = set;
    assert_false(denies(b, &s, "https://a.com/", RESOURCE_SCRIPT));
    assert_int_equal(scope_cookie(&s, STR("a"), STR(""), &m),
                     COOKIE_UNCLASSIFIED);
    assert_false(scope_denies_script(&s, STR("_hmt.push"), &m));
    assert_false(scope_find_host(&s, STR("//a.com"), 0, &at, &len, &m));
    assert_false(scope_denies_element(&s, &e, &m));
    ruleset_free(set);
}

static const char examples_text[] =
    "{\"rules\": [{\"id\": \"a\", \"purpose\": \"social\", \"enabled\": false,"
    "\"hosts\": [\"a.com\"], \"cookies\": [\"c\"], \"examples\": [\n"
    "{\"url\": \"https://a.com/\", \"type\": \"script\", \"denied\": true},\n"
    "{\"url\": \"https://b.com/\", \"type\": \"xhr\", \"denied\": true},\n"
    "{\"url\": \"//a.com/\", \"denied\": true},\n"
    "{\"cookie\": \"c\", \"denied\": false},\n"
    "{\"html\": \"<p>\", \"becomes\": \"<p>\"}]}]}";

static void examples_hold_a_rule_to_what_it_says(void **state)
{
    struct bench *b = *state;
    struct diag d = {.arena = &b->arena};
    const struct str name = STR("f"), text = STR(examples_text);
    struct ruleset *set = ruleset_load_texts(&d, &b->purposes, &name, &text, 1);
    unsigned count;

    assert_non_null(set);
    const struct example *e =
        ruleset_examples(set, ruleset_rule(set, 0), &count);
    assert_int_equal(count, 5);
    assert_int_equal(e[1].type, RESOURCE_XMLHTTPREQUEST);
    assert_int_equal(e[4].kind, EXAMPLE_HTML);
    assert_false(ruleset_run_examples(set, &d));
    assert_int_equal(d.errors, 3);
    const struct diag_problem *p = d.first;
    assert_int_equal(
        expect("not denied", diag_format(&b->arena, p),
               "f:3:1: error: /rules/0/examples/1: the example is not denied "
               "(expected the rule to match)"),
        0);
    assert_int_equal(p->next->line, 4);
    assert_int_equal(
        expect("denied", diag_format(&b->arena, p->next->next),
               "f:5:1: error: /rules/0/examples/3: the example is denied by "
               "\"c\" (expected the rule not to match)"),
        0);
    ruleset_free(set);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(urls_are_denied_by_rules),
        TEST(what_is_allowed_is_not_denied),
        TEST(third_parties_that_no_rule_names_may_go),
        TEST(explaining_names_every_rule),
        TEST(cookies_are_classified),
        TEST(params_are_denied),
        TEST(headers_are_denied),
        TEST(scripts_are_denied),
        TEST(hosts_are_found_in_scripts),
        TEST(elements_are_denied),
        TEST(rules_are_described),
        TEST(sites_switch_rules),
        TEST(the_generation_follows_the_content),
        TEST(an_empty_set_denies_nothing),
        TEST(examples_hold_a_rule_to_what_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
