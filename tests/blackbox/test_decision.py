"""Which purposes a request is denied, and why: by `heed explain --json` and by
what the origin is told."""
import json

import pytest

from harness import (HOST, Heed, Origin, proxied, reply, run_heed, site)

PURPOSES = ("functional", "analytics", "marketing", "social")


def everything(allowed, reason):
    return {p: (allowed, reason) for p in PURPOSES}


def but(base, **changes):
    return {**base, **changes}


DEFAULT = everything(False, "default")
DNT = everything(False, "dnt")
BY_HEED = everything(False, "consent:heed")
HEADER = "consent:header:Consent"
GPC = but(DEFAULT, marketing=(False, "gpc"), social=(False, "gpc"))
GRANTED_BY_DNT = everything(True, "dnt")

CASES = [  # name, policy, request fields, purpose -> (allowed, reason)
    ("silence denies by default", {}, [], DEFAULT),
    ("silence allows where the policy says so", {"default": "allow"}, [],
     everything(True, "default")),
    ("default per purpose", {"default": {
        "functional": "allow", "analytics": "deny", "marketing": "deny",
        "social": "allow"}}, [],
     but(DEFAULT, functional=(True, "default"), social=(True, "default"))),
    ("preset opt-out", {"preset": "opt-out"}, [],
     everything(True, "default")),
    ("preset gdpr", {"preset": "gdpr"}, [], DEFAULT),
    ("preset strict", {"preset": "strict"}, [], DEFAULT),
    ("a key beside a preset wins", {"preset": "opt-out", "default": "deny"},
     [], DEFAULT),

    ("DNT: 1", {}, [("DNT", "1")], DNT),
    ("DNT: 1 before default allow", {"default": "allow"}, [("DNT", "1")], DNT),
    ("dnt in lower case", {}, [("dnt", "1")], DNT),
    ("DNT with an extension", {}, [("DNT", "1abc")], DNT),
    ("DNT with a space before it", {}, [("DNT", "  1")], DNT),
    ("DNT: 0 is no signal", {}, [("DNT", "0")], DEFAULT),
    ("DNT: 0 grants where the policy says so", {"dnt": {"zero": "grant"}},
     [("DNT", "0")], GRANTED_BY_DNT),
    ("DNT: 2", {}, [("DNT", "2")], DEFAULT),
    ("DNT: true", {}, [("DNT", "true")], DEFAULT),
    ("DNT: quoted", {}, [("DNT", '"1"')], DEFAULT),
    ("DNT empty", {}, [("DNT", "")], DEFAULT),
    ("DNT twice", {}, [("DNT", "1"), ("DNT", "1")], DEFAULT),
    ("DNT twice, different", {}, [("DNT", "1"), ("DNT", "0")], DEFAULT),
    ("DNT denies a list", {"dnt": {"deny": ["marketing"]}}, [("DNT", "1")],
     but(DEFAULT, marketing=(False, "dnt"))),

    ("Sec-GPC: 1", {}, [("Sec-GPC", "1")], GPC),
    ("Sec-GPC: 1, rest allowed", {"default": "allow"}, [("Sec-GPC", "1")],
     but(everything(True, "default"), marketing=(False, "gpc"),
         social=(False, "gpc"))),
    ("Sec-GPC: 1 denies all", {"gpc": {"deny": "*"}}, [("Sec-GPC", "1")],
     everything(False, "gpc")),
    ("Sec-GPC: 0", {}, [("Sec-GPC", "0")], DEFAULT),
    ("Sec-GPC: true", {}, [("Sec-GPC", "true")], DEFAULT),
    ("Sec-GPC: 1abc", {}, [("Sec-GPC", "1abc")], DEFAULT),
    ("Sec-GPC: 11", {}, [("Sec-GPC", "11")], DEFAULT),
    # Each field line is looked at by itself (W3C GPC): one "1" is enough.
    ("Sec-GPC twice", {}, [("Sec-GPC", "1"), ("Sec-GPC", "1")], GPC),
    ("Sec-GPC: 1, 1", {}, [("Sec-GPC", "1, 1")], DEFAULT),
    ("DNT and GPC", {}, [("DNT", "1"), ("Sec-GPC", "1")], DNT),

    ("consent header", {},
     [("Consent", "analytics, marketing=?0, social")],
     but(DEFAULT, analytics=(True, HEADER), marketing=(False, HEADER),
         social=(True, HEADER))),
    ("consent header with =?1", {}, [("Consent", "analytics=?1")],
     but(DEFAULT, analytics=(True, HEADER))),
    ("consent header without spaces", {}, [("Consent", "analytics,social")],
     but(DEFAULT, analytics=(True, HEADER), social=(True, HEADER))),
    ("consent in two fields", {},
     [("Consent", "analytics"), ("Consent", "social")],
     but(DEFAULT, analytics=(True, HEADER), social=(True, HEADER))),
    ("the last member of a name counts", {},
     [("Consent", "analytics, analytics=?0")],
     but(DEFAULT, analytics=(False, HEADER))),
    ("parameters are ignored", {}, [("Consent", "analytics;v=1")],
     but(DEFAULT, analytics=(True, HEADER))),
    ("unknown purposes are ignored", {},
     [("Consent", "tea=?1, analytics, x.y-z*=\"q\"")],
     but(DEFAULT, analytics=(True, HEADER))),
    ("other values are no grant", {},
     [("Consent", "analytics=1, social=yes, marketing=\"1\", "
       "functional=(a b)")], DEFAULT),
    ("malformed: upper case", {}, [("Consent", "Analytics, social")], DEFAULT),
    ("malformed: trailing comma", {}, [("Consent", "analytics,")], DEFAULT),
    ("malformed: two commas", {}, [("Consent", "analytics,,social")], DEFAULT),
    ("malformed: boolean", {}, [("Consent", "analytics=?2")], DEFAULT),
    ("malformed: after a good one", {}, [("Consent", "analytics, ?1")],
     DEFAULT),
    ("malformed: semicolons", {}, [("Consent", "analytics; social=?1;")],
     DEFAULT),
    ("an empty dictionary says nothing", {}, [("Consent", "")], DEFAULT),
    ("consent and DNT", {}, [("Consent", "analytics"), ("DNT", "1")], DNT),
    ("consent before DNT", {"dnt": {"beats_consent": False}},
     [("Consent", "analytics"), ("DNT", "1")],
     but(DNT, analytics=(True, HEADER))),
    ("consent and GPC", {}, [("Consent", "marketing"), ("Sec-GPC", "1")], GPC),
    ("consent before GPC", {"gpc": {"beats_consent": False}},
     [("Consent", "marketing"), ("Sec-GPC", "1")],
     but(GPC, marketing=(True, HEADER))),
    ("another header", {"consent": ["header:X-Cookie-Consent"]},
     [("X-Cookie-Consent", "social"), ("Consent", "analytics")],
     but(DEFAULT, social=(True, "consent:header:X-Cookie-Consent"))),
    ("denied by consent before default allow", {"default": "allow"},
     [("Consent", "analytics=?0")],
     but(everything(True, "default"), analytics=(False, HEADER))),

    ("heed's cookie", {},
     [("Cookie", "heed_consent=1.1700000000.analytics.social")],
     but(BY_HEED, analytics=(True, "consent:heed"),
         social=(True, "consent:heed"))),
    ("heed's cookie grants nothing", {},
     [("Cookie", "heed_consent=1.1700000000")], BY_HEED),
    ("heed's cookie among others", {},
     [("Cookie", "a=b; heed_consent=1.1700000000.social; c=d")],
     but(BY_HEED, social=(True, "consent:heed"))),
    ("heed's cookie in a second field", {},
     [("Cookie", "a=b"), ("Cookie", "heed_consent=1.1700000000.social")],
     but(BY_HEED, social=(True, "consent:heed"))),
    ("heed's cookie of an older version", {"version": 2},
     [("Cookie", "heed_consent=1.1700000000.analytics")], DEFAULT),
    ("heed's cookie of this version", {"version": 2},
     [("Cookie", "heed_consent=2.1700000000.analytics")],
     but(BY_HEED, analytics=(True, "consent:heed"))),
    ("another cookie that ends in its name", {},
     [("Cookie", "xheed_consent=1.1700000000.analytics")], DEFAULT),
    ("heed's cookie malformed: version", {},
     [("Cookie", "heed_consent=x.1700000000.analytics")], DEFAULT),
    ("heed's cookie malformed: time", {},
     [("Cookie", "heed_consent=1.soon.analytics")], DEFAULT),
    ("heed's cookie malformed: negative", {},
     [("Cookie", "heed_consent=-1.1700000000.analytics")], DEFAULT),
    ("heed's cookie malformed: no time", {},
     [("Cookie", "heed_consent=1")], DEFAULT),
    ("heed's cookie malformed: empty", {}, [("Cookie", "heed_consent=")],
     DEFAULT),
    ("heed's cookie malformed: overflow", {},
     [("Cookie", "heed_consent=99999999999999999999999.1700000000.social")],
     DEFAULT),
    ("heed's cookie switched off", {"consent": ["header:Consent"]},
     [("Cookie", "heed_consent=1.1700000000.analytics")], DEFAULT),
    ("the header goes first, purpose by purpose", {},
     [("Consent", "analytics=?0, marketing"),
      ("Cookie", "heed_consent=1.1700000000.analytics.social")],
     but(BY_HEED, analytics=(False, HEADER), marketing=(True, HEADER),
         social=(True, "consent:heed"))),
    ("the cookie goes first where the policy says so",
     {"consent": ["heed", "header:Consent"]},
     [("Consent", "analytics=?0, marketing"),
      ("Cookie", "heed_consent=1.1700000000.analytics.social")],
     but(BY_HEED, analytics=(True, "consent:heed"),
         social=(True, "consent:heed"))),
]


def config(tmp_path, policy, **more):
    path = tmp_path / "heed.json"
    path.write_text(json.dumps({
        "listen": [{"address": "127.0.0.1:0"}],
        "sites": [{"hosts": ["*"], "policy": policy,
                   "upstream": {"servers": ["127.0.0.1:1"]}}], **more}))
    return path


def explain(path, headers, url=f"http://{HOST}/", *more):
    fields = [x for name, value in headers for x in ("-H", f"{name}: {value}")]
    done = run_heed("explain", "-c", path, "--json", url, *fields, *more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("policy, headers, expected",
                         [pytest.param(*c[1:], id=c[0]) for c in CASES])
def test_explain(tmp_path, policy, headers, expected):
    answer = explain(config(tmp_path, policy), headers)
    purposes = answer["purposes"]
    assert purposes.pop("necessary") == {"allowed": True,
                                         "reason": "necessary"}
    got = {name: (p["allowed"], p["reason"]) for name, p in purposes.items()}
    assert got == expected


@pytest.mark.parametrize("policy, headers, expected",
                         [pytest.param(*c[1:], id=c[0]) for c in CASES])
def test_origin_is_told_the_same(policy, headers, expected):
    with proxied(reply(b"x"), policy=policy) as (heed, origin):
        response = heed.ask(headers=[("Heed-Consent", "marketing"), *headers])
        assert response.status == 200
        request = origin.last()
        [told] = request.all("Heed-Consent")
        members = dict(m.split("=") if "=" in m else (m, "?1")
                       for m in told.split(", "))
        members.pop("necessary", None)
        assert members == {p: "?1" if a else "?0"
                           for p, (a, _) in expected.items()}
        for name in ("DNT", "Sec-GPC", "Consent"):
            sent = [v.strip() for n, v in headers
                    if n.lower() == name.lower()]
            assert request.all(name) == sent


def test_explain_shape(tmp_path):
    answer = explain(config(tmp_path, {}), [("DNT", "1"), ("Sec-GPC", "1")],
                     "https://www.example.com/a?b=c")
    assert answer["url"] == "https://www.example.com/a?b=c"
    assert answer["mode"] == "enforce"
    assert answer["signals"] == {"dnt": "1", "gpc": True}
    assert answer["matches"] == []
    assert "site" in answer
    silent = explain(config(tmp_path, {}), [])
    assert silent["signals"]["gpc"] is False
    assert not silent["signals"]["dnt"]


def test_further_purposes(tmp_path):
    path = config(tmp_path, {}, purposes=["maps", "video"])
    answer = explain(path, [("Consent", "video")])
    assert answer["purposes"]["maps"] == {"allowed": False,
                                          "reason": "default"}
    assert answer["purposes"]["video"]["allowed"] is True


def test_policy_of_all_sites_and_of_one():
    with Origin(reply(b"x")) as origin:
        with Heed({"policy": {"default": "allow"}, "sites": [
                site(origin, hosts=["a.example"]),
                site(origin, hosts=["b.example"],
                     policy={"default": "deny"})]}) as heed:
            heed.ask(host="a.example")
            assert "analytics=?0" not in origin.last().get("Heed-Consent")
            heed.ask(host="b.example")
            assert "analytics=?0" in origin.last().get("Heed-Consent")
            heed.ask(host="a.example", headers={"DNT": "1"})
            assert "analytics=?0" in origin.last().get("Heed-Consent")
