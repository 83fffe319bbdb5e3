#include "http/trailer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
    const char *name, *section, *want;
} rows[] = {
    {"none", "", "\r\n"},
    {"empty", "\r\n", "\r\n"},
    {"passed on", "X-Checksum:  1 \r\nGrpc-Status: 0\r\n\r\n",
     "X-Checksum: 1\r\nGrpc-Status: 0\r\n\r\n"},
    {"framing dropped", "Content-Length: 9\r\nX: y\r\n\r\n", "X: y\r\n\r\n"},
    {"credentials dropped", "Authorization: z\r\nCookie: a=b\r\n\r\n", "\r\n"},
    {"forwarding dropped", "X-Forwarded-Server: z\r\n\r\n", "\r\n"},
    {"malformed", "X y\r\n\r\n", "\r\n"},
};

static void only_harmless_trailers_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct buf out = {0};
        trailers_write(&out, str_of(rows[i].section), &arena);
        buf_append_char(&out, '\0');
        if (!str_eq(str_of(out.data), str_of(rows[i].want)))
            print_error("[%s] %s\n", rows[i].name, out.data);
        assert_string_equal(out.data, rows[i].want);
        buf_release(&out);
        arena_release(&arena);
    }
}

static const struct {
    const char *section;
    bool sound;
} sections[] = {
    {"", true},
    {"\r\n", true},
    {"X: y\r\n\r\n", true},
    {"no colon\r\n\r\n", false},
    {"Content-Length: 9\r\n\r\n", false},
    {"transfer-encoding: chunked\r\n\r\n", false},
    {"X: y\r\nHost: b\r\n\r\n", false},
};

static void framing_in_trailers_is_unsound(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (trailers_are_sound(str_of(sections[i].section)) !=
            sections[i].sound)
            fail_msg("[%s]", sections[i].section);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_harmless_trailers_pass),
        cmocka_unit_test(framing_in_trailers_is_unsound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
