#include "rules/rule_load.h"

static const struct {
    const char *key;   /* what is asked */
    const char *other; /* a further member, or NULL */
} shapes[] = {
    [EXAMPLE_URL] = {"url", "source"},
    [EXAMPLE_COOKIE] = {"cookie", "domain"},
    [EXAMPLE_PARAM] = {"param", NULL},
    [EXAMPLE_HEADER] = {"header", "value"},
    [EXAMPLE_SCRIPT] = {"script", NULL},
    [EXAMPLE_HTML] = {"html", "becomes"},
};

static const char *const all_keys[] = {
    "url",   "type",   "source", "cookie",  "domain", "param",   "header",
    "value", "script", "html",   "becomes", "denied", "comment", NULL,
};

static bool find_kind(struct ruleset_draft *draft, const struct json *value,
                      enum example_kind *kind)
{
    unsigned found = 0;

    for (unsigned i = 0; i < ARRAY_LEN(shapes); i++) {
        if (json_member(value, shapes[i].key) != NULL) {
            *kind = (enum example_kind)i;
            found++;
        }
    }
    if (found != 1)
        diag_error(draft->diag, value,
                   "an example is of one thing (expected one of \"url\", "
                   "\"cookie\", \"param\", \"header\", \"script\" and "
                   "\"html\")");
    return found == 1;
}

/* Members that belong to another kind of example. */
static void check_members(struct ruleset_draft *draft, const struct json *value,
                          enum example_kind kind)
{
    for (const struct json *m = value->child; m != NULL; m = m->next) {
        const char *other = shapes[kind].other;
        bool fits = str_eq(m->key, str_of(shapes[kind].key)) ||
                    (other != NULL && str_eq(m->key, str_of(other))) ||
                    str_eq(m->key, STR("comment"));
        if (kind == EXAMPLE_URL)
            fits |= str_eq(m->key, STR("type"));
        if (kind != EXAMPLE_HTML)
            fits |= str_eq(m->key, STR("denied"));
        if (!fits)
            diag_key_error(draft->diag, m,
                           "\"" STR_FMT "\" does not go with \"%s\"",
                           STR_ARG(m->key), shapes[kind].key);
    }
}

static void read_type(struct ruleset_draft *draft, const struct json *value,
                      enum resource_type *out)
{
    int ignored;

    if (value == NULL ||
        (value->type == JSON_STRING && resource_type_find(value->string, out)))
        return;
    json_read_choice(draft->diag, value, resource_type_names, &ignored);
}

static void read_verdict(struct ruleset_draft *draft, const struct json *value,
                         struct example *out)
{
    const char *key = out->kind == EXAMPLE_HTML ? "becomes" : "denied";
    const struct json *member = json_member(value, key);

    if (member == NULL)
        diag_error(draft->diag, value, "\"%s\" is missing (expected %s)", key,
                   out->kind == EXAMPLE_HTML ? "the HTML that is left"
                                             : "true or false");
    else if (out->kind != EXAMPLE_HTML)
        json_read_bool(draft->diag, member, &out->denied);
}

static void read_comment(struct ruleset_draft *draft, const struct json *value)
{
    struct str ignored;

    json_read_string(draft->diag, json_member(value, "comment"), &ignored);
}

static void load_example(struct ruleset_draft *draft, const struct json *value,
                         struct example *out)
{
    struct str other = {NULL, 0};

    if (!json_check_object(draft->diag, value, all_keys) ||
        !find_kind(draft, value, &out->kind))
        return;
    check_members(draft, value, out->kind);
    read_text(draft, json_member(value, shapes[out->kind].key), &out->input);
    if (shapes[out->kind].other != NULL)
        json_read_string(draft->diag,
                         json_member(value, shapes[out->kind].other), &other);
    out->other = arena_dup(draft->arena, other);
    if (out->kind == EXAMPLE_URL)
        read_type(draft, json_member(value, "type"), &out->type);
    read_verdict(draft, value, out);
    read_comment(draft, value);
    out->place = diag_place_of(draft->arena, value);
}

void example_members_load(struct ruleset_draft *draft, const struct json *value,
                          struct rule_details *out)
{
    if (value == NULL || !json_check_type(draft->diag, value, JSON_ARRAY))
        return;
    struct example *examples =
        arena_array(draft->arena, struct example, value->count);
    for (const struct json *v = value->child; v != NULL; v = v->next)
        load_example(draft, v, &examples[out->example_count++]);
    out->examples = examples;
}
