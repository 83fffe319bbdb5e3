#include "rewrite/html.h"
#include "rewrite/html_lex.h"
#include "rewrite/html_parts.h"

#include <stdlib.h>

static void release(void *object)
{
    struct html *h = object;

    tree_release(&h->tree);
    for (unsigned i = 0; i < h->hold_count; i++)
        tree_release(&h->holds[i].tree);
    buf_release(&h->carry);
    buf_release(&h->held);
    buf_release(&h->script.buf);
    html_tag_release(&h->tag);
    free(h->edits);
    free(h->element_attrs);
    html_release_path(h);
    arena_release(&h->scratch);
}

struct html *html_new(struct arena *arena,
                      const struct pipeline_options *options)
{
    struct html *h = arena_new(arena, struct html);

    h->options = options;
    h->arena = arena;
    h->scratch.pool = arena->pool;
    h->sink = options->sink;
    h->sink_ctx = options->sink_ctx;
    h->base = h->document = options->page;
    tree_init(&h->tree, true);
    arena_defer(arena, release, h);
    return h;
}

static void write_to_outer(void *ctx, struct str s)
{
    html_write(ctx, s);
}

struct html *html_new_inner(struct html *outer, bool scripting)
{
    struct html *h = html_new(outer->arena, outer->options);

    h->sink = write_to_outer;
    h->sink_ctx = outer;
    h->nesting = outer->nesting + 1;
    h->tree.scripting = scripting;
    return h;
}

void html_restart(struct html *h, const struct url *base)
{
    bool scripting = h->tree.scripting;

    tree_release(&h->tree);
    tree_init(&h->tree, scripting);
    h->base = h->document = *base;
    h->base_seen = false;
    memset(h->url_hints, 0, sizeof(h->url_hints));
    h->lex = LEX_DATA;
    h->tail.len = 0;
    h->doctype_seen = h->tag_seen = false;
}

void html_push(struct html *h, struct str in)
{
    if (in.len > 0)
        html_lex(h, in);
}

void html_end(struct html *h)
{
    html_lex_end(h);
    if (h->hold_count > 0)
        html_give_back(h);
}

static void append(void *ctx, struct str s)
{
    buf_append(ctx, s);
}

static void release_buf(void *object)
{
    buf_release(object);
}

struct str html_rewrite_inner(struct html *outer, struct str text)
{
    if (outer->nesting >= HTML_DEPTH_MAX)
        return (struct str){0};
    struct html *h = outer->inner;
    if (h == NULL) {
        h = outer->inner = html_new_inner(outer, true);
        h->sink = append;
        h->sink_ctx = arena_new(outer->arena, struct buf);
        arena_defer(outer->arena, release_buf, h->sink_ctx);
    }
    struct buf *out = h->sink_ctx;
    buf_clear(out);
    html_restart(h, &outer->base);
    html_push(h, text);
    html_end(h);
    if (str_eq(buf_str(out), text))
        return text;
    return arena_dup(&outer->scratch, buf_str(out));
}

/* ---- tags ------------------------------------------------------------------
 */

static bool attr_is(const struct html_tag *t, enum attr_id id,
                    struct arena *scratch, struct str value)
{
    const struct html_attr *a = html_tag_attr(t, id);

    return a != NULL && str_ieq(charref_text(attr_value(a), scratch), value);
}

/* An attribute that decides how the tree goes on (struct tree_tag). */
static bool is_decisive(struct html *h)
{
    const struct html_tag *t = &h->tag;

    switch (t->id) {
    case TAG_FONT:
        return html_tag_attr(t, ATTR_COLOR) != NULL ||
               html_tag_attr(t, ATTR_FACE) != NULL ||
               html_tag_attr(t, ATTR_SIZE) != NULL;
    case TAG_ANNOTATION_XML:
        return attr_is(t, ATTR_ENCODING, &h->scratch, STR("text/html")) ||
               attr_is(t, ATTR_ENCODING, &h->scratch,
                       STR("application/xhtml+xml"));
    case TAG_INPUT:
        return attr_is(t, ATTR_TYPE, &h->scratch, STR("hidden"));
    case TAG_TEMPLATE:
        return html_tag_attr(t, ATTR_SHADOWROOTMODE) != NULL ||
               html_tag_attr(t, ATTR_FOR) != NULL;
    default:
        return false;
    }
}

void html_prepare_tag(struct html *h)
{
    const struct html_tag *t = &h->tag;

    h->edit_count = 0;
    h->tree_tag = (struct tree_tag){
        .id = t->id, .hash = t->hash, .self_closing = t->self_closing};
    if (t->is_end)
        return;
    if (!h->tag_seen) {
        h->tag_seen = true;
        h->tree.quirks = !h->doctype_seen;
    }
    if (t->count > 0)
        h->tree_tag.decisive = is_decisive(h);
    if (t->count > 0 && (tag_traits[t->id] & TRAIT_FORMATTING) &&
        t->id != TAG_A)
        h->tree_tag.fingerprint = (uint32_t)str_hash(t->text);
    h->space = tree_space(&h->tree, &h->tree_tag);
}

/* The first base with an address is what references are relative to. */
static void note_base(struct html *h)
{
    const struct html_attr *href = html_tag_attr(&h->tag, ATTR_HREF);
    struct url base;

    if (href == NULL || h->base_seen)
        return;
    h->base_seen = true;
    memset(h->url_hints, 0, sizeof(h->url_hints));
    struct str value = charref_text(attr_value(href), &h->scratch);
    if (url_parse(&base, arena_dup(h->arena, value), &h->document, h->arena))
        h->base = base;
}

static enum text_use text_use_of(struct html *h, enum text_mode mode)
{
    if (h->tree.inert > 0)
        return USE_PASS;
    if (mode == TEXT_SCRIPT) {
        if (html_is_rules(h))
            return USE_RULES;
        bool is_inline = html_tag_attr(&h->tag, ATTR_SRC) == NULL;
        return is_inline && html_is_script(h) ? USE_SCRIPT : USE_PASS;
    }
    if (h->tag.id == TAG_NOSCRIPT && h->nesting < HTML_DEPTH_MAX)
        return USE_FALLBACK;
    return h->tag.id == TAG_STYLE ? USE_STYLE : USE_PASS;
}

static void write_tag(struct html *h)
{
    if (h->edit_count == 0) {
        html_keep_tag(h);
        return;
    }
    html_cut_tag(h);
    html_write(h, edited_tag(h));
}

/* Deeper than can be followed: the tag is left out, so that what a browser
 * has open is what we have. */
static bool is_too_deep(const struct html *h)
{
    unsigned traits = tag_traits[h->tag.id];

    if ((traits & TRAIT_FORMATTING) != 0 && tree_list_is_full(&h->tree))
        return true;
    return tree_is_full(&h->tree) && (traits & (TRAIT_VOID | TRAIT_HEAD)) == 0;
}

static bool is_foreign_script(const struct html *h)
{
    return h->tag.id == TAG_SCRIPT && h->space == SPACE_SVG &&
           h->tree.inert == 0 && !h->tag.self_closing && html_is_script(h);
}

void html_on_start_tag(struct html *h)
{
    bool consumed;

    html_prepare_tag(h);
    if (h->tree.inert == 0 && !tree_drops(&h->tree, &h->tree_tag)) {
        struct verdict v;
        if (html_judge(h, &v)) {
            html_remove(h, &v);
            return;
        }
        if (h->tag.id == TAG_BASE && h->space == SPACE_HTML)
            note_base(h);
    }
    if (is_too_deep(h)) {
        struct match nobody = {0};
        html_count(h, &nobody, EDIT_REMOVED, EDIT_OTHER);
        html_cut_tag(h);
        html_close_gap(h);
        return;
    }
    if (is_foreign_script(h)) {
        html_hold_script(h);
        return;
    }
    enum text_mode mode = html_enter_tree(h, &consumed);
    if (mode == TEXT_DATA || mode == TEXT_IGNORED) {
        html_note_element(h);
        write_tag(h);
        return;
    }
    enum text_use use = text_use_of(h, mode);
    if (use != USE_SCRIPT && use != USE_RULES)
        write_tag(h);
    html_text_begin(h, mode, use);
}

void html_on_end_tag(struct html *h)
{
    bool consumed;

    if (h->lex == LEX_TEXT) {
        html_text_end(h);
        return;
    }
    html_prepare_tag(h);
    html_enter_tree(h, &consumed);
    if (!consumed)
        html_keep_tag(h);
}
