#include "signals/purpose.h"

enum { NAME_MAX_LEN = 64 };

void purposes_init(struct purposes *p)
{
    *p = (struct purposes){
        .names = {[PURPOSE_NECESSARY] = STR("necessary"),
                  [PURPOSE_FUNCTIONAL] = STR("functional"),
                  [PURPOSE_ANALYTICS] = STR("analytics"),
                  [PURPOSE_MARKETING] = STR("marketing"),
                  [PURPOSE_SOCIAL] = STR("social")},
        .count = PURPOSE_BUILTIN,
    };
}

/* A name has to be the key of a structured field, and to stand between the
 * dots of heed's own cookie. */
static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool later = ascii_is_digit(c) || c == '-' || c == '_';
        if (!(c >= 'a' && c <= 'z') && !(later && i > 0))
            return false;
    }
    return s.len > 0 && s.len <= NAME_MAX_LEN;
}

static void add(struct purposes *p, struct diag *d, const struct json *value)
{
    if (!json_check_type(d, value, JSON_STRING))
        return;
    if (!is_name(value->string))
        diag_error(d, value,
                   "a purpose is named by lower-case letters, digits, \"-\" "
                   "and \"_\", a letter first, at most %d",
                   NAME_MAX_LEN);
    else if (purposes_find(p, value->string) >= 0)
        diag_error(d, value, "purpose \"" STR_FMT "\" is there already",
                   STR_ARG(value->string));
    else if (p->count == PURPOSES_MAX)
        diag_error(d, value, "too many purposes (at most %d)", PURPOSES_MAX);
    else
        p->names[p->count++] = value->string;
}

bool purposes_load(struct purposes *p, struct diag *d, const struct json *list)
{
    unsigned errors = d->errors;

    if (list == NULL)
        return true;
    if (!json_check_type(d, list, JSON_ARRAY))
        return false;
    for (const struct json *v = list->child; v != NULL; v = v->next)
        add(p, d, v);
    return d->errors == errors;
}

int purposes_find(const struct purposes *p, struct str name)
{
    for (unsigned i = 0; i < p->count; i++) {
        if (str_eq(p->names[i], name))
            return (int)i;
    }
    return -1;
}

int purposes_read(const struct purposes *p, struct diag *d,
                  const struct json *value)
{
    const char *names[PURPOSES_MAX + 1] = {0};
    int found = -1;

    for (unsigned i = 0; i < p->count; i++)
        names[i] = arena_dup(d->arena, p->names[i]).ptr;
    json_read_choice(d, value, names, &found);
    return found;
}

purpose_set purposes_deniable(const struct purposes *p)
{
    purpose_set all = p->count == PURPOSES_MAX
                          ? UINT32_MAX
                          : ((purpose_set)1 << p->count) - 1;

    return all & ~((purpose_set)1 << PURPOSE_NECESSARY);
}
