/* The tokenizer of WHATWG HTML 13.2.5 as far as it decides where things end.
 * One call works through one piece of input. Where a piece ends within the
 * opening of a token or within a tag, its bytes are carried over; where it
 * ends within a comment or a text, a few bits of state are. */
#include "rewrite/html_lex.h"

#include "base/check.h"

enum {
    OPEN_DASH = 256,    /* in h->back: a dash of the comment's opening */
    SCRATCH_MAX = 4096, /* bytes kept from tag to tag */
};

/* What the bytes from a "<" on begin. */
enum opening {
    OPENING_MORE, /* cannot be told yet */
    OPENING_TEXT,
    OPENING_START_TAG,
    OPENING_END_TAG,
    OPENING_COMMENT,
    OPENING_BOGUS,
    OPENING_CDATA,
    /* in scripts */
    OPENING_ESCAPE, /* "<!--" */
    OPENING_DOUBLE, /* "<script" in the escaped state */
    OPENING_SINGLE, /* "</script" in the double escaped state */
};

/* Whether `s` begins with `prefix`: MORE if it may yet. */
static enum opening match_prefix(struct str s, struct str prefix,
                                 enum opening matched)
{
    size_t len = s.len < prefix.len ? s.len : prefix.len;

    if (!str_istarts(s, str_sub(prefix, 0, len)))
        return OPENING_TEXT;
    return len < prefix.len ? OPENING_MORE : matched;
}

static enum opening match_declaration(struct str s, bool foreign)
{
    enum opening comment = match_prefix(s, STR("<!--"), OPENING_COMMENT);
    if (comment != OPENING_TEXT)
        return comment;
    if (!foreign || s.ptr[2] != '[')
        return OPENING_BOGUS;
    struct str cdata = STR("<![CDATA[");
    for (size_t i = 0; i < cdata.len; i++) {
        if (i == s.len)
            return OPENING_MORE;
        if (s.ptr[i] != cdata.ptr[i])
            return OPENING_BOGUS;
    }
    return OPENING_CDATA;
}

/* The tag open state and those behind it; `s` begins at "<". */
static enum opening match_markup(struct str s, bool foreign)
{
    if (s.len < 2)
        return OPENING_MORE;
    if (ascii_is_alpha(s.ptr[1]))
        return OPENING_START_TAG;
    if (s.ptr[1] == '!')
        return match_declaration(s, foreign);
    if (s.ptr[1] == '?')
        return OPENING_BOGUS;
    if (s.ptr[1] != '/')
        return OPENING_TEXT;
    if (s.len < 3)
        return OPENING_MORE;
    return ascii_is_alpha(s.ptr[2]) ? OPENING_END_TAG : OPENING_BOGUS;
}

/* "<" or "</", this name, and what may follow a tag's name. */
static enum opening match_tag(struct str s, struct str lead, struct str name,
                              enum opening matched)
{
    enum opening o = match_prefix(s, lead, matched);
    if (o != matched)
        return o;
    struct str rest = str_from(s, lead.len);
    o = match_prefix(rest, name, matched);
    if (o != matched)
        return o;
    if (rest.len == name.len)
        return OPENING_MORE;
    char c = rest.ptr[name.len];
    return html_is_space(c) || c == '/' || c == '>' ? matched : OPENING_TEXT;
}

static enum opening match_in_text(const struct html *h, struct str s)
{
    struct str name = tag_name(h->text_name);

    if (h->text_mode != TEXT_SCRIPT)
        return match_tag(s, STR("</"), name, OPENING_END_TAG);
    enum opening end =
        h->script_state == SCRIPT_DOUBLE ? OPENING_SINGLE : OPENING_END_TAG;
    enum opening o = match_tag(s, STR("</"), name, end);
    if (o != OPENING_TEXT || h->script_state == SCRIPT_DOUBLE)
        return o;
    if (h->script_state == SCRIPT_PLAIN)
        return match_prefix(s, STR("<!--"), OPENING_ESCAPE);
    return match_tag(s, STR("<"), name, OPENING_DOUBLE);
}

static enum opening match_opening(const struct html *h, struct str s)
{
    if (h->lex == LEX_TEXT)
        return match_in_text(h, s);
    return match_markup(s, tree_is_foreign(&h->tree));
}

/* ---- carrying ------------------------------------------------------------ */

static void carry_rest(struct html *h, enum carry_state state)
{
    buf_append(&h->carry, str_between(h->at, h->end));
    h->carrying = state;
    h->at = h->mark = h->end;
}

static void carry_drop(struct html *h)
{
    buf_clear(&h->carry);
    h->carrying = CARRY_NONE;
}

/* A tag is complete: in the input, or in the carry. */
static void take_tag(struct html *h)
{
    bool too_long = h->tag.too_many || h->tag.text.len > h->options->memory;

    if (h->scratch.total > SCRATCH_MAX)
        arena_release(&h->scratch);
    if (too_long)
        html_neutralise(h);
    else if (h->tag.is_end)
        html_on_end_tag(h);
    else
        html_on_start_tag(h);
}

static void take_carried_tag(struct html *h)
{
    CHECK(html_tag_parse(&h->tag, buf_str(&h->carry)));
    h->mark = h->at;
    h->carried = true;
    take_tag(h);
    h->carried = false;
    carry_drop(h);
}

/* Cut a tag beyond the limit down to its beginning; what follows is only
 * scanned for its end. */
static void carry_shorten(struct html *h)
{
    if (h->carry.len <= h->options->memory)
        return;
    h->carry.len = h->options->memory;
    h->carrying = CARRY_LONG;
}

/* A tag whose "<" stands at h->at. */
static void lex_tag(struct html *h)
{
    if (html_tag_parse(&h->tag, str_between(h->at, h->end))) {
        h->at += h->tag.text.len;
        take_tag(h);
        return;
    }
    bool is_end = h->at[1] == '/';
    html_pass_to(h, h->at);
    h->scan = (struct tag_scan){0};
    tag_scan(&h->scan, h->at + 1 + is_end, h->end);
    carry_rest(h, CARRY_TAG);
    carry_shorten(h);
}

/* A tag beyond the limit has ended. */
static void take_long_tag(struct html *h)
{
    html_tag_parse_name(&h->tag, buf_str(&h->carry));
    h->tag.self_closing = h->scan.self_closing;
    h->mark = h->at;
    h->carried = true;
    html_neutralise(h);
    h->carried = false;
    carry_drop(h);
}

static void resume_tag(struct html *h)
{
    const char *stop = tag_scan(&h->scan, h->at, h->end);
    const char *to = stop != NULL ? stop : h->end;

    if (h->carrying == CARRY_TAG) {
        buf_append(&h->carry, str_between(h->at, to));
        carry_shorten(h);
    }
    h->at = h->mark = to;
    if (stop == NULL)
        return;
    if (h->carrying == CARRY_LONG)
        take_long_tag(h);
    else
        take_carried_tag(h);
}

/* ---- openings ------------------------------------------------------------ */

static void begin_comment(struct html *h)
{
    h->lex = LEX_COMMENT;
    h->back[0] = h->back[1] = OPEN_DASH;
    h->back[2] = 0;
}

static void begin_cdata(struct html *h)
{
    h->lex = LEX_CDATA;
    memset(h->back, 0, sizeof(h->back));
}

static void note_doctype(struct html *h, struct str s)
{
    if (!h->tag_seen && s.len > 2 && ascii_lower(s.ptr[2]) == 'd')
        h->doctype_seen = true;
}

/* Go on behind the opening of something that is no tag. Returns how many of
 * its bytes are used. */
static size_t begin(struct html *h, enum opening o, struct str s)
{
    switch (o) {
    case OPENING_COMMENT:
        begin_comment(h);
        return 4;
    case OPENING_CDATA:
        begin_cdata(h);
        return 9;
    case OPENING_BOGUS:
        note_doctype(h, s);
        h->lex = LEX_BOGUS;
        return 2;
    case OPENING_ESCAPE:
        h->script_state = SCRIPT_ESCAPED;
        h->dashes = 2;
        return 4;
    case OPENING_DOUBLE:
        h->script_state = SCRIPT_DOUBLE;
        h->dashes = 0;
        return 7;
    case OPENING_SINGLE:
        h->script_state = SCRIPT_ESCAPED;
        h->dashes = 0;
        return 8;
    default:
        h->dashes = 0;
        return 1;
    }
}

/* Bytes of the carry that turned out to be no tag go where text goes. */
static void release_carry(struct html *h, size_t used)
{
    struct str s = str_sub(buf_str(&h->carry), 0, used);

    if (h->lex == LEX_TEXT)
        html_text(h, s, true);
    else
        html_write(h, s);
}

/* The opening carried is told by its last byte. What stands behind it, or what
 * came just now, is read again as what it is; no "<" but the first was carried
 * from before. */
static void take_opening(struct html *h, enum opening o, size_t before)
{
    struct str s = buf_str(&h->carry);

    if (o == OPENING_START_TAG || o == OPENING_END_TAG) {
        size_t name = o == OPENING_END_TAG ? 2 : 1;
        h->scan = (struct tag_scan){0};
        h->carrying = CARRY_TAG;
        const char *stop = tag_scan(&h->scan, s.ptr + name, s.ptr + s.len);
        if (stop != NULL)
            take_carried_tag(h);
        return;
    }
    enum lex_state lex = h->lex;
    if (lex == LEX_DATA)
        tree_text(&h->tree, o == OPENING_TEXT ? STR("<") : (struct str){0});
    size_t used = begin(h, o, s);
    enum lex_state next = h->lex;
    if (used < before)
        used = before;
    h->lex = lex;
    release_carry(h, used);
    h->lex = next;
    h->at -= s.len - used;
    h->mark = h->at;
    carry_drop(h);
}

/* More of an opening has come: byte by byte, as it is short. */
static void resume_opening(struct html *h)
{
    size_t before = h->carry.len;

    while (h->at < h->end) {
        buf_append_char(&h->carry, *h->at++);
        h->mark = h->at;
        enum opening o = match_opening(h, buf_str(&h->carry));
        if (o != OPENING_MORE) {
            take_opening(h, o, before);
            return;
        }
    }
}

/* ---- states -------------------------------------------------------------- */

static void text_in_data(struct html *h, const char *to)
{
    if (tree_minds_text(&h->tree))
        tree_text(&h->tree, str_between(h->at, to));
    h->at = to;
}

/* The end tag of the element on top, without anything but its name, ends it
 * and goes out as it came. Returns its length, 0 if this is none. */
static size_t match_plain_end(struct html *h, struct str s)
{
    struct str name = tag_name((enum tag_id)h->tree.open[h->tree.count - 1].id);

    if (s.len < name.len + 3 || s.ptr[1] != '/' || s.ptr[name.len + 2] != '>' ||
        name.len == 0 || memcmp(s.ptr + 2, name.ptr, name.len) != 0 ||
        !tree_pop_plain(&h->tree))
        return 0;
    return name.len + 3;
}

static void lex_data(struct html *h)
{
    const char *lt = memchr(h->at, '<', (size_t)(h->end - h->at));
    if (lt == NULL) {
        text_in_data(h, h->end);
        return;
    }
    text_in_data(h, lt);
    struct str s = str_between(lt, h->end);
    size_t plain_end = match_plain_end(h, s);
    if (plain_end > 0) {
        h->at += plain_end;
        return;
    }
    enum opening o = match_markup(s, tree_is_foreign(&h->tree));
    if (o == OPENING_START_TAG || o == OPENING_END_TAG) {
        lex_tag(h);
    } else if (o == OPENING_MORE) {
        html_pass_to(h, h->at);
        carry_rest(h, CARRY_OPENING);
    } else if (o == OPENING_TEXT) {
        text_in_data(h, lt + 1);
    } else {
        h->at += begin(h, o, s);
    }
}

/* Step over one byte of a script's text that is no "<". */
static void script_step(struct html *h, char c)
{
    if (c == '-') {
        h->dashes = h->dashes < 2 ? h->dashes + 1 : 2;
        return;
    }
    if (c == '>' && h->dashes == 2)
        h->script_state = SCRIPT_PLAIN;
    h->dashes = 0;
}

/* The next "<" in a text, or its end. */
static const char *next_in_text(struct html *h, const char *at)
{
    for (; h->script_state != SCRIPT_PLAIN; at++) {
        if (at == h->end || *at == '<')
            return at;
        script_step(h, *at);
    }
    const char *lt = memchr(at, '<', (size_t)(h->end - at));
    return lt != NULL ? lt : h->end;
}

static void end_text(struct html *h)
{
    if (html_tag_parse(&h->tag, str_between(h->at, h->end))) {
        h->at += h->tag.text.len;
        take_tag(h);
        return;
    }
    if (h->use == USE_PASS)
        html_pass_to(h, h->at);
    script_pause(h);
    h->mark = h->at;
    lex_tag(h);
}

static void lex_text(struct html *h)
{
    const char *from = h->at;

    for (const char *at = from;;) {
        const char *lt = next_in_text(h, at);
        struct str s = str_between(lt, h->end);
        enum opening o = s.len > 0 ? match_in_text(h, s) : OPENING_MORE;
        if (o == OPENING_END_TAG || o == OPENING_MORE) {
            h->at = lt;
            html_text(h, str_between(from, lt), false);
            if (o == OPENING_END_TAG) {
                end_text(h);
            } else if (s.len > 0) {
                script_pause(h);
                html_pass_to(h, h->at);
                carry_rest(h, CARRY_OPENING);
            }
            return;
        }
        at = lt + begin(h, o, s);
    }
}

/* The byte `n` before `at`, in a comment of which `from` is the first byte in
 * this piece. */
static int byte_before(const struct html *h, const char *from, const char *at,
                       int n)
{
    if (at - from >= n)
        return (unsigned char)at[-n];
    return h->back[n - 1 - (at - from)];
}

static bool ends_here(const struct html *h, const char *from, const char *gt)
{
    int last = byte_before(h, from, gt, 1);
    int second = byte_before(h, from, gt, 2);

    if (h->lex == LEX_BOGUS)
        return true;
    if (h->lex == LEX_CDATA)
        return last == ']' && second == ']';
    bool dash = second == '-' || second == OPEN_DASH;
    if (last == '-' || last == OPEN_DASH)
        return dash;
    return last == '!' && second == '-' && byte_before(h, from, gt, 3) == '-';
}

static void note_back(struct html *h, const char *from)
{
    int back[3];

    for (int n = 1; n <= 3; n++)
        back[n - 1] = byte_before(h, from, h->end, n);
    memcpy(h->back, back, sizeof(back));
}

/* Comments, bogus comments, CDATA sections: up to a ">" that ends them. */
static void lex_comment(struct html *h)
{
    const char *from = h->at;

    if (h->lex == LEX_CDATA && tree_minds_text(&h->tree))
        tree_text(&h->tree, STR("x"));
    while (h->at < h->end) {
        const char *gt = memchr(h->at, '>', (size_t)(h->end - h->at));
        h->at = gt != NULL ? gt + 1 : h->end;
        if (gt != NULL && ends_here(h, from, gt)) {
            h->lex = LEX_DATA;
            return;
        }
    }
    note_back(h, from);
}

static void step(struct html *h)
{
    if (h->carrying == CARRY_OPENING)
        resume_opening(h);
    else if (h->carrying != CARRY_NONE)
        resume_tag(h);
    else if (h->lex == LEX_DATA)
        lex_data(h);
    else if (h->lex == LEX_TEXT)
        lex_text(h);
    else if (h->lex == LEX_PLAINTEXT)
        h->at = h->end;
    else
        lex_comment(h);
}

void html_lex(struct html *h, struct str in)
{
    h->mark = h->at = in.ptr;
    h->end = in.ptr + in.len;
    while (h->at < h->end)
        step(h);
    if (h->lex == LEX_TEXT)
        script_pause(h);
    html_pass_to(h, h->end);
}

void html_lex_end(struct html *h)
{
    /* A tag cut by the end is nothing to a browser; the rest is text. */
    struct str rest = buf_str(&h->carry);
    if (h->carrying == CARRY_LONG)
        rest.len = 0;
    if (rest.len > 0 && h->lex == LEX_TEXT && h->carrying == CARRY_OPENING)
        html_text(h, rest, true);
    if (h->lex == LEX_TEXT)
        html_text_cut(h);
    if (rest.len > 0 && !(h->lex == LEX_TEXT &&
                          (h->carrying == CARRY_OPENING || h->use == USE_DROP)))
        html_write(h, rest);
    carry_drop(h);
}
