#include "rewrite/tree.h"

#include "base/check.h"
#include "rewrite/tree_stack.h"

#include <limits.h>
#include <stdlib.h>

enum { TREE_FIRST_ROOM = 64 };

void tree_init(struct tree *t, bool scripting)
{
    *t = (struct tree){.scripting = scripting, .frameset_ok = true};
    t->room = TREE_FIRST_ROOM;
    t->open = xmalloc(t->room * sizeof(*t->open));
    stack_push(t, TAG_HTML, SPACE_HTML, 0, 0);
    stack_push(t, TAG_BODY, SPACE_HTML, 0, 0);
}

void tree_release(struct tree *t)
{
    free(t->open);
    free(t->list);
    *t = (struct tree){0};
}

void tree_copy(struct tree *out, const struct tree *t)
{
    *out = *t;
    out->open = xmalloc(t->room * sizeof(*t->open));
    memcpy(out->open, t->open, t->count * sizeof(*t->open));
    out->list = NULL;
    if (t->list_room > 0) {
        out->list = xmalloc(t->list_room * sizeof(*t->list));
        memcpy(out->list, t->list, t->list_count * sizeof(*t->list));
    }
}

void tree_mark_top(struct tree *t, unsigned mark)
{
    CHECK(mark > 0 && mark <= UCHAR_MAX);
    tree_top(t)->hold = (uint8_t)mark;
}

/* ---- foreign content (13.2.6.5) ---------------------------------------- */

static bool is_text_point(const struct open_element *e)
{
    if (e->space != SPACE_MATH)
        return false;
    return e->id == TAG_MI || e->id == TAG_MN || e->id == TAG_MO ||
           e->id == TAG_MS || e->id == TAG_MTEXT;
}

static bool is_html_point(const struct open_element *e)
{
    if (e->space == SPACE_SVG)
        return e->id == TAG_FOREIGNOBJECT || e->id == TAG_DESC ||
               e->id == TAG_TITLE;
    return e->space == SPACE_MATH && (e->flags & ELEMENT_HTML_POINT) != 0;
}

/* Whether the rules of HTML content apply to a start tag (13.2.6). */
static bool is_html_content(const struct open_element *top,
                            const struct tree_tag *tag)
{
    if (top->space == SPACE_HTML || is_html_point(top))
        return true;
    if (is_text_point(top))
        return tag->id != TAG_MGLYPH && tag->id != TAG_MALIGNMARK;
    return top->space == SPACE_MATH && top->id == TAG_ANNOTATION_XML &&
           tag->id == TAG_SVG;
}

bool tree_breaks_out(const struct tree *t, const struct tree_tag *tag)
{
    if (is_html_content(tree_top(t), tag))
        return false;
    return (tag_traits[tag->id] & TRAIT_BREAKOUT) != 0 ||
           (tag->id == TAG_FONT && tag->decisive);
}

unsigned tree_foreign_depth(const struct tree *t)
{
    unsigned i = t->count;

    while (t->open[i - 1].space != SPACE_HTML &&
           !is_text_point(&t->open[i - 1]) && !is_html_point(&t->open[i - 1]))
        i--;
    return t->count - i;
}

static void leave_foreign(struct tree *t)
{
    stack_pop_to(t, t->count - tree_foreign_depth(t));
}

enum space tree_space(const struct tree *t, const struct tree_tag *tag)
{
    if (!is_html_content(tree_top(t), tag) && !tree_breaks_out(t, tag))
        return (enum space)tree_top(t)->space;
    if (tag->id == TAG_SVG)
        return SPACE_SVG;
    return tag->id == TAG_MATH ? SPACE_MATH : SPACE_HTML;
}

static void start_foreign(struct tree *t, const struct tree_tag *tag,
                          enum space space)
{
    unsigned flags = 0;

    if (tag->self_closing)
        return;
    if (space == SPACE_MATH && tag->id == TAG_ANNOTATION_XML && tag->decisive)
        flags = ELEMENT_HTML_POINT;
    stack_push(t, tag->id, space, flags, tag->hash);
}

/* An end tag in foreign content. Returns whether the rules of HTML content
 * are to have it. */
static bool end_foreign(struct tree *t, const struct tree_tag *tag)
{
    if (tag->id == TAG_P || tag->id == TAG_BR) {
        leave_foreign(t);
        return true;
    }
    for (unsigned i = t->count; t->open[i - 1].space != SPACE_HTML; i--) {
        const struct open_element *e = &t->open[i - 1];
        if (e->id == tag->id && (e->id != TAG_OTHER || e->key == tag->hash)) {
            stack_pop_to(t, i - 1);
            return false;
        }
    }
    return true;
}

/* ---- HTML content (13.2.6.4) -------------------------------------------- */

static void push(struct tree *t, const struct tree_tag *tag)
{
    stack_push(t, tag->id, SPACE_HTML, 0, tag->hash);
}

static void start_template(struct tree *t, const struct tree_tag *tag)
{
    stack_push(t, tag->id, SPACE_HTML, tag->decisive ? 0 : ELEMENT_INERT, 0);
    formatting_mark(t);
    t->frameset_ok = false;
}

/* li, dd, dt close an open one of their kind, unless something special but
 * address, div or p stands between. */
static void close_item(struct tree *t, enum tag_id id)
{
    for (unsigned i = t->count; i-- > 1;) {
        const struct open_element *e = &t->open[i];
        bool same =
            id == TAG_LI ? e->id == TAG_LI : e->id == TAG_DD || e->id == TAG_DT;
        if (same && e->space == SPACE_HTML) {
            stack_pop_to(t, i);
            return;
        }
        if (element_is_special(e) &&
            !(e->space == SPACE_HTML &&
              (e->id == TAG_ADDRESS || e->id == TAG_DIV || e->id == TAG_P)))
            return;
    }
}

static void pop_implied(struct tree *t, enum tag_id except)
{
    while (tree_top(t)->space == SPACE_HTML &&
           (tag_traits[tree_top(t)->id] & TRAIT_IMPLIED) != 0 &&
           tree_top(t)->id != except)
        stack_pop_to(t, t->count - 1);
}

static enum text_mode start_form(struct tree *t, const struct tree_tag *tag)
{
    bool in_template = t->seen[TAG_TEMPLATE] > 0;

    if (t->form_open && !in_template)
        return TEXT_IGNORED;
    if (!in_template)
        t->form_open = true;
    enum tag_id node = (enum tag_id)t->open[stack_table_node(t)].id;
    if (node == TAG_TABLE || node == TAG_TBODY || node == TAG_THEAD ||
        node == TAG_TFOOT || node == TAG_TR)
        return TEXT_DATA; /* closed at once */
    stack_close(t, TAG_P, SCOPE_BUTTON);
    push(t, tag);
    return TEXT_DATA;
}

static enum text_mode start_table(struct tree *t, const struct tree_tag *tag)
{
    enum tag_id node = (enum tag_id)t->open[stack_table_node(t)].id;

    if (node == TAG_TABLE || node == TAG_TBODY || node == TAG_THEAD ||
        node == TAG_TFOOT || node == TAG_TR)
        table_end(t, TAG_TABLE);
    else if (!t->quirks)
        stack_close(t, TAG_P, SCOPE_BUTTON);
    push(t, tag);
    return TEXT_DATA;
}

static enum text_mode start_option(struct tree *t, const struct tree_tag *tag)
{
    if (stack_find(t, TAG_SELECT, SCOPE_DEFAULT) != NOT_FOUND)
        pop_implied(t, tag->id == TAG_OPTION ? TAG_OPTGROUP : TAG_OTHER);
    else if (is_html(tree_top(t), TAG_OPTION))
        stack_pop_to(t, t->count - 1);
    formatting_reopen(t);
    push(t, tag);
    return TEXT_DATA;
}

static enum text_mode start_ruby_part(struct tree *t,
                                      const struct tree_tag *tag)
{
    if (stack_find(t, TAG_RUBY, SCOPE_DEFAULT) != NOT_FOUND) {
        bool inner = tag->id == TAG_RP || tag->id == TAG_RT;
        pop_implied(t, inner ? TAG_RTC : TAG_OTHER);
    }
    push(t, tag);
    return TEXT_DATA;
}

static enum text_mode start_formatting(struct tree *t,
                                       const struct tree_tag *tag)
{
    if (tag->id == TAG_A && formatting_has(t, TAG_A)) {
        formatting_end(t, TAG_A);
        formatting_drop(t, TAG_A);
    }
    formatting_reopen(t);
    if (tag->id == TAG_NOBR &&
        stack_find(t, TAG_NOBR, SCOPE_DEFAULT) != NOT_FOUND) {
        formatting_end(t, TAG_NOBR);
        formatting_reopen(t);
    }
    formatting_push(t, tag);
    return TEXT_DATA;
}

static enum text_mode start_frameset(struct tree *t)
{
    if (!t->frameset_ok)
        return TEXT_IGNORED;
    stack_pop_to(t, 1);
    t->list_count = 0;
    t->in_frameset = true;
    return TEXT_DATA;
}

static enum text_mode start_block(struct tree *t, const struct tree_tag *tag)
{
    unsigned traits = tag_traits[tag->id];

    stack_close(t, TAG_P, SCOPE_BUTTON);
    if (traits & TRAIT_HEADING) {
        const struct open_element *top = tree_top(t);
        if (top->space == SPACE_HTML && (tag_traits[top->id] & TRAIT_HEADING))
            stack_pop_to(t, t->count - 1);
    }
    if (!(traits & TRAIT_VOID))
        push(t, tag);
    return TEXT_DATA;
}

/* Elements whose content is text (13.2.6.2); they are never on the stack, as
 * nothing but their own end tag follows. */
static enum text_mode start_text(struct tree *t, const struct tree_tag *tag)
{
    switch (tag->id) {
    case TAG_TITLE:
    case TAG_TEXTAREA:
        return TEXT_RCDATA;
    case TAG_SCRIPT:
        return TEXT_SCRIPT;
    case TAG_XMP:
        stack_close(t, TAG_P, SCOPE_BUTTON);
        formatting_reopen(t);
        return TEXT_RAWTEXT;
    case TAG_PLAINTEXT:
        stack_close(t, TAG_P, SCOPE_BUTTON);
        push(t, tag);
        return TEXT_PLAINTEXT;
    default:
        return TEXT_RAWTEXT;
    }
}

static enum text_mode start_void(struct tree *t, const struct tree_tag *tag)
{
    if (tag->id == TAG_INPUT)
        stack_close(t, TAG_SELECT, SCOPE_DEFAULT);
    if (tag->id == TAG_INPUT || (tag_traits[tag->id] & TRAIT_FULL))
        formatting_reopen(t);
    return TEXT_DATA;
}

static enum text_mode start_ordinary(struct tree *t, const struct tree_tag *tag)
{
    formatting_reopen(t);
    push(t, tag);
    return TEXT_DATA;
}

static enum text_mode start_by_name(struct tree *t, const struct tree_tag *tag)
{
    switch (tag->id) {
    case TAG_HTML:
    case TAG_BODY:
        return TEXT_DATA; /* their attributes are merged */
    case TAG_FRAMESET:
        return start_frameset(t);
    case TAG_NOSCRIPT:
        if (!t->scripting)
            return start_ordinary(t, tag);
        return start_text(t, tag);
    case TAG_TITLE:
    case TAG_TEXTAREA:
    case TAG_SCRIPT:
    case TAG_STYLE:
    case TAG_IFRAME:
    case TAG_NOEMBED:
    case TAG_NOFRAMES:
    case TAG_XMP:
    case TAG_PLAINTEXT:
        return start_text(t, tag);
    case TAG_TEMPLATE:
        start_template(t, tag);
        return TEXT_DATA;
    case TAG_FORM:
        return start_form(t, tag);
    case TAG_LI:
    case TAG_DD:
    case TAG_DT:
        close_item(t, tag->id);
        stack_close(t, TAG_P, SCOPE_BUTTON);
        push(t, tag);
        return TEXT_DATA;
    case TAG_BUTTON:
        stack_close(t, TAG_BUTTON, SCOPE_DEFAULT);
        return start_ordinary(t, tag);
    case TAG_APPLET:
    case TAG_MARQUEE:
    case TAG_OBJECT:
        start_ordinary(t, tag);
        formatting_mark(t);
        return TEXT_DATA;
    case TAG_TABLE:
        return start_table(t, tag);
    case TAG_SELECT:
        if (stack_close(t, TAG_SELECT, SCOPE_DEFAULT))
            return TEXT_IGNORED;
        return start_ordinary(t, tag);
    case TAG_OPTION:
    case TAG_OPTGROUP:
        return start_option(t, tag);
    case TAG_RB:
    case TAG_RTC:
    case TAG_RP:
    case TAG_RT:
        return start_ruby_part(t, tag);
    case TAG_SVG:
    case TAG_MATH:
        formatting_reopen(t);
        start_foreign(t, tag, tag->id == TAG_SVG ? SPACE_SVG : SPACE_MATH);
        return TEXT_DATA;
    default:
        break;
    }
    unsigned traits = tag_traits[tag->id];
    if (traits & TRAIT_FORMATTING)
        return start_formatting(t, tag);
    if (traits & TRAIT_CLOSES_P)
        return start_block(t, tag);
    if (traits & TRAIT_VOID)
        return start_void(t, tag);
    return start_ordinary(t, tag);
}

/* A template's first content decides how the rest is read ("in template"). */
static void settle_template(struct tree *t)
{
    struct open_element *e = &t->open[stack_table_node(t)];

    if (e->id == TAG_TEMPLATE && (e->flags & TEMPLATE_MODES) == TEMPLATE_START)
        e->flags |= TEMPLATE_BODY;
}

static bool in_template_columns(const struct tree *t)
{
    const struct open_element *top = tree_top(t);

    return is_html(top, TAG_TEMPLATE) &&
           (top->flags & TEMPLATE_MODES) == TEMPLATE_COLUMNS;
}

bool tree_drops(const struct tree *t, const struct tree_tag *tag)
{
    if (t->in_frameset)
        return tag->id != TAG_FRAME && tag->id != TAG_NOFRAMES &&
               tag->id != TAG_FRAMESET && tag->id != TAG_HTML;
    if (t->seen[TAG_TEMPLATE] == 0 || !in_template_columns(t))
        return false;
    return tag->id != TAG_COL && tag->id != TAG_TEMPLATE;
}

static enum text_mode start_html(struct tree *t, const struct tree_tag *tag)
{
    unsigned traits = tag_traits[tag->id];

    if (tag->id == TAG_BODY || (traits & TRAIT_FULL) ||
        (tag->id == TAG_INPUT && !tag->decisive))
        t->frameset_ok = false;
    if (traits & TRAIT_TABLE_PART)
        return table_start(t, tag);
    if (is_html(tree_top(t), TAG_COLGROUP) && tag->id != TAG_TEMPLATE)
        stack_pop_to(t, t->count - 1);
    if (t->seen[TAG_TEMPLATE] > 0 && !(traits & TRAIT_HEAD))
        settle_template(t);
    return start_by_name(t, tag);
}

enum text_mode tree_start(struct tree *t, const struct tree_tag *tag)
{
    t->ended = 0;
    t->low = UINT_MAX;
    if (tree_drops(t, tag))
        return TEXT_IGNORED;
    if (t->in_frameset)
        return tag->id == TAG_NOFRAMES ? TEXT_RAWTEXT : TEXT_DATA;
    if (!is_html_content(tree_top(t), tag)) {
        if (!tree_breaks_out(t, tag)) {
            start_foreign(t, tag, (enum space)tree_top(t)->space);
            return TEXT_DATA;
        }
        leave_foreign(t);
    }
    return start_html(t, tag);
}

static void end_template(struct tree *t)
{
    for (unsigned i = t->count; t->seen[TAG_TEMPLATE] > 0 && i-- > 1;) {
        if (is_html(&t->open[i], TAG_TEMPLATE)) {
            stack_pop_to(t, i);
            formatting_clear(t);
            return;
        }
    }
}

static void end_form(struct tree *t)
{
    int at = stack_find(t, TAG_FORM, SCOPE_DEFAULT);

    if (t->seen[TAG_TEMPLATE] > 0) {
        if (at != NOT_FOUND)
            stack_pop_to(t, (unsigned)at);
        return;
    }
    t->form_open = false;
    if (at == NOT_FOUND)
        return;
    pop_implied(t, TAG_OTHER);
    stack_remove(t, (unsigned)at);
}

static void end_heading(struct tree *t)
{
    for (unsigned i = t->count; i-- > 1;) {
        const struct open_element *e = &t->open[i];
        if (e->space == SPACE_HTML && (tag_traits[e->id] & TRAIT_HEADING)) {
            stack_pop_to(t, i);
            return;
        }
        if (e->space == SPACE_HTML ? (tag_traits[e->id] & TRAIT_SCOPE) != 0
                                   : element_is_special(e))
            return;
    }
}

static void end_by_name(struct tree *t, const struct tree_tag *tag)
{
    unsigned traits = tag_traits[tag->id];

    switch (tag->id) {
    case TAG_TEMPLATE:
        end_template(t);
        return;
    case TAG_HTML:
    case TAG_BODY:
    case TAG_HEAD:
        return;
    case TAG_FORM:
        end_form(t);
        return;
    case TAG_P:
        stack_close(t, TAG_P, SCOPE_BUTTON);
        return;
    case TAG_LI:
        stack_close(t, TAG_LI, SCOPE_LIST);
        return;
    case TAG_DD:
    case TAG_DT:
        stack_close(t, tag->id, SCOPE_DEFAULT);
        return;
    case TAG_APPLET:
    case TAG_MARQUEE:
    case TAG_OBJECT:
        if (stack_close(t, tag->id, SCOPE_DEFAULT))
            formatting_clear(t);
        return;
    case TAG_BR:
        t->frameset_ok = false;
        formatting_reopen(t);
        return;
    default:
        break;
    }
    if (tag->id == TAG_TABLE || (traits & TRAIT_TABLE_PART))
        table_end(t, tag->id);
    else if (traits & TRAIT_HEADING)
        end_heading(t);
    else if (traits & TRAIT_BLOCK)
        stack_close(t, tag->id, SCOPE_DEFAULT);
    else if (traits & TRAIT_FORMATTING)
        formatting_end(t, tag->id);
    else
        stack_end_other(t, tag->id, tag->hash);
}

bool tree_pop_plain(struct tree *t)
{
    enum { OTHERWISE = TRAIT_SCOPE | TRAIT_TABLE_PART };
    const struct open_element *top = tree_top(t);
    unsigned traits = tag_traits[top->id];

    if (top->space != SPACE_HTML || top->hold != 0 || t->count <= 2 ||
        (traits & OTHERWISE) != 0 || top->id == TAG_FORM)
        return false;
    if (traits & TRAIT_FORMATTING) {
        if (t->list_count == 0)
            return false;
        const struct formatting *last = &t->list[t->list_count - 1];
        if (last->id == 0 || last->key != top->key)
            return false;
        t->list_count--;
    }
    t->count--;
    t->seen[top->id]--;
    return true;
}

static bool end_top(struct tree *t, const struct tree_tag *tag)
{
    const struct open_element *top = tree_top(t);

    return top->id == tag->id &&
           (tag->id != TAG_OTHER || top->key == tag->hash) && tree_pop_plain(t);
}

void tree_end(struct tree *t, const struct tree_tag *tag)
{
    t->ended = 0;
    t->low = UINT_MAX;
    if (end_top(t, tag) || t->in_frameset)
        return;
    if (tree_is_foreign(t) && !end_foreign(t, tag))
        return;
    if (is_html(tree_top(t), TAG_COLGROUP) && tag->id != TAG_COLGROUP &&
        tag->id != TAG_COL && tag->id != TAG_TEMPLATE)
        stack_pop_to(t, t->count - 1);
    if (t->seen[TAG_TEMPLATE] > 0 && in_template_columns(t) &&
        tag->id != TAG_TEMPLATE)
        return;
    end_by_name(t, tag);
}

/* ---- text --------------------------------------------------------------- */

static bool is_blank(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f' &&
            c != '\0')
            return false;
    }
    return true;
}

void tree_text(struct tree *t, struct str text)
{
    if (t->in_frameset || text.len == 0)
        return;
    bool blank = is_blank(text);
    if (!blank)
        t->frameset_ok = false;
    const struct open_element *top = tree_top(t);
    if (top->space != SPACE_HTML && !is_text_point(top) && !is_html_point(top))
        return;
    enum tag_id node = (enum tag_id)t->open[stack_table_node(t)].id;
    bool in_table = top->space == SPACE_HTML &&
                    (node == TAG_TABLE || node == TAG_TBODY ||
                     node == TAG_THEAD || node == TAG_TFOOT || node == TAG_TR);
    if (!blank || !in_table)
        formatting_reopen(t);
}
