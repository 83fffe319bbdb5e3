"""HTTP/1.1 between a client and origins: messages, connections, failures."""
import hashlib
import os
import re
import resource
import signal
import socket
import threading
import time

import pytest

from harness import (HOST, Client, Closed, Heed, Origin, chunked,
                     needs_plain_memory, proxied, readable, reply,
                     request_bytes, site, wait_until)


def echo(exchange):
    """Answer with what was asked: handy to tell answers apart."""
    request = exchange.request
    exchange.send(reply(f"{request.method} {request.target} "
                        f"{len(request.body)}"))


@pytest.fixture(scope="module")
def pair():
    with Origin(echo) as origin:
        with Heed({"sites": [site(origin)]}) as heed:
            yield heed, origin


# ---- connections of clients ------------------------------------------------------


def test_keep_alive_by_default(pair):
    heed, _ = pair
    with heed.client() as client:
        for i in range(5):
            assert client.ask(f"/{i}").body == f"GET /{i} 0".encode()


def test_origin_connections_are_reused():
    with proxied(echo, config={"workers": 1}) as (heed, origin):
        for i in range(10):
            assert heed.ask(f"/{i}").status == 200
        assert origin.connections == 1


def test_connection_close_is_honoured(pair):
    heed, _ = pair
    with heed.client() as client:
        response = client.ask(headers={"Connection": "close"})
        assert response.get("Connection").lower() == "close"
        assert client.is_closed()


@pytest.mark.parametrize("count", [2, 50])
def test_pipelining(pair, count):
    heed, _ = pair
    with heed.client() as client:
        client.send(b"".join(request_bytes(f"/{i}") for i in range(count)))
        for i in range(count):
            assert client.response().body == f"GET /{i} 0".encode()


def test_pipelining_with_bodies(pair):
    heed, _ = pair
    with heed.client() as client:
        client.send(request_bytes("/1", "POST", body=b"a" * 10)
                    + request_bytes("/2", "POST", {
                        "Transfer-Encoding": "chunked"})
                    + b"3\r\nabc\r\n0\r\n\r\n"
                    + request_bytes("/3"))
        assert [client.response().body for _ in range(3)] == [
            b"POST /1 10", b"POST /2 3", b"GET /3 0"]


def test_http10_client(pair):
    heed, _ = pair
    with heed.client() as client:
        response = client.ask(version="1.0")
        assert response.body == b"GET / 0"
        assert client.is_closed()


def test_half_close_after_the_request_still_gets_the_answer():
    def slow(exchange):
        time.sleep(0.2)
        exchange.send(reply(b"still here"))
    with proxied(slow) as (heed, _), heed.client() as client:
        client.send(request_bytes())
        client.finish()
        assert client.response().body == b"still here"
        assert client.is_closed()


def test_client_abort_does_not_poison_the_pool():
    big = b"x" * 5_000_000

    def answer(exchange):
        exchange.send(reply(big if exchange.request.target == "/big"
                            else b"small"))
    with proxied(answer, config={"workers": 1}) as (heed, origin):
        with heed.client() as client:
            client.send(request_bytes("/big"))
            client.sock.recv(1000)
            client.reset()
        for _ in range(3):
            assert heed.ask("/small").body == b"small"


def test_several_listeners_and_a_unix_one(tmp_path):
    path = str(tmp_path / "heed.sock")
    with proxied(echo, config={"listen": [{"address": "127.0.0.1:0"},
                                          {"address": "127.0.0.1:0"},
                                          {"address": f"unix:{path}"}]}
                 ) as (heed, _):
        assert len(heed.addresses) == 3
        for address in heed.addresses:
            with Client(address) as client:
                assert client.ask("/x").body == b"GET /x 0"


# ---- bodies -----------------------------------------------------------------------


def pattern(size):
    """Bytes in which a shift, loss or repetition shows."""
    block = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(2048))
    return (block * (size // len(block) + 1))[:size]


BIG = pattern(20_000_000)


@pytest.mark.parametrize("how", ["length", "chunked", "until close"])
def test_big_body_down(how):
    answers = {
        "length": reply(BIG),
        "chunked": chunked([BIG[i:i + 70_001]
                            for i in range(0, len(BIG), 70_001)]),
        "until close": reply(BIG, length=False),
    }

    def answer(exchange):
        exchange.send(answers[how])
        if how == "until close":
            exchange.close()
    with proxied(answer) as (heed, _):
        response = heed.ask()
        assert response.complete
        assert response.body == BIG
        assert heed.ask(version="1.0").body == BIG


@pytest.mark.parametrize("how", ["length", "chunked"])
def test_big_body_up(how):
    with proxied(lambda x: x.send(reply(
            hashlib.sha256(x.request.body).hexdigest()))) as (heed, origin):
        with heed.client() as client:
            if how == "length":
                client.send(request_bytes("/", "POST", body=BIG))
            else:
                client.send(request_bytes("/", "POST",
                                          {"Transfer-Encoding": "chunked"}))
                for i in range(0, len(BIG), 50_021):
                    part = BIG[i:i + 50_021]
                    client.send(b"%x\r\n%s\r\n" % (len(part), part))
                client.send(b"0\r\n\r\n")
            response = client.response()
        assert response.body.decode() == hashlib.sha256(BIG).hexdigest()
        assert origin.last().has("Content-Length") == (how == "length")


def test_trailers_both_ways():
    with proxied(chunked([b"a"], trailers=b"X-Sum: 1\r\n")) as (heed, origin):
        with heed.client() as client:
            client.send(request_bytes("/", "POST", {
                "Transfer-Encoding": "chunked", "TE": "trailers"})
                + b"1\r\na\r\n0\r\nX-Check: 2\r\n\r\n")
            response = client.response()
        assert response.trailers in ([], [("X-Sum", "1")])
        assert not response.has("X-Sum")
        assert not origin.last().has("X-Check")
        assert origin.last().body == b"a"


@needs_plain_memory
def test_slow_reader_does_not_fill_memory():
    size = 200_000_000
    block = b"x" * 1_000_000

    def answer(exchange):
        exchange.send(reply(length=False, headers={"Content-Length": size}))
        exchange.sock.settimeout(5)
        for _ in range(size // len(block)):
            try:
                exchange.sock.sendall(block)
            except OSError:
                exchange.close()
                return
    with proxied(answer) as (heed, _), heed.client() as client:
        before = heed.memory_kb()
        client.send(request_bytes())
        client.sock.recv(1000)
        time.sleep(1.5)
        assert heed.memory_kb() - before < 8_000


@needs_plain_memory
def test_slow_origin_does_not_fill_memory():
    done = threading.Event()

    def answer(exchange):
        done.wait(5)
        exchange.close()
    with proxied(answer, lazy=True) as (heed, _), heed.client() as client:
        before = heed.memory_kb()
        client.send(request_bytes("/", "POST",
                                  {"Content-Length": 200_000_000}))
        client.sock.settimeout(0.5)
        sent = 0
        try:
            while sent < 100_000_000:
                sent += client.sock.send(b"x" * 1_000_000)
        except TimeoutError:
            pass
        assert sent < 50_000_000
        assert heed.memory_kb() - before < 8_000
        done.set()


def test_answer_arrives_as_the_origin_sends_it():
    """Nothing is held back: server-sent events, long polling."""
    go = threading.Event()

    def answer(exchange):
        exchange.send(reply(length=False, headers={
            "Content-Type": "text/event-stream",
            "Transfer-Encoding": "chunked"}) + b"4\r\none\n\r\n")
        go.wait(5)
        exchange.send(b"4\r\ntwo\n\r\n0\r\n\r\n")
    with proxied(answer) as (heed, _), heed.client() as client:
        client.send(request_bytes())
        client.read_head()
        assert b"one\n" in client.stream.until(b"one\n")
        go.set()
        assert client.stream.until(b"two\n")


def test_body_goes_up_as_the_client_sends_it():
    seen = []

    def answer(exchange):
        seen.append(exchange.stream.exactly(3))
        seen.append(exchange.stream.exactly(3))
        exchange.send(reply(b"ok"))
    with proxied(answer, lazy=True) as (heed, _), heed.client() as client:
        client.send(request_bytes("/", "POST", {"Content-Length": 6}))
        client.send(b"abc")
        wait_until(lambda: seen == [b"abc"], what="the first half")
        client.send(b"def")
        assert client.response().body == b"ok"


# ---- HEAD, 204, 304, 1xx, Expect ----------------------------------------------------


@pytest.mark.parametrize("answer", [
    reply(b"hello", length=False, headers={"Content-Length": 5})[:-5],
    reply(length=False, headers={"Transfer-Encoding": "chunked"}),
], ids=["length", "chunked"])
def test_head_has_no_body(answer):
    with proxied(answer) as (heed, origin), heed.client() as client:
        for _ in range(3):
            assert client.ask(method="HEAD").status == 200
        assert origin.last().method == "HEAD"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_statuses_without_a_body(status):
    with proxied(reply(status=status, length=False)) as (heed, _):
        with heed.client() as client:
            for _ in range(3):
                assert client.ask().status == int(status[:3])


def test_expect_100_continue_reaches_the_origin_or_is_answered():
    def answer(exchange):
        if exchange.request.has("Expect"):
            exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        exchange.read_body()
        exchange.send(reply(exchange.request.body))
    with proxied(answer, lazy=True) as (heed, _), heed.client() as client:
        client.send(request_bytes("/", "POST", {"Expect": "100-continue",
                                                "Content-Length": 5}))
        assert client.read_head().status == 100
        client.send(b"hello")
        assert client.response().body == b"hello"


def test_expect_100_continue_with_a_final_answer_first():
    """413 or 401 before the body: it reaches the client, which need not send."""
    def answer(exchange):
        exchange.send(reply(b"no", status="413 Content Too Large"))
        exchange.close()
    with proxied(answer, lazy=True) as (heed, _), heed.client() as client:
        client.send(request_bytes("/", "POST", {"Expect": "100-continue",
                                                "Content-Length": 5}))
        response = client.response()
        assert response.status == 413


def test_final_answer_before_the_body_is_whole():
    def answer(exchange):
        exchange.send(reply(b"no", status="401 Unauthorized"))
        time.sleep(0.2)
        exchange.close()
    with proxied(answer, lazy=True) as (heed, _), heed.client() as client:
        client.send(request_bytes("/", "POST", {"Content-Length": 1000000})
                    + b"x" * 1000)
        assert client.response().status == 401
        assert client.is_closed()


# ---- fields ------------------------------------------------------------------------


def ask_through(headers, **more):
    with proxied(echo, **more) as (heed, origin):
        assert heed.ask("/x", headers=headers).status == 200
        return origin.last()


def test_forwarded_fields():
    request = ask_through([("DNT", "0")], policy={"default": "allow"})
    assert request.get("X-Forwarded-For") == "127.0.0.1"
    assert request.get("X-Forwarded-Proto") == "http"
    assert request.get("X-Forwarded-Host") == HOST
    assert re.search(r"for=\"?127\.0\.0\.1", request.get("Forwarded"))
    assert request.get("X-Request-Id")
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",
                        request.get("traceparent"))
    assert request.get("Host") == HOST
    assert re.match(r"1\.1 ", request.get("Via"))


def test_forwarded_address_is_truncated_when_analytics_is_denied():
    request = ask_through([("DNT", "1")])
    assert request.get("X-Forwarded-For") == "127.0.0.0"
    assert "127.0.0.1" not in request.get("Forwarded")


FORGED = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "https"),
          ("X-Forwarded-Host", "evil.example"), ("Forwarded", "for=6.6.6.6"),
          ("X-Request-Id", "mine")]


def test_forwarded_fields_of_strangers_are_replaced():
    request = ask_through(FORGED)
    for name, forged in FORGED:
        assert forged not in request.get(name), name
        assert len(request.all(name)) == 1


def test_forwarded_fields_of_trusted_proxies_are_extended():
    request = ask_through(FORGED, config={"trusted_proxies": ["127.0.0.0/8"]},
                          policy={"default": "allow"})
    assert request.get("X-Forwarded-For") == "6.6.6.6, 127.0.0.1"
    assert request.get("X-Forwarded-Proto") == "https"
    assert request.get("X-Forwarded-Host") == "evil.example"
    assert request.get("Forwarded").startswith("for=6.6.6.6")
    assert "127.0.0.1" in request.get("Forwarded")
    assert request.get("X-Request-Id") == "mine"


def test_traceparent_is_passed_on():
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    request = ask_through([("traceparent", trace)])
    assert trace.split("-")[1] in request.get("traceparent")


def test_hop_by_hop_fields_are_not_forwarded():
    request = ask_through([
        ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "keep-alive"),
        ("TE", "gzip"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABk"),
        ("Connection", "Upgrade, HTTP2-Settings, X-Mine"), ("X-Mine", "1")])
    for name in ("Keep-Alive", "Proxy-Connection", "Upgrade", "X-Mine",
                 "HTTP2-Settings"):
        assert not request.has(name), name
    assert "gzip" not in request.get("TE", "")


def test_end_to_end_fields_keep_their_order_and_bytes():
    headers = [("X-One", "1"), ("x-TWO", " a  b "), ("X-One", "again"),
               ("Accept", "*/*"), ("Authorization", "Basic eDp5")]
    request = ask_through(headers)
    assert [(n, v) for n, v in request.fields
            if n.lower() in ("x-one", "x-two", "accept", "authorization")] == [
        (n, v.strip()) for n, v in headers]


def test_underscores():
    assert not ask_through([("X_Forwarded_For", "1")]).has("X_Forwarded_For")
    request = ask_through([("X_Mine", "1")],
                          config={"limits": {"underscores": True}})
    assert request.get("X_Mine") == "1"


def test_response_has_via_and_no_hop_by_hop_fields():
    with proxied(reply(b"x", headers=[("Proxy-Connection", "close"),
                                      ("Keep-Alive", "timeout=1"),
                                      ("X-Kept", "1")])) as (heed, _):
        response = heed.ask()
        assert not response.has("Keep-Alive")
        assert not response.has("Proxy-Connection")
        assert response.get("X-Kept") == "1"
        assert response.get("Via").startswith("1.1 ")


def test_http10_origin():
    def answer(exchange):
        exchange.send(b"HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\nhello")
        exchange.close()
    with proxied(answer) as (heed, _):
        response = heed.ask()
        assert (response.version, response.body) == ("HTTP/1.1", b"hello")
        assert response.complete


# ---- upgrades ------------------------------------------------------------------------


def websocket(exchange):
    exchange.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                  b"Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")
    while True:
        try:
            data = exchange.stream.exactly(1)
        except Closed:
            break
        data += exchange.stream.buffer
        exchange.stream.buffer = b""
        exchange.send(data.upper())
    exchange.close()


UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket",
           "Sec-WebSocket-Key": "eA==", "Sec-WebSocket-Version": "13"}


def test_tunnel():
    with proxied(websocket) as (heed, origin), heed.client() as client:
        client.send(request_bytes("/ws", headers=UPGRADE) + b"early")
        response = client.response()
        assert response.status == 101
        assert response.get("Upgrade") == "websocket"
        assert response.get("Connection").lower() == "upgrade"
        assert client.stream.exactly(5) == b"EARLY"
        for size in (1, 1000, 300_000):
            threading.Thread(target=client.send, args=(b"a" * size,)).start()
            assert client.stream.exactly(size) == b"A" * size
        client.finish()
        assert client.is_closed()
        assert origin.last().get("Upgrade") == "websocket"


def test_refused_upgrade_is_an_ordinary_answer():
    with proxied(reply(b"no", status="426 Upgrade Required")) as (heed, _):
        with heed.client() as client:
            assert client.ask(headers=UPGRADE).status == 426
            assert client.ask("/again").status == 426


# ---- sites and servers ------------------------------------------------------------------


def test_sites_by_host():
    with Origin(reply(b"exact")) as exact, Origin(reply(b"suffix")) as suffix, \
            Origin(reply(b"longer")) as longer:
        config = {"sites": [
            site(suffix, hosts=["*.example.com"]),
            site(exact, hosts=["www.example.com"]),
            site(longer, hosts=["*.shop.example.com"])]}
        with Heed(config) as heed:
            for host, body in [("www.example.com", b"exact"),
                               ("WWW.Example.COM:8080", b"exact"),
                               ("other.example.com", b"suffix"),
                               ("a.b.example.com", b"suffix"),
                               ("a.shop.example.com", b"longer"),
                               ("shop.example.com", b"suffix")]:
                response = heed.ask(host=host)
                assert (response.status, response.body) == (200, body), host
            for host in ("example.com", "example.org", "xwww.example.com.evil",
                         "127.0.0.1"):
                assert heed.ask(host=host).status == 421, host


def test_least_connections_spreads_over_servers():
    release = threading.Event()

    def answer(exchange):
        release.wait(5)
        exchange.send(reply(b"x"))
    with Origin(answer) as one, Origin(answer) as two:
        with Heed({"sites": [site(one, two)], "workers": 1}) as heed:
            clients = [heed.client() for _ in range(8)]
            for client in clients:
                client.send(request_bytes())
                time.sleep(0.01)
            wait_until(lambda: len(one.requests) + len(two.requests) == 8)
            assert len(one.requests) == len(two.requests) == 4
            release.set()
            for client in clients:
                assert client.response().status == 200
                client.sock.close()


def test_round_robin():
    with Origin(reply(b"1")) as one, Origin(reply(b"2")) as two:
        with Heed({"sites": [site(one, two, balance="round-robin")],
                   "workers": 1}) as heed:
            bodies = [heed.ask().body for _ in range(10)]
    assert bodies.count(b"1") == bodies.count(b"2") == 5


def test_hash_keeps_a_client_at_one_server():
    with Origin(reply(b"1")) as one, Origin(reply(b"2")) as two:
        with Heed({"sites": [site(one, two, balance="hash")]}) as heed:
            assert len({heed.ask().body for _ in range(10)}) == 1


def test_unix_socket_origin(tmp_path):
    with Origin(echo, path=tmp_path / "app.sock") as origin:
        with Heed({"sites": [site(origin)]}) as heed:
            for i in range(3):
                assert heed.ask(f"/{i}").body == f"GET /{i} 0".encode()


def dead_address():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % s.getsockname()[1]


def test_a_refused_connection_is_retried_on_another_server():
    with Origin(echo) as origin:
        with Heed({"sites": [site(dead_address(), origin)]}) as heed:
            for _ in range(6):
                assert heed.ask(method="POST", body=b"x").status == 200


def test_no_server_is_503_with_retry_after():
    with Heed({"sites": [site(dead_address())]}) as heed:
        with heed.client() as client:
            response = client.ask()
            assert response.status == 503
            assert response.get("Retry-After")
            assert client.ask().status == 503


def test_closed_idle_connection_is_retried():
    with proxied(echo, config={"workers": 1}) as (heed, origin):
        for i in range(20):
            assert heed.ask(f"/{i}").status == 200
            origin.close_idle()
            if i % 2:
                time.sleep(0.01)


def test_idle_connection_that_closes_on_the_request():
    """The race proper: the origin closes when the next request arrives."""
    def answer(exchange):
        if exchange.connection == 1 and exchange.request.target == "/2":
            exchange.close()
        else:
            echo(exchange)
    with proxied(answer, config={"workers": 1}) as (heed, origin):
        assert heed.ask("/1").status == 200
        assert heed.ask("/2").status == 200
        assert [r.connection for r in origin.requests] == [1, 1, 2]


@pytest.mark.parametrize("body", [b"pay", b""])
def test_idle_connection_that_closes_on_a_post_is_not_retried(body):
    def answer(exchange):
        if exchange.connection == 1 and exchange.request.target == "/2":
            exchange.close()
        else:
            echo(exchange)
    with proxied(answer, config={"workers": 1}) as (heed, origin):
        assert heed.ask("/1").status == 200
        assert heed.ask("/2", method="POST", body=body).status == 502
        assert len(origin.requests) == 2


def test_fresh_connection_that_closes_without_an_answer_is_not_retried():
    with proxied(lambda exchange: exchange.close()) as (heed, origin):
        assert heed.ask().status == 502
        assert len(origin.requests) == 1


def test_answer_that_has_begun_is_not_retried():
    def answer(exchange):
        exchange.send(b"HTTP/1.1 200 OK\r\nConte")
        exchange.close()
    with proxied(answer) as (heed, origin):
        assert heed.ask().status == 502
        assert len(origin.requests) == 1


def test_reset_in_the_body_is_seen_by_the_client():
    def answer(exchange):
        exchange.send(reply(length=False, headers={"Content-Length": 100})
                      + b"half")
        time.sleep(0.05)
        exchange.reset()
    with proxied(answer) as (heed, _):
        response = heed.ask()
        assert response.status == 200
        assert not response.complete


def test_close_delimited_answer_cut_by_a_reset_is_not_complete():
    def answer(exchange):
        exchange.send(reply(b"half", length=False))
        time.sleep(0.05)
        exchange.reset()
    with proxied(answer) as (heed, _):
        response = heed.ask()
        assert not response.complete


# ---- timeouts ------------------------------------------------------------------------


def timeouts(**values):
    return {"timeouts": values}


def test_client_header_timeout_is_408():
    """Absolute: a byte now and then does not help."""
    with proxied(echo, config=timeouts(client_header="600ms")) as (heed, _):
        with heed.client() as client:
            began = time.monotonic()
            client.send(b"GET / HTTP/1.1\r\nHost: ")
            while time.monotonic() - began < 2 and not readable(client.sock,
                                                                0.1):
                client.send(b"a")
            assert client.response().status == 408
            assert 0.4 < time.monotonic() - began < 1.5
            assert client.is_closed()


def test_client_body_timeout_is_408():
    def answer(exchange):
        exchange.read_body()
        echo(exchange)
    with proxied(answer, lazy=True,
                 config=timeouts(client_body="300ms")) as (heed, _):
        with heed.client() as client:
            client.send(request_bytes("/", "POST", {"Content-Length": 10}))
            assert client.response().status == 408
            assert client.is_closed()


def test_keepalive_timeout_closes_quietly():
    with proxied(echo, config=timeouts(keepalive="300ms")) as (heed, _):
        with heed.client() as client:
            client.ask()
            began = time.monotonic()
            assert client.is_closed()
            assert 0.1 < time.monotonic() - began < 1.5


def test_a_connection_without_a_request_is_closed():
    with proxied(echo, config=timeouts(client_header="300ms",
                                       keepalive="300ms")) as (heed, _):
        with heed.client() as client:
            client.sock.settimeout(2)
            data = client.stream.rest()
            assert data == b"" or data.startswith(b"HTTP/1.1 408")


def test_response_header_timeout_is_504():
    def answer(exchange):
        time.sleep(1)
    with proxied(answer, retries=1,
                 config=timeouts(response_header="300ms")) as (heed, origin):
        began = time.monotonic()
        assert heed.ask().status == 504
        assert time.monotonic() - began < 1.2
        assert len(origin.requests) == 1


def test_response_body_timeout_cuts_the_answer():
    def answer(exchange):
        exchange.send(reply(length=False, headers={"Content-Length": 100})
                      + b"half")
        time.sleep(1.5)
    with proxied(answer,
                 config=timeouts(response_body="300ms")) as (heed, _):
        began = time.monotonic()
        response = heed.ask()
        assert not response.complete
        assert time.monotonic() - began < 1.4


def test_connect_timeout_is_504():
    """A backlog that is full: connecting never ends."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            fillers.append(filler)
        time.sleep(0.05)
        config = {"sites": [site("127.0.0.1:%d" % address[1], retries=0)],
                  **timeouts(connect="300ms")}
        with Heed(config) as heed:
            began = time.monotonic()
            assert heed.ask().status in (503, 504)
            assert time.monotonic() - began < 2
        for filler in fillers:
            filler.close()


def test_client_write_timeout():
    ended = threading.Event()

    def answer(exchange):
        exchange.send(reply(length=False,
                            headers={"Content-Length": 1_000_000_000}))
        while not exchange.closed:
            exchange.send(b"x" * 1_000_000)
        ended.set()
    with proxied(answer, config=timeouts(client_write="500ms")) as (heed, _):
        with heed.client() as client:
            client.send(request_bytes())
            client.sock.recv(10)
            assert ended.wait(5), "the origin's connection was not closed"


def test_tunnel_timeout():
    with proxied(websocket, config=timeouts(tunnel="400ms")) as (heed, _):
        with heed.client() as client:
            client.send(request_bytes("/ws", headers=UPGRADE))
            assert client.response().status == 101
            assert client.is_closed()


# ---- limits ------------------------------------------------------------------------------


def limits(**values):
    return {"limits": values}


def test_request_body_limit_is_413():
    with proxied(echo, config=limits(request_body="1k")) as (heed, origin):
        assert heed.ask(method="POST", body=b"x" * 1024).status == 200
        with heed.client() as client:
            client.send(request_bytes("/", "POST", {"Content-Length": 1025}))
            assert client.response().status == 413
            assert client.is_closed()
        assert len(origin.requests) == 1
        with heed.client() as client:
            client.send(request_bytes("/", "POST",
                                      {"Transfer-Encoding": "chunked"})
                        + b"800\r\n" + b"x" * 2048 + b"\r\n0\r\n\r\n")
            assert client.response().status == 413
        assert len(origin.requests) == 1


def test_request_line_limit_is_414():
    with proxied(echo, config=limits(request_line="200")) as (heed, _):
        assert heed.ask("/" + "a" * 150).status == 200
        assert heed.ask("/" + "a" * 250).status == 414


@pytest.mark.parametrize("headers", [
    [("X-Test", "a" * 40_000)],
    [(f"X-{i}", "1") for i in range(101)],
], ids=["bytes", "fields"])
def test_request_headers_limit_is_431(headers):
    with proxied(echo) as (heed, _), heed.client() as client:
        assert client.ask(headers=headers).status == 431
        assert client.is_closed()


def test_connections_per_client():
    with proxied(echo, config=limits(connections_per_client=3)) as (heed, _):
        clients = [heed.client() for _ in range(3)]
        for client in clients:
            assert client.ask().status == 200
        with heed.client() as one_more:
            one_more.send(request_bytes())
            try:
                assert one_more.response().status in (429, 503)
            except Closed:
                pass
        clients[0].sock.close()
        time.sleep(0.1)
        assert heed.ask().status == 200
        for client in clients[1:]:
            client.sock.close()


def test_out_of_descriptors_does_not_spin():
    with Origin(echo) as origin, \
            Heed({"sites": [site(origin)], "workers": 1}) as heed:
        resource.prlimit(heed.process.pid, resource.RLIMIT_NOFILE, (40, 40))
        clients = [heed.client() for _ in range(60)]
        time.sleep(0.3)
        before = cpu_seconds(heed.process.pid)
        time.sleep(1)
        assert cpu_seconds(heed.process.pid) - before < 0.3
        for client in clients:
            client.sock.close()
        wait_until(lambda: heed.ask().status == 200, what="recovery")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---- answers that heed makes -----------------------------------------------------------


@pytest.mark.parametrize("accept, kind, mark", [
    ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html", b"<"),
    ("application/json", "application/json", b"{"),
    ("text/plain", "text/plain", b""),
    ("*/*", None, b""),
])
def test_own_answers_are_typed_by_accept(accept, kind, mark):
    with Heed({"sites": [site(dead_address(), hosts=["a.example"])]}) as heed:
        for host, status in (("a.example", 503), ("b.example", 421)):
            response = heed.ask(host=host, headers={"Accept": accept})
            assert response.status == status
            if kind:
                assert response.get("Content-Type").startswith(kind)
            assert mark in response.body
            assert len(response.body) < 2000
            assert b"127.0.0.1" not in response.body


def test_own_answer_to_head_has_no_body():
    with Heed({"sites": [site(dead_address())]}) as heed:
        with heed.client() as client:
            assert client.ask(method="HEAD").status == 503
            assert client.ask(method="HEAD").status == 503


# ---- stopping --------------------------------------------------------------------------


def refuses_connections(heed):
    try:
        heed.client().sock.close()
    except OSError:
        return True
    return False


def test_term_lets_requests_end():
    go = threading.Event()

    def answer(exchange):
        exchange.send(reply(length=False, headers={"Content-Length": 10})
                      + b"first")
        go.wait(5)
        exchange.send(b"later")
    with proxied(answer) as (heed, _), heed.client() as client, \
            heed.client() as idle:
        client.send(request_bytes())
        client.read_head()
        heed.signal(signal.SIGTERM)
        assert idle.is_closed()
        wait_until(lambda: refuses_connections(heed), 3, "closed listeners")
        go.set()
        assert client.stream.exactly(10) == b"firstlater"
        heed.process.wait(5)
        assert heed.process.returncode == 0


def test_drain_timeout_ends_what_does_not_end():
    def answer(exchange):
        exchange.send(reply(length=False, headers={"Content-Length": 10}))
        time.sleep(4)
    with proxied(answer, config=timeouts(drain="400ms")) as (heed, origin):
        with heed.client() as client:
            client.send(request_bytes())
            client.read_head()
            heed.signal(signal.SIGTERM)
            heed.process.wait(3)


def test_a_second_term_exits_at_once():
    def answer(exchange):
        time.sleep(5)
    with proxied(answer) as (heed, origin), heed.client() as client:
        client.send(request_bytes())
        wait_until(lambda: origin.requests)
        heed.signal(signal.SIGTERM)
        time.sleep(0.2)
        assert heed.process.poll() is None
        heed.signal(signal.SIGTERM)
        heed.process.wait(2)
        heed.process.returncode = 0  # whatever it is: it was told to


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_int_and_quit_drain_too(number):
    with proxied(echo) as (heed, _):
        heed.ask()
        heed.signal(number)
        heed.process.wait(5)
        assert heed.process.returncode == 0


def test_many_connections_at_once():
    with proxied(echo) as (heed, origin):
        clients = [heed.client() for _ in range(300)]
        for i, client in enumerate(clients):
            client.send(request_bytes(f"/{i}"))
        for i, client in enumerate(clients):
            assert client.response().body == f"GET /{i} 0".encode()
            client.sock.close()
