"""What a denied purpose changes on the wire, and what it leaves alone."""
import gzip
import http.cookies
import time

import pytest

from harness import (ALLOW, DNT, HOST, RULE_FILES, WITH_TEST_RULES, chunked,
                     html, proxied, reply, wait_until)


def under_rules(answer, policy=None, **more):
    return proxied(answer, policy=policy, files=RULE_FILES,
                   config=WITH_TEST_RULES, **more)


def asked(answer, target="/", headers=DNT, policy=None, method="GET"):
    """(what the client got, what the origin got or None)"""
    with under_rules(answer, policy) as (heed, origin):
        response = heed.ask(target, method=method, headers=headers)
        return response, origin.requests[-1] if origin.requests else None


# ---- cookies -----------------------------------------------------------------


def cookies_at_origin(value, headers=DNT, policy=None):
    _, request = asked(reply(b"x"), headers=[("Cookie", value),
                                             *headers.items()], policy=policy)
    return request.all("Cookie")


@pytest.mark.parametrize("sent, kept", [
    ("SESSIONID=1; _count=2; csrf=3", ["SESSIONID=1; csrf=3"]),
    ("_count=2; SESSIONID=1", ["SESSIONID=1"]),
    ("SESSIONID=1; _count=2", ["SESSIONID=1"]),
    ("_count=1; _cnt_a=2; _c42=3; _ad=4", []),
    ("_countx=1; x_count=2; _cx=3", ["_countx=1; x_count=2; _cx=3"]),
    ("a=b=c; _count=1; d=\"e f\"", ["a=b=c; d=\"e f\""]),
    ("a=1;b=2;  c=3", ["a=1;b=2;  c=3"]),
    ("unknown=1", ["unknown=1"]),
], ids=lambda v: str(v)[:40])
def test_cookies_of_denied_rules_do_not_reach_the_origin(sent, kept):
    assert cookies_at_origin(sent) == kept


def test_cookies_of_allowed_purposes_stay():
    headers = {"Consent": "analytics"}
    assert cookies_at_origin("_count=1; _ad=2; x=3", headers) == [
        "_count=1; x=3"]
    assert cookies_at_origin("_count=1; _ad=2", {}, ALLOW) == [
        "_count=1; _ad=2"]


def test_several_cookie_fields():
    _, request = asked(reply(b"x"), headers=[
        ("Cookie", "_count=1"), ("Cookie", "a=1; _ad=2"), ("DNT", "1")])
    assert "; ".join(request.all("Cookie")) == "a=1"


SET = ["SESSIONID=1; Path=/; HttpOnly",
       "_count=2; Path=/; Max-Age=999",
       "_cnt_x=3; Domain=.example.com; Expires=Wed, 01 Jan 2098 00:00:00 GMT",
       "other=4; Path=/; Max-Age=999; Secure",
       "late=5; Expires=Wed, 01 Jan 2098 00:00:00 GMT; SameSite=Lax",
       "_ad=6",
       "_ad=; Max-Age=0; Path=/"]


def set_cookies(headers=DNT, policy=None, cookies=tuple(SET)):
    response, _ = asked(reply(b"x", headers=[("Set-Cookie", c)
                                             for c in cookies]),
                        headers=headers, policy=policy)
    return response.all("Set-Cookie")


def test_set_cookie_under_the_default_policy():
    assert set_cookies() == [
        "SESSIONID=1; Path=/; HttpOnly",
        "other=4; Path=/; Secure",
        "late=5; SameSite=Lax",
        "_ad=; Max-Age=0; Path=/"]


def test_set_cookie_unclassified_kept():
    assert set_cookies(policy={"unclassified_cookies": "keep"}) == [
        SET[0], SET[3], SET[4], SET[6]]


def test_set_cookie_unclassified_dropped():
    assert set_cookies(policy={"unclassified_cookies": "drop"}) == [
        SET[0], SET[6]]


def test_set_cookie_deleting_always_passes():
    deleting = ["_count=; Max-Age=0", "_count=x; max-age=-1",
                "_count=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "stranger=; expires=Thu, 01-Jan-1970 00:00:01 GMT"]
    assert set_cookies(cookies=deleting) == deleting
    assert set_cookies(cookies=deleting,
                       policy={"unclassified_cookies": "drop"}) == deleting


def test_set_cookie_with_nothing_denied():
    assert set_cookies({}, ALLOW) == SET


def test_set_cookie_of_an_allowed_purpose():
    assert set_cookies({"Consent": "analytics"})[:3] == SET[:3]


def expired(response):
    """{(name, domain)} of the cookies that the response expires."""
    out = set()
    for value in response.all("Set-Cookie"):
        jar = http.cookies.SimpleCookie(value)
        for name, morsel in jar.items():
            if morsel["max-age"] == "0":
                out.add((name, morsel["domain"].lstrip(".")))
    return out


def test_leftovers_are_expired():
    response, _ = asked(reply(b"x"), headers=[
        ("Cookie", "_count=1; SESSIONID=2; stranger=3"), ("DNT", "1")])
    assert expired(response) == {("_count", ""), ("_count", "example.com"),
                                 ("_count", "www.example.com")} or \
        expired(response) == {("_count", ""), ("_count", "example.com")}


def test_at_most_20_fields_of_expiry():
    value = "; ".join(f"_cnt_{i}=1" for i in range(100))
    response, request = asked(reply(b"x"), headers=[("Cookie", value),
                                                    ("DNT", "1")])
    assert 1 <= len(response.all("Set-Cookie")) <= 20
    assert not request.has("Cookie")


def test_nothing_is_expired_with_nothing_denied():
    response, _ = asked(reply(b"x"), headers={"Cookie": "_count=1"},
                        policy=ALLOW)
    assert not response.has("Set-Cookie")


# ---- query parameters and beacons ------------------------------------------------


@pytest.mark.parametrize("target, kept", [
    ("/p?a=1&cnt_id=2&b=3", "/p?a=1&b=3"),
    ("/p?cnt_id=2&a=1", "/p?a=1"),
    ("/p?a=1&cnt_x=", "/p?a=1"),
    ("/p?cnt_id=2", "/p"),
    ("/p?cnt_id", "/p"),
    ("/p?a=%20&&b;c&cnt_y=1&d=+", "/p?a=%20&&b;c&d=+"),
    ("/p?xcnt_id=1&cnt=2", "/p?xcnt_id=1&cnt=2"),
    ("/p?q=cnt_id=1", "/p?q=cnt_id=1"),
    ("/p?", "/p?"),
    ("/cnt_id=1", "/cnt_id=1"),
])
def test_parameters(target, kept):
    _, request = asked(reply(b"x"), target)
    assert request.target == kept


def test_parameters_of_an_allowed_purpose_stay():
    _, request = asked(reply(b"x"), "/p?cnt_id=1&adclid=2",
                       {"Consent": "analytics"})
    assert request.target == "/p?cnt_id=1"


BEACONS = [  # target, headers, status, type, body
    ("/beacon/x.gif", {"Sec-Fetch-Dest": "image"}, 200, "image/gif", None),
    ("/beacon/x", {"Accept": "image/avif,image/webp,*/*;q=0.8"}, 200,
     "image/gif", None),
    ("/selfhosted/counter.js", {"Sec-Fetch-Dest": "script"}, 200,
     "javascript", b""),
    ("/collect?v=1", {"Sec-Fetch-Dest": "empty", "Accept": "*/*"}, 204, None,
     b""),
    ("/collect/style.css", {"Sec-Fetch-Dest": "style"}, 200, "text/css", b""),
    ("/collect", {}, 204, None, b""),
]


@pytest.mark.parametrize("target, headers, status, kind, body", BEACONS)
def test_beacons_are_answered_here(target, headers, status, kind, body):
    response, request = asked(reply(b"from the origin"), target,
                              {**headers, **DNT})
    assert request is None
    assert response.status == status
    assert "no-store" in response.get("Cache-Control")
    if kind:
        assert kind in response.get("Content-Type")
    if body is None:
        assert response.body.startswith(b"GIF89a")
        assert len(response.body) < 50
    else:
        assert response.body.strip() == body


def test_a_beacon_post_with_a_body_keeps_the_connection():
    with under_rules(reply(b"x")) as (heed, origin), heed.client() as client:
        response = client.ask("/collect", "POST", DNT, body=b"data" * 1000)
        assert response.status == 204
        assert client.ask("/next").body == b"x"
        assert [r.target for r in origin.requests] == ["/next"]


def test_beacons_of_an_allowed_purpose_reach_the_origin():
    for headers, policy in (({"Consent": "analytics"}, None), ({}, ALLOW)):
        response, request = asked(reply(b"counted"), "/collect", headers,
                                  policy)
        assert response.body == b"counted"
        assert request.target == "/collect"


def test_the_document_of_a_navigation_is_never_blocked():
    response, _ = asked(html(b"<p>hi"), "/collect", {
        "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", **DNT})
    assert response.body == b"<p>hi"


def test_head_of_a_beacon_has_no_body():
    with under_rules(reply(b"x")) as (heed, _), heed.client() as client:
        headers = {"Sec-Fetch-Dest": "image", **DNT}
        assert client.ask("/beacon/x", "HEAD", headers).status == 200
        assert client.ask("/beacon/x", "HEAD", headers).status == 200


# ---- HTML ---------------------------------------------------------------------------


PAGE = b"""<!DOCTYPE html>
<html><head><title>T &amp; T</title>
<script async src="https://cdn.counter.test/c.js"></script>
<link rel=preload as=script href="//counter.test/c.js">
<script src="/site.js"></script>
<script>counterInit("x"); document.write('<p>no');</script>
<script>siteInit();</script>
</head><body class="a">
<p>Text one</p>
<img src="https://pix.ads.test/p.gif?a=1&amp;b=2" width=1 height=1>
<img src="/logo.png" alt="logo">
<div class="big share-button x">Share <b>this</b></div>
<fb:like href="#">like</fb:like>
<div id=friends-box><div>inside</div></div>
<div data-widget="friends">w</div>
<iframe src="https://friends.test/like?u=1"></iframe>
<iframe src="https://maps.test/embed"></iframe>
<iframe src="https://video.test/embed"></iframe>
<noscript><img src="https://counter.test/n.gif"></noscript>
<a href="https://counter.test/policy">A link that a visitor follows</a>
<p>Text two</p>
</body></html>
"""


def rewritten(page=PAGE, headers=DNT, policy=None, fields=()):
    response, _ = asked(html(page, fields), headers=headers, policy=policy)
    assert response.status == 200
    assert response.complete
    return response.body


def test_page_with_everything_denied():
    body = rewritten()
    for gone in (b"cdn.counter.test", b"c.js", b"counterInit", b"pix.ads.test",
                 b"share-button", b"fb:like", b"friends-box", b"inside",
                 b"data-widget", b"friends.test", b"n.gif"):
        assert gone not in body, gone
    for kept in (b"<title>T &amp; T</title>\n",
                 b'<script src="/site.js"></script>\n',
                 b"<script>siteInit();</script>\n", b"<p>Text one</p>\n",
                 b'<img src="/logo.png" alt="logo">\n',
                 b'<iframe src="https://video.test/embed"></iframe>\n',
                 b'<a href="https://counter.test/policy">A link that a '
                 b"visitor follows</a>\n", b"<p>Text two</p>\n</body></html>\n"
                 ):
        assert kept in body, kept
    assert b'data-heed-src="https://maps.test/embed"' in body
    assert b' src="https://maps.test/embed"' not in body


def test_page_with_one_purpose_denied():
    body = rewritten(headers={"Consent": "analytics, functional, marketing"})
    assert b"share-button" not in body
    assert b"cdn.counter.test" in body
    assert b"pix.ads.test" in body
    assert b'src="https://maps.test/embed"' in body


def test_bytes_that_no_rule_touches_stay_between_the_cuts():
    """What is left is the page with pieces cut out, in order."""
    body = rewritten(headers={"Consent": "functional, analytics"})
    at = 0
    for line in body.splitlines(keepends=True):
        found = PAGE.find(line.strip(), at)
        assert found >= 0, line
        at = found


@pytest.mark.parametrize("page", [
    b'<script src="https://counter.test/c.js"></script>after',
    b"<script src='https://counter.test/c.js'></script>after",
    b"<script src=https://counter.test/c.js></script>after",
    b"<SCRIPT SRC=HTTPS://COUNTER.TEST/C.JS></SCRIPT>after",
    b'<script src="//counter.test/c.js"></script>after',
    b'<script src=" https://counter.test/c.js "></script>after',
    b'<script src="ht\ntps://coun\tter.test/c.js"></script>after',
    b'<script src="https:&#x2f;&#47;counter.test/c.js"></script>after',
    b'<script src="https:\\\\counter.test\\c.js"></script>after',
    b'<script src="https://user:pw@counter.test:443/c.js"></script>after',
    b'<script src="https://%63ounter.test/c.js"></script>after',
    b'<script src="https://counter.test./c.js"></script>after',
    b'<script\nasync\ndefer\nsrc\n=\n"https://a.counter.test/c.js"\n>x</script\n>after',
    b'<script src="https://counter.test/c.js" src="/mine.js"></script>after',
    b"<img src=https://counter.test/i.gif>after",
    b"<img src=https://counter.test/i.gif/>after",
    b"<img/src=https://counter.test/i.gif>after",
    b"<input type=image src=https://counter.test/i.gif>after",
    b"<embed src=https://counter.test/i.swf>after",
    b"<object data=https://counter.test/i.swf><p>fallback</object>after",
    b"<iframe src=https://counter.test/></iframe>after",
    b"<video><source src=https://counter.test/v.mp4></video>after",
    b"<audio src=https://counter.test/v.mp3></audio>after",
    b"<link rel=stylesheet href=https://counter.test/a.css>after",
    b"<link rel=dns-prefetch href=//counter.test>after",
    b"<script>counterInit('x')</script>after",
    b"<noscript><img src=https://counter.test/i.gif></noscript>after",
    b'<base href="https://counter.test/"><img src="i.gif">after',
    b'<svg><script href="https://counter.test/c.js"></script></svg>after',
])
def test_spellings_of_a_denied_resource(page):
    body = rewritten(b"before" + page)
    assert body.startswith(b"before")
    assert body.endswith(b"after")
    lowered = body.lower()
    assert b"counter.test/" not in lowered.replace(
        b'<base href="https://counter.test/">', b"")
    assert b"counterinit" not in lowered
    assert b"i.gif" not in lowered or b"<base" not in lowered


@pytest.mark.parametrize("page", [
    b"<!-- <script src=https://counter.test/c.js></script> -->",
    b"<textarea><script src=https://counter.test/c.js></script></textarea>",
    b"<title><img src=https://counter.test/></title>",
    b"<a href=https://counter.test/>link</a>",
    b"<img src=https://notcounter.test/i.gif>",
    b"<img src=https://counter.test.example.org/i.gif>",
    b"<img src=/https://counter.test/i.gif>",
    b"<img src=x title='https://counter.test/i.gif'>",
    b"<div class=share-buttons>text</div>",
    b"<p>counterInit( in text, https://counter.test/ in text</p>",
    b"<script type=application/json>{\"a\": \"https://counter.test/\"}</script>",
    b"<img src=https://sleeping.test/i.gif>",
    b"<style>p { color: red }</style><plaintext><img src=https://counter.test/>",
])
def test_what_is_no_denied_resource_stays_byte_for_byte(page):
    assert rewritten(page) == page


def test_a_denied_host_in_a_mixed_script_is_made_unresolvable():
    page = (b"<script>var u = 'https://cdn.counter.test/x.js'; "
            b"siteInit(u);</script>")
    body = rewritten(page)
    assert b"counter.test" not in body
    assert b"denied.invalid" in body
    assert b"siteInit(u);</script>" in body


def test_removing_never_joins_what_stood_apart():
    body = rewritten(b"<scr<img src=https://counter.test/>ipt>alert(1)")
    assert b"<script" not in body
    body = rewritten(b"a <<img src=https://counter.test/>script>x")
    assert b"<script" not in body


def test_defer():
    body = rewritten(b'<iframe width="9" src="https://maps.test/e?a&amp;b">'
                     b"</iframe>")
    assert b'data-heed-src="https://maps.test/e?a&amp;b"' in body
    assert b" src=" not in body
    assert b'width="9"' in body


def test_globals_are_stubbed_where_a_script_was_removed():
    body = rewritten(b"<script>counterInit(1)</script><script>counter.push(1)"
                     b"</script>")
    assert b"counterInit" not in body
    assert body.count(b"<script") == 2
    assert body.endswith(b"<script>counter.push(1)</script>")


def test_other_types_are_not_touched():
    for kind in ("text/plain", "application/json", "application/javascript",
                 "image/svg+xml;x", "text/htmlx"):
        response, _ = asked(reply(PAGE, headers={"Content-Type": kind}))
        assert response.body == PAGE, kind


@pytest.mark.parametrize("kind", [
    "text/html", "TEXT/HTML;charset=gbk", "application/xhtml+xml"])
def test_types_that_are_html(kind):
    response, _ = asked(reply(PAGE, headers={"Content-Type": kind}))
    assert b"cdn.counter.test" not in response.body


def test_error_pages_are_rewritten_too():
    response, _ = asked(html(PAGE, status="404 Not Found"))
    assert response.status == 404
    assert b"cdn.counter.test" not in response.body


@pytest.mark.parametrize("mode", ["off", "report"])
def test_modes_that_change_nothing(mode):
    response, request = asked(html(PAGE, [("Set-Cookie", "_count=1")]),
                              "/?cnt_id=1",
                              {"Cookie": "_count=1", **DNT}, {"mode": mode})
    assert response.body == PAGE
    assert response.all("Set-Cookie") == ["_count=1"]
    assert request.target == "/?cnt_id=1"
    assert request.get("Cookie") == "_count=1"


def test_rules_of_a_site():
    def body(rules, page):
        with under_rules(html(page), rules=rules) as (heed, _):
            return heed.ask(headers=DNT).body
    page = b"<img src=https://sleeping.test/><img src=https://ads.test/>end"
    assert body({"enable": ["sleeping"]}, page) == b"end"
    assert body({"disable": ["ads"]}, page) == page
    assert body({"disable": ["*"]}, page) == page


# ---- gzip ---------------------------------------------------------------------------


def gzipped(page, fields=()):
    return html(gzip.compress(page, 6), [("Content-Encoding", "gzip"),
                                         *fields])


@pytest.mark.parametrize("size", [0, 200_000])
def test_gzip_is_rewritten_as_gzip(size):
    page = PAGE + b"<p>filler</p>\n" * (size // 14)
    plain = rewritten(page)
    response, _ = asked(gzipped(page),
                        headers={"Accept-Encoding": "gzip", **DNT})
    assert response.get("Content-Encoding") == "gzip"
    assert response.decoded() == plain


def test_gzip_without_a_match_leaves_as_it_came():
    packed = gzip.compress(b"<p>nothing to see</p>" * 1000, 9)
    response, _ = asked(html(packed, [("Content-Encoding", "gzip")]),
                        headers={"Accept-Encoding": "gzip", **DNT})
    assert response.body == packed


def test_gzip_with_nothing_denied_leaves_as_it_came():
    packed = gzip.compress(PAGE, 3)
    response, _ = asked(html(packed, [("Content-Encoding", "gzip")]),
                        headers={"Accept-Encoding": "gzip"}, policy=ALLOW)
    assert response.body == packed


def test_only_codings_that_heed_reads_are_offered():
    for sent in ("gzip, deflate, br, zstd", "br", "*", "dcb, gzip;q=0.5"):
        _, request = asked(html(b"x"), headers={"Accept-Encoding": sent,
                                                **DNT})
        offered = request.get("Accept-Encoding", "identity")
        for coding in ("*", "dcb", "compress"):
            assert coding not in offered
    _, request = asked(html(b"x"), headers={"Accept-Encoding": "br, *"},
                       policy=ALLOW)
    assert request.get("Accept-Encoding") == "br, *"


@pytest.mark.parametrize("body, coding", [
    (b"not gzip at all" * 100, "gzip"),
    (gzip.compress(PAGE * 50)[:400], "gzip"),
    (PAGE, "unknown-coding"),
    (gzip.compress(b"\0" * 50_000_000, 9), "gzip"),
], ids=["corrupt", "cut", "unknown", "bomb"])
def test_what_cannot_be_read_is_not_passed_on(body, coding):
    response, _ = asked(html(body, [("Content-Encoding", coding)]),
                        headers={"Accept-Encoding": "gzip", **DNT})
    assert response.status == 502 or not response.complete
    assert b"counter.test" not in response.body


def test_uninspectable_passed_where_the_policy_says_so():
    response, _ = asked(html(b"\x01\x02\x03", [("Content-Encoding", "zap")]),
                        policy={"uninspectable": "pass"})
    assert response.body == b"\x01\x02\x03"


def test_gzip_streams():
    """What the origin has flushed reaches the client before the end."""
    import threading
    import zlib
    go = threading.Event()
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    first = packer.compress(PAGE) + packer.flush(zlib.Z_SYNC_FLUSH)
    second = packer.compress(b"<p>end") + packer.flush()

    def answer(exchange):
        exchange.send(html(b"", [("Content-Encoding", "gzip"),
                                 ("Transfer-Encoding", "chunked")],
                           length=False) + b"%x\r\n%s\r\n" % (len(first),
                                                              first))
        go.wait(5)
        exchange.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(second), second))
    with under_rules(answer) as (heed, _), heed.client() as client:
        client.send(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nDNT: 1\r\n"
                    "Accept-Encoding: gzip\r\n\r\n")
        client.read_head()
        unpacker, text = zlib.decompressobj(31), b""
        deadline = time.monotonic() + 3
        while b"Text two" not in text and time.monotonic() < deadline:
            size = int(client.stream.until(b"\r\n"), 16)
            text += unpacker.decompress(client.stream.exactly(size + 2)[:-2])
        assert b"Text two" in text
        go.set()


# ---- response fields ----------------------------------------------------------------


END_TO_END = [("Date", "Sun, 22 Nov 2026 10:00:00 GMT"), ("Server", "x/1"),
              ("Content-Type", "text/html"), ("X-A", "  spaced  out "),
              ("Set-Cookie", "_count=1; Max-Age=9"),
              ("Set-Cookie", "b=2; Expires=Wed, 01 Jan 2098 00:00:00 GMT"),
              ("ETag", '"abc"'), ("Accept-Ranges", "bytes"),
              ("Last-Modified", "Sat, 21 Nov 2026 10:00:00 GMT"),
              ("Content-MD5", "x"), ("Digest", "sha-256=x"),
              ("Cache-Control", "max-age=60"),
              ("Link", "<https://counter.test/c.js>; rel=preload; as=script"),
              ("x-lower", "kept"), ("Alt-Svc", "clear")]


def test_nothing_denied_changes_nothing():
    response, request = asked(reply(PAGE, headers=END_TO_END), "/?cnt_id=1",
                              {"Cookie": "_count=1", "Referer": "http://x/y",
                               "Sec-CH-UA-Model": "\"M\"",
                               "If-None-Match": '"q"', "Range": "bytes=0-9"},
                              ALLOW)
    assert response.body == PAGE
    got = [(n, v) for n, v in response.fields
           if n.lower() not in ("via", "vary", "tk", "connection",
                                "content-length")]
    assert got == [(n, v.strip()) for n, v in END_TO_END]
    assert response.get("Content-Length") == str(len(PAGE))
    assert request.target == "/?cnt_id=1"
    for name, value in (("Cookie", "_count=1"), ("Referer", "http://x/y"),
                        ("Sec-CH-UA-Model", "\"M\""),
                        ("If-None-Match", '"q"'), ("Range", "bytes=0-9")):
        assert request.get(name) == value


def vary(response):
    return {v.strip().lower() for v in response.get("Vary", "").split(",")}


@pytest.mark.parametrize("headers", [{}, DNT, {"Consent": "analytics"}])
def test_vary_names_what_the_decision_was_taken_from(headers):
    response, _ = asked(html(PAGE, {"Vary": "Accept-Language"}),
                        headers=headers)
    assert vary(response) >= {"dnt", "sec-gpc", "consent", "cookie",
                              "accept-language"}
    response, _ = asked(html(b"<p>x"), headers=headers, policy={
        "consent": ["header:X-C"]})
    assert vary(response) >= {"dnt", "sec-gpc", "x-c"}
    assert "cookie" not in vary(response)


def test_vary_star_stays():
    response, _ = asked(html(PAGE, {"Vary": "*"}))
    assert "*" in vary(response)


def test_fields_of_a_rewritten_body():
    response, _ = asked(reply(PAGE, headers=[
        h for h in END_TO_END if h[0] != "Link"] + [
            ("Content-Digest", "x"), ("Repr-Digest", "x")]))
    assert response.body != PAGE
    for name in ("Content-MD5", "Digest", "Content-Digest", "Repr-Digest",
                 "Accept-Ranges"):
        assert not response.has(name), name
    if response.has("Content-Length"):
        assert int(response.get("Content-Length")) == len(response.body)
    assert response.get("ETag").startswith('W/"')
    assert response.get("ETag") != 'W/"abc"'


def test_etag_is_recognised_again():
    def answer(exchange):
        if '"abc"' in exchange.request.get("If-None-Match", ""):
            exchange.send(reply(status="304 Not Modified", length=False,
                                headers={"ETag": '"abc"'}))
        else:
            exchange.send(html(PAGE, {"ETag": '"abc"'}))
    with under_rules(answer) as (heed, origin):
        denied = heed.ask(headers=DNT).get("ETag")
        again = heed.ask(headers={"If-None-Match": denied, **DNT})
        assert again.status == 304
        assert again.get("ETag") == denied
        # Another decision: what the client has is another representation.
        other = heed.ask(headers={"If-None-Match": denied,
                                  "Consent": "analytics, marketing, social"})
        assert other.status == 200
        # A tag of the origin's own for a page that would be rewritten.
        own = heed.ask(headers={"If-None-Match": '"abc"', **DNT})
        assert own.status == 200


def test_last_modified_alone_yields_no_304():
    def answer(exchange):
        if exchange.request.has("If-Modified-Since"):
            exchange.send(reply(status="304 Not Modified", length=False))
        else:
            exchange.send(html(PAGE, {
                "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"}))
    with under_rules(answer) as (heed, _):
        response = heed.ask(headers={
            "If-Modified-Since": "Sat, 21 Nov 2026 10:00:00 GMT", **DNT})
        assert response.status == 200


def test_range_is_not_forwarded_where_the_answer_may_be_rewritten():
    _, request = asked(html(PAGE), headers={"Range": "bytes=0-9", **DNT})
    assert not request.has("Range")


def test_link_entries():
    response, _ = asked(reply(b"x", headers=[
        ("Link", "<https://counter.test/c.js>; rel=preload; as=script, "
         "</site.css>; rel=preload; as=style"),
        ("Link", "<https://counter.test>; rel=preconnect")]))
    assert "counter.test" not in response.get("Link")
    assert "</site.css>; rel=preload; as=style" in response.get("Link")


def test_head_request_of_a_rewritable_page():
    with under_rules(html(PAGE)) as (heed, _), heed.client() as client:
        for _ in range(2):
            response = client.ask(method="HEAD", headers=DNT)
            assert response.status == 200


def test_truncated_page_stays_truncated():
    for data in (html(PAGE)[:-20],
                 chunked([PAGE], {"Content-Type": "text/html"})[:-5]):
        def answer(exchange, data=data):
            exchange.send(data)
            exchange.close()
        with under_rules(answer) as (heed, _):
            assert not heed.ask(headers=DNT).complete


def test_analytics_denied_hides_the_visitor():
    headers = {"Referer": "https://other.example/secret?q=1",
               "Sec-CH-UA-Model": '"Pixel"', "Sec-CH-UA-Full-Version-List":
               '"x"', "Sec-CH-UA": '"Chromium"', "Sec-CH-UA-Mobile": "?0"}
    _, request = asked(reply(b"x"), headers={**headers, **DNT})
    assert request.get("Referer") in (None, "https://other.example/")
    assert not request.has("Sec-CH-UA-Model")
    assert not request.has("Sec-CH-UA-Full-Version-List")
    assert request.get("Sec-CH-UA") == '"Chromium"'
    _, request = asked(reply(b"x"), headers={
        "Referer": f"http://{HOST}/page?q=1", **DNT})
    assert request.get("Referer") == f"http://{HOST}/page?q=1"


def test_permissions_and_hints_of_the_response():
    response, _ = asked(html(b"<p>x", {
        "Accept-CH": "Sec-CH-UA-Model, Width, Sec-CH-UA-Platform-Version",
        "Permissions-Policy": "geolocation=(self)"}))
    assert "Sec-CH-UA-Model" not in response.get("Accept-CH", "")
    policy = response.get("Permissions-Policy")
    assert "browsing-topics=()" in policy
    assert "geolocation=(self)" in policy
    assert "geolocation=()" not in policy


def test_two_requests_on_one_connection_are_decided_apart():
    with under_rules(html(PAGE), ALLOW) as (heed, _), heed.client() as client:
        for _ in range(3):
            assert client.ask().body == PAGE
            assert b"counter.test/c.js" not in client.ask(headers=DNT).body


def test_pipelined_requests_are_decided_apart():
    from harness import request_bytes
    with under_rules(html(PAGE), ALLOW) as (heed, _), heed.client() as client:
        client.send(request_bytes() + request_bytes(headers=DNT)
                    + request_bytes("/collect", headers=DNT)
                    + request_bytes())
        assert client.response().body == PAGE
        assert b"counter.test/c.js" not in client.response().body
        assert client.response().status == 204
        assert client.response().body == PAGE


def test_report_mode_logs_what_it_would_have_done():
    with under_rules(html(PAGE), {"mode": "report"}) as (heed, _):
        heed.ask("/", headers=DNT)
        record = heed.access()
        assert "counter" in str(record)
        wait_until(lambda: True)
