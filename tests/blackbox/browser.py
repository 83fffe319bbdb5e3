"""Chromium without a window, driven over its DevTools port (RFC 6455 by hand:
the standard library has no WebSocket)."""
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

from harness import wait_until

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--disable-default-apps",
    "--disable-extensions", "--disable-dev-shm-usage", "--mute-audio",
    "--no-default-browser-check", "--remote-debugging-port=0",
    # Nothing but loopback is ever asked for anything.
    "--host-resolver-rules=MAP * 127.0.0.1:9 , EXCLUDE 127.0.0.1",
]


class Socket:
    """The client's end of a WebSocket, for text messages."""

    def __init__(self, url):
        host, path = url.removeprefix("ws://").split("/", 1)
        name, port = host.split(":")
        self.sock = socket.create_connection((name, int(port)), 20)
        self.sock.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}"
            "\r\n\r\n".encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.sock.recv(4096)
        self.buffer = self.buffer.split(b"\r\n\r\n", 1)[1]

    def take(self, count):
        while len(self.buffer) < count:
            data = self.sock.recv(65536)
            if not data:
                raise ConnectionError("the browser went away")
            self.buffer += data
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def send(self, text):
        data = text.encode()
        mask = os.urandom(4)
        size = len(data)
        head = b"\x81" + (
            bytes([0x80 | size]) if size < 126
            else b"\xfe" + size.to_bytes(2, "big") if size < 65536
            else b"\xff" + size.to_bytes(8, "big"))
        self.sock.sendall(head + mask + bytes(
            b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self):
        text = b""
        while True:
            first, size = self.take(2)
            if size == 126:
                size = int.from_bytes(self.take(2), "big")
            elif size == 127:
                size = int.from_bytes(self.take(8), "big")
            text += self.take(size)
            if first & 0x80:
                return text.decode()


class Browser:
    """One tab. `requests` are the URLs it asked for since `open`."""

    def __init__(self, program):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="heed-chromium-"))
        self.log = open(self.folder / "stderr", "wb")
        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self.folder}/profile",
             "about:blank"], stdout=self.log, stderr=self.log,
            env={**os.environ, "HOME": str(self.folder)})
        port_file = self.folder / "profile/DevToolsActivePort"
        wait_until(lambda: port_file.exists() and port_file.read_text(), 30,
                   "Chromium to start")
        port = int(port_file.read_text().split()[0])
        self.socket = Socket(self.tab(port))
        self.number = 0
        self.requests, self.events = [], []
        self.call("Network.enable")
        self.call("Page.enable")
        self.call("Runtime.enable")

    def tab(self, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            pages = [t for t in json.load(answer) if t["type"] == "page"]
        return pages[0]["webSocketDebuggerUrl"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def next_message(self):
        message = json.loads(self.socket.receive())
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        if "method" in message:
            self.events.append(message["method"])
        return message

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method,
                                     "params": parameters}))
        while True:
            message = self.next_message()
            if message.get("id") == self.number:
                assert "error" not in message, message
                return message["result"]

    def send_headers(self, headers):
        self.call("Network.setExtraHTTPHeaders", headers=headers)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def open(self, url, settle=1.5):
        """Load a page; wait until it is loaded, and a little for what its
        scripts do then. Returns the URLs that were asked for."""
        self.requests, self.events = [], []
        self.call("Page.navigate", url=url)
        while "Page.loadEventFired" not in self.events:
            self.next_message()
        deadline = time.monotonic() + settle
        while time.monotonic() < deadline:
            self.evaluate("new Promise(r => setTimeout(r, 100))")
        return self.requests
