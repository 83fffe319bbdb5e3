/* rules/selector.h - CSS selectors that a start tag decides.
 *
 * Type, #id, .class, [attr] with all operators and the flags i and s, :not()
 * of a list of these, selector lists, descendant and child combinators. What
 * needs what comes behind the tag (siblings, :has(), text) is refused.
 */
#pragma once

#include "rules/index.h"
#include "rules/ruleset.h"

enum selector_test {
    SELECTOR_TYPE,     /* the element's name is `name` */
    SELECTOR_PRESENT,  /* [name] */
    SELECTOR_EQUALS,   /* [name=value] */
    SELECTOR_STARTS,   /* ^= */
    SELECTOR_ENDS,     /* $= */
    SELECTOR_CONTAINS, /* *= */
    SELECTOR_WORD,     /* ~=, and .class */
    SELECTOR_DASH,     /* |= */
    SELECTOR_NOT,      /* none of `nots` */
};

struct selector_simple {
    enum selector_test test;
    bool fold;              /* without ASCII case */
    struct str name, value; /* names in lower case */
    const struct selector_compound *nots;
    unsigned not_count;
};

struct selector_compound {
    const struct selector_simple *simples;
    unsigned count;
    bool child; /* `left` must be the parent, else any ancestor */
    const struct selector_compound *left; /* NULL: none */
};

struct selector {
    struct str text;                      /* as written, trimmed */
    const struct selector_compound *last; /* the element itself */
};

enum selector_parse {
    SELECTOR_OK,
    SELECTOR_BAD,         /* not a selector: *why says what is wrong */
    SELECTOR_UNDECIDABLE, /* not to be decided at the start tag: *why, what */
};

/* Parse a list of selectors. `text` must live as long as they. Up to
 * SELECTORS_MAX of them are written to `out`. */
enum { SELECTORS_MAX = 64, SELECTOR_PARTS_MAX = 32, SELECTOR_MAX = 4096 };
enum selector_parse selector_parse(struct arena *arena, struct str text,
                                   struct selector *out, unsigned *count,
                                   const char **why);

bool selector_matches(const struct selector *s, const struct element *e);

/* The key under which a selector is filed: of its last compound the id, else
 * a class, else the name, else an attribute. */
uint32_t selector_key(const struct selector *s);

/* Whether the last compound names an element, and which. */
bool selector_names_tag(const struct selector *s, struct str *tag);

/* Whether the last compound says nothing that an element must have. */
bool selector_is_unkeyed(const struct selector *s);

/* Call fn for each key under which selectors that might match `e` are filed;
 * true from fn ends it and is returned. */
typedef bool selector_key_fn(void *ctx, uint32_t key);
bool selector_each_key(const struct element *e, selector_key_fn *fn, void *ctx);
uint32_t selector_tag_key(struct str tag);
