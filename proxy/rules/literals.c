#include "rules/literals.h"

enum { BLOCK = 3, SHIFT_BITS = 15, WINDOW_MAX = 32 };

static uint32_t block_hash(const char *p)
{
    uint16_t first;

    memcpy(&first, p, sizeof(first));
    return (first | (uint32_t)(unsigned char)p[2] << 16) * 0x9e3779b1u;
}

static void lower_shifts(uint8_t *shifts, unsigned window, const char *text)
{
    for (unsigned end = BLOCK; end <= window; end++) {
        uint8_t *shift =
            &shifts[block_hash(text + end - BLOCK) >> (32 - SHIFT_BITS)];
        if (window - end < *shift)
            *shift = (uint8_t)(window - end);
    }
}

void literals_build(struct literals *l, struct arena *arena,
                    const struct str *texts, size_t count)
{
    struct index_builder b = {0};
    uint8_t *shifts = arena_alloc(arena, (size_t)1 << SHIFT_BITS);
    size_t window = WINDOW_MAX;

    *l = (struct literals){.texts = texts, .count = count, .shifts = shifts};
    for (size_t i = 0; i < count; i++) {
        CHECK(texts[i].len >= LITERAL_MIN);
        if (texts[i].len < window)
            window = texts[i].len;
    }
    l->window = (unsigned)window;
    memset(shifts, (int)(window - BLOCK + 1), (size_t)1 << SHIFT_BITS);
    for (size_t i = 0; i < count; i++) {
        lower_shifts(shifts, l->window, texts[i].ptr);
        index_add(&b, block_hash(texts[i].ptr + window - BLOCK), (uint32_t)i);
    }
    l->index = index_build(&b, arena);
}

/* Compare the literals whose window ends as the one at `at` does. */
static bool try_window(const struct literals *l, struct str text, size_t at,
                       uint32_t hash, literal_fn *fn, void *ctx)
{
    const uint32_t *value = index_find(&l->index, hash);

    for (; value != NULL; value = index_next(value)) {
        uint32_t number = *value & INDEX_VALUE;
        if (str_starts(str_from(text, at), l->texts[number]) &&
            fn(ctx, number, at))
            return true;
    }
    return false;
}

bool literals_each(const struct literals *l, struct str text, literal_fn *fn,
                   void *ctx)
{
    if (l->count == 0)
        return false;
    for (size_t end = l->window; end <= text.len;) {
        uint32_t hash = block_hash(text.ptr + end - BLOCK);
        uint8_t shift = l->shifts[hash >> (32 - SHIFT_BITS)];
        if (shift == 0 && try_window(l, text, end - l->window, hash, fn, ctx))
            return true;
        end += shift > 0 ? shift : 1;
    }
    return false;
}
