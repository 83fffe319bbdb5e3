/* module: rules - host names and literals are found where a slow, obvious
 * search finds them. */
#include "rules/host_scan.h"
#include "rules/literals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct host_entry entries[] = {
    {STR_INIT("hm.baidu.com"), 0, false},
    {STR_INIT("t.co"), 0, false},
};
static const struct str texts[] = {STR_INIT("fbq("), STR_INIT("_hmt.push"),
                                   STR_INIT("aaaa"), STR_INIT("aaab"),
                                   STR_INIT("bq(x")};

static bool count_one(void *ctx, uint32_t number, size_t at)
{
    (void)number;
    (void)at;
    ++*(size_t *)ctx;
    return false;
}

static void check_literals(struct arena *arena, struct str text)
{
    struct literals l;
    size_t got = 0, want = 0;

    literals_build(&l, arena, texts, ARRAY_LEN(texts));
    literals_each(&l, text, count_one, &got);
    for (size_t at = 0; at < text.len; at++) {
        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
            want += str_starts(str_from(text, at), texts[i]);
    }
    CHECK(got == want);
}

static bool is_name_char(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* Whether one of ours stands in text[at ..] with the end of a name behind. */
static bool stands_at(struct str text, size_t at)
{
    for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
        struct str host = entries[i].host;
        struct str rest = str_from(text, at);
        if (str_istarts(rest, host) &&
            (rest.len == host.len || !is_name_char(rest.ptr[host.len])))
            return true;
    }
    return false;
}

static void check_hosts(struct arena *arena, struct str text)
{
    static struct host_scan h;
    struct host_found found;
    size_t from = 0, found_count = 0, sure = 0;

    host_scan_build(&h, arena, entries, ARRAY_LEN(entries));
    while (host_scan_next(&h, text, from, &found)) {
        CHECK(found.at >= from && found.at + found.len <= text.len);
        CHECK(str_ieq(str_sub(text, found.at, found.len), found.host));
        from = found.at + found.len;
        found_count++;
    }
    for (size_t at = 0; at < text.len; at++) {
        bool starts =
            at == 0 || (text.ptr[at - 1] == '/' || text.ptr[at - 1] == '"');
        sure += starts && stands_at(text, at);
    }
    CHECK(found_count >= sure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = {(const char *)data, size};

    check_literals(&arena, text);
    check_hosts(&arena, text);
    arena_release(&arena);
    return 0;
}
