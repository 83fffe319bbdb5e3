"""The demo, by curl's means and in Chromium: with the signal no tracker is
asked for anything, without it they are."""
import re
import urllib.parse

import pytest

from browser import Browser
from harness import DNT, Heed

PAGES = ["/", "/product.html", "/contact.html", "/login.html"]
TRACKERS = ["www.googletagmanager.com", "connect.facebook.net",
            "hm.baidu.com"]


@pytest.fixture(scope="module")
def demo():
    with Heed({}, arguments=["demo", "--listen", "127.0.0.1:0"]) as heed:
        yield heed


def test_demo_says_where_it_is_and_what_to_try(demo):
    text = "".join(demo.stdout)
    assert f"http://127.0.0.1:{demo.port}/" in text
    assert "curl" in text
    assert "DNT: 1" in text


def get(demo, target="/", **more):
    return demo.ask(target, host=f"127.0.0.1:{demo.port}", **more)


@pytest.mark.parametrize("target", PAGES)
def test_pages(demo, target):
    plain, denied = get(demo, target), get(demo, target, headers=DNT)
    assert plain.status == denied.status == 200
    assert any(t.encode() in plain.body for t in TRACKERS)
    assert not any(re.search(rb"src=.{0,9}" + t.encode(), denied.body)
                   for t in TRACKERS)
    assert re.search(rb"<title>.*</title>", plain.body).group(0) in denied.body


def test_download_is_untouched(demo):
    assert get(demo, "/brochure.pdf").body == \
        get(demo, "/brochure.pdf", headers=DNT).body
    assert get(demo, "/brochure.pdf").body.startswith(b"%PDF")


def test_tracking_cookies_go_and_the_session_stays(demo):
    plain = get(demo).cookies()
    denied = get(demo, headers=DNT).cookies()
    assert set(plain) > set(denied)
    login = get(demo, "/login", method="POST", body=b"user=a&password=b",
                headers={"Content-Type": "application/x-www-form-urlencoded",
                         **DNT})
    assert login.status in (200, 302, 303)
    assert login.cookies()


def foreign(demo, urls):
    """The hosts beside the demo's own that were asked for something."""
    hosts = {urllib.parse.urlsplit(u).netloc for u in urls
             if u.startswith("http")}
    # denied.invalid is what heed puts in a denied host's place in a script of
    # the site's own: it never resolves.
    return hosts - {f"127.0.0.1:{demo.port}", "denied.invalid"}


@pytest.mark.browser
def test_what_chromium_asks_for(demo, chromium):
    with Browser(chromium) as browser:
        for target in PAGES:
            url = f"http://127.0.0.1:{demo.port}{target}"
            browser.send_headers({})
            without = foreign(demo, browser.open(url))
            title = browser.evaluate("document.title")
            assert without & set(TRACKERS), target
            browser.send_headers(DNT)
            browser.call("Network.clearBrowserCache")
            assert foreign(demo, browser.open(url)) == set(), target
            assert browser.evaluate("document.title") == title
