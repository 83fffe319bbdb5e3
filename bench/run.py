"""CPU per request of heed beside nginx and HAProxy.

Starts an origin (nginx, files in memory), heed and its peers, and loads one
after the other with wrk in interleaved rounds, so that what disturbs the
machine disturbs all of them. The figure is CPU time by the kernel's accounting,
summed over all threads of the proxy, per request done; medians over the rounds.

Exits with 1 if a request failed or a proxy died; never because a target of
performance.md is missed: that is reported.
"""
import argparse
import dataclasses
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import pages  # noqa: E402
import report  # noqa: E402
import servers  # noqa: E402

PASS = ["nginx", "haproxy"]
DENIED = {"DNT": "1"}
GZIP = {"Accept-Encoding": "gzip"}
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) bench",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "en,zh-CN;q=0.7",
    "Cookie": "SESSIONID=4f1d2c0b9a",
}


@dataclasses.dataclass
class Target:
    """heed <= factor x the best of the peers + plus"""
    factor: float
    peers: list
    text: str
    system: bool = False
    plus: float = 0


@dataclasses.dataclass
class Row:
    name: str
    text: str
    path: str
    peers: list
    targets: list
    headers: dict = dataclasses.field(default_factory=dict)
    quick: bool = True
    connections: int = 32


def text_of(size):
    return f"{size[:-1]} {size[-1].replace('m', 'M')}B page"


def allowed(size, quick=True):
    return Row(f"{size}-allowed", f"{text_of(size)}, nothing denied",
               f"/plain/{size}.html", PASS,
               [Target(0.9, PASS, "better of nginx and HAProxy")], quick=quick)


def denied(size, targets):
    peers = ["nginx", "nginx sub_filter", "nginx subs_filter"]
    return Row(f"{size}-denied",
               f"{text_of(size)}, everything denied (DNT: 1)",
               f"/plain/{size}.html", peers, targets, DENIED)


SYSTEM = Target(1.25, ["nginx"], "nginx, whole system", system=True)


def rows(inflate_us):
    sub, subs = ["nginx sub_filter"], ["nginx subs_filter"]
    regzip = ["nginx gunzip+sub+gzip"]
    return [
        allowed("1k"), allowed("13k"), allowed("100k"),
        allowed("1m", quick=False),
        denied("1k", []),
        denied("13k", [Target(1.1, ["nginx"], "nginx"),
                       Target(0.7, sub, "sub_filter"), SYSTEM]),
        denied("100k", [Target(0.8, sub, "sub_filter"),
                        Target(0.1, subs, "subs_filter"), SYSTEM]),
        Row("13k-cookies", "13 kB page, everything denied, beside HAProxy "
            "deleting cookies", "/plain/13k.html", ["haproxy cookies"], [],
            DENIED, quick=False),
        Row("13k-gzip", "13 kB page in gzip, everything denied",
            "/gzip/13k.html", ["nginx", *regzip],
            [Target(0.5, regzip, "nginx gunzip+sub+gzip")],
            DENIED | GZIP, quick=False),
        Row("100k-gzip", "100 kB page in gzip, everything denied",
            "/gzip/100k.html", ["nginx", *regzip],
            [Target(0.5, regzip, "nginx gunzip+sub+gzip")],
            DENIED | GZIP, quick=False),
        Row("100k-gzip-clean", "100 kB page in gzip, nothing to remove",
            "/gzip/100k-clean.html", ["nginx", *regzip],
            [Target(1, ["nginx"], "nginx", plus=inflate_us)],
            DENIED | GZIP, quick=False),
    ]


def inflate_us(data):
    """What inflating costs on this machine, in microseconds."""
    packed = zlib.compress(data, 6)
    best = min(timed(lambda: zlib.decompress(packed)) for _ in range(50))
    return best * 1e6


def timed(function):
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


class Failed(Exception):
    """Requests failed: the only thing that fails a benchmark."""


def load(port, row, seconds, script=None):
    """Load with wrk. Returns (requests done, CPU seconds of wrk, seconds)."""
    command = [servers.program("wrk"), "-t", "1", "-c", str(row.connections),
               "-d", f"{seconds}s", "--timeout", "10s"]
    for name, value in (BROWSER | row.headers).items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", str(script)]
    began = os.times()
    done = subprocess.run([*command, f"http://127.0.0.1:{port}{row.path}"],
                          capture_output=True, text=True)
    ended = os.times()
    cpu = (ended.children_user - began.children_user
           + ended.children_system - began.children_system)
    found = re.search(r"(\d+) requests in ([\d.]+)(\w+)", done.stdout)
    if done.returncode or not found:
        raise Failed(f"wrk: {done.stdout} {done.stderr}")
    trouble = re.search(r"(Socket errors|Non-2xx).*", done.stdout)
    if trouble:
        raise Failed(trouble.group(0))
    return int(found.group(1)), cpu, ended.elapsed - began.elapsed


def fetch(port, row):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{row.path}", headers=BROWSER | row.headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.pages = folder / "pages"
        self.pages.mkdir()
        self.texts = pages.write(self.pages)
        self.origin = servers.start_origin(folder / "origin", self.pages)
        self.running = {}
        self.missing = {}
        self.script = None

    def subject(self, name):
        """The running server of that name, started when first wanted."""
        if name in self.missing:
            return None
        if name not in self.running:
            folder = self.folder / name.replace(" ", "-")
            try:
                self.running[name] = servers.STARTERS[name](
                    folder, self.origin.port, self.options)
            except servers.Missing as why:
                self.missing[name] = str(why)
                print(f"left out: {name}: {why}", flush=True)
                return None
        return self.running[name]

    def measure(self, row, server, seconds):
        """(CPU µs per request of the proxy, of all three, requests/s)"""
        proxy, origin = server.cpu_ns(), self.origin.cpu_ns()
        try:
            count, client, elapsed = load(server.port, row, seconds,
                                          self.script)
        except Failed as why:
            raise Failed(f"{row.name}: {server.name}: {why}") from None
        if not server.is_running():
            raise Failed(f"{row.name}: {server.name} died")
        proxy = (server.cpu_ns() - proxy) / 1e3
        origin = (self.origin.cpu_ns() - origin) / 1e3
        return (proxy / count, (proxy + origin + client * 1e6) / count,
                count / elapsed)

    def check(self, row, server):
        """One request first, to see that the server does what is measured.
        Returns the size of the body as it was sent."""
        body = sent = fetch(server.port, row)
        if row.path.startswith("/gzip/"):
            body = zlib.decompress(body, 31)
        original = self.texts[row.path.rsplit("/", 1)[1]]
        if "DNT" not in row.headers or server.name in PASS:
            if body != original:
                raise Failed(f"{row.name}: {server.name} changed the page")
        elif b"www.google-analytics.com" in body and \
                server.name != "haproxy cookies":
            raise Failed(f"{row.name}: {server.name} left a tag in the page")
        return len(sent)

    def run_row(self, row):
        subjects = [s for s in map(self.subject, [*row.peers, "heed"]) if s]
        sizes = {}
        if not self.script:
            sizes = {s.name: self.check(row, s) for s in subjects}
        samples = {s.name: [] for s in subjects}
        for server in subjects:
            load(server.port, row, 1, self.script)
        for number in range(self.options.rounds):
            order = subjects[number % len(subjects):] + \
                subjects[:number % len(subjects)]
            for server in order:
                samples[server.name].append(
                    self.measure(row, server, self.options.seconds))
        result = self.result(row, samples)
        result["bytes"] = sizes
        if row.path.startswith("/gzip/"):
            result["verdicts"] += report.size_verdicts(sizes)
        return result

    def result(self, row, samples):
        proxy, system, rate = (
            report.medians({name: [sample[i] for sample in values]
                            for name, values in samples.items()})
            for i in range(3))
        return {"row": row.name, "text": row.text, "proxy": proxy,
                "system": system, "rate": rate,
                "rounds": {n: [round(v[0], 2) for v in values]
                           for n, values in samples.items()},
                "verdicts": report.verdicts(row, proxy, system)}

    def corpus_rows(self, corpus):
        """Real pages, one after the other, by a script for wrk."""
        found = sorted(p for p in corpus.rglob("*")
                       if p.suffix in (".html", ".htm"))
        folder = self.pages / "corpus"
        folder.mkdir()
        names = []
        for number, path in enumerate(found):
            names.append(f"{number}.html")
            shutil.copyfile(path, folder / names[-1])
        self.script = self.folder / "corpus.lua"
        self.script.write_text(
            "local n = -1\nfunction request()\n"
            f"  n = (n + 1) % {len(names)}\n"
            "  return wrk.format('GET', '/plain/corpus/' .. n .. '.html')\n"
            "end\n")
        text = f"{len(names)} real pages"
        return [Row("corpus-allowed", f"{text}, nothing denied", "/", PASS,
                    [Target(0.9, PASS, "better of nginx and HAProxy")]),
                Row("corpus-denied", f"{text}, everything denied", "/",
                    ["nginx", "nginx sub_filter"],
                    [Target(0.8, ["nginx sub_filter"], "sub_filter")],
                    DENIED)]

    def stop(self):
        for server in [*self.running.values(), self.origin]:
            server.stop()


def machine():
    def version(*command):
        try:
            done = subprocess.run(
                [servers.program(command[0]), *command[1:]],
                capture_output=True, text=True)
        except servers.Missing:
            return None
        return (done.stdout + done.stderr).splitlines()[0]

    model = re.search(r"model name\s*: (.*)",
                      pathlib.Path("/proc/cpuinfo").read_text())
    return {"kernel": platform.release(), "cpus": os.cpu_count(),
            "model": model.group(1) if model else platform.machine(),
            "nginx": version("nginx", "-v"),
            "haproxy": version("haproxy", "-v")}


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("row", nargs="*", help="only these rows")
    parser.add_argument("--quick", action="store_true",
                        help="the short form, under 3 minutes")
    parser.add_argument("--rounds", type=int, help="rounds (5, 7 in full)")
    parser.add_argument("--seconds", type=int, help="of load (1, 2 in full)")
    parser.add_argument("--corpus", type=pathlib.Path,
                        help="also measure the pages in this folder")
    parser.add_argument("--lists", nargs="+", default=[],
                        help="filter lists for heed to load as well")
    parser.add_argument("--heed", default="build/heed", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, default="build/bench",
                        help="folder for results.json and chart.svg")
    options = parser.parse_args()
    options.rounds = options.rounds or (5 if options.quick else 7)
    options.seconds = options.seconds or (1 if options.quick else 2)
    return options


def choose(options, all_rows):
    if not options.row:
        return [r for r in all_rows if r.quick or not options.quick]
    names = {r.name for r in all_rows}
    for name in options.row:
        if name not in names:
            sys.exit(f"no row {name}; there are: {', '.join(sorted(names))}")
    return [r for r in all_rows if r.name in options.row]


def run(options, folder):
    bench = Bench(options, folder)
    results = []
    try:
        for row in choose(options, rows(inflate_us(bench.texts["100k.html"]))):
            print(f"{row.name} …", flush=True)
            results.append(bench.run_row(row))
        if options.corpus:
            for row in bench.corpus_rows(options.corpus):
                print(f"{row.name} …", flush=True)
                results.append(bench.run_row(row))
    finally:
        bench.stop()
    return results


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="heed-bench-", dir=memory) as name:
        os.chmod(name, 0o755)
        try:
            results = run(options, pathlib.Path(name))
        except (Failed, RuntimeError, servers.Missing) as why:
            print(f"FAILED: {why}")
            return 1
    options.out.mkdir(parents=True, exist_ok=True)
    report.print_table(results)
    report.write_json(options.out / "results.json", machine(), results)
    report.write_svg(options.out / "chart.svg", results)
    print(f"written: {options.out}/results.json, {options.out}/chart.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
