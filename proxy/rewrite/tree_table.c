#include "rewrite/tree_stack.h"

/* What a start tag meets: the insertion mode named by the nearest element of
 * a table, or by a template's own mode. */
enum table_mode {
    MODE_BODY,
    MODE_TABLE,
    MODE_CAPTION,
    MODE_COLUMNS,
    MODE_TBODY,
    MODE_ROW,
    MODE_CELL,
    MODE_TEMPLATE, /* a template that has not chosen yet */
};

static enum table_mode template_mode(const struct open_element *e)
{
    switch (e->flags & TEMPLATE_MODES) {
    case TEMPLATE_START:
        return MODE_TEMPLATE;
    case TEMPLATE_TABLE:
        return MODE_TABLE;
    case TEMPLATE_TBODY:
        return MODE_TBODY;
    case TEMPLATE_ROW:
        return MODE_ROW;
    case TEMPLATE_COLUMNS:
        return MODE_COLUMNS;
    default:
        return MODE_BODY;
    }
}

static enum table_mode mode_of(const struct open_element *e)
{
    switch (e->id) {
    case TAG_TABLE:
        return MODE_TABLE;
    case TAG_CAPTION:
        return MODE_CAPTION;
    case TAG_COLGROUP:
        return MODE_COLUMNS;
    case TAG_TBODY:
    case TAG_THEAD:
    case TAG_TFOOT:
        return MODE_TBODY;
    case TAG_TR:
        return MODE_ROW;
    case TAG_TD:
    case TAG_TH:
        return MODE_CELL;
    case TAG_TEMPLATE:
        return template_mode(e);
    default:
        return MODE_BODY;
    }
}

static bool is_cell(enum tag_id id)
{
    return id == TAG_TD || id == TAG_TH;
}

static bool is_section(enum tag_id id)
{
    return id == TAG_TBODY || id == TAG_THEAD || id == TAG_TFOOT;
}

static void template_choose(struct open_element *e, enum tag_id id)
{
    enum template_mode mode = TEMPLATE_TABLE;

    if (id == TAG_COL)
        mode = TEMPLATE_COLUMNS;
    else if (id == TAG_TR)
        mode = TEMPLATE_TBODY;
    else if (is_cell(id))
        mode = TEMPLATE_ROW;
    e->flags = (uint8_t)((e->flags & (unsigned)~TEMPLATE_MODES) | mode);
}

/* Close elements down to `count`, with the markers of cells and captions. */
static void close_to(struct tree *t, unsigned count)
{
    for (unsigned i = t->count; i-- > count;) {
        const struct open_element *e = &t->open[i];
        if (e->space == SPACE_HTML && (is_cell(e->id) || e->id == TAG_CAPTION))
            formatting_clear(t);
    }
    stack_pop_to(t, count);
}

static void open_part(struct tree *t, enum tag_id id)
{
    stack_push(t, id, SPACE_HTML, 0, 0);
    if (is_cell(id) || id == TAG_CAPTION)
        formatting_mark(t);
}

/* The parts that belong right into an element, and those that open a missing
 * one around themselves first. Returns whether the tag is done with. */
static bool start_within(struct tree *t, enum table_mode mode, enum tag_id id)
{
    if (mode == MODE_TABLE) {
        if (id == TAG_COL)
            open_part(t, TAG_COLGROUP);
        else if (id == TAG_TR || is_cell(id))
            open_part(t, TAG_TBODY);
        else
            open_part(t, id);
        return !(id == TAG_COL || id == TAG_TR || is_cell(id));
    }
    if (mode == MODE_TBODY) {
        open_part(t, TAG_TR);
        return id == TAG_TR;
    }
    open_part(t, id);
    return true;
}

static bool belongs_in(enum table_mode mode, enum tag_id id)
{
    switch (mode) {
    case MODE_TABLE:
        return true;
    case MODE_TBODY:
        return id == TAG_TR || is_cell(id);
    case MODE_ROW:
        return is_cell(id);
    default:
        return false;
    }
}

enum text_mode table_start(struct tree *t, const struct tree_tag *tag)
{
    enum tag_id id = tag->id;

    if (id == TAG_HEAD || id == TAG_FRAME)
        return TEXT_IGNORED;
    for (;;) {
        unsigned node = stack_table_node(t);
        enum table_mode mode = mode_of(&t->open[node]);
        if (mode == MODE_BODY)
            return TEXT_IGNORED;
        if (mode == MODE_TEMPLATE) {
            template_choose(&t->open[node], id);
        } else if (belongs_in(mode, id)) {
            close_to(t, node + 1);
            if (start_within(t, mode, id))
                return TEXT_DATA;
        } else if (mode == MODE_COLUMNS && id == TAG_COL) {
            return TEXT_DATA;
        } else if (t->open[node].id == TAG_TEMPLATE) {
            return TEXT_IGNORED;
        } else {
            close_to(t, node);
        }
    }
}

void table_end(struct tree *t, enum tag_id id)
{
    if (id == TAG_COLGROUP && !is_html(tree_top(t), TAG_COLGROUP))
        return;
    int at = stack_find(t, id, SCOPE_TABLE);
    /* Only </table> closes a caption that is open. */
    int caption = stack_find(t, TAG_CAPTION, SCOPE_TABLE);
    if (at == NOT_FOUND ||
        (caption > at && id != TAG_TABLE && (is_section(id) || id == TAG_TR)))
        return;
    close_to(t, (unsigned)at);
}
