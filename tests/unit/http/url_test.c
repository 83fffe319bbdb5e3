#include "http/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct arena arena;

/* What comes of `input` on `base`, "-" if nothing. */
static const char *parsed(const char *input, const char *base)
{
    struct url url, base_url;

    if (base != NULL)
        assert_true(url_parse(&base_url, str_of(base), NULL, &arena));
    if (!url_parse(&url, str_of(input), base != NULL ? &base_url : NULL,
                   &arena))
        return "-";
    return arena_dup(&arena, url.text).ptr;
}

#define BASE "https://site.example/a/b?q"

static const struct {
    const char *name, *input, *base, *want; /* "-": refused */
} texts[] = {
    {"plain", "https://host.example/p?q=1", NULL, "https://host.example/p?q=1"},
    {"fragment is cut", "https://h.example/p?q#f", NULL,
     "https://h.example/p?q"},
    {"no path", "http://h.example", NULL, "http://h.example/"},
    {"query without path", "http://h.example?x", NULL, "http://h.example/?x"},
    {"empty query stays", "http://h.example/?", NULL, "http://h.example/?"},
    {"case of scheme and host", "HTTPS://H.Example/P", NULL,
     "https://h.example/P"},
    {"white space around", " \n\thttps://h.example/p \x1f", NULL,
     "https://h.example/p"},
    {"tabs and newlines within", "ht\ntps:\t//t.ex\r\nam\nple/p.gif", NULL,
     "https://t.example/p.gif"},
    {"mixed slashes", "https:/\\/\\t.example\\p.gif", NULL,
     "https://t.example/p.gif"},
    {"another scheme needs no slashes", "ftp:t.example/p.gif", BASE,
     "ftp://t.example/p.gif"},
    {"http on https needs no slashes", "http:t.example", BASE,
     "http://t.example/"},
    {"the base's scheme without slashes is relative", "https:t.gif", BASE,
     "https://site.example/a/t.gif"},
    {"the base's scheme with one slash", "https:/t.gif", BASE,
     "https://site.example/t.gif"},
    {"the base's scheme with two backslashes", "https:\\\\t.example", BASE,
     "https://t.example/"},
    {"no slashes without base", "https:t.example/x", NULL,
     "https://t.example/x"},
    {"credentials", "https://ok.example@t.example/p.gif", NULL,
     "https://t.example/p.gif"},
    {"credentials up to the last at", "https://a:b@c@t.example/@", NULL,
     "https://t.example/@"},
    {"upper case, final dot, default port", "//T.Example.:443/p.gif", BASE,
     "https://t.example/p.gif"},
    {"several final dots", "http://t.example../", NULL, "http://t.example/"},
    {"other port", "//t.example:8443/p", BASE, "https://t.example:8443/p"},
    {"port with zeros", "http://t.example:0080/p", NULL, "http://t.example/p"},
    {"empty port", "http://t.example:/p", NULL, "http://t.example/p"},
    {"port zero", "http://t.example:0/p", NULL, "http://t.example:0/p"},
    {"port too large", "http://t.example:65536/", NULL, "-"},
    {"port no number", "http://t.example:8a/", NULL, "-"},
    {"encoded host", "//%74.exampl%65/p.gif", BASE, "https://t.example/p.gif"},
    {"encoded forbidden byte", "//a%2fb/p", BASE, "-"},
    {"stray percent in host", "//a%zz/p", BASE, "-"},
    {"space in host", "https://a b/", NULL, "-"},
    {"IDNA",
     "http://b\xc3\xbc"
     "cher.example/",
     NULL, "http://xn--bcher-kva.example/"},
    {"IDNA upper case",
     "http://B\xc3\x9c"
     "CHER.Example/",
     NULL, "http://xn--bcher-kva.example/"},
    {"full-width letters and dot",
     "//\xef\xbd\x94\xef\xbc\x8e"
     "example/p",
     BASE, "https://t.example/p"},
    {"soft hyphen",
     "//t.exam\xc2\xad"
     "ple/p",
     BASE, "https://t.example/p"},
    {"emoji label keeps its domain", "//\xf0\x9f\x92\xa9.T.example/p", BASE,
     "https://\xf0\x9f\x92\xa9.t.example/p"},
    {"emoji label, ideographic dot", "//\xf0\x9f\x92\xa9\xe3\x80\x82t.example/",
     BASE, "https://\xf0\x9f\x92\xa9.t.example/"},
    {"host that is not UTF-8", "//\xff.example/", BASE, "-"},
    {"IPv4 in hex", "http://0x7f.1/", NULL, "http://127.0.0.1/"},
    {"IPv4 in octal", "http://0177.0.0.01/", NULL, "http://127.0.0.1/"},
    {"IPv4 in one number", "http://2130706433/", NULL, "http://127.0.0.1/"},
    {"IPv4 with final dot", "http://127.0.0.1./", NULL, "http://127.0.0.1/"},
    {"IPv4 empty hex", "http://0x/", NULL, "http://0.0.0.0/"},
    {"IPv4 too large", "http://256.256.256.256/", NULL, "-"},
    {"IPv4 with five parts", "http://1.2.3.4.5/", NULL, "-"},
    {"a name that ends in a number", "http://a.b.1/", NULL, "-"},
    {"IPv4 out of an octal 8", "http://08/", NULL, "-"},
    {"digit first is no number", "http://a.1b/", NULL, "http://a.1b/"},
    {"IPv6", "http://[2001:DB8:0:0:1::1]:8080/x", NULL,
     "http://[2001:db8::1:0:0:1]:8080/x"},
    {"IPv6 any", "http://[::]/", NULL, "http://[::]/"},
    {"IPv6 with IPv4 in it", "http://[::ffff:1.2.3.4]/", NULL,
     "http://[::ffff:102:304]/"},
    {"IPv6 zero run at the end", "http://[1:2::]/", NULL, "http://[1:2::]/"},
    {"IPv6 unclosed", "http://[::1/", NULL, "-"},
    {"IPv6 zone", "http://[fe80::1%25eth0]/", NULL, "-"},
    {"no host", "http:///", NULL, "-"},
    {"only a dot", "http://./", NULL, "-"},
    {"dot segments", "https://h.example/a/./b/../c", NULL,
     "https://h.example/a/c"},
    {"encoded dot segments", "https://h.example/a/%2E/b/.%2e/c/%2e%2E", NULL,
     "https://h.example/a/"},
    {"more dots than segments", "https://h.example/../../x", NULL,
     "https://h.example/x"},
    {"final dot", "https://h.example/a/.", NULL, "https://h.example/a/"},
    {"hidden file is no dot segment", "https://h.example/.well-known/x", NULL,
     "https://h.example/.well-known/x"},
    {"three dots are a name", "https://h.example/.../x", NULL,
     "https://h.example/.../x"},
    {"dots in the query stay", "https://h.example/?/../x\\", NULL,
     "https://h.example/?/../x\\"},
    {"spaces and controls are encoded", "https://h.example/a b?c d\x01", NULL,
     "https://h.example/a%20b?c%20d"},
    {"control inside",
     "https://h.example/a\x01"
     "b",
     NULL, "https://h.example/a%01b"},
    {"other bytes stay", "https://h.example/\xe4\"<>", NULL,
     "https://h.example/\xe4\"<>"},
    {"relative", "c.js", BASE, "https://site.example/a/c.js"},
    {"relative up", "../c.js?x", BASE, "https://site.example/c.js?x"},
    {"absolute path", "/c.js", BASE, "https://site.example/c.js"},
    {"backslash path", "\\c.js", BASE, "https://site.example/c.js"},
    {"two backslashes", "\\\\t.example/c.js", BASE, "https://t.example/c.js"},
    {"slash and backslash", "/\\t.example/c.js", BASE,
     "https://t.example/c.js"},
    {"protocol-relative", "//t.example/c.js", BASE, "https://t.example/c.js"},
    {"many slashes", "////t.example/c.js", BASE, "https://t.example/c.js"},
    {"query alone", "?x", BASE, "https://site.example/a/b?x"},
    {"fragment alone", "#x", BASE, "https://site.example/a/b?q"},
    {"nothing", "", BASE, "https://site.example/a/b?q"},
    {"dot", ".", BASE, "https://site.example/a/"},
    {"two dots", "..", BASE, "https://site.example/"},
    {"colon in a path", "./a:b", BASE, "https://site.example/a/a:b"},
    {"colon behind a slash", "x/a:b", BASE, "https://site.example/a/x/a:b"},
    {"colon at the start", ":b", BASE, "https://site.example/a/:b"},
    {"relative with a port", "c", "http://h.example:81/a/b",
     "http://h.example:81/a/c"},
    {"relative without base", "c.js", NULL, "-"},
    {"relative on data:", "c.js", "data:text/html,x", "-"},
    {"data:", "data:image/gif;base64,R0l?x#y", BASE,
     "data:image/gif;base64,R0l?x"},
    {"case of an opaque scheme", "JavaScript:Void(0)", BASE,
     "javascript:Void(0)"},
    {"tab in an opaque scheme", "java\tscript:x", BASE, "javascript:x"},
    {"about:", "about:srcdoc", BASE, "about:srcdoc"},
    {"a bad scheme is a path", "1http://x", BASE,
     "https://site.example/a/1http://x"},
};

static void texts_are_what_a_browser_fetches(void **state)
{
    unsigned failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        const char *got = parsed(texts[i].input, texts[i].base);
        if (strcmp(got, texts[i].want) != 0) {
            print_error("[%s] %s, not %s\n", texts[i].name, got, texts[i].want);
            failed++;
        }
        if (strcmp(got, "-") != 0 && strcmp(parsed(got, NULL), got) != 0) {
            print_error("[%s] changes when parsed again: %s\n", texts[i].name,
                        parsed(got, NULL));
            failed++;
        }
    }
    arena_release(&arena);
    assert_int_equal(failed, 0);
}

static const struct {
    const char *input, *scheme, *host, *port, *path, *query;
} parts[] = {
    {"https://h.example/p/x?q=1&r", "https", "h.example", "", "/p/x", "q=1&r"},
    {"HTTP://H.example:81", "http", "h.example", "81", "/", NULL},
    {"//t.example/p?", "https", "t.example", "", "/p", ""},
    {"c?x", "https", "site.example", "", "/a/c", "x"},
    {"/c", "https", "site.example", "", "/c", NULL},
    {"..\\c?x", "https", "site.example", "", "/c", "x"},
    {"", "https", "site.example", "", "/a/b", "q"},
    {"data:text/html,x?y", "data", "", "", "text/html,x", "y"},
};

static void parts_lie_within_the_text(void **state)
{
    struct url base, url;

    (void)state;
    assert_true(url_parse(&base, STR(BASE), NULL, &arena));
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        print_message("[%s]\n", parts[i].input);
        assert_true(url_parse(&url, str_of(parts[i].input), &base, &arena));
        assert_true(str_eq(url.scheme, str_of(parts[i].scheme)));
        assert_true(str_eq(url.host, str_of(parts[i].host)));
        assert_true(str_eq(url.port, str_of(parts[i].port)));
        assert_true(str_eq(url.path, str_of(parts[i].path)));
        assert_true(str_eq(url.query, str_of(parts[i].query)));
        assert_int_equal(url.query.ptr == NULL, parts[i].query == NULL);
        assert_true(url.path.ptr >= url.text.ptr);
        assert_true(url.path.ptr + url.path.len <= url.text.ptr + url.text.len);
    }
    arena_release(&arena);
}

static void plain_absolute_urls_are_borrowed(void **state)
{
    struct str input = STR("https://host.example/p?q#f");
    struct url url;

    (void)state;
    assert_true(url_parse(&url, input, NULL, &arena));
    assert_ptr_equal(url.text.ptr, input.ptr);
    assert_int_equal(arena.total, 0);
}

static const struct {
    const char *host, *want;
} domains[] = {
    {"a.b.co.uk", "b.co.uk"},
    {"example.com", "example.com"},
    {"www.example.com", "example.com"},
    {"com", "com"},
    {"co.uk", "co.uk"},
    {"localhost", "localhost"},
    {"127.0.0.1", "127.0.0.1"},
    {"[::1]", "[::1]"},
    {"a.b.internal", "b.internal"},
    {"me.github.io", "me.github.io"},
    {"x.me.github.io", "me.github.io"},
    {"", ""},
    {"a.com.cn", "a.com.cn"},
    {"www.a.com.cn", "a.com.cn"},
};

static void registrable_domains(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
        struct str got = host_registrable(str_of(domains[i].host));
        if (!str_eq(got, str_of(domains[i].want)))
            fail_msg("%s: " STR_FMT, domains[i].host, STR_ARG(got));
    }
}

static void queries_fall_into_pieces(void **state)
{
    struct str rest = STR("a=1&&b"), piece, none = {NULL, 0};

    (void)state;
    assert_true(query_next(&rest, &piece) && str_eq(piece, STR("a=1")));
    assert_true(query_next(&rest, &piece) && piece.len == 0);
    assert_true(query_next(&rest, &piece) && str_eq(piece, STR("b")));
    assert_false(query_next(&rest, &piece));
    assert_false(query_next(&none, &piece));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_what_a_browser_fetches),
        cmocka_unit_test(parts_lie_within_the_text),
        cmocka_unit_test(plain_absolute_urls_are_borrowed),
        cmocka_unit_test(registrable_domains),
        cmocka_unit_test(queries_fall_into_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
