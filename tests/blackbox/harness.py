"""A heed to test, an origin that does as it is told, and a client that sends
exactly the bytes it is given.

Nothing here knows HTTP better than it must: both ends are sockets, so that
tests see what was on the wire.
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("HEED", ROOT / "build/heed")).resolve()
SANITIZED = b"__asan_init" in BINARY.read_bytes() if BINARY.exists() else False

# ASan keeps what was freed for a while: how much memory heed takes says little.
needs_plain_memory = pytest.mark.skipif(SANITIZED, reason="built with ASan")

HOST = "www.example.com"  # what requests ask for, unless they say otherwise
WAIT = 10.0               # seconds until a test gives up waiting


def wait_until(condition, seconds=WAIT, what="condition"):
    """Poll until the condition is true; its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {seconds} s for: {what}")


# ---- messages ------------------------------------------------------------------


def parse_fields(lines):
    fields = []
    for line in lines:
        name, _, value = line.partition(b":")
        fields.append((name.decode("latin-1"), value.strip(b" \t")
                       .decode("latin-1")))
    return fields


class Fields:
    """Mixin: fields as they stood on the wire, looked up without case."""

    def all(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def get(self, name, default=None):
        found = self.all(name)
        return ", ".join(found) if found else default

    def has(self, name):
        return bool(self.all(name))


@dataclasses.dataclass
class Request(Fields):
    """A request as the origin received it."""

    head: bytes  # with the empty line
    method: str
    target: str
    version: str
    fields: list
    body: bytes = b""
    trailers: list = dataclasses.field(default_factory=list)
    raw_body: bytes = b""
    connection: int = 0  # which of the origin's connections


@dataclasses.dataclass
class Response(Fields):
    """A response as the client received it."""

    head: bytes
    version: str
    status: int
    reason: str
    fields: list
    body: bytes = b""
    trailers: list = dataclasses.field(default_factory=list)
    complete: bool = True  # framed to its end
    interim: list = dataclasses.field(default_factory=list)
    chunked: bool = False

    def decoded(self):
        """The body without its gzip coding."""
        if self.get("Content-Encoding") == "gzip":
            return zlib.decompress(self.body, 31)
        return self.body

    def cookies(self):
        return {c.split("=", 1)[0]: c for c in self.all("Set-Cookie")}


class Closed(Exception):
    """The peer closed before the message was whole."""


class Stream:
    """Bytes from a socket, read as lines, counts, or to the end."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.ended = False

    def more(self):
        if self.ended:
            raise Closed
        try:
            data = self.sock.recv(262144)
        except ConnectionResetError:
            data = b""
        if not data:
            self.ended = True
            raise Closed
        self.buffer += data

    def until(self, mark):
        while mark not in self.buffer:
            self.more()
        found, self.buffer = self.buffer.split(mark, 1)
        return found + mark

    def exactly(self, count):
        parts = []
        while count > len(self.buffer):
            parts.append(self.buffer)
            count -= len(self.buffer)
            self.buffer = b""
            try:
                self.more()
            except Closed:
                self.buffer = b"".join(parts)
                raise
        parts.append(self.buffer[:count])
        self.buffer = self.buffer[count:]
        return b"".join(parts)

    def rest(self):
        with contextlib.suppress(Closed):
            while True:
                self.more()
        found, self.buffer = self.buffer, b""
        return found


def read_chunked(stream, into):
    """A chunked body: payload to into.body, trailers to into.trailers. Strict:
    what heed sends must be well-formed. Returns the raw bytes."""
    raw, body = [], []
    try:
        while True:
            line = stream.until(b"\r\n")
            raw.append(line)
            assert re.fullmatch(rb"[0-9a-fA-F]+(;[^\r\n]*)?\r\n", line), line
            size = int(line.split(b";")[0], 16)
            if size == 0:
                break
            try:
                data = stream.exactly(size + 2)
            except Closed:
                body.append(stream.buffer[:size])
                raise
            assert data.endswith(b"\r\n")
            raw.append(data)
            body.append(data[:-2])
        while True:
            line = stream.until(b"\r\n")
            raw.append(line)
            if line == b"\r\n":
                break
            into.trailers += parse_fields([line[:-2]])
    finally:
        into.body = b"".join(body)
    return b"".join(raw)


# ---- the client ------------------------------------------------------------------


class Client:
    """A connection to heed that sends what it is told to."""

    def __init__(self, address, timeout=WAIT):
        if isinstance(address, str):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(timeout)
            self.sock.connect(address)
        else:
            self.sock = socket.create_connection(address, timeout)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = Stream(self.sock)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        """Send; a peer that has closed already is no error here."""
        try:
            self.sock.sendall(data if isinstance(data, bytes)
                              else data.encode("latin-1"))
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def finish(self):
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()

    def read_head(self):
        head = self.stream.until(b"\r\n\r\n")
        lines = head[:-4].split(b"\r\n")
        version, status, reason = re.fullmatch(
            rb"(HTTP/1\.[01]) ([0-9]{3}) ?(.*)", lines[0]).groups()
        return Response(head, version.decode(), int(status),
                        reason.decode("latin-1"), parse_fields(lines[1:]))

    def response(self, head=False):
        """The next final response; interim ones are in its `interim`."""
        interim = []
        while True:
            response = self.read_head()
            if response.status >= 200 or response.status == 101:
                break
            interim.append(response)
        response.interim = interim
        if not head and response.status not in (101, 204, 304):
            self.read_body(response)
        return response

    def read_body(self, response):
        try:
            if response.has("Transfer-Encoding"):
                assert response.get("Transfer-Encoding").lower() == "chunked"
                assert not response.has("Content-Length")
                response.chunked = True
                read_chunked(self.stream, response)
            elif response.has("Content-Length"):
                length = response.get("Content-Length")
                assert re.fullmatch(r"[0-9]+", length), length
                response.body = self.stream.exactly(int(length))
            else:
                response.body = self.stream.rest()
        except Closed:
            response.complete = False
            if not response.chunked:
                response.body = self.stream.buffer
                self.stream.buffer = b""

    def ask(self, target="/", method="GET", headers=(), body=None, host=HOST,
            version="1.1"):
        """Send a plain request and read its response."""
        self.send(request_bytes(target, method, headers, body, host, version))
        return self.response(head=method == "HEAD")

    def is_closed(self, seconds=2.0):
        """Whether heed closes within that time; nothing else may come."""
        self.sock.settimeout(seconds)
        try:
            data = self.sock.recv(1)
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        finally:
            self.sock.settimeout(WAIT)
        assert not data, f"unexpected byte {data!r}"
        return True

    def is_open(self, seconds=0.3):
        return not self.is_closed(seconds)


def request_bytes(target="/", method="GET", headers=(), body=None, host=HOST,
                  version="1.1"):
    lines = [f"{method} {target} HTTP/{version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    pairs = headers.items() if isinstance(headers, dict) else headers
    lines += [f"{name}: {value}" for name, value in pairs]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


# ---- the origin ------------------------------------------------------------------


def reply(body=b"", status="200 OK", headers=(), length=True):
    """The bytes of a response."""
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status}"]
    pairs = headers.items() if isinstance(headers, dict) else headers
    lines += [f"{name}: {value}" for name, value in pairs]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def html(body, headers=(), **more):
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    return reply(body, headers=[("Content-Type", "text/html; charset=utf-8"),
                                *pairs], **more)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def chunked(parts, headers=(), trailers=b"", status="200 OK"):
    pairs = headers.items() if isinstance(headers, dict) else headers
    return (reply(status=status, length=False,
                  headers=[*pairs, ("Transfer-Encoding", "chunked")])
            + b"".join(map(chunk, parts)) + b"0\r\n" + trailers + b"\r\n")


class Exchange:
    """One request at the origin, and the means to answer it."""

    def __init__(self, origin, connection, stream, request):
        self.origin, self.connection = origin, connection
        self.stream, self.request = stream, request
        self.sock = stream.sock
        self.closed = False

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError, OSError):
            self.closed = True

    def send_slowly(self, data, size=1, pause=0.0):
        for at in range(0, len(data), size):
            self.send(data[at:at + size])
            if pause:
                time.sleep(pause)

    def close(self):
        self.closed = True

    def reset(self):
        """Close with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.closed = True

    def read_body(self):
        """Read the body into the request, if it was not yet (see `lazy`)."""
        read_body(self.stream, self.request)


def read_body(stream, request):
    if request.has("Transfer-Encoding"):
        request.raw_body = read_chunked(stream, request)
    elif request.has("Content-Length"):
        request.body = stream.exactly(int(request.get("Content-Length")))


class Origin:
    """A threaded origin server.

    answer   bytes, or a function of an Exchange; may be changed at any time
    lazy     leave the request's body to the function
    Everything received is in `requests`, in order of arrival.
    """

    def __init__(self, answer=None, path=None, lazy=False, backlog=64):
        self.answer = answer if answer is not None else reply(b"hello")
        self.lazy = lazy
        self.requests = []
        self.partial = []  # bytes that never became a request
        self.connections = 0
        self.open = {}
        self.lock = threading.Lock()
        self.path = str(path) if path else None
        if self.path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.path)
        else:
            self.listener = socket.socket()
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(backlog)
        self.stopping = False
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def address(self):
        """As it stands in "servers"."""
        if self.path:
            return f"unix:{self.path}"
        return "127.0.0.1:%d" % self.listener.getsockname()[1]

    def accept(self):
        while not self.stopping:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            if not self.path:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections += 1
                number = self.connections
                self.open[number] = sock
            threading.Thread(target=self.serve, args=(sock, number),
                             daemon=True).start()

    def serve(self, sock, number):
        stream = Stream(sock)
        try:
            while self.one(stream, number):
                pass
        except (Closed, OSError, AssertionError):
            if stream.buffer:
                with self.lock:
                    self.partial.append(stream.buffer)
        finally:
            with self.lock:
                self.open.pop(number, None)
            sock.close()

    def one(self, stream, number):
        head = stream.until(b"\r\n\r\n")
        lines = head[:-4].split(b"\r\n")
        method, target, version = lines[0].decode("latin-1").split(" ")
        request = Request(head, method, target, version,
                          parse_fields(lines[1:]), connection=number)
        if self.lazy:
            with self.lock:
                self.requests.append(request)
        else:
            read_body(stream, request)
            with self.lock:
                self.requests.append(request)
        exchange = Exchange(self, number, stream, request)
        if callable(self.answer):
            self.answer(exchange)
        else:
            exchange.send(self.answer)
        return not exchange.closed

    def last(self):
        with self.lock:
            return self.requests[-1]

    def close_idle(self):
        """Close all open connections, as a keep-alive timeout would."""
        with self.lock:
            socks = list(self.open.values())
        for sock in socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def stop(self):
        self.stopping = True
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.close_idle()


# ---- heed -------------------------------------------------------------------------


def run_heed(*arguments, stdin=b"", timeout=60, cwd=None):
    """Run a command of heed to its end."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    return subprocess.run([str(BINARY), *map(str, arguments)], input=stdin,
                          capture_output=True, timeout=timeout, cwd=cwd)


class Heed:
    """A running `heed serve` with a configuration of its own."""

    live = []  # those that run now, for the report of a failed test

    def __init__(self, config, files=(), arguments=None, environment=None):
        assert BINARY.exists(), f"no {BINARY}: run ./dev build"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="heed-test-"))
        self.config_path = self.folder / "heed.json"
        self.access_path = self.folder / "access.log"
        self.error_path = self.folder / "stderr"
        for name, content in dict(files).items():
            self.write(name, content)
        self.config = config
        self.write_config(config)
        self.addresses = []
        self.stdout = []
        self.process = None
        self.told_to_stop = False
        Heed.live.append(self)
        self.start(arguments or ["serve", "-c", str(self.config_path)],
                   environment)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        Heed.live.remove(self)
        try:
            self.stop()
        except AssertionError:
            self.dump()
            raise
        if kind:
            self.dump()
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, content):
        if not isinstance(content, (str, bytes)):
            content = json.dumps(content, indent=1)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)

    def write_config(self, config):
        if isinstance(config, dict):
            config = dict(config)
            config.setdefault("listen", [{"address": "127.0.0.1:0"}])
            config.setdefault("workers", 2)
            config.setdefault("log", {"access": {"path": str(self.access_path)},
                                      "error": {"level": "debug"}})
        self.write("heed.json", config)

    def start(self, arguments, environment):
        self.error_file = open(self.error_path, "ab")
        self.process = subprocess.Popen(
            [str(BINARY), *arguments], stdout=subprocess.PIPE,
            stderr=self.error_file, cwd=self.folder,
            env={**os.environ, **(environment or {})})
        threading.Thread(target=self.read_stdout, daemon=True).start()
        expected = len(self.config.get("listen", [1])) \
            if isinstance(self.config, dict) else 1
        wait_until(lambda: len(self.addresses) >= expected
                   or self.process.poll() is not None,
                   what="heed to listen")
        if self.process.poll() is not None:
            self.dump()
            raise AssertionError(f"heed ended with {self.process.returncode}")

    def read_stdout(self):
        for line in self.process.stdout:
            text = line.decode("utf-8", "replace")
            self.stdout.append(text)
            found = re.match(
                r"listening on (?:(127\.0\.0\.1):(\d+)|unix:(\S+))", text)
            if found:
                host, port, path = found.groups()
                self.addresses.append(path or (host, int(port)))

    @property
    def address(self):
        return self.addresses[0]

    @property
    def port(self):
        return self.address[1]

    def client(self, **more):
        return Client(self.address, **more)

    def ask(self, *arguments, **named):
        """One request on a connection of its own."""
        with self.client() as client:
            return client.ask(*arguments, **named)

    def raw(self, data, head=False):
        """Send bytes, read one response; None if heed just closes."""
        with self.client() as client:
            client.send(data)
            try:
                return client.response(head=head)
            except Closed:
                return None

    def signal(self, number):
        if number != signal.SIGHUP and number != signal.SIGUSR1:
            self.told_to_stop = True
        self.process.send_signal(number)

    def errors(self):
        return self.error_path.read_text(errors="replace")

    def accesses(self):
        """The access log's records so far."""
        if not self.access_path.exists():
            return []
        text = self.access_path.read_text()
        return [json.loads(line) for line in text.splitlines(keepends=True)
                if line.endswith("\n")]

    def access(self, number=-1, count=1):
        """A record of the access log, once `count` are there."""
        wait_until(lambda: len(self.accesses()) >= count, what="access log")
        return self.accesses()[number]

    def reload(self, config=None, files=()):
        """HUP; returns what was logged since."""
        for name, content in dict(files).items():
            self.write(name, content)
        if config is not None:
            self.write_config(config)
        before = len(self.errors())
        self.signal(signal.SIGHUP)
        wait_until(lambda: "reload" in self.errors()[before:].lower(),
                   what="a word about the reload in the error log")
        return self.errors()[before:]

    def memory_kb(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))

    def stop(self, seconds=WAIT):
        """TERM; must end by itself, and well."""
        if self.process and self.process.poll() is None:
            if not self.told_to_stop:  # a second one ends it at once
                self.signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("heed did not stop on TERM") from None
        self.error_file.close()
        errors = self.errors()
        assert "ERROR: AddressSanitizer" not in errors, "see the error log"
        assert "runtime error:" not in errors, "see the error log"
        assert "LeakSanitizer" not in errors, "see the error log"
        assert self.process.returncode == 0, \
            f"heed ended with {self.process.returncode}"

    def dump(self):
        """Everything that helps to see what went wrong."""
        for name in ("heed.json", "stderr", "access.log"):
            path = self.folder / name
            if path.exists():
                text = path.read_text(errors="replace")
                print(f"---- {name}\n{text[-6000:]}")
        print("---- stdout\n" + "".join(self.stdout)[-2000:])


def site(*origins, policy=None, hosts=("*",), rules=None, **upstream):
    """A site before these origins."""
    made = {"hosts": list(hosts),
            "upstream": {"servers": [o if isinstance(o, (str, dict))
                                     else o.address for o in origins],
                         **upstream}}
    if policy is not None:
        made["policy"] = policy
    if rules is not None:
        made["rules"] = rules
    return made


@contextlib.contextmanager
def proxied(answer=None, policy=None, files=(), config=None, lazy=False,
            rules=None, **upstream):
    """heed before one origin: yields (heed, origin)."""
    with Origin(answer, lazy=lazy) as origin:
        full = {"sites": [site(origin, policy=policy, rules=rules,
                               **upstream)], **(config or {})}
        with Heed(full, files) as heed:
            yield heed, origin


def readable(sock, seconds):
    return bool(select.select([sock], [], [], seconds)[0])


# ---- rules for tests ----------------------------------------------------------------

# Few, and none of a real vendor: what they do is in the tests that use them.
TEST_RULES = {"name": "for tests", "rules": [
    {"id": "counter", "title": "Counter", "vendor": "Counter Inc",
     "purpose": "analytics",
     "hosts": ["counter.test"],
     "filters": ["||www.example.com/collect^", "/beacon/*$ping,image",
                 "/selfhosted/counter.js$script"],
     "cookies": ["_count", "_cnt_*", {"regex": "^_c[0-9]+$"}],
     "params": ["cnt_id", "cnt_*"],
     "scripts": ["counterInit("],
     "globals": ["counter"]},
    {"id": "ads", "title": "Ads", "vendor": "Ads Inc", "purpose": "marketing",
     "hosts": ["ads.test"],
     "cookies": ["_ad"], "params": ["adclid"]},
    {"id": "buttons", "title": "Share buttons", "vendor": "Friends",
     "purpose": "social",
     "hosts": ["friends.test"],
     "elements": [".share-button", "fb\\:like", "#friends-box",
                  "div[data-widget=\"friends\"]"],
     "cookies": ["_friend"]},
    {"id": "maps", "title": "Maps", "vendor": "Maps Inc",
     "purpose": "functional", "hosts": ["maps.test"], "action": "defer"},
    {"id": "session", "title": "The site's own", "vendor": "us",
     "purpose": "necessary", "cookies": ["SESSIONID", "csrf"]},
    {"id": "sleeping", "title": "Off by itself", "vendor": "nobody",
     "purpose": "analytics", "hosts": ["sleeping.test"], "enabled": False},
]}

WITH_TEST_RULES = {"rules": ["rules.json"]}
RULE_FILES = {"rules.json": TEST_RULES}
DNT = {"DNT": "1"}
ALLOW = {"default": "allow"}
