#include "base/check.h"
#include "rewrite/tree_stack.h"

enum { ARK = 3 }; /* "Noah's Ark clause" */

static void entry_insert(struct tree *t, unsigned at, struct formatting entry)
{
    if (t->list_count == t->list_room) {
        t->list_room = t->list_room > 0 ? t->list_room * 2 : 16;
        t->list = xrealloc(t->list, t->list_room * sizeof(*t->list));
    }
    memmove(t->list + at + 1, t->list + at,
            (t->list_count - at) * sizeof(*t->list));
    t->list[at] = entry;
    t->list_count++;
}

static void entry_remove(struct tree *t, unsigned at)
{
    t->list_count--;
    memmove(t->list + at, t->list + at + 1,
            (t->list_count - at) * sizeof(*t->list));
}

/* The first entry behind the last marker. */
static unsigned entries_start(const struct tree *t)
{
    unsigned i = t->list_count;

    while (i > 0 && t->list[i - 1].id != 0)
        i--;
    return i;
}

/* The last entry of that name behind the last marker, or NOT_FOUND. */
static int entry_find(const struct tree *t, enum tag_id id)
{
    for (unsigned i = t->list_count; i-- > 0 && t->list[i].id != 0;) {
        if (t->list[i].id == id)
            return (int)i;
    }
    return NOT_FOUND;
}

static int entry_of(const struct tree *t, uint32_t key)
{
    for (unsigned i = t->list_count; i-- > 0;) {
        if (t->list[i].id != 0 && t->list[i].key == key)
            return (int)i;
    }
    return NOT_FOUND;
}

static int element_of(const struct tree *t, const struct formatting *f)
{
    for (unsigned i = t->count; f->open && i-- > 0;) {
        if (is_html(&t->open[i], (enum tag_id)f->id) &&
            t->open[i].key == f->key)
            return (int)i;
    }
    return NOT_FOUND;
}

void formatting_closed(struct tree *t, uint32_t key)
{
    int at = entry_of(t, key);

    if (at != NOT_FOUND)
        t->list[at].open = false;
}

void formatting_push(struct tree *t, const struct tree_tag *tag)
{
    unsigned same = 0, earliest = 0;

    for (unsigned i = t->list_count; i-- > entries_start(t);) {
        const struct formatting *f = &t->list[i];
        if (f->id == tag->id && f->fingerprint == tag->fingerprint) {
            same++;
            earliest = i;
        }
    }
    if (same >= ARK)
        entry_remove(t, earliest);
    uint32_t key = ++t->serial;
    stack_push(t, tag->id, SPACE_HTML, 0, key);
    entry_insert(
        t, t->list_count,
        (struct formatting){(uint8_t)tag->id, true, key, tag->fingerprint});
}

void formatting_mark(struct tree *t)
{
    entry_insert(t, t->list_count, (struct formatting){0});
}

void formatting_clear(struct tree *t)
{
    t->list_count = entries_start(t);
    if (t->list_count > 0)
        t->list_count--;
}

void formatting_reopen(struct tree *t)
{
    unsigned i = t->list_count;

    while (i > 0 && t->list[i - 1].id != 0 && !t->list[i - 1].open)
        i--;
    for (; i < t->list_count; i++) {
        struct formatting *f = &t->list[i];
        f->key = ++t->serial;
        f->open = true;
        stack_push(t, (enum tag_id)f->id, SPACE_HTML, 0, f->key);
    }
}

bool formatting_has(const struct tree *t, enum tag_id id)
{
    return entry_find(t, id) != NOT_FOUND;
}

void formatting_drop(struct tree *t, enum tag_id id)
{
    int at = entry_find(t, id);

    if (at == NOT_FOUND)
        return;
    int element = element_of(t, &t->list[at]);
    entry_remove(t, (unsigned)at);
    if (element != NOT_FOUND)
        stack_remove(t, (unsigned)element);
}

static int furthest_block(const struct tree *t, unsigned above)
{
    for (unsigned i = above + 1; i < t->count; i++) {
        if (element_is_special(&t->open[i]))
            return (int)i;
    }
    return NOT_FOUND;
}

/* The inner loop: what stands between the formatting element and the furthest
 * block is cloned if it is formatting (the first three), else left out.
 * Returns where the block stands afterwards. */
static unsigned clone_between(struct tree *t, unsigned element, unsigned block)
{
    unsigned turn = 0;

    for (unsigned i = block; --i > element;) {
        int entry = entry_of(t, t->open[i].key);
        bool listed = is_html(&t->open[i], (enum tag_id)t->open[i].id) &&
                      (tag_traits[t->open[i].id] & TRAIT_FORMATTING) &&
                      entry != NOT_FOUND;
        if (++turn > ARK && listed)
            entry_remove(t, (unsigned)entry);
        if (turn > ARK || !listed) {
            stack_remove(t, i);
            block--;
            continue;
        }
        t->open[i].key = t->list[entry].key = ++t->serial;
    }
    return block;
}

/* One turn of the outer loop. Returns whether there is to be another. */
static bool adopt_once(struct tree *t, enum tag_id id)
{
    int entry = entry_find(t, id);
    if (entry == NOT_FOUND) {
        stack_end_other(t, id, 0);
        return false;
    }
    int element = element_of(t, &t->list[entry]);
    if (element == NOT_FOUND) {
        entry_remove(t, (unsigned)entry);
        return false;
    }
    for (unsigned i = t->count; i-- > (unsigned)element + 1;) {
        bool boundary = t->open[i].space == SPACE_HTML
                            ? (tag_traits[t->open[i].id] & TRAIT_SCOPE) != 0
                            : element_is_special(&t->open[i]);
        if (boundary)
            return false; /* not in scope */
    }
    int block = furthest_block(t, (unsigned)element);
    if (block == NOT_FOUND) {
        entry_remove(t, (unsigned)entry);
        stack_pop_to(t, (unsigned)element);
        return false;
    }
    struct formatting clone = t->list[entry];
    unsigned at = clone_between(t, (unsigned)element, (unsigned)block);
    entry = entry_of(t, clone.key);
    CHECK(entry != NOT_FOUND);
    stack_remove(t, (unsigned)element);
    at--;
    clone.key = t->list[entry].key = ++t->serial;
    t->list[entry].open = true;
    /* The clone comes right above the block. */
    stack_push(t, id, SPACE_HTML, 0, clone.key);
    struct open_element moved = t->open[t->count - 1];
    memmove(t->open + at + 2, t->open + at + 1,
            (t->count - at - 2) * sizeof(*t->open));
    t->open[at + 1] = moved;
    return true;
}

void formatting_end(struct tree *t, enum tag_id id)
{
    const struct open_element *top = tree_top(t);

    if (is_html(top, id) && entry_of(t, top->key) == NOT_FOUND) {
        stack_pop_to(t, t->count - 1);
        return;
    }
    for (unsigned turn = 0; turn < 8; turn++) {
        if (!adopt_once(t, id))
            return;
    }
}
