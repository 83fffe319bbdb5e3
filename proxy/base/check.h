/* base/check.h - what must hold, and memory that cannot fail.
 *
 * CHECK is for bugs, never for input: it is always on, prints the expression
 * and its place, and aborts. Out of memory aborts too: what a peer can make us
 * allocate is bounded by limits, so running out is not an event to handle.
 */
#pragma once

#include <stddef.h>

#define CHECK(cond)                                                            \
    do {                                                                       \
        if (__builtin_expect(!(cond), 0))                                      \
            check_failed(#cond, __FILE__, __LINE__);                           \
    } while (0)

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define ARRAY_LEN(a)      (sizeof(a) / sizeof((a)[0]))

/* Print the failed expression to standard error and abort. */
_Noreturn void check_failed(const char *expression, const char *file, int line);

/* malloc, calloc and realloc that abort when memory runs out. The result is
 * owned by the caller and given back with free(). */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *ptr, size_t size);
