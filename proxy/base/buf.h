/* base/buf.h - bytes we own: appended at the end, consumed from the front.
 *
 * Zero-initialise; buf_release when done. The bytes are contiguous. A pointer
 * into a buf is valid until the next call that appends. What may be put in is
 * for the caller to bound.
 */
#pragma once

#include "base/check.h"
#include "base/str.h"

struct buf {
    char *data;
    size_t start, len; /* the content is data[start .. start + len) */
    size_t cap;
};

static inline struct str buf_str(const struct buf *b)
{
    return str_make(b->data != NULL ? b->data + b->start : NULL, b->len);
}

/* Room for `size` more bytes behind the content; add what was written there to
 * b->len. */
char *buf_reserve(struct buf *b, size_t size);

void buf_append(struct buf *b, struct str s);
void buf_append_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* Drop `len` bytes, at most the content's length, from the front. */
void buf_consume(struct buf *b, size_t len);

/* Forget the content, keep the memory. */
static inline void buf_clear(struct buf *b)
{
    b->start = 0;
    b->len = 0;
}

/* Give the memory back; the buf is empty and may be used again. */
void buf_release(struct buf *b);
