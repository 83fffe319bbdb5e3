/* rewrite/pipeline.h - take what is denied out of a response body, streaming.
 *
 * decode (gzip, deflate) → rewrite (HTML, CSS) → encode. Pure: bytes in, bytes
 * out, no sockets, no clock. The output does not depend on how the input is
 * cut into pushes. Memory is bounded by a small multiple of
 * pipeline_options.memory. As long as nothing was changed, compressed bytes go
 * out as they came (rewrite/splice.h).
 */
#pragma once

#include "rules/ruleset.h"

enum body_kind { BODY_HTML, BODY_CSS };
enum body_coding { CODING_IDENTITY, CODING_GZIP, CODING_DEFLATE };

enum push_mode {
    PUSH_MORE,  /* there is more to come soon */
    PUSH_FLUSH, /* the origin pauses: put out all that can be */
    PUSH_END,   /* this was the last of the body */
};

enum push_result {
    PUSH_OK,
    PUSH_CORRUPT, /* the coding is broken or cut short: break the response off
                   */
    PUSH_BOMB,    /* inflated past the limit */
};

/* Receives output. `out` is borrowed for the call only, unless it lies within
 * the bytes of the current pipeline_push: those stay valid until it returns. */
typedef void sink_fn(void *ctx, struct str out);

/* What was done, by rule: for logs, metrics and --stats. */
enum edit_kind {
    EDIT_SCRIPT,
    EDIT_INLINE,
    EDIT_IMG,
    EDIT_IFRAME,
    EDIT_LINK,
    EDIT_EMBED,
    EDIT_OBJECT,
    EDIT_MEDIA,
    EDIT_INPUT,
    EDIT_ELEMENT,
    EDIT_ATTRIBUTE,
    EDIT_HANDLER,
    EDIT_STYLE,
    EDIT_META,
    EDIT_HOST,
    EDIT_OTHER,
    EDIT_KINDS,
};
extern const char *const edit_kind_names[]; /* "script", "inline", … by enum */

enum edit_way {
    EDIT_REMOVED,
    EDIT_DEFERRED,
    EDIT_PLACEHOLDER,
    EDIT_NEUTRALISED
};

/* Called for each edit; `rule` may be NULL (an unclassified third party). */
typedef void edit_fn(void *ctx, const struct rule *rule, enum edit_way way,
                     enum edit_kind kind);

struct pipeline_options {
    const struct scope *scope;
    const struct purposes *purposes; /* names for data-heed-purpose */
    struct url page; /* the document's URL: base of relative references */
    enum body_kind kind;
    enum body_coding coding;
    struct str charset;     /* of Content-Type, lower case; empty: not said */
    size_t memory;          /* bytes that may be held back, "rewrite_memory" */
    unsigned inflate_ratio; /* 0: no limit */
    edit_fn *on_edit;       /* may be NULL */
    void *edit_ctx;
    sink_fn *sink;
    void *sink_ctx;
    bool no_inline; /* add no inline script: the page has a policy against it */
};

struct pipeline;

/* A pipeline whose memory comes from the arena and is given back with it
 * (buffers and codecs by arena_defer). `options` is copied; what it points to
 * must outlive the pipeline. */
struct pipeline *pipeline_new(struct arena *arena,
                              const struct pipeline_options *options);

/* Push a piece of the body (may be empty). After PUSH_END or a result other
 * than PUSH_OK only the arena's release may follow. */
enum push_result pipeline_push(struct pipeline *p, struct str in,
                               enum push_mode mode);
