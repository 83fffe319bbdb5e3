"""Real pages, of many sites and encodings, through `heed filter`.

They are no part of this repository: without them the tests are skipped. With
everything allowed a page leaves byte for byte; with everything denied heed
neither fails nor takes long, and the text that a visitor reads is the same.
"""
import concurrent.futures
import csv
import html.parser
import json
import os
import re
import subprocess

import pytest

from harness import BINARY, SANITIZED

TIMEOUT = 60 if SANITIZED else 20
CONFIG = {"listen": [{"address": "127.0.0.1:0"}],
          "sites": [{"hosts": ["*"],
                     "upstream": {"servers": ["127.0.0.1:1"]}}]}

# What a rule may take away with its text.
WITHOUT_TEXT = {"script", "style", "noscript", "iframe", "template", "object",
                "svg", "video", "audio", "noembed", "noframes", "textarea",
                "title", "select"}


def filtered(page, folder, headers, stats=False):
    path, row = page
    command = [str(BINARY), "filter", "--url", url_of(row)]
    for header in (f"Content-Type: text/html; charset={charset_of(row)}",
                   *headers):
        command += ["-H", header]
    if stats:
        command.append("--stats")
    return subprocess.run(command, input=path.read_bytes(), cwd=folder,
                          capture_output=True, timeout=TIMEOUT)


def url_of(row):
    url = row["url"]
    return url if re.match(r"https?://[\w.-]+", url) else \
        f"https://{row['site'] or 'www.example.com'}/"


@pytest.fixture(scope="module")
def corpus():
    from harness import ROOT
    folder = ROOT.parent / "shared/data/pages"
    if not (folder / "index.tsv").exists():
        pytest.skip(f"no real pages: {folder} is not there")
    with open(folder / "index.tsv", encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [(folder / row["path"], row) for row in rows]
    assert len(found) > 500
    if SANITIZED:
        found = found[::8]
    return found


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "heed.json").write_text(json.dumps(CONFIG))
    return tmp_path


def each(corpus, function):
    """Run over all pages, on all CPUs; the problems that it tells."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [(page[0].name, problem) for page, problem in
                zip(corpus, pool.map(function, corpus)) if problem]


def test_everything_allowed_is_byte_for_byte(corpus, folder):
    def problem(page):
        done = filtered(page, folder, [
            "Consent: functional, analytics, marketing, social"])
        if done.returncode != 0:
            return done.stderr[-300:]
        return done.stdout != page[0].read_bytes() and "differs"
    assert each(corpus, problem) == []


class Text(html.parser.HTMLParser):
    """The words of a page outside of elements that rules may remove."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words, self.skip = [], []

    def handle_starttag(self, tag, attrs):
        # Within a placeholder, its own elements nest.
        if tag in WITHOUT_TEXT or "heed-placeholder" in str(attrs) or \
                tag in self.skip:
            self.skip.append(tag)

    def handle_endtag(self, tag):
        if tag in self.skip:
            while self.skip.pop() != tag:
                pass

    def handle_data(self, data):
        if not self.skip:
            self.words += data.split()


def charset_of(row):
    """The index says "utf-8(bad)" where some bytes are not."""
    return row["charset"].split("(")[0] or "utf-8"


def words_of(data, charset):
    parser = Text()
    text = data.decode(charset, "replace")
    text = re.sub(r"(?is)<script\b.*?</script\s*>", "<!---->", text)
    parser.feed(text)
    parser.close()
    return parser.words


def lost(before, after):
    """How many words of `before` are missing in `after`, and of `after`'s
    words how many are new."""
    import collections
    had, has = collections.Counter(before), collections.Counter(after)
    return sum((had - has).values()), sum((has - had).values())


def text_problem(before, after, removed):
    """Elements that a rule removes take their own words along, so that some
    may go where any did; never many, and none may come."""
    gone, new = lost(before, after)
    if new:
        return f"{new} words are new"
    if gone and not removed:
        return f"{gone} words are gone though nothing was removed"
    if gone > 40 + len(before) // 10:
        return f"{gone} of {len(before)} words are gone"
    return None


def test_everything_denied_keeps_the_text(corpus, folder):
    def problem(page):
        try:
            done = filtered(page, folder, ["DNT: 1"], stats=True)
        except subprocess.TimeoutExpired:
            return "takes too long"
        if done.returncode != 0:
            return done.stderr[-300:]
        stats = json.loads(done.stderr)
        source = page[0].read_bytes()
        if stats["bytes_in"] != len(source) or \
                stats["bytes_out"] != len(done.stdout):
            return f"stats do not add up: {stats}"
        charset = charset_of(page[1])
        return text_problem(words_of(source, charset),
                            words_of(done.stdout, charset),
                            stats["removed"] or stats["deferred"]
                            or stats["placeholders"])
    assert each(corpus, problem) == []


def test_rewriting_again_changes_nothing(corpus, folder):
    def problem(page):
        once = filtered(page, folder, ["DNT: 1"]).stdout
        path = folder / page[0].name
        path.write_bytes(once)
        twice = filtered((path, page[1]), folder, ["DNT: 1"]).stdout
        path.unlink()
        return once != twice and "differs"
    assert each(corpus[::4], problem) == []
