#include "http/framing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct head_limits limits = {8192, 32768, 100};

static const struct {
    const char *name, *version, *fields;
    enum head_error want;
    struct framing framing;
    bool keep_alive;
} requests[] = {
    {"no body", "1.1", "", HEAD_NONE, {FRAMING_NONE, 0}, true},
    {"length",
     "1.1",
     "Content-Length: 10\r\n",
     HEAD_NONE,
     {FRAMING_LENGTH, 10},
     true},
    {"leading zeros are decimal",
     "1.1",
     "Content-Length: 010\r\n",
     HEAD_NONE,
     {FRAMING_LENGTH, 10},
     true},
    {"chunked in any case",
     "1.1",
     "Transfer-Encoding: CHUNKED\r\n",
     HEAD_NONE,
     {FRAMING_CHUNKED, 0},
     true},
    {"both",
     "1.1",
     "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
     HEAD_LENGTH_AND_CODING,
     {0},
     true},
    {"both, the other order",
     "1.1",
     "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
     HEAD_LENGTH_AND_CODING,
     {0},
     true},
    {"chunked twice",
     "1.1",
     "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
     HEAD_BAD_CODING,
     {0},
     true},
    {"chunked, chunked",
     "1.1",
     "Transfer-Encoding: chunked, chunked\r\n",
     HEAD_BAD_CODING,
     {0},
     true},
    {"identity",
     "1.1",
     "Transfer-Encoding: identity\r\n",
     HEAD_BAD_CODING,
     {0},
     true},
    {"gzip without chunked",
     "1.1",
     "Transfer-Encoding: gzip\r\n",
     HEAD_BAD_CODING,
     {0},
     true},
    {"gzip, chunked",
     "1.1",
     "Transfer-Encoding: gzip, chunked\r\n",
     HEAD_UNKNOWN_CODING,
     {0},
     true},
    {"unknown",
     "1.1",
     "Transfer-Encoding: xchunked\r\n",
     HEAD_UNKNOWN_CODING,
     {0},
     true},
    {"leading comma",
     "1.1",
     "Transfer-Encoding: , chunked\r\n",
     HEAD_BAD_CODING,
     {0},
     true},
    {"empty", "1.1", "Transfer-Encoding:\r\n", HEAD_BAD_CODING, {0}, true},
    {"in 1.0",
     "1.0",
     "Transfer-Encoding: chunked\r\n",
     HEAD_CODING_IN_1_0,
     {0},
     false},
    {"lengths differ",
     "1.1",
     "Content-Length: 1\r\nContent-Length: 2\r\n",
     HEAD_BAD_LENGTH,
     {0},
     true},
    {"length twice",
     "1.1",
     "Content-Length: 1\r\nContent-Length: 1\r\n",
     HEAD_BAD_LENGTH,
     {0},
     true},
    {"length list",
     "1.1",
     "Content-Length: 1, 1\r\n",
     HEAD_BAD_LENGTH,
     {0},
     true},
    {"sign", "1.1", "Content-Length: +1\r\n", HEAD_BAD_LENGTH, {0}, true},
    {"negative", "1.1", "Content-Length: -1\r\n", HEAD_BAD_LENGTH, {0}, true},
    {"empty length", "1.1", "Content-Length:\r\n", HEAD_BAD_LENGTH, {0}, true},
    {"hexadecimal",
     "1.1",
     "Content-Length: 0x1\r\n",
     HEAD_BAD_LENGTH,
     {0},
     true},
    {"overflow",
     "1.1",
     "Content-Length: 18446744073709551617\r\n",
     HEAD_BAD_LENGTH,
     {0},
     true},
    {"close",
     "1.1",
     "Connection: x, Close\r\n",
     HEAD_NONE,
     {FRAMING_NONE, 0},
     false},
    {"1.0 closes", "1.0", "", HEAD_NONE, {FRAMING_NONE, 0}, false},
    {"1.0 keeps when asked",
     "1.0",
     "Connection: keep-alive\r\n",
     HEAD_NONE,
     {FRAMING_NONE, 0},
     true},
    {"unknown expectation",
     "1.1",
     "Expect: 200-ok\r\n",
     HEAD_EXPECTATION,
     {0},
     true},
};

static void requests_are_framed(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        struct arena arena = {0};
        struct request_head head;
        struct framing framing;
        bool keep_alive, expects;
        struct str text =
            arena_printf(&arena, "POST / HTTP/%s\r\nHost: a\r\n%s\r\n",
                         requests[i].version, requests[i].fields);
        assert_int_equal(
            request_head_parse(&head, text, &limits, false, &arena), HEAD_NONE);
        enum head_error e =
            request_framing(&head, &framing, &keep_alive, &expects);
        bool ok =
            e == requests[i].want &&
            (e != HEAD_NONE || (framing.kind == requests[i].framing.kind &&
                                framing.length == requests[i].framing.length &&
                                keep_alive == requests[i].keep_alive));
        if (!ok) {
            print_error("[%s] \"%s\" kind %d length %llu keep %d\n",
                        requests[i].name, head_error_reason(e), framing.kind,
                        (unsigned long long)framing.length, keep_alive);
            failed++;
        }
        arena_release(&arena);
    }
    assert_int_equal(failed, 0);
}

static const struct {
    const char *name, *head;
    bool to_head;
    enum head_error want;
    enum framing_kind kind;
    bool keep_alive;
} responses[] = {
    {"length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", false, HEAD_NONE,
     FRAMING_LENGTH, true},
    {"until close", "HTTP/1.1 200 OK\r\n\r\n", false, HEAD_NONE, FRAMING_CLOSE,
     false},
    {"to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true, HEAD_NONE,
     FRAMING_NONE, true},
    {"204", "HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n", false, HEAD_NONE,
     FRAMING_NONE, true},
    {"304", "HTTP/1.1 304 No\r\nContent-Length: 3\r\n\r\n", false, HEAD_NONE,
     FRAMING_NONE, true},
    {"both",
     "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: "
     "chunked\r\n\r\n",
     false, HEAD_LENGTH_AND_CODING, FRAMING_NONE, true},
    {"unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\n",
     false, HEAD_UNKNOWN_CODING, FRAMING_NONE, true},
};

static void responses_are_framed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(responses); i++) {
        struct arena arena = {0};
        struct response_head head;
        struct framing framing;
        bool keep_alive;
        assert_int_equal(response_head_parse(&head, str_of(responses[i].head),
                                             &limits, &arena),
                         HEAD_NONE);
        enum head_error e = response_framing(&head, responses[i].to_head,
                                             &framing, &keep_alive);
        if (e != responses[i].want)
            print_error("[%s] %s\n", responses[i].name, head_error_reason(e));
        assert_int_equal(e, responses[i].want);
        if (e == HEAD_NONE) {
            assert_int_equal(framing.kind, responses[i].kind);
            assert_int_equal(keep_alive, responses[i].keep_alive);
        }
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_framed),
        cmocka_unit_test(responses_are_framed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
