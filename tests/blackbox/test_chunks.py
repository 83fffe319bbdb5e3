"""Whatever the boundaries at which bytes arrive, the same bytes leave."""
import gzip
import os
import subprocess

import pytest

from harness import (BINARY, DNT, RULE_FILES, SANITIZED, WITH_TEST_RULES,
                     chunk, html, proxied, reply)

PAGE = (b"<!DOCTYPE html><title>a&amp;b</title>"
        b"<script src=\"https://counter.test/c.js\"></script>x"
        b"<script>counterInit('</scrip')</script><!-- --- -->"
        b"<div class='a share-button'>s<div>t</div></div>"
        b"<img alt=\"\xc3\xa9>\" src='//a&#46;ads.test/'>\r\n"
        b"<script>var a='https://counter.test/';<!--<script></script>--></script>"
        b"<a href=x>y</a><noscript><img src=https://ads.test/></noscript>end")


def in_parts(body, at):
    return [p for p in (body[:at], body[at:]) if p]


def framed(kind, body, at, fields):
    """The response as pieces to be sent apart, cut at a byte of the body."""
    if kind == "length":
        whole = html(body, fields)
        head = len(whole) - len(body)
        return [whole[:head + at], whole[head + at:]]
    head = html(b"", [*fields, ("Transfer-Encoding", "chunked")], length=False)
    return [head, *map(chunk, in_parts(body, at)), b"0\r\n\r\n"]


@pytest.mark.parametrize("kind", ["length", "chunked"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_body_cut_at_every_byte(kind, coding):
    body, fields, headers = PAGE, [], dict(DNT)
    if coding == "gzip":
        body = gzip.compress(PAGE, 6, mtime=0)
        fields = [("Content-Encoding", "gzip")]
        headers["Accept-Encoding"] = "gzip"

    def answer(exchange):
        import time
        at = int(exchange.request.target[1:])
        for piece in framed(kind, body, at, fields):
            exchange.send(piece)
            time.sleep(0.001)
    with proxied(answer, files=RULE_FILES, config=WITH_TEST_RULES
                 ) as (heed, _), heed.client() as client:
        whole = client.ask("/0", headers=headers).decoded()
        assert b"counter.test" not in whole
        assert b"ads.test" not in whole
        assert whole.endswith(b"end")
        for at in range(1, len(body), 3 if SANITIZED else 1):
            got = client.ask(f"/{at}", headers=headers)
            assert got.complete
            assert got.decoded() == whole, at


def test_head_cut_at_every_byte():
    data = reply(b"hello", headers=[("X-Test", "1"), ("Set-Cookie", "a=b")])

    def answer(exchange):
        import time
        at = int(exchange.request.target[1:])
        exchange.send(data[:at])
        time.sleep(0.001)
        exchange.send(data[at:])
    with proxied(answer) as (heed, _), heed.client() as client:
        for at in range(len(data)):
            got = client.ask(f"/{at}")
            assert (got.status, got.body, got.get("X-Test")) == (
                200, b"hello", "1"), at


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_chunked_in_pieces_of_one_size(size):
    def answer(exchange):
        exchange.send(html(b"", [("Transfer-Encoding", "chunked")],
                           length=False))
        data = b"".join(chunk(PAGE[i:i + size])
                        for i in range(0, len(PAGE), size)) + b"0\r\n\r\n"
        exchange.send_slowly(data, size)
    with proxied(html(PAGE), files=RULE_FILES, config=WITH_TEST_RULES
                 ) as (heed, origin):
        whole = heed.ask(headers=DNT).body
        origin.answer = answer
        got = heed.ask(headers=DNT)
        assert got.complete
        assert got.body == whole


def filtered(folder, pieces):
    with subprocess.Popen([str(BINARY), "filter", "-H", "DNT: 1"], cwd=folder,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE
                          ) as process:
        for piece in pieces:
            os.write(process.stdin.fileno(), piece)
        process.stdin.close()
        out = process.stdout.read()
        assert process.wait(20) == 0
    return out


def test_filter_fed_slowly(tmp_path):
    import json
    from harness import TEST_RULES
    (tmp_path / "rules.json").write_text(json.dumps(TEST_RULES))
    (tmp_path / "heed.json").write_text(json.dumps({
        "listen": [{"address": "127.0.0.1:0"}], "rules": ["rules.json"],
        "sites": [{"hosts": ["*"], "upstream": {"servers": ["127.0.0.1:1"]}}]
    }))
    whole = filtered(tmp_path, [PAGE])
    assert b"counter.test" not in whole
    assert filtered(tmp_path, [bytes([b]) for b in PAGE]) == whole
    assert filtered(tmp_path, [PAGE[i:i + 5]
                               for i in range(0, len(PAGE), 5)]) == whole
