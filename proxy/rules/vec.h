/* rules/vec.h - an array that grows while rules are loaded.
 *
 * Zero-initialise with the size of an element. vec_keep hands the memory to an
 * arena when it is complete.
 */
#pragma once

#include "base/arena.h"

struct vec {
    size_t element_size;
    void *items;
    size_t count, cap;
};

#define VEC_OF(type) ((struct vec){.element_size = sizeof(type)})

/* A new element at the end, cleared. Earlier pointers into the array become
 * invalid. */
void *vec_push(struct vec *v);

/* Cut to size and leave to the arena to free; the vec is empty then. */
void *vec_keep(struct vec *v, struct arena *arena);

void vec_release(struct vec *v);
