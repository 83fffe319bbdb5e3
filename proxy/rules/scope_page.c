#include "rules/ruleset_parts.h"

#include <stdlib.h>

/* ---- inline scripts -------------------------------------------------------
 */

struct script_search {
    const struct scope *scope;
    struct str text;
    struct match *out;
    uint64_t *tried; /* a bit per script: its expression was run */
};

static bool script_contains(const struct script_pattern *p, struct str text)
{
    if (p->literal.len > 0 && str_find(text, p->literal) == text.len)
        return false;
    return p->regex == NULL || regex_matches(p->regex, text);
}

static bool is_script_allowed(const struct script_search *s, uint32_t rule)
{
    const struct ruleset *set = s->scope->rules;

    for (size_t i = 0; i < set->script_allow_count; i++) {
        const struct script_pattern *p = &set->script_allows[i];
        if (p->rule == rule && script_contains(p, s->text)) {
            s->out->exception = p->text;
            return true;
        }
    }
    return false;
}

/* Run an expression only once, however often its literal stands there. */
static bool expression_fails(struct script_search *s, uint32_t number)
{
    const struct script_pattern *p = &s->scope->rules->scripts[number];
    uint64_t bit = (uint64_t)1 << (number & 63);

    if (p->regex == NULL)
        return false;
    if (s->tried == NULL)
        s->tried =
            xcalloc(s->scope->rules->script_count / 64 + 1, sizeof(*s->tried));
    if ((s->tried[number >> 6] & bit) != 0)
        return true;
    s->tried[number >> 6] |= bit;
    return !regex_matches(p->regex, s->text);
}

static bool try_script(void *ctx, uint32_t number, size_t at)
{
    struct script_search *s = ctx;
    const struct script_pattern *p = &s->scope->rules->scripts[number];

    (void)at;
    if (!scope_has_number(s->scope, p->rule) || expression_fails(s, number) ||
        is_script_allowed(s, p->rule))
        return false;
    *s->out = (struct match){.rule = &s->scope->rules->rules[p->rule],
                             .pattern = p->text};
    return true;
}

bool scope_denies_script(const struct scope *s, struct str text,
                         struct match *out)
{
    struct script_search search = {.scope = s, .text = text, .out = out};

    *out = (struct match){0};
    if (s->denied == 0)
        return false;
    bool denied =
        literals_each(&s->rules->script_literals, text, try_script, &search);
    for (size_t i = s->rules->literal_count;
         !denied && i < s->rules->script_count; i++)
        denied = try_script(&search, (uint32_t)i, 0);
    free(search.tried);
    return denied;
}

/* ---- hosts in scripts -----------------------------------------------------
 */

struct host_search {
    const struct scope *scope;
    struct str host;
    struct match *out;
    uint32_t rule; /* whose exceptions are looked for */
};

static bool try_allowed_host(void *ctx, const struct host_entry *e)
{
    struct host_search *h = ctx;

    if (!e->allow || e->rule != h->rule)
        return false;
    h->out->exception = e->host;
    return true;
}

static bool try_necessary_host(void *ctx, const struct host_entry *e)
{
    struct host_search *h = ctx;

    return !e->allow && scope_enables(h->scope, e->rule) &&
           h->scope->rules->rules[e->rule].purpose == PURPOSE_NECESSARY;
}

static bool try_host(void *ctx, const struct host_entry *e)
{
    struct host_search *h = ctx;
    const struct host_scan *scan = &h->scope->rules->hosts;

    if (e->allow || !scope_has_number(h->scope, e->rule))
        return false;
    h->rule = e->rule;
    if (host_scan_each(scan, h->host, try_allowed_host, h) ||
        host_scan_each(scan, h->host, try_necessary_host, h))
        return false;
    *h->out = (struct match){.rule = &h->scope->rules->rules[e->rule],
                             .pattern = e->host};
    return true;
}

bool scope_find_host(const struct scope *s, struct str text, size_t from,
                     size_t *at, size_t *len, struct match *out)
{
    const struct host_scan *scan = &s->rules->hosts;
    struct host_found found;
    struct host_search search = {.scope = s, .out = out};

    *out = (struct match){0};
    if (s->denied == 0)
        return false;
    while (host_scan_next(scan, text, from, &found)) {
        search.host = found.host;
        if (host_scan_each(scan, found.host, try_host, &search)) {
            *at = found.at;
            *len = found.len;
            return true;
        }
        from = found.at + found.len;
    }
    return false;
}

/* ---- elements --------------------------------------------------------------
 */

struct element_search {
    const struct scope *scope;
    const struct element *element;
    struct match *out;
};

static bool is_on_page(const struct element_search *s,
                       const struct element_pattern *p)
{
    return p->from == NULL || domain_list_has(p->from, s->scope->host);
}

/* "#@#": the same selector, for the pages that it names. */
static bool is_unhidden(const struct element_search *s, struct str selector)
{
    const struct ruleset *set = s->scope->rules;
    const uint32_t *v = index_find(&set->unhide_index, index_key(selector, 0));

    for (; v != NULL; v = index_next(v)) {
        const struct element_pattern *p = &set->unhides[*v & INDEX_VALUE];
        if (str_eq(p->selector.text, selector) &&
            scope_has_number(s->scope, p->rule) && is_on_page(s, p))
            return true;
    }
    return false;
}

static bool is_element_allowed(const struct element_search *s, uint32_t rule)
{
    const struct ruleset *set = s->scope->rules;

    for (size_t i = 0; i < set->element_allow_count; i++) {
        const struct element_pattern *p = &set->element_allows[i];
        if (p->rule == rule && is_on_page(s, p) &&
            selector_matches(&p->selector, s->element)) {
            s->out->exception = p->selector.text;
            return true;
        }
    }
    return false;
}

static bool try_element(struct element_search *s,
                        const struct element_pattern *p)
{
    if (!scope_has_number(s->scope, p->rule) ||
        !selector_matches(&p->selector, s->element) || !is_on_page(s, p) ||
        is_unhidden(s, p->selector.text) || is_element_allowed(s, p->rule))
        return false;
    *s->out = (struct match){.rule = &s->scope->rules->rules[p->rule],
                             .pattern = p->selector.text};
    return true;
}

static bool try_element_key(void *ctx, uint32_t key)
{
    struct element_search *s = ctx;
    const struct ruleset *set = s->scope->rules;
    const uint32_t *v = index_find(&set->element_index, key);

    for (; v != NULL; v = index_next(v)) {
        if (try_element(s, &set->elements[*v & INDEX_VALUE]))
            return true;
    }
    return false;
}

bool scope_denies_element(const struct scope *s, const struct element *e,
                          struct match *out)
{
    struct element_search search = {s, e, out};

    *out = (struct match){0};
    if (s->denied == 0 || s->rules->element_count == 0)
        return false;
    return selector_each_key(e, try_element_key, &search);
}

bool ruleset_wants_tag(const struct ruleset *set, struct str name)
{
    return set->wants_all_tags ||
           index_find(&set->tag_index, selector_tag_key(name)) != NULL;
}

bool ruleset_wants_attrs(const struct ruleset *set)
{
    return set->wants_attrs;
}

bool ruleset_wants_ancestors(const struct ruleset *set)
{
    return set->wants_ancestors;
}

bool ruleset_hints(const struct ruleset *set, enum element_hint kind,
                   struct str word)
{
    return element_hints_have(&set->element_hints, kind, word);
}
