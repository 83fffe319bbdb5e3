#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEED_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HEED_ASAN 1
#endif
#ifdef HEED_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(ptr, len)   ASAN_POISON_MEMORY_REGION((ptr), (len))
#define UNPOISON(ptr, len) ASAN_UNPOISON_MEMORY_REGION((ptr), (len))
enum { RED_ZONE = 16 }; /* poisoned bytes between two allocations */
#else
#define POISON(ptr, len)   ((void)0)
#define UNPOISON(ptr, len) ((void)0)
enum { RED_ZONE = 0 };
#endif

enum { ALIGNMENT = alignof(max_align_t), POOL_MAX = 256 };

struct arena_block {
    struct arena_block *next;
    size_t size; /* of data */
    alignas(max_align_t) char data[];
};

struct arena_cleanup {
    struct arena_cleanup *next;
    void (*fn)(void *object);
    void *object;
};

static const size_t usual_size = ARENA_BLOCK - sizeof(struct arena_block);

static struct arena_block *block_get(struct arena *a, size_t size)
{
    struct arena_block *b;

    if (size <= usual_size && a->pool != NULL && a->pool->free != NULL) {
        b = a->pool->free;
        a->pool->free = b->next;
        a->pool->count--;
        return b;
    }
    if (size < usual_size)
        size = usual_size;
    b = xmalloc(sizeof(*b) + size);
    b->size = size;
    POISON(b->data, b->size);
    return b;
}

static void block_put(struct arena *a, struct arena_block *b)
{
    POISON(b->data, b->size);
    if (a->pool == NULL || b->size != usual_size ||
        a->pool->count >= POOL_MAX) {
        UNPOISON(b->data, b->size);
        free(b);
        return;
    }
    b->next = a->pool->free;
    a->pool->free = b;
    a->pool->count++;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t want = (size + RED_ZONE + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

    CHECK(want >= size);
    if (want > (size_t)(a->end - a->at) || a->at == NULL) {
        struct arena_block *b = block_get(a, want);
        b->next = a->blocks;
        a->blocks = b;
        a->at = b->data;
        a->end = b->data + b->size;
    }
    char *result = a->at;
    a->at += want;
    a->total += size;
    UNPOISON(result, size);
    return result;
}

void *arena_zalloc(struct arena *a, size_t size)
{
    return memset(arena_alloc(a, size), 0, size);
}

struct str arena_dup(struct arena *a, struct str s)
{
    return arena_concat(a, &s, 1);
}

struct str arena_concat(struct arena *a, const struct str *parts, size_t count)
{
    size_t len = 0;

    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *copy = arena_alloc(a, len + 1);
    char *at = copy;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > 0)
            memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    *at = '\0';
    return str_make(copy, len);
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(len >= 0);
    char *text = arena_alloc(a, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return str_make(text, (size_t)len);
}

void *arena_grow(struct arena *a, const void *old, size_t count, size_t want,
                 size_t element_size)
{
    CHECK(want >= count && want < SIZE_MAX / 2 / element_size);
    void *copy = arena_zalloc(a, want * element_size);
    if (count > 0)
        memcpy(copy, old, count * element_size);
    return copy;
}

void arena_defer(struct arena *a, void (*fn)(void *object), void *object)
{
    struct arena_cleanup *c = arena_alloc(a, sizeof(*c));

    *c = (struct arena_cleanup){a->cleanups, fn, object};
    a->cleanups = c;
}

void arena_release(struct arena *a)
{
    for (struct arena_cleanup *c = a->cleanups; c != NULL; c = c->next)
        c->fn(c->object);
    struct arena_block *b = a->blocks;
    while (b != NULL) {
        struct arena_block *next = b->next;
        block_put(a, b);
        b = next;
    }
    *a = (struct arena){.pool = a->pool};
}

void arena_pool_release(struct arena_pool *pool)
{
    while (pool->free != NULL) {
        struct arena_block *b = pool->free;
        pool->free = b->next;
        UNPOISON(b->data, b->size);
        free(b);
    }
    pool->count = 0;
}
