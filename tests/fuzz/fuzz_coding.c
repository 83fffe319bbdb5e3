/* module: rewrite - a gzip or deflate body, made of any bytes or well packed:
 * no crash, the same result however it is cut, what goes out holds what a
 * rewriter made of the text, and without a change it is what came. */
#include "base/buf.h"
#include "rewrite/splice.h"

#include <stdlib.h>

#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rewriter in small: takes out every run of X, and holds back from '<' to
 * '>', which it doubles if nothing stands between. */
struct toy {
    struct buf held;
    sink_fn *sink;
    void *ctx;
};

static void toy_push(struct toy *t, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == 'X')
            continue;
        if (c != '<' && t->held.len == 0) {
            t->sink(t->ctx, str_sub(s, i, 1));
            continue;
        }
        buf_append_char(&t->held, c);
        if (str_eq(buf_str(&t->held), STR("<>")))
            buf_append_char(&t->held, c);
        if (c == '>') {
            t->sink(t->ctx, buf_str(&t->held));
            buf_clear(&t->held);
        }
    }
}

static void toy_end(struct toy *t)
{
    t->sink(t->ctx, buf_str(&t->held));
    buf_release(&t->held);
}

static void append(void *ctx, struct str s)
{
    buf_append(ctx, s);
}

struct chain {
    struct toy toy;
    struct splice *splice;
    struct buf plain, out; /* decoded; and encoded again */
};

static void rewrite(void *ctx, struct str s)
{
    struct chain *c = ctx;

    buf_append(&c->plain, s);
    toy_push(&c->toy, splice_text(c->splice, s));
    splice_settle(c->splice);
}

static void pass_on(void *ctx, struct str s)
{
    splice_out(ctx, s);
}

static enum push_result chain_run(struct chain *c, enum body_coding coding,
                                  size_t memory, struct str in, size_t step,
                                  bool flush)
{
    struct arena arena = {0};
    enum push_result result = PUSH_OK;

    *c = (struct chain){0};
    c->splice = splice_new(&arena, coding, memory, append, &c->out);
    c->toy.sink = pass_on;
    c->toy.ctx = c->splice;
    struct decoder_watch watch = splice_watch(c->splice);
    struct decoder *d = decoder_new(&arena, coding, 1000, &watch);
    while (result == PUSH_OK && in.len > 0) {
        result = decoder_push(d, str_sub(in, 0, step), rewrite, c);
        in = str_from(in, step);
        if (flush)
            splice_flush(c->splice);
    }
    if (result == PUSH_OK)
        result = decoder_end(d);
    toy_end(&c->toy);
    if (result == PUSH_OK)
        splice_end(c->splice);
    arena_release(&arena);
    return result;
}

static void chain_release(struct chain *c)
{
    buf_release(&c->plain);
    buf_release(&c->out);
}

/* All of `in`, strictly but for a footer that may be missing, or wrong, if it
 * is the origin's. */
static void unpack(int window, struct str in, bool ours, struct buf *out)
{
    z_stream z = {.next_in = (z_const Bytef *)in.ptr, .avail_in = (uInt)in.len};
    int result = Z_OK;

    CHECK(inflateInit2(&z, window) == Z_OK);
    inflateValidate(&z, ours);
    while (result == Z_OK) {
        z.avail_out = 1 << 16;
        z.next_out = (Bytef *)buf_reserve(out, z.avail_out);
        result = inflate(&z, Z_NO_FLUSH);
        out->len += (1 << 16) - z.avail_out;
    }
    if (ours)
        CHECK(result == Z_STREAM_END && z.avail_in == 0);
    inflateEnd(&z);
}

static void check_out(const struct chain *c, enum body_coding coding,
                      struct str in, size_t memory)
{
    static const int windows[] = {MAX_WBITS + 16, MAX_WBITS, -MAX_WBITS};
    struct buf want = {0}, text = {0};
    struct toy toy = {.sink = append, .ctx = &want};
    struct str out = buf_str(&c->out);

    toy_push(&toy, buf_str(&c->plain));
    toy_end(&toy);
    bool changed = !str_eq(buf_str(&want), buf_str(&c->plain));
    bool large = c->plain.len > memory;
    bool same = out.len <= in.len && str_eq(out, str_sub(in, 0, out.len));
    CHECK(changed || large || same);
    if (out.len > 0) {
        unpack(windows[wrapper_of(coding, in.ptr[0])], out, !same, &text);
        CHECK(str_eq(buf_str(&text), buf_str(&want)));
    }
    buf_release(&want);
    buf_release(&text);
}

static void check_cuts(enum body_coding coding, struct str in, size_t step,
                       size_t memory)
{
    struct chain whole, pieces, flushed;
    enum push_result result =
        chain_run(&whole, coding, memory, in, SIZE_MAX, false);

    CHECK(chain_run(&pieces, coding, memory, in, step, false) == result);
    CHECK(chain_run(&flushed, coding, memory, in, step, true) == result);
    if (result == PUSH_OK) {
        CHECK(str_eq(buf_str(&whole.plain), buf_str(&pieces.plain)));
        CHECK(str_eq(buf_str(&whole.out), buf_str(&pieces.out)));
        check_out(&whole, coding, in, memory);
        check_out(&flushed, coding, in, memory);
    }
    chain_release(&whole);
    chain_release(&pieces);
    chain_release(&flushed);
}

/* Pack the text, with a flush or a new block after each `piece`, some of it
 * repeated so that there is something to refer to. */
static void pack(struct str text, int window, unsigned how, size_t piece,
                 struct buf *out)
{
    static const int flushes[] = {Z_BLOCK, Z_SYNC_FLUSH, Z_PARTIAL_FLUSH,
                                  Z_NO_FLUSH};
    z_stream z = {0};

    CHECK(deflateInit2(&z, how % 10, Z_DEFLATED, window, 8,
                       how & 16 ? Z_FIXED : Z_DEFAULT_STRATEGY) == Z_OK);
    for (size_t at = 0; at <= text.len; at += piece) {
        struct str part = str_sub(text, at, piece);
        bool last = at + piece > text.len;
        z.next_in = (z_const Bytef *)part.ptr;
        z.avail_in = (uInt)part.len;
        z.avail_out = (uInt)(part.len * 2 + 1024);
        z.next_out = (Bytef *)buf_reserve(out, z.avail_out);
        size_t before = z.avail_out;
        deflate(&z, last ? Z_FINISH : flushes[how >> 5 & 3]);
        out->len += before - z.avail_out;
    }
    deflateEnd(&z);
}

static void check_packed(const uint8_t *data, struct str text)
{
    static const int windows[] = {MAX_WBITS + 16, MAX_WBITS, -MAX_WBITS, 9};
    int window = windows[data[0] >> 1 & 3];
    struct buf body = {0}, longer = {0};

    for (unsigned i = 0; i <= data[3] % 64; i++)
        buf_append(&longer, text);
    pack(buf_str(&longer), window, data[1], data[2] * 4u + 1u, &body);
    /* zlib's own bare streams may look like a zlib header: not ours to tell. */
    if (window > 0 ||
        wrapper_of(CODING_DEFLATE, buf_str(&body).ptr[0]) == WRAPPER_NONE)
        check_cuts(window > MAX_WBITS ? CODING_GZIP : CODING_DEFLATE,
                   buf_str(&body), data[4] + 1u,
                   data[0] & 0x80 ? 1000 : 1 << 20);
    buf_release(&body);
    buf_release(&longer);
}

/* The first byte: bit 0 gzip, the rest how wide to cut. If it is a T, what
 * follows is text, packed as the five bytes before it say. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct str in = str_make((const char *)data + 1, size - 1);
    if (size > 6 && data[0] == 'T') {
        check_packed(data + 1, str_from(in, 5));
        return 0;
    }
    check_cuts(data[0] & 1 ? CODING_GZIP : CODING_DEFLATE, in,
               (data[0] >> 1) + 1u, 1 << 20);
    return 0;
}
