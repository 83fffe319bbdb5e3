#include "rules/ruleset_parts.h"

enum { WORD_BITS = 64 };

static void set_bit(struct rule_bits *bits, unsigned index, bool on)
{
    uint64_t bit = (uint64_t)1 << (index % WORD_BITS);

    if (on)
        bits->words[index / WORD_BITS] |= bit;
    else
        bits->words[index / WORD_BITS] &= ~bit;
}

static struct rule_bits bits_new(struct arena *arena, unsigned count)
{
    size_t words = (count + WORD_BITS - 1) / WORD_BITS;

    return (struct rule_bits){arena_array(arena, uint64_t, words + 1), count};
}

static void report_unknown(const struct ruleset *set, struct diag *d,
                           const struct json *value)
{
    const char **ids = arena_array(d->arena, const char *, set->count + 1);

    for (unsigned i = 0; i < set->count; i++)
        ids[i] = arena_dup(d->arena, set->rules[i].id).ptr;
    const char *near = diag_closest(value->string, ids);
    if (near != NULL)
        diag_error(d, value,
                   "no rule has the id \"" STR_FMT "\" (did you mean \"%s\"?)",
                   STR_ARG(value->string), near);
    else
        diag_error(d, value,
                   "no rule has the id \"" STR_FMT
                   "\" (expected an id, or the start of one and \"*\")",
                   STR_ARG(value->string));
}

/* Switch the rules that a pattern names: exact ids if `exact`, else those of a
 * "prefix*". */
static void switch_named(const struct ruleset *set, struct diag *d,
                         const struct json *value, bool exact, bool on,
                         struct rule_bits *bits)
{
    struct str text = value->string;
    bool prefix = str_ends(text, STR("*"));
    bool found = false;

    if (prefix == exact)
        return;
    text.len -= prefix;
    for (unsigned i = 0; i < set->count; i++) {
        struct str id = set->rules[i].id;
        if (prefix ? str_starts(id, text) : str_eq(id, text)) {
            set_bit(bits, i, on);
            found = true;
        }
    }
    if (!found)
        report_unknown(set, d, value);
}

static void switch_list(const struct ruleset *set, struct diag *d,
                        const struct json *list, bool exact, bool on,
                        struct rule_bits *bits)
{
    if (list == NULL || list->type != JSON_ARRAY)
        return;
    for (const struct json *v = list->child; v != NULL; v = v->next) {
        if (v->type == JSON_STRING)
            switch_named(set, d, v, exact, on, bits);
    }
}

static void check_list(struct diag *d, const struct json *list)
{
    if (list == NULL || !json_check_type(d, list, JSON_ARRAY))
        return;
    for (const struct json *v = list->child; v != NULL; v = v->next)
        json_check_type(d, v, JSON_STRING);
}

static bool site_fits(const struct rule_details *details, struct str host)
{
    if (details->site_count == 0)
        return true;
    for (unsigned i = 0; i < details->site_count; i++) {
        struct str site = details->sites[i];
        if (str_starts(site, STR("*."))
                ? host.len >= site.len && str_ends(host, str_from(site, 1))
                : str_ieq(host, site))
            return true;
    }
    return false;
}

/* An id beats a prefix, and of two alike "disable" wins. */
static void apply_switches(const struct ruleset *set, struct diag *d,
                           const struct json *site_rules,
                           struct rule_bits *bits)
{
    const struct json *enable = json_member(site_rules, "enable");
    const struct json *disable = json_member(site_rules, "disable");

    check_list(d, enable);
    check_list(d, disable);
    for (int exact = 0; exact <= 1; exact++) {
        switch_list(set, d, enable, exact, true, bits);
        switch_list(set, d, disable, exact, false, bits);
    }
}

bool ruleset_enabled(const struct ruleset *set, struct diag *d,
                     const struct json *site_rules, struct str site_host,
                     struct rule_bits *out)
{
    static const char *const keys[] = {"enable", "disable", NULL};
    struct rule_bits bits = bits_new(d->arena, set->count);
    unsigned errors = d->errors;

    for (unsigned i = 0; i < set->count; i++)
        set_bit(&bits, i, set->rules[i].enabled);
    if (site_rules != NULL && json_check_object(d, site_rules, keys))
        apply_switches(set, d, site_rules, &bits);
    for (unsigned i = 0; i < set->count; i++) {
        if (!site_fits(&set->details[i], site_host))
            set_bit(&bits, i, false);
    }
    *out = bits;
    return d->errors == errors;
}

void ruleset_example_scope(const struct ruleset *set, const struct rule *rule,
                           struct arena *arena, struct rule_bits *bits,
                           struct scope *out)
{
    *bits = bits_new(arena, set->count);
    set_bit(bits, rule->index, true);
    *out = (struct scope){
        .rules = set,
        .enabled = bits,
        .denied = ~(purpose_set)1 << PURPOSE_NECESSARY,
        .host = STR("www.example.org"),
        .domain = STR("example.org"),
    };
}
