#include "rules/domain_list.h"

#include "http/url.h"

#include <stdlib.h>

static int by_hash(const void *a, const void *b)
{
    const struct domain_entry *x = a, *y = b;

    return (x->hash > y->hash) - (x->hash < y->hash);
}

static struct str lower_copy(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);

    for (size_t i = 0; i < s.len; i++)
        copy[i] = ascii_lower(s.ptr[i]);
    return str_make(copy, s.len);
}

static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!ascii_is_alnum(c) && strchr("-._:[]", c) == NULL &&
            (unsigned char)c < 0x80)
            return false;
    }
    return name.len > 0;
}

static enum domain_parse parse_entry(struct arena *arena, struct str text,
                                     struct domain_entry *out)
{
    *out = (struct domain_entry){.excluded = str_starts(text, STR("~"))};
    if (out->excluded)
        text = str_from(text, 1);
    if (str_starts(text, STR("/")))
        return DOMAIN_REGEX;
    out->any_suffix = str_ends(text, STR(".*"));
    if (out->any_suffix)
        text.len -= 2;
    if (!is_name(text))
        return DOMAIN_BAD;
    out->name = lower_copy(arena, text);
    out->hash = (uint32_t)str_hash(out->name);
    return DOMAIN_OK;
}

static size_t count_pieces(struct str text, char separator)
{
    size_t count = 1;

    for (size_t at = 0; (at = str_find_char(text, separator, at)) < text.len;
         at++)
        count++;
    return count;
}

enum domain_parse domain_list_parse(struct arena *arena, struct str text,
                                    char separator,
                                    const struct domain_list **out)
{
    size_t room = count_pieces(text, separator);
    struct domain_entry *entries =
        arena_array(arena, struct domain_entry, room);
    struct domain_list list = {.entries = entries};

    while (text.ptr != NULL) {
        struct str piece = str_trim(str_cut(&text, separator));
        struct domain_entry *e = &entries[list.count];
        if (piece.len == 0)
            continue;
        enum domain_parse result = parse_entry(arena, piece, e);
        if (result != DOMAIN_OK)
            return result;
        list.count++;
        list.included += !e->excluded;
        list.any_suffix += e->any_suffix;
    }
    if (list.count == 0)
        return DOMAIN_BAD;
    qsort(entries, list.count, sizeof(*entries), by_hash);
    struct domain_list *kept = arena_new(arena, struct domain_list);
    *kept = list;
    *out = kept;
    return DOMAIN_OK;
}

static const struct domain_entry *find(const struct domain_list *list,
                                       struct str name, bool any_suffix)
{
    uint32_t hash = (uint32_t)str_hash(name);
    unsigned low = 0, high = list->count;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (list->entries[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < list->count && list->entries[low].hash == hash; low++) {
        const struct domain_entry *e = &list->entries[low];
        if (e->any_suffix == any_suffix && str_eq(e->name, name))
            return e;
    }
    return NULL;
}

bool host_next_suffix(struct str host, size_t *at, struct str *suffix)
{
    if (*at >= host.len)
        return false;
    *suffix = str_from(host, *at);
    *at = str_find_char(host, '.', *at) + 1;
    return true;
}

static const struct domain_entry *find_suffix(const struct domain_list *list,
                                              struct str host, bool any_suffix)
{
    struct str suffix;

    for (size_t at = 0; host_next_suffix(host, &at, &suffix);) {
        const struct domain_entry *e = find(list, suffix, any_suffix);
        if (e != NULL)
            return e;
    }
    return NULL;
}

/* `host` without its public suffix. */
static struct str without_suffix(struct str host)
{
    struct str domain = host_registrable(host);
    size_t label = str_find_char(domain, '.', 0);

    return str_sub(host, 0, host.len - domain.len + label);
}

bool domain_list_has(const struct domain_list *list, struct str host)
{
    const struct domain_entry *e = find_suffix(list, host, false);

    if (e == NULL && list->any_suffix > 0)
        e = find_suffix(list, without_suffix(host), true);
    return e != NULL ? !e->excluded : list->included == 0;
}
