#include "rewrite/coding.h"

#include "base/check.h"

#include <stdlib.h>

#include <zlib.h>

enum {
    DECODED_ROOM = 128 << 10, /* less makes inflate markedly slower */
    ENCODED_ROOM = 16 << 10,
    LEVEL = 1,
    RAW_DEFLATE = -MAX_WBITS,
    GZIP = MAX_WBITS + 16,
    RATIO_FREE = 1 << 20, /* bytes that no ratio is asked of */
};

struct decoder {
    z_stream z;
    enum body_coding coding;
    unsigned max_ratio;
    bool begun, done;
    uint64_t in, out;
    Bytef room[DECODED_ROOM];
};

struct encoder {
    z_stream z;
    sink_fn *sink;
    void *ctx;
    bool pending; /* something was pushed since the last flush */
    Bytef room[ENCODED_ROOM];
};

static voidpf zlib_alloc(voidpf opaque, uInt count, uInt size)
{
    (void)opaque;
    return xcalloc(count, size);
}

static void zlib_free(voidpf opaque, voidpf memory)
{
    (void)opaque;
    free(memory);
}

static void decoder_release(void *object)
{
    struct decoder *d = object;

    if (d->begun)
        inflateEnd(&d->z);
    free(d);
}

struct decoder *decoder_new(struct arena *arena, enum body_coding coding,
                            unsigned max_ratio)
{
    struct decoder *d = xmalloc(sizeof(*d));

    memset(d, 0, offsetof(struct decoder, room));
    d->coding = coding;
    d->max_ratio = max_ratio;
    arena_defer(arena, decoder_release, d);
    return d;
}

/* A zlib header: method 8, window of at most 32 kB. Bare deflate begins with
 * block bits, which never look like this in what encoders write. */
static bool is_zlib_header(char first)
{
    unsigned char c = (unsigned char)first;

    return (c & 0x0f) == Z_DEFLATED && c >> 4 <= 7;
}

static void decoder_begin(struct decoder *d, char first)
{
    int window = GZIP;

    if (d->coding == CODING_DEFLATE)
        window = is_zlib_header(first) ? MAX_WBITS : RAW_DEFLATE;
    d->z.zalloc = zlib_alloc;
    d->z.zfree = zlib_free;
    CHECK(inflateInit2(&d->z, window) == Z_OK);
    d->begun = true;
    /* Browsers do not mind a wrong checksum. */
    inflateValidate(&d->z, 0);
}

static bool is_bomb(const struct decoder *d)
{
    return d->max_ratio > 0 && d->out > RATIO_FREE &&
           d->out / d->max_ratio > d->in;
}

/* Inflate what lies in z.next_in. */
static enum push_result inflate_all(struct decoder *d, sink_fn *sink, void *ctx)
{
    do {
        uInt before = d->z.avail_in;
        d->z.next_out = d->room;
        d->z.avail_out = DECODED_ROOM;
        int result = inflate(&d->z, Z_NO_FLUSH);
        size_t len = DECODED_ROOM - d->z.avail_out;
        d->in += before - d->z.avail_in;
        d->out += len;
        if (is_bomb(d))
            return PUSH_BOMB;
        if (len > 0)
            sink(ctx, str_make((const char *)d->room, len));
        if (result == Z_STREAM_END)
            d->done = true;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            return PUSH_CORRUPT;
    } while (!d->done && d->z.avail_out == 0);
    return PUSH_OK;
}

enum push_result decoder_push(struct decoder *d, struct str in, sink_fn *sink,
                              void *ctx)
{
    enum push_result result = PUSH_OK;

    if (in.len > 0 && !d->begun)
        decoder_begin(d, in.ptr[0]);
    while (in.len > 0 && !d->done && result == PUSH_OK) {
        uInt len = in.len < UINT_MAX ? (uInt)in.len : UINT_MAX;
        d->z.next_in = (z_const Bytef *)in.ptr;
        d->z.avail_in = len;
        result = inflate_all(d, sink, ctx);
        in = str_from(in, len);
    }
    return result; /* what follows the first member is not looked at */
}

/* Whether nothing is missing but the footer: then zeros in its place complete
 * the stream, and yield nothing. */
static bool only_footer_is_missing(struct decoder *d)
{
    Bytef zero = 0;

    for (int i = 0; i < 8; i++) {
        d->z.next_in = &zero;
        d->z.avail_in = 1;
        d->z.next_out = d->room;
        d->z.avail_out = DECODED_ROOM;
        int result = inflate(&d->z, Z_NO_FLUSH);
        if (d->z.avail_out < DECODED_ROOM)
            return false;
        if (result == Z_STREAM_END)
            return true;
        if (result != Z_OK)
            return false;
    }
    return false;
}

enum push_result decoder_end(struct decoder *d)
{
    if (!d->begun || d->done || only_footer_is_missing(d))
        return PUSH_OK;
    return PUSH_CORRUPT;
}

/* ---- encoding ------------------------------------------------------------ */

static void encoder_release(void *object)
{
    struct encoder *e = object;

    deflateEnd(&e->z);
    free(e);
}

struct encoder *encoder_new(struct arena *arena, enum body_coding coding,
                            sink_fn *sink, void *ctx)
{
    struct encoder *e = xmalloc(sizeof(*e));

    memset(e, 0, offsetof(struct encoder, room));
    e->sink = sink;
    e->ctx = ctx;
    e->z.zalloc = zlib_alloc;
    e->z.zfree = zlib_free;
    int window = coding == CODING_GZIP ? GZIP : MAX_WBITS;
    CHECK(deflateInit2(&e->z, LEVEL, Z_DEFLATED, window, MAX_MEM_LEVEL - 1,
                       Z_DEFAULT_STRATEGY) == Z_OK);
    arena_defer(arena, encoder_release, e);
    return e;
}

static void deflate_all(struct encoder *e, int flush)
{
    do {
        e->z.next_out = e->room;
        e->z.avail_out = ENCODED_ROOM;
        deflate(&e->z, flush);
        size_t len = ENCODED_ROOM - e->z.avail_out;
        if (len > 0)
            e->sink(e->ctx, str_make((const char *)e->room, len));
    } while (e->z.avail_out == 0);
}

void encoder_push(struct encoder *e, struct str in)
{
    while (in.len > 0) {
        uInt len = in.len < UINT_MAX ? (uInt)in.len : UINT_MAX;
        e->z.next_in = (z_const Bytef *)in.ptr;
        e->z.avail_in = len;
        deflate_all(e, Z_NO_FLUSH);
        in = str_from(in, len);
        e->pending = true;
    }
}

void encoder_flush(struct encoder *e)
{
    if (e->pending)
        deflate_all(e, Z_SYNC_FLUSH);
    e->pending = false;
}

void encoder_end(struct encoder *e)
{
    deflate_all(e, Z_FINISH);
}
