#include "rules/filter.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef unsigned char bytes16 __attribute__((vector_size(16)));

static void copy_lower16(char *to, const char *from)
{
    bytes16 v;

    memcpy(&v, from, sizeof(v));
    v |= (bytes16)((v - 'A') < 26) & 0x20;
    memcpy(to, &v, sizeof(v));
}

/* What follows in `to`, TOKEN_PAD bytes, becomes NUL. */
static void copy_lower(char *to, struct str from)
{
    char tail[TOKEN_PAD + 16] = {0};
    size_t at = 0;

    for (; at + 16 <= from.len; at += 16)
        copy_lower16(to + at, from.ptr + at);
    memcpy(tail, from.ptr + at, from.len - at);
    copy_lower16(tail, tail);
    memcpy(to + at, tail, from.len - at + TOKEN_PAD);
}

bool request_init(struct request *r, const struct url *url,
                  enum resource_type type, struct str page_host,
                  struct str page_domain)
{
    if (url->host.len == 0 && !url_is_special(url))
        return false; /* data:, blob: and the like reach no server */
    struct str text = str_sub(url->text, 0, TOKEN_URL_MAX);
    r->url = str_make(r->room, text.len);
    r->lower = str_make(r->lower_room, text.len);
    r->host_at = url->scheme.len + strlen("://");
    r->host = url->host;
    r->page_host = page_host;
    r->page_domain = page_domain;
    r->type = (uint16_t)RESOURCE_BIT(type);
    r->party = PARTY_UNKNOWN;
    if (r->host_at + r->host.len > r->url.len)
        return false;
    memcpy(r->room, text.ptr, text.len);
    memset(r->room + text.len, 0, TOKEN_PAD);
    copy_lower(r->lower_room, text);
    url_tokens_find(&r->tokens, r->lower);
    return true;
}

static bool is_below(struct str host, struct str domain)
{
    if (!str_ends(host, domain))
        return false;
    return host.len == domain.len || host.ptr[host.len - domain.len - 1] == '.';
}

bool request_is_third_party(struct request *r)
{
    if (r->party == PARTY_UNKNOWN) {
        /* The suffix list is asked only where the names leave a doubt. */
        bool third = !str_eq(r->host, r->page_host) &&
                     (!is_below(r->host, r->page_domain) ||
                      !str_eq(host_registrable(r->host), r->page_domain));
        r->party = third ? PARTY_THIRD : PARTY_FIRST;
    }
    return r->party == PARTY_THIRD;
}

/* "^" is anything but a letter, a digit, "_", "-", "." and "%", or the end of
 * the URL, for which NUL stands. */
static bool is_separator(char c)
{
    return (unsigned char)c < 0x80 && !ascii_is_alnum(c) && c != '_' &&
           c != '-' && c != '.' && c != '%';
}

/* Both texts of a request have NUL behind their end, which only "^" matches. */
static bool part_is_at(struct str url, size_t at, struct str part)
{
    if (at + part.len > url.len + 1)
        return false;
    for (size_t i = 0; i < part.len; i++) {
        char c = url.ptr[at + i], p = part.ptr[i];
        if (p == '^' ? !is_separator(c) : p != c)
            return false;
    }
    return true;
}

/* A bit for each of 16 bytes that is `c`. */
static unsigned equal_bits(const char *p, char c)
{
#ifdef __SSE2__
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (unsigned)(p[i] == c) << i;
    return bits;
#endif
}

/* Where `part` first stands at or after `from`; SIZE_MAX: nowhere. Places are
 * taken 16 at a time by the part's first and last letter. */
static size_t find_part(struct str url, size_t from, struct str part)
{
    size_t first = 0, last = part.len;

    while (first < part.len && part.ptr[first] == '^')
        first++;
    while (last > first && part.ptr[last - 1] == '^')
        last--;
    for (size_t at = from; at + part.len <= url.len + 1; at += 16) {
        unsigned bits = 0xffff; /* nothing but "^" may stand anywhere */
        if (first < last)
            bits = equal_bits(url.ptr + at + first, part.ptr[first]) &
                   equal_bits(url.ptr + at + last - 1, part.ptr[last - 1]);
        for (; bits != 0; bits &= bits - 1) {
            size_t place = at + (unsigned)__builtin_ctz(bits);
            if (part_is_at(url, place, part))
                return place;
        }
    }
    return SIZE_MAX;
}

/* Where the `part` that ends the URL stands: at or after `from`, if `fixed`
 * just there; SIZE_MAX: it does not. */
static size_t find_end(struct str url, size_t from, struct str part, bool fixed)
{
    for (size_t end = url.len; end <= url.len + 1; end++) {
        size_t at = end - part.len;
        if (end >= part.len && (fixed ? at == from : at >= from) &&
            part_is_at(url, at, part))
            return at;
    }
    return SIZE_MAX;
}

/* Whether the pattern matches from `at` on: `fixed`, just there. Each part
 * between two stars is taken as early as it comes, which leaves the most for
 * the next. */
static bool match_from(struct str url, size_t at, struct str pattern,
                       bool fixed, bool to_end)
{
    while (pattern.ptr != NULL) {
        struct str part = str_cut(&pattern, '*');
        size_t found;
        if (pattern.ptr == NULL && to_end)
            found = find_end(url, at, part, fixed);
        else if (fixed)
            found = part_is_at(url, at, part) ? at : SIZE_MAX;
        else
            found = find_part(url, at, part);
        if (found == SIZE_MAX)
            return false;
        at = found + part.len;
        fixed = false;
    }
    return true;
}

/* "||": at the host's start or behind one of its dots. */
static bool match_host_anchor(const struct filter *f, const struct request *r,
                              struct str url)
{
    bool to_end = (f->flags & FILTER_END_ANCHOR) != 0;
    size_t end = r->host_at + r->host.len;

    for (size_t at = r->host_at; at < end;
         at = str_find_char(url, '.', at) + 1) {
        if (match_from(url, at, f->pattern, true, to_end))
            return true;
    }
    return false;
}

static bool match_pattern(const struct filter *f, const struct request *r)
{
    bool match_case = (f->flags & FILTER_MATCH_CASE) != 0;
    struct str url = match_case ? r->url : r->lower;

    if ((f->flags & FILTER_HOST_ONLY) != 0) {
        struct str host = str_sub(f->pattern, 0, f->pattern.len - 1);
        return is_below(r->host, host);
    }
    if ((f->flags & FILTER_HOST_ANCHOR) != 0)
        return match_host_anchor(f, r, url);
    return match_from(url, 0, f->pattern, (f->flags & FILTER_START_ANCHOR) != 0,
                      (f->flags & FILTER_END_ANCHOR) != 0);
}

static bool match_party(const struct filter *f, struct request *r)
{
    bool third;

    if ((f->flags & (FILTER_THIRD_PARTY | FILTER_FIRST_PARTY)) == 0)
        return true;
    if ((f->flags & FILTER_STRICT_PARTY) != 0)
        third = !str_eq(r->host, r->page_host);
    else
        third = request_is_third_party(r);
    return (f->flags & (third ? FILTER_THIRD_PARTY : FILTER_FIRST_PARTY)) != 0;
}

bool filter_matches(const struct filter *f, struct request *r)
{
    return (f->types & r->type) != 0 && match_pattern(f, r) &&
           match_party(f, r) &&
           (f->from == NULL || domain_list_has(f->from, r->page_host)) &&
           (f->to == NULL || domain_list_has(f->to, r->host)) &&
           (f->regex == NULL || regex_matches(f->regex, r->url));
}
