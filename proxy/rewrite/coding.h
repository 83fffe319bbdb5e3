/* rewrite/coding.h - content codings: gzip and deflate, out and in.
 *
 * Decoded as browsers do: of a gzip body the first member counts and its
 * checksum is not looked at; "deflate" is zlib's format or bare deflate. A
 * body cut short, or broken, is an error; so is one that grows beyond the
 * ratio allowed. The encoder writes bare deflate, and can go on where another
 * one stopped: rewrite/splice.h has the header and the footer around it.
 */
#pragma once

#include "rewrite/pipeline.h"

/* What stands around the deflate blocks (RFC 1952, RFC 1950, nothing). */
enum wrapper { WRAPPER_GZIP, WRAPPER_ZLIB, WRAPPER_NONE };

/* Told by the coding and the body's first byte. */
enum wrapper wrapper_of(enum body_coding coding, char first);

/* A place where one deflate block has ended and another, or the first one,
 * begins. None stands behind the final block. */
struct block_edge {
    uint64_t packed; /* bytes of the body up to here, the last one maybe only in
                        part */
    uint64_t text;   /* bytes that they decode to */
    unsigned unused; /* bits of the last byte that belong to the next block */
};

/* Told while decoding: the bytes that were consumed, before the text that they
 * hold goes to the sink; then the edge, if they end at one. */
struct decoder_watch {
    sink_fn *packed;
    void (*edge)(void *ctx, struct block_edge edge);
    void *ctx;
};

struct decoder;

/* Its memory is given back with the arena. `watch` is copied. */
struct decoder *decoder_new(struct arena *arena, enum body_coding coding,
                            unsigned max_ratio,
                            const struct decoder_watch *watch);

/* Decode a piece; what comes out goes to `sink`, borrowed for the call. What
 * follows the first member is neither decoded nor told. */
enum push_result decoder_push(struct decoder *d, struct str in, sink_fn *sink,
                              void *ctx);

/* PUSH_CORRUPT if the body was cut short. A missing footer is no harm. */
enum push_result decoder_end(struct decoder *d);

/* Where an encoder begins: behind deflate blocks that were sent already. */
struct encoder_start {
    int window_bits;       /* of the header that was sent: 8 to 15 */
    struct str dictionary; /* the text before, as much as there is */
    unsigned bit_count;    /* 0 to 7 bits of a byte that is to be completed, */
    unsigned bits;         /* the low ones */
};

struct encoder;

struct encoder *encoder_new(const struct encoder_start *start, sink_fn *sink,
                            void *ctx);
void encoder_free(struct encoder *e); /* NULL is fine */

void encoder_push(struct encoder *e, struct str in);

/* Put out all that was pushed, if anything was since the last flush. */
void encoder_flush(struct encoder *e);

/* Put out the rest, with the final block. */
void encoder_end(struct encoder *e);
