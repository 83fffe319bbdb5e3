#include "app/config.h"
#include "app/request_args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CONFIG(hosts)                                                          \
    "{\"listen\": [{\"address\": \"127.0.0.1:0\"}], \"rules\": [], "           \
    "\"sites\": [{\"hosts\": [" hosts "], \"upstream\": {\"servers\": "        \
    "[\"127.0.0.1:1\"]}}]}"

static struct settings *load(struct arena *arena, const char *text)
{
    struct diag d = {.arena = arena};
    struct settings *s = config_load_text(&d, STR("f"), str_of(text), true);

    assert_non_null(s);
    return s;
}

static const struct {
    const char *name, *text;
    bool good;
    const char *field, *value; /* NULL: none was added */
} header_cases[] = {
    {"a field", "DNT: 1", true, "DNT", "1"},
    {"white space is cut", "DNT:\t 1 ", true, "DNT", "1"},
    {"a colon in the value", "Referer: http://a/", true, "Referer",
     "http://a/"},
    {"an empty value", "Consent;", true, "Consent", ""},
    {"no field", "DNT:", true, NULL, NULL},
    {"a semicolon in the value", "Cookie: a=1; b=2", true, "Cookie",
     "a=1; b=2"},
    {"neither colon nor semicolon", "DNT 1", false, NULL, NULL},
    {"a semicolon amid", "a;b", false, NULL, NULL},
    {"nothing", "", false, NULL, NULL},
    {"a second line", "DNT: 1\r\nCookie: a", false, NULL, NULL},
};

static int check_header(size_t i)
{
    struct arena arena = {0};
    struct request_args args = {.arena = &arena};
    bool good = request_args_add(&args, header_cases[i].text);
    unsigned count = header_cases[i].field != NULL ? 1 : 0;
    bool same = good == header_cases[i].good && args.fields.count == count;

    if (same && count == 1)
        same =
            str_eq(args.fields.items[0].name, str_of(header_cases[i].field)) &&
            str_eq(args.fields.items[0].value, str_of(header_cases[i].value));
    if (!same)
        print_error("[%s] read wrongly\n", header_cases[i].name);
    arena_release(&arena);
    return same ? 0 : 1;
}

static void header_arguments_are_read_as_curl_does(void **state)
{
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(header_cases); i++)
        failures += check_header(i);
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name, *hosts, *url, *header;
    bool good;
    const char *host, *path;
} request_cases[] = {
    {"nothing said", "\"*\"", NULL, NULL, true, "localhost", "/"},
    {"the first site's host", "\"a.example\", \"*\"", NULL, NULL, true,
     "a.example", "/"},
    {"a host below a suffix", "\"*.example\"", NULL, NULL, true, "www.example",
     "/"},
    {"a path on it", "\"a.example\"", "/b?c=%20d", NULL, true, "a.example",
     "/b?c=%20d"},
    {"port and query", "\"*\"", "https://A.example:81/b?c#d", NULL, true,
     "a.example:81", "/b?c"},
    {"an empty query", "\"*\"", "http://a/?", NULL, true, "a", "/?"},
    {"Host goes first", "\"b.example\"", "http://a.example/", "Host: b.example",
     true, "b.example", "/"},
    {"no site", "\"a.example\"", "http://b.example/", NULL, false, NULL, NULL},
    {"what serve refuses", "\"*\"", NULL, "A B: c", false, NULL, NULL},
};

static int check_request(size_t i)
{
    struct arena arena = {0};
    struct request_args args = {.arena = &arena};
    struct asked_request asked;
    char text[512];

    snprintf(text, sizeof(text), CONFIG("%s"), request_cases[i].hosts);
    struct settings *s = load(&arena, text);
    if (request_cases[i].header != NULL)
        assert_true(request_args_add(&args, request_cases[i].header));
    bool same = request_args_ask(&args, s, request_cases[i].url, &asked,
                                 &arena) == request_cases[i].good;
    if (same && request_cases[i].good)
        same = str_eq(asked.head.host, str_of(request_cases[i].host)) &&
               str_eq(asked.head.path, str_of(request_cases[i].path)) &&
               asked.visit.site == &s->sites[0].privacy;
    if (!same)
        print_error("[%s] asked wrongly\n", request_cases[i].name);
    settings_free(s);
    arena_release(&arena);
    return same ? 0 : 1;
}

static void requests_are_made_of_arguments(void **state)
{
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(request_cases); i++)
        failures += check_request(i);
    assert_int_equal(failures, 0);
}

static void what_is_no_url_is_refused(void **state)
{
    (void)state;
    assert_true(request_args_check_url("http://a.example"));
    assert_true(request_args_check_url("HTTPS://A.example:1/b?c"));
    assert_true(request_args_check_url("/b"));
    assert_false(request_args_check_url("a b"));
    assert_false(request_args_check_url("a.example/b"));
    assert_false(request_args_check_url("data:,a"));
    assert_false(request_args_check_url(""));
}

static void a_field_can_be_taken_out(void **state)
{
    struct arena arena = {0};
    struct request_args args = {.arena = &arena};
    struct field field;

    (void)state;
    assert_true(request_args_add(&args, "DNT: 1"));
    assert_true(request_args_add(&args, "content-type: text/css"));
    assert_true(request_args_add(&args, "Sec-GPC: 1"));
    assert_true(request_args_take(&args, FIELD_CONTENT_TYPE, &field));
    assert_true(str_eq(field.value, STR("text/css")));
    assert_int_equal(args.fields.count, 2);
    assert_int_equal(args.fields.items[1].id, FIELD_SEC_GPC);
    assert_false(request_args_take(&args, FIELD_CONTENT_TYPE, &field));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_arguments_are_read_as_curl_does),
        cmocka_unit_test(requests_are_made_of_arguments),
        cmocka_unit_test(what_is_no_url_is_refused),
        cmocka_unit_test(a_field_can_be_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
