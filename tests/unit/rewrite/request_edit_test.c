#include "rewrite/request_edit.h"

#include "visit_fixture.h"

static struct visit_fixture fixture;

#define ALLOW "{\"default\": \"allow\"}"
#define HOST  "Host: www.site.example\n"
#define TRACE "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"

/* Fields that stand at the end of every request, with nothing and with
 * everything denied. */
#define ADDED(address, consent)                                                \
    "X-Forwarded-For: " address "\nX-Forwarded-Proto: http\n"                  \
    "X-Forwarded-Host: www.site.example\n"                                     \
    "Forwarded: for=" address ";host=www.site.example;proto=http\n"            \
    "Via: 1.1 heed\n" consent
#define YES                                                                    \
    "Heed-Consent: functional=?1, analytics=?1, marketing=?1, social=?1\n"
#define NO                                                                     \
    "Heed-Consent: functional=?0, analytics=?0, marketing=?0, social=?0\n"
#define ALLOWED ADDED("192.0.2.77", YES)
#define DENIED  "Accept-Encoding: identity\n" ADDED("192.0.2.0", NO)

static const struct {
    const char *name, *policy, *request, *want;
} cases[] = {
    {"nothing denied passes", ALLOW,
     "GET /a?utm_source=x HTTP/1.1\n" HOST "Cookie: _ga=1; session=2\n"
     "Accept-Encoding: br, zstd\nReferer: https://other.example/x?y\n"
     "Sec-CH-UA-Model: x\nRange: bytes=0-\nIf-Modified-Since: x\n"
     "If-None-Match: \"a\"\nX-Odd:  spaced  \n",
     "GET /a?utm_source=x HTTP/1.1\n" HOST "Cookie: _ga=1; session=2\n"
     "Accept-Encoding: br, zstd\nReferer: https://other.example/x?y\n"
     "Sec-CH-UA-Model: x\nRange: bytes=0-\nIf-Modified-Since: x\n"
     "If-None-Match: \"a\"\nX-Odd: spaced\n" ALLOWED},
    {"signals pass", "{}",
     "GET / HTTP/1.1\n" HOST "DNT: 1\nSec-GPC: 1\n"
     "Connection: DNT, sec-gpc\n",
     "GET / HTTP/1.1\n" HOST "DNT: 1\nSec-GPC: 1\n" DENIED},
    {"hop by hop", ALLOW,
     "GET / HTTP/1.1\n" HOST "Connection: close, X-Mine\nX-Mine: 1\n"
     "Keep-Alive: 5\nProxy-Connection: x\nTE: gzip, trailers\n"
     "Proxy-Authorization: x\nUpgrade: h2c\nHTTP2-Settings: x\nX-Yours: 2\n",
     "GET / HTTP/1.1\n" HOST
     "X-Yours: 2\nTE: trailers\nConnection: TE\n" ALLOWED},
    {"nominated forwarding fields are still ours", ALLOW,
     "GET / HTTP/1.1\n" HOST "Connection: X-Forwarded-For, Host, Cookie\n"
     "X-Forwarded-For: 1.2.3.4\nCookie: a=b\n",
     "GET / HTTP/1.1\n" HOST ALLOWED},
    {"what strangers say of the way is replaced", ALLOW,
     "GET / HTTP/1.1\n" HOST "X-Forwarded-For: 1.2.3.4\n"
     "X-Forwarded-Proto: https\nX-Forwarded-Host: evil.example\n"
     "Forwarded: for=1.2.3.4\nX-Real-IP: 1.2.3.4\nX-Request-Id: mine\n"
     "Heed-Consent: analytics\nVia: 1.0 fred\n",
     "GET / HTTP/1.1\n" HOST "Via: 1.0 fred\n" ALLOWED},
    {"a trace is passed on", ALLOW,
     "GET / HTTP/1.1\n" HOST "traceparent: " TRACE "\ntracestate: a=b\n",
     "GET / HTTP/1.1\n" HOST "tracestate: a=b\n"
     "X-Forwarded-For: 192.0.2.77\nX-Forwarded-Proto: http\n"
     "X-Forwarded-Host: www.site.example\n"
     "Forwarded: for=192.0.2.77;host=www.site.example;proto=http\n"
     "traceparent: " TRACE "\nVia: 1.1 heed\n" YES},
    {"cookies of denied rules go", "{}",
     "GET / HTTP/1.1\n" HOST
     "Cookie: a=\"1;_ga=2; session=3;_fbp=4;  b=5; _ga_X=6; =7;heed_consent=x\n",
     "GET / HTTP/1.1\n" HOST
     "Cookie: a=\"1; session=3;  b=5; =7;heed_consent=x\n" DENIED},
    {"the first cookie goes", "{}",
     "GET / HTTP/1.1\n" HOST "Cookie: _ga=1; b=2\n",
     "GET / HTTP/1.1\n" HOST "Cookie: b=2\n" DENIED},
    {"no cookie left, no field", "{}",
     "GET / HTTP/1.1\n" HOST "Cookie: _ga=1; _fbp=2;\n",
     "GET / HTTP/1.1\n" HOST DENIED},
    {"unclassified cookies go where the policy drops them",
     "{\"unclassified_cookies\": \"drop\"}",
     "GET / HTTP/1.1\n" HOST "Cookie: a=1; session=2; heed_consent=1.2\n",
     "GET / HTTP/1.1\n" HOST "Cookie: session=2; heed_consent=1.2\n" DENIED},
    {"parameters of denied rules go", "{}",
     "GET /p?a=1&utm_source=x&&b&gclid=%20;&%75tm_x=1&c=%2 HTTP/1.1\n" HOST,
     "GET /p?a=1&&b&c=%2 HTTP/1.1\n" HOST DENIED},
    {"no parameter left, no query", "{}", "GET /p?gclid=1 HTTP/1.1\n" HOST,
     "GET /p HTTP/1.1\n" HOST DENIED},
    {"an empty query stays", "{}", "GET /p? HTTP/1.1\n" HOST,
     "GET /p? HTTP/1.1\n" HOST DENIED},
    {"only codings that can be read", "{}",
     "GET / HTTP/1.1\n" HOST
     "Accept-Encoding: gzip;q=0.8, br, zstd\nAccept-Encoding: *, deflate\n",
     "GET / HTTP/1.1\n" HOST
     "Accept-Encoding: gzip;q=0.8, deflate\n" ADDED("192.0.2.0", NO)},
    {"high-entropy hints go", "{}",
     "GET / HTTP/1.1\n" HOST "Sec-CH-UA: x\nSec-CH-UA-Model: y\n"
     "Sec-CH-UA-Mobile: ?0\nSec-CH-UA-Platform: z\nDPR: 2\nDevice-Memory: 8\n"
     "Save-Data: on\n",
     "GET / HTTP/1.1\n" HOST "Sec-CH-UA: x\nSec-CH-UA-Mobile: ?0\n"
     "Sec-CH-UA-Platform: z\nSave-Data: on\n" DENIED},
    {"hints stay while analytics is allowed",
     "{\"default\": {\"analytics\": \"allow\"}}",
     "GET / HTTP/1.1\n" HOST "DPR: 2\nReferer: https://other.example/x\n",
     "GET / HTTP/1.1\n" HOST "DPR: 2\nReferer: https://other.example/x\n"
     "Accept-Encoding: identity\n" ADDED(
         "192.0.2.77", "Heed-Consent: functional=?0, analytics=?1, "
                       "marketing=?0, social=?0\n")},
    {"a referer from another site is cut", "{}",
     "GET / HTTP/1.1\n" HOST "Referer: https://www.other.example:8443/x?y\n",
     "GET / HTTP/1.1\n" HOST
     "Referer: https://www.other.example:8443/\n" DENIED},
    {"a referer from the same site stays", "{}",
     "GET / HTTP/1.1\n" HOST "Referer: https://shop.site.example/x?y\n",
     "GET / HTTP/1.1\n" HOST "Referer: https://shop.site.example/x?y\n" DENIED},
    {"a referer that is none goes", "{}",
     "GET / HTTP/1.1\n" HOST "Referer: x y\n", "GET / HTTP/1.1\n" HOST DENIED},
    {"no ranges and dates of pages", "{}",
     "GET / HTTP/1.1\n" HOST "Range: bytes=0-\nIf-Range: \"a\"\n"
     "If-Modified-Since: x\nIf-None-Match: \"a\", W/\"b\"\n",
     "GET / HTTP/1.1\n" HOST DENIED},
    {"ranges and dates of media stay", "{}",
     "GET /v.mp4 HTTP/1.1\n" HOST "Range: bytes=0-\nIf-Range: \"a\"\n"
     "If-Modified-Since: x\nIf-None-Match: \"a\"\n",
     "GET /v.mp4 HTTP/1.1\n" HOST "Range: bytes=0-\nIf-Range: \"a\"\n"
     "If-Modified-Since: x\nIf-None-Match: \"a\"\n" DENIED},
    {"by destination, too", "{}",
     "GET /v HTTP/1.1\n" HOST "Sec-Fetch-Dest: video\nRange: bytes=0-\n",
     "GET /v HTTP/1.1\n" HOST
     "Sec-Fetch-Dest: video\nRange: bytes=0-\n" DENIED},
    {"conditions of a change stay", "{}",
     "PUT / HTTP/1.1\n" HOST "If-None-Match: *\n",
     "PUT / HTTP/1.1\n" HOST "If-None-Match: *\n" DENIED},
    {"mode off edits nothing of the visitor's", "{\"mode\": \"off\"}",
     "GET /?gclid=1 HTTP/1.1\n" HOST "DNT: 1\nCookie: _ga=1\n"
     "Heed-Consent: analytics\n",
     "GET /?gclid=1 HTTP/1.1\n" HOST
     "DNT: 1\nCookie: _ga=1\n" ADDED("192.0.2.77", "")},
    {"nor does mode report", "{\"mode\": \"report\"}",
     "GET /?gclid=1 HTTP/1.1\n" HOST "DNT: 1\nCookie: _ga=1\n",
     "GET /?gclid=1 HTTP/1.1\n" HOST
     "DNT: 1\nCookie: _ga=1\n" ADDED("192.0.2.77", "")},
    {"a name's colon without a space", ALLOW,
     "GET / HTTP/1.1\nHost:h\nA:b\nC: d\n",
     "GET / HTTP/1.1\nHost: h\nA: b\nC: d\nX-Forwarded-For: 192.0.2.77\n"
     "X-Forwarded-Proto: http\nX-Forwarded-Host: h\n"
     "Forwarded: for=192.0.2.77;host=h;proto=http\nVia: 1.1 heed\n" YES},
};

static const char *edited(const struct client_info *client,
                          const struct framing *framing, bool upgrade)
{
    struct buf out = {0};

    request_edit_write(&out, &fixture.visit, client, framing, upgrade, NULL,
                       NULL, &fixture.arena);
    const char *text = fixture_text(&fixture, buf_str(&out));
    buf_release(&out);
    return text;
}

static unsigned compare(const char *name, const char *got, const char *want)
{
    if (strcmp(got, want) == 0)
        return 0;
    print_error("[%s]\n%s--- not:\n%s", name, got, want);
    return 1;
}

static const struct framing no_body = {FRAMING_NONE, 0};

static void requests_are_edited(void **state)
{
    struct client_info client = {.address = STR("192.0.2.77")};
    unsigned failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fixture_visit(&fixture, cases[i].policy, cases[i].request);
        failed += compare(cases[i].name, edited(&client, &no_body, false),
                          cases[i].want);
    }
    assert_int_equal(failed, 0);
}

static const struct {
    const char *name, *policy, *brought, *address, *want;
} ways[] = {
    {"a trusted proxy is extended", ALLOW,
     "X-Forwarded-For: 1.2.3.4, 5.6.7.8\nX-Forwarded-For: 9.9.9.9\n"
     "X-Forwarded-Proto: https\nX-Forwarded-Host: a.example\n"
     "X-Real-IP: 1.2.3.4\nForwarded: for=1.2.3.4;proto=https\n",
     "10.0.0.1",
     "X-Forwarded-For: 1.2.3.4, 5.6.7.8, 9.9.9.9, 10.0.0.1\n"
     "X-Forwarded-Proto: https\nX-Forwarded-Host: a.example\n"
     "X-Real-IP: 1.2.3.4\nForwarded: for=1.2.3.4;proto=https, "
     "for=10.0.0.1;host=www.site.example;proto=http\n"},
    {"every address is truncated", "{}",
     "X-Forwarded-For: 1.2.3.4, [2001:db8:1:2::3]:80, unknown\n"
     "X-Real-IP: 1.2.3.4\n"
     "Forwarded: by=x; For=\"[2001:db8:1:2::3]:80\";proto=https, for=_hidden\n",
     "::1",
     "X-Forwarded-For: 1.2.3.0, 2001:db8:1::, unknown, ::\n"
     "X-Forwarded-Proto: http\nX-Forwarded-Host: www.site.example\n"
     "X-Real-IP: 1.2.3.0\n"
     "Forwarded: by=x;for=\"[2001:db8:1::]\";proto=https, for=_hidden, "
     "for=\"[::]\";host=www.site.example;proto=http\n"},
    {"no address", ALLOW, "", "",
     "X-Forwarded-Proto: http\nX-Forwarded-Host: www.site.example\n"
     "Forwarded: for=unknown;host=www.site.example;proto=http\n"},
};

static void forwarding_fields(void **state)
{
    char request[512], want[1024];
    unsigned failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct client_info client = {.address = str_of(ways[i].address),
                                     .trusted = true};
        snprintf(request, sizeof(request), "GET / HTTP/1.1\n" HOST "%s",
                 ways[i].brought);
        fixture_visit(&fixture, ways[i].policy, request);
        snprintf(
            want, sizeof(want), "GET / HTTP/1.1\n" HOST "%s%sVia: 1.1 heed\n%s",
            visit_enforces(&fixture.visit) ? "Accept-Encoding: identity\n" : "",
            ways[i].want, visit_enforces(&fixture.visit) ? NO : YES);
        failed += compare(ways[i].name, edited(&client, &no_body, false), want);
    }
    assert_int_equal(failed, 0);
}

static void a_request_id_begins_a_trace(void **state)
{
    struct client_info client = {.request_id =
                                     STR("0123456789abcdef0123456789abcdef")};

    (void)state;
    fixture_visit(&fixture, ALLOW,
                  "GET / HTTP/1.1\n" HOST "traceparent: 00-bad\n");
    const char *got = edited(&client, &no_body, false);
    assert_non_null(
        strstr(got, "X-Request-Id: 0123456789abcdef0123456789abcdef\n"));
    const char *trace =
        strstr(got, "\ntraceparent: 00-0123456789abcdef0123456789abcdef-");
    assert_non_null(trace);
    assert_null(strstr(got, "bad"));
    assert_memory_equal(trace + 66, "-01\n", 4);

    client.trusted = true;
    fixture_visit(&fixture, ALLOW,
                  "GET / HTTP/1.1\n" HOST "X-Request-Id: theirs\n");
    assert_non_null(
        strstr(edited(&client, &no_body, false), "X-Request-Id: theirs\n"));
}

static void bodies_are_framed(void **state)
{
    struct client_info client = {0};
    struct framing length = {FRAMING_LENGTH, 12},
                   chunked = {FRAMING_CHUNKED, 0};

    (void)state;
    fixture_visit(&fixture, ALLOW,
                  "POST / HTTP/1.1\n" HOST "Content-Length: 12\n");
    assert_non_null(
        strstr(edited(&client, &length, false), "\nContent-Length: 12\n"));
    assert_null(strstr(edited(&client, &no_body, false), "Content-Length"));
    assert_non_null(strstr(edited(&client, &chunked, false),
                           "\nTransfer-Encoding: chunked\n"));
}

static void an_upgrade_is_passed_when_wanted(void **state)
{
    struct client_info client = {0};

    (void)state;
    fixture_visit(&fixture, ALLOW,
                  "GET / HTTP/1.1\n" HOST
                  "Connection: Upgrade\nUpgrade: websocket\n");
    assert_non_null(strstr(edited(&client, &no_body, true),
                           "\nUpgrade: websocket\nConnection: Upgrade\n"));
    assert_null(strstr(edited(&client, &no_body, false), "pgrade"));
}

/* A request for a path with tags of ours, of these rules and of others. */
static const char *request_with_tags(const char *path)
{
    unsigned long long generation =
        VISIT_GENERATION ^ str_hash(STR(HEED_VERSION));

    return arena_printf(&fixture.arena,
                        "GET %s HTTP/1.1\n" HOST
                        "If-None-Match: \"x\", W/\"a-b--heed-%016llx-1e\", "
                        "W/\"c--heed-%016llx-1ew\", W/\"d--heed-%016llx-1e\"\n",
                        path, generation, generation, generation + 1)
        .ptr;
}

static void our_tags_are_turned_back(void **state)
{
    struct client_info client = {0};

    (void)state;
    fixture_visit(&fixture, "{}", request_with_tags("/"));
    assert_non_null(strstr(edited(&client, &no_body, false),
                           "\nIf-None-Match: \"a-b\", W/\"c\"\n"));
    fixture_visit(&fixture, "{}", request_with_tags("/i.png"));
    assert_non_null(strstr(edited(&client, &no_body, false),
                           "\nIf-None-Match: \"x\", \"a-b\", W/\"c\"\n"));
    fixture_visit(&fixture, ALLOW, request_with_tags("/"));
    assert_non_null(
        strstr(edited(&client, &no_body, false), "\nIf-None-Match: \"x\"\n"));
}

static const struct {
    const char *name, *request;
    unsigned status; /* 0: not denied */
    const char *type;
} denied[] = {
    {"a beacon", "POST /collect?x HTTP/1.1\n", 204, ""},
    {"a script by destination",
     "GET /stats.js HTTP/1.1\nSec-Fetch-Dest: script\n", 200,
     "text/javascript"},
    {"a script by extension", "GET /stats.js?v=1 HTTP/1.1\nAccept: */*\n", 200,
     "text/javascript"},
    {"an image", "GET /pixel.gif HTTP/1.1\nAccept: image/avif,*/*\n", 200,
     "image/gif"},
    {"a style", "GET /track.css HTTP/1.1\nSec-Fetch-Dest: style\n", 200,
     "text/css"},
    {"a frame", "GET /collect?x HTTP/1.1\nSec-Fetch-Dest: iframe\n", 204, ""},
    {"the main document never",
     "GET /collect?x HTTP/1.1\nSec-Fetch-Dest: document\n", 0, ""},
    {"nor by Accept", "GET /collect?x HTTP/1.1\nAccept: text/html,*/*\n", 0,
     ""},
    {"nor what no rule names", "GET /site.js HTTP/1.1\n", 0, ""},
    {"nor another type than the filter's",
     "GET /stats.js HTTP/1.1\nSec-Fetch-Dest: image\n", 0, ""},
};

static void denied_requests_are_answered(void **state)
{
    char request[256];
    struct neutral neutral;
    struct match m;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(denied); i++) {
        print_message("[%s]\n", denied[i].name);
        snprintf(request, sizeof(request), "%s" HOST, denied[i].request);
        fixture_visit(&fixture, "{}", request);
        assert_int_equal(
            request_is_denied(&fixture.visit, &fixture.arena, &neutral, &m),
            denied[i].status != 0);
        fixture_visit(&fixture, ALLOW, request);
        assert_false(
            request_is_denied(&fixture.visit, &fixture.arena, &neutral, &m));
        if (denied[i].status == 0)
            continue;
        assert_int_equal(neutral.status, denied[i].status);
        assert_true(str_eq(neutral.content_type, str_of(denied[i].type)));
        assert_true(str_eq(m.rule->id, STR("stats")));
        if (denied[i].type[0] == 'i')
            assert_int_equal(neutral.body.len, 43);
    }
}

struct seen {
    char text[256];
};

static void note(void *ctx, const struct rule *rule, const char *kind)
{
    struct seen *seen = ctx;
    size_t len = strlen(seen->text);

    snprintf(seen->text + len, sizeof(seen->text) - len, "%s:" STR_FMT " ",
             kind, STR_ARG(rule != NULL ? rule->id : STR("-")));
}

static void edits_are_told(void **state)
{
    struct client_info client = {0};
    struct seen seen = {""};
    struct buf out = {0};

    (void)state;
    fixture_visit(&fixture, "{\"unclassified_cookies\": \"drop\"}",
                  "GET /?gclid=1 HTTP/1.1\n" HOST "Cookie: a=1; _ga=2\n");
    request_edit_write(&out, &fixture.visit, &client, &no_body, false, note,
                       &seen, &fixture.arena);
    assert_string_equal(seen.text, "param:ads cookie:- cookie:stats ");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_edited),
        cmocka_unit_test(forwarding_fields),
        cmocka_unit_test(a_request_id_begins_a_trace),
        cmocka_unit_test(bodies_are_framed),
        cmocka_unit_test(an_upgrade_is_passed_when_wanted),
        cmocka_unit_test(our_tags_are_turned_back),
        cmocka_unit_test(denied_requests_are_answered),
        cmocka_unit_test(edits_are_told),
    };

    fixture_init(&fixture);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_release(&fixture);
    return failed;
}
