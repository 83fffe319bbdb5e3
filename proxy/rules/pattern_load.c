#include "rules/rule_load.h"

#include <stdio.h>

/* ---- hosts -------------------------------------------------------------- */

/* What is wrong with a host name, or NULL. */
static const char *host_fault(struct str host)
{
    if (str_starts(host, STR("*.")))
        return "a host stands for all below it (leave out \"*.\")";
    if (str_find(host, STR("://")) < host.len ||
        str_find_char(host, '/', 0) < host.len)
        return "not a host but an address (expected \"example.com\"; use "
               "\"filters\" for paths)";
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if ((unsigned char)c >= 0x80)
            return "not a host (expected its ASCII form, \"xn--…\")";
        if (!ascii_is_alnum(c) && memchr("-._", c, 3) == NULL)
            return "not a host (expected a name such as \"example.com\")";
    }
    if (host.ptr[0] == '.' || host.ptr[host.len - 1] == '.' ||
        str_find(host, STR("..")) < host.len)
        return "not a host (expected a name such as \"example.com\")";
    return NULL;
}

static struct str lower_copy(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);

    for (size_t i = 0; i < s.len; i++)
        copy[i] = ascii_lower(s.ptr[i]);
    return str_make(copy, s.len);
}

static struct vec *filter_vec(struct ruleset_draft *draft,
                              const struct rule *rule, bool allow)
{
    if (allow)
        return &draft->except;
    return rule->purpose == PURPOSE_NECESSARY ? &draft->necessary
                                              : &draft->deny;
}

static void load_host(struct ruleset_draft *draft, const struct json *value,
                      struct rule *rule, bool allow)
{
    struct str text;
    struct filter filter;
    struct str why;

    if (!read_text(draft, value, &text))
        return;
    const char *fault = host_fault(text);
    if (fault != NULL) {
        diag_error(draft->diag, value, "%s", fault);
        return;
    }
    struct str host = lower_copy(draft->arena, text);
    const struct str parts[] = {STR("||"), host, STR("^")};
    struct str line = arena_concat(draft->arena, parts, ARRAY_LEN(parts));
    CHECK(filter_parse(draft->arena, line, &filter, &why) == FILTER_OK);
    filter.text = host;
    filter.rule = rule->index;
    filter.flags |= allow ? FILTER_OWN_RULE : 0;
    *(struct filter *)vec_push(filter_vec(draft, rule, allow)) = filter;
    rule->patterns += !allow;

    const struct json *keep = json_member(value->parent->parent, "inline");
    if (keep == NULL || allow)
        *(struct host_entry *)vec_push(&draft->hosts) =
            (struct host_entry){host, rule->index, allow};
}

/* ---- filters ------------------------------------------------------------ */

struct filter_load {
    struct skip_counter skipped;
    unsigned filters, selectors;
};

static void load_filter(struct ruleset_draft *draft, const struct json *value,
                        struct rule *rule, bool allow, struct filter_load *load)
{
    struct str line, why;

    if (!read_text(draft, value, &line))
        return;
    switch (filter_line_load(draft, line, rule, allow, &load->skipped, &why)) {
    case LINE_FILTER:
        load->filters++;
        break;
    case LINE_SELECTOR:
        load->selectors++;
        break;
    case LINE_SKIPPED:
        break;
    case LINE_NOTHING:
        diag_error(draft->diag, value, "a comment is no filter");
        break;
    case LINE_BAD:
        diag_error(draft->diag, value, STR_FMT, STR_ARG(why));
        break;
    }
}

static void load_filters(struct ruleset_draft *draft, const struct json *value,
                         struct rule *rule, bool allow)
{
    struct filter_load load = {0};

    if (value == NULL || !json_check_type(draft->diag, value, JSON_ARRAY))
        return;
    for (const struct json *v = value->child; v != NULL; v = v->next)
        load_filter(draft, v, rule, allow, &load);
    rule->patterns += allow ? 0 : load.filters + load.selectors;
    if (load.skipped.count > 0)
        list_summary_add(draft, rule->file, rule->index, load.filters,
                         load.selectors, &load.skipped);
}

/* ---- names -------------------------------------------------------------- */

static const char *const regex_keys[] = {"regex", NULL};

const struct regex *read_regex(struct ruleset_draft *draft,
                               const struct json *value, struct str *pattern)
{
    const struct json *member = json_member(value, "regex");
    struct str error;
    size_t offset;

    if (!json_check_type(draft->diag, value, JSON_OBJECT))
        return NULL;
    if (member == NULL) {
        diag_error(draft->diag, value,
                   "\"regex\" is missing (expected a regular expression)");
        return NULL;
    }
    if (!read_text(draft, member, pattern))
        return NULL;
    const struct regex *regex =
        regex_compile(draft->arena, *pattern, 0, &error, &offset);
    if (regex == NULL)
        diag_error(draft->diag, member,
                   "bad regular expression: " STR_FMT " (at its byte %zu)",
                   STR_ARG(error), offset + 1);
    return regex;
}

/* A string: a whole name, or a "prefix*". */
static bool read_name(struct ruleset_draft *draft, const struct json *value,
                      struct name_pattern *out)
{
    if (!read_text(draft, value, &out->text))
        return false;
    out->name = out->text;
    size_t star = str_find_char(out->name, '*', 0);
    if (star == out->name.len)
        return true;
    if (star == 0 || star + 1 < out->name.len) {
        diag_error(draft->diag, value,
                   "\"*\" may stand at the end of a name only (expected "
                   "\"prefix*\", or {\"regex\": \"…\"})");
        return false;
    }
    out->is_prefix = true;
    out->name.len--;
    return true;
}

static bool read_regex_name(struct ruleset_draft *draft,
                            const struct json *value, struct name_pattern *out)
{
    struct str pattern = {NULL, 0};

    out->regex = read_regex(draft, value, &pattern);
    if (out->regex == NULL)
        return false;
    out->text = pattern;
    out->name = regex_prefix(draft->arena, pattern);
    return true;
}

static void add_name(struct vec *names, struct name_pattern pattern,
                     struct rule *rule, bool allow)
{
    pattern.rule = rule->index;
    pattern.allow = allow;
    *(struct name_pattern *)vec_push(names) = pattern;
    rule->patterns += !allow;
}

static bool read_cookie_domain(struct ruleset_draft *draft,
                               const struct json *value,
                               struct name_pattern *out)
{
    struct str domain = {NULL, 0};

    if (!read_text(draft, value, &domain))
        return false;
    if (str_starts(domain, STR(".")))
        domain = str_from(domain, 1);
    if (domain.len > 0 && host_fault(domain) != NULL) {
        diag_error(draft->diag, value, "%s", host_fault(domain));
        return false;
    }
    out->domain = lower_copy(draft->arena, domain);
    return true;
}

static bool read_cookie_object(struct ruleset_draft *draft,
                               const struct json *value,
                               struct name_pattern *out)
{
    static const char *const keys[] = {"name", "regex", "domain", NULL};
    const struct json *name = json_member(value, "name");
    const struct json *regex = json_member(value, "regex");

    if (!json_check_object(draft->diag, value, keys))
        return false;
    if ((name != NULL) == (regex != NULL)) {
        diag_error(draft->diag, value,
                   "a cookie is named by either \"name\" or \"regex\"");
        return false;
    }
    return (name != NULL ? read_name(draft, name, out)
                         : read_regex_name(draft, value, out)) &&
           read_cookie_domain(draft, json_member(value, "domain"), out);
}

static void load_cookie(struct ruleset_draft *draft, const struct json *value,
                        struct rule *rule, bool allow)
{
    struct name_pattern pattern = {0};

    if (value->type == JSON_OBJECT ? read_cookie_object(draft, value, &pattern)
                                   : read_name(draft, value, &pattern))
        add_name(&draft->cookies, pattern, rule, allow);
}

static void load_param(struct ruleset_draft *draft, const struct json *value,
                       struct rule *rule, bool allow)
{
    struct name_pattern pattern = {0};

    if (value->type == JSON_OBJECT
            ? json_check_object(draft->diag, value, regex_keys) &&
                  read_regex_name(draft, value, &pattern)
            : read_name(draft, value, &pattern))
        add_name(&draft->query_params, pattern, rule, allow);
}

static bool read_header_object(struct ruleset_draft *draft,
                               const struct json *value,
                               struct name_pattern *out)
{
    static const char *const keys[] = {"name", "value", NULL};
    const struct json *name = json_member(value, "name");
    const struct json *content = json_member(value, "value");
    struct str pattern = {NULL, 0};

    if (!json_check_object(draft->diag, value, keys))
        return false;
    if (name == NULL) {
        diag_error(draft->diag, value,
                   "\"name\" is missing (expected the name of a header)");
        return false;
    }
    if (!read_name(draft, name, out))
        return false;
    if (content == NULL)
        return true;
    json_check_object(draft->diag, content, regex_keys);
    out->value = read_regex(draft, content, &pattern);
    return out->value != NULL;
}

static void load_header(struct ruleset_draft *draft, const struct json *value,
                        struct rule *rule, bool allow)
{
    struct name_pattern pattern = {0};

    if (!(value->type == JSON_OBJECT
              ? read_header_object(draft, value, &pattern)
              : read_name(draft, value, &pattern)))
        return;
    pattern.name = lower_copy(draft->arena, pattern.name);
    add_name(&draft->headers, pattern, rule, allow);
}

/* ---- scripts and elements ----------------------------------------------- */

/* The longest run that every match must contain. */
static struct str longest_literal(struct ruleset_draft *draft,
                                  struct str pattern)
{
    struct str runs = regex_literals(draft->arena, pattern, false);
    struct str longest = {NULL, 0};

    while (runs.ptr != NULL) {
        struct str run = str_cut(&runs, '*');
        if (run.len > longest.len)
            longest = run;
    }
    return longest.len >= LITERAL_MIN ? longest : (struct str){NULL, 0};
}

static bool read_script(struct ruleset_draft *draft, const struct json *value,
                        struct script_pattern *out)
{
    if (value->type == JSON_OBJECT) {
        if (!json_check_object(draft->diag, value, regex_keys))
            return false;
        out->regex = read_regex(draft, value, &out->text);
        out->literal = longest_literal(draft, out->text);
        return out->regex != NULL;
    }
    if (!read_text(draft, value, &out->text))
        return false;
    out->literal = out->text;
    if (out->text.len < LITERAL_MIN) {
        diag_error(draft->diag, value,
                   "too short to tell one script from another (expected at "
                   "least 4 characters)");
        return false;
    }
    return true;
}

static void load_script(struct ruleset_draft *draft, const struct json *value,
                        struct rule *rule, bool allow)
{
    struct script_pattern pattern = {.rule = rule->index};

    if (!read_script(draft, value, &pattern))
        return;
    struct vec *scripts = allow ? &draft->script_allows : &draft->scripts;
    *(struct script_pattern *)vec_push(scripts) = pattern;
    rule->patterns += !allow;
}

static void load_element(struct ruleset_draft *draft, const struct json *value,
                         struct rule *rule, bool allow)
{
    struct selector selectors[SELECTORS_MAX];
    struct str text;
    unsigned count;
    const char *why;

    if (!read_text(draft, value, &text))
        return;
    switch (selector_parse(draft->arena, text, selectors, &count, &why)) {
    case SELECTOR_BAD:
        diag_error(draft->diag, value, "not a selector: %s", why);
        return;
    case SELECTOR_UNDECIDABLE:
        diag_error(draft->diag, value,
                   "%s cannot be decided at the start tag (expected type, "
                   "#id, .class, [attr], :not(), descendants and children)",
                   why);
        return;
    case SELECTOR_OK:
        break;
    }
    struct vec *elements = allow ? &draft->element_allows : &draft->elements;
    for (unsigned i = 0; i < count; i++)
        *(struct element_pattern *)vec_push(elements) =
            (struct element_pattern){selectors[i], rule->index, NULL};
    rule->patterns += !allow;
}

void pattern_members_load(struct ruleset_draft *draft, const struct json *owner,
                          struct rule *rule, bool allow)
{
    each_member(draft, json_member(owner, "hosts"), rule, allow, load_host);
    load_filters(draft, json_member(owner, "filters"), rule, allow);
    each_member(draft, json_member(owner, "cookies"), rule, allow, load_cookie);
    each_member(draft, json_member(owner, "params"), rule, allow, load_param);
    each_member(draft, json_member(owner, "headers"), rule, allow, load_header);
    each_member(draft, json_member(owner, "scripts"), rule, allow, load_script);
    each_member(draft, json_member(owner, "elements"), rule, allow,
                load_element);
}
