"""Shows that a breach of the modules' order does not compile.

    order_compiles.py BUILD_DIR

Takes the compiler's command for a file of each module from BUILD_DIR's
compile_commands.json and runs it on a file that includes a header of every
module: those of the module itself and below must be found, those above not.
"""
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import floors  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command_of(commands, module):
    """The compiler with its include folders, for some file of the module."""
    prefix = str(ROOT / "proxy" / module) + "/"
    for entry in commands:
        if entry["file"].startswith(prefix):
            words = shlex.split(entry["command"])
            keep = [w for w in words if w.startswith(("-I", "-D", "-std="))]
            compiler = next(w for w in words if not w.endswith("ccache"))
            return [compiler, *keep, "-fsyntax-only", "-x", "c"]
    return None


def compiles(command, header):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "trespass.c")
        source.write_text(f'#include "{header}"\n')
        return subprocess.run([*command, str(source)],
                              capture_output=True).returncode == 0


def main(build):
    commands = json.loads(pathlib.Path(build, "compile_commands.json")
                          .read_text())
    modules = floors.modules_of(ROOT)
    wrong = tried = 0
    for height, module in enumerate(modules):
        command = command_of(commands, module)
        if command is None:
            continue
        for other_height, other in enumerate(modules):
            header = next(iter(sorted((ROOT / "proxy" / other).glob("*.h"))),
                          None)
            if header is None:
                continue
            allowed = other_height <= height
            tried += 1
            if compiles(command, f"{other}/{header.name}") != allowed:
                wrong += 1
                print(f"{module}/ {'cannot' if allowed else 'can'} include "
                      f"{other}/{header.name}")
    print(f"{tried} includes tried, {wrong} not as the order of modules says")
    return 1 if wrong or not tried else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
