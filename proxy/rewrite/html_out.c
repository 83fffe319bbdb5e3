#include "rewrite/html_parts.h"

#include <sys/random.h>

static void tail_note(struct tail *t, struct str s)
{
    if (s.len >= TAIL_MAX) {
        memcpy(t->bytes, s.ptr + s.len - TAIL_MAX, TAIL_MAX);
        t->len = TAIL_MAX;
        return;
    }
    unsigned keep = t->len;
    if (keep + s.len > TAIL_MAX)
        keep = TAIL_MAX - (unsigned)s.len;
    memmove(t->bytes, t->bytes + t->len - keep, keep);
    memcpy(t->bytes + keep, s.ptr, s.len);
    t->len = keep + (unsigned)s.len;
}

/* Whether text that ends like this could become markup, or a character
 * reference, with what comes: it ends in "<" or in a reference begun. */
static bool tail_is_open(const struct tail *t)
{
    unsigned i = t->len;

    if (i > 0 && t->bytes[i - 1] == '<')
        return true;
    while (i > 0 && (ascii_is_alnum(t->bytes[i - 1]) || t->bytes[i - 1] == '#'))
        i--;
    return i > 0 && t->bytes[i - 1] == '&';
}

void html_write(struct html *h, struct str s)
{
    if (s.len == 0)
        return;
    tail_note(&h->tail, s);
    if (h->hold_count == 0) {
        h->sink(h->sink_ctx, s);
        return;
    }
    buf_append(&h->held, s);
    if (h->held.len > h->options->memory)
        html_give_back(h);
}

void html_pass_to(struct html *h, const char *to)
{
    struct str s = str_between(h->mark, to);

    h->mark = to;
    html_write(h, s);
}

void html_cut_tag(struct html *h)
{
    if (h->carried)
        return;
    html_pass_to(h, h->tag.text.ptr);
    h->mark = h->tag.text.ptr + h->tag.text.len;
}

void html_keep_tag(struct html *h)
{
    if (h->carried)
        html_write(h, h->tag.text);
}

void html_close_gap(struct html *h)
{
    if (tail_is_open(&h->tail))
        html_write(h, STR("<!---->"));
}

void html_give_back(struct html *h)
{
    struct str held = buf_str(&h->held);

    for (unsigned i = 0; i < h->hold_count; i++) {
        html_count(h, &h->holds[i].match, EDIT_NEUTRALISED, h->holds[i].kind);
        tree_release(&h->holds[i].tree);
    }
    h->hold_count = 0;
    for (unsigned i = 0; i < h->tree.count; i++)
        h->tree.open[i].hold = 0;
    h->sink(h->sink_ctx, held);
    buf_clear(&h->held);
}

void html_count(struct html *h, const struct match *m, enum edit_way way,
                enum edit_kind kind)
{
    if (h->options->on_edit != NULL)
        h->options->on_edit(h->options->edit_ctx, m->rule, way, kind);
}

/* A secret of the process, so that no page can make two values look alike. */
static uint64_t hash_seed;

__attribute__((constructor)) static void seed_hash(void)
{
    if (getrandom(&hash_seed, sizeof(hash_seed), GRND_NONBLOCK) < 0)
        hash_seed = (uint64_t)(uintptr_t)&hash_seed;
}

uint64_t html_hash(struct str s)
{
    const uint64_t multiplier = 0x9e3779b97f4a7c15;
    uint64_t hash = hash_seed + s.len, part;

    for (; s.len >= sizeof(part); s = str_from(s, sizeof(part))) {
        memcpy(&part, s.ptr, sizeof(part));
        hash = (hash ^ part) * multiplier;
        hash ^= hash >> 32;
    }
    part = 0;
    if (s.len > 0)
        memcpy(&part, s.ptr, s.len);
    hash = (hash ^ part) * multiplier;
    return hash ^ hash >> 32;
}
