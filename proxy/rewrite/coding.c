#include "rewrite/coding.h"

#include "base/check.h"

#include <stdlib.h>

#include <zlib.h>

enum {
    DECODED_ROOM = 128 << 10, /* less makes inflate markedly slower */
    ENCODED_ROOM = 16 << 10,
    LEVEL = 1,
    BARE = -MAX_WBITS,
    GZIP = MAX_WBITS + 16,
    /* What inflate says of where it stopped, in data_type. */
    STOP_UNUSED = 7,      /* bits of the last byte */
    STOP_FINAL = 64,      /* in or behind the final block */
    STOP_EDGE = 128,      /* before a block */
    RATIO_FREE = 1 << 20, /* bytes that no ratio is asked of */
};

struct decoder {
    z_stream z;
    enum body_coding coding;
    struct decoder_watch watch;
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
                            unsigned max_ratio,
                            const struct decoder_watch *watch)
{
    struct decoder *d = xmalloc(sizeof(*d));

    memset(d, 0, offsetof(struct decoder, room));
    d->coding = coding;
    d->watch = *watch;
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

enum wrapper wrapper_of(enum body_coding coding, char first)
{
    if (coding == CODING_GZIP)
        return WRAPPER_GZIP;
    return is_zlib_header(first) ? WRAPPER_ZLIB : WRAPPER_NONE;
}

static void decoder_begin(struct decoder *d, char first)
{
    static const int windows[] = {[WRAPPER_GZIP] = GZIP,
                                  [WRAPPER_ZLIB] = MAX_WBITS,
                                  [WRAPPER_NONE] = BARE};

    d->z.zalloc = zlib_alloc;
    d->z.zfree = zlib_free;
    CHECK(inflateInit2(&d->z, windows[wrapper_of(d->coding, first)]) == Z_OK);
    d->begun = true;
    /* Browsers do not mind a wrong checksum. */
    inflateValidate(&d->z, 0);
}

static bool is_bomb(const struct decoder *d)
{
    return d->max_ratio > 0 && d->out > RATIO_FREE &&
           d->out / d->max_ratio > d->in;
}

static bool is_at_edge(const struct decoder *d)
{
    return !d->done && (d->z.data_type & STOP_EDGE) != 0 &&
           (d->z.data_type & STOP_FINAL) == 0;
}

/* Tell what the last call of inflate consumed and yielded. */
static void decoder_tell(struct decoder *d, struct str packed, struct str text,
                         sink_fn *sink, void *ctx)
{
    const struct decoder_watch *watch = &d->watch;

    if (packed.len > 0)
        watch->packed(watch->ctx, packed);
    if (text.len > 0)
        sink(ctx, text);
    if (is_at_edge(d))
        watch->edge(watch->ctx,
                    (struct block_edge){
                        .packed = d->in,
                        .text = d->out,
                        .unused = (unsigned)d->z.data_type & STOP_UNUSED,
                    });
}

/* Inflate what lies in z.next_in. */
static enum push_result inflate_all(struct decoder *d, sink_fn *sink, void *ctx)
{
    do {
        const char *from = (const char *)d->z.next_in;
        d->z.next_out = d->room;
        d->z.avail_out = DECODED_ROOM;
        int result = inflate(&d->z, Z_BLOCK);
        struct str packed = str_between(from, (const char *)d->z.next_in);
        size_t len = DECODED_ROOM - d->z.avail_out;
        d->in += packed.len;
        d->out += len;
        if (is_bomb(d))
            return PUSH_BOMB;
        d->done = result == Z_STREAM_END;
        decoder_tell(d, packed, str_make((const char *)d->room, len), sink,
                     ctx);
        if (!d->done && result != Z_OK && result != Z_BUF_ERROR)
            return PUSH_CORRUPT;
    } while (!d->done &&
             (d->z.avail_out == 0 || (d->z.data_type & STOP_EDGE) != 0));
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

struct encoder *encoder_new(const struct encoder_start *start, sink_fn *sink,
                            void *ctx)
{
    struct encoder *e = xmalloc(sizeof(*e));
    /* zlib has no bare deflate with 8. With 9 its distances end at 250. */
    int window = start->window_bits > 9 ? -start->window_bits : -9;
    struct str dictionary = start->dictionary;

    memset(e, 0, offsetof(struct encoder, room));
    e->sink = sink;
    e->ctx = ctx;
    e->z.zalloc = zlib_alloc;
    e->z.zfree = zlib_free;
    CHECK(deflateInit2(&e->z, LEVEL, Z_DEFLATED, window, MAX_MEM_LEVEL - 1,
                       Z_DEFAULT_STRATEGY) == Z_OK);
    if (dictionary.len > 0)
        CHECK(deflateSetDictionary(&e->z, (const Bytef *)dictionary.ptr,
                                   (uInt)dictionary.len) == Z_OK);
    if (start->bit_count > 0)
        CHECK(deflatePrime(&e->z, (int)start->bit_count, (int)start->bits) ==
              Z_OK);
    return e;
}

void encoder_free(struct encoder *e)
{
    if (e == NULL)
        return;
    deflateEnd(&e->z);
    free(e);
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
