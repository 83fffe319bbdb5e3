#include "http/url.h"

#include "http/host.h"

/* What the scan of a path or query has to stop at. */
enum byte_class { PLAIN, SLASH, BACKSLASH, QUESTION, HASH, ODD };

static enum byte_class byte_class(char c)
{
    if ((unsigned char)c <= ' ' || c == 0x7f)
        return ODD;
    switch (c) {
    case '/':
        return SLASH;
    case '\\':
        return BACKSLASH;
    case '?':
        return QUESTION;
    case '#':
        return HASH;
    default:
        return PLAIN;
    }
}

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static bool at_slash(struct str s)
{
    return s.len > 0 && is_slash(s.ptr[0]);
}

/* ---- schemes ---------------------------------------------------------- */

static const struct scheme {
    struct str name, port;
} specials[] = {
    {STR_INIT("https"), STR_INIT("443")}, {STR_INIT("http"), STR_INIT("80")},
    {STR_INIT("wss"), STR_INIT("443")},   {STR_INIT("ws"), STR_INIT("80")},
    {STR_INIT("ftp"), STR_INIT("21")},
};

static const struct scheme *special_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(specials); i++) {
        if (str_ieq(name, specials[i].name))
            return &specials[i];
    }
    return NULL;
}

bool url_is_special(const struct url *url)
{
    return special_find(url->scheme) != NULL;
}

/* The length of the scheme before its ":", 0 if the input has none. */
static size_t scheme_len(struct str s)
{
    if (s.len == 0 || !ascii_is_alpha(s.ptr[0]))
        return 0;
    for (size_t i = 1; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == ':')
            return i;
        if (!ascii_is_alnum(c) && c != '+' && c != '-' && c != '.')
            return 0;
    }
    return 0;
}

/* ---- the fast path: nothing in the input has to be changed ------------ */

/* Scan path and query from `at`, which is a path's first byte or its end. false
 * if anything needs the slow path. *query: where "?" stands or the end. */
static bool scan_plain(struct str s, size_t at, size_t *query, size_t *end)
{
    bool in_query = false;
    bool segment = at == 0 || s.ptr[at - 1] == '/'; /* one starts here */

    *query = s.len;
    for (; at < s.len; at++) {
        enum byte_class class = byte_class(s.ptr[at]);
        if (segment && (s.ptr[at] == '.' || s.ptr[at] == '%'))
            return false; /* perhaps a dot segment */
        segment = class == SLASH && !in_query;
        if (class <= SLASH || (class != ODD && class != HASH && in_query))
            continue;
        if (class == HASH)
            break;
        if (class != QUESTION)
            return false;
        in_query = true;
        *query = at;
    }
    *end = at;
    if (!in_query)
        *query = at;
    return true;
}

static void set_path(struct url *out, struct str text, size_t path,
                     size_t query)
{
    out->text = text;
    out->path = str_sub(text, path, query - path);
    out->query =
        query < text.len ? str_from(text, query + 1) : (struct str){NULL, 0};
}

/* "https://host/path?query" and "//host/path?query", `from` at the host. */
static bool parse_plain_authority(struct url *out, struct str in, size_t from,
                                  struct str scheme, struct arena *arena)
{
    size_t path = str_find_char(in, '/', from), query, end;
    struct str host = str_sub(in, from, path - from);
    struct str text, prefix[2];

    if (path == in.len || !host_is_plain(host) ||
        !scan_plain(in, path, &query, &end))
        return false;
    text = str_sub(in, 0, end);
    size_t shift = 0;
    if (in.ptr[0] == '/') {
        prefix[0] = arena_concat(arena, (struct str[]){scheme, STR(":")}, 2);
        prefix[1] = text;
        shift = prefix[0].len;
        text = arena_concat(arena, prefix, 2);
    }
    out->scheme = str_sub(text, 0, scheme.len);
    out->host = str_sub(text, from + shift, host.len);
    out->port = (struct str){NULL, 0};
    set_path(out, text, path + shift, query + shift);
    return true;
}

/* "/path", and "path" beside the base's last segment. */
static bool parse_plain_path(struct url *out, struct str in,
                             const struct url *base, struct arena *arena)
{
    size_t query, end, keep;

    if (in.len == 0 || in.ptr[0] == '?' || in.ptr[0] == '#' ||
        !scan_plain(in, 0, &query, &end))
        return false;
    size_t path = (size_t)(base->path.ptr - base->text.ptr);
    keep = path;
    if (in.ptr[0] != '/') {
        keep += base->path.len;
        while (base->text.ptr[keep - 1] != '/')
            keep--;
    }
    struct str parts[] = {str_sub(base->text, 0, keep), str_sub(in, 0, end)};
    struct str text = arena_concat(arena, parts, 2);
    out->scheme = str_sub(text, 0, base->scheme.len);
    out->host = str_sub(text, (size_t)(base->host.ptr - base->text.ptr),
                        base->host.len);
    out->port = (struct str){NULL, 0};
    if (base->port.len > 0)
        out->port = str_sub(text, (size_t)(base->port.ptr - base->text.ptr),
                            base->port.len);
    set_path(out, text, path, keep + query);
    return true;
}

/* false: the slow path has to look at it. */
static bool parse_plain(struct url *out, struct str in, const struct url *base,
                        struct arena *arena)
{
    if (str_starts(in, STR("https://")))
        return parse_plain_authority(out, in, 8, STR("https"), arena);
    if (str_starts(in, STR("http://")))
        return parse_plain_authority(out, in, 7, STR("http"), arena);
    if (base == NULL || !url_is_special(base))
        return false;
    if (str_starts(in, STR("//")))
        return parse_plain_authority(out, in, 2, base->scheme, arena);
    if (at_slash(str_from(in, 1)) && at_slash(in))
        return false;
    return scheme_len(in) == 0 && parse_plain_path(out, in, base, arena);
}

/* ---- the slow path ---------------------------------------------------- */

static bool is_dropped(char c)
{
    return c == '\t' || c == '\n' || c == '\r';
}

static struct str trim_controls(struct str s)
{
    while (s.len > 0 && (unsigned char)s.ptr[0] <= ' ')
        s = str_from(s, 1);
    while (s.len > 0 && (unsigned char)s.ptr[s.len - 1] <= ' ')
        s.len--;
    return s;
}

/* Without the bytes that browsers drop, and without the fragment. */
static struct str clean(struct str s, struct arena *arena)
{
    size_t i = 0, len;

    s = str_sub(s, 0, str_find_char(s, '#', 0));
    while (i < s.len && !is_dropped(s.ptr[i]))
        i++;
    if (i == s.len)
        return s;
    char *copy = arena_alloc(arena, s.len);
    memcpy(copy, s.ptr, i);
    for (len = i; i < s.len; i++) {
        if (!is_dropped(s.ptr[i]))
            copy[len++] = s.ptr[i];
    }
    return str_make(copy, len);
}

/* What the new text is put together from. */
struct parts {
    const struct scheme *scheme;
    struct str host, port;
    struct str folder; /* path that the new one stands in, without its "/" */
    struct str path;   /* to be resolved in it, without a "/" in front */
    struct str query;  /* ptr NULL: none */
};

/* Where a new text is written; there is room for all that may come. */
struct writer {
    char *at;
};

static struct str put(struct writer *w, struct str s)
{
    struct str copy = {w->at, s.len};

    if (s.len > 0)
        memcpy(w->at, s.ptr, s.len);
    w->at += s.len;
    return copy;
}

/* Bytes that could not stand in a request go percent-encoded. */
static void put_encoded(struct writer *w, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (byte_class(s.ptr[i]) != ODD) {
            *w->at++ = s.ptr[i];
            continue;
        }
        *w->at++ = '%';
        *w->at++ = hex[c >> 4];
        *w->at++ = hex[c & 15];
    }
}

/* How many dots a segment is made of ("%2e" is one); 0 if of anything else. */
static unsigned segment_dots(struct str s)
{
    unsigned dots = 0;

    while (s.len > 0) {
        size_t len = s.ptr[0] == '.' ? 1 : str_istarts(s, STR("%2e")) ? 3 : 0;
        if (len == 0)
            return 0;
        dots++;
        s = str_from(s, len);
    }
    return dots;
}

/* Write the segments of `s` behind what stands at `path` already. */
static void put_path(struct writer *w, const char *path, struct str s)
{
    bool last;

    do {
        size_t end = 0;
        while (end < s.len && !is_slash(s.ptr[end]))
            end++;
        last = end == s.len;
        struct str segment = str_sub(s, 0, end);
        unsigned dots = segment_dots(segment);
        if (dots == 2) {
            while (w->at > path && *--w->at != '/')
                ;
        }
        if (dots != 1 && dots != 2) {
            put(w, STR("/"));
            put_encoded(w, segment);
        } else if (last) {
            put(w, STR("/"));
        }
        s = str_from(s, end + 1);
    } while (!last);
}

static void assemble(struct url *out, const struct parts *p,
                     struct arena *arena)
{
    size_t room = sizeof("https://:/?") + p->host.len + p->port.len +
                  p->folder.len + 3 * (p->path.len + p->query.len);
    char *text = arena_alloc(arena, room);
    struct writer w = {text};

    out->scheme = put(&w, p->scheme->name);
    put(&w, STR("://"));
    out->host = put(&w, p->host);
    out->port = (struct str){NULL, 0};
    if (p->port.len > 0) {
        put(&w, STR(":"));
        out->port = put(&w, p->port);
    }
    char *path = w.at;
    put(&w, p->folder);
    put_path(&w, path, p->path);
    out->path = str_between(path, w.at);
    out->query = (struct str){NULL, 0};
    if (p->query.ptr != NULL) {
        put(&w, STR("?"));
        char *query = w.at;
        put_encoded(&w, p->query);
        out->query = str_between(query, w.at);
    }
    out->text = str_between(text, w.at);
}

/* Where the host ends in "host:port": at the first ":" outside brackets. */
static size_t host_end(struct str s)
{
    bool bracket = false;

    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ':' && !bracket)
            return i;
        if (s.ptr[i] == '[' || s.ptr[i] == ']')
            bracket = s.ptr[i] == '[';
    }
    return s.len;
}

/* "user:password@host:port" */
static bool read_authority(struct parts *p, struct str s, struct arena *arena)
{
    uint64_t number;

    const char *user_end = s.len > 0 ? memrchr(s.ptr, '@', s.len) : NULL;
    if (user_end != NULL)
        s = str_between(user_end + 1, s.ptr + s.len);
    size_t end = host_end(s);
    struct str port = str_from(s, end + 1);
    while (port.len > 1 && port.ptr[0] == '0')
        port = str_from(port, 1);
    if (port.len > 0 && !str_to_uint(port, UINT16_MAX, &number))
        return false;
    p->port = str_eq(port, p->scheme->port) ? (struct str){NULL, 0} : port;
    return host_parse(&p->host, str_sub(s, 0, end), arena);
}

/* Cut the query off `*s`. */
static void take_query(struct parts *p, struct str *s)
{
    size_t at = str_find_char(*s, '?', 0);

    if (at < s->len)
        p->query = str_from(*s, at + 1);
    s->len = at;
}

/* "//host/path?query", with any number of slashes in front. */
static bool read_absolute(struct parts *p, struct str s, struct arena *arena)
{
    size_t end = 0;

    while (at_slash(s))
        s = str_from(s, 1);
    take_query(p, &s);
    while (end < s.len && !is_slash(s.ptr[end]))
        end++;
    p->path = str_from(s, end + 1);
    return read_authority(p, str_sub(s, 0, end), arena);
}

/* "/path", "path", "?query" and nothing, on the base's host. */
static void read_relative(struct parts *p, struct str s, const struct url *base)
{
    p->host = base->host;
    p->port = base->port;
    if (s.len == 0)
        p->query = base->query;
    take_query(p, &s);
    if (at_slash(s)) {
        p->path = str_from(s, 1);
        return;
    }
    if (s.len == 0) {
        p->path = str_from(base->path, 1);
        return;
    }
    p->path = s;
    const char *slash = memrchr(base->path.ptr, '/', base->path.len);
    p->folder = str_between(base->path.ptr, slash);
}

/* A scheme that carries no host: its name and the first "?" are all that is
 * seen, so that a long data: URL costs no walk. */
static void read_opaque(struct url *out, struct str s, size_t len,
                        struct arena *arena)
{
    s = trim_controls(str_sub(s, 0, str_find_char(s, '#', 0)));
    for (size_t i = 0; i < len; i++) {
        if (ascii_lower(s.ptr[i]) == s.ptr[i])
            continue;
        char *copy = arena_alloc(arena, s.len);
        memcpy(copy, s.ptr, s.len);
        for (; i < len; i++)
            copy[i] = ascii_lower(copy[i]);
        s.ptr = copy;
    }
    *out = (struct url){.scheme = str_sub(s, 0, len)};
    size_t query = str_find_char(s, '?', len);
    set_path(out, s, len + 1, query);
}

static bool parse_special(struct url *out, struct str in, size_t len,
                          const struct scheme *scheme, const struct url *base,
                          struct arena *arena)
{
    struct parts parts = {.scheme = scheme};
    struct str rest = len > 0 ? str_from(in, len + 1) : in;
    bool relative = base != NULL && str_eq(scheme->name, base->scheme) &&
                    !(at_slash(rest) && at_slash(str_from(rest, 1)));

    if (relative)
        read_relative(&parts, rest, base);
    else if (!read_absolute(&parts, rest, arena))
        return false;
    assemble(out, &parts, arena);
    return true;
}

bool url_parse(struct url *out, struct str input, const struct url *base,
               struct arena *arena)
{
    struct str in = trim_controls(input);
    const struct scheme *scheme;

    if (parse_plain(out, in, base, arena))
        return true;
    size_t len = scheme_len(in);
    scheme = special_find(str_sub(in, 0, len));
    if (len == 0 || scheme != NULL) {
        in = clean(in, arena);
        len = scheme_len(in);
        scheme = special_find(str_sub(in, 0, len));
    }
    if (len > 0 && scheme == NULL) {
        read_opaque(out, in, len, arena);
        return true;
    }
    if (len == 0 && base != NULL)
        scheme = special_find(base->scheme);
    return scheme != NULL && parse_special(out, in, len, scheme, base, arena);
}

bool query_next(struct str *rest, struct str *piece)
{
    if (rest->ptr == NULL)
        return false;
    *piece = str_cut(rest, '&');
    return true;
}
