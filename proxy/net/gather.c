#include "net/gather.h"

void gather_clear(struct gather *g)
{
    g->count = 0;
    g->bytes = 0;
    buf_clear(&g->text);
}

/* Whether a copy would stand right behind the last piece's own copy. */
static bool ends_in_text(const struct gather *g)
{
    if (g->count == 0 || g->pieces[g->count - 1].ptr != NULL)
        return false;
    const struct gather_piece *last = &g->pieces[g->count - 1];
    return last->len > 0 && last->offset + last->len == g->text.len;
}

void gather_copy(struct gather *g, struct str s)
{
    if (s.len == 0)
        return;
    if (!ends_in_text(g)) {
        CHECK(g->count < GATHER_MAX);
        g->pieces[g->count++] = (struct gather_piece){NULL, g->text.len, 0};
    }
    buf_append(&g->text, s);
    g->pieces[g->count - 1].len += s.len;
    g->bytes += s.len;
}

void gather_ref(struct gather *g, struct str s)
{
    if (s.len == 0)
        return;
    struct gather_piece *last = g->count > 0 ? &g->pieces[g->count - 1] : NULL;
    if (last != NULL && last->ptr != NULL && last->ptr + last->len == s.ptr) {
        last->len += s.len;
        g->bytes += s.len;
        return;
    }
    /* The last place is for copies, which can go on for ever. */
    if (g->count >= GATHER_MAX - 2) {
        gather_copy(g, s);
        return;
    }
    g->pieces[g->count++] = (struct gather_piece){s.ptr, 0, s.len};
    g->bytes += s.len;
}

unsigned gather_hold(struct gather *g)
{
    CHECK(g->count < GATHER_MAX - 2);
    g->pieces[g->count] = (struct gather_piece){NULL, 0, 0};
    return g->count++;
}

void gather_fill(struct gather *g, unsigned place, struct str s)
{
    CHECK(place < g->count);
    g->pieces[place] = (struct gather_piece){NULL, g->text.len, s.len};
    buf_append(&g->text, s);
    g->bytes += s.len;
}

struct iovec *gather_iov(struct gather *g, int *count)
{
    int n = 0;

    for (unsigned i = 0; i < g->count; i++) {
        const struct gather_piece *p = &g->pieces[i];
        const char *ptr =
            p->ptr != NULL ? p->ptr : g->text.data + g->text.start + p->offset;
        if (p->len > 0)
            g->iov[n++] = (struct iovec){(void *)(uintptr_t)ptr, p->len};
    }
    *count = n;
    return g->iov;
}
