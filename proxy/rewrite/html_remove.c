#include "base/check.h"
#include "rewrite/html_parts.h"

/* ---- what stays in the place --------------------------------------------- */

static bool stub_is_due(struct html *h, const struct rule *rule)
{
    if (rule->stub.len == 0 || h->options->no_inline || h->nesting > 0 ||
        h->stub_count == STUBS_MAX || tree_is_foreign(&h->tree) ||
        str_find(rule->stub, STR("</")) < rule->stub.len)
        return false;
    for (unsigned i = 0; i < h->stub_count; i++) {
        if (h->stubs[i] == rule)
            return false;
    }
    struct match m = {0};
    if (scope_denies_script(h->options->scope, rule->stub, &m))
        return false; /* it would go in its turn */
    h->stubs[h->stub_count++] = rule;
    return true;
}

static void leave_stub(struct html *h, const struct rule *rule)
{
    if (rule->action == ACTION_DEFER || !stub_is_due(h, rule))
        return;
    html_write(h, STR("<script>"));
    html_write(h, rule->stub);
    html_write(h, STR("</script>"));
}

/* A span can stand wherever the element could without closing a paragraph. */
static void leave_box(struct html *h, const struct rule *rule)
{
    if (rule->action != ACTION_PLACEHOLDER || h->nesting > 0 ||
        h->space != SPACE_HTML)
        return;
    struct str text =
        rule->placeholder.len > 0 ? rule->placeholder : rule->title;
    struct str label = escaped_text(&h->scratch, text);
    struct str purpose =
        escaped_text(&h->scratch, h->options->purposes->names[rule->purpose]);
    struct str parts[] = {
        STR("<span class=\"heed-placeholder\" role=\"group\" aria-label=\""),
        label,
        STR("\" data-heed-purpose=\""),
        purpose,
        STR("\"><span>"),
        label,
        STR("</span></span>"),
    };
    html_write(h, arena_concat(&h->scratch, parts, ARRAY_LEN(parts)));
    tree_text(&h->tree, label); /* it is text to a browser's parser too */
}

void html_leave_behind(struct html *h, const struct match *m,
                       enum edit_kind kind)
{
    if (m->rule != NULL && (kind == EDIT_SCRIPT || kind == EDIT_INLINE))
        leave_stub(h, m->rule);
    else if (m->rule != NULL && (kind == EDIT_IFRAME || kind == EDIT_OBJECT ||
                                 kind == EDIT_EMBED || kind == EDIT_ELEMENT))
        leave_box(h, m->rule);
    html_close_gap(h);
}

static enum edit_way way_of(const struct html *h, const struct match *m,
                            enum edit_kind kind)
{
    bool boxed = kind == EDIT_IFRAME || kind == EDIT_OBJECT ||
                 kind == EDIT_EMBED || kind == EDIT_ELEMENT;

    return boxed && m->rule != NULL && h->nesting == 0 &&
                   m->rule->action == ACTION_PLACEHOLDER
               ? EDIT_PLACEHOLDER
               : EDIT_REMOVED;
}

/* ---- elements held back to their end ------------------------------------ */

static bool is_same_name(const struct hold *hold, const struct html_tag *t)
{
    if (tag_traits[hold->id] & tag_traits[t->id] & TRAIT_HEADING)
        return true;
    return hold->id == t->id && hold->hash == t->hash;
}

/* The text of a script in SVG is complete. Returns whether it stays. */
static bool script_stays(struct html *h, unsigned index)
{
    struct hold *hold = &h->holds[index];
    struct str text = str_from(buf_str(&h->held), hold->script_at);

    text = script_judge_foreign(h, text, &hold->match);
    if (text.ptr == NULL)
        return false;
    text = arena_dup(&h->scratch, text);
    for (unsigned i = index; i < h->hold_count; i++)
        tree_release(&h->holds[i].tree);
    h->hold_count = index;
    h->held.len = hold->script_at;
    buf_append(&h->held, text);
    if (index == 0) {
        h->sink(h->sink_ctx, buf_str(&h->held));
        buf_clear(&h->held);
    }
    return true;
}

/* The tag in hand closed an element that is being removed: it goes, and the
 * tree is as if it had never been. Returns false if it stays after all: for
 * want of room, or as a script that may. */
static bool finish_hold(struct html *h, bool *consumed)
{
    unsigned index = h->tree.ended - 1;
    bool own = h->tag.is_end && h->tree.low == h->holds[index].depth &&
               is_same_name(&h->holds[index], &h->tag);

    if (!h->carried && h->mark < h->tag.text.ptr)
        html_pass_to(h, h->tag.text.ptr);
    if (h->hold_count <= index ||
        (h->holds[index].script_at > 0 && script_stays(h, index)))
        return false;
    struct hold *hold = &h->holds[index];
    for (unsigned i = index + 1; i < h->hold_count; i++)
        tree_release(&h->holds[i].tree);
    h->hold_count = index;
    h->held.len = hold->at;
    h->tail = hold->tail;
    hold->tree.number = h->tree.number; /* numbers are not used twice */
    tree_release(&h->tree);
    h->tree = hold->tree;
    html_count(h, &hold->match, way_of(h, &hold->match, hold->kind),
               hold->kind);
    enum space space = h->space;
    h->space = hold->space;
    html_leave_behind(h, &hold->match, hold->kind);
    h->space = space;
    *consumed = own;
    if (own && !h->carried)
        h->mark = h->tag.text.ptr + h->tag.text.len;
    return true;
}

static enum text_mode apply_tag(struct html *h)
{
    if (!h->tag.is_end)
        return tree_start(&h->tree, &h->tree_tag);
    tree_end(&h->tree, &h->tree_tag);
    return TEXT_DATA;
}

enum text_mode html_enter_tree(struct html *h, bool *consumed)
{
    enum text_mode mode = apply_tag(h);

    *consumed = false;
    if (h->tree.ended != 0 && finish_hold(h, consumed) && !*consumed)
        mode = apply_tag(h);
    return mode;
}

static void write_bare(struct html *h)
{
    html_write(h, STR("<"));
    html_write(h, h->tag.name);
    html_write(h, STR(">"));
}

/* A start tag that leaves foreign content does so even when it is removed:
 * else what follows would be read differently. */
static void keep_break_out(struct html *h)
{
    while (tree_breaks_out(&h->tree, &h->tree_tag)) {
        unsigned depth = tree_foreign_depth(&h->tree);
        const struct open_element *root = &h->tree.open[h->tree.count - depth];
        struct tree_tag end = {.id = (enum tag_id)root->id};
        bool consumed;
        struct str parts[] = {STR("</"), tag_name(end.id), STR(">")};
        for (unsigned i = 0; i < ARRAY_LEN(parts); i++)
            html_write(h, parts[i]);
        tree_end(&h->tree, &end);
        if (h->tree.ended != 0)
            finish_hold(h, &consumed);
    }
}

/* Enter the tag in hand and begin to hold back what follows. The tree is
 * entered first, as the tag may end others. Returns false if there is nothing
 * to hold. */
static bool begin_hold(struct html *h, const struct verdict *v)
{
    struct tree before;
    bool consumed = false;

    html_cut_tag(h);
    /* If it is given back it is without attributes: they must not matter. */
    keep_break_out(h);
    h->tree_tag.decisive = false;
    tree_copy(&before, &h->tree);
    apply_tag(h);
    if (h->tree.ended != 0 && finish_hold(h, &consumed)) {
        tree_release(&before);
        tree_copy(&before, &h->tree);
        apply_tag(h);
    }
    bool is_open = h->tree.open[h->tree.count - 1].id == h->tag.id;
    if (!is_open || h->hold_count == HOLDS_MAX) {
        tree_release(&before);
        return false;
    }
    if (h->holds == NULL)
        h->holds = arena_array(h->arena, struct hold, HOLDS_MAX);
    h->holds[h->hold_count] = (struct hold){
        .at = h->held.len,
        .tree = before,
        .tail = h->tail,
        .id = h->tag.id,
        .hash = h->tag.hash,
        .depth = h->tree.count - 1,
        .space = h->space,
        .match = v->match,
        .kind = v->kind,
    };
    h->hold_count++;
    tree_mark_top(&h->tree, h->hold_count);
    return true;
}

static void hold_element(struct html *h, const struct verdict *v)
{
    if (!begin_hold(h, v))
        html_count(h, &v->match, EDIT_NEUTRALISED, v->kind);
    write_bare(h);
}

void html_hold_script(struct html *h)
{
    struct verdict v = {.kind = EDIT_INLINE};
    bool held = begin_hold(h, &v);

    html_write(h, edited_tag(h));
    if (held && h->hold_count > 0)
        h->holds[h->hold_count - 1].script_at = h->held.len;
}

/* ---- elements without content, or with text --------------------------------
 */

enum text_mode html_text_mode(const struct html *h)
{
    if (h->space != SPACE_HTML)
        return TEXT_DATA;
    switch (h->tag.id) {
    case TAG_SCRIPT:
        return TEXT_SCRIPT;
    case TAG_TITLE:
    case TAG_TEXTAREA:
        return TEXT_RCDATA;
    case TAG_STYLE:
    case TAG_IFRAME:
    case TAG_XMP:
    case TAG_NOEMBED:
    case TAG_NOFRAMES:
        return TEXT_RAWTEXT;
    case TAG_NOSCRIPT:
        return h->tree.scripting ? TEXT_RAWTEXT : TEXT_DATA;
    case TAG_PLAINTEXT:
        return TEXT_PLAINTEXT;
    default:
        return TEXT_DATA;
    }
}

static bool has_no_content(const struct html *h)
{
    if (h->space != SPACE_HTML)
        return h->tag.self_closing;
    return (tag_traits[h->tag.id] & TRAIT_VOID) != 0;
}

void html_remove(struct html *h, const struct verdict *v)
{
    enum text_mode mode = html_text_mode(h);

    if (mode == TEXT_DATA && !has_no_content(h)) {
        hold_element(h, v);
        return;
    }
    html_cut_tag(h);
    keep_break_out(h);
    html_count(h, &v->match, way_of(h, &v->match, v->kind), v->kind);
    html_leave_behind(h, &v->match, v->kind);
    if (mode != TEXT_DATA && mode != TEXT_PLAINTEXT)
        html_text_begin(h, mode, USE_DROP);
}

/* ---- tags beyond the limits -----------------------------------------------
 */

/* Put a tag of nothing but the name in the place of the one in hand. */
static void make_bare(struct html *h)
{
    bool closed =
        h->tag.self_closing && !h->tag.is_end && tree_is_foreign(&h->tree);
    struct str parts[] = {
        h->tag.is_end ? STR("</") : STR("<"),
        h->tag.name,
        closed ? STR("/>") : STR(">"),
    };
    struct str text = arena_concat(&h->scratch, parts, ARRAY_LEN(parts));

    script_settle(h, h->tag.text.ptr);
    html_cut_tag(h);
    CHECK(html_tag_parse(&h->tag, text));
}

void html_neutralise(struct html *h)
{
    struct match nobody = {0};
    bool carried = h->carried;
    enum tag_id id = h->tag.id;

    html_count(h, &nobody, EDIT_NEUTRALISED, EDIT_OTHER);
    if (h->tag.name.len + 2 >= h->options->memory) {
        html_cut_tag(h);
        html_close_gap(h);
        return;
    }
    make_bare(h);
    h->carried = true;
    struct verdict v = {.kind = EDIT_OTHER};
    if (h->tag.is_end) {
        html_on_end_tag(h);
    } else if (id == TAG_SCRIPT || id == TAG_IFRAME ||
               (tag_traits[id] & TRAIT_VOID)) {
        html_prepare_tag(h);
        html_remove(h, &v);
    } else {
        html_on_start_tag(h);
    }
    h->carried = carried;
}
