#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUF_FIRST = 512 };

char *buf_reserve(struct buf *b, size_t size)
{
    if (b->start + b->len + size <= b->cap)
        return b->data + b->start + b->len;
    if (b->start > 0) {
        memmove(b->data, b->data + b->start, b->len);
        b->start = 0;
    }
    if (b->len + size > b->cap) {
        size_t cap = b->cap > 0 ? b->cap : BUF_FIRST;
        while (cap < b->len + size)
            cap *= 2;
        b->data = xrealloc(b->data, cap);
        b->cap = cap;
    }
    return b->data + b->len;
}

void buf_append(struct buf *b, struct str s)
{
    if (s.len == 0)
        return;
    memcpy(buf_reserve(b, s.len), s.ptr, s.len);
    b->len += s.len;
}

void buf_append_char(struct buf *b, char c)
{
    *buf_reserve(b, 1) = c;
    b->len++;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(len >= 0);
    vsnprintf(buf_reserve(b, (size_t)len + 1), (size_t)len + 1, format, again);
    va_end(again);
    b->len += (size_t)len;
}

void buf_consume(struct buf *b, size_t len)
{
    CHECK(len <= b->len);
    b->start += len;
    b->len -= len;
    if (b->len == 0)
        b->start = 0;
}

void buf_release(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}
