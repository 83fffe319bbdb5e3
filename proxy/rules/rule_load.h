/* rules/rule_load.h - rule files: from JSON to a draft of a rule set.
 *
 * A file is an object with "rules", and for people "name", "description",
 * "comment" and "$schema". A rule is an object with
 *
 *     id, purpose                       required
 *     title, vendor, region, comment, source
 *     hosts, filters, lists, cookies, params, scripts, elements, headers
 *                                       at least one of them
 *     globals, inline                   what happens to inline scripts
 *     action, placeholder, enabled, sites
 *     allow                             exceptions, in the members above but
 *                                       "lists"; for this rule's matches
 *     examples                          what the rule says, to be held to
 *
 * Exceptions in filters and lists ("@@") hold for all rules, as in browsers.
 * What matches a rule of purpose "necessary" stays, whatever other rules say,
 * unless a filter is "important". Everything that is wrong in a file is
 * reported at its place.
 */
#pragma once

#include "base/json.h"
#include "rules/ruleset_parts.h"

/* Add the rules of a file. Problems are counted in the draft's diag. */
void rule_file_load(struct ruleset_draft *draft, const struct json *file);

/* ---- for the loaders of members ---------------------------------------- */

/* Add the members that match something, of a rule or of its "allow". */
void pattern_members_load(struct ruleset_draft *draft, const struct json *owner,
                          struct rule *rule, bool allow);

/* Add the files in a rule's "lists". `value` NULL: it has none. */
void list_members_load(struct ruleset_draft *draft, const struct json *value,
                       struct rule *rule);

/* Read a rule's "examples". */
void example_members_load(struct ruleset_draft *draft, const struct json *value,
                          struct rule_details *out);

/* Counts of what was skipped, by kind. */
struct skip_counter {
    struct list_skipped kinds[96];
    unsigned count;
};

enum line_result {
    LINE_NOTHING,  /* empty or a comment */
    LINE_FILTER,   /* added a network filter */
    LINE_SELECTOR, /* added selectors */
    LINE_SKIPPED,  /* counted */
    LINE_BAD,      /* *why says what is wrong */
};

/* Add one line of filter syntax, network or cosmetic. `line` must live as long
 * as the set. `allow`: as an exception for this rule only. */
enum line_result filter_line_load(struct ruleset_draft *draft, struct str line,
                                  const struct rule *rule, bool allow,
                                  struct skip_counter *skipped,
                                  struct str *why);

void skip_count(struct skip_counter *c, struct arena *arena, struct str kind);

/* Keep the counts as a list's summary. */
void list_summary_add(struct ruleset_draft *draft, struct str path,
                      uint32_t rule, unsigned filters, unsigned selectors,
                      const struct skip_counter *skipped);

/* Call fn for each string or object in an array member; reports what is no
 * array. `value` NULL: absent. */
typedef void member_fn(struct ruleset_draft *draft, const struct json *value,
                       struct rule *rule, bool allow);
void each_member(struct ruleset_draft *draft, const struct json *value,
                 struct rule *rule, bool allow, member_fn *fn);

/* A string that is not empty, copied into the set; false: reported. */
bool read_text(struct ruleset_draft *draft, const struct json *value,
               struct str *out);

/* The expression in {"regex": "…"}; NULL: reported. */
const struct regex *read_regex(struct ruleset_draft *draft,
                               const struct json *value, struct str *pattern);
