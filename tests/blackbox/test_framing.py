"""How messages are framed: what is refused, and what the other side then saw.

The ids are those of the facts on HTTP cases. "Refused" means an error status,
a closed connection, and nothing at all at the origin.
"""
import time

import pytest

from harness import (HOST, Closed, Heed, Origin, chunked, proxied, reply,
                     request_bytes, site, wait_until)


@pytest.fixture(scope="module")
def pair():
    with Origin(lambda x: x.send(reply(b"hello"))) as origin:
        with Heed({"sites": [site(origin)]}) as heed:
            yield heed, origin


def head(line, *fields):
    return b"\r\n".join([line, *fields, b"", b""])


def post(*fields, body=b""):
    return head(b"POST /x HTTP/1.1", b"Host: " + HOST.encode(), *fields) + body


def get(*fields, line=b"GET /x HTTP/1.1"):
    return head(line, b"Host: " + HOST.encode(), *fields)


CHUNKED = b"Transfer-Encoding: chunked"
EMPTY = b"0\r\n\r\n"
FIVE = b"hello"


def coded(body):
    return post(CHUNKED, body=body)


def line(text):
    return head(text, b"Host: " + HOST.encode())


REFUSED = [  # id, bytes, statuses
    ("cl-te", post(b"Content-Length: 5", CHUNKED, body=EMPTY), {400}),
    ("te-cl", post(CHUNKED, b"Content-Length: 5", body=EMPTY), {400}),
    ("te-dup-chunked", post(CHUNKED, CHUNKED, body=EMPTY), {400}),
    ("te-chunked-chunked",
     post(b"Transfer-Encoding: chunked, chunked", body=EMPTY), {400}),
    ("te-identity", post(b"Transfer-Encoding: identity"), {400, 501}),
    ("te-identity-cl", post(b"Transfer-Encoding: identity",
                            b"Content-Length: 5", body=FIVE), {400}),
    ("te-gzip-only", post(b"Transfer-Encoding: gzip"), {400, 501}),
    ("te-gzip-chunked", post(b"Transfer-Encoding: gzip, chunked", body=EMPTY),
     {400, 501}),
    ("te-chunked-gzip", post(b"Transfer-Encoding: chunked, gzip", body=EMPTY),
     {400}),
    ("te-xchunked", post(b"Transfer-Encoding: xchunked", body=EMPTY),
     {400, 501}),
    ("te-leading-comma", post(b"Transfer-Encoding: , chunked", body=EMPTY),
     {400, 501}),
    ("te-tab-value", post(b"Transfer-Encoding:\tchunked", b"Content-Length: 5",
                          body=EMPTY), {400}),
    ("te-vt-value", post(b"Transfer-Encoding: \x0bchunked", body=EMPTY), {400}),
    ("te-trail-ctl", post(b"Transfer-Encoding: chunked\x00", body=EMPTY),
     {400}),
    ("te-quoted", post(b'Transfer-Encoding: "chunked"', body=EMPTY),
     {400, 501}),
    ("te-empty", post(b"Transfer-Encoding:", body=EMPTY), {400, 501}),
    ("te-parameter", post(b"Transfer-Encoding: chunked;q=1", body=EMPTY),
     {400, 501}),
    ("te-http10", head(b"POST /x HTTP/1.0", b"Host: " + HOST.encode(), CHUNKED)
     + EMPTY, {400}),
    ("cl-dup-same", post(b"Content-Length: 5", b"Content-Length: 5",
                         body=FIVE), {400}),
    ("cl-dup-diff", post(b"Content-Length: 5", b"Content-Length: 6",
                         body=FIVE + b"!"), {400}),
    ("cl-list-diff", post(b"Content-Length: 5, 6", body=FIVE), {400}),
    ("cl-list-same", post(b"Content-Length: 5, 5", body=FIVE), {400}),
    ("cl-plus", post(b"Content-Length: +5", body=FIVE), {400}),
    ("cl-neg", post(b"Content-Length: -1", body=FIVE), {400}),
    ("cl-empty", post(b"Content-Length:", body=FIVE), {400}),
    ("cl-space-inside", post(b"Content-Length: 1 0", body=FIVE * 2), {400}),
    ("cl-junk", post(b"Content-Length: 5x", body=FIVE), {400}),
    ("cl-hex", post(b"Content-Length: 0x5", body=FIVE), {400}),
    ("cl-overflow", post(b"Content-Length: 18446744073709551621", body=FIVE),
     {400, 413}),
    ("ck-size-overflow", coded(b"10000000000000005\r\nhello\r\n" + EMPTY),
     {400, 413}),
    ("ck-size-0x", coded(b"0x5\r\nhello\r\n" + EMPTY), {400}),
    ("ck-size-underscore", coded(b"0_5\r\nhello\r\n" + EMPTY), {400}),
    ("ck-size-plus", coded(b"+5\r\nhello\r\n" + EMPTY), {400}),
    ("ck-size-neg", coded(b"-5\r\nhello\r\n" + EMPTY), {400}),
    ("ck-size-empty", coded(b"\r\nhello\r\n" + EMPTY), {400}),
    ("ck-size-leading-space", coded(b" 5\r\nhello\r\n" + EMPTY), {400}),
    ("ck-bare-lf-size", coded(b"5\nhello\r\n" + EMPTY), {400}),
    ("ck-bare-lf-data", coded(b"5\r\nhello\n" + EMPTY), {400}),
    ("ck-bare-lf-end", coded(b"5\r\nhello\r\n0\n\n"), {400}),
    ("ck-missing-crlf", coded(b"5\r\nhello" + EMPTY), {400}),
    ("ck-bare-cr-ext", coded(b"5;a\rb\r\nhello\r\n" + EMPTY), {400}),
    ("ck-ext-lf", coded(b"5;a\nb\r\nhello\r\n" + EMPTY), {400}),
    ("ck-ext-nul", coded(b"5;a\0b\r\nhello\r\n" + EMPTY), {400}),
    ("ck-ext-long", coded(b"5;a=" + b"b" * 20000 + b"\r\nhello\r\n" + EMPTY),
     {400, 413, 431}),
    ("ck-trailer-cl", coded(b"5\r\nhello\r\n0\r\nContent-Length: 100\r\n\r\n"),
     {400}),
    ("ck-trailer-te", coded(b"5\r\nhello\r\n0\r\nTransfer-Encoding: chunked"
                            b"\r\n\r\n"), {400}),
    ("ck-trailer-bad", coded(b"5\r\nhello\r\n0\r\nno colon\r\n\r\n"), {400}),
    ("h-no-colon", get(b"X-Test"), {400}),
    ("h-empty-name", get(b": value"), {400}),
    ("h-ctl-name", get(b"X-\x01Test: 1"), {400}),
    ("h-nonascii-name", get(b"X-T\xe9st: 1"), {400}),
    ("h-space-name", get(b"X Test: 1"), {400}),
    ("h-space-colon", get(b"X-Test : 1"), {400}),
    ("h-tab-colon", get(b"X-Test\t: 1"), {400}),
    ("h-nul-value", get(b"X-Test: a\0b"), {400}),
    ("h-cr-value", get(b"X-Test: a\rb"), {400}),
    ("h-del-value", get(b"X-Test: a\x7fb"), {400}),
    ("h-ctl-value", get(b"X-Test: a\x01b"), {400}),
    ("h-obs-fold", get(b"X-Test: a", b" b"), {400}),
    ("h-obs-fold-tab", get(b"X-Test: a", b"\tb"), {400}),
    ("h-fold-te", post(b"Transfer-Encoding:", b" chunked",
                       b"Content-Length: 5", body=EMPTY), {400}),
    ("h-lead-ws-first", head(b"GET /x HTTP/1.1", b" X-Test: 1",
                             b"Host: " + HOST.encode()), {400}),
    ("h-bare-lf", b"GET /x HTTP/1.1\nHost: %s\n\n" % HOST.encode(), {400}),
    ("h-bare-lf-one", b"GET /x HTTP/1.1\r\nHost: %s\nX: 1\r\n\r\n"
     % HOST.encode(), {400}),
    ("h-huge", get(b"X-Test: " + b"a" * 65536), {431}),
    ("h-many", get(*[b"X-%d: 1" % i for i in range(1000)]), {431}),
    ("host-missing", head(b"GET /x HTTP/1.1"), {400}),
    ("host-missing-other-name",
     head(b"GET /x HTTP/1.1", b"X-Host: a"), {400}),
    ("host-dup", get(b"Host: " + HOST.encode()), {400}),
    ("host-dup-diff", get(b"Host: other.example"), {400}),
    ("host-comma", head(b"GET /x HTTP/1.1", b"Host: a.example, b.example"),
     {400}),
    ("host-nul", head(b"GET /x HTTP/1.1", b"Host: a\0.example"), {400}),
    ("host-space", head(b"GET /x HTTP/1.1", b"Host: a b"), {400}),
    ("host-slash", head(b"GET /x HTTP/1.1", b"Host: a.example/x"), {400}),
    ("host-userinfo", head(b"GET /x HTTP/1.1", b"Host: u@a.example"), {400}),
    ("host-port-bad", head(b"GET /x HTTP/1.1", b"Host: a.example:80x"), {400}),
    ("host-port-huge", head(b"GET /x HTTP/1.1", b"Host: a.example:99999"),
     {400}),
    ("abs-form-userinfo", get(line=b"GET http://u:p@%s/x HTTP/1.1"
                              % HOST.encode()), {400}),
    ("abs-form-disagrees", get(line=b"GET http://other.example/x HTTP/1.1"),
     {400}),
    ("abs-form-no-host", get(line=b"GET http:///x HTTP/1.1"), {400}),
    ("target-fragment", line(b"GET /x#y HTTP/1.1"), {400}),
    ("target-space", line(b"GET /x y HTTP/1.1"), {400}),
    ("target-tab", line(b"GET\t/x\tHTTP/1.1"), {400}),
    ("target-ctl", line(b"GET /x\x01 HTTP/1.1"), {400}),
    ("target-hi", line(b"GET /x\xe9 HTTP/1.1"), {400}),
    ("target-relative", line(b"GET x HTTP/1.1"), {400}),
    ("target-empty", line(b"GET  HTTP/1.1"), {400}),
    ("target-star-get", line(b"GET * HTTP/1.1"), {400}),
    ("target-bad-pct", line(b"GET /x%zz HTTP/1.1"), {400}),
    ("target-64k", line(b"GET /" + b"a" * 65536 + b" HTTP/1.1"), {414}),
    ("method-bad", line(b"G@T /x HTTP/1.1"), {400}),
    ("method-empty", line(b" /x HTTP/1.1"), {400}),
    ("method-connect", head(b"CONNECT %s:80 HTTP/1.1" % HOST.encode(),
                            b"Host: %s:80" % HOST.encode()), {400, 405, 501}),
    ("ver-lower", line(b"GET /x http/1.1"), {400}),
    ("ver-junk", line(b"GET /x HTTP/x.y"), {400}),
    ("ver-11digits", line(b"GET /x HTTP/1.11111111111"), {400}),
    ("ver-2", line(b"GET /x HTTP/2.0"), {505}),
    ("ver-3", line(b"GET /x HTTP/3.0"), {505}),
    ("ver-other", line(b"GET /x ICY/1.1"), {400}),
    ("line-2sp", line(b"GET  /x HTTP/1.1"), {400}),
    ("line-trail-sp", line(b"GET /x HTTP/1.1 "), {400}),
    ("line-bare-cr", line(b"GET /x\r HTTP/1.1"), {400}),
    ("line-nul", line(b"GET /\0 HTTP/1.1"), {400}),
    ("expect-other", post(b"Expect: 200-maybe", b"Content-Length: 5",
                          body=FIVE), {417}),
    ("tls-hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
     {400}),
]


@pytest.mark.parametrize("data, statuses",
                         [pytest.param(d, s, id=i) for i, d, s in REFUSED])
def test_refused_before_anything_reaches_the_origin(pair, data, statuses):
    heed, origin = pair
    origin.requests.clear()
    origin.partial.clear()
    with heed.client() as client:
        client.send(data)
        response = client.response()
        assert response.status in statuses
        assert response.complete
        assert client.is_closed()
    time.sleep(0.02)
    assert origin.requests == []
    assert origin.partial == []


def test_http09_is_refused_or_closed(pair):
    heed, origin = pair
    origin.requests.clear()
    with heed.client() as client:
        client.send(b"GET /\r\n")
        client.finish()
        data = client.stream.rest()
    assert data == b"" or data.startswith(b"HTTP/1.1 400 ")
    assert origin.requests == []


ACCEPTED = [  # id, bytes, target at the origin, body at the origin
    ("cl-lead0", post(b"Content-Length: 0000000010", body=FIVE * 2), "/x",
     FIVE * 2),
    ("cl-zero", post(b"Content-Length: 0"), "/x", b""),
    ("ck-last-00", coded(b"5\r\nhello\r\n000\r\n\r\n"), "/x", FIVE),
    ("ck-upper-and-lower", coded(b"A\r\n0123456789\r\na\r\n0123456789\r\n"
                                 + EMPTY), "/x", b"0123456789" * 2),
    ("ck-lead-zeros", coded(b"0005\r\nhello\r\n" + EMPTY), "/x", FIVE),
    ("ck-ext", coded(b"5;a=b;c=\"d\"\r\nhello\r\n" + EMPTY), "/x", FIVE),
    ("te-case", post(b"transfer-ENCODING: Chunked", body=b"5\r\nhello\r\n"
                     + EMPTY), "/x", FIVE),
    ("h-obs-text", get(b"X-Test: caf\xe9"), "/x", b""),
    ("h-no-space", get(b"X-Test:1"), "/x", b""),
    ("h-empty-value", get(b"X-Test:"), "/x", b""),
    ("h-tab-around", get(b"X-Test:\ta\tb\t"), "/x", b""),
    ("host-port", head(b"GET /x HTTP/1.1", b"Host: a.example:8080"), "/x",
     b""),
    ("host-v6", head(b"GET /x HTTP/1.1", b"Host: [::1]:8080"), "/x", b""),
    ("host-upper", head(b"GET /x HTTP/1.1", b"HOST: WWW.EXAMPLE.COM"), "/x",
     b""),
    ("abs-form", get(line=b"GET http://%s/x?y=1 HTTP/1.1" % HOST.encode()),
     "/x?y=1", b""),
    ("abs-form-empty-path", get(line=b"GET http://%s HTTP/1.1"
                                % HOST.encode()), "/", b""),
    ("abs-form-case", get(line=b"GET HTTP://%s/x HTTP/1.1"
                          % HOST.upper().encode()), "/x", b""),
    ("target-8k", line(b"GET /" + b"a" * 7999 + b" HTTP/1.1"),
     "/" + "a" * 7999, b""),
    ("target-bytes-kept", line(b"GET /%2e%2E/a//b/./c?d=%20&&e HTTP/1.1"),
     "/%2e%2E/a//b/./c?d=%20&&e", b""),
    ("ver-1.2", line(b"GET /x HTTP/1.2"), "/x", b""),
    ("line-lead-crlf", b"\r\n" + get(), "/x", b""),
]


@pytest.mark.parametrize("data, target, body",
                         [pytest.param(d, t, b, id=i)
                          for i, d, t, b in ACCEPTED])
def test_accepted(pair, data, target, body):
    heed, origin = pair
    origin.requests.clear()
    response = heed.raw(data)
    assert (response.status, response.body) == (200, b"hello")
    [request] = origin.requests
    assert request.target == target
    assert request.version == "HTTP/1.1"
    assert request.body == body
    assert len(request.all("Host")) == 1
    if request.has("Content-Length"):
        assert not request.has("Transfer-Encoding")
        assert request.get("Content-Length") == str(len(body))


@pytest.mark.parametrize("method", ["get", "PURGE", "M-SEARCH", "REPORT"])
def test_methods_are_forwarded_as_they_are_or_refused(pair, method):
    heed, origin = pair
    origin.requests.clear()
    response = heed.raw(line(method.encode() + b" /x HTTP/1.1"))
    if response.status == 200:
        assert origin.last().method == method
    else:
        assert response.status in (405, 501)
        assert origin.requests == []


def test_options_asterisk(pair):
    heed, origin = pair
    origin.requests.clear()
    response = heed.raw(line(b"OPTIONS * HTTP/1.1"))
    assert response.status in (200, 204)
    assert all(r.target == "*" for r in origin.requests)


def test_expect_100_continue_value_is_case_insensitive(pair):
    heed, _ = pair
    with heed.client() as client:
        client.send(post(b"Expect: 100-Continue", b"Content-Length: 5"))
        client.send(FIVE)
        assert client.response().status == 200


# ---- head split anywhere -------------------------------------------------------


SPLIT = post(b"X-Test: 1", CHUNKED, b"Cookie: a=b",
             body=b"5;x=y\r\nhello\r\n0\r\nX-Trailer: t\r\n\r\n")


def test_request_split_at_every_byte(pair):
    heed, origin = pair
    for at in range(1, len(SPLIT)):
        origin.requests.clear()
        with heed.client() as client:
            client.send(SPLIT[:at])
            time.sleep(0.002)
            client.send(SPLIT[at:])
            assert client.response().body == b"hello", at
        [request] = origin.requests
        assert (request.target, request.body) == ("/x", FIVE), at


def test_request_byte_by_byte(pair):
    heed, origin = pair
    origin.requests.clear()
    with heed.client() as client:
        for byte in SPLIT:
            client.send(bytes([byte]))
            time.sleep(0.0003)
        assert client.response().status == 200
    assert origin.last().body == FIVE


@pytest.mark.parametrize("data", [
    pytest.param(d, id=i) for i, d, _ in REFUSED
    if i in ("cl-te", "h-obs-fold", "h-bare-lf", "ck-bare-lf-size",
             "ck-missing-crlf", "h-nul-value", "host-dup")])
def test_refused_also_when_split(pair, data):
    heed, origin = pair
    origin.requests.clear()
    for at in range(1, len(data), 3):
        with heed.client() as client:
            client.send(data[:at])
            time.sleep(0.001)
            client.send(data[at:])
            assert client.response().status == 400, at
    assert origin.requests == []


# ---- connection --------------------------------------------------------------


def test_conn_nominate(pair):
    heed, origin = pair
    with heed.client() as client:
        response = client.ask("/x", headers=[
            ("Connection", "close, X-Secret"), ("X-Secret", "1"),
            ("X-Public", "2")])
        assert response.status == 200
        assert client.is_closed()
    assert not origin.last().has("X-Secret")
    assert origin.last().get("X-Public") == "2"


def test_conn_nominate_e2e(pair):
    """A client can't make heed drop what heed itself adds."""
    heed, origin = pair
    heed.ask("/x", headers=[("Connection", "X-Forwarded-For, Host, Via"),
                            ("X-Forwarded-For", "9.9.9.9")])
    request = origin.last()
    assert request.get("X-Forwarded-For") not in (None, "9.9.9.9")
    assert request.get("Host") == HOST
    assert request.has("Via")


def test_conn_http10_keep_alive():
    with proxied(chunked([b"hel", b"lo"])) as (heed, _):
        with heed.client() as client:
            client.send(head(b"GET / HTTP/1.0", b"Host: a",
                             b"Connection: keep-alive"))
            response = client.response()
            assert response.body == b"hello"
            assert not response.has("Transfer-Encoding")


def test_conn_pipeline(pair):
    heed, origin = pair
    origin.requests.clear()
    with heed.client() as client:
        client.send(request_bytes("/1") + request_bytes("/2"))
        assert client.response().status == client.response().status == 200
    assert [r.target for r in origin.requests] == ["/1", "/2"]


def test_close_pipelined(pair):
    heed, origin = pair
    origin.requests.clear()
    with heed.client() as client:
        client.send(request_bytes("/1", headers={"Connection": "close"})
                    + request_bytes("/2"))
        assert client.response().status == 200
        assert client.is_closed()
    assert [r.target for r in origin.requests] == ["/1"]


def test_bytes_after_a_refused_request_are_not_a_request(pair):
    heed, origin = pair
    origin.requests.clear()
    with heed.client() as client:
        client.send(post(b"Content-Length: 5", CHUNKED, body=EMPTY)
                    + request_bytes("/smuggled"))
        assert client.response().status == 400
        assert client.is_closed()
    assert origin.requests == []


# ---- responses -----------------------------------------------------------------


def through(data, close=False, head_request=False, method="GET", headers=()):
    """What a client gets when the origin answers this; a later, clean request
    must get its own answer."""
    def answer(exchange):
        if exchange.request.target == "/after":
            exchange.send(reply(b"after"))
            return
        exchange.send(data)
        if close:
            exchange.close()
    with proxied(answer, retries=0) as (heed, origin):
        with heed.client(timeout=4) as client:
            client.send(request_bytes("/", "HEAD" if head_request else method,
                                      headers))
            try:
                response = client.response(head=head_request)
            except Closed:
                response = None
        wait_until(lambda: origin.requests)
        assert len(origin.requests) == 1
        after = heed.ask("/after")
        assert (after.status, after.body) == (200, b"after")
        return response


OK = b"HTTP/1.1 200 OK\r\n"


def test_r_cl_te():
    response = through(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked"
                       b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    assert response.status == 502 or (
        response.body == b"hello" and not response.has("Content-Length"))


def test_r_te_unknown():
    response = through(OK + b"Transfer-Encoding: xyz\r\n\r\nhello", close=True)
    assert response.status == 502


BAD_ANSWERS = [  # id, bytes
    ("r-space-colon", OK + b"X-Test : 1\r\nContent-Length: 0\r\n\r\n"),
    ("r-obs-fold", OK + b"X-Test: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
    ("r-cr", OK + b"X-Test: a\rb\r\nContent-Length: 0\r\n\r\n"),
    ("r-nul", OK + b"X-Test: a\0b\r\nContent-Length: 0\r\n\r\n"),
    ("r-bare-lf", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
    ("r-no-colon", OK + b"X-Test\r\nContent-Length: 0\r\n\r\n"),
    ("r-bad-status", b"HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n"),
    ("r-status-4-digits", b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"),
    ("r-status-099", b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n"),
    ("r-version-2", b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ("r-http09", b"<html>hello</html>\r\n\r\n"),
    ("r-cl-bad", OK + b"Content-Length: 5x\r\n\r\nhello"),
    ("r-cl-differ", OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
    ("r-101", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
     b"Connection: upgrade\r\n\r\n"),
    ("r-close-early", b""),
    ("r-close-in-head", OK + b"Content-Le"),
    ("r-huge-hdr", OK + b"X-Test: " + b"a" * 100000
     + b"\r\nContent-Length: 0\r\n\r\n"),
]


@pytest.mark.parametrize("data",
                         [pytest.param(d, id=i) for i, d in BAD_ANSWERS])
def test_a_malformed_answer_is_502(data):
    response = through(data, close=True)
    assert response.status == 502
    assert response.complete


def test_r_ck_bad():
    response = through(OK + b"Transfer-Encoding: chunked\r\n\r\n"
                       b"5\r\nhello\r\nxyz\r\n", close=True)
    assert response is None or response.status == 502 or not response.complete


@pytest.mark.parametrize("data", [
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                 id="r-ck-trunc"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
                 id="r-ck-trunc-inside"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
                 id="r-ck-trunc-end"),
    pytest.param(OK + b"Content-Length: 10\r\n\r\nhello", id="r-cl-trunc"),
])
def test_a_truncated_answer_stays_truncated(data):
    response = through(data, close=True)
    assert response is None or response.status == 502 or not response.complete


def test_r_hophdr():
    response = through(OK + b"Connection: X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n"
                       b"Keep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n")
    assert not response.has("X-Hop")
    assert not response.has("Keep-Alive")
    assert response.get("X-End") == "2"


def test_r_103():
    response = through(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
                       + OK + b"Content-Length: 5\r\n\r\nhello")
    assert response.body == b"hello"
    assert [(i.status, i.get("Link")) for i in response.interim] == [
        (103, "</a.css>")]


def test_r_103_not_to_http10():
    with proxied(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
                 + reply(b"hello")) as (heed, _):
        response = heed.ask(version="1.0")
        assert response.interim == []
        assert response.body == b"hello"


def test_r_100x3():
    response = through(b"HTTP/1.1 100 Continue\r\n\r\n" * 3
                       + OK + b"Content-Length: 5\r\n\r\nhello")
    assert response.body == b"hello"


def test_r_204_body():
    response = through(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"
                       b"hello")
    assert response.status == 204
    assert not response.has("Content-Length")


def test_r_304_cl():
    response = through(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n"
                       b"ETag: \"a\"\r\n\r\n")
    assert (response.status, response.get("ETag")) == (304, '"a"')


def test_r_head_body():
    response = through(OK + b"Content-Length: 5\r\n\r\nhello",
                       head_request=True)
    assert (response.status, response.get("Content-Length")) == (200, "5")


def test_r_extra():
    response = through(OK + b"Content-Length: 5\r\n\r\nhello"
                       + OK + b"Content-Length: 4\r\n\r\nevil")
    assert response.body == b"hello"


def test_r_unsolicited():
    """Bytes on an idle pooled connection are dropped with it."""
    def answer(exchange):
        if exchange.request.target == "/1":
            exchange.send(reply(b"one"))
            time.sleep(0.05)
            exchange.send(reply(b"evil"))
        else:
            exchange.send(reply(b"two"))
    with proxied(answer) as (heed, _), heed.client() as client:
        assert client.ask("/1").body == b"one"
        time.sleep(0.2)
        assert client.ask("/2").body == b"two"
