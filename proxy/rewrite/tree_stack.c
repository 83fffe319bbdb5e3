#include "rewrite/tree_stack.h"

#include "base/check.h"

#include <stdlib.h>

void stack_push(struct tree *t, enum tag_id id, enum space space,
                unsigned flags, uint32_t key)
{
    if (t->count == t->room) {
        t->room *= 2;
        t->open = xrealloc(t->open, t->room * sizeof(*t->open));
    }
    t->open[t->count++] = (struct open_element){
        .id = (uint8_t)id,
        .space = (uint8_t)space,
        .flags = (uint8_t)flags,
        .key = key,
        .number = ++t->number,
    };
    t->seen[id]++;
    t->inert += (flags & ELEMENT_INERT) != 0;
}

static bool is_formatting(const struct open_element *e)
{
    return e->space == SPACE_HTML && (tag_traits[e->id] & TRAIT_FORMATTING);
}

/* Bookkeeping for an element that leaves the stack. */
static void forget(struct tree *t, const struct open_element *e)
{
    t->seen[e->id]--;
    t->inert -= (e->flags & ELEMENT_INERT) != 0;
    if (e->hold != 0 && (t->ended == 0 || e->hold < t->ended))
        t->ended = e->hold;
    if (is_formatting(e))
        formatting_closed(t, e->key);
}

void stack_pop_to(struct tree *t, unsigned count)
{
    CHECK(count >= 1);
    while (t->count > count)
        forget(t, &t->open[--t->count]);
    if (count < t->low)
        t->low = count;
}

void stack_remove(struct tree *t, unsigned at)
{
    forget(t, &t->open[at]);
    t->count--;
    memmove(t->open + at, t->open + at + 1, (t->count - at) * sizeof(*t->open));
    if (at < t->low)
        t->low = at;
}

static bool is_foreign_scope(const struct open_element *e)
{
    switch (e->id) {
    case TAG_MI:
    case TAG_MN:
    case TAG_MO:
    case TAG_MS:
    case TAG_MTEXT:
    case TAG_ANNOTATION_XML:
        return e->space == SPACE_MATH;
    case TAG_FOREIGNOBJECT:
    case TAG_DESC:
    case TAG_TITLE:
        return e->space == SPACE_SVG;
    default:
        return false;
    }
}

bool element_is_special(const struct open_element *e)
{
    if (e->space == SPACE_HTML)
        return (tag_traits[e->id] & TRAIT_SPECIAL) != 0;
    return is_foreign_scope(e);
}

static bool ends_scope(const struct open_element *e, enum scope scope)
{
    if (e->space != SPACE_HTML)
        return scope != SCOPE_TABLE && is_foreign_scope(e);
    if (scope == SCOPE_TABLE)
        return e->id == TAG_TABLE || e->id == TAG_TEMPLATE || e->id == TAG_HTML;
    if (tag_traits[e->id] & TRAIT_SCOPE)
        return true;
    if (scope == SCOPE_BUTTON)
        return e->id == TAG_BUTTON;
    return scope == SCOPE_LIST && (e->id == TAG_OL || e->id == TAG_UL);
}

int stack_find(const struct tree *t, enum tag_id id, enum scope scope)
{
    if (t->seen[id] == 0)
        return NOT_FOUND;
    for (unsigned i = t->count; i-- > 0;) {
        const struct open_element *e = &t->open[i];
        if (is_html(e, id))
            return (int)i;
        if (ends_scope(e, scope))
            return NOT_FOUND;
    }
    return NOT_FOUND;
}

bool stack_close(struct tree *t, enum tag_id id, enum scope scope)
{
    int at = stack_find(t, id, scope);

    if (at == NOT_FOUND)
        return false;
    stack_pop_to(t, (unsigned)at);
    return true;
}

void stack_end_other(struct tree *t, enum tag_id id, uint32_t key)
{
    if (t->seen[id] == 0)
        return;
    for (unsigned i = t->count; i-- > 1;) {
        const struct open_element *e = &t->open[i];
        if (is_html(e, id) && (id != TAG_OTHER || e->key == key)) {
            stack_pop_to(t, i);
            return;
        }
        if (element_is_special(e))
            return;
    }
}

unsigned stack_table_node(const struct tree *t)
{
    for (unsigned i = t->count; i-- > 1;) {
        const struct open_element *e = &t->open[i];
        if (e->space != SPACE_HTML)
            continue;
        if (e->id == TAG_TABLE || e->id == TAG_TEMPLATE ||
            (tag_traits[e->id] & TRAIT_TABLE_PART))
            return i;
    }
    return 0;
}
