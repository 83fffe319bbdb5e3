#include "rewrite/reference_edit.h"

bool reference_has(enum field_id id)
{
    return id == FIELD_LINK || id == FIELD_REFRESH || id == FIELD_REPORT_TO ||
           id == FIELD_REPORTING_ENDPOINTS || id == FIELD_NEL;
}

static bool denies(const struct head_edit *e, struct str reference,
                   enum resource_type type, struct match *m)
{
    struct url base, url;

    return visit_url(e->visit, &base, e->arena) &&
           url_parse(&url, reference, &base, e->arena) &&
           scope_denies_url(&e->visit->scope, &url, type, m);
}

/* Take an element off a list whose elements may hold commas between <>, {} and
 * quotes; empty ones are skipped, white space trimmed. */
static bool take_element(struct str *rest, struct str *element)
{
    size_t at = 0;
    unsigned depth = 0;
    bool quoted = false;

    for (; at < rest->len; at++) {
        char c = rest->ptr[at];
        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\')
            at++;
        else if (!quoted && (c == '<' || c == '{'))
            depth++;
        else if (!quoted && depth > 0 && (c == '>' || c == '}'))
            depth--;
        else if (!quoted && depth == 0 && c == ',')
            break;
    }
    *element = str_trim(str_sub(*rest, 0, at));
    *rest = str_from(*rest, at + 1);
    return element->len > 0 || rest->len > 0;
}

/* ---- Link ------------------------------------------------------------- */

/* The value of a parameter ("; rel=preload", "; rel=\"a b\"") behind a link's
 * target; empty if there is none. */
static struct str link_parameter(struct str parameters, struct str name)
{
    while (parameters.len > 0) {
        struct str value = str_trim(str_cut(&parameters, ';'));
        struct str key = str_trim(str_cut(&value, '='));
        value = str_trim(value);
        if (!str_ieq(key, name))
            continue;
        if (value.len >= 2 && value.ptr[0] == '"')
            value = str_sub(value, 1, value.len - 2);
        return value;
    }
    return (struct str){NULL, 0};
}

/* Relations for which a browser acts by itself. */
static bool is_fetched(struct str relations)
{
    static const struct str fetched[] = {
        STR_INIT("preload"),      STR_INIT("preconnect"),
        STR_INIT("dns-prefetch"), STR_INIT("modulepreload"),
        STR_INIT("prefetch"),     STR_INIT("prerender"),
        STR_INIT("stylesheet"),   STR_INIT("icon"),
    };

    while (relations.ptr != NULL) {
        struct str relation = str_cut(&relations, ' ');
        for (size_t i = 0; i < ARRAY_LEN(fetched); i++) {
            if (str_ieq(relation, fetched[i]))
                return true;
        }
    }
    return false;
}

static enum resource_type link_type(struct str parameters)
{
    static const struct {
        struct str as;
        enum resource_type type;
    } types[] = {
        {STR_INIT("script"), RESOURCE_SCRIPT},
        {STR_INIT("style"), RESOURCE_STYLESHEET},
        {STR_INIT("image"), RESOURCE_IMAGE},
        {STR_INIT("font"), RESOURCE_FONT},
        {STR_INIT("fetch"), RESOURCE_XMLHTTPREQUEST},
        {STR_INIT("document"), RESOURCE_SUBDOCUMENT},
    };
    struct str as = link_parameter(parameters, STR("as"));

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_ieq(as, types[i].as))
            return types[i].type;
    }
    struct str relation = link_parameter(parameters, STR("rel"));
    if (str_ieq(relation, STR("modulepreload")))
        return RESOURCE_SCRIPT;
    return str_ieq(relation, STR("stylesheet")) ? RESOURCE_STYLESHEET
                                                : RESOURCE_OTHER;
}

static bool denies_link(const struct head_edit *e, struct str element,
                        struct match *m)
{
    size_t end = str_find_char(element, '>', 0);

    if (element.len == 0 || element.ptr[0] != '<')
        return false;
    struct str target = str_sub(element, 1, end - 1);
    struct str parameters = str_from(element, end + 1);
    str_cut(&parameters, ';');
    return is_fetched(link_parameter(parameters, STR("rel"))) &&
           denies(e, target, link_type(parameters), m);
}

/* ---- reports ---------------------------------------------------------- */

/* Whether any string in quotes in a Report-To object or a member of
 * Reporting-Endpoints is a denied URL. */
static bool denies_report(const struct head_edit *e, struct str element,
                          struct match *m)
{
    while (element.len > 0) {
        str_cut(&element, '"');
        if (element.ptr == NULL)
            break;
        struct str text = str_cut(&element, '"');
        if (str_find_char(text, '/', 0) < text.len &&
            denies(e, text, RESOURCE_OTHER, m))
            return true;
    }
    return false;
}

/* NEL names its group, not a URL: it goes when a Report-To does. */
static bool denies_nel(const struct head_edit *e, const struct fields *response,
                       struct match *m)
{
    for (unsigned i = 0; i < response->count; i++) {
        if (response->items[i].id == FIELD_REPORT_TO &&
            denies_report(e, response->items[i].value, m))
            return true;
    }
    return false;
}

/* ---- Refresh ---------------------------------------------------------- */

/* "5; url='https://…'" as browsers read it; empty without a URL. */
static struct str refresh_target(struct str value)
{
    size_t at = 0;

    while (at < value.len && value.ptr[at] != ';' && value.ptr[at] != ',')
        at++;
    struct str rest = str_trim(str_from(value, at + 1));
    if (str_istarts(rest, STR("url"))) {
        struct str behind = str_trim(str_from(rest, 3));
        if (str_starts(behind, STR("=")))
            rest = str_trim(str_from(behind, 1));
    }
    if (rest.len == 0 || (rest.ptr[0] != '"' && rest.ptr[0] != '\''))
        return rest;
    char quote = rest.ptr[0];
    rest = str_from(rest, 1);
    return str_sub(rest, 0, str_find_char(rest, quote, 0));
}

static bool denies_refresh(const struct head_edit *e, struct str value,
                           struct match *m)
{
    struct str target = refresh_target(value);

    return target.len > 0 && denies(e, target, RESOURCE_OTHER, m);
}

/* ---- all -------------------------------------------------------------- */

static void edit_list(struct head_edit *e, const struct field *f)
{
    struct str rest = f->value, element;
    bool changed = false;
    size_t mark = head_begin(e, f->name);
    size_t start = e->out->len;

    while (take_element(&rest, &element)) {
        struct match m = {0};
        if (element.len == 0)
            continue;
        if (f->id == FIELD_LINK ? denies_link(e, element, &m)
                                : denies_report(e, element, &m)) {
            head_note(e, m.rule, "reference");
            changed = true;
            continue;
        }
        if (e->out->len > start)
            buf_append(e->out, STR(", "));
        buf_append(e->out, element);
    }
    head_end(e, mark, changed && e->out->len > start);
    if (!changed)
        head_pass(e, f);
}

void reference_edit(struct head_edit *e, const struct fields *response,
                    const struct field *f)
{
    struct match m = {0};

    if (f->id != FIELD_NEL && f->id != FIELD_REFRESH)
        edit_list(e, f);
    else if (f->id == FIELD_NEL ? denies_nel(e, response, &m)
                                : denies_refresh(e, f->value, &m))
        head_note(e, m.rule, "reference");
    else
        head_pass(e, f);
}
