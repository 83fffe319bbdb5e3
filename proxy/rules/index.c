#include "rules/index.h"

#include <stdlib.h>

enum { MIN_BITS = 10, MAX_BITS = 24, BITS_PER_KEY_LOG2 = 4 };

void index_add(struct index_builder *b, uint32_t key, uint32_t value)
{
    CHECK(value <= INDEX_VALUE);
    if (b->count == b->cap) {
        b->cap = b->cap > 0 ? b->cap * 2 : 64;
        b->pairs = xrealloc(b->pairs, b->cap * sizeof(*b->pairs));
    }
    b->pairs[b->count++] = (struct index_pair){key, value};
}

static int by_key(const void *a, const void *b)
{
    const struct index_pair *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static size_t count_keys(const struct index_pair *pairs, size_t count)
{
    size_t keys = 0;

    for (size_t i = 0; i < count; i++)
        keys += i == 0 || pairs[i].key != pairs[i - 1].key;
    return keys;
}

static unsigned log2_above(size_t n)
{
    unsigned bits = 0;

    while ((size_t)1 << bits < n)
        bits++;
    return bits;
}

static void put(struct index_slot *slots, uint32_t mask, uint32_t key,
                uint32_t first)
{
    uint32_t i = key & mask;

    while (slots[i].first != 0)
        i = (i + 1) & mask;
    slots[i] = (struct index_slot){key, first};
}

struct index index_build(struct index_builder *b, struct arena *arena)
{
    struct index x = {0};

    if (b->count == 0)
        return x;
    qsort(b->pairs, b->count, sizeof(*b->pairs), by_key);
    size_t keys = count_keys(b->pairs, b->count);
    unsigned bits = log2_above(keys) + BITS_PER_KEY_LOG2;
    bits = bits < MIN_BITS ? MIN_BITS : bits > MAX_BITS ? MAX_BITS : bits;
    size_t size = (size_t)1 << (log2_above(keys) + 1);
    uint64_t *bitmap = arena_array(arena, uint64_t, (size_t)1 << (bits - 6));
    struct index_slot *slots = arena_array(arena, struct index_slot, size);
    uint32_t *values = arena_array(arena, uint32_t, b->count);

    x.bit_shift = 32 - bits;
    x.mask = (uint32_t)size - 1;
    for (size_t i = 0; i < b->count; i++) {
        uint32_t key = b->pairs[i].key;
        bool last = i + 1 == b->count || b->pairs[i + 1].key != key;
        values[i] = b->pairs[i].value | (last ? INDEX_LAST : 0);
        if (i > 0 && b->pairs[i - 1].key == key)
            continue;
        uint32_t bit = key * 0x9e3779b1u >> x.bit_shift;
        bitmap[bit >> 6] |= (uint64_t)1 << (bit & 63);
        put(slots, x.mask, key, (uint32_t)i + 1);
    }
    x.bits = bitmap;
    x.slots = slots;
    x.values = values;
    free(b->pairs);
    *b = (struct index_builder){0};
    return x;
}
