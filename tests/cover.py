"""Lines and branches that tests reached, per file of proxy/.

    cover.py BUILD_DIR      a build with HEED_COVERAGE=ON, after its tests ran
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def counts(build):
    """{file: ({line: count}, {(line, branch): count})} over all objects."""
    files = {}
    for data in sorted(pathlib.Path(build).rglob("*.gcda")):
        done = subprocess.run(
            ["gcov", "--json-format", "--stdout", "--branch-probabilities",
             str(data)], capture_output=True, cwd=build)
        for text in done.stdout.splitlines():
            for file in json.loads(text)["files"]:
                add(files, build, file)
    return files


def add(files, build, file):
    path = pathlib.Path(build, file["file"]).resolve()
    if ROOT / "proxy" not in path.parents:
        return
    lines, branches = files.setdefault(path.relative_to(ROOT), ({}, {}))
    for line in file["lines"]:
        at = line["line_number"]
        lines[at] = lines.get(at, 0) + line["count"]
        for i, branch in enumerate(line["branches"]):
            branches[at, i] = branches.get((at, i), 0) + branch["count"]


def share(table):
    if not table:
        return "     -"
    reached = sum(1 for count in table.values() if count)
    return f"{100 * reached / len(table):5.1f}%"


def main(build):
    files = counts(build)
    if not files:
        print("no coverage data")
        return 1
    print(f"{'lines':>6} {'branch':>6}")
    all_lines, all_branches = {}, {}
    for path, (lines, branches) in sorted(files.items()):
        print(f"{share(lines)} {share(branches)}  {path}")
        all_lines.update({(path, at): n for at, n in lines.items()})
        all_branches.update({(path, at): n for at, n in branches.items()})
    print(f"{share(all_lines)} {share(all_branches)}  in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
