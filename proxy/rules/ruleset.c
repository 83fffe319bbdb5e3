#include "rules/ruleset.h"

#include "base/buf.h"
#include "rules/rule_load.h"

#include <stdlib.h>

bool resource_type_find(struct str name, enum resource_type *out)
{
    static const struct {
        const char *name;
        enum resource_type type;
    } others[] = {
        {"css", RESOURCE_STYLESHEET},
        {"frame", RESOURCE_SUBDOCUMENT},
        {"sub_frame", RESOURCE_SUBDOCUMENT},
        {"xhr", RESOURCE_XMLHTTPREQUEST},
        {"fetch", RESOURCE_OTHER},
        /* as other engines have it */ {"beacon", RESOURCE_PING},
        {"doc", RESOURCE_DOCUMENT},
        {"main_frame", RESOURCE_DOCUMENT},
    };

    for (int i = 0; i < RESOURCE_TYPES; i++) {
        if (str_eq(name, str_of(resource_type_names[i]))) {
            *out = (enum resource_type)i;
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (str_eq(name, str_of(others[i].name))) {
            *out = others[i].type;
            return true;
        }
    }
    return false;
}

/* ---- compiling ---------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Take out the filters of which a badfilter says the same. */
static void drop_bad(struct vec *filters, const uint64_t *bad, size_t bad_count)
{
    struct filter *f = filters->items;
    size_t kept = 0;

    if (bad_count == 0)
        return;
    for (size_t i = 0; i < filters->count; i++) {
        uint64_t identity = filter_identity(&f[i]);
        if (bsearch(&identity, bad, bad_count, sizeof(*bad), by_value) == NULL)
            f[kept++] = f[i];
    }
    filters->count = kept;
}

static void apply_badfilters(struct ruleset_draft *d)
{
    const struct filter *f = d->badfilters.items;
    size_t count = d->badfilters.count;
    uint64_t *bad = xcalloc(count, sizeof(*bad));

    for (size_t i = 0; i < count; i++)
        bad[i] = filter_identity(&f[i]);
    qsort(bad, count, sizeof(*bad), by_value);
    drop_bad(&d->deny, bad, count);
    drop_bad(&d->necessary, bad, count);
    drop_bad(&d->except, bad, count);
    free(bad);
    vec_release(&d->badfilters);
}

static void compile_filters(struct filter_index *x, struct arena *arena,
                            struct vec *filters)
{
    size_t count = filters->count;

    filter_index_build(x, arena, vec_keep(filters, arena), count);
}

static void compile_names(struct name_table *t, struct arena *arena,
                          struct vec *names)
{
    size_t count = names->count;

    name_table_build(t, arena, vec_keep(names, arena), count);
}

static void compile_hosts(struct ruleset *set, struct ruleset_draft *d)
{
    size_t count = d->hosts.count;

    host_scan_build(&set->hosts, &set->arena, vec_keep(&d->hosts, &set->arena),
                    count);
}

/* Scripts with a literal come first, so that a literal's number is its
 * script's. */
static void compile_scripts(struct ruleset *set, struct ruleset_draft *d)
{
    const struct script_pattern *from = d->scripts.items;
    size_t count = d->scripts.count, at = 0;
    struct script_pattern *scripts =
        arena_array(&set->arena, struct script_pattern, count);
    struct str *texts = arena_array(&set->arena, struct str, count);

    for (size_t i = 0; i < count; i++) {
        if (from[i].literal.len == 0)
            continue;
        texts[at] = from[i].literal;
        scripts[at++] = from[i];
    }
    set->literal_count = at;
    for (size_t i = 0; i < count; i++) {
        if (from[i].literal.len == 0)
            scripts[at++] = from[i];
        set->regex_count += from[i].regex != NULL;
    }
    set->scripts = scripts;
    set->script_count = count;
    if (set->literal_count > 0)
        literals_build(&set->script_literals, &set->arena, texts,
                       set->literal_count);
    set->script_allow_count = d->script_allows.count;
    set->script_allows = vec_keep(&d->script_allows, &set->arena);
}

static void compile_elements(struct ruleset *set, struct ruleset_draft *d)
{
    struct index_builder elements = {0}, unhides = {0}, tags = {0};

    set->element_count = d->elements.count;
    set->unhide_count = d->unhides.count;
    set->element_allow_count = d->element_allows.count;
    set->elements = vec_keep(&d->elements, &set->arena);
    set->unhides = vec_keep(&d->unhides, &set->arena);
    set->element_allows = vec_keep(&d->element_allows, &set->arena);
    for (size_t i = 0; i < set->element_count; i++) {
        const struct selector *s = &set->elements[i].selector;
        struct str tag;
        index_add(&elements, selector_key(s), (uint32_t)i);
        element_hints_add(&set->element_hints, s);
        if (selector_names_tag(s, &tag))
            index_add(&tags, selector_tag_key(tag), 0);
        else if (selector_is_unkeyed(s))
            set->wants_all_tags = true;
        else
            set->wants_attrs = true;
        set->wants_ancestors |= s->last->left != NULL;
    }
    for (size_t i = 0; i < set->unhide_count; i++)
        index_add(&unhides, index_key(set->unhides[i].selector.text, 0),
                  (uint32_t)i);
    set->element_index = index_build(&elements, &set->arena);
    set->unhide_index = index_build(&unhides, &set->arena);
    set->tag_index = index_build(&tags, &set->arena);
}

static void compile_lists(struct ruleset *set, struct ruleset_draft *d)
{
    const struct list_draft *from = d->lists.items;
    size_t count = d->lists.count;
    struct list_summary *lists =
        arena_array(&set->arena, struct list_summary, count);

    for (size_t i = 0; i < count; i++) {
        lists[i] = from[i].summary;
        lists[i].rule = &set->rules[from[i].rule];
    }
    set->lists = lists;
    set->list_count = (unsigned)count;
}

static bool has_own_exceptions(const struct ruleset_draft *d)
{
    const struct filter *f = d->except.items;

    for (size_t i = 0; i < d->except.count; i++) {
        if ((f[i].flags & FILTER_OWN_RULE) != 0)
            return true;
    }
    return false;
}

static void compile(struct ruleset *set, struct ruleset_draft *d)
{
    set->count = (unsigned)d->rules.count;
    set->rules = vec_keep(&d->rules, &set->arena);
    set->details = vec_keep(&d->details, &set->arena);
    set->generation = d->generation;
    set->own_exceptions = has_own_exceptions(d);
    apply_badfilters(d);
    compile_filters(&set->deny, &set->arena, &d->deny);
    compile_filters(&set->necessary, &set->arena, &d->necessary);
    compile_filters(&set->except, &set->arena, &d->except);
    compile_names(&set->cookies, &set->arena, &d->cookies);
    compile_names(&set->query_params, &set->arena, &d->query_params);
    compile_names(&set->headers, &set->arena, &d->headers);
    compile_scripts(set, d);
    compile_hosts(set, d);
    compile_elements(set, d);
    compile_lists(set, d);
}

/* ---- loading ------------------------------------------------------------ */

static void draft_init(struct ruleset_draft *d, struct diag *diag,
                       const struct purposes *purposes, struct ruleset *set)
{
    *d = (struct ruleset_draft){
        .diag = diag,
        .purposes = purposes,
        .arena = &set->arena,
        .rules = VEC_OF(struct rule),
        .details = VEC_OF(struct rule_details),
        .deny = VEC_OF(struct filter),
        .necessary = VEC_OF(struct filter),
        .except = VEC_OF(struct filter),
        .badfilters = VEC_OF(struct filter),
        .cookies = VEC_OF(struct name_pattern),
        .query_params = VEC_OF(struct name_pattern),
        .headers = VEC_OF(struct name_pattern),
        .scripts = VEC_OF(struct script_pattern),
        .script_allows = VEC_OF(struct script_pattern),
        .hosts = VEC_OF(struct host_entry),
        .elements = VEC_OF(struct element_pattern),
        .unhides = VEC_OF(struct element_pattern),
        .element_allows = VEC_OF(struct element_pattern),
        .lists = VEC_OF(struct list_draft),
    };
}

static void draft_release(struct ruleset_draft *d)
{
    struct vec *const all[] = {
        &d->rules,    &d->details,    &d->deny,           &d->necessary,
        &d->except,   &d->badfilters, &d->cookies,        &d->query_params,
        &d->headers,  &d->scripts,    &d->script_allows,  &d->hosts,
        &d->elements, &d->unhides,    &d->element_allows, &d->lists,
    };

    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        vec_release(all[i]);
}

/* Compile what was loaded, or throw it away if anything was wrong. */
static struct ruleset *finish(struct ruleset *set, struct ruleset_draft *d,
                              unsigned errors_before)
{
    bool good = d->diag->errors == errors_before;

    if (good)
        compile(set, d);
    draft_release(d);
    if (good)
        return set;
    ruleset_free(set);
    return NULL;
}

struct ruleset *ruleset_load(struct diag *d, const struct purposes *purposes,
                             const struct str *paths, size_t count)
{
    struct ruleset *set = xcalloc(1, sizeof(*set));
    struct ruleset_draft draft;
    unsigned errors = d->errors;

    draft_init(&draft, d, purposes, set);
    for (size_t i = 0; i < count; i++) {
        const struct json *file = json_parse_file(d, paths[i]);
        if (file != NULL)
            rule_file_load(&draft, file);
    }
    return finish(set, &draft, errors);
}

struct ruleset *ruleset_load_texts(struct diag *d,
                                   const struct purposes *purposes,
                                   const struct str *names,
                                   const struct str *texts, size_t count)
{
    struct ruleset *set = xcalloc(1, sizeof(*set));
    struct ruleset_draft draft;
    unsigned errors = d->errors;

    draft_init(&draft, d, purposes, set);
    draft.no_lists = true;
    for (size_t i = 0; i < count; i++) {
        const struct json *file = json_parse(d, names[i], texts[i]);
        if (file != NULL)
            rule_file_load(&draft, file);
    }
    return finish(set, &draft, errors);
}

void ruleset_free(struct ruleset *set)
{
    if (set == NULL)
        return;
    arena_release(&set->arena);
    free(set);
}

/* ---- reading ------------------------------------------------------------ */

unsigned ruleset_count(const struct ruleset *set)
{
    return set->count;
}

const struct rule *ruleset_rule(const struct ruleset *set, unsigned index)
{
    CHECK(index < set->count);
    return &set->rules[index];
}

uint64_t ruleset_generation(const struct ruleset *set)
{
    return set->generation;
}

const struct list_summary *ruleset_lists(const struct ruleset *set,
                                         unsigned *count)
{
    *count = set->list_count;
    return set->lists;
}

uint64_t ruleset_limit_hits(void)
{
    return regex_limit_hits();
}

const struct example *ruleset_examples(const struct ruleset *set,
                                       const struct rule *rule, unsigned *count)
{
    *count = set->details[rule->index].example_count;
    return set->details[rule->index].examples;
}
