#include "rules/rule_load.h"

#include "rules/stub.h"

static const char *const file_keys[] = {
    "name", "rules", "description", "comment", "$schema", NULL,
};

static const char *const rule_keys[] = {
    "id",      "title",       "vendor",   "region",  "purpose", "hosts",
    "filters", "lists",       "cookies",  "params",  "scripts", "elements",
    "headers", "globals",     "inline",   "action",  "enabled", "allow",
    "sites",   "placeholder", "examples", "comment", "source",  NULL,
};

static const char *const matching_keys[] = {
    "hosts",   "filters",  "lists",   "cookies", "params",
    "scripts", "elements", "headers", NULL,
};

static const char *const action_names[] = {
    [ACTION_REMOVE] = "remove",
    [ACTION_DEFER] = "defer",
    [ACTION_PLACEHOLDER] = "placeholder",
    NULL,
};

enum { ID_MAX = 64 };

bool read_text(struct ruleset_draft *draft, const struct json *value,
               struct str *out)
{
    struct str text;

    if (value == NULL || !json_read_string(draft->diag, value, &text))
        return value == NULL;
    if (text.len == 0) {
        diag_error(draft->diag, value, "empty (expected some text)");
        return false;
    }
    *out = arena_dup(draft->arena, text);
    return true;
}

void each_member(struct ruleset_draft *draft, const struct json *value,
                 struct rule *rule, bool allow, member_fn *fn)
{
    if (value == NULL || !json_check_type(draft->diag, value, JSON_ARRAY))
        return;
    for (const struct json *v = value->child; v != NULL; v = v->next)
        fn(draft, v, rule, allow);
}

/* ---- identity ----------------------------------------------------------- */

static bool is_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || ascii_is_digit(c);
        if (!letter && (i == 0 || memchr("._-", c, 3) == NULL))
            return false;
    }
    return id.len > 0 && id.len <= ID_MAX;
}

static const struct rule *find_id(const struct ruleset_draft *draft,
                                  struct str id)
{
    for (uint32_t i = 0; i < draft->rules.count; i++) {
        if (str_eq(draft_rule(draft, i)->id, id))
            return draft_rule(draft, i);
    }
    return NULL;
}

static void read_id(struct ruleset_draft *draft, const struct json *value,
                    struct str *out)
{
    struct str id = {NULL, 0};

    if (!read_text(draft, value, &id) || id.len == 0)
        return;
    if (!is_id(id)) {
        diag_error(draft->diag, value,
                   "not an id (expected up to 64 lower-case letters, digits, "
                   "\"-\", \"_\" and \".\")");
        return;
    }
    const struct rule *other = find_id(draft, id);
    if (other != NULL) {
        diag_error(draft->diag, value,
                   "a rule of that id stands in " STR_FMT " already",
                   STR_ARG(other->file));
        return;
    }
    *out = id;
}

static void require(struct ruleset_draft *draft, const struct json *owner,
                    const char *key, const char *expected)
{
    if (json_member(owner, key) == NULL)
        diag_error(draft->diag, owner, "\"%s\" is missing (expected %s)", key,
                   expected);
}

static void require_match(struct ruleset_draft *draft, const struct json *value)
{
    for (size_t i = 0; matching_keys[i] != NULL; i++) {
        if (json_member(value, matching_keys[i]) != NULL)
            return;
    }
    diag_error(draft->diag, value,
               "this rule matches nothing (expected \"hosts\", \"filters\", "
               "\"lists\", \"cookies\", \"params\", \"scripts\", \"elements\" "
               "or \"headers\")");
}

/* ---- members ------------------------------------------------------------ */

static void read_action(struct ruleset_draft *draft, const struct json *value,
                        struct rule *rule)
{
    int action = ACTION_REMOVE;

    if (json_read_choice(draft->diag, value, action_names, &action))
        rule->action = (enum rule_action)action;
}

static void read_globals(struct ruleset_draft *draft, const struct json *value,
                         struct rule *rule)
{
    size_t count = 0;

    if (value == NULL || !json_check_type(draft->diag, value, JSON_ARRAY))
        return;
    struct str *names =
        arena_array(draft->diag->arena, struct str, value->count);
    for (const struct json *v = value->child; v != NULL; v = v->next) {
        if (!json_check_type(draft->diag, v, JSON_STRING))
            continue;
        if (stub_is_name(v->string))
            names[count++] = v->string;
        else
            diag_error(draft->diag, v,
                       "not the name of a global (expected a JavaScript "
                       "identifier such as \"WB2\" or \"Tencent.share\")");
    }
    rule->stub = stub_text(draft->arena, names, count);
}

static bool is_site(struct str host)
{
    if (str_starts(host, STR("*.")))
        host = str_from(host, 2);
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (!ascii_is_alnum(c) && memchr("-._:[]", c, 6) == NULL)
            return false;
    }
    return host.len > 0;
}

static void read_sites(struct ruleset_draft *draft, const struct json *value,
                       struct rule_details *details)
{
    if (value == NULL || !json_check_type(draft->diag, value, JSON_ARRAY))
        return;
    struct str *sites = arena_array(draft->arena, struct str, value->count);
    for (const struct json *v = value->child; v != NULL; v = v->next) {
        if (!read_text(draft, v, &sites[details->site_count]))
            continue;
        if (is_site(v->string))
            details->site_count++;
        else
            diag_error(draft->diag, v,
                       "not a host (expected \"www.example.com\" or "
                       "\"*.example.com\")");
    }
    details->sites = sites;
    if (value->count == 0)
        diag_error(draft->diag, value,
                   "no site is named (expected at least one host)");
}

/* Texts for people: held to be strings, and not kept. */
static void check_notes(struct ruleset_draft *draft, const struct json *value,
                        const char *const *keys)
{
    struct str ignored;

    for (; *keys != NULL; keys++)
        json_read_string(draft->diag, json_member(value, *keys), &ignored);
}

static void read_inline(struct ruleset_draft *draft, const struct json *value)
{
    static const char *const names[] = {"keep", NULL};
    int ignored;

    json_read_choice(draft->diag, value, names, &ignored);
}

static void read_allow(struct ruleset_draft *draft, const struct json *value,
                       struct rule *rule)
{
    static const char *const keys[] = {
        "hosts",   "filters",  "cookies", "params",
        "scripts", "elements", "headers", NULL,
    };

    if (value != NULL && json_check_object(draft->diag, value, keys))
        pattern_members_load(draft, value, rule, true);
}

static void read_description(struct ruleset_draft *draft,
                             const struct json *value, struct rule *rule)
{
    static const char *const notes[] = {"comment", "source", NULL};

    read_id(draft, json_member(value, "id"), &rule->id);
    read_text(draft, json_member(value, "title"), &rule->title);
    read_text(draft, json_member(value, "vendor"), &rule->vendor);
    read_text(draft, json_member(value, "region"), &rule->region);
    read_text(draft, json_member(value, "placeholder"), &rule->placeholder);
    check_notes(draft, value, notes);

    const struct json *purpose = json_member(value, "purpose");
    int number = purpose != NULL
                     ? purposes_read(draft->purposes, draft->diag, purpose)
                     : -1;
    rule->purpose = number >= 0 ? (unsigned)number : PURPOSE_NECESSARY;
}

static void load_rule(struct ruleset_draft *draft, const struct json *value)
{
    struct rule rule = {
        .index = (unsigned)draft->rules.count,
        .enabled = true,
        .file = arena_dup(draft->arena, value->file->path),
    };
    struct rule_details details = {0};
    unsigned errors = draft->diag->errors;

    if (!json_check_object(draft->diag, value, rule_keys))
        return;
    bool known = draft->diag->errors == errors;
    require(draft, value, "id", "a short name for the rule");
    require(draft, value, "purpose",
            "what the service serves, such as "
            "\"analytics\"");
    if (known) /* else what matches may be what was misspelt */
        require_match(draft, value);
    read_description(draft, value, &rule);
    json_read_bool(draft->diag, json_member(value, "enabled"), &rule.enabled);
    read_action(draft, json_member(value, "action"), &rule);
    read_inline(draft, json_member(value, "inline"));
    read_globals(draft, json_member(value, "globals"), &rule);
    read_sites(draft, json_member(value, "sites"), &details);
    pattern_members_load(draft, value, &rule, false);
    list_members_load(draft, json_member(value, "lists"), &rule);
    read_allow(draft, json_member(value, "allow"), &rule);
    example_members_load(draft, json_member(value, "examples"), &details);
    *(struct rule *)vec_push(&draft->rules) = rule;
    *(struct rule_details *)vec_push(&draft->details) = details;
}

void rule_file_load(struct ruleset_draft *draft, const struct json *file)
{
    static const char *const notes[] = {"name", "description", "comment",
                                        "$schema", NULL};

    if (!json_check_object(draft->diag, file, file_keys))
        return;
    check_notes(draft, file, notes);
    require(draft, file, "rules", "an array of rules");
    const struct json *rules = json_member(file, "rules");
    if (rules == NULL || !json_check_type(draft->diag, rules, JSON_ARRAY))
        return;
    for (const struct json *v = rules->child; v != NULL; v = v->next)
        load_rule(draft, v);
    draft->generation =
        (draft->generation ^ str_hash(file->file->text)) * 0x9e3779b97f4a7c15u;
}
