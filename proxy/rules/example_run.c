#include "rules/ruleset_parts.h"

/* The page that an example's "source" names; without one, a page elsewhere. */
static bool enter_page(struct scope *s, struct str source, struct arena *arena)
{
    struct url page;

    if (source.len == 0)
        return true;
    if (!url_parse(&page, source, NULL, arena) || page.host.len == 0)
        return false;
    s->host = page.host;
    s->domain = host_registrable(page.host);
    return true;
}

static bool is_denied(const struct scope *s, const struct example *e,
                      const struct url *url, struct match *m)
{
    switch (e->kind) {
    case EXAMPLE_URL:
        return scope_denies_url(s, url, e->type, m);
    case EXAMPLE_COOKIE:
        return scope_cookie(s, e->input, e->other, m) == COOKIE_DENIED;
    case EXAMPLE_PARAM:
        return scope_denies_param(s, e->input, m);
    case EXAMPLE_HEADER:
        return scope_denies_header(s, e->input, e->other, m);
    default:
        return scope_denies_script(s, e->input, m);
    }
}

static void run_example(struct scope *s, const struct example *e,
                        struct diag *d, struct arena *arena)
{
    struct url url = {0};
    struct match m;

    if (e->kind == EXAMPLE_URL && !url_parse(&url, e->input, NULL, arena)) {
        diag_place_error(d, &e->place, "\"url\" is not an absolute URL");
        return;
    }
    if (e->kind == EXAMPLE_URL && !enter_page(s, e->other, arena)) {
        diag_place_error(d, &e->place, "\"source\" is not an absolute URL");
        return;
    }
    if (is_denied(s, e, &url, &m) == e->denied)
        return;
    if (e->denied)
        diag_place_error(d, &e->place,
                         "the example is not denied (expected the rule to "
                         "match)");
    else
        diag_place_error(d, &e->place,
                         "the example is denied by \"" STR_FMT
                         "\" (expected the rule not to match)",
                         STR_ARG(m.pattern));
}

bool ruleset_run_examples(const struct ruleset *set, struct diag *d)
{
    struct arena arena = {0};
    unsigned errors = d->errors;

    for (unsigned i = 0; i < set->count; i++) {
        const struct rule_details *details = &set->details[i];
        for (unsigned j = 0; j < details->example_count; j++) {
            struct rule_bits bits;
            struct scope scope;
            if (details->examples[j].kind == EXAMPLE_HTML)
                continue;
            ruleset_example_scope(set, &set->rules[i], &arena, &bits, &scope);
            run_example(&scope, &details->examples[j], d, &arena);
        }
        arena_release(&arena);
    }
    return d->errors == errors;
}
