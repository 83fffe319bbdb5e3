/* module: rules - a rule file loads or has a problem, never both; a loaded set
 * answers every question about any bytes, and two loads answer alike. */
#include "rules/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answers {
    bool url, param, header, script, host, element;
    enum cookie_class cookie;
    size_t at, len;
};

static struct answers ask(const struct ruleset *set, struct diag *d,
                          const struct purposes *purposes, struct str bytes)
{
    struct rule_bits bits = {NULL, 0};
    struct answers a = {0};
    struct match m;
    struct url url;
    const struct element_attr attrs[] = {{STR("class"), bytes},
                                         {STR("id"), bytes}};
    const struct element e = {STR("div"), attrs, 2, NULL};

    ruleset_enabled(set, d, NULL, STR("www.a.com"), &bits);
    struct scope s = {
        .rules = set,
        .enabled = &bits,
        .denied = purposes_deniable(purposes),
        .host = STR("www.a.com"),
        .domain = STR("a.com"),
    };
    if (url_parse(&url, bytes, NULL, d->arena))
        a.url = scope_denies_url(&s, &url, RESOURCE_SCRIPT, &m);
    a.cookie = scope_cookie(&s, bytes, STR(""), &m);
    a.param = scope_denies_param(&s, bytes, &m);
    a.header = scope_denies_header(&s, bytes, bytes, &m);
    a.script = scope_denies_script(&s, bytes, &m);
    a.host = scope_find_host(&s, bytes, 0, &a.at, &a.len, &m);
    a.element = scope_denies_element(&s, &e, &m);
    if (a.host)
        CHECK(a.len > 0 && a.at + a.len <= bytes.len);
    ruleset_run_examples(set, d);
    return a;
}

static bool alike(const struct answers *a, const struct answers *b)
{
    return a->url == b->url && a->param == b->param && a->header == b->header &&
           a->script == b->script && a->host == b->host &&
           a->element == b->element && a->cookie == b->cookie &&
           a->at == b->at && a->len == b->len;
}

/* What stands behind the last newline is asked about. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    struct str name = STR("f"), text = {(const char *)data, size};
    struct purposes purposes;
    size_t cut = size;

    purposes_init(&purposes);
    while (cut > 0 && text.ptr[cut - 1] != '\n')
        cut--;
    struct str bytes = str_from(text, cut);
    text.len = cut;
    struct ruleset *a = ruleset_load_texts(&d, &purposes, &name, &text, 1);
    CHECK((a == NULL) == (d.errors > 0));
    if (a != NULL) {
        struct ruleset *b = ruleset_load_texts(&d, &purposes, &name, &text, 1);
        CHECK(b != NULL && ruleset_generation(a) == ruleset_generation(b));
        struct answers x = ask(a, &d, &purposes, bytes);
        struct answers y = ask(b, &d, &purposes, bytes);
        CHECK(alike(&x, &y));
        ruleset_free(b);
    }
    ruleset_free(a);
    arena_release(&arena);
    return 0;
}
