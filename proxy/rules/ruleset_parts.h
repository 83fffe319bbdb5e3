/* rules/ruleset_parts.h - what a struct ruleset is made of.
 *
 * For the files of this folder only: the loaders fill a struct ruleset_draft,
 * ruleset.c compiles it, scope_*.c ask.
 */
#pragma once

#include "rules/element_hint.h"
#include "rules/filter_index.h"
#include "rules/host_scan.h"
#include "rules/literals.h"
#include "rules/name_table.h"
#include "rules/ruleset.h"
#include "rules/selector.h"
#include "rules/vec.h"

/* A pattern for inline scripts: a literal, or a regular expression and the
 * literal behind which it is run. */
struct script_pattern {
    struct str text;    /* as the rule file has it */
    struct str literal; /* empty: a regular expression that fixes nothing */
    const struct regex *regex;
    uint32_t rule;
};

struct element_pattern {
    struct selector selector;
    uint32_t rule;
    const struct domain_list *from; /* pages; NULL: all */
};

struct rule_details {        /* beside each struct rule */
    const struct str *sites; /* limits; hosts or "*.suffix" */
    unsigned site_count;
    const struct example *examples;
    unsigned example_count;
};

struct ruleset {
    struct arena arena;
    const struct rule *rules;
    const struct rule_details *details;
    unsigned count;
    uint64_t generation;

    /* Filters of rules whose purpose is necessary never deny; what they match
     * stays. */
    struct filter_index deny, necessary, except, params;
    bool own_exceptions; /* some of `except` hold for their rule only */

    struct name_table cookies, query_params, headers;

    struct literals script_literals; /* scripts[0 .. literal_count) */
    const struct script_pattern *scripts;
    size_t script_count, literal_count, regex_count;
    const struct script_pattern *script_allows;
    size_t script_allow_count;
    struct host_scan hosts;

    struct index element_index, unhide_index, tag_index;
    const struct element_pattern *elements, *unhides, *element_allows;
    size_t element_count, unhide_count, element_allow_count;
    bool wants_attrs, wants_ancestors, wants_all_tags;
    struct element_hints element_hints;

    const struct list_summary *lists;
    unsigned list_count;
};

struct list_draft {
    struct list_summary summary; /* its rule is set when no rule moves more */
    uint32_t rule;
};

/* What the loaders collect. */
struct ruleset_draft {
    struct diag *diag;
    const struct purposes *purposes;
    struct arena *arena; /* the set's */
    uint64_t generation;
    bool no_lists; /* rules from memory: there is no folder for lists */

    struct vec rules, details;                  /* struct rule, rule_details */
    struct vec deny, necessary, except, params; /* struct filter */
    struct vec badfilters;                      /* struct filter */
    struct vec cookies, query_params, headers;  /* struct name_pattern */
    struct vec scripts, script_allows;          /* struct script_pattern */
    struct vec hosts;                           /* struct host_entry */
    struct vec elements, unhides, element_allows; /* struct element_pattern */
    struct vec lists;                             /* struct list_draft */
};

static inline const struct rule *draft_rule(const struct ruleset_draft *d,
                                            uint32_t number)
{
    return (const struct rule *)d->rules.items + number;
}

static inline bool scope_has_number(const struct scope *s, uint32_t number)
{
    return scope_has_rule(s, &s->rules->rules[number]);
}

static inline bool scope_enables(const struct scope *s, uint32_t number)
{
    return (s->enabled->words[number >> 6] >> (number & 63) & 1) != 0;
}
