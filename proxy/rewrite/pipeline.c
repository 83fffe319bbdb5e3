#include "rewrite/pipeline.h"

#include "rewrite/css.h"
#include "rewrite/html.h"
#include "rewrite/splice.h"

const char *const edit_kind_names[] = {
    "script", "inline", "img",   "iframe",  "link",      "embed",
    "object", "media",  "input", "element", "attribute", "handler",
    "style",  "meta",   "host",  "other",   NULL,
};
_Static_assert(sizeof(edit_kind_names) / sizeof(edit_kind_names[0]) ==
                   EDIT_KINDS + 1,
               "a name for each kind of edit");

struct pipeline {
    struct pipeline_options options; /* its sink is the rewriter's */
    struct decoder *decoder;         /* NULL: identity */
    struct splice *splice;
    struct html *html; /* one of the two */
    struct css *css;
};

static void put_out(void *ctx, struct str s)
{
    const struct pipeline *p = ctx;

    splice_out(p->splice, s);
}

static void rewrite(void *ctx, struct str s)
{
    const struct pipeline *p = ctx;

    if (p->html != NULL)
        html_push(p->html, s);
    else
        css_push(p->css, s);
}

static void rewrite_decoded(void *ctx, struct str s)
{
    struct pipeline *p = ctx;

    rewrite(p, splice_text(p->splice, s));
    splice_settle(p->splice);
}

static void begin_coding(struct pipeline *p, struct arena *arena)
{
    struct pipeline_options *o = &p->options;

    p->splice = splice_new(arena, o->coding, o->memory, o->sink, o->sink_ctx);
    struct decoder_watch watch = splice_watch(p->splice);
    p->decoder = decoder_new(arena, o->coding, o->inflate_ratio, &watch);
    o->sink = put_out;
    o->sink_ctx = p;
}

struct pipeline *pipeline_new(struct arena *arena,
                              const struct pipeline_options *options)
{
    struct pipeline *p = arena_new(arena, struct pipeline);

    p->options = *options;
    if (options->coding != CODING_IDENTITY)
        begin_coding(p, arena);
    if (options->kind == BODY_HTML) {
        p->html = html_new(arena, &p->options);
    } else {
        p->css = css_new(arena, &p->options);
        css_begin(p->css, &p->options.page, p->options.sink,
                  p->options.sink_ctx);
    }
    return p;
}

static void rewrite_end(struct pipeline *p)
{
    if (p->html != NULL)
        html_end(p->html);
    else
        css_end(p->css);
}

enum push_result pipeline_push(struct pipeline *p, struct str in,
                               enum push_mode mode)
{
    enum push_result result = PUSH_OK;

    if (p->decoder == NULL) {
        rewrite(p, in);
        if (mode == PUSH_END)
            rewrite_end(p);
        return PUSH_OK;
    }
    result = decoder_push(p->decoder, in, rewrite_decoded, p);
    if (result == PUSH_OK && mode == PUSH_END)
        result = decoder_end(p->decoder);
    if (result != PUSH_OK)
        return result;
    if (mode == PUSH_END) {
        rewrite_end(p);
        splice_end(p->splice);
    } else if (mode == PUSH_FLUSH) {
        splice_flush(p->splice);
    } else {
        splice_settle(p->splice);
    }
    return PUSH_OK;
}
