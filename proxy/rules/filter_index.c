#include "rules/filter_index.h"

#include <stdlib.h>

enum key_kind { KEY_HOST, KEY_PAGE, KEY_TOKEN, KEY_PART, KEY_KINDS };

enum {
    HISTOGRAM_BITS = 18,
    COMMON_COST = 1000,  /* a token that many URLs have */
    USUAL_COST = 100000, /* one that most have */
    PAGE_COST = 100,     /* from here on, rather by the page's host */
    PAGES_MAX = 1024,    /* names in from= to file a filter under */
    KEYS_MAX = 64,       /* of one pattern that are looked at */
};

/* ---- building ---------------------------------------------------------- */

/* Nearly every URL has one of these. */
static const char *const usual_tokens[] = {"http", "https", "www", "com"};

/* Many have one of these. */
static const char *const common_tokens[] = {
    "ads",      "api",    "article", "assets",    "blog",    "category", "cdn",
    "content",  "css",    "default", "facebook",  "file",    "files",    "gif",
    "google",   "home",   "htm",     "html",      "image",   "images",   "img",
    "includes", "index",  "info",    "jpeg",      "jpg",     "jquery",   "link",
    "media",    "min",    "net",     "news",      "org",     "php",      "png",
    "plugins",  "post",   "public",  "script",    "scripts", "search",   "shop",
    "shtml",    "site",   "sites",   "source",    "src",     "static",   "svg",
    "tag",      "themes", "twitter", "uploads",   "url",     "user",     "ver",
    "video",    "web",    "webp",    "wordpress",
};

struct draft_key {
    enum key_kind kind;
    uint32_t key;
    uint32_t cost; /* for being frequent in URLs, beside being so in filters */
};

/* The keys under which a filter may be filed. */
struct draft_keys {
    struct draft_key keys[KEYS_MAX];
    size_t count;
    uint64_t signature; /* of the tokens that a URL must have whole */
};

static void keys_add(struct draft_keys *k, enum key_kind kind, uint32_t key,
                     uint32_t cost)
{
    if (k->count < KEYS_MAX)
        k->keys[k->count++] = (struct draft_key){kind, key, cost};
}

static bool is_among(struct str token, const char *const *tokens, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(token, str_of(tokens[i])))
            return true;
    }
    return false;
}

static uint32_t token_cost(struct str token)
{
    if (is_among(token, usual_tokens, ARRAY_LEN(usual_tokens)))
        return USUAL_COST;
    if (token.len < 3 ||
        is_among(token, common_tokens, ARRAY_LEN(common_tokens)))
        return COMMON_COST;
    return 0;
}

/* The host that a pattern names in full: "||HOST" with something behind it that
 * no host has. */
static size_t host_len(struct str p)
{
    size_t at = 0;

    if (str_starts(p, STR("["))) /* an IPv6 address */
        return str_find_char(p, ']', 0) + 1;
    while (at < p.len && (ascii_is_alnum(p.ptr[at]) || p.ptr[at] == '.' ||
                          p.ptr[at] == '-' || p.ptr[at] == '_'))
        at++;
    return at;
}

static struct str named_host(const struct filter *f)
{
    struct str p = f->pattern;
    size_t at = host_len(p);

    if ((f->flags & FILTER_HOST_ANCHOR) == 0 || at == 0 || at > p.len ||
        p.ptr[0] == '.' || str_find_char(str_sub(p, 0, at), '*', 0) < at)
        return (struct str){NULL, 0};
    bool ends = at < p.len ? strchr("/^:?", p.ptr[at]) != NULL
                           : (f->flags & FILTER_END_ANCHOR) != 0;
    return ends ? str_sub(p, 0, at) : (struct str){NULL, 0};
}

static void add_whole_token(struct draft_keys *k, struct str token)
{
    uint32_t key = token_key(token.ptr, token.len);

    keys_add(k, KEY_TOKEN, key, token_cost(token));
    k->signature |= token_bit(key);
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
        add_whole_token(k, token);
    else if (whole_start && token.len >= TOKEN_PART)
        keys_add(k, KEY_PART, token_start_key(token.ptr), token_cost(token));
    else if (whole_end && token.len >= TOKEN_PART)
        keys_add(k, KEY_PART, token_end_key(token.ptr, token.len),
                 token_cost(token));
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
    k->signature = 0;
    for (size_t i = 0; i < len; i++)
        text[i] = ascii_lower(f->pattern.ptr[i]);
    if (host.len > 0)
        keys_add(k, KEY_HOST, index_key(str_make(text, host.len), 0), 0);
    if ((f->flags & FILTER_HOST_ONLY) == 0)
        add_tokens(k, f, text);
    free(text);
}

struct builder {
    struct filter_index *x;
    struct index_builder pairs[KEY_KINDS];
    uint32_t *histogram;
    uint32_t *always;
    uint64_t *signatures;
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
    return *counter(b, key->key) + key->cost;
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
    b->signatures[number] = k.signature;
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
        .signatures = arena_array(arena, uint64_t, count),
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
    x->signatures = b.signatures;
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
    uint64_t has = s->request->tokens.signature;

    for (; at != NULL; at = index_next(at)) {
        uint32_t number = *at & INDEX_VALUE;
        if ((s->x->signatures[number] & ~has) == 0 &&
            s->fn(s->ctx, &s->x->filters[number], s->request))
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

static bool try_token(const struct search *s, const struct url_token *token)
{
    const char *p = s->request->lower.ptr + token->start;

    if (try_key(s, &s->x->tokens, token->key))
        return true;
    return token->len >= TOKEN_PART &&
           (try_key(s, &s->x->parts, token_start_key(p)) ||
            try_key(s, &s->x->parts, token_end_key(p, token->len)));
}

static bool try_tokens(const struct search *s)
{
    const struct url_tokens *t = &s->request->tokens;

    for (unsigned i = 0; i < t->count; i++) {
        if (try_token(s, &t->tokens[i]))
            return true;
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
