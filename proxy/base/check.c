#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "heed: %s:%d: check failed: %s\n", file, line, expression);
    abort();
}

static void *must_have(void *ptr)
{
    if (ptr == NULL) {
        fputs("heed: out of memory\n", stderr);
        abort();
    }
    return ptr;
}

void *xmalloc(size_t size)
{
    return must_have(malloc(size > 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return must_have(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *xrealloc(void *ptr, size_t size)
{
    return must_have(realloc(ptr, size > 0 ? size : 1));
}
