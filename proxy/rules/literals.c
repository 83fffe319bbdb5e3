#include "rules/literals.h"

enum { GRAM = 4, STRIDE = 8, OFFSET_MAX = 1000 };

static uint32_t gram_hash(const char *p)
{
    uint32_t gram;

    memcpy(&gram, p, sizeof(gram));
    return gram * 0x9e3779b1u;
}

/* How often a byte stands in scripts, roughly. */
static unsigned byte_weight(char c)
{
    if (c != '\0' && strchr("etanorisl", c) != NULL)
        return 8;
    if (c >= 'a' && c <= 'z')
        return 5;
    if (c != '\0' && strchr(" .(),;=\"'", c) != NULL)
        return 6;
    return 2;
}

static unsigned gram_weight(const char *p)
{
    unsigned weight = 1;

    for (int i = 0; i < GRAM; i++)
        weight *= byte_weight(p[i]);
    return weight;
}

static uint16_t rarest_gram(struct str text)
{
    size_t best = 0;

    for (size_t at = 1; at + GRAM <= text.len && at <= OFFSET_MAX; at++) {
        if (gram_weight(text.ptr + at) < gram_weight(text.ptr + best))
            best = at;
    }
    return (uint16_t)best;
}

void literals_build(struct literals *l, struct arena *arena,
                    const struct str *texts, size_t count)
{
    struct index_builder b = {0};
    uint16_t *offsets = arena_array(arena, uint16_t, count);
    uint64_t *bits =
        arena_array(arena, uint64_t, ((size_t)1 << LITERAL_BITMAP_BITS) / 64);

    for (size_t i = 0; i < count; i++) {
        CHECK(texts[i].len >= LITERAL_MIN);
        offsets[i] = rarest_gram(texts[i]);
        uint32_t hash = gram_hash(texts[i].ptr + offsets[i]);
        uint32_t bit = hash >> (32 - LITERAL_BITMAP_BITS);
        bits[bit >> 6] |= (uint64_t)1 << (bit & 63);
        index_add(&b, hash, (uint32_t)i);
    }
    *l = (struct literals){.texts = texts,
                           .count = count,
                           .offsets = offsets,
                           .bits = bits,
                           .index = index_build(&b, arena)};
}

static uint64_t has_bit(const struct literals *l, const char *p)
{
    uint32_t bit = gram_hash(p) >> (32 - LITERAL_BITMAP_BITS);

    return l->bits[bit >> 6] >> (bit & 63) & 1;
}

/* Compare the literals that have their four bytes at `at`. */
static bool try_gram(const struct literals *l, struct str text, size_t at,
                     literal_fn *fn, void *ctx)
{
    const uint32_t *value = index_find(&l->index, gram_hash(text.ptr + at));

    for (; value != NULL; value = index_next(value)) {
        uint32_t number = *value & INDEX_VALUE;
        size_t offset = l->offsets[number];
        if (offset <= at &&
            str_starts(str_from(text, at - offset), l->texts[number]) &&
            fn(ctx, number, at - offset))
            return true;
    }
    return false;
}

static bool try_range(const struct literals *l, struct str text, size_t from,
                      size_t to, literal_fn *fn, void *ctx)
{
    for (size_t at = from; at < to; at++) {
        if (has_bit(l, text.ptr + at) && try_gram(l, text, at, fn, ctx))
            return true;
    }
    return false;
}

bool literals_each(const struct literals *l, struct str text, literal_fn *fn,
                   void *ctx)
{
    size_t at = 0;

    if (l->count == 0 || text.len < GRAM)
        return false;
    for (; at + STRIDE + GRAM <= text.len; at += STRIDE) {
        uint64_t any = 0;
        for (size_t i = 0; i < STRIDE; i++)
            any |= has_bit(l, text.ptr + at + i);
        if (any != 0 && try_range(l, text, at, at + STRIDE, fn, ctx))
            return true;
    }
    return try_range(l, text, at, text.len - GRAM + 1, fn, ctx);
}
