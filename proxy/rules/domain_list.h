/* rules/domain_list.h - the value of domain= and to=: where a filter applies.
 *
 * "example.com|~shop.example.com|example.*": a name stands for itself and what
 * is below it, "~" excludes, and the most specific name that fits decides.
 * With none that fits, a list of exclusions only applies, another does not.
 */
#pragma once

#include "base/arena.h"

struct domain_entry {
    struct str name; /* lower case; of "example.*", "example" */
    uint32_t hash;
    bool excluded;
    bool any_suffix; /* "example.*": under every public suffix */
};

struct domain_list {
    const struct domain_entry *entries; /* by hash */
    unsigned count, included, any_suffix;
};

enum domain_parse { DOMAIN_OK, DOMAIN_REGEX, DOMAIN_BAD };

/* Parse `text`, names separated by `separator`, '|' or ','. DOMAIN_REGEX: a
 * name is a regular expression, which is not supported. */
enum domain_parse domain_list_parse(struct arena *arena, struct str text,
                                    char separator,
                                    const struct domain_list **out);

/* Whether `host`, in lower case, is in the list. */
bool domain_list_has(const struct domain_list *list, struct str host);

/* The part of `host` from its label at *at on; advances *at behind that label's
 * dot. false at the end. Start with *at 0: the longest comes first. */
bool host_next_suffix(struct str host, size_t *at, struct str *suffix);
