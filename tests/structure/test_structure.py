"""The walls: rooms include only rooms above them, every public declaration is documented, memory comes from the allocator.

usage: test_structure.py SOURCE_ROOT
"""
import re
import sys
from pathlib import Path

FILE_LINES = 600
FORBIDDEN = re.compile(r"\b(malloc|calloc|realloc|free|strdup|strndup|asprintf|aligned_alloc|posix_memalign|getline|"
                       r"abort|exit|_exit|printf|puts|fputs|perror|setlocale|signal|sigaction|srand|rand)\s*\(")
# Where the outside world is meant to be touched.
ALLOWED = {
    "lib/base/context.c": {"malloc", "realloc", "free"},  # the default allocator
}


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\])*"', '""', text)
    return re.sub(r"//.*", "", text)


def room_of(path, root):
    return path.relative_to(root / "lib").parts[0]


def check_rooms(root):
    """An include names a room (lib/x/... or recs/x.h) no lower in the list than the includer's own."""
    rooms = (root / "lib/rooms.txt").read_text().split()
    for path in sorted((root / "lib").rglob("*.[ch]")):
        own = room_of(path, root)
        if own not in rooms:
            yield f"{path}: room {own} is not in lib/rooms.txt"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+(?:"lib/(\w+)/|<recs/(\w+)\.h>)', line)
            if match is None:
                if re.match(r'\s*#\s*include\s+"', line):
                    yield f"{path}:{number}: includes of our own are written \"lib/room/file.h\""
                continue
            other = match.group(1) or match.group(2)
            if other == "recs":
                yield f"{path}:{number}: includes recs/recs.h, which is for users of the library"
            elif other not in rooms:
                yield f"{path}:{number}: includes unknown room {other}"
            elif rooms.index(other) > rooms.index(own):
                yield f"{path}:{number}: room {own} includes room {other}, which is below it"


def public_headers(root):
    """The header of each room, and the parts that a room keeps in a folder of its name."""
    return sorted(path for pattern in ("include/recs/*.h", "include/recs/*/*.h") for path in root.glob(pattern))


def check_public_headers(root):
    """Each header includes only rooms above it, or parts of its own; each declaration, type, field group and enumerator list
    has its comment."""
    rooms = (root / "lib/rooms.txt").read_text().split()
    for path in public_headers(root):
        text = path.read_text()
        room = path.relative_to(root / "include/recs").parts[0].removesuffix(".h")
        if room in ("api", "recs"):
            continue
        if room not in rooms:
            yield f"{path}: no room of this name"
        for other, part in re.findall(r"#include <recs/(\w+)(/\w+)?\.h>", text):
            if other != "api" and rooms.index(other) >= rooms.index(room) + (part != ""):
                yield f"{path}: includes {other}{part}, which is not above {room}"
        lines = text.splitlines()
        for number, line in enumerate(lines):
            if re.match(r"(RECS_API|typedef|enum)\b", line):
                before = lines[number - 1].rstrip()
                if not before.endswith("*/") and not line.rstrip().endswith("*/"):
                    yield f"{path}:{number + 1}: no comment: {line.strip()}"
        for match in re.finditer(r"/\*\*(?:(?!\*/).)*?\*/\s*\nRECS_API[^;]*;", text, re.S):
            if "@since" not in match.group():
                name = re.search(r"(recs_\w+)\s*\(", match.group().split("*/")[-1]).group(1)
                yield f"{path}: {name} has no @since"


def check_calls(root):
    """No call of the C allocator, of the process or of the terminal in the library."""
    for path in sorted((root / "lib").rglob("*.[ch]")):
        name = str(path.relative_to(root))
        for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
            for call in FORBIDDEN.findall(line):
                if call not in ALLOWED.get(name, ()):
                    yield f"{name}:{number}: calls {call}"


def check_sizes(root):
    for pattern in ("lib/*/*.[ch]", "include/recs/*.h", "include/recs/*/*.h", "tools/*.[ch]", "bindings/*/*.*"):
        for path in sorted(root.glob(pattern)):
            count = len(path.read_text().splitlines())
            if count > FILE_LINES:
                yield f"{path}: {count} lines, more than {FILE_LINES}"


CHECKS = [check_rooms, check_public_headers, check_calls, check_sizes]


def main(root):
    failures = [failure for check in CHECKS for failure in check(Path(root))]
    for failure in failures:
        print(failure)
    print(f"{len(CHECKS)} passed, 0 failed" if not failures else f"structure: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
