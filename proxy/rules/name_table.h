/* rules/name_table.h - patterns for names: of cookies, parameters, headers.
 *
 * A pattern is a whole name, a "prefix*", or a regular expression. A name is
 * looked up whole and by each length that a prefix has, so the cost does not
 * depend on how many patterns there are; regular expressions that fix how a
 * name starts are filed under that.
 */
#pragma once

#include "rules/index.h"
#include "rules/regex.h"

struct name_pattern {
    struct str text; /* as the rule file has it */
    struct str name; /* whole name or prefix; unused with regex */
    bool is_prefix;
    const struct regex *regex; /* NULL: none */
    const struct regex *value; /* headers: the value must match; NULL: any */
    struct str domain;         /* cookies: this domain and below; empty: any */
    uint32_t rule;
    bool allow; /* an exception of its rule */
};

struct name_table { /* zeroed: empty */
    const struct name_pattern *patterns;
    size_t count;
    struct index index;
    uint64_t prefix_lens;   /* bit n: some are filed under n bytes */
    const uint32_t *always; /* ended by INDEX_LAST; NULL: none */
};

/* Build for an array that lives as long as the table. */
void name_table_build(struct name_table *t, struct arena *arena,
                      const struct name_pattern *patterns, size_t count);

/* true ends the search. */
typedef bool name_fn(void *ctx, const struct name_pattern *p);

/* Call fn for each pattern that matches the name; `domain` and `value` are for
 * fn to check. Returns whether fn ended the search. */
bool name_table_each(const struct name_table *t, struct str name, name_fn *fn,
                     void *ctx);
