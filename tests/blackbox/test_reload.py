"""HUP under load: atomic, and nobody notices. TERM under load: nothing is cut."""
import re
import signal
import subprocess
import threading
import time

import pytest

from harness import (DNT, HOST, Closed, Heed, Origin, chunked, html,
                     needs_plain_memory, proxied, reply, request_bytes, site,
                     wait_until)

PAGE = (b"<p>one" + b"<img src=https://a.test/>" + b"<img src=https://b.test/>"
        + b"x" * 3000 + b"<img src=https://a.test/>"
        + b"<img src=https://b.test/>two")
WITHOUT = {"a": b"<p>one<img src=https://b.test/>" + b"x" * 3000
           + b"<img src=https://b.test/>two",
           "b": b"<p>one<img src=https://a.test/>" + b"x" * 3000
           + b"<img src=https://a.test/>two"}


def rules(name):
    return {"rules": [{"id": f"rule-{name}", "title": name,
                       "purpose": "analytics", "hosts": [f"{name}.test"]}]}


def under(answer, name="a"):
    return proxied(answer, files={"rules.json": rules(name)},
                   config={"rules": ["rules.json"]})


def test_reload_takes_effect():
    with under(html(PAGE)) as (heed, _), heed.client() as client:
        assert client.ask(headers=DNT).body == WITHOUT["a"]
        heed.reload(files={"rules.json": rules("b")})
        # The same connection, the next request: the new rules.
        wait_until(lambda: client.ask(headers=DNT).body == WITHOUT["b"])
        assert heed.ask(headers=DNT).body == WITHOUT["b"]


@pytest.mark.parametrize("broken", [
    {"rules.json": "{"}, {"rules.json": {"rules": [{"id": "x"}]}},
    {"heed.json": "nonsense"}, {"heed.json": {"listen": []}},
], ids=["json", "rule", "config json", "config"])
def test_a_bad_reload_keeps_the_old(broken):
    with under(html(PAGE)) as (heed, _):
        good = (heed.folder / "heed.json").read_bytes()
        said = heed.reload(files=broken)
        assert "error" in said
        assert re.search(r"\.json:\d+:\d+", said)
        for _ in range(4):
            assert heed.ask(headers=DNT).body == WITHOUT["a"]
        heed.reload(files={"heed.json": good, "rules.json": rules("b")})
        wait_until(lambda: heed.ask(headers=DNT).body == WITHOUT["b"])


def test_reload_changes_sites_and_policies():
    with Origin(reply(b"one")) as one, Origin(reply(b"two")) as two:
        with Heed({"sites": [site(one)]}) as heed, heed.client() as client:
            assert client.ask().body == b"one"
            heed.reload({"sites": [site(two, hosts=[HOST])]})
            wait_until(lambda: client.ask().body == b"two")
            assert heed.ask(host="other.example").status == 421


def test_reload_keeps_the_socket_of_a_listener():
    with under(reply(b"x")) as (heed, _):
        port = heed.port
        config = {"listen": [{"address": f"127.0.0.1:{port}"}],
                  "sites": heed.config["sites"]}
        heed.reload({**config, "listen": heed.config.get(
            "listen", [{"address": "127.0.0.1:0"}])})
        for _ in range(10):
            assert heed.ask().body == b"x"


def test_requests_under_way_end_with_what_they_began_with():
    go = threading.Event()

    def answer(exchange):
        whole = html(PAGE)
        exchange.send(whole[:1500])
        go.wait(5)
        exchange.send(whole[1500:])
    with under(answer) as (heed, origin), heed.client() as client:
        client.send(request_bytes(headers=DNT))
        wait_until(lambda: origin.requests)
        heed.reload(files={"rules.json": rules("b")})
        time.sleep(0.1)
        go.set()
        assert client.response().body == WITHOUT["a"]
        assert client.ask(headers=DNT).body == WITHOUT["b"]


def test_tunnels_survive_a_reload():
    from test_proxying import UPGRADE, websocket
    with under(websocket) as (heed, _), heed.client() as client:
        client.send(request_bytes("/ws", headers=UPGRADE))
        assert client.response().status == 101
        for name in ("b", "a", "b"):
            heed.reload(files={"rules.json": rules(name)})
            client.send(b"abc")
            assert client.stream.exactly(3) == b"ABC"


class Load(threading.Thread):
    """A client that asks without pause and checks every answer."""

    def __init__(self, heed, check):
        super().__init__(daemon=True)
        self.heed, self.check = heed, check
        self.count, self.wrong, self.stopping = 0, [], False

    def run(self):
        with self.heed.client() as client:
            while not self.stopping:
                try:
                    problem = self.check(client.ask(headers=DNT))
                except (Closed, OSError) as why:
                    problem = repr(why)
                if problem:
                    self.wrong.append(problem)
                    return
                self.count += 1


def of_one_generation(response):
    if response.body in WITHOUT.values() and response.complete:
        return None
    return f"{response.status} {response.body[:100]!r}"


@pytest.mark.slow
def test_100_reloads_under_load(wrk):
    with under(html(PAGE)) as (heed, _):
        clients = [Load(heed, of_one_generation) for _ in range(4)]
        for client in clients:
            client.start()
        hammer = subprocess.Popen(
            [wrk, "-t1", "-c16", "-d25s", "-H", "DNT: 1",
             f"http://127.0.0.1:{heed.port}/"], stdout=subprocess.PIPE,
            text=True)
        try:
            for i in range(100):
                heed.reload(files={"rules.json": rules("ab"[i % 2])})
                time.sleep(0.02)
        finally:
            for client in clients:
                client.stopping = True
            for client in clients:
                client.join(10)
            hammer.send_signal(signal.SIGINT)
            said = hammer.communicate(timeout=40)[0]
        assert [c.wrong for c in clients] == [[]] * 4
        assert all(c.count > 50 for c in clients)
        assert "Non-2xx" not in said and "Socket errors" not in said, said
        seen = {heed.ask(headers=DNT).body}
        assert seen == {WITHOUT["b"]}


@pytest.mark.slow
@needs_plain_memory
def test_reloads_do_not_leak():
    with under(reply(b"x")) as (heed, _):
        def reload_often(times):
            for i in range(times):
                heed.reload(files={"rules.json": rules("ab"[i % 2])})
                heed.ask()
        reload_often(20)
        before = heed.memory_kb()
        reload_often(60)
        assert heed.memory_kb() - before < 6_000


@pytest.mark.slow
@pytest.mark.parametrize("repeat", range(3))
def test_term_under_load_cuts_nothing_short(repeat):
    body = PAGE * 40
    answers = [html(body), chunked([body[i:i + 9999] for i in
                                    range(0, len(body), 9999)],
                                   {"Content-Type": "text/html"})]
    count = [0]

    def answer(exchange):
        count[0] += 1
        data = answers[count[0] % 2]
        exchange.send(data[:60_000])
        time.sleep(0.01)
        exchange.send(data[60_000:])
    with under(answer) as (heed, _):
        short, done = [], []

        def load():
            try:
                client = heed.client()
            except OSError:
                return
            with client:
                while True:
                    client.send(request_bytes(headers=DNT))
                    try:
                        response = client.response()
                    except (Closed, OSError):
                        return  # closed between requests: as it should
                    if not response.complete or response.status != 200:
                        short.append(response.head)
                        return
                    done.append(len(response.body))
        threads = [threading.Thread(target=load) for _ in range(12)]
        for thread in threads:
            thread.start()
        time.sleep(0.6)
        heed.signal(signal.SIGTERM)
        for thread in threads:
            thread.join(15)
        heed.process.wait(5)
        assert short == []
        assert len(set(done)) == 1
        assert len(done) > 20


def test_a_request_sent_before_a_closed_idle_connection_is_not_lost():
    """During the drain, an answer says that the connection ends."""
    def slow(exchange):
        time.sleep(0.3)
        exchange.send(reply(b"x"))
    with proxied(slow) as (heed, origin), heed.client() as client:
        client.send(request_bytes())
        wait_until(lambda: origin.requests)
        heed.signal(signal.SIGTERM)
        response = client.response()
        assert response.status == 200
        assert client.is_closed()
