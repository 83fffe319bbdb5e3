#include "rules/name_table.h"

#include <stdlib.h>

enum { KEY_WHOLE = 1, KEY_PREFIX = 2 };
enum { PREFIX_MAX = 63 }; /* bytes under which a prefix is filed */

static struct str filed_prefix(const struct name_pattern *p)
{
    return str_sub(p->name, 0, PREFIX_MAX);
}

/* A regular expression is filed by name, which then holds what it starts with.
 */
static bool is_filed(const struct name_pattern *p)
{
    return p->regex == NULL || p->name.len > 0;
}

static void file_pattern(struct name_table *t, struct index_builder *b,
                         uint32_t number)
{
    const struct name_pattern *p = &t->patterns[number];

    if (!p->is_prefix && p->regex == NULL) {
        index_add(b, index_key(p->name, KEY_WHOLE), number);
        return;
    }
    struct str prefix = filed_prefix(p);
    index_add(b, index_key(prefix, KEY_PREFIX), number);
    t->prefix_lens |= (uint64_t)1 << prefix.len;
}

void name_table_build(struct name_table *t, struct arena *arena,
                      const struct name_pattern *patterns, size_t count)
{
    struct index_builder b = {0};
    uint32_t *always = xcalloc(count + 1, sizeof(*always));
    size_t always_count = 0;

    *t = (struct name_table){.patterns = patterns, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (is_filed(&patterns[i]))
            file_pattern(t, &b, (uint32_t)i);
        else
            always[always_count++] = (uint32_t)i;
    }
    if (always_count > 0) {
        always[always_count - 1] |= INDEX_LAST;
        t->always = arena_grow(arena, always, always_count, always_count,
                               sizeof(*always));
    }
    t->index = index_build(&b, arena);
    free(always);
}

static bool pattern_matches(const struct name_pattern *p, struct str name)
{
    if (p->regex != NULL)
        return regex_matches(p->regex, name);
    return p->is_prefix ? str_starts(name, p->name) : str_eq(name, p->name);
}

static bool try_list(const struct name_table *t, const uint32_t *at,
                     struct str name, name_fn *fn, void *ctx)
{
    for (; at != NULL; at = index_next(at)) {
        const struct name_pattern *p = &t->patterns[*at & INDEX_VALUE];
        if (pattern_matches(p, name) && fn(ctx, p))
            return true;
    }
    return false;
}

bool name_table_each(const struct name_table *t, struct str name, name_fn *fn,
                     void *ctx)
{
    if (t->count == 0)
        return false;
    if (try_list(t, index_find(&t->index, index_key(name, KEY_WHOLE)), name, fn,
                 ctx))
        return true;
    for (uint64_t lens = t->prefix_lens; lens != 0; lens &= lens - 1) {
        size_t len = (size_t)__builtin_ctzll(lens);
        if (len > name.len)
            break;
        uint32_t key = index_key(str_sub(name, 0, len), KEY_PREFIX);
        if (try_list(t, index_find(&t->index, key), name, fn, ctx))
            return true;
    }
    return try_list(t, t->always, name, fn, ctx);
}
