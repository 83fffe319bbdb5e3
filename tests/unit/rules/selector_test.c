#include "rules/selector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* <html><body class="page"><div id=Box class="card wide"><A HREF="/x?Ad=1"
 * lang=en-GB data-x="One Two"></a>, and <wb:like>. */
static const struct element_attr body_attrs[] = {
    {STR_INIT("class"), STR_INIT("page")}};
static const struct element_attr box_attrs[] = {
    {STR_INIT("id"), STR_INIT("Box")},
    {STR_INIT("class"), STR_INIT("card \n wide")}};
static const struct element_attr link_attrs[] = {
    {STR_INIT("href"), STR_INIT("/x?Ad=1")},
    {STR_INIT("lang"), STR_INIT("en-GB")},
    {STR_INIT("data-x"), STR_INIT("One Two")},
    {STR_INIT("empty"), STR_INIT("")}};

static const struct element html = {.name = STR_INIT("html")};
static const struct element body = {STR_INIT("body"), body_attrs, 1, &html};
static const struct element box = {STR_INIT("div"), box_attrs, 2, &body};
static const struct element outer = {STR_INIT("div"), NULL, 0, &box};
static const struct element link_element = {STR_INIT("a"), link_attrs, 4,
                                            &outer};
static const struct element like = {STR_INIT("wb:like"), NULL, 0, &body};

static const struct {
    const char *selector;
    const struct element *element;
    bool want;
} cases[] = {
    {"div", &box, true},
    {"DIV", &box, true},
    {"span", &box, false},
    {"*.card", &box, true},
    {"wb\\:like", &like, true},
    {"wb\\3a like", &like, true},
    {"wb\\00003Alike", &like, true},
    {"#Box", &box, true},
    {"#box", &box, false},
    {".card", &box, true},
    {".wide", &box, true},
    {".Wide", &box, false},
    {".car", &box, false},
    {"div#Box.card.wide", &box, true},
    {"div#Box.card.narrow", &box, false},
    {"[href]", &link_element, true},
    {"[HREF]", &link_element, true},
    {"[src]", &link_element, false},
    {"[href=\"/x?Ad=1\"]", &link_element, true},
    {"[href='/x?Ad=1']", &link_element, true},
    {"[href=\"/x?ad=1\"]", &link_element, false},
    {"[href=\"/x?ad=1\" i]", &link_element, true},
    {"[href=\"/x?Ad=1\" s]", &link_element, true},
    {"[lang=en-GB]", &link_element, true},
    {"[ lang = en-GB ]", &link_element, true},
    {"[lang|=en]", &link_element, true},
    {"[lang|=e]", &link_element, false},
    {"[href^=\"/x\"]", &link_element, true},
    {"[href^=\"x\"]", &link_element, false},
    {"[href$=\"=1\"]", &link_element, true},
    {"[href*=\"?Ad\"]", &link_element, true},
    {"[href*=\"?ad\"]", &link_element, false},
    {"[href*=\"?ad\" i]", &link_element, true},
    {"[href*=\"\"]", &link_element, false},
    {"[href^=\"\"]", &link_element, false},
    {"[href$=\"\"]", &link_element, false},
    {"[empty=\"\"]", &link_element, true},
    {"[data-x~=Two]", &link_element, true},
    {"[data-x~=two i]", &link_element, true},
    {"[data-x~=One]", &link_element, true},
    {"[data-x~='One Two']", &link_element, false},
    {"a:not([src])", &link_element, true},
    {"a:not([href])", &link_element, false},
    {"a:not(.x, [href], #y)", &link_element, false},
    {":not(div)", &link_element, true},
    {"div a", &link_element, true},
    {"body a", &link_element, true},
    {"span a", &link_element, false},
    {"div > a", &link_element, true},
    {"body > a", &link_element, false},
    {"body>div a", &link_element, true},
    {"#Box > div > a", &link_element, true},
    {"html > div a", &link_element, false},
    {".page div div a", &link_element, true},
    {".page div div div a", &link_element, false},
    /* The nearest div has no fitting parent, the next one has. */
    {"body > div a", &link_element, true},
    {"div > *", &link_element, true},
    {"span, a", &link_element, true},
    {"span ,\n div > a", &link_element, true},
};

static bool matches(const char *text, const struct element *e)
{
    struct arena a = {0};
    struct selector selectors[SELECTORS_MAX];
    unsigned count;
    const char *why;
    bool matched = false;

    if (selector_parse(&a, str_of(text), selectors, &count, &why) !=
        SELECTOR_OK)
        print_error("[%s] %s\n", text, why);
    for (unsigned i = 0; i < count; i++)
        matched |= selector_matches(&selectors[i], e);
    arena_release(&a);
    return matched;
}

static void selectors_match_as_in_css(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (matches(cases[i].selector, cases[i].element) != cases[i].want) {
            print_error("[%s] want %d\n", cases[i].selector, cases[i].want);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static bool is_key(void *ctx, uint32_t key)
{
    return *(const uint32_t *)ctx == key;
}

/* A selector that matches is found under one of the element's keys. */
static void every_match_is_filed_under_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = {0};
        struct selector selectors[SELECTORS_MAX];
        unsigned count;
        const char *why;
        selector_parse(&a, str_of(cases[i].selector), selectors, &count, &why);
        for (unsigned j = 0; j < count; j++) {
            uint32_t key = selector_key(&selectors[j]);
            if (selector_matches(&selectors[j], cases[i].element))
                assert_true(selector_each_key(cases[i].element, is_key, &key));
        }
        arena_release(&a);
    }
}

static const struct {
    const char *selector;
    enum selector_parse want;
} refused[] = {
    {"", SELECTOR_BAD},
    {"  ", SELECTOR_BAD},
    {"*", SELECTOR_BAD},
    {".", SELECTOR_BAD},
    {"#1", SELECTOR_BAD},
    {"a,", SELECTOR_BAD},
    {", a", SELECTOR_BAD},
    {"a >", SELECTOR_BAD},
    {"> a", SELECTOR_BAD},
    {"[a", SELECTOR_BAD},
    {"[a=]", SELECTOR_BAD},
    {"[a=\"x]", SELECTOR_BAD},
    {"[a!=x]", SELECTOR_BAD},
    {"[a=x y]", SELECTOR_BAD},
    {"[a=\"\\", SELECTOR_BAD},
    {"a\\", SELECTOR_BAD},
    {"a {}", SELECTOR_BAD},
    {"a@b", SELECTOR_BAD},
    {":not()", SELECTOR_BAD},
    {":not(a b)", SELECTOR_BAD},
    {":not(a", SELECTOR_BAD},
    {"a + b", SELECTOR_UNDECIDABLE},
    {"a ~ b", SELECTOR_UNDECIDABLE},
    {"a:hover", SELECTOR_UNDECIDABLE},
    {"a:has(b)", SELECTOR_UNDECIDABLE},
    {"a::before", SELECTOR_UNDECIDABLE},
    {":not(:not(a))", SELECTOR_UNDECIDABLE},
    {"a:nth-child(2)", SELECTOR_UNDECIDABLE},
    {":-abp-has(x)", SELECTOR_UNDECIDABLE},
};

static void what_a_start_tag_does_not_decide_is_refused(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct arena a = {0};
        struct selector selectors[SELECTORS_MAX];
        unsigned count;
        const char *why = NULL;
        enum selector_parse got = selector_parse(
            &a, str_of(refused[i].selector), selectors, &count, &why);
        if (got != refused[i].want || why == NULL) {
            print_error("[%s] got %d, want %d\n", refused[i].selector, (int)got,
                        (int)refused[i].want);
            failed++;
        }
        arena_release(&a);
    }
    assert_int_equal(failed, 0);
}

/* Deep pages with many steps must not take more than linear time. */
static void deep_pages_are_matched_in_linear_time(void **state)
{
    enum { DEPTH = 20000 };
    struct arena a = {0};
    struct element *chain = arena_array(&a, struct element, DEPTH);

    (void)state;
    for (int i = 0; i < DEPTH; i++) {
        chain[i].name = STR("div");
        chain[i].parent = i > 0 ? &chain[i - 1] : NULL;
    }
    assert_false(matches("span > div div div div div div div div div",
                         &chain[DEPTH - 1]));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selectors_match_as_in_css),
        cmocka_unit_test(every_match_is_filed_under_a_key),
        cmocka_unit_test(what_a_start_tag_does_not_decide_is_refused),
        cmocka_unit_test(deep_pages_are_matched_in_linear_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
