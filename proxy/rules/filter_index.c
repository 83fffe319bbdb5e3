#include "rules/filter_index.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum key_kind { KEY_HOST, KEY_PAGE, KEY_TOKEN, KEY_PART, KEY_KINDS };

enum {
    PART_LEN = 4, /* letters of a token that is cut off */
    HISTOGRAM_BITS = 18,
    COMMON_COST = 1000, /* a token that most URLs have */
    PAGE_COST = 100,    /* from here on, rather by the page's host */
    PAGES_MAX = 1024,   /* names in from= to file a filter under */
    KEYS_MAX = 64,      /* of one pattern that are looked at */
};

/* ---- tokens ------------------------------------------------------------ */

/* A bit for each of 64 bytes: letter or digit, in lower case. */
static uint64_t token_bits(const char *p)
{
    uint64_t bits = 0;

#ifdef __SSE2__
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p + i);
        /* Shifted so that a signed comparison tells the range. */
        __m128i alpha =
            _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8((char)(128 - 'a'))),
                           _mm_set1_epi8(-128 + 26));
        __m128i digit =
            _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8((char)(128 - '0'))),
                           _mm_set1_epi8(-128 + 10));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(alpha, digit));
        bits |= (uint64_t)mask << (16 * i);
    }
#else
    for (int i = 0; i < 64; i++)
        bits |= (uint64_t)ascii_is_alnum(p[i]) << i;
#endif
    return bits;
}

static uint64_t load(const char *p, size_t len)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
    return len < 8 ? word & (((uint64_t)1 << len * 8) - 1) : word;
}

static uint32_t mix(uint64_t a, uint64_t b)
{
    uint64_t h = a * 0x9e3779b97f4a7c15u;

    h = (h ^ h >> 32 ^ b) * 0xd6e8feb86659fd93u;
    return (uint32_t)(h >> 32);
}

/* Eight bytes from `p` must be readable, whatever the length. */
static uint32_t token_key(const char *p, size_t len)
{
    uint64_t last = len > 8 ? load(p + len - 8, 8) : 0;

    return mix(load(p, len), last ^ len);
}

static uint32_t start_key(const char *p)
{
    return mix(load(p, PART_LEN), 1);
}

static uint32_t end_key(const char *p, size_t len)
{
    return mix(load(p + len - PART_LEN, PART_LEN), 2);
}

/* ---- building ---------------------------------------------------------- */

static const char *const common_tokens[] = {
    "http", "https", "www", "com",    "net",   "org",    "js",
    "html", "php",   "css", "png",    "gif",   "jpg",    "index",
    "img",  "min",   "cdn", "images", "image", "static", "assets",
    "api",  "co",    "uk",  "de",     "ru",    "cn",     "src",
    "id",   "v1",    "v2",  "1",      "2",     "script", "scripts",
};

struct draft_key {
    enum key_kind kind;
    uint32_t key;
    bool common;
};

/* The keys under which a filter may be filed. */
struct draft_keys {
    struct draft_key keys[KEYS_MAX];
    size_t count;
};

static void keys_add(struct draft_keys *k, enum key_kind kind, uint32_t key,
                     bool common)
{
    if (k->count < KEYS_MAX)
        k->keys[k->count++] = (struct draft_key){kind, key, common};
}

static bool is_common(struct str token)
{
    for (size_t i = 0; i < ARRAY_LEN(common_tokens); i++) {
        if (str_eq(token, str_of(common_tokens[i])))
            return true;
    }
    return token.len < 3;
}

/* The host that a pattern names in full: "||HOST" with something behind it that
 * no host has. */
static struct str named_host(const struct filter *f)
{
    struct str p = f->pattern;
    size_t at = 0;

    if ((f->flags & FILTER_HOST_ANCHOR) == 0)
        return (struct str){NULL, 0};
    while (at < p.len && (ascii_is_alnum(p.ptr[at]) || p.ptr[at] == '.' ||
                          p.ptr[at] == '-' || p.ptr[at] == '_'))
        at++;
    bool ends = at < p.len ? strchr("/^:?", p.ptr[at]) != NULL
                           : (f->flags & FILTER_END_ANCHOR) != 0;
    if (!ends || at == 0 || p.ptr[0] == '.')
        return (struct str){NULL, 0};
    return str_sub(p, 0, at);
}

static void add_token(struct draft_keys *k, const struct filter *f,
                      const char *text, size_t start, size_t end)
{
    unsigned starts = FILTER_HOST_ANCHOR | FILTER_START_ANCHOR;
    bool whole_start =
        start > 0 ? text[start - 1] != '*' : (f->flags & starts) != 0;
    bool whole_end = end < f->pattern.len ? text[end] != '*'
                                          : (f->flags & FILTER_END_ANCHOR) != 0;
    struct str token = str_make(text + start, end - start);

    if (whole_start && whole_end)
        keys_add(k, KEY_TOKEN, token_key(token.ptr, token.len),
                 is_common(token));
    else if (whole_start && token.len >= PART_LEN)
        keys_add(k, KEY_PART, start_key(token.ptr), is_common(token));
    else if (whole_end && token.len >= PART_LEN)
        keys_add(k, KEY_PART, end_key(token.ptr, token.len), is_common(token));
}

/* `text` is the pattern in lower case with eight bytes behind it. */
static void add_tokens(struct draft_keys *k, const struct filter *f,
                       const char *text)
{
    size_t at = 0, len = f->pattern.len;

    while (at < len) {
        size_t start = at;
        while (at < len && ascii_is_alnum(text[at]))
            at++;
        if (at > start)
            add_token(k, f, text, start, at);
        else
            at++;
    }
}

static void find_keys(struct draft_keys *k, const struct filter *f)
{
    size_t len = f->pattern.len;
    char *text = xcalloc(len + sizeof(uint64_t), 1);
    struct str host = named_host(f);

    k->count = 0;
    for (size_t i = 0; i < len; i++)
        text[i] = ascii_lower(f->pattern.ptr[i]);
    if (host.len > 0)
        keys_add(k, KEY_HOST, index_key(str_make(text, host.len), 0), false);
    if ((f->flags & FILTER_HOST_ONLY) == 0)
        add_tokens(k, f, text);
    free(text);
}

struct builder {
    struct filter_index *x;
    struct index_builder pairs[KEY_KINDS];
    uint32_t *histogram;
    uint32_t *always;
};

static uint32_t *counter(struct builder *b, uint32_t key)
{
    return &b->histogram[key >> (32 - HISTOGRAM_BITS)];
}

static void count_keys(struct builder *b, const struct filter *f)
{
    struct draft_keys k;

    find_keys(&k, f);
    for (size_t i = 0; i < k.count; i++)
        ++*counter(b, k.keys[i].key);
}

static uint32_t cost(struct builder *b, const struct draft_key *key)
{
    return *counter(b, key->key) + (key->common ? COMMON_COST : 0);
}

static const struct draft_key *rarest(struct builder *b,
                                      const struct draft_keys *k)
{
    const struct draft_key *best = NULL;

    for (size_t i = 0; i < k->count; i++) {
        if (best == NULL || cost(b, &k->keys[i]) < cost(b, best))
            best = &k->keys[i];
    }
    return best;
}

static bool has_pages(const struct filter *f)
{
    return f->from != NULL && f->from->included > 0 &&
           f->from->any_suffix == 0 && f->from->included <= PAGES_MAX;
}

static void file_by_page(struct builder *b, const struct filter *f,
                         uint32_t number)
{
    for (unsigned i = 0; i < f->from->count; i++) {
        const struct domain_entry *e = &f->from->entries[i];
        if (!e->excluded)
            index_add(&b->pairs[KEY_PAGE], index_key(e->name, 0), number);
    }
}

static void file_filter(struct builder *b, uint32_t number)
{
    const struct filter *f = &b->x->filters[number];
    struct draft_keys k;

    find_keys(&k, f);
    const struct draft_key *best = rarest(b, &k);
    if (has_pages(f) && (best == NULL || cost(b, best) > PAGE_COST))
        file_by_page(b, f, number);
    else if (best != NULL)
        index_add(&b->pairs[best->kind], best->key, number);
    else
        b->always[b->x->always_count++] = number;
}

void filter_index_build(struct filter_index *x, struct arena *arena,
                        const struct filter *filters, size_t count)
{
    *x = (struct filter_index){.filters = filters, .count = count};
    if (count == 0)
        return;
    struct builder b = {
        .x = x,
        .histogram = xcalloc((size_t)1 << HISTOGRAM_BITS, sizeof(uint32_t)),
        .always = xcalloc(count, sizeof(uint32_t)),
    };
    for (size_t i = 0; i < count; i++)
        count_keys(&b, &filters[i]);
    for (size_t i = 0; i < count; i++)
        file_filter(&b, (uint32_t)i);
    if (x->always_count > 0) {
        b.always[x->always_count - 1] |= INDEX_LAST;
        x->always = arena_grow(arena, b.always, x->always_count,
                               x->always_count, sizeof(uint32_t));
    }
    /* Both ends of a token share an index: their keys differ. */
    x->hosts = index_build(&b.pairs[KEY_HOST], arena);
    x->pages = index_build(&b.pairs[KEY_PAGE], arena);
    x->tokens = index_build(&b.pairs[KEY_TOKEN], arena);
    x->parts = index_build(&b.pairs[KEY_PART], arena);
    free(b.histogram);
    free(b.always);
}

/* ---- asking ------------------------------------------------------------ */

struct search {
    const struct filter_index *x;
    struct request *request;
    filter_fn *fn;
    void *ctx;
};

static bool try_list(const struct search *s, const uint32_t *at)
{
    for (; at != NULL; at = index_next(at)) {
        if (s->fn(s->ctx, &s->x->filters[*at & INDEX_VALUE], s->request))
            return true;
    }
    return false;
}

static bool try_key(const struct search *s, const struct index *index,
                    uint32_t key)
{
    return try_list(s, index_find(index, key));
}

static bool try_host(const struct search *s, const struct index *index,
                     struct str host)
{
    struct str suffix;

    for (size_t at = 0; host_next_suffix(host, &at, &suffix);) {
        if (try_key(s, index, index_key(suffix, 0)))
            return true;
    }
    return false;
}

static bool try_token(const struct search *s, const char *p, size_t len)
{
    if (try_key(s, &s->x->tokens, token_key(p, len)))
        return true;
    return len >= PART_LEN && (try_key(s, &s->x->parts, start_key(p)) ||
                               try_key(s, &s->x->parts, end_key(p, len)));
}

/* Each run of ones in a row of words is a token. */
static bool try_tokens(const struct search *s)
{
    struct str url = s->request->lower;
    size_t start = 0;
    uint64_t carried = 0; /* whether a token reaches into this word */

    for (size_t base = 0; base < url.len + 1; base += 64) {
        char block[64] = {0};
        size_t left = url.len - base;
        if (left < 64)
            memcpy(block, url.ptr + base, left);
        uint64_t bits = token_bits(left < 64 ? block : url.ptr + base);
        uint64_t edges = bits ^ (bits << 1 | carried);
        carried = bits >> 63;
        for (; edges != 0; edges &= edges - 1) {
            size_t at = base + (size_t)__builtin_ctzll(edges);
            if ((bits >> (at - base) & 1) != 0)
                start = at;
            else if (try_token(s, url.ptr + start, at - start))
                return true;
        }
    }
    return false;
}

bool filter_index_each(const struct filter_index *x, struct request *r,
                       filter_fn *fn, void *ctx)
{
    struct search s = {x, r, fn, ctx};

    if (x->count == 0)
        return false;
    return try_host(&s, &x->hosts, r->host) ||
           (x->pages.bits != NULL && try_host(&s, &x->pages, r->page_host)) ||
           try_tokens(&s) || try_list(&s, x->always);
}
