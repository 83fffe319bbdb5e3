"""heed before a real nginx: static files, gzip, keep-alive, conditions."""
import hashlib
import os
import socket
import subprocess

import pytest

from harness import (ALLOW, DNT, HOST, RULE_FILES, WITH_TEST_RULES, Client,
                     Heed, site, wait_until)

CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ }}
http {{
    access_log off;
    types {{ text/html html; text/css css; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    gzip_min_length 10;
    gzip_proxied any;
    keepalive_timeout 2s;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/www;
        add_header Set-Cookie "_count=1; Max-Age=99";
        location /upload {{ return 200 "took it"; }}
    }}
}}
"""

PAGE = ("<!DOCTYPE html><title>t</title>"
        "<script src=https://counter.test/c.js></script>"
        + "<p>words and more words</p>\n" * 3000 + "<p>end</p>").encode()
CLEAN = b"<!DOCTYPE html><title>t</title>" + b"<p>plain</p>" * 500
BIG = os.urandom(9_000_001)


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    from conftest import tool
    program = tool("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    www = folder / "www"
    www.mkdir()
    for name, data in (("page.html", PAGE), ("clean.html", CLEAN),
                       ("big.bin", BIG), ("empty.html", b"")):
        (www / name).write_bytes(data)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port))
    with open(folder / "stderr", "wb") as log:
        nginx = subprocess.Popen([program, "-e", "stderr", "-p", str(folder),
                                  "-c", str(folder / "nginx.conf")],
                                 stdout=log, stderr=log)
    try:
        wait_until(lambda: can_connect(port), what="nginx to start")
        with Heed({"sites": [site(f"127.0.0.1:{port}", policy=ALLOW)],
                   **WITH_TEST_RULES}, RULE_FILES) as heed:
            yield heed, port
    finally:
        nginx.terminate()
        nginx.wait(10)


def can_connect(port):
    try:
        Client(("127.0.0.1", port)).sock.close()
        return True
    except OSError:
        return False


GZIP = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("name, data", [
    ("page.html", PAGE), ("clean.html", CLEAN), ("big.bin", BIG),
    ("empty.html", b"")])
def test_allowed_files_arrive_unchanged(stand, name, data):
    heed, _ = stand
    with heed.client() as client:
        for _ in range(3):
            response = client.ask("/" + name)
            assert hashlib.sha256(response.body).digest() == \
                hashlib.sha256(data).digest()
        assert client.ask("/" + name, headers=GZIP).decoded() == data
        assert client.ask("/" + name, method="HEAD").status == 200


def test_the_same_answer_as_nginx_itself(stand):
    heed, port = stand
    for headers in ({}, GZIP, {"Range": "bytes=100-199"},
                    {"If-None-Match": "\"no\""}):
        for name in ("/page.html", "/none.html", "/big.bin"):
            mine = heed.ask(name, headers=headers)
            with Client(("127.0.0.1", port)) as client:
                plain = client.ask(name, headers=headers)
            assert (mine.status, mine.decoded()) == (plain.status,
                                                     plain.decoded())
            skip = ("connection", "date", "vary", "via", "tk", "keep-alive",
                    "transfer-encoding", "content-length")
            assert [f for f in mine.fields if f[0].lower() not in skip] == \
                [f for f in plain.fields if f[0].lower() not in skip]


@pytest.mark.parametrize("headers", [{}, GZIP], ids=["plain", "gzip"])
def test_denied_page_is_rewritten(stand, headers):
    heed, _ = stand
    with heed.client() as client:
        for _ in range(3):
            response = client.ask("/page.html", headers={**headers, **DNT})
            body = response.decoded()
            assert b"counter.test" not in body
            assert body.endswith(b"<p>words and more words</p>\n<p>end</p>")
            assert not response.has("Set-Cookie")
            if headers:
                assert response.get("Content-Encoding") == "gzip"
                assert len(response.body) < len(body) / 4


def test_conditional_requests(stand):
    heed, _ = stand
    for headers in ({}, DNT, {**GZIP, **DNT}):
        first = heed.ask("/page.html", headers=headers)
        again = heed.ask("/page.html", headers={
            "If-None-Match": first.get("ETag"), **headers})
        assert again.status == 304
    denied = heed.ask("/page.html", headers=DNT).get("ETag")
    assert heed.ask("/page.html",
                    headers={"If-None-Match": denied}).status == 200


def test_upload(stand):
    heed, _ = stand
    response = heed.ask("/upload", "POST", body=BIG[:500_000])
    assert response.body == b"took it"


def test_nginx_closes_idle_connections(stand):
    """Its keep-alive ends after 2 s; nothing of that may show."""
    import time
    heed, _ = stand
    with heed.client() as client:
        for pause in (0, 1.98, 2.0, 2.02):
            time.sleep(pause)
            assert client.ask("/clean.html", host=HOST).body == CLEAN


def test_curl_and_nginx_agree(stand):
    from conftest import tool
    heed, _ = stand
    done = subprocess.run(
        [tool("curl"), "-sS", "--compressed", "-H", "DNT: 1", "--http1.1",
         f"http://127.0.0.1:{heed.port}/page.html",
         f"http://127.0.0.1:{heed.port}/clean.html"],
        capture_output=True, timeout=20)
    assert done.returncode == 0, done.stderr
    assert b"counter.test" not in done.stdout
    assert done.stdout.endswith(CLEAN)
