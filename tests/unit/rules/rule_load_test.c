#include "base/buf.h"
#include "rules/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* What is wrong is told with its place; a file of one line, so that columns
 * can be counted. `rule` is put into {"rules": [ … ]}, at column 12. */
static const struct {
    const char *name, *rule, *want;
} bad_rules[] = {
    {"no object", "1",
     "f:1:12: error: /rules/0: this is a number (expected an object)"},
    {"no id", "{\"purpose\":\"social\",\"hosts\":[\"a.com\"]}",
     "f:1:12: error: /rules/0: \"id\" is missing (expected a short name for "
     "the rule)"},
    {"no purpose", "{\"id\":\"a\",\"hosts\":[\"a.com\"]}",
     "f:1:12: error: /rules/0: \"purpose\" is missing (expected what the "
     "service serves, such as \"analytics\")"},
    {"matches nothing", "{\"id\":\"a\",\"purpose\":\"social\"}",
     "f:1:12: error: /rules/0: this rule matches nothing (expected "
     "\"hosts\", \"filters\", \"lists\", \"cookies\", \"params\", "
     "\"scripts\", \"elements\" or \"headers\")"},
    {"bad id", "{\"id\":\"A b\",\"purpose\":\"social\",\"hosts\":[\"a.com\"]}",
     "f:1:18: error: /rules/0/id: not an id (expected up to 64 lower-case "
     "letters, digits, \"-\", \"_\" and \".\")"},
};

/* The same with a good id and purpose in front: `members` starts at column
 * 40. */
static const struct {
    const char *name, *members, *want;
} bad_members[] = {
    {"address as host", "\"hosts\":[\"https://a.com/\"]",
     "f:1:49: error: /rules/0/hosts/0: not a host but an address (expected "
     "\"example.com\"; use \"filters\" for paths)"},
    {"star in a host", "\"hosts\":[\"*.a.com\"]",
     "f:1:49: error: /rules/0/hosts/0: a host stands for all below it (leave "
     "out \"*.\")"},
    {"blank in a host", "\"hosts\":[\"a .com\"]",
     "f:1:49: error: /rules/0/hosts/0: not a host (expected a name such as "
     "\"example.com\")"},
    {"hosts are no array", "\"hosts\":\"a.com\"",
     "f:1:48: error: /rules/0/hosts: this is a string (expected an array)"},
    {"empty cookie", "\"cookies\":[\"\"]",
     "f:1:51: error: /rules/0/cookies/0: empty (expected some text)"},
    {"star inside a cookie", "\"cookies\":[\"a*b\"]",
     "f:1:51: error: /rules/0/cookies/0: \"*\" may stand at the end of a name "
     "only (expected \"prefix*\", or {\"regex\": \"…\"})"},
    {"cookie with name and regex",
     "\"cookies\":[{\"name\":\"a\",\"regex\":\"b\"}]",
     "f:1:51: error: /rules/0/cookies/0: a cookie is named by either "
     "\"name\" or \"regex\""},
    {"bad regex", "\"params\":[{\"regex\":\"a(\"}]",
     "f:1:59: error: /rules/0/params/0/regex: bad regular expression: missing "
     "closing parenthesis (at its byte 3)"},
    {"short script", "\"scripts\":[\"ga\"]",
     "f:1:51: error: /rules/0/scripts/0: too short to tell one script from "
     "another (expected at least 4 characters)"},
    {"bad selector", "\"elements\":[\"a[\"]",
     "f:1:52: error: /rules/0/elements/0: not a selector: expected a name"},
    {"undecidable selector", "\"elements\":[\"a:hover\"]",
     "f:1:52: error: /rules/0/elements/0: pseudo-classes other than :not() "
     "cannot be decided at the start tag (expected type, #id, .class, "
     "[attr], :not(), descendants and children)"},
    {"bad option", "\"filters\":[\"/x$scirpt\"]",
     "f:1:51: error: /rules/0/filters/0: unknown option \"scirpt\" (did you "
     "mean \"script\"?)"},
    {"comment as filter", "\"filters\":[\"! x\"]",
     "f:1:51: error: /rules/0/filters/0: a comment is no filter"},
    {"bad global", "\"hosts\":[\"a.b\"],\"globals\":[\"a-b\"]",
     "f:1:67: error: /rules/0/globals/0: not the name of a global (expected "
     "a JavaScript identifier such as \"WB2\" or \"Tencent.share\")"},
    {"unknown action", "\"hosts\":[\"a.b\"],\"action\":\"remvoe\"",
     "f:1:65: error: /rules/0/action: unknown value \"remvoe\" (expected "
     "\"remove\", \"defer\" or \"placeholder\"; did you mean \"remove\"?)"},
    {"bad site", "\"hosts\":[\"a.b\"],\"sites\":[\"a.*\"]",
     "f:1:65: error: /rules/0/sites/0: not a host (expected "
     "\"www.example.com\" or \"*.example.com\")"},
    {"lists in memory", "\"lists\":[\"x.txt\"]",
     "f:1:49: error: /rules/0/lists/0: lists are read by rule files on disk "
     "only"},
    {"example of nothing", "\"hosts\":[\"a.b\"],\"examples\":[{}]",
     "f:1:68: error: /rules/0/examples/0: an example is of one thing "
     "(expected one of \"url\", \"cookie\", \"param\", \"header\", "
     "\"script\" and \"html\")"},
    {"example without verdict",
     "\"hosts\":[\"a.b\"],\"examples\":[{\"cookie\":\"x\"}]",
     "f:1:68: error: /rules/0/examples/0: \"denied\" is missing (expected "
     "true or false)"},
    {"example of two kinds",
     "\"hosts\":[\"a.b\"],\"examples\":[{\"html\":\"x\",\"becomes\":\"\","
     "\"denied\":true}]",
     "f:1:93: error: /rules/0/examples/0/denied: \"denied\" does not go with "
     "\"html\""},
    {"exceptions of lists", "\"hosts\":[\"a.b\"],\"allow\":{\"lists\":[]}",
     "f:1:65: error: /rules/0/allow/lists: unknown key \"lists\" (expected "
     "\"hosts\", \"filters\", \"cookies\", \"params\", \"scripts\", "
     "\"elements\" or \"headers\"; did you mean \"hosts\"?)"},
};

static struct str problems(struct diag *d)
{
    struct buf out = {0};

    for (const struct diag_problem *p = d->first; p != NULL; p = p->next) {
        buf_append(&out, diag_format(d->arena, p));
        if (p->next != NULL)
            buf_append_char(&out, '\n');
    }
    struct str text = arena_dup(d->arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static int check(const char *name, const char *text, const char *want)
{
    struct arena a = {0};
    struct diag d = {.arena = &a};
    struct purposes purposes;
    const struct str names[] = {STR("f")}, texts[] = {str_of(text)};
    int failed = 0;

    purposes_init(&purposes);
    struct ruleset *set = ruleset_load_texts(&d, &purposes, names, texts, 1);
    struct str got = problems(&d);
    if (set != NULL || !str_eq(got, str_of(want))) {
        print_error("[%s]\n  got  " STR_FMT "\n  want %s\n", name, STR_ARG(got),
                    want);
        failed = 1;
    }
    ruleset_free(set);
    arena_release(&a);
    return failed;
}

static void what_is_wrong_in_a_rule_is_told(void **state)
{
    char text[1000];
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_rules); i++) {
        snprintf(text, sizeof(text), "{\"rules\": [%s]}", bad_rules[i].rule);
        failed += check(bad_rules[i].name, text, bad_rules[i].want);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad_members); i++) {
        snprintf(text, sizeof(text),
                 "{\"rules\":[{\"id\":\"a\",\"purpose\":\"social\",%s}]}",
                 bad_members[i].members);
        failed += check(bad_members[i].name, text, bad_members[i].want);
    }
    assert_int_equal(failed, 0);
}

static void all_problems_are_told_in_one_run(void **state)
{
    (void)state;
    assert_int_equal(
        check(
            "several",
            "{\"rules\": [\n"
            " {\"id\": \"a\", \"purpose\": \"socal\", \"hosts\": [\"a.b\"]},\n"
            " {\"id\": \"a\", \"purpose\": \"social\", \"host\": [\"a.b\"]},\n"
            " {\"id\": \"a\", \"purpose\": \"social\", \"cookies\": [3]}\n"
            "], \"nmae\": 1}",
            "f:5:4: error: /nmae: unknown key \"nmae\" (expected \"name\", "
            "\"rules\", \"description\", \"comment\" or \"$schema\"; did "
            "you mean \"name\"?)\n"
            "f:2:25: error: /rules/0/purpose: unknown value \"socal\" "
            "(expected \"necessary\", \"functional\", \"analytics\", "
            "\"marketing\" or \"social\"; did you mean \"social\"?)\n"
            "f:3:35: error: /rules/1/host: unknown key \"host\" (expected "
            "\"id\", \"title\", \"vendor\", \"region\", \"purpose\", "
            "\"hosts\", \"filters\", \"lists\", \"cookies\", \"params\", "
            "\"scripts\", \"elements\", \"headers\", \"globals\", "
            "\"inline\", \"action\", \"enabled\", \"allow\", \"sites\", "
            "\"placeholder\", \"examples\", \"comment\" or \"source\"; did "
            "you mean \"hosts\"?)\n"
            "f:3:9: error: /rules/1/id: a rule of that id stands in f "
            "already\n"
            "f:4:9: error: /rules/2/id: a rule of that id stands in f "
            "already\n"
            "f:4:47: error: /rules/2/cookies/0: this is a number (expected "
            "a string)"),
        0);
}

static void missing_files_are_told(void **state)
{
    struct arena a = {0};
    struct diag d = {.arena = &a};
    struct purposes purposes;
    const struct str paths[] = {STR("/nonexistent.json"), STR("/")};

    (void)state;
    purposes_init(&purposes);
    assert_null(ruleset_load(&d, &purposes, paths, ARRAY_LEN(paths)));
    assert_int_equal(d.errors, 2);
    arena_release(&a);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void lists_load_as_published(void **state)
{
    char folder[] = "/tmp/heed-lists-XXXXXX";
    struct arena a = {0};
    struct diag d = {.arena = &a};
    struct purposes purposes;
    unsigned count;

    (void)state;
    assert_non_null(mkdtemp(folder));
    struct str rules = arena_printf(&a, "%s/r.json", folder);
    struct str list = arena_printf(&a, "%s/l.txt", folder);
    write_file(list.ptr, "[Adblock Plus 2.0]\n! comment\n\n# comment\n"
                         "||a.com^$third-party\r\n@@||a.com/ok\n"
                         "127.0.0.1 localhost\n0.0.0.0 b.com # why\n"
                         "||c.com^$csp=x\n||d.com^$popup\n||e.com^$popup\n"
                         "##.ad\nf.com,~g.f.com##div.ad\nf.com#@#.ad\n"
                         "##.a:has(b)\na.com##+js(x)\na.com#?#x:y(z)\n"
                         "||h.com^$nosuchoption\n"
                         "*$removeparam=utm_source\n||i.com^$removeparam=x");
    write_file(rules.ptr, "{\"rules\":[{\"id\":\"a\",\"purpose\":"
                          "\"marketing\",\"lists\":[\"l.txt\"]}]}");
    purposes_init(&purposes);
    struct ruleset *set = ruleset_load(&d, &purposes, &rules, 1);
    assert_non_null(set);
    const struct list_summary *l = ruleset_lists(set, &count);
    assert_int_equal(count, 1);
    assert_true(str_eq(l->path, list));
    assert_ptr_equal(l->rule, ruleset_rule(set, 0));
    assert_int_equal(l->filters, 4);
    assert_int_equal(l->selectors, 3);
    struct str skipped = STR("");
    for (unsigned i = 0; i < l->skipped_kinds; i++)
        skipped =
            arena_printf(&a, STR_FMT STR_FMT "=%u;", STR_ARG(skipped),
                         STR_ARG(l->skipped[i].kind), l->skipped[i].count);
    assert_string_equal(skipped.ptr,
                        "csp=1;popup=2;pseudo-classes other than :not()=1;"
                        "scriptlets=1;procedural selectors=1;not understood=1;"
                        "removeparam with conditions=1;");
    ruleset_free(set);
    unlink(list.ptr);
    assert_null(ruleset_load(&d, &purposes, &rules, 1));
    assert_int_equal(d.errors, 1);
    unlink(rules.ptr);
    rmdir(folder);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_in_a_rule_is_told),
        cmocka_unit_test(all_problems_are_told_in_one_run),
        cmocka_unit_test(missing_files_are_told),
        cmocka_unit_test(lists_load_as_published),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
