#include "rewrite/html_parts.h"

#include <stdlib.h>

static struct str lower(struct html *h, struct str name)
{
    size_t i = 0;

    while (i < name.len && name.ptr[i] == ascii_lower(name.ptr[i]))
        i++;
    if (i == name.len)
        return name;
    char *copy = arena_alloc(&h->scratch, name.len);
    for (i = 0; i < name.len; i++)
        copy[i] = ascii_lower(name.ptr[i]);
    return str_make(copy, name.len);
}

/* ---- what no selector asks for --------------------------------------------
 */

enum known { UNKNOWN, UNWANTED, WANTED };

static bool hints(struct html *h, enum element_hint kind, struct str word)
{
    return ruleset_hints(h->options->scope->rules, kind, word);
}

static bool hints_known(struct html *h, uint8_t *known, enum element_hint kind,
                        struct str name)
{
    if (*known == UNKNOWN)
        *known = hints(h, kind, name) ? WANTED : UNWANTED;
    return *known == WANTED;
}

static bool hints_tag(struct html *h)
{
    enum tag_id id = h->tag.id;

    if (id == TAG_OTHER)
        return hints(h, HINT_NAME, lower(h, h->tag.name));
    return hints_known(h, &h->tag_hints[id], HINT_NAME, tag_name(id));
}

static bool hints_start(struct html *h, enum element_hint kind,
                        struct str value)
{
    return value.len >= HINT_START_LEN &&
           hints(h, kind, str_sub(value, 0, HINT_START_LEN));
}

static bool hints_classes(struct html *h, struct str value)
{
    struct str rest = value, word;

    if (hints_start(h, HINT_CLASS_START, value))
        return true;
    while (html_next_word(&rest, &word)) {
        if (hints(h, HINT_CLASS, word))
            return true;
    }
    return false;
}

static bool hints_attr(struct html *h, const struct html_attr *a)
{
    if (a->id == ATTR_ID || a->id == ATTR_CLASS) {
        struct str value = attr_value(a);
        if (value.len > 0 && memchr(value.ptr, '&', value.len) != NULL)
            return true;
        if (a->id == ATTR_CLASS ? hints_classes(h, value)
                                : hints(h, HINT_ID, value) ||
                                      hints_start(h, HINT_ID_START, value))
            return true;
    }
    if (a->id > ATTR_HANDLER)
        return hints_known(h, &h->attr_hints[a->id], HINT_ATTR,
                           lower(h, attr_name(a)));
    uint32_t *unwanted = &h->other_hints[a->hash % OTHER_HINTS];
    if (*unwanted == a->hash)
        return false;
    if (hints(h, HINT_ATTR, lower(h, attr_name(a))))
        return true;
    *unwanted = a->hash;
    return false;
}

static bool is_wanted(struct html *h)
{
    if (hints_tag(h))
        return true;
    for (unsigned i = 0; i < h->tag.count; i++) {
        if (hints_attr(h, &h->tag.attrs[i]))
            return true;
    }
    return false;
}

/* ---- elements as selectors see them ----------------------------------------
 */

static bool has_attr_before(const struct html_tag *t, unsigned i)
{
    for (unsigned k = 0; k < i; k++) {
        if (str_ieq(attr_name(&t->attrs[k]), attr_name(&t->attrs[i])))
            return true;
    }
    return false;
}

/* Attributes as selectors see them. Beyond the first few, duplicates are not
 * looked for: that would cost more than it is worth. */
static unsigned element_attrs(struct html *h)
{
    enum { LOOK_FOR_DUPLICATES = 64 };
    const struct html_tag *t = &h->tag;
    unsigned count = 0;

    if (h->element_room < t->count) {
        h->element_room = t->count + 16;
        h->element_attrs = xrealloc(
            h->element_attrs, h->element_room * sizeof(*h->element_attrs));
    }
    for (unsigned i = 0; i < t->count; i++) {
        if (i < LOOK_FOR_DUPLICATES && has_attr_before(t, i))
            continue;
        h->element_attrs[count++] = (struct element_attr){
            lower(h, attr_name(&t->attrs[i])),
            charref_decode(attr_value(&t->attrs[i]), &h->scratch).text,
        };
    }
    return count;
}

bool html_denies_element(struct html *h, struct match *m)
{
    if (!is_wanted(h))
        return false;
    unsigned count = element_attrs(h);
    struct element e = {
        .name = h->tag.id != TAG_OTHER ? tag_name(h->tag.id)
                                       : lower(h, h->tag.name),
        .attrs = h->element_attrs,
        .attr_count = count,
    };
    return scope_denies_element(h->options->scope, &e, m);
}
