"""The order of the modules, as a readable error.

The compiler refuses an include of a module above (each module has an include
folder of its own, see CMakeLists.txt); this says the same in one line per
breach, and which library's headers may stand where, which the compiler can't.

    floors.py [ROOT]        check proxy/ below ROOT, exit 1 on a breach
    floors.py --self-test   check the checker
"""
import pathlib
import re
import sys
import tempfile

# Where the headers of a library may be included: folders or single files.
LIBRARIES = {
    "event2/": ["net/", "app/"],
    "openssl/": ["net/"],
    "nghttp2/": ["net/"],
    "zlib.h": ["rewrite/"],
    "pcre2.h": ["rules/"],
    "cjson/": ["base/json.c"],
    "libpsl.h": ["http/"],
}

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def modules_of(root):
    """The modules from the ground up, as CMakeLists.txt has them."""
    text = (root / "CMakeLists.txt").read_text()
    return re.search(r"set\(HEED_MODULES ([^)]+)\)", text).group(1).split()


def breach_of_order(modules, module, header):
    allowed = modules[: modules.index(module) + 1]
    if header.split("/")[0] in allowed and "/" in header:
        return None
    return f"{module}/ may include only {', '.join(allowed)}, by module/file.h"


def breach_of_library(place, header):
    for library, allowed in LIBRARIES.items():
        if header.startswith(library):
            if not any(place.startswith(folder) for folder in allowed):
                return f"<{library}> belongs to {', '.join(allowed)}"
    return None


def breaches(root):
    """Every breach below root/proxy as (path, line number, line, why)."""
    modules = modules_of(root)
    proxy = root / "proxy"
    seen = {}
    for path in sorted(proxy.rglob("*.[ch]")):
        place = path.relative_to(proxy).as_posix()
        other = seen.setdefault(path.name, path)
        if other != path:
            yield path, 1, path.name, f"there is a {other.relative_to(root)}"
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            own, library = found.groups()
            why = (breach_of_order(modules, place.split("/")[0], own) if own
                   else breach_of_library(place, library))
            if why:
                yield path, number, line.strip(), why


def check(root):
    found = list(breaches(root))
    for path, number, line, why in found:
        print(f"{path.relative_to(root)}:{number}: {line}\n    {why}")
    return 1 if found else 0


SELF_TEST = [  # name, place, line, is a breach
    ("a module above", "base/x.c", '#include "net/y.h"', True),
    ("spaces in the directive", "http/x.c", '  #  include "rules/y.h"', True),
    ("the module itself", "net/x.c", '#include "net/y.h"', False),
    ("a module below", "net/x.c", '#include "base/y.h"', False),
    ("without its module", "net/x.c", '#include "y.h"', True),
    ("by way of ..", "net/x.c", '#include "../app/y.h"', True),
    ("a library in its module", "net/x.c", "#include <event2/event.h>", False),
    ("a library elsewhere", "rules/x.c", "#include <event2/event.h>", True),
    ("a library in its only file", "base/json.c", "#include <cjson/cJSON.h>",
     False),
    ("a library beside its only file", "base/log.c",
     "#include <cjson/cJSON.h>", True),
    ("the C library", "base/x.c", "#include <string.h>", False),
    ("a comment", "base/x.c", '/* #include "net/y.h" */', False),
]


def self_test():
    wrong = 0
    for name, place, line, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "CMakeLists.txt").write_text(
                "set(HEED_MODULES base http signals rules rewrite net app)")
            path = root / "proxy" / place
            path.parent.mkdir(parents=True)
            path.write_text(line + "\n")
            if bool(list(breaches(root))) != expected:
                print(f"floors.py: self-test: {name}: wrong verdict")
                wrong = 1
    return wrong


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = pathlib.Path(arguments[0] if arguments else
                        pathlib.Path(__file__).parents[2])
    return check(root)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
