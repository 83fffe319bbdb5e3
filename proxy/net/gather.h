/* net/gather.h - collect the pieces of one write.
 *
 * Pieces that stay where they are until the write are referred to; others are
 * copied. Neighbours in memory become one piece. What does not fit the table
 * is copied behind the last piece, so that any number goes into one writev.
 */
#pragma once

#include "base/buf.h"

#include <sys/uio.h>

enum { GATHER_MAX = 48 };

struct gather {
    struct gather_piece {
        const char *ptr; /* NULL: within text, at `offset` */
        size_t offset, len;
    } pieces[GATHER_MAX];
    unsigned count;
    size_t bytes;
    struct buf text;
    struct iovec iov[GATHER_MAX];
};

/* Begin anew; the memory is kept. */
void gather_clear(struct gather *g);

/* Add bytes that stay valid until the write. */
void gather_ref(struct gather *g, struct str s);

/* Add a copy of bytes. */
void gather_copy(struct gather *g, struct str s);

/* Keep a place for a short text that is known only later (a chunk's size):
 * returns its number for gather_fill. */
unsigned gather_hold(struct gather *g);

/* Fill a held place; the text is copied. */
void gather_fill(struct gather *g, unsigned place, struct str s);

/* The pieces as an array for writev; valid until the next call of any other
 * function here. */
struct iovec *gather_iov(struct gather *g, int *count);
