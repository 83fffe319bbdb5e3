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
        *known = hints(h, kind, lower(h, name)) ? WANTED : UNWANTED;
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

    if (value.len > 0 && memchr(value.ptr, '&', value.len) != NULL)
        return true;
    if (hints_start(h, HINT_CLASS_START, value))
        return true;
    while (html_next_word(&rest, &word)) {
        if (hints(h, HINT_CLASS, word))
            return true;
    }
    return false;
}

/* Pages say the same classes again and again. */
static bool hints_class_attr(struct html *h, struct str value)
{
    uint64_t hash = html_hash(value);
    uint64_t *unwanted = &h->class_hints[hash % CLASS_HINTS];

    if (*unwanted == hash)
        return false;
    if (hints_classes(h, value))
        return true;
    *unwanted = hash;
    return false;
}

static bool hints_id(struct html *h, struct str value)
{
    if (value.len > 0 && memchr(value.ptr, '&', value.len) != NULL)
        return true;
    return hints(h, HINT_ID, value) || hints_start(h, HINT_ID_START, value);
}

static bool hints_attr(struct html *h, const struct html_attr *a)
{
    if (a->id == ATTR_CLASS && hints_class_attr(h, attr_value(a)))
        return true;
    if (a->id == ATTR_ID && hints_id(h, attr_value(a)))
        return true;
    if (a->id > ATTR_HANDLER)
        return hints_known(h, &h->attr_hints[a->id], HINT_ATTR, attr_name(a));
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
            charref_text(attr_value(&t->attrs[i]), &h->scratch),
        };
    }
    return count;
}

/* ---- ancestors ------------------------------------------------------------
 */

enum {
    PATH_DEPTH = 256,     /* the nearest ancestors keep their attributes */
    PATH_TEXT_MAX = 4096, /* bytes of attributes kept of each */
};

struct path_entry {
    uint32_t number; /* of the open element; 0: none */
    struct element element;
    struct element_attr *attrs;
    unsigned room;
    struct buf text;
};

static struct path_entry *path_at(const struct html *h, unsigned depth)
{
    return &h->path[depth % PATH_DEPTH];
}

static struct str keep_text(struct path_entry *e, struct str s)
{
    char *at = e->text.data + e->text.len;

    buf_append(&e->text, s);
    return str_make(at, s.len);
}

static void keep_attrs(struct html *h, struct path_entry *e)
{
    unsigned count = element_attrs(h), kept = 0;

    buf_clear(&e->text);
    buf_reserve(&e->text, PATH_TEXT_MAX); /* so that nothing moves */
    if (e->room < count) {
        e->room = count;
        e->attrs = xrealloc(e->attrs, count * sizeof(*e->attrs));
    }
    for (unsigned i = 0; i < count; i++) {
        const struct element_attr *a = &h->element_attrs[i];
        if (e->text.len + a->name.len + a->value.len > PATH_TEXT_MAX)
            continue;
        e->attrs[kept].name = keep_text(e, a->name);
        e->attrs[kept++].value = keep_text(e, a->value);
    }
    e->element.attrs = e->attrs;
    e->element.attr_count = kept;
}

void html_note_element(struct html *h)
{
    if (!ruleset_wants_ancestors(h->options->scope->rules))
        return;
    if (h->path == NULL)
        h->path = xcalloc(PATH_DEPTH, sizeof(*h->path));
    unsigned depth = h->tree.count - 1;
    if (h->space == SPACE_HTML && h->tag.id == TAG_HTML)
        depth = 0;
    else if (h->space == SPACE_HTML && h->tag.id == TAG_BODY)
        depth = 1;
    const struct open_element *open = &h->tree.open[depth];
    if (depth >= h->tree.count || open->id != h->tag.id)
        return;
    struct path_entry *e = path_at(h, depth);
    if (e->number == open->number)
        return; /* it opened nothing, or was merged into what is open */
    e->number = open->number;
    keep_attrs(h, e);
    e->element.name = tag_name(h->tag.id);
    if (h->tag.id == TAG_OTHER)
        e->element.name = keep_text(e, lower(h, str_sub(h->tag.name, 0, 64)));
}

/* The open elements as a chain; one that the tree moved has only its name. */
static const struct element *path_parent(struct html *h)
{
    const struct element *parent = NULL;
    unsigned from = 0;

    if (h->path == NULL)
        return NULL;
    if (h->tree.count > PATH_DEPTH)
        from = h->tree.count - PATH_DEPTH;
    for (unsigned i = from; i < h->tree.count; i++) {
        struct path_entry *e = path_at(h, i);
        const struct open_element *open = &h->tree.open[i];
        if (e->number != open->number) {
            e->number = open->number;
            e->element =
                (struct element){.name = tag_name((enum tag_id)open->id)};
        }
        e->element.parent = parent;
        parent = &e->element;
    }
    return parent;
}

void html_release_path(struct html *h)
{
    for (unsigned i = 0; h->path != NULL && i < PATH_DEPTH; i++) {
        buf_release(&h->path[i].text);
        free(h->path[i].attrs);
    }
    free(h->path);
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
        .parent = path_parent(h),
    };
    return scope_denies_element(h->options->scope, &e, m);
}
