/* Inline scripts are held back to their end, start tag included: one that a
 * rule names goes as a whole, in others denied hosts are replaced. As long as
 * a script lies unbroken in the input nothing is copied. */
#include "base/check.h"
#include "rewrite/html_parts.h"

#define DENIED_HOST "denied.invalid"

enum { HOST_LEN_MAX = 255 }; /* a host across a cut is not longer */

void script_begin(struct html *h)
{
    struct script *s = &h->script;

    s->passed = false;
    s->in_place = !h->carried && h->edit_count == 0;
    s->start = h->tag.text.ptr;
    s->text = s->start + h->tag.text.len;
    if (s->in_place)
        return;
    html_cut_tag(h);
    buf_clear(&s->buf);
    buf_append(&s->buf, edited_tag(h));
    s->text_at = s->buf.len;
}

static bool is_held(const struct html *h)
{
    return h->lex == LEX_TEXT && (h->use == USE_SCRIPT || h->use == USE_RULES);
}

/* Move a script out of the input, up to `end`. */
static void take_over(struct html *h, const char *end)
{
    struct script *s = &h->script;

    html_pass_to(h, s->start);
    s->in_place = false;
    buf_clear(&s->buf);
    buf_append(&s->buf, str_between(s->start, s->text));
    s->text_at = s->buf.len;
    script_add(h, str_between(s->text, end));
    h->mark = end;
}

void script_settle(struct html *h, const char *end)
{
    if (is_held(h) && h->script.in_place)
        take_over(h, end);
}

void script_pause(struct html *h)
{
    script_settle(h, h->at);
}

struct str script_without_hosts(struct html *h, struct str text,
                                struct match *m)
{
    const struct scope *scope = h->options->scope;
    struct buf out = {0};
    struct match found = {0};
    size_t from = 0, at, len;

    while (scope_find_host(scope, text, from, &at, &len, &found)) {
        buf_append(&out, str_sub(text, from, at - from));
        buf_append(&out, STR(DENIED_HOST));
        html_count(h, &found, EDIT_NEUTRALISED, EDIT_HOST);
        *m = found;
        from = at + len;
    }
    if (from == 0)
        return text;
    buf_append(&out, str_from(text, from));
    struct str result = arena_dup(&h->scratch, buf_str(&out));
    buf_release(&out);
    return result;
}

static bool is_host_byte(char c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_';
}

/* Where a text that is too long may be cut without cutting a host. */
static size_t safe_cut(struct str text)
{
    size_t low = text.len > HOST_LEN_MAX ? text.len - HOST_LEN_MAX : 0;

    for (size_t at = text.len; at > low; at--) {
        if (!is_host_byte(text.ptr[at - 1]))
            return at;
    }
    return low > 0 ? low : text.len;
}

/* More text than may be held has come. If nothing speaks against the script
 * so far, what is held goes out. */
static void pass_window(struct html *h)
{
    struct script *s = &h->script;
    struct str all = buf_str(&s->buf);
    struct str text = str_from(all, s->text_at);
    struct match m = {0};

    if (!s->passed && scope_denies_script(h->options->scope, text, &m)) {
        html_count(h, &m, EDIT_REMOVED, EDIT_INLINE);
        html_leave_behind(h, &m, EDIT_INLINE);
        buf_clear(&s->buf);
        h->use = USE_DROP;
        return;
    }
    if (!s->passed)
        html_count(h, &m, EDIT_NEUTRALISED, EDIT_OTHER);
    s->passed = true;
    html_write(h, str_sub(all, 0, s->text_at));
    size_t cut = safe_cut(text);
    html_write(h, script_without_hosts(h, str_sub(text, 0, cut), &m));
    buf_consume(&s->buf, s->text_at + cut);
    s->text_at = 0;
}

void script_add(struct html *h, struct str text)
{
    struct script *s = &h->script;

    while (text.len > 0 && h->use != USE_DROP) {
        size_t held = s->buf.len - s->text_at;
        size_t room = h->options->memory - held;
        buf_append(&s->buf, str_sub(text, 0, room));
        if (text.len <= room)
            return;
        text = str_from(text, room);
        pass_window(h);
    }
}

/* Denied as a whole: the start tag is still there to be made inert. */
static void drop_script(struct html *h, const struct match *m, struct str tag,
                        struct str text)
{
    bool defer = m->rule != NULL && m->rule->action == ACTION_DEFER &&
                 h->use == USE_SCRIPT;

    html_count(h, m, defer ? EDIT_DEFERRED : EDIT_REMOVED, EDIT_INLINE);
    if (!defer) {
        html_leave_behind(h, m, EDIT_INLINE);
        return;
    }
    struct str end_tag = arena_dup(&h->scratch, h->tag.text);
    bool carried = h->carried;
    CHECK(html_tag_parse(&h->tag, tag));
    h->edit_count = 0;
    edit_defer(h, m);
    html_write(h, edited_tag(h));
    html_write(h, text);
    html_write(h, end_tag);
    h->carried = carried;
}

static bool denies(struct html *h, struct str text, struct match *m)
{
    size_t at, len;

    if (h->use == USE_RULES)
        return scope_find_host(h->options->scope, text, 0, &at, &len, m);
    return scope_denies_script(h->options->scope, text, m);
}

/* The end of a script that lies in the input. */
static void end_in_place(struct html *h)
{
    struct script *s = &h->script;
    struct str tag = str_between(s->start, s->text);
    struct str text = str_between(s->text, h->tag.text.ptr);
    struct match m = {0};

    if (denies(h, text, &m)) {
        html_pass_to(h, s->start);
        h->mark = h->tag.text.ptr + h->tag.text.len;
        drop_script(h, &m, tag, text);
        return;
    }
    struct str changed = script_without_hosts(h, text, &m);
    if (changed.ptr == text.ptr)
        return;
    html_pass_to(h, s->text);
    html_write(h, changed);
    h->mark = text.ptr + text.len;
}

static void end_held(struct html *h)
{
    struct script *s = &h->script;
    struct str tag = str_sub(buf_str(&s->buf), 0, s->text_at);
    struct str text = str_from(buf_str(&s->buf), s->text_at);
    struct match m = {0};

    if (!s->passed && denies(h, text, &m)) {
        html_cut_tag(h);
        drop_script(h, &m, tag, text);
        return;
    }
    html_write(h, tag);
    html_write(h, script_without_hosts(h, text, &m));
    html_keep_tag(h);
}

void script_end(struct html *h)
{
    struct script *s = &h->script;

    if (s->in_place && (size_t)(h->tag.text.ptr - s->text) > h->options->memory)
        take_over(h, h->tag.text.ptr);
    if (h->use == USE_DROP)
        html_cut_tag(h);
    else if (s->in_place)
        end_in_place(h);
    else
        end_held(h);
    buf_clear(&s->buf);
    s->in_place = false;
}

void script_cut(struct html *h)
{
    struct match m = {0};
    struct str all = buf_str(&h->script.buf);

    /* A script without its end does not run, but may be put together with
     * what a broken connection left out: hosts go all the same. */
    html_write(h, str_sub(all, 0, h->script.text_at));
    html_write(h,
               script_without_hosts(h, str_from(all, h->script.text_at), &m));
    buf_clear(&h->script.buf);
}

struct str script_judge_foreign(struct html *h, struct str text,
                                struct match *m)
{
    const struct scope *scope = h->options->scope;
    const struct str none = {0};
    size_t at, len;

    if (scope_denies_script(scope, charref_text(text, &h->scratch), m))
        return none;
    text = script_without_hosts(h, text, m);
    struct str plain = charref_text(text, &h->scratch);
    if (scope_find_host(scope, plain, 0, &at, &len, m))
        return none; /* spelt with references */
    return text;
}
