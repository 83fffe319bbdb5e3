#include "rewrite/html_tag.h"

#include "base/check.h"

#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

bool html_next_word(struct str *rest, struct str *word)
{
    if (rest->len == 0)
        return false;
    const char *end = rest->ptr + rest->len;
    const char *from = skip(rest->ptr, end, SPACE);
    const char *to = skip_until(from, end, SPACE);

    *word = str_between(from, to);
    *rest = str_between(to, end);
    return to > from;
}

enum { BLOCK = 16 }; /* bytes looked at together */

#ifdef __SSE2__

/* A bit for each of 16 bytes that may end a name: "/", ">", "=", and what is
 * not above SPACE. */
static inline unsigned name_stops(const char *p)
{
    const __m128i space = _mm_set1_epi8(' ');
    __m128i c = _mm_loadu_si128((const __m128i *)p);
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(c, space), c);
    __m128i slash = _mm_cmpeq_epi8(c, _mm_set1_epi8('/'));
    __m128i close = _mm_cmpeq_epi8(c, _mm_set1_epi8('>'));
    __m128i equals = _mm_cmpeq_epi8(c, _mm_set1_epi8('='));
    __m128i any =
        _mm_or_si128(_mm_or_si128(low, slash), _mm_or_si128(close, equals));

    return (unsigned)_mm_movemask_epi8(any);
}

static inline unsigned equal_bytes(const char *p, char byte)
{
    __m128i c = _mm_loadu_si128((const __m128i *)p);

    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(c, _mm_set1_epi8(byte)));
}

/* The end of a name: the first byte of `set` from p on. */
static inline const char *find_name_end(const char *p, const char *end,
                                        unsigned set)
{
    if (end - p >= BLOCK) {
        unsigned stops = name_stops(p);
        const char *stop = p + __builtin_ctz(stops | 1u << BLOCK);
        if (stops == 0)
            p = stop;
        else if (is_in(*stop, set))
            return stop;
    }
    return skip_until(p, end, set);
}

/* Most values end within two blocks. */
static inline const char *find_quote(const char *p, const char *end, char quote)
{
    for (int i = 0; i < 2 && end - p >= BLOCK; i++, p += BLOCK) {
        unsigned equal = equal_bytes(p, quote);
        if (equal != 0)
            return p + __builtin_ctz(equal);
    }
    return memchr(p, quote, (size_t)(end - p));
}

#else

static inline const char *find_name_end(const char *p, const char *end,
                                        unsigned set)
{
    return skip_until(p, end, set);
}

static inline const char *find_quote(const char *p, const char *end, char quote)
{
    return memchr(p, quote, (size_t)(end - p));
}

#endif

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
static inline const char *parse_value(struct html_attr *a, const char *p,
                                      const char *end)
{
    const char *stop;

    p = skip(p, end, SPACE);
    if (p == end)
        return NULL;
    a->has_value = true;
    if (*p == '"' || *p == '\'') {
        a->quote = *p++;
        stop = find_quote(p, end, a->quote);
    } else {
        stop = find_name_end(p, end, SPACE | CLOSE);
    }
    if (stop == NULL || stop == end)
        return NULL;
    a->value = p;
    a->value_len = (uint32_t)(stop - p);
    return stop + (a->quote != 0);
}

/* One attribute. "=" in the first place belongs to its name (13.2.5.32). */
static inline const char *parse_attr(struct html_tag *t, const char *p,
                                     const char *end)
{
    const char *stop =
        find_name_end(p + 1, end, SPACE | SLASH | CLOSE | EQUALS);
    struct name_key key = name_key(str_between(p, stop), end);
    enum attr_id id = attr_find(&key);
    struct html_attr *a = attr_new(t);

    *a = (struct html_attr){
        .name = p,
        .name_len = (uint32_t)(stop - p),
        .value = stop,
        .hash = key.hash,
        .id = (uint8_t)id,
    };
    t->present |= ATTR_BIT(id);
    if (end - stop > 2 && stop[0] == '=' &&
        (stop[1] == '"' || stop[1] == '\'')) {
        /* The usual case, without a look for white space. */
        a->has_value = true;
        a->quote = stop[1];
        a->value = stop + 2;
        stop = find_quote(a->value, end, a->quote);
        if (stop == NULL)
            return NULL;
        a->value_len = (uint32_t)(stop - a->value);
        return stop + 1;
    }
    stop = skip(stop, end, SPACE);
    if (stop == end)
        return NULL;
    return *stop == '=' ? parse_value(a, stop + 1, end) : stop;
}

void html_tag_parse_name(struct html_tag *t, struct str text)
{
    const char *p = text.ptr + 1, *end = text.ptr + text.len;

    t->is_end = *p == '/';
    p += t->is_end;
    t->name = str_between(p, find_name_end(p, end, SPACE | SLASH | CLOSE));
    struct name_key key = name_key(t->name, end);
    t->id = tag_find(&key);
    t->hash = key.hash;
    t->text = text;
    t->count = 0;
    t->present = 0;
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
    if ((t->present & ATTR_BIT(id)) == 0)
        return NULL;
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
