"""The command line: commands, exit codes, complaints about files."""
import gzip
import json
import re

import pytest

from harness import (ALLOW, RULE_FILES, TEST_RULES, Client, Heed, Origin,
                     reply, run_heed, site)

COMMANDS = ["serve", "demo", "check", "explain", "filter", "cookies", "rules"]

GOOD = {"listen": [{"address": "127.0.0.1:0"}],
        "sites": [{"hosts": ["*"], "upstream": {"servers": ["127.0.0.1:1"]}}]}


@pytest.fixture
def folder(tmp_path):
    """A folder with a configuration over the rules for tests."""
    write(tmp_path, rules=["rules.json"])
    (tmp_path / "rules.json").write_text(json.dumps(TEST_RULES))
    return tmp_path


def write(folder, **more):
    path = folder / "heed.json"
    path.write_text(json.dumps({**GOOD, **more}, indent=2))
    return path


# ---- the command line itself ----------------------------------------------------


def test_version():
    done = run_heed("--version")
    assert done.returncode == 0
    assert re.fullmatch(rb"heed \d+\.\d+\.\d+\n", done.stdout)


def test_help_lists_every_command():
    done = run_heed("--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert re.search(rf"\b{name}\b", done.stdout.decode())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(name):
    done = run_heed(name, "--help")
    assert done.returncode == 0
    assert f"heed {name}" in done.stdout.decode()
    assert done.stderr == b""


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["--nonsense"], ["check", "--nonsense"],
    ["check", "too", "many"], ["explain"], ["filter", "--type", "pdf"],
    ["check", "-c"], ["explain", "http://a/", "-H", "no colon"],
    ["serve", "--listen", "127.0.0.1:0"],
], ids=" ".join)
def test_a_bad_command_line_exits_with_2(arguments, tmp_path):
    done = run_heed(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr


def test_unknown_command_gets_a_hint():
    assert b"explain" in run_heed("explian").stderr


def test_a_missing_configuration_exits_with_1(tmp_path):
    done = run_heed("check", "-c", tmp_path / "none.json")
    assert done.returncode == 1
    assert b"none.json" in done.stderr


def test_check_of_a_good_file(folder):
    for arguments in (["check", "-c", folder / "heed.json"],
                      ["-t", "-c", folder / "heed.json"], ["check"], ["-t"]):
        done = run_heed(*arguments, cwd=folder)
        assert done.returncode == 0, done.stderr


def test_serve_refuses_what_check_refuses(tmp_path):
    path = write(tmp_path, worker=1)
    assert run_heed("serve", "-c", path).returncode == 1
    assert run_heed("-t", "-c", path).returncode == 1


def test_serve_fails_on_an_address_in_use():
    with Origin() as taken:
        done = run_heed("serve", "--listen", taken.address, "--upstream",
                        "127.0.0.1:1")
        assert done.returncode == 1
        assert taken.address.encode() in done.stderr


def test_one_line_start():
    with Origin(reply(b"hello")) as origin:
        with Heed({}, arguments=["serve", "--listen", "127.0.0.1:0",
                                 "--upstream", origin.address]) as heed:
            assert heed.ask(host="anything.example").body == b"hello"
            assert heed.stdout[0].startswith("listening on 127.0.0.1:")


def test_a_minimal_file():
    with Origin(reply(b"hello")) as origin:
        with Heed({"listen": [{"address": "127.0.0.1:0"}],
                   "sites": [{"hosts": ["*"], "upstream":
                              {"servers": [origin.address]}}]}) as heed:
            assert heed.ask().body == b"hello"


# ---- complaints ------------------------------------------------------------------


def complaints(path, text):
    path.write_text(text)
    done = run_heed("check", "-c", path)
    assert done.returncode == 1
    found = []
    for line in (done.stdout + done.stderr).decode().splitlines():
        match = re.match(r"(.*?):(\d+):(\d+): error: (.*)", line)
        if match:
            assert match.group(1).endswith(".json")
            found.append((int(match.group(2)), int(match.group(3)),
                          match.group(4)))
    return found


def config_text(*lines):
    return "\n".join([
        '{"listen": [{"address": "127.0.0.1:0"}],',
        ' "sites": [{"hosts": ["*"],'
        ' "upstream": {"servers": ["127.0.0.1:1"]}}]', *lines, "}\n"])


COMPLAINTS = [  # name, lines from 3 on, line, pointer, what must be said
    ("unknown key", [', "worker": 1'], 3, "/worker", 'did you mean "workers"'),
    ("unknown key without a like", [', "zebra": 1'], 3, "/zebra", ""),
    ("wrong type", [', "workers": []'], 3, "/workers", ""),
    ("a number out of range", [', "workers": -1'], 3, "/workers", ""),
    ("workers is not a whole number", [', "workers": 1.5'], 3, "/workers", ""),
    ("another word", [', "workers": "many"'], 3, "/workers", "auto"),
    ("a duration without unit", [', "timeouts": {"connect": "5"}'], 3,
     "/timeouts/connect", ""),
    ("a duration as a number", [', "timeouts": {"connect": 5}'], 3,
     "/timeouts/connect", ""),
    ("unknown timeout", [', "timeouts": {"conect": "5s"}'], 3,
     "/timeouts/conect", 'did you mean "connect"'),
    ("a bad size", [', "limits": {"request_line": "8q"}'], 3,
     "/limits/request_line", ""),
    ("unknown limit", [', "limits": {"request_lines": "8k"}'], 3,
     "/limits/request_lines", 'did you mean "request_line"'),
    ("a bad policy word", [', "policy": {"default": "denny"}'], 3,
     "/policy/default", 'did you mean "deny"'),
    ("a bad mode", [', "policy": {"mode": "enforced"}'], 3, "/policy/mode",
     'did you mean "enforce"'),
    ("an unknown purpose", [', "policy": {"dnt": {"deny": ["analitics"]}}'], 3,
     "/policy/dnt/deny/0", 'did you mean "analytics"'),
    ("an unknown consent source", [', "policy": {"consent": ["hed"]}'], 3,
     "/policy/consent/0", 'did you mean "heed"'),
    ("a bad network", [', "trusted_proxies": ["10.0.0.0/99"]'], 3,
     "/trusted_proxies/0", ""),
    ("an unknown level", [', "log": {"error": {"level": "loud"}}'], 3,
     "/log/error/level", ""),
    ("a file of rules that is missing", [', "rules": ["none.json"]'], 3,
     "/rules/0", "none.json"),
    ("the same key twice", [', "workers": 1,', '  "workers": 2'], 4,
     "/workers", ""),
]


@pytest.mark.parametrize("lines, line, pointer, words",
                         [pytest.param(*c[1:], id=c[0]) for c in COMPLAINTS])
def test_complaint(tmp_path, lines, line, pointer, words):
    found = complaints(tmp_path / "heed.json", config_text(*lines))
    assert len(found) == 1
    assert found[0][0] == line
    assert found[0][2].startswith(pointer + ": ")
    assert words in found[0][2]


def test_column_is_where_the_value_stands(tmp_path):
    [(line, column, _)] = complaints(tmp_path / "heed.json", config_text(
        ', "timeouts": {"connect": "5"}'))
    text = ', "timeouts": {"connect": "5"}'
    assert line == 3
    assert column in (text.index('"5"') + 1, text.index('"connect"') + 1)


def test_missing_members(tmp_path):
    found = complaints(tmp_path / "heed.json", '{"listen": [{}],\n'
                       ' "sites": [{"hosts": ["*"]}]}')
    text = "\n".join(f[2] for f in found)
    assert "address" in text
    assert "upstream" in text


def test_all_problems_in_one_run(tmp_path):
    found = complaints(tmp_path / "heed.json", config_text(
        ', "worker": 1', ', "timeouts": {"connect": "x", "nope": "1s"}',
        ', "policy": {"default": 3}'))
    assert len(found) == 4
    assert [f[0] for f in found] == sorted(f[0] for f in found)


@pytest.mark.parametrize("text", [
    "", "{", "[]", '{"listen": [}', '{"listen": []]', "{'a': 1}",
    '{"a": 1,}', '{"a": tru}', '{"a": "\x01"}', '{"a": "\\x"}',
    '{"a": 01}', "{} trailing", "\x00", '{"a":' * 5000,
], ids=lambda t: repr(t[:14]))
def test_what_is_no_json(tmp_path, text):
    found = complaints(tmp_path / "heed.json", text)
    assert len(found) >= 1
    assert found[0][0] >= 1 and found[0][1] >= 1


RULE = '{"id": "a", "title": "A", "purpose": "analytics", "hosts": ["a.test"]'

RULE_COMPLAINTS = [  # name, text of the second rule, pointer, what
    ("no purpose", '{"id": "b", "hosts": ["b.test"]}', "/rules/1", "purpose"),
    ("no matcher", '{"id": "b", "purpose": "social"}', "/rules/1", ""),
    ("no id", '{"purpose": "social", "hosts": ["b.test"]}', "/rules/1", "id"),
    ("unknown purpose", '{"id": "b", "purpose": "socail", "hosts": ["b"]}',
     "/rules/1/purpose", 'did you mean "social"'),
    ("unknown member", '{"id": "b", "purpose": "social", "host": ["b.test"],'
     ' "cookies": ["b"]}', "/rules/1/host", 'did you mean "hosts"'),
    ("same id", '{"id": "a", "purpose": "social", "hosts": ["b.test"]}',
     "/rules/1/id", ""),
    ("bad regex", '{"id": "b", "purpose": "social",'
     ' "cookies": [{"regex": "("}]}', "/rules/1/cookies/0", ""),
    ("bad action", '{"id": "b", "purpose": "social", "hosts": ["b.test"],'
     ' "action": "delete"}', "/rules/1/action", ""),
    ("bad selector", '{"id": "b", "purpose": "social",'
     ' "elements": ["div["]}', "/rules/1/elements/0", ""),
    ("selector that needs the tree", '{"id": "b", "purpose": "social",'
     ' "elements": ["p:last-child"]}', "/rules/1/elements/0", ""),
]


@pytest.mark.parametrize("rule, pointer, words",
                         [pytest.param(*c[1:], id=c[0])
                          for c in RULE_COMPLAINTS])
def test_complaint_about_a_rule(tmp_path, rule, pointer, words):
    (tmp_path / "rules.json").write_text(
        '{"rules": [\n' + RULE + "},\n" + rule + "\n]}\n")
    path = write(tmp_path, rules=["rules.json"])
    done = run_heed("check", "-c", path)
    assert done.returncode == 1
    lines = (done.stdout + done.stderr).decode().splitlines()
    [line] = [x for x in lines if ": error: " in x]
    assert re.match(rf".*rules\.json:3:\d+: error: {re.escape(pointer)}", line)
    assert words in line


def test_rule_named_by_a_site_that_does_not_exist(folder):
    config = {**GOOD, "rules": ["rules.json"]}
    config["sites"] = [{**GOOD["sites"][0],
                        "rules": {"disable": ["countr", "ads"]}}]
    (folder / "heed.json").write_text(json.dumps(config))
    done = run_heed("check", "-c", folder / "heed.json")
    assert done.returncode == 1
    assert b"/sites/0/rules/disable/0" in done.stdout + done.stderr


def test_paths_are_relative_to_their_file_and_may_be_globs(tmp_path):
    (tmp_path / "sub/rules").mkdir(parents=True)
    (tmp_path / "sub/rules/a.json").write_text(json.dumps(TEST_RULES))
    (tmp_path / "sub/rules/b.json").write_text('{"rules": [' + RULE + "}]}")
    write(tmp_path / "sub", rules=["rules/*.json"])
    done = run_heed("rules", "--json", "-c", "sub/heed.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rules = json.loads(done.stdout)
    assert len(rules) == len(TEST_RULES["rules"]) + 1


# ---- rules ------------------------------------------------------------------------


def test_rules_json(folder):
    done = run_heed("rules", "--json", cwd=folder)
    rules = {r["id"]: r for r in json.loads(done.stdout)}
    assert set(rules) == {r["id"] for r in TEST_RULES["rules"]}
    assert rules["counter"]["purpose"] == "analytics"
    assert rules["counter"]["vendor"] == "Counter Inc"
    assert rules["counter"]["enabled"] is True
    assert rules["sleeping"]["enabled"] is False
    assert rules["counter"]["file"].endswith("rules.json")
    # 1 host, 3 filters, 3 cookies, 2 params, 1 script
    assert rules["counter"]["patterns"] == 10


def test_rules_as_text(folder):
    text = run_heed("rules", cwd=folder).stdout.decode()
    for rule in TEST_RULES["rules"]:
        assert rule["id"] in text


def test_built_in_rules():
    done = run_heed("rules", "--json", cwd="/")
    rules = json.loads(done.stdout)
    assert len({r["vendor"] for r in rules}) >= 60
    assert {r["purpose"] for r in rules} >= {"analytics", "marketing",
                                             "social"}


# ---- explain ----------------------------------------------------------------------


def explain(folder, *arguments):
    done = run_heed("explain", "--json", *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_explain_matches(folder):
    answer = explain(folder, "https://www.example.com/collect?v=1", "-H",
                     "DNT: 1")
    [match] = answer["matches"]
    assert match == {"rule": "counter", "purpose": "analytics",
                     "pattern": "||www.example.com/collect^",
                     "action": "remove"}


def test_explain_third_party(folder):
    answer = explain(folder, "https://x.counter.test/a.js", "--type",
                     "script", "-H", "Referer: https://www.example.com/")
    assert [m["rule"] for m in answer["matches"]] == ["counter"]
    answer = explain(folder, "https://www.example.com/")
    assert answer["matches"] == []


def test_explain_as_text(folder):
    done = run_heed("explain", "https://www.example.com/collect", "-H",
                    "DNT: 1", cwd=folder)
    assert done.returncode == 0
    text = done.stdout.decode()
    for word in ("analytics", "dnt", "counter"):
        assert word in text


def test_explain_batch(folder):
    asked = [
        ("https://counter.test/c.js", "script", True),
        ("https://a.b.counter.test/", "image", True),
        ("https://notcounter.test/", "image", False),
        ("https://www.example.com/beacon/x", "image", True),
        ("https://www.example.com/beacon/x", "script", False),
        ("https://www.example.com/selfhosted/counter.js", "script", True),
        ("https://sleeping.test/", "script", False),
    ]
    lines = "".join(json.dumps({
        "url": url, "source": "https://www.example.com/", "type": kind}) + "\n"
        for url, kind, _ in asked)
    done = run_heed("explain", "--batch", stdin=lines, cwd=folder)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(x) for x in done.stdout.splitlines()]
    assert [a["matched"] for a in answers] == [x[2] for x in asked]
    assert answers[0]["rule"] == "counter"
    assert answers[0]["purpose"] == "analytics"
    assert answers[0]["filter"]
    done = run_heed("explain", "--batch", "-H", "Consent: analytics",
                    stdin=lines, cwd=folder)
    assert not any(json.loads(x)["matched"] for x in done.stdout.splitlines())


def test_explain_batch_with_a_bad_line(folder):
    """It is told in its place, the others are answered."""
    good = json.dumps({"url": "https://counter.test/", "type": "image",
                       "source": "https://www.example.com/"})
    done = run_heed("explain", "--batch", stdin=f"{{}}\nnonsense\n{good}\n",
                    cwd=folder)
    assert done.returncode == 1
    answers = [json.loads(x) for x in done.stdout.splitlines()]
    assert ["error" in a for a in answers] == [True, True, False]
    assert answers[2]["matched"]


# ---- filter ------------------------------------------------------------------------


PAGE = (b"<p>one<script src=https://counter.test/c.js></script>"
        b"<script>counterInit(1)</script><img src=//ads.test/a.gif>two")


def test_filter(folder):
    done = run_heed("filter", "-H", "DNT: 1", stdin=PAGE, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert b"counter.test" not in done.stdout
    assert b"ads.test" not in done.stdout
    assert done.stdout.startswith(b"<p>one")
    assert done.stdout.endswith(b"two")


def test_filter_with_everything_allowed(folder):
    done = run_heed("filter", "-H", "Consent: functional, analytics, "
                    "marketing, social", stdin=PAGE, cwd=folder)
    assert (done.returncode, done.stdout) == (0, PAGE)


def test_filter_stats(folder):
    done = run_heed("filter", "-H", "DNT: 1", "--stats", stdin=PAGE,
                    cwd=folder)
    stats = json.loads(done.stderr)
    assert stats["removed"] == {"counter": {"script": 1, "inline": 1},
                                "ads": {"img": 1}}
    assert stats["deferred"] == {}
    assert stats["placeholders"] == {}
    assert stats["neutralised"] == {}
    assert stats["bytes_in"] == len(PAGE)
    assert stats["bytes_out"] == len(done.stdout)


def test_filter_url_decides_the_site(tmp_path):
    (tmp_path / "rules.json").write_text(json.dumps(TEST_RULES))
    config = {**GOOD, "rules": ["rules.json"], "sites": [
        {**GOOD["sites"][0], "hosts": ["a.example"], "policy": ALLOW},
        {**GOOD["sites"][0], "hosts": ["b.example"]}]}
    (tmp_path / "heed.json").write_text(json.dumps(config))
    kept = run_heed("filter", "--url", "http://a.example/x", stdin=PAGE,
                    cwd=tmp_path)
    cut = run_heed("filter", "--url", "http://b.example/x", stdin=PAGE,
                   cwd=tmp_path)
    assert kept.stdout == PAGE
    assert b"counter.test" not in cut.stdout


def test_filter_resolves_relative_urls_by_the_page(folder):
    page = b'<img src="x.gif"><img src="/y.gif">'
    done = run_heed("filter", "-H", "DNT: 1", "--url",
                    "https://counter.test/a/b", stdin=page, cwd=folder)
    assert done.returncode == 0


def test_filter_reads_a_content_encoding(folder):
    done = run_heed("filter", "-H", "DNT: 1", "-H", "Content-Encoding: gzip",
                    stdin=gzip.compress(PAGE), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert b"counter.test" not in gzip.decompress(done.stdout)


def test_filter_of_nothing(folder):
    done = run_heed("filter", "-H", "DNT: 1", cwd=folder)
    assert (done.returncode, done.stdout) == (0, b"")


def test_filter_of_another_type_passes(folder):
    done = run_heed("filter", "-H", "DNT: 1", "-H", "Content-Type: text/plain",
                    stdin=PAGE, cwd=folder)
    assert done.stdout == PAGE


# ---- cookies ------------------------------------------------------------------------


def test_cookies(folder):
    lines = ("Cookie: SESSIONID=1; _count=2; x=3\n"
             "Set-Cookie: _ad=1; Max-Age=9\n"
             "Set-Cookie: x=3; Max-Age=9; Path=/\n"
             "Set-Cookie: SESSIONID=1; Max-Age=9\n")
    done = run_heed("cookies", "-H", "DNT: 1", stdin=lines, cwd=folder)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode().splitlines()
    assert "Cookie: SESSIONID=1; x=3" in out
    assert "Set-Cookie: x=3; Path=/" in out
    assert "Set-Cookie: SESSIONID=1; Max-Age=9" in out
    assert not any(x.startswith("Set-Cookie: _ad=1") for x in out)
    allowed = run_heed("cookies", "-H", "Consent: functional, analytics, "
                       "marketing, social", stdin=lines, cwd=folder)
    assert allowed.stdout.decode() == lines


def test_heed_listens_on_unix_sockets_too(tmp_path):
    path = tmp_path / "s"
    with Origin(reply(b"hello")) as origin:
        with Heed({"listen": [{"address": f"unix:{path}"}],
                   "sites": [site(origin)], **{"rules": ["rules.json"]}},
                  files=RULE_FILES):
            with Client(str(path)) as client:
                assert client.ask().body == b"hello"
        assert not path.exists()
