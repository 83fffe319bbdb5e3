#include "rules/ruleset_parts.h"

#include <stdlib.h>

bool scope_has_rule(const struct scope *s, const struct rule *rule)
{
    return (s->denied >> rule->purpose & 1) != 0 &&
           rule->purpose != PURPOSE_NECESSARY && scope_enables(s, rule->index);
}

/* ---- what lets a URL pass ------------------------------------------------ */

struct pass_search {
    const struct scope *scope;
    uint32_t rule; /* whose own exceptions are looked for */
    bool own;      /* look for these, else for those that hold for all */
    const struct filter *found;
};

static bool try_exception(void *ctx, const struct filter *f, struct request *r)
{
    struct pass_search *p = ctx;
    bool own = (f->flags & FILTER_OWN_RULE) != 0;

    if (own != p->own || (own && f->rule != p->rule) ||
        !scope_has_number(p->scope, f->rule) || !filter_matches(f, r))
        return false;
    p->found = f;
    return true;
}

static bool try_enabled(void *ctx, const struct filter *f, struct request *r)
{
    struct pass_search *p = ctx;

    if (!scope_enables(p->scope, f->rule) || !filter_matches(f, r))
        return false;
    p->found = f;
    return true;
}

/* The exception in the rule's "allow" that matches, or NULL. */
static const struct filter *own_exception(const struct scope *s,
                                          struct request *r, uint32_t rule)
{
    struct pass_search p = {.scope = s, .rule = rule, .own = true};

    if (s->rules->own_exceptions)
        filter_index_each(&s->rules->except, r, try_exception, &p);
    return p.found;
}

/* The exception or necessary rule that lets the URL pass whatever denies it
 * without being important, or NULL. */
static const struct filter *general_exception(const struct scope *s,
                                              struct request *r)
{
    struct pass_search p = {.scope = s};

    if (!filter_index_each(&s->rules->necessary, r, try_enabled, &p))
        filter_index_each(&s->rules->except, r, try_exception, &p);
    return p.found;
}

/* ---- what denies it -------------------------------------------------------
 */

struct deny_search {
    const struct scope *scope;
    struct match *out;
    const struct filter *general; /* exception, once it was looked for */
    bool looked;
};

static const struct filter *exception_to(struct deny_search *d,
                                         const struct filter *f,
                                         struct request *r)
{
    const struct filter *own = own_exception(d->scope, r, f->rule);

    if (own != NULL || (f->flags & FILTER_IMPORTANT) != 0)
        return own;
    if (!d->looked)
        d->general = general_exception(d->scope, r);
    d->looked = true;
    return d->general;
}

static struct match match_of(const struct scope *s, const struct filter *f)
{
    return (struct match){.rule = &s->rules->rules[f->rule],
                          .pattern = f->text};
}

static bool try_deny(void *ctx, const struct filter *f, struct request *r)
{
    struct deny_search *d = ctx;

    if (!scope_has_number(d->scope, f->rule) || !filter_matches(f, r))
        return false;
    const struct filter *exception = exception_to(d, f, r);
    if (exception == NULL || d->out->rule == NULL)
        *d->out = match_of(d->scope, f);
    if (exception == NULL)
        return true;
    d->out->exception = exception->text;
    return false;
}

/* Whether an enabled rule, whatever its purpose, has something to say. */
static bool is_named(const struct scope *s, struct request *r)
{
    struct pass_search p = {.scope = s};

    return filter_index_each(&s->rules->deny, r, try_enabled, &p) ||
           filter_index_each(&s->rules->necessary, r, try_enabled, &p) ||
           filter_index_each(&s->rules->except, r, try_enabled, &p);
}

bool scope_denies_url(const struct scope *s, const struct url *url,
                      enum resource_type type, struct match *out)
{
    struct request r;
    struct deny_search d = {.scope = s, .out = out};

    *out = (struct match){0};
    if ((s->denied == 0 && !s->remove_unclassified) ||
        !request_init(&r, url, type, s->host, s->domain))
        return false;
    if (filter_index_each(&s->rules->deny, &r, try_deny, &d))
        return true;
    if (!s->remove_unclassified || type == RESOURCE_DOCUMENT ||
        !request_is_third_party(&r) || is_named(s, &r))
        return false;
    *out = (struct match){.pattern = STR("unclassified third party")};
    return true;
}

/* ---- explaining ------------------------------------------------------------
 */

struct explain_search {
    const struct scope *scope;
    match_fn *fn;
    void *ctx;
    uint64_t *told; /* a bit per rule */
};

static bool explain(void *ctx, const struct filter *f, struct request *r)
{
    struct explain_search *e = ctx;
    uint64_t bit = (uint64_t)1 << (f->rule & 63);

    if ((e->told[f->rule >> 6] & bit) != 0 ||
        !scope_enables(e->scope, f->rule) || !filter_matches(f, r))
        return false;
    struct match m = match_of(e->scope, f);
    const struct filter *exception = own_exception(e->scope, r, f->rule);
    if (exception == NULL && (f->flags & FILTER_IMPORTANT) == 0 &&
        m.rule->purpose != PURPOSE_NECESSARY)
        exception = general_exception(e->scope, r);
    if (exception != NULL)
        m.exception = exception->text;
    e->told[f->rule >> 6] |= bit;
    e->fn(e->ctx, &m);
    return false;
}

void scope_explain_url(const struct scope *s, const struct url *url,
                       enum resource_type type, match_fn *fn, void *ctx)
{
    struct request r;
    struct explain_search e = {.scope = s, .fn = fn, .ctx = ctx};

    if (!request_init(&r, url, type, s->host, s->domain))
        return;
    e.told = xcalloc(s->rules->count / 64 + 1, sizeof(*e.told));
    filter_index_each(&s->rules->deny, &r, explain, &e);
    filter_index_each(&s->rules->necessary, &r, explain, &e);
    free(e.told);
}
