/* rewrite/css.h - empty what CSS would fetch from where it may not.
 *
 * Tokens of CSS Syntax Level 3, as far as needed to find url(), src(),
 * image-set() and @import with their escapes and comments, streaming. Only the
 * address between the quotes or parentheses is taken out, so nothing around it
 * can join. What stands in an address is held back, at most `memory` bytes;
 * data: addresses are not.
 */
#pragma once

#include "rewrite/pipeline.h"

struct css;

/* Its memory comes from the arena and is given back with it. */
struct css *css_new(struct arena *arena,
                    const struct pipeline_options *options);

/* Begin a style sheet; `base` and `ctx` must outlive it. */
void css_begin(struct css *c, const struct url *base, sink_fn *sink, void *ctx);
void css_push(struct css *c, struct str in);
void css_end(struct css *c);

/* Rewrite a style attribute's value. The result is `text` itself if nothing
 * changed, or lives in `out`. */
struct str css_rewrite(struct css *c, const struct url *base, struct str text,
                       struct arena *out);
