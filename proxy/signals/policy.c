#include "signals/policy.h"

#include "signals/policy_parts.h"

enum preset { PRESET_GDPR, PRESET_STRICT, PRESET_OPT_OUT };

static const char *const preset_names[] = {"gdpr", "strict", "opt-out", NULL};
static const char *const verdict_names[] = {"allow", "deny", NULL};
static const char *const mode_names[] = {
    [MODE_ENFORCE] = "enforce",
    [MODE_REPORT] = "report",
    [MODE_STATIC] = "static",
    [MODE_OFF] = "off",
    NULL,
};
static const char *const cookie_names[] = {
    [COOKIES_SESSION] = "session",
    [COOKIES_KEEP] = "keep",
    [COOKIES_DROP] = "drop",
    NULL,
};

/* What a preset says: not how it is carried out (mode), nor what consent is
 * asked for (version, consent). */
static void apply_preset(struct policy *p, const struct purposes *purposes,
                         enum preset preset)
{
    purpose_set all = purposes_deniable(purposes);

    p->default_denied = preset == PRESET_OPT_OUT ? 0 : all;
    p->dnt = (struct signal_policy){.deny = all, .beats_consent = true};
    p->gpc = (struct signal_policy){
        .deny = (purpose_set)1 << PURPOSE_MARKETING | (purpose_set)1
                                                          << PURPOSE_SOCIAL,
        .beats_consent = true,
    };
    p->unclassified_cookies =
        preset == PRESET_STRICT ? COOKIES_DROP : COOKIES_SESSION;
    p->remove_unclassified_third_parties = preset == PRESET_STRICT;
    p->pass_uninspectable = false;
    p->tk = true;
    p->permissions = true;
}

void policy_init(struct policy *p, const struct purposes *purposes)
{
    *p = (struct policy){
        .mode = MODE_ENFORCE,
        .version = 1,
        .sources = {{CONSENT_HEADER, STR("header:Consent"), STR("Consent")},
                    {CONSENT_HEED, STR("heed"), {NULL, 0}}},
        .source_count = 2,
    };
    apply_preset(p, purposes, PRESET_GDPR);
}

/* The bit of a purpose that a policy may deny; 0: reported. */
static purpose_set read_deniable(const struct purposes *purposes,
                                 struct diag *d, const struct json *value)
{
    int purpose = purposes_read(purposes, d, value);

    if (purpose < 0)
        return 0;
    if (purpose != PURPOSE_NECESSARY)
        return (purpose_set)1 << purpose;
    diag_error(d, value, "\"necessary\" is never denied");
    return 0;
}

/* "*" or an array of purposes. */
static void read_purpose_set(purpose_set *out, const struct purposes *purposes,
                             struct diag *d, const struct json *value)
{
    purpose_set set = 0;

    if (value == NULL)
        return;
    if (value->type == JSON_STRING && str_eq(value->string, STR("*"))) {
        *out = purposes_deniable(purposes);
        return;
    }
    if (value->type != JSON_ARRAY) {
        diag_error(d, value,
                   "this is %s (expected \"*\" or an array of "
                   "purposes)",
                   value->type == JSON_STRING ? "another string"
                                              : json_type_name(value->type));
        return;
    }
    for (const struct json *v = value->child; v != NULL; v = v->next)
        set |= read_deniable(purposes, d, v);
    *out = set;
}

/* A choice between two, of which names[1] is true. */
static void read_switch(bool *out, struct diag *d, const struct json *value,
                        const char *const *names)
{
    int choice = *out;

    if (json_read_choice(d, value, names, &choice))
        *out = choice == 1;
}

static void read_signal(struct signal_policy *out,
                        const struct purposes *purposes, struct diag *d,
                        const struct json *value, bool is_dnt)
{
    static const char *const dnt_keys[] = {"deny", "beats_consent", "zero",
                                           NULL};
    static const char *const gpc_keys[] = {"deny", "beats_consent", NULL};
    static const char *const zero_names[] = {"ignore", "grant", NULL};

    if (value == NULL ||
        !json_check_object(d, value, is_dnt ? dnt_keys : gpc_keys))
        return;
    read_purpose_set(&out->deny, purposes, d, json_member(value, "deny"));
    json_read_bool(d, json_member(value, "beats_consent"), &out->beats_consent);
    if (is_dnt)
        read_switch(&out->zero_grants, d, json_member(value, "zero"),
                    zero_names);
}

/* {"analytics": "allow", …}: over what holds already. */
static void read_default_by_purpose(struct policy *p,
                                    const struct purposes *purposes,
                                    struct diag *d, const struct json *value)
{
    const char *names[PURPOSES_MAX + 1] = {0};

    for (unsigned i = 1; i < purposes->count; i++)
        names[i - 1] = arena_dup(d->arena, purposes->names[i]).ptr;
    if (!json_check_object(d, value, names))
        return;
    for (const struct json *m = value->child; m != NULL; m = m->next) {
        int purpose = purposes_find(purposes, m->key);
        bool denied = false;
        if (purpose <= PURPOSE_NECESSARY)
            continue; /* reported as an unknown key */
        read_switch(&denied, d, m, verdict_names);
        p->default_denied &= ~((purpose_set)1 << purpose);
        p->default_denied |= (purpose_set)denied << purpose;
    }
}

static void read_default(struct policy *p, const struct purposes *purposes,
                         struct diag *d, const struct json *value)
{
    bool denied = false;

    if (value == NULL)
        return;
    if (value->type == JSON_OBJECT) {
        read_default_by_purpose(p, purposes, d, value);
        return;
    }
    read_switch(&denied, d, value, verdict_names);
    p->default_denied = denied ? purposes_deniable(purposes) : 0;
}

static void read_mode(struct policy *p, struct diag *d,
                      const struct json *value)
{
    int mode = (int)p->mode;

    if (!json_read_choice(d, value, mode_names, &mode))
        return;
    p->mode = (enum policy_mode)mode;
    if (mode == MODE_STATIC && value != NULL)
        diag_error(d, value,
                   "the mode \"static\" is not available in this version "
                   "(expected \"enforce\", \"report\" or \"off\")");
}

static void read_unclassified(struct policy *p, struct diag *d,
                              const struct json *object)
{
    static const char *const third_party_names[] = {"keep", "remove", NULL};
    static const char *const body_names[] = {"block", "pass", NULL};
    int cookies = (int)p->unclassified_cookies;

    if (json_read_choice(d, json_member(object, "unclassified_cookies"),
                         cookie_names, &cookies))
        p->unclassified_cookies = (enum cookie_policy)cookies;
    read_switch(&p->remove_unclassified_third_parties, d,
                json_member(object, "unclassified_third_parties"),
                third_party_names);
    read_switch(&p->pass_uninspectable, d, json_member(object, "uninspectable"),
                body_names);
}

bool policy_load(struct policy *p, const struct purposes *purposes,
                 struct diag *d, const struct json *value)
{
    static const char *const keys[] = {
        "preset",
        "mode",
        "version",
        "default",
        "dnt",
        "gpc",
        "consent",
        "unclassified_cookies",
        "unclassified_third_parties",
        "uninspectable",
        "tk",
        "permissions",
        NULL,
    };
    unsigned errors = d->errors;
    int preset = -1;

    if (value == NULL)
        return true;
    if (!json_check_object(d, value, keys))
        return false;
    json_read_choice(d, json_member(value, "preset"), preset_names, &preset);
    if (preset >= 0)
        apply_preset(p, purposes, (enum preset)preset);
    read_mode(p, d, json_member(value, "mode"));
    json_read_uint(d, json_member(value, "version"), 1, UINT32_MAX,
                   &p->version);
    read_default(p, purposes, d, json_member(value, "default"));
    read_signal(&p->dnt, purposes, d, json_member(value, "dnt"), true);
    read_signal(&p->gpc, purposes, d, json_member(value, "gpc"), false);
    policy_read_consent(p, d, json_member(value, "consent"));
    read_unclassified(p, d, value);
    json_read_bool(d, json_member(value, "tk"), &p->tk);
    json_read_bool(d, json_member(value, "permissions"), &p->permissions);
    return d->errors == errors;
}
