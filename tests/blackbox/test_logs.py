"""The access log and the error log: what stands in them, and what never may."""
import json
import re
import time

import pytest

from harness import (ALLOW, DNT, RULE_FILES, WITH_TEST_RULES, Heed, Origin,
                     html, proxied, reply, site, wait_until)

PAGE = b"<img src=https://counter.test/i.gif><p>text"


def under_rules(answer, policy=None, **config):
    return proxied(answer, policy, RULE_FILES, {**WITH_TEST_RULES, **config})


def test_a_record_has_what_the_contract_says():
    with under_rules(html(PAGE)) as (heed, origin):
        response = heed.ask("/page?q=1", headers=DNT)
        record = heed.access()
        assert record["status"] == 200
        text = json.dumps(record)
        assert origin.last().get("X-Request-Id") in text
        assert "dnt" in text
        assert "counter" in text
        assert str(len(response.body)) in text
        numbers = [v for v in record.values()
                   if isinstance(v, (int, float)) and not isinstance(v, bool)]
        assert len(numbers) >= 3  # status, bytes, duration


def test_one_record_per_request():
    with under_rules(reply(b"x")) as (heed, _), heed.client() as client:
        for i in range(20):
            client.ask(f"/{i}")
        heed.access(count=20)
        time.sleep(0.1)
        assert len(heed.accesses()) == 20


def test_refused_requests_are_recorded():
    with under_rules(reply(b"x")) as (heed, _):
        heed.raw(b"GET / HTTP/1.1\r\nbad field\r\n\r\n")
        record = heed.access()
        assert record["status"] == 400
        assert "field" in json.dumps(record) + heed.errors()


def test_failures_of_the_origin_are_recorded():
    with Origin(lambda x: x.close()) as origin:
        with Heed({"sites": [site(origin, retries=0)]}) as heed:
            assert heed.ask().status == 502
            assert heed.access()["status"] == 502


def addresses(text):
    return set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", text))


@pytest.mark.parametrize("form, headers, logged", [
    (None, DNT, {"127.0.0.0"}),
    (None, {}, {"127.0.0.1"}),
    ("truncate", {}, {"127.0.0.0"}),
    ("full", DNT, {"127.0.0.1"}),
    ("omit", {}, set()),
])
def test_client_address(form, headers, logged, tmp_path):
    access = {"path": str(tmp_path / "access.log")}
    if form:
        access["client_address"] = form
    with under_rules(reply(b"x"), ALLOW, log={"access": access}
                     ) as (heed, origin):
        heed.access_path = tmp_path / "access.log"
        heed.ask("/", host="www.example.com", headers=headers)
        heed.access()
        text = heed.access_path.read_text().replace(origin.address, "")
        assert addresses(text) == logged


def test_values_of_cookies_and_parameters_are_never_logged():
    secrets = ["s3cretcookie", "s3cretparam", "s3cretset", "s3cretauth",
               "s3cretother"]
    with under_rules(html(PAGE, [("Set-Cookie", "_count=s3cretset")]),
                     log={"access": {"path": "access.log"},
                          "error": {"level": "debug"}}) as (heed, _):
        heed.ask("/p?cnt_id=s3cretparam&a=1", headers=[
            ("Cookie", "_count=s3cretcookie; other=s3cretother"),
            ("Authorization", "Bearer s3cretauth"), ("DNT", "1")])
        heed.raw(b"GET /p?cnt_id=s3cretparam HTTP/1.1\r\nHost: a\r\n"
                 b"Cookie: _count=s3cretcookie\r\n bad\r\n\r\n")
        heed.raw(b"GET /p?cnt_id=s3cretparam HTTP/9.1\r\nHost: a\r\n\r\n")
        heed.access(count=2)
        time.sleep(0.1)
        logs = heed.access_path.read_text() + heed.errors()
        for secret in secrets:
            assert secret not in logs


def test_hostile_bytes_do_not_break_a_record():
    with under_rules(reply(b"x")) as (heed, _):
        heed.raw(b'GET /a"b\\c\xe4 HTTP/1.1\r\nHost: a\r\n\r\n')
        heed.raw(b'GET /a"b\\c HTTP/1.1\r\nHost: a\r\n'
                 b'User-Agent: "\xff\xfe{}\r\nReferer: \x80\r\n\r\n')
        heed.access(count=2)
        for line in heed.access_path.read_bytes().splitlines():
            json.loads(line.decode("utf-8"))


@pytest.mark.parametrize("form, pattern", [
    ("common", r'^\S+ - - \[[^\]]+\] "GET /x HTTP/1\.1" 200 5$'),
    ("combined", r'^\S+ - - \[[^\]]+\] "GET /x HTTP/1\.1" 200 5 '
     r'"http://r/" "Agent \\"1\\""$|'
     r'^\S+ - - \[[^\]]+\] "GET /x HTTP/1\.1" 200 5 '
     r'"http://r/" "Agent \\x221\\x22"$'),
])
def test_other_formats(form, pattern, tmp_path):
    log = tmp_path / "a.log"
    with proxied(reply(b"hello"), config={"log": {"access": {
            "path": str(log), "format": form}}}) as (heed, _):
        heed.ask("/x", headers={"Referer": "http://r/",
                                "User-Agent": 'Agent "1"'})
        wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
        assert re.match(pattern, log.read_text().strip())


def test_no_access_log():
    with proxied(reply(b"x"), config={"log": {"access": None}}) as (heed, _):
        heed.ask()
        assert not heed.access_path.exists()


def test_access_log_on_standard_output():
    with proxied(reply(b"x"), config={"log": {"access": {"path": "-"}}}
                 ) as (heed, _):
        heed.ask("/on-stdout")
        wait_until(lambda: any("/on-stdout" in x for x in heed.stdout))


def test_usr1_reopens_the_log():
    import signal
    with proxied(reply(b"x")) as (heed, _):
        heed.ask("/1")
        heed.access()
        heed.access_path.rename(heed.folder / "rotated")
        heed.signal(signal.SIGUSR1)
        time.sleep(0.2)
        heed.ask("/2")
        assert len(wait_until(heed.accesses)) == 1
