#include "app/config_parts.h"
#include "base/buf.h"
#include "http/url.h"

static const char *const site_keys[] = {"hosts", "upstream", "policy", "rules",
                                        NULL};

/* ---- hosts -------------------------------------------------------------- */

/* A host as it is compared with: lower case, ASCII form of its letters. */
static bool normalise_host(struct config_reader *r, struct str host,
                           struct str *out)
{
    const struct str delimiters = STR("/?#@\\*%");
    struct url url;

    if (str_ends(host, STR("."))) /* "example.com." is the same host */
        host.len--;
    for (size_t i = 0; i < host.len; i++)
        if ((unsigned char)host.ptr[i] <= ' ' ||
            str_find_char(delimiters, host.ptr[i], 0) < delimiters.len)
            return false;
    if (!str_starts(host, STR("[")) && str_find_char(host, ':', 0) < host.len)
        return false;
    struct str text = arena_concat(
        r->d->arena, (struct str[]){STR("http://"), host, STR("/")}, 3);
    if (!url_parse(&url, text, NULL, r->d->arena) || url.host.len == 0 ||
        url.port.len > 0)
        return false;
    *out = url.host;
    return true;
}

static bool read_host(struct config_reader *r, const struct json *value,
                      struct str *out)
{
    if (!json_check_type(r->d, value, JSON_STRING))
        return false;
    struct str host = value->string;
    if (str_eq(host, STR("*"))) {
        *out = host;
        return true;
    }
    bool suffix = str_starts(host, STR("*."));
    if (!normalise_host(r, suffix ? str_from(host, 2) : host, out)) {
        diag_error(r->d, value,
                   "\"" STR_FMT "\" is no host (expected \"www.example.com\", "
                   "\"*.example.com\" or \"*\", without a port)",
                   STR_ARG(host));
        return false;
    }
    if (suffix)
        *out = arena_concat(r->d->arena, (struct str[]){STR("*."), *out}, 2);
    return true;
}

static bool has_host(const struct site_settings *site, struct str host)
{
    for (unsigned i = 0; i < site->host_count; i++)
        if (str_eq(site->hosts[i], host))
            return true;
    return false;
}

static void refuse_taken(struct config_reader *r, const struct json *value,
                         struct str host, const struct site_settings *first,
                         const struct site_settings *site)
{
    for (const struct site_settings *s = first; s <= site; s++)
        if (has_host(s, host))
            diag_error(r->d, value,
                       "\"" STR_FMT "\" is a host of /sites/%d "
                       "already",
                       STR_ARG(host), (int)(s - first));
}

static void read_hosts(struct config_reader *r, const struct json *value,
                       const struct site_settings *first,
                       struct site_settings *site)
{
    const struct json *list = json_member(value, "hosts");
    bool alone = value->parent->count == 1;

    if (list == NULL) {
        struct str *any = arena_new(r->d->arena, struct str);
        *any = STR("*");
        site->hosts = any;
        site->host_count = 1;
        if (!alone)
            diag_error(r->d, value,
                       "\"hosts\" is missing (only a single site may go "
                       "without)");
        return;
    }
    if (!json_check_type(r->d, list, JSON_ARRAY))
        return;
    if (list->count == 0)
        diag_error(r->d, list, "at least one host is wanted");
    struct str *hosts = arena_array(r->d->arena, struct str, list->count);
    site->hosts = hosts;
    for (const struct json *v = list->child; v != NULL; v = v->next) {
        struct str host;
        if (!read_host(r, v, &host))
            continue;
        refuse_taken(r, v, host, first, site);
        hosts[site->host_count++] = host;
    }
}

/* ---- privacy ------------------------------------------------------------ */

static void describe_signal(struct buf *out, const struct signal_policy *s)
{
    buf_printf(out, " %x %d %d", (unsigned)s->deny, s->beats_consent,
               s->zero_grants);
}

/* A hash of all that makes one body differ from another. */
static uint64_t site_generation(const struct site_privacy *privacy)
{
    const struct policy *p = &privacy->policy;
    struct buf text = {0};

    buf_printf(&text, "%llx %d %llu %x",
               (unsigned long long)ruleset_generation(privacy->rules), p->mode,
               (unsigned long long)p->version, (unsigned)p->default_denied);
    describe_signal(&text, &p->dnt);
    describe_signal(&text, &p->gpc);
    buf_printf(&text, " %d %d %d %d %d", p->unclassified_cookies,
               p->remove_unclassified_third_parties, p->pass_uninspectable,
               p->tk, p->permissions);
    for (unsigned i = 0; i < p->source_count; i++)
        buf_printf(&text, " " STR_FMT, STR_ARG(p->sources[i].name));
    for (unsigned i = 0; i < (privacy->enabled.count + 63) / 64; i++)
        buf_printf(&text, " %llx",
                   (unsigned long long)privacy->enabled.words[i]);
    uint64_t generation = str_hash(buf_str(&text));
    buf_release(&text);
    return generation;
}

static void read_privacy(struct config_reader *r, const struct json *value,
                         const struct policy *common,
                         struct site_settings *site)
{
    struct site_privacy *privacy = &site->privacy;
    struct settings *s = r->s;

    privacy->policy = *common;
    privacy->purposes = &s->purposes;
    privacy->rules = s->rules;
    policy_load(&privacy->policy, &s->purposes, r->d,
                json_member(value, "policy"));
    privacy->vary = policy_vary(&privacy->policy, r->d->arena);
    if (s->rules == NULL) /* reported; what a site says of it cannot be told */
        return;
    struct str host = site->host_count > 0 ? site->hosts[0] : STR("*");
    if (ruleset_enabled(s->rules, r->d, json_member(value, "rules"), host,
                        &privacy->enabled))
        privacy->generation = site_generation(privacy);
}

/* ---- sites -------------------------------------------------------------- */

static void read_site(struct config_reader *r, const struct json *value,
                      const struct policy *common,
                      const struct site_settings *first,
                      struct site_settings *site)
{
    if (!json_check_object(r->d, value, site_keys))
        return;
    read_hosts(r, value, first, site);
    config_upstream(r, value, &site->upstream);
    read_privacy(r, value, common, site);
}

void config_sites(struct config_reader *r, const struct json *root)
{
    const struct json *list = json_member(root, "sites");
    struct policy common;

    policy_init(&common, &r->s->purposes);
    policy_load(&common, &r->s->purposes, r->d, json_member(root, "policy"));
    if (list == NULL) {
        diag_error(r->d, root,
                   "\"sites\" is missing (expected [{\"upstream\": "
                   "{\"servers\": [\"HOST:PORT\"]}}])");
        return;
    }
    if (!json_check_type(r->d, list, JSON_ARRAY))
        return;
    if (list->count == 0)
        diag_error(r->d, list, "at least one site is wanted");
    struct site_settings *sites =
        arena_array(r->d->arena, struct site_settings, list->count);
    for (const struct json *v = list->child; v != NULL; v = v->next)
        read_site(r, v, &common, sites, &sites[v->index]);
    r->s->sites = sites;
    r->s->site_count = list->count;
}
