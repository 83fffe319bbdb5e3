#include "http/chunked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
    const char *name, *wire, *payload;
    enum chunked_result end;
    const char *rest; /* what stands behind the message */
};

static const struct row rows[] = {
    {"one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello", CHUNKED_DONE, ""},
    {"two chunks", "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", "abcde", CHUNKED_DONE,
     ""},
    {"empty body", "0\r\n\r\n", "", CHUNKED_DONE, ""},
    {"several zeros end it", "000\r\n\r\n", "", CHUNKED_DONE, ""},
    {"hexadecimal of both cases",
     "A\r\n0123456789\r\n0a\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789",
     CHUNKED_DONE, ""},
    {"extension ignored", "2;a=\"b\";c\r\nab\r\n0;x\r\n\r\n", "ab",
     CHUNKED_DONE, ""},
    {"trailers", "1\r\na\r\n0\r\nX: y\r\nZ: w\r\n\r\n", "a", CHUNKED_DONE, ""},
    {"what follows stays", "1\r\na\r\n0\r\n\r\nGET /", "a", CHUNKED_DONE,
     "GET /"},
    {"not complete", "5\r\nhel", "hel", CHUNKED_MORE, ""},
    {"no size", "\r\nab\r\n0\r\n\r\n", "", CHUNKED_BAD, NULL},
    {"0x", "0x2\r\nab\r\n0\r\n\r\n", "", CHUNKED_BAD, NULL},
    {"underscore", "1_0\r\n", "", CHUNKED_BAD, NULL},
    {"sign", "+2\r\nab\r\n0\r\n\r\n", "", CHUNKED_BAD, NULL},
    {"white space before the size", " 2\r\nab\r\n0\r\n\r\n", "", CHUNKED_BAD,
     NULL},
    {"white space behind the size", "2 \r\nab\r\n0\r\n\r\n", "", CHUNKED_BAD,
     NULL},
    {"overflow", "fffffffffffffffff\r\n", "", CHUNKED_BAD, NULL},
    {"64 bits", "ffffffffffffffff\r\n", "", CHUNKED_BAD, NULL},
    {"bare LF behind the size", "2\nab\r\n0\r\n\r\n", "", CHUNKED_BAD, NULL},
    {"bare LF behind the data", "2\r\nab\n0\r\n\r\n", "ab", CHUNKED_BAD, NULL},
    {"no CRLF behind the data", "2\r\nabc\r\n0\r\n\r\n", "ab", CHUNKED_BAD,
     NULL},
    {"CR in an extension", "2;a\rb\r\nab\r\n", "", CHUNKED_BAD, NULL},
    {"LF in an extension", "2;a\nab\r\n0\r\n\r\n", "", CHUNKED_BAD, NULL},
    {"bare LF in trailers", "0\r\nX: y\n\r\n", "", CHUNKED_BAD, NULL},
};

/* Decode in pieces of `width` bytes. */
static enum chunked_result decode(struct str wire, size_t width,
                                  struct buf *payload, struct str *rest)
{
    struct chunked c = {0};
    enum chunked_result r = CHUNKED_MORE;
    size_t at = 0;

    while (at < wire.len && r == CHUNKED_MORE) {
        struct str in = str_sub(wire, at, width), run;
        size_t given = in.len;
        while ((r = chunked_decode(&c, &in, &run)) == CHUNKED_DATA)
            buf_append(payload, run);
        at += given - in.len;
    }
    *rest = str_from(wire, at);
    return r;
}

static void every_row_at_every_width(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str wire = str_of(rows[i].wire);
        for (size_t width = 1; width <= wire.len; width++) {
            struct buf payload = {0};
            struct str rest;
            enum chunked_result r = decode(wire, width, &payload, &rest);
            bool ok =
                r == rows[i].end &&
                str_eq(buf_str(&payload), str_of(rows[i].payload)) &&
                (rows[i].rest == NULL || str_eq(rest, str_of(rows[i].rest)));
            if (!ok) {
                print_error("[%s] width %zu: result %d, payload \"" STR_FMT
                            "\"\n",
                            rows[i].name, width, r, STR_ARG(buf_str(&payload)));
                failed++;
            }
            buf_release(&payload);
        }
    }
    assert_int_equal(failed, 0);
}

static void extensions_are_bounded_over_the_body(void **state)
{
    struct chunked c = {0};
    struct str run;
    enum chunked_result r = CHUNKED_MORE;

    (void)state;
    for (int i = 0; i < 10000 && r != CHUNKED_BAD; i++) {
        struct str in = STR("1;abc\r\nx\r\n");
        while ((r = chunked_decode(&c, &in, &run)) == CHUNKED_DATA)
            continue;
    }
    assert_int_equal(r, CHUNKED_BAD);
}

static void trailers_are_kept_for_who_wants_them(void **state)
{
    struct buf trailers = {0};
    struct chunked c = {.trailers = &trailers};
    struct str in = STR("0\r\nX: y\r\n\r\n"), run;

    (void)state;
    assert_int_equal(chunked_decode(&c, &in, &run), CHUNKED_DONE);
    assert_true(str_eq(buf_str(&trailers), STR("X: y\r\n\r\n")));
    buf_release(&trailers);
}

static void endless_trailers_are_refused(void **state)
{
    struct chunked c = {0};
    struct str in = STR("0\r\n"), run;

    (void)state;
    assert_int_equal(chunked_decode(&c, &in, &run), CHUNKED_MORE);
    enum chunked_result r = CHUNKED_MORE;
    for (int i = 0; i < 10000 && r == CHUNKED_MORE; i++) {
        in = STR("A: b\r\n");
        r = chunked_decode(&c, &in, &run);
    }
    assert_int_equal(r, CHUNKED_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_at_every_width),
        cmocka_unit_test(extensions_are_bounded_over_the_body),
        cmocka_unit_test(trailers_are_kept_for_who_wants_them),
        cmocka_unit_test(endless_trailers_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
