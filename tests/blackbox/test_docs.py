"""The documentation: what it shows as JSON is what heed takes."""
import json
import re
import textwrap

import pytest

from harness import ROOT, run_heed

PAGES = ["README.md", "docs/configuration.md", "rules/README.md"]
CONFIG = {"listen": [{"address": "127.0.0.1:0"}],
          "sites": [{"upstream": {"servers": ["127.0.0.1:1"]}}]}

FENCED = re.compile(r"^```json\n(.*?)^```$", re.M | re.S)
INDENTED = re.compile(r"(?<=\n\n)    \{\n(?:(?:    .*)?\n)*?    \}$", re.M)


def examples(page):
    """(where, text) of each JSON object that stands as a block in a page."""
    text = (ROOT / page).read_text()
    for pattern in (FENCED, INDENTED):
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{page}:{line}", found.group(found.lastindex or 0)


EXAMPLES = [e for page in PAGES for e in examples(page)]


def files_of(example):
    """The files that an example needs: a configuration, a rule file, or one
    rule."""
    if "listen" in example:
        return {"heed.json": example}
    if "rules" not in example:
        example = {"rules": [example]}
    return {"heed.json": {**CONFIG, "rules": ["rules.json"]},
            "rules.json": example}


def check(example, folder):
    for name, content in files_of(example).items():
        (folder / name).write_text(json.dumps(content, indent=2))
    return run_heed("check", "-c", folder / "heed.json")


@pytest.mark.parametrize("where,text", EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_an_example_is_accepted(where, text, tmp_path):
    done = check(json.loads(textwrap.dedent(text)), tmp_path)
    assert done.returncode == 0, f"{where}: {done.stderr.decode()}"


def test_every_page_has_examples():
    for page in PAGES:
        assert any(where.startswith(page) for where, _ in EXAMPLES), page


def test_a_bad_example_would_be_seen(tmp_path):
    assert check({**CONFIG, "lissen": []}, tmp_path).returncode == 1
    assert check({"id": "x", "purpose": "analytics", "hosts": ["a.test"],
                  "examples": [{"url": "https://b.test/", "denied": True}]},
                 tmp_path).returncode == 1


# ---- tables of docs/configuration.md ---------------------------------------------


def section(title):
    text = (ROOT / "docs/configuration.md").read_text()
    return re.search(rf"^#+ `?{re.escape(title)}`?\n(.*?)(?=^#|\Z)", text,
                     re.M | re.S).group(1)


def keys_of(title):
    return re.findall(r"^\| `(\w+)` \|", section(title), re.M)


def known_keys(folder, **misspelt):
    """The keys that heed says it expects where an unknown one stands."""
    done = check({**CONFIG, **misspelt}, folder)
    listed = re.search(r'unknown key "\?" \(expected (.*?)\)',
                       done.stderr.decode())
    return set(re.findall(r'"(\w+)"', listed.group(1)))


@pytest.mark.parametrize("title,missing", [
    ("timeouts", set()), ("limits", {"streams"})])
def test_a_table_lists_every_key(title, missing, tmp_path):
    known = known_keys(tmp_path, **{title: {"?": 0}})
    assert set(keys_of(title)) == known - missing


@pytest.mark.parametrize("title", ["timeouts", "limits"])
def test_the_defaults_of_a_table_are_values(title, tmp_path):
    rows = re.findall(r"^\| `(\w+)` \| `?([^`|]+?)`? \|", section(title), re.M)
    assert rows
    values = {key: json.loads(value) for key, value in rows}
    done = check({**CONFIG, title: values}, tmp_path)
    assert done.returncode == 0, done.stderr.decode()


def test_policy_table_lists_every_key(tmp_path):
    listed = set(re.findall(r"^\| `(\w+)(?:\.\w+)?` \|", section("policy"),
                            re.M))
    assert known_keys(tmp_path, policy={"?": 0}) <= listed


@pytest.mark.parametrize("config", [
    {"listen": [{"address": "127.0.0.1:0", "tls": {}}]},
    {"listen": [{"address": "127.0.0.1:0", "proxy_protocol": True}]},
    {"listen": [{"address": "fd:http"}]},
    {"sites": [{"upstream": {"servers": [{"address": "127.0.0.1:1",
                                          "tls": {}}]}}]},
    {"sites": [{"upstream": {"servers": ["127.0.0.1:1"], "health": {}}}]},
    {"admin": {}}, {"watch": True}, {"limits": {"streams": 1}},
    {"policy": {"mode": "static"}}, {"policy": {"consent": ["onetrust"]}},
    {"log": {"access": {"path": "syslog"}}},
    {"log": {"access": {"format": "$status"}}},
], ids=json.dumps)
def test_what_is_not_in_this_version_is_refused(config, tmp_path):
    done = check({**CONFIG, **config}, tmp_path)
    assert done.returncode == 1
    assert b"not available in this version" in done.stderr
