#include "http/head.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct head_limits limits = {8192, 32768, 100};

struct refusal {
    const char *name, *head;
    enum head_error want;
};

#define HOST "Host: a.example\r\n"
#define GET  "GET / HTTP/1.1\r\n"

static const struct refusal refusals[] = {
    {"plain", GET HOST "\r\n", HEAD_NONE},
    {"1.0 needs no Host but we cannot route without", "GET / HTTP/1.0\r\n\r\n",
     HEAD_NO_HOST},
    {"minor 2 is taken as 1", "GET / HTTP/1.2\r\n" HOST "\r\n", HEAD_NONE},
    {"major 2", "GET / HTTP/2.0\r\n" HOST "\r\n", HEAD_VERSION},
    {"lower-case version", "GET / http/1.1\r\n" HOST "\r\n", HEAD_BAD_VERSION},
    {"two digits", "GET / HTTP/1.11\r\n" HOST "\r\n", HEAD_BAD_VERSION},
    {"no version", "GET /\r\n\r\n", HEAD_BAD_LINE},
    {"two spaces", "GET  / HTTP/1.1\r\n" HOST "\r\n", HEAD_BAD_VERSION},
    {"trailing space", "GET / HTTP/1.1 \r\n" HOST "\r\n", HEAD_BAD_VERSION},
    {"method is no token", "G(T / HTTP/1.1\r\n" HOST "\r\n", HEAD_BAD_METHOD},
    {"lower-case method is another method", "get / HTTP/1.1\r\n" HOST "\r\n",
     HEAD_NONE},
    {"CONNECT", "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", HEAD_METHOD_CONNECT},
    {"fragment", "GET /#x HTTP/1.1\r\n" HOST "\r\n", HEAD_BAD_TARGET},
    {"tab in the target", "GET /a\tb HTTP/1.1\r\n" HOST "\r\n",
     HEAD_BAD_TARGET},
    {"byte above 0x7f in the target", "GET /\xe9 HTTP/1.1\r\n" HOST "\r\n",
     HEAD_BAD_TARGET},
    {"relative target", "GET a/b HTTP/1.1\r\n" HOST "\r\n", HEAD_BAD_TARGET},
    {"* for GET", "GET * HTTP/1.1\r\n" HOST "\r\n", HEAD_BAD_TARGET},
    {"* for OPTIONS", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", HEAD_NONE},
    {"broken escape in the path", "GET /%zz HTTP/1.1\r\n" HOST "\r\n",
     HEAD_BAD_TARGET},
    {"broken escape in the query", "GET /?100% HTTP/1.1\r\n" HOST "\r\n",
     HEAD_NONE},
    {"absolute", "GET http://a.example/x HTTP/1.1\r\n" HOST "\r\n", HEAD_NONE},
    {"absolute, another host", "GET http://b.example/ HTTP/1.1\r\n" HOST "\r\n",
     HEAD_HOST_DISAGREES},
    {"absolute, credentials",
     "GET http://u@a.example/ HTTP/1.1\r\n" HOST "\r\n", HEAD_BAD_TARGET},
    {"no Host", GET "\r\n", HEAD_NO_HOST},
    {"two Hosts", GET HOST HOST "\r\n", HEAD_HOSTS},
    {"empty Host", GET "Host:\r\n\r\n", HEAD_BAD_HOST},
    {"Host with a comma", GET "Host: a,b\r\n\r\n", HEAD_BAD_HOST},
    {"Host with a bad port", GET "Host: a:8x\r\n\r\n", HEAD_BAD_HOST},
    {"Host with a port too large", GET "Host: a:65536\r\n\r\n", HEAD_BAD_HOST},
    {"Host with credentials", GET "Host: u@a\r\n\r\n", HEAD_BAD_HOST},
    {"IPv6 Host", GET "Host: [::1]:80\r\n\r\n", HEAD_NONE},
    {"no colon", GET HOST "Foo\r\n\r\n", HEAD_BAD_FIELD_NAME},
    {"empty name", GET HOST ": x\r\n\r\n", HEAD_BAD_FIELD_NAME},
    {"space before the colon", GET HOST "Foo : x\r\n\r\n", HEAD_BAD_FIELD_NAME},
    {"name above 0x7f", GET HOST "F\xc3\xb6o: x\r\n\r\n", HEAD_BAD_FIELD_NAME},
    {"folded", GET HOST "A: b\r\n c\r\n\r\n", HEAD_FOLDED},
    {"white space first", GET " A: b\r\n" HOST "\r\n", HEAD_FOLDED},
    {"bare LF", GET HOST "A: b\nC: d\r\n\r\n", HEAD_BARE_LF},
    {"all bare LFs", "GET / HTTP/1.1\nHost: a\n\n", HEAD_BARE_LF},
    {"bare CR", GET HOST "A: b\rc\r\n\r\n", HEAD_BAD_FIELD_VALUE},
    {"DEL",
     GET HOST "A: b\x7f"
              "c\r\n\r\n",
     HEAD_BAD_FIELD_VALUE},
    {"tab in a value", GET HOST "A: b\tc\r\n\r\n", HEAD_NONE},
    {"bytes above 0x7f in a value", GET HOST "A: \xc3\xb6\r\n\r\n", HEAD_NONE},
};

static enum head_error parse(const char *text, struct request_head *head,
                             struct arena *arena)
{
    return request_head_parse(head, str_of(text), &limits, false, arena);
}

static void malformed_heads_are_refused(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct arena arena = {0};
        struct request_head head;
        enum head_error e = parse(refusals[i].head, &head, &arena);
        if (e != refusals[i].want) {
            print_error("[%s] got \"%s\", want \"%s\"\n", refusals[i].name,
                        head_error_reason(e),
                        head_error_reason(refusals[i].want));
            failed++;
        }
        arena_release(&arena);
    }
    assert_int_equal(failed, 0);
}

static void nul_in_a_value_is_refused(void **state)
{
    struct arena arena = {0};
    struct request_head head;

    (void)state;
    assert_int_equal(request_head_parse(&head, STR(GET HOST "A: b\0c\r\n\r\n"),
                                        &limits, false, &arena),
                     HEAD_BAD_FIELD_VALUE);
    arena_release(&arena);
}

static void fields_are_trimmed_and_known(void **state)
{
    struct arena arena = {0};
    struct request_head head;

    (void)state;
    assert_int_equal(
        parse("GET /p?q HTTP/1.1\r\nhOsT:a\r\nDNT: \t1 \r\nX-Y:\r\n\r\n", &head,
              &arena),
        HEAD_NONE);
    assert_int_equal(head.fields.count, 3);
    assert_int_equal(head.fields.items[0].id, FIELD_HOST);
    assert_int_equal(head.fields.items[1].id, FIELD_DNT);
    assert_true(str_eq(head.fields.items[1].value, STR("1")));
    assert_int_equal(head.fields.items[2].value.len, 0);
    assert_true(str_eq(head.path, STR("/p?q")));
    arena_release(&arena);
}

static void names_with_underscores_are_dropped(void **state)
{
    struct arena arena = {0};
    struct request_head head;
    struct str text = STR(GET HOST "X_Forwarded_For: 1\r\n\r\n");

    (void)state;
    assert_int_equal(request_head_parse(&head, text, &limits, false, &arena),
                     HEAD_NONE);
    assert_int_equal(head.fields.count, 1);
    assert_int_equal(request_head_parse(&head, text, &limits, true, &arena),
                     HEAD_NONE);
    assert_int_equal(head.fields.count, 2);
    arena_release(&arena);
}

static void limits_are_kept(void **state)
{
    const struct head_limits small = {20, 60, 2};
    struct arena arena = {0};
    struct request_head head;

    (void)state;
    assert_int_equal(
        request_head_parse(&head, STR("GET /aaaaaaaaaaaa HTTP/1.1\r\n\r\n"),
                           &small, false, &arena),
        HEAD_LINE_LONG);
    assert_int_equal(request_head_parse(&head,
                                        STR(GET HOST "A: b\r\nC: d\r\n\r\n"),
                                        &small, false, &arena),
                     HEAD_FIELDS_LONG);
    assert_int_equal(request_head_parse(
                         &head,
                         STR(GET HOST "A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
                                      "bbbbbbbbbbbbbbbb\r\n\r\n"),
                         &small, false, &arena),
                     HEAD_FIELDS_LONG);
    arena_release(&arena);
}

static void end_is_found_however_the_head_arrives(void **state)
{
    struct str head = STR(GET HOST "A: b\r\n\r\nrest");
    struct str bare = STR("GET /\nA: b\n\nrest");
    size_t from = 0;

    (void)state;
    for (size_t have = 0; have < head.len - 4; have++)
        assert_int_equal(head_find_end(str_sub(head, 0, have), &from), 0);
    assert_int_equal(head_find_end(head, &from), head.len - 4);
    from = 0;
    assert_int_equal(head_find_end(bare, &from), bare.len - 4);
}

static void status_lines(void **state)
{
    static const struct {
        const char *text;
        enum head_error want;
        unsigned status;
    } lines[] = {
        {"HTTP/1.1 200 OK\r\n\r\n", HEAD_NONE, 200},
        {"HTTP/1.0 404\r\n\r\n", HEAD_NONE, 404},
        {"HTTP/1.1 204 \r\n\r\n", HEAD_NONE, 204},
        {"HTTP/1.1 20 OK\r\n\r\n", HEAD_BAD_LINE, 0},
        {"HTTP/1.1 2000 OK\r\n\r\n", HEAD_BAD_LINE, 0},
        {"HTTP/1.1 099 OK\r\n\r\n", HEAD_BAD_LINE, 0},
        {"HTTP/1.1 abc OK\r\n\r\n", HEAD_BAD_LINE, 0},
        {"HTTP/2 200\r\n\r\n", HEAD_BAD_VERSION, 0},
        {"ICY 200 OK\r\n\r\n", HEAD_BAD_VERSION, 0},
        {"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", HEAD_BAD_FIELD_NAME, 0},
        {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", HEAD_FOLDED, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct arena arena = {0};
        struct response_head head;
        enum head_error e =
            response_head_parse(&head, str_of(lines[i].text), &limits, &arena);
        if (e != lines[i].want)
            print_error("[%s] %s\n", lines[i].text, head_error_reason(e));
        assert_int_equal(e, lines[i].want);
        if (e == HEAD_NONE)
            assert_int_equal(head.status, lines[i].status);
        arena_release(&arena);
    }
}

static void every_known_name_has_its_id(void **state)
{
    (void)state;
    for (unsigned id = 1; id < FIELD_COUNT; id++)
        assert_int_equal(field_id_of(field_id_name(id)), id);
    assert_int_equal(field_id_of(STR("SET-COOKIE")), FIELD_SET_COOKIE);
    assert_int_equal(field_id_of(STR("set-cookie2")), FIELD_OTHER);
    assert_int_equal(field_id_of(STR("")), FIELD_OTHER);
}

static void lists_keep_quoted_commas(void **state)
{
    struct str rest = STR(" , a, \"b,\\\"c\" ,,d"), element;

    (void)state;
    assert_true(list_next(&rest, &element));
    assert_true(str_eq(element, STR("a")));
    assert_true(list_next(&rest, &element));
    assert_true(str_eq(element, STR("\"b,\\\"c\"")));
    assert_true(list_next(&rest, &element));
    assert_true(str_eq(element, STR("d")));
    assert_false(list_next(&rest, &element));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_heads_are_refused),
        cmocka_unit_test(nul_in_a_value_is_refused),
        cmocka_unit_test(fields_are_trimmed_and_known),
        cmocka_unit_test(names_with_underscores_are_dropped),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(end_is_found_however_the_head_arrives),
        cmocka_unit_test(status_lines),
        cmocka_unit_test(every_known_name_has_its_id),
        cmocka_unit_test(lists_keep_quoted_commas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
