#include "rewrite/response_edit.h"

#include "visit_fixture.h"

static struct visit_fixture fixture;

#define ALLOW "{\"default\": \"allow\"}"
#define PASS  "{\"uninspectable\": \"pass\"}"
#define QUIET "{\"permissions\": false, \"tk\": false, \"consent\": []}"
#define DROP  "{\"unclassified_cookies\": \"drop\"}"
#define KEEP  "{\"unclassified_cookies\": \"keep\"}"
#define GET   "GET / HTTP/1.1\nHost: www.site.example\n"
#define PAGE  GET "Accept: text/html\n"
#define IMAGE GET "Sec-Fetch-Dest: image\n"
#define VARY  "Vary: DNT, Sec-GPC, Consent, Cookie\n"
#define TOPICS                                                                 \
    "browsing-topics=(), attribution-reporting=(), run-ad-auction=(), "        \
    "join-ad-interest-group=()"
#define SENSORS                                                                \
    "geolocation=(), accelerometer=(), gyroscope=(), magnetometer=()"
#define PERMISSIONS "Permissions-Policy: " TOPICS ", " SENSORS "\n"
#define VIA         "Via: 1.1 heed\n"
#define ALLOWED     VARY "Tk: T\n" VIA
#define DENIED      VARY "Tk: N\n" PERMISSIONS VIA

static const struct {
    const char *name, *policy, *request, *response, *want;
} cases[] = {
    {"nothing denied passes", ALLOW, PAGE "Cookie: _ga=1\n",
     "HTTP/1.1 200 Fine\nDate: x\nSet-Cookie: _ga=1; Max-Age=9\n"
     "Content-Type: text/html\nLink: <https://ads.example/>; rel=preconnect\n"
     "ETag: \"a\"\nLast-Modified: x\nX-Stats: 1\nContent-Length: 5\n"
     "Accept-CH: DPR\nAccept-Ranges: bytes\n",
     "HTTP/1.1 200 Fine\nDate: x\nSet-Cookie: _ga=1; Max-Age=9\n"
     "Content-Type: text/html\nLink: <https://ads.example/>; rel=preconnect\n"
     "ETag: \"a\"\nLast-Modified: x\nX-Stats: 1\nContent-Length: 5\n"
     "Accept-CH: DPR\nAccept-Ranges: bytes\n" ALLOWED},
    {"mode off adds nothing", "{\"mode\": \"off\"}", PAGE "Cookie: _ga=1\n",
     "HTTP/1.1 200 OK\nTk: !\nVary: X\nSet-Cookie: _ga=1\nContent-Length: 5\n",
     "HTTP/1.1 200 OK\nTk: !\nVary: X\nSet-Cookie: _ga=1\nContent-Length: 5\n" VIA},
    {"nor does mode report", "{\"mode\": \"report\"}", PAGE "Cookie: _ga=1\n",
     "HTTP/1.1 200 OK\nSet-Cookie: _ga=1\nContent-Length: 5\n",
     "HTTP/1.1 200 OK\nSet-Cookie: _ga=1\nContent-Length: 5\n" VIA},
    {"hop by hop", ALLOW, GET,
     "HTTP/1.1 200 OK\nConnection: x-mine, keep-alive\nX-Mine: 1\n"
     "Keep-Alive: 5\nProxy-Connection: x\nUpgrade: h2c\nContent-Length: 0\n"
     "Via: 1.1 a\n",
     "HTTP/1.1 200 OK\nContent-Length: 0\nVia: 1.1 a\n" ALLOWED},
    {"a rewritten body", "{}", PAGE,
     "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 5\n"
     "ETag: \"a\"\nLast-Modified: x\nContent-MD5: x\nDigest: x\n"
     "Repr-Digest: x\nContent-Digest: x\nAccept-Ranges: bytes\n",
     "HTTP/1.1 200 OK\nContent-Type: text/html\nETag: W/\"a@\"\n" DENIED
     "Transfer-Encoding: chunked\n"},
    {"a weak tag", "{}", PAGE,
     "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 5\n"
     "ETag: W/\"a\"\n",
     "HTTP/1.1 200 OK\nContent-Type: text/html\nETag: W/\"a@w\"\n" DENIED
     "Transfer-Encoding: chunked\n"},
    {"a damaged tag goes", "{}", PAGE,
     "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 5\nETag: a\n",
     "HTTP/1.1 200 OK\nContent-Type: text/html\n" DENIED
     "Transfer-Encoding: chunked\n"},
    {"another body keeps its tag", "{}", IMAGE,
     "HTTP/1.1 200 OK\nContent-Type: image/png\nContent-Length: 5\n"
     "ETag: \"a\"\nLast-Modified: x\nAccept-Ranges: bytes\n",
     "HTTP/1.1 200 OK\nContent-Type: image/png\nContent-Length: 5\n"
     "ETag: \"a\"\nLast-Modified: x\nAccept-Ranges: bytes\n" DENIED},
    {"HEAD agrees with GET", "{}", "HEAD / HTTP/1.1\nHost: www.site.example\n",
     "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 5\n"
     "ETag: \"a\"\n",
     "HTTP/1.1 200 OK\nContent-Type: text/html\nETag: W/\"a@\"\n" DENIED},
    {"HEAD keeps the length of what passes", "{}",
     "HEAD /a.png HTTP/1.1\nHost: www.site.example\n",
     "HTTP/1.1 200 OK\nContent-Type: image/png\nContent-Length: 5\n",
     "HTTP/1.1 200 OK\nContent-Type: image/png\nContent-Length: 5\n" DENIED},
    {"a 304 for a rewritten body", "{}", PAGE "If-None-Match: W/\"a@\"\n",
     "HTTP/1.1 304 Not Modified\nETag: \"a\"\n",
     "HTTP/1.1 304 Not Modified\nETag: W/\"a@\"\n" DENIED},
    {"a 304 for another", "{}", IMAGE "If-None-Match: \"a\"\n",
     "HTTP/1.1 304 Not Modified\nETag: \"a\"\n",
     "HTTP/1.1 304 Not Modified\nETag: \"a\"\n" DENIED},
    {"the client holds what would be made", "{}",
     PAGE "If-None-Match: \"x\", W/\"a@\"\n",
     "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 5\n"
     "ETag: \"a\"\n",
     "HTTP/1.1 304 Not Modified\nContent-Type: text/html\nETag: W/\"a@\"\n" DENIED},
    {"cookies by rule", "{}", GET,
     "HTTP/1.1 204 No Content\nSet-Cookie: _ga=1\nSet-Cookie: session=2; "
     "Max-Age=9\nSet-Cookie: _gat_x=; Max-Age=0\nSet-Cookie: _fbp=1; "
     "Domain=.Site.Example\nSet-Cookie: heed_consent=1.2; Max-Age=9\n",
     "HTTP/1.1 204 No Content\nSet-Cookie: session=2; Max-Age=9\n"
     "Set-Cookie: _gat_x=; Max-Age=0\n"
     "Set-Cookie: heed_consent=1.2; Max-Age=9\n" DENIED},
    {"a deletion by date passes", "{}", GET,
     "HTTP/1.1 204 No Content\n"
     "Set-Cookie: _ga=; Expires=Thu, 01 Jan 1970 00:00:00 GMT\n",
     "HTTP/1.1 204 No Content\n"
     "Set-Cookie: _ga=; Expires=Thu, 01 Jan 1970 00:00:00 GMT\n" DENIED},
    {"unclassified cookies for the session", "{}", GET,
     "HTTP/1.1 204 No Content\nSet-Cookie: a=1; Path=/; MAX-AGE=9; Secure\n"
     "Set-Cookie: b=1; path=/\n",
     "HTTP/1.1 204 No Content\nSet-Cookie: a=1; Path=/; Secure\n"
     "Set-Cookie: b=1; path=/\n" DENIED},
    {"unclassified cookies kept", KEEP, GET,
     "HTTP/1.1 204 No Content\nSet-Cookie: a=1; Max-Age=9\n",
     "HTTP/1.1 204 No Content\nSet-Cookie: a=1; Max-Age=9\n" DENIED},
    {"unclassified cookies dropped", DROP, GET,
     "HTTP/1.1 204 No Content\nSet-Cookie: a=1\nSet-Cookie: session=1\n"
     "Set-Cookie: b=; Max-Age=-1\n",
     "HTTP/1.1 204 No Content\nSet-Cookie: session=1\n"
     "Set-Cookie: b=; Max-Age=-1\n" DENIED},
    {"leftovers are expired", "{}",
     GET "Cookie: _ga=1; a=2; _ga=3; __Host-st=4\n",
     "HTTP/1.1 204 No Content\n",
     "HTTP/1.1 204 No Content\n" VARY "Tk: N\n" PERMISSIONS
     "Set-Cookie: _ga=; Max-Age=0; Path=/\n"
     "Set-Cookie: _ga=; Max-Age=0; Path=/; Domain=www.site.example\n"
     "Set-Cookie: _ga=; Max-Age=0; Path=/; Domain=site.example\n"
     "Set-Cookie: __Host-st=; Max-Age=0; Path=/; Secure\n" VIA},
    {"on a host without parents", "{}",
     "GET / HTTP/1.1\nHost: 127.0.0.1:8080\nCookie: _ga=1\n",
     "HTTP/1.1 204 No Content\n",
     "HTTP/1.1 204 No Content\n" VARY "Tk: N\n" PERMISSIONS
     "Set-Cookie: _ga=; Max-Age=0; Path=/\n" VIA},
    {"links", "{}", GET,
     "HTTP/1.1 204 No Content\n"
     "Link: <https://cdn.example/a,b.css>; rel=preload; as=style, "
     "<//ads.example/x.js>; rel=\"preload\"; as=script, "
     "</next>; rel=next, <https://ads.example>; rel=author\n"
     "Link: <https://stats.example>;rel=preconnect\n"
     "Link: </a>; rel=preload,</b>; rel=preload\n",
     "HTTP/1.1 204 No Content\n"
     "Link: <https://cdn.example/a,b.css>; rel=preload; as=style, "
     "</next>; rel=next, <https://ads.example>; rel=author\n"
     "Link: </a>; rel=preload,</b>; rel=preload\n" DENIED},
    {"links to one's own denied script", "{}", GET,
     "HTTP/1.1 204 No Content\nLink: </stats.js>; rel=preload; as=script\n"
     "Link: </stats.js>; rel=preload; as=image\n",
     "HTTP/1.1 204 No Content\n"
     "Link: </stats.js>; rel=preload; as=image\n" DENIED},
    {"reports", "{}", GET,
     "HTTP/1.1 204 No Content\n"
     "Report-To: {\"group\":\"a\",\"endpoints\":[{\"url\":"
     "\"https://stats.example/r\"}]}, {\"group\":\"b\",\"endpoints\":"
     "[{\"url\":\"https://own.example/r\"}]}\n"
     "NEL: {\"report_to\":\"a\"}\n"
     "Reporting-Endpoints: x=\"https://stats.example/r\", y=\"/r\"\n",
     "HTTP/1.1 204 No Content\n"
     "Report-To: {\"group\":\"b\",\"endpoints\":"
     "[{\"url\":\"https://own.example/r\"}]}\n"
     "Reporting-Endpoints: y=\"/r\"\n" DENIED},
    {"harmless reports", "{}", GET,
     "HTTP/1.1 204 No Content\nReport-To: {\"endpoints\":[{\"url\":\"/r\"}]}\n"
     "NEL: {\"report_to\":\"a\"}\n",
     "HTTP/1.1 204 No Content\nReport-To: {\"endpoints\":[{\"url\":\"/r\"}]}\n"
     "NEL: {\"report_to\":\"a\"}\n" DENIED},
    {"refresh", "{}", GET,
     "HTTP/1.1 204 No Content\nRefresh: 0; URL = 'https://ads.example/x'\n"
     "Refresh: 5\nRefresh: 1;url=/next\nRefresh: 1,https://ads.example/\n",
     "HTTP/1.1 204 No Content\nRefresh: 5\nRefresh: 1;url=/next\n" DENIED},
    {"fields that rules name", "{}", GET,
     "HTTP/1.1 204 No Content\nX-Stats: 1\nX-Other: 2\n",
     "HTTP/1.1 204 No Content\nX-Other: 2\n" DENIED},
    {"hints", "{}", GET,
     "HTTP/1.1 204 No Content\nAccept-CH: DPR, Sec-CH-UA , sec-ch-ua-model\n"
     "Critical-CH: Sec-CH-UA-Arch\n",
     "HTTP/1.1 204 No Content\nAccept-CH: Sec-CH-UA\n" DENIED},
    {"permissions that the origin sets", "{}", GET,
     "HTTP/1.1 204 No Content\n"
     "Permissions-Policy: geolocation=(self), gyroscope=*, usb=()\n",
     "HTTP/1.1 204 No Content\n"
     "Permissions-Policy: geolocation=(self), gyroscope=*, usb=()\n" VARY
     "Tk: N\nPermissions-Policy: " TOPICS
     ", accelerometer=(), magnetometer=()\n" VIA},
    {"what the policy switches off", QUIET, GET,
     "HTTP/1.1 204 No Content\nTk: D\n",
     "HTTP/1.1 204 No Content\nTk: D\nVary: DNT, Sec-GPC\n"
     "Permissions-Policy: " TOPICS "\n" VIA},
    {"Tk is ours", ALLOW, GET, "HTTP/1.1 204 No Content\nTk: N\n",
     "HTTP/1.1 204 No Content\n" ALLOWED},
    {"Tk by consent", "{}", GET "Consent: analytics, functional=?0\n",
     "HTTP/1.1 204 No Content\n",
     "HTTP/1.1 204 No Content\n" VARY "Tk: C\n" PERMISSIONS VIA},
    {"Vary is one line", ALLOW, GET,
     "HTTP/1.1 204 No Content\nvary: Origin, dnt\nX: y\nVary: cookie\n",
     "HTTP/1.1 204 No Content\nX: y\n"
     "vary: Origin, dnt, cookie, Sec-GPC, Consent\nTk: T\n" VIA},
    {"Vary: * says it all", ALLOW, GET, "HTTP/1.1 204 No Content\nVary: *\n",
     "HTTP/1.1 204 No Content\nVary: *\nTk: T\n" VIA},
    {"early hints", "{}", GET "Cookie: _ga=1\n",
     "HTTP/1.1 103 Early Hints\nLink: <https://ads.example/>; rel=preconnect\n"
     "Link: </a>; rel=preload\n",
     "HTTP/1.1 103 Early Hints\nLink: </a>; rel=preload\n" VIA},
    {"HTTP/1.0 origin", ALLOW, GET, "HTTP/1.0 204 No Content\n",
     "HTTP/1.1 204 No Content\n" VARY "Tk: T\nVia: 1.0 heed\n"},
};

/* As the exchange does it: plan, frame, write. */
static const char *edited(const struct response_head *head)
{
    const struct request_head *request = fixture.visit.request;
    struct framing framing;
    struct response_plan plan;
    struct buf out = {0};
    bool keep_alive;

    assert_int_equal(
        response_framing(head, request->is_head, &framing, &keep_alive),
        HEAD_NONE);
    response_plan(&plan, &fixture.visit, head, &framing, &fixture.arena);
    if (plan.body == PLAN_NOT_MODIFIED || head->status < 200)
        framing.kind = FRAMING_NONE;
    else if (plan.body == PLAN_REWRITE && framing.kind != FRAMING_NONE)
        framing.kind = FRAMING_CHUNKED;
    response_edit_write(&out, &fixture.visit, head, &plan, &framing, true, 1,
                        false, NULL, NULL, &fixture.arena);
    const char *text = fixture_text(&fixture, buf_str(&out));
    buf_release(&out);
    return text;
}

static void read_response(struct response_head *head, const char *text)
{
    static const struct head_limits no_limits = {0};

    assert_int_equal(response_head_parse(head, fixture_wire(&fixture, text),
                                         &no_limits, &fixture.arena),
                     HEAD_NONE);
}

/* "@" in a tag stands for the mark of these rules with all denied. */
static const char *with_mark(const char *text)
{
    unsigned long long generation =
        VISIT_GENERATION ^ str_hash(STR(HEED_VERSION));
    struct str rest = str_of(text);
    struct str result = str_cut(&rest, '@');

    while (rest.ptr != NULL) {
        struct str next = str_cut(&rest, '@');
        result =
            arena_printf(&fixture.arena, STR_FMT "--heed-%016llx-1e" STR_FMT,
                         STR_ARG(result), generation, STR_ARG(next));
    }
    return arena_dup(&fixture.arena, result).ptr;
}

static void responses_are_edited(void **state)
{
    unsigned failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct response_head head;
        fixture_visit(&fixture, cases[i].policy, with_mark(cases[i].request));
        read_response(&head, cases[i].response);
        const char *got = edited(&head), *want = with_mark(cases[i].want);
        if (strcmp(got, want) == 0)
            continue;
        print_error("[%s]\n%s--- not:\n%s", cases[i].name, got, want);
        failed++;
    }
    assert_int_equal(failed, 0);
}

static const struct {
    const char *name, *policy, *request, *response;
    enum body_plan body;
    enum body_kind kind;
    enum body_coding coding;
    const char *charset;
} plans[] = {
    {"html", "{}", GET, "Content-Type: text/html; charset=\"GBK\"\n",
     PLAN_REWRITE, BODY_HTML, CODING_IDENTITY, "gbk"},
    {"xhtml", "{}", GET, "Content-Type: Application/XHTML+xml\n", PLAN_REWRITE,
     BODY_HTML, CODING_IDENTITY, ""},
    {"css, gzip", "{}", GET,
     "Content-Type: text/css\nContent-Encoding: X-GZip\n", PLAN_REWRITE,
     BODY_CSS, CODING_GZIP, ""},
    {"deflate, identity", "{}", GET,
     "Content-Type: text/html\nContent-Encoding: deflate, identity\n",
     PLAN_REWRITE, BODY_HTML, CODING_DEFLATE, ""},
    {"nothing denied", ALLOW, GET, "Content-Type: text/html\n", PLAN_PASS, 0, 0,
     ""},
    {"mode report", "{\"mode\": \"report\"}", GET, "Content-Type: text/html\n",
     PLAN_PASS, 0, 0, ""},
    {"another type", "{}", PAGE, "Content-Type: text/plain\n", PLAN_PASS, 0, 0,
     ""},
    {"no type, a page", "{}", PAGE, "X: y\n", PLAN_REWRITE, BODY_HTML,
     CODING_IDENTITY, ""},
    {"no type, no page", "{}", IMAGE, "X: y\n", PLAN_PASS, 0, 0, ""},
    {"unknown coding", "{}", GET,
     "Content-Type: text/html\nContent-Encoding: br\n", PLAN_REFUSE, 0, 0, ""},
    {"stacked codings", "{}", GET,
     "Content-Type: text/html\nContent-Encoding: gzip, gzip\n", PLAN_REFUSE, 0,
     0, ""},
    {"unknown coding, passed", PASS, GET,
     "Content-Type: text/html\nContent-Encoding: br\n", PLAN_PASS, 0, 0, ""},
    {"unknown coding of another type", "{}", GET,
     "Content-Type: text/javascript\nContent-Encoding: br\n", PLAN_PASS, 0, 0,
     ""},
    {"utf-16", "{}", GET, "Content-Type: text/html; charset=UTF-16LE\n",
     PLAN_REFUSE, 0, 0, ""},
    {"an empty body", "{}", GET, "Content-Type: text/html\nContent-Length: 0\n",
     PLAN_PASS, 0, 0, ""},
    {"a host that makes no URL", "{}", "GET / HTTP/1.1\nHost: 1.2.3.4.5\n",
     "Content-Type: text/html\n", PLAN_REFUSE, 0, 0, ""},
};

static void bodies_are_planned(void **state)
{
    static const struct framing close = {FRAMING_CLOSE, 0};
    static const struct framing empty = {FRAMING_LENGTH, 0};
    char response[256];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
        struct response_head head;
        struct response_plan plan;
        print_message("[%s]\n", plans[i].name);
        fixture_visit(&fixture, plans[i].policy, plans[i].request);
        snprintf(response, sizeof(response), "HTTP/1.1 200 OK\n%s",
                 plans[i].response);
        read_response(&head, response);
        bool none = fields_find(&head.fields, FIELD_CONTENT_LENGTH) != NULL;
        response_plan(&plan, &fixture.visit, &head, none ? &empty : &close,
                      &fixture.arena);
        assert_int_equal(plan.body, plans[i].body);
        if (plan.body == PLAN_REFUSE)
            assert_non_null(plan.why);
        if (plan.body != PLAN_REWRITE)
            continue;
        assert_int_equal(plan.kind, plans[i].kind);
        assert_int_equal(plan.coding, plans[i].coding);
        assert_true(str_eq(plan.charset, str_of(plans[i].charset)));
    }
}

static void parts_of_pages_are_refused(void **state)
{
    static const struct framing close = {FRAMING_CLOSE, 0};
    struct response_head head;
    struct response_plan plan;

    (void)state;
    fixture_visit(&fixture, "{}", PAGE);
    read_response(&head, "HTTP/1.1 206 Partial Content\n"
                         "Content-Type: text/html\n");
    response_plan(&plan, &fixture.visit, &head, &close, &fixture.arena);
    assert_int_equal(plan.body, PLAN_REFUSE);
    read_response(&head, "HTTP/1.1 206 Partial Content\n"
                         "Content-Type: video/mp4\n");
    response_plan(&plan, &fixture.visit, &head, &close, &fixture.arena);
    assert_int_equal(plan.body, PLAN_PASS);
}

static const struct {
    struct framing framing;
    bool keep_alive, upgrade;
    unsigned minor;
    const char *want; /* the last lines */
} connections[] = {
    {{FRAMING_LENGTH, 7}, true, false, 1, "Via: 1.1 heed\nContent-Length: 7\n"},
    {{FRAMING_LENGTH, 7},
     false,
     false,
     1,
     "Connection: close\nContent-Length: 7\n"},
    {{FRAMING_LENGTH, 7},
     true,
     false,
     0,
     "Connection: keep-alive\nContent-Length: 7\n"},
    {{FRAMING_CHUNKED, 0},
     true,
     false,
     1,
     "Via: 1.1 heed\nTransfer-Encoding: chunked\n"},
    {{FRAMING_CLOSE, 0}, false, false, 1, "Connection: close\n"},
    {{FRAMING_NONE, 0},
     true,
     true,
     1,
     "Upgrade: websocket\nConnection: Upgrade\n"},
};

static void connections_are_told(void **state)
{
    static const struct response_plan pass = {.body = PLAN_PASS};
    struct response_head head;

    (void)state;
    fixture_visit(&fixture, ALLOW, GET);
    read_response(&head, "HTTP/1.1 200 OK\nUpgrade: websocket\n");
    for (size_t i = 0; i < ARRAY_LEN(connections); i++) {
        struct buf out = {0};
        print_message("[%zu]\n", i);
        response_edit_write(&out, &fixture.visit, &head, &pass,
                            &connections[i].framing, connections[i].keep_alive,
                            connections[i].minor, connections[i].upgrade, NULL,
                            NULL, &fixture.arena);
        struct str got = str_of(fixture_text(&fixture, buf_str(&out)));
        buf_release(&out);
        if (!str_ends(got, str_of(connections[i].want)))
            fail_msg(STR_FMT, STR_ARG(got));
    }
}

static void expiries_have_an_end(void **state)
{
    struct response_head head;
    char request[1024] = GET "Cookie: ";
    size_t len = strlen(request);
    unsigned count = 0;

    (void)state;
    for (int i = 0; i < 30; i++)
        len += (size_t)snprintf(request + len, sizeof(request) - len,
                                "_ga_%d=1; ", i);
    request[len - 2] = '\n';
    request[len - 1] = '\0';
    fixture_visit(&fixture, "{}", request);
    read_response(&head, "HTTP/1.1 204 No Content\n");
    const char *at = edited(&head);
    while ((at = strstr(at, "Set-Cookie")) != NULL) {
        count++;
        at++;
    }
    assert_int_equal(count, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responses_are_edited),
        cmocka_unit_test(bodies_are_planned),
        cmocka_unit_test(parts_of_pages_are_refused),
        cmocka_unit_test(connections_are_told),
        cmocka_unit_test(expiries_have_an_end),
    };

    fixture_init(&fixture);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_release(&fixture);
    return failed;
}
