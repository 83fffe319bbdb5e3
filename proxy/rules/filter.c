#include "rules/filter.h"

#include "base/buf.h"

#define ALL_TYPES     (RESOURCE_BIT(RESOURCE_TYPES) - 1)
#define DEFAULT_TYPES (ALL_TYPES & ~RESOURCE_BIT(RESOURCE_DOCUMENT))

const char *const resource_type_names[] = {
    [RESOURCE_OTHER] = "other",
    [RESOURCE_SCRIPT] = "script",
    [RESOURCE_IMAGE] = "image",
    [RESOURCE_STYLESHEET] = "stylesheet",
    [RESOURCE_OBJECT] = "object",
    [RESOURCE_SUBDOCUMENT] = "subdocument",
    [RESOURCE_XMLHTTPREQUEST] = "xmlhttprequest",
    [RESOURCE_PING] = "ping",
    [RESOURCE_MEDIA] = "media",
    [RESOURCE_FONT] = "font",
    [RESOURCE_WEBSOCKET] = "websocket",
    [RESOURCE_DOCUMENT] = "document",
    NULL,
};

/* What is read from a line before it is a filter. */
struct draft {
    struct arena *arena;
    struct filter *filter;
    unsigned types, not_types;
    struct str unseen; /* a type option that a proxy never meets */
    struct str why;
};

/* ---- options ------------------------------------------------------------ */

enum option_kind {
    OPTION_TYPE,  /* value: types */
    OPTION_FLAG,  /* value: flag */
    OPTION_FIRST, /* value: further flags */
    OPTION_THIRD, /* value: further flags */
    OPTION_FROM,
    OPTION_TO,
    OPTION_DENYALLOW,
    OPTION_PARAM,
    OPTION_IGNORED,
    OPTION_UNSEEN, /* a type of request or a feature that is not a proxy's */
    OPTION_SKIPPED,
};

static const struct option {
    const char *name;
    enum option_kind kind;
    unsigned value;
} options[] = {
    {"script", OPTION_TYPE, RESOURCE_BIT(RESOURCE_SCRIPT)},
    {"image", OPTION_TYPE, RESOURCE_BIT(RESOURCE_IMAGE)},
    {"stylesheet", OPTION_TYPE, RESOURCE_BIT(RESOURCE_STYLESHEET)},
    {"css", OPTION_TYPE, RESOURCE_BIT(RESOURCE_STYLESHEET)},
    {"object", OPTION_TYPE, RESOURCE_BIT(RESOURCE_OBJECT)},
    {"object-subrequest", OPTION_TYPE, RESOURCE_BIT(RESOURCE_OBJECT)},
    {"subdocument", OPTION_TYPE, RESOURCE_BIT(RESOURCE_SUBDOCUMENT)},
    {"frame", OPTION_TYPE, RESOURCE_BIT(RESOURCE_SUBDOCUMENT)},
    {"xmlhttprequest", OPTION_TYPE, RESOURCE_BIT(RESOURCE_XMLHTTPREQUEST)},
    {"xhr", OPTION_TYPE, RESOURCE_BIT(RESOURCE_XMLHTTPREQUEST)},
    {"ping", OPTION_TYPE, RESOURCE_BIT(RESOURCE_PING)},
    {"beacon", OPTION_TYPE, RESOURCE_BIT(RESOURCE_PING)},
    {"media", OPTION_TYPE, RESOURCE_BIT(RESOURCE_MEDIA)},
    {"font", OPTION_TYPE, RESOURCE_BIT(RESOURCE_FONT)},
    {"websocket", OPTION_TYPE, RESOURCE_BIT(RESOURCE_WEBSOCKET)},
    {"other", OPTION_TYPE, RESOURCE_BIT(RESOURCE_OTHER)},
    {"document", OPTION_TYPE, RESOURCE_BIT(RESOURCE_DOCUMENT)},
    {"doc", OPTION_TYPE, RESOURCE_BIT(RESOURCE_DOCUMENT)},
    {"all", OPTION_TYPE, ALL_TYPES},
    {"third-party", OPTION_THIRD, 0},
    {"3p", OPTION_THIRD, 0},
    {"first-party", OPTION_FIRST, 0},
    {"1p", OPTION_FIRST, 0},
    {"strict3p", OPTION_THIRD, FILTER_STRICT_PARTY},
    {"strict-third-party", OPTION_THIRD, FILTER_STRICT_PARTY},
    {"strict1p", OPTION_FIRST, FILTER_STRICT_PARTY},
    {"strict-first-party", OPTION_FIRST, FILTER_STRICT_PARTY},
    {"domain", OPTION_FROM, 0},
    {"from", OPTION_FROM, 0},
    {"to", OPTION_TO, 0},
    {"denyallow", OPTION_DENYALLOW, 0},
    {"match-case", OPTION_FLAG, FILTER_MATCH_CASE},
    {"important", OPTION_FLAG, FILTER_IMPORTANT},
    {"badfilter", OPTION_FLAG, FILTER_BADFILTER},
    {"removeparam", OPTION_PARAM, 0},
    {"queryprune", OPTION_PARAM, 0},
    {"reason", OPTION_IGNORED, 0},
    {"popup", OPTION_UNSEEN, 0},
    {"popunder", OPTION_UNSEEN, 0},
    {"inline-script", OPTION_UNSEEN, 0},
    {"inline-font", OPTION_UNSEEN, 0},
    {"webrtc", OPTION_UNSEEN, 0},
    {"elemhide", OPTION_UNSEEN, 0},
    {"ehide", OPTION_UNSEEN, 0},
    {"generichide", OPTION_UNSEEN, 0},
    {"ghide", OPTION_UNSEEN, 0},
    {"specifichide", OPTION_UNSEEN, 0},
    {"shide", OPTION_UNSEEN, 0},
    {"genericblock", OPTION_UNSEEN, 0},
    {"csp", OPTION_SKIPPED, 0},
    {"redirect", OPTION_SKIPPED, 0},
    {"redirect-rule", OPTION_SKIPPED, 0},
    {"rewrite", OPTION_SKIPPED, 0},
    {"replace", OPTION_SKIPPED, 0},
    {"permissions", OPTION_SKIPPED, 0},
    {"uritransform", OPTION_SKIPPED, 0},
    {"urltransform", OPTION_SKIPPED, 0},
    {"urlskip", OPTION_SKIPPED, 0},
    {"header", OPTION_SKIPPED, 0},
    {"ipaddress", OPTION_SKIPPED, 0},
    {"method", OPTION_SKIPPED, 0},
    {"removeheader", OPTION_SKIPPED, 0},
    {"cookie", OPTION_SKIPPED, 0},
    {"cname", OPTION_SKIPPED, 0},
    {"empty", OPTION_SKIPPED, 0},
    {"mp4", OPTION_SKIPPED, 0},
    {"jsonprune", OPTION_SKIPPED, 0},
    {"hls", OPTION_SKIPPED, 0},
    {"stealth", OPTION_SKIPPED, 0},
    {"content", OPTION_SKIPPED, 0},
    {"jsinject", OPTION_SKIPPED, 0},
    {"extension", OPTION_SKIPPED, 0},
    {"app", OPTION_SKIPPED, 0},
    {"network", OPTION_SKIPPED, 0},
    {"referrerpolicy", OPTION_SKIPPED, 0},
    {"sitekey", OPTION_SKIPPED, 0},
};

static const struct option *option_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (str_ieq(name, str_of(options[i].name)))
            return &options[i];
    }
    return NULL;
}

static enum filter_parse bad(struct draft *d, const char *what)
{
    d->why = str_of(what);
    return FILTER_BAD;
}

static enum filter_parse unknown_option(struct draft *d, struct str name)
{
    const char *names[ARRAY_LEN(options) + 1];

    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        names[i] = options[i].name;
    names[ARRAY_LEN(options)] = NULL;
    const char *near = diag_closest(name, names);
    if (near != NULL)
        d->why = arena_printf(
            d->arena, "unknown option \"" STR_FMT "\" (did you mean \"%s\"?)",
            STR_ARG(name), near);
    else
        d->why = arena_printf(d->arena,
                              "unknown option \"" STR_FMT
                              "\" (expected a resource type, \"third-party\", "
                              "\"domain=…\" or the like)",
                              STR_ARG(name));
    return FILTER_BAD;
}

static enum filter_parse take_domains(struct draft *d, struct str value,
                                      const struct domain_list **out)
{
    if (*out != NULL)
        return bad(d, "a list of domains stands here twice");
    switch (domain_list_parse(d->arena, value, '|', out)) {
    case DOMAIN_OK:
        return FILTER_OK;
    case DOMAIN_REGEX:
        d->why = STR("domains by regular expression");
        return FILTER_SKIPPED;
    default:
        return bad(d, "not a list of domains (expected names separated by "
                      "\"|\", with \"~\" before those to leave out)");
    }
}

/* denyallow=a|b is to=~a|~b. */
static enum filter_parse take_denyallow(struct draft *d, struct str value)
{
    struct buf text = {0};

    while (value.ptr != NULL) {
        struct str name = str_cut(&value, '|');
        buf_append(&text, STR("~"));
        buf_append(&text, name);
        if (value.ptr != NULL)
            buf_append_char(&text, '|');
    }
    struct str list = arena_dup(d->arena, buf_str(&text));
    buf_release(&text);
    return take_domains(d, list, &d->filter->to);
}

/* A flag that is negated is the other one of the two parties. */
static void take_party(struct draft *d, bool third, unsigned further)
{
    unsigned flag = third ? FILTER_THIRD_PARTY : FILTER_FIRST_PARTY;

    d->filter->flags = (uint16_t)(d->filter->flags | flag | further);
}

static enum filter_parse take_option(struct draft *d, struct str name,
                                     struct str value)
{
    bool negated = str_starts(name, STR("~"));

    if (negated)
        name = str_from(name, 1);
    if (str_starts(name, STR("_")))
        return FILTER_OK; /* fills a gap */
    const struct option *o = option_find(name);
    if (o == NULL)
        return unknown_option(d, name);
    switch (o->kind) {
    case OPTION_TYPE:
        *(negated ? &d->not_types : &d->types) |= o->value;
        return FILTER_OK;
    case OPTION_FLAG:
        d->filter->flags = (uint16_t)(d->filter->flags | o->value);
        return FILTER_OK;
    case OPTION_FIRST:
    case OPTION_THIRD:
        take_party(d, (o->kind == OPTION_THIRD) != negated, o->value);
        return FILTER_OK;
    case OPTION_FROM:
        return take_domains(d, value, &d->filter->from);
    case OPTION_TO:
        return take_domains(d, value, &d->filter->to);
    case OPTION_DENYALLOW:
        return take_denyallow(d, value);
    case OPTION_PARAM:
        d->filter->param = value.ptr != NULL ? value : STR("");
        return FILTER_OK;
    case OPTION_UNSEEN:
        if (!negated)
            d->unseen = str_of(o->name);
        return FILTER_OK;
    case OPTION_SKIPPED:
        d->why = str_of(o->name);
        return FILTER_SKIPPED;
    default:
        return FILTER_OK;
    }
}

/* The length of the first option in `text`: up to a comma that does not stand
 * in a regular expression or behind a backslash. */
static size_t option_len(struct str text)
{
    size_t at = 0;
    bool regex = false;

    for (; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == '\\')
            at++;
        else if (c == '/' && at > 0 && (regex || text.ptr[at - 1] == '='))
            regex = !regex;
        else if (c == ',' && !regex)
            return at;
    }
    return text.len;
}

static enum filter_parse take_options(struct draft *d, struct str text)
{
    while (text.len > 0) {
        size_t len = option_len(text);
        struct str value = str_sub(text, 0, len);
        struct str name = str_trim(str_cut(&value, '='));
        text = str_from(text, len + 1);
        if (name.len == 0)
            continue;
        enum filter_parse result = take_option(d, name, value);
        if (result != FILTER_OK)
            return result;
    }
    return FILTER_OK;
}

static bool is_option_name(struct str text)
{
    size_t at = str_starts(text, STR("~"));
    size_t start = at;

    while (at < text.len && (ascii_is_alnum(text.ptr[at]) ||
                             text.ptr[at] == '-' || text.ptr[at] == '_'))
        at++;
    return at > start &&
           (at == text.len || text.ptr[at] == ',' || text.ptr[at] == '=');
}

/* Cut the options off: they stand behind the last "$" that is followed by what
 * reads as one. Others belong to the pattern, as in /\.js$/. */
static struct str cut_options(struct str *text)
{
    for (size_t at = text->len; at-- > 0;) {
        if (text->ptr[at] != '$')
            continue;
        struct str options_text = str_from(*text, at + 1);
        if (!is_option_name(options_text))
            continue;
        text->len = at;
        return options_text;
    }
    return (struct str){NULL, 0};
}

/* ---- pattern ------------------------------------------------------------ */

static struct str strip_stars(struct str pattern)
{
    while (str_starts(pattern, STR("*")))
        pattern = str_from(pattern, 1);
    while (str_ends(pattern, STR("*")))
        pattern.len--;
    return pattern;
}

static bool has_upper(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
            return true;
    }
    return false;
}

static struct str lower(struct arena *arena, struct str s)
{
    if (!has_upper(s))
        return s;
    char *copy = arena_alloc(arena, s.len);
    for (size_t i = 0; i < s.len; i++)
        copy[i] = ascii_lower(s.ptr[i]);
    return str_make(copy, s.len);
}

static bool is_host_char(char c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_';
}

static bool is_host_only(const struct filter *f)
{
    size_t at = 0;

    if ((f->flags & FILTER_HOST_ANCHOR) == 0 ||
        (f->flags & FILTER_END_ANCHOR) != 0)
        return false;
    while (at < f->pattern.len && is_host_char(f->pattern.ptr[at]))
        at++;
    return at > 0 && at + 1 == f->pattern.len && f->pattern.ptr[at] == '^';
}

static unsigned take_anchors(struct str *pattern)
{
    unsigned flags = 0;

    if (str_starts(*pattern, STR("||"))) {
        flags |= FILTER_HOST_ANCHOR;
        *pattern = str_from(*pattern, 2);
    } else if (str_starts(*pattern, STR("|"))) {
        flags |= FILTER_START_ANCHOR;
        *pattern = str_from(*pattern, 1);
    }
    if (str_ends(*pattern, STR("|"))) {
        flags |= FILTER_END_ANCHOR;
        pattern->len--;
    }
    if (str_starts(*pattern, STR("*")))
        flags &= ~(unsigned)(FILTER_HOST_ANCHOR | FILTER_START_ANCHOR);
    if (str_ends(*pattern, STR("*")))
        flags &= ~(unsigned)FILTER_END_ANCHOR;
    *pattern = strip_stars(*pattern);
    return flags;
}

static enum filter_parse take_plain(struct draft *d, struct str pattern)
{
    struct filter *f = d->filter;

    f->flags = (uint16_t)(f->flags | take_anchors(&pattern));
    f->pattern = pattern;
    if (is_host_only(f)) {
        f->flags |= FILTER_HOST_ONLY;
        f->flags &= (uint16_t)~FILTER_MATCH_CASE;
    }
    if ((f->flags & FILTER_MATCH_CASE) == 0)
        f->pattern = lower(d->arena, pattern);
    return FILTER_OK;
}

static enum filter_parse take_regex(struct draft *d, struct str pattern)
{
    struct filter *f = d->filter;
    bool match_case = (f->flags & FILTER_MATCH_CASE) != 0;
    unsigned flags = REGEX_JAVASCRIPT | (match_case ? 0 : REGEX_CASELESS);
    struct str error;
    size_t offset;

    f->regex = regex_compile(d->arena, pattern, flags, &error, &offset);
    if (f->regex == NULL) {
        d->why = arena_printf(
            d->arena, "bad regular expression: " STR_FMT " (at its byte %zu)",
            STR_ARG(error), offset + 1);
        return FILTER_BAD;
    }
    f->pattern = strip_stars(regex_literals(d->arena, pattern, !match_case));
    return FILTER_OK;
}

static bool is_regex(struct str pattern)
{
    return pattern.len > 2 && pattern.ptr[0] == '/' &&
           pattern.ptr[pattern.len - 1] == '/';
}

/* ---- lines -------------------------------------------------------------- */

static enum filter_parse set_types(struct draft *d)
{
    unsigned all = d->filter->param.ptr != NULL ? ALL_TYPES : DEFAULT_TYPES;

    if (d->types == 0 && d->unseen.len > 0) {
        d->why = d->unseen;
        return FILTER_SKIPPED;
    }
    d->filter->types =
        (uint16_t)((d->types != 0 ? d->types : all) & ~d->not_types);
    return FILTER_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct str trim_line(struct str line)
{
    while (line.len > 0 && is_blank(line.ptr[0]))
        line = str_from(line, 1);
    while (line.len > 0 && is_blank(line.ptr[line.len - 1]))
        line.len--;
    return line;
}

static enum filter_parse parse(struct draft *d, struct str text)
{
    struct str option_text = cut_options(&text);
    enum filter_parse result = take_options(d, option_text);

    if (result != FILTER_OK)
        return result;
    result = set_types(d);
    if (result != FILTER_OK)
        return result;
    if (strip_stars(text).len == 0 && option_text.len == 0)
        return bad(d, "this filter matches every URL");
    if (is_regex(text))
        return take_regex(d, str_sub(text, 1, text.len - 2));
    return take_plain(d, text);
}

enum filter_parse filter_parse(struct arena *arena, struct str line,
                               struct filter *out, struct str *why)
{
    struct draft d = {.arena = arena, .filter = out};
    struct str text = trim_line(line);

    *out = (struct filter){.text = text};
    if (text.len == 0 || text.ptr[0] == '!' ||
        str_istarts(text, STR("[adblock")))
        return FILTER_COMMENT;
    if (memchr(text.ptr, '\0', text.len) != NULL) {
        *why = STR("NUL in a filter");
        return FILTER_BAD;
    }
    if (str_starts(text, STR("@@"))) {
        out->flags |= FILTER_EXCEPTION;
        text = str_from(text, 2);
    }
    enum filter_parse result = parse(&d, text);
    *why = d.why;
    return result;
}

/* ---- identity ----------------------------------------------------------- */

/* Whatever the order in which the domains were written. */
static uint64_t domains_hash(const struct domain_list *list)
{
    uint64_t sum = 0;

    if (list == NULL)
        return 0;
    for (unsigned i = 0; i < list->count; i++)
        sum += str_hash(list->entries[i].name) *
               (list->entries[i].excluded ? 3 : 5);
    return sum;
}

uint64_t filter_identity(const struct filter *f)
{
    struct str body = f->text;
    unsigned flags = f->flags & ~(unsigned)FILTER_BADFILTER;
    uint64_t identity;

    cut_options(&body);
    identity = str_hash(body) * 0x9e3779b97f4a7c15u;
    identity ^= str_hash(f->param) + flags + ((uint64_t)f->types << 16);
    identity += domains_hash(f->from) * 7 + domains_hash(f->to) * 11;
    return identity;
}
