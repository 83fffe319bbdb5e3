/* rewrite/splice.h - compressed bytes go out as they came, until the text
 * changes.
 *
 * It is told what the decoder consumed and found, and what the rewriter made
 * of it. As long as the two texts are the same, the origin's own bytes go out,
 * up to the last edge between deflate blocks whose text the rewriter has let
 * through; behind that edge both forms are held back. From the first
 * difference on, the text since the edge is encoded: the origin's header stays,
 * the footer is made anew. A block larger than the memory allowed is encoded
 * too. Where encoding begins does not depend on how the body was cut, unless
 * the origin stuffs it with thousands of empty blocks.
 *
 * What stands behind the first gzip member is not passed on: browsers ignore
 * it, so nobody has looked at it, and some other client may read it.
 */
#pragma once

#include "rewrite/coding.h"

struct splice;

/* Its memory is given back with the arena. `memory` is in bytes: the size of
 * the largest block that may be held back; what the rewriter holds back of its
 * own comes on top. */
struct splice *splice_new(struct arena *arena, enum body_coding coding,
                          size_t memory, sink_fn *sink, void *ctx);

/* What the decoder is to tell. */
struct decoder_watch splice_watch(struct splice *s);

/* Decoded text. Returns it from where it is kept: give that to the rewriter,
 * which spares a comparison, then call splice_settle. */
struct str splice_text(struct splice *s, struct str text);

/* What the rewriter lets through. */
void splice_out(struct splice *s, struct str out);

/* Put out what has become safe, and give up what is no longer needed. The last
 * splice_text is invalid then. */
void splice_settle(struct splice *s);

/* Put out all that can be: once encoding, all; before, up to the last edge. An
 * origin that flushes makes an edge by it. */
void splice_flush(struct splice *s);

/* The decoder and the rewriter have ended, and well. */
void splice_end(struct splice *s);
