/* rules/ruleset.h - compiled rules and the questions one may ask them.
 *
 * A ruleset is built once from rule files, is immutable, and is shared by all
 * workers without locks. Which rules apply to a request is a struct scope:
 * rules enabled for the site whose purpose is denied. Every question takes the
 * scope and costs the same whatever the number of rules.
 */
#pragma once

#include "http/url.h"
#include "signals/purpose.h"

struct ruleset;

enum rule_action { ACTION_REMOVE, ACTION_DEFER, ACTION_PLACEHOLDER };

/* What a page asks for with a URL; one bit each in filters. */
enum resource_type {
    RESOURCE_OTHER,
    RESOURCE_SCRIPT,
    RESOURCE_IMAGE,
    RESOURCE_STYLESHEET,
    RESOURCE_OBJECT,
    RESOURCE_SUBDOCUMENT,
    RESOURCE_XMLHTTPREQUEST,
    RESOURCE_PING,
    RESOURCE_MEDIA,
    RESOURCE_FONT,
    RESOURCE_WEBSOCKET,
    RESOURCE_DOCUMENT,
    RESOURCE_TYPES,
};

/* The names of the types in filter syntax, by enum, ended by NULL. */
extern const char *const resource_type_names[];

/* The type of that name, also by the other names that browsers and lists use
 * ("xhr", "sub_frame", "main_frame", "doc", …). */
bool resource_type_find(struct str name, enum resource_type *out);

struct rule { /* what the rest of heed may know of a rule */
    struct str id, title, vendor, region;
    unsigned index; /* in the set */
    unsigned purpose;
    enum rule_action action;
    bool enabled;           /* unless the site says otherwise */
    struct str placeholder; /* text; empty when none was given */
    struct str stub; /* script text that defines the rule's globals as harmless
                        stubs; empty when it has none */
    unsigned patterns; /* how many patterns it has, for listings */
    struct str file;
};

/* A bit per rule: whether it is switched on. */
struct rule_bits {
    uint64_t *words;
    unsigned count; /* rules */
};

/* The rules that bind one request. */
struct scope {
    const struct ruleset *rules;
    const struct rule_bits *enabled; /* the site's */
    purpose_set denied;
    bool remove_unclassified; /* third-party resources that no rule names */
    struct str host;          /* the page's or site's, lower case, no port */
    struct str domain;        /* its registrable domain */
};

struct match {
    const struct rule *rule;
    struct str pattern;   /* the filter, name or selector that matched, as the
                             rule file has it */
    struct str exception; /* the exception that let it pass after all */
};

/* ---- loading ---------------------------------------------------------- */

/* Load rule files into a new set. `paths` are files (globs are expanded by the
 * caller). Everything that is wrong is reported; NULL if anything was. The
 * caller frees with ruleset_free. */
struct ruleset *ruleset_load(struct diag *d, const struct purposes *purposes,
                             const struct str *paths, size_t count);

/* The same from text in memory, for the built-in set: names[i] is the file
 * name for messages. */
struct ruleset *ruleset_load_texts(struct diag *d,
                                   const struct purposes *purposes,
                                   const struct str *names,
                                   const struct str *texts, size_t count);

void ruleset_free(struct ruleset *set);

unsigned ruleset_count(const struct ruleset *set);
const struct rule *ruleset_rule(const struct ruleset *set, unsigned index);

/* A number that changes whenever the rules' content does: a hash of it. */
uint64_t ruleset_generation(const struct ruleset *set);

/* The rules that are on by themselves, as changed by a site's "rules" object
 * ({"enable": […], "disable": […]}: ids or "prefix*"; NULL: none). A pattern
 * that names no rule is reported. Lives in d->arena. */
bool ruleset_enabled(const struct ruleset *set, struct diag *d,
                     const struct json *site_rules, struct str site_host,
                     struct rule_bits *out);

/* What a list of filters came to, and what of it a proxy cannot honour. The
 * filters that stand in a rule file itself count as a list of their own, if
 * any of them was skipped. */
struct list_skipped {
    struct str kind; /* "csp", "popup", "scriptlets", … */
    unsigned count;
};

struct list_summary {
    struct str path;
    const struct rule *rule;
    unsigned filters, selectors; /* honoured */
    const struct list_skipped *skipped;
    unsigned skipped_kinds;
};

const struct list_summary *ruleset_lists(const struct ruleset *set,
                                         unsigned *count);

/* How often regular expressions hit their limits since the start. */
uint64_t ruleset_limit_hits(void);

/* ---- examples ----------------------------------------------------------- */

enum example_kind {
    EXAMPLE_URL,    /* other: the page it is requested from */
    EXAMPLE_COOKIE, /* other: its domain, or empty */
    EXAMPLE_PARAM,
    EXAMPLE_HEADER, /* other: its value */
    EXAMPLE_SCRIPT,
    EXAMPLE_HTML, /* other: what it becomes */
};

struct example {
    enum example_kind kind;
    struct str input, other;
    enum resource_type type;
    bool denied;             /* not for EXAMPLE_HTML */
    struct diag_place place; /* for complaints */
};

const struct example *ruleset_examples(const struct ruleset *set,
                                       const struct rule *rule,
                                       unsigned *count);

/* The scope of a rule's examples: this rule alone, switched on and denied, on
 * the page that the example names. `bits` must live as long as the scope. */
void ruleset_example_scope(const struct ruleset *set, const struct rule *rule,
                           struct arena *arena, struct rule_bits *bits,
                           struct scope *out);

/* Run all examples but those of HTML, which need the rewriter; report each
 * that does not hold at its place. Returns whether all hold. */
bool ruleset_run_examples(const struct ruleset *set, struct diag *d);

/* ---- questions ---------------------------------------------------------- */

/* Whether a rule applies in this scope: enabled, and its purpose denied. */
bool scope_has_rule(const struct scope *s, const struct rule *rule);

/* Whether this URL, fetched as `type` from the scope's page, is denied. On
 * false, out->exception may name the exception that allowed it. */
bool scope_denies_url(const struct scope *s, const struct url *url,
                      enum resource_type type, struct match *out);

/* Every rule that matches the URL whether or not its purpose is denied, for
 * `explain`: calls fn for each. */
typedef void match_fn(void *ctx, const struct match *m);
void scope_explain_url(const struct scope *s, const struct url *url,
                       enum resource_type type, match_fn *fn, void *ctx);

enum cookie_class {
    COOKIE_UNCLASSIFIED, /* no enabled rule names it */
    COOKIE_ALLOWED,      /* only rules whose purpose is allowed name it */
    COOKIE_DENIED,
};

/* What the rules say of a cookie name. `domain`: the Domain attribute without
 * leading dot, lower case, or the host; empty when not known. */
enum cookie_class scope_cookie(const struct scope *s, struct str name,
                               struct str domain, struct match *out);

/* Whether a denied rule names this query parameter. `name` is raw. */
bool scope_denies_param(const struct scope *s, struct str name,
                        struct match *out);

/* Whether a denied rule names this response header. */
bool scope_denies_header(const struct scope *s, struct str name,
                         struct str value, struct match *out);

/* Whether an inline script or handler of this text goes as a whole. */
bool scope_denies_script(const struct scope *s, struct str text,
                         struct match *out);

/* The next denied host name that stands in `text` at or after `from`: found
 * at a label boundary, extended to the whole host name that stands there
 * ("x.hm.baidu.com" as a whole). Returns whether there is one; *at and *len
 * are its place. */
bool scope_find_host(const struct scope *s, struct str text, size_t from,
                     size_t *at, size_t *len, struct match *out);

/* ---- elements ----------------------------------------------------------- */

/* An element as seen at its start tag. Names and ids are as the page has them
 * but for names of elements and attributes, which are lower case. Attribute
 * values have character references decoded. */
struct element_attr {
    struct str name, value;
};

struct element {
    struct str name;
    const struct element_attr *attrs; /* first of duplicates only */
    unsigned attr_count;
    const struct element
        *parent; /* ancestors, nearest first; NULL at the top */
};

/* Whether a denied rule's selector matches. */
bool scope_denies_element(const struct scope *s, const struct element *e,
                          struct match *out);

/* Cheap hints so that a scanner can skip work: whether any selector of the
 * set could match an element of this name; whether any looks at attributes
 * without naming an element (class and id selectors). */
bool ruleset_wants_tag(const struct ruleset *set, struct str name);
bool ruleset_wants_attrs(const struct ruleset *set);
bool ruleset_wants_ancestors(const struct ruleset *set);

/* The same more finely: whether an element that has this (a name, an id, one
 * of its classes, an attribute's name, an id or class attribute that begins
 * like this) could be matched by a selector. If everything that an element has
 * answers false, no selector matches it. An attribute shorter than
 * HINT_START_LEN has no beginning to ask for. */
enum element_hint {
    HINT_NAME,
    HINT_ID,
    HINT_CLASS,
    HINT_ATTR,
    HINT_ID_START,
    HINT_CLASS_START,
};
enum { HINT_START_LEN = 3 };
bool ruleset_hints(const struct ruleset *set, enum element_hint kind,
                   struct str word);
