"""Origins and clients that fail in the worst moment, and what heed owes the
others meanwhile.

What must come in one event of heed's loop is sent while heed is stopped
(SIGSTOP): without that, such a test would pass nine times in ten.
"""
import contextlib
import multiprocessing
import signal
import socket
import statistics
import threading
import time

import pytest

from harness import (RULE_FILES, WITH_TEST_RULES, Closed, Heed, Origin, proxied,
                     reply, request_bytes, site, wait_until)

SHORT = 3.0  # seconds that no timeout of a default configuration comes near


@contextlib.contextmanager
def paused(heed):
    """heed sees what happens here all at once, afterwards."""
    heed.process.send_signal(signal.SIGSTOP)
    time.sleep(0.05)
    try:
        yield
    finally:
        time.sleep(0.05)
        heed.process.send_signal(signal.SIGCONT)


def reset(exchange):
    """Now, not when the answer's function has returned."""
    exchange.reset()
    exchange.sock.close()


# ---- a reset right behind bytes -------------------------------------------------


CUT_SHORT = {
    "within the head": (b"HTTP/1.1 200 OK\r\nContent-", 502),
    "within a length": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 200),
    "within a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                       b"9\r\nhalf", 200),
    "within no frame": (b"HTTP/1.1 200 OK\r\n\r\nhalf", 200),
}


@pytest.mark.parametrize("name", CUT_SHORT)
def test_origin_resets_right_behind_its_bytes(name):
    data, status = CUT_SHORT[name]

    def answer(exchange):
        with paused(answer.heed):
            exchange.send(data)
            reset(exchange)

    with proxied(answer) as (heed, _):
        answer.heed = heed
        with heed.client(timeout=SHORT) as client:
            response = client.ask()
            assert response.status == status
            assert response.complete == (status == 502)


def test_origin_resets_a_tunnel_right_behind_its_bytes():
    def answer(exchange):
        exchange.send(b"HTTP/1.1 101 Switching Protocols\r\n"
                      b"Connection: upgrade\r\nUpgrade: x\r\n\r\n")
        exchange.stream.exactly(1)
        with paused(answer.heed):
            exchange.send(b"last words")
            reset(exchange)

    with proxied(answer) as (heed, _):
        answer.heed = heed
        with heed.client(timeout=SHORT) as client:
            client.send(request_bytes(headers={"Connection": "upgrade",
                                               "Upgrade": "x"}))
            assert client.response().status == 101
            client.send(b"?")
            assert client.stream.exactly(10) == b"last words"
            assert client.is_closed(SHORT)


def test_client_resets_right_behind_a_part_of_its_body():
    gone = threading.Event()

    def answer(exchange):
        with contextlib.suppress(Closed):
            exchange.stream.exactly(100)
        gone.set()
        exchange.close()

    with proxied(answer, lazy=True) as (heed, origin):
        with heed.client() as client:
            client.send(b"POST / HTTP/1.1\r\nHost: www.example.com\r\n"
                        b"Content-Length: 100\r\n\r\n12345")
            wait_until(lambda: origin.requests)
            with paused(heed):
                client.send(b"6789")
                client.reset()
        assert gone.wait(SHORT), "the origin still waits for the rest"


def test_reset_that_a_write_runs_into_is_no_end():
    """The failed write takes the socket's error with it; reading then looks
    as if the origin had closed properly."""
    answered = threading.Event()

    def answer(exchange):
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\nfirst")
        answered.wait(SHORT)
        with paused(answer.heed):
            answer.client.send(b"more of the body")
            time.sleep(0.05)
            exchange.send(b"half")
            reset(exchange)

    with proxied(answer, lazy=True) as (heed, _):
        with heed.client(timeout=SHORT) as client:
            answer.heed, answer.client = heed, client
            client.send(b"POST / HTTP/1.1\r\nHost: www.example.com\r\n"
                        b"Content-Length: 1000\r\n\r\n")
            response = client.read_head()
            answered.set()
            client.read_body(response)
            assert not response.complete


# ---- connections that cannot go on ------------------------------------------------


def test_answer_before_the_body_is_whole_says_that_it_is_the_last():
    def answer(exchange):
        exchange.send(reply(b"no", status="403 Forbidden"))
        exchange.close()

    with proxied(answer, lazy=True) as (heed, _):
        with heed.client() as client:
            client.send(b"POST / HTTP/1.1\r\nHost: www.example.com\r\n"
                        b"Content-Length: 1000\r\n\r\nsome")
            response = client.response()
            assert response.status == 403
            assert response.get("Connection") == "close"


def test_body_of_an_answered_request_is_not_read_for_ever():
    block = bytes(1 << 20)
    with proxied(reply(b"hello"), config=WITH_TEST_RULES,
                 files=RULE_FILES) as (heed, origin):
        with heed.client() as client:
            client.send(b"POST /collect HTTP/1.1\r\nHost: www.example.com\r\n"
                        b"DNT: 1\r\nContent-Length: 1000000000\r\n\r\n")
            assert client.response().status == 204
            sent = 0
            while sent < 100 and client.send(block):
                sent += 1
            assert sent < 100
        assert not origin.requests


def test_empty_line_before_a_request_split():
    with proxied(reply(b"hello")) as (heed, _):
        with heed.client() as client:
            for _ in range(2):
                client.send(b"\r")
                time.sleep(0.1)
                client.send(b"\n" + request_bytes())
                assert client.response().status == 200


# ---- one connection does not starve the others -----------------------------------


def ask_meanwhile(heed, count=9):
    """Requests of somebody else; how long they usually took."""
    took = []
    for _ in range(count):
        began = time.monotonic()
        with heed.client() as client:
            assert client.ask().status == 200
        took.append(time.monotonic() - began)
    return statistics.median(took)


def in_background(*functions):
    for function in functions:
        threading.Thread(target=function, daemon=True).start()


def swallow(client, over):
    """Read and forget."""
    with contextlib.suppress(OSError):
        while not over.is_set() and client.sock.recv(1 << 20):
            pass


@contextlib.contextmanager
def in_processes(*functions):
    """Processes, so that they are as fast as heed is."""
    fork = multiprocessing.get_context("fork")
    started = [fork.Process(target=f, daemon=True) for f in functions]
    for process in started:
        process.start()
    try:
        yield
    finally:
        for process in started:
            process.kill()


def test_a_flood_of_pipelined_requests_leaves_others_their_turn():
    flood = request_bytes(host="unknown.example") * 20_000
    with Origin(reply(b"hello")) as origin:
        config = {"workers": 1, "log": {"access": None},
                  "sites": [site(origin, hosts=["www.example.com"])]}
        with Heed(config) as heed, heed.client(timeout=None) as client:
            def send():
                while client.send(flood):
                    pass
            # Room for answers: heed does not have to wait for the reader.
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
            with in_processes(send, lambda: swallow(client, threading.Event())):
                time.sleep(0.5)
                assert ask_meanwhile(heed) < 0.05


def test_a_stream_that_never_pauses_leaves_others_their_turn():
    block = bytes(4 << 20)
    over = threading.Event()

    def answer(exchange):
        if exchange.request.target != "/stream":
            exchange.send(reply(b"hello"))
            return
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            exchange.send(block)

    config = {"workers": 1, "log": {"access": None}}
    with proxied(answer, config=config) as (heed, _):
        with heed.client(timeout=60) as client:
            client.send(request_bytes("/stream"))
            in_background(lambda: swallow(client, over))
            time.sleep(0.5)
            assert ask_meanwhile(heed) < 0.1
            over.set()
