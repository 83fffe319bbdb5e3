#include "rules/host_scan.h"

#include "rules/domain_list.h"

static bool is_name_char(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '.' || c == '_';
}

static unsigned label_hash(const char *p, size_t len)
{
    unsigned h = (unsigned)len;

    for (size_t i = 0; i < len; i++)
        h = h * 31 + (unsigned char)ascii_lower(p[i]);
    return (h * 0x9e3779b1u) >> 20;
}

static size_t last_label(struct str host)
{
    size_t at = host.len;

    while (at > 0 && host.ptr[at - 1] != '.')
        at--;
    return at;
}

void host_scan_build(struct host_scan *h, struct arena *arena,
                     const struct host_entry *entries, size_t count)
{
    struct index_builder b = {0};

    *h = (struct host_scan){.entries = entries, .count = count};
    for (size_t i = 0; i < count; i++) {
        struct str host = entries[i].host;
        struct str top = str_from(host, last_label(host));
        unsigned bit = label_hash(top.ptr, top.len);
        h->top_levels[bit >> 6] |= (uint64_t)1 << (bit & 63);
        index_add(&b, index_key(host, 0), (uint32_t)i);
    }
    h->index = index_build(&b, arena);
}

/* How many bytes at the start of a run belong to an escape before it. */
static size_t escape_len(struct str text, size_t start, size_t end)
{
    static const char letters[] = "nrtbfv";
    size_t digits = 0, skip = 0;

    if (start == 0)
        return 0;
    char before = text.ptr[start - 1];
    if (before == '%') {
        digits = 2;
    } else if (before == '\\') {
        char c = text.ptr[start];
        skip = 1;
        if (c == 'x' || c == 'u')
            digits = c == 'x' ? 2 : 4;
        else
            return memchr(letters, c, sizeof(letters) - 1) != NULL;
    }
    if (end - start < skip + digits)
        return 0;
    for (size_t i = 0; i < digits; i++) {
        if (ascii_hex(text.ptr[start + skip + i]) < 0)
            return 0;
    }
    return skip + digits;
}

static bool is_known_top_level(const struct host_scan *h, const char *p,
                               size_t len)
{
    unsigned bit = label_hash(p, len);

    return (h->top_levels[bit >> 6] >> (bit & 63) & 1) != 0;
}

/* Take the name in text[start .. end), if its last label may be one of ours. */
static bool take_name(const struct host_scan *h, struct str text, size_t start,
                      size_t end, struct host_found *out)
{
    start += escape_len(text, start, end);
    while (end > start && text.ptr[end - 1] == '.')
        end--;
    while (start < end && text.ptr[start] == '.')
        start++;
    size_t label = last_label(str_sub(text, start, end - start));
    if (label == 0 || end - start > HOST_NAME_MAX_LEN ||
        !is_known_top_level(h, text.ptr + start + label, end - start - label))
        return false;
    out->at = start;
    out->len = end - start;
    for (size_t i = 0; i < out->len; i++)
        out->room[i] = ascii_lower(text.ptr[start + i]);
    out->host = str_make(out->room, out->len);
    return true;
}

static bool has_entry(void *ctx, const struct host_entry *e)
{
    (void)ctx;
    (void)e;
    return true;
}

bool host_scan_next(const struct host_scan *h, struct str text, size_t from,
                    struct host_found *out)
{
    size_t floor = from; /* no name reaches before it */

    /* Every name of ours has a dot. */
    for (size_t dot = from; h->count > 0;) {
        dot = str_find_char(text, '.', dot);
        if (dot == text.len)
            return false;
        size_t start = dot, end = dot + 1;
        while (end < text.len && is_name_char(text.ptr[end]))
            end++;
        while (start > floor && is_name_char(text.ptr[start - 1]))
            start--;
        if (take_name(h, text, start, end, out) &&
            host_scan_each(h, out->host, has_entry, NULL))
            return true;
        dot = end;
        floor = end;
    }
    return false;
}

bool host_scan_each(const struct host_scan *h, struct str host, host_fn *fn,
                    void *ctx)
{
    struct str suffix;

    for (size_t at = 0; host_next_suffix(host, &at, &suffix);) {
        const uint32_t *v = index_find(&h->index, index_key(suffix, 0));
        for (; v != NULL; v = index_next(v)) {
            const struct host_entry *e = &h->entries[*v & INDEX_VALUE];
            if (str_eq(e->host, suffix) && fn(ctx, e))
                return true;
        }
    }
    return false;
}
