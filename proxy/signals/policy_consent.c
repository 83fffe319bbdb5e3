/* The "consent" member of a policy: where consent is read from, in order. */
#include "http/token.h"
#include "signals/policy_parts.h"

/* Managers of the contract's list whose cookies this version cannot read. */
static const char *const adapters[] = {
    "onetrust",
    "cookiebot",
    "cookieyes",
    "complianz",
    "wp-consent-api",
    "didomi",
    "axeptio",
    "klaro",
    "cookieconsent",
    "tarteaucitron",
    "borlabs",
    "civic",
    "trustarc",
    "iubenda",
    "consentmanager",
    "osano-oss",
    "drupal",
    "govuk",
    "shopify",
    "cookieinformation",
    "cookiescript",
    "cookiefirst",
    "cookiehub",
    "hubspot",
    "tealium",
    "wix",
    "fides",
    "tcf",
    "gpp",
    "usprivacy",
    NULL,
};

static const char *const readable[] = {"heed", "header:Consent", NULL};

static bool is_adapter(struct str name)
{
    for (size_t i = 0; adapters[i] != NULL; i++) {
        if (str_eq(name, str_of(adapters[i])))
            return true;
    }
    return false;
}

static void report_unknown(struct diag *d, const struct json *value)
{
    const char *near = diag_closest(value->string, readable);

    if (near == NULL)
        near = diag_closest(value->string, adapters);
    diag_error(d, value,
               "unknown consent source (expected \"heed\" or "
               "\"header:NAME\"%s%s%s)",
               near != NULL ? "; did you mean \"" : "",
               near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static bool read_source(struct consent_source *out, struct diag *d,
                        const struct json *value)
{
    static const struct str header = STR_INIT("header:");

    if (!json_check_type(d, value, JSON_STRING))
        return false;
    *out = (struct consent_source){.kind = CONSENT_HEED, .name = value->string};
    if (str_eq(value->string, STR("heed")))
        return true;
    if (is_adapter(value->string)) {
        diag_error(d, value,
                   "the consent adapter \"" STR_FMT
                   "\" is not available in this version (expected \"heed\" or "
                   "\"header:NAME\")",
                   STR_ARG(value->string));
        return false;
    }
    if (!str_starts(value->string, header)) {
        report_unknown(d, value);
        return false;
    }
    out->kind = CONSENT_HEADER;
    out->field = str_from(value->string, header.len);
    if (str_is_token(out->field))
        return true;
    diag_error(d, value, "this is no field name (expected \"header:NAME\")");
    return false;
}

static bool is_named(const struct policy *p, struct str name)
{
    for (unsigned i = 0; i < p->source_count; i++) {
        if (str_ieq(p->sources[i].name, name))
            return true;
    }
    return false;
}

void policy_read_consent(struct policy *p, struct diag *d,
                         const struct json *value)
{
    struct consent_source source;

    if (value == NULL || !json_check_type(d, value, JSON_ARRAY))
        return;
    p->source_count = 0;
    for (const struct json *v = value->child; v != NULL; v = v->next) {
        if (!read_source(&source, d, v))
            continue;
        if (is_named(p, source.name))
            diag_error(d, v, "this consent source is named twice");
        else if (p->source_count == CONSENT_SOURCES_MAX)
            diag_error(d, v, "too many consent sources (at most %d)",
                       CONSENT_SOURCES_MAX);
        else
            p->sources[p->source_count++] = source;
    }
}
