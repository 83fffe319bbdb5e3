#include "visit_fixture.h"

static struct visit_fixture fixture;

static const struct {
    const char *name, *request; /* the head without Host */
    enum resource_type want;
    bool may_rewrite;
} types[] = {
    {"navigation", "GET / HTTP/1.1\nSec-Fetch-Dest: document\n",
     RESOURCE_DOCUMENT, true},
    {"frame", "GET / HTTP/1.1\nSec-Fetch-Dest: iframe\n", RESOURCE_SUBDOCUMENT,
     true},
    {"fetch", "GET / HTTP/1.1\nSec-Fetch-Dest: empty\n",
     RESOURCE_XMLHTTPREQUEST, true},
    {"fetch of media", "GET /a.m4s HTTP/1.1\nSec-Fetch-Dest: empty\n",
     RESOURCE_XMLHTTPREQUEST, false},
    {"beacon",
     "POST / HTTP/1.1\nSec-Fetch-Dest: empty\nSec-Fetch-Mode: no-cors\n",
     RESOURCE_PING, false},
    {"worker", "GET / HTTP/1.1\nSec-Fetch-Dest: serviceworker\n",
     RESOURCE_SCRIPT, false},
    {"style", "GET / HTTP/1.1\nSec-Fetch-Dest: style\n", RESOURCE_STYLESHEET,
     true},
    {"manifest", "GET / HTTP/1.1\nSec-Fetch-Dest: manifest\n", RESOURCE_OTHER,
     true},
    {"destination goes before the rest",
     "GET /a.js HTTP/1.1\nSec-Fetch-Dest: image\nAccept: text/html\n",
     RESOURCE_IMAGE, false},
    {"websocket", "GET / HTTP/1.1\nUpgrade: websocket\n", RESOURCE_WEBSOCKET,
     false},
    {"page by Accept",
     "GET /a.png HTTP/1.1\nAccept: application/xhtml+xml,text/html;q=0.9\n",
     RESOURCE_DOCUMENT, false},
    {"image by Accept", "GET /a HTTP/1.1\nAccept: image/avif,*/*;q=0.8\n",
     RESOURCE_IMAGE, false},
    {"style by Accept", "GET /a HTTP/1.1\nAccept: text/css,*/*;q=0.1\n",
     RESOURCE_STYLESHEET, true},
    {"script by extension", "GET /a.b/c.MJS?x=y.css HTTP/1.1\nAccept: */*\n",
     RESOURCE_SCRIPT, false},
    {"page by extension", "GET /a.html HTTP/1.1\n", RESOURCE_DOCUMENT, true},
    {"no extension", "GET /a.b/c?x=y.js HTTP/1.1\n", RESOURCE_OTHER, true},
    {"download", "GET /a.tar.gz HTTP/1.1\nSec-Fetch-Dest: document\n",
     RESOURCE_DOCUMENT, false},
    {"other extension", "GET /a.php HTTP/1.1\n", RESOURCE_OTHER, true},
};

static void what_is_asked_for(void **state)
{
    char request[256];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        print_message("[%s]\n", types[i].name);
        snprintf(request, sizeof(request), "%sHost: h\n", types[i].request);
        fixture_visit(&fixture, "{}", request);
        assert_int_equal(visit_resource_type(&fixture.request), types[i].want);
        assert_int_equal(visit_may_rewrite(&fixture.visit),
                         types[i].may_rewrite);
        fixture_visit(&fixture, "{\"default\": \"allow\"}", request);
        assert_false(visit_may_rewrite(&fixture.visit));
    }
}

static void the_scope_is_the_sites(void **state)
{
    struct url url;

    (void)state;
    fixture_visit(&fixture, "{\"preset\": \"strict\"}",
                  "GET /a/../b?c HTTP/1.1\nHost: WWW.Shop.Example.:8080\n");
    assert_true(str_eq(fixture.visit.scope.host, STR("www.shop.example")));
    assert_true(str_eq(fixture.visit.scope.domain, STR("shop.example")));
    assert_int_equal(fixture.visit.scope.denied, 0x1e);
    assert_true(fixture.visit.scope.remove_unclassified);
    assert_true(visit_enforces(&fixture.visit));
    assert_true(visit_url(&fixture.visit, &url, &fixture.arena));
    assert_true(str_eq(url.text, STR("http://www.shop.example:8080/b?c")));
    fixture.visit.secure = true;
    assert_true(visit_url(&fixture.visit, &url, &fixture.arena));
    assert_true(str_eq(url.scheme, STR("https")));
}

static void modes_that_change_nothing_decide_all_the_same(void **state)
{
    static const char *const policies[] = {
        "{\"mode\": \"report\", \"preset\": \"strict\"}",
        "{\"mode\": \"off\", \"preset\": \"strict\"}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
        fixture_visit(&fixture, policies[i], "GET / HTTP/1.1\nHost: h\n");
        assert_int_equal(fixture.visit.decision.denied, 0x1e);
        assert_int_equal(fixture.visit.scope.denied, 0);
        assert_false(fixture.visit.scope.remove_unclassified);
        assert_false(visit_enforces(&fixture.visit));
    }
}

static void an_asterisk_has_no_url(void **state)
{
    struct url url;

    (void)state;
    fixture_visit(&fixture, "{}", "OPTIONS * HTTP/1.1\nHost: h\n");
    assert_false(visit_url(&fixture.visit, &url, &fixture.arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for),
        cmocka_unit_test(the_scope_is_the_sites),
        cmocka_unit_test(modes_that_change_nothing_decide_all_the_same),
        cmocka_unit_test(an_asterisk_has_no_url),
    };

    fixture_init(&fixture);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_release(&fixture);
    return failed;
}
