#include "rewrite/html_tag.h"

#include "base/check.h"

#include <stdlib.h>

enum { /* classes of bytes, for the loops below */
       SPACE = 1,
       SLASH = 2,
       CLOSE = 4, /* > */
       EQUALS = 8,
};

static const unsigned char classes[256] = {
    ['\t'] = SPACE, ['\n'] = SPACE, ['\f'] = SPACE, ['\r'] = SPACE,
    [' '] = SPACE,  ['/'] = SLASH,  ['>'] = CLOSE,  ['='] = EQUALS,
};

static inline bool is_in(char c, unsigned set)
{
    return (classes[(unsigned char)c] & set) != 0;
}

bool html_is_space(char c)
{
    return is_in(c, SPACE);
}

struct str html_trim(struct str s)
{
    while (s.len > 0 && is_in(s.ptr[0], SPACE)) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_in(s.ptr[s.len - 1], SPACE))
        s.len--;
    return s;
}

bool html_next_word(struct str *rest, struct str *word)
{
    *rest = html_trim(*rest);
    size_t len = 0;
    while (len < rest->len && !is_in(rest->ptr[len], SPACE))
        len++;
    *word = str_sub(*rest, 0, len);
    *rest = str_from(*rest, len);
    return len > 0;
}

static inline const char *skip(const char *p, const char *end, unsigned set)
{
    while (p < end && is_in(*p, set))
        p++;
    return p;
}

static inline const char *skip_until(const char *p, const char *end,
                                     unsigned set)
{
    while (p < end && !is_in(*p, set))
        p++;
    return p;
}

static struct html_attr *attr_new(struct html_tag *t)
{
    if (t->count == TAG_ATTRS_MAX) {
        t->too_many = true;
        return &t->attrs[t->count - 1];
    }
    if (t->count == t->room) {
        t->room = t->room > 0 ? t->room * 2 : 16;
        t->attrs = xrealloc(t->attrs, t->room * sizeof(*t->attrs));
    }
    return &t->attrs[t->count++];
}

/* The value behind "=": quoted, or up to white space or ">". Returns what
 * stands behind it, NULL if it does not end. */
static const char *parse_value(struct html_attr *a, const char *p,
                               const char *end)
{
    const char *stop;

    p = skip(p, end, SPACE);
    if (p == end)
        return NULL;
    a->has_value = true;
    a->quote = 0;
    if (*p == '"' || *p == '\'') {
        a->quote = *p++;
        stop = memchr(p, a->quote, (size_t)(end - p));
    } else {
        stop = skip_until(p, end, SPACE | CLOSE);
    }
    if (stop == NULL || stop == end)
        return NULL;
    a->value = p;
    a->value_len = (uint32_t)(stop - p);
    return stop + (a->quote != 0);
}

/* One attribute. "=" in the first place belongs to its name (13.2.5.32). */
static const char *parse_attr(struct html_tag *t, const char *p,
                              const char *end)
{
    struct html_attr *a = attr_new(t);

    a->name = p;
    p = skip_until(p + 1, end, SPACE | SLASH | CLOSE | EQUALS);
    a->name_len = (uint32_t)(p - a->name);
    a->id = (uint8_t)attr_find(attr_name(a));
    a->has_value = false;
    a->value = p;
    a->value_len = 0;
    a->quote = 0;
    p = skip(p, end, SPACE);
    if (p == end)
        return NULL;
    return *p == '=' ? parse_value(a, p + 1, end) : p;
}

void html_tag_parse_name(struct html_tag *t, struct str text)
{
    const char *p = text.ptr + 1, *end = text.ptr + text.len;

    t->is_end = *p == '/';
    p += t->is_end;
    t->name.ptr = p;
    t->name.len = (size_t)(skip_until(p, end, SPACE | SLASH | CLOSE) - p);
    t->id = tag_find(t->name, &t->hash);
    t->text = text;
    t->count = 0;
    t->too_many = t->self_closing = false;
}

bool html_tag_parse(struct html_tag *t, struct str text)
{
    html_tag_parse_name(t, text);
    const char *p = t->name.ptr + t->name.len, *end = text.ptr + text.len;
    while (p != NULL && p < end) {
        const char *before = p;
        p = skip(p, end, SPACE | SLASH);
        if (p == end)
            return false;
        if (*p == '>') {
            t->text = str_between(text.ptr, p + 1);
            t->self_closing = p > before && p[-1] == '/';
            return true;
        }
        p = parse_attr(t, p, end);
    }
    return false;
}

const struct html_attr *html_tag_attr(const struct html_tag *t, enum attr_id id)
{
    for (unsigned i = 0; i < t->count; i++) {
        if (t->attrs[i].id == id)
            return &t->attrs[i];
    }
    return NULL;
}

void html_tag_release(struct html_tag *t)
{
    free(t->attrs);
    *t = (struct html_tag){0};
}

enum scan_state {
    SCAN_NAME, /* of the tag */
    SCAN_BETWEEN,
    SCAN_SLASH, /* between, just behind "/" */
    SCAN_ATTR,
    SCAN_BEHIND_ATTR,
    SCAN_EQUALS, /* behind "=", before the value */
    SCAN_DOUBLE,
    SCAN_SINGLE,
    SCAN_UNQUOTED,
};

static enum scan_state scan_between(char c)
{
    if (c == '/')
        return SCAN_SLASH;
    return is_in(c, SPACE) ? SCAN_BETWEEN : SCAN_ATTR;
}

static enum scan_state scan_step(enum scan_state state, char c)
{
    switch (state) {
    case SCAN_NAME:
        return is_in(c, SPACE | SLASH) ? scan_between(c) : SCAN_NAME;
    case SCAN_BETWEEN:
    case SCAN_SLASH:
        return scan_between(c);
    case SCAN_ATTR:
        if (c == '=')
            return SCAN_EQUALS;
        if (is_in(c, SPACE))
            return SCAN_BEHIND_ATTR;
        return c == '/' ? SCAN_SLASH : SCAN_ATTR;
    case SCAN_BEHIND_ATTR:
        if (c == '=')
            return SCAN_EQUALS;
        return is_in(c, SPACE) ? SCAN_BEHIND_ATTR : scan_between(c);
    case SCAN_EQUALS:
        if (is_in(c, SPACE))
            return SCAN_EQUALS;
        if (c == '"')
            return SCAN_DOUBLE;
        return c == '\'' ? SCAN_SINGLE : SCAN_UNQUOTED;
    case SCAN_DOUBLE:
        return c == '"' ? SCAN_BETWEEN : SCAN_DOUBLE;
    case SCAN_SINGLE:
        return c == '\'' ? SCAN_BETWEEN : SCAN_SINGLE;
    case SCAN_UNQUOTED:
        return is_in(c, SPACE) ? SCAN_BETWEEN : SCAN_UNQUOTED;
    }
    return state;
}

const char *tag_scan(struct tag_scan *s, const char *at, const char *end)
{
    enum scan_state state = (enum scan_state)s->state;

    for (; at < end; at++) {
        bool quoted = state == SCAN_DOUBLE || state == SCAN_SINGLE;
        if (*at == '>' && !quoted) {
            s->self_closing = state == SCAN_SLASH;
            return at + 1;
        }
        state = scan_step(state, *at);
    }
    s->state = (unsigned char)state;
    return NULL;
}
