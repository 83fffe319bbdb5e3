/* Compress as origins do, in many ways, and decompress as clients do. */
#pragma once

#include "base/buf.h"

#include <zlib.h>

enum { ZLIB = MAX_WBITS, RAW = -MAX_WBITS, GZIP = MAX_WBITS + 16 };

struct packing {
    int window, level, strategy;
    size_t piece; /* text between two flushes; 0: no flush */
    int flush;
};

static inline void deflate_some(z_stream *z, int flush, struct buf *out)
{
    do {
        z->avail_out = 4096;
        z->next_out = (Bytef *)buf_reserve(out, z->avail_out);
        deflate(z, flush);
        out->len += 4096 - z->avail_out;
    } while (z->avail_out == 0);
}

/* Append `text`, packed, to `out`. */
static inline void pack(const struct packing *how, struct str text,
                        struct buf *out)
{
    z_stream z = {0};
    size_t piece = how->piece > 0 ? how->piece : text.len;

    CHECK(deflateInit2(&z, how->level, Z_DEFLATED, how->window, 8,
                       how->strategy) == Z_OK);
    while (text.len > 0) {
        struct str part = str_sub(text, 0, piece);
        z.next_in = (z_const Bytef *)part.ptr;
        z.avail_in = (uInt)part.len;
        deflate_some(&z, how->piece > 0 ? how->flush : Z_NO_FLUSH, out);
        text = str_from(text, part.len);
    }
    deflate_some(&z, Z_FINISH, out);
    deflateEnd(&z);
}

/* Append what `in` holds to `out`, strictly: header, blocks, checksum, and
 * nothing behind them. */
static inline bool unpack(int window, struct str in, struct buf *out)
{
    z_stream z = {.next_in = (z_const Bytef *)in.ptr, .avail_in = (uInt)in.len};
    int result = Z_OK;

    CHECK(inflateInit2(&z, window) == Z_OK);
    while (result == Z_OK) {
        z.avail_out = 1 << 16;
        z.next_out = (Bytef *)buf_reserve(out, z.avail_out);
        result = inflate(&z, Z_NO_FLUSH);
        out->len += (1 << 16) - z.avail_out;
    }
    bool good = result == Z_STREAM_END && z.avail_in == 0;
    inflateEnd(&z);
    return good;
}
