/* module: rules - a selector that matches an element is filed under one of the
 * element's keys, and what is parsed parses again from its own text. */
#include "rules/selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_key(void *ctx, uint32_t key)
{
    return *(const uint32_t *)ctx == key;
}

static void check_selector(struct arena *arena, const struct selector *s,
                           const struct element *e)
{
    struct selector again[SELECTORS_MAX];
    unsigned count;
    const char *why;
    uint32_t key = selector_key(s);
    bool matches = selector_matches(s, e);

    if (matches)
        CHECK(selector_each_key(e, is_key, &key));
    CHECK(selector_parse(arena, s->text, again, &count, &why) == SELECTOR_OK);
    CHECK(count == 1 && selector_matches(&again[0], e) == matches);
}

/* The first line is the value of the attributes, the rest the selectors. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str rest = {(const char *)data, size};
    struct str value = str_cut(&rest, '\n');
    const struct element_attr attrs[] = {
        {STR("id"), value}, {STR("class"), value}, {STR("a"), value}};
    const struct element html = {STR("html"), NULL, 0, NULL};
    const struct element body = {STR("body"), attrs, 3, &html};
    const struct element div = {STR("div"), attrs, 2, &body};
    const struct element a = {STR("a"), attrs, 3, &div};
    struct selector selectors[SELECTORS_MAX];
    unsigned count;
    const char *why = NULL;

    if (selector_parse(&arena, rest, selectors, &count, &why) == SELECTOR_OK) {
        for (unsigned i = 0; i < count; i++)
            check_selector(&arena, &selectors[i], &a);
    } else {
        CHECK(why != NULL);
    }
    arena_release(&arena);
    return 0;
}
