#include "app/explain.h"

#include "base/buf.h"

/* By enum policy_mode and enum rule_action. */
static const char *const mode_names[] = {"enforce", "report", "static", "off"};
static const char *const action_names[] = {"remove", "defer", "placeholder"};

/* ---- matches ------------------------------------------------------------ */

/* A request to the site is also judged by its cookies and parameters. */
static bool is_own_request(const struct explanation *e)
{
    return str_eq(e->url.host, e->visit->scope.host);
}

static void match_params(const struct explanation *e, const struct scope *all,
                         match_fn *fn, void *ctx)
{
    struct str rest = e->url.query, piece;

    while (query_next(&rest, &piece)) {
        struct match m = {0};
        if (scope_denies_param(all, str_cut(&piece, '='), &m))
            fn(ctx, &m);
    }
}

static void match_cookies(const struct explanation *e, const struct scope *all,
                          match_fn *fn, void *ctx)
{
    const struct fields *fields = &e->visit->request->fields;

    for (unsigned i = 0; i < fields->count; i++) {
        struct str rest = fields->items[i].value;
        if (fields->items[i].id != FIELD_COOKIE)
            continue;
        while (rest.ptr != NULL) {
            struct match m = {0};
            struct str pair = str_cut(&rest, ';');
            struct str name = str_trim(str_cut(&pair, '='));
            if (scope_cookie(all, name, all->host, &m) == COOKIE_DENIED)
                fn(ctx, &m);
        }
    }
}

/* Every rule that matches, whether or not its purpose is denied. */
static void each_match(const struct explanation *e, match_fn *fn, void *ctx)
{
    struct scope all = e->visit->scope;

    all.denied = purposes_deniable(&e->settings->purposes);
    scope_explain_url(&all, &e->url, e->type, fn, ctx);
    if (is_own_request(e)) {
        match_params(e, &all, fn, ctx);
        match_cookies(e, &all, fn, ctx);
    }
}

struct match_writer {
    struct buf *out;
    const struct purposes *purposes;
    unsigned count;
};

static struct str purpose_of(const struct match_writer *w,
                             const struct match *m)
{
    return w->purposes->names[m->rule->purpose];
}

/* ---- text --------------------------------------------------------------- */

static void write_text_match(void *ctx, const struct match *m)
{
    struct match_writer *w = ctx;

    w->count++;
    buf_printf(w->out, "  " STR_FMT " (" STR_FMT "): " STR_FMT " -> %s\n",
               STR_ARG(m->rule->id), STR_ARG(purpose_of(w, m)),
               STR_ARG(m->pattern), action_names[m->rule->action]);
    if (m->exception.len > 0)
        buf_printf(w->out, "    but allowed by " STR_FMT "\n",
                   STR_ARG(m->exception));
}

static void write_text_signals(struct buf *out, const struct decision *d)
{
    if (d->dnt != '\0')
        buf_printf(out, "signals   DNT: %c", d->dnt);
    else
        buf_append(out, STR("signals   no DNT"));
    buf_append(out, d->gpc ? STR(", Sec-GPC: 1\n") : STR(", no Sec-GPC\n"));
    if (d->malformed > 0)
        buf_printf(out, "          %u malformed\n", d->malformed);
}

void explain_write_text(struct buf *out, const struct explanation *e,
                        struct arena *arena)
{
    const struct purposes *purposes = &e->settings->purposes;
    const struct policy *policy = &e->site->privacy.policy;
    const struct decision *d = &e->visit->decision;
    struct match_writer writer = {.out = out, .purposes = purposes};

    buf_printf(out, "url       " STR_FMT "\n", STR_ARG(e->url.text));
    buf_printf(out, "type      %s\n", resource_type_names[e->type]);
    buf_printf(out, "site      " STR_FMT "\n", STR_ARG(e->site->hosts[0]));
    buf_printf(out, "mode      %s\n", mode_names[policy->mode]);
    write_text_signals(out, d);
    buf_append(out, STR("purposes\n"));
    for (unsigned i = 0; i < purposes->count; i++) {
        struct str reason = decision_reason(d, policy, i, arena);
        buf_printf(
            out, "  %-12.*s %s  (" STR_FMT ")\n", STR_ARG(purposes->names[i]),
            (d->denied >> i & 1) != 0 ? "denied " : "allowed", STR_ARG(reason));
    }
    buf_append(out, STR("matches\n"));
    each_match(e, write_text_match, &writer);
    if (writer.count == 0)
        buf_append(out, STR("  none\n"));
}

/* ---- JSON --------------------------------------------------------------- */

static void write_member(struct buf *out, const char *key, struct str value)
{
    buf_printf(out, "\"%s\": ", key);
    json_write_string(out, value);
}

static void write_json_match(void *ctx, const struct match *m)
{
    struct match_writer *w = ctx;

    buf_append(w->out, w->count++ > 0 ? STR(", {") : STR("{"));
    write_member(w->out, "rule", m->rule->id);
    buf_append(w->out, STR(", "));
    write_member(w->out, "purpose", purpose_of(w, m));
    buf_append(w->out, STR(", "));
    write_member(w->out, "pattern", m->pattern);
    buf_append(w->out, STR(", "));
    write_member(w->out, "action", str_of(action_names[m->rule->action]));
    if (m->exception.len > 0) {
        buf_append(w->out, STR(", "));
        write_member(w->out, "exception", m->exception);
    }
    buf_append(w->out, STR("}"));
}

static void write_json_purposes(struct buf *out, const struct explanation *e,
                                struct arena *arena)
{
    const struct purposes *purposes = &e->settings->purposes;
    const struct decision *d = &e->visit->decision;

    buf_append(out, STR("\"purposes\": {"));
    for (unsigned i = 0; i < purposes->count; i++) {
        buf_append(out, i > 0 ? STR(", ") : STR(""));
        json_write_string(out, purposes->names[i]);
        buf_printf(out, ": {\"allowed\": %s, ",
                   (d->denied >> i & 1) != 0 ? "false" : "true");
        write_member(out, "reason",
                     decision_reason(d, &e->site->privacy.policy, i, arena));
        buf_append(out, STR("}"));
    }
    buf_append(out, STR("}"));
}

void explain_write_json(struct buf *out, const struct explanation *e,
                        struct arena *arena)
{
    const struct decision *d = &e->visit->decision;
    struct match_writer writer = {.out = out,
                                  .purposes = &e->settings->purposes};

    buf_append(out, STR("{"));
    write_member(out, "url", e->url.text);
    buf_append(out, STR(", "));
    write_member(out, "site", e->site->hosts[0]);
    buf_append(out, STR(", "));
    write_member(out, "mode", str_of(mode_names[e->site->privacy.policy.mode]));
    if (d->dnt != '\0')
        buf_printf(out, ", \"signals\": {\"dnt\": \"%c\"", d->dnt);
    else
        buf_append(out, STR(", \"signals\": {\"dnt\": null"));
    buf_printf(out, ", \"gpc\": %s}, ", d->gpc ? "true" : "false");
    write_json_purposes(out, e, arena);
    buf_append(out, STR(", \"matches\": ["));
    each_match(e, write_json_match, &writer);
    buf_append(out, STR("]}\n"));
}
