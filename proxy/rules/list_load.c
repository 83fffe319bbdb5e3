#include "base/buf.h"
#include "base/file.h"
#include "rules/rule_load.h"

#include <stdlib.h>

enum { LIST_FILE_MAX = 64 << 20 }; /* bytes */

/* ---- what is skipped ----------------------------------------------------- */

void skip_count(struct skip_counter *c, struct arena *arena, struct str kind)
{
    for (unsigned i = 0; i < c->count; i++) {
        if (str_eq(c->kinds[i].kind, kind)) {
            c->kinds[i].count++;
            return;
        }
    }
    if (c->count == ARRAY_LEN(c->kinds)) {
        c->kinds[c->count - 1].count++; /* the last kind stands for the rest */
        return;
    }
    c->kinds[c->count++] = (struct list_skipped){arena_dup(arena, kind), 1};
}

void list_summary_add(struct ruleset_draft *draft, struct str path,
                      uint32_t rule, unsigned filters, unsigned selectors,
                      const struct skip_counter *skipped)
{
    struct list_draft *list = vec_push(&draft->lists);

    list->rule = rule;
    list->summary = (struct list_summary){
        .path = arena_dup(draft->arena, path),
        .filters = filters,
        .selectors = selectors,
        .skipped_kinds = skipped->count,
        .skipped = arena_grow(draft->arena, skipped->kinds, skipped->count,
                              skipped->count, sizeof(skipped->kinds[0])),
    };
}

/* ---- element hiding ------------------------------------------------------ */

enum cosmetic { COSMETIC_NONE, COSMETIC_HIDE, COSMETIC_UNHIDE, COSMETIC_OTHER };

/* Split a line at "##", "#@#" or another mark of the kind, which stand behind
 * nothing but names of domains. */
static enum cosmetic cut_cosmetic(struct str line, struct str *domains,
                                  struct str *body, const char **kind)
{
    static const struct {
        const char *mark;
        enum cosmetic cosmetic;
        const char *kind;
    } marks[] = {
        {"##", COSMETIC_HIDE, NULL},
        {"#@#", COSMETIC_UNHIDE, NULL},
        {"#?#", COSMETIC_OTHER, "procedural selectors"},
        {"#@?#", COSMETIC_OTHER, "procedural selectors"},
        {"#$#", COSMETIC_OTHER, "snippets"},
        {"#@$#", COSMETIC_OTHER, "snippets"},
        {"#$?#", COSMETIC_OTHER, "snippets"},
        {"#%#", COSMETIC_OTHER, "scriptlets"},
        {"#@%#", COSMETIC_OTHER, "scriptlets"},
    };
    size_t at = str_find_char(line, '#', 0);
    struct str rest = str_from(line, at);

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (!str_starts(rest, str_of(marks[i].mark)))
            continue;
        *domains = str_sub(line, 0, at);
        *body = str_from(rest, strlen(marks[i].mark));
        *kind = marks[i].kind;
        return marks[i].cosmetic;
    }
    return COSMETIC_NONE;
}

/* What stands behind the mark but is no selector. */
static const char *special_body(struct str body)
{
    if (str_starts(body, STR("+js(")) ||
        str_starts(body, STR("script:inject(")))
        return "scriptlets";
    if (str_starts(body, STR("^")))
        return "html filters";
    if (str_ends(body, STR("}")))
        return "css injection";
    return NULL;
}

static void add_elements(struct vec *to, const struct selector *selectors,
                         unsigned count, uint32_t rule,
                         const struct domain_list *from)
{
    for (unsigned i = 0; i < count; i++)
        *(struct element_pattern *)vec_push(to) =
            (struct element_pattern){selectors[i], rule, from};
}

static enum line_result skip(struct ruleset_draft *draft,
                             struct skip_counter *skipped, const char *kind)
{
    skip_count(skipped, draft->arena, str_of(kind));
    return LINE_SKIPPED;
}

struct cosmetic_line {
    enum cosmetic cosmetic;
    struct str domains, body;
};

static enum line_result load_cosmetic(struct ruleset_draft *draft,
                                      const struct cosmetic_line *line,
                                      uint32_t rule, bool allow,
                                      struct skip_counter *skipped,
                                      struct str *why)
{
    struct selector selectors[SELECTORS_MAX];
    const struct domain_list *from = NULL;
    unsigned count;
    const char *fault;

    if (line->domains.len > 0) {
        switch (domain_list_parse(draft->arena, line->domains, ',', &from)) {
        case DOMAIN_REGEX:
            return skip(draft, skipped, "domains by regular expression");
        case DOMAIN_BAD:
            *why = STR("not a list of domains before a selector");
            return LINE_BAD;
        default:
            break;
        }
    }
    switch (
        selector_parse(draft->arena, line->body, selectors, &count, &fault)) {
    case SELECTOR_UNDECIDABLE:
        return skip(draft, skipped, fault);
    case SELECTOR_BAD:
        *why = arena_printf(draft->arena, "not a selector: %s", fault);
        return LINE_BAD;
    default:
        break;
    }
    struct vec *to = line->cosmetic == COSMETIC_UNHIDE ? &draft->unhides
                     : allow                           ? &draft->element_allows
                                                       : &draft->elements;
    add_elements(to, selectors, count, rule, from);
    return LINE_SELECTOR;
}

/* ---- network filters ----------------------------------------------------- */

/* removeparam without further conditions is a query parameter of the rule. */
static bool is_plain_param(const struct filter *f)
{
    return f->pattern.len == 0 && f->from == NULL && f->to == NULL &&
           f->param.len > 0 && memchr("/~", f->param.ptr[0], 2) == NULL &&
           (f->flags & ~(unsigned)FILTER_OWN_RULE) == 0;
}

static enum line_result add_param(struct ruleset_draft *draft,
                                  const struct filter *f, bool allow,
                                  struct skip_counter *skipped)
{
    if (!is_plain_param(f))
        return skip(draft, skipped, "removeparam with conditions");
    *(struct name_pattern *)vec_push(&draft->query_params) =
        (struct name_pattern){
            .text = f->text,
            .name = f->param,
            .rule = f->rule,
            .allow = allow,
        };
    return LINE_FILTER;
}

static enum line_result add_filter(struct ruleset_draft *draft,
                                   struct filter *f, bool allow, bool keep,
                                   struct skip_counter *skipped)
{
    struct vec *to = keep ? &draft->necessary : &draft->deny;

    if (f->param.ptr != NULL)
        return add_param(draft, f, allow, skipped);
    if ((f->flags & FILTER_BADFILTER) != 0)
        to = &draft->badfilters;
    else if (allow || (f->flags & FILTER_EXCEPTION) != 0)
        to = &draft->except;
    if (allow)
        f->flags |= FILTER_OWN_RULE;
    *(struct filter *)vec_push(to) = *f;
    return LINE_FILTER;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct str trim(struct str line)
{
    while (line.len > 0 && is_space(line.ptr[0]))
        line = str_from(line, 1);
    while (line.len > 0 && is_space(line.ptr[line.len - 1]))
        line.len--;
    return line;
}

enum line_result filter_line_load(struct ruleset_draft *draft, struct str line,
                                  const struct rule *rule, bool allow,
                                  struct skip_counter *skipped, struct str *why)
{
    struct cosmetic_line cosmetic;
    struct filter filter;
    const char *kind = NULL;

    line = trim(line);
    if (line.len == 0 || line.ptr[0] == '!' || str_eq(line, STR("#")) ||
        str_starts(line, STR("# ")))
        return LINE_NOTHING;
    cosmetic.cosmetic =
        cut_cosmetic(line, &cosmetic.domains, &cosmetic.body, &kind);
    if (cosmetic.cosmetic == COSMETIC_HIDE ||
        cosmetic.cosmetic == COSMETIC_UNHIDE)
        kind = special_body(cosmetic.body);
    if (kind != NULL)
        return skip(draft, skipped, kind);
    if (cosmetic.cosmetic != COSMETIC_NONE)
        return load_cosmetic(draft, &cosmetic, rule->index, allow, skipped,
                             why);
    switch (filter_parse(draft->arena, line, &filter, why)) {
    case FILTER_COMMENT:
        return LINE_NOTHING;
    case FILTER_SKIPPED:
        skip_count(skipped, draft->arena, *why);
        return LINE_SKIPPED;
    case FILTER_BAD:
        return LINE_BAD;
    default:
        filter.rule = rule->index;
        return add_filter(draft, &filter, allow,
                          rule->purpose == PURPOSE_NECESSARY, skipped);
    }
}

/* ---- files ----------------------------------------------------------------
 */

/* A line of a hosts file, "0.0.0.0 example.com", names a host. */
static struct str hosts_file_name(struct ruleset_draft *draft, struct str line)
{
    static const char *const addresses[] = {"0.0.0.0", "127.0.0.1", "::1",
                                            "::"};

    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        struct str address = str_of(addresses[i]);
        if (!str_starts(line, address) || line.len <= address.len ||
            !is_space(line.ptr[address.len]))
            continue;
        struct str rest = trim(str_from(line, address.len));
        struct str name = trim(str_cut(&rest, '#'));
        if (str_find_char(name, '.', 0) == name.len)
            return (struct str){NULL, 0}; /* localhost */
        return arena_printf(draft->arena, "||" STR_FMT "^", STR_ARG(name));
    }
    return line;
}

static void load_list_text(struct ruleset_draft *draft, struct str path,
                           struct str text, struct rule *rule)
{
    struct skip_counter skipped = {0};
    unsigned filters = 0, selectors = 0;
    struct str rest = text, why;

    while (rest.ptr != NULL) {
        struct str line = hosts_file_name(draft, str_cut(&rest, '\n'));
        switch (filter_line_load(draft, line, rule, false, &skipped, &why)) {
        case LINE_FILTER:
            filters++;
            break;
        case LINE_SELECTOR:
            selectors++;
            break;
        case LINE_BAD:
            skip_count(&skipped, draft->arena, STR("not understood"));
            break;
        default:
            break;
        }
    }
    rule->patterns += filters + selectors;
    draft->generation =
        (draft->generation ^ str_hash(text)) * 0x9e3779b97f4a7c15u;
    list_summary_add(draft, path, rule->index, filters, selectors, &skipped);
}

/* Relative paths are relative to the folder of the rule file. */
static struct str list_path(struct ruleset_draft *draft,
                            const struct json *value)
{
    struct str file = value->file->path;

    while (file.len > 0 && file.ptr[file.len - 1] != '/')
        file.len--;
    if (value->string.ptr[0] == '/')
        file.len = 0;
    const struct str parts[] = {file, value->string};
    return arena_concat(draft->diag->arena, parts, ARRAY_LEN(parts));
}

static void load_list(struct ruleset_draft *draft, const struct json *value,
                      struct rule *rule, bool allow)
{
    struct buf text = {0};
    struct str checked;

    (void)allow;
    if (!read_text(draft, value, &checked))
        return;
    if (draft->no_lists) {
        diag_error(draft->diag, value,
                   "lists are read by rule files on disk only");
        return;
    }
    struct str path = list_path(draft, value);
    struct diag problems = {.arena = draft->diag->arena};
    if (file_read(&problems, path, LIST_FILE_MAX, &text))
        load_list_text(draft, path, arena_dup(draft->arena, buf_str(&text)),
                       rule);
    else
        diag_error(draft->diag, value, "list \"" STR_FMT "\": " STR_FMT,
                   STR_ARG(path), STR_ARG(problems.first->message));
    buf_release(&text);
}

void list_members_load(struct ruleset_draft *draft, const struct json *value,
                       struct rule *rule)
{
    each_member(draft, value, rule, false, load_list);
}
