#include "rewrite/css.h"

#include "base/buf.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    NAME_ROOM = 24, /* longer than any name we look for */
    SCRATCH_MAX = 4096,
};

enum css_state {
    CSS_PLAIN,
    CSS_NAME,  /* an identifier, perhaps of a function */
    CSS_SLASH, /* behind "/" */
    CSS_COMMENT,
    CSS_STAR, /* behind "*" in a comment */
    CSS_STRING,
    CSS_URL_START, /* behind "url(" and white space */
    CSS_URL,       /* an address without quotes */
};

struct css {
    const struct pipeline_options *options;
    const struct url *base;
    struct arena scratch;
    sink_fn *sink;
    void *sink_ctx;

    const char *mark, *at, *end;
    enum css_state state;
    bool escaped;        /* behind a backslash, in a string or address */
    bool escaped_return; /* behind an escaped CR */
    char quote;

    char name[NAME_ROOM]; /* in lower case, escapes decoded */
    unsigned name_len;
    bool is_at;      /* the name stands behind "@" */
    unsigned digits; /* hexadecimal ones of an escape; 0: none */
    uint32_t code_point;
    bool name_escape; /* behind a backslash in a name */

    unsigned depth;      /* of parentheses within image-set() and its like */
    bool import;         /* behind "@import" */
    bool holding;        /* an address that has to be judged */
    const char *hold_at; /* where it goes on in the input */
    struct buf held;     /* what came before */
    bool drop;           /* too long: dropped up to its end */
};

enum { BORING = 0, NAME_BYTE = 1, EVENT = 2 };

static unsigned char css_classes[256];

__attribute__((constructor)) static void fill_classes(void)
{
    for (int i = 0; i < 256; i++) {
        char c = (char)i;
        if (i >= 0x80 || ascii_is_alnum(c) || c == '-' || c == '_')
            css_classes[i] = NAME_BYTE;
        else if (strchr("\\\"'()/@;{}", c) != NULL && c != '\0')
            css_classes[i] = EVENT;
    }
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r' || c == '\f';
}

static bool is_css_space(char c)
{
    return c == ' ' || c == '\t' || is_newline(c);
}

static void release(void *object)
{
    struct css *c = object;

    buf_release(&c->held);
    arena_release(&c->scratch);
}

struct css *css_new(struct arena *arena, const struct pipeline_options *options)
{
    struct css *c = arena_new(arena, struct css);

    c->options = options;
    c->scratch.pool = arena->pool;
    arena_defer(arena, release, c);
    return c;
}

void css_begin(struct css *c, const struct url *base, sink_fn *sink, void *ctx)
{
    struct arena scratch = c->scratch;
    struct buf held = c->held;

    buf_clear(&held);
    *c = (struct css){.options = c->options,
                      .base = base,
                      .scratch = scratch,
                      .sink = sink,
                      .sink_ctx = ctx,
                      .held = held};
}

static void pass_to(struct css *c, const char *to)
{
    if (to > c->mark)
        c->sink(c->sink_ctx, str_between(c->mark, to));
    c->mark = to;
}

/* ---- escapes (CSS Syntax 4.3.7) -------------------------------------------
 */

static void append_utf8(struct buf *out, uint32_t c)
{
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        c = 0xfffd;
    if (c < 0x80) {
        buf_append_char(out, (char)c);
        return;
    }
    int shift = c < 0x800 ? 6 : c < 0x10000 ? 12 : 18;
    unsigned lead = c < 0x800 ? 0xc0 : c < 0x10000 ? 0xe0 : 0xf0;
    buf_append_char(out, (char)(lead | c >> shift));
    while ((shift -= 6) >= 0)
        buf_append_char(out, (char)(0x80 | (c >> shift & 0x3f)));
}

/* The escape at `at` (the backslash); returns its length. */
static size_t unescape_one(struct str s, size_t at, struct buf *out)
{
    size_t i = at + 1;
    uint32_t code_point = 0;

    if (i == s.len)
        return 1;
    if (is_newline(s.ptr[i]))
        return s.ptr[i] == '\r' && i + 1 < s.len && s.ptr[i + 1] == '\n' ? 3
                                                                         : 2;
    if (ascii_hex(s.ptr[i]) < 0) {
        buf_append_char(out, s.ptr[i]);
        return 2;
    }
    while (i < s.len && i < at + 7 && ascii_hex(s.ptr[i]) >= 0)
        code_point = code_point << 4 | (uint32_t)ascii_hex(s.ptr[i++]);
    append_utf8(out, code_point);
    if (i + 1 < s.len && s.ptr[i] == '\r' && s.ptr[i + 1] == '\n')
        return i + 2 - at;
    return i < s.len && is_css_space(s.ptr[i]) ? i + 1 - at : i - at;
}

static struct str unescape(struct arena *arena, struct str s)
{
    struct buf out = {0};

    if (s.len == 0 || memchr(s.ptr, '\\', s.len) == NULL)
        return s;
    for (size_t at = 0; at < s.len;) {
        if (s.ptr[at] == '\\') {
            at += unescape_one(s, at, &out);
        } else {
            buf_append_char(&out, s.ptr[at++]);
        }
    }
    struct str result = arena_dup(arena, buf_str(&out));
    buf_release(&out);
    return result;
}

/* ---- addresses ----------------------------------------------------------- */

static bool is_denied(struct css *c, struct str address, struct match *m)
{
    const struct scope *scope = c->options->scope;
    struct url url;

    if (c->scratch.total > SCRATCH_MAX)
        arena_release(&c->scratch);
    address = unescape(&c->scratch, address);
    if (address.len == 0 || !url_parse(&url, address, c->base, &c->scratch))
        return false;
    if (c->import)
        return scope_denies_url(scope, &url, RESOURCE_STYLESHEET, m);
    return scope_denies_url(scope, &url, RESOURCE_IMAGE, m) ||
           scope_denies_url(scope, &url, RESOURCE_FONT, m);
}

static void begin_address(struct css *c, const char *at)
{
    c->holding = true;
    c->drop = false;
    c->hold_at = at;
    buf_clear(&c->held);
}

static void count(struct css *c, const struct match *m)
{
    if (c->options->on_edit != NULL)
        c->options->on_edit(c->options->edit_ctx, m->rule, EDIT_NEUTRALISED,
                            EDIT_STYLE);
}

static bool is_data(struct str address)
{
    return address.len >= 5 && str_istarts(address, STR("data:"));
}

/* Keep what of an address lies in this piece, up to `to`. */
static void hold_rest(struct css *c, const char *to)
{
    struct match nobody = {0};

    if (c->held.len == 0)
        pass_to(c, c->hold_at);
    if (!c->drop)
        buf_append(&c->held, str_between(c->hold_at, to));
    c->mark = c->hold_at = to;
    if (is_data(buf_str(&c->held))) {
        c->sink(c->sink_ctx, buf_str(&c->held));
        c->holding = false;
    } else if (!c->drop && c->held.len > c->options->memory) {
        c->drop = true;
        count(c, &nobody);
    }
}

static void end_address(struct css *c, const char *to)
{
    struct str address = str_between(c->hold_at, to);
    struct match m = {0};

    if (!c->holding)
        return;
    c->holding = false;
    bool pieces = c->held.len > 0;
    if (pieces) {
        if (!c->drop)
            buf_append(&c->held, address);
        address = buf_str(&c->held);
        c->mark = to;
    }
    if (is_data(address)) {
        if (pieces)
            c->sink(c->sink_ctx, address);
        return;
    }
    bool too_long = c->drop || address.len > c->options->memory;
    if (too_long || is_denied(c, address, &m)) {
        count(c, &m);
        if (!pieces) {
            pass_to(c, c->hold_at);
            c->mark = to;
        }
    } else if (pieces) {
        c->sink(c->sink_ctx, address);
    }
    c->import = false;
}

/* ---- names --------------------------------------------------------------- */

static void name_begin(struct css *c, bool is_at)
{
    c->state = CSS_NAME;
    c->is_at = is_at;
    c->name_len = 0;
    c->name_escape = false;
    c->digits = 0;
}

static void name_add(struct css *c, uint32_t code_point)
{
    if (c->name_len == NAME_ROOM)
        return; /* none that we look for */
    c->name[c->name_len++] =
        code_point < 0x80 ? ascii_lower((char)code_point) : '?';
}

static bool name_is(const struct css *c, const char *name)
{
    return str_eq(str_make(c->name, c->name_len), str_of(name));
}

/* A name has ended; `next` stands behind it. */
static void name_end(struct css *c, char next)
{
    c->state = CSS_PLAIN;
    if (c->is_at) {
        c->import = name_is(c, "import");
    } else if (next == '(' && name_is(c, "url")) {
        c->state = CSS_URL_START;
        c->at++;
    } else if (next == '(' && c->depth == 0 &&
               (name_is(c, "src") || name_is(c, "image-set") ||
                name_is(c, "-webkit-image-set"))) {
        c->depth = 1;
        c->at++;
    }
}

/* Within an escape of a name. Returns whether the byte is used. */
static bool name_escape_step(struct css *c, char byte)
{
    int digit = ascii_hex(byte);

    if (digit >= 0 && c->digits < 6) {
        c->code_point = c->digits > 0 ? c->code_point << 4 : 0;
        c->code_point |= (uint32_t)digit;
        c->digits++;
        return true;
    }
    c->name_escape = false;
    if (c->digits > 0) {
        name_add(c, c->code_point);
        c->digits = 0;
        return is_css_space(byte);
    }
    name_add(c, (unsigned char)byte);
    return true;
}

static void step_name(struct css *c)
{
    while (c->at < c->end) {
        char byte = *c->at;
        if (c->name_escape) {
            c->at += name_escape_step(c, byte);
        } else if (css_classes[(unsigned char)byte] == NAME_BYTE) {
            name_add(c, (unsigned char)byte);
            c->at++;
        } else if (byte == '\\') {
            c->name_escape = true;
            c->at++;
        } else {
            name_end(c, byte);
            return;
        }
    }
}

/* ---- states -------------------------------------------------------------- */

static void begin_string(struct css *c, char quote)
{
    c->state = CSS_STRING;
    c->quote = quote;
    c->escaped = c->escaped_return = false;
    if (c->import || c->depth > 0)
        begin_address(c, c->at + 1);
}

static void event(struct css *c, char byte)
{
    switch (byte) {
    case '"':
    case '\'':
        begin_string(c, byte);
        break;
    case '/':
        c->state = CSS_SLASH;
        break;
    case '@':
        name_begin(c, true);
        break;
    case '(':
        c->depth += c->depth > 0;
        break;
    case ')':
        c->depth -= c->depth > 0;
        break;
    case '\\':
        name_begin(c, false);
        c->name_escape = true;
        break;
    default: /* ; { } */
        c->import = false;
        c->depth = 0;
        break;
    }
    c->at++;
}

/* Byte by byte: within what parentheses, ";" and braces end. */
static void step_within(struct css *c)
{
    while (c->at < c->end) {
        unsigned class = css_classes[(unsigned char)*c->at];
        if (class == NAME_BYTE) {
            name_begin(c, false);
            return;
        }
        if (class == EVENT) {
            event(c, *c->at);
            return;
        }
        c->at++;
    }
}

static bool begins_something(char byte)
{
    return byte == '"' || byte == '\'' || byte == '(' || byte == '/' ||
           byte == '@' || byte == '\\';
}

/* The next byte with which something may begin, or `end`. */
static const char *find_beginning(const char *p, const char *end)
{
#ifdef __SSE2__
    for (; end - p >= 16; p += 16) {
        const __m128i c = _mm_loadu_si128((const __m128i *)p);
        __m128i any = _mm_cmpeq_epi8(c, _mm_set1_epi8('"'));
        any = _mm_or_si128(any, _mm_cmpeq_epi8(c, _mm_set1_epi8('\'')));
        any = _mm_or_si128(any, _mm_cmpeq_epi8(c, _mm_set1_epi8('(')));
        any = _mm_or_si128(any, _mm_cmpeq_epi8(c, _mm_set1_epi8('/')));
        any = _mm_or_si128(any, _mm_cmpeq_epi8(c, _mm_set1_epi8('@')));
        any = _mm_or_si128(any, _mm_cmpeq_epi8(c, _mm_set1_epi8('\\')));
        unsigned bits = (unsigned)_mm_movemask_epi8(any);
        if (bits != 0)
            return p + __builtin_ctz(bits);
    }
#endif
    while (p < end && !begins_something(*p))
        p++;
    return p;
}

/* Take up the name that stands right before `at`, if one does. */
static void name_take_back(struct css *c, const char *from, const char *at)
{
    const char *p = at;

    while (p > from && at - p <= NAME_ROOM &&
           css_classes[(unsigned char)p[-1]] == NAME_BYTE)
        p--;
    name_begin(c, false);
    for (; p < at; p++)
        name_add(c, (unsigned char)*p);
}

static void step_plain(struct css *c)
{
    const char *from = c->at;

    if (c->import || c->depth > 0) {
        step_within(c);
        return;
    }
    c->at = find_beginning(from, c->end);
    if (c->at < c->end && *c->at != '(' && *c->at != '\\') {
        event(c, *c->at);
        return;
    }
    name_take_back(c, from, c->at);
    if (c->at == c->end) {
        c->state = c->name_len > 0 ? CSS_NAME : CSS_PLAIN;
    } else if (*c->at == '\\') {
        c->name_escape = true;
        c->at++;
    } else {
        const char *paren = c->at;
        name_end(c, '(');
        c->at = paren + 1;
    }
}

static void step_string(struct css *c)
{
    for (; c->at < c->end; c->at++) {
        char byte = *c->at;
        if (c->escaped_return && byte == '\n') {
            c->escaped_return = false;
            continue;
        }
        c->escaped_return = c->escaped && byte == '\r';
        if (c->escaped) {
            c->escaped = false;
        } else if (byte == '\\') {
            c->escaped = true;
        } else if (byte == c->quote || is_newline(byte)) {
            end_address(c, c->at);
            c->state = CSS_PLAIN;
            c->at += byte == c->quote;
            return;
        }
    }
}

static void step_url_start(struct css *c)
{
    while (c->at < c->end && is_css_space(*c->at))
        c->at++;
    if (c->at == c->end)
        return;
    if (*c->at == '"' || *c->at == '\'') {
        c->depth++;
        begin_string(c, *c->at);
        c->at++;
        return;
    }
    c->state = CSS_URL;
    c->escaped = false;
    begin_address(c, c->at);
}

static void step_url(struct css *c)
{
    for (; c->at < c->end; c->at++) {
        if (c->escaped) {
            c->escaped = false;
        } else if (*c->at == '\\') {
            c->escaped = true;
        } else if (*c->at == ')') {
            end_address(c, c->at++);
            c->state = CSS_PLAIN;
            return;
        }
    }
}

static void step_comment(struct css *c)
{
    for (; c->at < c->end; c->at++) {
        if (c->state == CSS_STAR && *c->at == '/') {
            c->state = CSS_PLAIN;
            c->at++;
            return;
        }
        c->state = *c->at == '*' ? CSS_STAR : CSS_COMMENT;
    }
}

static void step(struct css *c)
{
    switch (c->state) {
    case CSS_PLAIN:
        step_plain(c);
        break;
    case CSS_NAME:
        step_name(c);
        break;
    case CSS_SLASH:
        c->state = *c->at == '*' ? CSS_COMMENT : CSS_PLAIN;
        c->at += c->state == CSS_COMMENT;
        break;
    case CSS_COMMENT:
    case CSS_STAR:
        step_comment(c);
        break;
    case CSS_STRING:
        step_string(c);
        break;
    case CSS_URL_START:
        step_url_start(c);
        break;
    case CSS_URL:
        step_url(c);
        break;
    }
}

void css_push(struct css *c, struct str in)
{
    if (in.len == 0)
        return;
    c->mark = c->at = c->hold_at = in.ptr;
    c->end = in.ptr + in.len;
    while (c->at < c->end)
        step(c);
    if (c->holding)
        hold_rest(c, c->end);
    pass_to(c, c->end);
}

void css_end(struct css *c)
{
    /* An address that the end cuts short is complete (CSS Syntax 4.3.6). */
    c->mark = c->hold_at = c->at = c->end = "";
    end_address(c, c->end);
    c->state = CSS_PLAIN;
}

static void append(void *ctx, struct str s)
{
    buf_append(ctx, s);
}

struct str css_rewrite(struct css *c, const struct url *base, struct str text,
                       struct arena *out)
{
    struct buf changed = {0};

    /* Nothing is fetched without a function or a string in one. */
    if (text.len == 0 || memchr(text.ptr, '(', text.len) == NULL)
        return text;
    css_begin(c, base, append, &changed);
    css_push(c, text);
    css_end(c);
    if (!str_eq(buf_str(&changed), text))
        text = arena_dup(out, buf_str(&changed));
    buf_release(&changed);
    return text;
}
