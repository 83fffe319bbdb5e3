/* rewrite/coding.h - content codings: gzip and deflate, out and in.
 *
 * Decoded as browsers do: of a gzip body the first member counts and its
 * checksum is not looked at; "deflate" is zlib's format or bare deflate. A
 * body cut short, or broken, is an error; so is one that grows beyond the
 * ratio allowed.
 */
#pragma once

#include "rewrite/pipeline.h"

struct decoder;
struct encoder;

/* Their memory comes from the arena and is given back with it. */
struct decoder *decoder_new(struct arena *arena, enum body_coding coding,
                            unsigned max_ratio);
struct encoder *encoder_new(struct arena *arena, enum body_coding coding,
                            sink_fn *sink, void *ctx);

/* Decode a piece; what comes out goes to `sink`, borrowed for the call. */
enum push_result decoder_push(struct decoder *d, struct str in, sink_fn *sink,
                              void *ctx);

/* PUSH_CORRUPT if the body was cut short. */
enum push_result decoder_end(struct decoder *d);

void encoder_push(struct encoder *e, struct str in);

/* Put out all that was pushed, if anything was since the last flush. */
void encoder_flush(struct encoder *e);
void encoder_end(struct encoder *e);
