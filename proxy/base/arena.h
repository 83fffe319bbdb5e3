/* base/arena.h - memory that lives exactly as long as one piece of work.
 *
 * Allocation bumps a pointer; nothing is freed one by one; arena_release ends
 * it all, after running the deferred cleanups, newest first. So a function
 * that gives up has nothing to undo. Blocks of the usual size go back to an
 * arena_pool, which a worker owns, and come from there: a request in the usual
 * size does not reach malloc. Under ASan the unused part of a block is
 * poisoned. Bodies never enter an arena.
 */
#pragma once

#include "base/check.h"
#include "base/str.h"

enum { ARENA_BLOCK = 8192 }; /* bytes, the block's own head included */

struct arena_block;

/* Blocks kept for reuse. Zero-initialise; one thread. */
struct arena_pool {
    struct arena_block *free;
    unsigned count;
};

/* Zero-initialise, or with a pool: (struct arena){.pool = p}. Members are
 * private. */
struct arena {
    struct arena_pool *pool;
    struct arena_block *blocks;
    char *at, *end;
    struct arena_cleanup *cleanups;
    size_t total; /* bytes handed out */
};

/* Memory for `size` bytes aligned for any type, not cleared. Never NULL. */
void *arena_alloc(struct arena *a, size_t size);

/* The same, cleared. */
void *arena_zalloc(struct arena *a, size_t size);

#define arena_new(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define arena_array(a, type, count)                                            \
    ((type *)arena_zalloc((a), sizeof(type) * (count)))

/* A copy of the bytes; in memory a NUL follows them. */
struct str arena_dup(struct arena *a, struct str s);

/* The parts one after the other; in memory a NUL follows. */
struct str arena_concat(struct arena *a, const struct str *parts, size_t count);

struct str arena_printf(struct arena *a, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* A copy of an array of `count` elements with room for `want`: for arrays that
 * grow while a file is read. The old copy stays until the arena ends. */
void *arena_grow(struct arena *a, const void *old, size_t count, size_t want,
                 size_t element_size);

/* Call fn(object) when the arena is released, newest first. */
void arena_defer(struct arena *a, void (*fn)(void *object), void *object);

/* Run the cleanups and give all memory back. The arena is empty and may be
 * used again. */
void arena_release(struct arena *a);

/* Free the blocks that wait for reuse. */
void arena_pool_release(struct arena_pool *pool);
