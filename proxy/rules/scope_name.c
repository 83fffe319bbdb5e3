#include "rules/ruleset_parts.h"

enum { NAME_ROOM = 1024 }; /* of a longer name the rest is not looked at */

struct name_search {
    const struct scope *scope;
    const struct name_table *table;
    struct str name, domain, value;
    struct str exception; /* of the last rule that was let off */
    const struct name_pattern *denied, *allowed, *necessary;
    uint32_t rule; /* whose exceptions are looked for */
};

static bool is_below(struct str host, struct str domain)
{
    return str_ends(host, domain) &&
           (host.len == domain.len ||
            host.ptr[host.len - domain.len - 1] == '.');
}

/* A cookie whose domain is not known may be of any. */
static bool fits(const struct name_search *n, const struct name_pattern *p)
{
    if (p->domain.len > 0 && n->domain.len > 0 &&
        !is_below(n->domain, p->domain))
        return false;
    return p->value == NULL || regex_matches(p->value, n->value);
}

static bool try_allow(void *ctx, const struct name_pattern *p)
{
    struct name_search *n = ctx;

    if (!p->allow || p->rule != n->rule || !fits(n, p))
        return false;
    n->exception = p->text;
    return true;
}

static bool is_let_off(struct name_search *n, uint32_t rule)
{
    n->rule = rule;
    return name_table_each(n->table, n->name, try_allow, n);
}

static bool try_name(void *ctx, const struct name_pattern *p)
{
    struct name_search *n = ctx;

    if (p->allow || !scope_enables(n->scope, p->rule) || !fits(n, p))
        return false;
    if (n->scope->rules->rules[p->rule].purpose == PURPOSE_NECESSARY)
        n->necessary = p;
    else if (scope_has_number(n->scope, p->rule) && !is_let_off(n, p->rule))
        n->denied = n->denied != NULL ? n->denied : p;
    else
        n->allowed = n->allowed != NULL ? n->allowed : p;
    return false;
}

/* A necessary rule's word is the last. */
static const struct name_pattern *search(struct name_search *n, bool *denied)
{
    name_table_each(n->table, n->name, try_name, n);
    *denied = n->denied != NULL && n->necessary == NULL;
    if (n->necessary != NULL)
        return n->necessary;
    return n->denied != NULL ? n->denied : n->allowed;
}

static bool ask(struct name_search *n, struct match *out)
{
    bool denied;
    const struct name_pattern *p = search(n, &denied);

    *out = (struct match){0};
    if (p == NULL)
        return false;
    out->rule = &n->scope->rules->rules[p->rule];
    out->pattern = p->text;
    if (!denied)
        out->exception = n->exception;
    return denied;
}

enum cookie_class scope_cookie(const struct scope *s, struct str name,
                               struct str domain, struct match *out)
{
    struct name_search n = {.scope = s,
                            .table = &s->rules->cookies,
                            .name = name,
                            .domain = domain};

    if (ask(&n, out))
        return COOKIE_DENIED;
    return out->rule != NULL ? COOKIE_ALLOWED : COOKIE_UNCLASSIFIED;
}

/* Percent-decoding of what servers decode in a name; "+" is a space. */
static struct str decode(struct str raw, char *room)
{
    size_t len = 0;

    for (size_t i = 0; i < raw.len && len < NAME_ROOM; i++) {
        char c = raw.ptr[i];
        if (c == '%' && i + 2 < raw.len && ascii_hex(raw.ptr[i + 1]) >= 0 &&
            ascii_hex(raw.ptr[i + 2]) >= 0) {
            c = (char)(ascii_hex(raw.ptr[i + 1]) << 4 |
                       ascii_hex(raw.ptr[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        room[len++] = c;
    }
    return str_make(room, len);
}

bool scope_denies_param(const struct scope *s, struct str name,
                        struct match *out)
{
    char room[NAME_ROOM];
    struct name_search n = {
        .scope = s, .table = &s->rules->query_params, .name = name};

    *out = (struct match){0};
    if (s->rules->query_params.count == 0)
        return false;
    if (str_find_char(name, '%', 0) < name.len ||
        str_find_char(name, '+', 0) < name.len)
        n.name = decode(name, room);
    return ask(&n, out);
}

bool scope_denies_header(const struct scope *s, struct str name,
                         struct str value, struct match *out)
{
    char room[NAME_ROOM];
    struct name_search n = {
        .scope = s, .table = &s->rules->headers, .value = value};

    *out = (struct match){0};
    if (s->rules->headers.count == 0 || name.len > NAME_ROOM)
        return false;
    for (size_t i = 0; i < name.len; i++)
        room[i] = ascii_lower(name.ptr[i]);
    n.name = str_make(room, name.len);
    return ask(&n, out);
}
