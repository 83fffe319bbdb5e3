#include "rewrite/splice.h"

#include "base/buf.h"

#include <zlib.h>

enum {
    WINDOW = 1 << MAX_WBITS, /* bytes of text that a block may refer to */
    SLACK = 256 << 10,       /* a piece of decoded text, and some more */
};

struct splice {
    enum body_coding coding;
    enum wrapper wrapper; /* once `begun` */
    int window_bits;      /* of the zlib header */
    bool begun;           /* the first byte is known */
    bool closed;          /* no edge behind those that wait can be used */
    size_t memory;
    sink_fn *sink;
    void *ctx;

    /* The origin's bytes and text; the offsets say where each buf begins. */
    struct buf packed, text;
    uint64_t packed_at, text_at;
    struct buf edges; /* of struct block_edge, not yet let through */
    struct block_edge safe;
    uint64_t same;    /* bytes of text that the rewriter let through */
    struct buf ahead; /* what it put out beyond the text there is */

    struct encoder *encoder; /* NULL: nothing has changed */
    uint64_t out_len;        /* of the text up to `safe`, or encoded */
    uLong sum;
};

static void splice_release(void *object)
{
    struct splice *s = object;

    buf_release(&s->packed);
    buf_release(&s->text);
    buf_release(&s->edges);
    buf_release(&s->ahead);
    encoder_free(s->encoder);
}

struct splice *splice_new(struct arena *arena, enum body_coding coding,
                          size_t memory, sink_fn *sink, void *ctx)
{
    struct splice *s = arena_new(arena, struct splice);

    s->coding = coding;
    s->memory = memory;
    s->sink = sink;
    s->ctx = ctx;
    s->window_bits = MAX_WBITS;
    arena_defer(arena, splice_release, s);
    return s;
}

static uint64_t text_end(const struct splice *s)
{
    return s->text_at + s->text.len;
}

/* The text from one offset up to another. */
static struct str text_between(const struct splice *s, uint64_t from,
                               uint64_t to)
{
    return str_sub(buf_str(&s->text), (size_t)(from - s->text_at),
                   (size_t)(to - from));
}

/* Text that goes out in one form or the other. */
static void sum_text(struct splice *s, struct str text)
{
    const Bytef *at = (const Bytef *)text.ptr;

    if (text.len == 0)
        return;
    s->out_len += text.len;
    if (s->wrapper == WRAPPER_GZIP)
        s->sum = crc32_z(s->sum, at, text.len);
    else if (s->wrapper == WRAPPER_ZLIB)
        s->sum = adler32_z(s->sum, at, text.len);
}

static void encode(struct splice *s, struct str text)
{
    sum_text(s, text);
    encoder_push(s->encoder, text);
}

/* ---- as it came ---------------------------------------------------------- */

/* The body's first byte tells its wrapper and, of zlib's, the window. */
static void splice_begin(struct splice *s, char first)
{
    s->begun = true;
    s->wrapper = wrapper_of(s->coding, first);
    if (s->wrapper == WRAPPER_ZLIB) {
        s->window_bits = ((unsigned char)first >> 4) + 8;
        s->sum = adler32(0, NULL, 0);
    }
}

static void on_packed(void *ctx, struct str packed)
{
    struct splice *s = ctx;

    if (!s->begun)
        splice_begin(s, packed.ptr[0]);
    if (s->encoder == NULL && !s->closed)
        buf_append(&s->packed, packed);
}

/* Of the edges that wait, the first is 0. */
static struct block_edge edge_at(const struct splice *s, size_t i)
{
    struct block_edge edge;

    memcpy(&edge, buf_str(&s->edges).ptr + i * sizeof(edge), sizeof(edge));
    return edge;
}

static size_t edges_waiting(const struct splice *s)
{
    return s->edges.len / sizeof(struct block_edge);
}

static void on_edge(void *ctx, struct block_edge edge)
{
    struct splice *s = ctx;
    size_t count = edges_waiting(s);

    if (s->encoder != NULL || s->closed)
        return;
    /* Of edges with no text between them, the last one will do. */
    if (count > 0 && edge_at(s, count - 1).text == edge.text)
        s->edges.len -= sizeof(edge);
    buf_append(&s->edges, str_make((const char *)&edge, sizeof(edge)));
}

struct decoder_watch splice_watch(struct splice *s)
{
    return (struct decoder_watch){
        .packed = on_packed, .edge = on_edge, .ctx = s};
}

static void put_out_packed(struct splice *s, uint64_t end)
{
    size_t len = (size_t)(end - s->packed_at);

    if (len == 0)
        return;
    s->sink(s->ctx, str_sub(buf_str(&s->packed), 0, len));
    buf_consume(&s->packed, len);
    s->packed_at = end;
}

/* Move on to the last edge whose text was let through. */
static void pass(struct splice *s)
{
    size_t count = 0;

    while (count < edges_waiting(s) && edge_at(s, count).text <= s->same)
        count++;
    if (count == 0)
        return;
    struct block_edge edge = edge_at(s, count - 1);
    buf_consume(&s->edges, count * sizeof(edge));
    sum_text(s, text_between(s, s->safe.text, edge.text));
    put_out_packed(s, edge.packed - (edge.unused > 0));
    s->safe = edge;
}

/* ---- encoded ------------------------------------------------------------- */

/* Encode from the last safe edge on. */
static void splice_change(struct splice *s)
{
    pass(s);
    struct encoder_start start = {.window_bits = s->window_bits};
    uint64_t window = s->safe.text > WINDOW ? s->safe.text - WINDOW : 0;
    if (window < s->text_at)
        window = s->text_at;
    start.dictionary = text_between(s, window, s->safe.text);
    if (s->safe.unused > 0) {
        start.bit_count = 8 - s->safe.unused;
        start.bits = (unsigned char)buf_str(&s->packed).ptr[0] &
                     ((1u << start.bit_count) - 1);
    }
    s->encoder = encoder_new(&start, s->sink, s->ctx);
    encode(s, text_between(s, s->safe.text, s->same));
    encode(s, buf_str(&s->ahead));
}

static size_t common_len(struct str a, struct str b)
{
    size_t len = 0;

    while (len < a.len && len < b.len && a.ptr[len] == b.ptr[len])
        len++;
    return len;
}

void splice_out(struct splice *s, struct str out)
{
    if (s->encoder != NULL) {
        encode(s, out);
        return;
    }
    struct str text = text_between(s, s->same, text_end(s));
    if (text.len > out.len)
        text.len = out.len;
    /* Most of it lies where it was given from. */
    bool equal = out.ptr == text.ptr || str_eq(text, str_sub(out, 0, text.len));
    size_t len = equal ? text.len : common_len(text, out);
    s->same += len;
    out = str_from(out, len);
    if (equal) {
        buf_append(&s->ahead, out);
        return;
    }
    splice_change(s);
    encode(s, out);
}

struct str splice_text(struct splice *s, struct str text)
{
    if (s->encoder != NULL)
        return text;
    buf_append(&s->text, text);
    struct str kept = str_from(buf_str(&s->text), s->text.len - text.len);
    if (s->ahead.len > 0) {
        struct buf ahead = s->ahead;
        s->ahead = (struct buf){0};
        splice_out(s, buf_str(&ahead));
        buf_release(&ahead);
    }
    return kept;
}

/* ---- memory -------------------------------------------------------------- */

/* Forget the text that no block can refer to any more. */
static void forget_text(struct splice *s)
{
    uint64_t keep = s->safe.text > WINDOW ? s->safe.text - WINDOW : 0;

    if (keep <= s->text_at)
        return;
    buf_consume(&s->text, (size_t)(keep - s->text_at));
    s->text_at = keep;
}

/* The text of the block that is being decoded. */
static uint64_t block_len(const struct splice *s)
{
    size_t count = edges_waiting(s);
    uint64_t start = count > 0 ? edge_at(s, count - 1).text : s->safe.text;

    return text_end(s) - start;
}

static void keep_bounds(struct splice *s)
{
    size_t most = 2 * s->memory + SLACK;

    if (block_len(s) > s->memory || s->packed.len > most || s->edges.len > most)
        s->closed = true;
    /* More than the rewriter can hold back: it is removing. */
    bool removing = text_end(s) - s->safe.text > most;
    if (removing || (s->closed && s->edges.len == 0))
        splice_change(s);
}

void splice_settle(struct splice *s)
{
    if (s->encoder == NULL) {
        pass(s);
        forget_text(s);
        keep_bounds(s);
    }
    if (s->encoder != NULL) {
        buf_release(&s->packed);
        buf_release(&s->text);
        buf_release(&s->edges);
        buf_release(&s->ahead);
    }
}

void splice_flush(struct splice *s)
{
    if (s->encoder == NULL && s->ahead.len > 0)
        splice_change(s);
    splice_settle(s);
    if (s->encoder != NULL)
        encoder_flush(s->encoder);
}

/* ---- the end ------------------------------------------------------------- */

static void put_out_footer(struct splice *s)
{
    unsigned char footer[8];
    size_t len = 0;

    if (s->wrapper == WRAPPER_GZIP) {
        for (; len < 8; len++)
            footer[len] =
                (unsigned char)(len < 4 ? s->sum >> 8 * len
                                        : s->out_len >> 8 * (len - 4));
    } else if (s->wrapper == WRAPPER_ZLIB) {
        for (; len < 4; len++)
            footer[len] = (unsigned char)(s->sum >> 8 * (3 - len));
    }
    if (len > 0)
        s->sink(s->ctx, str_make((const char *)footer, len));
}

void splice_end(struct splice *s)
{
    bool changed = s->closed || s->ahead.len > 0 || s->same < text_end(s);

    if (s->encoder == NULL && changed)
        splice_change(s);
    if (s->encoder == NULL) {
        put_out_packed(s, s->packed_at + s->packed.len);
        return;
    }
    encoder_end(s->encoder);
    put_out_footer(s);
}
