#include "rules/vec.h"

#include <stdlib.h>

enum { VEC_FIRST = 16 };

void *vec_push(struct vec *v)
{
    if (v->count == v->cap) {
        v->cap = v->cap > 0 ? v->cap * 2 : VEC_FIRST;
        v->items = xrealloc(v->items, v->cap * v->element_size);
    }
    void *item = (char *)v->items + v->count++ * v->element_size;
    return memset(item, 0, v->element_size);
}

void *vec_keep(struct vec *v, struct arena *arena)
{
    void *items = NULL;

    if (v->count > 0) {
        items = xrealloc(v->items, v->count * v->element_size);
        arena_defer(arena, free, items);
    }
    *v = (struct vec){.element_size = v->element_size};
    return items;
}

void vec_release(struct vec *v)
{
    free(v->items);
    *v = (struct vec){.element_size = v->element_size};
}
